package ecrapi_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/pratique-dev/pratique/internal/servertest"
)

// world is a whole server with both accounts, for what takes more than one API.
type world struct {
	*servertest.Server
	t    *testing.T
	root map[string]aws.Credentials
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Server: servertest.Start(t), t: t, root: map[string]aws.Credentials{}}
	for _, account := range []string{owner, other} {
		w.root[account] = w.Account(account)
	}
	return w
}

func (w *world) ecr(c aws.Credentials) *ecr.Client { return ecr.NewFromConfig(w.AWS(c)) }

func (w *world) iam(account string) *iam.Client { return iam.NewFromConfig(w.AWS(w.root[account])) }

// must makes a call that has to succeed.
func must[In, Out, Options any](t *testing.T, call func(context.Context, *In, ...func(*Options)) (*Out, error), in *In) *Out {
	t.Helper()
	out, err := call(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const allowECR = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`

// newRole creates the role node, which may do everything in ECR, and returns
// its unique id and a session.
func (w *world) newRole(account string) (id string, session aws.Credentials) {
	w.t.Helper()
	c := w.iam(account)
	out := must(w.t, c.CreateRole, &iam.CreateRoleInput{RoleName: aws.String("node"), Path: aws.String("/svc/"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}}`)})
	must(w.t, c.PutRolePolicy, &iam.PutRolePolicyInput{RoleName: aws.String("node"), PolicyName: aws.String("ecr"), PolicyDocument: aws.String(allowECR)})
	user, _ := w.newUser(account, "assumer", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`)
	assumed := must(w.t, sts.NewFromConfig(w.AWS(user)).AssumeRole, &sts.AssumeRoleInput{RoleArn: out.Role.Arn, RoleSessionName: aws.String("job-1")})
	w.deleteUser(account, "assumer")
	k := assumed.Credentials
	return *out.Role.RoleId, aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey, SessionToken: *k.SessionToken}
}

func (w *world) deleteRole(account string) {
	w.t.Helper()
	c := w.iam(account)
	must(w.t, c.DeleteRolePolicy, &iam.DeleteRolePolicyInput{RoleName: aws.String("node"), PolicyName: aws.String("ecr")})
	must(w.t, c.DeleteRole, &iam.DeleteRoleInput{RoleName: aws.String("node")})
}

// newUser creates a user with an inline policy and an access key, and returns
// the key and the user's unique id.
func (w *world) newUser(account, name, document string) (aws.Credentials, string) {
	w.t.Helper()
	c := w.iam(account)
	u := must(w.t, c.CreateUser, &iam.CreateUserInput{UserName: &name})
	if document != "" {
		must(w.t, c.PutUserPolicy, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("p"), PolicyDocument: &document})
	}
	k := must(w.t, c.CreateAccessKey, &iam.CreateAccessKeyInput{UserName: &name}).AccessKey
	return aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey}, *u.User.UserId
}

func (w *world) deleteUser(account, name string) {
	w.t.Helper()
	c := w.iam(account)
	for _, k := range must(w.t, c.ListAccessKeys, &iam.ListAccessKeysInput{UserName: &name}).AccessKeyMetadata {
		must(w.t, c.DeleteAccessKey, &iam.DeleteAccessKeyInput{UserName: &name, AccessKeyId: k.AccessKeyId})
	}
	for _, p := range must(w.t, c.ListUserPolicies, &iam.ListUserPoliciesInput{UserName: &name}).PolicyNames {
		must(w.t, c.DeleteUserPolicy, &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: &p})
	}
	must(w.t, c.DeleteUser, &iam.DeleteUserInput{UserName: &name})
}

// A policy grants to the role, session or user that it named, and not to
// another one that gets the name.
func TestPrincipalsCreatedAnew(t *testing.T) {
	const (
		roleARN    = "arn:aws:iam::" + other + ":role/svc/node"
		sessionARN = "arn:aws:sts::" + other + ":assumed-role/node/job-1"
		userARN    = "arn:aws:iam::" + owner + ":user/bob"
		denied     = " is not authorized to perform: ecr:ListImages on resource: arn:aws:ecr:us-east-1:" + owner + ":repository/app because no "
	)
	for _, tt := range []struct {
		name, principal string
		create          func(*world) (id string, c aws.Credentials)
		remove          func(*world)
		denied          string
	}{
		{
			"role", roleARN,
			func(w *world) (string, aws.Credentials) { return w.newRole(other) }, func(w *world) { w.deleteRole(other) },
			"User: " + sessionARN + denied + "resource-based policy allows the ecr:ListImages action",
		},
		{
			"session", sessionARN,
			func(w *world) (string, aws.Credentials) {
				id, c := w.newRole(other)
				return id + ":job-1", c
			},
			func(w *world) { w.deleteRole(other) },
			"User: " + sessionARN + denied + "resource-based policy allows the ecr:ListImages action",
		},
		{
			"user", userARN,
			func(w *world) (string, aws.Credentials) {
				c, id := w.newUser(owner, "bob", "")
				return id, c
			},
			func(w *world) { w.deleteUser(owner, "bob") },
			"User: " + userARN + denied + "identity-based policy allows the ecr:ListImages action",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			root := w.ecr(w.root[owner])
			createRepository(t, root, "app")
			createRepository(t, root, "old")
			app := aws.String("app")
			text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + tt.principal + `"]},"Action":"ecr:ListImages"}]}`
			list := func(c aws.Credentials, repo string) error {
				_, err := w.ecr(c).ListImages(t.Context(), &ecr.ListImagesInput{RegistryId: aws.String(owner), RepositoryName: &repo})
				return err
			}
			shows := func(principal string) {
				t.Helper()
				got := *must(t, root.GetRepositoryPolicy, &ecr.GetRepositoryPolicyInput{RepositoryName: app}).PolicyText
				if want := strings.Replace(text, tt.principal, principal, 1); got != want {
					t.Errorf("the policy reads %s, want %s", got, want)
				}
			}

			first, session := tt.create(w)
			for _, repo := range []string{"app", "old"} {
				setPolicy(t, root, repo, text)
				if err := list(session, repo); err != nil {
					t.Errorf("%s granted: %v", repo, err)
				}
			}
			shows(tt.principal)

			tt.remove(w)
			shows(first)
			second, session := tt.create(w)
			if first == second {
				t.Fatalf("id %s was used twice", first)
			}
			wantError(t, list(session, "app"), "AccessDeniedException", tt.denied)
			shows(first)

			// The same text, set again, means the new one, but only where it was set.
			setPolicy(t, root, "app", text)
			if err := list(session, "app"); err != nil {
				t.Errorf("granted anew: %v", err)
			}
			wantError(t, list(session, "old"), "AccessDeniedException", strings.Replace(tt.denied, "repository/app", "repository/old", 1))
			shows(tt.principal)

			tt.remove(w)
			deleted := must(t, root.DeleteRepositoryPolicy, &ecr.DeleteRepositoryPolicyInput{RepositoryName: app})
			if want := strings.Replace(text, tt.principal, second, 1); *deleted.PolicyText != want {
				t.Errorf("deleted %s, want %s", *deleted.PolicyText, want)
			}
		})
	}
}

func TestPrincipalsMustExist(t *testing.T) {
	w := newWorld(t)
	root := w.ecr(w.root[owner])
	createRepository(t, root, "app")
	id, _ := w.newRole(other)
	for principal, exists := range map[string]bool{
		"*":                               true,
		owner:                             true,
		other:                             true,
		"arn:aws:iam::" + other + ":root": true,
		"arn:aws:iam::" + other + ":role/svc/node":         true,
		"arn:aws:sts::" + other + ":assumed-role/node/any": true,
		id:                                 true,
		"333333333333":                     false,
		"arn:aws:iam::333333333333:root":   false,
		"arn:aws:iam::333333333333:role/x": false,
		"arn:aws:iam::" + owner + ":role/svc/node":           false,
		"arn:aws:iam::" + other + ":role/node":               false,
		"arn:aws:iam::" + other + ":role/svc/NODE":           false,
		"arn:aws:iam::" + other + ":user/svc/node":           false,
		"arn:aws:sts::" + other + ":assumed-role/nobody/any": false,
		"AROAAAAAAAAAAAAAAAAAA":                              false,
	} {
		for _, not := range []string{"", "Not"} {
			if not != "" && principal == "*" {
				continue
			}
			text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","` + not + `Principal":{"AWS":"` + principal + `"},"Action":"ecr:ListImages","Resource":"*"}]}`
			_, err := root.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("app"), PolicyText: &text})
			_, regErr := root.PutRegistryPolicy(t.Context(), &ecr.PutRegistryPolicyInput{PolicyText: &text})
			if exists {
				if err != nil || regErr != nil {
					t.Errorf("%sPrincipal %s: repository policy: %v; registry policy: %v", not, principal, err, regErr)
				}
				continue
			}
			wantError(t, err, "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
			wantError(t, regErr, "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'")
		}
	}
}
