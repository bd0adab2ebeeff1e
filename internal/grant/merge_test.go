package grant

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func platforms(t testing.TB) Profiles {
	t.Helper()
	profiles, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return profiles
}

// unionOf is the grant of an organization's data plane.
func unionOf(t testing.TB, profiles Profiles, org string) *Grant {
	t.Helper()
	p, err := profiles.Named("union")
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Grant(Input{Account: "111111111111", Params: map[string]string{"org": org}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func statements(t testing.TB, policy string) []statement {
	t.Helper()
	var doc struct{ Statement []json.RawMessage }
	if err := json.Unmarshal([]byte(policy), &doc); err != nil {
		t.Fatalf("%v in %s", err, policy)
	}
	var all []statement
	for _, raw := range doc.Statement {
		s, ok := readStatement(raw)
		if !ok {
			t.Fatalf("cannot read %s", raw)
		}
		all = append(all, s)
	}
	return all
}

// TestMerge grants until the policy is full. What others put there stays as it
// is, every grant holds all the while, and each can be taken back.
func TestMerge(t *testing.T) {
	profiles := platforms(t)
	const theirs = `{"Sid":"AllowPullOfCI","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444444444444:role/ci"},"Action":["ecr:GetDownloadUrlForLayer","ecr:BatchGetImage","ecr:BatchCheckLayerAvailability"]}`
	const conditioned = `{"Sid":"AllowPull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444444444444:role/x"},"Action":["ecr:GetDownloadUrlForLayer","ecr:BatchGetImage","ecr:BatchCheckLayerAvailability"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`
	repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "r", Policy: `{"Version":"2012-10-17","Statement":[` + theirs + `,` + conditioned + `]}`}
	var granted []*Grant
	merged := 0
	var long *TooLongError
	for n := 0; long == nil; n++ {
		g := unionOf(t, profiles, fmt.Sprint("org", n))
		plan, err := g.Plan(repo)
		if errors.As(err, &long) {
			break
		}
		if err != nil || !plan.Changed {
			t.Fatalf("grant %d: %+v, %v", n, plan, err)
		}
		if len(plan.After) > Limit || plan.Size > plan.Limit || plan.Limit != Limit {
			t.Fatalf("grant %d: %d characters, size %d of %d", n, len(plan.After), plan.Size, plan.Limit)
		}
		if len(plan.Notes) > 0 {
			merged++
			if !strings.Contains(plan.Notes[0], "become one statement, AllowPullShared") {
				t.Errorf("grant %d: notes %q", n, plan.Notes)
			}
		}
		for _, keep := range []string{theirs, conditioned} {
			var b strings.Builder
			for _, raw := range mustParse(t, plan.After).statements {
				c, err := compacted(raw)
				if err != nil {
					t.Fatal(err)
				}
				b.WriteString(c + "\n")
			}
			if !strings.Contains(b.String(), keep+"\n") {
				t.Fatalf("grant %d: %s is not in\n%s", n, keep, plan.After)
			}
		}
		repo.Policy = plan.After
		granted = append(granted, g)
	}
	if merged == 0 || len(granted) < 100 {
		t.Errorf("%d grants fit, merged %d times; without merging it would be 30", len(granted), merged)
	}
	for i, g := range granted {
		if p, err := g.Plan(repo); err != nil || p.Changed {
			t.Fatalf("grant %d does not hold: %+v, %v", i, p, err)
		}
	}
	for i, g := range granted {
		p, err := g.PlanRevoke(repo)
		if err != nil || !p.Changed || strings.Contains(p.After, g.Principals[0]+`"`) {
			t.Fatalf("revoke %d: %+v, %v", i, p, err)
		}
		repo.Policy = p.After
	}
	if got := statements(t, repo.Policy); len(got) != 2 {
		t.Errorf("left are %+v", got)
	}
}

func mustParse(t *testing.T, policy string) *document {
	t.Helper()
	d, err := parseDocument(policy)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func compacted(raw json.RawMessage) (string, error) {
	b, err := json.Marshal(raw) // compacts
	return string(b), err
}

// Merging keeps what each principal may do: statements of other actions, of
// other ids or with conditions are not touched.
func TestMergeGroups(t *testing.T) {
	const three, one = `["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]`, `"ecr:BatchGetImage"`
	st := func(sid, principal, actions string) string {
		return `{"Sid":"` + sid + `","Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":` + actions + `}`
	}
	role := func(name string) string { return "arn:aws:iam::111111111111:role/" + name }
	doc := mustParse(t, `{"Statement":[`+strings.Join([]string{
		st("AllowPull", role("a"), three),
		st("AllowPullB", role("b"), `["ecr:GetDownloadUrlForLayer","ecr:BatchGetImage"]`),
		st("AllowPullC", role("c"), one),
		st("AllowPullD111111111111", role("d"), one),
		st("AllowPullOther", role("e"), three),
		st("AllowReleasePull", role("f"), three),
		st("AllowPullG", "AROAGONE00000000", three),
	}, ",")+`]}`)
	notes, err := doc.merge([]string{"AllowPull", "AllowReleasePull"})
	if err != nil || len(notes) != 2 {
		t.Errorf("notes %q, %v", notes, err)
	}
	text, err := doc.text(0)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, s := range statements(t, text) {
		got[s.Sid] = s.Principal.AWS
	}
	want := map[string][]string{
		"AllowPull": {role("a"), role("b")}, "AllowPullShared": {role("c"), role("d")}, "AllowPullOther": {role("e")},
		"AllowReleasePull": {role("f")}, "AllowPullG": {"AROAGONE00000000"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("principals (-want +got):\n%s", d)
	}
}

func TestSequence(t *testing.T) {
	profiles := platforms(t)
	a, b := unionOf(t, profiles, "a"), unionOf(t, profiles, "b")
	repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "r"}
	p, err := Sequence(a.Plan, b.Plan)(repo)
	if err != nil || !p.Changed || strings.Count(p.Summary, "add statement") != 2 || len(statements(t, p.After)) != 2 {
		t.Fatalf("two grants: %+v, %v", p, err)
	}
	if d, err := p.Diff(); err != nil || !strings.Contains(d, "unionai-a-") || !strings.Contains(d, "unionai-b-") {
		t.Errorf("difference %s, %v", d, err)
	}
	repo.Policy = p.After
	if p, err = Sequence(a.Plan, b.Plan)(repo); err != nil || p.Changed || p.Size == 0 {
		t.Errorf("again: %+v, %v", p, err)
	}
	if p, err = Sequence(a.PlanRevoke, b.Plan)(repo); err != nil || !p.Changed || strings.Contains(p.After, "unionai-a-") || !strings.Contains(p.Summary, "take ") || strings.Contains(p.Summary, "nothing") {
		t.Errorf("one of two: %+v, %v", p, err)
	}
}

// Pruning takes away what is of grants, and nothing else.
func TestPrune(t *testing.T) {
	profiles := platforms(t)
	a, b := unionOf(t, profiles, "a"), unionOf(t, profiles, "b")
	const theirs = `{"Sid":"AllowPullOfCI","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444444444444:role/ci"},"Action":"ecr:BatchGetImage"}`
	const conditioned = `{"Sid":"AllowPush","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444444444444:role/x"},"Action":"ecr:PutImage","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`
	const deny = `{"Sid":"AllowReleasePull","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::444444444444:root"},"Action":"ecr:*"}`
	repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "r", Policy: `{"Version":"2012-10-17","Statement":[` + theirs + `,` + conditioned + `,` + deny + `]}`}
	before := repo.Policy
	p, err := Sequence(a.Plan, b.Plan)(repo)
	if err != nil {
		t.Fatal(err)
	}
	repo.Policy = p.After
	if p, err = profiles.Prune(repo, []*Grant{a, b}); err != nil || p.Changed {
		t.Errorf("all declared: %+v, %v", p, err)
	}
	if p, err = profiles.Prune(repo, []*Grant{b}); err != nil || !p.Changed || !strings.Contains(p.Summary, "which no grant declares") {
		t.Fatalf("one declared: %+v, %v", p, err)
	}
	if strings.Contains(p.After, "unionai-a-") || !strings.Contains(p.After, "unionai-b-") {
		t.Errorf("left is %s", p.After)
	}
	if p, err = profiles.Prune(repo, nil); err != nil {
		t.Fatal(err)
	}
	if same, err := samePolicy(p.After, before); err != nil || !same {
		t.Errorf("none declared: left is %s, %v; want %s", p.After, err, before)
	}
	// A role's grant is declared for pulling, not for pushing.
	repo.Policy = `{"Statement":[{"Sid":"AllowPush","Effect":"Allow","Principal":{"AWS":"` + a.Principals[0] + `"},"Action":"ecr:PutImage"}]}`
	if p, err = profiles.Prune(repo, []*Grant{a}); err != nil || p.After != "" || !p.Changed {
		t.Errorf("another right: %+v, %v", p, err)
	}
}

func TestSamePolicy(t *testing.T) {
	const base = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["a","b"]},"Action":"x"}]}`
	for text, want := range map[string]bool{
		base: true,
		"{\n \"Statement\" : [ { \"Principal\" : {\"AWS\":[\"b\",\"a\"]}, \"Effect\" : \"Allow\", \"Action\" : [ \"x\" ] } ], \"Version\" : \"2012-10-17\" }": true,
		strings.Replace(base, `["a","b"]`, `"a"`, 1): false,
		strings.Replace(base, "Allow", "Deny", 1):    false,
		"": false,
	} {
		if got, err := samePolicy(text, base); err != nil || got != want {
			t.Errorf("%s: same %t, %v", text, got, err)
		}
	}
	if _, err := samePolicy("{", base); err == nil {
		t.Error("half a policy is one")
	}
}
