package ecrapi

import (
	"context"
	"maps"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

func (s *service) setRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.SetRepositoryPolicyInput) (*ecr.SetRepositoryPolicyOutput, error) {
	text := value(in.PolicyText)
	p, ids, err := s.parsePolicy(ctx, "policyText", text, policy.Repository)
	if err != nil {
		return nil, err
	}
	r := repo(c, in)
	if !value(in.Force) {
		tags, err := s.Registry.ResourceTags(ctx, r)
		if err != nil {
			return nil, err
		}
		if err := CheckLockOut(c, s.Environment(c.Request), r, tags, p); err != nil {
			return nil, err
		}
	}
	if err := s.Registry.SetPolicy(ctx, r, registry.Policy{Text: text, Principals: ids}); err != nil {
		return nil, err
	}
	return &ecr.SetRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}

func (s *service) parsePolicy(ctx context.Context, member, text string, kind policy.Kind) (*policy.Policy, map[string]string, error) {
	return ParsePolicy(ctx, s.IAM, member, text, kind)
}

// ParsePolicy parses a repository or registry policy that ECR would accept,
// one whose principals exist; member is the one that has its text. It is bound
// to their unique ids, which are returned for the policy to be stored with.
//
// What is resolved here is stored by a later transaction. A principal deleted
// in between, even if one of its name takes its place, does no harm: the
// policy grants to the id that was found, which nobody has any more, just as
// if it had been deleted a moment later.
func ParsePolicy(ctx context.Context, m *iam.IAM, member, text string, kind policy.Kind) (*policy.Policy, map[string]string, error) {
	invalid := awsapi.InvalidParameter(member, "Invalid "+kind.String()+" provided")
	p, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, nil, invalid
	}
	for _, f := range p.Validate(kind) {
		if f.Severity == policy.SeverityError {
			return nil, nil, invalid
		}
	}
	ids, missing, err := m.ResolvePrincipals(ctx, text)
	switch {
	case err != nil:
		return nil, nil, err
	case len(missing) > 0:
		return nil, nil, invalid
	}
	return p.BindPrincipals(ids), ids, nil
}

// shown is the text of a policy as it reads now: principals that are gone, or
// whose ARN somebody else has, appear as their unique ids.
func (s *service) shown(ctx context.Context, p *registry.Policy) (string, error) {
	return s.IAM.CurrentPrincipals(ctx, p.Text, p.Principals)
}

// CheckLockOut refuses a policy of a private or public repository with these
// tags that denies the caller to set another one. environment holds the
// condition keys that the request fills by itself; it is added to.
func CheckLockOut(c *awsapi.Call, environment policy.Context, r registry.Repo, tags map[string]string, p *policy.Policy) error {
	service := "ecr"
	if r.Region == registry.Public {
		service = "ecr-public"
	}
	req := policy.Request{
		Principal:       c.Identity.Subject.Principal,
		Action:          service + ":SetRepositoryPolicy",
		Resource:        r.ARN(),
		ResourceAccount: r.Account,
		Context:         environment,
	}
	maps.Copy(req.Context, c.Identity.Context)
	req.Context.Set("aws:RequestedRegion", c.Region)
	req.Context.Set("aws:ResourceAccount", r.Account)
	for k, v := range tags {
		req.Context.Set("aws:ResourceTag/"+k, v)
		req.Context.Set(service+":ResourceTag/"+k, v)
	}
	set := policy.Set{Resource: []policy.Source{{Type: "repository policy", Name: r.Name, Policy: p}}}
	if policy.Decide(&req, &set).Effect == policy.ExplicitDeny {
		return awsapi.InvalidParameter("policyText", "The policy denies the caller to set the repository policy again; set force to store it all the same")
	}
	return nil
}

func (s *service) getRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.GetRepositoryPolicyInput) (*ecr.GetRepositoryPolicyOutput, error) {
	r := repo(c, in)
	p, err := s.Registry.Policy(ctx, r)
	if err != nil {
		return nil, err
	}
	text, err := s.shown(ctx, p)
	if err != nil {
		return nil, err
	}
	return &ecr.GetRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}

func (s *service) deleteRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.DeleteRepositoryPolicyInput) (*ecr.DeleteRepositoryPolicyOutput, error) {
	r := repo(c, in)
	p, err := s.Registry.DeletePolicy(ctx, r)
	if err != nil {
		return nil, err
	}
	text, err := s.shown(ctx, p)
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}
