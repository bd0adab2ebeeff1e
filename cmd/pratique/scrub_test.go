package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// TestScrub has a running server's damaged layer found and set aside.
func TestScrub(t *testing.T) {
	var data string
	servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	scrub := func(args ...string) result {
		t.Helper()
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now, getenv: func(string) string { return "" }}
		code := a.run(t.Context(), append([]string{"scrub", "--data", data}, args...))
		return result{code, stdout.String(), stderr.String()}
	}
	pushLayer(t, data, "some bytes", time.Now)
	if r := scrub("--rate", "1"); r.code != 0 || r.stdout != "Read 10 B in 1 blobs, 0 damaged.\n" {
		t.Errorf("scrub of sound bytes: %+v", r)
	}
	files, err := filepath.Glob(filepath.Join(data, "blobs", "blobs", "*", "*", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte("Some bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := digest.FromString("some bytes").String()
	r := scrub("--quarantine")
	want := d + " has the digest " + digest.FromString("Some bytes").String() + ", set aside\n" +
		"  in app in 111111111111/us-east-1, of no image\nRead 10 B in 1 blobs, 1 damaged.\n"
	if r.code != damaged || r.stdout != want {
		t.Errorf("scrub of damaged bytes: %d %s", r.code, r.stdout)
	}
	r = scrub("--output", "json")
	var info scrubInfo
	decode(t, r.stdout, &info)
	if r.code != damaged || !info.Complete || info.Damaged != 1 || len(info.Damage) != 1 {
		t.Fatalf("scrub of missing bytes: %d %+v", r.code, info)
	}
	if i := info.Damage[0]; i.Digest.String() != d || i.Fault != registry.FaultMissing || !i.Quarantined || i.Bytes != 10 || len(i.Needs) != 1 {
		t.Errorf("damage %+v", i)
	}
	if err := os.Rename(filepath.Join(data, "blobs"), filepath.Join(data, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if r := scrub("--quarantine"); r.code != 1 || !strings.Contains(r.stderr, "there are no layers in") {
		t.Errorf("scrub without blobs: %+v", r)
	}
}
