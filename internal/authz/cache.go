package authz

import (
	"maps"
	"sync"

	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// policyCache keeps parsed resource policies by their text, so that a text is
// parsed once however often it decides. What is found under a text counts only
// if it is bound to the same ids, so the cache is never stale. The zero value
// is empty and ready.
type policyCache struct {
	mu sync.RWMutex
	m  map[string]boundPolicy
}

type boundPolicy struct {
	principals map[string]string
	policy     *policy.Policy
}

// maxParsed bounds the cache; policies are at most 10 KiB each.
const maxParsed = 4096

// get returns a policy that means the principals it was set for.
func (c *policyCache) get(set *registry.Policy) (*policy.Policy, error) {
	c.mu.RLock()
	b := c.m[set.Text]
	c.mu.RUnlock()
	if b.policy != nil && maps.Equal(b.principals, set.Principals) {
		return b.policy, nil
	}
	p, err := policy.Parse([]byte(set.Text))
	if err != nil {
		return nil, err
	}
	p = p.BindPrincipals(set.Principals)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxParsed {
		c.m = map[string]boundPolicy{} // starting over is rare and simple
	}
	c.m[set.Text] = boundPolicy{set.Principals, p}
	return p, nil
}
