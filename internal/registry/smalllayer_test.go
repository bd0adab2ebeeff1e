package registry_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
)

// smallLimit is the size of a small layer in these tests.
const smallLimit = 1000

// eachSmall runs f on nodes that keep small layers in the database.
func eachSmall(t *testing.T, f func(t *testing.T, n *nodes)) {
	t.Helper()
	eachNodesWith(t, smallLimit, f)
}

// places says where content is: "database", "file", "both" or "nowhere".
func (n *nodes) place(d digest.Digest) string {
	n.t.Helper()
	var small, large int
	err := n.db.Read(n.t.Context(), func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM blob WHERE digest = $1 AND content IS NOT NULL`, d.String()).Scan(&small)
	})
	if err != nil {
		n.t.Fatal(err)
	}
	for _, f := range n.files() {
		if f == d {
			large = 1
		}
	}
	return []string{"nowhere", "database", "file", "both"}[small+2*large]
}

// uploadsInStore is how many uploads the blob store has, all of which it loses.
func (n *nodes) uploadsInStore() int {
	n.t.Helper()
	return ok[int](n.t)(n.store().ExpireUploads(n.t.Context(), time.Now().Add(time.Hour)))
}

// TestSmallLayers uploads layers about as large as a small one in all ways.
func TestSmallLayers(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		seed := uint64(0)
		for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
			for _, size := range []int{0, 1, smallLimit - 1, smallLimit, smallLimit + 1, 10 * smallLimit} {
				for _, way := range []string{"POST", "PUT", "PATCH and PUT", "PATCH, PATCH, PUT", "parts"} {
					t.Run(fmt.Sprint(alg, size, way), func(t *testing.T) {
						seed++
						content := blobtest.Content(seed, size)
						d := alg.FromBytes(content)
						from := func(off, end int) io.Reader { return iotest.HalfReader(bytes.NewReader(content[off:end])) }
						var id string
						if way != "POST" {
							id = ok[string](t)(n.a.StartUpload(ctx, app))
						}
						half := int64(size / 2)
						switch way {
						case "POST":
							ok[*registry.Layer](t)(n.a.PutLayer(ctx, app, from(0, size), d))
						case "PUT":
							ok[*registry.Layer](t)(n.b.FinishUpload(ctx, app, id, -1, from(0, size), d))
						case "PATCH and PUT":
							if got := ok[int64](t)(n.b.AppendUpload(ctx, app, id, 0, from(0, int(half)))); got != half {
								t.Errorf("size %d, want %d", got, half)
							}
							ok[*registry.Layer](t)(n.a.FinishUpload(ctx, app, id, half, from(int(half), size), d))
						case "PATCH, PATCH, PUT":
							ok[int64](t)(n.b.AppendUpload(ctx, app, id, -1, from(0, int(half))))
							ok[int64](t)(n.a.AppendUpload(ctx, app, id, half, from(int(half), size)))
							if got := ok[int64](t)(n.b.UploadSize(ctx, app, id)); got != int64(size) {
								t.Errorf("size %d, want %d", got, size)
							}
							ok[*registry.Layer](t)(n.b.CompleteUpload(ctx, app, id, d))
						case "parts":
							if size == 0 {
								_, err := n.a.CompleteParts(ctx, app, id, d)
								is(t, err, registry.ErrEmptyUpload)
								return
							}
							ok[int64](t)(n.a.UploadPart(ctx, app, id, 0, int64(size-1), content))
							ok[*registry.Layer](t)(n.b.CompleteParts(ctx, app, id, d))
						}
						want := "database"
						if size > smallLimit {
							want = "file"
						}
						if size > 0 && n.place(d) != want {
							t.Errorf("content is in %s, want %s", n.place(d), want)
						}
						for _, f := range []*fixture{n.a, n.b, n.a} {
							if got := f.read(app, d); got != string(content) {
								t.Errorf("read %d other bytes", len(got))
							}
						}
						if l := ok[*registry.Layer](t)(n.b.Layer(ctx, app, d)); l.Size != int64(size) {
							t.Errorf("size %d, want %d", l.Size, size)
						}
						_, err := n.a.UploadSize(ctx, app, id)
						is(t, err, registry.ErrUploadNotFound)
					})
				}
			}
		}
		if got := n.uploadsInStore(); got != 0 {
			t.Errorf("%d uploads were left in the blob store", got)
		}
	})
}

// TestSmallRange reads parts of a small layer.
func TestSmallRange(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		d := n.a.push(app, "0123456789")
		for _, f := range []*fixture{n.b, n.b} { // from the database, and from memory
			for _, c := range []struct {
				off, n int64
				want   string
				err    error
			}{
				{0, -1, "0123456789", nil}, {3, 4, "3456", nil}, {8, 5, "89", nil}, {9, -1, "9", nil}, {10, -1, "", nil}, {10, 1, "", nil},
				{0, 0, "", nil}, {11, -1, "", blob.ErrRange}, {-1, 2, "", blob.ErrRange},
			} {
				r, err := f.OpenLayer(t.Context(), app, d, c.off, c.n)
				if err != nil || c.err != nil {
					if !errors.Is(err, c.err) {
						t.Errorf("%d+%d: error %v, want %v", c.off, c.n, err, c.err)
					}
					continue
				}
				if got := ok[[]byte](t)(io.ReadAll(r)); string(got) != c.want {
					t.Errorf("%d+%d: %q, want %q", c.off, c.n, got, c.want)
				}
				r.Close()
			}
		}
	})
}

// TestSmallFails ends uploads badly, which leaves them as they were.
func TestSmallFails(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		broken := errors.New("broken pipe")
		for _, size := range []int{smallLimit / 2, smallLimit * 3} {
			content := string(blobtest.Content(uint64(size), size))
			d := digest.FromString(content)
			_, err := n.a.PutLayer(ctx, app, strings.NewReader(content), digest.FromString("other"))
			if e := is(t, err, registry.ErrLayerDigestMismatch); e.Digests[0] != d {
				t.Errorf("mismatch %+v", e)
			}
			_, err = n.a.PutLayer(ctx, app, io.MultiReader(strings.NewReader(content), iotest.ErrReader(broken)), d)
			if !errors.Is(err, broken) {
				t.Errorf("error %v, want %v", err, broken)
			}
			_, err = n.a.PutLayer(ctx, registry.Repo{Account: app.Account, Region: app.Region, Name: "missing"}, strings.NewReader(content), d)
			is(t, err, registry.ErrRepositoryNotFound)
			_, err = n.a.PutLayer(ctx, app, strings.NewReader(content), "sha256:x")
			is(t, err, registry.ErrInvalidDigest)

			id := ok[string](t)(n.a.StartUpload(ctx, app))
			_, err = n.a.FinishUpload(ctx, app, id, 1, strings.NewReader(content), d)
			if e := is(t, err, registry.ErrUploadOffset); e.Have != 0 {
				t.Errorf("have %d", e.Have)
			}
			_, err = n.a.FinishUpload(ctx, other, id, 0, strings.NewReader(content), d)
			is(t, err, registry.ErrUploadNotFound)

			// What came before the reader broke is kept.
			_, err = n.a.AppendUpload(ctx, app, id, 0, io.MultiReader(strings.NewReader(content[:size-10]), iotest.ErrReader(broken)))
			if have := ok[int64](t)(n.b.UploadSize(ctx, app, id)); !errors.Is(err, broken) || have != int64(size-10) {
				t.Errorf("%v; have %d, want %d", err, have, size-10)
			}
			_, err = n.b.AppendUpload(ctx, app, id, 5, strings.NewReader("x"))
			if e := is(t, err, registry.ErrUploadOffset); e.Have != int64(size-10) {
				t.Errorf("have %d", e.Have)
			}
			_, err = n.b.FinishUpload(ctx, app, id, int64(size-10), strings.NewReader(""), d)
			is(t, err, registry.ErrLayerDigestMismatch)
			ok[*registry.Layer](t)(n.b.FinishUpload(ctx, app, id, int64(size-10), strings.NewReader(content[size-10:]), d))
			if got := n.a.read(app, d); got != content {
				t.Error("read other bytes")
			}
		}
		var rows int
		err := n.db.Read(ctx, func(tx *meta.Tx) error { return tx.QueryRow(`SELECT count(*) FROM upload`).Scan(&rows) })
		if stored := n.uploadsInStore(); err != nil || rows != 0 || stored != 0 {
			t.Errorf("%d uploads and %d in the blob store are left, %v", rows, stored, err)
		}
	})
}

// TestSmallAppends lets writers race for each next part of an upload that grows
// out of the database.
func TestSmallAppends(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		const parts, size = 12, smallLimit / 6
		content := blobtest.Content(4, parts*size)
		id := ok[string](t)(n.a.StartUpload(t.Context(), app))
		var wg sync.WaitGroup
		for w := range 4 {
			f := []*fixture{n.a, n.b}[w%2]
			wg.Go(func() {
				for {
					off, err := f.UploadSize(t.Context(), app, id)
					if err != nil {
						t.Error(err)
						return
					}
					if off == int64(len(content)) {
						return
					}
					_, err = f.AppendUpload(t.Context(), app, id, off, bytes.NewReader(content[off:off+size]))
					if err != nil && !errors.Is(err, registry.ErrUploadBusy) && !errors.Is(err, registry.ErrUploadOffset) {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		d := digest.FromBytes(content)
		ok[*registry.Layer](t)(n.b.CompleteUpload(t.Context(), app, id, d))
		if got := n.a.read(app, d); got != string(content) {
			t.Error("read other bytes")
		}
	})
}

// TestSpillInterrupted hands an upload to the blob store that has got a part of
// it already, from a program that was killed.
func TestSpillInterrupted(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		content := blobtest.Content(5, 3*smallLimit)
		d := digest.FromBytes(content)
		for got := range 3 {
			id := ok[string](t)(n.a.StartUpload(ctx, app))
			ok[int64](t)(n.a.AppendUpload(ctx, app, id, 0, bytes.NewReader(content[:20])))
			if err := n.store().Create(ctx, id); err != nil {
				t.Fatal(err)
			}
			ok[int64](t)(n.store().Append(ctx, id, 0, bytes.NewReader(content[:10*got])))
			if have := ok[int64](t)(n.b.UploadSize(ctx, app, id)); have != 20 {
				t.Errorf("have %d, want 20", have)
			}
			ok[int64](t)(n.b.AppendUpload(ctx, app, id, 20, bytes.NewReader(content[20:30])))
			ok[*registry.Layer](t)(n.b.FinishUpload(ctx, app, id, 30, bytes.NewReader(content[30:]), d))
			if got := n.a.read(app, d); got != string(content) {
				t.Error("read other bytes")
			}
		}
		// It may also end without any more, be cancelled, or expire.
		for _, end := range []func(id string) error{
			func(id string) error {
				_, err := n.b.CompleteUpload(ctx, app, id, digest.FromString("small"))
				return err
			},
			func(id string) error { return n.b.CancelUpload(ctx, app, id) },
			func(string) error { n.clock.add(time.Hour); return n.b.ExpireUploads(ctx, n.clock.Now()) },
		} {
			id := ok[string](t)(n.a.StartUpload(ctx, app))
			ok[int64](t)(n.a.AppendUpload(ctx, app, id, 0, strings.NewReader("small")))
			if err := n.store().Create(ctx, id); err != nil {
				t.Fatal(err)
			}
			if err := end(id); err != nil {
				t.Error(err)
			}
			_, err := n.a.UploadSize(ctx, app, id)
			is(t, err, registry.ErrUploadNotFound)
		}
		if got := n.uploadsInStore(); got != 1 { // that of the first of them, which nobody looked for
			t.Errorf("%d uploads are left in the blob store, want 1", got)
		}
	})
}

// TestCollectSmall frees small layers.
func TestCollectSmall(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		large := strings.Repeat("large", smallLimit)
		n.a.push(app, "small")
		n.a.push(app, large)
		n.a.push(other, "small")
		n.a.image(other, "kept", "v1")
		const nothing = "0 layers, 0 blobs, 0 files, 0 bytes"
		for _, want := range []string{nothing, "3 layers, 0 blobs, 0 files, 0 bytes", "0 layers, 2 blobs, 2 files, 5005 bytes", nothing} {
			if got := n.b.collect(); got != want {
				t.Errorf("collected %s, want %s", got, want)
			}
			n.clock.add(grace + time.Second)
		}
		s := ok[registry.GarbageStatus](t)(n.a.GarbageStatus(t.Context()))
		if s.TotalFiles != 2 || s.TotalBytes != 5005 || s.WaitingFiles != 0 {
			t.Errorf("status %+v", s)
		}
		n.wantFiles()
		n.wantRead(other, "layer kept")
		if got := n.place(digest.FromString("small")); got != "nowhere" {
			t.Errorf("small is in %s", got)
		}
		_, err := n.a.OpenLayer(t.Context(), app, digest.FromString("small"), 0, -1)
		is(t, err, registry.ErrLayerNotFound)
		n.b.push(app, "small") // and again
		n.wantRead(app, "small")
	})
}

// TestSmallMoves pushes content again when the limit is another one, or its
// file is damaged.
func TestSmallMoves(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		files := registry.New(registry.Config{DB: n.db, Blobs: n.store(), Now: n.clock.Now, SmallLayer: -1, Log: slog.New(slog.DiscardHandler)})
		put := func(content string) digest.Digest {
			d := digest.FromString(content)
			ok[*registry.Layer](t)(files.PutLayer(ctx, app, strings.NewReader(content), d))
			return d
		}
		d := put("sound")
		if got := n.place(d); got != "file" {
			t.Errorf("content is in %s", got)
		}
		l := ok[*registry.Layer](t)(n.a.Layer(ctx, app, d))
		n.b.push(other, "sound")
		if got := n.place(d); got != "both" {
			t.Errorf("content is in %s, want both for a while", got)
		}
		r := ok[io.ReadCloser](t)(n.a.Open(ctx, l, 0, -1)) // who knew the file can still open it
		r.Close()
		n.wantRead(app, "sound")
		n.b.put(app, imageDoc("sound", "sound"), "v1")
		n.clock.add(grace + time.Second)
		n.b.collect()
		if got := n.place(d); got != "database" {
			t.Errorf("content is in %s", got)
		}
		r = ok[io.ReadCloser](t)(n.a.Open(ctx, l, 0, -1))
		r.Close()
		put("sound") // a node without small layers leaves it there
		if got := n.place(d); got != "database" {
			t.Errorf("content is in %s", got)
		}

		d = put("damaged")
		for _, name := range n.names() {
			if name.Digest == d {
				if err := n.store().Remove(ctx, name); err != nil {
					t.Fatal(err)
				}
			}
		}
		n.a.push(app, "damaged")
		n.wantRead(app, "damaged")

		// An upload that is under way while the limit falls.
		id := ok[string](t)(n.a.StartUpload(ctx, app))
		ok[int64](t)(n.a.AppendUpload(ctx, app, id, 0, strings.NewReader("pending")))
		ok[*registry.Layer](t)(files.CompleteUpload(ctx, app, id, digest.FromString("pending")))
		if got := n.place(digest.FromString("pending")); got != "file" {
			t.Errorf("content is in %s", got)
		}
		n.wantRead(app, "pending")
	})
}

// TestSmallDamaged damages a small layer in the database: nobody gets what is
// there now, be it read in part or again, and who had read it before has it still.
func TestSmallDamaged(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		d := n.a.push(app, "small")
		if got := n.a.read(app, d); got != "small" { // and remembers it
			t.Errorf("read %q", got)
		}
		n.exec(`UPDATE blob SET content = $1 WHERE digest = $2`, []byte("smell"), d.String())
		for range 2 {
			for _, from := range []int64{0, 2} {
				_, err := n.b.OpenLayer(ctx, app, d, from, 2)
				want := blob.DigestError{Want: d, Got: digest.FromString("smell")}
				if de := (*blob.DigestError)(nil); !errors.As(err, &de) || *de != want {
					t.Errorf("open what is damaged: error %v", err)
				}
			}
		}
		if got := n.a.read(app, d); got != "small" {
			t.Errorf("read %q", got)
		}
		n.exec(`UPDATE blob SET content = $1 WHERE digest = $2`, []byte("small"), d.String())
		n.wantRead(app, "small")
	})
}
