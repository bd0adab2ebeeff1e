package iamapi

import (
	"context"
	"errors"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/org"
)

// features translates the answer of the engine about centralized root access. Errors: those of IAM's operations on it.
func features(o *org.Organization, fs []org.Feature, err error) (id *string, enabled []string, _ error) {
	var e *org.Error
	switch {
	case err == nil:
		return &o.ID, each(fs, func(f org.Feature) string { return string(f) }), nil
	case !errors.As(err, &e):
		return nil, nil, err
	}
	switch e.Kind {
	case org.ErrNotInUse:
		err = awsapi.Errorf(api.CodeOrganizationNotFound, "The request was rejected because no organization is associated with your account.")
	case org.ErrNotAdministrator:
		err = awsapi.Errorf(api.CodeAccountNotManagementOrDelegatedAdministrator, "The request was rejected because the account making the "+
			"request is not the management account or delegated administrator account for centralized root access.")
	case org.ErrTypeNotAvailable:
		err = awsapi.Errorf(api.CodeOrganizationNotInAllFeaturesMode, "The request was rejected because your organization does not have All features enabled.")
	case org.ErrServiceNotEnabled:
		err = awsapi.Errorf(api.CodeServiceAccessNotEnabled, "The request was rejected because trusted access is not enabled for IAM in Organizations.")
	}
	return nil, nil, err
}

func (s *service) enableRootCredentials(ctx context.Context, c *awsapi.Call, _ *api.EnableOrganizationsRootCredentialsManagementInput) (*api.EnableOrganizationsRootCredentialsManagementOutput, error) {
	id, enabled, err := features(s.org.EnableFeature(ctx, c.Account, org.RootCredentials))
	return &api.EnableOrganizationsRootCredentialsManagementOutput{OrganizationId: id, EnabledFeatures: enabled}, err
}

func (s *service) disableRootCredentials(ctx context.Context, c *awsapi.Call, _ *api.DisableOrganizationsRootCredentialsManagementInput) (*api.DisableOrganizationsRootCredentialsManagementOutput, error) {
	id, enabled, err := features(s.org.DisableFeature(ctx, c.Account, org.RootCredentials))
	return &api.DisableOrganizationsRootCredentialsManagementOutput{OrganizationId: id, EnabledFeatures: enabled}, err
}

func (s *service) enableRootSessions(ctx context.Context, c *awsapi.Call, _ *api.EnableOrganizationsRootSessionsInput) (*api.EnableOrganizationsRootSessionsOutput, error) {
	id, enabled, err := features(s.org.EnableFeature(ctx, c.Account, org.RootSessions))
	return &api.EnableOrganizationsRootSessionsOutput{OrganizationId: id, EnabledFeatures: enabled}, err
}

func (s *service) disableRootSessions(ctx context.Context, c *awsapi.Call, _ *api.DisableOrganizationsRootSessionsInput) (*api.DisableOrganizationsRootSessionsOutput, error) {
	id, enabled, err := features(s.org.DisableFeature(ctx, c.Account, org.RootSessions))
	return &api.DisableOrganizationsRootSessionsOutput{OrganizationId: id, EnabledFeatures: enabled}, err
}

func (s *service) listFeatures(ctx context.Context, c *awsapi.Call, _ *api.ListOrganizationsFeaturesInput) (*api.ListOrganizationsFeaturesOutput, error) {
	id, enabled, err := features(s.org.Features(ctx, c.Account))
	return &api.ListOrganizationsFeaturesOutput{OrganizationId: id, EnabledFeatures: enabled}, err
}
