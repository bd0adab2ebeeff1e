package imagebuild

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/internal/pylock"
)

// world is a registry, a package index and a builder for a test.
type world struct {
	t      *testing.T
	server *httptest.Server // the registry
	host   string
	index  *imagebuildtest.PackageIndex
	b      *Builder

	mu     sync.Mutex
	seen   []string // "PUT /v2/…"
	broken func(w http.ResponseWriter, r *http.Request) bool
	blobs  map[string]bool // "repository digest"
	events []Event
}

var blobPath = regexp.MustCompile(`^/v2/(.+)/blobs/(uploads/|sha256:[0-9a-f]{64})`)

// blob keeps blobs to the repositories that they were pushed to, which
// go-containerregistry's registry does not, and mounts them. It tells whether it
// answered.
func (w *world) blob(rw http.ResponseWriter, r *http.Request) bool {
	m := blobPath.FindStringSubmatch(r.URL.Path)
	if m == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	query := r.URL.Query()
	switch digest := query.Get("mount"); {
	case r.Method == http.MethodPut:
		w.blobs[m[1]+" "+query.Get("digest")] = true
	case digest != "" && w.blobs[query.Get("from")+" "+digest]:
		w.blobs[m[1]+" "+digest] = true
		rw.WriteHeader(http.StatusCreated)
		return true
	case (r.Method == http.MethodHead || r.Method == http.MethodGet) && !w.blobs[m[1]+" "+m[2]]:
		rw.WriteHeader(http.StatusNotFound)
		return true
	}
	return false
}

func newWorld(t *testing.T, options ...registry.Option) *world {
	t.Helper()
	w := &world{t: t, blobs: map[string]bool{}}
	inner := registry.New(append([]registry.Option{registry.Logger(slog.NewLogLogger(slog.DiscardHandler, 0))}, options...)...)
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r.Method+" "+r.URL.RequestURI())
		broken := w.broken
		w.mu.Unlock()
		if (broken == nil || !broken(rw, r)) && !w.blob(rw, r) {
			inner.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(w.server.Close)
	w.host = strings.TrimPrefix(w.server.URL, "http://")
	w.index = imagebuildtest.NewPackageIndex(t)
	w.b = w.builder(t.TempDir())
	return w
}

// builder is a builder with a cache of its own.
func (w *world) builder(cache string) *Builder {
	return &Builder{
		Cache: cache, Keychain: authn.NewMultiKeychain(), Transport: http.DefaultTransport, Version: "test", Pause: time.Millisecond,
		Resolver:      &pylock.Resolver{Cache: filepath.Join(cache, "wheels"), UV: filepath.Join(cache, "no-uv"), Getenv: func(string) (string, bool) { return "", false }},
		FindExecutors: func(context.Context, buildexec.Options) ([]buildexec.Executor, error) { return nil, nil },
		Progress: func(e Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		},
	}
}

// breaks has requests answered by f, which says whether it did.
func (w *world) breaks(f func(rw http.ResponseWriter, r *http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = f
}

// requests are those since the last call that have the prefix.
func (w *world) requests(prefix string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var some []string
	for _, s := range w.seen {
		if strings.HasPrefix(s, prefix) {
			some = append(some, s)
		}
	}
	w.seen = nil
	return some
}

func (w *world) ref(s string) name.Reference {
	w.t.Helper()
	ref, err := name.ParseReference(w.host + "/" + s)
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// base pushes a base image and returns its reference.
func (w *world) base(files ...imagebuildtest.File) string {
	w.t.Helper()
	ref := w.ref("bases/python:3.11")
	if err := remote.Write(ref, imagebuildtest.Base(w.t, "amd64", files...)); err != nil {
		w.t.Fatal(err)
	}
	return ref.Name()
}

// wheel publishes a wheel.
func (w *world) wheel(name, version, data string) {
	w.t.Helper()
	file, content := imagebuildtest.Wheel(w.t, name, version, "", data)
	w.index.Add(file, content)
}

// spec is a specification from YAML; REGISTRY, BASE and INDEX stand for those of
// the world.
func (w *world) spec(text string) *imagespec.Spec {
	w.t.Helper()
	dir := w.t.TempDir()
	text = strings.NewReplacer("REGISTRY", w.host, "BASE", w.host+"/bases/python:3.11", "INDEX", w.index.Simple()).Replace(text)
	file := filepath.Join(dir, "imagespec.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	spec, err := imagespec.Open(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return spec
}

func (w *world) build(spec *imagespec.Spec, change ...func(*Options)) *Result {
	w.t.Helper()
	r, err := w.try(spec, change...)
	if err != nil {
		w.t.Fatalf("build: %v", err)
	}
	return r
}

func (w *world) try(spec *imagespec.Spec, change ...func(*Options)) (*Result, error) {
	o := Options{Push: true}
	for _, c := range change {
		c(&o)
	}
	return w.b.Build(w.t.Context(), spec, o)
}

// pull reads an image back.
func (w *world) pull(ref string) v1.Image {
	w.t.Helper()
	r, err := name.ParseReference(ref)
	if err != nil {
		w.t.Fatal(err)
	}
	img, err := remote.Image(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return img
}

// absent checks that a build left no tag.
func (w *world) absent(image string) {
	w.t.Helper()
	w.breaks(nil)
	there, _, err := w.b.Exists(w.t.Context(), image)
	if err != nil || there != Absent {
		w.t.Errorf("after a build that failed, %s is %q, %v", image, there, err)
	}
}
