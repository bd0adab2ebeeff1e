package access

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy"
)

const (
	role     = "arn:aws:iam::111111111111:role/unionai-acme-flyteworker-node-group"
	image    = "222222222222.dkr.ecr.us-east-1.localhost:5000/simple-example-image:v1"
	readOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage"],"Resource":"*"}]}`
	pullOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage"],"Resource":"*"}]}`
	guide    = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowPull",
      "Effect": "Allow",
      "Principal": {"AWS": "` + role + `"},
      "Action": ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
    }
  ]
}`
)

func source(t *testing.T, kind, name, text string) []policy.Source {
	t.Helper()
	if text == "" {
		return nil
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Source{{Type: kind, Name: name, Policy: p}}
}

// setup makes both sides, known, with these policies.
func setup(t *testing.T, as, ref, identity, boundary, repository string) (*Puller, *Repository) {
	t.Helper()
	p, err := NewPuller(as)
	if err != nil {
		t.Fatal(err)
	}
	p.Unknown = ""
	p.Identity = source(t, "managed", "Identity", identity)
	p.Boundary = source(t, "managed", "Boundary", boundary)
	img, ok := endpoint.ParseImage(ref)
	if !ok {
		t.Fatalf("bad reference %q", ref)
	}
	r := NewRepository(img)
	r.Unknown = ""
	r.Policies = source(t, "repository policy", img.Repository, repository)
	return p, r
}

func TestSimulate(t *testing.T) {
	own := strings.Replace(image, "222222222222", "111111111111", 1)
	for name, tt := range map[string]struct {
		as                             string
		image                          string
		identity, boundary, repository string
		change                         func(*Puller, *Repository)
		options                        Options

		verdict Verdict
		steps   string // one letter a step: allowed, denied, unknown
		fixes   []string
		says    []string // each somewhere in the report
	}{
		"granted": {
			as: role, image: image, identity: readOnly, repository: guide,
			verdict: Allowed, steps: "aaaa",
			says: []string{`statement 1 \"AllowPull\" at simple-example-image:4:5 (repository policy)`, "statement 1 at Identity:1:38 (managed policy)", "service control"},
		},
		"no repository policy": {
			as: role, image: image, identity: readOnly,
			verdict: Denied, steps: "addd", fixes: []string{"resource 222222222222 add this statement to the policy of repository simple-example-image"},
			says: []string{
				"is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:222222222222:repository/simple-example-image because no resource-based policy allows the ecr:BatchGetImage action",
				"the repository has no policy",
			},
		},
		"no identity policy": {
			as: role, image: image, repository: guide,
			verdict: Denied, steps: "dddd", fixes: []string{"identity 111111111111 attach the managed policy AmazonEC2ContainerRegistryReadOnly to role unionai-acme-flyteworker-node-group"},
			says: []string{"aws iam attach-role-policy --role-name unionai-acme-flyteworker-node-group --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly", "the principal has no policy"},
		},
		"neither side": {
			as: role, image: image,
			verdict: Denied, steps: "dddd", fixes: []string{"identity 111111111111 attach", "resource 222222222222 add"},
		},
		"availability is optional": {
			as: role, image: image, identity: pullOnly, repository: guide,
			verdict: Allowed, steps: "aada",
		},
		"explicit deny": {
			as: role, image: image, identity: readOnly,
			repository: `{"Version":"2012-10-17","Statement":[{"Sid":"all","Effect":"Allow","Principal":"*","Action":"ecr:*"},{"Sid":"no","Effect":"Deny","Principal":"*","Action":"ecr:BatchGetImage"}]}`,
			verdict:    Denied, steps: "adaa", fixes: []string{`resource 222222222222 statement 2 "no" at simple-example-image:1:`},
			says: []string{"with an explicit deny in a resource-based policy"},
		},
		"boundary": {
			as: role, image: image, identity: readOnly, boundary: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}}`, repository: guide,
			verdict: Denied, steps: "addd", fixes: []string{"boundary 111111111111 the permissions boundary must allow it too"},
		},
		"half a grant": {
			as: role, image: image, identity: readOnly, repository: strings.Replace(guide, `"ecr:BatchGetImage", `, "", 1),
			verdict: Denied, steps: "adaa", fixes: []string{"resource"},
			says: []string{`closest is statement 1 \"AllowPull\" at simple-example-image:8:`, "its Action does not match (wants ecr:GetDownloadUrlForLayer, ecr:BatchCheckLayerAvailability)"},
		},
		"near miss": {
			as: role, image: image, identity: readOnly,
			repository: `{"Version":"2012-10-17","Statement":[{"Sid":"net","Effect":"Allow","Principal":"*","Action":"ecr:*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`,
			verdict:    Denied, steps: "addd", fixes: []string{"resource"},
			says: []string{"its Condition on aws:SourceIp does not match (wants 192.0.2.0/24)", "--context aws:SourceIp=VALUE"},
		},
		"near miss with the address": {
			as: role, image: image, identity: readOnly,
			repository: `{"Version":"2012-10-17","Statement":[{"Sid":"net","Effect":"Allow","Principal":"*","Action":"ecr:*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`,
			options:    Options{Context: map[string][]string{"aws:SourceIp": {"192.0.2.7"}}},
			verdict:    Allowed, steps: "aaaa",
		},
		"same account, identity alone": {
			as: role, image: own, identity: readOnly,
			verdict: Allowed, steps: "aaaa",
		},
		"same account, nothing": {
			as: role, image: own,
			verdict: Denied, steps: "dddd", fixes: []string{"identity 111111111111 attach"},
		},
		"user": {
			as: "arn:aws:iam::111111111111:user/ci/builder", image: own,
			verdict: Denied, steps: "dddd", fixes: []string{"identity 111111111111 attach"},
			says: []string{"aws iam attach-user-policy --user-name builder"},
		},
		"root": {
			as: "111111111111", image: own,
			verdict: Allowed, steps: "aaaa",
		},
		"owner unknown, identity allows": {
			as: role, image: image, identity: readOnly,
			change:  func(_ *Puller, r *Repository) { r.Unknown = "no credentials for account 222222222222" },
			verdict: Unknown, steps: "auuu",
			says: []string{"give credentials of account 222222222222 that may read ECR with --owner-profile"},
		},
		"owner unknown, identity denies": {
			as: role, image: image,
			change:  func(_ *Puller, r *Repository) { r.Unknown = "no credentials" },
			verdict: Denied, steps: "dddd", fixes: []string{"identity 111111111111"},
		},
		"puller unknown, policy allows": {
			as: role, image: image, repository: guide,
			change:  func(p *Puller, _ *Repository) { p.Unknown = "no credentials for account 111111111111" },
			verdict: Unknown, steps: "uuuu",
			says: []string{"give credentials of account 111111111111 that may read IAM with --profile"},
		},
		"puller unknown, policy denies": {
			as: role, image: image,
			change:  func(p *Puller, _ *Repository) { p.Unknown = "no credentials" },
			verdict: Denied, steps: "uddd", fixes: []string{"resource 222222222222"},
		},
		"role gone": {
			as: role, image: image, repository: guide,
			change:  func(p *Puller, _ *Repository) { p.Gone = true },
			verdict: Denied, steps: "dddd", fixes: []string{"identity 111111111111 create " + role},
			says: []string{role + " does not exist"},
		},
		"image gone": {
			as: role, image: image, identity: readOnly, repository: guide,
			change:  func(_ *Puller, r *Repository) { r.ImageGone = true },
			verdict: Missing, steps: "aaaa",
			says: []string{"image " + image + " does not exist"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, r := setup(t, tt.as, tt.image, tt.identity, tt.boundary, tt.repository)
			if tt.change != nil {
				tt.change(p, r)
			}
			tt.options.Now = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
			report, err := Simulate(p, r, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			steps := ""
			for _, s := range report.Steps {
				steps += string(s.Verdict[0])
			}
			if report.Verdict != tt.verdict || steps != tt.steps {
				t.Errorf("verdict %s, steps %s; want %s, %s", report.Verdict, steps, tt.verdict, tt.steps)
			}
			if len(report.Fixes) != len(tt.fixes) {
				t.Errorf("fixes %+v; want %q", report.Fixes, tt.fixes)
			} else {
				for i, f := range report.Fixes {
					if got := f.Type.String() + " " + f.Account + " " + f.What; !strings.HasPrefix(got, tt.fixes[i]) {
						t.Errorf("fix %q; want %q", got, tt.fixes[i])
					}
				}
			}
			text, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.says {
				if !strings.Contains(string(text), s) {
					t.Errorf("report does not say %q:\n%s", s, text)
				}
			}
		})
	}
}

// A fix must work: adding the statement that the report names turns the
// verdict.
func TestFixWorks(t *testing.T) {
	p, r := setup(t, role, image, readOnly, "", "")
	report, err := Simulate(p, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Fixes) != 1 {
		t.Fatalf("fixes %+v; want one", report.Fixes)
	}
	r.Policies = source(t, "repository policy", "r", `{"Version":"2012-10-17","Statement":[`+report.Fixes[0].Statement+`]}`)
	if report, err = Simulate(p, r, Options{}); err != nil || report.Verdict != Allowed {
		t.Errorf("after the fix: %s, %v; want allowed", report.Verdict, err)
	}
}

func TestNewPuller(t *testing.T) {
	for _, tt := range []struct {
		in, kind, arn, grant, name string
	}{
		{"111111111111", "root", "arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:root", ""},
		{"arn:aws:iam::111111111111:role/path/nodes", "assumed-role", "arn:aws:sts::111111111111:assumed-role/nodes/any-session", "arn:aws:iam::111111111111:role/path/nodes", "nodes"},
		{"arn:aws:sts::111111111111:assumed-role/nodes/i-0abc", "assumed-role", "arn:aws:sts::111111111111:assumed-role/nodes/i-0abc", "arn:aws:iam::111111111111:role/nodes", "nodes"},
		{"arn:aws:iam::111111111111:user/a/b", "user", "arn:aws:iam::111111111111:user/a/b", "arn:aws:iam::111111111111:user/a/b", "b"},
	} {
		p, err := NewPuller(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if p.Principal.Kind.String() != tt.kind || p.Principal.ARN != tt.arn || p.GrantARN() != tt.grant || p.Name != tt.name {
			t.Errorf("%s: %s %s %s %s; want %s %s %s %s", tt.in, p.Principal.Kind, p.Principal.ARN, p.GrantARN(), p.Name, tt.kind, tt.arn, tt.grant, tt.name)
		}
	}
	for _, bad := range []string{"", "nobody", "11111", "arn:aws:s3:::bucket", "arn:aws:iam::111111111111:group/g", "arn:aws:sts::111111111111:assumed-role/nodes", "arn:aws:iam::111111111111:role"} {
		if p, err := NewPuller(bad); err == nil {
			t.Errorf("%q: %+v; want an error", bad, p)
		}
	}
}
