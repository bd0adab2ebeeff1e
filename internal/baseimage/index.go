package baseimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
)

// kind is what a node is.
type kind uint8

const (
	directory kind = iota
	regular
	symlink
	hardlink // to a path that the layer itself does not have
	special  // device, pipe, socket
	whiteout // takes the name away from the layers below
	kinds    // how many there are
)

// node is a file of one layer.
type node struct {
	name string
	// text is the target of a link, and of a regular file the fact that was
	// taken from it, see facts.
	text     string
	first    uint32 // of the children in index.nodes, sorted by name
	count    uint32
	uid, gid uint32
	mode     uint16 // permissions, setuid, setgid, sticky as in tar
	kind     kind
	// opaque hides what the layers below have under this name.
	opaque bool
	// implied is a directory that the layer only has files in: its owner and
	// mode are those of the layers below.
	implied bool
}

// index is what is known of one layer: the names, kinds and owners of its
// files and what few of them say. nodes[0] is the root directory.
type index struct {
	nodes   []node
	implied int // directories that are implied, the root aside
}

func (x *index) children(n *node) []node { return x.nodes[n.first : n.first+n.count] }

// child finds the child of n with a name.
func (x *index) child(n *node, name string) *node {
	list := x.children(n)
	lo, hi := 0, len(list)
	for lo < hi {
		if mid := (lo + hi) / 2; list[mid].name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(list) && list[lo].name == name {
		return &list[lo]
	}
	return nil
}

// The file of an index, little endian:
//
//	magic   8 bytes
//	nodes   uint32, how many
//	text    uint32, how many bytes
//	records 30 bytes for each node, children of one side by side and behind it
//	text    names, link targets and facts
//	sum     uint32, CRC-32C of all before
//
// A file of another version, or a damaged one, is made anew: the magic changes
// with the format and with what the facts are.
const (
	indexMagic  = "pqbase01"
	headerSize  = len(indexMagic) + 8
	recordSize  = 30
	flagOpaque  = 1
	flagImplied = 2
)

var errIndex = errors.New("not an index of this version, or a damaged one")

// encode writes the file of the index.
func (x *index) encode() ([]byte, error) {
	var text bytes.Buffer
	le := binary.LittleEndian
	records := make([]byte, 0, len(x.nodes)*recordSize)
	for i := range x.nodes {
		n := &x.nodes[i]
		records = le.AppendUint32(records, uint32(text.Len()))
		text.WriteString(n.name)
		records = le.AppendUint16(records, uint16(len(n.name)))
		records = le.AppendUint32(records, uint32(len(n.text)))
		text.WriteString(n.text)
		records = le.AppendUint32(records, n.first)
		records = le.AppendUint32(records, n.count)
		records = le.AppendUint32(records, n.uid)
		records = le.AppendUint32(records, n.gid)
		records = le.AppendUint16(records, n.mode)
		flags := byte(0)
		if n.opaque {
			flags |= flagOpaque
		}
		if n.implied {
			flags |= flagImplied
		}
		records = append(records, byte(n.kind), flags)
	}
	if text.Len() > math.MaxInt32 {
		return nil, fmt.Errorf("%d bytes of names are too many", text.Len())
	}
	out := make([]byte, 0, headerSize+len(records)+text.Len()+4)
	out = append(out, indexMagic...)
	out = le.AppendUint32(out, uint32(len(x.nodes)))
	out = le.AppendUint32(out, uint32(text.Len()))
	out = append(out, records...)
	out = append(out, text.Bytes()...)
	return le.AppendUint32(out, crc32.Checksum(out, castagnoli)), nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// decodeIndex reads what encode wrote. Whatever the bytes are, the index that
// it returns can be walked.
func decodeIndex(data []byte) (*index, error) {
	le := binary.LittleEndian
	if len(data) < headerSize+4 || string(data[:len(indexMagic)]) != indexMagic {
		return nil, errIndex
	}
	body := data[:len(data)-4]
	if crc32.Checksum(body, castagnoli) != le.Uint32(data[len(body):]) {
		return nil, errIndex
	}
	count, size := uint64(le.Uint32(data[8:])), uint64(le.Uint32(data[12:]))
	if count == 0 || uint64(len(body)) != uint64(headerSize)+count*recordSize+size {
		return nil, errIndex
	}
	records := body[headerSize : uint64(headerSize)+count*recordSize]
	text := string(body[uint64(headerSize)+count*recordSize:])
	x := &index{nodes: make([]node, count)}
	next := uint64(1) // children come in the order of their parents, without gaps
	for i := range x.nodes {
		r := records[i*recordSize : (i+1)*recordSize]
		at, name, more := uint64(le.Uint32(r)), uint64(le.Uint16(r[4:])), uint64(le.Uint32(r[6:]))
		if at+name+more > size || r[28] >= byte(kinds) {
			return nil, errIndex
		}
		n := &x.nodes[i]
		*n = node{
			name: text[at : at+name], text: text[at+name : at+name+more],
			first: le.Uint32(r[10:]), count: le.Uint32(r[14:]), uid: le.Uint32(r[18:]), gid: le.Uint32(r[22:]),
			mode: le.Uint16(r[26:]), kind: kind(r[28]), opaque: r[29]&flagOpaque != 0, implied: r[29]&flagImplied != 0,
		}
		if n.count > 0 {
			if n.kind != directory || uint64(n.first) != next || next <= uint64(i) || next+uint64(n.count) > count {
				return nil, errIndex
			}
			next += uint64(n.count)
		} else {
			n.first = 0
		}
		if n.implied && i > 0 {
			x.implied++
		}
	}
	if next != count || x.nodes[0].kind != directory {
		return nil, errIndex
	}
	return x, nil
}

// draft is a node while its layer is read.
type draft struct {
	node
	children map[string]*draft
	parent   *draft
	length   int // of the absolute path
}

// flatten makes the index of the drafts below root.
func flatten(root *draft, count int) *index {
	x := &index{nodes: make([]node, 0, count)}
	queue := []*draft{root}
	x.nodes = append(x.nodes, root.node)
	for i := 0; i < len(queue); i++ {
		d := queue[i]
		if len(d.children) == 0 {
			continue
		}
		from := len(queue)
		for _, c := range d.children {
			queue = append(queue, c)
		}
		level := queue[from:]
		slices.SortFunc(level, func(a, b *draft) int { return strings.Compare(a.name, b.name) })
		x.nodes[i].first, x.nodes[i].count = uint32(len(x.nodes)), uint32(len(level))
		for _, c := range level {
			x.nodes = append(x.nodes, c.node)
			if c.implied {
				x.implied++
			}
		}
	}
	return x
}
