package imagebuild

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/baseimage"
	"github.com/pratique-dev/pratique/internal/python"
)

// flytekit is the package that every task needs.
const flytekit = "flytekit"

// flytekitRequirement is the requirement that is added to those of the
// specification, empty for none, as flytekit's default builder adds it: not to a
// lock file, and not where a line names it. Without a version of its own choice
// it is the one of the base image, so that what the base has is kept.
func flytekitRequirement(spec *imagespec.Spec, o Options, base *baseimage.Base) (string, error) {
	if !o.AddFlytekit || isLock(spec.Requirements) || namesFlytekit(spec.Packages) {
		return "", nil
	}
	if spec.Requirements != "" {
		data, err := os.ReadFile(requirementsPath(spec))
		if err != nil {
			return "", fmt.Errorf("ImageSpec field requirements: %w", err)
		}
		if path.Base(spec.Requirements) == "pyproject.toml" && quotedFlytekit.Match(data) || namesFlytekit(strings.Split(string(data), "\n")) {
			return "", nil
		}
	}
	if o.Flytekit != "" {
		return o.Flytekit, nil
	}
	if base != nil {
		for _, d := range base.Installed {
			if python.NormalizeName(d.Name) == flytekit && d.Place != baseimage.Shadowing {
				return flytekit + "==" + d.Version, nil
			}
		}
	}
	return flytekit, nil
}

// quotedFlytekit is flytekit as a dependency in a pyproject.toml.
var quotedFlytekit = regexp.MustCompile(`["']\s*flytekit\s*["'\[<>=!~; @]`)

// namesFlytekit tells whether one of the lines is a requirement for flytekit.
func namesFlytekit(lines []string) bool {
	for _, l := range lines {
		name := strings.TrimSpace(l)
		if i := strings.IndexAny(name, " \t[<>=!~;@#("); i >= 0 {
			name = name[:i]
		}
		if python.NormalizeName(name) == flytekit {
			return true
		}
	}
	return false
}

// requirementsPath is the path of the specification's requirements file.
func requirementsPath(spec *imagespec.Spec) string {
	if filepath.IsAbs(spec.Requirements) {
		return spec.Requirements
	}
	return filepath.Join(spec.Dir, spec.Requirements)
}

// isLock tells by its name whether a requirements file is a lock file.
func isLock(requirements string) bool {
	base := filepath.Base(requirements)
	return base == "uv.lock" || base == "poetry.lock" || base == "pylock.toml" ||
		strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml")
}
