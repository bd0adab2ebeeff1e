package clients

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestPushAndPull is the owner's day: a repository, a login with the password
// of the AWS CLI, a push, the same bytes back.
func TestPushAndPull(t *testing.T) {
	blackbox.NeedNames(t)
	s := newStory(t)
	password := s.Password(t, s.owner)
	for _, c := range blackbox.Clients() {
		t.Run(c.Name, func(t *testing.T) {
			tool := c.Open(t)
			repository := "clients/" + c.Name
			ref := s.repository(t, repository) + ":v1"

			if err := tool.Login(t, s.Registry(blackbox.Owner), password); err != nil {
				t.Fatalf("login: %v", err)
			}
			if err := tool.Push(t, blackbox.NewArchive(t), ref); err != nil {
				t.Fatalf("push: %v", err)
			}
			want := s.digest(t, repository, "v1")
			got, err := tool.Pull(t, ref)
			if err != nil {
				t.Fatalf("pull: %v", err)
			}
			if got != want {
				t.Errorf("pulled %s, the registry says %s", got, want)
			}
		})
	}
}

// TestWrongPassword: no client believes a login that the server refuses.
func TestWrongPassword(t *testing.T) {
	blackbox.NeedNames(t)
	s := newStory(t)
	for _, c := range blackbox.Clients() {
		if c.Name == "containerd" || c.Name == "crane" {
			continue // they keep a password without trying it
		}
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Open(t).Login(t, s.Registry(blackbox.Owner), "not-a-token"); err == nil {
				t.Error("login with a wrong password succeeded")
			}
		})
	}
}

// TestCrossAccountPull is the story the project exists for: the node of one
// account pulls from another, before the owner lets it, after, and after the
// owner thought better of it, with one token throughout.
func TestCrossAccountPull(t *testing.T) {
	blackbox.NeedNames(t)
	s := newStory(t)
	password := s.Password(t, s.node(t))
	ownerPassword := s.Password(t, s.owner)
	for _, c := range blackbox.Clients() {
		t.Run(c.Name, func(t *testing.T) {
			tool := c.Open(t)
			repository := "shared/" + c.Name
			ref := s.repository(t, repository) + ":v1"
			if err := tool.Login(t, s.Registry(blackbox.Owner), ownerPassword); err != nil {
				t.Fatalf("login of the owner: %v", err)
			}
			if err := tool.Push(t, blackbox.NewArchive(t), ref); err != nil {
				t.Fatalf("push: %v", err)
			}
			want := s.digest(t, repository, "v1")

			if err := tool.Login(t, s.Registry(blackbox.Owner), password); err != nil {
				t.Fatalf("login of the node: %v", err)
			}
			refused := func(when string) {
				t.Helper()
				_, err := tool.Pull(t, ref)
				switch {
				case err == nil:
					t.Fatalf("%s: pulled what it may not", when)
				case c.Sentence && !strings.Contains(err.Error(), denied(repository)):
					t.Errorf("%s: the client does not say why:\n%v\nwant: %s", when, err, denied(repository))
				case !c.Sentence && !strings.Contains(err.Error(), "403"):
					t.Errorf("%s: want 403, got: %v", when, err)
				}
			}
			refused("before the policy")
			s.allowPull(t, repository)
			got, err := tool.Pull(t, ref)
			if err != nil {
				t.Fatalf("pull: %v", err)
			}
			if got != want {
				t.Errorf("pulled %s, pushed %s", got, want)
			}
			if err := tool.Push(t, blackbox.NewArchive(t), ref); err == nil {
				t.Error("the node pushed: it may only pull")
			}
			s.AWS(t, s.owner, nil, "ecr", "delete-repository-policy", "--repository-name", repository)
			refused("after the policy")
		})
	}
}

// TestContainerdNamespace pulls by ECR's own name through containerd's
// hosts.toml: the registry is then named in ?ns= alone. (A push through
// hosts.toml does not name it at all, so another client pushes.)
func TestContainerdNamespace(t *testing.T) {
	blackbox.NeedNames(t)
	c := blackbox.StartContainerd(t)
	s := newStory(t)
	ref, err := name.ParseReference(s.repository(t, "team/app") + ":v1")
	if err != nil {
		t.Fatal(err)
	}
	password := s.Password(t, s.owner)
	if err := remote.Write(ref, blackbox.NewImage(t), remote.WithAuth(&authn.Basic{Username: "AWS", Password: password})); err != nil {
		t.Fatalf("push: %v", err)
	}

	host := blackbox.Owner + ".dkr.ecr." + blackbox.Region + ".amazonaws.com"
	certs := filepath.Join(t.TempDir(), "certs.d")
	blackbox.WriteFile(t, filepath.Join(certs, host, "hosts.toml"),
		"server = \"https://"+host+"\"\n[host.\"http://"+s.Addr+"\"]\n  capabilities = [\"pull\", \"resolve\"]\n")
	c.Flags = []string{"--hosts-dir", certs}
	if err := c.Login(t, host, password); err != nil {
		t.Fatal(err)
	}
	got, err := c.Pull(t, host+"/team/app:v1")
	if err != nil {
		t.Fatalf("pull: %v", err)
	}
	if want := s.digest(t, "team/app", "v1"); got != want {
		t.Errorf("pulled %s, the registry says %s", got, want)
	}
}

// TestTLS: with the server's own CA at hand, clients need no flag that turns
// verification off, and without it they refuse.
func TestTLS(t *testing.T) {
	blackbox.NeedNames(t)
	need.Tools(t, "aws", "skopeo")
	data := filepath.Join(t.TempDir(), "data")
	owner := blackbox.CreateAccount(t, data, blackbox.Owner, "owner")
	s := blackbox.Start(t, data, "--tls", "self-signed")
	ca, err := os.ReadFile(filepath.Join(data, "tls", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	certs := t.TempDir()
	blackbox.WriteFile(t, filepath.Join(certs, "ca.crt"), string(ca))
	trusting := append(s.Env(owner), "AWS_CA_BUNDLE="+filepath.Join(certs, "ca.crt"))

	if _, err := blackbox.Try(t, s.Env(owner), "", "aws", "ecr", "describe-repositories"); err == nil || !strings.Contains(err.Error(), "CERTIFICATE_VERIFY_FAILED") {
		t.Errorf("aws without the CA: %v", err)
	}
	blackbox.Run(t, trusting, "aws", "ecr", "create-repository", "--repository-name", "team/app")
	password := string(bytes.TrimSpace(blackbox.Run(t, trusting, "aws", "ecr", "get-login-password")))

	r := blackbox.NewRunner(t)
	registry := s.Registry(blackbox.Owner)
	if _, err := r.Try(t, password, "skopeo", "login", "-u", "AWS", "--password-stdin", registry); err == nil || !strings.Contains(err.Error(), "x509") {
		t.Errorf("skopeo without the CA: %v", err)
	}
	for _, args := range [][]string{
		{"login", "--cert-dir", certs, "-u", "AWS", "--password-stdin", registry},
		{"--insecure-policy", "copy", "--dest-cert-dir", certs, "docker-archive:" + blackbox.NewArchive(t), "docker://" + registry + "/team/app:v1"},
		{"--insecure-policy", "copy", "--src-cert-dir", certs, "docker://" + registry + "/team/app:v1", "dir:" + r.Fresh(t)},
	} {
		if _, err := r.Try(t, password, append([]string{"skopeo"}, args...)...); err != nil {
			t.Fatal(err)
		}
	}
}
