package awsapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// Error is an error on the wire. Fronts return it from their operations; any other error that an operation
// returns is answered as an internal failure without a text, except *authz.Denied.
type Error struct {
	Code    string
	Message string
	// Status is the HTTP status; 0 means what the model declares for the code, or 400.
	Status int
	// Fields are further members of the error's structure, by their wire names. Only JSON services have them.
	Fields map[string]any
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf returns an error with the status that the model declares for the code.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// status returns the HTTP status of e in an answer of service s, which is nil when none was found.
func (e *Error) status(s *shape.Service) int {
	if e.Status != 0 {
		return e.Status
	}
	if s != nil {
		if m, ok := s.Error(e.Code); ok {
			return m.Status
		}
	}
	return http.StatusBadRequest
}

// dialect is how the errors that every operation can have are called in a protocol.
// Codes and statuses are those AWS answers, not those of the common errors page of its API references.
type dialect struct {
	accessDenied     string
	accessStatus     int
	unknownOperation string
	unsupported      string
	malformed        string
	tooLarge         string
	internal         string
}

var jsonDialect = dialect{
	accessDenied:     "AccessDeniedException",
	accessStatus:     http.StatusBadRequest,
	unknownOperation: "UnknownOperationException",
	unsupported:      "UnsupportedOperationException",
	malformed:        "SerializationException",
	tooLarge:         "RequestEntityTooLargeException",
	internal:         "ServerException",
}

// restDialect is jsonDialect with statuses that say as much as the codes do.
var restDialect = func() dialect {
	d := jsonDialect
	d.accessStatus = http.StatusForbidden
	return d
}()

var queryDialect = dialect{
	accessDenied:     "AccessDenied",
	accessStatus:     http.StatusForbidden,
	unknownOperation: "InvalidAction",
	unsupported:      "UnsupportedOperation",
	malformed:        "MalformedInput",
	tooLarge:         "RequestEntityTooLarge",
	internal:         "ServiceFailure",
}

func (d dialect) errUnsupported(o *Operation) *Error {
	return Errorf(d.unsupported, "The operation %s of %s is not supported by this server: %s.", o.Name(), o.service.Name, o.unsupported)
}

// wire returns what the caller may know of err, and whether that is all there is to it:
// if not, err has to be logged.
func (d dialect) wire(err error) (e *Error, complete bool) {
	var denied *authz.Denied
	switch {
	case errors.As(err, &denied):
		return &Error{Code: d.accessDenied, Status: d.accessStatus, Message: denied.Error()}, true
	case errors.As(err, &e):
		return e, true
	default:
		return &Error{Code: d.internal, Status: http.StatusInternalServerError}, false
	}
}
