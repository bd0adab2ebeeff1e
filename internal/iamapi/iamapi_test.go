package iamapi_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/iamapi"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	account  = "111122223333"
	readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
	// document has what encodings get wrong: blanks, plus, percent, quotes, newlines and letters beyond ASCII.
	document = "{\n \"Version\": \"2012-10-17\",\n \"Statement\": {\"Sid\": \"A\", \"Effect\": \"Allow\", \"Action\": \"ecr:*\", \"Resource\": \"*\"," +
		" \"Condition\": {\"StringEquals\": {\"aws:username\": [\"a+b%20c\", \"é&<>/?\"]}}}\n}"
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
)

var str = aws.String

type world struct {
	*servertest.Server
	*iam.Client // of the root user
	t           *testing.T
}

func newWorld(t *testing.T) *world {
	s := servertest.Start(t)
	return &world{s, iam.NewFromConfig(s.AWS(s.Account(account))), t}
}

// as creates a user with one inline policy and returns its client.
func (w *world) as(user, doc string) *iam.Client {
	w.t.Helper()
	ctx := w.t.Context()
	get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: &user}))(w.t)
	if doc != "" {
		get(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &user, PolicyName: str("own"), PolicyDocument: &doc}))(w.t)
	}
	k := get(w.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user}))(w.t).AccessKey
	return iam.NewFromConfig(w.AWS(aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey}))
}

// get returns v and ends the test when there was an error.
func get[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused checks the code and the message of an SDK's error.
func refused[T any](_ T, err error) func(t *testing.T, status int, code, message string) {
	return func(t *testing.T, status int, code, message string) {
		t.Helper()
		var e smithy.APIError
		var r *smithyhttp.ResponseError
		if !errors.As(err, &e) || !errors.As(err, &r) {
			t.Errorf("error %v, want %s %q", err, code, message)
			return
		}
		if e.ErrorCode() != code || r.HTTPStatusCode() != status || e.ErrorMessage() != message {
			t.Errorf("error %d %s %q\nwant  %d %s %q", r.HTTPStatusCode(), e.ErrorCode(), e.ErrorMessage(), status, code, message)
		}
	}
}

func TestUsers(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	u := get(w.CreateUser(ctx, &iam.CreateUserInput{
		UserName: str("alice"), Path: str("/team/"), PermissionsBoundary: str(readOnly), Tags: []types.Tag{{Key: str("k"), Value: str("v w")}},
	}))(t).User
	if *u.Arn != "arn:aws:iam::111122223333:user/team/alice" || !strings.HasPrefix(*u.UserId, "AIDA") || len(u.Tags) != 1 {
		t.Errorf("created %+v", u)
	}
	got := get(w.GetUser(ctx, &iam.GetUserInput{UserName: str("alice")}))(t).User
	if b := got.PermissionsBoundary; b == nil || *b.PermissionsBoundaryArn != readOnly || b.PermissionsBoundaryType != types.PermissionsBoundaryAttachmentTypePolicy {
		t.Errorf("boundary %+v", b)
	}
	if d := cmp.Diff(*u.CreateDate, *got.CreateDate); d != "" || *got.Tags[0].Value != "v w" {
		t.Errorf("read back %+v: %s", got, d)
	}
	refused(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("Alice")}))(t, 409, "EntityAlreadyExists", "User with name Alice already exists.")
	refused(w.GetUser(ctx, &iam.GetUserInput{UserName: str("bob")}))(t, 404, "NoSuchEntity", "The user with name bob cannot be found.")
	refused(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("a b")}))(t, 400, "ValidationError",
		`1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`)
	refused(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("x"), PermissionsBoundary: str("arn:aws:iam::aws:policy/Not")}))(t, 404, "NoSuchEntity",
		"Policy arn:aws:iam::aws:policy/Not does not exist or is not attachable.")
	refused(w.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: str("alice"), PermissionsBoundary: u.Arn}))(t, 400, "InvalidInput",
		"ARN arn:aws:iam::111122223333:user/team/alice is not valid.")

	get(w.UpdateUser(ctx, &iam.UpdateUserInput{UserName: str("alice"), NewUserName: str("ann"), NewPath: str("/")}))(t)
	if got := get(w.GetUser(ctx, &iam.GetUserInput{UserName: str("ann")}))(t).User; *got.Arn != "arn:aws:iam::111122223333:user/ann" || *got.UserId != *u.UserId {
		t.Errorf("renamed %+v", got)
	}
	get(w.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: str("ann")}))(t)
	get(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: str("ann")}))(t)
	refused(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: str("ann")}))(t, 404, "NoSuchEntity", "The user with name ann cannot be found.")
}

func TestGetUserWithoutName(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	root := get(w.GetUser(ctx, &iam.GetUserInput{}))(t).User
	if *root.Arn != "arn:aws:iam::111122223333:root" || *root.UserId != account {
		t.Errorf("root is %+v", root)
	}
	alice := w.as("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}}`)
	if u := get(alice.GetUser(ctx, &iam.GetUserInput{}))(t).User; *u.UserName != "alice" {
		t.Errorf("alice is %+v", u)
	}
	refused(alice.GetUser(ctx, &iam.GetUserInput{UserName: str("bob")}))(t, 403, "AccessDenied", "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: "+
		"iam:GetUser on resource: arn:aws:iam::111122223333:user/bob because no identity-based policy allows the iam:GetUser action")
}

// A caller is told what it may see by the entity's real path.
func TestResourceHasPath(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("node"), Path: str("/eks/"), AssumeRolePolicyDocument: str(trust)}))(t)
	alice := w.as("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:role/eks/*"}}`)
	get(alice.GetRole(ctx, &iam.GetRoleInput{RoleName: str("node")}))(t)
	refused(alice.GetRole(ctx, &iam.GetRoleInput{RoleName: str("other")}))(t, 403, "AccessDenied", "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: "+
		"iam:GetRole on resource: arn:aws:iam::111122223333:role/other because no identity-based policy allows the iam:GetRole action")
}

func TestConditionKeys(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	const doc = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"` + readOnly + `"}}},
		{"Effect":"Allow","Action":["iam:CreateUser","iam:PutUserPermissionsBoundary"],"Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"` + readOnly + `"}}},
		{"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}},
		{"Effect":"Allow","Action":"iam:TagUser","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}}]}`
	alice := w.as("alice", doc)
	denied := func(t *testing.T, err error) {
		t.Helper()
		if e := (smithy.APIError)(nil); !errors.As(err, &e) || e.ErrorCode() != "AccessDenied" {
			t.Errorf("error %v, want AccessDenied", err)
		}
	}
	tag := func(v string) []types.Tag { return []types.Tag{{Key: str("team"), Value: &v}} }
	_, err := alice.CreateUser(ctx, &iam.CreateUserInput{UserName: str("bob")})
	denied(t, err)
	get(alice.CreateUser(ctx, &iam.CreateUserInput{UserName: str("bob"), PermissionsBoundary: str(readOnly)}))(t)
	_, err = alice.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: str("bob"), PolicyArn: str("arn:aws:iam::aws:policy/AdministratorAccess")})
	denied(t, err)
	get(alice.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: str("bob"), PolicyArn: str(readOnly)}))(t)
	get(w.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: str("bob"), PolicyArn: str(readOnly)}))(t)
	_, err = alice.TagUser(ctx, &iam.TagUserInput{UserName: str("bob"), Tags: tag("red")})
	denied(t, err)
	_, err = alice.TagUser(ctx, &iam.TagUserInput{UserName: str("bob"), Tags: append(tag("blue"), types.Tag{Key: str("x"), Value: str("y")})})
	denied(t, err)
	_, err = alice.DeleteUser(ctx, &iam.DeleteUserInput{UserName: str("bob")})
	denied(t, err)
	get(alice.TagUser(ctx, &iam.TagUserInput{UserName: str("bob"), Tags: tag("blue")}))(t)
	get(alice.DeleteUser(ctx, &iam.DeleteUserInput{UserName: str("bob")}))(t)
}

func TestLists(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	var want []string
	for i := range 5 {
		n := fmt.Sprintf("n%d", i)
		want = append(want, n)
		get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: &n}))(t)
		get(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &n}))(t)
		get(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &n, AssumeRolePolicyDocument: str(trust)}))(t)
		get(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &n, PolicyDocument: str(document)}))(t)
		get(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: &n}))(t)
		get(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: str("n0"), PolicyName: &n, PolicyDocument: str(document)}))(t)
		get(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: str("n0"), PolicyArn: str("arn:aws:iam::111122223333:policy/" + n)}))(t)
		get(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: &n, UserName: str("n0")}))(t)
		get(w.TagRole(ctx, &iam.TagRoleInput{RoleName: str("n0"), Tags: []types.Tag{{Key: &n, Value: str("")}}}))(t)
	}
	for _, n := range want {
		get(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: str("n1"), UserName: &n}))(t)
	}
	two := aws.Int32(2)
	names := func(t *testing.T, name string, next func() ([]string, bool, error)) {
		t.Helper()
		var got []string
		pages := 0
		for more := true; more; pages++ {
			part, truncated, err := next()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(part) > 2 {
				t.Errorf("%s: page of %d", name, len(part))
			}
			got, more = append(got, part...), truncated
		}
		if d := cmp.Diff(want, got); d != "" || pages != 3 {
			t.Errorf("%s in %d pages: %s", name, pages, d)
		}
	}
	users := iam.NewListUsersPaginator(w, &iam.ListUsersInput{MaxItems: two})
	names(t, "ListUsers", func() ([]string, bool, error) {
		p, err := users.NextPage(ctx)
		return each(p.Users, func(u types.User) string { return *u.UserName }), users.HasMorePages(), err
	})
	groups := iam.NewListGroupsPaginator(w, &iam.ListGroupsInput{MaxItems: two})
	names(t, "ListGroups", func() ([]string, bool, error) {
		p, err := groups.NextPage(ctx)
		return each(p.Groups, func(g types.Group) string { return *g.GroupName }), groups.HasMorePages(), err
	})
	roles := iam.NewListRolesPaginator(w, &iam.ListRolesInput{MaxItems: two})
	names(t, "ListRoles", func() ([]string, bool, error) {
		p, err := roles.NextPage(ctx)
		return each(p.Roles, func(r types.Role) string { return *r.RoleName }), roles.HasMorePages(), err
	})
	policies := iam.NewListPoliciesPaginator(w, &iam.ListPoliciesInput{MaxItems: two, Scope: types.PolicyScopeTypeLocal})
	names(t, "ListPolicies", func() ([]string, bool, error) {
		p, err := policies.NextPage(ctx)
		return each(p.Policies, func(p types.Policy) string { return *p.PolicyName }), policies.HasMorePages(), err
	})
	profiles := iam.NewListInstanceProfilesPaginator(w, &iam.ListInstanceProfilesInput{MaxItems: two})
	names(t, "ListInstanceProfiles", func() ([]string, bool, error) {
		p, err := profiles.NextPage(ctx)
		return each(p.InstanceProfiles, func(p types.InstanceProfile) string { return *p.InstanceProfileName }), profiles.HasMorePages(), err
	})
	inline := iam.NewListRolePoliciesPaginator(w, &iam.ListRolePoliciesInput{RoleName: str("n0"), MaxItems: two})
	names(t, "ListRolePolicies", func() ([]string, bool, error) {
		p, err := inline.NextPage(ctx)
		return p.PolicyNames, inline.HasMorePages(), err
	})
	attached := iam.NewListAttachedRolePoliciesPaginator(w, &iam.ListAttachedRolePoliciesInput{RoleName: str("n0"), MaxItems: two})
	names(t, "ListAttachedRolePolicies", func() ([]string, bool, error) {
		p, err := attached.NextPage(ctx)
		return each(p.AttachedPolicies, func(a types.AttachedPolicy) string { return *a.PolicyName }), attached.HasMorePages(), err
	})
	of := iam.NewListGroupsForUserPaginator(w, &iam.ListGroupsForUserInput{UserName: str("n0"), MaxItems: two})
	names(t, "ListGroupsForUser", func() ([]string, bool, error) {
		p, err := of.NextPage(ctx)
		return each(p.Groups, func(g types.Group) string { return *g.GroupName }), of.HasMorePages(), err
	})
	members := iam.NewGetGroupPaginator(w, &iam.GetGroupInput{GroupName: str("n1"), MaxItems: two})
	names(t, "GetGroup", func() ([]string, bool, error) {
		p, err := members.NextPage(ctx)
		return each(p.Users, func(u types.User) string { return *u.UserName }), members.HasMorePages(), err
	})
	tags := iam.NewListRoleTagsPaginator(w, &iam.ListRoleTagsInput{RoleName: str("n0"), MaxItems: two})
	names(t, "ListRoleTags", func() ([]string, bool, error) {
		p, err := tags.NextPage(ctx)
		return each(p.Tags, func(t types.Tag) string { return *t.Key }), tags.HasMorePages(), err
	})
	refused(w.ListUsers(ctx, &iam.ListUsersInput{Marker: str("!")}))(t, 400, "ValidationError", "Invalid Marker.")
}

func each[T, U any](items []T, f func(T) U) (out []U) {
	for _, it := range items {
		out = append(out, f(it))
	}
	return out
}

func decoded(t *testing.T, doc *string) string {
	t.Helper()
	if strings.ContainsAny(*doc, "+ \"") {
		t.Errorf("%s is not encoded as RFC 3986 says", *doc)
	}
	return get(url.QueryUnescape(*doc))(t) // as Terraform does
}

func TestRoles(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	r := get(w.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: str("node"), AssumeRolePolicyDocument: str(trust), Description: str("d"), MaxSessionDuration: aws.Int32(7200),
		Tags: []types.Tag{{Key: str("k"), Value: str("v")}},
	}))(t).Role
	if *r.Arn != "arn:aws:iam::111122223333:role/node" || decoded(t, r.AssumeRolePolicyDocument) != trust || len(r.Tags) != 1 {
		t.Errorf("created %+v", r)
	}
	g := get(w.GetRole(ctx, &iam.GetRoleInput{RoleName: str("node")}))(t).Role
	if *g.Description != "d" || *g.MaxSessionDuration != 7200 || decoded(t, g.AssumeRolePolicyDocument) != trust || g.RoleLastUsed == nil || g.RoleLastUsed.LastUsedDate != nil {
		t.Errorf("got %+v", g)
	}
	get(w.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: str("node"), MaxSessionDuration: aws.Int32(3600)}))(t)
	g = get(w.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: str("node"), Description: str("e")}))(t).Role
	if *g.Description != "e" || *g.MaxSessionDuration != 3600 {
		t.Errorf("updated %+v", g)
	}
	refused(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("NODE"), AssumeRolePolicyDocument: str(trust)}))(t, 409, "EntityAlreadyExists", "Role with name NODE already exists.")
	refused(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: str("x"), AssumeRolePolicyDocument: str("nonsense")}))(t, 400, "MalformedPolicyDocument", "This policy contains invalid Json")
	refused(w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: str("node"), PolicyDocument: str(strings.Replace(trust, "111122223333", "arn:aws:iam::111122223333:user/gone", 1))}))(t,
		400, "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/gone"`)
	refused(w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: str("node"), PolicyDocument: str(document)}))(t,
		400, "MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions.")

	get(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: str("node"), PolicyName: str("p"), PolicyDocument: str(document)}))(t)
	if p := get(w.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: str("node"), PolicyName: str("p")}))(t); decoded(t, p.PolicyDocument) != document {
		t.Errorf("inline policy %s", *p.PolicyDocument)
	}
	refused(w.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: str("node"), PolicyName: str("q")}))(t, 404, "NoSuchEntity", "The role policy with name q cannot be found.")
	refused(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: str("node")}))(t, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	get(w.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: str("node"), PolicyName: str("p")}))(t)
	get(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: str("node"), PolicyArn: str(readOnly)}))(t)
	refused(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: str("node")}))(t, 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	get(w.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: str("node"), PolicyArn: str(readOnly)}))(t)
	refused(w.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: str("node"), PolicyArn: str(readOnly)}))(t, 404, "NoSuchEntity", "Policy "+readOnly+" was not found.")
	get(w.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: str("node"), PermissionsBoundary: str(readOnly)}))(t)
	if g := get(w.GetRole(ctx, &iam.GetRoleInput{RoleName: str("node")}))(t).Role; g.PermissionsBoundary == nil {
		t.Error("no boundary")
	}
	get(w.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: str("node")}))(t)

	get(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: str("i")}))(t)
	get(w.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: str("i"), RoleName: str("node")}))(t)
	if ps := get(w.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: str("node")}))(t).InstanceProfiles; len(ps) != 1 || *ps[0].Roles[0].RoleName != "node" {
		t.Errorf("instance profiles %+v", ps)
	}
	refused(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: str("node")}))(t, 409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	get(w.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: str("i"), RoleName: str("node")}))(t)
	get(w.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: str("i")}))(t)
	refused(w.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: str("i")}))(t, 404, "NoSuchEntity", "Instance Profile i cannot be found.")
	get(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: str("node")}))(t)
}

func TestPolicies(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	p := get(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: str("push"), Path: str("/ci/"), Description: str("d"), PolicyDocument: str(document)}))(t).Policy
	if *p.Arn != "arn:aws:iam::111122223333:policy/ci/push" || *p.DefaultVersionId != "v1" || *p.AttachmentCount != 0 || *p.PermissionsBoundaryUsageCount != 0 || !p.IsAttachable || !strings.HasPrefix(*p.PolicyId, "ANPA") {
		t.Errorf("created %+v", p)
	}
	refused(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: str("push"), PolicyDocument: str(document)}))(t, 409, "EntityAlreadyExists", "A policy called push already exists. Duplicate names are not allowed.")
	for doc, want := range map[string]string{
		"{": "Syntax errors in policy.",
		strings.Replace(document, "2012-10-17", "2008-10-17", 1):                                    "Policy document must be version 2012-10-17 or greater.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}`:                    "Policy statement must contain actions.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*"}}`:                  "Policy statement must contain resources.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr","Resource":"*"}}`:     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"abc"}}`: `Resource abc must be in ARN format or "*".`,
	} {
		refused(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: str("x"), PolicyDocument: &doc}))(t, 400, "MalformedPolicyDocument", want)
	}
	v := get(w.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: str("v1")}))(t).PolicyVersion
	if decoded(t, v.Document) != document || !v.IsDefaultVersion {
		t.Errorf("version %+v", v)
	}
	for range 4 {
		get(w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: p.Arn, PolicyDocument: str(document), SetAsDefault: true}))(t)
	}
	refused(w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: p.Arn, PolicyDocument: str(document)}))(t, 409, "LimitExceeded",
		"A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	refused(w.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: p.Arn, VersionId: str("v5")}))(t, 409, "DeleteConflict", "Cannot delete the default version of a policy.")
	refused(w.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: str("v6")}))(t, 404, "NoSuchEntity", "Policy "+*p.Arn+" version v6 does not exist or is not attachable.")
	get(w.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: p.Arn, VersionId: str("v2")}))(t)
	versions := iam.NewListPolicyVersionsPaginator(w, &iam.ListPolicyVersionsInput{PolicyArn: p.Arn, MaxItems: aws.Int32(2)})
	var ids []string
	for versions.HasMorePages() {
		for _, v := range get(versions.NextPage(ctx))(t).Versions {
			ids = append(ids, *v.VersionId)
			if v.IsDefaultVersion != (*v.VersionId == "v2") {
				t.Errorf("%s is default: %v", *v.VersionId, v.IsDefaultVersion)
			}
		}
	}
	if d := cmp.Diff([]string{"v5", "v4", "v3", "v2", "v1"}, ids); d != "" {
		t.Error(d)
	}
	for _, id := range ids {
		if id != "v2" {
			get(w.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: p.Arn, VersionId: &id}))(t)
		}
	}
	get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("u"), PermissionsBoundary: p.Arn}))(t)
	get(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: str("g")}))(t)
	get(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: str("u"), PolicyArn: p.Arn}))(t)
	get(w.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: str("g"), PolicyArn: p.Arn}))(t)
	refused(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: p.Arn}))(t, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")
	es := get(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: p.Arn}))(t)
	if len(es.PolicyUsers) != 1 || len(es.PolicyGroups) != 1 || len(es.PolicyRoles) != 0 || *es.PolicyUsers[0].UserName != "u" {
		t.Errorf("entities %+v", es)
	}
	if es := get(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: p.Arn, EntityFilter: types.EntityTypeGroup}))(t); len(es.PolicyUsers) != 0 || len(es.PolicyGroups) != 1 {
		t.Errorf("entities %+v", es)
	}
	attached := get(w.ListPolicies(ctx, &iam.ListPoliciesInput{OnlyAttached: true}))(t).Policies
	if len(attached) != 1 || *attached[0].AttachmentCount != 2 || *attached[0].PermissionsBoundaryUsageCount != 1 {
		t.Errorf("attached policies %+v", attached)
	}
	if got := get(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn}))(t).Policy; *got.Description != "d" {
		t.Errorf("policy %+v", got)
	}
	get(w.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: str("u"), PolicyArn: p.Arn}))(t)
	get(w.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: str("g"), PolicyArn: p.Arn}))(t)
	get(w.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: str("u")}))(t)
	get(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: p.Arn}))(t)
	refused(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn}))(t, 404, "NoSuchEntity", "Policy "+*p.Arn+" was not found.")
	refused(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: str("not-an-arn-at-all-but-long")}))(t, 400, "ValidationError", "Invalid ARN:  Could not be parsed!")
	refused(w.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: str("g"), PolicyArn: p.Arn}))(t, 404, "NoSuchEntity", "Policy "+*p.Arn+" does not exist or is not attachable.")
}

func TestAWSManagedPolicies(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	ps := get(w.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws}))(t).Policies
	if len(ps) < 14 {
		t.Errorf("%d policies", len(ps))
	}
	p := get(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: str(readOnly)}))(t).Policy
	v := get(w.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: str(readOnly), VersionId: p.DefaultVersionId}))(t).PolicyVersion
	if doc := decoded(t, v.Document); !strings.Contains(doc, "ecr:BatchGetImage") || strings.Contains(doc, "ecr:PutImage") {
		t.Errorf("document %s", doc)
	}
	refused(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: str(readOnly)}))(t, 400, "UnmodifiableEntity", "Cannot modify "+readOnly+": it belongs to AWS.")
}

func TestAccessKeys(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	alice := w.as("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*AccessKey*","Resource":"arn:aws:iam::*:user/${aws:username}"}}`)
	k := get(alice.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{}))(t).AccessKey
	if *k.UserName != "alice" || len(*k.SecretAccessKey) != 40 || k.Status != types.StatusTypeActive {
		t.Errorf("created %+v", k)
	}
	refused(alice.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{}))(t, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	second := iam.NewFromConfig(w.AWS(aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey}))
	get(second.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}))(t)
	used := get(alice.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId}))(t)
	if *used.UserName != "alice" || used.AccessKeyLastUsed == nil {
		t.Errorf("last used %+v", used)
	}
	get(alice.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{AccessKeyId: k.AccessKeyId, Status: types.StatusTypeInactive}))(t)
	refused(second.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}))(t, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	keys := get(alice.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}))(t).AccessKeyMetadata
	if len(keys) != 2 {
		t.Errorf("keys %+v", keys)
	}
	refused(w.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: k.AccessKeyId}))(t, 404, "NoSuchEntity", "The Access Key with id "+*k.AccessKeyId+" cannot be found.")
	refused(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: str("alice")}))(t, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	get(w.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: k.AccessKeyId, UserName: str("alice")}))(t)
	if ks := get(w.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}))(t).AccessKeyMetadata; len(ks) != 1 || ks[0].UserName != nil {
		t.Errorf("keys of root %+v", ks)
	}
}

func TestTags(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("u")}))(t)
	p := get(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: str("p"), PolicyDocument: str(document)}))(t).Policy
	get(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: str("i")}))(t)
	ts := []types.Tag{{Key: str("a"), Value: str("1")}, {Key: str("b"), Value: str("")}}
	get(w.TagUser(ctx, &iam.TagUserInput{UserName: str("u"), Tags: ts}))(t)
	get(w.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: p.Arn, Tags: ts}))(t)
	get(w.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: str("i"), Tags: ts}))(t)
	get(w.UntagUser(ctx, &iam.UntagUserInput{UserName: str("u"), TagKeys: []string{"a"}}))(t)
	get(w.UntagPolicy(ctx, &iam.UntagPolicyInput{PolicyArn: p.Arn, TagKeys: []string{"a"}}))(t)
	get(w.UntagInstanceProfile(ctx, &iam.UntagInstanceProfileInput{InstanceProfileName: str("i"), TagKeys: []string{"a"}}))(t)
	for name, got := range map[string][]types.Tag{
		"user":             get(w.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: str("u")}))(t).Tags,
		"policy":           get(w.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: p.Arn}))(t).Tags,
		"instance profile": get(w.ListInstanceProfileTags(ctx, &iam.ListInstanceProfileTagsInput{InstanceProfileName: str("i")}))(t).Tags,
	} {
		if len(got) != 1 || *got[0].Key != "b" || *got[0].Value != "" {
			t.Errorf("tags of the %s: %+v", name, got)
		}
	}
	refused(w.TagUser(ctx, &iam.TagUserInput{UserName: str("u"), Tags: []types.Tag{{Key: str("x"), Value: str("")}, {Key: str("X"), Value: str("")}}}))(t, 400, "InvalidInput",
		"Duplicate tag keys found. Please note that Tag keys are case insensitive.")
}

func TestGroups(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	alice := w.as("alice", "")
	g := get(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: str("devs")}))(t).Group
	if !strings.HasPrefix(*g.GroupId, "AGPA") {
		t.Errorf("created %+v", g)
	}
	get(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: str("devs"), PolicyName: str("p"), PolicyDocument: str(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListGroups","Resource":"*"}}`)}))(t)
	_, err := alice.ListGroups(ctx, &iam.ListGroupsInput{})
	if err == nil {
		t.Error("alice may list groups before she is in one")
	}
	get(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: str("devs"), UserName: str("alice")}))(t)
	get(alice.ListGroups(ctx, &iam.ListGroupsInput{}))(t)
	refused(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: str("devs")}))(t, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	get(w.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: str("devs"), NewGroupName: str("ops")}))(t)
	get(w.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: str("ops"), PolicyName: str("p")}))(t)
	refused(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: str("ops")}))(t, 409, "DeleteConflict", "Cannot delete entity, must remove referenced objects first.")
	get(w.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: str("ops"), UserName: str("alice")}))(t)
	get(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: str("ops")}))(t)
	refused(w.GetGroup(ctx, &iam.GetGroupInput{GroupName: str("ops")}))(t, 404, "NoSuchEntity", "The group with name ops cannot be found.")
}

// What Terraform asks before it deletes a user, and an account's odds and ends.
func TestAbsentThings(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	get(w.CreateUser(ctx, &iam.CreateUserInput{UserName: str("u")}))(t)
	u := str("u")
	get(w.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: u}))(t)
	get(w.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: u}))(t)
	get(w.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{}))(t)
	get(w.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: u}))(t)
	get(w.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: u}))(t)
	get(w.ListServerCertificates(ctx, &iam.ListServerCertificatesInput{}))(t)
	get(w.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{}))(t)
	get(w.ListSAMLProviders(ctx, &iam.ListSAMLProvidersInput{}))(t)
	refused(w.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: u}))(t, 404, "NoSuchEntity", "Login Profile for User u cannot be found.")
	refused(w.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: str("v")}))(t, 404, "NoSuchEntity", "The user with name v cannot be found.")
	refused(w.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))(t, 404, "NoSuchEntity", "The Password Policy with domain name 111122223333 cannot be found.")

	serial := str("arn:aws:iam::111122223333:mfa/u")
	refused(w.GetMFADevice(ctx, &iam.GetMFADeviceInput{SerialNumber: serial, UserName: u}))(t, 404, "NoSuchEntity", "The MFA Device with id "+*serial+" cannot be found.")
	refused(w.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{SerialNumber: serial, UserName: str("v")}))(t, 404, "NoSuchEntity", "The user with name v cannot be found.")
	refused(w.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: serial}))(t, 404, "NoSuchEntity", "The VirtualMFADevice with id "+*serial+" cannot be found.")
	refused(w.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: u, SSHPublicKeyId: str(strings.Repeat("A", 20))}))(t, 404, "NoSuchEntity",
		"The Public Key with id "+strings.Repeat("A", 20)+" cannot be found.")
	refused(w.GetServerCertificate(ctx, &iam.GetServerCertificateInput{ServerCertificateName: str("c")}))(t, 404, "NoSuchEntity", "The Server Certificate with id c cannot be found.")
	refused(w.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: serial}))(t, 404, "NoSuchEntity", "The SAML Provider with id "+*serial+" cannot be found.")

	get(w.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: str("acme")}))(t)
	if a := get(w.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{}))(t).AccountAliases; len(a) != 1 || a[0] != "acme" {
		t.Errorf("aliases %v", a)
	}
	refused(w.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: str("other")}))(t, 404, "NoSuchEntity", "The account alias with name other cannot be found.")
	get(w.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: str("acme")}))(t)
	if m := get(w.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))(t).SummaryMap; m["Users"] != 1 || m["AccountAccessKeysPresent"] != 1 || m["PoliciesQuota"] != 1500 {
		t.Errorf("summary %v", m)
	}
	refused(w.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: str("x"), SAMLMetadataDocument: str(strings.Repeat("x", 1000))}))(t, 400, "UnsupportedOperation",
		"The operation CreateSAMLProvider of iam is not supported by this server: identity providers speak OpenID Connect, not SAML.")
}

func TestOtherAccounts(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	other := iam.NewFromConfig(w.AWS(w.Account("444455556666")))
	p := get(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: str("p"), PolicyDocument: str(document)}))(t).Policy
	_, err := other.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn})
	if e := (smithy.APIError)(nil); !errors.As(err, &e) || e.ErrorCode() != "AccessDenied" {
		t.Errorf("error %v, want AccessDenied", err)
	}
}

// Every operation of the model has a row.
func TestOperations(t *testing.T) {
	ops := iamapi.Operations(iamapi.Config{})
	served := 0
	for _, o := range ops {
		if o.Unsupported() == "not implemented yet" {
			t.Errorf("%s is not served without a reason", o.Name())
		}
		if o.Unsupported() == "" {
			served++
			if o.Action() != "iam:"+o.Name() && o.Name() != "ChangePassword" {
				t.Errorf("%s needs %q", o.Name(), o.Action())
			}
		}
	}
	if len(ops) != len(api.Service.Operations) || served < 130 {
		t.Errorf("%d rows, %d served, for %d operations", len(ops), served, len(api.Service.Operations))
	}
}

// kinds of the engine that no operation of IAM can cause
var elsewhere = map[engine.Kind]bool{
	engine.ErrInvalidToken: true, engine.ErrExpiredToken: true, engine.ErrDurationRole: true, engine.ErrDurationChained: true,
	engine.ErrTransitiveMissing: true, engine.ErrTransitiveConflict: true, engine.ErrSourceIdentityChanged: true, engine.ErrPackedPolicySize: true,
	engine.ErrDurationEscalates: true, engine.ErrTokenSize: true,
}

func TestErrorsAreMapped(t *testing.T) {
	for _, k := range engine.Kinds() {
		err := iamapi.Wire(fmt.Errorf("wrapped: %w", &engine.Error{Kind: k, Entity: engine.EntityUser, Name: "x", Detail: "y"}))
		var e *awsapi.Error
		if mapped := errors.As(err, &e); mapped == elsewhere[k] {
			t.Errorf("%v: mapped %v, elsewhere %v", k, mapped, elsewhere[k])
		}
		if e == nil || e.Code == "ValidationError" || e.Code == "AccessDenied" { // common errors, which no operation declares
			continue
		}
		if _, ok := api.Service.Error(e.Code); !ok {
			t.Errorf("%v: the model has no code %s", k, e.Code)
		}
	}
}
