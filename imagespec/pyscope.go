package imagespec

import (
	"slices"
	"strings"
)

// pyModule is a module of Python, split into tokens, with what its names mean
// as far as that can be known without running it.
type pyModule struct {
	file   string
	src    string
	tokens []pyToken

	classes map[string]string // what a name was imported as: "ImageSpec", "CopyFileDetection"
	bound   map[string][]int  // tokens that give the name a value
	values  map[string]pyDefinition
	params  map[string]bool  // names of parameters and of variables of comprehensions
	changed map[string]int   // token where what the name has is changed
	uses    map[string][]int // tokens that are the name, but not after a dot
	stars   []int            // tokens of imports of everything
	order   []string         // keys of values, in their order

	done    map[string]pyResult
	visited map[int]bool // calls of ImageSpec that belong to what is read already
	specs   int
	depth   int
}

// pyDefinition is the value that a statement "name = value" gives.
type pyDefinition struct {
	name     int // token
	from, to int // tokens of the value
	top      bool
}

type pyResult struct {
	value Value
	err   error
}

func newPyModule(file, src string) (*pyModule, error) {
	tokens, err := scanPython(file, src)
	if err != nil {
		return nil, err
	}
	m := &pyModule{
		file: file, src: strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), tokens: tokens,
		classes: map[string]string{"ImageSpec": "ImageSpec", "CopyFileDetection": "CopyFileDetection"},
		bound:   map[string][]int{}, values: map[string]pyDefinition{}, params: map[string]bool{}, changed: map[string]int{},
		uses: map[string][]int{}, done: map[string]pyResult{}, visited: map[int]bool{},
	}
	from := 0
	for i, t := range tokens {
		switch {
		case t.kind == pyLine:
			m.statements(from, i, tokens[from].pos.Column == 1)
			from = i + 1
		case t.kind == pyName && (i == 0 || !tokens[i-1].is(".")):
			m.uses[t.text] = append(m.uses[t.text], i)
			m.anywhere(i)
		}
	}
	m.parameters()
	return m, nil
}

// anywhere notes what binds names within expressions, and the changes that
// need no assignment.
func (m *pyModule) anywhere(i int) {
	switch {
	case m.is(i+1, ":="):
		m.bind(i)
	case m.is(i+1, ".") && i+3 < len(m.tokens) && (m.is(i+3, ".") || m.is(i+3, "[")):
		if _, ok := fieldNamed(m.tokens[i+2].text); ok {
			m.change(i) // image.packages.append(…)
		}
	}
}

// parameters notes the names that only a function, a lambda or a comprehension
// gives a value.
func (m *pyModule) parameters() {
	// list is the beginning of names that is not at its end yet.
	type list struct {
		word string // "def", "lambda" or "for"
		open int    // the bracket that its names are in
	}
	var lists []list
	end := func() { lists = lists[:len(lists)-1] }
	for i, t := range m.tokens {
		for closes := t.is(")") || t.is("]") || t.is("}"); len(lists) > 0 && closes && lists[len(lists)-1].open == t.match; {
			end()
		}
		if t.kind == pyLine {
			lists = lists[:0]
		}
		var in list
		if len(lists) > 0 {
			in = lists[len(lists)-1]
		}
		switch {
		case t.word("lambda") || t.word("for") && t.open >= 0:
			lists = append(lists, list{t.text, t.open})
		case t.is("(") && i >= 2 && m.tokens[i-2].word("def"):
			lists = append(lists, list{"def", i})
		case in.word == "for" && t.word("in") && t.open == in.open, in.word == "lambda" && t.is(":") && t.open == in.open:
			end()
		case t.kind != pyName:
		case in.word == "for", in.word != "" && t.open == in.open && m.beginsParameter(i):
			m.params[t.text] = true
		}
	}
}

// beginsParameter reports whether a name stands where a parameter is named.
func (m *pyModule) beginsParameter(i int) bool {
	return m.is(i-1, "(") || m.is(i-1, ",") || m.is(i-1, "*") || m.is(i-1, "**") || m.tokens[i-1].word("lambda")
}

func (m *pyModule) is(i int, op string) bool {
	return i >= 0 && i < len(m.tokens) && m.tokens[i].is(op)
}

func (m *pyModule) bind(i int) {
	name := m.tokens[i].text
	m.bound[name] = append(m.bound[name], i)
}

func (m *pyModule) change(i int) {
	if _, ok := m.changed[m.tokens[i].text]; !ok {
		m.changed[m.tokens[i].text] = i
	}
}

// after goes behind a token, and behind the bracket that it opens.
func (m *pyModule) after(i int) int {
	if t := m.tokens[i]; t.is("(") || t.is("[") || t.is("{") {
		return t.match + 1
	}
	return i + 1
}

// find is the first token that is an operator, in no bracket of its own; to if
// there is none.
func (m *pyModule) find(from, to int, op string) int {
	for i := from; i < to; i = m.after(i) {
		if m.tokens[i].is(op) {
			return i
		}
	}
	return to
}

// pyCompound are the words that begin a statement with others in it.
var pyCompound = []string{"if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "async", "match", "case"}

// statements notes the names that the statements of a logical line bind. top
// says that they are the module's own.
func (m *pyModule) statements(from, to int, top bool) {
	for from < to {
		first := m.tokens[from]
		if first.kind == pyName && slices.Contains(pyCompound, first.text) {
			if colon := m.colon(from, to); colon < to && colon > from+1 || first.word("else") || first.word("try") || first.word("finally") || first.word("except") {
				m.header(from, min(colon, to))
				from, top = min(colon, to)+1, false
				continue
			}
		}
		end := m.find(from, to, ";")
		m.simple(from, end, top)
		from = end + 1
	}
}

// colon is the one that ends a compound statement's header.
func (m *pyModule) colon(from, to int) int {
	lambdas := 0
	for i := from; i < to; i = m.after(i) {
		switch {
		case m.tokens[i].word("lambda"):
			lambdas++
		case m.is(i, ":"):
			if lambdas--; lambdas < 0 {
				return i
			}
		case m.is(i, "=") && i == from+1:
			return to // a variable that has the name of a soft keyword
		}
	}
	return to
}

// header notes the names that the first line of a compound statement binds.
func (m *pyModule) header(from, to int) {
	if m.tokens[from].word("async") {
		from++
	}
	if from >= to {
		return
	}
	switch word := m.tokens[from].text; word {
	case "def", "class":
		if from+1 < to {
			m.bind(from + 1)
		}
	case "for", "case":
		for i := from + 1; i < to && (word == "case" || !m.tokens[i].word("in")); i++ {
			if m.tokens[i].kind == pyName {
				m.bind(i)
			}
		}
	}
	for i := from; i < to; i++ {
		if !m.tokens[i].word("as") || i+1 >= to {
			continue
		}
		end := m.after(i + 1)
		for j := i + 1; j < end && j < to; j++ {
			if m.tokens[j].kind == pyName {
				m.bind(j)
			}
		}
	}
}

// simple notes the names that a simple statement binds.
func (m *pyModule) simple(from, to int, top bool) {
	if from >= to {
		return
	}
	switch first := m.tokens[from]; {
	case first.word("import") || first.word("from"):
		m.imports(from, to)
		return
	case first.word("global") || first.word("nonlocal") || first.word("del"):
		m.targets(from+1, to)
		return
	}
	var equals []int
	for i := from; i < to; i = m.after(i) {
		t := m.tokens[i]
		if t.is("=") {
			equals = append(equals, i)
		} else if t.kind == pyOp && len(t.text) > 1 && strings.HasSuffix(t.text, "=") && !slices.Contains([]string{":=", "==", "!=", "<=", ">="}, t.text) {
			m.targets(from, i)
			return
		}
	}
	if len(equals) == 0 {
		return
	}
	begin := from
	for n, e := range equals {
		end := e
		if n == 0 {
			end = m.find(begin, e, ":") // of an annotation
		}
		m.targets(begin, end)
		if len(equals) == 1 && end == begin+1 && m.tokens[begin].kind == pyName {
			name := m.tokens[begin].text
			if _, ok := m.values[name]; !ok { // another makes it one of several
				m.order = append(m.order, name)
				m.values[name] = pyDefinition{begin, e + 1, to, top}
			}
		}
		begin = e + 1
	}
}

// targets notes the names of what is assigned to.
func (m *pyModule) targets(from, to int) {
	for i := from; i < to; i++ {
		switch t := m.tokens[i]; {
		case t.kind == pyName && i > from && m.is(i-1, "."):
		case t.kind == pyName && i+1 < to && (m.is(i+1, ".") || m.is(i+1, "[") || m.is(i+1, "(")):
			m.change(i)
		case t.kind == pyName:
			m.bind(i)
		case (t.is("[") || t.is("(")) && i > from && (m.tokens[i-1].kind == pyName || m.is(i-1, "]") || m.is(i-1, ")")):
			i = t.match // a subscript or a call
		}
	}
}

// imports notes the names that an import binds, and what they are of flytekit.
func (m *pyModule) imports(from, to int) {
	i := from + 1
	if m.tokens[from].word("from") {
		for i < to && !m.tokens[i].word("import") {
			i++
		}
		i++
	}
	for ; i < to; i++ {
		t := m.tokens[i]
		switch {
		case t.is("*"):
			m.stars = append(m.stars, i)
		case t.kind != pyName || m.is(i-1, ".") || t.text == "as":
		case i+2 < to && m.tokens[i+1].word("as"):
			alias := m.tokens[i+2].text
			if t.text == "ImageSpec" || t.text == "CopyFileDetection" {
				m.classes[alias] = t.text
			}
			m.bind(i + 2)
			i += 2
		default:
			m.bind(i)
		}
	}
}
