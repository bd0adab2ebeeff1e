package blob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Dir is a Store in a directory of the local file system.
//
//	blobs/<algorithm>/<first two hex digits>/<hex>.<uuid>   one file per blob, by digest and upload
//	uploads/<uuid>/data, state                              one directory per upload
//	lock                                                    see Lock
//
// Several processes may share the directory if its file system supports locks
// between them (flock).
type Dir struct {
	root *os.Root // every path stays below it, whatever the name
}

var _ Store = (*Dir)(nil)

const (
	blobsDir   = "blobs"
	uploadsDir = "uploads"

	dirMode  = 0o700
	fileMode = 0o600
)

// algorithms are those accepted in a digest, in ascending order.
var algorithms = []digest.Algorithm{digest.SHA256, digest.SHA512}

// OpenDir opens the store in the directory path, which it makes if needed.
func OpenDir(path string) (*Dir, error) {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("open blob directory: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open blob directory: %w", err)
	}
	s := &Dir{root: root}
	dirs := []string{blobsDir, uploadsDir}
	for _, a := range algorithms {
		dirs = append(dirs, blobsDir+"/"+a.String())
	}
	for _, d := range dirs {
		if err := s.mkdir(d); err != nil {
			root.Close()
			return nil, fmt.Errorf("open blob directory %s: %w", path, err)
		}
	}
	return s, nil
}

// Close releases the handle on the directory. Readers already open stay good.
func (s *Dir) Close() error { return s.root.Close() }

// Open implements [Store]. A read of a whole blob returns the *os.File itself.
func (s *Dir) Open(ctx context.Context, b Name, off, n int64) (io.ReadCloser, error) {
	name, err := blobPath(b)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open blob %s: %w", b, err)
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", b, err)
	}
	r, err := section(f, off, n)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open blob %s at offset %d: %w", b, off, err)
	}
	return r, nil
}

// section returns the reader of n bytes of f from off; see Store.Open.
func section(f *os.File, off, n int64) (io.ReadCloser, error) {
	if off == 0 && n < 0 {
		return f, nil
	}
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if off < 0 || off > fi.Size() {
		return nil, ErrRange
	}
	if _, err := f.Seek(off, io.SeekStart); err != nil {
		return nil, err
	}
	if n < 0 {
		return f, nil
	}
	return &limitedFile{r: io.LimitedReader{R: f, N: n}, f: f}, nil
}

// limitedFile reads the next bytes of a file. It hands io.Copy the
// *io.LimitedReader over the *os.File, a pair for which net.TCPConn uses sendfile.
type limitedFile struct {
	r io.LimitedReader
	f *os.File
}

func (l *limitedFile) Read(p []byte) (int, error)         { return l.r.Read(p) }
func (l *limitedFile) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, &l.r) }
func (l *limitedFile) Close() error                       { return l.f.Close() }

// Stat implements [Store].
func (s *Dir) Stat(ctx context.Context, b Name) (int64, error) {
	name, err := blobPath(b)
	if err != nil {
		return 0, fmt.Errorf("stat blob: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("stat blob %s: %w", b, err)
	}
	fi, err := s.root.Stat(name)
	if err != nil {
		return 0, fmt.Errorf("stat blob %s: %w", b, err)
	}
	return fi.Size(), nil
}

// Remove implements [Store].
func (s *Dir) Remove(ctx context.Context, b Name) error {
	name, err := blobPath(b)
	if err != nil {
		return fmt.Errorf("remove blob: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("remove blob %s: %w", b, err)
	}
	if err := s.root.Remove(name); err != nil {
		return fmt.Errorf("remove blob %s: %w", b, err)
	}
	return nil
}

// List implements [Store]. It holds the names of one of 256 directories at a time.
func (s *Dir) List(ctx context.Context, after Name) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := s.list(ctx, after, func(i Info) bool { return yield(i, nil) }); err != nil {
			yield(Info{}, fmt.Errorf("list blobs: %w", err))
		}
	}
}

// list calls yield for each blob after the given one until it returns false.
func (s *Dir) list(ctx context.Context, after Name, yield func(Info) bool) error {
	all := after == Name{}
	if !all {
		if err := after.check(); err != nil {
			return err
		}
	}
	for _, alg := range algorithms {
		if !all && alg < after.Digest.Algorithm() {
			continue
		}
		var from string // the first directory that may hold a later blob
		if !all && alg == after.Digest.Algorithm() {
			from = after.Digest.Encoded()[:2]
		}
		shards, err := s.readDir(blobsDir + "/" + alg.String())
		if err != nil {
			return err
		}
		for _, shard := range shards {
			if shard.Name() < from || !shard.IsDir() {
				continue
			}
			files, err := s.readDir(blobsDir + "/" + alg.String() + "/" + shard.Name())
			if err != nil {
				return err
			}
			for _, file := range files {
				if err := ctx.Err(); err != nil {
					return err
				}
				hex, upload, _ := strings.Cut(file.Name(), ".")
				b := Name{digest.NewDigestFromEncoded(alg, hex), upload}
				if b.check() != nil || b.Compare(after) <= 0 || blobFile(b) != file.Name() {
					continue
				}
				fi, err := file.Info()
				if errors.Is(err, fs.ErrNotExist) {
					continue // removed since the directory was read
				}
				if err != nil {
					return err
				}
				if !yield(Info{Name: b, Size: fi.Size(), ModTime: fi.ModTime()}) {
					return nil
				}
			}
		}
	}
	return nil
}

// readDir returns the entries of a directory in ascending order of name.
func (s *Dir) readDir(name string) ([]fs.DirEntry, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// mkdir makes the directory name unless it is there. Either way it makes it
// durable in its parent: another process may have made it a moment ago.
func (s *Dir) mkdir(name string) error {
	if err := s.root.Mkdir(name, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.syncDir(path.Dir(name))
}

// syncDir makes the entries of the directory name durable.
func (s *Dir) syncDir(name string) error {
	f, err := s.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// blobPath returns where a blob is, below the root.
func blobPath(b Name) (string, error) {
	if err := b.check(); err != nil {
		return "", err
	}
	return blobsDir + "/" + b.Digest.Algorithm().String() + "/" + b.Digest.Encoded()[:2] + "/" + blobFile(b), nil
}

// blobFile returns the name of a blob's file in its directory.
func blobFile(b Name) string {
	if b.Upload == "" {
		return b.Digest.Encoded()
	}
	return b.Digest.Encoded() + "." + b.Upload
}

// checkDigest accepts what Store accepts as a digest.
func checkDigest(d digest.Digest) error {
	if err := d.Validate(); err != nil {
		return fmt.Errorf("digest %.160q: %w", string(d), err)
	}
	if !slices.Contains(algorithms, d.Algorithm()) {
		return fmt.Errorf("digest %.160q: %w", string(d), digest.ErrDigestUnsupported)
	}
	return nil
}
