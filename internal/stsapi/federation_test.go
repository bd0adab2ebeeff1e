package stsapi_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	engine "github.com/pratique-dev/pratique/internal/iam"
)

func credentialsOf(c *types.Credentials) aws.Credentials {
	return aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}
}

func (w *world) federate(by aws.Credentials, name, policy string, tags ...types.Tag) (aws.Credentials, *sts.GetFederationTokenOutput) {
	w.t.Helper()
	in := &sts.GetFederationTokenInput{Name: &name, Tags: tags}
	if policy != "" {
		in.Policy = &policy
	}
	out, err := w.sts(by).GetFederationToken(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return credentialsOf(out.Credentials), out
}

const (
	describe = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:DescribeRepositories","Resource":"*"}}`
	bobARN   = "arn:aws:sts::111111111111:federated-user/bob"
)

func (w *world) describeRepositories(c aws.Credentials) error {
	_, err := ecr.NewFromConfig(w.AWS(c)).DescribeRepositories(w.t.Context(), &ecr.DescribeRepositoriesInput{})
	return err
}

func TestGetFederationToken(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.allow("alice", "*", "*")
	bob, out := w.federate(w.alice, "bob", describe)
	if arn, id := w.identity(bob); arn != bobARN || id != caller+":bob" || *out.FederatedUser.Arn != arn || *out.FederatedUser.FederatedUserId != id {
		t.Errorf("bob is %s, %s; %+v", arn, id, out.FederatedUser)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 12*time.Hour-time.Minute || left > 12*time.Hour || *out.PackedPolicySize < 1 {
		t.Errorf("expires in %v, packed size %d", left, *out.PackedPolicySize)
	}
	if err := w.describeRepositories(bob); err != nil {
		t.Error(err)
	}
	_, err := ecr.NewFromConfig(w.AWS(bob)).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("x1")})
	wantError(t, err, "AccessDeniedException", 400, "User: "+bobARN+" is not authorized to perform: ecr:CreateRepository on resource: "+
		"arn:aws:ecr:us-east-1:111111111111:repository/x1 because no session policy allows the ecr:CreateRepository action")

	// Without a session policy nothing is left of alice's permissions.
	plain, out := w.federate(w.alice, "bob", "")
	if *out.PackedPolicySize != 0 {
		t.Errorf("packed size %d", *out.PackedPolicySize)
	}
	wantError(t, w.describeRepositories(plain), "AccessDeniedException", 400, "because no session policy allows")

	// With one, what alice may not do her federated user may not either, from the next request on.
	w.allow("alice", "sts:*", "*")
	wantError(t, w.describeRepositories(bob), "AccessDeniedException", 400, "because no identity-based policy allows")

	// Neither IAM nor the rest of STS is for federated users.
	w.allow("alice", "*", "*")
	all, _ := w.federate(w.alice, "bob", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	_, err = iam.NewFromConfig(w.AWS(all)).ListUsers(ctx, &iam.ListUsersInput{})
	wantError(t, err, "InvalidClientTokenId", 403, "The security token included in the request is invalid")
	role := w.role("node", trust(caller, `"sts:AssumeRole"`, ""))
	_, err = w.sts(all).AssumeRole(ctx, assume(role))
	wantError(t, err, "AccessDenied", 403, "User: "+bobARN+" is not authorized to perform: sts:AssumeRole on resource: "+role)
	_, err = w.sts(all).GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("eve")})
	wantError(t, err, "AccessDenied", 403, "Cannot call GetFederationToken with session credentials")
	_, err = w.sts(all).GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: &all.AccessKeyID})
	wantError(t, err, "AccessDenied", 403, "Cannot call GetAccessKeyInfo with session credentials")

	// It ends with alice.
	keys, err := w.IAM().AccessKeys(ctx, caller, "alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if err := w.IAM().DeleteAccessKey(ctx, caller, "alice", k.ID); err != nil {
			t.Fatal(err)
		}
	}
	alice := engine.Entity{Kind: engine.EntityUser, Name: "alice"}
	if err := w.IAM().DeleteInlinePolicy(ctx, caller, alice, "own"); err != nil {
		t.Fatal(err)
	}
	if err := w.IAM().DeleteUser(ctx, caller, "alice"); err != nil {
		t.Fatal(err)
	}
	_, err = w.sts(bob).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	wantError(t, err, "InvalidClientTokenId", 403, "")
}

func TestFederationOfRoot(t *testing.T) {
	w := newWorld(t)
	root := w.Account("333333333333")
	bob, out := w.federate(root, "bob", describe)
	if left := time.Until(*out.Credentials.Expiration); left > time.Hour {
		t.Errorf("expires in %v", left)
	}
	if err := w.describeRepositories(bob); err != nil {
		t.Error(err)
	}
}

func TestFederationNeedsPermission(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.allow("alice", "sts:GetFederationToken", "arn:aws:sts::111111111111:federated-user/b*")
	_, err := w.sts(w.alice).GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("eve")})
	wantError(t, err, "AccessDenied", 403, "User: "+aliceARN+" is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::111111111111:federated-user/eve because no identity-based policy allows the sts:GetFederationToken action")
	tag := types.Tag{Key: aws.String("team"), Value: aws.String("x")}
	_, err = w.sts(w.alice).GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"), Tags: []types.Tag{tag}})
	wantError(t, err, "AccessDenied", 403, "sts:TagSession")
	w.federate(w.alice, "bob", "")
	for _, in := range []*sts.GetFederationTokenInput{
		{Name: aws.String("bob"), DurationSeconds: aws.Int32(899)}, {Name: aws.String("b")}, {Name: aws.String("bob"), DurationSeconds: aws.Int32(129601)},
	} {
		_, err = w.sts(w.alice).GetFederationToken(ctx, in)
		wantError(t, err, "ValidationError", 400, "")
	}
	_, err = w.sts(w.alice).GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"), Policy: aws.String("{}")})
	wantError(t, err, "MalformedPolicyDocument", 400, "")
}

// The tags of a federated user are those passed, on top of the user's own.
func TestFederationTags(t *testing.T) {
	w := newWorld(t)
	if err := w.IAM().SetTags(t.Context(), caller, engine.Entity{Kind: engine.EntityUser, Name: "alice"}, []engine.Tag{{Key: "team", Value: "a"}, {Key: "site", Value: "here"}}); err != nil {
		t.Fatal(err)
	}
	w.allow("alice", "*", "*")
	policy := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{
		"StringEquals":{"aws:PrincipalTag/team":"b","aws:PrincipalTag/site":"here","aws:PrincipalType":"FederatedUser"},"Null":{"aws:username":"true"}}}}`
	bob, _ := w.federate(w.alice, "bob", policy, types.Tag{Key: aws.String("Team"), Value: aws.String("b")})
	if err := w.describeRepositories(bob); err != nil {
		t.Error(err)
	}
	bob, _ = w.federate(w.alice, "bob", policy)
	wantError(t, w.describeRepositories(bob), "AccessDeniedException", 400, "because no session policy allows")
}

// A repository policy that names the federated user needs nobody else's leave; one that names the user leaves the session
// policy to decide.
func TestFederatedUserAsPrincipal(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.allow("alice", "*", "*")
	client := ecr.NewFromConfig(w.AWS(w.alice))
	if _, err := client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("team/app")}); err != nil {
		t.Fatal(err)
	}
	bob, _ := w.federate(w.alice, "bob", "")
	for principal, allowed := range map[string]bool{bobARN: true, aliceARN: false, "arn:aws:sts::111111111111:federated-user/eve": false} {
		_, err := client.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("team/app"),
			PolicyText: aws.String(trust(principal, `"ecr:ListImages"`, ""))})
		if err != nil {
			t.Fatal(err)
		}
		_, err = ecr.NewFromConfig(w.AWS(bob)).ListImages(ctx, &ecr.ListImagesInput{RepositoryName: aws.String("team/app")})
		if allowed && err != nil {
			t.Errorf("%s: %v", principal, err)
		} else if !allowed {
			wantError(t, err, "AccessDeniedException", 400, "because no session policy allows")
		}
	}
}

// The credentials of GetSessionToken, too, are not for IAM and little of STS.
func TestSessionTokenIsNotForIAM(t *testing.T) {
	w := newWorld(t)
	w.allow("alice", "*", "*")
	out, err := w.sts(w.alice).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := credentialsOf(out.Credentials)
	if err := w.describeRepositories(c); err != nil {
		t.Error(err)
	}
	_, err = iam.NewFromConfig(w.AWS(c)).ListUsers(t.Context(), &iam.ListUsersInput{})
	wantError(t, err, "InvalidClientTokenId", 403, "The security token included in the request is invalid")
	_, err = w.sts(c).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: &c.AccessKeyID})
	wantError(t, err, "AccessDenied", 403, "Cannot call GetAccessKeyInfo with session credentials")
}
