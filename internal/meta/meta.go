// Package meta is the SQL database under the engines: opening it, read and
// write transactions, and migrations.
//
// One SQL text serves SQLite and PostgreSQL. What makes that hold is written
// down in docs/design/0001-one-sql-two-engines.md: $1 parameters numbered in
// order of first use, TEXT/BIGINT/BYTEA/BOOLEAN columns, times as BIGINT
// microseconds, no LIKE, an explicit ORDER BY in every list. Engines own their
// statements; this package owns the schema files and nothing else of theirs.
package meta

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DB is an open database. It is safe for concurrent use.
type DB struct{ engine }

// engine is a kind of database.
type engine interface {
	// read runs f in a read-only transaction.
	read(ctx context.Context, f func(*Tx) error) error

	// write runs f in a transaction and commits it, once. alone is set when
	// that was in vain a few times.
	write(ctx context.Context, f func(*Tx) error, alone bool) error

	// look returns the version of what is committed.
	look(ctx context.Context) (version, error)

	// lockMigrations keeps other processes from migrating until the
	// transaction ends.
	lockMigrations(tx *Tx) error

	Ping(ctx context.Context) error
	Close() error
}

// Open opens the database at rawURL, creates it when it is a SQLite file that
// does not exist, and brings its schema up to date. Forms:
//
//	sqlite:/var/lib/pratique/meta.db
//	postgres://user:password@host:5432/database?sslmode=require
//
// A PostgreSQL database whose collation does not sort by bytes (C, C.UTF-8,
// POSIX, or the builtin provider's C.UTF-8) is refused: names would compare
// differently from SQLite.
func Open(ctx context.Context, rawURL string) (*DB, error) {
	scheme, rest, _ := strings.Cut(rawURL, ":")
	var e engine
	var err error
	switch scheme {
	case "sqlite":
		e, err = openSQLite(ctx, rest)
	case "postgres", "postgresql":
		e, err = openPostgres(ctx, rawURL)
	default:
		return nil, fmt.Errorf("open database: unknown scheme %q, want sqlite or postgres", scheme)
	}
	if err != nil {
		return nil, err
	}
	db := &DB{e}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close closes the database. Transactions in flight fail.
func (db *DB) Close() error { return db.engine.Close() }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.engine.Ping(ctx) }

// Read runs f in a read-only transaction that sees one snapshot.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return unavailable(db.read(ctx, f))
}

const (
	// attempts is how often Write tries a transaction that lost to another.
	attempts = 20

	// patience is after how many of them it asks for the database alone.
	patience = 4
)

// Write runs f in a serializable transaction and commits it durably before it
// returns nil. When f returns an error nothing of it remains. A transaction
// that conflicts with another is run again, so f must be idempotent: it must
// assign, not append to, what it captures.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	var err error
	for i := range attempts {
		if i > 0 {
			pause := time.Duration(1+rand.IntN(1<<min(i, 7))) * time.Millisecond
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
		}
		if err = db.write(ctx, f, i >= patience); err == nil || !isConflict(err) {
			forget(ctx)
			return unavailable(err)
		}
	}
	return unavailable(fmt.Errorf("write: gave up after %d attempts: %w", attempts, err))
}

// IsUnique reports whether err is the violation of a primary key or a unique
// index.
func IsUnique(err error) bool {
	if e := (*sqlite.Error)(nil); errors.As(err, &e) {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code == "23505"
	}
	return false
}

// IsForeignKey reports whether err is the violation of a foreign key.
func IsForeignKey(err error) bool {
	if e := (*sqlite.Error)(nil); errors.As(err, &e) {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code == "23503"
	}
	return false
}

// isConflict reports whether the transaction lost to another one and may be
// tried again.
func isConflict(err error) bool {
	if errors.Is(err, errLost) {
		return true
	}
	if e := (*sqlite.Error)(nil); errors.As(err, &e) {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED
	}
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code == "40001" || e.Code == "40P01"
	}
	return false
}
