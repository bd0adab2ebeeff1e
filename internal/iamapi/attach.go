package iamapi

import (
	"context"
	"path"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// attached is what the three operations that list attached policies have in common.
func (s *service) attached(ctx context.Context, c *awsapi.Call, e iam.Entity, pathPrefix, marker *string, items *int32) (ps []api.AttachedPolicy, truncated *bool, next *string, err error) {
	p, err := page(marker, items)
	if err != nil {
		return nil, nil, nil, err
	}
	arns, cursor, err := s.iam.AttachedPolicies(ctx, c.Account, e, value(pathPrefix), p)
	if err != nil {
		return nil, nil, nil, err
	}
	truncated, next = more(cursor)
	return each(arns, toAttached), truncated, next, nil
}

// toAttached is the managed policy with the ARN, whose last part is the policy's name.
func toAttached(policyARN string) api.AttachedPolicy {
	return api.AttachedPolicy{PolicyName: new(path.Base(policyARN)), PolicyArn: &policyARN}
}

func (s *service) attachUserPolicy(ctx context.Context, c *awsapi.Call, in *api.AttachUserPolicyInput) (*api.AttachUserPolicyOutput, error) {
	return nil, s.iam.AttachPolicy(ctx, c.Account, userNamed(in.GetUserName()), in.GetPolicyArn())
}

func (s *service) detachUserPolicy(ctx context.Context, c *awsapi.Call, in *api.DetachUserPolicyInput) (*api.DetachUserPolicyOutput, error) {
	return nil, s.iam.DetachPolicy(ctx, c.Account, userNamed(in.GetUserName()), in.GetPolicyArn())
}

func (s *service) listAttachedUserPolicies(ctx context.Context, c *awsapi.Call, in *api.ListAttachedUserPoliciesInput) (out *api.ListAttachedUserPoliciesOutput, err error) {
	out = &api.ListAttachedUserPoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = s.attached(ctx, c, userNamed(in.GetUserName()), in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

func (s *service) attachGroupPolicy(ctx context.Context, c *awsapi.Call, in *api.AttachGroupPolicyInput) (*api.AttachGroupPolicyOutput, error) {
	return nil, s.iam.AttachPolicy(ctx, c.Account, groupNamed(in.GetGroupName()), in.GetPolicyArn())
}

func (s *service) detachGroupPolicy(ctx context.Context, c *awsapi.Call, in *api.DetachGroupPolicyInput) (*api.DetachGroupPolicyOutput, error) {
	return nil, s.iam.DetachPolicy(ctx, c.Account, groupNamed(in.GetGroupName()), in.GetPolicyArn())
}

func (s *service) listAttachedGroupPolicies(ctx context.Context, c *awsapi.Call, in *api.ListAttachedGroupPoliciesInput) (out *api.ListAttachedGroupPoliciesOutput, err error) {
	out = &api.ListAttachedGroupPoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = s.attached(ctx, c, groupNamed(in.GetGroupName()), in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

func (s *service) attachRolePolicy(ctx context.Context, c *awsapi.Call, in *api.AttachRolePolicyInput) (*api.AttachRolePolicyOutput, error) {
	return nil, s.iam.AttachPolicy(ctx, c.Account, roleNamed(in.GetRoleName()), in.GetPolicyArn())
}

func (s *service) detachRolePolicy(ctx context.Context, c *awsapi.Call, in *api.DetachRolePolicyInput) (*api.DetachRolePolicyOutput, error) {
	return nil, s.iam.DetachPolicy(ctx, c.Account, roleNamed(in.GetRoleName()), in.GetPolicyArn())
}

func (s *service) listAttachedRolePolicies(ctx context.Context, c *awsapi.Call, in *api.ListAttachedRolePoliciesInput) (out *api.ListAttachedRolePoliciesOutput, err error) {
	out = &api.ListAttachedRolePoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = s.attached(ctx, c, roleNamed(in.GetRoleName()), in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

func userBoundaryKeys(in *api.PutUserPermissionsBoundaryInput) policy.Context {
	return withBoundary(policy.Context{}, in.PermissionsBoundary)
}

func (s *service) putUserBoundary(ctx context.Context, c *awsapi.Call, in *api.PutUserPermissionsBoundaryInput) (*api.PutUserPermissionsBoundaryOutput, error) {
	return nil, s.iam.SetBoundary(ctx, c.Account, userNamed(in.GetUserName()), value(in.PermissionsBoundary))
}

func (s *service) deleteUserBoundary(ctx context.Context, c *awsapi.Call, in *api.DeleteUserPermissionsBoundaryInput) (*api.DeleteUserPermissionsBoundaryOutput, error) {
	return nil, s.iam.SetBoundary(ctx, c.Account, userNamed(in.GetUserName()), "")
}

func roleBoundaryKeys(in *api.PutRolePermissionsBoundaryInput) policy.Context {
	return withBoundary(policy.Context{}, in.PermissionsBoundary)
}

func (s *service) putRoleBoundary(ctx context.Context, c *awsapi.Call, in *api.PutRolePermissionsBoundaryInput) (*api.PutRolePermissionsBoundaryOutput, error) {
	return nil, s.iam.SetBoundary(ctx, c.Account, roleNamed(in.GetRoleName()), value(in.PermissionsBoundary))
}

func (s *service) deleteRoleBoundary(ctx context.Context, c *awsapi.Call, in *api.DeleteRolePermissionsBoundaryInput) (*api.DeleteRolePermissionsBoundaryOutput, error) {
	return nil, s.iam.SetBoundary(ctx, c.Account, roleNamed(in.GetRoleName()), "")
}
