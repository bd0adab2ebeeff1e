package imagebuild

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A spool keeps the layers of a base image that are read to learn what is in
// them, and that another registry gets afterwards, so that they are downloaded
// once. It goes when the build is over.
type spool struct{ dir string }

// newSpool makes a spool in the cache.
func (b *Builder) newSpool() (*spool, error) {
	parent := b.cacheDir("spool")
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("make the cache: %w", err)
	}
	dir, err := os.MkdirTemp(parent, "base-")
	if err != nil {
		return nil, fmt.Errorf("make the cache: %w", err)
	}
	return &spool{dir}, nil
}

func (s *spool) remove() {
	if s != nil {
		os.RemoveAll(s.dir)
	}
}

// image is img with layers that are kept once they have been read.
func (s *spool) image(img v1.Image) v1.Image {
	if s == nil {
		return img
	}
	return spooledImage{img, s}
}

type spooledImage struct {
	v1.Image
	spool *spool
}

// Layers are those of the image.
func (i spooledImage) Layers() ([]v1.Layer, error) {
	layers, err := i.Image.Layers()
	if err != nil {
		return nil, err
	}
	for n, l := range layers {
		digest, err := l.Digest()
		if err != nil {
			return nil, err
		}
		layers[n] = spooledLayer{l, digest, filepath.Join(i.spool.dir, digest.Hex)}
	}
	return layers, nil
}

type spooledLayer struct {
	v1.Layer
	digest v1.Hash
	path   string
}

// Compressed reads the layer from the spool, or else keeps there what it reads.
func (l spooledLayer) Compressed() (io.ReadCloser, error) {
	if f, err := os.Open(l.path); err == nil {
		return f, nil
	}
	in, err := l.Layer.Compressed()
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(l.path), ".new-*")
	if err != nil {
		return in, nil // a full disk is no reason not to read on
	}
	return &spooling{ReadCloser: in, file: f, sum: sha256.New(), layer: l}, nil
}

// spooling copies what is read to a file, which has its name once it is the
// whole layer.
type spooling struct {
	io.ReadCloser
	file   *os.File
	sum    hash.Hash
	layer  spooledLayer
	failed bool
}

func (s *spooling) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.sum.Write(p[:n])
	if !s.failed {
		_, werr := s.file.Write(p[:n])
		s.failed = werr != nil
	}
	if errors.Is(err, io.EOF) && !s.failed && hex.EncodeToString(s.sum.Sum(nil)) == s.layer.digest.Hex {
		s.failed = os.Rename(s.file.Name(), s.layer.path) != nil
	}
	return n, err
}

func (s *spooling) Close() error {
	err := errors.Join(s.ReadCloser.Close(), s.file.Close())
	os.Remove(s.file.Name()) // gone already when the layer is whole
	return err
}
