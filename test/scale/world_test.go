package scale

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/test/blackbox"
)

func TestMain(m *testing.M) { blackbox.Main(m) }

const repository = "team/app"

// cluster is what nodes share, and an account with a repository.
type cluster struct {
	postgres *blackbox.Postgres
	s3       *blackbox.S3
	admin    blackbox.Credentials
	args     []string // of all nodes
	dir      string
	nodes    int
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{s3: blackbox.StartS3(t), dir: t.TempDir()}
	c.postgres = blackbox.StartPostgres(t)
	c.s3.Setenv(t)
	state := []string{"--db", c.postgres.URL, "--key-file", filepath.Join(c.dir, "key")}
	c.admin = blackbox.CreateAccount(t, filepath.Join(c.dir, "admin"), blackbox.Owner, "owner", state...)
	c.args = append(state, "--blobs", c.s3.URL())
	return c
}

// node starts a node with a data directory of its own.
func (c *cluster) node(t *testing.T, args ...string) *blackbox.Server {
	t.Helper()
	c.nodes++
	return blackbox.Start(t, filepath.Join(c.dir, fmt.Sprint("node", c.nodes)), append(c.args[:len(c.args):len(c.args)], args...)...)
}

// pair starts two nodes and creates the repository.
func (c *cluster) pair(t *testing.T, args ...string) (a, b *blackbox.Server, user client) {
	t.Helper()
	a, b = c.node(t, args...), c.node(t, args...)
	blackbox.CreateRepository(t, a.URL, c.admin, repository)
	return a, b, login(t, b.URL, c.admin)
}

// client is somebody with a token, which is good at every node.
type client struct{ *authn.Basic }

func login(t *testing.T, url string, as blackbox.Credentials) client {
	t.Helper()
	return client{blackbox.Login(t, url, as)}
}

// do sends a request to a node and reads the answer.
func (c client) do(t *testing.T, method, url string, body io.Reader) (*http.Response, string) {
	t.Helper()
	resp, text, err := c.try(t, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, text
}

func (c client) try(t *testing.T, method, url string, body io.Reader) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		return nil, "", err
	}
	req.SetBasicAuth(c.Username, c.Password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

// want fails the test unless the request was answered with the status.
func (c client) want(t *testing.T, status int, method, url string, body io.Reader) *http.Response {
	t.Helper()
	resp, text := c.do(t, method, url, body)
	if resp.StatusCode != status {
		t.Fatalf("%s %s: %s %s, want %d", method, url, resp.Status, text, status)
	}
	return resp
}

// on moves an upload's location to another node.
func on(node *blackbox.Server, location string) string {
	if _, rest, ok := strings.Cut(location, "://"); ok {
		_, rest, _ = strings.Cut(rest, "/")
		location = "/" + rest
	}
	return node.URL + location
}

// options are those of go-containerregistry, which is not to try again.
func (c client) options(t *testing.T) []remote.Option {
	return []remote.Option{
		remote.WithContext(t.Context()), remote.WithAuth(c),
		remote.WithRetryStatusCodes(), remote.WithRetryPredicate(func(error) bool { return false }),
	}
}

func tag(t *testing.T, addr, tag string) name.Tag {
	return blackbox.Tag(t, addr, repository, tag)
}

// pull reads an image with all its layers, whose digests it checks.
func (c client) pull(t *testing.T, ref name.Tag) (v1.Hash, error) {
	img, err := remote.Image(ref, c.options(t)...)
	if err != nil {
		return v1.Hash{}, err
	}
	if _, err := img.ConfigFile(); err != nil {
		return v1.Hash{}, err
	}
	layers, err := img.Layers()
	if err != nil {
		return v1.Hash{}, err
	}
	for _, l := range layers {
		want, err := l.Digest()
		if err != nil {
			return v1.Hash{}, err
		}
		r, err := l.Compressed()
		if err != nil {
			return v1.Hash{}, err
		}
		got, _, err := v1.SHA256(r)
		r.Close()
		if err == nil && got != want {
			err = fmt.Errorf("layer %s has digest %s", want, got)
		}
		if err != nil {
			return v1.Hash{}, err
		}
	}
	return img.Digest()
}

// balancer sends each request to the next of the nodes that are ready.
type balancer struct {
	*httptest.Server
	mu    sync.Mutex
	nodes []*blackbox.Server
	ready []*blackbox.Server
	next  atomic.Int64
}

// balance starts a balancer, which looks at the nodes ten times a second.
func balance(t *testing.T, nodes ...*blackbox.Server) *balancer {
	t.Helper()
	b := &balancer{nodes: nodes, ready: nodes}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		b.mu.Lock()
		defer b.mu.Unlock()
		r.Out.URL.Scheme, r.Out.Host = "http", r.In.Host
		if n := int64(len(b.ready)); n > 0 {
			r.Out.URL.Host = b.ready[b.next.Add(1)%n].Addr
		}
	}}
	b.Server = httptest.NewServer(proxy)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			b.look()
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-stopped
		b.Close()
	})
	return b
}

func (b *balancer) look() {
	b.mu.Lock()
	nodes := b.nodes
	b.mu.Unlock()
	var ready []*blackbox.Server
	for _, n := range nodes {
		resp, err := http.Get(n.URL + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				ready = append(ready, n)
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready = ready
}

// replace puts another node in the place of one.
func (b *balancer) replace(i int, node *blackbox.Server) {
	b.mu.Lock()
	b.nodes = append([]*blackbox.Server{}, b.nodes...)
	b.nodes[i] = node
	b.mu.Unlock()
	b.look()
}

func (b *balancer) addr() string { return strings.TrimPrefix(b.URL, "http://") }

// bytesOf is content of n bytes that nothing else has.
func bytesOf(seed byte, n int) []byte {
	p := bytes.Repeat([]byte{seed}, n)
	for i := range p {
		p[i] ^= byte(i) ^ byte(i>>8) ^ byte(i>>16)
	}
	return p
}
