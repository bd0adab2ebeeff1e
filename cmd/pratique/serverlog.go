package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
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
	plain bool // lines are text, with nothing but what a record has
}

// newServerLog returns a serverLog that writes to w, as text or as JSON. The caller flushes it at the end.
func newServerLog(w io.Writer, json bool) serverLog {
	l := &lines{w: w}
	if json {
		return serverLog{slog.NewJSONHandler(l, nil), l, false}
	}
	return serverLog{slog.NewTextHandler(l, nil), l, true}
}

// Handle implements slog.Handler.
func (l serverLog) Handle(ctx context.Context, r slog.Record) error {
	err := l.add(ctx, r)
	if r.Level > slog.LevelInfo {
		err = errors.Join(err, l.flush())
	}
	return err
}

// add writes a record, those of requests without the handler of package slog: it takes some times as long.
func (l serverLog) add(ctx context.Context, r slog.Record) error {
	if l.plain && r.Level == slog.LevelInfo && !r.Time.IsZero() {
		if line, ok := appendLine(make([]byte, 0, 1<<10), r); ok {
			_, err := l.lines.Write(line)
			return err
		}
	}
	return l.Handler.Handle(ctx, r)
}

// appendLine appends a record as slog.TextHandler writes it. It is false for one that is not all text in ASCII, numbers and
// durations.
func appendLine(b []byte, r slog.Record) (line []byte, ok bool) {
	b = append(b, "time="...)
	b = r.Time.AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
	b = append(append(b, " level="...), r.Level.String()...)
	if b, ok = appendText(append(b, " msg="...), r.Message); !ok {
		return b, false
	}
	r.Attrs(func(a slog.Attr) bool {
		if b, ok = appendText(append(b, ' '), a.Key); !ok {
			return false
		}
		b = append(b, '=')
		switch v := a.Value; v.Kind() {
		case slog.KindString:
			b, ok = appendText(b, v.String())
		case slog.KindInt64:
			b = strconv.AppendInt(b, v.Int64(), 10)
		case slog.KindDuration:
			b = append(b, v.Duration().String()...)
		default:
			ok = false
		}
		return ok
	})
	return append(b, '\n'), ok
}

// appendText appends a key or a value, in quotes if it needs them. It is false for what is not printable ASCII.
func appendText(b []byte, s string) (_ []byte, ok bool) {
	var has byteKind
	for i := range len(s) {
		has |= byteKinds[s[i]]
	}
	switch {
	case has&unprintable != 0:
		return b, false
	case has&quoted != 0 || s == "":
		return strconv.AppendQuote(b, s), true
	}
	return append(b, s...), true
}

// byteKind is what a byte does to the text that it is in.
type byteKind uint8

const (
	quoted      byteKind = 1 << iota // asks for quotes
	unprintable                      // or not ASCII
)

var byteKinds = func() (kinds [256]byteKind) {
	for c := range kinds {
		switch {
		case c < ' ' || c > '~':
			kinds[c] = unprintable
		case c == ' ' || c == '=' || c == '"':
			kinds[c] = quoted
		}
	}
	return kinds
}()

// WithAttrs implements slog.Handler.
func (l serverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return serverLog{l.Handler.WithAttrs(attrs), l.lines, false}
}

// WithGroup implements slog.Handler.
func (l serverLog) WithGroup(name string) slog.Handler {
	return serverLog{l.Handler.WithGroup(name), l.lines, false}
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
