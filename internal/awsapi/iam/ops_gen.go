// Code generated from models/ by awsapi/gen; DO NOT EDIT.

// Package iam holds the operations and shapes of AWS Identity and Access Management, API version 2010-05-08.
package iam

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Service describes AWS Identity and Access Management.
var Service = &shape.Service{
	Name:         "iam",
	Title:        "AWS Identity and Access Management",
	SigningName:  "iam",
	Version:      "2010-05-08",
	Protocol:     shape.Query,
	XMLNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
	Global:       true,
	Operations: []shape.Operation{
		{Name: "AcceptDelegationRequest", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeConcurrentModification}},
		{Name: "AddClientIDToOpenIDConnectProvider", NoResult: true, Errors: []string{CodeConcurrentModification, CodeInvalidInput, CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "AddRoleToInstanceProfile", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeEntityAlreadyExists, CodeLimitExceeded, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "AddUserToGroup", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "AssociateDelegationRequest", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeConcurrentModification, CodeInvalidInput}},
		{Name: "AttachGroupPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodePolicyNotAttachable, CodeServiceFailure}},
		{Name: "AttachRolePolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeUnmodifiableEntity, CodePolicyNotAttachable, CodeServiceFailure}},
		{Name: "AttachUserPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodePolicyNotAttachable, CodeServiceFailure}},
		{Name: "ChangePassword", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidUserType, CodeLimitExceeded, CodeEntityTemporarilyUnmodifiable, CodePasswordPolicyViolation, CodeServiceFailure}},
		{Name: "CreateAccessKey", Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "CreateAccountAlias", NoResult: true, Errors: []string{CodeConcurrentModification, CodeEntityAlreadyExists, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "CreateDelegationRequest", Errors: []string{CodeEntityAlreadyExists, CodeServiceFailure, CodeInvalidInput, CodeLimitExceeded, CodeConcurrentModification}},
		{Name: "CreateGroup", Errors: []string{CodeLimitExceeded, CodeEntityAlreadyExists, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "CreateInstanceProfile", Errors: []string{CodeEntityAlreadyExists, CodeInvalidInput, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "CreateLoginProfile", Errors: []string{CodeEntityAlreadyExists, CodeNoSuchEntity, CodePasswordPolicyViolation, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "CreateOpenIDConnectProvider", Errors: []string{CodeInvalidInput, CodeEntityAlreadyExists, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure, CodeOpenIdIdpCommunicationError}},
		{Name: "CreatePolicy", Errors: []string{CodeInvalidInput, CodeLimitExceeded, CodeEntityAlreadyExists, CodeMalformedPolicyDocument, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "CreatePolicyVersion", Errors: []string{CodeNoSuchEntity, CodeMalformedPolicyDocument, CodeInvalidInput, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "CreateRole", Errors: []string{CodeLimitExceeded, CodeInvalidInput, CodeEntityAlreadyExists, CodeMalformedPolicyDocument, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "CreateSAMLProvider", Errors: []string{CodeInvalidInput, CodeEntityAlreadyExists, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "CreateServiceLinkedRole", Errors: []string{CodeInvalidInput, CodeLimitExceeded, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "CreateServiceSpecificCredential", Errors: []string{CodeLimitExceeded, CodeNoSuchEntity, CodeServiceNotSupported}},
		{Name: "CreateUser", Errors: []string{CodeLimitExceeded, CodeEntityAlreadyExists, CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "CreateVirtualMFADevice", Errors: []string{CodeLimitExceeded, CodeInvalidInput, CodeEntityAlreadyExists, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "DeactivateMFADevice", NoResult: true, Errors: []string{CodeEntityTemporarilyUnmodifiable, CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure, CodeConcurrentModification}},
		{Name: "DeleteAccessKey", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteAccountAlias", NoResult: true, Errors: []string{CodeConcurrentModification, CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteAccountPasswordPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteGroup", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeDeleteConflict, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteGroupPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteInstanceProfile", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeDeleteConflict, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteLoginProfile", NoResult: true, Errors: []string{CodeEntityTemporarilyUnmodifiable, CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteOpenIDConnectProvider", NoResult: true, Errors: []string{CodeInvalidInput, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "DeletePolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeDeleteConflict, CodeServiceFailure}},
		{Name: "DeletePolicyVersion", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeDeleteConflict, CodeServiceFailure}},
		{Name: "DeleteRole", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeDeleteConflict, CodeLimitExceeded, CodeUnmodifiableEntity, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "DeleteRolePermissionsBoundary", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "DeleteRolePolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "DeleteSAMLProvider", NoResult: true, Errors: []string{CodeInvalidInput, CodeLimitExceeded, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "DeleteSSHPublicKey", NoResult: true, Errors: []string{CodeNoSuchEntity}},
		{Name: "DeleteServerCertificate", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeDeleteConflict, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteServiceLinkedRole", Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteServiceSpecificCredential", NoResult: true, Errors: []string{CodeNoSuchEntity}},
		{Name: "DeleteSigningCertificate", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "DeleteUser", NoResult: true, Errors: []string{CodeLimitExceeded, CodeNoSuchEntity, CodeDeleteConflict, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "DeleteUserPermissionsBoundary", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "DeleteUserPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "DeleteVirtualMFADevice", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeDeleteConflict, CodeLimitExceeded, CodeServiceFailure, CodeConcurrentModification}},
		{Name: "DetachGroupPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeServiceFailure}},
		{Name: "DetachRolePolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "DetachUserPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeServiceFailure}},
		{Name: "DisableOrganizationsRootCredentialsManagement", Errors: []string{CodeServiceAccessNotEnabled, CodeAccountNotManagementOrDelegatedAdministrator, CodeOrganizationNotFound, CodeOrganizationNotInAllFeaturesMode}},
		{Name: "DisableOrganizationsRootSessions", Errors: []string{CodeServiceAccessNotEnabled, CodeAccountNotManagementOrDelegatedAdministrator, CodeOrganizationNotFound, CodeOrganizationNotInAllFeaturesMode}},
		{Name: "DisableOutboundWebIdentityFederation", NoResult: true, Errors: []string{CodeFeatureDisabled}},
		{Name: "EnableMFADevice", NoResult: true, Errors: []string{CodeEntityAlreadyExists, CodeEntityTemporarilyUnmodifiable, CodeInvalidAuthenticationCode, CodeLimitExceeded, CodeNoSuchEntity, CodeServiceFailure, CodeConcurrentModification}},
		{Name: "EnableOrganizationsRootCredentialsManagement", Errors: []string{CodeServiceAccessNotEnabled, CodeAccountNotManagementOrDelegatedAdministrator, CodeOrganizationNotFound, CodeOrganizationNotInAllFeaturesMode, CodeCallerIsNotManagementAccount}},
		{Name: "EnableOrganizationsRootSessions", Errors: []string{CodeServiceAccessNotEnabled, CodeAccountNotManagementOrDelegatedAdministrator, CodeOrganizationNotFound, CodeOrganizationNotInAllFeaturesMode, CodeCallerIsNotManagementAccount}},
		{Name: "EnableOutboundWebIdentityFederation", Errors: []string{CodeFeatureEnabled}},
		{Name: "GenerateCredentialReport", Errors: []string{CodeLimitExceeded, CodeServiceFailure}},
		{Name: "GenerateOrganizationsAccessReport", Errors: []string{CodeReportGenerationLimitExceeded}},
		{Name: "GenerateServiceLastAccessedDetails", Errors: []string{CodeNoSuchEntity, CodeInvalidInput}},
		{Name: "GetAccessKeyLastUsed"},
		{Name: "GetAccountAuthorizationDetails", Errors: []string{CodeServiceFailure}},
		{Name: "GetAccountPasswordPolicy", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetAccountSummary", Errors: []string{CodeServiceFailure}},
		{Name: "GetContextKeysForCustomPolicy", Errors: []string{CodeInvalidInput}},
		{Name: "GetContextKeysForPrincipalPolicy", Errors: []string{CodeNoSuchEntity, CodeInvalidInput}},
		{Name: "GetCredentialReport", Errors: []string{CodeCredentialReportNotPresent, CodeCredentialReportExpired, CodeCredentialReportNotReady, CodeServiceFailure}},
		{Name: "GetDelegationRequest", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetGroup", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetGroupPolicy", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetHumanReadableSummary", Errors: []string{CodeInvalidInput, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetInstanceProfile", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetLoginProfile", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetMFADevice", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetOpenIDConnectProvider", Errors: []string{CodeInvalidInput, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetOrganizationsAccessReport", Errors: []string{CodeNoSuchEntity}},
		{Name: "GetOutboundWebIdentityFederationInfo", Errors: []string{CodeFeatureDisabled}},
		{Name: "GetPolicy", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "GetPolicyVersion", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "GetRole", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetRolePolicy", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetSAMLProvider", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "GetSSHPublicKey", Errors: []string{CodeNoSuchEntity, CodeUnrecognizedPublicKeyEncoding}},
		{Name: "GetServerCertificate", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetServiceLastAccessedDetails", Errors: []string{CodeNoSuchEntity, CodeInvalidInput}},
		{Name: "GetServiceLastAccessedDetailsWithEntities", Errors: []string{CodeNoSuchEntity, CodeInvalidInput}},
		{Name: "GetServiceLinkedRoleDeletionStatus", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "GetUser", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "GetUserPolicy", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListAccessKeys", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListAccountAliases", Errors: []string{CodeServiceFailure}},
		{Name: "ListAttachedGroupPolicies", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "ListAttachedRolePolicies", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "ListAttachedUserPolicies", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "ListDelegationRequests", Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeInvalidInput}},
		{Name: "ListEntitiesForPolicy", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "ListGroupPolicies", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListGroups", Errors: []string{CodeServiceFailure}},
		{Name: "ListGroupsForUser", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListInstanceProfileTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListInstanceProfiles", Errors: []string{CodeServiceFailure}},
		{Name: "ListInstanceProfilesForRole", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListMFADeviceTags", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "ListMFADevices", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListOpenIDConnectProviderTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeInvalidInput}},
		{Name: "ListOpenIDConnectProviders", Errors: []string{CodeServiceFailure}},
		{Name: "ListOrganizationsFeatures", Errors: []string{CodeServiceAccessNotEnabled, CodeAccountNotManagementOrDelegatedAdministrator, CodeOrganizationNotFound, CodeOrganizationNotInAllFeaturesMode}},
		{Name: "ListPolicies", Errors: []string{CodeServiceFailure}},
		{Name: "ListPoliciesGrantingServiceAccess", Errors: []string{CodeNoSuchEntity, CodeInvalidInput}},
		{Name: "ListPolicyTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeInvalidInput}},
		{Name: "ListPolicyVersions", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeServiceFailure}},
		{Name: "ListRolePolicies", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListRoleTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListRoles", Errors: []string{CodeServiceFailure}},
		{Name: "ListSAMLProviderTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeInvalidInput}},
		{Name: "ListSAMLProviders", Errors: []string{CodeServiceFailure}},
		{Name: "ListSSHPublicKeys", Errors: []string{CodeNoSuchEntity}},
		{Name: "ListServerCertificateTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListServerCertificates", Errors: []string{CodeServiceFailure}},
		{Name: "ListServiceSpecificCredentials", Errors: []string{CodeNoSuchEntity, CodeServiceNotSupported}},
		{Name: "ListSigningCertificates", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListUserPolicies", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListUserTags", Errors: []string{CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "ListUsers", Errors: []string{CodeServiceFailure}},
		{Name: "ListVirtualMFADevices"},
		{Name: "PutGroupPolicy", NoResult: true, Errors: []string{CodeLimitExceeded, CodeMalformedPolicyDocument, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "PutRolePermissionsBoundary", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeUnmodifiableEntity, CodePolicyNotAttachable, CodeServiceFailure}},
		{Name: "PutRolePolicy", NoResult: true, Errors: []string{CodeLimitExceeded, CodeMalformedPolicyDocument, CodeNoSuchEntity, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "PutUserPermissionsBoundary", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodePolicyNotAttachable, CodeServiceFailure}},
		{Name: "PutUserPolicy", NoResult: true, Errors: []string{CodeLimitExceeded, CodeMalformedPolicyDocument, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "RejectDelegationRequest", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeConcurrentModification, CodeInvalidInput}},
		{Name: "RemoveClientIDFromOpenIDConnectProvider", NoResult: true, Errors: []string{CodeConcurrentModification, CodeInvalidInput, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "RemoveRoleFromInstanceProfile", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "RemoveUserFromGroup", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "ResetServiceSpecificCredential", Errors: []string{CodeNoSuchEntity}},
		{Name: "ResyncMFADevice", NoResult: true, Errors: []string{CodeInvalidAuthenticationCode, CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure, CodeConcurrentModification}},
		{Name: "SendDelegationToken", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeConcurrentModification, CodeInvalidInput}},
		{Name: "SetDefaultPolicyVersion", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "SetSecurityTokenServicePreferences", NoResult: true, Errors: []string{CodeServiceFailure}},
		{Name: "SimulateCustomPolicy", Errors: []string{CodeInvalidInput, CodePolicyEvaluation}},
		{Name: "SimulatePrincipalPolicy", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodePolicyEvaluation}},
		{Name: "TagInstanceProfile", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagMFADevice", NoResult: true, Errors: []string{CodeInvalidInput, CodeNoSuchEntity, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagOpenIDConnectProvider", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagRole", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagSAMLProvider", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagServerCertificate", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeLimitExceeded, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "TagUser", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagInstanceProfile", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagMFADevice", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagOpenIDConnectProvider", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagRole", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagSAMLProvider", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagServerCertificate", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UntagUser", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UpdateAccessKey", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure, CodeInvalidInput}},
		{Name: "UpdateAccountPasswordPolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeMalformedPolicyDocument, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "UpdateAssumeRolePolicy", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeMalformedPolicyDocument, CodeLimitExceeded, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "UpdateDelegationRequest", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeServiceFailure, CodeConcurrentModification, CodeInvalidInput}},
		{Name: "UpdateGroup", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeEntityAlreadyExists, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "UpdateLoginProfile", NoResult: true, Errors: []string{CodeEntityTemporarilyUnmodifiable, CodeNoSuchEntity, CodePasswordPolicyViolation, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "UpdateOpenIDConnectProviderThumbprint", NoResult: true, Errors: []string{CodeConcurrentModification, CodeInvalidInput, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "UpdateRole", Errors: []string{CodeUnmodifiableEntity, CodeNoSuchEntity, CodeServiceFailure}},
		{Name: "UpdateRoleDescription", Errors: []string{CodeNoSuchEntity, CodeUnmodifiableEntity, CodeServiceFailure}},
		{Name: "UpdateSAMLProvider", Errors: []string{CodeNoSuchEntity, CodeInvalidInput, CodeLimitExceeded, CodeServiceFailure, CodeConcurrentModification}},
		{Name: "UpdateSSHPublicKey", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeInvalidInput}},
		{Name: "UpdateServerCertificate", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeEntityAlreadyExists, CodeLimitExceeded, CodeServiceFailure}},
		{Name: "UpdateServiceSpecificCredential", NoResult: true, Errors: []string{CodeNoSuchEntity}},
		{Name: "UpdateSigningCertificate", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeServiceFailure, CodeInvalidInput}},
		{Name: "UpdateUser", NoResult: true, Errors: []string{CodeNoSuchEntity, CodeLimitExceeded, CodeEntityAlreadyExists, CodeEntityTemporarilyUnmodifiable, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UploadSSHPublicKey", Errors: []string{CodeLimitExceeded, CodeNoSuchEntity, CodeInvalidPublicKey, CodeDuplicateSSHPublicKey, CodeUnrecognizedPublicKeyEncoding}},
		{Name: "UploadServerCertificate", Errors: []string{CodeLimitExceeded, CodeInvalidInput, CodeEntityAlreadyExists, CodeMalformedCertificate, CodeKeyPairMismatch, CodeConcurrentModification, CodeServiceFailure}},
		{Name: "UploadSigningCertificate", Errors: []string{CodeLimitExceeded, CodeEntityAlreadyExists, CodeMalformedCertificate, CodeInvalidCertificate, CodeDuplicateCertificate, CodeNoSuchEntity, CodeConcurrentModification, CodeServiceFailure}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	AcceptDelegationRequest                       = shape.Shape[AcceptDelegationRequestInput, AcceptDelegationRequestOutput]{Service: Service, Name: "AcceptDelegationRequest"}
	AddClientIDToOpenIDConnectProvider            = shape.Shape[AddClientIDToOpenIDConnectProviderInput, AddClientIDToOpenIDConnectProviderOutput]{Service: Service, Name: "AddClientIDToOpenIDConnectProvider"}
	AddRoleToInstanceProfile                      = shape.Shape[AddRoleToInstanceProfileInput, AddRoleToInstanceProfileOutput]{Service: Service, Name: "AddRoleToInstanceProfile"}
	AddUserToGroup                                = shape.Shape[AddUserToGroupInput, AddUserToGroupOutput]{Service: Service, Name: "AddUserToGroup"}
	AssociateDelegationRequest                    = shape.Shape[AssociateDelegationRequestInput, AssociateDelegationRequestOutput]{Service: Service, Name: "AssociateDelegationRequest"}
	AttachGroupPolicy                             = shape.Shape[AttachGroupPolicyInput, AttachGroupPolicyOutput]{Service: Service, Name: "AttachGroupPolicy"}
	AttachRolePolicy                              = shape.Shape[AttachRolePolicyInput, AttachRolePolicyOutput]{Service: Service, Name: "AttachRolePolicy"}
	AttachUserPolicy                              = shape.Shape[AttachUserPolicyInput, AttachUserPolicyOutput]{Service: Service, Name: "AttachUserPolicy"}
	ChangePassword                                = shape.Shape[ChangePasswordInput, ChangePasswordOutput]{Service: Service, Name: "ChangePassword"}
	CreateAccessKey                               = shape.Shape[CreateAccessKeyInput, CreateAccessKeyOutput]{Service: Service, Name: "CreateAccessKey"}
	CreateAccountAlias                            = shape.Shape[CreateAccountAliasInput, CreateAccountAliasOutput]{Service: Service, Name: "CreateAccountAlias"}
	CreateDelegationRequest                       = shape.Shape[CreateDelegationRequestInput, CreateDelegationRequestOutput]{Service: Service, Name: "CreateDelegationRequest"}
	CreateGroup                                   = shape.Shape[CreateGroupInput, CreateGroupOutput]{Service: Service, Name: "CreateGroup"}
	CreateInstanceProfile                         = shape.Shape[CreateInstanceProfileInput, CreateInstanceProfileOutput]{Service: Service, Name: "CreateInstanceProfile"}
	CreateLoginProfile                            = shape.Shape[CreateLoginProfileInput, CreateLoginProfileOutput]{Service: Service, Name: "CreateLoginProfile"}
	CreateOpenIDConnectProvider                   = shape.Shape[CreateOpenIDConnectProviderInput, CreateOpenIDConnectProviderOutput]{Service: Service, Name: "CreateOpenIDConnectProvider"}
	CreatePolicy                                  = shape.Shape[CreatePolicyInput, CreatePolicyOutput]{Service: Service, Name: "CreatePolicy"}
	CreatePolicyVersion                           = shape.Shape[CreatePolicyVersionInput, CreatePolicyVersionOutput]{Service: Service, Name: "CreatePolicyVersion"}
	CreateRole                                    = shape.Shape[CreateRoleInput, CreateRoleOutput]{Service: Service, Name: "CreateRole"}
	CreateSAMLProvider                            = shape.Shape[CreateSAMLProviderInput, CreateSAMLProviderOutput]{Service: Service, Name: "CreateSAMLProvider"}
	CreateServiceLinkedRole                       = shape.Shape[CreateServiceLinkedRoleInput, CreateServiceLinkedRoleOutput]{Service: Service, Name: "CreateServiceLinkedRole"}
	CreateServiceSpecificCredential               = shape.Shape[CreateServiceSpecificCredentialInput, CreateServiceSpecificCredentialOutput]{Service: Service, Name: "CreateServiceSpecificCredential"}
	CreateUser                                    = shape.Shape[CreateUserInput, CreateUserOutput]{Service: Service, Name: "CreateUser"}
	CreateVirtualMFADevice                        = shape.Shape[CreateVirtualMFADeviceInput, CreateVirtualMFADeviceOutput]{Service: Service, Name: "CreateVirtualMFADevice"}
	DeactivateMFADevice                           = shape.Shape[DeactivateMFADeviceInput, DeactivateMFADeviceOutput]{Service: Service, Name: "DeactivateMFADevice"}
	DeleteAccessKey                               = shape.Shape[DeleteAccessKeyInput, DeleteAccessKeyOutput]{Service: Service, Name: "DeleteAccessKey"}
	DeleteAccountAlias                            = shape.Shape[DeleteAccountAliasInput, DeleteAccountAliasOutput]{Service: Service, Name: "DeleteAccountAlias"}
	DeleteAccountPasswordPolicy                   = shape.Shape[DeleteAccountPasswordPolicyInput, DeleteAccountPasswordPolicyOutput]{Service: Service, Name: "DeleteAccountPasswordPolicy"}
	DeleteGroup                                   = shape.Shape[DeleteGroupInput, DeleteGroupOutput]{Service: Service, Name: "DeleteGroup"}
	DeleteGroupPolicy                             = shape.Shape[DeleteGroupPolicyInput, DeleteGroupPolicyOutput]{Service: Service, Name: "DeleteGroupPolicy"}
	DeleteInstanceProfile                         = shape.Shape[DeleteInstanceProfileInput, DeleteInstanceProfileOutput]{Service: Service, Name: "DeleteInstanceProfile"}
	DeleteLoginProfile                            = shape.Shape[DeleteLoginProfileInput, DeleteLoginProfileOutput]{Service: Service, Name: "DeleteLoginProfile"}
	DeleteOpenIDConnectProvider                   = shape.Shape[DeleteOpenIDConnectProviderInput, DeleteOpenIDConnectProviderOutput]{Service: Service, Name: "DeleteOpenIDConnectProvider"}
	DeletePolicy                                  = shape.Shape[DeletePolicyInput, DeletePolicyOutput]{Service: Service, Name: "DeletePolicy"}
	DeletePolicyVersion                           = shape.Shape[DeletePolicyVersionInput, DeletePolicyVersionOutput]{Service: Service, Name: "DeletePolicyVersion"}
	DeleteRole                                    = shape.Shape[DeleteRoleInput, DeleteRoleOutput]{Service: Service, Name: "DeleteRole"}
	DeleteRolePermissionsBoundary                 = shape.Shape[DeleteRolePermissionsBoundaryInput, DeleteRolePermissionsBoundaryOutput]{Service: Service, Name: "DeleteRolePermissionsBoundary"}
	DeleteRolePolicy                              = shape.Shape[DeleteRolePolicyInput, DeleteRolePolicyOutput]{Service: Service, Name: "DeleteRolePolicy"}
	DeleteSAMLProvider                            = shape.Shape[DeleteSAMLProviderInput, DeleteSAMLProviderOutput]{Service: Service, Name: "DeleteSAMLProvider"}
	DeleteSSHPublicKey                            = shape.Shape[DeleteSSHPublicKeyInput, DeleteSSHPublicKeyOutput]{Service: Service, Name: "DeleteSSHPublicKey"}
	DeleteServerCertificate                       = shape.Shape[DeleteServerCertificateInput, DeleteServerCertificateOutput]{Service: Service, Name: "DeleteServerCertificate"}
	DeleteServiceLinkedRole                       = shape.Shape[DeleteServiceLinkedRoleInput, DeleteServiceLinkedRoleOutput]{Service: Service, Name: "DeleteServiceLinkedRole"}
	DeleteServiceSpecificCredential               = shape.Shape[DeleteServiceSpecificCredentialInput, DeleteServiceSpecificCredentialOutput]{Service: Service, Name: "DeleteServiceSpecificCredential"}
	DeleteSigningCertificate                      = shape.Shape[DeleteSigningCertificateInput, DeleteSigningCertificateOutput]{Service: Service, Name: "DeleteSigningCertificate"}
	DeleteUser                                    = shape.Shape[DeleteUserInput, DeleteUserOutput]{Service: Service, Name: "DeleteUser"}
	DeleteUserPermissionsBoundary                 = shape.Shape[DeleteUserPermissionsBoundaryInput, DeleteUserPermissionsBoundaryOutput]{Service: Service, Name: "DeleteUserPermissionsBoundary"}
	DeleteUserPolicy                              = shape.Shape[DeleteUserPolicyInput, DeleteUserPolicyOutput]{Service: Service, Name: "DeleteUserPolicy"}
	DeleteVirtualMFADevice                        = shape.Shape[DeleteVirtualMFADeviceInput, DeleteVirtualMFADeviceOutput]{Service: Service, Name: "DeleteVirtualMFADevice"}
	DetachGroupPolicy                             = shape.Shape[DetachGroupPolicyInput, DetachGroupPolicyOutput]{Service: Service, Name: "DetachGroupPolicy"}
	DetachRolePolicy                              = shape.Shape[DetachRolePolicyInput, DetachRolePolicyOutput]{Service: Service, Name: "DetachRolePolicy"}
	DetachUserPolicy                              = shape.Shape[DetachUserPolicyInput, DetachUserPolicyOutput]{Service: Service, Name: "DetachUserPolicy"}
	DisableOrganizationsRootCredentialsManagement = shape.Shape[DisableOrganizationsRootCredentialsManagementInput, DisableOrganizationsRootCredentialsManagementOutput]{Service: Service, Name: "DisableOrganizationsRootCredentialsManagement"}
	DisableOrganizationsRootSessions              = shape.Shape[DisableOrganizationsRootSessionsInput, DisableOrganizationsRootSessionsOutput]{Service: Service, Name: "DisableOrganizationsRootSessions"}
	DisableOutboundWebIdentityFederation          = shape.Shape[DisableOutboundWebIdentityFederationInput, DisableOutboundWebIdentityFederationOutput]{Service: Service, Name: "DisableOutboundWebIdentityFederation"}
	EnableMFADevice                               = shape.Shape[EnableMFADeviceInput, EnableMFADeviceOutput]{Service: Service, Name: "EnableMFADevice"}
	EnableOrganizationsRootCredentialsManagement  = shape.Shape[EnableOrganizationsRootCredentialsManagementInput, EnableOrganizationsRootCredentialsManagementOutput]{Service: Service, Name: "EnableOrganizationsRootCredentialsManagement"}
	EnableOrganizationsRootSessions               = shape.Shape[EnableOrganizationsRootSessionsInput, EnableOrganizationsRootSessionsOutput]{Service: Service, Name: "EnableOrganizationsRootSessions"}
	EnableOutboundWebIdentityFederation           = shape.Shape[EnableOutboundWebIdentityFederationInput, EnableOutboundWebIdentityFederationOutput]{Service: Service, Name: "EnableOutboundWebIdentityFederation"}
	GenerateCredentialReport                      = shape.Shape[GenerateCredentialReportInput, GenerateCredentialReportOutput]{Service: Service, Name: "GenerateCredentialReport"}
	GenerateOrganizationsAccessReport             = shape.Shape[GenerateOrganizationsAccessReportInput, GenerateOrganizationsAccessReportOutput]{Service: Service, Name: "GenerateOrganizationsAccessReport"}
	GenerateServiceLastAccessedDetails            = shape.Shape[GenerateServiceLastAccessedDetailsInput, GenerateServiceLastAccessedDetailsOutput]{Service: Service, Name: "GenerateServiceLastAccessedDetails"}
	GetAccessKeyLastUsed                          = shape.Shape[GetAccessKeyLastUsedInput, GetAccessKeyLastUsedOutput]{Service: Service, Name: "GetAccessKeyLastUsed"}
	GetAccountAuthorizationDetails                = shape.Shape[GetAccountAuthorizationDetailsInput, GetAccountAuthorizationDetailsOutput]{Service: Service, Name: "GetAccountAuthorizationDetails"}
	GetAccountPasswordPolicy                      = shape.Shape[GetAccountPasswordPolicyInput, GetAccountPasswordPolicyOutput]{Service: Service, Name: "GetAccountPasswordPolicy"}
	GetAccountSummary                             = shape.Shape[GetAccountSummaryInput, GetAccountSummaryOutput]{Service: Service, Name: "GetAccountSummary"}
	GetContextKeysForCustomPolicy                 = shape.Shape[GetContextKeysForCustomPolicyInput, GetContextKeysForCustomPolicyOutput]{Service: Service, Name: "GetContextKeysForCustomPolicy"}
	GetContextKeysForPrincipalPolicy              = shape.Shape[GetContextKeysForPrincipalPolicyInput, GetContextKeysForPrincipalPolicyOutput]{Service: Service, Name: "GetContextKeysForPrincipalPolicy"}
	GetCredentialReport                           = shape.Shape[GetCredentialReportInput, GetCredentialReportOutput]{Service: Service, Name: "GetCredentialReport"}
	GetDelegationRequest                          = shape.Shape[GetDelegationRequestInput, GetDelegationRequestOutput]{Service: Service, Name: "GetDelegationRequest"}
	GetGroup                                      = shape.Shape[GetGroupInput, GetGroupOutput]{Service: Service, Name: "GetGroup"}
	GetGroupPolicy                                = shape.Shape[GetGroupPolicyInput, GetGroupPolicyOutput]{Service: Service, Name: "GetGroupPolicy"}
	GetHumanReadableSummary                       = shape.Shape[GetHumanReadableSummaryInput, GetHumanReadableSummaryOutput]{Service: Service, Name: "GetHumanReadableSummary"}
	GetInstanceProfile                            = shape.Shape[GetInstanceProfileInput, GetInstanceProfileOutput]{Service: Service, Name: "GetInstanceProfile"}
	GetLoginProfile                               = shape.Shape[GetLoginProfileInput, GetLoginProfileOutput]{Service: Service, Name: "GetLoginProfile"}
	GetMFADevice                                  = shape.Shape[GetMFADeviceInput, GetMFADeviceOutput]{Service: Service, Name: "GetMFADevice"}
	GetOpenIDConnectProvider                      = shape.Shape[GetOpenIDConnectProviderInput, GetOpenIDConnectProviderOutput]{Service: Service, Name: "GetOpenIDConnectProvider"}
	GetOrganizationsAccessReport                  = shape.Shape[GetOrganizationsAccessReportInput, GetOrganizationsAccessReportOutput]{Service: Service, Name: "GetOrganizationsAccessReport"}
	GetOutboundWebIdentityFederationInfo          = shape.Shape[GetOutboundWebIdentityFederationInfoInput, GetOutboundWebIdentityFederationInfoOutput]{Service: Service, Name: "GetOutboundWebIdentityFederationInfo"}
	GetPolicy                                     = shape.Shape[GetPolicyInput, GetPolicyOutput]{Service: Service, Name: "GetPolicy"}
	GetPolicyVersion                              = shape.Shape[GetPolicyVersionInput, GetPolicyVersionOutput]{Service: Service, Name: "GetPolicyVersion"}
	GetRole                                       = shape.Shape[GetRoleInput, GetRoleOutput]{Service: Service, Name: "GetRole"}
	GetRolePolicy                                 = shape.Shape[GetRolePolicyInput, GetRolePolicyOutput]{Service: Service, Name: "GetRolePolicy"}
	GetSAMLProvider                               = shape.Shape[GetSAMLProviderInput, GetSAMLProviderOutput]{Service: Service, Name: "GetSAMLProvider"}
	GetSSHPublicKey                               = shape.Shape[GetSSHPublicKeyInput, GetSSHPublicKeyOutput]{Service: Service, Name: "GetSSHPublicKey"}
	GetServerCertificate                          = shape.Shape[GetServerCertificateInput, GetServerCertificateOutput]{Service: Service, Name: "GetServerCertificate"}
	GetServiceLastAccessedDetails                 = shape.Shape[GetServiceLastAccessedDetailsInput, GetServiceLastAccessedDetailsOutput]{Service: Service, Name: "GetServiceLastAccessedDetails"}
	GetServiceLastAccessedDetailsWithEntities     = shape.Shape[GetServiceLastAccessedDetailsWithEntitiesInput, GetServiceLastAccessedDetailsWithEntitiesOutput]{Service: Service, Name: "GetServiceLastAccessedDetailsWithEntities"}
	GetServiceLinkedRoleDeletionStatus            = shape.Shape[GetServiceLinkedRoleDeletionStatusInput, GetServiceLinkedRoleDeletionStatusOutput]{Service: Service, Name: "GetServiceLinkedRoleDeletionStatus"}
	GetUser                                       = shape.Shape[GetUserInput, GetUserOutput]{Service: Service, Name: "GetUser"}
	GetUserPolicy                                 = shape.Shape[GetUserPolicyInput, GetUserPolicyOutput]{Service: Service, Name: "GetUserPolicy"}
	ListAccessKeys                                = shape.Shape[ListAccessKeysInput, ListAccessKeysOutput]{Service: Service, Name: "ListAccessKeys"}
	ListAccountAliases                            = shape.Shape[ListAccountAliasesInput, ListAccountAliasesOutput]{Service: Service, Name: "ListAccountAliases"}
	ListAttachedGroupPolicies                     = shape.Shape[ListAttachedGroupPoliciesInput, ListAttachedGroupPoliciesOutput]{Service: Service, Name: "ListAttachedGroupPolicies"}
	ListAttachedRolePolicies                      = shape.Shape[ListAttachedRolePoliciesInput, ListAttachedRolePoliciesOutput]{Service: Service, Name: "ListAttachedRolePolicies"}
	ListAttachedUserPolicies                      = shape.Shape[ListAttachedUserPoliciesInput, ListAttachedUserPoliciesOutput]{Service: Service, Name: "ListAttachedUserPolicies"}
	ListDelegationRequests                        = shape.Shape[ListDelegationRequestsInput, ListDelegationRequestsOutput]{Service: Service, Name: "ListDelegationRequests"}
	ListEntitiesForPolicy                         = shape.Shape[ListEntitiesForPolicyInput, ListEntitiesForPolicyOutput]{Service: Service, Name: "ListEntitiesForPolicy"}
	ListGroupPolicies                             = shape.Shape[ListGroupPoliciesInput, ListGroupPoliciesOutput]{Service: Service, Name: "ListGroupPolicies"}
	ListGroups                                    = shape.Shape[ListGroupsInput, ListGroupsOutput]{Service: Service, Name: "ListGroups"}
	ListGroupsForUser                             = shape.Shape[ListGroupsForUserInput, ListGroupsForUserOutput]{Service: Service, Name: "ListGroupsForUser"}
	ListInstanceProfileTags                       = shape.Shape[ListInstanceProfileTagsInput, ListInstanceProfileTagsOutput]{Service: Service, Name: "ListInstanceProfileTags"}
	ListInstanceProfiles                          = shape.Shape[ListInstanceProfilesInput, ListInstanceProfilesOutput]{Service: Service, Name: "ListInstanceProfiles"}
	ListInstanceProfilesForRole                   = shape.Shape[ListInstanceProfilesForRoleInput, ListInstanceProfilesForRoleOutput]{Service: Service, Name: "ListInstanceProfilesForRole"}
	ListMFADeviceTags                             = shape.Shape[ListMFADeviceTagsInput, ListMFADeviceTagsOutput]{Service: Service, Name: "ListMFADeviceTags"}
	ListMFADevices                                = shape.Shape[ListMFADevicesInput, ListMFADevicesOutput]{Service: Service, Name: "ListMFADevices"}
	ListOpenIDConnectProviderTags                 = shape.Shape[ListOpenIDConnectProviderTagsInput, ListOpenIDConnectProviderTagsOutput]{Service: Service, Name: "ListOpenIDConnectProviderTags"}
	ListOpenIDConnectProviders                    = shape.Shape[ListOpenIDConnectProvidersInput, ListOpenIDConnectProvidersOutput]{Service: Service, Name: "ListOpenIDConnectProviders"}
	ListOrganizationsFeatures                     = shape.Shape[ListOrganizationsFeaturesInput, ListOrganizationsFeaturesOutput]{Service: Service, Name: "ListOrganizationsFeatures"}
	ListPolicies                                  = shape.Shape[ListPoliciesInput, ListPoliciesOutput]{Service: Service, Name: "ListPolicies"}
	ListPoliciesGrantingServiceAccess             = shape.Shape[ListPoliciesGrantingServiceAccessInput, ListPoliciesGrantingServiceAccessOutput]{Service: Service, Name: "ListPoliciesGrantingServiceAccess"}
	ListPolicyTags                                = shape.Shape[ListPolicyTagsInput, ListPolicyTagsOutput]{Service: Service, Name: "ListPolicyTags"}
	ListPolicyVersions                            = shape.Shape[ListPolicyVersionsInput, ListPolicyVersionsOutput]{Service: Service, Name: "ListPolicyVersions"}
	ListRolePolicies                              = shape.Shape[ListRolePoliciesInput, ListRolePoliciesOutput]{Service: Service, Name: "ListRolePolicies"}
	ListRoleTags                                  = shape.Shape[ListRoleTagsInput, ListRoleTagsOutput]{Service: Service, Name: "ListRoleTags"}
	ListRoles                                     = shape.Shape[ListRolesInput, ListRolesOutput]{Service: Service, Name: "ListRoles"}
	ListSAMLProviderTags                          = shape.Shape[ListSAMLProviderTagsInput, ListSAMLProviderTagsOutput]{Service: Service, Name: "ListSAMLProviderTags"}
	ListSAMLProviders                             = shape.Shape[ListSAMLProvidersInput, ListSAMLProvidersOutput]{Service: Service, Name: "ListSAMLProviders"}
	ListSSHPublicKeys                             = shape.Shape[ListSSHPublicKeysInput, ListSSHPublicKeysOutput]{Service: Service, Name: "ListSSHPublicKeys"}
	ListServerCertificateTags                     = shape.Shape[ListServerCertificateTagsInput, ListServerCertificateTagsOutput]{Service: Service, Name: "ListServerCertificateTags"}
	ListServerCertificates                        = shape.Shape[ListServerCertificatesInput, ListServerCertificatesOutput]{Service: Service, Name: "ListServerCertificates"}
	ListServiceSpecificCredentials                = shape.Shape[ListServiceSpecificCredentialsInput, ListServiceSpecificCredentialsOutput]{Service: Service, Name: "ListServiceSpecificCredentials"}
	ListSigningCertificates                       = shape.Shape[ListSigningCertificatesInput, ListSigningCertificatesOutput]{Service: Service, Name: "ListSigningCertificates"}
	ListUserPolicies                              = shape.Shape[ListUserPoliciesInput, ListUserPoliciesOutput]{Service: Service, Name: "ListUserPolicies"}
	ListUserTags                                  = shape.Shape[ListUserTagsInput, ListUserTagsOutput]{Service: Service, Name: "ListUserTags"}
	ListUsers                                     = shape.Shape[ListUsersInput, ListUsersOutput]{Service: Service, Name: "ListUsers"}
	ListVirtualMFADevices                         = shape.Shape[ListVirtualMFADevicesInput, ListVirtualMFADevicesOutput]{Service: Service, Name: "ListVirtualMFADevices"}
	PutGroupPolicy                                = shape.Shape[PutGroupPolicyInput, PutGroupPolicyOutput]{Service: Service, Name: "PutGroupPolicy"}
	PutRolePermissionsBoundary                    = shape.Shape[PutRolePermissionsBoundaryInput, PutRolePermissionsBoundaryOutput]{Service: Service, Name: "PutRolePermissionsBoundary"}
	PutRolePolicy                                 = shape.Shape[PutRolePolicyInput, PutRolePolicyOutput]{Service: Service, Name: "PutRolePolicy"}
	PutUserPermissionsBoundary                    = shape.Shape[PutUserPermissionsBoundaryInput, PutUserPermissionsBoundaryOutput]{Service: Service, Name: "PutUserPermissionsBoundary"}
	PutUserPolicy                                 = shape.Shape[PutUserPolicyInput, PutUserPolicyOutput]{Service: Service, Name: "PutUserPolicy"}
	RejectDelegationRequest                       = shape.Shape[RejectDelegationRequestInput, RejectDelegationRequestOutput]{Service: Service, Name: "RejectDelegationRequest"}
	RemoveClientIDFromOpenIDConnectProvider       = shape.Shape[RemoveClientIDFromOpenIDConnectProviderInput, RemoveClientIDFromOpenIDConnectProviderOutput]{Service: Service, Name: "RemoveClientIDFromOpenIDConnectProvider"}
	RemoveRoleFromInstanceProfile                 = shape.Shape[RemoveRoleFromInstanceProfileInput, RemoveRoleFromInstanceProfileOutput]{Service: Service, Name: "RemoveRoleFromInstanceProfile"}
	RemoveUserFromGroup                           = shape.Shape[RemoveUserFromGroupInput, RemoveUserFromGroupOutput]{Service: Service, Name: "RemoveUserFromGroup"}
	ResetServiceSpecificCredential                = shape.Shape[ResetServiceSpecificCredentialInput, ResetServiceSpecificCredentialOutput]{Service: Service, Name: "ResetServiceSpecificCredential"}
	ResyncMFADevice                               = shape.Shape[ResyncMFADeviceInput, ResyncMFADeviceOutput]{Service: Service, Name: "ResyncMFADevice"}
	SendDelegationToken                           = shape.Shape[SendDelegationTokenInput, SendDelegationTokenOutput]{Service: Service, Name: "SendDelegationToken"}
	SetDefaultPolicyVersion                       = shape.Shape[SetDefaultPolicyVersionInput, SetDefaultPolicyVersionOutput]{Service: Service, Name: "SetDefaultPolicyVersion"}
	SetSecurityTokenServicePreferences            = shape.Shape[SetSecurityTokenServicePreferencesInput, SetSecurityTokenServicePreferencesOutput]{Service: Service, Name: "SetSecurityTokenServicePreferences"}
	SimulateCustomPolicy                          = shape.Shape[SimulateCustomPolicyInput, SimulateCustomPolicyOutput]{Service: Service, Name: "SimulateCustomPolicy"}
	SimulatePrincipalPolicy                       = shape.Shape[SimulatePrincipalPolicyInput, SimulatePrincipalPolicyOutput]{Service: Service, Name: "SimulatePrincipalPolicy"}
	TagInstanceProfile                            = shape.Shape[TagInstanceProfileInput, TagInstanceProfileOutput]{Service: Service, Name: "TagInstanceProfile"}
	TagMFADevice                                  = shape.Shape[TagMFADeviceInput, TagMFADeviceOutput]{Service: Service, Name: "TagMFADevice"}
	TagOpenIDConnectProvider                      = shape.Shape[TagOpenIDConnectProviderInput, TagOpenIDConnectProviderOutput]{Service: Service, Name: "TagOpenIDConnectProvider"}
	TagPolicy                                     = shape.Shape[TagPolicyInput, TagPolicyOutput]{Service: Service, Name: "TagPolicy"}
	TagRole                                       = shape.Shape[TagRoleInput, TagRoleOutput]{Service: Service, Name: "TagRole"}
	TagSAMLProvider                               = shape.Shape[TagSAMLProviderInput, TagSAMLProviderOutput]{Service: Service, Name: "TagSAMLProvider"}
	TagServerCertificate                          = shape.Shape[TagServerCertificateInput, TagServerCertificateOutput]{Service: Service, Name: "TagServerCertificate"}
	TagUser                                       = shape.Shape[TagUserInput, TagUserOutput]{Service: Service, Name: "TagUser"}
	UntagInstanceProfile                          = shape.Shape[UntagInstanceProfileInput, UntagInstanceProfileOutput]{Service: Service, Name: "UntagInstanceProfile"}
	UntagMFADevice                                = shape.Shape[UntagMFADeviceInput, UntagMFADeviceOutput]{Service: Service, Name: "UntagMFADevice"}
	UntagOpenIDConnectProvider                    = shape.Shape[UntagOpenIDConnectProviderInput, UntagOpenIDConnectProviderOutput]{Service: Service, Name: "UntagOpenIDConnectProvider"}
	UntagPolicy                                   = shape.Shape[UntagPolicyInput, UntagPolicyOutput]{Service: Service, Name: "UntagPolicy"}
	UntagRole                                     = shape.Shape[UntagRoleInput, UntagRoleOutput]{Service: Service, Name: "UntagRole"}
	UntagSAMLProvider                             = shape.Shape[UntagSAMLProviderInput, UntagSAMLProviderOutput]{Service: Service, Name: "UntagSAMLProvider"}
	UntagServerCertificate                        = shape.Shape[UntagServerCertificateInput, UntagServerCertificateOutput]{Service: Service, Name: "UntagServerCertificate"}
	UntagUser                                     = shape.Shape[UntagUserInput, UntagUserOutput]{Service: Service, Name: "UntagUser"}
	UpdateAccessKey                               = shape.Shape[UpdateAccessKeyInput, UpdateAccessKeyOutput]{Service: Service, Name: "UpdateAccessKey"}
	UpdateAccountPasswordPolicy                   = shape.Shape[UpdateAccountPasswordPolicyInput, UpdateAccountPasswordPolicyOutput]{Service: Service, Name: "UpdateAccountPasswordPolicy"}
	UpdateAssumeRolePolicy                        = shape.Shape[UpdateAssumeRolePolicyInput, UpdateAssumeRolePolicyOutput]{Service: Service, Name: "UpdateAssumeRolePolicy"}
	UpdateDelegationRequest                       = shape.Shape[UpdateDelegationRequestInput, UpdateDelegationRequestOutput]{Service: Service, Name: "UpdateDelegationRequest"}
	UpdateGroup                                   = shape.Shape[UpdateGroupInput, UpdateGroupOutput]{Service: Service, Name: "UpdateGroup"}
	UpdateLoginProfile                            = shape.Shape[UpdateLoginProfileInput, UpdateLoginProfileOutput]{Service: Service, Name: "UpdateLoginProfile"}
	UpdateOpenIDConnectProviderThumbprint         = shape.Shape[UpdateOpenIDConnectProviderThumbprintInput, UpdateOpenIDConnectProviderThumbprintOutput]{Service: Service, Name: "UpdateOpenIDConnectProviderThumbprint"}
	UpdateRole                                    = shape.Shape[UpdateRoleInput, UpdateRoleOutput]{Service: Service, Name: "UpdateRole"}
	UpdateRoleDescription                         = shape.Shape[UpdateRoleDescriptionInput, UpdateRoleDescriptionOutput]{Service: Service, Name: "UpdateRoleDescription"}
	UpdateSAMLProvider                            = shape.Shape[UpdateSAMLProviderInput, UpdateSAMLProviderOutput]{Service: Service, Name: "UpdateSAMLProvider"}
	UpdateSSHPublicKey                            = shape.Shape[UpdateSSHPublicKeyInput, UpdateSSHPublicKeyOutput]{Service: Service, Name: "UpdateSSHPublicKey"}
	UpdateServerCertificate                       = shape.Shape[UpdateServerCertificateInput, UpdateServerCertificateOutput]{Service: Service, Name: "UpdateServerCertificate"}
	UpdateServiceSpecificCredential               = shape.Shape[UpdateServiceSpecificCredentialInput, UpdateServiceSpecificCredentialOutput]{Service: Service, Name: "UpdateServiceSpecificCredential"}
	UpdateSigningCertificate                      = shape.Shape[UpdateSigningCertificateInput, UpdateSigningCertificateOutput]{Service: Service, Name: "UpdateSigningCertificate"}
	UpdateUser                                    = shape.Shape[UpdateUserInput, UpdateUserOutput]{Service: Service, Name: "UpdateUser"}
	UploadSSHPublicKey                            = shape.Shape[UploadSSHPublicKeyInput, UploadSSHPublicKeyOutput]{Service: Service, Name: "UploadSSHPublicKey"}
	UploadServerCertificate                       = shape.Shape[UploadServerCertificateInput, UploadServerCertificateOutput]{Service: Service, Name: "UploadServerCertificate"}
	UploadSigningCertificate                      = shape.Shape[UploadSigningCertificateInput, UploadSigningCertificateOutput]{Service: Service, Name: "UploadSigningCertificate"}
)
