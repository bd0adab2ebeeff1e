package doctor

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	who  = "arn:aws:sts::111111111111:assumed-role/nodes/i-0abc"
	repo = "arn:aws:ecr:us-east-1:222222222222:repository/team/app"
	no   = "User: " + who + " is not authorized to perform: ecr:BatchGetImage on resource: " + repo
)

func TestParseDenial(t *testing.T) {
	base := Denial{Principal: who, Action: "ecr:BatchGetImage", Resource: repo}
	with := func(kind string, explicit bool, arn string) Denial {
		d := base
		d.Type, d.Explicit, d.PolicyARN = kind, explicit, arn
		return d
	}
	const scp = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd"
	for text, want := range map[string]Denial{
		no: base,
		no + " because no identity-based policy allows the ecr:BatchGetImage action":                        with("identity", false, ""),
		no + " because no resource-based policy allows the ecr:BatchGetImage action":                        with("resource", false, ""),
		no + " because no permissions boundary allows the ecr:BatchGetImage action":                         with("boundary", false, ""),
		no + " because no session policy allows the ecr:BatchGetImage action":                               with("session", false, ""),
		no + " because no service control policy allows the ecr:BatchGetImage action":                       with("scp", false, ""),
		no + " because no VPC endpoint policy allows the ecr:BatchGetImage action":                          with("endpoint", false, ""),
		no + " with an explicit deny in an identity-based policy":                                           with("identity", true, ""),
		no + " with an explicit deny in a resource-based policy":                                            with("resource", true, ""),
		no + " with an explicit deny in a sessions policy":                                                  with("session", true, ""),
		no + " with an explicit deny in a resource control policy":                                          with("rcp", true, ""),
		no + " with an explicit deny in a service control policy: " + scp:                                   with("scp", true, scp),
		"denied: " + no + " with an explicit deny in a policy of the future":                                with("", true, ""),
		"StatusCode: 400, AccessDeniedException: " + no + " with an explicit deny in a VPC endpoint policy": with("endpoint", true, ""),
	} {
		if got, ok := ParseDenial(text); !ok || got != want {
			t.Errorf("%s (-want +got):\n%s", text, cmp.Diff(want, got))
		}
	}
	for _, text := range []string{"", "Your authorization token has expired. Reauthenticate and try again.", "Not Authorized", "User: x is not authorized"} {
		if got, ok := ParseDenial(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestDenialCode(t *testing.T) {
	for want, d := range map[Code]Denial{
		"denied": {}, "identity-missing": {Type: "identity"}, "scp-deny": {Type: "scp", Explicit: true}, resourceMissing: {Type: "resource"},
	} {
		if got := d.Code(); got != want {
			t.Errorf("%+v: %s, want %s", d, got, want)
		}
	}
}

func FuzzParseDenial(f *testing.F) {
	f.Add(no)
	f.Add(no + " with an explicit deny in a service control policy: arn:aws:x")
	f.Add("User: anonymous is not authorized to perform: ecr:x on resource: *")
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := ParseDenial(text)
		if ok != (d.Principal != "" && d.Action != "" && d.Resource != "") || d.Code() == "" {
			t.Errorf("%q: %+v, %t", text, d, ok)
		}
	})
}
