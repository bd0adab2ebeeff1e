// Package build keeps the builds of the build service: who asked for which image, the files that it is made of, which
// worker has it, and what the worker says.
//
// A build is queued until a worker leases it. The worker says again and again that it is at work; one that falls silent
// loses the build to another. Everything is rows, so that it does not matter which node is asked.
//
// The package knows nothing of image specifications: a specification is a text that the worker reads.
package build

import (
	"context"
	"log/slog"
	"time"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
)

// State is where a build is on its way.
type State string

// The states of a build. The last three are ends.
const (
	Uploading State = "UPLOADING" // waits for its files
	Queued    State = "QUEUED"    // waits for a worker
	Leased    State = "LEASED"    // a worker took it and has not said anything yet
	Running   State = "RUNNING"   // a worker is at it
	Succeeded State = "SUCCEEDED"
	Failed    State = "FAILED"
	Canceled  State = "CANCELED"
)

// Ended reports whether nothing will happen any more to a build in this state.
func (s State) Ended() bool { return s == Succeeded || s == Failed || s == Canceled }

// Build is a build as its account sees it.
type Build struct {
	ID              string
	Account, Region string
	Caller          string // ARN of who asked for it
	Image           string // reference of the image to make
	State           State
	Reason          string // why it failed, or what it waits for
	ImageDigest     string // of what was made
	ContextDigest   string // of its files; "" without
	ContextSize     int64
	CreatedAt       time.Time
	StartedAt       time.Time // when the worker that has it, or had it last, took it; zero: none
	FinishedAt      time.Time // zero: not ended
	Deadline        time.Time // when it is given up if it is in this state still
	Attempts        int64     // how many workers took it
	Worker          string    // the one that has it, or had it last

	principal string
	same      string
	request   []byte // sealed
	upload    string // of the context in the store
	execution bool   // it needs a worker that runs commands
	queuedAt  time.Time
	losses    int64
	lease     string // hash
	leaseEnds time.Time
	logLast   int64
	logSize   int64
	logBatch  int64
}

// Kind says what is wrong with a call. Kinds are errors for errors.Is.
type Kind string

func (k Kind) Error() string { return string(k) }

// The kinds of errors.
const (
	ErrNotFound     Kind = "there is no such build"
	ErrTooMany      Kind = "there are as many builds as there may be"
	ErrInvalid      Kind = "the request is not valid"
	ErrContext      Kind = "the files of the build cannot be used"
	ErrLease        Kind = "the build is not this worker's any more"
	ErrInvalidToken Kind = "the paging token is not valid"

	// ErrGone is what [Config.Token] returns when whoever asked for a build is no longer there.
	ErrGone Kind = "whoever asked for the build may not use the registry any more"
)

// Error is what is wrong with a call.
type Error struct {
	Kind   Kind
	ID     string // of the build, if it is about one
	Detail string // fit for the caller
}

func (e *Error) Error() string {
	s := e.Kind.Error()
	if e.ID != "" {
		s = "build " + e.ID + ": " + s
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

// The times and numbers that are not configured.
const (
	// MaxAttempts is how many workers may fall silent over a build before it has failed.
	MaxAttempts = 3
	// LeaseTime is how long a build is a worker's that says nothing.
	LeaseTime = time.Minute
	// Heartbeat is how often a worker has to say that it is at work.
	Heartbeat = 5 * time.Second
	// MaxMessage is the longest line of a log, in bytes; the rest of a longer one is left out.
	MaxMessage = 16 << 10

	lifetime    = 12 * time.Hour         // that a build takes at most, as registry tokens live
	uploadTime  = time.Hour              // that a build waits for its files
	workerTime  = 2 * time.Minute        // that a worker counts as being there
	pollEvery   = 500 * time.Millisecond // looks for what a request waits for
	sweepBatch  = 500                    // builds that a sweep deals with at a time
	orphanGrace = 2 * uploadTime         // that stored files stay without a build
)

// Config is what an Engine needs. All fields but Now, Log, Limits, Stopping and Observe are required.
type Config struct {
	DB  *meta.DB
	Box *seal.Box // seals specifications at rest

	// Contexts stores the files of builds. Nothing else may be in it: what no build names is removed.
	Contexts blob.Store

	// Token makes the password by which a worker uses registries as whoever asked for the build, until it expires or
	// [Engine.Active] says no. delegation is what [Engine.Start] was given. Errors: ErrGone.
	Token func(ctx context.Context, delegation []byte, id string, attempt int64, expires time.Time) (seal.Secret, error)

	Limits Limits

	// Stopping ends all waiting when it is closed.
	Stopping <-chan struct{}

	// Observe is told of each build that ends: how long it waited for a worker, and how long that took.
	Observe func(end State, waited, ran time.Duration)

	Now func() time.Time
	Log *slog.Logger
}

// Engine is the build service of all accounts. It is safe for concurrent use.
type Engine struct {
	db       *meta.DB
	box      *seal.Box
	contexts blob.Store
	token    func(context.Context, []byte, string, int64, time.Time) (seal.Secret, error)
	limits   Limits
	stopping <-chan struct{}
	observe  func(State, time.Duration, time.Duration)
	now      func() time.Time
	log      *slog.Logger
}

// New returns an Engine.
func New(c Config) *Engine {
	e := &Engine{
		db: c.DB, box: c.Box, contexts: c.Contexts, token: c.Token, limits: c.Limits.withDefaults(), stopping: c.Stopping,
		observe: c.Observe, now: c.Now, log: c.Log,
	}
	if e.observe == nil {
		e.observe = func(State, time.Duration, time.Duration) {}
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.Default()
	}
	return e
}

// Limits returns the limits that hold.
func (e *Engine) Limits() Limits { return e.limits }

// timestamp is the time as rows keep it.
func (e *Engine) timestamp() time.Time { return fromMicros(e.now().UnixMicro()) }

// wait calls done now and again until it returns true, the time is over, or the engine stops.
func (e *Engine) wait(ctx context.Context, d time.Duration, done func() (bool, error)) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	over := time.NewTimer(d)
	defer over.Stop()
	for {
		if ok, err := done(); ok || err != nil || d <= 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return nil
		case <-e.stopping:
			return nil
		case <-ticker.C:
		}
	}
}
