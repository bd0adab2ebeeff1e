// Package decision keeps the requests that were denied for a while, so that any node can explain each of them.
package decision

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/meta"
)

// ErrNotFound is returned by Find for a request that was not denied, or that is kept no longer.
var ErrNotFound = errors.New("no decision with this id")

// Config is what a Store needs. DB, Now and Log are required; zero means the default for the rest.
type Config struct {
	DB  *meta.DB
	Now func() time.Time
	Log *slog.Logger
	// Keep is how long a decision is kept. Default: 30 days.
	Keep time.Duration
	// PerAccount is how many decisions are kept about the callers of one account, so that one account's flood
	// does not displace another's. Default: 10,000.
	PerAccount int
}

// Store is the denied requests. It is safe for concurrent use.
//
// Recording is asynchronous: requests never wait for it. What a flood of denials costs is bounded: the memory by the
// queue, the database's time by the size and pace of the batches, its space by Keep and PerAccount. The audit log has
// every event, also those that a flood drops here.
type Store struct {
	Config

	mu      sync.Mutex
	pending []row
	bytes   int // of pending

	writing   sync.Mutex // held while a batch is written
	unswept   int        // rows written since the last sweep; guarded by writing
	lastSwept time.Time  // guarded by writing
}

// row is an event that waits to be written.
type row struct {
	id, caller string
	at         time.Time
	event      []byte
}

// The bounds of the queue and of what is taken from it at a time.
const (
	maxPending = 2048
	maxBytes   = 16 << 20
	maxEvent   = 256 << 10 // an event that is larger is kept without its traces
	batch      = 256
	pace       = 250 * time.Millisecond
	sweepEvery = 10 * time.Minute
	sweepAfter = 1000 // rows
)

// New returns a Store. The caller runs Run.
func New(c Config) *Store {
	if c.Keep == 0 {
		c.Keep = 30 * 24 * time.Hour
	}
	if c.PerAccount == 0 {
		c.PerAccount = 10_000
	}
	return &Store{Config: c}
}

// Denied reports whether a request was refused because of a decision. One that went on without what it was denied, as
// the mount of a layer does, was not.
func Denied(e *audit.Event) bool {
	return e.Status >= 400 && slices.ContainsFunc(e.Decisions, func(d audit.Decision) bool { return d.Message != "" })
}

// Record keeps an event, soon. It does not block and does not hold on to e. It reports false when the event is dropped
// because too many wait already.
func (s *Store) Record(e *audit.Event) bool {
	if s.full(0) {
		return false // without the work of encoding it
	}
	text, err := encode(e)
	if err != nil {
		s.Log.Error("record a decision", "request_id", e.RequestID, "error", err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over(len(text)) {
		return false
	}
	s.pending = append(s.pending, row{e.RequestID, e.Caller.Account, e.Time, text})
	s.bytes += len(text)
	return true
}

func (s *Store) full(size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over(size)
}

func (s *Store) over(size int) bool { return len(s.pending) >= maxPending || s.bytes+size > maxBytes }

func encode(e *audit.Event) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil || len(text) <= maxEvent {
		return text, err
	}
	short := *e
	short.Decisions = slices.Clone(e.Decisions)
	for i := range short.Decisions {
		short.Decisions[i].Trace = nil
	}
	return json.Marshal(short)
}

// Run writes what is recorded and removes what is kept no longer, until ctx is done. What is pending then is still
// written.
func (s *Store) Run(ctx context.Context) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			if err := s.flush(last, maxPending); err != nil {
				s.Log.Error("write decisions", "error", err)
			}
			cancel()
			return
		case <-tick.C:
		}
		if err := errors.Join(s.flush(ctx, batch), s.sweepIfDue(ctx)); err != nil && ctx.Err() == nil {
			s.Log.Error("write decisions", "error", err)
		}
	}
}

// flush writes the oldest of what is pending. When it returns nil, what was recorded before the call is in the
// database, if most allows. What cannot be written stays pending.
func (s *Store) flush(ctx context.Context, most int) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	rows := s.pending[:min(most, len(s.pending))]
	s.mu.Unlock()
	if len(rows) == 0 {
		return nil
	}
	err := s.DB.Write(ctx, func(tx *meta.Tx) error {
		for _, r := range rows {
			_, err := tx.Exec(`INSERT INTO decision (id, at, caller, event) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
				r.id, r.at.UnixMicro(), r.caller, string(r.event))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write %d decisions: %w", len(rows), err)
	}
	s.unswept += len(rows)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rows {
		s.bytes -= len(r.event)
	}
	s.pending = slices.Clone(s.pending[len(rows):])
	return nil
}

func (s *Store) sweepIfDue(ctx context.Context) error {
	s.writing.Lock()
	due := s.unswept >= min(sweepAfter, s.PerAccount) || s.Now().Sub(s.lastSwept) >= sweepEvery
	if due {
		s.unswept, s.lastSwept = 0, s.Now()
	}
	s.writing.Unlock()
	if !due {
		return nil
	}
	return s.sweep(ctx)
}

// sweep removes what is too old or too many.
func (s *Store) sweep(ctx context.Context) error {
	err := s.DB.Write(ctx, func(tx *meta.Tx) error {
		if _, err := tx.Exec(`DELETE FROM decision WHERE at < $1`, s.Now().Add(-s.Keep).UnixMicro()); err != nil {
			return err
		}
		callers, err := crowded(tx, s.PerAccount)
		if err != nil {
			return err
		}
		for _, c := range callers {
			_, err := tx.Exec(`DELETE FROM decision WHERE caller = $1
				AND (at, id) < (SELECT at, id FROM decision WHERE caller = $1 ORDER BY at DESC, id DESC LIMIT 1 OFFSET $2)`, c, s.PerAccount-1)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove old decisions: %w", err)
	}
	return nil
}

// crowded returns the accounts with more than most decisions.
func crowded(tx *meta.Tx, most int) (callers []string, err error) {
	rows, err := tx.Query(`SELECT caller FROM decision GROUP BY caller HAVING COUNT(*) > $1 ORDER BY caller`, most)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return nil, err
		}
		callers = append(callers, c)
	}
	return callers, rows.Err()
}

// Find returns the event of a denied request by its request id, or [ErrNotFound]. It sees what this node recorded
// before the call, and what other nodes have written.
func (s *Store) Find(ctx context.Context, id string) (audit.Event, error) {
	if err := s.flush(ctx, maxPending); err != nil {
		return audit.Event{}, err
	}
	var text string
	err := s.DB.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT event FROM decision WHERE id = $1 AND at >= $2`, id, s.Now().Add(-s.Keep).UnixMicro()).Scan(&text)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Event{}, ErrNotFound
	}
	if err != nil {
		return audit.Event{}, fmt.Errorf("read decision %s: %w", id, err)
	}
	var e audit.Event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return audit.Event{}, fmt.Errorf("read decision %s: %w", id, err)
	}
	return e, nil
}
