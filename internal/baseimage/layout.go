package baseimage

import (
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/wheel"
)

// interpreter says where the chosen one looks for packages and where they are
// installed. The paths are those of sysconfig and site: Python's own, Debian's
// (posix_local) and Red Hat's (rpm_prefix).
func (s *survey) interpreter(c *candidate) Interpreter {
	i := Interpreter{Path: c.path, Version: c.version, Prefix: c.prefix, Base: c.base}
	dir := "python" + c.minor
	l := wheel.Layout{
		Interpreter: c.path,
		Purelib:     path.Join(c.prefix, "lib", dir, "site-packages"),
		Platlib:     path.Join(c.prefix, c.libdir, dir, "site-packages"),
		Scripts:     path.Join(c.prefix, "bin"),
		Headers:     path.Join(c.prefix, "include", dir),
		Data:        c.prefix,
	}
	switch {
	case c.venv():
		l.Headers = path.Join(c.prefix, "include/site", dir)
	case s.debian(c):
		l.Purelib = path.Join("/usr/local/lib", dir, "dist-packages")
		l.Platlib = l.Purelib
		l.Scripts, l.Data = "/usr/local/bin", "/usr/local"
	case s.redhat(c):
		l.Purelib = path.Join("/usr/local/lib", dir, "site-packages")
		l.Platlib = path.Join("/usr/local", c.libdir, dir, "site-packages")
		l.Scripts, l.Data = "/usr/local/bin", "/usr/local"
	}
	for _, p := range []*string{&l.Purelib, &l.Platlib, &l.Scripts, &l.Headers, &l.Data} {
		*p = s.tree.resolve(*p)
	}
	owner := s.nearest(l.Purelib)
	l.UID, l.GID = int(owner.node.uid), int(owner.node.gid)
	l.Dirs = s.layoutDirs(l)
	i.Layout = l
	i.SysPath = s.sysPath(c, l)
	return i
}

// debian tells whether the interpreter is the system's, on Debian and what is
// made of it. Theirs keeps what the system installs apart from the rest.
func (s *survey) debian(c *candidate) bool {
	return c.base == "/usr" && (c.scheme == schemeDebian || c.scheme == "" && s.tree.exists("/usr/lib/python3/dist-packages"))
}

// redhat tells the same of Red Hat, Fedora and Amazon Linux.
func (s *survey) redhat(c *candidate) bool { return c.base == "/usr" && c.scheme == schemeRedHat }

// nearest is the directory at path or the first above it that exists.
func (s *survey) nearest(dir string) *file {
	for ; ; dir = path.Dir(dir) {
		if f, err := s.tree.stat(dir); err == nil && f.isDir() {
			return f
		}
	}
}

// sysPath is sys.path as far as it is directories that may hold packages, in
// which those that packages are installed to are there whether or not they
// exist yet. The first entry of a program, its own directory, is not known.
func (s *survey) sysPath(c *candidate, l wheel.Layout) []string {
	var all []string
	add := func(dir string) {
		if dir = s.tree.resolve(dir); slices.Contains(all, dir) {
			return
		}
		if dir == l.Purelib || dir == l.Platlib {
			all = append(all, dir)
		} else if f, err := s.tree.stat(dir); err == nil && f.isDir() {
			all = append(all, dir)
		}
	}
	site := func(dir string) {
		add(dir)
		for _, name := range s.tree.list(dir) {
			if !strings.HasSuffix(name, ".pth") || strings.HasPrefix(name, ".") {
				continue
			}
			for line := range strings.Lines(s.tree.fact(dir + "/" + name)) {
				if added := strings.TrimSpace(line); path.IsAbs(added) {
					add(path.Clean(added))
				} else {
					add(path.Join(dir, added))
				}
			}
		}
	}
	for _, dir := range strings.Split(s.env["PYTHONPATH"], ":") {
		if path.IsAbs(dir) {
			add(path.Clean(dir))
		}
	}
	add(c.stdlib)
	add(c.stdlib + "/lib-dynload")
	dir := "python" + c.minor
	if home := s.home(); !c.venv() && s.env["PYTHONNOUSERSITE"] == "" && home != "" {
		site(path.Join(home, ".local/lib", dir, "site-packages"))
	}
	if c.venv() {
		site(path.Join(c.prefix, c.libdir, dir, "site-packages"))
		site(path.Join(c.prefix, "lib", dir, "site-packages"))
		if !c.system {
			return all
		}
	}
	switch {
	case s.debian(c):
		site(path.Join("/usr/local/lib", dir, "dist-packages"))
		site("/usr/lib/python3/dist-packages")
		site(path.Join("/usr/lib", dir, "dist-packages"))
		return all
	case s.redhat(c):
		site(path.Join("/usr/local", c.libdir, dir, "site-packages"))
		site(path.Join("/usr/local/lib", dir, "site-packages"))
	}
	site(path.Join(c.base, c.libdir, dir, "site-packages"))
	site(path.Join(c.base, "lib", dir, "site-packages"))
	return all
}

// home is the directory that Python takes for the home of the image's user,
// or "".
func (s *survey) home() string {
	home := s.env["HOME"]
	if home == "" {
		home = s.user.Home
	}
	if !path.IsAbs(home) {
		return ""
	}
	return path.Clean(home)
}

// layoutDirs are the directories that wheels may write into. Of the prefix
// that is all but what only an interpreter or its manager has.
func (s *survey) layoutDirs(l wheel.Layout) map[string]wheel.Dir {
	found := map[string]wheel.Dir{}
	roots := []string{l.Purelib, l.Platlib, l.Scripts, l.Headers, l.Data}
	for _, root := range roots {
		s.tree.dirs(root, found)
	}
	foreign := func(f *file) bool {
		name, parent := path.Base(f.path), path.Base(path.Dir(f.path))
		switch {
		case name == "site-packages" || name == "dist-packages":
			return f.path != l.Purelib && f.path != l.Platlib
		case versionedName.MatchString(parent) && strings.HasPrefix(path.Base(path.Dir(path.Dir(f.path))), "lib"):
			return true // the standard library
		case path.Dir(f.path) == l.Data:
			return name == "pkgs" || name == "envs" || name == "conda-meta" // conda
		}
		return false
	}
	for _, root := range []string{l.Data, l.Purelib, l.Platlib, l.Headers} {
		if f, err := s.tree.stat(root); err == nil && f.isDir() {
			s.tree.below(f, found, foreign)
		}
	}
	return found
}
