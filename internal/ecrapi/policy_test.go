package ecrapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-cmp/cmp"
)

func setPolicy(t *testing.T, c *ecr.Client, repo, text string) {
	t.Helper()
	if _, err := c.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: &repo, PolicyText: &text}); err != nil {
		t.Fatal(err)
	}
}

func TestRepositoryPolicy(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	app := aws.String("app")
	const none = "Repository policy does not exist for the repository with name 'app' in the registry with id '222222222222'"
	_, err := c.GetRepositoryPolicy(t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: app})
	wantError(t, err, "RepositoryPolicyNotFoundException", none)
	_, err = c.DeleteRepositoryPolicy(t.Context(), &ecr.DeleteRepositoryPolicyInput{RepositoryName: app})
	wantError(t, err, "RepositoryPolicyNotFoundException", none)

	const text = `{"Version": "2012-10-17",
  "Statement": [{"Sid": "pull", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": ["ecr:BatchGetImage"]}]}`
	set, err := c.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: aws.String(text)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&ecr.SetRepositoryPolicyOutput{RegistryId: aws.String(owner), RepositoryName: app, PolicyText: aws.String(text)}, set, shapes); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	got, err := c.GetRepositoryPolicy(t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: app})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&ecr.GetRepositoryPolicyOutput{RegistryId: aws.String(owner), RepositoryName: app, PolicyText: aws.String(text)}, got, shapes); diff != "" {
		t.Errorf("get (-want +got):\n%s", diff)
	}
	deleted, err := c.DeleteRepositoryPolicy(t.Context(), &ecr.DeleteRepositoryPolicyInput{RepositoryName: app})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&ecr.DeleteRepositoryPolicyOutput{RegistryId: aws.String(owner), RepositoryName: app, PolicyText: aws.String(text)}, deleted, shapes); diff != "" {
		t.Errorf("delete (-want +got):\n%s", diff)
	}
	_, err = c.GetRepositoryPolicy(t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: app})
	wantError(t, err, "RepositoryPolicyNotFoundException", none)

	missing := aws.String("missing")
	_, err = c.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: missing, PolicyText: aws.String(text)})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'missing' does not exist in the registry with id '222222222222'")
}

func TestInvalidRepositoryPolicy(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	const invalid = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"
	for _, v := range []struct{ name, text, message string }{
		{"empty", ``, invalid},
		{"not JSON", `{"Version":`, invalid},
		{"a list", `[]`, invalid},
		{"no statement", `{"Version":"2012-10-17"}`, invalid},
		{"no principal", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:BatchGetImage"}]}`, invalid},
		{"bad effect", `{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Principal":"*","Action":"ecr:BatchGetImage"}]}`, invalid},
		{"bad version", `{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}`, invalid},
		{"no action", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr"}]}`, invalid},
		{"too long", `{"Version":"2012-10-17","Statement":[]}` + strings.Repeat(" ", 10240),
			"Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Member must have length less than or equal to 10240'"},
	} {
		t.Run(v.name, func(t *testing.T) {
			_, err := c.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("app"), PolicyText: &v.text})
			wantError(t, err, "InvalidParameterException", v.message)
		})
	}
}

// TestPolicyLockOut checks that a policy which denies its author to set
// another one has to be forced.
func TestPolicyLockOut(t *testing.T) {
	s := start(t)
	c := s.user(owner, "bob", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`)
	createRepository(t, c, "app")
	deny := func(condition string) *string {
		return aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*"` + condition + `}]}`)
	}
	for _, v := range []struct {
		condition string
		locks     bool
	}{
		{``, true},
		{`,"Condition":{"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/bob"}}`, false},
		{`,"Condition":{"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"}}`, false},
		{`,"Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, true},
		{`,"Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}`, false},
	} {
		_, err := c.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("app"), PolicyText: deny(v.condition)})
		if !v.locks {
			if err != nil {
				t.Errorf("%s: %v", v.condition, err)
			}
			continue
		}
		wantError(t, err, "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: "+
			"'The policy denies the caller to set the repository policy again; set force to store it all the same'")
	}
	if _, err := c.SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("app"), PolicyText: deny(""), Force: true}); err != nil {
		t.Errorf("forced: %v", err)
	}
	_, err := c.GetRepositoryPolicy(t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: aws.String("app")})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/bob is not authorized to perform: ecr:GetRepositoryPolicy on resource: "+
		"arn:aws:ecr:us-east-1:222222222222:repository/app with an explicit deny in a resource-based policy")
}
