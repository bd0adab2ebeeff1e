package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestGrantAsScript: what pratique grant --emit awscli prints does, run by a
// shell with the AWS CLI, what pratique grant does itself; and so does the
// script of the revocation.
func TestGrantAsScript(t *testing.T) {
	s := newStory(t)
	dir := t.TempDir()
	var config strings.Builder
	for profile, c := range map[string]blackbox.Credentials{"plane": s.plane, "owner": s.owner} {
		fmt.Fprintf(&config, "[profile %s]\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, blackbox.Region, c.AccessKeyID, c.SecretAccessKey)
	}
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_CONFIG_FILE=" + file, "AWS_ENDPOINT_URL=" + s.URL}
	pratique := func(args ...string) string {
		t.Helper()
		return string(blackbox.Run(t, env, os.Getenv("PRATIQUE_TEST_BINARY"), args...))
	}
	aws := func(profile string, args ...string) string {
		t.Helper()
		return strings.TrimSpace(string(blackbox.Run(t, env, "aws", append([]string{"--profile", profile, "--output", "text"}, args...)...)))
	}

	aws("plane", "iam", "create-role", "--role-name=-it_is+a.role@x", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	// Others' statements are awkward to quote.
	const theirs = `{"Version":"2012-10-17","Statement":[{"Sid":"it's \"theirs\" $(x) ${y} \\","Effect":"Deny","Principal":"*","Action":"ecr:PutImage",` +
		`"Condition":{"StringLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/${aws:username}","é"]}}}]}`
	for _, repository := range []string{"scripted", "applied"} {
		aws("owner", "ecr", "create-repository", "--repository-name", repository)
		aws("owner", "ecr", "set-repository-policy", "--repository-name", repository, "--policy-text", theirs)
	}
	policy := func(repository string) string {
		return aws("owner", "ecr", "get-repository-policy", "--repository-name", repository, "--query", "policyText")
	}
	command := func(verb, repository string, more ...string) []string {
		return append([]string{
			verb, "kubernetes", "--role=-it_is+a.role@x", "--account", blackbox.Plane, "--repository", s.Registry(blackbox.Owner) + "/" + repository,
			"--profile", "plane", "--owner-profile", "owner",
		}, more...)
	}
	run := func(script string) {
		t.Helper()
		if _, err := blackbox.Try(t, env, script, "sh"); err != nil {
			t.Fatalf("%v\n%s", err, script)
		}
	}

	script := pratique(command("grant", "scripted", "--emit", "awscli")...)
	if !strings.HasPrefix(script, "#!/bin/sh\n") {
		t.Fatalf("no script:\n%s", script)
	}
	run(script)
	attached := aws("plane", "iam", "list-attached-role-policies", "--role-name=-it_is+a.role@x", "--query", "AttachedPolicies[].PolicyName")
	if attached != "AmazonEC2ContainerRegistryPullOnly" {
		t.Errorf("attached are %q", attached)
	}
	pratique(command("grant", "applied")...)
	if got, want := policy("scripted"), strings.ReplaceAll(policy("applied"), "é", `\u00e9`); got != want {
		t.Errorf("the script set\n%s\nwant\n%s", got, want)
	}
	if again := pratique(command("grant", "scripted", "--emit", "awscli")...); again != "# There is nothing to do.\n" {
		t.Errorf("after the script:\n%s", again)
	}

	run(pratique(command("revoke", "scripted", "--emit", "awscli")...))
	pratique(command("revoke", "applied")...)
	if got, want := policy("scripted"), strings.ReplaceAll(policy("applied"), "é", `\u00e9`); got != want || strings.Contains(got, "it_is") {
		t.Errorf("the script of the revocation left\n%s\nwant\n%s", got, want)
	}
}
