package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
)

// TokenLifetime is how long a registry token is good for, as on Amazon ECR.
const TokenLifetime = 12 * time.Hour

const tokenPurpose = "registry-token"

// claims are what a registry token says: who asked for it, never what they
// may do.
type claims struct {
	Expires     int64        `json:"exp"` // seconds since 1970
	AccessKeyID string       `json:"key"`
	Ref         iam.Ref      `json:"ref"`
	STS         *iam.Session `json:"sts,omitempty"`
}

// RegistryToken makes a token that lets id use the registry endpoint until
// expires: the password of the user AWS. It has id's permissions at the time
// of each use, restricted by its session policies, and outlives the session
// that asked for it.
func (a *Authenticator) RegistryToken(id *Identity) (token string, expires time.Time, err error) {
	expires = a.now().Add(TokenLifetime)
	b, err := json.Marshal(claims{
		Expires:     expires.Unix(),
		AccessKeyID: id.AccessKeyID,
		Ref:         id.ref,
		STS:         id.STS,
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("make registry token: %w", err)
	}
	return a.box.SealString(tokenPurpose, b), expires, nil
}

// registryToken opens a token and identifies whom it was made for. Errors:
// ErrInvalidCredentials, ErrExpired.
func (a *Authenticator) registryToken(ctx context.Context, token string) (*Identity, error) {
	b, err := a.box.OpenString(tokenPurpose, token)
	if errors.Is(err, seal.ErrInvalid) {
		return nil, ErrInvalidCredentials
	}
	if err != nil {
		return nil, err
	}
	var c claims
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("open registry token: %w", err)
	}
	if a.now().Unix() >= c.Expires {
		return nil, ErrExpired
	}
	p := &proof{kind: RegistryToken, accessKeyID: c.AccessKeyID, ref: c.Ref, sts: c.STS}
	if c.STS == nil { // a key that was deleted or deactivated since takes its tokens along
		key, err := a.lookUp(ctx, c.AccessKeyID, "")
		if err != nil {
			return nil, err
		}
		if key.ref != c.Ref {
			return nil, ErrInvalidCredentials
		}
	}
	return a.identify(ctx, p)
}
