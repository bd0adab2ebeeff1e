package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

const (
	trustEC2 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}`
	push     = `{"Version":"2012-10-17","Statement":[{"Sid":"Push1","Effect":"Allow","Action":["ecr:PutImage"],"Resource":"*"}]}`
	// What AWS parses and Terraform compares must come back as it was sent:
	// spaces, order, escapes.
	pull     = "{\n  \"Statement\": {\"Resource\": \"*\", \"Action\": [\"ecr:BatchGetImage\"],\t\"Effect\": \"Allow\", \"Condition\": {\"StringLike\": {\"aws:PrincipalTag/x\": \"a+b %2B \\u00e9 é/*\"}}},\n  \"Version\": \"2012-10-17\"\n}"
	readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
)

// waitTimeout is far above what a waiter of the SDK has to wait.
const waitTimeout = time.Minute

// must is the answer of a call that has to succeed.
func must[T any](out T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// refused checks that a call fails with the code, which decides whether the
// provider waits, tries again, forgets the resource or gives up.
func refused(t *testing.T, code string, err error) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got error %v, want %s", err, code)
	}
}

// equal compares what the provider would keep in its state.
func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// document checks a policy document of IAM's: what the provider makes of its
// encoding must be the text that was sent. (It would also take an equivalent
// policy, so it is the weaker judge.)
func document(t *testing.T, want string, encoded *string) {
	t.Helper()
	if encoded == nil {
		t.Errorf("no policy document, want %s", want)
		return
	}
	got, err := url.QueryUnescape(*encoded)
	if err != nil {
		t.Error(err)
	}
	equal(t, "policy document", want, got)
}

func tags(pairs ...string) []iamtypes.Tag {
	var list []iamtypes.Tag
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, iamtypes.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return list
}

// tagMap is what the provider keeps of tags, whatever their order.
func tagMap(list []iamtypes.Tag) map[string]string {
	m := make(map[string]string)
	for _, tag := range list {
		m[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return m
}

// TestProviderCalls makes the calls that the AWS provider makes for each
// resource's life, in its order, and looks at the answers as it does: what is
// absent is not the same as what is empty, an error's code decides.
func TestProviderCalls(t *testing.T) {
	a := newAccount(t)
	for _, resource := range []struct {
		name string
		life func(*account, *testing.T)
	}{
		{"aws_caller_identity", (*account).callerIdentity},
		{"aws_iam_user", (*account).user},
		{"aws_iam_access_key", (*account).accessKey},
		{"aws_iam_user_login_profile", (*account).loginProfile},
		{"aws_iam_user_policy", (*account).userPolicy},
		{"aws_iam_group", (*account).group},
		{"aws_iam_group_membership", (*account).groupMembership},
		{"aws_iam_policy", (*account).policy},
		{"aws_iam_role", (*account).role},
		{"aws_iam_role_policy", (*account).rolePolicy},
		{"aws_iam_role_policy_attachment", (*account).rolePolicyAttachment},
		{"aws_iam_instance_profile", (*account).instanceProfile},
		{"aws_iam_openid_connect_provider", (*account).openIDConnectProvider},
		{"aws_iam_service_linked_role", (*account).serviceLinkedRole},
		{"aws_iam_account_alias", (*account).alias},
		{"aws_iam_account_password_policy", (*account).passwordPolicy},
		{"aws_ecr_repository", (*account).repository},
		{"aws_ecr_repository_policy", (*account).repositoryPolicy},
	} {
		ended := t.Run(resource.name, func(t *testing.T) {
			resource.life(a, t)
			if left := a.left(t); len(left) > 0 {
				t.Errorf("after its life there are %q", left)
			}
		})
		if !ended {
			return // what is left of it would be in the way of the others
		}
	}
}

func iamARN(resource string) string { return "arn:aws:iam::" + blackbox.Owner + ":" + resource }

// Fixtures for the resources that belong to others.

func (a *account) newUser(t *testing.T, name string) {
	t.Helper()
	must(a.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name, Path: aws.String("/")}))(t)
}

func (a *account) endUser(t *testing.T, name string) {
	t.Helper()
	must(a.iam.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: &name}))(t)
}

func (a *account) newRole(t *testing.T, name string) {
	t.Helper()
	must(a.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, Path: aws.String("/"), AssumeRolePolicyDocument: aws.String(trustEC2)}))(t)
}

func (a *account) endRole(t *testing.T, name string) {
	t.Helper()
	must(a.iam.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name}))(t)
}

func (a *account) callerIdentity(t *testing.T) {
	out := must(a.sts.GetCallerIdentity(t.Context(), nil))(t)
	equal(t, "caller", []string{blackbox.Owner, iamARN("user/admin")}, []string{*out.Account, *out.Arn})
	if !strings.HasPrefix(aws.ToString(out.UserId), "AIDA") {
		t.Errorf("the user's id is %q", aws.ToString(out.UserId))
	}
}

func (a *account) user(t *testing.T) {
	ctx := t.Context()
	name := aws.String("builder")
	type state struct {
		Name, Path, ARN, Boundary string
		Tags                      map[string]string
	}
	read := func(name *string) state {
		t.Helper()
		u := must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: name}))(t).User
		s := state{*u.UserName, *u.Path, *u.Arn, "", tagMap(u.Tags)}
		if u.PermissionsBoundary != nil { // the provider looks no further when it is nil
			s.Boundary = *u.PermissionsBoundary.PermissionsBoundaryArn
		}
		return s
	}

	refused(t, "NoSuchEntity", failure(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: name})))
	created := must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: aws.String("/ci/"), PermissionsBoundary: aws.String(readOnly), Tags: tags("Team", "a", "Empty", "")}))(t).User
	// The provider notices when a partition ignores tags by their absence here.
	equal(t, "tags of CreateUser", map[string]string{"Team": "a", "Empty": ""}, tagMap(created.Tags))
	equal(t, "user", state{"builder", "/ci/", iamARN("user/ci/builder"), readOnly, map[string]string{"Team": "a", "Empty": ""}}, read(name))

	must(a.iam.UntagUser(ctx, &iam.UntagUserInput{UserName: name, TagKeys: []string{"Empty"}}))(t)
	must(a.iam.TagUser(ctx, &iam.TagUserInput{UserName: name, Tags: tags("Team", "b")}))(t)
	must(a.iam.UpdateUser(ctx, &iam.UpdateUserInput{UserName: name, NewUserName: aws.String("maker"), NewPath: aws.String("/")}))(t)
	name = aws.String("maker")
	must(a.iam.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}))(t)
	equal(t, "renamed user", state{"maker", "/", iamARN("user/maker"), "arn:aws:iam::aws:policy/AdministratorAccess", map[string]string{"Team": "b"}}, read(name))
	must(a.iam.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: name}))(t)
	must(a.iam.UntagUser(ctx, &iam.UntagUserInput{UserName: name, TagKeys: []string{"Team"}}))(t)
	equal(t, "bare user", state{"maker", "/", iamARN("user/maker"), "", map[string]string{}}, read(name))
	refused(t, "NoSuchEntity", failure(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("builder")})))

	// Deleted by force: everything of the user's is listed and goes first.
	key := must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t).AccessKey
	must(a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(push)}))(t)
	must(a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: aws.String(readOnly)}))(t)
	refused(t, "DeleteConflict", failure(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})))
	equal(t, "groups", 0, len(must(a.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: name}))(t).Groups))
	for _, policy := range must(a.iam.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: name}))(t).PolicyNames {
		must(a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: name, PolicyName: &policy}))(t)
	}
	for _, policy := range must(a.iam.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: name}))(t).AttachedPolicies {
		must(a.iam.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: policy.PolicyArn}))(t)
	}
	for _, k := range must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name}))(t).AccessKeyMetadata {
		equal(t, "access key", *key.AccessKeyId, *k.AccessKeyId)
		must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: k.AccessKeyId}))(t)
	}
	equal(t, "SSH keys", 0, len(must(a.iam.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: name}))(t).SSHPublicKeys))
	equal(t, "virtual MFA devices", 0, len(must(a.iam.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: iamtypes.AssignmentStatusTypeAssigned}))(t).VirtualMFADevices))
	equal(t, "MFA devices", 0, len(must(a.iam.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: name}))(t).MFADevices))
	refused(t, "NoSuchEntity", failure(a.iam.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: name})))
	equal(t, "certificates", 0, len(must(a.iam.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: name}))(t).Certificates))
	equal(t, "credentials of services", 0, len(must(a.iam.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: name}))(t).ServiceSpecificCredentials))
	a.endUser(t, "maker")
	refused(t, "NoSuchEntity", failure(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})))
}

func (a *account) accessKey(t *testing.T) {
	ctx := t.Context()
	name := aws.String("builder")
	refused(t, "NoSuchEntity", failure(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})))
	a.newUser(t, *name)
	key := must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t).AccessKey
	if key == nil || aws.ToString(key.SecretAccessKey) == "" || key.CreateDate == nil {
		t.Fatal("CreateAccessKey returned no secret, or no date")
	}
	read := func() iamtypes.StatusType {
		t.Helper()
		list := must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name}))(t).AccessKeyMetadata
		if len(list) != 1 || *list[0].AccessKeyId != *key.AccessKeyId || *list[0].UserName != *name || !list[0].CreateDate.Equal(*key.CreateDate) {
			t.Fatalf("ListAccessKeys answered %+v", list)
		}
		return list[0].Status
	}
	equal(t, "status", iamtypes.StatusTypeActive, read())
	signer := blackbox.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}
	equal(t, "caller", iamARN("user/builder"), must(a.whoami(t, signer))(t))
	must(a.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: key.AccessKeyId, Status: iamtypes.StatusTypeInactive}))(t)
	equal(t, "status", iamtypes.StatusTypeInactive, read())
	refused(t, "InvalidClientTokenId", failure(a.whoami(t, signer)))

	gone := &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: key.AccessKeyId}
	must(a.iam.DeleteAccessKey(ctx, gone))(t)
	equal(t, "keys", 0, len(must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name}))(t).AccessKeyMetadata))
	refused(t, "NoSuchEntity", failure(a.iam.DeleteAccessKey(ctx, gone)))
	a.endUser(t, *name)
	refused(t, "NoSuchEntity", failure(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name})))
}

func (a *account) loginProfile(t *testing.T) {
	ctx := t.Context()
	name := aws.String("builder")
	a.newUser(t, *name)
	refused(t, "NoSuchEntity", failure(a.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: name})))
	must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("Correct-Horse-Battery-7"), PasswordResetRequired: true}))(t)
	profile := must(a.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: name}))(t).LoginProfile
	equal(t, "reset required", true, profile.PasswordResetRequired)
	must(a.iam.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: name}))(t)
	a.endUser(t, *name)
}

func (a *account) userPolicy(t *testing.T) {
	ctx := t.Context()
	user, name := aws.String("builder"), aws.String("push")
	a.newUser(t, *user)
	get := &iam.GetUserPolicyInput{UserName: user, PolicyName: name}
	refused(t, "NoSuchEntity", failure(a.iam.GetUserPolicy(ctx, get)))
	for _, text := range []string{push, pull} {
		must(a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: name, PolicyDocument: &text}))(t)
		document(t, text, must(a.iam.GetUserPolicy(ctx, get))(t).PolicyDocument)
	}
	must(a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name}))(t)
	refused(t, "NoSuchEntity", failure(a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name})))
	a.endUser(t, *user)
	refused(t, "NoSuchEntity", failure(a.iam.GetUserPolicy(ctx, get)))
}

func (a *account) group(t *testing.T) {
	ctx := t.Context()
	name := aws.String("builders")
	refused(t, "NoSuchEntity", failure(a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: name})))
	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name, Path: aws.String("/ci/")}))(t)
	read := func() [3]string {
		t.Helper()
		g := must(a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: name}))(t).Group
		return [3]string{*g.GroupName, *g.Path, *g.Arn}
	}
	equal(t, "group", [3]string{"builders", "/ci/", iamARN("group/ci/builders")}, read())
	must(a.iam.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: name, NewGroupName: aws.String("makers"), NewPath: aws.String("/")}))(t)
	name = aws.String("makers")
	equal(t, "renamed group", [3]string{"makers", "/", iamARN("group/makers")}, read())

	must(a.iam.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(pull)}))(t)
	document(t, pull, must(a.iam.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: name, PolicyName: aws.String("p")}))(t).PolicyDocument)
	refused(t, "DeleteConflict", failure(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: name})))
	must(a.iam.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: name, PolicyName: aws.String("p")}))(t)
	must(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: name}))(t)
}

func (a *account) groupMembership(t *testing.T) {
	ctx := t.Context()
	group := aws.String("builders")
	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: group, Path: aws.String("/")}))(t)
	for _, user := range []string{"a", "b", "c"} {
		a.newUser(t, user)
	}
	add := func(user string) {
		t.Helper()
		must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: &user}))(t)
	}
	remove := func(user string) error {
		return failure(a.iam.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: group, UserName: &user}))
	}
	read := func() []string {
		t.Helper()
		var users []string
		pages := iam.NewGetGroupPaginator(a.iam, &iam.GetGroupInput{GroupName: group, MaxItems: aws.Int32(1)})
		for pages.HasMorePages() {
			for _, u := range must(pages.NextPage(ctx))(t).Users {
				users = append(users, *u.UserName)
			}
		}
		return users
	}
	add("a")
	add("b")
	add("a") // someone was faster
	equal(t, "members", []string{"a", "b"}, read())
	if err := remove("a"); err != nil {
		t.Error(err)
	}
	refused(t, "NoSuchEntity", remove("a"))
	add("c")
	equal(t, "members", []string{"b", "c"}, read())
	for _, user := range []string{"b", "c"} {
		if err := remove(user); err != nil {
			t.Error(err)
		}
	}
	for _, user := range []string{"a", "b", "c"} {
		a.endUser(t, user)
	}
	refused(t, "NoSuchEntity", remove("a"))
	must(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group}))(t)
	refused(t, "NoSuchEntity", failure(a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: group})))
}

func (a *account) policy(t *testing.T) {
	ctx := t.Context()
	created := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("push"), Path: aws.String("/ci/"), Description: aws.String("a + b %"),
		PolicyDocument: aws.String(push), Tags: tags("Team", "a")}))(t).Policy
	policy := created.Arn
	equal(t, "ARN", iamARN("policy/ci/push"), *policy)
	equal(t, "tags of CreatePolicy", map[string]string{"Team": "a"}, tagMap(created.Tags))
	read := func(text, version, description string, count int32, tags map[string]string) {
		t.Helper()
		p := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: policy}))(t).Policy
		type state struct {
			Name, Path, Version, Description string
			Count                            int32
			Tags                             map[string]string
		}
		equal(t, "policy", state{"push", "/ci/", version, description, count, tags},
			state{*p.PolicyName, *p.Path, *p.DefaultVersionId, aws.ToString(p.Description), *p.AttachmentCount, tagMap(p.Tags)})
		document(t, text, must(a.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: policy, VersionId: p.DefaultVersionId}))(t).PolicyVersion.Document)
	}
	read(push, "v1", "a + b %", 0, map[string]string{"Team": "a"})

	// An update is a new version; before the sixth the provider deletes the
	// oldest, which it finds by date.
	must(a.iam.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: policy, Tags: tags("Team", "b")}))(t)
	for n := 2; n <= 8; n++ {
		versions := must(a.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: policy}))(t).Versions
		if len(versions) >= 5 {
			refused(t, "LimitExceeded", failure(a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: policy, PolicyDocument: aws.String(pull), SetAsDefault: true})))
			var oldest *iamtypes.PolicyVersion
			for i, v := range versions {
				if !v.IsDefaultVersion && (oldest == nil || v.CreateDate.Before(*oldest.CreateDate)) {
					oldest = &versions[i]
				}
			}
			must(a.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: policy, VersionId: oldest.VersionId}))(t)
		}
		text := []string{push, pull}[n%2]
		must(a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: policy, PolicyDocument: &text, SetAsDefault: true}))(t)
		read(text, fmt.Sprintf("v%d", n), "a + b %", 0, map[string]string{"Team": "b"})
	}

	a.newRole(t, "node")
	attachment := &iam.AttachRolePolicyInput{RoleName: aws.String("node"), PolicyArn: policy}
	must(a.iam.AttachRolePolicy(ctx, attachment))(t)
	read(push, "v8", "a + b %", 1, map[string]string{"Team": "b"})
	destroy := func() error {
		for _, v := range must(a.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: policy}))(t).Versions {
			if !v.IsDefaultVersion {
				must(a.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: policy, VersionId: v.VersionId}))(t)
			}
		}
		return failure(a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: policy}))
	}
	refused(t, "DeleteConflict", destroy())
	must(a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: attachment.RoleName, PolicyArn: policy}))(t)
	if err := destroy(); err != nil {
		t.Error(err)
	}
	a.endRole(t, "node")
	refused(t, "NoSuchEntity", failure(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: policy})))
	refused(t, "NoSuchEntity", failure(a.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: policy, VersionId: aws.String("v8")})))
	refused(t, "NoSuchEntity", failure(a.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: policy})))
}

func (a *account) role(t *testing.T) {
	ctx := t.Context()
	name := aws.String("node")
	type state struct {
		Path, ARN   string
		Description *string
		Duration    int32
		Boundary    string
		Tags        map[string]string
		Inline      []string
		Attached    []string
	}
	read := func(trust string) state {
		t.Helper()
		r := must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name}))(t).Role
		document(t, trust, r.AssumeRolePolicyDocument)
		s := state{Path: *r.Path, ARN: *r.Arn, Description: r.Description, Duration: *r.MaxSessionDuration, Tags: tagMap(r.Tags)}
		if r.PermissionsBoundary != nil {
			s.Boundary = *r.PermissionsBoundary.PermissionsBoundaryArn
		}
		s.Inline = must(a.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name}))(t).PolicyNames
		if len(s.Inline) == 0 {
			s.Inline = nil
		}
		for _, p := range must(a.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name}))(t).AttachedPolicies {
			s.Attached = append(s.Attached, *p.PolicyArn)
		}
		return s
	}

	// The provider tries again as long as the message says this.
	trustUser := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":%q}}]}`, iamARN("user/builder"))
	in := &iam.CreateRoleInput{RoleName: name, Path: aws.String("/nodes/"), AssumeRolePolicyDocument: &trustUser, MaxSessionDuration: aws.Int32(7200),
		PermissionsBoundary: aws.String(readOnly), Tags: tags("Team", "a")}
	err := failure(a.iam.CreateRole(ctx, in))
	refused(t, "MalformedPolicyDocument", err)
	if err == nil || !strings.Contains(err.Error(), "Invalid principal in policy") {
		t.Errorf("for a principal that does not exist: %v", err)
	}
	a.newUser(t, "builder")
	created := must(a.iam.CreateRole(ctx, in))(t).Role
	equal(t, "tags of CreateRole", map[string]string{"Team": "a"}, tagMap(created.Tags))
	arn := iamARN("role/nodes/node")
	equal(t, "role", state{"/nodes/", arn, nil, 7200, readOnly, map[string]string{"Team": "a"}, nil, nil}, read(trustUser))
	refused(t, "EntityAlreadyExists", failure(a.iam.CreateRole(ctx, in)))

	must(a.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(trustEC2)}))(t)
	must(a.iam.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: name, Description: aws.String("pulls")}))(t)
	must(a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(3600)}))(t)
	must(a.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: name}))(t)
	must(a.iam.TagRole(ctx, &iam.TagRoleInput{RoleName: name, Tags: tags("Team", "b", "New", "")}))(t)
	// UpdateRole without a description leaves the one there is.
	equal(t, "updated role", state{"/nodes/", arn, aws.String("pulls"), 3600, "", map[string]string{"Team": "b", "New": ""}, nil, nil}, read(trustEC2))
	must(a.iam.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: name, Description: aws.String("")}))(t)
	must(a.iam.UntagRole(ctx, &iam.UntagRoleInput{RoleName: name, TagKeys: []string{"New", "Team"}}))(t)
	got := read(trustEC2)
	equal(t, "description", "", aws.ToString(got.Description))
	equal(t, "tags", map[string]string{}, got.Tags)

	// Deleted with force_detach_policies.
	must(a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(push)}))(t)
	must(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String(readOnly)}))(t)
	got = read(trustEC2)
	equal(t, "policies", [][]string{{"p"}, {readOnly}}, [][]string{got.Inline, got.Attached})
	refused(t, "DeleteConflict", failure(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})))
	equal(t, "profiles", 0, len(must(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name}))(t).InstanceProfiles))
	must(a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: aws.String(readOnly)}))(t)
	must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("p")}))(t)
	a.endRole(t, *name)
	a.endUser(t, "builder")
	refused(t, "NoSuchEntity", failure(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name})))
	refused(t, "NoSuchEntity", failure(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name})))
}

func (a *account) rolePolicy(t *testing.T) {
	ctx := t.Context()
	role, name := aws.String("node"), aws.String("pull")
	a.newRole(t, *role)
	get := &iam.GetRolePolicyInput{RoleName: role, PolicyName: name}
	refused(t, "NoSuchEntity", failure(a.iam.GetRolePolicy(ctx, get)))
	for _, text := range []string{pull, push} {
		must(a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: &text}))(t)
		document(t, text, must(a.iam.GetRolePolicy(ctx, get))(t).PolicyDocument)
	}
	must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name}))(t)
	refused(t, "NoSuchEntity", failure(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name})))
	a.endRole(t, *role)
}

func (a *account) rolePolicyAttachment(t *testing.T) {
	ctx := t.Context()
	role := aws.String("node")
	attach, list := &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String(readOnly)}, &iam.ListAttachedRolePoliciesInput{RoleName: role}
	refused(t, "NoSuchEntity", failure(a.iam.AttachRolePolicy(ctx, attach)))
	a.newRole(t, *role)
	refused(t, "NoSuchEntity", failure(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String(iamARN("policy/absent"))})))
	must(a.iam.AttachRolePolicy(ctx, attach))(t)
	must(a.iam.AttachRolePolicy(ctx, attach))(t)
	attached := must(a.iam.ListAttachedRolePolicies(ctx, list))(t).AttachedPolicies
	if len(attached) != 1 || *attached[0].PolicyArn != readOnly {
		t.Errorf("attached are %+v", attached)
	}
	detach := &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: aws.String(readOnly)}
	must(a.iam.DetachRolePolicy(ctx, detach))(t)
	equal(t, "attached", 0, len(must(a.iam.ListAttachedRolePolicies(ctx, list))(t).AttachedPolicies))
	refused(t, "NoSuchEntity", failure(a.iam.DetachRolePolicy(ctx, detach)))
	a.endRole(t, *role)
	refused(t, "NoSuchEntity", failure(a.iam.ListAttachedRolePolicies(ctx, list)))
}

func (a *account) instanceProfile(t *testing.T) {
	ctx := t.Context()
	name := aws.String("nodes")
	a.newRole(t, "one")
	a.newRole(t, "two")
	created := must(a.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: name, Path: aws.String("/nodes/"), Tags: tags("Team", "a")}))(t).InstanceProfile
	equal(t, "tags of CreateInstanceProfile", map[string]string{"Team": "a"}, tagMap(created.Tags))
	if err := iam.NewInstanceProfileExistsWaiter(a.iam).Wait(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name}, waitTimeout); err != nil {
		t.Error(err)
	}
	read := func(tags map[string]string, roles ...string) {
		t.Helper()
		p := must(a.iam.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name}))(t).InstanceProfile
		equal(t, "profile", []string{"/nodes/", iamARN("instance-profile/nodes/nodes")}, []string{*p.Path, *p.Arn})
		equal(t, "tags", tags, tagMap(p.Tags))
		var got []string
		for _, r := range p.Roles {
			got = append(got, *r.RoleName)
			document(t, trustEC2, r.AssumeRolePolicyDocument)
		}
		equal(t, "roles", roles, got)
	}
	read(map[string]string{"Team": "a"})
	add := func(role string) error {
		return failure(a.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: &role}))
	}
	remove := func(role string) error {
		return failure(a.iam.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: name, RoleName: &role}))
	}
	if err := add("one"); err != nil {
		t.Error(err)
	}
	read(map[string]string{"Team": "a"}, "one")
	refused(t, "LimitExceeded", add("two"))
	refused(t, "DeleteConflict", failure(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("one")})))
	refused(t, "DeleteConflict", failure(a.iam.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: name})))

	must(a.iam.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: name, Tags: tags("Team", "b")}))(t)
	if err := errors.Join(remove("one"), add("two")); err != nil {
		t.Error(err)
	}
	read(map[string]string{"Team": "b"}, "two")
	refused(t, "NoSuchEntity", remove("one"))

	// A role goes with its place in the profile.
	profiles := must(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: aws.String("two")}))(t).InstanceProfiles
	if len(profiles) != 1 || *profiles[0].InstanceProfileName != *name {
		t.Errorf("profiles of the role: %+v", profiles)
	}
	if err := remove("two"); err != nil {
		t.Error(err)
	}
	must(a.iam.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: name}))(t)
	refused(t, "NoSuchEntity", failure(a.iam.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name})))
	a.endRole(t, "one")
	a.endRole(t, "two")
}

func (a *account) openIDConnectProvider(t *testing.T) {
	ctx := t.Context()
	in := &iam.CreateOpenIDConnectProviderInput{Url: aws.String("https://oidc.example.com/id/CLUSTER"), ClientIDList: []string{"sts.amazonaws.com"},
		ThumbprintList: []string{"9e99a48a9960b14926bb7f3b02e22da2b0ab7280"}, Tags: tags("Team", "a")}
	created := must(a.iam.CreateOpenIDConnectProvider(ctx, in))(t)
	provider := created.OpenIDConnectProviderArn
	equal(t, "ARN", iamARN("oidc-provider/oidc.example.com/id/CLUSTER"), *provider)
	equal(t, "tags of CreateOpenIDConnectProvider", map[string]string{"Team": "a"}, tagMap(created.Tags))
	read := func(clients, thumbprints []string, tags map[string]string) {
		t.Helper()
		p := must(a.iam.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider}))(t)
		slices.Sort(p.ClientIDList) // a set
		equal(t, "URL", "oidc.example.com/id/CLUSTER", *p.Url)
		equal(t, "lists", [][]string{clients, thumbprints}, [][]string{p.ClientIDList, p.ThumbprintList})
		equal(t, "tags", tags, tagMap(p.Tags))
	}
	read(in.ClientIDList, in.ThumbprintList, map[string]string{"Team": "a"})
	refused(t, "EntityAlreadyExists", failure(a.iam.CreateOpenIDConnectProvider(ctx, in)))

	must(a.iam.TagOpenIDConnectProvider(ctx, &iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, Tags: tags("Team", "b")}))(t)
	// In this order, which is not the alphabet's: it is a list.
	thumbprints := []string{"9e99a48a9960b14926bb7f3b02e22da2b0ab7280", "06b25927c42a721631c1efd9431e648fa62e1e39"}
	must(a.iam.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: provider, ThumbprintList: thumbprints}))(t)
	must(a.iam.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, ClientID: aws.String("registry")}))(t)
	read([]string{"registry", "sts.amazonaws.com"}, thumbprints, map[string]string{"Team": "b"})
	must(a.iam.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, ClientID: aws.String("sts.amazonaws.com")}))(t)
	read([]string{"registry"}, thumbprints, map[string]string{"Team": "b"})

	must(a.iam.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider}))(t)
	refused(t, "NoSuchEntity", failure(a.iam.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider})))
}

func (a *account) serviceLinkedRole(t *testing.T) {
	ctx := t.Context()
	created := must(a.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("replication.ecr.amazonaws.com")}))(t).Role
	must(a.iam.TagRole(ctx, &iam.TagRoleInput{RoleName: created.RoleName, Tags: tags("Team", "a")}))(t)
	role := must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: created.RoleName}))(t).Role
	equal(t, "role", iamARN("role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication"), *role.Arn)
	equal(t, "tags", map[string]string{"Team": "a"}, tagMap(role.Tags))
	task := must(a.iam.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: created.RoleName}))(t).DeletionTaskId
	status := must(a.iam.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task}))(t).Status
	equal(t, "status", iamtypes.DeletionTaskStatusTypeSucceeded, status)
	refused(t, "NoSuchEntity", failure(a.iam.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: created.RoleName})))
}

func (a *account) alias(t *testing.T) {
	ctx := t.Context()
	alias := aws.String("delivery")
	must(a.iam.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: alias}))(t)
	equal(t, "aliases", []string{"delivery"}, must(a.iam.ListAccountAliases(ctx, nil))(t).AccountAliases)
	must(a.iam.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: alias}))(t)
	refused(t, "NoSuchEntity", failure(a.iam.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: alias})))
}

func (a *account) passwordPolicy(t *testing.T) {
	ctx := t.Context()
	refused(t, "NoSuchEntity", failure(a.iam.GetAccountPasswordPolicy(ctx, nil)))
	must(a.iam.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(12), RequireNumbers: true}))(t)
	p := must(a.iam.GetAccountPasswordPolicy(ctx, nil))(t).PasswordPolicy
	equal(t, "length", int32(12), aws.ToInt32(p.MinimumPasswordLength))
	equal(t, "switches", []bool{true, false, false, false}, []bool{p.RequireNumbers, p.RequireSymbols, p.ExpirePasswords, p.AllowUsersToChangePassword})
	if p.MaxPasswordAge != nil || p.PasswordReusePrevention != nil || aws.ToBool(p.HardExpiry) {
		t.Errorf("it has what was not set: %+v", p)
	}
	must(a.iam.DeleteAccountPasswordPolicy(ctx, nil))(t)
	refused(t, "NoSuchEntity", failure(a.iam.DeleteAccountPasswordPolicy(ctx, nil)))
}

func (a *account) repository(t *testing.T) {
	ctx := t.Context()
	name := aws.String("team/app")
	in := &ecr.CreateRepositoryInput{
		RepositoryName:             name,
		ImageTagMutability:         ecrtypes.ImageTagMutabilityMutable,
		EncryptionConfiguration:    &ecrtypes.EncryptionConfiguration{EncryptionType: ecrtypes.EncryptionTypeAes256},
		ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{ScanOnPush: true},
		Tags:                       []ecrtypes.Tag{{Key: aws.String("Team"), Value: aws.String("a")}},
	}
	arn := *must(a.ecr.CreateRepository(ctx, in))(t).Repository.RepositoryArn
	describe := &ecr.DescribeRepositoriesInput{RepositoryNames: []string{*name}}
	type state struct {
		ARN, Registry, Host string
		Mutability          ecrtypes.ImageTagMutability
		Encryption          ecrtypes.EncryptionType
		Key                 *string
		Scan                bool
		Tags                map[string]string
	}
	read := func() state {
		t.Helper()
		list := must(a.ecr.DescribeRepositories(ctx, describe))(t).Repositories
		if len(list) != 1 || list[0].EncryptionConfiguration == nil || list[0].ImageScanningConfiguration == nil {
			t.Fatalf("DescribeRepositories answered %+v", list)
		}
		r := list[0]
		host, path, _ := strings.Cut(*r.RepositoryUri, "/")
		equal(t, "path of the URI", *name, path)
		tags := make(map[string]string)
		for _, tag := range must(a.ecr.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: r.RepositoryArn}))(t).Tags {
			tags[*tag.Key] = *tag.Value
		}
		return state{*r.RepositoryArn, *r.RegistryId, host, r.ImageTagMutability, r.EncryptionConfiguration.EncryptionType, r.EncryptionConfiguration.KmsKey, r.ImageScanningConfiguration.ScanOnPush, tags}
	}
	want := state{arn, blackbox.Owner, a.Registry(blackbox.Owner), "MUTABLE", "AES256", nil, true, map[string]string{"Team": "a"}}
	equal(t, "repository", want, read())
	refused(t, "RepositoryAlreadyExistsException", failure(a.ecr.CreateRepository(ctx, in)))

	must(a.ecr.UntagResource(ctx, &ecr.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"Team"}}))(t)
	must(a.ecr.TagResource(ctx, &ecr.TagResourceInput{ResourceArn: &arn, Tags: []ecrtypes.Tag{{Key: aws.String("Stage"), Value: aws.String("")}}}))(t)
	must(a.ecr.PutImageTagMutability(ctx, &ecr.PutImageTagMutabilityInput{RepositoryName: name, RegistryId: aws.String(blackbox.Owner), ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable}))(t)
	want.Mutability, want.Tags = "IMMUTABLE", map[string]string{"Stage": ""}
	equal(t, "updated repository", want, read())

	must(a.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name, RegistryId: aws.String(blackbox.Owner)}))(t)
	refused(t, "RepositoryNotFoundException", failure(a.ecr.DescribeRepositories(ctx, describe)))
	refused(t, "RepositoryNotFoundException", failure(a.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name})))
}

func (a *account) repositoryPolicy(t *testing.T) {
	ctx := t.Context()
	name := aws.String("team/app")
	text := func(actions ...string) string {
		b, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Sid": "Pull", "Effect": "Allow", "Action": actions, "Principal": map[string]string{"AWS": iamARN("role/node")}}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	get := &ecr.GetRepositoryPolicyInput{RepositoryName: name}
	refused(t, "RepositoryNotFoundException", failure(a.ecr.GetRepositoryPolicy(ctx, get)))
	must(a.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name}))(t)
	refused(t, "RepositoryPolicyNotFoundException", failure(a.ecr.GetRepositoryPolicy(ctx, get)))

	// A role that is not there yet: the provider tries again as long as the
	// message says this.
	set := &ecr.SetRepositoryPolicyInput{RepositoryName: name, PolicyText: aws.String(text("ecr:BatchGetImage"))}
	err := failure(a.ecr.SetRepositoryPolicy(ctx, set))
	refused(t, "InvalidParameterException", err)
	if err == nil || !strings.Contains(err.Error(), "Invalid repository policy provided") {
		t.Errorf("for a principal that does not exist: %v", err)
	}
	a.newRole(t, "node")
	for _, actions := range [][]string{{"ecr:BatchGetImage"}, {"ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}} {
		set.PolicyText = aws.String(text(actions...))
		must(a.ecr.SetRepositoryPolicy(ctx, set))(t)
		out := must(a.ecr.GetRepositoryPolicy(ctx, get))(t)
		var want, got any
		if err := errors.Join(json.Unmarshal([]byte(*set.PolicyText), &want), json.Unmarshal([]byte(*out.PolicyText), &got)); err != nil {
			t.Fatal(err)
		}
		equal(t, "policy", want, got)
		equal(t, "names", []string{*name, blackbox.Owner}, []string{*out.RepositoryName, *out.RegistryId})
	}
	deletion := &ecr.DeleteRepositoryPolicyInput{RepositoryName: name, RegistryId: aws.String(blackbox.Owner)}
	must(a.ecr.DeleteRepositoryPolicy(ctx, deletion))(t)
	refused(t, "RepositoryPolicyNotFoundException", failure(a.ecr.DeleteRepositoryPolicy(ctx, deletion)))
	must(a.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name}))(t)
	refused(t, "RepositoryNotFoundException", failure(a.ecr.DeleteRepositoryPolicy(ctx, deletion)))
	a.endRole(t, "node")
}
