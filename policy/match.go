package policy

import "strings"

// grant is how a Principal element names the caller, from weakest to strongest.
type grant uint8

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

// miss is the first element of a statement that did not match, and why. The zero miss is none.
type miss struct {
	element   missedElement
	condition int // index in the statement
}

type missedElement uint8

const (
	missNone missedElement = iota
	missPrincipal
	missPrincipalForbidden // in a type of policy that must not have the element
	missPrincipalMissing
	missAction
	missActionMissing
	missResource
	missResourceForbidden
	missResourceMissing
	missCondition
)

// layerRules are the differences between policy types.
type layerRules struct {
	reason       Reason
	hasPrincipal bool // the statement names callers, the policy belongs to a resource
	everyone     bool // no Principal element means everyone
	resource     presence
	short        shortARN
}

// presence says whether statements of a policy type have an element.
type presence int

const (
	optional presence = iota
	required
	forbidden
)

// shortARN says what becomes of resource patterns with fewer than six parts.
type shortARN int

const (
	shortPadded   shortARN = iota // the missing parts match anything
	shortWildcard                 // so they do if the pattern has a star; otherwise it matches nothing
	shortOpen                     // so they do if the pattern ends with a star; otherwise it matches nothing
	shortInvalid                  // it matches nothing
)

// takes reports whether a Resource value of some shortness may match anything.
func (s shortARN) takes(short shortness) bool {
	switch s {
	case shortPadded:
		return true
	case shortWildcard:
		return short != shortPlain
	case shortOpen:
		return short == shortNot || short == shortEndStar
	default:
		return short == shortNot
	}
}

var (
	identityRules = layerRules{reason: ReasonIdentity, resource: required}
	boundaryRules = layerRules{reason: ReasonBoundary, resource: required}
	sessionRules  = layerRules{reason: ReasonSession, resource: required}
	scpRules      = layerRules{reason: ReasonSCP, resource: required, short: shortOpen}
	rcpRules      = layerRules{reason: ReasonRCP, resource: required, hasPrincipal: true, everyone: true, short: shortInvalid}
	resourceRules = layerRules{reason: ReasonResource, hasPrincipal: true, short: shortWildcard}
	trustRules    = layerRules{reason: ReasonTrust, hasPrincipal: true, resource: forbidden}
)

// matcher answers questions about one request.
type matcher struct {
	req      *Request
	action   actionBits
	callers  uint64 // nameBits of all that a Principal element may name the caller by
	arn      bool   // the resource is an ARN
	bounded  bool   // the caller has a permissions boundary
	external bool   // the caller is no AWS principal: a service or an identity provider
}

// reset makes the matcher one of a request and its policies.
func (m *matcher) reset(r *Request, s *Set) {
	p := &r.Principal
	m.req, m.action = r, newActionBits(r.Action)
	m.arn, m.bounded = isARN(r.Resource), len(s.Boundary) > 0
	m.external = p.Kind == Service || p.Kind == Federated
	if len(s.Resource)+len(s.RCP) == 0 {
		return // nobody asks for names
	}
	m.callers = anonymousBit | nameBit(p.Account) | nameBit(p.ARN) | nameBit(p.ID)
	if p.Kind == AssumedRole || p.Kind == FederatedUser {
		role := p.ID[:max(0, strings.IndexByte(p.ID, ':'))]
		m.callers |= nameBit(p.IssuerARN) | nameBit(role) | nameBit(p.IssuerID)
	}
}

// statement matches one statement. For policies of resources, g tells how it names the caller.
func (m *matcher) statement(r *rule, rules *layerRules) (g grant, missed miss) {
	if rules.hasPrincipal {
		if r.principals != nil {
			if g = grantDirect; r.principals.everyone && !r.principals.not {
			} else if g = m.principal(r.principals, r.deny); g == grantNone {
				return grantNone, miss{element: missPrincipal}
			}
		} else {
			if !r.deny && !rules.everyone {
				return grantNone, miss{element: missPrincipalMissing}
			}
			g = grantDirect
		}
	} else if r.hasPrincipal && !r.deny {
		return grantNone, miss{element: missPrincipalForbidden}
	}
	switch {
	case r.noActions:
		if !r.deny {
			return grantNone, miss{element: missActionMissing}
		}
	case (r.anyAction || m.listsAction(r)) == r.notAction:
		return grantNone, miss{element: missAction}
	}
	switch {
	case rules.resource == forbidden:
		if r.hasResource && !r.deny {
			return grantNone, miss{element: missResourceForbidden}
		}
	case r.noResources:
		if rules.resource == required && !r.deny {
			return grantNone, miss{element: missResourceMissing}
		}
	case (r.anyResource || m.listsResource(r, rules.short)) == r.notResource:
		return grantNone, miss{element: missResource}
	}
	for i := range r.tests {
		if !r.tests[i].holds(m.req.Context, r.deny) {
			return grantNone, miss{element: missCondition, condition: i}
		}
	}
	return g, miss{}
}

func (m *matcher) listsAction(r *rule) bool {
	if r.listed.has(m.action) {
		for i := range r.actions {
			if p := &r.actions[i]; p.text == m.req.Action && p.kind == patternExact || p.match(m.req.Action, nil) {
				return true
			}
		}
	}
	return false
}

func (m *matcher) listsResource(r *rule, short shortARN) bool {
	for i := range r.resources {
		p := &r.resources[i]
		if !m.arn {
			if p.text.match(m.req.Resource, m.req.Context) {
				return true
			}
		} else if short.takes(p.short) && p.arn.match(m.req.Resource, m.req.Context) {
			return true
		}
	}
	return false
}

// principal tells how the Principal or NotPrincipal element of a statement names the caller; grantNone
// means that the statement is not about it.
func (m *matcher) principal(pr *principals, deny bool) grant {
	best := grantNone
	if !pr.not {
		for i := range pr.entries {
			if best = max(best, m.named(&pr.entries[i], deny, false)); best == grantDirect {
				break
			}
		}
		return best
	}
	if deny && m.bounded {
		return grantDirect // NotPrincipal does not spare callers with a permissions boundary
	}
	var found [grantDirect + 1]bool
	everyone := false
	for i := range pr.entries {
		e := &pr.entries[i]
		g := m.named(e, deny, true)
		best = max(best, g)
		found[g] = found[g] || g != grantRole || e.kind != entryFederated // its identity provider is not the role
		everyone = everyone || g == grantDirect && e.text == "*"
	}
	// A Deny spares a caller only when NotPrincipal names everything that leads to it: the account, the
	// role of a role session, the user of a federated user, and the caller itself.
	spared := best != grantNone
	if deny && !everyone {
		spared = found[grantDirect]
		switch m.req.Principal.Kind {
		case AssumedRole:
			spared = spared && found[grantRole] && found[grantAccount]
		case FederatedUser:
			spared = spared && found[grantUser] && found[grantAccount]
		case User:
			spared = spared && found[grantAccount]
		}
	}
	if spared {
		return grantNone
	}
	return grantDirect
}

// named tells how an entry of a Principal or NotPrincipal element names the caller. {"AWS": "*"} stands
// for everyone with or without AWS credentials; services and identity providers it names only where that
// costs them something.
func (m *matcher) named(e *principalEntry, deny, not bool) grant {
	p := &m.req.Principal
	takes := deny != not // to be named costs the caller something
	switch e.kind {
	case entryEveryone:
		return grantDirect
	case entryAnyAWS:
		if !m.external || takes {
			return grantDirect
		}
	case entryAccount:
		switch {
		case e.text != p.Account || m.external:
		case p.Kind == Root:
			return grantDirect
		default:
			return grantAccount
		}
	case entryAWS:
		if m.external {
			return grantNone
		}
		if e.id != "" && !(takes && p.unidentified()) {
			return p.identified(e.id)
		}
		return p.named(e.text)
	case entryService:
		if p.Kind == Service && e.text == p.ARN {
			return grantDirect
		}
	case entryFederated:
		switch p.Kind {
		case Federated:
			if e.text == p.ARN {
				return grantDirect
			}
		case AssumedRole:
			if from := m.req.Context["aws:federatedprovider"]; len(from) == 1 && from[0] == e.text {
				return grantRole
			}
		}
	}
	return grantNone
}

// named tells how the ARN or unique id of a user, role or session names the caller.
func (p *Principal) named(text string) grant {
	switch p.Kind {
	case User:
		if text == p.ARN || text == p.ID {
			return grantDirect
		}
	case AssumedRole:
		if text == p.ARN || text == p.ID {
			return grantDirect
		}
		if text == p.IssuerARN || p.ofRole(text) {
			return grantRole
		}
	case FederatedUser:
		if text == p.ARN {
			return grantDirect
		}
		if text == p.IssuerARN || text == p.IssuerID {
			return grantUser
		}
	}
	return grantNone
}

// ofRole reports whether a unique id is that of the role whose session the caller is.
func (p *Principal) ofRole(id string) bool {
	return strings.HasPrefix(p.ID, id) && strings.IndexByte(p.ID, ':') == len(id)
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
