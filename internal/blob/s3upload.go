package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

// s3Row is a row of the table s3_upload; see there.
type s3Row struct {
	id         string
	size       int64
	sum        []byte
	multipart  string
	nextPart   int64
	tail       int64
	tailHolder int64
	digest     digest.Digest
	ended      bool
	holder     int64
	heldUntil  int64
}

const s3Columns = `id, size, sum, multipart, next_part, tail, tail_holder, digest, ended, holder, held_until`

func scanS3Row(s meta.Scanner) (r s3Row, err error) {
	err = s.Scan(&r.id, &r.size, &r.sum, &r.multipart, &r.nextPart, &r.tail, &r.tailHolder, &r.digest, &r.ended, &r.holder, &r.heldUntil)
	return r, err
}

// row reads an upload, also one that has ended; nil is none.
func (s *S3) row(tx *meta.Tx, id string) (*s3Row, error) {
	rows, err := meta.All(tx, scanS3Row, `SELECT `+s3Columns+` FROM s3_upload WHERE store = $1 AND id = $2 ORDER BY id`, s.store, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// s3Part is a part of a multipart upload.
type s3Part struct {
	number int64
	etag   string
	size   int64
}

func (s *S3) parts(tx *meta.Tx, id string) ([]s3Part, error) {
	return meta.All(tx, func(row meta.Scanner) (p s3Part, err error) { return p, row.Scan(&p.number, &p.etag, &p.size) },
		`SELECT number, etag, size FROM s3_part WHERE store = $1 AND upload = $2 ORDER BY number`, s.store, id)
}

// Create implements [Store].
func (s *S3) Create(ctx context.Context, upload string) error {
	if err := s.create(ctx, upload); err != nil {
		return fmt.Errorf("create upload %.40q: %w", upload, err)
	}
	return nil
}

func (s *S3) create(ctx context.Context, id string) error {
	if err := checkUpload(ctx, id); err != nil {
		return err
	}
	return s.insert(ctx, id, false)
}

// insert makes the row of an upload that holds nothing, or of one that has ended.
// If there is a row the error is fs.ErrExist.
func (s *S3) insert(ctx context.Context, id string, ended bool) error {
	return s.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`INSERT INTO s3_upload (store, id, size, sum, multipart, next_part, tail, tail_holder, digest, ended, holder, held_until, used_at)
			VALUES ($1, $2, 0, $3, '', 1, 0, 0, '', $4, 0, 0, $5) ON CONFLICT DO NOTHING`, s.store, id, []byte{}, ended, s.now().UnixMicro())
		if err == nil && n == 0 {
			err = fs.ErrExist
		}
		return err
	})
}

// checkUpload accepts what may be the id of an upload, while ctx lasts.
func checkUpload(ctx context.Context, id string) error {
	if !uploadID.MatchString(id) {
		return fs.ErrNotExist
	}
	return ctx.Err()
}

// Size implements [Store].
func (s *S3) Size(ctx context.Context, upload string) (size int64, err error) {
	err = checkUpload(ctx, upload)
	if err == nil {
		err = s.db.Read(ctx, func(tx *meta.Tx) error {
			row, err := s.row(tx, upload)
			if err == nil && (row == nil || row.ended) {
				err = fs.ErrNotExist
			}
			if err == nil {
				size = row.size
			}
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("size of upload %.40q: %w", upload, err)
	}
	return size, nil
}

// Append implements [Store].
func (s *S3) Append(ctx context.Context, upload string, off int64, r io.Reader) (int64, error) {
	n, err := s.append(ctx, upload, off, r)
	if err != nil {
		return n, fmt.Errorf("append to upload %.40q: %w", upload, err)
	}
	return n, nil
}

func (s *S3) append(ctx context.Context, id string, off int64, r io.Reader) (int64, error) {
	h, _, err := s.take(ctx, id, off, "")
	if err != nil {
		return 0, err
	}
	defer h.stop()
	in, err := newIntake(h)
	if err == nil {
		in.record = true
		err = in.receive(ctx, r)
	}
	err = errors.Join(err, in.keep())
	return h.row.size - off, err
}

// Finish implements [Store].
func (s *S3) Finish(ctx context.Context, upload string, off int64, r io.Reader, want digest.Digest) (int64, error) {
	size, err := s.finish(ctx, upload, off, r, want)
	if err != nil {
		return 0, fmt.Errorf("finish upload %.40q: %w", upload, err)
	}
	return size, nil
}

// Commit implements [Store].
func (s *S3) Commit(ctx context.Context, upload string, want digest.Digest) (int64, error) {
	size, err := s.finish(ctx, upload, anySize, nil, want)
	if err != nil {
		return 0, fmt.Errorf("commit upload %.40q: %w", upload, err)
	}
	return size, nil
}

// finish does Finish, and with a nil r Commit.
func (s *S3) finish(ctx context.Context, id string, off int64, r io.Reader, want digest.Digest) (int64, error) {
	if err := checkDigest(want); err != nil {
		return 0, err
	}
	h, stored, err := s.take(ctx, id, off, want)
	if h == nil {
		return stored, err
	}
	defer h.stop()
	in, err := newIntake(h)
	if err == nil && r != nil {
		if want.Algorithm() != digest.SHA256 && h.row.size == 0 {
			in.other = want.Algorithm().Hash()
		}
		err = in.receive(ctx, r)
	}
	if err == nil {
		err = in.wait()
	}
	if err == nil {
		err = in.check(want)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return 0, errors.Join(err, in.keep())
	}
	if err := in.store(want); err != nil {
		if h.ctx.Err() == nil {
			err = errors.Join(err, h.abandon())
		}
		return 0, err
	}
	return in.size, nil
}

// Abort implements [Store].
func (s *S3) Abort(ctx context.Context, upload string) error {
	if err := s.abort(ctx, upload); err != nil {
		return fmt.Errorf("abort upload %.40q: %w", upload, err)
	}
	return nil
}

func (s *S3) abort(ctx context.Context, id string) error {
	h, _, err := s.take(ctx, id, anySize, "")
	if err != nil {
		return err
	}
	defer h.stop()
	row := h.row
	row.digest = ""
	if err := s.end(h.ctx, row); err != nil {
		return h.cause(err)
	}
	return h.cause(s.clear(h.ctx, row))
}

// end records that what is stored under the row's id is to be deleted. From then
// on there is no such upload.
func (s *S3) end(ctx context.Context, row s3Row) error {
	return s.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`INSERT INTO s3_upload (store, id, size, sum, multipart, next_part, tail, tail_holder, digest, ended, holder, held_until, used_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, TRUE, $10, 0, $11)
			ON CONFLICT (store, id) DO UPDATE SET ended = TRUE, size = excluded.size, digest = excluded.digest, held_until = 0, used_at = excluded.used_at`,
			s.store, row.id, row.size, []byte{}, row.multipart, row.nextPart, row.tail, row.tailHolder, row.digest.String(), row.holder, s.now().UnixMicro())
		return err
	})
}

// clear deletes what is stored under the id of a row that has ended: first what
// makes it visible, last the row.
func (s *S3) clear(ctx context.Context, row s3Row) error {
	if row.digest != "" {
		if err := s.deleteObject(ctx, markerPath(Name{row.digest, row.id}, row.size)); err != nil {
			return err
		}
	}
	if row.multipart != "" {
		if err := s.abortMultipart(ctx, row.id, row.multipart); err != nil {
			return err
		}
	}
	if row.tail > 0 {
		if err := s.deleteObject(ctx, tailPath(row.id, row.tailHolder)); err != nil {
			return err
		}
	}
	if err := s.deleteObject(ctx, dataPath(row.id)); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *meta.Tx) error {
		if _, err := tx.Exec(`DELETE FROM s3_part WHERE store = $1 AND upload = $2`, s.store, row.id); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM s3_upload WHERE store = $1 AND id = $2 AND ended`, s.store, row.id)
		return err
	})
}
