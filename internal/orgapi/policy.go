package orgapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
)

func toSummary(p *org.Policy) api.PolicySummary {
	return api.PolicySummary{
		Id: &p.ID, Arn: &p.ARN, Name: &p.Name, Description: &p.Description, Type: new(string(p.Type)), AwsManaged: &p.AWSManaged,
	}
}

func toPolicy(p *org.Policy) *api.Policy {
	return &api.Policy{PolicySummary: new(toSummary(p)), Content: &p.Content}
}

func (s *service) createPolicy(ctx context.Context, c *awsapi.Call, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	if err := mayTag(ctx, c, in.Tags); err != nil {
		return nil, err
	}
	p, err := s.org.CreatePolicy(ctx, c.Account, org.NewPolicy{
		Name: value(in.Name), Description: value(in.Description), Content: value(in.Content), Type: org.PolicyType(value(in.Type)),
		Tags: fromTags(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &api.CreatePolicyOutput{Policy: toPolicy(p)}, nil
}

func (s *service) describePolicy(ctx context.Context, c *awsapi.Call, in *api.DescribePolicyInput) (*api.DescribePolicyOutput, error) {
	p, err := s.org.Policy(ctx, c.Account, in.GetPolicyId())
	if err != nil {
		return nil, err
	}
	return &api.DescribePolicyOutput{Policy: toPolicy(p)}, nil
}

func (s *service) updatePolicy(ctx context.Context, c *awsapi.Call, in *api.UpdatePolicyInput) (*api.UpdatePolicyOutput, error) {
	p, err := s.org.UpdatePolicy(ctx, c.Account, in.GetPolicyId(), org.PolicyChange{Name: in.Name, Description: in.Description, Content: in.Content})
	if err != nil {
		return nil, err
	}
	return &api.UpdatePolicyOutput{Policy: toPolicy(p)}, nil
}

func (s *service) deletePolicy(ctx context.Context, c *awsapi.Call, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	return nil, s.org.DeletePolicy(ctx, c.Account, in.GetPolicyId())
}

func (s *service) listPolicies(ctx context.Context, c *awsapi.Call, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	ps, next, err := s.org.Policies(ctx, c.Account, org.PolicyType(value(in.Filter)), p)
	if err != nil {
		return nil, err
	}
	return &api.ListPoliciesOutput{Policies: each(ps, toSummary), NextToken: more(next)}, nil
}

func (s *service) listPoliciesForTarget(ctx context.Context, c *awsapi.Call, in *api.ListPoliciesForTargetInput) (*api.ListPoliciesForTargetOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	ps, next, err := s.org.PoliciesOf(ctx, c.Account, in.GetTargetId(), org.PolicyType(value(in.Filter)), p)
	if err != nil {
		return nil, err
	}
	return &api.ListPoliciesForTargetOutput{Policies: each(ps, toSummary), NextToken: more(next)}, nil
}

func (s *service) listTargetsForPolicy(ctx context.Context, c *awsapi.Call, in *api.ListTargetsForPolicyInput) (*api.ListTargetsForPolicyOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	ts, next, err := s.org.TargetsOf(ctx, c.Account, in.GetPolicyId(), p)
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if t.Type == org.TargetAccount {
			a, err := s.iam.Account(ctx, t.ID)
			if err != nil {
				return nil, err
			}
			t.Name = a.Name
		}
	}
	return &api.ListTargetsForPolicyOutput{
		Targets: each(ts, func(t *org.Target) api.PolicyTargetSummary {
			return api.PolicyTargetSummary{TargetId: &t.ID, Arn: &t.ARN, Name: &t.Name, Type: &t.Type}
		}),
		NextToken: more(next),
	}, nil
}

func (s *service) attachPolicy(ctx context.Context, c *awsapi.Call, in *api.AttachPolicyInput) (*api.AttachPolicyOutput, error) {
	return nil, s.org.Attach(ctx, c.Account, in.GetPolicyId(), in.GetTargetId())
}

func (s *service) detachPolicy(ctx context.Context, c *awsapi.Call, in *api.DetachPolicyInput) (*api.DetachPolicyOutput, error) {
	return nil, s.org.Detach(ctx, c.Account, in.GetPolicyId(), in.GetTargetId())
}
