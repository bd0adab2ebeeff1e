// Package buildexec runs the programs that build Dockerfiles: buildctl, docker
// buildx and buildah. Credentials reach them by files that nobody else can read
// and that are gone when the build is, never by arguments, build arguments or
// the image; what they print is passed on without secrets.
package buildexec

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// Executor builds Dockerfiles. Implementations are safe for concurrent use.
type Executor interface {
	// Describe says what it is and what it can do.
	Describe() buildplan.Executor
	// Build builds an image and pushes it. Progress, if not nil, is called with
	// each line that the program prints, one at a time, without secrets. A
	// cancelled context ends the program with all that it started, and is the
	// error's cause; otherwise the error is an *[Error] if the program failed.
	Build(ctx context.Context, r Request, progress func(line string)) (Result, error)
}

// Request says what to build.
type Request struct {
	Context    string // directory
	Dockerfile string // path of the file; empty: Dockerfile in the context
	Target     string // stage to build; empty: the last
	// Tags are the references to push to, at least one, each with a tag.
	Tags []string
	// Platforms are such as "linux/amd64". Several make an index; none is the
	// machine's own.
	Platforms []string
	// Args are build arguments, which are not secret: the image's history shows
	// them, and the list of processes.
	Args    []buildplan.Arg
	Labels  []buildplan.Arg
	Secrets []buildplan.Secret
	// Keychain has the credentials of the registries that Tags and Images name.
	// Others are asked anonymously.
	Keychain authn.Keychain
	// Images are the references of images that the Dockerfile takes something
	// from.
	Images []string
	// Network is the network of RUN: "host", "none", or empty for the program's
	// default.
	Network string
	NoCache bool

	grace time.Duration // that a program has to end when asked; 0: the usual
}

// Result is what was built and pushed.
type Result struct {
	// Digest is of the manifest or, for several platforms, the index that the
	// tags point to.
	Digest string
}

// Error is the failure of a program.
type Error struct {
	Program string   // "buildah build"
	Tail    []string // the last lines that it printed, without secrets
	Err     error    // how it ended
}

// Error has the last lines that the program printed after the first line.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %v", e.Program, e.Err)
	for _, line := range e.Tail {
		s += "\n  " + line
	}
	if advice := e.Advice(); advice != "" {
		s += "\n" + advice
	}
	return s
}

// Unwrap is how the program ended.
func (e *Error) Unwrap() error { return e.Err }

// Advice says what to do about a failure that is well known; empty for others.
func (e *Error) Advice() string {
	for _, line := range e.Tail {
		line = strings.ToLower(line)
		for _, known := range []struct{ text, advice string }{
			{"exec format error", "programs of another platform do not run here: install qemu-user-static, or set BUILDKIT_HOST to a BuildKit that has the platform"},
			{"multiple platforms feature is currently not supported", `docker's own builder makes one platform at a time: "docker buildx create --use" makes one that can do several`},
			{"pull access denied", "the credentials in use may not pull an image that the Dockerfile names; \"pratique explain\" says which policy is missing"},
			{"newuidmap", "buildah needs root, or a range of user ids of its own in /etc/subuid and /etc/subgid"},
		} {
			if strings.Contains(line, known.text) {
				return known.advice
			}
		}
	}
	return ""
}
