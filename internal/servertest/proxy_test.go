package servertest_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/pratique-dev/pratique/internal/server"
)

// balancer ends TLS in front of the server, keeps what clients say of
// addresses, as many do, and appends theirs.
func (w *world) balancer() *httptest.Server {
	w.t.Helper()
	to := must(url.Parse(w.URL()))(w.t)
	b := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		r.SetXForwarded()
	}})
	w.t.Cleanup(b.Close)
	return b
}

// via is how a client at an address reaches a balancer, or the server itself if
// there is none, whatever the host of a request.
func (w *world) via(b *httptest.Server, address string) http.RoundTripper {
	w.t.Helper()
	to, transport := w.Addr(), w.HTTP().Transport.(*http.Transport).Clone()
	if b != nil {
		to, transport = b.Listener.Addr().String(), b.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.ServerName = "example.com" // as its certificate has it
	}
	w.t.Cleanup(transport.CloseIdleConnections)
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext(ctx, network, to)
	}
	return transport
}

// Conditions see clients and not the balancer, and believe nobody else.
func TestTrustedProxy(t *testing.T) {
	w := newWorld(t, func(c *server.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	w.repository("team/app")
	w.push("team/app:v1", 100, 1)
	node := w.node()
	must(w.ecr(w.root).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("team/app"), PolicyText: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + user + `:root"},"Action":"ecr:BatchGetImage",
			"Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.2"},"Bool":{"aws:SecureTransport":"true"}}}]}`)}))(t)
	token, b := w.token(node), w.balancer()
	for _, tt := range []struct {
		name    string
		through *httptest.Server
		from    string
		claims  []string
		want    int
		source  string
	}{
		{"the right client", b, "127.0.0.2", nil, 200, "127.0.0.2"},
		{"which claims to be another", b, "127.0.0.2", []string{"X-Forwarded-For", "127.0.0.3"}, 200, "127.0.0.2"},
		{"another one", b, "127.0.0.3", nil, 403, "127.0.0.3"},
		{"which claims to be the right one", b, "127.0.0.3", []string{"X-Forwarded-For", "127.0.0.2"}, 403, "127.0.0.3"},
		{"past the balancer", nil, "127.0.0.2", nil, 403, "127.0.0.2"},
		{"past it, with claims", nil, "127.0.0.3", []string{"X-Forwarded-For", "127.0.0.2", "X-Forwarded-Proto", "https"}, 403, "127.0.0.3"},
		{"past it, with half of them", nil, "127.0.0.2", []string{"X-Forwarded-Proto", "https"}, 403, "127.0.0.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := w.in(t)
			r := w.request("GET", owner, "/v2/team/app/manifests/v1", "")
			r.SetBasicAuth("AWS", token)
			for i := 0; i < len(tt.claims); i += 2 {
				r.Header.Set(tt.claims[i], tt.claims[i+1])
			}
			if tt.through != nil {
				r.URL.Scheme = "https"
			}
			a := readAnswer(t, must(w.via(tt.through, tt.from).RoundTrip(r))(t))
			if a.status != tt.want {
				t.Errorf("status %d, want %d: %s", a.status, tt.want, a.body)
			}
			if e := w.event(a.header.Get("X-Amzn-Requestid")); e.SourceIP != tt.source {
				t.Errorf("the audit log has %s, want %s", e.SourceIP, tt.source)
			}
		})
	}
}

// Answers name the server as the client reached it, whoever ended TLS.
func TestURLsBehindProxy(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	layer, content := layerOf(t, w.push("team/app:v1", 100, 1))
	front := &http.Client{Transport: w.via(w.balancer(), "127.0.0.2")}
	config := w.AWS(w.root)
	config.BaseEndpoint, config.HTTPClient = aws.String("https://"+w.Registry(owner).Domain), front
	api := ecr.NewFromConfig(config)

	token := must(api.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{}))(t)
	if got := aws.ToString(token.AuthorizationData[0].ProxyEndpoint); !strings.HasPrefix(got, "https://"+owner+".") {
		t.Errorf("the registry is at %s", got)
	}
	download := must(api.GetDownloadUrlForLayer(t.Context(), &ecr.GetDownloadUrlForLayerInput{
		RepositoryName: aws.String("team/app"), LayerDigest: aws.String(layer.String()),
	}))(t)
	if a := readAnswer(t, must(front.Get(aws.ToString(download.DownloadUrl)))(t)); a.status != http.StatusOK || a.body != string(content) {
		t.Errorf("the layer at %s: %d, %d bytes of %d", aws.ToString(download.DownloadUrl), a.status, len(a.body), len(content))
	}
}
