package platforms

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/oidc/oidctest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

func TestMain(m *testing.M) { blackbox.Main(m) }

// The two sides' profiles of the AWS configuration.
const (
	planeProfile = "data-plane"
	ownerProfile = "images"
)

// desk is where a platform engineer sits: an AWS configuration with a profile
// for each account, and nothing else.
type desk struct {
	env []string
}

func newDesk(t testing.TB, endpoint string, profiles map[string]blackbox.Credentials) desk {
	t.Helper()
	return desk{blackbox.Profiles(t, endpoint, profiles)}
}

// try runs pratique and returns what it printed, on standard error as well,
// and its exit status.
func (d desk) try(t testing.TB, args ...string) (string, int) {
	t.Helper()
	cmd := blackbox.Command(t, d.env, os.Getenv("PRATIQUE_TEST_BINARY"), args...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("pratique %s: %v", strings.Join(args, " "), err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// run runs pratique, which must succeed, and returns its standard output.
func (d desk) run(t testing.TB, args ...string) string {
	t.Helper()
	return string(blackbox.Run(t, d.env, os.Getenv("PRATIQUE_TEST_BINARY"), args...))
}

// aws runs the AWS CLI with a profile, which must succeed, and decodes what it
// prints into out, unless that is nil.
func (d desk) aws(t testing.TB, profile string, out any, args ...string) {
	t.Helper()
	b := blackbox.Run(t, d.env, "aws", append([]string{"--profile", profile, "--output", "json"}, args...)...)
	if out == nil {
		return
	}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, b)
	}
}

// policy is the policy of an owner's repository, or "".
func (d desk) policy(t testing.TB, repository string) string {
	t.Helper()
	out, err := blackbox.Try(t, d.env, "", "aws", "--profile", ownerProfile, "ecr", "get-repository-policy", "--repository-name", repository, "--query", "policyText", "--output", "text")
	if err != nil {
		if !strings.Contains(err.Error(), "RepositoryPolicyNotFoundException") {
			t.Fatal(err)
		}
		return ""
	}
	return strings.TrimSpace(string(out))
}

// role makes a role of the data plane's account that has managed policies.
func (d desk) role(t testing.TB, name, trust string, managed ...string) (arn string) {
	t.Helper()
	d.aws(t, planeProfile, nil, "iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust)
	for _, p := range managed {
		d.aws(t, planeProfile, nil, "iam", "attach-role-policy", "--role-name", name, "--policy-arn", "arn:aws:iam::aws:policy/"+p)
	}
	return "arn:aws:iam::" + blackbox.Plane + ":role/" + name
}

// world is a server with two accounts, an issuer of web identities that it can
// reach, and a desk.
type world struct {
	*blackbox.Server
	desk
	plane, owner blackbox.Credentials
	issuer       *oidctest.Issuer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	blackbox.NeedNames(t)
	need.Tools(t, "aws")
	issuer := oidctest.New(t, "")
	data := filepath.Join(t.TempDir(), "data")
	w := &world{
		plane:  blackbox.CreateAccount(t, data, blackbox.Plane, "plane"),
		owner:  blackbox.CreateAccount(t, data, blackbox.Owner, "owner"),
		Server: blackbox.Start(t, data, "--oidc-ca", issuer.CAFile(), "--oidc-resolve", oidctest.Host+"="+issuer.Resolve()[oidctest.Host]),
		issuer: issuer,
	}
	w.desk = newDesk(t, w.URL, map[string]blackbox.Credentials{planeProfile: w.plane, ownerProfile: w.owner})
	return w
}

// image creates a repository of the owner's with an image, and returns its URI
// and the image's digest.
func (w *world) image(t testing.TB, repository, tag string) (uri, digest string) {
	t.Helper()
	w.aws(t, ownerProfile, nil, "ecr", "create-repository", "--repository-name", repository)
	uri = w.Registry(blackbox.Owner) + "/" + repository
	return uri, w.push(t, uri+":"+tag)
}

// push stores a new image with the owner's credentials.
func (w *world) push(t testing.TB, image string) (digest string) {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	img := blackbox.NewImage(t)
	login := &authn.Basic{Username: "AWS", Password: w.Password(t, w.owner)}
	if err := remote.Write(ref, img, remote.WithAuth(login)); err != nil {
		t.Fatalf("push: %v", err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

// password is what the AWS CLI gets on a machine with the environment.
func (w *world) password(t testing.TB, env []string) (string, error) {
	t.Helper()
	out, err := blackbox.Try(t, env, "", "aws", "ecr", "get-login-password")
	return strings.TrimSpace(string(out)), err
}

// operator makes a user who may assume roles and do nothing else: what starts
// the machines has its key.
func (w *world) operator(t testing.TB) blackbox.Credentials {
	t.Helper()
	return w.user(t, "operator", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
}

// user makes a user of the data plane's account with an inline policy.
func (w *world) user(t testing.TB, name, policy string) blackbox.Credentials {
	t.Helper()
	w.aws(t, planeProfile, nil, "iam", "create-user", "--user-name", name)
	w.aws(t, planeProfile, nil, "iam", "put-user-policy", "--user-name", name, "--policy-name", "own", "--policy-document", policy)
	var key struct {
		AccessKey struct{ AccessKeyID, SecretAccessKey string }
	}
	w.aws(t, planeProfile, &key, "iam", "create-access-key", "--user-name", name)
	return blackbox.Credentials{AccessKeyID: key.AccessKey.AccessKeyID, SecretAccessKey: key.AccessKey.SecretAccessKey}
}

// nodeTrust lets EC2 instances assume a role, and on machines that are none
// the operator for them.
const nodeTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
	`"Principal":{"Service":"ec2.amazonaws.com","AWS":"arn:aws:iam::` + blackbox.Plane + `:user/operator"},"Action":"sts:AssumeRole"}]}`

// instance is the session that a node has, which EC2 names after it.
const instance = "i-0123456789abcdef0"

// node returns the environment of a machine that has a role as EC2 instances
// do.
func (w *world) node(t testing.TB, operator blackbox.Credentials, role string) []string {
	t.Helper()
	url := w.NodeCredentials(t, w.Env(operator), "--role-arn", role, "--session-name", instance)
	return []string{"AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url, "AWS_ENDPOINT_URL=" + w.URL, "AWS_DEFAULT_REGION=" + blackbox.Region}
}

// The issuer's name for the service account that the pod of podTrust has.
const podSubject = "system:serviceaccount:build:runner"

// podTrust lets pods with a service account assume a role.
const podTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
	`"Principal":{"Federated":"arn:aws:iam::` + blackbox.Plane + `:oidc-provider/` + oidctest.Host + `"},"Action":"sts:AssumeRoleWithWebIdentity",` +
	`"Condition":{"StringEquals":{"` + oidctest.Host + `:sub":"` + podSubject + `","` + oidctest.Host + `:aud":"sts.amazonaws.com"}}}]}`

// pod returns the environment of a pod with a role by web identity.
func (w *world) pod(t testing.TB, role string) []string {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	blackbox.WriteFile(t, token, w.issuer.Sign("first", w.issuer.Claims(time.Now(), "sts.amazonaws.com", map[string]any{"sub": podSubject})))
	return []string{"AWS_ROLE_ARN=" + role, "AWS_WEB_IDENTITY_TOKEN_FILE=" + token, "AWS_ROLE_SESSION_NAME=" + instance, "AWS_ENDPOINT_URL=" + w.URL, "AWS_DEFAULT_REGION=" + blackbox.Region}
}

// denied is ECR's sentence for a pull that no statement of the repository's
// policy allows.
func denied(who, repository string) string {
	return fmt.Sprintf("User: %s is not authorized to perform: ecr:BatchGetImage on resource: "+
		"arn:aws:ecr:%s:%s:repository/%s because no resource-based policy allows the ecr:BatchGetImage action", who, blackbox.Region, blackbox.Owner, repository)
}

func session(role string) string {
	return "arn:aws:sts::" + blackbox.Plane + ":assumed-role/" + role + "/" + instance
}
