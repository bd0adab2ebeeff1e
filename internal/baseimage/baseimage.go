// Package baseimage says what a base image holds that somebody who adds Python
// packages to it has to know: the interpreter and where it looks for packages,
// the C library, the users, the distributions that are installed, and the
// directories with their owners. It finds that out by reading the layers;
// nothing is run, and nothing of a layer is written to the file system but an
// index in the cache.
package baseimage

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/internal/python"
	"github.com/pratique-dev/pratique/internal/wheel"
)

// Options say how to read a base image and which Python to look for.
type Options struct {
	// Cache is the directory that keeps one index per layer, made when
	// absent. Several processes may share it. Empty: nothing is kept.
	Cache string
	// PythonVersion is the version wanted, "3.11" or "3.11.7". Empty takes the
	// interpreter that the image would start first.
	PythonVersion string
	// PythonExec is the interpreter wanted, an absolute path in the image or a
	// name that PATH finds. Empty looks in the usual places.
	PythonExec string
	// Limits bounds what a layer may hold. The zero value is DefaultLimits.
	Limits Limits
}

// Base is what Read found out about a base image.
type Base struct {
	Digest    v1.Hash // of the manifest
	Config    *v1.ConfigFile
	Python    Interpreter
	Target    python.Target // what the wheels have to fit
	OSRelease OSRelease
	Users     Users
	// Installed holds the distributions that Python sees, in the order in which
	// it looks: of two with one name it imports the first.
	Installed []Installed

	files *tree
}

// Interpreter is a Python of the image.
type Interpreter struct {
	Path    string // absolute, as a shebang names it: /usr/local/bin/python3.11
	Version string // "3.11.7", or "3.11" where the image does not tell more
	Prefix  string // sys.prefix
	Base    string // sys.base_prefix: another one in a virtual environment
	SysPath []string
	// Layout says where packages are installed for this interpreter. All its
	// paths are free of symbolic links.
	Layout wheel.Layout
}

// Minor returns the version's first two numbers, "3.11".
func (i Interpreter) Minor() string {
	parts := strings.SplitN(i.Version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// Venv tells whether the interpreter belongs to a virtual environment.
func (i Interpreter) Venv() bool { return i.Prefix != i.Base }

// Place tells how an installed distribution relates to the directories that
// new packages are installed to.
type Place int

const (
	// Replaced is in such a directory: whoever installs the distribution anew
	// has to remove its files first.
	Replaced Place = iota
	// Shadowed is in a directory that Python searches later: what is
	// installed anew wins, and the old files may stay.
	Shadowed
	// Shadowing is in a directory that Python searches earlier: it wins over
	// whatever is installed anew.
	Shadowing
)

// Installed is a distribution of the base image.
type Installed struct {
	wheel.Installed
	Dir   string // the directory of sys.path that holds it
	Place Place
}

// Replaced returns the distributions whose files have to go when they are
// installed anew, by their normalised names.
func (b *Base) Replaced() map[string]wheel.Installed {
	found := map[string]wheel.Installed{}
	for _, d := range b.Installed {
		if d.Place == Replaced {
			name := python.NormalizeName(d.Name)
			old := found[name]
			d.Files = append(old.Files, d.Files...)
			found[name] = d.Installed
		}
	}
	return found
}

// Dirs returns what a layer has to know to write to the given paths, which are
// absolute: each directory that leads to one of them, the paths themselves
// where they are directories, and the symbolic links on the way, as the Dirs
// of a [wheel.Layout]. What the image does not have is left out.
func (b *Base) Dirs(paths ...string) map[string]wheel.Dir { return map[string]wheel.Dir{} }

// Resolve follows the symbolic links of path, inside the image, and returns
// where it leads. Elements that do not exist are kept as they are.
func (b *Base) Resolve(path string) string { return path }

// Read reads the layers of img, those that the cache does not know, and says
// what they hold. Its errors are *NoPythonError and *VersionError, *LayerError
// for a layer that cannot be read, and others that say what about the image is
// not as it has to be.
func Read(ctx context.Context, img v1.Image, opts Options) (*Base, error) {
	return nil, fmt.Errorf("not yet: %d", runtime.NumCPU())
}

var _ = context.Canceled
