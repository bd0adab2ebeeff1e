package blob_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// startS3 starts a server whose credentials an S3 of this process finds.
func startS3(t *testing.T) *blackbox.S3 {
	t.Helper()
	server := blackbox.StartS3(t)
	server.Setenv(t)
	return server
}

func openS3(t testing.TB, rawURL string, db *meta.DB, folder string) *blob.S3 {
	t.Helper()
	s, err := blob.OpenS3(t.Context(), blob.S3Config{URL: rawURL, Folder: folder, DB: db})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// folder is a name for the test alone.
func folder(t testing.TB) string {
	return strings.ToLower(strings.NewReplacer("/", "-", "_", "-", "#", "-").Replace(t.Name()))
}

// objects returns the keys of a folder's objects.
func objects(t testing.TB, server *blackbox.S3, folder string) []string {
	t.Helper()
	var keys []string
	err := fs.WalkDir(os.DirFS(server.Dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(p, folder+"/") {
			keys = append(keys, strings.TrimPrefix(p, folder+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestS3(t *testing.T) {
	server := startS3(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobtest.Run(t, func(t *testing.T) (a, b blob.Store) {
			return openS3(t, server.URL(), db, folder(t)), openS3(t, server.URL(), db, folder(t))
		})
	})
}

// TestS3Parts stores content of several parts, from several nodes, whose bounds
// are not those of the requests.
func TestS3Parts(t *testing.T) {
	server := startS3(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		a, b := openS3(t, server.URL(), db, folder(t)), openS3(t, server.URL(), db, folder(t))
		content := blobtest.Content(1, 29<<20)
		for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
			for _, cuts := range [][]int{{}, {9 << 20}, {3 << 20, 8 << 20, 16 << 20}, {20<<20 + 7, 20<<20 + 8}, {29 << 20}} {
				t.Run(fmt.Sprint(alg, cuts), func(t *testing.T) {
					id := blob.NewUploadID()
					if err := a.Create(t.Context(), id); err != nil {
						t.Fatal(err)
					}
					stores, off := []blob.Store{a, b}, 0
					for i, end := range cuts {
						n, err := stores[i%2].Append(t.Context(), id, int64(off), bytes.NewReader(content[off:end]))
						if err != nil || n != int64(end-off) {
							t.Fatalf("append: %d, %v", n, err)
						}
						off = end
					}
					name := blob.Name{Digest: alg.FromBytes(content), Upload: id}
					size, err := b.Finish(t.Context(), id, int64(off), bytes.NewReader(content[off:]), name.Digest)
					if err != nil || size != int64(len(content)) {
						t.Fatalf("finish: %d, %v", size, err)
					}
					r, err := a.Open(t.Context(), name, 0, -1)
					if err != nil {
						t.Fatal(err)
					}
					defer r.Close()
					if got, err := alg.FromReader(r); err != nil || got != name.Digest {
						t.Errorf("read %s, %v", got, err)
					}
					if err := a.Remove(t.Context(), name); err != nil {
						t.Error(err)
					}
					if left := objects(t, server, folder(t)); len(left) > 0 {
						t.Errorf("what is left: %v", left)
					}
				})
			}
		}
		if left := objects(t, server, folder(t)); len(left) > 0 {
			t.Errorf("what is left: %v", left)
		}
	})
}

// TestS3WrongDigest shows what becomes of an upload of several parts that has
// another digest than its client said.
func TestS3WrongDigest(t *testing.T) {
	server := startS3(t)
	db := metatest.Open(t, metatest.SQLite(t))
	s := openS3(t, server.URL(), db, "")
	content := blobtest.Content(1, 9<<20)
	for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		for _, off := range []int{0, 8 << 20, 9 << 20} {
			id := blob.NewUploadID()
			if err := s.Create(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Append(t.Context(), id, 0, bytes.NewReader(content[:off])); err != nil {
				t.Fatal(err)
			}
			_, err := s.Finish(t.Context(), id, int64(off), bytes.NewReader(content[off:]), alg.FromString("other"))
			if de := (*blob.DigestError)(nil); !errors.As(err, &de) || de.Got != alg.FromBytes(content) {
				t.Fatalf("%s from %d: error %v", alg, off, err)
			}
			size, err := s.Commit(t.Context(), id, alg.FromBytes(content))
			switch {
			case alg == digest.SHA512 && off > 0: // see the design: there is no way back
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s from %d: commit afterwards: %d, %v", alg, off, size, err)
				}
			case err != nil || size != int64(len(content)):
				t.Errorf("%s from %d: commit afterwards: %d, %v", alg, off, size, err)
			}
		}
	}
}

// faults is a way to a server on which requests get lost.
type faults struct {
	*httptest.Server
	mu     sync.Mutex
	n      int // requests
	refuse func(n int, r *http.Request) (before, after bool)
	cut    int64 // bytes after which the next body breaks off; 0 is never
}

func newFaults(t *testing.T, to string) *faults {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	f := &faults{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host // the host is signed
	}}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.n++
		before, after := false, false
		if f.refuse != nil {
			before, after = f.refuse(f.n, r)
		}
		cut := f.cut
		if r.Method == http.MethodGet {
			f.cut = 0
		}
		f.mu.Unlock()
		switch {
		case before:
			w.WriteHeader(http.StatusForbidden) // which is not tried again
		case after:
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusForbidden)
		case cut > 0 && r.Method == http.MethodGet:
			proxy.ServeHTTP(&cutter{w, cut}, r)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// url is the bucket of a server by way of f.
func (f *faults) url(server *blackbox.S3) string {
	return strings.ReplaceAll(server.URL(), url.QueryEscape(server.Endpoint), url.QueryEscape(f.URL))
}

// cutter breaks off a response.
type cutter struct {
	http.ResponseWriter
	left int64
}

func (c *cutter) Write(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= int64(len(p))
	return c.ResponseWriter.Write(p)
}

// TestS3Interrupted lets the store die at each request of a push: before the
// request has its effect, or before it hears of it; with the database or
// without. Another node then finds nothing visible that is not whole, can end the
// upload well, and leaves nothing behind.
func TestS3Interrupted(t *testing.T) {
	server := startS3(t)
	content := blobtest.Content(2, 8<<20+1000)
	want := digest.FromBytes(content)
	for _, alone := range []int{0, 1000, len(content)} { // what comes with Finish
		for _, crash := range []bool{false, true} {
			if crash && alone != 1000 {
				continue // which takes its time
			}
			for _, lost := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d crash=%t lost=%t", alone, crash, lost), func(t *testing.T) {
					for at := 2; ; at++ { // the first is OpenS3's
						if !interrupt(t, server, content, want, alone, crash, lost, at) {
							if at < 4 {
								t.Errorf("%d requests are few", at)
							}
							return
						}
						if t.Failed() {
							t.Fatalf("at request %d", at)
						}
					}
				})
			}
		}
	}
}

// interrupt reports whether there was a request with that number.
func interrupt(t *testing.T, server *blackbox.S3, content []byte, want digest.Digest, alone int, crash, lost bool, at int) bool {
	ctx, path := t.Context(), metatest.SQLite(t)
	place := fmt.Sprint(folder(t), at)
	db, err := meta.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	died := false
	way := newFaults(t, server.Endpoint)
	way.refuse = func(n int, _ *http.Request) (before, after bool) {
		if n < at {
			return false, false
		}
		if crash && !died {
			db.Close() // so that it can say nothing more
		}
		first := !died
		died = true
		return !lost || !first, lost && first
	}
	a := openS3(t, way.url(server), db, place)
	a.SetLease(4 * time.Second) // a quarter of it is how long it waits for the database
	id := blob.NewUploadID()
	name := blob.Name{Digest: want, Upload: id}
	if err := a.Create(ctx, id); err != nil {
		t.Fatal(err)
	}
	off, err := a.Append(ctx, id, 0, bytes.NewReader(content[:len(content)-alone]))
	if err == nil {
		_, err = a.Finish(ctx, id, off, bytes.NewReader(content[off:]), want)
	}
	if !died {
		if err != nil {
			t.Errorf("without a fault: %v", err)
		}
		return false
	}
	acknowledged := err == nil
	if !crash {
		db.Close()
	}

	later := func() time.Time { return time.Now().Add(time.Minute) } // the lease is over
	b, err := blob.OpenS3(ctx, blob.S3Config{URL: server.URL(), Folder: place, DB: metatest.Open(t, path), Now: later})
	if err != nil {
		t.Fatal(err)
	}
	whole := func() (there bool) {
		for i, err := range b.List(ctx, blob.Name{}) {
			if err != nil {
				t.Fatal(err)
			}
			r, err := b.Open(ctx, i.Name, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			got, err := digest.FromReader(r)
			r.Close()
			if err != nil || got != want || i.Name != name || i.Size != int64(len(content)) {
				t.Errorf("visible: %+v with digest %s, %v", i, got, err)
			}
			there = true
		}
		return there
	}
	if there := whole(); acknowledged && !there {
		t.Error("what was acknowledged is not there")
	}
	// The client tries again.
	size, err := b.Size(ctx, id)
	if err == nil {
		_, err = b.Finish(ctx, id, size, bytes.NewReader(content[size:]), want)
	}
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && whole()) {
		t.Errorf("ending the upload: %v", err)
	}
	if !whole() {
		t.Error("the blob is not there")
	}
	if err := b.Remove(ctx, name); err != nil {
		t.Error(err)
	}
	if _, err := b.ExpireUploads(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if left := objects(t, server, place); len(left) > 0 {
		t.Errorf("what is left: %v", left)
	}
	return true
}

// TestS3Takeover continues an upload whose node lost the database, while the
// node may yet be sending.
func TestS3Takeover(t *testing.T) {
	server := startS3(t)
	ctx, path := t.Context(), metatest.SQLite(t)
	lost, err := meta.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	const lease = 3 * time.Second
	a := openS3(t, server.URL(), lost, "")
	b := openS3(t, server.URL(), metatest.Open(t, path), "")
	a.SetLease(lease)
	b.SetLease(lease)
	content := blobtest.Content(3, 20<<20)
	id := blob.NewUploadID()
	if err := a.Create(ctx, id); err != nil {
		t.Fatal(err)
	}
	pr, pw := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := a.Append(ctx, id, 0, pr)
		done <- err
	}()
	pw.Write(content[:17<<20])
	time.Sleep(lease) // which is renewed
	if _, err := b.Append(ctx, id, 0, strings.NewReader("x")); !errors.Is(err, blob.ErrBusy) {
		t.Errorf("append while the other appends: error %v", err)
	}
	lost.Close()
	var size int64
	for { // the last lease ends
		size, err = b.Size(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Append(ctx, id, size, bytes.NewReader(content[size:19<<20]))
		if err == nil {
			break
		}
		if !errors.Is(err, blob.ErrBusy) {
			t.Fatal(err)
		}
		time.Sleep(lease / 10)
	}
	if size != 8<<20 && size != 16<<20 {
		t.Errorf("%d bytes remained", size)
	}
	go pw.Write(content[17<<20:])
	if err := <-done; err == nil {
		t.Error("who lost the upload did not notice")
	}
	pr.Close()
	name := blob.Name{Digest: digest.FromBytes(content), Upload: id}
	if _, err := b.Finish(ctx, id, 19<<20, bytes.NewReader(content[19<<20:]), name.Digest); err != nil {
		t.Fatal(err)
	}
	r, err := b.Open(ctx, name, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := digest.FromReader(r); err != nil || got != name.Digest {
		t.Errorf("read %s, %v", got, err)
	}
}

func TestS3Expire(t *testing.T) {
	server := startS3(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		s := openS3(t, server.URL(), db, folder(t))
		kept := blobtest.Put(t, s, digest.SHA256, []byte("kept"))
		for _, n := range []int{0, 100, 9 << 20} {
			create(t, s, string(blobtest.Content(1, n)))
		}
		held := create(t, s, "held")
		pr, pw := io.Pipe()
		done := make(chan error)
		go func() {
			_, err := s.Append(ctx, held, 4, pr)
			done <- err
		}()
		pw.Write([]byte("!"))
		if n, err := s.ExpireUploads(ctx, time.Now().Add(-time.Hour)); n != 0 || err != nil {
			t.Errorf("young uploads: %d, %v", n, err)
		}
		if n, err := s.ExpireUploads(ctx, time.Now().Add(time.Hour)); n != 3 || err != nil {
			t.Errorf("old uploads: %d, %v; want 3", n, err)
		}
		pw.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := s.Commit(ctx, held, digest.FromString("held!")); err != nil {
			t.Error(err)
		}
		var got []blob.Name
		for i, err := range s.List(ctx, blob.Name{}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, i.Name)
		}
		want := []blob.Name{kept, {Digest: digest.FromString("held!"), Upload: held}}
		slices.SortFunc(want, blob.Name.Compare)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if keys := objects(t, server, folder(t)); len(keys) != 4 {
			t.Errorf("objects: %v", keys)
		}
	})
}

func TestS3Away(t *testing.T) {
	server := startS3(t)
	ctx := t.Context()
	s := openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), "")
	there := blobtest.Put(t, s, digest.SHA256, []byte("there"))
	id := create(t, s, "hello")
	server.Stop()
	if _, err := s.Open(ctx, there, 0, -1); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open: error %v", err)
	} else if strings.Contains(err.Error(), blackbox.S3SecretAccessKey) || strings.Contains(err.Error(), "Signature") {
		t.Errorf("the error tells a secret: %v", err)
	}
	if n, err := s.Append(ctx, id, 5, strings.NewReader(" world")); n != 0 || err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("append: %d, %v", n, err)
	}
	if _, err := s.Finish(ctx, id, 5, strings.NewReader(" world"), digest.FromString("hello world")); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("finish: %v", err)
	}
	if _, err := blob.OpenS3(ctx, blob.S3Config{URL: server.URL()}); err == nil {
		t.Error("a store was opened")
	}
	server.Start(t)
	if _, err := s.Finish(ctx, id, 5, strings.NewReader(" world"), digest.FromString("hello world")); err != nil {
		t.Errorf("finish: %v", err)
	}
	r, err := s.Open(ctx, blob.Name{Digest: digest.FromString("hello world"), Upload: id}, 6, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "world" {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestS3ReadBreaks reads on where the connection broke.
func TestS3ReadBreaks(t *testing.T) {
	server := startS3(t)
	db := metatest.Open(t, metatest.SQLite(t))
	way := newFaults(t, server.Endpoint)
	s := openS3(t, way.url(server), db, "")
	content := blobtest.Content(4, 3<<20)
	name := blobtest.Put(t, s, digest.SHA256, content)
	way.mu.Lock()
	way.cut = 1 << 20
	way.mu.Unlock()
	r, err := s.Open(t.Context(), name, 5, int64(len(content))-10)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	before := way.n
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content[5:len(content)-5]) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if way.n != before+1 {
		t.Errorf("%d requests more, want 1", way.n-before)
	}
}

func TestS3Presign(t *testing.T) {
	server := startS3(t)
	s := openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), "a/b")
	name := blobtest.Put(t, s, digest.SHA256, []byte("hello world"))
	u, err := s.PresignGet(t.Context(), name, "application/vnd.test", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"": "200 hello world", "bytes=6-": "206 world"} {
		req, err := http.NewRequest(http.MethodGet, u, nil)
		if err != nil {
			t.Fatal(err)
		}
		if header != "" {
			req.Header.Set("Range", header)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := fmt.Sprintf("%d %s", resp.StatusCode, body); got != want || resp.Header.Get("Content-Type") != "application/vnd.test" {
			t.Errorf("%q: got %q as %s", header, got, resp.Header.Get("Content-Type"))
		}
	}
}

// A URL is signed once for those who ask within a minute, and each of them has
// the whole lifetime.
func TestS3PresignOnce(t *testing.T) {
	server := startS3(t)
	now := time.Now()
	s, err := blob.OpenS3(t.Context(), blob.S3Config{URL: server.URL(), DB: metatest.Open(t, metatest.SQLite(t)), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	name := blobtest.Put(t, s, digest.SHA256, []byte("hello world"))
	sign := func(mediaType string) string {
		t.Helper()
		u, err := s.PresignGet(t.Context(), name, mediaType, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	first, other := sign("application/a"), sign("application/b")
	if first == other {
		t.Error("one URL for two media types")
	}
	if u, err := url.Parse(first); err != nil || u.Query().Get("X-Amz-Expires") != "660" {
		t.Errorf("%s: want it good for 11 minutes, %v", first, err)
	}
	now = now.Add(59 * time.Second)
	if again := sign("application/a"); again != first {
		t.Error("signed again after 59 s")
	}
	now = now.Add(time.Second)
	time.Sleep(1100 * time.Millisecond) // the SDK signs by its own clock, to the second
	if again := sign("application/a"); again == first {
		t.Error("not signed again after a minute")
	}
}

func TestParseS3URL(t *testing.T) {
	for raw, want := range map[string]string{
		"s3://bucket":                               "bucket ",
		"s3://bucket/":                              "bucket ",
		"s3://bucket/a/b/":                          "bucket a/b/",
		"s3://bucket/a?region=eu-west-2":            "bucket a/",
		"s3://b?endpoint=http://h:1&path-style=1":   "b ",
		"s3://b?public-endpoint=https://s3.example": "b ",
	} {
		bucket, prefix, err := blob.ParseS3URL(raw)
		if got := bucket + " " + prefix; err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{
		"", "bucket", "/srv/blobs", "s3:bucket", "s3:///x", "https://bucket/x", "s3://key:secret@bucket", "s3://b#x", "s3://b?unknown=1",
		"s3://b?path-style=maybe", "s3://b?endpoint=h:1", "s3://b?endpoint=http://u:secret@h", "s3://b?region=a&region=b", "s3://b?%zz",
	} {
		if _, _, err := blob.ParseS3URL(raw); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error %v", raw, err)
		}
	}
}

func FuzzMarker(f *testing.F) {
	b := blob.Name{Digest: digest.FromString("x"), Upload: blob.NewUploadID()}
	f.Add(blob.MarkerPath(b, 17))
	f.Add("blobs/sha256/../x")
	f.Add(blob.MarkerPath(b, 1) + ".5")
	f.Fuzz(func(t *testing.T, path string) {
		b, size, ok := blob.ParseMarker(path)
		if ok && (size < 0 || blob.MarkerPath(b, size) != path) {
			t.Errorf("%q: %v of %d bytes", path, b, size)
		}
	})
}
