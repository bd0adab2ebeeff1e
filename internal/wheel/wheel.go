// Package wheel installs Python wheels without Python: it checks them, says
// where each of their files goes, and makes image layers of them that
// importlib.metadata and pip take for installed by an ordinary installer.
package wheel

import (
	"context"
	"errors"
	"io/fs"

	"github.com/pratique-dev/pratique/internal/layer"
)

// Layout is where an interpreter expects what wheels bring. All paths are
// absolute and clean.
type Layout struct {
	Interpreter string // what scripts run: /usr/local/bin/python3.11
	Purelib     string // /usr/local/lib/python3.11/site-packages
	Platlib     string // the same, but for lib64 on some systems
	Scripts     string // /usr/local/bin
	Headers     string // /usr/local/include/python3.11; each wheel has a directory in it
	Data        string // the prefix: /usr/local

	// UID and GID own the files, and the directories that are new.
	UID, GID int

	// Dirs are the directories of the base image, and symbolic links to
	// directories, by absolute path: at least those that lead to the paths
	// above and those in them that wheels may write into. A layer has to
	// repeat the directories that it passes, and what it says of them
	// replaces what the base says; what is not named here is taken to be
	// new, mode 0755.
	Dirs map[string]Dir
}

// Dir is a directory of the base image, or a symbolic link to one.
type Dir struct {
	Mode     fs.FileMode // permissions, setgid, sticky
	UID, GID int
	Link     string // target, of a symbolic link
}

// An Install is a wheel and how it came to be wanted.
type Install struct {
	// Path is the wheel's file. Its base name must be the wheel's own, as
	// name, version and tags are part of it.
	Path string
	// SHA256 is the file's digest in hex, if the caller has just checked
	// it; "" has it computed.
	SHA256 string
	// Requested tells that the wheel was asked for and is not merely a
	// dependency (REQUESTED of PEP 376).
	Requested bool
	// DirectURL is where the wheel came from if its requirement was a URL,
	// and "" if it came from an index (PEP 610). A password in it is left
	// out of the image.
	DirectURL string
}

// Installed is a distribution of the base image that goes.
type Installed struct {
	Name, Version string
	// Files are the absolute paths of everything that belongs to it: what
	// RECORD lists, the files of dist-info or egg-info, and byte code.
	Files []string
}

// Budget limits the layers of a build.
type Budget struct {
	// Layers is the most that may be made; 0 is [DefaultLayers].
	Layers int
	// Own is the unpacked size, in bytes, from which a wheel has a layer of
	// its own when there are not enough for all; 0 is [DefaultOwn].
	Own int64
}

const (
	// DefaultLayers leaves room for a base and for copies below the 127 that
	// overlay file systems stack.
	DefaultLayers = 60
	// DefaultOwn is the Own of a Budget that says none.
	DefaultOwn = 5 << 20
)

// Options are the parts of [Layers] that have good defaults.
type Options struct {
	Layer    layer.Options
	Budget   Budget
	Replaced []Installed
	// Done, if not nil, is told of each finished layer, in no particular
	// order and from several goroutines.
	Done func(Layer)
}

// A Layer is a layer and what is in it.
type Layer struct {
	*layer.Layer
	// Content says what the layer is about, for histories and progress:
	// "numpy 2.4.6", or "removed: numpy 1.26.4".
	Content []string
}

// Layers makes the layers that install the wheels on a base image with the
// layout, in the order in which they go on top of it. The same input gives
// the same layers; a wheel of pure Python gives the same layer for every
// platform with the same layout, whatever else is installed.
//
// A [*ConflictError] tells of two wheels that want one path for different
// things, an [*InvalidError] of a wheel that is broken or malicious. Nothing
// of such a wheel stays in the cache.
func Layers(ctx context.Context, cache *layer.Cache, installs []Install, layout Layout, opts Options) ([]Layer, error) {
	return nil, errors.New("not written yet")
}

// A Wheel is an open wheel whose structure and metadata are in order. The
// content of its files is checked against RECORD when they are read.
type Wheel struct {
	Name    string // as METADATA spells it
	Version string // as METADATA spells it
	Size    int64  // bytes of all files, unpacked
	Pure    bool   // Root-Is-Purelib
}

// Open checks the wheel at path: the archive's structure and size, that name
// and version agree everywhere, that this is a version of the format which
// we know, and that RECORD lists each file with a hash. Errors about the
// wheel are [*InvalidError].
func Open(path string) (*Wheel, error) {
	return nil, errors.New("not written yet")
}

// Close closes the wheel's file.
func (w *Wheel) Close() error { return nil }

// An InvalidError refuses a wheel.
type InvalidError struct {
	File   string // base name
	Entry  string // "" when it is about the whole
	Reason string
}

func (e *InvalidError) Error() string {
	if e.Entry == "" {
		return "wheel " + e.File + ": " + e.Reason
	}
	return "wheel " + e.File + ": " + e.Entry + ": " + e.Reason
}

// A ConflictError tells of two wheels that write one path. Installing one
// after the other, pip would keep what it wrote last.
type ConflictError struct {
	Path string
	A, B string // "name version"
}

func (e *ConflictError) Error() string {
	return e.A + " and " + e.B + " both install " + e.Path + ", with different content"
}
