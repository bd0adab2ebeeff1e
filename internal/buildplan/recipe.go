package buildplan

import (
	"github.com/pratique-dev/pratique/imagespec"
)

// Options are what a Dockerfile is written for.
type Options struct {
	Base Base
	// Executor is what will run it; its abilities decide what is used.
	Executor Executor
	// Extra are requirements besides those of the specification, such as
	// flytekit.
	Extra []string
	// Lock is what the packages were resolved to, as pylock.toml by platform.
	// It is installed instead of resolving again, if all platforms have one; a
	// specification whose requirements are a lock file needs it.
	Lock map[string][]byte
	// UV are uv programs for Linux on this machine, by platform. They are used
	// unless the specification's builder_config names a uv_image. Without
	// either, the image's pip has to install uv.
	UV map[string]string
	// CABundle is a file of certificates that the installation of packages
	// trusts instead of its own; empty for none. It does not stay in the image.
	CABundle string
}

// Recipe is a Dockerfile with everything that it needs.
type Recipe struct {
	Text    string        // of the Dockerfile
	Context []ContextFile // sorted by name; the Dockerfile itself is not among them
	Secrets []Secret
	// Args are build arguments: values that a Dockerfile has no words for. They
	// are not secret.
	Args []Arg
	// Images are the references of all images that it begins from or takes
	// files from.
	Images []string
}

// ContextFile is a file of a build context.
type ContextFile struct {
	Name   string // in the context, with slashes
	Source string // path on this machine; empty: Data
	Data   []byte
	Mode   uint32 // permissions, and fs.ModeDir for a directory
}

// Secret is a file that a build sees and an image does not contain.
type Secret struct {
	ID     string
	Source string // path on this machine; empty: Data
	Data   []byte
}

// Arg is a build argument.
type Arg struct{ Name, Value string }

// NewRecipe writes the Dockerfile that builds a specification. Nothing that a
// user wrote can end an instruction or reach a shell but the field commands,
// which are shell. Errors about values are [imagespec.Error].
func NewRecipe(spec *imagespec.Spec, o Options) (*Recipe, error) {
	return nil, nil
}

// Write writes the Dockerfile, named "Dockerfile", and its context to a
// directory, which has to exist.
func (r *Recipe) Write(dir string) error { return nil }
