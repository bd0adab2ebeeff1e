package build

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The files of a build travel as a gzip-compressed tar archive of directories and regular files with relative names. It has
// no links and no special files, so that unpacking it writes nothing outside of a directory, whatever it holds.

// CheckContext reads an archive of files and reports whether it can be unpacked within the limits. Errors: ErrContext, and
// those of r.
func CheckContext(r io.Reader, limits Limits) error {
	return walkContext(r, limits, func(*tar.Header, io.Reader) error { return nil })
}

// UnpackContext unpacks an archive of files into a directory that is there and empty. Files are for their owner alone, who
// may run those that were executable. Errors: as for CheckContext.
func UnpackContext(r io.Reader, dir string, limits Limits) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("unpack files: %w", err)
	}
	defer root.Close()
	return walkContext(r, limits, func(h *tar.Header, content io.Reader) error {
		name := path.Clean(h.Name)
		if h.Typeflag == tar.TypeDir {
			return root.MkdirAll(filepath.FromSlash(name), 0o700)
		}
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o700); err != nil {
			return err
		}
		f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(h.Mode)&0o100|0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Close())
	})
}

func badContext(format string, args ...any) error {
	return &Error{Kind: ErrContext, Detail: fmt.Sprintf(format, args...)}
}

// reading tells errors of the source of an archive from those of its form.
type reading struct {
	io.Reader
	err error
}

func (r *reading) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// walkContext calls visit for each entry of an archive that is as it should be.
func walkContext(source io.Reader, limits Limits, visit func(*tar.Header, io.Reader) error) error {
	limits = limits.withDefaults()
	src := &reading{Reader: source}
	wrong := func(err error) error {
		if src.err != nil {
			return src.err
		}
		return badContext("not a tar archive compressed with gzip: %v", err)
	}
	z, err := gzip.NewReader(src)
	if err != nil {
		return wrong(err)
	}
	unpacked := &io.LimitedReader{R: z, N: limits.Unpacked + 1}
	seen := map[string]bool{} // whether it is a directory
	for t := tar.NewReader(unpacked); ; {
		h, err := t.Next()
		if unpacked.N <= 0 {
			return badContext("they have more than %d bytes unpacked", limits.Unpacked)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return wrong(err)
		}
		if err := checkEntry(h, seen); err != nil {
			return err
		}
		if len(seen) > limits.Files {
			return badContext("there are more than %d of them", limits.Files)
		}
		content := &contentReader{Reader: t}
		if err := visit(h, content); err != nil {
			if content.err != nil {
				return wrong(content.err)
			}
			return err
		}
	}
	// What follows the archive's end would be unpacked by others.
	if _, err := io.Copy(io.Discard, unpacked); err != nil {
		return wrong(err)
	}
	if unpacked.N <= 0 {
		return badContext("they have more than %d bytes unpacked", limits.Unpacked)
	}
	return nil
}

// contentReader remembers why an entry could not be read.
type contentReader struct {
	io.Reader
	err error
}

func (r *contentReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// checkEntry refuses what could lead out of a directory, and what is there twice.
func checkEntry(h *tar.Header, seen map[string]bool) error {
	dir := h.Typeflag == tar.TypeDir
	if !dir && h.Typeflag != tar.TypeReg {
		return badContext("%q is neither a file nor a directory", clean(h.Name, 256))
	}
	name := strings.TrimSuffix(h.Name, "/")
	if name == "." && dir {
		return nil
	}
	name = strings.TrimPrefix(name, "./")
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return badContext("%q is not a relative path within the archive", clean(h.Name, 256))
	}
	if was, ok := seen[name]; ok && !(was && dir) {
		return badContext("%q is there twice", clean(h.Name, 256))
	}
	seen[name] = dir
	for up := path.Dir(name); up != "."; up = path.Dir(up) {
		if was, ok := seen[up]; ok && !was {
			return badContext("%q is below a file", clean(h.Name, 256))
		}
		seen[up] = true
	}
	return nil
}

// PackContext writes an archive of files: the keys are their names in it, the values where they are. Equal files make equal
// archives, whenever and by whomever they are packed.
func PackContext(w io.Writer, files map[string]string) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("pack files: %w", err)
	}
	t := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := packFile(t, name, files[name]); err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := errors.Join(t.Close(), z.Close()); err != nil {
		return fmt.Errorf("pack files: %w", err)
	}
	return nil
}

func packFile(t *tar.Writer, name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Size: info.Size(), Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	switch {
	case info.IsDir():
		h.Name, h.Typeflag, h.Size, h.Mode = name+"/", tar.TypeDir, 0, 0o755
		return t.WriteHeader(h)
	case !info.Mode().IsRegular():
		return errors.New("neither a file nor a directory")
	case info.Mode()&0o100 != 0:
		h.Mode = 0o755
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size())
	return err
}
