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
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"golang.org/x/sync/semaphore"
	"modernc.org/sqlite" // driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	read, write *sql.DB // the same pool on PostgreSQL
	dialect     dialect
	group       *group              // who writes to SQLite
	writers     *semaphore.Weighted // places for those who write to PostgreSQL
}

type dialect int

const (
	dialectSQLite dialect = iota
	dialectPostgres
)

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
	var db *DB
	var err error
	switch scheme {
	case "sqlite":
		db, err = openSQLite(ctx, rest)
	case "postgres", "postgresql":
		db, err = openPostgres(ctx, rawURL)
	default:
		return nil, fmt.Errorf("open database: unknown scheme %q, want sqlite or postgres", scheme)
	}
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("open database: the URL has no path: sqlite:<path>")
	}
	dsn := func(extra ...string) string {
		q := url.Values{"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		}}
		for _, e := range extra {
			k, v, _ := strings.Cut(e, "=")
			q.Add(k, v)
		}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
	}
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	// Deferred transactions that turn into writers fail at once and ignore
	// busy_timeout; the one writer therefore begins immediate.
	write, err := sql.Open("sqlite", dsn("_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite", dsn("_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), write.Close())
	}
	n := max(4, 2*runtime.GOMAXPROCS(0))
	read.SetMaxOpenConns(n)
	read.SetMaxIdleConns(n)
	return &DB{read: read, write: write, dialect: dialectSQLite, group: &group{db: write}}, nil
}

// createPrivate makes the file, if it is not there, for its owner alone: SQLite
// would let everybody read it, and gives the files beside it the same mode. A
// file that is there is not touched, since closing it would drop the locks
// that this process may hold on it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func openPostgres(ctx context.Context, rawURL string) (*DB, error) {
	pool, err := sql.Open("pgx", rawURL)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", withoutURL(err, rawURL))
	}
	pool.SetMaxOpenConns(places)
	pool.SetMaxIdleConns(places / 2)
	db := &DB{read: pool, write: pool, dialect: dialectPostgres, writers: semaphore.NewWeighted(places)}
	var collation string
	err = pool.QueryRowContext(ctx, `SELECT datcollate FROM pg_database WHERE datname = current_database()`).Scan(&collation)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", withoutURL(err, rawURL)), pool.Close())
	}
	switch collation {
	case "C", "POSIX", "C.UTF-8", "C.utf8":
		return db, nil
	}
	return nil, errors.Join(fmt.Errorf("open database: collation %q does not sort by bytes; create the database with LC_COLLATE 'C' (createdb --locale=C --template=template0)", collation), pool.Close())
}

// withoutURL drops the text of an error that may quote the connection string,
// which holds a password.
func withoutURL(err error, rawURL string) error {
	u, perr := url.Parse(rawURL)
	if perr != nil {
		return errors.New("the connection string is not a URL")
	}
	if pw, ok := u.User.Password(); ok && pw != "" && strings.Contains(err.Error(), pw) {
		return errors.New("connection refused (details withheld: they quote the password)")
	}
	return err
}

// Close closes the database. Transactions in flight fail.
func (db *DB) Close() error {
	if db.read == db.write {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// Tx is a transaction. It is valid only inside the function it was given to
// and must not be used by two goroutines at once.
type Tx struct {
	ctx   context.Context
	tx    *sql.Tx
	whole bool // statements that have begun are not interrupted
}

// Context is the context the transaction was begun with.
func (t *Tx) Context() context.Context { return t.ctx }

// statement is the context of the next statement.
func (t *Tx) statement() context.Context {
	if t.whole && t.ctx.Err() == nil {
		return context.WithoutCancel(t.ctx)
	}
	return t.ctx
}

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	r, err := t.tx.ExecContext(t.statement(), query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a query. The caller closes the rows and checks their Err.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(t.statement(), query, args...)
}

// QueryRow runs a query for one row; Scan answers sql.ErrNoRows when there is
// none.
func (t *Tx) QueryRow(query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(t.statement(), query, args...)
}

// Read runs f in a read-only transaction that sees one snapshot.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if db.dialect == dialectPostgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.read.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to keep: it only read
	return f(&Tx{ctx: ctx, tx: tx})
}

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
		if db.group != nil {
			err = db.group.write(ctx, f)
		} else {
			err = db.writeBeside(ctx, f, i >= patience)
		}
		if err == nil || !isConflict(err) {
			return err
		}
	}
	return fmt.Errorf("write: gave up after %d attempts: %w", attempts, err)
}

const (
	// attempts is how often Write tries a transaction that lost to another.
	attempts = 20

	// patience is after how many of them it asks for the database alone.
	patience = 4

	// places is how many transactions of this process may write to PostgreSQL
	// at a time: one for each connection.
	places = 32
)

// writeBeside runs f in a transaction beside those of others, or alone. A long
// transaction would lose to short ones for ever. One that has lost a few times
// therefore takes every place to write, so that nothing else of this process
// writes beside it; what other processes write can still make it lose.
func (db *DB) writeBeside(ctx context.Context, f func(*Tx) error, alone bool) error {
	need := int64(1)
	if alone {
		need = places
	}
	if err := db.writers.Acquire(ctx, need); err != nil {
		return err
	}
	defer db.writers.Release(need)
	tx, err := db.write.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // of no effect after the commit
	if err := f(&Tx{ctx: ctx, tx: tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
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
