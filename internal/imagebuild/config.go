package imagebuild

import (
	"maps"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/imagespec"
)

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
func configureSpec(c *v1.Config, spec *imagespec.Spec, env []string, user string, labels map[string]string) {
	c.Env = env
	if c.User == "" || c.User == "root" || c.User == "0" {
		c.User = user
	}
	if spec.Entrypoint != nil {
		c.Entrypoint, c.Cmd = slices.Clone(spec.Entrypoint), nil // as ENTRYPOINT does
	}
	if dir := spec.WorkDir(); dir != "" {
		c.WorkingDir = dir
	}
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	maps.Copy(c.Labels, labels)
}
