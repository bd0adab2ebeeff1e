// Package oidc verifies identity tokens of OpenID Connect issuers, with the keys that the issuers publish.
//
// It knows neither accounts nor roles: which issuers and audiences are trusted is for the caller to say.
package oidc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// algorithms are those that AWS accepts. Neither "none" nor any with a shared key is ever one of them: an issuer's public
// key would then do to forge its tokens.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}

// skew is how far the issuer's clock may be from the server's.
const skew = 5 * time.Minute

// Token is a token as it was presented: nothing it says is to be believed until Verify returns.
type Token struct {
	// Issuer is who is said to have made it, a URL. It tells which issuer's keys to ask.
	Issuer string

	jws    *jose.JSONWebSignature
	claims Claims
}

// Claims are what a verified token says.
type Claims struct {
	Issuer  string
	Subject string
	// Audience is whom the token is for: the claim azp when there is one, and else aud.
	Audience []string
	// Methods are the values of the claim amr.
	Methods []string
	// All are the members of the token by name.
	All map[string]json.RawMessage

	expires, notBefore, issued time.Time
}

// Parse reads a token in compact form. Errors: ErrMalformed, for tokens with an algorithm that is not accepted too.
func Parse(raw string) (*Token, error) {
	jws, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil {
		return nil, &Error{Kind: ErrMalformed, Err: err}
	}
	t := &Token{jws: jws}
	if err := t.claims.read(jws.UnsafePayloadWithoutVerification()); err != nil {
		return nil, &Error{Kind: ErrMalformed, Err: err}
	}
	t.Issuer = t.claims.Issuer
	return t, nil
}

func (c *Claims) read(payload []byte) error {
	if err := json.Unmarshal(payload, &c.All); err != nil {
		return err
	}
	var azp string
	for _, m := range []struct {
		name     string
		required bool
		into     any
	}{
		{"iss", true, &c.Issuer},
		{"sub", true, &c.Subject},
		{"aud", false, (*texts)(&c.Audience)},
		{"azp", false, &azp},
		{"amr", false, (*texts)(&c.Methods)},
		{"exp", true, (*numericDate)(&c.expires)},
		{"nbf", false, (*numericDate)(&c.notBefore)},
		{"iat", false, (*numericDate)(&c.issued)},
	} {
		text, ok := c.All[m.name]
		if !ok || string(text) == "null" {
			if m.required {
				return fmt.Errorf("the claim %s is missing", m.name)
			}
			continue
		}
		if err := json.Unmarshal(text, m.into); err != nil {
			return fmt.Errorf("the claim %s: %w", m.name, err)
		}
	}
	if azp != "" {
		c.Audience = []string{azp}
	}
	if c.Issuer == "" || c.Subject == "" {
		return errors.New("the claims iss and sub must not be empty")
	}
	return nil
}

// check holds the claims against the time and the audiences that the caller accepts, and leaves the accepted ones.
func (c *Claims) check(audiences []string, now time.Time) error {
	switch {
	case now.After(c.expires.Add(skew)):
		return &Error{Kind: ErrExpired, Now: now, Limit: c.expires}
	case now.Add(skew).Before(c.notBefore):
		return &Error{Kind: ErrNotYet, Now: now, Limit: c.notBefore}
	case now.Add(skew).Before(c.issued):
		return &Error{Kind: ErrNotYet, Now: now, Limit: c.issued}
	}
	c.Audience = slices.DeleteFunc(slices.Clone(c.Audience), func(a string) bool { return !slices.Contains(audiences, a) })
	if len(c.Audience) == 0 {
		return &Error{Kind: ErrAudience}
	}
	return nil
}

// texts is a string or a list of strings.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// numericDate is a time in seconds since 1970; see RFC 7519, section 2.
type numericDate time.Time

// UnmarshalJSON implements json.Unmarshaler.
func (d *numericDate) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	if math.Abs(seconds) > 1<<40 {
		return fmt.Errorf("%v is no time", seconds)
	}
	*d = numericDate(time.Unix(int64(seconds), 0))
	return nil
}

// Kind says what is wrong with a token. Each kind is itself an error, so that errors.Is(err, oidc.ErrExpired) holds for
// every *Error of that kind.
type Kind int

// The kinds.
const (
	_ Kind = iota
	// ErrMalformed: it is not a signed token in compact form with the claims that are needed, or is signed with an
	// algorithm that is not accepted.
	ErrMalformed
	// ErrExpired: it was good until Limit.
	ErrExpired
	// ErrNotYet: it is good from Limit.
	ErrNotYet
	// ErrAudience: it is for somebody else.
	ErrAudience
	// ErrNoKey: the issuer publishes no such key, or nothing that is a list of keys.
	ErrNoKey
	// ErrSignature: it was changed, or somebody else made it.
	ErrSignature
	// ErrUnreachable: the issuer does not answer.
	ErrUnreachable

	kindEnd
)

var kindText = [...]string{
	ErrMalformed:   "not an acceptable token",
	ErrExpired:     "token has expired",
	ErrNotYet:      "token is not valid yet",
	ErrAudience:    "token is for another audience",
	ErrNoKey:       "issuer has no key for the token",
	ErrSignature:   "signature is wrong",
	ErrUnreachable: "issuer cannot be reached",
}

// Kinds returns every kind, for tables that must cover them all.
func Kinds() []Kind {
	var all []Kind
	for k := ErrMalformed; k < kindEnd; k++ {
		all = append(all, k)
	}
	return all
}

// Error makes a Kind an error.
func (k Kind) Error() string {
	if k <= 0 || k >= kindEnd {
		return fmt.Sprintf("oidc: kind %d", int(k))
	}
	return kindText[k]
}

// Error is why a token is refused. Err is for the server's log: it may tell what the network looks like from there.
type Error struct {
	Kind       Kind
	Now, Limit time.Time // of ErrExpired and ErrNotYet
	Err        error
}

// Error describes the error for logs.
func (e *Error) Error() string {
	s := e.Kind.Error()
	if e.Err != nil {
		s += ": " + strings.TrimPrefix(e.Err.Error(), "go-jose/go-jose: ")
	}
	return s
}

// Unwrap makes errors.Is see the Kind.
func (e *Error) Unwrap() error { return e.Kind }
