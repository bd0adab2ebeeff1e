package registry_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

var gcDuration = flag.Duration("gc.duration", 3*time.Second, "how long TestCollectConcurrently goes on, on each database")

// What TestCollectConcurrently does it with. The grace is short, so that much
// is collected, and longer than a push takes on a busy machine.
const (
	raceGrace    = time.Second
	raceWorkers  = 6
	raceContents = 120  // that layers are chosen from, few enough to come back often
	raceRepos    = 5    // shared by all workers, besides one of each
	raceMaxSize  = 4096 // bytes of a layer
	raceSmall    = 2000 // bytes of a small one
)

// race is two nodes on one database and one directory, one of which keeps small
// layers in the database, and the workers that use them all at once.
type race struct {
	t     *testing.T
	db    *meta.DB
	nodes [2]*registry.Registry
	store *blob.Dir
	ahead atomic.Int64 // how far the clock is ahead, once the workers are done

	pushes, uploads, skipped, mounts, deletes, reads, late atomic.Int64
	collections, unlinked, files, freed                    atomic.Int64
}

func (r *race) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

// content returns the layer of a number; its size is from a byte on.
func raceContent(n int) []byte {
	rnd := rand.New(rand.NewPCG(uint64(n), 7))
	b := make([]byte, 1+rnd.IntN(raceMaxSize))
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

// TestCollectConcurrently lets clients push, mount, check, delete and read on
// two nodes while both collect, and checks in the end that every layer of every
// image is there with its content, and nothing else. On the way it checks that
// an image that was pushed can be read, and that what was said to be there is
// there as long as is promised.
func TestCollectConcurrently(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		r := &race{t: t, db: db}
		dir := t.TempDir()
		for i := range r.nodes {
			store, err := blob.OpenDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { store.Close() })
			r.store = store
			r.nodes[i] = registry.New(registry.Config{DB: db, Blobs: store, Now: r.now, GarbageGrace: raceGrace, SmallLayer: []int{raceSmall, -1}[i], Log: slog.New(slog.DiscardHandler)})
		}
		for i := range raceRepos {
			if _, err := r.nodes[0].CreateRepository(t.Context(), raceRepo(i), registry.Settings{}); err != nil {
				t.Fatal(err)
			}
		}

		began := time.Now()
		goesOn := func() bool {
			took := time.Since(began)
			return !t.Failed() && (took < *gcDuration || took < *gcDuration+time.Minute && !r.enough())
		}
		workers := make([]*raceWorker, raceWorkers)
		var working, collecting sync.WaitGroup
		for i := range workers {
			w := &raceWorker{race: r, id: i, rnd: rand.New(rand.NewPCG(uint64(i), uint64(time.Now().UnixNano()))), images: map[raceImage][]digest.Digest{}}
			workers[i] = w
			working.Go(func() {
				for goesOn() {
					w.step(t.Context())
				}
			})
		}
		collect, stopCollecting := context.WithCancel(t.Context())
		for _, node := range r.nodes {
			collecting.Go(func() {
				for collect.Err() == nil {
					r.collect(t.Context(), node)
				}
			})
		}
		working.Wait()
		stopCollecting()
		collecting.Wait()
		if t.Failed() {
			return
		}

		for range 4 { // everything that is not needed becomes old
			r.ahead.Add(int64(2 * raceGrace))
			for _, node := range r.nodes {
				r.collect(t.Context(), node)
			}
		}
		r.check(workers)
		t.Logf("%v: %d pushes of images (%d layers uploaded, %d found there, %d mounted), %d deletions, %d reads, %d pushes too slow for the grace; %d collections: %d layers unlinked, %d blobs and %d bytes freed",
			*gcDuration, r.pushes.Load(), r.uploads.Load(), r.skipped.Load(), r.mounts.Load(), r.deletes.Load(), r.reads.Load(), r.late.Load(),
			r.collections.Load(), r.unlinked.Load(), r.files.Load(), r.freed.Load())
		if !r.enough() {
			t.Error("that was too little for the test to mean anything")
		}
	})
}

// enough reports whether everything has happened that the test is about.
func (r *race) enough() bool {
	return r.pushes.Load() > 0 && r.deletes.Load() > 0 && r.mounts.Load() > 0 && r.skipped.Load() > 0 && r.files.Load() > 0
}

func raceRepo(i int) registry.Repo {
	return registry.Repo{Account: "111111111111", Region: "us-east-1", Name: fmt.Sprintf("race/%d", i)}
}

func (r *race) collect(ctx context.Context, node *registry.Registry) {
	c, err := node.Collect(ctx)
	if err != nil {
		r.t.Error(err)
	}
	r.collections.Add(1)
	r.unlinked.Add(c.Layers)
	r.files.Add(c.Files)
	r.freed.Add(c.Bytes)
}

// check compares what there is with what the workers have left.
func (r *race) check(workers []*raceWorker) {
	ctx := r.t.Context()
	want := map[digest.Digest]bool{}
	for _, w := range workers {
		for image, layers := range w.images {
			if _, err := r.nodes[0].Image(ctx, image.repo, registry.Ref{Digest: image.digest}); err != nil {
				r.t.Errorf("image of worker %d: %v", w.id, err)
			}
			for i, d := range layers {
				want[d] = true
				w.read(ctx, r.nodes[i%2], image.repo, d)
			}
		}
	}
	got := map[digest.Digest]bool{}
	for f, err := range r.store.List(ctx, blob.Name{}) {
		if err != nil {
			r.t.Fatal(err)
		}
		if got[f.Name.Digest] {
			r.t.Errorf("%s is stored twice", f.Name.Digest)
		}
		got[f.Name.Digest] = true
	}
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		small, err := meta.All(tx, meta.ScanString, `SELECT digest FROM blob WHERE content IS NOT NULL`)
		for _, d := range small {
			if got[digest.Digest(d)] {
				r.t.Errorf("%s is stored in both places", d)
			}
			got[digest.Digest(d)] = true
		}
		if len(small) == 0 || len(small) == len(got) {
			r.t.Errorf("%d of %d layers are small: nothing was tested", len(small), len(got))
		}
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.t.Errorf("stored (-want +got):\n%s", diff)
	}
	s, err := r.nodes[0].GarbageStatus(ctx)
	if err != nil || s.UnusedLayers+s.CondemnedBlobs+s.WaitingFiles != 0 {
		r.t.Errorf("status %+v, %v; want nothing waiting", s, err)
	}
	if s.TotalBytes != r.freed.Load() || s.TotalFiles != r.files.Load() {
		r.t.Errorf("status says %d files, %d bytes; collections %d, %d", s.TotalFiles, s.TotalBytes, r.files.Load(), r.freed.Load())
	}
}

// raceWorker is a client that pushes, reads and deletes its own images, in
// repositories and of layers that it shares with others.
type raceWorker struct {
	*race
	id     int
	rnd    *rand.Rand
	n      int
	images map[raceImage][]digest.Digest // that are there, with their config and layers
	own    bool                          // whether its own repository is there
}

type raceImage struct {
	repo   registry.Repo
	digest digest.Digest
}

func (w *raceWorker) node() *registry.Registry { return w.nodes[w.rnd.IntN(2)] }

func (w *raceWorker) ownRepo() registry.Repo { return raceRepo(100 + w.id) }

func (w *raceWorker) step(ctx context.Context) {
	switch n := w.rnd.IntN(20); {
	case n < 9:
		w.push(ctx)
	case n < 13:
		for image, layers := range w.images {
			w.read(ctx, w.node(), image.repo, layers[w.rnd.IntN(len(layers))])
			break
		}
	case n < 18:
		if len(w.images) > w.rnd.IntN(6) {
			w.delete(ctx)
		}
	case w.own && n == 18:
		w.deleteRepository(ctx)
	case !w.own:
		if _, err := w.node().CreateRepository(ctx, w.ownRepo(), registry.Settings{}); err != nil {
			w.t.Error(err)
		}
		w.own = true
	}
}

// push pushes an image as a client does: what is said to be there is not
// uploaded, and the manifest comes last.
func (w *raceWorker) push(ctx context.Context) {
	repo := raceRepo(w.rnd.IntN(raceRepos))
	if w.own && w.rnd.IntN(4) == 0 {
		repo = w.ownRepo()
	}
	w.n++
	contents := [][]byte{fmt.Appendf(nil, "config %d of worker %d", w.n, w.id)}
	for range 1 + w.rnd.IntN(3) {
		contents = append(contents, raceContent(w.rnd.IntN(raceContents)))
	}
	d := doc{MediaType: "application/vnd.oci.image.manifest.v1+json"}
	var digests []digest.Digest
	for i, c := range contents {
		l := desc{layerType, digest.FromBytes(c), len(c)}
		digests = append(digests, l.Digest)
		if i == 0 {
			l.MediaType = "application/vnd.oci.image.config.v1+json"
			d.Config = &l
		} else {
			d.Layers = append(d.Layers, l)
		}
	}
	for {
		began := w.now()
		for i, c := range contents {
			w.provide(ctx, repo, digests[i], c)
		}
		img, err := w.node().PutImage(ctx, repo, registry.NewImage{Manifest: d.bytes()})
		took := w.now().Sub(began)
		switch {
		case errors.Is(err, registry.ErrLayersNotFound) && took > raceGrace/2:
			w.late.Add(1) // nothing was promised for that long
			continue
		case err != nil:
			w.t.Errorf("put image after %v: %v", took, err)
			return
		}
		w.pushes.Add(1)
		w.images[raceImage{repo, img.Digest}] = digests
		if w.rnd.IntN(3) == 0 {
			w.read(ctx, w.node(), repo, digests[w.rnd.IntN(len(digests))])
		}
		return
	}
}

// provide makes sure that a repository has a layer: it is there, or in another
// repository, or is uploaded.
func (w *raceWorker) provide(ctx context.Context, repo registry.Repo, d digest.Digest, content []byte) {
	switch w.rnd.IntN(8) {
	case 0: // upload without a look
	case 1, 2, 3:
		found, err := w.node().Layers(ctx, repo, []digest.Digest{d})
		if err != nil {
			w.t.Error(err)
		}
		if found[d] != nil {
			w.skipped.Add(1)
			return
		}
	default:
		_, err := w.node().Layer(ctx, repo, d)
		if err == nil {
			w.skipped.Add(1)
			return
		}
		if !errors.Is(err, registry.ErrLayerNotFound) {
			w.t.Error(err)
		}
	}
	if w.rnd.IntN(2) == 0 {
		_, err := w.node().Mount(ctx, repo, d, raceRepo(w.rnd.IntN(raceRepos)).Name)
		if err == nil {
			w.mounts.Add(1)
			return
		}
		if !errors.Is(err, registry.ErrLayerNotFound) {
			w.t.Error(err)
		}
	}
	if err := w.upload(ctx, repo, d, content); err != nil {
		w.t.Error(err)
	}
	w.uploads.Add(1)
}

// upload uploads a layer in one of the ways there are.
func (w *raceWorker) upload(ctx context.Context, repo registry.Repo, d digest.Digest, content []byte) error {
	if w.rnd.IntN(3) == 0 {
		_, err := w.node().PutLayer(ctx, repo, bytes.NewReader(content), d)
		return err
	}
	id, err := w.node().StartUpload(ctx, repo)
	if err != nil {
		return err
	}
	half := w.rnd.IntN(len(content))
	if half > 0 {
		if _, err := w.node().AppendUpload(ctx, repo, id, 0, bytes.NewReader(content[:half])); err != nil {
			return err
		}
	}
	if w.rnd.IntN(2) == 0 {
		_, err = w.node().FinishUpload(ctx, repo, id, int64(half), bytes.NewReader(content[half:]), d)
		return err
	}
	if _, err := w.node().AppendUpload(ctx, repo, id, -1, bytes.NewReader(content[half:])); err != nil {
		return err
	}
	_, err = w.node().CompleteUpload(ctx, repo, id, d)
	return err
}

// read reads a layer that an image needs.
func (w *raceWorker) read(ctx context.Context, node *registry.Registry, repo registry.Repo, d digest.Digest) {
	b, err := node.OpenLayer(ctx, repo, d, 0, -1)
	if err != nil {
		w.t.Errorf("layer of an image: %v", err)
		return
	}
	defer b.Close()
	verifier := d.Verifier()
	if _, err := io.Copy(verifier, b); err != nil || !verifier.Verified() {
		w.t.Errorf("layer %s has other content (%v)", d, err)
	}
	w.reads.Add(1)
}

func (w *raceWorker) delete(ctx context.Context) {
	for image := range w.images {
		results, err := w.node().DeleteImages(ctx, image.repo, []registry.Ref{{Digest: image.digest}})
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			w.t.Error(err)
		}
		delete(w.images, image)
		w.deletes.Add(1)
		return
	}
}

func (w *raceWorker) deleteRepository(ctx context.Context) {
	if _, err := w.node().DeleteRepository(ctx, w.ownRepo(), true); err != nil {
		w.t.Error(err)
	}
	for image := range w.images {
		if image.repo == w.ownRepo() {
			delete(w.images, image)
			w.deletes.Add(1)
		}
	}
	w.own = false
}

// BenchmarkCollect collects 100,000 layers beside 100,000 that are in use:
// first they are unlinked and condemned, then forgotten and removed, and then
// there is nothing to do but to look.
func BenchmarkCollect(b *testing.B) {
	const layers, parts = 100_000, 100
	for range b.N {
		b.StopTimer()
		db := metatest.Open(b, metatest.SQLite(b))
		now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
		r := registry.New(registry.Config{DB: db, Blobs: noBlobs{}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
		if _, err := r.CreateRepository(b.Context(), app, registry.Settings{}); err != nil {
			b.Fatal(err)
		}
		for part := range parts {
			err := db.Write(b.Context(), func(tx *meta.Tx) error {
				image := digest.FromString(fmt.Sprint("image ", part)).String() // names as many as are garbage
				_, err := tx.Exec(`INSERT INTO image (account, region, repository, digest, media_type, artifact_type, config_media_type,
						subject, annotations, size, pushed_at, pulled_at, manifest_size, manifest)
					VALUES ($1, $2, $3, $4, '', '', '', '', '{}', 0, 0, 0, 0, '')`, app.Account, app.Region, app.Name, image)
				if err != nil {
					return err
				}
				for i := range layers / parts {
					live := digest.FromString(fmt.Sprint("live ", part, i)).String()
					for _, q := range []string{
						`INSERT INTO blob (digest, upload, size, used_at) VALUES ($4, 'x', 1, 0)`,
						`INSERT INTO layer (account, region, repository, digest, media_type, created_at) VALUES ($1, $2, $3, $4, '', 0)`,
						`INSERT INTO image_reference (account, region, repository, digest, kind, target) VALUES ($1, $2, $3, $5, 'layer', $4)`,
					} {
						if _, err := tx.Exec(q, app.Account, app.Region, app.Name, live, image); err != nil {
							return err
						}
					}
					d := digest.FromString(fmt.Sprint(part, i)).String()
					if _, err := tx.Exec(`INSERT INTO blob (digest, upload, size, used_at) VALUES ($1, 'x', 1, 0)`, d); err != nil {
						return err
					}
					_, err := tx.Exec(`INSERT INTO layer (account, region, repository, digest, media_type, created_at, unused_since) VALUES ($1, $2, $3, $4, '', 0, $5)`,
						app.Account, app.Region, app.Name, d, now.UnixMicro())
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		var took []time.Duration
		for range 3 {
			now = now.Add(grace + time.Second)
			began := time.Now()
			if _, err := r.Collect(b.Context()); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		b.ReportMetric(took[0].Seconds(), "s-unlink")
		b.ReportMetric(took[1].Seconds(), "s-free")
		b.ReportMetric(took[2].Seconds(), "s-idle")
		s, err := r.GarbageStatus(b.Context())
		if err != nil || s.TotalFiles != layers {
			b.Fatalf("status %+v, %v", s, err)
		}
	}
}

// noBlobs is a store that has nothing to remove.
type noBlobs struct{ blob.Store }

func (noBlobs) Remove(context.Context, blob.Name) error { return nil }

func (noBlobs) List(context.Context, blob.Name) iter.Seq2[blob.Info, error] {
	return func(func(blob.Info, error) bool) {}
}
