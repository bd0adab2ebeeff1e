package lifecycle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Error says why a text is not a valid lifecycle policy, in the words of
// Amazon ECR where they are known.
type Error struct{ Reason string }

func (e *Error) Error() string { return "Lifecycle policy validation failure: " + e.Reason }

func invalid(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

var errNotPolicy = &Error{"Could not map policyString into LifecyclePolicy."}

// Parse reads a lifecycle policy. Its errors are *Error: of what is wrong, the
// first.
//
// Names of members count exactly; of a member that appears twice the last
// counts. The length of the text is for the caller to check.
func Parse(text []byte) (*Policy, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, errNotPolicy
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotPolicy
	}
	top, err := object(doc, []string{"rules"})
	if err != nil {
		return nil, err
	}
	rules, err := array(top["rules"], MaxRules)
	if err != nil {
		return nil, err
	}
	p := new(Policy)
	for _, v := range rules {
		r, err := rule(v)
		if err != nil {
			return nil, err
		}
		p.Rules = append(p.Rules, *r)
	}
	for i := range p.Rules {
		if err := p.Rules[i].check(); err != nil {
			return nil, err
		}
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

func rule(v any) (*Rule, error) {
	o, err := object(v, []string{"action", "rulePriority", "selection"}, "description")
	if err != nil {
		return nil, err
	}
	r := new(Rule)
	if r.Priority, err = number(o["rulePriority"]); err != nil {
		return nil, err
	}
	if d, ok := o["description"]; ok {
		if r.Description, err = text(d); err != nil {
			return nil, err
		}
	}
	if err := r.Selection.read(o["selection"]); err != nil {
		return nil, err
	}
	a, err := object(o["action"], []string{"type"}, "targetStorageClass")
	if err != nil {
		return nil, err
	}
	if r.Action.Type, err = enum(a["type"], Expire, Transition); err != nil {
		return nil, err
	}
	if t, ok := a["targetStorageClass"]; ok {
		r.Action.Target, err = enum(t, Archive)
	}
	return r, err
}

func (s *Selection) read(v any) error {
	o, err := object(v, []string{"countNumber", "countType", "tagStatus"}, "countUnit", "storageClass", "tagPatternList", "tagPrefixList")
	if err != nil {
		return err
	}
	if s.TagStatus, err = enum(o["tagStatus"], Any, Tagged, Untagged); err != nil {
		return err
	}
	if l, ok := o["tagPrefixList"]; ok {
		if s.TagPrefixes, err = tagList(l, tagPrefix); err != nil {
			return err
		}
	}
	if l, ok := o["tagPatternList"]; ok {
		if s.TagPatterns, err = tagList(l, tagPattern); err != nil {
			return err
		}
	}
	if c, ok := o["storageClass"]; ok {
		if s.StorageClass, err = enum(c, Archive, Standard); err != nil {
			return err
		}
	}
	if s.CountType, err = enum(o["countType"], ImageCountMoreThan, SinceImagePulled, SinceImagePushed, SinceImageTransitioned); err != nil {
		return err
	}
	if u, ok := o["countUnit"]; ok {
		if s.CountUnit, err = enum(u, days); err != nil {
			return err
		}
	}
	if (s.CountUnit == days) == (s.CountType == ImageCountMoreThan) {
		// The documented schema has one alternative that counts images and one that counts days.
		return invalid("instance failed to match exactly one schema (matched 0 out of 2)")
	}
	s.Count, err = number(o["countNumber"])
	return err
}

const days = "days"

// check reports what the form of a rule does not: which settings go together.
func (r *Rule) check() error {
	s := &r.Selection
	prefixes, patterns := len(s.TagPrefixes) > 0, len(s.TagPatterns) > 0
	for _, p := range s.TagPatterns {
		if strings.Count(p, "*") > MaxWildcards {
			return invalid("An entry of tagPatternList can have a maximum of %d wildcards.", MaxWildcards)
		}
	}
	switch {
	case s.TagStatus == Tagged && !prefixes && !patterns:
		return invalid("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.")
	case prefixes && patterns:
		return invalid("Cannot specify both tagPrefixList and tagPatternList.")
	case s.TagStatus != Tagged && (prefixes || patterns):
		return invalid("Cannot specify tagPrefixList or tagPatternList when tagStatus=%s.", strings.ToUpper(string(s.TagStatus)))

	case r.Action.Type == Transition && r.Action.Target == "":
		return invalid("Must specify targetStorageClass when the action type is TRANSITION.")
	case r.Action.Type == Expire && r.Action.Target != "":
		return invalid("Cannot specify targetStorageClass when the action type is EXPIRE.")

	case s.CountType == SinceImageTransitioned && (r.Action.Type != Expire || s.class() != Archive):
		return invalid("The countType sinceImageTransitioned requires the action type EXPIRE and storageClass=ARCHIVE.")
	case s.CountType == SinceImageTransitioned && s.Count < MinArchiveDays:
		return invalid("The countNumber must be at least %d when the countType is sinceImageTransitioned.", MinArchiveDays)
	case s.CountType != SinceImageTransitioned && s.class() == Archive:
		return invalid("The countType %s requires storageClass=STANDARD.", s.CountType)
	case s.CountType == SinceImagePulled && r.Action.Type != Transition:
		return invalid("The countType sinceImagePulled requires the action type TRANSITION.")
	}
	return nil
}

// check reports rules that do not go together.
func (p *Policy) check() error {
	priorities := map[int]bool{}
	lists := map[string]bool{}
	for i := range p.Rules {
		r := &p.Rules[i]
		s := &r.Selection
		if priorities[r.Priority] {
			return invalid("Each rule must have a unique rulePriority; more than one has %d.", r.Priority)
		}
		priorities[r.Priority] = true
		for j := range p.Rules {
			other := &p.Rules[j]
			switch {
			case i == j || other.Selection.class() != s.class():
			case s.TagStatus == Untagged && other.Selection.TagStatus == Untagged:
				return invalid("Only one rule can select Untagged images per storage class.")
			case s.TagStatus == Any && other.Priority >= r.Priority:
				return invalid("Rule for tagStatus=ANY must have the lowest priority per storage class")
			}
		}
		if s.TagStatus != Tagged {
			continue
		}
		key := s.listKey()
		if lists[key] {
			return invalid("Only one rule can select the same tagPrefixList or tagPatternList per storage class.")
		}
		lists[key] = true
	}
	return nil
}

// listKey is the same for selections with the same tag list, in whatever
// order, and storage class.
func (s *Selection) listKey() string {
	sorted := func(l []string) []string { return slices.Compact(slices.Sorted(slices.Values(l))) }
	return fmt.Sprintf("%s %q %q", s.class(), sorted(s.TagPrefixes), sorted(s.TagPatterns))
}

var (
	tagPrefix  = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,300}$`)
	tagPattern = regexp.MustCompile(`^[a-zA-Z0-9_.*-]{1,300}$`)
)

// The functions below read one value of the document each. Their sentences are
// those of the JSON schema validator that ECR uses.

// object returns the members of an object that has all the required and at
// most the optional ones.
func object(v any, required []string, optional ...string) (map[string]any, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return nil, wrongType(v, "object")
	}
	var unknown, missing []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			unknown = append(unknown, name)
		}
	}
	for _, name := range required {
		if _, ok := o[name]; !ok {
			missing = append(missing, name)
		}
	}
	switch {
	case len(unknown) > 0:
		return nil, invalid("object instance has properties which are not allowed by the schema: (%s)", compact(unknown))
	case len(missing) > 0:
		return nil, invalid("object has missing required properties (%s)", compact(missing))
	}
	return o, nil
}

// array returns the elements of an array that has 1 to most of them.
func array(v any, most int) ([]any, error) {
	a, ok := v.([]any)
	switch {
	case !ok:
		return nil, wrongType(v, "array")
	case len(a) == 0:
		return nil, invalid("array is too short: must have at least 1 elements but instance has 0 elements")
	case len(a) > most:
		return nil, invalid("array is too long: must have at most %d elements but instance has %d elements", most, len(a))
	}
	return a, nil
}

// tagList returns the entries of a list, which may be empty.
func tagList(v any, pattern *regexp.Regexp) ([]string, error) {
	a, ok := v.([]any)
	if !ok {
		return nil, wrongType(v, "array")
	}
	var list []string
	for _, e := range a {
		s, err := text(e)
		if err != nil {
			return nil, err
		}
		if !pattern.MatchString(s) {
			return nil, invalid("ECMA 262 regex %s does not match input string %s", compact(pattern.String()), compact(s))
		}
		list = append(list, s)
	}
	return list, nil
}

func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", wrongType(v, "string")
	}
	return s, nil
}

// number returns an integer from 1 to what an integer of the API can be.
func number(v any) (int, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, wrongType(v, "integer")
	}
	f, err := n.Float64()
	switch {
	case err != nil || f > math.MaxInt32 || f < math.MinInt32:
		return 0, errNotPolicy
	case f != math.Trunc(f):
		return 0, wrongType(v, "integer")
	case f < 1:
		return 0, invalid("numeric instance is lower than the required minimum (minimum: 1, found: %d)", int(f))
	}
	return int(f), nil
}

func enum[S ~string](v any, values ...S) (S, error) {
	s, ok := v.(string)
	if !ok || !slices.Contains(values, S(s)) {
		return "", invalid("instance value (%s) not found in enum (possible values: %s)", compact(v), compact(values))
	}
	return S(s), nil
}

func wrongType(v any, want string) error {
	return invalid("instance type (%s) does not match any allowed primitive type (allowed: [%q])", typeName(v), want)
}

func typeName(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
	}
	return "integer"
}

// compact is a value as JSON, cut where it is long: the text is shown to
// people.
func compact(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // it came from JSON
	}
	const most = 512
	s := strings.TrimSuffix(b.String(), "\n")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
