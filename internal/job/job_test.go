package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// world is a database with a clock that stands still until it is moved.
type world struct {
	*testing.T
	db    *meta.DB
	clock atomic.Int64 // microseconds
	log   *bytes.Buffer
}

func each(t *testing.T, f func(w *world)) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w := &world{T: t, db: db, log: new(bytes.Buffer)}
		w.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMicro())
		f(w)
	})
}

func (w *world) now() time.Time          { return time.UnixMicro(w.clock.Load()).UTC() }
func (w *world) advance(d time.Duration) { w.clock.Add(d.Microseconds()) }

func (w *world) runner(handlers map[string]Handler, every ...Periodic) *Runner {
	return NewRunner(Config{
		DB: w.db, Now: w.now, Log: slog.New(slog.NewTextHandler(w.log, nil)), Handlers: handlers, Every: every,
	})
}

func (w *world) enqueue(jobs ...New) {
	w.Helper()
	err := w.db.Write(w.Context(), func(tx *meta.Tx) error {
		for _, n := range jobs {
			if err := Enqueue(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// once looks for due jobs once and waits for those it started.
func (w *world) once(r *Runner) {
	w.Helper()
	var tasks sync.WaitGroup
	var scheduled bool
	if err := r.look(w.Context(), &scheduled, &tasks); err != nil {
		w.Fatal(err)
	}
	tasks.Wait()
}

func (w *world) counts(want ...Count) {
	w.Helper()
	got, err := Counts(w.Context(), w.db)
	if err != nil {
		w.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("jobs (-want +got):\n%s", diff)
	}
}

// recorder is a handler that notes its payloads and answers with what is set.
type recorder struct {
	mu   sync.Mutex
	ran  []string
	fail error
}

func (r *recorder) handle(_ context.Context, payload json.RawMessage) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ran = append(r.ran, string(payload))
	return r.fail
}

func (r *recorder) saw(t testing.TB, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	got := slices.Sorted(slices.Values(r.ran))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
	r.ran = nil
}

func TestJobRunsOnceWhenDue(t *testing.T) {
	each(t, func(w *world) {
		var rec recorder
		r := w.runner(map[string]Handler{"a": rec.handle})
		w.enqueue(New{Kind: "a", Payload: map[string]int{"n": 1}}, New{Kind: "a", Payload: "later", At: w.now().Add(time.Hour)},
			New{Kind: "unknown", Payload: 0})
		w.counts(Count{"a", Waiting, 2}, Count{"unknown", Waiting, 1})
		w.once(r)
		w.once(r)
		rec.saw(w, `{"n":1}`)
		w.advance(time.Hour)
		w.once(r)
		rec.saw(w, `"later"`)
		w.counts(Count{"unknown", Waiting, 1}) // left for a node that knows it
	})
}

func TestNoJobWithoutItsTransaction(t *testing.T) {
	each(t, func(w *world) {
		failure := errors.New("no")
		err := w.db.Write(w.Context(), func(tx *meta.Tx) error {
			return errors.Join(Enqueue(tx, New{Kind: "a"}), failure)
		})
		if !errors.Is(err, failure) {
			w.Fatal(err)
		}
		w.counts()
	})
}

func TestUnencodablePayload(t *testing.T) {
	each(t, func(w *world) {
		err := w.db.Write(w.Context(), func(tx *meta.Tx) error { return Enqueue(tx, New{Kind: "a", Payload: func() {}}) })
		if err == nil {
			w.Error("a function was enqueued")
		}
	})
}

// A failing job is tried again after 1 s, 2 s, 4 s…, half of it to all of it, and dead after the last attempt.
func TestBackoffAndDeath(t *testing.T) {
	each(t, func(w *world) {
		rec := recorder{fail: errors.New("the disk is \x00 full \xff")}
		r := w.runner(map[string]Handler{"a": rec.handle})
		w.enqueue(New{Kind: "a", Payload: 1})
		var age time.Duration
		for n := 1; n <= MaxAttempts; n++ {
			w.once(r)
			rec.saw(w, "1")
			if n == MaxAttempts {
				break
			}
			full := min(time.Second<<(n-1), 2*time.Hour)
			w.advance(full/2 - time.Millisecond)
			w.once(r)
			rec.saw(w)
			w.advance(full/2 + 2*time.Millisecond)
			age += full
		}
		if age < 12*time.Hour || age > 30*time.Hour {
			w.Errorf("a job is given up after %v, want about a day", age)
		}
		w.counts(Count{"a", Dead, 1})
		if log := w.log.String(); strings.Count(log, "a job is dead") != 1 || strings.Count(log, "will be tried again") != MaxAttempts-1 {
			w.Errorf("log:\n%s", log)
		}
		w.advance(keepDead - time.Hour)
		w.once(r)
		rec.saw(w)
		w.counts(Count{"a", Dead, 1})
		w.advance(25 * time.Hour)
		w.once(r)
		w.counts()
	})
}

func TestPermanent(t *testing.T) {
	each(t, func(w *world) {
		rec := recorder{fail: fmt.Errorf("try: %w", Permanent(errors.New("gone")))}
		r := w.runner(map[string]Handler{"a": rec.handle})
		w.enqueue(New{Kind: "a"})
		w.once(r)
		w.counts(Count{"a", Dead, 1})
	})
}

// What waits for a job is told that it will not be done, until it has heard.
func TestDeadIsTold(t *testing.T) {
	each(t, func(w *world) {
		rec := recorder{fail: Permanent(errors.New("gone"))}
		told := recorder{fail: errors.New("not now")}
		r := NewRunner(Config{
			DB: w.db, Now: w.now, Log: slog.New(slog.NewTextHandler(w.log, nil)),
			Handlers: map[string]Handler{"a": rec.handle, "b": rec.handle}, Dead: map[string]Handler{"a": told.handle},
		})
		w.enqueue(New{Kind: "a", Payload: 1}, New{Kind: "b", Payload: 2})
		w.once(r)
		told.saw(w, "1")
		w.counts(Count{"a", Waiting, 1}, Count{"b", Dead, 1})
		told.fail = nil
		w.advance(2 * time.Second)
		w.once(r)
		told.saw(w, "1")
		w.counts(Count{"a", Dead, 1}, Count{"b", Dead, 1})
	})
}

func TestRetryIsNoAttempt(t *testing.T) {
	each(t, func(w *world) {
		rec := recorder{fail: fmt.Errorf("wait: %w", Retry(10*time.Second))}
		r := w.runner(map[string]Handler{"a": rec.handle})
		w.enqueue(New{Kind: "a", Payload: 1})
		for range MaxAttempts + 5 {
			w.once(r)
			rec.saw(w, "1")
			w.advance(9 * time.Second)
			w.once(r)
			rec.saw(w)
			w.advance(time.Second)
		}
		w.counts(Count{"a", Waiting, 1})
		if w.log.Len() > 0 {
			w.Errorf("that is no failure:\n%s", w.log)
		}
	})
}

func TestPanicFailsTheJob(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner(map[string]Handler{"a": func(context.Context, json.RawMessage) error { panic("oh") }})
		w.enqueue(New{Kind: "a"})
		w.once(r)
		w.counts(Count{"a", Waiting, 1})
		if !strings.Contains(w.log.String(), "panic: oh") {
			w.Errorf("log: %s", w.log)
		}
	})
}

// A key makes jobs of a kind one, with the last payload and the first time.
func TestKeyOfWaitingJob(t *testing.T) {
	each(t, func(w *world) {
		var rec recorder
		r := w.runner(map[string]Handler{"a": rec.handle, "b": rec.handle})
		in := func(d time.Duration) time.Time { return w.now().Add(d) }
		w.enqueue(
			New{Kind: "a", Key: "x", Payload: "x1", At: in(time.Hour)}, New{Kind: "a", Key: "x", Payload: "x2", At: in(time.Minute)}, New{Kind: "a", Key: "x", Payload: "x3", At: in(2 * time.Hour)},
			New{Kind: "a", Key: "y", Payload: "y"}, New{Kind: "b", Key: "x", Payload: "bx"}, New{Kind: "a", Payload: "none"}, New{Kind: "a", Payload: "none"},
		)
		w.counts(Count{"a", Waiting, 4}, Count{"b", Waiting, 1})
		w.once(r)
		rec.saw(w, `"bx"`, `"none"`, `"none"`, `"y"`)
		w.advance(time.Minute)
		w.once(r)
		rec.saw(w, `"x3"`)
		w.counts()
	})
}

// What is asked for while a job runs may have come too late for it, so it runs again.
func TestKeyOfRunningJob(t *testing.T) {
	for _, failing := range []bool{false, true} {
		each(t, func(w *world) {
			var rec recorder
			handle := func(ctx context.Context, payload json.RawMessage) error {
				_ = rec.handle(ctx, payload)
				if string(payload) == `1` {
					w.enqueue(New{Kind: "a", Key: "x", Payload: 2, At: w.now().Add(time.Minute)}, New{Kind: "a", Key: "x", Payload: 3, At: w.now().Add(time.Hour)})
					if failing {
						return Permanent(errors.New("no"))
					}
				}
				return nil
			}
			r := w.runner(map[string]Handler{"a": handle})
			w.enqueue(New{Kind: "a", Key: "x", Payload: 1})
			w.once(r)
			rec.saw(w, "1")
			w.counts(Count{"a", Waiting, 1})
			if !failing {
				w.once(r)
				rec.saw(w)
			}
			w.advance(time.Minute)
			w.once(r)
			rec.saw(w, "3")
			w.counts()
		})
	}
}

// Asking again does not hasten a job that failed, and revives one that is dead.
func TestKeyOfFailedJob(t *testing.T) {
	each(t, func(w *world) {
		rec := recorder{fail: errors.New("no")}
		r := w.runner(map[string]Handler{"a": rec.handle})
		w.enqueue(New{Kind: "a", Key: "x", Payload: 1})
		w.once(r)
		rec.saw(w, "1")
		w.enqueue(New{Kind: "a", Key: "x", Payload: 2})
		w.once(r)
		rec.saw(w)
		w.advance(time.Second)
		rec.fail = Permanent(errors.New("no"))
		w.once(r)
		rec.saw(w, "2")
		w.counts(Count{"a", Dead, 1})
		rec.fail = errors.New("no")
		w.enqueue(New{Kind: "a", Key: "x", Payload: 3})
		w.once(r)
		rec.saw(w, "3")
		w.advance(time.Second) // the first backoff again
		w.once(r)
		rec.saw(w, "3")
	})
}

// Two nodes do periodic work once in each interval, whichever comes first, and not again because one starts.
func TestEvery(t *testing.T) {
	each(t, func(w *world) {
		var rec recorder
		handlers := map[string]Handler{"tidy": rec.handle}
		a, b := w.runner(handlers, Every("tidy", time.Hour)), w.runner(handlers, Every("tidy", time.Hour))
		w.once(a)
		w.once(b)
		rec.saw(w, "null")
		for i := range 3 {
			w.advance(59 * time.Minute)
			w.once(a)
			w.once(b)
			rec.saw(w)
			w.advance(time.Minute)
			if i%2 == 0 {
				a, b = b, a
			}
			w.once(a)
			w.once(b)
			rec.saw(w, "null")
		}
		w.once(w.runner(handlers, Every("tidy", time.Hour)))
		rec.saw(w)
		w.counts() // what waits for its time is no backlog

		w.advance(11 * time.Minute)
		w.once(w.runner(handlers, Every("tidy", 10*time.Minute))) // from now on
		rec.saw(w)
		w.advance(10 * time.Minute)
		w.once(a)
		rec.saw(w, "null")
	})
}

func TestFailingPeriodicWorkGoesOn(t *testing.T) {
	each(t, func(w *world) {
		rec := recorder{fail: Permanent(errors.New("no"))}
		r := w.runner(map[string]Handler{"tidy": rec.handle}, Every("tidy", time.Minute))
		for range MaxAttempts + 5 {
			w.once(r)
			rec.saw(w, "null")
			w.counts(Count{"tidy", Waiting, 1})
			w.advance(time.Minute)
		}
	})
}

func TestPeriodicWorkNeedsAHandler(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewRunner(Config{Every: []Periodic{Every("tidy", time.Hour)}})
}

// A job is not run by two nodes at the same time, and once if nothing goes wrong, however many nodes look for it.
func TestTwoRunnersShareTheWork(t *testing.T) {
	each(t, func(w *world) {
		const jobs = 60
		var mu sync.Mutex
		running, ran := map[string]bool{}, map[string]int{}
		done := make(chan struct{})
		handle := func(_ context.Context, payload json.RawMessage) error {
			mu.Lock()
			if running[string(payload)] {
				t.Errorf("%s runs twice at once", payload)
			}
			running[string(payload)] = true
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			running[string(payload)] = false
			ran[string(payload)]++
			if len(ran) == jobs {
				select {
				case <-done:
				default:
					close(done)
				}
			}
			return nil
		}
		var all []New
		for n := range jobs {
			all = append(all, New{Kind: "a", Payload: n})
		}
		w.enqueue(all...)
		ctx, stop := context.WithCancel(w.Context())
		var runners sync.WaitGroup
		for range 3 {
			r := NewRunner(Config{DB: w.db, Log: slog.New(slog.DiscardHandler), Handlers: map[string]Handler{"a": handle}})
			runners.Go(func() { r.Run(ctx) })
		}
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Error("the jobs were not done in 30 s")
		}
		stop()
		runners.Wait()
		for payload, n := range ran {
			if n != 1 {
				t.Errorf("%s ran %d times", payload, n)
			}
		}
	})
}

// blocker is a handler that tells when it begins and ends when it is told, or cancelled.
type blocker struct {
	began   chan struct{}
	end     chan error
	stopped chan error
}

func newBlocker() *blocker {
	return &blocker{make(chan struct{}), make(chan error), make(chan error, 1)}
}

func (b *blocker) handle(ctx context.Context, _ json.RawMessage) error {
	b.began <- struct{}{}
	select {
	case err := <-b.end:
		return err
	case <-ctx.Done():
		b.stopped <- context.Cause(ctx)
		return ctx.Err()
	}
}

// A node that is not heard of loses its job to another, and learns it; what it says afterwards does not count.
func TestTakeover(t *testing.T) {
	each(t, func(w *world) {
		slow, quick := newBlocker(), new(recorder)
		a, b := w.runner(map[string]Handler{"a": slow.handle}), w.runner(map[string]Handler{"a": quick.handle})
		w.enqueue(New{Kind: "a", Payload: 1})
		var tasks sync.WaitGroup
		scheduled := true
		if err := a.look(w.Context(), &scheduled, &tasks); err != nil {
			w.Fatal(err)
		}
		<-slow.began
		w.counts(Count{"a", Running, 1})

		w.advance(lease - time.Second)
		w.once(b)
		quick.saw(w)
		if err := a.renew(w.Context()); err != nil {
			w.Fatal(err)
		}
		w.advance(lease - time.Second)
		w.once(b)
		quick.saw(w) // it was heard of

		w.advance(time.Second)
		quick.fail = errors.New("the other node fails, too")
		w.once(b)
		quick.saw(w, "1")
		if err := a.renew(w.Context()); err != nil {
			w.Fatal(err)
		}
		if cause := <-slow.stopped; !errors.Is(cause, errLost) {
			w.Errorf("the first node is cancelled because %v", cause)
		}
		tasks.Wait()
		w.counts(Count{"a", Waiting, 1}) // as the second node left it
		quick.fail = nil
		w.advance(2 * time.Second)
		w.once(b)
		w.counts()
	})
}

// A node whose clock jumps finds its own job expired, and does not run it a second time.
func TestOwnJobIsNotRunTwice(t *testing.T) {
	each(t, func(w *world) {
		slow := newBlocker()
		r := w.runner(map[string]Handler{"a": slow.handle})
		w.enqueue(New{Kind: "a"})
		var tasks sync.WaitGroup
		scheduled := true
		for range 2 {
			if err := r.look(w.Context(), &scheduled, &tasks); err != nil {
				w.Fatal(err)
			}
			select {
			case <-slow.began:
			case <-time.After(50 * time.Millisecond):
			}
			w.advance(2 * lease)
		}
		slow.end <- nil
		tasks.Wait()
		w.counts()
	})
}

// A job that takes its node with it each time is dead at last, without being run again.
func TestAbandonedJobDies(t *testing.T) {
	each(t, func(w *world) {
		w.enqueue(New{Kind: "a"})
		for range MaxAttempts {
			gone := w.runner(map[string]Handler{"a": nil})
			if claimed, err := gone.claim(w.Context(), "a"); err != nil || len(claimed) != 1 {
				w.Fatal(claimed, err)
			}
			w.advance(2 * lease)
		}
		var rec recorder
		w.once(w.runner(map[string]Handler{"a": rec.handle}))
		rec.saw(w)
		w.counts(Count{"a", Dead, 1})
	})
}

// A kind has a few workers of its own and leaves the others theirs.
func TestWorkers(t *testing.T) {
	each(t, func(w *world) {
		slow, quick := newBlocker(), new(recorder)
		r := w.runner(map[string]Handler{"slow": slow.handle, "quick": quick.handle})
		for range 10 {
			w.enqueue(New{Kind: "slow"})
		}
		w.enqueue(New{Kind: "quick", Payload: 1})
		var tasks sync.WaitGroup
		scheduled := true
		for range 2 {
			if err := r.look(w.Context(), &scheduled, &tasks); err != nil {
				w.Fatal(err)
			}
		}
		for range r.workers {
			<-slow.began
		}
		select {
		case <-slow.began:
			w.Error("more jobs run than there are workers")
		case <-time.After(50 * time.Millisecond):
		}
		for range r.workers {
			slow.end <- nil
		}
		tasks.Wait()
		quick.saw(w, "1")
		w.counts(Count{"slow", Waiting, int64(10 - r.workers)})
	})
}

// A node that stops cancels its jobs and leaves them to others at once, at no cost.
func TestStop(t *testing.T) {
	each(t, func(w *world) {
		slow := newBlocker()
		w.enqueue(New{Kind: "a", Payload: 1})
		ctx, stop := context.WithCancel(w.Context())
		ended := make(chan struct{})
		go func() {
			w.runner(map[string]Handler{"a": slow.handle}).Run(ctx)
			close(ended)
		}()
		<-slow.began
		stop()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			w.Fatal("Run does not return")
		}
		<-slow.stopped
		w.counts(Count{"a", Waiting, 1})
		var attempts int
		err := w.db.Read(w.Context(), func(tx *meta.Tx) error {
			return tx.QueryRow(`SELECT attempts FROM job WHERE kind = 'a'`).Scan(&attempts)
		})
		if err != nil || attempts != 0 {
			w.Errorf("%d attempts, %v", attempts, err)
		}
		var rec recorder
		w.once(w.runner(map[string]Handler{"a": rec.handle}))
		rec.saw(w, "1")
	})
}

func TestBackoffHasLimits(t *testing.T) {
	for _, n := range []int{0, 1, 5, 13, 14, 20, 64, 1 << 20} {
		full := maxBackoff
		if n < 14 {
			full = min(time.Second<<max(n-1, 0), maxBackoff)
		}
		for range 100 {
			if d := backoff(n); d < full/2 || d > full {
				t.Fatalf("backoff(%d) = %v, want %v to %v", n, d, full/2, full)
			}
		}
	}
}
