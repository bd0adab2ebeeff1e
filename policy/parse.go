package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Parse reads a policy document. It checks everything that holds for all kinds of policy: JSON, the
// names and shapes of the elements, Version, Effect and the condition operators. It rejects duplicate
// keys and anything after the document. What depends on the kind of policy, or is about the meaning of
// a value, is left to [Policy.Validate].
//
// The error is a *[SyntaxError].
func Parse(doc []byte) (*Policy, error) {
	p := &parser{scanner: newScanner(string(doc))}
	pol := &Policy{text: p.src}
	if err := p.document(pol); err != nil {
		var syntax *SyntaxError
		if errors.As(err, &syntax) {
			syntax.notJSON = !json.Valid(doc)
		}
		return nil, err
	}
	pol.code = compile(pol)
	return pol, nil
}

type parser struct {
	*scanner
}

// object reads an object, calling member with each key; the current token is then the first of the
// value, and member leaves the last of the value current. On return the closing brace is current.
func (p *parser) object(what string, member func(key Value) error) error {
	if !p.is('{') {
		return p.errorAt(p.pos, "%s must be an object, not %s", what, p.describe())
	}
	seen := make(map[string]bool)
	if err := p.next(); err != nil {
		return err
	}
	for first := true; !p.is('}'); first = false {
		if !first {
			if !p.is(',') {
				return p.errorAt(p.pos, "expected ',' or '}' in %s, not %s", what, p.describe())
			}
			if err := p.next(); err != nil {
				return err
			}
		}
		if p.kind != tokenString {
			return p.errorAt(p.pos, "expected a key in %s, not %s", what, p.describe())
		}
		key := p.scalar()
		if seen[key.Text] {
			return p.errorAt(key.Pos, "duplicate key %q in %s", key.Text, what)
		}
		seen[key.Text] = true
		if err := p.next(); err != nil {
			return err
		}
		if !p.is(':') {
			return p.errorAt(p.pos, "expected ':' after %q, not %s", key.Text, p.describe())
		}
		if err := p.next(); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

// array reads an array, calling item with the first token of each value current; item leaves the last
// one current. On return the closing bracket is current.
func (p *parser) array(what string, item func() error) error {
	if err := p.next(); err != nil {
		return err
	}
	for first := true; !p.is(']'); first = false {
		if !first {
			if !p.is(',') {
				return p.errorAt(p.pos, "expected ',' or ']' in %s, not %s", what, p.describe())
			}
			if err := p.next(); err != nil {
				return err
			}
		}
		if err := item(); err != nil {
			return err
		}
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

// scalar returns the current token as a value.
func (p *parser) scalar() Value {
	return Value{Text: p.text, Pos: p.pos, End: p.end, bare: p.kind != tokenString}
}

func (p *parser) str(what string) (Value, error) {
	if p.kind != tokenString {
		return Value{}, p.errorAt(p.pos, "%s must be a string, not %s", what, p.describe())
	}
	return p.scalar(), nil
}

// strings reads a string or a list of strings. AWS tolerates null in such lists; it is dropped.
func (p *parser) strings(what string) (List, error) {
	l := List{Pos: p.pos}
	if p.kind == tokenString {
		l.Values, l.single = []Value{p.scalar()}, true
		return l, nil
	}
	if !p.is('[') {
		return l, p.errorAt(p.pos, "%s must be a string or a list of strings, not %s", what, p.describe())
	}
	err := p.array(what, func() error {
		if p.kind == tokenNull {
			return nil
		}
		v, err := p.str("every item of " + what)
		l.Values = append(l.Values, v)
		return err
	})
	return l, err
}

func (p *parser) document(pol *Policy) error {
	if err := p.next(); err != nil {
		return err
	}
	start := p.pos
	err := p.object("the policy", func(key Value) (err error) {
		switch key.Text {
		case "Version":
			if pol.Version, err = p.str("Version"); err != nil {
				return err
			}
			if v := pol.Version; v.Text != version2008 && v.Text != version2012 {
				return p.errorAt(v.Pos, "Version must be %q or %q, not %q", version2012, version2008, v.Text)
			}
		case "Id":
			pol.ID, err = p.str("Id")
		case "Statement":
			if p.is('[') {
				err = p.array("Statement", func() error { return p.statement(pol) })
			} else {
				pol.single = true
				err = p.statement(pol)
			}
			if err == nil && len(pol.Statements) == 0 {
				return p.errorAt(p.pos, "Statement is an empty list")
			}
		default:
			return p.unknown(key, "the policy", "Version", "Id", "Statement")
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(pol.Statements) == 0 {
		return p.errorAt(start, "the policy has no Statement")
	}
	if err := p.next(); err != nil {
		return err
	}
	if p.kind != tokenEOF {
		return p.errorAt(p.pos, "unexpected %s after the policy", p.describe())
	}
	return nil
}

// unknown reports a key that is not one of the known ones, with the one that was probably meant.
func (p *parser) unknown(key Value, what string, known ...string) error {
	hint := ""
	for _, k := range known {
		if strings.EqualFold(k, key.Text) || strings.EqualFold(k+"s", key.Text) {
			hint = fmt.Sprintf("; did you mean %q?", k)
		}
	}
	return p.errorAt(key.Pos, "unknown element %q in %s%s", key.Text, what, hint)
}

func (p *parser) statement(pol *Policy) error {
	st := Statement{Pos: p.pos}
	err := p.object("a statement", func(key Value) (err error) {
		switch key.Text {
		case "Sid":
			st.Sid, err = p.str("Sid")
		case "Effect":
			if st.Effect, err = p.str("Effect"); err != nil {
				return err
			}
			if e := st.Effect; !strings.EqualFold(e.Text, "Allow") && !strings.EqualFold(e.Text, "Deny") {
				return p.errorAt(e.Pos, "Effect must be \"Allow\" or \"Deny\", not %q", e.Text)
			}
		case "Principal", "NotPrincipal":
			if st.Principal != nil {
				return p.errorAt(key.Pos, "a statement cannot have both Principal and NotPrincipal")
			}
			st.Principal, err = p.principals(key)
		case "Action", "NotAction":
			err = p.element(&st.Action, key)
		case "Resource", "NotResource":
			err = p.element(&st.Resource, key)
		case "Condition":
			st.Conditions, err = p.conditions()
		default:
			return p.unknown(key, "a statement", "Sid", "Effect", "Principal", "NotPrincipal",
				"Action", "NotAction", "Resource", "NotResource", "Condition")
		}
		return err
	})
	if err != nil {
		return err
	}
	if !st.Effect.Present() {
		return p.errorAt(st.Pos, "the statement has no Effect")
	}
	st.End = p.pos
	pol.Statements = append(pol.Statements, st)
	return nil
}

func (p *parser) element(to **Element, key Value) error {
	name, not := strings.CutPrefix(key.Text, "Not")
	if *to != nil {
		return p.errorAt(key.Pos, "a statement cannot have both %s and Not%s", name, name)
	}
	l, err := p.strings(key.Text)
	*to = &Element{Not: not, List: l}
	return err
}

func (p *parser) principals(key Value) (*Principals, error) {
	pr := &Principals{Not: key.Text == "NotPrincipal", Pos: p.pos}
	if p.kind == tokenString {
		l, err := p.strings(key.Text)
		pr.Groups = []PrincipalGroup{{List: l}}
		return pr, err
	}
	if !p.is('{') {
		return nil, p.errorAt(p.pos, "%s must be \"*\" or an object, not %s", key.Text, p.describe())
	}
	return pr, p.object(key.Text, func(typ Value) error {
		l, err := p.strings(fmt.Sprintf("%s %q", key.Text, typ.Text))
		pr.Groups = append(pr.Groups, PrincipalGroup{Type: typ, List: l})
		return err
	})
}

func (p *parser) conditions() ([]Condition, error) {
	var all []Condition
	err := p.object("Condition", func(name Value) error {
		op, known := parseOperator(name.Text)
		op.Name = name
		return p.object(fmt.Sprintf("Condition %q", name.Text), func(key Value) error {
			// AWS lets an operator it does not know pass as long as nothing is asked of it.
			if !known {
				return p.errorAt(name.Pos, "unknown condition operator %q", name.Text)
			}
			l, err := p.operands(key)
			all = append(all, Condition{Operator: op, Key: key, List: l, folded: strings.ToLower(key.Text)})
			return err
		})
	})
	return all, err
}

// operands reads the values of a condition key: strings, numbers and booleans, one or a list.
func (p *parser) operands(key Value) (List, error) {
	l := List{Pos: p.pos}
	scalar := func() error {
		if p.kind != tokenString && p.kind != tokenNumber && p.kind != tokenBool {
			return p.errorAt(p.pos, "a value of condition key %q must be a string, number or boolean, not %s",
				key.Text, p.describe())
		}
		l.Values = append(l.Values, p.scalar())
		return nil
	}
	if p.is('[') {
		err := p.array(fmt.Sprintf("condition key %q", key.Text), scalar)
		return l, err
	}
	l.single = true
	err := scalar()
	return l, err
}
