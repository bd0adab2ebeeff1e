package policy

import "strings"

// program is the compiled form of a policy: what an evaluation reads, and nothing else. It is made once,
// when the policy is, and never changes. The traced and the untraced evaluation run the same program.
type program struct {
	about    concern   // what any of the rules is about
	concerns []concern // what each of the rules is about
	rules    []rule    // of the statements, in their order
}

// rule is the compiled form of a statement.
type rule struct {
	deny         bool
	hasPrincipal bool // there is the element
	noActions    bool // there is no such element, or no value in it
	notAction    bool
	anyAction    bool // "*" is listed
	hasResource  bool // there is the element
	noResources  bool // there is no such element, or no value in it
	notResource  bool
	anyResource  bool // "*" is listed

	principals *principals // nil when it names nobody at all
	listed     actionSet   // at least the actions that match a pattern
	actions    []pattern
	resources  []resourcePattern
	tests      []test // of the conditions, in their order
}

// program returns the program of a policy. One that was put together by other means than Parse has none
// yet, and is compiled here, as often as it is evaluated.
func (p *Policy) program() *program {
	if p.code == nil {
		return compile(p)
	}
	return p.code
}

// compile makes the program of a policy.
func compile(p *Policy) *program {
	prog := &program{rules: make([]rule, len(p.Statements)), concerns: make([]concern, len(p.Statements))}
	for i := range p.Statements {
		prog.rules[i] = compileStatement(&p.Statements[i], p.variables())
		c := prog.rules[i].concern()
		prog.concerns[i] = c
		prog.about.names |= c.names
		prog.about.starts |= c.starts
		prog.about.callers |= c.callers
	}
	return prog
}

func compileStatement(st *Statement, variables bool) rule {
	r := rule{deny: st.Deny(), hasPrincipal: st.Principal != nil, noActions: true, noResources: true}
	if r.hasPrincipal {
		r.principals = compilePrincipals(st.Principal)
	}
	if e := st.Action; e != nil && len(e.Values) > 0 {
		r.noActions, r.notAction = false, e.Not
		r.actions = make([]pattern, len(e.Values))
		for i, v := range e.Values {
			r.actions[i] = compileAction(v.Text)
			r.listed.add(&r.actions[i])
			r.anyAction = r.anyAction || r.actions[i].kind == patternAll
		}
	}
	if e := st.Resource; e != nil {
		r.hasResource = true
		r.noResources, r.notResource = len(e.Values) == 0, e.Not
		r.resources = make([]resourcePattern, len(e.Values))
		for i, v := range e.Values {
			r.resources[i] = compileResource(v.Text, variables)
			r.anyResource = r.anyResource || r.resources[i].text.kind == patternAll
		}
	}
	if len(st.Conditions) > 0 {
		r.tests = make([]test, len(st.Conditions))
		for i := range st.Conditions {
			r.tests[i] = compileTest(&st.Conditions[i], variables)
		}
	}
	return r
}

// concern is a superset of the requests that a statement can match. To look a request up costs next to
// nothing, and the answer is no for nearly all statements about other actions or callers.
type concern struct {
	actionSet
	callers uint64 // nameBits of the callers
	deny    bool
}

func (r *rule) concern() concern {
	c := concern{actionSet: r.listed, callers: r.principals.bits(), deny: r.deny}
	if r.noActions || r.notAction {
		c.actionSet = everyAction
	}
	return c
}

// excludes reports whether the statement cannot match a request with these bits.
func (c *concern) excludes(action actionBits, callers uint64) bool {
	return !c.has(action) || c.callers&callers == 0
}

// actionSet is a superset of the actions that match a number of patterns. Unlike an index by action it
// needs no list of the actions there are.
type actionSet struct {
	names  uint64 // of the patterns without wildcards, two nameBits each
	starts uint64 // nameBits of how the others start, as far as startOf goes
}

var everyAction = actionSet{starts: ^uint64(0)}

func (a *actionSet) add(p *pattern) {
	switch p.kind {
	case patternAll:
		*a = everyAction
	case patternExact:
		a.names |= twoBits(p.text)
	case patternPrefix:
		a.starts |= nameBit(startOf(p.text))
	case patternPieces:
		a.starts |= nameBit(startOf(p.pieces[0].text))
	}
}

// has reports whether the set may hold an action.
func (a *actionSet) has(action actionBits) bool {
	return a.names&action.name == action.name || a.starts&action.starts != 0
}

// actionBits are the bits by which the sets that may hold an action know it.
type actionBits struct{ name, starts uint64 }

func newActionBits(action string) actionBits {
	vendor := strings.IndexByte(action, ':') + 1
	bits := actionBits{name: twoBits(action), starts: nameBit(action[:vendor])}
	if len(action) >= vendor+startLetters {
		bits.starts |= nameBit(action[:vendor+startLetters])
	}
	return bits
}

// startLetters is how much of the names of actions is told apart.
const startLetters = 2

// startOf returns the vendor and the first letters of a pattern of actions; of one that has fewer before
// its first wildcard, the vendor alone.
func startOf(text string) string {
	end := strings.IndexByte(text, ':') + 1
	if len(text) >= end+startLetters {
		end += startLetters
	}
	return text[:end]
}

// nameBit returns one bit that stands for a name, whatever its case. Its length and its end tell names
// apart better than anything else that is as quick to look at.
func nameBit(name string) uint64 { return 1 << (nameHash(name) >> 58) }

// twoBits returns two bits that stand for a name: it takes both to tell that it may be in a set.
func twoBits(name string) uint64 {
	h := nameHash(name)
	return 1<<(h>>58) | 1<<(h>>52&63)
}

func nameHash(name string) uint64 {
	const (
		spread  = 0x9E3779B97F4A7C15 // 2^64 by the golden ratio: makes the high bits depend on all others
		letters = 0x20202020         // makes upper case lower case
	)
	n := len(name)
	if n < 4 {
		return uint64(n) << 58
	}
	end := name[n-4:]
	h := uint32(end[0]) | uint32(end[1])<<8 | uint32(end[2])<<16 | uint32(end[3])<<24 | letters
	return (uint64(n)<<32 | uint64(h)) * spread
}

// resourcePattern is a compiled Resource value.
type resourcePattern struct {
	arn   pattern  // what resources that are ARNs match
	text  *pattern // what other resources match, "*" among them
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
	text := compileGlob(value, variables)
	r := resourcePattern{text: &text}
	if stars(value) {
		r.arn = text
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
	not      bool
	everyone bool // "*" is listed
	entries  []principalEntry
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
			e := compilePrincipal(g.Type.Text, g.Values[j].Text, g.id(j))
			c.entries = append(c.entries, e)
			c.everyone = c.everyone || e.kind == entryEveryone
		}
	}
	if len(c.entries) == 0 {
		return nil
	}
	return c
}

const (
	everyCaller  = ^uint64(0) // the superset of callers that holds all of them
	anonymousBit = 1          // what every caller has, also one without a name
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
		case entryNobody: // in policies that must not name principals, it denies all the same
			bits |= anonymousBit
		case entryEveryone, entryAnyAWS, entryFederated:
			return everyCaller
		}
	}
	return bits
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
