package preflight

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// almost matches host names that were meant to be those of private ECR
// registries.
var almost = regexp.MustCompile(`(?i)(^[0-9]{6,}\.(dkr|ecr|drk|d\.kr)|\.(dkr|drk)[.-]|\.ecr\.|\.dkr-ecr|amazonaws)`)

// nearRegistry says what is wrong with a host name that is nearly that of a
// private ECR registry, empty for all others.
func nearRegistry(host string) string {
	if !almost.MatchString(host) || strings.EqualFold(host, "public.ecr.aws") {
		return ""
	}
	if account, _, _ := strings.Cut(host, "."); len(account) != 12 && strings.Trim(account, "0123456789") == "" && account != "" {
		return fmt.Sprintf("%s looks like a private ECR registry, but its account has %d digits, not 12", host, len(account))
	}
	return fmt.Sprintf("%s looks like a private ECR registry but is not one: want <account>.dkr.ecr.<region>.<domain>", host)
}

// badReference says what no registry would accept.
func badReference(i endpoint.Image) string {
	switch {
	case !ocispec.ValidRepositoryName(i.Repository):
		return fmt.Sprintf("%q cannot be the name of a repository", i.Repository)
	case i.Tag != "" && !ocispec.ValidTag(i.Tag):
		return fmt.Sprintf("%q cannot be a tag", i.Tag)
	}
	if i.Digest != "" {
		if _, err := ocispec.ParseDigest(i.Digest); err != nil {
			return fmt.Sprintf("%q cannot be a digest: %v", i.Digest, err)
		}
	}
	return ""
}

// runsOn reports whether one of an image's platforms fits what is wanted.
func runsOn(platforms []string, want string) bool {
	return slices.ContainsFunc(platforms, func(p string) bool { return fits(p, want) })
}

// fits compares platforms as container runtimes do: linux/arm64 is
// linux/arm64/v8, and a variant that is not told fits every other.
func fits(have, want string) bool {
	h, w := strings.SplitN(have, "/", 3), strings.SplitN(want, "/", 3)
	if len(h) < 2 || len(w) < 2 || !strings.EqualFold(h[0], w[0]) || architecture(h[1]) != architecture(w[1]) {
		return false
	}
	return len(h) == 2 || len(w) == 2 || h[2] == w[2]
}

// architecture is GOARCH's name for what uname calls it.
func architecture(s string) string {
	switch s = strings.ToLower(s); s {
	case "x86_64", "x86-64":
		return "amd64"
	case "aarch64":
		return "arm64"
	}
	return s
}
