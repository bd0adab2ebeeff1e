package doctor

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// proxies are the proxy settings of an environment, as curl, Go programs and
// docker read them.
type proxies struct {
	https, http, no string
	names           [2]string // the variables that https and http came from
}

func readProxies(getenv func(string) string) proxies {
	var p proxies
	p.https, p.names[0] = either(getenv, "HTTPS_PROXY")
	p.http, p.names[1] = either(getenv, "HTTP_PROXY")
	p.no, _ = either(getenv, "NO_PROXY")
	return p
}

// either reads a variable in capitals or in small letters.
func either(getenv func(string) string, name string) (value, found string) {
	for _, n := range []string{name, strings.ToLower(name)} {
		if v := getenv(n); v != "" {
			return v, n
		}
	}
	return "", ""
}

// forURL returns the proxy for a URL, and the variable that names it; nil if
// it is reached directly. Names below localhost and loopback addresses are.
func (p proxies) forURL(u *url.URL) (proxy *url.URL, variable string, err error) {
	setting, variable := p.https, p.names[0]
	if u.Scheme == "http" {
		setting, variable = p.http, p.names[1]
	}
	if setting == "" || isLoopback(u.Hostname()) || p.bypasses(u.Hostname(), portOf(u)) {
		return nil, "", nil
	}
	if !strings.Contains(setting, "://") {
		setting = "http://" + setting
	}
	proxy, err = url.Parse(setting)
	if err != nil || proxy.Hostname() == "" {
		return nil, variable, fmt.Errorf("%s is not a URL", variable) // not repeated: it may hold a password
	}
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
		return proxy, variable, nil
	}
	return nil, variable, fmt.Errorf("%s has the scheme %s, which is not a proxy's", variable, proxy.Scheme)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	case strings.HasPrefix(u.Scheme, "socks5"):
		return "1080"
	}
	return "443"
}

// bypasses reports whether NO_PROXY lists the host: "*", a domain, which means
// the names below it too, ".domain", which means only these, an address or a
// network, each with a port or without.
func (p proxies) bypasses(host, port string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	ip, ipErr := netip.ParseAddr(host)
	for entry := range strings.SplitSeq(p.no, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "*" {
			return true
		}
		if network, err := netip.ParsePrefix(entry); err == nil {
			if ipErr == nil && network.Contains(ip) {
				return true
			}
			continue
		}
		if h, only, err := net.SplitHostPort(entry); err == nil {
			if only != port {
				continue
			}
			entry = h
		}
		entry = strings.TrimPrefix(entry, "*")
		below := entry
		if !strings.HasPrefix(entry, ".") {
			below = "." + entry
		}
		if entry != "" && (host == entry || strings.HasSuffix(host, below)) {
			return true
		}
	}
	return false
}

// isLoopback reports whether a host means the machine itself.
func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
