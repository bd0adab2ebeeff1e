package imagespec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Value is a Python value of a specification:
//
//	nil         None
//	bool        bool
//	Int         int
//	float64     float
//	string      str, in UTF-8
//	List        list
//	Tuple       tuple
//	Dict        dict
//	CopyMode    flytekit's CopyFileDetection
//	Object      anything else, such as a date of YAML
type Value any

// Int is an integer of any size, in decimal.
type Int string

// List is a Python list.
type List []Value

// Tuple is a Python tuple.
type Tuple []Value

// Dict is a Python dictionary, whose order counts. Keys are unique.
type Dict []Item

// Item is an entry of a dictionary.
type Item struct{ Key, Value Value }

// Object is a Python value of a type that has no counterpart here, by what
// Python's repr and str print of it.
type Object struct{ Repr, Str string }

// Get is the value of a key that is a text.
func (d Dict) Get(key string) (Value, bool) {
	for _, i := range d {
		if i.Key == Value(key) {
			return i.Value, true
		}
	}
	return nil, false
}

// set gives a key a value as Python does: a key that is there keeps its place.
// Keys are compared by type and value, so that unlike in Python 1, 1.0 and
// True are three keys.
func (d *Dict) set(at map[Value]int, key, value Value) {
	if i, ok := at[key]; ok {
		(*d)[i].Value = value
		return
	}
	at[key] = len(*d)
	*d = append(*d, Item{key, value})
}

// hashable reports whether a value may be a dictionary's key here.
func hashable(v Value) bool {
	switch v.(type) {
	case nil, bool, Int, float64, string, Object:
		return true
	}
	return false
}

// repr is what Python's repr prints.
func repr(v Value) string {
	var b strings.Builder
	writeRepr(&b, v)
	return b.String()
}

// str is what Python's str prints.
func str(v Value) string {
	switch v := v.(type) {
	case string:
		return v
	case Object:
		return v.Str
	case CopyMode:
		return "CopyFileDetection." + v.String()
	}
	return repr(v)
}

func writeRepr(b *strings.Builder, v Value) {
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case bool:
		if v {
			b.WriteString("True")
		} else {
			b.WriteString("False")
		}
	case Int:
		b.WriteString(string(v))
	case float64:
		b.WriteString(floatRepr(v))
	case string:
		stringRepr(b, v)
	case List:
		b.WriteByte('[')
		for i, e := range v {
			separate(b, i)
			writeRepr(b, e)
		}
		b.WriteByte(']')
	case Tuple:
		b.WriteByte('(')
		for i, e := range v {
			separate(b, i)
			writeRepr(b, e)
		}
		if len(v) == 1 {
			b.WriteByte(',')
		}
		b.WriteByte(')')
	case Dict:
		b.WriteByte('{')
		for i, e := range v {
			separate(b, i)
			writeRepr(b, e.Key)
			b.WriteString(": ")
			writeRepr(b, e.Value)
		}
		b.WriteByte('}')
	case CopyMode:
		fmt.Fprintf(b, "<CopyFileDetection.%s: %d>", v, int(v))
	case Object:
		b.WriteString(v.Repr)
	default:
		panic(fmt.Sprintf("imagespec: %T is not a Value", v))
	}
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteString(", ")
	}
}

// floatRepr is the shortest text that is read as the same number, with an
// exponent where Python has one.
func floatRepr(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	if exp := exponent(f); exp < -4 || exp >= 16 {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// exponent is the decimal exponent of a number's shortest text.
func exponent(f float64) int {
	s := strconv.FormatFloat(f, 'e', -1, 64)
	_, e, _ := strings.Cut(s, "e")
	n, _ := strconv.Atoi(e)
	return n
}

// stringRepr quotes a text as Python does. What is printable depends on the
// version of Unicode, so characters that are newer than Python or Go may
// differ.
func stringRepr(b *strings.Builder, s string) {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b.WriteByte(quote)
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			fmt.Fprintf(b, `\U%08x`, r)
		}
	}
	b.WriteByte(quote)
}

// kindOf says in English what a value is.
func kindOf(v Value) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "the truth value " + repr(v)
	case Int, float64:
		return "the number " + repr(v)
	case string:
		return "a text"
	case List:
		return "a list"
	case Tuple:
		return "a tuple"
	case Dict:
		return "a mapping"
	default:
		return str(v)
	}
}
