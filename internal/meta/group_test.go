package meta_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// insert returns a function for Write that adds a row to the scratch table.
func insert(k string) func(*meta.Tx) error {
	return exec(`INSERT INTO scratch (k, n) VALUES ($1, 0)`, k)
}

// keys returns the keys of the scratch table.
func keys(t *testing.T, db *meta.DB) (ks []string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *meta.Tx) (err error) {
		ks, err = meta.All(tx, meta.ScanString, `SELECT k FROM scratch ORDER BY k`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

// together runs the functions so that all of them wait for their turn at once,
// in the given order, and returns what Write said of each; nil for one that
// did not return.
func together(t *testing.T, db *meta.DB, fs ...func(*meta.Tx) error) []error {
	t.Helper()
	errs := make([]error, len(fs))
	var wg sync.WaitGroup
	begun, release := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		var once sync.Once
		err := db.Write(t.Context(), func(tx *meta.Tx) error {
			once.Do(func() { close(begun) })
			<-release
			return exec(`INSERT INTO scratch (k, n) VALUES ('0', 0)`)(tx)
		})
		if err != nil {
			t.Errorf("first write: %v", err)
		}
	})
	<-begun
	for i, f := range fs {
		wg.Go(func() {
			defer func() { _ = recover() }()
			errs[i] = db.Write(t.Context(), f)
		})
		time.Sleep(10 * time.Millisecond) // in this order
	}
	close(release)
	wg.Wait()
	return errs
}

// Writes that came while another was under way are committed together with it
// on SQLite, and nobody is told before.
func TestWritesShareACommit(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	if err := db.Write(t.Context(), exec(scratch)); err != nil {
		t.Fatal(err)
	}
	var told atomic.Int64
	var early []int64
	var wg sync.WaitGroup
	begun, release := make(chan struct{}), make(chan struct{})
	for i := range 10 {
		wg.Go(func() {
			err := db.Write(t.Context(), func(tx *meta.Tx) error {
				if i == 0 {
					close(begun)
					<-release
				}
				early = append(early, told.Load())
				return insert(fmt.Sprint(i))(tx)
			})
			told.Add(1)
			if err != nil {
				t.Error(err)
			}
		})
		if i == 0 {
			<-begun
		}
	}
	time.Sleep(50 * time.Millisecond)
	if got := keys(t, db); len(got) != 0 {
		t.Errorf("seen before the commit: %q", got)
	}
	close(release)
	wg.Wait()
	if !cmp.Equal(early, make([]int64, 10)) {
		t.Errorf("writes told of their commit before each of the others ran: %v", early)
	}
	if got := keys(t, db); len(got) != 10 {
		t.Errorf("rows: %q", got)
	}
}

// What one write does wrong is not felt by those it shares a transaction with.
func TestWritesFailAlone(t *testing.T) {
	broken := errors.New("broken")
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		if err := db.Write(t.Context(), exec(scratch)); err != nil {
			t.Fatal(err)
		}
		canceled, cancel := context.WithCancel(t.Context())
		got := together(t, db,
			insert("a"),
			func(tx *meta.Tx) error {
				if err := insert("b")(tx); err != nil {
					return err
				}
				return broken
			},
			insert("c"),
			func(tx *meta.Tx) error {
				if err := insert("d")(tx); err != nil {
					return err
				}
				panic("d")
			},
			insert("e"),
			insert("a"),
			insert("f"),
			func(tx *meta.Tx) error { // ends while it has its turn
				return db.Read(t.Context(), func(*meta.Tx) error { cancel(); return canceled.Err() })
			},
			insert("g"),
		)
		for i, want := range []error{nil, broken, nil, nil, nil, nil, nil, context.Canceled, nil} {
			if i != 0 && i != 5 && !errors.Is(got[i], want) {
				t.Errorf("write %d: %v, want %v", i, got[i], want)
			}
		}
		if (got[0] == nil) == (got[5] == nil) || !meta.IsUnique(errors.Join(got[0], got[5])) { // in whichever order
			t.Errorf("a and a second a: %v, %v", got[0], got[5])
		}
		if got := keys(t, db); !slices.Equal(got, []string{"0", "a", "c", "e", "f", "g"}) {
			t.Errorf("rows: %q", got)
		}
	})
}

// Who fails without having changed anything does not make others try again.
func TestWritesThatChangeNothingFailAlone(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	if err := db.Write(t.Context(), exec(scratch)); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	fail := func(f func(*meta.Tx) error) func(*meta.Tx) error {
		return func(tx *meta.Tx) error { return errors.Join(broken, f(tx)) }
	}
	tries := 0
	got := together(t, db,
		func(tx *meta.Tx) error {
			tries++
			return insert("a")(tx)
		},
		fail(func(tx *meta.Tx) error {
			var n int64
			return tx.QueryRow(`SELECT n FROM scratch WHERE k = 'b'`).Scan(&n)
		}),
		fail(exec(`UPDATE scratch SET n = 1 WHERE k = 'b'`)),
		fail(insert("0")), // in vain: the first has made it
		fail(func(tx *meta.Tx) error {
			_, err := meta.All(tx, meta.ScanString, `DELETE FROM scratch WHERE k = 'b' RETURNING k`)
			return err
		}),
	)
	if got[0] != nil || tries != 1 {
		t.Errorf("the one that did not fail: %v, after %d tries", got[0], tries)
	}
	for i, err := range got[1:] {
		if !errors.Is(err, broken) {
			t.Errorf("write %d: %v", i+1, err)
		}
	}
	if got := keys(t, db); !slices.Equal(got, []string{"0", "a"}) {
		t.Errorf("rows: %q", got)
	}
}

// A write that failed for what another one wrote in the same transaction is told
// when that can be seen, not before: who finds that a row exists goes on to read
// it.
func TestWritesFailWithTheCommit(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	if err := db.Write(t.Context(), exec(scratch)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	begun, release := make(chan struct{}), make(chan struct{})
	write := func(f func(*meta.Tx) error) {
		wg.Go(func() {
			if err := db.Write(t.Context(), f); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(10 * time.Millisecond) // in this order
	}
	write(func(tx *meta.Tx) error {
		close(begun)
		<-release
		return insert("a")(tx)
	})
	<-begun
	wg.Go(func() {
		if err := db.Write(t.Context(), insert("a")); !meta.IsUnique(err) {
			t.Errorf("a second a: %v", err)
		}
		if got := keys(t, db); !slices.Contains(got, "a") {
			t.Errorf("told that there is an a when there are %q", got)
		}
	})
	time.Sleep(10 * time.Millisecond)
	write(func(tx *meta.Tx) error {
		time.Sleep(100 * time.Millisecond) // the commit waits for this one
		return insert("b")(tx)
	})
	close(release)
	wg.Wait()
}

// One that ends the transaction for all, as SQLite does when the disk is full,
// fails, and the others are written.
func TestWriteThatBreaksTheTransaction(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	if err := db.Write(t.Context(), exec(scratch)); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), insert("z")); err != nil {
		t.Fatal(err)
	}
	got := together(t, db,
		insert("a"),
		func(tx *meta.Tx) error {
			_, err := tx.Exec(`INSERT OR ROLLBACK INTO scratch (k, n) VALUES ('z', 0)`)
			return err
		},
		insert("b"),
		insert("c"),
	)
	if got[0] != nil || got[2] != nil || got[3] != nil || !meta.IsUnique(got[1]) {
		t.Errorf("writes: %v", got)
	}
	if got := keys(t, db); !slices.Equal(got, []string{"0", "a", "b", "c", "z"}) {
		t.Errorf("rows: %q", got)
	}
}

// A context that ends interrupts no statement, which would undo what others
// wrote, but nothing more of its own is written.
func TestWriteEndsBetweenStatements(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	if err := db.Write(t.Context(), exec(scratch)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, func(tx *meta.Tx) error {
		if err := insert("a")(tx); err != nil {
			return err
		}
		cancel()
		if err := insert("b")(tx); !errors.Is(err, context.Canceled) {
			t.Errorf("a statement after the end: %v", err)
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
	if got := keys(t, db); len(got) != 0 {
		t.Errorf("rows: %q", got)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := metatest.Open(b, metatest.SQLite(b))
			if err := db.Write(b.Context(), exec(scratch)); err != nil {
				b.Fatal(err)
			}
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for {
						i := next.Add(1)
						if i > int64(b.N) {
							return
						}
						if err := db.Write(b.Context(), insert(fmt.Sprint(i))); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
