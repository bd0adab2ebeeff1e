// Package layer makes layers of container images out of lists of files, the
// same bytes for the same list on every machine and day, and keeps them on
// disk under the name of what they were made from.
package layer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Layer is a finished layer, a file in a [Cache]. It is a
// [github.com/google/go-containerregistry/pkg/v1.Layer] and safe for
// concurrent use.
type Layer struct {
	digest           v1.Hash
	diffID           v1.Hash
	size             int64
	uncompressedSize int64
	compression      Compression
	path             string
	cached           bool
}

var _ v1.Layer = (*Layer)(nil)

// Digest is the digest of the layer as it is stored and sent. The error is
// always nil, as are those of the other methods that have no file to read.
func (l *Layer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID is the digest of the uncompressed tar file.
func (l *Layer) DiffID() (v1.Hash, error) { return l.diffID, nil }

// Size is the number of bytes that are stored and sent.
func (l *Layer) Size() (int64, error) { return l.size, nil }

// MediaType is OCI's media type of the layer.
func (l *Layer) MediaType() (types.MediaType, error) { return l.compression.MediaType(), nil }

// UncompressedSize is the length of the tar file.
func (l *Layer) UncompressedSize() int64 { return l.uncompressedSize }

// Cached tells whether the layer was there before it was asked for.
func (l *Layer) Cached() bool { return l.cached }

// Compressed reads the layer's bytes. A file that is not what its digest says
// is removed from the cache and reported in place of the end of file, so
// that no damaged layer is ever taken for a good one, and asking the cache
// again makes it anew.
func (l *Layer) Compressed() (io.ReadCloser, error) {
	f, err := os.Open(l.path)
	if err != nil {
		return nil, fmt.Errorf("open layer %s: %w", l.digest, err)
	}
	return &verified{file: f, layer: l, sum: sha256.New()}, nil
}

// Uncompressed reads the layer's tar file.
func (l *Layer) Uncompressed() (io.ReadCloser, error) {
	compressed, err := l.Compressed()
	if err != nil {
		return nil, err
	}
	r, err := l.compression.reader(compressed)
	if err != nil {
		compressed.Close()
		return nil, fmt.Errorf("read layer %s: %w", l.digest, err)
	}
	return &both{ReadCloser: r, under: compressed}, nil
}

// verified reads a layer's file and checks its digest at the end.
type verified struct {
	file  *os.File
	layer *Layer
	sum   hash.Hash
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.file.Read(p)
	v.sum.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(v.sum.Sum(nil)) != v.layer.digest.Hex {
		os.Remove(v.layer.path)
		return n, fmt.Errorf("layer %s is damaged in the cache and was removed from it: try again", v.layer.digest)
	}
	return n, err
}

func (v *verified) Close() error { return v.file.Close() }

// both closes a decompressor and what it reads from.
type both struct {
	io.ReadCloser
	under io.Closer
}

func (b *both) Close() error {
	err := b.ReadCloser.Close()
	if e := b.under.Close(); err == nil {
		err = e
	}
	return err
}

// Compression is how a layer's tar file is stored.
type Compression byte

const (
	// Gzip is what every runtime and registry reads.
	Gzip Compression = iota
	// Zstd is smaller and faster to unpack; it needs containerd 1.5, Docker
	// 23 or Podman 4 where the image runs.
	Zstd
)

// MediaType is OCI's media type of a layer with the compression.
func (c Compression) MediaType() types.MediaType {
	if c == Zstd {
		return types.OCILayerZStd
	}
	return types.OCILayer
}

// String is "gzip" or "zstd".
func (c Compression) String() string {
	if c == Zstd {
		return "zstd"
	}
	return "gzip"
}

// ParseCompression reads what String writes.
func ParseCompression(s string) (Compression, error) {
	switch s {
	case "gzip":
		return Gzip, nil
	case "zstd":
		return Zstd, nil
	}
	return 0, fmt.Errorf("compression %q is neither gzip nor zstd", s)
}

func (c Compression) reader(r io.Reader) (io.ReadCloser, error) {
	if c == Zstd {
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return gzip.NewReader(r)
}
