package server

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks of the balancers and proxies in front of the server
// that say rightly who their clients are.
type proxies []netip.Prefix

// has reports whether an address is that of one of them.
func (p proxies) has(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// connected reports whether it is one of them that made a connection.
func (p proxies) connected(conn net.Conn) bool {
	addr, ok := parseAddr(conn.RemoteAddr().String())
	return ok && p.has(addr)
}

// client returns a request as its client made it, whose address is RemoteAddr
// and which has TLS if the client used it. That is the request itself, unless a
// trusted proxy brought it.
//
// Each proxy appends the address that it was asked from to X-Forwarded-For. So
// the client is the last one there that is not a trusted proxy itself: whatever
// stands before it is only what the client says. If a proxy does not say an
// address, then the one that it has itself counts.
func (p proxies) client(r *http.Request) *http.Request {
	if len(p) == 0 {
		return r
	}
	client, ok := parseAddr(r.RemoteAddr)
	if !ok || !p.has(client) {
		return r
	}
	hops := list(r.Header, "X-Forwarded-For")
	for len(hops) > 0 && p.has(client) {
		hop, ok := parseAddr(hops[len(hops)-1])
		if !ok {
			break
		}
		client, hops = hop, hops[:len(hops)-1]
	}
	seen := r.WithContext(r.Context()) // a copy
	seen.RemoteAddr = netip.AddrPortFrom(client, 0).String()
	if protos := list(r.Header, "X-Forwarded-Proto"); len(protos) > 0 {
		switch plain := func(proto string) bool { return !strings.EqualFold(proto, "https") }; {
		case slices.ContainsFunc(protos, plain):
			seen.TLS = nil
		case seen.TLS == nil:
			seen.TLS = &tls.ConnectionState{HandshakeComplete: true} // elsewhere
		}
	}
	return seen
}

// list is the values of a header that is a list.
func list(h http.Header, name string) []string {
	var all []string
	for _, line := range h.Values(name) {
		for v := range strings.SplitSeq(line, ",") {
			all = append(all, strings.TrimSpace(v))
		}
	}
	return all
}

// parseAddr is an address, with or without a port, as conditions compare it.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return addr, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}
