// Package orgapi serves AWS Organizations on the engines of packages org and iam.
package orgapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/org"
)

// Config is what the operations need.
type Config struct {
	Org *org.Org
	IAM *iam.IAM
}

type service struct {
	org *org.Org
	iam *iam.IAM
}

// Reasons for what is not served.
const (
	noDelegation = "delegated administrators manage services, not the organization, which is the management account's"
	noEffective  = "only types of policy that do not decide about access have an effective policy"
	noTransfers  = "nothing is billed"
)

// Operations returns a row for every operation of Organizations.
func Operations(c Config) []awsapi.Operation {
	s := &service{org: c.Org, iam: c.IAM}
	return awsapi.Complete(api.Service,
		// organization.go
		row(s, api.CreateOrganization, s.createOrganization),
		row(s, api.DescribeOrganization, s.describeOrganization),
		row(s, api.DeleteOrganization, s.deleteOrganization),
		row(s, api.ListRoots, s.listRoots),
		row(s, api.EnablePolicyType, s.enablePolicyType, onRoot),
		row(s, api.DisablePolicyType, s.disablePolicyType, onRoot),

		// unit.go
		row(s, api.CreateOrganizationalUnit, s.createUnit, onParent),
		row(s, api.DescribeOrganizationalUnit, s.describeUnit, onUnit),
		row(s, api.UpdateOrganizationalUnit, s.updateUnit, onUnit),
		row(s, api.DeleteOrganizationalUnit, s.deleteUnit, onUnit),
		row(s, api.ListOrganizationalUnitsForParent, s.listUnits, onParent),
		row(s, api.ListParents, s.listParents, func(in *api.ListParentsInput) string { return value(in.ChildId) }),
		row(s, api.ListChildren, s.listChildren, onParent),

		// account.go
		row(s, api.CreateAccount, s.createAccount),
		row(s, api.DescribeCreateAccountStatus, s.describeCreateAccountStatus),
		row(s, api.ListCreateAccountStatus, s.listCreateAccountStatus),
		row(s, api.DescribeAccount, s.describeAccount, onAccount),
		row(s, api.ListAccounts, s.listAccounts),
		row(s, api.ListAccountsForParent, s.listAccountsForParent, onParent),
		row(s, api.MoveAccount, s.moveAccount, onAccount,
			func(in *api.MoveAccountInput) string { return value(in.SourceParentId) },
			func(in *api.MoveAccountInput) string { return value(in.DestinationParentId) }),
		row(s, api.RemoveAccountFromOrganization, s.removeAccount, onAccount),
		row(s, api.LeaveOrganization, s.leaveOrganization),

		// handshake.go
		row(s, api.InviteAccountToOrganization, s.inviteAccount, invited),
		row(s, api.DescribeHandshake, s.describeHandshake, onHandshake),
		row(s, api.AcceptHandshake, s.acceptHandshake, onHandshake),
		row(s, api.DeclineHandshake, s.declineHandshake, onHandshake),
		row(s, api.CancelHandshake, s.cancelHandshake, onHandshake),
		row(s, api.ListHandshakesForAccount, s.listHandshakesForAccount),
		row(s, api.ListHandshakesForOrganization, s.listHandshakesForOrganization),

		// policy.go
		row(s, api.CreatePolicy, s.createPolicy),
		row(s, api.DescribePolicy, s.describePolicy, onPolicy),
		row(s, api.UpdatePolicy, s.updatePolicy, onPolicy),
		row(s, api.DeletePolicy, s.deletePolicy, onPolicy),
		row(s, api.ListPolicies, s.listPolicies),
		row(s, api.ListPoliciesForTarget, s.listPoliciesForTarget, onTarget),
		row(s, api.ListTargetsForPolicy, s.listTargetsForPolicy, onPolicy),
		row(s, api.AttachPolicy, s.attachPolicy, onPolicy, onTarget),
		row(s, api.DetachPolicy, s.detachPolicy, onPolicy, onTarget),

		// service.go
		row(s, api.EnableAWSServiceAccess, s.enableService),
		row(s, api.DisableAWSServiceAccess, s.disableService),
		row(s, api.ListAWSServiceAccessForOrganization, s.listServices),
		row(s, api.RegisterDelegatedAdministrator, s.registerDelegate, onAccount),
		row(s, api.DeregisterDelegatedAdministrator, s.deregisterDelegate, onAccount),
		row(s, api.ListDelegatedAdministrators, s.listDelegates),
		row(s, api.ListDelegatedServicesForAccount, s.listDelegatedServices, onAccount),

		// tag.go
		row(s, api.TagResource, s.tagResource, onResource),
		row(s, api.UntagResource, s.untagResource, onResource),
		row(s, api.ListTagsForResource, s.listTags, onResource),

		awsapi.Unsupported(api.CloseAccount, "accounts cannot be closed; RemoveAccountFromOrganization takes one out"),
		awsapi.Unsupported(api.CreateGovCloudAccount, "there is no GovCloud"),
		awsapi.Unsupported(api.EnableAllFeatures, "an organization keeps the feature set it was created with"),

		awsapi.Unsupported(api.PutResourcePolicy, noDelegation),
		awsapi.Unsupported(api.DescribeResourcePolicy, noDelegation),
		awsapi.Unsupported(api.DeleteResourcePolicy, noDelegation),

		awsapi.Unsupported(api.DescribeEffectivePolicy, noEffective),
		awsapi.Unsupported(api.ListAccountsWithInvalidEffectivePolicy, noEffective),
		awsapi.Unsupported(api.ListEffectivePolicyValidationErrors, noEffective),

		awsapi.Unsupported(api.InviteOrganizationToTransferResponsibility, noTransfers),
		awsapi.Unsupported(api.DescribeResponsibilityTransfer, noTransfers),
		awsapi.Unsupported(api.UpdateResponsibilityTransfer, noTransfers),
		awsapi.Unsupported(api.TerminateResponsibilityTransfer, noTransfers),
		awsapi.Unsupported(api.ListInboundResponsibilityTransfers, noTransfers),
		awsapi.Unsupported(api.ListOutboundResponsibilityTransfers, noTransfers),
	)
}

// row is a row that acts on the things whose ids on takes from the input, or on nothing in particular, and whose function
// may return errors of the engines.
func row[In, Out any](s *service, sh shape.Shape[In, Out], do func(context.Context, *awsapi.Call, *In) (*Out, error), on ...func(*In) string) awsapi.Operation {
	resources := func(c *awsapi.Call, in *In) []awsapi.Resource {
		ids := make([]string, len(on))
		for i, of := range on {
			ids[i] = of(in)
		}
		return s.resources(c, ids, keys(in))
	}
	return awsapi.Op(sh, resources, func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		out, err := do(ctx, c, in)
		return out, wire(err)
	})
}

// The ids that inputs name what they act on by.

func onAccount[In any, P interface {
	*In
	GetAccountId() string
}](in *In) string {
	return P(in).GetAccountId()
}

func onHandshake[In any, P interface {
	*In
	GetHandshakeId() string
}](in *In) string {
	return P(in).GetHandshakeId()
}

func onParent[In any, P interface {
	*In
	GetParentId() string
}](in *In) string {
	return P(in).GetParentId()
}

func onPolicy[In any, P interface {
	*In
	GetPolicyId() string
}](in *In) string {
	return P(in).GetPolicyId()
}

func onResource[In any, P interface {
	*In
	GetResourceId() string
}](in *In) string {
	return P(in).GetResourceId()
}

func onRoot[In any, P interface {
	*In
	GetRootId() string
}](in *In) string {
	return P(in).GetRootId()
}

func onTarget[In any, P interface {
	*In
	GetTargetId() string
}](in *In) string {
	return P(in).GetTargetId()
}

func onUnit[In any, P interface {
	*In
	GetOrganizationalUnitId() string
}](in *In) string {
	return P(in).GetOrganizationalUnitId()
}
