package ociapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// Paths that the public registries have besides /v2/.
const (
	TokenPath = "/token/" // where Bearer tokens are had
	LogoPath  = "/logos/" // what the paths of logos begin with
)

// RepositoryLogo returns the path of a public repository's logo.
func RepositoryLogo(alias, repository string) string { return LogoPath + alias + "/" + repository }

// publicRegion is the region that the public registries count as, in condition
// keys and audit events.
const publicRegion = "us-east-1"

// ServePublic answers a request to the public registries, which are reached
// under the name host, and whose path is /v2 or below it: the first element of
// a repository's path is the alias of the registry. Everybody may pull. It
// fills in the audit event of the request's context, but for what the
// response's writer counts.
func (a *API) ServePublic(w http.ResponseWriter, r *http.Request, host string) {
	c := a.publicCall(w, r, host)
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	ns := r.URL.Query().Get("ns")
	if p, ok := endpoint.ParsePublic(ns); ok && p.Host() == host {
		w.Header().Set("Oci-Namespace", ns)
	}
	if err := c.servePublic(); err != nil {
		c.fail(err)
	}
}

func (a *API) publicCall(w http.ResponseWriter, r *http.Request, host string) *call {
	event := audit.FromContext(r.Context())
	event.Service, event.Region = "oci", publicRegion
	return &call{API: a, w: w, r: r, target: Target{Region: registry.Public, Host: host}, event: event, place: admit.FromContext(r.Context())}
}

// public reports whether the call is to the public registries.
func (c *call) public() bool { return c.target.Region == registry.Public }

// servePublic does what the table of the public registries says.
func (c *call) servePublic() (err error) {
	c.id, err = c.authenticator.Bearer(c.r)
	if errors.Is(err, authn.ErrExpired) {
		err = authn.ErrInvalidCredentials // the client gets another token by itself
	}
	if err != nil {
		return err
	}
	if c.id != nil {
		c.event.Caller = c.id.Caller()
		if err := c.place.Identify(c.id.Account(), c.id.UserOrRole()); err != nil {
			return err
		}
	}
	if c.Request, err = Parse(c.r.Method, c.r.URL); err != nil {
		return err
	}
	row := publicTable[c.Kind]
	c.event.Operation = row.name
	switch {
	case row.run == nil:
		return errNoEndpoint()
	case c.Kind == Ping:
		return row.run(c)
	case row.limited:
		if err := c.limit(); err != nil {
			return err
		}
	case !row.everybody && c.id == nil:
		return authn.ErrNoCredentials
	}
	alias, err := c.locatePublic()
	if err != nil {
		return err
	}
	if !row.everybody {
		if err := c.authorizePush(row); err != nil {
			return err
		}
	}
	if err := c.place.Enter(row.class); err != nil {
		return err
	}
	err = row.run(c)
	if e := (*registry.Error)(nil); errors.As(err, &e) {
		// The public knows registries by alias and not by account.
		said := *e
		said.Repo.Account = alias
		return &said
	}
	return err
}

// locatePublic finds the registry that has the alias that the repository's
// path begins with.
func (c *call) locatePublic() (alias string, err error) {
	alias, name, _ := strings.Cut(c.Repository, "/")
	if name != "" {
		c.target.Account, err = c.registry.PublicAccount(c.r.Context(), alias)
	}
	switch {
	case err != nil:
		return "", err
	case c.target.Account == "":
		return "", &registry.Error{Kind: registry.ErrRepositoryNotFound, Repo: registry.Repo{Account: alias, Region: registry.Public, Name: name}}
	}
	c.event.Account, c.name = c.target.Account, name
	c.event.Resources = append(c.event.Resources, audit.Resource{ARN: c.repo().ARN(), Account: c.target.Account})
	return alias, nil
}

// authorizePush checks the actions of a row that is not for everybody. A row
// without any is for nobody.
func (c *call) authorizePush(row row) error {
	actions := row.needs(c.r)
	if len(actions) == 0 {
		return fmt.Errorf("authorize %s: the table has no action for it", row.name)
	}
	c.env = authn.Environment(c.r, c.now())
	c.env.Set("aws:RequestedRegion", publicRegion)
	for _, action := range actions {
		if err := c.authorizer.Authorize(c.r.Context(), c.id, action, authz.Resource{ARN: c.repo().ARN(), Account: c.target.Account}, c.env); err != nil {
			return err
		}
	}
	return nil
}

// limit takes one pull out of what the caller may do: per address, or per
// principal for those who say who they are.
func (c *call) limit() error {
	bucket, key := c.anonymous, admit.Address(authn.SourceIP(c.r))
	if c.id != nil {
		bucket, key = c.authenticated, c.id.Subject.Principal.ID
	}
	wait := bucket.take(key, c.now())
	if wait == 0 {
		return nil
	}
	return errTooManyRequests(wait)
}

// askForToken answers that a Bearer token is needed, and where it is had: at
// the host that the client has reached the server by.
// https://distribution.github.io/distribution/spec/auth/token/
func (c *call) askForToken() {
	e := &Error{Status: http.StatusUnauthorized, Code: "UNAUTHORIZED", Message: "Not Authorized"}
	c.event.ErrorCode, c.event.ErrorMessage = e.Code, e.Message
	c.w.Header().Set("Www-Authenticate", fmt.Sprintf(`Bearer realm="%s://%s%s",service="%s",scope="aws"`, authn.Scheme(c.r), c.r.Host, TokenPath, c.target.Host))
	c.send(e.Status, "application/json; charset=utf-8", e.body())
}

// ServeToken answers a request for a Bearer token of the public registries. A
// request with Basic credentials, those of GetAuthorizationToken or an access
// key, gets one that stands for them, and one without gets a token that is
// good for pulling. The scope that is asked for is not looked at: what a token
// is good for is decided anew each time it is used.
func (a *API) ServeToken(w http.ResponseWriter, r *http.Request, host string) {
	c := a.publicCall(w, r, host)
	c.event.Operation = "GetToken"
	if err := c.serveToken(); err != nil {
		if errors.Is(err, authn.ErrNoCredentials) || errors.Is(err, authn.ErrInvalidCredentials) {
			err = &Error{
				Status: http.StatusUnauthorized, Code: "UNAUTHORIZED", Message: "Not Authorized",
				Header: http.Header{"Www-Authenticate": {`Basic realm="` + host + `"`}},
			}
		}
		c.fail(err)
	}
}

func (c *call) serveToken() (err error) {
	if err := c.place.Enter(admit.Request); err != nil {
		return err
	}
	if c.r.Method != http.MethodGet { // clients that try the POST of OAuth 2.0 go on with GET
		return errMethod(c.r.Method, map[string]Kind{http.MethodGet: Ping})
	}
	if c.r.Header.Get("Authorization") != "" {
		if c.id, err = c.authenticator.PublicBasic(c.r); err != nil {
			return err
		}
		c.event.Caller = c.id.Caller()
	}
	token, expires, err := c.authenticator.BearerToken(c.id)
	if err != nil {
		return err
	}
	now := c.now()
	body, err := json.Marshal(struct {
		Token     string `json:"token"`
		ExpiresIn int    `json:"expires_in"`
		IssuedAt  string `json:"issued_at"`
	}{token, int(expires.Sub(now).Seconds()), now.UTC().Format(time.RFC3339)})
	if err != nil {
		return fmt.Errorf("encode token: %w", err)
	}
	c.w.Header().Set("Cache-Control", "no-store")
	c.send(http.StatusOK, "application/json", append(body, '\n'))
	return nil
}

// ServeLogo answers a request for a path that RepositoryLogo made. It asks for
// no credentials.
func (a *API) ServeLogo(w http.ResponseWriter, r *http.Request) {
	c := a.publicCall(w, r, "")
	c.event.Operation = "GetLogo"
	if err := c.serveLogo(); err != nil {
		c.fail(err)
	}
}

func (c *call) serveLogo() error {
	if err := c.place.Enter(admit.Request); err != nil {
		return err
	}
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return errMethod(c.r.Method, map[string]Kind{http.MethodGet: Ping, http.MethodHead: Ping})
	}
	c.Request = &Request{Repository: strings.TrimPrefix(c.r.URL.Path, LogoPath)}
	if !ocispec.ValidRepositoryName(c.Repository) {
		return errNoEndpoint()
	}
	if _, err := c.locatePublic(); err != nil {
		return err
	}
	logo, mediaType, err := c.registry.Logo(c.r.Context(), c.repo())
	if err != nil {
		return err
	}
	if len(logo) == 0 {
		return errNoEndpoint()
	}
	h := c.w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Cache-Control", "public, max-age=300")
	c.send(http.StatusOK, mediaType, logo)
	return nil
}
