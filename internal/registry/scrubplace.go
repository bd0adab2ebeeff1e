package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// A PlaceError says that a blob store has none of the blobs that the database says
// it has, of which it looked for some: it is probably another place than the one where they are.
type PlaceError struct {
	Looked int // for how many blobs
}

func (e *PlaceError) Error() string {
	return fmt.Sprintf("of %d layers that the database says are there, none is", e.Looked)
}

// placeSample is how many blobs are looked for among those whose digests begin with
// the same byte. A registry with fewer is looked through.
const placeSample = 4

// checkPlace returns a *PlaceError if the blob store seems to be another one
// than that in which the blobs are, and it is not said that it may be empty.
// It asks no more once a blob was found there, nor about a blob that was set
// aside before, with which nothing happens.
func (s *scrubber) checkPlace(ctx context.Context, b stored) error {
	if s.placed || s.o.AllMissing || b.setAside && !b.small {
		return nil
	}
	looked := 0
	for _, alg := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		for first := range 256 {
			var page []stored
			prefix := fmt.Sprintf("%s:%02x", alg, first)
			err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
				page, err = meta.All(tx, scanStored, `SELECT `+storedColumns+` FROM blob
					WHERE digest > $1 AND digest < $2 AND content IS NULL AND (set_aside IS NULL OR set_aside <> upload)
					ORDER BY digest LIMIT $3`, prefix, prefix+"g", placeSample) // g comes after all hex digits
				return err
			})
			if err != nil {
				return err
			}
			for _, b := range page {
				there, known, err := s.there(ctx, b)
				if err != nil {
					return err
				}
				if there {
					s.placed = true
					return nil
				}
				if known {
					looked++
				}
			}
		}
	}
	if looked > 0 {
		return &PlaceError{looked}
	}
	return nil
}

// there reports whether the blob store has a blob, whatever its bytes are, and
// whether it ought to have: it is not known that it is gone, or is in the
// database now.
func (s *scrubber) there(ctx context.Context, b stored) (there, known bool, err error) {
	for {
		_, err := s.blobs.Stat(ctx, b.name)
		size := (*blob.SizeError)(nil)
		switch {
		case err == nil, errors.As(err, &size), errors.Is(err, syscall.EIO):
			return true, true, nil
		case !errors.Is(err, fs.ErrNotExist):
			return false, false, err
		}
		now, err := s.again(ctx, b)
		if err != nil || now == nil || now.small || now.setAside {
			return false, false, err
		}
		if *now == b {
			return false, true, nil
		}
		b = *now
	}
}
