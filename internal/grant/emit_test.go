package grant

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	hclv2 "github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/rogpeppe/go-internal/txtar"
)

// checkEmission reads back what the formats make of a plan.
func checkEmission(t *testing.T, p *Plan) {
	t.Helper()
	w := Where{Account: p.Repository.Account, Region: p.Repository.Region}
	e := &Emission{Policies: []PolicyChange{{w, p.Repository.Name, p.After, p.Summary}}}
	for f, read := range readers {
		text, err := e.Emit(f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		got := read(t, text)
		if p.After == "" {
			if len(got) != 0 {
				t.Errorf("%s: has a policy where there is to be none:\n%s", f, text)
			}
			continue
		}
		want, err := meaning(p.After)
		if err != nil {
			t.Fatal(err)
		}
		if policy, err := meaning(got[p.Repository.Name]); err != nil || policy != want {
			t.Errorf("%s: the policy is %s, %v; want %s\n%s", f, policy, err, want, text)
		}
	}
}

// readers read the repository policies of a text, by repository.
var readers = map[Format]func(*testing.T, string) map[string]string{
	Terraform: readTerraform, CloudFormation: readCloudFormation, AWSCLI: readShell,
}

var terraformPolicy = regexp.MustCompile(`(?ms)^resource "aws_ecr_repository_policy" "[A-Za-z_][A-Za-z0-9_-]*" \{\n  provider   = aws\.[a-z0-9_]+\n  repository = ("[^"\n]*")\n  policy     = <<-EOT\n(.*?)^  EOT\n\}$`)

// readTerraform reads the heredocs as HCL's specification has them: what all
// lines are indented by goes, and templates begin with ${ and %{.
func readTerraform(t *testing.T, text string) map[string]string {
	out := map[string]string{}
	for _, m := range terraformPolicy.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[2], "${") || strings.Contains(m[2], "%{") {
			t.Errorf("a template in\n%s", m[2])
		}
		var policy strings.Builder
		for line := range strings.Lines(m[2]) {
			rest, ok := strings.CutPrefix(line, "    ")
			if !ok {
				t.Errorf("a line of the heredoc is not indented: %q", line)
			}
			policy.WriteString(rest)
		}
		out[unquoteHCL(t, m[1])] = policy.String()
	}
	if n := strings.Count(text, `resource "aws_ecr_repository_policy"`); n != len(out) {
		t.Errorf("%d policies, of which %d can be read:\n%s", n, len(out), text)
	}
	return out
}

func unquoteHCL(t *testing.T, s string) string {
	t.Helper()
	if strings.Contains(s, "${") || strings.Contains(s, "%{") {
		t.Errorf("a template in %s", s)
	}
	out, err := strconv.Unquote(s) // HCL's escapes are among Go's
	if err != nil {
		t.Errorf("%s: %v", s, err)
	}
	return out
}

func readCloudFormation(t *testing.T, text string) map[string]string {
	out := map[string]string{}
	for dec := yaml.NewDecoder(strings.NewReader(text)); ; {
		var template struct {
			Resources map[string]struct {
				Type       string         `yaml:"Type"`
				Properties map[string]any `yaml:"Properties"`
			} `yaml:"Resources"`
		}
		if err := dec.Decode(&template); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		for name, r := range template.Resources {
			if !regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`).MatchString(name) {
				t.Errorf("%q cannot name a resource", name)
			}
			if r.Type != "AWS::ECR::Repository" || r.Properties["RepositoryPolicyText"] == nil {
				continue
			}
			policy, err := json.Marshal(r.Properties["RepositoryPolicyText"])
			if err != nil {
				t.Fatal(err)
			}
			out[r.Properties["RepositoryName"].(string)] = string(policy)
		}
	}
}

// readShell runs the script with a command aws that notes its arguments.
func readShell(t *testing.T, text string) map[string]string {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	if err := os.WriteFile(filepath.Join(dir, "aws"), []byte("#!/bin/sh\nprintf '%s\\0' \"$@\" END >>'"+log+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Env, cmd.Stdin = []string{"PATH=" + dir + ":/usr/bin:/bin"}, strings.NewReader(text)
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("sh: %v, %q of\n%s", err, said, text)
	}
	b, err := os.ReadFile(log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	out := map[string]string{}
	for call := range strings.SplitSeq(string(b), "END\x00") {
		args := strings.Split(strings.TrimSuffix(call, "\x00"), "\x00")
		if len(args) < 2 || args[0] != "ecr" || args[1] != "set-repository-policy" {
			continue
		}
		options := map[string]string{}
		for i := 2; i < len(args); i++ {
			if k, v, ok := strings.Cut(args[i], "="); ok {
				options[k] = v
				continue
			}
			options[args[i]] = args[i+1]
			i++
		}
		out[options["--repository-name"]] = options["--policy-text"]
	}
	return out
}

// example has what is awkward: two accounts and regions, a role to assume,
// names that differ in punctuation, a policy that goes, one with variables.
func example() *Emission {
	owner := Where{Account: "222222222222", Region: "us-east-1", Profile: "images"}
	abroad := Where{Account: "222222222222", Region: "eu-west-2", Role: "arn:aws:iam::222222222222:role/owner", ExternalID: "it's", Endpoint: "http://127.0.0.1:5000"}
	plane := Where{Account: "111111111111", Region: "us-east-1", Profile: "data plane"}
	return &Emission{
		Policies: []PolicyChange{
			{owner, "team/app", `{"Version":"2012-10-17","Statement":[{"Sid":"AllowPull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/nodes"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}`, "add statement AllowPull"},
			{owner, "team-app", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:*","Condition":{"StringNotLike":{"aws:PrincipalArn":["${aws:x}","it's \"é\" %{y}"]},"NumericLessThan":{"aws:MultiFactorAuthAge":1e3},"Null":{"aws:TokenIssueTime":true}}}}`, "complete statement\nrm -rf /"},
			{owner, "team.app", "", "take it away"},
			{abroad, "9lives", `{"Version":"2012-10-17","Statement":[]}`, "nothing"},
		},
		Attachments: []Attachment{
			{plane, "arn:aws:iam::111111111111:role/eks/-nodes", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly", []string{"ecr:BatchGetImage"}, []string{"arn:aws:ecr:us-east-1:222222222222:repository/team/app"}},
			{plane, "arn:aws:iam::111111111111:user/ci", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser", []string{"ecr:PutImage"}, []string{"arn:aws:ecr:us-east-1:222222222222:repository/team/app"}},
		},
	}
}

func TestEmit(t *testing.T) {
	const golden = "testdata/emit.golden"
	e := example()
	want := map[string]string{}
	for _, p := range e.Policies {
		if p.Policy == "" {
			continue
		}
		var err error
		if want[p.Repository], err = meaning(p.Policy); err != nil {
			t.Fatal(err)
		}
	}
	ar := new(txtar.Archive)
	for _, f := range Formats() {
		text, err := e.Emit(f)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); i >= 0 {
			t.Errorf("%s is not ASCII at %q", f, text[i:])
		}
		ar.Files = append(ar.Files, txtar.File{Name: string(f), Data: []byte(text)})
		got := map[string]string{}
		for name, policy := range readers[f](t, text) {
			if got[name], err = meaning(policy); err != nil {
				t.Errorf("%s: %s: %v", f, name, err)
			}
			got[name] = strings.ReplaceAll(got[name], `"1e3"`, "1e3") // YAML of every version reads the text alike
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: policies (-want +got):\n%s", f, d)
		}
	}
	text := txtar.Format(ar)
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(b), string(text)); d != "" {
		t.Errorf("%s (-want +got):\n%s", golden, d)
	}
}

// TestTerraformReads lets the parser and the formatter that Terraform uses read
// the text.
func TestTerraformReads(t *testing.T) {
	text, err := example().Emit(Terraform)
	if err != nil {
		t.Fatal(err)
	}
	file, faults := hclsyntax.ParseConfig([]byte(text), "main.tf", hclv2.InitialPos)
	if faults.HasErrors() {
		t.Fatalf("%v\n%s", faults, text)
	}
	if n := len(file.Body.(*hclsyntax.Body).Blocks); n == 0 {
		t.Error("no blocks")
	}
	if diff := cmp.Diff(string(hclwrite.Format([]byte(text))), text); diff != "" {
		t.Errorf("not as terraform fmt has it (-want +got):\n%s", diff)
	}
}

func TestEmitNothing(t *testing.T) {
	for _, f := range Formats() {
		if text, err := new(Emission).Emit(f); err != nil || text != "# There is nothing to do.\n" {
			t.Errorf("%s: %q, %v", f, text, err)
		}
	}
	if _, err := example().Emit("pulumi"); err == nil {
		t.Error("an unknown format is written")
	}
	secret := &Emission{Policies: []PolicyChange{{Where{}, "r", `{"Statement":[{"Sid":"\u007b{resolve:ssm:x}}"}]}`, ""}}}
	if text, err := secret.Emit(CloudFormation); err == nil {
		t.Errorf("CloudFormation would resolve a reference in\n%s", text)
	}
}

// FuzzEmit: whatever stands in a policy or a name, each format says it, and no
// more.
func FuzzEmit(f *testing.F) {
	f.Add("Allow'Pull", "team/app", "images")
	f.Add("${x} %{y} $${z}\\\"", "a'b", "-x")
	f.Add("\u2028\U0001f600\x7f`$(id)`", "$(id)", "EOT")
	f.Add("e\u0301: - #\n---\n", "yes", "''")
	f.Fuzz(func(t *testing.T, sid, name, profile string) {
		for _, s := range []string{sid, name, profile} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00") || strings.Contains(s, "{{resolve:") {
				return
			}
		}
		if name == "" || strings.Contains(name, "END") || strings.Contains(name, "=") && strings.HasPrefix(name, "-") {
			return
		}
		policy, err := json.Marshal(map[string]any{"Statement": []any{map[string]any{"Sid": sid, sid: []string{name, profile}}}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := meaning(string(policy))
		if err != nil {
			t.Fatal(err)
		}
		w := Where{Account: "222222222222", Region: "us-east-1", Profile: profile, Endpoint: name}
		e := &Emission{Policies: []PolicyChange{{w, "fixed", string(policy), sid}}}
		for format, read := range readers {
			text, err := e.Emit(format)
			if err != nil {
				t.Fatal(err)
			}
			got, err := meaning(read(t, text)["fixed"])
			if err != nil || got != want {
				t.Fatalf("%s: %s, %v; want %s\n%s", format, got, err, want, text)
			}
		}
		for quote, unquote := range map[string]string{hcl(name): unquoteHCL(t, hcl(name)), yamlString(name): unquoteYAML(t, yamlString(name))} {
			if unquote != name {
				t.Fatalf("%s is %q, want %q", quote, unquote, name)
			}
		}
	})
}

func unquoteYAML(t *testing.T, s string) string {
	t.Helper()
	var out string
	if err := yaml.Unmarshal([]byte(s), &out); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return out
}
