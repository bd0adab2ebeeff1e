package build

import (
	"database/sql"
	"errors"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

const columns = `id, account, region, principal, caller, same, image, request, context_digest, context_size, context_upload, execution, state, reason,
	image_digest, created_at, queued_at, started_at, finished_at, deadline, attempts, losses, lease, lease_until, worker, log_last, log_size, log_batch`

func scanBuild(s meta.Scanner) (*Build, error) {
	b := new(Build)
	var created, queued, started, finished, deadline, leaseEnds int64
	err := s.Scan(&b.ID, &b.Account, &b.Region, &b.principal, &b.Caller, &b.same, &b.Image, &b.request, &b.ContextDigest, &b.ContextSize, &b.upload,
		&b.execution, &b.State, &b.Reason, &b.ImageDigest, &created, &queued, &started, &finished, &deadline, &b.Attempts, &b.losses, &b.lease,
		&leaseEnds, &b.Worker, &b.logLast, &b.logSize, &b.logBatch)
	if err != nil {
		return nil, err
	}
	b.CreatedAt, b.queuedAt, b.StartedAt, b.FinishedAt = fromMicros(created), fromMicros(queued), fromMicros(started), fromMicros(finished)
	b.Deadline, b.leaseEnds = fromMicros(deadline), fromMicros(leaseEnds)
	return b, nil
}

// get returns a build. Errors: ErrNotFound.
func get(tx *meta.Tx, id string) (*Build, error) {
	b, err := scanBuild(tx.QueryRow(`SELECT `+columns+` FROM build WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &Error{Kind: ErrNotFound, ID: id}
	}
	return b, err
}

// own returns a build of an account in a region. Those of others are not found.
func own(tx *meta.Tx, account, region, id string) (*Build, error) {
	b, err := get(tx, id)
	if err == nil && (b.Account != account || b.Region != region) {
		return nil, &Error{Kind: ErrNotFound, ID: id}
	}
	return b, err
}

// put writes a build that is there.
func put(tx *meta.Tx, b *Build) error {
	_, err := tx.Exec(`UPDATE build SET same = $1, request = $2, context_upload = $3, execution = $4, state = $5, reason = $6, image_digest = $7,
		queued_at = $8, started_at = $9, finished_at = $10, deadline = $11, attempts = $12, losses = $13, lease = $14, lease_until = $15, worker = $16,
		log_last = $17, log_size = $18, log_batch = $19 WHERE id = $20`,
		b.same, b.request, b.upload, b.execution, string(b.State), b.Reason, b.ImageDigest,
		micros(b.queuedAt), micros(b.StartedAt), micros(b.FinishedAt), micros(b.Deadline), b.Attempts, b.losses, b.lease, micros(b.leaseEnds), b.Worker,
		b.logLast, b.logSize, b.logBatch, b.ID)
	return err
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
