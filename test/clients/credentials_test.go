package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/oidc/oidctest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestWhereClientsLookForCredentials has the AWS CLI find a role's credentials where it looks for them on EC2, in a
// container and in a Kubernetes pod.
func TestWhereClientsLookForCredentials(t *testing.T) {
	issuer := oidctest.New(t, "")
	address := issuer.Resolve()[oidctest.Host]
	s := newStory(t, "--oidc-ca", issuer.CAFile(), "--oidc-resolve", oidctest.Host+"="+address)
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}

	s.AWS(t, s.plane, nil, "iam", "create-open-id-connect-provider", "--url", issuer.URL, "--client-id-list", "sts.amazonaws.com")
	s.AWS(t, s.plane, nil, "iam", "create-role", "--role-name", "node", "--assume-role-policy-document", fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::%s:oidc-provider/%s"},`+
			`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"%[2]s:sub":"system:serviceaccount:build:runner"}}}]}`, blackbox.Plane, oidctest.Host))
	role := "arn:aws:iam::" + blackbox.Plane + ":role/node"
	token := file("token", issuer.Sign("first", issuer.Claims(time.Now(), "sts.amazonaws.com", nil)))

	authorization := filepath.Join(dir, "authorization")
	url := s.NodeCredentials(t, nil, "--role-arn", role, "--web-identity-token-file", token, "--session-name", "machine", "--authorization-token-file", authorization)

	server := []string{"AWS_ENDPOINT_URL=" + s.URL, "AWS_DEFAULT_REGION=" + blackbox.Region}
	for _, tt := range []struct {
		where, session string
		env            []string
	}{
		{"EC2", "machine", []string{"AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url}},
		{"container", "machine", []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + url + "/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + authorization}},
		{"pod", "pod", []string{"AWS_ROLE_ARN=" + role, "AWS_WEB_IDENTITY_TOKEN_FILE=" + token, "AWS_ROLE_SESSION_NAME=pod"}},
	} {
		t.Run(tt.where, func(t *testing.T) {
			out := blackbox.Run(t, append(tt.env, server...), "aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
			if got, want := strings.TrimSpace(string(out)), "arn:aws:sts::"+blackbox.Plane+":assumed-role/node/"+tt.session; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
