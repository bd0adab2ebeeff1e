package awsapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// Resource is what an operation acts on.
type Resource = authz.Resource

// Call is one authenticated request to an operation.
type Call struct {
	// Identity is the caller; nil for operations that the model lets anyone call unsigned.
	Identity *authn.Identity
	// Account is the account addressed: the input's registryId when it has one, else the caller's own.
	Account string
	// Region is the region addressed, from the credential scope of the signature.
	Region string
	// Host is the host the client addressed, with its port if any.
	Host string
	// RequestID is the identifier in the answer's x-amzn-RequestId.
	RequestID string
	// Event is the audit record of the request.
	Event *audit.Event
	// Request is the request as it came in, its body already read. Operations that anyone may call
	// unsigned need it to find out who is calling.
	Request *http.Request
	// Authorize checks that the caller may also do action to every resource, for what the row cannot
	// say: tagging on creation, the source of a mount. The error is to be returned as it is.
	Authorize func(ctx context.Context, action string, on ...Resource) error
}

// Operation is a row of the table: an operation of a service and what this server does for it.
type Operation struct {
	service *shape.Service
	model   shape.Operation
	input   reflect.Type // structure

	action          string
	noAuthorization bool
	unsupported     string // why; empty when there is a function

	resources func(*Call, any) []Resource
	run       func(context.Context, *Call, any) (any, error)
}

// Service returns the service the operation belongs to.
func (o Operation) Service() *shape.Service { return o.service }

// Name returns the operation's name, such as CreateRepository.
func (o Operation) Name() string { return o.model.Name }

// Action returns the IAM action that a caller needs, such as ecr:CreateRepository, or "" when the
// dispatcher does not authorise the operation.
func (o Operation) Action() string {
	if o.noAuthorization || o.model.NoAuth {
		return ""
	}
	return o.action
}

// Unsupported returns why the server does not do the operation, or "" when it does.
func (o Operation) Unsupported() string { return o.unsupported }

// Option changes a row from what most operations need.
type Option func(*Operation)

// WithAction names the IAM action that allows the operation, where it is not service:Name.
func WithAction(action string) Option { return func(o *Operation) { o.action = action } }

// NoAuthorization leaves authorisation to the operation's function: for operations that every
// authenticated caller may use, and for those that have rules of their own.
func NoAuthorization() Option { return func(o *Operation) { o.noAuthorization = true } }

// Op is the row of an operation that do serves. The dispatcher calls do only for input that satisfies the
// model's constraints, from a caller who may do the row's action to every resource that on returns; on
// must return at least one; see Any for actions that have none. A nil output
// answers an empty structure.
//
// It panics when the model does not know the shape.
func Op[In, Out any](s shape.Shape[In, Out], on func(*Call, *In) []Resource,
	do func(context.Context, *Call, *In) (*Out, error), opts ...Option,
) Operation {
	o := newRow(s)
	o.resources = func(c *Call, in any) []Resource { return on(c, in.(*In)) }
	o.run = func(ctx context.Context, c *Call, in any) (any, error) {
		out, err := do(ctx, c, in.(*In))
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = new(Out)
		}
		return out, nil
	}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Unsupported is the row of an operation that the server knows and does not do. reason completes the
// sentence "… is not supported by this server: " and reaches the caller.
func Unsupported[In, Out any](s shape.Shape[In, Out], reason string) Operation {
	o := newRow(s)
	o.unsupported = reason
	return o
}

func newRow[In, Out any](s shape.Shape[In, Out]) Operation {
	m, ok := s.Service.Operation(s.Name)
	if !ok {
		panic(fmt.Sprintf("awsapi: %s has no operation %s", s.Service.Name, s.Name))
	}
	return Operation{service: s.Service, model: m, input: reflect.TypeFor[In](), action: s.Service.Name + ":" + s.Name}
}

// Any is what operations act on that have no resource of their own: "*", in the account addressed.
func Any[In any](c *Call, _ *In) []Resource { return []Resource{{ARN: "*", Account: c.Account}} }

// Complete returns ops with a row for every other operation of the service, in the order of the model.
// Those rows answer that the operation is not implemented yet.
func Complete(s *shape.Service, ops ...Operation) []Operation {
	all := slices.Clone(ops)
	for _, m := range s.Operations {
		if !slices.ContainsFunc(ops, func(o Operation) bool { return o.Name() == m.Name }) {
			all = append(all, Operation{service: s, model: m, action: s.Name + ":" + m.Name, unsupported: "not implemented yet"})
		}
	}
	slices.SortStableFunc(all, func(a, b Operation) int { return strings.Compare(a.Name(), b.Name()) })
	return all
}

// Support writes the rows as a Markdown table of what the server does, one table per service in the
// order of their first row.
func Support(ops []Operation) string {
	var b strings.Builder
	var last *shape.Service
	for _, o := range ops {
		if o.service != last {
			last = o.service
			fmt.Fprintf(&b, "\n## %s (%s, %s)\n\n| Operation | IAM action | Support |\n|---|---|---|\n", last.Title, last.Name, last.Version)
		}
		action, support := o.Action(), "yes"
		switch {
		case o.unsupported != "":
			action, support = "", "no: "+o.unsupported
		case o.model.NoAuth:
			action = "none, unsigned"
		case o.noAuthorization:
			action = "none, or checked by the operation"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", o.Name(), action, support)
	}
	return strings.TrimPrefix(b.String(), "\n")
}
