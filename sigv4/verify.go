package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// MaxSkew is how far a request's date may lie from the server's clock, either way.
const MaxSkew = 15 * time.Minute

// HashPayload returns the lower-case hex SHA-256 of a body, as Verify wants it. A nil body is the empty one.
func HashPayload(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

// CheckScope reports whether the credential scope is for this service, a region that validRegion knows, and the
// day of the request's date. The error has CodeInvalidScope and names everything that is wrong, as AWS does.
func (q *Request) CheckScope(service string, validRegion func(region string) bool) error {
	var problems strings.Builder
	if !validRegion(q.Region) {
		fmt.Fprintf(&problems, "Credential should be scoped to a valid region, not '%s'. ", clip(q.Region))
	}
	if q.Service != service {
		fmt.Fprintf(&problems, "Credential should be scoped to correct service: '%s'. ", service)
	}
	q.checkOwnScope(&problems)
	if problems.Len() > 0 {
		return &Error{CodeInvalidScope, problems.String()}
	}
	return nil
}

// checkOwnScope checks the parts of the scope that do not depend on who verifies.
func (q *Request) checkOwnScope(problems *strings.Builder) {
	if q.terminator != terminator {
		fmt.Fprintf(problems, "Credential should be scoped with a valid terminator: '%s', not '%s'. ", terminator, clip(q.terminator))
	}
	if day := q.Time.Format(dateFormat); q.Date != day {
		fmt.Fprintf(problems, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'. ",
			clip(q.Date), day, q.Time.Format(timeFormat))
	}
}

// CheckTime reports whether the signature is current: its date at most MaxSkew from now, either way, or, for a
// presigned request that says how long it lives, at most that long ago. The error has CodeExpired or
// CodeNotYetCurrent.
func (q *Request) CheckTime(now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	age := MaxSkew
	if q.Expires > 0 {
		age = q.Expires
	}
	if earliest := now.Add(-age); q.Time.Before(earliest) {
		return &Error{CodeExpired, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s)",
			q.Time.Format(timeFormat), earliest.Format(timeFormat), now.Format(timeFormat), inWords(age))}
	}
	if latest := now.Add(MaxSkew); q.Time.After(latest) {
		return &Error{CodeNotYetCurrent, fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s)",
			q.Time.Format(timeFormat), latest.Format(timeFormat), now.Format(timeFormat), inWords(MaxSkew))}
	}
	return nil
}

func inWords(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min.", d/time.Minute)
	}
	return fmt.Sprintf("%d sec.", d/time.Second)
}

// Verify reports whether r, the request q was parsed from, was signed with secret and is current at now.
// payloadHash is the HashPayload of the body as received; it must equal the hash the request declares, if it
// declares one. The signature of a request that declares UnsignedPayload does not cover its body. A request
// whose payload is signed chunk by chunk is refused: it needs VerifyStreaming.
//
// The error is an *Error. The signature is compared in constant time.
func (q *Request) Verify(r *http.Request, secret, payloadHash string, now time.Time) error {
	return q.VerifyKey(r, DeriveKey(secret, q.Date, q.Region, q.Service), payloadHash, now)
}

// VerifyKey is Verify with a signing key derived before, from a KeyCache for instance.
func (q *Request) VerifyKey(r *http.Request, key SigningKey, payloadHash string, now time.Time) error {
	switch q.ContentSHA256 {
	case "":
		return q.verify(r, key, payloadHash, now)
	case StreamingPayload:
		return incomplete("x-amz-content-sha256 " + StreamingPayload + " is not supported by this operation.")
	case UnsignedPayload:
		return q.verify(r, key, UnsignedPayload, now)
	}
	if err := q.verify(r, key, q.ContentSHA256, now); err != nil {
		return err
	}
	if payloadHash != q.ContentSHA256 {
		return mismatch("The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	return nil
}

// verify checks the request's date and signature, payload being the last line of the canonical request.
func (q *Request) verify(r *http.Request, key SigningKey, payload string, now time.Time) error {
	var problems strings.Builder
	if q.checkOwnScope(&problems); problems.Len() > 0 {
		return &Error{CodeInvalidScope, problems.String()}
	}
	if err := q.CheckTime(now); err != nil {
		return err
	}
	canonical, err := q.canonicalRequest(r, payload)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(canonical)
	signature := key.sign(q.stringToSign(algorithm, hex.EncodeToString(hash[:])))
	if !hmac.Equal([]byte(hex.EncodeToString(signature[:])), []byte(q.signature)) {
		return mismatch(messageMismatch)
	}
	return nil
}

func (q *Request) stringToSign(algorithm string, lines ...string) string {
	return algorithm + "\n" + q.Time.Format(timeFormat) + "\n" + q.scope() + "\n" + strings.Join(lines, "\n")
}
