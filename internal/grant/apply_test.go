package grant

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// fakeECR keeps one repository policy and answers as ECR does on the wire.
type fakeECR struct {
	policy string
	calls  []string
	refuse bool
}

func (f *fakeECR) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, _ := io.ReadAll(r.Body)
	var in struct{ RegistryID, RepositoryName, PolicyText string }
	if err := json.Unmarshal(body, &in); err != nil || in.RegistryID != "222222222222" || in.RepositoryName != "r" {
		http.Error(w, "unexpected request", http.StatusBadRequest)
		return
	}
	f.calls = append(f.calls, op)
	fail := func(code, message string) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
	}
	switch {
	case op == "GetRepositoryPolicy" && f.policy == "":
		fail("RepositoryPolicyNotFoundException", "Repository policy does not exist for the repository with name 'r' in the registry with id '222222222222'")
		return
	case op == "SetRepositoryPolicy" && f.refuse:
		fail("InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
		return
	case op == "SetRepositoryPolicy":
		f.policy = in.PolicyText
	case op == "DeleteRepositoryPolicy":
		f.policy = ""
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]string{"registryId": in.RegistryID, "repositoryName": in.RepositoryName, "policyText": f.policy})
}

func TestApply(t *testing.T) {
	fake := new(fakeECR)
	srv := httptest.NewServer(fake)
	defer srv.Close()
	api := ecr.New(ecr.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(srv.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	union, err := profiles.Named("union")
	if err != nil {
		t.Fatal(err)
	}
	g, err := union.Grant(Input{Account: "111111111111", Params: map[string]string{"org": "acme"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "r"}
	read := func() {
		t.Helper()
		if repo.Policy, err = ReadPolicy(ctx, api, repo); err != nil {
			t.Fatal(err)
		}
	}

	read()
	plan, err := g.Plan(repo)
	if err != nil {
		t.Fatal(err)
	}
	if err := Apply(ctx, api, plan); err != nil {
		t.Fatal(err)
	}
	if fake.policy != plan.After || !strings.Contains(fake.policy, "AllowPull") {
		t.Errorf("stored policy %q; want %q", fake.policy, plan.After)
	}

	// The plan was made for a repository without a policy, which it no longer is.
	if err := Apply(ctx, api, plan); !errors.Is(err, ErrConflict) {
		t.Errorf("outdated plan: error %v; want ErrConflict", err)
	}

	read()
	if plan, err = g.Plan(repo); err != nil || plan.Changed {
		t.Fatalf("second plan: %+v, %v", plan, err)
	}
	calls := len(fake.calls)
	if err := Apply(ctx, api, plan); err != nil || len(fake.calls) != calls {
		t.Errorf("a plan without a change made calls %v, error %v", fake.calls[calls:], err)
	}

	if plan, err = g.PlanRevoke(repo); err != nil {
		t.Fatal(err)
	}
	if err := Apply(ctx, api, plan); err != nil {
		t.Fatal(err)
	}
	if fake.policy != "" {
		t.Errorf("policy after revoke: %q; want none", fake.policy)
	}

	fake.refuse = true
	read()
	if plan, err = g.Plan(repo); err != nil {
		t.Fatal(err)
	}
	if err := Apply(ctx, api, plan); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("refused policy: error %v; want the hint about principals", err)
	}
}
