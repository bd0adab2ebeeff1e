// Package imagespec reads flytekit's ImageSpec, the description of a container
// image for tasks of Flyte and Union, from YAML, JSON and Python source, and
// computes the tag that flytekit gives the image.
//
// It reads files and may ask git which of them are ignored. It never runs
// Python, a shell, or anything that a specification says: text in a
// specification is data.
//
// What the fields mean is flytekit's documentation:
// https://www.union.ai/docs/v1/flyte/api-reference/flytekit-sdk/packages/flytekit.image_spec/
package imagespec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Spec is an ImageSpec. Its fields are flytekit's, in the order in which
// flytekit declares and hashes them. What flytekit's default None means is
// the zero value here: an empty text, a nil slice. A slice that is empty but
// not nil is an empty list, which is hashed.
//
// A Spec that was read from a file remembers the Python value of a field where
// the Go value does not tell it, such as python_version: 3.11 in YAML, which is
// a number. That is forgotten when the Go value is changed.
type Spec struct {
	// Name is the last part of the repository's name; "flytekit" if empty.
	Name string
	// PythonVersion is "3.11". If it is empty it is the base image's.
	PythonVersion string
	// Builder is the name of flytekit's builder; it is not hashed.
	Builder string
	// SourceRoot is a directory whose files are copied to /root, as
	// SourceCopyMode says.
	SourceRoot string
	// Env are environment variables, in their order.
	Env Dict
	// Registry is the host and the beginning of the repository's name.
	Registry string
	// Packages are Python requirements, PEP 508.
	Packages []string
	// CondaPackages and CondaChannels are what conda installs, and from where.
	CondaPackages, CondaChannels []string
	// Requirements is the path of a requirements or lock file.
	Requirements string
	// AptPackages are packages of the base image's distribution.
	AptPackages []string
	// CUDA and CuDNN are versions, for the builder envd alone.
	CUDA, CuDNN string
	// BaseImage is the reference of the image to begin from.
	BaseImage string
	// Base is the specification of the image to begin from, instead of
	// BaseImage.
	Base *Spec
	// Platform is one platform or several with commas between, such as
	// "linux/amd64,linux/arm64". See [Spec.Platforms].
	Platform string
	// PipIndex and PipExtraIndexURL are the package indexes.
	PipIndex         string
	PipExtraIndexURL []string
	// PipSecretMounts are files that only the installation of packages sees;
	// they are not hashed.
	PipSecretMounts []SecretMount
	// PipExtraArgs are further arguments of the installation of packages.
	PipExtraArgs string
	// RegistryConfig is a file of the builder envd; it never is in the tag.
	RegistryConfig string
	// Entrypoint replaces that of the base image; empty but not nil removes it.
	Entrypoint []string
	// Commands are shell commands that run after everything else.
	Commands []string
	// TagFormat is the tag with {spec_hash} for the hash.
	TagFormat string
	// SourceCopyMode says which files of SourceRoot are copied.
	SourceCopyMode CopyMode
	// Copy are relative paths of files and directories that are copied to
	// /root, where they keep their paths.
	Copy []string
	// PythonExec is the interpreter of the base image to use.
	PythonExec string
	// RuntimePackages are installed when a task starts; they are not hashed.
	RuntimePackages []string
	// BuilderOptions and BuilderConfig are for builders, and hashed.
	BuilderOptions, BuilderConfig Dict

	// Known is what only flytekit itself can tell of the specification.
	Known Known

	// Dir is the directory that relative paths of Requirements, Copy and
	// SourceRoot begin from; the working directory if it is empty. A Spec from
	// a file has the directory of that file. It is not part of the wire form.
	Dir string
	// Confined refuses files that are not below Dir, by their path or through
	// links, and asks git for nothing: for specifications of strangers. It is
	// not part of the wire form.
	Confined bool

	exact map[string]Value    // Python values of fields, by flytekit's names
	at    map[string]Position // where they are written
	file  string              // in which file, for messages
}

// SecretMount is a file of the machine that builds, and where the installation
// of packages sees it.
type SecretMount struct{ Source, Target string }

// CopyMode says which files of a source root are copied.
type CopyMode int

// The modes have the numbers of flytekit's CopyFileDetection. CopyUnset is
// None, which with a source root means CopyLoadedModules.
const (
	CopyUnset         CopyMode = 0
	CopyLoadedModules CopyMode = 1
	CopyAll           CopyMode = 2
	CopyNone          CopyMode = 3
)

var copyModes = map[CopyMode]string{CopyLoadedModules: "LOADED_MODULES", CopyAll: "ALL", CopyNone: "NO_COPY"}

// String is flytekit's name of the mode, empty for CopyUnset.
func (m CopyMode) String() string { return copyModes[m] }

// parseCopyMode reads flytekit's name of a mode.
func parseCopyMode(s string) (CopyMode, error) {
	for m, name := range copyModes {
		if s == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%q is not one of %s", s, copyModeNames())
}

func copyModeNames() string { return strings.Join(slices.Sorted(maps.Values(copyModes)), ", ") }

// Position is a place in a file, from one.
type Position struct{ Line, Column int }

// Position is where the value of a field is written, by flytekit's name of the
// field, or where the specification itself begins for an empty name. It is
// false for what was not read from a file.
func (s *Spec) Position(field string) (Position, bool) {
	p, ok := s.at[field]
	return p, ok
}

// Named is one of the specifications of a file.
type Named struct {
	// Name is the variable that has it or, without one, the number of its
	// line; in YAML and JSON the name of the image.
	Name string
	Spec *Spec
	// Err says why the specification cannot be read, of Python source only;
	// Spec is nil then. It is an *[Error].
	Err error
}

// Error says what is wrong with a specification, and where.
type Error struct {
	File         string // empty for a specification that is not from a file
	Line, Column int    // from one; zero if unknown
	Field        string // flytekit's name of the field; empty if it is none
	Msg          string
	Err          error // what caused it, if anything
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ":")
		if e.Line > 0 {
			fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
		}
		b.WriteByte(' ')
	}
	b.WriteString(e.Reason())
	return b.String()
}

// Reason is the error without its place.
func (e *Error) Reason() string {
	if e.Field != "" {
		return "ImageSpec field " + e.Field + ": " + e.Msg
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// In sets the directory that relative paths begin from, for the specification
// and for those that it is based on, and returns the specification.
func (s *Spec) In(dir string) *Spec {
	for b := s; b != nil; b = b.Base {
		b.Dir = dir
	}
	return s
}

// Confine sets Confined for the specification and for those that it is based
// on, and returns the specification.
func (s *Spec) Confine() *Spec {
	for b := s; b != nil; b = b.Base {
		b.Confined = true
	}
	return s
}

// fault is an error about a field, at the place where it is written.
func (s *Spec) fault(field string, cause error, format string, args ...any) *Error {
	e := &Error{File: s.file, Field: field, Msg: fmt.Sprintf(format, args...), Err: cause}
	p, ok := s.at[field]
	if !ok {
		p = s.at[""]
	}
	e.Line, e.Column = p.Line, p.Column
	return e
}
