package builder

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// counter is a proxy before a server that counts the bytes that are uploaded.
type counter struct {
	host  string // the owner's registry behind it
	bytes atomic.Int64
}

func (w *world) countUploads(t testing.TB) *counter {
	t.Helper()
	target, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := new(counter)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/v2/") && r.Body != nil {
			r.Body = counted{r.Body, &c.bytes}
		}
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(s.Listener.Addr().String(), ":")
	c.host = strings.TrimSuffix(w.Registry(blackbox.Owner), w.Port()) + port
	return c
}

// take returns the count and begins anew.
func (c *counter) take() int64 { return c.bytes.Swap(0) }

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// noise is data that does not compress, the same for the same seed.
func noise(seed string, size int) []byte {
	var key [32]byte
	copy(key[:], seed)
	b := make([]byte, size)
	rand.NewChaCha8(key).Read(b)
	return b
}
