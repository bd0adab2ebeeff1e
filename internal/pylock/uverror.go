package pylock

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

var (
	uvSource    = regexp.MustCompile("Wheels are required for `([A-Za-z0-9._-]+)` because building from source is disabled|Building source distributions for `([A-Za-z0-9._-]+)` is disabled")
	uvNoWheel   = regexp.MustCompile(`([A-Za-z0-9._-]+)((?:==|[<>]=?)[^ ]+)? has no wheels with a matching`)
	uvHasWheels = regexp.MustCompile("heels (?:are available )?for `([A-Za-z0-9._-]+)` \\(v([^)]+)\\)[^:]*: ((?:`[^`]+`(?:, )?)+)")
	uvNoPython  = regexp.MustCompile(`No interpreter found`)
	uvBoxes     = strings.NewReplacer("│", " ", "×", " ", "╰─▶", " ", "├─▶", " ", "─", " ")
)

// explain turns what uv printed into an error: packages without wheels become
// *SourceOnlyError and *NoWheelError. uv breaks its lines where it likes, so
// they are joined first.
func (c *compilation) explain(stderr string) error {
	text := strings.Join(strings.Fields(uvBoxes.Replace(stderr)), " ")
	if uvNoPython.MatchString(text) {
		return fmt.Errorf("%w: it needs a Python on this machine, of any version 3: install one", ErrNoUV)
	}
	var errs []error
	seen := map[string]bool{}
	for _, m := range uvSource.FindAllStringSubmatch(text, -1) {
		name := python.NormalizeName(m[1] + m[2])
		if !seen[name] {
			seen[name] = true
			errs = append(errs, &SourceOnlyError{Name: name, Version: exactVersion(text, name)})
		}
	}
	if len(errs) == 0 {
		there := map[string][]string{}
		for _, m := range uvHasWheels.FindAllStringSubmatch(text, -1) {
			name := python.NormalizeName(m[1])
			for tag := range strings.SplitSeq(m[3], ", ") {
				there[name] = append(there[name], m[2]+" for "+strings.Trim(tag, "`"))
			}
		}
		for _, m := range uvNoWheel.FindAllStringSubmatch(text, -1) {
			name := python.NormalizeName(m[1])
			if !seen[name] {
				seen[name] = true
				errs = append(errs, &NoWheelError{Name: name, Version: strings.TrimPrefix(m[2], "=="), Target: c.target, Found: there[name]})
			}
		}
	}
	if len(errs) > 0 {
		return join(errs)
	}
	const most = 4 << 10
	output := Redact(strings.TrimSpace(stderr))
	if len(output) > most {
		output = strings.ToValidUTF8(output[:most], "") + " …"
	}
	return &ResolveError{Output: output}
}

// exactVersion finds the version of a package that uv names, if it is one.
func exactVersion(text, name string) string {
	m := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `==([0-9][0-9A-Za-z.!+-]*\*?)`).FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(m[1], "*") {
		return ""
	}
	return strings.TrimRight(m[1], ".")
}
