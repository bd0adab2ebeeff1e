package build

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Describe returns a build of an account in a region. Errors: ErrNotFound.
func (e *Engine) Describe(ctx context.Context, account, region, id string) (b *Build, err error) {
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		if b, err = own(tx, account, region, id); err != nil {
			return err
		}
		return e.explain(tx, b)
	})
	return b, err
}

// explain says what a build waits for.
func (e *Engine) explain(tx *meta.Tx, b *Build) error {
	if b.State != Queued {
		return nil
	}
	able, err := e.workers(tx, b)
	if err != nil {
		return err
	}
	switch {
	case able == 0 && b.execution:
		b.Reason = "waits for a builder that runs commands: none is connected"
	case able == 0:
		b.Reason = "waits for a builder: none is connected"
	default:
		b.Reason = "waits for its turn"
	}
	return nil
}

// List returns the builds of an account in a region, the latest first: all of them, or those in a state. next is the token
// for the builds after these, "" when there are none. Errors: ErrInvalidToken.
func (e *Engine) List(ctx context.Context, account, region string, state State, token string, limit int) (page []*Build, next string, err error) {
	at, id, err := openToken(token)
	if err != nil {
		return nil, "", err
	}
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		page, err = meta.All(tx, scanBuild, `SELECT `+columns+` FROM build WHERE account = $1 AND region = $2 AND (created_at, id) < ($3, $4)
			AND ($5 = '' OR state = $5) ORDER BY created_at DESC, id DESC LIMIT $6`, account, region, at, id, string(state), limit+1)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list builds: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		last := page[limit-1]
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(micros(last.CreatedAt), 36) + "." + last.ID))
	}
	return page, next, nil
}

// openToken returns the place that a paging token stands for.
func openToken(token string) (at int64, id string, err error) {
	if token == "" {
		return 1<<63 - 1, "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	head, id, ok := strings.Cut(string(raw), ".")
	if err == nil && ok {
		if at, err = strconv.ParseInt(head, 36, 64); err == nil && clean(id, len(id)) == id {
			return at, id, nil
		}
	}
	return 0, "", &Error{Kind: ErrInvalidToken}
}

// Cancel ends a build, whoever has it: its worker's password is worth nothing from now on, and the worker learns it with
// its next word. A build that has ended stays as it is. Errors: ErrNotFound.
func (e *Engine) Cancel(ctx context.Context, account, region, id, by string) (b *Build, err error) {
	canceled := false
	err = e.db.Write(ctx, func(tx *meta.Tx) error {
		canceled = false
		if b, err = own(tx, account, region, id); err != nil || b.State.Ended() {
			return err
		}
		canceled = true
		if err := e.line(tx, b, "Canceled by "+by); err != nil {
			return err
		}
		return e.end(tx, b, Canceled, "canceled by "+by)
	})
	if err != nil {
		return nil, fmt.Errorf("cancel: %w", err)
	}
	if canceled {
		e.tell([]*Build{b})
	}
	return b, nil
}

// Count is the number of builds in a state.
type Count struct {
	State State
	N     int64
}

// Counts returns how many builds there are that have not ended, in the order of states.
func (e *Engine) Counts(ctx context.Context) (counts []Count, err error) {
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		counts, err = meta.All(tx, func(s meta.Scanner) (c Count, err error) {
			return c, s.Scan(&c.State, &c.N)
		}, `SELECT state, count(*) FROM build WHERE state IN ('UPLOADING', 'QUEUED', 'LEASED', 'RUNNING') GROUP BY state ORDER BY state`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count builds: %w", err)
	}
	return counts, nil
}

// Workers returns how many workers there are, of all accounts.
func (e *Engine) Workers(ctx context.Context) (n int64, err error) {
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM build_worker WHERE seen_at > $1`, micros(e.now().Add(-workerTime))).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count workers: %w", err)
	}
	return n, nil
}

// ago is the time before now as rows keep it.
func (e *Engine) ago(d time.Duration) int64 { return micros(e.now().Add(-d)) }
