package ociapi_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// What a process that runs the conformance tests another time runs them on.
const (
	envBucket = "PRATIQUE_TEST_BUCKET" // URL of a bucket for two nodes
	envWays   = "PRATIQUE_TEST_WAYS"   // see withoutSmall and withRedirects
)

const (
	withoutSmall  = "no-small-layers" // the database has none of the layers
	withRedirects = "redirects"       // clients read layers from the bucket
)

func way(w string) bool { return slices.Contains(strings.Fields(os.Getenv(envWays)), w) }

// openNodes returns what the registry of each node of a world keeps its state
// in: of one on SQLite and files, or of two on PostgreSQL and S3.
func openNodes(t *testing.T, dir string) []registry.Config {
	t.Helper()
	var c registry.Config
	if way(withoutSmall) {
		c.SmallLayer = -1
	}
	bucket := os.Getenv(envBucket)
	if bucket == "" {
		blobs, err := blob.OpenDir(filepath.Join(dir, "blobs"))
		if err != nil {
			t.Fatal(err)
		}
		c.DB, c.Blobs = metatest.Open(t, metatest.SQLite(t)), blobs
		return []registry.Config{c}
	}
	url := metatest.Postgres(t)
	folder := blob.NewUploadID() // which nothing else has
	var both []registry.Config
	for range 2 {
		c.DB = metatest.Open(t, url)
		blobs, err := blob.OpenS3(t.Context(), blob.S3Config{URL: bucket, Folder: folder, DB: c.DB})
		if err != nil {
			t.Fatal(err)
		}
		if c.Blobs = blobs; way(withRedirects) {
			c.Redirects = blobs
		}
		both = append(both, c)
	}
	return both
}

// TestFiles runs the conformance tests again with all layers in files.
func TestFiles(t *testing.T) { again(t, envWays+"="+withoutSmall) }

// TestTwoNodes runs the conformance tests again on two nodes, which share a
// PostgreSQL database and an S3-compatible store, and of which each request goes
// to the next.
func TestTwoNodes(t *testing.T) {
	need.Postgres(t)
	for name, ways := range map[string]string{"small layers": "", "proxied layers": withoutSmall, "redirected layers": withoutSmall + " " + withRedirects} {
		t.Run(name, func(t *testing.T) {
			server := blackbox.StartS3(t)
			again(t, append(server.Env(), envBucket+"="+server.URL(), envWays+"="+ways)...)
			objects := 0
			err := filepath.WalkDir(server.Dir, func(_ string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					objects++
				}
				return err
			})
			if err != nil || (objects == 0) != (ways == "") {
				t.Errorf("%d objects are in the bucket, %v: the tests did not test", objects, err)
			}
		})
	}
}

// again runs the conformance tests in a process of their own, which has more in
// its environment.
func again(t *testing.T, env ...string) {
	t.Helper()
	source, err := os.ReadFile("conformance_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
		names = append(names, string(m[1]))
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^("+strings.Join(names, "|")+")$", "-test.v")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	passed := strings.Count(string(out), "\n--- PASS: ")
	if err != nil || len(names) == 0 || passed != len(names) {
		t.Errorf("%d of %d tests passed: %v\n%s", passed, len(names), err, out)
	}
}
