package policy

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var differential = flag.Int("differential", 20_000, "how many random cases TestDifferential compares")

// TestDifferential compares the engine with the naive evaluator on random policies and requests. Every
// batch is made from its number, so that a longer run begins with the cases of a shorter one.
func TestDifferential(t *testing.T) {
	const batch = 16 // requests to a set of policies
	outcomes := make(map[string]int)
	for i := range *differential / batch {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(i), 0)), bound: make(map[*Policy]map[string]string)}
		s := g.set(t)
		for range batch {
			r := g.request(s)
			d := Evaluate(r, s)
			fast := Decide(r, s)
			if fast.Effect != d.Effect || fast.Reason != d.Reason || fast.Statement != d.Statement {
				t.Errorf("batch %d: without tracing %v %v, with %v %v\n%s", i, fast.Effect, fast.Reason, d.Effect, d.Reason, show(r, s))
			}
			effect, reason := naiveDecide(r, s, g.bound)
			if effect != d.Effect || effect != Allow && reason != d.Reason {
				t.Errorf("batch %d: the engine says %v %v, the rules %v %v\n%s", i, d.Effect, d.Reason, effect, reason, show(r, s))
			}
			outcomes[d.Effect.String()+" "+d.Reason.String()]++
		}
		if t.Failed() {
			return
		}
	}
	// The comparison is worth something as long as the cases go all ways.
	for _, want := range []string{
		"allowed none", "allowed identity", "allowed resource", "allowed trust",
		"explicitDeny identity", "explicitDeny resource", "explicitDeny boundary", "explicitDeny session",
		"explicitDeny scp", "explicitDeny rcp", "explicitDeny trust",
		"implicitDeny identity", "implicitDeny resource", "implicitDeny boundary", "implicitDeny session",
		"implicitDeny scp", "implicitDeny rcp", "implicitDeny trust",
	} {
		if outcomes[want] < *differential/2000 {
			t.Errorf("of %d cases %d ended in %s", *differential, outcomes[want], want)
		}
	}
	t.Log(outcomes)
}

// show prints a case.
func show(r *Request, s *Set) string {
	var b strings.Builder
	raw, _ := json.MarshalIndent(r, "", "  ")
	fmt.Fprintf(&b, "%s\n", raw)
	sources := func(name string, all []Source) {
		for _, src := range all {
			fmt.Fprintf(&b, "%s: %s\n", name, src.Policy)
		}
	}
	sources("identity", s.Identity)
	sources("boundary", s.Boundary)
	sources("session", s.Session)
	sources("resource", s.Resource)
	for i := range s.SCP {
		sources(fmt.Sprint("scp ", i+1), s.SCP[i])
	}
	for i := range s.RCP {
		sources(fmt.Sprint("rcp ", i+1), s.RCP[i])
	}
	fmt.Fprintf(&b, "kind: %s, %d SCP levels, %d RCP levels", s.ResourceKind, len(s.SCP), len(s.RCP))
	return b.String()
}

// generator makes policies and requests out of so few words that they often meet.
type generator struct {
	*rand.Rand
	bound map[*Policy]map[string]string // by BindPrincipals
}

// chance is true in percent of the cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// some picks one to three, as a JSON string or list would hold them.
func (g *generator) some(from ...string) any {
	if g.chance(60) {
		return pick(g, from...)
	}
	var all []string
	for range 1 + g.IntN(3) {
		all = append(all, pick(g, from...))
	}
	return all
}

const (
	accountA = "111122223333"
	accountB = "444455556666"
)

func (g *generator) set(t *testing.T) *Set {
	s := &Set{}
	trust := g.chance(15)
	if trust {
		s.ResourceKind = Trust
	}
	parse := func(u use, full int) Source {
		doc := g.document(u, trust, full)
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if u.principal != mustNotHave && g.chance(30) {
			p = p.BindPrincipals(uniqueIDs)
			g.bound[p] = uniqueIDs
		}
		return Source{Name: "p", Policy: p}
	}
	sources := func(u use, n, full int) (all []Source) {
		for range n {
			all = append(all, parse(u, full))
		}
		if n > 0 && g.chance(3) {
			all = append(all, Source{Name: "gone"})
		}
		return all
	}
	s.Identity = sources(useIdentity, g.IntN(4), 20)
	if g.chance(30) {
		s.Boundary = sources(useIdentity, 1, 50)
	}
	if g.chance(30) {
		s.Session = sources(useIdentity, 1+g.IntN(2), 50)
	}
	u := useResource
	if trust {
		u = useTrust
	}
	s.Resource = sources(u, g.IntN(3), 5)
	if g.chance(25) {
		for range 1 + g.IntN(3) {
			s.SCP = append(s.SCP, sources(useSCP, 1+g.IntN(2), 80))
		}
	}
	if g.chance(25) {
		for range 1 + g.IntN(2) {
			s.RCP = append(s.RCP, sources(useRCP, 1+g.IntN(2), 90))
		}
	}
	return s
}

// document makes a policy; in full percent of the cases it begins with a statement that allows all.
func (g *generator) document(u use, trust bool, full int) map[string]any {
	var statements []any
	if g.chance(full) {
		st := map[string]any{"Effect": "Allow", "Action": "*"}
		if u.resource != mustNotHave {
			st["Resource"] = "*"
		}
		if u.principal != mustNotHave {
			st["Principal"] = "*"
		}
		statements = append(statements, st)
	}
	for len(statements) == 0 || g.chance(40) {
		statements = append(statements, g.statement(u, trust))
	}
	doc := map[string]any{"Statement": statements}
	if len(statements) == 1 && g.chance(50) {
		doc["Statement"] = statements[0]
	}
	if g.chance(90) {
		doc["Version"] = pick(g, "2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17")
	}
	return doc
}

func (g *generator) statement(u use, trust bool) map[string]any {
	st := map[string]any{"Effect": pick(g, "Allow", "Allow", "Allow", "Deny")}
	not := func(element string, percent int) string {
		if g.chance(percent) {
			return "Not" + element
		}
		return element
	}
	odd := 5 // percent of statements with an element too many or too few
	if g.chance(100-odd) || u.principal == mustHave {
		actions := []string{"ecr:BatchGetImage", "ECR:batchgetimage", "ecr:*", "ecr:Batch*", "ecr:?atchGetImage", "ecr:*Image", "ecr:PutImage", "*", "iam:*", "s3:GetObject"}
		if trust {
			actions = []string{"sts:AssumeRole", "sts:*", "sts:TagSession", "STS:assumerole", "*", "sts:AssumeRoleWith*"}
		}
		st[not("Action", 15)] = g.some(actions...)
	}
	if u.resource == mustHave && g.chance(100-odd) || u.resource == mayHave && g.chance(30) || u.resource == mustNotHave && g.chance(odd) {
		st[not("Resource", 15)] = g.some("*", "*", "**", "?",
			"arn:aws:ecr:us-east-1:"+accountA+":repository/a/x",
			"arn:aws:ecr:us-east-1:"+accountA+":repository/a/*",
			"arn:aws:ecr:*:*:repository/*",
			"arn:aws:ecr:us-east-1:"+accountB+":repository/*",
			"arn:aws:ecr:*:"+accountA+":*/x",
			"arn:aws:ecr:us-????-?:*:repository/?/?",
			"arn:aws:ecr:*repository/a/x",
			"arn:aws:*:*:*:*",
			"arn:aws:iam::"+accountA+":role/*",
			"arn:aws:ecr:us-east-1:"+accountA+":repository/${k}/x",
			"arn:aws:ecr:*:*:repository/${k, 'a'}/?",
			"arn:aws:ecr:*:*:repository/${multi}*",
			"arn:aws:ecr:*:*:repository/a/${?}",
			"arn:aws:ecr:*:*:repository/a/${*}",
			"arn:aws:ecr", "arn:aws:ecr:*", "arn:*:ecr:us-east-1", "arn:aws:s3:*",
			"arn:aws:ecr:*:*:repository/${", "arn:aws:ecr:*:*:repository/${}", "arn:aws:ecr:*:*:repository/*${k b}",
		)
	}
	if u.principal != mustNotHave && g.chance(100-odd) || u.principal == mustNotHave && g.chance(odd) {
		st[not("Principal", 12)] = g.principals(u.resource == mustHave)
	}
	if g.chance(50) {
		st["Condition"] = g.conditions()
	}
	return st
}

func (g *generator) principals(everyone bool) any {
	if everyone && g.chance(90) || g.chance(20) {
		return "*"
	}
	if g.chance(5) {
		return map[string]any{pick(g, "AWS", "CanonicalUser"): pick(g, "", "nobody")}
	}
	groups := make(map[string]any)
	if g.chance(90) {
		aws := []string{"*", accountA, "arn:aws:iam::" + accountA + ":root", accountB, "AIDAALICE0000000", "AROAPULLER000000", "AROAPULLER000000:job-1", ""}
		for _, p := range callers {
			if p.Kind != Service && p.Kind != Federated && p.Kind != Anonymous {
				aws = append(aws, p.ARN)
			}
			if p.IssuerARN != "" {
				aws = append(aws, p.IssuerARN)
			}
		}
		groups["AWS"] = g.some(aws...)
		if g.chance(25) { // what NotPrincipal takes to spare a session or a user
			groups["AWS"] = []string{accountA, "arn:aws:iam::" + accountA + ":role/ci/puller", "arn:aws:sts::" + accountA + ":assumed-role/puller/job-1",
				"arn:aws:iam::" + accountA + ":user/alice", pick(g, "AIDAOTHER0000000", "arn:aws:sts::"+accountA+":federated-user/fed")}
		}
	}
	if g.chance(20) {
		groups["Service"] = g.some("ecs.amazonaws.com", "lambda.amazonaws.com")
	}
	if g.chance(20) || len(groups) == 0 {
		groups["Federated"] = g.some("accounts.google.com", "arn:aws:iam::"+accountA+":oidc-provider/ci.example.com")
	}
	return groups
}

// operands are condition values by family.
var operands = map[string][]string{
	"String":  {"a", "b", "A", "a*", "*", "?", "a?b", "", "ab", "${k}", "${K}x", "${multi}", "${none}", "${none, 'a'}", "${*}", "${$}{k}", "é", "É", "${", "${k"},
	"Numeric": {"0", "1", "1.0", "-1", "10", "9.99", "1e1", "+.5", "-0", "100e-1", "ten"},
	"Date":    {"2026-01-01", "2026-01", "2026-01-01T00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.5Z", "1767225600", "2025-12-31T23:59:59", "0", "new year"},
	"Bool":    {"true", "false", "TRUE", "False", "yes", "", "${t}"},
	"Binary":  {"YQ==", "YWI=", "", "Yg==", "Y"},
	"Ip":      {"192.0.2.0/24", "192.0.2.1", "192.0.2.1/32", "198.51.100.0/24", "2001:db8::/32", "2001:db8::1", "0.0.0.0/0", "::/0", "192.0.2"},
	"Arn":     {"arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:role/ci/puller", "arn:*:*:*:*:*", "arn:aws:iam::111122223333:role/ci/puller", "a", "arn:aws:iam", "${a}", "arn:aws:iam::${acct}:role/ci/*", "arn:aws:ecr:us-east-1:111122223333:x:y", "arn:aws:ecr:*:x:?"},
	"Null":    {"true", "false", "True", "maybe"},
}

// actuals are the values of requests.
var actuals = map[string][]string{
	"String":  {"a", "b", "A", "a*", "ab", "", "axb", "*", "${k}", "é", "É", "aé"},
	"Numeric": {"0", "1", "1.0", "-1", "10", "9.99", "1e1", ".5", "0x1", "one", ""},
	"Date":    {"2026-01-01", "2026-01-01T00:00:00Z", "1767225600", "2026-01-01T00:00:00.500Z", "2025-12-31T23:59:59Z", "yesterday", "0", ""},
	"Bool":    {"true", "false", "TRUE", "no", ""},
	"Binary":  {"YQ==", "YWI=", "", "Y"},
	"Ip":      {"192.0.2.1", "192.0.2.200", "198.51.100.7", "2001:db8::1", "2001:db9::1", "here", "192.0.2.0/24", ""},
	"Arn":     {"arn:aws:iam::111122223333:role/ci/puller", "arn:aws:iam::444455556666:role/x", "arn:aws:ecr:us-east-1:111122223333:x:y", "a", "arn:aws:iam", ""},
}

var operators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
	"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Null",
}

func family(operator string) string {
	for _, f := range []string{"String", "Numeric", "Date", "Bool", "Binary", "Arn", "Null"} {
		if strings.HasPrefix(operator, f) {
			return f
		}
	}
	return "Ip"
}

// keys are the condition keys of a family; requests have them in lower case.
var keys = map[string][]string{
	"String":  {"k", "K", "multi", "none"},
	"Numeric": {"n", "N", "ns"},
	"Date":    {"d", "ds"},
	"Bool":    {"t", "ts"},
	"Binary":  {"bin"},
	"Ip":      {"ip", "ips"},
	"Arn":     {"a", "as"},
	"Null":    {"k", "multi", "none", "n"},
}

func (g *generator) conditions() map[string]any {
	all := make(map[string]any)
	for range 1 + g.IntN(2) {
		operator := pick(g, operators...)
		f := family(operator)
		name := operator
		if g.chance(30) {
			name = pick(g, "ForAnyValue:", "ForAllValues:") + name
		}
		if f != "Null" && g.chance(25) {
			name += "IfExists"
		}
		tests := make(map[string]any)
		for range 1 + g.IntN(2) {
			tests[pick(g, keys[f]...)] = g.some(operands[f]...)
		}
		all[name] = tests
	}
	return all
}

// uniqueIDs are what principals are bound to; those of the role are not the role of today.
var uniqueIDs = map[string]string{
	"arn:aws:iam::" + accountA + ":user/alice":                   "AIDAALICE0000000",
	"arn:aws:iam::" + accountB + ":user/team/bob":                "AIDAOLDBOB000000",
	"arn:aws:iam::" + accountA + ":role/ci/puller":               "AROAPULLER000000",
	"arn:aws:sts::" + accountA + ":assumed-role/puller/job-1":    "AROAPULLER000000:job-1",
	"arn:aws:sts::" + accountA + ":assumed-role/scanner/nightly": "AROAOLDSCANNER00:nightly",
	"arn:aws:iam::" + accountA + ":role/scanner":                 "AROAOLDSCANNER00",
}

// callers are one of each kind.
var callers = []Principal{
	{Kind: Anonymous},
	{Kind: Root, Account: accountA, ARN: "arn:aws:iam::" + accountA + ":root", ID: accountA},
	{Kind: User, Account: accountA, ARN: "arn:aws:iam::" + accountA + ":user/alice", ID: "AIDAALICE0000000"},
	{Kind: User, Account: accountB, ARN: "arn:aws:iam::" + accountB + ":user/team/bob", ID: "AIDABOB000000000"},
	{Kind: AssumedRole, Account: accountA, ARN: "arn:aws:sts::" + accountA + ":assumed-role/puller/job-1",
		IssuerARN: "arn:aws:iam::" + accountA + ":role/ci/puller", ID: "AROAPULLER000000:job-1"},
	{Kind: FederatedUser, Account: accountA, ARN: "arn:aws:sts::" + accountA + ":federated-user/fed",
		IssuerARN: "arn:aws:iam::" + accountA + ":user/alice", IssuerID: "AIDAALICE0000000", ID: accountA + ":fed"},
	{Kind: AssumedRole, Account: accountA, ARN: "arn:aws:sts::" + accountA + ":assumed-role/scanner/nightly",
		IssuerARN: "arn:aws:iam::" + accountA + ":role/scanner", ID: "AROANEWSCANNER00:nightly"},
	{Kind: Service, ARN: "ecs.amazonaws.com"},
	{Kind: Federated, ARN: "accounts.google.com"},
}

func (g *generator) request(s *Set) *Request {
	r := &Request{Principal: pick(g, callers...), Context: make(Context)}
	if g.chance(60) { // those with the longest rules
		r.Principal = callers[2+g.IntN(5)]
	}
	if g.chance(5) {
		r.Principal.ID, r.Principal.IssuerID = "", ""
	}
	r.Action = pick(g, "ecr:BatchGetImage", "ecr:BatchGetImage", "ecr:PutImage", "ECR:putimage", "iam:GetUser", "ecr:NotInvented")
	r.ResourceAccount = pick(g, accountA, accountA, accountA, accountB, "")
	r.Resource = pick(g, "*", "arn:aws:ecr:us-east-1:"+accountA+":repository/a/x", "arn:aws:ecr:us-east-1:"+accountA+":repository/a/x",
		"arn:aws:ecr:eu-west-1:"+accountB+":repository/b/x", "arn:aws:ecr:us-east-1:"+accountA+":repository/a*/x", "arn:aws:ecr:us-east-1:"+accountA+":repository/a/x:y")
	if s.ResourceKind == Trust {
		r.Action = pick(g, "sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity", "sts:assumerole")
		r.Resource = "arn:aws:iam::" + accountA + ":role/deploy"
	}
	if g.chance(1) {
		r.Action = pick(g, "sts:GetCallerIdentity", "sts:GetSessionToken")
	}
	value := func(key, family string, several bool) {
		switch g.IntN(8) {
		case 0, 1:
		case 2:
			r.Context[key] = nil
		default:
			r.Context[key] = []string{pick(g, actuals[family]...)}
			for several && g.chance(50) {
				r.Context[key] = append(r.Context[key], pick(g, actuals[family]...))
			}
		}
	}
	value("k", "String", g.chance(5))
	value("multi", "String", true)
	value("n", "Numeric", false)
	value("ns", "Numeric", true)
	value("d", "Date", false)
	value("ds", "Date", true)
	value("t", "Bool", false)
	value("ts", "Bool", true)
	value("bin", "Binary", g.chance(30))
	value("ip", "Ip", false)
	value("ips", "Ip", true)
	value("a", "Arn", false)
	value("as", "Arn", true)
	if g.chance(50) {
		r.Context["acct"] = []string{accountA}
	}
	if r.Principal.Kind == AssumedRole {
		if g.chance(20) {
			r.Context["aws:federatedprovider"] = []string{"accounts.google.com"}
		}
		if g.chance(5) {
			r.Principal.IssuerARN = "arn:aws:iam::" + accountA + ":role/aws-service-role/ecr.amazonaws.com/puller"
		}
	}
	return r
}
