package meta

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// The tables of access are those that say who may do what: principals and their
// policies, organizations, repositories with their policies and settings. They
// are read for each request and seldom written. Each transaction that writes to
// one of them raises the version of access, one of some numbers in a table, so
// that those who write at the same time seldom meet.
var accessTables = []string{"iam_", "org_", "registry_", "repository", "public_registry"}

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

// A Memo remembers what was read from the tables of access for as long as none
// of them is written to, by this process or another. It is safe for concurrent
// use. What it remembers must not be changed by those who get it.
type Memo[K comparable, V any] struct {
	db *DB

	mu      sync.RWMutex
	version int64
	values  map[K]V
}

// memoMost is how many values a Memo remembers; then it begins anew.
const memoMost = 10_000

// NewMemo returns a Memo of what is read from db.
func NewMemo[K comparable, V any](db *DB) *Memo[K, V] {
	return &Memo[K, V]{db: db, values: map[K]V{}}
}

// Get returns the value of a key as it is now: read is run in a transaction
// unless none of the tables was written to since it last was. It must depend on
// the key and those tables alone. Errors are not remembered.
func (m *Memo[K, V]) Get(ctx context.Context, key K, read func(*Tx) (V, error)) (v V, err error) {
	version, err := m.db.accessVersion(ctx)
	if err != nil {
		return v, err
	}
	m.mu.RLock()
	v, ok := m.values[key]
	ok = ok && m.version == version
	m.mu.RUnlock()
	if ok {
		return v, nil
	}
	err = m.db.Read(ctx, func(tx *Tx) (err error) {
		v, err = read(tx)
		return err
	})
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version < version || len(m.values) >= memoMost {
		m.version = max(version, m.version)
		clear(m.values)
	}
	if m.version == version { // else another has seen a later change
		m.values[key] = v
	}
	return v, nil
}
