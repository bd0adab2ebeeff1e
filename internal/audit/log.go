package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/google/uuid"
)

// ErrNotFound is returned by Find when the log holds no event of that request.
var ErrNotFound = errors.New("no audit event with this request id")

// Log appends events to a file, one JSON object per line. It is safe for concurrent use, and several processes
// may append to one file.
type Log struct {
	f *os.File

	mu      sync.Mutex
	idle    *sync.Cond // told after each write
	writing bool       // somebody writes
	pending []byte     // lines that are to be written
	spare   []byte     // what lines were in that have been written
	torn    bool       // the file may end within a line
	failed  error      // of a write whose caller did not wait for it
}

// OpenLog opens the log at path for appending, creating it readable by its owner only.
func OpenLog(path string) (*Log, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	torn, err := endsWithinLine(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open audit log %s: %w", path, err), f.Close())
	}
	l := &Log{f: f, torn: torn}
	l.idle = sync.NewCond(&l.mu)
	return l, nil
}

// endsWithinLine reports whether the last write to f was cut short.
func endsWithinLine(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return false, nil
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// Write appends e. It does not wait for the disk, and while another write is under way it leaves e to that: events that
// come at once are written together. After a write that failed half-way the next event starts on a line of its own. An
// error is that of a write for this event or for one left to it.
func (l *Log) Write(e *Event) error {
	id := e.ID
	if id == "" {
		id = uuid.NewString()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.writing && len(l.pending) >= pendingMost {
		l.idle.Wait()
	}
	l.pending = append(e.append(l.pending, id), '\n')
	if l.writing {
		return nil
	}
	l.writing = true
	err := errors.Join(l.failed, l.flush())
	l.failed = nil
	if len(l.pending) > 0 {
		go l.drain()
	} else {
		l.rest()
	}
	if err != nil {
		return fmt.Errorf("write audit event %s: %w", e.RequestID, err)
	}
	return nil
}

// pendingMost is how many bytes may wait for a write before those who add to them wait as well.
const pendingMost = 1 << 20

// drain writes what came while another wrote, until nothing more comes.
func (l *Log) drain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.pending) > 0 {
		l.failed = errors.Join(l.failed, l.flush())
	}
	l.rest()
}

// rest says that nobody writes any more. The caller holds the lock.
func (l *Log) rest() {
	l.writing = false
	l.idle.Broadcast()
}

// flush writes what is pending. The caller holds the lock, which is released meanwhile, and is the one who writes.
func (l *Log) flush() error {
	lines := l.pending
	if l.torn {
		lines = append([]byte{'\n'}, lines...)
	}
	l.pending, l.spare = l.spare[:0], nil
	l.mu.Unlock()
	n, err := l.f.Write(lines)
	l.mu.Lock()
	if cap(lines) <= pendingMost {
		l.spare = lines
	}
	l.torn = err != nil && (l.torn || n > 0)
	l.idle.Broadcast()
	return err
}

// Close waits until everything is on disk and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.writing {
		l.idle.Wait()
	}
	if err := errors.Join(l.failed, l.f.Sync(), l.f.Close()); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}

// Scan calls visit for the events in the log at path, oldest first, until it returns false. A line that is not
// an event, left by a crash for instance, is passed over; when the whole log was read, Scan returns an error
// that says how many there were. A last line without its end is still being written and is not counted.
func Scan(path string, visit func(Event) bool) error {
	return scan(path, nil, visit)
}

// Find returns the last event of the request in the log at path, or an error that is ErrNotFound.
func Find(path, requestID string) (Event, error) {
	quoted, err := json.Marshal(requestID)
	if err != nil {
		return Event{}, fmt.Errorf("find audit event: %w", err)
	}
	var found *Event
	err = scan(path, quoted, func(e Event) bool {
		if e.RequestID == requestID {
			found = &e
		}
		return true
	})
	switch {
	case found != nil:
		return *found, nil
	case err != nil:
		return Event{}, err
	}
	return Event{}, fmt.Errorf("%w: %s", ErrNotFound, requestID)
}

// scan is Scan over the lines that contain the given text.
func scan(path string, containing []byte, visit func(Event) bool) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read audit log: %w", err)
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 64<<10)
	unreadable, first := 0, 0
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read audit log: %w", err)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 || !bytes.Contains(line, containing) {
			continue
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			if unreadable++; first == 0 {
				first = n
			}
			continue
		}
		if !visit(e) {
			return nil
		}
	}
	if unreadable > 0 {
		return fmt.Errorf("read audit log %s: %d lines are not events, the first is line %d", path, unreadable, first)
	}
	return nil
}
