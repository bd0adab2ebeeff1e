package baseimage

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// parallel is how many layers are read at a time: a connection is seldom
// faster than unpacking.
const parallel = 4

// readLayers returns the indexes of the image's layers, the lowest first.
func readLayers(ctx context.Context, img v1.Image, config *v1.ConfigFile, opts Options) ([]*index, error) {
	layers, err := img.Layers()
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the base image: %w", err)
	}
	if len(layers) != len(config.RootFS.DiffIDs) {
		return nil, fmt.Errorf("the base image has %d layers and its configuration names %d", len(layers), len(config.RootFS.DiffIDs))
	}
	jobs := make([]layerJob, len(layers))
	for i, l := range layers {
		digest, err := l.Digest()
		if err != nil {
			return nil, fmt.Errorf("read the manifest of the base image: %w", err)
		}
		jobs[i] = layerJob{layer: l, digest: digest, diffID: config.RootFS.DiffIDs[i], limits: opts.Limits, cache: opts.Cache}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wait sync.WaitGroup
	slots := make(chan struct{}, parallel)
	indexes, problems := make([]*index, len(layers)), make([]error, len(layers))
	for i, job := range jobs {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if indexes[i] = job.cached(); indexes[i] != nil {
				return
			}
			var err error
			if indexes[i], err = job.read(ctx); err != nil {
				problems[i] = &LayerError{Number: i + 1, Digest: job.digest, Err: err}
				cancel()
			}
		})
	}
	wait.Wait()
	return indexes, firstCause(problems)
}

// firstCause is the first error that is not the consequence of another.
func firstCause(problems []error) error {
	var canceled error
	for _, err := range problems {
		if errors.Is(err, context.Canceled) {
			canceled = err
		} else if err != nil {
			return err
		}
	}
	return canceled
}

// layerJob is a layer to be read.
type layerJob struct {
	layer  v1.Layer
	digest v1.Hash
	diffID v1.Hash
	limits Limits
	cache  string
}

// file is the name of the layer's index in the cache.
func (j layerJob) file() string {
	return filepath.Join(j.cache, "baseimage", j.digest.Algorithm+"-"+j.digest.Hex+".index")
}

// cached is the index from the cache, nil when it has none that can be used.
func (j layerJob) cached() *index {
	if j.cache == "" {
		return nil
	}
	data, err := os.ReadFile(j.file())
	if err != nil {
		return nil
	}
	x, err := decodeIndex(data)
	if err != nil {
		return nil
	}
	return x
}

// read reads the layer and keeps its index.
func (j layerJob) read(ctx context.Context) (*index, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	media, err := j.layer.MediaType()
	if err != nil {
		return nil, err
	}
	if err := checkMediaType(media); err != nil {
		return nil, err
	}
	blob, err := j.layer.Compressed()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	stop := context.AfterFunc(ctx, func() { blob.Close() })
	defer stop()
	x, err := j.scan(ctx, blob)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || j.cache == "" {
		return x, err
	}
	if err := j.keep(x); err != nil {
		return nil, fmt.Errorf("keep its index: %w", err)
	}
	return x, nil
}

func checkMediaType(media types.MediaType) error {
	switch {
	case strings.HasSuffix(string(media), "+encrypted"):
		return errors.New("it is encrypted")
	case !strings.Contains(string(media), ".tar"):
		return fmt.Errorf("it is of the type %s, which is not that of a layer", quotePath(string(media)))
	}
	return nil
}

// scan reads the layer's blob to its end and checks it against its digests.
func (j layerJob) scan(ctx context.Context, blob io.Reader) (*index, error) {
	packed := &summed{r: blob, sum: sha256.New()}
	// Decompressors read ahead; what they leave is read at the end.
	source := bufio.NewReaderSize(packed, 64*kib)
	unpacked, err := unpack(source)
	if err != nil {
		return nil, err
	}
	defer unpacked.Close()
	content := &summed{r: &bounded{r: unpacked, left: j.limits.Bytes, limit: j.limits.Bytes}, sum: sha256.New()}
	x, err := scanTar(&interrupted{ctx: ctx, r: content}, j.limits)
	if err != nil {
		return nil, err
	}
	for _, rest := range []io.Reader{content, source} {
		if _, err := io.Copy(io.Discard, &interrupted{ctx: ctx, r: rest}); err != nil {
			return nil, fmt.Errorf("read the end: %w", err)
		}
	}
	if got := packed.digest(); got != j.digest {
		return nil, fmt.Errorf("its content is %s", got)
	}
	if got := content.digest(); got != j.diffID {
		return nil, fmt.Errorf("its content unpacked is %s, and the image's configuration says %s", got, j.diffID)
	}
	return x, nil
}

// unpack reads gzip, zstd and plain tar files. What a layer is packed with can
// be told from its first bytes, which know better than its media type.
func unpack(r *bufio.Reader) (io.ReadCloser, error) {
	head, err := r.Peek(6)
	if err != nil && err != io.EOF {
		return nil, err
	}
	skippable := len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18"
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return gzip.NewReader(r)
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")), skippable:
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128*mib))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case bytes.HasPrefix(head, []byte("BZh")):
		return nil, errors.New("it is compressed with bzip2, which runtimes do not read")
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return nil, errors.New("it is compressed with xz, which runtimes do not read")
	}
	return io.NopCloser(r), nil
}

// keep writes the index to the cache. Whoever reads at the same time finds
// all of it or nothing, and of two who write the last one wins.
func (j layerJob) keep(x *index) error {
	data, err := x.encode()
	if err != nil {
		return err
	}
	dir := filepath.Dir(j.file())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".index-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), j.file())
}

// summed computes the digest of what is read.
type summed struct {
	r   io.Reader
	sum hash.Hash
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

func (s *summed) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(s.sum.Sum(nil))}
}

// interrupted ends when its context does.
type interrupted struct {
	ctx context.Context
	r   io.Reader
}

func (i *interrupted) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}
