package meta

import (
	"context"
	"database/sql"
)

// Tx is a transaction. It is valid only inside the function it was given to
// and must not be used by two goroutines at once.
type Tx struct {
	ctx context.Context
	on  conn

	access bool // it wrote to a table of access
	wrote  bool // it may have written anything
}

// conn is where the statements of a transaction run.
type conn interface {
	// exec, query and queryRow may keep the statement prepared, so that rows of
	// it must be closed before it is run again.
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	queryRow(ctx context.Context, query string, args []any) *sql.Row

	// iterate is query without that.
	iterate(ctx context.Context, query string, args []any) (*sql.Rows, error)
}

// Context is the context the transaction was begun with.
func (t *Tx) Context() context.Context { return t.ctx }

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	t.note(query)
	r, err := t.on.exec(t.ctx, query, args)
	if err != nil {
		return 0, err // and has changed nothing
	}
	n, err := r.RowsAffected()
	t.wrote = t.wrote || n > 0 || !changesRows(query)
	return n, err
}

// Query runs a query. The caller closes the rows and checks their Err.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	t.note(query)
	t.wrote = t.wrote || !onlyReads(query)
	return t.on.iterate(t.ctx, query, args)
}

// QueryRow runs a query for one row; Scan answers sql.ErrNoRows when there is
// none.
func (t *Tx) QueryRow(query string, args ...any) *sql.Row {
	t.note(query)
	t.wrote = t.wrote || !onlyReads(query)
	return t.on.queryRow(t.ctx, query, args)
}

// onlyReads reports whether a statement is known to change nothing.
func onlyReads(query string) bool {
	verb, _ := word(query)
	return verb == "SELECT"
}

// changesRows reports whether what a statement changes is known to be rows,
// which it counts or returns.
func changesRows(query string) bool {
	switch verb, _ := word(query); verb {
	case "INSERT", "UPDATE", "DELETE":
		return true
	}
	return false
}

// Scanner is a row to be read: *sql.Row or *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// All runs a query, or a statement that returns the rows it changes, and returns
// what scan makes of each row, in their order.
func All[T any](tx *Tx, scan func(Scanner) (T, error), query string, args ...any) (all []T, err error) {
	tx.note(query)
	rows, err := tx.on.query(tx.ctx, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reads, counts := onlyReads(query), changesRows(query)
	tx.wrote = tx.wrote || !reads && !counts
	for rows.Next() {
		tx.wrote = tx.wrote || counts
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// ScanString scans a row of one string.
func ScanString(s Scanner) (v string, err error) {
	err = s.Scan(&v)
	return v, err
}
