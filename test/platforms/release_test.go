package platforms

import (
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// releaseUser is what Release's account lets its identity do: read from any
// registry, as far as its own side is concerned.
const releaseUser = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[` +
	`"ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}`

// releasePuller is a client that pulls as Release's identity, and how its pulls
// are refused.
type releasePuller struct {
	blackbox.Tool
	arn string
}

func newReleasePuller(t *testing.T, w *world, registries ...string) releasePuller {
	t.Helper()
	need.Tools(t, "skopeo")
	p := releasePuller{blackbox.ClientNamed(t, "skopeo").Open(t), "arn:aws:iam::" + blackbox.Plane + ":user/release"}
	password := w.Password(t, w.user(t, "release", releaseUser))
	for _, r := range registries {
		if err := p.Login(t, r, password); err != nil {
			t.Fatalf("login: %v", err)
		}
	}
	return p
}

func (p releasePuller) refused(t *testing.T, when, image, sentence string) {
	t.Helper()
	if _, err := p.Pull(t, image); err == nil {
		t.Fatalf("%s: pulled what it may not", when)
	} else if !strings.Contains(err.Error(), sentence) {
		t.Errorf("%s: %v\nwant: %s", when, err, sentence)
	}
}

func (p releasePuller) pulls(t *testing.T, image, digest string) {
	t.Helper()
	if got, err := p.Pull(t, image); err != nil {
		t.Errorf("pull: %v", err)
	} else if got != digest {
		t.Errorf("pulled %s, pushed %s", got, digest)
	}
}

// TestRelease: nobody but Release has its credentials, so the owner's are all
// there is, and the principal is an account.
func TestRelease(t *testing.T) {
	w := newWorld(t)
	uri, digest := w.image(t, "vendorapp", "latest")
	image := uri + ":latest"
	p := newReleasePuller(t, w, w.Registry(blackbox.Owner))
	p.refused(t, "before the grant", image, denied(p.arn, "vendorapp"))

	flags := []string{"release", "--release-id", blackbox.Plane, "--cluster-region", blackbox.Region, "--repository", uri, "--owner-profile", ownerProfile}
	out := w.run(t, append([]string{"grant"}, flags...)...)
	t.Logf("pratique grant %s\n%s", strings.Join(flags, " "), out)
	for _, want := range []string{"AllowReleasePull", "AWS ECR private registry"} {
		if !strings.Contains(out, want) {
			t.Errorf("the answer does not tell of %s", want)
		}
	}
	p.pulls(t, image, digest)

	w.run(t, append([]string{"revoke"}, flags...)...)
	p.refused(t, "after the grant was revoked", image, denied(p.arn, "vendorapp"))
}

// TestReleaseElsewhere: Release pulls from its cluster's region alone, so that
// a grant on a repository of another region would not help. With a replica it
// does, now and for what is pushed later.
func TestReleaseElsewhere(t *testing.T) {
	w := newWorld(t)
	uri, digest := w.image(t, "vendorapp", "v1")
	there := w.RegistryIn(blackbox.Owner, blackbox.Elsewhere)
	p := newReleasePuller(t, w, w.Registry(blackbox.Owner), there)
	image := uri + ":v1"
	replica := func(tag string) string { return there + "/vendorapp:" + tag }

	flags := []string{"release", "--release-id", blackbox.Plane, "--cluster-region", blackbox.Elsewhere, "--repository", uri, "--owner-profile", ownerProfile}
	out, code := w.try(t, append([]string{"grant"}, flags...)...)
	if want := "Release pulls across accounts only inside its cluster's region"; code != 1 || !strings.Contains(out, want) {
		t.Errorf("granting in another region: exit status %d\n%s\nwant: %s", code, out, want)
	}
	if policy := w.policy(t, "vendorapp"); policy != "" {
		t.Errorf("a grant that was refused set the policy %s", policy)
	}

	flags = append(flags, "--replicate")
	t.Logf("pratique grant %s\n%s", strings.Join(flags, " "), w.run(t, append([]string{"grant"}, flags...)...))
	p.pulls(t, replica("v1"), digest)
	p.refused(t, "the original", image, denied(p.arn, "vendorapp"))

	later := w.push(t, uri+":v2")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		got, err := p.Pull(t, replica("v2"))
		if err == nil && got == later {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("what was pushed later does not arrive: got %s, want %s, error %v", got, later, err)
		}
	}

	w.run(t, append([]string{"revoke"}, flags...)...)
	p.refused(t, "after the grant was revoked", replica("v1"), strings.Replace(denied(p.arn, "vendorapp"), blackbox.Region, blackbox.Elsewhere, 1))
}

// TestEmittedCommands has the shell run what grant prints instead of doing it:
// the policy is the same, and the pull works.
func TestEmittedCommands(t *testing.T) {
	w := newWorld(t)
	uri, digest := w.image(t, "vendorapp", "latest")
	image := uri + ":latest"
	p := newReleasePuller(t, w, w.Registry(blackbox.Owner))
	flags := []string{"release", "--release-id", blackbox.Plane, "--cluster-region", blackbox.Region, "--repository", uri, "--owner-profile", ownerProfile}

	script := w.run(t, append([]string{"grant", "--emit", "awscli"}, flags...)...)
	if policy := w.policy(t, "vendorapp"); policy != "" {
		t.Errorf("printing commands set the policy %s", policy)
	}
	p.refused(t, "before the commands were run", image, denied(p.arn, "vendorapp"))
	t.Logf("commands:\n%s", script)
	if _, err := blackbox.Try(t, w.env, script, "sh", "-eu"); err != nil {
		t.Fatal(err)
	}
	p.pulls(t, image, digest)

	policy := w.policy(t, "vendorapp")
	if out := w.run(t, append([]string{"grant"}, flags...)...); !strings.Contains(out, "nothing to do") {
		t.Errorf("granting what the commands granted: %s", out)
	}
	if again := w.policy(t, "vendorapp"); again != policy {
		t.Errorf("granting changed the policy of the commands:\n%s\nto:\n%s", policy, again)
	}
}
