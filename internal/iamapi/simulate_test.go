package iamapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

const (
	repository = "arn:aws:ecr:us-east-1:111122223333:repository/app"
	foreign    = "arn:aws:ecr:us-east-1:444455556666:repository/app"
)

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func entry(key string, typ types.ContextKeyTypeEnum, values ...string) types.ContextEntry {
	return types.ContextEntry{ContextKeyName: &key, ContextKeyType: typ, ContextKeyValues: values}
}

// wireTap keeps the last answer as it was on the wire, where absent members and empty ones differ.
type wireTap struct {
	next http.RoundTripper
	last []byte
}

func (t *wireTap) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	t.last, err = io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(t.last))
	return res, err
}

// tapped returns a client of the root user, and what its last answer was.
func (w *world) tapped() (*iam.Client, *wireTap) {
	cfg := w.AWS(w.Account("777788889999"))
	tap := &wireTap{next: w.HTTP().Transport}
	cfg.HTTPClient = &http.Client{Transport: tap}
	return iam.NewFromConfig(cfg), tap
}

var requestID = regexp.MustCompile(`<RequestId>[^<]*</RequestId>`)

// golden compares an XML answer with a golden file, one element per line.
func golden(t *testing.T, name string, answer []byte) {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(requestID.ReplaceAll(answer, nil)))
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := e.EncodeToken(tok); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".xml")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()+"\n"); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestSimulationShapes(t *testing.T) {
	w := newWorld(t)
	c, tap := w.tapped()
	allow := policyOf(`{"Effect":"Allow","Action":"ecr:*","Resource":"*"}`)
	deny := policyOf(`{"Effect":"Allow","Action":"ecr:*","Resource":"*"}`, `{"Effect":"Deny","Action":"ecr:PutImage","Resource":"*"}`)
	conditional := policyOf(`{"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"${aws:username}"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`)
	caller := str("arn:aws:iam::111122223333:user/bob")
	for name, in := range map[string]iam.SimulateCustomPolicyInput{
		"simulate-everything": {PolicyInputList: []string{allow}, ActionNames: []string{"ecr:PutImage"}},
		"simulate-two-actions": {
			PolicyInputList: []string{deny}, ActionNames: []string{"ecr:PutImage", "ecr:ListImages"}, ResourceArns: []string{repository},
			CallerArn: caller,
		},
		"simulate-missing-keys": {
			PolicyInputList: []string{conditional}, ActionNames: []string{"ecr:PutImage"}, CallerArn: caller,
			ContextEntries: []types.ContextEntry{entry("aws:sourceip", types.ContextKeyTypeEnumIp, "10.1.2.3")},
		},
		"simulate-missing-keys-of-resource": {
			PolicyInputList: []string{conditional}, ActionNames: []string{"ecr:PutImage"}, ResourceArns: []string{repository}, CallerArn: caller,
		},
		"simulate-boundary": {
			PolicyInputList: []string{allow}, PermissionsBoundaryPolicyInputList: []string{policyOf(`{"Effect":"Allow","Action":"ecr:List*","Resource":"*"}`)},
			ActionNames: []string{"ecr:PutImage"}, ResourceArns: []string{repository}, CallerArn: caller,
		},
		"simulate-cross-account": {
			PolicyInputList: []string{allow}, ActionNames: []string{"ecr:PutImage"}, ResourceArns: []string{foreign}, CallerArn: caller,
			ResourcePolicy: str(policyOf(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"ecr:*"}`)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			get(c.SimulateCustomPolicy(t.Context(), &in))(t)
			golden(t, name, tap.last)
		})
	}
}

// Lines and columns as AWS has been seen to answer them.
func TestPositions(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	long := `{"Sid":"DenyInsecureTransport","Effect":"Deny","Principal":"*","Action":"*","Resource":["arn:aws:s3:::tims-fancy-bucket/*",` +
		`"arn:aws:s3:::tims-fancy-bucket"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
	for _, tc := range []struct{ name, doc, want string }{
		{"list with blanks", `{"Version": "2012-10-17", "Statement": [{"Sid": "s3", "Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], ` +
			`"Resource": ["arn:aws:s3:::tims-fancy-bucket/only-here/*"]}]}`, "1:41-1:180"},
		{"one statement", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "1:38-1:83"},
		{"one statement on lines", "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\":{\n    \"Effect\":\"Allow\",\n    \"Action\":\"*\",\n    \"Resource\":\"*\"\n  }\n}", "3:16-7:4"},
		{"second statement", policyOf(strings.Replace(long, `"Principal":"*",`, "", 1), `{"Effect":"Allow","Action":"*","Resource":"*"}`), "1:232-1:279"},
	} {
		out := get(w.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{
			PolicyInputList: []string{tc.doc}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{"arn:aws:s3:::tims-fancy-bucket/only-here/x"},
			ContextEntries: []types.ContextEntry{entry("aws:SecureTransport", types.ContextKeyTypeEnumBoolean, "true")},
		}))(t)
		ms := out.EvaluationResults[0].MatchedStatements
		if len(ms) != 1 {
			t.Errorf("%s: statements %+v", tc.name, ms)
			continue
		}
		s, e := ms[0].StartPosition, ms[0].EndPosition
		if got := fmt.Sprintf("%d:%d-%d:%d", s.Line, s.Column, e.Line, e.Column); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestSimulatePrincipal(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	user := get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("alice"), Path: str("/team/")}))(t).User
	group := get(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: str("devs")}))(t).Group
	role := get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("node"), AssumeRolePolicyDocument: str(trust)}))(t).Role
	get(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: str("devs"), UserName: str("alice")}))(t)
	get(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: str("alice"), PolicyName: str("own"), PolicyDocument: str(policyOf(`{"Effect":"Allow","Action":"ecr:PutImage","Resource":"*"}`))}))(t)
	get(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: str("devs"), PolicyName: str("all"), PolicyDocument: str(policyOf(`{"Effect":"Allow","Action":"ecr:*","Resource":"*"}`))}))(t)
	get(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: str("node"), PolicyName: str("pull"), PolicyDocument: str(policyOf(`{"Effect":"Allow","Action":"ecr:BatchGetImage","Resource":"*"}`))}))(t)
	get(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: str("node"), PolicyArn: str(readOnly)}))(t)
	get(w.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: str("alice"), PermissionsBoundary: str(readOnly)}))(t)

	simulate := func(in iam.SimulatePrincipalPolicyInput) types.EvaluationResult {
		t.Helper()
		out := get(w.SimulatePrincipalPolicy(ctx, &in))(t)
		if len(out.EvaluationResults) != 1 || !out.EvaluationResults[0].OrganizationsDecisionDetail.AllowedByOrganizations {
			t.Fatalf("answer %+v", out)
		}
		return out.EvaluationResults[0]
	}
	sources := func(r types.EvaluationResult) (ids []string) {
		for _, m := range r.MatchedStatements {
			ids = append(ids, *m.SourcePolicyId)
			if m.SourcePolicyType != "IAM Policy" {
				t.Errorf("type %q", m.SourcePolicyType)
			}
		}
		return ids
	}
	put := []string{"ecr:PutImage"}
	r := simulate(iam.SimulatePrincipalPolicyInput{PolicySourceArn: user.Arn, ActionNames: put})
	if r.EvalDecision != "implicitDeny" || r.PermissionsBoundaryDecisionDetail == nil || r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
		t.Errorf("alice within her boundary: %+v", r)
	}
	r = simulate(iam.SimulatePrincipalPolicyInput{PolicySourceArn: user.Arn, ActionNames: put, PermissionsBoundaryPolicyInputList: []string{policyOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`)}})
	if d := cmp.Diff([]string{"group_devs_all", "user_alice_own"}, slices.Sorted(slices.Values(sources(r)))); d != "" || r.EvalDecision != "allowed" {
		t.Errorf("alice within another boundary: %+v %s", r, d)
	}
	r = simulate(iam.SimulatePrincipalPolicyInput{PolicySourceArn: group.Arn, ActionNames: put})
	if d := cmp.Diff([]string{"group_devs_all"}, sources(r)); d != "" || r.PermissionsBoundaryDecisionDetail != nil {
		t.Errorf("the group: %+v %s", r, d)
	}
	r = simulate(iam.SimulatePrincipalPolicyInput{PolicySourceArn: role.Arn, ActionNames: []string{"ecr:BatchGetImage"}, PolicyInputList: []string{policyOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`)}})
	if d := cmp.Diff([]string{"role_node_pull", "AmazonEC2ContainerRegistryReadOnly", "PolicyInputList.1"}, sources(r)); d != "" {
		t.Errorf("the role: %+v %s", r, d)
	}
	// The simulator does not look at trust policies.
	get(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: str("node"), PolicyName: str("assume"), PolicyDocument: str(policyOf(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`))}))(t)
	r = simulate(iam.SimulatePrincipalPolicyInput{PolicySourceArn: role.Arn, ActionNames: []string{"sts:AssumeRole"}, ResourceArns: []string{*role.Arn}})
	if d := cmp.Diff([]string{"role_node_assume"}, sources(r)); d != "" || r.EvalDecision != "allowed" {
		t.Errorf("assume role: %+v %s", r, d)
	}
	// Bob with what alice has, where a repository names bob.
	bob := "arn:aws:iam::111122223333:user/bob"
	r = simulate(iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: user.Arn, ActionNames: []string{"ecr:BatchGetImage"}, CallerArn: &bob, ResourceArns: []string{foreign},
		ResourcePolicy: str(policyOf(`{"Effect":"Allow","Principal":{"AWS":"` + bob + `"},"Action":"ecr:*"}`)),
	})
	if d := cmp.Diff(map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "allowed", "Resource Policy": "allowed"}, r.EvalDecisionDetails); d != "" || r.EvalDecision != "allowed" {
		t.Errorf("bob: %+v %s", r, d)
	}

	// A caller needs the permission on the principal simulated.
	carol := w.as("carol", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":"`+*role.Arn+`"}}`)
	get(carol.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: role.Arn, ActionNames: put}))(t)
	refused(carol.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: user.Arn, ActionNames: put}))(t, 403, "AccessDenied",
		"User: arn:aws:iam::111122223333:user/carol is not authorized to perform: iam:SimulatePrincipalPolicy on resource: "+*user.Arn+
			" because no identity-based policy allows the iam:SimulatePrincipalPolicy action")
}

// Service control policies count in the simulation of a principal, and only there.
func TestSimulationInOrganization(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	manager := organizations.NewFromConfig(w.AWS(w.Account("333333333333")))
	get(manager.CreateOrganization(ctx, nil))(t)
	root := get(manager.ListRoots(ctx, nil))(t).Roots[0].Id
	get(manager.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: root, PolicyType: orgtypes.PolicyTypeServiceControlPolicy}))(t)
	h := get(manager.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
		Target: &orgtypes.HandshakeParty{Id: str(account), Type: orgtypes.HandshakePartyTypeAccount},
	}))(t).Handshake
	get(organizations.NewFromConfig(w.AWS(w.root())).AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id}))(t)
	scp := get(manager.CreatePolicy(ctx, &organizations.CreatePolicyInput{
		Name: str("no pushes"), Description: str(""), Type: orgtypes.PolicyTypeServiceControlPolicy,
		Content: str(policyOf(`{"Effect":"Deny","Action":"ecr:PutImage","Resource":"*"}`)),
	}))(t).Policy.PolicySummary.Id
	get(manager.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: scp, TargetId: str(account)}))(t)

	user := get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("alice")}))(t).User
	allow := []string{policyOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`)}
	out := get(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: user.Arn, PolicyInputList: allow, ActionNames: []string{"ecr:PutImage", "ecr:ListImages"}, ResourceArns: []string{foreign},
	}))(t).EvaluationResults
	if r := out[0]; r.EvalDecision != "explicitDeny" || r.OrganizationsDecisionDetail.AllowedByOrganizations || len(r.MatchedStatements) != 0 || len(r.EvalDecisionDetails) != 0 {
		t.Errorf("push: %+v", r)
	}
	if r := out[1]; r.EvalDecision != "implicitDeny" || !r.OrganizationsDecisionDetail.AllowedByOrganizations || len(r.EvalDecisionDetails) != 2 {
		t.Errorf("list: %+v", r)
	}
	out = get(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: user.Arn, PolicyInputList: allow, ActionNames: []string{"ecr:PutImage"}, CallerArn: str("arn:aws:iam::444455556666:user/bob"),
	}))(t).EvaluationResults
	if r := out[0]; r.EvalDecision != "allowed" {
		t.Errorf("caller of another account: %+v", r)
	}
	if r := get(w.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: allow, ActionNames: []string{"ecr:PutImage"}}))(t).EvaluationResults[0]; r.EvalDecision != "allowed" || r.OrganizationsDecisionDetail != nil {
		t.Errorf("custom: %+v", r)
	}
}

func TestSimulationPages(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	pages := iam.NewSimulateCustomPolicyPaginator(w, &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{policyOf(`{"Effect":"Allow","Action":"ecr:PutImage","Resource":"` + repository + `"}`)},
		ActionNames:     []string{"ecr:PutImage", "ecr:ListImages", "ecr:BatchGetImage"},
		ResourceArns:    []string{repository, foreign}, MaxItems: aws.Int32(4),
	})
	var got []string
	for pages.HasMorePages() {
		out := get(pages.NextPage(ctx))(t)
		if len(out.EvaluationResults) > 4 {
			t.Errorf("%d results on a page", len(out.EvaluationResults))
		}
		for _, r := range out.EvaluationResults {
			got = append(got, fmt.Sprintf("%s %s %s", *r.EvalActionName, *r.EvalResourceName, r.EvalDecision))
		}
	}
	want := []string{
		"ecr:PutImage " + repository + " allowed", "ecr:PutImage " + foreign + " implicitDeny",
		"ecr:ListImages " + repository + " implicitDeny", "ecr:ListImages " + foreign + " implicitDeny",
		"ecr:BatchGetImage " + repository + " implicitDeny", "ecr:BatchGetImage " + foreign + " implicitDeny",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSimulationRefusals(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	allow := []string{policyOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`)}
	get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("node"), AssumeRolePolicyDocument: str(trust)}))(t)
	const invalidCaller = "Invalid caller - Caller must be an IAM user in this context."
	put := []string{"ecr:PutImage"}
	for want, in := range map[string]iam.SimulateCustomPolicyInput{
		"Invalid Input Actions: ecr:Put* is not the full name of one action.":                                       {PolicyInputList: allow, ActionNames: []string{"ecr:Put*"}},
		"Invalid Input Actions: PutImage is not the full name of one action.":                                       {PolicyInputList: allow, ActionNames: []string{"PutImage"}},
		"The policy PolicyInputList.2 is not valid: 1:2: the policy must be an object, not the end of the document": {PolicyInputList: append(slices.Clone(allow), " "), ActionNames: put},
		"The list of Permissions Boundary policies cannot exceed 1 items.":                                          {PolicyInputList: allow, PermissionsBoundaryPolicyInputList: append(allow, allow...), ActionNames: put},
		"Invalid caller - Caller cannot be null or empty.":                                                          {PolicyInputList: allow, ActionNames: put, ResourcePolicy: &allow[0]},
		invalidCaller: {PolicyInputList: allow, ActionNames: put, CallerArn: str("arn:aws:iam::111122223333:role/node")},
		"'111122223333' is not a valid as a Resource Owner.":                            {PolicyInputList: allow, ActionNames: put, ResourceOwner: str("111122223333")},
		"ResourceNames are not in a valid ARN format: app.":                             {PolicyInputList: allow, ActionNames: put, ResourceArns: []string{"app"}},
		"The value many of the context key sts:DurationSeconds is not of type numeric.": {PolicyInputList: allow, ActionNames: put, ContextEntries: []types.ContextEntry{entry("sts:DurationSeconds", types.ContextKeyTypeEnumNumeric, "many")}},
		"The value 10.0.0 of the context key aws:SourceIp is not of type ip.":           {PolicyInputList: allow, ActionNames: put, ContextEntries: []types.ContextEntry{entry("aws:SourceIp", types.ContextKeyTypeEnumIpList, "10.0.0.0/8", "::1", "10.0.0")}},
		"The value yes of the context key aws:SecureTransport is not of type boolean.":  {PolicyInputList: allow, ActionNames: put, ContextEntries: []types.ContextEntry{entry("aws:SecureTransport", types.ContextKeyTypeEnumBoolean, "yes")}},
		"The value soon of the context key aws:CurrentTime is not of type date.":        {PolicyInputList: allow, ActionNames: put, ContextEntries: []types.ContextEntry{entry("aws:CurrentTime", types.ContextKeyTypeEnumDateList, "2026-01-02T03:04:05Z", "2026-01-02", "1767322800", "soon")}},
		"The value ? of the context key x:key is not of type binary.":                   {PolicyInputList: allow, ActionNames: put, ContextEntries: []types.ContextEntry{entry("x:key", types.ContextKeyTypeEnumBinary, "?")}},
	} {
		refused(w.SimulateCustomPolicy(ctx, &in))(t, 400, "InvalidInput", want)
	}
	for source, want := range map[string]string{
		"arn:aws:sts::111122223333:assumed-role/node/s": "Invalid Entity Arn: arn:aws:sts::111122223333:assumed-role/node/s does not clearly define entity type and name.",
		"arn:aws:iam::111122223333:root":                "Invalid Entity Arn: arn:aws:iam::111122223333:root does not clearly define entity type and name.",
		"arn:aws:iam::444455556666:role/node":           "Invalid Policy Source Arn: caller's account 111122223333 does not have access to policies in account 444455556666",
	} {
		refused(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: put}))(t, 400, "InvalidInput", want)
		refused(w.GetContextKeysForPrincipalPolicy(ctx, &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &source}))(t, 400, "InvalidInput", want)
	}
	for _, source := range []string{"arn:aws:iam::111122223333:role/path/node", "arn:aws:iam::111122223333:role/Node"} {
		refused(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: put}))(t, 404, "NoSuchEntity",
			"The role with name "+source[strings.LastIndexByte(source, '/')+1:]+" cannot be found.")
	}
	refused(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: str("arn:aws:iam::111122223333:role/node"), ActionNames: put, ResourcePolicy: &allow[0],
	}))(t, 400, "InvalidInput", invalidCaller)
	refused(w.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: allow, ActionNames: put, Marker: str("LQ")}))(t, 400, "ValidationError", "Invalid Marker.")
}

func TestContextKeys(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	doc := policyOf(`{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/${aws:username}/${*}/${aws:PrincipalTag/team, 'none'}",
		"Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},"StringLike":{"aws:UserName":"${aws:PrincipalTag/Team}","ecr:ResourceTag/x":["${aws:userid}","${"]}}}`)
	other := policyOf(`{"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"*"},"NumericEquals":{"aws:EpochTime":"1"}}}`)
	want := []string{"aws:username", "aws:PrincipalTag/team", "aws:CurrentTime", "ecr:ResourceTag/x", "aws:userid", "aws:PrincipalArn", "aws:EpochTime"}
	got := get(w.GetContextKeysForCustomPolicy(ctx, &iam.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{doc, other}}))(t).ContextKeyNames
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	u := get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("alice")}))(t).User
	if got := get(w.GetContextKeysForPrincipalPolicy(ctx, &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: u.Arn}))(t).ContextKeyNames; got == nil || len(got) != 0 {
		t.Errorf("keys of nothing: %v", got)
	}
	get(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: str("alice"), PolicyName: str("p"), PolicyDocument: str(policyOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`))}))(t)
	got = get(w.GetContextKeysForPrincipalPolicy(ctx, &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: u.Arn, PolicyInputList: []string{other}}))(t).ContextKeyNames
	if d := cmp.Diff([]string{"aws:SecureTransport", "aws:PrincipalArn", "aws:EpochTime"}, got); d != "" {
		t.Error(d)
	}
}

// What the simulator says is what a request gets: combinations of identity, boundary and repository policies are simulated
// and tried, by requests of ECR, IAM and STS, in one account and across two.
func TestSimulatorTellsTheTruth(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	owner := w.AWS(w.Account("444455556666"))
	home := ecr.NewFromConfig(w.AWS(w.root()))
	tags := []ecrtypes.Tag{{Key: str("env"), Value: str("dev")}}
	get(home.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: str("app"), Tags: tags}))(t)
	get(ecr.NewFromConfig(owner).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: str("app"), Tags: tags}))(t)
	role := get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("node"), AssumeRolePolicyDocument: str(trust)}))(t).Role

	identities := []string{
		policyOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`),
		policyOf(`{"Effect":"Allow","Action":["ecr:Describe*","iam:Get*"],"Resource":["arn:aws:ecr:*:*:repository/app","arn:aws:iam::*:user/${aws:username}"]}`),
		policyOf(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, `{"Effect":"Deny","Action":"ecr:ListImages","Resource":"*","Condition":{"StringEquals":{"ecr:ResourceTag/env":"dev"}}}`),
		policyOf(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"},"Bool":{"aws:SecureTransport":"false"}}}`),
		policyOf(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}`, `{"Effect":"Deny","Action":"sts:*","Resource":"*"}`),
	}
	boundaries := []string{"", policyOf(`{"Effect":"Allow","Action":["ecr:*","sts:*"],"Resource":"*"}`)}
	alice := "arn:aws:iam::111122223333:user/alice"
	repositoryPolicies := []string{
		"", policyOf(`{"Effect":"Allow","Principal":{"AWS":"` + alice + `"},"Action":"ecr:ListImages"}`),
		policyOf(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"ecr:*"}`, `{"Effect":"Deny","Principal":"*","Action":"ecr:Describe*"}`),
	}

	client := w.as("alice", identities[0])
	_, _ = w.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: str("alice"), PolicyName: str("own")})
	get(w.TagUser(ctx, &iam.TagUserInput{UserName: str("alice"), Tags: []types.Tag{{Key: str("team"), Value: str("blue")}}}))(t)
	as := client.Options()
	cfg := w.AWS(aws.Credentials{})
	cfg.Credentials = as.Credentials
	images, tokens := ecr.NewFromConfig(cfg), sts.NewFromConfig(cfg)
	keys := []types.ContextEntry{
		entry("aws:username", types.ContextKeyTypeEnumString, "alice"),
		entry("aws:SourceIp", types.ContextKeyTypeEnumIp, "127.0.0.1"),
		entry("aws:SecureTransport", types.ContextKeyTypeEnumBoolean, "false"),
		entry("aws:PrincipalTag/team", types.ContextKeyTypeEnumString, "blue"),
	}
	onRepository := append(slices.Clone(keys), entry("ecr:ResourceTag/env", types.ContextKeyTypeEnumString, "dev"))
	requests := []struct {
		action, resource string
		keys             []types.ContextEntry
		do               func(registry *string) error
	}{
		{"ecr:ListImages", repository, onRepository, func(r *string) error {
			_, err := images.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: str("app"), RegistryId: r})
			return err
		}},
		{"ecr:DescribeImages", repository, onRepository, func(r *string) error {
			_, err := images.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: str("app"), RegistryId: r})
			return err
		}},
		{"ecr:GetAuthorizationToken", "*", keys, func(*string) error {
			_, err := images.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
			return err
		}},
		{"iam:GetUser", alice, keys, func(*string) error {
			_, err := client.GetUser(ctx, &iam.GetUserInput{})
			return err
		}},
		{"iam:ListUsers", "arn:aws:iam::111122223333:user/", keys, func(*string) error {
			_, err := client.ListUsers(ctx, &iam.ListUsersInput{})
			return err
		}},
		{"sts:AssumeRole", *role.Arn, keys, func(*string) error {
			_, err := tokens.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role.Arn, RoleSessionName: str("session")})
			return err
		}},
	}
	decisions := map[types.PolicyEvaluationDecisionType]int{}
	for i, identity := range identities {
		get(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: str("alice"), PolicyName: str("p"), PolicyDocument: &identity}))(t)
		for j, boundary := range boundaries {
			w.bound("alice", boundary)
			for k, resourcePolicy := range repositoryPolicies {
				for _, account := range []string{"111122223333", "444455556666"} {
					c := home
					if account != "111122223333" {
						c = ecr.NewFromConfig(owner)
					}
					if resourcePolicy == "" {
						_, _ = c.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{RepositoryName: str("app")})
					} else {
						get(c.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: str("app"), PolicyText: &resourcePolicy}))(t)
					}
					for _, r := range requests {
						ofRepository := r.resource == repository
						if !ofRepository && (k > 0 || account != "111122223333") {
							continue
						}
						in := &iam.SimulatePrincipalPolicyInput{
							PolicySourceArn: &alice, ActionNames: []string{r.action}, ContextEntries: r.keys,
							ResourceArns: []string{strings.Replace(r.resource, ":111122223333:repository", ":"+account+":repository", 1)},
						}
						if ofRepository && resourcePolicy != "" {
							in.ResourcePolicy = &resourcePolicy
						}
						got := get(w.SimulatePrincipalPolicy(ctx, in))(t).EvaluationResults[0].EvalDecision
						decisions[got]++
						err := r.do(&account)
						var e smithy.APIError
						denied := errors.As(err, &e) && strings.HasPrefix(e.ErrorCode(), "AccessDenied")
						if err != nil && !denied {
							t.Fatalf("%s: %v", r.action, err)
						}
						if (got == "allowed") == denied {
							t.Errorf("identity %d, boundary %d, repository policy %d, account %s: %s is %s by the simulator, the request got %v", i, j, k, account, r.action, got, err)
						}
					}
				}
			}
		}
	}
	for _, d := range types.PolicyEvaluationDecisionType("").Values() {
		if decisions[d] < 5 {
			t.Errorf("%d decisions are %s: %v", decisions[d], d, decisions)
		}
	}
}

// root returns the credentials of the root user.
func (w *world) root() aws.Credentials {
	w.t.Helper()
	c, err := w.Options().Credentials.Retrieve(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// bound gives a user a permissions boundary with this text, or takes it away.
func (w *world) bound(user, doc string) {
	w.t.Helper()
	ctx := w.t.Context()
	if doc == "" {
		_, _ = w.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: &user})
		return
	}
	name := fmt.Sprintf("boundary-%x", sha256.Sum256([]byte(doc)))
	policyARN := "arn:aws:iam::" + account + ":policy/" + name
	_, _ = w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &doc})
	get(w.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: &user, PermissionsBoundary: &policyARN}))(w.t)
}
