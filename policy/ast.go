package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Pos is a place in a document.
type Pos struct {
	Offset int // zero-based, in bytes
	Line   int // one-based
	Column int // one-based, in characters
}

// Value is a string, number or boolean of a document with its place. The zero Value stands for an
// element that is absent: its Pos.Line is 0.
type Value struct {
	Text string // decoded; numbers and booleans keep their JSON text
	Pos  Pos
	End  int // offset just past the value, quotes included
	bare bool
}

// Present reports whether the value was in the document.
func (v Value) Present() bool { return v.Pos.Line > 0 }

// List is the value of an element that takes one string or several.
type List struct {
	Values []Value
	Pos    Pos
	single bool // written without brackets
}

// Element is Action, NotAction, Resource or NotResource.
type Element struct {
	Not bool // NotAction, NotResource
	List
}

// Policy is a document that [Parse] has read and compiled. It must not be modified; it is safe for
// concurrent use.
type Policy struct {
	Version    Value // Text is empty when the document does not say
	ID         Value
	Statements []Statement
	text       string
	single     bool     // Statement was an object, not a list
	code       *program // nil unless made by Parse
}

// Text returns the document exactly as it was given to [Parse].
func (p *Policy) Text() string { return p.text }

// String returns the document exactly as it was given to [Parse].
func (p *Policy) String() string { return p.text }

// variables reports whether ${...} means a policy variable in this document.
func (p *Policy) variables() bool { return p.Version.Text == version2012 }

const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// Statement is one statement of a policy.
type Statement struct {
	Pos        Pos // of the opening brace
	End        Pos // of the closing brace
	Sid        Value
	Effect     Value // as written; the grammar admits Allow and Deny in any case
	Principal  *Principals
	Action     *Element
	Resource   *Element
	Conditions []Condition // all must hold
}

// Deny reports whether the statement's effect is Deny.
func (s *Statement) Deny() bool { return strings.EqualFold(s.Effect.Text, "Deny") }

// Principals is a Principal or NotPrincipal element.
type Principals struct {
	Not    bool
	Groups []PrincipalGroup
	Pos    Pos
}

// PrincipalGroup is the part of a Principal element under one type.
type PrincipalGroup struct {
	Type Value // AWS, Service, Federated or CanonicalUser; empty for the bare string form, "*"
	List
	ids []string // what BindPrincipals made of the values, "" for those it left; nil when there are none
}

// Condition is one operator applied to one key.
type Condition struct {
	Operator Operator
	Key      Value // as written; keys compare without case
	List
	folded string // Key in lower case
}

// Operator is a condition operator with its qualifiers.
type Operator struct {
	Name Value // as written, such as ForAnyValue:StringLikeIfExists
	quantifier
	comparison
	negated  bool
	ifExists bool
}

// quantifier is the set operator in front of a condition operator.
type quantifier uint8

const (
	noQuantifier quantifier = iota
	forAnyValue
	forAllValues
)

// comparison is what a condition operator does, apart from its qualifiers.
type comparison uint8

const (
	noComparison comparison = iota
	stringEquals
	stringEqualsFold
	stringLike
	numericEquals
	numericLess
	numericLessEquals
	numericGreater
	numericGreaterEquals
	dateEquals
	dateLess
	dateLessEquals
	dateGreater
	dateGreaterEquals
	boolean
	binaryEquals
	ipAddress
	arnLike
	null
)

// numeric and date report the family of a comparison.
func (c comparison) numeric() bool { return numericEquals <= c && c <= numericGreaterEquals }
func (c comparison) date() bool    { return dateEquals <= c && c <= dateGreaterEquals }

// variables reports whether the operator resolves policy variables in its values.
func (c comparison) variables() bool {
	return stringEquals <= c && c <= stringLike || c == arnLike || c == boolean
}

// parseOperator splits an operator name into its parts. Names are case-sensitive, as IAM checks them.
func parseOperator(name string) (op Operator, ok bool) {
	base := name
	if rest, found := strings.CutPrefix(base, "ForAnyValue:"); found {
		op.quantifier, base = forAnyValue, rest
	} else if rest, found := strings.CutPrefix(base, "ForAllValues:"); found {
		op.quantifier, base = forAllValues, rest
	}
	base, op.ifExists = strings.CutSuffix(base, "IfExists")
	switch base {
	case "StringEquals":
		op.comparison = stringEquals
	case "StringNotEquals":
		op.comparison, op.negated = stringEquals, true
	case "StringEqualsIgnoreCase":
		op.comparison = stringEqualsFold
	case "StringNotEqualsIgnoreCase":
		op.comparison, op.negated = stringEqualsFold, true
	case "StringLike":
		op.comparison = stringLike
	case "StringNotLike":
		op.comparison, op.negated = stringLike, true
	case "NumericEquals":
		op.comparison = numericEquals
	case "NumericNotEquals":
		op.comparison, op.negated = numericEquals, true
	case "NumericLessThan":
		op.comparison = numericLess
	case "NumericLessThanEquals":
		op.comparison = numericLessEquals
	case "NumericGreaterThan":
		op.comparison = numericGreater
	case "NumericGreaterThanEquals":
		op.comparison = numericGreaterEquals
	case "DateEquals":
		op.comparison = dateEquals
	case "DateNotEquals":
		op.comparison, op.negated = dateEquals, true
	case "DateLessThan":
		op.comparison = dateLess
	case "DateLessThanEquals":
		op.comparison = dateLessEquals
	case "DateGreaterThan":
		op.comparison = dateGreater
	case "DateGreaterThanEquals":
		op.comparison = dateGreaterEquals
	case "Bool":
		op.comparison = boolean
	case "BinaryEquals":
		op.comparison = binaryEquals
	case "IpAddress":
		op.comparison = ipAddress
	case "NotIpAddress":
		op.comparison, op.negated = ipAddress, true
	case "ArnEquals", "ArnLike":
		op.comparison = arnLike
	case "ArnNotEquals", "ArnNotLike":
		op.comparison, op.negated = arnLike, true
	case "Null":
		op.comparison = null
	default:
		return Operator{}, false
	}
	return op, !(op.comparison == null && op.ifExists)
}

// SyntaxError is a document that does not follow the grammar of the policy language. IAM answers such
// a document with "Syntax errors in policy."
type SyntaxError struct {
	Line   int // one-based
	Column int // one-based, in characters
	Offset int // zero-based, in bytes
	Msg    string

	notJSON bool // the document is not even JSON
}

// Error returns "line:column: message".
func (e *SyntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Msg) }

// MarshalJSON returns the document without white space and with the elements in the order of AWS's
// grammar. Parsing the result gives an equal policy but for the positions.
func (p *Policy) MarshalJSON() ([]byte, error) {
	var b printer
	b.open('{')
	b.value("Version", p.Version)
	b.value("Id", p.ID)
	b.key("Statement")
	if p.single {
		b.statement(&p.Statements[0])
	} else {
		b.open('[')
		for i := range p.Statements {
			b.comma()
			b.statement(&p.Statements[i])
		}
		b.close(']')
	}
	b.close('}')
	return b.buf, nil
}

// printer writes compact JSON.
type printer struct {
	buf []byte
}

func (b *printer) open(c byte)  { b.buf = append(b.buf, c) }
func (b *printer) close(c byte) { b.buf = append(b.buf, c) }

// comma separates from the previous member, if there is one.
func (b *printer) comma() {
	if last := b.buf[len(b.buf)-1]; last != '{' && last != '[' {
		b.buf = append(b.buf, ',')
	}
}

func (b *printer) key(k string) {
	b.comma()
	b.text(k)
	b.buf = append(b.buf, ':')
}

func (b *printer) text(s string) {
	quoted, _ := json.Marshal(s) // marshalling a string cannot fail
	b.buf = append(b.buf, quoted...)
}

func (b *printer) scalar(v Value) {
	if v.bare {
		b.buf = append(b.buf, v.Text...)
		return
	}
	b.text(v.Text)
}

func (b *printer) value(k string, v Value) {
	if v.Present() {
		b.key(k)
		b.scalar(v)
	}
}

func (b *printer) list(l List) {
	if l.single {
		b.scalar(l.Values[0])
		return
	}
	b.open('[')
	for i, v := range l.Values {
		if i > 0 {
			b.buf = append(b.buf, ',')
		}
		b.scalar(v)
	}
	b.close(']')
}

func (b *printer) element(name string, e *Element) {
	if e == nil {
		return
	}
	if e.Not {
		name = "Not" + name
	}
	b.key(name)
	b.list(e.List)
}

func (b *printer) principals(p *Principals) {
	if p == nil {
		return
	}
	if p.Not {
		b.key("NotPrincipal")
	} else {
		b.key("Principal")
	}
	if len(p.Groups) == 1 && !p.Groups[0].Type.Present() {
		b.list(p.Groups[0].List)
		return
	}
	b.open('{')
	for _, g := range p.Groups {
		b.key(g.Type.Text)
		b.list(g.List)
	}
	b.close('}')
}

func (b *printer) statement(s *Statement) {
	b.open('{')
	b.value("Sid", s.Sid)
	b.value("Effect", s.Effect)
	b.principals(s.Principal)
	b.element("Action", s.Action)
	b.element("Resource", s.Resource)
	if len(s.Conditions) > 0 {
		b.key("Condition")
		b.open('{')
		for i := range s.Conditions {
			c := &s.Conditions[i]
			if i == 0 || s.Conditions[i-1].Operator.Name.Text != c.Operator.Name.Text {
				if i > 0 {
					b.close('}')
				}
				b.key(c.Operator.Name.Text)
				b.open('{')
			}
			b.key(c.Key.Text)
			b.list(c.List)
		}
		b.close('}')
		b.close('}')
	}
	b.close('}')
}
