// Package policy parses, validates, evaluates and explains documents in the AWS IAM policy language.
//
// It is a pure library: no I/O, no clock, no mutable globals, and no knowledge of any one service.
// [Parse] turns a document into a [Policy] that remembers the position of every element,
// [Policy.Validate] says what AWS would refuse when the document is written, and [Evaluate] decides a
// [Request] against all the policies that apply to it and records why. [Decision.Message] is AWS's
// sentence for a denial; [Decision.Explain] is the long answer for a person or a program.
//
// The rules are those of the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements
// reference". Where the guide is silent the engine fails closed: an Allow that is malformed in a way
// AWS refuses on write never matches, and a Deny in the same state matches as if the faulty element
// were not there.
package policy

import (
	"fmt"
	"strings"
)

// Kind is the use a document is put to. It decides which elements [Policy.Validate] admits.
type Kind int

// The kinds of policy document.
const (
	Identity   Kind = iota // managed or inline policy of a user, group or role
	Repository             // policy of one ECR repository
	Registry               // policy of an ECR registry
	Trust                  // who may assume a role
	Session                // policy passed to AssumeRole or GetFederationToken
	Boundary               // managed policy used as a permissions boundary
	SCP                    // service control policy
	RCP                    // resource control policy
)

var kindNames = [...]string{
	Identity:   "identity policy",
	Repository: "repository policy",
	Registry:   "registry policy",
	Trust:      "trust policy",
	Session:    "session policy",
	Boundary:   "permissions boundary",
	SCP:        "service control policy",
	RCP:        "resource control policy",
}

// String returns a readable name, such as "trust policy".
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// PrincipalKind is the class of caller.
type PrincipalKind int

// The classes of caller. The zero value is the weakest one.
const (
	Anonymous     PrincipalKind = iota // unsigned request
	Root                               // root user of an account
	User                               // IAM user, with long-term keys or GetSessionToken
	AssumedRole                        // session of a role
	FederatedUser                      // GetFederationToken session of a user
	Service                            // AWS service calling by itself
	Federated                          // holder of a web identity token or SAML assertion, before it has a session
)

var principalKindNames = [...]string{
	Anonymous:     "anonymous",
	Root:          "root",
	User:          "user",
	AssumedRole:   "assumed-role",
	FederatedUser: "federated-user",
	Service:       "service",
	Federated:     "federated",
}

// String returns a stable lower-case name, such as "assumed-role".
func (k PrincipalKind) String() string {
	return enumName(principalKindNames[:], int(k), "PrincipalKind")
}

// MarshalText implements [encoding.TextMarshaler] with the names of String.
func (k PrincipalKind) MarshalText() ([]byte, error) {
	return enumText(principalKindNames[:], int(k), "principal kind")
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *PrincipalKind) UnmarshalText(text []byte) error {
	return enumParse(k, principalKindNames[:], text, "principal kind")
}

// Principal is the caller of a request.
type Principal struct {
	Kind PrincipalKind `json:"kind"`
	// Account is the twelve-digit account the caller belongs to; empty for anonymous and service callers.
	Account string `json:"account,omitempty"`
	// ARN names the caller: the user ARN, the assumed-role session ARN (sts, without a path), the
	// federated-user ARN or the root ARN. A service is its host name (codebuild.amazonaws.com) and a
	// Federated caller its identity provider: a provider ARN or a well-known domain.
	ARN string `json:"arn,omitempty"`
	// IssuerARN is the role ARN with its path for AssumedRole and the user ARN for FederatedUser.
	IssuerARN string `json:"issuerArn,omitempty"`
	// IssuerID is the unique id, AIDA..., of the user behind a FederatedUser, if it is known.
	IssuerID string `json:"issuerId,omitempty"`
	// ID is the unique id as aws:userid shows it: AIDA..., AROA...:session, or the account for root.
	ID string `json:"id,omitempty"`
}

// Context holds the condition keys of a request. Keys are lower case; use Set and Get, which fold
// them. A key that is absent and a key without values mean the same.
type Context map[string][]string

// Set replaces the values of key.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// Get returns the values of key, nil when it is absent.
func (c Context) Get(key string) []string { return c[strings.ToLower(key)] }

// Request is one question: may this principal do this?
type Request struct {
	Principal Principal
	// Action is "service:Name".
	Action string
	// Resource is the ARN acted upon, or "*" for actions that AWS does not scope to a resource.
	Resource string
	// ResourceAccount is the account that owns the resource; for Resource "*", the account acted in.
	// Leaving it empty makes the request a cross-account one, which needs more permissions, not fewer.
	ResourceAccount string
	// Context is only read.
	Context Context
}

// Source is a policy and where it came from.
type Source struct {
	// Type says how the policy is held: "inline", "managed", "repository policy", "trust policy"...
	Type string
	// Name is what explanations call the policy; file:line:column positions start with it.
	Name string
	// ARN is the policy's own ARN; empty for policies without one.
	ARN string
	// Policy is the document. A nil Policy grants nothing.
	Policy *Policy
}

// Set is all policies that apply to a request.
//
// The caller leaves out what does not apply: the SCPs of a management account, for instance. Boundary
// and Session restrict only when they hold at least one policy.
type Set struct {
	Identity []Source // of the user and their groups, or of the role
	Boundary []Source // permissions boundary of the user or role
	Session  []Source // session policies
	Resource []Source // policies of the resource: repository and registry policy, or the role's trust policy
	// ResourceKind is Trust when Resource holds a trust policy: identity policies then never suffice
	// alone, not even in the same account. Requests for sts:AssumeRole, sts:AssumeRoleWithSAML and
	// sts:AssumeRoleWithWebIdentity are evaluated so whatever it says. Other values mean nothing special.
	ResourceKind Kind
	SCP          [][]Source // of the caller's account, per level from the organization's root downwards
	RCP          [][]Source // of the resource's account, per level from the organization's root downwards
}

// Effect is the outcome of a decision, of one policy type, or the Effect element of a statement.
type Effect int

// The outcomes. The zero value denies.
const (
	ImplicitDeny Effect = iota // nothing allows it
	ExplicitDeny               // a Deny statement matches
	Allow
)

var effectNames = [...]string{ImplicitDeny: "implicitDeny", ExplicitDeny: "explicitDeny", Allow: "allowed"}

// String returns the name SimulatePrincipalPolicy uses: "allowed", "explicitDeny" or "implicitDeny".
func (e Effect) String() string { return enumName(effectNames[:], int(e), "Effect") }

// MarshalText implements [encoding.TextMarshaler] with the names of String.
func (e Effect) MarshalText() ([]byte, error) { return enumText(effectNames[:], int(e), "effect") }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (e *Effect) UnmarshalText(text []byte) error {
	return enumParse(e, effectNames[:], text, "effect")
}

// Reason is the policy type that decided a request.
type Reason int

// The policy types. ReasonNone is the reason of decisions that no policy made: the root user acting
// in its own account, and the STS operations that every authenticated caller may use.
const (
	ReasonNone Reason = iota
	ReasonIdentity
	ReasonResource
	ReasonBoundary
	ReasonSession
	ReasonSCP
	ReasonRCP
	ReasonTrust
)

var reasonNames = [...]string{
	ReasonNone:     "none",
	ReasonIdentity: "identity",
	ReasonResource: "resource",
	ReasonBoundary: "boundary",
	ReasonSession:  "session",
	ReasonSCP:      "scp",
	ReasonRCP:      "rcp",
	ReasonTrust:    "trust",
}

// String returns a stable lower-case name, such as "identity" or "scp".
func (r Reason) String() string { return enumName(reasonNames[:], int(r), "Reason") }

// MarshalText implements [encoding.TextMarshaler] with the names of String.
func (r Reason) MarshalText() ([]byte, error) { return enumText(reasonNames[:], int(r), "reason") }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Reason) UnmarshalText(text []byte) error {
	return enumParse(r, reasonNames[:], text, "reason")
}

// StatementRef points at one statement of one policy.
type StatementRef struct {
	Type   string `json:"type,omitempty"` // Source.Type
	Name   string `json:"name,omitempty"` // Source.Name
	ARN    string `json:"arn,omitempty"`  // Source.ARN
	Index  int    `json:"index"`          // zero-based
	Sid    string `json:"sid,omitempty"`
	Line   int    `json:"line"`   // one-based
	Column int    `json:"column"` // one-based, in characters
}

// Decision is the answer to a request.
type Decision struct {
	Effect Effect
	// Reason is the policy type that granted or refused. A refusal names one type even when several
	// refuse, explicit denies first.
	Reason Reason
	// Statement is the statement that granted or denied; the zero StatementRef for implicit denies and
	// ReasonNone.
	Statement StatementRef
	// Trace is the full account. It is the zero Trace after [Decide].
	Trace Trace
}

// Allowed reports whether the request may proceed.
func (d Decision) Allowed() bool { return d.Effect == Allow }

func enumName(names []string, i int, typ string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%s(%d)", typ, i)
	}
	return names[i]
}

func enumText(names []string, i int, what string) ([]byte, error) {
	if i < 0 || i >= len(names) {
		return nil, fmt.Errorf("policy: unknown %s %d", what, i)
	}
	return []byte(names[i]), nil
}

func enumParse[T ~int](to *T, names []string, text []byte, what string) error {
	for i, n := range names {
		if n == string(text) {
			*to = T(i)
			return nil
		}
	}
	return fmt.Errorf("policy: unknown %s %q", what, text)
}
