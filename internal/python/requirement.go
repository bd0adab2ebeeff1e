package python

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Requirement is a line such as `name[extra]>=1.2; python_version < "3.12"`.
// Source: https://packaging.python.org/en/latest/specifications/dependency-specifiers/.
type Requirement struct {
	Name       string   // normalised
	Extras     []string // normalised, in their order
	Specifiers Specifiers
	URL        string // "name @ URL" instead of specifiers
	Marker     Marker
}

var (
	requirementName   = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`)
	requirementExtras = regexp.MustCompile(`^\[([^\]]*)\]`)
)

// maxRequirement is far above what anybody writes and far below what hurts.
const maxRequirement = 64 << 10

// ParseRequirement reads one requirement.
func ParseRequirement(s string) (Requirement, error) {
	if len(s) > maxRequirement {
		return Requirement{}, fmt.Errorf("requirement of %d bytes is longer than %d", len(s), maxRequirement)
	}
	r, err := parseRequirement(strings.Trim(s, " \t"))
	if err != nil {
		return Requirement{}, fmt.Errorf("requirement %q: %w", head(s), err)
	}
	return r, nil
}

func parseRequirement(s string) (r Requirement, err error) {
	if strings.ContainsAny(s, "\r\n") {
		return r, errors.New("it has more than one line")
	}
	name := requirementName.FindString(s)
	if name == "" {
		return r, errors.New("it does not begin with a name")
	}
	r.Name = NormalizeName(name)
	s = strings.TrimLeft(s[len(name):], " \t")
	if m := requirementExtras.FindStringSubmatch(s); m != nil {
		if r.Extras, err = parseExtras(m[1]); err != nil {
			return r, err
		}
		s = strings.TrimLeft(s[len(m[0]):], " \t")
	}

	var marker string
	if url, ok := strings.CutPrefix(s, "@"); ok {
		url = strings.TrimLeft(url, " \t")
		end := strings.IndexAny(url, " \t")
		if end < 0 {
			end = len(url)
		}
		r.URL, marker = url[:end], strings.TrimLeft(url[end:], " \t")
		if r.URL == "" {
			return r, errors.New("no URL follows the @")
		}
		if marker != "" && marker[0] != ';' {
			return r, fmt.Errorf("after the URL and a blank only a marker may follow, not %q", head(marker))
		}
	} else {
		end := strings.IndexByte(s, ';')
		if end < 0 {
			end = len(s)
		}
		marker = s[end:]
		specifiers := strings.TrimRight(s[:end], " \t")
		if inner, ok := strings.CutPrefix(specifiers, "("); ok { // as old metadata has them
			if specifiers, ok = strings.CutSuffix(inner, ")"); !ok {
				return r, errors.New("a parenthesis is not closed")
			}
		}
		if r.Specifiers, err = ParseSpecifiers(specifiers); err != nil {
			return r, err
		}
	}
	if marker != "" {
		r.Marker, err = ParseMarker(marker[1:])
	}
	return r, err
}

func parseExtras(s string) ([]string, error) {
	if strings.Trim(s, " \t") == "" {
		return nil, nil
	}
	var extras []string
	for e := range strings.SplitSeq(s, ",") {
		e = strings.Trim(e, " \t")
		if !ValidName(e) {
			return nil, fmt.Errorf("%q is not an extra", e)
		}
		extras = append(extras, NormalizeName(e))
	}
	return extras, nil
}

// String writes the requirement in its normal form, which parses to the same.
func (r Requirement) String() string {
	var b strings.Builder
	b.WriteString(r.Name)
	if len(r.Extras) > 0 {
		b.WriteString("[" + strings.Join(r.Extras, ",") + "]")
	}
	if r.URL != "" {
		b.WriteString(" @ " + r.URL)
	} else {
		b.WriteString(r.Specifiers.String())
	}
	if !r.Marker.IsZero() {
		if r.URL != "" {
			b.WriteString(" ")
		}
		b.WriteString("; " + r.Marker.String())
	}
	return b.String()
}
