package gen

import (
	"fmt"
	"regexp"
)

// unicodeEscape is Java's \uXXXX.
var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// rewritten are the patterns that package regexp cannot express literally.
// Each set of strings is the same together with the length bounds of the shapes that use the pattern.
var rewritten = map[string]string{
	// Account aliases: no two hyphens in a row. The length, 3 to 63, is a bound of its own.
	`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: `[a-z0-9](?:-?[a-z0-9])+`,
}

// goPattern translates a Java regular expression that has to match a whole string.
func goPattern(java string) (string, error) {
	p, ok := rewritten[java]
	if !ok {
		p = unicodeEscape.ReplaceAllString(java, `\x{$1}`)
	}
	p = `\A(?:` + p + `)\z`
	if _, err := regexp.Compile(p); err != nil {
		return "", fmt.Errorf("pattern %s needs a translation: %w", java, err)
	}
	return p, nil
}
