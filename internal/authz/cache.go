package authz

import (
	"sync"

	"github.com/pratique-dev/pratique/policy"
)

// parseCache keeps parsed resource policies by their text, so that a text is
// parsed once however often it decides. Keyed by content it is never stale.
// The zero value is empty and ready.
type parseCache struct {
	mu sync.RWMutex
	m  map[string]*policy.Policy
}

// maxParsed bounds the cache; policies are at most 10 KiB each.
const maxParsed = 4096

func (c *parseCache) get(text string) (*policy.Policy, error) {
	c.mu.RLock()
	p := c.m[text]
	c.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxParsed {
		c.m = map[string]*policy.Policy{} // starting over is rare and simple
	}
	c.m[text] = p
	return p, nil
}
