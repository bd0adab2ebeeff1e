package awsapi

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// validator checks structures of one Go type against the constraints of the model.
type validator struct {
	members []memberCheck
}

type memberCheck struct {
	index int
	path  string // name on the wire, first letter in lower case
	check check
}

// check is a compiled shape.Rule for values of one Go type.
type check struct {
	rule    shape.Rule
	pattern *regexp.Regexp // nil: anything
	nested  *validator     // of structures
	key     *check         // of maps
	elem    *check         // of lists and maps
}

// compiler makes validators; recursive types refer to themselves through types.
type compiler struct {
	constraints shape.Constraints
	types       map[reflect.Type]*validator
	patterns    map[string]*regexp.Regexp
}

func newCompiler(c shape.Constraints) *compiler {
	return &compiler{constraints: c, types: make(map[reflect.Type]*validator), patterns: make(map[string]*regexp.Regexp)}
}

// validator returns the validator of structure type t.
func (c *compiler) validator(t reflect.Type) *validator {
	if v, ok := c.types[t]; ok {
		return v
	}
	v := new(validator)
	c.types[t] = v
	rules := c.constraints[t.Name()]
	for f := range t.Fields() {
		var rule shape.Rule
		if i := slices.IndexFunc(rules, func(m shape.Member) bool { return m.Field == f.Name }); i >= 0 {
			rule = rules[i].Rule
		}
		if k := c.check(f.Type, rule); k != nil {
			v.members = append(v.members, memberCheck{f.Index[0], lowerFirst(wireName(f)), *k})
		}
	}
	return v
}

// check compiles the rule for values of type t; nil means there is nothing to check.
func (c *compiler) check(t reflect.Type, rule shape.Rule) *check {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	k := &check{rule: rule}
	empty := !rule.Required && rule.Min == nil && rule.Max == nil && rule.Pattern == nil && rule.Enum == nil
	if p := rule.Pattern; p != nil {
		if c.patterns[p.Go] == nil {
			c.patterns[p.Go] = regexp.MustCompile(p.Go)
		}
		k.pattern = c.patterns[p.Go]
	}
	switch {
	case t == timeType || t == bytesType:
	case t.Kind() == reflect.Struct:
		k.nested = c.validator(t)
		empty = false
	case t.Kind() == reflect.Slice:
		k.elem = c.check(t.Elem(), value(rule.Elem))
	case t.Kind() == reflect.Map:
		k.key = c.check(t.Key(), value(rule.Key))
		k.elem = c.check(t.Elem(), value(rule.Elem))
	}
	if empty && k.elem == nil && k.key == nil {
		return nil
	}
	return k
}

func value(r *shape.Rule) shape.Rule {
	if r == nil {
		return shape.Rule{}
	}
	return *r
}

// violation is a constraint that a value does not satisfy.
type violation struct {
	path       string
	value      string // quoted for the message, with a leading blank; empty when it is not to be shown
	constraint string // "Member must …"
	pattern    string // source of the pattern that does not match, if it is that
}

// maxViolations bounds how many a message lists.
const maxViolations = 20

// violations returns what is wrong with the structure v, in the order of the model.
func (d *validator) violations(v reflect.Value, prefix string) []violation {
	var all []violation
	for _, m := range d.members {
		all = append(all, m.check.violations(v.Field(m.index), prefix+m.path)...)
		if len(all) >= maxViolations {
			return all[:maxViolations]
		}
	}
	return all
}

func (k *check) violations(v reflect.Value, path string) []violation {
	if isNil(v) {
		if k.rule.Required {
			return []violation{{path: path, constraint: "Member must not be null"}}
		}
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	all := k.own(v, path)
	switch {
	case k.nested != nil:
		all = append(all, k.nested.violations(v, path+".")...)
	case v.Kind() == reflect.Slice && k.elem != nil:
		for i := range v.Len() {
			if k.elem.nested != nil {
				all = append(all, k.elem.violations(v.Index(i), path+"."+strconv.Itoa(i+1)+".member")...)
			} else if len(k.elem.own(v.Index(i), "")) > 0 {
				// AWS names the list and everything its elements have to satisfy.
				return append(all, violation{path: path, value: k.elem.quoteList(v), constraint: "Member must satisfy constraint: " + k.elem.all()})
			}
			if len(all) >= maxViolations {
				return all
			}
		}
	case v.Kind() == reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if k.key != nil && len(k.key.own(it.Key(), "")) > 0 {
				return append(all, violation{path: path, constraint: "Map keys must satisfy constraint: " + k.key.all()})
			}
			if k.elem != nil && k.elem.nested == nil && len(k.elem.own(it.Value(), "")) > 0 {
				return append(all, violation{path: path, constraint: "Map value must satisfy constraint: " + k.elem.all()})
			}
		}
	}
	return all
}

// own returns what is wrong with v itself, apart from its members or elements.
func (k *check) own(v reflect.Value, path string) []violation {
	var all []violation
	add := func(constraint, pattern string) {
		all = append(all, violation{path: path, value: k.quote(v), constraint: constraint, pattern: pattern})
	}
	size, measured := measure(v)
	if measured && k.rule.Min != nil && size < *k.rule.Min {
		add(bound(v.Kind(), "greater", *k.rule.Min), "")
	}
	if measured && k.rule.Max != nil && size > *k.rule.Max {
		add(bound(v.Kind(), "less", *k.rule.Max), "")
	}
	if v.Kind() == reflect.String {
		if k.pattern != nil && !k.pattern.MatchString(v.String()) {
			add("Member must satisfy regular expression pattern: "+k.rule.Pattern.Source, k.rule.Pattern.Source)
		}
		if k.rule.Enum != nil && !slices.Contains(k.rule.Enum, v.String()) {
			all = append(all, violation{path: path, constraint: enumeration(k.rule.Enum)})
		}
	}
	return all
}

// all lists every constraint on an element.
func (k *check) all() string {
	var parts []string
	if k.rule.Max != nil {
		parts = append(parts, bound(reflect.String, "less", *k.rule.Max))
	}
	if k.rule.Min != nil {
		parts = append(parts, bound(reflect.String, "greater", *k.rule.Min))
	}
	if k.pattern != nil {
		parts = append(parts, "Member must satisfy regular expression pattern: "+k.rule.Pattern.Source)
	}
	if k.rule.Enum != nil {
		parts = append(parts, enumeration(k.rule.Enum))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func enumeration(values []string) string {
	return "Member must satisfy enum value set: [" + strings.Join(values, ", ") + "]"
}

func bound(kind reflect.Kind, than string, n int64) string {
	what := "length"
	switch kind {
	case reflect.Int32, reflect.Int64, reflect.Float64:
		what = "value"
	}
	return fmt.Sprintf("Member must have %s %s than or equal to %d", what, than, n)
}

// measure returns what bounds apply to: the value of a number, the length of anything else that has one.
func measure(v reflect.Value) (int64, bool) {
	switch v.Kind() {
	case reflect.String:
		return int64(utf8.RuneCountInString(v.String())), true
	case reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Slice, reflect.Map:
		return int64(v.Len()), true
	}
	return 0, false
}

// quote shows a value in a message, in AWS's form.
func (k *check) quote(v reflect.Value) string {
	if k.rule.Sensitive {
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		return " '" + clip(v.String()) + "'"
	case reflect.Int32, reflect.Int64:
		return " '" + strconv.FormatInt(v.Int(), 10) + "'"
	}
	return ""
}

func (k *check) quoteList(v reflect.Value) string {
	if k.rule.Sensitive || v.Type().Elem().Kind() != reflect.String {
		return ""
	}
	var elems []string
	for i := range v.Len() {
		elems = append(elems, v.Index(i).String())
	}
	return " '[" + clip(strings.Join(elems, ", ")) + "]'"
}

// clip bounds how much of a caller's value a message repeats.
func clip(s string) string {
	const limit = 1024
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil()
	}
	return false
}

// invalid returns the error for input with violations, in the words of the service.
func invalid(s *shape.Service, vs []violation) *Error {
	if _, ok := s.Error(codeInvalidInput); ok {
		return invalidInput(vs[0])
	}
	if s.Protocol == shape.JSON11 {
		v := vs[0]
		if v.pattern != "" {
			// The missing quote is AWS's.
			return InvalidParameter(v.path, "must satisfy regular expression '"+v.pattern)
		}
		return InvalidParameter(v.path, v.constraint)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d validation error", len(vs))
	if len(vs) > 1 {
		b.WriteByte('s')
	}
	b.WriteString(" detected: ")
	for i, v := range vs {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "Value%s at '%s' failed to satisfy constraint: %s", v.value, v.path, v.constraint)
	}
	return &Error{Code: "ValidationError", Message: b.String()}
}

const codeInvalidInput = "InvalidInputException"

// invalidInput is the error of AWS Organizations, which gives the kind of constraint but neither member nor value.
func invalidInput(v violation) *Error {
	e := &Error{Code: codeInvalidInput, Message: "You specified an invalid value."}
	reason := "INVALID_ENUM"
	switch c := v.constraint; {
	case v.pattern != "":
		reason, e.Message = "INVALID_PATTERN", "You provided a value that does not match the required pattern."
	case strings.HasPrefix(c, "Member must satisfy constraint:"), strings.HasPrefix(c, "Map "):
		reason, e.Message = "INVALID_LIST_MEMBER", "You provided a list to a parameter that contains at least one invalid value."
	case strings.HasSuffix(c, "not be null"):
		reason, e.Message = "INPUT_REQUIRED", "You must include a value for all required parameters."
	case strings.Contains(c, "length less"):
		reason, e.Message = "MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."
	case strings.Contains(c, "length greater"):
		reason, e.Message = "MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."
	case strings.Contains(c, "value less"):
		reason, e.Message = "MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."
	case strings.Contains(c, "value greater"):
		reason, e.Message = "MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed."
	}
	e.Fields = map[string]any{"Reason": reason}
	return e
}

// InvalidParameter is ECR's error for a member that does not satisfy constraint.
// Some members appear in it under ECR's internal names.
func InvalidParameter(member, constraint string) *Error {
	switch member {
	case "policyText", "lifecyclePolicyText", "imageManifest":
		member = strings.ToUpper(member[:1]) + member[1:]
	}
	return Errorf("InvalidParameterException", "Invalid parameter at '%s' failed to satisfy constraint: '%s'", member, constraint)
}
