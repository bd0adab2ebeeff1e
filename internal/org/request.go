package org

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// States of an AccountRequest.
const (
	InProgress = "IN_PROGRESS"
	Succeeded  = "SUCCEEDED"
	Failed     = "FAILED"
)

// Reasons for an AccountRequest to fail, in AWS's words.
const (
	FailedEmail    = "EMAIL_ALREADY_EXISTS"
	FailedInternal = "INTERNAL_FAILURE"
)

// AccountRequest is a request to create an account in an organization.
type AccountRequest struct {
	ID        string // car-…
	Name      string // of the account
	Email     string
	State     string
	Failure   string // why it failed
	Account   string // the account, once it is there
	Requested time.Time
	Completed time.Time // zero while in progress
}

func scanRequest(s meta.Scanner) (*AccountRequest, error) {
	var r AccountRequest
	var requested, completed int64
	if err := s.Scan(&r.ID, &r.Name, &r.Email, &r.State, &r.Failure, &r.Account, &requested, &completed); err != nil {
		return nil, err
	}
	r.Requested = fromMicros(requested)
	if completed != 0 {
		r.Completed = fromMicros(completed)
	}
	return &r, nil
}

const requestColumns = `id, name, email, state, failure, account, requested_at, completed_at`

// RequestAccount records that an account is to be created in the organization with these tags. It has failed at once when
// another account has the email address; otherwise the caller makes the account and then calls CompleteAccount or
// FailAccount. Errors: ErrNotInUse, ErrNotManagement, ErrTooManyTags, ErrDuplicateTag.
func (g *Org) RequestAccount(ctx context.Context, management, name, email string, tags []Tag) (*AccountRequest, error) {
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	r := &AccountRequest{ID: "car-" + randomID(32), Name: name, Email: email, Requested: g.timestamp()}
	err := g.manage(ctx, management, "request account", func(tx *meta.Tx, o *Organization) error {
		r.State, r.Failure, r.Completed = InProgress, "", time.Time{}
		taken, err := emailTaken(tx, email)
		if err != nil {
			return err
		}
		var completed int64
		if taken {
			r.State, r.Failure, r.Completed = Failed, FailedEmail, r.Requested
			completed = r.Completed.UnixMicro()
		}
		_, err = tx.Exec(`INSERT INTO org_account_request (id, organization, name, email, state, failure, requested_at, completed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, o.ID, r.Name, r.Email, r.State, r.Failure, r.Requested.UnixMicro(), completed)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// emailTaken reports whether a new account cannot have an email address. Those that stand for none are their accounts' own.
func emailTaken(tx *meta.Tx, email string) (bool, error) {
	key := strings.ToLower(email)
	if strings.HasSuffix(key, noEmail) {
		return true, nil
	}
	n, err := count(tx, `SELECT COUNT(*) FROM org_account WHERE email_key = $1`, key)
	return n > 0, err
}

// CompleteAccount puts the account that was made for a request into the root of the organization. The request fails
// instead when another account got the email address meanwhile. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchRequest
// also for one that is not in progress.
func (g *Org) CompleteAccount(ctx context.Context, management, request, account string, tags []Tag) (*AccountRequest, error) {
	return g.endRequest(ctx, management, request, func(tx *meta.Tx, o *Organization, r *AccountRequest) error {
		taken, err := emailTaken(tx, r.Email)
		switch {
		case err != nil:
			return err
		case taken:
			r.State, r.Failure = Failed, FailedEmail
			return nil
		}
		r.State, r.Account = Succeeded, account
		if err := join(tx, o, account, r.Email, MethodCreated, r.Completed); err != nil {
			return err
		}
		return addTags(tx, o, account, tags)
	})
}

// FailAccount records that the account of a request could not be made. Errors: as CompleteAccount.
func (g *Org) FailAccount(ctx context.Context, management, request, why string) (*AccountRequest, error) {
	return g.endRequest(ctx, management, request, func(_ *meta.Tx, _ *Organization, r *AccountRequest) error {
		r.State, r.Failure = Failed, why
		return nil
	})
}

func (g *Org) endRequest(ctx context.Context, management, id string, end func(*meta.Tx, *Organization, *AccountRequest) error) (r *AccountRequest, err error) {
	at := g.timestamp()
	err = g.manage(ctx, management, "end account request", func(tx *meta.Tx, o *Organization) error {
		if r, err = requestByID(tx, o, id); err != nil {
			return err
		}
		if r.State != InProgress {
			return &Error{Kind: ErrNoSuchRequest, Name: id}
		}
		r.Completed = at
		if err := end(tx, o, r); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE org_account_request SET state = $1, failure = $2, account = $3, completed_at = $4 WHERE id = $5`,
			r.State, r.Failure, r.Account, r.Completed.UnixMicro(), r.ID)
		return err
	})
	return r, err
}

func requestByID(tx *meta.Tx, o *Organization, id string) (*AccountRequest, error) {
	return one(ErrNoSuchRequest, id, scanRequest,
		tx.QueryRow(`SELECT `+requestColumns+` FROM org_account_request WHERE id = $1 AND organization = $2`, id, o.ID))
}

// AccountRequest returns a request. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchRequest.
func (g *Org) AccountRequest(ctx context.Context, management, id string) (r *AccountRequest, err error) {
	err = g.view(ctx, management, "read account request", func(tx *meta.Tx, o *Organization) error {
		r, err = requestByID(tx, o, id)
		return err
	})
	return r, err
}

// AccountRequests returns the requests in one of the states, or in any when there is none, by id, and the cursor of the
// next page. Errors: ErrNotInUse, ErrNotManagement.
func (g *Org) AccountRequests(ctx context.Context, management string, states []string, page Page) (rs []*AccountRequest, next string, err error) {
	err = g.view(ctx, management, "list account requests", func(tx *meta.Tx, o *Organization) error {
		query, args := `SELECT `+requestColumns+` FROM org_account_request WHERE organization = $1 AND id > $2`, []any{o.ID, page.After}
		if len(states) > 0 {
			query += ` AND state IN (` + parameters(3, len(states)) + `)`
			for _, s := range states {
				args = append(args, s)
			}
		}
		query += fmt.Sprintf(` ORDER BY id LIMIT $%d`, len(args)+1)
		rs, err = meta.All(tx, scanRequest, query, append(args, page.sqlLimit())...)
		return err
	})
	rs, next = cut(page, rs, func(r *AccountRequest) string { return r.ID })
	return rs, next, err
}

// parameters returns "$first, …" for n parameters.
func parameters(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// NewAccountID returns a random account id. That it is free is for the caller to see.
func NewAccountID() string {
	n, err := rand.Int(rand.Reader, big.NewInt(9e11))
	if err != nil {
		panic("org: " + err.Error()) // crypto/rand.Reader never fails
	}
	return fmt.Sprint(n.Int64() + 1e11) // not beginning with a zero, which spreadsheets and YAML lose
}
