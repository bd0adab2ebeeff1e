package imagebuild

import (
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/imagespec"
)

// root is the directory that flytekit's images work in and import from.
const root = "/root"

// Labels of an image that say what it was made of, besides the annotations of
// OCI that name its base.
const (
	labelTag  = "io.github.pratique-dev.imagespec.tag"    // the specification's tag
	labelBase = "io.github.pratique-dev.imagespec.base"   // digest of the base image
	labelLock = "io.github.pratique-dev.imagespec.pylock" // digest of the lock file, which is attached
)

// OCI's annotations of where an image comes from.
const (
	annotationBaseName   = "org.opencontainers.image.base.name"
	annotationBaseDigest = "org.opencontainers.image.base.digest"
)

// configureSpec applies what the specification says of the configuration, as
// flytekit's default builder does in its Dockerfile.
func configureSpec(c *v1.Config, spec *imagespec.Spec, scripts string, labels map[string]string) {
	env := environment(slices.Clone(c.Env))
	if path, _ := env.get("PATH"); scripts != "" && !slices.Contains(strings.Split(path, ":"), scripts) {
		env.set("PATH", strings.TrimSuffix(scripts+":"+path, ":"))
	}
	env.set("PYTHONPATH", root)
	for _, kv := range spec.Environ() {
		k, v, _ := strings.Cut(kv, "=")
		env.set(k, v)
	}
	env.set("_F_IMG_ID", spec.ID())
	c.Env = env
	if spec.Entrypoint != nil {
		c.Entrypoint, c.Cmd = slices.Clone(spec.Entrypoint), nil
	}
	c.WorkingDir = root
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	for k, v := range labels {
		c.Labels[k] = v
	}
}

// environment is a list of NAME=value.
type environment []string

func (e environment) get(name string) (string, bool) {
	for _, kv := range e {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			return v, true
		}
	}
	return "", false
}

// set replaces a variable where it stands, or appends it.
func (e *environment) set(name, value string) {
	for i, kv := range *e {
		if k, _, _ := strings.Cut(kv, "="); k == name {
			(*e)[i] = name + "=" + value
			return
		}
	}
	*e = append(*e, name+"="+value)
}
