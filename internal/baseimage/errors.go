package baseimage

import (
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A LayerError is a layer of the base image that cannot be read: it is broken,
// of a kind that nobody here knows, or larger than Limits.
type LayerError struct {
	Number int // counted from 1, the lowest
	Digest v1.Hash
	Err    error
}

func (e *LayerError) Error() string {
	return fmt.Sprintf("layer %d of the base image (%s): %v", e.Number, e.Digest, e.Err)
}

func (e *LayerError) Unwrap() error { return e.Err }

// Found is an interpreter that was found in the image and not taken.
type Found struct {
	Path    string
	Version string // "" when not known
	Problem string // why it cannot be used at all, "it is PyPy"; "" when it could
}

func (f Found) String() string {
	s := f.Path
	if f.Version != "" {
		s += " (" + f.Version + ")"
	}
	if f.Problem != "" {
		s += ", but " + f.Problem
	}
	return s
}

// A NoPythonError is a base image without an interpreter that can be used.
type NoPythonError struct {
	Exec  string // the one that was asked for, if any
	Why   string // what is wrong with that
	Found []Found
}

func (e *NoPythonError) Error() string {
	s := "the base image has no Python that can be used"
	if e.Exec != "" {
		s = fmt.Sprintf("the base image has no Python at %s", e.Exec)
		if e.Why != "" {
			s = fmt.Sprintf("%s of the base image cannot be used: %s", e.Exec, e.Why)
		}
	}
	return s + foundList(e.Found)
}

// A VersionError is a base image that has Python, but not the version wanted.
type VersionError struct {
	Want  string
	Exec  string // the interpreter that was asked for, if any
	Found []Found
}

func (e *VersionError) Error() string {
	if e.Exec != "" {
		return fmt.Sprintf("%s of the base image is not Python %s%s", e.Exec, e.Want, foundList(e.Found))
	}
	return fmt.Sprintf("the base image has no Python %s%s", e.Want, foundList(e.Found))
}

// foundList is the end of a message: what there is instead.
func foundList(found []Found) string {
	if len(found) == 0 {
		return ""
	}
	list := make([]string, len(found))
	for i, f := range found {
		list[i] = f.String()
	}
	return "; it has " + strings.Join(list, ", ")
}
