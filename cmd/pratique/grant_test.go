package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/pratique-dev/pratique/internal/access"
)

// policyOf is the repository policy as it is stored, empty for none.
func policyOf(t *testing.T, d *demo) string {
	t.Helper()
	out, err := ecr.NewFromConfig(d.owner).GetRepositoryPolicy(t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: aws.String(demoImage)})
	if err != nil && strings.Contains(err.Error(), "RepositoryPolicyNotFoundException") {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.PolicyText)
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
}

func TestGrantAndRevoke(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	profiles := []string{"--profile", planeProfile, "--owner-profile", ownerProfile}
	with := func(args ...string) []string { return append(args, profiles...) }

	// A dry run changes nothing.
	contains(t, r.ok(with("grant", "union", "--org", demoOrg, "-r", repo, "--dry-run")...), `+      "Sid": "AllowPull",`)
	if p := policyOf(t, d); p != "" {
		t.Fatalf("a dry run set the policy %s", p)
	}

	contains(t, r.ok(with("grant", "union", "--org", demoOrg, "-r", repo)...), "Applied", "Verified by simulating")
	granted := policyOf(t, d)
	contains(t, granted, "AllowPull", "arn:aws:iam::111111111111:role/"+nodeRole)

	// Running it again changes nothing, under any name of the platform.
	out := r.ok(with("grant", "flyte", "--org", demoOrg, "-r", repo)...)
	contains(t, out, "nothing to do: statement AllowPull already allows it", "Verified")
	if p := policyOf(t, d); p != granted {
		t.Errorf("the second grant changed the policy to %s", p)
	}

	// A second role gets a statement of its own, and what its own side lacks.
	_, err := iam.NewFromConfig(d.plane).CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("cld_1-cluster_node_role"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got rolloutResult
	decode(t, r.ok(with("grant", "anyscale", "--cloud-id", "cld_1", "-r", repo, "-o", "json")...), &got)
	if len(got.Repositories) != 1 || len(got.Attach) != 1 || !got.Attach[0].Attached {
		t.Fatalf("anyscale grant: %+v", got)
	}
	if one := got.Repositories[0]; !one.Applied || one.Status != statusChanged || one.Plan.Sid != "AllowPullCld1ClusterNodeRole" || len(one.Pulls) != 1 || one.Pulls[0].Verdict != access.Allowed {
		t.Errorf("anyscale grant: %+v", one)
	}

	// Revoking one leaves the other.
	contains(t, r.ok(with("revoke", "union", "--org", demoOrg, "-r", repo)...), "can no longer pull")
	left := policyOf(t, d)
	if strings.Contains(left, nodeRole) || !strings.Contains(left, "cld_1") {
		t.Errorf("after revoke of union: %s", left)
	}
	r.ok(with("revoke", "anyscale", "--cloud-id", "cld_1", "-r", repo)...)
	if p := policyOf(t, d); p != "" {
		t.Errorf("after both revocations: %s", p)
	}
	contains(t, r.ok(with("revoke", "union", "--org", demoOrg, "-r", repo)...), "nothing to do")
}

func TestGrantRules(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage

	// The same account needs nothing.
	out := r.ok("grant", "union", "--org", demoOrg, "--account", ownerAccount, "-r", repo, "--owner-profile", ownerProfile, "--dry-run")
	contains(t, out, "nothing to do: a Union data plane may pull from every repository of its own account")
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	if _, err := iam.NewFromConfig(d.owner).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String(nodeRole), AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	out = r.ok("grant", "union", "--org", demoOrg, "-r", repo, "--profile", ownerProfile)
	contains(t, out, "nothing to do: a Union data plane may pull", "Attached.", "Verified by simulating the pull of arn:aws:iam::222222222222:role/"+nodeRole)
	if p := policyOf(t, d); p != "" {
		t.Errorf("the same account was given the policy %s", p)
	}

	// Release pulls inside its cluster's region only.
	got := r.run("grant", "release", "--release-id", planeAccount, "--cluster-region", "eu-west-2", "-r", repo, "--owner-profile", ownerProfile)
	if got.code != 1 || !strings.Contains(got.stderr, "replicate the repository") {
		t.Errorf("other region: status %d, %s", got.code, got.stderr)
	}

	// Without the owner's credentials nothing can be granted.
	got = r.run("grant", "union", "--org", demoOrg, "-r", repo, "--profile", planeProfile)
	if got.code != 1 || !strings.Contains(got.stderr, "--owner-profile") {
		t.Errorf("no owner: status %d, %s", got.code, got.stderr)
	}

	// Without the puller's, the grant is made and half verified.
	got = r.run("grant", "union", "--org", demoOrg, "--account", planeAccount, "-r", repo, "--owner-profile", ownerProfile)
	if got.code != 0 {
		t.Errorf("no puller: status %d, %s", got.code, got.stderr)
	}
	contains(t, got.stdout, "Applied", "Unknown", "--profile")

	// A repository that does not exist.
	got = r.run("grant", "union", "--org", demoOrg, "-r", d.host+"/absent", "--profile", planeProfile, "--owner-profile", ownerProfile)
	if got.code != 1 || !strings.Contains(got.stderr, "RepositoryNotFoundException") {
		t.Errorf("absent repository: status %d, %s", got.code, got.stderr)
	}
}

func TestExplain(t *testing.T) {
	d, r := stage(t)
	image := d.host + "/" + demoImage + ":v1"
	role := "arn:aws:iam::111111111111:role/" + nodeRole
	args := []string{"explain", "--as", role, "pull", image, "--profile", planeProfile, "--owner-profile", ownerProfile}

	got := r.run(args...)
	if got.code != notAllowed {
		t.Errorf("status %d; want %d\n%s", got.code, notAllowed, got.stderr)
	}
	contains(t, got.stdout, "AmazonEC2ContainerRegistryReadOnly:", "the repository has no policy", "Fix in account 222222222222", "$ pratique grant union --org acme")

	// The command that the report names makes the difference.
	_, command, _ := strings.Cut(got.stdout, "$ pratique ")
	command, _, _ = strings.Cut(command, "\n")
	r.ok(append(strings.Fields(command), "--profile", planeProfile, "--owner-profile", ownerProfile)...)
	var report access.Report
	got = r.run(append(args, "-o", "json", "--trace")...)
	decode(t, got.stdout, &report)
	// The repository is empty, so there is nothing to pull yet.
	if got.code != notAllowed || report.Verdict != access.Missing || len(report.Fixes) != 0 || report.Steps[1].Trace == nil {
		t.Errorf("after the grant: status %d, %+v", got.code, report)
	}
	if got := r.run("explain", "--as", role, "pull", d.host+"/"+demoImage, "--profile", planeProfile, "--owner-profile", ownerProfile); got.code != 0 {
		t.Errorf("the repository alone: status %d\n%s", got.code, got.stdout)
	}

	// One side only.
	got = r.run("explain", "--as", role, "pull", image, "--profile", planeProfile, "-o", "json")
	decode(t, got.stdout, &report)
	if got.code != notAllowed || report.Verdict != access.Unknown || report.Steps[0].Verdict != access.Allowed {
		t.Errorf("owner unknown: status %d, %+v", got.code, report)
	}

	// Principals that do not exist, and users.
	got = r.run("explain", "--as", role+"2", "pull", image, "--profile", planeProfile, "--owner-profile", ownerProfile)
	contains(t, got.stdout, "does not exist", "create "+role+"2")
	got = r.run("explain", "--as", "arn:aws:iam::222222222222:user/"+adminUser, "pull", d.host+"/"+demoImage, "--owner-profile", ownerProfile, "--profile", ownerProfile)
	if got.code != 0 {
		t.Errorf("administrator of the same account: status %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, got.stdout, "at AdministratorAccess:")
}

func TestLogin(t *testing.T) {
	d, r := stage(t)
	file := filepath.Join(t.TempDir(), "config.json")
	contains(t, r.ok("login", d.host, "--profile", ownerProfile, "--config", file), "Logged in to "+d.host)
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	decode(t, read(t, file), &config)
	if len(config.Auths[d.host].Auth) < 100 {
		t.Errorf("docker's configuration: %+v", config)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("docker's configuration: %v, %v", info.Mode(), err)
	}
	if p := strings.TrimSpace(r.ok("login", d.host, "--profile", ownerProfile, "--print-password")); len(p) < 100 || strings.ContainsAny(p, " :\n") {
		t.Errorf("password %q", p)
	}

	_, under, _ := strings.Cut(d.host, ".us-east-1.")
	contains(t, r.ok("login", "public."+under, "--profile", ownerProfile, "--config", file), "Logged in to public."+under)
	decode(t, read(t, file), &config)
	if len(config.Auths) != 2 || config.Auths["public."+under].Auth == config.Auths[d.host].Auth {
		t.Errorf("docker's configuration: %+v", config)
	}
}
