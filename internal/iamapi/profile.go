package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

func toListedProfile(p *iam.InstanceProfile) api.InstanceProfile {
	out := api.InstanceProfile{
		Path: &p.Path, InstanceProfileName: &p.Name, InstanceProfileId: &p.ID, Arn: new(p.ARN()), CreateDate: shape.At(p.Created),
		Roles: []api.Role{},
	}
	if p.Role != nil {
		out.Roles = append(out.Roles, toNewRole(p.Role))
	}
	return out
}

func toProfile(p *iam.InstanceProfile) api.InstanceProfile {
	out := toListedProfile(p)
	out.Tags = toTags(p.Tags)
	return out
}

func newProfileKeys(in *api.CreateInstanceProfileInput) policy.Context { return requestTags(in.Tags) }

func (s *service) createProfile(ctx context.Context, c *awsapi.Call, in *api.CreateInstanceProfileInput) (*api.CreateInstanceProfileOutput, error) {
	p, err := s.iam.CreateInstanceProfile(ctx, c.Account, in.GetInstanceProfileName(), value(in.Path), fromTags(in.Tags))
	if err != nil {
		return nil, err
	}
	return &api.CreateInstanceProfileOutput{InstanceProfile: new(toProfile(p))}, nil
}

func (s *service) getProfile(ctx context.Context, c *awsapi.Call, in *api.GetInstanceProfileInput) (*api.GetInstanceProfileOutput, error) {
	p, err := s.iam.InstanceProfile(ctx, c.Account, in.GetInstanceProfileName())
	if err != nil {
		return nil, err
	}
	return &api.GetInstanceProfileOutput{InstanceProfile: new(toProfile(p))}, nil
}

func (s *service) listProfiles(ctx context.Context, c *awsapi.Call, in *api.ListInstanceProfilesInput) (*api.ListInstanceProfilesOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	ps, next, err := s.iam.InstanceProfiles(ctx, c.Account, value(in.PathPrefix), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListInstanceProfilesOutput{InstanceProfiles: each(ps, toListedProfile)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) listProfilesForRole(ctx context.Context, c *awsapi.Call, in *api.ListInstanceProfilesForRoleInput) (*api.ListInstanceProfilesForRoleOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	ps, next, err := s.iam.InstanceProfilesOfRole(ctx, c.Account, in.GetRoleName(), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListInstanceProfilesForRoleOutput{InstanceProfiles: each(ps, toListedProfile)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) addRoleToProfile(ctx context.Context, c *awsapi.Call, in *api.AddRoleToInstanceProfileInput) (*api.AddRoleToInstanceProfileOutput, error) {
	return nil, s.iam.SetInstanceProfileRole(ctx, c.Account, in.GetInstanceProfileName(), in.GetRoleName())
}

func (s *service) removeRoleFromProfile(ctx context.Context, c *awsapi.Call, in *api.RemoveRoleFromInstanceProfileInput) (*api.RemoveRoleFromInstanceProfileOutput, error) {
	return nil, s.iam.ClearInstanceProfileRole(ctx, c.Account, in.GetInstanceProfileName(), in.GetRoleName())
}

func (s *service) deleteProfile(ctx context.Context, c *awsapi.Call, in *api.DeleteInstanceProfileInput) (*api.DeleteInstanceProfileOutput, error) {
	return nil, s.iam.DeleteInstanceProfile(ctx, c.Account, in.GetInstanceProfileName())
}
