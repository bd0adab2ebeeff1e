package policy

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The naive evaluator is the executable form of the rules: IAM User Guide, "Policy evaluation logic",
// "Condition operators" and "Principal". It shares no code with the engine, not even the parser: it
// reads the text of each policy with encoding/json, every time, and follows the guide's sentences and
// tables one after the other without a thought for speed. TestDifferential compares the two.

// naiveDecide decides a request, given the unique ids that the principals of some policies are bound to.
// The Reason is that of a denial; for an allow it is ReasonNone.
func naiveDecide(r *Request, s *Set, bound map[*Policy]map[string]string) (Effect, Reason) {
	n := &naive{r: r, bound: bound}
	p := r.Principal
	action := strings.ToLower(r.Action)
	signed := p.Kind == Root || p.Kind == User || p.Kind == AssumedRole || p.Kind == FederatedUser || p.Kind == Service

	// Operations that need no permission and that no policy can take away.
	if signed && (action == "sts:getcalleridentity" || action == "sts:getsessiontoken") {
		return Allow, ReasonNone
	}
	trust := s.ResourceKind == Trust || action == "sts:assumerole" || action == "sts:assumerolewithsaml" ||
		action == "sts:assumerolewithwebidentity"
	resourceReason, resourceUse := ReasonResource, useResource
	if trust {
		resourceReason, resourceUse = ReasonTrust, useTrust
	}

	// Who has an account, and whom the control policies of that account bind. Root users have no policies
	// of their own; those in the set all the same apply, as far as they deny.
	member := p.Kind == User || p.Kind == AssumedRole || p.Kind == FederatedUser || p.Kind == Root
	serviceLinked := p.Kind == AssumedRole && strings.Contains(p.IssuerARN, ":role/aws-service-role/")
	scpBinds := member && !serviceLinked
	n.bounded = len(s.Boundary) > 0

	// Every set by itself.
	resource, class := n.set(s.Resource, resourceUse)
	identity, boundary, session := ImplicitDeny, ImplicitDeny, ImplicitDeny
	if member {
		identity, _ = n.set(s.Identity, useIdentity)
		boundary, _ = n.set(s.Boundary, useIdentity)
		session, _ = n.set(s.Session, useIdentity)
	}
	levels := func(chain [][]Source, u use) (all []Effect) {
		for _, level := range chain {
			e, _ := n.set(level, u)
			all = append(all, e)
		}
		return all
	}
	var rcp, scp []Effect
	if !serviceLinked {
		rcp = levels(s.RCP, useRCP)
	}
	if scpBinds {
		scp = levels(s.SCP, useSCP)
	}

	// An explicit deny in any of them wins.
	switch {
	case slices.Contains(rcp, ExplicitDeny):
		return ExplicitDeny, ReasonRCP
	case slices.Contains(scp, ExplicitDeny):
		return ExplicitDeny, ReasonSCP
	case resource == ExplicitDeny:
		return ExplicitDeny, resourceReason
	case identity == ExplicitDeny:
		return ExplicitDeny, ReasonIdentity
	case boundary == ExplicitDeny:
		return ExplicitDeny, ReasonBoundary
	case session == ExplicitDeny:
		return ExplicitDeny, ReasonSession
	}

	// Every level of the control policies must allow.
	switch {
	case slices.Contains(scp, ImplicitDeny):
		return ImplicitDeny, ReasonSCP
	case slices.Contains(rcp, ImplicitDeny):
		return ImplicitDeny, ReasonRCP
	}

	// Roles may not be assumed by root accounts.
	if p.Kind == Root && trust {
		return ImplicitDeny, ReasonTrust
	}

	// Callers without policies have the resource's only.
	if !member {
		if resource == Allow {
			return Allow, ReasonNone
		}
		return ImplicitDeny, resourceReason
	}

	sameAccount := p.Account != "" && p.Account == r.ResourceAccount
	if p.Kind == Root && sameAccount {
		return Allow, ReasonNone
	}
	if class == "" && (trust || !sameAccount) {
		return ImplicitDeny, resourceReason
	}
	if p.Kind == Root {
		return Allow, ReasonNone // its own side is full access
	}

	needIdentity := true
	if sameAccount {
		switch class {
		case "direct":
			return Allow, ReasonNone
		case "role", "user":
			needIdentity = false
		}
	}
	switch {
	case needIdentity && identity != Allow:
		return ImplicitDeny, ReasonIdentity
	case len(s.Boundary) > 0 && boundary != Allow:
		return ImplicitDeny, ReasonBoundary
	case (len(s.Session) > 0 || p.Kind == FederatedUser) && session != Allow:
		return ImplicitDeny, ReasonSession
	}
	return Allow, ReasonNone
}

// use is what a policy is used for; it decides which elements a statement must and must not have, and
// which resources of fewer than six parts match as if stars followed.
type use struct {
	principal, resource elementRule
	short               func(pattern string) bool
}

type elementRule int

const (
	mustHave elementRule = iota
	mayHave
	mustNotHave
)

var (
	useIdentity = use{mustNotHave, mustHave, func(string) bool { return true }} // boundaries and session policies too
	useSCP      = use{mustNotHave, mustHave, func(p string) bool { return strings.HasSuffix(p, "*") }}
	useRCP      = use{mayHave, mustHave, func(string) bool { return false }}
	useResource = use{mustHave, mayHave, func(p string) bool { return strings.Contains(p, "*") }}
	useTrust    = use{mustHave, mustNotHave, nil}
)

type naive struct {
	r       *Request
	bounded bool // a permissions boundary is attached to the caller
	bound   map[*Policy]map[string]string
	ids     map[string]string // of the policy at hand
}

// set evaluates policies as one bag of statements. The class is the strongest one of the statements that
// allow.
func (n *naive) set(sources []Source, u use) (e Effect, class string) {
	for _, src := range sources {
		if src.Policy == nil {
			continue
		}
		n.ids = n.bound[src.Policy]
		var doc map[string]any
		if err := json.Unmarshal([]byte(src.Policy.Text()), &doc); err != nil {
			panic(err)
		}
		statements, ok := doc["Statement"].([]any)
		if !ok {
			statements = []any{doc["Statement"]}
		}
		for _, st := range statements {
			st := st.(map[string]any)
			c, matches := n.statement(st, u, doc["Version"] == "2012-10-17")
			switch {
			case !matches:
			case strings.EqualFold(st["Effect"].(string), "Deny"):
				e = ExplicitDeny
			case e != ExplicitDeny:
				e = Allow
				class = stronger(class, c)
			}
		}
	}
	return e, class
}

// classes of callers that a Principal element names, from none to the strongest.
var classes = []string{"", "account", "user", "role", "direct"}

func stronger(a, b string) string {
	return classes[max(slices.Index(classes, a), slices.Index(classes, b))]
}

// statement reports whether all elements of a statement match. An element that must be there and is not,
// or the other way round, keeps an Allow from matching and a Deny from being limited by it.
func (n *naive) statement(st map[string]any, u use, variables bool) (class string, matches bool) {
	deny := strings.EqualFold(st["Effect"].(string), "Deny")
	class = "direct"

	principal, hasPrincipal := st["Principal"]
	notPrincipal, hasNot := st["NotPrincipal"]
	switch {
	case u.principal == mustNotHave && (hasPrincipal || hasNot), u.principal == mustHave && !hasPrincipal && !hasNot:
		if !deny {
			return "", false
		}
	case hasPrincipal:
		if class = n.principal(principal, deny); class == "" {
			return "", false
		}
	case hasNot && deny:
		if n.excluded(notPrincipal) {
			return "", false
		}
	case hasNot:
		if n.principal(notPrincipal, !deny) != "" {
			return "", false
		}
	}

	if actions := list(st["Action"]); len(actions) > 0 {
		if !slices.ContainsFunc(actions, n.action) {
			return "", false
		}
	} else if actions := list(st["NotAction"]); len(actions) > 0 {
		if slices.ContainsFunc(actions, n.action) {
			return "", false
		}
	} else if !deny {
		return "", false
	}

	match := func(pattern string) bool { return n.resource(pattern, u.short, variables) }
	_, hasResource := st["Resource"]
	_, hasNotResource := st["NotResource"]
	resources, notResources := list(st["Resource"]), list(st["NotResource"])
	switch {
	case u.resource == mustNotHave && (hasResource || hasNotResource):
		if !deny {
			return "", false
		}
	case len(resources) > 0:
		if !slices.ContainsFunc(resources, match) {
			return "", false
		}
	case len(notResources) > 0:
		if slices.ContainsFunc(notResources, match) {
			return "", false
		}
	case u.resource == mustHave && !deny:
		return "", false
	}

	operators, _ := st["Condition"].(map[string]any)
	for operator, keys := range operators {
		for key, values := range keys.(map[string]any) {
			if !n.condition(operator, key, list(values), deny, variables) {
				return "", false
			}
		}
	}
	return class, true
}

// list reads one value or several.
func list(v any) (all []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, list(item)...)
		}
	case string:
		all = []string{v}
	case bool, float64:
		text, _ := json.Marshal(v)
		all = []string{string(text)}
	}
	return all
}

// principal classifies the caller by the strongest entry that names it. {"AWS": "*"} is everyone, but
// services and identity providers only where that takes something from them.
func (n *naive) principal(element any, takes bool) (class string) {
	p := n.r.Principal
	if element == "*" {
		return "direct"
	}
	groups, _ := element.(map[string]any)
	for typ, entries := range groups {
		for _, entry := range list(entries) {
			if typ == "AWS" {
				entry = n.stored(entry, takes)
			}
			switch {
			case entry == "": // names nobody, whatever the caller lacks
			case typ == "Service" && p.Kind == Service && entry == p.ARN:
				class = stronger(class, "direct")
			case typ == "Federated" && p.Kind == Federated && entry == p.ARN:
				class = stronger(class, "direct")
			case typ == "Federated" && p.Kind == AssumedRole && slices.Equal(n.r.Context["aws:federatedprovider"], []string{entry}):
				class = stronger(class, "role")
			case typ == "AWS" && entry == "*" && takes:
				class = stronger(class, "direct")
			case typ != "AWS" || p.Kind == Service || p.Kind == Federated:
			case entry == "*":
				class = stronger(class, "direct")
			case p.Kind == Anonymous:
			case entry == p.ARN: // the user, the session, the federated user, or the root user
				class = stronger(class, "direct")
			case entry == p.Account || entry == "arn:aws:iam::"+p.Account+":root":
				if p.Kind == Root {
					class = stronger(class, "direct")
				} else {
					class = stronger(class, "account")
				}
			case p.Kind == User && entry == p.ID:
				class = stronger(class, "direct")
			case p.Kind == AssumedRole && entry == p.ID:
				class = stronger(class, "direct")
			case p.Kind == AssumedRole && (entry == p.IssuerARN || entry == strings.Split(p.ID, ":")[0]):
				class = stronger(class, "role")
			case p.Kind == FederatedUser && (entry == p.IssuerARN || entry == p.IssuerID):
				class = stronger(class, "user")
			}
		}
	}
	return class
}

// stored is what the store makes of a principal: the unique id of the entity that has the ARN. It does not
// name callers whose id is not known; what takes something from them goes by the ARN.
func (n *naive) stored(entry string, takes bool) string {
	p := n.r.Principal
	known := p.ID != "" && (p.Kind != FederatedUser || p.IssuerID != "")
	if id := n.ids[entry]; id != "" && (known || !takes) {
		return id
	}
	return entry
}

// excluded reports whether the NotPrincipal of a Deny spares the caller. It must name the caller and all
// that the caller comes from: the account; for sessions the role or user as well. A permissions boundary
// makes it spare nobody.
func (n *naive) excluded(element any) bool {
	p := n.r.Principal
	if n.bounded {
		return false
	}
	if element == "*" {
		return true
	}
	groups, _ := element.(map[string]any)
	named := func(typ string, names ...string) bool {
		return slices.ContainsFunc(list(groups[typ]), func(entry string) bool {
			entry = n.stored(entry, false)
			return entry != "" && slices.Contains(names, entry)
		})
	}
	account := named("AWS", p.Account, "arn:aws:iam::"+p.Account+":root")
	switch {
	case p.Kind == Service:
		return named("Service", p.ARN)
	case p.Kind == Federated:
		return named("Federated", p.ARN)
	case named("AWS", "*"):
		return true
	case p.Kind == Anonymous:
		return false
	case p.Kind == Root:
		return account
	case p.Kind == User:
		return account && named("AWS", p.ARN, p.ID)
	case p.Kind == AssumedRole:
		return account && named("AWS", p.IssuerARN, strings.Split(p.ID, ":")[0]) && named("AWS", p.ARN, p.ID)
	default:
		return account && named("AWS", p.IssuerARN, p.IssuerID) && named("AWS", p.ARN)
	}
}

// action compares an action: vendor and name without case, wildcards in the name only.
func (n *naive) action(pattern string) bool {
	if pattern == "*" {
		return true
	}
	want := strings.SplitN(strings.ToLower(pattern), ":", 2)
	got := strings.SplitN(strings.ToLower(n.r.Action), ":", 2)
	return len(want) == 2 && len(got) == 2 && want[0] == got[0] && wild(wildcards(want[1]), []rune(got[1]))
}

// resource compares a resource, segment by segment when both are ARNs.
func (n *naive) resource(pattern string, short func(string) bool, variables bool) bool {
	tokens := wildcards(pattern)
	if variables {
		var ok bool
		if tokens, ok = n.expand(pattern, true); !ok {
			return false
		}
	}
	if strings.Trim(pattern, "*") == "" {
		return true
	}
	if n.r.Resource == "*" {
		return wild(tokens, []rune("*"))
	}
	if strings.Count(pattern, ":") < 5 && !short(pattern) {
		return false
	}
	return arnWild(tokens, n.r.Resource, true)
}

// Wildcards are runes outside Unicode, so that no text holds them.
const (
	anyRun  rune = -1
	anyRune rune = -2
)

// wildcards reads a pattern.
func wildcards(pattern string) (tokens []rune) {
	for _, c := range pattern {
		switch c {
		case '*':
			c = anyRun
		case '?':
			c = anyRune
		}
		tokens = append(tokens, c)
	}
	return tokens
}

// wild matches the whole of a text.
func wild(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == anyRun:
		return wild(pattern[1:], text) || len(text) > 0 && wild(pattern, text[1:])
	case len(text) == 0:
		return false
	default:
		return (pattern[0] == anyRune || pattern[0] == text[0]) && wild(pattern[1:], text[1:])
	}
}

// arnWild matches an ARN part by part. A short pattern lacks parts, which then match anything.
func arnWild(pattern []rune, arn string, short bool) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return false
	}
	for i, part := range parts {
		want := pattern
		if end := slices.Index(pattern, ':'); end >= 0 && i < 5 {
			want, pattern = pattern[:end], pattern[end+1:]
			if !wild(want, []rune(part)) {
				return false
			}
			continue
		}
		return (short || i == 5) && wild(want, []rune(part))
	}
	return false
}

var oneVariable = regexp.MustCompile(`\$\{([^{},' ]+)(?:, *'([^']*)' *)?\}`)

// expand replaces the variables of a value. Text that comes out of them is never a wildcard.
func (n *naive) expand(value string, patterns bool) (tokens []rune, ok bool) {
	plain := func(s string) []rune {
		if patterns {
			return wildcards(s)
		}
		return []rune(s)
	}
	for {
		at := oneVariable.FindStringSubmatchIndex(value)
		if at == nil {
			return append(tokens, plain(value)...), !strings.Contains(value, "${")
		}
		before := value[:at[0]]
		if strings.Contains(before, "${") {
			return nil, false
		}
		tokens = append(tokens, plain(before)...)
		key := value[at[2]:at[3]]
		values := n.r.Context[strings.ToLower(key)]
		switch {
		case key == "*" || key == "?" || key == "$":
			tokens = append(tokens, []rune(key)...)
		case len(values) == 1:
			tokens = append(tokens, []rune(values[0])...)
		case len(values) == 0 && at[4] >= 0:
			tokens = append(tokens, []rune(value[at[4]:at[5]])...)
		default:
			return nil, false
		}
		value = value[at[1]:]
	}
}

// condition is the truth table of one operator and one key. A number, date, address or base64 text that
// AWS would not store keeps an Allow from matching, and a Deny from being limited.
func (n *naive) condition(operator, key string, wanted []string, deny, variables bool) bool {
	values := n.r.Context[strings.ToLower(key)]
	quantifier, base, found := strings.Cut(operator, ":")
	if !found {
		quantifier, base = "", operator
	}
	base, ifExists := strings.CutSuffix(base, "IfExists")
	if base == "Null" {
		return slices.ContainsFunc(wanted, func(w string) bool {
			return strings.EqualFold(w, "true") && len(values) == 0 || strings.EqualFold(w, "false") && len(values) > 0
		})
	}
	positive := strings.Replace(base, "Not", "", 1)
	negated := positive != base
	if slices.ContainsFunc(wanted, func(w string) bool { return n.unstorable(positive, w) }) {
		return deny
	}
	if len(values) == 0 {
		switch {
		case ifExists:
			return true
		case quantifier == "ForAllValues":
			return true
		case quantifier == "ForAnyValue":
			return false
		default:
			return negated
		}
	}
	holds := func(value string) bool {
		if !n.wellFormed(positive, value) {
			return false // negated or not
		}
		found := slices.ContainsFunc(wanted, func(w string) bool { return n.compare(positive, w, value, variables) })
		return found != negated
	}
	switch quantifier {
	case "ForAnyValue":
		return slices.ContainsFunc(values, holds)
	case "ForAllValues":
		return !slices.ContainsFunc(values, func(v string) bool { return !holds(v) })
	default:
		return len(values) == 1 && holds(values[0])
	}
}

// unstorable reports whether AWS refuses a policy for a condition value.
func (n *naive) unstorable(operator, want string) bool {
	switch {
	case strings.HasPrefix(operator, "Numeric"), strings.HasPrefix(operator, "Date"), operator == "BinaryEquals":
		return !n.wellFormed(operator, want)
	case operator == "IpAddress":
		_, _, err := net.ParseCIDR(want)
		return err != nil && net.ParseIP(want) == nil
	}
	return false
}

// wellFormed reports whether a value of the request is what the operator compares.
func (n *naive) wellFormed(operator, value string) (ok bool) {
	switch {
	case strings.HasPrefix(operator, "Numeric"):
		_, ok = number(value)
	case strings.HasPrefix(operator, "Date"):
		_, ok = date(value)
	case operator == "IpAddress":
		ok = net.ParseIP(value) != nil
	case strings.HasPrefix(operator, "Arn"):
		ok = strings.Count(value, ":") >= 5
	case operator == "Bool":
		ok = strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
	case operator == "BinaryEquals":
		_, err := base64.StdEncoding.DecodeString(value)
		ok = err == nil
	default:
		ok = true
	}
	return ok
}

// compare compares a value of the policy with a well-formed value of the request.
func (n *naive) compare(operator, want, value string, variables bool) bool {
	patterns := operator == "StringLike" || strings.HasPrefix(operator, "Arn")
	takesVariables := strings.HasPrefix(operator, "String") || strings.HasPrefix(operator, "Arn") || operator == "Bool"
	tokens := []rune(want)
	if patterns {
		tokens = wildcards(want)
	}
	if variables && takesVariables {
		var ok bool
		if tokens, ok = n.expand(want, patterns); !ok {
			return false
		}
	}
	if !patterns {
		want = string(tokens)
	}
	order := func(c int) bool {
		switch strings.TrimPrefix(strings.TrimPrefix(operator, "Numeric"), "Date") {
		case "LessThan":
			return c < 0
		case "LessThanEquals":
			return c <= 0
		case "GreaterThan":
			return c > 0
		case "GreaterThanEquals":
			return c >= 0
		default:
			return c == 0
		}
	}
	switch {
	case operator == "StringEquals":
		return want == value
	case operator == "StringEqualsIgnoreCase":
		return strings.EqualFold(want, value)
	case operator == "StringLike":
		return wild(tokens, []rune(value))
	case strings.HasPrefix(operator, "Numeric"):
		a, _ := number(value)
		b, ok := number(want)
		return ok && order(a.Cmp(b))
	case strings.HasPrefix(operator, "Date"):
		a, _ := date(value)
		b, ok := date(want)
		return ok && order(a.Compare(b))
	case operator == "Bool":
		return strings.EqualFold(want, value)
	case operator == "BinaryEquals":
		a, _ := base64.StdEncoding.DecodeString(value)
		b, err := base64.StdEncoding.DecodeString(want)
		return err == nil && string(a) == string(b)
	case operator == "IpAddress":
		ip := net.ParseIP(value)
		if !strings.Contains(want, "/") {
			other := net.ParseIP(want)
			return other != nil && other.Equal(ip)
		}
		_, network, err := net.ParseCIDR(want)
		return err == nil && network.Contains(ip)
	default: // ArnEquals, ArnLike
		return arnWild(tokens, value, false)
	}
}

var decimals = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

func number(s string) (*big.Rat, bool) {
	if !decimals.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func date(s string) (time.Time, bool) {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		seconds, ok := new(big.Int).SetString(s, 10)
		return time.Unix(seconds.Int64(), 0), ok
	}
	for _, layout := range []string{
		"2006-01", "2006-01-02",
		"2006-01-02T15:04", "2006-01-02T15:04Z07", "2006-01-02T15:04Z07:00",
		"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05Z07:00",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
