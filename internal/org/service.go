package org

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// ServiceIAM is the principal of IAM, the one service here that works with organizations: it lets them manage the root users
// of their accounts. See "AWS Identity and Access Management and AWS Organizations" in the AWS Organizations User Guide.
const ServiceIAM = "iam.amazonaws.com"

// Service is a service that may work with an organization.
type Service struct {
	Principal string
	Since     time.Time // when it was enabled, or when the account in question became its administrator
}

func scanService(s meta.Scanner) (v Service, err error) {
	var since int64
	err = s.Scan(&v.Principal, &since)
	v.Since = fromMicros(since)
	return v, err
}

func knownService(principal string) error {
	if principal != ServiceIAM {
		return &Error{Kind: ErrNoSuchService, Name: principal}
	}
	return nil
}

// EnableService lets a service work with the organization; twice is once. Errors: ErrNotInUse, ErrNotManagement,
// ErrNoSuchService.
func (g *Org) EnableService(ctx context.Context, management, principal string) error {
	now := g.timestamp()
	return g.manage(ctx, management, "enable service access", func(tx *meta.Tx, o *Organization) error {
		if err := knownService(principal); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO org_service (organization, principal, enabled_at) VALUES ($1, $2, $3) ON CONFLICT (organization, principal) DO NOTHING`,
			o.ID, principal, now.UnixMicro())
		return err
	})
}

// DisableService ends what EnableService began; twice is once. Features of the service stay as they are, without effect.
// Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchService, ErrHasDelegates.
func (g *Org) DisableService(ctx context.Context, management, principal string) error {
	return g.manage(ctx, management, "disable service access", func(tx *meta.Tx, o *Organization) error {
		if err := knownService(principal); err != nil {
			return err
		}
		n, err := count(tx, `SELECT COUNT(*) FROM org_delegate WHERE organization = $1 AND principal = $2`, o.ID, principal)
		if err != nil {
			return err
		}
		if n > 0 {
			return &Error{Kind: ErrHasDelegates, Name: principal}
		}
		_, err = tx.Exec(`DELETE FROM org_service WHERE organization = $1 AND principal = $2`, o.ID, principal)
		return err
	})
}

// Services returns the services that may work with the organization. Errors: ErrNotInUse, ErrNotManagement.
func (g *Org) Services(ctx context.Context, management string) (all []Service, err error) {
	err = g.view(ctx, management, "list services", func(tx *meta.Tx, o *Organization) error {
		all, err = meta.All(tx, scanService, `SELECT principal, enabled_at FROM org_service WHERE organization = $1 ORDER BY principal`, o.ID)
		return err
	})
	return all, err
}

func serviceEnabled(tx *meta.Tx, o *Organization, principal string) error {
	n, err := count(tx, `SELECT COUNT(*) FROM org_service WHERE organization = $1 AND principal = $2`, o.ID, principal)
	if err == nil && n == 0 {
		err = &Error{Kind: ErrServiceNotEnabled, Name: principal}
	}
	return err
}

func isDelegate(tx *meta.Tx, o *Organization, account, principal string) (bool, error) {
	n, err := count(tx, `SELECT COUNT(*) FROM org_delegate WHERE organization = $1 AND account = $2 AND principal = $3`, o.ID, account, principal)
	return n > 0, err
}

// Delegate is a member account that administers a service.
type Delegate struct {
	*Member
	Since time.Time // of the first service
}

// RegisterDelegate makes a member account an administrator of a service. Errors: ErrNotInUse, ErrNotManagement,
// ErrNoSuchService, ErrServiceNotEnabled, ErrNoSuchAccount, ErrManagementDelegate, ErrAlreadyDelegate.
func (g *Org) RegisterDelegate(ctx context.Context, management, account, principal string) error {
	now := g.timestamp()
	return g.manage(ctx, management, "register delegated administrator", func(tx *meta.Tx, o *Organization) error {
		if err := knownService(principal); err != nil {
			return err
		}
		if err := serviceEnabled(tx, o, principal); err != nil {
			return err
		}
		if _, err := memberByID(tx, o, account); err != nil {
			return err
		}
		if account == o.Management {
			return &Error{Kind: ErrManagementDelegate, Name: account}
		}
		is, err := isDelegate(tx, o, account, principal)
		if err != nil {
			return err
		}
		if is {
			return &Error{Kind: ErrAlreadyDelegate, Name: account}
		}
		_, err = tx.Exec(`INSERT INTO org_delegate (organization, account, principal, registered_at) VALUES ($1, $2, $3, $4)`,
			o.ID, account, principal, now.UnixMicro())
		return err
	})
}

// DeregisterDelegate ends what RegisterDelegate began. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchService,
// ErrNoSuchAccount, ErrNotDelegate.
func (g *Org) DeregisterDelegate(ctx context.Context, management, account, principal string) error {
	return g.manage(ctx, management, "deregister delegated administrator", func(tx *meta.Tx, o *Organization) error {
		if err := knownService(principal); err != nil {
			return err
		}
		if _, err := memberByID(tx, o, account); err != nil {
			return err
		}
		n, err := tx.Exec(`DELETE FROM org_delegate WHERE organization = $1 AND account = $2 AND principal = $3`, o.ID, account, principal)
		if err == nil && n == 0 {
			err = &Error{Kind: ErrNotDelegate, Name: account}
		}
		return err
	})
}

// Delegates returns the administrators of a service, or of any for an empty principal, by account, and the cursor of the
// next page. The organization's management account and delegated administrators may ask. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchService.
func (g *Org) Delegates(ctx context.Context, account, principal string, page Page) (ds []*Delegate, next string, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		o, err := informed(tx, account)
		if err != nil {
			return err
		}
		if principal != "" {
			if err := knownService(principal); err != nil {
				return err
			}
		}
		ds, err = delegates(tx, o, principal, page)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list delegated administrators: %w", err)
	}
	ds, next = cut(page, ds, func(d *Delegate) string { return d.Account })
	return ds, next, nil
}

func delegates(tx *meta.Tx, o *Organization, principal string, page Page) ([]*Delegate, error) {
	registered, err := meta.All(tx, func(s meta.Scanner) (r struct {
		account string
		since   int64
	}, err error) {
		err = s.Scan(&r.account, &r.since)
		return r, err
	}, `
		SELECT account, MIN(registered_at) FROM org_delegate
		WHERE organization = $1 AND ($2 = '' OR principal = $2) AND account > $3 GROUP BY account ORDER BY account LIMIT $4`,
		o.ID, principal, page.After, page.sqlLimit())
	if err != nil {
		return nil, err
	}
	ds := make([]*Delegate, len(registered))
	for i, r := range registered {
		m, err := memberByID(tx, o, r.account)
		if err != nil {
			return nil, err
		}
		ds[i] = &Delegate{m, fromMicros(r.since)}
	}
	return ds, nil
}

// DelegatedServices returns the services that a member account administers. The organization's management account and
// delegated administrators may ask. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchAccount, ErrNotDelegate.
func (g *Org) DelegatedServices(ctx context.Context, account, delegate string) (all []Service, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		o, err := informed(tx, account)
		if err != nil {
			return err
		}
		if _, err := memberByID(tx, o, delegate); err != nil {
			return err
		}
		all, err = meta.All(tx, scanService, `SELECT principal, registered_at FROM org_delegate WHERE organization = $1 AND account = $2 ORDER BY principal`, o.ID, delegate)
		if err == nil && len(all) == 0 {
			err = &Error{Kind: ErrNotDelegate, Name: delegate}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list delegated services: %w", err)
	}
	return all, nil
}

// informed returns the organization that the account manages, or administers a service of.
func informed(tx *meta.Tx, account string) (*Organization, error) {
	o, err := managed(tx, account)
	if !errors.Is(err, ErrNotManagement) {
		return o, err
	}
	n, countErr := count(tx, `SELECT COUNT(*) FROM org_delegate WHERE account = $1`, account)
	if countErr != nil || n == 0 {
		return nil, errors.Join(countErr, err)
	}
	return organizationOf(tx, account)
}

// Feature is a part of centralized root access: see "Centrally manage root access for member accounts" in the IAM user guide.
type Feature string

// The features.
const (
	RootCredentials Feature = "RootCredentialsManagement" // tasks about the credentials of root users
	RootSessions    Feature = "RootSessions"              // tasks about resources that only a root user can reach
)

func scanFeature(s meta.Scanner) (f Feature, err error) {
	err = s.Scan(&f)
	return f, err
}

// EnableFeature enables a feature in the organization that the account manages, or administers IAM of; twice is once. It
// returns the organization's features. Errors: those of Features.
func (g *Org) EnableFeature(ctx context.Context, account string, f Feature) (*Organization, []Feature, error) {
	return g.features(ctx, g.db.Write, account, func(tx *meta.Tx, o *Organization) error {
		_, err := tx.Exec(`INSERT INTO org_feature (organization, feature) VALUES ($1, $2) ON CONFLICT (organization, feature) DO NOTHING`, o.ID, string(f))
		return err
	})
}

// DisableFeature ends what EnableFeature began. Errors: those of Features.
func (g *Org) DisableFeature(ctx context.Context, account string, f Feature) (*Organization, []Feature, error) {
	return g.features(ctx, g.db.Write, account, func(tx *meta.Tx, o *Organization) error {
		_, err := tx.Exec(`DELETE FROM org_feature WHERE organization = $1 AND feature = $2`, o.ID, string(f))
		return err
	})
}

// Features returns the organization that the account manages, or administers IAM of, and its features. Errors: ErrNotInUse,
// ErrNotAdministrator, ErrTypeNotAvailable for an organization without all features, ErrServiceNotEnabled.
func (g *Org) Features(ctx context.Context, account string) (*Organization, []Feature, error) {
	return g.features(ctx, g.db.Read, account, func(*meta.Tx, *Organization) error { return nil })
}

func (g *Org) features(ctx context.Context, begin func(context.Context, func(*meta.Tx) error) error, account string,
	change func(*meta.Tx, *Organization) error,
) (o *Organization, all []Feature, err error) {
	err = begin(ctx, func(tx *meta.Tx) error {
		if o, err = organizationOf(tx, account); err != nil {
			return err
		}
		if err := rootAdministrator(tx, o, account); err != nil {
			return err
		}
		if err := change(tx, o); err != nil {
			return err
		}
		all, err = meta.All(tx, scanFeature, `SELECT feature FROM org_feature WHERE organization = $1 ORDER BY feature`, o.ID)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("features of centralized root access: %w", err)
	}
	return o, all, nil
}

// rootAdministrator checks that the account may manage the root users of the organization's accounts.
func rootAdministrator(tx *meta.Tx, o *Organization, account string) error {
	if account != o.Management {
		is, err := isDelegate(tx, o, account, ServiceIAM)
		if err != nil {
			return err
		}
		if !is {
			return &Error{Kind: ErrNotAdministrator, Name: account}
		}
	}
	if o.FeatureSet != AllFeatures {
		return &Error{Kind: ErrTypeNotAvailable, Name: o.ID}
	}
	return serviceEnabled(tx, o, ServiceIAM)
}

// ManagesRoot returns the organization that lets one account take root sessions of the other: the first manages the
// organization or administers IAM of it, the second is a member, and the feature is enabled. It is nil for others.
func (g *Org) ManagesRoot(ctx context.Context, account, member string, f Feature) (o *Organization, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		o = nil
		of, err := organizationOf(tx, account)
		if err != nil {
			return ignore(err, ErrNotInUse)
		}
		if err := rootAdministrator(tx, of, account); err != nil {
			return ignore(ignore(ignore(err, ErrNotAdministrator), ErrTypeNotAvailable), ErrServiceNotEnabled)
		}
		if _, err := memberByID(tx, of, member); err != nil {
			return ignore(err, ErrNoSuchAccount)
		}
		n, err := count(tx, `SELECT COUNT(*) FROM org_feature WHERE organization = $1 AND feature = $2`, of.ID, string(f))
		if err == nil && n > 0 && member != of.Management {
			o = of
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("centralized root access of %s to %s: %w", account, member, err)
	}
	return o, nil
}
