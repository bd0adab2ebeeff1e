package policy

import (
	"fmt"
	"sync"
	"testing"
)

func TestCache(t *testing.T) {
	const role = "arn:aws:iam::111111111111:role/node"
	document := func(action string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":%q},"Action":%q}}`, role, action)
	}
	ids := map[string]string{role: "AROAAAAAAAAAAAAAAAAAA"}
	var c Cache
	get := func(document string, ids map[string]string) *Policy {
		t.Helper()
		p, err := c.Parse(document, ids)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := get(document("ecr:PutImage"), ids)
	if get(document("ecr:PutImage"), map[string]string{role: ids[role]}) != first {
		t.Error("the same policy was parsed again")
	}
	if get(document("ecr:ListImages"), ids) == first {
		t.Error("another text is the same policy")
	}
	allowed := func(p *Policy, id string) bool {
		return Decide(&Request{
			Principal:       Principal{Kind: AssumedRole, Account: "111111111111", ARN: "arn:aws:sts::111111111111:assumed-role/node/s", IssuerARN: role, ID: id + ":s"},
			Action:          "ecr:PutImage",
			Resource:        "arn:aws:ecr:us-east-1:111111111111:repository/app",
			ResourceAccount: "111111111111",
		}, &Set{Resource: []Source{{Policy: p}}}).Allowed()
	}
	again := get(document("ecr:PutImage"), map[string]string{role: "AROABBBBBBBBBBBBBBBBB"})
	if !allowed(first, "AROAAAAAAAAAAAAAAAAAA") || allowed(again, "AROAAAAAAAAAAAAAAAAAA") || !allowed(again, "AROABBBBBBBBBBBBBBBBB") {
		t.Error("a policy that means another role was found in the cache")
	}
	if _, err := c.Parse("{", nil); err == nil {
		t.Error("parsed what is no policy")
	}
}

func TestCacheIsBounded(t *testing.T) {
	var c Cache
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range maxCached / 2 {
				document := fmt.Sprintf(`{"Statement":{"Effect":"Deny","Action":"*"},"Id":"%d-%d"}`, w, i)
				if _, err := c.Parse(document, nil); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if len(c.m) != maxCached {
		t.Errorf("%d policies are kept, want %d", len(c.m), maxCached)
	}
}
