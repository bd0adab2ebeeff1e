package imagespec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Format is a language that specifications are written in.
type Format string

// The formats.
const (
	YAML   Format = "yaml"
	JSON   Format = "json"
	Python Format = "python"
)

// FormatOf tells the format of a file by its name.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return YAML, nil
	case ".json":
		return JSON, nil
	case ".py":
		return Python, nil
	}
	return "", fmt.Errorf("%s is neither .yaml, .yml, .json nor .py", name)
}

// MaxSize is the size in bytes of the largest file that is read as a
// specification, and MaxYAML that of the largest one in YAML, whose parser needs
// quadratic time for some texts.
const (
	MaxSize = 1 << 20
	MaxYAML = 64 << 10
)

// Open reads one specification from a file: "image.yaml", "image.json" or
// "module.py". Where the file has several of them, ":name" after its path
// chooses one, by the variable or in YAML and JSON by the name of the image.
// Errors about the content are *[Error].
func Open(ref string) (*Spec, error) {
	file, which := ref, ""
	format, err := FormatOf(file)
	if i := strings.LastIndexByte(ref, ':'); err != nil && i > 0 {
		if format, err = FormatOf(ref[:i]); err == nil {
			file, which = ref[:i], ref[i+1:]
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: a specification is a file .yaml, .yml, .json or .py, or file:name", ref)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	named, err := Read(format, file, src)
	if err != nil {
		return nil, err
	}
	spec, err := choose(named, file, which)
	if err != nil {
		return nil, err
	}
	return spec.In(filepath.Dir(file)), nil
}

// choose is the specification of that name, or the only one.
func choose(named []Named, file, which string) (*Spec, error) {
	var names []string
	var found []Named
	for _, n := range named {
		names = append(names, n.Name)
		if which == "" || n.Name == which {
			found = append(found, n)
		}
	}
	list := strings.Join(names, ", ")
	switch {
	case len(named) == 0:
		return nil, &Error{File: file, Msg: "it has no ImageSpec"}
	case len(found) == 0:
		return nil, &Error{File: file, Msg: fmt.Sprintf("it has no ImageSpec %s; there is %s", which, list)}
	case len(found) > 1 && which == "":
		return nil, &Error{File: file, Msg: fmt.Sprintf("it has several ImageSpecs: choose one with %s:name, of %s", file, list)}
	case len(found) > 1:
		return nil, &Error{File: file, Msg: fmt.Sprintf("it has %d ImageSpecs %s", len(found), which)}
	}
	return found[0].Spec, found[0].Err
}

// Read reads all specifications of a file, in their order. The name is for
// messages and is not opened; the specifications' Dir is empty. An error is an
// *[Error] and means that the file cannot be read at all. In Python a single
// specification may have an error of its own, see [Named].
func Read(format Format, name string, src []byte) ([]Named, error) {
	limit := MaxSize
	if format == YAML {
		limit = MaxYAML
	}
	if len(src) > limit {
		return nil, &Error{File: name, Msg: fmt.Sprintf("it has %d bytes; at most %d are read of an ImageSpec in %s", len(src), limit, format)}
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if !utf8.Valid(src) {
		return nil, &Error{File: name, Msg: "it is not UTF-8"}
	}
	var docs []node
	var err error
	switch format {
	case YAML:
		docs, err = readYAML(name, src)
	case JSON:
		docs = make([]node, 1)
		docs[0], err = readJSON(name, src)
	case Python:
		return readPython(name, src)
	default:
		return nil, &Error{File: name, Msg: fmt.Sprintf("there is no format %q", format)}
	}
	if err != nil {
		return nil, err
	}
	var out []Named
	for _, doc := range docs {
		items, ok := doc.value.(List)
		if doc.value == nil {
			continue // an empty document
		}
		if !ok {
			items = List{doc}
		}
		for _, item := range items {
			s, err := fromNode(item.(node), format, name, 0)
			if err != nil {
				return nil, err
			}
			out = append(out, Named{Name: s.repositoryName(), Spec: s})
		}
	}
	if len(out) == 0 {
		return nil, &Error{File: name, Msg: "it has no ImageSpec"}
	}
	return out, nil
}

// fromNode makes a specification of a mapping.
func fromNode(n node, format Format, file string, depth int) (*Spec, error) {
	fault := func(p Position, field, format string, args ...any) error {
		return &Error{File: file, Line: p.Line, Column: p.Column, Field: field, Msg: fmt.Sprintf(format, args...)}
	}
	d, ok := n.value.(Dict)
	if !ok {
		return nil, fault(n.pos, "", "an ImageSpec is a mapping, not %s", kindOf(plain(n)))
	}
	if depth > maxBases {
		return nil, fault(n.pos, "base_image", "more than %d specifications are based on one another", maxBases)
	}
	s := &Spec{file: file, at: map[string]Position{"": n.pos}}
	for _, item := range d {
		at := item.Value.(node).pos
		name, ok := item.Key.(string)
		if !ok {
			return nil, fault(at, "", "an ImageSpec has no field %s", repr(item.Key))
		}
		if format == JSON {
			if ok, err := s.Known.set(name, plain(item.Value.(node))); err != nil {
				return nil, fault(at, "", "%v", err)
			} else if ok {
				continue
			}
		}
		f, ok := fieldNamed(name)
		if !ok {
			return nil, fault(at, "", "%v", unknownField(name))
		}
		s.at[name] = at
		value, err := fieldValue(f, item.Value.(node), format, file, depth)
		if err == nil {
			err = f.setChecked(s, value)
		}
		var located *Error
		if errors.As(err, &located) {
			return nil, err
		}
		if err != nil {
			return nil, fault(at, name, "%v", err)
		}
	}
	return s, nil
}

// unknownField says which field was probably meant.
func unknownField(name string) error {
	best, least := "", 1+len(name)/3
	for _, f := range fields {
		if d := distance(strings.ToLower(name), f.name); d < least || d == least && best == "" {
			best, least = f.name, d
		}
	}
	if best != "" {
		return fmt.Errorf("an ImageSpec has no field %q; did you mean %s?", name, best)
	}
	return fmt.Errorf("an ImageSpec has no field %q", name)
}

// distance is how many letters have to be changed, added or removed to make
// one text of another.
func distance(a, b string) int {
	if len(a) > 2*len(b) {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// fieldValue is the value of a field without places. A mapping as base_image
// is a specification, which flytekit has in Python only.
func fieldValue(f field, n node, format Format, file string, depth int) (Value, error) {
	if _, ok := n.value.(Dict); ok && f.name == "base_image" {
		base, err := fromNode(n, format, file, depth+1)
		if err != nil {
			return nil, err
		}
		return base, nil
	}
	if format == JSON {
		return unwrap(plain(n))
	}
	return plain(n), nil
}

// setChecked gives a field the value that is written for it.
func (f field) setChecked(s *Spec, v Value) error {
	if f.name == "name" && (v == nil || v == Value("")) {
		return errors.New("it is empty")
	}
	return f.set(s, v)
}
