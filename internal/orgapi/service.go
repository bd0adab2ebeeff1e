package orgapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/org"
)

func (s *service) enableService(ctx context.Context, c *awsapi.Call, in *api.EnableAWSServiceAccessInput) (*api.EnableAWSServiceAccessOutput, error) {
	return nil, s.org.EnableService(ctx, c.Account, value(in.ServicePrincipal))
}

func (s *service) disableService(ctx context.Context, c *awsapi.Call, in *api.DisableAWSServiceAccessInput) (*api.DisableAWSServiceAccessOutput, error) {
	return nil, s.org.DisableService(ctx, c.Account, value(in.ServicePrincipal))
}

// listServices has one page: there are fewer services than the smallest page holds.
func (s *service) listServices(ctx context.Context, c *awsapi.Call, in *api.ListAWSServiceAccessForOrganizationInput) (*api.ListAWSServiceAccessForOrganizationOutput, error) {
	if _, err := page(in.NextToken, in.MaxResults); err != nil {
		return nil, err
	}
	all, err := s.org.Services(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.ListAWSServiceAccessForOrganizationOutput{EnabledServicePrincipals: each(all, func(v org.Service) api.EnabledServicePrincipal {
		return api.EnabledServicePrincipal{ServicePrincipal: &v.Principal, DateEnabled: shape.At(v.Since)}
	})}, nil
}

func (s *service) registerDelegate(ctx context.Context, c *awsapi.Call, in *api.RegisterDelegatedAdministratorInput) (*api.RegisterDelegatedAdministratorOutput, error) {
	return nil, s.org.RegisterDelegate(ctx, c.Account, in.GetAccountId(), value(in.ServicePrincipal))
}

func (s *service) deregisterDelegate(ctx context.Context, c *awsapi.Call, in *api.DeregisterDelegatedAdministratorInput) (*api.DeregisterDelegatedAdministratorOutput, error) {
	return nil, s.org.DeregisterDelegate(ctx, c.Account, in.GetAccountId(), value(in.ServicePrincipal))
}

func (s *service) listDelegates(ctx context.Context, c *awsapi.Call, in *api.ListDelegatedAdministratorsInput) (*api.ListDelegatedAdministratorsOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	ds, next, err := s.org.Delegates(ctx, c.Account, value(in.ServicePrincipal), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListDelegatedAdministratorsOutput{DelegatedAdministrators: make([]api.DelegatedAdministrator, len(ds)), NextToken: more(next)}
	for i, d := range ds {
		a, err := s.toAccount(ctx, d.Member)
		if err != nil {
			return nil, err
		}
		out.DelegatedAdministrators[i] = api.DelegatedAdministrator{
			Id: a.Id, Arn: a.Arn, Email: a.Email, Name: a.Name, Status: a.Status, State: a.State,
			JoinedMethod: a.JoinedMethod, JoinedTimestamp: a.JoinedTimestamp, DelegationEnabledDate: shape.At(d.Since),
		}
	}
	return out, nil
}

// listDelegatedServices has one page, as listServices has.
func (s *service) listDelegatedServices(ctx context.Context, c *awsapi.Call, in *api.ListDelegatedServicesForAccountInput) (*api.ListDelegatedServicesForAccountOutput, error) {
	if _, err := page(in.NextToken, in.MaxResults); err != nil {
		return nil, err
	}
	all, err := s.org.DelegatedServices(ctx, c.Account, in.GetAccountId())
	if err != nil {
		return nil, err
	}
	return &api.ListDelegatedServicesForAccountOutput{DelegatedServices: each(all, func(v org.Service) api.DelegatedService {
		return api.DelegatedService{ServicePrincipal: &v.Principal, DelegationEnabledDate: shape.At(v.Since)}
	})}, nil
}
