package meta_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// scratch is a table of the test's own, in a database that has the real ones.
const scratch = `CREATE TABLE scratch (k TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, b BYTEA, f BOOLEAN)`

func exec(query string, args ...any) func(*meta.Tx) error {
	return func(tx *meta.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	}
}

func TestWriteRollsBack(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		if err := db.Write(ctx, exec(scratch)); err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		err := db.Write(ctx, func(tx *meta.Tx) error {
			if _, err := tx.Exec(`INSERT INTO scratch (k, n) VALUES ($1, $2)`, "a", 1); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("Write = %v, want the function's own error", err)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows remain of a transaction that failed", n)
		}
	})
}

func count(t *testing.T, db *meta.DB) (n int) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM scratch`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestIsForeignKey(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		for _, create := range []string{scratch, `CREATE TABLE scratch_part (k TEXT NOT NULL REFERENCES scratch (k))`} {
			if err := db.Write(ctx, exec(create)); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Write(ctx, exec(`INSERT INTO scratch_part (k) VALUES ('a')`)); !meta.IsForeignKey(err) {
			t.Errorf("insert of a part of nothing = %v, want the violation of a foreign key", err)
		}
		if err := db.Write(ctx, exec(`INSERT INTO nowhere (k) VALUES (1)`)); err == nil || meta.IsForeignKey(err) {
			t.Errorf("insert into a missing table = %v", err)
		}
	})
}

func TestIsUnique(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		if err := db.Write(ctx, exec(scratch)); err != nil {
			t.Fatal(err)
		}
		insert := exec(`INSERT INTO scratch (k, n, b, f) VALUES ($1, $2, $3, $4)`, "a", 1, []byte{0, 255}, true)
		if err := db.Write(ctx, insert); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(ctx, insert); !meta.IsUnique(err) {
			t.Errorf("second insert = %v, want a unique violation", err)
		}
		if err := db.Write(ctx, exec(`INSERT INTO nowhere (k) VALUES (1)`)); err == nil || meta.IsUnique(err) {
			t.Errorf("insert into a missing table = %v", err)
		}
		var b []byte
		var f bool
		err := db.Read(ctx, func(tx *meta.Tx) error {
			return tx.QueryRow(`SELECT b, f FROM scratch WHERE k = $1`, "a").Scan(&b, &f)
		})
		if err != nil || !cmp.Equal(b, []byte{0, 255}) || !f {
			t.Errorf("read back %v, %v, %v", b, f, err)
		}
	})
}

func TestReadRefusesWrites(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		if err := db.Write(t.Context(), exec(scratch)); err != nil {
			t.Fatal(err)
		}
		if err := db.Read(t.Context(), exec(`INSERT INTO scratch (k, n) VALUES ('a', 1)`)); err == nil {
			t.Error("a read transaction wrote")
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

// Text compares and sorts by bytes on every engine: a name that differs in
// case is another name.
func TestByteOrder(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		if err := db.Write(ctx, exec(scratch)); err != nil {
			t.Fatal(err)
		}
		want := []string{"A", "B", "_", "a", "a-b", "a.b", "a/b", "ab", "é"}
		for i := len(want) - 1; i >= 0; i-- {
			if err := db.Write(ctx, exec(`INSERT INTO scratch (k, n) VALUES ($1, $2)`, want[i], i)); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		err := db.Read(ctx, func(tx *meta.Tx) error {
			got = nil
			rows, err := tx.Query(`SELECT k FROM scratch WHERE (k, n) > ($1, $2) ORDER BY k, n`, "A", 0)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var k string
				if err := rows.Scan(&k); err != nil {
					return err
				}
				got = append(got, k)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[1:], got); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		err = db.Read(ctx, func(tx *meta.Tx) error {
			var n int
			return tx.QueryRow(`SELECT n FROM scratch WHERE k = $1`, "AB").Scan(&n)
		})
		if !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("AB found where only ab is: %v", err)
		}
	})
}

// Concurrent read-modify-write transactions never lose an update.
func TestConcurrentWrites(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		if err := db.Write(ctx, exec(scratch)); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(ctx, exec(`INSERT INTO scratch (k, n) VALUES ('n', 0)`)); err != nil {
			t.Fatal(err)
		}
		const workers, rounds = 4, 10
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range rounds {
					err := db.Write(ctx, func(tx *meta.Tx) error {
						var n int
						if err := tx.QueryRow(`SELECT n FROM scratch WHERE k = 'n'`).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(`UPDATE scratch SET n = $1 WHERE k = 'n'`, n+1)
						return err
					})
					if err != nil {
						t.Errorf("write: %v", err)
					}
				}
			})
		}
		wg.Wait()
		var n int
		err := db.Read(ctx, func(tx *meta.Tx) error { return tx.QueryRow(`SELECT n FROM scratch WHERE k = 'n'`).Scan(&n) })
		if err != nil || n != workers*rounds {
			t.Errorf("n = %d, %v; want %d", n, err, workers*rounds)
		}
	})
}

// A long transaction gets through between short ones that keep changing what
// it reads.
func TestLongWriteIsNotStarved(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		if err := db.Write(ctx, exec(scratch)); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(ctx, exec(`INSERT INTO scratch (k, n) VALUES ('n', 0)`)); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					if err := db.Write(ctx, exec(`UPDATE scratch SET n = n + 1 WHERE k = 'n'`)); err != nil {
						t.Errorf("short write: %v", err)
						return
					}
				}
			})
		}
		err := db.Write(ctx, func(tx *meta.Tx) error {
			var n int
			if err := tx.QueryRow(`SELECT n FROM scratch WHERE k = 'n'`).Scan(&n); err != nil {
				return err
			}
			time.Sleep(20 * time.Millisecond)
			_, err := tx.Exec(`UPDATE scratch SET n = $1 WHERE k = 'n'`, n+1)
			return err
		})
		close(done)
		wg.Wait()
		if err != nil {
			t.Errorf("long write: %v", err)
		}
	})
}

// Who waits for its turn to write stops waiting when its context ends.
func TestWriteWaitsNoLongerThanItsContext(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		var wg sync.WaitGroup
		begun, end := make(chan struct{}), make(chan struct{})
		wg.Go(func() {
			err := db.Write(t.Context(), func(tx *meta.Tx) error {
				if _, err := tx.Exec(scratch); err != nil {
					return err
				}
				close(begun)
				<-end
				return nil
			})
			if err != nil {
				t.Errorf("first write: %v", err)
			}
		})
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := db.Write(ctx, exec(scratch))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("second write: %v, want that its time is up", err)
		}
		close(end)
		wg.Wait()
	})
}

// Opening is idempotent, from several handles at once.
func TestOpenTwice(t *testing.T) {
	url := metatest.SQLite(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := meta.Open(context.Background(), url)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			if err := db.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	wg.Wait()
}

// Two who open a new file at once both put it into WAL mode; SQLite refuses the
// second at once rather than have it wait for the first's lock.
func TestOpenWaits(t *testing.T) {
	url := metatest.SQLite(t)
	on, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = on.Close() })
	first, err := on.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := meta.Open(ctx, url); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("open while another has the lock: %v, want that its time is up", err)
	}

	opened := make(chan error)
	go func() {
		db, err := meta.Open(t.Context(), url)
		if err == nil {
			err = db.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatalf("open while another has the lock: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := first.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Errorf("open once the lock is free: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "mysql://x", "sqlite:" + t.TempDir() + "/no/such/dir/x.db"} {
		if db, err := meta.Open(t.Context(), url); err == nil {
			t.Errorf("Open(%q) succeeded", url)
			_ = db.Close()
		}
	}
}
