package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"time"

	"github.com/opencontainers/go-digest"
)

const (
	// checkpoint is how many bytes an Append receives before it makes them
	// durable: the most that has to be sent again after a crash.
	checkpoint = 64 << 20

	bufferSize = 256 << 10
)

var uploadID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// newUploadID returns a random (version 4) UUID.
func newUploadID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// uploadPath returns the directory of an upload, below the root.
func uploadPath(id string) (string, error) {
	if !uploadID.MatchString(id) {
		return "", fs.ErrNotExist
	}
	return uploadsDir + "/" + id, nil
}

// Create implements [Store].
func (s *Dir) Create(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	id := newUploadID()
	dir, err := uploadPath(id)
	if err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	if err := s.root.Mkdir(dir, dirMode); err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	// The state file comes last: an upload without one does not exist.
	for _, name := range []string{"data", "state"} {
		f, err := s.root.OpenFile(dir+"/"+name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return "", errors.Join(fmt.Errorf("create upload: %w", err), s.root.RemoveAll(dir))
		}
	}
	return id, nil
}

// Size implements [Store].
func (s *Dir) Size(ctx context.Context, upload string) (int64, error) {
	size, err := s.size(ctx, upload)
	if err != nil {
		return 0, fmt.Errorf("size of upload %.40q: %w", upload, err)
	}
	return size, nil
}

func (s *Dir) size(ctx context.Context, id string) (int64, error) {
	dir, err := uploadPath(id)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	f, err := s.root.Open(dir + "/state")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	st, err := readState(f)
	return st.size, err
}

// Append implements [Store].
func (s *Dir) Append(ctx context.Context, upload string, off int64, r io.Reader) (int64, error) {
	n, err := s.append(ctx, upload, off, r)
	if err != nil {
		return n, fmt.Errorf("append to upload %.40q: %w", upload, err)
	}
	return n, nil
}

func (s *Dir) append(ctx context.Context, id string, off int64, r io.Reader) (n int64, err error) {
	u, err := s.lockUpload(ctx, id)
	if err != nil {
		return 0, err
	}
	defer u.close()
	if off != u.state.size {
		return 0, &OffsetError{Have: u.state.size, Off: off}
	}
	data, err := s.root.OpenFile(u.dir+"/data", os.O_RDWR, fileMode)
	if err != nil {
		return 0, err
	}
	defer data.Close()
	sum, err := u.state.hash(ctx, data)
	if err != nil {
		return 0, err
	}
	// What an interrupted Append left behind the size that counts is overwritten.
	if _, err := data.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}

	size, saved := off, off
	save := func() error { // data first: a saved size never promises bytes that are not there
		if err := data.Sync(); err != nil {
			return err
		}
		if err := u.save(size, sum); err != nil {
			return err
		}
		saved = size
		return nil
	}
	err = copyInto(ctx, data, sum, r, func(n int) error {
		size += int64(n)
		if size-saved < checkpoint {
			return nil
		}
		return save()
	})
	err = errors.Join(err, save())
	return saved - off, err
}

// copyInto writes r to w and sum until its end, an error, or the end of ctx,
// and tells wrote about every piece written whole.
func copyInto(ctx context.Context, w io.Writer, sum hash.Hash, r io.Reader, wrote func(n int) error) error {
	buf := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, rerr := r.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			sum.Write(buf[:n])
			if err := wrote(n); err != nil {
				return err
			}
		}
		if rerr == io.EOF {
			return nil
		}
		if rerr != nil {
			return rerr
		}
	}
}

// Commit implements [Store].
func (s *Dir) Commit(ctx context.Context, upload string, want digest.Digest) (int64, error) {
	size, err := s.commit(ctx, upload, want)
	if err != nil {
		return 0, fmt.Errorf("commit upload %.40q: %w", upload, err)
	}
	return size, nil
}

func (s *Dir) commit(ctx context.Context, id string, want digest.Digest) (int64, error) {
	name, err := blobPath(Name{want, id})
	if err != nil {
		return 0, err
	}
	u, err := s.lockUpload(ctx, id)
	if err != nil {
		return 0, err
	}
	defer u.close()

	data, err := s.root.OpenFile(u.dir+"/data", os.O_RDWR, fileMode)
	if errors.Is(err, fs.ErrNotExist) {
		return s.finishCommit(u, name)
	}
	if err != nil {
		return 0, err
	}
	defer data.Close()
	fi, err := data.Stat()
	if err != nil {
		return 0, err
	}
	if fi.Size() < u.state.size {
		return 0, fmt.Errorf("upload holds %d bytes where %d were stored", fi.Size(), u.state.size)
	}
	got, err := u.state.digest(ctx, data, want.Algorithm())
	if err != nil {
		return 0, err
	}
	if got != want {
		return 0, &DigestError{Want: want, Got: got}
	}

	if err := data.Truncate(u.state.size); err != nil {
		return 0, err
	}
	if err := data.Sync(); err != nil {
		return 0, err
	}
	shard := path.Dir(name)
	if err := s.mkdir(shard); err != nil {
		return 0, err
	}
	if err := s.root.Rename(u.dir+"/data", name); err != nil {
		return 0, err
	}
	if err := s.syncDir(shard); err != nil {
		return 0, err
	}
	return u.state.size, u.remove()
}

// finishCommit ends an upload whose data was moved by a commit that was then
// interrupted, if that commit was to the same digest.
func (s *Dir) finishCommit(u *lockedUpload, name string) (int64, error) {
	fi, err := s.root.Stat(name)
	if err != nil {
		return 0, err
	}
	if err := s.syncDir(path.Dir(name)); err != nil {
		return 0, err
	}
	return fi.Size(), u.remove()
}

// Abort implements [Store].
func (s *Dir) Abort(ctx context.Context, upload string) error {
	u, err := s.lockUpload(ctx, upload)
	if err != nil {
		return fmt.Errorf("abort upload %.40q: %w", upload, err)
	}
	defer u.close()
	if err := u.remove(); err != nil {
		return fmt.Errorf("abort upload %.40q: %w", upload, err)
	}
	return nil
}

// ExpireUploads aborts the uploads that received nothing since the given time
// and returns how many. It passes over those in use, and removes what
// interrupted calls left behind.
func (s *Dir) ExpireUploads(ctx context.Context, before time.Time) (n int, err error) {
	entries, err := s.readDir(uploadsDir)
	if err != nil {
		return 0, fmt.Errorf("expire uploads: %w", err)
	}
	for _, e := range entries {
		expired, err := s.expire(ctx, e.Name(), before)
		if err != nil {
			return n, fmt.Errorf("expire upload %.40q: %w", e.Name(), err)
		}
		if expired {
			n++
		}
	}
	return n, nil
}

// expire aborts one upload if it received nothing since the given time.
func (s *Dir) expire(ctx context.Context, id string, before time.Time) (bool, error) {
	u, err := s.lockUpload(ctx, id)
	switch {
	case errors.Is(err, ErrBusy):
		return false, nil
	case errors.Is(err, fs.ErrNotExist): // the rest of a Create or of a removal, or gone
		dir, err := uploadPath(id)
		if err != nil {
			return false, nil // not ours
		}
		fi, err := s.root.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !fi.ModTime().Before(before) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return false, s.root.RemoveAll(dir)
	case err != nil:
		return false, err
	}
	defer u.close()
	fi, err := u.file.Stat()
	if err != nil || !fi.ModTime().Before(before) {
		return false, err
	}
	return true, u.remove()
}

// lockedUpload is an upload no one else works on. Its lock is that of the state file.
type lockedUpload struct {
	root  *os.Root
	dir   string
	file  *os.File // state
	state state
}

// lockUpload locks the upload and reads its state. It returns ErrBusy at once
// if another holds the lock.
func (s *Dir) lockUpload(ctx context.Context, id string) (*lockedUpload, error) {
	dir, err := uploadPath(id)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := s.root.OpenFile(dir+"/state", os.O_RDWR, fileMode)
	if err != nil {
		return nil, err
	}
	u := &lockedUpload{root: s.root, dir: dir, file: f}
	if err := u.lock(); err != nil {
		f.Close()
		return nil, err
	}
	return u, nil
}

func (u *lockedUpload) lock() error {
	if err := tryLock(u.file); err != nil {
		return err
	}
	// The upload may have ended between the open and the lock.
	locked, err := u.file.Stat()
	if err != nil {
		return err
	}
	named, err := u.root.Stat(u.dir + "/state")
	if err != nil {
		return err
	}
	if !os.SameFile(locked, named) {
		return fs.ErrNotExist
	}
	u.state, err = readState(u.file)
	return err
}

// save records that the upload holds size bytes with the running hash sum.
func (u *lockedUpload) save(size int64, sum hash.Hash) error {
	next, err := u.state.write(u.file, size, sum)
	if err != nil {
		return err
	}
	u.state = next
	return nil
}

// remove drops the upload. The state file goes first: from then on it does not exist.
func (u *lockedUpload) remove() error {
	if err := u.root.Remove(u.dir + "/state"); err != nil {
		return err
	}
	return u.root.RemoveAll(u.dir)
}

// close releases the lock.
func (u *lockedUpload) close() { u.file.Close() }
