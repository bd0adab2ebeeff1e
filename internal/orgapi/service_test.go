package orgapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

func TestServices(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := w.join(member)
	const iamService = "iam.amazonaws.com"
	enable := func(c *organizations.Client, service string) error {
		_, err := c.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: &service})
		return err
	}
	register := func(account, service string) error {
		_, err := w.RegisterDelegatedAdministrator(ctx, &organizations.RegisterDelegatedAdministratorInput{AccountId: &account, ServicePrincipal: &service})
		return err
	}
	deregister := func(account string) error {
		_, err := w.DeregisterDelegatedAdministrator(ctx, &organizations.DeregisterDelegatedAdministratorInput{AccountId: &account, ServicePrincipal: str(iamService)})
		return err
	}
	disable := func() error {
		_, err := w.DisableAWSServiceAccess(ctx, &organizations.DisableAWSServiceAccessInput{ServicePrincipal: str(iamService)})
		return err
	}

	const unknown = "You specified an unrecognized service principal."
	want(t, enable(c, iamService), "AccessDeniedException", noPermission)
	want(t, enable(w.Client, "ec2.amazonaws.com"), "InvalidInputException", unknown)
	want(t, register(member, iamService), "ConstraintViolationException",
		"You must enable trusted access for the service before you can register a delegated administrator for it.")
	if err := enable(w.Client, iamService); err != nil {
		t.Fatal(err)
	}
	services := get(w.ListAWSServiceAccessForOrganization(ctx, nil))(t).EnabledServicePrincipals
	if len(services) != 1 || *services[0].ServicePrincipal != iamService || services[0].DateEnabled == nil {
		t.Errorf("services %+v", services)
	}

	want(t, register(member, "ec2.amazonaws.com"), "InvalidInputException", unknown)
	want(t, register(management, iamService), "ConstraintViolationException",
		"You cannot register master account/yourself as delegated administrator for your organization.")
	want(t, register(outsider, iamService), "AccountNotFoundException", "You specified an account that doesn't exist.")
	want(t, deregister(member), "AccountNotRegisteredException", "The provided account is not a registered delegated administrator for your organization.")
	_, err := c.ListDelegatedAdministrators(ctx, nil)
	want(t, err, "AccessDeniedException", noPermission)
	if err := register(member, iamService); err != nil {
		t.Fatal(err)
	}
	want(t, register(member, iamService), "AccountAlreadyRegisteredException", "The provided account is already a delegated administrator for your organization.")
	for _, asking := range []*organizations.Client{w.Client, c} {
		p := organizations.NewListDelegatedAdministratorsPaginator(asking, &organizations.ListDelegatedAdministratorsInput{ServicePrincipal: str(iamService)})
		var all []types.DelegatedAdministrator
		for p.HasMorePages() {
			all = append(all, get(p.NextPage(ctx))(t).DelegatedAdministrators...)
		}
		if len(all) != 1 || *all[0].Id != member || *all[0].Email != member+"@accounts.invalid" || *all[0].Name != "test "+member || all[0].DelegationEnabledDate == nil ||
			all[0].Status != types.AccountStatusActive || all[0].JoinedMethod != types.AccountJoinedMethodInvited {
			t.Errorf("delegated administrators %+v", all)
		}
	}
	of := get(w.ListDelegatedServicesForAccount(ctx, &organizations.ListDelegatedServicesForAccountInput{AccountId: str(member)}))(t).DelegatedServices
	if len(of) != 1 || *of[0].ServicePrincipal != iamService || of[0].DelegationEnabledDate == nil {
		t.Errorf("delegated services %+v", of)
	}
	want(t, disable(), "ConstraintViolationException", "You must deregister all delegated administrators of the service before you can disable its access.")
	_, err = c.LeaveOrganization(ctx, nil)
	want(t, err, "ConstraintViolationException", "You must deregister the account as a delegated administrator before you can remove it from the organization.")
	if err := deregister(member); err != nil {
		t.Error(err)
	}
	if err := disable(); err != nil {
		t.Error(err)
	}
	if left := get(w.ListAWSServiceAccessForOrganization(ctx, nil))(t).EnabledServicePrincipals; len(left) != 0 {
		t.Errorf("services %+v", left)
	}
}
