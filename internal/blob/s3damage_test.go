package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// dataFile is where the server has the bytes of an upload.
func dataFile(server *blackbox.S3, folder, upload string) string {
	return filepath.Join(server.Dir, folder, "data", upload)
}

// TestS3Damage reads objects that are not as they were stored.
func TestS3Damage(t *testing.T) {
	server := startS3(t)
	s := openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), folder(t))
	read := func(b blob.Name, off int64) (int, error) {
		r, err := s.Open(t.Context(), b, off, -1)
		if err != nil {
			return 0, err
		}
		defer r.Close()
		p, err := io.ReadAll(r)
		return len(p), err
	}
	for _, size := range []int{0, 10, 3 << 20} {
		b := blobtest.Put(t, s, digest.SHA256, blobtest.Content(uint64(size), size))
		file := dataFile(server, folder(t), b.Upload)
		for _, have := range []int{0, 5, size / 2, size + 1} {
			if have == size {
				continue
			}
			if err := os.WriteFile(file, make([]byte, have), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, off := range []int64{0, int64(size / 3)} {
				n, err := read(b, off)
				want := blob.SizeError{Want: int64(size), Have: int64(have)}
				if se := (*blob.SizeError)(nil); !errors.As(err, &se) || *se != want || n != 0 {
					t.Errorf("%d bytes of %d from %d: read %d, %v", have, size, off, n, err)
				}
			}
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if n, err := read(b, 0); n != 0 || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("nothing of %d bytes: read %d, %v", size, n, err)
		}
	}
}

// TestS3UploadGone continues uploads whose bytes the bucket does not have, as one
// to which a backup was restored: clients are told that there is no such upload.
func TestS3UploadGone(t *testing.T) {
	server := startS3(t)
	ctx := t.Context()
	db := metatest.Open(t, metatest.SQLite(t))
	s, empty := openS3(t, server.URL(), db, ""), openS3(t, strings.Replace(server.URL(), "?", "/empty?", 1), db, "")
	for _, size := range []int{5, 8 << 20, 9 << 20} {
		content := blobtest.Content(uint64(size), size)
		for what, f := range map[string]func(id string) error{
			"append": func(id string) error {
				_, err := empty.Append(ctx, id, int64(size), bytes.NewReader(make([]byte, 8<<20)))
				return err
			},
			"commit": func(id string) error {
				_, err := empty.Commit(ctx, id, digest.FromBytes(content))
				return err
			},
		} {
			id := create(t, s, string(content))
			if err := f(id); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s of %d bytes: %v", what, size, err)
			}
			if err := empty.Abort(ctx, id); err != nil {
				t.Errorf("abort: %v", err)
			}
		}
	}
}

// TestS3SetAside sets aside what is there, what is gone, and what was never in
// the store.
func TestS3SetAside(t *testing.T) {
	server := startS3(t)
	ctx := t.Context()
	s := openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), folder(t))
	there := blobtest.Put(t, s, digest.SHA256, []byte("there"))
	gone := blobtest.Put(t, s, digest.SHA512, []byte("gone"))
	small := blob.Name{Digest: digest.FromString("small"), Upload: blob.NewUploadID()}
	if err := os.WriteFile(dataFile(server, folder(t), there.Upload), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(dataFile(server, folder(t), gone.Upload)); err != nil {
		t.Fatal(err)
	}
	for _, b := range []blob.Name{there, gone} {
		if err := s.SetAside(ctx, b); err != nil {
			t.Error(err)
		}
		if _, err := s.Stat(ctx, b); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", b, err)
		}
		if err := s.SetAside(ctx, b); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s the second time: %v", b, err)
		}
	}
	for range 2 {
		if err := s.SetAsideContent(ctx, small, []byte("smell")); err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"data/" + there.Upload, "data/" + small.Upload,
		"quarantine/" + there.Upload + ".sha256-" + there.Digest.Encoded() + ".7",
		"quarantine/" + small.Upload + ".sha256-" + small.Digest.Encoded() + ".5",
	}
	slices.Sort(want)
	got := objects(t, server, folder(t))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if strays, _, err := s.Strays(ctx, "", 10, nobody); len(strays) != 0 || err != nil {
		t.Errorf("what is set aside strays: %v, %v", strays, err)
	}
	if err := s.RemoveStray(ctx, small.Upload); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is set aside can be removed: %v", err)
	}
	if err := os.Remove(filepath.Join(server.Dir, folder(t), "quarantine", filepath.Base(want[2]))); err != nil {
		t.Fatal(err)
	}
	if strays, _, err := s.Strays(ctx, "", 10, nobody); len(strays) != 1 || err != nil {
		t.Errorf("what is no longer set aside: %v, %v", strays, err)
	}
}

func nobody(context.Context, []string) (map[string]bool, error) { return nil, nil }

// TestS3Strays finds the bytes that an older database does not know, and no
// others: neither those of uploads on another node, in whichever state, nor
// those that the caller knows, nor those of others.
func TestS3Strays(t *testing.T) {
	server := startS3(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		a, b := openS3(t, server.URL(), db, folder(t)), openS3(t, server.URL(), db, folder(t))
		older := openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), folder(t)) // knows nothing of theirs
		kept := blobtest.Put(t, a, digest.SHA256, []byte("kept"))
		var forgotten []string
		for range 5 {
			forgotten = append(forgotten, blobtest.Put(t, a, digest.SHA256, []byte("forgotten")).Upload)
		}
		slices.Sort(forgotten)
		create(t, a, "an upload")
		create(t, a, string(blobtest.Content(1, 9<<20)))
		for _, path := range []string{"data/mine", "other/" + blob.NewUploadID()} {
			file := filepath.Join(server.Dir, folder(t), path)
			blackbox.WriteFile(t, file, "x")
		}
		known := func(_ context.Context, ids []string) (map[string]bool, error) {
			if !slices.IsSorted(ids) {
				t.Errorf("ids %v", ids)
			}
			return map[string]bool{kept.Upload: true}, nil
		}
		all := func(s *blob.S3, known blob.KnownUploads) (found []string) {
			t.Helper()
			for after := ""; ; {
				strays, next, err := s.Strays(ctx, after, 2, known)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range strays {
					if f.Size != int64(len("forgotten")) {
						t.Errorf("stray %+v", f)
					}
					found = append(found, f.Upload)
				}
				if after = next; after == "" {
					return found
				}
			}
		}
		if diff := cmp.Diff(forgotten, all(older, known)); diff != "" {
			t.Errorf("strays (-want +got):\n%s", diff)
		}
		// An upload whose bytes are one object already, and which is no blob yet.
		way := newFaults(t, server.Endpoint)
		c := openS3(t, way.url(server), db, folder(t))
		pending := create(t, c, "pending")
		put := 0
		way.refuse = func(int, *http.Request) (bool, bool) { put++; return put == 2, false }
		if _, err := c.Commit(ctx, pending, digest.FromString("pending")); err == nil {
			t.Error("the marker was stored")
		}
		way.refuse = nil
		if _, err := os.Stat(dataFile(server, folder(t), pending)); err != nil {
			t.Fatal(err)
		}
		everybody := func(_ context.Context, ids []string) (map[string]bool, error) {
			m := map[string]bool{kept.Upload: true}
			for _, id := range forgotten {
				m[id] = true
			}
			return m, nil
		}
		if found := all(b, everybody); len(found) != 0 {
			t.Errorf("%v stray, and %s is an upload", found, pending)
		}
		if err := b.RemoveStray(ctx, pending); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("an upload was removed as a stray: %v", err)
		}
		if _, err := b.Commit(ctx, pending, digest.FromString("pending")); err != nil {
			t.Error(err)
		}

		// One is removed; another only half, which the next sweep of uploads completes.
		if err := older.RemoveStray(ctx, forgotten[0]); err != nil {
			t.Error(err)
		}
		if err := older.RemoveStray(ctx, forgotten[0]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the second time: %v", err)
		}
		half := openS3(t, way.url(server), db, folder(t))
		way.refuse = func(_ int, r *http.Request) (bool, bool) { return r.Method == http.MethodDelete, false }
		if err := half.RemoveStray(ctx, forgotten[1]); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v", err)
		}
		way.refuse = nil
		if _, err := b.ExpireUploads(ctx, time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(forgotten[2:], all(b, func(context.Context, []string) (map[string]bool, error) {
			m, _ := everybody(ctx, nil)
			for _, id := range forgotten[2:] {
				delete(m, id)
			}
			for i, err := range b.List(ctx, blob.Name{}) { // what has a marker
				if err == nil && i.Name.Digest == digest.FromString("pending") {
					m[i.Name.Upload] = true
				}
			}
			return m, nil
		})); diff != "" {
			t.Errorf("strays that are left (-want +got):\n%s", diff)
		}
	})
}

// TestPut stores blobs under names that they had elsewhere.
func TestPut(t *testing.T) {
	server := startS3(t)
	ctx := t.Context()
	type putter interface {
		blob.Store
		Put(ctx context.Context, b blob.Name, r io.Reader) error
		ExpireUploads(ctx context.Context, before time.Time) (int, error)
	}
	db := metatest.Open(t, metatest.SQLite(t))
	s3 := openS3(t, server.URL(), db, "put")
	s3.SetLease(time.Second)
	for kind, s := range map[string]putter{"dir": openDir(t, t.TempDir()), "s3": s3} {
		t.Run(kind, func(t *testing.T) {
			for _, size := range []int{0, 100, 9 << 20} {
				content := blobtest.Content(uint64(size), size)
				for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
					b := blob.Name{Digest: alg.FromBytes(content), Upload: blob.NewUploadID()}
					broken := errors.New("broken")
					if err := s.Put(ctx, b, io.MultiReader(bytes.NewReader(content), iotest.ErrReader(broken))); !errors.Is(err, broken) {
						t.Errorf("put from a broken reader: %v", err)
					}
					var de *blob.DigestError
					if err := s.Put(ctx, b, io.MultiReader(bytes.NewReader(content), strings.NewReader("x"))); !errors.As(err, &de) {
						t.Errorf("put something else: %v", err)
					}
					if _, err := s.Stat(ctx, b); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("stat: %v", err)
					}
					if kind == "s3" && alg == digest.SHA256 { // a Put that was killed a moment ago
						if err := s.Create(ctx, b.Upload); err != nil {
							t.Fatal(err)
						}
						if err := db.Write(ctx, func(tx *meta.Tx) error {
							_, err := tx.Exec(`UPDATE s3_upload SET held_until = $1, digest = $2 WHERE id = $3`, time.Now().Add(time.Second).UnixMicro(), b.Digest.String(), b.Upload)
							return err
						}); err != nil {
							t.Fatal(err)
						}
						if size == 100 { // which had got as far as the bytes
							blackbox.WriteFile(t, dataFile(server, "put", b.Upload), string(content))
						}
					}
					for range 2 {
						if err := s.Put(ctx, b, bytes.NewReader(content)); err != nil {
							t.Fatal(err)
						}
						r, err := s.Open(ctx, b, 0, -1)
						if err != nil {
							t.Fatal(err)
						}
						if got, err := alg.FromReader(r); err != nil || got != b.Digest {
							t.Errorf("read %s, %v", got, err)
						}
						r.Close()
					}
				}
			}
			if n, err := s.ExpireUploads(ctx, time.Now().Add(time.Hour)); n != 0 || err != nil {
				t.Errorf("%d uploads are left, %v", n, err)
			}
		})
	}
	if n := len(objects(t, server, "put")); n != 2*6 {
		t.Errorf("%d objects, want %d", n, 2*6)
	}
	if err := s3.Put(ctx, blob.Name{Digest: digest.FromString("x")}, strings.NewReader("x")); err == nil {
		t.Error("put without an upload")
	}
}
