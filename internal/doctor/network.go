package doctor

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pratique-dev/pratique/internal/endpoint"
)

// checkNetwork goes from the host name to a connection that speaks HTTP. It
// returns false if there is none; then x.base stays empty.
func (x *examination) checkNetwork(ctx context.Context) bool {
	host, port := x.ref.name()
	x.proxies = readProxies(x.Machine.Getenv)
	proxy, ok := x.checkProxy(&url.URL{Scheme: "https", Host: net.JoinHostPort(host, port)})
	if !ok {
		return false
	}
	towards, towardsPort := host, port
	if proxy != nil {
		towards, towardsPort = proxy.Hostname(), portOf(proxy)
	}
	addresses, ok := x.checkDNS(ctx, towards, proxy != nil)
	if !ok {
		return false
	}
	conn, ok := x.checkTCP(ctx, addresses, towardsPort, proxy)
	if !ok {
		return false
	}
	if conn == nil { // through a proxy that net/http knows better
		x.base = "https://" + x.ref.host
		x.skip(TLS, "checked with the endpoint, behind the proxy")
	} else if !x.checkTLS(ctx, conn, host) {
		return false
	}
	transport := &http.Transport{
		Proxy:             func(r *http.Request) (*url.URL, error) { p, _, err := x.proxies.forURL(r.URL); return p, err },
		DialContext:       x.dial,
		TLSClientConfig:   &tls.Config{RootCAs: x.roots, Time: x.Machine.Now, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	x.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return true
}

// checkProxy finds the proxy of the environment for a URL.
func (x *examination) checkProxy(u *url.URL) (proxy *url.URL, ok bool) {
	proxy, variable, err := x.proxies.forURL(u)
	host := u.Hostname()
	switch {
	case err != nil:
		x.fail(Proxy, ProxyInvalid, err.Error(), fmt.Sprintf("set %s to a URL such as http://proxy.example.com:3128, or unset it", variable))
		return nil, false
	case proxy != nil:
		password, _ := proxy.User.Password()
		x.secrets.add(password, url.QueryEscape(password))
		x.add(Check{
			ID: Proxy, Status: Passed, Found: fmt.Sprintf("%s sends %s through %s", variable, host, proxy.Redacted()),
			Details: []string{"dockerd, containerd and kubelet have environments of their own, mostly systemd's"},
		})
	case x.proxies.https != "" && !isLoopback(host):
		x.pass(Proxy, "NO_PROXY has %s reached directly", host)
	default:
		x.skip(Proxy, "the environment has none for %s", host)
	}
	return proxy, true
}

// checkDNS resolves the registry's host, or that of the proxy.
func (x *examination) checkDNS(ctx context.Context, host string, proxy bool) (addresses []string, ok bool) {
	ctx, cancel := x.within(ctx)
	defer cancel()
	if net.ParseIP(host) != nil {
		x.skip(DNS, "%s is an address", host)
		return []string{host}, true
	}
	addresses, err := x.Machine.Resolve(ctx, host)
	if err == nil && len(addresses) > 0 {
		c := Check{ID: DNS, Status: Passed, Found: fmt.Sprintf("%s is %s", host, few(addresses, 4))}
		if ip, err := netip.ParseAddr(addresses[0]); err == nil && ip.IsPrivate() && endpoint.OfAWS(x.domain()) {
			c.Details = []string{"a private address: an interface VPC endpoint, or names that are your own"}
		}
		x.add(c)
		return addresses, true
	}
	why := "no address is known for it"
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		why = "no such host"
	case errors.Is(err, context.DeadlineExceeded), dns != nil && dns.IsTimeout:
		why = "the name servers do not answer"
	case err != nil:
		why = err.Error()
	}
	found := fmt.Sprintf("%s cannot be resolved: %s", host, why)
	switch {
	case proxy:
		x.fail(DNS, ProxyUnreachable, "the proxy "+found, "correct the proxy's host in the environment, or unset it")
	case isLoopback(host):
		x.fail(DNS, NameUnknown, found, fmt.Sprintf("names below localhost mean this machine, but its resolver does not say so: add \"127.0.0.1 %s\" to /etc/hosts, or install nss-myhostname", host))
		return []string{"127.0.0.1", "::1"}, true // to find what else there is
	default:
		do := []string{fmt.Sprintf("see what \"getent hosts %s\" says, and which name servers /etc/resolv.conf lists", host)}
		if endpoint.OfAWS(x.domain()) {
			do = append(do, "in a VPC without a way out, create the interface endpoints com.amazonaws."+x.ref.registry.Region+".ecr.dkr and .ecr.api with private DNS names")
		} else {
			do = append(do, "have DNS, or /etc/hosts, lead the name to the registry's server")
		}
		x.fail(DNS, NameUnknown, found, do...)
	}
	return nil, false
}

func (x *examination) domain() string {
	if x.ref.registry == nil {
		return ""
	}
	return x.ref.registry.Domain
}

// few lists at most n texts.
func few(texts []string, n int) string {
	if len(texts) > n {
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:n], ", "), len(texts)-n)
	}
	return strings.Join(texts, ", ")
}

// checkTCP connects, and has a proxy connect. The connection is nil where
// net/http has to do it.
func (x *examination) checkTCP(ctx context.Context, addresses []string, port string, proxy *url.URL) (net.Conn, bool) {
	ctx, cancel := x.within(ctx)
	defer cancel()
	begun := time.Now()
	conn, address, err := x.connect(ctx, addresses, port)
	if err != nil {
		code, why := Unreachable, err.Error()
		do := []string{"look for a firewall, a security group or a missing route between this machine and the registry"}
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			code, why = PortClosed, "connection refused: nothing listens there"
			do = []string{"see whether the server runs, and whether the port in the image's name is the server's"}
		case errors.Is(err, context.DeadlineExceeded):
			why = fmt.Sprintf("no answer in %v", x.CheckTimeout)
		}
		if proxy != nil {
			x.fail(TCP, ProxyUnreachable, fmt.Sprintf("the proxy %s cannot be reached: %s", proxy.Redacted(), why), "correct the proxy's address in the environment, or unset it")
			return nil, false
		}
		if code == Unreachable && x.proxies.https == "" && !isLoopback(addresses[0]) {
			do = append(do, "if this network is left through a proxy, set HTTPS_PROXY, for the daemon that pulls as well")
		}
		x.fail(TCP, code, fmt.Sprintf("%s cannot be reached: %s", net.JoinHostPort(addresses[0], port), why), do...)
		return nil, false
	}
	took := time.Since(begun).Round(time.Millisecond)
	switch {
	case proxy == nil:
		x.pass(TCP, "%s answers after %v", address, took)
		return conn, true
	case proxy.Scheme != "http":
		x.pass(TCP, "the proxy at %s answers after %v", address, took)
		conn.Close()
		return nil, true
	}
	tunnel, ok := x.tunnel(ctx, conn, proxy)
	if !ok {
		conn.Close()
		return nil, false
	}
	x.pass(TCP, "the proxy at %s connects to the registry", address)
	return tunnel, true
}

// connect tries addresses in turn.
func (x *examination) connect(ctx context.Context, addresses []string, port string) (net.Conn, string, error) {
	var first error
	for _, a := range addresses {
		address := net.JoinHostPort(a, port)
		conn, err := x.Machine.Dial(ctx, "tcp", address)
		if err == nil {
			return conn, address, nil
		}
		if first == nil {
			first = err
		}
	}
	if ctx.Err() != nil {
		first = ctx.Err()
	}
	return nil, "", first
}

// dial connects to a host by the machine's resolver.
func (x *examination) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses := []string{host}
	if net.ParseIP(host) == nil {
		addresses, err = x.Machine.Resolve(ctx, host)
		if err != nil && isLoopback(host) {
			addresses, err = []string{"127.0.0.1", "::1"}, nil
		}
		if err != nil {
			return nil, err
		}
	}
	conn, _, err := x.connect(ctx, addresses, port)
	return conn, err
}

// tunnel asks a proxy to connect to the registry.
func (x *examination) tunnel(ctx context.Context, conn net.Conn, proxy *url.URL) (net.Conn, bool) {
	host, port := x.ref.name()
	target := net.JoinHostPort(host, port)
	refused := func(why string, do ...string) (net.Conn, bool) {
		x.fail(TCP, ProxyRefused, fmt.Sprintf("the proxy %s does not connect to %s: %s", proxy.Redacted(), target, why), do...)
		return nil, false
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // then reading fails, which is said
	}
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{"User-Agent": {"pratique-doctor"}}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	if err := r.Write(conn); err != nil {
		return refused(err.Error())
	}
	in := bufio.NewReader(conn)
	answer, err := http.ReadResponse(in, r) //nolint:bodyclose // nothing follows but the tunnel
	switch {
	case err != nil:
		return refused(err.Error(), "see whether it is an HTTP proxy")
	case answer.StatusCode == http.StatusProxyAuthRequired:
		return refused(answer.Status, "put a user name and a password that it takes into HTTPS_PROXY")
	case answer.StatusCode != http.StatusOK:
		return refused(answer.Status, fmt.Sprintf("have the proxy allow %s, or add %s to NO_PROXY if it can be reached directly", target, host))
	}
	_ = conn.SetDeadline(time.Time{}) // as above
	return conn, true
}

// checkTLS shakes hands on a connection, which it closes, and tells how the
// certificate is wrong, if it is. It sends nothing secret.
func (x *examination) checkTLS(ctx context.Context, raw net.Conn, host string) bool {
	defer raw.Close()
	ctx, cancel := x.within(ctx)
	defer cancel()
	conn := tls.Client(raw, &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, //nolint:gosec // verified below, by steps, to tell which one fails
		MinVersion:         tls.VersionTLS12,
	})
	if err := conn.HandshakeContext(ctx); err != nil {
		return x.noTLS(raw, err)
	}
	x.base = "https://" + x.ref.host
	chain := conn.ConnectionState().PeerCertificates
	leaf := chain[0]
	o := x509.VerifyOptions{Roots: x.Machine.Roots, Intermediates: x509.NewCertPool(), CurrentTime: x.Machine.Now()}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	expired := o.CurrentTime.Before(leaf.NotBefore) || o.CurrentTime.After(leaf.NotAfter)
	if expired { // judged on its own
		o.CurrentTime = leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	}
	x.roots = x.Machine.Roots
	issued := fmt.Sprintf("issued by %s", issuer(leaf))
	by, without := map[string]string{}, []string(nil)
	if _, err := leaf.Verify(o); err != nil {
		if by, without, x.roots = x.trust(leaf, o); len(by) == 0 {
			return x.unknownCA(issued, err)
		}
	}
	switch {
	case expired:
		found := fmt.Sprintf("by this machine's clock the certificate is out of its time, %s to %s", day(leaf.NotBefore), day(leaf.NotAfter))
		x.fail(TLS, CertificateTime, found, "renew the server's certificate, if this machine's clock is right")
		x.readClock(ctx, conn)
		x.base = ""
		return false
	case leaf.VerifyHostname(host) != nil:
		names := slices.Clone(leaf.DNSNames)
		for _, ip := range leaf.IPAddresses {
			names = append(names, ip.String())
		}
		x.fail(TLS, WrongCertName, fmt.Sprintf("the certificate is for %s, not for %s", few(names, 4), host),
			"see whether the name leads to the right server", "have a certificate made that names "+host)
		x.base = ""
		return false
	case len(without) > 0:
		c := Check{ID: TLS, Status: Warning, Code: UnknownCA, Found: fmt.Sprintf("%s, which the system does not trust, nor %s", issued, strings.Join(without, ", ")), Do: x.trustCA(without)}
		for _, t := range trusters(x.ref.host) {
			if file := by[t.client]; file != "" {
				c.Details = append(c.Details, fmt.Sprintf("%s trusts it by %s", t.client, file))
			}
		}
		x.add(c)
	case len(by) > 0:
		x.pass(TLS, "%s, which docker, containerd and podman trust for this host", issued)
	default:
		x.pass(TLS, "%s, %s, good until %s", tls.VersionName(conn.ConnectionState().Version), issued, day(leaf.NotAfter))
	}
	return true
}

func issuer(c *x509.Certificate) string {
	if name := c.Issuer.CommonName; name != "" {
		return fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("%q", c.Issuer.String())
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

// noTLS tells what a handshake that failed means.
func (x *examination) noTLS(conn net.Conn, err error) bool {
	var plain tls.RecordHeaderError
	if !errors.As(err, &plain) {
		x.fail(TLS, TLSFailed, fmt.Sprintf("the handshake fails: %v", err), "see whether something between this machine and the registry inspects TLS")
		return false
	}
	remote, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
	if !isLoopback(remote) {
		x.fail(TLS, PlainHTTP, "the server speaks plain HTTP, which no client uses unless it is told to", "serve TLS (pratique serve --tls self-signed, or with certificate files)")
		return false
	}
	x.base = "http://" + x.ref.host
	x.add(Check{
		ID: TLS, Status: Skipped, Found: "plain HTTP on this machine's own address",
		Details: []string{"docker takes that as it is; podman needs --tls-verify=false, containerd a hosts.toml or --plain-http"},
	})
	return true
}

// unknownCA writes that nobody vouches for a certificate.
func (x *examination) unknownCA(issued string, err error) bool {
	c := Check{ID: TLS, Status: Failed, Code: UnknownCA, Found: "the certificate is " + issued + ", which nothing on this machine trusts", Do: x.trustCA([]string{"docker", "containerd", "podman"})}
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		c.Code, c.Found = TLSFailed, fmt.Sprintf("the certificate is not accepted: %v", err)
	}
	if endpoint.OfAWS(x.domain()) {
		c.Details = []string{"Amazon's own certificates are issued by Amazon: this is your own server, or a proxy that inspects TLS"}
	}
	x.add(c)
	x.base = ""
	return false
}

// trustCA says where clients look for an authority's certificate.
func (x *examination) trustCA(clients []string) []string {
	var do []string
	for _, t := range trusters(x.ref.host) {
		if !slices.Contains(clients, t.client) {
			continue
		}
		dir := "/" + t.dirs[0]
		switch t.client {
		case "containerd":
			do = append(do, fmt.Sprintf("containerd: put the CA's certificate into %[1]s/ca.crt and `ca = \"%[1]s/ca.crt\"` into the [host] table of %[1]s/hosts.toml, with config_path = \"/etc/containerd/certs.d\"", dir))
		case "podman":
			do = append(do, "podman, buildah, skopeo: put it into "+dir+"/ca.crt")
		default:
			do = append(do, t.client+": put the CA's certificate into "+dir+"/ca.crt; no restart is needed")
		}
	}
	return append(do, "AWS CLI and SDKs: set AWS_CA_BUNDLE to it")
}

// readClock asks a server whose certificate seems out of its time for the
// time.
func (x *examination) readClock(ctx context.Context, conn net.Conn) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // then reading fails
	}
	if _, err := io.WriteString(conn, "HEAD /v2/ HTTP/1.1\r\nHost: "+x.ref.host+"\r\nUser-Agent: pratique-doctor\r\nConnection: close\r\n\r\n"); err != nil {
		return
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: http.MethodHead})
	if err != nil {
		return
	}
	answer.Body.Close()
	x.checkClock(answer.Header)
}

// Limits of how far clocks may be apart: SigV4 allows 15 minutes.
const (
	maxSkew = 15 * time.Minute
	oddSkew = 5 * time.Minute
)

// checkClock compares this machine's clock with the registry's.
func (x *examination) checkClock(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		x.skip(Clock, "the registry does not say what time it is")
		return
	}
	skew := x.Machine.Now().Sub(date)
	where := "ahead of"
	if skew < 0 {
		where = "behind"
	}
	found := fmt.Sprintf("this machine's clock is %v %s the registry's", skew.Abs().Round(time.Second), where)
	const do = "set the clock, and keep it right with chrony or systemd-timesyncd"
	switch {
	case skew.Abs() > maxSkew:
		x.fail(Clock, ClockSkew, found+"; requests to AWS may be off by 15 minutes", do)
	case skew.Abs() > oddSkew:
		x.warn(Clock, ClockSkew, found, do)
	default:
		x.pass(Clock, "within %v of the registry's", max(skew.Abs().Round(time.Second), time.Second))
	}
}
