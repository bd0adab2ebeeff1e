package authn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/seal"
)

const delegationPurpose = "build-delegation"

// Delegation lets the server make tokens for an identity later, when nobody of
// its is asking. It is sealed, and no credential by itself.
type Delegation struct {
	Sealed []byte
	// Same is equal for the delegations of one principal under the same
	// restrictions: what the one may do, the other may.
	Same string
}

// Delegate makes the delegation by which BuildToken acts for id.
func (a *Authenticator) Delegate(id *Identity) (Delegation, error) {
	c := claims{AccessKeyID: id.AccessKeyID, Ref: id.ref, STS: id.STS}
	b, err := json.Marshal(c)
	if err != nil {
		return Delegation{}, fmt.Errorf("delegate: %w", err)
	}
	d := Delegation{Sealed: a.box.Seal(delegationPurpose, b)}
	c.AccessKeyID = ""
	if c.STS != nil { // another session of the same kind is as good
		s := *c.STS
		s.AccessKeyID, s.Issued, s.Expires = "", time.Time{}, time.Time{}
		c.STS = &s
	}
	if b, err = json.Marshal(c); err != nil {
		return Delegation{}, fmt.Errorf("delegate: %w", err)
	}
	sum := sha256.Sum256(b)
	d.Same = hex.EncodeToString(sum[:])
	return d, nil
}

// BuildToken makes a registry token, as RegistryToken does, for whom a
// delegation is from. It is good until expires, and only as long as Config.Build
// says that this attempt at the build goes on. Each use reads the live principal
// and is bound by the policies of the session that made the delegation.
//
// Errors: ErrInvalidCredentials when the principal or its access key is no
// longer there; seal.ErrInvalid for a delegation that does not open.
func (a *Authenticator) BuildToken(ctx context.Context, delegation []byte, build string, attempt int64, expires time.Time) (seal.Secret, error) {
	plain, err := a.box.Open(delegationPurpose, delegation)
	if err != nil {
		return "", fmt.Errorf("open delegation: %w", err)
	}
	var c claims
	if err := json.Unmarshal(plain, &c); err != nil {
		return "", fmt.Errorf("open delegation: %w", err)
	}
	if _, err := a.bearer(ctx, &opened{claims: c}); err != nil {
		return "", err
	}
	c.Expires, c.Build, c.Attempt = expires.Unix(), build, attempt
	if plain, err = json.Marshal(c); err != nil {
		return "", fmt.Errorf("make build token: %w", err)
	}
	return seal.Secret(a.box.SealString(registryPurpose, plain)), nil
}

// checkBuild refuses the token of a build that has ended, or whose worker is
// another one by now.
func (a *Authenticator) checkBuild(ctx context.Context, c *claims) error {
	if a.build == nil {
		return ErrInvalidCredentials
	}
	active, err := a.build(ctx, c.Build, c.Attempt)
	if err != nil {
		return err
	}
	if !active {
		return ErrExpired
	}
	return nil
}
