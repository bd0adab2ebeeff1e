package python

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Marker says in which environments a requirement applies. The zero value
// applies in all. Source:
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers.
type Marker struct{ root expression }

// expression is a node of a parsed marker.
type expression interface {
	holds(values map[string]string, env Environment) bool
	format(b *strings.Builder, inAnd bool)
}

// ParseMarker reads a marker: `python_version < "3.12" and extra == "dev"`. It
// refuses what could be parsed and never judged, so that Evaluate always can.
func ParseMarker(s string) (Marker, error) {
	p := markerParser{rest: s}
	root, err := p.or(0)
	if err == nil {
		if p.blanks(); p.rest != "" {
			err = fmt.Errorf("unexpected %q", head(p.rest))
		}
	}
	if err != nil {
		return Marker{}, fmt.Errorf("marker %q: %w", head(s), err)
	}
	return Marker{root: root}, nil
}

// head is the beginning of a text, for errors.
func head(s string) string {
	if len(s) <= 200 {
		return s
	}
	return strings.ToValidUTF8(s[:200], "") + "…"
}

// IsZero reports whether the marker applies everywhere because there is none.
func (m Marker) IsZero() bool { return m.root == nil }

// String writes the marker in its normal form, which parses to the same.
func (m Marker) String() string {
	if m.root == nil {
		return ""
	}
	var b strings.Builder
	m.root.format(&b, false)
	return b.String()
}

// Evaluate reports whether the marker applies. Where several extras are asked
// for it does so if it applies for one of them.
func (m Marker) Evaluate(env Environment) bool {
	if m.root == nil {
		return true
	}
	extras := env.Extras
	if len(extras) == 0 {
		extras = []string{""}
	}
	values := make(map[string]string, len(env.Values)+1)
	for k, v := range env.Values {
		values[k] = v
	}
	return slices.ContainsFunc(extras, func(extra string) bool {
		values["extra"] = NormalizeName(extra)
		return m.root.holds(values, env)
	})
}

type (
	conjunction []expression // and
	disjunction []expression // or
	comparison  struct {
		variable string // by its present name
		operator string // also "in" and "not in"
		text     string
		reversed bool // the text stands on the left
	}
)

func (c conjunction) holds(values map[string]string, env Environment) bool {
	return !slices.ContainsFunc(c, func(e expression) bool { return !e.holds(values, env) })
}

func (d disjunction) holds(values map[string]string, env Environment) bool {
	return slices.ContainsFunc(d, func(e expression) bool { return e.holds(values, env) })
}

func (c comparison) holds(values map[string]string, env Environment) bool {
	if set := c.set(env); set != nil {
		found := slices.ContainsFunc(*set, func(s string) bool { return NormalizeName(s) == c.text })
		return found == (c.operator == "in")
	}
	left, right := values[c.variable], c.text
	if c.reversed {
		left, right = right, left
	}
	if versioned[c.variable] && c.operator != "in" && c.operator != "not in" {
		if spec, err := parseSpecifier(c.operator + right); err == nil {
			v, err := ParseVersion(left)
			if err != nil {
				return c.operator == "===" && strings.EqualFold(left, right)
			}
			return spec.Contains(v)
		}
	}
	// Texts are equal or not; no order is defined for them.
	switch c.operator {
	case "==", "<=", ">=":
		return left == right
	case "!=":
		return left != right
	case "in":
		return strings.Contains(right, left)
	case "not in":
		return !strings.Contains(right, left)
	}
	return false
}

// set is the set that the comparison asks about, or nil.
func (c comparison) set(env Environment) *[]string {
	switch c.variable {
	case "extras":
		return &env.Extras
	case "dependency_groups":
		return &env.Groups
	}
	return nil
}

func (c conjunction) format(b *strings.Builder, _ bool) {
	for i, e := range c {
		if i > 0 {
			b.WriteString(" and ")
		}
		e.format(b, true)
	}
}

func (d disjunction) format(b *strings.Builder, inAnd bool) {
	if inAnd {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, e := range d {
		if i > 0 {
			b.WriteString(" or ")
		}
		e.format(b, false)
	}
}

func (c comparison) format(b *strings.Builder, _ bool) {
	quote := `"`
	if strings.Contains(c.text, quote) {
		quote = "'"
	}
	left, right := c.variable, quote+c.text+quote
	if c.reversed {
		left, right = right, left
	}
	b.WriteString(left + " " + c.operator + " " + right)
}

// versioned are the variables that are compared as versions where they can be.
var versioned = map[string]bool{"implementation_version": true, "platform_release": true, "python_full_version": true, "python_version": true}

// variables maps the names that markers use, old ones too, to the present ones.
var variables = map[string]string{
	"dependency_groups":              "dependency_groups",
	"extra":                          "extra",
	"extras":                         "extras",
	"implementation_name":            "implementation_name",
	"implementation_version":         "implementation_version",
	"os.name":                        "os_name",
	"os_name":                        "os_name",
	"platform.machine":               "platform_machine",
	"platform.python_implementation": "platform_python_implementation",
	"platform.version":               "platform_version",
	"platform_machine":               "platform_machine",
	"platform_python_implementation": "platform_python_implementation",
	"platform_release":               "platform_release",
	"platform_system":                "platform_system",
	"platform_version":               "platform_version",
	"python_full_version":            "python_full_version",
	"python_implementation":          "platform_python_implementation",
	"python_version":                 "python_version",
	"sys.platform":                   "sys_platform",
	"sys_platform":                   "sys_platform",
}

// maxNesting is how deep parentheses may go.
const maxNesting = 100

// markerParser reads a marker from the front of rest.
type markerParser struct{ rest string }

func (p *markerParser) blanks() { p.rest = strings.TrimLeft(p.rest, " \t") }

var word = regexp.MustCompile(`^[A-Za-z0-9_.]+`)

// word takes the next word if it is this one.
func (p *markerParser) word(w string) bool {
	p.blanks()
	if word.FindString(p.rest) != w {
		return false
	}
	p.rest = p.rest[len(w):]
	return true
}

func (p *markerParser) or(depth int) (expression, error) {
	return p.list("or", func() (expression, error) { return p.and(depth) }, func(e []expression) expression { return disjunction(e) })
}

func (p *markerParser) and(depth int) (expression, error) {
	return p.list("and", func() (expression, error) { return p.atom(depth) }, func(e []expression) expression { return conjunction(e) })
}

// list reads terms with an operator between them; one term stands for itself.
func (p *markerParser) list(operator string, term func() (expression, error), join func([]expression) expression) (expression, error) {
	var terms []expression
	for {
		e, err := term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, e)
		if !p.word(operator) {
			break
		}
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	return join(terms), nil
}

// atom reads a comparison or something in parentheses.
func (p *markerParser) atom(depth int) (expression, error) {
	p.blanks()
	rest, ok := strings.CutPrefix(p.rest, "(")
	if !ok {
		return p.comparison()
	}
	if depth == maxNesting {
		return nil, fmt.Errorf("parentheses are nested deeper than %d", maxNesting)
	}
	p.rest = rest
	e, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	p.blanks()
	if p.rest, ok = strings.CutPrefix(p.rest, ")"); !ok {
		return nil, errors.New("a parenthesis is not closed")
	}
	return e, nil
}

func (p *markerParser) comparison() (expression, error) {
	left, leftText, err := p.operand()
	if err != nil {
		return nil, err
	}
	operator, err := p.operator()
	if err != nil {
		return nil, err
	}
	right, rightText, err := p.operand()
	if err != nil {
		return nil, err
	}
	c := comparison{variable: left, operator: operator, text: rightText}
	switch {
	case left != "" && right != "":
		return nil, fmt.Errorf("%s and %s are both variables: one side is a text in quotes", left, right)
	case left == "" && right == "":
		return nil, fmt.Errorf("%q and %q are both texts: one side is a variable", leftText, rightText)
	case left == "":
		c = comparison{variable: right, operator: operator, text: leftText, reversed: true}
	}
	return c, c.check()
}

// check normalises names and refuses comparisons that have no meaning.
func (c *comparison) check() error {
	switch c.variable {
	case "extras", "dependency_groups":
		if !c.reversed || c.operator != "in" && c.operator != "not in" {
			return fmt.Errorf("%s is a set, to be used as in %q", c.variable, `"name" in `+c.variable)
		}
		c.text = NormalizeName(c.text)
	case "extra":
		c.text = NormalizeName(c.text)
	}
	if c.operator != "~=" && c.operator != "===" {
		return nil
	}
	if !versioned[c.variable] {
		return fmt.Errorf("%s compares versions, which %s is not", c.operator, c.variable)
	}
	if !c.reversed {
		if _, err := parseSpecifier(c.operator + c.text); err != nil {
			return err
		}
	}
	return nil
}

// operand reads a variable or a text in quotes; which it was not is "".
func (p *markerParser) operand() (variable, text string, err error) {
	p.blanks()
	if p.rest == "" {
		return "", "", errors.New("it ends where a variable or a text in quotes is expected")
	}
	if quote := p.rest[0]; quote == '"' || quote == '\'' {
		end := strings.IndexByte(p.rest[1:], quote)
		if end < 0 {
			return "", "", errors.New("a quote is not closed")
		}
		text, p.rest = p.rest[1:1+end], p.rest[2+end:]
		return "", text, nil
	}
	name := word.FindString(p.rest)
	if variable = variables[name]; variable == "" {
		return "", "", fmt.Errorf("%q is neither a variable nor a text in quotes", head(p.rest))
	}
	p.rest = p.rest[len(name):]
	return variable, "", nil
}

func (p *markerParser) operator() (string, error) {
	if p.word("in") {
		return "in", nil
	}
	if p.word("not") {
		if p.word("in") {
			return "not in", nil
		}
		return "", errors.New(`"not" is followed by "in" only`)
	}
	p.blanks()
	for _, op := range []string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"} {
		if rest, ok := strings.CutPrefix(p.rest, op); ok {
			p.rest = rest
			return op, nil
		}
	}
	return "", fmt.Errorf("%q is not a comparison", head(p.rest))
}
