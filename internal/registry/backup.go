package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Hold keeps collections from removing the bytes of any blob that there is once
// it has returned, until the given time by the clocks of the nodes. A later
// call with the same id moves that. Layers that nothing needs still go from
// their repositories meanwhile.
//
// It holds because a collection removes only bytes whose blob's row it, or
// an upload that replaced them, has turned into garbage before, and it looks for
// holds in the transaction that does so, and again before it removes what
// others made garbage.
func (r *Registry) Hold(ctx context.Context, id string, until time.Time) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if _, err := tx.Exec(`DELETE FROM blob_hold WHERE held_until < $1`, micros(r.now())); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO blob_hold (id, held_until) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET held_until = excluded.held_until`, id, micros(until))
		return err
	})
	if err != nil {
		return fmt.Errorf("hold blobs: %w", err)
	}
	return nil
}

// Release ends a hold. That there is none is not an error.
func (r *Registry) Release(ctx context.Context, id string) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`DELETE FROM blob_hold WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("release blobs: %w", err)
	}
	return nil
}

// held reports whether somebody holds the blobs.
func (r *Registry) held(tx *meta.Tx) (bool, error) {
	return exists(tx, `SELECT 1 FROM blob_hold WHERE held_until >= $1 LIMIT 1`, micros(r.now()))
}

// Copied is what a backup or a restoration of blobs did.
type Copied struct {
	Blobs   int64 // that the database names
	Bytes   int64 // that they have
	Copied  int64 // of the blobs; the others were there, or are in the database
	Written int64 // bytes that were copied
	Damaged int64 // of the blobs
}

// CopyOptions say what a backup or a restoration of blobs reports, and to whom.
type CopyOptions struct {
	Found    func(Damage) // is called with each blob that is damaged where it is copied from, without Needs
	Progress func(Copied) // if set, is called now and then

	// Named, if set, is called by Backup with the digest of each blob that the
	// backup has to have, because its bytes are not in the database: in ascending
	// order, and then in ascending order with those of garbage.
	Named func(d digest.Digest, garbage bool) error

	// Garbage has Backup copy bytes that have become garbage, too: the database is
	// not the copy, which was made before and may yet need them.
	Garbage bool
}

// Backup copies the blobs that the database names to a directory that keeps
// them by digest alone, those that it does not have yet, and verifies them on
// the way. It goes on after damaged ones, and verifies small ones in the
// database. When the blob store is away it ends with an error, and what was copied
// remains for the next one. So that none is removed meanwhile, the caller holds them, and, if
// the database is a copy, has done so since before it was made.
func (r *Registry) Backup(ctx context.Context, to *blob.Dir, o CopyOptions) (Copied, error) {
	c := &copier{from: r.blobs, to: to, o: o, source: func(n blob.Name) blob.Name { return n },
		target: func(n blob.Name) blob.Name { return blob.Name{Digest: n.Digest} }}
	err := c.run(ctx, r)
	if err == nil && o.Garbage {
		err = c.runGarbage(ctx, r)
	}
	if err != nil {
		return c.done, fmt.Errorf("back up blobs: %w", err)
	}
	return c.done, nil
}

// Named calls f with the digest of each blob whose bytes are not in the database,
// in ascending order. Backup has named the same.
func (r *Registry) Named(ctx context.Context, f func(digest.Digest) error) error {
	for after := ""; ; {
		page, err := r.storedAfter(ctx, after, scrubBatch)
		if err != nil {
			return fmt.Errorf("list blobs: %w", err)
		}
		for _, b := range page {
			after = b.name.Digest.String()
			if b.small {
				continue
			}
			if err := f(b.name.Digest); err != nil {
				return err
			}
		}
		if len(page) < scrubBatch {
			return nil
		}
	}
}

// A Target is a blob store that takes bytes under the names that they had
// elsewhere: a *blob.Dir or *blob.S3.
type Target interface {
	Stat(ctx context.Context, b blob.Name) (size int64, err error)
	Put(ctx context.Context, b blob.Name, r io.Reader) error
}

// Restore copies the blobs that the database names from a directory that Backup
// has made to where the registry is to have them, those that are not there, and
// verifies them on the way. It goes on after damaged ones. One that was
// interrupted is done again, and goes on.
func (r *Registry) Restore(ctx context.Context, from *blob.Dir, to Target, o CopyOptions) (Copied, error) {
	c := &copier{from: from, to: to, o: o, source: func(n blob.Name) blob.Name { return blob.Name{Digest: n.Digest} },
		target: func(n blob.Name) blob.Name { return n }}
	if err := c.run(ctx, r); err != nil {
		return c.done, fmt.Errorf("restore blobs: %w", err)
	}
	return c.done, nil
}

// copier is one call of Backup or Restore.
type copier struct {
	from           blob.Store
	to             Target
	source, target func(blob.Name) blob.Name
	o              CopyOptions
	done           Copied
}

func (c *copier) run(ctx context.Context, r *Registry) error {
	spoke := time.Now()
	for after := ""; ; {
		page, err := r.storedAfter(ctx, after, scrubBatch)
		if err != nil {
			return err
		}
		for _, b := range page {
			d, err := c.one(ctx, r, b)
			for err == nil && d != nil {
				// Perhaps others have replaced the bytes since the row was read.
				var now *stored
				if now, err = r.again(ctx, b); err != nil || now != nil && *now == b {
					break
				}
				if d = nil; now != nil {
					b = *now
					d, err = c.one(ctx, r, b)
				}
			}
			if err == nil && !b.small {
				err = c.named(b, false)
			}
			if err != nil {
				return err
			}
			c.done.Blobs++
			c.done.Bytes += b.size
			if d != nil {
				c.done.Damaged++
				c.o.Found(*d)
			}
			if c.o.Progress != nil && time.Since(spoke) >= scrubInterval {
				spoke = time.Now()
				c.o.Progress(c.done)
			}
			after = b.name.Digest.String()
		}
		if len(page) < scrubBatch {
			return nil
		}
	}
}

// runGarbage copies the bytes of garbage. What is wrong with them is known when
// somebody needs them after all.
func (c *copier) runGarbage(ctx context.Context, r *Registry) error {
	for after := (blob.Name{}); ; {
		var page []stored
		err := r.db.Read(ctx, func(tx *meta.Tx) (err error) {
			page, err = meta.All(tx, func(s meta.Scanner) (b stored, err error) {
				return b, s.Scan(&b.name.Digest, &b.name.Upload, &b.size)
			}, `SELECT digest, upload, size FROM garbage WHERE digest <> '' AND (digest, upload) > ($1, $2) ORDER BY digest, upload LIMIT $3`,
				after.Digest.String(), after.Upload, scrubBatch)
			return err
		})
		if err != nil {
			return err
		}
		for _, b := range page {
			if _, err := c.one(ctx, r, b); err != nil {
				return err
			}
			if err := c.named(b, true); err != nil {
				return err
			}
			after = b.name
		}
		if len(page) < scrubBatch {
			return nil
		}
	}
}

func (c *copier) named(b stored, garbage bool) error {
	if c.o.Named == nil {
		return nil
	}
	return c.o.Named(b.name.Digest, garbage)
}

// one copies a blob if need be, and says what is wrong with it.
func (c *copier) one(ctx context.Context, r *Registry, b stored) (*Damage, error) {
	if b.small {
		s := &scrubber{Registry: r}
		d, _, err := s.examine(ctx, b)
		return d, err
	}
	d := &Damage{Digest: b.name.Digest, Size: b.size}
	have, err := c.to.Stat(ctx, c.target(b.name))
	if err == nil && have == b.size {
		return nil, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	err = twice(ctx, func() error {
		d.Fault, d.Err = "", nil
		return c.copy(ctx, b, d)
	})
	if err != nil || d.Fault == "" {
		return nil, err
	}
	return d, nil
}

// copy copies a blob, or notes what is wrong with it; see Damage.blame.
func (c *copier) copy(ctx context.Context, b stored, d *Damage) error {
	source := c.source(b.name)
	from, err := c.from.Open(ctx, source, 0, -1)
	if err != nil {
		return d.blame(ctx, c.from, source, err)
	}
	defer func() { _ = from.Close() }() // it was only read
	in := &counter{r: from}
	err = c.to.Put(ctx, c.target(b.name), in)
	d.Have = in.n
	mismatch := (*blob.DigestError)(nil)
	switch {
	case err == nil:
		c.done.Copied++
		c.done.Written += in.n
	case in.err != nil:
		return d.blame(ctx, c.from, source, in.err)
	case errors.As(err, &mismatch) && in.n != b.size:
		d.Fault, d.Got = FaultSize, mismatch.Got
	case mismatch != nil:
		d.Fault, d.Got = FaultContent, mismatch.Got
	default:
		return err
	}
	return nil
}

// counter counts what is read, and notes why that failed.
type counter struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
