package policy

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strings"
)

// holds reports whether a condition holds in a context. variables says whether the document resolves
// policy variables.
func (c *Condition) holds(ctx Context, variables bool) bool {
	values := ctx[c.folded]
	if c.Operator.comparison == null {
		return c.matchNull(len(values) == 0)
	}
	if len(values) == 0 {
		switch {
		case c.Operator.ifExists:
			return true
		case c.Operator.quantifier == noQuantifier:
			return c.Operator.negated
		default:
			return c.Operator.quantifier == forAllValues
		}
	}
	switch c.Operator.quantifier {
	case forAnyValue:
		for _, v := range values {
			if c.test(v, ctx, variables) {
				return true
			}
		}
		return false
	case forAllValues:
		for _, v := range values {
			if !c.test(v, ctx, variables) {
				return false
			}
		}
		return true
	default:
		// Without a set operator a key with several values matches nothing, negated or not.
		return len(values) == 1 && c.test(values[0], ctx, variables)
	}
}

// matchNull implements Null: "true" asks for the key to be absent, "false" for it to be present.
func (c *Condition) matchNull(absent bool) bool {
	for _, want := range c.Values {
		if b, ok := parseBool(want.Text); ok && b == absent {
			return true
		}
	}
	return false
}

// operand is a value of the request in the form its operator compares.
type operand struct {
	text    string
	number  decimal
	time    instant
	truth   bool
	binary  []byte
	address netip.Addr
	arn     arnParts
}

// parse reads a value of the request. ok is false when it is not of the operator's type: such a value
// fails both an operator and its negation.
func (o *operand) parse(c comparison, text string) (ok bool) {
	switch {
	case c.numeric():
		o.number, ok = parseDecimal(text)
	case c.date():
		o.time, ok = parseInstant(text)
	case c == boolean:
		o.truth, ok = parseBool(text)
	case c == binaryEquals:
		var err error
		o.binary, err = base64.StdEncoding.DecodeString(text)
		ok = err == nil
	case c == ipAddress:
		o.address, ok = parseAddr(text)
	case c == arnLike:
		var n int
		o.arn, n = splitARN(text)
		ok = n == len(o.arn)
	default:
		o.text, ok = text, true
	}
	return ok
}

// test compares one value of the request with the values of the condition, of which any may match.
func (c *Condition) test(value string, ctx Context, variables bool) bool {
	var actual operand
	op := c.Operator.comparison
	if !actual.parse(op, value) {
		return false
	}
	variables = variables && op.variables()
	for i := range c.Values {
		want := c.Values[i].Text
		if variables {
			var ok bool
			if want, ok = resolve(want, ctx, op == stringLike || op == arnLike); !ok {
				continue
			}
		}
		if actual.matches(op, want) {
			return !c.Operator.negated
		}
	}
	return c.Operator.negated
}

// matches compares the operand with one value of the policy, which matches nothing when it is malformed.
func (o *operand) matches(op comparison, want string) bool {
	switch {
	case op.numeric():
		d, ok := parseDecimal(want)
		return ok && ordered(op-numericEquals, o.number.compare(d))
	case op.date():
		t, ok := parseInstant(want)
		return ok && ordered(op-dateEquals, o.time.compare(t))
	}
	switch op {
	case stringEqualsFold:
		return strings.EqualFold(o.text, want)
	case stringLike:
		return glob(want, o.text, false)
	case boolean:
		b, ok := parseBool(want)
		return ok && b == o.truth
	case binaryEquals:
		b, err := base64.StdEncoding.DecodeString(want)
		return err == nil && bytes.Equal(b, o.binary)
	case ipAddress:
		network, ok := parseNetwork(want)
		return ok && network.Contains(o.address)
	case arnLike:
		if stars(want) {
			return true
		}
		pattern, n := splitARN(want)
		return n == len(pattern) && pattern.match(n, &o.arn)
	default:
		return o.text == want
	}
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
