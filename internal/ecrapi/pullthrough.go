package ecrapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (s *service) createPullThroughCacheRule(ctx context.Context, c *awsapi.Call, in *ecr.CreatePullThroughCacheRuleInput) (*ecr.CreatePullThroughCacheRuleOutput, error) {
	rule := registry.PullThroughRule{
		Account:        c.Account,
		Region:         c.Region,
		Prefix:         value(in.EcrRepositoryPrefix),
		Upstream:       value(in.UpstreamRegistry),
		UpstreamURL:    value(in.UpstreamRegistryUrl),
		UpstreamPrefix: value(in.UpstreamRepositoryPrefix),
		CredentialARN:  value(in.CredentialArn),
		RoleARN:        value(in.CustomRoleArn),
	}
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	if err := passRole(ctx, c, in.CustomRoleArn, pullThroughService); err != nil {
		return nil, err
	}
	if err := s.serviceRole(ctx, c, pullThroughService); err != nil {
		return nil, err
	}
	r, err := s.Registry.CreatePullThroughRule(ctx, rule)
	if err != nil {
		return nil, err
	}
	return &ecr.CreatePullThroughCacheRuleOutput{
		EcrRepositoryPrefix:      &r.Prefix,
		UpstreamRegistryUrl:      &r.UpstreamURL,
		CreatedAt:                shape.At(r.CreatedAt),
		RegistryId:               &r.Account,
		UpstreamRegistry:         &r.Upstream,
		CredentialArn:            optional(r.CredentialARN),
		CustomRoleArn:            optional(r.RoleARN),
		UpstreamRepositoryPrefix: optional(r.UpstreamPrefix),
	}, nil
}

func (s *service) updatePullThroughCacheRule(ctx context.Context, c *awsapi.Call, in *ecr.UpdatePullThroughCacheRuleInput) (*ecr.UpdatePullThroughCacheRuleOutput, error) {
	if err := passRole(ctx, c, in.CustomRoleArn, pullThroughService); err != nil {
		return nil, err
	}
	r, err := s.Registry.UpdatePullThroughRule(ctx, c.Account, c.Region, value(in.EcrRepositoryPrefix), in.CredentialArn, in.CustomRoleArn)
	if err != nil {
		return nil, err
	}
	return &ecr.UpdatePullThroughCacheRuleOutput{
		EcrRepositoryPrefix:      &r.Prefix,
		RegistryId:               &r.Account,
		UpdatedAt:                shape.At(r.UpdatedAt),
		CredentialArn:            optional(r.CredentialARN),
		CustomRoleArn:            optional(r.RoleARN),
		UpstreamRepositoryPrefix: optional(r.UpstreamPrefix),
	}, nil
}

func (s *service) deletePullThroughCacheRule(ctx context.Context, c *awsapi.Call, in *ecr.DeletePullThroughCacheRuleInput) (*ecr.DeletePullThroughCacheRuleOutput, error) {
	r, err := s.Registry.DeletePullThroughRule(ctx, c.Account, c.Region, value(in.EcrRepositoryPrefix))
	if err != nil {
		return nil, err
	}
	return &ecr.DeletePullThroughCacheRuleOutput{
		EcrRepositoryPrefix:      &r.Prefix,
		UpstreamRegistryUrl:      &r.UpstreamURL,
		CreatedAt:                shape.At(r.CreatedAt),
		RegistryId:               &r.Account,
		CredentialArn:            optional(r.CredentialARN),
		CustomRoleArn:            optional(r.RoleARN),
		UpstreamRepositoryPrefix: optional(r.UpstreamPrefix),
	}, nil
}

func (s *service) describePullThroughCacheRules(ctx context.Context, c *awsapi.Call, in *ecr.DescribePullThroughCacheRulesInput) (*ecr.DescribePullThroughCacheRulesOutput, error) {
	out := &ecr.DescribePullThroughCacheRulesOutput{PullThroughCacheRules: []ecr.PullThroughCacheRule{}}
	if len(in.EcrRepositoryPrefixes) > 0 {
		if err := NoPaging("ecrRepositoryPrefixes", in.NextToken, in.MaxResults); err != nil {
			return nil, err
		}
		for _, prefix := range in.EcrRepositoryPrefixes {
			r, err := s.Registry.PullThroughRule(ctx, c.Account, c.Region, prefix)
			if err != nil {
				return nil, err
			}
			out.PullThroughCacheRules = append(out.PullThroughCacheRules, pullThroughRule(r))
		}
		return out, nil
	}
	rules, next, err := s.Registry.PullThroughRules(ctx, c.Account, c.Region, Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		out.PullThroughCacheRules = append(out.PullThroughCacheRules, pullThroughRule(r))
	}
	out.NextToken = optional(next)
	return out, nil
}

func pullThroughRule(r *registry.PullThroughRule) ecr.PullThroughCacheRule {
	return ecr.PullThroughCacheRule{
		EcrRepositoryPrefix:      &r.Prefix,
		UpstreamRegistryUrl:      &r.UpstreamURL,
		CreatedAt:                shape.At(r.CreatedAt),
		RegistryId:               &r.Account,
		CredentialArn:            optional(r.CredentialARN),
		CustomRoleArn:            optional(r.RoleARN),
		UpstreamRepositoryPrefix: optional(r.UpstreamPrefix),
		UpstreamRegistry:         &r.Upstream,
		UpdatedAt:                shape.At(r.UpdatedAt),
	}
}

// validatePullThroughCacheRule never finds a rule valid: what that means is
// that the upstream was reached.
func (s *service) validatePullThroughCacheRule(ctx context.Context, c *awsapi.Call, in *ecr.ValidatePullThroughCacheRuleInput) (*ecr.ValidatePullThroughCacheRuleOutput, error) {
	r, err := s.Registry.PullThroughRule(ctx, c.Account, c.Region, value(in.EcrRepositoryPrefix))
	if err != nil {
		return nil, err
	}
	failure, err := s.pullThroughFailure(ctx, r)
	if err != nil {
		return nil, err
	}
	return &ecr.ValidatePullThroughCacheRuleOutput{
		EcrRepositoryPrefix:      &r.Prefix,
		RegistryId:               &r.Account,
		UpstreamRegistryUrl:      &r.UpstreamURL,
		CredentialArn:            optional(r.CredentialARN),
		CustomRoleArn:            optional(r.RoleARN),
		UpstreamRepositoryPrefix: optional(r.UpstreamPrefix),
		IsValid:                  new(false),
		Failure:                  &failure,
	}, nil
}

// pullThroughFailure says why nothing can be pulled through a rule.
func (s *service) pullThroughFailure(ctx context.Context, r *registry.PullThroughRule) (string, error) {
	if r.RoleARN != "" {
		_, _, err := s.IAM.TrustPolicy(ctx, r.RoleARN)
		if errors.Is(err, iam.ErrNoSuchEntity) {
			return fmt.Sprintf("The role %s does not exist.", r.RoleARN), nil
		}
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("This server does not reach upstream registries yet, so that nothing is pulled from %s.", r.UpstreamURL), nil
}
