package awsapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/sigv4"
)

// DefaultMaxBody fits the largest request of ECR, a layer part of 20 MiB in base64.
const DefaultMaxBody = 28 << 20

// maxQueryBody bounds form bodies, which are read before it is known who sends them.
const maxQueryBody = 4 << 20

// Config is what a Dispatcher needs. All fields but EncodeDenial and MaxBody are required.
type Config struct {
	// Operations are the rows of all services.
	Operations []Operation
	// Authenticate says who signed a request, and for which region. See (*authn.Authenticator).SigV4.
	Authenticate func(r *http.Request, body []byte, service string, validRegion func(string) bool) (*authn.Identity, string, error)
	// Authorize returns nil when the identity may do action to the resource. See (*authz.Authorizer).Authorize.
	Authorize func(ctx context.Context, id *authn.Identity, action string, res Resource, env policy.Context) error
	// Environment returns the condition keys that a request fills by itself. See authn.Environment.
	Environment func(*http.Request) policy.Context
	// EncodeDenial returns what DecodeAuthorizationMessage makes a denial out of; nil leaves it out of the answers.
	EncodeDenial func(*authz.Denied) (string, error)
	// ValidRegion says which regions a signature may be scoped to.
	ValidRegion func(string) bool
	// DefaultRegion is the region of unsigned calls, which name none.
	DefaultRegion string
	// Log gets the errors that callers are not told about.
	Log *slog.Logger
	// MaxBody bounds request bodies in bytes; 0 means DefaultMaxBody.
	MaxBody int64
}

// Dispatcher is the HTTP handler of all operations. It is safe for concurrent use.
type Dispatcher struct {
	cfg      Config
	rows     map[rowKey]*row
	targets  map[string]*shape.Service // by target prefix
	versions map[string]*shape.Service // by API version
	routes   []route
}

type rowKey struct {
	service *shape.Service
	name    string
}

type row struct {
	Operation
	validator *validator
}

// New returns a Dispatcher. It panics when an operation has two rows.
func New(c Config) *Dispatcher {
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	d := &Dispatcher{
		cfg:      c,
		rows:     make(map[rowKey]*row),
		targets:  make(map[string]*shape.Service),
		versions: make(map[string]*shape.Service),
	}
	compilers := make(map[*shape.Service]*compiler)
	for _, o := range c.Operations {
		s := o.service
		if compilers[s] == nil {
			compilers[s] = newCompiler(s.Constraints)
			switch s.Protocol {
			case shape.JSON11:
				d.targets[s.TargetPrefix] = s
			case shape.Query:
				d.versions[s.Version] = s
			}
		}
		key := rowKey{s, o.Name()}
		if d.rows[key] != nil {
			panic(fmt.Sprintf("awsapi: two rows for %s of %s", o.Name(), s.Name))
		}
		r := &row{Operation: o}
		if o.unsupported == "" {
			r.validator = compilers[s].validator(o.input)
		}
		d.rows[key] = r
		d.addRoute(r)
	}
	return d
}

// ServeHTTP answers one API request, whatever its path if it names its operation elsewhere: signatures cover it, and the
// services have one.
// It records operation, caller, resources and error in the audit event of the request's context.
func (d *Dispatcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{d: d, w: w, r: r, event: audit.FromContext(r.Context())}
	if x.event.RequestID == "" {
		x.event.RequestID = uuid.NewString()
	}
	w.Header().Set("x-amzn-RequestId", x.event.RequestID)
	x.protocol, x.dialect = protocolOf(r)
	if x.rest = d.routed(r); x.rest {
		x.protocol, x.dialect = shape.JSON11, restDialect
	}

	out, err := x.serve()
	if err == nil {
		err = x.answer(out)
	}
	if err != nil {
		x.fail(err)
	}
}

// protocolOf returns the protocol that a request speaks: JSON if it looks like it, or else Query,
// whose requests need no headers of their own.
func protocolOf(r *http.Request) (shape.Protocol, dialect) {
	if r.Header.Get("X-Amz-Target") != "" || strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-amz-json") {
		return shape.JSON11, jsonDialect
	}
	return shape.Query, queryDialect
}

// exchange is one request on its way through the dispatcher.
type exchange struct {
	d        *Dispatcher
	w        http.ResponseWriter
	r        *http.Request
	event    *audit.Event
	protocol shape.Protocol
	rest     bool // by method and path, with JSON bodies
	dialect  dialect

	service *shape.Service // nil until known
	row     *row           // nil until known
	body    []byte
	params  url.Values // Query and REST
	call    *Call
}

// serve does everything but writing the answer.
func (x *exchange) serve() (any, error) {
	if err := x.find(); err != nil {
		return nil, err
	}
	if err := x.authenticate(); err != nil {
		return nil, err
	}
	if x.row.unsupported != "" {
		return nil, x.dialect.errUnsupported(&x.row.Operation)
	}
	in := reflect.New(x.row.input)
	if err := x.decode(in.Interface()); err != nil {
		return nil, err
	}
	if vs := x.row.validator.violations(in.Elem(), ""); len(vs) > 0 {
		return nil, invalid(x.service, vs)
	}
	if named, ok := in.Interface().(interface{ GetRegistryId() string }); ok && named.GetRegistryId() != "" {
		x.call.Account = named.GetRegistryId()
	}
	x.event.Account = x.call.Account
	if err := x.authorize(in.Interface()); err != nil {
		return nil, err
	}
	return x.row.run(x.r.Context(), x.call, in.Interface())
}

// find determines the operation and reads the body, in the order that the protocol asks for.
func (x *exchange) find() error {
	switch {
	case x.rest:
		return x.findREST()
	case x.protocol == shape.JSON11:
		return x.findJSON()
	}
	return x.findQuery()
}

func (x *exchange) findJSON() error {
	// A request that is not quite JSON 1.1 gets the answer of an unknown operation, as at AWS.
	unknown := &Error{Code: x.dialect.unknownOperation}
	if x.r.Method != http.MethodPost {
		unknown.Message = "The operation has to be requested with POST."
		return unknown
	}
	if t, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || t != contentTypeJSON {
		unknown.Message = "The content type has to be " + contentTypeJSON + "."
		return unknown
	}
	target := x.r.Header.Get("X-Amz-Target")
	dot := strings.LastIndexByte(target, '.')
	if dot < 0 {
		return unknown
	}
	if err := x.found(x.d.targets[target[:dot]], target[dot+1:]); err != nil {
		return unknown
	}
	if !x.row.model.NoAuth {
		// Spare the body of a request that cannot be authenticated.
		if _, err := sigv4.Parse(x.r); err != nil {
			return x.authError(err)
		}
	}
	return x.read(x.d.cfg.MaxBody)
}

func (x *exchange) findQuery() error {
	switch x.r.Method {
	case http.MethodGet, http.MethodPost:
	default:
		return &Error{Code: "MethodNotAllowed", Status: http.StatusMethodNotAllowed, Message: "The operation has to be requested with POST or GET."}
	}
	if err := x.read(min(x.d.cfg.MaxBody, maxQueryBody)); err != nil {
		return err
	}
	var err error
	if x.params, err = url.ParseQuery(x.r.URL.RawQuery); err != nil {
		return malformedQuery("The query string cannot be parsed.")
	}
	if t, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type")); t == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(x.body))
		if err != nil {
			return malformedQuery("The form cannot be parsed.")
		}
		for name, values := range form {
			x.params[name] = append(x.params[name], values...)
		}
	}
	action, version := x.params.Get("Action"), x.params.Get("Version")
	switch {
	case action == "":
		return &Error{Code: "MissingAction", Message: "The request must contain the parameter Action"}
	case version == "":
		version = "NO_VERSION_SPECIFIED"
	}
	if err := x.found(x.d.versions[version], action); err != nil {
		return Errorf(x.dialect.unknownOperation, "Could not find operation %s for version %s", clip(action), clip(version))
	}
	return nil
}

var errNotFound = errors.New("no such operation")

// found looks up the row. The service is known from here on even if the operation is not.
func (x *exchange) found(s *shape.Service, name string) error {
	if s == nil {
		return errNotFound
	}
	x.service = s
	x.event.Service = s.Name
	x.row = x.d.rows[rowKey{s, name}]
	if x.row == nil {
		return errNotFound
	}
	x.event.Operation = name
	return nil
}

// smallBody is how large a body may be to be read like nothing.
const smallBody = 64 << 10

// read reads the body, which may have limit bytes. The request takes its place for that: what comes before costs little.
func (x *exchange) read(limit int64) error {
	class := admit.Request
	if n := x.r.ContentLength; n < 0 || n > smallBody {
		class = admit.Body
	}
	err := admit.FromContext(x.r.Context()).Enter(class)
	if err != nil {
		return err
	}
	x.body, err = io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &Error{
			Code: x.dialect.tooLarge, Status: http.StatusRequestEntityTooLarge,
			Message: "The request body is larger than " + strconv.FormatInt(limit, 10) + " bytes.",
		}
	case err != nil:
		return &Error{Code: x.dialect.malformed, Message: "The request body cannot be read."}
	}
	return nil
}

// authenticate makes the call with its identity.
func (x *exchange) authenticate() error {
	c := &Call{
		Region:    x.d.cfg.DefaultRegion,
		Host:      x.r.Host,
		RequestID: x.event.RequestID,
		Event:     x.event,
		Request:   x.r,
	}
	x.call = c
	if !x.row.model.NoAuth {
		id, region, err := x.d.cfg.Authenticate(x.r, x.body, x.service.SigningName, x.d.cfg.ValidRegion)
		if err != nil {
			return x.authError(err)
		}
		c.Identity, c.Account, c.Region = id, id.Account(), region
		x.event.Caller = id.Caller()
		if err := admit.FromContext(x.r.Context()).Identify(id.Account(), id.UserOrRole()); err != nil {
			return err
		}
	}
	if x.service.Global {
		c.Region = globalRegion
	}
	x.event.Account, x.event.Region = c.Account, c.Region
	c.Authorize = x.check
	return nil
}

// globalRegion is the region of services that have one endpoint for all regions.
const globalRegion = "us-east-1"

func (x *exchange) decode(in any) error {
	switch {
	case x.rest:
		return x.decodeREST(in)
	case x.protocol == shape.JSON11:
		return decodeJSON(x.body, in)
	}
	return decodeQuery(x.params, in)
}

// authorize checks the row's action on the resources of the input.
func (x *exchange) authorize(in any) error {
	if x.row.model.NoAuth {
		return nil
	}
	on := x.row.resources(x.call, in)
	for _, res := range on {
		if res.ARN != "*" {
			x.event.Resources = append(x.event.Resources, audit.Resource{ARN: res.ARN, Account: x.owner(res)})
		}
	}
	if x.row.noAuthorization {
		return nil
	}
	return x.check(x.r.Context(), x.row.action, on...)
}

// check is Call.Authorize. It fails closed: no caller and no resource mean no permission.
func (x *exchange) check(ctx context.Context, action string, on ...Resource) error {
	if x.call.Identity == nil {
		return fmt.Errorf("authorize %s: the call is not authenticated", action)
	}
	if len(on) == 0 {
		return fmt.Errorf("authorize %s: on no resource", action)
	}
	env := x.d.cfg.Environment(x.r)
	env.Set("aws:RequestedRegion", x.call.Region)
	for _, res := range on {
		res.Account = x.owner(res)
		if err := x.d.cfg.Authorize(ctx, x.call.Identity, action, res, env); err != nil {
			return err
		}
	}
	return nil
}

// owner returns the account of a resource, which is the one addressed unless the row says otherwise.
func (x *exchange) owner(res Resource) string {
	if res.Account == "" {
		return x.call.Account
	}
	return res.Account
}

// answer writes a successful answer.
func (x *exchange) answer(out any) error {
	if x.protocol == shape.JSON11 {
		b, err := encodeJSON(out)
		if err != nil {
			return fmt.Errorf("encode the answer: %w", err)
		}
		x.write(http.StatusOK, x.contentTypeJSON(), b)
		return nil
	}
	b, err := encodeXML(&x.row.Operation, out, x.event.RequestID)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	x.write(http.StatusOK, contentTypeXML, b)
	return nil
}

const (
	contentTypeJSON = "application/x-amz-json-1.1"
	contentTypeREST = "application/json"
	contentTypeXML  = "text/xml"
)

func (x *exchange) contentTypeJSON() string {
	if x.rest {
		return contentTypeREST
	}
	return contentTypeJSON
}

// fail writes an error answer.
func (x *exchange) fail(err error) {
	ctx := x.r.Context()
	e, complete := x.dialect.wire(x.service, err)
	if !complete && ctx.Err() == nil {
		x.d.cfg.Log.ErrorContext(ctx, "request failed", "request_id", x.event.RequestID,
			"service", x.event.Service, "operation", x.event.Operation, "error", err)
	}
	x.event.ErrorCode, x.event.ErrorMessage = e.Code, e.Message
	if denied := new(authz.Denied); errors.As(err, &denied) {
		x.w.Header().Set("X-Pratique-Decision-Id", x.event.RequestID)
		x.encode(denied)
	}
	status := e.status(x.service)
	if e.RetryAfter > 0 {
		x.w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
	}
	if x.protocol == shape.Query {
		x.write(status, contentTypeXML, encodeXMLError(x.service, e, status, x.event.RequestID))
		return
	}
	body, err := encodeJSONError(e, x.event.RequestID)
	if err != nil {
		x.d.cfg.Log.ErrorContext(ctx, "encode an error answer", "request_id", x.event.RequestID, "code", e.Code, "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"__type":"`+x.dialect.internal+`"}`)
	}
	x.write(status, x.contentTypeJSON(), body)
}

// encode puts the encoded form of a denial into a header: AWS's sentences for these services have no place for it.
func (x *exchange) encode(denied *authz.Denied) {
	if x.d.cfg.EncodeDenial == nil {
		return
	}
	text, err := x.d.cfg.EncodeDenial(denied)
	if err != nil {
		x.d.cfg.Log.ErrorContext(x.r.Context(), "encode a denial", "request_id", x.event.RequestID, "error", err)
		return
	}
	x.w.Header().Set("X-Pratique-Encoded-Message", text)
}

func (x *exchange) write(status int, contentType string, body []byte) {
	x.event.Status = status
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client is gone; there is nobody to tell
}

// authError returns what AWS answers when err keeps a request from being authenticated.
func (x *exchange) authError(err error) error {
	var signature *sigv4.Error
	if errors.Is(err, authn.ErrNoCredentials) {
		err = sigv4.ErrMissing
	}
	json := x.protocol == shape.JSON11
	e := &Error{Status: http.StatusForbidden}
	if json && !x.rest {
		e.Status = http.StatusBadRequest
	}
	switch {
	case errors.As(err, &signature):
		e.Code, e.Message = signature.QueryCode(), signature.Message
		if json {
			e.Code = signature.JSONCode()
		}
		if signature.Code == sigv4.CodeIncompleteSignature {
			e.Status = http.StatusBadRequest
		}
	case errors.Is(err, authn.ErrInvalidCredentials):
		e.Code, e.Message = "InvalidClientTokenId", "The security token included in the request is invalid."
		if json {
			e.Code = "UnrecognizedClientException"
		}
	case errors.Is(err, authn.ErrExpired):
		e.Code, e.Message = "ExpiredToken", "The security token included in the request is expired"
		if json {
			e.Code = "ExpiredTokenException"
		}
	default:
		return fmt.Errorf("authenticate: %w", err)
	}
	return e
}
