// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package iam

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"AcceptDelegationRequestInput": {
		{Field: "DelegationRequestId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternDelegationRequestIdType}},
	},
	"AddClientIDToOpenIDConnectProviderInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "ClientID", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(255))}},
	},
	"AddRoleToInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"AddUserToGroupInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"AssociateDelegationRequestInput": {
		{Field: "DelegationRequestId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternDelegationRequestIdType}},
	},
	"AttachGroupPolicyInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"AttachRolePolicyInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"AttachUserPolicyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"ChangePasswordInput": {
		{Field: "OldPassword", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternPasswordType}},
		{Field: "NewPassword", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternPasswordType}},
	},
	"ContextEntry": {
		{Field: "ContextKeyName", Rule: shape.Rule{Min: new(int64(5)), Max: new(int64(256))}},
		{Field: "ContextKeyType", Rule: shape.Rule{Enum: []string{ContextKeyTypeEnumString, ContextKeyTypeEnumStringList, ContextKeyTypeEnumNumeric, ContextKeyTypeEnumNumericList, ContextKeyTypeEnumBoolean, ContextKeyTypeEnumBooleanList, ContextKeyTypeEnumIp, ContextKeyTypeEnumIpList, ContextKeyTypeEnumBinary, ContextKeyTypeEnumBinaryList, ContextKeyTypeEnumDate, ContextKeyTypeEnumDateList}}},
	},
	"CreateAccessKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"CreateAccountAliasInput": {
		{Field: "AccountAlias", Rule: shape.Rule{Required: true, Min: new(int64(3)), Max: new(int64(63)), Pattern: patternAccountAliasType}},
	},
	"CreateDelegationRequestInput": {
		{Field: "OwnerAccountId", Rule: shape.Rule{Pattern: patternAccountIdType}},
		{Field: "Description", Rule: shape.Rule{Required: true, Max: new(int64(1000)), Pattern: patternDelegationRequestDescriptionType}},
		{Field: "Permissions", Rule: shape.Rule{Required: true}},
		{Field: "RequestMessage", Rule: shape.Rule{Max: new(int64(200)), Pattern: patternDelegationRequestDescriptionType}},
		{Field: "RequestorWorkflowId", Rule: shape.Rule{Required: true, Min: new(int64(5)), Max: new(int64(400)), Pattern: patternRequestorWorkflowIdType}},
		{Field: "RedirectUrl", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(255)), Pattern: patternRedirectUrlType}},
		{Field: "NotificationChannel", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(400)), Pattern: patternNotificationChannelType}},
		{Field: "SessionDuration", Rule: shape.Rule{Required: true, Min: new(int64(300)), Max: new(int64(43200))}},
	},
	"CreateGroupInput": {
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"CreateInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"CreateLoginProfileInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Password", Rule: shape.Rule{Sensitive: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternPasswordType}},
	},
	"CreateOpenIDConnectProviderInput": {
		{Field: "Url", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(255))}},
		{Field: "ClientIDList", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(255))}}},
		{Field: "ThumbprintList", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(40)), Max: new(int64(40))}}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"CreatePolicyInput": {
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPolicyPathType}},
		{Field: "PolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(1000))}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"CreatePolicyVersionInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "PolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
	},
	"CreateRoleInput": {
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "AssumeRolePolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(1000)), Pattern: patternDelegationRequestDescriptionType}},
		{Field: "MaxSessionDuration", Rule: shape.Rule{Min: new(int64(3600)), Max: new(int64(43200))}},
		{Field: "PermissionsBoundary", Rule: shape.Rule{Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"CreateSAMLProviderInput": {
		{Field: "SAMLMetadataDocument", Rule: shape.Rule{Required: true, Min: new(int64(1000)), Max: new(int64(10000000))}},
		{Field: "Name", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternSAMLProviderNameType}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
		{Field: "AssertionEncryptionMode", Rule: shape.Rule{Enum: []string{AssertionEncryptionModeTypeRequired, AssertionEncryptionModeTypeAllowed}}},
		{Field: "AddPrivateKey", Rule: shape.Rule{Sensitive: true, Min: new(int64(1)), Max: new(int64(16384)), Pattern: patternPasswordType}},
	},
	"CreateServiceLinkedRoleInput": {
		{Field: "AWSServiceName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(1000)), Pattern: patternDelegationRequestDescriptionType}},
		{Field: "CustomSuffix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"CreateServiceSpecificCredentialInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "ServiceName", Rule: shape.Rule{Required: true}},
		{Field: "CredentialAgeDays", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(36600))}},
	},
	"CreateUserInput": {
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PermissionsBoundary", Rule: shape.Rule{Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"CreateVirtualMFADeviceInput": {
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "VirtualMFADeviceName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Pattern: patternInstanceProfileNameType}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"DeactivateMFADeviceInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
	},
	"DelegationPermission": {
		{Field: "PolicyTemplateArn", Rule: shape.Rule{Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Parameters", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"DeleteAccessKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "AccessKeyId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"DeleteAccountAliasInput": {
		{Field: "AccountAlias", Rule: shape.Rule{Required: true, Min: new(int64(3)), Max: new(int64(63)), Pattern: patternAccountAliasType}},
	},
	"DeleteGroupInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteGroupPolicyInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteLoginProfileInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteOpenIDConnectProviderInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"DeletePolicyInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"DeletePolicyVersionInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "VersionId", Rule: shape.Rule{Required: true, Pattern: patternPolicyVersionIdType}},
	},
	"DeleteRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteRolePermissionsBoundaryInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteRolePolicyInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteSAMLProviderInput": {
		{Field: "SAMLProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"DeleteSSHPublicKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "SSHPublicKeyId", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"DeleteServerCertificateInput": {
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteServiceLinkedRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteServiceSpecificCredentialInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "ServiceSpecificCredentialId", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"DeleteSigningCertificateInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "CertificateId", Rule: shape.Rule{Required: true, Min: new(int64(24)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"DeleteUserInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteUserPermissionsBoundaryInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteUserPolicyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"DeleteVirtualMFADeviceInput": {
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
	},
	"DetachGroupPolicyInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"DetachRolePolicyInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"DetachUserPolicyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"EnableMFADeviceInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "AuthenticationCode1", Rule: shape.Rule{Required: true, Min: new(int64(6)), Max: new(int64(6)), Pattern: patternAuthenticationCodeType}},
		{Field: "AuthenticationCode2", Rule: shape.Rule{Required: true, Min: new(int64(6)), Max: new(int64(6)), Pattern: patternAuthenticationCodeType}},
	},
	"GenerateOrganizationsAccessReportInput": {
		{Field: "EntityPath", Rule: shape.Rule{Required: true, Min: new(int64(19)), Max: new(int64(427)), Pattern: patternOrganizationsEntityPathType}},
		{Field: "OrganizationsPolicyId", Rule: shape.Rule{Pattern: patternOrganizationsPolicyIdType}},
	},
	"GenerateServiceLastAccessedDetailsInput": {
		{Field: "Arn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Granularity", Rule: shape.Rule{Enum: []string{AccessAdvisorUsageGranularityTypeServiceLevel, AccessAdvisorUsageGranularityTypeActionLevel}}},
	},
	"GetAccessKeyLastUsedInput": {
		{Field: "AccessKeyId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"GetAccountAuthorizationDetailsInput": {
		{Field: "Filter", Rule: shape.Rule{Elem: &shape.Rule{Enum: []string{EntityTypeUser, EntityTypeRole, EntityTypeGroup, EntityTypeLocalManagedPolicy, EntityTypeAWSManagedPolicy}}}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
	},
	"GetContextKeysForCustomPolicyInput": {
		{Field: "PolicyInputList", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}}},
	},
	"GetContextKeysForPrincipalPolicyInput": {
		{Field: "PolicySourceArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "PolicyInputList", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}}},
	},
	"GetDelegationRequestInput": {
		{Field: "DelegationRequestId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternDelegationRequestIdType}},
	},
	"GetGroupInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"GetGroupPolicyInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"GetHumanReadableSummaryInput": {
		{Field: "EntityArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Locale", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(12))}},
	},
	"GetInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"GetLoginProfileInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"GetMFADeviceInput": {
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"GetOpenIDConnectProviderInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"GetOrganizationsAccessReportInput": {
		{Field: "JobId", Rule: shape.Rule{Required: true, Min: new(int64(36)), Max: new(int64(36))}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "SortKey", Rule: shape.Rule{Enum: []string{SortKeyTypeServiceNamespaceAscending, SortKeyTypeServiceNamespaceDescending, SortKeyTypeLastAuthenticatedTimeAscending, SortKeyTypeLastAuthenticatedTimeDescending}}},
	},
	"GetPolicyInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"GetPolicyVersionInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "VersionId", Rule: shape.Rule{Required: true, Pattern: patternPolicyVersionIdType}},
	},
	"GetRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"GetRolePolicyInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"GetSAMLProviderInput": {
		{Field: "SAMLProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"GetSSHPublicKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "SSHPublicKeyId", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
		{Field: "Encoding", Rule: shape.Rule{Required: true, Enum: []string{EncodingTypeSsh, EncodingTypePem}}},
	},
	"GetServerCertificateInput": {
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"GetServiceLastAccessedDetailsInput": {
		{Field: "JobId", Rule: shape.Rule{Required: true, Min: new(int64(36)), Max: new(int64(36))}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
	},
	"GetServiceLastAccessedDetailsWithEntitiesInput": {
		{Field: "JobId", Rule: shape.Rule{Required: true, Min: new(int64(36)), Max: new(int64(36))}},
		{Field: "ServiceNamespace", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternServiceNamespaceType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
	},
	"GetServiceLinkedRoleDeletionStatusInput": {
		{Field: "DeletionTaskId", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"GetUserInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"GetUserPolicyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"ListAccessKeysInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListAccountAliasesInput": {
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListAttachedGroupPoliciesInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPolicyPathType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListAttachedRolePoliciesInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPolicyPathType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListAttachedUserPoliciesInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPolicyPathType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListDelegationRequestsInput": {
		{Field: "OwnerId", Rule: shape.Rule{Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternOwnerIdType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListEntitiesForPolicyInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "EntityFilter", Rule: shape.Rule{Enum: []string{EntityTypeUser, EntityTypeRole, EntityTypeGroup, EntityTypeLocalManagedPolicy, EntityTypeAWSManagedPolicy}}},
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "PolicyUsageFilter", Rule: shape.Rule{Enum: []string{PolicyUsageTypePermissionsPolicy, PolicyUsageTypePermissionsBoundary}}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListGroupPoliciesInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListGroupsForUserInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListGroupsInput": {
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathPrefixType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListInstanceProfileTagsInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListInstanceProfilesForRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListInstanceProfilesInput": {
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathPrefixType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListMFADeviceTagsInput": {
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListMFADevicesInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListOpenIDConnectProviderTagsInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListPoliciesGrantingServiceAccessInput": {
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "Arn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "ServiceNamespaces", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(200)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternServiceNamespaceType}}},
	},
	"ListPoliciesInput": {
		{Field: "Scope", Rule: shape.Rule{Enum: []string{PolicyScopeTypeAll, PolicyScopeTypeAws, PolicyScopeTypeLocal}}},
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPolicyPathType}},
		{Field: "PolicyUsageFilter", Rule: shape.Rule{Enum: []string{PolicyUsageTypePermissionsPolicy, PolicyUsageTypePermissionsBoundary}}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListPolicyTagsInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListPolicyVersionsInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListRolePoliciesInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListRoleTagsInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListRolesInput": {
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathPrefixType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListSAMLProviderTagsInput": {
		{Field: "SAMLProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListSSHPublicKeysInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListServerCertificateTagsInput": {
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListServerCertificatesInput": {
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathPrefixType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListServiceSpecificCredentialsInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListSigningCertificatesInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListUserPoliciesInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListUserTagsInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListUsersInput": {
		{Field: "PathPrefix", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathPrefixType}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListVirtualMFADevicesInput": {
		{Field: "AssignmentStatus", Rule: shape.Rule{Enum: []string{AssignmentStatusTypeAssigned, AssignmentStatusTypeUnassigned, AssignmentStatusTypeAny}}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"PolicyParameter": {
		{Field: "Name", Rule: shape.Rule{Min: new(int64(5)), Max: new(int64(256)), Pattern: patternPolicyParameterNameType}},
		{Field: "Values", Rule: shape.Rule{Elem: &shape.Rule{Pattern: patternPolicyParameterNameType}}},
		{Field: "Type", Rule: shape.Rule{Enum: []string{PolicyParameterTypeEnumString, PolicyParameterTypeEnumStringList}}},
	},
	"PutGroupPolicyInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
	},
	"PutRolePermissionsBoundaryInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PermissionsBoundary", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"PutRolePolicyInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
	},
	"PutUserPermissionsBoundaryInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PermissionsBoundary", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
	},
	"PutUserPolicyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
	},
	"RejectDelegationRequestInput": {
		{Field: "DelegationRequestId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternDelegationRequestIdType}},
		{Field: "Notes", Rule: shape.Rule{Max: new(int64(500)), Pattern: patternDelegationRequestDescriptionType}},
	},
	"RemoveClientIDFromOpenIDConnectProviderInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "ClientID", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(255))}},
	},
	"RemoveRoleFromInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"RemoveUserFromGroupInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"ResetServiceSpecificCredentialInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "ServiceSpecificCredentialId", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"ResyncMFADeviceInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "AuthenticationCode1", Rule: shape.Rule{Required: true, Min: new(int64(6)), Max: new(int64(6)), Pattern: patternAuthenticationCodeType}},
		{Field: "AuthenticationCode2", Rule: shape.Rule{Required: true, Min: new(int64(6)), Max: new(int64(6)), Pattern: patternAuthenticationCodeType}},
	},
	"SendDelegationTokenInput": {
		{Field: "DelegationRequestId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternDelegationRequestIdType}},
	},
	"SetDefaultPolicyVersionInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "VersionId", Rule: shape.Rule{Required: true, Pattern: patternPolicyVersionIdType}},
	},
	"SetSecurityTokenServicePreferencesInput": {
		{Field: "GlobalEndpointTokenVersion", Rule: shape.Rule{Required: true, Enum: []string{GlobalEndpointTokenVersionV1Token, GlobalEndpointTokenVersionV2Token}}},
	},
	"SimulateCustomPolicyInput": {
		{Field: "PolicyInputList", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}}},
		{Field: "PermissionsBoundaryPolicyInputList", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}}},
		{Field: "ActionNames", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Min: new(int64(3)), Max: new(int64(128))}}},
		{Field: "ResourceArns", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}}},
		{Field: "ResourcePolicy", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
		{Field: "ResourceOwner", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "CallerArn", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "ResourceHandlingOption", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64))}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
	},
	"SimulatePrincipalPolicyInput": {
		{Field: "PolicySourceArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "PolicyInputList", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}}},
		{Field: "PermissionsBoundaryPolicyInputList", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}}},
		{Field: "ActionNames", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Min: new(int64(3)), Max: new(int64(128))}}},
		{Field: "ResourceArns", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}}},
		{Field: "ResourcePolicy", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
		{Field: "ResourceOwner", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "CallerArn", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "ResourceHandlingOption", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64))}},
		{Field: "MaxItems", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
		{Field: "Marker", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(320)), Pattern: patternMarkerType}},
	},
	"Tag": {
		{Field: "Key", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}},
		{Field: "Value", Rule: shape.Rule{Required: true, Max: new(int64(256)), Pattern: patternTagValueType}},
	},
	"TagInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagMFADeviceInput": {
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagOpenIDConnectProviderInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagPolicyInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagSAMLProviderInput": {
		{Field: "SAMLProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagServerCertificateInput": {
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"TagUserInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(50))}},
	},
	"UntagInstanceProfileInput": {
		{Field: "InstanceProfileName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagMFADeviceInput": {
		{Field: "SerialNumber", Rule: shape.Rule{Required: true, Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagOpenIDConnectProviderInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagPolicyInput": {
		{Field: "PolicyArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagSAMLProviderInput": {
		{Field: "SAMLProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagServerCertificateInput": {
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UntagUserInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
	},
	"UpdateAccessKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "AccessKeyId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
		{Field: "Status", Rule: shape.Rule{Required: true, Enum: []string{StatusTypeActive, StatusTypeInactive, StatusTypeExpired}}},
	},
	"UpdateAccountPasswordPolicyInput": {
		{Field: "MinimumPasswordLength", Rule: shape.Rule{Min: new(int64(6)), Max: new(int64(128))}},
		{Field: "MaxPasswordAge", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1095))}},
		{Field: "PasswordReusePrevention", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(24))}},
	},
	"UpdateAssumeRolePolicyInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "PolicyDocument", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(131072)), Pattern: patternPasswordType}},
	},
	"UpdateDelegationRequestInput": {
		{Field: "DelegationRequestId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternDelegationRequestIdType}},
		{Field: "Notes", Rule: shape.Rule{Max: new(int64(500)), Pattern: patternDelegationRequestDescriptionType}},
	},
	"UpdateGroupInput": {
		{Field: "GroupName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "NewPath", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "NewGroupName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"UpdateLoginProfileInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Password", Rule: shape.Rule{Sensitive: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternPasswordType}},
	},
	"UpdateOpenIDConnectProviderThumbprintInput": {
		{Field: "OpenIDConnectProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "ThumbprintList", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Min: new(int64(40)), Max: new(int64(40))}}},
	},
	"UpdateRoleDescriptionInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Description", Rule: shape.Rule{Required: true, Max: new(int64(1000)), Pattern: patternDelegationRequestDescriptionType}},
	},
	"UpdateRoleInput": {
		{Field: "RoleName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(1000)), Pattern: patternDelegationRequestDescriptionType}},
		{Field: "MaxSessionDuration", Rule: shape.Rule{Min: new(int64(3600)), Max: new(int64(43200))}},
	},
	"UpdateSAMLProviderInput": {
		{Field: "SAMLMetadataDocument", Rule: shape.Rule{Min: new(int64(1000)), Max: new(int64(10000000))}},
		{Field: "SAMLProviderArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048))}},
		{Field: "AssertionEncryptionMode", Rule: shape.Rule{Enum: []string{AssertionEncryptionModeTypeRequired, AssertionEncryptionModeTypeAllowed}}},
		{Field: "AddPrivateKey", Rule: shape.Rule{Sensitive: true, Min: new(int64(1)), Max: new(int64(16384)), Pattern: patternPasswordType}},
		{Field: "RemovePrivateKey", Rule: shape.Rule{Min: new(int64(22)), Max: new(int64(64)), Pattern: patternPrivateKeyIdType}},
	},
	"UpdateSSHPublicKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "SSHPublicKeyId", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
		{Field: "Status", Rule: shape.Rule{Required: true, Enum: []string{StatusTypeActive, StatusTypeInactive, StatusTypeExpired}}},
	},
	"UpdateServerCertificateInput": {
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "NewPath", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "NewServerCertificateName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
	},
	"UpdateServiceSpecificCredentialInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "ServiceSpecificCredentialId", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
		{Field: "Status", Rule: shape.Rule{Required: true, Enum: []string{StatusTypeActive, StatusTypeInactive, StatusTypeExpired}}},
	},
	"UpdateSigningCertificateInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "CertificateId", Rule: shape.Rule{Required: true, Min: new(int64(24)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
		{Field: "Status", Rule: shape.Rule{Required: true, Enum: []string{StatusTypeActive, StatusTypeInactive, StatusTypeExpired}}},
	},
	"UpdateUserInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "NewPath", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "NewUserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
	},
	"UploadSSHPublicKeyInput": {
		{Field: "UserName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternInstanceProfileNameType}},
		{Field: "SSHPublicKeyBody", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(16384)), Pattern: patternPasswordType}},
	},
	"UploadServerCertificateInput": {
		{Field: "Path", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(512)), Pattern: patternPathType}},
		{Field: "ServerCertificateName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "CertificateBody", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(16384)), Pattern: patternPasswordType}},
		{Field: "PrivateKey", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(16384)), Pattern: patternPasswordType}},
		{Field: "CertificateChain", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2097152)), Pattern: patternPasswordType}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"UploadSigningCertificateInput": {
		{Field: "UserName", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternInstanceProfileNameType}},
		{Field: "CertificateBody", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(16384)), Pattern: patternPasswordType}},
	},
}

var (
	patternDelegationRequestIdType = &shape.Pattern{
		Source: `[\w-]+`,
		Go:     `\A(?:[\w-]+)\z`,
	}
	patternInstanceProfileNameType = &shape.Pattern{
		Source: `[\w+=,.@-]+`,
		Go:     `\A(?:[\w+=,.@-]+)\z`,
	}
	patternPasswordType = &shape.Pattern{
		Source: `[\u0009\u000A\u000D\u0020-\u00FF]+`,
		Go:     `\A(?:[\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]+)\z`,
	}
	patternAccountAliasType = &shape.Pattern{
		Source: `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`,
		Go:     `\A(?:[a-z0-9](?:-?[a-z0-9])+)\z`,
	}
	patternAccountIdType = &shape.Pattern{
		Source: `\d{12}`,
		Go:     `\A(?:\d{12})\z`,
	}
	patternDelegationRequestDescriptionType = &shape.Pattern{
		Source: `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`,
		Go:     `\A(?:[\x{0009}\x{000A}\x{000D}\x{0020}-\x{007E}\x{00A1}-\x{00FF}]*)\z`,
	}
	patternRequestorWorkflowIdType = &shape.Pattern{
		Source: `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]+`,
		Go:     `\A(?:[\x{0009}\x{000A}\x{000D}\x{0020}-\x{007E}\x{00A1}-\x{00FF}]+)\z`,
	}
	patternRedirectUrlType = &shape.Pattern{
		Source: `^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$`,
		Go:     `\A(?:^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$)\z`,
	}
	patternNotificationChannelType = &shape.Pattern{
		Source: `^[a-zA-Z0-9:_.-]+$`,
		Go:     `\A(?:^[a-zA-Z0-9:_.-]+$)\z`,
	}
	patternPathType = &shape.Pattern{
		Source: `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`,
		Go:     `\A(?:(\x{002F})|(\x{002F}[\x{0021}-\x{007E}]+\x{002F}))\z`,
	}
	patternPolicyPathType = &shape.Pattern{
		Source: `((/[A-Za-z0-9\.,\+@=_-]+)*)/`,
		Go:     `\A(?:((/[A-Za-z0-9\.,\+@=_-]+)*)/)\z`,
	}
	patternSAMLProviderNameType = &shape.Pattern{
		Source: `[\w._-]+`,
		Go:     `\A(?:[\w._-]+)\z`,
	}
	patternSerialNumberType = &shape.Pattern{
		Source: `[\w+=/:,.@-]+`,
		Go:     `\A(?:[\w+=/:,.@-]+)\z`,
	}
	patternAccessKeyIdType = &shape.Pattern{
		Source: `[\w]+`,
		Go:     `\A(?:[\w]+)\z`,
	}
	patternPolicyVersionIdType = &shape.Pattern{
		Source: `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`,
		Go:     `\A(?:v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)\z`,
	}
	patternAuthenticationCodeType = &shape.Pattern{
		Source: `[\d]+`,
		Go:     `\A(?:[\d]+)\z`,
	}
	patternOrganizationsEntityPathType = &shape.Pattern{
		Source: `^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*`,
		Go:     `\A(?:^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*)\z`,
	}
	patternOrganizationsPolicyIdType = &shape.Pattern{
		Source: `^p-[0-9a-zA-Z_]{8,128}$`,
		Go:     `\A(?:^p-[0-9a-zA-Z_]{8,128}$)\z`,
	}
	patternMarkerType = &shape.Pattern{
		Source: `[\u0020-\u00FF]+`,
		Go:     `\A(?:[\x{0020}-\x{00FF}]+)\z`,
	}
	patternServiceNamespaceType = &shape.Pattern{
		Source: `[\w-]*`,
		Go:     `\A(?:[\w-]*)\z`,
	}
	patternOwnerIdType = &shape.Pattern{
		Source: `^[a-zA-Z0-9:/+=,.@_-]+$`,
		Go:     `\A(?:^[a-zA-Z0-9:/+=,.@_-]+$)\z`,
	}
	patternPathPrefixType = &shape.Pattern{
		Source: `\u002F[\u0021-\u007F]*`,
		Go:     `\A(?:\x{002F}[\x{0021}-\x{007F}]*)\z`,
	}
	patternPolicyParameterNameType = &shape.Pattern{
		Source: `[ -~]+`,
		Go:     `\A(?:[ -~]+)\z`,
	}
	patternTagKeyType = &shape.Pattern{
		Source: `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		Go:     `\A(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]+)\z`,
	}
	patternTagValueType = &shape.Pattern{
		Source: `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`,
		Go:     `\A(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]*)\z`,
	}
	patternPrivateKeyIdType = &shape.Pattern{
		Source: `[A-Z0-9]+`,
		Go:     `\A(?:[A-Z0-9]+)\z`,
	}
)
