package policy

import (
	"maps"
	"sync"
)

// Cache keeps policies by their text, so that a text is parsed and compiled once however often it
// decides. A changed policy is another entry, and an entry counts only while its principals are bound
// to the same ids, so nothing found in it is ever stale. The zero Cache is empty and ready; it is safe
// for concurrent use.
type Cache struct {
	mu sync.RWMutex
	m  map[string]cached
}

type cached struct {
	ids    map[string]string
	policy *Policy
}

// maxCached bounds a cache: about 60 MB of the largest documents that AWS allows.
const maxCached = 4096

// Parse is the function of that name, with the principals bound to ids as by [Policy.BindPrincipals].
// It keeps ids: the caller must not change the map afterwards.
func (c *Cache) Parse(document string, ids map[string]string) (*Policy, error) {
	c.mu.RLock()
	found := c.m[document]
	c.mu.RUnlock()
	if found.policy != nil && maps.Equal(found.ids, ids) {
		return found.policy, nil
	}
	p, err := Parse([]byte(document))
	if err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		p = p.BindPrincipals(ids)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = make(map[string]cached)
	}
	for old := range c.m { // any will do: what is used comes back
		if len(c.m) < maxCached {
			break
		}
		delete(c.m, old)
	}
	c.m[document] = cached{ids, p}
	return p, nil
}
