package ecrapi_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/registry"
)

func putRegistryPolicy(t *testing.T, c *ecr.Client, statements ...string) string {
	t.Helper()
	text := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",\n") + `]}`
	must(t, c.PutRegistryPolicy, &ecr.PutRegistryPolicyInput{PolicyText: &text})
	return text
}

func setScope(t *testing.T, c *ecr.Client, scope string) {
	t.Helper()
	must(t, c.PutAccountSetting, &ecr.PutAccountSettingInput{Name: aws.String("REGISTRY_POLICY_SCOPE"), Value: &scope})
}

func TestRegistryPolicy(t *testing.T) {
	s := start(t)
	c := s.client(owner)
	const none = "Registry policy does not exist in the registry with id '222222222222'"
	_, err := c.GetRegistryPolicy(t.Context(), &ecr.GetRegistryPolicyInput{})
	wantError(t, err, "RegistryPolicyNotFoundException", none)
	_, err = c.DeleteRegistryPolicy(t.Context(), &ecr.DeleteRegistryPolicyInput{})
	wantError(t, err, "RegistryPolicyNotFoundException", none)

	const text = `{"Version": "2012-10-17",
  "Statement": [{"Sid": "create", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": ["ecr:CreateRepository"], "Resource": ["arn:aws:ecr:us-east-1:222222222222:repository/*"]}]}`
	put := must(t, c.PutRegistryPolicy, &ecr.PutRegistryPolicyInput{PolicyText: aws.String(text)})
	if diff := cmp.Diff(&ecr.PutRegistryPolicyOutput{RegistryId: aws.String(owner), PolicyText: aws.String(text)}, put, shapes); diff != "" {
		t.Errorf("put (-want +got):\n%s", diff)
	}
	got := must(t, c.GetRegistryPolicy, &ecr.GetRegistryPolicyInput{})
	if diff := cmp.Diff(&ecr.GetRegistryPolicyOutput{RegistryId: aws.String(owner), PolicyText: aws.String(text)}, got, shapes); diff != "" {
		t.Errorf("get (-want +got):\n%s", diff)
	}
	// It is that of one region, and of one account.
	for _, c := range []*ecr.Client{s.clientFor(owner, "", "eu-west-1"), s.client(other)} {
		var none *types.RegistryPolicyNotFoundException
		if _, err := c.GetRegistryPolicy(t.Context(), &ecr.GetRegistryPolicyInput{}); !errors.As(err, &none) {
			t.Errorf("another registry: %v", err)
		}
	}
	deleted := must(t, c.DeleteRegistryPolicy, &ecr.DeleteRegistryPolicyInput{})
	if diff := cmp.Diff(&ecr.DeleteRegistryPolicyOutput{RegistryId: aws.String(owner), PolicyText: aws.String(text)}, deleted, shapes); diff != "" {
		t.Errorf("delete (-want +got):\n%s", diff)
	}
	_, err = c.GetRegistryPolicy(t.Context(), &ecr.GetRegistryPolicyInput{})
	wantError(t, err, "RegistryPolicyNotFoundException", none)
}

func TestInvalidRegistryPolicy(t *testing.T) {
	c := start(t).client(owner)
	statement := func(action string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",` + action + `,"Resource":"*"}]}`
	}
	for _, v := range []struct {
		name, text string
		v1, v2     bool // whether it is valid in that scope
	}{
		{"not JSON", `{`, false, false},
		{"no principal", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:CreateRepository","Resource":"*"}]}`, false, false},
		{"no resource", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:CreateRepository"}]}`, false, false},
		{"unknown action", statement(`"Action":"ecr:MakeRepository"`), false, true},
		{"the old actions", statement(`"Action":["ecr:CreateRepository","ecr:ReplicateImage","ecr:BatchImportUpstreamImage"]`), true, true},
		{"in another case", statement(`"Action":"ECR:createRepository"`), true, true},
		{"a pattern of them", statement(`"Action":"ecr:BatchImport*"`), true, true},
		{"a pattern of more", statement(`"Action":["ecr:ReplicateImage","ecr:Batch*"]`), false, true},
		{"every action", statement(`"Action":"ecr:*"`), false, true},
		{"any action", statement(`"Action":"*"`), false, true},
		{"a new action", statement(`"Action":"ecr:BatchGetImage"`), false, true},
		{"an action of nobody here", statement(`"Action":"s3:GetObject"`), false, true},
		{"all but", statement(`"NotAction":"ecr:BatchGetImage"`), false, true},
	} {
		for scope, valid := range map[string]bool{"V1": v.v1, "V2": v.v2} {
			setScope(t, c, scope)
			_, err := c.PutRegistryPolicy(t.Context(), &ecr.PutRegistryPolicyInput{PolicyText: &v.text})
			if valid {
				if err != nil {
					t.Errorf("%s in %s: %v", v.name, scope, err)
				}
				continue
			}
			t.Logf("%s in %s", v.name, scope)
			wantError(t, err, "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'")
		}
	}
}

// What the policy of a registry allows and denies, to a user of its account
// and to one of another, in both scopes.
func TestRegistryPolicyDecides(t *testing.T) {
	s := start(t)
	root, bob, eve := s.client(owner), s.user(owner, "bob", allowECR), s.user(other, "eve", allowECR)
	idle := s.user(owner, "idle", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`)
	createRepository(t, root, "app")

	of := aws.String(owner)
	calls := map[string]func(*ecr.Client) error{
		"CreateRepository": func(c *ecr.Client) error {
			_, err := c.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RegistryId: of, RepositoryName: aws.String("new")})
			if err == nil {
				must(t, root.DeleteRepository, &ecr.DeleteRepositoryInput{RepositoryName: aws.String("new")})
			}
			return err
		},
		"ListImages": func(c *ecr.Client) error {
			_, err := c.ListImages(t.Context(), &ecr.ListImagesInput{RegistryId: of, RepositoryName: aws.String("app")})
			return err
		},
		"DescribeRepositories": func(c *ecr.Client) error {
			_, err := c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RegistryId: of})
			return err
		},
		"DescribeRegistry": func(c *ecr.Client) error {
			_, err := c.DescribeRegistry(t.Context(), &ecr.DescribeRegistryInput{})
			return err
		},
		"GetAuthorizationToken": func(c *ecr.Client) error {
			_, err := c.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
			return err
		},
	}
	const (
		everything = `"Principal":"*","Action":"ecr:*","Resource":"*"`
		allowAll   = `{"Effect":"Allow",` + everything + `}`
		denyAll    = `{"Effect":"Deny",` + everything + `}`
		// to the other account, everything in repositories but not in the registry
		allowOther = `{"Effect":"Allow","Principal":{"AWS":"` + other + `"},"Action":"ecr:*","Resource":"arn:aws:ecr:us-east-1:` + owner + `:repository/*"}`
		denyList   = `{"Effect":"Deny","Principal":{"AWS":"` + owner + `"},"Action":"ecr:ListImages","Resource":"arn:aws:ecr:*:*:repository/a*"}`
	)
	all := []string{"CreateRepository", "DescribeRegistry", "DescribeRepositories", "GetAuthorizationToken", "ListImages"}
	home := []string{"DescribeRegistry", "GetAuthorizationToken"}
	for _, tt := range []struct {
		name       string
		scope      string
		statements []string
		// The calls that are allowed to bob, of the owner's account, to eve, of
		// the other, whose home calls are about her own registry, and to one of
		// the owner's account without policies.
		bob, eve, idle []string
	}{
		{"none", "V2", nil, all, home, nil},
		{"allowed", "V2", []string{allowAll}, all, all, []string{"CreateRepository", "DescribeRegistry", "DescribeRepositories", "ListImages"}},
		{"allowed to the other account", "V2", []string{allowOther}, all, all, nil},
		{"denied", "V2", []string{allowAll, denyAll}, nil, home, nil},
		{"denied in part", "V2", []string{allowOther, denyList}, all[:4], all, nil},
		{"allowed of old", "V1", []string{allowAll}, all, append([]string{"CreateRepository"}, home...), []string{"CreateRepository"}},
		{"denied of old", "V1", []string{denyAll}, all[1:], home, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setScope(t, root, "V2")
			if tt.statements != nil {
				putRegistryPolicy(t, root, tt.statements...)
			}
			if err := s.registry.SetSetting(t.Context(), owner, region, registry.PolicyScope, tt.scope); err != nil { // by API it would be denied
				t.Fatal(err)
			}
			for who, v := range map[string]struct {
				c    *ecr.Client
				want []string
			}{"bob": {bob, tt.bob}, "eve": {eve, tt.eve}, "idle": {idle, tt.idle}} {
				want := map[string]bool{}
				for _, name := range v.want {
					want[name] = true
				}
				for _, name := range all {
					err := calls[name](v.c)
					if allowed := err == nil; allowed != want[name] {
						t.Errorf("%s %s: allowed %t, want %t: %v", who, name, allowed, want[name], err)
					}
					if err != nil && !strings.Contains(err.Error(), "is not authorized to perform: ecr:"+name) {
						t.Errorf("%s %s: %v", who, name, err)
					}
				}
			}
			if tt.statements != nil {
				must(t, root.DeleteRegistryPolicy, &ecr.DeleteRegistryPolicyInput{})
			}
		})
	}
}

// The root user gets out of what locks everybody out, by replacing or deleting
// the policy and by nothing else.
func TestRootMendsPolicies(t *testing.T) {
	s := start(t)
	root := s.client(owner)
	createRepository(t, root, "app")
	app := aws.String("app")
	putRegistryPolicy(t, root, `{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}`)
	const explicit = " with an explicit deny in a resource-based policy"
	_, err := root.GetRegistryPolicy(t.Context(), &ecr.GetRegistryPolicyInput{})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:root is not authorized to perform: ecr:GetRegistryPolicy on resource: *"+explicit)
	bob := s.user(owner, "bob", allowECR)
	_, err = bob.DeleteRegistryPolicy(t.Context(), &ecr.DeleteRegistryPolicyInput{})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/bob is not authorized to perform: ecr:DeleteRegistryPolicy on resource: *"+explicit)
	eve := s.client(other)
	_, err = eve.DeleteRepositoryPolicy(t.Context(), &ecr.DeleteRepositoryPolicyInput{RegistryId: aws.String(owner), RepositoryName: app})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::111111111111:root is not authorized to perform: ecr:DeleteRepositoryPolicy"+
		" on resource: arn:aws:ecr:us-east-1:222222222222:repository/app"+explicit)

	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*"}]}`
	must(t, root.SetRepositoryPolicy, &ecr.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: &deny, Force: true})
	must(t, root.DeleteRepositoryPolicy, &ecr.DeleteRepositoryPolicyInput{RepositoryName: app})
	putRegistryPolicy(t, root, `{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}`)
	must(t, root.DeleteRegistryPolicy, &ecr.DeleteRegistryPolicyInput{})
	must(t, bob.GetAccountSetting, &ecr.GetAccountSettingInput{Name: aws.String("BLOB_MOUNTING")})
}

func TestAccountSettings(t *testing.T) {
	s := start(t)
	c := s.client(owner)
	get := func(c *ecr.Client, name, want string) {
		t.Helper()
		got := must(t, c.GetAccountSetting, &ecr.GetAccountSettingInput{Name: &name})
		if diff := cmp.Diff(&ecr.GetAccountSettingOutput{Name: &name, Value: &want}, got, shapes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	get(c, "BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE")
	get(c, "REGISTRY_POLICY_SCOPE", "V2")
	get(c, "BLOB_MOUNTING", "ENABLED")
	for _, v := range [][2]string{{"BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"}, {"REGISTRY_POLICY_SCOPE", "V1"}, {"BLOB_MOUNTING", "DISABLED"}} {
		put := must(t, c.PutAccountSetting, &ecr.PutAccountSettingInput{Name: &v[0], Value: &v[1]})
		if diff := cmp.Diff(&ecr.PutAccountSettingOutput{Name: &v[0], Value: &v[1]}, put, shapes); diff != "" {
			t.Errorf("put %s (-want +got):\n%s", v[0], diff)
		}
		get(c, v[0], v[1])
	}
	get(s.client(other), "REGISTRY_POLICY_SCOPE", "V2")
	get(s.clientFor(owner, "", "eu-west-1"), "BLOB_MOUNTING", "ENABLED")

	for _, v := range []struct{ name, value, message string }{
		{"REGISTRY_POLICY_SCOPE", "V3", "Invalid parameter at 'value' failed to satisfy constraint: 'REGISTRY_POLICY_SCOPE is one of V2, V1'"},
		{"BASIC_SCAN_TYPE_VERSION", "CLAIR", "Invalid parameter at 'value' failed to satisfy constraint: 'BASIC_SCAN_TYPE_VERSION is one of AWS_NATIVE'"},
		{"COLOUR", "RED", "Invalid parameter at 'name' failed to satisfy constraint: 'There is no such account setting'"},
	} {
		_, err := c.PutAccountSetting(t.Context(), &ecr.PutAccountSettingInput{Name: &v.name, Value: &v.value})
		wantError(t, err, "InvalidParameterException", v.message)
	}
	_, err := c.GetAccountSetting(t.Context(), &ecr.GetAccountSettingInput{Name: aws.String("COLOUR")})
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'name' failed to satisfy constraint: 'There is no such account setting'")

	// A policy can be about one setting.
	u := s.user(owner, "bob", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr:GetAccountSetting","ecr:PutAccountSetting"],"Resource":"*",
		"Condition":{"StringEquals":{"ecr:AccountSetting":"BLOB_MOUNTING"}}}}`)
	get(u, "BLOB_MOUNTING", "DISABLED")
	_, err = u.PutAccountSetting(t.Context(), &ecr.PutAccountSettingInput{Name: aws.String("REGISTRY_POLICY_SCOPE"), Value: aws.String("V2")})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/bob is not authorized to perform: ecr:PutAccountSetting on resource: *"+
		" because no identity-based policy allows the ecr:PutAccountSetting action")
}

func TestDescribeRegistry(t *testing.T) {
	got := must(t, start(t).client(owner).DescribeRegistry, &ecr.DescribeRegistryInput{})
	want := &ecr.DescribeRegistryOutput{RegistryId: aws.String(owner), ReplicationConfiguration: &types.ReplicationConfiguration{Rules: []types.ReplicationRule{}}}
	if diff := cmp.Diff(want, got, shapes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
