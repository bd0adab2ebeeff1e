package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// A row is a line of the table for each target.
type row struct {
	name    string
	only    string // kinds of targets that it is for; all when empty
	large   bool
	prepare func(ctx context.Context, t *target) (runner, error)
}

// A runner measures what a row is about; a load is the usual one.
type runner interface {
	run(ctx context.Context, t *target, duration time.Duration) (result, error)
}

const registries = pratique + peer

// rows are what is measured, in the order of the table.
var rows = []row{
	{name: "pull of 64 MiB, 8 at a time", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "pull", 24<<20, 24<<20, 16<<20)
		return &load{workers: 8, op: i.pull}, err
	}},
	{name: "manifest by tag, 16 at a time", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "small", 1<<10)
		return get(16, http.MethodGet, i.manifestPath(i.tag)), err
	}},
	{name: "manifest by digest, 16 at a time", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "small", 1<<10)
		return get(16, http.MethodGet, i.manifestPath(i.digest)), err
	}},
	{name: "HEAD manifest, 1 at a time", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "small", 1<<10)
		return get(1, http.MethodHead, i.manifestPath(i.tag)), err
	}},
	{name: "tiny images pushed, 8 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		repo := unique("tiny")
		return &load{workers: 8, op: func(c *client, _ int) (int, int64, error) {
			return newImage(repo, unique("t"), 1<<10).push(c, false)
		}}, t.makeRepository(ctx, repo)
	}},
	{name: "push of what is there, 4 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "small", 1<<10)
		return &load{workers: 4, op: func(c *client, _ int) (int, int64, error) { return i.push(c, true) }}, err
	}},
	{name: "mounts from another repository, 8 at a time", only: registries, prepare: mounts(8)},
	{name: "mounts from another repository, 32 at a time", only: registries, prepare: mounts(32)},
	{name: "tags up to 10,000, 8 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		return newTags(ctx, t)
	}},
	{name: "tags/list of 10,000, 4 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		repo, err := t.withTags(ctx)
		path := "/v2/" + repo + "/tags/list"
		if t.kind == pratique {
			path += "?n=1000" // as Amazon ECR it never sends more at once, where others send all
		}
		return &load{workers: 4, op: func(c *client, _ int) (int, int64, error) { return c.list(path) }}, err
	}},
	{name: "first 100 of 10,000 tags, 4 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		repo, err := t.withTags(ctx)
		return get(4, http.MethodGet, "/v2/"+repo+"/tags/list?n=100"), err
	}},
	{name: "blob of 1 KiB, 16 at a time", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "small", 1<<10)
		return get(16, http.MethodGet, i.blobPath(i.layers[0])), err
	}},
	{name: "blob of 256 MiB, 4 at a time", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "large", 256<<20)
		return get(4, http.MethodGet, i.blobPath(i.layers[0])), err
	}},
	{name: "layer of 256 MiB pushed, 1 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		repo := unique("bulk")
		b := newBlob(256 << 20)
		return &load{workers: 1, op: func(c *client, n int) (int, int64, error) { return b.changed(n).upload(c, repo) }}, t.makeRepository(ctx, repo)
	}},
	{name: "layers of 64 MiB pushed, 4 at a time", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		repo := unique("bulk")
		bs := [4]*blob{}
		for i := range bs {
			bs[i] = newBlob(64 << 20)
		}
		var free = make(chan *blob, len(bs))
		for _, b := range bs {
			free <- b
		}
		return &load{workers: 4, op: func(c *client, n int) (int, int64, error) {
			b := <-free
			defer func() { free <- b }()
			return b.changed(n).upload(c, repo)
		}}, t.makeRepository(ctx, repo)
	}},
	{name: "500 pulls of 5 MiB at once", prepare: func(ctx context.Context, t *target) (runner, error) {
		i, err := t.push(ctx, "herd", 2<<20, 2<<20, 1<<20)
		return &load{workers: 500, atOnce: true, limit: 500, op: i.pull}, err
	}},
	{name: "catalogue page of 100", only: registries, prepare: func(ctx context.Context, t *target) (runner, error) {
		return catalogue(t), t.fill(ctx, 100, 1)
	}},
	{name: "catalogue page of 100 of 10,000 repositories", only: pratique, large: true, prepare: func(ctx context.Context, t *target) (runner, error) {
		return catalogue(t), t.fill(ctx, 10_000, 10)
	}},
	{name: "start with 10,000 repositories, 100,000 images", only: pratique, large: true, prepare: func(context.Context, *target) (runner, error) {
		return restart{}, nil
	}},
}

// get is a load of one request over and over.
func get(workers int, method, path string) *load {
	return &load{workers: workers, op: func(c *client, _ int) (int, int64, error) {
		a, err := c.want(http.StatusOK, method, path, "", nil)
		return 1, a.size, err
	}}
}

func catalogue(t *target) runner {
	all := *t
	if t.admin != "" {
		all.authorization = t.admin // nobody lists the repositories of another account
	}
	return as{&all, get(4, http.MethodGet, "/v2/_catalog?n=100")}
}

// as runs a load with the credentials of another target.
type as struct {
	t *target
	l *load
}

func (a as) run(ctx context.Context, _ *target, d time.Duration) (result, error) {
	return a.l.run(ctx, a.t, d)
}

// restart measures how long the server takes to get ready.
type restart struct{}

func (restart) run(ctx context.Context, t *target, _ time.Duration) (result, error) {
	took, err := t.restart(ctx)
	return result{ops: 1, requests: 1, wall: took, latencies: []time.Duration{took}}, err
}

// mounts takes layers of one repository to others; no layer goes to the same twice.
func mounts(workers int) func(context.Context, *target) (runner, error) {
	const layers, repos = 200, 200
	return func(ctx context.Context, t *target) (runner, error) {
		from := unique("from")
		if err := t.makeRepository(ctx, from); err != nil {
			return nil, err
		}
		c := newClient(t)
		defer c.close()
		digests := make([]string, layers)
		for i := range digests {
			b := newBlob(1 << 10)
			digests[i] = b.digest
			if _, _, err := b.upload(c, from); err != nil {
				return nil, err
			}
		}
		to := make([]string, repos)
		for i := range to {
			to[i] = unique("to")
			if err := t.makeRepository(ctx, to[i]); err != nil {
				return nil, err
			}
		}
		var next atomic.Int64 // over all rounds
		return &load{workers: workers, limit: layers * repos, op: func(c *client, _ int) (int, int64, error) {
			n := int(next.Add(1)) - 1
			path := "/v2/" + to[n%repos] + "/blobs/uploads/?mount=" + digests[n/repos%layers] + "&from=" + from
			_, err := c.want(http.StatusCreated, http.MethodPost, path, "", nil)
			return 1, 0, err
		}}, nil
	}
}

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// unique returns a name that was never used.
func unique(prefix string) string { return fmt.Sprintf("%s-%d-%d", prefix, run0, serial.Add(1)) }

var (
	run0   = time.Now().UnixMilli()
	serial atomic.Int64
)

// A blob is random bytes.
type blob struct {
	content []byte
	digest  string
}

func newBlob(size int) *blob {
	b := &blob{content: make([]byte, size)}
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], rand.Uint64())
	_, _ = rand.NewChaCha8(seed).Read(b.content) // never fails
	b.digest = fmt.Sprintf("sha256:%x", sha256.Sum256(b.content))
	return b
}

// changed returns the blob with other content, which takes no time: the digest
// is computed here and not while it is measured, but for the first piece.
func (b *blob) changed(n int) *blob {
	binary.LittleEndian.PutUint64(b.content, uint64(n)+1)
	binary.LittleEndian.PutUint64(b.content[8:], uint64(serial.Add(1)))
	b.digest = fmt.Sprintf("sha256:%x", sha256.Sum256(b.content))
	return b
}

// upload pushes the blob whole, as containerd does.
func (b *blob) upload(c *client, repo string) (int, int64, error) {
	a, err := c.want(http.StatusAccepted, http.MethodPost, "/v2/"+repo+"/blobs/uploads/", "", nil)
	if err != nil {
		return 0, 0, err
	}
	to, err := upload(a.location, b.digest)
	if err != nil {
		return 0, 0, err
	}
	_, err = c.want(http.StatusCreated, http.MethodPut, to, "application/octet-stream", b.content)
	return 2, int64(len(b.content)), err
}

// An image is a manifest with its blobs.
type image struct {
	repo, tag, digest string
	manifest          []byte
	config            *blob
	layers            []*blob
}

func newImage(repo, tag string, sizes ...int) *image {
	i := &image{repo: repo, tag: tag}
	type descriptor struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int    `json:"size"`
	}
	var layers []descriptor
	for _, s := range sizes {
		b := newBlob(s)
		i.layers = append(i.layers, b)
		layers = append(layers, descriptor{layerType, b.digest, s})
	}
	config := fmt.Sprintf(`{"architecture":"amd64","os":"linux","author":%q,"rootfs":{"type":"layers","diff_ids":[]}}`, unique("author"))
	i.config = &blob{[]byte(config), fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(config)))}
	i.manifest, _ = json.Marshal(map[string]any{ // strings and numbers: it cannot fail
		"schemaVersion": 2, "mediaType": manifestType,
		"config": descriptor{configType, i.config.digest, len(config)},
		"layers": layers,
	})
	i.digest = fmt.Sprintf("sha256:%x", sha256.Sum256(i.manifest))
	return i
}

func (i *image) manifestPath(ref string) string { return "/v2/" + i.repo + "/manifests/" + ref }
func (i *image) blobPath(b *blob) string        { return "/v2/" + i.repo + "/blobs/" + b.digest }

// push asks for each blob, uploads what is missing and puts the manifest. With
// there, nothing may be missing.
func (i *image) push(c *client, there bool) (requests int, bytes int64, err error) {
	for _, b := range append([]*blob{i.config}, i.layers...) {
		requests++
		a, err := c.do(http.MethodHead, i.blobPath(b), "", nil, false)
		if err != nil {
			return 0, 0, err
		}
		if a.status == http.StatusOK {
			continue
		}
		if a.status != http.StatusNotFound || there {
			return 0, 0, fmt.Errorf("HEAD of a blob answered %d", a.status)
		}
		r, n, err := b.upload(c, i.repo)
		if err != nil {
			return 0, 0, err
		}
		requests, bytes = requests+r, bytes+n
	}
	_, err = c.want(http.StatusCreated, http.MethodPut, i.manifestPath(i.tag), manifestType, i.manifest)
	return requests + 1, bytes, err
}

// pull gets manifest, config and layers, as a node does that has none of them.
func (i *image) pull(c *client, _ int) (requests int, bytes int64, err error) {
	paths := []string{i.manifestPath(i.tag), i.blobPath(i.config)}
	for _, l := range i.layers {
		paths = append(paths, i.blobPath(l))
	}
	for _, p := range paths {
		a, err := c.want(http.StatusOK, http.MethodGet, p, "", nil)
		if err != nil {
			return 0, 0, err
		}
		bytes += a.size
	}
	return len(paths), bytes, nil
}

// push puts a new image into a new repository, or where files are served from.
func (t *target) push(ctx context.Context, name string, sizes ...int) (*image, error) {
	i := newImage(unique(name), "latest-"+name, sizes...)
	if t.kind == files {
		var errs []error
		for _, b := range append([]*blob{i.config}, i.layers...) {
			errs = append(errs, os.WriteFile(filepath.Join(t.dir, b.digest), b.content, 0o600))
		}
		for _, n := range []string{i.tag, i.digest} {
			errs = append(errs, os.WriteFile(filepath.Join(t.dir, n), i.manifest, 0o600))
		}
		return i, errors.Join(errs...)
	}
	if err := t.makeRepository(ctx, i.repo); err != nil {
		return nil, err
	}
	c := newClient(t)
	defer c.close()
	_, _, err := i.push(c, false)
	return i, err
}

// fill makes repositories with images, each with a tag of its own.
func (t *target) fill(ctx context.Context, repositories, images int) error {
	const workers = 8
	names := make(chan string)
	errs := make([]error, workers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			c := newClient(t)
			defer c.close()
			for repo := range names {
				err := t.makeRepository(ctx, repo)
				for n := 0; n < images && err == nil; n++ {
					_, _, err = newImage(repo, fmt.Sprint("v", n), 512).push(c, false)
				}
				if err != nil {
					errs[w] = err
					cancel()
					return
				}
			}
		})
	}
	for range repositories {
		select {
		case names <- unique("fill"):
		case <-ctx.Done():
		}
	}
	close(names)
	wg.Wait()
	return errors.Join(errs...)
}
