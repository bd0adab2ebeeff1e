package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// written is a writer that counts what it is asked to write.
type written struct {
	mu    sync.Mutex
	text  bytes.Buffer
	times int
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.times++
	return w.text.Write(p)
}

// take returns what was written since it was last asked, and in how many writes.
func (w *written) take() (text string, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, times = w.text.String(), w.times
	w.text.Reset()
	w.times = 0
	return text, times
}

func TestServerLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w written
		l := newServerLog(&w, false)
		log := slog.New(l).With("node", "a").WithGroup("g")
		want := func(times int, texts ...string) {
			t.Helper()
			synctest.Wait()
			got, in := w.take()
			for _, text := range texts {
				before, after, ok := strings.Cut(got, text)
				if !ok || strings.Contains(before, "\n") {
					t.Errorf("wrote %q, want %q next", got, text)
				}
				_, got, _ = strings.Cut(after, "\n")
			}
			if got != "" || in != times {
				t.Errorf("in %d writes, and then %q; want %d", in, got, times)
			}
		}
		log.Info("one", "n", 1)
		log.Info("two")
		want(0)
		time.Sleep(2 * linesWithin)
		want(1, "msg=one node=a g.n=1", "msg=two")

		log.Info("three")
		log.Warn("four")
		want(1, "msg=three", "msg=four")
		time.Sleep(2 * linesWithin)
		want(0)

		log.Info("five")
		if err := l.flush(); err != nil {
			t.Error(err)
		}
		want(1, "msg=five")

		log.Info(strings.Repeat("x", linesMost))
		want(1, "msg=xxx")
	})
}

func TestServerLogJSON(t *testing.T) {
	var w written
	l := newServerLog(&w, true)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() { slog.New(l).Info(fmt.Sprint(i)) })
	}
	all.Wait()
	if err := l.flush(); err != nil {
		t.Error(err)
	}
	text, _ := w.take()
	if n := strings.Count(text, `"level":"INFO"`); n != 100 {
		t.Errorf("%d lines: %s", n, text)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestServerLogError(t *testing.T) {
	l := newServerLog(broken{}, false)
	slog.New(l).Info("lost")
	if err := l.flush(); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if err := l.flush(); err != nil {
		t.Errorf("what was lost once is lost again: %v", err)
	}
}

// FuzzServerLogLine compares lines with those of package slog.
func FuzzServerLogLine(f *testing.F) {
	for _, s := range []string{"", "plain", "two words", "a=b", `back\slash`, `"quoted"`, "tab\t", "\x7f", "umlaut ä", "\xff", "a\n"} {
		f.Add("msg", "key", s, int64(-5), int64(1500))
		f.Add(s, "key", "value", int64(0), int64(0))
		f.Add("msg", s, "value", int64(0), int64(0))
	}
	f.Fuzz(func(t *testing.T, msg, key, value string, n, d int64) {
		r := slog.NewRecord(time.UnixMilli(1_800_000_000_123).Add(456*time.Microsecond), slog.LevelInfo, msg, 0)
		r.AddAttrs(slog.String(key, value), slog.Int64("n", n), slog.Duration("d", time.Duration(d)), slog.Int("i", int(n)))
		var want bytes.Buffer
		if err := slog.NewTextHandler(&want, nil).Handle(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got, ok := appendLine(nil, r); ok && string(got) != want.String() {
			t.Errorf("wrote %q, want %q", got, want.String())
		}
		var w written
		l := newServerLog(&w, false)
		err := errors.Join(l.Handle(t.Context(), r), l.flush())
		if got, _ := w.take(); err != nil || got != want.String() {
			t.Errorf("wrote %q, %v; want %q", got, err, want.String())
		}
	})
}
