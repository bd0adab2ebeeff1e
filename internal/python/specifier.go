package python

import (
	"fmt"
	"regexp"
	"strings"
)

// Specifiers are the conditions on a version that a requirement or a
// requires-python makes; all of them must hold. The empty set takes every
// version. Source:
// https://packaging.python.org/en/latest/specifications/version-specifiers/#version-specifiers.
type Specifiers []Specifier

// Specifier is one condition: ">=1.2", "==1.2.*".
type Specifier struct {
	Operator string // one of ~= == != <= >= < > ===
	text     string // what follows the operator
	version  Version
	prefix   bool // it ends in ".*"
}

var specifierPattern = regexp.MustCompile(`^(===|~=|==|!=|<=|>=|<|>)\s*(\S+)$`)

// ParseSpecifiers reads conditions that are separated by commas.
func ParseSpecifiers(s string) (Specifiers, error) {
	var specs Specifiers
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue // also a comma at the end
		}
		spec, err := parseSpecifier(part)
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

func parseSpecifier(s string) (Specifier, error) {
	m := specifierPattern.FindStringSubmatch(s)
	if m == nil {
		return Specifier{}, fmt.Errorf("%q is not a version specifier", s)
	}
	spec := Specifier{Operator: m[1], text: m[2]}
	bad := func(why string) (Specifier, error) {
		return Specifier{}, fmt.Errorf("version specifier %q: %s", s, why)
	}
	if spec.Operator == "===" { // compared as text
		if strings.ContainsAny(spec.text, ";)") {
			return bad("there is a character that versions do not have")
		}
		return spec, nil
	}
	text := spec.text
	if spec.Operator == "==" || spec.Operator == "!=" {
		text, spec.prefix = strings.CutSuffix(text, ".*")
	}
	v, err := ParseVersion(text)
	if err != nil {
		return bad(err.Error())
	}
	switch {
	case spec.prefix && (v.pre.word != "" || v.post.word != "" || v.dev.word != "" || v.local != nil):
		return bad(".* may follow the numbers of a release only")
	case v.local != nil && spec.Operator != "==" && spec.Operator != "!=":
		return bad("only == and != take a local version")
	case spec.Operator == "~=" && len(v.release) < 2:
		return bad("~= needs a release of two numbers at least")
	}
	spec.version = v
	return spec, nil
}

// String writes the conditions as they were given, without blanks.
func (s Specifiers) String() string {
	parts := make([]string, len(s))
	for i, spec := range s {
		parts[i] = spec.String()
	}
	return strings.Join(parts, ",")
}

// String is the condition without blanks.
func (s Specifier) String() string { return s.Operator + s.text }

// Contains reports whether the version meets all conditions. Pre-releases are
// versions like others here: whether to consider them at all is a question of
// who looks for candidates.
func (s Specifiers) Contains(v Version) bool {
	for _, spec := range s {
		if !spec.Contains(v) {
			return false
		}
	}
	return true
}

// Contains reports whether the version meets the condition.
func (s Specifier) Contains(v Version) bool {
	switch s.Operator {
	case "===":
		return strings.EqualFold(v.String(), s.text)
	case "==":
		return s.equal(v)
	case "!=":
		return !s.equal(v)
	case "~=":
		upTo := s.version
		upTo.release = upTo.release[:len(upTo.release)-1]
		return v.public().Compare(s.version) >= 0 && upTo.prefixes(v)
	case "<=":
		return v.public().Compare(s.version) <= 0
	case ">=":
		return v.public().Compare(s.version) >= 0
	case "<":
		// Pre-releases of a version come before it, but who excludes the
		// version means those as well.
		first := s.version
		if !first.Prerelease() {
			first.dev = phase{"dev", "0"}
		}
		return v.Compare(first) < 0
	case ">":
		// Likewise for post-releases and local versions.
		original := v.public()
		if s.version.post.word == "" && v.post.word != "" {
			original.post, original.dev = phase{}, phase{}
		}
		return v.Compare(s.version) > 0 && original.Compare(s.version) != 0
	}
	return false
}

// equal reports what == does: a local part counts where the condition has one.
func (s Specifier) equal(v Version) bool {
	switch {
	case s.prefix:
		return s.version.prefixes(v)
	case s.version.local == nil:
		return s.version.Compare(v.public()) == 0
	}
	return s.version.Compare(v) == 0
}

// prefixes reports whether w's release begins with v's.
func (v Version) prefixes(w Version) bool {
	if len(w.release) > len(v.release) {
		w.release = w.release[:len(v.release)]
	}
	return v.epoch == w.epoch && v.compareRelease(w) == 0
}

// Pinned returns the version where the conditions leave just one: a single ==
// without ".*", or === with something that is a version.
func (s Specifiers) Pinned() (Version, bool) {
	if len(s) != 1 || s[0].prefix {
		return Version{}, false
	}
	switch s[0].Operator {
	case "==":
		return s[0].version, true
	case "===":
		v, err := ParseVersion(s[0].text)
		return v, err == nil
	}
	return Version{}, false
}
