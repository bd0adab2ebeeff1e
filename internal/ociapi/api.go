// Package ociapi serves the OCI distribution API, /v2/, as Amazon ECR's
// registry endpoint does.
//
// Parse turns a method and a URL into a Request; the table has a row for each
// kind of request with the IAM actions it needs; the dispatcher authenticates,
// authorises, runs and records all of them alike. Where ECR breaks the OCI
// distribution specification the specification is followed.
package ociapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/creation"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// Config is what an API needs. All fields are required but Log, which is
// slog.Default() when it is nil, and the rates.
type Config struct {
	Registry      *registry.Registry
	Authenticator *authn.Authenticator
	Authorizer    *authz.Authorizer
	Layers        *LayerURLs
	Now           func() time.Time
	Log           *slog.Logger

	// AnonymousPulls is how many manifests an address may get from the public
	// registries without credentials, and AuthenticatedPulls is that of a
	// principal. A zero Rate allows none.
	AnonymousPulls, AuthenticatedPulls Rate
}

// API serves /v2/ and the URLs of layers. It is safe for concurrent use.
type API struct {
	registry      *registry.Registry
	authenticator *authn.Authenticator
	authorizer    *authz.Authorizer
	creator       *creation.Creator
	layers        *LayerURLs
	now           func() time.Time
	log           *slog.Logger

	anonymous, authenticated *buckets // pulls from public registries
}

// New returns an API.
func New(c Config) *API {
	a := &API{c.Registry, c.Authenticator, c.Authorizer, creation.New(c.Registry, c.Authorizer), c.Layers, c.Now, c.Log, newBuckets(c.AnonymousPulls), newBuckets(c.AuthenticatedPulls)}
	if a.log == nil {
		a.log = slog.Default()
	}
	return a
}

// Target is the registry that a request addresses.
type Target struct {
	Account string
	Region  string
	Host    string // name of the registry with its port, for the challenge
}

// call is one request on its way through the dispatcher.
type call struct {
	*API
	*Request
	w      http.ResponseWriter
	r      *http.Request
	target Target
	event  *audit.Event
	place  *admit.Place    // nil where nothing is limited
	id     *authn.Identity // nil for everybody, which only public registries know
	env    policy.Context
	name   string // of the repository, in its registry
}

// ServeRegistry answers a request to the registry t, whose path is /v2 or
// below it. It fills in the audit event of the request's context, but for
// what the response's writer counts.
func (a *API) ServeRegistry(w http.ResponseWriter, r *http.Request, t Target) {
	event := audit.FromContext(r.Context())
	event.Service, event.Account, event.Region = "oci", t.Account, t.Region
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	// Nothing else is echoed: it is the caller's text, and no promise of ours.
	if r.URL.RawQuery != "" {
		ns := r.URL.Query().Get("ns")
		if reg, ok := endpoint.ParseRegistry(ns); ok && reg.Host() == t.Host {
			w.Header().Set("Oci-Namespace", ns)
		}
	}
	c := &call{API: a, w: w, r: r, target: t, event: event, place: admit.FromContext(r.Context())}
	if err := c.serve(); err != nil {
		c.fail(err)
	}
}

// serve does what the table says, in the order in which less is given away:
// nobody learns more than that credentials are needed before they have shown
// some, nor whether a repository exists before they may ask.
func (c *call) serve() (err error) {
	if c.id, err = c.authenticator.Basic(c.r); err != nil {
		return err
	}
	c.event.Caller = c.id.Caller()
	if err := c.place.Identify(c.id.Account(), c.id.UserOrRole()); err != nil {
		return err
	}
	if c.Request, err = Parse(c.r.Method, c.r.URL); err != nil {
		return err
	}
	row := table[c.Kind]
	c.name = c.Repository
	c.event.Operation = row.name
	c.env = authn.Environment(c.r, c.now())
	c.env.Set("aws:requestedregion", c.target.Region)
	resource := c.Repository
	if c.Kind == Catalog {
		resource = "*"
	}
	actions := row.needs(c.r)
	if len(actions) > 0 {
		c.event.Resources = append(c.event.Resources, audit.Resource{ARN: c.arn(resource), Account: c.target.Account})
	}
	if row.creates {
		if err := c.create(); err != nil {
			return err
		}
	}
	for _, action := range actions {
		if err := c.authorize(action, resource); err != nil {
			return err
		}
	}
	if err := c.place.Enter(row.class); err != nil {
		return err
	}
	return row.run(c)
}

func (c *call) arn(repository string) string {
	return arn.Repository(c.target.Account, c.target.Region, repository)
}

// authorize checks an action on a repository of the registry.
func (c *call) authorize(action, repository string) error {
	return c.authorizer.Authorize(c.r.Context(), c.id, action, authz.Resource{ARN: c.arn(repository), Account: c.target.Account}, c.env)
}

// repo is the repository that the request names.
func (c *call) repo() registry.Repo {
	return registry.Repo{Account: c.target.Account, Region: c.target.Region, Name: c.name}
}

// fail answers with an error, unless the answer has begun. Then net/http sees
// that it is too short and closes the connection, so that the client does not
// take it for whole.
func (c *call) fail(err error) {
	var begun *interruptedError
	if errors.As(err, &begun) {
		c.event.ErrorCode, c.event.ErrorMessage = "ResponseInterrupted", err.Error()
		if c.r.Context().Err() == nil && !begun.byClient() {
			c.log.ErrorContext(c.r.Context(), "response interrupted", "request_id", c.event.RequestID, "error", err)
		}
		return
	}
	if errors.Is(err, authn.ErrNoCredentials) || errors.Is(err, authn.ErrInvalidCredentials) {
		if c.public() {
			c.askForToken()
		} else {
			c.challenge()
		}
		return
	}
	e := wireError(err, c.event.RequestID)
	if e == nil {
		if c.r.Context().Err() == nil { // otherwise the client went away
			c.log.ErrorContext(c.r.Context(), "registry request failed", "request_id", c.event.RequestID, "operation", c.event.Operation, "error", err)
		}
		e = troubleError(err, "; the request's id is "+c.event.RequestID)
	}
	c.event.ErrorCode, c.event.ErrorMessage = e.Code, e.Message
	h := c.w.Header()
	for k, v := range e.Header {
		h[k] = v
	}
	c.send(e.Status, "application/json; charset=utf-8", e.body())
}

// ServeError answers a request to a registry that does not get as far as
// ServeRegistry, or ServePublic. It fills in the audit event of the request's
// context.
func (a *API) ServeError(w http.ResponseWriter, r *http.Request, err error) {
	event := audit.FromContext(r.Context())
	event.Service = "oci"
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	(&call{API: a, w: w, r: r, event: event}).fail(err)
}

// challenge asks for credentials in ECR's words.
func (c *call) challenge() {
	const text = "Not Authorized\n"
	c.event.ErrorCode, c.event.ErrorMessage = "UNAUTHORIZED", "Not Authorized"
	c.w.Header().Set("Www-Authenticate", fmt.Sprintf(`Basic realm="%s://%s/",service="ecr.amazonaws.com"`, authn.Scheme(c.r), c.target.Host))
	c.send(http.StatusUnauthorized, "text/plain; charset=utf-8", []byte(text))
}

// send writes a response whose body is known. net/http leaves the body out
// for HEAD.
func (c *call) send(status int, contentType string, body []byte) {
	h := c.w.Header()
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	if status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // the client may have gone; nobody else cares
}

// location returns a path of the repository for the Location header. It keeps
// the ns parameter, without which the client would be sent to another registry.
func (c *call) location(path string) string {
	l := "/v2/" + c.Repository + path
	if c.Namespace != "" {
		l += "?" + url.Values{"ns": {c.Namespace}}.Encode()
	}
	return l
}

// next sets the Link header to the page after last.
func (c *call) next(last string, more url.Values) {
	q := url.Values{"last": {last}}
	for k, v := range more {
		q[k] = v
	}
	if c.N >= 0 {
		q.Set("n", strconv.Itoa(c.N))
	}
	if c.Namespace != "" {
		q.Set("ns", c.Namespace)
	}
	c.w.Header().Set("Link", "<"+c.r.URL.EscapedPath()+"?"+q.Encode()+`>; rel="next"`)
}

func (c *call) ping() error {
	c.send(http.StatusOK, "application/json", []byte("{}\n"))
	return nil
}
