package meta

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrUnavailable is what errors of Read, Write and Memos are when the database
// cannot be reached, is starting or stopping, or has more to do than it can do
// within reason. Nothing is wrong with what was asked: it may succeed later.
// Whether a Write took effect is not always known.
var ErrUnavailable = errors.New("the database is not available")

// unavailable marks an error of a transaction as ErrUnavailable if it is one.
func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !isAway(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// isAway reports whether an error says that the database is away. Transactions
// speak to nothing but the database, so an error of a connection is of that to it.
func isAway(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false // who asked has gone
	}
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		switch e.Code {
		case "57P01", "57P02", "57P03", "57P05", // it stops, crashed, starts, or was tired of waiting for us
			"53200", "53300", // it has no memory or no connection left
			"25006": // it is a replica, as after a failover
			return true
		}
		return strings.HasPrefix(e.Code, "08") || isConflict(err)
	}
	if e := (*pgconn.ConnectError)(nil); errors.As(err, &e) {
		return true
	}
	if e := (*net.OpError)(nil); errors.As(err, &e) {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) ||
		pgconn.SafeToRetry(err) || pgconn.Timeout(err) || isConflict(err)
}
