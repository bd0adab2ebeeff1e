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
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

const (
	// checkpoint is how many bytes an Append receives before it makes them
	// durable: the most that has to be sent again after a crash.
	checkpoint = 64 << 20

	// stride is after how many bytes the kernel is asked to write them to disk,
	// while more are received.
	stride = 8 << 20

	bufferSize = 256 << 10
)

// buffers are pairs: one is received and written while the other is hashed.
var buffers = sync.Pool{New: func() any { return new([2][bufferSize]byte) }}

var uploadID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// NewUploadID returns an id for an upload, a random UUID (version 4) in lower
// case.
func NewUploadID() string {
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
func (s *Dir) Create(ctx context.Context, upload string) error {
	if err := s.create(ctx, upload); err != nil {
		return fmt.Errorf("create upload %.40q: %w", upload, err)
	}
	return nil
}

func (s *Dir) create(ctx context.Context, id string) error {
	dir, err := uploadPath(id)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// What an interrupted Create left is taken over. The state file comes last:
	// an upload without one does not exist.
	if err := s.root.Mkdir(dir, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, f := range []struct {
		name string
		flag int
	}{{"data", 0}, {"state", os.O_EXCL}} {
		f, err := s.root.OpenFile(dir+"/"+f.name, os.O_CREATE|os.O_WRONLY|f.flag, fileMode)
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
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
	in, err := u.receive(ctx, off, r, checkpoint)
	if in == nil {
		return 0, err
	}
	defer in.data.Close()
	err = errors.Join(err, in.save())
	return u.state.size - off, err
}

// received is the data file of an upload and what came into it.
type received struct {
	u    *lockedUpload
	data *os.File
	size int64
	sum  hash.Hash // SHA-256 of so many bytes
}

// save makes what came durable, and lets it count. Data come first: a saved size
// never promises bytes that are not there.
func (in *received) save() error {
	if err := in.data.Sync(); err != nil {
		return err
	}
	return in.u.save(in.size, in.sum)
}

// receive writes the bytes of r at the end of the upload, which must be off, and
// saves every so many of them, unless that is 0. What came since is not saved
// yet, also when the error is not nil. It is nil when r was not read; otherwise
// the caller closes the file.
func (u *lockedUpload) receive(ctx context.Context, off int64, r io.Reader, every int64) (in *received, err error) {
	if off != u.state.size {
		return nil, &OffsetError{Have: u.state.size, Off: off}
	}
	data, err := u.root.OpenFile(u.dir+"/data", os.O_RDWR, fileMode)
	if err != nil {
		return nil, err
	}
	sum, err := u.state.hash(ctx, data)
	if err == nil {
		// What an interrupted Append left behind the size that counts is overwritten.
		_, err = data.Seek(off, io.SeekStart)
	}
	if err != nil {
		data.Close()
		return nil, err
	}
	in = &received{u: u, data: data, size: off, sum: sum}
	pair := buffers.Get().(*[2][bufferSize]byte)
	defer buffers.Put(pair)
	h := &hasher{sum: sum, hashed: make(chan struct{})}
	defer h.wait()
	asked := off
	for i := 0; ; i++ {
		buf := pair[i%2][:]
		n, rerr := fill(ctx, r, buf)
		if n > 0 {
			if _, err := data.Write(buf[:n]); err != nil {
				return in, err
			}
			h.add(buf[:n], rerr != nil)
			in.size += int64(n)
			if end := in.size / stride * stride; end > asked {
				writeback(data, asked, end-asked)
				asked = end
			}
			if every > 0 && in.size-u.state.size >= every {
				h.wait()
				if err := in.save(); err != nil {
					return in, err
				}
			}
		}
		if errors.Is(rerr, io.EOF) {
			return in, nil
		}
		if rerr != nil {
			return in, rerr
		}
	}
}

// A hasher hashes a piece while the next is received and written.
type hasher struct {
	sum    hash.Hash
	busy   bool
	hashed chan struct{}
}

// add hashes a piece after those before, and returns at once unless it is the last.
func (h *hasher) add(piece []byte, last bool) {
	h.wait()
	if last {
		h.sum.Write(piece)
		return
	}
	h.busy = true
	go func() {
		h.sum.Write(piece)
		h.hashed <- struct{}{}
	}()
}

// wait returns when all pieces are hashed.
func (h *hasher) wait() {
	if h.busy {
		<-h.hashed
		h.busy = false
	}
}

// fill reads until buf is full, r ends, or fails, or ctx is done.
func fill(ctx context.Context, r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		if err = ctx.Err(); err == nil {
			var k int
			k, err = r.Read(buf[n:])
			n += k
		}
	}
	return n, err
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

	// What counts was synced before it did.
	if fi.Size() > u.state.size {
		if err := data.Truncate(u.state.size); err != nil {
			return 0, err
		}
		if err := data.Sync(); err != nil {
			return 0, err
		}
	}
	return u.state.size, s.place(u, name)
}

// place moves the data of an upload, which are synced, to where the blob is to
// be, and ends the upload.
func (s *Dir) place(u *lockedUpload, name string) error {
	shard := path.Dir(name)
	if err := s.mkdir(shard); err != nil {
		return err
	}
	if err := s.root.Rename(u.dir+"/data", name); err != nil {
		return err
	}
	if err := s.syncDir(shard); err != nil {
		return err
	}
	return u.remove()
}

// Finish implements [Store].
func (s *Dir) Finish(ctx context.Context, upload string, off int64, r io.Reader, want digest.Digest) (int64, error) {
	size, err := s.finish(ctx, upload, off, r, want)
	if err != nil {
		return 0, fmt.Errorf("finish upload %.40q: %w", upload, err)
	}
	return size, nil
}

func (s *Dir) finish(ctx context.Context, id string, off int64, r io.Reader, want digest.Digest) (int64, error) {
	name, err := blobPath(Name{want, id})
	if err != nil {
		return 0, err
	}
	u, err := s.lockUpload(ctx, id)
	if err != nil {
		return 0, err
	}
	defer u.close()
	in, err := u.receive(ctx, off, r, 0)
	if errors.Is(err, fs.ErrNotExist) && in == nil {
		return s.finishCommit(u, name)
	}
	if in == nil {
		return 0, err
	}
	defer in.data.Close()
	if err == nil {
		err = in.check(ctx, want)
	}
	if err != nil {
		return 0, errors.Join(err, in.save())
	}
	fi, err := in.data.Stat()
	if err != nil {
		return 0, err
	}
	if fi.Size() > in.size { // the rest of an interrupted Append
		if err := in.data.Truncate(in.size); err != nil {
			return 0, err
		}
	}
	if err := in.data.Sync(); err != nil {
		return 0, err
	}
	return in.size, s.place(u, name)
}

// check fails with a *DigestError if the upload has another digest with what came.
func (in *received) check(ctx context.Context, want digest.Digest) error {
	sum := in.sum
	if want.Algorithm() != digest.SHA256 {
		sum = want.Algorithm().Hash()
		if err := hashFile(ctx, sum, in.data, in.size); err != nil {
			return err
		}
	}
	if got := digest.NewDigest(want.Algorithm(), sum); got != want {
		return &DigestError{Want: want, Got: got}
	}
	return nil
}

// finishCommit ends an upload whose data was moved by a Commit or Finish that
// was then interrupted, if that was to the same digest.
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
