package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/grant"
)

// TestRolloutText is what a person reads of a rollout in which everything
// happens.
func TestRolloutText(t *testing.T) {
	const host = "222222222222.dkr.ecr.us-east-1.amazonaws.com/"
	role := "arn:aws:sts::111111111111:assumed-role/nodes/any-session"
	profiles, err := grant.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	kubernetes, err := profiles.Named("kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	g, err := kubernetes.Grant(grant.Input{Account: "111111111111", Params: map[string]string{"role": "nodes"}})
	if err != nil {
		t.Fatal(err)
	}
	granted := func(name string, s status) *repositoryResult {
		plan, err := g.Plan(grant.Repository{Account: "222222222222", Region: "us-east-1", Name: name})
		if err != nil {
			t.Fatal(err)
		}
		res := &repositoryResult{Repository: host + name, Status: s, Plan: plan, Applied: s == statusChanged}
		if res.Diff, err = plan.Diff(); err != nil {
			t.Fatal(err)
		}
		if s == statusChanged {
			res.Pulls = []*proof{{
				Report: &access.Report{Principal: role, Image: res.Repository, Verdict: access.Allowed, Steps: []access.Step{{Action: "ecr:BatchGetImage", Verdict: access.Allowed}}},
				May:    "pull", NotPulled: "the repository holds no image yet",
			}}
		}
		return res
	}
	fine := granted("team/e", statusUnchanged)
	fine.Diff, fine.Plan = "", &grant.Plan{Summary: "nothing to do: statement AllowPull already allows it", Notes: []string{"a note"}, Size: 10000, Limit: grant.Limit}
	failed := &repositoryResult{Repository: host + "team/f"}
	failed.fail(errors.New("set the policy of repository team/f: AccessDeniedException"))
	replica := granted("team/g", statusChanged)
	replica.Replica = &replicaResult{Of: host + "team/g", Rule: true, Created: true, Copied: []string{"v1", "v2"}}
	replica.Pulls[0].NotPulled, replica.Pulls[0].Failed = "", "pull the manifest: denied"
	left := &repositoryResult{Repository: host + "team/h", Status: statusRemaining}

	var stdout, stderr bytes.Buffer
	text := outputText
	who, err := access.NewPuller(role)
	if err != nil {
		t.Fatal(err)
	}
	r := &rollout{app: &app{stdout: &stdout, stderr: &stderr}, rolloutOptions: rolloutOptions{output: &text}}
	r.result.Replication = []replicationRule{{host[:len(host)-1], "eu-west-2", []string{"team/g"}}}
	r.result.Attach = []*attachment{{Principal: role, Policy: "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly", Attached: true, puller: &puller{Puller: who}}}
	r.result.Interrupted = true
	for _, res := range []*repositoryResult{granted("team/a", statusChanged), granted("team/b", statusChanged), granted("team/c", statusPlanned), granted("team/d", statusChanged), fine, failed, replica, left} {
		r.targets = append(r.targets, &target{result: res})
		r.result.Repositories = append(r.result.Repositories, res)
	}
	r.result.count(r)
	var exit *exitError
	if err := r.report(); !errors.As(err, &exit) || exit.code != interrupted {
		t.Errorf("outcome %v", err)
	}
	golden(t, filepath.Join("testdata", "rollout.txt"), stdout.String()+"-- standard error --\n"+stderr.String())
}
