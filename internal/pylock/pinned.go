package pylock

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// UnpinnedError reports an input that names no exact version of something it
// needs, so that somebody has to resolve it.
type UnpinnedError struct {
	Name string // normalised
	By   string // who needs it: "requirements.txt:3", or a package
}

func (e *UnpinnedError) Error() string {
	return fmt.Sprintf("%s, which %s needs, is not pinned to one version", e.Name, e.By)
}

// pin is a package that the input fixes.
type pin struct {
	name    string
	specs   python.Specifiers // all conditions on it
	url     string            // the wheel itself, instead of a version
	hashes  []string
	index   string // the only one to ask, "" for all
	from    string
	extras  []string // asked for so far
	visited []string // extras whose dependencies were followed; "" for none
}

// pins are the exact versions of a request, by name. Constraints count where
// something needs the package. The error is *UnpinnedError, or a contradiction.
func (q *request) pins(env python.Environment) (pins map[string]*pin, requested []string, err error) {
	pins = map[string]*pin{}
	for _, l := range q.lines {
		if !l.Marker.Evaluate(env) {
			continue
		}
		p := pins[l.Name]
		if p == nil {
			p = &pin{name: l.Name, from: l.from, index: l.index}
			pins[l.Name] = p
			requested = append(requested, l.Name)
		}
		if l.URL != "" {
			if p.url != "" && p.url != l.URL {
				return nil, nil, fmt.Errorf("%s: %s has another URL in %s", l.from, l.Name, p.from)
			}
			p.url = l.URL
		}
		p.specs = append(p.specs, l.Specifiers...)
		p.hashes = append(p.hashes, l.hashes...)
		p.extras = append(p.extras, l.Extras...)
	}
	constrained := map[string]*pin{}
	for _, l := range q.constraints {
		if !l.Marker.Evaluate(env) {
			continue
		}
		p := cmp.Or(pins[l.Name], constrained[l.Name])
		if p == nil {
			p = &pin{name: l.Name, from: l.from}
			constrained[l.Name] = p
		}
		p.specs = append(p.specs, l.Specifiers...)
		p.hashes = append(p.hashes, l.hashes...)
		p.url = cmp.Or(p.url, l.URL)
	}
	for _, name := range requested {
		if p := pins[name]; !p.exact() {
			return nil, nil, &UnpinnedError{Name: name, By: p.from}
		}
	}
	for name, p := range constrained {
		if p.exact() {
			pins[name] = p
		}
	}
	slices.Sort(requested)
	return pins, requested, nil
}

// exact reports whether one of the conditions leaves a single version.
func (p *pin) exact() bool {
	return p.url != "" || slices.ContainsFunc(p.specs, func(s python.Specifier) bool {
		_, ok := python.Specifiers{s}.Pinned()
		return ok
	})
}

// resolvePinned makes the lock of a request that names the exact version of
// everything the target needs. That this is so is verified: what each wheel
// requires must be among the pins, at a version that it takes.
func (r *Resolver) resolvePinned(ctx context.Context, q *request, c *client, t python.Target) (*Lock, error) {
	env := t.Environment()
	pins, requested, err := q.pins(env)
	if err != nil {
		return nil, err
	}
	w := &walk{q: q, c: c, target: t, ranking: t.Ranking(), pins: pins, found: map[string]*pinned{}}
	next := requested
	for len(next) > 0 {
		if err := w.look(ctx, next); err != nil {
			return nil, err
		}
		if q.noDeps {
			break
		}
		if next, err = w.follow(next); err != nil {
			return nil, err
		}
	}
	l := &Lock{LockVersion: "1.0", CreatedBy: "pratique", logins: c.logins}
	l.Tool.Pratique.Requested = requested
	for _, name := range slices.Sorted(maps.Keys(w.found)) {
		l.Packages = append(l.Packages, w.found[name].pkg)
	}
	return l, nil
}

// walk goes from the requested pins to what they need.
type walk struct {
	q       *request
	c       *client
	target  python.Target
	ranking python.Ranking
	pins    map[string]*pin
	found   map[string]*pinned
}

// pinned is a pin with the wheel that was found for it.
type pinned struct {
	pkg      Package
	metadata metadata
}

// look finds the wheels of packages that have not been looked for.
func (w *walk) look(ctx context.Context, names []string) error {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return w.found[n] != nil })
	results := make([]*pinned, len(names))
	err := each(ctx, len(names), func(ctx context.Context, i int) (err error) {
		results[i], err = w.find(ctx, w.pins[names[i]])
		return err
	})
	if err != nil {
		return err
	}
	for i, name := range names {
		w.found[name] = results[i]
	}
	return nil
}

// find chooses the wheel of one pin and reads its metadata.
func (w *walk) find(ctx context.Context, p *pin) (*pinned, error) {
	if w.q.hashes && len(p.hashes) == 0 {
		return nil, fmt.Errorf("%s: %s has no --hash, and others have: all must", p.from, p.name)
	}
	chosen, index, err := w.candidate(ctx, p)
	if err != nil {
		return nil, err
	}
	meta := metadata{}
	if !w.q.noDeps {
		if meta, err = w.c.metadata(ctx, &chosen); err != nil {
			return nil, err
		}
		name, err := chosen.wheel()
		if err != nil {
			return nil, err
		}
		if meta.name != p.name || meta.version.Compare(name.Version) != 0 {
			return nil, fmt.Errorf("the metadata of %s is that of %s %s", chosen.Filename(), meta.name, meta.version)
		}
		if err := requiresPython(meta.requiresPython, w.target); err != nil {
			return nil, fmt.Errorf("%s %s: %w", p.name, meta.version, err)
		}
	}
	name, _ := chosen.wheel()
	pkg := Package{Name: p.name, Version: name.Version.String(), Index: index}
	if p.url != "" {
		pkg.Archive = &chosen.File
	} else {
		pkg.Wheels = []File{chosen.File}
	}
	return &pinned{pkg, meta}, nil
}

// candidate is the best wheel of a pin that the target takes.
func (w *walk) candidate(ctx context.Context, p *pin) (candidate, string, error) {
	if p.url != "" {
		c, err := direct(p)
		if err != nil {
			return c, "", err
		}
		if name, _ := c.wheel(); !p.specs.Contains(name.Version) {
			return c, "", fmt.Errorf("%s: %s is not %s", p.from, c.Filename(), p.specs)
		} else if _, ok := w.ranking.Position(name); !ok {
			return c, "", &NoWheelError{Name: p.name, Version: name.Version.String(), Target: w.target, Found: []string{c.Filename()}}
		}
		return c, "", nil
	}
	files, index, err := w.c.candidates(ctx, p.name, p.index)
	if err != nil {
		return candidate{}, "", err
	}
	if len(files) == 0 {
		return candidate{}, "", fmt.Errorf("%s: %s was not found in %s", p.from, p.name, w.c.indexes.describe())
	}
	c, err := choose(files, p, w.target, w.ranking)
	return c, index, err
}

// direct is the file of a "name @ URL" pin.
func direct(p *pin) (candidate, error) {
	raw, fragment, _ := strings.Cut(p.url, "#")
	c := candidate{File: File{URL: raw}}
	for part := range strings.SplitSeq(fragment, "&") {
		if algorithm, hash, ok := strings.Cut(part, "="); ok && digests[algorithm] != nil {
			c.Hashes = map[string]string{algorithm: hash}
		}
	}
	return c, c.check()
}

// choose picks, of all files of a package, the wheel of the highest version
// that the pin takes: that is one version, or several with local parts.
func choose(files []candidate, p *pin, t python.Target, ranking python.Ranking) (candidate, error) {
	best := -1
	var bestName python.WheelName
	var there, mismatched []string
	source := false
	for i := range files {
		f := &files[i]
		name, err := f.wheel()
		if err != nil {
			if v, ok := sdistVersion(f.Filename(), p.name); ok && p.specs.Contains(v) && f.matches(p.hashes) {
				source = true
				there = append(there, f.Filename())
			}
			continue
		}
		if name.Name != p.name || !p.specs.Contains(name.Version) {
			continue
		}
		if !f.matches(p.hashes) {
			mismatched = append(mismatched, f.Filename())
			continue
		}
		there = append(there, f.Filename())
		if _, ok := ranking.Position(name); !ok || requiresPython(f.requiresPython, t) != nil {
			continue
		}
		c := 1
		if best >= 0 {
			c = cmp.Or(name.Version.Compare(bestName.Version), ranking.Compare(bestName, name))
		}
		if c > 0 {
			best, bestName = i, name
		}
	}
	version := strings.TrimPrefix(p.specs.String(), "==")
	switch {
	case best >= 0:
		return files[best], nil
	case source:
		return candidate{}, &SourceOnlyError{Name: p.name, Version: version, Found: there}
	case len(there) > 0:
		return candidate{}, &NoWheelError{Name: p.name, Version: version, Target: t, Found: there}
	case len(mismatched) > 0:
		return candidate{}, fmt.Errorf("%s: no file of %s %s has the hash that is written%s", p.from, p.name, p.specs, found(mismatched))
	}
	return candidate{}, fmt.Errorf("%s: there is no %s %s: the index has other versions only", p.from, p.name, p.specs)
}

// matches reports whether the file may have one of the hashes. Where none can
// be compared yet, Resolver.verify does once there is one.
func (f *File) matches(hashes []string) bool {
	comparable := false
	for _, h := range hashes {
		algorithm, want, _ := strings.Cut(h, ":")
		if got := f.Hashes[algorithm]; got != "" {
			comparable = true
			if got == want {
				return true
			}
		}
	}
	return !comparable
}

// sdistVersion is the version of a source archive of a package.
func sdistVersion(file, name string) (python.Version, bool) {
	if fileOf(file) != name {
		return python.Version{}, false
	}
	for _, suffix := range archiveSuffixes {
		if stem, ok := strings.CutSuffix(file, suffix); ok {
			v, err := python.ParseVersion(stem[strings.LastIndexByte(stem, '-')+1:])
			return v, err == nil
		}
	}
	return python.Version{}, false
}

// follow checks what the packages require against the pins, and returns those
// that have to be looked at next.
func (w *walk) follow(names []string) (next []string, err error) {
	for _, name := range names {
		p, found := w.pins[name], w.found[name]
		for _, extra := range append([]string{""}, p.extras...) {
			if slices.Contains(p.visited, extra) {
				continue
			}
			p.visited = append(p.visited, extra)
			env := w.target.Environment()
			if extra != "" {
				env.Extras = []string{extra}
			}
			for _, req := range found.metadata.requires {
				if !req.Marker.Evaluate(env) {
					continue
				}
				dep := w.pins[req.Name]
				if dep == nil {
					return nil, &UnpinnedError{Name: req.Name, By: name + " " + found.pkg.Version}
				}
				if req.URL != "" && dep.url == "" {
					return nil, fmt.Errorf("%s %s requires %s from a URL, and %s names a version", name, found.pkg.Version, req.Name, dep.from)
				}
				if err := w.accepts(req, dep, name+" "+found.pkg.Version); err != nil {
					return nil, err
				}
				fresh := w.found[req.Name] == nil
				for _, e := range req.Extras {
					if !slices.Contains(dep.extras, e) {
						dep.extras = append(dep.extras, e)
						fresh = true
					}
				}
				if fresh && !slices.Contains(next, req.Name) {
					next = append(next, req.Name)
				}
			}
		}
	}
	return next, nil
}

// accepts reports a pinned version that a requirement does not take.
func (w *walk) accepts(req python.Requirement, dep *pin, by string) error {
	version, ok := w.version(dep)
	if ok && !req.Specifiers.Contains(version) {
		return fmt.Errorf("%s requires %s, and %s pins %s %s: pin a version that fits", by, req.Name+req.Specifiers.String(), dep.from, dep.name, version)
	}
	return nil
}

// version is the version that a pin stands for.
func (w *walk) version(p *pin) (python.Version, bool) {
	if found := w.found[p.name]; found != nil {
		v, err := python.ParseVersion(found.pkg.Version)
		return v, err == nil
	}
	if p.url != "" {
		f := File{URL: p.url}
		name, err := f.wheel()
		return name.Version, err == nil
	}
	for _, s := range p.specs {
		if v, ok := (python.Specifiers{s}).Pinned(); ok {
			return v, true
		}
	}
	return python.Version{}, false
}

// describe is where packages were looked for, in an error.
func (x indexes) describe() string {
	var at []string
	if !x.none {
		for _, i := range append(slices.Clone(x.extra), x.primary) {
			if i != "" {
				at = append(at, withoutLogin(i))
			}
		}
	}
	for _, l := range x.links {
		at = append(at, Redact(l))
	}
	if len(at) == 0 {
		return "any index: none is configured"
	}
	return strings.Join(at, ", ")
}
