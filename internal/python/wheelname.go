package python

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// WheelName is what the file name of a wheel says.
// Source: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention.
type WheelName struct {
	Name     string // normalised
	Version  Version
	Build    Build
	Python   []string // "cp311", or "py2" and "py3"
	ABI      []string // "cp311", "abi3", "none"
	Platform []string // "manylinux_2_17_x86_64", "any"
}

// Build is the build tag of a wheel; it decides between wheels that are the
// same otherwise. The zero value is a wheel without one.
type Build struct {
	Number string // its leading digits
	Suffix string
}

// Compare orders builds: none first, then by number, then by suffix.
func (b Build) Compare(c Build) int {
	if (b.Number == "") != (c.Number == "") {
		return cmp.Compare(b.Number, c.Number)
	}
	return cmp.Or(compareNumbers(b.Number, c.Number), cmp.Compare(b.Suffix, c.Suffix))
}

var (
	wheelTag   = regexp.MustCompile(`^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$`)
	wheelBuild = regexp.MustCompile(`^([0-9]+)([A-Za-z0-9_.]*)$`)
)

// maxWheelName is more than any file system takes for a name.
const maxWheelName = 255

// ParseWheelName reads "name-version[-build]-python-abi-platform.whl".
func ParseWheelName(file string) (WheelName, error) {
	bad := func(why string) (WheelName, error) {
		return WheelName{}, fmt.Errorf("wheel file name %q: %s", file, why)
	}
	if len(file) > maxWheelName {
		return WheelName{}, fmt.Errorf("wheel file name of %d bytes is longer than %d", len(file), maxWheelName)
	}
	stem, ok := strings.CutSuffix(file, ".whl")
	if !ok {
		return bad("it does not end in .whl")
	}
	parts := strings.Split(stem, "-")
	if len(parts) != 5 && len(parts) != 6 {
		return bad("it does not have five or six parts between dashes")
	}
	if !ValidName(parts[0]) || strings.Contains(parts[0], "__") {
		return bad(fmt.Sprintf("%q is not a name", parts[0]))
	}
	version, err := ParseVersion(strings.ReplaceAll(parts[1], "_", "-"))
	if err != nil {
		return bad(err.Error())
	}
	w := WheelName{Name: NormalizeName(parts[0]), Version: version}
	if len(parts) == 6 {
		m := wheelBuild.FindStringSubmatch(parts[2])
		if m == nil {
			return bad(fmt.Sprintf("build tag %q does not begin with a digit", parts[2]))
		}
		w.Build = Build{Number: number(m[1]), Suffix: m[2]}
	}
	for i, set := range []*[]string{&w.Python, &w.ABI, &w.Platform} {
		tag := parts[len(parts)-3+i]
		if !wheelTag.MatchString(tag) {
			return bad(fmt.Sprintf("%q is not a tag", tag))
		}
		*set = strings.Split(strings.ToLower(tag), ".")
	}
	return w, nil
}

// Tags are all combinations of the three sets: "py2-none-any", "py3-none-any".
func (w WheelName) Tags() []string {
	tags := make([]string, 0, len(w.Python)*len(w.ABI)*len(w.Platform))
	for _, p := range w.Python {
		for _, a := range w.ABI {
			for _, f := range w.Platform {
				tags = append(tags, p+"-"+a+"-"+f)
			}
		}
	}
	return tags
}
