// Package org is the engine of organizations: which accounts belong together, in which organizational units, under which
// service and resource control policies.
//
// It keeps an account's place; the account itself is that of package iam. It does not know who is asking: operations that
// manage an organization take the account that manages it and find the organization by it, as the API of AWS does.
package org

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// Config is what an Org needs. All fields are required.
type Config struct {
	DB  *meta.DB
	Now func() time.Time
}

// Org is the engine. It is safe for concurrent use and holds no state of its own but what the database says too.
type Org struct {
	db    *meta.DB
	now   func() time.Time
	cache policy.Cache

	chains *meta.Memo[string, *Membership] // by account
}

// New returns an engine on c.DB.
func New(c Config) *Org {
	return &Org{db: c.DB, now: c.Now, chains: meta.NewMemo[string, *Membership](c.DB, 10_000)}
}

// Feature sets of an organization.
const (
	AllFeatures         = "ALL"
	ConsolidatedBilling = "CONSOLIDATED_BILLING" // an organization without policies
)

// Organization is a set of accounts with a tree of organizational units.
type Organization struct {
	ID         string // o-…
	Management string // the management account, which founded it
	Root       string // r-…, the top of the tree
	FeatureSet string // AllFeatures or ConsolidatedBilling
	SCP, RCP   bool   // which types of policy are enabled
	Email      string // of the management account
	Created    time.Time
}

// arn returns the ARN of something in the organization.
func (o *Organization) arn(resource string) string {
	return arn.ARN{Partition: arn.Partition, Service: "organizations", Account: o.Management, Resource: resource}.String()
}

// ARN returns the organization's own ARN.
func (o *Organization) ARN() string { return o.arn("organization/" + o.ID) }

// RootARN returns the ARN of the root.
func (o *Organization) RootARN() string { return o.arn("root/" + o.ID + "/" + o.Root) }

// AccountARN returns the ARN of an account as a member of the organization.
func (o *Organization) AccountARN(account string) string {
	return o.arn("account/" + o.ID + "/" + account)
}

func (o *Organization) unitARN(id string) string { return o.arn("ou/" + o.ID + "/" + id) }

func (o *Organization) policyARN(t PolicyType, id string) string {
	return o.arn("policy/" + o.ID + "/" + strings.ToLower(string(t)) + "/" + id)
}

func (o *Organization) rootPath() string { return o.ID + "/" + o.Root + "/" }

// PolicyTypes returns the types that are enabled.
func (o *Organization) PolicyTypes() []PolicyType {
	var ts []PolicyType
	for _, t := range []PolicyType{SCP, RCP} {
		if o.enabled(t) {
			ts = append(ts, t)
		}
	}
	return ts
}

func (o *Organization) enabled(t PolicyType) bool {
	return t == SCP && o.SCP || t == RCP && o.RCP
}

// Create founds an organization with the account as its management account. Errors: ErrAlreadyInOrganization.
func (g *Org) Create(ctx context.Context, account, featureSet string) (*Organization, error) {
	o := &Organization{
		ID: "o-" + randomID(10), Management: account, Root: "r-" + randomID(8), FeatureSet: featureSet,
		Email: defaultEmail(account), Created: g.timestamp(),
	}
	err := g.db.Write(ctx, func(tx *meta.Tx) error {
		switch _, err := organizationOf(tx, account); {
		case err == nil:
			return &Error{Kind: ErrAlreadyInOrganization, Name: account}
		case !errors.Is(err, ErrNotInUse):
			return err
		}
		_, err := tx.Exec(`INSERT INTO org_organization (id, management, root, feature_set, created_at) VALUES ($1, $2, $3, $4, $5)`,
			o.ID, o.Management, o.Root, o.FeatureSet, o.Created.UnixMicro())
		if err != nil {
			return err
		}
		return join(tx, o, account, o.Email, MethodInvited, o.Created)
	})
	if err != nil {
		return nil, fmt.Errorf("create organization: %w", err)
	}
	return o, nil
}

// Organization returns the organization that the account is in. Errors: ErrNotInUse.
func (g *Org) Organization(ctx context.Context, account string) (o *Organization, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		o, err = organizationOf(tx, account)
		return err
	})
	return o, err
}

// Managed returns the organization that the account manages. Errors: ErrNotInUse, ErrNotManagement.
func (g *Org) Managed(ctx context.Context, account string) (o *Organization, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		o, err = managed(tx, account)
		return err
	})
	return o, err
}

// Delete dissolves the organization that the account manages, with its units and policies. Errors: ErrNotInUse,
// ErrNotManagement, ErrOrganizationNotEmpty.
func (g *Org) Delete(ctx context.Context, management string) error {
	return g.manage(ctx, management, "delete organization", func(tx *meta.Tx, o *Organization) error {
		if n, err := count(tx, `SELECT COUNT(*) FROM org_account WHERE organization = $1`, o.ID); err != nil {
			return err
		} else if n > 1 {
			return &Error{Kind: ErrOrganizationNotEmpty, Name: o.ID}
		}
		for _, table := range []string{"org_feature", "org_delegate", "org_service", "org_tag", "org_attachment", "org_policy", "org_handshake", "org_account_request", "org_account", "org_unit"} {
			if _, err := tx.Exec(`DELETE FROM `+table+` WHERE organization = $1`, o.ID); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM org_organization WHERE id = $1`, o.ID)
		return err
	})
}

// view runs f in a read transaction on the organization that the account manages.
func (g *Org) view(ctx context.Context, management, what string, f func(*meta.Tx, *Organization) error) error {
	return g.on(ctx, g.db.Read, management, what, f)
}

// manage is view with a write transaction.
func (g *Org) manage(ctx context.Context, management, what string, f func(*meta.Tx, *Organization) error) error {
	return g.on(ctx, g.db.Write, management, what, f)
}

func (g *Org) on(ctx context.Context, begin func(context.Context, func(*meta.Tx) error) error, management, what string,
	f func(*meta.Tx, *Organization) error,
) error {
	err := begin(ctx, func(tx *meta.Tx) error {
		o, err := managed(tx, management)
		if err != nil {
			return err
		}
		return f(tx, o)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// organizationOf reads the organization of an account.
func organizationOf(tx *meta.Tx, account string) (*Organization, error) {
	var o Organization
	var created int64
	err := tx.QueryRow(`
		SELECT o.id, o.management, o.root, o.feature_set, o.scp, o.rcp, m.email, o.created_at
		FROM org_account a
		JOIN org_organization o ON o.id = a.organization
		JOIN org_account m ON m.account = o.management
		WHERE a.account = $1`, account).
		Scan(&o.ID, &o.Management, &o.Root, &o.FeatureSet, &o.SCP, &o.RCP, &o.Email, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &Error{Kind: ErrNotInUse, Name: account}
	}
	if err != nil {
		return nil, fmt.Errorf("read organization: %w", err)
	}
	o.Created = fromMicros(created)
	return &o, nil
}

func managed(tx *meta.Tx, account string) (*Organization, error) {
	o, err := organizationOf(tx, account)
	if err == nil && o.Management != account {
		return nil, &Error{Kind: ErrNotManagement, Name: account}
	}
	return o, err
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

// cut cuts what sqlLimit read down to the page and returns the cursor of the next one, empty when this is the last.
func cut[T any](p Page, items []T, key func(T) string) ([]T, string) {
	if p.Limit <= 0 || len(items) <= p.Limit {
		return items, ""
	}
	return items[:p.Limit], key(items[p.Limit-1])
}

// one scans a row; that there is none is an error of the kind about name.
func one[T any](kind Kind, name string, scan func(meta.Scanner) (T, error), row *sql.Row) (T, error) {
	v, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return v, &Error{Kind: kind, Name: name}
	}
	return v, err
}

func count(tx *meta.Tx, query string, args ...any) (n int, err error) {
	err = tx.QueryRow(query, args...).Scan(&n)
	return n, err
}

// randomID returns n random characters of the alphabet of ids, a to z and 0 to 9.
func randomID(n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 0, n)
	var random [1]byte
	for len(b) < n {
		_, _ = rand.Read(random[:]) // never fails: see crypto/rand
		if c := int(random[0]); c < 256/len(alphabet)*len(alphabet) {
			b = append(b, alphabet[c%len(alphabet)])
		}
	}
	return string(b)
}

// timestamp is the time now at the precision that is stored.
func (g *Org) timestamp() time.Time { return fromMicros(g.now().UnixMicro()) }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
