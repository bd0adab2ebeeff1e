package imagespec

import (
	"fmt"
	"strconv"
	"strings"
)

// Compat is the version of flytekit whose tags are computed; the zero value
// is the newest. All versions since 1.16.4 compute the same.
type Compat struct{ major, minor, patch int }

// The versions that added fields.
var (
	v1_15_0 = Compat{1, 15, 0}
	v1_15_4 = Compat{1, 15, 4}
	v1_16_0 = Compat{1, 16, 0}
)

// oldest is the first version that hashes a nested base by its name, as all
// later ones do.
var oldest = Compat{1, 13, 6}

// ParseCompat reads a version of flytekit, such as "1.15.2". Empty and
// "latest" are the newest. Versions before 1.13.6 hash otherwise and are
// refused, and so is 2, which has no ImageSpec.
func ParseCompat(version string) (Compat, error) {
	if version == "" || version == "latest" {
		return Compat{}, nil
	}
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	var n [3]int
	if len(parts) != 3 {
		return Compat{}, fmt.Errorf("%q is not a version of flytekit such as 1.15.2", version)
	}
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 0 {
			return Compat{}, fmt.Errorf("%q is not a version of flytekit such as 1.15.2", version)
		}
	}
	c := Compat{n[0], n[1], n[2]}
	if c.before(oldest.major, oldest.minor, oldest.patch) {
		return Compat{}, fmt.Errorf("flytekit %s computes tags in a way that is not known here; %s is the first version that is", version, oldest)
	}
	if c.major > 1 {
		return Compat{}, fmt.Errorf("flytekit %s is not known; the last versions are 1.16", version)
	}
	return c, nil
}

// String is the version, "latest" for the newest.
func (c Compat) String() string {
	if c == (Compat{}) {
		return "latest"
	}
	return fmt.Sprintf("%d.%d.%d", c.major, c.minor, c.patch)
}

// before reports whether the version is older than another.
func (c Compat) before(major, minor, patch int) bool {
	if c == (Compat{}) {
		return false
	}
	if c.major != major {
		return c.major < major
	}
	if c.minor != minor {
		return c.minor < minor
	}
	return c.patch < patch
}

// lacks reports whether the version does not have a field yet.
func (c Compat) lacks(f field) bool { return c.before(f.since.major, f.since.minor, f.since.patch) }
