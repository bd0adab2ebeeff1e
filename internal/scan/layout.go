package scan

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// blobName is the place of content in an image layout, with slashes.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
func blobName(d digest.Digest) string {
	return path.Join(v1.ImageBlobsDir, d.Algorithm().String(), d.Encoded())
}

// writeLayout writes the image as an OCI image layout and returns its directory.
func writeLayout(ctx context.Context, dir string, img *Image) (string, error) {
	target := filepath.Join(dir, "image")
	put := func(name string, size int64, r io.Reader) (err error) {
		name = filepath.Join(target, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		return copyExactly(f, r, size)
	}
	index, err := json.Marshal(v1.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex,
		Manifests: []v1.Descriptor{{MediaType: img.MediaType, Digest: img.Digest, Size: int64(len(img.Bytes))}},
	})
	if err != nil {
		return "", err
	}
	files := []file{
		{v1.ImageLayoutFile, []byte(`{"imageLayoutVersion":"` + v1.ImageLayoutVersion + `"}`)},
		{v1.ImageIndexFile, index},
		{blobName(img.Digest), img.Bytes},
	}
	return target, writeImage(ctx, img, files, put)
}

// writeArchive writes the image as a tar archive in the form of "docker save" and returns its name.
func writeArchive(ctx context.Context, dir string, img *Image) (_ string, err error) {
	target := filepath.Join(dir, "image.tar")
	f, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := tar.NewWriter(f)
	put := func(name string, size int64, r io.Reader) error {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: size}); err != nil {
			return err
		}
		return copyExactly(w, r, size)
	}
	type entry struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	e := entry{RepoTags: []string{}, Layers: []string{}}
	if img.Manifest.Config != nil {
		e.Config = blobName(img.Manifest.Config.Digest)
	}
	for _, l := range img.Manifest.Layers {
		e.Layers = append(e.Layers, blobName(l.Digest))
	}
	manifest, err := json.Marshal([]entry{e})
	if err != nil {
		return "", err
	}
	if err := writeImage(ctx, img, []file{{"manifest.json", manifest}}, put); err != nil {
		return "", err
	}
	return target, w.Close()
}

type file struct {
	name string
	data []byte
}

// writeImage puts files, and then config and layers, each once.
func writeImage(ctx context.Context, img *Image, files []file, put func(name string, size int64, r io.Reader) error) error {
	for _, f := range files {
		if err := put(f.name, int64(len(f.data)), bytes.NewReader(f.data)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	done := map[digest.Digest]bool{}
	for _, d := range img.Manifest.Blobs() {
		if done[d.Digest] {
			continue
		}
		done[d.Digest] = true
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := copyBlob(ctx, img, d.Digest, d.Size, put); err != nil {
			return fmt.Errorf("%s: %w", d.Digest, err)
		}
	}
	return nil
}

func copyBlob(ctx context.Context, img *Image, d digest.Digest, size int64, put func(name string, size int64, r io.Reader) error) (err error) {
	r, err := img.Open(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return put(blobName(d), size, contextReader{ctx, r})
}

// copyExactly copies size bytes, which have to be all.
func copyExactly(w io.Writer, r io.Reader, size int64) error {
	n, err := io.Copy(w, io.LimitReader(r, size))
	if err != nil {
		return err
	}
	more, err := io.Copy(io.Discard, io.LimitReader(r, 1))
	if err == nil && n+more != size {
		err = &Error{Unsupported: true, Reason: "The manifest says wrongly how large the layers are."}
	}
	return err
}

// contextReader stops reading when its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
