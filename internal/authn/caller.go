package authn

import (
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/policy"
)

var callerKinds = map[policy.PrincipalKind]string{
	policy.Root:          "Root",
	policy.User:          "IAMUser",
	policy.AssumedRole:   "AssumedRole",
	policy.FederatedUser: "FederatedUser",
	policy.Service:       "AWSService",
	policy.Federated:     "WebIdentityUser",
}

// Caller is who the identity is, as audit events have it.
func (id *Identity) Caller() audit.Caller {
	p := id.Subject.Principal
	c := audit.Caller{Kind: callerKinds[p.Kind], ARN: p.ARN, Account: p.Account, PrincipalID: p.ID, AccessKeyID: id.AccessKeyID}
	if c.Kind == "" {
		c.Kind = "Anonymous"
	}
	return c
}

// UserOrRole is the ARN of the IAM user or role that the caller is, or has
// assumed, and "" for everybody else: root users, services, and nobody, which
// is a nil identity.
func (id *Identity) UserOrRole() string {
	if id == nil {
		return ""
	}
	switch p := id.Subject.Principal; p.Kind {
	case policy.User:
		return p.ARN
	case policy.AssumedRole, policy.FederatedUser:
		return p.IssuerARN
	}
	return ""
}
