package imagespec

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// requirementsDigest is the hash of the requirements file without the white
// space around its text.
func (s *Spec) requirementsDigest() (string, []FileDigest, error) {
	name, err := s.resolve(s.Requirements)
	if err != nil {
		return "", nil, err
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%s is not a file", s.Requirements)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", nil, s.unread(s.Requirements, err)
	}
	all := sha256.Sum256(data)
	sum := sha1.Sum(bytes.Trim(data, " \t\n\r\v\f"))
	return hex.EncodeToString(sum[:]), []FileDigest{{filepath.ToSlash(s.Requirements), int64(len(data)), hex.EncodeToString(all[:])}}, nil
}

// RequirementsFile is the path of the requirements file on this machine, empty
// if there is none. The error is an *[Error] for what Confined refuses.
func (s *Spec) RequirementsFile() (string, error) {
	if s.Requirements == "" {
		return "", nil
	}
	name, err := s.resolve(s.Requirements)
	if err != nil {
		return "", s.fault("requirements", err, "%v", err)
	}
	return name, nil
}

// resolve is the path of a file that the specification names.
func (s *Spec) resolve(name string) (string, error) {
	p := filepath.FromSlash(name)
	if s.Confined && !filepath.IsLocal(p) {
		return "", fmt.Errorf("%s is not below the directory of the specification", name)
	}
	if !filepath.IsAbs(p) {
		p = filepath.Join(s.Dir, p)
	}
	return p, s.within(p, name)
}

// within refuses what a link leads out of the directory.
func (s *Spec) within(p, name string) error {
	if !s.Confined {
		return nil
	}
	real, err := filepath.EvalSymlinks(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // reading it will say so
	}
	if err != nil {
		return s.unread(name, err)
	}
	dir, err := filepath.EvalSymlinks(filepath.Join(s.Dir, "."))
	if err != nil {
		return s.unread(name, err)
	}
	if rel, err := filepath.Rel(dir, real); err != nil || !filepath.IsLocal(rel) {
		return fmt.Errorf("%s leads out of the directory of the specification", name)
	}
	return nil
}

// unread says that a file cannot be read, without the path on this machine.
func (s *Spec) unread(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &missing{name, s.Dir}
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("read %s: %w", name, err)
}

// missing is the error for a file that is not there.
type missing struct{ name, dir string }

func (m *missing) Error() string {
	if m.dir == "" || m.dir == "." {
		return "there is no " + m.name
	}
	return "there is no " + m.name + " in " + m.dir
}

func (m *missing) Unwrap() error { return fs.ErrNotExist }

// hashing hashes files as flytekit does: the content, then the path without
// its separators.
type hashing struct {
	spec  *Spec
	sum   hash.Hash
	files []FileDigest
	// unordered is the first directory whose directories have no order.
	unordered string
}

func newHashing(s *Spec) *hashing { return &hashing{spec: s, sum: md5.New()} }

func (h *hashing) digest() string { return hex.EncodeToString(h.sum.Sum(nil)) }

// file adds a file by its path on this machine, the path that is hashed and
// the one that is shown. A link that leads nowhere and a socket are passed
// over, as flytekit does.
func (h *hashing) file(name, hashed, shown string) error {
	if !utf8.ValidString(hashed) {
		return fmt.Errorf("the name of the file %q is not UTF-8", shown)
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return h.spec.unread(shown, err)
	case info.Mode().Type() == fs.ModeSocket:
		return nil
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is neither a file nor a directory", shown)
	}
	if err := h.spec.within(name, shown); err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return h.spec.unread(shown, err)
	}
	defer f.Close()
	all := sha256.New()
	n, err := io.Copy(io.MultiWriter(h.sum, all), f)
	if err != nil {
		return h.spec.unread(shown, err)
	}
	_, _ = io.WriteString(h.sum, strings.ReplaceAll(hashed, "/", "")) // a hash cannot fail
	h.files = append(h.files, FileDigest{shown, n, hex.EncodeToString(all.Sum(nil))})
	return nil
}

// copyDigest hashes what Copy names, in that order. The order of directories
// in a directory is that of the file system; unordered names the first
// directory where that counts.
func (s *Spec) copyDigest() (digest string, files []FileDigest, unordered string, err error) {
	h := newHashing(s)
	for _, entry := range s.Copy {
		if err := checkCopy(entry); err != nil {
			return "", nil, "", err
		}
		name, err := s.resolve(entry)
		if err != nil {
			return "", nil, "", err
		}
		shown := path.Clean(filepath.ToSlash(entry))
		info, err := os.Stat(name)
		if err != nil {
			return "", nil, "", s.unread(entry, err) // flytekit cannot build it
		}
		if info.IsDir() {
			err = h.directory(name, "", shown, 0)
		} else {
			err = h.file(name, path.Base(shown), shown)
		}
		if err != nil {
			return "", nil, "", err
		}
	}
	return h.digest(), h.files, h.unordered, nil
}

// checkCopy refuses what flytekit's builder refuses.
func checkCopy(entry string) error {
	p := filepath.ToSlash(entry)
	switch {
	case entry == "":
		return errors.New("a path is empty")
	case path.IsAbs(p) || filepath.IsAbs(entry):
		return fmt.Errorf("%s is absolute: only paths below the directory can be copied", entry)
	case slices.Contains(strings.Split(p, "/"), ".."):
		return fmt.Errorf("%s has .. in it: only paths below the directory can be copied", entry)
	}
	return nil
}

// maxDepth bounds how deep directories are read.
const maxDepth = 500

// directory adds the files of a directory and then its directories, without
// following links to directories. rel is its path below the copied one.
func (h *hashing) directory(name, rel, shown string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s is nested too deep", shown)
	}
	entries, err := listed(name)
	if err != nil {
		return h.spec.unread(path.Join(shown, rel), err)
	}
	var files, dirs []string
	for _, e := range entries {
		isDir, isLink := e.IsDir(), e.Type()&fs.ModeSymlink != 0
		if isLink {
			info, err := os.Stat(filepath.Join(name, e.Name()))
			isDir = err == nil && info.IsDir()
		}
		switch {
		case !isDir:
			files = append(files, e.Name())
		case !isLink:
			dirs = append(dirs, e.Name())
		}
	}
	slices.Sort(files)
	for _, f := range files {
		below := path.Join(rel, f)
		if err := h.file(filepath.Join(name, f), below, path.Join(shown, below)); err != nil {
			return err
		}
	}
	var filled int
	for _, d := range dirs {
		before := len(h.files)
		if err := h.directory(filepath.Join(name, d), path.Join(rel, d), shown, depth+1); err != nil {
			return err
		}
		if len(h.files) > before {
			filled++
		}
	}
	if filled > 1 && h.unordered == "" {
		h.unordered = path.Join(shown, rel)
	}
	return nil
}

// listed lists a directory in the order of the file system.
func listed(name string) ([]fs.DirEntry, error) {
	d, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.ReadDir(-1)
}

// sourceDigest hashes the files of the source root, sorted by their paths.
func (s *Spec) sourceDigest() (string, []FileDigest, error) {
	files, err := s.sourceFiles()
	if err != nil {
		return "", nil, err
	}
	h := newHashing(s)
	for _, f := range files {
		if err := h.file(f.name, f.rel, f.rel); err != nil {
			return "", nil, err
		}
	}
	return h.digest(), h.files, nil
}
