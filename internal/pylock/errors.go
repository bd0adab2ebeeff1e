package pylock

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// ErrNoUV is wrapped by the error about an input that needs uv where there is
// none, or one that is too old.
var ErrNoUV = errors.New("uv is not usable")

// SourceOnlyError reports a package that the target can have only by running
// its code: there is source, and no wheel for the target.
type SourceOnlyError struct {
	Name    string   // "" where the source does not say
	Version string   // "" where none was chosen
	Found   []string // what there is: file names, a URL, a directory
}

func (e *SourceOnlyError) Error() string {
	return fmt.Sprintf("%s has to be built from source%s", called(e.Name, e.Version), found(e.Found))
}

// NoWheelError reports a package whose wheels are all for other targets, and
// of which there is no source either as far as is known.
type NoWheelError struct {
	Name    string
	Version string // "" where none was chosen
	Target  python.Target
	Found   []string // file names of what there is
}

func (e *NoWheelError) Error() string {
	return fmt.Sprintf("%s has no wheel for %s%s", called(e.Name, e.Version), describe(e.Target), found(e.Found))
}

func called(name, version string) string {
	if name == "" {
		return "a package"
	}
	return strings.TrimSpace(name + " " + version)
}

// describe is a target in an error: "Python 3.11 on linux/amd64 with glibc 2.36".
func describe(t python.Target) string {
	s := "Python " + t.Version + " on linux/" + t.Arch
	if t.Libc != "" {
		s += " with " + t.Libc + " " + t.LibcVersion
	}
	return s
}

// found lists what there is, but not more than a reader takes in.
func found(names []string) string {
	const most = 4
	names = slices.Clone(names)
	for i, n := range names {
		names[i] = Redact(n)
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) > most:
		return fmt.Sprintf(": there is %s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return ": there is " + strings.Join(names, ", ")
}

// join is errors.Join that leaves a single error as it is.
func join(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
