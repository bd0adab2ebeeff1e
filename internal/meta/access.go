package meta

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// The tables of access are those that say who may do what, and what else comes
// of it: principals and their policies, organizations, repositories with their
// policies and settings, where events go. They are read for each request and
// seldom written. Each transaction that writes to one of them raises the version
// of access, one of some numbers in a table, so that those who write at the same
// time seldom meet.
var accessTables = []string{"iam_", "org_", "registry_", "repository", "public_registry", "event_destination"}

// accessVersionQuery adds the numbers up.
const accessVersionQuery = `SELECT COALESCE(SUM(n), 0) FROM access_change`

// accessNumbers is how many there are.
const accessNumbers = 64

// note notes whether the statement writes to a table of access.
func (t *Tx) note(query string) { t.access = t.access || writesAccess(query) }

// noteAccess raises the version of access if the transaction wrote to one of its tables.
func (t *Tx) noteAccess() error {
	if !t.access {
		return nil
	}
	_, err := t.on.exec(t.ctx, `INSERT INTO access_change (id, n) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET n = access_change.n + 1`,
		[]any{rand.IntN(accessNumbers)})
	if err != nil {
		return fmt.Errorf("note a change: %w", err)
	}
	return nil
}

// writesAccess reports whether a statement writes to a table of access.
func writesAccess(query string) bool {
	verb, rest := word(query)
	known := true
	switch verb {
	case "INSERT":
		_, rest, known = strings.Cut(rest, "INTO")
	case "DELETE":
		_, rest, known = strings.Cut(rest, "FROM")
	case "UPDATE":
	case "WITH":
		return strings.Contains(rest, "INSERT") || strings.Contains(rest, "UPDATE") || strings.Contains(rest, "DELETE")
	default:
		return false
	}
	if !known {
		return true
	}
	table, _ := word(rest)
	for _, prefix := range accessTables {
		if strings.HasPrefix(table, prefix) {
			return true
		}
	}
	return false
}

// word returns the first word of a statement, and what follows it.
func word(s string) (first, rest string) {
	s = strings.TrimLeft(s, " \t\n")
	i := strings.IndexAny(s, " \t\n(")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// version tells what is committed from what was before.
type version struct {
	access int64 // greater after each write to a table of access
	all    int64 // another one after each commit, where that is exact
	exact  bool
}

// A Memo remembers what was read from the database for as long as it is so. It
// is safe for concurrent use. What it remembers must not be changed by those who
// get it.
type Memo[K comparable, V any] struct {
	db   *DB
	most int
	all  bool         // it reads other tables than those of access
	keep func(V) bool // what is worth remembering; nil for all

	mu      sync.RWMutex
	version version
	values  map[K]V
}

// NewMemo returns a Memo of at most so many values that are read from the
// tables of access. Nobody's write to other tables makes it forget.
func NewMemo[K comparable, V any](db *DB, most int) *Memo[K, V] {
	return &Memo[K, V]{db: db, most: most, values: map[K]V{}}
}

// NewShortMemo returns a Memo of what is read from any tables. It forgets all
// with each commit, and on PostgreSQL, where there is no telling commits without
// asking as much as one would read, remembers nothing.
func NewShortMemo[K comparable, V any](db *DB, most int, keep func(V) bool) *Memo[K, V] {
	return &Memo[K, V]{db: db, most: most, all: true, keep: keep, values: map[K]V{}}
}

// Get returns the value of a key as it is now: read is run in a transaction
// unless nothing it depends on was written since it last was. It must depend on
// the key and the tables alone. Errors are not remembered.
//
// Now is the time of the call or, with a context of [Once], a moment before.
func (m *Memo[K, V]) Get(ctx context.Context, key K, read func(*Tx) (V, error)) (v V, err error) {
	now, err := m.db.version(ctx)
	if err != nil {
		return v, err
	}
	m.mu.RLock()
	v, ok := m.values[key]
	ok = ok && !m.later(now)
	m.mu.RUnlock()
	if ok {
		return v, nil
	}
	err = m.db.Read(ctx, func(tx *Tx) (err error) {
		v, err = read(tx)
		return err
	})
	if err != nil || m.all && !now.exact || m.keep != nil && !m.keep(v) {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.later(now) || len(m.values) >= m.most {
		m.version = now
		clear(m.values)
	}
	if m.version == now || !m.all && m.version.access == now.access { // else another has seen a later one
		m.values[key] = v
	}
	return v, nil
}

// later reports whether what is remembered was read before the version.
func (m *Memo[K, V]) later(now version) bool {
	if m.all {
		return m.version != now
	}
	return m.version.access < now.access
}

// Once returns a context for a request: what its Memos and those of the
// contexts derived from it remember is compared with the database once in a
// while and not by each. What was committed before the request began, or by the
// request itself, always counts.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, new(once)) }

type onceKey struct{}

// once is the version that a request has seen.
type once struct {
	mu      sync.Mutex
	db      *DB // nil when it has seen none
	version version
	at      time.Time
}

// onceFor is how long a request does not look again.
const onceFor = 100 * time.Millisecond

// version returns the version of what is committed now.
func (db *DB) version(ctx context.Context) (version, error) {
	o, _ := ctx.Value(onceKey{}).(*once)
	if o == nil {
		v, err := db.look(ctx)
		return v, unavailable(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.db == db && time.Since(o.at) < onceFor {
		return o.version, nil
	}
	at := time.Now()
	v, err := db.look(ctx)
	if err == nil {
		o.db, o.version, o.at = db, v, at
	}
	return v, unavailable(err)
}

// forget makes who goes on with the context look again.
func forget(ctx context.Context) {
	if o, _ := ctx.Value(onceKey{}).(*once); o != nil {
		o.mu.Lock()
		o.db = nil
		o.mu.Unlock()
	}
}
