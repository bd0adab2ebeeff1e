package orgapi_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/orgapi"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	management = "111111111111"
	member     = "222222222222"
	outsider   = "333333333333"
)

const (
	denyPush  = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ecr:PutImage","Resource":"*"}]}`
	perimeter = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}]}`
)

var str = aws.String

type world struct {
	*servertest.Server
	*organizations.Client // of the management account's root user
	t                     *testing.T
	key                   aws.Credentials // of that user
	root                  string          // r-…
	organization          string          // o-…
}

// newWorld is an organization of its management account alone.
func newWorld(t *testing.T) *world {
	t.Helper()
	s := servertest.Start(t)
	w := &world{Server: s, t: t, key: s.Account(management)}
	w.Client = organizations.NewFromConfig(s.AWS(w.key))
	w.organization = *get(w.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{}))(t).Organization.Id
	w.root = *get(w.ListRoots(t.Context(), &organizations.ListRootsInput{}))(t).Roots[0].Id
	return w
}

// join makes an account that exists a member, and returns its client.
func (w *world) join(account string) *organizations.Client {
	w.t.Helper()
	ctx := w.t.Context()
	c := organizations.NewFromConfig(w.AWS(w.Account(account)))
	h := get(w.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
		Target: &types.HandshakeParty{Id: &account, Type: types.HandshakePartyTypeAccount}, Notes: str("please"),
	}))(w.t).Handshake
	h = get(c.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id}))(w.t).Handshake
	if h.State != types.HandshakeStateAccepted || len(h.Parties) != 2 {
		w.t.Errorf("accepted: %+v", h)
	}
	return c
}

func get[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// want checks code and sentence of an error.
func want(t *testing.T, err error, code, message string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if e.ErrorCode() != code || e.ErrorMessage() != message {
		t.Errorf("got %s: %s\nwant %s: %s", e.ErrorCode(), e.ErrorMessage(), code, message)
	}
}

const noPermission = "You don't have permissions to access this resource."

func TestOrganization(t *testing.T) {
	s := servertest.Start(t)
	ctx := t.Context()
	c := organizations.NewFromConfig(s.AWS(s.Account(management)))
	_, err := c.DescribeOrganization(ctx, nil)
	want(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	_, err = c.ListAccounts(ctx, nil)
	want(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	_, err = c.ListAWSServiceAccessForOrganization(ctx, nil)
	want(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")

	made := get(c.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetAll}))(t).Organization
	arn := "arn:aws:organizations::111111111111:"
	wantOrganization := &types.Organization{
		Id: made.Id, Arn: str(arn + "organization/" + *made.Id), FeatureSet: types.OrganizationFeatureSetAll,
		MasterAccountArn: str(arn + "account/" + *made.Id + "/" + management), MasterAccountId: str(management),
		MasterAccountEmail: str(management + "@accounts.invalid"),
		AvailablePolicyTypes: []types.PolicyTypeSummary{
			{Type: types.PolicyTypeServiceControlPolicy, Status: types.PolicyTypeStatusEnabled},
		},
	}
	described := get(c.DescribeOrganization(ctx, nil))(t).Organization
	for _, got := range []*types.Organization{made, described} {
		if diff := cmp.Diff(fmt.Sprintf("%+v", deref(wantOrganization)), fmt.Sprintf("%+v", deref(got))); diff != "" {
			t.Error(diff)
		}
	}
	_, err = c.CreateOrganization(ctx, nil)
	want(t, err, "AlreadyInOrganizationException", "The AWS account is already a member of an organization.")

	// Terraform asks whenever it reads an organization.
	services := get(c.ListAWSServiceAccessForOrganization(ctx, nil))(t)
	if services.EnabledServicePrincipals == nil || len(services.EnabledServicePrincipals) != 0 || services.NextToken != nil {
		t.Errorf("services: %+v", services)
	}
	_, err = c.ListAWSServiceAccessForOrganization(ctx, &organizations.ListAWSServiceAccessForOrganizationInput{NextToken: str("%")})
	want(t, err, "InvalidInputException", "You provided an invalid pagination token.")

	roots := get(c.ListRoots(ctx, nil))(t).Roots
	if len(roots) != 1 || *roots[0].Arn != arn+"root/"+*made.Id+"/"+*roots[0].Id || *roots[0].Name != "Root" || len(roots[0].PolicyTypes) != 0 {
		t.Errorf("roots: %+v", roots)
	}
	enabled := get(c.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: roots[0].Id, PolicyType: types.PolicyTypeServiceControlPolicy}))(t)
	if ts := enabled.Root.PolicyTypes; len(ts) != 1 || ts[0].Status != types.PolicyTypeStatusEnabled {
		t.Errorf("policy types: %+v", ts)
	}
	_, err = c.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: roots[0].Id, PolicyType: types.PolicyTypeServiceControlPolicy})
	want(t, err, "PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")
	if ts := get(c.DisablePolicyType(ctx, &organizations.DisablePolicyTypeInput{RootId: roots[0].Id, PolicyType: types.PolicyTypeServiceControlPolicy}))(t).Root.PolicyTypes; len(ts) != 0 {
		t.Errorf("policy types: %+v", ts)
	}
	get(c.DeleteOrganization(ctx, nil))(t)
	_, err = c.DescribeOrganization(ctx, nil)
	want(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

// deref shows what an organization's pointers point to.
func deref(o *types.Organization) []any {
	return []any{*o.Id, *o.Arn, o.FeatureSet, *o.MasterAccountArn, *o.MasterAccountId, *o.MasterAccountEmail, o.AvailablePolicyTypes}
}

func TestUnits(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	prod := get(w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{
		ParentId: &w.root, Name: str("prod"), Tags: []types.Tag{{Key: str("env"), Value: str("prod")}},
	}))(t).OrganizationalUnit
	if got, want := *prod.Path, w.organization+"/"+w.root+"/"+*prod.Id+"/"; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
	_, err := w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &w.root, Name: str("prod")})
	want(t, err, "DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
	for i := range 24 {
		get(w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: prod.Id, Name: str(fmt.Sprint(i))}))(t)
	}
	units := 0
	for p := organizations.NewListOrganizationalUnitsForParentPaginator(w, &organizations.ListOrganizationalUnitsForParentInput{ParentId: prod.Id}); p.HasMorePages(); {
		units += len(get(p.NextPage(ctx))(t).OrganizationalUnits)
	}
	children := 0
	for p := organizations.NewListChildrenPaginator(w, &organizations.ListChildrenInput{ParentId: prod.Id, ChildType: types.ChildTypeOrganizationalUnit, MaxResults: aws.Int32(7)}); p.HasMorePages(); {
		children += len(get(p.NextPage(ctx))(t).Children)
	}
	if units != 24 || children != 24 {
		t.Errorf("%d units, %d children", units, children)
	}
	_, err = w.ListChildren(ctx, &organizations.ListChildrenInput{ParentId: prod.Id, ChildType: types.ChildTypeAccount, NextToken: str("%")})
	want(t, err, "InvalidInputException", "You provided an invalid pagination token.")

	w.join(member)
	_, err = w.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: str(member), SourceParentId: prod.Id, DestinationParentId: &w.root})
	want(t, err, "SourceParentNotFoundException", "You specified a source parent that doesn't exist.")
	get(w.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: str(member), SourceParentId: &w.root, DestinationParentId: prod.Id}))(t)
	parents := get(w.ListParents(ctx, &organizations.ListParentsInput{ChildId: str(member)}))(t).Parents
	if len(parents) != 1 || *parents[0].Id != *prod.Id || parents[0].Type != types.ParentTypeOrganizationalUnit {
		t.Errorf("parents of the account: %+v", parents)
	}
	parents = get(w.ListParents(ctx, &organizations.ListParentsInput{ChildId: prod.Id}))(t).Parents
	if len(parents) != 1 || *parents[0].Id != w.root || parents[0].Type != types.ParentTypeRoot {
		t.Errorf("parents of the unit: %+v", parents)
	}
	accounts := get(w.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: prod.Id}))(t).Accounts
	if len(accounts) != 1 || *accounts[0].Id != member || !slices.Equal(accounts[0].Paths, []string{*prod.Path + member + "/"}) {
		t.Errorf("accounts in the unit: %+v", accounts)
	}
	_, err = w.DeleteOrganizationalUnit(ctx, &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: prod.Id})
	want(t, err, "OrganizationalUnitNotEmptyException", "The specified OU is not empty. Move all accounts to another root or to other OUs, "+
		"remove all child OUs, and try the operation again.")

	renamed := get(w.UpdateOrganizationalUnit(ctx, &organizations.UpdateOrganizationalUnitInput{OrganizationalUnitId: prod.Id, Name: str("production")}))(t)
	if got := get(w.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: prod.Id}))(t); *got.OrganizationalUnit.Name != "production" || *renamed.OrganizationalUnit.Name != "production" {
		t.Errorf("renamed to %s", *got.OrganizationalUnit.Name)
	}
	empty := get(w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &w.root, Name: str("empty")}))(t).OrganizationalUnit
	get(w.DeleteOrganizationalUnit(ctx, &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: empty.Id}))(t)
	_, err = w.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: empty.Id})
	want(t, err, "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
}

// A created account is there at once, and its management account has a way in.
func TestCreateAccount(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	in := &organizations.CreateAccountInput{
		AccountName: str("Data plane"), Email: str("plane@example.com"), Tags: []types.Tag{{Key: str("env"), Value: str("prod")}},
	}
	status := get(w.CreateAccount(ctx, in))(t).CreateAccountStatus
	if status.State != types.CreateAccountStateSucceeded || len(*status.AccountId) != 12 || !strings.HasPrefix(*status.Id, "car-") || status.CompletedTimestamp == nil {
		t.Fatalf("created: %+v", status)
	}
	again := get(w.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id}))(t).CreateAccountStatus
	if *again.AccountId != *status.AccountId || *again.AccountName != "Data plane" {
		t.Errorf("described: %+v", again)
	}
	failed := get(w.CreateAccount(ctx, in))(t).CreateAccountStatus
	if failed.State != types.CreateAccountStateFailed || failed.FailureReason != types.CreateAccountFailureReasonEmailAlreadyExists || failed.AccountId != nil {
		t.Errorf("twice: %+v", failed)
	}
	all := get(w.ListCreateAccountStatus(ctx, &organizations.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateFailed}}))(t).CreateAccountStatuses
	if len(all) != 1 || *all[0].Id != *failed.Id {
		t.Errorf("failed requests: %+v", all)
	}
	_, err := w.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: str("car-00000000")})
	want(t, err, "CreateAccountStatusNotFoundException", "You specified a create account request that doesn't exist.")

	a := get(w.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: status.AccountId}))(t).Account
	if *a.Name != "Data plane" || *a.Email != "plane@example.com" || a.JoinedMethod != types.AccountJoinedMethodCreated ||
		a.State != types.AccountStateActive || *a.Arn != "arn:aws:organizations::111111111111:account/"+w.organization+"/"+*status.AccountId {
		t.Errorf("account: %+v", a)
	}
	accounts := get(w.ListAccounts(ctx, nil))(t).Accounts
	if len(accounts) != 2 {
		t.Errorf("%d accounts", len(accounts))
	}
	tags := get(w.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: status.AccountId}))(t).Tags
	if len(tags) != 1 || *tags[0].Key != "env" {
		t.Errorf("tags: %+v", tags)
	}

	// An administrator of the management account takes over the new one.
	admin := w.administrator()
	role := "arn:aws:iam::" + *status.AccountId + ":role/OrganizationAccountAccessRole"
	session := get(sts.NewFromConfig(w.AWS(admin)).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: str("setup")}))(t).Credentials
	in2 := w.AWS(aws.Credentials{AccessKeyID: *session.AccessKeyId, SecretAccessKey: *session.SecretAccessKey, SessionToken: *session.SessionToken})
	get(ecr.NewFromConfig(in2).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: str("app")}))(t)
	get(iam.NewFromConfig(in2).CreateUser(ctx, &iam.CreateUserInput{UserName: str("dev")}))(t)
	got := get(organizations.NewFromConfig(in2).DescribeOrganization(ctx, nil))(t).Organization
	if *got.Id != w.organization {
		t.Errorf("the member is in %s", *got.Id)
	}

	get(w.RemoveAccountFromOrganization(ctx, &organizations.RemoveAccountFromOrganizationInput{AccountId: status.AccountId}))(t)
	_, err = organizations.NewFromConfig(in2).DescribeOrganization(ctx, nil)
	want(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

// administrator is a user of the management account who may do everything.
func (w *world) administrator() aws.Credentials {
	w.t.Helper()
	return w.user("admin", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
}

// user makes a user of the management account with one inline policy.
func (w *world) user(name, policy string) aws.Credentials {
	w.t.Helper()
	ctx := w.t.Context()
	c := iam.NewFromConfig(w.AWS(w.key))
	get(c.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}))(w.t)
	get(c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: str("own"), PolicyDocument: &policy}))(w.t)
	k := get(c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name}))(w.t).AccessKey
	return aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey}
}

func TestPolicies(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	create := func(name, content string, kind types.PolicyType) (*organizations.CreatePolicyOutput, error) {
		return w.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: &name, Content: &content, Description: str(""), Type: kind})
	}
	p := get(create("no push", denyPush, types.PolicyTypeServiceControlPolicy))(t).Policy
	if *p.Content != denyPush || p.PolicySummary.AwsManaged || p.PolicySummary.Type != types.PolicyTypeServiceControlPolicy ||
		*p.PolicySummary.Arn != "arn:aws:organizations::111111111111:policy/"+w.organization+"/service_control_policy/"+*p.PolicySummary.Id {
		t.Errorf("policy: %+v", p.PolicySummary)
	}
	id := p.PolicySummary.Id
	_, err := create("no push", denyPush, types.PolicyTypeServiceControlPolicy)
	want(t, err, "DuplicatePolicyException", "A policy with the same name already exists.")
	const malformed = "The provided policy document does not meet the requirements of the specified policy type."
	for _, content := range []string{perimeter, "{}", "no JSON"} {
		_, err = create("x", content, types.PolicyTypeServiceControlPolicy)
		want(t, err, "MalformedPolicyDocumentException", malformed)
	}
	_, err = create("x", denyPush, types.PolicyTypeResourceControlPolicy)
	want(t, err, "MalformedPolicyDocumentException", malformed)
	_, err = create("x", denyPush, types.PolicyTypeTagPolicy)
	want(t, err, "PolicyTypeNotAvailableForOrganizationException", "The policy type is not available for this organization.")

	attach := func(policy, target *string) error {
		_, err := w.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: policy, TargetId: target})
		return err
	}
	detach := func(policy, target *string) error {
		_, err := w.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: policy, TargetId: target})
		return err
	}
	want(t, attach(id, &w.root), "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")
	for _, kind := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy} {
		get(w.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &w.root, PolicyType: kind}))(t)
	}
	const last = "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."
	err = detach(str("p-FullAWSAccess"), &w.root)
	want(t, err, "ConstraintViolationException", last)
	var violation *types.ConstraintViolationException
	if !errors.As(err, &violation) || violation.Reason != types.ConstraintViolationExceptionReasonMinPolicyTypeAttachmentLimitExceeded {
		t.Errorf("reason: %+v", violation)
	}
	want(t, detach(str("p-RCPFullAWSAccess"), &w.root), "InvalidInputException", "You can't detach this AWS managed policy.")
	want(t, detach(id, &w.root), "PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root.")
	want(t, attach(str("p-00000000"), &w.root), "PolicyNotFoundException", "You specified a policy that doesn't exist.")
	want(t, attach(id, str("999999999999")), "TargetNotFoundException", "You specified a target that doesn't exist.")
	if err := attach(id, &w.root); err != nil {
		t.Fatal(err)
	}
	want(t, attach(id, &w.root), "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target.")
	_, err = w.DeletePolicy(ctx, &organizations.DeletePolicyInput{PolicyId: id})
	want(t, err, "PolicyInUseException", "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "+
		"before performing this operation.")

	targets := get(w.ListTargetsForPolicy(ctx, &organizations.ListTargetsForPolicyInput{PolicyId: str("p-FullAWSAccess")}))(t).Targets
	var shown []string
	for _, x := range targets {
		shown = append(shown, *x.TargetId+" "+*x.Name+" "+string(x.Type))
	}
	if diff := cmp.Diff([]string{management + " test " + management + " ACCOUNT", w.root + " Root ROOT"}, shown); diff != "" {
		t.Error(diff)
	}
	attached := get(w.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{TargetId: &w.root, Filter: types.PolicyTypeServiceControlPolicy}))(t).Policies
	if len(attached) != 2 {
		t.Errorf("on the root: %+v", attached)
	}
	rcps := get(w.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: types.PolicyTypeResourceControlPolicy}))(t).Policies
	if len(rcps) != 1 || *rcps[0].Arn != "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess" || !rcps[0].AwsManaged {
		t.Errorf("RCPs: %+v", rcps)
	}

	updated := get(w.UpdatePolicy(ctx, &organizations.UpdatePolicyInput{PolicyId: id, Description: str("for now")}))(t).Policy
	if *updated.PolicySummary.Description != "for now" || *updated.Content != denyPush {
		t.Errorf("updated: %+v", updated.PolicySummary)
	}
	_, err = w.UpdatePolicy(ctx, &organizations.UpdatePolicyInput{PolicyId: str("p-FullAWSAccess"), Name: str("x")})
	want(t, err, "InvalidInputException", "You specified a policy that is managed by AWS and can't be modified.")
	if err := detach(id, &w.root); err != nil {
		t.Fatal(err)
	}
	get(w.DeletePolicy(ctx, &organizations.DeletePolicyInput{PolicyId: id}))(t)
	_, err = w.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: id})
	want(t, err, "PolicyNotFoundException", "You specified a policy that doesn't exist.")
}

func TestInputIsChecked(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for _, tt := range []struct {
		reason, message string
		call            func() error
	}{
		{"INVALID_PATTERN", "You provided a value that does not match the required pattern.", func() error {
			_, err := w.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: str("12")})
			return err
		}},
		{"INVALID_ENUM", "You specified an invalid value.", func() error {
			_, err := w.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: "NONE"})
			return err
		}},
		{"MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed.", func() error {
			_, err := w.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: aws.Int32(21)})
			return err
		}},
		{"MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed.", func() error {
			_, err := w.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: aws.Int32(0)})
			return err
		}},
		{"MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed.", func() error {
			_, err := w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &w.root, Name: str("")})
			return err
		}},
		{"MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed.", func() error {
			_, err := w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &w.root, Name: str(strings.Repeat("x", 129))})
			return err
		}},
		{"INVALID_PARTY_TYPE_TARGET", "This server invites accounts by their id only.", func() error {
			_, err := w.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
				Target: &types.HandshakeParty{Id: str("a@example.com"), Type: types.HandshakePartyTypeEmail},
			})
			return err
		}},
	} {
		err := tt.call()
		want(t, err, "InvalidInputException", tt.message)
		if e := new(types.InvalidInputException); errors.As(err, &e) && string(e.Reason) != tt.reason {
			t.Errorf("reason %s, want %s", e.Reason, tt.reason)
		}
	}
}

// Members see their organization and no more, and may leave it.
func TestMember(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := w.join(member)
	if got := get(c.DescribeOrganization(ctx, nil))(t).Organization; *got.Id != w.organization || *got.MasterAccountId != management {
		t.Errorf("the member's organization: %+v", got)
	}
	for name, call := range map[string]func() error{
		"ListAccounts": func() error { _, err := c.ListAccounts(ctx, nil); return err },
		"ListRoots":    func() error { _, err := c.ListRoots(ctx, nil); return err },
		"CreatePolicy": func() error {
			_, err := c.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: str("p"), Content: str(denyPush), Description: str(""), Type: types.PolicyTypeServiceControlPolicy})
			return err
		},
		"DeleteOrganization": func() error { _, err := c.DeleteOrganization(ctx, nil); return err },
	} {
		t.Run(name, func(t *testing.T) { want(t, call(), "AccessDeniedException", noPermission) })
	}
	_, err := w.LeaveOrganization(ctx, nil)
	want(t, err, "MasterCannotLeaveOrganizationException", "You can't remove a management account from an organization. If you want the "+
		"management account to become a member account in another organization, you must first delete the current organization.")
	get(c.LeaveOrganization(ctx, nil))(t)
	_, err = c.DescribeOrganization(ctx, nil)
	want(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

func TestHandshakes(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := organizations.NewFromConfig(w.AWS(w.Account(member)))
	invite := func(account string) (*organizations.InviteAccountToOrganizationOutput, error) {
		return w.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
			Target: &types.HandshakeParty{Id: &account, Type: types.HandshakePartyTypeAccount}, Notes: str("please"),
		})
	}
	h := get(invite(member))(t).Handshake
	if h.State != types.HandshakeStateOpen || h.Action != types.ActionTypeInviteAccountToOrganization || !h.ExpirationTimestamp.After(*h.RequestedTimestamp) {
		t.Errorf("invited: %+v", h)
	}
	_, err := invite(member)
	want(t, err, "DuplicateHandshakeException", "A handshake with the same action and target already exists.")
	received := get(c.ListHandshakesForAccount(ctx, nil))(t).Handshakes
	sent := get(w.ListHandshakesForOrganization(ctx, nil))(t).Handshakes
	if len(received) != 1 || len(sent) != 1 || *received[0].Arn != *h.Arn {
		t.Errorf("received %+v, sent %+v", received, sent)
	}
	get(c.DescribeHandshake(ctx, &organizations.DescribeHandshakeInput{HandshakeId: h.Id}))(t)
	_, err = w.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id})
	want(t, err, "HandshakeNotFoundException", "You specified a handshake that doesn't exist.")
	if got := get(c.DeclineHandshake(ctx, &organizations.DeclineHandshakeInput{HandshakeId: h.Id}))(t); got.Handshake.State != types.HandshakeStateDeclined {
		t.Errorf("declined: %+v", got.Handshake)
	}
	_, err = w.CancelHandshake(ctx, &organizations.CancelHandshakeInput{HandshakeId: h.Id})
	want(t, err, "InvalidHandshakeTransitionException", "You can't perform the operation on the handshake in its current state: DECLINED.")
	h = get(invite(member))(t).Handshake
	get(w.CancelHandshake(ctx, &organizations.CancelHandshakeInput{HandshakeId: h.Id}))(t)
	h = get(invite(member))(t).Handshake
	get(c.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id}))(t)
	_, err = c.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id})
	want(t, err, "HandshakeAlreadyInStateException", "The specified handshake is already in the requested state.")
	_, err = invite(member)
	want(t, err, "HandshakeConstraintViolationException", "The handshake request is invalid because the invited account is already a member of an organization.")
	_, err = invite(outsider)
	want(t, err, "TargetNotFoundException", "You specified a target that doesn't exist.")
}

// Policies can name what operations act on, by ARN, tag and type of policy.
func TestAuthorization(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	get(w.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &w.root, PolicyType: types.PolicyTypeServiceControlPolicy}))(t)
	unit := func(name string) *string {
		return get(w.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &w.root, Name: &name}))(t).OrganizationalUnit.Id
	}
	dev, prod := unit("dev"), unit("prod")
	get(w.TagResource(ctx, &organizations.TagResourceInput{ResourceId: prod, Tags: []types.Tag{{Key: str("env"), Value: str("prod")}}}))(t)
	p := get(w.CreatePolicy(ctx, &organizations.CreatePolicyInput{
		Name: str("no push"), Content: str(denyPush), Description: str(""), Type: types.PolicyTypeServiceControlPolicy,
	}))(t).Policy.PolicySummary

	arn := "arn:aws:organizations::111111111111:"
	c := organizations.NewFromConfig(w.AWS(w.user("limited", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"organizations:AttachPolicy","Resource":["`+*p.Arn+`","`+arn+`ou/`+w.organization+`/*"]},
		{"Effect":"Allow","Action":"organizations:Create*","Resource":"*"},
		{"Effect":"Allow","Action":"organizations:ListPolicies","Resource":"*","Condition":{"StringEquals":{"organizations:PolicyType":"SERVICE_CONTROL_POLICY"}}},
		{"Effect":"Deny","Action":"organizations:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/env":"prod"}}}]}`)))
	attach := func(policy, target *string) error {
		_, err := c.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: policy, TargetId: target})
		return err
	}
	denied := func(err error, action, on, why string) {
		t.Helper()
		want(t, err, "AccessDeniedException", "User: arn:aws:iam::111111111111:user/limited is not authorized to perform: organizations:"+action+
			" on resource: "+on+" "+why)
	}
	const nothing = "because no identity-based policy allows the organizations:"
	if err := attach(p.Id, dev); err != nil {
		t.Error(err)
	}
	denied(attach(p.Id, prod), "AttachPolicy", arn+"ou/"+w.organization+"/"+*prod, "with an explicit deny in an identity-based policy")
	denied(attach(p.Id, &w.root), "AttachPolicy", arn+"root/"+w.organization+"/"+w.root, nothing+"AttachPolicy action")
	denied(attach(str("p-FullAWSAccess"), dev), "AttachPolicy", "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess", nothing+"AttachPolicy action")
	get(c.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: types.PolicyTypeServiceControlPolicy}))(t)
	_, err := c.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: types.PolicyTypeResourceControlPolicy})
	denied(err, "ListPolicies", "*", nothing+"ListPolicies action")
	get(c.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: dev, Name: str("untagged")}))(t)
	_, err = c.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: dev, Name: str("tagged"), Tags: []types.Tag{{Key: str("k"), Value: str("v")}}})
	denied(err, "TagResource", "*", nothing+"TagResource action")

	get(w.UntagResource(ctx, &organizations.UntagResourceInput{ResourceId: prod, TagKeys: []string{"env"}}))(t)
	if err := attach(p.Id, prod); err != nil {
		t.Error(err)
	}
}

// Every kind of error of the engine has a code that the model declares.
func TestErrors(t *testing.T) {
	for _, k := range org.Kinds() {
		var e *awsapi.Error
		if !errors.As(orgapi.Wire(fmt.Errorf("wrapped: %w", &org.Error{Kind: k, Name: "n", Detail: "d"})), &e) {
			t.Errorf("%v has no error of the API", k)
			continue
		}
		if _, ok := api.Service.Error(e.Code); !ok || e.Message == "" {
			t.Errorf("%v: %v", k, e)
		}
	}
	other := errors.New("disk full")
	if got := orgapi.Wire(other); !errors.Is(got, other) {
		t.Errorf("got %v", got)
	}
}
