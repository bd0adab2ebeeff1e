package orgapi

import (
	"maps"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/policy"
)

// resources are things in the caller's organization, with the condition keys that they and the input fill; or "*" when
// there are none, or the caller is in no organization. When one cannot be looked up they are no resources at all, which
// nobody may act on.
//
// They count as the caller's own, whoever manages the organization: a member has what its identity policies allow, and
// the operation itself refuses what only the management account may do.
func (s *service) resources(c *awsapi.Call, ids []string, keys policy.Context) []awsapi.Resource {
	var all []awsapi.Resource
	for _, id := range ids {
		at, err := s.org.Locate(c.Request.Context(), c.Account, id)
		if err != nil {
			return nil
		}
		if at == nil {
			continue
		}
		r := awsapi.Resource{ARN: at.ARN, Account: c.Account, Context: maps.Clone(keys)}
		for _, t := range at.Tags {
			r.Context.Set("aws:ResourceTag/"+t.Key, t.Value)
		}
		if at.Type != "" {
			r.Context.Set("organizations:PolicyType", string(at.Type))
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return []awsapi.Resource{{ARN: "*", Account: c.Account, Context: keys}}
	}
	return all
}

// keys fills the condition keys that inputs decide.
func keys(in any) policy.Context {
	k := policy.Context{}
	policyType := func(t *string) {
		if t != nil {
			k.Set("organizations:PolicyType", *t)
		}
	}
	servicePrincipal := func(p *string) {
		if p != nil {
			k.Set("organizations:ServicePrincipal", *p)
		}
	}
	switch in := in.(type) {
	case *api.CreatePolicyInput:
		policyType(in.Type)
		tagKeys(k, in.Tags)
	case *api.EnablePolicyTypeInput:
		policyType(in.PolicyType)
	case *api.DisablePolicyTypeInput:
		policyType(in.PolicyType)
	case *api.ListPoliciesInput:
		policyType(in.Filter)
	case *api.ListPoliciesForTargetInput:
		policyType(in.Filter)
	case *api.EnableAWSServiceAccessInput:
		servicePrincipal(in.ServicePrincipal)
	case *api.DisableAWSServiceAccessInput:
		servicePrincipal(in.ServicePrincipal)
	case *api.RegisterDelegatedAdministratorInput:
		servicePrincipal(in.ServicePrincipal)
	case *api.DeregisterDelegatedAdministratorInput:
		servicePrincipal(in.ServicePrincipal)
	case *api.ListDelegatedAdministratorsInput:
		servicePrincipal(in.ServicePrincipal)
	case *api.CreateAccountInput:
		tagKeys(k, in.Tags)
	case *api.CreateOrganizationalUnitInput:
		tagKeys(k, in.Tags)
	case *api.InviteAccountToOrganizationInput:
		tagKeys(k, in.Tags)
	case *api.TagResourceInput:
		tagKeys(k, in.Tags)
	case *api.UntagResourceInput:
		if len(in.TagKeys) > 0 {
			k.Set("aws:TagKeys", in.TagKeys...)
		}
	}
	return k
}

func tagKeys(k policy.Context, ts []api.Tag) {
	var names []string
	for _, t := range ts {
		names = append(names, value(t.Key))
		k.Set("aws:RequestTag/"+value(t.Key), value(t.Value))
	}
	if len(names) > 0 {
		k.Set("aws:TagKeys", names...)
	}
}

// invited is the account that an invitation is for, if it names one.
func invited(in *api.InviteAccountToOrganizationInput) string {
	if in.Target == nil {
		return ""
	}
	return value(in.Target.Id)
}
