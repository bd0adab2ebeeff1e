package grant

import (
	"encoding/json"
	"errors"
	"testing"
)

// FuzzPlan: whatever policy stands there, a grant yields JSON within the limit
// and holds when it is planned again, and its revocation leaves no trace of it.
func FuzzPlan(f *testing.F) {
	f.Add("")
	f.Add(`{"Version":"2008-10-17","Id":"x","Statement":{"Sid":"theirs","Effect":"Deny","Principal":"*","Action":"ecr:*"}}`)
	f.Add(`{"Version":"2012-10-17","Statement":[{"Sid":"AllowPull","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111111111111:role/nodes","111111111111"]},"Action":"ecr:BatchGetImage"}]}`)
	f.Add(`{"Statement":[1,null,{"Principal":{"AWS":{}}},{"Sid":["AllowPull"],"Effect":"Allow","Principal":{"AWS":"*","Service":"x"},"Action":[]}]}`)
	f.Add(`{"Statement":"<&>","Statement":[]}`)
	profiles, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	p, err := profiles.Named("kubernetes")
	if err != nil {
		f.Fatal(err)
	}
	g, err := p.Grant(Input{Account: "111111111111", Params: map[string]string{"role": "nodes"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		repo := Repository{Account: "222222222222", Region: "us-east-1", Name: "r", Policy: text}
		plan, err := g.Plan(repo)
		var long *TooLongError
		if err != nil {
			if plan != nil {
				t.Fatalf("a plan %+v with error %v", plan, err)
			}
			if errors.As(err, &long) && long.Size <= Limit {
				t.Fatalf("%d characters are called too long", long.Size)
			}
			return
		}
		if !json.Valid([]byte(plan.After)) {
			t.Fatalf("not JSON: %q", plan.After)
		}
		repo.Policy = plan.After
		if again, err := g.Plan(repo); err != nil || again.Changed {
			t.Fatalf("planned again: %+v, %v\n%s", again, err, plan.After)
		}
		if _, err := plan.Diff(); err != nil {
			t.Fatal(err)
		}
		revoked, err := g.PlanRevoke(repo)
		if err != nil || !revoked.Changed {
			t.Fatalf("revoke: %+v, %v\n%s", revoked, err, plan.After)
		}
		repo.Policy = revoked.After
		if again, err := g.PlanRevoke(repo); err != nil || again.Changed {
			t.Fatalf("revoked again: %+v, %v", again, err)
		}
	})
}
