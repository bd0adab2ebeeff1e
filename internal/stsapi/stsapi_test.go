package stsapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/sts"
	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
	"github.com/pratique-dev/pratique/internal/stsapi"
)

const (
	owner  = "222222222222"
	caller = "111111111111"
)

// world is a server with an account that owns roles and one whose user alice assumes them.
type world struct {
	*servertest.Server
	t     *testing.T
	shift *atomic.Int64   // of the server's clock
	dir   string          // of the server's data
	owner aws.Credentials // the root user of owner
	iam   *iam.Client     // as the root user of owner
	root  aws.Credentials // the root user of caller
	alice aws.Credentials
}

func newWorld(t *testing.T, options ...func(*server.Config)) *world {
	w := &world{t: t, shift: new(atomic.Int64)}
	w.Server = servertest.Start(t, func(c *server.Config) {
		c.Now, w.dir = w.now, c.DataDir
		for _, o := range options {
			o(c)
		}
	})
	w.owner = w.Account(owner)
	w.iam = iam.NewFromConfig(w.AWS(w.owner))
	w.root = w.Account(caller)
	ctx := t.Context()
	if _, err := w.IAM().CreateUser(ctx, caller, engine.NewUser{Name: "alice", Path: "/team/"}); err != nil {
		t.Fatal(err)
	}
	w.alice = w.key("alice")
	w.allow("alice", "sts:*", "*")
	return w
}

func (w *world) key(user string) aws.Credentials {
	w.t.Helper()
	k, err := w.IAM().CreateAccessKey(w.t.Context(), caller, user)
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret.Reveal()}
}

// allow replaces the one inline policy of a user of the calling account.
func (w *world) allow(user, action, resource string) {
	w.t.Helper()
	doc := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":%q}}`, action, resource)
	err := w.IAM().PutInlinePolicy(w.t.Context(), caller, engine.Entity{Kind: engine.EntityUser, Name: user}, "own", doc)
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sts(c aws.Credentials) *sts.Client { return sts.NewFromConfig(w.AWS(c)) }

const aliceARN = "arn:aws:iam::111111111111:user/team/alice"

// trust is a trust policy of one statement for one principal; more is the rest of the statement.
func trust(principal, actions, more string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":%s%s}]}`, principal, actions, more)
}

// role makes a role of owner and returns its ARN.
func (w *world) role(name, trust string, more ...func(*iam.CreateRoleInput)) string {
	w.t.Helper()
	in := &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust, Path: aws.String("/eks/")}
	for _, f := range more {
		f(in)
	}
	out, err := w.iam.CreateRole(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.Role.Arn
}

func assume(role string, more ...func(*sts.AssumeRoleInput)) *sts.AssumeRoleInput {
	in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("i-0abc")}
	for _, f := range more {
		f(in)
	}
	return in
}

func (w *world) assume(by aws.Credentials, in *sts.AssumeRoleInput) (aws.Credentials, *sts.AssumeRoleOutput) {
	w.t.Helper()
	out, err := w.sts(by).AssumeRole(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	c := out.Credentials
	return aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}, out
}

// wantError checks the code, the status and a part of the message of an SDK's error.
func wantError(t *testing.T, err error, code string, status int, message string) {
	t.Helper()
	var e smithy.APIError
	var r *smithyhttp.ResponseError
	if !errors.As(err, &e) || !errors.As(err, &r) {
		t.Errorf("error %v, want %s", err, code)
		return
	}
	if e.ErrorCode() != code || r.HTTPStatusCode() != status || !strings.Contains(e.ErrorMessage(), message) {
		t.Errorf("error %d %s %q, want %d %s %q", r.HTTPStatusCode(), e.ErrorCode(), e.ErrorMessage(), status, code, message)
	}
}

func (w *world) identity(c aws.Credentials) (arn, id string) {
	w.t.Helper()
	out, err := w.sts(c).GetCallerIdentity(w.t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.Arn, *out.UserId
}

func TestGetCallerIdentity(t *testing.T) {
	w := newWorld(t)
	w.allow("alice", "ecr:*", "*") // needs no permission
	if arn, id := w.identity(w.alice); arn != aliceARN || !strings.HasPrefix(id, "AIDA") {
		t.Errorf("alice is %s, %s", arn, id)
	}
	root := w.Account("333333333333")
	if arn, id := w.identity(root); arn != "arn:aws:iam::333333333333:root" || id != "333333333333" {
		t.Errorf("root is %s, %s", arn, id)
	}
}

// Vault and the EKS authenticator send this call as a presigned URL.
func TestGetCallerIdentityPresigned(t *testing.T) {
	w := newWorld(t)
	signed, err := sts.NewPresignClient(w.sts(w.alice)).PresignGetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), signed.Method, signed.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range signed.SignedHeader {
		req.Header[k] = v
	}
	resp, err := w.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %s", resp.Status)
	}
}

func TestAssumeRole(t *testing.T) {
	w := newWorld(t)
	role := w.role("node", trust(aliceARN, `"sts:AssumeRole"`, ""))
	c, out := w.assume(w.alice, assume(role))
	if out.PackedPolicySize != nil || out.SourceIdentity != nil {
		t.Errorf("packed size %v, source identity %v", out.PackedPolicySize, out.SourceIdentity)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 59*time.Minute || left > time.Hour {
		t.Errorf("expires in %v", left)
	}
	arn, id := w.identity(c)
	if arn != "arn:aws:sts::222222222222:assumed-role/node/i-0abc" || arn != *out.AssumedRoleUser.Arn || id != *out.AssumedRoleUser.AssumedRoleId ||
		!strings.HasPrefix(id, "AROA") || !strings.HasSuffix(id, ":i-0abc") {
		t.Errorf("session is %s, %s; %s, %s", arn, id, *out.AssumedRoleUser.Arn, *out.AssumedRoleUser.AssumedRoleId)
	}
	// The role, not alice, decides what the session may do.
	_, err := iam.NewFromConfig(w.AWS(c)).ListUsers(t.Context(), &iam.ListUsersInput{})
	wantError(t, err, "AccessDenied", 403, "User: arn:aws:sts::222222222222:assumed-role/node/i-0abc is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::222222222222:user/ because no identity-based policy allows the iam:ListUsers action")
}

func TestAssumeRoleRefused(t *testing.T) {
	w := newWorld(t)
	direct := w.role("direct", trust(aliceARN, `"sts:AssumeRole"`, ""))
	delegated := w.role("delegated", trust(caller, `"sts:AssumeRole"`, ""))
	external := w.role("external", trust(aliceARN, `"sts:AssumeRole"`, `,"Condition":{"StringEquals":{"sts:ExternalId":"secret-17"}}`))
	named := w.role("named", trust(aliceARN, `"sts:AssumeRole"`, `,"Condition":{"StringLike":{"sts:RoleSessionName":"ci-*"}}`))
	short := w.role("short", trust(aliceARN, `"sts:AssumeRole"`, `,"Condition":{"NumericLessThanEquals":{"sts:DurationSeconds":"900"}}`))
	other := w.role("other", trust(owner, `"sts:AssumeRole"`, ""))
	with := func(f func(*sts.AssumeRoleInput)) func(*sts.AssumeRoleInput) { return f }
	sentence := func(role string) string {
		return "User: " + aliceARN + " is not authorized to perform: sts:AssumeRole on resource: " + role
	}
	root := w.Account("333333333333")
	rootTrust := w.role("root", trust("333333333333", `"sts:AssumeRole"`, ""))

	allowed := []*sts.AssumeRoleInput{
		assume(direct), assume(delegated),
		assume(external, with(func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("secret-17") })),
		assume(named, with(func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("ci-1") })),
		assume(short, with(func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(900) })),
	}
	for _, in := range allowed {
		w.assume(w.alice, in)
	}
	refused := []*sts.AssumeRoleInput{
		assume(other), assume(external), assume(named), assume(short),
		assume(external, with(func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("secret-18") })),
		assume("arn:aws:iam::222222222222:role/gone"), assume("arn:aws:iam::999999999999:role/nowhere"),
		assume("arn:aws:iam::222222222222:role/direct"), // the path is missing
		assume("arn:aws:iam::222222222222:user/direct"),
	}
	for _, in := range refused {
		_, err := w.sts(w.alice).AssumeRole(t.Context(), in)
		wantError(t, err, "AccessDenied", 403, sentence(*in.RoleArn))
	}
	_, err := w.sts(root).AssumeRole(t.Context(), assume(rootTrust))
	wantError(t, err, "AccessDenied", 403, "Roles may not be assumed by root accounts.")

	// Another account's trust is not enough: the caller's account has its say.
	w.allow("alice", "ecr:*", "*")
	for _, role := range []string{direct, delegated} {
		_, err := w.sts(w.alice).AssumeRole(t.Context(), assume(role))
		wantError(t, err, "AccessDenied", 403, sentence(role))
	}
}

// In the role's own account a trust policy that names the user is enough, and one that names the account is not.
func TestAssumeRoleSameAccount(t *testing.T) {
	w := newWorld(t)
	w.allow("alice", "ecr:*", "*")
	ctx := t.Context()
	for name, principal := range map[string]string{"direct": aliceARN, "delegated": caller} {
		_, err := w.IAM().CreateRole(ctx, caller, engine.NewRole{Name: name, Trust: trust(principal, `"sts:AssumeRole"`, "")})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.assume(w.alice, assume("arn:aws:iam::111111111111:role/direct"))
	_, err := w.sts(w.alice).AssumeRole(ctx, assume("arn:aws:iam::111111111111:role/delegated"))
	wantError(t, err, "AccessDenied", 403, "is not authorized to perform: sts:AssumeRole")
	w.allow("alice", "sts:AssumeRole", "arn:aws:iam::111111111111:role/delegated")
	w.assume(w.alice, assume("arn:aws:iam::111111111111:role/delegated"))
}

func TestAssumeRoleInvalid(t *testing.T) {
	w := newWorld(t)
	role := w.role("node", trust(aliceARN, `["sts:AssumeRole","sts:TagSession"]`, ""))
	tag := func(k, v string) types.Tag { return types.Tag{Key: &k, Value: &v} }
	for name, tt := range map[string]struct {
		change        func(*sts.AssumeRoleInput)
		code, message string
	}{
		"role": {func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::222222222222") },
			"ValidationError", "arn:aws:iam::222222222222 is invalid"},
		"session name": {func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a b") },
			"ValidationError", `1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		"duration": {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(3601) },
			"ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"policy": {func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{}") }, "MalformedPolicyDocument", ""},
		"policy ARN": {func(in *sts.AssumeRoleInput) {
			in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/None")}}
		}, "MalformedPolicyDocument", "does not exist"},
		"duplicate tags": {func(in *sts.AssumeRoleInput) { in.Tags = []types.Tag{tag("a", "1"), tag("A", "2")} },
			"InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"transitive tags": {func(in *sts.AssumeRoleInput) { in.TransitiveTagKeys = []string{"a"} },
			"InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
		"contexts": {func(in *sts.AssumeRoleInput) {
			in.ProvidedContexts = []types.ProvidedContext{{ProviderArn: aws.String("arn:aws:iam::aws:contextProvider/X"), ContextAssertion: aws.String("abcd")}}
		}, "InvalidParameterValue", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.sts(w.alice).AssumeRole(t.Context(), assume(role, tt.change))
			wantError(t, err, tt.code, 400, tt.message)
		})
	}
	_, err := w.sts(w.alice).AssumeRole(t.Context(), assume(role, func(in *sts.AssumeRoleInput) {
		in.SerialNumber, in.TokenCode = aws.String("arn:aws:iam::111111111111:mfa/a"), aws.String("123456")
	}))
	wantError(t, err, "AccessDenied", 403, "MultiFactorAuthentication failed")
}

func TestRoleChaining(t *testing.T) {
	w := newWorld(t)
	first := w.role("first", trust(aliceARN, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`, ""))
	second := w.role("second", trust(first, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`,
		`,"Condition":{"StringEquals":{"aws:PrincipalTag/cost":"17","sts:SourceIdentity":"ann"}}`),
		func(in *iam.CreateRoleInput) { in.MaxSessionDuration = aws.Int32(7200) })
	bare := w.role("bare", trust(first, `["sts:AssumeRole","sts:SetSourceIdentity"]`, ""))

	c, out := w.assume(w.alice, assume(first, func(in *sts.AssumeRoleInput) {
		in.Tags = []types.Tag{{Key: aws.String("cost"), Value: aws.String("17")}}
		in.TransitiveTagKeys = []string{"cost"}
		in.SourceIdentity = aws.String("ann")
	}))
	if out.PackedPolicySize == nil || *out.PackedPolicySize < 1 || aws.ToString(out.SourceIdentity) != "ann" {
		t.Errorf("packed size %v, source identity %v", out.PackedPolicySize, out.SourceIdentity)
	}
	c2, out := w.assume(c, assume(second))
	if aws.ToString(out.SourceIdentity) != "ann" {
		t.Errorf("source identity %v was not passed on", out.SourceIdentity)
	}
	if arn, _ := w.identity(c2); arn != "arn:aws:sts::222222222222:assumed-role/second/i-0abc" {
		t.Errorf("second session is %s", arn)
	}
	_, err := w.sts(c).AssumeRole(t.Context(), assume(second, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(3601) }))
	wantError(t, err, "ValidationError", 400, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	// Inherited tags need sts:TagSession like others.
	_, err = w.sts(c).AssumeRole(t.Context(), assume(bare))
	wantError(t, err, "AccessDenied", 403, "sts:TagSession")
	// A role does not trust itself.
	_, err = w.sts(c).AssumeRole(t.Context(), assume(first))
	wantError(t, err, "AccessDenied", 403, "sts:AssumeRole")
}

func TestTagSessionNeedsTrust(t *testing.T) {
	w := newWorld(t)
	_, err := w.IAM().CreateRole(t.Context(), caller, engine.NewRole{Name: "r", Trust: trust(aliceARN, `"sts:AssumeRole"`, "")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.sts(w.alice).AssumeRole(t.Context(), assume("arn:aws:iam::111111111111:role/r", func(in *sts.AssumeRoleInput) {
		in.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
	}))
	wantError(t, err, "AccessDenied", 403, "sts:TagSession")
}

func TestSessionPolicy(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	role := w.role("admin", trust(aliceARN, `"sts:AssumeRole"`, ""))
	_, err := w.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("admin"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	if err != nil {
		t.Fatal(err)
	}
	inline := assume(role, func(in *sts.AssumeRoleInput) {
		in.Policy = aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}`)
	})
	managed := assume(role, func(in *sts.AssumeRoleInput) {
		in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/IAMReadOnlyAccess")}}
	})
	for _, in := range []*sts.AssumeRoleInput{inline, managed} {
		c, _ := w.assume(w.alice, in)
		client := iam.NewFromConfig(w.AWS(c))
		if _, err := client.ListUsers(ctx, &iam.ListUsersInput{}); err != nil {
			t.Error(err)
		}
		_, err = client.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("x")})
		wantError(t, err, "AccessDenied", 403, "because no session policy allows the iam:CreateUser action")
	}
}

func TestSessionEnds(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	doc := trust(aliceARN, `"sts:AssumeRole"`, "")
	role := w.role("node", doc)
	c, _ := w.assume(w.alice, assume(role))

	tampered := c
	b := []byte(c.SessionToken)
	b[len(b)/2] ^= 1
	tampered.SessionToken = string(b)
	swapped, _ := w.assume(w.alice, assume(role))
	swapped.SessionToken = c.SessionToken
	for _, bad := range []aws.Credentials{tampered, swapped, {AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey}} {
		_, err := w.sts(bad).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		wantError(t, err, "InvalidClientTokenId", 403, "The security token included in the request is invalid.")
	}

	// A session of an hour ago.
	_, r, err := w.IAM().TrustPolicy(ctx, role)
	if err != nil {
		t.Fatal(err)
	}
	w.shift.Store(int64(-time.Hour - time.Minute))
	old, err := w.IAM().NewSession(ctx, r, engine.SessionInput{Name: "old"})
	w.shift.Store(0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.sts(aws.Credentials{AccessKeyID: old.AccessKeyID, SecretAccessKey: old.Secret.Reveal(), SessionToken: old.Token.Reveal()}).
		GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	wantError(t, err, "ExpiredToken", 403, "The security token included in the request is expired")

	// A role that is deleted and made again.
	w.identity(c)
	if _, err := w.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("node")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := w.sts(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		wantError(t, err, "InvalidClientTokenId", 403, "")
		if _, err := w.IAM().CreateRole(ctx, owner, engine.NewRole{Name: "node", Path: "/eks/", Trust: doc}); err != nil && !errors.Is(err, engine.ErrAlreadyExists) {
			t.Fatal(err)
		}
	}
}

func TestGetSessionToken(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	out, err := w.sts(w.alice).GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})
	if err != nil {
		t.Fatal(err)
	}
	c := aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
	if arn, _ := w.identity(c); arn != aliceARN {
		t.Errorf("session is %s", arn)
	}
	_, err = w.sts(c).GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	wantError(t, err, "AccessDenied", 403, "Cannot call GetSessionToken with session credentials")
	w.assume(c, assume(w.role("node", trust(aliceARN, `"sts:AssumeRole"`, ""))))
}

func TestGetAccessKeyInfo(t *testing.T) {
	w := newWorld(t)
	for key, want := range map[string]string{w.alice.AccessKeyID: caller, "ASIAQNZGKIQY56JQ7WML": "029608264753"} {
		out, err := w.sts(w.alice).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: &key})
		if err != nil || *out.Account != want {
			t.Errorf("%s: %v, %v", key, out, err)
		}
	}
	_, err := w.sts(w.alice).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")})
	wantError(t, err, "ValidationError", 400, "")
}

// Every operation of the model has a row, and every row that is not served says why.
func TestOperations(t *testing.T) {
	ops := stsapi.Operations(stsapi.Config{})
	if len(ops) != len(api.Service.Operations) {
		t.Errorf("%d rows for %d operations", len(ops), len(api.Service.Operations))
	}
	for _, o := range ops {
		if o.Unsupported() == "not implemented yet" {
			t.Errorf("%s has no row of its own", o.Name())
		}
	}
}

// kinds of the engine that no operation of STS can cause
var elsewhere = map[engine.Kind]bool{
	engine.ErrInvalidInput: true, engine.ErrLoginProfile: true, engine.ErrPasswordPolicy: true, engine.ErrWrongPassword: true,
	engine.ErrPasswordExpired: true, engine.ErrConcurrentChange: true, engine.ErrNoReport: true, engine.ErrReportExpired: true,
	engine.ErrNoSuchEntity: true, engine.ErrAlreadyExists: true, engine.ErrPoliciesAttached: true, engine.ErrInlinePolicies: true,
	engine.ErrInInstanceProfile: true, engine.ErrReferenced: true, engine.ErrPolicyAttached: true, engine.ErrPolicyVersions: true,
	engine.ErrDefaultVersion: true, engine.ErrVersionQuota: true, engine.ErrInlineSize: true, engine.ErrUnmodifiable: true,
	engine.ErrFeatureEnabled: true,
	engine.ErrInvalidToken:   true, engine.ErrExpiredToken: true, // authentication answers these
}

func TestErrorsAreMapped(t *testing.T) {
	for _, k := range engine.Kinds() {
		err := stsapi.Wire(fmt.Errorf("wrapped: %w", &engine.Error{Kind: k, Name: "x", Detail: "y"}))
		var e *awsapi.Error
		if mapped := errors.As(err, &e); mapped == elsewhere[k] {
			t.Errorf("%v: mapped %v, elsewhere %v", k, mapped, elsewhere[k])
		}
	}
	if err := stsapi.Wire(context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("other errors become %v", err)
	}
}
