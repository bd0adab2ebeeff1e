package ociapi

import (
	"fmt"
	"testing"
	"time"
)

func TestBuckets(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	b := newBuckets(Rate{PerSecond: 0.5, Burst: 2})
	for range 2 {
		if wait := b.take("a", now); wait != 0 {
			t.Fatalf("within the burst: wait %v", wait)
		}
	}
	if wait := b.take("a", now); wait != 2*time.Second {
		t.Errorf("after the burst: wait %v, want 2s", wait)
	}
	if wait := b.take("b", now); wait != 0 {
		t.Errorf("somebody else: wait %v", wait)
	}
	if wait := b.take("a", now.Add(500*time.Millisecond)); wait != 1500*time.Millisecond {
		t.Errorf("half a second later: wait %v, want 1.5s", wait)
	}
	if wait := b.take("a", now.Add(-time.Hour)); wait <= 0 {
		t.Error("a clock that goes backwards gives tokens")
	}
	if wait := b.take("a", now.Add(3*time.Second)); wait != 0 {
		t.Errorf("when there is one again: wait %v", wait)
	}
	// Idle for however long, nobody has more than the burst.
	later := now.Add(24 * time.Hour)
	for i := range 3 {
		if wait := b.take("a", later); wait != 0 != (i == 2) {
			t.Errorf("request %d a day later: wait %v", i, wait)
		}
	}
	if wait := newBuckets(Rate{}).take("a", now); wait <= 0 {
		t.Error("a zero rate allows something")
	}
}

// However many come, memory is bounded: strangers share what is left.
func TestBucketsAreBounded(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	b := newBuckets(Rate{PerSecond: 1, Burst: 3})
	b.most = 10
	served := 0
	for i := range 1000 {
		if b.take(fmt.Sprint("key", i), now) == 0 {
			served++
		}
	}
	if len(b.by) > b.most+1 {
		t.Errorf("%d buckets", len(b.by))
	}
	if want := b.most + 3; served != want {
		t.Errorf("%d served, want %d", served, want)
	}
	if b.take("key0", now) != 0 {
		t.Error("who has a bucket loses it")
	}
	// Full buckets make room.
	now = now.Add(time.Minute)
	for i := range b.most {
		if b.take(fmt.Sprint("new", i), now) != 0 || b.by[fmt.Sprint("new", i)] == nil {
			t.Fatalf("newcomer %d has no bucket", i)
		}
	}
	if len(b.by) > b.most+1 {
		t.Errorf("%d buckets", len(b.by))
	}
}
