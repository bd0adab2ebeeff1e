package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
)

// collectionInfo is a collection as printed.
type collectionInfo struct {
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Grace    string    `json:"grace"`
	Layers   int64     `json:"layers"`
	Blobs    int64     `json:"blobs"`
	Files    int64     `json:"files"`
	Bytes    int64     `json:"bytes"`
	Error    string    `json:"error,omitempty"`
}

// gcInfo is what there is to collect and what was collected, as printed.
type gcInfo struct {
	Last           *collectionInfo `json:"last,omitempty"`
	TotalFiles     int64           `json:"totalFiles"`
	TotalBytes     int64           `json:"totalBytes"`
	UnusedLayers   int64           `json:"unusedLayers"`
	CondemnedBlobs int64           `json:"condemnedBlobs"`
	CondemnedBytes int64           `json:"condemnedBytes"`
	WaitingFiles   int64           `json:"waitingFiles"`
	WaitingBytes   int64           `json:"waitingBytes"`
}

func newGCInfo(s registry.GarbageStatus) gcInfo {
	i := gcInfo{
		TotalFiles: s.TotalFiles, TotalBytes: s.TotalBytes, UnusedLayers: s.UnusedLayers,
		CondemnedBlobs: s.CondemnedBlobs, CondemnedBytes: s.CondemnedBytes, WaitingFiles: s.WaitingFiles, WaitingBytes: s.WaitingBytes,
	}
	if l := s.Last; !l.Finished.IsZero() {
		i.Last = &collectionInfo{
			Started: l.Started, Finished: l.Finished, Grace: l.Grace.String(), Layers: l.Layers, Blobs: l.Blobs, Files: l.Files, Bytes: l.Bytes, Error: l.Error,
		}
	}
	return i
}

// garbageInfo is a piece of garbage as printed.
type garbageInfo struct {
	Kind       registry.GarbageKind `json:"kind"`
	Account    string               `json:"account,omitempty"`
	Region     string               `json:"region,omitempty"`
	Repository string               `json:"repository,omitempty"`
	Digest     digest.Digest        `json:"digest,omitempty"`
	Upload     string               `json:"upload,omitempty"` // of bytes of which no digest is known
	Bytes      int64                `json:"bytes"`
	Since      time.Time            `json:"since"`
}

// dryRunInfo is what a collection would do, as printed.
type dryRunInfo struct {
	Before  time.Time     `json:"before"` // what is unneeded since before then goes
	Garbage []garbageInfo `json:"garbage"`
	Bytes   int64         `json:"bytes"` // that would be freed
}

func (a *app) gc() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Show and collect the garbage of a server",
		Long: `Servers remove by themselves, and while they run, layers that no image needs and
bytes that no repository has. These commands show what there is, and ask for it
to be done now. It concerns all accounts, so no principal of one may do it: they
work on the server's database, and servers do the rest.`,
	}
	cmd.AddCommand(a.gcStatus(), a.gcRun())
	return cmd
}

// withGarbage opens the database of a server and the registry on it, without
// its blobs.
func (a *app) withGarbage(ctx context.Context, store storeFlags, do func(*meta.DB, *registry.Registry) error) (err error) {
	url := store.db
	if url == "" {
		dir, err := filepath.Abs(store.data)
		if err != nil {
			return err
		}
		// An empty database would be made where there is none.
		if _, err := os.Stat(store.keyFile()); err != nil {
			return fmt.Errorf("there is no server's data in %s: %w", store.data, err)
		}
		url = server.DefaultDatabase(dir)
	}
	db, err := meta.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db, registry.New(registry.Config{DB: db, Now: a.now}))
}

func (a *app) gcStatus() *cobra.Command {
	var store storeFlags
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show what there is to collect and what was collected",
		Example: "  pratique gc status\n  pratique gc status --db postgres://pratique@db/pratique --output json",
		Args:    cobra.NoArgs,
	}
	store.register(cmd.Flags())
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withGarbage(cmd.Context(), store, func(_ *meta.DB, r *registry.Registry) error {
			s, err := r.GarbageStatus(cmd.Context())
			if err != nil {
				return err
			}
			return a.printGC(newGCInfo(s), *out)
		})
	}
	return cmd
}

func (a *app) printGC(i gcInfo, out output) error {
	if out == outputJSON {
		return a.printJSON(i)
	}
	if l := i.Last; l == nil {
		a.printf("Nothing was collected yet.\n")
	} else {
		a.printf("Last collection:  %s, took %v\n", l.Finished.UTC().Format("2006-01-02 15:04:05Z"), l.Finished.Sub(l.Started).Round(time.Millisecond))
		a.printf("  unlinked        %d layers\n", l.Layers)
		a.printf("  freed           %s in %d blobs\n", bytesText(l.Bytes), l.Files)
		if l.Error != "" {
			a.printf("  failed          %s\n", l.Error)
		}
		a.printf("Freed altogether: %s in %d blobs\n", bytesText(i.TotalBytes), i.TotalFiles)
	}
	a.printf("Waiting, for %s and until a last look:\n", graceText(i))
	a.printf("  layers          %d that no image may need\n", i.UnusedLayers)
	a.printf("  blobs           %d that perhaps no repository has, %s\n", i.CondemnedBlobs, bytesText(i.CondemnedBytes))
	a.printf("  files           %d that nothing needs, %s\n", i.WaitingFiles, bytesText(i.WaitingBytes))
	return nil
}

func graceText(i gcInfo) string {
	if i.Last == nil {
		return registry.DefaultGarbageGrace.String()
	}
	return i.Last.Grace
}

// bytesText writes a number of bytes for people.
func bytesText(n int64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	v, u := float64(n)/1024, 0
	for v >= 1024 && u < len(units)-1 {
		v, u = v/1024, u+1
	}
	return fmt.Sprintf("%.1f %ciB", v, units[u])
}

func (a *app) gcRun() *cobra.Command {
	var store storeFlags
	var dryRun bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Collect garbage now, or say what would go",
		Long: `Run asks the servers on the database for a collection, and waits for one of them
to have done it. Only what has been unneeded for the whole grace of the servers
(--gc-grace) goes, now as at any time.

With --dry-run it lists what would go instead: layers from repositories, which
frees nothing yet, and blobs and files, whose bytes are counted.`,
		Example: "  pratique gc run --dry-run\n  pratique gc run --wait 1h",
		Args:    cobra.NoArgs,
	}
	store.register(cmd.Flags())
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only list what would go")
	cmd.Flags().DurationVar(&wait, "wait", 5*time.Minute, "how long to wait for the collection to end")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withGarbage(cmd.Context(), store, func(db *meta.DB, r *registry.Registry) error {
			if dryRun {
				return a.gcDryRun(cmd.Context(), r, *out)
			}
			s, err := collectNow(cmd.Context(), db, r, wait)
			if err != nil {
				return err
			}
			if err := a.printGC(newGCInfo(s), *out); err != nil || s.Last.Error == "" {
				return err
			}
			return &exitError{1}
		})
	}
	return cmd
}

// gcPoll is the time between looks whether a collection has ended.
const gcPoll = 200 * time.Millisecond

// collectNow asks for a collection and waits for one to end that was not over
// before.
func collectNow(ctx context.Context, db *meta.DB, r *registry.Registry, wait time.Duration) (registry.GarbageStatus, error) {
	before, err := r.GarbageStatus(ctx)
	if err != nil {
		return before, err
	}
	err = db.Write(ctx, func(tx *meta.Tx) error { return job.Enqueue(tx, job.New{Kind: server.CollectJob, Key: "now"}) })
	if err != nil {
		return before, fmt.Errorf("ask for a collection: %w", err)
	}
	timeout := time.After(wait)
	tick := time.NewTicker(gcPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return before, ctx.Err()
		case <-timeout:
			return before, fmt.Errorf("the collection has not ended within %v; it is done as soon as a server runs, and \"pratique gc status\" shows it", wait)
		case <-tick.C:
		}
		now, err := r.GarbageStatus(ctx)
		if err != nil || !now.Last.Finished.Equal(before.Last.Finished) {
			return now, err
		}
	}
}

func (a *app) gcDryRun(ctx context.Context, r *registry.Registry, out output) error {
	s, err := r.GarbageStatus(ctx)
	if err != nil {
		return err
	}
	grace := registry.DefaultGarbageGrace
	if !s.Last.Finished.IsZero() {
		grace = s.Last.Grace // what the servers are told, this command is not
	}
	info := dryRunInfo{Before: a.now().Add(-grace).UTC(), Garbage: []garbageInfo{}}
	for g, err := range r.Garbage(ctx, info.Before) {
		if err != nil {
			return err
		}
		info.Garbage = append(info.Garbage, garbageInfo{g.Kind, g.Repo.Account, g.Repo.Region, g.Repo.Name, g.Digest, g.Upload, g.Size, g.Since})
		if g.Kind != registry.GarbageLayer {
			info.Bytes += g.Size
		}
	}
	if out == outputJSON {
		return a.printJSON(info)
	}
	for _, g := range info.Garbage {
		a.printf("%-5s  %s  %10s  %s\n", g.Kind, g.Since.Format("2006-01-02 15:04Z"), bytesText(g.Bytes), g.where())
	}
	a.printf("%d would go, which frees %s.\n", len(info.Garbage), bytesText(info.Bytes))
	return nil
}

// where names a piece of garbage.
func (g garbageInfo) where() string {
	if g.Upload != "" {
		return "upload " + g.Upload
	}
	if g.Kind != registry.GarbageLayer {
		return g.Digest.String()
	}
	return fmt.Sprintf("%s of %s in %s/%s", g.Digest, g.Repository, g.Account, g.Region)
}
