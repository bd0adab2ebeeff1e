package policy

import (
	"math/bits"
	"strings"
)

// program is the compiled form of a policy: what an evaluation reads, and nothing else. It is made once,
// when the policy is, and never changes. The traced and the untraced evaluation run the same program.
type program struct {
	concerns actionSet // what any of the rules concerns
	rules    []rule    // of the statements, in their order
}

// rule is the compiled form of a statement.
type rule struct {
	concerns actionSet // at least the actions that the statement is about
	callers  uint64    // at least the callers that the statement is about, by nameBit
	deny     bool

	hasPrincipal bool        // there is the element
	principals   *principals // nil when it names nobody at all

	noActions bool // there is no such element, or no value in it
	notAction bool
	actions   []pattern

	hasResource bool // there is the element
	noResources bool // there is no such element, or no value in it
	notResource bool
	resources   []resourcePattern

	tests []test // of the conditions, in their order
}

// program returns the program of a policy. One that was put together by other means than Parse has none
// yet, and is compiled here, as often as it is evaluated.
func (p *Policy) program() *program {
	if len(p.code.rules) == len(p.Statements) {
		return &p.code
	}
	code := compile(p)
	return &code
}

// compile makes the program of a policy.
func compile(p *Policy) program {
	prog := program{rules: make([]rule, len(p.Statements))}
	for i := range p.Statements {
		r := compileStatement(&p.Statements[i], p.variables())
		prog.concerns.merge(r.concerns)
		prog.rules[i] = r
	}
	return prog
}

func compileStatement(st *Statement, variables bool) rule {
	r := rule{deny: st.Deny(), hasPrincipal: st.Principal != nil, noActions: true, noResources: true}
	if r.hasPrincipal {
		r.principals = compilePrincipals(st.Principal)
	}
	r.callers = r.principals.bits()
	if e := st.Action; e != nil && len(e.Values) > 0 {
		r.noActions, r.notAction = false, e.Not
		r.actions = make([]pattern, len(e.Values))
		for i, v := range e.Values {
			r.actions[i] = compileAction(v.Text)
			r.concerns.add(&r.actions[i])
		}
	}
	if r.noActions || r.notAction {
		r.concerns = everyAction
	}
	if e := st.Resource; e != nil {
		r.hasResource = true
		r.noResources, r.notResource = len(e.Values) == 0, e.Not
		for _, v := range e.Values {
			r.resources = append(r.resources, compileResource(v.Text, variables))
		}
	}
	for i := range st.Conditions {
		r.tests = append(r.tests, compileTest(&st.Conditions[i], variables))
	}
	return r
}

// actionSet is a superset of the actions that match a number of patterns. To ask it costs next to
// nothing, and its answer is no for nearly all statements about other actions. Unlike an index by action
// it needs no list of the actions there are.
type actionSet struct {
	vendors uint64 // of the patterns with wildcards, by actionBits
	names   uint64 // of the patterns without
}

var everyAction = actionSet{vendors: ^uint64(0)}

func (a *actionSet) merge(b actionSet) {
	a.vendors |= b.vendors
	a.names |= b.names
}

func (a *actionSet) add(p *pattern) {
	switch p.kind {
	case patternAll:
		*a = everyAction
	case patternExact:
		_, name := actionBits(p.text)
		a.names |= name
	case patternPrefix:
		vendor, _ := actionBits(p.text)
		a.vendors |= vendor
	case patternPieces:
		vendor, _ := actionBits(p.pieces[0].text)
		a.vendors |= vendor
	}
}

// has reports whether the set may hold the action with these bits.
func (a *actionSet) has(vendor, name uint64) bool {
	return a.vendors&vendor|a.names&name != 0
}

// bitSpread spreads what is in the low bits of a number over the high ones: 2^64 by the golden ratio.
const bitSpread = 0x9E3779B97F4A7C15

// actionBits returns one bit that stands for the vendor of an action in lower case, and one that stands
// for the whole of it.
func actionBits[T string | []byte](action T) (vendor, name uint64) {
	var h uint64
	for i := range len(action) {
		c := action[i]
		h = bits.RotateLeft64(h, 5) ^ uint64(c)
		if c == ':' && vendor == 0 {
			vendor = 1 << (h * bitSpread >> 58)
		}
	}
	return vendor, 1 << (h * bitSpread >> 58)
}

// resourcePattern is a compiled Resource value.
type resourcePattern struct {
	arn   pattern // what resources that are ARNs match
	text  pattern // what other resources match, "*" among them
	short shortness
}

// shortness tells the Resource values of fewer than six parts, the missing ones of which match anything
// or keep the value from matching at all, depending on the type of policy; see shortARN.
type shortness uint8

const (
	shortNot     shortness = iota // the value has all its parts, or is nothing but stars
	shortPlain                    // it has no star
	shortStar                     // it has a star, but not at the end
	shortEndStar                  // it ends with a star
)

// compileResource compiles a Resource value. Variables are resolved in the last part of an ARN only.
func compileResource(value string, variables bool) resourcePattern {
	r := resourcePattern{text: compileGlob(value, variables)}
	if stars(value) {
		r.arn = r.text
		return r
	}
	var c patternCompiler
	if missing := arnColons - strings.Count(value, ":"); missing > 0 {
		switch {
		case strings.HasSuffix(value, "*"):
			r.short = shortEndStar
		case strings.Contains(value, "*"):
			r.short = shortStar
		default:
			r.short = shortPlain
		}
		c.add(value+strings.Repeat(":*", missing), true, false)
	} else {
		last := 0
		for range arnColons {
			last += strings.IndexByte(value[last:], ':') + 1
		}
		c.add(value[:last], true, false)
		c.add(value[last:], true, variables)
	}
	r.arn = c.arn()
	return r
}

// principals is the compiled form of a Principal or NotPrincipal element.
type principals struct {
	not     bool
	entries []principalEntry
}

// principalEntry is one value of such an element.
type principalEntry struct {
	kind principalEntryKind
	text string // the account of entryAccount, otherwise the value
	id   string // the unique id that the value is bound to, or ""
}

type principalEntryKind uint8

const (
	entryNobody    principalEntryKind = iota
	entryEveryone                     // "*"
	entryAnyAWS                       // {"AWS": "*"}
	entryAccount                      // an account, by id or root ARN
	entryAWS                          // a user, role or session, by ARN or unique id, bound or not
	entryService                      // a service
	entryFederated                    // an identity provider
)

// compilePrincipals compiles an element; nil when it names nobody at all.
func compilePrincipals(pr *Principals) *principals {
	c := &principals{not: pr.Not}
	for i := range pr.Groups {
		g := &pr.Groups[i]
		for j := range g.Values {
			c.entries = append(c.entries, compilePrincipal(g.Type.Text, g.Values[j].Text, g.id(j)))
		}
	}
	if len(c.entries) == 0 {
		return nil
	}
	return c
}

const (
	everyCaller  = ^uint64(0) // the superset of callers that holds all of them
	anonymousBit = 1          // what every caller has
)

// bits returns a superset of the callers that the element is about, like actionSet for actions: a caller
// is not among them when none of its bits is set.
func (pr *principals) bits() uint64 {
	if pr == nil || pr.not {
		return everyCaller
	}
	var bits uint64
	for i := range pr.entries {
		switch e := &pr.entries[i]; e.kind {
		case entryAccount, entryService:
			bits |= nameBit(e.text)
		case entryAWS:
			bits |= nameBit(e.text) | nameBit(e.id)
		case entryEveryone, entryAnyAWS, entryFederated:
			return everyCaller
		}
	}
	return bits
}

// nameBit returns one bit that stands for a name: its length and its end tell names apart better than
// anything else that is as quick to look at.
func nameBit(name string) uint64 {
	n := len(name)
	if n < 4 {
		return anonymousBit
	}
	end := uint64(name[n-1]) | uint64(name[n-2])<<8 | uint64(name[n-3])<<16 | uint64(name[n-4])<<24 | uint64(n)<<32
	return 1 << (end * bitSpread >> 58)
}

func compilePrincipal(typ, text, id string) principalEntry {
	e := principalEntry{text: text, id: id}
	switch typ {
	case "":
		if text == "*" {
			e.kind = entryEveryone
		}
	case "Service":
		e.kind = entryService
	case "Federated":
		e.kind = entryFederated
	case "AWS":
		switch account, ok := accountPrincipal(text); {
		case text == "*":
			e.kind = entryAnyAWS
		case ok:
			e.kind, e.text = entryAccount, account
		case text != "":
			e.kind = entryAWS
		}
	}
	return e
}
