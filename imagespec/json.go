package imagespec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// readJSON reads a JSON file. Numbers are integers if they are written as
// such, as Python's json has it, and objects keep their order.
func readJSON(name string, src []byte) (node, error) {
	j := &jsonReader{file: name, src: src, dec: json.NewDecoder(bytes.NewReader(src)), line: 1}
	j.dec.UseNumber()
	n, err := j.value(0)
	if err == nil {
		if _, end := j.dec.Token(); !errors.Is(end, io.EOF) {
			err = j.fault(errors.New("there is more after the value"))
		}
	}
	return n, err
}

var errTooMany = errors.New("it has too many values")

type jsonReader struct {
	file string
	src  []byte
	dec  *json.Decoder

	// The position of the offset that was asked for last.
	offset, line, start int
}

// position is where the token is that ends at the decoder's offset and begins
// after what separates it from the one before.
func (j *jsonReader) position(offset int) Position {
	for offset < len(j.src) && bytes.IndexByte([]byte(" \t\r\n:,"), j.src[offset]) >= 0 {
		offset++
	}
	for ; j.offset < offset; j.offset++ {
		if j.src[j.offset] == '\n' {
			j.line, j.start = j.line+1, j.offset+1
		}
	}
	return Position{j.line, offset - j.start + 1}
}

func (j *jsonReader) fault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	p := j.position(int(j.dec.InputOffset()))
	return &Error{File: j.file, Line: p.Line, Column: p.Column, Msg: err.Error(), Err: err}
}

func (j *jsonReader) value(depth int) (node, error) {
	out := node{size: 1, pos: j.position(int(j.dec.InputOffset()))}
	if depth > maxValueDepth {
		return out, j.fault(errors.New("it is nested too deep"))
	}
	t, err := j.dec.Token()
	if err != nil {
		return out, j.fault(err)
	}
	switch t := t.(type) {
	case json.Number:
		if out.value, err = jsonNumber(string(t)); err != nil {
			err = j.fault(err)
		}
	case json.Delim:
		if t == '[' {
			err = j.list(&out, depth)
		} else {
			err = j.object(&out, depth)
		}
	default:
		out.value = t
	}
	return out, err
}

func (j *jsonReader) list(out *node, depth int) error {
	list := List{}
	for j.dec.More() {
		item, err := j.value(depth + 1)
		if err != nil {
			return err
		}
		list = append(list, item)
		if out.size += item.size; out.size > maxValues {
			return j.fault(errTooMany)
		}
	}
	out.value = list
	return j.end()
}

func (j *jsonReader) object(out *node, depth int) error {
	d, at := Dict{}, map[Value]int{}
	for j.dec.More() {
		t, err := j.dec.Token()
		if err != nil {
			return j.fault(err)
		}
		if _, ok := at[t]; ok {
			return j.fault(fmt.Errorf("the name %q is there twice", t))
		}
		item, err := j.value(depth + 1)
		if err != nil {
			return err
		}
		d.set(at, t, item)
		if out.size += item.size; out.size > maxValues {
			return j.fault(errTooMany)
		}
	}
	out.value = d
	return j.end()
}

func (j *jsonReader) end() error {
	if _, err := j.dec.Token(); err != nil {
		return j.fault(err)
	}
	return nil
}

func jsonNumber(s string) (Value, error) {
	if len(s) > maxDigits {
		return nil, errTooLong
	}
	if !strings.ContainsAny(s, ".eE") {
		n, ok := new(big.Int).SetString(s, 10)
		if !ok {
			return nil, fmt.Errorf("%s is not a number", s)
		}
		return Int(n.String()), nil
	}
	return parseFloat(s)
}

// MarshalJSON writes the specification with flytekit's names, losing nothing
// but Dir, Confined and positions; [Read] reads it, too. The members "$id" and
// "$loaded_modules" have what is [Known]. What JSON has no word for is an object
// with one member: {"$tuple": […]}, {"$dict": [[key, value], …]},
// {"$float": "nan"} and {"$object": ["repr", "str"]}.
func (s *Spec) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := s.writeJSON(&b, 0)
	return b.Bytes(), err
}

func (s *Spec) writeJSON(b *bytes.Buffer, depth int) error {
	if depth > maxBases {
		return s.fault("base_image", nil, "more than %d specifications are based on one another", maxBases)
	}
	b.WriteByte('{')
	n := 0
	for _, known := range s.Known.values() {
		if n++; n > 1 {
			b.WriteByte(',')
		}
		writeString(b, known.Key.(string))
		b.WriteByte(':')
		if err := writeValue(b, known.Value, 0); err != nil {
			return err
		}
	}
	for _, f := range fields {
		v := f.value(s)
		if v == nil {
			continue
		}
		if n++; n > 1 {
			b.WriteByte(',')
		}
		writeString(b, f.name)
		b.WriteByte(':')
		switch v := v.(type) {
		case *Spec:
			if err := v.writeJSON(b, depth+1); err != nil {
				return err
			}
		case CopyMode:
			if v.String() == "" {
				return s.fault(f.name, nil, "there is no mode %d", int(v))
			}
			writeString(b, v.String())
		default:
			if err := writeValue(b, v, 0); err != nil {
				return s.fault(f.name, err, "%v", err)
			}
		}
	}
	b.WriteByte('}')
	return nil
}

func writeString(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string and a buffer cannot fail
	b.Truncate(b.Len() - 1)
}

func writeValue(b *bytes.Buffer, v Value, depth int) error {
	if depth > maxValueDepth {
		return errors.New("it is nested too deep")
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case Int:
		if n, err := jsonNumber(string(v)); err != nil || n != Value(v) {
			return fmt.Errorf("%q is not an integer", string(v))
		}
		b.WriteString(string(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			fmt.Fprintf(b, `{"$float":%q}`, floatRepr(v))
		} else {
			b.WriteString(floatRepr(v))
		}
	case string:
		writeString(b, v)
	case Object:
		b.WriteString(`{"$object":[`)
		writeString(b, v.Repr)
		b.WriteByte(',')
		writeString(b, v.Str)
		b.WriteString("]}")
	case List:
		return writeList(b, v, depth)
	case Tuple:
		b.WriteString(`{"$tuple":`)
		if err := writeList(b, List(v), depth); err != nil {
			return err
		}
		b.WriteByte('}')
	case Dict:
		return writeDict(b, v, depth)
	default:
		return fmt.Errorf("a value of type %T cannot be part of a specification", v)
	}
	return nil
}

func writeList(b *bytes.Buffer, l List, depth int) error {
	b.WriteByte('[')
	for i, e := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeValue(b, e, depth+1); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

// writeDict writes a dictionary as an object, if that is read as the same.
func writeDict(b *bytes.Buffer, d Dict, depth int) error {
	for _, e := range d {
		if name, ok := e.Key.(string); !ok || strings.HasPrefix(name, "$") {
			pairs := List{}
			for _, e := range d {
				pairs = append(pairs, List{e.Key, e.Value})
			}
			b.WriteString(`{"$dict":`)
			if err := writeList(b, pairs, depth); err != nil {
				return err
			}
			b.WriteByte('}')
			return nil
		}
	}
	b.WriteByte('{')
	for i, e := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		writeString(b, e.Key.(string))
		b.WriteByte(':')
		if err := writeValue(b, e.Value, depth+1); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// UnmarshalJSON reads what MarshalJSON writes. Dir and Confined stay as they
// are.
func (s *Spec) UnmarshalJSON(data []byte) error {
	n, err := readJSON("", data)
	if err != nil {
		return err
	}
	got, err := fromNode(n, JSON, "", 0)
	if err != nil {
		return err
	}
	got.forget()
	got.Dir, got.Confined = s.Dir, s.Confined
	*s = *got
	if s.Confined {
		s.Confine()
	}
	s.In(s.Dir)
	return nil
}

// forget takes away where a specification was read.
func (s *Spec) forget() {
	for b := s; b != nil; b = b.Base {
		b.at, b.file = nil, ""
	}
}

// unwrap reads the objects with one member that stand for what JSON has no
// word for.
func unwrap(v Value) (Value, error) {
	switch v := v.(type) {
	case List:
		for i, e := range v {
			var err error
			if v[i], err = unwrap(e); err != nil {
				return nil, err
			}
		}
	case Dict:
		if len(v) == 1 {
			if name, ok := v[0].Key.(string); ok && strings.HasPrefix(name, "$") {
				return unwrapOne(name, v[0].Value)
			}
		}
		for i, e := range v {
			var err error
			if v[i].Value, err = unwrap(e.Value); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func unwrapOne(name string, v Value) (Value, error) {
	bad := fmt.Errorf("%q does not have what belongs to it", name)
	list, isList := v.(List)
	switch {
	case name == "$float":
		switch v {
		case "nan":
			return math.NaN(), nil
		case "inf":
			return math.Inf(1), nil
		case "-inf":
			return math.Inf(-1), nil
		}
		return nil, bad
	case !isList:
		return nil, bad
	case name == "$object" && len(list) == 2:
		r, ok1 := list[0].(string)
		t, ok2 := list[1].(string)
		if ok1 && ok2 {
			return Object{r, t}, nil
		}
	case name == "$tuple":
		l, err := unwrap(list)
		if err != nil {
			return nil, err
		}
		return Tuple(l.(List)), nil
	case name == "$dict":
		d, at := Dict{}, map[Value]int{}
		for _, e := range list {
			pair, ok := e.(List)
			if !ok || len(pair) != 2 {
				return nil, bad
			}
			key, err := unwrap(pair[0])
			if err != nil || !hashable(key) {
				return nil, bad
			}
			value, err := unwrap(pair[1])
			if err != nil {
				return nil, err
			}
			d.set(at, key, value)
		}
		return d, nil
	}
	return nil, bad
}
