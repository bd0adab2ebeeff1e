package blob_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
)

func openDir(t testing.TB, path string) *blob.Dir {
	t.Helper()
	s, err := blob.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestDir(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) (a, b blob.Store) {
		path := t.TempDir()
		return openDir(t, path), openDir(t, path)
	})
}

func TestOpenDirFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "/below", ""} {
		if s, err := blob.OpenDir(path); err == nil {
			s.Close()
			t.Errorf("OpenDir(%q) succeeded", path)
		}
	}
}

func create(t *testing.T, s blob.Store, content string) string {
	t.Helper()
	id := blob.NewUploadID()
	if err := s.Create(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), id, 0, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return id
}

// files returns what is below path, directories aside.
func files(t *testing.T, path string) []string {
	t.Helper()
	out := []string{}
	err := fs.WalkDir(os.DirFS(path), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLayout guards the form on disk, which a later release has to read.
func TestLayout(t *testing.T) {
	path := t.TempDir()
	s := openDir(t, path)
	d := blobtest.Put(t, s, digest.SHA256, []byte("hello"))
	hex := d.Digest.Encoded()
	id := create(t, s, "more")
	want := []string{
		"blobs/sha256/" + hex[:2] + "/" + hex + "." + d.Upload,
		"uploads/" + id + "/data",
		"uploads/" + id + "/state",
	}
	if diff := cmp.Diff(want, files(t, path)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	err := filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := e.Info()
		if err != nil {
			return err
		}
		if p != path && fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v: others may read it", p, fi.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSymlink checks that a link planted in the store leads nowhere outside.
func TestSymlink(t *testing.T) {
	path, outside := t.TempDir(), t.TempDir()
	s := openDir(t, path)
	d := digest.FromString("secret")
	if err := os.WriteFile(filepath.Join(outside, d.Encoded()), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(path, "blobs", "sha256", d.Encoded()[:2])); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Open(t.Context(), blob.Name{Digest: d}, 0, -1); err == nil {
		r.Close()
		t.Error("opened a file outside the store")
	}
}

func TestExpireUploads(t *testing.T) {
	path := t.TempDir()
	s := openDir(t, path)
	now := time.Now()
	old := now.Add(-48 * time.Hour)
	age := func(name string) {
		t.Helper()
		if err := os.Chtimes(filepath.Join(path, "uploads", name), old, old); err != nil {
			t.Fatal(err)
		}
	}

	stale, fresh, busy := create(t, s, "stale"), create(t, s, "fresh"), create(t, s, "busy")
	age(stale + "/state")
	age(busy + "/state")
	pr, pw := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := s.Append(t.Context(), busy, 4, pr)
		done <- err
	}()
	if _, err := pw.Write([]byte("!")); err != nil {
		t.Fatal(err)
	}
	// What a crash inside Create leaves, and what is not ours.
	half := "00000000-0000-4000-8000-000000000000"
	for _, name := range []string{half, "lost+found"} {
		if err := os.Mkdir(filepath.Join(path, "uploads", name), 0o700); err != nil {
			t.Fatal(err)
		}
		age(name)
	}

	n, err := s.ExpireUploads(t.Context(), now.Add(-24*time.Hour))
	if err != nil || n != 1 {
		t.Errorf("ExpireUploads: %d, %v; want 1", n, err)
	}
	pw.Close()
	if err := <-done; err != nil {
		t.Errorf("append during the expiry: %v", err)
	}
	got := map[string]bool{}
	for _, id := range []string{stale, fresh, busy, half, "lost+found"} {
		_, err := os.Stat(filepath.Join(path, "uploads", id))
		got[id] = err == nil
	}
	want := map[string]bool{stale: false, fresh: true, busy: true, half: false, "lost+found": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("uploads left (-want +got):\n%s", diff)
	}
}

// TestState damages the saved state in the ways a crash or another release can
// and checks that the upload is then shorter or hashed again, never wrong.
func TestState(t *testing.T) {
	const slot = 512
	for _, c := range []struct {
		name   string
		damage func(state []byte) []byte
		size   int64
	}{
		{"none", func(b []byte) []byte { return b }, 6},
		{"newer slot torn", func(b []byte) []byte { b[slot+40]++; return b }, 3},
		{"older slot torn", func(b []byte) []byte { b[40]++; return b }, 6},
		{"newer slot cut", func(b []byte) []byte { return b[:slot+20] }, 3},
		{"both torn", func(b []byte) []byte { b[0]++; b[slot]++; return b }, 0},
		{"empty", func([]byte) []byte { return nil }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := t.TempDir()
			s := openDir(t, path)
			id := create(t, s, "abc")
			if _, err := s.Append(t.Context(), id, 3, strings.NewReader("def")); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(path, "uploads", id, "state")
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, c.damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			size, err := s.Size(t.Context(), id)
			if err != nil || size != c.size {
				t.Fatalf("size %d, %v; want %d", size, err, c.size)
			}
			// A shorter continuation must not let the old tail show.
			content := "abcdef"[:size] + "x"
			if _, err := s.Append(t.Context(), id, size, strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
			d := digest.FromString(content)
			if n, err := s.Commit(t.Context(), id, d); err != nil || n != int64(len(content)) {
				t.Fatalf("commit: %d, %v", n, err)
			}
			got, err := os.ReadFile(filepath.Join(path, "blobs", "sha256", d.Encoded()[:2], d.Encoded()+"."+id))
			if err != nil || string(got) != content {
				t.Errorf("blob %q, %v; want %q", got, err, content)
			}
		})
	}
}

// TestLostData checks that an upload whose data file lost bytes does not commit.
func TestLostData(t *testing.T) {
	path := t.TempDir()
	s := openDir(t, path)
	id := create(t, s, "hello")
	if err := os.Truncate(filepath.Join(path, "uploads", id, "data"), 2); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), id, digest.FromString("hello")); err == nil {
		t.Error("committed an upload that lost bytes")
	}
}

// TestInterruptedCommit repeats a commit that was cut between the move of the
// data and the end of the upload.
func TestInterruptedCommit(t *testing.T) {
	interruptedCommit(t, false)
	interruptedCommit(t, true)
}

func interruptedCommit(t *testing.T, finish bool) {
	for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		path := t.TempDir()
		s := openDir(t, path)
		d, other := alg.FromString("hello"), blobtest.Put(t, s, alg, []byte("other"))
		id := create(t, s, "hello")
		shard := filepath.Join(path, "blobs", alg.String(), d.Encoded()[:2])
		if err := os.MkdirAll(shard, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(path, "uploads", id, "data"), filepath.Join(shard, d.Encoded()+"."+id)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(t.Context(), id, other.Digest); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("commit to another digest: error %v, want fs.ErrNotExist", err)
		}
		if finish {
			if _, err := s.Finish(t.Context(), id, 5, strings.NewReader(""), other.Digest); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("finish with another digest: error %v, want fs.ErrNotExist", err)
			}
			if n, err := s.Finish(t.Context(), id, 5, strings.NewReader(""), d); err != nil || n != 5 {
				t.Errorf("finish: %d, %v", n, err)
			}
		} else if n, err := s.Commit(t.Context(), id, d); err != nil || n != 5 {
			t.Errorf("commit: %d, %v", n, err)
		}
		if _, err := os.Stat(filepath.Join(path, "uploads", id)); err == nil {
			t.Error("the upload is still there")
		}
	}
}

// TestListSkipsStrays checks that files which are no blobs are not listed.
func TestListSkipsStrays(t *testing.T) {
	path := t.TempDir()
	s := openDir(t, path)
	d := blobtest.Put(t, s, digest.SHA256, []byte("hello"))
	dir := filepath.Join(path, "blobs", "sha256")
	hex := d.Digest.Encoded()
	for _, name := range []string{"README", hex[:2] + "/.nfs0001", hex[:2] + "/" + strings.ToUpper(hex), hex[:2] + "/" + hex + ".", hex[:2] + "/" + hex + ".old"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []blob.Name
	for i, err := range s.List(t.Context(), blob.Name{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, i.Name)
	}
	if diff := cmp.Diff([]blob.Name{d}, got); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

// TestDigestAlone checks that what was stored before blobs had the names of
// their uploads is found.
func TestDigestAlone(t *testing.T) {
	path := t.TempDir()
	s := openDir(t, path)
	name := blob.Name{Digest: digest.FromString("hello")}
	shard := filepath.Join(path, "blobs", "sha256", name.Digest.Encoded()[:2])
	if err := os.MkdirAll(shard, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shard, name.Digest.Encoded()), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), name, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "hello" {
		t.Errorf("blob %q, %v", got, err)
	}
	for i, err := range s.List(t.Context(), blob.Name{}) {
		if err != nil || i.Name != name {
			t.Errorf("listed %s, %v", i.Name, err)
		}
	}
	if err := s.Remove(t.Context(), name); err != nil {
		t.Error(err)
	}
}

// TestServe reads through net/http, whose ResponseWriter takes another way for files.
func TestServe(t *testing.T) {
	s := openDir(t, t.TempDir())
	content := blobtest.Content(9, 3<<20)
	d := blobtest.Put(t, s, digest.SHA256, content)
	for _, c := range []struct{ off, n int64 }{{0, -1}, {1 << 20, -1}, {1 << 20, 1 << 20}} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, err := s.Open(r.Context(), d, c.off, c.n)
			if err != nil {
				t.Error(err)
				return
			}
			defer b.Close()
			if _, err := io.Copy(w, b); err != nil {
				t.Error(err)
			}
		}))
		resp, err := http.Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		srv.Close()
		want := content[c.off:]
		if c.n >= 0 {
			want = want[:c.n]
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d+%d: got %d bytes, %v; want %d", c.off, c.n, len(got), err, len(want))
		}
	}
}

// BenchmarkUpload stores 64 MiB in one request, and in two.
func BenchmarkUpload(b *testing.B) {
	s := openDir(b, b.TempDir())
	content := blobtest.Content(1, 64<<20)
	d := digest.FromBytes(content)
	for _, c := range []struct {
		name string
		put  func(id string) error
	}{
		{"whole", func(id string) error {
			_, err := s.Finish(b.Context(), id, 0, bytes.NewReader(content), d)
			return err
		}},
		{"parts", func(id string) error {
			if _, err := s.Append(b.Context(), id, 0, bytes.NewReader(content)); err != nil {
				return err
			}
			_, err := s.Commit(b.Context(), id, d)
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				id := blob.NewUploadID()
				if err := s.Create(b.Context(), id); err != nil {
					b.Fatal(err)
				}
				if err := c.put(id); err != nil {
					b.Fatal(err)
				}
				if err := s.Remove(b.Context(), blob.Name{Digest: d, Upload: id}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestLock has two handles on a directory lock it, alone and shared.
func TestLock(t *testing.T) {
	path := t.TempDir()
	a, b := openDir(t, path), openDir(t, path)
	lock := func(d *blob.Dir, alone bool, want error) func() {
		t.Helper()
		unlock, err := d.Lock(alone)
		if !errors.Is(err, want) {
			t.Fatalf("lock (alone %t): %v, want %v", alone, err, want)
		}
		return func() {
			if err := unlock(); err != nil {
				t.Error(err)
			}
		}
	}
	first, second := lock(a, false, nil), lock(b, false, nil)
	lock(a, true, blob.ErrLocked)
	first()
	lock(a, true, blob.ErrLocked)
	second()
	alone := lock(a, true, nil)
	lock(a, true, blob.ErrLocked)
	lock(b, true, blob.ErrLocked)
	lock(b, false, blob.ErrLocked)
	alone()
	lock(b, true, nil)()
}
