package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// linesWithin is how long a line of a server's log may wait for others: there is one for each request, and to write it alone
	// costs as much as to decide about the request. Who is killed loses those that wait, which the audit log has.
	linesWithin = 10 * time.Millisecond

	// linesMost is how many bytes of them may wait.
	linesMost = 32 << 10
)

// serverLog is the log of a server. Its lines are written together, and at once where one is a warning or an error. It is safe
// for concurrent use.
type serverLog struct {
	slog.Handler
	lines *lines
}

// newServerLog returns a serverLog that writes to w, as text or as JSON. The caller flushes it at the end.
func newServerLog(w io.Writer, json bool) serverLog {
	l := &lines{w: w}
	if json {
		return serverLog{slog.NewJSONHandler(l, nil), l}
	}
	return serverLog{slog.NewTextHandler(l, nil), l}
}

// Handle implements slog.Handler.
func (l serverLog) Handle(ctx context.Context, r slog.Record) error {
	err := l.Handler.Handle(ctx, r)
	if r.Level > slog.LevelInfo {
		err = errors.Join(err, l.flush())
	}
	return err
}

// WithAttrs implements slog.Handler.
func (l serverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return serverLog{l.Handler.WithAttrs(attrs), l.lines}
}

// WithGroup implements slog.Handler.
func (l serverLog) WithGroup(name string) slog.Handler {
	return serverLog{l.Handler.WithGroup(name), l.lines}
}

// flush writes the lines that wait.
func (l serverLog) flush() error { return l.lines.flush() }

// lines collects lines for a writer.
type lines struct {
	w io.Writer

	mu      sync.Mutex
	waiting []byte
	due     bool // they will be flushed
}

// Write implements io.Writer.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, line...)
	if len(l.waiting) >= linesMost {
		return len(line), l.write()
	}
	if !l.due {
		l.due = true
		time.AfterFunc(linesWithin, func() { _ = l.flush() }) // a log has nowhere to complain
	}
	return len(line), nil
}

func (l *lines) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = false
	return l.write()
}

// write writes what waits. The caller holds the lock.
func (l *lines) write() error {
	if len(l.waiting) == 0 {
		return nil
	}
	_, err := l.w.Write(l.waiting)
	l.waiting = l.waiting[:0]
	return err
}
