package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// mirrorEnv names a folder with the AWS provider in the layout of a Terraform
// filesystem mirror.
const mirrorEnv = "PRATIQUE_TERRAFORM_MIRROR"

func TestMain(m *testing.M) { blackbox.Main(m) }

// account is a server with an account, and clients of its administrator.
type account struct {
	*blackbox.Server
	admin blackbox.Credentials
	iam   *iam.Client
	ecr   *ecr.Client
	sts   *sts.Client
}

func newAccount(t *testing.T, others ...string) *account {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	for _, id := range others {
		blackbox.CreateAccount(t, data, id, "other")
	}
	a := &account{admin: blackbox.CreateAccount(t, data, blackbox.Owner, "owner"), Server: blackbox.Start(t, data)}
	cfg := a.config(a.admin)
	a.iam, a.ecr, a.sts = iam.NewFromConfig(cfg), ecr.NewFromConfig(cfg), sts.NewFromConfig(cfg)
	return a
}

// config makes AWS clients of the server that sign with the credentials.
func (a *account) config(c blackbox.Credentials) aws.Config {
	return aws.Config{
		Region:       blackbox.Region,
		BaseEndpoint: aws.String(a.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}, nil
		}),
	}
}

// whoami is what GetCallerIdentity says of the credentials.
func (a *account) whoami(t *testing.T, c blackbox.Credentials) (string, error) {
	t.Helper()
	out, err := sts.NewFromConfig(a.config(c)).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Arn), nil
}

// left names all that is in the account beside its administrator.
func (a *account) left(t *testing.T) []string {
	t.Helper()
	ctx := t.Context()
	var left []string
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	details, err := a.iam.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Filter: []iamtypes.EntityType{
		iamtypes.EntityTypeUser, iamtypes.EntityTypeRole, iamtypes.EntityTypeGroup, iamtypes.EntityTypeLocalManagedPolicy,
	}})
	must(err)
	for _, u := range details.UserDetailList {
		if aws.ToString(u.UserName) != blackbox.Admin {
			left = append(left, aws.ToString(u.Arn))
		}
	}
	for _, r := range details.RoleDetailList {
		left = append(left, aws.ToString(r.Arn))
	}
	for _, g := range details.GroupDetailList {
		left = append(left, aws.ToString(g.Arn))
	}
	for _, p := range details.Policies {
		left = append(left, aws.ToString(p.Arn))
	}
	profiles, err := a.iam.ListInstanceProfiles(ctx, nil)
	must(err)
	for _, p := range profiles.InstanceProfiles {
		left = append(left, aws.ToString(p.Arn))
	}
	providers, err := a.iam.ListOpenIDConnectProviders(ctx, nil)
	must(err)
	for _, p := range providers.OpenIDConnectProviderList {
		left = append(left, aws.ToString(p.Arn))
	}
	aliases, err := a.iam.ListAccountAliases(ctx, nil)
	must(err)
	left = append(left, aliases.AccountAliases...)
	repositories, err := a.ecr.DescribeRepositories(ctx, nil)
	must(err)
	for _, r := range repositories.Repositories {
		left = append(left, aws.ToString(r.RepositoryArn))
	}
	return left
}

// workspace is a folder with a configuration and its state.
type workspace struct {
	dir string
	env []string
}

// newWorkspace is a workspace with a folder of testdata. It skips the test, in
// CI too, where no mirror with the provider is named: it is nothing that
// scripts/tools could install. Where one is, Terraform must be there too.
func newWorkspace(t *testing.T, a *account, folder string) *workspace {
	t.Helper()
	mirror := os.Getenv(mirrorEnv)
	if mirror == "" {
		t.Skip("Terraform does not run: " + mirrorEnv + " names no mirror with the AWS provider; TestProviderCalls makes the provider's calls")
	}
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Fatalf("%s is set, and terraform is not installed: %v", mirrorEnv, err)
	}
	if found, err := filepath.Glob(filepath.Join(mirror, "*", "hashicorp", "aws")); err != nil || len(found) == 0 {
		t.Fatalf("%s=%s has no folder */hashicorp/aws", mirrorEnv, mirror)
	}

	w := &workspace{dir: t.TempDir()}
	if err := os.CopyFS(w.dir, os.DirFS(filepath.Join("testdata", folder))); err != nil {
		t.Fatal(err)
	}
	rc := filepath.Join(t.TempDir(), "terraformrc")
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\ndisable_checkpoint = true\n", mirror)
	if err := os.WriteFile(rc, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	w.env = append(a.Env(a.admin), "TF_CLI_CONFIG_FILE="+rc, "TF_IN_AUTOMATION=1")
	w.run(t, "init")

	var version struct {
		TerraformVersion   string            `json:"terraform_version"`
		ProviderSelections map[string]string `json:"provider_selections"`
	}
	w.decode(t, &version, "version", "-json")
	t.Logf("Terraform %s runs with %v", version.TerraformVersion, version.ProviderSelections)
	return w
}

func (w *workspace) try(t *testing.T, command string, args ...string) ([]byte, error) {
	t.Helper()
	if command != "version" && command != "output" && command != "show" {
		args = append([]string{"-input=false"}, args...)
	}
	return blackbox.Try(t, w.env, "", "terraform", append([]string{"-chdir=" + w.dir, command, "-no-color"}, args...)...)
}

func (w *workspace) run(t *testing.T, command string, args ...string) []byte {
	t.Helper()
	out, err := w.try(t, command, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *workspace) decode(t *testing.T, into any, command string, args ...string) {
	t.Helper()
	out := w.run(t, command, args...)
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("terraform %s: %v\n%s", command, err, out)
	}
}

// plan returns what Terraform would do: addresses of resources and, joined by
// commas, the actions on each. The plan stays for apply.
func (w *workspace) plan(t *testing.T, args ...string) map[string]string {
	t.Helper()
	said, err := w.try(t, "plan", append([]string{"-detailed-exitcode", "-out=next"}, args...)...)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 2) {
		t.Fatal(err)
	}
	var plan struct {
		ResourceChanges []struct {
			Address, Mode string
			Change        struct{ Actions []string }
		} `json:"resource_changes"`
	}
	w.decode(t, &plan, "show", "-json", "next")
	changes := make(map[string]string)
	for _, r := range plan.ResourceChanges {
		if actions := strings.Join(r.Change.Actions, ","); r.Mode == "managed" && actions != "no-op" {
			changes[r.Address] = actions
		}
	}
	if (err != nil) != (len(changes) > 0) {
		t.Errorf("terraform plan ended with %v and these changes of resources: %v\n%s", err, changes, said)
	}
	return changes
}

// apply carries out the plan. Another plan must then find nothing to do.
func (w *workspace) apply(t *testing.T, args ...string) {
	t.Helper()
	w.run(t, "apply", "next")
	if changes := w.plan(t, args...); len(changes) > 0 {
		t.Errorf("after terraform apply, the plan is not empty: %v\n%s", changes, w.run(t, "show", "next"))
	}
}

// outputs returns the outputs of the configuration as JSON.
func (w *workspace) outputs(t *testing.T) map[string]string {
	t.Helper()
	var out map[string]struct{ Value json.RawMessage }
	w.decode(t, &out, "output", "-json")
	values := make(map[string]string)
	for name, o := range out {
		var b bytes.Buffer
		if err := json.Compact(&b, o.Value); err != nil {
			t.Fatal(err)
		}
		values[name] = b.String()
	}
	return values
}

// TestTerraform takes a configuration with every IAM resource of a registry's
// users from nothing to nothing: made, found unchanged, changed in place,
// mended after someone interfered, destroyed.
func TestTerraform(t *testing.T) {
	a := newAccount(t)
	w := newWorkspace(t, a, "access")
	ctx := t.Context()

	made := w.plan(t)
	for address, actions := range made {
		if actions != "create" {
			t.Errorf("at first, Terraform wants to %s %s", actions, address)
		}
	}
	t.Logf("%d resources", len(made))
	w.apply(t)

	outputs := w.outputs(t)
	var key struct{ ID, Secret string }
	if err := json.Unmarshal([]byte(outputs["key"]), &key); err != nil {
		t.Fatal(err)
	}
	var spare string
	if err := json.Unmarshal([]byte(outputs["spare_role"]), &spare); err != nil {
		t.Fatal(err)
	}
	delete(outputs, "key")
	delete(outputs, "spare_role")
	iamARN, ecrARN := "arn:aws:iam::"+blackbox.Owner+":", "arn:aws:ecr:"+blackbox.Region+":"+blackbox.Owner+":"
	want := map[string]string{
		"caller":         `["` + blackbox.Owner + `","` + iamARN + `user/admin"]`,
		"simulated":      `true`,
		"session_issuer": `"` + iamARN + `user/admin"`,
		"token_user":     `"AWS"`,
		"role":           `["` + iamARN + `role/nodes/node",true]`,
		"user":           `["` + iamARN + `user/ci/builder",true]`,
		"repository":     `["` + ecrARN + `repository/team/app",true]`,
	}
	if diff := cmp.Diff(want, outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	builder := blackbox.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}
	if who, err := a.whoami(t, builder); err != nil || who != iamARN+"user/ci/builder" {
		t.Errorf("with the key that Terraform made: %s, %v", who, err)
	}

	changes := w.plan(t, "-var-file=changed.tfvars")
	changed := map[string]string{
		"aws_ecr_repository.app":                     "update",
		"aws_ecr_repository_policy.app":              "update",
		"aws_iam_access_key.builder":                 "update",
		"aws_iam_account_password_policy.strict":     "update",
		"aws_iam_group.builders":                     "update",
		"aws_iam_group_membership.builders":          "update",
		"aws_iam_instance_profile.node":              "update",
		"aws_iam_openid_connect_provider.cluster":    "update",
		"aws_iam_policy.push":                        "update",
		"aws_iam_role.node":                          "update",
		"aws_iam_role_policy.pull":                   "update",
		"aws_iam_service_linked_role.replication":    "update",
		`aws_iam_user.member["builder"]`:             "update",
		`aws_iam_user.member["tester"]`:              "update",
		"aws_iam_user_policy.push":                   "update",
		"aws_organizations_organizational_unit.prod": "update",
		"aws_organizations_policy.keep":              "update",
	}
	if diff := cmp.Diff(changed, changes); diff != "" {
		t.Errorf("plan with other variables (-want +got):\n%s", diff)
	}
	w.apply(t, "-var-file=changed.tfvars")
	if who, err := a.whoami(t, builder); err == nil {
		t.Errorf("with the key that Terraform made inactive: %s", who)
	}

	// Someone interferes: Terraform sees it and mends it.
	for _, err := range []error{
		failure(a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: aws.String("builder"), PolicyName: aws.String("push")})),
		failure(a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String("node"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly")})),
		failure(a.iam.UntagRole(ctx, &iam.UntagRoleInput{RoleName: aws.String("node"), TagKeys: []string{"Team"}})),
		failure(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("builders"), UserName: aws.String("tester")})),
		failure(a.ecr.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{RepositoryName: aws.String("team/app")})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	changes = w.plan(t, "-var-file=changed.tfvars")
	changed = map[string]string{
		"aws_ecr_repository_policy.app":              `create`,
		"aws_iam_group_membership.builders":          `update`,
		"aws_iam_role.node":                          `update`,
		`aws_iam_role_policy_attachment.node["aws"]`: `create`,
		"aws_iam_user_policy.push":                   `create`,
	}
	if diff := cmp.Diff(changed, changes); diff != "" {
		t.Errorf("plan after someone interfered (-want +got):\n%s", diff)
	}
	w.apply(t, "-var-file=changed.tfvars")

	// What Terraform did not make goes too, where it is told to force it.
	for _, err := range []error{
		failure(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("tester")})),
		failure(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("builder"), Password: aws.String("Correct-Horse-Battery-7")})),
		failure(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(spare), PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly")})),
		failure(a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String(spare), PolicyName: aws.String("extra"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.run(t, "destroy", "-auto-approve", "-var-file=changed.tfvars")
	if left := a.left(t); len(left) > 0 {
		t.Errorf("terraform destroy left %q", left)
	}
	if kept := slices.Sorted(maps.Keys(w.outputs(t))); len(kept) > 0 {
		t.Errorf("after terraform destroy, the state has the outputs %q", kept)
	}
}

// failure is the error of a call whose answer does not matter.
func failure[T any](_ T, err error) error { return err }
