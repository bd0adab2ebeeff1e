// Package ocispec knows the words of the OCI specifications: repository names,
// tags, digests, and manifests with what they refer to.
package ocispec

import (
	_ "crypto/sha256" // for digest.Algorithm.Available
	_ "crypto/sha512"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
)

// RepositoryNamePattern is the rule of repository names as Amazon ECR states
// it; a name is also 2 to 256 bytes long.
const RepositoryNamePattern = `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`

// APITagPattern is the rule of tags in Amazon ECR's API, where a tag is 1 to
// 300 bytes long. Every tag by the OCI rule is one.
const APITagPattern = `[a-zA-Z0-9-_.]+`

// ValidRepositoryName reports whether s can name a repository. It is asked for
// each request, so it does without a regular expression.
func ValidRepositoryName(s string) bool {
	if len(s) < 2 || len(s) > 256 {
		return false
	}
	for i := 0; i < len(s); {
		word := i
		for i < len(s) && wordByte(s[i]) {
			i++
		}
		if i == word {
			return false // no word at the beginning, or after a separator
		}
		if i == len(s) {
			return true
		}
		switch c := s[i]; c {
		case '/', '.':
			i++
		case '_':
			i++
			if i < len(s) && s[i] == c {
				i++
			}
		case '-':
			for i < len(s) && s[i] == c {
				i++
			}
		default:
			return false
		}
	}
	return false // it ends in a separator
}

func wordByte(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// ValidTag reports whether s is a tag by the OCI distribution specification:
// [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}.
func ValidTag(s string) bool {
	return len(s) <= 128 && ValidAPITag(s) && s[0] != '.' && s[0] != '-'
}

// ValidAPITag reports whether s is a tag by the rule of Amazon ECR's API,
// which is wider than that of OCI.
func ValidAPITag(s string) bool {
	if s == "" || len(s) > 300 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			return false
		}
	}
	return true
}

// ParseDigest parses a digest of an algorithm that Pratique stores, which are
// SHA-256 and SHA-512. The hexadecimal digits must be lower case, so that two
// digests are equal when their strings are.
func ParseDigest(s string) (digest.Digest, error) {
	d := digest.Digest(s)
	if hex, ok := strings.CutPrefix(s, "sha256:"); ok && lowerHex(hex, 64) {
		return d, nil // as nearly all are: Validate takes its time
	}
	if err := d.Validate(); err != nil {
		return "", fmt.Errorf("digest %.200q: %w", s, err)
	}
	if !SupportedAlgorithm(d.Algorithm()) {
		return "", fmt.Errorf("digest %.200q: %w", s, digest.ErrDigestUnsupported)
	}
	return d, nil
}

// lowerHex reports whether s is n hexadecimal digits in lower case.
func lowerHex(s string, n int) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == n
}

// SupportedAlgorithm reports whether content can be stored under digests of
// the algorithm.
func SupportedAlgorithm(a digest.Algorithm) bool {
	return a == digest.SHA256 || a == digest.SHA512
}
