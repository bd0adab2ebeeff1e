package meta_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// road leads to a database until it is cut.
type road struct {
	t           *testing.T
	addr        string // where it begins
	network, to string // where it leads

	mu    sync.Mutex
	from  net.Listener
	conns []net.Conn
}

// newRoad opens a road to the server of a URL, which may be one that listens on
// a socket, and returns the URL at its beginning.
func newRoad(t *testing.T, database string) (*road, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgconn.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	r := &road{t: t, addr: "127.0.0.1:0"}
	r.network, r.to = pgconn.NetworkAddress(c.Host, c.Port)
	r.open()
	t.Cleanup(r.cut)
	q := u.Query()
	q.Del("host")
	u.Host, u.RawQuery = r.addr, q.Encode()
	return r, u.String()
}

func (r *road) open() {
	r.t.Helper()
	l, err := net.Listen("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.addr, r.from = l.Addr().String(), l
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial(r.network, r.to)
			if err != nil {
				in.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, in, out)
			r.mu.Unlock()
			go func() { _, _ = io.Copy(in, out); in.Close() }()
			go func() { _, _ = io.Copy(out, in); out.Close() }()
		}
	}()
}

func (r *road) cut() {
	r.from.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
	r.conns = nil
}

// When the database cannot be reached all errors say so, and nothing else is
// needed than that it can be reached again.
func TestUnavailable(t *testing.T) {
	r, through := newRoad(t, metatest.Postgres(t))
	db := metatest.Open(t, through)
	memo := meta.NewMemo[string, int](db, 10)
	one := func(tx *meta.Tx) (n int, err error) { return n, tx.QueryRow(`SELECT 1`).Scan(&n) }
	for name, do := range map[string]func(context.Context) error{
		"read": func(ctx context.Context) error {
			return db.Read(ctx, func(tx *meta.Tx) error { _, err := one(tx); return err })
		},
		"write": func(ctx context.Context) error {
			return db.Write(ctx, func(tx *meta.Tx) error { _, err := one(tx); return err })
		},
		"memo": func(ctx context.Context) error { _, err := memo.Get(ctx, "one", one); return err },
		"in a transaction": func(ctx context.Context) error {
			return db.Read(ctx, func(tx *meta.Tx) error { r.cut(); _, err := one(tx); return err })
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := do(t.Context()); err != nil && name != "in a transaction" {
				t.Fatal(err)
			}
			r.cut()
			begun := time.Now()
			if err := do(t.Context()); !errors.Is(err, meta.ErrUnavailable) {
				t.Errorf("without the database: %v", err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v to say so", took)
			}
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			if err := do(gone); err == nil || errors.Is(err, meta.ErrUnavailable) {
				t.Errorf("for a caller that has gone: %v", err)
			}
			r.open()
			if err := db.Read(t.Context(), func(tx *meta.Tx) error { _, err := one(tx); return err }); err != nil {
				t.Errorf("with the database again: %v", err)
			}
		})
	}
}

// What a function itself returns, and what the database says of a statement, is
// no outage.
func TestOtherErrorsAreNoOutage(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		mine := errors.New("mine")
		for _, err := range []error{
			db.Write(t.Context(), func(*meta.Tx) error { return mine }),
			db.Read(t.Context(), func(tx *meta.Tx) error { return tx.QueryRow(`SELECT nonsense`).Err() }),
		} {
			if err == nil || errors.Is(err, meta.ErrUnavailable) {
				t.Errorf("%v", err)
			}
		}
	})
}
