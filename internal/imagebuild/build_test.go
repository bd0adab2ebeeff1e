package imagebuild

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/internal/layer"
)

// files are the names and texts of the files of an image, as it looks when run.
func files(t *testing.T, img v1.Image) map[string]string {
	t.Helper()
	flat := mutate.Extract(img)
	defer flat.Close()
	found := map[string]string{}
	for r := tar.NewReader(flat); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			found[h.Name] = string(data)
		}
	}
}

const site = "usr/local/lib/python3.11/site-packages/"

const pinned = `
name: app
registry: REGISTRY
base_image: BASE
packages: ["alpha==1.0", "beta==2.0"]
pip_index: INDEX
env: {GREETING: hello}
entrypoint: [run-alpha]
copy: [conf]
`

// A specification with everything that needs no execution becomes an image that
// has it all.
func TestBuild(t *testing.T) {
	w := newWorld(t)
	w.base(imagebuildtest.File{Name: site + "beta/__init__.py", Data: "old"},
		imagebuildtest.File{Name: site + "beta/gone.py", Data: "old"},
		imagebuildtest.File{Name: site + "beta-1.0.dist-info/METADATA", Data: "Metadata-Version: 2.1\nName: beta\nVersion: 1.0\n"},
		imagebuildtest.File{Name: site + "beta-1.0.dist-info/RECORD", Data: "beta/__init__.py,,\nbeta/gone.py,,\nbeta-1.0.dist-info/METADATA,,\nbeta-1.0.dist-info/RECORD,,\n"})
	w.wheel("alpha", "1.0", "alpha")
	w.wheel("beta", "2.0", "new")
	spec := w.spec(pinned)
	if err := os.MkdirAll(filepath.Join(spec.Dir, "conf"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(spec.Dir, "conf", "a.ini"), []byte("x=1"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := w.build(spec)
	tag, err := spec.Tag(Options{}.Compat)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.host + "/app:" + tag; r.Image != want || r.Path != "layers" || r.Existed || !strings.HasPrefix(r.Reference, w.host+"/app@sha256:") {
		t.Errorf("result %+v, want the image %s", r, want)
	}
	img := w.pull(r.Image)
	digest, err := img.Digest()
	if err != nil || digest.String() != r.Digest {
		t.Errorf("the tag names %s, %v; want %s", digest, err, r.Digest)
	}
	got := files(t, img)
	for name, want := range map[string]string{
		site + "alpha/__init__.py": "alpha", site + "beta/__init__.py": "new", "root/conf/a.ini": "x=1",
		site + "alpha-1.0.dist-info/INSTALLER": "pratique\n", "etc/os-release": got["etc/os-release"],
	} {
		if got[name] != want && !(strings.HasSuffix(name, "INSTALLER") && got[name] != "") {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if !strings.HasPrefix(got["usr/local/bin/run-alpha"], "#!/usr/local/bin/python3.11\n") {
		t.Errorf("entry point: %q", got["usr/local/bin/run-alpha"])
	}
	for _, gone := range []string{site + "beta/gone.py", site + "beta-1.0.dist-info/METADATA"} {
		if text, ok := got[gone]; ok {
			t.Errorf("%s is still there: %q", gone, text)
		}
	}
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	for _, kv := range []string{"PYTHONPATH=/root", "GREETING=hello", "_F_IMG_ID=" + spec.ID(), "PYTHON_VERSION=3.11.9"} {
		if !slices.Contains(c.Config.Env, kv) {
			t.Errorf("no %s in %q", kv, c.Config.Env)
		}
	}
	if c.Config.WorkingDir != "/root" || c.Config.User != "flytekit" || c.Config.Cmd != nil || !slices.Equal(c.Config.Entrypoint, []string{"run-alpha"}) {
		t.Errorf("configuration %+v", c.Config)
	}
	if !c.Created.Time.Equal(w.b.created()) || c.Config.Labels[labelTag] != tag || c.Config.Labels[labelBase] == "" || c.Config.Labels[labelLock] == "" {
		t.Errorf("created %s, labels %v", c.Created, c.Config.Labels)
	}
	if n := len(c.History) - 2; n != len(c.RootFS.DiffIDs)-2 && n < 1 {
		t.Errorf("history %+v of %d layers", c.History, len(c.RootFS.DiffIDs))
	}
}

// What exists is not built again, and costs one request for its manifest.
func TestExistingImage(t *testing.T) {
	w := newWorld(t)
	w.base()
	w.wheel("alpha", "1.0", "alpha")
	const text = "{name: app, registry: REGISTRY, base_image: BASE, packages: ['alpha==1.0'], pip_index: INDEX}"
	first := w.build(w.spec(text))
	w.requests("")
	asked := w.index.Asked()
	again := w.build(w.spec(text))
	if !again.Existed || again.Reference != first.Reference {
		t.Errorf("second build: %+v", again)
	}
	if all := w.requests(""); len(all) > 3 || w.index.Asked() != asked {
		t.Errorf("it took the requests %q, and %d of the index", all, w.index.Asked()-asked)
	}
	forced := w.build(w.spec(text), func(o *Options) { o.Force = true })
	if forced.Existed || forced.Digest != first.Digest || forced.Uploaded != 0 {
		t.Errorf("forced build: %+v", forced)
	}
	if sent := w.requests("PATCH"); len(sent) != 0 || w.index.Asked() > asked+2 {
		t.Errorf("the forced build sent %q and asked the index %d times", sent, w.index.Asked()-asked)
	}
}

// A tag that cannot be moved may be set to what it names.
func TestImmutableTag(t *testing.T) {
	w := newWorld(t)
	w.base()
	first := w.build(plain(w))
	w.breaks(func(rw http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPut && tagged(r) && answer(rw, http.StatusBadRequest, `{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}`)
	})
	if again := w.build(plain(w), func(o *Options) { o.Force = true }); again.Digest != first.Digest {
		t.Errorf("digest %s, then %s", first.Digest, again.Digest)
	}
	_, err := w.try(plain(w), func(o *Options) { o.Force, o.Compression = true, layer.Zstd })
	if !isReason(err, Refused) {
		t.Errorf("with other layers: %v", err)
	}
}

// The same input gives the same bytes, whoever builds, where and when.
func TestDeterminism(t *testing.T) {
	w := newWorld(t)
	w.base()
	w.wheel("alpha", "1.0", "alpha")
	w.wheel("beta", "2.0", "beta")
	prepare := func(mode os.FileMode) *Result {
		spec := w.spec(pinned)
		if err := os.MkdirAll(filepath.Join(spec.Dir, "conf", "deep"), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"conf/z", "conf/deep/a"} {
			if err := os.WriteFile(filepath.Join(spec.Dir, name), []byte(name), mode); err != nil {
				t.Fatal(err)
			}
		}
		return w.build(spec, func(o *Options) { o.Force = true })
	}
	first := prepare(0o600)
	umask := setUmask(0o077)
	defer setUmask(umask)
	t.Setenv("TZ", "Asia/Kathmandu")
	t.Chdir(t.TempDir())
	w.b = w.builder(t.TempDir())
	second := prepare(0o664)
	if diff := cmp.Diff(first.Digest, second.Digest); diff != "" {
		t.Errorf("digests (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(first.Referrers, second.Referrers); diff != "" {
		t.Errorf("attachments (-first +second):\n%s", diff)
	}
}

// direct makes requests by calling the handler of the server they are for, so
// that nothing has to wait for a network.
type direct struct{ servers []*httptest.Server }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range d.servers {
		if s.Listener.Addr().String() == r.URL.Host {
			if r = r.Clone(r.Context()); r.Body == nil {
				r.Body = http.NoBody
			}
			defer r.Body.Close()
			rec := httptest.NewRecorder()
			s.Config.Handler.ServeHTTP(rec, r)
			resp := rec.Result()
			resp.Request = r
			return resp, nil
		}
	}
	return nil, fmt.Errorf("no server at %s", r.URL.Host)
}

// The same input gives the same bytes years later. The whole build, libraries
// included, has the clock of a bubble, which stands at 2000 when it begins.
func TestOtherDays(t *testing.T) {
	w := newWorld(t)
	w.base()
	w.wheel("alpha", "1.0", "alpha")
	w.wheel("beta", "2.0", "beta")
	const day = 24 * time.Hour
	var first *Result
	for _, later := range []time.Duration{0, 3 * day, 4*365*day + 59*day + 13*time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(later)
			w.t, w.b = t, w.builder(t.TempDir())
			w.b.Transport = direct{[]*httptest.Server{w.server, w.index.Server}}
			w.b.Resolver.HTTP = &http.Client{Transport: w.b.Transport}
			spec := w.spec(pinned)
			if err := os.WriteFile(filepath.Join(spec.Dir, "conf"), []byte("z"), 0o600); err != nil {
				t.Fatal(err)
			}
			r := w.build(spec, func(o *Options) { o.Force = true })
			if r.Existed || len(r.Layers) == 0 || len(r.Referrers) == 0 {
				t.Fatalf("nothing was built: %+v", r)
			}
			if first == nil {
				first = r
			}
			if r.Digest != first.Digest || r.Tag != first.Tag {
				t.Errorf("on %s: digest %s, tag %s; want %s, %s", time.Now(), r.Digest, r.Tag, first.Digest, first.Tag)
			}
			if diff := cmp.Diff(first.Referrers, r.Referrers); diff != "" {
				t.Errorf("on %s: attachments (-first +now):\n%s", time.Now(), diff)
			}
		})
	}
}

// A changed version uploads its own layer and the configuration, no more.
func TestOneChangedPackage(t *testing.T) {
	w := newWorld(t)
	w.base()
	noise := strings.Repeat("0123456789abcdef", 1<<10)
	w.wheel("alpha", "1.0", "alpha"+noise)
	w.wheel("beta", "2.0", "beta"+noise)
	w.wheel("beta", "2.1", "beta, better"+noise)
	const text = "{name: app, registry: REGISTRY, base_image: BASE, packages: ['alpha==1.0', 'beta==VERSION'], pip_index: INDEX}"
	first := w.build(w.spec(strings.Replace(text, "VERSION", "2.0", 1)))
	if first.Mounted == 0 || first.Uploaded == 0 {
		t.Errorf("first build: %d bytes mounted, %d uploaded", first.Mounted, first.Uploaded)
	}
	w.requests("")
	second := w.build(w.spec(strings.Replace(text, "VERSION", "2.1", 1)))
	var uploaded []string
	var bytes int64
	for _, l := range second.Layers {
		if l.Outcome == Uploaded {
			uploaded = append(uploaded, l.Title)
			bytes += l.Size
		}
	}
	if diff := cmp.Diff([]string{"the configuration", "beta 2.1"}, uploaded); diff != "" {
		t.Errorf("uploaded (-want +got):\n%s", diff)
	}
	if second.Uploaded != bytes {
		t.Errorf("%d bytes uploaded, want those of the two: %d", second.Uploaded, bytes)
	}
}
