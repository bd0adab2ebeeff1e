package stsapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const (
	rootTask   = "arn:aws:iam::aws:policy/root-task/"
	auditRoot  = rootTask + "IAMAuditRootUserCredentials"
	deleteRoot = rootTask + "IAMDeleteRootUserCredentials"
	unlockS3   = rootTask + "S3UnlockBucketPolicy"
	delegate   = "333333333333"
)

// rootWorld is a world whose calling account manages an organization that the owning account and a third one are members of.
type rootWorld struct {
	*world
	org        *organizations.Client // as the management account
	management *iam.Client
	third      aws.Credentials // the root user of the third account
}

func newRootWorld(t *testing.T) *rootWorld {
	t.Helper()
	w := &rootWorld{world: newWorld(t)}
	ctx := t.Context()
	w.third = w.Account(delegate)
	w.org, w.management = organizations.NewFromConfig(w.AWS(w.root)), iam.NewFromConfig(w.AWS(w.root))
	w.must(w.org.CreateOrganization(ctx, nil))
	for account, key := range map[string]aws.Credentials{owner: w.owner, delegate: w.third} {
		h, err := w.org.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
			Target: &orgtypes.HandshakeParty{Id: &account, Type: orgtypes.HandshakePartyTypeAccount},
		})
		w.must(h, err)
		w.must(organizations.NewFromConfig(w.AWS(key)).AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Handshake.Id}))
	}
	return w
}

func (w *rootWorld) must(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *rootWorld) enable() {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.org.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: aws.String("iam.amazonaws.com")}))
	w.must(w.management.EnableOrganizationsRootCredentialsManagement(ctx, nil))
}

func (w *rootWorld) assumeRoot(by aws.Credentials, account, task string, more ...func(*sts.AssumeRootInput)) (*sts.AssumeRootOutput, error) {
	in := &sts.AssumeRootInput{TargetPrincipal: &account, TaskPolicyArn: &types.PolicyDescriptorType{Arn: &task}}
	for _, f := range more {
		f(in)
	}
	return w.sts(by).AssumeRoot(w.t.Context(), in)
}

func TestAssumeRoot(t *testing.T) {
	w := newRootWorld(t)
	w.enable()
	ctx := t.Context()
	before := time.Now()
	out, err := w.assumeRoot(w.alice, owner, auditRoot)
	if err != nil {
		t.Fatal(err)
	}
	if left := out.Credentials.Expiration.Sub(before); left < 14*time.Minute || left > 15*time.Minute+time.Second || out.SourceIdentity != nil {
		t.Errorf("expires in %v, source identity %v", left, out.SourceIdentity)
	}
	session := credentialsOf(out.Credentials)
	if arn, id := w.identity(session); arn != "arn:aws:iam::222222222222:root" || id != owner {
		t.Errorf("session is %s, %s", arn, id)
	}

	// The task and nothing else.
	root := iam.NewFromConfig(w.AWS(session))
	keys, err := root.ListAccessKeys(ctx, nil)
	if err != nil || len(keys.AccessKeyMetadata) != 1 || *keys.AccessKeyMetadata[0].AccessKeyId != w.owner.AccessKeyID {
		t.Errorf("keys of the root user: %+v, %v", keys, err)
	}
	if _, err := root.GetUser(ctx, nil); err != nil {
		t.Error(err)
	}
	if _, err := root.GetAccountSummary(ctx, nil); err != nil {
		t.Error(err)
	}
	if _, err := root.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &w.owner.AccessKeyID}); err != nil {
		t.Error(err)
	}
	explicit := func(action, resource string) string {
		return "User: arn:aws:iam::222222222222:root is not authorized to perform: " + action + " on resource: " + resource + " with an explicit deny in a session policy"
	}
	if _, err := w.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("bob")}); err != nil {
		t.Fatal(err)
	}
	_, err = root.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("bob")})
	wantError(t, err, "AccessDenied", http.StatusForbidden, explicit("iam:ListAccessKeys", "arn:aws:iam::222222222222:user/bob"))
	_, err = root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &w.owner.AccessKeyID})
	wantError(t, err, "AccessDenied", http.StatusForbidden, explicit("iam:DeleteAccessKey", "arn:aws:iam::222222222222:root"))
	_, err = ecr.NewFromConfig(w.AWS(session)).DescribeRepositories(ctx, nil)
	wantError(t, err, "AccessDeniedException", http.StatusBadRequest, "with an explicit deny in a session policy")
	_, err = w.sts(session).AssumeRole(ctx, assume(w.role("any", trust(owner, `"sts:AssumeRole"`, ""))))
	wantError(t, err, "AccessDenied", http.StatusForbidden, "")
	_, err = w.sts(session).GetSessionToken(ctx, nil)
	wantError(t, err, "AccessDenied", http.StatusForbidden, "Cannot call GetSessionToken with session credentials")
	_, err = w.assumeRoot(session, delegate, auditRoot)
	wantError(t, err, "AccessDenied", http.StatusForbidden, "")

	// It is over in time.
	out, err = w.assumeRoot(w.alice, owner, auditRoot, func(in *sts.AssumeRootInput) { in.DurationSeconds = aws.Int32(60) })
	if err != nil {
		t.Fatal(err)
	}
	w.shift.Store(int64(2 * time.Minute))
	_, err = w.sts(credentialsOf(out.Credentials)).GetCallerIdentity(ctx, nil)
	wantError(t, err, "ExpiredToken", http.StatusForbidden, "")
	w.shift.Store(0)

	// What it is for: the root user's key goes.
	out, err = w.assumeRoot(w.alice, "arn:aws:iam::222222222222:root", deleteRoot)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := iam.NewFromConfig(w.AWS(credentialsOf(out.Credentials))).DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &w.owner.AccessKeyID}); err != nil {
		t.Error(err)
	}
	_, err = w.iam.ListUsers(ctx, nil)
	wantError(t, err, "InvalidClientTokenId", http.StatusForbidden, "")
}

func TestAssumeRootRefused(t *testing.T) {
	w := newRootWorld(t)
	ctx := t.Context()
	const noAllow = " is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::"
	refused := func(what string, by aws.Credentials, account, task, reason string) {
		t.Helper()
		if _, err := w.assumeRoot(by, account, task); err == nil {
			t.Errorf("%s: not refused", what)
		} else {
			wantError(t, err, "AccessDenied", http.StatusForbidden, reason)
		}
	}
	refused("not enabled", w.alice, owner, auditRoot, noAllow)
	w.enable()
	refused("a feature that is not enabled", w.alice, owner, unlockS3, noAllow)
	refused("the management account itself", w.alice, caller, auditRoot, noAllow)
	refused("an account that does not exist", w.alice, "999999999999", auditRoot, noAllow)
	w.Account("444444444444")
	refused("an account outside", w.alice, "444444444444", auditRoot, noAllow)
	refused("a root user", w.root, owner, auditRoot, "User: arn:aws:iam::111111111111:root is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::222222222222:root")

	// Of the callers, those whose policies say so.
	w.allow("alice", "sts:AssumeRole", "*")
	refused("no permission", w.alice, owner, auditRoot, "because no identity-based policy allows the sts:AssumeRoot action")
	w.allow("alice", "sts:AssumeRoot", "arn:aws:iam::333333333333:root")
	refused("another account", w.alice, owner, auditRoot, "because no identity-based policy allows the sts:AssumeRoot action")
	w.allow("alice", "sts:*", "*")
	only := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringEquals":{"sts:TaskPolicyArn":%q}}}]}`, auditRoot)
	w.must(w.management.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("auditor")}))
	w.must(w.management.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("auditor"), PolicyName: aws.String("own"), PolicyDocument: &only}))
	auditor := w.key("auditor")
	w.must(w.assumeRoot(auditor, owner, auditRoot))
	refused("another task", auditor, owner, deleteRoot, "because no identity-based policy allows the sts:AssumeRoot action")

	// Members do not, unless IAM is theirs to administer.
	third := iam.NewFromConfig(w.AWS(w.third))
	w.must(third.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("carol")}))
	w.must(third.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("carol"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}))
	key, err := third.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("carol")})
	w.must(key, err)
	carol := aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
	refused("a member", carol, owner, auditRoot, noAllow)
	refused("a member's own root user", carol, delegate, auditRoot, noAllow)
	w.must(w.org.RegisterDelegatedAdministrator(ctx, &organizations.RegisterDelegatedAdministratorInput{AccountId: aws.String(delegate), ServicePrincipal: aws.String("iam.amazonaws.com")}))
	w.must(w.assumeRoot(carol, owner, auditRoot))
	refused("an account outside, by a delegate", carol, "444444444444", auditRoot, noAllow)
	refused("the management account, by a delegate", carol, caller, auditRoot, noAllow)
	w.must(third.ListOrganizationsFeatures(ctx, nil))

	// Sessions of users are not roles.
	temporary, err := w.sts(w.alice).GetSessionToken(ctx, nil)
	w.must(temporary, err)
	refused("a session of a user", credentialsOf(temporary.Credentials), owner, auditRoot, "")

	// Input.
	for target, task := range map[string]string{
		"arn:aws:iam::222222222222:user/bob": auditRoot,
		"somebody-else":                      auditRoot,
		owner:                                "arn:aws:iam::aws:policy/AdministratorAccess",
		"arn:aws:iam::222222222222:root":     rootTask + "Nothing",
	} {
		_, err := w.assumeRoot(w.alice, target, task)
		wantError(t, err, "ValidationError", http.StatusBadRequest, "")
	}
	_, err = w.assumeRoot(w.alice, owner, auditRoot, func(in *sts.AssumeRootInput) { in.DurationSeconds = aws.Int32(901) })
	wantError(t, err, "ValidationError", http.StatusBadRequest, "less than or equal to 900")
	_, err = sts.NewFromConfig(w.AWS(w.alice), func(o *sts.Options) { o.BaseEndpoint = aws.String("http://sts.amazonaws.com") }).AssumeRoot(ctx,
		&sts.AssumeRootInput{TargetPrincipal: aws.String(owner), TaskPolicyArn: &types.PolicyDescriptorType{Arn: aws.String(auditRoot)}})
	wantError(t, err, "ValidationError", http.StatusBadRequest, "global endpoint")

	// Nobody attaches what scopes root sessions.
	_, err = w.management.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("auditor"), PolicyArn: aws.String(auditRoot)})
	wantError(t, err, "NoSuchEntity", http.StatusNotFound, "")

	// Disabled, it is over for new sessions.
	w.must(w.management.DisableOrganizationsRootCredentialsManagement(ctx, nil))
	refused("disabled", w.alice, owner, auditRoot, noAllow)
}

// A caller's source identity goes along.
func TestAssumeRootSourceIdentity(t *testing.T) {
	w := newRootWorld(t)
	w.enable()
	ctx := t.Context()
	w.must(w.management.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("ops"),
		AssumeRolePolicyDocument: aws.String(trust(aliceARN, `["sts:AssumeRole","sts:SetSourceIdentity"]`, ""))}))
	w.must(w.management.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("ops"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}))
	session, _ := w.assume(w.alice, assume("arn:aws:iam::111111111111:role/ops", func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String("alice") }))
	out, err := w.assumeRoot(session, owner, auditRoot)
	if err != nil || aws.ToString(out.SourceIdentity) != "alice" {
		t.Errorf("%+v, %v", out, err)
	}
}
