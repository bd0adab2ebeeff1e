package servertest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// manager is the account that manages the organization of these tests.
const manager = "333333333333"

// organization is an organization with both types of policy enabled.
type organization struct {
	*organizations.Client
	w        *world
	id, root string
}

func (w *world) organization() *organization {
	w.t.Helper()
	ctx := w.t.Context()
	o := &organization{Client: organizations.NewFromConfig(w.AWS(w.Account(manager))), w: w}
	o.id = *must(o.CreateOrganization(ctx, nil))(w.t).Organization.Id
	o.root = *must(o.ListRoots(ctx, nil))(w.t).Roots[0].Id
	for _, kind := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy} {
		must(o.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &o.root, PolicyType: kind}))(w.t)
	}
	return o
}

// join makes an account a member, in a unit of its own whose path it returns.
func (o *organization) join(account string, root aws.Credentials) (path string) {
	o.w.t.Helper()
	t, ctx := o.w.t, o.w.t.Context()
	h := must(o.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
		Target: &types.HandshakeParty{Id: &account, Type: types.HandshakePartyTypeAccount},
	}))(t).Handshake
	must(organizations.NewFromConfig(o.w.AWS(root)).AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id}))(t)
	u := must(o.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &o.root, Name: aws.String("unit of " + account)}))(t)
	must(o.MoveAccount(ctx, &organizations.MoveAccountInput{
		AccountId: &account, SourceParentId: &o.root, DestinationParentId: u.OrganizationalUnit.Id,
	}))(t)
	return *u.OrganizationalUnit.Path
}

// attach makes a policy and attaches it to a target, and returns what takes it
// off again.
func (o *organization) attach(kind types.PolicyType, target, content string) (detach func()) {
	o.w.t.Helper()
	t, ctx := o.w.t, o.w.t.Context()
	p := must(o.CreatePolicy(ctx, &organizations.CreatePolicyInput{
		Name: aws.String(fmt.Sprintf("policy %d", o.w.clock.now().UnixNano())), Description: aws.String(""), Content: &content, Type: kind,
	}))(t).Policy.PolicySummary.Id
	must(o.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: p, TargetId: &target}))(t)
	return func() {
		t.Helper()
		must(o.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: p, TargetId: &target}))(t)
	}
}

const (
	scp = types.PolicyTypeServiceControlPolicy
	rcp = types.PolicyTypeResourceControlPolicy
)

// deniedBy checks that an API refused access, in a sentence that ends so.
func deniedBy(t *testing.T, err error, ending string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want a denial", err)
		return
	}
	if code := e.ErrorCode(); code != "AccessDenied" && code != "AccessDeniedException" || !strings.HasSuffix(e.ErrorMessage(), ending) {
		t.Errorf("got %s: %s\nwant a denial that ends: %s", code, e.ErrorMessage(), ending)
	}
}

// An SCP binds a member account, its root user included, at once and at every
// level; it does not bind the management account.
func TestServiceControlPolicies(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	o := w.organization()
	path := o.join(owner, w.root)
	unit := strings.Split(path, "/")[2]
	w.repository("app")
	create := func(c aws.Credentials, name string) error {
		_, err := w.ecr(c).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name})
		return err
	}
	const noCreate = `{"Version":"2012-10-17","Statement":[{"Sid":"Freeze","Effect":"Deny","Action":"ecr:CreateRepository","Resource":"*"}]}`
	managerRoot := w.key(manager)
	for i, target := range []string{o.root, unit, owner} {
		detach := o.attach(scp, target, noCreate)
		deniedBy(t, create(w.root, "new"), "with an explicit deny in a service control policy")
		if err := create(managerRoot, fmt.Sprint("new-", i)); err != nil {
			t.Errorf("the management account, with an SCP on %s: %v", target, err)
		}
		must(w.ecr(w.root).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{}))(t)
		detach()
	}
	if err := create(w.root, "new"); err != nil {
		t.Errorf("without the SCP: %v", err)
	}

	// What no SCP of a level allows is not allowed.
	detach := o.attach(scp, unit, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:Describe*","organizations:*"],"Resource":"*"}]}`)
	full := &organizations.DetachPolicyInput{PolicyId: aws.String("p-FullAWSAccess"), TargetId: &unit}
	must(o.DetachPolicy(ctx, full))(t)
	must(w.ecr(w.root).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{}))(t)
	deniedBy(t, create(w.root, "newer"), "because no service control policy allows the ecr:CreateRepository action")
	must(o.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: full.PolicyId, TargetId: &unit}))(t)
	detach()

	// A member that may not leave stays.
	o.attach(scp, o.root, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]}`)
	_, err := organizations.NewFromConfig(w.AWS(w.root)).LeaveOrganization(ctx, nil)
	deniedBy(t, err, "with an explicit deny in a service control policy")
}

// key makes another access key of an account's root user.
func (w *world) key(account string) aws.Credentials {
	w.t.Helper()
	k := must(w.IAM().CreateAccessKey(w.t.Context(), account, ""))(w.t)
	return aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret.Reveal()}
}

// A data perimeter: an RCP keeps outsiders away from a member's images whatever
// its repository policies say, and lets members in.
func TestResourceControlPolicies(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	o := w.organization()
	w.repository("app")
	img := w.push("app:v1", 1<<10, 1)
	node := w.node()
	w.grant("app", user)
	if err := w.pull("app:v1", w.token(node), img); err != nil {
		t.Fatalf("before there is an RCP: %v", err)
	}

	o.join(owner, w.root)
	detach := o.attach(rcp, o.root, `{"Version":"2012-10-17","Statement":[{"Sid":"Perimeter","Effect":"Deny","Principal":"*",
		"Action":["ecr:*","sts:AssumeRole"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"`+o.id+`"}}}]}`)
	err := w.pull("app:v1", w.token(node), img)
	if err == nil || !strings.Contains(err.Error(), "with an explicit deny in a resource control policy") {
		t.Errorf("an outsider: %v", err)
	}
	if err := w.pull("app:v1", w.token(w.root), img); err != nil {
		t.Errorf("the owner: %v", err)
	}

	// Roles of the account are behind it too, other services are not.
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::` + user + `:role/` + nodeRole + `"}}}`
	must(w.iam(w.root).CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("build"), AssumeRolePolicyDocument: aws.String(trust)}))(t)
	userRoot := w.key(user)
	must(w.iam(userRoot).PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String(nodeRole), PolicyName: aws.String("assume"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`),
	}))(t)
	assume := func() error {
		_, err := sts.NewFromConfig(w.AWS(node)).AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::" + owner + ":role/build"), RoleSessionName: aws.String("session"),
		})
		return err
	}
	deniedBy(t, assume(), "sts:AssumeRole on resource: arn:aws:iam::"+owner+":role/build") // AWS does not say why either

	// Having joined, the same account is let in.
	o.join(user, userRoot)
	if err := w.pull("app:v1", w.token(node), img); err != nil {
		t.Errorf("a member: %v", err)
	}
	if err := assume(); err != nil {
		t.Errorf("a member: %v", err)
	}
	must(o.RemoveAccountFromOrganization(ctx, &organizations.RemoveAccountFromOrganizationInput{AccountId: aws.String(user)}))(t)
	if err := w.pull("app:v1", w.token(node), img); err == nil {
		t.Error("an account that was removed still pulls")
	}
	detach()
	if err := w.pull("app:v1", w.token(node), img); err != nil {
		t.Errorf("without the RCP: %v", err)
	}
}

// RCPs do not protect what the management account owns.
func TestManagementAccountIsNotProtected(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	o := w.organization()
	root := w.key(manager)
	must(w.ecr(root).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("app")}))(t)
	for _, target := range []string{o.root, manager} {
		o.attach(rcp, target, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}]}`)
	}
	if _, err := w.ecr(root).ListImages(ctx, &ecr.ListImagesInput{RepositoryName: aws.String("app")}); err != nil {
		t.Error(err)
	}
	o.join(owner, w.root)
	_, err := w.ecr(w.root).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{})
	deniedBy(t, err, "with an explicit deny in a resource control policy")
}

// One statement of a repository policy lets a whole organization pull, or one
// unit of it, as long as the puller is in it.
func TestPullAcrossAnOrganization(t *testing.T) {
	for name, condition := range map[string]string{
		"organization": `"StringEquals":{"aws:PrincipalOrgID":"ORG"}`,
		"unit":         `"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"PATH*"}`,
		"own":          `"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ctx := t.Context()
			o := w.organization()
			o.join(owner, w.root)
			w.repository("app")
			img := w.push("app:v1", 1<<10, 1)
			node := w.node()
			path := o.join(user, w.key(user))
			must(w.ecr(w.root).SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{
				RepositoryName: aws.String("app"),
				PolicyText: aws.String(strings.NewReplacer("ORG", o.id, "PATH", path).Replace(`{"Version":"2012-10-17","Statement":[{
					"Effect":"Allow","Principal":"*","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Condition":{` + condition + `}}]}`)),
			}))(t)
			token := w.token(node)
			if err := w.pull("app:v1", token, img); err != nil {
				t.Errorf("a member: %v", err)
			}
			if name == "unit" {
				must(o.MoveAccount(ctx, &organizations.MoveAccountInput{
					AccountId: aws.String(user), SourceParentId: aws.String(strings.Split(path, "/")[2]), DestinationParentId: &o.root,
				}))(t)
			} else {
				must(o.RemoveAccountFromOrganization(ctx, &organizations.RemoveAccountFromOrganizationInput{AccountId: aws.String(user)}))(t)
			}
			if err := w.pull("app:v1", token, img); err == nil {
				t.Error("an account that went away still pulls")
			}
		})
	}
}

// What one node is told decides on another with the next request.
func TestOrganizationAcrossNodes(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	ctx := t.Context()
	describe := func() error {
		_, err := other.ecr(w.root).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{})
		return err
	}
	if err := describe(); err != nil { // the other node has seen that there is no organization
		t.Fatal(err)
	}
	o := w.organization()
	o.join(owner, w.root)
	detach := o.attach(scp, o.root, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ecr:*","Resource":"*"}]}`)
	deniedBy(t, describe(), "with an explicit deny in a service control policy")
	detach()
	if err := describe(); err != nil {
		t.Error(err)
	}
}
