package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// startBucket starts a server that keeps its layers in S3, and returns its data
// directory and its registry.
func startBucket(t *testing.T) (bucket *blackbox.S3, data string, w *world) {
	t.Helper()
	bucket = blackbox.StartS3(t)
	bucket.Setenv(t)
	servertest.Start(t, func(c *server.Config) { data, c.Blobs = c.DataDir, bucket.URL() })
	w = openBucket(t, server.DefaultDatabase(data), bucket.URL())
	if _, err := w.CreateRepository(t.Context(), backedUp, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	return bucket, data, w
}

// openBucket is the registry of a database and layers in S3.
func openBucket(t *testing.T, url, bucket string) *world {
	t.Helper()
	db := metatest.Open(t, url)
	blobs, err := blob.OpenS3(t.Context(), blob.S3Config{URL: bucket, DB: db})
	if err != nil {
		t.Fatal(err)
	}
	return &world{Registry: registry.New(registry.Config{DB: db, Blobs: blobs, SmallLayer: 1000}), db: db}
}

// object is the file in which the server has the bytes of the n-th layer.
func (w *world) object(t *testing.T, bucket *blackbox.S3, n int) string {
	t.Helper()
	var upload string
	err := w.db.Read(t.Context(), func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT upload FROM blob WHERE digest = $1`, digest.FromString(layerOf(n)).String()).Scan(&upload)
	})
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(bucket.Dir, "data", upload)
}

// TestScrubBucket has a damaged object found, set aside and replaced, and the
// bucket go away.
func TestScrubBucket(t *testing.T) {
	bucket, data, w := startBucket(t)
	for n := range 4 { // two of them small
		w.push(t, n)
	}
	scrub := func(args ...string) result {
		return storage(t, append([]string{"scrub", "--data", data, "--blobs", bucket.URL()}, args...)...)
	}
	if r := scrub(); r.code != 0 || !strings.HasSuffix(r.stdout, " in 4 blobs, 0 damaged.\n") || !strings.Contains(r.stderr, "in 4 blobs") {
		t.Errorf("scrub of sound bytes: %+v", r)
	}
	for n, content := range map[int]string{1: strings.ToUpper(layerOf(1)), 2: "short"} {
		if err := os.WriteFile(w.object(t, bucket, n), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, quarantine := range []bool{false, true} {
		args := []string{"--output", "json"}
		if quarantine {
			args = append(args, "--quarantine")
		}
		r := scrub(args...)
		var info scrubInfo
		decode(t, r.stdout, &info)
		faults := map[registry.Fault]bool{}
		for _, d := range info.Damage {
			if d.Quarantined != quarantine || d.Place != "s3" || len(d.Needs) != 1 {
				t.Errorf("damage %+v", d)
			}
			faults[d.Fault] = true
		}
		if r.code != damaged || !info.Complete || info.Blobs != 4 || info.Damaged != 2 || len(info.Damage) != 2 || !faults[registry.FaultContent] || !faults[registry.FaultSize] {
			t.Errorf("scrub of damaged bytes: %d %+v", r.code, info)
		}
	}
	elsewhere := strings.Replace(bucket.URL(), "?", "/elsewhere?", 1)
	for n := range 3 {
		w.push(t, n)
	}
	if r := scrub("--quarantine", "--restart", "--blobs", elsewhere); r.code != 1 || !strings.Contains(r.stderr, "/elsewhere at ") {
		t.Errorf("scrub of another prefix: %+v", r)
	}
	w.wantLayer(t, 1)
	bucket.Stop()
	if r := scrub("--quarantine"); r.code != 1 || r.stdout != "" || !strings.Contains(r.stderr, "the blob store is not available") {
		t.Errorf("scrub without the bucket: %+v", r)
	}
	bucket.Start(t)
	for n := range 4 {
		w.push(t, n)
		w.wantLayer(t, n)
	}
	if r := scrub("--quarantine", "--restart"); r.code != 0 {
		t.Errorf("scrub after all was pushed again: %+v", r)
	}
}

// TestBackupBucket backs up layers in S3, and restores them to another place in
// S3 and to files, with the bucket away in between.
func TestBackupBucket(t *testing.T) {
	bucket, data, w := startBucket(t)
	const layers = 12
	for n := range layers {
		w.push(t, n)
	}
	dir := filepath.Join(t.TempDir(), "backup")
	backup := func() result {
		return storage(t, "backup", dir, "--data", data, "--blobs", bucket.URL(), "--with-keys", "--output", "json")
	}
	if r := backup(); r.code != 0 {
		t.Fatalf("backup: %+v", r)
	}
	w.push(t, layers)
	w.push(t, layers+1)
	aside := w.object(t, bucket, layers+1)
	if err := os.Rename(aside, aside+".gone"); err != nil {
		t.Fatal(err)
	}
	var info backupInfo
	r := backup()
	decode(t, r.stdout, &info)
	if r.code != damaged || len(info.Damaged) != 1 || info.Damaged[0].Fault != registry.FaultMissing || info.Copied != 0 {
		t.Errorf("backup with an object missing: %d %+v", r.code, info)
	}
	if err := os.Rename(aside+".gone", aside); err != nil {
		t.Fatal(err)
	}
	bucket.Stop()
	whole, err := os.ReadDir(filepath.Join(dir, generationsDir))
	if err != nil {
		t.Fatal(err)
	}
	if r := backup(); r.code != 1 || !strings.Contains(r.stderr, "the blob store is not available") {
		t.Errorf("backup without the bucket: %+v", r)
	}
	if now, err := os.ReadDir(filepath.Join(dir, generationsDir)); err != nil || len(now) != len(whole) {
		t.Errorf("generations after one that failed: %v, %v", now, err)
	}
	bucket.Start(t)
	r = backup()
	info = backupInfo{}
	decode(t, r.stdout, &info)
	if r.code != 0 || info.Copied != 1 || info.Blobs != layers+2 || info.Database != backupDatabase {
		t.Fatalf("backup with the bucket: %d %+v", r.code, info)
	}

	elsewhere := strings.Replace(bucket.URL(), "?", "/elsewhere?", 1)
	to := filepath.Join(t.TempDir(), "restored")
	restore := func(args ...string) result {
		return storage(t, append([]string{"restore", dir, "--data", to}, args...)...)
	}
	bucket.Stop()
	if r := restore("--blobs", elsewhere); r.code != 1 || !strings.Contains(r.stderr, "the blob store is not available") {
		t.Errorf("restore without the bucket: %+v", r)
	}
	if _, err := os.Stat(filepath.Join(to, backupDatabase)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half a restoration has a database: %v", err)
	}
	bucket.Start(t)
	if r := restore("--blobs", elsewhere, "--generation", whole[0].Name()); r.code != 1 || !strings.Contains(r.stderr, "a part of generation "+info.Generation) {
		t.Errorf("restore of another generation over it: %+v", r)
	}
	if r := restore("--blobs", elsewhere); r.code != 0 {
		t.Fatalf("restore with the bucket: %+v", r)
	}
	check := func(restored *world) {
		t.Helper()
		for n := range layers + 2 {
			restored.wantLayer(t, n)
		}
	}
	check(openBucket(t, server.DefaultDatabase(to), elsewhere))
	if r := storage(t, "scrub", "--data", to, "--blobs", elsewhere); r.code != 0 {
		t.Errorf("scrub of what was restored to S3: %+v", r)
	}
	if r := restore("--blobs", elsewhere); r.code != 1 || !strings.Contains(r.stderr, "is not empty") {
		t.Errorf("restore over something: %+v", r)
	}
	servertest.Start(t, func(c *server.Config) { c.DataDir, c.Blobs = to, elsewhere })

	to = filepath.Join(t.TempDir(), "files")
	if r := restore(); r.code != 0 {
		t.Fatalf("restore to files: %+v", r)
	}
	check(openWorld(t, to, ""))
	if r := storage(t, "scrub", "--data", to); r.code != 0 {
		t.Errorf("scrub of what was restored to files: %+v", r)
	}
	// And from files to S3 again.
	if r := storage(t, "backup", dir, "--data", to, "--output", "json"); r.code != 0 {
		t.Errorf("backup of files: %+v", r)
	}
	to, elsewhere = filepath.Join(t.TempDir(), "again"), strings.Replace(bucket.URL(), "?", "/again?", 1)
	if r := restore("--blobs", elsewhere); r.code != 0 {
		t.Fatalf("restore of files to S3: %+v", r)
	}
	check(openBucket(t, server.DefaultDatabase(to), elsewhere))
}
