package iam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// OIDCProvider is an issuer of identity tokens that an account trusts.
type OIDCProvider struct {
	Account     string
	URL         string   // the issuer without "https://"
	ClientIDs   []string // audiences that tokens may have
	Thumbprints []string // SHA-1 of certificates, in hexadecimal; kept for their readers, checked by nobody
	Tags        []Tag    // sorted by key
	Created     time.Time
}

// ARN returns arn:aws:iam::<account>:oidc-provider/<url>.
func (p *OIDCProvider) ARN() string { return arn.IAM(p.Account, "oidc-provider", "/", p.URL) }

// Quotas of providers, from the IAM user guide's page.
const (
	maxProviders   = 100
	maxClientIDs   = 100
	maxThumbprints = 5
)

const providerColumns = `account, url, client_ids, thumbprints, tags, created_at`

func scanProvider(s meta.Scanner) (*OIDCProvider, error) {
	var p OIDCProvider
	var clients, thumbprints, tagText string
	var created int64
	if err := s.Scan(&p.Account, &p.URL, &clients, &thumbprints, &tagText, &created); err != nil {
		return nil, err
	}
	p.Created = fromMicros(created)
	err := errors.Join(json.Unmarshal([]byte(clients), &p.ClientIDs), json.Unmarshal([]byte(thumbprints), &p.Thumbprints))
	if err != nil {
		return nil, fmt.Errorf("stored provider: %w", err)
	}
	return &p, (*tags)(&p.Tags).scan(tagText)
}

func providerByURL(tx *meta.Tx, account, issuer string) (*OIDCProvider, error) {
	p, err := one(EntityOIDCProvider, issuer, scanProvider, tx.QueryRow(
		`SELECT `+providerColumns+` FROM iam_oidc_provider WHERE account = $1 AND url = $2`, account, issuer))
	if errors.Is(err, ErrNoSuchEntity) { // AWS names it by ARN
		err = noSuch(EntityOIDCProvider, arn.IAM(account, "oidc-provider", "/", issuer))
	}
	return p, err
}

func providerByARN(tx *meta.Tx, account, providerARN string) (*OIDCProvider, error) {
	a, err := arn.Parse(providerARN)
	if err != nil {
		return nil, &Error{Kind: ErrUnparsableARN, Entity: EntityOIDCProvider, Name: providerARN}
	}
	if a.Service != "iam" || a.Type() != "oidc-provider" || a.Account != account {
		return nil, noSuch(EntityOIDCProvider, providerARN)
	}
	return providerByURL(tx, account, a.Path())
}

// CreateOIDCProvider makes the account trust the issuer at the URL, which must be https, without a port and a query. Nobody
// calls it. Errors: ErrInvalidInput, ErrAlreadyExists, ErrQuota, ErrDuplicateTag.
func (m *IAM) CreateOIDCProvider(ctx context.Context, account, issuer string, clientIDs, thumbprints []string, set []Tag) (*OIDCProvider, error) {
	bare, err := checkIssuer(issuer)
	if err != nil {
		return nil, err
	}
	ts, err := checkTags(set)
	if err != nil {
		return nil, err
	}
	p := &OIDCProvider{Account: account, URL: bare, Tags: ts, Created: m.timestamp()}
	if err := p.setThumbprints(thumbprints); err != nil {
		return nil, err
	}
	for _, id := range clientIDs {
		if err := p.addClientID(id); err != nil {
			return nil, err
		}
	}
	tagText, err := ts.text()
	if err != nil {
		return nil, err
	}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := accountExists(tx, account); err != nil {
			return err
		}
		_, err := providerByURL(tx, account, bare)
		if err == nil {
			return &Error{Kind: ErrAlreadyExists, Entity: EntityOIDCProvider, Name: issuer}
		}
		if !errors.Is(err, ErrNoSuchEntity) {
			return err
		}
		var count int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM iam_oidc_provider WHERE account = $1`, account).Scan(&count); err != nil {
			return err
		}
		if count >= maxProviders {
			return &Error{Kind: ErrQuota, Name: "OpenIdConnectProvidersPerAccount", Limit: maxProviders}
		}
		_, err = tx.Exec(`INSERT INTO iam_oidc_provider (account, url, tags, created_at) VALUES ($1, $2, $3, $4)`,
			account, bare, tagText, p.Created.UnixMicro())
		if err != nil {
			return err
		}
		return p.store(tx)
	})
	if err != nil {
		return nil, fmt.Errorf("create OpenID Connect provider: %w", err)
	}
	return p, nil
}

// checkIssuer returns an issuer's URL without its scheme.
func checkIssuer(issuer string) (string, error) {
	bare, https := strings.CutPrefix(issuer, "https://")
	u, err := url.Parse(issuer)
	if err != nil || !https || len(issuer) > 255 || u.Hostname() == "" || u.Host != u.Hostname() || u.User != nil || strings.ContainsAny(issuer, "?#") {
		return "", &Error{Kind: ErrInvalidInput, Entity: EntityOIDCProvider, Name: issuer, Detail: "Invalid Open ID Connect Provider URL"}
	}
	return bare, nil
}

func (p *OIDCProvider) setThumbprints(thumbprints []string) error {
	if len(thumbprints) > maxThumbprints {
		return &Error{Kind: ErrInvalidInput, Entity: EntityOIDCProvider, Name: p.URL, Detail: "Thumbprint list must contain fewer than 5 entries."}
	}
	for _, t := range thumbprints {
		if len(t) != 40 || strings.Trim(t, "0123456789abcdefABCDEF") != "" {
			return &Error{Kind: ErrInvalidInput, Entity: EntityOIDCProvider, Name: p.URL, Detail: "Thumbprint must be 40 hexadecimal digits: " + t}
		}
	}
	p.Thumbprints = thumbprints
	return nil
}

func (p *OIDCProvider) addClientID(id string) error {
	switch {
	case slices.Contains(p.ClientIDs, id):
		return nil
	case len(p.ClientIDs) >= maxClientIDs:
		return &Error{Kind: ErrQuota, Name: "ClientIdsPerOpenIdConnectProvider", Limit: maxClientIDs}
	}
	p.ClientIDs = append(p.ClientIDs, id)
	return nil
}

// store writes what may change about a provider.
func (p *OIDCProvider) store(tx *meta.Tx) error {
	clients, err := json.Marshal(append([]string{}, p.ClientIDs...))
	if err != nil {
		return err
	}
	thumbprints, err := json.Marshal(append([]string{}, p.Thumbprints...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE iam_oidc_provider SET client_ids = $1, thumbprints = $2 WHERE account = $3 AND url = $4`,
		string(clients), string(thumbprints), p.Account, p.URL)
	return err
}

// OIDCProvider returns the provider of the account with the ARN. Errors: ErrNoSuchEntity, ErrUnparsableARN.
func (m *IAM) OIDCProvider(ctx context.Context, account, providerARN string) (p *OIDCProvider, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		p, err = providerByARN(tx, account, providerARN)
		return err
	})
	return p, err
}

// OIDCProviderOf returns the provider of the account for an issuer, the URL of the claim iss of its tokens. Errors:
// ErrNoSuchEntity.
func (m *IAM) OIDCProviderOf(ctx context.Context, account, issuer string) (p *OIDCProvider, err error) {
	bare, https := strings.CutPrefix(issuer, "https://")
	if !https {
		return nil, noSuch(EntityOIDCProvider, issuer)
	}
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		p, err = providerByURL(tx, account, bare)
		return err
	})
	return p, err
}

// OIDCProviders returns the account's providers, by URL.
func (m *IAM) OIDCProviders(ctx context.Context, account string) (ps []*OIDCProvider, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		ps, err = meta.All(tx, scanProvider, `SELECT `+providerColumns+` FROM iam_oidc_provider WHERE account = $1 ORDER BY url`, account)
		return err
	})
	return ps, err
}

// DeleteOIDCProvider deletes a provider. Trust policies that name it stay, and trust nobody. Errors: ErrNoSuchEntity,
// ErrUnparsableARN.
func (m *IAM) DeleteOIDCProvider(ctx context.Context, account, providerARN string) error {
	return m.withProvider(ctx, account, providerARN, func(tx *meta.Tx, p *OIDCProvider) error {
		_, err := tx.Exec(`DELETE FROM iam_oidc_provider WHERE account = $1 AND url = $2`, account, p.URL)
		return err
	})
}

// SetOIDCThumbprints replaces the thumbprints of a provider. Errors: ErrNoSuchEntity, ErrUnparsableARN, ErrInvalidInput.
func (m *IAM) SetOIDCThumbprints(ctx context.Context, account, providerARN string, thumbprints []string) error {
	return m.withProvider(ctx, account, providerARN, func(tx *meta.Tx, p *OIDCProvider) error {
		if err := p.setThumbprints(thumbprints); err != nil {
			return err
		}
		return p.store(tx)
	})
}

// AddOIDCClientID adds an audience to a provider; twice is once. Errors: ErrNoSuchEntity, ErrUnparsableARN, ErrQuota.
func (m *IAM) AddOIDCClientID(ctx context.Context, account, providerARN, clientID string) error {
	return m.withProvider(ctx, account, providerARN, func(tx *meta.Tx, p *OIDCProvider) error {
		if err := p.addClientID(clientID); err != nil {
			return err
		}
		return p.store(tx)
	})
}

// RemoveOIDCClientID removes an audience from a provider, if it is there. Errors: ErrNoSuchEntity, ErrUnparsableARN.
func (m *IAM) RemoveOIDCClientID(ctx context.Context, account, providerARN, clientID string) error {
	return m.withProvider(ctx, account, providerARN, func(tx *meta.Tx, p *OIDCProvider) error {
		p.ClientIDs = slices.DeleteFunc(p.ClientIDs, func(id string) bool { return id == clientID })
		return p.store(tx)
	})
}

func (m *IAM) withProvider(ctx context.Context, account, providerARN string, do func(*meta.Tx, *OIDCProvider) error) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := providerByARN(tx, account, providerARN)
		if err != nil {
			return err
		}
		return do(tx, p)
	})
}
