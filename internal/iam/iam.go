// Package iam is the engine of accounts, principals and their policies.
//
// It stores users, groups, roles, managed and inline policies and access keys in a meta.DB, and makes and opens the sealed
// tokens of temporary credentials. It does not know who is asking and decides nothing: package policy does that, with what
// Subject and TrustPolicy gather.
package iam

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

// Config is what an IAM needs. All fields are required.
type Config struct {
	DB  *meta.DB
	Box *seal.Box        // seals secrets at rest and session tokens
	Now func() time.Time // the clock
}

// IAM is the engine. It is safe for concurrent use and holds no state of its own but what the database says too.
type IAM struct {
	db    *meta.DB
	box   *seal.Box
	now   func() time.Time
	cache policy.Cache

	subjects *meta.Memo[subjectKey, *Subject]
	first    *meta.Memo[struct{}, string] // account
}

// New returns an engine on c.DB.
func New(c Config) *IAM {
	return &IAM{
		db: c.DB, box: c.Box, now: c.Now,
		subjects: meta.NewMemo[subjectKey, *Subject](c.DB, 10_000),
		first:    meta.NewMemo[struct{}, string](c.DB, 1),
	}
}

// Account owns registries and principals.
type Account struct {
	ID      string // 12 digits
	Name    string
	Alias   string // empty when there is none
	Created time.Time
}

// CreateAccount creates an account with the given id, which must be 12 digits. Errors: ErrInvalidValue, ErrAlreadyExists.
func (m *IAM) CreateAccount(ctx context.Context, id, name string) (*Account, error) {
	if !arn.IsAccountID(id) {
		return nil, &Error{Kind: ErrInvalidValue, Entity: "accountId", Name: id, Detail: `Member must satisfy regular expression pattern: \d{12}`}
	}
	a := &Account{ID: id, Name: name, Created: m.timestamp()}
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`INSERT INTO iam_account (id, name, created_at) VALUES ($1, $2, $3)`, a.ID, a.Name, a.Created.UnixMicro())
		if meta.IsUnique(err) {
			return &Error{Kind: ErrAlreadyExists, Entity: EntityAccount, Name: id}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create account: %w", err)
	}
	return a, nil
}

const accountColumns = `id, name, COALESCE(alias, ''), created_at`

func scanAccount(s meta.Scanner) (*Account, error) {
	var a Account
	var created int64
	if err := s.Scan(&a.ID, &a.Name, &a.Alias, &created); err != nil {
		return nil, err
	}
	a.Created = fromMicros(created)
	return &a, nil
}

// Account returns an account. Errors: ErrNoSuchEntity.
func (m *IAM) Account(ctx context.Context, id string) (*Account, error) {
	var a *Account
	err := m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		a, err = one(EntityAccount, id, scanAccount, tx.QueryRow(`SELECT `+accountColumns+` FROM iam_account WHERE id = $1`, id))
		return err
	})
	return a, err
}

// Accounts returns every account, by id.
func (m *IAM) Accounts(ctx context.Context) ([]*Account, error) {
	var all []*Account
	err := m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		all, err = meta.All(tx, scanAccount, `SELECT `+accountColumns+` FROM iam_account ORDER BY id`)
		return err
	})
	return all, err
}

// FirstAccount returns the id of the account with the lowest one, or "" when there is none.
func (m *IAM) FirstAccount(ctx context.Context) (string, error) {
	return m.first.Get(ctx, struct{}{}, func(tx *meta.Tx) (id string, err error) {
		return id, tx.QueryRow(`SELECT COALESCE(MIN(id), '') FROM iam_account`).Scan(&id)
	})
}

// SetAlias gives the account an alias, or takes it away when alias is empty. Errors: ErrNoSuchEntity, ErrAlreadyExists
// when another account has it, ErrInvalidValue.
func (m *IAM) SetAlias(ctx context.Context, account, alias string) error {
	if alias != "" {
		if err := checkAlias(alias); err != nil {
			return err
		}
	}
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`UPDATE iam_account SET alias = $1 WHERE id = $2`, sql.NullString{String: alias, Valid: alias != ""}, account)
		switch {
		case meta.IsUnique(err):
			return &Error{Kind: ErrAlreadyExists, Entity: EntityAlias, Name: alias}
		case err != nil:
			return fmt.Errorf("set account alias: %w", err)
		case n == 0:
			return noSuch(EntityAccount, account)
		}
		return nil
	})
}

// Page asks for one page of a list: at most Limit items after the item that the cursor After stands for. The zero Page
// is everything.
type Page struct {
	After string // the cursor that came with the page before, or empty
	Limit int    // 0 is no limit
}

// sqlLimit is how many rows to read to learn whether there are more than one page holds.
func (p Page) sqlLimit() int64 {
	if p.Limit <= 0 {
		return 1 << 40
	}
	return int64(p.Limit) + 1
}

// cutPage cuts what sqlLimit read down to the page and returns the cursor of the next one, empty when this is the last.
func cutPage[T any](p Page, items []T, key func(T) string) ([]T, string) {
	if p.Limit <= 0 || len(items) <= p.Limit {
		return items, ""
	}
	items = items[:p.Limit]
	return items, key(items[len(items)-1])
}

// Tag is a key and a value on an entity or a session.
type Tag struct{ Key, Value string }

// tags is how Tags are stored.
type tags []Tag

func (t *tags) scan(text string) error {
	if text == "[]" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), t); err != nil {
		return fmt.Errorf("stored tags: %w", err)
	}
	return nil
}

func (t tags) text() (string, error) {
	if len(t) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal([]Tag(t))
	return string(b), err
}

// one scans the row of the named entity and answers ErrNoSuchEntity when there is none.
func one[T any](entity, name string, scan func(meta.Scanner) (*T, error), row *sql.Row) (*T, error) {
	v, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSuch(entity, name)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", entity, err)
	}
	return v, nil
}

// Now returns the time by the engine's clock.
func (m *IAM) Now() time.Time { return m.now() }

// timestamp is the time now at the precision that is stored.
func (m *IAM) timestamp() time.Time { return fromMicros(m.now().UnixMicro()) }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// foldName is the form of a name that is unique within its account.
func foldName(name string) string { return strings.ToLower(name) }
