package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// Put stores the bytes of r under a name that others have given them, durably,
// as a backup does. If they have another digest the error is a *DigestError and
// nothing is stored. Bytes that were there under the name are replaced.
func (s *Dir) Put(ctx context.Context, b Name, r io.Reader) error {
	if err := s.put(ctx, b, r); err != nil {
		return fmt.Errorf("put blob %s: %w", b, err)
	}
	return nil
}

func (s *Dir) put(ctx context.Context, b Name, r io.Reader) error {
	name, err := blobPath(b)
	if err != nil {
		return err
	}
	id := NewUploadID()
	if err := s.create(ctx, id); err != nil {
		return err
	}
	u, err := s.lockUpload(ctx, id)
	if err != nil {
		return err
	}
	defer u.close()
	in, err := u.receive(ctx, 0, r, 0)
	if in != nil {
		defer in.data.Close()
		if err == nil {
			err = in.check(ctx, b.Digest)
		}
		if err == nil {
			err = in.data.Sync()
		}
	}
	if err != nil {
		return errors.Join(err, u.remove())
	}
	return s.place(u, name)
}

// Put stores bytes as that of a Dir does. The name must have an upload.
func (s *S3) Put(ctx context.Context, b Name, r io.Reader) error {
	if err := s.putBlob(ctx, b, r); err != nil {
		return fmt.Errorf("put blob %s: %w", b, err)
	}
	return nil
}

func (s *S3) putBlob(ctx context.Context, b Name, r io.Reader) error {
	if err := b.check(); err != nil {
		return err
	}
	if b.Upload == "" {
		return errors.New("it was stored by digest alone, for which S3 has no place")
	}
	if err := s.remove(ctx, b); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.forget(ctx, b.Upload); err != nil {
		return err
	}
	if err := s.create(ctx, b.Upload); err != nil {
		return err
	}
	if _, err := s.finish(ctx, b.Upload, 0, r, b.Digest); err != nil {
		return errors.Join(err, s.forget(context.WithoutCancel(ctx), b.Upload))
	}
	return nil
}

// forget drops what there is of an upload, which is nothing after a Put that was
// not interrupted. If that was killed a moment ago it still has its lease.
func (s *S3) forget(ctx context.Context, id string) error {
	for begun := time.Now(); ; {
		row, err := s.find(ctx, id)
		switch {
		case err != nil || row == nil:
			return err
		case row.ended:
			return s.clear(ctx, *row)
		}
		err = s.abort(ctx, id)
		if errors.Is(err, fs.ErrNotExist) { // it was one step before its end, and has ended now
			continue
		}
		if !errors.Is(err, ErrBusy) || time.Since(begun) > 2*s.lease {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.lease / 20):
		}
	}
}
