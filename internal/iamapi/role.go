package iamapi

import (
	"context"
	"time"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// The operations show different parts of a role: CreateRole what was given and made, lists what is small, GetRole all.

func toNewRole(r *iam.Role) api.Role {
	return api.Role{
		Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: new(r.ARN()), CreateDate: shape.At(r.Created),
		AssumeRolePolicyDocument: document(r.Trust), Tags: toTags(r.Tags),
	}
}

func toListedRole(r *iam.Role) api.Role {
	out := toNewRole(r)
	out.Tags = nil
	out.Description = optional(r.Description)
	out.MaxSessionDuration = new(int32(r.MaxSession / time.Second))
	return out
}

func toRole(r *iam.Role) api.Role {
	out := toListedRole(r)
	out.Tags = toTags(r.Tags)
	out.PermissionsBoundary = toBoundary(r.Boundary)
	out.RoleLastUsed = &api.RoleLastUsed{}
	if !r.LastUsed.IsZero() {
		out.RoleLastUsed = &api.RoleLastUsed{LastUsedDate: shape.At(r.LastUsed), Region: optional(r.LastUsedRegion)}
	}
	return out
}

func newRoleKeys(in *api.CreateRoleInput) policy.Context {
	return withBoundary(requestTags(in.Tags), in.PermissionsBoundary)
}

func (s *service) createRole(ctx context.Context, c *awsapi.Call, in *api.CreateRoleInput) (*api.CreateRoleOutput, error) {
	r := iam.NewRole{
		Name: in.GetRoleName(), Path: value(in.Path), Description: value(in.Description), Trust: value(in.AssumeRolePolicyDocument),
		Boundary: value(in.PermissionsBoundary), Tags: fromTags(in.Tags),
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = time.Duration(*in.MaxSessionDuration) * time.Second
	}
	made, err := s.iam.CreateRole(ctx, c.Account, r)
	if err != nil {
		return nil, err
	}
	return &api.CreateRoleOutput{Role: new(toNewRole(made))}, nil
}

func (s *service) getRole(ctx context.Context, c *awsapi.Call, in *api.GetRoleInput) (*api.GetRoleOutput, error) {
	r, err := s.iam.Role(ctx, c.Account, in.GetRoleName())
	if err != nil {
		return nil, err
	}
	return &api.GetRoleOutput{Role: new(toRole(r))}, nil
}

func (s *service) listRoles(ctx context.Context, c *awsapi.Call, in *api.ListRolesInput) (*api.ListRolesOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	rs, next, err := s.iam.Roles(ctx, c.Account, value(in.PathPrefix), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListRolesOutput{Roles: each(rs, toListedRole)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) updateRole(ctx context.Context, c *awsapi.Call, in *api.UpdateRoleInput) (*api.UpdateRoleOutput, error) {
	change := iam.RoleChange{Description: in.Description}
	if in.MaxSessionDuration != nil {
		change.MaxSession = new(time.Duration(*in.MaxSessionDuration) * time.Second)
	}
	_, err := s.iam.UpdateRole(ctx, c.Account, in.GetRoleName(), change)
	return nil, err
}

func (s *service) updateRoleDescription(ctx context.Context, c *awsapi.Call, in *api.UpdateRoleDescriptionInput) (*api.UpdateRoleDescriptionOutput, error) {
	r, err := s.iam.UpdateRole(ctx, c.Account, in.GetRoleName(), iam.RoleChange{Description: in.Description})
	if err != nil {
		return nil, err
	}
	return &api.UpdateRoleDescriptionOutput{Role: new(toRole(r))}, nil
}

func (s *service) updateAssumeRolePolicy(ctx context.Context, c *awsapi.Call, in *api.UpdateAssumeRolePolicyInput) (*api.UpdateAssumeRolePolicyOutput, error) {
	return nil, s.iam.SetTrust(ctx, c.Account, in.GetRoleName(), value(in.PolicyDocument))
}

func (s *service) deleteRole(ctx context.Context, c *awsapi.Call, in *api.DeleteRoleInput) (*api.DeleteRoleOutput, error) {
	return nil, s.iam.DeleteRole(ctx, c.Account, in.GetRoleName())
}
