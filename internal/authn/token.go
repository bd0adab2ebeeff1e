package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
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

// claimsCache remembers what the tokens in use say, by the text that was sealed.
type claimsCache struct {
	mu sync.RWMutex
	m  map[string]*claims
}

// claimsMost is how many it remembers; then it begins anew.
const claimsMost = 10_000

// read decodes the text of a token. What it returns must not be changed.
func (cc *claimsCache) read(text []byte) (*claims, error) {
	cc.mu.RLock()
	c := cc.m[string(text)]
	cc.mu.RUnlock()
	if c != nil {
		return c, nil
	}
	c = new(claims)
	if err := json.Unmarshal(text, c); err != nil {
		return nil, err
	}
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.m == nil || len(cc.m) == claimsMost {
		cc.m = map[string]*claims{}
	}
	cc.m[string(text)] = c
	return c, nil
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
	return a.openToken(r.Context(), bearerPurpose, token)
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

// openToken opens a token and identifies whom it was made for, nil if that was
// nobody. Errors: ErrInvalidCredentials, ErrExpired.
func (a *Authenticator) openToken(ctx context.Context, purpose, token string) (*Identity, error) {
	b, err := a.box.OpenString(purpose, token)
	if errors.Is(err, seal.ErrInvalid) {
		return nil, ErrInvalidCredentials
	}
	if err != nil {
		return nil, err
	}
	c, err := a.claims.read(b)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", purpose, err)
	}
	if a.now().Unix() >= c.Expires {
		return nil, ErrExpired
	}
	if purpose == bearerPurpose && c.AccessKeyID == "" {
		return nil, nil
	}
	if c.Build != "" {
		if err := a.checkBuild(ctx, c); err != nil {
			return nil, err
		}
	}
	id, err := a.bearer(ctx, c)
	if err == nil {
		id.expires = time.Unix(c.Expires, 0)
	}
	return id, err
}

// bearer identifies whom claims are about, as they are now.
func (a *Authenticator) bearer(ctx context.Context, c *claims) (*Identity, error) {
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
