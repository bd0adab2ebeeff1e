package imagespec

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Bounds of a module.
const (
	maxSpecs     = 2000
	maxEvaluated = 200 // values that refer to one another
)

// readPython finds the calls of ImageSpec in the source of a module and reads
// their arguments, which have to be literals, or names that the module gives a
// literal and no other value. Nothing is run.
func readPython(name string, src []byte) ([]Named, error) {
	m, err := newPyModule(name, string(src))
	if err != nil {
		return nil, err
	}
	type found struct {
		Named
		at int
	}
	var all []found
	for _, variable := range m.order {
		d := m.values[variable]
		if !m.isSpec(d.from, d.to) {
			continue
		}
		m.visit(d.from, d.to)
		v, err := m.variable(variable, d.name)
		s, _ := v.(*Spec)
		all = append(all, found{Named{Name: variable, Spec: s, Err: err}, d.from})
	}
	for i := range m.tokens {
		if m.visited[i] || !m.isCall(i) {
			continue
		}
		from, to := m.chain(i)
		m.visit(from, to)
		v, err := m.value(from, to)
		s, _ := v.(*Spec)
		all = append(all, found{Named{Name: strconv.Itoa(m.tokens[from].pos.Line), Spec: s, Err: err}, from})
	}
	if len(all) == 0 {
		return nil, &Error{File: name, Msg: "it has no ImageSpec"}
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.at, b.at) })
	out := make([]Named, len(all))
	for i, f := range all {
		out[i] = f.Named
	}
	return out, nil
}

// visit notes that the calls of a range are read together.
func (m *pyModule) visit(from, to int) {
	for i := from; i < to; i++ {
		if m.isCall(i) {
			m.visited[i] = true
		}
	}
}

// class is what a name stands for: "ImageSpec", "CopyFileDetection" or
// nothing.
func (m *pyModule) class(i int) string {
	t := m.tokens[i]
	if t.kind != pyName {
		return ""
	}
	if m.is(i-1, ".") { // of a module
		if t.text == "ImageSpec" || t.text == "CopyFileDetection" {
			return t.text
		}
		return ""
	}
	return m.classes[t.text]
}

// isCall reports whether a token is the ImageSpec of ImageSpec(…) or of
// ImageSpec.from_env(…).
func (m *pyModule) isCall(i int) bool {
	if m.class(i) != "ImageSpec" || i > 0 && (m.tokens[i-1].word("class") || m.tokens[i-1].word("def")) {
		return false
	}
	return m.is(i+1, "(") || m.is(i+1, ".") && i+2 < len(m.tokens) && m.tokens[i+2].word("from_env")
}

// chain is the expression that a call belongs to: with the module before it
// and the methods after it.
func (m *pyModule) chain(i int) (from, to int) {
	from = i
	for m.is(from-1, ".") && from >= 2 && m.tokens[from-2].kind == pyName && i-from < maxEvaluated {
		from -= 2
	}
	to = i + 1
	for to < len(m.tokens) {
		switch {
		case m.is(to, "("):
			to = m.tokens[to].match + 1
		case m.is(to, ".") && to+1 < len(m.tokens) && m.tokens[to+1].kind == pyName && m.is(to+2, "("):
			to += 2
		default:
			return from, to
		}
	}
	return from, to
}

// isSpec reports whether an expression makes a specification: a call of
// ImageSpec, or of a method of a variable that has one.
func (m *pyModule) isSpec(from, to int) bool {
	for range maxEvaluated {
		for m.is(from, "(") && m.tokens[from].match == to-1 {
			from, to = from+1, to-1
		}
		if from >= to {
			return false
		}
		first := from
		for m.is(from+1, ".") && from+2 < to && m.tokens[from].kind == pyName && !m.isCall(from) && methods[m.tokens[from+2].text].name == "" {
			from += 2
		}
		if m.isCall(from) {
			return true
		}
		d, ok := m.values[m.tokens[first].text]
		if first != from || m.tokens[first].kind != pyName || !m.is(first+1, ".") || !ok {
			return false
		}
		from, to = d.from, d.to
	}
	return false
}

// fault is an error at a token.
func (m *pyModule) fault(i int, format string, args ...any) *Error {
	p := m.tokens[min(i, len(m.tokens)-1)].pos
	return &Error{File: m.file, Line: p.Line, Column: p.Column, Msg: fmt.Sprintf(format, args...)}
}

// variable is the value of a name that is used at a token.
func (m *pyModule) variable(name string, at int) (Value, error) {
	if r, ok := m.done[name]; ok {
		return r.value, r.err
	}
	if m.depth++; m.depth > maxEvaluated {
		return nil, m.fault(at, "%s depends on too many other values", name)
	}
	defer func() { m.depth-- }()
	m.done[name] = pyResult{nil, m.fault(at, "%s refers to itself", name)}
	v, err := m.assigned(name, at)
	m.done[name] = pyResult{v, err}
	return v, err
}

// assigned is the value of a name that has one and no other.
func (m *pyModule) assigned(name string, at int) (Value, error) {
	d, ok := m.values[name]
	if bound := m.bound[name]; len(bound) > 1 {
		return nil, m.fault(at, "%s has more than one value: lines %d and %d", name, m.tokens[bound[0]].pos.Line, m.tokens[bound[1]].pos.Line)
	} else if !ok && len(bound) == 1 {
		return nil, m.fault(at, "not a literal: %s, of line %d", name, m.tokens[bound[0]].pos.Line)
	} else if !ok {
		return nil, m.fault(at, "not a literal: %s", name)
	}
	if m.params[name] && at != d.name {
		return nil, m.fault(at, "not a literal: %s, which is also the name of a parameter", name)
	}
	for _, i := range m.stars {
		if i > d.name {
			return nil, m.fault(at, "not a literal: %s, which the import * of line %d may replace", name, m.tokens[i].pos.Line)
		}
	}
	if i, ok := m.changed[name]; ok {
		return nil, m.fault(at, "%s is changed in line %d", name, m.tokens[i].pos.Line)
	}
	v, err := m.value(d.from, d.to)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case *Spec:
		return v, nil
	case List, Dict, Tuple:
		for _, i := range m.uses[name] {
			if i != d.name && !m.isArgument(i) {
				return nil, m.fault(at, "not a literal: %s, which line %d may change", name, m.tokens[i].pos.Line)
			}
		}
	}
	if !d.top {
		return nil, m.fault(at, "not a literal: %s, which line %d assigns only under a condition", name, m.tokens[d.name].pos.Line)
	}
	return v, nil
}

// isArgument reports whether a name is an argument of ImageSpec or of one of
// its methods, which do not change it.
func (m *pyModule) isArgument(i int) bool {
	open := m.tokens[i].open
	if open < 1 || !m.is(open, "(") || !m.is(i+1, ",") && !m.is(i+1, ")") || !m.is(i-1, "=") && !m.is(i-1, ",") && i-1 != open {
		return false
	}
	return m.class(open-1) == "ImageSpec" || m.is(open-2, ".") && methods[m.tokens[open-1].text].name != ""
}

// value reads an expression, all of which has to be a literal, a name or a
// specification.
func (m *pyModule) value(from, to int) (Value, error) {
	if from >= to {
		return nil, m.fault(from, "a value is missing")
	}
	switch t := m.tokens[from]; {
	case t.kind == pyString:
		return m.text(from, to)
	case t.kind == pyNumber && to == from+1:
		if v, ok := pyNumberValue(t.text); ok {
			return v, nil
		}
	case (t.is("-") || t.is("+")) && to == from+2 && m.tokens[from+1].kind == pyNumber:
		if v, ok := pyNumberValue(m.tokens[from+1].text); ok {
			return negated(v, t.is("-")), nil
		}
	case (t.is("(") || t.is("[") || t.is("{")) && t.match == to-1:
		return m.group(from, to)
	case t.kind == pyName:
		return m.named(from, to)
	}
	return nil, m.notLiteral(from, to)
}

func negated(v Value, negative bool) Value {
	switch n := v.(type) {
	case float64:
		if negative {
			return -n
		}
	case Int:
		if negative && n != "0" {
			return "-" + n
		}
	}
	return v
}

// text reads texts that stand beside each other, which are one.
func (m *pyModule) text(from, to int) (Value, error) {
	var b strings.Builder
	for i := from; i < to; i++ {
		if m.tokens[i].kind != pyString {
			return nil, m.notLiteral(from, to)
		}
		b.WriteString(m.tokens[i].text)
	}
	return b.String(), nil
}

// elements are the ranges of tokens between the commas of a bracket. A comma
// at the end is followed by nothing.
func (m *pyModule) elements(open int) (ranges [][2]int, commas int) {
	from := open + 1
	for i := from; i < m.tokens[open].match; i = m.after(i) {
		if m.is(i, ",") {
			ranges = append(ranges, [2]int{from, i})
			from = i + 1
			commas++
		}
	}
	if from < m.tokens[open].match {
		ranges = append(ranges, [2]int{from, m.tokens[open].match})
	}
	return ranges, commas
}

// group reads what is in brackets: a list, a tuple, a dictionary, or one value
// in parentheses.
func (m *pyModule) group(from, to int) (Value, error) {
	for i := from + 1; i < to-1; i = m.after(i) {
		if m.tokens[i].word("for") {
			return nil, m.fault(from, "not a literal: a comprehension")
		}
	}
	ranges, commas := m.elements(from)
	if m.is(from, "(") && len(ranges) == 1 && commas == 0 {
		return m.value(ranges[0][0], ranges[0][1])
	}
	if m.is(from, "{") {
		return m.dictionary(from, ranges)
	}
	list := List{}
	for _, r := range ranges {
		v, err := m.value(r[0], r[1])
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if m.is(from, "(") {
		return Tuple(list), nil
	}
	return list, nil
}

func (m *pyModule) dictionary(open int, ranges [][2]int) (Value, error) {
	d, at := Dict{}, map[Value]int{}
	for _, r := range ranges {
		colon := m.find(r[0], r[1], ":")
		if colon == r[1] {
			if m.is(r[0], "**") {
				return nil, m.notLiteral(r[0], r[1])
			}
			return nil, m.fault(open, "not a literal here: a set, which has no order")
		}
		key, err := m.value(r[0], colon)
		if err != nil {
			return nil, err
		}
		if !hashable(key) {
			return nil, m.fault(r[0], "a key is %s", kindOf(key))
		}
		v, err := m.value(colon+1, r[1])
		if err != nil {
			return nil, err
		}
		d.set(at, key, v)
	}
	return d, nil
}

// named reads an expression that begins with a name.
func (m *pyModule) named(from, to int) (Value, error) {
	t := m.tokens[from]
	if to == from+1 {
		switch t.text {
		case "True":
			return true, nil
		case "False":
			return false, nil
		case "None":
			return nil, nil
		}
		return m.variable(t.text, from)
	}
	i := from // the last name of a path of names
	for m.is(i+1, ".") && i+2 < to && m.tokens[i+2].kind == pyName && !m.isCall(i) && (i != from || methods[m.tokens[i+2].text].name == "") {
		i += 2
	}
	if i == to-1 && i > from && m.class(i-2) == "CopyFileDetection" {
		if mode, err := parseCopyMode(m.tokens[i].text); err == nil {
			return mode, nil
		}
	}
	switch {
	case m.isCall(i):
		if m.is(i+1, ".") {
			return nil, m.fault(from, "ImageSpec.from_env asks the interpreter for its version and those of packages, which are not known without running it")
		}
		s, err := m.construct(i + 1)
		if err != nil {
			return nil, err
		}
		return m.methods(s, m.tokens[i+1].match+1, to, from)
	case i == from && m.is(i+1, ".") && m.isSpec(from, to):
		v, err := m.variable(t.text, from)
		if err != nil {
			return nil, err
		}
		if s, ok := v.(*Spec); ok {
			return m.methods(s, i+1, to, from)
		}
	}
	return nil, m.notLiteral(from, to)
}

// construct reads the arguments of ImageSpec(…).
func (m *pyModule) construct(open int) (*Spec, error) {
	if m.specs++; m.specs > maxSpecs {
		return nil, m.fault(open, "it has more than %d ImageSpecs", maxSpecs)
	}
	p := m.tokens[open-1].pos
	for i := open - 1; m.is(i-1, ".") && i >= 2; i -= 2 {
		p = m.tokens[i-2].pos
	}
	s := &Spec{file: m.file, at: map[string]Position{"": p}}
	ranges, _ := m.elements(open)
	given := map[string]bool{}
	for n, r := range ranges {
		from := r[0]
		var f field
		switch {
		case r[0] == r[1]:
			return nil, m.fault(from, "a value is missing")
		case m.is(from, "*") || m.is(from, "**"):
			return nil, m.notLiteral(r[0], r[1])
		case m.tokens[from].kind == pyName && m.is(from+1, "="):
			var ok bool
			if f, ok = fieldNamed(m.tokens[from].text); !ok {
				return nil, m.fault(from, "%v", unknownField(m.tokens[from].text))
			}
			from += 2
		case n < len(fields):
			f = fields[n]
		default:
			return nil, m.fault(from, "ImageSpec has only %d fields", len(fields))
		}
		if given[f.name] {
			return nil, m.inField(m.fault(from, "it is given twice"), f.name)
		}
		given[f.name] = true
		v, err := m.value(from, r[1])
		if err != nil {
			return nil, m.inField(err, f.name)
		}
		if _, ok := v.(*Spec); ok && f.name != "base_image" {
			return nil, m.inField(m.fault(from, "it cannot be an ImageSpec"), f.name)
		}
		s.at[f.name] = m.tokens[from].pos
		if err := f.setChecked(s, v); err != nil {
			return nil, m.inField(m.fault(from, "%v", err), f.name)
		}
	}
	return s, nil
}

// inField says in which field something is wrong, unless that is said.
func (m *pyModule) inField(err error, field string) error {
	var e *Error
	if errors.As(err, &e) && e.Field == "" {
		c := *e
		c.Field = field
		return &c
	}
	return err
}

// methods are those of flytekit's ImageSpec that change a field, with the name
// of their parameter.
var methods = map[string]struct{ name, field string }{
	"with_commands":         {"commands", "commands"},
	"with_packages":         {"packages", "packages"},
	"with_apt_packages":     {"apt_packages", "apt_packages"},
	"with_copy":             {"src", "copy"},
	"with_runtime_packages": {"runtime_packages", "runtime_packages"},
	"with_builder_options":  {"builder_options", "builder_options"},
	"force_push":            {"force_push", ""},
}

// methods applies the calls of methods that follow a specification. from is
// where the whole expression begins.
func (m *pyModule) methods(s *Spec, i, to, from int) (Value, error) {
	for i < to {
		if !m.is(i, ".") || i+2 >= to || m.tokens[i+1].kind != pyName || !m.is(i+2, "(") {
			return nil, m.notLiteral(from, to)
		}
		method, ok := methods[m.tokens[i+1].text]
		if !ok {
			return nil, m.fault(i+1, "an ImageSpec has no method %s that gives another", m.tokens[i+1].text)
		}
		if m.specs++; m.specs > maxSpecs {
			return nil, m.fault(i, "it has more than %d ImageSpecs", maxSpecs)
		}
		changed := *s
		changed.exact, changed.at = maps.Clone(s.exact), maps.Clone(s.at)
		if method.field != "" {
			if err := m.update(&changed, method.name, method.field, i+2); err != nil {
				return nil, m.inField(err, method.field)
			}
		}
		s = &changed
		i = m.tokens[i+2].match + 1
	}
	return s, nil
}

// update appends the argument of a method to a field.
func (m *pyModule) update(s *Spec, param, name string, open int) error {
	ranges, _ := m.elements(open)
	if len(ranges) != 1 {
		return m.fault(open, "%s takes one argument", m.tokens[open-1].text)
	}
	from, to := ranges[0][0], ranges[0][1]
	if to > from+1 && m.is(from+1, "=") {
		if !m.tokens[from].word(param) {
			return m.fault(from, "%s has no parameter %s", m.tokens[open-1].text, m.tokens[from].text)
		}
		from += 2
	}
	v, err := m.value(from, to)
	if err != nil {
		return err
	}
	f, _ := fieldNamed(name)
	switch old := f.value(s).(type) {
	case List:
		if t, ok := v.(string); ok {
			v = List{t}
		}
		if l, ok := v.(List); ok {
			v = append(slices.Clone(old), l...)
		}
	case Dict:
		more, ok := v.(Dict)
		if !ok {
			break
		}
		d, at := Dict{}, map[Value]int{}
		for _, item := range append(slices.Clone(old), more...) {
			d.set(at, item.Key, item.Value)
		}
		v = d
	case nil:
		if t, ok := v.(string); ok && f.list != nil {
			v = List{t}
		}
	}
	if v == nil {
		return m.fault(from, "it is None")
	}
	if err := f.set(s, v); err != nil {
		return m.fault(from, "%v", err)
	}
	s.at[name] = m.tokens[from].pos
	return nil
}

// notLiteral names an expression that is not a literal.
func (m *pyModule) notLiteral(from, to int) error {
	for i := from; i < to; i = m.after(i) {
		switch t := m.tokens[i]; {
		case t.kind == pyFString:
			return m.fault(i, "not a literal: an f-string")
		case t.kind == pyBytes:
			return m.fault(i, "not a text: bytes")
		}
	}
	const most = 60
	var b strings.Builder
	for i := from; i < to && b.Len() < most; i = m.after(i) {
		t := m.tokens[i]
		if i > from && t.start > m.tokens[i-1].end && !m.is(i-1, "(") {
			b.WriteByte(' ')
		}
		b.WriteString(m.src[t.start:min(t.end, t.start+most)])
		if m.after(i) > i+1 {
			b.WriteString("..." + m.tokens[t.match].text)
		}
	}
	text := strings.ToValidUTF8(b.String(), "")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return m.fault(from, "not a literal: %s", strings.Join(strings.Fields(text), " "))
}
