package pylock

import (
	"cmp"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// Distribution is the wheel that was chosen for a package.
type Distribution struct {
	Name      string // normalised
	Version   string
	Filename  string
	URL       string        // where it is, without credentials
	Login     *url.Userinfo // what the host asks for, or nil; never to be shown
	Path      string        // instead of URL: a local file
	SHA256    string        // lower-case hexadecimal
	Size      int64         // bytes; 0: not known
	Requested bool          // the user asked for it by name
	// DirectURL is the URL of a "name @ URL" requirement, for direct_url.json,
	// without credentials.
	DirectURL string
}

// Select chooses, in order of names, the wheel of each package that the target
// needs. Its error is or joins *SourceOnlyError and *NoWheelError where
// packages have no wheel for it.
func (l *Lock) Select(t python.Target) ([]Distribution, error) {
	chosen, err := l.choose(t)
	if err != nil {
		return nil, err
	}
	ds := make([]Distribution, len(chosen))
	for i, c := range chosen {
		if c.file.Hashes["sha256"] == "" {
			return nil, fmt.Errorf("lock: %s of %s has no sha256", c.file.Filename(), c.pkg.Name)
		}
		ds[i] = l.distribution(c)
	}
	return ds, nil
}

// choice is a package and the one file of it to install.
type choice struct {
	pkg     *Package
	file    *File
	version string // that of the file, where the package does not say
}

func (l *Lock) distribution(c choice) Distribution {
	d := Distribution{
		Name:      c.pkg.Name,
		Version:   cmp.Or(c.pkg.Version, c.version),
		Filename:  c.file.Filename(),
		SHA256:    c.file.Hashes["sha256"],
		Size:      c.file.Size,
		Requested: slices.Contains(l.Tool.Pratique.Requested, c.pkg.Name),
	}
	if d.Path = c.file.local(l.Dir); d.Path == "" {
		d.URL, d.Login = withoutLogin(c.file.URL), l.logins.of(c.file.URL)
		if c.file == c.pkg.Archive {
			d.DirectURL = d.URL
		}
	}
	return d
}

// local is the path of a file that is no URL to fetch, else "".
func (f *File) local(dir string) string {
	if f.URL == "" || f.Path != "" && f.URL == "" {
		if filepath.IsAbs(f.Path) {
			return filepath.Clean(f.Path)
		}
		return filepath.Join(dir, filepath.FromSlash(f.Path))
	}
	if u, err := url.Parse(f.URL); err == nil && u.Scheme == "file" {
		return filepath.FromSlash(u.Path)
	}
	return ""
}

// choose is Select before hashes are known to be complete.
func (l *Lock) choose(t python.Target) ([]choice, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	env := t.Environment()
	env.Groups = l.DefaultGroups
	if err := l.fits(t, env); err != nil {
		return nil, err
	}
	ranking := t.Ranking()
	var chosen []choice
	var missing []error
	seen := map[string]string{}
	for i := range l.Packages {
		p := &l.Packages[i]
		marker, err := parseMarker(p.Marker)
		if err != nil {
			return nil, fmt.Errorf("lock: package %s: %w", p.Name, err)
		}
		if !marker.Evaluate(env) {
			continue
		}
		if first, twice := seen[p.Name]; twice {
			return nil, fmt.Errorf("lock: %s is there as %s and as %s for %s", p.Name, first, p.Version, describe(t))
		}
		seen[p.Name] = p.Version
		if err := requiresPython(p.RequiresPython, t); err != nil {
			return nil, fmt.Errorf("lock: %s %s: %w", p.Name, p.Version, err)
		}
		c, err := p.choose(t, ranking)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		chosen = append(chosen, c)
	}
	if len(missing) > 0 {
		return nil, join(missing)
	}
	slices.SortFunc(chosen, func(a, b choice) int { return cmp.Compare(a.pkg.Name, b.pkg.Name) })
	return chosen, nil
}

// fits reports whether the lock was made for such a target at all.
func (l *Lock) fits(t python.Target, env python.Environment) error {
	if err := requiresPython(l.RequiresPython, t); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	for _, e := range l.Environments {
		marker, err := parseMarker(e)
		if err != nil {
			return fmt.Errorf("lock: environments: %w", err)
		}
		if marker.Evaluate(env) {
			return nil
		}
	}
	if len(l.Environments) > 0 {
		return fmt.Errorf("lock: it was made for other environments than %s: %s", describe(t), strings.Join(l.Environments, ", "))
	}
	return nil
}

// parseMarker reads a marker that may be missing.
func parseMarker(s string) (python.Marker, error) {
	if s == "" {
		return python.Marker{}, nil
	}
	return python.ParseMarker(s)
}

// requiresPython reports a target whose Python is outside of a requires-python.
func requiresPython(specifiers string, t python.Target) error {
	specs, err := python.ParseSpecifiers(specifiers)
	if err != nil {
		return fmt.Errorf("requires-python: %w", err)
	}
	v, err := python.ParseVersion(t.FullVersion())
	if err != nil {
		return err
	}
	if !specs.Contains(v) {
		return fmt.Errorf("it requires Python %s, and this is %s", specs, t.Version)
	}
	return nil
}

// choose picks the file of the package to install.
func (p *Package) choose(t python.Target, ranking python.Ranking) (choice, error) {
	var names []string
	for _, f := range p.files() {
		names = append(names, f.Filename())
	}
	candidates := p.Wheels
	switch {
	case p.VCS != nil:
		return choice{}, &SourceOnlyError{Name: p.Name, Version: p.Version, Found: []string{cmp.Or(p.VCS.URL, p.VCS.Path)}}
	case p.Directory != nil:
		return choice{}, &SourceOnlyError{Name: p.Name, Version: p.Version, Found: []string{p.Directory.Path}}
	case p.Archive != nil && !strings.HasSuffix(p.Archive.Filename(), ".whl"):
		return choice{}, &SourceOnlyError{Name: p.Name, Version: p.Version, Found: names}
	case p.Archive != nil:
		candidates = []File{*p.Archive}
	}
	best, name, err := bestWheel(candidates, p.Name, p.Version, ranking)
	if err != nil {
		return choice{}, fmt.Errorf("lock: %w", err)
	}
	switch {
	case best < 0 && p.Sdist != nil:
		return choice{}, &SourceOnlyError{Name: p.Name, Version: p.Version, Found: names}
	case best < 0:
		return choice{}, &NoWheelError{Name: p.Name, Version: p.Version, Target: t, Found: names}
	case p.Archive != nil:
		return choice{p, p.Archive, name.Version.String()}, nil
	}
	return choice{p, &p.Wheels[best], name.Version.String()}, nil
}

// bestWheel is the position of the wheel that the ranking likes most, or -1. A
// wheel that says it is another package or version is an error.
func bestWheel(files []File, name, version string, ranking python.Ranking) (int, python.WheelName, error) {
	best, bestName := -1, python.WheelName{}
	for i := range files {
		w, err := files[i].wheel()
		if err != nil {
			continue // such files are around in old releases; no target takes them
		}
		if w.Name != name {
			return -1, w, fmt.Errorf("%s is listed as a file of %s", files[i].Filename(), name)
		}
		if v, err := python.ParseVersion(version); err == nil && v.Compare(w.Version) != 0 {
			return -1, w, fmt.Errorf("%s is listed as a file of %s %s", files[i].Filename(), name, version)
		}
		if _, ok := ranking.Position(w); !ok {
			continue
		}
		if best < 0 || ranking.Compare(w, bestName) < 0 {
			best, bestName = i, w
		}
	}
	return best, bestName, nil
}
