package platforms

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// moto is a server of somebody else's that answers the APIs of AWS. It differs
// from AWS in what these tests meet:
//
//   - It decides nothing: everybody may do everything, and assume every role,
//     without a policy. So explain is asked whether a pull would be allowed.
//   - It has no registry: repositories have names below amazonaws.com, but there
//     is nothing to pull from. So nothing is verified by pulling.
//   - The access key of a session chooses the account, and any other means
//     123456789012.
//   - Its managed policies are those of AWS at the time of its release.
//   - SetRepositoryPolicy accepts principals that do not exist, which ECR
//     refuses.
type moto struct {
	desk

	mu     sync.Mutex
	asked  []string // operations, as "ecr:SetRepositoryPolicy"
	others []string // requests that AWS would not know
	broken []string // requests that moto could not answer
}

// newMoto starts moto and puts a recorder before it.
func newMoto(t *testing.T) *moto {
	t.Helper()
	need.Tools(t, "moto_server", "aws")
	cmd := blackbox.Command(t, []string{"MOTO_IAM_LOAD_MANAGED_POLICIES=true"}, "moto_server", "-H", "127.0.0.1", "-p", "0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if _, url, ok := strings.Cut(lines.Text(), "Running on "); ok {
				address <- url
			}
		}
	}()
	t.Cleanup(func() {
		<-ended
		_ = cmd.Wait() // it was interrupted
	})
	m := new(moto)
	select {
	case text := <-address:
		target, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		recorder := httptest.NewServer(m.record(httputil.NewSingleHostReverseProxy(target)))
		t.Cleanup(recorder.Close)
		m.open(t, recorder.URL)
	case <-ended:
		t.Fatal("moto_server ended at once")
	case <-time.After(2 * time.Minute):
		t.Fatal("moto_server does not listen")
	}
	return m
}

// open gets a session in each account.
func (m *moto) open(t *testing.T, endpoint string) {
	t.Helper()
	first := newDesk(t, endpoint, map[string]blackbox.Credentials{"first": {AccessKeyID: "moto", SecretAccessKey: "moto"}})
	profiles := map[string]blackbox.Credentials{}
	for profile, account := range map[string]string{planeProfile: blackbox.Plane, ownerProfile: blackbox.Owner} {
		var out struct {
			Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }
		}
		first.aws(t, "first", &out, "sts", "assume-role", "--role-arn", "arn:aws:iam::"+account+":role/admin", "--role-session-name", "engineer")
		profiles[profile] = blackbox.Credentials(out.Credentials)
	}
	m.desk = newDesk(t, endpoint, profiles)
	// Nobody answers at Amazon's own names, should a command try.
	m.env = append(m.env, "HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1")
}

// record keeps what is asked by which API.
func (m *moto) record(next *httputil.ReverseProxy) http.Handler {
	next.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode >= 500 {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.broken = append(m.broken, fmt.Sprintf("%s: %s", operation(r.Request), r.Status))
		}
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op := operation(r)
		m.mu.Lock()
		if op == "" {
			m.others = append(m.others, r.Method+" "+r.URL.String()+" "+r.Header.Get("X-Amz-Target"))
		} else if !slices.Contains(m.asked, op) {
			m.asked = append(m.asked, op)
		}
		m.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// operation names what is asked, or returns "" for what is no operation of ECR,
// IAM or STS.
func operation(r *http.Request) string {
	if name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonEC2ContainerRegistry_V20150921."); ok {
		return "ecr:" + name
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	if err != nil || r.URL.Path != "/" {
		return ""
	}
	services := map[string]string{"2010-05-08": "iam:", "2011-06-15": "sts:"}
	if service := services[form.Get("Version")]; service != "" && form.Get("Action") != "" {
		return service + form.Get("Action")
	}
	return ""
}

// image creates a repository with an image in it, which has no bytes: moto
// keeps the manifest alone.
func (m *moto) image(t *testing.T, repository, tag string) (uri string) {
	t.Helper()
	var out struct {
		Repository struct{ RepositoryURI string }
	}
	m.aws(t, ownerProfile, &out, "ecr", "create-repository", "--repository-name", repository)
	manifest, err := blackbox.NewImage(t).RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	m.aws(t, ownerProfile, nil, "ecr", "put-image", "--repository-name", repository, "--image-tag", tag, "--image-manifest", string(manifest))
	return out.Repository.RepositoryURI
}

// TestMoto runs the commands of access against an implementation of the APIs
// that knows nothing of Pratique.
func TestMoto(t *testing.T) {
	m := newMoto(t)
	const name = "unionai-acme-flyteworker-node-group"
	role := m.role(t, name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	uri := m.image(t, "team/app", "v1")
	other := m.image(t, "team/web", "v1")
	profiles := []string{"--profile", planeProfile, "--owner-profile", ownerProfile}
	run := func(code int, args ...string) string {
		t.Helper()
		args = append(args, profiles...)
		out, got := m.try(t, args...)
		if got != code {
			t.Errorf("pratique %s: exit status %d, want %d\n%s", strings.Join(args, " "), got, code, out)
		}
		return out
	}
	says := func(out string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("the answer does not contain %q:\n%s", w, out)
			}
		}
	}
	explain := func(code int) string {
		t.Helper()
		return run(code, "explain", "--as", role, "pull", uri+":v1")
	}
	union := []string{"union", "--org", "acme", "--repository", uri}
	as := []string{"--as", "union:org=acme,account=" + blackbox.Plane}

	// Denied: neither side allows anything.
	says(explain(3), "identity policy", "resource policy", "no identity-based policy allows the ecr:GetAuthorizationToken action")
	run(3, append(append([]string{"can-pull"}, as...), uri, other)...)

	// One command, for both sides.
	grant := append(append([]string{"grant"}, union...), "--verify", "simulate")
	says(run(0, append(grant, "--dry-run")...), "add statement AllowPull", readOnly)
	if policy := m.policy(t, "team/app"); policy != "" {
		t.Errorf("a dry run set the policy %s", policy)
	}
	says(run(0, grant...), "add statement AllowPull", "attach "+readOnly, "Verified by simulating the pull of "+role)
	policy := m.policy(t, "team/app")
	says(run(0, grant...), "nothing to do")
	if again := m.policy(t, "team/app"); again != policy {
		t.Errorf("granting again changed the policy:\n%s\nto:\n%s", policy, again)
	}

	// Allowed, says each command that may be asked.
	says(explain(0), "Allowed")
	says(run(0, "who-can-pull", uri), role, `"AllowPull"`)
	run(0, append(append([]string{"can-pull"}, as...), uri)...)
	workload := filepath.Join(t.TempDir(), "pod.yaml")
	pod := func(images ...string) {
		var b strings.Builder
		b.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n")
		for i, image := range images {
			fmt.Fprintf(&b, "  - {name: c%d, image: %q}\n", i, image)
		}
		blackbox.WriteFile(t, workload, b.String())
	}
	check := append(append([]string{"check", "--region", blackbox.Region, "--skip", "platform,lifecycle"}, as...), workload)
	pod(uri + ":v1")
	run(0, check...)
	pod(uri+":v1", uri+":v2", other+":v1")
	says(run(3, check...), uri+":v2", other+":v1")

	// Policies: lint asks IAM for the principals, and moto is the server that
	// would have stored what it warns of.
	stale := filepath.Join(t.TempDir(), "stale.json")
	blackbox.WriteFile(t, stale, strings.ReplaceAll(policy, name, "nobody"))
	if out, code := m.try(t, "lint", stale, "--profile", planeProfile); code != 1 || !strings.Contains(out, "nobody") {
		t.Errorf("lint of a principal that does not exist: exit status %d\n%s", code, out)
	}
	kept := filepath.Join(t.TempDir(), "kept.json")
	blackbox.WriteFile(t, kept, policy)
	if out, code := m.try(t, "lint", kept, "--profile", planeProfile); code != 0 {
		t.Errorf("lint of what was granted: exit status %d\n%s", code, out)
	}

	// Many grants, declared.
	declared := filepath.Join(t.TempDir(), "access.yaml")
	blackbox.WriteFile(t, declared, fmt.Sprintf("version: 1\ncredentials:\n  puller: {profile: %s}\n  owner: {profile: %s}\ngrants:\n"+
		"- platform: union\n  account: %q\n  parameters: {org: acme}\n  registry: %s\n  prefix: team/\n",
		planeProfile, ownerProfile, blackbox.Plane, strings.TrimSuffix(uri, "/team/app")))
	if out, code := m.try(t, "plan", declared); code == 0 || !strings.Contains(out, "team/web") {
		t.Errorf("plan: exit status %d\n%s", code, out)
	}
	m.run(t, "apply", "--verify", "simulate", declared)
	m.run(t, "plan", declared)
	run(3, check...) // for the tag v2 alone
	pod(uri+":v1", other+":v1")
	run(0, check...)

	// Revoked.
	says(run(0, append([]string{"revoke"}, union...)...), "can no longer pull")
	run(0, "revoke", "union", "--org", "acme", "--repository", other)
	if policy := m.policy(t, "team/app"); policy != "" {
		t.Errorf("revoking left %s", policy)
	}
	explain(3)
	says(run(3, "who-can-pull", uri), "Nobody can pull")

	m.mu.Lock()
	defer m.mu.Unlock()
	slices.Sort(m.asked)
	t.Logf("operations: %s", strings.Join(m.asked, " "))
	if len(m.others) > 0 {
		t.Errorf("requests that AWS does not know: %q", m.others)
	}
	if len(m.broken) > 0 {
		t.Errorf("requests that moto could not answer: %q", m.broken)
	}
}

// TestMotoRelease: the owner's credentials are all there is, and replication is
// set up by ECR's own operations. moto keeps the rule and replicates nothing.
func TestMotoRelease(t *testing.T) {
	m := newMoto(t)
	uri := m.image(t, "vendorapp", "v1")
	release := []string{"release", "--release-id", blackbox.Plane, "--cluster-region", blackbox.Elsewhere, "--repository", uri, "--owner-profile", ownerProfile}
	if out, code := m.try(t, append([]string{"grant"}, release...)...); code != 1 || !strings.Contains(out, "only inside its cluster's region") {
		t.Errorf("granting in another region: exit status %d\n%s", code, out)
	}
	release = append(release, "--replicate")
	t.Log(m.run(t, append(append([]string{"grant"}, release...), "--verify", "simulate", "--copy=false")...))

	var registry struct {
		ReplicationConfiguration json.RawMessage
	}
	m.aws(t, ownerProfile, &registry, "ecr", "describe-registry")
	if text := string(registry.ReplicationConfiguration); !strings.Contains(text, blackbox.Elsewhere) || !strings.Contains(text, "vendorapp") {
		t.Errorf("replication: %s", text)
	}
	policy := blackbox.Run(t, m.env, "aws", "--profile", ownerProfile, "--region", blackbox.Elsewhere, "ecr", "get-repository-policy", "--repository-name", "vendorapp", "--query", "policyText", "--output", "text")
	if !strings.Contains(string(policy), "AllowReleasePull") {
		t.Errorf("policy of the replica: %s", policy)
	}
	if policy := m.policy(t, "vendorapp"); policy != "" {
		t.Errorf("the original has the policy %s", policy)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.others)+len(m.broken) > 0 {
		t.Errorf("requests that AWS does not know: %q, or moto could not answer: %q", m.others, m.broken)
	}
}
