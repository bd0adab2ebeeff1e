package imagespec

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxBases bounds how many specifications are based on one another.
const maxBases = 100

// notHashed are the fields that flytekit never hashes.
var notHashed = map[string]bool{"pip_secret_mounts": true, "builder": true, "runtime_packages": true}

// hashes reports whether a version of flytekit hashes a field.
func (c Compat) hashes(f field) bool {
	if f.name == "builder" {
		return c.before(1, 15, 3)
	}
	return !notHashed[f.name]
}

// ID is flytekit's identifier of the specification: the hash of its fields as
// they are written, without the content of files. An image carries it in
// the environment variable _F_IMG_ID. [Preimage] has that of older versions.
func (s *Spec) ID() string { return s.id(Compat{}) }

func (s *Spec) id(c Compat) string {
	if s.Known.ID != "" {
		return s.Known.ID
	}
	return hashText(repr(s.dict(c, 0)))
}

// dict is the dictionary that flytekit makes of a specification.
func (s *Spec) dict(c Compat, depth int) Dict {
	d := Dict{}
	for _, f := range fields {
		v := s.completed(f, c)
		if v == nil || !c.hashes(f) {
			continue
		}
		if base, ok := v.(*Spec); ok {
			if depth == maxBases {
				continue // Tag refuses it
			}
			v = base.dict(c, depth+1)
		}
		d = append(d, Item{f.name, v})
	}
	return d
}

// hashText is MD5 as flytekit writes it.
func hashText(text string) string {
	sum := md5.Sum([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Tag is the image's tag: the hash of the fields and of the files that they
// name. The error is an *[Error] if flytekit would not take the specification,
// if a file cannot be read, or if the tag depends on what only Python knows,
// which [ErrLoadedModules] is.
//
// Where Copy names a directory that has several directories in it, flytekit
// hashes them in the order in which the file system lists them, and so does
// Tag: its result equals flytekit's for the same directory, not for a copy of
// it.
func (s *Spec) Tag(c Compat) (string, error) {
	p, err := s.Explain(c)
	return p.Tag, err
}

// ImageName is the image's reference, [registry/]name:tag. Errors are those
// of [Spec.Tag].
func (s *Spec) ImageName(c Compat) (string, error) {
	p, err := s.Explain(c)
	return p.Image, err
}

// formatTag is Python's format with spec_hash as its only argument. Of format
// specifications it knows what there is for texts.
func formatTag(format, hash string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); {
		switch c := format[i]; {
		case strings.HasPrefix(format[i:], "{{") || strings.HasPrefix(format[i:], "}}"):
			b.WriteByte(c)
			i += 2
		case c == '}':
			return "", fmt.Errorf("%q has a single }", format)
		case c == '{':
			field, _, ok := strings.Cut(format[i+1:], "}")
			if !ok {
				return "", fmt.Errorf("%q has a { that is not closed", format)
			}
			i += len(field) + 2
			name, spec, _ := strings.Cut(field, ":")
			if name != "spec_hash" && name != "spec_hash!s" {
				return "", fmt.Errorf("{%s} in %q is not {spec_hash}", field, format)
			}
			text, err := formatText(spec, hash)
			if err != nil {
				return "", fmt.Errorf("{%s} in %q: %w", field, format, err)
			}
			b.WriteString(text)
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), nil
}

// formatText applies a format specification of Python to a text:
// [[fill]align][0][width][.precision][s].
func formatText(spec, text string) (string, error) {
	bad := fmt.Errorf("%q is not a format for texts", spec)
	fill, align, rest := " ", byte(0), spec
	if r, n := utf8.DecodeRuneInString(spec); n > 0 && len(spec) > n && strings.IndexByte("<>^", spec[n]) >= 0 {
		fill, align, rest = string(r), spec[n], spec[n+1:]
	} else if spec != "" && strings.IndexByte("<>^", spec[0]) >= 0 {
		align, rest = spec[0], spec[1:]
	}
	width, precision, limited := strings.Cut(strings.TrimSuffix(rest, "s"), ".")
	if align == 0 && strings.HasPrefix(width, "0") {
		fill = "0"
	}
	w, err := number(width)
	if err != nil {
		return "", bad
	}
	if limited {
		p, err := number(precision)
		if err != nil || precision == "" {
			return "", bad
		}
		text = text[:min(p, len(text))]
	}
	pad := max(w-len(text), 0)
	switch align {
	case '>':
		return strings.Repeat(fill, pad) + text, nil
	case '^':
		return strings.Repeat(fill, pad/2) + text + strings.Repeat(fill, pad-pad/2), nil
	}
	return text + strings.Repeat(fill, pad), nil
}

// number reads what may be absent. A tag has at most 128 characters.
func number(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err
}
