package org

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// States of a Handshake.
const (
	HandshakeOpen     = "OPEN"
	HandshakeAccepted = "ACCEPTED"
	HandshakeDeclined = "DECLINED"
	HandshakeCanceled = "CANCELED"
	HandshakeExpired  = "EXPIRED"
)

// handshakeLifetime is how long an invitation is open, as the AWS Organizations User Guide says.
const handshakeLifetime = 15 * 24 * time.Hour

// Handshake is the invitation of an account to an organization.
type Handshake struct {
	ID           string // h-…
	ARN          string
	Organization string // o-…
	Management   string // the account that manages it
	Email        string // of that account
	Account      string // the account invited
	State        string
	Notes        string
	Requested    time.Time
	Expires      time.Time
}

const handshakeQuery = `
	SELECT h.id, h.organization, o.management, m.email, h.account, h.state, h.notes, h.created_at, h.expires_at
	FROM org_handshake h
	JOIN org_organization o ON o.id = h.organization
	JOIN org_account m ON m.account = o.management `

func scanHandshake(s meta.Scanner) (*Handshake, error) {
	var h Handshake
	var requested, expires int64
	if err := s.Scan(&h.ID, &h.Organization, &h.Management, &h.Email, &h.Account, &h.State, &h.Notes, &requested, &expires); err != nil {
		return nil, err
	}
	o := Organization{ID: h.Organization, Management: h.Management}
	h.ARN = o.arn("handshake/" + o.ID + "/invite/" + h.ID)
	h.Requested, h.Expires = fromMicros(requested), fromMicros(expires)
	return &h, nil
}

func handshakeByID(tx *meta.Tx, id string) (*Handshake, error) {
	return one(ErrNoSuchHandshake, id, scanHandshake, tx.QueryRow(handshakeQuery+`WHERE h.id = $1`, id))
}

// at is the handshake as of now: one that was open for too long has expired.
func (h *Handshake) at(now time.Time) *Handshake {
	if h.State == HandshakeOpen && !now.Before(h.Expires) {
		h.State = HandshakeExpired
	}
	return h
}

// isBetween reports whether the account sent or got the invitation.
func (h *Handshake) isBetween(account string) bool {
	return account == h.Account || account == h.Management
}

// Invite invites an account to the organization. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchTarget when there is no
// such account, ErrInOrganization, ErrDuplicateHandshake, ErrTooManyTags, ErrDuplicateTag.
func (g *Org) Invite(ctx context.Context, management, account, notes string) (h *Handshake, err error) {
	id, now := "h-"+randomID(10), g.timestamp()
	if !arn.IsAccountID(account) {
		return nil, &Error{Kind: ErrNoSuchTarget, Name: account}
	}
	err = g.manage(ctx, management, "invite account", func(tx *meta.Tx, o *Organization) error {
		switch n, err := count(tx, `SELECT COUNT(*) FROM iam_account WHERE id = $1`, account); {
		case err != nil:
			return err
		case n == 0:
			return &Error{Kind: ErrNoSuchTarget, Name: account}
		}
		if err := alone(tx, account); err != nil {
			return err
		}
		n, err := count(tx, `SELECT COUNT(*) FROM org_handshake WHERE organization = $1 AND account = $2 AND state = $3 AND expires_at > $4`,
			o.ID, account, HandshakeOpen, now.UnixMicro())
		if err != nil {
			return err
		}
		if n > 0 {
			return &Error{Kind: ErrDuplicateHandshake, Name: account}
		}
		_, err = tx.Exec(`INSERT INTO org_handshake (id, organization, account, state, notes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, o.ID, account, HandshakeOpen, notes, now.UnixMicro(), now.Add(handshakeLifetime).UnixMicro())
		if err != nil {
			return err
		}
		h, err = handshakeByID(tx, id)
		return err
	})
	return h, err
}

// alone refuses an account that is in an organization.
func alone(tx *meta.Tx, account string) error {
	if _, err := organizationOf(tx, account); err != nil {
		return ignore(err, ErrNotInUse)
	}
	return &Error{Kind: ErrInOrganization, Name: account}
}

// Handshake returns an invitation that the account sent or got. Errors: ErrNoSuchHandshake.
func (g *Org) Handshake(ctx context.Context, account, id string) (h *Handshake, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		if h, err = handshakeByID(tx, id); err != nil {
			return err
		}
		if !h.isBetween(account) {
			return &Error{Kind: ErrNoSuchHandshake, Name: id}
		}
		h.at(g.now())
		return nil
	})
	return h, err
}

// Accept makes the invited account a member. Errors: ErrNoSuchHandshake, ErrHandshakeDone, ErrHandshakeState,
// ErrInOrganization.
func (g *Org) Accept(ctx context.Context, account, id string) (*Handshake, error) {
	return g.answer(ctx, id, HandshakeAccepted, func(h *Handshake) bool { return h.Account == account })
}

// Decline ends an invitation that the account got. Errors: ErrNoSuchHandshake, ErrHandshakeDone, ErrHandshakeState.
func (g *Org) Decline(ctx context.Context, account, id string) (*Handshake, error) {
	return g.answer(ctx, id, HandshakeDeclined, func(h *Handshake) bool { return h.Account == account })
}

// Cancel ends an invitation that the account sent. Errors: ErrNoSuchHandshake, ErrHandshakeDone, ErrHandshakeState.
func (g *Org) Cancel(ctx context.Context, management, id string) (*Handshake, error) {
	return g.answer(ctx, id, HandshakeCanceled, func(h *Handshake) bool { return h.Management == management })
}

func (g *Org) answer(ctx context.Context, id, state string, may func(*Handshake) bool) (h *Handshake, err error) {
	now := g.timestamp()
	err = g.db.Write(ctx, func(tx *meta.Tx) error {
		if h, err = handshakeByID(tx, id); err != nil {
			return err
		}
		switch h.at(now); {
		case !may(h):
			return &Error{Kind: ErrNoSuchHandshake, Name: id}
		case h.State == state:
			return &Error{Kind: ErrHandshakeDone, Name: state}
		case h.State != HandshakeOpen:
			return &Error{Kind: ErrHandshakeState, Name: h.State}
		}
		if state == HandshakeAccepted {
			if err := alone(tx, h.Account); err != nil {
				return err
			}
			o, err := organizationOf(tx, h.Management)
			if err != nil {
				return err
			}
			if err := join(tx, o, h.Account, defaultEmail(h.Account), MethodInvited, now); err != nil {
				return err
			}
		}
		h.State = state
		_, err := tx.Exec(`UPDATE org_handshake SET state = $1 WHERE id = $2`, state, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("answer handshake: %w", err)
	}
	return h, nil
}

// Received returns the invitations that an account got, by id, and the cursor of the next page.
func (g *Org) Received(ctx context.Context, account string, page Page) (hs []*Handshake, next string, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		hs, next, err = g.handshakes(tx, "account", account, page)
		return err
	})
	return hs, next, err
}

// Sent returns the invitations to an organization, by id, and the cursor of the next page. Errors: ErrNotInUse,
// ErrNotManagement.
func (g *Org) Sent(ctx context.Context, management string, page Page) (hs []*Handshake, next string, err error) {
	err = g.view(ctx, management, "list handshakes", func(tx *meta.Tx, o *Organization) error {
		hs, next, err = g.handshakes(tx, "organization", o.ID, page)
		return err
	})
	return hs, next, err
}

func (g *Org) handshakes(tx *meta.Tx, column, is string, page Page) ([]*Handshake, string, error) {
	hs, err := meta.All(tx, scanHandshake,
		handshakeQuery+`WHERE h.`+column+` = $1 AND h.id > $2 ORDER BY h.id LIMIT $3`, is, page.After, page.sqlLimit())
	if err != nil {
		return nil, "", err
	}
	for _, h := range hs {
		h.at(g.now())
	}
	hs, next := cut(page, hs, func(h *Handshake) string { return h.ID })
	return hs, next, nil
}

// ignore drops an error of the kind.
func ignore(err error, kind Kind) error {
	if errors.Is(err, kind) {
		return nil
	}
	return err
}
