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

// Decide is Evaluate without the trace: the same effect, reason and statement, sooner and without
// allocating memory.
func Decide(r *Request, s *Set) Decision { return evaluate(r, s, nil) }

// evaluator is one evaluation.
type evaluator struct {
	matcher
	trace *Trace // nil: do not trace, and skip what cannot change the decision

	deny       hit // the first explicit deny, in the order of the layers
	denyReason Reason
}

// hit is a statement that matched.
type hit struct {
	source *Source
	index  int
}

func (h hit) found() bool { return h.source != nil }

func (h hit) ref() StatementRef {
	if !h.found() {
		return StatementRef{}
	}
	st := &h.source.Policy.Statements[h.index]
	return StatementRef{
		Type: h.source.Type, Name: h.source.Name, ARN: h.source.ARN,
		Index: h.index, Sid: st.Sid.Text, Line: st.Pos.Line, Column: st.Pos.Column,
	}
}

// outcome is what one layer says.
type outcome struct {
	allow hit   // the strongest Allow
	grant grant // how it names the caller
	deny  hit   // the first Deny
	row   int   // of the layer in the trace
}

func (o *outcome) effect() Effect {
	switch {
	case o.deny.found():
		return ExplicitDeny
	case o.allow.found():
		return Allow
	default:
		return ImplicitDeny
	}
}

// verdict is a decision in short.
type verdict struct {
	effect Effect
	reason Reason
	by     hit
	note   string
}

func evaluate(r *Request, s *Set, t *Trace) Decision {
	e := evaluator{trace: t, matcher: matcher{req: r, arn: isARN(r.Resource), bounded: len(s.Boundary) > 0}}
	e.setAction(r.Action)
	if len(s.Resource) > 0 || len(s.RCP) > 0 {
		e.setPrincipal(&r.Principal)
	}
	if t != nil {
		*t = Trace{Principal: r.Principal, Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount}
	}
	v := e.decide(s)
	d := Decision{Effect: v.effect, Reason: v.reason, Statement: v.by.ref()}
	if t != nil {
		t.Effect, t.Reason, t.Note = d.Effect, d.Reason, v.note
		if v.by.found() {
			by := d.Statement
			t.Statement = &by
		}
		t.dropIdle()
	}
	return d
}

// decide consults the layers in the order in which a refusal names them, works out which of them must
// allow, and finds the first that does not.
func (e *evaluator) decide(s *Set) verdict {
	p := &e.req.Principal
	rules := &resourceRules
	trust := s.ResourceKind == Trust || e.assumesRole()
	if trust {
		rules = &trustRules
	}
	sameAccount := p.Account != "" && p.Account == e.req.ResourceAccount
	// Services, anonymous callers and identity providers have no policies of their own.
	outsider := p.Kind == Service || p.Kind == Anonymous || p.Kind == Federated

	rcp, scp := true, true
	if len(s.RCP)+len(s.SCP) > 0 {
		exempt := serviceLinked(p)
		rcp = e.levels(&rcpRules, s.RCP, exempt)
		scp = e.levels(&scpRules, s.SCP, exempt || outsider)
	}
	var resource, identity, boundary, session outcome
	e.layer(&resource, rules, s.Resource, 0)
	if !outsider {
		e.layer(&identity, &identityRules, s.Identity, 0)
		e.layer(&boundary, &boundaryRules, s.Boundary, 0)
		e.layer(&session, &sessionRules, s.Session, 0)
	}

	// An account's root user needs nobody's leave at home, and no identity policy elsewhere. A resource
	// policy of the same account that names the caller itself replaces everything on the caller's side;
	// one that names the caller's role or user replaces the identity policy.
	caller := !outsider && p.Kind != Root
	direct := caller && sameAccount && resource.grant == grantDirect
	byIssuer := sameAccount && (resource.grant == grantRole || resource.grant == grantUser)
	needs := needs{
		resource: outsider || trust || !sameAccount,
		identity: caller && !direct && !byIssuer,
		boundary: caller && !direct && len(s.Boundary) > 0,
		session:  caller && !direct && (len(s.Session) > 0 || p.Kind == FederatedUser),
	}
	if e.trace != nil {
		e.need(needs.resource, &resource, "none is attached")
		e.need(needs.identity, &identity, "none is attached")
		e.need(needs.boundary, &boundary, "")
		e.need(needs.session, &session, "a federated user has only what a session policy allows")
		name := layerNames[rules.reason].singular
		switch {
		case direct:
			e.note(&identity, "not needed: the "+name+" names the caller itself")
			e.note(&boundary, "an implicit deny does not count: the "+name+" names the caller itself")
			e.note(&session, "an implicit deny does not count: the "+name+" names the caller itself")
		case byIssuer:
			e.note(&identity, "not needed: the "+name+" names the caller's "+grantNames[resource.grant])
		case caller && sameAccount && resource.grant == grantAccount:
			e.note(&resource, "names the account only, which leaves the choice to its identity-based policies")
		}
	}

	switch {
	case e.unconditional() && p.Kind != Anonymous && p.Kind != Federated:
		return verdict{effect: Allow, note: "every caller may use " + e.req.Action + ", whatever the policies say"}
	case e.deny.found():
		return verdict{effect: ExplicitDeny, reason: e.denyReason, by: e.deny}
	case !scp:
		return verdict{reason: ReasonSCP}
	case !rcp:
		return verdict{reason: ReasonRCP}
	case trust && p.Kind == Root:
		return verdict{reason: ReasonTrust, note: rootMayNotAssume}
	case p.Kind == Root && sameAccount:
		return verdict{effect: Allow, note: "the root user has every permission in its own account"}
	case needs.resource && !resource.allow.found():
		return verdict{reason: rules.reason}
	case needs.identity && !identity.allow.found():
		return verdict{reason: ReasonIdentity}
	case needs.boundary && !boundary.allow.found():
		return verdict{reason: ReasonBoundary}
	case needs.session && !session.allow.found():
		return verdict{reason: ReasonSession}
	case needs.resource || direct || byIssuer:
		return verdict{effect: Allow, reason: rules.reason, by: resource.allow}
	default:
		return verdict{effect: Allow, reason: ReasonIdentity, by: identity.allow}
	}
}

// needs says which layers must allow a request.
type needs struct{ resource, identity, boundary, session bool }

// levels evaluates the control policies of an organization and reports whether every level allows. They
// do not bind exempt callers.
func (e *evaluator) levels(rules *layerRules, all [][]Source, exempt bool) bool {
	allowed := true
	for i, sources := range all {
		if exempt {
			e.skip(rules.reason, i+1, "does not bind this caller")
			continue
		}
		var o outcome
		e.layer(&o, rules, sources, i+1)
		if e.trace != nil {
			e.need(true, &o, "none is attached at this level")
		}
		allowed = allowed && o.allow.found()
	}
	return allowed
}

// assumesRole reports whether the action is one that only a role's trust policy can allow.
func (e *evaluator) assumesRole() bool {
	switch string(e.action()) {
	case "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity":
		return true
	}
	return false
}

// unconditional reports whether AWS lets every caller use the action whatever the policies say.
func (e *evaluator) unconditional() bool {
	return string(e.action()) == "sts:getcalleridentity" || string(e.action()) == "sts:getsessiontoken"
}

// serviceLinked reports whether the caller is a session of a service-linked role.
func serviceLinked(p *Principal) bool {
	return p.Kind == AssumedRole && strings.Contains(p.IssuerARN, ":role/aws-service-role/")
}

// layer evaluates the policies of one type.
func (e *evaluator) layer(o *outcome, rules *layerRules, sources []Source, level int) {
	if e.trace != nil {
		o.row = len(e.trace.Layers)
		e.trace.Layers = append(e.trace.Layers, Layer{Type: rules.reason, Level: level})
	}
	for i := range sources {
		if e.trace == nil && e.deny.found() {
			return
		}
		e.source(o, rules, &sources[i])
	}
	if e.trace != nil {
		e.trace.Layers[o.row].Effect = o.effect()
	}
}

// source evaluates one policy and adds what it says to the outcome of its layer.
func (e *evaluator) source(o *outcome, rules *layerRules, src *Source) {
	var row *SourceTrace
	if e.trace != nil {
		layer := &e.trace.Layers[o.row]
		layer.Sources = append(layer.Sources, SourceTrace{Type: src.Type, Name: src.Name, ARN: src.ARN})
		row = &layer.Sources[len(layer.Sources)-1]
	}
	if src.Policy == nil {
		return
	}
	code := src.Policy.program()
	if row == nil && !code.concerns.has(e.vendor, e.name) {
		return
	}
	for i := range code.rules {
		r := &code.rules[i]
		if row == nil && (e.idle(r, rules) || !r.deny && o.settled(rules)) {
			continue
		}
		g, missed := e.statement(r, rules)
		if row != nil {
			row.Statements = append(row.Statements, e.traceStatement(src.Policy, i, rules, g, missed))
		}
		switch {
		case missed.element != missNone:
		case !r.deny:
			if !o.allow.found() || g > o.grant {
				o.allow, o.grant = hit{src, i}, g
			}
		case !o.deny.found():
			o.deny = hit{src, i}
			if !e.deny.found() {
				e.deny, e.denyReason = o.deny, rules.reason
			}
			if row == nil {
				return
			}
		}
	}
}

// settled reports whether no other Allow can add to an outcome.
func (o *outcome) settled(rules *layerRules) bool {
	return o.allow.found() && (o.grant == grantDirect || !rules.hasPrincipal)
}
