package imagespec

import (
	"errors"
	"io/fs"
)

// File is a file that a specification puts into its image.
type File struct {
	Source string      // path on this machine
	Target string      // absolute path in the image, with slashes, below /root
	Field  string      // "copy" or "source_root"
	Size   int64       // in bytes; zero for a directory
	Mode   fs.FileMode // type (regular or directory) and permissions
}

// ErrLoadedModules is the cause of the error for a specification that copies
// the modules that are loaded when its Python program runs, which nobody
// knows without running it.
var ErrLoadedModules = errors.New("the files are those of the Python modules that are loaded when the program runs, which cannot be known without running it")

// Files are the files and directories that Copy and SourceRoot put into the
// image, sorted by target, each target once: the last that is copied there.
// Directories are listed before what they contain; /root itself is not.
func (s *Spec) Files() ([]File, error) { return nil, errors.New("not implemented") }
