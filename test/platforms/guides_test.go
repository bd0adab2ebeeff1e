package platforms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// guides are the platforms' own instructions: testdata/guides has the policies
// that they tell people to paste, with the accounts of these tests.
var guides = []struct {
	name string
	role string // that pulls; "" is Release's user
	// lint is what pratique lint says of the policy, and how many findings those
	// are.
	lint     []string
	findings int
}{
	{
		name: "union", role: "unionai-acme-flyteworker-node-group",
		lint: []string{"no findings as a repository policy"},
	}, {
		name: "anyscale", role: "cld_abc123-cluster_node_role",
		lint:     []string{`anyscale.json:16:1: warning: ecr:GetAuthorizationToken has no effect in a repository policy`},
		findings: 1,
	}, {
		name: "release",
		lint: []string{
			`release.json:15:9: warning: ecr:GetAuthorizationToken has no effect in a repository policy`,
			`release.json:18:9: warning: there is no action ecr:ListImage; did you mean ecr:ListImages?`,
		},
		findings: 2,
	},
}

// TestGuides pastes the guides' policies by hand: they give access, and lint
// says what in them is useless or misspelt.
func TestGuides(t *testing.T) {
	w := newWorld(t)
	operator := w.operator(t)
	release := w.Env(w.user(t, "release", releaseUser))
	for _, g := range guides {
		t.Run(g.name, func(t *testing.T) {
			file := filepath.Join("testdata", "guides", g.name+".json")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			said, code := w.try(t, "lint", file)
			if code != 0 {
				t.Errorf("lint: exit status %d", code)
			}
			rest := said
			for _, want := range g.lint {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Errorf("lint does not say %q but:\n%s", want, said)
				}
				rest = after
			}
			if got := strings.Count(said, ": warning:") + strings.Count(said, ": error:"); got != g.findings {
				t.Errorf("lint has %d findings, want %d:\n%s", got, g.findings, said)
			}

			repository := "guides/" + g.name
			uri, digest := w.image(t, repository, "v1")
			machine := release
			if g.role != "" {
				machine = w.node(t, operator, w.role(t, g.role, nodeTrust, readOnly))
			}
			password, err := w.password(t, machine)
			if err != nil {
				t.Fatal(err)
			}
			client := blackbox.ClientNamed(t, "crane").Open(t)
			if err := client.Login(t, w.Registry(blackbox.Owner), password); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Pull(t, uri+":v1"); err == nil || !strings.Contains(err.Error(), "no resource-based policy allows the ecr:BatchGetImage action") {
				t.Fatalf("before the policy: %v", err)
			}

			_, err = blackbox.Try(t, w.env, "", "aws", "--profile", ownerProfile, "ecr", "set-repository-policy", "--repository-name", repository, "--policy-text", string(text))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := client.Pull(t, uri+":v1"); err != nil {
				t.Errorf("after the policy: %v", err)
			} else if diff := cmp.Diff(digest, got); diff != "" {
				t.Errorf("digest (-pushed +pulled):\n%s", diff)
			}
		})
	}
}
