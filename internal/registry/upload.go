package registry

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// touchInterval is how far an upload's row may lag behind its last use, so
// that a chunk does not always cost a write.
const touchInterval = time.Minute

// StartUpload begins an upload and returns its id, a UUID.
// Errors: ErrRepositoryNotFound.
func (r *Registry) StartUpload(ctx context.Context, repo Repo) (id string, err error) {
	// Asked first, so that a push to nowhere leaves nothing in the blob store.
	if err := r.db.Read(ctx, func(tx *meta.Tx) error { return requireRepository(tx, repo) }); err != nil {
		return "", fmt.Errorf("start upload: %w", err)
	}
	id = blob.NewUploadID()
	if err := r.blobs.Create(ctx, id); err != nil {
		return "", fmt.Errorf("start upload: %w", err)
	}
	now := micros(r.now())
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO upload (id, account, region, repository, started_at, used_at, parts, last_short, short_part)
			VALUES ($1, $2, $3, $4, $5, $5, 0, FALSE, FALSE)`, id, repo.Account, repo.Region, repo.Name, now)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("start upload: %w", errors.Join(err, r.abort(ctx, id)))
	}
	return id, nil
}

// upload is a row of the table of uploads.
type upload struct {
	used      time.Time
	parts     int64
	lastShort bool // the last part is shorter than MinPartSize
	shortPart bool // a part before it is
}

// upload reads an upload of a repository.
func (r *Registry) upload(ctx context.Context, repo Repo, id string) (u upload, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		var used int64
		err := tx.QueryRow(`SELECT used_at, parts, last_short, short_part FROM upload
			WHERE id = $1 AND account = $2 AND region = $3 AND repository = $4`, id, repo.Account, repo.Region, repo.Name).
			Scan(&used, &u.parts, &u.lastShort, &u.shortPart)
		u.used = fromMicros(used)
		if errors.Is(err, sql.ErrNoRows) {
			if err := requireRepository(tx, repo); err != nil {
				return err
			}
			return &Error{Kind: ErrUploadNotFound, Repo: repo, Upload: id}
		}
		return err
	})
	return u, err
}

// uploadError says in the engine's words what the blob store said about an
// upload.
func uploadError(repo Repo, id string, err error) error {
	e := &Error{Repo: repo, Upload: id, Err: err}
	offset := (*blob.OffsetError)(nil)
	mismatch := (*blob.DigestError)(nil)
	switch {
	case errors.As(err, &offset):
		e.Kind, e.Have = ErrUploadOffset, offset.Have
	case errors.As(err, &mismatch):
		e.Kind, e.Ref.Digest, e.Digests = ErrLayerDigestMismatch, mismatch.Want, []digest.Digest{mismatch.Got}
	case errors.Is(err, blob.ErrBusy):
		e.Kind = ErrUploadBusy
	case errors.Is(err, fs.ErrNotExist):
		e.Kind = ErrUploadNotFound
	default:
		return err
	}
	return e
}

// UploadSize returns how many bytes an upload has.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound.
func (r *Registry) UploadSize(ctx context.Context, repo Repo, id string) (int64, error) {
	if _, err := r.upload(ctx, repo, id); err != nil {
		return 0, fmt.Errorf("get upload: %w", err)
	}
	size, err := r.blobs.Size(ctx, id)
	if err != nil {
		return 0, fmt.Errorf("get upload: %w", uploadError(repo, id, err))
	}
	return size, nil
}

// AppendUpload appends the bytes of from at offset off, or at the upload's end
// when off < 0, and returns how many bytes the upload has then. When it fails
// half way the upload keeps what came and can be continued at UploadSize.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound, ErrUploadOffset,
// ErrUploadBusy, and those of from.
func (r *Registry) AppendUpload(ctx context.Context, repo Repo, id string, off int64, from io.Reader) (size int64, err error) {
	u, err := r.upload(ctx, repo, id)
	if err != nil {
		return 0, fmt.Errorf("append to upload: %w", err)
	}
	if now := r.now(); now.Sub(u.used) > touchInterval {
		err := r.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`UPDATE upload SET used_at = $1 WHERE id = $2`, micros(now), id)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("append to upload: %w", err)
		}
	}
	return r.append(ctx, repo, id, off, from)
}

func (r *Registry) append(ctx context.Context, repo Repo, id string, off int64, from io.Reader) (size int64, err error) {
	if off < 0 {
		if off, err = r.blobs.Size(ctx, id); err != nil {
			return 0, fmt.Errorf("append to upload: %w", uploadError(repo, id, err))
		}
	}
	n, err := r.blobs.Append(ctx, id, off, from)
	if err != nil {
		return off + n, fmt.Errorf("append to upload: %w", uploadError(repo, id, err))
	}
	return off + n, nil
}

// UploadPart appends a part as ECR's UploadLayerPart does: first and last are
// its inclusive byte bounds, and part its bytes. It returns the index of the
// last byte received.
// Errors: those of AppendUpload, ErrLayerPartSize, ErrTooManyLayerParts.
func (r *Registry) UploadPart(ctx context.Context, repo Repo, id string, first, last int64, part []byte) (lastByte int64, err error) {
	if first < 0 || last-first+1 != int64(len(part)) || len(part) == 0 || len(part) > MaxPartSize {
		return 0, &Error{Kind: ErrLayerPartSize, Repo: repo, Upload: id}
	}
	quota := int64(r.quotas.PartsPerLayer)
	if repo.Region == Public {
		quota = int64(r.quotas.PublicPartsPerLayer)
	}
	u, err := r.upload(ctx, repo, id)
	if err == nil && u.parts >= quota {
		err = &Error{Kind: ErrTooManyLayerParts, Repo: repo, Upload: id, Limit: quota}
	}
	if err != nil {
		return 0, fmt.Errorf("upload part: %w", err)
	}
	size, err := r.append(ctx, repo, id, first, bytes.NewReader(part))
	if err != nil {
		return 0, err
	}
	now := micros(r.now())
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE upload SET used_at = $1, parts = parts + 1, short_part = short_part OR last_short, last_short = $2 WHERE id = $3`,
			now, len(part) < MinPartSize, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("upload part: %w", err)
	}
	return size - 1, nil
}

// CompleteUpload turns an upload into a layer of the repository, durably, when
// its bytes have the digest want. That the repository has the layer already is
// not an error, nor is an upload of no bytes. When the digest is wrong the
// upload stays as it is.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound, ErrInvalidDigest,
// ErrLayerDigestMismatch, ErrUploadBusy.
func (r *Registry) CompleteUpload(ctx context.Context, repo Repo, id string, want digest.Digest) (*Layer, error) {
	if err := r.checkCompletion(ctx, repo, id, want, false); err != nil {
		return nil, fmt.Errorf("complete upload: %w", err)
	}
	l, _, err := r.complete(ctx, repo, id, want)
	if err != nil {
		return nil, fmt.Errorf("complete upload: %w", err)
	}
	return l, nil
}

// CompleteParts is CompleteUpload with the rules of ECR's CompleteLayerUpload.
// Errors: those of CompleteUpload, ErrEmptyUpload, ErrLayerPartTooSmall, and
// ErrLayerExists when the repository had the layer, in which case the upload
// is gone as after success.
func (r *Registry) CompleteParts(ctx context.Context, repo Repo, id string, want digest.Digest) (*Layer, error) {
	if err := r.checkCompletion(ctx, repo, id, want, true); err != nil {
		return nil, fmt.Errorf("complete upload: %w", err)
	}
	l, existed, err := r.complete(ctx, repo, id, want)
	if err == nil && existed {
		err = &Error{Kind: ErrLayerExists, Repo: repo, Ref: Ref{Digest: want}}
	}
	if err != nil {
		return nil, fmt.Errorf("complete upload: %w", err)
	}
	return l, nil
}

// checkCompletion reports what speaks against completing an upload before its
// bytes are looked at; parts asks for the rules of ECR's API.
func (r *Registry) checkCompletion(ctx context.Context, repo Repo, id string, want digest.Digest, parts bool) error {
	if _, err := ocispec.ParseDigest(want.String()); err != nil {
		return &Error{Kind: ErrInvalidDigest, Repo: repo, Ref: Ref{Digest: want}, Err: err}
	}
	u, err := r.upload(ctx, repo, id)
	if err != nil || !parts {
		return err
	}
	size, err := r.blobs.Size(ctx, id)
	switch {
	case err != nil:
		return uploadError(repo, id, err)
	case size == 0:
		return &Error{Kind: ErrEmptyUpload, Repo: repo, Upload: id}
	case u.shortPart:
		return &Error{Kind: ErrLayerPartTooSmall, Repo: repo, Upload: id}
	}
	return nil
}

// complete commits the bytes, then makes them a layer of the repository. When
// it stops between the two the upload is lost, and the bytes are garbage once
// its row has expired.
func (r *Registry) complete(ctx context.Context, repo Repo, id string, want digest.Digest) (l *Layer, existed bool, err error) {
	damaged, err := r.damaged(ctx, want)
	if err != nil {
		return nil, false, err
	}
	size, err := r.blobs.Commit(ctx, id, want)
	if err != nil {
		return nil, false, uploadError(repo, id, err)
	}
	mine := blob.Name{Digest: want, Upload: id}
	var spare blob.Name
	now := micros(r.now())
	// The client may have gone; what is committed must not be left half done.
	err = r.db.Write(context.WithoutCancel(ctx), func(tx *meta.Tx) error {
		n, err := tx.Exec(`DELETE FROM upload WHERE id = $1 AND account = $2 AND region = $3 AND repository = $4`, id, repo.Account, repo.Region, repo.Name)
		if err != nil {
			return err
		}
		if n == 0 { // the repository was deleted meanwhile, perhaps made anew
			return &Error{Kind: ErrUploadNotFound, Repo: repo, Upload: id}
		}
		existed, err = exists(tx, `SELECT 1 FROM layer WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
			repo.Account, repo.Region, repo.Name, want.String())
		if err != nil {
			return err
		}
		if spare, err = keep(tx, mine, size, damaged, now); err != nil {
			return err
		}
		if err := link(tx, repo, want, "", now); err != nil {
			return err
		}
		l, err = layer(tx, repo, want)
		return err
	})
	if errors.Is(err, ErrUploadNotFound) { // decided, unlike a commit of which there is no news
		spare = mine
	}
	if spare != (blob.Name{}) {
		// Whatever becomes of these bytes, the upload ended as it did.
		if err := r.blobs.Remove(context.WithoutCancel(ctx), spare); err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.log.WarnContext(ctx, "bytes that are stored twice remain until they are collected", "blob", spare, "error", err)
		}
	}
	return l, existed, err
}

// damaged returns the name under which the content is stored, if its bytes are
// missing or are not as many as they should be; otherwise the zero Name.
func (r *Registry) damaged(ctx context.Context, d digest.Digest) (blob.Name, error) {
	name := blob.Name{Digest: d}
	var want int64
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT upload, size FROM blob WHERE digest = $1`, d.String()).Scan(&name.Upload, &want)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return blob.Name{}, nil
	}
	if err != nil {
		return blob.Name{}, err
	}
	have, err := r.blobs.Stat(ctx, name)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && have != want:
		return name, nil
	default:
		return blob.Name{}, err
	}
}

// keep makes content that was stored under the name mine a blob, and returns
// which bytes are now stored in vain: none, or mine when there is such a blob
// already, or those of that blob if they are damaged.
func keep(tx *meta.Tx, mine blob.Name, size int64, damaged blob.Name, now int64) (spare blob.Name, err error) {
	have := blob.Name{Digest: mine.Digest}
	err = tx.QueryRow(`SELECT upload FROM blob WHERE digest = $1`, mine.Digest.String()).Scan(&have.Upload)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		// DO NOTHING for the reason that push.insert has.
		_, err = tx.Exec(`INSERT INTO blob (digest, upload, size, used_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			mine.Digest.String(), mine.Upload, size, now)
		return blob.Name{}, err
	case err != nil:
		return blob.Name{}, err
	case have == damaged:
		_, err = tx.Exec(`UPDATE blob SET upload = $1, size = $2 WHERE digest = $3`, mine.Upload, size, mine.Digest.String())
		return have, err
	}
	return mine, nil
}

// CancelUpload forgets an upload and its bytes.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound, ErrUploadBusy.
func (r *Registry) CancelUpload(ctx context.Context, repo Repo, id string) error {
	if _, err := r.upload(ctx, repo, id); err != nil {
		return fmt.Errorf("cancel upload: %w", err)
	}
	if err := r.abort(ctx, id); err != nil {
		return fmt.Errorf("cancel upload: %w", uploadError(repo, id, err))
	}
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`DELETE FROM upload WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("cancel upload: %w", err)
	}
	return nil
}

// ExpireUploads forgets the uploads that nobody has continued since before,
// with their bytes. It goes on after an upload that it cannot forget.
func (r *Registry) ExpireUploads(ctx context.Context, before time.Time) error {
	type stale struct {
		used int64
		id   string
	}
	const batch = 100
	var errs []error
	for after := (stale{}); ; {
		var uploads []stale
		err := r.db.Read(ctx, func(tx *meta.Tx) (err error) {
			uploads, err = meta.All(tx, func(s meta.Scanner) (u stale, err error) { err = s.Scan(&u.used, &u.id); return u, err },
				`SELECT used_at, id FROM upload WHERE used_at < $1 AND (used_at, id) > ($2, $3) ORDER BY used_at, id LIMIT $4`,
				micros(before), after.used, after.id, batch)
			return err
		})
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("expire uploads: %w", err))...)
		}
		for _, u := range uploads {
			// The bytes go first: a row that is left is found again.
			if err := r.abort(ctx, u.id); errors.Is(err, blob.ErrBusy) {
				continue // not stale after all
			} else if err != nil {
				errs = append(errs, fmt.Errorf("expire upload %s: %w", u.id, err))
				continue
			}
			err := r.db.Write(ctx, func(tx *meta.Tx) error {
				_, err := tx.Exec(`DELETE FROM upload WHERE id = $1`, u.id)
				return err
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("expire upload %s: %w", u.id, err))
			}
		}
		if len(uploads) < batch {
			return errors.Join(errs...)
		}
		after = uploads[len(uploads)-1]
	}
}

// abort drops the bytes of an upload, if there are any.
func (r *Registry) abort(ctx context.Context, id string) error {
	err := r.blobs.Abort(context.WithoutCancel(ctx), id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
