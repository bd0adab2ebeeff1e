// Package buildplan decides how an ImageSpec becomes an image: by adding layers
// to its base, which runs nothing, or by a Dockerfile, where something in the
// specification has to run inside the image. It says why, and writes the
// Dockerfile. It reads the specification's files, starts no program and asks no
// registry.
package buildplan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// Path is a way to build an image.
type Path string

const (
	// Layers adds layers and configuration to the base image.
	Layers Path = "layers"
	// Dockerfile runs a Dockerfile, see [NewRecipe].
	Dockerfile Path = "dockerfile"
)

// A Reason is something in a specification that only a program running inside
// the image can do.
type Reason struct {
	Field string `json:"field"` // flytekit's name of the field
	Value string `json:"value"` // the part of its value that is the reason
	Why   string `json:"why"`   // what has to run
}

func (r Reason) String() string { return fmt.Sprintf("%s: %s: %s", r.Field, r.Value, r.Why) }

// Executor is a program that builds Dockerfiles, and what it can do.
type Executor struct {
	Name    string `json:"name"`            // "buildctl", "docker buildx", "buildah"
	Where   string `json:"where,omitempty"` // the address of the daemon that works for it
	Version string `json:"version,omitempty"`
	// CacheMounts tells whether RUN --mount=type=cache works.
	CacheMounts bool `json:"-"`
	// LeavesMounts tells whether the directories that things were mounted in
	// stay in the image.
	LeavesMounts bool `json:"-"`
}

// String is the name and, if there is one, the address.
func (e Executor) String() string {
	if e.Where == "" {
		return e.Name
	}
	return e.Name + " at " + e.Where
}

// Base is what is known of the image to begin from.
type Base struct {
	// Image is the reference that the Dockerfile begins with; with a digest if
	// it is known.
	Image string
	// Read tells that the image was read, so that what follows is known.
	Read bool
	// Python is the absolute path of the interpreter to install for, and
	// Version its version, "3.11.7" or "3.11". They are empty if the image has
	// none of the version that the specification wants.
	Python, Version string
	// Scripts is the directory where that interpreter's console scripts go.
	Scripts string
	// Libc is "glibc" or "musl"; empty if it is not known.
	Libc string
	// Env is the image's environment, "NAME=value".
	Env []string
	// User is the user that the image runs as; empty for root.
	User string
	// WorkDir is the directory that the image works in.
	WorkDir string
	// Users are the names of the image's users.
	Users []string
}

// A SourceDistribution is a package that has no wheel for a platform.
type SourceDistribution struct {
	Name, Version string
	Platform      string // empty: any
}

// Facts are what is known, besides the specification, when a plan is made.
type Facts struct {
	Base Base
	// SourceOnly are the packages that resolving found without a wheel.
	SourceOnly []SourceDistribution
	// Executors are those that work here, preferred first.
	Executors []Executor
	// Remote tells that a build service does the work, so that no executor is
	// needed here.
	Remote bool
	// Insist is the path to take although another may do; empty chooses.
	Insist Path
}

// Plan says how an image is built.
type Plan struct {
	Path      Path     `json:"path"`
	Reasons   []Reason `json:"reasons,omitempty"` // for Dockerfile, in the order of fields
	Base      string   `json:"base,omitempty"`
	Platforms []string `json:"platforms"`
	// Executor runs the Dockerfile; nil for Layers, and where Remote does it.
	Executor *Executor `json:"executor,omitempty"`
	Remote   bool      `json:"remote,omitempty"`
	Steps    []Step    `json:"steps"`
	// Dockerfile is what runs, if it is known.
	Dockerfile string `json:"dockerfile,omitempty"`
}

// Step is a part of the work.
type Step struct {
	What   string `json:"what"`   // one word: "base", "apt", "packages"
	Detail string `json:"detail"` // what of it
}

// ErrNoExecutor is the cause of the error for a specification that needs a
// Dockerfile to be run where nothing can run it.
var ErrNoExecutor = errors.New("nothing here builds Dockerfiles: install buildah, or docker with buildx, or set BUILDKIT_HOST for buildctl; or build it on the server with --remote")

// New decides how a specification is built. The error is an [imagespec.Error]
// for a field that no path can build, or wraps [ErrNoExecutor]. The plan is
// returned with that one, so that it can be shown.
func New(spec *imagespec.Spec, facts Facts) (*Plan, error) {
	reasons, err := reasons(spec, facts)
	if err != nil {
		return nil, err
	}
	p := &Plan{Path: Layers, Reasons: reasons, Base: facts.Base.Image, Platforms: spec.Platforms(), Remote: facts.Remote}
	switch {
	case len(reasons) > 0 && facts.Insist == Layers:
		return nil, fmt.Errorf("layers cannot be made without running something: %s", joinReasons(reasons))
	case len(reasons) > 0 || facts.Insist == Dockerfile:
		p.Path = Dockerfile
	}
	if p.Steps, err = steps(spec, facts.Base, p.Path); err != nil {
		return nil, err
	}
	if p.Path == Layers || facts.Remote {
		return p, nil
	}
	if len(facts.Executors) == 0 {
		if len(reasons) == 0 {
			return p, ErrNoExecutor
		}
		return p, fmt.Errorf("%s; %w", joinReasons(reasons), ErrNoExecutor)
	}
	e := facts.Executors[0]
	p.Executor = &e
	return p, nil
}

func joinReasons(reasons []Reason) string {
	var all []string
	for _, r := range reasons {
		all = append(all, r.String())
	}
	return strings.Join(all, "; ")
}

// fieldError is an error about a field's value.
func fieldError(spec *imagespec.Spec, field, format string, args ...any) error {
	e := &imagespec.Error{Field: field, Msg: fmt.Sprintf(format, args...)}
	if at, ok := spec.Position(field); ok {
		e.Line, e.Column = at.Line, at.Column
	}
	return e
}

// quoteAll lists values for a message, the first few of them.
func quoteAll(values []string) string {
	const most = 5
	if len(values) > most {
		return strings.Join(values[:most], ", ") + fmt.Sprintf(", and %d more", len(values)-most)
	}
	return strings.Join(slices.Clone(values), ", ")
}
