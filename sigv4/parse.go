package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeFormat = "20060102T150405Z"
	dateFormat = "20060102"

	maxExpires = 7 * 24 * time.Hour
)

// Values of x-amz-content-sha256 that stand for something else than the hash of the body.
const (
	// UnsignedPayload says that the signature does not cover the body.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
	// StreamingPayload says that the body comes in aws-chunked encoding, each chunk signed on its own.
	StreamingPayload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
)

// Request is what a signed request says about its signature. Nothing in it is proven until Verify or
// VerifyStreaming has returned without error.
type Request struct {
	AccessKeyID string
	Date        string // day of the credential scope, YYYYMMDD
	Region      string
	Service     string

	SignedHeaders []string      // lower case, sorted
	SessionToken  string        // X-Amz-Security-Token, from header or query; a secret
	Presigned     bool          // signed in the query string
	Time          time.Time     // when the request says it was signed, UTC, whole seconds
	Expires       time.Duration // presigned only: X-Amz-Expires; 0 when the URL does not say

	// ContentSHA256 is the x-amz-content-sha256 the request declares: a lower-case hex SHA-256,
	// UnsignedPayload, StreamingPayload, or empty when it does not say.
	ContentSHA256 string

	terminator string
	signature  string
}

// Streaming reports whether the body is signed chunk by chunk, so that VerifyStreaming must be used.
func (q *Request) Streaming() bool { return q.ContentSHA256 == StreamingPayload }

// String describes the request without its session token and signature.
func (q *Request) String() string {
	return fmt.Sprintf("%s/%s signed %s", q.AccessKeyID, q.scope(), q.Time.Format(timeFormat))
}

// LogValue logs what String returns.
func (q *Request) LogValue() slog.Value { return slog.StringValue(q.String()) }

func (q *Request) scope() string {
	return q.Date + "/" + q.Region + "/" + q.Service + "/" + q.terminator
}

// Parse reads the signature parameters of r, from its Authorization header or its query string. It returns
// ErrMissing when r is not signed, and an *Error with CodeIncompleteSignature or CodeSignatureDoesNotMatch
// when the parameters cannot be used. It checks that the signature covers the host, the date and every
// x-amz-* header of the request. It does not read the body.
func Parse(r *http.Request) (*Request, error) {
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	authorization := r.Header.Values("Authorization")
	presigned := query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature")
	switch {
	case presigned && len(authorization) > 0:
		return nil, mismatch("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	case presigned:
		return parsePresigned(r, query)
	case len(authorization) == 1 && strings.HasPrefix(strings.TrimSpace(authorization[0]), "AWS4-"):
		return parseHeader(r, strings.TrimSpace(authorization[0]))
	case len(authorization) > 1:
		return nil, incomplete("Found more than one 'Authorization' header.")
	default:
		return nil, ErrMissing
	}
}

func parseHeader(r *http.Request, authorization string) (*Request, error) {
	if err := single(r.Header, "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"); err != nil {
		return nil, err
	}
	alg, rest, _ := strings.Cut(authorization, " ")
	params := make(map[string]string, 3)
	for part := range strings.FieldsFuncSeq(rest, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }) {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, incomplete("Invalid key=value pair (missing equal-sign) in Authorization header " + hashed(authorization, "'") + ".")
		}
		if _, twice := params[name]; twice {
			return nil, incomplete("Authorization header has more than one '" + clip(name) + "' parameter. " + hashed(authorization, ""))
		}
		params[name] = value
	}

	var problems strings.Builder
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if _, ok := params[name]; !ok {
			problems.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	date, fromDate := r.Header.Get("X-Amz-Date"), false
	if date == "" {
		date, fromDate = r.Header.Get("Date"), true
	}
	if date == "" {
		problems.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if problems.Len() > 0 {
		return nil, incomplete(problems.String() + hashed(authorization, ""))
	}

	q := &Request{
		SessionToken:  r.Header.Get("X-Amz-Security-Token"),
		ContentSHA256: r.Header.Get("X-Amz-Content-Sha256"),
		signature:     params["Signature"],
	}
	if err := q.parse(r, alg, params["Credential"], params["SignedHeaders"], date); err != nil {
		return nil, err
	}
	if fromDate && !slices.Contains(q.SignedHeaders, "date") {
		return nil, mustBeSigned("Date")
	}
	return q, nil
}

func parsePresigned(r *http.Request, query query) (*Request, error) {
	if err := single(r.Header, "X-Amz-Content-Sha256"); err != nil {
		return nil, err
	}
	var problems strings.Builder
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if query.get(name) == "" {
			problems.WriteString("AWS query-string parameters must include '" + name + "'. ")
		}
	}
	for _, name := range []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date",
		"X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Content-Sha256",
	} {
		if query.count(name) > 1 {
			problems.WriteString("AWS query-string parameters must include '" + name + "' only once. ")
		}
	}
	for _, name := range []string{"X-Amz-Date", "X-Amz-Security-Token"} {
		if r.Header.Get(name) != "" {
			problems.WriteString("Found '" + name + "' as an HTTP header of a request signed in its query-string. ")
		}
	}
	if query.has("X-Amz-Content-Sha256") && r.Header.Get("X-Amz-Content-Sha256") != "" {
		problems.WriteString("Found 'X-Amz-Content-Sha256' both as a query-string param and as HTTP header. ")
	}
	if problems.Len() > 0 {
		return nil, incomplete(problems.String() + "Re-examine the query-string parameters.")
	}

	q := &Request{
		Presigned:     true,
		SessionToken:  query.get("X-Amz-Security-Token"),
		ContentSHA256: query.get("X-Amz-Content-Sha256") + r.Header.Get("X-Amz-Content-Sha256"),
		signature:     query.get("X-Amz-Signature"),
	}
	if query.has("X-Amz-Expires") {
		seconds, err := strconv.ParseInt(query.get("X-Amz-Expires"), 10, 64)
		switch {
		case err != nil:
			return nil, incomplete("X-Amz-Expires should be a number")
		case seconds < 1:
			return nil, incomplete("X-Amz-Expires must be greater than 0 seconds")
		case seconds > int64(maxExpires/time.Second):
			return nil, incomplete("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
		}
		q.Expires = time.Duration(seconds) * time.Second
	}
	err := q.parse(r, query.get("X-Amz-Algorithm"), query.get("X-Amz-Credential"), query.get("X-Amz-SignedHeaders"), query.get("X-Amz-Date"))
	if err != nil {
		return nil, err
	}
	return q, nil
}

// parse fills in and checks what header and query signatures have in common.
func (q *Request) parse(r *http.Request, alg, credential, signedHeaders, date string) error {
	if alg != algorithm {
		return incomplete("Unsupported AWS 'algorithm': '" + clip(alg) + "' (only " + algorithm + " for now). ")
	}
	var ok bool
	if q.Time, ok = parseTime(date); !ok {
		return incomplete("Date must be in ISO-8601 'basic format'. Got '" + clip(date) + "'. See http://en.wikipedia.org/wiki/ISO_8601")
	}
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || slices.Contains(parts, "") {
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + clip(credential) + "'")
	}
	q.AccessKeyID, q.Date, q.Region, q.Service, q.terminator = parts[0], parts[1], parts[2], parts[3], parts[4]

	switch q.ContentSHA256 {
	case "", UnsignedPayload, StreamingPayload:
	default:
		if !isHash(q.ContentSHA256) {
			return incomplete("x-amz-content-sha256 must be " + UnsignedPayload + ", " + StreamingPayload + ", or a valid sha256 value.")
		}
	}

	q.SignedHeaders = strings.Split(strings.ToLower(signedHeaders), ";")
	slices.Sort(q.SignedHeaders)
	q.SignedHeaders = slices.Compact(q.SignedHeaders)
	if slices.ContainsFunc(q.SignedHeaders, func(name string) bool { return strings.ContainsFunc(name, notInHeaderName) }) {
		return incomplete("'SignedHeaders' must be a semicolon-separated list of header names.")
	}
	if !slices.Contains(q.SignedHeaders, "host") {
		return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	unsigned := ""
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-") && !slices.Contains(q.SignedHeaders, lower) &&
			(unsigned == "" || name < unsigned) {
			unsigned = name
		}
	}
	if unsigned != "" {
		return mustBeSigned(unsigned)
	}
	return nil
}

func mustBeSigned(header string) *Error {
	return mismatch("'" + clip(header) + "' must be a 'SignedHeader' in the AWS Authorization.")
}

// parseTime reads X-Amz-Date, or a Date header in either of the forms AWS accepts.
func parseTime(s string) (time.Time, bool) {
	t, err := time.Parse(timeFormat, s)
	if err != nil {
		if t, err = http.ParseTime(s); err != nil {
			return time.Time{}, false
		}
	}
	return t.UTC(), true
}

// single refuses a request with several values of a header the signature depends on.
func single(h http.Header, names ...string) error {
	for _, name := range names {
		if len(h.Values(name)) > 1 {
			return incomplete("Found more than one '" + name + "' header.")
		}
	}
	return nil
}

// hashed is how AWS refers to an Authorization header it could not read without repeating it.
func hashed(authorization, quote string) string {
	h := sha256.Sum256([]byte(authorization))
	b64 := base64.StdEncoding.EncodeToString(h[:])
	if quote != "" {
		return "(hashed with SHA-256 and encoded with Base64): " + quote + b64 + quote
	}
	return "(Hashed with SHA-256 and encoded with Base64) Authorization=" + b64
}

// clip bounds how much of a caller's text is repeated in a message.
func clip(s string) string {
	const limit = 128
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "..."
}

// notInHeaderName reports whether c may not stand in a header name, lower-cased.
// https://www.rfc-editor.org/rfc/rfc9110#name-tokens
func notInHeaderName(c rune) bool {
	return (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
}

func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// query is a decoded query string, in the order received.
type query []struct{ name, value string }

// parseQuery decodes a query string as url.ParseQuery does, but refuses what that skips: a handler must never
// see other parameters than the signature covers.
func parseQuery(raw string) (query, error) {
	var q query
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil || strings.Contains(pair, ";") {
			return nil, incomplete("The query string contains a syntax error.")
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return nil, incomplete("The query string contains a syntax error.")
		}
		q = append(q, struct{ name, value string }{name, value})
	}
	return q, nil
}

func (q query) get(name string) string {
	for _, p := range q {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

func (q query) count(name string) (n int) {
	for _, p := range q {
		if p.name == name {
			n++
		}
	}
	return n
}

func (q query) has(name string) bool { return q.count(name) > 0 }
