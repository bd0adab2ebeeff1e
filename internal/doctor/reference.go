package doctor

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/policy/catalog"
)

// reference is an image reference that was understood.
type reference struct {
	host       string // with a port, if one was given
	repository string
	tag        string // "latest" where neither tag nor digest was given
	digest     string
	// registry is what the host names; nil for a host that names no account
	// and region.
	registry *endpoint.Registry
}

// name is the host without its port, and port the one to connect to.
func (r reference) name() (host, port string) {
	if host, port = endpoint.SplitPort(r.host); port == "" {
		port = "443"
	}
	return strings.Trim(host, "[]"), port
}

// version is what a manifest is asked for by.
func (r reference) version() string {
	if r.digest != "" {
		return r.digest
	}
	return r.tag
}

func (r reference) image() endpoint.Image {
	return endpoint.Image{Registry: *r.registry, Repository: r.repository, Tag: r.tag, Digest: r.digest}
}

const wantReference = "write <account>.dkr.ecr.<region>.<domain>/<repository>[:tag|@digest]"

// checkReference reads the reference. It returns false if there is nothing to
// go on with.
func (x *examination) checkReference() bool {
	ref, code, wrong := parseReference(x.Image)
	if wrong != "" {
		x.fail(Reference, code, wrong, wantReference)
		return false
	}
	x.ref = ref
	version := "tag " + ref.tag
	if ref.digest != "" {
		version = "digest " + ref.digest
	}
	if ref.registry == nil {
		x.add(Check{
			ID: Reference, Status: Passed, Found: fmt.Sprintf("host %s, repository %s, %s", ref.host, ref.repository, version),
			Details: []string{"the host names no account and region, so that nothing can be asked of the APIs of AWS"},
		})
		return true
	}
	x.pass(Reference, "account %s, region %s, repository %s, %s", ref.registry.Account, ref.registry.Region, ref.repository, version)
	return true
}

// likeECR matches host names that are meant to be ECR's.
var likeECR = regexp.MustCompile(`^([^.]*)\.dkr[.-]ecr(-fips)?\.([^.]+)\.(.+)$`)

// parseReference reads a reference, or says what is wrong with it.
func parseReference(s string) (ref reference, code Code, wrong string) {
	bad := func(code Code, format string, args ...any) (reference, Code, string) {
		return reference{}, code, fmt.Sprintf(format, args...)
	}
	for _, scheme := range []string{"https://", "http://", "docker://"} {
		s = strings.TrimPrefix(s, scheme)
	}
	switch {
	case s == "":
		return bad(BadReference, "the reference is empty")
	case strings.ContainsAny(s, " \t\r\n"):
		return bad(BadReference, "%q holds white space", s)
	}
	host, rest, slash := strings.Cut(s, "/")
	if !slash || !strings.ContainsAny(host, ".:") && host != "localhost" {
		if strings.Contains(host, ".dkr") {
			return bad(BadReference, "%q names no repository", s)
		}
		return bad(ForeignRegistry, "%q has no registry's host in front, so that clients ask Docker Hub for it", s)
	}
	ref.host = strings.ToLower(host)
	if registry, ok := endpoint.ParseRegistry(host); ok {
		ref.registry = &registry
		if code, wrong := checkRegion(registry); wrong != "" {
			return bad(code, "%s", wrong)
		}
	} else if wrong, code := checkHost(ref.host); wrong != "" {
		return bad(code, "%s", wrong)
	}
	rest, ref.digest, _ = strings.Cut(rest, "@")
	ref.repository, ref.tag, _ = strings.Cut(rest, ":")
	switch {
	case ref.repository == "":
		return bad(BadReference, "%q names no repository", s)
	case !ocispec.ValidRepositoryName(ref.repository) && ocispec.ValidRepositoryName(strings.ToLower(ref.repository)):
		return bad(BadReference, "the repository %q has capital letters, which no repository has: did you mean %q?", ref.repository, strings.ToLower(ref.repository))
	case !ocispec.ValidRepositoryName(ref.repository):
		return bad(BadReference, "%q is not the name of a repository", ref.repository)
	case ref.tag == "" && strings.Contains(rest, ":"), ref.tag != "" && !ocispec.ValidTag(ref.tag):
		return bad(BadReference, "%q is not a tag", ref.tag)
	case ref.digest == "" && strings.Contains(s, "@"):
		return bad(BadReference, "nothing follows the @ of %q", s)
	case ref.digest != "":
		if _, err := ocispec.ParseDigest(ref.digest); err != nil {
			return bad(BadReference, "%q is not a digest: want sha256: and 64 hexadecimal digits", ref.digest)
		}
	case ref.tag == "":
		ref.tag = "latest" // as every client does
	}
	return ref, "", ""
}

// checkRegion looks at the region of a well-formed host name.
func checkRegion(r endpoint.Registry) (code Code, wrong string) {
	if !endpoint.OfAWS(r.Domain) {
		return "", ""
	}
	if near := catalog.SuggestRegion(r.Region); near != "" {
		return BadRegion, fmt.Sprintf("AWS has no region %s: did you mean %s?", r.Region, near)
	}
	if china := strings.HasPrefix(r.Region, "cn-"); china != strings.HasSuffix(r.Domain, ".cn") {
		want := strings.TrimSuffix(r.Domain, ".cn")
		if china {
			want = "amazonaws.com.cn"
		}
		return BadRegion, fmt.Sprintf("region %s is not at %s but at %s", r.Region, r.Domain, want)
	}
	return "", ""
}

// checkHost looks at a host that is no registry's of ECR's form, whether it is
// meant to be one.
func checkHost(host string) (wrong string, code Code) {
	name, _ := endpoint.SplitPort(host)
	if m := likeECR.FindStringSubmatch(name); m != nil && !arn.IsAccountID(m[1]) {
		if strings.Trim(m[1], "0123456789") == "" {
			return fmt.Sprintf("the account id %q has %d digits; account ids have 12", m[1], len(m[1])), BadAccount
		}
		return fmt.Sprintf("%q is not an account id, which has 12 digits (aliases do not work here)", m[1]), BadAccount
	}
	for _, part := range []string{"amazonaws.", "dkr.", ".ecr.", ".on.aws"} {
		if strings.Contains(name, part) && net.ParseIP(name) == nil {
			return fmt.Sprintf("%q is not the host of an ECR registry, though it resembles one", host), BadReference
		}
	}
	return "", ""
}
