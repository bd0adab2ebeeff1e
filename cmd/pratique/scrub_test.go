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

// TestScrubElsewhere scrubs places where the server's layers are not.
func TestScrubElsewhere(t *testing.T) {
	var data string
	servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	pushLayer(t, data, "some bytes", time.Now)
	w, blobs := openWorld(t, data, ""), filepath.Join(data, "blobs")
	pushed := func() bool {
		_, err := w.Layer(t.Context(), registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "app"}, digest.FromString("some bytes"))
		return err == nil
	}
	for _, dir := range []string{"", "blobs", "uploads"} { // an empty disk is mounted, or they are lost
		if err := os.Rename(filepath.Join(blobs, dir), filepath.Join(data, "elsewhere")); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(blobs, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		r := storage(t, "scrub", "--data", data, "--quarantine", "--output", "json")
		if dir == "uploads" {
			if r.code != 0 {
				t.Errorf("scrub of the right place: %+v", r)
			}
			continue
		}
		var info scrubInfo
		decode(t, r.stdout, &info)
		if r.code != 1 || !strings.Contains(r.stderr, "none is in "+blobs+": that is probably not where") || info.Complete || len(info.Damage) != 0 || !pushed() {
			t.Errorf("scrub of nothing: %+v, %+v", r, info)
		}
		if err := os.RemoveAll(filepath.Join(blobs, dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(data, "elsewhere"), filepath.Join(blobs, dir)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(blobs, "blobs")); err != nil {
		t.Fatal(err)
	}
	if r := storage(t, "scrub", "--data", data); r.code != damaged { // without --quarantine nothing is at risk
		t.Errorf("scrub of lost bytes: %+v", r)
	}
	if r := storage(t, "scrub", "--data", data, "--all-missing"); r.code != 1 || !strings.Contains(r.stderr, "--quarantine") {
		t.Errorf("scrub with --all-missing alone: %+v", r)
	}
	if r := storage(t, "scrub", "--data", data, "--quarantine", "--all-missing"); r.code != damaged || pushed() {
		t.Errorf("scrub of lost bytes: %+v", r)
	}
}

func TestPlaceOf(t *testing.T) {
	for s3, want := range map[string]string{
		"": filepath.Join("dir", "blobs"),
		"s3://bucket/a/prefix?region=eu-west-2&path-style=true":       "s3://bucket/a/prefix",
		"s3://user:word@bucket/p?endpoint=https://k:word@s3.test:9/w": "s3://bucket/p at s3.test:9",
		"s3://bucket?endpoint=https://s3.test&secret=word#word":       "s3://bucket at s3.test",
		"s3://buck et/with a password":                                "--blobs",
	} {
		if got := placeOf(storeFlags{data: "dir"}, s3); got != want {
			t.Errorf("%s: %s, want %s", s3, got, want)
		}
	}
}
