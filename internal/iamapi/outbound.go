package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
)

func (s *service) enableIssuer(ctx context.Context, c *awsapi.Call, _ *api.EnableOutboundWebIdentityFederationInput) (*api.EnableOutboundWebIdentityFederationOutput, error) {
	i, err := s.iam.EnableIssuer(ctx, c.Account, func(id string) string { return s.issuerURL(c, id) })
	if err != nil {
		return nil, err
	}
	return &api.EnableOutboundWebIdentityFederationOutput{IssuerIdentifier: &i.URL}, nil
}

func (s *service) disableIssuer(ctx context.Context, c *awsapi.Call, _ *api.DisableOutboundWebIdentityFederationInput) (*api.DisableOutboundWebIdentityFederationOutput, error) {
	return nil, s.iam.DisableIssuer(ctx, c.Account)
}

func (s *service) getIssuer(ctx context.Context, c *awsapi.Call, _ *api.GetOutboundWebIdentityFederationInfoInput) (*api.GetOutboundWebIdentityFederationInfoOutput, error) {
	i, err := s.iam.Issuer(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.GetOutboundWebIdentityFederationInfoOutput{IssuerIdentifier: &i.URL, JwtVendingEnabled: &i.Enabled}, nil
}
