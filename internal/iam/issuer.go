package iam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/internal/seal"
)

// Issuer is an account as one that identity tokens of its principals are from: see "Federating AWS identities to external
// services" in the IAM user guide.
type Issuer struct {
	Account string
	ID      string // a UUID, for good
	URL     string // the claim iss; below it are the documents of OpenID Connect Discovery
	Enabled bool   // whether it makes tokens
}

const issuerColumns = `account, id, url, enabled`

func scanIssuer(s meta.Scanner) (*Issuer, error) {
	var i Issuer
	err := s.Scan(&i.Account, &i.ID, &i.URL, &i.Enabled)
	return &i, err
}

func issuerOf(tx *meta.Tx, account string) (*Issuer, error) {
	return one(EntityIssuer, account, scanIssuer, tx.QueryRow(`SELECT `+issuerColumns+` FROM iam_issuer WHERE account = $1`, account))
}

// Limits of identity tokens.
const (
	// maxTokenLife is how long the longest identity token lives, and a key is published after its last one.
	maxTokenLife = time.Hour
	// maxTokenClaims is how large a token's claims may be, in bytes. AWS has a limit and does not tell it.
	maxTokenClaims = 16 << 10
)

// purposeSigningKey is the seal's purpose for a private key: it does not open under another key's id.
func purposeSigningKey(id string) string { return "identity token key " + id }

// EnableIssuer makes an account an issuer, with new keys; url returns its URL by its id, which it keeps when it is disabled
// and enabled again. Errors: ErrFeatureEnabled, ErrNoSuchEntity for the account.
func (m *IAM) EnableIssuer(ctx context.Context, account string, url func(id string) string) (*Issuer, error) {
	var made []*oidc.SigningKey
	for _, algorithm := range []string{oidc.RS256, oidc.ES384} {
		k, err := oidc.GenerateKey(algorithm) // takes a while, so not in the transaction
		if err != nil {
			return nil, err
		}
		made = append(made, k)
	}
	now, anew := m.timestamp(), uuid.NewString()
	var i *Issuer
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := accountExists(tx, account); err != nil {
			return err
		}
		have, err := issuerOf(tx, account)
		switch {
		case errors.Is(err, ErrNoSuchEntity):
			i = &Issuer{Account: account, ID: anew}
		case err != nil:
			return err
		case have.Enabled:
			return &Error{Kind: ErrFeatureEnabled, Entity: EntityIssuer, Name: account}
		default:
			i = have
		}
		i.URL, i.Enabled = url(i.ID), true
		_, err = tx.Exec(`
			INSERT INTO iam_issuer (account, id, url, enabled) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account) DO UPDATE SET url = excluded.url, enabled = excluded.enabled`, i.Account, i.ID, i.URL, i.Enabled)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM iam_signing_key WHERE account = $1 AND retired_at <> 0 AND retired_at < $2`,
			account, now.Add(-maxTokenLife).UnixMicro())
		if err != nil {
			return err
		}
		for _, k := range made {
			if err := m.storeSigningKey(tx, account, k, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("enable outbound identity federation: %w", err)
	}
	return i, nil
}

func (m *IAM) storeSigningKey(tx *meta.Tx, account string, k *oidc.SigningKey, now time.Time) error {
	private, err := k.Private()
	if err != nil {
		return err
	}
	public, err := k.Public()
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO iam_signing_key (id, account, algorithm, private, public, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		k.ID, account, k.Algorithm, m.box.Seal(purposeSigningKey(k.ID), private), string(public), now.UnixMicro())
	return err
}

// DisableIssuer ends what EnableIssuer began: no token is made any more, and those that were made can be verified until they
// expire. Errors: ErrFeatureDisabled.
func (m *IAM) DisableIssuer(ctx context.Context, account string) error {
	now := m.timestamp()
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`UPDATE iam_issuer SET enabled = FALSE WHERE account = $1 AND enabled`, account)
		if err != nil {
			return err
		}
		if n == 0 {
			return &Error{Kind: ErrFeatureDisabled, Entity: EntityIssuer, Name: account}
		}
		_, err = tx.Exec(`UPDATE iam_signing_key SET retired_at = $1 WHERE account = $2 AND retired_at = 0`, now.UnixMicro(), account)
		return err
	})
	if err != nil {
		return fmt.Errorf("disable outbound identity federation: %w", err)
	}
	return nil
}

// Issuer returns an account as an issuer. Errors: ErrFeatureDisabled.
func (m *IAM) Issuer(ctx context.Context, account string) (i *Issuer, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		i, err = enabledIssuer(tx, account)
		return err
	})
	return i, err
}

func enabledIssuer(tx *meta.Tx, account string) (*Issuer, error) {
	i, err := issuerOf(tx, account)
	if errors.Is(err, ErrNoSuchEntity) || err == nil && !i.Enabled {
		return nil, &Error{Kind: ErrFeatureDisabled, Entity: EntityIssuer, Name: account}
	}
	return i, err
}

// PublishedKeys returns the issuer with the id, enabled or not, and the public keys, each a JSON Web Key, that a token of it
// which has not expired may be signed with. Errors: ErrNoSuchEntity.
func (m *IAM) PublishedKeys(ctx context.Context, id string) (i *Issuer, keys []json.RawMessage, err error) {
	since := m.timestamp().Add(-maxTokenLife).UnixMicro()
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		i, err = one(EntityIssuer, id, scanIssuer, tx.QueryRow(`SELECT `+issuerColumns+` FROM iam_issuer WHERE id = $1`, id))
		if err != nil {
			return err
		}
		texts, err := meta.All(tx, meta.ScanString, `
			SELECT public FROM iam_signing_key WHERE account = $1 AND (retired_at = 0 OR retired_at >= $2) ORDER BY algorithm DESC, created_at DESC, id`,
			i.Account, since)
		if err != nil {
			return err
		}
		keys = make([]json.RawMessage, len(texts))
		for n, text := range texts {
			keys[n] = json.RawMessage(text)
		}
		return nil
	})
	return i, keys, err
}

// Claims of RFC 7519 that NewIdentityToken fills.
type registeredClaims struct {
	Issuer   string `json:"iss"`
	Audience any    `json:"aud"` // a string, or a list of several
	Subject  string `json:"sub"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
}

// IdentityToken describes a token that tells others who a principal is.
type IdentityToken struct {
	Account   string // of the principal
	Subject   string // ARN of the principal
	Audience  []string
	Algorithm string // oidc.RS256 or oidc.ES384
	Duration  time.Duration
	// Session is that of the caller, whose end the token must not outlive, or nil.
	Session *Session
	// Claims are further claims by name.
	Claims map[string]any
}

// NewIdentityToken makes a token and tells when it expires. Whether the principal may have it is not asked here. Errors:
// ErrFeatureDisabled, ErrDurationEscalates, ErrTokenSize.
func (m *IAM) NewIdentityToken(ctx context.Context, in IdentityToken) (token seal.Secret, expires time.Time, err error) {
	var issuer *Issuer
	var keyID string
	var sealed []byte
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		if issuer, err = enabledIssuer(tx, in.Account); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT id, private FROM iam_signing_key WHERE account = $1 AND algorithm = $2 AND retired_at = 0 ORDER BY created_at DESC, id LIMIT 1`,
			in.Account, in.Algorithm).Scan(&keyID, &sealed)
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read signing key: %w", err)
	}
	issued := m.timestamp().Truncate(time.Second)
	expires = issued.Add(in.Duration)
	if in.Session != nil && expires.After(in.Session.Expires) {
		return "", time.Time{}, &Error{Kind: ErrDurationEscalates, Entity: "session", Name: in.Session.Name}
	}
	claims, err := in.claims(issuer.URL, issued, expires)
	if err != nil {
		return "", time.Time{}, err
	}
	private, err := m.box.Open(purposeSigningKey(keyID), sealed)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("open signing key %s: %w", keyID, err)
	}
	key, err := oidc.ParseKey(keyID, in.Algorithm, private)
	if err != nil {
		return "", time.Time{}, err
	}
	text, err := key.Sign(claims)
	return seal.Secret(text), expires, err
}

// claims returns the claims as JSON.
func (in *IdentityToken) claims(issuer string, issued, expires time.Time) ([]byte, error) {
	registered := registeredClaims{
		Issuer: issuer, Subject: in.Subject, Issued: issued.Unix(), Expires: expires.Unix(), ID: uuid.NewString(), Audience: in.Audience,
	}
	if len(in.Audience) == 1 {
		registered.Audience = in.Audience[0]
	}
	text, err := json.Marshal(registered)
	if err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	if len(in.Claims) > 0 {
		more, err := json.Marshal(in.Claims)
		if err != nil {
			return nil, fmt.Errorf("encode claims: %w", err)
		}
		text = append(append(text[:len(text)-1], ','), more[1:]...) // two objects as one
	}
	if len(text) > maxTokenClaims {
		return nil, &Error{Kind: ErrTokenSize, Entity: "identity token", Name: in.Subject, Limit: maxTokenClaims}
	}
	return text, nil
}
