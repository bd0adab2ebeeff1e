package layer

import (
	"io"
	"io/fs"
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
}

// Whiteout is the entry that takes path, without a leading slash, away from
// the layers below.
func Whiteout(path string) Entry { return Entry{Name: path, Type: Removed} }
