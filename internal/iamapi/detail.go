package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
)

// detailParts are the parts of an account by what the filter of GetAccountAuthorizationDetails calls them.
var detailParts = map[string]string{
	api.EntityTypeUser: iam.PartUsers, api.EntityTypeGroup: iam.PartGroups, api.EntityTypeRole: iam.PartRoles,
	api.EntityTypeLocalManagedPolicy: iam.PartPolicies, api.EntityTypeAWSManagedPolicy: iam.PartAWSPolicies,
}

func (s *service) getAuthorizationDetails(ctx context.Context, c *awsapi.Call, in *api.GetAccountAuthorizationDetailsInput) (*api.GetAccountAuthorizationDetailsOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, f := range in.Filter {
		parts = append(parts, detailParts[f])
	}
	if len(parts) == 0 {
		for _, part := range detailParts {
			parts = append(parts, part)
		}
	}
	d, next, err := s.iam.Details(ctx, c.Account, parts, p)
	if err != nil {
		return nil, err
	}
	out := &api.GetAccountAuthorizationDetailsOutput{
		UserDetailList: each(d.Users, toUserDetail), GroupDetailList: each(d.Groups, toGroupDetail),
		RoleDetailList: each(d.Roles, toRoleDetail), Policies: each(d.Policies, toPolicyDetail),
	}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func toInline(d iam.Document) api.PolicyDetail {
	return api.PolicyDetail{PolicyName: &d.Name, PolicyDocument: document(d.Text)}
}

func toUserDetail(u iam.UserDetails) api.UserDetail {
	return api.UserDetail{
		Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: new(u.ARN()), CreateDate: shape.At(u.Created),
		UserPolicyList: each(u.Inline, toInline), GroupList: each(u.Groups, func(name string) string { return name }),
		AttachedManagedPolicies: each(u.Attached, toAttached), PermissionsBoundary: toBoundary(u.Boundary), Tags: toTags(u.Tags),
	}
}

func toGroupDetail(g iam.GroupDetails) api.GroupDetail {
	return api.GroupDetail{
		Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: new(g.ARN()), CreateDate: shape.At(g.Created),
		GroupPolicyList: each(g.Inline, toInline), AttachedManagedPolicies: each(g.Attached, toAttached),
	}
}

func toRoleDetail(r iam.RoleDetails) api.RoleDetail {
	role := toRole(&r.Role)
	return api.RoleDetail{
		Path: role.Path, RoleName: role.RoleName, RoleId: role.RoleId, Arn: role.Arn, CreateDate: role.CreateDate,
		AssumeRolePolicyDocument: role.AssumeRolePolicyDocument, InstanceProfileList: each(r.Profiles, toListedProfile),
		RolePolicyList: each(r.Inline, toInline), AttachedManagedPolicies: each(r.Attached, toAttached),
		PermissionsBoundary: role.PermissionsBoundary, Tags: role.Tags, RoleLastUsed: role.RoleLastUsed,
	}
}

func toPolicyDetail(p iam.PolicyDetails) api.ManagedPolicyDetail {
	listed := toPolicy(&p.ManagedPolicy)
	return api.ManagedPolicyDetail{
		PolicyName: listed.PolicyName, PolicyId: listed.PolicyId, Arn: listed.Arn, Path: listed.Path, DefaultVersionId: listed.DefaultVersionId,
		AttachmentCount: listed.AttachmentCount, PermissionsBoundaryUsageCount: listed.PermissionsBoundaryUsageCount,
		IsAttachable: listed.IsAttachable, Description: listed.Description, CreateDate: listed.CreateDate, UpdateDate: listed.UpdateDate,
		PolicyVersionList: each(p.Versions, func(v iam.PolicyVersion) api.PolicyVersion {
			out := toVersion(&v)
			out.Document = document(v.Document)
			return out
		}),
	}
}
