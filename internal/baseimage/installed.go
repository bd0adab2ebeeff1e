package baseimage

import (
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/wheel"
)

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
	Name, Version string // as its metadata spells them
	Dir           string // the directory of sys.path that holds it
	Place         Place
	metadata      string // name of the file or directory in Dir
}

// installed finds the distributions on sys.path as importlib.metadata does.
func (s *survey) installed(i Interpreter) []Installed {
	own := []string{i.Layout.Purelib, i.Layout.Platlib}
	first := slices.IndexFunc(i.SysPath, func(dir string) bool { return slices.Contains(own, dir) })
	var all []Installed
	for n, dir := range i.SysPath {
		d, err := s.tree.stat(dir)
		if err != nil || !d.isDir() {
			continue
		}
		place := Shadowed
		if slices.Contains(own, dir) {
			place = Replaced
		} else if n < first {
			place = Shadowing
		}
		for _, name := range s.tree.names(d) {
			if found, ok := s.distribution(d.path, name); ok {
				found.Place = place
				all = append(all, found)
			}
		}
	}
	return all
}

// distribution reads the metadata with a name in a directory of sys.path.
func (s *survey) distribution(dir, name string) (Installed, bool) {
	at := dir + "/" + name
	stem, wheelLike := strings.CutSuffix(name, ".dist-info")
	egg := false
	if !wheelLike {
		if stem, egg = strings.CutSuffix(name, ".egg-info"); !egg {
			return Installed{}, false
		}
	}
	fact := ""
	if wheelLike {
		fact = s.tree.fact(at + "/METADATA")
	} else if fact = s.tree.fact(at); fact == "" {
		fact = s.tree.fact(at + "/PKG-INFO")
	}
	d := Installed{Dir: dir, metadata: name}
	d.Name, d.Version, _ = strings.Cut(fact, "\n")
	if d.Name == "" { // all there is to go by
		parts := strings.Split(stem, "-")
		d.Name = parts[0]
		if len(parts) > 1 && d.Version == "" {
			d.Version = parts[1]
		}
	}
	return d, d.Name != ""
}

// filesOf lists what belongs to a distribution: what exists of the files that
// RECORD or installed-files.txt list inside the interpreter's directories, their
// byte code, and the metadata. What distutils or a package manager installed
// without a list has no more than its metadata.
func filesOf(t *tree, d Installed, i Interpreter) []string {
	meta := path.Join(d.Dir, d.metadata)
	files := map[string]bool{}
	if f, err := t.lstat(meta); err == nil && !f.isDir() {
		return []string{meta}
	} else if err == nil {
		everything(t, f, files)
	}
	base, list := d.Dir, t.fact(meta+"/RECORD")
	if list == "" {
		base, list = meta, t.fact(meta+"/installed-files.txt")
	}
	w := walker{tree: t, layout: i.Layout, tag: ".cpython-" + strings.ReplaceAll(i.Minor(), ".", ""), files: files, dirs: map[string]packageDir{}}
	for line := range strings.Lines(list) {
		file := strings.TrimSuffix(line, "\n")
		if !path.IsAbs(file) {
			file = path.Join(base, file)
		}
		w.add(path.Clean(file))
	}
	if len(files) == 0 { // an empty directory is a distribution, too
		files[meta] = true
	}
	all := make([]string, 0, len(files))
	for file := range files {
		all = append(all, file)
	}
	slices.Sort(all)
	return all
}

// everything adds the files below dir.
func everything(t *tree, dir *file, files map[string]bool) {
	for _, name := range t.names(dir) {
		if f := t.child(dir, name); f.isDir() {
			everything(t, f, files)
		} else {
			files[f.path] = true
		}
	}
}

// walker collects the files of a list that exist.
type walker struct {
	tree   *tree
	layout wheel.Layout
	tag    string // of byte code, ".cpython-311"
	files  map[string]bool
	dirs   map[string]packageDir
}

// packageDir is a directory with its byte code, nil where there is none.
type packageDir struct{ dir, cache *file }

func (w *walker) open(name string) packageDir {
	p, known := w.dirs[name]
	if known {
		return p
	}
	if d, err := w.tree.stat(name); err == nil && d.isDir() && w.ours(d.path) {
		p.dir = d
		if c := w.tree.child(d, "__pycache__"); c != nil && c.isDir() {
			p.cache = c
		}
	}
	w.dirs[name] = p
	return p
}

// ours tells whether a directory is Python's. The list of a package must not
// reach beyond.
func (w *walker) ours(dir string) bool {
	for _, root := range []string{w.layout.Data, w.layout.Purelib, w.layout.Platlib, w.layout.Headers} {
		if dir == root || strings.HasPrefix(dir, strings.TrimSuffix(root, "/")+"/") {
			return true
		}
	}
	return false
}

// add adds the file and the byte code that was made of it. Directories are
// not added: packages share them.
func (w *walker) add(file string) {
	dir, base := path.Split(file)
	p := w.open(dir)
	if p.dir == nil {
		return
	}
	f := w.tree.child(p.dir, base)
	if f == nil || f.isDir() {
		return
	}
	w.files[f.path] = true
	stem, source := strings.CutSuffix(base, ".py")
	if !source || p.cache == nil {
		return
	}
	for _, suffix := range []string{".pyc", ".opt-1.pyc", ".opt-2.pyc"} {
		if f := w.tree.child(p.cache, stem+w.tag+suffix); f != nil && !f.isDir() {
			w.files[f.path] = true
		}
	}
}
