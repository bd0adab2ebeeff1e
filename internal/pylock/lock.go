// Package pylock turns what users write about their Python packages into an
// exact list of wheels for one target, and fetches those. Lock files
// (pylock.toml, uv.lock, poetry.lock) and pinned requirements are read here;
// what has to be resolved is resolved by uv, which is started as a program and
// runs no code of any package. A package that exists as source only is an
// error of its own, so that another kind of build can take over.
package pylock

import (
	"context"
	"errors"
	"net/http"

	"github.com/pratique-dev/pratique/internal/python"
)

// Lock is a pylock.toml: packages at exact versions, each with the files it
// can be installed from. Source: PEP 751,
// https://packaging.python.org/en/latest/specifications/pylock-toml/.
type Lock struct {
	Environments     []string
	RequiresPython   string
	Extras           []string
	DependencyGroups []string
	DefaultGroups    []string
	CreatedBy        string
	Packages         []Package

	// Requested are the normalised names of what the user asked for, as
	// opposed to what that depends on. It is nil where that is not known.
	Requested []string
	// Resolver is the program that resolved, "uv 0.9.1", or "" where the input
	// was exact already.
	Resolver string
	// Dir is where relative paths of packages start. It is not written.
	Dir string
}

// Package is one package of a lock at one version.
type Package struct {
	Name           string // normalised
	Version        string
	Marker         string
	RequiresPython string
	Index          string // without credentials
	Wheels         []File
	Sdist          *File
	Archive        *File // the package is this very file, by URL or path
	Source         *Source
}

// File is a file of a package.
type File struct {
	Name   string // file name, or "" for the last part of URL or Path
	URL    string
	Path   string // instead of URL; relative to the lock
	Size   int64  // 0: not known
	Hashes map[string]string
}

// Source is source code that a package is built from.
type Source struct {
	Kind string // "vcs" or "directory"
	At   string // URL or path
}

// Distribution is the wheel that Select chose for a package.
type Distribution struct {
	Name      string // normalised
	Version   string
	Filename  string
	URL       string // where to get it; credentials are added by Fetch
	Path      string // instead of URL: a local file, absolute
	SHA256    string // lower-case hexadecimal
	Size      int64  // 0: not known
	Requested bool   // the user asked for it by name
	// DirectURL is the URL of a "name @ URL" requirement, for direct_url.json,
	// without credentials.
	DirectURL string
}

// SourceOnlyError reports a package of which there is source code and no
// wheel at all: installing it means to run its code.
type SourceOnlyError struct {
	Name    string
	Version string   // "" where no version was chosen
	Found   []string // what there is instead
}

// NoWheelError reports a package whose wheels are all for other targets.
type NoWheelError struct {
	Name    string
	Version string
	Target  python.Target
	Found   []string // file names of what there is
}

// ErrNoUV is wrapped by the error of an input that needs uv where there is none.
var ErrNoUV = errors.New("uv is not installed")

// Input is what a user wrote about packages.
type Input struct {
	Packages       []string // requirement lines
	Requirements   string   // path of a file: requirements, pyproject.toml or a lock; "" for none
	Dir            string   // where relative paths start
	IndexURL       string   // "": what environment and configuration say
	ExtraIndexURLs []string
	ExtraArgs      string // options of pip and uv as a command line; nothing in it is expanded
}

// Resolver makes locks and fetches wheels. Its methods may be called
// concurrently.
type Resolver struct {
	UV      string                      // the program; "": $PRATIQUE_UV, or uv in PATH
	Cache   string                      // directory for wheels; required by Fetch
	HTTP    *http.Client                // nil: http.DefaultClient
	Getenv  func(string) (string, bool) // nil: os.LookupEnv
	Root    string                      // "": any local file may be read; else those below it only, for inputs of others
	Offline bool                        // what is not in the cache is an error
}

// Resolve makes the lock of an input for a target.
func (r *Resolver) Resolve(ctx context.Context, in Input, t python.Target) (*Lock, error) {
	return nil, errors.New("not implemented")
}

// Fetch returns the path of a wheel in the cache, which it gets and verifies
// before where it is not there yet. The file must not be changed.
func (r *Resolver) Fetch(ctx context.Context, d Distribution) (string, error) {
	return "", errors.New("not implemented")
}

// FetchAll fetches several wheels at once, and returns their paths in order.
func (r *Resolver) FetchAll(ctx context.Context, ds []Distribution) ([]string, error) {
	return nil, errors.New("not implemented")
}

// Read reads a pylock.toml.
func Read(data []byte) (*Lock, error) { return nil, errors.New("not implemented") }

// Bytes writes the lock; equal locks give equal bytes.
func (l *Lock) Bytes() ([]byte, error) { return nil, errors.New("not implemented") }

// Select chooses the wheel of each package that the target needs, in order of
// names. Its error is or joins *SourceOnlyError and *NoWheelError.
func (l *Lock) Select(t python.Target) ([]Distribution, error) {
	return nil, errors.New("not implemented")
}

func (e *SourceOnlyError) Error() string { return e.Name + " " + e.Version + " exists as source only" }

func (e *NoWheelError) Error() string { return "no wheel of " + e.Name + " " + e.Version }
