package build

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Workers that ask at the same time get different builds.
func TestLeaseAtOnce(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		const n = 5
		for i := range n {
			w.start(request(fmt.Sprint("p", i), "app"))
		}
		var workers sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for i := range 2 * n {
			workers.Go(func() {
				e := []*Engine{w.Engine, w.node}[i%2]
				l, err := e.Lease(w.Context(), Worker{Account: account, Region: region, Name: fmt.Sprint("w", i)}, 0)
				if err != nil {
					t.Error(err)
				}
				if l != nil {
					mu.Lock()
					defer mu.Unlock()
					got[l.Build.ID]++
				}
			})
		}
		workers.Wait()
		if len(got) != n {
			t.Errorf("%d builds are leased, want %d", len(got), n)
		}
		for id, times := range got {
			if times != 1 {
				t.Errorf("%s is leased %d times", id, times)
			}
		}
	})
}

// A worker that falls silent loses the build to another, and what it says after that does not count.
func TestLostWorker(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		ctx := w.Context()
		b := w.start(request("ann", "app"))
		first := w.leased(b)
		w.advance(LeaseTime - time.Second)
		if _, err := w.Heartbeat(ctx, account, region, b.ID, first.ID); err != nil {
			t.Fatal(err)
		}
		w.advance(LeaseTime - time.Second)
		w.none()
		w.advance(time.Second)
		second := w.leased(b) // whoever asks finds it, without a sweep
		if second.Build.Attempts != 2 || second.ID == first.ID {
			t.Errorf("second lease: %+v", second.Build)
		}
		_, err := w.Heartbeat(ctx, account, region, b.ID, first.ID)
		w.is(err, ErrLease)
		w.is(w.Append(ctx, account, region, b.ID, first.ID, 1, []string{"late"}), ErrLease)
		_, err = w.Finish(ctx, account, region, b.ID, first.ID, Finish{Outcome: Succeeded, ImageDigest: imageDigest})
		w.is(err, ErrLease)
		if ok, _ := w.Active(ctx, b.ID, 1); ok {
			t.Error("the password of the first worker is good still")
		}
		if err := w.Append(ctx, account, region, b.ID, second.ID, 1, []string{"again"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Builder w1 has not been heard of for 1m0s: another one begins again.", "again"}, w.lines(b.ID)); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		for range 2 { // the third loss is the last
			w.advance(LeaseTime)
			w.sweep()
			if w.state(b.ID, map[int64]State{2: Queued, 3: Failed}[w.attempts(b.ID)]).State == Queued {
				w.leased(b)
			}
		}
		if got := w.state(b.ID, Failed); got.Reason != "3 builders fell silent over it" {
			t.Errorf("reason %q", got.Reason)
		}
	})
}

func (w *world) attempts(id string) int64 {
	w.Helper()
	b, err := w.Describe(w.Context(), account, region, id)
	if err != nil {
		w.Fatal(err)
	}
	return b.Attempts
}

// A worker that stops gives its build back, as often as it likes, and it is first in the queue.
func TestRelease(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		b := w.start(request("ann", "app"))
		w.start(request("ann", "later"))
		for range MaxAttempts + 1 {
			l := w.leased(b)
			if _, err := w.Finish(w.Context(), account, region, b.ID, l.ID, Finish{Outcome: Released}); err != nil {
				t.Fatal(err)
			}
			if ok, _ := w.Active(w.Context(), b.ID, l.Build.Attempts); ok {
				t.Error("the password is good still")
			}
		}
	})
}

// A build that needs commands to be run goes to a worker that does, if there is one.
func TestDecline(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		decline := func(b *Build, l *Lease) *Build {
			t.Helper()
			got, err := w.Finish(w.Context(), account, region, b.ID, l.ID, Finish{Outcome: Declined, Reason: "apt_packages"})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		a := w.start(request("ann", "a"))
		if got := decline(a, w.leased(a)); got.State != Failed || !strings.HasSuffix(got.Reason, "apt_packages") {
			t.Errorf("declined by the only worker: %+v", got)
		}
		able := Worker{Account: account, Region: region, Name: "able", Execution: true}
		if l, err := w.Lease(w.Context(), able, 0); l != nil || err != nil {
			t.Fatal(l, err)
		}
		b := w.start(request("ann", "b"))
		decline(b, w.leased(b))
		w.state(b.ID, Queued)
		w.none()
		if l, err := w.Lease(w.Context(), able, 0); err != nil || l == nil || l.Build.ID != b.ID {
			t.Errorf("leased %+v, %v", l, err)
		}
	})
}

// A build whose asker is gone fails, and the worker gets the next one.
func TestGone(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		b := w.start(request("ann", "app"))
		w.gone.Store(true)
		w.none()
		if got := w.state(b.ID, Failed); got.Reason != ErrGone.Error() {
			t.Errorf("reason %q", got.Reason)
		}
	})
}

func TestLimits(t *testing.T) {
	limits := Limits{Queued: 4, QueuedPrincipal: 3, Running: 3, RunningPrincipal: 2, Context: 1000}
	each(t, limits, func(w *world) {
		ctx := w.Context()
		var anns []*Build
		for i := range 3 {
			anns = append(anns, w.start(request("ann", fmt.Sprint(i))))
		}
		_, _, err := w.Start(ctx, request("ann", "3"))
		w.is(err, ErrTooMany)
		bob := w.start(request("bob", "0"))
		_, _, err = w.Start(ctx, request("cid", "0"))
		w.is(err, ErrTooMany)
		if _, joined, err := w.Start(ctx, request("ann", "0")); !joined || err != nil {
			t.Errorf("joining takes no room: %t, %v", joined, err)
		}
		w.leased(anns[0])
		l := w.leased(anns[1])
		w.leased(bob) // for ann has two
		w.none()
		if _, err := w.Finish(ctx, account, region, anns[1].ID, l.ID, Finish{Outcome: Failed}); err != nil {
			t.Fatal(err)
		}
		w.leased(anns[2])
		cid := w.start(request("cid", "0"))
		w.none() // for three run
		w.state(cid.ID, Queued)

		large := request("ann", "large")
		large.ContextDigest, large.ContextSize = imageDigest, 1001
		_, _, err = w.Start(ctx, large)
		w.is(err, ErrInvalid)
	})
}

// Nothing waits or runs for ever.
func TestDeadlines(t *testing.T) {
	each(t, Limits{Timeout: 10 * time.Minute, QueueTimeout: 20 * time.Minute, Keep: time.Hour}, func(w *world) {
		ctx := w.Context()
		running, queued := w.start(request("ann", "running")), w.start(request("bob", "queued"))
		r := request("cid", "uploading")
		r.ContextDigest, r.ContextSize = imageDigest, 10
		uploading := w.start(r)
		l := w.leased(running)
		if want := w.now().Add(10 * time.Minute); !l.Build.Deadline.Equal(want) {
			t.Errorf("deadline %v, want %v", l.Build.Deadline, want)
		}
		for range 20 {
			w.advance(30 * time.Second)
			if _, err := w.Heartbeat(ctx, account, region, running.ID, l.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.sweep()
		w.state(running.ID, Failed)
		w.state(queued.ID, Queued)
		w.advance(10 * time.Minute)
		w.sweep()
		w.state(queued.ID, Failed)
		w.state(uploading.ID, Uploading)
		w.advance(40 * time.Minute)
		w.sweep()
		w.state(uploading.ID, Failed)
		w.advance(time.Hour)
		w.sweep()
		if page, _, err := w.List(ctx, account, region, "", "", 10); err != nil || len(page) != 0 {
			t.Errorf("not forgotten: %v, %v", page, err)
		}
		w.count(`SELECT count(*) FROM build_log`, 0)
	})
}

func (w *world) count(query string, want int) {
	w.Helper()
	var n int
	err := w.db.Read(w.Context(), func(tx *meta.Tx) error { return tx.QueryRow(query).Scan(&n) })
	if err != nil || n != want {
		w.Errorf("%s: %d, %v, want %d", query, n, err, want)
	}
}
