package sigv4_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/sigv4"
)

// awsCLI runs the AWS CLI with the given session and no configuration of this machine's.
func awsCLI(t *testing.T, args ...string) []byte {
	t.Helper()
	need.Tools(t, "aws")
	cmd := exec.CommandContext(t.Context(), "aws", args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env,
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_ACCESS_KEY_ID="+session.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+session.SecretAccessKey, "AWS_SESSION_TOKEN="+session.SessionToken,
		"AWS_DEFAULT_REGION=eu-west-1", "AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "NO_PROXY=127.0.0.1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// TestAWSCLI verifies requests as the AWS CLI sends them.
func TestAWSCLI(t *testing.T) {
	for _, tt := range []struct {
		service, answer string
		args            []string
	}{
		{"sts", `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult/></GetCallerIdentityResponse>`,
			[]string{"sts", "get-caller-identity"}},
		{"ecr", `{"repositories":[]}`, []string{"ecr", "describe-repositories", "--repository-names", "team/app", "base"}},
	} {
		t.Run(tt.service, func(t *testing.T) {
			verified := make(chan error, 10)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err == nil {
					err = check(r, session.SecretAccessKey, string(body), tt.service, time.Now())
				}
				verified <- err
				_, _ = io.WriteString(w, tt.answer)
			}))
			defer server.Close()
			awsCLI(t, append(tt.args, "--endpoint-url", server.URL)...)
			select {
			case err := <-verified:
				if err != nil {
					t.Error(err)
				}
			default:
				t.Error("no request arrived")
			}
		})
	}
}

// TestAWSCLIPresigned verifies the presigned GetCallerIdentity that is a token for Amazon EKS.
func TestAWSCLIPresigned(t *testing.T) {
	var credential struct{ Status struct{ Token string } }
	if err := json.Unmarshal(awsCLI(t, "eks", "get-token", "--cluster-name", "flyte", "--output", "json"), &credential); err != nil {
		t.Fatal(err)
	}
	encoded, ok := strings.CutPrefix(credential.Status.Token, "k8s-aws-v1.")
	if !ok {
		t.Fatalf("token %.20q", credential.Status.Token)
	}
	url, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	r := newRequest(t, "GET", string(url))
	r.Header.Set("X-K8s-Aws-Id", "flyte")
	r = overTheWire(t, r)
	if err := check(r, session.SecretAccessKey, "", "sts", time.Now()); err != nil {
		t.Error(err)
	}
	r.Header.Set("X-K8s-Aws-Id", "other")
	compare(t, check(r, session.SecretAccessKey, "", "sts", time.Now()), mismatch)
	q, err := sigv4.Parse(r)
	if err != nil || q.Expires != time.Minute || q.SessionToken != session.SessionToken {
		t.Errorf("%v, error %v", q, err)
	}
}
