package awsapi

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/pratique-dev/pratique/sigv4"
)

// An operation whose model gives it a path of its own can be called in two ways: like all others of its service, or with a
// method and that path, for clients that have no SDK. The input is then a JSON object in the body, members in the query and
// members in the path, of which the later ones count; the answer is the same JSON, and errors have statuses that tell them
// apart.

// route is the path of an operation.
type route struct {
	method   string
	elements []string // "{name}" stands for any
	row      *row
}

// addRoute makes the row known by its path, if it has one.
func (d *Dispatcher) addRoute(r *row) {
	if r.model.Path != "" {
		d.routes = append(d.routes, route{method: r.model.Method, elements: strings.Split(r.model.Path, "/"), row: r})
	}
}

// routed reports whether a request calls an operation by its path: whether it names none, and its path begins as those of
// operations do.
func (d *Dispatcher) routed(r *http.Request) bool {
	if r.Header.Get("X-Amz-Target") != "" {
		return false
	}
	elements := strings.Split(r.URL.Path, "/")
	for _, t := range d.routes {
		if len(elements) > 1 && elements[1] == t.elements[1] {
			return true
		}
	}
	return false
}

// match returns the members of the input that a path holds, and whether the route is for it.
func (t *route) match(path string) (url.Values, bool) {
	elements := strings.Split(path, "/")
	if len(elements) != len(t.elements) {
		return nil, false
	}
	members := url.Values{}
	for i, want := range t.elements {
		name, variable := strings.CutPrefix(want, "{")
		switch {
		case variable && elements[i] != "":
			members.Set(strings.TrimSuffix(name, "}"), elements[i])
		case want != elements[i]:
			return nil, false
		}
	}
	return members, true
}

// findREST determines the operation by method and path, and reads the body.
func (x *exchange) findREST() error {
	var methods []string
	for _, t := range x.d.routes {
		members, ok := t.match(x.r.URL.Path)
		if !ok {
			continue
		}
		if t.method != x.r.Method {
			methods = append(methods, t.method)
			continue
		}
		if err := x.found(t.row.service, t.row.Name()); err != nil {
			return err
		}
		var err error
		if x.params, err = url.ParseQuery(x.r.URL.RawQuery); err != nil {
			return &Error{Code: x.dialect.malformed, Message: "The query string cannot be parsed."}
		}
		for name, v := range members {
			x.params[name] = v
		}
		if _, err := sigv4.Parse(x.r); err != nil {
			return x.authError(err) // spare the body
		}
		return x.read(min(x.d.cfg.MaxBody, maxQueryBody))
	}
	if len(methods) > 0 {
		x.w.Header().Set("Allow", strings.Join(methods, ", "))
		return &Error{Code: x.dialect.unknownOperation, Status: http.StatusMethodNotAllowed, Message: "The path has no operation " + clip(x.r.Method) + "."}
	}
	return &Error{Code: x.dialect.unknownOperation, Status: http.StatusNotFound, Message: "There is no operation with this path."}
}

// decodeREST reads the members of the input from the body, and then from query and path.
func (x *exchange) decodeREST(in any) error {
	if err := decodeJSON(x.body, in); err != nil {
		return err
	}
	err := decodeQuery(x.params, in)
	if e := (*Error)(nil); errors.As(err, &e) {
		return &Error{Code: x.dialect.malformed, Message: e.Message}
	}
	return err
}
