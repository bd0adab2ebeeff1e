package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"sync"
)

// SigningKey is a key derived from a secret for one day, region and service. It cannot be turned back into
// the secret, and it prints as a placeholder.
type SigningKey struct{ key [sha256.Size]byte }

// Format keeps the key out of anything printed with package fmt.
func (SigningKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "sigv4.SigningKey(redacted)") }

// DeriveKey derives the signing key of a secret access key. The date is the scope's, YYYYMMDD.
func DeriveKey(secret, date, region, service string) SigningKey {
	k := sum([]byte("AWS4"+secret), date)
	k = sum(k[:], region)
	k = sum(k[:], service)
	return SigningKey{sum(k[:], terminator)}
}

func (k SigningKey) sign(s string) [sha256.Size]byte { return sum(k.key[:], s) }

func sum(key []byte, s string) (out [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	_, _ = io.WriteString(h, s)
	h.Sum(out[:0])
	return out
}

// KeyCache remembers derived signing keys, by access key and scope. It is safe for concurrent use.
//
// The scope is the caller's to choose until CheckScope has passed: ask the cache after that, or strangers
// can push out the entries of others.
type KeyCache struct {
	mu         sync.Mutex
	generation int // entries in recent that make it old
	recent     map[scope]cachedKey
	old        map[scope]cachedKey
}

type scope struct{ accessKeyID, date, region, service string }

type cachedKey struct {
	secret string
	key    SigningKey
}

// NewKeyCache returns a cache that holds at most size keys, and at least 2.
func NewKeyCache(size int) *KeyCache {
	return &KeyCache{generation: max(size/2, 1), recent: make(map[scope]cachedKey)}
}

// Key returns the signing key for q's scope under secret, deriving it when it is not at hand. A key that was
// derived from another secret is never returned.
func (c *KeyCache) Key(q *Request, secret string) SigningKey {
	s := scope{q.AccessKeyID, q.Date, q.Region, q.Service}
	c.mu.Lock()
	k, ok := c.recent[s]
	if !ok {
		if k, ok = c.old[s]; ok {
			c.add(s, k)
		}
	}
	c.mu.Unlock()
	if ok && subtle.ConstantTimeCompare([]byte(k.secret), []byte(secret)) == 1 {
		return k.key
	}

	k = cachedKey{secret, DeriveKey(secret, q.Date, q.Region, q.Service)}
	c.mu.Lock()
	c.add(s, k)
	c.mu.Unlock()
	return k.key
}

// add puts k in the recent generation; when that is full it becomes the old one, whose entries are dropped
// unless they were used since.
func (c *KeyCache) add(s scope, k cachedKey) {
	if _, ok := c.recent[s]; !ok && len(c.recent) >= c.generation {
		c.old, c.recent = c.recent, make(map[scope]cachedKey, c.generation)
	}
	c.recent[s] = k
}
