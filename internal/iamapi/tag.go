package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

func policyNamed(arn string) iam.Entity { return iam.Entity{Kind: iam.EntityPolicy, Name: arn} }

func profileNamed(name string) iam.Entity {
	return iam.Entity{Kind: iam.EntityInstanceProfile, Name: name}
}

// tags is what the operations that list tags have in common.
func (s *service) tags(ctx context.Context, c *awsapi.Call, e iam.Entity, marker *string, items *int32) (ts []api.Tag, truncated *bool, next *string, err error) {
	p, err := page(marker, items)
	if err != nil {
		return nil, nil, nil, err
	}
	all, err := s.iam.Tags(ctx, c.Account, e)
	if err != nil {
		return nil, nil, nil, err
	}
	part, cursor := cut(p, all, func(t iam.Tag) string { return t.Key })
	ts = toTags(part)
	if ts == nil {
		ts = []api.Tag{}
	}
	truncated, next = more(cursor)
	return ts, truncated, next, nil
}

func tagUserKeys(in *api.TagUserInput) policy.Context { return requestTags(in.Tags) }

func untagUserKeys(in *api.UntagUserInput) policy.Context { return untagKeys(in.TagKeys) }

func (s *service) tagUser(ctx context.Context, c *awsapi.Call, in *api.TagUserInput) (*api.TagUserOutput, error) {
	return nil, s.iam.SetTags(ctx, c.Account, userNamed(in.GetUserName()), fromTags(in.Tags))
}

func (s *service) untagUser(ctx context.Context, c *awsapi.Call, in *api.UntagUserInput) (*api.UntagUserOutput, error) {
	return nil, s.iam.RemoveTags(ctx, c.Account, userNamed(in.GetUserName()), in.TagKeys)
}

func (s *service) listUserTags(ctx context.Context, c *awsapi.Call, in *api.ListUserTagsInput) (out *api.ListUserTagsOutput, err error) {
	out = &api.ListUserTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = s.tags(ctx, c, userNamed(in.GetUserName()), in.Marker, in.MaxItems)
	return out, err
}

func tagRoleKeys(in *api.TagRoleInput) policy.Context { return requestTags(in.Tags) }

func untagRoleKeys(in *api.UntagRoleInput) policy.Context { return untagKeys(in.TagKeys) }

func (s *service) tagRole(ctx context.Context, c *awsapi.Call, in *api.TagRoleInput) (*api.TagRoleOutput, error) {
	return nil, s.iam.SetTags(ctx, c.Account, roleNamed(in.GetRoleName()), fromTags(in.Tags))
}

func (s *service) untagRole(ctx context.Context, c *awsapi.Call, in *api.UntagRoleInput) (*api.UntagRoleOutput, error) {
	return nil, s.iam.RemoveTags(ctx, c.Account, roleNamed(in.GetRoleName()), in.TagKeys)
}

func (s *service) listRoleTags(ctx context.Context, c *awsapi.Call, in *api.ListRoleTagsInput) (out *api.ListRoleTagsOutput, err error) {
	out = &api.ListRoleTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = s.tags(ctx, c, roleNamed(in.GetRoleName()), in.Marker, in.MaxItems)
	return out, err
}

func tagPolicyKeys(in *api.TagPolicyInput) policy.Context { return requestTags(in.Tags) }

func untagPolicyKeys(in *api.UntagPolicyInput) policy.Context { return untagKeys(in.TagKeys) }

func (s *service) tagPolicy(ctx context.Context, c *awsapi.Call, in *api.TagPolicyInput) (*api.TagPolicyOutput, error) {
	return nil, s.iam.SetTags(ctx, c.Account, policyNamed(in.GetPolicyArn()), fromTags(in.Tags))
}

func (s *service) untagPolicy(ctx context.Context, c *awsapi.Call, in *api.UntagPolicyInput) (*api.UntagPolicyOutput, error) {
	return nil, s.iam.RemoveTags(ctx, c.Account, policyNamed(in.GetPolicyArn()), in.TagKeys)
}

func (s *service) listPolicyTags(ctx context.Context, c *awsapi.Call, in *api.ListPolicyTagsInput) (out *api.ListPolicyTagsOutput, err error) {
	out = &api.ListPolicyTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = s.tags(ctx, c, policyNamed(in.GetPolicyArn()), in.Marker, in.MaxItems)
	return out, err
}

func tagProfileKeys(in *api.TagInstanceProfileInput) policy.Context { return requestTags(in.Tags) }

func untagProfileKeys(in *api.UntagInstanceProfileInput) policy.Context { return untagKeys(in.TagKeys) }

func (s *service) tagProfile(ctx context.Context, c *awsapi.Call, in *api.TagInstanceProfileInput) (*api.TagInstanceProfileOutput, error) {
	return nil, s.iam.SetTags(ctx, c.Account, profileNamed(in.GetInstanceProfileName()), fromTags(in.Tags))
}

func (s *service) untagProfile(ctx context.Context, c *awsapi.Call, in *api.UntagInstanceProfileInput) (*api.UntagInstanceProfileOutput, error) {
	return nil, s.iam.RemoveTags(ctx, c.Account, profileNamed(in.GetInstanceProfileName()), in.TagKeys)
}

func (s *service) listProfileTags(ctx context.Context, c *awsapi.Call, in *api.ListInstanceProfileTagsInput) (out *api.ListInstanceProfileTagsOutput, err error) {
	out = &api.ListInstanceProfileTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = s.tags(ctx, c, profileNamed(in.GetInstanceProfileName()), in.Marker, in.MaxItems)
	return out, err
}
