package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// tags puts 10,000 tags on ten images of a repository, as many as Amazon ECR
// allows, and says how the last thousand compare with the first.
type tags struct{ images []*image }

func newTags(ctx context.Context, t *target) (*tags, error) {
	first, err := t.push(ctx, "tags", 1<<10)
	if err != nil {
		return nil, err
	}
	l := &tags{images: []*image{first}}
	c := newClient(t)
	defer c.close()
	for len(l.images) < 10 && err == nil {
		i := newImage(first.repo, unique("v"), 1<<10)
		_, _, err = i.push(c, false)
		l.images = append(l.images, i)
	}
	return l, err
}

func (l *tags) run(ctx context.Context, t *target, _ time.Duration) (result, error) {
	const all, part = 10_000, 1000
	put := &load{workers: 8, op: func(c *client, n int) (int, int64, error) {
		i := l.images[n%len(l.images)]
		_, err := c.want(http.StatusCreated, http.MethodPut, i.manifestPath(unique("v")), manifestType, i.manifest)
		return 1, 0, err
	}}
	var sum, first, last result
	for range all / part {
		put.limit = part
		r, err := put.run(ctx, t, 0)
		if err != nil {
			return result{}, err
		}
		if sum.ops == 0 {
			first = r
		}
		last = r
		sum.ops, sum.requests = sum.ops+r.ops, sum.requests+r.requests
		sum.wall, sum.cpu = sum.wall+r.wall, sum.cpu+r.cpu
		sum.latencies = r.latencies
	}
	sum.note = fmt.Sprintf("first thousand %.0f/s, last %.0f/s", part/first.wall.Seconds(), part/last.wall.Seconds())
	t.tagged = l.images[0].repo
	return sum, nil
}

// withTags returns a repository with 10,000 tags. There are registries that take minutes for one.
func (t *target) withTags(ctx context.Context) (string, error) {
	if t.tagged == "" {
		l, err := newTags(ctx, t)
		if err != nil {
			return "", err
		}
		if _, err := l.run(ctx, t, 0); err != nil {
			return "", err
		}
	}
	return t.tagged, nil
}

// list reads all pages of a list, and counts them as one request.
func (c *client) list(path string) (requests int, bytes int64, err error) {
	for path != "" {
		a, err := c.want(http.StatusOK, http.MethodGet, path, "", nil)
		if err != nil {
			return 0, 0, err
		}
		bytes += a.size
		path = a.next
	}
	return 1, bytes, nil
}
