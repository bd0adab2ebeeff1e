package sigv4_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/sigv4"
)

var (
	signedAt    = time.Date(2026, 3, 1, 23, 59, 58, 0, time.UTC)
	credentials = aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret/with+signs"}
	session     = aws.Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "another", SessionToken: "FwoG+token/with==signs"}
)

// sign signs a request with the AWS SDK and returns it as a server receives it.
func sign(t testing.TB, c aws.Credentials, r *http.Request, body, service, region string) *http.Request {
	t.Helper()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	payload := r.Header.Get("X-Amz-Content-Sha256")
	if payload == "" {
		payload = sigv4.HashPayload([]byte(body))
	}
	if err := v4.NewSigner().SignHTTP(context.Background(), c, r, payload, service, region, signedAt); err != nil {
		t.Fatal(err)
	}
	return overTheWire(t, r)
}

// presign is sign with the signature in the query string.
func presign(t testing.TB, c aws.Credentials, r *http.Request, body, service, region string) *http.Request {
	t.Helper()
	signed, headers, err := v4.NewSigner().PresignHTTP(context.Background(), c, r, sigv4.HashPayload([]byte(body)), service, region, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	out := newRequest(t, r.Method, signed)
	for name, values := range headers {
		if name != "Host" {
			out.Header[name] = values
		}
	}
	out.Body, out.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return overTheWire(t, out)
}

func newRequest(t testing.TB, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func overTheWire(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	received, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	return received
}

// check does what a server does with a request.
func check(r *http.Request, secret, body, service string, now time.Time) error {
	q, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	if err := q.CheckScope(service, func(region string) bool { return region == "eu-west-1" }); err != nil {
		return err
	}
	return q.Verify(r, secret, sigv4.HashPayload([]byte(body)), now)
}

func jsonRequest(t testing.TB, c aws.Credentials) *http.Request {
	r := newRequest(t, "POST", "http://api.ecr.eu-west-1.example.com:5000/")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken")
	return sign(t, c, r, "{}", "ecr", "eu-west-1")
}

func presignedRequest(t testing.TB, c aws.Credentials, expires string) *http.Request {
	u := "https://sts.eu-west-1.example.com/?Action=GetCallerIdentity&Version=2011-06-15"
	if expires != "" {
		u += "&X-Amz-Expires=" + expires
	}
	r := newRequest(t, "GET", u)
	r.Header.Set("X-K8s-Aws-Id", "cluster")
	return presign(t, c, r, "", "sts", "eu-west-1")
}

func TestParse(t *testing.T) {
	q, err := sigv4.Parse(jsonRequest(t, session))
	if err != nil {
		t.Fatal(err)
	}
	got := *q
	want := sigv4.Request{
		AccessKeyID: session.AccessKeyID, Date: "20260301", Region: "eu-west-1", Service: "ecr",
		SignedHeaders: []string{"content-length", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"},
		SessionToken:  session.SessionToken, Time: signedAt,
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool { s := p.Last().String(); return s == ".terminator" || s == ".signature" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Error(diff)
	}
	for _, s := range []string{q.String(), fmt.Sprintf("%v %+v", q, q)} {
		if strings.Contains(s, session.SessionToken) {
			t.Errorf("prints the session token: %s", s)
		}
	}

	q, err = sigv4.Parse(presignedRequest(t, session, "60"))
	if err != nil {
		t.Fatal(err)
	}
	got = *q
	want = sigv4.Request{
		AccessKeyID: session.AccessKeyID, Date: "20260301", Region: "eu-west-1", Service: "sts",
		SignedHeaders: []string{"host", "x-k8s-aws-id"}, SessionToken: session.SessionToken, Presigned: true,
		Time: signedAt, Expires: time.Minute,
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Error(diff)
	}
}

func TestVerifySDK(t *testing.T) {
	form := func(c aws.Credentials) *http.Request {
		r := newRequest(t, "POST", "https://iam.example.com/")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return sign(t, c, r, "Action=ListUsers&Version=2010-05-08", "iam", "eu-west-1")
	}
	unsigned := func() *http.Request {
		r := newRequest(t, "POST", "https://ecr.example.com/")
		r.Header.Set("X-Amz-Content-Sha256", sigv4.UnsignedPayload)
		return sign(t, credentials, r, "whatever", "ecr", "eu-west-1")
	}
	declared := func() *http.Request {
		r := newRequest(t, "POST", "https://ecr.example.com/")
		r.Header.Set("X-Amz-Content-Sha256", sigv4.HashPayload([]byte("{}")))
		return sign(t, credentials, r, "{}", "ecr", "eu-west-1")
	}
	for _, tt := range []struct {
		name          string
		r             *http.Request
		secret        string
		service, body string
	}{
		{"JSON", jsonRequest(t, credentials), credentials.SecretAccessKey, "ecr", "{}"},
		{"JSON, session", jsonRequest(t, session), session.SecretAccessKey, "ecr", "{}"},
		{"form", form(credentials), credentials.SecretAccessKey, "iam", "Action=ListUsers&Version=2010-05-08"},
		{"query, header", sign(t, session, newRequest(t, "GET", "https://sts.example.com/?Version=2011-06-15&Action=GetCallerIdentity"), "", "sts", "eu-west-1"),
			session.SecretAccessKey, "sts", ""},
		{"presigned", presignedRequest(t, credentials, "900"), credentials.SecretAccessKey, "sts", ""},
		{"presigned, session, no expiry", presignedRequest(t, session, ""), session.SecretAccessKey, "sts", ""},
		{"unsigned payload", unsigned(), credentials.SecretAccessKey, "ecr", "not what was sent"},
		{"declared payload", declared(), credentials.SecretAccessKey, "ecr", "{}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := check(tt.r, tt.secret, tt.body, tt.service, signedAt.Add(time.Minute)); err != nil {
				t.Error(err)
			}
		})
	}
}

const mismatch = "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// TestTampered changes a signed request in every way that matters.
func TestTampered(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	replace := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			before := r.Header.Get("Authorization")
			after := strings.Replace(before, old, new, 1)
			if before == after {
				t.Fatalf("no %q in %q", old, before)
			}
			r.Header.Set("Authorization", after)
		}
	}
	query := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			before := r.URL.RawQuery
			r.URL.RawQuery = strings.Replace(before, old, new, 1)
			if before == r.URL.RawQuery {
				t.Fatalf("no %q in %q", old, before)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		tamper func(*http.Request)
		want   string // beginning of the error
	}{
		{"nothing", func(*http.Request) {}, ""},
		{"blanks in a header", header("Content-Type", "  application/x-amz-json-1.1 "), ""},
		{"an unsigned header", header("User-Agent", "curl"), ""},
		{"method", func(r *http.Request) { r.Method = "PUT" }, mismatch},
		{"path", func(r *http.Request) { r.URL.Path = "/x" }, mismatch},
		{"path, dot segments", func(r *http.Request) { r.URL.Path = "/x/../" }, ""},
		{"query", func(r *http.Request) { r.URL.RawQuery = "x" }, mismatch},
		{"query that does not decode", func(r *http.Request) { r.URL.RawQuery = "x=%zz" }, "IncompleteSignature: The query string contains a syntax error."},
		{"query that handlers skip", func(r *http.Request) { r.URL.RawQuery = "x=1;y=2" }, "IncompleteSignature: The query string contains a syntax error."},
		{"host", func(r *http.Request) { r.Host = "api.ecr.eu-west-1.example.com" }, mismatch},
		{"target", header("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DeleteRepository"), mismatch},
		{"second target", func(r *http.Request) { r.Header.Add("X-Amz-Target", "x") }, mismatch},
		{"no target", func(r *http.Request) { r.Header.Del("X-Amz-Target") }, mismatch},
		{"session token", header("X-Amz-Security-Token", "other"), mismatch},
		{"second session token", func(r *http.Request) { r.Header.Add("X-Amz-Security-Token", "x") }, "IncompleteSignature: Found more than one 'X-Amz-Security-Token' header."},
		{"date", header("X-Amz-Date", "20260301T235959Z"), mismatch},
		{"day", header("X-Amz-Date", "20260302T000001Z"),
			"InvalidScope: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260301' != '20260302', from '20260302T000001Z'. "},
		{"new x-amz header", header("X-Amz-Meta", "x"), "SignatureDoesNotMatch: 'X-Amz-Meta' must be a 'SignedHeader' in the AWS Authorization."},
		{"unsigned payload", header("X-Amz-Content-Sha256", sigv4.UnsignedPayload),
			"SignatureDoesNotMatch: 'X-Amz-Content-Sha256' must be a 'SignedHeader' in the AWS Authorization."},
		{"access key", replace("ASIA", "AKIA"), ""}, // whose secret it is, is the look-up's concern
		{"region", replace("eu-west-1", "us-east-1"), "InvalidScope: Credential should be scoped to a valid region, not 'us-east-1'. "},
		{"service", replace("/ecr/", "/iam/"), "InvalidScope: Credential should be scoped to correct service: 'ecr'. "},
		{"terminator", replace("aws4_request", "aws5"), "InvalidScope: Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "},
		{"signature", replace("Signature=", "Signature=0"), mismatch},
		{"empty signature", func(r *http.Request) {
			a := r.Header.Get("Authorization")
			r.Header.Set("Authorization", a[:strings.Index(a, "Signature=")+len("Signature=")])
		}, mismatch},
		{"signed headers", replace("content-type;", ""), mismatch},
		{"more signed headers", replace("content-type;", "content-type;user-agent;"), mismatch},
		{"host not signed", replace("host;", ""), "SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"date not signed", replace("x-amz-date;", ""), "SignatureDoesNotMatch: 'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := jsonRequest(t, session)
			tt.tamper(r)
			compare(t, check(r, session.SecretAccessKey, "{}", "ecr", signedAt), tt.want)
		})
	}
	t.Run("body", func(t *testing.T) {
		compare(t, check(jsonRequest(t, session), session.SecretAccessKey, "{ }", "ecr", signedAt), mismatch)
	})
	t.Run("body of declared hash", func(t *testing.T) {
		r := newRequest(t, "POST", "https://ecr.example.com/")
		r.Header.Set("X-Amz-Content-Sha256", sigv4.HashPayload([]byte("{}")))
		r = sign(t, credentials, r, "{}", "ecr", "eu-west-1")
		compare(t, check(r, credentials.SecretAccessKey, "{ }", "ecr", signedAt),
			"SignatureDoesNotMatch: The provided 'x-amz-content-sha256' header does not match what was computed.")
	})

	for _, tt := range []struct {
		name   string
		tamper func(*http.Request)
		want   string
	}{
		{"nothing", func(*http.Request) {}, ""},
		{"action", query("GetCallerIdentity", "AssumeRole"), mismatch},
		{"more parameters", query("Action", "DurationSeconds=1&Action"), mismatch},
		{"parameter twice", query("Action=GetCallerIdentity", "Action=GetCallerIdentity&Action=AssumeRole"), mismatch},
		{"expiry", query("X-Amz-Expires=60", "X-Amz-Expires=600"), mismatch},
		{"no expiry", query("X-Amz-Expires=60&", ""), mismatch},
		{"token", query("X-Amz-Security-Token=", "X-Amz-Security-Token=x"), mismatch},
		{"no token", func(r *http.Request) {
			v := r.URL.Query()
			v.Del("X-Amz-Security-Token")
			r.URL.RawQuery = v.Encode()
		}, mismatch},
		{"token in a header", header("X-Amz-Security-Token", "x"), "IncompleteSignature: Found 'X-Amz-Security-Token' as an HTTP header of a request signed in its query-string. "},
		{"signed header", header("X-K8s-Aws-Id", "other"), mismatch},
		{"x-amz header", header("X-Amz-Target", "x"), "SignatureDoesNotMatch: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
		{"signature", query("X-Amz-Signature=", "X-Amz-Signature=0"), mismatch},
		{"signature twice", query("X-Amz-Signature=", "X-Amz-Signature=0&X-Amz-Signature="), "IncompleteSignature: AWS query-string parameters must include 'X-Amz-Signature' only once. "},
		{"header too", header("Authorization", "AWS4-HMAC-SHA256 Credential=x"),
			"SignatureDoesNotMatch: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{"method", func(r *http.Request) { r.Method = "POST" }, mismatch},
	} {
		t.Run("presigned "+tt.name, func(t *testing.T) {
			r := presignedRequest(t, session, "60")
			tt.tamper(r)
			compare(t, check(r, session.SecretAccessKey, "", "sts", signedAt), tt.want)
		})
	}
}

func compare(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "":
		if err != nil {
			t.Errorf("error %v", err)
		}
	case err == nil:
		t.Errorf("accepted, want %q", want)
	case !strings.HasPrefix(err.Error(), want):
		t.Errorf("error %q, want %q", err, want)
	}
}

func TestParseErrors(t *testing.T) {
	const (
		credential = "Credential=AKIDEXAMPLE/20260301/eu-west-1/ecr/aws4_request"
		rest       = ", SignedHeaders=host;x-amz-date, Signature=0"
	)
	for _, tt := range []struct{ name, target, headers, want string }{
		{"unsigned", "/", "", "MissingAuthenticationToken: Request is missing Authentication Token"},
		{"basic", "/", "Authorization: Basic QVdTOnRva2Vu", "MissingAuthenticationToken: Request is missing Authentication Token"},
		{"two headers", "/", "Authorization: Basic QVdTOnRva2Vu\nAuthorization: AWS4-HMAC-SHA256 x=y", "IncompleteSignature: Found more than one 'Authorization' header."},
		{"nothing in it", "/", "Authorization: AWS4-HMAC-SHA256", "IncompleteSignature: Authorization header requires 'Credential' parameter. " +
			"Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " +
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
			"(Hashed with SHA-256 and encoded with Base64) Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0="},
		{"no date", "/", "Authorization: AWS4-HMAC-SHA256 " + credential + rest,
			"IncompleteSignature: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed"},
		{"no equal sign", "/", "X-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 Credential" + rest,
			"IncompleteSignature: Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '"},
		{"parameter twice", "/", "X-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 " + credential + rest + ", Signature=1",
			"IncompleteSignature: Authorization header has more than one 'Signature' parameter. "},
		{"algorithm", "/", "X-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-ECDSA-P256-SHA256 " + credential + rest,
			"IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "},
		{"date form", "/", "X-Amz-Date: 2026-03-01\nAuthorization: AWS4-HMAC-SHA256 " + credential + rest,
			"IncompleteSignature: Date must be in ISO-8601 'basic format'. Got '2026-03-01'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"two dates", "/", "X-Amz-Date: 20260301T000000Z\nX-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 " + credential + rest,
			"IncompleteSignature: Found more than one 'X-Amz-Date' header."},
		{"credential", "/", "X-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 Credential=a/b/c/d" + rest,
			"IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'"},
		{"signed headers empty", "/", "X-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=, Signature=0",
			"SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"signed headers no names", "/", "X-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host;x:y, Signature=0",
			"IncompleteSignature: 'SignedHeaders' must be a semicolon-separated list of header names."},
		{"Date not signed", "/", "Date: Sun, 01 Mar 2026 00:00:00 GMT\nAuthorization: AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host, Signature=0",
			"SignatureDoesNotMatch: 'Date' must be a 'SignedHeader' in the AWS Authorization."},
		{"payload kind", "/", "X-Amz-Date: 20260301T000000Z\nX-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\nAuthorization: AWS4-HMAC-SHA256 " + credential + rest,
			"IncompleteSignature: x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value."},
		{"presigned, incomplete", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=x", "",
			"IncompleteSignature: AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. " +
				"AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."},
		{"presigned, expires 0", "/?" + presignedQuery("0"), "", "IncompleteSignature: X-Amz-Expires must be greater than 0 seconds"},
		{"presigned, expires 604801", "/?" + presignedQuery("604801"), "", "IncompleteSignature: X-Amz-Expires must be less than a week"},
		{"presigned, expires soon", "/?" + presignedQuery("soon"), "", "IncompleteSignature: X-Amz-Expires should be a number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			headers := "Host: ecr.example.com\n"
			if tt.headers != "" {
				headers += tt.headers + "\n"
			}
			r := receive(t, "GET "+tt.target+" HTTP/1.1\n"+headers+"\n")
			_, err := sigv4.Parse(r)
			compare(t, err, tt.want)
			if got, want := errors.Is(err, sigv4.ErrMissing), strings.HasPrefix(tt.want, "Missing"); got != want {
				t.Errorf("errors.Is(err, ErrMissing) = %v", got)
			}
		})
	}
	if _, err := sigv4.Parse(receive(t, "GET /?"+presignedQuery("604800")+" HTTP/1.1\nHost: h\n\n")); err != nil {
		t.Errorf("a week: %v", err)
	}
}

func presignedQuery(expires string) string {
	return url.Values{
		"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {"AKIDEXAMPLE/20260301/eu-west-1/ecr/aws4_request"},
		"X-Amz-Date": {"20260301T000000Z"}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Signature": {"0"}, "X-Amz-Expires": {expires},
	}.Encode()
}

func TestMessagesRepeatNoAuthorization(t *testing.T) {
	r := receive(t, "GET / HTTP/1.1\nHost: h\nAuthorization: AWS4-HMAC-SHA256 hunter2, Signature=hunter2\n\n")
	if _, err := sigv4.Parse(r); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
	r = receive(t, "GET / HTTP/1.1\nHost: h\nX-Amz-Date: 20260301T000000Z\nAuthorization: AWS4-HMAC-SHA256 SignedHeaders=host;x-amz-date, Signature=0, Credential="+
		strings.Repeat("x", 10_000)+"\n\n")
	if _, err := sigv4.Parse(r); err == nil || len(err.Error()) > 500 {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
}

func TestCheckTime(t *testing.T) {
	for _, tt := range []struct {
		name    string
		expires string // presigned if not empty
		offset  time.Duration
		want    string
	}{
		{"15 minutes old", "", 15 * time.Minute, ""},
		{"older", "", 15*time.Minute + time.Second,
			"Expired: Signature expired: 20260301T235958Z is now earlier than 20260301T235959Z (20260302T001459Z - 15 min.)"},
		{"fractions do not count", "", 15*time.Minute + 999*time.Millisecond, ""},
		{"15 minutes ahead", "", -15 * time.Minute, ""},
		{"further ahead", "", -15*time.Minute - time.Second,
			"NotYetCurrent: Signature not yet current: 20260301T235958Z is still later than 20260301T235957Z (20260301T234457Z + 15 min.)"},
		{"a minute, on time", "60", time.Minute, ""},
		{"a minute, late", "60", time.Minute + time.Second,
			"Expired: Signature expired: 20260301T235958Z is now earlier than 20260301T235959Z (20260302T000059Z - 1 min.)"},
		{"ten seconds, late", "10", 11 * time.Second,
			"Expired: Signature expired: 20260301T235958Z is now earlier than 20260301T235959Z (20260302T000009Z - 10 sec.)"},
		{"a week, on time", "604800", 7 * 24 * time.Hour, ""},
		{"a week, late", "604800", 7*24*time.Hour + time.Second, "Expired: "},
		{"a week, ahead", "604800", -16 * time.Minute, "NotYetCurrent: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, service, body := jsonRequest(t, credentials), "ecr", "{}"
			if tt.expires != "" {
				r, service, body = presignedRequest(t, credentials, tt.expires), "sts", ""
			}
			compare(t, check(r, credentials.SecretAccessKey, body, service, signedAt.Add(tt.offset)), tt.want)
			q, err := sigv4.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, q.CheckTime(signedAt.Add(tt.offset)), tt.want)
		})
	}
}

// TestCheckScope checks that everything wrong is named, in AWS's order and words.
func TestCheckScope(t *testing.T) {
	r := receive(t, "GET / HTTP/1.1\nHost: h\nX-Amz-Date: 20130609T095204Z\n"+
		"Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;x-amz-date, Signature=0\n\n")
	q, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	err = q.CheckScope("ecr", func(string) bool { return false })
	want := "InvalidScope: Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'ecr'. " +
		"Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. " +
		"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20130609', from '20130609T095204Z'. "
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	// The parts that need no configuration bind without CheckScope too.
	compare(t, q.Verify(r, "s", sigv4.HashPayload(nil), q.Time), "InvalidScope: ")
}

// handSign signs a string the way the specification describes it, apart from the package's own code.
func handSign(secret, date, region, service, text string) string {
	key := []byte("AWS4" + secret)
	for _, s := range []string{date, region, service, "aws4_request", text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// TestDateHeader: a request may carry its date in Date, in the form of HTTP or of AWS. The SDK never does that.
func TestDateHeader(t *testing.T) {
	for _, date := range []string{"Sun, 01 Mar 2026 23:59:58 GMT", "20260301T235958Z"} {
		canonical := "GET\n/\n\ndate:" + date + "\nhost:h\n\ndate;host\n" + sigv4.HashPayload(nil)
		signature := handSign("secret", "20260301", "eu-west-1", "ecr",
			"AWS4-HMAC-SHA256\n20260301T235958Z\n20260301/eu-west-1/ecr/aws4_request\n"+sigv4.HashPayload([]byte(canonical)))
		r := receive(t, "GET / HTTP/1.1\nHost: h\nDate: "+date+"\nAuthorization: AWS4-HMAC-SHA256 "+
			"Credential=AKID/20260301/eu-west-1/ecr/aws4_request, SignedHeaders=date;host, Signature="+signature+"\n\n")
		if err := check(r, "secret", "", "ecr", signedAt); err != nil {
			t.Errorf("Date %q: %v", date, err)
		}
	}
}

func TestErrorCodes(t *testing.T) {
	for _, tt := range []struct {
		code        sigv4.Code
		json, query string
	}{
		{sigv4.CodeMissingAuthenticationToken, "MissingAuthenticationTokenException", "MissingAuthenticationToken"},
		{sigv4.CodeIncompleteSignature, "IncompleteSignatureException", "IncompleteSignature"},
		{sigv4.CodeInvalidScope, "InvalidSignatureException", "SignatureDoesNotMatch"},
		{sigv4.CodeExpired, "InvalidSignatureException", "SignatureDoesNotMatch"},
		{sigv4.CodeNotYetCurrent, "InvalidSignatureException", "SignatureDoesNotMatch"},
		{sigv4.CodeSignatureDoesNotMatch, "InvalidSignatureException", "SignatureDoesNotMatch"},
	} {
		e := &sigv4.Error{Code: tt.code}
		if e.JSONCode() != tt.json || e.QueryCode() != tt.query {
			t.Errorf("%s: %s, %s", tt.code, e.JSONCode(), e.QueryCode())
		}
	}
}

// TestRandomRequests signs random requests with the AWS SDK: each verifies as it is and not with one byte changed.
func TestRandomRequests(t *testing.T) {
	const seed = 20260301
	rng := rand.New(rand.NewPCG(seed, seed))
	for i := range 2000 {
		c, service, region := credentials, "ecr", "eu-west-1"
		if rng.IntN(2) == 0 {
			c = session
		}
		body := randomText(rng, 40, "\x00\n")
		r := newRequest(t, []string{"GET", "POST", "PUT", "DELETE"}[rng.IntN(4)], "http://ecr.example.com:5000")
		for range rng.IntN(4) {
			r.URL.Path += "/" + strings.NewReplacer(".", "", "/", "").Replace(randomText(rng, 8, "")) + "x"
		}
		values := url.Values{}
		for range rng.IntN(5) {
			values.Add(randomText(rng, 4, ""), randomText(rng, 6, "\n"))
		}
		r.URL.RawQuery = values.Encode()
		for range rng.IntN(4) {
			r.Header.Add(fmt.Sprintf("X-Test-%d", rng.IntN(3)), randomText(rng, 10, ""))
		}
		var received *http.Request
		if rng.IntN(3) == 0 {
			received = presign(t, c, r, body, service, region)
		} else {
			received = sign(t, c, r, body, service, region)
		}
		target := received.RequestURI
		if err := check(received, c.SecretAccessKey, body, service, signedAt); err != nil {
			t.Fatalf("request %d (seed %d), %s %s: %v", i, seed, received.Method, target, err)
		}
		if check(received, c.SecretAccessKey, body+"x", service, signedAt) == nil {
			t.Fatalf("request %d (seed %d), %s %s: verified with another body", i, seed, received.Method, target)
		}
		received.URL.RawQuery = "tampered=1&" + received.URL.RawQuery
		if check(received, c.SecretAccessKey, body, service, signedAt) == nil {
			t.Fatalf("request %d (seed %d), %s %s: verified with another query", i, seed, received.Method, target)
		}
	}
}

func randomText(rng *rand.Rand, limit int, more string) string {
	alphabet := []rune("abcXYZ019-._~ !\"#$%&'()*+,/:;<=>?@[]^`{|}é日" + more)
	var b strings.Builder
	for range rng.IntN(limit + 1) {
		b.WriteRune(alphabet[rng.IntN(len(alphabet))])
	}
	return b.String()
}

func TestKeyCache(t *testing.T) {
	q := func(id, region string) *sigv4.Request {
		return &sigv4.Request{AccessKeyID: id, Date: "20260301", Region: region, Service: "ecr"}
	}
	cache := sigv4.NewKeyCache(4)
	for i := range 100 {
		for _, id := range []string{"A", fmt.Sprint(i), "A"} {
			for _, secret := range []string{"one", "two", "one"} {
				if got, want := cache.Key(q(id, "r"), secret), sigv4.DeriveKey(secret, "20260301", "r", "ecr"); got != want {
					t.Fatalf("key %s, secret %s: another key", id, secret)
				}
			}
		}
	}
	if n := testing.AllocsPerRun(100, func() { cache.Key(q("A", "r"), "one") }); n > 1 { // the request itself
		t.Errorf("a key in use is derived anew: %v allocations", n)
	}
	if s := fmt.Sprintf("%v %+v %#v %x %s", cache.Key(q("A", "r"), "one"), cache.Key(q("A", "r"), "one"), cache.Key(q("A", "r"), "one"),
		cache.Key(q("A", "r"), "one"), cache.Key(q("A", "r"), "one")); strings.Count(s, "redacted") != 5 {
		t.Errorf("a key prints as %s", s)
	}
}
