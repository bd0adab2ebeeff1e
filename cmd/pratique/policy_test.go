package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/pratique-dev/pratique/internal/access"
)

// pullPolicy lets the data plane's nodes pull, or any other principals.
func pullPolicy(principals string) string {
	return `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowPull",
      "Effect": "Allow",
      "Principal": {"AWS": ` + principals + `},
      "Action": ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
    }
  ]
}
`
}

const nodesARN = "arn:aws:iam::111111111111:role/" + nodeRole

func TestPolicyCommands(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	profiles := []string{"--profile", planeProfile, "--owner-profile", ownerProfile}
	with := func(args ...string) []string { return append(args, profiles...) }
	file := filepath.Join(t.TempDir(), "policy.json")

	if got := r.run("policy", "get", repo, "--profile", ownerProfile); got.code != notAllowed || got.stdout != "" || !strings.Contains(got.stderr, "has no policy") {
		t.Errorf("get without a policy: status %d, %q, %q", got.code, got.stdout, got.stderr)
	}

	// A dry run shows the difference and who gains, and changes nothing.
	write(t, file, pullPolicy(`"`+nodesARN+`"`))
	out := r.ok(with("policy", "set", repo, file, "--dry-run")...)
	contains(t, out, `+      "Sid": "AllowPull",`, "Gains  "+nodesARN+"  pull (3 actions)\n", "Dry run", "every role and user of accounts 111111111111 and 222222222222")
	if p := policyOf(t, d); p != "" {
		t.Fatalf("a dry run set the policy %s", p)
	}

	// Setting it sets the text as it is in the file.
	var result policyResult
	decode(t, r.ok(with("policy", "set", repo, file, "-o", "json")...), &result)
	if !result.Changed || !result.Applied || len(result.Impact.Gains) != 1 || len(result.Impact.Losses) != 0 || result.Impact.Gains[0].Principal != nodesARN || !result.Impact.Gains[0].Certain {
		t.Errorf("set: %+v, %+v", result, result.Impact)
	}
	if got := r.ok("policy", "get", repo, "--profile", ownerProfile); strings.Join(strings.Fields(got), "") != strings.Join(strings.Fields(read(t, file)), "") {
		t.Errorf("get: %s", got)
	}
	contains(t, r.ok(with("policy", "set", repo, file)...), "Nothing to do", "Nobody gains or loses")

	// Somebody else for the nodes: one gains for all that is known, one loses.
	r.stdin = pullPolicy(`"arn:aws:iam::111111111111:root"`)
	out = r.ok(with("policy", "set", repo, "-", "--dry-run")...)
	contains(t, out, "Gains  account 111111111111 (arn:aws:iam::111111111111:root)  pull (3 actions) (if its own side allows it", "Gains  arn:aws:iam::111111111111:user/"+adminUser)
	if strings.Contains(out, "Loses") {
		t.Errorf("the nodes lose although their account may pull:\n%s", out)
	}

	r.stdin = strings.Replace(pullPolicy(`"`+nodesARN+`"`), "ecr:BatchGetImage", "ecr:BatchGetImages", 1)
	contains(t, r.ok(with("policy", "set", repo, "-", "--dry-run")...), "did you mean ecr:BatchGetImage?", "Loses  "+nodesARN+"  pull (1 action)")

	// What would be refused is not tried.
	r.stdin = strings.Replace(pullPolicy(`"`+nodesARN+`"`), "ecr:BatchGetImage", "BatchGetImage", 1)
	got := r.run(with("policy", "set", repo, "-")...)
	if got.code != 1 {
		t.Errorf("no action: status %d\n%s", got.code, got.stdout)
	}
	contains(t, got.stdout, "Loses  "+nodesARN+"  pull (1 action)", "Not applied")
	r.stdin = `{"Version":`
	if got = r.run(with("policy", "set", repo, "-", "-o", "json")...); got.code != 1 || !strings.Contains(got.stdout, "INVALID") && !strings.Contains(got.stdout, "InvalidParameterException") {
		t.Errorf("no JSON: status %d, %s", got.code, got.stdout)
	}

	contains(t, r.ok(with("policy", "delete", repo, "--dry-run")...), "Loses  "+nodesARN+"  pull", `-      "Sid": "AllowPull",`)
	contains(t, r.ok(with("policy", "delete", repo)...), "Applied")
	if p := policyOf(t, d); p != "" {
		t.Errorf("after delete: %s", p)
	}
	contains(t, r.ok(with("policy", "delete", repo)...), "Nothing to do")
}

// Whoever pulled of late is named among those who lose.
func TestPolicyImpactKnowsWhoPulls(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	profiles := []string{"--profile", planeProfile, "--owner-profile", ownerProfile, "--data", filepath.Join(d.dir, "data")}
	deniedCall(t, d)
	file := filepath.Join(t.TempDir(), "policy.json")
	write(t, file, pullPolicy(`["`+nodesARN+`", "arn:aws:iam::111111111111:user/`+adminUser+`"]`))
	r.ok(append([]string{"policy", "set", repo, file}, profiles...)...)

	_, err := ecr.NewFromConfig(d.plane).BatchGetImage(t.Context(), &ecr.BatchGetImageInput{
		RegistryId: aws.String(ownerAccount), RepositoryName: aws.String(demoImage), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String(demoTag)}},
	})
	if err != nil {
		t.Fatal(err)
	}

	out := r.ok(append([]string{"policy", "delete", repo, "--dry-run"}, profiles...)...)
	contains(t, out, "last pulled 20", "is from the audit log")

	var who struct{ Principals []access.Access }
	decode(t, r.ok(append([]string{"who-can-pull", repo, "-o", "json"}, profiles...)...), &who)
	can := map[string]access.Access{}
	for _, p := range who.Principals {
		can[p.Principal] = p
	}
	plane := can["arn:aws:iam::111111111111:user/"+adminUser]
	if len(can) != 3 || can[nodesARN].Verdict != access.Allowed || can[nodesARN].LastPull != nil || plane.LastPull == nil || plane.Denials != 1 || can["arn:aws:iam::222222222222:user/"+adminUser].Why == "" {
		t.Errorf("who can pull: %+v", who.Principals)
	}
	contains(t, r.ok(append([]string{"who-can-pull", repo}, profiles...)...), "✓ "+nodesARN, "1 denial", `statement 1 "AllowPull"`)
}

// A policy that somebody changed meanwhile is left alone.
func TestPolicyConflict(t *testing.T) {
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	first := pullPolicy(`"` + nodesARN + `"`)
	set := func(text string) {
		if _, err := ecr.NewFromConfig(d.owner).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String(demoImage), PolicyText: &text}); err != nil {
			t.Error(err)
		}
	}
	set(first)
	theirs := strings.Replace(first, "AllowPull", "Theirs", 1)
	// The second of two reads of the policy is the one before the write.
	reads := 0
	proxy := intercept(t, d.url, func(target string) {
		if strings.HasSuffix(target, ".GetRepositoryPolicy") {
			if reads++; reads == 2 {
				set(theirs)
			}
		}
	})
	r.stdin = strings.Replace(first, "AllowPull", "Mine", 1)
	got := r.run("policy", "set", repo, "-", "--owner-profile", ownerProfile, "--endpoint-url", proxy)
	if got.code != conflict || !strings.Contains(got.stderr, "changed by someone else") {
		t.Errorf("status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	if p := policyOf(t, d); !strings.Contains(p, "Theirs") {
		t.Errorf("overwritten: %s", p)
	}
}

// intercept is a proxy to a server that tells of each request to the AWS APIs
// before it is sent on.
func intercept(t *testing.T, server string, see func(target string)) string {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	next := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // is signed
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		see(r.Header.Get("X-Amz-Target"))
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}
