// Package sigv4 verifies requests signed with AWS Signature Version 4, in the Authorization header or
// presigned in the query string, for services other than Amazon S3.
//
// It reads an *http.Request and nothing else: it does not know who owns an access key, what a session
// token means, or how an error is written on the wire. A server uses it in this order, which is also the
// order in which AWS reports what is wrong with a request:
//
//	q, err := sigv4.Parse(r)                        // ErrMissing, then IncompleteSignature
//	err = q.CheckScope("ecr", regions.Known)        // InvalidScope
//	err = q.CheckTime(now)                          // Expired, NotYetCurrent
//	secret, err := ...                              // q.AccessKeyID and q.SessionToken: the server's own look-up
//	err = q.Verify(r, secret, sigv4.HashPayload(body), now) // SignatureDoesNotMatch
//
// Verify repeats CheckTime, and the part of CheckScope that needs no configuration, so leaving those calls out
// changes which error is reported first, never whether a bad request passes. A service that does not call
// CheckScope accepts signatures made for other services and regions with the same key.
//
// A request whose payload is signed chunk by chunk (Request.Streaming) goes through VerifyStreaming instead,
// which returns the reader of the verified payload.
//
// # Errors
//
// Every refusal is an *Error whose Code is neutral. AWS names the same conditions differently in its JSON and
// Query protocols; (*Error).JSONCode and (*Error).QueryCode give the names, with the HTTP status AWS answers:
//
//	Code                        JSON 1.1 (all 400)                    Query
//	MissingAuthenticationToken  MissingAuthenticationTokenException   MissingAuthenticationToken  403
//	IncompleteSignature         IncompleteSignatureException          IncompleteSignature         400
//	InvalidScope                InvalidSignatureException             SignatureDoesNotMatch       403
//	Expired                     InvalidSignatureException             SignatureDoesNotMatch       403
//	NotYetCurrent               InvalidSignatureException             SignatureDoesNotMatch       403
//	SignatureDoesNotMatch       InvalidSignatureException             SignatureDoesNotMatch       403
//
// Specification: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package sigv4
