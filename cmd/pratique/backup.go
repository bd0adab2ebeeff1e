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

	"github.com/opencontainers/go-digest"
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
//	generations/<time>/backup.json, meta.db or meta.dump, layers, garbage, key, tls/
//	lock                                                    shared by backups and restorations, not by prunings

const (
	generationsDir = "generations"
	backupFile     = "backup.json"
	backupDatabase = "meta.db"
	backupDump     = "meta.dump" // of a PostgreSQL database, for pg_restore
	tlsDir         = "tls"
	partialSuffix  = ".partial" // of a generation that is not whole

	holdFor   = 15 * time.Minute // how long a backup that was killed keeps bytes from being removed
	holdRenew = time.Minute
)

// backupInfo is a generation of a backup, as printed and as kept in backup.json.
type backupInfo struct {
	Version    int          `json:"version"` // of the form of the backup: 1
	Generation string       `json:"generation"`
	Created    time.Time    `json:"created"`          // all that was acknowledged before then is in it
	Database   string       `json:"database"`         // its file; "" if it is not in the backup
	SHA256     string       `json:"sha256,omitempty"` // of the database
	Keys       bool         `json:"keys"`             // the key file and private CA are in the backup
	Blobs      int64        `json:"blobs"`            // that the database names
	Bytes      int64        `json:"bytes"`            // that they have
	Copied     int64        `json:"copied"`           // blobs that no generation had before
	Written    int64        `json:"written"`          // bytes of them
	Damaged    []damageInfo `json:"damaged"`          // blobs that are not in the backup
	Lists      []listInfo   `json:"lists,omitempty"`  // of all that it needs of blobs/; none in those of older programs
}

func (a *app) backup() *cobra.Command {
	var store storeFlags
	var withKeys, pgDump bool
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
copied with --pg-dump, which runs that program. Otherwise run it first, and this
directly after it.

A backup that failed, because the disk was full or the bucket away, is run again, and
copies what is missing. The exit status is 0, or 4 when layers are damaged and
therefore not in the backup, or 1 when it failed. Old generations are removed by
"pratique backup prune".`,
		Example: "  pratique backup /mnt/backup\n  pratique backup /mnt/backup --with-keys --output json\n" +
			"  pratique backup /mnt/backup --db postgres://pratique@db/pratique --pg-dump --blobs 's3://layers/registry?region=eu-west-2'",
		Args: cobra.ExactArgs(1),
	}
	cmd.AddCommand(a.backupPrune())
	store.register(cmd.Flags())
	blobs := blobsFlag(cmd)
	cmd.Flags().BoolVar(&pgDump, "pg-dump", false, "include a PostgreSQL database, with pg_dump")
	cmd.Flags().BoolVar(&withKeys, "with-keys", false, "include the key file and the private CA of the server")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var info backupInfo
		err := a.withBlobs(cmd.Context(), store, *blobs, func(db *meta.DB, from blobStore, r *registry.Registry) (err error) {
			b := &backuper{app: a, dir: args[0], data: store.data, url: store.db, db: db, from: from, live: r, withKeys: withKeys, pgDump: pgDump}
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
	url       string // of the database, if it is no file in data
	db        *meta.DB
	from      blobStore
	live      *registry.Registry
	withKeys  bool
	pgDump    bool
}

func (b *backuper) run(ctx context.Context) (info backupInfo, err error) {
	created := b.now().UTC()
	info = backupInfo{Version: 1, Generation: created.Format("20060102T150405.000Z"), Created: created, Keys: b.withKeys, Damaged: []damageInfo{}}
	to, err := blob.OpenDir(b.dir)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	unlock, err := b.shareBackup(ctx, to, b.dir)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, err := to.ExpireUploads(ctx, time.Now().Add(-holdFor)); err != nil { // what backups left that were killed
		return info, err
	}
	whole := filepath.Join(b.dir, generationsDir, info.Generation)
	part := whole + partialSuffix
	if err := os.MkdirAll(part, 0o700); err != nil {
		return info, fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if err != nil { // it has the database, and perhaps keys
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	release, err := b.hold(ctx, "backup "+blob.NewUploadID())
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, release()) }()

	lists := &listWriter{dir: part}
	copied, err := b.copy(ctx, part, to, lists.add, &info)
	if err != nil {
		return info, errors.Join(err, lists.abort())
	}
	if info.Lists, err = lists.finish(); err != nil {
		return info, fmt.Errorf("back up: %w", err)
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

// hold keeps bytes from being removed until release is called, also when the
// database is away for a while. It cannot be renewed by a program that was
// stopped for longer than holdFor; what is then gone is reported as missing.
func (b *backuper) hold(ctx context.Context, id string) (release func() error, err error) {
	if err := b.live.Hold(ctx, id, b.now().Add(holdFor)); err != nil {
		return nil, err
	}
	held := b.now()
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
			now := b.now()
			if err := b.live.Hold(ctx, id, now.Add(holdFor)); err == nil {
				held = now
			} else if b.now().Sub(held) > holdFor-holdRenew {
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

// copy copies the database and then the blobs that the copy names: of a dump, those
// that the database has or, since it was dumped, had.
func (b *backuper) copy(ctx context.Context, part string, to *blob.Dir, named func(digest.Digest, bool) error, info *backupInfo) (copied registry.Copied, err error) {
	o := registry.CopyOptions{
		Named: named,
		Found: func(d registry.Damage) { info.Damaged = append(info.Damaged, newDamageInfo(d, b.from)) },
		Progress: func(c registry.Copied) {
			fmt.Fprintf(b.stderr, "%d blobs, copied %s in %d of them\n", c.Blobs, bytesText(c.Written), c.Copied)
		},
	}
	file := filepath.Join(part, backupDatabase)
	err = b.db.CopyTo(ctx, file)
	if errors.Is(err, meta.ErrNoCopy) {
		if b.pgDump {
			file = filepath.Join(part, backupDump)
			if err := dumpPostgres(ctx, b.url, file); err != nil {
				return copied, err
			}
			info.Database = backupDump
			if info.SHA256, err = sumFile(file); err != nil {
				return copied, err
			}
		}
		o.Garbage = true
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

// copyKeys copies the key file and the private CA, if there is one.
func copyKeys(from, to string) error {
	if err := copyVerified(filepath.Join(from, server.KeyFile), filepath.Join(to, server.KeyFile), ""); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(from, tlsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(to, tlsDir), 0o700); err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if err := copyVerified(filepath.Join(from, tlsDir, e.Name()), filepath.Join(to, tlsDir, e.Name()), ""); err != nil {
			return err
		}
	}
	return syncDir(filepath.Join(to, tlsDir))
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
