package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/sync/semaphore"
)

// postgresDB is a PostgreSQL database. Its driver keeps statements prepared.
type postgresDB struct {
	pool    *sql.DB
	writers *semaphore.Weighted // places for those who write
	late    time.Duration       // beginTimeout

	watch struct {
		sync.Mutex
		busy bool
		next *look // the one that has not begun yet
	}
}

// places is how many transactions of this process may write at a time: one for
// each connection.
const places = 32

const (
	// connectTimeout bounds the making of a connection, unless the URL says
	// otherwise: a host that is gone does not answer.
	connectTimeout = 5 * time.Second

	// beginTimeout bounds how long a transaction waits until it may begin.
	beginTimeout = 15 * time.Second
)

func openPostgres(ctx context.Context, rawURL string) (engine, error) {
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", withoutURL(err, rawURL))
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(places)
	pool.SetMaxIdleConns(places / 2)
	var collation string
	err = pool.QueryRowContext(ctx, `SELECT datcollate FROM pg_database WHERE datname = current_database()`).Scan(&collation)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", withoutURL(err, rawURL)), pool.Close())
	}
	switch collation {
	case "C", "POSIX", "C.UTF-8", "C.utf8":
		return &postgresDB{pool: pool, writers: semaphore.NewWeighted(places), late: beginTimeout}, nil
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

func (db *postgresDB) Close() error { return db.pool.Close() }

func (db *postgresDB) Ping(ctx context.Context) error { return db.pool.PingContext(ctx) }

func (db *postgresDB) lockMigrations(tx *Tx) error {
	_, err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtext('pratique.schema'))`)
	return err
}

func (db *postgresDB) read(ctx context.Context, f func(*Tx) error) error {
	tx, end, err := db.begin(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer end()
	return f(&Tx{ctx: ctx, on: pooled{tx}})
}

// write runs f beside the transactions of others, or alone: a long one would
// lose to short ones for ever. It then takes every place to write, so that
// nothing else of this process writes beside it; what other processes write
// can still make it lose.
func (db *postgresDB) write(ctx context.Context, f func(*Tx) error, alone bool) error {
	need := int64(1)
	if alone {
		need = places
	}
	if err := db.acquire(ctx, need); err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	defer db.writers.Release(need)
	tx, end, err := db.begin(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	defer end()
	t := &Tx{ctx: ctx, on: pooled{tx}}
	if err := f(t); err != nil {
		return err
	}
	if err := t.noteAccess(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// acquire waits for places to write.
func (db *postgresDB) acquire(ctx context.Context, n int64) error {
	waiting, cancel := context.WithTimeoutCause(ctx, db.late, errLate)
	defer cancel()
	if db.writers.Acquire(waiting, n) != nil {
		return context.Cause(waiting)
	}
	return nil
}

// errLate is why a transaction did not begin.
var errLate = fmt.Errorf("%w: too many transactions are under way", ErrUnavailable)

// begin begins a transaction. The caller ends it, which drops what it has not
// committed.
func (db *postgresDB) begin(ctx context.Context, how *sql.TxOptions) (_ *sql.Tx, end func(), err error) {
	// The transaction lives as long as its context, which so cannot be that of the waiting.
	ctx, cancel := context.WithCancelCause(ctx)
	late := time.AfterFunc(db.late, func() { cancel(errLate) })
	tx, err := db.pool.BeginTx(ctx, how)
	if err == nil && !late.Stop() {
		_ = tx.Rollback() // it is over
		err = errLate
	}
	if err != nil {
		late.Stop()
		if errors.Is(context.Cause(ctx), errLate) {
			err = errLate
		}
		cancel(nil)
		return nil, nil, err
	}
	return tx, func() {
		_ = tx.Rollback() // of no effect after a commit
		cancel(nil)
	}, nil
}

// pooled runs the statements of a transaction.
type pooled struct{ tx *sql.Tx }

func (p pooled) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return p.tx.ExecContext(ctx, query, args...)
}

func (p pooled) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, query, args...)
}

func (p pooled) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	return p.tx.QueryRowContext(ctx, query, args...)
}

func (p pooled) iterate(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, query, args...)
}

// A look is one look at the version of access, for all who asked before it
// began.
type look struct {
	done    chan struct{}
	version version // once done is closed
	err     error
}

// lookTimeout bounds a look, which is nobody's alone.
const lookTimeout = 30 * time.Second

func (db *postgresDB) look(ctx context.Context) (version, error) {
	w := &db.watch
	w.Lock()
	l := w.next
	if l == nil {
		l = &look{done: make(chan struct{})}
		w.next = l
		if !w.busy {
			w.busy = true
			go db.lookOn(context.WithoutCancel(ctx))
		}
	}
	w.Unlock()
	select {
	case <-l.done:
		return l.version, l.err
	case <-ctx.Done():
		return version{}, fmt.Errorf("look for changes: %w", ctx.Err())
	}
}

// lookOn looks as long as somebody asks.
func (db *postgresDB) lookOn(ctx context.Context) {
	w := &db.watch
	for {
		w.Lock()
		l := w.next
		w.next, w.busy = nil, l != nil
		w.Unlock()
		if l == nil {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, lookTimeout)
		if err := db.pool.QueryRowContext(ctx, accessVersionQuery).Scan(&l.version.access); err != nil {
			l.err = fmt.Errorf("look for changes: %w", err)
		}
		cancel()
		close(l.done)
	}
}
