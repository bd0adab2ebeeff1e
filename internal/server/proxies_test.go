package server

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/pratique-dev/pratique/internal/authn"
)

func networks(cidrs ...string) proxies {
	var p proxies
	for _, c := range cidrs {
		p = append(p, netip.MustParsePrefix(c))
	}
	return p
}

func TestProxiesClient(t *testing.T) {
	trusted := networks("10.0.0.0/8", "192.168.7.1/32", "fd00::/8")
	for _, tt := range []struct {
		name, remote string
		forwarded    []string // lines of the header
		want         string
	}{
		{"no proxy", "198.51.100.7:4711", nil, "198.51.100.7"},
		{"not a trusted one", "198.51.100.7:4711", []string{"203.0.113.5"}, "198.51.100.7"},
		{"beside a trusted one", "192.168.7.2:4711", []string{"203.0.113.5"}, "192.168.7.2"},
		{"a trusted one", "10.1.2.3:4711", []string{"203.0.113.5"}, "203.0.113.5"},
		{"one that says nothing", "10.1.2.3:4711", nil, "10.1.2.3"},
		{"what a client claims", "10.1.2.3:4711", []string{"127.0.0.1, 203.0.113.5"}, "203.0.113.5"},
		{"claimed on a line of its own", "10.1.2.3:4711", []string{"127.0.0.1", "203.0.113.5"}, "203.0.113.5"},
		{"claimed to be a proxy", "10.1.2.3:4711", []string{"127.0.0.1, 10.9.9.9, 203.0.113.5"}, "203.0.113.5"},
		{"two proxies", "10.1.2.3:4711", []string{"127.0.0.1, 203.0.113.5,192.168.7.1"}, "203.0.113.5"},
		{"two proxies and one that is not trusted", "10.1.2.3:4711", []string{"203.0.113.5, 192.168.7.2, 192.168.7.1"}, "192.168.7.2"},
		{"from a proxy itself", "10.1.2.3:4711", []string{"10.4.4.4"}, "10.4.4.4"},
		{"a proxy that hides it", "10.1.2.3:4711", []string{"203.0.113.5, unknown"}, "10.1.2.3"},
		{"the second hides it", "10.1.2.3:4711", []string{"203.0.113.5, _hidden, 192.168.7.1"}, "192.168.7.1"},
		{"an empty one", "10.1.2.3:4711", []string{"203.0.113.5,"}, "10.1.2.3"},
		{"with a port", "10.1.2.3:4711", []string{"203.0.113.5:1234"}, "203.0.113.5"},
		{"IPv6", "[fd00::1]:4711", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv6 in brackets", "[fd00::1]:4711", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"IPv6 with a port", "[fd00::1]:4711", []string{"[2001:db8::7]:99"}, "2001:db8::7"},
		{"IPv4 in IPv6", "[::ffff:10.1.2.3]:4711", []string{"::ffff:203.0.113.5"}, "203.0.113.5"},
		{"with a zone", "10.1.2.3:4711", []string{"fe80::1%eth0"}, "fe80::1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
			if got := authn.SourceIP(trusted.client(r)); got != tt.want {
				t.Errorf("the client of %s for %q is %s, want %s", tt.remote, tt.forwarded, got, tt.want)
			}
			if r.RemoteAddr != tt.remote {
				t.Errorf("the request is now from %s", r.RemoteAddr)
			}
			if got := authn.SourceIP(networks().client(r)); got != authn.SourceIP(r) {
				t.Errorf("the client is %s, and no proxy is trusted", got)
			}
		})
	}
}

func TestProxiesTLS(t *testing.T) {
	trusted := networks("10.0.0.0/8")
	for _, tt := range []struct {
		name, remote string
		tls          bool // to the node
		proto        []string
		want         bool
	}{
		{"not a trusted one", "198.51.100.7:1", false, []string{"https"}, false},
		{"not a trusted one, TLS", "198.51.100.7:1", true, []string{"http"}, true},
		{"says nothing", "10.0.0.1:1", false, nil, false},
		{"says nothing, TLS", "10.0.0.1:1", true, nil, true},
		{"TLS ends there", "10.0.0.1:1", false, []string{"https"}, true},
		{"in capitals", "10.0.0.1:1", false, []string{"HTTPS"}, true},
		{"TLS begins there", "10.0.0.1:1", true, []string{"http"}, false},
		{"TLS both", "10.0.0.1:1", true, []string{"https"}, true},
		{"plain to the first of two", "10.0.0.1:1", true, []string{"http, https"}, false},
		{"plain between them", "10.0.0.1:1", true, []string{"https", "http"}, false},
		{"TLS all the way", "10.0.0.1:1", true, []string{"https, https"}, true},
		{"nonsense", "10.0.0.1:1", true, []string{"quic"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-Proto": tt.proto}}
			if tt.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if got := trusted.client(r).TLS != nil; got != tt.want {
				t.Errorf("TLS %v, want %v", got, tt.want)
			}
		})
	}
}

// addressed is a connection of which only the address matters.
type addressed struct {
	net.Conn
	from net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.from }

// A proxy's connections are those of many clients, so none has a share of one.
func TestProxiesConnections(t *testing.T) {
	c := &connections{proxies: networks("10.0.0.0/8")}
	for remote, want := range map[string]string{
		"198.51.100.7:4711": "198.51.100.7", "10.1.2.3:4711": "10.1.2.3:4711", "10.1.2.3:4712": "10.1.2.3:4712",
	} {
		if got := c.client(addressed{from: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(remote))}); got != want {
			t.Errorf("a connection from %s counts as one of %s, want %s", remote, got, want)
		}
	}
}

func FuzzProxiesClient(f *testing.F) {
	for _, s := range []string{"", "203.0.113.5", "203.0.113.5, 10.0.0.1", "[::1]:80,,", "fe80::1%x, unknown"} {
		f.Add("10.1.2.3:1", s)
		f.Add("198.51.100.7:1", s)
	}
	trusted := networks("10.0.0.0/8")
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		seen := trusted.client(r)
		if from, ok := parseAddr(remote); (!ok || !trusted.has(from)) && seen != r {
			t.Errorf("a request from %s is one from %s", remote, seen.RemoteAddr)
		}
		if seen == r {
			return
		}
		if _, err := netip.ParseAddr(authn.SourceIP(seen)); err != nil {
			t.Errorf("%q for %q: %v", remote, forwarded, err)
		}
	})
}
