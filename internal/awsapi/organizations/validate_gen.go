// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package organizations

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"AcceptHandshakeInput": {
		{Field: "HandshakeId", Rule: shape.Rule{Required: true, Max: new(int64(34)), Pattern: patternHandshakeId}},
	},
	"AttachPolicyInput": {
		{Field: "PolicyId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternPolicyId}},
		{Field: "TargetId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternPolicyTargetId}},
	},
	"CancelHandshakeInput": {
		{Field: "HandshakeId", Rule: shape.Rule{Required: true, Max: new(int64(34)), Pattern: patternHandshakeId}},
	},
	"CloseAccountInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
	},
	"CreateAccountInput": {
		{Field: "Email", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(6)), Max: new(int64(64)), Pattern: patternEmail}},
		{Field: "AccountName", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(50)), Pattern: patternCreateAccountName}},
		{Field: "RoleName", Rule: shape.Rule{Max: new(int64(64)), Pattern: patternRoleName}},
		{Field: "IamUserAccessToBilling", Rule: shape.Rule{Enum: []string{IAMUserAccessToBillingAllow, IAMUserAccessToBillingDeny}}},
	},
	"CreateGovCloudAccountInput": {
		{Field: "Email", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(6)), Max: new(int64(64)), Pattern: patternEmail}},
		{Field: "AccountName", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(50)), Pattern: patternCreateAccountName}},
		{Field: "RoleName", Rule: shape.Rule{Max: new(int64(64)), Pattern: patternRoleName}},
		{Field: "IamUserAccessToBilling", Rule: shape.Rule{Enum: []string{IAMUserAccessToBillingAllow, IAMUserAccessToBillingDeny}}},
	},
	"CreateOrganizationInput": {
		{Field: "FeatureSet", Rule: shape.Rule{Enum: []string{OrganizationFeatureSetAll, OrganizationFeatureSetConsolidatedBilling}}},
	},
	"CreateOrganizationalUnitInput": {
		{Field: "ParentId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternParentId}},
		{Field: "Name", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternOrganizationalUnitName}},
	},
	"CreatePolicyInput": {
		{Field: "Content", Rule: shape.Rule{Required: true, Min: new(int64(1)), Pattern: patternOrganizationalUnitName}},
		{Field: "Description", Rule: shape.Rule{Required: true, Max: new(int64(512)), Pattern: patternOrganizationalUnitName}},
		{Field: "Name", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternOrganizationalUnitName}},
		{Field: "Type", Rule: shape.Rule{Required: true, Enum: []string{PolicyTypeServiceControlPolicy, PolicyTypeResourceControlPolicy, PolicyTypeTagPolicy, PolicyTypeBackupPolicy, PolicyTypeAiservicesOptOutPolicy, PolicyTypeChatbotPolicy, PolicyTypeDeclarativePolicyEc2, PolicyTypeSecurityhubPolicy, PolicyTypeInspectorPolicy, PolicyTypeUpgradeRolloutPolicy, PolicyTypeBedrockPolicy, PolicyTypeS3Policy, PolicyTypeNetworkSecurityDirectorPolicy}}},
	},
	"DeclineHandshakeInput": {
		{Field: "HandshakeId", Rule: shape.Rule{Required: true, Max: new(int64(34)), Pattern: patternHandshakeId}},
	},
	"DeleteOrganizationalUnitInput": {
		{Field: "OrganizationalUnitId", Rule: shape.Rule{Required: true, Max: new(int64(68)), Pattern: patternOrganizationalUnitId}},
	},
	"DeletePolicyInput": {
		{Field: "PolicyId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternPolicyId}},
	},
	"DeregisterDelegatedAdministratorInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
		{Field: "ServicePrincipal", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternServicePrincipal}},
	},
	"DescribeAccountInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
	},
	"DescribeCreateAccountStatusInput": {
		{Field: "CreateAccountRequestId", Rule: shape.Rule{Required: true, Max: new(int64(36)), Pattern: patternCreateAccountRequestId}},
	},
	"DescribeEffectivePolicyInput": {
		{Field: "PolicyType", Rule: shape.Rule{Required: true, Enum: []string{EffectivePolicyTypeTagPolicy, EffectivePolicyTypeBackupPolicy, EffectivePolicyTypeAiservicesOptOutPolicy, EffectivePolicyTypeChatbotPolicy, EffectivePolicyTypeDeclarativePolicyEc2, EffectivePolicyTypeSecurityhubPolicy, EffectivePolicyTypeInspectorPolicy, EffectivePolicyTypeUpgradeRolloutPolicy, EffectivePolicyTypeBedrockPolicy, EffectivePolicyTypeS3Policy, EffectivePolicyTypeNetworkSecurityDirectorPolicy}}},
		{Field: "TargetId", Rule: shape.Rule{Max: new(int64(100)), Pattern: patternPolicyTargetId}},
	},
	"DescribeHandshakeInput": {
		{Field: "HandshakeId", Rule: shape.Rule{Required: true, Max: new(int64(34)), Pattern: patternHandshakeId}},
	},
	"DescribeOrganizationalUnitInput": {
		{Field: "OrganizationalUnitId", Rule: shape.Rule{Required: true, Max: new(int64(68)), Pattern: patternOrganizationalUnitId}},
	},
	"DescribePolicyInput": {
		{Field: "PolicyId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternPolicyId}},
	},
	"DescribeResponsibilityTransferInput": {
		{Field: "Id", Rule: shape.Rule{Required: true, Pattern: patternResponsibilityTransferId}},
	},
	"DetachPolicyInput": {
		{Field: "PolicyId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternPolicyId}},
		{Field: "TargetId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternPolicyTargetId}},
	},
	"DisableAWSServiceAccessInput": {
		{Field: "ServicePrincipal", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternServicePrincipal}},
	},
	"DisablePolicyTypeInput": {
		{Field: "RootId", Rule: shape.Rule{Required: true, Max: new(int64(34)), Pattern: patternRootId}},
		{Field: "PolicyType", Rule: shape.Rule{Required: true, Enum: []string{PolicyTypeServiceControlPolicy, PolicyTypeResourceControlPolicy, PolicyTypeTagPolicy, PolicyTypeBackupPolicy, PolicyTypeAiservicesOptOutPolicy, PolicyTypeChatbotPolicy, PolicyTypeDeclarativePolicyEc2, PolicyTypeSecurityhubPolicy, PolicyTypeInspectorPolicy, PolicyTypeUpgradeRolloutPolicy, PolicyTypeBedrockPolicy, PolicyTypeS3Policy, PolicyTypeNetworkSecurityDirectorPolicy}}},
	},
	"EnableAWSServiceAccessInput": {
		{Field: "ServicePrincipal", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternServicePrincipal}},
	},
	"EnablePolicyTypeInput": {
		{Field: "RootId", Rule: shape.Rule{Required: true, Max: new(int64(34)), Pattern: patternRootId}},
		{Field: "PolicyType", Rule: shape.Rule{Required: true, Enum: []string{PolicyTypeServiceControlPolicy, PolicyTypeResourceControlPolicy, PolicyTypeTagPolicy, PolicyTypeBackupPolicy, PolicyTypeAiservicesOptOutPolicy, PolicyTypeChatbotPolicy, PolicyTypeDeclarativePolicyEc2, PolicyTypeSecurityhubPolicy, PolicyTypeInspectorPolicy, PolicyTypeUpgradeRolloutPolicy, PolicyTypeBedrockPolicy, PolicyTypeS3Policy, PolicyTypeNetworkSecurityDirectorPolicy}}},
	},
	"HandshakeFilter": {
		{Field: "ActionType", Rule: shape.Rule{Enum: []string{ActionTypeInvite, ActionTypeEnableAllFeatures, ActionTypeApproveAllFeatures, ActionTypeAddOrganizationsServiceLinkedRole, ActionTypeTransferResponsibility}}},
		{Field: "ParentHandshakeId", Rule: shape.Rule{Max: new(int64(34)), Pattern: patternHandshakeId}},
	},
	"HandshakeParty": {
		{Field: "Id", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternOrganizationalUnitName}},
		{Field: "Type", Rule: shape.Rule{Required: true, Enum: []string{HandshakePartyTypeAccount, HandshakePartyTypeOrganization, HandshakePartyTypeEmail}}},
	},
	"InviteAccountToOrganizationInput": {
		{Field: "Target", Rule: shape.Rule{Required: true}},
		{Field: "Notes", Rule: shape.Rule{Sensitive: true, Max: new(int64(1024)), Pattern: patternOrganizationalUnitName}},
	},
	"InviteOrganizationToTransferResponsibilityInput": {
		{Field: "Type", Rule: shape.Rule{Required: true, Enum: []string{ResponsibilityTransferTypeBilling}}},
		{Field: "Target", Rule: shape.Rule{Required: true}},
		{Field: "Notes", Rule: shape.Rule{Sensitive: true, Max: new(int64(1024)), Pattern: patternOrganizationalUnitName}},
		{Field: "StartTimestamp", Rule: shape.Rule{Required: true}},
		{Field: "SourceName", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternResponsibilityTransferName}},
	},
	"ListAWSServiceAccessForOrganizationInput": {
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListAccountsForParentInput": {
		{Field: "ParentId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternParentId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListAccountsInput": {
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListAccountsWithInvalidEffectivePolicyInput": {
		{Field: "PolicyType", Rule: shape.Rule{Required: true, Enum: []string{EffectivePolicyTypeTagPolicy, EffectivePolicyTypeBackupPolicy, EffectivePolicyTypeAiservicesOptOutPolicy, EffectivePolicyTypeChatbotPolicy, EffectivePolicyTypeDeclarativePolicyEc2, EffectivePolicyTypeSecurityhubPolicy, EffectivePolicyTypeInspectorPolicy, EffectivePolicyTypeUpgradeRolloutPolicy, EffectivePolicyTypeBedrockPolicy, EffectivePolicyTypeS3Policy, EffectivePolicyTypeNetworkSecurityDirectorPolicy}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListChildrenInput": {
		{Field: "ParentId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternParentId}},
		{Field: "ChildType", Rule: shape.Rule{Required: true, Enum: []string{ChildTypeAccount, ChildTypeOrganizationalUnit}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListCreateAccountStatusInput": {
		{Field: "States", Rule: shape.Rule{Elem: &shape.Rule{Enum: []string{CreateAccountStateInProgress, CreateAccountStateSucceeded, CreateAccountStateFailed}}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListDelegatedAdministratorsInput": {
		{Field: "ServicePrincipal", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternServicePrincipal}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListDelegatedServicesForAccountInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListEffectivePolicyValidationErrorsInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
		{Field: "PolicyType", Rule: shape.Rule{Required: true, Enum: []string{EffectivePolicyTypeTagPolicy, EffectivePolicyTypeBackupPolicy, EffectivePolicyTypeAiservicesOptOutPolicy, EffectivePolicyTypeChatbotPolicy, EffectivePolicyTypeDeclarativePolicyEc2, EffectivePolicyTypeSecurityhubPolicy, EffectivePolicyTypeInspectorPolicy, EffectivePolicyTypeUpgradeRolloutPolicy, EffectivePolicyTypeBedrockPolicy, EffectivePolicyTypeS3Policy, EffectivePolicyTypeNetworkSecurityDirectorPolicy}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListHandshakesForAccountInput": {
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListHandshakesForOrganizationInput": {
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListInboundResponsibilityTransfersInput": {
		{Field: "Type", Rule: shape.Rule{Required: true, Enum: []string{ResponsibilityTransferTypeBilling}}},
		{Field: "Id", Rule: shape.Rule{Pattern: patternResponsibilityTransferId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListOrganizationalUnitsForParentInput": {
		{Field: "ParentId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternParentId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListOutboundResponsibilityTransfersInput": {
		{Field: "Type", Rule: shape.Rule{Required: true, Enum: []string{ResponsibilityTransferTypeBilling}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListParentsInput": {
		{Field: "ChildId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternChildId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListPoliciesForTargetInput": {
		{Field: "TargetId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternPolicyTargetId}},
		{Field: "Filter", Rule: shape.Rule{Required: true, Enum: []string{PolicyTypeServiceControlPolicy, PolicyTypeResourceControlPolicy, PolicyTypeTagPolicy, PolicyTypeBackupPolicy, PolicyTypeAiservicesOptOutPolicy, PolicyTypeChatbotPolicy, PolicyTypeDeclarativePolicyEc2, PolicyTypeSecurityhubPolicy, PolicyTypeInspectorPolicy, PolicyTypeUpgradeRolloutPolicy, PolicyTypeBedrockPolicy, PolicyTypeS3Policy, PolicyTypeNetworkSecurityDirectorPolicy}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListPoliciesInput": {
		{Field: "Filter", Rule: shape.Rule{Required: true, Enum: []string{PolicyTypeServiceControlPolicy, PolicyTypeResourceControlPolicy, PolicyTypeTagPolicy, PolicyTypeBackupPolicy, PolicyTypeAiservicesOptOutPolicy, PolicyTypeChatbotPolicy, PolicyTypeDeclarativePolicyEc2, PolicyTypeSecurityhubPolicy, PolicyTypeInspectorPolicy, PolicyTypeUpgradeRolloutPolicy, PolicyTypeBedrockPolicy, PolicyTypeS3Policy, PolicyTypeNetworkSecurityDirectorPolicy}}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListRootsInput": {
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"ListTagsForResourceInput": {
		{Field: "ResourceId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternTaggableResourceId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
	},
	"ListTargetsForPolicyInput": {
		{Field: "PolicyId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternPolicyId}},
		{Field: "NextToken", Rule: shape.Rule{Max: new(int64(100000)), Pattern: patternOrganizationalUnitName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(20))}},
	},
	"MoveAccountInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
		{Field: "SourceParentId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternParentId}},
		{Field: "DestinationParentId", Rule: shape.Rule{Required: true, Max: new(int64(100)), Pattern: patternParentId}},
	},
	"PutResourcePolicyInput": {
		{Field: "Content", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(40000)), Pattern: patternOrganizationalUnitName}},
	},
	"RegisterDelegatedAdministratorInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
		{Field: "ServicePrincipal", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternServicePrincipal}},
	},
	"RemoveAccountFromOrganizationInput": {
		{Field: "AccountId", Rule: shape.Rule{Required: true, Max: new(int64(12)), Pattern: patternAccountId}},
	},
	"Tag": {
		{Field: "Key", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKey}},
		{Field: "Value", Rule: shape.Rule{Required: true, Max: new(int64(256)), Pattern: patternTagKey}},
	},
	"TagResourceInput": {
		{Field: "ResourceId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternTaggableResourceId}},
		{Field: "Tags", Rule: shape.Rule{Required: true}},
	},
	"TerminateResponsibilityTransferInput": {
		{Field: "Id", Rule: shape.Rule{Required: true, Pattern: patternResponsibilityTransferId}},
	},
	"UntagResourceInput": {
		{Field: "ResourceId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternTaggableResourceId}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKey}}},
	},
	"UpdateOrganizationalUnitInput": {
		{Field: "OrganizationalUnitId", Rule: shape.Rule{Required: true, Max: new(int64(68)), Pattern: patternOrganizationalUnitId}},
		{Field: "Name", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternOrganizationalUnitName}},
	},
	"UpdatePolicyInput": {
		{Field: "PolicyId", Rule: shape.Rule{Required: true, Max: new(int64(130)), Pattern: patternPolicyId}},
		{Field: "Name", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternOrganizationalUnitName}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(512)), Pattern: patternOrganizationalUnitName}},
		{Field: "Content", Rule: shape.Rule{Min: new(int64(1)), Pattern: patternOrganizationalUnitName}},
	},
	"UpdateResponsibilityTransferInput": {
		{Field: "Id", Rule: shape.Rule{Required: true, Pattern: patternResponsibilityTransferId}},
		{Field: "Name", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternResponsibilityTransferName}},
	},
}

var (
	patternHandshakeId = &shape.Pattern{
		Source: `^h-[0-9a-z]{8,32}$`,
		Go:     `\A(?:^h-[0-9a-z]{8,32}$)\z`,
	}
	patternPolicyId = &shape.Pattern{
		Source: `^p-[0-9a-zA-Z_]{8,128}$`,
		Go:     `\A(?:^p-[0-9a-zA-Z_]{8,128}$)\z`,
	}
	patternPolicyTargetId = &shape.Pattern{
		Source: `^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`,
		Go:     `\A(?:^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$)\z`,
	}
	patternAccountId = &shape.Pattern{
		Source: `^\d{12}$`,
		Go:     `\A(?:^\d{12}$)\z`,
	}
	patternEmail = &shape.Pattern{
		Source: `[^\s@]+@[^\s@]+\.[^\s@]+`,
		Go:     `\A(?:[^\s@]+@[^\s@]+\.[^\s@]+)\z`,
	}
	patternCreateAccountName = &shape.Pattern{
		Source: `[\u0020-\u007E]+`,
		Go:     `\A(?:[\x{0020}-\x{007E}]+)\z`,
	}
	patternRoleName = &shape.Pattern{
		Source: `[\w+=,.@-]{1,64}`,
		Go:     `\A(?:[\w+=,.@-]{1,64})\z`,
	}
	patternParentId = &shape.Pattern{
		Source: `^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`,
		Go:     `\A(?:^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$)\z`,
	}
	patternOrganizationalUnitName = &shape.Pattern{
		Source: `[\s\S]*`,
		Go:     `\A(?:[\s\S]*)\z`,
	}
	patternOrganizationalUnitId = &shape.Pattern{
		Source: `^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`,
		Go:     `\A(?:^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$)\z`,
	}
	patternServicePrincipal = &shape.Pattern{
		Source: `[\w+=,.@-]*`,
		Go:     `\A(?:[\w+=,.@-]*)\z`,
	}
	patternCreateAccountRequestId = &shape.Pattern{
		Source: `^car-[a-z0-9]{8,32}$`,
		Go:     `\A(?:^car-[a-z0-9]{8,32}$)\z`,
	}
	patternResponsibilityTransferId = &shape.Pattern{
		Source: `^rt-[0-9a-z]{8,32}$`,
		Go:     `\A(?:^rt-[0-9a-z]{8,32}$)\z`,
	}
	patternRootId = &shape.Pattern{
		Source: `^r-[0-9a-z]{4,32}$`,
		Go:     `\A(?:^r-[0-9a-z]{4,32}$)\z`,
	}
	patternResponsibilityTransferName = &shape.Pattern{
		Source: `^[ -~]+$`,
		Go:     `\A(?:^[ -~]+$)\z`,
	}
	patternChildId = &shape.Pattern{
		Source: `^(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`,
		Go:     `\A(?:^(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$)\z`,
	}
	patternTaggableResourceId = &shape.Pattern{
		Source: `^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,128})|(^rt-[0-9a-zA-Z_]{8,32})$`,
		Go:     `\A(?:^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,128})|(^rt-[0-9a-zA-Z_]{8,32})$)\z`,
	}
	patternTagKey = &shape.Pattern{
		Source: `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`,
		Go:     `\A(?:^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$)\z`,
	}
)
