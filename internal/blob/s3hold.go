package blob

import (
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

	// partGap is how many part numbers are left out when somebody did not give
	// an upload back: that is how many parts it may yet be sending.
	partGap = 2
)

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
	if isNotFound(err) { // the database is newer, or older, than the bucket
		return nil, fmt.Errorf("read the end of the upload: the store does not have it: %w", fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("read the end of the upload: %w", h.cause(err))
	}
	return b, nil
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
	r := &s3Reader{ctx: h.ctx, s: h.s, path: dataPath(h.id), size: size, left: size}
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
