package authz

import (
	"context"
	"strings"

	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/policy"
)

// addOrganization adds what the organizations of caller and resource have to
// say: the SCPs above the caller's account, the RCPs above the resource's, and
// the keys that tell where both are. Package org leaves out the policies that
// do not bind because the account is a management account; package policy
// exempts service-linked roles.
func (a *Authorizer) addOrganization(ctx context.Context, req *policy.Request, set *policy.Set) error {
	caller, err := a.org.Chain(ctx, req.Principal.Account)
	if err != nil {
		return err
	}
	owner := caller
	if req.ResourceAccount != req.Principal.Account {
		if owner, err = a.org.Chain(ctx, req.ResourceAccount); err != nil {
			return err
		}
	}
	if caller != nil {
		place(req.Context, "aws:Principal", caller)
		set.SCP = caller.SCP
	}
	if owner != nil {
		place(req.Context, "aws:Resource", owner)
		if protected(req.Action) {
			set.RCP = owner.RCP
		}
	}
	return nil
}

// place fills the keys of one side.
func place(c policy.Context, side string, m *org.Membership) {
	c.Set(side+"OrgID", m.Organization)
	c.Set(side+"OrgPaths", m.Path)
}

// protected reports whether RCPs apply to the resources of an action. Of the
// services here they do to those of Amazon ECR and of STS, whose resources are
// the roles to be assumed: see "Resource control policies" in the AWS
// Organizations User Guide.
func protected(action string) bool {
	service, _, _ := strings.Cut(action, ":")
	return strings.EqualFold(service, "ecr") || strings.EqualFold(service, "sts")
}
