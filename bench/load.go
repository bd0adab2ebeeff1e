package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A load is one thing done over and over by some workers.
type load struct {
	workers int
	limit   int  // how often at most; 0 is as often as the time allows
	atOnce  bool // each worker does it once, all of them at the same time

	// op does it for the nth time and returns how many requests and bytes of content that were.
	op func(c *client, n int) (requests int, bytes int64, err error)
}

// A result is what a load took.
type result struct {
	ops, requests int
	bytes         int64
	wall, cpu     time.Duration
	latencies     []time.Duration // of each time, in ascending order
	note          string
}

func (r result) quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)]
}

// run puts the load on the target for a time, or up to its limit if the time is 0. The first error ends it.
func (l *load) run(ctx context.Context, t *target, duration time.Duration) (result, error) {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	clients := make([]*client, l.workers)
	for i := range clients {
		clients[i] = newClient(t)
		defer clients[i].close()
	}
	before, err := t.process.cpu()
	if err != nil {
		return result{}, err
	}
	begin := time.Now()
	var next, requests, bytes atomic.Int64
	errs := make([]error, l.workers)
	latencies := make([][]time.Duration, l.workers)
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() {
			for running.Err() == nil {
				n := int(next.Add(1)) - 1
				if l.limit > 0 && n >= l.limit || duration > 0 && !l.atOnce && time.Since(begin) > duration {
					return
				}
				start := time.Now()
				r, b, err := l.op(c, n)
				if err != nil {
					errs[i] = err
					cancel()
					return
				}
				latencies[i] = append(latencies[i], time.Since(start))
				requests.Add(int64(r))
				bytes.Add(b)
				if l.atOnce {
					return
				}
			}
		})
	}
	wg.Wait()
	wall := time.Since(begin)
	after, err := t.process.cpu()
	if err := errors.Join(append(errs, err, ctx.Err())...); err != nil {
		return result{}, err
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	return result{
		ops: len(all), requests: int(requests.Load()), bytes: bytes.Load(),
		wall: wall, cpu: after - before, latencies: all,
	}, nil
}
