package meta_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// counted returns a function that reads the number of accounts through a Memo,
// and says whether it had to be read.
func counted(t *testing.T, db *meta.DB) func() (n int, read bool) {
	memo := meta.NewMemo[string, int](db, 10)
	return func() (n int, read bool) {
		t.Helper()
		n, err := memo.Get(t.Context(), "accounts", func(tx *meta.Tx) (n int, err error) {
			read = true
			return n, tx.QueryRow(`SELECT COUNT(*) FROM iam_account`).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, read
	}
}

func account(id string) func(*meta.Tx) error {
	return exec(`INSERT INTO iam_account (id, name, created_at) VALUES ($1, $1, 0)`, id)
}

// What a Memo remembers is what is committed, also by other processes, and it
// is read again only when it may have changed.
func TestMemo(t *testing.T) {
	for name, make := range map[string]func(testing.TB) string{"sqlite": metatest.SQLite, "postgres": metatest.Postgres} {
		t.Run(name, func(t *testing.T) {
			url := make(t)
			db, other := metatest.Open(t, url), metatest.Open(t, url)
			accounts := counted(t, db)
			expect := func(when string, want int, wantRead bool) {
				t.Helper()
				if n, read := accounts(); n != want || read != wantRead {
					t.Errorf("%s: %d, read: %t; want %d, %t", when, n, read, want, wantRead)
				}
			}
			write := func(db *meta.DB, f func(*meta.Tx) error) {
				t.Helper()
				if err := db.Write(t.Context(), f); err != nil {
					t.Fatal(err)
				}
			}
			expect("at first", 0, true)
			expect("without a change", 0, false)
			write(db, account("1"))
			expect("after a write", 1, true)
			expect("without a change", 1, false)
			write(other, account("2"))
			expect("after a write of another process", 2, true)
			write(other, exec(`INSERT INTO blob (digest, upload, size, used_at) VALUES ('d', '', 0, 0)`))
			expect("after a write to something else", 2, false)
			undone := errors.New("undone")
			err := db.Write(t.Context(), func(tx *meta.Tx) error { return errors.Join(account("3")(tx), undone) })
			if !errors.Is(err, undone) {
				t.Fatal(err)
			}
			if n, _ := accounts(); n != 2 {
				t.Errorf("after a write that was undone: %d", n)
			}
			write(other, func(tx *meta.Tx) error {
				var id string
				return tx.QueryRow(`UPDATE iam_account SET name = 'x' WHERE id = '1' RETURNING id`).Scan(&id)
			})
			expect("after a query that writes", 2, true)
			write(other, exec(`DELETE FROM iam_account WHERE id = '2'`))
			expect("after a deletion", 1, true)
		})
	}
}

// A Memo of all tables forgets with each commit.
func TestShortMemo(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		memo := meta.NewShortMemo[int](db, 2, func(n int) bool { return n < 3 })
		blobs := func(key int) (n int, read bool) {
			t.Helper()
			n, err := memo.Get(t.Context(), key, func(tx *meta.Tx) (n int, err error) {
				read = true
				return n, tx.QueryRow(`SELECT COUNT(*) FROM blob`).Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n, read
		}
		remembers := strings.HasSuffix(t.Name(), "sqlite")
		for i := range 4 {
			if n, read := blobs(0); n != i || !read {
				t.Errorf("after %d commits: %d, read: %t", i, n, read)
			}
			if n, read := blobs(0); n != i || read != (!remembers || i == 3) {
				t.Errorf("again after %d commits: %d, read: %t", i, n, read)
			}
			err := db.Write(t.Context(), exec(`INSERT INTO blob (digest, upload, size, used_at) VALUES ($1, '', 0, 0)`, fmt.Sprint(i)))
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A request sees what was committed before it began and what it commits
// itself; what others commit meanwhile it may see later.
func TestOnce(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		memo := meta.NewMemo[int, int](db, 10)
		accounts := func(ctx context.Context) int {
			t.Helper()
			n, err := memo.Get(ctx, 0, func(tx *meta.Tx) (n int, err error) {
				return n, tx.QueryRow(`SELECT COUNT(*) FROM iam_account`).Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		write := func(ctx context.Context, id string) {
			t.Helper()
			if err := db.Write(ctx, account(id)); err != nil {
				t.Fatal(err)
			}
		}
		accounts(t.Context())
		write(t.Context(), "1")
		first := meta.Once(t.Context())
		if n := accounts(first); n != 1 {
			t.Errorf("a request sees %d where 1 was there before", n)
		}
		write(t.Context(), "2")
		if n := accounts(meta.Once(t.Context())); n != 2 {
			t.Errorf("the next request sees %d of 2", n)
		}
		type key struct{}
		write(context.WithValue(first, key{}, 0), "3")
		if n := accounts(first); n != 3 {
			t.Errorf("the first request sees %d of 3, the last of which is its own", n)
		}
		write(t.Context(), "4")
		time.Sleep(150 * time.Millisecond)
		if n := accounts(first); n != 4 {
			t.Errorf("the first request, which lasts, sees %d of 4", n)
		}
	})
}

// However many change and ask at once, nobody is told what was before a change
// that he knows of.
func TestMemoConcurrently(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		var mu sync.Mutex
		committed := 0
		memo := meta.NewMemo[int, int](db, 10)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 10 {
					err := db.Write(t.Context(), func(tx *meta.Tx) error {
						_, err := tx.Exec(`INSERT INTO iam_account (id, name, created_at) SELECT 'a' || CAST(COUNT(*) AS TEXT), '', 0 FROM iam_account`)
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					committed++
					mu.Unlock()
				}
			})
			wg.Go(func() {
				for i := range 100 {
					mu.Lock()
					before := committed
					mu.Unlock()
					n, err := memo.Get(t.Context(), i%3, func(tx *meta.Tx) (n int, err error) {
						return n, tx.QueryRow(`SELECT COUNT(*) FROM iam_account`).Scan(&n)
					})
					if err != nil || n < before {
						t.Errorf("%d, %v; %d were committed before", n, err, before)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

// Closing the last handle leaves one file.
func TestCloseLeavesNoFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db, err := meta.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), account("1")); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := filepath.Glob(path + "*"); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}
