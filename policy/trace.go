package policy

import "slices"

// Trace is the full account of a decision: the request, and per policy type every statement with the
// reason it did not match. It holds everything [Trace.Explain] needs, and its JSON form, whose field
// names are stable, decodes into an equal Trace.
type Trace struct {
	Effect    Effect        `json:"effect"`
	Reason    Reason        `json:"reason"`
	Statement *StatementRef `json:"statement,omitempty"`
	// Note says in words why ReasonNone allowed the request or why no policy could have allowed it.
	Note            string    `json:"note,omitempty"`
	Principal       Principal `json:"principal"`
	Action          string    `json:"action"`
	Resource        string    `json:"resource"`
	ResourceAccount string    `json:"resourceAccount,omitempty"`
	// Layers are the policy types in the order they are consulted.
	Layers []Layer `json:"layers"`
}

// Layer is what one policy type (for SCPs and RCPs: one level of it) had to say.
type Layer struct {
	Type  Reason `json:"type"`
	Level int    `json:"level,omitempty"` // one-based, SCP and RCP only
	// Effect is the outcome of this layer by itself.
	Effect Effect `json:"effect"`
	// Needed reports whether the decision required an Allow from this layer.
	Needed bool `json:"needed"`
	// Note explains a layer that was not needed or could not allow anything.
	Note    string        `json:"note,omitempty"`
	Sources []SourceTrace `json:"sources,omitempty"`
}

// SourceTrace is what one policy had to say.
type SourceTrace struct {
	Type       string           `json:"type,omitempty"`
	Name       string           `json:"name,omitempty"`
	ARN        string           `json:"arn,omitempty"`
	Statements []StatementTrace `json:"statements,omitempty"`
}

// StatementTrace is the outcome of one statement.
type StatementTrace struct {
	Index   int    `json:"index"` // zero-based
	Sid     string `json:"sid,omitempty"`
	Effect  string `json:"effect"` // "Allow" or "Deny"
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Matched bool   `json:"matched"`
	// Grant says how a matching resource policy statement names the caller: "direct", "role", "user"
	// (of a federated user session) or "account".
	Grant string `json:"grant,omitempty"`
	Miss  *Miss  `json:"miss,omitempty"` // nil when Matched
}

// Miss is the first element of a statement that did not match.
type Miss struct {
	// Element is the element as written: Principal, NotPrincipal, Action, NotAction, Resource,
	// NotResource or Condition.
	Element  string   `json:"element"`
	Operator string   `json:"operator,omitempty"` // conditions only
	Key      string   `json:"key,omitempty"`      // conditions only, as written
	Wanted   []string `json:"wanted,omitempty"`   // values of the policy, variables unresolved
	Actual   []string `json:"actual,omitempty"`   // values of the request; none when the key is absent
	Note     string   `json:"note,omitempty"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
}

// layerNames are the words of AWS's messages.
var layerNames = [...]struct{ plural, singular, denied string }{
	ReasonNone:     {},
	ReasonIdentity: {"identity-based policies", "identity-based policy", "an identity-based policy"},
	ReasonResource: {"resource-based policies", "resource-based policy", "a resource-based policy"},
	ReasonBoundary: {"permissions boundary", "permissions boundary", "a permissions boundary"},
	ReasonSession:  {"session policies", "session policy", "a session policy"},
	ReasonSCP:      {"service control policies", "service control policy", "a service control policy"},
	ReasonRCP:      {"resource control policies", "resource control policy", "a resource control policy"},
	ReasonTrust:    {"role trust policy", "role trust policy", "the role trust policy"},
}

// What writes the trace is kept out of line: evaluations without one would pay for its stack frames.

// traceVerdict records the request and the decision.
//
//go:noinline
func (e *evaluator) traceVerdict(v verdict) {
	t, r := e.trace, e.req
	t.Effect, t.Reason = v.effect, v.reason
	if v.by.found() {
		t.Statement = new(StatementRef)
		v.by.ref(t.Statement)
	}
	switch v.rule {
	case ruleEveryCaller:
		t.Note = "every caller may use " + r.Action + ", whatever the policies say"
	case ruleRootAtHome:
		t.Note = "the root user has every permission in its own account"
	case ruleRootAssumesNoRole:
		t.Note = rootMayNotAssume
	}
	t.Principal, t.Action, t.Resource, t.ResourceAccount = r.Principal, r.Action, r.Resource, r.ResourceAccount
	// Layers that hold no policy and decided nothing say nothing.
	t.Layers = slices.DeleteFunc(t.Layers, func(l Layer) bool {
		return !l.Needed && len(l.Sources) == 0 && l.Level == 0
	})
}

// traceLayer begins a layer.
//
//go:noinline
func (e *evaluator) traceLayer(o *outcome, rules *layerRules, level int) {
	o.row = int32(len(e.trace.Layers))
	e.trace.Layers = append(e.trace.Layers, Layer{Type: rules.reason, Level: level})
}

// row is the layer of an outcome.
func (e *evaluator) row(o *outcome) *Layer { return &e.trace.Layers[o.row] }

// traceLevel completes one level of the control policies.
//
//go:noinline
func (e *evaluator) traceLevel(o *outcome, rules *layerRules, level int, exempt bool) {
	if exempt {
		e.traceLayer(o, rules, level)
		e.row(o).Note = "does not bind this caller"
		return
	}
	e.row(o).need(true, "none is attached at this level")
}

// traceNeeds completes the other layers: whether the decision requires an Allow from them, and why not.
//
//go:noinline
func (e *evaluator) traceNeeds(l *layers) {
	e.row(&l.resource).need(l.needsResource, "none is attached")
	if l.outsider {
		return
	}
	identity, boundary, session := e.row(&l.identity), e.row(&l.boundary), e.row(&l.session)
	identity.need(l.needsIdentity, "none is attached")
	boundary.need(l.needsBoundary, "")
	session.need(l.needsSession, "a federated user has only what a session policy allows")
	name := layerNames[l.rules.reason].singular
	switch {
	case l.direct:
		identity.Note = "not needed: the " + name + " names the caller itself"
		boundary.Note = "an implicit deny does not count: the " + name + " names the caller itself"
		session.Note = boundary.Note
	case l.byIssuer:
		identity.Note = "not needed: the " + name + " names the caller's " + grantNames[l.resource.grant]
	case l.sameAccount && l.resource.grant == grantAccount:
		e.row(&l.resource).Note = "names the account only, which leaves the choice to its identity-based policies"
	}
}

// need records whether the decision requires an Allow from the layer; note is for one that has nothing
// attached.
func (l *Layer) need(needed bool, note string) {
	l.Needed = needed
	if needed && len(l.Sources) == 0 {
		l.Note = note
	}
}

// traceSource begins a policy.
//
//go:noinline
func (e *evaluator) traceSource(o *outcome, src *Source) *SourceTrace {
	l := e.row(o)
	l.Sources = append(l.Sources, SourceTrace{Type: src.Type, Name: src.Name, ARN: src.ARN})
	return &l.Sources[len(l.Sources)-1]
}

// missNotes say why an element did not match, where that is not that its values are others.
var missNotes = [...]string{
	missPrincipalForbidden: "this type of policy must not name principals",
	missPrincipalMissing:   "the statement names no principals",
	missActionMissing:      "the statement names no actions",
	missResourceForbidden:  "this type of policy must not name resources",
	missResourceMissing:    "the statement names no resources",
	missCondition:          "",
}

// traceStatement adds the outcome of one statement.
//
//go:noinline
func (e *evaluator) traceStatement(row *SourceTrace, p *Policy, index int, rules *layerRules, g grant, missed miss) {
	st := &p.Statements[index]
	t := StatementTrace{
		Index: index, Sid: st.Sid.Text, Effect: "Allow",
		Line: st.Pos.Line, Column: st.Pos.Column, Matched: missed.element == missNone,
	}
	if st.Deny() {
		t.Effect = "Deny"
	}
	switch {
	case !t.Matched:
		t.Miss = e.explainMiss(st, missed, p.variables())
	case rules.hasPrincipal && !rules.everyone && !st.Deny():
		t.Grant = grantNames[g]
	}
	row.Statements = append(row.Statements, t)
}

// explainMiss describes the element of a statement that did not match.
func (e *evaluator) explainMiss(st *Statement, missed miss, variables bool) *Miss {
	m := &Miss{Note: missNotes[missed.element], Line: st.Pos.Line, Column: st.Pos.Column}
	element := func(name string, not bool, at Pos) {
		m.Element, m.Line, m.Column = name, at.Line, at.Column
		if not {
			m.Element = "Not" + name
		}
	}
	switch missed.element {
	case missPrincipal, missPrincipalForbidden, missPrincipalMissing:
		m.Element, m.Actual = "Principal", []string{e.req.Principal.name()}
		if pr := st.Principal; pr != nil {
			element("Principal", pr.Not, pr.Pos)
			for _, g := range pr.Groups {
				m.Wanted = append(m.Wanted, texts(g.List)...)
			}
			if missed.element == missPrincipal && !pr.Not {
				m.Note = e.req.Principal.namesake(pr)
			}
		}
	case missAction, missActionMissing:
		m.Element, m.Actual = "Action", []string{e.req.Action}
		if a := st.Action; a != nil {
			element("Action", a.Not, a.Pos)
			m.Wanted = texts(a.List)
		}
	case missResource, missResourceForbidden, missResourceMissing:
		m.Element, m.Actual = "Resource", []string{e.req.Resource}
		if r := st.Resource; r != nil {
			element("Resource", r.Not, r.Pos)
			m.Wanted = texts(r.List)
			m.Note = e.unresolved(m.Note, m.Wanted, variables)
		}
	case missCondition:
		c := &st.Conditions[missed.condition]
		element("Condition", false, c.Key.Pos)
		m.Operator, m.Key, m.Wanted = c.Operator.Name.Text, c.Key.Text, texts(c.List)
		m.Actual = append(m.Actual, e.req.Context[c.folded]...)
		switch test := compileTest(c, variables); {
		case test.broken:
			m.Note = "a value is not what the operator compares"
		case test.comparison == null:
		case len(m.Actual) == 0:
			m.Note = "the key is not in the request"
		case len(m.Actual) > 1 && test.quantifier == noQuantifier:
			m.Note = "the key has several values: the operator needs ForAnyValue or ForAllValues"
		}
		m.Note = e.unresolved(m.Note, m.Wanted, variables && c.Operator.variables())
	}
	return m
}

// unresolved adds to a note the variables that have no value.
func (e *evaluator) unresolved(note string, values []string, variables bool) string {
	if !variables || note != "" {
		return note
	}
	for _, v := range values {
		if p := compileText(v, true); !p.resolves(e.req.Context) {
			return "a policy variable in " + v + " has no single value in the request"
		}
	}
	return ""
}

// name is how messages call the principal.
func (p *Principal) name() string {
	if p.Kind == Anonymous {
		return "anonymous"
	}
	return p.ARN
}

func texts(l List) []string {
	var all []string
	for _, v := range l.Values {
		all = append(all, v.Text)
	}
	return all
}
