package imagebuild

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// jobs bounds how many layers are uploaded at a time.
const jobs = 4

// pushBlobs makes all blobs of the images present in the repository. The first
// one, which is small and new, goes alone: whether the repository exists, may be
// pushed to, or comes into being shows with it.
func (b *build) pushBlobs(ctx context.Context, to *repository, blobs []*blob) error {
	if len(blobs) == 0 {
		return nil
	}
	err := b.pushBlob(ctx, to, blobs[0])
	if isReason(err, NoRepository) && b.options.CreateRepository != nil {
		b.say(StepPush, "", fmt.Sprintf("create repository %s", to.Name()))
		if err := b.options.CreateRepository(ctx, to.Repository); err != nil {
			return fmt.Errorf("create repository %s: %w", to.Name(), err)
		}
		err = b.pushBlob(ctx, to, blobs[0])
	}
	if err != nil {
		return err
	}
	return each(ctx, jobs, blobs[1:], func(ctx context.Context, l *blob) error { return b.pushBlob(ctx, to, l) })
}

// each calls f for every item, n at a time, until one fails; then the context of
// the others is cancelled. It returns the first error.
func each[T any](ctx context.Context, n int, items []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	places := make(chan struct{}, n)
	var wg sync.WaitGroup
	for _, item := range items {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-places }()
			if err := f(ctx, item); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// pushBlob makes one blob present in the repository.
func (b *build) pushBlob(ctx context.Context, to *repository, l *blob) error {
	digest, err := l.Digest()
	if err != nil {
		return fmt.Errorf("%s: %w", l.title, err)
	}
	size, err := l.Size()
	if err != nil {
		return fmt.Errorf("%s: %w", l.title, err)
	}
	doing := "push " + l.title + " to"
	var outcome Outcome
	var sent int64
	err = to.retry(ctx, func() error {
		outcome, sent, err = b.tryPush(ctx, to, l, digest, size)
		return err
	})
	if err != nil {
		var local *localError
		if errors.As(err, &local) && ctx.Err() == nil {
			return fmt.Errorf("read %s: %w", l.title, local.error)
		}
		return registryError(ctx, doing, to.Name(), to.RegistryStr(), err)
	}
	b.Builder.remember(to.Repository, digest)
	if !l.quiet {
		b.tell(Event{Step: StepPush, ID: digest.String(), Name: l.title, Current: size, Total: size, Outcome: outcome})
	}
	l.outcome, l.uploaded = outcome, sent
	return nil
}

// tryPush is one attempt of pushBlob.
func (b *build) tryPush(ctx context.Context, to *repository, l *blob, digest v1.Hash, size int64) (Outcome, int64, error) {
	ok, err := to.has(ctx, digest)
	if err != nil {
		return "", 0, err
	}
	if ok {
		return Exists, 0, nil
	}
	from := l.from
	if from == nil || from.RegistryStr() != to.RegistryStr() || from.Name() == to.Name() {
		from = b.Builder.recall(to.Repository, digest)
	}
	location := ""
	if from != nil {
		location, err = to.start(ctx, digest, from)
		switch {
		case err == nil && location == "":
			return Mounted, 0, nil
		case ctx.Err() != nil:
			return "", 0, err
		}
		// A registry that cannot mount, or not from there, says so in many ways.
	}
	if location == "" {
		if location, err = to.start(ctx, digest, nil); err != nil {
			return "", 0, err
		}
	}
	body, err := l.Compressed()
	if err != nil {
		return "", 0, sourceError(err)
	}
	source := &source{ReadCloser: body, step: func(n int64) {
		b.tell(Event{Step: StepPush, ID: digest.String(), Name: l.title, Current: n, Total: size})
	}}
	if err := to.send(ctx, location, digest, size, source); err != nil {
		if source.err != nil {
			err = sourceError(source.err)
		}
		return "", 0, err
	}
	return Uploaded, size, nil
}

// sourceError marks an error that came from where a layer is read. Of another
// registry it may pass; a file that cannot be read stays so.
func sourceError(err error) error {
	var path *os.PathError
	var t *transport.Error
	if errors.As(err, &path) || errors.As(err, &t) {
		return &localError{err}
	}
	return err
}

// source is the body of an upload. It remembers why reading failed, which the
// HTTP client does not tell, and reports progress.
type source struct {
	io.ReadCloser
	step     func(int64)
	n, shown int64
	err      error
}

// progressStep is how many bytes go between two events.
const progressStep = 1 << 20

func (s *source) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.n += int64(n)
	if s.n-s.shown >= progressStep {
		s.shown = s.n
		s.step(s.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// remember notes that a repository has a blob, so that it can be mounted into
// others of the registry. It is a hint: that it fails or is out of date costs
// time and nothing else.
func (b *Builder) remember(repo name.Repository, digest v1.Hash) {
	file := b.blobHint(repo, digest)
	if file == "" {
		return
	}
	if data, err := os.ReadFile(file); err == nil && string(data) == repo.RepositoryStr() {
		return
	}
	if os.MkdirAll(filepath.Dir(file), 0o700) == nil {
		_ = replaceFile(file, []byte(repo.RepositoryStr()))
	}
}

// recall names another repository of the registry that had a blob when it was
// last pushed to, nil if none is known.
func (b *Builder) recall(repo name.Repository, digest v1.Hash) *name.Repository {
	file := b.blobHint(repo, digest)
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil || len(data) == 0 || string(data) == repo.RepositoryStr() {
		return nil
	}
	other, err := name.NewRepository(repo.RegistryStr() + "/" + string(data))
	if err != nil || other.RegistryStr() != repo.RegistryStr() {
		return nil
	}
	return &other
}

func (b *Builder) blobHint(repo name.Repository, digest v1.Hash) string {
	if b.Cache == "" {
		return ""
	}
	host := sha256.Sum256([]byte(strings.ToLower(repo.RegistryStr())))
	return filepath.Join(b.Cache, "pushed", hex.EncodeToString(host[:8]), digest.Hex)
}

// replaceFile writes a file in one step, so that others see the old or the new.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
