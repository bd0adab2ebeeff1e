package baseimage

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/wheel"
)

// tree is the file system that layers make together. Nothing is merged until
// it is looked at: a directory is the directories of the layers on top of
// each other. A tree is not changed after newTree and safe for concurrent use.
type tree struct {
	layers []*index // the lowest first
	// grafts are directories of a layer that it only implies, by the path
	// that they have in the end: a layer may have lib/x without lib, when lib
	// is a symbolic link to usr/lib below.
	grafts map[string][]part
	moved  map[part]bool // the same, which are not where they seem to be
}

// part is the directory of one layer.
type part struct {
	layer int
	node  *node
}

// file is a file of the tree.
type file struct {
	path  string // absolute, without symbolic links but the last element
	node  *node  // of the layer that says most: owner, mode, fact
	parts []part // of a directory, the highest first
}

func (f *file) isDir() bool { return f.node.kind == directory }

// dir describes the directory or symbolic link to those who write layers.
func (f *file) dir() wheel.Dir {
	d := wheel.Dir{UID: int(f.node.uid), GID: int(f.node.gid), Mode: fs.FileMode(f.node.mode) & fs.ModePerm}
	if f.node.kind == symlink {
		d.Mode, d.Link = fs.ModePerm, f.node.text
		return d
	}
	for bit, mode := range map[uint16]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if f.node.mode&bit != 0 {
			d.Mode |= mode
		}
	}
	return d
}

func newTree(layers []*index) *tree {
	t := &tree{grafts: map[string][]part{}, moved: map[part]bool{}}
	for i, x := range layers {
		if i > 0 && x.implied > 0 {
			t.graft(i, x, &x.nodes[0], "")
		}
		t.layers = append(t.layers, x)
	}
	return t
}

// graft finds what x only implies and the layers below have as symbolic links.
func (t *tree) graft(layer int, x *index, dir *node, path string) {
	if dir.opaque { // there is nothing below it to meet
		return
	}
	list := x.children(dir)
	for i := range list {
		c := &list[i]
		if c.kind != directory {
			continue
		}
		at := path + "/" + c.name
		if c.implied && !c.opaque {
			if below, err := t.lstat(at); err == nil && below.node.kind == symlink {
				if to, err := t.stat(at); err == nil && to.isDir() {
					t.grafts[to.path] = append(t.grafts[to.path], part{layer, c})
					t.moved[part{layer, c}] = true
					at = to.path
				}
			}
		}
		t.graft(layer, x, c, at)
	}
}

// root is the directory "/".
func (t *tree) root() *file {
	var parts []part
	for i := range t.layers {
		parts = append(parts, part{i, &t.layers[i].nodes[0]})
	}
	parts = t.stack("/", parts)
	for i, p := range parts {
		if p.node.opaque {
			parts = parts[:i+1]
			break
		}
	}
	return t.join("/", parts)
}

// stack adds the grafts at path to its parts and puts the highest first.
func (t *tree) stack(path string, parts []part) []part {
	for _, p := range t.grafts[path] {
		if p.layer < len(t.layers) {
			parts = append(parts, p)
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.layer, a.layer) })
	return parts
}

var plainDir = &node{kind: directory, mode: 0o755, implied: true}

// join makes a directory of its parts.
func (t *tree) join(path string, parts []part) *file {
	f := &file{path: path, node: plainDir, parts: parts}
	for _, p := range parts {
		if !p.node.implied {
			f.node = p.node
			break
		}
	}
	return f
}

// child finds a name in a directory. It is nil when there is none.
func (t *tree) child(dir *file, name string) *file {
	path := dir.path + "/" + name
	if dir.path == "/" {
		path = "/" + name
	}
	var candidates []part
	for _, p := range dir.parts {
		if n := t.layers[p.layer].child(p.node, name); n != nil && !t.moved[part{p.layer, n}] {
			candidates = append(candidates, part{p.layer, n})
		}
	}
	if len(t.grafts) > 0 {
		candidates = t.stack(path, candidates)
	}
	var dirs []part
	for _, p := range candidates {
		switch {
		case p.node.kind == directory:
			dirs = append(dirs, p)
			if !p.node.opaque {
				continue
			}
		case p.node.kind == whiteout:
		case len(dirs) > 0: // a directory replaced it
		case p.node.kind == hardlink:
			below := &tree{layers: t.layers[:p.layer], grafts: t.grafts, moved: t.moved}
			if to, err := below.lookup(p.node.text, false); err == nil && !to.isDir() {
				return &file{path: path, node: to.node}
			}
			return nil
		default:
			return &file{path: path, node: p.node}
		}
		break
	}
	if len(dirs) == 0 {
		return nil
	}
	return t.join(path, dirs)
}

// names are the names in a directory, sorted.
func (t *tree) names(dir *file) []string {
	return t.namesOf(dir, func(k kind) bool { return k != whiteout })
}

// namesOf are the names of what is, in one of the layers, of a kind.
func (t *tree) namesOf(dir *file, is func(kind) bool) []string {
	var all []string
	doubtful := len(dir.parts) > 1
	for _, p := range dir.parts {
		list := t.layers[p.layer].children(p.node)
		for i := range list {
			n := &list[i]
			if !is(n.kind) {
				continue
			}
			all = append(all, n.name)
			// A hard link may lead nowhere, and a directory be grafted elsewhere.
			doubtful = doubtful || n.kind == hardlink || n.kind == directory && len(t.moved) > 0
		}
	}
	if !doubtful {
		return all
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return t.child(dir, name) == nil })
}

// stat finds the file that path leads to, inside the image. It fails with
// [fs.ErrNotExist] when there is none.
func (t *tree) stat(path string) (*file, error) { return t.lookup(path, true) }

// lstat finds the file at path, which may be a symbolic link.
func (t *tree) lstat(path string) (*file, error) { return t.lookup(path, false) }

var errLinks = errors.New("too many symbolic links")

func (t *tree) lookup(path string, follow bool) (*file, error) {
	stack := []*file{t.root()}
	todo := strings.Split(path, "/")
	for links := 0; len(todo) > 0; {
		name, at := todo[0], stack[len(stack)-1]
		todo = todo[1:]
		switch {
		case name == "" || name == ".":
			continue
		case !at.isDir():
			return nil, fs.ErrNotExist
		case name == "..":
			stack = stack[:max(1, len(stack)-1)]
			continue
		}
		c := t.child(at, name)
		if c == nil {
			return nil, fs.ErrNotExist
		}
		if c.node.kind == symlink && (follow || len(todo) > 0) {
			if links++; links > maxLinks {
				return nil, errLinks
			}
			if strings.HasPrefix(c.node.text, "/") {
				stack = stack[:1]
			}
			todo = append(strings.Split(c.node.text, "/"), todo...)
			continue
		}
		stack = append(stack, c)
	}
	return stack[len(stack)-1], nil
}

// resolve is the path without symbolic links. What does not exist stays as it
// is written.
func (t *tree) resolve(path string) string {
	head, tail := path, ""
	for {
		if f, err := t.stat(head); err == nil {
			return strings.TrimSuffix(f.path, "/") + tail
		}
		i := strings.LastIndexByte(head, '/')
		if i <= 0 {
			return path
		}
		head, tail = head[:i], head[i:]+tail
	}
}

// fact is what is known of the content of the file that path leads to, ""
// when there is no such file or nothing is known.
func (t *tree) fact(path string) string {
	if f, err := t.stat(path); err == nil && f.node.kind == regular {
		return f.node.text
	}
	return ""
}

// exists tells whether path leads to something.
func (t *tree) exists(path string) bool {
	_, err := t.stat(path)
	return err == nil
}

// list is the names in the directory that path leads to, none when there is
// no such directory.
func (t *tree) list(path string) []string {
	f, err := t.stat(path)
	if err != nil || !f.isDir() {
		return nil
	}
	return t.names(f)
}

// dirs adds the directories that lead to path, and the symbolic links among
// them, to found.
func (t *tree) dirs(path string, found map[string]wheel.Dir) {
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		f, err := t.lstat(path[:i])
		if err != nil {
			return
		}
		if _, known := found[f.path]; known {
			continue
		}
		switch f.node.kind {
		case directory:
			found[f.path] = f.dir()
		case symlink:
			found[f.path] = f.dir()
			t.dirs(t.resolve(f.path), found)
		default:
			return
		}
	}
}

// below adds the directories below dir, and the symbolic links to
// directories, to found, but for those that skip is true of.
func (t *tree) below(dir *file, found map[string]wheel.Dir, skip func(*file) bool) {
	for _, name := range t.namesOf(dir, func(k kind) bool { return k == directory || k == symlink }) {
		f := t.child(dir, name)
		if f == nil || skip(f) {
			continue
		}
		if f.isDir() {
			found[f.path] = f.dir()
			t.below(f, found, skip)
		} else if f.node.kind == symlink {
			if to, err := t.stat(f.path); err == nil && to.isDir() {
				found[f.path] = f.dir()
			}
		}
	}
}
