package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/policy"
)

const admin = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// cast makes candidates from "name" or "name=identity policy"; without one
// the candidate's own side is unknown.
func cast(t *testing.T, policies []*policy.Policy, names ...string) []*Candidate {
	t.Helper()
	var bare []string
	own := map[string]string{}
	for _, n := range names {
		name, identity, known := strings.Cut(n, "=")
		bare = append(bare, name)
		if known {
			own[name] = identity
		}
	}
	used := map[string]Use{}
	for _, n := range bare {
		used[n] = Use{}
	}
	all, _, err := Gather(t.Context(), nil, policies, used)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if identity, known := own[c.String()]; known {
			c.Unknown = ""
			c.Identity = source(t, "managed", "Identity", identity)
		}
	}
	return all
}

func TestCompare(t *testing.T) {
	const (
		nodes = "arn:aws:iam::111111111111:role/nodes"
		ci    = "arn:aws:iam::222222222222:user/ci"
		boss  = "arn:aws:iam::222222222222:user/boss"
	)
	statement := func(effect, principal, actions, more string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Principal":%s,"Action":[%s]%s}]}`, effect, principal, actions, more)
	}
	named := func(arn string) string { return `{"AWS":"` + arn + `"}` }
	const pullActions = `"ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"`
	for name, tt := range map[string]struct {
		before, after string
		who           []string
		options       Options
		want          []string // "+" or "-", who, its sets, "?" if uncertain
		notes         []string
	}{
		"a grant": {
			after: statement("Allow", named(nodes), pullActions, ""), who: []string{nodes + "=" + admin, boss + "=" + admin},
			want: []string{"+ " + nodes + " pull"},
		},
		"a grant that the other side does not use": {
			after: statement("Allow", named(nodes), pullActions, ""), who: []string{nodes + "="},
		},
		"a grant to an account that is not known": {
			after: statement("Allow", named("111111111111"), pullActions, ""), who: []string{nodes},
			want: []string{"+ 111111111111 pull ?", "+ " + nodes + " pull ?"},
		},
		"to everyone": {
			after: statement("Allow", `"*"`, `"ecr:*"`, ""), who: []string{nodes + "=" + admin, ci + "="},
			want: []string{"+ * pull,push,admin ?", "+ " + nodes + " pull,push,admin", "+ " + ci + " pull,push,admin"},
		},
		"to an organization": {
			after: statement("Allow", `"*"`, pullActions, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-example"}}`), who: []string{nodes + "=" + admin},
			notes: []string{"a statement asks for aws:PrincipalOrgID, which is taken to be absent: give it with --context aws:PrincipalOrgID=VALUE"},
		},
		"to an organization that is told": {
			after: statement("Allow", `"*"`, pullActions, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-example"}}`), who: []string{nodes + "=" + admin},
			options: Options{Context: map[string][]string{"aws:PrincipalOrgID": {"o-example"}}},
			want:    []string{"+ * pull ?", "+ " + nodes + " pull"},
		},
		"half a pull": {
			before: statement("Allow", named(nodes), `"ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"`, ""),
			after:  statement("Allow", named(nodes), `"ecr:BatchGetImage","ecr:PutImage"`, ""), who: []string{nodes + "=" + admin},
			want: []string{"+ " + nodes + " ecr:PutImage", "- " + nodes + " pull"},
		},
		"one for another": {
			before: statement("Allow", named(nodes), pullActions, ""), after: statement("Allow", named(nodes+"2"), pullActions, ""),
			who:  []string{nodes + "=" + admin, nodes + "2=" + admin},
			want: []string{"+ " + nodes + "2 pull", "- " + nodes + " pull"},
		},
		"a deny": {
			before: "", after: statement("Deny", `"*"`, `"ecr:*"`, ""), who: []string{boss + "=" + admin, ci + "="},
			want: []string{"- " + boss + " pull,push,admin"},
		},
		"nothing": {
			before: statement("Allow", named(nodes), pullActions, ""), after: statement("Allow", named(nodes), `"ecr:BatchCheckLayerAvailability",`+pullActions, ""),
			who: []string{nodes + "=" + admin},
		},
		"away": {
			before: statement("Allow", `{"Service":"codebuild.amazonaws.com"}`, pullActions, ""),
			want:   []string{"- codebuild.amazonaws.com pull"},
		},
		"named in conditions": {
			after: statement("Allow", `"*"`, pullActions, `,"Condition":{"ArnEquals":{"aws:PrincipalArn":"`+nodes+`"}}`),
			want:  []string{"+ " + nodes + " pull ?"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := setup(t, nodes, image, "", "", tt.before)
			var after *policy.Policy
			if tt.after != "" {
				after = source(t, "", "", tt.after)[0].Policy
			}
			impact, err := Compare(r, after, cast(t, []*policy.Policy{r.OwnPolicy(), after}, tt.who...), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for sign, list := range map[string][]Change{"+": impact.Gains, "-": impact.Losses} {
				for _, c := range list {
					what := strings.Join(c.Sets, ",")
					if what == "" {
						what = strings.Join(c.Actions, ",")
					}
					if !c.Certain {
						what += " ?"
					}
					got = append(got, sign+" "+c.Principal+" "+what)
				}
			}
			if d := cmp.Diff(tt.want, got, sorted); d != "" {
				t.Errorf("impact (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.notes, impact.Notes); d != "" {
				t.Errorf("notes (-want +got):\n%s", d)
			}
		})
	}
}

var sorted = cmp.Transformer("sorted", func(in []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range in {
		out[s] = true
	}
	return out
})

// The registry's policy stays when the repository's changes.
func TestCompareKeepsTheRegistryPolicy(t *testing.T) {
	_, r := setup(t, role, image, "", "", "")
	r.Policies = append(r.Policies, policy.Source{Type: "registry policy", Name: "registry", Policy: source(t, "", "", guide)[0].Policy})
	impact, err := Compare(r, source(t, "", "", guide)[0].Policy, cast(t, nil, role+"="+admin), Options{})
	if err != nil || len(impact.Gains)+len(impact.Losses) != 0 || impact.Considered != 1 {
		t.Errorf("impact %+v, %v; want none", impact, err)
	}
}

func TestWhoCanPull(t *testing.T) {
	const ci = "arn:aws:iam::222222222222:user/ci"
	_, r := setup(t, role, image, "", "", guide)
	policies := []*policy.Policy{r.OwnPolicy()}
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	who := cast(t, policies, role+"="+readOnly, ci+"=", "arn:aws:iam::333333333333:role/other")
	for _, c := range who {
		if c.String() == role {
			c.Use = Use{LastPull: at, Denials: 2}
		}
	}
	got, err := WhoCanPull(r, who, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Access{
		{Principal: role, Kind: RoleCandidate, Account: "111111111111", Verdict: Allowed, Certain: true, LastPull: &at, Denials: 2},
		{Principal: ci, Kind: UserCandidate, Account: "222222222222", Verdict: Denied, Certain: true},
		{Principal: "arn:aws:iam::333333333333:role/other", Kind: RoleCandidate, Account: "333333333333", Verdict: Denied, Certain: true},
	}
	for i := range got {
		if got[i].Why == "" {
			t.Errorf("%s: no reason", got[i].Principal)
		}
		got[i].Why = ""
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("who (-want +got):\n%s", d)
	}

	// A candidate whose own side is unknown can pull for all that is known.
	if got, err = WhoCanPull(r, cast(t, policies, role), Options{}); err != nil || len(got) != 1 || got[0].Verdict != Allowed || got[0].Certain {
		t.Errorf("unknown side: %+v, %v", got, err)
	}
}

// Gather reads accounts, and finds whom policies and records name.
func TestGather(t *testing.T) {
	const empty = "<IsTruncated>false</IsTruncated>"
	nodes := func(name string) string {
		return `<Path>/</Path><RoleName>` + name + `</RoleName><RoleId>AROA` + name + `</RoleId><Arn>arn:aws:iam::111111111111:role/` + name + `</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>`
	}
	get, version := managed("Shared")
	shared := `<AttachedPolicies><member><PolicyName>Shared</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Shared</PolicyArn></member></AttachedPolicies>` + empty
	answers := map[string]string{
		"ListRoles":                  `<Roles><member>` + nodes("a") + `</member><member>` + nodes("b") + `</member></Roles>` + empty,
		"ListUsers":                  "!AccessDenied",
		"GetRole a":                  `<Role>` + nodes("a") + `</Role>`,
		"GetRole b":                  "!AccessDenied",
		"GetRole gone":               "!NoSuchEntity",
		"ListAttachedRolePolicies a": shared,
		"ListRolePolicies a":         `<PolicyNames/>` + empty,
		"GetPolicy arn:aws:iam::aws:policy/Shared":        get,
		"GetPolicyVersion arn:aws:iam::aws:policy/Shared": version,
	}
	doc := source(t, "", "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:*","Principal":{"AWS":[
		"arn:aws:iam::111111111111:role/gone","arn:aws:sts::333333333333:assumed-role/r/s","444444444444","AROAEXAMPLE0000","arn:aws:sts::111111111111:federated-user/f","*"
	]}}]}`)[0].Policy
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	found, notes, err := Gather(t.Context(), Accounts{"111111111111": iamServer(t, answers)}, []*policy.Policy{doc, nil}, map[string]Use{
		"arn:aws:iam::111111111111:role/a": {LastPull: at, Denials: 1}, "arn:aws:iam::555555555555:user/u": {Denials: 3}, "": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range found {
		got = append(got, fmt.Sprintf("%s %s known=%t policies=%d pulled=%t denials=%d", c.Kind, c, c.certain(), len(c.Identity), !c.Use.LastPull.IsZero(), c.Use.Denials))
	}
	want := []string{
		"role arn:aws:iam::111111111111:role/a known=true policies=1 pulled=true denials=1",
		"role arn:aws:iam::111111111111:role/b known=false policies=0 pulled=false denials=0",
		"session arn:aws:sts::333333333333:assumed-role/r/s known=false policies=0 pulled=false denials=0",
		"account 444444444444 known=false policies=0 pulled=false denials=0",
		"user arn:aws:iam::555555555555:user/u known=false policies=0 pulled=false denials=3",
		"anyone * known=false policies=0 pulled=false denials=0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("candidates (-want +got):\n%s", d)
	}
	wantNotes := []string{
		"AROAEXAMPLE0000 is what is left of a principal that was deleted, and nobody's",
		"arn:aws:iam::111111111111:role/gone does not exist",
		"arn:aws:sts::111111111111:federated-user/f is not considered: it is not a role, a role session, a user or an account",
		"the users of account 111111111111 could not be listed (AccessDenied)",
	}
	if d := cmp.Diff(wantNotes, notes); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}

	// What fails for another reason than a refusal is an error.
	broken := iamServer(t, answers)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Gather(ctx, Accounts{"111111111111": broken}, nil, nil); err == nil {
		t.Error("no error from an API that cannot be reached")
	}
}

// Lists are never null in JSON.
func TestImpactJSON(t *testing.T) {
	_, r := setup(t, role, image, "", "", "")
	impact, err := Compare(r, nil, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(impact)
	if err != nil || string(text) != `{"gains":[],"losses":[],"considered":0}` {
		t.Errorf("%s, %v", text, err)
	}
}
