package orgapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
)

func toOrganization(o *org.Organization) *api.Organization {
	out := &api.Organization{
		Id: &o.ID, Arn: new(o.ARN()), FeatureSet: &o.FeatureSet,
		MasterAccountArn: new(o.AccountARN(o.Management)), MasterAccountId: &o.Management, MasterAccountEmail: &o.Email,
		AvailablePolicyTypes: []api.PolicyTypeSummary{},
	}
	if o.FeatureSet == org.AllFeatures { // the API calls the member deprecated; this is what AWS puts into it
		out.AvailablePolicyTypes = toPolicyTypes([]org.PolicyType{org.SCP})
	}
	return out
}

func toPolicyTypes(ts []org.PolicyType) []api.PolicyTypeSummary {
	return each(ts, func(t org.PolicyType) api.PolicyTypeSummary {
		return api.PolicyTypeSummary{Type: new(string(t)), Status: new(api.PolicyTypeStatusEnabled)}
	})
}

func toRoot(o *org.Organization) api.Root {
	return api.Root{Id: &o.Root, Arn: new(o.RootARN()), Name: new(org.RootName), PolicyTypes: toPolicyTypes(o.PolicyTypes())}
}

func (s *service) createOrganization(ctx context.Context, c *awsapi.Call, in *api.CreateOrganizationInput) (*api.CreateOrganizationOutput, error) {
	features := org.AllFeatures
	if in.FeatureSet != nil {
		features = *in.FeatureSet
	}
	o, err := s.org.Create(ctx, c.Account, features)
	if err != nil {
		return nil, err
	}
	return &api.CreateOrganizationOutput{Organization: toOrganization(o)}, nil
}

func (s *service) describeOrganization(ctx context.Context, c *awsapi.Call, _ *api.DescribeOrganizationInput) (*api.DescribeOrganizationOutput, error) {
	o, err := s.org.Organization(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.DescribeOrganizationOutput{Organization: toOrganization(o)}, nil
}

func (s *service) deleteOrganization(ctx context.Context, c *awsapi.Call, _ *api.DeleteOrganizationInput) (*api.DeleteOrganizationOutput, error) {
	return nil, s.org.Delete(ctx, c.Account)
}

func (s *service) listRoots(ctx context.Context, c *awsapi.Call, in *api.ListRootsInput) (*api.ListRootsOutput, error) {
	if _, err := page(in.NextToken, in.MaxResults); err != nil {
		return nil, err
	}
	o, err := s.org.Managed(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.ListRootsOutput{Roots: []api.Root{toRoot(o)}}, nil
}

func (s *service) enablePolicyType(ctx context.Context, c *awsapi.Call, in *api.EnablePolicyTypeInput) (*api.EnablePolicyTypeOutput, error) {
	o, err := s.org.EnableType(ctx, c.Account, in.GetRootId(), org.PolicyType(value(in.PolicyType)))
	if err != nil {
		return nil, err
	}
	return &api.EnablePolicyTypeOutput{Root: new(toRoot(o))}, nil
}

func (s *service) disablePolicyType(ctx context.Context, c *awsapi.Call, in *api.DisablePolicyTypeInput) (*api.DisablePolicyTypeOutput, error) {
	o, err := s.org.DisableType(ctx, c.Account, in.GetRootId(), org.PolicyType(value(in.PolicyType)))
	if err != nil {
		return nil, err
	}
	return &api.DisablePolicyTypeOutput{Root: new(toRoot(o))}, nil
}
