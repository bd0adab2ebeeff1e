package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

func (s *service) registerPullTimeUpdateExclusion(ctx context.Context, c *awsapi.Call, in *ecr.RegisterPullTimeUpdateExclusionInput) (*ecr.RegisterPullTimeUpdateExclusionOutput, error) {
	created, err := s.Registry.AddPullTimeExclusion(ctx, c.Account, c.Region, value(in.PrincipalArn))
	if err != nil {
		return nil, err
	}
	return &ecr.RegisterPullTimeUpdateExclusionOutput{PrincipalArn: in.PrincipalArn, CreatedAt: shape.At(created)}, nil
}

func (s *service) deregisterPullTimeUpdateExclusion(ctx context.Context, c *awsapi.Call, in *ecr.DeregisterPullTimeUpdateExclusionInput) (*ecr.DeregisterPullTimeUpdateExclusionOutput, error) {
	if err := s.Registry.RemovePullTimeExclusion(ctx, c.Account, c.Region, value(in.PrincipalArn)); err != nil {
		return nil, err
	}
	return &ecr.DeregisterPullTimeUpdateExclusionOutput{PrincipalArn: in.PrincipalArn}, nil
}

func (s *service) listPullTimeUpdateExclusions(ctx context.Context, c *awsapi.Call, in *ecr.ListPullTimeUpdateExclusionsInput) (*ecr.ListPullTimeUpdateExclusionsOutput, error) {
	principals, next, err := s.Registry.PullTimeExclusions(ctx, c.Account, c.Region, Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	return &ecr.ListPullTimeUpdateExclusionsOutput{PullTimeUpdateExclusions: append([]string{}, principals...), NextToken: optional(next)}, nil
}
