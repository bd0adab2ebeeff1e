package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
)

// A backup is a directory with the blobs of all its generations, by digest, and
// for each generation a directory with the database as it was:
//
//	blobs/<algorithm>/<first two hex digits>/<hex>
//	generations/<time>/backup.json, meta.db, key, tls/

const (
	generationsDir = "generations"
	backupFile     = "backup.json"
	backupDatabase = "meta.db"
	partialSuffix  = ".partial" // of a generation that is not whole

	holdFor   = 15 * time.Minute // how long a backup that was killed keeps bytes from being removed
	holdRenew = time.Minute
)

// backupInfo is a generation of a backup, as printed and as kept in backup.json.
type backupInfo struct {
	Version    int          `json:"version"` // of the form of the backup: 1
	Generation string       `json:"generation"`
	Created    time.Time    `json:"created"`          // all that was acknowledged before then is in it
	Database   string       `json:"database"`         // "" if it is not in the backup
	SHA256     string       `json:"sha256,omitempty"` // of the database
	Keys       bool         `json:"keys"`             // the key file and private CA are in the backup
	Blobs      int64        `json:"blobs"`            // that the database names
	Bytes      int64        `json:"bytes"`            // that they have
	Copied     int64        `json:"copied"`           // blobs that no generation had before
	Written    int64        `json:"written"`          // bytes of them
	Damaged    []damageInfo `json:"damaged"`          // blobs that are not in the backup
}

func (a *app) backup() *cobra.Command {
	var store storeFlags
	var withKeys bool
	cmd := &cobra.Command{
		Use:   "backup DIR",
		Short: "Back a server up, while it runs or not",
		Long: `Backup adds a generation to the backup in DIR: a copy of the SQLite database, and
every layer that it names, verified while it is copied. Layers are kept by digest,
once for all generations, so that a later backup copies only what is new. All
that the server acknowledged before the backup began is in it, and bytes that it
needs are not collected as garbage meanwhile.

The key file, without which stored secrets cannot be read, is left out unless
--with-keys is given: whoever has both has the secrets. A PostgreSQL database is
not copied: run pg_dump first, and this directly after it.

The exit status is 0, or 4 when layers are damaged and therefore not in the backup.`,
		Example: "  pratique backup /mnt/backup\n  pratique backup /mnt/backup --with-keys --output json",
		Args:    cobra.ExactArgs(1),
	}
	store.register(cmd.Flags())
	blobs := blobsFlag(cmd)
	cmd.Flags().BoolVar(&withKeys, "with-keys", false, "include the key file and the private CA of the server")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var info backupInfo
		err := a.withBlobs(cmd.Context(), store, *blobs, func(db *meta.DB, from blobStore, r *registry.Registry) (err error) {
			b := &backuper{app: a, dir: args[0], data: store.data, db: db, from: from, live: r, withKeys: withKeys}
			info, err = b.run(cmd.Context())
			return err
		})
		if err != nil {
			return err
		}
		if *out == outputJSON {
			err = a.printJSON(info)
		} else {
			a.printBackup(info)
		}
		if err == nil && len(info.Damaged) > 0 {
			return &exitError{damaged}
		}
		return err
	}
	return cmd
}

func (a *app) printBackup(i backupInfo) {
	a.printf("Generation %s: %d blobs with %s, of which %d with %s are new.\n", i.Generation, i.Blobs, bytesText(i.Bytes), i.Copied, bytesText(i.Written))
	if i.Database == "" {
		a.printf("The database is not in it: pg_dump makes a copy of that.\n")
	}
	if !i.Keys {
		a.printf("The key file is not in it, and is needed to restore it: keep a copy elsewhere.\n")
	}
	for _, d := range i.Damaged {
		a.printDamage(d)
	}
}

// backuper is one run of the command.
type backuper struct {
	*app
	dir, data string
	db        *meta.DB
	from      blobStore
	live      *registry.Registry
	withKeys  bool
}

func (b *backuper) run(ctx context.Context) (info backupInfo, err error) {
	created := b.now().UTC()
	info = backupInfo{Version: 1, Generation: created.Format("20060102T150405.000Z"), Created: created, Keys: b.withKeys, Damaged: []damageInfo{}}
	to, err := blob.OpenDir(b.dir)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	whole := filepath.Join(b.dir, generationsDir, info.Generation)
	part := whole + partialSuffix
	if err := os.MkdirAll(part, 0o700); err != nil {
		return info, fmt.Errorf("back up: %w", err)
	}
	release, err := b.hold(ctx, "backup "+blob.NewUploadID())
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, release()) }()

	copied, err := b.copy(ctx, part, to, &info)
	if err != nil {
		return info, err
	}
	info.Blobs, info.Bytes, info.Copied, info.Written = copied.Blobs, copied.Bytes, copied.Copied, copied.Written
	if b.withKeys {
		if err := copyKeys(b.data, part); err != nil {
			return info, fmt.Errorf("back up the keys: %w", err)
		}
	}
	text, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return info, err
	}
	if _, err := copyFile(strings.NewReader(string(text)+"\n"), filepath.Join(part, backupFile)); err != nil {
		return info, fmt.Errorf("back up: %w", err)
	}
	if err := os.Rename(part, whole); err != nil {
		return info, fmt.Errorf("back up: %w", err)
	}
	for _, dir := range []string{whole, filepath.Dir(whole), b.dir} {
		if err := syncDir(dir); err != nil {
			return info, fmt.Errorf("back up: %w", err)
		}
	}
	return info, nil
}

// hold keeps bytes from being removed until release is called. It cannot be
// renewed by a program that was stopped for longer than holdFor; what is then
// gone is reported as missing.
func (b *backuper) hold(ctx context.Context, id string) (release func() error, err error) {
	if err := b.live.Hold(ctx, id, b.now().Add(holdFor)); err != nil {
		return nil, err
	}
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		tick := time.NewTicker(holdRenew)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- nil
				return
			case <-tick.C:
			}
			if err := b.live.Hold(ctx, id, b.now().Add(holdFor)); err != nil {
				done <- err
				return
			}
		}
	}()
	return func() error {
		close(stop)
		return errors.Join(<-done, b.live.Release(context.WithoutCancel(ctx), id))
	}, nil
}

// copy copies the database and then the blobs that the copy names.
func (b *backuper) copy(ctx context.Context, part string, to *blob.Dir, info *backupInfo) (copied registry.Copied, err error) {
	o := registry.CopyOptions{
		Found: func(d registry.Damage) { info.Damaged = append(info.Damaged, newDamageInfo(d)) },
		Progress: func(c registry.Copied) {
			fmt.Fprintf(b.stderr, "%d blobs, copied %s in %d of them\n", c.Blobs, bytesText(c.Written), c.Copied)
		},
	}
	file := filepath.Join(part, backupDatabase)
	err = b.db.CopyTo(ctx, file)
	if errors.Is(err, meta.ErrNoCopy) {
		return b.live.Backup(ctx, to, o)
	}
	if err != nil {
		return copied, err
	}
	db, err := meta.Open(ctx, "sqlite:"+file)
	if err != nil {
		return copied, err
	}
	copied, err = registry.New(registry.Config{DB: db, Blobs: b.from, Now: b.now}).Backup(ctx, to, o)
	if err = errors.Join(err, db.Close()); err != nil {
		return copied, err
	}
	info.Database = backupDatabase
	info.SHA256, err = sumFile(file)
	return copied, err
}

func (a *app) restore() *cobra.Command {
	var store storeFlags
	var generation string
	cmd := &cobra.Command{
		Use:   "restore DIR",
		Short: "Restore a backup into an empty data directory",
		Long: `Restore makes a data directory from a generation of the backup in DIR, the last
one unless --generation names another, and verifies all that it copies. The data
directory must be empty or not be there. If the backup was made without keys, put
the key file into the data directory before the server is started.

With --db only the layers are restored: those that this database names, which was
itself restored before, with pg_restore or psql.

The exit status is 0, or 4 when layers that the database names are not in the
backup or are damaged there.`,
		Example: "  pratique restore /mnt/backup --data /var/lib/pratique",
		Args:    cobra.ExactArgs(1),
	}
	store.register(cmd.Flags())
	cmd.Flags().StringVar(&generation, "generation", "", "which generation to restore (default the last)")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		info, err := a.restoreBackup(cmd.Context(), args[0], generation, store)
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

func (a *app) restoreBackup(ctx context.Context, dir, generation string, store storeFlags) (info backupInfo, err error) {
	if generation == "" {
		if generation, err = lastGeneration(dir); err != nil {
			return info, err
		}
	}
	if !filepath.IsLocal(generation) || strings.HasSuffix(generation, partialSuffix) {
		return info, fmt.Errorf("%q is not a generation", generation)
	}
	whole := filepath.Join(dir, generationsDir, generation)
	text, err := os.ReadFile(filepath.Join(whole, backupFile))
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("read %s: %w", backupFile, err)
	}
	if info.Version != 1 {
		return info, fmt.Errorf("the backup has version %d, which this program does not know", info.Version)
	}
	if info.Database == "" && store.db == "" {
		return info, errors.New("the database is not in the backup: restore it with pg_restore or psql, and name it with --db")
	}
	entries, err := os.ReadDir(store.data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return info, err
	}
	if len(entries) > 0 {
		return info, fmt.Errorf("%s is not empty", store.data)
	}
	from, err := blob.OpenDir(dir)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := blob.OpenDir(filepath.Join(store.data, server.BlobsDir))
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()

	url, file := store.db, filepath.Join(store.data, backupDatabase)
	if url == "" {
		// It has its name when all it names is there: until then no server starts on it by mistake.
		url = "sqlite:" + file + partialSuffix
		if err := copyVerified(filepath.Join(whole, backupDatabase), file+partialSuffix, info.SHA256); err != nil {
			return info, err
		}
	}
	db, err := meta.Open(ctx, url)
	if err != nil {
		return info, err
	}
	info.Damaged = []damageInfo{}
	copied, err := registry.New(registry.Config{DB: db, Blobs: to, Now: a.now}).Restore(ctx, from, to, registry.CopyOptions{
		Found: func(d registry.Damage) { info.Damaged = append(info.Damaged, newDamageInfo(d)) },
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return info, err
	}
	info.Blobs, info.Bytes, info.Copied, info.Written = copied.Blobs, copied.Bytes, copied.Copied, copied.Written
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
	return info, syncDir(store.data)
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

// copyKeys copies the key file and the private CA, if there is one.
func copyKeys(from, to string) error {
	if err := copyVerified(filepath.Join(from, server.KeyFile), filepath.Join(to, server.KeyFile), ""); err != nil {
		return err
	}
	const tls = "tls"
	entries, err := os.ReadDir(filepath.Join(from, tls))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(to, tls), 0o700); err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if err := copyVerified(filepath.Join(from, tls, e.Name()), filepath.Join(to, tls, e.Name()), ""); err != nil {
			return err
		}
	}
	return syncDir(filepath.Join(to, tls))
}

// copyVerified copies a file durably to one that is not there. If a SHA-256 is
// given it must have that.
func copyVerified(from, to, want string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := copyFile(f, to)
	if err == nil && want != "" && got != want {
		err = fmt.Errorf("%s is damaged: its SHA-256 is %s and not %s", from, got, want)
	}
	return err
}

// copyFile writes a new file that only its owner may read, durably, and returns
// the SHA-256 of what it wrote.
func copyFile(from io.Reader, to string) (sum string, err error) {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), from)
	if err == nil {
		err = f.Sync()
	}
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

func sumFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func syncDir(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
