package decision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

var start = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// clock is a time of day that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func denied(id, caller string, at time.Time) *audit.Event {
	return &audit.Event{
		ID: "event-" + id, RequestID: id, Time: at, Service: "oci", Operation: "GetManifest", Account: "222222222222", Region: "us-east-1",
		Caller: audit.Caller{Kind: "AssumedRole", Account: caller}, Status: 403,
		Decisions: []audit.Decision{{Action: "ecr:BatchGetImage", Effect: "implicitDeny", Message: "no", Trace: json.RawMessage(`{"effect":"implicitDeny"}`)}},
	}
}

func (s *Store) has(t *testing.T, id string) bool {
	t.Helper()
	_, err := s.Find(t.Context(), id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// What one node recorded is found at once on it, and on others once it is
// written.
func TestFind(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		c := Config{DB: db, Now: (&clock{now: start}).time, Log: slog.New(slog.DiscardHandler)}
		a, b := New(c), New(c)
		e := denied("r1", "111111111111", start)
		if !a.Record(e) {
			t.Fatal("not recorded")
		}
		if b.has(t, "r1") {
			t.Error("found before it is written")
		}
		got, err := a.Find(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(*e, got); d != "" {
			t.Errorf("event (-want +got):\n%s", d)
		}
		if !b.has(t, "r1") {
			t.Error("the other node does not find it")
		}
		if _, err := a.Find(t.Context(), "r2"); !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown id: %v", err)
		}
		a.Record(e) // written twice
		if !a.has(t, "r1") || len(a.pending) != 0 || a.bytes != 0 {
			t.Errorf("%d pending, %d bytes", len(a.pending), a.bytes)
		}
	})
}

func TestRetention(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		c := &clock{now: start}
		s := New(Config{DB: db, Now: c.time, Log: slog.New(slog.DiscardHandler), Keep: time.Hour, PerAccount: 3})
		for i := range 5 {
			s.Record(denied(fmt.Sprintf("flood-%d", i), "111111111111", start.Add(time.Duration(i)*time.Second)))
		}
		s.Record(denied("other", "333333333333", start))
		s.Record(denied("nobody", "", start))
		if err := errors.Join(s.flush(t.Context(), maxPending), s.sweep(t.Context())); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]bool{"flood-0": false, "flood-1": false, "flood-2": true, "flood-4": true, "other": true, "nobody": true} {
			if got := s.has(t, id); got != want {
				t.Errorf("%s is kept: %v, want %v", id, got, want)
			}
		}

		c.set(start.Add(time.Hour + time.Second))
		if s.has(t, "other") || !s.has(t, "flood-4") {
			t.Error("what is too old is found, or what is not is gone, before a sweep")
		}
		if err := s.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		err := db.Read(t.Context(), func(tx *meta.Tx) error { return tx.QueryRow(`SELECT COUNT(*) FROM decision`).Scan(&left) })
		if err != nil || left != 3 {
			t.Errorf("%d rows are left, %v; want 3", left, err)
		}
	})
}

// A flood fills the queue and no more, and what is in it is written.
func TestFlood(t *testing.T) {
	s := New(Config{DB: metatest.Open(t, metatest.SQLite(t)), Now: (&clock{now: start}).time, Log: slog.New(slog.DiscardHandler)})
	kept := 0
	for i := range maxPending + 100 {
		if s.Record(denied(fmt.Sprint(i), "111111111111", start)) {
			kept++
		}
	}
	if kept != maxPending {
		t.Errorf("%d were taken; want %d", kept, maxPending)
	}
	if !s.has(t, fmt.Sprint(maxPending-1)) || s.has(t, fmt.Sprint(maxPending)) {
		t.Error("not the first ones were kept")
	}
	if !s.Record(denied("after", "111111111111", start)) {
		t.Error("the queue stays full")
	}

	// Large events count by their bytes, and lose their traces.
	big := denied("big", "111111111111", start)
	big.Decisions[0].Trace = json.RawMessage(`"` + strings.Repeat("x", maxEvent) + `"`)
	s.Record(big)
	got, err := s.Find(t.Context(), "big")
	if err != nil || got.Decisions[0].Trace != nil || got.Decisions[0].Action == "" {
		t.Errorf("big event: %+v, %v", got, err)
	}
	if big.Decisions[0].Trace == nil {
		t.Error("the caller's event was changed")
	}
	large := denied("large", "111111111111", start)
	large.Decisions[0].Trace = json.RawMessage(`"` + strings.Repeat("x", maxEvent/2) + `"`)
	for kept = 0; s.Record(large); kept++ {
	}
	if kept > 2*maxBytes/maxEvent {
		t.Errorf("%d large events are in the queue", kept)
	}
}

// What cannot be written is tried again.
func TestWriteFails(t *testing.T) {
	db, err := meta.Open(t.Context(), metatest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{DB: db, Now: (&clock{now: start}).time, Log: slog.New(slog.DiscardHandler)})
	s.Record(denied("r", "111111111111", start))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(t.Context(), "r"); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("find without a database: %v", err)
	}
	if len(s.pending) != 1 || s.bytes == 0 {
		t.Errorf("%d pending, %d bytes", len(s.pending), s.bytes)
	}
}

// Run writes in the background, a batch at a time, and writes the rest at the
// end.
func TestRun(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	count := func() (n int) {
		err := db.Read(t.Context(), func(tx *meta.Tx) error { return tx.QueryRow(`SELECT COUNT(*) FROM decision`).Scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	s := New(Config{DB: db, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	for i := range 3 * batch {
		s.Record(denied(fmt.Sprint(i), "111111111111", time.Now()))
	}
	done := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() { s.Run(ctx); close(done) }()
	deadline := time.Now().Add(30 * time.Second)
	for count() == 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if n := count(); n == 0 || n%batch != 0 {
		t.Errorf("%d rows after the first batches", n)
	}
	stop()
	<-done
	if n := count(); n != 3*batch {
		t.Errorf("%d rows at the end; want %d", n, 3*batch)
	}
}

func TestDenied(t *testing.T) {
	e := denied("r", "", start)
	if !Denied(e) {
		t.Error("a denial is none")
	}
	e.Status = 202 // a mount that became an upload
	if Denied(e) {
		t.Error("a request that went on is denied")
	}
	e.Status, e.Decisions = 404, []audit.Decision{{Effect: "allowed"}}
	if Denied(e) {
		t.Error("an allowed request is denied")
	}
}
