package crash

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/test/blackbox"
)

func TestMain(m *testing.M) { blackbox.Main(m) }

const (
	pushers    = 2
	repository = "crash/app"
)

// TestKilledDuringPush kills the server at random moments of pushes and starts
// it again on the same data, fifty times.
func TestKilledDuringPush(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	endure(t, data, blackbox.CreateAccount(t, data, blackbox.Owner, "owner"), 50, func() {})
}

// endure kills the server at random moments of pushes and starts it again on
// what lose leaves of its data, so many times, or a tenth of them if the tests
// are to be short. What the server acknowledged is there, whole; what it did not
// is there whole or not at all.
func endure(t *testing.T, data string, admin blackbox.Credentials, times int, lose func()) {
	t.Helper()
	if testing.Short() {
		times /= 10
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	moments := rand.New(rand.NewPCG(seed, 0))

	var auth authn.Authenticator
	said := &promises{manifests: map[string]v1.Hash{}, blobs: map[v1.Hash]bool{}}
	interrupted := 0
	var longest time.Duration // of pushing, before the kill
	for round := range times {
		server := blackbox.Start(t, data)
		if auth == nil {
			// One token for all rounds: it outlives the server too.
			auth = login(t, server, admin)
			// A few images in the longest time, on this machine today.
			begin := time.Now()
			if err := pushImage(reference(t, server, "r0-first"), said, remote.WithContext(t.Context()), remote.WithAuth(auth)); err != nil {
				t.Fatalf("push: %v", err)
			}
			longest = 2 * pushers * time.Since(begin)
		}
		verify(t, server, auth, said.since())
		if t.Failed() {
			t.Fatalf("after %d kills", round)
		}
		if said.push(t, server, auth, round, time.Duration(moments.Int64N(int64(longest))), server.Kill) {
			interrupted++
		}
		lose()
	}
	server := blackbox.Start(t, data)
	verify(t, server, auth, said.all())
	if err := server.Stop(); err != nil { // before the disk goes that the data may be on
		t.Error(err)
	}
	t.Logf("%d of %d kills came in the middle of a push; %d images and %d layers were acknowledged", interrupted, times, len(said.manifests), len(said.blobs))
	if interrupted < times/2 || len(said.manifests) == 0 {
		t.Errorf("the test did not test: %d pushes were interrupted, %d images acknowledged", interrupted, len(said.manifests))
	}
}

// login creates the repository and returns a token for the registry.
func login(t *testing.T, server *blackbox.Server, admin blackbox.Credentials) authn.Authenticator {
	t.Helper()
	blackbox.CreateRepository(t, server.URL, admin, repository)
	return blackbox.Login(t, server.URL, admin)
}

// promises is what the server acknowledged with 201.
type promises struct {
	mu        sync.Mutex
	manifests map[string]v1.Hash // by tag
	blobs     map[v1.Hash]bool
	fresh     state // since the last call of since
}

// state is a part of what was promised.
type state struct {
	manifests map[string]v1.Hash
	blobs     []v1.Hash
}

func (p *promises) since() state {
	s := p.fresh
	p.fresh = state{}
	return s
}

func (p *promises) all() state {
	s := state{manifests: p.manifests}
	for b := range p.blobs {
		s.blobs = append(s.blobs, b)
	}
	return s
}

func (p *promises) manifest(tag string, digest v1.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manifests[tag] = digest
	if p.fresh.manifests == nil {
		p.fresh.manifests = map[string]v1.Hash{}
	}
	p.fresh.manifests[tag] = digest
}

func (p *promises) blob(digest v1.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blobs[digest] = true
	p.fresh.blobs = append(p.fresh.blobs, digest)
}

// witness passes requests on and notes which blobs the server acknowledged.
type witness struct {
	http.RoundTripper
	said *promises
}

func (w witness) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusCreated && strings.Contains(req.URL.Path, "/blobs/uploads/") {
		if digest, err := v1.NewHash(req.URL.Query().Get("digest")); err == nil {
			w.said.blob(digest)
		}
	}
	return resp, err
}

// push pushes new images one after the other until kill kills the server, after
// the given time, and reports whether that broke a push off.
func (p *promises) push(t *testing.T, server *blackbox.Server, auth authn.Authenticator, round int, after time.Duration, kill func()) (interrupted bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var killed, broken atomic.Bool
	var wg sync.WaitGroup
	for pusher := range pushers {
		wg.Go(func() {
			for n := 0; ; n++ {
				tag := fmt.Sprintf("r%d-p%d-%d", round, pusher, n)
				err := pushImage(reference(t, server, tag), p, remote.WithContext(ctx), remote.WithAuth(auth))
				if err != nil {
					if !killed.Load() {
						t.Errorf("push of %s before the kill: %v", tag, err)
					}
					broken.Store(true)
					return
				}
			}
		})
	}
	time.Sleep(after)
	killed.Store(true)
	kill()
	cancel()
	wg.Wait()
	return broken.Load()
}

// pushImage pushes a new image and notes what the server acknowledged of it.
func pushImage(tag name.Tag, said *promises, opts ...remote.Option) error {
	img, err := random.Image(200<<10, 3)
	if err != nil {
		return err
	}
	digest, err := img.Digest()
	if err != nil {
		return err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	opts = append(opts, remote.WithTransport(witness{transport, said}),
		remote.WithRetryStatusCodes(), remote.WithRetryPredicate(func(error) bool { return false }))
	if err := remote.Write(tag, img, opts...); err != nil {
		return err
	}
	said.manifest(tag.TagStr(), digest)
	return nil
}

func reference(t *testing.T, server *blackbox.Server, tag string) name.Tag {
	return blackbox.Tag(t, server.Addr, repository, tag)
}

// verify reads back all that was promised, and all that is visible.
func verify(t *testing.T, server *blackbox.Server, auth authn.Authenticator, want state) {
	t.Helper()
	opts := []remote.Option{remote.WithContext(t.Context()), remote.WithAuth(auth)}
	repo := reference(t, server, "x").Repository

	tags, err := remote.List(repo, opts...)
	if err != nil {
		t.Fatalf("list tags: %v", err)
	}
	visible := map[string]bool{}
	for _, tag := range tags {
		visible[tag] = true
	}
	for tag, digest := range want.manifests {
		if !visible[tag] {
			t.Errorf("%s was acknowledged and is lost", tag)
			continue
		}
		if got, err := remote.Head(repo.Tag(tag), opts...); err != nil || got.Digest != digest {
			t.Errorf("%s was acknowledged as %s, now: %v %v", tag, digest, got, err)
		}
	}
	for _, digest := range want.blobs {
		if err := readBlob(repo.Digest(digest.String()), opts); err != nil {
			t.Errorf("blob %s was acknowledged: %v", digest, err)
		}
	}
	// What nobody promised may be there, but then whole: every image that came
	// since the last look.
	var round int
	for _, tag := range tags {
		var r int
		if _, err := fmt.Sscanf(tag, "r%d-", &r); err != nil {
			t.Errorf("a tag that nobody pushed: %s", tag)
		}
		round = max(round, r)
	}
	for _, tag := range tags {
		if !strings.HasPrefix(tag, fmt.Sprintf("r%d-", round)) {
			continue
		}
		img, err := remote.Image(repo.Tag(tag), opts...)
		if err != nil {
			t.Errorf("%s is visible: %v", tag, err)
			continue
		}
		if _, err := img.ConfigFile(); err != nil {
			t.Errorf("%s is visible without its config: %v", tag, err)
		}
		layers, err := img.Layers()
		if err != nil {
			t.Errorf("%s is visible: %v", tag, err)
		}
		for _, l := range layers {
			digest, _ := l.Digest()
			if err := readBlob(repo.Digest(digest.String()), opts); err != nil {
				t.Errorf("%s is visible without layer %s: %v", tag, digest, err)
			}
		}
	}
}

// readBlob reads a blob to its end and checks its digest.
func readBlob(ref name.Digest, opts []remote.Option) error {
	layer, err := remote.Layer(ref, opts...)
	if err != nil {
		return err
	}
	r, err := layer.Compressed()
	if err != nil {
		return err
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	got, _, err := v1.SHA256(bytes.NewReader(content))
	if err != nil {
		return err
	}
	if got.String() != ref.DigestStr() {
		return fmt.Errorf("its digest is %s", got)
	}
	return nil
}
