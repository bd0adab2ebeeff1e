package baseimage

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Limits bound what reading a layer may take, so that a hostile one costs
// little before it is refused.
type Limits struct {
	Entries int   // files, directories and links of a layer
	Path    int   // bytes of a path
	Text    int64 // bytes of names and of what is kept of files, in all
	Bytes   int64 // of the layer, unpacked
}

// DefaultLimits are far above what images have.
var DefaultLimits = Limits{Entries: 1 << 20, Path: 4096, Text: 256 << 20, Bytes: 64 << 30}

const (
	maxName  = 255 // bytes of one element of a path, as Linux has it
	maxLinks = 40  // symbolic links on one path, as Linux has it
)

// The names that stand for what is taken away; see
// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts.
// Other names with the second prefix are AUFS's own business.
const (
	whiteoutPrefix = ".wh."
	aufsPrefix     = ".wh..wh."
	opaqueName     = ".wh..wh..opq"
)

// scanTar reads the tar file of a layer to its end.
func scanTar(r io.Reader, limits Limits) (*index, error) {
	s := scanner{limits: limits, count: 1, root: &draft{node: node{kind: directory, mode: 0o755, implied: true}}}
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the tar file: %w", err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := s.add(h, archive); err != nil {
			return nil, fmt.Errorf("%s: %w", quotePath(h.Name), err)
		}
	}
	return flatten(s.root, s.count), nil
}

// quotePath makes a path out of a layer fit for a message.
func quotePath(p string) string {
	if len(p) > 200 {
		return fmt.Sprintf("%q…", p[:200])
	}
	return fmt.Sprintf("%q", p)
}

type scanner struct {
	limits Limits
	root   *draft
	count  int
	text   int64
}

// add takes an entry of the archive in.
func (s *scanner) add(h *tar.Header, content io.Reader) error {
	parts, err := s.split(h.Name)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		if h.Typeflag != tar.TypeDir {
			return errors.New("the root is not a directory")
		}
		return s.root.owner(h)
	}
	base := parts[len(parts)-1]
	if strings.HasPrefix(base, aufsPrefix) && base != opaqueName {
		return nil
	}
	dir, err := s.directory(parts[:len(parts)-1])
	if err != nil {
		return err
	}
	if base == opaqueName {
		dir.opaque = true
		return nil
	}
	if gone, ok := strings.CutPrefix(base, whiteoutPrefix); ok {
		return s.remove(dir, gone)
	}
	n := node{name: base}
	if err := s.fill(&n, h, dir, content); err != nil {
		return err
	}
	return s.put(dir, n)
}

// fill sets all but the name of a new node, which is about to go into dir.
func (s *scanner) fill(n *node, h *tar.Header, dir *draft, content io.Reader) error {
	d := draft{node: *n}
	if err := d.owner(h); err != nil {
		return err
	}
	*n = d.node
	switch h.Typeflag {
	case tar.TypeDir:
		n.kind = directory
	case tar.TypeReg, tar.TypeGNUSparse, '\x00', '7':
		n.kind = regular
		var err error
		n.text, err = takeFact(dir.path()+"/"+n.name, content)
		return err
	case tar.TypeSymlink:
		if h.Linkname == "" || len(h.Linkname) > s.limits.Path {
			return fmt.Errorf("a symbolic link to %d bytes of path", len(h.Linkname))
		}
		n.kind, n.text = symlink, h.Linkname
	case tar.TypeLink:
		return s.hardlink(n, h.Linkname)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		n.kind = special
	default:
		return fmt.Errorf("an entry of the unknown type %q", h.Typeflag)
	}
	return nil
}

// hardlink makes n what the path is in this layer. If the layer does not have
// it, the layers below may.
func (s *scanner) hardlink(n *node, target string) error {
	parts, err := s.split(target)
	if err != nil {
		return fmt.Errorf("hard link to %s: %w", quotePath(target), err)
	}
	at := s.root
	for _, part := range parts {
		if at = at.children[part]; at == nil {
			n.kind, n.text = hardlink, "/"+strings.Join(parts, "/")
			return nil
		}
	}
	if at.kind == directory || at.kind == whiteout {
		return fmt.Errorf("a hard link to %s, which is not a file", quotePath(target))
	}
	name := n.name
	*n = at.node
	n.name, n.opaque = name, false
	return nil
}

// split cuts a path into its elements. A leading "/" or "./" means nothing.
func (s *scanner) split(name string) ([]string, error) {
	if len(name) > s.limits.Path {
		return nil, fmt.Errorf("a path of more than %d bytes", s.limits.Path)
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "" || part == ".":
		case part == "..":
			return nil, errors.New(`a path with ".."`)
		case len(part) > maxName:
			return nil, fmt.Errorf("a name of more than %d bytes", maxName)
		case strings.IndexByte(part, 0) >= 0:
			return nil, errors.New("a name with a zero byte")
		default:
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// directory finds the directory with the path, making what is missing. It
// follows the symbolic links of this layer; those of layers below are the
// tree's to follow.
func (s *scanner) directory(parts []string) (*draft, error) {
	at, todo, links := s.root, parts, 0
	for len(todo) > 0 {
		part := todo[0]
		todo = todo[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			if at.parent != nil {
				at = at.parent
			}
			continue
		}
		c := at.children[part]
		switch {
		case c == nil:
			var err error
			if c, err = s.insert(at, node{name: part, kind: directory, mode: 0o755, implied: true}); err != nil {
				return nil, err
			}
		case c.kind == whiteout: // made anew after it was removed
			c.node = node{name: part, kind: directory, mode: 0o755, implied: true, opaque: true}
		case c.kind == symlink:
			if links++; links > maxLinks {
				return nil, errors.New("too many symbolic links")
			}
			if strings.HasPrefix(c.text, "/") {
				at = s.root
			}
			todo = append(strings.Split(c.text, "/"), todo...)
			continue
		case c.kind != directory:
			return nil, fmt.Errorf("%s is not a directory", quotePath(c.path()))
		}
		at = c
	}
	return at, nil
}

// put sets the child of dir, in the place of what has its name.
func (s *scanner) put(dir *draft, n node) error {
	old := dir.children[n.name]
	if old == nil {
		_, err := s.insert(dir, n)
		return err
	}
	if n.kind == directory && old.kind == directory {
		n.opaque = old.opaque
		old.node = n
		return nil
	}
	n.opaque = n.kind == directory && (old.opaque || old.kind != directory)
	if n.kind != directory {
		s.forget(old)
	}
	old.node = n
	return s.account(n)
}

// forget drops what is below a directory that something else replaces.
func (s *scanner) forget(d *draft) {
	for _, c := range d.children {
		s.forget(c)
		s.count--
	}
	d.children = nil
}

// remove hides the name from the layers below, and what this layer itself has
// under it stays.
func (s *scanner) remove(dir *draft, name string) error {
	if name == "" || name == "." || name == ".." {
		return errors.New("a whiteout of nothing")
	}
	if c := dir.children[name]; c != nil {
		if c.kind == directory {
			c.opaque = true
		}
		return nil
	}
	_, err := s.insert(dir, node{name: name, kind: whiteout})
	return err
}

// insert adds a child with a new name.
func (s *scanner) insert(dir *draft, n node) (*draft, error) {
	if s.count++; s.count > s.limits.Entries {
		return nil, fmt.Errorf("more than %d entries", s.limits.Entries)
	}
	if err := s.account(n); err != nil {
		return nil, err
	}
	if dir.children == nil {
		dir.children = map[string]*draft{}
	}
	c := &draft{node: n, parent: dir, length: dir.length + 1 + len(n.name)}
	if c.length > s.limits.Path { // symbolic links make paths longer than their names
		return nil, fmt.Errorf("a path of more than %d bytes", s.limits.Path)
	}
	dir.children[n.name] = c
	return c, nil
}

func (s *scanner) account(n node) error {
	if s.text += int64(len(n.name) + len(n.text)); s.text > s.limits.Text {
		return fmt.Errorf("more than %d bytes of names and metadata", s.limits.Text)
	}
	return nil
}

// owner sets owner and permissions.
func (d *draft) owner(h *tar.Header) error {
	if h.Uid < 0 || h.Uid > math.MaxUint32 || h.Gid < 0 || h.Gid > math.MaxUint32 {
		return fmt.Errorf("owner %d:%d", h.Uid, h.Gid)
	}
	d.uid, d.gid, d.mode, d.implied = uint32(h.Uid), uint32(h.Gid), uint16(h.Mode&0o7777), false
	return nil
}

// path is the absolute path in the layer, "" for the root.
func (d *draft) path() string {
	if d.parent == nil {
		return ""
	}
	return d.parent.path() + "/" + d.name
}
