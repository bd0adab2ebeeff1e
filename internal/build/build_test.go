package build

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/seal"
)

const (
	account = "222222222222"
	other   = "111111111111"
	region  = "us-east-1"
)

// world is a build service of two nodes on one database, with a clock that stands still until it is moved.
type world struct {
	*testing.T
	*Engine // the first node
	node    *Engine
	db      *meta.DB
	files   *blob.Dir
	dir     string       // of files
	clock   atomic.Int64 // microseconds
	gone    atomic.Bool  // who asked for builds is no longer there
	mu      sync.Mutex
	ends    []State // observed
}

func each(t *testing.T, limits Limits, f func(w *world)) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w := &world{T: t, db: db}
		w.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMicro())
		dir := t.TempDir()
		box, err := seal.OpenKeyFile(filepath.Join(dir, "key"))
		if err != nil {
			t.Fatal(err)
		}
		w.dir = filepath.Join(dir, "files")
		if w.files, err = blob.OpenDir(w.dir); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.files.Close() })
		c := Config{
			DB: db, Box: box, Contexts: w.files, Limits: limits, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Now: func() time.Time { return time.UnixMicro(w.clock.Load()).UTC() },
			Token: func(_ context.Context, delegation []byte, id string, attempt int64, _ time.Time) (seal.Secret, error) {
				if w.gone.Load() {
					return "", &Error{Kind: ErrGone, ID: id}
				}
				return seal.Secret(fmt.Sprintf("%s for %d of %s", delegation, attempt, id)), nil
			},
			Observe: func(end State, _, _ time.Duration) {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.ends = append(w.ends, end)
			},
		}
		w.Engine, w.node = New(c), New(c)
		f(w)
	})
}

func (w *world) advance(d time.Duration) { w.clock.Add(d.Microseconds()) }

// request is a build of an image by a principal, without files.
func request(principal, image string) Request {
	return Request{
		Account: account, Region: region, Principal: principal, Caller: "arn:aws:iam::" + account + ":user/" + principal, Same: principal,
		Delegation: []byte("rights of " + principal), Image: image, Spec: "name: " + image + "\n# s3cret",
	}
}

func (w *world) start(r Request) *Build {
	w.Helper()
	b, joined, err := w.Start(w.Context(), r)
	if err != nil || joined {
		w.Fatalf("start: joined %t, %v", joined, err)
	}
	w.advance(time.Millisecond) // those that start later are later
	return b
}

var worker = Worker{Account: account, Region: region, Name: "w1"}

// leased leases a build on the other node, and fails the test if it is not the one wanted.
func (w *world) leased(want *Build) *Lease {
	w.Helper()
	l, err := w.node.Lease(w.Context(), worker, 0)
	if err != nil {
		w.Fatal(err)
	}
	if l == nil || l.Build.ID != want.ID {
		w.Fatalf("leased %+v, want build %s of %s", l, want.ID, want.Image)
	}
	return l
}

func (w *world) none() {
	w.Helper()
	if l, err := w.Lease(w.Context(), worker, 0); err != nil || l != nil {
		w.Fatalf("leased %+v, %v, want nothing", l, err)
	}
}

func (w *world) state(id string, want State) *Build {
	w.Helper()
	b, err := w.Describe(w.Context(), account, region, id)
	if err != nil {
		w.Fatal(err)
	}
	if b.State != want {
		w.Errorf("build is %s (%s), want %s", b.State, b.Reason, want)
	}
	return b
}

func (w *world) is(err error, want Kind) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("error %v, want %v", err, want)
	}
}

func (w *world) sweep() {
	w.Helper()
	if err := w.Sweep(w.Context(), nil); err != nil {
		w.Fatal(err)
	}
}

func (w *world) lines(id string) (lines []string) {
	w.Helper()
	l, err := w.Logs(w.Context(), account, region, id, 0, 1000, 0)
	if err != nil {
		w.Fatal(err)
	}
	for i, line := range l.Lines {
		if line.Seq != int64(i+1) {
			w.Errorf("line %d has number %d", i+1, line.Seq)
		}
		lines = append(lines, line.Message)
	}
	return lines
}

const imageDigest = "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd12345678"

// A build goes from the queue over a worker to its end, and each node sees it.
func TestLife(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		ctx := w.Context()
		w.none()
		b := w.start(request("ann", "app"))
		if got := w.state(b.ID, Queued); got.Reason != "waits for its turn" {
			t.Errorf("reason %q", got.Reason)
		}
		l := w.leased(b)
		w.none()
		want := &Lease{Spec: "name: app\n# s3cret", Token: seal.Secret("rights of ann for 1 of " + b.ID), Expires: w.now().Add(LeaseTime)}
		if l.Spec != want.Spec || l.Token != want.Token || !l.Expires.Equal(want.Expires) {
			t.Errorf("lease %+v, token %q", l, l.Token.Reveal())
		}
		w.state(b.ID, Leased)
		if err := w.Append(ctx, account, region, b.ID, l.ID, 1, []string{"plan", "push\x00\x1b[31m \xff"}); err != nil {
			t.Fatal(err)
		}
		w.state(b.ID, Running)
		if ok, err := w.node.Active(ctx, b.ID, 1); !ok || err != nil {
			t.Errorf("active: %t, %v", ok, err)
		}
		for range 2 { // and once more, by who did not hear that it was heard
			got, err := w.node.Finish(ctx, account, region, b.ID, l.ID, Finish{Outcome: Succeeded, ImageDigest: imageDigest})
			if err != nil || got.State != Succeeded {
				t.Fatalf("finish: %+v, %v", got, err)
			}
		}
		if got := w.state(b.ID, Succeeded); got.ImageDigest != imageDigest || got.Worker != "w1" || got.FinishedAt.IsZero() {
			t.Errorf("%+v", got)
		}
		if ok, err := w.Active(ctx, b.ID, 1); ok || err != nil {
			t.Errorf("active after the end: %t, %v", ok, err)
		}
		_, err := w.Heartbeat(ctx, account, region, b.ID, l.ID)
		w.is(err, ErrLease)
		if diff := cmp.Diff([]string{"plan", "push  [31m \uFFFD"}, w.lines(b.ID)); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]State{Succeeded}, w.ends); diff != "" {
			t.Errorf("observed (-want +got):\n%s", diff)
		}
	})
}

// What rows hold does not tell what the specification says, nor whose rights the build has.
func TestSealedAtRest(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		b := w.start(request("ann", "app"))
		l := w.leased(b)
		err := w.db.Read(w.Context(), func(tx *meta.Tx) error {
			row, err := get(tx, b.ID)
			if err != nil {
				return err
			}
			text := fmt.Sprintf("%+v %s", row, row.request)
			for _, secret := range []string{"s3cret", "rights of", l.ID.Reveal(), l.Token.Reveal()} {
				if strings.Contains(text, secret) {
					t.Errorf("the row holds %q", secret)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Equal builds of one caller are one while they have not ended.
func TestJoin(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		a := w.start(request("ann", "app"))
		join := func(want bool, change func(*Request)) {
			t.Helper()
			r := request("ann", "app")
			change(&r)
			b, joined, err := w.node.Start(w.Context(), r)
			if err != nil || joined != want || joined != (b.ID == a.ID) {
				t.Errorf("joined %t, want %t: %v", joined, want, err)
			}
		}
		join(true, func(*Request) {})
		join(false, func(r *Request) { r.Same = "ann, restricted" })
		join(false, func(r *Request) { r.Spec += "x" })
		join(false, func(r *Request) { r.Options = "{}" })
		join(false, func(r *Request) { r.Image = "app:2" })
		join(false, func(r *Request) { r.Account = other })
		l := w.leased(a)
		join(true, func(*Request) {})
		if _, err := w.Finish(w.Context(), account, region, a.ID, l.ID, Finish{Outcome: Failed, Reason: "no"}); err != nil {
			t.Fatal(err)
		}
		join(false, func(*Request) {})
	})
}

// Starts at the same time make one build.
func TestJoinAtOnce(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		var starts sync.WaitGroup
		var made atomic.Int64
		for i := range 8 {
			starts.Go(func() {
				e := []*Engine{w.Engine, w.node}[i%2]
				_, joined, err := e.Start(w.Context(), request("ann", "app"))
				if err != nil {
					t.Error(err)
				}
				if !joined {
					made.Add(1)
				}
			})
		}
		starts.Wait()
		if made.Load() != 1 {
			t.Errorf("%d builds were made", made.Load())
		}
	})
}

// A canceled build is over at once, and its worker learns it.
func TestCancel(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		ctx := w.Context()
		queued, running := w.start(request("ann", "queued")), w.start(request("bob", "running"))
		if _, err := w.node.Cancel(ctx, account, region, queued.ID, "ann"); err != nil {
			t.Fatal(err)
		}
		l := w.leased(running)
		if err := w.Append(ctx, account, region, running.ID, l.ID, 1, []string{"at work"}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if b, err := w.node.Cancel(ctx, account, region, running.ID, "ann"); err != nil || b.State != Canceled {
				t.Fatalf("cancel: %+v, %v", b, err)
			}
		}
		if ok, _ := w.Active(ctx, running.ID, 1); ok {
			t.Error("the password is good still")
		}
		_, err := w.Heartbeat(ctx, account, region, running.ID, l.ID)
		w.is(err, ErrLease)
		if !strings.Contains(err.Error(), "canceled") {
			t.Errorf("the worker learns %q", err)
		}
		_, err = w.Finish(ctx, account, region, running.ID, l.ID, Finish{Outcome: Succeeded, ImageDigest: imageDigest})
		w.is(err, ErrLease)
		w.none()
		if diff := cmp.Diff([]string{"at work", "Canceled by ann"}, w.lines(running.ID)); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]State{Canceled, Canceled}, w.ends); diff != "" {
			t.Errorf("observed (-want +got):\n%s", diff)
		}
	})
}

// Builds of other accounts and regions are not there, nor are they leased.
func TestForeign(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		ctx := w.Context()
		b := w.start(request("ann", "app"))
		for _, place := range [][2]string{{other, region}, {account, "eu-west-1"}} {
			_, err := w.Describe(ctx, place[0], place[1], b.ID)
			w.is(err, ErrNotFound)
			_, unknown := w.Describe(ctx, place[0], place[1], "00000000-0000-0000-0000-000000000000")
			if got, want := strings.ReplaceAll(err.Error(), b.ID, "ID"), strings.ReplaceAll(unknown.Error(), "00000000-0000-0000-0000-000000000000", "ID"); got != want {
				t.Errorf("a foreign build is %q, one that is not there %q", got, want)
			}
			_, err = w.Cancel(ctx, place[0], place[1], b.ID, "eve")
			w.is(err, ErrNotFound)
			_, err = w.Logs(ctx, place[0], place[1], b.ID, 0, 10, 0)
			w.is(err, ErrNotFound)
			if page, _, err := w.List(ctx, place[0], place[1], "", "", 10); err != nil || len(page) != 0 {
				t.Errorf("list: %v, %v", page, err)
			}
			if l, err := w.Lease(ctx, Worker{Account: place[0], Region: place[1], Name: "w"}, 0); l != nil || err != nil {
				t.Errorf("leased %v, %v", l, err)
			}
		}
		l := w.leased(b)
		_, err := w.Finish(ctx, other, region, b.ID, l.ID, Finish{Outcome: Failed})
		w.is(err, ErrLease)
		_, err = w.Finish(ctx, account, region, b.ID, "guessed", Finish{Outcome: Failed})
		w.is(err, ErrLease)
	})
}

func TestList(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		var want []string
		for i := range 7 {
			b := w.start(request(fmt.Sprint("p", i), fmt.Sprint(i)))
			want = append([]string{b.ID}, want...)
			if i%3 != 0 { // some at the same time
				w.advance(time.Second)
			}
		}
		seen := map[string]bool{}
		var got []string
		for token := ""; ; {
			page, next, err := w.List(w.Context(), account, region, Queued, token, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range page {
				got = append(got, b.ID)
				seen[b.ID] = true
			}
			if token = next; token == "" {
				break
			}
		}
		if len(got) != len(want) || len(seen) != len(want) || got[0] != want[0] {
			t.Errorf("listed %v, want %v", got, want)
		}
		if page, _, err := w.List(w.Context(), account, region, Failed, "", 2); err != nil || len(page) != 0 {
			t.Errorf("failed ones: %v, %v", page, err)
		}
		for _, token := range []string{"x", "AAAA", "!", "MS4A"} {
			_, _, err := w.List(w.Context(), account, region, "", token, 2)
			w.is(err, ErrInvalidToken)
		}
	})
}
