package platforms

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestAnyscaleSecret pulls with what the nodes of Anyscale read from the secret
// that registry_login_secret names: they log in with it where the image is not
// in AWS.
func TestAnyscaleSecret(t *testing.T) {
	need.Tools(t, "crane")
	w := newWorld(t)
	uri, digest := w.image(t, "team/app", "v1")
	host := w.Registry(blackbox.Owner)
	// An access key may pull without a token, so that is all it may.
	key := w.user(t, "anyscale", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}`)
	w.run(t, "grant", "anyscale", "--principal", "arn:aws:iam::"+blackbox.Plane+":user/anyscale", "--repository", uri, "--profile", planeProfile, "--owner-profile", ownerProfile)

	secret := func(c blackbox.Credentials, host string) (string, error) {
		out, err := blackbox.Try(t, w.Env(c), "", os.Getenv("PRATIQUE_TEST_BINARY"), "login", "--anyscale-secret", host)
		return string(out), err
	}
	text, err := secret(key, host)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if diff := cmp.Diff(map[string]string{"username": key.AccessKeyID, "password": key.SecretAccessKey, "server": host}, got); diff != "" {
		t.Errorf("secret (-want +got):\n%s", diff)
	}

	node := blackbox.NewRunner(t)
	if _, err := node.Try(t, got["password"], "crane", "auth", "login", got["server"], "-u", got["username"], "--password-stdin"); err != nil {
		t.Fatal(err)
	}
	pulled, err := node.Try(t, "", "crane", "digest", uri+":v1")
	if err != nil || pulled != digest {
		t.Errorf("the node finds %q, want %s: %v", pulled, digest, err)
	}
	if _, err := node.Try(t, "", "crane", "pull", uri+":v1", node.Fresh(t)); err != nil {
		t.Error(err)
	}

	session := w.AssumeRole(t, w.operator(t), w.role(t, "node", nodeTrust), instance)
	for what, tt := range map[string]struct {
		key        blackbox.Credentials
		host, want string
	}{
		"a session":        {session, host, "expire"},
		"Amazon's names":   {key, blackbox.Owner + ".dkr.ecr." + blackbox.Region + ".amazonaws.com", "pratique grant anyscale"},
		"a wrong secret":   {blackbox.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: "no"}, host, "try the access key"},
		"another registry": {key, "docker.io", "is not a registry"},
	} {
		if out, err := secret(tt.key, tt.host); err == nil || out != "" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: printed %q, error %v, want %q", what, out, err, tt.want)
		}
	}
}
