package ecrapi

import (
	"context"
	"maps"
	"slices"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/policy/catalog"
)

func (s *service) setRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.SetRepositoryPolicyInput) (*ecr.SetRepositoryPolicyOutput, error) {
	text := value(in.PolicyText)
	p, err := parsePolicy(text)
	if err != nil {
		return nil, err
	}
	r := repo(c, in)
	if !value(in.Force) {
		if err := s.checkLockOut(ctx, c, r, p); err != nil {
			return nil, err
		}
	}
	if err := s.Registry.SetPolicy(ctx, r, text); err != nil {
		return nil, err
	}
	return &ecr.SetRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}

// parsePolicy parses a repository policy that ECR would accept.
func parsePolicy(text string) (*policy.Policy, error) {
	invalid := awsapi.InvalidParameter("policyText", "Invalid repository policy provided")
	p, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, invalid
	}
	for _, f := range slices.Concat(p.Validate(policy.Repository), catalog.Lint(p, policy.Repository)) {
		if f.Severity == policy.SeverityError {
			return nil, invalid
		}
	}
	return p, nil
}

// checkLockOut refuses a policy that denies the caller to set another one.
func (s *service) checkLockOut(ctx context.Context, c *awsapi.Call, r registry.Repo, p *policy.Policy) error {
	tags, err := s.Registry.ResourceTags(ctx, r)
	if err != nil {
		return err
	}
	req := policy.Request{
		Principal:       c.Identity.Subject.Principal,
		Action:          "ecr:SetRepositoryPolicy",
		Resource:        r.ARN(),
		ResourceAccount: r.Account,
		Context:         s.Environment(c.Request),
	}
	maps.Copy(req.Context, c.Identity.Context)
	req.Context.Set("aws:RequestedRegion", c.Region)
	req.Context.Set("aws:ResourceAccount", r.Account)
	for k, v := range tags {
		req.Context.Set("aws:ResourceTag/"+k, v)
		req.Context.Set("ecr:ResourceTag/"+k, v)
	}
	set := policy.Set{Resource: []policy.Source{{Type: "repository policy", Name: r.Name, Policy: p}}}
	if policy.Decide(&req, &set).Effect == policy.ExplicitDeny {
		return awsapi.InvalidParameter("policyText", "The policy denies the caller to set the repository policy again; set force to store it all the same")
	}
	return nil
}

func (s *service) getRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.GetRepositoryPolicyInput) (*ecr.GetRepositoryPolicyOutput, error) {
	r := repo(c, in)
	text, err := s.Registry.Policy(ctx, r)
	if err != nil {
		return nil, err
	}
	return &ecr.GetRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}

func (s *service) deleteRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.DeleteRepositoryPolicyInput) (*ecr.DeleteRepositoryPolicyOutput, error) {
	r := repo(c, in)
	text, err := s.Registry.DeletePolicy(ctx, r)
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}
