package policy

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
