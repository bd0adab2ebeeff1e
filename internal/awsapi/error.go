package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
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
	// RetryAfter is when to try again, in whole seconds; 0 means that nothing is said of it.
	RetryAfter time.Duration
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
	throttled        string
	throttledStatus  int
}

var jsonDialect = dialect{
	accessDenied:     "AccessDeniedException",
	accessStatus:     http.StatusBadRequest,
	unknownOperation: "UnknownOperationException",
	unsupported:      "UnsupportedOperationException",
	malformed:        "SerializationException",
	tooLarge:         "RequestEntityTooLargeException",
	internal:         "ServerException",
	throttled:        "ThrottlingException",
	throttledStatus:  http.StatusBadRequest,
}

// restDialect is jsonDialect with statuses that say as much as the codes do.
var restDialect = func() dialect {
	d := jsonDialect
	d.accessStatus = http.StatusForbidden
	d.throttledStatus = http.StatusTooManyRequests
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
	throttled:        "Throttling",
	throttledStatus:  http.StatusBadRequest,
}

func (d dialect) errUnsupported(o *Operation) *Error {
	return Errorf(d.unsupported, "The operation %s of %s is not supported by this server: %s.", o.Name(), o.service.Name, o.unsupported)
}

// tooManyRequests is what Organizations has in place of the common error.
const tooManyRequests = "TooManyRequestsException"

// unavailable is the common error of an outage, with status 503, in both protocols.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
const unavailable = "ServiceUnavailable"

// outageRetry is when to try again what needs a database or a store that is away.
const outageRetry = 5 * time.Second

// wire returns what the caller of the service, which is nil when none was found, may know of err, and whether that is all
// there is to it: if not, err has to be logged.
func (d dialect) wire(s *shape.Service, err error) (e *Error, complete bool) {
	var denied *authz.Denied
	var refusal *admit.Refusal
	switch {
	case errors.As(err, &denied):
		return &Error{Code: d.accessDenied, Status: d.accessStatus, Message: denied.Error()}, true
	case errors.As(err, &e):
		return e, true
	case errors.As(err, &refusal):
		code := d.throttled
		if s != nil {
			if m, ok := s.Error(tooManyRequests); ok {
				code = m.Code
			}
		}
		return &Error{Code: code, Status: d.throttledStatus, Message: "Rate exceeded", RetryAfter: refusal.RetryAfter}, true
	case meta.IsFull(err): // a status that SDKs do not try again
		return &Error{Code: d.internal, Status: http.StatusInsufficientStorage, Message: "The server has no space left."}, false
	case errors.Is(err, meta.ErrUnavailable), errors.Is(err, blob.ErrUnavailable):
		return &Error{Code: unavailable, Status: http.StatusServiceUnavailable, Message: "The service is not available for the moment.", RetryAfter: outageRetry}, false
	default:
		return &Error{Code: d.internal, Status: http.StatusInternalServerError}, false
	}
}
