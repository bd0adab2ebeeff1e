// Package job keeps work that is to be done later in the database, and runs each piece of it on one node at a time.
//
// A job is enqueued in the transaction of what calls for it, so that it is there exactly when that is. It runs at least
// once: a node that is gone, or cannot say that it is done, leaves the job to another. Handlers are therefore
// idempotent, and a job says what is to be done rather than what was found when it was enqueued.
package job

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// New is a job to enqueue.
type New struct {
	// Kind names the handler: "event.deliver".
	Kind string

	// Key, if it is not empty, makes the job one with the job of the same kind and key that is there already: the
	// later payload and the earlier time are kept. If that job is running, it runs once more afterwards; if it waits
	// to be tried again, it goes on waiting; if it is dead, it is revived. Jobs of one kind and key never run at the
	// same time. Keys that begin with "@" are the package's own.
	Key string

	// Payload is what the handler is given, encoded as JSON.
	Payload any

	// At is the earliest time to run it; zero is at once.
	At time.Time
}

// Enqueue adds a job that runs some time after the transaction is committed.
func Enqueue(tx *meta.Tx, n New) error {
	payload, err := json.Marshal(n.Payload)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", n.Kind, err)
	}
	// What is there already: in SET, the columns have the values from before.
	const merge = `ON CONFLICT (kind, key) WHERE key <> '' DO UPDATE SET
			payload = excluded.payload,
			due_at = CASE
				WHEN job.lease <> '' THEN job.due_at
				WHEN job.dead THEN excluded.due_at
				WHEN job.attempts > 0 OR job.due_at < excluded.due_at THEN job.due_at
				ELSE excluded.due_at END,
			again = job.lease <> '',
			again_at = CASE WHEN job.again AND job.again_at < excluded.due_at THEN job.again_at ELSE excluded.due_at END,
			attempts = CASE WHEN job.dead THEN 0 ELSE job.attempts END,
			dead = FALSE`
	_, err = tx.Exec(`INSERT INTO job (id, kind, key, payload, due_at, lease, attempts, again, again_at, dead, last_error)
		VALUES ($1, $2, $3, $4, $5, '', 0, FALSE, 0, FALSE, '') `+merge,
		newID(), n.Kind, n.Key, string(payload), micros(n.At))
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", n.Kind, err)
	}
	return nil
}

// newID returns an identifier that sorts by the time it was made at. The order breaks ties between jobs and nothing
// else depends on it, so the machine's clock will do.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[8:]) // never fails
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMicro()))
	return hex.EncodeToString(b[:])
}

// A Handler does a job. An error makes it be tried again, later and later, until the attempts are used up and the job
// is dead; see [Retry] and [Permanent] for errors with another meaning. ctx is cancelled when the node stops, or when
// the job was taken over by another because this one could not keep its lease; the job is then run again and the
// attempt does not count.
type Handler func(ctx context.Context, payload json.RawMessage) error

// Retry returns an error with which a handler says that the job cannot be done yet and is to be run again after a
// while. It does not count as an attempt.
func Retry(after time.Duration) error { return retry{after} }

type retry struct{ after time.Duration }

func (r retry) Error() string { return fmt.Sprintf("not yet: again in %v", r.after) }

// Permanent returns an error with which a handler says that trying again is of no use. The job is dead.
func Permanent(err error) error { return permanent{err} }

// IsPermanent reports whether err says that trying again is of no use.
func IsPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Periodic is work that is done again and again, by one node at a time.
type Periodic struct {
	Kind     string
	Interval time.Duration
}

// Every returns work of a kind to be done once in each interval by whichever node comes first, and at once when it has
// never been done. Its handler gets the payload null. It is never dead.
func Every(kind string, interval time.Duration) Periodic { return Periodic{kind, interval} }

// State is what may be said of a job.
type State string

// The states of jobs.
const (
	Waiting State = "waiting" // for its time, or to be tried again
	Running State = "running" // or left by a node that is gone
	Dead    State = "dead"    // given up
)

// Count is the number of jobs of a kind in a state.
type Count struct {
	Kind  string
	State State
	N     int64
}

// Counts returns how many jobs there are, without the states and kinds of which there is none and without periodic
// work that waits for its time, in the order of kind and state.
func Counts(ctx context.Context, db *meta.DB) (counts []Count, err error) {
	err = db.Read(ctx, func(tx *meta.Tx) error {
		counts, err = meta.All(tx, func(s meta.Scanner) (c Count, err error) {
			return c, s.Scan(&c.Kind, &c.State, &c.N)
		}, `SELECT kind, CASE WHEN dead THEN 'dead' WHEN lease <> '' THEN 'running' ELSE 'waiting' END AS state, count(*) FROM job
			WHERE key <> $1 OR lease <> '' OR attempts > 0 GROUP BY kind, state ORDER BY kind, state`, periodicKey)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}

// periodicKey is the key of periodic work.
const periodicKey = "@every"

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
