package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// asideDir holds bytes that were found not to be those of their name.
const asideDir = "quarantine"

// SetAside moves the bytes of a blob to the directory quarantine of the store,
// under the name of their digest and upload; the blob is then gone. Readers
// already open are not disturbed. Nothing reads or removes what is there.
func (s *Dir) SetAside(ctx context.Context, b Name) error {
	name, err := blobPath(b)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.mkdir(asideDir)
	}
	if err == nil {
		err = s.root.Rename(name, asidePath(b))
	}
	if err == nil {
		err = s.syncDir(asideDir)
	}
	if err != nil {
		return fmt.Errorf("set blob %s aside: %w", b, err)
	}
	return nil
}

// SetAsideContent writes bytes that were kept elsewhere to where SetAside moves
// those of a blob. That they are there already is not an error.
func (s *Dir) SetAsideContent(ctx context.Context, b Name, content []byte) error {
	if err := s.setAsideContent(ctx, b, content); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("set content of %s aside: %w", b, err)
	}
	return nil
}

func (s *Dir) setAsideContent(ctx context.Context, b Name, content []byte) error {
	if err := b.check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.mkdir(asideDir); err != nil {
		return err
	}
	f, err := s.root.OpenFile(asidePath(b), os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return s.syncDir(asideDir)
}

func asidePath(b Name) string {
	return asideDir + "/" + b.Digest.Algorithm().String() + "-" + blobFile(b)
}
