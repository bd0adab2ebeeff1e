package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

func TestVersion(t *testing.T) {
	var v versionInfo
	if err := json.Unmarshal([]byte(runner{t: t}.ok("version", "-o", "json")), &v); err != nil {
		t.Fatal(err)
	}
	if v.Version == "" || !strings.HasPrefix(v.Go, "go1.") || !strings.Contains(v.Platform, "/") {
		t.Errorf("version %+v", v)
	}
	if text := (runner{t: t}).ok("version"); !strings.HasPrefix(text, "pratique "+v.Version) || strings.Count(text, "\n") != 1 {
		t.Errorf("version %q", text)
	}
}

// Every command says what it does, and shows how.
func TestHelp(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s has no description", c.CommandPath())
		}
		if c.Runnable() && (c.Example == "" || c.Args == nil) {
			t.Errorf("%s has no example or takes any argument", c.CommandPath())
		}
		if c.Runnable() && c.Name() != "serve" && c.Name() != "builder" && c.Name() != "login" && c.Name() != "node-credentials" && c.Flags().Lookup("output") == nil {
			t.Errorf("%s has no --output", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk((&app{getenv: os.Getenv}).root())
}

func TestUsageErrors(t *testing.T) {
	for args, want := range map[string]string{
		"unknown":                              "unknown command",
		"version --output yaml":                "must be text or json",
		"version extra":                        "unknown command",
		"serve --event-network 10.0.0.1":       "--event-network",
		"grant union --org acme":               "repository",
		"grant union --org acme -r app":        "not the URI of a repository",
		"explain":                              "arg",
		"explain some-id --data /nonexistent":  "some-id",
		"explain pull x":                       "--as",
		"explain --as 111111111111 push x":     "want",
		"explain --as nobody pull " + uri("x"): "neither an account id nor an ARN",
		"explain --as 111111111111 pull 222222222222.dkr.ecr.us-eas-1.amazonaws.com/x": "did you mean us-east-1?",
		"explain --as 111111111111 --context x pull " + uri("x"):                       "key=value",
		"login localhost:5000":         "is not a registry",
		"lint --kind bucket x":         "identity",
		"lint /nonexistent/file":       "no such file",
		"serve --tls yes":              "self-signed",
		"serve --log-format xml":       "neither text nor json",
		"account create 42 --data TMP": "12",
		"init --profile a/b":           "cannot be the name of a profile",
	} {
		got := runner{t: t}.run(strings.Fields(strings.ReplaceAll(args, "TMP", t.TempDir()))...)
		if got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("pratique %s: status %d, %q; want %q", args, got.code, got.stderr, want)
		}
	}
}

func uri(name string) string { return "222222222222.dkr.ecr.us-east-1.localhost:1/" + name }

func TestLint(t *testing.T) {
	const policy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowPull",
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111111111111:role/nodes"},
      "Action": [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:ListImage"
      ]
    }
  ]
}`
	file := filepath.Join(t.TempDir(), "policy.json")
	write(t, file, policy)
	got := runner{t: t}.run("lint", file)
	if got.code != 0 {
		t.Errorf("an action that is none: status %d", got.code)
	}
	contains(t, got.stdout, file+":11:9: warning:", "did you mean ecr:ListImages?")

	got = runner{t: t, stdin: strings.Replace(policy, `"Principal"`, `"Principle"`, 1)}.run("lint", "-")
	if got.code != 1 {
		t.Errorf("an element that is none: status %d", got.code)
	}
	contains(t, got.stdout, "-:7:7: error:")

	got = runner{t: t, stdin: strings.Replace(policy, "ListImage", "ListImages", 1)}.run("lint", "-")
	if got.code != 0 || !strings.Contains(got.stdout, "no findings") {
		t.Errorf("corrected policy: status %d, %s", got.code, got.stdout)
	}

	got = runner{t: t, stdin: strings.Repeat(" ", 10240) + policy}.run("lint", "-")
	if got.code != 1 || !strings.Contains(got.stdout, "ECR stores 10240") {
		t.Errorf("long policy: status %d, %s", got.code, got.stdout)
	}

	got = runner{t: t, stdin: "{\n \"Version\": }"}.run("lint", "-", "--output", "json")
	var findings []struct{ Line, Column int }
	if err := json.Unmarshal([]byte(got.stdout), &findings); err != nil || got.code != 1 || len(findings) != 1 || findings[0].Line != 2 || findings[0].Column != 13 {
		t.Errorf("malformed policy: status %d, %v\n%s", got.code, err, got.stdout)
	}
}

// TestLintGolden compares what lint says of the policies that the platforms'
// guides give, and of common mistakes, with testdata/lint/*.txt; -update writes
// those.
func TestLintGolden(t *testing.T) {
	t.Chdir("testdata/lint")
	files, err := filepath.Glob("*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("policies %v, %v", files, err)
	}
	for _, file := range files {
		got := runner{t: t}.run("lint", file)
		golden(t, strings.TrimSuffix(file, ".json")+".txt", fmt.Sprintf("%sstatus %d\n", got.stdout, got.code))
	}
}

var update = flag.Bool("update", false, "write the golden files")

// golden compares a text with a file, or writes the file with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		write(t, file, got)
	}
	if d := cmp.Diff(read(t, file), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestLintSize(t *testing.T) {
	got := runner{t: t, stdin: strings.Repeat(" ", 9000) + pullPolicy(`"111111111111"`)}.run("lint", "-")
	if got.code != 0 || !strings.Contains(got.stdout, "of the 10240 characters that ECR stores") {
		t.Errorf("status %d, %s", got.code, got.stdout)
	}
}

// With credentials lint looks for the principals.
func TestLintPrincipals(t *testing.T) {
	d, r := stage(t)
	r.stdin = pullPolicy(`["` + nodesARN + `", "` + nodesARN + `2"]`)
	if got := r.run("lint", "-"); got.code != 0 {
		t.Errorf("without credentials: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	got := r.run("lint", "-", "--profile", planeProfile)
	if got.code != 1 || strings.Count(got.stdout, "does not exist") != 1 {
		t.Errorf("with credentials: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, got.stdout, "-:7:", nodesARN+"2 does not exist")
	got = r.run("policy", "set", d.host+"/"+demoImage, "-", "--profile", planeProfile, "--owner-profile", ownerProfile)
	if got.code != 1 || policyOf(t, d) != "" {
		t.Errorf("set: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, got.stdout, nodesARN+"2 does not exist", "Not applied")
}

func TestInitAndAccounts(t *testing.T) {
	dir := t.TempDir()
	data, config, credentials := filepath.Join(dir, "data"), filepath.Join(dir, "aws", "config"), filepath.Join(dir, "aws", "credentials")
	r := runner{t: t, env: map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials}}

	out := r.ok("init", "--data", data, "--account", "222222222222", "--profile", "images", "--url", "http://127.0.0.1:5001")
	contains(t, out, "222222222222", "profile images")
	secrets := read(t, credentials)
	contains(t, secrets, "[images]", "aws_access_key_id = AKIA", "aws_secret_access_key = ")
	contains(t, read(t, config), "[profile images]", "endpoint_url = http://127.0.0.1:5001", "region = us-east-1")
	info, err := os.Stat(credentials)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("credentials file: %v, %v; want mode 0600", info.Mode(), err)
	}
	_, secret, _ := strings.Cut(strings.TrimSpace(secrets), "aws_secret_access_key = ")
	if strings.Contains(out, secret) {
		t.Error("init prints the secret that it saves")
	}

	// A profile is never overwritten, and then nothing is created either.
	if got := r.run("init", "--data", data, "--account", "333333333333", "--profile", "images"); got.code != 1 || !strings.Contains(got.stderr, "already") {
		t.Errorf("second profile of that name: status %d, %s", got.code, got.stderr)
	}
	if got := r.run("init", "--data", data, "--account", "222222222222", "--profile", "again"); got.code != 1 {
		t.Errorf("second account of that id: status %d, %s", got.code, got.stderr)
	}
	if read(t, credentials) != secrets {
		t.Error("a failed init changed the credentials file")
	}

	contains(t, r.ok("init", "--data", data, "--account", "444444444444", "--profile", ""), "export AWS_SECRET_ACCESS_KEY=", "export AWS_ENDPOINT_URL=")
	var created accountInfo
	if err := json.Unmarshal([]byte(r.ok("account", "create", "111111111111", "--name", "data plane", "--data", data, "-o", "json")), &created); err != nil {
		t.Fatal(err)
	}
	if created.AccessKey == nil || !strings.HasPrefix(created.AccessKey.ID, "AKIA") || len(created.AccessKey.Secret) < 40 || created.Name != "data plane" {
		t.Errorf("created %+v", created)
	}
	var listed []accountInfo
	if err := json.Unmarshal([]byte(r.ok("account", "list", "--data", data, "-o", "json")), &listed); err != nil {
		t.Fatal(err)
	}
	ids := ""
	for _, a := range listed {
		ids += a.ID + " "
		if a.AccessKey != nil {
			t.Errorf("list shows a key of %s", a.ID)
		}
	}
	if ids != "111111111111 222222222222 444444444444 " {
		t.Errorf("accounts %s", ids)
	}
	var described accountDescription
	if err := json.Unmarshal([]byte(r.ok("account", "describe", "111111111111", "--data", data, "-o", "json")), &described); err != nil {
		t.Fatal(err)
	}
	want := accountDescription{accountInfo: accountInfo{ID: "111111111111", Name: "data plane", Created: created.Created}, Users: 1}
	if diff := cmp.Diff(want, described, cmp.AllowUnexported(accountDescription{})); diff != "" {
		t.Errorf("described (-want +got):\n%s", diff)
	}
	contains(t, r.ok("account", "describe", "222222222222", "--data", data), "Account 222222222222", "1 users, 0 groups, 0 roles", "has no access key")
	if got := r.run("account", "describe", "999999999999", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "no such entity") {
		t.Errorf("status %d, %s", got.code, got.stderr)
	}
}

// What accounts tell of an organization, its own and others' data do.
func TestAccountDescribeOrganization(t *testing.T) {
	var data string
	s := servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	org := organizations.NewFromConfig(s.AWS(s.Account("111111111111")))
	made, err := org.CreateOrganization(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got accountDescription
	decode(t, (runner{t: t}).ok("account", "describe", "111111111111", "--data", data, "-o", "json"), &got)
	if got.Organization != *made.Organization.Id || !strings.HasPrefix(got.OrganizationPath, got.Organization+"/r-") || !got.Management || !got.RootAccessKeys {
		t.Errorf("%+v", got)
	}
	contains(t, (runner{t: t}).ok("account", "describe", "111111111111", "--data", data), got.OrganizationPath+", which it manages", "has access keys")
}
