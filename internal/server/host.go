package server

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/stsapi"
)

// names are where a request may say which registry it is for, the first of
// them first: the ns parameter that containerd sends to a mirror, and the Host
// header.
func names(r *http.Request) [2]string {
	ns := ""
	if r.URL.RawQuery != "" {
		ns = r.URL.Query().Get("ns")
	}
	return [...]string{ns, r.Host}
}

// resolve finds the registry a request is for: the first of its names that is
// one's, else the defaults.
func (s *Server) resolve(r *http.Request) (endpoint.Registry, error) {
	for _, name := range names(r) {
		if reg, ok := endpoint.ParseRegistry(name); ok && slices.Contains(s.cfg.Domains, reg.Domain) {
			return reg, nil
		}
	}
	account, err := s.defaultAccount(r.Context())
	return s.registryAt(r.Host, account, s.cfg.DefaultRegion), err
}

// public reports whether a request is for the public registries, and under
// which name. It looks where resolve does, so that one name never means both.
// The names that AWS has for them need not be below one of our domains.
func (s *Server) public(r *http.Request) (host string, ok bool) {
	for _, name := range names(r) {
		if reg, ok := endpoint.ParseRegistry(name); ok && slices.Contains(s.cfg.Domains, reg.Domain) {
			return "", false
		}
		if p, ok := endpoint.ParsePublic(name); ok && (slices.Contains(s.cfg.Domains, p.Domain) || p.OfAWS()) {
			return p.Host(), true
		}
	}
	return "", false
}

// defaultAccount is the account that a host without one means: the one that
// is configured, else the first there is, else none.
func (s *Server) defaultAccount(ctx context.Context) (string, error) {
	if s.cfg.DefaultAccount != "" {
		return s.cfg.DefaultAccount, nil
	}
	return s.iam.FirstAccount(ctx)
}

// registryAt names the registry of account and region as the client that sent
// this Host header should reach it: under the domain and port that it used,
// or, when it used none of ours, under the first domain and our own port.
func (s *Server) registryAt(host, account, region string) endpoint.Registry {
	name, port := endpoint.SplitPort(strings.ToLower(host))
	for _, d := range s.cfg.Domains {
		if name == d || strings.HasSuffix(name, "."+d) {
			return endpoint.Registry{Account: account, Region: region, Domain: d, Port: port}
		}
	}
	return endpoint.Registry{Account: account, Region: region, Domain: s.cfg.Domains[0], Port: s.port}
}

// issuerURL is the URL of an issuer of identity tokens, as others are to find
// it: below the address that is configured, or else the one by which the
// caller reached the server.
func (s *Server) issuerURL(c *awsapi.Call, id string) string {
	base := s.cfg.IssuerURL
	if base == "" {
		base = authn.Scheme(c.Request) + "://" + strings.ToLower(c.Host)
	}
	return base + stsapi.IssuerPath + id
}

// uri is where the client that made a call reaches a registry.
func (s *Server) uri(c *awsapi.Call, account, region string) *url.URL {
	return &url.URL{Scheme: authn.Scheme(c.Request), Host: s.registryAt(c.Host, account, region).Host()}
}

// publicAt names the public registries as the client that sent this Host
// header should reach them, as registryAt does a private one.
func (s *Server) publicAt(host string) endpoint.Public {
	if p, ok := endpoint.ParsePublic(host); ok && (slices.Contains(s.cfg.Domains, p.Domain) || p.OfAWS()) {
		return p
	}
	at := s.registryAt(host, "", "")
	return endpoint.Public{Domain: at.Domain, Port: at.Port}
}

// publicURL is where the client that made a call reaches the public
// registries.
func (s *Server) publicURL(c *awsapi.Call) *url.URL {
	return &url.URL{Scheme: authn.Scheme(c.Request), Host: s.publicAt(c.Host).Host()}
}
