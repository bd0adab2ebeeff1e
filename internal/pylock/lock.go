package pylock

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/pratique-dev/pratique/internal/python"
)

// Lock is a pylock.toml: packages at exact versions, each with the files it
// can be installed from. Source:
// https://packaging.python.org/en/latest/specifications/pylock-toml/.
type Lock struct {
	LockVersion      string    `toml:"lock-version"`
	Environments     []string  `toml:"environments,omitempty"`
	RequiresPython   string    `toml:"requires-python,omitempty"`
	Extras           []string  `toml:"extras,omitempty"`
	DependencyGroups []string  `toml:"dependency-groups,omitempty"`
	DefaultGroups    []string  `toml:"default-groups,omitempty"`
	CreatedBy        string    `toml:"created-by"`
	Packages         []Package `toml:"packages"`
	Tool             Tool      `toml:"tool,omitempty"`

	// Dir is where relative paths of files start.
	Dir string `toml:"-"`

	// logins are what the hosts of URLs ask for.
	logins logins
}

// Tool is the part of a lock that is not standardised.
type Tool struct {
	Pratique Made `toml:"pratique,omitempty"`
}

// Made tells how a lock came to be.
type Made struct {
	// Requested are the normalised names of what the user asked for, as opposed
	// to what that depends on. It is nil where that is not known.
	Requested []string `toml:"requested,omitempty"`
	// Resolver is the program that resolved, "uv 0.9.1", or "" where the input
	// was exact already.
	Resolver string `toml:"resolver,omitempty"`
}

// Package is one package of a lock at one version.
type Package struct {
	Name           string  `toml:"name"` // normalised
	Version        string  `toml:"version,omitempty"`
	Marker         string  `toml:"marker,omitempty"`
	RequiresPython string  `toml:"requires-python,omitempty"`
	Index          string  `toml:"index,omitempty"`
	VCS            *Source `toml:"vcs,omitempty,inline"`
	Directory      *Source `toml:"directory,omitempty,inline"`
	Archive        *File   `toml:"archive,omitempty,inline"` // the package is this very file
	Sdist          *File   `toml:"sdist,omitempty,inline"`
	Wheels         []File  `toml:"wheels,omitempty,inline,multiline"`
}

// File is a file of a package.
type File struct {
	Name   string            `toml:"name,omitempty"` // "": the last part of URL or Path
	URL    string            `toml:"url,omitempty"`
	Path   string            `toml:"path,omitempty"` // instead of URL; relative to the lock
	Size   int64             `toml:"size,omitempty"` // bytes; 0: not known
	Hashes map[string]string `toml:"hashes,inline"`  // lower-case hexadecimal, by algorithm
}

// Source is source code that a package is built from.
type Source struct {
	Type     string `toml:"type,omitempty"` // "git"
	URL      string `toml:"url,omitempty"`
	Path     string `toml:"path,omitempty"`
	CommitID string `toml:"commit-id,omitempty"`
}

// maxLock is the size of a lock file, of any kind, that is still read.
const maxLock = 64 << 20

// Read reads a pylock.toml. Relative paths in it start at dir.
func Read(data []byte, dir string) (*Lock, error) {
	if len(data) > maxLock {
		return nil, fmt.Errorf("read lock: %d bytes are more than %d", len(data), maxLock)
	}
	l := &Lock{Dir: dir}
	if err := toml.Unmarshal(data, l); err != nil {
		return nil, fmt.Errorf("read lock: %w", tomlError(err))
	}
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	return l, nil
}

// ReadFile reads a pylock.toml from disk.
func ReadFile(name string) (*Lock, error) {
	data, err := readFile(name, maxLock)
	if err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	l, err := Read(data, filepath.Dir(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// tomlError adds the place to what the TOML library says.
func tomlError(err error) error {
	var at *toml.DecodeError
	if errors.As(err, &at) {
		row, column := at.Position()
		return fmt.Errorf("line %d, column %d: %w", row, column, err)
	}
	return err
}

// readFile reads a file that must not be larger than limit.
func readFile(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s: %d bytes are more than %d", name, info.Size(), limit)
	}
	return os.ReadFile(name)
}

// check reports what makes a lock that was read unusable.
func (l *Lock) check() error {
	if major, _, _ := strings.Cut(l.LockVersion, "."); major != "1" {
		return fmt.Errorf("lock-version is %q: only 1 is known", l.LockVersion)
	}
	for i, p := range l.Packages {
		if !python.ValidName(p.Name) {
			return fmt.Errorf("package %d: %q is not a name", i+1, p.Name)
		}
		l.Packages[i].Name = python.NormalizeName(p.Name)
		if p.Version != "" {
			if _, err := python.ParseVersion(p.Version); err != nil {
				return fmt.Errorf("package %s: %w", p.Name, err)
			}
		}
		for _, f := range p.files() {
			if err := f.check(); err != nil {
				return fmt.Errorf("package %s: %w", p.Name, err)
			}
		}
	}
	return nil
}

// files are all files of the package.
func (p *Package) files() []*File {
	var files []*File
	for i := range p.Wheels {
		files = append(files, &p.Wheels[i])
	}
	for _, f := range []*File{p.Sdist, p.Archive} {
		if f != nil {
			files = append(files, f)
		}
	}
	return files
}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]{32,128}$`)

func (f *File) check() error {
	_, err := url.Parse(f.URL)
	switch {
	case err != nil:
		return fmt.Errorf("what file %q has as url is not a URL", f.Name) // and may have a password, as err would
	case f.URL == "" && f.Path == "":
		return fmt.Errorf("file %q has neither url nor path", f.Name)
	case f.Filename() == "":
		return fmt.Errorf("file at %q has no name", Redact(cmp.Or(f.URL, f.Path)))
	case f.Size < 0:
		return fmt.Errorf("%s: size %d is negative", f.Filename(), f.Size)
	}
	for algorithm, hash := range f.Hashes {
		hash = strings.ToLower(hash)
		if !hexadecimal.MatchString(hash) {
			return fmt.Errorf("%s: %s is not hexadecimal", f.Filename(), algorithm)
		}
		f.Hashes[algorithm] = hash
	}
	return nil
}

// Filename is the name of the file, without any folder.
func (f *File) Filename() string {
	name := f.Name
	if name == "" && f.Path != "" {
		name = filepath.ToSlash(f.Path)
	}
	if name == "" {
		if u, err := url.Parse(f.URL); err == nil {
			name = u.Path
		}
	}
	if name = path.Base(name); name == "." || name == "/" || name == ".." {
		return ""
	}
	return name
}

// wheel is what the file's name says, where it is that of a wheel.
func (f *File) wheel() (python.WheelName, error) { return python.ParseWheelName(f.Filename()) }

// Bytes writes the lock: packages by name and version, files by name, and no
// credentials. Equal locks give equal bytes.
func (l *Lock) Bytes() ([]byte, error) {
	out := *l
	out.LockVersion = "1.0"
	out.CreatedBy = cmp.Or(l.CreatedBy, "pratique")
	out.Packages = make([]Package, len(l.Packages))
	for i, p := range l.Packages {
		p.Index = withoutLogin(p.Index)
		p.Wheels = slices.Clone(p.Wheels)
		p.Sdist, p.Archive = clone(p.Sdist), clone(p.Archive)
		p.VCS, p.Directory = clone(p.VCS), clone(p.Directory)
		if p.VCS != nil {
			p.VCS.URL = withoutLogin(p.VCS.URL)
		}
		for _, f := range p.files() {
			f.URL = withoutLogin(f.URL)
			if f.Hashes = maps.Clone(f.Hashes); f.Hashes == nil {
				f.Hashes = map[string]string{}
			}
		}
		slices.SortStableFunc(p.Wheels, func(a, b File) int { return cmp.Compare(a.Filename(), b.Filename()) })
		out.Packages[i] = p
	}
	slices.SortStableFunc(out.Packages, func(a, b Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Marker, b.Marker))
	})
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(out); err != nil {
		return nil, fmt.Errorf("write lock: %w", err)
	}
	return b.Bytes(), nil
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
