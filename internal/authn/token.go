package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

// TokenLifetime is how long a registry token is good for, as on Amazon ECR.
const TokenLifetime = 12 * time.Hour

// BearerLifetime is how long the Bearer tokens of the public registries are
// good for at most.
const BearerLifetime = time.Hour

// What tokens are sealed for. A token of one kind is not taken for another.
const (
	registryPurpose = "registry-token"
	publicPurpose   = "public-registry-token"
	bearerPurpose   = "public-bearer-token"
)

// claims are what a registry token says: who asked for it, never what they
// may do.
type claims struct {
	Expires     int64        `json:"exp"` // seconds since 1970
	AccessKeyID string       `json:"key"`
	Ref         iam.Ref      `json:"ref"`
	STS         *iam.Session `json:"sts,omitempty"`

	// The build that the token is for, and which of the attempts at it.
	Build   string `json:"build,omitempty"`
	Attempt int64  `json:"attempt,omitempty"`
}

// opened is a token that was opened. It is remembered, so it must not be changed.
type opened struct {
	claims
	keys subjectKeys
}

// openedMost is how many tokens are remembered.
const openedMost = 10_000

// subjectKeys remembers the condition keys that the principal of a token fills:
// they are the same for as long as it is.
type subjectKeys struct{ last atomic.Pointer[Identity] }

func (k *subjectKeys) of(id *Identity) policy.Context {
	last := k.last.Load()
	if last == nil || last.Subject != id.Subject {
		last = &Identity{Subject: id.Subject, Context: principalKeys(id)}
		k.last.Store(last)
	}
	return last.Context
}

// RegistryToken makes a token that lets id use the registry endpoint until
// expires: the password of the user AWS. It has id's permissions at the time
// of each use, restricted by its session policies, and outlives the session
// that asked for it.
func (a *Authenticator) RegistryToken(id *Identity) (token string, expires time.Time, err error) {
	expires = a.now().Add(TokenLifetime)
	token, err = a.sealToken(registryPurpose, id, expires)
	return token, expires, err
}

// PublicToken is RegistryToken for the public registries.
func (a *Authenticator) PublicToken(id *Identity) (token string, expires time.Time, err error) {
	expires = a.now().Add(TokenLifetime)
	token, err = a.sealToken(publicPurpose, id, expires)
	return token, expires, err
}

// BearerToken makes the token by which a client of the public registries says
// who it is, or with a nil id that it is nobody in particular. It does not
// outlive the token that id was identified by.
func (a *Authenticator) BearerToken(id *Identity) (token string, expires time.Time, err error) {
	expires = a.now().Add(BearerLifetime)
	if id != nil && !id.expires.IsZero() && id.expires.Before(expires) {
		expires = id.expires
	}
	token, err = a.sealToken(bearerPurpose, id, expires)
	return token, expires, err
}

// Bearer authenticates a request by the token of BearerToken in it. id is nil
// for nobody in particular. Errors: ErrNoCredentials, ErrInvalidCredentials,
// and ErrExpired, which a client mends by asking for another token; any other
// is the server's own trouble.
func (a *Authenticator) Bearer(r *http.Request) (id *Identity, err error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, ErrNoCredentials
	}
	t, err := a.remember(bearerPurpose, token, func() (*opened, error) { return a.openToken(bearerPurpose, token) })
	if err != nil {
		return nil, err
	}
	return a.use(r.Context(), bearerPurpose, t)
}

func (a *Authenticator) sealToken(purpose string, id *Identity, expires time.Time) (string, error) {
	c := claims{Expires: expires.Unix()}
	if id != nil {
		c.AccessKeyID, c.Ref, c.STS = id.AccessKeyID, id.ref, id.STS
	}
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("make %s: %w", purpose, err)
	}
	return a.box.SealString(purpose, b), nil
}

// remember returns what open returned for the same purpose and text before.
func (a *Authenticator) remember(purpose, text string, open func() (*opened, error)) (*opened, error) {
	key := make([]byte, 0, 1<<10) // enough for most, so that it stays on the stack
	return a.opened.Get(append(append(append(key, purpose...), 0), text...), open)
}

// openToken opens a token, which may have expired. Errors: ErrInvalidCredentials.
func (a *Authenticator) openToken(purpose, token string) (*opened, error) {
	b, err := a.box.OpenString(purpose, token)
	if errors.Is(err, seal.ErrInvalid) {
		return nil, ErrInvalidCredentials
	}
	if err != nil {
		return nil, err
	}
	t := new(opened)
	if err := json.Unmarshal(b, &t.claims); err != nil {
		return nil, fmt.Errorf("open %s: %w", purpose, err)
	}
	return t, nil
}

// use identifies whom a token was made for, nil if that was nobody in
// particular. Errors: ErrInvalidCredentials, ErrExpired.
func (a *Authenticator) use(ctx context.Context, purpose string, t *opened) (*Identity, error) {
	if a.now().Unix() >= t.Expires {
		return nil, ErrExpired
	}
	if purpose == bearerPurpose && t.AccessKeyID == "" {
		return nil, nil
	}
	if t.Build != "" {
		if err := a.checkBuild(ctx, &t.claims); err != nil {
			return nil, err
		}
	}
	id, err := a.bearer(ctx, t)
	if err == nil {
		id.expires = time.Unix(t.Expires, 0)
	}
	return id, err
}

// bearer identifies whom claims are about, as they are now.
func (a *Authenticator) bearer(ctx context.Context, t *opened) (*Identity, error) {
	p := &proof{kind: RegistryToken, accessKeyID: t.AccessKeyID, ref: t.Ref, sts: t.STS, keys: &t.keys}
	if t.STS == nil { // a key that was deleted or deactivated since takes its tokens along
		key, err := a.lookUp(ctx, t.AccessKeyID, "")
		if err != nil {
			return nil, err
		}
		if key.ref != t.Ref {
			return nil, ErrInvalidCredentials
		}
	}
	return a.identify(ctx, p)
}
