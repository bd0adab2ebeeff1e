package awsapi_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	ecrclient "github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	iamclient "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	stsclient "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/sigv4"
)

const (
	account = "111122223333"
	keyID   = "AKIAIOSFODNN7EXAMPLE"
	secret  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	userARN = "arn:aws:iam::111122223333:user/bob"
)

// server answers with toy operations. What they were called with and what was recorded can be looked at
// after each request.
type server struct {
	*httptest.Server
	event  *audit.Event
	call   *awsapi.Call
	in     any
	asked  []string // "action resource account region"
	denied string   // action that is denied
	err    error    // what the operations return
	log    bytes.Buffer
}

// toy is a row that notes its input and answers out.
func toy[In, Out any](s *server, sh shape.Shape[In, Out], on func(*awsapi.Call, *In) []awsapi.Resource, out *Out, opts ...awsapi.Option) awsapi.Operation {
	return awsapi.Op(sh, on, func(_ context.Context, c *awsapi.Call, in *In) (*Out, error) {
		s.call, s.in = c, in
		return out, s.err
	}, opts...)
}

func onRepository[In interface{ GetRepositoryName() string }](c *awsapi.Call, in In) []awsapi.Resource {
	return []awsapi.Resource{{ARN: "arn:aws:ecr:" + c.Region + ":" + c.Account + ":repository/" + in.GetRepositoryName()}}
}

func start(t *testing.T) *server {
	t.Helper()
	s := new(server)
	created := shape.At(time.UnixMilli(1788264000123))
	ops := awsapi.Complete(ecr.Service,
		toy(s, ecr.CreateRepository, onRepository, &ecr.CreateRepositoryOutput{Repository: &ecr.Repository{
			RepositoryName: new("team/app"), CreatedAt: created, ImageScanningConfiguration: &ecr.ImageScanningConfiguration{ScanOnPush: new(false)},
		}}),
		toy(s, ecr.UploadLayerPart, onRepository, &ecr.UploadLayerPartOutput{LastByteReceived: new(int64(0))}),
		toy(s, ecr.GetAuthorizationToken, awsapi.Any, nil),
		toy(s, ecr.DescribeRegistry, func(*awsapi.Call, *ecr.DescribeRegistryInput) []awsapi.Resource { return nil }, nil),
		toy(s, ecr.ListImageReferrers, onRepository, nil, awsapi.WithAction("ecr:BatchGetImage")),
		awsapi.Unsupported(ecr.UpdateImageStorageClass, "there is no archive storage class"),
	)
	ops = append(ops, awsapi.Complete(iam.Service,
		toy(s, iam.CreateRole, awsapi.Any, &iam.CreateRoleOutput{Role: &iam.Role{
			Path: new("/"), RoleName: new("r"), RoleId: new("AROA"), Arn: new("arn"), CreateDate: created,
			AssumeRolePolicyDocument: new("%7B%7D"), Tags: []iam.Tag{{Key: new("a&b"), Value: new("")}},
		}}),
		toy(s, iam.UpdateRole, awsapi.Any, nil),
		toy(s, iam.DeleteRole, awsapi.Any, nil),
		toy(s, iam.GetAccountSummary, awsapi.Any, &iam.GetAccountSummaryOutput{SummaryMap: map[string]int32{"Users": 3}}),
	)...)
	ops = append(ops, awsapi.Complete(sts.Service,
		toy(s, sts.GetCallerIdentity, awsapi.Any, &sts.GetCallerIdentityOutput{Account: new(account), Arn: new(userARN)}, awsapi.NoAuthorization()),
		toy(s, sts.AssumeRoleWithWebIdentity, awsapi.Any, &sts.AssumeRoleWithWebIdentityOutput{Provider: new("p")}),
	)...)
	d := awsapi.New(awsapi.Config{
		Operations:    ops,
		Authenticate:  authenticate,
		Authorize:     s.authorize,
		Environment:   func(*http.Request) policy.Context { return policy.Context{} },
		ValidRegion:   func(r string) bool { return strings.HasPrefix(r, "us-") },
		DefaultRegion: "us-west-2",
		Log:           slog.New(slog.NewTextHandler(&s.log, nil)),
		MaxBody:       1 << 20,
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.event = &audit.Event{RequestID: "request-1"}
		d.ServeHTTP(w, r.WithContext(audit.NewContext(r.Context(), s.event)))
	}))
	t.Cleanup(s.Close)
	return s
}

// authenticate knows one access key.
func authenticate(r *http.Request, body []byte, service string, validRegion func(string) bool) (*authn.Identity, string, error) {
	q, err := sigv4.Parse(r)
	if err != nil {
		return nil, "", err
	}
	if err := q.CheckScope(service, validRegion); err != nil {
		return nil, "", err
	}
	switch {
	case q.SessionToken == "expired":
		return nil, "", authn.ErrExpired
	case q.AccessKeyID != keyID:
		return nil, "", authn.ErrInvalidCredentials
	case q.SessionToken == "broken":
		return nil, "", errors.New("disk on fire")
	}
	if err := q.Verify(r, secret, sigv4.HashPayload(body), time.Now()); err != nil {
		return nil, "", err
	}
	p := policy.Principal{Kind: policy.User, Account: account, ARN: userARN, ID: "AIDAEXAMPLE"}
	return &authn.Identity{Subject: &engine.Subject{Principal: p}, AccessKeyID: keyID}, q.Region, nil
}

func (s *server) authorize(_ context.Context, id *authn.Identity, action string, res authz.Resource, env policy.Context) error {
	s.asked = append(s.asked, strings.Join([]string{action, res.ARN, res.Account, env.Get("aws:RequestedRegion")[0]}, " "))
	if action != s.denied {
		return nil
	}
	req := policy.Request{Principal: id.Subject.Principal, Action: action, Resource: res.ARN, ResourceAccount: res.Account}
	return &authz.Denied{Request: req, Decision: policy.Evaluate(&req, &policy.Set{})}
}

// reset forgets the requests so far.
func (s *server) reset() {
	s.event, s.call, s.in, s.asked, s.denied, s.err = nil, nil, nil, nil, "", nil
	s.log.Reset()
}

// config is what SDK clients of the server use.
func (s *server) config() aws.Config {
	return aws.Config{
		Region:           "us-east-2",
		BaseEndpoint:     aws.String(s.URL),
		Credentials:      credentials.NewStaticCredentialsProvider(keyID, secret, ""),
		RetryMaxAttempts: 1,
		HTTPClient:       s.Client(),
	}
}

func TestECRClient(t *testing.T) {
	s := start(t)
	client := ecrclient.NewFromConfig(s.config())
	ctx := t.Context()

	out, err := client.CreateRepository(ctx, &ecrclient.CreateRepositoryInput{
		RegistryId: aws.String("444455556666"), RepositoryName: aws.String("team/app"),
		Tags: []ecrtypes.Tag{{Key: aws.String("k"), Value: aws.String("")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := *out.Repository.RepositoryName; got != "team/app" {
		t.Errorf("name %s", got)
	}
	if !out.Repository.CreatedAt.Equal(time.UnixMilli(1788264000123)) {
		t.Errorf("created at %v", out.Repository.CreatedAt)
	}
	want := &ecr.CreateRepositoryInput{RegistryId: new("444455556666"), RepositoryName: new("team/app"), Tags: []ecr.Tag{{Key: new("k"), Value: new("")}}}
	if diff := cmp.Diff(any(want), s.in); diff != "" {
		t.Error(diff)
	}
	const arn = "arn:aws:ecr:us-east-2:444455556666:repository/team/app"
	if diff := cmp.Diff([]string{"ecr:CreateRepository " + arn + " 444455556666 us-east-2"}, s.asked); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&audit.Event{
		RequestID: "request-1", Service: "ecr", Operation: "CreateRepository", Account: "444455556666", Region: "us-east-2",
		Caller:    audit.Caller{Kind: "IAMUser", ARN: userARN, Account: account, PrincipalID: "AIDAEXAMPLE", AccessKeyID: keyID},
		Resources: []audit.Resource{{ARN: arn, Account: "444455556666"}}, Status: 200,
	}, s.event); diff != "" {
		t.Error(diff)
	}

	blob := bytes.Repeat([]byte{0xfe}, 1000)
	if _, err := client.UploadLayerPart(ctx, &ecrclient.UploadLayerPartInput{
		RepositoryName: aws.String("team/app"), UploadId: aws.String("01234567-89ab-cdef-0123-456789abcdef"),
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(999), LayerPartBlob: blob,
	}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.in.(*ecr.UploadLayerPartInput).LayerPartBlob, blob) {
		t.Error("the blob is not what was sent")
	}

	s.err = &awsapi.Error{Code: ecr.CodeInvalidLayerPart, Message: "late", Fields: map[string]any{"lastValidByteReceived": 7, "uploadId": "u"}}
	_, err = client.UploadLayerPart(ctx, &ecrclient.UploadLayerPartInput{
		RepositoryName: aws.String("team/app"), UploadId: aws.String("01234567-89ab-cdef-0123-456789abcdef"),
		PartFirstByte: aws.Int64(9), PartLastByte: aws.Int64(9), LayerPartBlob: []byte{1},
	})
	var part *ecrtypes.InvalidLayerPartException
	if !errors.As(err, &part) || *part.LastValidByteReceived != 7 || *part.UploadId != "u" || part.ErrorMessage() != "late" {
		t.Errorf("error %v", err)
	}
	if s.event.ErrorCode != "InvalidLayerPartException" || s.event.ErrorMessage != "late" || s.event.Status != 400 {
		t.Errorf("event %+v", s.event)
	}

	s.reset()
	if _, err := client.GetAuthorizationToken(ctx, &ecrclient.GetAuthorizationTokenInput{}); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"ecr:GetAuthorizationToken * 111122223333 us-east-2"}, s.asked); diff != "" {
		t.Error(diff)
	}
	s.reset()
	if _, err := client.ListImageReferrers(ctx, &ecrclient.ListImageReferrersInput{
		RepositoryName: aws.String("ab"), SubjectId: &ecrtypes.SubjectIdentifier{ImageDigest: aws.String("sha256:00")},
	}); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"ecr:BatchGetImage arn:aws:ecr:us-east-2:111122223333:repository/ab 111122223333 us-east-2"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

func TestIAMClient(t *testing.T) {
	s := start(t)
	client := iamclient.NewFromConfig(s.config())
	ctx := t.Context()

	out, err := client.CreateRole(ctx, &iamclient.CreateRoleInput{
		RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(`{"a": "b+c%20"}`), MaxSessionDuration: aws.Int32(3600),
		Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("v w")}, {Key: aws.String("l"), Value: aws.String("")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Role; *got.AssumeRolePolicyDocument != "%7B%7D" || *got.Tags[0].Key != "a&b" || !got.CreateDate.Equal(time.Unix(1788264000, 0)) {
		t.Errorf("role %+v", got)
	}
	want := &iam.CreateRoleInput{
		RoleName: new("r"), AssumeRolePolicyDocument: new(`{"a": "b+c%20"}`), MaxSessionDuration: new(int32(3600)),
		Tags: []iam.Tag{{Key: new("k"), Value: new("v w")}, {Key: new("l"), Value: new("")}},
	}
	if diff := cmp.Diff(any(want), s.in); diff != "" {
		t.Error(diff)
	}
	// IAM has no regions, wherever the client signs for.
	if diff := cmp.Diff([]string{"iam:CreateRole * 111122223333 us-east-1"}, s.asked); diff != "" {
		t.Error(diff)
	}
	if _, err := client.UpdateRole(ctx, &iamclient.UpdateRoleInput{RoleName: aws.String("r"), Description: aws.String("")}); err != nil {
		t.Error(err)
	}
	if _, err := client.DeleteRole(ctx, &iamclient.DeleteRoleInput{RoleName: aws.String("r")}); err != nil {
		t.Error(err)
	}
	summary, err := client.GetAccountSummary(ctx, &iamclient.GetAccountSummaryInput{})
	if err != nil || summary.SummaryMap["Users"] != 3 {
		t.Errorf("summary %v, %v", summary, err)
	}

	s.err = awsapi.Errorf(iam.CodeNoSuchEntity, "The role with name %s cannot be found.", "x")
	_, err = client.DeleteRole(ctx, &iamclient.DeleteRoleInput{RoleName: aws.String("x")})
	var missing *iamtypes.NoSuchEntityException
	var response *smithyhttp.ResponseError
	if !errors.As(err, &missing) || missing.ErrorMessage() != "The role with name x cannot be found." || !errors.As(err, &response) || response.HTTPStatusCode() != 404 {
		t.Errorf("error %v", err)
	}
}

func TestSTSClient(t *testing.T) {
	s := start(t)
	client := stsclient.NewFromConfig(s.config())
	ctx := t.Context()

	out, err := client.GetCallerIdentity(ctx, &stsclient.GetCallerIdentityInput{})
	if err != nil || *out.Account != account {
		t.Fatal(out, err)
	}
	if len(s.asked) != 0 {
		t.Errorf("authorised %v", s.asked)
	}

	// A presigned request may be sent by somebody else.
	signed, err := stsclient.NewPresignClient(client).PresignGetCallerIdentity(ctx, &stsclient.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	r := s.do(t, request{method: http.MethodGet, path: strings.TrimPrefix(signed.URL, s.URL+"/"), unsigned: true})
	if r.status != 200 || !strings.Contains(r.body, "<Account>111122223333</Account>") {
		t.Errorf("%d %s", r.status, r.body)
	}

	// The model says that this one is not signed.
	web, err := client.AssumeRoleWithWebIdentity(ctx, &stsclient.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/r"), RoleSessionName: aws.String("ab"), WebIdentityToken: aws.String("token"),
	})
	if err != nil || *web.Provider != "p" {
		t.Fatal(web, err)
	}
	if s.call.Identity != nil || s.call.Account != "" || s.call.Region != "us-west-2" || len(s.asked) != 0 {
		t.Errorf("call %+v, asked %v", s.call, s.asked)
	}
	if err := s.call.Authorize(ctx, "sts:Anything", awsapi.Resource{ARN: "*"}); err == nil {
		t.Error("nobody was allowed to do something")
	}
}

func TestDenied(t *testing.T) {
	s := start(t)
	s.denied = "ecr:CreateRepository"
	_, err := ecrclient.NewFromConfig(s.config()).CreateRepository(t.Context(), &ecrclient.CreateRepositoryInput{RepositoryName: aws.String("ab")})
	const sentence = "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: ecr:CreateRepository on resource: " +
		"arn:aws:ecr:us-east-2:111122223333:repository/ab because no identity-based policy allows the ecr:CreateRepository action"
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" || api.ErrorMessage() != sentence {
		t.Errorf("error %v", err)
	}
	if s.in != nil {
		t.Error("the operation ran")
	}
	if s.event.ErrorCode != "AccessDeniedException" || s.event.ErrorMessage != sentence {
		t.Errorf("event %+v", s.event)
	}

	// What an operation checks by itself is answered alike.
	s.reset()
	r := s.send(t, "ecr", target("GetAuthorizationToken"), "{}")
	if r.status != 200 {
		t.Fatal(r.status)
	}
	s.denied = "ecr:TagResource"
	denied := s.call.Authorize(t.Context(), "ecr:TagResource", awsapi.Resource{ARN: "arn:aws:ecr:us-east-2:111122223333:repository/ab"})
	s.err = denied
	r = s.send(t, "ecr", target("GetAuthorizationToken"), "{}")
	want := `{"Message":"` + denied.Error() + `","__type":"AccessDeniedException","decisionId":"request-1"}`
	if got := r.body; r.status != 400 || got != want || r.header.Get("X-Pratique-Decision-Id") != "request-1" {
		t.Errorf("%d %v %s", r.status, r.header, got)
	}

	s.reset()
	s.denied = "iam:DeleteRole"
	r = s.send(t, "iam", form, "Action=DeleteRole&Version=2010-05-08&RoleName=r")
	if got := r.body; r.status != 403 || r.header.Get("X-Pratique-Decision-Id") != "request-1" || !strings.Contains(got, "<Code>AccessDenied</Code>") {
		t.Errorf("%d %v %s", r.status, r.header, got)
	}
}

// request changes a request before or after it is signed.
type request struct {
	method, path, body string
	header             http.Header
	key, token         string // instead of the good ones
	service, region    string
	at                 time.Time
	unsigned           bool
	after              func(*http.Request)
}

func target(op string) http.Header {
	return http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {"AmazonEC2ContainerRegistry_V20150921." + op},
	}
}

var form = http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func (s *server) do(t *testing.T, q request) answer {
	t.Helper()
	if q.method == "" {
		q.method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), q.method, s.URL+"/"+q.path, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = q.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if !q.unsigned {
		c := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: q.token}
		if q.key != "" {
			c.AccessKeyID = q.key
		}
		if q.region == "" {
			q.region = "us-east-2"
		}
		if q.at.IsZero() {
			q.at = time.Now()
		}
		if err := v4.NewSigner().SignHTTP(t.Context(), c, r, sigv4.HashPayload([]byte(q.body)), q.service, q.region, q.at); err != nil {
			t.Fatal(err)
		}
	}
	if q.after != nil {
		q.after(r)
	}
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

func (s *server) send(t *testing.T, service string, header http.Header, body string) answer {
	t.Helper()
	return s.do(t, request{service: service, header: header, body: body})
}

func TestBadRequestsJSON(t *testing.T) {
	s := start(t)
	for _, c := range []struct {
		name   string
		q      request
		status int
		want   string
	}{
		{"malformed body", request{header: target("CreateRepository"), body: "{"}, 400, `{"__type":"SerializationException","message":"The request body is not valid JSON for this operation."}`},
		{"wrong type", request{header: target("CreateRepository"), body: `{"repositoryName":1}`}, 400, `{"__type":"SerializationException","message":"NUMBER_VALUE can not be converted to a String"}`},
		{
			"missing member", request{header: target("CreateRepository"), body: `{}`}, 400,
			`{"__type":"InvalidParameterException","message":"Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must not be null'"}`,
		},
		{"unknown operation", request{header: target("MakeTea"), body: `{}`, unsigned: true}, 400, `{"__type":"UnknownOperationException"}`},
		{"unknown service", request{header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"Teapot.CreateRepository"}}}, 400, `{"__type":"UnknownOperationException"}`},
		{"target without a dot", request{header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"CreateRepository"}}}, 400, `{"__type":"UnknownOperationException"}`},
		{"no target", request{header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, body: `{}`}, 400, `{"__type":"UnknownOperationException"}`},
		{
			"wrong content type", request{header: http.Header{"Content-Type": {"text/plain"}, "X-Amz-Target": target("CreateRepository")["X-Amz-Target"]}}, 400,
			`{"__type":"UnknownOperationException","message":"The content type has to be application/x-amz-json-1.1."}`,
		},
		{"wrong method", request{method: http.MethodPut, header: target("CreateRepository")}, 400, `{"__type":"UnknownOperationException","message":"The operation has to be requested with POST."}`},
		{
			"not signed", request{header: target("CreateRepository"), unsigned: true}, 400,
			`{"__type":"MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`,
		},
		{"unknown key", request{header: target("CreateRepository"), key: "AKIAIOSFODNN7OTHERS1"}, 400, `{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}`},
		{"expired session", request{header: target("CreateRepository"), token: "expired"}, 400, `{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}`},
		{
			"changed body", request{header: target("CreateRepository"), body: `{}`, after: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`[]`)) }}, 400,
			`{"__type":"InvalidSignatureException","message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}`,
		},
		{
			"another service's signature", request{header: target("CreateRepository"), service: "sts"}, 400,
			`{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'ecr'. "}`,
		},
		{
			"no such region", request{header: target("CreateRepository"), region: "mars-1"}, 400,
			`{"__type":"InvalidSignatureException","message":"Credential should be scoped to a valid region, not 'mars-1'. "}`,
		},
		{
			"too large", request{header: target("CreateRepository"), body: strings.Repeat(" ", 1<<20+1)}, 413,
			`{"__type":"RequestEntityTooLargeException","message":"The request body is larger than 1048576 bytes."}`,
		},
		{
			"known, not supported", request{header: target("UpdateImageStorageClass"), body: `{}`}, 400,
			`{"__type":"UnsupportedOperationException","message":"The operation UpdateImageStorageClass of ecr is not supported by this server: there is no archive storage class."}`,
		},
		{
			"known, not implemented", request{header: target("PutReplicationConfiguration"), body: `{}`}, 400,
			`{"__type":"UnsupportedOperationException","message":"The operation PutReplicationConfiguration of ecr is not supported by this server: not implemented yet."}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.reset()
			if c.q.service == "" {
				c.q.service = "ecr"
			}
			r := s.do(t, c.q)
			if diff := cmp.Diff(c.want, r.body); diff != "" || r.status != c.status {
				t.Errorf("%d, want %d: %s", r.status, c.status, diff)
			}
			if got := r.header.Get("Content-Type"); got != "application/x-amz-json-1.1" {
				t.Errorf("content type %s", got)
			}
			if r.header.Get("x-amzn-RequestId") != "request-1" || r.header.Get("Date") == "" {
				t.Errorf("headers %v", r.header)
			}
			if s.in != nil || len(s.asked) != 0 {
				t.Error("it went on")
			}
			if !strings.Contains(c.want, s.event.ErrorCode) || s.event.ErrorCode == "" || s.event.Status != c.status {
				t.Errorf("event %+v", s.event)
			}
			if s.log.Len() > 0 {
				t.Errorf("logged %s", &s.log)
			}
		})
	}
}

func TestBadRequestsQuery(t *testing.T) {
	s := start(t)
	const iamNS, stsNS = ` xmlns="https://iam.amazonaws.com/doc/2010-05-08/"`, ` xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`
	for _, c := range []struct {
		name                 string
		q                    request
		status               int
		xmlns, code, message string
		typ                  string
	}{
		{"no action", request{header: form, body: "Version=2010-05-08"}, 400, "", "MissingAction", "The request must contain the parameter Action", "Sender"},
		{"nothing", request{method: http.MethodGet, unsigned: true}, 400, "", "MissingAction", "The request must contain the parameter Action", "Sender"},
		{"not a form", request{header: http.Header{"Content-Type": {"text/plain"}}, body: "Action=GetRole&Version=2010-05-08"}, 400, "", "MissingAction", "The request must contain the parameter Action", "Sender"},
		{"malformed form", request{header: form, body: "Action=%zz"}, 400, "", "MalformedInput", "The form cannot be parsed.", "Sender"},
		{"no version", request{header: form, body: "Action=GetRole"}, 400, "", "InvalidAction", "Could not find operation GetRole for version NO_VERSION_SPECIFIED", "Sender"},
		{"unknown version", request{header: form, body: "Action=GetRole&Version=1"}, 400, "", "InvalidAction", "Could not find operation GetRole for version 1", "Sender"},
		{
			"unknown operation", request{header: form, body: "Action=Make%3CTea%3E&Version=2010-05-08", unsigned: true}, 400,
			iamNS, "InvalidAction", "Could not find operation Make&lt;Tea&gt; for version 2010-05-08", "Sender",
		},
		{"wrong method", request{method: http.MethodPut, header: form}, 405, "", "MethodNotAllowed", "The operation has to be requested with POST or GET.", "Sender"},
		{"not signed", request{header: form, body: "Action=DeleteRole&Version=2010-05-08", unsigned: true}, 403, iamNS, "MissingAuthenticationToken", "Request is missing Authentication Token", "Sender"},
		{
			"half signed", request{header: form, body: "Action=DeleteRole&Version=2010-05-08", unsigned: true, after: func(r *http.Request) {
				r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00")
				r.Header.Set("X-Amz-Date", "now")
			}}, 400,
			iamNS, "IncompleteSignature", "Date must be in ISO-8601 &#39;basic format&#39;. Got &#39;now&#39;. See http://en.wikipedia.org/wiki/ISO_8601", "Sender",
		},
		{
			"unknown key", request{service: "sts", header: form, body: "Action=GetCallerIdentity&Version=2011-06-15", key: "AKIAIOSFODNN7OTHERS1"}, 403,
			stsNS, "InvalidClientTokenId", "The security token included in the request is invalid.", "Sender",
		},
		{
			"expired session", request{service: "sts", header: form, body: "Action=GetCallerIdentity&Version=2011-06-15", token: "expired"}, 403,
			stsNS, "ExpiredToken", "The security token included in the request is expired", "Sender",
		},
		{
			"another service's signature", request{service: "sts", header: form, body: "Action=DeleteRole&Version=2010-05-08"}, 403,
			iamNS, "SignatureDoesNotMatch", "Credential should be scoped to correct service: &#39;iam&#39;. ", "Sender",
		},
		{
			"missing member", request{header: form, body: "Action=DeleteRole&Version=2010-05-08"}, 400,
			iamNS, "ValidationError", "1 validation error detected: Value at &#39;roleName&#39; failed to satisfy constraint: Member must not be null", "Sender",
		},
		{"given twice", request{header: form, body: "Action=DeleteRole&Version=2010-05-08&RoleName=a&RoleName=b"}, 400, iamNS, "MalformedInput", "Parameter RoleName is given more than once.", "Sender"},
		{
			"given in both places", request{path: "?RoleName=a", header: form, body: "Action=DeleteRole&Version=2010-05-08&RoleName=b"}, 400,
			iamNS, "MalformedInput", "Parameter RoleName is given more than once.", "Sender",
		},
		{"too large", request{header: form, body: "Action=" + strings.Repeat("a", 1<<20)}, 413, "", "RequestEntityTooLarge", "The request body is larger than 1048576 bytes.", "Sender"},
		{
			"not implemented", request{header: form, body: "Action=CreateUser&Version=2010-05-08"}, 400,
			iamNS, "UnsupportedOperation", "The operation CreateUser of iam is not supported by this server: not implemented yet.", "Sender",
		},
		{"the server's trouble", request{service: "sts", header: form, body: "Action=GetCallerIdentity&Version=2011-06-15", token: "broken"}, 500, stsNS, "ServiceFailure", "", "Receiver"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.reset()
			if c.q.service == "" {
				c.q.service = "iam"
			}
			r := s.do(t, c.q)
			want := "<ErrorResponse" + c.xmlns + "><Error><Type>" + c.typ + "</Type><Code>" + c.code + "</Code><Message>" + c.message +
				"</Message></Error><RequestId>request-1</RequestId></ErrorResponse>"
			if diff := cmp.Diff(want, r.body); diff != "" || r.status != c.status {
				t.Errorf("%d, want %d: %s", r.status, c.status, diff)
			}
			if got := r.header.Get("Content-Type"); got != "text/xml" {
				t.Errorf("content type %s", got)
			}
			if s.in != nil || len(s.asked) != 0 {
				t.Error("it went on")
			}
			if s.event.ErrorCode != c.code || s.event.Status != c.status {
				t.Errorf("event %+v", s.event)
			}
			if logged := strings.Contains(s.log.String(), "disk on fire"); logged != (c.status == 500) {
				t.Errorf("logged %s", &s.log)
			}
		})
	}
}

// What operations return that has no code is not for the caller.
func TestInternalErrors(t *testing.T) {
	s := start(t)
	s.err = errors.New("open /var/lib/secret: no such file")
	r := s.send(t, "ecr", target("GetAuthorizationToken"), "")
	if got := r.body; r.status != 500 || got != `{"__type":"ServerException"}` {
		t.Errorf("%d %s", r.status, got)
	}
	for _, want := range []string{"request_id=request-1", "operation=GetAuthorizationToken", "/var/lib/secret"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log has no %s: %s", want, &s.log)
		}
	}
	if s.event.ErrorCode != "ServerException" || s.event.ErrorMessage != "" {
		t.Errorf("event %+v", s.event)
	}

	// A row that names no resource allows nobody.
	s.reset()
	r = s.send(t, "ecr", target("DescribeRegistry"), "{}")
	if got := r.body; r.status != 500 || s.in != nil {
		t.Errorf("%d %s", r.status, got)
	}

	// An error with fields that have no JSON form is still an answer.
	s.reset()
	s.err = &awsapi.Error{Code: "X", Fields: map[string]any{"f": func() {}}}
	r = s.send(t, "ecr", target("GetAuthorizationToken"), "{}")
	if got := r.body; r.status != 500 || got != `{"__type":"ServerException"}` {
		t.Errorf("%d %s", r.status, got)
	}
}

// POST may carry its parameters in the query string too.
func TestQueryInURL(t *testing.T) {
	s := start(t)
	r := s.do(t, request{service: "iam", path: "?Action=DeleteRole&Version=2010-05-08", header: form, body: "RoleName=" + url.QueryEscape("a+b")})
	if got := r.body; r.status != 200 {
		t.Fatalf("%d %s", r.status, got)
	}
	if diff := cmp.Diff(any(&iam.DeleteRoleInput{RoleName: new("a+b")}), s.in); diff != "" {
		t.Error(diff)
	}
}

func TestRequestIDWithoutEvent(t *testing.T) {
	d := awsapi.New(awsapi.Config{Log: slog.New(slog.DiscardHandler)})
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if id := w.Header().Get("x-amzn-RequestId"); len(id) != 36 {
		t.Errorf("request id %q", id)
	}
}

func TestTwoRowsPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	o := awsapi.Unsupported(ecr.PutImage, "x")
	awsapi.New(awsapi.Config{Operations: []awsapi.Operation{o, o}})
}

func TestComplete(t *testing.T) {
	for _, s := range []*shape.Service{ecr.Service, iam.Service, sts.Service} {
		ops := awsapi.Complete(s)
		if len(ops) != len(s.Operations) {
			t.Errorf("%s: %d rows for %d operations", s.Name, len(ops), len(s.Operations))
		}
		for _, o := range ops {
			if o.Unsupported() == "" || o.Service() != s {
				t.Errorf("%s: %+v", s.Name, o)
			}
		}
	}
}

func TestSupport(t *testing.T) {
	none := func(context.Context, *awsapi.Call, *ecr.PutImageInput) (*ecr.PutImageOutput, error) { return nil, nil }
	ops := []awsapi.Operation{
		awsapi.Op(ecr.PutImage, awsapi.Any, none),
		awsapi.Op(ecr.PutImage, awsapi.Any, none, awsapi.NoAuthorization()),
		awsapi.Unsupported(ecr.StartImageScan, "no scanner"),
	}
	ops = append(ops, awsapi.Complete(sts.Service)[2])
	const want = `## Amazon Elastic Container Registry (ecr, 2015-09-21)

| Operation | IAM action | Support |
|---|---|---|
| PutImage | ecr:PutImage | yes |
| PutImage | none, or checked by the operation | yes |
| StartImageScan |  | no: no scanner |

## AWS Security Token Service (sts, 2011-06-15)

| Operation | IAM action | Support |
|---|---|---|
| AssumeRoleWithWebIdentity |  | no: not implemented yet |
`
	if diff := cmp.Diff(want, awsapi.Support(ops)); diff != "" {
		t.Error(diff)
	}
}
