package python

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Version is a version of a distribution, as
// https://packaging.python.org/en/latest/specifications/version-specifiers/
// defines it. Its numbers have no upper bound, so they stay text. The zero
// value is no version.
type Version struct {
	epoch   string
	release []string
	pre     phase // "a", "b" or "rc"
	post    phase // "post"
	dev     phase // "dev"
	local   []string
}

// phase is a letter and number of a version, such as "rc" and "1".
type phase struct{ word, number string }

var versionPattern = regexp.MustCompile(`(?i)^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)` + // epoch, release
	`(?:[-_.]?(alpha|beta|preview|pre|a|b|c|rc)[-_.]?([0-9]*))?` + // pre-release
	`(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?` + // post-release
	`(?:[-_.]?(dev)[-_.]?([0-9]*))?` + // development release
	`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$`) // local version

// preWords maps the spellings of pre-releases to the normal ones.
var preWords = map[string]string{"a": "a", "alpha": "a", "b": "b", "beta": "b", "c": "rc", "rc": "rc", "pre": "rc", "preview": "rc"}

// maxVersion keeps what is compared over and over short.
const maxVersion = 255

// ParseVersion reads a version in any of the spellings that are allowed.
func ParseVersion(s string) (Version, error) {
	if len(s) > maxVersion {
		return Version{}, fmt.Errorf("version of %d bytes is longer than %d", len(s), maxVersion)
	}
	m := versionPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Version{}, fmt.Errorf("%q is not a version", s)
	}
	v := Version{epoch: number(m[1]), release: strings.Split(m[2], ".")}
	for i, r := range v.release {
		v.release[i] = number(r)
	}
	if m[3] != "" {
		v.pre = phase{preWords[strings.ToLower(m[3])], number(m[4])}
	}
	switch {
	case m[5] != "": // "1.0-1"
		v.post = phase{"post", number(m[5])}
	case m[6] != "":
		v.post = phase{"post", number(m[7])}
	}
	if m[8] != "" {
		v.dev = phase{"dev", number(m[9])}
	}
	if m[10] != "" {
		v.local = strings.FieldsFunc(strings.ToLower(m[10]), func(r rune) bool { return strings.ContainsRune("-_.", r) })
		for i, l := range v.local {
			if isNumber(l) {
				v.local[i] = number(l)
			}
		}
	}
	return v, nil
}

// number is a number without leading zeros; none is 0.
func number(digits string) string {
	if n := strings.TrimLeft(digits, "0"); n != "" {
		return n
	}
	return "0"
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// compareNumbers orders two results of number, of any length.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// String is the normal form: "1!2.0rc1.post2.dev3+cpu.1".
func (v Version) String() string {
	if len(v.local) == 0 {
		return v.Public()
	}
	return v.Public() + "+" + strings.Join(v.local, ".")
}

// Public is the normal form without the local part.
func (v Version) Public() string {
	if v.release == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(v.base())
	b.WriteString(v.pre.word + v.pre.number)
	for _, p := range []phase{v.post, v.dev} {
		if p.word != "" {
			b.WriteString("." + p.word + p.number)
		}
	}
	return b.String()
}

// base is epoch and release.
func (v Version) base() string {
	release := strings.Join(v.release, ".")
	if v.epoch != "0" {
		return v.epoch + "!" + release
	}
	return release
}

// IsZero reports whether v is no version.
func (v Version) IsZero() bool { return v.release == nil }

// Prerelease reports whether v is an alpha, beta, candidate or development
// release.
func (v Version) Prerelease() bool { return v.pre.word != "" || v.dev.word != "" }

// public is v without its local part.
func (v Version) public() Version {
	v.local = nil
	return v
}

// Compare orders versions: -1, 0 or 1. Equal versions may be written
// differently: 1.0 and 1.0.0.
func (v Version) Compare(w Version) int {
	return cmp.Or(
		compareNumbers(v.epoch, w.epoch),
		v.compareRelease(w),
		v.comparePhases(w),
		compareLocal(v.local, w.local),
	)
}

// compareRelease orders the release numbers, missing ones being 0.
func (v Version) compareRelease(w Version) int {
	for i := range max(len(v.release), len(w.release)) {
		a, b := "0", "0"
		if i < len(v.release) {
			a = v.release[i]
		}
		if i < len(w.release) {
			b = w.release[i]
		}
		if c := compareNumbers(a, b); c != 0 {
			return c
		}
	}
	return 0
}

// comparePhases orders what follows the release: development releases come
// before pre-releases, those before the release, and post-releases after.
func (v Version) comparePhases(w Version) int {
	rank := func(v Version) int { // of the part that follows the release
		switch {
		case v.pre.word != "":
			return 1
		case v.post.word == "" && v.dev.word != "":
			return 0
		}
		return 2
	}
	return cmp.Or(
		cmp.Compare(rank(v), rank(w)),
		cmp.Compare(v.pre.word, w.pre.word),
		compareNumbers(v.pre.number, w.pre.number),
		cmp.Compare(v.post.word, w.post.word), // none before any
		compareNumbers(v.post.number, w.post.number),
		-cmp.Compare(v.dev.word, w.dev.word), // any before none
		compareNumbers(v.dev.number, w.dev.number),
	)
}

// compareLocal orders local parts: none first, then segment by segment, where
// numbers are above words.
func compareLocal(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		switch nx, ny := isNumber(x), isNumber(y); {
		case nx && ny:
			return compareNumbers(x, y)
		case nx:
			return 1
		case ny:
			return -1
		}
		return cmp.Compare(x, y)
	})
}
