package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// deniedCall makes a call that the owner's side denies, and returns its id.
func deniedCall(t *testing.T, d *demo) string {
	t.Helper()
	_, err := ecr.NewFromConfig(d.plane).BatchGetImage(t.Context(), &ecr.BatchGetImageInput{
		RegistryId: aws.String(ownerAccount), RepositoryName: aws.String(demoImage), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String(demoTag)}},
	})
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) {
		t.Fatalf("the call was not denied: %v", err)
	}
	return answer.ServiceRequestID()
}

func TestExplainDecision(t *testing.T) {
	d, r := stage(t)
	t.Chdir(t.TempDir()) // where no server's data is
	id := deniedCall(t, d)

	got := r.run("explain", id, "--profile", planeProfile)
	if got.code != notAllowed {
		t.Errorf("caller: status %d, %s", got.code, got.stderr)
	}
	contains(t, got.stdout, "ecr BatchGetImage", "by arn:aws:iam::111111111111:user/"+adminUser, "no resource-based policy allows", "AdministratorAccess",
		"Not shown: the resource's policies, which account 222222222222 can ask for.")

	got = r.run("explain", id, "--profile", ownerProfile, "-o", "json")
	var out struct {
		FormatVersion  int
		DecisionID     string
		Time           string
		Authorizations []struct {
			Effect, Reason string
			Trace          struct{ Layers []struct{ Type string } }
			Withheld       []struct{ Side, AccountID string }
		}
	}
	decode(t, got.stdout, &out)
	if got.code != notAllowed || out.FormatVersion != 1 || out.DecisionID != id || !strings.HasPrefix(out.Time, "20") || len(out.Authorizations) != 1 {
		t.Fatalf("owner: status %d, %+v", got.code, out)
	}
	if a := out.Authorizations[0]; a.Reason != "resource" || len(a.Trace.Layers) != 1 || a.Trace.Layers[0].Type != "resource" || a.Withheld[0].Side != "caller" || a.Withheld[0].AccountID != planeAccount {
		t.Errorf("owner: %+v", a)
	}

	got = r.run("explain", id, "--data", filepath.Join(d.dir, "data"))
	if got.code != notAllowed || strings.Contains(got.stdout, "Not shown") {
		t.Errorf("audit log: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, got.stdout, "AdministratorAccess", "resource-based policies: none is attached")

	got = r.run("explain", "no-such-id", "--profile", planeProfile)
	if got.code != 1 || !strings.Contains(got.stderr, "no-such-id") || !strings.Contains(got.stderr, "--profile") {
		t.Errorf("unknown id: status %d, %s", got.code, got.stderr)
	}
}

// AWS, and what else does not know the operation, is told from a Pratique
// that does not know the id.
func TestExplainDecisionOfOthers(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Chdir(t.TempDir())
	r := runner{t: t, files: awsFiles{"config", "credentials"}}
	write(t, "config", "[default]\nregion = us-east-1\n")
	write(t, "credentials", "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n")
	answers := map[string]string{
		"another registry": `{"__type":"com.amazon.coral.service#UnknownOperationException"}`,
		"a web server":     `<html>`,
		"a mock of all":    `{}`,
		"none":             "",
	}
	for name, body := range answers {
		args := []string{"explain", "some-id"}
		if body != "" {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if name != "a mock of all" {
					w.WriteHeader(http.StatusBadRequest)
				}
				_, _ = w.Write([]byte(body))
			}))
			defer srv.Close()
			args = append(args, "--endpoint-url", srv.URL)
		}
		got := r.run(args...)
		if got.code != 1 || !strings.Contains(got.stderr, "AWS keeps no record") || !strings.Contains(got.stderr, "explain --as") {
			t.Errorf("%s: status %d, %s", name, got.code, got.stderr)
		}
	}
}
