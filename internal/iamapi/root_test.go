package iamapi_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/servertest"
)

// The features of centralized root access, as the management account, a delegated administrator and others switch them.
func TestOrganizationsFeatures(t *testing.T) {
	s := servertest.Start(t)
	ctx := t.Context()
	clients := func(account string) (*iam.Client, *organizations.Client) {
		c := s.AWS(s.Account(account))
		return iam.NewFromConfig(c), organizations.NewFromConfig(c)
	}
	m, org := clients("111111111111")
	member, memberOrg := clients("222222222222")
	billing, billingOrg := clients("333333333333")
	refused := func(c *iam.Client, code string) {
		t.Helper()
		for name, call := range map[string]func() error{
			"list":                func() error { _, err := c.ListOrganizationsFeatures(ctx, nil); return err },
			"enable sessions":     func() error { _, err := c.EnableOrganizationsRootSessions(ctx, nil); return err },
			"disable sessions":    func() error { _, err := c.DisableOrganizationsRootSessions(ctx, nil); return err },
			"enable credentials":  func() error { _, err := c.EnableOrganizationsRootCredentialsManagement(ctx, nil); return err },
			"disable credentials": func() error { _, err := c.DisableOrganizationsRootCredentialsManagement(ctx, nil); return err },
		} {
			err := call()
			if e := (smithy.APIError)(nil); !errors.As(err, &e) || e.ErrorCode() != code {
				t.Errorf("%s: %v, want %s", name, err, code)
			}
		}
	}
	do := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	refused(m, "OrganizationNotFoundException")
	do(org.CreateOrganization(ctx, nil))
	refused(m, "ServiceAccessNotEnabledException")
	invited, err := org.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
		Target: &orgtypes.HandshakeParty{Id: aws.String("222222222222"), Type: orgtypes.HandshakePartyTypeAccount},
	})
	do(invited, err)
	do(memberOrg.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: invited.Handshake.Id}))
	do(billingOrg.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: orgtypes.OrganizationFeatureSetConsolidatedBilling}))
	refused(billing, "OrganizationNotInAllFeaturesModeException")
	service := aws.String("iam.amazonaws.com")
	do(org.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: service}))
	refused(member, "AccountNotManagementOrDelegatedAdministratorException")

	credentials, err := m.EnableOrganizationsRootCredentialsManagement(ctx, nil)
	if err != nil || !cmp.Equal(credentials.EnabledFeatures, []types.FeatureType{types.FeatureTypeRootCredentialsManagement}) {
		t.Fatalf("%+v, %v", credentials, err)
	}
	do(org.RegisterDelegatedAdministrator(ctx, &organizations.RegisterDelegatedAdministratorInput{AccountId: aws.String("222222222222"), ServicePrincipal: service}))
	do(member.EnableOrganizationsRootSessions(ctx, nil))
	list, err := member.ListOrganizationsFeatures(ctx, nil)
	if err != nil || !cmp.Equal(list.EnabledFeatures, types.FeatureType("").Values()) || *list.OrganizationId != *credentials.OrganizationId {
		t.Errorf("%+v, %v", list, err)
	}
	do(m.DisableOrganizationsRootCredentialsManagement(ctx, nil))
	last, err := m.DisableOrganizationsRootSessions(ctx, nil)
	if err != nil || len(last.EnabledFeatures) != 0 {
		t.Errorf("%+v, %v", last, err)
	}
}
