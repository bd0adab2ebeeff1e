package ociapi

import (
	"sync"
	"time"
)

// Rate is how much somebody may do: Burst at once, and PerSecond all the time.
type Rate struct {
	PerSecond float64
	Burst     int
}

// buckets are token buckets, one for each key. They are of one node. They are
// safe for concurrent use.
type buckets struct {
	rate Rate
	most int // how many keys have a bucket of their own

	mu    sync.Mutex
	by    map[string]*bucket
	swept time.Time
}

type bucket struct {
	tokens float64
	at     time.Time // when it had them
}

// maxBuckets bounds the memory of a limit to some ten megabytes.
const maxBuckets = 100_000

func newBuckets(r Rate) *buckets {
	return &buckets{rate: r, most: maxBuckets, by: map[string]*bucket{}}
}

// take takes a token and returns 0, or how long it will be until there is one.
func (b *buckets) take(key string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	mine := b.find(key, now)
	mine.tokens = b.tokens(mine, now)
	mine.at = now
	if mine.tokens < 1 {
		return max(time.Duration((1-mine.tokens)/b.rate.PerSecond*float64(time.Second)), 1)
	}
	mine.tokens--
	return 0
}

// tokens is what a bucket has by now.
func (b *buckets) tokens(of *bucket, now time.Time) float64 {
	elapsed := max(now.Sub(of.at), 0) // clocks go backwards at times
	return min(of.tokens+elapsed.Seconds()*b.rate.PerSecond, float64(b.rate.Burst))
}

// find returns the bucket of a key. A bucket that is full may be forgotten, as
// a new one is full. When there are too many that are not, whoever comes next
// shares one.
func (b *buckets) find(key string, now time.Time) *bucket {
	if have := b.by[key]; have != nil {
		return have
	}
	if len(b.by) >= b.most {
		b.sweep(now)
	}
	if len(b.by) >= b.most {
		key = ""
		if have := b.by[key]; have != nil {
			return have
		}
	}
	made := &bucket{tokens: float64(b.rate.Burst), at: now}
	b.by[key] = made
	return made
}

// sweep forgets the buckets that are full, once a second at most: it looks at
// all of them.
func (b *buckets) sweep(now time.Time) {
	if age := now.Sub(b.swept); age >= 0 && age < time.Second {
		return
	}
	b.swept = now
	for key, have := range b.by {
		if b.tokens(have, now) >= float64(b.rate.Burst) {
			delete(b.by, key)
		}
	}
}
