package registry

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Small layers are kept in the database, where many of them share the sync of
// one commit; a file of its own would cost each some. So are the bytes of an
// upload as long as they are few: the blob store learns of it when they are no
// longer.

// DefaultSmallLayer is how large a small layer is when nothing else is
// configured, in bytes.
const DefaultSmallLayer = 32 << 10

// readSmall reads what is left of small content, of which there are so many
// bytes already. It reports false when there is more of it, which it has begun
// to read, than may be kept in the database.
func (r *Registry) readSmall(from io.Reader, have int) (content []byte, all bool, err error) {
	room := r.small - have
	content, err = io.ReadAll(io.LimitReader(from, int64(max(room, 0))+1))
	return content, len(content) <= room, err
}

// appendSmall ends an append to an upload that is not begun, and goes on being
// so. rerr is what the reading of more ended with; what came before is kept.
func (r *Registry) appendSmall(ctx context.Context, u *upload, more []byte, rerr error) (size int64, err error) {
	content := slices.Concat(u.content, more)
	// The client may have gone.
	err = r.db.Write(context.WithoutCancel(ctx), func(tx *meta.Tx) error {
		n, err := tx.Exec(`UPDATE upload SET content = $1, used_at = $2, parts = $3, last_short = $4, short_part = $5 WHERE `+unbegun(6),
			content, micros(r.now()), u.parts, u.lastShort, u.shortPart, u.id, u.repo.Account, u.repo.Region, u.repo.Name, len(u.content))
		if err == nil && n == 0 {
			err = u.moved(tx)
		}
		return err
	})
	if err != nil {
		return int64(len(u.content)), err
	}
	return int64(len(content)), rerr
}

// unbegun is the condition that an upload that is not begun is there and has not
// been appended to since it was read. It has five parameters: the id, the
// repository, and the number of bytes.
func unbegun(from int) string {
	return fmt.Sprintf(`id = $%d AND account = $%d AND region = $%d AND repository = $%d AND NOT begun AND COALESCE(length(content), 0) = $%d`,
		from, from+1, from+2, from+3, from+4)
}

// moved is the error for an upload that is no longer as it was read.
func (u *upload) moved(tx *meta.Tx) error {
	ok, err := exists(tx, `SELECT 1 FROM upload WHERE id = $1 AND account = $2 AND region = $3 AND repository = $4`,
		u.id, u.repo.Account, u.repo.Region, u.repo.Name)
	switch {
	case err != nil:
		return err
	case !ok:
		return noUpload(tx, u.repo, u.id)
	}
	return u.fail(ErrUploadBusy)
}

// spill hands an upload that is not begun to the blob store, with its bytes.
//
// It can be interrupted anywhere, and by others who do the same: until the row
// says that the upload is begun, the blob store has a beginning of the row's
// bytes, or nothing, and nobody relies on it.
func (r *Registry) spill(ctx context.Context, u *upload) error {
	have := int64(len(u.content))
	var size int64
	err := r.blobs.Create(ctx, u.id)
	if errors.Is(err, fs.ErrExist) {
		size, err = r.blobs.Size(ctx, u.id)
	}
	if err == nil && size < have {
		_, err = r.blobs.Append(ctx, u.id, size, bytes.NewReader(u.content[size:]))
	}
	if offset := (*blob.OffsetError)(nil); errors.As(err, &offset) || size > have {
		return u.fail(ErrUploadBusy)
	}
	if err != nil {
		return uploadError(u.repo, u.id, err)
	}
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`UPDATE upload SET begun = TRUE, content = NULL, used_at = $1 WHERE `+unbegun(2),
			micros(r.now()), u.id, u.repo.Account, u.repo.Region, u.repo.Name, have)
		if err == nil && n == 0 {
			err = u.moved(tx)
		}
		return err
	})
	switch {
	case errors.Is(err, ErrUploadNotFound): // since then
		return errors.Join(err, r.abort(ctx, u.id))
	case err != nil:
		return err
	}
	u.begun = true
	return nil
}

// errNotSmall says that an upload has to end in the blob store.
var errNotSmall = errors.New("the upload is not small")

// finishSmall ends an upload all of whose bytes are few, in one transaction.
// more is what comes with the end. errNotSmall says that they are not few, and
// nothing has happened.
func (r *Registry) finishSmall(ctx context.Context, f *finish, more []byte) (*Layer, error) {
	sum := f.want.Algorithm().FromBytes(more) // here rather than where others wait for it
	now := micros(r.now())
	var size int
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		u := upload{repo: f.repo, id: f.id}
		ended, err := meta.All(tx, func(s meta.Scanner) (struct{}, error) { return struct{}{}, s.Scan(&u.content, &u.shortPart) },
			`DELETE FROM upload WHERE id = $1 AND account = $2 AND region = $3 AND repository = $4 AND NOT begun RETURNING content, short_part`,
			f.id, f.repo.Account, f.repo.Region, f.repo.Name)
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			if err := u.moved(tx); !errors.Is(err, ErrUploadBusy) {
				return err
			}
			return errNotSmall
		}
		if have := int64(len(u.content)); f.from != nil && f.off >= 0 && f.off != have {
			return u.outOfOrder(have, f.off)
		}
		content, got := more, sum
		if len(u.content) > 0 {
			content = slices.Concat(u.content, more)
			got = f.want.Algorithm().FromBytes(content)
		}
		if size = len(content); size > r.small {
			return errNotSmall
		}
		if f.parts {
			if err := u.checkParts(int64(size)); err != nil {
				return err
			}
		}
		if got != f.want {
			e := u.fail(ErrLayerDigestMismatch)
			e.Ref.Digest, e.Digests = f.want, []digest.Digest{got}
			return e
		}
		if err := f.look(tx); err != nil {
			return err
		}
		return keepSmall(tx, f.repo, blob.Name{Digest: f.want, Upload: f.id}, content, now)
	})
	if err != nil {
		return nil, err
	}
	return &Layer{Repo: f.repo, Digest: f.want, Size: int64(size)}, nil
}

// keepMore appends what came with an end that was refused, so that the upload can
// be ended with another digest.
func (r *Registry) keepMore(ctx context.Context, f *finish, more []byte) error {
	u, err := r.upload(ctx, f.repo, f.id)
	if err != nil {
		return err
	}
	_, err = r.appendSmall(ctx, u, more, nil)
	return err
}

// putSmall stores a small layer that came whole.
func (r *Registry) putSmall(ctx context.Context, repo Repo, content []byte, want digest.Digest) (*Layer, error) {
	id := blob.NewUploadID()
	if got := want.Algorithm().FromBytes(content); got != want {
		return nil, &Error{Kind: ErrLayerDigestMismatch, Repo: repo, Upload: id, Ref: Ref{Digest: want}, Digests: []digest.Digest{got}}
	}
	now := micros(r.now())
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		return keepSmall(tx, repo, blob.Name{Digest: want, Upload: id}, content, now)
	})
	if err != nil {
		return nil, err
	}
	return &Layer{Repo: repo, Digest: want, Size: int64(len(content))}, nil
}

// keepSmall stores a small layer, unless its content is in the database already.
// If it is in the blob store it changes its place, be it sound there or not.
func keepSmall(tx *meta.Tx, repo Repo, mine blob.Name, content []byte, now int64) error {
	d := mine.Digest.String()
	if content == nil {
		content = []byte{} // and not null
	}
	n, err := tx.Exec(`INSERT INTO blob (digest, upload, size, used_at, content) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		d, mine.Upload, len(content), now, content)
	if err != nil {
		return err
	}
	if n > 0 {
		return linkNew(tx, repo, mine.Digest, "", now)
	}
	var upload string
	var size int64
	err = tx.QueryRow(`SELECT upload, size FROM blob WHERE digest = $1 AND content IS NULL`, d).Scan(&upload, &size)
	if err == nil {
		_, err = tx.Exec(`UPDATE blob SET upload = $1, size = $2, content = $3 WHERE digest = $4`, mine.Upload, len(content), content, d)
		if err == nil {
			_, err = tx.Exec(`INSERT INTO garbage (digest, upload, size, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, d, upload, size, now)
		}
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return link(tx, repo, mine.Digest, "", now)
}

// smallContent reads the content of a small layer, or answers fs.ErrNotExist, or
// a *blob.DigestError when it is damaged: what is remembered, and so given out
// again and again, is sound. It must not be changed.
func (r *Registry) smallContent(ctx context.Context, b blob.Name) ([]byte, error) {
	if content, ok := r.contents.get(b); ok {
		return content, nil
	}
	var content []byte
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT content FROM blob WHERE digest = $1 AND upload = $2 AND content IS NOT NULL`, b.Digest.String(), b.Upload).Scan(&content)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	if got := b.Digest.Algorithm().FromBytes(content); got != b.Digest {
		return nil, fmt.Errorf("read it from the database: %w", &blob.DigestError{Want: b.Digest, Got: got})
	}
	r.contents.put(b, content)
	return content, nil
}

// section returns n bytes of content from off, as blob.Store.Open does.
func section(content []byte, off, n int64) (io.ReadCloser, error) {
	size := int64(len(content))
	if off < 0 || off > size {
		return nil, blob.ErrRange
	}
	if n < 0 || n > size-off {
		n = size - off
	}
	return io.NopCloser(bytes.NewReader(content[off : off+n])), nil
}

// contents remembers small layers that were read. What has a name never changes,
// so that there is nothing to forget but for their size.
type contents struct {
	mu    sync.RWMutex
	of    map[blob.Name][]byte
	bytes int
}

// maxContents is how many bytes are remembered.
const maxContents = 8 << 20

func (c *contents) get(b blob.Name) ([]byte, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	content, ok := c.of[b]
	return content, ok
}

func (c *contents) put(b blob.Name, content []byte) {
	const each = 512 // what an entry takes besides, and then some
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.of[b]; ok {
		return
	}
	c.bytes += len(content) + each
	for old, of := range c.of { // any of them
		if c.bytes <= maxContents {
			break
		}
		delete(c.of, old)
		c.bytes -= len(of) + each
	}
	c.of[b] = content
}
