package iamapi

import (
	"context"
	"strings"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/policy"
)

func (s *service) onGranted(c *awsapi.Call, in *api.ListPoliciesGrantingServiceAccessInput) []awsapi.Resource {
	return onSource(s, c, in, in.Arn)
}

// listPoliciesGrantingServiceAccess lists the policies of a principal that allow anything of a service, whatever other
// policies deny: no more is asked of it.
func (s *service) listPoliciesGrantingServiceAccess(ctx context.Context, c *awsapi.Call, in *api.ListPoliciesGrantingServiceAccessInput) (*api.ListPoliciesGrantingServiceAccessOutput, error) {
	e, err := policySource(c, value(in.Arn))
	if err != nil {
		return nil, err
	}
	held, err := s.held(ctx, c, e, value(in.Arn))
	if err != nil {
		return nil, err
	}
	out := &api.ListPoliciesGrantingServiceAccessOutput{IsTruncated: new(false)}
	for _, namespace := range in.ServiceNamespaces {
		list := api.ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: &namespace, Policies: []api.PolicyGrantingServiceAccess{}}
		for i, src := range held.Identity {
			if !grantsAccess(src.Policy, namespace) {
				continue
			}
			granting := api.PolicyGrantingServiceAccess{PolicyName: &src.Name, PolicyType: new(api.PolicyTypeManaged), PolicyArn: optional(src.ARN)}
			if h := held.Holders[i]; h.Name != "" {
				granting.PolicyType, granting.EntityType, granting.EntityName = new(api.PolicyTypeInline), new(strings.ToUpper(h.Kind)), &h.Name
			}
			list.Policies = append(list.Policies, granting)
		}
		out.PoliciesGrantingServiceAccess = append(out.PoliciesGrantingServiceAccess, list)
	}
	return out, nil
}

// grantsAccess reports whether a policy allows any action of a service.
func grantsAccess(p *policy.Policy, namespace string) bool {
	for i := range p.Statements {
		st := &p.Statements[i]
		if st.Deny() || st.Action == nil {
			continue
		}
		some, all := false, false // of the service's actions are named
		for _, action := range texts(st.Action.List) {
			service, name, _ := strings.Cut(action, ":")
			if action == "*" || strings.EqualFold(service, namespace) {
				some = true
				all = all || action == "*" || name == "*"
			}
		}
		if !st.Action.Not && some || st.Action.Not && !all {
			return true
		}
	}
	return false
}
