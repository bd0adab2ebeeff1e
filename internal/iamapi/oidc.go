package iamapi

import (
	"context"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

func providerAt(arn string) iam.Entity { return iam.Entity{Kind: iam.EntityOIDCProvider, Name: arn} }

// onProvider is a row that acts on the OpenID Connect provider its input names by ARN.
func onProvider[In, Out any](s *service, sh shape.Shape[In, Out], name func(*In) *string, do handler[In, Out], keys ...keysOf[In]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		providerARN := value(name(in))
		if _, err := arn.Parse(providerARN); err != nil { // the operation will say what is wrong with it
			return awsapi.Any(c, in)
		}
		return on(s, c, providerAt(providerARN), in, keys)
	}, do)
}

// onNewProvider is the OpenID Connect provider to be made.
func onNewProvider(c *awsapi.Call, in *api.CreateOpenIDConnectProviderInput) []awsapi.Resource {
	p := iam.OIDCProvider{Account: c.Account, URL: strings.TrimPrefix(value(in.Url), "https://")}
	return []awsapi.Resource{{ARN: p.ARN(), Account: c.Account, Context: requestTags(in.Tags)}}
}

func (s *service) createProvider(ctx context.Context, c *awsapi.Call, in *api.CreateOpenIDConnectProviderInput) (*api.CreateOpenIDConnectProviderOutput, error) {
	p, err := s.iam.CreateOIDCProvider(ctx, c.Account, value(in.Url), in.ClientIDList, in.ThumbprintList, fromTags(in.Tags))
	if err != nil {
		return nil, err
	}
	return &api.CreateOpenIDConnectProviderOutput{OpenIDConnectProviderArn: new(p.ARN()), Tags: toTags(p.Tags)}, nil
}

func gotProvider(in *api.GetOpenIDConnectProviderInput) *string { return in.OpenIDConnectProviderArn }

func (s *service) getProvider(ctx context.Context, c *awsapi.Call, in *api.GetOpenIDConnectProviderInput) (*api.GetOpenIDConnectProviderOutput, error) {
	p, err := s.iam.OIDCProvider(ctx, c.Account, value(in.OpenIDConnectProviderArn))
	if err != nil {
		return nil, err
	}
	same := func(text string) string { return text }
	return &api.GetOpenIDConnectProviderOutput{
		Url: &p.URL, ClientIDList: each(p.ClientIDs, same), ThumbprintList: each(p.Thumbprints, same),
		CreateDate: shape.At(p.Created), Tags: toTags(p.Tags),
	}, nil
}

func (s *service) listProviders(ctx context.Context, c *awsapi.Call, _ *api.ListOpenIDConnectProvidersInput) (*api.ListOpenIDConnectProvidersOutput, error) {
	ps, err := s.iam.OIDCProviders(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.ListOpenIDConnectProvidersOutput{
		OpenIDConnectProviderList: each(ps, func(p *iam.OIDCProvider) api.OpenIDConnectProviderListEntry {
			return api.OpenIDConnectProviderListEntry{Arn: new(p.ARN())}
		}),
	}, nil
}

func deletedProvider(in *api.DeleteOpenIDConnectProviderInput) *string {
	return in.OpenIDConnectProviderArn
}

func (s *service) deleteProvider(ctx context.Context, c *awsapi.Call, in *api.DeleteOpenIDConnectProviderInput) (*api.DeleteOpenIDConnectProviderOutput, error) {
	return nil, s.iam.DeleteOIDCProvider(ctx, c.Account, value(in.OpenIDConnectProviderArn))
}

func certifiedProvider(in *api.UpdateOpenIDConnectProviderThumbprintInput) *string {
	return in.OpenIDConnectProviderArn
}

func (s *service) updateThumbprint(ctx context.Context, c *awsapi.Call, in *api.UpdateOpenIDConnectProviderThumbprintInput) (*api.UpdateOpenIDConnectProviderThumbprintOutput, error) {
	return nil, s.iam.SetOIDCThumbprints(ctx, c.Account, value(in.OpenIDConnectProviderArn), in.ThumbprintList)
}

func extendedProvider(in *api.AddClientIDToOpenIDConnectProviderInput) *string {
	return in.OpenIDConnectProviderArn
}

func (s *service) addClientID(ctx context.Context, c *awsapi.Call, in *api.AddClientIDToOpenIDConnectProviderInput) (*api.AddClientIDToOpenIDConnectProviderOutput, error) {
	return nil, s.iam.AddOIDCClientID(ctx, c.Account, value(in.OpenIDConnectProviderArn), value(in.ClientID))
}

func reducedProvider(in *api.RemoveClientIDFromOpenIDConnectProviderInput) *string {
	return in.OpenIDConnectProviderArn
}

func (s *service) removeClientID(ctx context.Context, c *awsapi.Call, in *api.RemoveClientIDFromOpenIDConnectProviderInput) (*api.RemoveClientIDFromOpenIDConnectProviderOutput, error) {
	return nil, s.iam.RemoveOIDCClientID(ctx, c.Account, value(in.OpenIDConnectProviderArn), value(in.ClientID))
}

func taggedProvider(in *api.TagOpenIDConnectProviderInput) *string {
	return in.OpenIDConnectProviderArn
}

func tagProviderKeys(in *api.TagOpenIDConnectProviderInput) policy.Context {
	return requestTags(in.Tags)
}

func (s *service) tagProvider(ctx context.Context, c *awsapi.Call, in *api.TagOpenIDConnectProviderInput) (*api.TagOpenIDConnectProviderOutput, error) {
	return nil, s.iam.SetTags(ctx, c.Account, providerAt(value(in.OpenIDConnectProviderArn)), fromTags(in.Tags))
}

func untaggedProvider(in *api.UntagOpenIDConnectProviderInput) *string {
	return in.OpenIDConnectProviderArn
}

func untagProviderKeys(in *api.UntagOpenIDConnectProviderInput) policy.Context {
	return untagKeys(in.TagKeys)
}

func (s *service) untagProvider(ctx context.Context, c *awsapi.Call, in *api.UntagOpenIDConnectProviderInput) (*api.UntagOpenIDConnectProviderOutput, error) {
	return nil, s.iam.RemoveTags(ctx, c.Account, providerAt(value(in.OpenIDConnectProviderArn)), in.TagKeys)
}

func listedProvider(in *api.ListOpenIDConnectProviderTagsInput) *string {
	return in.OpenIDConnectProviderArn
}

func (s *service) listProviderTags(ctx context.Context, c *awsapi.Call, in *api.ListOpenIDConnectProviderTagsInput) (out *api.ListOpenIDConnectProviderTagsOutput, err error) {
	out = &api.ListOpenIDConnectProviderTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = s.tags(ctx, c, providerAt(value(in.OpenIDConnectProviderArn)), in.Marker, in.MaxItems)
	return out, err
}
