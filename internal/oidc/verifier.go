package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Config is what a Verifier needs. Now is required.
type Config struct {
	// CAs are the authorities whose certificates issuers may have; nil means those of the system.
	CAs *x509.CertPool
	// Resolve holds the address, host and port, to dial for a host name instead of what DNS says. These addresses may be
	// any; others must not be of the machine itself or its link.
	Resolve map[string]string
	Now     func() time.Time
}

// Verifier verifies tokens and keeps the keys of issuers for a while. It is safe for concurrent use.
type Verifier struct {
	now    func() time.Time
	client *http.Client

	mu      sync.Mutex
	issuers map[string]*issuer
}

// New returns a Verifier.
func New(c Config) *Verifier {
	return &Verifier{now: c.Now, client: newClient(c), issuers: map[string]*issuer{}}
}

// Verify returns the claims of a token once it is certain that its issuer made it, now, for one of the audiences. The
// caller has made sure that the token's issuer is one to be trusted. Errors: *Error, and that of ctx.
func (v *Verifier) Verify(ctx context.Context, t *Token, audiences []string) (*Claims, error) {
	claims := t.claims
	if err := claims.check(audiences, v.now()); err != nil {
		return nil, err
	}
	header := t.jws.Signatures[0].Header
	i := v.issuer(t.Issuer)
	refused := &Error{Kind: ErrNoKey}
	// An unknown key may be a new one: look once more, if that was not long ago.
	for _, anew := range []bool{false, true} {
		keys, err := i.get(ctx, v, anew)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if !fits(&k, &header) {
				continue
			}
			if _, err := t.jws.Verify(k.Key); err == nil {
				return &claims, nil
			}
			refused = &Error{Kind: ErrSignature}
		}
		if refused.Kind == ErrSignature && header.KeyID != "" {
			break
		}
	}
	return nil, refused
}

// fits reports whether a token with the header may be signed with the key.
func fits(k *jose.JSONWebKey, header *jose.Header) bool {
	if header.KeyID != "" && k.KeyID != header.KeyID || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != header.Algorithm {
		return false
	}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(header.Algorithm, "RS")
	case *ecdsa.PublicKey:
		return curves[header.Algorithm] == key.Curve.Params().BitSize
	}
	return false
}

var curves = map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}

// How long keys are believed, and how often they are asked for.
const (
	maxAge     = time.Hour
	minBetween = 30 * time.Second // for keys that are not among those at hand
	retryAfter = 5 * time.Second  // after a failure
	maxIssuers = 1024
)

// issuer holds the keys of one issuer.
type issuer struct {
	url      string
	fetching chan struct{} // holds a token while nobody fetches

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fetched time.Time // zero before the first success
	tried   time.Time
	err     error // of the last try
}

func (v *Verifier) issuer(url string) *issuer {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := v.issuers[url]
	if i == nil {
		for old := range v.issuers { // any will do: what is used comes back
			if len(v.issuers) < maxIssuers {
				break
			}
			delete(v.issuers, old)
		}
		i = &issuer{url: url, fetching: make(chan struct{}, 1)}
		i.fetching <- struct{}{}
		v.issuers[url] = i
	}
	return i
}

// known returns what is known now, and whether that is all that may be known for now.
func (i *issuer) known(now time.Time, anew bool) (keys []jose.JSONWebKey, final bool, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	fresh := !i.fetched.IsZero() && now.Sub(i.fetched) < maxAge
	switch {
	case fresh && (!anew || now.Sub(i.tried) < minBetween):
		return i.keys, true, nil
	case !fresh && i.err != nil && now.Sub(i.tried) < retryAfter:
		return nil, true, i.err
	}
	return nil, false, nil
}

// get returns the issuer's keys, and fetches them if they are old, or if others are wanted.
func (i *issuer) get(ctx context.Context, v *Verifier, anew bool) ([]jose.JSONWebKey, error) {
	if keys, final, err := i.known(v.now(), anew); final {
		return keys, err
	}
	select {
	case <-i.fetching:
		defer func() { i.fetching <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if keys, final, err := i.known(v.now(), anew); final { // somebody else was first
		return keys, err
	}
	// Whoever asked may go away; others wait for the answer.
	keys, err := fetch(context.WithoutCancel(ctx), v.client, i.url)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.tried, i.err = v.now(), err
	if err == nil {
		i.keys, i.fetched = keys, i.tried
	} else if now := i.tried; !i.fetched.IsZero() && now.Sub(i.fetched) < maxAge {
		return i.keys, nil // those at hand are good for a while
	}
	return keys, err
}

// Limits of what issuers send.
const (
	maxDiscovery = 64 << 10
	maxKeySet    = 256 << 10
	maxKeys      = 100
	minRSA       = 2048 // bits
	maxRSA       = 8192
)

// fetch asks an issuer for its keys: see OpenID Connect Discovery 1.0, section 4.
func fetch(ctx context.Context, c *http.Client, issuer string) ([]jose.JSONWebKey, error) {
	var about struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := getJSON(ctx, c, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", maxDiscovery, &about); err != nil {
		return nil, err
	}
	if about.Issuer != issuer {
		return nil, &Error{Kind: ErrNoKey, Err: fmt.Errorf("the configuration of %s is that of %q", issuer, about.Issuer)}
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := getJSON(ctx, c, about.Keys, maxKeySet, &set); err != nil {
		return nil, err
	}
	var keys []jose.JSONWebKey
	for _, text := range set.Keys[:min(len(set.Keys), maxKeys)] {
		var k jose.JSONWebKey
		if err := k.UnmarshalJSON(text); err != nil {
			continue // of a kind that came up later, perhaps
		}
		switch key := k.Key.(type) {
		case *rsa.PublicKey:
			if n := key.N.BitLen(); n >= minRSA && n <= maxRSA {
				keys = append(keys, k)
			}
		case *ecdsa.PublicKey:
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, &Error{Kind: ErrNoKey, Err: errors.New("none of the issuer's keys can be used")}
	}
	return keys, nil
}
