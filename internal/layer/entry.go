package layer

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Type is what an entry puts into the image.
type Type byte

const (
	// File is a regular file with Size bytes that Open reads.
	File Type = iota
	// Dir is a directory.
	Dir
	// Symlink is a symbolic link to Link.
	Symlink
	// Removed takes a file or directory of a lower layer away.
	Removed
)

// An Entry is one file of a layer.
type Entry struct {
	// Name is the path in the image: slash-separated, clean, without a
	// leading slash. That of a Removed entry is the path that goes.
	Name string
	Type Type

	// Mode counts as follows, so that neither umask nor file system shows.
	// A file that anybody may execute is 0755, any other 0644. A
	// directory has exactly these permissions with setgid and sticky bit,
	// since one that exists below must keep what it has. Links and
	// removals have none.
	Mode     fs.FileMode
	UID, GID int

	Size int64                         // of a File; Open must read as many bytes
	Link string                        // of a Symlink: its target
	Open func() (io.ReadCloser, error) // of a File; not called when Size is 0

	// OpenDeflated, if not nil, opens the content of a File that is stored
	// compressed. While it is read to its end, the reader writes to raw the
	// whole DEFLATE stream (RFC 1951) that it reads. A gzip layer takes
	// large files over like this instead of compressing them once more.
	OpenDeflated func(raw io.Writer) (io.ReadCloser, error)
}

// Whiteout is the entry that takes path, without a leading slash, away from
// the layers below.
func Whiteout(path string) Entry { return Entry{Name: path, Type: Removed} }

// An EntryError refuses an entry that has no place in a layer.
type EntryError struct {
	Name   string
	Reason string
}

func (e *EntryError) Error() string { return "layer entry " + quote(e.Name) + ": " + e.Reason }

// whiteoutPrefix marks what a layer removes.
// Source: https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts.
const whiteoutPrefix = ".wh."

const (
	maxName      = 4095 // PATH_MAX of Linux, less its NUL
	maxComponent = 255  // NAME_MAX
)

// tarName is the entry's name in the tar file.
func (e *Entry) tarName() string {
	if e.Type != Removed {
		return e.Name
	}
	dir, base := path.Split(e.Name)
	return dir + whiteoutPrefix + base
}

// arrange checks entries and returns them in the order of the tar file:
// bytewise by name, so that directories precede what is in them.
func arrange(entries []Entry) ([]Entry, error) {
	types := make(map[string]Type, len(entries))
	for i := range entries {
		e := &entries[i]
		if reason := e.fault(); reason != "" {
			return nil, &EntryError{e.Name, reason}
		}
		if _, twice := types[e.Name]; twice {
			return nil, &EntryError{e.Name, "it is there twice"}
		}
		types[e.Name] = e.Type
	}
	for i := range entries {
		for dir := path.Dir(entries[i].Name); dir != "."; dir = path.Dir(dir) {
			switch t, ok := types[dir]; {
			case !ok || t == Dir:
			case t == Symlink:
				return nil, &EntryError{entries[i].Name, "it is below a symbolic link"}
			case t == Removed:
				return nil, &EntryError{entries[i].Name, "it is below what the same layer removes"}
			default:
				return nil, &EntryError{entries[i].Name, "it is below a file"}
			}
		}
	}
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b Entry) int { return strings.Compare(a.tarName(), b.tarName()) })
	return sorted, nil
}

// fault says what is wrong with the entry by itself, or "".
func (e *Entry) fault() string {
	if reason := nameFault(e.Name); reason != "" {
		return reason
	}
	if e.UID < 0 || e.GID < 0 {
		return "its owner is negative"
	}
	switch e.Type {
	case File:
		if e.Size < 0 || e.Size > 0 && e.Open == nil {
			return "it has no content"
		}
	case Symlink:
		if e.Link == "" || len(e.Link) > maxName || strings.ContainsRune(e.Link, 0) || !utf8.ValidString(e.Link) {
			return "its target is not a path"
		}
	case Dir:
	case Removed:
		if len(path.Base(e.tarName())) > maxComponent {
			return "its name is too long"
		}
	default:
		return "its type is unknown"
	}
	return ""
}

func nameFault(name string) string {
	switch {
	case name == "" || name == ".":
		return "it has no name"
	case name[0] == '/':
		return "its name is absolute"
	case len(name) > maxName:
		return "its name is too long"
	case strings.ContainsRune(name, 0):
		return "its name has a NUL in it"
	case !utf8.ValidString(name):
		return "its name is not UTF-8"
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "..":
			return "its name leads out of the image"
		case part == "" || part == ".":
			return "its name is not clean"
		case len(part) > maxComponent:
			return "its name is too long"
		case strings.HasPrefix(part, whiteoutPrefix):
			return "its name would remove a file"
		}
	}
	return ""
}

// quote makes a name fit to be shown: it comes from archives that may be
// malicious.
func quote(name string) string {
	const most = 200
	if len(name) > most {
		name = name[:most] + "…"
	}
	return strconv.Quote(name)
}
