package pylock

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/pratique-dev/pratique/internal/python"
)

// poetryLock is what is read of a poetry.lock. It has the hashes of files and
// not where they are, so an index is asked for that.
type poetryLock struct {
	Packages []poetryPackage `toml:"package"`
	Metadata struct {
		LockVersion    string                  `toml:"lock-version"`
		PythonVersions string                  `toml:"python-versions"`
		Files          map[string][]poetryFile `toml:"files"` // until 1.1
	} `toml:"metadata"`
}

type poetryPackage struct {
	Name           string                     `toml:"name"`
	Version        string                     `toml:"version"`
	Optional       bool                       `toml:"optional"`
	PythonVersions string                     `toml:"python-versions"`
	Groups         []string                   `toml:"groups"`  // since 2.1
	Markers        any                        `toml:"markers"` // since 2.1: a text, or one for each group
	Files          []poetryFile               `toml:"files"`
	Dependencies   map[string]any             `toml:"dependencies"`
	Extras         map[string][]string        `toml:"extras"`
	Source         struct{ Type, URL string } `toml:"source"`
}

type poetryFile struct {
	File string `toml:"file"`
	Hash string `toml:"hash"`
}

// poetryDependency is one way in which a package is depended on.
type poetryDependency struct {
	name     string
	versions poetryRange
	python   poetryRange
	marker   python.Marker
	extras   []string
	optional bool
}

// poetry takes the main group of a poetry.lock as pinned lines with hashes.
func (c *collector) poetry(name string, t python.Target) error {
	data, err := readFile(name, maxLock)
	if err != nil {
		return err
	}
	var p poetryLock
	if err := toml.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("poetry.lock: %w", tomlError(err))
	}
	major, minor, _ := strings.Cut(p.Metadata.LockVersion, ".")
	if major != "1" && major != "2" {
		return fmt.Errorf("poetry.lock has version %q, and only 1 and 2 are known", p.Metadata.LockVersion)
	}
	w := &poetryWalk{lock: &p, env: t.Environment(), taken: map[*poetryPackage]map[string]bool{}}
	if w.python, err = python.ParseVersion(t.FullVersion()); err != nil {
		return err
	}
	if err := w.supported("poetry.lock", p.Metadata.PythonVersions); err != nil {
		return err
	}
	for i := range p.Packages {
		p.Packages[i].Name = python.NormalizeName(p.Packages[i].Name)
	}
	proj, err := beside(c.root, name)
	if err != nil {
		return err
	}
	roots, err := proj.poetryRoots()
	if err != nil {
		return fmt.Errorf("pyproject.toml: %w", err)
	}
	switch {
	case major == "2" && minor != "0" && minor != "":
		err = w.groups()
	case proj == nil:
		err = errors.New("it does not say which packages are for development: pyproject.toml belongs beside it, or write it anew with Poetry 2")
	default:
		err = w.follow(roots)
	}
	if err == nil {
		c.requested, err = w.current(roots)
	}
	if err != nil {
		return fmt.Errorf("poetry.lock: %w", err)
	}
	c.noDeps = true // the lock has all of them
	for k := range maps.Keys(w.taken) {
		if err := c.poetryLine(k, &p, filepath.Dir(name)); err != nil {
			return fmt.Errorf("poetry.lock: %s: %w", k.Name, err)
		}
		if err := w.supported(k.Name+" "+k.Version, k.PythonVersions); err != nil {
			return fmt.Errorf("poetry.lock: %w", err)
		}
	}
	slices.SortFunc(c.lines, func(a, b line) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

// poetryLine makes a pinned line of a locked package.
func (c *collector) poetryLine(k *poetryPackage, p *poetryLock, dir string) error {
	l := line{from: "poetry.lock"}
	l.Name = k.Name
	files := k.Files
	if len(files) == 0 {
		files = p.Metadata.Files[k.Name]
	}
	for _, f := range files {
		if !lineHash.MatchString(f.Hash) {
			return fmt.Errorf("%s: %q is not a hash: sha256:… is", f.File, f.Hash)
		}
		l.hashes = append(l.hashes, strings.ToLower(f.Hash))
	}
	switch k.Source.Type {
	case "git", "directory":
		err := &SourceOnlyError{Name: k.Name, Version: k.Version, Found: []string{k.Source.URL}}
		c.source = append(c.source, sourceCode{err: err})
		return nil
	case "file", "url":
		r, err := c.direct(python.Requirement{Name: k.Name, URL: k.Source.URL}, dir)
		if err != nil {
			return err
		}
		l.URL = r.URL
	case "legacy":
		u, err := url.Parse(k.Source.URL)
		if err != nil {
			return errors.New("the URL of its index cannot be parsed")
		}
		l.index = u.String()
		fallthrough
	default:
		specs, err := python.ParseSpecifiers("==" + k.Version)
		if err != nil {
			return err
		}
		l.Specifiers = specs
		if len(l.hashes) == 0 {
			return errors.New("it has no files")
		}
	}
	c.lines = append(c.lines, l)
	return nil
}

// poetryWalk collects the packages that a target needs.
type poetryWalk struct {
	lock   *poetryLock
	env    python.Environment
	python python.Version
	taken  map[*poetryPackage]map[string]bool // with their extras
}

// supported reports something that does not support the target's Python.
func (w *poetryWalk) supported(what, versions string) error {
	r, err := parsePoetryRange(versions)
	if err != nil {
		return err
	}
	if !r.contains(w.python) {
		return fmt.Errorf("%s requires Python %s, and this is %s", what, versions, w.python)
	}
	return nil
}

// groups takes what the lock itself says is for the main group.
func (w *poetryWalk) groups() error {
	for i := range w.lock.Packages {
		k := &w.lock.Packages[i]
		if len(k.Groups) > 0 && !slices.Contains(k.Groups, "main") {
			continue
		}
		text := ""
		switch m := k.Markers.(type) {
		case string:
			text = m
		case map[string]any:
			text, _ = m["main"].(string)
		}
		marker, err := parseMarker(text)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		if marker.Evaluate(w.env) && (!k.Optional || text != "") {
			w.taken[k] = map[string]bool{}
		}
	}
	return nil
}

// follow takes what the dependencies of the project lead to.
func (w *poetryWalk) follow(open []poetryDependency) error {
	for open = slices.Clone(open); len(open) > 0; {
		d := open[0]
		open = open[1:]
		if d.optional || !w.applies(d) {
			continue
		}
		k := w.find(d)
		if k == nil {
			return fmt.Errorf("%s is not in it at a version that is asked for: run poetry lock", d.name)
		}
		extras := w.taken[k]
		fresh := extras == nil
		if fresh {
			extras = map[string]bool{}
			w.taken[k] = extras
		}
		enabled := map[string]bool{} // optional dependencies that extras bring
		for _, e := range d.extras {
			if !extras[e] {
				extras[e], fresh = true, true
			}
		}
		if !fresh {
			continue
		}
		for e := range extras {
			for _, text := range k.Extras[e] {
				if r, err := python.ParseRequirement(text); err == nil {
					enabled[r.Name] = true
				}
			}
		}
		deps, err := poetryDependencies(k.Dependencies)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		for _, dep := range deps {
			dep.optional = dep.optional && !enabled[dep.name]
			if dep.extrasOnly() && !enabled[dep.name] {
				continue
			}
			open = append(open, dep)
		}
	}
	return nil
}

// extrasOnly reports whether the dependency counts only with some extra.
func (d poetryDependency) extrasOnly() bool {
	return strings.Contains(d.marker.String(), "extra ==")
}

func (w *poetryWalk) applies(d poetryDependency) bool {
	env := w.env
	if d.extrasOnly() { // which extra was found out before
		return d.python.contains(w.python)
	}
	return d.python.contains(w.python) && d.marker.Evaluate(env)
}

// find is the highest locked version that a dependency takes.
func (w *poetryWalk) find(d poetryDependency) *poetryPackage {
	var best *poetryPackage
	for i := range w.lock.Packages {
		k := &w.lock.Packages[i]
		v, err := python.ParseVersion(k.Version)
		if k.Name != d.name || err != nil || !d.versions.contains(v) {
			continue
		}
		if r, err := parsePoetryRange(k.PythonVersions); err != nil || !r.contains(w.python) {
			continue
		}
		if best == nil || newer(best.Version, k.Version) > 0 {
			best = k
		}
	}
	return best
}

// current returns the names that the project asks for, and reports one that
// was not there when it was locked.
func (w *poetryWalk) current(roots []poetryDependency) ([]string, error) {
	names := []string{}
	for _, d := range roots {
		if d.optional || d.extrasOnly() || !w.applies(d) {
			continue
		}
		ok := false
		for k := range w.taken {
			v, err := python.ParseVersion(k.Version)
			ok = ok || k.Name == d.name && err == nil && d.versions.contains(v)
		}
		if !ok {
			return nil, fmt.Errorf("it is not up to date with pyproject.toml, which asks for another %s: run poetry lock", d.name)
		}
		names = append(names, d.name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// poetryRoots are the dependencies of a project, in the standard or poetry's
// own form.
func (p *project) poetryRoots() ([]poetryDependency, error) {
	if p == nil {
		return nil, nil
	}
	var roots []poetryDependency
	if p.Project != nil {
		for _, text := range p.Project.Dependencies {
			r, err := python.ParseRequirement(text)
			if err != nil {
				return nil, err
			}
			roots = append(roots, poetryDependency{name: r.Name, versions: poetryRange{r.Specifiers}, marker: r.Marker, extras: r.Extras})
		}
	}
	if p.Tool.Poetry != nil && len(roots) == 0 {
		return poetryDependencies(p.Tool.Poetry.Dependencies)
	}
	return roots, nil
}

// poetryDependencies reads a table of dependencies: a text, a table, or
// several tables for each name.
func poetryDependencies(table map[string]any) ([]poetryDependency, error) {
	var deps []poetryDependency
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if name == "python" {
			continue
		}
		ways, ok := table[name].([]any)
		if !ok {
			ways = []any{table[name]}
		}
		for _, way := range ways {
			d, err := parsePoetryDependency(name, way)
			if err != nil {
				return nil, fmt.Errorf("dependency %s: %w", name, err)
			}
			deps = append(deps, d)
		}
	}
	return deps, nil
}

func parsePoetryDependency(name string, way any) (d poetryDependency, err error) {
	d.name = python.NormalizeName(name)
	if text, ok := way.(string); ok {
		d.versions, err = parsePoetryRange(text)
		return d, err
	}
	table, ok := way.(map[string]any)
	if !ok {
		return d, errors.New("it is neither a text nor a table")
	}
	text := func(key string) string { s, _ := table[key].(string); return s }
	if d.versions, err = parsePoetryRange(text("version")); err != nil {
		return d, err
	}
	if d.python, err = parsePoetryRange(text("python")); err != nil {
		return d, err
	}
	if d.marker, err = parseMarker(text("markers")); err != nil {
		return d, err
	}
	d.optional, _ = table["optional"].(bool)
	extras, _ := table["extras"].([]any)
	for _, e := range extras {
		if e, ok := e.(string); ok {
			d.extras = append(d.extras, python.NormalizeName(e))
		}
	}
	return d, nil
}
