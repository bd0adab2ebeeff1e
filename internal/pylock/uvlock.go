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

// uvLock is what is read of a uv.lock. It holds one resolution for all
// platforms; markers on the dependencies say which way a target takes.
type uvLock struct {
	Version        int         `toml:"version"`
	RequiresPython string      `toml:"requires-python"`
	Packages       []uvPackage `toml:"package"`

	byName map[string][]*uvPackage
}

type uvPackage struct {
	Name         string                    `toml:"name"`
	Version      string                    `toml:"version"`
	Source       uvSourceAt                `toml:"source"`
	Dependencies []uvDependency            `toml:"dependencies"`
	Optional     map[string][]uvDependency `toml:"optional-dependencies"`
	Sdist        *uvFile                   `toml:"sdist"`
	Wheels       []uvFile                  `toml:"wheels"`
	Metadata     struct {
		Requires []struct {
			Name      string   `toml:"name"`
			Extras    []string `toml:"extras"`
			Specifier string   `toml:"specifier"`
			Marker    string   `toml:"marker"`
		} `toml:"requires-dist"`
	} `toml:"metadata"`
}

// uvSourceAt is where a package comes from; one of the fields is set.
type uvSourceAt struct {
	Registry  string `toml:"registry"`
	URL       string `toml:"url"`
	Path      string `toml:"path"`
	Git       string `toml:"git"`
	Directory string `toml:"directory"`
	Editable  string `toml:"editable"`
	Virtual   string `toml:"virtual"`
}

type uvDependency struct {
	Name    string      `toml:"name"`
	Version string      `toml:"version"` // only where the lock has several
	Source  *uvSourceAt `toml:"source"`  // likewise
	Extras  []string    `toml:"extra"`
	Marker  string      `toml:"marker"`
}

type uvFile struct {
	URL      string `toml:"url"`
	Path     string `toml:"path"`
	Filename string `toml:"filename"`
	Hash     string `toml:"hash"`
	Size     int64  `toml:"size"`
}

// readUVLock reads a uv.lock and follows the dependencies of its project, not
// its extras and groups, as `uv sync --no-dev --no-install-project` would.
func readUVLock(root, name string, t python.Target) (*Lock, error) {
	data, err := readFile(name, maxLock)
	if err != nil {
		return nil, err
	}
	var u uvLock
	if err := toml.Unmarshal(data, &u); err != nil {
		return nil, fmt.Errorf("uv.lock: %w", tomlError(err))
	}
	if u.Version != 1 {
		return nil, fmt.Errorf("uv.lock has version %d, and only 1 is known: uv export --format pylock.toml makes a standard lock of it", u.Version)
	}
	p, err := beside(root, name)
	if err != nil {
		return nil, err
	}
	top, err := u.project(p)
	if err != nil {
		return nil, fmt.Errorf("uv.lock: %w", err)
	}
	if p != nil && p.Project != nil {
		if err := top.current(p.Project.Dependencies); err != nil {
			return nil, fmt.Errorf("uv.lock is not up to date with pyproject.toml (%w): run uv lock", err)
		}
	}
	w := &uvWalk{lock: &u, env: t.Environment(), taken: map[*uvPackage]map[string]bool{}}
	if err := w.follow(top.Dependencies); err != nil {
		return nil, fmt.Errorf("uv.lock: %w", err)
	}
	l := &Lock{LockVersion: "1.0", CreatedBy: "uv", RequiresPython: u.RequiresPython, Dir: filepath.Dir(name)}
	for _, d := range top.Dependencies {
		if m, err := parseMarker(d.Marker); err == nil && m.Evaluate(w.env) {
			l.Tool.Pratique.Requested = append(l.Tool.Pratique.Requested, python.NormalizeName(d.Name))
		}
	}
	slices.Sort(l.Tool.Pratique.Requested)
	for p := range maps.Keys(w.taken) {
		l.Packages = append(l.Packages, p.standard())
	}
	slices.SortFunc(l.Packages, func(a, b Package) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	return l, l.check()
}

// project is the package whose dependencies the lock is for: the one that is
// in the lock's own folder, or the one that pyproject.toml names.
func (u *uvLock) project(p *project) (*uvPackage, error) {
	var own []*uvPackage
	for i := range u.Packages {
		k := &u.Packages[i]
		if p != nil && p.Project != nil && python.NormalizeName(p.Project.Name) == k.Name && k.Source.code() != "" {
			return k, nil
		}
		if k.Source.Virtual == "." || k.Source.Editable == "." || k.Source.Directory == "." {
			own = append(own, k)
		}
	}
	if len(own) != 1 {
		return nil, errors.New("it does not say which of its packages is the project: pyproject.toml belongs beside it")
	}
	return own[0], nil
}

// current reports what a project requires now and did not when it was locked.
// Markers are left out of it: uv rewrites them.
func (k *uvPackage) current(dependencies []string) error {
	key := func(name, specifier string, extras []string) string {
		specs := strings.FieldsFunc(specifier, func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(specs)
		extras = slices.Clone(extras)
		for i, e := range extras {
			extras[i] = python.NormalizeName(e)
		}
		slices.Sort(extras)
		return python.NormalizeName(name) + "[" + strings.Join(extras, ",") + "]" + strings.Join(specs, ",")
	}
	locked := map[string]bool{}
	for _, r := range k.Metadata.Requires {
		if !strings.Contains(r.Marker, "extra ==") {
			locked[key(r.Name, r.Specifier, r.Extras)] = false
		}
	}
	for _, d := range dependencies {
		r, err := python.ParseRequirement(d)
		if err != nil {
			return err
		}
		is := key(r.Name, r.Specifiers.String(), r.Extras)
		if _, ok := locked[is]; !ok {
			return fmt.Errorf("%s is not locked", r.Name+r.Specifiers.String())
		}
		locked[is] = true
	}
	for is, needed := range locked {
		if !needed {
			return fmt.Errorf("%s is locked and not required any more", strings.Replace(is, "[]", "", 1))
		}
	}
	return nil
}

// uvWalk collects the packages that a target needs.
type uvWalk struct {
	lock  *uvLock
	env   python.Environment
	taken map[*uvPackage]map[string]bool // with their extras
}

func (w *uvWalk) follow(deps []uvDependency) error {
	for open := slices.Clone(deps); len(open) > 0; {
		d := open[0]
		open = open[1:]
		marker, err := parseMarker(d.Marker)
		if err != nil {
			return fmt.Errorf("dependency %s: %w", d.Name, err)
		}
		if !marker.Evaluate(w.env) {
			continue
		}
		k, err := w.lock.find(d)
		if err != nil {
			return err
		}
		extras := w.taken[k]
		if extras == nil {
			extras = map[string]bool{}
			w.taken[k] = extras
			open = append(open, k.Dependencies...)
		}
		for _, e := range d.Extras {
			if !extras[e] {
				extras[e] = true
				open = append(open, k.Optional[e]...)
			}
		}
	}
	return nil
}

// find is the package that a dependency means.
func (u *uvLock) find(d uvDependency) (*uvPackage, error) {
	if u.byName == nil {
		u.byName = map[string][]*uvPackage{}
		for i := range u.Packages {
			u.byName[u.Packages[i].Name] = append(u.byName[u.Packages[i].Name], &u.Packages[i])
		}
	}
	var is []*uvPackage
	for _, k := range u.byName[d.Name] {
		if (d.Version == "" || d.Version == k.Version) && (d.Source == nil || *d.Source == k.Source) {
			is = append(is, k)
		}
	}
	if len(is) != 1 {
		return nil, fmt.Errorf("dependency %s %s is there %d times", d.Name, d.Version, len(is))
	}
	return is[0], nil
}

// code is where a package's source code is, "" for files of an index and
// single files.
func (s uvSourceAt) code() string { return cmp.Or(s.Git, s.Directory, s.Editable, s.Virtual) }

// standard is the package as pylock.toml would have it.
func (k *uvPackage) standard() Package {
	p := Package{Name: k.Name, Version: k.Version}
	var files []File
	for _, w := range k.Wheels {
		files = append(files, w.standard(k.Source))
	}
	switch {
	case k.Source.Git != "":
		p.VCS = &Source{Type: "git", URL: k.Source.Git}
	case k.Source.code() != "":
		p.Directory = &Source{Path: k.Source.code()}
	case k.Source.Registry != "":
		p.Wheels = files
		if strings.Contains(k.Source.Registry, "://") {
			p.Index = withoutLogin(k.Source.Registry)
		}
		if k.Sdist != nil {
			s := k.Sdist.standard(k.Source)
			p.Sdist = &s
		}
	case len(files) > 0:
		p.Archive = &files[0]
	case k.Sdist != nil:
		s := k.Sdist.standard(k.Source)
		p.Archive = &s
	default:
		p.Archive = &File{URL: k.Source.URL, Path: k.Source.Path}
	}
	return p
}

func (f uvFile) standard(at uvSourceAt) File {
	s := File{Name: f.Filename, URL: cmp.Or(f.URL, at.URL), Path: f.Path, Size: f.Size}
	switch {
	case s.URL != "":
	case f.Path == "":
		s.Path = at.Path
	case at.Registry != "" && !filepath.IsAbs(f.Path): // a folder of files
		folder := at.Registry
		if u, err := url.Parse(folder); err == nil && u.Scheme == "file" {
			folder = u.Path
		}
		s.Path = filepath.Join(folder, f.Path)
	}
	if algorithm, hash, ok := strings.Cut(f.Hash, ":"); ok {
		s.Hashes = map[string]string{algorithm: hash}
	}
	return s
}
