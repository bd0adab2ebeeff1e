package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"sync"
	"time"

	"modernc.org/sqlite" // driver "sqlite"
)

// sqliteDB is a SQLite file: one session that writes, some that read, and one
// that looks whether anything has changed.
type sqliteDB struct {
	writer  *sql.DB
	readers *sql.DB

	group  group
	idle   chan *session // who reads takes one and puts it back
	closed chan struct{}

	watch struct {
		sync.Mutex
		on    *session
		index walIndex
		seen  walHeader // with which last was read; of no use unless known
		known bool
		last  version
	}
}

// checkpointPages is how many pages of 4 KiB the log has before they are written
// to the file itself. A page that was changed more than once by then is written
// once, which is worth some more disk than SQLite's own 1,000 pages.
const checkpointPages = 4000

// busyTimeout is how long one waits for another's lock on the file.
const busyTimeout = 10 * time.Second

func openSQLite(ctx context.Context, path string) (_ engine, err error) {
	if path == "" {
		return nil, errors.New("open database: the URL has no path: sqlite:<path>")
	}
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	open := func(pragma string) (*sql.DB, error) {
		q := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages), pragma}}
		return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	}
	db := &sqliteDB{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
		}
	}()
	if db.writer, err = open("query_only(0)"); err != nil {
		return nil, err
	}
	if db.group.on, err = firstSession(ctx, db.writer); err != nil {
		return nil, err
	}
	if err = db.group.on.watchRollback(); err != nil {
		return nil, err
	}
	if db.readers, err = open("query_only(1)"); err != nil {
		return nil, err
	}
	if db.watch.on, err = newSession(ctx, db.readers); err != nil {
		return nil, err
	}
	n := max(4, 2*runtime.GOMAXPROCS(0))
	idle := make(chan *session, n)
	for range n {
		s, err := newSession(ctx, db.readers)
		if err != nil {
			return nil, err
		}
		idle <- s
	}
	db.idle, db.closed = idle, make(chan struct{})
	db.watch.index = openWALIndex(path)
	return db, nil
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

// Close waits for the transactions in flight.
func (db *sqliteDB) Close() error {
	var errs []error
	if db.closed != nil {
		close(db.closed)
		for range cap(db.idle) {
			errs = append(errs, (<-db.idle).close())
		}
	}
	if db.watch.on != nil {
		db.watch.Lock()
		defer db.watch.Unlock()
		errs = append(errs, db.watch.index.close(), db.watch.on.close())
		db.watch.index = nil
	}
	if db.readers != nil {
		errs = append(errs, db.readers.Close())
	}
	// Who closes the file last moves the log into it, and must be able to write.
	errs = append(errs, db.group.close())
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	return errors.Join(errs...)
}

func (db *sqliteDB) Ping(ctx context.Context) error {
	return db.read(ctx, func(tx *Tx) error {
		var one int
		return tx.QueryRow(`SELECT 1`).Scan(&one) // which lets go of the session, as Err does not
	})
}

func (db *sqliteDB) lockMigrations(*Tx) error { return nil } // there is one writer at a time

func (db *sqliteDB) write(ctx context.Context, f func(*Tx) error, _ bool) error {
	return db.group.write(ctx, f)
}

func (db *sqliteDB) read(ctx context.Context, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	var s *session
	select {
	case s = <-db.idle:
	case <-ctx.Done():
		return fmt.Errorf("begin read: %w", ctx.Err())
	case <-db.closed:
		return errors.New("begin read: the database is closed")
	}
	defer func() { db.idle <- s }()
	always := context.WithoutCancel(ctx)
	if _, err := s.exec(always, `BEGIN`, nil); err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() { _, _ = s.exec(always, `ROLLBACK`, nil) }() // nothing to keep: it only read
	return f(&Tx{ctx: ctx, on: s})
}

// look asks whether the log's index is as it was and, unless it is sure of that,
// for PRAGMA data_version, which another connection's commit changes, and only
// then for more.
func (db *sqliteDB) look(ctx context.Context) (version, error) {
	w := &db.watch
	w.Lock()
	defer w.Unlock()
	if w.known && w.index.is(&w.seen) {
		return w.last, nil
	}
	w.seen, w.known = w.index.read() // before what it stands for: a later commit shows the next time
	always := context.WithoutCancel(ctx)
	v := version{exact: true}
	err := w.on.queryRow(always, `PRAGMA data_version`, nil).Scan(&v.all)
	if err == nil && v.all == w.last.all {
		return w.last, nil
	}
	if err == nil {
		// What was committed between the two is seen the next time as well.
		err = w.on.queryRow(always, accessVersionQuery, nil).Scan(&v.access)
	}
	if err != nil {
		w.known = false
		return v, fmt.Errorf("look for changes: %w", err)
	}
	w.last = v
	return v, nil
}

// A session is a connection that keeps its statements prepared: to parse one
// takes longer than to run it. One goroutine at a time may use it.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt

	rolledBack bool // a transaction was; kept by those that watch it
}

// preparedMost is how many statements a session keeps. There are fewer, but
// for those whose text depends on how many arguments they have.
const preparedMost = 1000

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

// firstSession is newSession for the connection that puts the file into WAL
// mode, if it is not. For that one which only reads becomes one that writes, and
// SQLite never has such a one wait, for fear of two that wait for each other.
func firstSession(ctx context.Context, db *sql.DB) (*session, error) {
	for end := time.Now().Add(busyTimeout); ; {
		s, err := newSession(ctx, db)
		if err == nil || !isConflict(err) || time.Now().After(end) {
			return s, err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		}
	}
}

// watchRollback has the session note when a transaction is rolled back, also by
// SQLite of its own accord, after which statements would each be committed.
func (s *session) watchRollback() error {
	return s.conn.Raw(func(c any) error {
		hooks, ok := c.(sqlite.HookRegisterer)
		if !ok {
			return fmt.Errorf("%T has no hooks", c)
		}
		hooks.RegisterRollbackHook(func() { s.rolledBack = true })
		return nil
	})
}

func (s *session) close() error {
	var errs []error
	for _, st := range s.prepared {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}

// prepare returns the statement, or nil if it cannot be kept.
func (s *session) prepare(ctx context.Context, query string) *sql.Stmt {
	if st := s.prepared[query]; st != nil {
		return st
	}
	if len(s.prepared) == preparedMost {
		return nil
	}
	st, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil // running it says why
	}
	s.prepared[query] = st
	return st
}

func (s *session) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if st := s.prepare(ctx, query); st != nil { //nolint:sqlclosecheck // the session keeps it
		return st.ExecContext(ctx, args...)
	}
	return s.conn.ExecContext(ctx, query, args...)
}

func (s *session) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if st := s.prepare(ctx, query); st != nil { //nolint:sqlclosecheck // the session keeps it
		return st.QueryContext(ctx, args...)
	}
	return s.conn.QueryContext(ctx, query, args...)
}

func (s *session) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	if st := s.prepare(ctx, query); st != nil { //nolint:sqlclosecheck // the session keeps it
		return st.QueryRowContext(ctx, args...)
	}
	return s.conn.QueryRowContext(ctx, query, args...)
}

func (s *session) iterate(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return s.conn.QueryContext(ctx, query, args...)
}

// whole is a session whose statements are not interrupted once they have
// begun: SQLite would give up the transaction, which belongs to others too.
type whole struct{ *session }

// unended returns a context for one more statement.
func unended(ctx context.Context) context.Context {
	if ctx.Err() != nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func (w whole) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return w.session.exec(unended(ctx), query, args)
}

func (w whole) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return w.session.query(unended(ctx), query, args)
}

func (w whole) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	return w.session.queryRow(unended(ctx), query, args)
}

func (w whole) iterate(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return w.session.iterate(unended(ctx), query, args)
}
