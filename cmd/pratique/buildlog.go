package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/access"
)

// buildLog sends the lines of a build to the server, some at a time and each batch until it is heard.
type buildLog struct {
	send func(ctx context.Context, batch int64, lines []string) error

	mu     sync.Mutex
	room   sync.Cond
	lines  []string
	closed bool
	wake   chan struct{}
}

// Limits of the lines that a builder sends, and holds.
const (
	logBatch   = 200
	logBytes   = 128 << 10
	logHeld    = 5000
	logLine    = 8 << 10 // of one line, in bytes
	logEvery   = 300 * time.Millisecond
	logPatient = time.Second // between attempts to send a batch
)

func newBuildLog(send func(context.Context, int64, []string) error) *buildLog {
	l := &buildLog{send: send, wake: make(chan struct{}, 1)}
	l.room.L = &l.mu
	return l
}

// add adds a line. It waits while more lines are held than are good for the memory.
func (l *buildLog) add(line string) {
	if len(line) > logLine {
		line = line[:logLine] + "…"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.lines) >= logHeld && !l.closed {
		l.room.Wait()
	}
	if l.closed {
		return
	}
	l.lines = append(l.lines, line)
	l.signal()
}

// close takes no more lines, so that run returns when it has sent those that are there.
func (l *buildLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.room.Broadcast()
	l.signal()
}

func (l *buildLog) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take returns the next lines to send, and whether there will be none after them.
func (l *buildLog) take() (lines []string, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, size := 0, 0
	for n < len(l.lines) && n < logBatch && size < logBytes {
		size += len(l.lines[n])
		n++
	}
	lines = l.lines[:n:n]
	l.lines = l.lines[n:]
	l.room.Broadcast()
	return lines, l.closed && len(l.lines) == 0
}

// run sends lines until there are no more, or ctx is done. It calls lost when the server says that the build is not this
// builder's; no line counts after that.
func (l *buildLog) run(ctx context.Context, lost context.CancelCauseFunc) {
	for batch := int64(1); ; {
		lines, last := l.take()
		if len(lines) > 0 {
			if err := l.deliver(ctx, batch, lines); err != nil {
				if leaseLost(err) {
					lost(errors.Join(errLeaseLost, err))
				}
				l.close()
				return
			}
			batch++
		}
		switch {
		case last:
			return
		case len(lines) > 0:
			continue
		}
		select {
		case <-ctx.Done():
			l.close()
			return
		case <-l.wake:
		}
		if !l.ending() { // let some more come along
			select {
			case <-ctx.Done():
			case <-time.After(logEvery):
			}
		}
	}
}

func (l *buildLog) ending() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// deliver sends a batch until the server has an answer.
func (l *buildLog) deliver(ctx context.Context, batch int64, lines []string) error {
	for {
		err := l.send(ctx, batch, lines)
		var answer *access.APIError
		if err == nil || ctx.Err() != nil || errors.As(err, &answer) && answer.Status < http.StatusInternalServerError {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(logPatient):
		}
	}
}
