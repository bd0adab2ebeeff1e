// Package baseimage says what a base image holds that somebody who adds Python
// packages to it has to know: the interpreter and where it looks for packages,
// the C library, the users, the distributions that are installed, and the
// directories with their owners. It finds that out by reading the layers;
// nothing is run, and nothing of a layer is written to the file system but an
// index in the cache.
package baseimage

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
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

	tree *tree
}

// Interpreter is a Python of the image.
type Interpreter struct {
	Path    string // absolute, as a shebang names it: /usr/local/bin/python3.11
	Version string // "3.11.7", or "3.11" where the image does not tell more
	Prefix  string // sys.prefix
	Base    string // sys.base_prefix: another one in a virtual environment
	// SysPath are the directories of sys.path that may hold packages, free of
	// symbolic links, with those of PYTHONPATH, .pth files and the user's own.
	SysPath []string
	// Layout says where packages are installed for this interpreter. All its
	// paths are free of symbolic links.
	Layout wheel.Layout
}

// Minor returns the version's first two numbers, "3.11".
func (i Interpreter) Minor() string {
	return twoNumbers(i.Version)
}

// Replaced returns the distributions of the names, as [python.NormalizeName]
// has them, whose files have to go when they are installed anew, and these
// files.
func (b *Base) Replaced(names ...string) []wheel.Installed {
	var found []wheel.Installed
	for _, d := range b.Installed {
		if d.Place == Replaced && slices.Contains(names, python.NormalizeName(d.Name)) {
			found = append(found, wheel.Installed{Name: d.Name, Version: d.Version, Files: filesOf(b.tree, d, b.Python)})
		}
	}
	return found
}

// Dirs returns what a layer has to know to write to the given paths, which are
// absolute: each directory that leads to one of them, the paths themselves
// where they are directories, and the symbolic links on the way, as the Dirs
// of a [wheel.Layout]. What the image does not have is left out.
func (b *Base) Dirs(paths ...string) map[string]wheel.Dir {
	found := map[string]wheel.Dir{}
	for _, p := range paths {
		b.tree.dirs(path.Clean(p), found)
	}
	return found
}

// Resolve follows the symbolic links of an absolute path, inside the image,
// and returns where it leads. Elements that do not exist are kept as they are.
func (b *Base) Resolve(file string) string { return b.tree.resolve(path.Clean(file)) }

// Read reads the layers of img, those that the cache does not know, and says
// what they hold. Its errors are *NoPythonError and *VersionError, *LayerError
// for a layer that cannot be read, and others that say what about the image is
// not as it has to be.
func Read(ctx context.Context, img v1.Image, opts Options) (*Base, error) {
	if opts.Limits == (Limits{}) {
		opts.Limits = DefaultLimits
	}
	digest, err := img.Digest()
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the base image: %w", err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the configuration of the base image: %w", err)
	}
	if config.OS != "" && config.OS != "linux" {
		return nil, fmt.Errorf("the base image is for %s; only linux can be built on", config.OS)
	}
	layers, err := readLayers(ctx, img, config, opts)
	if err != nil {
		return nil, err
	}
	s, err := newSurvey(newTree(layers), config)
	if err != nil {
		return nil, err
	}
	chosen, err := s.choose(opts)
	if err != nil {
		return nil, err
	}
	b := &Base{Digest: digest, Config: config, Python: s.interpreter(chosen), OSRelease: s.release, Users: s.users, tree: s.tree}
	if b.Target, err = s.target(chosen); err != nil {
		return nil, err
	}
	b.Installed = s.installed(b.Python)
	return b, nil
}

// newSurvey takes together what the search for an interpreter needs.
func newSurvey(t *tree, config *v1.ConfigFile) (*survey, error) {
	s := &survey{tree: t, env: map[string]string{}, arch: config.Architecture, workdir: config.Config.WorkingDir}
	for _, variable := range config.Config.Env {
		name, value, _ := strings.Cut(variable, "=")
		s.env[name] = value
	}
	s.release = parseOSRelease(cmp.Or(t.fact("/etc/os-release"), t.fact("/usr/lib/os-release")))
	s.users = parseUsers(t.fact("/etc/passwd"), t.fact("/etc/group"))
	var err error
	if s.user, err = s.users.Lookup(config.Config.User); err != nil {
		return nil, fmt.Errorf("the base image runs as %q: %w", config.Config.User, err)
	}
	return s, nil
}

// target is what wheels for the interpreter have to fit.
func (s *survey) target(c *candidate) (python.Target, error) {
	t := python.Target{Version: c.version, Implementation: "cpython", Arch: cmp.Or(s.arch, c.arch)}
	var err error
	if t.Libc, t.LibcVersion, err = s.libc(t.Arch, c.loader); err != nil {
		return t, err
	}
	if err := t.Validate(); err != nil {
		return t, fmt.Errorf("the base image: %w", err)
	}
	return t, nil
}
