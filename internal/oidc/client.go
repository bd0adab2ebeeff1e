package oidc

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

const fetchTimeout = 5 * time.Second

// newClient returns the client that issuers are asked with. Whoever may create a provider in some account chooses where it
// goes, so it goes to https only, follows no redirect to another host, and never to the machine itself or its link, where
// the metadata services of clouds are.
func newClient(c Config) *http.Client {
	dialer := &net.Dialer{Timeout: fetchTimeout}
	guarded := &net.Dialer{Timeout: fetchTimeout, Control: func(_, address string, _ syscall.RawConn) error { return checkAddress(address) }}
	return &http.Client{
		Timeout: fetchTimeout,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, _, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				if to, ok := c.Resolve[strings.ToLower(host)]; ok {
					return dialer.DialContext(ctx, network, to)
				}
				return guarded.DialContext(ctx, network, address)
			},
			TLSClientConfig:        &tls.Config{RootCAs: c.CAs, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 3 || r.URL.Scheme != "https" || r.URL.Host != via[0].URL.Host {
				return errors.New("redirected elsewhere")
			}
			return nil
		},
	}
}

// checkAddress refuses addresses of the machine itself, of its link and of groups. It sees what was resolved, right before
// it is connected to.
func checkAddress(address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := a.Addr().Unmap()
	if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || metadataIPv6.Contains(ip) {
		return fmt.Errorf("issuers must not be at %s", ip)
	}
	return nil
}

// metadataIPv6 is where instance metadata of EC2 is by IPv6.
var metadataIPv6 = netip.MustParsePrefix("fd00:ec2::/32")

// getJSON reads a document of at most limit bytes.
func getJSON(ctx context.Context, c *http.Client, url string, limit int64, into any) error {
	if !strings.HasPrefix(url, "https://") {
		return &Error{Kind: ErrNoKey, Err: fmt.Errorf("%q is not an https URL", url)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return &Error{Kind: ErrNoKey, Err: err}
	}
	r.Header.Set("Accept", "application/json")
	res, err := c.Do(r)
	if err != nil {
		return &Error{Kind: ErrUnreachable, Err: err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		kind := ErrNoKey
		if res.StatusCode >= http.StatusInternalServerError {
			kind = ErrUnreachable
		}
		return &Error{Kind: kind, Err: fmt.Errorf("%s answers %s", url, res.Status)}
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case err != nil:
		return &Error{Kind: ErrUnreachable, Err: err}
	case int64(len(b)) > limit:
		return &Error{Kind: ErrNoKey, Err: fmt.Errorf("%s is larger than %d bytes", url, limit)}
	}
	if err := json.Unmarshal(b, into); err != nil {
		return &Error{Kind: ErrNoKey, Err: fmt.Errorf("%s: %w", url, err)}
	}
	return nil
}
