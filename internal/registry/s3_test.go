package registry_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// bucket is a registry whose blobs are in S3, and the way there, on which a test
// can let requests fail.
type bucket struct {
	*fixture
	db     *meta.DB
	blobs  *blob.S3
	server *blackbox.S3
	folder string
	way    *way
}

// way is a proxy before an S3 server.
type way struct {
	*httptest.Server
	mu     sync.Mutex
	refuse func(r *http.Request) (status int) // 0 is to let it pass; http.StatusContinue to break off the answer
}

// set sets what is refused from now on, and returns what was so far.
func (w *way) set(refuse func(r *http.Request) int) (was func(r *http.Request) int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, w.refuse = w.refuse, refuse
	return was
}

func newWay(t *testing.T, to string) *way {
	target := ok[*url.URL](t)(url.Parse(to))
	proxy := &httputil.ReverseProxy{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo), Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host // the host is signed
	}}
	w := &way{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		status := 0
		if w.refuse != nil {
			status = w.refuse(r)
		}
		w.mu.Unlock()
		switch status {
		case 0:
			proxy.ServeHTTP(rw, r)
		case http.StatusContinue:
			proxy.ServeHTTP(&breaker{rw}, r)
		default:
			rw.WriteHeader(status)
		}
	}))
	t.Cleanup(w.Close)
	return w
}

// breaker breaks off an answer after its first bytes.
type breaker struct{ http.ResponseWriter }

func (b *breaker) Write(p []byte) (int, error) {
	b.ResponseWriter.Write(p[:min(len(p), 7)])
	b.ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// eachBucket runs f on both databases with a registry that keeps layers of more than
// smallLimit bytes in S3.
func eachBucket(t *testing.T, f func(t *testing.T, b *bucket)) {
	t.Helper()
	server := blackbox.StartS3(t)
	server.Setenv(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		b := &bucket{db: db, server: server, folder: filepath.Base(t.Name()), way: newWay(t, server.Endpoint)}
		b.blobs = b.open(t, db)
		c := &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
		b.fixture = &fixture{t: t, clock: c, Registry: registry.New(registry.Config{DB: db, Blobs: b.blobs, Now: c.Now, SmallLayer: smallLimit, Log: slog.New(slog.DiscardHandler)})}
		for _, repo := range []registry.Repo{app, other} {
			ok[*registry.Repository](t)(b.CreateRepository(t.Context(), repo, registry.Settings{}))
		}
		f(t, b)
	})
}

// open opens the store with a database.
func (b *bucket) open(t *testing.T, db *meta.DB) *blob.S3 {
	at := strings.ReplaceAll(b.server.URL(), url.QueryEscape(b.server.Endpoint), url.QueryEscape(b.way.URL))
	return ok[*blob.S3](t)(blob.OpenS3(t.Context(), blob.S3Config{URL: at, Folder: b.folder, DB: db}))
}

// exec changes the database behind the registry's back.
func (b *bucket) exec(query string, args ...any) {
	b.t.Helper()
	err := b.db.Write(b.t.Context(), func(tx *meta.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// name is the name of a layer's bytes.
func (b *bucket) name(content string) blob.Name {
	b.t.Helper()
	n := blob.Name{Digest: digest.FromString(content)}
	err := b.db.Read(b.t.Context(), func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT upload FROM blob WHERE digest = $1`, n.Digest.String()).Scan(&n.Upload)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// data is the file in which the server has a layer's bytes.
func (b *bucket) data(content string) string {
	return filepath.Join(b.server.Dir, b.folder, "data", b.name(content).Upload)
}

// objects returns the paths of objects below a folder.
func (b *bucket) objects(in string) (found []string) {
	b.t.Helper()
	err := filepath.WalkDir(filepath.Join(b.server.Dir, b.folder, in), func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, p)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.t.Fatal(err)
	}
	return found
}

// scrub checks everything, as a program of its own does, and returns what is
// damaged, by digest.
func (b *bucket) scrub(o registry.ScrubOptions) (map[digest.Digest]registry.Damage, registry.ScrubStatus, error) {
	b.t.Helper()
	found := map[digest.Digest]registry.Damage{}
	o.Found = func(d registry.Damage) { found[d.Digest] = d }
	refuse := b.way.set(nil)
	blobs := b.open(b.t, b.db)
	b.way.set(refuse)
	status, err := registry.New(registry.Config{DB: b.db, Blobs: blobs, Now: b.clock.Now}).Scrub(b.t.Context(), o)
	return found, status, err
}

func large(word string) string { return strings.Repeat(word+" ", smallLimit) }

// TestScrubS3 damages objects in every way, and has them found, set aside, put
// back and replaced by the next push.
func TestScrubS3(t *testing.T) {
	contents := []string{"small", large("sound"), large("flipped"), large("cut"), large("empty"), large("longer"), large("gone"), large("unmarked"), large("swapped")}
	small, flipped, cut, empty, longer, gone, unmarked, swapped := contents[0], contents[2], contents[3], contents[4], contents[5], contents[6], contents[7], contents[8]
	eachBucket(t, func(t *testing.T, b *bucket) {
		ctx := t.Context()
		for _, c := range contents {
			b.push(app, c)
		}
		image := b.put(app, imageDoc(small, flipped), "v1")
		if found, status, err := b.scrub(registry.ScrubOptions{SetAside: true}); len(found) != 0 || status.Blobs != int64(len(contents)) || err != nil {
			t.Fatalf("found %v, %+v, %v", found, status, err)
		}
		flip := []byte(flipped)
		flip[100] ^= 4
		for content, now := range map[string]string{flipped: string(flip), cut: cut[:17], empty: "", longer: longer + "x", swapped: flipped} {
			if err := os.WriteFile(b.data(content), []byte(now), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(b.data(gone)); err != nil {
			t.Fatal(err)
		}
		marker := ok[[]string](t)(filepath.Glob(filepath.Join(b.server.Dir, b.folder, "blobs", "*", "*", digest.FromString(unmarked).Encoded()+"*")))
		if err := os.Remove(marker[0]); err != nil {
			t.Fatal(err)
		}
		b.exec(`UPDATE blob SET content = $1 WHERE digest = $2`, []byte("smell"), digest.FromString(small).String())

		size := int64(len(longer))
		needs := []registry.DamageNeed{{Repo: app}}
		want := map[digest.Digest]registry.Damage{}
		for _, d := range []registry.Damage{
			{Digest: digest.FromString(flipped), Fault: registry.FaultContent, Have: int64(len(flip)), Got: digest.FromBytes(flip), Needs: []registry.DamageNeed{{Repo: app, Images: []digest.Digest{image.Digest}}}},
			{Digest: digest.FromString(cut), Fault: registry.FaultSize, Have: 17, Needs: needs},
			{Digest: digest.FromString(empty), Fault: registry.FaultSize, Needs: needs},
			{Digest: digest.FromString(longer), Fault: registry.FaultSize, Have: size + 1, Needs: needs},
			{Digest: digest.FromString(gone), Fault: registry.FaultMissing, Needs: needs},
			{Digest: digest.FromString(unmarked), Fault: registry.FaultMissing, Needs: needs},
			{Digest: digest.FromString(swapped), Fault: registry.FaultContent, Have: int64(len(flipped)), Got: digest.FromString(flipped), Needs: needs},
			{Digest: digest.FromString(small), Fault: registry.FaultContent, Have: 5, Got: digest.FromString("smell"), Database: true, Needs: []registry.DamageNeed{{Repo: app, Images: []digest.Digest{image.Digest}}}},
		} {
			want[d.Digest] = d
		}
		same := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(registry.Damage{}, "Size")}
		before := len(b.objects(""))
		found, status, err := b.scrub(registry.ScrubOptions{})
		if diff := cmp.Diff(want, found, same); diff != "" || status.Damaged != int64(len(want)) || err != nil {
			t.Errorf("%+v, %v; damage (-want +got):\n%s", status, err, diff)
		}
		if len(b.objects("")) != before {
			t.Error("a scrub that sets nothing aside changed something")
		}

		found, _, err = b.scrub(registry.ScrubOptions{SetAside: true})
		for d, w := range want {
			w.SetAside = true
			want[d] = w
		}
		if diff := cmp.Diff(want, found, same); diff != "" || err != nil {
			t.Errorf("%v; damage set aside (-want +got):\n%s", err, diff)
		}
		aside := b.objects("quarantine")
		if len(aside) != 6 { // all but the two that were gone
			t.Errorf("set aside: %v", aside)
		}
		for d := range want {
			_, err := b.Layer(ctx, app, d)
			is(t, err, registry.ErrLayerNotFound) // so that a client pushes it
		}
		for range 2 { // what is set aside is not looked for again, and not collected
			if found, _, err := b.scrub(registry.ScrubOptions{SetAside: true}); len(found) != len(want) || err != nil {
				t.Errorf("found %d, %v, want all that is set aside", len(found), err)
			}
			b.collect()
			b.clock.add(grace / 2)
		}

		// Somebody puts a good copy back: the bytes, and the object that makes them a blob.
		if err := os.WriteFile(b.data(flipped), []byte(flipped), 0o600); err != nil {
			t.Fatal(err)
		}
		blackbox.WriteFile(t, strings.Replace(marker[0], filepath.Base(filepath.Dir(marker[0]))+"/"+filepath.Base(marker[0]),
			b.name(flipped).Digest.Encoded()[:2]+"/"+b.name(flipped).Digest.Encoded()+"."+b.name(flipped).Upload+"."+strconv.Itoa(len(flipped)), 1), "")
		if found, _, err := b.scrub(registry.ScrubOptions{}); len(found) != len(want)-1 || err != nil {
			t.Errorf("found %d, %v with one put back", len(found), err)
		}
		if got := b.read(app, digest.FromString(flipped)); got != flipped {
			t.Errorf("read %d other bytes", len(got))
		}

		for _, c := range contents {
			b.push(app, c)
			if got := b.read(app, digest.FromString(c)); got != c {
				t.Errorf("read %d other bytes", len(got))
			}
		}
		if found, _, err := b.scrub(registry.ScrubOptions{SetAside: true}); len(found) != 0 || err != nil {
			t.Errorf("found %v, %v after all was pushed again", found, err)
		}
		for range 3 {
			b.clock.add(grace + 1)
			b.put(app, imageDoc(small, flipped), "v1")
			b.collect()
		}
		if again := b.objects("quarantine"); len(again) != len(aside) {
			t.Errorf("set aside after collections: %v", again)
		}
		for _, f := range aside {
			id, _, _ := strings.Cut(filepath.Base(f), ".")
			if _, err := os.Stat(filepath.Join(b.server.Dir, b.folder, "data", id)); err != nil {
				t.Errorf("bytes that are set aside: %v", err)
			}
		}
	})
}

// TestScrubS3Away checks that a store that is away, or an answer that breaks off,
// is not taken for damage, and that a scrub goes on when it is back.
func TestScrubS3Away(t *testing.T) {
	eachBucket(t, func(t *testing.T, b *bucket) {
		const n = 4
		for i := range n {
			b.push(app, large("layer"+strconv.Itoa(i)))
		}
		isData := func(r *http.Request) bool {
			return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/data/")
		}
		reads := 0
		b.way.set(func(r *http.Request) int {
			if isData(r) {
				if reads++; reads%2 == 0 { // each second answer breaks off
					return http.StatusContinue
				}
			}
			return 0
		})
		o := registry.ScrubOptions{SetAside: true}
		if found, status, err := b.scrub(o); len(found) != 0 || status.Blobs != n || err != nil {
			t.Errorf("answers that break off: %v, %+v, %v", found, status, err)
		}

		reads = 0
		away := false
		b.way.set(func(r *http.Request) int {
			if isData(r) {
				reads++
			}
			switch {
			case reads == 2 && !away: // from the middle of this answer on
				away = true
				return http.StatusContinue
			case away:
				return http.StatusForbidden // which is not tried again, and so fails at once
			}
			return 0
		})
		for range 2 {
			found, status, err := b.scrub(o)
			if len(found) != 0 || status.Blobs != 1 || err == nil {
				t.Errorf("a store that goes away: %v, %+v, %v", found, status, err)
			}
		}
		b.way.set(nil)
		if found, status, err := b.scrub(o); len(found) != 0 || status.Blobs != n || err != nil {
			t.Errorf("a store that is back: %v, %+v, %v", found, status, err)
		}

		// One object cannot be read. Nobody knows whether it is sound, and so it stays.
		sick := b.name(large("layer1"))
		b.way.set(func(r *http.Request) int {
			if isData(r) && strings.Contains(r.URL.Path, sick.Upload) {
				return http.StatusForbidden
			}
			return 0
		})
		found, status, err := b.scrub(o)
		if d := found[sick.Digest]; len(found) != 1 || d.Fault != registry.FaultRead || d.SetAside || d.Err == nil || status.Blobs != n || err != nil {
			t.Errorf("an object that cannot be read: %+v, %+v, %v", found, status, err)
		}
		b.way.set(nil)
		if got := b.read(app, sick.Digest); got != large("layer1") {
			t.Errorf("read %d other bytes", len(got))
		}
	})
}

// TestScrubS3Busy scrubs over and over while layers are pushed, deleted and
// collected.
func TestScrubS3Busy(t *testing.T) {
	eachBucket(t, func(t *testing.T, b *bucket) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		busy := registry.New(registry.Config{DB: b.db, Blobs: b.blobs, GarbageGrace: time.Nanosecond, SmallLayer: smallLimit, Log: slog.New(slog.DiscardHandler)})
		var wg sync.WaitGroup
		pushed := 0
		for w := range 2 {
			wg.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					c := large("layer " + strconv.Itoa(w) + " " + strconv.Itoa(i%5))
					_, err := busy.PutLayer(t.Context(), app, strings.NewReader(c), digest.FromString(c))
					if err != nil {
						t.Error(err)
						return
					}
					if w == 0 {
						pushed++
					}
					if i%3 != 0 {
						continue
					}
					if _, err := busy.DeleteLayer(t.Context(), app, digest.FromString(c)); err != nil && !errors.Is(err, registry.ErrLayerNotFound) {
						t.Error(err)
					}
					if _, err := busy.Collect(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for begun := time.Now(); time.Since(begun) < 2*time.Second; {
			if found, _, err := b.scrub(registry.ScrubOptions{SetAside: true, Restart: true}); len(found) != 0 || err != nil {
				t.Errorf("found %v, %v", found, err)
			}
		}
		cancel()
		wg.Wait()
		if pushed == 0 || len(b.objects("quarantine")) != 0 {
			t.Errorf("%d layers pushed; set aside: %v", pushed, b.objects("quarantine"))
		}
	})
}

// TestCollectStrays goes back to an older database, which knows neither the
// blobs nor the uploads that came since, and collects their bytes: after a grace,
// not those of uploads in flight, and not while somebody holds the blobs.
func TestCollectStrays(t *testing.T) {
	eachBucket(t, func(t *testing.T, b *bucket) {
		ctx := t.Context()
		kept := large("kept")
		b.push(app, kept)
		b.put(app, imageDoc(kept, kept), "v1")
		b.push(other, "small")
		newer := metatest.Open(t, metatest.SQLite(t)) // in which there is what this one does not know
		since := b.open(t, newer)
		r := registry.New(registry.Config{DB: newer, Blobs: since, SmallLayer: -1})
		ok[*registry.Repository](t)(r.CreateRepository(ctx, app, registry.Settings{}))
		for i := range 3 {
			c := large("forgotten" + strconv.Itoa(i))
			ok[*registry.Layer](t)(r.PutLayer(ctx, app, strings.NewReader(c), digest.FromString(c)))
		}
		var unmarked int
		for i, err := range since.List(ctx, blob.Name{}) { // two of them have lost their markers
			if err != nil {
				t.Fatal(err)
			}
			if i.Name != b.name(kept) && unmarked < 2 {
				unmarked++
				if err := os.Remove(filepath.Join(b.server.Dir, b.folder, "blobs", "sha256", i.Name.Digest.Encoded()[:2], i.Name.Digest.Encoded()+"."+i.Name.Upload+"."+strconv.Itoa(int(i.Size)))); err != nil {
					t.Fatal(err)
				}
			}
		}
		id := ok[string](t)(b.StartUpload(ctx, app))
		ok[int64](t)(b.AppendUpload(ctx, app, id, 0, strings.NewReader(large("in flight"))))
		if got := len(b.objects("data")); got != 4 {
			t.Fatalf("%d objects with bytes", got)
		}

		const nothing = "0 layers, 0 blobs, 0 files, 0 bytes"
		step := func(what, want string, objects int) {
			t.Helper()
			if got := b.collect(); got != want {
				t.Errorf("%s: collected %s, want %s", what, got, want)
			}
			if got := len(b.objects("data")); got != objects {
				t.Errorf("%s: %d objects with bytes, want %d", what, got, objects)
			}
		}
		step("the first look", nothing, 4)
		waiting, unnamed := 0, 0
		for g, err := range b.Garbage(ctx, b.clock.Now().Add(time.Hour)) {
			if err != nil {
				t.Fatal(err)
			}
			if g.Kind == registry.GarbageFile && g.Size > smallLimit {
				waiting++
				if g.Digest == "" && g.Upload != "" {
					unnamed++
				}
			}
		}
		if waiting != 3 || unnamed != 2 {
			t.Errorf("%d files wait, %d of which nobody knows the digest; want 3 and 2", waiting, unnamed)
		}
		b.clock.add(grace / 2)
		b.exec(`UPDATE layer SET unused_since = NULL`) // this is not about them
		step("within the grace", nothing, 4)
		b.clock.add(grace/2 + time.Second)
		if err := b.Hold(ctx, "test", b.clock.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		step("while it is held", nothing, 4)
		if err := b.Release(ctx, "test"); err != nil {
			t.Fatal(err)
		}
		b.way.set(func(r *http.Request) int {
			if r.Method == http.MethodDelete {
				return http.StatusForbidden
			}
			return 0
		})
		if c, err := b.Collect(ctx); err == nil || c.Error == "" || c.Files != 0 {
			t.Errorf("a collection that may delete nothing: %+v, %v", c, err)
		}
		b.way.set(nil)
		ok[int](t)(b.blobs.ExpireUploads(ctx, time.Now().Add(-time.Hour)))
		if _, err := b.Collect(ctx); err != nil {
			t.Error(err)
		}
		ok[int](t)(b.blobs.ExpireUploads(ctx, time.Now().Add(time.Minute))) // completes what was interrupted, and ends the upload
		if got := len(b.objects("data")); got != 1 {
			t.Errorf("%d objects with bytes are left, want 1", got)
		}
		b.collect()
		if s := ok[registry.GarbageStatus](t)(b.GarbageStatus(ctx)); s.WaitingFiles != 0 {
			t.Errorf("status %+v", s)
		}
		if got := b.read(app, digest.FromString(kept)); got != kept {
			t.Errorf("read %d other bytes", len(got))
		}
		if found, _, err := b.scrub(registry.ScrubOptions{}); len(found) != 0 || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
	})
}

// TestCollectS3Away collects while the store is away, for which it soon gives up, and
// goes on when it is back.
func TestCollectS3Away(t *testing.T) {
	eachBucket(t, func(t *testing.T, b *bucket) {
		const n = 10
		for i := range n {
			b.push(app, large("layer"+strconv.Itoa(i)))
			if !ok[bool](t)(b.DeleteLayer(t.Context(), app, digest.FromString(large("layer"+strconv.Itoa(i))))) {
				t.Error("not deleted")
			}
		}
		b.clock.add(grace + time.Second)
		refused := 0
		b.way.set(func(r *http.Request) int {
			if r.Method != http.MethodDelete {
				return 0
			}
			refused++
			return http.StatusServiceUnavailable
		})
		c, err := b.Collect(t.Context())
		if !errors.Is(err, blob.ErrUnavailable) || c.Blobs != n || c.Files != 0 || !strings.Contains(c.Error, "not available") {
			t.Errorf("collected %+v, %v", c, err)
		}
		if refused != 4 { // the first is tried again
			t.Errorf("%d requests for %d files", refused, n)
		}
		b.way.set(nil)
		c, err = b.Collect(t.Context())
		ok[int](t)(b.blobs.ExpireUploads(t.Context(), time.Now().Add(time.Minute)))
		if c.Files != n || err != nil || len(b.objects("")) != 0 {
			t.Errorf("collected %+v, %v; left %v", c, err, b.objects(""))
		}
	})
}

// TestCollectStraysOften lets collections with next to no grace run all the time on
// two nodes while layers are pushed: those that were acknowledged are all there.
func TestCollectStraysOften(t *testing.T) {
	eachBucket(t, func(t *testing.T, b *bucket) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var wg, nodes sync.WaitGroup
		for range 2 {
			node := registry.New(registry.Config{DB: b.db, Blobs: b.open(t, b.db), GarbageGrace: time.Nanosecond, SmallLayer: smallLimit, Log: slog.New(slog.DiscardHandler)})
			nodes.Go(func() {
				for ctx.Err() == nil {
					if _, err := node.Collect(t.Context()); err != nil {
						t.Error(err)
					}
					b.exec(`UPDATE layer SET unused_since = NULL WHERE unused_since IS NOT NULL`)
				}
			})
		}
		// Layers that images need; their references are not what this is about.
		const each = 15
		for w := range 3 {
			wg.Go(func() {
				for i := range each {
					c := large("layer" + strconv.Itoa(w) + " " + strconv.Itoa(i))
					id, err := b.StartUpload(ctx, other)
					if err == nil {
						_, err = b.AppendUpload(ctx, other, id, 0, strings.NewReader(c[:smallLimit+1]))
					}
					if err == nil {
						_, err = b.FinishUpload(ctx, other, id, -1, strings.NewReader(c[smallLimit+1:]), digest.FromString(c))
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		cancel()
		nodes.Wait()
		// A layer may have gone before its mark was taken, and then its bytes; never the bytes alone.
		if found, status, err := b.scrub(registry.ScrubOptions{}); len(found) != 0 || err != nil || status.Blobs == 0 {
			t.Errorf("found %v, %+v, %v", found, status, err)
		}
	})
}

// TestRestoreS3 backs up what is in S3, with the store going away in between,
// and restores it to another place in S3, and to files.
func TestRestoreS3(t *testing.T) {
	eachBucket(t, func(t *testing.T, b *bucket) {
		ctx := t.Context()
		const n = 5
		for i := range n {
			b.push(app, large("layer"+strconv.Itoa(i)))
		}
		b.push(app, "small")
		dir := ok[*blob.Dir](t)(blob.OpenDir(t.TempDir()))
		defer dir.Close()
		var found []registry.Damage
		o := registry.CopyOptions{Found: func(d registry.Damage) { found = append(found, d) }}
		reads := 0
		b.way.set(func(r *http.Request) int {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/data/") {
				reads++
			}
			switch {
			case reads == 2:
				return http.StatusContinue
			case reads > 2:
				return http.StatusForbidden // which is not tried again
			}
			return 0
		})
		if c, err := b.Backup(ctx, dir, o); err == nil || c.Copied != 1 || len(found) != 0 {
			t.Errorf("backup of a store that goes away: %+v, %v, %v", c, found, err)
		}
		b.way.set(nil)
		c, err := b.Backup(ctx, dir, o)
		if want := (registry.Copied{Blobs: n + 1, Bytes: c.Bytes, Copied: n - 1, Written: c.Written}); c != want || err != nil || len(found) != 0 {
			t.Errorf("backup when it is back: %+v, %v, %v", c, found, err)
		}

		// Damage in the bucket: the rest is copied all the same.
		more, cut := large("more"), large("cut")
		b.push(app, more)
		b.push(app, cut)
		if err := os.Truncate(b.data(cut), 9); err != nil {
			t.Fatal(err)
		}
		if c, err := b.Backup(ctx, dir, o); err != nil || c.Copied != 1 || c.Damaged != 1 || len(found) != 1 || found[0].Fault != registry.FaultSize || found[0].Have != 9 {
			t.Errorf("backup of damage: %+v, %v, %v", c, found, err)
		}
		b.exec(`DELETE FROM layer WHERE digest = $1`, digest.FromString(cut).String())
		b.exec(`DELETE FROM blob WHERE digest = $1`, digest.FromString(cut).String())
		found = nil

		files := ok[*blob.Dir](t)(blob.OpenDir(t.TempDir()))
		defer files.Close()
		was := b.folder
		b.folder += "-restored"
		elsewhere := b.open(t, b.db)
		puts := 0
		b.way.set(func(r *http.Request) int {
			if r.Method == http.MethodPut {
				puts++
			}
			if puts >= 4 {
				return http.StatusForbidden
			}
			return 0
		})
		if c, err := b.Restore(ctx, dir, elsewhere, o); err == nil || c.Copied == 0 || c.Copied == n+1 {
			t.Errorf("restore to a store that goes away: %+v, %v", c, err)
		}
		b.way.set(nil)
		for _, to := range []interface {
			registry.Target
			blob.Store
		}{elsewhere, files} {
			c, err := b.Restore(ctx, dir, to, o)
			if c.Blobs != n+2 || c.Copied < n-1 || err != nil || len(found) != 0 {
				t.Errorf("restore to %T: %+v, %v, %v", to, c, found, err)
			}
			if c, err = b.Restore(ctx, dir, to, o); c.Copied != 0 || err != nil {
				t.Errorf("restore again to %T: %+v, %v", to, c, err)
			}
			r := registry.New(registry.Config{DB: b.db, Blobs: to})
			status, err := r.Scrub(ctx, registry.ScrubOptions{Found: func(d registry.Damage) { t.Errorf("damage %+v", d) }})
			if status.Blobs != n+2 || err != nil {
				t.Errorf("scrub of %T: %+v, %v", to, status, err)
			}
			l := ok[*registry.Layer](t)(r.Layer(ctx, app, digest.FromString(more)))
			rc := ok[io.ReadCloser](t)(r.Open(ctx, l, 0, -1))
			if got := ok[[]byte](t)(io.ReadAll(rc)); string(got) != more {
				t.Errorf("read %d other bytes", len(got))
			}
			rc.Close()
		}
		b.folder = was
	})
}
