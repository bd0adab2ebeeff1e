package job

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// MaxAttempts is how often a job is tried before it is dead, which takes the better part of a day.
const MaxAttempts = 24

// The times of a Runner.
const (
	pollInterval = 500 * time.Millisecond // between looks for due jobs
	lease        = time.Minute            // how long a job belongs to a node that is not heard of
	renewal      = lease / 3              // between renewals of leases
	firstBackoff = time.Second            // after the first failure; doubled after each
	maxBackoff   = 2 * time.Hour
	lastWrites   = 5 * time.Second     // what a stopping node has to give back its jobs
	keepDead     = 30 * 24 * time.Hour // before a dead job is forgotten
	sweepEvery   = 24 * time.Hour
)

// sweepKind is the package's own periodic work: forgetting dead jobs.
const sweepKind = "job.sweep"

// Config is what a Runner needs.
type Config struct {
	DB *meta.DB

	// Now is the clock; nil is time.Now. Waiting is done by the machine's clock, and this one says what is due.
	Now func() time.Time

	// Log receives failures and deaths of jobs; nil is slog.Default().
	Log *slog.Logger

	// Handlers do the jobs of each kind. Jobs of other kinds are left to nodes that know them.
	Handlers map[string]Handler

	// Dead is called with the payload of a job that is about to be dead, to say where it is waited for that it will not be
	// done. While that fails the job is tried again. A kind need not have one.
	Dead map[string]Handler

	// Every is periodic work. Its kinds have handlers.
	Every []Periodic

	// Workers is how many jobs of one kind run at the same time, so that no kind holds up another; 0 is 4.
	Workers int
}

// Runner runs jobs on this node.
type Runner struct {
	db       *meta.DB
	now      func() time.Time
	log      *slog.Logger
	handlers map[string]Handler
	dead     map[string]Handler
	every    map[string]time.Duration
	workers  int
	id       string        // of this runner, in leases
	finished chan struct{} // has an element when a job ended since the last look

	mu      sync.Mutex
	running map[string]*task // by id
}

// task is a job that runs here.
type task struct {
	id, kind string
	periodic bool
	payload  json.RawMessage
	attempts int       // with this one
	started  time.Time // by the injected clock
	renewed  time.Time // when the lease was last known to be held, by the machine's clock
	cancel   context.CancelCauseFunc
}

// NewRunner returns a Runner. It panics when periodic work has no handler.
func NewRunner(c Config) *Runner {
	r := &Runner{
		db: c.DB, now: c.Now, log: c.Log, handlers: maps.Clone(c.Handlers), dead: maps.Clone(c.Dead), every: map[string]time.Duration{}, workers: c.Workers,
		id: rand.Text(), finished: make(chan struct{}, 1), running: map[string]*task{},
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.workers == 0 {
		r.workers = 4
	}
	if r.handlers == nil {
		r.handlers = map[string]Handler{}
	}
	r.handlers[sweepKind] = r.sweep
	r.every[sweepKind] = sweepEvery
	for _, p := range c.Every {
		if r.handlers[p.Kind] == nil {
			panic("job: no handler for periodic work " + p.Kind)
		}
		r.every[p.Kind] = p.Interval
	}
	return r
}

// Reasons for which the context of a job is cancelled.
var (
	errStopped = errors.New("the node stops")
	errLost    = errors.New("the lease of the job is lost")
)

// Run runs jobs until ctx is done. Then it cancels those that run, waits for their handlers to return, and leaves what
// they did not finish to other nodes at once. It logs what fails.
func (r *Runner) Run(ctx context.Context) {
	var tasks sync.WaitGroup
	poll, renew := time.NewTicker(pollInterval), time.NewTicker(renewal)
	defer poll.Stop()
	defer renew.Stop()
	scheduled := false
	for {
		err := r.look(ctx, &scheduled, &tasks)
		if err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "jobs not looked for", "error", err)
		}
		select {
		case <-ctx.Done():
			r.mu.Lock()
			for _, t := range r.running {
				t.cancel(errStopped)
			}
			r.mu.Unlock()
			tasks.Wait()
			return
		case <-renew.C:
			if err := r.renew(ctx); err != nil && ctx.Err() == nil {
				r.log.ErrorContext(ctx, "leases of jobs not renewed", "error", err)
			}
		case <-poll.C:
		case <-r.finished:
		}
	}
}

// look starts what is due.
func (r *Runner) look(ctx context.Context, scheduled *bool, tasks *sync.WaitGroup) error {
	if !*scheduled {
		if err := r.schedule(ctx); err != nil {
			return err
		}
		*scheduled = true
	}
	kinds, err := r.due(ctx)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		claimed, err := r.claim(ctx, kind)
		if err != nil {
			return err
		}
		for _, t := range claimed {
			r.start(ctx, t, tasks)
		}
	}
	return nil
}

// schedule makes periodic work known to the database. Work that is known keeps its time, unless its interval became
// shorter.
func (r *Runner) schedule(ctx context.Context) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		for _, kind := range slices.Sorted(maps.Keys(r.every)) {
			_, err := tx.Exec(`INSERT INTO job (id, kind, key, payload, due_at, lease, attempts, again, again_at, dead, last_error)
				VALUES ($1, $2, $3, 'null', 0, '', 0, FALSE, 0, FALSE, '') ON CONFLICT (kind, key) WHERE key <> '' DO NOTHING`,
				newID(), kind, periodicKey)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`UPDATE job SET due_at = $1 WHERE kind = $2 AND key = $3 AND lease = '' AND due_at > $1`,
				r.now().Add(r.every[kind]).UnixMicro(), kind, periodicKey)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("schedule periodic work: %w", err)
	}
	return nil
}

// due returns the kinds of which there are due jobs and free workers. It only reads, which is all that an idle node
// asks of the database.
func (r *Runner) due(ctx context.Context) (kinds []string, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		kinds, err = meta.All(tx, meta.ScanString, `SELECT DISTINCT kind FROM job WHERE dead = FALSE AND due_at <= $1 ORDER BY kind`, r.now().UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for due jobs: %w", err)
	}
	return slices.DeleteFunc(kinds, func(k string) bool { return r.handlers[k] == nil || r.free(k) <= 0 }), nil
}

// free returns how many more jobs of a kind may run here.
func (r *Runner) free(kind string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.workers
	for _, t := range r.running {
		if t.kind == kind {
			n--
		}
	}
	return n
}

// claim leases due jobs of a kind to this runner, the longest due first. A node that stops meanwhile learns what it
// leased all the same, and gives it back: nobody else could before the lease is over.
func (r *Runner) claim(ctx context.Context, kind string) (claimed []*task, err error) {
	n := r.free(kind)
	if n <= 0 || ctx.Err() != nil {
		return nil, ctx.Err()
	}
	now := r.now()
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	err = r.db.Write(write, func(tx *meta.Tx) error {
		claimed, err = meta.All(tx, func(s meta.Scanner) (*task, error) {
			t := &task{kind: kind, started: now, renewed: time.Now()}
			var key, payload string
			err := s.Scan(&t.id, &key, &payload, &t.attempts)
			t.periodic, t.payload = key == periodicKey, json.RawMessage(payload)
			return t, err
		}, `UPDATE job SET lease = $1, due_at = $2, attempts = attempts + 1
			WHERE id IN (SELECT id FROM job WHERE dead = FALSE AND kind = $3 AND due_at <= $4 ORDER BY due_at, id LIMIT $5) AND due_at <= $4
			RETURNING id, key, payload, attempts`,
			r.id, now.Add(lease).UnixMicro(), kind, now.UnixMicro(), n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease jobs of kind %s: %w", kind, err)
	}
	slices.SortFunc(claimed, func(a, b *task) int { return cmp.Compare(a.id, b.id) })
	return claimed, nil
}

// start runs a job, unless it runs here already: the clock may have jumped past its lease.
func (r *Runner) start(ctx context.Context, t *task, tasks *sync.WaitGroup) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if mine := r.running[t.id]; mine != nil {
		mine.renewed = t.renewed
		return
	}
	ctx, t.cancel = context.WithCancelCause(ctx)
	r.running[t.id] = t
	tasks.Go(func() {
		err := r.do(ctx, t)
		r.end(ctx, t, err)
		t.cancel(nil)
		r.mu.Lock()
		delete(r.running, t.id)
		r.mu.Unlock()
		select {
		case r.finished <- struct{}{}:
		default:
		}
	})
}

// errAbandoned is why a job is dead that was never seen to end.
var errAbandoned = errors.New("every node that ran it was gone before it ended")

// do calls the handler. A handler that panics fails its job and not the node.
func (r *Runner) do(ctx context.Context, t *task) (err error) {
	if t.attempts > MaxAttempts && !t.periodic {
		return Permanent(errAbandoned)
	}
	defer func() {
		if v := recover(); v != nil {
			r.log.ErrorContext(ctx, "the handler of a job panicked", "kind", t.kind, "job", t.id, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return r.handlers[t.kind](ctx, t.payload)
}

// end writes down how an attempt ended. If it cannot, the job is found again when its lease is over.
func (r *Runner) end(ctx context.Context, t *task, err error) {
	cause := context.Cause(ctx)
	if err != nil && errors.Is(cause, errLost) {
		r.log.WarnContext(ctx, "a job was interrupted", "kind", t.kind, "job", t.id, "error", cause)
		return
	}
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	var stays retry
	var werr error
	switch {
	case err == nil && t.periodic:
		werr = r.update(write, t, `due_at = $3, attempts = 0, again = FALSE, last_error = ''`, t.started.Add(r.every[t.kind]).UnixMicro())
	case err == nil:
		werr = r.done(write, t)
	case cause != nil:
		werr = r.update(write, t, `due_at = $3, attempts = attempts - 1`, r.now().UnixMicro())
	case errors.As(err, &stays):
		werr = r.update(write, t, `due_at = $3, attempts = attempts - 1, again = FALSE`, r.now().Add(stays.after).UnixMicro())
	default:
		dead := !t.periodic && (t.attempts >= MaxAttempts || IsPermanent(err))
		if last := r.dead[t.kind]; dead && last != nil {
			if lerr := last(write, t.payload); lerr != nil {
				err, dead = errors.Join(err, lerr), false
			}
		}
		werr = r.fail(write, t, err, dead)
	}
	if werr != nil {
		r.log.ErrorContext(ctx, "the end of a job is not written", "kind", t.kind, "job", t.id, "error", werr)
	}
}

// done removes a job, or lets it run again if that was asked for while it ran.
func (r *Runner) done(ctx context.Context, t *task) error {
	return r.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`UPDATE job SET lease = '', due_at = again_at, again = FALSE, attempts = 0, last_error = ''
			WHERE id = $1 AND lease = $2 AND again`, t.id, r.id)
		if err != nil || n > 0 {
			return err
		}
		_, err = tx.Exec(`DELETE FROM job WHERE id = $1 AND lease = $2`, t.id, r.id)
		return err
	})
}

// update gives a job back with what set, a list of assignments that uses $3, says.
func (r *Runner) update(ctx context.Context, t *task, set string, at int64) error {
	return r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE job SET lease = '', `+set+` WHERE id = $1 AND lease = $2`, t.id, r.id, at)
		return err
	})
}

// fail writes down a failure. A job that was asked for again while it failed is not dead: that counts as a new one.
func (r *Runner) fail(ctx context.Context, t *task, failure error, dead bool) error {
	pause := backoff(t.attempts)
	if t.periodic {
		pause = min(pause, r.every[t.kind])
	}
	now := r.now()
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE job SET lease = '', last_error = $1,
				dead = $2 AND NOT again,
				due_at = CASE WHEN $2 AND NOT again THEN CAST($3 AS BIGINT) ELSE CAST($4 AS BIGINT) END,
				attempts = CASE WHEN again THEN 0 ELSE attempts END,
				again = FALSE
			WHERE id = $5 AND lease = $6`,
			errorText(failure), dead, now.UnixMicro(), now.Add(pause).UnixMicro(), t.id, r.id)
		return err
	})
	if dead {
		r.log.ErrorContext(ctx, "a job is dead", "kind", t.kind, "job", t.id, "attempts", t.attempts, "error", failure)
	} else {
		r.log.WarnContext(ctx, "a job failed and will be tried again", "kind", t.kind, "job", t.id, "attempts", t.attempts, "after", pause, "error", failure)
	}
	return err
}

// errorText is what is kept of an error: not much, and only what a database takes as text.
func errorText(err error) string {
	const most = 1000
	text := err.Error()
	text = text[:min(len(text), most)]
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// backoff returns how long to wait after the nth failure: doubled each time, up to a limit, and a random part less, so
// that what failed together is not tried again together.
func backoff(n int) time.Duration {
	d := maxBackoff
	if n < 20 {
		d = min(firstBackoff<<max(n-1, 0), maxBackoff)
	}
	return d/2 + mathrand.N(d/2)
}

// renew keeps the leases of the jobs that run here, and cancels those whose lease is lost.
func (r *Runner) renew(ctx context.Context) error {
	r.mu.Lock()
	tasks := slices.Collect(maps.Values(r.running))
	r.mu.Unlock()
	if len(tasks) == 0 {
		return nil
	}
	var lost []*task
	at := time.Now()
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		lost = nil
		for _, t := range tasks {
			n, err := tx.Exec(`UPDATE job SET due_at = $1 WHERE id = $2 AND lease = $3`, r.now().Add(lease).UnixMicro(), t.id, r.id)
			if err != nil {
				return err
			}
			if n == 0 {
				lost = append(lost, t)
			}
		}
		return nil
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range tasks {
		if err == nil {
			t.renewed = at
		}
		if time.Since(t.renewed) >= lease || slices.Contains(lost, t) {
			t.cancel(errLost) // no harm in the case of a job that has just ended
		}
	}
	return err
}

// sweep forgets jobs that have been dead for long.
func (r *Runner) sweep(ctx context.Context, _ json.RawMessage) error {
	return r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`DELETE FROM job WHERE dead AND due_at < $1`, r.now().Add(-keepDead).UnixMicro())
		return err
	})
}
