package iamapi_test

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const issuer = "https://oidc.example.com/id/1"

func TestOpenIDConnectProviders(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	thumbprint := strings.Repeat("0aF", 13) + "1"
	made := get(w.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
		Url: str(issuer), ClientIDList: []string{"sts.amazonaws.com", "sts.amazonaws.com"}, ThumbprintList: []string{thumbprint},
		Tags: []types.Tag{{Key: str("k"), Value: str("v")}},
	}))(t)
	p := made.OpenIDConnectProviderArn
	if *p != "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/1" || len(made.Tags) != 1 {
		t.Errorf("created %s %+v", *p, made.Tags)
	}
	got := get(w.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: p}))(t)
	if *got.Url != "oidc.example.com/id/1" || !slices.Equal(got.ClientIDList, []string{"sts.amazonaws.com"}) || !slices.Equal(got.ThumbprintList, []string{thumbprint}) || got.CreateDate == nil {
		t.Errorf("read back %+v", got)
	}
	refused(w.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: str(issuer)}))(t, 409, "EntityAlreadyExists", "Provider with url "+issuer+" already exists.")
	for _, url := range []string{"http://x.example", "https://x.example:8443", "https://x.example?q", "https://x.example#f", "https://u@x.example", "https://", "x.example"} {
		refused(w.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: &url}))(t, 400, "InvalidInput", "Invalid Open ID Connect Provider URL")
	}
	refused(w.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{
		OpenIDConnectProviderArn: p, ThumbprintList: slices.Repeat([]string{thumbprint}, 6),
	}))(t, 400, "InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
	get(w.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: p, ThumbprintList: []string{strings.Repeat("b", 40)}}))(t)
	for range 2 {
		get(w.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: p, ClientID: str("other")}))(t)
	}
	for range 2 {
		get(w.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: p, ClientID: str("sts.amazonaws.com")}))(t)
	}
	get(w.TagOpenIDConnectProvider(ctx, &iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: p, Tags: []types.Tag{{Key: str("env"), Value: str("dev")}}}))(t)
	get(w.UntagOpenIDConnectProvider(ctx, &iam.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: p, TagKeys: []string{"k"}}))(t)
	if tags := get(w.ListOpenIDConnectProviderTags(ctx, &iam.ListOpenIDConnectProviderTagsInput{OpenIDConnectProviderArn: p}))(t).Tags; len(tags) != 1 || *tags[0].Key != "env" {
		t.Errorf("tags %+v", tags)
	}
	got = get(w.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: p}))(t)
	if !slices.Equal(got.ClientIDList, []string{"other"}) || got.ThumbprintList[0] != strings.Repeat("b", 40) {
		t.Errorf("changed %+v", got)
	}
	if ps := get(w.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{}))(t).OpenIDConnectProviderList; len(ps) != 1 || *ps[0].Arn != *p {
		t.Errorf("providers %+v", ps)
	}

	// Tags of the provider decide.
	doc := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*OpenIDConnectProvider","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/env":"dev"}}}}`
	alice := w.as("alice", doc)
	get(alice.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: p}))(t)
	get(w.UntagOpenIDConnectProvider(ctx, &iam.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: p, TagKeys: []string{"env"}}))(t)
	refused(alice.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: p}))(t, 403, "AccessDenied",
		"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:DeleteOpenIDConnectProvider on resource: "+*p+
			" because no identity-based policy allows the iam:DeleteOpenIDConnectProvider action")

	get(w.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: p}))(t)
	refused(w.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: p}))(t, 404, "NoSuchEntity", "OpenIDConnect Provider not found for arn "+*p)
	refused(w.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: str("not-an-arn-at-all-but-long")}))(t, 400, "ValidationError", "Invalid ARN:  Could not be parsed!")
}

func TestPasswords(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	alice := w.as("alice", "")
	u := str("alice")
	refused(w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: u, Password: str("alllower")}))(t, 400, "PasswordPolicyViolation",
		"Password should have at least three of uppercase letters, lowercase letters, numbers and symbols")
	refused(w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: u, Password: str("Sh0rt!")}))(t, 400, "PasswordPolicyViolation", "Password should have a minimum length of 8")
	p := get(w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: u, Password: str("First-Pa55word"), PasswordResetRequired: true}))(t).LoginProfile
	if *p.UserName != "alice" || !p.PasswordResetRequired || p.CreateDate == nil {
		t.Errorf("created %+v", p)
	}
	refused(w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: u, Password: str("First-Pa55word")}))(t, 409, "EntityAlreadyExists", "Login Profile for user alice already exists.")
	refused(w.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))(t, 404, "NoSuchEntity", "The Password Policy with domain name 111122223333 cannot be found.")
	refused(w.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{}))(t, 404, "NoSuchEntity", "The Password Policy with domain name 111122223333 cannot be found.")

	// Users may change their passwords when a policy of theirs or the account's password policy says so.
	change := func(old, password string) (*iam.ChangePasswordOutput, error) {
		return alice.ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: &old, NewPassword: &password})
	}
	const notAuthorized = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:ChangePassword on resource: arn:aws:iam::111122223333:user/alice "
	refused(change("First-Pa55word", "Second-Pa55word"))(t, 403, "AccessDenied", notAuthorized+"because no identity-based policy allows the iam:ChangePassword action")
	get(w.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{
		AllowUsersToChangePassword: true, MinimumPasswordLength: aws.Int32(12), RequireSymbols: true, PasswordReusePrevention: aws.Int32(2), MaxPasswordAge: aws.Int32(90),
	}))(t)
	got := get(w.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))(t).PasswordPolicy
	want := &types.PasswordPolicy{
		AllowUsersToChangePassword: true, ExpirePasswords: true, MinimumPasswordLength: aws.Int32(12), RequireSymbols: true,
		PasswordReusePrevention: aws.Int32(2), MaxPasswordAge: aws.Int32(90), HardExpiry: aws.Bool(false),
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.PasswordPolicy{})); d != "" {
		t.Error(d)
	}
	refused(change("Wrong-Pa55word", "Second-Pa55word"))(t, 403, "AccessDenied", "The old password was incorrect.")
	refused(change("First-Pa55word", "Short1"))(t, 400, "PasswordPolicyViolation", "Password should have at least one symbol and should have a minimum length of 12")
	refused(change("First-Pa55word", "First-Pa55word"))(t, 400, "PasswordPolicyViolation", "Password should not be one of the last 2")
	get(change("First-Pa55word", "Second-Pa55word"))(t)
	refused(change("Second-Pa55word", "First-Pa55word"))(t, 400, "PasswordPolicyViolation", "Password should not be one of the last 2")
	get(change("Second-Pa55word", "Third-Pa55word"))(t)
	get(change("Third-Pa55word", "First-Pa55word"))(t)
	if p := get(w.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: u}))(t).LoginProfile; p.PasswordResetRequired {
		t.Errorf("changed %+v", p)
	}
	get(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: u, PolicyName: str("p"), PolicyDocument: str(policyOf(`{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}`))}))(t)
	refused(change("First-Pa55word", "Fourth-Pa55word"))(t, 403, "AccessDenied", notAuthorized+"with an explicit deny in an identity-based policy")
	get(w.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: u, PolicyName: str("p")}))(t)
	get(w.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{}))(t)
	refused(w.ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: str("a"), NewPassword: str("b")}))(t, 400, "InvalidUserType", "Only IAM Users can change their own password")

	get(w.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: u, Password: str("Set-By-4dmin"), PasswordResetRequired: aws.Bool(true)}))(t)
	if _, must, err := w.IAM().SignIn(ctx, account, "alice", seal.Secret("Set-By-4dmin")); err != nil || !must {
		t.Errorf("sign in: %v, must change %v", err, must)
	}
	if u := get(w.GetUser(ctx, &iam.GetUserInput{UserName: u}))(t).User; u.PasswordLastUsed == nil {
		t.Error("the use of the password is not known")
	}
	refused(w.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: str("bob")}))(t, 404, "NoSuchEntity", "The user with name bob cannot be found.")
	keys := get(w.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: u}))(t).AccessKeyMetadata
	get(w.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: u, AccessKeyId: keys[0].AccessKeyId}))(t)
	refused(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: u}))(t, 409, "DeleteConflict", "Cannot delete entity, must delete login profile first.")
	get(w.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: u}))(t)
	refused(w.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: u}))(t, 404, "NoSuchEntity", "Login Profile for User alice cannot be found.")
	get(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: u}))(t)
}

func TestServiceLinkedRoles(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	for service, name := range map[string]string{
		"replication.ecr.amazonaws.com": "AWSServiceRoleForECRReplication", "pullthroughcache.ecr.amazonaws.com": "AWSServiceRoleForECRPullThroughCache",
		"ecr.amazonaws.com": "AWSServiceRoleForECRTemplate",
	} {
		r := get(w.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: &service}))(t).Role
		if *r.RoleName != name || *r.Path != "/aws-service-role/"+service+"/" || !strings.Contains(decoded(t, r.AssumeRolePolicyDocument), service) {
			t.Errorf("created %+v", r)
		}
		if ps := get(w.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &name}))(t).AttachedPolicies; len(ps) != 1 || !strings.Contains(*ps[0].PolicyArn, "policy/aws-service-role/") {
			t.Errorf("policies %+v", ps)
		}
	}
	const replication = "replication.ecr.amazonaws.com"
	role := str("AWSServiceRoleForECRReplication")
	refused(w.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: str(replication)}))(t, 400, "InvalidInput",
		"Service role name AWSServiceRoleForECRReplication has been taken in this account, please try a different suffix.")
	refused(w.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: str(replication), CustomSuffix: str("x")}))(t, 400, "InvalidInput", "Custom suffix is not allowed for "+replication)
	refused(w.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: str("x.example.com")}))(t, 400, "InvalidInput",
		"x.example.com is not a valid service principal for service-linked roles of this server.")

	// Nobody but the service may change them, or make another role where control policies do not reach.
	const protected = "Cannot perform the operation on the protected role 'AWSServiceRoleForECRReplication' - this role is only modifiable by AWS"
	refused(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: str(trust)}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: str(readOnly)}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: str(readOnly)}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: str("p"), PolicyDocument: str(document)}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: str("p")}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: str(readOnly)}))(t, 400, "UnmodifiableEntity", protected)
	refused(w.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: role, MaxSessionDuration: aws.Int32(7200)}))(t, 400, "UnmodifiableEntity", protected)
	get(w.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: role, Description: str("d")}))(t)
	refused(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("mine"), Path: str("/aws-service-role/" + replication + "/"), AssumeRolePolicyDocument: str(trust)}))(t, 400, "InvalidInput",
		"The path /aws-service-role/ is reserved for service-linked roles.")

	task := get(w.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: role}))(t).DeletionTaskId
	if !strings.HasPrefix(*task, "task/aws-service-role/"+replication+"/AWSServiceRoleForECRReplication/") {
		t.Errorf("task %s", *task)
	}
	if s := get(w.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task}))(t).Status; s != types.DeletionTaskStatusTypeSucceeded {
		t.Errorf("status %s", s)
	}
	refused(w.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: str(*task + "0")}))(t, 404, "NoSuchEntity", "The deletion task with name "+*task+"0 cannot be found.")
	refused(w.GetRole(ctx, &iam.GetRoleInput{RoleName: role}))(t, 404, "NoSuchEntity", "The role with name "+*role+" cannot be found.")
	get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("mine"), AssumeRolePolicyDocument: str(trust)}))(t)
	refused(w.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: str("mine")}))(t, 400, "InvalidInput", "The role mine is not a service-linked role.")

	// A policy may name the service that roles are made for.
	alice := w.as("alice", policyOf(`{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"*","Condition":{"StringLike":{"iam:AWSServiceName":"`+replication+`"}}}`))
	get(alice.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: str(replication)}))(t)
	_, err := alice.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: str("ecr.amazonaws.com")})
	if e := (smithy.APIError)(nil); !errors.As(err, &e) || e.ErrorCode() != "AccessDenied" {
		t.Errorf("error %v, want AccessDenied", err)
	}
}

func TestAuthorizationDetails(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	local := get(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: str("local"), PolicyDocument: str(document)}))(t).Policy.Arn
	get(w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: local, PolicyDocument: str(document), SetAsDefault: true}))(t)
	get(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: str("devs")}))(t)
	get(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: str("devs"), PolicyName: str("g"), PolicyDocument: str(document)}))(t)
	for _, name := range []string{"alice", "bob"} {
		get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: &name, PermissionsBoundary: str(readOnly), Tags: []types.Tag{{Key: str("k"), Value: str("v")}}}))(t)
		get(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: str("devs"), UserName: &name}))(t)
		get(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: str("own"), PolicyDocument: str(document)}))(t)
		get(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: local}))(t)
	}
	get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("node"), AssumeRolePolicyDocument: str(trust)}))(t)
	get(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: str("node"), PolicyArn: local}))(t)
	get(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: str("i")}))(t)
	get(w.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: str("i"), RoleName: str("node")}))(t)

	all := get(w.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{}))(t)
	if len(all.UserDetailList) != 2 || len(all.GroupDetailList) != 1 || len(all.RoleDetailList) != 1 || len(all.Policies) != 2 {
		t.Fatalf("details %+v", all)
	}
	u := all.UserDetailList[0]
	if *u.UserName != "alice" || decoded(t, u.UserPolicyList[0].PolicyDocument) != document || !slices.Equal(u.GroupList, []string{"devs"}) ||
		*u.AttachedManagedPolicies[0].PolicyName != "local" || *u.PermissionsBoundary.PermissionsBoundaryArn != readOnly || len(u.Tags) != 1 {
		t.Errorf("user %+v", u)
	}
	if g := all.GroupDetailList[0]; *g.GroupPolicyList[0].PolicyName != "g" || len(g.AttachedManagedPolicies) != 0 {
		t.Errorf("group %+v", g)
	}
	if r := all.RoleDetailList[0]; decoded(t, r.AssumeRolePolicyDocument) != trust || *r.InstanceProfileList[0].Roles[0].RoleName != "node" || r.RoleLastUsed == nil {
		t.Errorf("role %+v", r)
	}
	p := all.Policies[0]
	if *p.Arn != *local || *p.DefaultVersionId != "v2" || *p.AttachmentCount != 3 || len(p.PolicyVersionList) != 2 || decoded(t, p.PolicyVersionList[1].Document) != document {
		t.Errorf("policy %+v", p)
	}
	if p := all.Policies[1]; *p.Arn != readOnly || *p.PermissionsBoundaryUsageCount != 2 || !p.PolicyVersionList[0].IsDefaultVersion {
		t.Errorf("policy of AWS %+v", p)
	}
	only := get(w.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeRole, types.EntityTypeAWSManagedPolicy}}))(t)
	if len(only.UserDetailList)+len(only.GroupDetailList) != 0 || len(only.RoleDetailList) != 1 || len(only.Policies) != 1 || *only.Policies[0].Arn != readOnly {
		t.Errorf("filtered %+v", only)
	}
	for size := int32(1); size <= 6; size++ {
		var names []string
		pages := iam.NewGetAccountAuthorizationDetailsPaginator(w, &iam.GetAccountAuthorizationDetailsInput{MaxItems: &size})
		for pages.HasMorePages() {
			part := get(pages.NextPage(ctx))(t)
			before := len(names)
			for _, u := range part.UserDetailList {
				names = append(names, *u.UserName)
			}
			for _, g := range part.GroupDetailList {
				names = append(names, *g.GroupName)
			}
			for _, r := range part.RoleDetailList {
				names = append(names, *r.RoleName)
			}
			for _, p := range part.Policies {
				names = append(names, *p.PolicyName)
			}
			if n := len(names) - before; n > int(size) || n == 0 {
				t.Errorf("%d items on a page of %d", n, size)
			}
		}
		if d := cmp.Diff([]string{"alice", "bob", "devs", "node", "local", "AmazonEC2ContainerRegistryReadOnly"}, names); d != "" {
			t.Errorf("pages of %d: %s", size, d)
		}
	}
}

func TestCredentialReport(t *testing.T) {
	now := time.Now()
	s := servertest.Start(t, func(c *server.Config) { c.Now = func() time.Time { return now } })
	root := s.AWS(s.Account(account))
	w, ctx := &world{s, iam.NewFromConfig(root), t}, t.Context()
	refused(w.GetCredentialReport(ctx, &iam.GetCredentialReportInput{}))(t, 410, "ReportNotPresent", "No report exists. Generate one first.")
	alice := w.as("alice", policyOf(`{"Effect":"Allow","Action":"iam:*","Resource":"*"}`))
	get(alice.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("bob")}))(t)
	get(w.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MaxPasswordAge: aws.Int32(30)}))(t)
	get(w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: str("bob"), Password: str("First-Pa55word")}))(t)

	if g := get(w.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{}))(t); g.State != types.ReportStateTypeStarted || *g.Description != "No report exists. Starting a new report generation task" {
		t.Errorf("generated %+v", g)
	}
	if g := get(w.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{}))(t); g.State != types.ReportStateTypeComplete {
		t.Errorf("generated %+v", g)
	}
	r := get(w.GetCredentialReport(ctx, &iam.GetCredentialReportInput{}))(t)
	rows, err := csv.NewReader(strings.NewReader(string(r.Content))).ReadAll()
	if err != nil || r.ReportFormat != types.ReportFormatTypeTextCsv || len(rows) != 4 || strings.Join(rows[0], ",") != reportHead {
		t.Fatalf("report %s, %v", r.Content, err)
	}
	at := now.UTC().Format("2006-01-02T15:04:05+00:00")
	later := now.UTC().AddDate(0, 0, 30).Format("2006-01-02T15:04:05+00:00")
	const noKey, noCerts = ",false,N/A,N/A,N/A,N/A", ",false,N/A,false,N/A"
	for i, want := range []string{
		"<root_account>,arn:aws:iam::111122223333:root," + at + ",not_supported,no_information,not_supported,not_supported,false,true," + at + "," + at + ",us-east-1,iam" + noKey + noCerts,
		"alice,arn:aws:iam::111122223333:user/alice," + at + ",false,N/A,N/A,N/A,false,true," + at + "," + at + ",us-east-1,iam" + noKey + noCerts,
		"bob,arn:aws:iam::111122223333:user/bob," + at + ",true,no_information," + at + "," + later + ",false" + noKey + noKey + noCerts,
	} {
		if got := strings.Join(rows[i+1], ","); got != want {
			t.Errorf("row  %s\nwant %s", got, want)
		}
	}
}

const reportHead = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

func TestPoliciesGrantingServiceAccess(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	u := get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("alice")}))(t).User
	get(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: str("devs")}))(t)
	get(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: str("devs"), UserName: u.UserName}))(t)
	get(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: u.UserName, PolicyArn: str(readOnly)}))(t)
	for name, statement := range map[string]string{
		"all":     `{"Effect":"Allow","Action":"*","Resource":"*"}`,
		"denies":  `{"Effect":"Deny","Action":"*","Resource":"*"}`,
		"not-ecr": `{"Effect":"Allow","NotAction":"ecr:*","Resource":"*"}`,
		"not-put": `{"Effect":"Allow","NotAction":["ecr:PutImage","sts:*"],"Resource":"*"}`,
	} {
		get(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: str("devs"), PolicyName: &name, PolicyDocument: str(policyOf(statement))}))(t)
	}
	out := get(w.ListPoliciesGrantingServiceAccess(ctx, &iam.ListPoliciesGrantingServiceAccessInput{Arn: u.Arn, ServiceNamespaces: []string{"ecr", "sts"}}))(t)
	var got []string
	for _, l := range out.PoliciesGrantingServiceAccess {
		for _, p := range l.Policies {
			got = append(got, strings.TrimSpace(strings.Join([]string{*l.ServiceNamespace, *p.PolicyName, string(p.PolicyType), aws.ToString(p.PolicyArn), string(p.EntityType), aws.ToString(p.EntityName)}, " ")))
		}
	}
	want := []string{
		"ecr all INLINE  GROUP devs", "ecr not-put INLINE  GROUP devs", "ecr AmazonEC2ContainerRegistryReadOnly MANAGED " + readOnly,
		"sts all INLINE  GROUP devs", "sts not-ecr INLINE  GROUP devs",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Credentials of GetSessionToken, which are without MFA here, do not reach IAM.
func TestSessionTokensDoNotReachIAM(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	for name, c := range map[string]*iam.Client{"root": w.Client, "user": w.as("alice", policyOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`))} {
		cfg := w.AWS(aws.Credentials{})
		cfg.Credentials = c.Options().Credentials
		get(c.ListUsers(ctx, &iam.ListUsersInput{}))(t)
		s := get(sts.NewFromConfig(cfg).GetSessionToken(ctx, &sts.GetSessionTokenInput{}))(t).Credentials
		session := w.AWS(aws.Credentials{AccessKeyID: *s.AccessKeyId, SecretAccessKey: *s.SecretAccessKey, SessionToken: *s.SessionToken})
		refused(iam.NewFromConfig(session).ListUsers(ctx, &iam.ListUsersInput{}))(t, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
		if id := get(sts.NewFromConfig(session).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t); *id.Account != account {
			t.Errorf("%s is %s", name, *id.Arn)
		}
	}
	role := get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("admin"), AssumeRolePolicyDocument: str(trust)}))(t).Role
	get(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: str("admin"), PolicyArn: str("arn:aws:iam::aws:policy/AdministratorAccess")}))(t)
	cfg := w.AWS(aws.Credentials{})
	cfg.Credentials = iam.NewFromConfig(w.AWS(w.keyOf("alice"))).Options().Credentials
	s := get(sts.NewFromConfig(cfg).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role.Arn, RoleSessionName: str("session")}))(t).Credentials
	session := w.AWS(aws.Credentials{AccessKeyID: *s.AccessKeyId, SecretAccessKey: *s.SecretAccessKey, SessionToken: *s.SessionToken})
	get(iam.NewFromConfig(session).ListUsers(ctx, &iam.ListUsersInput{}))(t)
}

// keyOf makes another access key for a user.
func (w *world) keyOf(user string) aws.Credentials {
	w.t.Helper()
	k := get(w.CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{UserName: &user}))(w.t).AccessKey
	return aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey}
}
