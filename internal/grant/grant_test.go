package grant

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden sections of testdata/*.txtar")

// TestPlans runs testdata/*.txtar. The comment's "grant" or "revoke" line is
// a data plane in the words of the command line; section "policy" is the
// repository policy before, "diff", "after" and "says" are what is wanted.
func TestPlans(t *testing.T) {
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			plan, err := runPlan(profiles, ar)
			if err != nil {
				got["says"] = err.Error() + "\n"
			} else {
				got["says"] = strings.Join(append([]string{plan.Summary}, plan.Notes...), "\n") + "\n"
				if got["diff"], err = plan.Diff(); err != nil {
					t.Fatal(err)
				}
				if plan.Changed && plan.After != "" {
					got["after"] = plan.After + "\n"
				}
			}
			changed := false
			for i, f := range ar.Files {
				if f.Name == "policy" {
					continue
				}
				if *update {
					changed = changed || string(f.Data) != got[f.Name]
					ar.Files[i].Data = []byte(got[f.Name])
				} else if d := cmp.Diff(string(f.Data), got[f.Name]); d != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, d)
				}
			}
			if changed {
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if plan == nil || !plan.Changed {
				return
			}
			checkEmission(t, plan)
			// A second run on the result must find nothing to do.
			ar.Files = append(ar.Files, txtar.File{Name: "policy", Data: []byte(plan.After)})
			again, err := runPlan(profiles, ar)
			if err != nil || again.Changed {
				t.Errorf("second run: changed %v, error %v; want no change", again != nil && again.Changed, err)
			}
		})
	}
}

func runPlan(profiles Profiles, ar *txtar.Archive) (*Plan, error) {
	repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "simple-example-image"}
	for _, f := range ar.Files {
		if f.Name == "policy" {
			repo.Policy = string(f.Data)
		}
	}
	var line string
	for l := range strings.Lines(string(ar.Comment)) {
		if !strings.HasPrefix(l, "#") && strings.TrimSpace(l) != "" {
			line = l
		}
	}
	words := strings.Fields(line)
	profile, err := profiles.Named(words[1])
	if err != nil {
		return nil, err
	}
	in := Input{Params: map[string]string{}}
	for _, w := range words[2:] {
		name, value, _ := strings.Cut(strings.TrimPrefix(w, "--"), "=")
		switch name {
		case "account":
			in.Account = value
		case "principal":
			in.Principals = append(in.Principals, value)
		default:
			in.Params[name] = value
		}
	}
	g, err := profile.Grant(in)
	if err != nil {
		return nil, err
	}
	if words[0] == "revoke" {
		return g.PlanRevoke(repo)
	}
	return g.Plan(repo)
}

func TestGrantThenRevokeRestores(t *testing.T) {
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	const before = `{"Version":"2008-10-17","Id":"x","Statement":{"Sid":"theirs","Effect":"Deny","Principal":"*","Action":"ecr:*",` +
		`"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":1e3}}}}`
	const one = `{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"theirs","Effect":"Deny","Principal":"*","Action":"ecr:*",` +
		`"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":1e3}}}]}`
	for _, p := range profiles {
		in := Input{Account: "111111111111", Params: map[string]string{}}
		for _, param := range p.Parameters {
			in.Params[param.Name] = param.Example
			if param.Kind == Region {
				in.Params[param.Name] = "us-east-1"
			}
		}
		g, err := p.Grant(in)
		if err != nil {
			t.Fatal(err)
		}
		repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "r", Policy: before}
		plan, err := g.Plan(repo)
		if err != nil || !plan.Changed {
			t.Fatalf("%s: plan %+v, error %v", p.Name, plan, err)
		}
		repo.Policy = plan.After
		if plan, err = g.PlanRevoke(repo); err != nil {
			t.Fatal(err)
		}
		same, err := samePolicy(plan.After, one)
		if err != nil || !same {
			t.Errorf("%s: after revoke:\n%s\nwant the statements from before, error %v", p.Name, plan.After, err)
		}
	}
}

func TestPlanTooLong(t *testing.T) {
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Named("kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Grant(Input{Account: "111111111111", Params: map[string]string{"role": "nodes"}})
	if err != nil {
		t.Fatal(err)
	}
	other := func(n int) string {
		return `{"Version":"2012-10-17","Statement":[{"Sid":"` + strings.Repeat("x", n) + `","Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}`
	}
	base := len(other(0))
	compact, err := g.Plan(Repository{Account: "222222222222", Region: "us-east-1", Name: "r", Policy: other(Limit - base - 260)})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(compact.After); n > Limit || strings.Contains(compact.After, "\n") {
		t.Errorf("policy near the limit has %d characters and newlines %v; want it compact", n, strings.Contains(compact.After, "\n"))
	}
	_, err = g.Plan(Repository{Account: "222222222222", Region: "us-east-1", Name: "r", Policy: other(Limit - base - 10)})
	var long *TooLongError
	if !errors.As(err, &long) || long.Size <= Limit {
		t.Errorf("error %v; want a TooLongError", err)
	}
}

func TestInputErrors(t *testing.T) {
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		platform string
		in       Input
		want     string
	}{
		{"union", Input{Account: "111111111111"}, "needs --org"},
		{"union", Input{Params: map[string]string{"org": "acme"}}, "--account"},
		{"union", Input{Account: "111111111111", Params: map[string]string{"org": "a/b"}}, "not of the form"},
		{"union", Input{Account: "111111111111", Params: map[string]string{"region": "x"}}, "no parameter"},
		{"anyscale", Input{Account: "111111111111"}, "needs one of --cloud-id, --role"},
		{"release", Input{Params: map[string]string{"release-id": "111111111111"}}, "needs --cluster-region"},
		{"kubernetes", Input{Params: map[string]string{"role": "arn:aws:s3:::bucket"}}, "has no account"},
		{"kubernetes", Input{Params: map[string]string{"role": "arn:aws:iam::111111111111:group/x"}}, "is not a root"},
		{"kubernetes", Input{Principals: []string{"nobody"}}, "neither an account id nor an ARN"},
		{"kubernetes", Input{Principals: []string{"111111111111", "222222222222"}}, "two accounts"},
	} {
		p, err := profiles.Named(tt.platform)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Grant(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %+v: error %v; want %q", tt.platform, tt.in, err, tt.want)
		}
	}
	if _, err := profiles.Named("unoin"); err == nil || !strings.Contains(err.Error(), "anyscale, kubernetes, release, union") {
		t.Errorf("unknown platform: %v", err)
	}
}

func TestRecognize(t *testing.T) {
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		role, want string
		params     map[string]string
	}{
		{"unionai-acme-flyteworker-node-group", "union", map[string]string{"org": "acme"}},
		{"unionai-a-b-flyteworker-node-group", "union", map[string]string{"org": "a-b"}},
		{"cld_7x-cluster_node_role", "anyscale", map[string]string{"cloud-id": "cld_7x"}},
		{"unionai--flyteworker-node-group", "", nil},
		{"eks-nodes", "", nil},
	} {
		p, params := profiles.Recognize(tt.role)
		name := ""
		if p != nil {
			name = p.Name
		}
		if name != tt.want || !cmp.Equal(params, tt.params) {
			t.Errorf("%s: %q %v; want %q %v", tt.role, name, params, tt.want, tt.params)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	const good = "name: a\nsid: S\nprincipals: [\"{role}\"]\nactions: [ecr:BatchGetImage]\nparameters: [{name: role, kind: role}]\n"
	for name, tt := range map[string]struct{ file, want string }{
		"unknown field":   {good + "colour: red\n", "colour"},
		"unknown kind":    {strings.Replace(good, "kind: role", "kind: rule", 1), "rule"},
		"bad pattern":     {strings.Replace(good, "kind: role", "kind: role, pattern: '('", 1), "missing closing"},
		"bad template":    {strings.Replace(good, "{role}", "x{role}", 1), "neither role"},
		"unknown in it":   {strings.Replace(good, "{role}", "{roll}", 1), "no parameter"},
		"unknown action":  {strings.Replace(good, "ecr:BatchGetImage", "ecr:ListImage", 1), "not an action of ECR"},
		"sid":             {strings.Replace(good, "sid: S", "sid: a b", 1), "letters and digits"},
		"extra":           {good + "extras: [{parameter: x, sid: T, may: push, actions: [\"ecr:PutImage\"]}]\n", "extra 1: no parameter"},
		"extra of a text": {strings.Replace(good, "kind: role", "kind: text", 1) + "extras: [{parameter: role, sid: T, may: push, actions: [\"ecr:PutImage\"]}]\n", "neither a role nor a principal"},
		"extra sid":       {good + "extras: [{parameter: role, sid: S, may: push, actions: [\"ecr:PutImage\"]}]\n", "the actions are others"},
		"extra may":       {good + "extras: [{parameter: role, sid: T, actions: [\"ecr:PutImage\"]}]\n", "may is missing"},
		"no actions":      {strings.Replace(good, "actions:", "notes:", 1), "actions are missing"},
		"unknown region":  {good + "sameRegion: {parameter: region, reason: r}\n", "no parameter"},
		"name used twice": {good + "aliases: [a]\n", "already used"},
	} {
		_, err := Load(fstest.MapFS{"p/a.yaml": {Data: []byte(tt.file)}}, "p")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v; want %q", name, err, tt.want)
		}
	}
	if ps, err := Load(fstest.MapFS{"p/a.yaml": {Data: []byte(good)}}, "p"); err != nil || len(ps) != 1 {
		t.Errorf("good profile: %v, %v", ps, err)
	}
}
