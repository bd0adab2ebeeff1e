package python

import (
	"regexp"
	"strings"
)

// https://packaging.python.org/en/latest/specifications/name-normalization/
var (
	validName  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	separators = regexp.MustCompile(`[-_.]+`)
)

// NormalizeName is the one spelling under which names of distributions and
// extras are compared: lower case, runs of "-", "_" and "." become one "-".
func NormalizeName(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// ValidName reports whether a distribution or an extra may be called this.
func ValidName(name string) bool { return validName.MatchString(name) }
