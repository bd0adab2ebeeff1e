package ociapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// envBucket is the URL of a bucket for the worlds of a process that runs the
// tests on two nodes.
const envBucket = "PRATIQUE_TEST_BUCKET"

// state is what a node opens.
type state struct {
	db    *meta.DB
	blobs blob.Store
}

// openStates opens the state of each node of a world: of one on SQLite and
// files, or of two on PostgreSQL and S3.
func openStates(t *testing.T, dir string) []state {
	t.Helper()
	bucket := os.Getenv(envBucket)
	if bucket == "" {
		blobs, err := blob.OpenDir(filepath.Join(dir, "blobs"))
		if err != nil {
			t.Fatal(err)
		}
		return []state{{metatest.Open(t, metatest.SQLite(t)), blobs}}
	}
	url := metatest.Postgres(t)
	folder := blob.NewUploadID() // which nothing else has
	var both []state
	for range 2 {
		db := metatest.Open(t, url)
		blobs, err := blob.OpenS3(t.Context(), blob.S3Config{URL: bucket, Folder: folder, DB: db})
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, state{db, blobs})
	}
	return both
}

// TestTwoNodes runs the conformance tests again on two nodes, which share a
// PostgreSQL database and an S3-compatible store, and of which each request goes
// to the next.
func TestTwoNodes(t *testing.T) {
	need.Postgres(t)
	source, err := os.ReadFile("conformance_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
		names = append(names, string(m[1]))
	}
	server := blackbox.StartS3(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^("+strings.Join(names, "|")+")$", "-test.v")
	cmd.Env = append(append(os.Environ(), server.Env()...), envBucket+"="+server.URL())
	out, err := cmd.CombinedOutput()
	passed := strings.Count(string(out), "\n--- PASS: ")
	if err != nil || len(names) == 0 || passed != len(names) {
		t.Errorf("%d of %d tests passed: %v\n%s", passed, len(names), err, out)
	}
}
