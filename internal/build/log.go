package build

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
)

// Line is one line of a build's log.
type Line struct {
	Seq     int64 // from 1, without gaps
	At      time.Time
	Message string
}

// Log is a part of a build's log.
type Log struct {
	Lines []Line
	Build Build
	// Complete reports that no line comes after these.
	Complete bool
}

// Append adds lines to the log of the build that a worker has, and counts as a heartbeat. batch counts the calls of one
// lease from 1; a batch that is there already is not added again. A log that is full takes no more lines, and says so once.
//
// Errors: ErrLease; ErrInvalid for a batch whose predecessor is missing.
func (e *Engine) Append(ctx context.Context, account, region, id string, lease seal.Secret, batch int64, messages []string) error {
	err := e.db.Write(ctx, func(tx *meta.Tx) error {
		b, err := held(tx, account, region, id, lease)
		if err != nil {
			return err
		}
		e.heard(b)
		switch {
		case batch <= b.logBatch:
			return put(tx, b)
		case batch > b.logBatch+1:
			return &Error{Kind: ErrInvalid, ID: id, Detail: fmt.Sprintf("batch %d of the log is missing", b.logBatch+1)}
		}
		b.logBatch = batch
		for _, m := range messages {
			if err := e.line(tx, b, m); err != nil {
				return err
			}
		}
		return put(tx, b)
	})
	if err != nil {
		return fmt.Errorf("append to log: %w", err)
	}
	return nil
}

// line adds a line to a log that is not full. The caller writes the build.
func (e *Engine) line(tx *meta.Tx, b *Build, message string) error {
	if b.logSize >= e.limits.Log {
		return nil
	}
	message = clean(message, MaxMessage)
	if b.logSize += int64(len(message)) + 1; b.logSize >= e.limits.Log {
		message = fmt.Sprintf("The log is full: it has %d bytes, and what follows is left out.", e.limits.Log)
		b.logSize = e.limits.Log
	}
	b.logLast++
	_, err := tx.Exec(`INSERT INTO build_log (build, seq, at, message) VALUES ($1, $2, $3, $4)`, b.ID, b.logLast, micros(e.now()), message)
	return err
}

// clean makes a text fit for every database and terminal: of limited length, valid, and without control characters other
// than tabs.
func clean(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit]
		for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Logs returns the lines after one, at most so many, and waits for some while there are none and the build has not ended.
// Errors: ErrNotFound.
func (e *Engine) Logs(ctx context.Context, account, region, id string, after int64, limit int, wait time.Duration) (l *Log, err error) {
	err = e.wait(ctx, wait, func() (bool, error) {
		l, err = e.logs(ctx, account, region, id, after, limit)
		return err == nil && (len(l.Lines) > 0 || l.Complete), err
	})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return l, nil
}

func (e *Engine) logs(ctx context.Context, account, region, id string, after int64, limit int) (l *Log, err error) {
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		b, err := own(tx, account, region, id)
		if err != nil {
			return err
		}
		if err := e.explain(tx, b); err != nil {
			return err
		}
		l = &Log{Build: *b}
		l.Lines, err = meta.All(tx, func(s meta.Scanner) (v Line, err error) {
			var at int64
			err = s.Scan(&v.Seq, &at, &v.Message)
			v.At = fromMicros(at)
			return v, err
		}, `SELECT seq, at, message FROM build_log WHERE build = $1 AND seq > $2 ORDER BY seq LIMIT $3`, id, after, limit)
		last := after
		if n := len(l.Lines); n > 0 {
			last = l.Lines[n-1].Seq
		}
		l.Complete = b.State.Ended() && last >= b.logLast
		return err
	})
	return l, err
}
