package imagespec

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// File is a file that a specification puts into its image.
type File struct {
	Source string      // path on this machine; empty for a directory that only has to be there
	Target string      // path in the image, with slashes: below [Spec.WorkDir], or relative to the base image's if that is empty
	Field  string      // "copy" or "source_root"
	Size   int64       // in bytes; zero for a directory
	Mode   fs.FileMode // a regular file of mode 0644 or 0755, or a directory of mode 0755
}

// ErrLoadedModules is the cause of the error for a specification that copies
// the modules that are loaded when its Python program runs.
var ErrLoadedModules = errors.New("LOADED_MODULES copies the Python modules that are loaded when the program runs, which cannot be known without running it")

// home is the directory that files are copied to, unless told otherwise.
const home = "/root"

// Files are the files and directories that SourceRoot and then Copy put into
// the image, sorted by target, each target once: the last that is copied there.
// Directories come before what they contain; the working directory itself is not listed. Links
// are followed, so that only files and directories are listed. Permissions are
// those that everybody's umask gives. Errors are *[Error].
//
// A link to a directory is followed below Copy, as flytekit's builder does,
// though its files do not count for the tag, and is left out below SourceRoot.
func (s *Spec) Files() ([]File, error) {
	l := &listing{spec: s, at: map[string]File{}}
	if s.copiesSource() {
		l.field = "source_root"
		if s.SourceRoot == "" {
			return nil, s.fault(l.field, nil, "it must be set when source_copy_mode is %s", s.copyMode())
		}
		if err := l.source(); err != nil {
			return nil, l.fault(err)
		}
	}
	l.field = "copy"
	for _, entry := range s.Copy {
		if err := l.copy(entry); err != nil {
			return nil, l.fault(err)
		}
	}
	return slices.SortedFunc(maps.Values(l.at), func(a, b File) int { return strings.Compare(a.Target, b.Target) }), nil
}

type listing struct {
	spec  *Spec
	field string
	at    map[string]File // by target
}

func (l *listing) fault(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return l.spec.fault(l.field, err, "%v", err)
}

func (l *listing) source() error {
	files, err := l.spec.sourceFiles()
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := os.Stat(f.name)
		if err != nil {
			return l.spec.unread(f.rel, err)
		}
		if err := l.add(f.name, f.rel, info); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) copy(entry string) error {
	if err := checkCopy(entry); err != nil {
		return err
	}
	name, err := l.spec.resolve(entry)
	if err != nil {
		return err
	}
	return l.tree(name, path.Clean(filepath.ToSlash(entry)), nil)
}

// tree lists a file or directory and what it contains. above are the
// directories that it is in, which a link may lead back to.
func (l *listing) tree(name, rel string, above []fs.FileInfo) error {
	info, err := os.Stat(name)
	if err != nil {
		return l.spec.unread(rel, err)
	}
	if info.Mode().Type() == fs.ModeSocket {
		return nil
	}
	if err := l.add(name, rel, info); err != nil || !info.IsDir() {
		return err
	}
	if len(above) > maxDepth || slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return fmt.Errorf("%s is nested too deep, or is a link to a directory that it is in", rel)
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return l.spec.unread(rel, err)
	}
	above = append(above, info)
	for _, e := range entries {
		if err := l.tree(filepath.Join(name, e.Name()), path.Join(rel, e.Name()), above); err != nil {
			return err
		}
	}
	return nil
}

// add lists a file or directory, by its path below /root, and the directories
// that it is in.
func (l *listing) add(name, rel string, info fs.FileInfo) error {
	if err := l.spec.within(name, rel); err != nil {
		return err
	}
	for i := range len(rel) {
		if rel[i] == '/' {
			if err := l.put(File{Target: path.Join(l.spec.WorkDir(), rel[:i]), Field: l.field, Mode: fs.ModeDir | 0o755}); err != nil {
				return err
			}
		}
	}
	if rel == "." {
		return nil
	}
	f := File{Source: name, Target: path.Join(l.spec.WorkDir(), rel), Field: l.field, Mode: 0o644, Size: info.Size()}
	switch {
	case info.IsDir():
		f.Mode, f.Size = fs.ModeDir|0o755, 0
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is neither a file nor a directory", rel)
	case info.Mode()&0o111 != 0:
		f.Mode = 0o755
	}
	return l.put(f)
}

// put lists a file in the place of one that was copied there before.
func (l *listing) put(f File) error {
	old, ok := l.at[f.Target]
	if ok && old.Mode.IsDir() != f.Mode.IsDir() {
		return fmt.Errorf("%s is copied as a file and as a directory", f.Target)
	}
	if !ok || f.Source != "" {
		l.at[f.Target] = f
	}
	return nil
}
