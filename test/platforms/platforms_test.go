package platforms

import (
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/test/blackbox"
)

const (
	readOnly = "AmazonEC2ContainerRegistryReadOnly"
	pullOnly = "AmazonEC2ContainerRegistryPullOnly"
)

// platform is a data plane that is to be given access.
type platform struct {
	name string
	// grant is what is said to pratique grant, but for the repository.
	grant []string
	// role that its machines have, and the managed policies that it has from
	// the start.
	role    string
	managed []string
	pod     bool // the role is a pod's, not a node's
	// client that pulls on its machines.
	client string
}

var platforms = []platform{
	{
		name: "union", grant: []string{"union", "--org", "acme"},
		role: "unionai-acme-flyteworker-node-group", managed: []string{readOnly}, client: "containerd",
	}, {
		name: "flyte", grant: []string{"flyte", "--org", "globex"},
		role: "unionai-globex-flyteworker-node-group", managed: []string{readOnly}, client: "crane",
	}, {
		// The role of a new cloud can read nothing of ECR yet.
		name: "anyscale", grant: []string{"anyscale", "--cloud-id", "cld_abc123"},
		role: "cld_abc123-cluster_node_role", client: "docker",
	}, {
		// Ray starts podman for a runtime environment with an image.
		name: "anyscale-autoscaler", grant: []string{"anyscale", "--role", "ray-autoscaler-v1"},
		role: "ray-autoscaler-v1", client: "podman",
	}, {
		name: "anyscale-custom", grant: []string{"anyscale", "--role", "arn:aws:iam::" + blackbox.Plane + ":role/ml-nodes"},
		role: "ml-nodes", client: "regctl",
	}, {
		name: "kubernetes-node-group", grant: []string{"kubernetes", "--role", "eks-node-group"},
		role: "eks-node-group", managed: []string{pullOnly}, client: "containerd",
	}, {
		name: "kubernetes-karpenter", grant: []string{"eks", "--karpenter-cluster", "prod"},
		role: "KarpenterNodeRole-prod", managed: []string{pullOnly}, client: "skopeo",
	}, {
		name: "kubernetes-web-identity", grant: []string{"kubernetes", "--role", "builder"},
		role: "builder", pod: true, client: "buildah",
	},
}

// TestPlatforms: for each platform a pull that is denied, one command, the same
// pull that works, and its revocation, which bites with the same token.
func TestPlatforms(t *testing.T) {
	w := newWorld(t)
	operator := w.operator(t)
	w.aws(t, planeProfile, nil, "iam", "create-open-id-connect-provider", "--url", w.issuer.URL, "--client-id-list", "sts.amazonaws.com")
	for _, p := range platforms {
		t.Run(p.name, func(t *testing.T) {
			client := blackbox.ClientNamed(t, p.client)
			tool := client.Open(t)
			repository := "shared/" + p.name
			uri, digest := w.image(t, repository, "v1")
			image := uri + ":v1"

			var machine []string
			if p.pod {
				machine = w.pod(t, w.role(t, p.role, podTrust, p.managed...))
			} else {
				machine = w.node(t, operator, w.role(t, p.role, nodeTrust, p.managed...))
			}
			login := func(t *testing.T) {
				t.Helper()
				password, err := w.password(t, machine)
				if err != nil {
					t.Fatal(err)
				}
				if err := tool.Login(t, w.Registry(blackbox.Owner), password); err != nil {
					t.Fatalf("login: %v", err)
				}
			}
			refused := func(when string) {
				t.Helper()
				want := "403"
				if client.Sentence {
					want = denied(session(p.role), repository)
				}
				if _, err := tool.Pull(t, image); err == nil {
					t.Fatalf("%s: pulled what it may not", when)
				} else if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: the client does not say why:\n%v\nwant: %s", when, err, want)
				}
			}

			if len(p.managed) > 0 {
				login(t)
				refused("before the grant")
			} else {
				want := "User: " + session(p.role) + " is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"
				if _, err := w.password(t, machine); err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("before the grant the role has a token, or is not told why not: %v\nwant: %s", err, want)
				}
			}

			flags := []string{"--repository", uri, "--profile", planeProfile, "--owner-profile", ownerProfile}
			command := append([]string{"grant"}, append(p.grant, flags...)...)
			t.Logf("pratique %s\n%s", strings.Join(command, " "), w.run(t, command...))
			if len(p.managed) == 0 {
				login(t)
			}
			if got, err := tool.Pull(t, image); err != nil {
				t.Fatalf("pull: %v", err)
			} else if got != digest {
				t.Errorf("pulled %s, pushed %s", got, digest)
			}

			policy := w.policy(t, repository)
			w.run(t, command...)
			if again := w.policy(t, repository); again != policy {
				t.Errorf("granting again changed the policy:\n%s\nto:\n%s", policy, again)
			}

			w.run(t, append([]string{"revoke"}, append(p.grant, flags...)...)...)
			refused("after the grant was revoked")
			if left := w.policy(t, repository); left != "" {
				t.Errorf("revoking left %s", left)
			}
		})
	}
}

// TestRecreatedRole: a role that was deleted and made anew, as a cluster that
// is built again has it, is not the one that the policy means. Granting again
// says so and heals it.
func TestRecreatedRole(t *testing.T) {
	w := newWorld(t)
	operator := w.operator(t)
	const role = "eks-node-group"
	uri, digest := w.image(t, "shared/app", "v1")
	client := blackbox.ClientNamed(t, "crane").Open(t)
	pull := func() (string, error) {
		t.Helper()
		password, err := w.password(t, w.node(t, operator, "arn:aws:iam::"+blackbox.Plane+":role/"+role))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Login(t, w.Registry(blackbox.Owner), password); err != nil {
			t.Fatal(err)
		}
		return client.Pull(t, uri+":v1")
	}
	grant := []string{"grant", "kubernetes", "--role", role, "--repository", uri, "--profile", planeProfile, "--owner-profile", ownerProfile}

	w.role(t, role, nodeTrust, pullOnly)
	w.run(t, grant...)
	if got, err := pull(); err != nil || got != digest {
		t.Fatalf("pulled %q, error %v", got, err)
	}

	w.aws(t, planeProfile, nil, "iam", "detach-role-policy", "--role-name", role, "--policy-arn", "arn:aws:iam::aws:policy/"+pullOnly)
	w.aws(t, planeProfile, nil, "iam", "delete-role", "--role-name", role)
	w.role(t, role, nodeTrust, pullOnly)
	if _, err := pull(); err == nil || !strings.Contains(err.Error(), denied(session(role), "shared/app")) {
		t.Fatalf("the new role has what the old one was granted, or is not told why not: %v", err)
	}

	t.Log(w.run(t, grant...))
	if got, err := pull(); err != nil || got != digest {
		t.Errorf("after granting again: pulled %q, error %v", got, err)
	}
	if policy := w.policy(t, "shared/app"); strings.Contains(policy, "AROA") {
		t.Errorf("the role that is gone is still in the policy: %s", policy)
	}
}
