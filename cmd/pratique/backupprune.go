package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
)

// pruneInfo is what was removed from a backup, or would be, as printed.
type pruneInfo struct {
	DryRun    bool     `json:"dryRun"`
	Kept      []string `json:"kept"`      // generations
	KeptBlobs int64    `json:"keptBlobs"` // that they need and the backup has
	KeptBytes int64    `json:"keptBytes"`
	Removed   []string `json:"removed"` // generations
	Partial   []string `json:"partial"` // removed rests of generations that were never whole, or half removed
	Blobs     int64    `json:"blobs"`   // removed
	Bytes     int64    `json:"bytes"`
}

func (a *app) backupPrune() *cobra.Command {
	var keep int
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "prune DIR",
		Short: "Remove all but the newest generations of a backup",
		Long: `Prune removes all but the newest generations of the backup in DIR, what backups
left there that failed, and then the layers that no remaining generation needs.
It needs neither the server nor its database.

It removes nothing if it cannot be sure what a generation that remains needs, as
when its list of layers is damaged. One that was interrupted leaves a backup that
is whole, and the next one removes the rest. While a backup is made in DIR, or
restored from it, it fails; those that start meanwhile wait for it.`,
		Example: "  pratique backup prune /mnt/backup --keep 7 --dry-run\n  pratique backup /mnt/backup && pratique backup prune /mnt/backup --keep 7 --output json",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().IntVar(&keep, "keep", 0, "how many generations remain, at least 1")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "remove nothing and say what would be removed")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if keep < 1 {
			return errors.New("--keep says how many generations remain, at least 1")
		}
		p := &pruner{app: a, dir: args[0], generations: filepath.Join(args[0], generationsDir), keep: keep,
			info: pruneInfo{DryRun: dryRun, Kept: []string{}, Removed: []string{}, Partial: []string{}}}
		if err := p.run(cmd.Context()); err != nil {
			return fmt.Errorf("prune %s: %w", args[0], err)
		}
		if *out == outputJSON {
			return a.printJSON(p.info)
		}
		a.printPruned(p.info)
		return nil
	}
	return cmd
}

func (a *app) printPruned(i pruneInfo) {
	verb := "Removed"
	if i.DryRun {
		verb = "Would remove"
	}
	for _, g := range i.Removed {
		a.printf("%s generation %s.\n", verb, g)
	}
	for _, g := range i.Partial {
		a.printf("%s what is left of generation %s.\n", verb, g)
	}
	a.printf("%s %d blobs with %s that only they needed.\n", verb, i.Blobs, bytesText(i.Bytes))
	a.printf("%d generations with %d blobs and %s remain.\n", len(i.Kept), i.KeptBlobs, bytesText(i.KeptBytes))
}

// shareBackup takes the lock of a backup that backups and restorations share, and
// waits while it is pruned.
func (a *app) shareBackup(ctx context.Context, dir *blob.Dir, name string) (unlock func() error, err error) {
	for told := false; ; told = true {
		unlock, err = dir.Lock(false)
		if !errors.Is(err, blob.ErrLocked) {
			return unlock, err
		}
		if !told {
			fmt.Fprintf(a.stderr, "waiting until %s is pruned\n", name)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// pruner is one run of the command.
type pruner struct {
	*app
	dir, generations string
	keep             int
	info             pruneInfo
}

func (p *pruner) run(ctx context.Context) (err error) {
	if _, err := lastGeneration(p.dir); err != nil { // before a directory is made in the wrong place
		return err
	}
	blobs, err := blob.OpenDir(p.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, blobs.Close()) }()
	unlock, err := blobs.Lock(true)
	if errors.Is(err, blob.ErrLocked) {
		return errors.New("it is in use by a backup, a restoration or another pruning: try again when that has ended")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	work := filepath.Join(p.generations, "prune"+partialSuffix)
	if err := os.RemoveAll(work); err != nil { // of one that was killed
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := p.find(); err != nil {
		return err
	}
	// Nothing has been removed yet, and is not if any of the lists cannot be known.
	var needed []*listReader
	defer func() {
		for _, l := range needed {
			err = errors.Join(err, l.file.Close())
		}
	}()
	for _, g := range p.info.Kept {
		lists, err := p.lists(ctx, g, filepath.Join(work, g))
		needed = append(needed, lists...)
		if err != nil {
			return fmt.Errorf("nothing is removed, because it is not known which layers generation %s needs: %w", g, err)
		}
	}
	if !p.info.DryRun {
		if err := p.removeGenerations(ctx); err != nil {
			return err
		}
	}
	return p.removeBlobs(ctx, blobs, needed)
}

// find finds the generations, and which of them remain: the last by name, which
// begins with the time.
func (p *pruner) find() error {
	entries, err := os.ReadDir(p.generations) // sorted
	if err != nil {
		return err
	}
	var whole []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, partialSuffix) {
			p.info.Partial = append(p.info.Partial, name)
			continue
		}
		info, err := readGeneration(filepath.Join(p.generations, name))
		if err == nil && info.Generation != name {
			err = fmt.Errorf("it says that it is generation %q", info.Generation)
		}
		if err != nil {
			return fmt.Errorf("nothing is removed, because %s is not a generation: %w", filepath.Join(p.generations, name), err)
		}
		whole = append(whole, name)
	}
	old := max(0, len(whole)-p.keep)
	p.info.Removed = append(p.info.Removed, whole[:old]...)
	p.info.Kept = append(p.info.Kept, whole[old:]...)
	return nil
}

// lists verifies and opens the lists of a generation. One that has none because an
// older program wrote it gets one in the directory work, from its copy of the database.
func (p *pruner) lists(ctx context.Context, generation, work string) (lists []*listReader, err error) {
	dir := filepath.Join(p.generations, generation)
	info, err := readGeneration(dir)
	if err != nil {
		return nil, err
	}
	if len(info.Lists) == 0 {
		if info.Database != backupDatabase || info.SHA256 == "" {
			return nil, errors.New("it has no list of them, and no copy of a SQLite database; without it, or when it is not among those that remain, the others can be pruned")
		}
		if info.Lists, err = listDatabase(ctx, dir, info.SHA256, work); err != nil {
			return nil, err
		}
		dir = work
	}
	for _, i := range info.Lists {
		if err := ctx.Err(); err != nil {
			return lists, err
		}
		if err := verifyList(dir, i); err != nil {
			return lists, err
		}
		l, err := openList(dir, i)
		if err != nil {
			return lists, err
		}
		lists = append(lists, l)
	}
	return lists, nil
}

// listDatabase makes the list of a generation from its copy of the database, or
// rather from a copy of that, which opening brings up to date.
func listDatabase(ctx context.Context, dir, sum, work string) (lists []listInfo, err error) {
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(work, backupDatabase)
	if err := copyVerified(filepath.Join(dir, backupDatabase), file, sum); err != nil {
		return nil, err
	}
	db, err := meta.Open(ctx, "sqlite:"+file)
	if err != nil {
		return nil, err
	}
	w := &listWriter{dir: work}
	err = registry.New(registry.Config{DB: db}).Named(ctx, func(d digest.Digest) error { return w.add(d, false) })
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, errors.Join(err, w.abort())
	}
	if lists, err = w.finish(); err != nil {
		return nil, err
	}
	return lists, os.Remove(file) // it may be large
}

// removeGenerations removes generations for good: a loss of power after it brings
// none of them back, for some of whose layers it would then be too late.
func (p *pruner) removeGenerations(ctx context.Context) error {
	remove := func(names []string, suffix string) error {
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := os.RemoveAll(filepath.Join(p.generations, name+suffix)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := remove(p.info.Partial, ""); err != nil {
		return err
	}
	for _, g := range p.info.Removed {
		if err := ctx.Err(); err != nil {
			return err
		}
		whole := filepath.Join(p.generations, g)
		if err := os.Rename(whole, whole+partialSuffix); err != nil { // whole or not, whenever it is interrupted
			return err
		}
	}
	if err := syncDir(p.generations); err != nil {
		return err
	}
	return remove(p.info.Removed, partialSuffix)
}

// removeBlobs removes the blobs that no list names. Blobs and lists are in the same
// order, so that none of them has to be held in memory.
func (p *pruner) removeBlobs(ctx context.Context, blobs *blob.Dir, needed []*listReader) error {
	var last blob.Name
	for b, err := range blobs.List(ctx, blob.Name{}) {
		if err != nil {
			return err
		}
		if b.Name.Compare(last) <= 0 {
			return fmt.Errorf("blob %s comes after %s", b.Name, last)
		}
		last = b.Name
		if b.Name.Upload != "" { // no backup has written it
			continue
		}
		keep := false
		for _, l := range needed {
			has, err := l.has(b.Name.Digest)
			if err != nil {
				return err
			}
			keep = keep || has
		}
		if keep {
			p.info.KeptBlobs++
			p.info.KeptBytes += b.Size
			continue
		}
		if !p.info.DryRun {
			if err := blobs.Remove(ctx, b.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		p.info.Blobs++
		p.info.Bytes += b.Size
	}
	return nil
}
