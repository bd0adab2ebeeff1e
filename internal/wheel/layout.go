package wheel

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/internal/layer"
)

// Layout is where an interpreter expects what wheels bring. All paths are
// absolute and clean.
type Layout struct {
	Interpreter string // what scripts run: /usr/local/bin/python3.11
	Purelib     string // /usr/local/lib/python3.11/site-packages
	Platlib     string // the same, but for lib64 on some systems
	Scripts     string // /usr/local/bin
	Headers     string // /usr/local/include/python3.11; each wheel has a directory in it
	Data        string // the prefix: /usr/local

	// UID and GID own the files, and the directories that are new.
	UID, GID int

	// Dirs are the directories of the base image, and symbolic links to
	// directories, by absolute path: at least those that lead to the paths
	// above and those in them that wheels may write into. A layer has to
	// repeat the directories that it passes, and what it says of them
	// replaces what the base says; what is not named here is taken to be
	// new, mode 0755.
	Dirs map[string]Dir
}

// Dir is a directory of the base image, or a symbolic link to one.
type Dir struct {
	Mode     fs.FileMode // permissions, setgid, sticky
	UID, GID int
	Link     string // target, of a symbolic link
}

// schemes are the directories of a wheel's data directory.
var schemes = []string{"purelib", "platlib", "headers", "scripts", "data"}

// validate refuses a layout that no image has.
func (l *Layout) validate() error {
	for _, p := range []string{l.Interpreter, l.Purelib, l.Platlib, l.Scripts, l.Headers, l.Data} {
		if !path.IsAbs(p) || path.Clean(p) != p {
			return fmt.Errorf("layout of wheels: path %q is not absolute and clean", p)
		}
	}
	// It goes into scripts, and with a space in it between quotes of a shell.
	if strings.ContainsAny(l.Interpreter, "\"'`$\\") || nameFault(l.Interpreter[1:]) != "" {
		return fmt.Errorf("layout of wheels: interpreter %q cannot be named in scripts", l.Interpreter)
	}
	return nil
}

// resolve follows the symbolic links of the base image to where a directory
// really is.
func (l *Layout) resolve(dir string) (string, error) {
	const maxLinks = 40 // as Linux has it
	at, rest, links := "/", strings.TrimPrefix(dir, "/"), 0
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		next := path.Join(at, part)
		link := l.Dirs[next].Link
		if link == "" {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("resolve %s: too many symbolic links", dir)
		}
		if !path.IsAbs(link) {
			link = path.Join(at, link)
		}
		at, rest = "/", strings.TrimPrefix(path.Join(link, rest), "/")
	}
	return at, nil
}

// parents adds to entries the directories that lead to them.
func (l *Layout) parents(entries []layer.Entry) []layer.Entry {
	seen := map[string]bool{".": true}
	for i := range entries {
		if entries[i].Type == layer.Dir {
			seen[entries[i].Name] = true
		}
	}
	for _, e := range entries {
		for dir := path.Dir(e.Name); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			d, ok := l.Dirs["/"+dir]
			if !ok {
				d = Dir{Mode: 0o755, UID: l.UID, GID: l.GID}
			}
			entries = append(entries, layer.Entry{Name: dir, Type: layer.Dir, Mode: d.Mode, UID: d.UID, GID: d.GID})
		}
	}
	return entries
}

// relative is target as seen from the directory base, both absolute.
func relative(base, target string) string {
	up := ""
	for base != "/" && target != base && !strings.HasPrefix(target, base+"/") {
		base, up = path.Dir(base), up+"../"
	}
	return up + strings.TrimPrefix(strings.TrimPrefix(target, base), "/")
}
