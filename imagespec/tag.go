package imagespec

import "errors"

// Compat is the version of flytekit whose tags are computed; the zero value
// is the newest. Tags of 1.16.4 and later are the same. Versions before
// 1.13.6 are not supported.
type Compat struct{ minor, patch int }

// ParseCompat reads a version of flytekit, such as "1.15.2". Empty and
// "latest" are the newest.
func ParseCompat(version string) (Compat, error) { return Compat{}, errors.New("not implemented") }

// ID is flytekit's identifier of the specification: the hash of its fields as
// they are written, without the content of files. An image carries it in
// the environment variable _F_IMG_ID.
func (s *Spec) ID() string { return "" }

// Tag is the image's tag: the hash of the fields and of the files that they
// name. The error is an *[Error] if the specification is not valid, if a file
// cannot be read, or if the tag depends on what only Python knows, which
// [ErrLoadedModules] is.
func (s *Spec) Tag(c Compat) (string, error) { return "", errors.New("not implemented") }

// ImageName is the image's reference, [registry/]name:tag. Errors are those
// of [Spec.Tag].
func (s *Spec) ImageName(c Compat) (string, error) { return "", errors.New("not implemented") }

// Repository is the reference without the tag, [registry/]name.
func (s *Spec) Repository() string { return "" }

// Platforms are the platforms to build for: Platform's or, if that is empty,
// linux/amd64; linux/arm64 on a machine of that kind for a registry on
// localhost.
func (s *Spec) Platforms() []string { return nil }

// Environ are the environment variables as "NAME=value", in their order, with
// values as Python prints them.
func (s *Spec) Environ() []string { return nil }

// Validate reports everything that is wrong with the specification, by the
// rules of flytekit and of its default builder, as *[Error] joined. It reads
// no files.
func (s *Spec) Validate() error { return nil }

// MarshalJSON writes the specification with flytekit's names, losing nothing
// but Dir and positions. What JSON has no word for is written as an object
// with one key: {"$tuple": […]}, {"$dict": [[key, value], …]},
// {"$float": "nan"} and {"$object": ["repr", "str"]}.
func (s *Spec) MarshalJSON() ([]byte, error) { return nil, errors.New("not implemented") }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Spec) UnmarshalJSON(data []byte) error { return errors.New("not implemented") }
