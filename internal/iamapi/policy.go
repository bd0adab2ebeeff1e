package iamapi

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
)

func toListedPolicy(p *iam.ManagedPolicy) api.Policy {
	return api.Policy{
		PolicyName: &p.Name, PolicyId: &p.ID, Arn: new(p.ARN()), Path: &p.Path, DefaultVersionId: &p.DefaultVersion,
		AttachmentCount: new(int32(p.AttachmentCount)), PermissionsBoundaryUsageCount: new(int32(p.BoundaryCount)),
		IsAttachable: new(!iam.IsRootTask(p.ARN())), CreateDate: shape.At(p.Created), UpdateDate: shape.At(p.Updated),
	}
}

func toPolicy(p *iam.ManagedPolicy) api.Policy {
	out := toListedPolicy(p)
	out.Description = optional(p.Description)
	out.Tags = toTags(p.Tags)
	return out
}

func toVersion(v *iam.PolicyVersion) api.PolicyVersion {
	return api.PolicyVersion{VersionId: &v.ID, IsDefaultVersion: &v.IsDefault, CreateDate: shape.At(v.Created)}
}

func (s *service) createPolicy(ctx context.Context, c *awsapi.Call, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	p, err := s.iam.CreatePolicy(ctx, c.Account, iam.NewPolicy{
		Name: value(in.PolicyName), Path: value(in.Path), Description: value(in.Description), Document: value(in.PolicyDocument),
		Tags: fromTags(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	out := toListedPolicy(p)
	out.Tags = toTags(p.Tags)
	return &api.CreatePolicyOutput{Policy: &out}, nil
}

func (s *service) getPolicy(ctx context.Context, c *awsapi.Call, in *api.GetPolicyInput) (*api.GetPolicyOutput, error) {
	p, err := s.iam.ManagedPolicy(ctx, c.Account, in.GetPolicyArn())
	if err != nil {
		return nil, err
	}
	return &api.GetPolicyOutput{Policy: new(toPolicy(p))}, nil
}

func (s *service) listPolicies(ctx context.Context, c *awsapi.Call, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	scope, usage := value(in.Scope), value(in.PolicyUsageFilter)
	ps, next, err := s.iam.ManagedPolicies(ctx, c.Account, iam.PolicyFilter{
		Local:        scope != api.PolicyScopeTypeAws,
		AWS:          scope != api.PolicyScopeTypeLocal,
		PathPrefix:   value(in.PathPrefix),
		OnlyAttached: in.OnlyAttached != nil && *in.OnlyAttached,
		Permissions:  usage == api.PolicyUsageTypePermissionsPolicy,
		Boundaries:   usage == api.PolicyUsageTypePermissionsBoundary,
	}, p)
	if err != nil {
		return nil, err
	}
	out := &api.ListPoliciesOutput{Policies: each(ps, toListedPolicy)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) deletePolicy(ctx context.Context, c *awsapi.Call, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	return nil, s.iam.DeletePolicy(ctx, c.Account, in.GetPolicyArn())
}

func (s *service) createPolicyVersion(ctx context.Context, c *awsapi.Call, in *api.CreatePolicyVersionInput) (*api.CreatePolicyVersionOutput, error) {
	makeDefault := in.SetAsDefault != nil && *in.SetAsDefault
	v, err := s.iam.CreatePolicyVersion(ctx, c.Account, in.GetPolicyArn(), value(in.PolicyDocument), makeDefault)
	if err != nil {
		return nil, err
	}
	return &api.CreatePolicyVersionOutput{PolicyVersion: new(toVersion(v))}, nil
}

func (s *service) getPolicyVersion(ctx context.Context, c *awsapi.Call, in *api.GetPolicyVersionInput) (*api.GetPolicyVersionOutput, error) {
	v, err := s.iam.PolicyVersion(ctx, c.Account, in.GetPolicyArn(), value(in.VersionId))
	if err != nil {
		return nil, err
	}
	out := toVersion(v)
	out.Document = document(v.Document)
	return &api.GetPolicyVersionOutput{PolicyVersion: &out}, nil
}

func (s *service) listPolicyVersions(ctx context.Context, c *awsapi.Call, in *api.ListPolicyVersionsInput) (*api.ListPolicyVersionsOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	vs, err := s.iam.PolicyVersions(ctx, c.Account, in.GetPolicyArn())
	if err != nil {
		return nil, err
	}
	vs, next := cut(p, vs, newestFirst)
	out := &api.ListPolicyVersionsOutput{Versions: each(vs, toVersion)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

// newestFirst is a key by which versions sort from the newest to the oldest.
func newestFirst(v *iam.PolicyVersion) string {
	n, _ := strconv.ParseInt(strings.TrimPrefix(v.ID, "v"), 10, 32) // the engine numbers them
	return fmt.Sprintf("%010d", 1<<32-n)
}

func (s *service) setDefaultPolicyVersion(ctx context.Context, c *awsapi.Call, in *api.SetDefaultPolicyVersionInput) (*api.SetDefaultPolicyVersionOutput, error) {
	return nil, s.iam.SetDefaultPolicyVersion(ctx, c.Account, in.GetPolicyArn(), value(in.VersionId))
}

func (s *service) deletePolicyVersion(ctx context.Context, c *awsapi.Call, in *api.DeletePolicyVersionInput) (*api.DeletePolicyVersionOutput, error) {
	return nil, s.iam.DeletePolicyVersion(ctx, c.Account, in.GetPolicyArn(), value(in.VersionId))
}

func (s *service) listEntitiesForPolicy(ctx context.Context, c *awsapi.Call, in *api.ListEntitiesForPolicyInput) (*api.ListEntitiesForPolicyOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	usage, filter := value(in.PolicyUsageFilter), value(in.EntityFilter)
	seen := make(map[iam.Holder]bool)
	var all []iam.Holder
	for _, boundary := range []bool{false, true} {
		if usage == api.PolicyUsageTypePermissionsPolicy && boundary || usage == api.PolicyUsageTypePermissionsBoundary && !boundary {
			continue
		}
		hs, err := s.iam.PolicyHolders(ctx, c.Account, in.GetPolicyArn(), value(in.PathPrefix), boundary)
		if err != nil {
			return nil, err
		}
		for _, h := range hs {
			wanted := filter == "" || strings.EqualFold(filter, h.Kind)
			if wanted && !seen[h] {
				seen[h] = true
				all = append(all, h)
			}
		}
	}
	key := func(h iam.Holder) string { return h.Kind + " " + strings.ToLower(h.Name) }
	slices.SortFunc(all, func(a, b iam.Holder) int { return strings.Compare(key(a), key(b)) })
	all, next := cut(p, all, key)
	out := &api.ListEntitiesForPolicyOutput{PolicyGroups: []api.PolicyGroup{}, PolicyRoles: []api.PolicyRole{}, PolicyUsers: []api.PolicyUser{}}
	for _, h := range all {
		switch h.Kind {
		case iam.EntityGroup:
			out.PolicyGroups = append(out.PolicyGroups, api.PolicyGroup{GroupName: &h.Name, GroupId: &h.ID})
		case iam.EntityRole:
			out.PolicyRoles = append(out.PolicyRoles, api.PolicyRole{RoleName: &h.Name, RoleId: &h.ID})
		case iam.EntityUser:
			out.PolicyUsers = append(out.PolicyUsers, api.PolicyUser{UserName: &h.Name, UserId: &h.ID})
		}
	}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}
