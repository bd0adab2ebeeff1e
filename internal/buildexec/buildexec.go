// Package buildexec runs the programs that build Dockerfiles: buildctl, docker
// buildx and buildah. Credentials reach them by files that nobody else can read
// and that are gone when the build is, never by arguments, build arguments or
// the image; what they print is passed on without secrets.
package buildexec

import (
	"context"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// Executor builds Dockerfiles. Implementations are safe for concurrent use.
type Executor interface {
	// Describe says what it is and what it can do.
	Describe() buildplan.Executor
	// Build builds an image and pushes it. Progress is called with each line
	// that the program prints, one at a time, without secrets. A cancelled
	// context ends the program with all that it started. The error is an
	// *[Error] if the program failed.
	Build(ctx context.Context, r Request, progress func(line string)) (Result, error)
}

// Request says what to build.
type Request struct {
	Context    string // directory
	Dockerfile string // path of the file; empty: Dockerfile in the context
	Target     string // stage to build; empty: the last
	// Tags are the references to push to, at least one, all with a tag and of
	// the same content.
	Tags      []string
	Platforms []string // "linux/amd64"; several make an index; none: the machine's
	Args      []buildplan.Arg
	Secrets   []buildplan.Secret
	Labels    []buildplan.Arg
	// Keychain has the credentials of the registries that Tags and Images name.
	Keychain authn.Keychain
	// Images are the references of images that the Dockerfile takes something
	// from. Registries that neither they nor Tags name are asked anonymously.
	Images []string
	// Insecure are the hosts, with ports, of registries that speak plain HTTP.
	Insecure []string
	// Network is the network of RUN: "" for the program's default, "host" or
	// "none".
	Network string
	NoCache bool
}

// Result is what was built and pushed.
type Result struct {
	// Digest is of the manifest or, for several platforms, the index that the
	// tags point to.
	Digest string
}

// Error is the failure of a program.
type Error struct {
	Program string   // "buildah"
	Tail    []string // the last lines that it printed, without secrets
	Err     error    // how it ended
}

func (e *Error) Error() string { return "" }
func (e *Error) Unwrap() error { return e.Err }

// Options say which executors to look for.
type Options struct {
	// Name is the only one wanted: "buildctl", "docker" or "buildah"; empty:
	// any.
	Name string
	// Getenv is os.Getenv if nil.
	Getenv func(string) string
}

// Find returns the executors that work here, preferred first: buildctl where
// BUILDKIT_HOST says that there is a daemon, docker buildx, buildah, then
// buildctl with a daemon of its own. The error says why the one that was asked
// for does not work; finding none otherwise is no error.
func Find(ctx context.Context, o Options) ([]Executor, error) { return nil, nil }
