package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (s *service) putSigningConfiguration(ctx context.Context, c *awsapi.Call, in *ecr.PutSigningConfigurationInput) (*ecr.PutSigningConfigurationOutput, error) {
	var rules []registry.SigningRule
	for _, r := range in.SigningConfiguration.Rules {
		rule := registry.SigningRule{Profile: value(r.SigningProfileArn)}
		for _, f := range r.RepositoryFilters {
			rule.Repositories = append(rule.Repositories, value(f.Filter))
		}
		rules = append(rules, rule)
	}
	if err := s.Registry.SetSigningConfiguration(ctx, c.Account, c.Region, rules); err != nil {
		return nil, err
	}
	return &ecr.PutSigningConfigurationOutput{SigningConfiguration: signingConfiguration(rules)}, nil
}

func (s *service) getSigningConfiguration(ctx context.Context, c *awsapi.Call, _ *ecr.GetSigningConfigurationInput) (*ecr.GetSigningConfigurationOutput, error) {
	rules, err := s.Registry.SigningConfiguration(ctx, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	return &ecr.GetSigningConfigurationOutput{RegistryId: &c.Account, SigningConfiguration: signingConfiguration(rules)}, nil
}

func (s *service) deleteSigningConfiguration(ctx context.Context, c *awsapi.Call, _ *ecr.DeleteSigningConfigurationInput) (*ecr.DeleteSigningConfigurationOutput, error) {
	rules, err := s.Registry.DeleteSigningConfiguration(ctx, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteSigningConfigurationOutput{RegistryId: &c.Account, SigningConfiguration: signingConfiguration(rules)}, nil
}

// signingConfiguration is how the API shows signing rules.
func signingConfiguration(rules []registry.SigningRule) *ecr.SigningConfiguration {
	out := &ecr.SigningConfiguration{Rules: []ecr.SigningRule{}}
	for _, r := range rules {
		rule := ecr.SigningRule{SigningProfileArn: new(r.Profile)}
		for _, f := range r.Repositories {
			rule.RepositoryFilters = append(rule.RepositoryFilters, ecr.SigningRepositoryFilter{
				Filter: new(f), FilterType: new(ecr.SigningRepositoryFilterTypeWildcardMatch),
			})
		}
		out.Rules = append(out.Rules, rule)
	}
	return out
}

// signingFailed is the failure code of an image that no profile could sign.
const signingFailed = "SigningProfileUnavailable"

func (s *service) describeImageSigningStatus(ctx context.Context, c *awsapi.Call, in *ecr.DescribeImageSigningStatusInput) (*ecr.DescribeImageSigningStatusOutput, error) {
	ref, err := oneImage(*in.ImageId)
	if err != nil {
		return nil, err
	}
	img, signings, err := s.Registry.Signings(ctx, repo(c, in), ref)
	if err != nil {
		return nil, err
	}
	out := &ecr.DescribeImageSigningStatusOutput{
		RegistryId:      new(img.Repo.Account),
		RepositoryName:  new(img.Repo.Name),
		ImageId:         new(imageID(registry.Ref{Digest: img.Digest, Tag: ref.Tag})),
		SigningStatuses: []ecr.ImageSigningStatus{},
	}
	for _, s := range signings {
		out.SigningStatuses = append(out.SigningStatuses, ecr.ImageSigningStatus{
			SigningProfileArn: new(s.Profile),
			Status:            new(ecr.SigningStatusFailed),
			FailureCode:       new(signingFailed),
			FailureReason:     new(s.Failure),
		})
	}
	return out, nil
}
