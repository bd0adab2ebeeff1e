package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// accessFile is a declaration with the demo's registry for HOST.
const accessFile = `version: 1
credentials:
  puller: {profile: data-plane}
  owner: {profile: images}
grants:
  - platform: union
    account: 111111111111
    parameters: {org: acme}
    repositories: [HOST/simple-example-image]
    registry: HOST
    prefix: team/
  - platform: kubernetes
    account: 111111111111
    parameters: {role: eks-nodes}
    registry: HOST
    tags: {env: prod}
`

func applyStage(t *testing.T) (d *demo, r runner, file string) {
	t.Helper()
	d, r = stage(t)
	createRepositories(t, d.owner, map[string]string{"env": "prod"}, "team/a", "prod")
	createRepositories(t, d.owner, nil, "team/b", "elsewhere")
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}`
	if _, err := iam.NewFromConfig(d.plane).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("eks-nodes"), AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "access.yaml")
	write(t, file, strings.ReplaceAll(accessFile, "HOST", d.host))
	return d, r, file
}

func TestApply(t *testing.T) {
	d, r, file := applyStage(t)
	status := func(want int, args ...string) string {
		t.Helper()
		got := r.run(args...)
		if got.code != want {
			t.Fatalf("pratique %s: status %d, want %d\n%s%s", strings.Join(args, " "), got.code, want, got.stdout, got.stderr)
		}
		return got.stdout
	}
	planning := newWrites(t, d, func() {
		contains(t, status(drift, "plan", file), "add statement AllowPull: ", "4 repositories: 4 to be changed.", "eks-nodes lacks what it needs")
		status(drift, "apply", file, "--plan")
	})
	if len(planning) != 0 {
		t.Errorf("planning writes %v", planning)
	}
	contains(t, status(0, "apply", file), "4 repositories: 4 changed.", "Attached.")
	for repository, want := range map[string]int{demoImage: 1, "team/a": 2, "team/b": 1, "prod": 1} {
		if n := len(grantStatements(t, policyText(t, d.owner, repository))); n != want {
			t.Errorf("%s has %d statements, want %d", repository, n, want)
		}
	}
	contains(t, status(0, "plan", file), "4 repositories: 4 as wanted.")
	var got rolloutResult
	if n := newWrites(t, d, func() { decode(t, status(0, "apply", file, "-o", "json"), &got) }); len(n) != 0 {
		t.Errorf("applied again it writes %v", n)
	}
	if got.FormatVersion != 1 || got.Counts[statusUnchanged] != 4 {
		t.Errorf("again: %+v", got)
	}

	// Drift is found and mended.
	if _, err := ecr.NewFromConfig(d.owner).DeleteRepositoryPolicy(t.Context(), &ecr.DeleteRepositoryPolicyInput{RepositoryName: aws.String("team/b")}); err != nil {
		t.Fatal(err)
	}
	decode(t, status(drift, "plan", file, "-o", "json"), &got)
	if got.Counts[statusPlanned] != 1 || got.Counts[statusUnchanged] != 3 {
		t.Errorf("drift: %v", got.Counts)
	}
	contains(t, status(0, "apply", file), "1 changed, 3 as wanted.")
}

// What is no longer declared stays until it is pruned; of the repositories that
// the file does not name any more, only where it declares the registry.
func TestApplyPrune(t *testing.T) {
	d, r, file := applyStage(t)
	r.ok("apply", file, "--verify", "none")
	manual := `{"Version":"2012-10-17","Statement":[{"Sid":"ByHand","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"ecr:BatchGetImage"}]}`
	if _, err := ecr.NewFromConfig(d.owner).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("elsewhere"), PolicyText: &manual}); err != nil {
		t.Fatal(err)
	}
	text := read(t, file)
	text = text[:strings.Index(text, "  - platform: kubernetes")]
	write(t, file, text)

	contains(t, r.ok("plan", file), "the file does not declare all grants; --prune would take arn:aws:iam::111111111111:role/eks-nodes out of statement")
	got := r.run("plan", file, "--prune")
	if got.code != drift {
		t.Errorf("plan --prune: status %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, r.ok("apply", file, "--prune"), "which no grant declares")
	if s := policyText(t, d.owner, "team/a"); strings.Contains(s, "eks-nodes") || !strings.Contains(s, nodeRole) {
		t.Errorf("pruned: %s", s)
	}
	if s := policyText(t, d.owner, "prod"); !strings.Contains(s, "eks-nodes") {
		t.Errorf("a repository that the file does not name was pruned: %s", s)
	}

	write(t, file, strings.Replace(text, "grants:", "registries: ["+d.host+"]\ngrants:", 1))
	contains(t, r.ok("apply", file, "--prune"), "5 repositories: 1 changed, 4 as wanted.")
	if s := policyText(t, d.owner, "prod"); s != "" {
		t.Errorf("the registry was not pruned: %s", s)
	}
	if s := policyText(t, d.owner, "elsewhere"); !strings.Contains(s, "ByHand") {
		t.Errorf("another's statement was pruned: %s", s)
	}
	if n := newWrites(t, d, func() { r.ok("apply", file, "--prune") }); len(n) != 0 {
		t.Errorf("pruned again it writes %v", n)
	}
}

func TestApplyErrors(t *testing.T) {
	d, r, file := applyStage(t)
	good := read(t, file)
	for name, tt := range map[string]struct{ from, to, want string }{
		"position":      {"platform: kubernetes", "platform: kuberntes", `access.yaml:12:15: no platform named "kuberntes"`},
		"none selected": {"prefix: team/", "prefix: absent/", `access.yaml:6: account 222222222222 has no repository with prefix "absent/"`},
		"profile":       {"{profile: images}", "{profile: nobody}", "nobody"},
	} {
		write(t, file, strings.Replace(good, tt.from, tt.to, 1))
		n := newWrites(t, d, func() {
			if got := r.run("apply", file); got.code != 1 || !strings.Contains(got.stderr, tt.want) {
				t.Errorf("%s: status %d, %s; want %s", name, got.code, got.stderr, tt.want)
			}
		})
		if len(n) != 0 {
			t.Errorf("%s: writes %v", name, n)
		}
	}
	write(t, file, good)
	var got result
	if n := newWrites(t, d, func() { got = r.run("apply", file, "--emit", "cloudformation") }); got.code != 0 || len(n) != 0 {
		t.Errorf("emit: status %d, writes %v, %s", got.code, n, got.stderr)
	}
	contains(t, got.stdout, "TeamARepository:", "TeamBRepository:", "ProdRepository:", "EksNodesPolicy:")
	if got := r.run("apply", filepath.Join(t.TempDir(), "absent.yaml")); got.code != 1 || !strings.Contains(got.stderr, "no such file") {
		t.Errorf("no file: status %d, %s", got.code, got.stderr)
	}
}
