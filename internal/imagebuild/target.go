package imagebuild

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/pratique-dev/pratique/internal/baseimage"
	"github.com/pratique-dev/pratique/internal/buildplan"
	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/pylock"
	"github.com/pratique-dev/pratique/internal/python"
	"github.com/pratique-dev/pratique/internal/wheel"
)

// target is the image for one platform in the making.
type target struct {
	platform v1.Platform
	from     v1.Image // the base
	digest   v1.Hash  // of the base
	config   *v1.ConfigFile
	base     *baseimage.Base
	noPython error // why base is nil

	lock      *pylock.Lock
	lockBytes []byte
	wheels    []pylock.Distribution // what is installed
	kept      []pylock.Distribution // what the base has at this very version
	layered   []*blob
	made      *image
	built     *baseimage.Base // what is in an image that a Dockerfile made
	result    v1.Descriptor   // of the image, however it was made
}

func (t *target) describe(o *origin) Platform {
	p := Platform{Platform: t.platform.String(), Base: o.name, BaseDigest: t.digest.String(), Packages: len(t.wheels), Digest: t.result.Digest.String()}
	if t.base != nil {
		p.Python = t.base.Python.Version
	}
	return p
}

// cacheDir is a directory of the cache, empty without one.
func (b *Builder) cacheDir(name string) string {
	if b.Cache == "" {
		return ""
	}
	return filepath.Join(b.Cache, name)
}

// resolve finds the exact packages for a platform. Those that exist as source
// only are returned: then a Dockerfile has to do it. Where that is the plan
// anyway, a lock is good to have and no more.
func (w *build) resolve(ctx context.Context, t *target) ([]buildplan.SourceDistribution, error) {
	extra, err := flytekitRequirement(w.spec, w.options, t.base)
	if err != nil {
		return nil, err
	}
	in := pylock.Input{
		Packages: slices.Clone(w.spec.Packages), Requirements: w.spec.Requirements, Dir: w.spec.Dir,
		IndexURL: w.spec.PipIndex, ExtraIndexURLs: w.spec.PipExtraIndexURL, ExtraArgs: w.spec.PipExtraArgs,
	}
	if extra != "" {
		in.Packages = append(in.Packages, extra)
	}
	if t.base == nil || len(in.Packages) == 0 && in.Requirements == "" || t.has(in) || w.otherPython() {
		return nil, nil
	}
	w.say(StepResolve, t.platform.String(), "find the versions of the packages")
	lock, err := w.Resolver.Resolve(ctx, in, t.base.Target)
	var wheels []pylock.Distribution
	if err == nil {
		wheels, err = lock.Select(t.base.Target)
	}
	if err != nil {
		missing, err := sourceOnly(err, t.platform.String())
		if err != nil && w.plan.Path == buildplan.Dockerfile && ctx.Err() == nil {
			w.say(StepResolve, t.platform.String(), "the Dockerfile has to do it: "+err.Error())
			return nil, nil
		}
		return missing, err
	}
	if t.lockBytes, err = lock.Bytes(); err != nil {
		return nil, fmt.Errorf("write pylock.toml: %w", err)
	}
	t.lock, t.wheels = lock, wheels
	t.keep(w)
	w.say(StepResolve, t.platform.String(), fmt.Sprintf("%d packages to install, %d in the base image already", len(t.wheels), len(t.kept)))
	return nil, nil
}

// otherPython tells whether packages go to another Python than that of the base
// image, one that micromamba installs.
func (w *build) otherPython() bool {
	s := w.spec
	return len(s.CondaPackages) > 0 || len(s.CondaChannels) > 0 || s.CUDA != "" || s.CuDNN != ""
}

// has tells whether the base has the one package that is asked for at just the
// version, so that there is nothing to resolve: flytekit, most of the time.
func (t *target) has(in pylock.Input) bool {
	if len(in.Packages) != 1 || in.Requirements != "" {
		return false
	}
	for _, d := range t.base.Installed {
		if in.Packages[0] == flytekit+"=="+d.Version && python.NormalizeName(d.Name) == flytekit {
			return true
		}
	}
	return false
}

// keep takes out of what is to be installed what the base has at the version.
func (t *target) keep(w *build) {
	have := map[string]string{}
	for _, d := range t.base.Installed {
		name := python.NormalizeName(d.Name)
		if _, ok := have[name]; !ok { // the first is imported
			have[name] = d.Version
			if d.Place == baseimage.Shadowing && slices.ContainsFunc(t.wheels, func(o pylock.Distribution) bool {
				return o.Name == name && !sameVersion(o.Version, d.Version)
			}) {
				w.warn(StepResolve, t.platform.String(), fmt.Sprintf("the base image has %s %s in %s, where Python looks before it finds the version that is installed", d.Name, d.Version, d.Dir))
			}
		}
	}
	t.wheels = slices.DeleteFunc(t.wheels, func(d pylock.Distribution) bool {
		there := d.DirectURL == "" && sameVersion(have[d.Name], d.Version)
		if there {
			t.kept = append(t.kept, d)
		}
		return there
	})
}

func sameVersion(a, b string) bool {
	v, err := python.ParseVersion(a)
	if err != nil {
		return false
	}
	u, err := python.ParseVersion(b)
	return err == nil && v.Compare(u) == 0
}

// sourceOnly takes the packages without wheels out of an error, which stays
// one if there is another reason too.
func sourceOnly(err error, platform string) ([]buildplan.SourceDistribution, error) {
	var found []buildplan.SourceDistribution
	for _, e := range leaves(err) {
		var source *pylock.SourceOnlyError
		if !errors.As(e, &source) {
			return nil, err
		}
		found = append(found, buildplan.SourceDistribution{Name: source.Name, Version: source.Version, Platform: platform})
	}
	return found, nil
}

// leaves are the errors that are joined in one.
func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if inner := errors.Unwrap(err); inner != nil {
			if all := leaves(inner); len(all) > 1 {
				return all
			}
		}
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

// layers makes the layers of a platform: packages, then files.
func (w *build) layers(ctx context.Context, t *target) error {
	packages, err := w.packageLayers(ctx, t)
	if err != nil {
		return err
	}
	files, err := w.fileLayers(ctx, t)
	if err != nil {
		return err
	}
	t.layered = append(packages, files...)
	return nil
}

// packageLayers fetches the wheels and makes layers of them.
func (w *build) packageLayers(ctx context.Context, t *target) ([]*blob, error) {
	if len(t.wheels) == 0 {
		return nil, nil
	}
	platform := t.platform.String()
	var bytes int64
	for _, d := range t.wheels {
		bytes += d.Size
	}
	w.tell(Event{Step: StepFetch, Platform: platform, Total: bytes, Message: fmt.Sprintf("fetch %d wheels", len(t.wheels))})
	paths, err := w.Resolver.FetchAll(ctx, t.wheels)
	if err != nil {
		return nil, err
	}
	var installs []wheel.Install
	var names []string
	for i, d := range t.wheels {
		installs = append(installs, wheel.Install{Path: paths[i], SHA256: d.SHA256, Requested: d.Requested, DirectURL: d.DirectURL})
		names = append(names, d.Name)
	}
	w.say(StepLayers, platform, fmt.Sprintf("make layers of %d packages", len(installs)))
	made, err := wheel.Layers(ctx, w.layerCache(), installs, t.base.Python.Layout, wheel.Options{
		Layer:    w.layerOptions(),
		Budget:   wheel.Budget{Layers: w.budget(t)},
		Replaced: t.base.Replaced(names...),
		Done: func(l wheel.Layer) {
			d, _ := l.Digest()
			size, _ := l.Size()
			w.tell(Event{Step: StepLayers, Platform: platform, ID: d.String(), Name: contentTitle(l.Content), Current: size, Total: size})
		},
	})
	if err != nil {
		return nil, errors.Join(err, w.discardInvalid(err, t.wheels, paths))
	}
	var out []*blob
	for _, l := range made {
		out = append(out, &blob{Layer: l.Layer, title: contentTitle(l.Content), made: "pratique: packages: " + joinLimited(l.Content)})
	}
	return out, nil
}

// discardInvalid takes wheels that are refused out of the cache: the one that err
// is about, and others like it.
func (w *build) discardInvalid(err error, wheels []pylock.Distribution, paths []string) error {
	var refused *wheel.InvalidError
	if !errors.As(err, &refused) {
		return nil
	}
	var failed []error
	for i, d := range wheels {
		if _, err := wheel.Open(paths[i]); err != nil || filepath.Base(paths[i]) == refused.File {
			failed = append(failed, w.Resolver.Discard(d))
		}
	}
	return errors.Join(failed...)
}

// budget is how many layers packages may take: what the base and the files
// leave.
func (w *build) budget(t *target) int {
	left := maxLayers - len(t.config.RootFS.DiffIDs) - fileLayersMax
	return max(1, min(cmp.Or(w.options.Layers, wheel.DefaultLayers), left))
}

func (b *Builder) layerCache() *layer.Cache { return &layer.Cache{Dir: b.cacheDir("layers")} }

func (w *build) layerOptions() layer.Options {
	return layer.Options{Compression: w.options.Compression, Time: w.created()}
}

// assemble puts base, layers and configuration together.
func (w *build) assemble(t *target) error {
	env := buildplan.Environment(w.spec, t.facts(w.base))
	labels := w.labels(t)
	made, err := assemble(t.from, w.base.repo, t.layered, func(c *v1.Config) { configureSpec(c, w.spec, env, t.base.TaskUser().Name, labels) }, t.platform, w.created(), w.annotations(t))
	if err != nil {
		return fmt.Errorf("make the image for %s: %w", t.platform.String(), err)
	}
	t.made = made
	t.result = v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: made.digest(), Size: int64(len(made.manifest))}
	return nil
}

// manifest is a manifest to push.
type manifest struct {
	digest    v1.Hash
	mediaType types.MediaType
	raw       []byte
}

// set is everything that makes up the image, ready to be pushed.
type set struct {
	blobs     []*blob    // each once; the first is a configuration
	manifests []manifest // the one that the tag names comes last
	index     v1.ImageIndex
	digest    v1.Hash       // what the tag names
	top       v1.Descriptor // of the same
}

// collect puts the images of all platforms together.
func (w *build) collect() (*set, error) {
	s := &set{}
	seen := map[v1.Hash]bool{}
	add := func(l *blob) error {
		d, err := l.Digest()
		if err != nil {
			return fmt.Errorf("%s: %w", l.title, err)
		}
		if !seen[d] {
			seen[d] = true
			s.blobs = append(s.blobs, l)
		}
		return nil
	}
	var images []*image
	for _, t := range w.targets {
		if err := add(t.made.configBlob()); err != nil {
			return nil, err
		}
		s.manifests = append(s.manifests, manifest{t.made.digest(), types.OCIManifestSchema1, t.made.manifest})
		images = append(images, t.made)
	}
	for _, t := range w.targets {
		for _, l := range t.made.layers {
			if err := add(l); err != nil {
				return nil, err
			}
		}
	}
	if len(images) > 1 {
		idx, err := index(images, map[string]string{annotationBaseName: w.base.name})
		if err != nil {
			return nil, err
		}
		raw, err := idx.RawManifest()
		if err != nil {
			return nil, err
		}
		s.index = idx
		s.manifests = append(s.manifests, manifest{bytesDigest(raw), types.OCIImageIndex, raw})
	}
	top := s.manifests[len(s.manifests)-1]
	s.digest, s.top = top.digest, v1.Descriptor{MediaType: top.mediaType, Digest: top.digest, Size: int64(len(top.raw))}
	return s, nil
}

func bytesDigest(data []byte) v1.Hash {
	h, _, _ := v1.SHA256(bytes.NewReader(data)) // reading from memory does not fail
	return h
}

// contentTitle is what a layer is about, in a few words.
func contentTitle(content []string) string {
	if len(content) == 1 {
		return content[0]
	}
	return fmt.Sprintf("%d packages", len(content))
}

// joinLimited lists what is in a layer, for the history of the image.
func joinLimited(content []string) string {
	const most = 20
	if n := len(content); n > most {
		return strings.Join(content[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	return strings.Join(content, ", ")
}
