package pratiqueapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/policy"
)

// Everything stands for an account that sees every side of every decision: whoever can read the server's own audit log.
const Everything = "*"

// Describe returns what an account may see of an event, nil if that is nothing.
//
// The caller's account sees its own side of every decision: identity policies, boundary and session policies, and the
// sentence that the caller was answered. The account that owns a resource sees the policies of that resource, of the
// decisions about it only. An account that is both sees both. The text of an organization's policies is neither's to
// see, only what they decided: it is for the organization's management account, whose policies they are.
func Describe(e *audit.Event, account string) (*pratique.Decision, error) {
	if account == "" {
		return nil, nil // nobody's account is not the account of those who were nobody
	}
	caller := account == Everything || account == e.Caller.Account
	var seen []pratique.Authorization
	for i := range e.Decisions {
		d := &e.Decisions[i]
		v := view{
			caller: caller, owner: account == Everything || account == d.ResourceAccount, organization: account == Everything,
			callerAccount: e.Caller.Account,
		}
		if !v.caller && !v.owner {
			continue
		}
		a, err := v.authorization(d)
		if err != nil {
			return nil, fmt.Errorf("describe decision %s: %w", e.RequestID, err)
		}
		seen = append(seen, a)
	}
	if !caller && len(seen) == 0 {
		return nil, nil
	}
	out := &pratique.Decision{
		DecisionId: text(e.RequestID),
		Time:       shape.At(e.Time),
		Service:    text(e.Service),
		Operation:  text(e.Operation),
		RegistryId: text(e.Account),
		Region:     text(e.Region),
		Caller: &pratique.Caller{
			Type: text(e.Caller.Kind), Arn: text(e.Caller.ARN), AccountId: text(e.Caller.Account), PrincipalId: text(e.Caller.PrincipalID),
		},
		SourceIp:       text(e.SourceIP),
		UserAgent:      text(e.UserAgent),
		Status:         new(int32(e.Status)), //nolint:gosec // an HTTP status
		ErrorCode:      text(e.ErrorCode),
		Authorizations: seen,
	}
	if caller {
		out.Caller.AccessKeyId = text(e.Caller.AccessKeyID)
	}
	return out, nil
}

// text is a member that is absent when it is empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// view is which parts of a decision are shown.
type view struct {
	caller, owner, organization bool

	callerAccount string
}

// callerSide and the others say whose a policy type is.
func callerSide(r policy.Reason) bool {
	return r == policy.ReasonIdentity || r == policy.ReasonBoundary || r == policy.ReasonSession || r == policy.ReasonSCP
}

func resourceSide(r policy.Reason) bool {
	return r == policy.ReasonResource || r == policy.ReasonTrust || r == policy.ReasonRCP
}

func organizations(r policy.Reason) bool { return r == policy.ReasonSCP || r == policy.ReasonRCP }

// shows reports whether the viewer may know what a policy type said. What no policy said, anyone may.
func (v *view) shows(r policy.Reason) bool {
	return !callerSide(r) && !resourceSide(r) || v.caller && callerSide(r) || v.owner && resourceSide(r)
}

func (v *view) authorization(d *audit.Decision) (pratique.Authorization, error) {
	a := pratique.Authorization{Action: text(d.Action), Resource: text(d.Resource), ResourceAccount: text(d.ResourceAccount)}
	var reason policy.Reason
	if err := reason.UnmarshalText([]byte(d.Reason)); err != nil {
		return a, err
	}
	// The caller has been told the outcome, whoever's policy it was.
	told := v.caller || v.shows(reason)
	if told {
		a.Effect, a.Reason, a.Message = text(d.Effect), text(d.Reason), text(d.Message)
	} else {
		a.Effect = text("denied")
		a.Message = text(fmt.Sprintf("the policies of the caller's account %s decided, and are explained to that account", v.callerAccount))
	}
	if d.Effect == policy.Allow.String() {
		a.Effect = text(d.Effect)
	}
	if !v.caller {
		a.Withheld = append(a.Withheld, pratique.Withheld{Side: text(pratique.WithheldSideCaller), AccountId: text(v.callerAccount)})
	}
	if !v.owner {
		a.Withheld = append(a.Withheld, pratique.Withheld{Side: text(pratique.WithheldSideResource), AccountId: text(d.ResourceAccount)})
	}
	if len(d.Trace) == 0 {
		return a, nil
	}
	var t policy.Trace
	if err := json.Unmarshal(d.Trace, &t); err != nil {
		return a, fmt.Errorf("read the trace: %w", err)
	}
	if !v.organization && slices.ContainsFunc(t.Layers, func(l policy.Layer) bool { return organizations(l.Type) && v.shows(l.Type) }) {
		a.Withheld = append(a.Withheld, pratique.Withheld{Side: text(pratique.WithheldSideOrganization)})
	}
	v.cut(&t, told)
	shown, err := json.Marshal(t)
	if err != nil {
		return a, err
	}
	a.Trace = text(string(shown))
	return a, nil
}

// cut removes from a trace what is not the viewer's to see. What is left does not depend on it.
func (v *view) cut(t *policy.Trace, told bool) {
	if !told && t.Effect != policy.Allow {
		t.Effect, t.Reason, t.Note = policy.ImplicitDeny, policy.ReasonNone, "the policies of the caller's account decided"
	}
	// The sentence tells the caller which type of policy decided; the statement is its owner's.
	if !v.shows(t.Reason) || organizations(t.Reason) && !v.organization || !told {
		t.Statement = nil
	}
	var layers []policy.Layer
	for _, l := range t.Layers {
		if !v.shows(l.Type) {
			continue
		}
		if organizations(l.Type) && !v.organization {
			l.Sources = nil
		}
		if !(v.caller && v.owner) {
			v.cutLayer(&l)
		}
		layers = append(layers, l)
	}
	t.Layers = layers
}

// cutLayer removes what the viewer's own policies were compared with and the other account owns: one's resource tags,
// the other's principal tags. Whether a layer was needed follows from what the other side said, where one account has
// both; here two accounts have one each, and both are needed.
func (v *view) cutLayer(l *policy.Layer) {
	for i := range l.Sources {
		for j := range l.Sources[i].Statements {
			m := l.Sources[i].Statements[j].Miss
			if m == nil || !v.foreign(strings.ToLower(m.Key)) {
				continue
			}
			m.Actual, m.Note = nil, "the value is the other account's, and is not shown"
		}
	}
}

// foreign reports whether a condition key, in lower case, holds what belongs to the side that the viewer is not.
func (v *view) foreign(key string) bool {
	prefixes := []string{"aws:principaltag/", "aws:principalorg", "aws:sourceidentity", "aws:userid", "aws:tokenissuetime", "aws:multifactorauth"}
	if v.caller {
		prefixes = []string{"aws:resourcetag/", "ecr:resourcetag/", "iam:resourcetag/", "aws:resourceorg"}
	}
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}
