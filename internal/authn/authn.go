// Package authn finds out who sent a request: from its SigV4 signature, or
// from the Basic credentials that container clients send.
//
// Whatever the credential, the principal behind it is read anew for each
// request: a user, role or access key that is deleted stops working with the
// next request, whichever tokens it had been given.
package authn

import (
	"context"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/sigv4"
)

// The errors of a credential. Signature errors are *sigv4.Error.
var (
	// ErrNoCredentials: the request carries none.
	ErrNoCredentials = errors.New("no credentials")
	// ErrInvalidCredentials: the access key, session token, registry token
	// or password is not one that is known, or no longer.
	ErrInvalidCredentials = errors.New("the security token included in the request is invalid")
	// ErrExpired: the session or registry token was good and has expired.
	ErrExpired = errors.New("the security token included in the request is expired")
)

// Credential is what kind of proof an identity gave.
type Credential int

// The kinds of credential.
const (
	AccessKey     Credential = iota + 1 // signed, or Basic, with a long-term access key
	Session                             // signed with temporary credentials of STS
	RegistryToken                       // Basic, with a token of GetAuthorizationToken
)

// Identity is who sent a request. It is made once per request and is all that
// authorisation and audit know about the caller.
type Identity struct {
	// Subject is the live principal with its policies.
	Subject *iam.Subject
	// Session holds the session policies, if any.
	Session []policy.Source
	// STS is the session behind temporary credentials; nil for long-term ones.
	STS         *iam.Session
	Credential  Credential
	AccessKeyID string
	// Context holds the condition keys that the principal fills. It must not be changed.
	Context policy.Context

	ref     iam.Ref
	expires time.Time // when a token that was the proof does; zero for others
}

// Account is the account that the principal belongs to.
func (id *Identity) Account() string { return id.Subject.Principal.Account }

// Tags are those of the principal, with those of its session on top.
func (id *Identity) Tags() map[string]string {
	if id.STS == nil {
		return id.Subject.Tags
	}
	passed := make(map[string]string, len(id.STS.Tags))
	for _, t := range id.STS.Tags {
		passed[t.Key] = t.Value
	}
	return iam.MergeTags(id.Subject.Tags, passed)
}

// ARN is the principal's ARN as denials print it.
func (id *Identity) ARN() string { return id.Subject.Principal.ARN }

// Config is what an Authenticator needs. All fields but Build are required.
type Config struct {
	IAM *iam.IAM
	Box *seal.Box
	Now func() time.Time
	// Build reports whether the tokens of a build may be used still; see
	// BuildToken. Without it they may not.
	Build func(ctx context.Context, build string, attempt int64) (bool, error)
}

// Authenticator tells who sent a request. It is safe for concurrent use.
type Authenticator struct {
	iam  *iam.IAM
	box  *seal.Box
	now  func() time.Time
	keys *sigv4.KeyCache

	opened *seal.Memo[*opened]

	build func(ctx context.Context, build string, attempt int64) (bool, error)
}

// New returns an Authenticator.
func New(c Config) *Authenticator {
	return &Authenticator{iam: c.IAM, box: c.Box, now: c.Now, keys: sigv4.NewKeyCache(4096), opened: seal.NewMemo[*opened](c.Box, openedMost), build: c.Build}
}

// proof is a credential that was found good, before the principal behind it is
// read.
type proof struct {
	kind        Credential
	accessKeyID string
	secret      seal.Secret
	ref         iam.Ref
	key         *iam.Key     // nil for temporary credentials
	sts         *iam.Session // nil for long-term credentials
	keys        *subjectKeys // of a token that is remembered
}

// SigV4 authenticates a signed request whose body has been read. service is
// the name the signature must be scoped to, such as "ecr"; validRegion says
// which regions it may be scoped to, and the one it is comes back. Errors:
// *sigv4.Error, ErrInvalidCredentials, ErrExpired; any other is the server's
// own trouble.
func (a *Authenticator) SigV4(r *http.Request, body []byte, service string, validRegion func(string) bool) (id *Identity, region string, err error) {
	q, err := sigv4.Parse(r)
	if err != nil {
		return nil, "", err
	}
	if err := q.CheckScope(service, validRegion); err != nil {
		return nil, "", err
	}
	if err := q.CheckTime(a.now()); err != nil {
		return nil, "", err
	}
	p, err := a.lookUp(r.Context(), q.AccessKeyID, q.SessionToken)
	if err != nil {
		return nil, "", err
	}
	key := a.keys.Key(q, p.secret.Reveal())
	if err := q.VerifyKey(r, key, sigv4.HashPayload(body), a.now()); err != nil {
		return nil, "", err
	}
	if service == "iam" && p.sts != nil && p.ref.Kind != policy.AssumedRole && !p.sts.IsRootTask() {
		// Temporary credentials of users and federated users are for other services: IAM takes them only
		// from those who gave an MFA code, of which there are none. Those of AssumeRoot are for IAM.
		return nil, "", ErrInvalidCredentials
	}
	if id, err = a.identify(r.Context(), p); err != nil {
		return nil, "", err
	}
	if p.key != nil {
		// When a key was last used is worth a write now and then, not a
		// request: a database that cannot take it fails what matters anyway.
		_ = a.iam.NoteKeyUsed(r.Context(), p.key, service, q.Region)
	}
	return id, q.Region, nil
}

// Basic authenticates the Basic credentials of a container client: user AWS
// with a token of GetAuthorizationToken, or an access key id with its secret.
// Errors: ErrNoCredentials, ErrInvalidCredentials, ErrExpired; any other is the
// server's own trouble.
func (a *Authenticator) Basic(r *http.Request) (*Identity, error) { return a.basic(r, registryPurpose) }

// PublicBasic is Basic for the public registries, whose tokens are made by
// PublicToken: those of private registries are no good there, nor theirs here.
func (a *Authenticator) PublicBasic(r *http.Request) (*Identity, error) {
	return a.basic(r, publicPurpose)
}

func (a *Authenticator) basic(r *http.Request, purpose string) (*Identity, error) {
	var user, password string
	t, err := a.remember(purpose, r.Header.Get("Authorization"), func() (*opened, error) {
		var ok bool
		if user, password, ok = r.BasicAuth(); !ok {
			return nil, ErrNoCredentials
		}
		if user != "AWS" {
			return nil, errAccessKey
		}
		return a.openToken(purpose, password)
	})
	switch {
	case errors.Is(err, errAccessKey):
		return a.basicKey(r.Context(), user, password)
	case err != nil:
		return nil, err
	}
	return a.use(r.Context(), purpose, t)
}

// errAccessKey says that Basic credentials are no token but an access key.
var errAccessKey = errors.New("an access key")

// basicKey authenticates an access key that came with its secret.
func (a *Authenticator) basicKey(ctx context.Context, id, secret string) (*Identity, error) {
	p, err := a.lookUp(ctx, id, "")
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(p.secret.Reveal()), []byte(secret)) != 1 {
		return nil, ErrInvalidCredentials
	}
	return a.identify(ctx, p)
}

// lookUp finds what is known of an access key: its own record for long-term
// keys, what the session token says for temporary ones.
func (a *Authenticator) lookUp(ctx context.Context, accessKeyID, sessionToken string) (*proof, error) {
	if sessionToken == "" {
		key, err := a.iam.AccessKey(ctx, accessKeyID)
		switch {
		case errors.Is(err, iam.ErrNoSuchEntity):
			return nil, ErrInvalidCredentials
		case err != nil:
			return nil, err
		case !key.Active:
			return nil, ErrInvalidCredentials
		}
		return &proof{kind: AccessKey, accessKeyID: key.ID, secret: key.Secret, ref: key.Principal, key: key}, nil
	}
	s, err := a.iam.OpenSession(sessionToken)
	switch {
	case errors.Is(err, iam.ErrExpiredToken):
		return nil, ErrExpired
	case errors.Is(err, iam.ErrInvalidToken):
		return nil, ErrInvalidCredentials
	case err != nil:
		return nil, err
	case s.AccessKeyID != accessKeyID:
		return nil, ErrInvalidCredentials
	}
	return &proof{kind: Session, accessKeyID: s.AccessKeyID, secret: s.Secret, ref: s.Ref, sts: s}, nil
}

// identify reads the principal behind a proof as it is now.
func (a *Authenticator) identify(ctx context.Context, p *proof) (*Identity, error) {
	name := ""
	if p.sts != nil {
		name = p.sts.Name
	}
	subject, err := a.iam.Subject(ctx, p.ref, name)
	if errors.Is(err, iam.ErrNoSuchEntity) {
		return nil, ErrInvalidCredentials
	}
	if err != nil {
		return nil, err
	}
	id := &Identity{Subject: subject, STS: p.sts, Credential: p.kind, AccessKeyID: p.accessKeyID, ref: p.ref}
	if p.sts != nil {
		if id.Session, err = a.iam.SessionPolicies(ctx, p.sts); err != nil {
			return nil, err
		}
	}
	if p.keys != nil {
		id.Context = p.keys.of(id)
	} else {
		id.Context = principalKeys(id)
	}
	return id, nil
}

// principalKeys fills the condition keys that the principal decides, as the
// table of global condition keys in the IAM User Guide has them.
func principalKeys(id *Identity) policy.Context {
	p, c := id.Subject.Principal, policy.Context{}
	c.Set("aws:PrincipalAccount", p.Account)
	c.Set("aws:PrincipalType", principalTypes[p.Kind])
	c.Set("aws:userid", p.ID)
	c.Set("aws:PrincipalIsAWSService", "false")
	c.Set("aws:PrincipalArn", p.ARN)
	if p.Kind == policy.AssumedRole {
		c.Set("aws:PrincipalArn", p.IssuerARN)
	}
	if id.Subject.UserName != "" {
		c.Set("aws:username", id.Subject.UserName)
	}
	if s := id.STS; s != nil {
		c.Set("aws:TokenIssueTime", s.Issued.UTC().Format(time.RFC3339))
		c.Set("aws:MultiFactorAuthPresent", "false")
		if s.IsRootTask() {
			c.Set("aws:AssumedRoot", "true")
		}
		if s.SourceIdentity != "" {
			c.Set("aws:SourceIdentity", s.SourceIdentity)
		}
		if s.Provider != "" {
			c.Set("aws:FederatedProvider", s.Provider)
		}
		for k, v := range s.Claims {
			c.Set(k, v...)
		}
	}
	for k, v := range id.Tags() {
		c.Set("aws:PrincipalTag/"+k, v)
	}
	return c
}

var principalTypes = map[policy.PrincipalKind]string{
	policy.Root:          "Account",
	policy.User:          "User",
	policy.AssumedRole:   "AssumedRole",
	policy.FederatedUser: "FederatedUser",
}

// Environment fills the condition keys that a request decides whoever sent
// it. aws:RequestedRegion is left to the protocol, which knows the region.
//
// There is one for each request, so that its keys are written as Set would fold
// them, and its values are together.
func Environment(r *http.Request, now time.Time) policy.Context {
	values := [...]string{
		SourceIP(r), strconv.FormatBool(r.TLS != nil), "false", now.UTC().Format(time.RFC3339), strconv.FormatInt(now.Unix(), 10),
		r.UserAgent(), r.Referer(),
	}
	c := make(policy.Context, len(values)+1) // and the region
	for i, key := range [len(values)]string{
		"aws:sourceip", "aws:securetransport", "aws:viaawsservice", "aws:currenttime", "aws:epochtime",
		"aws:useragent", "aws:referer",
	} {
		if values[i] != "" {
			c[key] = values[i : i+1 : i+1]
		}
	}
	return c
}

// Scheme is the scheme of the URL by which the client of a request reached the
// server, or a proxy in front of it: for answers that have URLs, not for
// decisions. A client that lies about it misleads nobody but itself.
func Scheme(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https"
	}
	return "http"
}

// SourceIP is the address the request came from, without its port.
func SourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
