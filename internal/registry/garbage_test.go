package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

const grace = registry.DefaultGarbageGrace

// nodes are two registries on one database and one directory of blobs.
type nodes struct {
	t      *testing.T
	db     *meta.DB
	dir    string
	clock  *clock
	a, b   *fixture
	hooksA *hooks // of the blob store of a
	small  int    // Config.SmallLayer
}

// hooks is a blob store on which a test can let something happen in between.
type hooks struct {
	blob.Store
	committed func()                // after the bytes of an upload are stored, before the registry knows
	remove    func(blob.Name) error // before bytes are removed
}

func (h *hooks) Commit(ctx context.Context, upload string, want digest.Digest) (int64, error) {
	n, err := h.Store.Commit(ctx, upload, want)
	if f := h.committed; f != nil && err == nil {
		h.committed = nil // what it does may come by here
		f()
	}
	return n, err
}

func (h *hooks) Remove(ctx context.Context, b blob.Name) error {
	if f := h.remove; f != nil {
		h.remove = nil
		if err := f(b); err != nil {
			return err
		}
	}
	return h.Store.Remove(ctx, b)
}

// eachNodes runs f on nodes with the repositories app and other, which keep
// all layers in files.
func eachNodes(t *testing.T, f func(t *testing.T, n *nodes)) {
	t.Helper()
	eachNodesWith(t, -1, f)
}

// eachNodesWith is eachNodes with another Config.SmallLayer.
func eachNodesWith(t *testing.T, small int, f func(t *testing.T, n *nodes)) {
	t.Helper()
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		n := newNodesWith(t, db, small)
		for _, repo := range []registry.Repo{app, other} {
			if _, err := n.a.CreateRepository(t.Context(), repo, registry.Settings{}); err != nil {
				t.Fatal(err)
			}
		}
		f(t, n)
	})
}

func newNodes(t *testing.T, db *meta.DB) *nodes { return newNodesWith(t, db, -1) }

func newNodesWith(t *testing.T, db *meta.DB, small int) *nodes {
	n := &nodes{t: t, db: db, small: small, dir: t.TempDir(), clock: &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}}
	n.hooksA = &hooks{Store: n.store()}
	n.a = &fixture{t: t, clock: n.clock, Registry: registry.New(registry.Config{DB: db, Blobs: n.hooksA, Now: n.clock.Now, SmallLayer: n.small, Log: slog.New(slog.DiscardHandler)})}
	n.b = &fixture{t: t, clock: n.clock, Registry: registry.New(registry.Config{DB: db, Blobs: n.store(), Now: n.clock.Now, SmallLayer: n.small})}
	return n
}

func (n *nodes) store() *blob.Dir {
	n.t.Helper()
	s, err := blob.OpenDir(n.dir)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { s.Close() })
	return s
}

// exec changes the database behind the registry's back.
func (n *nodes) exec(query string, args ...any) {
	n.t.Helper()
	err := n.db.Write(n.t.Context(), func(tx *meta.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// collect collects and says what was done.
func (f *fixture) collect() string {
	f.t.Helper()
	c := ok[registry.Collection](f.t)(f.Collect(f.t.Context()))
	return fmt.Sprintf("%d layers, %d blobs, %d files, %d bytes", c.Layers, c.Blobs, c.Files, c.Bytes)
}

// collectAll lets time pass and collects until all is gone that nothing needs.
func (n *nodes) collectAll() {
	n.t.Helper()
	for range 3 {
		n.clock.add(grace + time.Second)
		n.b.collect()
	}
}

// files returns the digests of what is stored, each as often as it is.
func (n *nodes) files() []digest.Digest {
	n.t.Helper()
	ds := []digest.Digest{}
	for i, err := range n.store().List(n.t.Context(), blob.Name{}) {
		if err != nil {
			n.t.Fatal(err)
		}
		ds = append(ds, i.Name.Digest)
	}
	return ds
}

// wantFiles checks what is stored, in words.
func (n *nodes) wantFiles(want ...string) {
	n.t.Helper()
	ds := []digest.Digest{}
	for _, w := range want {
		ds = append(ds, digest.FromString(w))
	}
	slices.Sort(ds)
	if diff := cmp.Diff(ds, n.files()); diff != "" {
		n.t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// read returns the content of a layer.
func (f *fixture) read(repo registry.Repo, d digest.Digest) string {
	f.t.Helper()
	r := ok[io.ReadCloser](f.t)(f.OpenLayer(f.t.Context(), repo, d, 0, -1))
	defer r.Close()
	return string(ok[[]byte](f.t)(io.ReadAll(r)))
}

// wantRead checks that a layer is there with its content, on both nodes.
func (n *nodes) wantRead(repo registry.Repo, content string) {
	n.t.Helper()
	for _, f := range []*fixture{n.a, n.b} {
		if got := f.read(repo, digest.FromString(content)); got != content {
			n.t.Errorf("content %q, want %q", got, content)
		}
	}
}

func (f *fixture) delete(repo registry.Repo, refs ...registry.Ref) {
	f.t.Helper()
	for _, d := range ok[[]registry.Deletion](f.t)(f.DeleteImages(f.t.Context(), repo, refs)) {
		if d.Err != nil {
			f.t.Fatal(d.Err)
		}
	}
}

// TestCollect follows what becomes of the layers of a deleted image.
func TestCollect(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		n.a.image(app, "x", "v1")
		n.a.push(app, "shared")
		n.a.push(other, "shared")
		n.a.put(other, imageDoc("shared", "shared"), "v1")
		img := n.a.put(app, imageDoc("config x", "shared"), "v2")

		garbage := func(before time.Time) (all []string) {
			for g, err := range n.b.Garbage(ctx, before) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, fmt.Sprintf("%s %s %d", g.Kind, g.Repo.Name, g.Size))
			}
			slices.Sort(all)
			return all
		}
		step := func(what string, want string, due ...string) {
			t.Helper()
			if diff := cmp.Diff(due, garbage(n.clock.Now().Add(-grace))); diff != "" {
				t.Errorf("%s: due (-want +got):\n%s", what, diff)
			}
			if got := n.a.collect(); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		const nothing = "0 layers, 0 blobs, 0 files, 0 bytes"

		n.clock.add(10 * grace)
		step("all in use", nothing)
		n.a.delete(app, registry.Ref{Tag: "v1"})
		step("just deleted", nothing)
		n.clock.add(grace)
		step("still in grace", nothing)
		if s := ok[registry.GarbageStatus](t)(n.b.GarbageStatus(ctx)); s.UnusedLayers != 1 || s.CondemnedBlobs != 0 || s.WaitingFiles != 0 {
			t.Errorf("status %+v", s)
		}
		n.wantRead(app, "layer x")
		n.clock.add(grace + time.Second) // since the read said that it is there
		step("layer due", "1 layers, 0 blobs, 0 files, 0 bytes", "layer team/app 7")
		_, err := n.b.Layer(ctx, app, digest.FromString("layer x"))
		is(t, err, registry.ErrLayerNotFound)
		n.wantRead(app, "config x")
		n.wantFiles("config x", "layer x", "shared")
		if s := ok[registry.GarbageStatus](t)(n.b.GarbageStatus(ctx)); s.UnusedLayers != 0 || s.CondemnedBlobs != 1 || s.CondemnedBytes != 7 {
			t.Errorf("status %+v", s)
		}
		n.clock.add(grace + time.Second)
		step("blob due", "0 layers, 1 blobs, 1 files, 7 bytes", "blob  7")
		n.wantFiles("config x", "shared")

		// What another repository names stays there alone.
		n.a.delete(app, registry.Ref{Digest: img.Digest})
		n.clock.add(grace + time.Second)
		step("layers due", "2 layers, 0 blobs, 0 files, 0 bytes", "layer team/app 6", "layer team/app 8")
		n.clock.add(grace + time.Second)
		step("one blob due", "0 layers, 1 blobs, 1 files, 8 bytes", "blob  8")
		n.wantFiles("shared")
		n.wantRead(other, "shared")

		want := registry.GarbageStatus{
			Last: registry.Collection{Started: n.clock.Now(), Finished: n.clock.Now(), Grace: grace, Blobs: 1, Files: 1, Bytes: 8}, TotalFiles: 2, TotalBytes: 15,
		}
		if diff := cmp.Diff(want, ok[registry.GarbageStatus](t)(n.b.GarbageStatus(ctx))); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
	})
}

// TestCollectKeeps has an image of each sort that keeps its layers.
func TestCollectKeeps(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		n.a.image(app, "tagged", "v1")
		one := n.a.image(app, "child")
		n.a.put(app, doc{MediaType: "application/vnd.oci.image.index.v1+json", Manifests: []desc{child(one)}})
		n.a.image(app, "untagged")
		lost := imageDoc("config untagged", "layer untagged") // its subject is nowhere
		lost.Subject = &desc{"application/vnd.oci.image.manifest.v1+json", digest.FromString("nowhere"), 7}
		n.a.push(app, "signature")
		lost.Layers[0] = desc{layerType, digest.FromString("signature"), 9}
		n.a.put(app, lost)
		upload := ok[string](t)(n.a.StartUpload(ctx, app))
		ok[int64](t)(n.a.AppendUpload(ctx, app, upload, 0, strings.NewReader("upload")))
		n.a.push(app, "no image")

		// An image in the trash, and one that came out of it.
		for _, word := range []string{"expired", "restored"} {
			img := n.a.image(app, word)
			n.exec(`INSERT INTO expired_image (account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations,
					size, pushed_at, pulled_at, archived, archived_at, activated_at, tags, children, rule, reason, expired_at, purge_at, manifest_size, manifest)
				SELECT account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations,
				size, pushed_at, pulled_at, FALSE, 0, 0, '[]', '[]', 1, '', 0, 0, manifest_size, manifest FROM image WHERE digest = $1`, img.Digest.String())
			n.exec(`INSERT INTO expired_image_layer SELECT account, region, repository, digest, target FROM image_reference WHERE digest = $1`, img.Digest.String())
			n.a.delete(app, registry.Ref{Digest: img.Digest})
			if word == "restored" {
				n.a.put(app, imageDoc("config restored", "layer restored"))
				n.exec(`DELETE FROM expired_image_layer WHERE digest = $1`, img.Digest.String())
				n.exec(`DELETE FROM expired_image WHERE digest = $1`, img.Digest.String())
			}
		}
		want := []string{"config tagged", "layer tagged", "config child", "layer child", "config untagged", "layer untagged", "signature",
			"config restored", "layer restored", "config expired", "layer expired"}
		n.collectAll()
		// Marks are hints: wrong ones take nothing away, and are gone then.
		n.exec(`UPDATE layer SET unused_since = 1`)
		n.exec(`UPDATE blob SET condemned_at = 1`)
		if s := ok[registry.GarbageStatus](t)(n.b.GarbageStatus(ctx)); s.UnusedLayers != int64(len(want)) || s.CondemnedBlobs != int64(len(want)) {
			t.Errorf("status %+v", s)
		}
		n.collectAll()
		if s := ok[registry.GarbageStatus](t)(n.b.GarbageStatus(ctx)); s.UnusedLayers != 2 || s.CondemnedBlobs != 0 { // the expired image's are looked at again
			t.Errorf("status %+v", s)
		}
		n.wantFiles(want...)
		for _, w := range want {
			n.wantRead(app, w)
		}
		ok[*registry.Layer](t)(n.b.CompleteUpload(ctx, app, upload, digest.FromString("upload")))
		n.wantRead(app, "upload")

		n.exec(`DELETE FROM expired_image_layer`)
		n.exec(`DELETE FROM expired_image`)
		n.collectAll()
		n.wantFiles(want[:len(want)-2]...)
	})
}

// TestCollectDeletedRepository checks that what goes with a repository, or is
// deleted by itself, frees its bytes, and that what is elsewhere stays.
func TestCollectDeletedRepository(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		n.a.image(app, "mine")
		n.a.image(app, "ours")
		n.a.image(other, "ours")
		d := n.a.push(other, "single")
		if !ok[bool](t)(n.a.DeleteLayer(t.Context(), other, d)) {
			t.Error("not deleted")
		}
		ok[*registry.Repository](t)(n.a.DeleteRepository(t.Context(), app, true))
		n.a.collect()
		n.wantFiles("config mine", "layer mine", "config ours", "layer ours", "single")
		n.clock.add(grace + time.Second)
		n.a.collect()
		n.wantFiles("config ours", "layer ours")
		n.wantRead(other, "layer ours")
	})
}

// TestChecksRenew checks that whoever was told that a layer is there has time
// to name it in a manifest, and that telling does not always cost a write.
func TestChecksRenew(t *testing.T) {
	d, config := digest.FromString("layer"), digest.FromString("config")
	for name, check := range map[string]func(t *testing.T, f *fixture){
		"head": func(t *testing.T, f *fixture) {
			for _, d := range []digest.Digest{d, config} {
				ok[*registry.Layer](t)(f.Layer(t.Context(), app, d))
			}
		},
		"batch": func(t *testing.T, f *fixture) {
			if found := ok[map[digest.Digest]*registry.Layer](t)(f.Layers(t.Context(), app, []digest.Digest{d, config})); len(found) != 2 {
				t.Errorf("found %v", found)
			}
		},
		"mount": func(t *testing.T, f *fixture) {
			for _, d := range []digest.Digest{d, config} {
				ok[*registry.Layer](t)(f.Mount(t.Context(), app, d, other.Name))
			}
		},
		"upload": func(t *testing.T, f *fixture) {
			f.push(app, "layer")
			f.push(app, "config")
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachNodes(t, func(t *testing.T, n *nodes) {
				n.a.image(other, "keeps nothing")
				n.a.push(other, "config")
				n.a.push(other, "layer")
				n.a.put(other, imageDoc("config", "layer"))
				n.a.push(app, "config")
				n.a.push(app, "layer")
				n.a.put(app, imageDoc("config", "layer"), "v1")
				n.a.delete(app, registry.Ref{Tag: "v1"})
				for range 5 {
					n.clock.add(grace * 9 / 10)
					check(t, n.b)
					n.a.collect()
				}
				n.clock.add(grace * 9 / 10)
				n.a.collect()
				n.a.put(app, imageDoc("config", "layer"), "v1")
				n.collectAll()
				n.wantRead(app, "layer")
			})
		})
	}

	eachNodes(t, func(t *testing.T, n *nodes) {
		since := func() (at int64) {
			t.Helper()
			err := n.db.Read(t.Context(), func(tx *meta.Tx) error {
				return tx.QueryRow(`SELECT unused_since FROM layer WHERE repository = $1 AND digest = $2`, app.Name, d.String()).Scan(&at)
			})
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		n.a.push(app, "layer")
		first := since()
		n.clock.add(grace / 10)
		ok[*registry.Layer](t)(n.a.Layer(t.Context(), app, d))
		if got := since(); got != first {
			t.Error("a check soon after the mark has written")
		}
		n.clock.add(time.Second)
		ok[*registry.Layer](t)(n.a.Layer(t.Context(), app, d))
		if got := since(); got != n.clock.Now().UnixMicro() {
			t.Errorf("marked at %d, want now", got)
		}
		// Who comes too late is told so.
		n.clock.add(grace + time.Second)
		n.a.collect()
		_, err := n.a.Layer(t.Context(), app, d)
		is(t, err, registry.ErrLayerNotFound)
		if found := ok[map[digest.Digest]*registry.Layer](t)(n.a.Layers(t.Context(), app, []digest.Digest{d})); len(found) != 0 {
			t.Errorf("found %v", found)
		}
	})
}

// stages are those of the end of a layer of app, each of which something else
// may come upon.
var stages = []struct {
	kind    registry.GarbageKind
	prepare func(n *nodes, content string)
}{
	{registry.GarbageLayer, func(n *nodes, content string) {
		n.a.push(app, content)
		n.clock.add(grace + time.Second)
	}},
	{registry.GarbageBlob, func(n *nodes, content string) {
		d := n.a.push(app, content)
		if !ok[bool](n.t)(n.a.DeleteLayer(n.t.Context(), app, d)) {
			n.t.Fatal("not deleted")
		}
		n.clock.add(grace + time.Second)
	}},
	{registry.GarbageFile, func(n *nodes, content string) {
		d := n.a.push(app, content)
		ok[bool](n.t)(n.a.DeleteLayer(n.t.Context(), app, d))
		n.clock.add(grace + time.Second)
		goOn, _, err := n.a.CollectLate(n.t.Context(), registry.GarbageBlob)
		if err := errors.Join(err, goOn()); err != nil {
			n.t.Fatal(err)
		}
	}},
}

// TestLateCollector lets a collector see what is due, then something happen
// that needs it, and then the collector go on, however late.
func TestLateCollector(t *testing.T) {
	eachNodes(t, lateCollector)
}

// lateCollector leaves nothing behind, so one database serves all cases.
func lateCollector(t *testing.T, shared *nodes) {
	const content = "layer"
	d := digest.FromString(content)
	for _, stage := range stages {
		for _, between := range []struct {
			name   string
			needs  bool // the layer in app, to be there before
			happen func(t *testing.T, f *fixture, repo registry.Repo)
			repo   registry.Repo
		}{
			{"upload", false, func(t *testing.T, f *fixture, repo registry.Repo) { f.push(repo, content) }, app},
			{"upload elsewhere", false, func(t *testing.T, f *fixture, repo registry.Repo) { f.push(repo, content) }, other},
			{"mount", true, func(t *testing.T, f *fixture, repo registry.Repo) {
				ok[*registry.Layer](t)(f.Mount(t.Context(), repo, d, app.Name))
			}, other},
			{"check", true, func(t *testing.T, f *fixture, repo registry.Repo) {
				ok[*registry.Layer](t)(f.Layer(t.Context(), repo, d))
			}, app},
			{"image", true, func(t *testing.T, f *fixture, repo registry.Repo) { f.put(repo, imageDoc(content, content)) }, app},
			{"image comes and goes", true, func(t *testing.T, f *fixture, repo registry.Repo) {
				f.delete(repo, registry.Ref{Digest: f.put(repo, imageDoc(content, content)).Digest})
			}, app},
			{"upload, and another collection", false, func(t *testing.T, f *fixture, repo registry.Repo) {
				f.push(repo, content)
				f.collect()
			}, app},
		} {
			if between.needs && stage.kind != registry.GarbageLayer {
				continue // nobody can see it any more
			}
			t.Run(string(stage.kind)+"/"+between.name, func(t *testing.T) {
				n := newNodes(t, shared.db)
				stage.prepare(n, content)
				goOn, found, err := n.a.CollectLate(t.Context(), stage.kind)
				if err != nil || found != 1 {
					t.Fatalf("%d due, %v; want 1", found, err)
				}
				between.happen(t, n.b, between.repo)
				if err := goOn(); err != nil {
					t.Fatal(err)
				}
				n.b.collect()
				n.wantRead(between.repo, content)

				n.b.put(between.repo, imageDoc(content, content), "v1")
				n.collectAll()
				n.wantRead(between.repo, content)
				n.wantFiles(content)
				n.b.delete(between.repo, registry.Ref{Tag: "v1"})
				n.collectAll()
				n.wantFiles()
			})
		}
	}
}

// TestLateUpload lets collections happen between the moment in which the bytes
// of an upload are stored and that in which they become a blob.
func TestLateUpload(t *testing.T) {
	const content = "layer"
	for _, stage := range stages {
		t.Run(string(stage.kind), func(t *testing.T) {
			eachNodes(t, func(t *testing.T, n *nodes) {
				stage.prepare(n, content)
				n.hooksA.committed = func() { n.collectAll() } // all of what was there goes
				n.a.push(app, content)
				n.wantRead(app, content)
				n.wantFiles(content)
			})
		})
	}
	t.Run("others", func(t *testing.T) {
		eachNodes(t, func(t *testing.T, n *nodes) { // the same content, twice at the same time
			n.hooksA.committed = func() { n.b.push(other, content) }
			n.a.push(app, content)
			n.wantRead(app, content)
			n.wantRead(other, content)
			n.wantFiles(content)
		})
	})
	t.Run("repository deleted", func(t *testing.T) {
		eachNodes(t, func(t *testing.T, n *nodes) {
			id := ok[string](t)(n.a.StartUpload(t.Context(), app))
			ok[int64](t)(n.a.AppendUpload(t.Context(), app, id, 0, strings.NewReader(content)))
			n.hooksA.committed = func() { ok[*registry.Repository](t)(n.b.DeleteRepository(t.Context(), app, true)) }
			_, err := n.a.CompleteUpload(t.Context(), app, id, digest.FromString(content))
			is(t, err, registry.ErrUploadNotFound)
			n.wantFiles()
		})
	})
}

// TestLateRemove lets the same content come back, and a second collector do the
// same work, when a collector is about to remove bytes.
func TestLateRemove(t *testing.T) {
	const content = "layer"
	eachNodes(t, func(t *testing.T, n *nodes) {
		n.a.delete(app, registry.Ref{Digest: n.a.image(app, "x").Digest})
		n.a.push(app, content)
		n.clock.add(grace + time.Second)
		n.a.collect()
		n.clock.add(grace + time.Second)
		var second string
		n.hooksA.remove = func(blob.Name) error {
			n.b.push(app, content)
			second = n.b.collect()
			return nil
		}
		first := n.a.collect()
		if both := [2]string{first, second}; both != [2]string{"0 layers, 3 blobs, 0 files, 0 bytes", "0 layers, 0 blobs, 3 files, 20 bytes"} {
			t.Errorf("collected %v", both)
		}
		n.wantRead(app, content)
		n.wantFiles(content)
	})
}

// TestLateRead lets bytes go, and come back, between the moment in which a
// reader was told of a layer and that in which it opens it.
func TestLateRead(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		d := n.a.push(app, "layer")
		l := ok[*registry.Layer](t)(n.a.Layer(ctx, app, d))
		open := ok[io.ReadCloser](t)(n.a.Open(ctx, l, 0, -1))
		defer open.Close()
		n.collectAll()
		n.wantFiles()
		_, err := n.a.Open(ctx, l, 0, -1)
		is(t, err, registry.ErrLayerNotFound)
		n.b.push(app, "layer")
		r := ok[io.ReadCloser](t)(n.a.Open(ctx, l, 0, -1))
		defer r.Close()
		for _, r := range []io.Reader{r, open} {
			if b := ok[[]byte](t)(io.ReadAll(r)); string(b) != "layer" {
				t.Errorf("content %q", b)
			}
		}
	})
}

// TestCollectCrash ends a program at each place where it can be between two
// steps, and checks that nothing is lost and the next collections leave nothing.
func TestCollectCrash(t *testing.T) {
	errCrash := errors.New("crash")
	// collect lets a program end where f says, if it comes there.
	collect := func(t *testing.T, n *nodes, ctx context.Context, f func(blob.Name) error, want error) {
		t.Helper()
		n.hooksA.remove = f
		_, err := n.a.Collect(ctx)
		if n.hooksA.remove != nil {
			n.hooksA.remove, want = nil, nil
		}
		if !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
		s := ok[registry.GarbageStatus](t)(n.b.GarbageStatus(context.WithoutCancel(ctx)))
		if (s.Last.Error != "") != (want != nil) {
			t.Errorf("status %+v, want error %v", s, want)
		}
	}
	crashes := map[string]func(t *testing.T, n *nodes){
		"removal fails": func(t *testing.T, n *nodes) {
			collect(t, n, t.Context(), func(blob.Name) error { return errCrash }, errCrash)
		},
		"after removal": func(t *testing.T, n *nodes) {
			collect(t, n, t.Context(), func(b blob.Name) error {
				if err := n.store().Remove(t.Context(), b); err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Error(err)
				}
				return errCrash
			}, errCrash)
		},
		"canceled": func(t *testing.T, n *nodes) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			collect(t, n, ctx, func(blob.Name) error { cancel(); return nil }, context.Canceled)
		},
		"in an upload": func(t *testing.T, n *nodes) {
			id := ok[string](t)(n.a.StartUpload(t.Context(), app))
			ok[int64](t)(n.a.AppendUpload(t.Context(), app, id, 0, strings.NewReader("layer dead")))
			n.hooksA.committed = func() { panic(errCrash) }
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no crash")
					}
				}()
				_, _ = n.a.CompleteUpload(t.Context(), app, id, digest.FromString("layer dead"))
			}()
			// The bytes stay as long as the upload does, and then are nobody's.
			n.collectAll()
			if !slices.Contains(n.names(), blob.Name{Digest: digest.FromString("layer dead"), Upload: id}) {
				t.Error("the bytes are gone before the upload")
			}
			if err := n.b.ExpireUploads(t.Context(), n.clock.Now()); err != nil {
				t.Error(err)
			}
		},
		"before the spare bytes are removed": func(t *testing.T, n *nodes) {
			n.a.push(app, "layer live")
			n.hooksA.remove = func(blob.Name) error { return errCrash }
			n.a.push(other, "layer live")
		},
	}
	for i := range registry.CollectSteps {
		crashes[fmt.Sprintf("after step %d", i)] = func(t *testing.T, n *nodes) {
			if err := n.a.CollectFirst(t.Context(), i); err != nil {
				t.Error(err)
			}
		}
	}
	eachNodes(t, func(t *testing.T, shared *nodes) {
		for name, crash := range crashes {
			t.Run(name, func(t *testing.T) {
				n := newNodes(t, shared.db)
				n.a.image(app, "live", "live")
				dead := n.a.image(app, "dead")
				n.a.delete(app, registry.Ref{Digest: dead.Digest})
				for range 3 { // at whatever stage it is
					n.clock.add(grace + time.Second)
					crash(t, n)
					n.wantRead(app, "layer live")
				}
				n.collectAll()
				n.wantRead(app, "layer live")
				n.wantFiles("config live", "layer live")
				if s := ok[registry.GarbageStatus](t)(n.b.GarbageStatus(t.Context())); s.UnusedLayers+s.CondemnedBlobs+s.WaitingFiles != 0 || s.Last.Error != "" {
					t.Errorf("status %+v", s)
				}
				n.a.image(app, "dead", "again")
				n.wantRead(app, "layer dead")
				n.a.delete(app, registry.Ref{Tag: "again"}, registry.Ref{Tag: "live"})
				n.collectAll() // for the next
				n.wantFiles()
			})
		}
	})
}

// TestWrongDatabase starts a server with the blobs of another's database. It
// must be noticed within the grace, and then nothing is lost.
func TestWrongDatabase(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		n.a.image(app, "x", "v1")
		wrong := newNodes(t, metatest.Open(t, metatest.SQLite(t)))
		wrong.clock = n.clock
		lost := registry.New(registry.Config{DB: wrong.db, Blobs: n.store(), Now: n.clock.Now})
		for range 2 {
			n.clock.add(grace / 2)
			if c := ok[registry.Collection](t)(lost.Collect(t.Context())); c.Files != 0 {
				t.Errorf("removed %d files", c.Files)
			}
		}
		if s := ok[registry.GarbageStatus](t)(lost.GarbageStatus(t.Context())); s.WaitingFiles != 2 {
			t.Errorf("status %+v, want two files waiting", s)
		}
		n.wantRead(app, "layer x")
	})
}

// TestAudits checks that what nobody marked is found, and everything that is
// in use left alone.
func TestAudits(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		n.a.image(app, "live", "live")
		for i := range 5 {
			n.a.push(app, fmt.Sprint("unused ", i))
			n.a.push(other, fmt.Sprint("gone ", i))
		}
		n.exec(`UPDATE layer SET unused_since = NULL`)
		n.exec(`DELETE FROM layer WHERE repository = $1`, other.Name)
		n.collectAll()
		n.wantFiles("config live", "layer live")
		n.wantRead(app, "layer live")
	})
}

// TestDamagedBlob checks that uploading content again replaces bytes that are
// missing or cut, and no others.
func TestDamagedBlob(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		n.a.push(app, "layer")
		before := n.names()
		n.a.push(other, "layer")
		if diff := cmp.Diff(before, n.names()); diff != "" {
			t.Errorf("sound bytes were replaced:\n%s", diff)
		}
		if err := n.store().Remove(t.Context(), before[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := n.a.OpenLayer(t.Context(), app, before[0].Digest, 0, -1); err == nil || errors.Is(err, registry.ErrLayerNotFound) {
			t.Errorf("missing bytes: error %v, want one that nobody expects", err)
		}
		n.b.push(other, "layer")
		n.wantRead(app, "layer")
		n.wantRead(other, "layer")
		n.exec(`UPDATE blob SET size = 3`) // or the file has grown
		n.b.push(app, "layer")
		n.wantRead(other, "layer")
		n.wantFiles("layer")
		if l := ok[*registry.Layer](t)(n.a.Layer(t.Context(), app, digest.FromString("layer"))); l.Size != 5 {
			t.Errorf("size %d, want 5", l.Size)
		}
	})
}

func (n *nodes) names() (names []blob.Name) {
	n.t.Helper()
	for i, err := range n.store().List(n.t.Context(), blob.Name{}) {
		if err != nil {
			n.t.Fatal(err)
		}
		names = append(names, i.Name)
	}
	return names
}
