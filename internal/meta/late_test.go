package meta

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/need"
)

// Who finds every connection in use is told so after a while, and hinders nobody.
func TestLate(t *testing.T) {
	e, err := openPostgres(t.Context(), need.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	on := e.(*postgresDB)
	db := &DB{e}
	t.Cleanup(func() { db.Close() })
	for name, do := range map[string]func(context.Context, func(*Tx) error) error{"read": db.Read, "write": db.Write} {
		release, taken, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		for range places {
			go func() {
				ended <- do(t.Context(), func(tx *Tx) error {
					taken <- struct{}{}
					<-release
					var n int
					return tx.QueryRow(`SELECT 1`).Scan(&n)
				})
			}()
		}
		for range places {
			<-taken
		}
		on.late = 50 * time.Millisecond
		if err := do(t.Context(), func(*Tx) error { t.Error("it ran"); return nil }); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		on.late = beginTimeout
		close(release)
		for range places {
			if err := <-ended; err != nil {
				t.Errorf("%s, of those who were there: %v", name, err)
			}
		}
		if err := do(t.Context(), func(*Tx) error { return nil }); err != nil {
			t.Errorf("%s, when there is a connection: %v", name, err)
		}
	}
}
