package servertest_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	jsonType  = "application/x-amz-json-1.1"
	formType  = "application/x-www-form-urlencoded; charset=utf-8"
	ecrTarget = "AmazonEC2ContainerRegistry_V20150921."
)

// apiCall is a request to the AWS APIs before it is signed.
type apiCall struct {
	method string
	path   string
	header map[string]string
	body   string

	credentials  aws.Credentials // none: do not sign
	service      string
	region       string
	at           time.Time
	signedBody   string                // what the signature covers, if not body
	afterSigning func(r *http.Request) // tampers
	presign      bool
}

// ecrCall is a good call of an operation of ECR.
func (w *world) ecrCall(operation, body string) apiCall {
	return apiCall{
		method: "POST", path: "/", body: body,
		header:      map[string]string{"Content-Type": jsonType, "X-Amz-Target": ecrTarget + operation},
		credentials: w.root, service: "ecr", region: servertest.Region, at: w.clock.now(),
	}
}

// queryCall is a good call of an operation of IAM or STS.
func (w *world) queryCall(service, version, action, more string) apiCall {
	return apiCall{
		method: "POST", path: "/", body: "Action=" + action + "&Version=" + version + more,
		header:      map[string]string{"Content-Type": formType},
		credentials: w.root, service: service, region: servertest.Region, at: w.clock.now(),
	}
}

// with returns the call with a change.
func (c apiCall) with(change func(*apiCall)) apiCall {
	c.header = maps.Clone(c.header)
	change(&c)
	return c
}

// call signs and sends a call. The signature is the AWS SDK's.
func (w *world) call(c apiCall) answer {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), c.method, w.URL()+c.path, strings.NewReader(c.body)))(w.t)
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	if c.credentials.AccessKeyID != "" {
		signed := c.body
		if c.signedBody != "" {
			signed = c.signedBody
		}
		sum := sha256.Sum256([]byte(signed))
		sign := v4.NewSigner().SignHTTP
		if c.presign {
			sign = presign
		}
		if err := sign(w.t.Context(), c.credentials, r, hex.EncodeToString(sum[:]), c.service, c.region, c.at); err != nil {
			w.t.Fatal(err)
		}
	}
	if c.afterSigning != nil {
		c.afterSigning(r)
	}
	return w.do(r)
}

// presign puts the signature into the query string.
func presign(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, at time.Time, options ...func(*v4.SignerOptions)) error {
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, c, r, hash, service, region, at, options...)
	if err != nil {
		return err
	}
	r.URL, err = url.Parse(signed)
	return err
}

// jsonError reads an error of the JSON protocol.
func jsonError(t *testing.T, a answer) (code, message string) {
	t.Helper()
	var doc struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if ct := a.header.Get("Content-Type"); ct != jsonType {
		t.Errorf("content type: %q", ct)
	}
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil {
		t.Fatalf("not an error of the JSON protocol: %v: %.300s", err, a.body)
	}
	return doc.Type, doc.Message
}

// xmlError reads an error of the Query protocol.
func xmlError(t *testing.T, a answer) (code, message string) {
	t.Helper()
	var doc struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Error   struct{ Type, Code, Message string }
		ID      string `xml:"RequestId"`
	}
	if ct := a.header.Get("Content-Type"); ct != "text/xml" {
		t.Errorf("content type: %q", ct)
	}
	if err := xml.Unmarshal([]byte(a.body), &doc); err != nil {
		t.Fatalf("not an error of the Query protocol: %v: %.300s", err, a.body)
	}
	if doc.Error.Type != "Sender" || doc.ID == "" || doc.ID != a.header.Get("X-Amzn-Requestid") {
		t.Errorf("error: %+v, request id in the header %q", doc, a.header.Get("X-Amzn-Requestid"))
	}
	return doc.Error.Code, doc.Error.Message
}

const badSignature = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// flip changes one character of a text to another of its kind.
func flip(s string, i int) string {
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

func amzTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// Requests to the AWS APIs that are wrong in every way we could think of.
func TestBadAPIRequests(t *testing.T) { onEachDatabase(t, testBadAPIRequests) }

func testBadAPIRequests(t *testing.T, database func(*server.Config)) {
	w := newWorld(t, database)
	w.repository("team/app")
	node := w.node()

	now := w.clock.now()
	create := w.ecrCall("CreateRepository", `{"repositoryName":"half"}`)
	identity := w.queryCall("sts", "2011-06-15", "GetCallerIdentity", "")
	createUser := w.queryCall("iam", "2010-05-08", "CreateUser", "&UserName=half")
	asNode := create.with(func(c *apiCall) { c.credentials = node })
	tamperedToken := func(at int) apiCall {
		return asNode.with(func(c *apiCall) { c.credentials.SessionToken = flip(node.SessionToken, at) })
	}
	authorization := func(c apiCall, change func(string) string) apiCall {
		return c.with(func(c *apiCall) {
			c.afterSigning = func(r *http.Request) { r.Header.Set("Authorization", change(r.Header.Get("Authorization"))) }
		})
	}
	body := func(c apiCall, text string) apiCall { return c.with(func(c *apiCall) { c.body = text }) }
	header := func(c apiCall, name, value string) apiCall {
		return c.with(func(c *apiCall) { c.header[name] = value })
	}
	const invalidToken = "The security token included in the request is invalid."

	for _, tt := range []struct {
		name    string
		call    apiCall
		status  int
		code    string
		message string // what the error has to say; it may say more
	}{
		// Who sent it, to a JSON service.
		{"unsigned", create.with(func(c *apiCall) { c.credentials = aws.Credentials{} }), 400, "MissingAuthenticationTokenException", "Request is missing Authentication Token"},
		{"basic", create.with(func(c *apiCall) {
			c.credentials = aws.Credentials{}
			c.afterSigning = func(r *http.Request) { r.SetBasicAuth(w.root.AccessKeyID, w.root.SecretAccessKey) }
		}), 400, "MissingAuthenticationTokenException", "Request is missing Authentication Token"},
		{"wrong secret", create.with(func(c *apiCall) { c.credentials.SecretAccessKey = flip(w.root.SecretAccessKey, 7) }), 400, "InvalidSignatureException", badSignature},
		{"unknown key", create.with(func(c *apiCall) { c.credentials.AccessKeyID = "AKIAIOSFODNN7EXAMPLE" }), 400, "UnrecognizedClientException", invalidToken},
		{"session key without its token", asNode.with(func(c *apiCall) { c.credentials.SessionToken = "" }), 400, "UnrecognizedClientException", invalidToken},
		{"session token with another key", create.with(func(c *apiCall) { c.credentials.SessionToken = node.SessionToken }), 400, "UnrecognizedClientException", invalidToken},
		{"tampered session token, first byte", tamperedToken(0), 400, "UnrecognizedClientException", invalidToken},
		{"tampered session token, middle", tamperedToken(len(node.SessionToken) / 2), 400, "UnrecognizedClientException", invalidToken},
		{"session token cut short", asNode.with(func(c *apiCall) { c.credentials.SessionToken = node.SessionToken[:40] }), 400, "UnrecognizedClientException", invalidToken},
		{"registry token for a session token", asNode.with(func(c *apiCall) { c.credentials.SessionToken = w.token(node) }), 400, "UnrecognizedClientException", invalidToken},
		{"session token added afterwards", create.with(func(c *apiCall) {
			c.afterSigning = func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", node.SessionToken) }
		}), 400, "InvalidSignatureException", "'X-Amz-Security-Token' must be a 'SignedHeader'"},

		// What was signed.
		{"another service", create.with(func(c *apiCall) { c.service = "sts" }), 400, "InvalidSignatureException", "Credential should be scoped to correct service: 'ecr'. "},
		{"no region", create.with(func(c *apiCall) { c.region = "US-EAST-1" }), 400, "InvalidSignatureException", "Credential should be scoped to a valid region, not 'US-EAST-1'. "},
		{"another region than signed", authorization(create, func(s string) string { return strings.Replace(s, "/us-east-1/", "/eu-west-1/", 1) }), 400, "InvalidSignatureException", badSignature},
		{"another body than signed", create.with(func(c *apiCall) { c.signedBody = `{"repositoryName":"other"}` }), 400, "InvalidSignatureException", badSignature},
		{"another target than signed", create.with(func(c *apiCall) {
			c.afterSigning = func(r *http.Request) { r.Header.Set("X-Amz-Target", ecrTarget+"DeleteRepository") }
		}), 400, "InvalidSignatureException", badSignature},
		{"another path than signed", create.with(func(c *apiCall) {
			c.afterSigning = func(r *http.Request) { r.URL.RawQuery = "x=y" }
		}), 400, "InvalidSignatureException", badSignature},
		{"another host than signed", create.with(func(c *apiCall) {
			c.afterSigning = func(r *http.Request) { r.Host = "api.ecr.us-east-1.amazonaws.com" }
		}), 400, "InvalidSignatureException", badSignature},
		{"tampered signature", authorization(create, func(s string) string { return flip(s, len(s)-1) }), 400, "InvalidSignatureException", badSignature},
		{"no signature", authorization(create, func(s string) string { return s[:strings.Index(s, ", Signature=")] }), 400, "IncompleteSignatureException", "Authorization header requires 'Signature' parameter. "},
		{"nothing but the algorithm", authorization(create, func(string) string { return "AWS4-HMAC-SHA256" }), 400, "IncompleteSignatureException", "Authorization header requires 'Credential' parameter. "},
		{"another algorithm", authorization(create, func(s string) string { return strings.Replace(s, "AWS4-HMAC-SHA256", "AWS4-HMAC-MD5", 1) }), 400, "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-HMAC-MD5'"},
		{"early clock", create.with(func(c *apiCall) { c.at = now.Add(-20 * time.Minute) }), 400, "InvalidSignatureException", "Signature expired: " + amzTime(now.Add(-20*time.Minute)) + " is now earlier than "},
		{"fast clock", create.with(func(c *apiCall) { c.at = now.Add(20 * time.Minute) }), 400, "InvalidSignatureException", "Signature not yet current: " + amzTime(now.Add(20*time.Minute)) + " is still later than "},

		// What was asked.
		{"no JSON", body(create, "repositoryName=half"), 400, "SerializationException", ""},
		{"half a document", body(create, `{"repositoryName":"half"`), 400, "SerializationException", ""},
		{"two documents", body(create, `{"repositoryName":"half"}{}`), 400, "SerializationException", ""},
		{"an array", body(create, `["half"]`), 400, "SerializationException", ""},
		{"a wrong type", body(create, `{"repositoryName":{}}`), 400, "SerializationException", ""},
		{"deep nesting", body(create, `{"x":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"}"), 400, "SerializationException", ""},
		{"no body", body(create, ""), 400, "InvalidParameterException", "repositoryName"},
		{"a required member is missing", body(create, "{}"), 400, "InvalidParameterException", "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must not be null'"},
		{"a null", body(create, `{"repositoryName":null}`), 400, "InvalidParameterException", "repositoryName"},
		{"a name with capitals", body(create, `{"repositoryName":"Half"}`), 400, "InvalidParameterException", "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '"},
		{"a name that climbs", body(create, `{"repositoryName":"../half"}`), 400, "InvalidParameterException", "repositoryName"},
		{"a name with a NUL", body(create, `{"repositoryName":"half\u0000"}`), 400, "SerializationException", "NUL"},
		{"a name with half a character", body(create, "{\"repositoryName\":\"half\xc3\"}"), 400, "SerializationException", "UTF-8"},
		{"a name that is too long", body(create, `{"repositoryName":"`+strings.Repeat("a", 257)+`"}`), 400, "InvalidParameterException", "repositoryName"},
		{"a name that is too short", body(create, `{"repositoryName":"a"}`), 400, "InvalidParameterException", "repositoryName"},
		{"not an account", body(create, `{"repositoryName":"half","registryId":"12"}`), 400, "InvalidParameterException", "registryId"},
		{"an unknown enum", body(create, `{"repositoryName":"half","imageTagMutability":"SOMETIMES"}`), 400, "InvalidParameterException", "imageTagMutability"},
		{"the repository is there", body(create, `{"repositoryName":"team/app"}`), 400, "RepositoryAlreadyExistsException", "The repository with name 'team/app' already exists in the registry with id '222222222222'"},
		{"a policy that is none", w.ecrCall("SetRepositoryPolicy", `{"repositoryName":"team/app","policyText":"{\"Statement\":["}`), 400, "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"},
		{"a manifest that is none", w.ecrCall("PutImage", `{"repositoryName":"team/app","imageTag":"v1","imageManifest":"{"}`), 400, "InvalidParameterException", "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"},
		{"a tag that is none", w.ecrCall("PutImage", `{"repositoryName":"team/app","imageTag":"v 1","imageManifest":"{}"}`), 400, "InvalidParameterException", "imageTag"},
		{"a manifest without its layers", w.ecrCall("PutImage", `{"repositoryName":"team/app","imageTag":"v1","imageManifest":`+quoted(manifestOf(digestA))+`}`), 400, "LayersNotFoundException", digestA},
		{"a part of no upload", w.ecrCall("UploadLayerPart", `{"repositoryName":"team/app","uploadId":"2b1b2f36-0000-4000-8000-000000000000","partFirstByte":0,"partLastByte":1,"layerPartBlob":"aGk="}`), 400, "UploadNotFoundException", ""},
		{"a part that is not base64", w.ecrCall("UploadLayerPart", `{"repositoryName":"team/app","uploadId":"2b1b2f36-0000-4000-8000-000000000000","partFirstByte":0,"partLastByte":1,"layerPartBlob":"%"}`), 400, "SerializationException", ""},
		{"a page that is none", w.ecrCall("DescribeRepositories", `{"nextToken":"bm90aGluZw=="}`), 400, "InvalidParameterException", "nextToken"},
		{"a page from nowhere", w.ecrCall("DescribeRepositories", `{"maxResults":0}`), 400, "InvalidParameterException", "maxResults"},
		{"too large", body(create, strings.Repeat(" ", 29<<20)), 413, "RequestEntityTooLargeException", ""},
		{"unknown operation", header(create, "X-Amz-Target", ecrTarget+"Nothing"), 400, "UnknownOperationException", ""},
		{"unknown service", header(create, "X-Amz-Target", "AmazonEC2ContainerRegistry_V20160921.CreateRepository"), 400, "UnknownOperationException", ""},
		{"no target", header(create, "X-Amz-Target", ""), 400, "UnknownOperationException", ""},
		{"wrong method", create.with(func(c *apiCall) { c.method = "PUT" }), 400, "UnknownOperationException", "POST"},
		{"wrong content type", header(create, "Content-Type", "text/plain"), 400, "UnknownOperationException", jsonType},
		{"newer content type", header(create, "Content-Type", "application/x-amz-json-1.2"), 400, "UnknownOperationException", jsonType},

		// The same of a Query service.
		{"query, unsigned", identity.with(func(c *apiCall) { c.credentials = aws.Credentials{} }), 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"query, wrong secret", identity.with(func(c *apiCall) { c.credentials.SecretAccessKey = "x" }), 403, "SignatureDoesNotMatch", badSignature},
		{"query, unknown key", identity.with(func(c *apiCall) { c.credentials.AccessKeyID = "AKIAIOSFODNN7EXAMPLE" }), 403, "InvalidClientTokenId", invalidToken},
		{"query, tampered session token", identity.with(func(c *apiCall) {
			c.credentials = node
			c.credentials.SessionToken = flip(node.SessionToken, 99)
		}), 403, "InvalidClientTokenId", invalidToken},
		{"query, another service", createUser.with(func(c *apiCall) { c.service = "ecr" }), 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'iam'. "},
		{"query, another body than signed", createUser.with(func(c *apiCall) { c.signedBody = "Action=GetUser" }), 403, "SignatureDoesNotMatch", badSignature},
		{"query, early clock", identity.with(func(c *apiCall) { c.at = now.Add(-time.Hour) }), 403, "SignatureDoesNotMatch", "Signature expired: "},
		{"query, malformed", authorization(identity, func(s string) string { return strings.Replace(s, "Credential=", "Credential:", 1) }), 400, "IncompleteSignature", ""},
		{"query, no action", body(identity, "Version=2011-06-15"), 400, "MissingAction", ""},
		{"query, unknown action", body(identity, "Action=Nothing&Version=2011-06-15"), 400, "InvalidAction", "Could not find operation Nothing for version 2011-06-15"},
		{"query, not served", body(createUser, "Action=GenerateServiceLastAccessedDetails&Version=2010-05-08"), 400, "UnsupportedOperation", "The operation GenerateServiceLastAccessedDetails of iam is not supported by this server: "},
		{"query, unknown version", body(identity, "Action=GetCallerIdentity&Version=2001-01-01"), 400, "InvalidAction", "Could not find operation GetCallerIdentity for version 2001-01-01"},
		{"query, action of another version", body(identity, "Action=CreateUser&Version=2011-06-15"), 400, "InvalidAction", ""},
		{"query, not a form", body(identity, "Action=%zz"), 400, "MalformedInput", ""},
		{"query, twice", body(createUser, createUser.body+"&UserName=twice"), 400, "MalformedInput", ""},
		{"query, a bad name", body(createUser, strings.Replace(createUser.body, "=half", "=a%20b", 1)), 400, "ValidationError", "1 validation error detected: Value "},
		{"query, a missing name", body(createUser, strings.Replace(createUser.body, "UserName", "Name", 1)), 400, "ValidationError", "'userName'"},
		{"query, a bad policy", w.queryCall("iam", "2010-05-08", "CreatePolicy", "&PolicyName=half&PolicyDocument=%7B"), 400, "MalformedPolicyDocument", ""},
		{"query, nobody", w.queryCall("iam", "2010-05-08", "GetUser", "&UserName=nobody"), 404, "NoSuchEntity", "The user with name nobody cannot be found."},
		{"query, wrong method", identity.with(func(c *apiCall) { c.method = "PUT" }), 405, "MethodNotAllowed", ""},
		{"query, wrong content type", header(identity, "Content-Type", "text/plain"), 400, "MissingAction", ""},
		{"query, too large", body(identity, identity.body+"&x="+strings.Repeat("x", 5<<20)), 413, "RequestEntityTooLarge", ""},
		{"query, deep", body(identity, identity.body+"&"+strings.Repeat("a.", 50_000)+"=1"), 200, "", ""},
		{"presigned and run out", apiCall{
			method: "GET", path: "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60",
			credentials: w.root, service: "sts", region: servertest.Region, at: now.Add(-2 * time.Minute), presign: true,
		}, 403, "SignatureDoesNotMatch", "Signature expired: "},
		{"presigned and signed", apiCall{
			method: "GET", path: "/?Action=GetCallerIdentity&Version=2011-06-15", credentials: w.root, service: "sts", region: servertest.Region, at: now, presign: true,
			afterSigning: func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x") },
		}, 403, "SignatureDoesNotMatch", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := w.in(t)
			before := w.visible()
			a := w.call(tt.call)
			if a.header.Get("X-Amzn-Requestid") == "" {
				t.Error("no request id")
			}
			if a.status != tt.status {
				t.Errorf("status %d, want %d: %.300s", a.status, tt.status, a.body)
			}
			if tt.code != "" {
				read := xmlError
				if tt.call.header["X-Amz-Target"] != "" || strings.HasPrefix(tt.call.header["Content-Type"], "application/x-amz-json") {
					read = jsonError
				}
				code, message := read(t, a)
				if code != tt.code || !strings.Contains(message, tt.message) {
					t.Errorf("%s: %q, want %s: %q", code, message, tt.code, tt.message)
				}
			}
			if diff := cmp.Diff(before, w.visible()); diff != "" {
				t.Errorf("it left something (-before +after):\n%s", diff)
			}
		})
	}
	if users := must(w.IAM().Summary(t.Context(), owner))(t)["Users"]; users != 0 {
		t.Errorf("%d users were created", users)
	}
}

// A session that has run out is told so.
func TestExpiredSession(t *testing.T) {
	w := newWorld(t)
	node := w.node()
	w.clock.advance(2 * time.Hour)

	a := w.call(w.ecrCall("GetAuthorizationToken", "{}").with(func(c *apiCall) { c.credentials = node }))
	if code, message := jsonError(t, a); a.status != 400 || code != "ExpiredTokenException" || message != "The security token included in the request is expired" {
		t.Errorf("%d %s: %s", a.status, code, message)
	}
	a = w.call(w.queryCall("sts", "2011-06-15", "GetCallerIdentity", "").with(func(c *apiCall) { c.credentials = node }))
	if code, message := xmlError(t, a); a.status != 403 || code != "ExpiredToken" || message != "The security token included in the request is expired" {
		t.Errorf("%d %s: %s", a.status, code, message)
	}
}

// No operation of any service does anything for somebody who does not sign,
// but those that AWS itself has everyone call.
func TestEveryOperationNeedsSignature(t *testing.T) {
	w := newWorld(t)
	for _, s := range []*shape.Service{ecr.Service, iam.Service, sts.Service} {
		if len(s.Operations) == 0 {
			t.Fatalf("%s has no operations", s.Name)
		}
		for _, o := range s.Operations {
			if o.NoAuth {
				if !slices.Contains([]string{"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}, o.Name) {
					t.Errorf("%s: anyone may call it", o.Name)
				}
				continue
			}
			var call apiCall
			read, status, want := xmlError, 403, "MissingAuthenticationToken"
			if s.Protocol == shape.JSON11 {
				call = w.ecrCall(o.Name, "{}")
				read, status, want = jsonError, 400, "MissingAuthenticationTokenException"
			} else {
				call = w.queryCall(s.Name, s.Version, o.Name, "")
			}
			call.credentials = aws.Credentials{}
			a := w.call(call)
			if code, _ := read(t, a); a.status != status || code != want {
				t.Errorf("%s: %d %s", o.Name, a.status, code)
			}
		}
	}
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
