// Package iamapi serves AWS Identity and Access Management on the engine of package iam.
package iamapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/policy"
)

// Config is what the operations need. All fields are required.
type Config struct {
	IAM *iam.IAM
	Org *org.Org // service control policies, for simulations, and features of organizations
	// IssuerURL is the URL, without a trailing slash, below which the documents of an issuer with the id are served to
	// clients that reach the server as the caller does.
	IssuerURL func(c *awsapi.Call, id string) string
}

type service struct {
	iam       *iam.IAM
	org       *org.Org
	issuerURL func(c *awsapi.Call, id string) string
}

// Operations returns a row for every operation of IAM.
func Operations(c Config) []awsapi.Operation {
	s := &service{iam: c.IAM, org: c.Org, issuerURL: c.IssuerURL}
	served := []awsapi.Operation{
		// user.go
		onUser(s, api.CreateUser, s.createUser, newUserKeys),
		op(api.GetUser, s.onSelf, s.getUser),
		onPath(api.ListUsers, "user", s.listUsers),
		onUser(s, api.UpdateUser, s.updateUser),
		onUser(s, api.DeleteUser, s.deleteUser),

		// group.go
		onGroup(s, api.CreateGroup, s.createGroup),
		onGroup(s, api.GetGroup, s.getGroup),
		onPath(api.ListGroups, "group", s.listGroups),
		onGroup(s, api.UpdateGroup, s.updateGroup),
		onGroup(s, api.DeleteGroup, s.deleteGroup),
		onGroup(s, api.AddUserToGroup, s.addUserToGroup),
		onGroup(s, api.RemoveUserFromGroup, s.removeUserFromGroup),
		onUser(s, api.ListGroupsForUser, s.listGroupsForUser),

		// role.go
		onRole(s, api.CreateRole, s.createRole, newRoleKeys),
		onRole(s, api.GetRole, s.getRole),
		onPath(api.ListRoles, "role", s.listRoles),
		onRole(s, api.UpdateRole, s.updateRole),
		onRole(s, api.UpdateRoleDescription, s.updateRoleDescription),
		onRole(s, api.UpdateAssumeRolePolicy, s.updateAssumeRolePolicy),
		onRole(s, api.DeleteRole, s.deleteRole),

		// inline.go
		onUser(s, api.PutUserPolicy, s.putUserPolicy),
		onUser(s, api.GetUserPolicy, s.getUserPolicy),
		onUser(s, api.DeleteUserPolicy, s.deleteUserPolicy),
		onUser(s, api.ListUserPolicies, s.listUserPolicies),
		onGroup(s, api.PutGroupPolicy, s.putGroupPolicy),
		onGroup(s, api.GetGroupPolicy, s.getGroupPolicy),
		onGroup(s, api.DeleteGroupPolicy, s.deleteGroupPolicy),
		onGroup(s, api.ListGroupPolicies, s.listGroupPolicies),
		onRole(s, api.PutRolePolicy, s.putRolePolicy),
		onRole(s, api.GetRolePolicy, s.getRolePolicy),
		onRole(s, api.DeleteRolePolicy, s.deleteRolePolicy),
		onRole(s, api.ListRolePolicies, s.listRolePolicies),

		// policy.go
		op(api.CreatePolicy, onNewPolicy, s.createPolicy),
		onPolicy(s, api.GetPolicy, s.getPolicy),
		onPath(api.ListPolicies, "policy", s.listPolicies),
		onPolicy(s, api.DeletePolicy, s.deletePolicy),
		onPolicy(s, api.CreatePolicyVersion, s.createPolicyVersion),
		onPolicy(s, api.GetPolicyVersion, s.getPolicyVersion),
		onPolicy(s, api.ListPolicyVersions, s.listPolicyVersions),
		onPolicy(s, api.SetDefaultPolicyVersion, s.setDefaultPolicyVersion),
		onPolicy(s, api.DeletePolicyVersion, s.deletePolicyVersion),
		onPolicy(s, api.ListEntitiesForPolicy, s.listEntitiesForPolicy),

		// attach.go
		onUser(s, api.AttachUserPolicy, s.attachUserPolicy),
		onUser(s, api.DetachUserPolicy, s.detachUserPolicy),
		onUser(s, api.ListAttachedUserPolicies, s.listAttachedUserPolicies),
		onGroup(s, api.AttachGroupPolicy, s.attachGroupPolicy),
		onGroup(s, api.DetachGroupPolicy, s.detachGroupPolicy),
		onGroup(s, api.ListAttachedGroupPolicies, s.listAttachedGroupPolicies),
		onRole(s, api.AttachRolePolicy, s.attachRolePolicy),
		onRole(s, api.DetachRolePolicy, s.detachRolePolicy),
		onRole(s, api.ListAttachedRolePolicies, s.listAttachedRolePolicies),
		onUser(s, api.PutUserPermissionsBoundary, s.putUserBoundary, userBoundaryKeys),
		onUser(s, api.DeleteUserPermissionsBoundary, s.deleteUserBoundary),
		onRole(s, api.PutRolePermissionsBoundary, s.putRoleBoundary, roleBoundaryKeys),
		onRole(s, api.DeleteRolePermissionsBoundary, s.deleteRoleBoundary),

		// key.go
		op(api.CreateAccessKey, onOwner(s, ownerOfNewKey), s.createAccessKey),
		op(api.ListAccessKeys, onOwner(s, ownerOfKeys), s.listAccessKeys),
		op(api.UpdateAccessKey, onOwner(s, ownerOfChangedKey), s.updateAccessKey),
		op(api.DeleteAccessKey, onOwner(s, ownerOfDeletedKey), s.deleteAccessKey),
		op(api.GetAccessKeyLastUsed, s.onKey, s.getAccessKeyLastUsed),

		// tag.go
		onUser(s, api.TagUser, s.tagUser, tagUserKeys),
		onUser(s, api.UntagUser, s.untagUser, untagUserKeys),
		onUser(s, api.ListUserTags, s.listUserTags),
		onRole(s, api.TagRole, s.tagRole, tagRoleKeys),
		onRole(s, api.UntagRole, s.untagRole, untagRoleKeys),
		onRole(s, api.ListRoleTags, s.listRoleTags),
		onPolicy(s, api.TagPolicy, s.tagPolicy, tagPolicyKeys),
		onPolicy(s, api.UntagPolicy, s.untagPolicy, untagPolicyKeys),
		onPolicy(s, api.ListPolicyTags, s.listPolicyTags),
		onProfile(s, api.TagInstanceProfile, s.tagProfile, tagProfileKeys),
		onProfile(s, api.UntagInstanceProfile, s.untagProfile, untagProfileKeys),
		onProfile(s, api.ListInstanceProfileTags, s.listProfileTags),

		// profile.go
		onProfile(s, api.CreateInstanceProfile, s.createProfile, newProfileKeys),
		onProfile(s, api.GetInstanceProfile, s.getProfile),
		onPath(api.ListInstanceProfiles, "instance-profile", s.listProfiles),
		onRole(s, api.ListInstanceProfilesForRole, s.listProfilesForRole),
		onProfile(s, api.AddRoleToInstanceProfile, s.addRoleToProfile),
		onProfile(s, api.RemoveRoleFromInstanceProfile, s.removeRoleFromProfile),
		onProfile(s, api.DeleteInstanceProfile, s.deleteProfile),

		// account.go
		op(api.CreateAccountAlias, awsapi.Any, s.createAccountAlias),
		op(api.ListAccountAliases, awsapi.Any, s.listAccountAliases),
		op(api.DeleteAccountAlias, awsapi.Any, s.deleteAccountAlias),
		op(api.GetAccountSummary, awsapi.Any, s.getAccountSummary),

		// simulate.go
		op(api.SimulateCustomPolicy, awsapi.Any, s.simulateCustomPolicy),
		op(api.SimulatePrincipalPolicy, s.onSimulated, s.simulatePrincipalPolicy),

		// contextkeys.go
		op(api.GetContextKeysForCustomPolicy, awsapi.Any, s.getContextKeysForCustomPolicy),
		op(api.GetContextKeysForPrincipalPolicy, s.onExamined, s.getContextKeysForPrincipalPolicy),

		// detail.go
		op(api.GetAccountAuthorizationDetails, awsapi.Any, s.getAuthorizationDetails),

		// report.go
		op(api.GenerateCredentialReport, awsapi.Any, s.generateCredentialReport),
		op(api.GetCredentialReport, awsapi.Any, s.getCredentialReport),

		// access.go
		op(api.ListPoliciesGrantingServiceAccess, s.onGranted, s.listPoliciesGrantingServiceAccess),

		// password.go
		op(api.CreateLoginProfile, onOwner(s, ownerOfNewProfile), s.createLoginProfile),
		op(api.GetLoginProfile, onOwner(s, ownerOfProfile), s.getLoginProfile),
		op(api.UpdateLoginProfile, onOwner(s, ownerOfChangedProfile), s.updateLoginProfile),
		op(api.DeleteLoginProfile, onOwner(s, ownerOfDeletedProfile), s.deleteLoginProfile),
		op(api.ChangePassword, onOwner(s, self[api.ChangePasswordInput]), s.changePassword, awsapi.NoAuthorization()),
		op(api.GetAccountPasswordPolicy, awsapi.Any, s.getPasswordPolicy),
		op(api.UpdateAccountPasswordPolicy, awsapi.Any, s.updatePasswordPolicy),
		op(api.DeleteAccountPasswordPolicy, awsapi.Any, s.deletePasswordPolicy),

		// oidc.go
		op(api.CreateOpenIDConnectProvider, onNewProvider, s.createProvider),
		onProvider(s, api.GetOpenIDConnectProvider, gotProvider, s.getProvider),
		onPath(api.ListOpenIDConnectProviders, "oidc-provider", s.listProviders),
		onProvider(s, api.DeleteOpenIDConnectProvider, deletedProvider, s.deleteProvider),
		onProvider(s, api.UpdateOpenIDConnectProviderThumbprint, certifiedProvider, s.updateThumbprint),
		onProvider(s, api.AddClientIDToOpenIDConnectProvider, extendedProvider, s.addClientID),
		onProvider(s, api.RemoveClientIDFromOpenIDConnectProvider, reducedProvider, s.removeClientID),
		onProvider(s, api.TagOpenIDConnectProvider, taggedProvider, s.tagProvider, tagProviderKeys),
		onProvider(s, api.UntagOpenIDConnectProvider, untaggedProvider, s.untagProvider, untagProviderKeys),
		onProvider(s, api.ListOpenIDConnectProviderTags, listedProvider, s.listProviderTags),

		// outbound.go
		op(api.EnableOutboundWebIdentityFederation, awsapi.Any, s.enableIssuer),
		op(api.DisableOutboundWebIdentityFederation, awsapi.Any, s.disableIssuer),
		op(api.GetOutboundWebIdentityFederationInfo, awsapi.Any, s.getIssuer),

		// root.go
		op(api.EnableOrganizationsRootCredentialsManagement, awsapi.Any, s.enableRootCredentials),
		op(api.DisableOrganizationsRootCredentialsManagement, awsapi.Any, s.disableRootCredentials),
		op(api.EnableOrganizationsRootSessions, awsapi.Any, s.enableRootSessions),
		op(api.DisableOrganizationsRootSessions, awsapi.Any, s.disableRootSessions),
		op(api.ListOrganizationsFeatures, awsapi.Any, s.listFeatures),

		// servicelinked.go
		op(api.CreateServiceLinkedRole, onServiceRole, s.createServiceLinkedRole),
		onRole(s, api.DeleteServiceLinkedRole, s.deleteServiceLinkedRole),
		op(api.GetServiceLinkedRoleDeletionStatus, onDeletion, s.getDeletionStatus),

		// absent.go: what no account here has, so that tools which look for it find nothing
		op(api.ListSSHPublicKeys, onOwner(s, ownerOfSSHKeys), s.listSSHPublicKeys),
		op(api.ListMFADevices, onOwner(s, ownerOfMFADevices), s.listMFADevices),
		op(api.ListSigningCertificates, onOwner(s, ownerOfCertificates), s.listSigningCertificates),
		op(api.ListServiceSpecificCredentials, onOwner(s, ownerOfServiceCredentials), s.listServiceSpecificCredentials),
		op(api.ListVirtualMFADevices, awsapi.Any, s.listVirtualMFADevices),
		op(api.ListServerCertificates, awsapi.Any, s.listServerCertificates),
		op(api.ListSAMLProviders, awsapi.Any, s.listSAMLProviders),
	}
	return awsapi.Complete(api.Service, slices.Concat(served, absences(s), unserved())...)
}

// handler does an operation.
type handler[In, Out any] = func(context.Context, *awsapi.Call, *In) (*Out, error)

// op is a row whose function may return errors of the engine.
func op[In, Out any](s shape.Shape[In, Out], on func(*awsapi.Call, *In) []awsapi.Resource, do handler[In, Out], opts ...awsapi.Option) awsapi.Operation {
	return awsapi.Op(s, on, func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		if barred(c) {
			return nil, &awsapi.Error{Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid.", Status: http.StatusForbidden}
		}
		out, err := do(ctx, c, in)
		return out, wire(err)
	}, opts...)
}

// barred reports whether the caller's credentials are no good for IAM: those of GetFederationToken, and those of
// GetSessionToken without multi-factor authentication. See "Compare AWS STS credentials" in the IAM user guide.
func barred(c *awsapi.Call) bool {
	if c.Identity.STS == nil || c.Identity.STS.IsRootTask() {
		return false
	}
	switch c.Identity.Subject.Principal.Kind {
	case policy.AssumedRole:
		return false
	case policy.FederatedUser:
		return true
	}
	return !slices.Equal(c.Identity.Context.Get("aws:MultiFactorAuthPresent"), []string{"true"})
}
