package policy

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
)

// test is the compiled form of a condition: its operator, its key in lower case, and its values in the
// form that the operator compares.
type test struct {
	comparison
	quantifier
	negated  bool
	ifExists bool
	// broken means that AWS refuses a value on write. The test then fails in an Allow, and holds in a Deny.
	broken bool
	truths [2]bool // which of false and true are among the values of Bool and Null
	key    string
	texts  []pattern    // the values of the String and Arn operators, and of Bool those with variables
	typed  *typedValues // the values of the others
}

// typedValues are the values of a test by type, all of the same one.
type typedValues struct {
	numbers  []decimal
	times    []instant
	networks []network
	blobs    [][]byte
}

// compileTest compiles a condition. variables says whether the document resolves policy variables.
func compileTest(c *Condition, variables bool) test {
	t := test{
		comparison: c.Operator.comparison, quantifier: c.Operator.quantifier,
		negated: c.Operator.negated, ifExists: c.Operator.ifExists, key: c.folded, typed: new(typedValues),
	}
	variables = variables && c.Operator.variables()
	for i := range c.Values {
		if !t.add(c.Values[i].Text, variables) {
			t.broken = true
		}
	}
	return t
}

// add compiles a value. ok is false when it is one that AWS refuses; other values that are not of the
// operator's type match nothing.
func (t *test) add(value string, variables bool) (ok bool) {
	switch op := t.comparison; {
	case op.numeric():
		var d decimal
		d, ok = parseDecimal(value)
		t.typed.numbers = append(t.typed.numbers, d)
		return ok
	case op.date():
		var at instant
		at, ok = parseInstant(value)
		t.typed.times = append(t.typed.times, at)
		return ok
	case op == ipAddress:
		var prefix netip.Prefix
		prefix, ok = parseNetwork(value)
		t.typed.networks = append(t.typed.networks, compileNetwork(prefix))
		return ok
	case op == binaryEquals:
		blob, err := base64.StdEncoding.DecodeString(value)
		t.typed.blobs = append(t.typed.blobs, blob)
		return err == nil
	case op == boolean || op == null:
		if b, isBool := parseBool(value); isBool {
			t.truths[bit(b)] = true
		} else if variables {
			t.texts = append(t.texts, compileText(value, true))
		}
	case op == stringLike:
		t.texts = append(t.texts, compileGlob(value, variables))
	case op == arnLike:
		t.texts = append(t.texts, compileARN(value, variables))
	default:
		t.texts = append(t.texts, compileText(value, variables))
	}
	return true
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// holds reports whether the condition holds in a context.
func (t *test) holds(ctx Context, deny bool) bool {
	if t.broken {
		return deny
	}
	values := ctx[t.key]
	if len(values) == 1 && t.quantifier == noQuantifier && t.comparison != null {
		return t.value(values[0], ctx)
	}
	if t.comparison == null {
		return t.truths[bit(len(values) == 0)]
	}
	if len(values) == 0 {
		switch {
		case t.ifExists:
			return true
		case t.quantifier == noQuantifier:
			return t.negated
		default:
			return t.quantifier == forAllValues
		}
	}
	switch t.quantifier {
	case forAnyValue:
		return slices.ContainsFunc(values, func(v string) bool { return t.value(v, ctx) })
	case forAllValues:
		return !slices.ContainsFunc(values, func(v string) bool { return !t.value(v, ctx) })
	default:
		// Without a set operator a key with several values matches nothing, negated or not.
		return len(values) == 1 && t.value(values[0], ctx)
	}
}

// value applies the operator to one value of the request. A value that is not of the operator's type
// fails both an operator and its negation.
func (t *test) value(actual string, ctx Context) bool {
	found, ok := false, true
	switch t.comparison {
	case stringEquals, stringLike:
		found = t.findText(actual, ctx)
	case stringEqualsFold:
		found = t.findFolded(actual, ctx)
	case numericEquals, numericLess, numericLessEquals, numericGreater, numericGreaterEquals:
		found, ok = t.findNumber(actual)
	case dateEquals, dateLess, dateLessEquals, dateGreater, dateGreaterEquals:
		found, ok = t.findTime(actual)
	case boolean:
		found, ok = t.findTruth(actual, ctx)
	case binaryEquals:
		found, ok = t.findBlob(actual)
	case ipAddress:
		found, ok = t.findAddress(actual)
	case arnLike:
		ok = isARN(actual)
		found = ok && t.findText(actual, ctx)
	}
	return ok && found != t.negated
}

// The functions below report whether a value of the request matches any value of the policy. ok is false
// when it is not of the operator's type.

func (t *test) findText(actual string, ctx Context) bool {
	for i := range t.texts {
		if p := &t.texts[i]; p.text == actual && p.kind == patternExact || p.match(actual, ctx) {
			return true
		}
	}
	return false
}

func (t *test) findFolded(actual string, ctx Context) bool {
	for i := range t.texts {
		if want, ok := t.texts[i].expand(ctx); ok && strings.EqualFold(want, actual) {
			return true
		}
	}
	return false
}

func (t *test) findNumber(actual string) (found, ok bool) {
	d, ok := parseDecimal(actual)
	return ok && slices.ContainsFunc(t.typed.numbers, func(want decimal) bool {
		return ordered(t.comparison-numericEquals, d.compare(want))
	}), ok
}

func (t *test) findTime(actual string) (found, ok bool) {
	at, ok := parseInstant(actual)
	return ok && slices.ContainsFunc(t.typed.times, func(want instant) bool {
		return ordered(t.comparison-dateEquals, at.compare(want))
	}), ok
}

func (t *test) findAddress(actual string) (found, ok bool) {
	addr, ok := parseAddress(actual)
	for i := range t.typed.networks {
		if ok && t.typed.networks[i].contains(addr) {
			return true, true
		}
	}
	return false, ok
}

func (t *test) findTruth(actual string, ctx Context) (found, ok bool) {
	b, ok := parseBool(actual)
	return ok && (t.truths[bit(b)] || len(t.texts) > 0 && t.findFolded(actual, ctx)), ok
}

func (t *test) findBlob(actual string) (found, ok bool) {
	blob, err := base64.StdEncoding.DecodeString(actual)
	return slices.ContainsFunc(t.typed.blobs, func(want []byte) bool { return bytes.Equal(want, blob) }), err == nil
}

// ordered applies an operator of the numeric or date family, counted from its Equals, to the result of
// a comparison.
func ordered(op comparison, c int) bool {
	switch numericEquals + op {
	case numericLess:
		return c < 0
	case numericLessEquals:
		return c <= 0
	case numericGreater:
		return c > 0
	case numericGreaterEquals:
		return c >= 0
	default:
		return c == 0
	}
}

// address is an IP address in the form that networks are matched with.
type address struct {
	high, low uint64
	v4        bool
}

func compileAddress(addr netip.Addr) address {
	if addr.Is4() {
		b := addr.As4()
		return address{low: uint64(binary.BigEndian.Uint32(b[:])), v4: true}
	}
	b := addr.As16()
	return address{high: binary.BigEndian.Uint64(b[:8]), low: binary.BigEndian.Uint64(b[8:])}
}

func parseAddress(s string) (address, bool) {
	if v4, ok := parseIPv4(s); ok {
		return address{low: uint64(v4), v4: true}, true
	}
	addr, ok := parseAddr(s)
	return compileAddress(addr), ok
}

// network is a compiled CIDR block: [netip.Prefix.Contains] works its mask out on every call.
type network struct {
	address
	highMask, lowMask uint64
}

func compileNetwork(p netip.Prefix) network {
	n := network{address: compileAddress(p.Addr())}
	bits := p.Bits()
	if n.v4 {
		bits += 128 - 32
	}
	n.highMask = ^uint64(0) << max(0, 64-bits)
	n.lowMask = ^uint64(0) << min(64, 128-bits)
	return n
}

// contains reports whether an address is in the network. Families never match each other.
func (n *network) contains(a address) bool {
	return (n.high^a.high)&n.highMask|(n.low^a.low)&n.lowMask == 0 && n.v4 == a.v4
}
