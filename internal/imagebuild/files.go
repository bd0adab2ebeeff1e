package imagebuild

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/buildplan"
	"github.com/pratique-dev/pratique/internal/layer"
)

// fileLayersMax is how many layers files take at most: those of the source root
// and those that are copied.
const fileLayersMax = 2

// fileLayers makes the layers of what the specification copies.
func (w *build) fileLayers(ctx context.Context, t *target) ([]*blob, error) {
	files, err := w.spec.Files()
	if err != nil {
		return nil, err
	}
	var out []*blob
	for _, field := range []string{"source_root", "copy"} {
		var some []imagespec.File
		for _, f := range files {
			if f.Field == field {
				if !path.IsAbs(f.Target) {
					f.Target = path.Join(buildplan.WorkDir(w.spec, t.facts(w.base)), f.Target)
				}
				some = append(some, f)
			}
		}
		if len(some) == 0 {
			continue
		}
		l, err := w.fileLayer(ctx, t, field, some)
		if err != nil {
			return nil, fmt.Errorf("ImageSpec field %s: %w", field, err)
		}
		out = append(out, l)
	}
	return out, nil
}

func (w *build) fileLayer(ctx context.Context, t *target, field string, files []imagespec.File) (*blob, error) {
	entries := t.base.Copies(files)
	key := sha256.New()
	fmt.Fprintln(key, "files 1")
	count := 0
	for i, e := range entries {
		fmt.Fprintf(key, "%q %d %o %d %d %q", e.Name, e.Type, e.Mode, e.UID, e.GID, e.Link)
		if e.Type == layer.File {
			sum, size, err := sumOf(ctx, e.Open)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(key, " %d %s", size, sum)
			entries[i].Size, entries[i].Open = size, openSame(e.Name, e.Open, sum)
			count++
		}
		fmt.Fprintln(key)
	}
	made, err := w.layerCache().Build(ctx, "files "+hex.EncodeToString(key.Sum(nil)), w.layerOptions(), func(context.Context) ([]layer.Entry, error) { return entries, nil })
	if err != nil {
		return nil, err
	}
	return &blob{Layer: made, title: fmt.Sprintf("%d files of %s", count, field), made: "pratique: " + field}, nil
}

// sumOf is the SHA-256 of a file and its size.
func sumOf(ctx context.Context, open func() (io.ReadCloser, error)) (string, int64, error) {
	if err := context.Cause(ctx); err != nil {
		return "", 0, err
	}
	f, err := open()
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}

// openSame opens a file that is read to its end with an error unless its content
// has the digest: layers are kept by the digests of what is in them.
func openSame(name string, open func() (io.ReadCloser, error), sum string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := open()
		if err != nil {
			return nil, err
		}
		return &sameFile{ReadCloser: f, name: name, want: sum, sum: sha256.New()}, nil
	}
}

type sameFile struct {
	io.ReadCloser
	name, want string
	sum        hash.Hash
}

func (s *sameFile) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(s.sum.Sum(nil)) != s.want {
		return n, fmt.Errorf("/%s was changed while it was read", s.name)
	}
	return n, err
}
