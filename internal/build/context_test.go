package build

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/blob"
)

func TestCheckContextRefuses(t *testing.T) {
	small := Limits{Unpacked: 10_000, Files: 4}
	file := func(name string) tar.Header { return tar.Header{Name: name, Size: 1, Mode: 0o644} }
	for name, headers := range map[string][]tar.Header{
		"parent":             {file("../x")},
		"parent inside":      {file("a/../../x")},
		"dot dot inside":     {file("a/../x")},
		"absolute":           {file("/etc/passwd")},
		"backslash":          {file(`..\x`)},
		"empty element":      {file("a//b")},
		"symbolic link":      {{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}},
		"hard link":          {file("a"), {Name: "l", Typeflag: tar.TypeLink, Linkname: "a"}},
		"device":             {{Name: "d", Typeflag: tar.TypeChar}},
		"pipe":               {{Name: "d", Typeflag: tar.TypeFifo}},
		"twice":              {file("a"), file("a")},
		"twice, spelt anew":  {file("a"), file("./a")},
		"below a file":       {file("a"), file("a/b")},
		"a file over a dir":  {file("a/b"), file("a")},
		"a dir over a file":  {file("a"), {Name: "a/", Typeflag: tar.TypeDir}},
		"the root as a file": {file(".")},
		"too many":           {file("a"), file("b"), file("c"), file("d"), file("e")},
		"too many implied":   {file("a/b/c/d/e")},
		"too large":          {{Name: "a", Size: 10_001, Mode: 0o644}},
		"too large together": {{Name: "a", Size: 6000, Mode: 0o644}, {Name: "b", Size: 6000, Mode: 0o644}},
	} {
		t.Run(name, func(t *testing.T) {
			content := archive(t, headers...)
			if err := CheckContext(bytes.NewReader(content), small); !errors.Is(err, ErrContext) {
				t.Errorf("check: %v", err)
			}
			dir := t.TempDir()
			if err := UnpackContext(bytes.NewReader(content), filepath.Join(dir), small); !errors.Is(err, ErrContext) {
				t.Errorf("unpack: %v", err)
			}
		})
	}
	good := archive(t, file("a"))
	for name, content := range map[string][]byte{"empty": nil, "text": []byte("hello"), "cut": good[:len(good)-12], "tail": append(bytes.Clone(good), "tail"...)} {
		if err := CheckContext(bytes.NewReader(content), small); !errors.Is(err, ErrContext) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("the disk is broken")
	err := CheckContext(io.MultiReader(bytes.NewReader(good[:10]), iotest.ErrReader(broken)), small)
	if !errors.Is(err, broken) || errors.Is(err, ErrContext) {
		t.Errorf("a source that cannot be read is %v", err)
	}
}

// Files come out as they went in, and equal files make equal archives.
func TestPack(t *testing.T) {
	pack := func(umask fs.FileMode) []byte {
		dir := t.TempDir()
		for name, mode := range map[string]fs.FileMode{"a.txt": 0o644 &^ umask, "run.sh": 0o755 &^ umask} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(filepath.Join(dir, name), time.Time{}, time.Unix(int64(umask), 0)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		err := PackContext(&b, map[string]string{
			"requirements.txt": filepath.Join(dir, "a.txt"), "src/run.sh": filepath.Join(dir, "run.sh"), "src/empty": filepath.Join(dir, "empty"),
		})
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	content := pack(0)
	if !bytes.Equal(content, pack(0o077)) {
		t.Error("equal files make different archives")
	}
	dir := t.TempDir()
	if err := UnpackContext(bytes.NewReader(content), dir, Limits{}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		got[rel] = info.Mode().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"requirements.txt": "-rw-------", "src": "drwx------", "src/run.sh": "-rwx------", "src/empty": "drwx------"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unpacked (-want +got):\n%s", diff)
	}
}

// A link that is in the way is not followed.
func TestUnpackOverLink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if err := UnpackContext(bytes.NewReader(archive(t, tar.Header{Name: "a/b", Size: 1, Mode: 0o644})), dir, Limits{}); err == nil {
		t.Error("unpacked over a link")
	}
	if _, err := os.Stat(filepath.Join(outside, "b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("outside of the directory: %v", err)
	}
}

// Files that no build has are removed, unless a build may be about to name them.
func TestOrphans(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		content := archive(t, tar.Header{Name: "a", Size: 1})
		b := w.start(withFiles(request("ann", "app"), content))
		if err := w.Upload(w.Context(), b.ID, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		r := withFiles(request("ann", "lost"), content)
		if _, err := w.store(w.Context(), &Build{ContextDigest: r.ContextDigest, ContextSize: r.ContextSize}, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		w.sweep()
		if n := w.stored(); n != 2 {
			t.Errorf("%d archives are stored, want both: they are new", n)
		}
		w.age(2 * orphanGrace)
		w.sweep()
		if n := w.stored(); n != 1 {
			t.Errorf("%d archives are stored, want that of the build", n)
		}
		w.leased(b)
		if _, _, err := w.Open(w.Context(), b.ID, 1); err != nil {
			t.Errorf("the files of the build: %v", err)
		}
	})
}

// age makes the stored files older.
func (w *world) age(d time.Duration) {
	w.Helper()
	at := time.Now().Add(-d)
	for info, err := range w.files.List(w.Context(), blob.Name{}) {
		if err != nil {
			w.Fatal(err)
		}
		hex := info.Name.Digest.Encoded()
		if err := os.Chtimes(filepath.Join(w.dir, "blobs", "sha256", hex[:2], hex+"."+info.Name.Upload), at, at); err != nil {
			w.Fatal(err)
		}
	}
}

// Whatever an archive holds, what is refused by the check is refused when it is unpacked, and nothing gets out.
func FuzzContext(f *testing.F) {
	f.Add(archive(f, tar.Header{Name: "a/b", Size: 3, Mode: 0o644}))
	f.Add(archive(f, tar.Header{Name: "../x", Size: 3, Mode: 0o644}))
	f.Add(archive(f, tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: ".."}, tar.Header{Name: "l/x", Size: 1}))
	f.Fuzz(func(t *testing.T, content []byte) {
		limits := Limits{Unpacked: 1 << 20, Files: 100}
		top := t.TempDir()
		dir := filepath.Join(top, "dir")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		checked := CheckContext(bytes.NewReader(content), limits)
		unpacked := UnpackContext(bytes.NewReader(content), dir, limits)
		if checked != nil && unpacked == nil {
			t.Errorf("unpacked although %v", checked)
		}
		entries, err := os.ReadDir(top)
		if err != nil || len(entries) != 1 {
			t.Errorf("beside the directory: %v, %v", entries, err)
		}
	})
}
