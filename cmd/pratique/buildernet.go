package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/event"
)

// buildNetwork is how a build reaches registries and package indexes: those of the server at the server, with the password
// that the build has for them, and all others at public addresses, with none. The password goes nowhere else, whatever DNS
// says.
type buildNetwork struct {
	scheme, address    string // of the server
	domains            []string
	username, password string
	server, public     *http.Transport
	left               atomic.Int64 // bytes that may be downloaded
	limit              int64
}

var _ authn.Keychain = (*buildNetwork)(nil)

// network is the network of a build.
func (w *buildWork) network() *buildNetwork {
	n := &buildNetwork{
		scheme: w.endpoint.Scheme, address: cmp.Or(w.address, addressOf(w.endpoint)), domains: w.lease.Domains,
		username: aws.ToString(w.lease.Username), password: aws.ToString(w.lease.Password), limit: w.download,
	}
	n.left.Store(w.download)
	dial := dialLocalhost((&net.Dialer{Timeout: 30 * time.Second}).DialContext)
	n.server = newBuildTransport(func(ctx context.Context, network, _ string) (net.Conn, error) { return dial(ctx, network, n.address) }, nil)
	guarded := &net.Dialer{Timeout: 30 * time.Second, Control: event.PublicOnly(w.networks)}
	n.public = newBuildTransport(guarded.DialContext, proxy)
	return n
}

func newBuildTransport(dial dialFunc, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	return &http.Transport{
		DialContext: dial, Proxy: proxy, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 15 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second,
	}
}

// close closes the connections that are kept.
func (n *buildNetwork) close() {
	n.server.CloseIdleConnections()
	n.public.CloseIdleConnections()
}

// addressOf is the address of a URL, with its port.
func addressOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// own reports whether a host is one of the server's registries.
func (n *buildNetwork) own(host string) bool {
	r, ok := endpoint.ParseRegistry(host)
	return ok && slices.Contains(n.domains, r.Domain)
}

// Resolve returns the credentials for a registry.
func (n *buildNetwork) Resolve(target authn.Resource) (authn.Authenticator, error) {
	if !n.own(target.RegistryStr()) {
		return authn.Anonymous, nil
	}
	return &authn.Basic{Username: n.username, Password: n.password}, nil
}

// RoundTrip implements http.RoundTripper.
func (n *buildNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	transport := n.public
	if n.own(r.URL.Host) {
		transport = n.server
		if r.URL.Scheme != n.scheme {
			r = r.Clone(r.Context())
			r.URL.Scheme = n.scheme
		}
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &countedBody{resp.Body, n}
	return resp, nil
}

// countedBody counts what a build downloads, and ends when that is too much.
type countedBody struct {
	io.ReadCloser
	n *buildNetwork
}

func (b *countedBody) Read(p []byte) (int, error) {
	k, err := b.ReadCloser.Read(p)
	if b.n.left.Add(-int64(k)) < 0 {
		return 0, fmt.Errorf("the build has downloaded more than the %d bytes that it may", b.n.limit)
	}
	return k, err
}
