package imagebuild

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/baseimage"
	"github.com/pratique-dev/pratique/internal/buildplan"
)

// origin is the image that the build begins from.
type origin struct {
	name   string           // reference as it was given
	repo   *name.Repository // nil for one that is in no registry
	digest v1.Hash          // of the manifest or index; zero if in no registry
	get    *remote.Descriptor
	images map[string]v1.Image // by platform, of one that is in no registry
	// unknown tells that it is a specification that is not built.
	unknown bool
}

// pinned is the reference by digest, where there is one.
func (o *origin) pinned() string {
	if o.repo == nil || o.digest == (v1.Hash{}) {
		return o.name
	}
	return o.repo.Name() + "@" + o.digest.String()
}

// namedOrigin is the base that the specification names, or the default one.
func (w *build) namedOrigin(ctx context.Context) (*origin, error) {
	ref := w.spec.BaseImage
	if ref == "" {
		version := cmp.Or(w.spec.PythonVersion, DefaultPython)
		ref = strings.ReplaceAll(cmp.Or(w.options.DefaultBase, DefaultBase), "{python_version}", version)
	}
	return w.registryOrigin(ctx, ref, "")
}

// nestedOrigin is the base that is a specification, if its image exists.
func (w *build) nestedOrigin(ctx context.Context) (*origin, error) {
	image, err := w.spec.Base.ImageName(w.options.Compat)
	if err != nil {
		return nil, fmt.Errorf("ImageSpec field base_image: %w", err)
	}
	if _, err := parseReference(image); err != nil {
		return &origin{name: image, unknown: true}, nil
	}
	there, digest, err := w.Exists(ctx, image)
	if err != nil {
		return nil, err
	}
	if there == Absent {
		return &origin{name: image, unknown: true}, nil
	}
	return w.registryOrigin(ctx, image, digest.String())
}

// registryOrigin asks a registry for the manifest of a base image.
func (w *build) registryOrigin(ctx context.Context, image, digest string) (*origin, error) {
	ref, err := name.ParseReference(image)
	if err != nil {
		return nil, fmt.Errorf("ImageSpec field base_image: %q: %w", image, err)
	}
	repo := ref.Context()
	var at = ref
	if digest != "" {
		at = repo.Digest(digest)
	}
	w.say(StepBase, "", "read "+image)
	got, err := remote.Get(at, w.remote(ctx)...)
	if err != nil {
		err = registryError(ctx, "pull the base image", image, repo.RegistryStr(), err)
		if isReason(err, NoImage) || isReason(err, NoRepository) {
			return nil, fmt.Errorf("ImageSpec field base_image: there is no image %s: %s", image, registryWords(err))
		}
		return nil, fmt.Errorf("ImageSpec field base_image: %w", err)
	}
	return &origin{name: image, repo: &repo, digest: got.Digest, get: got}, nil
}

// image is the base for a platform.
func (o *origin) image(p v1.Platform) (v1.Image, error) {
	if o.get == nil {
		img, ok := o.images[p.String()]
		if !ok {
			return nil, fmt.Errorf("base image %s has no platform %s", o.name, p.String())
		}
		return img, nil
	}
	if !o.get.MediaType.IsIndex() {
		if !o.get.MediaType.IsImage() {
			return nil, fmt.Errorf("base image %s is not an image: its media type is %q", o.name, o.get.MediaType)
		}
		img, err := o.get.Image()
		if err != nil {
			return nil, err
		}
		return img, o.check(img, p)
	}
	idx, err := o.get.ImageIndex()
	if err != nil {
		return nil, err
	}
	list, err := idx.IndexManifest()
	if err != nil {
		return nil, err
	}
	var have []string
	for _, m := range list.Manifests {
		if m.Platform == nil || !m.MediaType.IsImage() || m.Platform.OS == "unknown" {
			continue
		}
		if m.Platform.Satisfies(p) {
			return idx.Image(m.Digest)
		}
		have = append(have, m.Platform.String())
	}
	return nil, fmt.Errorf("base image %s has no platform %s; it has %s", o.name, p.String(), cmp.Or(strings.Join(have, ", "), "none"))
}

// check refuses an image without an index that is for another platform, which
// would fail only where it runs.
func (o *origin) check(img v1.Image, p v1.Platform) error {
	c, err := img.ConfigFile()
	if err != nil {
		return fmt.Errorf("read the configuration of base image %s: %w", o.name, err)
	}
	have := c.Platform()
	if have == nil || have.OS == "" && have.Architecture == "" || have.OS == p.OS && have.Architecture == p.Architecture {
		return nil
	}
	return fmt.Errorf("base image %s is for %s alone and not for %s", o.name, have.String(), p.String())
}

// readBase reads the base image for a platform: its manifest, and of what is in
// its layers what the build has to know.
func (w *build) readBase(ctx context.Context, t *target) error {
	img, err := w.base.image(t.platform)
	if err != nil {
		return w.baseError(ctx, err)
	}
	img = w.spool.image(img)
	t.from = img
	if t.digest, err = img.Digest(); err != nil {
		return w.baseError(ctx, err)
	}
	if t.config, err = img.ConfigFile(); err != nil {
		return w.baseError(ctx, err)
	}
	o := baseimage.Options{Cache: w.cacheDir("base"), PythonVersion: w.spec.PythonVersion, PythonExec: w.spec.PythonExec}
	t.base, err = baseimage.Read(ctx, img, o)
	for i := 1; i < downloads && interrupted(ctx, err); i++ {
		t.base, err = baseimage.Read(ctx, img, o) // layers that were read stay so
	}
	var none *baseimage.NoPythonError
	var other *baseimage.VersionError
	switch {
	case err == nil:
		w.say(StepBase, t.platform.String(), fmt.Sprintf("Python %s at %s", t.base.Python.Version, t.base.Python.Path))
	case errors.As(err, &none), errors.As(err, &other):
		t.noPython = err
		w.say(StepBase, t.platform.String(), err.Error())
	default:
		return w.baseError(ctx, err)
	}
	return nil
}

// downloads is how often the layers of a base image are asked for.
const downloads = 3

// interrupted tells whether an error is of a connection that was cut.
func interrupted(ctx context.Context, err error) bool {
	var broken net.Error
	return ctx.Err() == nil && (errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF))
}

// baseError says that an error is about the base image.
func (w *build) baseError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	host := ""
	if w.base.repo != nil {
		host = w.base.repo.RegistryStr()
	}
	var answer *transport.Error
	var broken net.Error
	if errors.As(err, &answer) || errors.As(err, &broken) {
		err = registryError(ctx, "pull the base image", w.base.name, host, err)
	}
	return fmt.Errorf("ImageSpec field base_image: %w", err)
}

// facts are what the plan wants to know of the base.
func (t *target) facts(o *origin) buildplan.Base {
	f := buildplan.Base{Image: o.pinned(), Read: true}
	if t.config != nil {
		f.Env, f.User, f.WorkDir = t.config.Config.Env, t.config.Config.User, t.config.Config.WorkingDir
	}
	if t.base != nil {
		f.Python, f.Version, f.Scripts = t.base.Python.Path, t.base.Python.Version, t.base.Python.Layout.Scripts
		f.Libc = t.base.Target.Libc
		for _, u := range t.base.Users.Users {
			f.Users = append(f.Users, u.Name)
		}
	}
	return f
}
