// Package blobtest checks that an implementation of blob.Store keeps its contract.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
)

// Run checks the stores that open returns: two handles on the same, empty
// data. The suite takes turns between them, so a store that keeps anything of
// consequence in the process fails.
func Run(t *testing.T, open func(t *testing.T) (a, b blob.Store)) {
	for _, c := range []struct {
		name string
		f    func(t *testing.T, a, b blob.Store)
	}{
		{"RoundTrip", testRoundTrip},
		{"Open", testOpen},
		{"Missing", testMissing},
		{"BadDigest", testBadDigest},
		{"BadUpload", testBadUpload},
		{"Offset", testOffset},
		{"Mismatch", testMismatch},
		{"ReadError", testReadError},
		{"Canceled", testCanceled},
		{"Finish", testFinish},
		{"Twice", testTwice},
		{"Abort", testAbort},
		{"Remove", testRemove},
		{"List", testList},
		{"Busy", testBusy},
		{"ConcurrentAppends", testConcurrentAppends},
		{"ConcurrentCommits", testConcurrentCommits},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := open(t)
			c.f(t, a, b)
		})
	}
}

// Content returns n bytes that depend on the seed alone.
func Content(seed uint64, n int) []byte {
	p := make([]byte, n)
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	rand.NewChaCha8(key).Read(p) // never fails
	return p
}

// Put stores content through a new upload and returns its name.
func Put(t testing.TB, s blob.Store, alg digest.Algorithm, content []byte) blob.Name {
	t.Helper()
	id := create(t, s)
	appendTo(t, s, id, 0, content)
	name := blob.Name{Digest: alg.FromBytes(content), Upload: id}
	commit(t, s, id, name.Digest, len(content))
	return name
}

func create(t testing.TB, s blob.Store) string {
	t.Helper()
	id := blob.NewUploadID()
	if err := s.Create(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func appendTo(t testing.TB, s blob.Store, id string, off int, p []byte) {
	t.Helper()
	n, err := s.Append(t.Context(), id, int64(off), bytes.NewReader(p))
	if err != nil || n != int64(len(p)) {
		t.Fatalf("append of %d bytes at %d: %d, %v", len(p), off, n, err)
	}
}

func commit(t testing.TB, s blob.Store, id string, d digest.Digest, size int) {
	t.Helper()
	n, err := s.Commit(t.Context(), id, d)
	if err != nil || n != int64(size) {
		t.Fatalf("commit of %d bytes: %d, %v", size, n, err)
	}
}

func wantSize(t testing.TB, s blob.Store, id string, want int) {
	t.Helper()
	n, err := s.Size(t.Context(), id)
	if err != nil || n != int64(want) {
		t.Errorf("size of upload: %d, %v; want %d", n, err, want)
	}
}

func wantContent(t testing.TB, s blob.Store, b blob.Name, want []byte) {
	t.Helper()
	r, err := s.Open(t.Context(), b, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("blob %s: got %d bytes with digest %s", b, len(got), b.Digest.Algorithm().FromBytes(got))
	}
}

func wantErr(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func testRoundTrip(t *testing.T, a, b blob.Store) {
	for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		for _, parts := range [][]int{{}, {0}, {1}, {5, 0, 7}, {1 << 20}, {300_000, 1, 299_999, 700_001}} {
			t.Run(fmt.Sprint(alg, parts), func(t *testing.T) {
				var total int
				for _, n := range parts {
					total += n
				}
				content := Content(uint64(total), total)
				d := alg.FromBytes(content)

				stores := []blob.Store{a, b}
				id := create(t, a)
				name := blob.Name{Digest: d, Upload: id}
				off := 0
				for i, n := range parts {
					appendTo(t, stores[(i+1)%2], id, off, content[off:off+n])
					off += n
					wantSize(t, stores[i%2], id, off)
				}
				if _, err := a.Stat(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("before the commit: error %v, want fs.ErrNotExist", err)
				}
				commit(t, stores[len(parts)%2], id, d, total)
				for _, s := range stores {
					wantContent(t, s, name, content)
					if n, err := s.Stat(t.Context(), name); err != nil || n != int64(total) {
						t.Errorf("stat: %d, %v", n, err)
					}
					_, err := s.Size(t.Context(), id)
					wantErr(t, "size after commit", err, fs.ErrNotExist)
				}
			})
		}
	}
}

func testOpen(t *testing.T, a, b blob.Store) {
	content := Content(1, 1000)
	d := Put(t, a, digest.SHA256, content)
	for _, c := range []struct {
		off, n int64
		want   []byte
		err    error
	}{
		{0, -1, content, nil},
		{0, 0, nil, nil},
		{0, 10, content[:10], nil},
		{10, 20, content[10:30], nil},
		{990, 10, content[990:], nil},
		{990, 100, content[990:], nil},
		{999, -1, content[999:], nil},
		{1000, -1, nil, nil},
		{1000, 5, nil, nil},
		{1001, -1, nil, blob.ErrRange},
		{-1, 5, nil, blob.ErrRange},
	} {
		r, err := b.Open(t.Context(), d, c.off, c.n)
		if err != nil || c.err != nil {
			wantErr(t, fmt.Sprintf("open %d+%d", c.off, c.n), err, c.err)
			continue
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("read %d+%d: %d bytes, %v; want %d bytes", c.off, c.n, len(got), err, len(c.want))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}

		// The way of io.Copy may be another.
		r, err = b.Open(t.Context(), d, c.off, c.n)
		if err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if _, err := io.Copy(&buf, r); err != nil || !bytes.Equal(buf.Bytes(), c.want) {
			t.Errorf("copy %d+%d: %d bytes, %v; want %d bytes", c.off, c.n, buf.Len(), err, len(c.want))
		}
		r.Close()
	}
}

func testMissing(t *testing.T, a, b blob.Store) {
	id := Put(t, a, digest.SHA256, []byte("y")).Upload
	for _, d := range []blob.Name{
		{Digest: digest.SHA256.FromString("x")}, {Digest: digest.SHA512.FromString("x")},
		{Digest: digest.SHA256.FromString("x"), Upload: id}, {Digest: digest.SHA256.FromString("y")},
		{Digest: digest.SHA256.FromString("y"), Upload: "../" + id}, {Digest: digest.SHA256.FromString("y"), Upload: id + "/"},
	} {
		_, err := a.Open(t.Context(), d, 0, -1)
		wantErr(t, "open", err, fs.ErrNotExist)
		_, err = b.Stat(t.Context(), d)
		wantErr(t, "stat", err, fs.ErrNotExist)
		wantErr(t, "remove", a.Remove(t.Context(), d), fs.ErrNotExist)
	}
	wantUploadErrors(t, a, "00000000-0000-4000-8000-000000000000", fs.ErrNotExist)
}

// wantUploadErrors checks that every method given the upload id returns want.
func wantUploadErrors(t *testing.T, s blob.Store, id string, want error) {
	t.Helper()
	_, err := s.Size(t.Context(), id)
	wantErr(t, fmt.Sprintf("size %q", id), err, want)
	n, err := s.Append(t.Context(), id, 0, strings.NewReader("x"))
	wantErr(t, fmt.Sprintf("append %q", id), err, want)
	if n != 0 {
		t.Errorf("append %q: n = %d", id, n)
	}
	_, err = s.Commit(t.Context(), id, digest.SHA256.FromString(""))
	wantErr(t, fmt.Sprintf("commit %q", id), err, want)
	wantErr(t, fmt.Sprintf("abort %q", id), s.Abort(t.Context(), id), want)
}

func testBadDigest(t *testing.T, a, b blob.Store) {
	hex := digest.SHA256.FromString("x").Encoded()
	for _, c := range []struct {
		d    digest.Digest
		want error
	}{
		{"", digest.ErrDigestInvalidFormat},
		{"sha256", digest.ErrDigestInvalidFormat},
		{"sha256:", digest.ErrDigestInvalidFormat},
		{digest.Digest(hex), digest.ErrDigestInvalidFormat},
		{digest.Digest("sha256:" + hex[:63]), digest.ErrDigestInvalidLength},
		{digest.Digest("sha256:" + hex + "0"), digest.ErrDigestInvalidLength},
		{digest.Digest("sha512:" + hex), digest.ErrDigestInvalidLength},
		{digest.Digest("sha256:" + strings.ToUpper(hex)), digest.ErrDigestInvalidFormat},
		{digest.Digest("sha256:" + hex[:63] + "g"), digest.ErrDigestInvalidFormat},
		{digest.Digest("sha256:../" + hex[3:]), digest.ErrDigestInvalidFormat},
		{digest.Digest("sha256:" + hex + "\n"), digest.ErrDigestInvalidLength},
		{digest.Digest("sha256:" + hex[:63] + "\n"), digest.ErrDigestInvalidFormat},
		{digest.Digest("../sha256:" + hex), digest.ErrDigestInvalidFormat},
		{digest.Digest("md5:" + hex[:32]), digest.ErrDigestUnsupported},
		{digest.SHA384.FromString("x"), digest.ErrDigestUnsupported},
	} {
		what := fmt.Sprintf("%q", c.d)
		id := create(t, a)
		name := blob.Name{Digest: c.d, Upload: id}
		_, err := a.Open(t.Context(), name, 0, -1)
		wantErr(t, "open "+what, err, c.want)
		_, err = a.Stat(t.Context(), name)
		wantErr(t, "stat "+what, err, c.want)
		wantErr(t, "remove "+what, b.Remove(t.Context(), name), c.want)
		_, err = b.Commit(t.Context(), id, c.d)
		wantErr(t, "commit "+what, err, c.want)
		_, err = b.Finish(t.Context(), id, 0, strings.NewReader(""), c.d)
		wantErr(t, "finish "+what, err, c.want)
		for _, err := range a.List(t.Context(), name) {
			wantErr(t, "list "+what, err, c.want)
		}
	}
}

func testBadUpload(t *testing.T, a, _ blob.Store) {
	id := create(t, a)
	wantErr(t, "create twice", a.Create(t.Context(), id), fs.ErrExist)
	for _, bad := range []string{
		"", ".", "..", "/", "x", "../blobs", id + "/", id + "/../" + id, "./" + id, id + "/data", id + "\x00", id + "\n",
		strings.ToUpper(id[:35]) + "Z", id[:35], id + "0", strings.ReplaceAll(id, "-", ""),
	} {
		wantUploadErrors(t, a, bad, fs.ErrNotExist)
	}
	wantSize(t, a, id, 0)
}

func testOffset(t *testing.T, a, b blob.Store) {
	id := create(t, a)
	appendTo(t, a, id, 0, []byte("hello"))
	for _, off := range []int64{-1, 0, 4, 6, 1 << 40} {
		r := strings.NewReader("x")
		n, err := b.Append(t.Context(), id, off, r)
		var oe *blob.OffsetError
		if !errors.As(err, &oe) || oe.Have != 5 || oe.Off != off || n != 0 {
			t.Errorf("append at %d: %d, %v; want an OffsetError with Have 5", off, n, err)
		}
		if r.Len() != 1 {
			t.Errorf("append at %d read its reader", off)
		}
	}
	wantSize(t, a, id, 5)
	commit(t, b, id, digest.FromString("hello"), 5)
}

func testMismatch(t *testing.T, a, b blob.Store) {
	for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		id := create(t, a)
		appendTo(t, a, id, 0, []byte("hello"))
		_, err := b.Commit(t.Context(), id, alg.FromString("world"))
		want := &blob.DigestError{Want: alg.FromString("world"), Got: alg.FromString("hello")}
		var got *blob.DigestError
		if !errors.As(err, &got) {
			t.Fatalf("commit: error %v, want a DigestError", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		_, err = a.Stat(t.Context(), blob.Name{Digest: want.Want, Upload: id})
		wantErr(t, "stat", err, fs.ErrNotExist)

		// The upload stays and can be ended well.
		wantSize(t, a, id, 5)
		commit(t, a, id, want.Got, 5)
		wantContent(t, b, blob.Name{Digest: want.Got, Upload: id}, []byte("hello"))
	}
}

func testReadError(t *testing.T, a, b blob.Store) {
	broken := errors.New("broken pipe")
	content := Content(7, 700_000)
	id := create(t, a)
	n, err := a.Append(t.Context(), id, 0, io.MultiReader(bytes.NewReader(content[:500_000]), iotest.ErrReader(broken)))
	wantErr(t, "append", err, broken)
	if n < 0 || n > 500_000 {
		t.Fatalf("append: n = %d", n)
	}
	wantSize(t, b, id, int(n))
	appendTo(t, b, id, int(n), content[n:])
	d := digest.FromBytes(content)
	commit(t, a, id, d, len(content))
	wantContent(t, b, blob.Name{Digest: d, Upload: id}, content)
}

func testCanceled(t *testing.T, a, _ blob.Store) {
	d := Put(t, a, digest.SHA256, []byte("hello"))
	id := create(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	content := Content(8, 2_000_000)
	r := iotest.OneByteReader(bytes.NewReader(content))
	read := 0
	n, err := a.Append(ctx, id, 0, readerFunc(func(p []byte) (int, error) {
		if read++; read == 1000 {
			cancel()
		}
		return r.Read(p)
	}))
	wantErr(t, "append", err, context.Canceled)
	wantSize(t, a, id, int(n))
	if n == int64(len(content)) {
		t.Error("append went on after the cancellation")
	}

	wantErr(t, "create", a.Create(ctx, blob.NewUploadID()), context.Canceled)
	_, err = a.Size(ctx, id)
	wantErr(t, "size", err, context.Canceled)
	_, err = a.Commit(ctx, id, d.Digest)
	wantErr(t, "commit", err, context.Canceled)
	wantErr(t, "abort", a.Abort(ctx, id), context.Canceled)
	_, err = a.Open(ctx, d, 0, -1)
	wantErr(t, "open", err, context.Canceled)
	_, err = a.Stat(ctx, d)
	wantErr(t, "stat", err, context.Canceled)
	wantErr(t, "remove", a.Remove(ctx, d), context.Canceled)
	for _, err := range a.List(ctx, blob.Name{}) {
		wantErr(t, "list", err, context.Canceled)
	}
	wantContent(t, a, d, []byte("hello"))
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func testFinish(t *testing.T, a, b blob.Store) {
	ctx := t.Context()
	for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		for _, n := range []int{0, 1, 100_000, 1 << 20, 3_000_001} {
			for _, before := range []int{0, n / 3, n} {
				content := Content(uint64(n), n)
				name := blob.Name{Digest: alg.FromBytes(content), Upload: create(t, a)}
				appendTo(t, a, name.Upload, 0, content[:before])
				size, err := b.Finish(ctx, name.Upload, int64(before), iotest.HalfReader(bytes.NewReader(content[before:])), name.Digest)
				if err != nil || size != int64(n) {
					t.Fatalf("finish: %d, %v; want %d", size, err, n)
				}
				wantContent(t, a, name, content)
				_, err = a.Size(ctx, name.Upload)
				wantErr(t, "size afterwards", err, fs.ErrNotExist)
				_, err = a.Finish(ctx, name.Upload, 0, strings.NewReader(""), name.Digest)
				wantErr(t, "finish again", err, fs.ErrNotExist)
			}
		}

		// Whatever goes wrong, the upload keeps what came and can be ended well.
		content := Content(11, 700_000)
		name := blob.Name{Digest: alg.FromBytes(content), Upload: create(t, a)}
		broken := errors.New("broken pipe")
		_, err := a.Finish(ctx, name.Upload, 0, io.MultiReader(bytes.NewReader(content[:500_000]), iotest.ErrReader(broken)), name.Digest)
		wantErr(t, "finish with a reader that fails", err, broken)
		wantSize(t, b, name.Upload, 500_000)
		r := bytes.NewReader(content)
		_, err = b.Finish(ctx, name.Upload, 0, r, name.Digest)
		if oe := (*blob.OffsetError)(nil); !errors.As(err, &oe) || oe.Have != 500_000 || r.Len() != len(content) {
			t.Errorf("finish at another offset: error %v, %d bytes read", err, len(content)-r.Len())
		}
		_, err = a.Finish(ctx, name.Upload, 500_000, bytes.NewReader(content[500_000:]), alg.FromString("other"))
		if de := (*blob.DigestError)(nil); !errors.As(err, &de) || de.Got != name.Digest {
			t.Errorf("finish with another digest: error %v", err)
		}
		wantSize(t, b, name.Upload, len(content))
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		_, err = a.Finish(canceled, name.Upload, int64(len(content)), strings.NewReader(""), name.Digest)
		wantErr(t, "finish", err, context.Canceled)
		commit(t, b, name.Upload, name.Digest, len(content))
		wantContent(t, a, name, content)
	}
}

func testTwice(t *testing.T, a, b blob.Store) {
	content := Content(2, 100_000)
	d := Put(t, a, digest.SHA256, content)
	r, err := a.Open(t.Context(), d, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	again := Put(t, b, digest.SHA256, content)
	wantContent(t, a, again, content)
	if got := list(t, b, blob.Name{}); len(got) != 2 {
		t.Errorf("list: %v, want two blobs", got)
	}
	// One can go without the other.
	if err := b.Remove(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	wantContent(t, a, again, content)
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("reader opened before the removal: %d bytes, %v", len(got), err)
	}
}

func testAbort(t *testing.T, a, b blob.Store) {
	id := create(t, a)
	appendTo(t, a, id, 0, []byte("hello"))
	if err := b.Abort(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	wantUploadErrors(t, a, id, fs.ErrNotExist)
	wantUploadErrors(t, b, id, fs.ErrNotExist)
}

func testRemove(t *testing.T, a, b blob.Store) {
	content := Content(3, 100_000)
	d := Put(t, a, digest.SHA256, content)
	r, err := a.Open(t.Context(), d, 10, 99_990)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := b.Remove(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	_, err = a.Stat(t.Context(), d)
	wantErr(t, "stat", err, fs.ErrNotExist)
	wantErr(t, "second remove", a.Remove(t.Context(), d), fs.ErrNotExist)
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content[10:]) {
		t.Errorf("reader opened before the removal: %d bytes, %v", len(got), err)
	}
	wantContent(t, a, Put(t, b, digest.SHA256, content), content)
}

// list returns the names after the given one.
func list(t testing.TB, s blob.Store, after blob.Name) []blob.Name {
	t.Helper()
	out := []blob.Name{}
	for i, err := range s.List(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		if i.ModTime.IsZero() {
			t.Errorf("blob %s has no time", i.Name)
		}
		if n, err := s.Stat(t.Context(), i.Name); err != nil || n != i.Size {
			t.Errorf("blob %s: stat gives %d, %v; list %d", i.Name, n, err, i.Size)
		}
		out = append(out, i.Name)
	}
	return out
}

func testList(t *testing.T, a, b blob.Store) {
	if got := list(t, a, blob.Name{}); len(got) != 0 {
		t.Errorf("empty store lists %v", got)
	}
	want := []blob.Name{}
	for i := range 40 {
		alg := digest.SHA256
		if i%4 == 0 {
			alg = digest.SHA512
		}
		content := Content(uint64(i), i)
		want = append(want, Put(t, a, alg, content))
		if i%5 == 0 { // some content more than once
			want = append(want, Put(t, b, alg, content), Put(t, b, alg, content))
		}
	}
	create(t, a) // an upload is no blob
	slices.SortFunc(want, blob.Name.Compare)
	if diff := cmp.Diff(want, list(t, b, blob.Name{})); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	for i, name := range want {
		if diff := cmp.Diff(want[i+1:], list(t, b, name)); diff != "" {
			t.Errorf("list after %s (-want +got):\n%s", name, diff)
		}
	}
	// A blob need not be stored to list what follows it.
	absent := blob.Name{Digest: digest.FromString("absent")}
	at, _ := slices.BinarySearchFunc(want, absent, blob.Name.Compare)
	if diff := cmp.Diff(want[at:], list(t, a, absent)); diff != "" {
		t.Errorf("list after an absent blob (-want +got):\n%s", diff)
	}
	for i := range b.List(t.Context(), blob.Name{}) { // a consumer may stop
		if i.Name != want[0] {
			t.Errorf("first is %s, want %s", i.Name, want[0])
		}
		break
	}
}
