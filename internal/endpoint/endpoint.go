// Package endpoint names registries: it parses and formats their host names
// and the image references that begin with them.
package endpoint

import (
	"net"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
)

// Registry names one registry, that is one account in one region, and where
// it answers.
type Registry struct {
	Account string // 12 digits
	Region  string // "us-east-1"
	Domain  string // "amazonaws.com", "localhost", …
	Port    string // decimal, or empty for the scheme's own
}

var (
	region = regexp.MustCompile(`^[a-z0-9-]{2,25}$`)
	domain = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)
	digits = regexp.MustCompile(`^[0-9]{0,5}$`)
)

// IsRegion reports whether s has the shape of a region's name. It says
// nothing about whether AWS has such a region.
func IsRegion(s string) bool { return region.MatchString(s) }

// ParseRegistry reads a registry's host name, with or without a port:
//
//	111111111111.dkr.ecr.us-east-1.amazonaws.com
//	111111111111.dkr.ecr-fips.us-east-1.amazonaws.com
//	111111111111.dkr-ecr.us-east-1.on.aws               (dual stack)
//	111111111111.dkr.ecr.us-east-1.localhost:5000
//
// The domain may be any. ok is false for every other name. Host names are
// compared without regard to case.
func ParseRegistry(host string) (r Registry, ok bool) {
	name, port := SplitPort(host)
	account, rest, _ := strings.Cut(strings.ToLower(name), ".")
	for _, label := range []string{"dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."} {
		after, found := strings.CutPrefix(rest, label)
		if !found {
			continue
		}
		region, under, _ := strings.Cut(after, ".")
		if !arn.IsAccountID(account) || !IsRegion(region) || !domain.MatchString(under) || !digits.MatchString(port) {
			return Registry{}, false
		}
		return Registry{Account: account, Region: region, Domain: under, Port: port}, true
	}
	return Registry{}, false
}

// OfAWS reports whether registries below a domain are AWS's, whose regions and
// API endpoints are known.
func OfAWS(domain string) bool {
	switch domain {
	case "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "on.aws", "on.amazonwebservices.com.cn":
		return true
	}
	return false
}

// Public names where the public registries answer, all of them under one host
// name.
type Public struct {
	Domain string // "amazonaws.com", "localhost", …
	Port   string // decimal, or empty for the scheme's own
}

// ParsePublic reads the host name of the public registries, with or without a
// port:
//
//	public.ecr.aws               (domain amazonaws.com)
//	ecr-public.aws.com           (domain on.aws: dual stack)
//	public.localhost:5000
//
// The domain may be any. ok is false for every other name.
func ParsePublic(host string) (p Public, ok bool) {
	name, port := SplitPort(host)
	name = strings.ToLower(name)
	under, ok := strings.CutPrefix(name, "public.")
	for _, h := range publicHosts {
		if name == h.own {
			under, ok = h.domain, true
		}
	}
	if !ok || !domain.MatchString(under) || !digits.MatchString(port) {
		return Public{}, false
	}
	return Public{Domain: under, Port: port}, true
}

// publicHosts are the names that AWS has for it, with the domain of the private
// registries.
var publicHosts = [...]struct{ domain, own string }{{"amazonaws.com", "public.ecr.aws"}, {"on.aws", "ecr-public.aws.com"}}

// OfAWS reports whether the name is one of those that AWS has for the public
// registries.
func (p Public) OfAWS() bool { return p.own() != "" }

// own is the name that AWS has for the public registries, if it is one of those.
func (p Public) own() string {
	for _, h := range publicHosts {
		if p.Domain == h.domain {
			return h.own
		}
	}
	return ""
}

// Host returns the host name of the public registries with its port.
func (p Public) Host() string {
	host := p.own()
	if host == "" {
		host = "public." + p.Domain
	}
	if p.Port != "" {
		host += ":" + p.Port
	}
	return host
}

// SplitPort splits a host with an optional port. The port is empty when there
// is none.
func SplitPort(host string) (name, port string) {
	if !strings.Contains(host, ":") {
		return host, "" // without making an error first
	}
	if h, p, err := net.SplitHostPort(host); err == nil {
		return h, p
	}
	return host, ""
}

// Host returns the registry's host name with its port.
func (r Registry) Host() string {
	host := r.Account + ".dkr.ecr." + r.Region + "." + r.Domain
	if r.Domain == "on.aws" {
		host = r.Account + ".dkr-ecr." + r.Region + "." + r.Domain
	}
	if r.Port != "" {
		host += ":" + r.Port
	}
	return host
}

// URI returns the repository's URI as ECR gives it: host, slash, name, without
// a scheme.
func (r Registry) URI(repository string) string { return r.Host() + "/" + repository }

// Image is a reference to an image, or with neither tag nor digest to its
// repository.
type Image struct {
	Registry
	Repository string
	Tag        string // without the colon
	Digest     string // "sha256:…"
}

// ParseImage reads "<registry host>/<repository>[:tag][@digest]". ok is false
// when the host is not that of a registry or the repository is empty.
func ParseImage(ref string) (img Image, ok bool) {
	host, rest, _ := strings.Cut(ref, "/")
	if img.Registry, ok = ParseRegistry(host); !ok {
		return Image{}, false
	}
	rest, img.Digest, _ = strings.Cut(rest, "@")
	img.Repository, img.Tag, _ = strings.Cut(rest, ":")
	if img.Repository == "" {
		return Image{}, false
	}
	return img, true
}

// String returns the reference in the form that ParseImage reads.
func (i Image) String() string {
	s := i.URI(i.Repository)
	if i.Tag != "" {
		s += ":" + i.Tag
	}
	if i.Digest != "" {
		s += "@" + i.Digest
	}
	return s
}
