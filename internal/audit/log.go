package audit

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// ErrNotFound is returned by Find when the log holds no event of that request.
var ErrNotFound = errors.New("no audit event with this request id")

// Log appends events to a file, one JSON object per line. It is safe for concurrent use, and several processes
// may append to one file.
type Log struct {
	mu   sync.Mutex
	f    *os.File
	torn bool // the file may end within a line
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
	return &Log{f: f, torn: torn}, nil
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

// Write appends e with a single write. It does not wait for the disk. After a write that failed half-way the
// next event starts on a line of its own.
func (l *Log) Write(e *Event) error {
	written := *e
	if written.ID == "" {
		written.ID = newID()
	}
	line, err := json.Marshal(written)
	if err != nil {
		return fmt.Errorf("write audit event %s: %w", e.RequestID, err)
	}
	line = append(line, '\n')

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := l.f.Write(line)
	if err != nil {
		l.torn = l.torn || n > 0
		return fmt.Errorf("write audit event %s: %w", e.RequestID, err)
	}
	l.torn = false
	return nil
}

// Close waits until everything is on disk and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := errors.Join(l.f.Sync(), l.f.Close()); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
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
