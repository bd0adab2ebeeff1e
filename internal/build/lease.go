package build

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
)

// Worker is who asks for a build.
type Worker struct {
	Account, Region string
	Name            string
	Execution       bool // it runs the commands of users
}

// Lease is a build as its worker gets it.
type Lease struct {
	Build   Build
	ID      seal.Secret // with which the worker proves that the build is its own
	Expires time.Time   // unless it is heard of
	Spec    string
	Options string
	Token   seal.Secret // password for registries
}

func hashLease(id seal.Secret) string {
	sum := sha256.Sum256([]byte(id.Reveal()))
	return hex.EncodeToString(sum[:])
}

// Lease gives a worker the build of its account and region that waits longest and may run, or nil when there is none for
// as long as the worker waits.
func (e *Engine) Lease(ctx context.Context, w Worker, wait time.Duration) (l *Lease, err error) {
	if err := e.noteWorker(ctx, w); err != nil {
		return nil, err
	}
	err = e.wait(ctx, wait, func() (bool, error) {
		l, err = e.lease(ctx, w)
		return l != nil, err
	})
	return l, err
}

// noteWorker remembers that a worker is there.
func (e *Engine) noteWorker(ctx context.Context, w Worker) error {
	err := e.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`INSERT INTO build_worker (account, region, name, execution, seen_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, region, name) DO UPDATE SET execution = excluded.execution, seen_at = excluded.seen_at`,
			w.Account, w.Region, w.Name, w.Execution, micros(e.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("note worker %s: %w", w.Name, err)
	}
	return nil
}

// lease gives a worker a build, or nil. A build whose asker is gone fails on the way.
func (e *Engine) lease(ctx context.Context, w Worker) (*Lease, error) {
	for {
		waits, err := e.waits(ctx, w)
		if err != nil || !waits {
			return nil, err
		}
		l, err := e.take(ctx, w)
		if err != nil || l == nil {
			return nil, err
		}
		r, err := e.openRequest(&l.Build)
		if err == nil {
			l.Spec, l.Options = r.Spec, r.Options
			l.Token, err = e.token(ctx, r.Delegation, l.Build.ID, l.Build.Attempts, l.Build.Deadline)
		}
		switch {
		case err == nil:
			return l, nil
		case errors.Is(err, ErrGone), errors.Is(err, seal.ErrInvalid):
			reason := ErrGone.Error()
			if errors.Is(err, seal.ErrInvalid) {
				reason = "its specification cannot be opened any more: start it again"
				e.log.ErrorContext(ctx, "a build cannot be opened", "build", l.Build.ID, "error", err)
			}
			if _, err := e.finish(ctx, w.Account, w.Region, l.Build.ID, l.ID, Finish{Outcome: Failed, Reason: reason}); err != nil {
				return nil, err
			}
		default:
			_, giveBack := e.finish(ctx, w.Account, w.Region, l.Build.ID, l.ID, Finish{Outcome: Released})
			return nil, errors.Join(err, giveBack)
		}
	}
}

// waits reports whether it is worth a transaction that writes to look for a build.
func (e *Engine) waits(ctx context.Context, w Worker) (is bool, err error) {
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		is, err = false, nil
		var n int
		err := tx.QueryRow(`SELECT count(*) FROM build WHERE account = $1 AND region = $2 AND (state = 'QUEUED' OR state IN ('LEASED', 'RUNNING') AND lease_until <= $3)`,
			w.Account, w.Region, micros(e.now())).Scan(&n)
		is = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for builds: %w", err)
	}
	return is, nil
}

// take marks a build as the worker's.
func (e *Engine) take(ctx context.Context, w Worker) (l *Lease, err error) {
	id := seal.Secret(rand.Text())
	var ended []*Build
	err = e.db.Write(ctx, func(tx *meta.Tx) error {
		l = nil
		now := e.timestamp()
		if ended, err = e.expire(tx, now, &w); err != nil {
			return err
		}
		b, err := e.next(tx, w)
		if err != nil || b == nil {
			return err
		}
		b.State, b.StartedAt, b.Deadline = Leased, now, e.until(b, now, e.limits.Timeout)
		b.Attempts++
		b.lease, b.leaseEnds, b.Worker, b.logBatch = hashLease(id), now.Add(LeaseTime), w.Name, 0
		l = &Lease{Build: *b, ID: id, Expires: b.leaseEnds}
		return put(tx, b)
	})
	if err != nil {
		return nil, fmt.Errorf("lease a build: %w", err)
	}
	e.tell(ended)
	return l, nil
}

// next returns the build that waits longest among those that the worker can do and that may run, or nil.
func (e *Engine) next(tx *meta.Tx, w Worker) (*Build, error) {
	running, err := countBy(tx, w.Account, w.Region, Leased, Running)
	if err != nil || total(running) >= e.limits.Running {
		return nil, err
	}
	waiting, err := meta.All(tx, scanBuild, `SELECT `+columns+` FROM build WHERE state = 'QUEUED' AND account = $1 AND region = $2 ORDER BY queued_at, id LIMIT $3`,
		w.Account, w.Region, e.limits.Queued+e.limits.Running)
	if err != nil {
		return nil, err
	}
	for _, b := range waiting {
		if running[b.principal] < e.limits.RunningPrincipal && (w.Execution || !b.execution) {
			return b, nil
		}
	}
	return nil, nil
}

// held returns the build that a worker has. Errors: ErrLease.
func held(tx *meta.Tx, account, region, id string, lease seal.Secret) (*Build, error) {
	b, err := own(tx, account, region, id)
	if errors.Is(err, ErrNotFound) {
		return nil, &Error{Kind: ErrLease, ID: id}
	}
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(b.lease), []byte(hashLease(lease))) != 1 {
		return nil, &Error{Kind: ErrLease, ID: id, Detail: "another worker has it, or will"}
	}
	switch b.State {
	case Leased, Running:
		return b, nil
	case Canceled:
		return b, &Error{Kind: ErrLease, ID: id, Detail: "it was canceled"}
	}
	return b, &Error{Kind: ErrLease, ID: id, Detail: "it has ended: " + string(b.State)}
}

// Heartbeat says that the worker is at work, and returns until when the build is its own. Errors: ErrLease.
func (e *Engine) Heartbeat(ctx context.Context, account, region, id string, lease seal.Secret) (expires time.Time, err error) {
	err = e.db.Write(ctx, func(tx *meta.Tx) error {
		b, err := held(tx, account, region, id, lease)
		if err != nil {
			return err
		}
		e.heard(b)
		expires = b.leaseEnds
		return put(tx, b)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("heartbeat: %w", err)
	}
	return expires, nil
}

// heard notes that the worker of a build is at work.
func (e *Engine) heard(b *Build) {
	b.State, b.leaseEnds = Running, e.timestamp().Add(LeaseTime)
}

// The outcomes of a worker's work that are not ends of the build.
const (
	Released State = "RELEASED" // the worker stops: another one has to begin again
	Declined State = "DECLINED" // the build needs a worker that runs commands
)

// Finish is how a worker's work on a build ended.
type Finish struct {
	Outcome     State  // Succeeded, Failed, Released or Declined
	ImageDigest string // of the image that was made
	Reason      string // why not
}

// Finish ends the worker's work on a build. It may be said again by who does not know whether it was heard.
//
// Errors: ErrLease, ErrInvalid.
func (e *Engine) Finish(ctx context.Context, account, region, id string, lease seal.Secret, f Finish) (*Build, error) {
	switch f.Outcome {
	case Succeeded:
		if f.ImageDigest == "" {
			return nil, &Error{Kind: ErrInvalid, ID: id, Detail: "a build that succeeded has an image with a digest"}
		}
	case Failed, Released, Declined:
	default:
		return nil, &Error{Kind: ErrInvalid, ID: id, Detail: "a worker does not end a build as " + string(f.Outcome)}
	}
	return e.finish(ctx, account, region, id, lease, f)
}

func (e *Engine) finish(ctx context.Context, account, region, id string, lease seal.Secret, f Finish) (b *Build, err error) {
	ended := false
	err = e.db.Write(ctx, func(tx *meta.Tx) error {
		ended = false
		if b, err = held(tx, account, region, id, lease); err != nil {
			if b != nil && b.State == f.Outcome {
				return nil // said again
			}
			return err
		}
		switch f.Outcome {
		case Released:
			return e.requeue(tx, b)
		case Declined:
			b.execution = true
			able, err := e.workers(tx, b)
			if err != nil {
				return err
			}
			if able > 0 {
				return e.requeue(tx, b)
			}
			f.Reason = "no builder that is connected runs commands: " + f.Reason
		case Succeeded:
			b.ImageDigest = f.ImageDigest
		}
		ended = true
		return e.end(tx, b, endOf(f.Outcome), clean(f.Reason, MaxMessage))
	})
	if err != nil {
		return nil, fmt.Errorf("finish: %w", err)
	}
	if ended {
		e.tell([]*Build{b})
	}
	return b, nil
}

func endOf(outcome State) State {
	if outcome == Succeeded {
		return Succeeded
	}
	return Failed
}

// requeue gives a build to whichever worker comes next.
func (e *Engine) requeue(tx *meta.Tx, b *Build) error {
	b.State, b.lease, b.leaseEnds, b.Deadline = Queued, "", time.Time{}, e.until(b, e.timestamp(), e.limits.QueueTimeout)
	return put(tx, b)
}

// end ends a build. What only its worker needs goes with it, but for the files, which a sweep removes.
func (e *Engine) end(tx *meta.Tx, b *Build, s State, reason string) error {
	b.State, b.Reason, b.FinishedAt, b.Deadline, b.same, b.request = s, reason, e.timestamp(), time.Time{}, "", []byte{}
	return put(tx, b)
}

// tell observes builds that have ended.
func (e *Engine) tell(ended []*Build) {
	for _, b := range ended {
		waited, ran := b.FinishedAt.Sub(b.CreatedAt), time.Duration(0)
		if !b.StartedAt.IsZero() {
			waited, ran = b.StartedAt.Sub(b.CreatedAt), b.FinishedAt.Sub(b.StartedAt)
		}
		e.observe(b.State, waited, ran)
	}
}

// workers counts the workers that were there a moment ago and can do the build.
func (e *Engine) workers(tx *meta.Tx, b *Build) (n int, err error) {
	err = tx.QueryRow(`SELECT count(*) FROM build_worker WHERE account = $1 AND region = $2 AND seen_at > $3 AND (execution OR NOT $4)`,
		b.Account, b.Region, micros(e.now().Add(-workerTime)), b.execution).Scan(&n)
	return n, err
}
