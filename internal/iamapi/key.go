package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
)

func ownerOfNewKey(in *api.CreateAccessKeyInput) *string     { return in.UserName }
func ownerOfKeys(in *api.ListAccessKeysInput) *string        { return in.UserName }
func ownerOfChangedKey(in *api.UpdateAccessKeyInput) *string { return in.UserName }
func ownerOfDeletedKey(in *api.DeleteAccessKeyInput) *string { return in.UserName }

func keyStatus(k *iam.Key) *string {
	if k.Active {
		return new(api.StatusTypeActive)
	}
	return new(api.StatusTypeInactive)
}

func (s *service) createAccessKey(ctx context.Context, c *awsapi.Call, in *api.CreateAccessKeyInput) (*api.CreateAccessKeyOutput, error) {
	user, err := ownerName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := s.iam.CreateAccessKey(ctx, c.Account, user)
	if err != nil {
		return nil, err
	}
	return &api.CreateAccessKeyOutput{AccessKey: &api.AccessKey{
		UserName: optional(user), AccessKeyId: &k.ID, Status: keyStatus(k), SecretAccessKey: new(k.Secret.Reveal()),
		CreateDate: shape.At(k.Created),
	}}, nil
}

func (s *service) listAccessKeys(ctx context.Context, c *awsapi.Call, in *api.ListAccessKeysInput) (*api.ListAccessKeysOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	user, err := ownerName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	ks, err := s.iam.AccessKeys(ctx, c.Account, user)
	if err != nil {
		return nil, err
	}
	ks, next := cut(p, ks, func(k *iam.Key) string { return k.ID })
	out := &api.ListAccessKeysOutput{AccessKeyMetadata: each(ks, func(k *iam.Key) api.AccessKeyMetadata {
		return api.AccessKeyMetadata{UserName: optional(user), AccessKeyId: &k.ID, Status: keyStatus(k), CreateDate: shape.At(k.Created)}
	})}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) updateAccessKey(ctx context.Context, c *awsapi.Call, in *api.UpdateAccessKeyInput) (*api.UpdateAccessKeyOutput, error) {
	user, err := ownerName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	active := value(in.Status) == api.StatusTypeActive
	return nil, s.iam.SetAccessKeyActive(ctx, c.Account, user, value(in.AccessKeyId), active)
}

func (s *service) deleteAccessKey(ctx context.Context, c *awsapi.Call, in *api.DeleteAccessKeyInput) (*api.DeleteAccessKeyOutput, error) {
	user, err := ownerName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return nil, s.iam.DeleteAccessKey(ctx, c.Account, user, value(in.AccessKeyId))
}

func (s *service) getAccessKeyLastUsed(ctx context.Context, c *awsapi.Call, in *api.GetAccessKeyLastUsedInput) (*api.GetAccessKeyLastUsedOutput, error) {
	k, user, err := s.iam.AccessKeyInfo(ctx, c.Account, value(in.AccessKeyId))
	if err != nil {
		return nil, err
	}
	used := &api.AccessKeyLastUsed{ServiceName: new("N/A"), Region: new("N/A")}
	if !k.LastUsed.IsZero() {
		used = &api.AccessKeyLastUsed{LastUsedDate: shape.At(k.LastUsed), ServiceName: &k.LastUsedService, Region: &k.LastUsedRegion}
	}
	return &api.GetAccessKeyLastUsedOutput{UserName: optional(user), AccessKeyLastUsed: used}, nil
}
