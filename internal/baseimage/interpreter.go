package baseimage

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// survey looks for what Base tells in a tree.
type survey struct {
	tree    *tree
	env     map[string]string // of the image's configuration
	workdir string
	arch    string // of the image's configuration
	release OSRelease
	users   Users
	user    User // that the image runs as
}

// candidate is an interpreter that may be the one.
type candidate struct {
	path    string // as it was found
	real    string // without symbolic links
	prefix  string // sys.prefix
	base    string // sys.base_prefix
	stdlib  string // the directory of os.py
	libdir  string // sys.platlibdir, "lib" or "lib64"
	minor   string // "3.11"
	version string // as much as is known
	system  bool   // a virtual environment that sees the packages of its base
	loader  string
	arch    string // of the program, "" when it was not looked at
	problem string
	scheme  string // of the base's site.py
}

func (c *candidate) venv() bool   { return c.prefix != c.base }
func (c *candidate) found() Found { return Found{Path: c.path, Version: c.version, Problem: c.problem} }

// choose finds the interpreter that the options ask for.
func (s *survey) choose(opts Options) (*candidate, error) {
	if opts.PythonExec != "" {
		return s.chooseExec(opts)
	}
	var all []Found
	for _, c := range s.candidates() {
		if c.problem == "" && matches(c, opts.PythonVersion) {
			return c, nil
		}
		all = append(all, c.found())
	}
	if opts.PythonVersion != "" && slices.ContainsFunc(all, func(f Found) bool { return f.Problem == "" }) {
		return nil, &VersionError{Want: opts.PythonVersion, Found: all}
	}
	return nil, &NoPythonError{Found: all}
}

func (s *survey) chooseExec(opts Options) (*candidate, error) {
	file := opts.PythonExec
	if !strings.Contains(file, "/") {
		for _, dir := range s.path() {
			if s.tree.exists(dir + "/" + file) {
				file = dir + "/" + file
				break
			}
		}
	}
	var c *candidate
	if strings.HasPrefix(file, "/") {
		c = s.inspect(path.Clean(file))
	}
	switch {
	case c == nil:
		return nil, &NoPythonError{Exec: opts.PythonExec, Found: s.found()}
	case c.problem != "":
		return nil, &NoPythonError{Exec: opts.PythonExec, Why: c.problem, Found: s.found()}
	case !matches(c, opts.PythonVersion):
		return nil, &VersionError{Want: opts.PythonVersion, Exec: opts.PythonExec, Found: s.found()}
	}
	return c, nil
}

// found lists all interpreters, for messages.
func (s *survey) found() []Found {
	var all []Found
	for _, c := range s.candidates() {
		all = append(all, c.found())
	}
	return all
}

// matches tells whether the interpreter is of the version wanted, as far as
// its version is known.
func matches(c *candidate, want string) bool {
	if strings.Count(want, ".") >= 2 && strings.Count(c.version, ".") >= 2 {
		return c.version == want
	}
	return want == "" || want == "3" || twoNumbers(want) == c.minor
}

// candidates are the interpreters of the image, each once: the one that its
// environment names, those on PATH, and those where images usually have one.
func (s *survey) candidates() []*candidate {
	var all []*candidate
	seen := map[string]bool{}
	add := func(file string) {
		if c := s.inspect(file); c != nil && !seen[c.real+"\x00"+c.prefix] {
			seen[c.real+"\x00"+c.prefix] = true
			all = append(all, c)
		}
	}
	for _, dir := range s.searched() {
		if dir = s.tree.resolve(dir); seen[dir] {
			continue
		}
		seen[dir] = true
		names := s.tree.list(dir)
		for _, name := range append([]string{"python3", "python"}, names...) {
			if interpreterName.MatchString(name) && slices.Contains(names, name) {
				add(dir + "/" + name)
			}
		}
	}
	if exec := s.env["UV_PYTHON"]; strings.HasPrefix(exec, "/") {
		if c := s.inspect(path.Clean(exec)); c != nil {
			same := func(o *candidate) bool { return o.real == c.real && o.prefix == c.prefix }
			all = append([]*candidate{c}, slices.DeleteFunc(all, same)...)
		}
	}
	return all
}

// path are the directories of PATH.
func (s *survey) path() []string {
	value, ok := s.env["PATH"]
	if !ok {
		value = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" // what engines set
	}
	return slices.DeleteFunc(strings.Split(value, ":"), func(dir string) bool { return !strings.HasPrefix(dir, "/") })
}

// searched are the directories that may hold interpreters, the likeliest
// first.
func (s *survey) searched() []string {
	var dirs []string
	for _, name := range []string{"UV_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX"} {
		if root := s.env[name]; strings.HasPrefix(root, "/") {
			dirs = append(dirs, path.Join(root, "bin"))
		}
	}
	dirs = append(dirs, s.path()...)
	dirs = append(dirs, "/usr/local/bin", "/usr/bin", "/var/lang/bin")
	var roots []string
	for _, home := range append([]string{s.user.Home, s.workdir, "/root", "/app", "/"}, s.inside("/home")...) {
		for _, name := range []string{".venv", "venv", "anaconda3", "miniconda3", "miniforge3", "mambaforge"} {
			roots = append(roots, path.Join("/", home, name))
		}
		roots = append(roots, s.inside(path.Join("/", home, ".local/share/uv/python"))...)
		roots = append(roots, s.inside(path.Join("/", home, ".pyenv/versions"))...)
	}
	opt := s.inside("/opt")
	for _, root := range append(opt, "/opt/conda", "/opt/micromamba") {
		roots = append(append(roots, root), s.inside(root+"/envs")...)
	}
	roots = append(roots, s.inside("/opt/python")...)
	for _, root := range roots {
		dirs = append(dirs, path.Join(root, "bin"))
	}
	return dirs
}

// inside are the paths of what is in a directory.
func (s *survey) inside(dir string) []string {
	names := slices.Clone(s.tree.list(dir))
	for i, name := range names {
		names[i] = dir + "/" + name
	}
	return names
}

// versionedName matches the names of programs and of standard libraries.
var versionedName = regexp.MustCompile(`^python(3\.[0-9]+)$`)

// inspect tells what the program at file is. It is nil if there is none.
func (s *survey) inspect(file string) *candidate {
	f, err := s.tree.stat(file)
	if err != nil || f.node.kind != regular {
		return nil
	}
	c := &candidate{path: path.Join(s.tree.resolve(path.Dir(file)), path.Base(file)), real: f.path}
	exe, known := parseExecutable(f.node.text)
	c.arch, c.loader = exe.arch, exe.loader
	name := path.Base(c.real)
	switch {
	case strings.HasPrefix(name, "pypy"):
		c.problem = "it is PyPy"
	case strings.HasPrefix(name, "python2"):
		c.problem = "it is Python 2"
	case strings.HasSuffix(name, "t") && interpreterName.MatchString(name):
		c.problem = "it is free-threaded"
	case known && exe.arch == "":
		c.problem = "it is a script"
	case known && s.arch != "" && exe.arch != s.arch:
		c.problem = fmt.Sprintf("it is built for %s, in an image for %s", exe.arch, s.arch)
	}
	if c.problem != "" {
		c.prefix, c.base = path.Dir(path.Dir(c.real)), path.Dir(path.Dir(c.real))
		return c
	}
	settings, root := s.pyvenv(c.path)
	if !s.locate(c, settings["home"], exe.versions) {
		c.prefix, c.base = path.Dir(path.Dir(c.real)), path.Dir(path.Dir(c.real))
		c.problem = "it has no standard library"
		return c
	}
	if root != "" && settings["home"] != "" {
		c.prefix = root
		c.system = strings.EqualFold(settings["include-system-site-packages"], "true")
	}
	c.scheme = s.tree.fact(c.stdlib + "/site.py")
	c.version = s.fullVersion(c, settings, exe.versions)
	if !c.venv() {
		c.path = s.canonical(c)
	}
	return c
}

// canonical is the path that scripts name: the program itself where its name
// has the version, as it has in all distributions.
func (s *survey) canonical(c *candidate) string {
	if path.Base(c.real) == "python"+c.minor {
		return c.real
	}
	versioned := path.Dir(c.path) + "/python" + c.minor
	if s.tree.resolve(versioned) == c.real {
		return versioned
	}
	return c.path
}

// pyvenv reads the pyvenv.cfg that makes the program at file, by its path, one
// of a virtual environment, and returns the environment's directory.
func (s *survey) pyvenv(file string) (settings map[string]string, root string) {
	settings = map[string]string{}
	for _, dir := range []string{path.Dir(path.Dir(file)), path.Dir(file)} {
		f, err := s.tree.stat(dir + "/pyvenv.cfg")
		if err != nil || f.node.kind != regular {
			continue
		}
		for line := range strings.Lines(f.node.text) {
			if key, value, ok := strings.Cut(line, "="); ok {
				settings[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
			}
		}
		return settings, dir
	}
	return settings, ""
}

// locate finds the standard library as the interpreter does when it starts:
// in a directory above the program. home is where the interpreter of a virtual
// environment says that it comes from.
func (s *survey) locate(c *candidate, home string, versions []string) bool {
	starts := []string{path.Dir(c.real)}
	if strings.HasPrefix(home, "/") {
		starts = []string{s.tree.resolve(path.Clean(home)), path.Dir(c.real)}
	}
	for _, start := range starts {
		for dir := start; dir != "/"; dir = path.Dir(dir) {
			for _, libdir := range []string{"lib", "lib64"} {
				if minor := s.minorIn(path.Join(dir, libdir), path.Base(c.real), versions); minor != "" {
					c.minor, c.version, c.libdir = minor, minor, libdir
					c.prefix, c.base, c.stdlib = dir, dir, path.Join(dir, libdir, "python"+minor)
					return true
				}
			}
		}
	}
	return false
}

// minorIn tells which of the standard libraries in dir belongs to a program,
// by its name and the versions that were seen in it.
func (s *survey) minorIn(dir, name string, versions []string) string {
	var minors []string
	for _, lib := range s.tree.list(dir) {
		if m := versionedName.FindStringSubmatch(lib); m != nil && (s.tree.exists(dir+"/"+lib+"/os.py") || s.tree.exists(dir+"/"+lib+"/os.pyc")) {
			minors = append(minors, m[1])
		}
	}
	if m := versionedName.FindStringSubmatch(name); m != nil {
		if slices.Contains(minors, m[1]) {
			return m[1]
		}
		return ""
	}
	if len(minors) == 1 {
		return minors[0]
	}
	for _, v := range versions {
		if slices.Contains(minors, twoNumbers(v)) {
			return twoNumbers(v)
		}
	}
	return ""
}

// fullVersion finds the version's last number where images have it, the most
// reliable place first.
func (s *survey) fullVersion(c *candidate, settings map[string]string, binary []string) string {
	if v := only(binary, c.minor); v != "" {
		return v
	}
	for _, libdir := range []string{"lib", "lib64"} {
		for _, name := range s.tree.list(path.Join(c.base, libdir)) {
			if libpythonName.MatchString(name) {
				if v := only(strings.Fields(s.tree.fact(path.Join(c.base, libdir, name))), c.minor); v != "" {
					return v
				}
			}
		}
	}
	candidates := []string{
		s.tree.fact(path.Join(c.base, "include", "python"+c.minor, "patchlevel.h")),
		settings["version"], settings["version_info"],
	}
	for _, name := range s.tree.list(path.Join(c.base, "conda-meta")) {
		if rest, ok := strings.CutPrefix(name, "python-"); ok {
			version, _, _ := strings.Cut(rest, "-")
			candidates = append(candidates, version)
		}
	}
	switch c.base {
	case "/usr/local":
		candidates = append(candidates, s.env["PYTHON_VERSION"])
	case "/usr":
		for _, pkg := range []string{"python" + c.minor + "-minimal", "python" + c.minor, "python3"} {
			candidates = append(candidates, s.packageVersion(pkg))
		}
	}
	for _, v := range candidates {
		if m := fullVersion.FindString(v); m != "" && twoNumbers(m) == c.minor {
			return m
		}
	}
	return c.minor
}

// fullVersion matches how places write a version: "3.11.2", "3.11.2.final.0",
// "3.13.0rc1".
var fullVersion = regexp.MustCompile(`^3\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?`)

// only is the one version of a minor version in the list, "" if there are
// none or several.
func only(versions []string, minor string) string {
	found := ""
	for _, v := range versions {
		if twoNumbers(v) == minor {
			if found != "" && found != v {
				return ""
			}
			found = v
		}
	}
	return found
}
