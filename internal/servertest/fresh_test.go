package servertest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/server"
)

// What is changed on one node decides the very next request to another, back
// and forth, whatever kind of thing it is that was changed.
func TestFreshDecisions(t *testing.T) { onEachDatabase(t, testFreshDecisions) }

func testFreshDecisions(t *testing.T, database func(*server.Config)) {
	f := newFreshness(t, database)
	rounds := 50
	if raceDetector {
		rounds = 8
	}
	for _, c := range f.changes() {
		t.Run(c.name, func(t *testing.T) {
			nodes := [2]*world{f.nodes[0].in(t), f.nodes[1].in(t)}
			for _, w := range nodes { // both have seen how it was
				f.ask(w, &c, asking{api: true, registry: true}, "")
			}
			for i := range rounds {
				write, read := nodes[i%2], nodes[(i+1)%2]
				by := asking{api: i/2%2 == 0, registry: i/2%2 == 1}
				c.forbid(write)
				f.ask(read, &c, by, c.want)
				c.allow(write)
				f.ask(read, &c, by, "")
				if t.Failed() {
					t.Fatalf("in round %d", i)
				}
			}
		})
	}
}

// freshness is a user and a session of a role in the account user, which pull
// from the account owner; both accounts are in an organization.
type freshness struct {
	nodes               [2]*world
	org                 *organization
	unit, denied        string            // the unit of user, and one where an SCP denies
	admin, own, manager aws.Credentials   // the root users of the accounts user, owner and manager
	alice, session      aws.Credentials   // who asks
	tokens              map[string]string // for /v2/, by access key
	scp, rcp            string            // denials, attached to nothing
	policies            map[string]string // ARNs of managed policies by name
}

// change is a kind of thing to change. Both functions do it by a node.
type change struct {
	name          string
	session       bool // ask as the session, not as the user
	forbid, allow func(*world)
	want          string // how the sentence ends meanwhile, or unrecognized
}

// unrecognized is for changes that make credentials worthless.
const unrecognized = "?"

func newFreshness(t *testing.T, database func(*server.Config)) *freshness {
	t.Helper()
	ctx := t.Context()
	w := newWorld(t, database)
	f := &freshness{
		nodes: [2]*world{w, w.another(database)}, org: w.organization(), admin: w.Account(user), own: w.root, manager: w.key(manager),
		tokens: map[string]string{}, policies: map[string]string{},
	}
	f.org.join(owner, f.own)
	f.unit = strings.Split(f.org.join(user, f.admin), "/")[2]
	f.denied = *must(f.org.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &f.org.root, Name: aws.String("denied")}))(t).OrganizationalUnit.Id
	f.org.attach(scp, f.denied, document(scpDeny))
	create := func(kind orgtypes.PolicyType, content string) string {
		return *must(f.org.CreatePolicy(ctx, &organizations.CreatePolicyInput{
			Name: aws.String("stop"), Description: aws.String(""), Content: aws.String(document(content)), Type: kind,
		}))(t).Policy.PolicySummary.Id
	}
	f.scp, f.rcp = create(scp, scpDeny), create(rcp, rcpDeny)

	api := w.ecr(f.own)
	must(api.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), Tags: f.environment("dev")}))(t)
	must(api.PutImage(ctx, &ecr.PutImageInput{RepositoryName: aws.String("app"), ImageManifest: aws.String(emptyIndex), ImageTag: aws.String("v1")}))(t)
	f.setPolicy(w, grant(user))

	f.alice, _ = w.newUser(f.admin, "alice", allowECR+","+allowAssumeAny+
		","+when(denyAny, `"StringNotEquals":{"aws:PrincipalTag/team":"blue"}`)+
		","+when(denyAny, `"StringNotEquals":{"aws:ResourceTag/env":"dev"}`), f.team("blue")...)
	f.tokens[f.alice.AccessKeyID] = w.token(f.alice)
	f.newRole(w)
	admin := w.iam(f.admin)
	for name, statements := range map[string]string{"deny": denyAny, "other": allowOther, "versions": allowOther} {
		p := must(admin.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(document(statements))}))(t).Policy
		f.policies[name] = *p.Arn
	}
	must(admin.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String(f.policies["versions"]), PolicyDocument: aws.String(document(denyAny))}))(t)
	must(admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("alice"), PolicyArn: aws.String(f.policies["versions"])}))(t)
	must(admin.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("denied")}))(t)
	must(admin.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: aws.String("denied"), PolicyName: aws.String("stop"), PolicyDocument: aws.String(document(denyAny))}))(t)
	return f
}

const (
	denyAny        = `{"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"*"}`
	allowAssumeAny = `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`
)

// changes are all kinds of things that decide.
func (f *freshness) changes() []change {
	const node, alice = "node", "alice"
	return []change{
		{
			name: "repository policy, deleted", want: noResource,
			forbid: func(w *world) { w.revoke("app") },
			allow:  func(w *world) { f.setPolicy(w, grant(user)) },
		},
		{
			name: "repository policy, replaced", session: true, want: byResource,
			forbid: func(w *world) { f.setPolicy(w, grant(user)+","+forbid("arn:aws:iam::"+user+":role/node")) },
			allow:  func(w *world) { f.setPolicy(w, grant(user)) },
		},
		{
			name: "repository's tag", want: byIdentity,
			forbid: func(w *world) { f.tagRepository(w, "prod") },
			allow:  func(w *world) { f.tagRepository(w, "dev") },
		},
		{
			name: "registry policy", want: byResource,
			forbid: func(w *world) {
				must(w.ecr(f.own).PutRegistryPolicy(w.t.Context(), &ecr.PutRegistryPolicyInput{
					PolicyText: aws.String(document(registryStatement("Deny", user, "ecr:BatchGetImage", "*"))),
				}))(w.t)
			},
			allow: func(w *world) {
				must(w.ecr(f.own).DeleteRegistryPolicy(w.t.Context(), &ecr.DeleteRegistryPolicyInput{}))(w.t)
			},
		},
		{
			name: "inline policy of a user", want: byIdentity,
			forbid: func(w *world) {
				must(w.iam(f.admin).PutUserPolicy(w.t.Context(), &iam.PutUserPolicyInput{
					UserName: aws.String(alice), PolicyName: aws.String("stop"), PolicyDocument: aws.String(document(denyAny)),
				}))(w.t)
			},
			allow: func(w *world) {
				must(w.iam(f.admin).DeleteUserPolicy(w.t.Context(), &iam.DeleteUserPolicyInput{UserName: aws.String(alice), PolicyName: aws.String("stop")}))(w.t)
			},
		},
		{
			name: "inline policy of a role", session: true, want: noIdentity,
			forbid: func(w *world) { f.putRolePolicy(w, allowOther) },
			allow:  func(w *world) { f.putRolePolicy(w, allowECR) },
		},
		{
			name: "managed policy, attached", want: byIdentity,
			forbid: func(w *world) {
				must(w.iam(f.admin).AttachUserPolicy(w.t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String(alice), PolicyArn: aws.String(f.policies["deny"])}))(w.t)
			},
			allow: func(w *world) {
				must(w.iam(f.admin).DetachUserPolicy(w.t.Context(), &iam.DetachUserPolicyInput{UserName: aws.String(alice), PolicyArn: aws.String(f.policies["deny"])}))(w.t)
			},
		},
		{
			name: "managed policy, another version", want: byIdentity,
			forbid: func(w *world) { f.setVersion(w, "v2") },
			allow:  func(w *world) { f.setVersion(w, "v1") },
		},
		{
			name: "group", want: byIdentity,
			forbid: func(w *world) {
				must(w.iam(f.admin).AddUserToGroup(w.t.Context(), &iam.AddUserToGroupInput{UserName: aws.String(alice), GroupName: aws.String("denied")}))(w.t)
			},
			allow: func(w *world) {
				must(w.iam(f.admin).RemoveUserFromGroup(w.t.Context(), &iam.RemoveUserFromGroupInput{UserName: aws.String(alice), GroupName: aws.String("denied")}))(w.t)
			},
		},
		{
			name: "user's tag", want: byIdentity,
			forbid: func(w *world) { f.tagUser(w, "red") },
			allow:  func(w *world) { f.tagUser(w, "blue") },
		},
		{
			name: "boundary", session: true, want: noBoundary,
			forbid: func(w *world) {
				must(w.iam(f.admin).PutRolePermissionsBoundary(w.t.Context(), &iam.PutRolePermissionsBoundaryInput{
					RoleName: aws.String(node), PermissionsBoundary: aws.String(f.policies["other"]),
				}))(w.t)
			},
			allow: func(w *world) {
				must(w.iam(f.admin).DeleteRolePermissionsBoundary(w.t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: aws.String(node)}))(w.t)
			},
		},
		{
			name: "SCP", session: true, want: bySCP,
			forbid: func(w *world) { f.attach(w, f.scp, user) },
			allow:  func(w *world) { f.detach(w, f.scp, user) },
		},
		{
			name: "SCPs of another unit", want: bySCP,
			forbid: func(w *world) { f.move(w, f.unit, f.denied) },
			allow:  func(w *world) { f.move(w, f.denied, f.unit) },
		},
		{
			name: "RCP", want: byRCP,
			forbid: func(w *world) { f.attach(w, f.rcp, f.org.root) },
			allow:  func(w *world) { f.detach(w, f.rcp, f.org.root) },
		},
		{
			name: "access key", want: unrecognized,
			forbid: func(w *world) { f.setKey(w, iamtypes.StatusTypeInactive) },
			allow:  func(w *world) { f.setKey(w, iamtypes.StatusTypeActive) },
		},
		{
			name: "role", session: true, want: unrecognized,
			forbid: func(w *world) {
				must(w.iam(f.admin).DeleteRolePolicy(w.t.Context(), &iam.DeleteRolePolicyInput{RoleName: aws.String(node), PolicyName: aws.String("ecr")}))(w.t)
				must(w.iam(f.admin).DeleteRole(w.t.Context(), &iam.DeleteRoleInput{RoleName: aws.String(node)}))(w.t)
			},
			allow: f.newRole,
		},
	}
}

// asking is how the image is asked for.
type asking struct{ api, registry bool }

// ask pulls by the API, by the registry or both, and wants to be refused with a
// sentence that ends so, or to be allowed.
func (f *freshness) ask(w *world, c *change, by asking, ending string) {
	w.t.Helper()
	as, name := f.alice, "arn:aws:iam::"+user+":user/alice"
	if c.session {
		as, name = f.session, "arn:aws:sts::"+user+":assumed-role/node/job-1"
	}
	var wantAPI, wantRegistry outcome
	switch ending {
	case "":
		wantAPI.Status, wantRegistry.Status = http.StatusOK, http.StatusOK
	case unrecognized:
		wantAPI = outcome{http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid."}
		wantRegistry.Status = http.StatusUnauthorized
	default:
		sentence := "User: " + name + " is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:" + owner + ":repository/app " +
			strings.ReplaceAll(ending, "{action}", "ecr:BatchGetImage")
		wantAPI = outcome{http.StatusBadRequest, "AccessDeniedException", sentence}
		wantRegistry = outcome{http.StatusForbidden, "DENIED", sentence}
	}
	if by.api {
		_, err := w.ecr(as).BatchGetImage(w.t.Context(), &ecr.BatchGetImageInput{
			RegistryId: aws.String(owner), RepositoryName: aws.String("app"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}},
		})
		if diff := gocmp.Diff(wantAPI, outcomeOf(w.t, err)); diff != "" {
			w.t.Errorf("API (-want +got):\n%s", diff)
		}
	}
	if by.registry {
		a := w.get("/v2/app/manifests/v1", f.tokens[as.AccessKeyID])
		got := outcome{Status: a.status}
		if a.status == http.StatusForbidden {
			got.Code, got.Message = ociError(w.t, a)
		}
		if diff := gocmp.Diff(wantRegistry, got); diff != "" {
			w.t.Errorf("registry (-want +got):\n%s", diff)
		}
	}
}

// newRole makes the role node, a session of it and its registry token.
func (f *freshness) newRole(w *world) {
	w.t.Helper()
	ctx := w.t.Context()
	must(w.iam(f.admin).CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("node"), AssumeRolePolicyDocument: aws.String(document(trust("arn:aws:iam::" + user + ":user/alice"))),
	}))(w.t)
	f.putRolePolicy(w, allowECR)
	out := must(sts.NewFromConfig(w.AWS(f.alice)).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + user + ":role/node"), RoleSessionName: aws.String("job-1"),
	}))(w.t)
	f.session = temporary(out.Credentials)
	f.tokens[f.session.AccessKeyID] = w.token(f.session)
}

func (f *freshness) putRolePolicy(w *world, statements string) {
	w.t.Helper()
	must(w.iam(f.admin).PutRolePolicy(w.t.Context(), &iam.PutRolePolicyInput{
		RoleName: aws.String("node"), PolicyName: aws.String("ecr"), PolicyDocument: aws.String(document(statements)),
	}))(w.t)
}

func (f *freshness) setPolicy(w *world, statements string) {
	w.t.Helper()
	must(w.ecr(f.own).SetRepositoryPolicy(w.t.Context(), &ecr.SetRepositoryPolicyInput{
		RepositoryName: aws.String("app"), PolicyText: aws.String(document(statements)),
	}))(w.t)
}

func (f *freshness) environment(v string) []types.Tag {
	return []types.Tag{{Key: aws.String("env"), Value: &v}}
}

func (f *freshness) tagRepository(w *world, env string) {
	w.t.Helper()
	must(w.ecr(f.own).TagResource(w.t.Context(), &ecr.TagResourceInput{
		ResourceArn: aws.String("arn:aws:ecr:us-east-1:" + owner + ":repository/app"), Tags: f.environment(env),
	}))(w.t)
}

func (f *freshness) team(v string) []iamtypes.Tag {
	return []iamtypes.Tag{{Key: aws.String("team"), Value: &v}}
}

func (f *freshness) tagUser(w *world, team string) {
	w.t.Helper()
	must(w.iam(f.admin).TagUser(w.t.Context(), &iam.TagUserInput{UserName: aws.String("alice"), Tags: f.team(team)}))(w.t)
}

func (f *freshness) setVersion(w *world, version string) {
	w.t.Helper()
	must(w.iam(f.admin).SetDefaultPolicyVersion(w.t.Context(), &iam.SetDefaultPolicyVersionInput{PolicyArn: aws.String(f.policies["versions"]), VersionId: &version}))(w.t)
}

func (f *freshness) setKey(w *world, status iamtypes.StatusType) {
	w.t.Helper()
	must(w.iam(f.admin).UpdateAccessKey(w.t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("alice"), AccessKeyId: &f.alice.AccessKeyID, Status: status}))(w.t)
}

// organizations is a client of the management account at a node.
func (f *freshness) organizations(w *world) *organizations.Client {
	return organizations.NewFromConfig(w.AWS(f.manager))
}

func (f *freshness) attach(w *world, policy, target string) {
	w.t.Helper()
	must(f.organizations(w).AttachPolicy(w.t.Context(), &organizations.AttachPolicyInput{PolicyId: &policy, TargetId: &target}))(w.t)
}

func (f *freshness) detach(w *world, policy, target string) {
	w.t.Helper()
	must(f.organizations(w).DetachPolicy(w.t.Context(), &organizations.DetachPolicyInput{PolicyId: &policy, TargetId: &target}))(w.t)
}

func (f *freshness) move(w *world, from, to string) {
	w.t.Helper()
	must(f.organizations(w).MoveAccount(w.t.Context(), &organizations.MoveAccountInput{
		AccountId: aws.String(user), SourceParentId: &from, DestinationParentId: &to,
	}))(w.t)
}
