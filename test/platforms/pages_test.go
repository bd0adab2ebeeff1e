package platforms

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

var update = flag.Bool("update", false, "write the output of commands into docs/platforms")

const pagesDir = "../../docs/platforms"

// pages are those of docs/platforms, each with what is there before a reader
// runs its commands, which stand in blocks marked "console".
var pages = []struct {
	name  string
	ready func(t *testing.T, d *document)
	// Sentences of ECR's that the page quotes.
	sentences []string
}{
	{
		name: "union.md",
		ready: func(t *testing.T, d *document) {
			d.image(t, "simple-example-image", "v1")
			d.role(t, "unionai-acme-flyteworker-node-group", ec2Trust, readOnly)
		},
		sentences: []string{denied(session("unionai-acme-flyteworker-node-group"), "simple-example-image")},
	}, {
		name: "anyscale.md",
		ready: func(t *testing.T, d *document) {
			d.image(t, "team/ray", "v1")
			d.role(t, "cld_abc123-cluster_node_role", ec2Trust)
			key := d.user(t, "anyscale", releaseUser)
			file := d.variable("AWS_SHARED_CREDENTIALS_FILE")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			blackbox.WriteFile(t, file, string(text)+"[anyscale]\naws_access_key_id = "+key.AccessKeyID+"\naws_secret_access_key = "+key.SecretAccessKey+"\n")
			d.secrets = append(d.secrets, key.AccessKeyID, "AKIAIOSFODNN7EXAMPLE", key.SecretAccessKey, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
		},
		sentences: []string{
			denied(session("cld_abc123-cluster_node_role"), "team/ray"),
			"User: " + session("cld_abc123-cluster_node_role") + " is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
		},
	}, {
		name: "release.md",
		ready: func(t *testing.T, d *document) {
			d.image(t, "vendorapp", "latest")
			d.image(t, "base", "v1")
		},
		sentences: []string{denied("arn:aws:iam::"+blackbox.Plane+":user/release", "vendorapp")},
	}, {
		name: "kubernetes.md",
		ready: func(t *testing.T, d *document) {
			d.image(t, "team/app", "v1")
			d.image(t, "team/web", "v1")
			d.role(t, "eks-node-group", ec2Trust, pullOnly)
			d.role(t, "KarpenterNodeRole-prod", ec2Trust, pullOnly)
			d.aws(t, planeProfile, nil, "iam", "create-open-id-connect-provider", "--url", d.issuer.URL, "--client-id-list", "sts.amazonaws.com")
			d.role(t, "builder", podTrust)
			blackbox.WriteFile(t, filepath.Join(d.dir, "access.yaml"), strings.ReplaceAll(accessFile, domains[0], "localhost:"+d.Port()))
		},
		sentences: []string{denied(session("eks-node-group"), "team/app")},
	},
}

// ec2Trust is what roles of nodes have in AWS.
const ec2Trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// accessFile declares what the page on Kubernetes grants.
const accessFile = `version: 1
credentials:
  puller: {profile: data-plane}
  owner: {profile: images}
grants:
  - platform: kubernetes
    account: "111111111111"
    parameters: {role: eks-node-group}
    registry: 222222222222.dkr.ecr.us-east-1.amazonaws.com
    prefix: team/
  - platform: kubernetes
    account: "111111111111"
    parameters: {karpenter-cluster: prod}
    repositories:
      - 222222222222.dkr.ecr.us-east-1.amazonaws.com/team/app
`

// document is a page whose commands are run in a folder of their own.
type document struct {
	*world
	dir     string
	secrets []string // and what stands for them in the page
}

// domains are those that pages name: the commands are run with the server's
// own instead.
var domains = []string{"amazonaws.com", "registry.example.com"}

// variable is one of the environment of the commands.
func (d *document) variable(name string) string {
	i := slices.IndexFunc(d.env, func(s string) bool { return strings.HasPrefix(s, name+"=") })
	return strings.TrimPrefix(d.env[i], name+"=")
}

// answer runs a command of the page and returns what a reader would see.
func (d *document) answer(t *testing.T, command string) string {
	t.Helper()
	local := "localhost:" + d.Port()
	shown := domains[0]
	for _, domain := range domains {
		at := regexp.MustCompile(`(\.dkr\.ecr\.[a-z0-9-]+\.)` + regexp.QuoteMeta(domain))
		if at.MatchString(command) {
			shown = domain
			command = at.ReplaceAllString(command, "${1}"+local)
		}
	}
	cmd := blackbox.Command(t, append(d.env, "PATH="+d.dir+"/bin:"+os.Getenv("PATH")), "bash", "-c", command)
	cmd.Dir = d.dir
	out, _ := cmd.CombinedOutput() // a status other than 0 may be the point
	text := strings.NewReplacer(append(d.secrets, local, shown)...).Replace(string(out))
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// rerun returns the page with what its commands answer now.
func (d *document) rerun(t *testing.T, page string) string {
	t.Helper()
	return console.ReplaceAllStringFunc(page, func(block string) string {
		body := console.FindStringSubmatch(block)[1]
		var b strings.Builder
		b.WriteString("```console\n")
		lines := strings.Split(body, "\n")
		for i := 0; i < len(lines); i++ {
			command, ok := strings.CutPrefix(lines[i], "$ ")
			if !ok {
				continue // said last time
			}
			b.WriteString(lines[i] + "\n")
			for strings.HasSuffix(lines[i], `\`) && i+1 < len(lines) {
				i++
				command += "\n" + lines[i]
				b.WriteString(lines[i] + "\n")
			}
			if answer := d.answer(t, command); answer != "" {
				b.WriteString(answer + "\n")
			}
		}
		b.WriteString("```")
		return b.String()
	})
}

// TestPages runs the commands of each page, in its order, and compares what
// they answer with what the page says.
func TestPages(t *testing.T) {
	for _, p := range pages {
		t.Run(strings.TrimSuffix(p.name, ".md"), func(t *testing.T) {
			file := filepath.Join(pagesDir, p.name)
			page, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := &document{world: newWorld(t), dir: t.TempDir()}
			if err := os.Mkdir(filepath.Join(d.dir, "bin"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(os.Getenv("PRATIQUE_TEST_BINARY"), filepath.Join(d.dir, "bin", "pratique")); err != nil {
				t.Fatal(err)
			}
			p.ready(t, d)
			got := d.rerun(t, string(page))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(page), got); diff != "" {
				t.Errorf("%s is not what the commands say now; go test ./test/platforms -run Pages -update writes it (-page +now):\n%s", p.name, diff)
			}
			for _, s := range p.sentences {
				if !strings.Contains(strings.Join(strings.Fields(got), " "), s) {
					t.Errorf("%s does not quote %q", p.name, s)
				}
			}
		})
	}
}
