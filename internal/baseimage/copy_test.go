package baseimage

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/layer"
)

func TestCopies(t *testing.T) {
	source := filepath.Join(t.TempDir(), "a.py")
	if err := os.WriteFile(source, []byte("a = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := func(target string, mode fs.FileMode) imagespec.File {
		return imagespec.File{Source: source, Target: target, Field: "copy", Size: 6, Mode: mode}
	}
	files := []imagespec.File{
		{Target: "/root/pkg", Mode: fs.ModeDir | 0o700},
		file("/root/pkg/run.sh", 0o755), file("/root/pkg/new/deep/a.py", 0o600), file("/root/data/a.csv", 0o644), file("/root/link", 0o644),
	}
	base := []item{
		dir("root").perm(0o700).owned(0, 0), dir("root/pkg").perm(0o2770).owned(5, 6), link("root/data", "/mnt/data"), dir("mnt/data").owned(7, 7).perm(0o1777), link("root/link", "/etc/passwd"),
	}
	show := func(entries []layer.Entry) []string {
		var lines []string
		for _, e := range entries {
			lines = append(lines, fmt.Sprintf("%d %s %v %d:%d %d", e.Type, e.Name, e.Mode, e.UID, e.GID, e.Size))
		}
		return lines
	}
	for name, test := range map[string]struct {
		passwd string
		want   []string
	}{
		"flytekit": {"root:x:0:0::/root:/bin/sh\nflytekit:x:1000:1001::/home/flytekit:/bin/sh\n", []string{
			"1 mnt -rwxr-xr-x 0:0 0",
			"1 mnt/data trwxrwxrwx 7:7 0",
			"0 mnt/data/a.csv -rw-r--r-- 1000:1001 6",
			"1 root -rwx------ 0:0 0",
			"0 root/link -rw-r--r-- 1000:1001 6",
			"1 root/pkg grwxrwx--- 5:6 0",
			"1 root/pkg/new -rwxr-xr-x 1000:1001 0",
			"1 root/pkg/new/deep -rwxr-xr-x 1000:1001 0",
			"0 root/pkg/new/deep/a.py -rw------- 1000:1001 6",
			"0 root/pkg/run.sh -rwxr-xr-x 1000:1001 6",
		}},
		"root": {"root:x:0:0::/root:/bin/sh\n", []string{
			"1 mnt -rwxr-xr-x 0:0 0",
			"1 mnt/data trwxrwxrwx 7:7 0",
			"0 mnt/data/a.csv -rw-r--r-- 0:0 6",
			"1 root -rwx------ 0:0 0",
			"0 root/link -rw-r--r-- 0:0 6",
			"1 root/pkg grwxrwx--- 5:6 0",
			"1 root/pkg/new -rwxr-xr-x 0:0 0",
			"1 root/pkg/new/deep -rwxr-xr-x 0:0 0",
			"0 root/pkg/new/deep/a.py -rw------- 0:0 6",
			"0 root/pkg/run.sh -rwxr-xr-x 0:0 6",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := readItems(t, env(usualPath), minimal(), append(base, reg("etc/passwd", test.passwd)))
			entries := b.Copies(files)
			if diff := cmp.Diff(test.want, show(entries)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			r, err := entries[len(entries)-1].Open()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if content, err := io.ReadAll(r); err != nil || string(content) != "a = 1\n" {
				t.Errorf("content %q, %v", content, err)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	b := readItems(t, env(usualPath), minimal())
	if got := b.Resolve("/lib/new/../x"); got != "/usr/lib/x" {
		t.Errorf("resolved to %s", got)
	}
	want := []string{"/lib", "/usr", "/usr/lib"}
	got := b.Dirs("/lib/new")
	if len(got) != len(want) || got["/lib"].Link != "usr/lib" {
		t.Errorf("directories %v, want %v", got, want)
	}
}
