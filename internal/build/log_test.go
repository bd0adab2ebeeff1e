package build

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLog(t *testing.T) {
	each(t, Limits{Log: 100}, func(w *world) {
		ctx := w.Context()
		b := w.start(request("ann", "app"))
		l := w.leased(b)
		add := func(batch int64, messages ...string) error {
			return w.Append(ctx, account, region, b.ID, l.ID, batch, messages)
		}
		for _, batch := range []int64{1, 1, 2} { // the first is sent twice
			if err := add(batch, fmt.Sprint("line ", batch)); err != nil {
				t.Fatal(err)
			}
		}
		w.is(add(4, "gap"), ErrInvalid)
		page, err := w.Logs(ctx, account, region, b.ID, 1, 10, 0)
		if err != nil || len(page.Lines) != 1 || page.Lines[0].Message != "line 2" || page.Complete {
			t.Errorf("after the first line: %+v, %v", page, err)
		}
		if err := add(3, strings.Repeat("x", 80), strings.Repeat("y", 80), "z"); err != nil {
			t.Fatal(err)
		}
		if err := add(4, "more"); err != nil {
			t.Fatal(err)
		}
		want := []string{"line 1", "line 2", strings.Repeat("x", 80), "The log is full: it has 100 bytes, and what follows is left out."}
		if diff := cmp.Diff(want, w.lines(b.ID)); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// Who follows a log gets lines of the other node as they come, and learns the end.
func TestFollow(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		ctx := w.Context()
		b := w.start(request("ann", "app"))
		l := w.leased(b)
		followed := make(chan []string, 1)
		go func() {
			var lines []string
			for after := int64(0); ; {
				page, err := w.Logs(ctx, account, region, b.ID, after, 2, 20*time.Second)
				if err != nil {
					t.Error(err)
					break
				}
				for _, line := range page.Lines {
					lines, after = append(lines, line.Message), line.Seq
				}
				if page.Complete {
					break
				}
			}
			followed <- lines
		}()
		for batch := int64(1); batch <= 3; batch++ {
			if err := w.node.Append(ctx, account, region, b.ID, l.ID, batch, []string{"a", "b", "c"}[:batch]); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if _, err := w.node.Finish(ctx, account, region, b.ID, l.ID, Finish{Outcome: Succeeded, ImageDigest: imageDigest}); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-followed:
			if diff := cmp.Diff([]string{"a", "a", "b", "a", "b", "c"}, got); diff != "" {
				t.Errorf("followed (-want +got):\n%s", diff)
			}
		case <-time.After(15 * time.Second):
			t.Error("the log is followed still")
		}
	})
}

// A server that stops keeps nobody waiting.
func TestStopping(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		stop := make(chan struct{})
		w.stopping = stop
		time.AfterFunc(50*time.Millisecond, func() { close(stop) })
		began := time.Now()
		if l, err := w.Lease(w.Context(), worker, time.Minute); l != nil || err != nil {
			t.Error(l, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("waited %v", took)
		}
	})
}
