package blob

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
)

// Cache is a Store with copies of some of its blobs in a local directory. A
// blob that is asked for by many at once is read from the store once: the
// others read what has come of it.
//
// A blob is copied when it is read whole; what is read in part, and is not in
// the directory, comes from the store itself. A copy has been checked against
// its digest before anybody gets the last of it. What another node removes may
// be read here for as long as there is a copy.
type Cache struct {
	Store

	root *os.Root
	max  int64

	mu     sync.Mutex
	copies map[Name]*blobCopy
	used   *list.List // of *blobCopy that are whole, the last used first
	bytes  int64      // of all copies when they are whole
	fills  sync.WaitGroup
	ctx    context.Context // of the fills
	cancel context.CancelFunc
}

// blobCopy is a copy of a blob, or what has come of it.
type blobCopy struct {
	name Name
	size int64
	at   *list.Element // in Cache.used; nil as long as it comes

	mu    sync.Mutex
	file  string // below the root; it changes once, when the copy is whole
	have  int64  // bytes that may be read
	err   error  // why no more will come
	moved chan struct{}
}

// partSuffix ends the names of files that are not whole.
const partSuffix = ".part"

// OpenCache opens a cache of a store in the directory, which it makes if needed
// and of which it takes maxBytes at most. Nothing else may use the directory.
func OpenCache(store Store, dir string, maxBytes int64) (*Cache, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("open layer cache: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open layer cache: %w", err)
	}
	c := &Cache{Store: store, root: root, max: maxBytes, copies: map[Name]*blobCopy{}, used: list.New()}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if err := c.scan(); err != nil {
		return nil, errors.Join(fmt.Errorf("open layer cache: %w", err), root.Close())
	}
	return c, nil
}

// scan finds the copies that an earlier process left.
func (c *Cache) scan() error {
	f, err := c.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	infos, err := f.Readdir(-1)
	if err != nil {
		return err
	}
	slices.SortFunc(infos, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, fi := range infos {
		name, size, ok := parseCopyFile(fi.Name())
		if !ok || size != fi.Size() {
			if strings.HasSuffix(fi.Name(), partSuffix) || ok {
				if err := c.root.Remove(fi.Name()); err != nil {
					return err
				}
			}
			continue
		}
		b := &blobCopy{name: name, size: size, file: fi.Name(), have: size}
		c.copies[name] = b
		b.at = c.used.PushFront(b)
		c.bytes += size
	}
	c.evict(0)
	return nil
}

// copyFile is the name of the file of a whole copy.
func copyFile(b Name, size int64) string {
	return b.Digest.Algorithm().String() + "-" + b.Digest.Encoded() + "." + b.Upload + "." + strconv.FormatInt(size, 10)
}

func parseCopyFile(file string) (b Name, size int64, ok bool) {
	alg, rest, _ := strings.Cut(file, "-")
	hex, rest, _ := strings.Cut(rest, ".")
	upload, length, _ := strings.Cut(rest, ".")
	b = Name{digest.NewDigestFromEncoded(digest.Algorithm(alg), hex), upload}
	size, err := strconv.ParseInt(length, 10, 64)
	return b, size, err == nil && b.check() == nil && size > 0 && copyFile(b, size) == file
}

// Close waits for no reader, and leaves the copies that are whole.
func (c *Cache) Close() error {
	c.cancel()
	c.fills.Wait()
	return c.root.Close()
}

// Remove implements [Store].
func (c *Cache) Remove(ctx context.Context, b Name) error {
	c.mu.Lock()
	if have := c.copies[b]; have != nil && have.at != nil {
		c.drop(have)
	}
	c.mu.Unlock()
	return c.Store.Remove(ctx, b)
}

// Open implements [Store].
func (c *Cache) Open(ctx context.Context, b Name, off, n int64) (io.ReadCloser, error) {
	if err := errors.Join(b.check(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("open blob %s: %w", b, err)
	}
	have, err := c.find(ctx, b, off, n)
	if err != nil {
		return nil, err
	}
	if have == nil {
		return c.Store.Open(ctx, b, off, n)
	}
	r, err := c.open(ctx, have, off, n)
	if err != nil {
		return nil, fmt.Errorf("open copy of blob %s at offset %d: %w", b, off, err)
	}
	return r, nil
}

// find returns the copy to read from, which may be one that it begins, or nil.
func (c *Cache) find(ctx context.Context, b Name, off, n int64) (*blobCopy, error) {
	whole := off == 0 && n < 0
	if have := c.lookup(b, whole); have != nil || !whole {
		return have, nil
	}
	size, err := c.Stat(ctx, b)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if have := c.copies[b]; have != nil {
		return have, nil
	}
	if size == 0 || size > c.max/2 || c.ctx.Err() != nil || !c.evict(size) {
		return nil, nil
	}
	have := &blobCopy{name: b, size: size, file: copyFile(b, size) + partSuffix, moved: make(chan struct{})}
	f, err := c.root.OpenFile(have.file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fileMode)
	if err != nil {
		return nil, nil // there are the bytes themselves
	}
	c.copies[b] = have
	c.bytes += size
	c.fills.Go(func() { c.fill(have, f) })
	return have, nil
}

// lookup returns a copy if it is whole, or is good for a reader of all.
func (c *Cache) lookup(b Name, all bool) *blobCopy {
	c.mu.Lock()
	defer c.mu.Unlock()
	have := c.copies[b]
	switch {
	case have == nil:
		return nil
	case have.at != nil:
		c.used.MoveToFront(have.at)
		return have
	case all:
		return have
	}
	return nil
}

// evict makes room for so many bytes, and reports whether it could. c.mu is held.
func (c *Cache) evict(room int64) bool {
	for c.bytes+room > c.max {
		last := c.used.Back()
		if last == nil {
			return false
		}
		c.drop(last.Value.(*blobCopy))
	}
	return true
}

// drop forgets a whole copy. Who reads it is not disturbed. c.mu is held.
func (c *Cache) drop(b *blobCopy) {
	c.used.Remove(b.at)
	delete(c.copies, b.name)
	c.bytes -= b.size
	_ = c.root.Remove(b.file) // a file that stays is found by the next start
}

// fill copies a blob from the store into f.
func (c *Cache) fill(b *blobCopy, f *os.File) {
	err := c.receive(b, f)
	err = errors.Join(err, f.Close())
	whole := copyFile(b.name, b.size)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		err = c.root.Rename(b.file, whole)
	}
	b.mu.Lock()
	if err == nil {
		b.file, b.have = whole, b.size
	} else {
		b.err = err
	}
	close(b.moved)
	b.moved = nil
	b.mu.Unlock()
	if err == nil {
		b.at = c.used.PushFront(b)
		return
	}
	delete(c.copies, b.name)
	c.bytes -= b.size
	_ = c.root.Remove(b.file)
}

// receive copies the bytes and lets readers have all but the last, which they
// get once the digest is known to be right.
func (c *Cache) receive(b *blobCopy, f *os.File) error {
	r, err := c.Store.Open(c.ctx, b.name, 0, -1)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was only read
	sum := b.name.Digest.Algorithm().Hash()
	buf := copyBuffers.Get().(*[bufferSize]byte)
	defer copyBuffers.Put(buf)
	var size int64
	for err == nil {
		var n int
		n, err = r.Read(buf[:])
		if _, werr := f.Write(buf[:n]); werr != nil {
			return werr
		}
		sum.Write(buf[:n])
		if size += int64(n); n > 0 && size < b.size {
			b.advance(size)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil && size != b.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	if got := digest.NewDigest(b.name.Digest.Algorithm(), sum); got != b.name.Digest {
		return &DigestError{Want: b.name.Digest, Got: got}
	}
	return f.Sync()
}

// advance lets readers have the bytes up to size.
func (b *blobCopy) advance(size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.have = size
	close(b.moved)
	b.moved = make(chan struct{})
}

// open returns a reader of a copy.
func (c *Cache) open(ctx context.Context, b *blobCopy, off, n int64) (io.ReadCloser, error) {
	var f *os.File
	var whole bool
	err := os.ErrNotExist
	for try := 0; err != nil && try < 2; try++ { // it may be renamed once
		b.mu.Lock()
		file := b.file
		whole = b.have == b.size
		b.mu.Unlock()
		f, err = c.root.Open(file)
	}
	if err != nil {
		b.mu.Lock()
		failed := b.err
		b.mu.Unlock()
		if failed != nil {
			return nil, failed
		}
		return c.Store.Open(ctx, b.name, off, n) // the copy was dropped
	}
	if whole {
		r, err := section(f, off, n)
		if err != nil {
			f.Close()
		}
		return r, err
	}
	return &follower{ctx: ctx, b: b, f: f}, nil
}

// follower reads a copy as it comes.
type follower struct {
	ctx context.Context // of the Open
	b   *blobCopy
	f   *os.File
	off int64
}

// wait returns how many bytes there are to read, 0 at the end.
func (r *follower) wait() (int64, error) {
	for {
		r.b.mu.Lock()
		have, err, moved := r.b.have, r.b.err, r.b.moved
		r.b.mu.Unlock()
		switch {
		case have > r.off || have == r.b.size:
			return have - r.off, nil
		case err != nil:
			return 0, fmt.Errorf("read blob %s: %w", r.b.name, err)
		}
		select {
		case <-moved:
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
}

// Read implements io.Reader.
func (r *follower) Read(p []byte) (int, error) {
	n, err := r.wait()
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	m, err := r.f.Read(p[:min(int64(len(p)), n)])
	r.off += int64(m)
	return m, err
}

// WriteTo implements io.WriterTo: the kernel may copy what has come.
func (r *follower) WriteTo(w io.Writer) (written int64, err error) {
	for {
		n, err := r.wait()
		if n == 0 || err != nil {
			return written, err
		}
		m, err := io.CopyN(w, r.f, n)
		r.off, written = r.off+m, written+m
		if err != nil {
			return written, err
		}
	}
}

// Close implements io.Closer.
func (r *follower) Close() error { return r.f.Close() }
