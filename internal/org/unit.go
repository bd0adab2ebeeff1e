package org

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Unit is an organizational unit.
type Unit struct {
	ID     string // ou-…
	ARN    string
	Name   string
	Parent string // a root or a unit
	Path   string // o-…/r-…/ou-…/, this unit included
}

// maxDepth is how many units deep accounts may be, as the quotas of AWS Organizations say.
const maxDepth = 5

func (o *Organization) scanUnit(s meta.Scanner) (*Unit, error) {
	var u Unit
	if err := s.Scan(&u.ID, &u.Parent, &u.Name, &u.Path); err != nil {
		return nil, err
	}
	u.ARN = o.unitARN(u.ID)
	return &u, nil
}

const unitColumns = `id, parent, name, path`

func unitByID(tx *meta.Tx, o *Organization, id string) (*Unit, error) {
	return one(ErrNoSuchUnit, id, o.scanUnit, tx.QueryRow(
		`SELECT `+unitColumns+` FROM org_unit WHERE id = $1 AND organization = $2`, id, o.ID))
}

// parentPath returns the path of a root or unit; that it does not exist is an error of the kind.
func parentPath(tx *meta.Tx, o *Organization, id string, kind Kind) (string, error) {
	if id == o.Root {
		return o.rootPath(), nil
	}
	return one(kind, id, meta.ScanString, tx.QueryRow(`SELECT path FROM org_unit WHERE id = $1 AND organization = $2`, id, o.ID))
}

// CreateUnit makes a unit below parent, with FullAWSAccess for each type of policy that is enabled. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchParent, ErrUnitDepth, ErrDuplicateUnit, ErrTooManyTags, ErrDuplicateTag.
func (g *Org) CreateUnit(ctx context.Context, management, parent, name string, tags []Tag) (*Unit, error) {
	u := &Unit{Parent: parent, Name: name}
	suffix := randomID(8)
	err := g.manage(ctx, management, "create organizational unit", func(tx *meta.Tx, o *Organization) error {
		path, err := parentPath(tx, o, parent, ErrNoSuchParent)
		if err != nil {
			return err
		}
		if strings.Count(path, "/") >= maxDepth+2 { // organization and root
			return &Error{Kind: ErrUnitDepth, Name: parent}
		}
		u.ID = "ou-" + strings.TrimPrefix(o.Root, "r-") + "-" + suffix
		u.ARN, u.Path = o.unitARN(u.ID), path+u.ID+"/"
		_, err = tx.Exec(`INSERT INTO org_unit (id, organization, parent, name, path, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			u.ID, o.ID, u.Parent, u.Name, u.Path, g.now().UnixMicro())
		if meta.IsUnique(err) {
			return &Error{Kind: ErrDuplicateUnit, Name: name}
		}
		if err != nil {
			return err
		}
		if err := attachDefaults(tx, o, u.ID); err != nil {
			return err
		}
		return addTags(tx, o, u.ID, tags)
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Unit returns a unit. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchUnit.
func (g *Org) Unit(ctx context.Context, management, id string) (u *Unit, err error) {
	err = g.view(ctx, management, "read organizational unit", func(tx *meta.Tx, o *Organization) error {
		u, err = unitByID(tx, o, id)
		return err
	})
	return u, err
}

// RenameUnit gives a unit another name. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchUnit, ErrDuplicateUnit.
func (g *Org) RenameUnit(ctx context.Context, management, id, name string) (u *Unit, err error) {
	err = g.manage(ctx, management, "rename organizational unit", func(tx *meta.Tx, o *Organization) error {
		if u, err = unitByID(tx, o, id); err != nil {
			return err
		}
		u.Name = name
		_, err = tx.Exec(`UPDATE org_unit SET name = $1 WHERE id = $2`, name, id)
		if meta.IsUnique(err) {
			return &Error{Kind: ErrDuplicateUnit, Name: name}
		}
		return err
	})
	return u, err
}

// DeleteUnit deletes a unit that holds neither accounts nor units. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchUnit,
// ErrUnitNotEmpty.
func (g *Org) DeleteUnit(ctx context.Context, management, id string) error {
	return g.manage(ctx, management, "delete organizational unit", func(tx *meta.Tx, o *Organization) error {
		if _, err := unitByID(tx, o, id); err != nil {
			return err
		}
		for _, query := range []string{`SELECT COUNT(*) FROM org_unit WHERE parent = $1`, `SELECT COUNT(*) FROM org_account WHERE parent = $1`} {
			if n, err := count(tx, query, id); err != nil {
				return err
			} else if n > 0 {
				return &Error{Kind: ErrUnitNotEmpty, Name: id}
			}
		}
		if err := forget(tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM org_unit WHERE id = $1`, id)
		return err
	})
}

// Units returns the units right below a root or unit, by id, and the cursor of the next page. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchParent.
func (g *Org) Units(ctx context.Context, management, parent string, page Page) (us []*Unit, next string, err error) {
	err = g.view(ctx, management, "list organizational units", func(tx *meta.Tx, o *Organization) error {
		if _, err := parentPath(tx, o, parent, ErrNoSuchParent); err != nil {
			return err
		}
		us, err = meta.All(tx, o.scanUnit,
			`SELECT `+unitColumns+` FROM org_unit WHERE parent = $1 AND id > $2 ORDER BY id LIMIT $3`, parent, page.After, page.sqlLimit())
		return err
	})
	us, next = cut(page, us, func(u *Unit) string { return u.ID })
	return us, next, err
}

// Parent returns the root or unit that a unit or account is right below. Errors: ErrNotInUse, ErrNotManagement,
// ErrNoSuchChild.
func (g *Org) Parent(ctx context.Context, management, child string) (parent string, err error) {
	err = g.view(ctx, management, "find parent", func(tx *meta.Tx, o *Organization) error {
		table, key := "org_account", "account"
		if strings.HasPrefix(child, "ou-") {
			table, key = "org_unit", "id"
		}
		parent, err = one(ErrNoSuchChild, child, meta.ScanString,
			tx.QueryRow(`SELECT parent FROM `+table+` WHERE `+key+` = $1 AND organization = $2`, child, o.ID))
		return err
	})
	return parent, err
}

// Ways an account came into its organization.
const (
	MethodCreated = "CREATED"
	MethodInvited = "INVITED"
)

// Member is an account in an organization.
type Member struct {
	Account string
	ARN     string
	Email   string
	Parent  string // a root or a unit
	Path    string // of the parent
	Method  string // MethodCreated or MethodInvited
	Joined  time.Time
}

func (o *Organization) scanMember(s meta.Scanner) (*Member, error) {
	var m Member
	var joined int64
	if err := s.Scan(&m.Account, &m.Email, &m.Parent, &m.Path, &m.Method, &joined); err != nil {
		return nil, err
	}
	if m.Path == "" {
		m.Path = o.rootPath()
	}
	m.ARN, m.Joined = o.AccountARN(m.Account), fromMicros(joined)
	return &m, nil
}

const memberQuery = `
	SELECT a.account, a.email, a.parent, COALESCE(u.path, ''), a.method, a.joined_at
	FROM org_account a LEFT JOIN org_unit u ON u.id = a.parent `

func memberByID(tx *meta.Tx, o *Organization, account string) (*Member, error) {
	return one(ErrNoSuchAccount, account, o.scanMember,
		tx.QueryRow(memberQuery+`WHERE a.account = $1 AND a.organization = $2`, account, o.ID))
}

// Member returns an account of the organization. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchAccount.
func (g *Org) Member(ctx context.Context, management, account string) (m *Member, err error) {
	err = g.view(ctx, management, "read account", func(tx *meta.Tx, o *Organization) error {
		m, err = memberByID(tx, o, account)
		return err
	})
	return m, err
}

// Members returns the accounts of the organization, or those right below parent when it is not empty, by id, and the
// cursor of the next page. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchParent.
func (g *Org) Members(ctx context.Context, management, parent string, page Page) (ms []*Member, next string, err error) {
	err = g.view(ctx, management, "list accounts", func(tx *meta.Tx, o *Organization) error {
		in, key := "a.organization", o.ID
		if parent != "" {
			if _, err := parentPath(tx, o, parent, ErrNoSuchParent); err != nil {
				return err
			}
			in, key = "a.parent", parent
		}
		ms, err = meta.All(tx, o.scanMember,
			memberQuery+`WHERE `+in+` = $1 AND a.account > $2 ORDER BY a.account LIMIT $3`, key, page.After, page.sqlLimit())
		return err
	})
	ms, next = cut(page, ms, func(m *Member) string { return m.Account })
	return ms, next, err
}

// Move puts an account into another root or unit. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchAccount,
// ErrNoSuchSource when it is not in from, ErrNoSuchDestination, ErrSamePlace.
func (g *Org) Move(ctx context.Context, management, account, from, to string) error {
	return g.manage(ctx, management, "move account", func(tx *meta.Tx, o *Organization) error {
		m, err := memberByID(tx, o, account)
		switch {
		case err != nil:
			return err
		case m.Parent != from:
			return &Error{Kind: ErrNoSuchSource, Name: from}
		}
		if _, err := parentPath(tx, o, to, ErrNoSuchDestination); err != nil {
			return err
		}
		if from == to {
			return &Error{Kind: ErrSamePlace, Name: to}
		}
		_, err = tx.Exec(`UPDATE org_account SET parent = $1 WHERE account = $2`, to, account)
		return err
	})
}

// Remove takes an account out of the organization. The account stays, with everything in it. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchAccount, ErrManagementCannotLeave, ErrIsDelegate.
func (g *Org) Remove(ctx context.Context, management, account string) error {
	return g.manage(ctx, management, "remove account from organization", func(tx *meta.Tx, o *Organization) error {
		if _, err := memberByID(tx, o, account); err != nil {
			return err
		}
		return leave(tx, o, account)
	})
}

// Leave is Remove by the account itself. Errors: ErrNotInUse, ErrManagementCannotLeave, ErrIsDelegate.
func (g *Org) Leave(ctx context.Context, account string) error {
	err := g.db.Write(ctx, func(tx *meta.Tx) error {
		o, err := organizationOf(tx, account)
		if err != nil {
			return err
		}
		return leave(tx, o, account)
	})
	if err != nil {
		return fmt.Errorf("leave organization: %w", err)
	}
	return nil
}

func leave(tx *meta.Tx, o *Organization, account string) error {
	if account == o.Management {
		return &Error{Kind: ErrManagementCannotLeave, Name: account}
	}
	if n, err := count(tx, `SELECT COUNT(*) FROM org_delegate WHERE account = $1`, account); err != nil {
		return err
	} else if n > 0 {
		return &Error{Kind: ErrIsDelegate, Name: account}
	}
	if err := forget(tx, account); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM org_account WHERE account = $1`, account)
	return err
}

// join puts an account into the root, with FullAWSAccess for each type of policy that is enabled.
func join(tx *meta.Tx, o *Organization, account, email, method string, at time.Time) error {
	_, err := tx.Exec(`INSERT INTO org_account (account, organization, parent, email, email_key, method, joined_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		account, o.ID, o.Root, email, strings.ToLower(email), method, at.UnixMicro())
	if err != nil {
		return fmt.Errorf("join organization: %w", err)
	}
	return attachDefaults(tx, o, account)
}

// forget drops what hangs on a unit or account.
func forget(tx *meta.Tx, id string) error {
	if _, err := tx.Exec(`DELETE FROM org_attachment WHERE target = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM org_tag WHERE resource = $1`, id)
	return err
}

// noEmail ends the addresses that stand for the email address of an account that was made without one, which the API always
// tells. The domain cannot exist (RFC 2606).
const noEmail = "@accounts.invalid"

func defaultEmail(account string) string { return account + noEmail }
