package pylock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// effect is what an option of pip or uv means here.
type effect int

const (
	_              effect = iota
	asIndexURL            // the index to use instead of the default one
	asExtraIndex          // an index to ask before that
	asFindLinks           // a folder or page of files
	asNoIndex             // no index at all
	asRequirements        // another requirements file
	asConstraints         // a file of conditions on what is chosen anyway
	asEditable            // source code of the user's
	asNoBinary            // packages to build from source
	asPre                 // pre-releases too
	asNoDeps              // nothing but what is named
	asHashes              // every requirement must name its hashes
	asTrusted             // a host whose certificate is not verified
	asStrategy            // how several indexes work together
	toUV                  // uv's own business
	ignored               // nothing to a resolution
)

// option is an option with its effect and whether a value follows it.
type option struct {
	effect effect
	value  bool
}

// options are those that may stand in a requirements file or among the extra
// arguments. What is not here is refused: it would write files, run code or
// install somewhere else.
var options = map[string]option{
	"--index-url": {asIndexURL, true}, "-i": {asIndexURL, true}, "--pypi-url": {asIndexURL, true}, "--default-index": {asIndexURL, true},
	"--extra-index-url": {asExtraIndex, true}, "--index": {asExtraIndex, true},
	"--find-links": {asFindLinks, true}, "-f": {asFindLinks, true},
	"--no-index":    {asNoIndex, false},
	"--requirement": {asRequirements, true}, "--requirements": {asRequirements, true}, "-r": {asRequirements, true},
	"--constraint": {asConstraints, true}, "--constraints": {asConstraints, true}, "-c": {asConstraints, true},
	"--editable": {asEditable, true}, "-e": {asEditable, true},
	"--no-binary":      {asNoBinary, true},
	"--pre":            {asPre, false},
	"--no-deps":        {asNoDeps, false},
	"--require-hashes": {asHashes, false},
	"--trusted-host":   {asTrusted, true}, "--allow-insecure-host": {asTrusted, true},
	"--index-strategy": {asStrategy, true},

	"--prerelease": {toUV, true}, "--resolution": {toUV, true}, "--exclude-newer": {toUV, true}, "--fork-strategy": {toUV, true},
	"--torch-backend": {toUV, true}, "--no-sources": {toUV, false}, "--native-tls": {toUV, false}, "--system-certs": {toUV, false},

	"--only-binary": {ignored, true}, "--prefer-binary": {ignored, false}, "--no-build": {ignored, false}, // only wheels are taken
	"--upgrade": {ignored, false}, "-U": {ignored, false}, "--upgrade-strategy": {ignored, true}, // every resolution starts anew
	"--force-reinstall": {ignored, false}, "--reinstall": {ignored, false}, "--ignore-installed": {ignored, false}, "-I": {ignored, false},
	"--no-cache": {ignored, false}, "--no-cache-dir": {ignored, false}, "-n": {ignored, false}, "--link-mode": {ignored, true},
	"--compile": {ignored, false}, "--no-compile": {ignored, false}, "--compile-bytecode": {ignored, false}, "--no-compile-bytecode": {ignored, false},
	"--system": {ignored, false}, "--break-system-packages": {ignored, false}, "--root-user-action": {ignored, true},
	"--quiet": {ignored, false}, "-q": {ignored, false}, "--verbose": {ignored, false}, "-v": {ignored, false}, "--no-color": {ignored, false},
	"--no-progress": {ignored, false}, "--progress-bar": {ignored, true}, "--no-input": {ignored, false}, "--disable-pip-version-check": {ignored, false},
	"--no-warn-script-location": {ignored, false}, "--no-warn-conflicts": {ignored, false}, "--timeout": {ignored, true}, "--default-timeout": {ignored, true},
	"--retries": {ignored, true}, "--use-feature": {ignored, true}, "--verify-hashes": {ignored, false},
}

// applyOptions takes the options of one line; dir is where its paths start.
func (c *collector) applyOptions(words []string, dir, from string) error {
	for len(words) > 0 {
		name, value, inline := strings.Cut(words[0], "=")
		words = words[1:]
		if !strings.HasPrefix(name, "--") && len(name) > 2 && strings.HasPrefix(name, "-") && !inline { // -rother.txt
			name, value, inline = name[:2], name[2:], true
		}
		o, ok := options[name]
		switch {
		case !strings.HasPrefix(name, "-"):
			return fmt.Errorf("%q is not an option", Redact(name))
		case !ok:
			return fmt.Errorf("option %s has no place where packages are only resolved and unpacked", name)
		case !o.value && inline:
			return fmt.Errorf("option %s takes no value", name)
		case o.value && !inline:
			if len(words) == 0 {
				return fmt.Errorf("option %s lacks its value", name)
			}
			value, words = words[0], words[1:]
		}
		if err := c.apply(o, name, value, dir, from); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) apply(o option, name, value, dir, from string) error {
	switch o.effect {
	case asIndexURL:
		c.indexes.primary = value
	case asExtraIndex:
		c.indexes.extra = append(c.indexes.extra, value)
	case asFindLinks:
		return c.addLinks(value, dir)
	case asNoIndex:
		c.indexes.none = true
	case asRequirements:
		return c.include(value, dir, false)
	case asConstraints:
		return c.include(value, dir, true)
	case asEditable:
		return fmt.Errorf("%s %s installs source code in place, and an image has no such place: copy it, or build a wheel of it", name, Redact(value))
	case asNoBinary:
		if value == ":none:" {
			return nil
		}
		for p := range strings.SplitSeq(value, ",") {
			if p == ":all:" {
				p = ""
			}
			err := &SourceOnlyError{Name: python.NormalizeName(strings.TrimSpace(p)), Found: []string{name + " in " + from}}
			c.source = append(c.source, sourceCode{err: err})
		}
	case asPre:
		c.uv = append(c.uv, "--prerelease=allow")
	case asNoDeps:
		c.noDeps = true
	case asHashes:
		c.hashes = true
	case asTrusted:
		c.uv = append(c.uv, "--allow-insecure-host="+value)
		c.trusted = append(c.trusted, value)
	case asStrategy:
		c.uv = append(c.uv, name+"="+value)
		c.strategy = value
	case toUV:
		if o.value {
			name += "=" + value
		}
		if !slices.Contains(c.uv, name) {
			c.uv = append(c.uv, name)
		}
	}
	return nil
}
