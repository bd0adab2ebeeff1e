package orgapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/org"
)

func toHandshake(h *org.Handshake) api.Handshake {
	resource := func(kind, v string) api.HandshakeResource { return api.HandshakeResource{Type: &kind, Value: &v} }
	organization := resource(api.HandshakeResourceTypeOrganization, h.Organization)
	organization.Resources = []api.HandshakeResource{
		resource(api.HandshakeResourceTypeMasterEmail, h.Email),
		resource(api.HandshakeResourceTypeOrganizationFeatureSet, org.AllFeatures),
	}
	out := api.Handshake{
		Id: &h.ID, Arn: &h.ARN, State: &h.State, Action: new(api.ActionTypeInvite),
		RequestedTimestamp: shape.At(h.Requested), ExpirationTimestamp: shape.At(h.Expires),
		Parties: []api.HandshakeParty{
			{Id: &h.Organization, Type: new(api.HandshakePartyTypeOrganization)},
			{Id: &h.Account, Type: new(api.HandshakePartyTypeAccount)},
		},
		Resources: []api.HandshakeResource{organization, resource(api.HandshakeResourceTypeAccount, h.Account)},
	}
	if h.Notes != "" {
		out.Resources = append(out.Resources, resource(api.HandshakeResourceTypeNotes, h.Notes))
	}
	return out
}

func (s *service) inviteAccount(ctx context.Context, c *awsapi.Call, in *api.InviteAccountToOrganizationInput) (*api.InviteAccountToOrganizationOutput, error) {
	if value(in.Target.Type) != api.HandshakePartyTypeAccount {
		return nil, invalid("INVALID_PARTY_TYPE_TARGET", "This server invites accounts by their id only.")
	}
	if len(in.Tags) > 0 {
		return nil, invalid("TARGET_NOT_SUPPORTED", "This server does not tag accounts by invitation; tag them when they have joined.")
	}
	h, err := s.org.Invite(ctx, c.Account, invited(in), value(in.Notes))
	if err != nil {
		return nil, err
	}
	return &api.InviteAccountToOrganizationOutput{Handshake: new(toHandshake(h))}, nil
}

func (s *service) describeHandshake(ctx context.Context, c *awsapi.Call, in *api.DescribeHandshakeInput) (*api.DescribeHandshakeOutput, error) {
	h, err := s.org.Handshake(ctx, c.Account, in.GetHandshakeId())
	if err != nil {
		return nil, err
	}
	return &api.DescribeHandshakeOutput{Handshake: new(toHandshake(h))}, nil
}

func (s *service) acceptHandshake(ctx context.Context, c *awsapi.Call, in *api.AcceptHandshakeInput) (*api.AcceptHandshakeOutput, error) {
	h, err := s.org.Accept(ctx, c.Account, in.GetHandshakeId())
	if err != nil {
		return nil, err
	}
	return &api.AcceptHandshakeOutput{Handshake: new(toHandshake(h))}, nil
}

func (s *service) declineHandshake(ctx context.Context, c *awsapi.Call, in *api.DeclineHandshakeInput) (*api.DeclineHandshakeOutput, error) {
	h, err := s.org.Decline(ctx, c.Account, in.GetHandshakeId())
	if err != nil {
		return nil, err
	}
	return &api.DeclineHandshakeOutput{Handshake: new(toHandshake(h))}, nil
}

func (s *service) cancelHandshake(ctx context.Context, c *awsapi.Call, in *api.CancelHandshakeInput) (*api.CancelHandshakeOutput, error) {
	h, err := s.org.Cancel(ctx, c.Account, in.GetHandshakeId())
	if err != nil {
		return nil, err
	}
	return &api.CancelHandshakeOutput{Handshake: new(toHandshake(h))}, nil
}

// none reports whether a filter leaves out the only handshakes there are, invitations.
func none(f *api.HandshakeFilter) bool {
	return f != nil && (f.ParentHandshakeId != nil || f.ActionType != nil && *f.ActionType != api.ActionTypeInvite)
}

func (s *service) listHandshakesForAccount(ctx context.Context, c *awsapi.Call, in *api.ListHandshakesForAccountInput) (*api.ListHandshakesForAccountOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	hs, next, err := s.org.Received(ctx, c.Account, p)
	if err != nil {
		return nil, err
	}
	if none(in.Filter) {
		hs, next = nil, ""
	}
	return &api.ListHandshakesForAccountOutput{Handshakes: each(hs, toHandshake), NextToken: more(next)}, nil
}

func (s *service) listHandshakesForOrganization(ctx context.Context, c *awsapi.Call, in *api.ListHandshakesForOrganizationInput) (*api.ListHandshakesForOrganizationOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	hs, next, err := s.org.Sent(ctx, c.Account, p)
	if err != nil {
		return nil, err
	}
	if none(in.Filter) {
		hs, next = nil, ""
	}
	return &api.ListHandshakesForOrganizationOutput{Handshakes: each(hs, toHandshake), NextToken: more(next)}, nil
}
