package sigv4

// Code says what is wrong with a request's signature, independent of any wire protocol.
type Code string

// The codes an *Error can carry.
const (
	// CodeMissingAuthenticationToken: the request is not signed with Signature Version 4 at all.
	CodeMissingAuthenticationToken Code = "MissingAuthenticationToken"
	// CodeIncompleteSignature: the signature's parameters are absent, malformed or not supported.
	CodeIncompleteSignature Code = "IncompleteSignature"
	// CodeInvalidScope: the credential scope names another region, service, terminator or day.
	CodeInvalidScope Code = "InvalidScope"
	// CodeExpired: the request was signed too long ago, or the presigned URL has run out.
	CodeExpired Code = "Expired"
	// CodeNotYetCurrent: the request's date lies too far in the future.
	CodeNotYetCurrent Code = "NotYetCurrent"
	// CodeSignatureDoesNotMatch: the request is not the one that was signed with this secret.
	CodeSignatureDoesNotMatch Code = "SignatureDoesNotMatch"
)

// Error is why a request was refused. Message is AWS's sentence where AWS has one, fit to be sent to the
// caller: it holds no secret, no session token and no complete Authorization header.
type Error struct {
	Code    Code
	Message string
}

// Error returns the code and the message.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Is reports whether target is an *Error with the same code, so that errors.Is(err, ErrMissing) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// JSONCode returns the error's name in the AWS JSON protocols.
func (e *Error) JSONCode() string {
	switch e.Code {
	case CodeMissingAuthenticationToken, CodeIncompleteSignature:
		return string(e.Code) + "Exception"
	default:
		return "InvalidSignatureException"
	}
}

// QueryCode returns the error's name in the AWS Query protocol.
func (e *Error) QueryCode() string {
	switch e.Code {
	case CodeMissingAuthenticationToken, CodeIncompleteSignature:
		return string(e.Code)
	default:
		return string(CodeSignatureDoesNotMatch)
	}
}

// ErrMissing is what Parse returns for a request that carries no Signature Version 4 authentication: no
// Authorization header, one of another scheme (Basic, Bearer), and no X-Amz-Algorithm in the query.
var ErrMissing error = &Error{Code: CodeMissingAuthenticationToken, Message: "Request is missing Authentication Token"}

func incomplete(message string) *Error { return &Error{CodeIncompleteSignature, message} }

func mismatch(message string) *Error { return &Error{CodeSignatureDoesNotMatch, message} }

const messageMismatch = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
