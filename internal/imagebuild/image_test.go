package imagebuild

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/buildplan"
	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
)

// An image for two platforms is an index, whose images share what does not
// depend on the platform.
func TestPlatforms(t *testing.T) {
	w := newWorld(t)
	if err := remote.WriteIndex(w.ref("bases/python:3.11"), imagebuildtest.Index(t, imagebuildtest.Base(t, "amd64"), imagebuildtest.Base(t, "arm64"))); err != nil {
		t.Fatal(err)
	}
	w.wheel("alpha", "1.0", "alpha")
	for _, tags := range []string{"cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux_2_17_aarch64"} {
		file, content := imagebuildtest.Wheel(t, "beta", "2.0", tags, "beta for "+tags)
		w.index.Add(file, content)
	}
	r := w.build(w.spec("{name: app, registry: REGISTRY, base_image: BASE, packages: ['alpha==1.0', 'beta==2.0'], pip_index: INDEX, platform: 'linux/amd64,linux/arm64'}"))
	idx, err := remote.Index(w.ref("app:" + r.Tag))
	if err != nil {
		t.Fatal(err)
	}
	list, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var layers [][]v1.Hash
	for i, want := range []string{"x86_64", "aarch64"} {
		img, err := idx.Image(list.Manifests[i].Digest)
		if err != nil {
			t.Fatal(err)
		}
		if text := files(t, img)[site+"beta/__init__.py"]; !strings.HasSuffix(text, want) {
			t.Errorf("%s has %q", list.Manifests[i].Platform, text)
		}
		m, err := img.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		var digests []v1.Hash
		for _, l := range m.Layers {
			digests = append(digests, l.Digest)
		}
		layers = append(layers, digests)
	}
	shared := 0
	for _, d := range layers[0] {
		if slices.Contains(layers[1], d) {
			shared++
		}
	}
	if shared != 1 || len(r.Platforms) != 2 || r.Platforms[1].Platform != "linux/arm64" {
		t.Errorf("%d layers shared, want that of alpha; platforms %+v", shared, r.Platforms)
	}
}

// A specification that is the base of another is built first, and not again.
func TestNestedBase(t *testing.T) {
	w := newWorld(t)
	w.base()
	w.wheel("alpha", "1.0", "alpha")
	w.wheel("beta", "2.0", "beta")
	spec := w.spec("{name: app, registry: REGISTRY, packages: ['beta==2.0'], pip_index: INDEX}")
	spec.Base = w.spec("{name: common, registry: REGISTRY, base_image: BASE, packages: ['alpha==1.0'], pip_index: INDEX}")
	r := w.build(spec)
	got := files(t, w.pull(r.Image))
	if got[site+"alpha/__init__.py"] != "alpha" || got[site+"beta/__init__.py"] != "beta" || r.Base == nil || r.Base.Existed {
		t.Errorf("result %+v", r)
	}
	if again := w.build(spec, func(o *Options) { o.Force = true }); again.Digest != r.Digest || !again.Base.Existed {
		t.Errorf("forced: %+v", again)
	}

	local := w.spec("{name: leaf, copy: []}")
	local.Base = w.spec("{name: mid, base_image: BASE, env: {A: b}}")
	dir := filepath.Join(t.TempDir(), "layout")
	if _, err := w.try(local, func(o *Options) { o.Push, o.Layout = false, dir }); err != nil {
		t.Errorf("without a registry: %v", err)
	}
}

// A layout holds the image and what is attached to it, and keeps what was there.
func TestLayout(t *testing.T) {
	w := newWorld(t)
	w.base()
	dir := filepath.Join(t.TempDir(), "images")
	local := func(o *Options) { o.Push, o.Layout = false, dir }
	spec := plain(w)
	first := w.build(spec, local)
	w.build(spec, local)
	if first.Uploaded != 0 || len(w.requests("PUT /v2/app")) != 0 {
		t.Errorf("something was pushed: %+v", first)
	}
	other := plain(w)
	other.Name = "other"
	second := w.build(other, local)
	idx, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, m := range list.Manifests {
		if tag := m.Annotations[refName]; tag != "" {
			tags = append(tags, tag)
			img, err := idx.Image(m.Digest)
			if err != nil {
				t.Fatal(err)
			}
			files(t, img)
		}
	}
	if diff := cmp.Diff([]string{first.Tag, second.Tag}, tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if n := len(list.Manifests); n != 2+2*len(first.Referrers) {
		t.Errorf("%d manifests of two images with %d attachments each", n, len(first.Referrers))
	}

	w.b = w.builder(t.TempDir())
	if pushed := w.build(plain(w)); pushed.Digest != first.Digest {
		t.Errorf("pushed it is %s, in the layout %s", pushed.Digest, first.Digest)
	}
	both := filepath.Join(t.TempDir(), "both")
	w.build(plain(w), func(o *Options) { o.Layout = both })
	if _, err := layout.FromPath(both); err != nil {
		t.Errorf("an image that exists is not written: %v", err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(spec, func(o *Options) { o.Push, o.Layout = false, full }); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("a directory with files: %v", err)
	}
}

// Provenance and SBOM say what the image was made of, and no secret.
func TestDocuments(t *testing.T) {
	w := newWorld(t)
	w.base(imagebuildtest.File{Name: site + "gamma-3.0.dist-info/METADATA", Data: "Metadata-Version: 2.1\nName: gamma\nVersion: 3.0\n"},
		imagebuildtest.File{Name: site + "gamma-3.0.dist-info/RECORD", Data: "gamma-3.0.dist-info/METADATA,,\ngamma-3.0.dist-info/RECORD,,\n"})
	w.wheel("alpha", "1.0", "alpha")
	secret := strings.Replace(w.index.Simple(), "http://", "http://user:hunter2@", 1)
	r := w.build(w.spec("{name: app, registry: REGISTRY, base_image: BASE, packages: ['alpha==1.0'], pip_index: '" + secret + "', pip_extra_args: '--extra-index-url " + secret + "'}"))
	repo := w.ref("app:x").Context()
	documents := map[string][]byte{}
	for _, ref := range r.Referrers {
		if ref.Subject != r.Digest {
			t.Errorf("%s is about %s", ref.Type, ref.Subject)
		}
		img, err := remote.Image(repo.Digest(ref.Digest))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := img.RawManifest()
		if err != nil {
			t.Fatal(err)
		}
		var m v1.Manifest
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		l, err := remote.Layer(repo.Digest(m.Layers[0].Digest.String()))
		if err != nil {
			t.Fatal(err)
		}
		in, err := l.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		if documents[ref.Type], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(documents[ref.Type]), "hunter2") {
			t.Errorf("a secret in %s:\n%s", ref.Type, documents[ref.Type])
		}
	}
	var p statement
	if err := json.Unmarshal(documents[ProvenanceType], &p); err != nil {
		t.Fatal(err)
	}
	if p.Subject[0].Digest["sha256"] != strings.TrimPrefix(r.Digest, "sha256:") || p.PredicateType != "https://slsa.dev/provenance/v1" {
		t.Errorf("provenance of %+v", p.Subject)
	}
	var names []string
	for _, d := range p.Predicate.BuildDefinition.ResolvedDependencies {
		names = append(names, d.Name)
	}
	if diff := cmp.Diff([]string{"base image for linux/amd64", "alpha-1.0-py3-none-any.whl"}, names); diff != "" {
		t.Errorf("dependencies (-want +got):\n%s", diff)
	}
	var s spdxDocument
	if err := json.Unmarshal(documents[SPDXType], &s); err != nil {
		t.Fatal(err)
	}
	names = nil
	for _, p := range s.Packages {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{r.Image, w.host + "/bases/python:3.11", "debian", "alpha", "gamma"}, names); diff != "" {
		t.Errorf("SBOM (-want +got):\n%s", diff)
	}
	if !strings.Contains(string(documents[LockType]), `name = "alpha"`) && !strings.Contains(string(documents[LockType]), `name = 'alpha'`) {
		t.Errorf("lock:\n%s", documents[LockType])
	}
	config, err := w.pull(r.Image).RawConfigFile()
	if err != nil || strings.Contains(string(config), "hunter2") {
		t.Errorf("configuration: %s, %v", config, err)
	}
}

// Flytekit comes along as with flytekit's default builder.
func TestFlytekit(t *testing.T) {
	w := newWorld(t)
	w.base(imagebuildtest.File{Name: site + "flytekit-1.16.0.dist-info/METADATA", Data: "Metadata-Version: 2.1\nName: flytekit\nVersion: 1.16.0\n"},
		imagebuildtest.File{Name: site + "flytekit-1.16.0.dist-info/RECORD", Data: "flytekit-1.16.0.dist-info/METADATA,,\nflytekit-1.16.0.dist-info/RECORD,,\n"})
	for _, version := range []string{"1.16.0", "1.16.4"} {
		w.wheel("flytekit", version, "flytekit "+version)
	}
	w.wheel("alpha", "1.0", "alpha")
	build := func(text string, change func(*Options)) map[string]string {
		t.Helper()
		r := w.build(w.spec("{name: app, registry: REGISTRY, base_image: BASE, pip_index: INDEX, "+text+"}"), func(o *Options) { o.AddFlytekit, o.Force = true, true }, change)
		return files(t, w.pull(r.Image))
	}
	const module, other = site + "flytekit/__init__.py", site + "flytekit-1.16.0.dist-info/METADATA"
	same := func(*Options) {}
	if got := build("env: {A: b}", same); got[other] == "" || got[module] != "" {
		t.Error("what the base has was replaced")
	}
	if got := build("packages: ['alpha==1.0']", same); got[other] == "" || got[module] != "" || got[site+"alpha/__init__.py"] == "" {
		t.Error("what the base has was replaced, with a package")
	}
	newer := func(o *Options) { o.Flytekit = "flytekit==1.16.4" }
	if got := build("env: {A: b}", newer); got[other] != "" || got[module] != "flytekit 1.16.4" {
		t.Errorf("a version of its own: %q, %q", got[other], got[module])
	}
	if got := build("packages: ['flytekit==1.16.0']", newer); got[other] == "" {
		t.Error("a line that names flytekit was overruled")
	}
	for line, want := range map[string]bool{
		"flytekit": true, " flytekit == 1 ": true, "Flytekit[x]>1": true, "flytekit@ https://x": true, "flytekit # why": true,
		"flytekitplugins-spark": false, "# flytekit": false, "": false, "my-flytekit": false,
	} {
		if got := namesFlytekit([]string{line}); got != want {
			t.Errorf("namesFlytekit(%q) = %t", line, got)
		}
	}
}

// executor builds a Dockerfile by putting a layer on top of the base.
type executor struct {
	t       *testing.T
	request buildexec.Request
	fail    error
	base    v1.Image
}

func (e *executor) Describe() buildplan.Executor {
	return buildplan.Executor{Name: "buildah", Version: "1.0"}
}

func (e *executor) Build(_ context.Context, r buildexec.Request, progress func(string)) (buildexec.Result, error) {
	e.request = r
	if e.fail != nil {
		return buildexec.Result{}, e.fail
	}
	progress("STEP 1")
	if _, err := os.Stat(filepath.Join(r.Context, "Dockerfile")); err != nil {
		return buildexec.Result{}, err
	}
	img, err := mutate.AppendLayers(e.base, imagebuildtest.Layer(e.t, imagebuildtest.File{Name: "usr/bin/git", Data: "git"}))
	if err != nil {
		return buildexec.Result{}, err
	}
	ref, err := name.ParseReference(r.Tags[0])
	if err != nil {
		return buildexec.Result{}, err
	}
	digest, err := img.Digest()
	if err != nil {
		return buildexec.Result{}, err
	}
	return buildexec.Result{Digest: digest.String()}, remote.Write(ref, img)
}

// What has to run is handed to a program that builds Dockerfiles; the tag and the
// attachments are the same as for layers.
func TestExecute(t *testing.T) {
	w := newWorld(t)
	w.base()
	spec := w.spec("{name: app, registry: REGISTRY, base_image: BASE, apt_packages: [git]}")
	if _, err := w.try(spec); !errors.Is(err, buildplan.ErrNoExecutor) || !strings.Contains(err.Error(), "apt_packages: git") {
		t.Errorf("without a program: %v", err)
	}
	if len(w.requests("GET /v2/bases/python/blobs")) != 0 {
		t.Error("the base was read for a build that cannot be done")
	}
	e := &executor{t: t, base: imagebuildtest.Base(t, "amd64")}
	w.b.FindExecutors = func(context.Context, buildexec.Options) ([]buildexec.Executor, error) {
		return []buildexec.Executor{e}, nil
	}
	plan, err := w.b.Plan(t.Context(), spec, Options{Push: true})
	if err != nil || plan.Path != buildplan.Dockerfile || plan.Executor == nil || len(plan.Reasons) != 1 {
		t.Errorf("plan %+v, %v", plan, err)
	}
	e.fail = errors.New("exit status 1")
	if _, err := w.try(spec); !errors.Is(err, e.fail) {
		t.Errorf("error %v", err)
	}
	e.fail = nil
	r := w.build(spec)
	if r.Path != "dockerfile" || len(r.Referrers) != 2 || e.request.Tags[0] != r.Image || files(t, w.pull(r.Image))["usr/bin/git"] != "git" {
		t.Errorf("result %+v, request %+v", r, e.request)
	}
	if !slices.Contains(e.request.Labels, buildplan.Arg{Name: labelTag, Value: r.Tag}) {
		t.Errorf("labels %+v", e.request.Labels)
	}
	if _, err := os.Stat(e.request.Context); !os.IsNotExist(err) {
		t.Errorf("the context is left behind: %v", err)
	}
	if _, err := w.try(plain(w), func(o *Options) { o.Way, o.Force = WayLayers, true }); err != nil {
		t.Errorf("layers when asked for: %v", err)
	}
	if _, err := w.try(spec, func(o *Options) { o.Way, o.Force = WayLayers, true }); err == nil || !strings.Contains(err.Error(), "apt_packages") {
		t.Errorf("layers that cannot be: %v", err)
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"--extra-index-url https://u:p@index.example.com/simple?t=1": "--extra-index-url https://index.example.com/simple",
		"alpha @ https://tok@h.example/a.whl#sha256=1":               "alpha @ https://h.example/a.whl#sha256=1",
		"plain":                   "plain",
		"x://%zz@/ and http://a/": "x://redacted and http://a/",
	} {
		if got := redact(in); got != want {
			t.Errorf("redact(%q) = %q, want %q", in, got, want)
		}
	}
}
