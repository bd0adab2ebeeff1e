package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

const (
	// s3Lease is how long an upload is left to whoever works on it and was not
	// heard of since. It is renewed each quarter. What is asked of the server
	// ends a quarter before it does: the time that a request may take to have
	// its effect, and that clocks may differ.
	s3Lease = 20 * time.Second

	// s3Settle is how long what came is still stored after the client has gone.
	s3Settle = 30 * time.Second

	// partGap is how many part numbers are left out when somebody did not give
	// an upload back: that is how many parts it may yet be sending.
	partGap  = 2
	maxParts = 10_000
)

// partSize is the size of the part with the number n. All are of one size up
// to 20 GB, and no upload of less than 200 GB runs out of numbers.
func partSize(n int64) int { return 8 << 20 * int(1+n/2500) }

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
	return s.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`INSERT INTO s3_upload (store, id, size, sum, multipart, next_part, tail, tail_holder, digest, ended, holder, held_until, used_at)
			VALUES ($1, $2, 0, $3, '', 1, 0, 0, '', FALSE, 0, 0, $4) ON CONFLICT DO NOTHING`, s.store, id, []byte{}, s.now().UnixMicro())
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

// hold is an upload that nobody else works on, for as long as ctx lasts.
type hold struct {
	s      *S3
	id     string
	holder int64
	row    s3Row // as it is in the database

	ctx     context.Context // not that of a client
	cancel  context.CancelCauseFunc
	expire  *time.Timer   // cancels ctx
	stopped chan struct{} // closed when it is not renewed any more
}

// errLost says that the database was not reached for so long that another may
// have taken the upload.
var errLost = errors.New("the upload was held for too long without news of it")

// anySize is what take is told when it does not matter what the upload holds.
const anySize = math.MinInt64

// take makes the caller the one who works on an upload, which must hold size
// bytes. With want, it can become that blob only from then on. If somebody had
// made it a blob and could not say so, that is completed: stored is then its
// size, and the hold nil.
func (s *S3) take(ctx context.Context, id string, size int64, want digest.Digest) (h *hold, stored int64, err error) {
	if err := checkUpload(ctx, id); err != nil {
		return nil, 0, err
	}
	var row s3Row
	var abandoned bool
	begun := time.Now()
	err = s.db.Write(ctx, func(tx *meta.Tx) error {
		now := s.now()
		have, err := s.row(tx, id)
		switch {
		case err != nil:
			return err
		case have == nil || have.ended:
			return fs.ErrNotExist
		case have.heldUntil > now.UnixMicro():
			return ErrBusy
		case size != anySize && size != have.size:
			return &OffsetError{Have: have.size, Off: size}
		}
		row, abandoned = *have, have.heldUntil != 0
		row.holder++
		row.heldUntil = now.Add(s.lease).UnixMicro()
		if abandoned {
			row.nextPart += partGap
		}
		if row.digest == "" {
			row.digest = want
		}
		_, err = tx.Exec(`UPDATE s3_upload SET holder = $1, held_until = $2, next_part = $3, digest = $4, used_at = $5 WHERE store = $6 AND id = $7`,
			row.holder, row.heldUntil, row.nextPart, row.digest.String(), now.UnixMicro(), s.store, id)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	h = s.keep(row, begun)
	if !abandoned || row.digest == "" {
		return h, 0, nil
	}
	stored, err = h.recover(ctx)
	switch {
	case errors.Is(err, errNothing) && (want == "" || want == row.digest):
		return h, 0, nil
	case errors.Is(err, errNothing):
		err = fmt.Errorf("somebody had begun to make it %s: %w", row.digest, fs.ErrNotExist)
	case err == nil && want != row.digest:
		err = fs.ErrNotExist // it has ended
	}
	if h.ctx.Err() == nil && err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = errors.Join(err, h.abandon())
	}
	h.stop()
	return nil, stored, err
}

// keep returns a hold of the upload, which it renews until it is stopped.
func (s *S3) keep(row s3Row, begun time.Time) *hold {
	h := &hold{s: s, id: row.id, holder: row.holder, row: row, stopped: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancelCause(context.Background())
	h.expire = time.AfterFunc(s.lease*3/4-time.Since(begun), func() { h.cancel(errLost) })
	go h.renew()
	return h
}

// renew keeps the upload until ctx is done.
func (h *hold) renew() {
	defer close(h.stopped)
	every := time.NewTicker(h.s.lease / 4)
	defer every.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-every.C:
		}
		err := h.try(func(tx *meta.Tx, now, until int64) (int64, error) {
			return tx.Exec(`UPDATE s3_upload SET held_until = $1, used_at = $2 WHERE store = $3 AND id = $4 AND holder = $5`, until, now, h.s.store, h.id, h.holder)
		})
		if errors.Is(err, errLost) {
			h.cancel(errLost)
		} // of other errors there may be an end before the lease's
	}
}

// update is try, again for a while if the database is away, as when it is
// started anew: what a client sent should not be lost to that.
func (h *hold) update(f func(tx *meta.Tx, now, until int64) (rows int64, err error)) error {
	begun := time.Now()
	for {
		err := h.try(f)
		if err == nil || h.ctx.Err() != nil || errors.Is(err, errLost) || time.Since(begun) > h.s.lease/4 {
			return err
		}
		select {
		case <-h.ctx.Done():
		case <-time.After(h.s.lease / 100):
		}
	}
}

// try changes the row of the upload, which f finds only if it is still the
// caller's. It then is for another lease, which ends at until.
func (h *hold) try(f func(tx *meta.Tx, now, until int64) (rows int64, err error)) error {
	begun := time.Now()
	err := h.s.db.Write(h.ctx, func(tx *meta.Tx) error {
		now := h.s.now()
		n, err := f(tx, now.UnixMicro(), now.Add(h.s.lease).UnixMicro())
		if err == nil && n == 0 {
			err = errLost
		}
		return err
	})
	if err != nil {
		return h.cause(err)
	}
	if h.expire.Stop() { // else it is too late
		h.expire.Reset(h.s.lease*3/4 - time.Since(begun))
	}
	return nil
}

// stop ends ctx, and with it the renewals.
func (h *hold) stop() {
	h.expire.Stop()
	h.cancel(context.Canceled)
	<-h.stopped
}

// cause adds to the error of something that ctx ended why it did.
func (h *hold) cause(err error) error {
	if err != nil && h.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(h.ctx), err)
	}
	return err
}

// save records next as the state of the upload, and the parts that it has more.
// With last the upload is given back.
func (h *hold) save(next s3Row, parts []s3Part, last bool) error {
	err := h.update(func(tx *meta.Tx, now, until int64) (int64, error) {
		for _, p := range parts {
			if _, err := tx.Exec(`INSERT INTO s3_part (store, upload, number, etag, size) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT DO NOTHING`, h.s.store, h.id, p.number, p.etag, p.size); err != nil {
				return 0, err
			}
		}
		next := next
		if last {
			until, next.digest = 0, ""
		}
		return tx.Exec(`UPDATE s3_upload SET size = $1, sum = $2, multipart = $3, next_part = $4, tail = $5, tail_holder = $6, digest = $7, held_until = $8, used_at = $9
			WHERE store = $10 AND id = $11 AND holder = $12`,
			next.size, next.sum, next.multipart, next.nextPart, next.tail, next.tailHolder, next.digest.String(), until, now, h.s.store, h.id, h.holder)
	})
	if err == nil {
		h.row = next
	}
	return err
}

// abandon gives back an upload whose blob may or may not have been stored,
// which the next one has to find out.
func (h *hold) abandon() error {
	return h.update(func(tx *meta.Tx, now, _ int64) (int64, error) {
		return tx.Exec(`UPDATE s3_upload SET held_until = $1 WHERE store = $2 AND id = $3 AND holder = $4`, now, h.s.store, h.id, h.holder)
	})
}

// sum returns the running SHA-256 of the upload.
func (h *hold) sum() (hash.Hash, error) {
	sum := sha256.New()
	if h.row.size == 0 {
		return sum, nil
	}
	u, ok := sum.(encoding.BinaryUnmarshaler)
	if !ok {
		return nil, fmt.Errorf("resume the hash: %T cannot be resumed", sum)
	}
	if err := u.UnmarshalBinary(h.row.sum); err != nil {
		return nil, fmt.Errorf("resume the hash: %w", err)
	}
	return sum, nil
}

// tail returns the bytes of the upload that no part has.
func (h *hold) tail() ([]byte, error) {
	if h.row.tail == 0 {
		return nil, nil
	}
	b, err := h.s.get(h.ctx, tailPath(h.id, h.row.tailHolder), h.row.tail)
	if err != nil {
		return nil, fmt.Errorf("read the end of the upload: %w", h.cause(err))
	}
	return b, nil
}

// get returns the n bytes of an object.
func (s *S3) get(ctx context.Context, path string, n int64) ([]byte, error) {
	out, err := s.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(path)})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	b := make([]byte, n)
	_, err = io.ReadFull(out.Body, b)
	return b, err
}

func (s *S3) put(ctx context.Context, path string, content []byte) error {
	_, err := s.api.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(path), Body: bytes.NewReader(content), ContentLength: aws.Int64(int64(len(content)))})
	return err
}

// deleteObject deletes an object, if there is one.
func (s *S3) deleteObject(ctx context.Context, path string) error {
	_, err := s.api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: s.key(path)})
	if isNotFound(err) {
		return nil
	}
	return err
}

// errNothing says that an upload had not been made a blob.
var errNothing = errors.New("no blob is stored")

// recover completes what somebody began who made the upload a blob, and returns
// its size: who writes the bytes has seen that they have the row's digest,
// unless it is one that can only be known of all bytes in one place.
func (h *hold) recover(ctx context.Context) (int64, error) {
	head, err := h.s.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &h.s.bucket, Key: h.s.key(dataPath(h.id))})
	if isNotFound(err) {
		return 0, errNothing
	}
	if err != nil {
		return 0, err
	}
	size := aws.ToInt64(head.ContentLength)
	if h.row.digest.Algorithm() != digest.SHA256 {
		if err := h.verify(h.row.digest, size); err != nil {
			return 0, err
		}
	}
	return size, h.show(h.row.digest, size)
}

// verify reads the stored bytes and drops the upload if they do not have the
// digest: there is no way to continue it.
func (h *hold) verify(want digest.Digest, size int64) error {
	r := &s3Reader{ctx: h.ctx, s: h.s, path: dataPath(h.id), left: size}
	if err := r.open(); err != nil {
		return h.cause(err)
	}
	defer func() { _ = r.Close() }() // it was only read
	sum := want.Algorithm().Hash()
	if _, err := io.Copy(sum, r); err != nil {
		return h.cause(err)
	}
	got := digest.NewDigest(want.Algorithm(), sum)
	if got == want {
		return nil
	}
	row := h.row
	row.digest = ""
	err := h.s.end(h.ctx, row)
	if err == nil {
		err = h.s.clear(h.ctx, row)
	}
	return errors.Join(&DigestError{Want: want, Got: got}, err)
}

// show makes the stored bytes a blob, and ends the upload.
func (h *hold) show(d digest.Digest, size int64) error {
	b := Name{Digest: d, Upload: h.id}
	if err := h.s.put(h.ctx, markerPath(b, size), nil); err != nil {
		return fmt.Errorf("make the blob visible: %w", h.cause(err))
	}
	h.s.sizes.put(b, size)
	if err := h.update(func(tx *meta.Tx, _, _ int64) (int64, error) {
		if _, err := tx.Exec(`DELETE FROM s3_part WHERE store = $1 AND upload = $2`, h.s.store, h.id); err != nil {
			return 0, err
		}
		n, err := tx.Exec(`DELETE FROM s3_upload WHERE store = $1 AND id = $2 AND holder = $3`, h.s.store, h.id, h.holder)
		if err != nil || n > 0 {
			return n, err
		}
		row, err := h.s.row(tx, h.id)
		if row == nil {
			n = 1 // an attempt did it of which there was no news
		}
		return n, err
	}); err != nil {
		return err
	}
	h.dropTail(h.row)
	return nil
}

// dropTail deletes the object of a tail that does not count any more. If it
// cannot, ExpireUploads does.
func (h *hold) dropTail(row s3Row) {
	if row.tail > 0 {
		_ = h.s.deleteObject(h.ctx, tailPath(h.id, row.tailHolder))
	}
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
		if h.ctx.Err() == nil && !errors.Is(err, fs.ErrNotExist) {
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

func (s *S3) abortMultipart(ctx context.Context, id, multipart string) error {
	_, err := s.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: s.key(dataPath(id)), UploadId: &multipart})
	if isNotFound(err) {
		return nil
	}
	return err
}
