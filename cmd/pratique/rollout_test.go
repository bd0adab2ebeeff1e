package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/internal/server"
)

// writes counts the requests so far that changed who may do what.
func writes(t *testing.T, d *demo) map[string]int {
	t.Helper()
	n := map[string]int{}
	err := audit.Scan(filepath.Join(d.dir, "data", server.AuditFile), func(e audit.Event) bool {
		switch e.Operation {
		case "SetRepositoryPolicy", "DeleteRepositoryPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreateRepository", "PutReplicationConfiguration", "PutManifest":
			n[e.Operation]++
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// newWrites are those that f causes.
func newWrites(t *testing.T, d *demo, f func()) map[string]int {
	t.Helper()
	before := writes(t, d)
	f()
	n := map[string]int{}
	for op, count := range writes(t, d) {
		if count > before[op] {
			n[op] = count - before[op]
		}
	}
	return n
}

func createRepositories(t *testing.T, cfg aws.Config, tags map[string]string, names ...string) {
	t.Helper()
	var list []types.Tag
	for k, v := range tags {
		list = append(list, types.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	api := ecr.NewFromConfig(cfg)
	errs := make([]error, len(names))
	grant.Each(t.Context(), 8, len(names), func(ctx context.Context, i int) {
		_, errs[i] = api.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &names[i], Tags: list})
	})
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func policyText(t *testing.T, cfg aws.Config, repository string) string {
	t.Helper()
	text, err := grant.ReadPolicy(t.Context(), ecr.NewFromConfig(cfg), grant.Repository{Account: ownerAccount, Region: cfg.Region, Name: repository})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// push pushes a random image as the owner.
func push(t *testing.T, d *demo, cfg aws.Config, ref string) v1.Hash {
	t.Helper()
	login, err := token(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.ParseReference(ref, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	index, err := random.Index(1000, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(tag, index, d.remote(t.Context(), login, nil)...); err != nil {
		t.Fatal(err)
	}
	digest, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// trip calls f when a line says something.
type trip struct {
	bytes.Buffer
	on string
	f  func()
}

func (w *trip) Write(b []byte) (int, error) {
	if strings.Contains(string(b), w.on) {
		w.f()
	}
	return w.Buffer.Write(b)
}

// TestGrantMany grants on 500 repositories, is interrupted, goes on, and has
// nothing to do the third time.
func TestGrantMany(t *testing.T) {
	d, r := stage(t)
	const total = 500
	names := make([]string, total)
	for i := range names {
		names[i] = fmt.Sprintf("team/app-%03d", i)
	}
	createRepositories(t, d.owner, nil, names...)
	args := []string{"grant", "union", "--org", demoOrg, "--registry", d.host, "--prefix", "team/", "--profile", planeProfile, "--owner-profile", ownerProfile, "-o", "json"}
	text := func(ctx context.Context, stderr *trip, args ...string) (int, string) {
		var stdout bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: stderr, now: time.Now, getenv: func(string) string { return "" }, awsFiles: r.files}
		return a.run(ctx, args), stdout.String()
	}
	run := func(ctx context.Context, stderr *trip, args ...string) (int, rolloutResult) {
		t.Helper()
		code, out := text(ctx, stderr, args...)
		var got rolloutResult
		decode(t, out, &got)
		return code, got
	}
	never := func() *trip { return &trip{on: "\x00"} }

	ctx, interrupt := context.WithCancel(t.Context())
	said := &trip{on: "150 of 500", f: interrupt}
	first := newWrites(t, d, func() {
		code, got := run(ctx, said, append(args, "--verify", "none")...)
		done := got.Counts[statusChanged]
		if code != interrupted || !got.Interrupted || done < 150 || done > 150+2*grant.Parallel || got.Counts[statusRemaining] != total-done {
			t.Errorf("interrupted: status %d, %v", code, got.Counts)
		}
		if want := fmt.Sprintf("%d of 500 repositories done; %d remain: ", done, total-done); !strings.Contains(said.String(), want) {
			t.Errorf("said %s; want %s", said.String(), want)
		}
	})["SetRepositoryPolicy"]
	second := newWrites(t, d, func() {
		code, got := run(t.Context(), never(), append(args, "--verify", "none")...)
		if code != 0 || got.Counts[statusUnchanged] != first || got.Counts[statusChanged] != total-first || got.Interrupted {
			t.Errorf("resumed: status %d, %v", code, got.Counts)
		}
	})
	if diff := cmp.Diff(map[string]int{"SetRepositoryPolicy": total - first}, second); diff != "" {
		t.Errorf("resumed: writes (-want +got):\n%s", diff)
	}
	begin := time.Now()
	third := newWrites(t, d, func() {
		stderr := never()
		code, got := run(t.Context(), stderr, args...)
		if code != 0 || got.Counts[statusUnchanged] != total {
			t.Errorf("again: status %d, %v", code, got.Counts)
		}
		for _, res := range got.Repositories {
			if len(res.Pulls) != 1 || res.Pulls[0].Verdict != access.Allowed {
				t.Fatalf("%s is not verified: %+v", res.Repository, res)
			}
		}
		if n := strings.Count(stderr.String(), "\n"); n != 10 {
			t.Errorf("%d lines of progress:\n%s", n, stderr.String())
		}
	})
	t.Logf("nothing to do, verified, in %v", time.Since(begin))
	if len(third) != 0 {
		t.Errorf("again: writes %v", third)
	}

	// People read one line for all of them.
	code, out := text(t.Context(), never(), "revoke", "union", "--org", demoOrg, "--registry", d.host, "--prefix", "team/", "--profile", planeProfile, "--owner-profile", ownerProfile)
	if code != 0 {
		t.Errorf("revoke: status %d", code)
	}
	contains(t, out, "team/app-000, ", "and 495 more", "can no longer pull of 500 repositories", "500 repositories: 500 changed.")
	if n := strings.Count(out, "@@"); n != 2 {
		t.Errorf("the difference stands there %d times:\n%s", n, out)
	}
}

// One repository's failure is told and does not stop the others.
func TestGrantSomeFail(t *testing.T) {
	d, r := stage(t)
	createRepositories(t, d.owner, map[string]string{"env": "prod", "team": "a"}, "some/a", "some/full", "some/z")
	createRepositories(t, d.owner, map[string]string{"env": "dev", "team": "a"}, "some/dev", "other")
	full := `{"Version":"2012-10-17","Statement":[{"Sid":"` + strings.Repeat("x", 10000) + `","Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}`
	if _, err := ecr.NewFromConfig(d.owner).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("some/full"), PolicyText: &full}); err != nil {
		t.Fatal(err)
	}
	with := []string{"--org", demoOrg, "--account", planeAccount, "--registry", d.host, "--owner-profile", ownerProfile}
	got := r.run(append([]string{"grant", "union", "--prefix", "some/", "--tag", "env=prod", "--tag", "team=a"}, with...)...)
	if got.code != 1 || !strings.Contains(got.stderr, "some/full: the repository policy would have ") {
		t.Errorf("status %d, %s", got.code, got.stderr)
	}
	contains(t, got.stdout, "some/a, "+d.host+"/some/z", "3 repositories: 2 changed, 1 failed.", "characters that ECR stores")
	for repository, want := range map[string]bool{"some/a": true, "some/z": true, "some/full": false, "some/dev": false, "other": false} {
		if has := strings.Contains(policyText(t, d.owner, repository), nodeRole); has != want {
			t.Errorf("%s: granted %t", repository, has)
		}
	}
	for args, want := range map[string]string{
		"--prefix none/":           `no repository with prefix "none/" in us-east-1`,
		"--tag env=staging":        "no repository with tag env=staging",
		"--tag env":                "key=value",
		"":                         "which repositories?",
		"-r some/a -r absent":      "absent: read the policy of repository absent",
		"-r some/a:v1":             "not the URI",
		"-r some/a --verify maybe": "auto, simulate",
		"-r some/a --emit pulumi":  "terraform, cloudformation or awscli",
	} {
		got := r.run(append(append([]string{"grant", "union"}, with...), strings.Fields(args)...)...)
		if got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: status %d, %s; want %s", args, got.code, got.stderr, want)
		}
	}
	if got := r.run("grant", "union", "--org", demoOrg, "--prefix", "some/", "--owner-profile", ownerProfile); got.code != 1 || !strings.Contains(got.stderr, "--registry") {
		t.Errorf("no registry: %s", got.stderr)
	}
}

// A role that was deleted and created anew is another principal, although its
// name is the same: it is denied until the grant is healed.
func TestGrantHeals(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	args := func(verb string) []string {
		return []string{verb, "union", "--org", demoOrg, "-r", repo, "--profile", planeProfile, "--owner-profile", ownerProfile}
	}
	r.ok(args("grant")...)
	recreate := func() {
		t.Helper()
		api := iam.NewFromConfig(d.plane)
		readOnly := "arn:aws:iam::aws:policy/" + access.ReadOnlyPolicy
		if _, err := api.DetachRolePolicy(t.Context(), &iam.DetachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: &readOnly}); err != nil {
			t.Fatal(err)
		}
		if _, err := api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: aws.String(nodeRole)}); err != nil {
			t.Fatal(err)
		}
		if err := d.makeRole(t.Context(), &demoStep{Facts: map[string]any{}}); err != nil {
			t.Fatal(err)
		}
	}
	recreate()
	if text := policyText(t, d.owner, demoImage); !strings.Contains(text, `"AROA`) || strings.Contains(text, nodeRole) {
		t.Fatalf("the policy names the new role: %s", text)
	}
	explain := []string{"explain", "--as", "arn:aws:iam::" + planeAccount + ":role/" + nodeRole, "pull", repo, "--profile", planeProfile, "--owner-profile", ownerProfile}
	if got := r.run(explain...); got.code != notAllowed || !strings.Contains(got.stdout, "a principal that was deleted") {
		t.Errorf("before it is healed: status %d\n%s", got.code, got.stdout)
	}
	contains(t, r.ok(args("grant")...), "heal statement AllowPull: AROA", "what is left of a deleted principal, gives way to arn:aws:iam::111111111111:role/"+nodeRole, "Verified by simulating")
	if text := policyText(t, d.owner, demoImage); strings.Contains(text, `"AROA`) || !strings.Contains(text, nodeRole) {
		t.Errorf("healed: %s", text)
	}
	r.ok(explain...)
	contains(t, r.ok(args("grant")...), "nothing to do")

	recreate()
	contains(t, r.ok(args("revoke")...), "take AROA", "can no longer pull")
	if text := policyText(t, d.owner, demoImage); text != "" {
		t.Errorf("revoked: %s", text)
	}
}

// The pull is really made where the principal's credentials can be had.
func TestGrantPulls(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	with := func(args ...string) []string {
		return append(args, "-r", repo, "--owner-profile", ownerProfile)
	}
	contains(t, r.ok(with("grant", "union", "--org", demoOrg, "--profile", planeProfile)...), "Nothing was really pulled: the repository holds no image yet.")
	if got := r.run(with("grant", "union", "--org", demoOrg, "--profile", planeProfile, "--verify", "pull")...); got.code != 1 || !strings.Contains(got.stderr, "no image yet") {
		t.Errorf("asked for a pull of nothing: status %d, %s", got.code, got.stderr)
	}
	digest := push(t, d, d.owner, repo+":v1")
	contains(t, r.ok(with("grant", "union", "--org", demoOrg, "--profile", planeProfile, "--verify", "pull")...),
		"Verified by pulling "+repo+":v1: its manifest "+digest.String()+", and the first byte of a layer.")
	if out := r.ok(with("grant", "union", "--org", demoOrg, "--profile", planeProfile, "--verify", "simulate")...); strings.Contains(out, "pulling") {
		t.Errorf("simulated:\n%s", out)
	}
	if out := r.ok(with("grant", "union", "--org", demoOrg, "--profile", planeProfile, "--verify", "none")...); strings.Contains(out, "Verified") {
		t.Errorf("not verified:\n%s", out)
	}

	// With credentials of the role itself, which may read nothing of IAM.
	role := "arn:aws:iam::" + planeAccount + ":role/" + nodeRole
	out := r.ok(with("grant", "union", "--org", demoOrg, "--profile", planeProfile, "--assume-role", role, "--verify", "pull", "-o", "json")...)
	var got rolloutResult
	decode(t, out, &got)
	if p := got.Repositories[0].Pulls[0]; p.Verdict != access.Unknown || p.Pulled == nil || p.Pulled.Digest != digest.String() || p.Pulled.Layer == "" {
		t.Errorf("as the role itself: %+v", p)
	}
	if got := r.run(with("grant", "union", "--org", demoOrg, "--profile", planeProfile, "--assume-role", role+"2")...); got.code != 1 || !strings.Contains(got.stderr, "cannot be used") {
		t.Errorf("a role that cannot be assumed: status %d, %s", got.code, got.stderr)
	}

	// A deny that the policies do not show, such as one for a condition.
	text := strings.Replace(policyText(t, d.owner, demoImage), `"Statement": [`, `"Statement": [{"Sid":"no","Effect":"Deny","Principal":"*","Action":"ecr:GetDownloadUrlForLayer","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}},`, 1)
	if _, err := ecr.NewFromConfig(d.owner).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String(demoImage), PolicyText: &text}); err != nil {
		t.Fatal(err)
	}
	failed := r.run(with("grant", "union", "--org", demoOrg, "--profile", planeProfile)...)
	if failed.code != notAllowed || !strings.Contains(failed.stdout, "But it failed: pull a layer") {
		t.Errorf("denied: status %d\n%s%s", failed.code, failed.stdout, failed.stderr)
	}
}

// The owner's side by a role with an external id.
func TestGrantAssumesOwner(t *testing.T) {
	d, r := stage(t)
	api := iam.NewFromConfig(d.owner)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x-1"}}}]}`
	if _, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("granter"), AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	full := "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess"
	if _, err := api.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("granter"), PolicyArn: &full}); err != nil {
		t.Fatal(err)
	}
	args := []string{"grant", "union", "--org", demoOrg, "-r", d.host + "/" + demoImage, "--profile", planeProfile, "--owner-assume-role", "arn:aws:iam::222222222222:role/granter"}
	if got := r.run(args...); got.code != 1 || !strings.Contains(got.stderr, "role arn:aws:iam::222222222222:role/granter cannot be used") {
		t.Errorf("no external id: status %d, %s", got.code, got.stderr)
	}
	contains(t, r.ok(append(args, "--owner-external-id", "x-1")...), "Applied", "Verified by simulating")
}

// Release pulls in one region: the repository is replicated to it, with what
// was pushed before, and the grant is on the replica.
func TestGrantReplicates(t *testing.T) {
	d, r := stage(t)
	const region = "eu-west-2"
	ctx := t.Context()
	there := d.owner.Copy()
	there.Region = region
	other := types.ReplicationRule{
		Destinations:      []types.ReplicationDestination{{Region: aws.String("ap-south-1"), RegistryId: aws.String(ownerAccount)}},
		RepositoryFilters: []types.RepositoryFilter{{Filter: aws.String("other/"), FilterType: types.RepositoryFilterTypePrefixMatch}},
	}
	home := ecr.NewFromConfig(d.owner)
	if _, err := home.PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{ReplicationConfiguration: &types.ReplicationConfiguration{Rules: []types.ReplicationRule{other}}}); err != nil {
		t.Fatal(err)
	}
	repo := d.host + "/" + demoImage
	replica := strings.Replace(repo, demoRegion, region, 1)
	before := push(t, d, d.owner, repo+":before")
	args := []string{"grant", "release", "--release-id", planeAccount, "--cluster-region", region, "-r", repo, "--owner-profile", ownerProfile, "--profile", planeProfile}

	if got := r.run(args...); got.code != 1 || !strings.Contains(got.stderr, "--replicate does both") {
		t.Errorf("refused: status %d, %s", got.code, got.stderr)
	}
	if got := newWrites(t, d, func() {
		contains(t, r.ok(append(args, "--replicate", "--dry-run")...), "create it, as a replica", "copy 1 tag", "before", "add statement AllowReleasePull")
	}); len(got) != 0 {
		t.Errorf("a dry run writes %v", got)
	}
	contains(t, r.ok(append(args, "--replicate")...), "Replicate from "+d.host+" to eu-west-2: "+demoImage, "created, as a replica", "copied 1 tag", "Applied", "Verified by simulating")
	out, err := home.DescribeRegistry(ctx, &ecr.DescribeRegistryInput{})
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, rule := range out.ReplicationConfiguration.Rules {
		rules = append(rules, *rule.Destinations[0].Region+" "+*rule.RepositoryFilters[0].Filter)
	}
	if diff := cmp.Diff([]string{"ap-south-1 other/", region + " " + demoImage}, rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if text := policyText(t, there, demoImage); !strings.Contains(text, "AllowReleasePull") {
		t.Errorf("policy of the replica: %s", text)
	}
	if text := policyText(t, d.owner, demoImage); text != "" {
		t.Errorf("policy of the source: %s", text)
	}
	img, ok := endpoint.ParseImage(replica)
	if !ok {
		t.Fatal(replica)
	}
	has := func() map[string]string {
		t.Helper()
		all, err := tags(ctx, ecr.NewFromConfig(there), img)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if diff := cmp.Diff(map[string]string{"before": before.String()}, has()); diff != "" {
		t.Errorf("tags of the replica (-want +got):\n%s", diff)
	}
	after := push(t, d, d.owner, repo+":after")
	for deadline := time.Now().Add(20 * time.Second); has()["after"] != after.String(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("what is pushed later is not replicated: %v", has())
		}
	}
	if got := newWrites(t, d, func() { contains(t, r.ok(append(args, "--replicate")...), "nothing to do") }); len(got) != 0 {
		t.Errorf("again: writes %v", got)
	}
	r.ok(append([]string{"revoke"}, append(args[1:], "--replicate")...)...)
	if text := policyText(t, there, demoImage); text != "" {
		t.Errorf("policy of the replica after revoke: %s", text)
	}
	if got := r.run(append(args, "--replicate", "--emit", "terraform")...); got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "replication rules") {
		t.Errorf("emit: status %d, %s", got.code, got.stderr)
	}
}

// The image builder's roles get what they need on both sides.
func TestGrantImageBuilder(t *testing.T) {
	d, r := stage(t)
	api := iam.NewFromConfig(d.plane)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	for _, role := range []string{"builder", "proxy"} {
		if _, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String(role), AssumeRolePolicyDocument: &trust}); err != nil {
			t.Fatal(err)
		}
	}
	out := r.ok("grant", "union", "--org", demoOrg, "--image-builder", "builder", "--operator-proxy", "proxy", "-r", d.host+"/"+demoImage, "--profile", planeProfile, "--owner-profile", ownerProfile)
	contains(t, out, "add statement AllowPush", "add statement AllowDescribe", "builder lacks what it needs of ECR on its own side: attach AmazonEC2ContainerRegistryPowerUser",
		"proxy lacks", "Verified by simulating that arn:aws:iam::111111111111:role/builder may push", "✓ ecr:PutImage", "role/proxy may see which images exist")
	if n := len(grantStatements(t, policyText(t, d.owner, demoImage))); n != 3 {
		t.Errorf("%d statements", n)
	}
}

func grantStatements(t *testing.T, policy string) []any {
	t.Helper()
	var doc struct{ Statement []any }
	decode(t, policy, &doc)
	return doc.Statement
}

// Users' own platforms are commands as the others are.
func TestOwnProfiles(t *testing.T) {
	d, r := stage(t)
	dir := t.TempDir()
	own := `name: baseten
title: Baseten
sid: AllowBasetenPull
parameters:
  - {name: workspace, kind: text, required: true, example: ws1, description: the workspace}
principals: ["role/baseten-{workspace}"]
actions: [ecr:BatchGetImage, ecr:GetDownloadUrlForLayer]
sameAccount: the role's own policies are enough
`
	file := filepath.Join(dir, "pratique", "profiles", "baseten.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, file, own)
	if _, err := iam.NewFromConfig(d.plane).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("baseten-ws1"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)}); err != nil {
		t.Fatal(err)
	}
	args := []string{"grant", "baseten", "--workspace", "ws1", "-r", d.host + "/" + demoImage, "--profile", planeProfile, "--owner-profile", ownerProfile, "--dry-run"}
	r.env = map[string]string{"XDG_CONFIG_HOME": dir}
	contains(t, r.ok(args...), "add statement AllowBasetenPull")
	r.env = nil
	if got := r.run(args...); got.code != 1 || !strings.Contains(got.stderr, "unknown") {
		t.Errorf("without the directory: status %d, %s", got.code, got.stderr)
	}
	contains(t, r.ok(append(args, "--profiles", filepath.Dir(file))...), "add statement AllowBasetenPull")

	write(t, file, strings.Replace(own, "name: baseten", "name: union", 1))
	if got := r.run(append(args, "--profiles", filepath.Dir(file))...); got.code != 1 || !strings.Contains(got.stderr, `the name "union" is already used`) {
		t.Errorf("a name twice: status %d, %s", got.code, got.stderr)
	}
	write(t, file, strings.Replace(own, "ecr:BatchGetImage", "ecr:BatchGetImages", 1))
	if got := r.run(append(args, "--profiles="+filepath.Dir(file))...); got.code != 1 || !strings.Contains(got.stderr, `baseten.yaml: "ecr:BatchGetImages" is not an action of ECR`) {
		t.Errorf("an unknown action: status %d, %s", got.code, got.stderr)
	}
	if got := r.run(append(args, "--profiles", filepath.Join(dir, "absent"))...); got.code != 1 || !strings.Contains(got.stderr, "no such file") {
		t.Errorf("no directory: status %d, %s", got.code, got.stderr)
	}
}

// What is emitted is the policy that would be applied, and nothing is changed.
func TestGrantEmits(t *testing.T) {
	d, r := stage(t)
	if _, err := iam.NewFromConfig(d.plane).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("bare"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)}); err != nil {
		t.Fatal(err)
	}
	args := []string{"kubernetes", "--role", "bare", "-r", d.host + "/" + demoImage, "--profile", planeProfile, "--owner-profile", ownerProfile}
	emit := func(verb, format string) string {
		t.Helper()
		var got result
		if n := newWrites(t, d, func() { got = r.run(append(append([]string{verb}, args...), "--emit", format)...) }); len(n) != 0 {
			t.Errorf("%s --emit %s writes %v", verb, format, n)
		}
		if got.code != 0 {
			t.Fatalf("%s --emit %s: status %d, %s", verb, format, got.code, got.stderr)
		}
		return got.stdout
	}
	u, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	for format, parts := range map[string][]string{
		"terraform":      {`profile             = "images"`, `profile             = "data-plane"`, `resource "aws_ecr_repository_policy" "simple_example_image"`, `resource "aws_iam_role_policy_attachment" "bare"`, `"Sid": "AllowPull"`},
		"cloudformation": {"SimpleExampleImageRepository:", "BarePolicy:", `Sid: "AllowPull"`},
		"awscli":         {"aws ecr set-repository-policy", "aws iam attach-role-policy", "--profile images", "--profile data-plane", u.Port(), "AmazonEC2ContainerRegistryPullOnly"},
	} {
		contains(t, emit("grant", format), parts...)
	}
	r.ok(append([]string{"grant"}, args...)...)
	if out := emit("grant", "awscli"); out != "# There is nothing to do.\n" {
		t.Errorf("a script for what is done:\n%s", out)
	}
	contains(t, emit("grant", "terraform"), `"Sid": "AllowPull"`) // declares what is
	contains(t, emit("revoke", "awscli"), "aws ecr delete-repository-policy")
	if got := r.run(append(append([]string{"grant"}, args...), "--emit", "awscli", "-o", "json")...); got.code != 1 {
		t.Errorf("two outputs: status %d", got.code)
	}
}
