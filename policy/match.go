package policy

import "strings"

// grant is how a Principal element names the caller, from weakest to strongest.
type grant int

const (
	grantNone    grant = iota
	grantAccount       // by the caller's account: a delegation to that account's identity policies
	grantUser          // a federated user session by its user
	grantRole          // a role session by its role
	grantDirect        // the caller itself, or everyone
)

var grantNames = [...]string{
	grantAccount: "account",
	grantUser:    "user",
	grantRole:    "role",
	grantDirect:  "direct",
}

// failure is the first element of a statement that did not match. The zero failure is no failure.
type failure struct {
	element   string     // as the element is written
	condition *Condition // of a Condition
	note      string
}

// layerRules are the differences between policy types.
type layerRules struct {
	reason       Reason
	hasPrincipal bool // the statement names callers, the policy belongs to a resource
	hasResource  bool // the statement must name resources
	everyone     bool // no Principal element means everyone
	short        shortARN
}

// shortARN says what becomes of resource patterns with fewer than six parts.
type shortARN int

const (
	shortPadded   shortARN = iota // the missing parts match anything
	shortWildcard                 // so they do if the pattern has a star; otherwise it matches nothing
	shortOpen                     // so they do if the pattern ends with a star; otherwise it matches nothing
	shortInvalid                  // it matches nothing
)

var (
	identityRules = layerRules{reason: ReasonIdentity, hasResource: true}
	boundaryRules = layerRules{reason: ReasonBoundary, hasResource: true}
	sessionRules  = layerRules{reason: ReasonSession, hasResource: true}
	scpRules      = layerRules{reason: ReasonSCP, hasResource: true, short: shortOpen}
	rcpRules      = layerRules{reason: ReasonRCP, hasResource: true, hasPrincipal: true, everyone: true, short: shortInvalid}
	resourceRules = layerRules{reason: ReasonResource, hasPrincipal: true, short: shortWildcard}
	trustRules    = layerRules{reason: ReasonTrust, hasPrincipal: true, short: shortWildcard}
)

// matcher answers questions about one request.
type matcher struct {
	req      *Request
	resource arnParts
	parts    int  // of the resource; fewer than six when it is not an ARN
	bounded  bool // the caller has a permissions boundary
}

// statement matches one statement. For policies of resources, g tells how it names the caller.
func (m *matcher) statement(st *Statement, rules *layerRules, variables bool) (g grant, f failure) {
	deny := st.Deny()
	if g, f = m.principal(st, rules, deny); f.element != "" {
		return grantNone, f
	}
	if st.Action == nil || len(st.Action.Values) == 0 {
		if !deny {
			return grantNone, failure{element: "Action", note: "the statement names no actions"}
		}
	} else if m.listsAction(st.Action) == st.Action.Not {
		return grantNone, failure{element: elementName("Action", st.Action.Not)}
	}
	if st.Resource == nil || len(st.Resource.Values) == 0 {
		if rules.hasResource && !deny {
			return grantNone, failure{element: "Resource", note: "the statement names no resources"}
		}
	} else if m.listsResource(st.Resource, rules.short, variables) == st.Resource.Not {
		return grantNone, failure{element: elementName("Resource", st.Resource.Not)}
	}
	for i := range st.Conditions {
		if !st.Conditions[i].holds(m.req.Context, variables) {
			return grantNone, failure{element: "Condition", condition: &st.Conditions[i]}
		}
	}
	return g, failure{}
}

func elementName(name string, not bool) string {
	if !not {
		return name
	}
	if name == "Action" {
		return "NotAction"
	}
	return "NotResource"
}

func (m *matcher) listsAction(e *Element) bool {
	for i := range e.Values {
		if MatchAction(e.Values[i].Text, m.req.Action) {
			return true
		}
	}
	return false
}

func (m *matcher) listsResource(e *Element, short shortARN, variables bool) bool {
	for i := range e.Values {
		if m.matchResource(e.Values[i].Text, short, variables) {
			return true
		}
	}
	return false
}

// matchResource matches one Resource value. Variables are resolved in the last part of an ARN only.
func (m *matcher) matchResource(pattern string, short shortARN, variables bool) bool {
	if stars(pattern) {
		return true
	}
	if m.parts < len(m.resource) {
		if variables {
			var ok bool
			if pattern, ok = resolve(pattern, m.req.Context, true); !ok {
				return false
			}
		}
		return glob(pattern, m.req.Resource, false)
	}
	want, n := splitARN(pattern)
	if n < len(want) {
		switch short {
		case shortWildcard:
			if !strings.Contains(pattern, "*") {
				return false
			}
		case shortOpen:
			if !strings.HasSuffix(pattern, "*") {
				return false
			}
		case shortInvalid:
			return false
		}
	} else if variables {
		var ok bool
		if want[5], ok = resolve(want[5], m.req.Context, true); !ok {
			return false
		}
	}
	return want.match(n, &m.resource)
}

// principal matches the Principal or NotPrincipal element.
func (m *matcher) principal(st *Statement, rules *layerRules, deny bool) (grant, failure) {
	pr := st.Principal
	if !rules.hasPrincipal {
		if pr != nil && !deny {
			return grantNone, failure{element: principalName(pr), note: "this type of policy must not name principals"}
		}
		return grantNone, failure{}
	}
	if pr == nil || pr.empty() {
		if !deny && !rules.everyone {
			return grantNone, failure{element: "Principal", note: "the statement names no principals"}
		}
		return grantDirect, failure{}
	}
	if deny && pr.Not && m.bounded {
		return grantDirect, failure{} // NotPrincipal does not spare callers with a permissions boundary
	}
	var found [grantDirect + 1]bool
	best := grantNone
	everyone := false
	for i := range pr.Groups {
		group := &pr.Groups[i]
		for j := range group.Values {
			g := m.req.named(group, j, deny, pr.Not)
			found[g] = true
			best = max(best, g)
			everyone = everyone || g == grantDirect && group.Values[j].Text == "*"
		}
	}
	switch {
	case !pr.Not:
		if best == grantNone {
			return grantNone, failure{element: "Principal"}
		}
		return best, failure{}
	case !deny:
		if best != grantNone {
			return grantNone, failure{element: "NotPrincipal"}
		}
		return grantDirect, failure{}
	}
	// A Deny spares a caller only when NotPrincipal names everything that leads to it: the account, the
	// role of a role session, and the caller itself.
	spared := everyone
	switch m.req.Principal.Kind {
	case AssumedRole:
		spared = spared || found[grantDirect] && found[grantRole] && found[grantAccount]
	case User, FederatedUser:
		spared = spared || found[grantDirect] && found[grantAccount]
	default:
		spared = spared || found[grantDirect]
	}
	if spared {
		return grantNone, failure{element: "NotPrincipal"}
	}
	return grantDirect, failure{}
}

func principalName(p *Principals) string {
	if p.Not {
		return "NotPrincipal"
	}
	return "Principal"
}

// empty reports whether the element names nobody at all.
func (p *Principals) empty() bool {
	for i := range p.Groups {
		if len(p.Groups[i].Values) > 0 {
			return false
		}
	}
	return true
}

// named tells how entry i of a Principal or NotPrincipal element names the caller. {"AWS": "*"} stands
// for everyone with or without AWS credentials, but only a Deny extends it to services and identity
// providers.
func (r *Request) named(group *PrincipalGroup, i int, deny, not bool) grant {
	p := &r.Principal
	external := p.Kind == Service || p.Kind == Federated
	text := group.Values[i].Text
	switch group.Type.Text {
	case "":
		if text == "*" {
			return grantDirect
		}
	case "Service":
		if p.Kind == Service && text == p.ARN {
			return grantDirect
		}
	case "Federated":
		if p.Kind == Federated && text == p.ARN {
			return grantDirect
		}
		if p.Kind == AssumedRole {
			if from := r.Context["aws:federatedprovider"]; len(from) == 1 && from[0] == text {
				return grantRole
			}
		}
	case "AWS":
		if text == "*" {
			if external && !deny {
				return grantNone
			}
			return grantDirect
		}
		if text == "" || external {
			return grantNone
		}
		takes := deny != not // to be named costs the caller something
		if id := group.id(i); id != "" && !(takes && p.unidentified()) {
			return p.identified(id)
		}
		return p.named(text)
	}
	return grantNone
}

// named tells how an AWS principal entry other than "*" names the caller.
func (p *Principal) named(text string) grant {
	if account, ok := accountPrincipal(text); ok {
		switch {
		case account != p.Account:
			return grantNone
		case p.Kind == Root:
			return grantDirect
		default:
			return grantAccount
		}
	}
	switch p.Kind {
	case User:
		if text == p.ARN || text == p.ID {
			return grantDirect
		}
	case AssumedRole:
		if text == p.ARN || text == p.ID {
			return grantDirect
		}
		if role, _, _ := strings.Cut(p.ID, ":"); text == p.IssuerARN || text == role {
			return grantRole
		}
	case FederatedUser:
		if text == p.ARN {
			return grantDirect
		}
		if text == p.IssuerARN {
			return grantUser
		}
	}
	return grantNone
}

// accountPrincipal returns the account of a principal that names one, by its id or its root ARN.
func accountPrincipal(text string) (account string, ok bool) {
	if isAccount(text) {
		return text, true
	}
	arn, n := splitARN(text)
	ok = n == len(arn) && arn[0] == "arn" && arn[2] == "iam" && arn[5] == "root" && isAccount(arn[4])
	return arn[4], ok
}

func isAccount(s string) bool { return len(s) == 12 && allDigits(s) }
