package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// TestGC lets an administrator look at garbage, and a running server remove it.
func TestGC(t *testing.T) {
	const grace = 2 * time.Hour
	var data string
	var late atomic.Int64 // how far the clock is ahead
	now := func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	servertest.Start(t, func(c *server.Config) {
		data, c.Now, c.GarbageGrace, c.GarbageInterval = c.DataDir, now, grace, 1000*time.Hour // only when it is asked to
	})
	gc := func(args ...string) result {
		t.Helper()
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: now, getenv: func(string) string { return "" }}
		code := a.run(t.Context(), append(append([]string{"gc"}, args...), "--data", data))
		return result{code, stdout.String(), stderr.String()}
	}
	asJSON := func(v any, args ...string) {
		t.Helper()
		r := gc(append(args, "--output", "json")...)
		if r.code != 0 {
			t.Fatalf("%v: %s", args, r.stderr)
		}
		decode(t, r.stdout, v)
	}
	pushLayer(t, data, "some bytes", now)

	var dry dryRunInfo
	asJSON(&dry, "run", "--dry-run")
	if len(dry.Garbage) != 0 {
		t.Errorf("garbage %+v", dry)
	}
	late.Add(int64(grace + time.Minute))
	asJSON(&dry, "run", "--dry-run")
	if len(dry.Garbage) != 1 || dry.Garbage[0].Kind != registry.GarbageLayer || dry.Garbage[0].Repository != "app" || dry.Bytes != 0 {
		t.Errorf("garbage %+v", dry)
	}
	if r := gc("run", "--dry-run"); !strings.Contains(r.stdout, " of app in 111111111111/us-east-1\n1 would go, which frees 0 B.\n") {
		t.Errorf("said %q", r.stdout)
	}

	var done gcInfo
	asJSON(&done, "run")
	if l := done.Last; l == nil || l.Layers != 1 || l.Bytes != 0 || l.Grace != "2h0m0s" || done.CondemnedBlobs != 1 || done.CondemnedBytes != 10 {
		t.Errorf("collected %+v of %+v", done.Last, done)
	}
	late.Add(int64(grace + time.Minute))
	asJSON(&dry, "run", "--dry-run")
	if len(dry.Garbage) != 1 || dry.Garbage[0].Kind != registry.GarbageBlob || dry.Bytes != 10 {
		t.Errorf("garbage %+v", dry)
	}
	if r := gc("run"); r.code != 0 {
		t.Errorf("gc run: %+v", r)
	}
	if left, err := filepath.Glob(filepath.Join(data, "blobs", "blobs", "*", "*", "*")); err != nil || len(left) != 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
	asJSON(&done, "status")
	if done.TotalFiles != 1 || done.TotalBytes != 10 || done.CondemnedBlobs != 0 {
		t.Errorf("status %+v", done)
	}
	if r := gc("status"); r.code != 0 || !strings.Contains(r.stdout, "Freed altogether: 10 B in 1 blobs\n") {
		t.Errorf("status %+v", r)
	}

	data = t.TempDir()
	if r := gc("status"); r.code != 1 || !strings.Contains(r.stderr, "there is no server's data in") {
		t.Errorf("status of nothing: %+v", r)
	}
}

// pushLayer puts a layer that no image names into a server's data.
func pushLayer(t *testing.T, data, content string, now func() time.Time) {
	t.Helper()
	db, err := meta.Open(t.Context(), server.DefaultDatabase(data))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	blobs, err := blob.OpenDir(filepath.Join(data, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	r := registry.New(registry.Config{DB: db, Blobs: blobs, Now: now, SmallLayer: -1})
	repo := registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "app"}
	if _, err := r.CreateRepository(t.Context(), repo, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	id, err := r.StartUpload(t.Context(), repo)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.AppendUpload(t.Context(), repo, id, 0, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CompleteUpload(t.Context(), repo, id, digest.FromString(content)); err != nil {
		t.Fatal(err)
	}
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1 << 20: "1.0 MiB", 3 << 29: "1.5 GiB", 1 << 62: "4.0 EiB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
