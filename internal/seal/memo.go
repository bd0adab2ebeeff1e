package seal

import (
	"crypto/sha256"
	"sync"
)

// A Memo remembers what was made of values that a Box opened, so that one that comes with each request is opened and decoded
// once. It forgets all when the Box's keys change: what no key opens any more is not remembered either. It knows values by
// their SHA-256, so that the time of a look-up tells nothing about values that others hold. It is safe for concurrent use.
type Memo[V any] struct {
	box  *Box
	most int

	mu     sync.RWMutex
	ring   *ring // with which the values were opened
	values map[[sha256.Size]byte]V
}

// NewMemo returns a Memo of at most so many values that box opens; when there are more it begins anew.
func NewMemo[V any](box *Box, most int) *Memo[V] { return &Memo[V]{box: box, most: most} }

// Get returns what open made of the sealed text. open must depend on the text and the keys alone, and what it returns must not
// be changed. Its errors are not remembered.
func (m *Memo[V]) Get(sealed []byte, open func() (V, error)) (V, error) {
	sum, r := sha256.Sum256(sealed), m.box.ring.Load()
	m.mu.RLock()
	v, ok := m.values[sum]
	ok = ok && m.ring == r
	m.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := open()
	if err != nil || m.box.ring.Load() != r { // else it may be of other keys than r
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ring != r || len(m.values) >= m.most {
		m.ring, m.values = r, map[[sha256.Size]byte]V{}
	}
	m.values[sum] = v
	return v, nil
}
