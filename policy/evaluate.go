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
	var d Decision
	evaluate(r, s, &d, &d.Trace)
	return d
}

// Decide is Evaluate without the trace: the same effect, reason and statement, sooner and without
// allocating memory.
func Decide(r *Request, s *Set) (d Decision) {
	evaluate(r, s, &d, nil)
	return d
}

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

// ref fills in a reference to the statement.
func (h hit) ref(to *StatementRef) {
	st := &h.source.Policy.Statements[h.index]
	to.Type, to.Name, to.ARN = h.source.Type, h.source.Name, h.source.ARN
	to.Index, to.Sid, to.Line, to.Column = h.index, st.Sid.Text, st.Pos.Line, st.Pos.Column
}

// outcome is what one layer says.
type outcome struct {
	allow  hit   // the strongest Allow
	grant  grant // how it names the caller
	moot   bool  // nobody asks for an Allow
	denied bool  // a Deny matches
	row    int32 // of the layer in the trace
}

func (o *outcome) effect() Effect {
	switch {
	case o.denied:
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
	rule   specialRule // that made it, instead of a policy
}

// specialRule is a rule that no policy can change.
type specialRule int

const (
	noRule specialRule = iota
	ruleEveryCaller
	ruleRootAtHome
	ruleRootAssumesNoRole
)

// evaluate fills in a decision, and a trace unless it is nil.
func evaluate(r *Request, s *Set, d *Decision, t *Trace) {
	e := evaluator{trace: t}
	e.reset(r, s)
	v := e.decide(s)
	d.Effect, d.Reason = v.effect, v.reason
	if v.by.found() {
		v.by.ref(&d.Statement)
	}
	if t != nil {
		e.traceVerdict(v)
	}
}

// layers is what the policies of a request say, and what they have to.
type layers struct {
	rules                                 *layerRules // of the resource's policies
	rcp, scp                              bool        // every level allows
	resource, identity, boundary, session outcome

	sameAccount bool
	outsider    bool // a service, an anonymous caller or an identity provider, who have no policies of their own
	direct      bool // the resource's policy names the caller itself, which replaces all that is on the caller's side
	byIssuer    bool // it names the caller's role or user, which replaces the identity policy

	needsResource, needsIdentity, needsBoundary, needsSession bool
}

// decide consults the layers in the order in which a refusal names them, works out which of them must
// allow, and finds the first that does not.
func (e *evaluator) decide(s *Set) verdict {
	p := &e.req.Principal
	l := layers{rules: &resourceRules, rcp: true, scp: true}
	special := ofSTS(e.req.Action)
	trust := s.ResourceKind == Trust || special && assumesRole(e.req.Action)
	if trust {
		l.rules = &trustRules
	}
	l.sameAccount = p.Account != "" && p.Account == e.req.ResourceAccount
	l.outsider = p.Kind == Service || p.Kind == Anonymous || p.Kind == Federated

	if len(s.RCP)+len(s.SCP) > 0 {
		exempt := serviceLinked(p)
		l.rcp = e.levels(&rcpRules, s.RCP, exempt)
		l.scp = e.levels(&scpRules, s.SCP, exempt || l.outsider)
	}
	e.layer(&l.resource, l.rules, s.Resource, 0)

	// An account's root user needs nobody's leave at home, and no identity policy elsewhere.
	caller := !l.outsider && p.Kind != Root
	l.direct = caller && l.sameAccount && l.resource.grant == grantDirect
	l.byIssuer = l.sameAccount && (l.resource.grant == grantRole || l.resource.grant == grantUser)
	l.needsResource = l.outsider || trust || !l.sameAccount
	l.needsIdentity = caller && !l.direct && !l.byIssuer
	l.needsBoundary = caller && !l.direct && len(s.Boundary) > 0
	l.needsSession = caller && !l.direct && (len(s.Session) > 0 || p.Kind == FederatedUser)
	if !l.outsider {
		l.identity.moot = !l.needsIdentity
		e.layer(&l.identity, &identityRules, s.Identity, 0)
		if len(s.Boundary)+len(s.Session) > 0 || e.trace != nil {
			e.layer(&l.boundary, &boundaryRules, s.Boundary, 0)
			e.layer(&l.session, &sessionRules, s.Session, 0)
		}
	}
	if e.trace != nil {
		e.traceNeeds(&l)
	}

	switch {
	case special && unconditional(e.req.Action) && p.Kind != Anonymous && p.Kind != Federated:
		return verdict{effect: Allow, rule: ruleEveryCaller}
	case e.deny.found():
		return verdict{effect: ExplicitDeny, reason: e.denyReason, by: e.deny}
	case !l.scp:
		return verdict{reason: ReasonSCP}
	case !l.rcp:
		return verdict{reason: ReasonRCP}
	case trust && p.Kind == Root:
		return verdict{reason: ReasonTrust, rule: ruleRootAssumesNoRole}
	case p.Kind == Root && l.sameAccount:
		return verdict{effect: Allow, rule: ruleRootAtHome}
	case l.needsResource && !l.resource.allow.found():
		return verdict{reason: l.rules.reason}
	case l.needsIdentity && !l.identity.allow.found():
		return verdict{reason: ReasonIdentity}
	case l.needsBoundary && !l.boundary.allow.found():
		return verdict{reason: ReasonBoundary}
	case l.needsSession && !l.session.allow.found():
		return verdict{reason: ReasonSession}
	case l.needsResource || l.direct || l.byIssuer:
		return verdict{effect: Allow, reason: l.rules.reason, by: l.resource.allow}
	default:
		return verdict{effect: Allow, reason: ReasonIdentity, by: l.identity.allow}
	}
}

// levels evaluates the control policies of an organization and reports whether every level allows. They
// do not bind exempt callers.
func (e *evaluator) levels(rules *layerRules, all [][]Source, exempt bool) bool {
	allowed := true
	for i, sources := range all {
		var o outcome
		if !exempt {
			e.layer(&o, rules, sources, i+1)
			allowed = allowed && o.allow.found()
		}
		if e.trace != nil {
			e.traceLevel(&o, rules, i+1, exempt)
		}
	}
	return allowed
}

// ofSTS reports whether an action is one of STS, which alone has actions with rules of their own.
func ofSTS(action string) bool {
	return len(action) > 3 && action[3] == ':' && equalFold(action[:3], "sts")
}

// assumesRole reports whether an action is one that only a role's trust policy can allow.
func assumesRole(action string) bool {
	return isAction(action, "sts:AssumeRole") || isAction(action, "sts:AssumeRoleWithSAML") ||
		isAction(action, "sts:AssumeRoleWithWebIdentity")
}

// unconditional reports whether AWS lets every caller use an action whatever the policies say.
func unconditional(action string) bool {
	return isAction(action, "sts:GetCallerIdentity") || isAction(action, "sts:GetSessionToken")
}

// isAction compares actions, whose names have no case.
func isAction(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// serviceLinked reports whether the caller is a session of a service-linked role.
func serviceLinked(p *Principal) bool {
	return p.Kind == AssumedRole && strings.Contains(p.IssuerARN, ":role/aws-service-role/")
}

// layer evaluates the policies of one type.
func (e *evaluator) layer(o *outcome, rules *layerRules, sources []Source, level int) {
	if e.trace != nil {
		e.traceLayer(o, rules, level)
	}
	callers := everyCaller
	if rules.hasPrincipal {
		callers = e.callers
	}
	for i := range sources {
		src := &sources[i]
		if e.trace == nil {
			if e.deny.found() {
				return
			}
			if p := src.Policy; p == nil || p.code != nil && p.code.about.excludes(e.action, callers) {
				continue
			}
		}
		e.source(o, rules, src, callers)
	}
	if e.trace != nil {
		e.row(o).Effect = o.effect()
	}
}

// source evaluates one policy and adds what it says to the outcome of its layer.
func (e *evaluator) source(o *outcome, rules *layerRules, src *Source, callers uint64) {
	var row *SourceTrace
	if e.trace != nil {
		if row = e.traceSource(o, src); src.Policy == nil {
			return
		}
	}
	code := src.Policy.program()
	for i := range code.concerns {
		c := &code.concerns[i]
		if row == nil && (c.excludes(e.action, callers) || !c.deny && o.settled(rules)) {
			continue
		}
		g, missed := e.statement(&code.rules[i], rules)
		if row != nil {
			e.traceStatement(row, src.Policy, i, rules, g, missed)
		}
		switch {
		case missed.element != missNone:
		case !c.deny:
			if !o.allow.found() || g > o.grant {
				o.allow, o.grant = hit{src, i}, g
			}
		default:
			o.denied = true
			if !e.deny.found() {
				e.deny, e.denyReason = hit{src, i}, rules.reason
			}
			if row == nil {
				return
			}
		}
	}
}

// settled reports whether no other Allow can add to an outcome.
func (o *outcome) settled(rules *layerRules) bool {
	return o.moot || o.allow.found() && (o.grant == grantDirect || !rules.hasPrincipal)
}
