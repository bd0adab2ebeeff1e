package layer

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// format names what this file makes of entries. It is part of every key, so
// it changes with anything that changes bytes: the rules here, the levels, or
// the compressor (TestBytesAreForever tells).
const format = "1"

// gzipLevel and zstdLevel are chosen by measuring: docs/design/0007.
const (
	gzipLevel = 5
	zstdLevel = zstd.SpeedDefault
)

// takeOver is the size from which a file's DEFLATE stream is taken over. It
// costs two gzip headers and a new start of the compressor, some 200 bytes.
const takeOver = 64 << 10

// written is what is known of a layer when its last byte is.
type written struct {
	Digest           v1.Hash `json:"digest"`
	DiffID           v1.Hash `json:"diffID"`
	Size             int64   `json:"size"`
	UncompressedSize int64   `json:"uncompressedSize"`
}

// write writes the layer with the entries, which arrange has returned, to w.
func write(ctx context.Context, w io.Writer, opts Options, entries []Entry) (written, error) {
	out := &counter{w: w, sum: sha256.New()}
	buffered := bufio.NewWriterSize(out, 1<<18)
	sink, err := newSink(buffered, opts.Compression)
	if err != nil {
		return written{}, err
	}
	tw := tar.NewWriter(sink)
	buf := make([]byte, 1<<17)
	for i := range entries {
		if err := ctx.Err(); err != nil {
			return written{}, err
		}
		if err := writeEntry(ctx, tw, sink, &entries[i], opts.Time, buf); err != nil {
			return written{}, fmt.Errorf("layer entry %s: %w", quote(entries[i].Name), err)
		}
	}
	if err := tw.Close(); err != nil {
		return written{}, err
	}
	if err := sink.close(); err != nil {
		return written{}, err
	}
	if err := buffered.Flush(); err != nil {
		return written{}, err
	}
	return written{
		Digest: out.digest(), Size: out.n,
		DiffID: sink.tar.digest(), UncompressedSize: sink.tar.n,
	}, nil
}

func writeEntry(ctx context.Context, tw *tar.Writer, sink *sink, e *Entry, mtime time.Time, buf []byte) error {
	if err := tw.WriteHeader(e.header(mtime)); err != nil {
		return err
	}
	if e.Type != File || e.Size == 0 {
		return nil
	}
	open, done := e.Open, func() error { return nil }
	if e.OpenDeflated != nil && e.Size >= takeOver && sink.compression == Gzip {
		raw, err := sink.beginMember()
		if err != nil {
			return err
		}
		open = func() (io.ReadCloser, error) { return e.OpenDeflated(raw) }
		done = sink.endMember
	}
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	// The reader may have more to say at its end, such as that a hash was
	// wrong: so read on after the last byte that is expected.
	n, err := copyBuffer(ctx, tw, r, buf)
	switch {
	case err != nil:
		return err
	case n != e.Size:
		return fmt.Errorf("read %d bytes of %d", n, e.Size)
	}
	return done()
}

// copyBuffer is io.CopyBuffer that stops with ctx and does not look for
// shortcuts around the buffer.
func copyBuffer(ctx context.Context, w io.Writer, r io.Reader, buf []byte) (n int64, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		m, err := r.Read(buf)
		if m > 0 {
			if _, err := w.Write(buf[:m]); err != nil {
				return n, err
			}
			n += int64(m)
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// header is the entry's tar header. Go picks USTAR where everything fits and
// PAX where not.
func (e *Entry) header(mtime time.Time) *tar.Header {
	if mtime.IsZero() {
		mtime = time.Unix(0, 0)
	}
	h := &tar.Header{
		Name: e.tarName(), Uid: e.UID, Gid: e.GID,
		ModTime: time.Unix(mtime.Unix(), 0).UTC(),
	}
	switch e.Type {
	case Dir:
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, h.Name+"/", dirMode(e.Mode)
	case Symlink:
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, e.Link, 0o777
	default:
		h.Typeflag, h.Mode, h.Size = tar.TypeReg, 0o644, e.Size
		if e.Mode&0o111 != 0 {
			h.Mode = 0o755
		}
		if e.Type == Removed {
			h.Mode, h.Size, h.Uid, h.Gid = 0o644, 0, 0, 0
		}
	}
	return h
}

func dirMode(m fs.FileMode) int64 {
	mode := int64(m.Perm())
	if m&fs.ModeSetgid != 0 {
		mode |= 0o2000
	}
	if m&fs.ModeSticky != 0 {
		mode |= 0o1000
	}
	return mode
}

// counter counts and digests what passes.
type counter struct {
	w   io.Writer
	sum hash.Hash
	n   int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	return n, err
}

func (c *counter) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(c.sum.Sum(nil))}
}

// A sink takes the tar file and writes it, compressed, to out. In gzip a tar
// file may be many members one after the other (RFC 1952, 2.2), each of which
// is either compressed here or taken over from where the file was compressed.
type sink struct {
	tar         counter // of the uncompressed bytes, on the way to the current member
	out         io.Writer
	compression Compression

	compressor interface {
		io.WriteCloser
		Reset(io.Writer)
	}
	member *crcWriter // one that is taken over
}

func newSink(out io.Writer, compression Compression) (*sink, error) {
	s := &sink{out: out, compression: compression, tar: counter{sum: sha256.New()}}
	var err error
	if compression == Zstd {
		// One goroutine: it is layers that are made side by side.
		s.compressor, err = zstd.NewWriter(out, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderConcurrency(1))
	} else {
		s.compressor, err = gzip.NewWriterLevel(out, gzipLevel)
	}
	s.tar.w = s.compressor
	return s, err
}

func (s *sink) Write(p []byte) (int, error) { return s.tar.Write(p) }

// memberHeader is what klauspost/compress begins its members with, too: no
// name, no time, no operating system.
var memberHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// beginMember ends the current member and begins one whose DEFLATE stream
// the caller writes to raw, while writing what is in it to the sink.
func (s *sink) beginMember() (raw io.Writer, err error) {
	if err := s.compressor.Close(); err != nil {
		return nil, err
	}
	s.member = &crcWriter{sum: crc32.NewIEEE()}
	s.tar.w = s.member
	_, err = s.out.Write(memberHeader)
	return s.out, err
}

func (s *sink) endMember() error {
	trailer := binary.LittleEndian.AppendUint32(nil, s.member.sum.Sum32())
	trailer = binary.LittleEndian.AppendUint32(trailer, uint32(s.member.n))
	if _, err := s.out.Write(trailer); err != nil {
		return err
	}
	s.compressor.Reset(s.out)
	s.tar.w, s.member = s.compressor, nil
	return nil
}

func (s *sink) close() error { return s.compressor.Close() }

// crcWriter is what a gzip member's trailer says.
type crcWriter struct {
	sum hash.Hash32
	n   int64
}

func (c *crcWriter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.sum.Write(p)
}
