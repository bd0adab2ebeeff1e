package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
)

// restoringFile is in a data directory that is not whole: which generation is
// restored there.
const restoringFile = "restoring"

func (a *app) restore() *cobra.Command {
	var store storeFlags
	var generation string
	cmd := &cobra.Command{
		Use:   "restore DIR",
		Short: "Restore a backup into an empty data directory, or into S3",
		Long: `Restore makes a data directory from a generation of the backup in DIR, the last
one unless --generation names another, and verifies all that it copies. The data
directory must be empty or not be there. If the backup was made without keys, put
the key file into the data directory before the server is started.

With --blobs layers are restored into S3, wherever they were when they were backed
up: those that are not there already. With --db only the layers are restored: those
that this database names, which was itself restored before, with pg_restore or
psql.

A restoration that was interrupted is continued by the same command.

The exit status is 0, or 4 when layers that the database names are not in the
backup or are damaged there.`,
		Example: "  pratique restore /mnt/backup --data /var/lib/pratique\n" +
			"  pratique restore /mnt/backup --db postgres://pratique@db/pratique --blobs 's3://layers/registry?region=eu-west-2' --data /var/lib/pratique",
		Args: cobra.ExactArgs(1),
	}
	store.register(cmd.Flags())
	blobs := blobsFlag(cmd)
	cmd.Flags().StringVar(&generation, "generation", "", "which generation to restore (default the last)")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		info, err := a.restoreBackup(cmd.Context(), args[0], generation, store, *blobs)
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		if *out == outputJSON {
			err = a.printJSON(info)
		} else {
			a.printf("Restored generation %s: %d blobs with %s.\n", info.Generation, info.Blobs, bytesText(info.Bytes))
			if !info.Keys {
				a.printf("Put the server's key file at %s before it is started.\n", filepath.Join(store.data, server.KeyFile))
			}
			for _, d := range info.Damaged {
				a.printDamage(d)
			}
		}
		if err == nil && len(info.Damaged) > 0 {
			return &exitError{damaged}
		}
		return err
	}
	return cmd
}

func (a *app) restoreBackup(ctx context.Context, dir, generation string, store storeFlags, s3 string) (info backupInfo, err error) {
	last, err := lastGeneration(dir)
	if err != nil {
		return info, err
	}
	if generation == "" {
		generation = last
	}
	if !filepath.IsLocal(generation) || strings.HasSuffix(generation, partialSuffix) {
		return info, fmt.Errorf("%q is not a generation", generation)
	}
	from, err := blob.OpenDir(dir)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	unlock, err := a.shareBackup(ctx, from, dir)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	whole := filepath.Join(dir, generationsDir, generation)
	if info, err = readGeneration(whole); err != nil {
		return info, err
	}
	if info.Database == "" && store.db == "" {
		return info, errors.New("the database is not in the backup: restore it with pg_restore or psql, and name it with --db")
	}
	if info.Database == backupDump && store.db == "" {
		return info, fmt.Errorf("the database is %s: restore it with pg_restore, and name it with --db", filepath.Join(whole, backupDump))
	}
	if err := beginRestore(store.data, generation, info.Keys); err != nil {
		return info, err
	}
	url, file := store.db, filepath.Join(store.data, backupDatabase)
	if url == "" {
		// It has its name when all it names is there: until then no server starts on it by mistake.
		url = "sqlite:" + file + partialSuffix
		if err := copyVerified(filepath.Join(whole, backupDatabase), file+partialSuffix, info.SHA256); err != nil {
			return info, err
		}
	}
	if err := a.restoreBlobs(ctx, from, url, store.data, s3, &info); err != nil {
		return info, err
	}
	if info.Keys {
		if err := copyKeys(whole, store.data); err != nil {
			return info, err
		}
	}
	if store.db == "" {
		if err := os.Rename(file+partialSuffix, file); err != nil {
			return info, err
		}
	}
	if err := os.Remove(filepath.Join(store.data, restoringFile)); err != nil {
		return info, err
	}
	return info, syncDir(store.data)
}

// readGeneration reads what a backup says of a generation.
func readGeneration(dir string) (info backupInfo, err error) {
	text, err := os.ReadFile(filepath.Join(dir, backupFile))
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("read %s: %w", backupFile, err)
	}
	if info.Version != 1 {
		return info, fmt.Errorf("the backup has version %d, which this program does not know", info.Version)
	}
	return info, nil
}

// beginRestore makes the data directory, or takes one in which the restoration of
// the same generation was interrupted, and removes what is not whole there.
func beginRestore(data, generation string, keys bool) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return err
	}
	note := filepath.Join(data, restoringFile)
	if len(entries) == 0 {
		_, err := copyFile(strings.NewReader(generation), note)
		return err
	}
	begun, err := os.ReadFile(note)
	_, whole := os.Stat(filepath.Join(data, backupDatabase))
	switch {
	case errors.Is(err, fs.ErrNotExist), whole == nil:
		return fmt.Errorf("%s is not empty", data)
	case err != nil:
		return err
	case string(begun) != generation:
		return fmt.Errorf("%s has a part of generation %s", data, begun)
	}
	database := backupDatabase + partialSuffix
	rest := []string{database, database + "-wal", database + "-shm"}
	if keys {
		rest = append(rest, server.KeyFile, tlsDir)
	}
	for _, name := range rest {
		if err := os.RemoveAll(filepath.Join(data, name)); err != nil {
			return err
		}
	}
	return nil
}

// restoreBlobs copies the blobs that a database names.
func (a *app) restoreBlobs(ctx context.Context, from *blob.Dir, url, data, s3 string, info *backupInfo) (err error) {
	db, err := meta.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var to blobStore
	if s3 != "" {
		to, err = blob.OpenS3(ctx, blob.S3Config{URL: s3, DB: db})
	} else {
		to, err = blob.OpenDir(filepath.Join(data, server.BlobsDir))
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	info.Damaged = []damageInfo{}
	copied, err := registry.New(registry.Config{DB: db, Blobs: to, Now: a.now}).Restore(ctx, from, to, registry.CopyOptions{
		Found: func(d registry.Damage) { info.Damaged = append(info.Damaged, newDamageInfo(d, from)) },
		Progress: func(c registry.Copied) {
			fmt.Fprintf(a.stderr, "%d blobs, copied %s in %d of them\n", c.Blobs, bytesText(c.Written), c.Copied)
		},
	})
	info.Blobs, info.Bytes, info.Copied, info.Written = copied.Blobs, copied.Bytes, copied.Copied, copied.Written
	return err
}

// lastGeneration returns the name of the last whole generation.
func lastGeneration(dir string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, generationsDir)) // sorted
	if err != nil {
		return "", fmt.Errorf("there is no backup in %s: %w", dir, err)
	}
	last := ""
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), partialSuffix) {
			last = e.Name()
		}
	}
	if last == "" {
		return "", fmt.Errorf("there is no whole generation in %s", dir)
	}
	return last, nil
}
