package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBindPrincipals(t *testing.T) {
	const (
		user    = "arn:aws:iam::111122223333:user/alice"
		role    = "arn:aws:iam::111122223333:role/svc/puller"
		session = "arn:aws:sts::111122223333:assumed-role/puller/job-1"
	)
	ids := map[string]string{
		user: "AIDAALICE0000000", role: "AROAPULLER000000", session: "AROAPULLER000000:job-1",
		"arn:aws:iam::111122223333:user/gone": "AIDAGONE00000000",
	}
	alice := func(id string) Principal {
		return Principal{Kind: User, Account: "111122223333", ARN: user, ID: id}
	}
	puller := func(id, name string) Principal {
		p := Principal{Kind: AssumedRole, Account: "111122223333", ARN: "arn:aws:sts::111122223333:assumed-role/puller/" + name, IssuerARN: role}
		if id != "" {
			p.ID = id + ":" + name
		}
		return p
	}
	guest := Principal{Kind: FederatedUser, Account: "111122223333", ARN: "arn:aws:sts::111122223333:federated-user/guest", IssuerARN: user, ID: "111122223333:guest"}
	known := guest
	known.IssuerID = "AIDAALICE0000000"
	anew := guest
	anew.IssuerID = "AIDAALICE1111111"
	root := Principal{Kind: Root, Account: "111122223333", ARN: "arn:aws:iam::111122223333:root", ID: "111122223333"}

	const anyone = `"*"`
	aws := func(who ...string) string { return `{"AWS":["` + strings.Join(who, `","`) + `"]}` }
	tests := []struct {
		name      string
		statement string // its effect and principal
		caller    Principal
		want      string // how the resource layer names the caller, or "deny"; empty when the statement does not match
	}{
		{"user", `"Effect":"Allow","Principal":` + aws(user), alice("AIDAALICE0000000"), "direct"},
		{"user created anew", `"Effect":"Allow","Principal":` + aws(user), alice("AIDAALICE1111111"), ""},
		{"user whose id is not known", `"Effect":"Allow","Principal":` + aws(user), alice(""), ""},
		{"user renamed", `"Effect":"Allow","Principal":` + aws("arn:aws:iam::111122223333:user/gone"),
			Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/new", ID: "AIDAGONE00000000"}, "direct"},
		{"role", `"Effect":"Allow","Principal":` + aws(role), puller("AROAPULLER000000", "job-1"), "role"},
		{"role created anew", `"Effect":"Allow","Principal":` + aws(role), puller("AROAPULLER111111", "job-1"), ""},
		{"role whose id is not known", `"Effect":"Allow","Principal":` + aws(role), puller("", "job-1"), ""},
		{"session", `"Effect":"Allow","Principal":` + aws(session), puller("AROAPULLER000000", "job-1"), "direct"},
		{"another session", `"Effect":"Allow","Principal":` + aws(session), puller("AROAPULLER000000", "job-2"), ""},
		{"session of a role created anew", `"Effect":"Allow","Principal":` + aws(session), puller("AROAPULLER111111", "job-1"), ""},
		{"role and session", `"Effect":"Allow","Principal":` + aws(role, session), puller("AROAPULLER000000", "job-1"), "direct"},
		{"federated session of a user", `"Effect":"Allow","Principal":` + aws(user), known, "user"},
		{"federated session of a user, by id", `"Effect":"Allow","Principal":` + aws("AIDAALICE0000000"), known, "user"},
		{"federated session of a user created anew", `"Effect":"Allow","Principal":` + aws(user), anew, ""},
		{"federated session of a user whose id is not known", `"Effect":"Allow","Principal":` + aws(user), guest, ""},
		{"by its own ARN", `"Effect":"Allow","Principal":` + aws(guest.ARN), guest, "direct"},
		{"by id", `"Effect":"Allow","Principal":` + aws("AROAPULLER000000"), puller("AROAPULLER000000", "job-1"), "role"},
		{"by another id", `"Effect":"Allow","Principal":` + aws("AROAPULLER000000"), puller("AROAPULLER111111", "job-1"), ""},
		{"everyone", `"Effect":"Allow","Principal":` + anyone, alice("AIDAALICE1111111"), "direct"},
		{"account", `"Effect":"Allow","Principal":` + aws("111122223333"), alice("AIDAALICE1111111"), "account"},
		{"root", `"Effect":"Allow","Principal":` + aws("arn:aws:iam::111122223333:root"), root, "direct"},
		{"not bound", `"Effect":"Allow","Principal":` + aws("arn:aws:iam::111122223333:user/bob"),
			Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/bob", ID: "AIDABOB000000000"}, "direct"},

		{"denied user", `"Effect":"Deny","Principal":` + aws(user), alice("AIDAALICE0000000"), "deny"},
		{"denied user created anew", `"Effect":"Deny","Principal":` + aws(user), alice("AIDAALICE1111111"), ""},
		{"denied user whose id is not known", `"Effect":"Deny","Principal":` + aws(user), alice(""), "deny"},
		{"denied role whose id is not known", `"Effect":"Deny","Principal":` + aws(role), puller("", "job-1"), "deny"},
		{"denied user's federated session", `"Effect":"Deny","Principal":` + aws(user), known, "deny"},
		{"federated session of a denied user created anew", `"Effect":"Deny","Principal":` + aws(user), anew, ""},
		{"federated session of a denied user whose id is not known", `"Effect":"Deny","Principal":` + aws(user), guest, "deny"},

		{"all but the user", `"Effect":"Allow","NotPrincipal":` + aws(user), alice("AIDAALICE0000000"), ""},
		{"all but the user, created anew", `"Effect":"Allow","NotPrincipal":` + aws(user), alice("AIDAALICE1111111"), "direct"},
		{"all but the user, whose id is not known", `"Effect":"Allow","NotPrincipal":` + aws(user), alice(""), ""},
		{"spared user", `"Effect":"Deny","NotPrincipal":` + aws(user, "111122223333"), alice("AIDAALICE0000000"), ""},
		{"spared user created anew", `"Effect":"Deny","NotPrincipal":` + aws(user, "111122223333"), alice("AIDAALICE1111111"), "deny"},
		{"spared user whose id is not known", `"Effect":"Deny","NotPrincipal":` + aws(user, "111122223333"), alice(""), "deny"},
		{"spared session", `"Effect":"Deny","NotPrincipal":` + aws(session, role, "111122223333"), puller("AROAPULLER000000", "job-1"), ""},
		{"spared session of a role created anew", `"Effect":"Deny","NotPrincipal":` + aws(session, role, "111122223333"), puller("AROAPULLER111111", "job-1"), "deny"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := `{"Version":"2012-10-17","Statement":[{` + tt.statement + `,"Action":"ecr:BatchGetImage"}]}`
			p, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			r := &Request{Principal: tt.caller, Action: "ecr:BatchGetImage", Resource: "arn:aws:ecr:us-east-1:111122223333:repository/app", ResourceAccount: "111122223333"}
			bound := p.BindPrincipals(ids)
			for _, again := range []*Policy{bound, bound.BindPrincipals(nil), bound.BindPrincipals(ids)} {
				s := &Set{Resource: []Source{{Name: "policy", Policy: again}}}
				d := Evaluate(r, s)
				checkConsistent(t, r, s, d)
				var got string
				for _, l := range d.Trace.Layers {
					if l.Type != ReasonResource {
						continue
					}
					if st := l.Sources[0].Statements[0]; st.Matched {
						if got = st.Grant; st.Effect == "Deny" {
							got = "deny"
						}
					}
				}
				if got != tt.want {
					t.Errorf("the statement names the caller as %q, want %q", got, tt.want)
				}
			}
			if bound.Text() != text {
				t.Errorf("text became %s", bound.Text())
			}
		})
	}
}

// Binding leaves the policy it was given as it was, and says in the trace why
// a principal that is named is not meant.
func TestBindPrincipalsCopies(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:user/alice"
	p, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[
  {"Effect":"Deny","Action":"ecr:PutImage"},
  {"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com","AWS":"` + arn + `"},"Action":"ecr:BatchGetImage"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	bound := p.BindPrincipals(map[string]string{arn: "AIDAOLD000000000", "lambda.amazonaws.com": "AIDALAMBDA000000"})
	r := &Request{
		Principal: Principal{Kind: User, Account: "111122223333", ARN: arn, ID: "AIDANEW000000000"},
		Action:    "ecr:BatchGetImage", Resource: "arn:aws:ecr:us-east-1:111122223333:repository/app", ResourceAccount: "111122223333",
	}
	if d := Evaluate(r, &Set{Resource: []Source{{Policy: p}}}); !d.Allowed() {
		t.Error("the policy that was bound means ids as well")
	}
	d := Evaluate(r, &Set{Resource: []Source{{Policy: bound}}})
	if d.Allowed() {
		t.Fatal("a namesake is allowed")
	}
	want := &Miss{
		Element: "Principal", Wanted: []string{"lambda.amazonaws.com", arn}, Actual: []string{arn}, Line: 3, Column: 33,
		Note: arn + " means AIDAOLD000000000 here, which had that ARN when the policy was written; the caller is AIDANEW000000000",
	}
	if diff := cmp.Diff(want, d.Trace.Layers[0].Sources[0].Statements[1].Miss); diff != "" {
		t.Errorf("miss (-want +got):\n%s", diff)
	}
	r.Principal = Principal{Kind: Service, ARN: "lambda.amazonaws.com"}
	if !Decide(r, &Set{Resource: []Source{{Policy: bound}}}).Allowed() {
		t.Error("a service principal was bound")
	}
}
