package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func mustParse(tb testing.TB, doc string) *Policy {
	tb.Helper()
	p, err := Parse([]byte(doc))
	if err != nil {
		tb.Fatalf("%s: %v", doc, err)
	}
	return p
}

func TestZeroValues(t *testing.T) {
	var d Decision
	r := &Request{Action: "ecr:PutImage", Resource: "*"}
	if d.Allowed() {
		t.Error("the zero decision allows")
	}
	if got, want := d.Message(r), "User: anonymous is not authorized to perform: ecr:PutImage on resource: *"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	if d := Evaluate(&Request{}, &Set{}); d.Effect != ImplicitDeny || d.Reason != ReasonResource {
		t.Errorf("the zero request: %v %v", d.Effect, d.Reason)
	}
}

// TestUnnamedSources checks that explanations do without names.
func TestUnnamedSources(t *testing.T) {
	r := &Request{
		Principal: Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/alice"},
		Action:    "ecr:PutImage", Resource: "*", ResourceAccount: "111122223333",
	}
	s := &Set{Identity: []Source{{ARN: "arn:aws:iam::aws:policy/X", Policy: mustParse(t, doc2012(`{"Effect":"Allow","Action":"*","Resource":"*"}`))}}}
	d := Evaluate(r, s)
	var b bytes.Buffer
	if err := d.Explain(&b, Text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"  by statement 1 at 1:38\n", "    unnamed policy (arn:aws:iam::aws:policy/X)\n", " matches (1:38)\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("explanation lacks %q:\n%s", want, &b)
		}
	}
}

// TestPolicyByHand checks that a policy that was not parsed denies what it denies.
func TestPolicyByHand(t *testing.T) {
	p := mustParse(t, doc2012(`{"Effect":"Deny","Action":"ecr:*","Resource":"*"}`))
	r := &Request{Principal: Principal{Kind: User, Account: "111122223333"}, Action: "ecr:PutImage", Resource: "*", ResourceAccount: "111122223333"}
	s := &Set{Identity: []Source{{Policy: &Policy{Version: p.Version, Statements: p.Statements}}}}
	if d := Decide(r, s); d.Effect != ExplicitDeny {
		t.Errorf("%v, want an explicit deny", d.Effect)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestExplainErrors(t *testing.T) {
	d := Evaluate(&Request{}, &Set{})
	for _, style := range []Style{Text, JSON} {
		if err := d.Explain(brokenWriter{}, style); !errors.Is(err, errBroken) {
			t.Errorf("style %d: %v", style, err)
		}
	}
	d.Trace.Reason = -1
	if err := d.Explain(&bytes.Buffer{}, JSON); err == nil {
		t.Error("an invalid trace is encoded")
	}
}

func TestNames(t *testing.T) {
	checkNames(t, Anonymous, Federated)
	checkNames(t, ImplicitDeny, Allow)
	checkNames(t, ReasonNone, ReasonTrust)
	checkNames(t, SeverityError, SeveritySuggestion)
	for k := Identity; k <= RCP; k++ {
		if strings.Contains(k.String(), "Kind") {
			t.Errorf("kind %d has no name", k)
		}
	}
	if got := Kind(99).String(); got != "Kind(99)" {
		t.Errorf("Kind(99) is %q", got)
	}
}

// checkNames checks that the names of an enumeration are distinct and survive JSON.
func checkNames[T interface {
	~int
	comparable
	String() string
}](t *testing.T, first, last T) {
	t.Helper()
	seen := make(map[string]bool)
	for v := first; v <= last; v++ {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
			continue
		}
		var back T
		if err := json.Unmarshal(raw, &back); err != nil || back != v || string(raw) != `"`+v.String()+`"` || seen[v.String()] {
			t.Errorf("%T %d: %s, %v, %v", v, int(v), raw, back, err)
		}
		seen[v.String()] = true
	}
	var back T
	if err := json.Unmarshal([]byte(`"nonsense"`), &back); err == nil {
		t.Errorf("%T accepts nonsense", back)
	}
	if _, err := json.Marshal(last + 1); err == nil {
		t.Errorf("%T %d is encoded", back, int(last+1))
	}
	if got := (last + 1).String(); !strings.HasSuffix(got, fmt.Sprintf("(%d)", int(last+1))) {
		t.Errorf("%T %d is called %q", back, int(last+1), got)
	}
}

func TestContext(t *testing.T) {
	c := make(Context)
	c.Set("aws:PrincipalTag/Team", "a", "b")
	if got := c.Get("AWS:principaltag/team"); len(got) != 2 {
		t.Errorf("got %q", got)
	}
	if got := c.Get("aws:username"); got != nil {
		t.Errorf("got %q for an absent key", got)
	}
}

// FuzzEvaluate checks what holds for all policies and requests.
func FuzzEvaluate(f *testing.F) {
	add := func(identity, resource string) {
		f.Add(identity, resource, "arn:aws:sts::111122223333:assumed-role/puller/job-1", "ecr:BatchGetImage",
			"arn:aws:ecr:us-east-1:111122223333:repository/team-a/api", "111122223333", "aws:principaltag/k", "a*")
	}
	docs := corpus(f)
	for i := range docs {
		add(docs[i], docs[(i*7+3)%len(docs)])
	}
	denyAll := mustParse(f, doc2012(`{"Effect":"Deny","Action":"*","Resource":"*"}`))
	denyEveryone := mustParse(f, doc2012(`{"Effect":"Deny","Principal":"*","Action":"*"}`))
	f.Fuzz(func(t *testing.T, identity, resource, principal, action, arn, account, key, value string) {
		p, err := Parse([]byte(identity))
		if err != nil {
			return
		}
		q, err := Parse([]byte(resource))
		if err != nil {
			return
		}
		printed, allows := reprint(t, p), plainAllows(p, q)
		for kind := Anonymous; kind <= Federated; kind++ {
			r := &Request{
				Principal: Principal{Kind: kind, Account: "111122223333", ARN: principal, IssuerARN: "arn:aws:iam::111122223333:role/puller", ID: "AROAPULLER000000:job-1"},
				Action:    action, Resource: arn, ResourceAccount: account,
				Context: Context{strings.ToLower(key): {value}, "aws:tagkeys": {value, "x"}},
			}
			s := &Set{Identity: []Source{{Name: "p", Policy: p}}, Resource: []Source{{Name: "q", Policy: q}}}
			d := Evaluate(r, s)
			if validUTF8(principal, action, arn, account, value) { // JSON has no other strings
				checkConsistent(t, r, s, d)
			}
			if err := d.Explain(&bytes.Buffer{}, Text); err != nil {
				t.Error(err)
			}
			if (d.Message(r) == "") != d.Allowed() {
				t.Errorf("%v with message %q", d.Effect, d.Message(r))
			}

			bounded := *s
			bounded.Boundary = []Source{{Name: "b"}}
			if Decide(r, &bounded).Allowed() && !d.Allowed() {
				t.Errorf("a boundary allows %s\n%s", identity, resource)
			}
			controlled := *s
			controlled.SCP, controlled.RCP = [][]Source{nil}, [][]Source{nil}
			if Decide(r, &controlled).Allowed() && !d.Allowed() {
				t.Errorf("control policies allow %s\n%s", identity, resource)
			}
			denied := *s
			denied.Resource = append(denied.Resource[:1:1], Source{Name: "deny", Policy: denyEveryone})
			if got := Decide(r, &denied); got.Effect != ExplicitDeny && got.Reason != ReasonNone {
				t.Errorf("everyone is denied, but %v", got.Effect)
			}
			if kind == User || kind == AssumedRole || kind == FederatedUser || kind == Root {
				denied := *s
				denied.Identity = append(denied.Identity[:1:1], Source{Name: "deny", Policy: denyAll})
				if got := Decide(r, &denied); got.Effect != ExplicitDeny && got.Reason != ReasonNone {
					t.Errorf("all is denied, but %v", got.Effect)
				}
			}
			more := *s
			more.Identity = append(more.Identity[:1:1], Source{Name: "allow", Policy: allows})
			more.Resource = append(more.Resource[:1:1], Source{Name: "allow", Policy: allows})
			if d.Allowed() && !Decide(r, &more).Allowed() {
				t.Errorf("more allows take %s %s away:\n%s\n%s", action, arn, identity, resource)
			}
			again := *s
			again.Identity = []Source{{Name: "p", Policy: printed}}
			if got := Decide(r, &again); got.Effect != d.Effect || got.Reason != d.Reason {
				t.Errorf("%s decides otherwise than what it is printed as, %s", identity, printed)
			}
		}
	})
}

// reprint parses what a policy is printed as.
func reprint(t *testing.T, p *Policy) *Policy {
	t.Helper()
	text, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(text))
}

// plainAllows is a policy of the Allow statements of others that have no Not elements.
func plainAllows(policies ...*Policy) *Policy {
	all := &Policy{Version: Value{Text: version2012}}
	for _, p := range policies {
		for _, st := range p.Statements {
			if !st.Deny() && (st.Principal == nil || !st.Principal.Not) && (st.Action == nil || !st.Action.Not) && (st.Resource == nil || !st.Resource.Not) {
				all.Statements = append(all.Statements, st)
			}
		}
	}
	return all
}

func validUTF8(all ...string) bool {
	for _, s := range all {
		if strings.ToValidUTF8(s, "") != s {
			return false
		}
	}
	return true
}
