package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// storage runs a command line on a data directory.
func storage(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now, getenv: func(string) string { return "" }}
	code := a.run(t.Context(), args)
	return result{code, stdout.String(), stderr.String()}
}

var backedUp = registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "backed/up"}

// world is the registry of a data directory.
type world struct {
	*registry.Registry
	db    *meta.DB
	blobs *blob.Dir
}

func openWorld(t *testing.T, data, url string) *world {
	t.Helper()
	if url == "" {
		url = server.DefaultDatabase(data)
	}
	blobs, err := blob.OpenDir(filepath.Join(data, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	db := metatest.Open(t, url)
	return &world{registry.New(registry.Config{DB: db, Blobs: blobs, SmallLayer: 1000}), db, blobs}
}

// layerOf is the n-th layer: every third is small.
func layerOf(n int) string {
	if n%3 == 0 {
		return fmt.Sprintf("layer %d", n)
	}
	return strings.Repeat(fmt.Sprintf("layer %d ", n), 2000)
}

func (w *world) push(t *testing.T, n int) bool {
	t.Helper()
	c := layerOf(n)
	if _, err := w.PutLayer(t.Context(), backedUp, strings.NewReader(c), digest.FromString(c)); err != nil {
		t.Errorf("push %d: %v", n, err)
		return false
	}
	return true
}

func (w *world) wantLayer(t *testing.T, n int) {
	t.Helper()
	r, err := w.OpenLayer(t.Context(), backedUp, digest.FromString(layerOf(n)), 0, -1)
	if err != nil {
		t.Errorf("layer %d: %v", n, err)
		return
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != layerOf(n) {
		t.Errorf("layer %d: %d bytes, %v", n, len(got), err)
	}
}

// TestBackup backs a server up while layers are pushed, and collections of
// garbage with a grace of next to nothing remove others, and restores it.
func TestBackup(t *testing.T) {
	var data string
	servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	w := openWorld(t, data, "")
	if _, err := w.CreateRepository(t.Context(), backedUp, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	collecting := registry.New(registry.Config{DB: w.db, Blobs: w.blobs, GarbageGrace: time.Nanosecond, SmallLayer: 1000})
	const before = 120
	for n := range before {
		w.push(t, n)
	}
	keep(t, w.db) // layers stay, and what is deleted becomes garbage
	stop := make(chan struct{})
	var wg sync.WaitGroup
	pushed := 0
	wg.Go(func() {
		for n := before; ; n++ {
			select {
			case <-stop:
				pushed = n - before
				return
			default:
			}
			if !w.push(t, n) {
				return
			}
			if _, err := w.DeleteLayer(t.Context(), backedUp, digest.FromString(layerOf(n))); err != nil {
				t.Error(err)
			}
			if _, err := collecting.Collect(t.Context()); err != nil {
				t.Error(err)
			}
			keep(t, w.db)
		}
	})
	dir := filepath.Join(t.TempDir(), "backup")
	var infos [3]backupInfo
	for i := range infos {
		r := storage(t, "backup", dir, "--data", data, "--with-keys", "--output", "json")
		if r.code != 0 {
			t.Fatalf("backup: %+v", r)
		}
		decode(t, r.stdout, &infos[i])
	}
	close(stop)
	wg.Wait()
	if pushed == 0 {
		t.Error("nothing was pushed during the backups")
	}
	t.Logf("%d layers pushed during the backups", pushed)
	if infos[0].Copied < before/2 || infos[2].Copied > 20+int64(pushed) || infos[2].Copied >= infos[0].Copied {
		t.Errorf("copied %d blobs, and then %d and %d", infos[0].Copied, infos[1].Copied, infos[2].Copied)
	}

	for _, i := range infos {
		to := filepath.Join(t.TempDir(), "restored")
		if r := storage(t, "restore", dir, "--data", to, "--generation", i.Generation); r.code != 0 {
			t.Fatalf("restore: %+v", r)
		}
		restored := openWorld(t, to, "")
		for n := range before {
			restored.wantLayer(t, n)
		}
		if fi, err := os.Stat(filepath.Join(to, "key")); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("key: %v %v", fi, err)
		}
		if r := storage(t, "scrub", "--data", to); r.code != 0 {
			t.Errorf("scrub of what was restored: %+v", r)
		}
		if r := storage(t, "restore", dir, "--data", to); r.code != 1 || !strings.Contains(r.stderr, "is not empty") {
			t.Errorf("restore over something: %+v", r)
		}
	}
}

// keep marks all layers as needed, and blobs of none as long condemned.
func keep(t *testing.T, db *meta.DB) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE layer SET unused_since = NULL WHERE unused_since IS NOT NULL`)
		if err == nil {
			_, err = tx.Exec(`UPDATE blob SET condemned_at = 1 WHERE condemned_at IS NOT NULL`)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBackupOfDamage backs up a server one of whose files is corrupt, and a
// backup is restored one of whose files is.
func TestBackupOfDamage(t *testing.T) {
	var data string
	servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	w := openWorld(t, data, "")
	if _, err := w.CreateRepository(t.Context(), backedUp, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	w.push(t, 1)
	w.push(t, 2)
	corrupt := func(dir string, n int) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*", digest.FromString(layerOf(n)).Encoded()+"*"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		if err := os.WriteFile(files[0], []byte(strings.ToUpper(layerOf(n))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	corrupt(filepath.Join(data, "blobs"), 1)
	var info backupInfo
	r := storage(t, "backup", dir, "--data", data, "--output", "json")
	decode(t, r.stdout, &info)
	if r.code != damaged || len(info.Damaged) != 1 || info.Damaged[0].Fault != registry.FaultContent || info.Copied != 1 || info.Keys {
		t.Fatalf("backup: %d %+v", r.code, info)
	}
	if _, err := os.Stat(filepath.Join(dir, generationsDir, info.Generation, "key")); err == nil {
		t.Error("the key is in a backup without keys")
	}
	corrupt(dir, 2)
	to := t.TempDir()
	r = storage(t, "restore", dir, "--data", to)
	if r.code != damaged || strings.Count(r.stdout, "has the digest") != 1 || strings.Count(r.stdout, "is missing") != 1 || !strings.Contains(r.stdout, "Put the server's key file") {
		t.Errorf("restore: %+v", r)
	}
	if err := os.WriteFile(filepath.Join(dir, generationsDir, info.Generation, backupDatabase), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := storage(t, "restore", dir, "--data", t.TempDir()); r.code != 1 || !strings.Contains(r.stderr, "is damaged") {
		t.Errorf("restore of a damaged database: %+v", r)
	}
}

// TestBackupPostgres backs up the layers that a PostgreSQL database names.
func TestBackupPostgres(t *testing.T) {
	url, data, dir := metatest.Postgres(t), t.TempDir(), t.TempDir()
	w := openWorld(t, data, url)
	if _, err := w.CreateRepository(t.Context(), backedUp, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		w.push(t, n)
	}
	if r := storage(t, "backup", dir, "--data", data, "--db", url); r.code != 0 || !strings.Contains(r.stdout, "pg_dump") {
		t.Fatalf("backup: %+v", r)
	}
	stray := filepath.Join(dir, "blobs", "sha256", "00", strings.Repeat("0", 64))
	if err := errors.Join(os.MkdirAll(filepath.Dir(stray), 0o700), os.WriteFile(stray, []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if r := storage(t, "backup", "prune", dir, "--keep", "1"); r.code != 0 || !strings.Contains(r.stdout, "Removed 1 blobs with 1 B") || !strings.Contains(r.stdout, "1 generations with 2 blobs") {
		t.Errorf("prune: %+v", r)
	}
	if err := os.RemoveAll(filepath.Join(data, "blobs", "blobs")); err != nil { // so that they come from the backup
		t.Fatal(err)
	}
	to := t.TempDir()
	if r := storage(t, "restore", dir, "--data", to); r.code != 1 || !strings.Contains(r.stderr, "--db") {
		t.Errorf("restore without a database: %+v", r)
	}
	if r := storage(t, "restore", dir, "--data", to, "--db", url); r.code != 0 {
		t.Errorf("restore: %+v", r)
	}
	restored := openWorld(t, to, url)
	for n := range 4 {
		restored.wantLayer(t, n)
	}
}
