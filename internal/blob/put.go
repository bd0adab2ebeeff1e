package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
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
