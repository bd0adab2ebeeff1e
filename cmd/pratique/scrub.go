package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
)

// damaged is the exit status of commands that found stored bytes damaged.
const damaged = 4

// damageInfo is a damaged blob as printed.
type damageInfo struct {
	Digest      digest.Digest    `json:"digest"`
	Fault       registry.Fault   `json:"fault"`
	Bytes       int64            `json:"bytes"`
	Have        int64            `json:"have"`
	Got         digest.Digest    `json:"got,omitempty"`
	Error       string           `json:"error,omitempty"`
	Place       string           `json:"place"` // files, s3 or database
	Quarantined bool             `json:"quarantined"`
	Needs       []damageNeedInfo `json:"needs"`
}

// damageNeedInfo is a repository with a damaged layer as printed.
type damageNeedInfo struct {
	Account    string          `json:"account"`
	Region     string          `json:"region"`
	Repository string          `json:"repository"`
	Images     []digest.Digest `json:"images"`
}

// newDamageInfo describes a damaged blob, of that store unless the database has it.
func newDamageInfo(d registry.Damage, store blob.Store) damageInfo {
	i := damageInfo{
		Digest: d.Digest, Fault: d.Fault, Bytes: d.Size, Have: d.Have, Place: "files", Quarantined: d.SetAside, Needs: []damageNeedInfo{},
	}
	if d.Fault == registry.FaultContent {
		i.Got = d.Got
	}
	if d.Err != nil {
		i.Error = d.Err.Error()
	}
	if _, ok := store.(*blob.S3); ok {
		i.Place = "s3"
	}
	if d.Database {
		i.Place = "database"
	}
	for _, n := range d.Needs {
		images := n.Images
		if images == nil {
			images = []digest.Digest{}
		}
		i.Needs = append(i.Needs, damageNeedInfo{n.Repo.Account, n.Repo.Region, n.Repo.Name, images})
	}
	return i
}

// scrubInfo is what a scrub found as printed.
type scrubInfo struct {
	Started  time.Time    `json:"started"` // also of a part that was interrupted
	Blobs    int64        `json:"blobs"`
	Bytes    int64        `json:"bytes"`
	Damaged  int64        `json:"damaged"` // since it was started
	Complete bool         `json:"complete"`
	Damage   []damageInfo `json:"damage"` // that was found this time
}

// blobStore is the blobs of a server.
type blobStore interface {
	blob.Store
	registry.Target
	Close() error
}

// blobsFlag says where the blobs are if not in the data directory.
func blobsFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("blobs", "", "where layers are kept, as the server is told: s3://… (default files in the data directory)")
}

// withBlobs opens the database and the blobs of a server, and the registry on
// them.
func (a *app) withBlobs(ctx context.Context, store storeFlags, s3 string, do func(*meta.DB, blobStore, *registry.Registry) error) error {
	return a.withGarbage(ctx, store, func(db *meta.DB, _ *registry.Registry) (err error) {
		var blobs blobStore
		if s3 != "" {
			blobs, err = blob.OpenS3(ctx, blob.S3Config{URL: s3, DB: db})
		} else {
			dir := filepath.Join(store.data, server.BlobsDir)
			if _, serr := os.Stat(dir); serr != nil { // it would be made, and nothing found in it
				return fmt.Errorf("there are no layers in %s: name their place with --data or --blobs", dir)
			}
			blobs, err = blob.OpenDir(dir)
		}
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, blobs.Close()) }()
		return do(db, blobs, registry.New(registry.Config{DB: db, Blobs: blobs, Now: a.now}))
	})
}

// placeOf names the place that withBlobs opens, for messages: of a URL what
// says which bucket it is, and nothing that could be a secret.
func placeOf(store storeFlags, s3 string) string {
	if s3 == "" {
		return filepath.Join(store.data, server.BlobsDir)
	}
	at, err := url.Parse(s3)
	if err != nil {
		return "--blobs"
	}
	place := (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path}).String()
	if endpoint, err := url.Parse(at.Query().Get("endpoint")); err == nil && endpoint.Host != "" {
		place += " at " + endpoint.Host
	}
	return place
}

func (a *app) scrub() *cobra.Command {
	var store storeFlags
	var rate float64
	var quarantine, allMissing, restart bool
	cmd := &cobra.Command{
		Use:   "scrub",
		Short: "Read all stored bytes and find those that are damaged",
		Long: `Scrub reads every blob, in files and in the database, and compares it with its
size and digest. It says which are missing, cut or corrupt, and which images in
which repositories need them. Servers may run meanwhile. A scrub that was
interrupted is continued by the next one.

With --quarantine corrupt and cut bytes are moved to blobs/quarantine in the data
directory, or marked by an object in quarantine/ of the bucket, and never deleted.
Repositories then answer that they do not have those layers, so that the next
push of the same content stores them again, which mends every image that needs
them. So does a good copy that is put back, once a scrub has seen it. When not
one layer is found it sets nothing aside and fails, because --blobs or --data
probably names the wrong place; --all-missing says that they are really lost.

The exit status is 0 when all is sound, 4 when something is damaged, or cannot be
read while the rest can, and 1 when the scrub itself failed, as when the bucket
is away.`,
		Example: "  pratique scrub --rate 50\n  pratique scrub --quarantine --output json\n" +
			"  pratique scrub --db postgres://pratique@db/pratique --blobs 's3://layers/registry?region=eu-west-2'",
		Args: cobra.NoArgs,
	}
	store.register(cmd.Flags())
	blobs := blobsFlag(cmd)
	cmd.Flags().Float64Var(&rate, "rate", 0, "how many MB to read per second at most (default no limit)")
	cmd.Flags().BoolVar(&quarantine, "quarantine", false, "set damaged bytes aside, so that the next push replaces them")
	cmd.Flags().BoolVar(&allMissing, "all-missing", false, "with --quarantine: set layers aside even if all are missing")
	cmd.Flags().BoolVar(&restart, "restart", false, "begin with the first blob even if the last scrub was interrupted")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if rate < 0 {
			return fmt.Errorf("--rate %g is negative", rate)
		}
		if allMissing && !quarantine {
			return errors.New("--all-missing is about what --quarantine sets aside")
		}
		info := scrubInfo{Damage: []damageInfo{}}
		err := a.withBlobs(cmd.Context(), store, *blobs, func(_ *meta.DB, from blobStore, r *registry.Registry) error {
			s, err := r.Scrub(cmd.Context(), registry.ScrubOptions{
				Rate: int64(rate * 1e6), SetAside: quarantine, AllMissing: allMissing, Restart: restart,
				Found: func(d registry.Damage) {
					i := newDamageInfo(d, from)
					if *out == outputJSON {
						info.Damage = append(info.Damage, i)
					} else {
						a.printDamage(i)
					}
				},
				Progress: func(s registry.ScrubStatus) {
					fmt.Fprintf(a.stderr, "read %s in %d blobs, %d damaged\n", bytesText(s.Bytes), s.Blobs, s.Damaged)
				},
			})
			info.Started, info.Blobs, info.Bytes, info.Damaged, info.Complete = s.Started.UTC(), s.Blobs, s.Bytes, s.Damaged, err == nil
			if elsewhere := (*registry.PlaceError)(nil); errors.As(err, &elsewhere) {
				return fmt.Errorf("%w in %s: that is probably not where the server keeps them, and nothing was set aside; name the place with --data or --blobs, or give --all-missing if they are lost",
					err, placeOf(store, *blobs))
			}
			return err
		})
		if *out == outputJSON && !info.Started.IsZero() {
			err = errors.Join(err, a.printJSON(info))
		} else if err == nil {
			a.printf("Read %s in %d blobs, %d damaged.\n", bytesText(info.Bytes), info.Blobs, info.Damaged)
		}
		if err == nil && info.Damaged > 0 {
			return &exitError{damaged}
		}
		return err
	}
	return cmd
}

func (a *app) printDamage(i damageInfo) {
	what := map[registry.Fault]string{
		registry.FaultMissing: "is missing",
		registry.FaultSize:    fmt.Sprintf("has %d bytes instead of %d", i.Have, i.Bytes),
		registry.FaultContent: "has the digest " + i.Got.String(),
		registry.FaultRead:    "cannot be read: " + i.Error,
	}[i.Fault]
	if i.Quarantined {
		what += ", set aside"
	}
	a.printf("%s %s\n", i.Digest, what)
	for _, n := range i.Needs {
		if len(n.Images) == 0 {
			a.printf("  in %s in %s/%s, of no image\n", n.Repository, n.Account, n.Region)
		}
		for _, image := range n.Images {
			a.printf("  needed by %s@%s in %s/%s\n", n.Repository, image, n.Account, n.Region)
		}
	}
}
