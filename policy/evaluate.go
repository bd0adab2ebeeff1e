package policy

import "strings"

// Evaluate decides a request against the policies that apply to it, and traces how.
//
// It follows "Policy evaluation logic" of the IAM User Guide: an explicit deny anywhere wins; service
// and resource control policies must allow at every level; within an account, an Allow of the identity
// or of the resource is enough, and a resource policy that names the caller itself is not cut by an
// implicit deny of a boundary or session policy; across accounts both sides must allow. Evaluate only
// reads its arguments, and is safe for concurrent use.
func Evaluate(r *Request, s *Set) Decision {
	var t Trace
	d := evaluate(r, s, &t)
	d.Trace = t
	return d
}

// Decide is Evaluate without the trace: the same effect, reason and statement, sooner.
func Decide(r *Request, s *Set) Decision { return evaluate(r, s, nil) }

// evaluator is one evaluation.
type evaluator struct {
	matcher
	trace *Trace // nil: do not trace, and stop looking at the first explicit deny

	denied outcome // the first layer with an explicit deny, in the order of the layers
}

// hit is a statement that matched.
type hit struct {
	source *Source
	index  int
}

func (h hit) found() bool { return h.source != nil }

func (h hit) statement() *Statement { return &h.source.Policy.Statements[h.index] }

func (h hit) ref() *StatementRef {
	if !h.found() {
		return nil
	}
	st := h.statement()
	return &StatementRef{
		Type: h.source.Type, Name: h.source.Name, ARN: h.source.ARN,
		Index: h.index, Sid: st.Sid.Text, Line: st.Pos.Line, Column: st.Pos.Column,
	}
}

// outcome is what one layer says.
type outcome struct {
	reason Reason
	allow  hit   // the strongest Allow
	grant  grant // how it names the caller
	deny   hit   // the first Deny
	row    int   // of the layer in the trace
}

func (o outcome) effect() Effect {
	switch {
	case o.deny.found():
		return ExplicitDeny
	case o.allow.found():
		return Allow
	default:
		return ImplicitDeny
	}
}

func evaluate(r *Request, s *Set, t *Trace) Decision {
	e := evaluator{trace: t, matcher: matcher{req: r, bounded: len(s.Boundary) > 0}}
	e.resource, e.parts = splitARN(r.Resource)
	if t != nil {
		*t = Trace{Principal: r.Principal, Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount}
	}
	effect, reason, by, note := e.decide(s)
	d := Decision{Effect: effect, Reason: reason, Statement: by.ref()}
	if t != nil {
		t.Effect, t.Reason, t.Statement, t.Note = d.Effect, d.Reason, d.Statement, note
		t.dropIdle()
	}
	return d
}

// decide consults the layers in the order in which a refusal names them, works out which of them must
// allow, and finds the first that does not.
func (e *evaluator) decide(s *Set) (effect Effect, reason Reason, by hit, note string) {
	p := &e.req.Principal
	rules := &resourceRules
	trust := isTrust(e.req.Action, s)
	if trust {
		rules = &trustRules
	}
	sameAccount := p.Account != "" && p.Account == e.req.ResourceAccount
	// Services, anonymous callers and identity providers have no policies of their own.
	outsider := p.Kind == Service || p.Kind == Anonymous || p.Kind == Federated
	exempt := serviceLinked(p)

	rcp := e.levels(&rcpRules, s.RCP, exempt)
	scp := e.levels(&scpRules, s.SCP, exempt || outsider)
	resource := e.layer(rules, s.Resource, 0)
	var identity, boundary, session outcome
	if !outsider {
		identity = e.layer(&identityRules, s.Identity, 0)
		boundary = e.layer(&boundaryRules, s.Boundary, 0)
		session = e.layer(&sessionRules, s.Session, 0)
	}

	// An account's root user needs nobody's leave at home, and no identity policy elsewhere. A resource
	// policy of the same account that names the caller itself replaces everything on the caller's side;
	// one that names the caller's role or user replaces the identity policy.
	caller := !outsider && p.Kind != Root
	direct := caller && sameAccount && resource.grant == grantDirect
	byIssuer := sameAccount && (resource.grant == grantRole || resource.grant == grantUser)
	needs := [...]struct {
		outcome
		needed bool
		empty  string // note for a layer without policies
	}{
		{resource, outsider || trust || !sameAccount, "none is attached"},
		{identity, caller && !direct && !byIssuer, "none is attached"},
		{boundary, caller && !direct && len(s.Boundary) > 0, ""},
		{session, caller && !direct && (len(s.Session) > 0 || p.Kind == FederatedUser), "a federated user has only what a session policy allows"},
	}
	for _, n := range needs {
		if n.needed {
			e.need(n.outcome, n.empty)
		}
	}
	if e.trace != nil {
		name := layerNames[rules.reason].singular
		switch {
		case direct:
			e.note(identity, "not needed: the "+name+" names the caller itself")
			e.note(boundary, "an implicit deny does not count: the "+name+" names the caller itself")
			e.note(session, "an implicit deny does not count: the "+name+" names the caller itself")
		case byIssuer:
			e.note(identity, "not needed: the "+name+" names the caller's "+grantNames[resource.grant])
		case caller && sameAccount && resource.grant == grantAccount:
			e.note(resource, "names the account only, which leaves the choice to its identity-based policies")
		}
	}

	switch {
	case unconditional(e.req.Action) && p.Kind != Anonymous && p.Kind != Federated:
		return Allow, ReasonNone, hit{}, "every caller may use " + e.req.Action + ", whatever the policies say"
	case e.denied.deny.found():
		return ExplicitDeny, e.denied.reason, e.denied.deny, ""
	case !scp:
		return ImplicitDeny, ReasonSCP, hit{}, ""
	case !rcp:
		return ImplicitDeny, ReasonRCP, hit{}, ""
	case trust && p.Kind == Root:
		return ImplicitDeny, ReasonTrust, hit{}, rootMayNotAssume
	case p.Kind == Root && sameAccount:
		return Allow, ReasonNone, hit{}, "the root user has every permission in its own account"
	}
	for _, n := range needs {
		if n.needed && !n.allow.found() {
			return ImplicitDeny, n.reason, hit{}, ""
		}
	}
	if needs[0].needed || direct || byIssuer {
		return Allow, rules.reason, resource.allow, ""
	}
	return Allow, ReasonIdentity, identity.allow, ""
}

// levels evaluates the control policies of an organization and reports whether every level allows. They
// do not bind exempt callers.
func (e *evaluator) levels(rules *layerRules, all [][]Source, exempt bool) bool {
	allowed := true
	for i, sources := range all {
		if exempt {
			e.skip(rules.reason, i+1, "does not bind this caller")
			continue
		}
		o := e.layer(rules, sources, i+1)
		e.need(o, "none is attached at this level")
		allowed = allowed && o.allow.found()
	}
	return allowed
}

// isTrust reports whether the resource policies are a role's trust policy.
func isTrust(action string, s *Set) bool {
	switch {
	case s.ResourceKind == Trust,
		strings.EqualFold(action, "sts:AssumeRole"),
		strings.EqualFold(action, "sts:AssumeRoleWithSAML"),
		strings.EqualFold(action, "sts:AssumeRoleWithWebIdentity"):
		return true
	}
	return false
}

// unconditional reports whether AWS lets every caller use an action whatever the policies say.
func unconditional(action string) bool {
	return strings.EqualFold(action, "sts:GetCallerIdentity") || strings.EqualFold(action, "sts:GetSessionToken")
}

// serviceLinked reports whether the caller is a session of a service-linked role.
func serviceLinked(p *Principal) bool {
	return p.Kind == AssumedRole && strings.Contains(p.IssuerARN, ":role/aws-service-role/")
}

// layer evaluates the policies of one type.
func (e *evaluator) layer(rules *layerRules, sources []Source, level int) outcome {
	o := outcome{reason: rules.reason}
	if e.trace == nil && e.denied.deny.found() {
		return o
	}
	var row *Layer
	if e.trace != nil {
		o.row = len(e.trace.Layers)
		e.trace.Layers = append(e.trace.Layers, Layer{Type: rules.reason, Level: level})
		row = &e.trace.Layers[o.row]
	}
	for i := range sources {
		e.source(&o, rules, &sources[i], row)
	}
	if row != nil {
		row.Effect = o.effect()
	}
	if o.deny.found() && !e.denied.deny.found() {
		e.denied = o
	}
	return o
}

// source evaluates one policy and adds what it says to an outcome.
func (e *evaluator) source(o *outcome, rules *layerRules, src *Source, row *Layer) {
	var statements []StatementTrace
	if src.Policy != nil {
		variables := src.Policy.variables()
		for i := range src.Policy.Statements {
			if row == nil && o.deny.found() {
				return
			}
			st := &src.Policy.Statements[i]
			g, f := e.statement(st, rules, variables)
			if row != nil {
				statements = append(statements, e.traceStatement(st, i, rules, variables, g, f))
			}
			switch {
			case f.element != "":
			case st.Deny():
				if !o.deny.found() {
					o.deny = hit{src, i}
				}
			case !o.allow.found() || g > o.grant:
				o.allow, o.grant = hit{src, i}, g
			}
		}
	}
	if row != nil {
		row.Sources = append(row.Sources, SourceTrace{Type: src.Type, Name: src.Name, ARN: src.ARN, Statements: statements})
	}
}
