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
	if id, err = r.startUpload(ctx, repo, false); err != nil {
		return "", fmt.Errorf("start upload: %w", err)
	}
	return id, nil
}

// startUpload makes the row of an upload. The blob store has it when it is begun.
func (r *Registry) startUpload(ctx context.Context, repo Repo, begun bool) (id string, err error) {
	id = blob.NewUploadID()
	now := micros(r.now())
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`INSERT INTO upload (id, account, region, repository, started_at, used_at, parts, last_short, short_part, begun)
			VALUES ($1, $2, $3, $4, $5, $5, 0, FALSE, FALSE, $6)`, id, repo.Account, repo.Region, repo.Name, now, begun)
		return err
	})
	return id, r.referred(ctx, repo, err)
}

// upload is a row of the table of uploads.
type upload struct {
	repo      Repo
	id        string
	used      time.Time
	parts     int64
	lastShort bool   // the last part is shorter than MinPartSize
	shortPart bool   // a part before it is
	begun     bool   // the blob store has it
	content   []byte // all of its bytes when it is not begun
}

func (u *upload) fail(k Kind) *Error { return &Error{Kind: k, Repo: u.repo, Upload: u.id} }

// outOfOrder is the error of bytes from off on for an upload that has so many.
func (u *upload) outOfOrder(have, off int64) error {
	e := u.fail(ErrUploadOffset)
	e.Have, e.Err = have, &blob.OffsetError{Have: have, Off: off}
	return e
}

// upload reads an upload of a repository.
func (r *Registry) upload(ctx context.Context, repo Repo, id string) (u *upload, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		u = &upload{repo: repo, id: id}
		var used int64
		err := tx.QueryRow(`SELECT used_at, parts, last_short, short_part, begun, content FROM upload
			WHERE id = $1 AND account = $2 AND region = $3 AND repository = $4`, id, repo.Account, repo.Region, repo.Name).
			Scan(&used, &u.parts, &u.lastShort, &u.shortPart, &u.begun, &u.content)
		u.used = fromMicros(used)
		if errors.Is(err, sql.ErrNoRows) {
			return noUpload(tx, repo, id)
		}
		return err
	})
	return u, err
}

// noUpload is the error for an upload that is not there.
func noUpload(tx *meta.Tx, repo Repo, id string) error {
	if err := requireRepository(tx, repo); err != nil {
		return err
	}
	return &Error{Kind: ErrUploadNotFound, Repo: repo, Upload: id}
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
	u, err := r.upload(ctx, repo, id)
	if err != nil {
		return 0, fmt.Errorf("get upload: %w", err)
	}
	size, err := r.size(ctx, u)
	if err != nil {
		return 0, fmt.Errorf("get upload: %w", err)
	}
	return size, nil
}

func (r *Registry) size(ctx context.Context, u *upload) (int64, error) {
	if !u.begun {
		return int64(len(u.content)), nil
	}
	size, err := r.blobs.Size(ctx, u.id)
	if err != nil {
		return 0, uploadError(u.repo, u.id, err)
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
	if err == nil {
		size, err = r.append(ctx, u, off, from)
	}
	if err != nil {
		return size, fmt.Errorf("append to upload: %w", err)
	}
	return size, nil
}

// append appends to an upload and notes its use.
func (r *Registry) append(ctx context.Context, u *upload, off int64, from io.Reader) (size int64, err error) {
	if !u.begun {
		if have := int64(len(u.content)); off >= 0 && off != have {
			return have, u.outOfOrder(have, off)
		}
		more, all, err := r.readSmall(from, len(u.content))
		if all {
			return r.appendSmall(ctx, u, more, err)
		}
		if err := r.spill(ctx, u); err != nil {
			return 0, err
		}
		off, from = int64(len(u.content)), io.MultiReader(bytes.NewReader(more), from)
	} else if now := r.now(); now.Sub(u.used) > touchInterval {
		err := r.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`UPDATE upload SET used_at = $1 WHERE id = $2`, micros(now), u.id)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	if off < 0 {
		if off, err = r.size(ctx, u); err != nil {
			return 0, err
		}
	}
	n, err := r.blobs.Append(ctx, u.id, off, from)
	if err != nil {
		return off + n, uploadError(u.repo, u.id, err)
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
	u.shortPart, u.lastShort = u.shortPart || u.lastShort, len(part) < MinPartSize
	u.parts++
	size, err := r.append(ctx, u, first, bytes.NewReader(part))
	if err == nil && u.begun {
		err = r.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`UPDATE upload SET used_at = $1, parts = parts + 1, short_part = short_part OR last_short, last_short = $2 WHERE id = $3`,
				micros(r.now()), u.lastShort, id)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("upload part: %w", err)
	}
	return size - 1, nil
}

// CompleteUpload turns an upload into a layer of the repository, durably, when
// its bytes have the digest want, and returns its size and names. That the
// repository has the layer already is not an error, nor is an upload of no
// bytes. When the digest is wrong the upload stays as it is.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound, ErrInvalidDigest,
// ErrLayerDigestMismatch, ErrUploadBusy.
func (r *Registry) CompleteUpload(ctx context.Context, repo Repo, id string, want digest.Digest) (*Layer, error) {
	l, err := r.finish(ctx, &finish{repo: repo, id: id, want: want})
	if err != nil {
		return nil, fmt.Errorf("complete upload: %w", err)
	}
	return l, nil
}

// FinishUpload is AppendUpload and then CompleteUpload. When it fails the upload
// may or may not have some of the bytes of from, as UploadSize says.
// Errors: those of both.
func (r *Registry) FinishUpload(ctx context.Context, repo Repo, id string, off int64, from io.Reader, want digest.Digest) (*Layer, error) {
	l, err := r.finish(ctx, &finish{repo: repo, id: id, off: off, from: from, want: want})
	if err != nil {
		return nil, fmt.Errorf("finish upload: %w", err)
	}
	return l, nil
}

// CompleteParts is CompleteUpload with the rules of ECR's CompleteLayerUpload.
// Errors: those of CompleteUpload, ErrEmptyUpload, ErrLayerPartTooSmall, and
// ErrLayerExists when the repository had the layer, in which case the upload
// is gone as after success.
func (r *Registry) CompleteParts(ctx context.Context, repo Repo, id string, want digest.Digest) (*Layer, error) {
	f := &finish{repo: repo, id: id, want: want, parts: true}
	l, err := r.finish(ctx, f)
	if err == nil && f.existed {
		err = &Error{Kind: ErrLayerExists, Repo: repo, Ref: Ref{Digest: want}}
	}
	if err != nil {
		return nil, fmt.Errorf("complete upload: %w", err)
	}
	return l, nil
}

// PutLayer stores the bytes of from as a layer of the repository, as an upload
// that nobody can continue. Errors: those of CompleteUpload, and those of from.
func (r *Registry) PutLayer(ctx context.Context, repo Repo, from io.Reader, want digest.Digest) (*Layer, error) {
	l, err := r.putLayer(ctx, repo, from, want)
	if err != nil {
		return nil, fmt.Errorf("put layer: %w", err)
	}
	return l, nil
}

func (r *Registry) putLayer(ctx context.Context, repo Repo, from io.Reader, want digest.Digest) (*Layer, error) {
	if err := checkDigest(repo, want); err != nil {
		return nil, err
	}
	content, all, err := r.readSmall(from, 0)
	if all && err == nil {
		return r.putSmall(ctx, repo, content, want)
	}
	if err != nil {
		return nil, err
	}
	id, err := r.startUpload(ctx, repo, true)
	if err != nil {
		return nil, err
	}
	if err = r.blobs.Create(ctx, id); err == nil {
		f := &finish{repo: repo, id: id, from: io.MultiReader(bytes.NewReader(content), from), want: want}
		var l *Layer
		if l, err = r.finishLarge(ctx, f, &upload{repo: repo, id: id, begun: true}); err == nil {
			return l, nil
		}
	}
	cerr := r.CancelUpload(context.WithoutCancel(ctx), repo, id)
	if cerr != nil && !errors.Is(cerr, ErrUploadNotFound) && !errors.Is(cerr, ErrRepositoryNotFound) {
		r.log.WarnContext(ctx, "an upload that failed remains until it expires", "upload", id, "error", cerr)
	}
	return nil, err
}

// finish is the end of an upload.
type finish struct {
	repo  Repo
	id    string
	off   int64     // of what comes with it; negative is the end
	from  io.Reader // nil when nothing comes with it
	want  digest.Digest
	parts bool // the rules of ECR's API hold

	existed bool // whether the repository had the layer; only with parts
}

func checkDigest(repo Repo, d digest.Digest) error {
	if _, err := ocispec.ParseDigest(d.String()); err != nil {
		return &Error{Kind: ErrInvalidDigest, Repo: repo, Ref: Ref{Digest: d}, Err: err}
	}
	return nil
}

func (r *Registry) finish(ctx context.Context, f *finish) (*Layer, error) {
	if err := checkDigest(f.repo, f.want); err != nil {
		return nil, err
	}
	var more []byte
	all, err := true, error(nil)
	if f.from != nil {
		if more, all, err = r.readSmall(f.from, 0); err != nil {
			return nil, err
		}
		f.from = io.MultiReader(bytes.NewReader(more), f.from)
	}
	if all {
		l, err := r.finishSmall(ctx, f, more)
		if errors.Is(err, ErrLayerDigestMismatch) && len(more) > 0 {
			err = errors.Join(err, r.keepMore(ctx, f, more))
		}
		if !errors.Is(err, errNotSmall) {
			return l, err
		}
	}
	u, err := r.upload(ctx, f.repo, f.id)
	if err != nil {
		return nil, err
	}
	if f.parts {
		if size, err := r.size(ctx, u); err != nil {
			return nil, err
		} else if err := u.checkParts(size); err != nil {
			return nil, err
		}
	}
	if !u.begun {
		if have := int64(len(u.content)); f.from != nil && f.off >= 0 && f.off != have {
			return nil, u.outOfOrder(have, f.off)
		}
		if err := r.spill(ctx, u); err != nil {
			return nil, err
		}
	}
	return r.finishLarge(ctx, f, u)
}

// checkParts reports what ECR's API has against the completion of an upload.
func (u *upload) checkParts(size int64) error {
	switch {
	case size == 0:
		return u.fail(ErrEmptyUpload)
	case u.shortPart:
		return u.fail(ErrLayerPartTooSmall)
	}
	return nil
}

// finishLarge commits the bytes of an upload that the blob store has, then makes
// them a layer of the repository. When it stops between the two the upload is
// lost, and the bytes are garbage once its row has expired.
func (r *Registry) finishLarge(ctx context.Context, f *finish, u *upload) (*Layer, error) {
	damaged, err := r.damaged(ctx, f.want)
	if err != nil {
		return nil, err
	}
	var size int64
	if f.from == nil {
		size, err = r.blobs.Commit(ctx, u.id, f.want)
	} else {
		if f.off < 0 {
			if f.off, err = r.blobs.Size(ctx, u.id); err != nil {
				return nil, uploadError(u.repo, u.id, err)
			}
		}
		size, err = r.blobs.Finish(ctx, u.id, f.off, f.from, f.want)
	}
	if err != nil {
		return nil, uploadError(u.repo, u.id, err)
	}
	mine := blob.Name{Digest: f.want, Upload: u.id}
	var spare blob.Name
	now := micros(r.now())
	// The client may have gone; what is committed must not be left half done.
	err = r.db.Write(context.WithoutCancel(ctx), func(tx *meta.Tx) error {
		n, err := tx.Exec(`DELETE FROM upload WHERE id = $1 AND account = $2 AND region = $3 AND repository = $4`,
			u.id, u.repo.Account, u.repo.Region, u.repo.Name)
		if err != nil {
			return err
		}
		if n == 0 { // the repository was deleted meanwhile, perhaps made anew
			return u.fail(ErrUploadNotFound)
		}
		if err := f.look(tx); err != nil {
			return err
		}
		if spare, err = keep(tx, mine, size, damaged, now); err != nil {
			return err
		}
		return link(tx, u.repo, f.want, "", now)
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
	if err != nil {
		return nil, err
	}
	return &Layer{Repo: u.repo, Digest: f.want, Size: size}, nil
}

// look notes whether the repository has the layer, where that matters.
func (f *finish) look(tx *meta.Tx) (err error) {
	if f.parts {
		f.existed, err = exists(tx, `SELECT 1 FROM layer WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
			f.repo.Account, f.repo.Region, f.repo.Name, f.want.String())
	}
	return err
}

// damaged returns the name under which the blob store has the content, if its
// bytes are missing, are not as many as they should be, or are to be set aside;
// otherwise the zero Name.
func (r *Registry) damaged(ctx context.Context, d digest.Digest) (blob.Name, error) {
	name := blob.Name{Digest: d}
	var want int64
	var aside bool
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT upload, size, set_aside IS NOT NULL AND set_aside = upload FROM blob WHERE digest = $1 AND content IS NULL`, d.String()).
			Scan(&name.Upload, &want, &aside)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return blob.Name{}, nil
	}
	if err != nil {
		return blob.Name{}, err
	}
	if aside {
		return name, nil
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
	// Also when it is not begun: it may have been about to be.
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
				_, err := tx.Exec(`DELETE FROM upload WHERE id = $1 AND (begun OR used_at = $2)`, u.id, u.used)
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
