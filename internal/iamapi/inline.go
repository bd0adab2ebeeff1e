package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
)

func userNamed(name string) iam.Entity { return iam.Entity{Kind: iam.EntityUser, Name: name} }

func groupNamed(name string) iam.Entity { return iam.Entity{Kind: iam.EntityGroup, Name: name} }

func roleNamed(name string) iam.Entity { return iam.Entity{Kind: iam.EntityRole, Name: name} }

// inlineNames is what the three operations that list inline policies have in common.
func (s *service) inlineNames(ctx context.Context, c *awsapi.Call, e iam.Entity, marker *string, items *int32) (names []string, truncated *bool, next *string, err error) {
	p, err := page(marker, items)
	if err != nil {
		return nil, nil, nil, err
	}
	names, cursor, err := s.iam.InlinePolicies(ctx, c.Account, e, p)
	if err != nil {
		return nil, nil, nil, err
	}
	truncated, next = more(cursor)
	return each(names, func(n string) string { return n }), truncated, next, nil
}

func (s *service) putUserPolicy(ctx context.Context, c *awsapi.Call, in *api.PutUserPolicyInput) (*api.PutUserPolicyOutput, error) {
	return nil, s.iam.PutInlinePolicy(ctx, c.Account, userNamed(in.GetUserName()), value(in.PolicyName), value(in.PolicyDocument))
}

func (s *service) getUserPolicy(ctx context.Context, c *awsapi.Call, in *api.GetUserPolicyInput) (*api.GetUserPolicyOutput, error) {
	text, err := s.iam.InlinePolicy(ctx, c.Account, userNamed(in.GetUserName()), value(in.PolicyName))
	if err != nil {
		return nil, err
	}
	return &api.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: document(text)}, nil
}

func (s *service) deleteUserPolicy(ctx context.Context, c *awsapi.Call, in *api.DeleteUserPolicyInput) (*api.DeleteUserPolicyOutput, error) {
	return nil, s.iam.DeleteInlinePolicy(ctx, c.Account, userNamed(in.GetUserName()), value(in.PolicyName))
}

func (s *service) listUserPolicies(ctx context.Context, c *awsapi.Call, in *api.ListUserPoliciesInput) (out *api.ListUserPoliciesOutput, err error) {
	out = &api.ListUserPoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = s.inlineNames(ctx, c, userNamed(in.GetUserName()), in.Marker, in.MaxItems)
	return out, err
}

func (s *service) putGroupPolicy(ctx context.Context, c *awsapi.Call, in *api.PutGroupPolicyInput) (*api.PutGroupPolicyOutput, error) {
	return nil, s.iam.PutInlinePolicy(ctx, c.Account, groupNamed(in.GetGroupName()), value(in.PolicyName), value(in.PolicyDocument))
}

func (s *service) getGroupPolicy(ctx context.Context, c *awsapi.Call, in *api.GetGroupPolicyInput) (*api.GetGroupPolicyOutput, error) {
	text, err := s.iam.InlinePolicy(ctx, c.Account, groupNamed(in.GetGroupName()), value(in.PolicyName))
	if err != nil {
		return nil, err
	}
	return &api.GetGroupPolicyOutput{GroupName: in.GroupName, PolicyName: in.PolicyName, PolicyDocument: document(text)}, nil
}

func (s *service) deleteGroupPolicy(ctx context.Context, c *awsapi.Call, in *api.DeleteGroupPolicyInput) (*api.DeleteGroupPolicyOutput, error) {
	return nil, s.iam.DeleteInlinePolicy(ctx, c.Account, groupNamed(in.GetGroupName()), value(in.PolicyName))
}

func (s *service) listGroupPolicies(ctx context.Context, c *awsapi.Call, in *api.ListGroupPoliciesInput) (out *api.ListGroupPoliciesOutput, err error) {
	out = &api.ListGroupPoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = s.inlineNames(ctx, c, groupNamed(in.GetGroupName()), in.Marker, in.MaxItems)
	return out, err
}

func (s *service) putRolePolicy(ctx context.Context, c *awsapi.Call, in *api.PutRolePolicyInput) (*api.PutRolePolicyOutput, error) {
	return nil, s.iam.PutInlinePolicy(ctx, c.Account, roleNamed(in.GetRoleName()), value(in.PolicyName), value(in.PolicyDocument))
}

func (s *service) getRolePolicy(ctx context.Context, c *awsapi.Call, in *api.GetRolePolicyInput) (*api.GetRolePolicyOutput, error) {
	text, err := s.iam.InlinePolicy(ctx, c.Account, roleNamed(in.GetRoleName()), value(in.PolicyName))
	if err != nil {
		return nil, err
	}
	return &api.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: document(text)}, nil
}

func (s *service) deleteRolePolicy(ctx context.Context, c *awsapi.Call, in *api.DeleteRolePolicyInput) (*api.DeleteRolePolicyOutput, error) {
	return nil, s.iam.DeleteInlinePolicy(ctx, c.Account, roleNamed(in.GetRoleName()), value(in.PolicyName))
}

func (s *service) listRolePolicies(ctx context.Context, c *awsapi.Call, in *api.ListRolePoliciesInput) (out *api.ListRolePoliciesOutput, err error) {
	out = &api.ListRolePoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = s.inlineNames(ctx, c, roleNamed(in.GetRoleName()), in.Marker, in.MaxItems)
	return out, err
}
