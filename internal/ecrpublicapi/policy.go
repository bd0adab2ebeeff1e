package ecrpublicapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

func (s *service) setRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecrpublic.SetRepositoryPolicyInput) (*ecrpublic.SetRepositoryPolicyOutput, error) {
	text := value(in.PolicyText)
	p, ids, err := ecrapi.ParsePolicy(ctx, s.IAM, "policyText", text, policy.Repository)
	if err != nil {
		return nil, err
	}
	r := repo(c, in)
	if !value(in.Force) {
		tags, err := s.Registry.ResourceTags(ctx, r)
		if err != nil {
			return nil, err
		}
		if err := ecrapi.CheckLockOut(c, s.Environment(c.Request), r, tags, p); err != nil {
			return nil, err
		}
	}
	if err := s.Registry.SetPolicy(ctx, r, registry.Policy{Text: text, Principals: ids}); err != nil {
		return nil, err
	}
	return &ecrpublic.SetRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}

func (s *service) getRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecrpublic.GetRepositoryPolicyInput) (*ecrpublic.GetRepositoryPolicyOutput, error) {
	r := repo(c, in)
	p, err := s.Registry.Policy(ctx, r)
	if err != nil {
		return nil, err
	}
	text, err := s.IAM.CurrentPrincipals(ctx, p.Text, p.Principals)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.GetRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}

func (s *service) deleteRepositoryPolicy(ctx context.Context, c *awsapi.Call, in *ecrpublic.DeleteRepositoryPolicyInput) (*ecrpublic.DeleteRepositoryPolicyOutput, error) {
	r := repo(c, in)
	p, err := s.Registry.DeletePolicy(ctx, r)
	if err != nil {
		return nil, err
	}
	text, err := s.IAM.CurrentPrincipals(ctx, p.Text, p.Principals)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.DeleteRepositoryPolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, PolicyText: &text}, nil
}
