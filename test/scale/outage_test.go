package scale

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// internals is what clients need not know of what a server is made of.
var internals = regexp.MustCompile(`(?i)127\.0\.0\.1|localhost|postgres|s3|bucket|sql|dial|tcp|refused|connect`)

// wantUnavailable checks the answer of a registry of which something is away.
func wantUnavailable(t *testing.T, when string, resp *http.Response, text string) {
	t.Helper()
	var said struct {
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil || resp.StatusCode != http.StatusServiceUnavailable || len(said.Errors) != 1 || said.Errors[0].Code != "UNAVAILABLE" {
		t.Errorf("%s: %s %s, want 503 UNAVAILABLE", when, resp.Status, text)
	}
	if resp.Header.Get("Retry-After") == "" {
		t.Errorf("%s: no Retry-After", when)
	}
	if found := internals.FindString(text); found != "" {
		t.Errorf("%s: the answer says %q: %s", when, found, text)
	}
}

// wantUnavailableAPI checks what the APIs of a node answer whose database is away,
// to SDKs that do not try again.
func (c *cluster) wantUnavailableAPI(t *testing.T, n *blackbox.Server) {
	t.Helper()
	cfg := aws.Config{
		Region: blackbox.Region, BaseEndpoint: aws.String(n.URL), Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(c.admin.AccessKeyID, c.admin.SecretAccessKey, ""),
	}
	_, ofECR := ecr.NewFromConfig(cfg).DescribeRepositories(t.Context(), nil)
	_, ofIAM := iam.NewFromConfig(cfg).ListUsers(t.Context(), nil)
	for _, err := range []error{ofECR, ofIAM} {
		var wire smithy.APIError
		var answer interface{ HTTPStatusCode() int }
		if !errors.As(err, &wire) || wire.ErrorCode() != "ServiceUnavailable" || !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusServiceUnavailable {
			t.Errorf("the database is away: %v, want 503 ServiceUnavailable", err)
			continue
		}
		if found := internals.FindString(wire.ErrorMessage()); found != "" {
			t.Errorf("the answer says %q: %s", found, wire.ErrorMessage())
		}
		if !retry.NewStandard().IsErrorRetryable(err) {
			t.Errorf("the SDK does not try %v again", err)
		}
	}
}
