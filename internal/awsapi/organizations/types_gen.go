// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package organizations

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// AcceptHandshakeInput is what AcceptHandshake takes.
type AcceptHandshakeInput struct {
	HandshakeId *string `json:"HandshakeId,omitzero"`
}

// GetHandshakeId returns HandshakeId, or "" when it is absent.
func (in *AcceptHandshakeInput) GetHandshakeId() string {
	if in.HandshakeId == nil {
		return ""
	}
	return *in.HandshakeId
}

// AcceptHandshakeOutput is what AcceptHandshake answers.
type AcceptHandshakeOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// Account is a structure of the API.
type Account struct {
	Id              *string     `json:"Id,omitzero"`
	Arn             *string     `json:"Arn,omitzero"`
	Email           *string     `json:"Email,omitzero"`
	Name            *string     `json:"Name,omitzero"`
	Status          *string     `json:"Status,omitzero"` // one of AccountStatus*
	State           *string     `json:"State,omitzero"`  // one of AccountState*
	Paths           []string    `json:"Paths,omitzero"`
	JoinedMethod    *string     `json:"JoinedMethod,omitzero"` // one of AccountJoinedMethod*
	JoinedTimestamp *shape.Time `json:"JoinedTimestamp,omitzero"`
}

// AttachPolicyInput is what AttachPolicy takes.
type AttachPolicyInput struct {
	PolicyId *string `json:"PolicyId,omitzero"`
	TargetId *string `json:"TargetId,omitzero"`
}

// GetPolicyId returns PolicyId, or "" when it is absent.
func (in *AttachPolicyInput) GetPolicyId() string {
	if in.PolicyId == nil {
		return ""
	}
	return *in.PolicyId
}

// GetTargetId returns TargetId, or "" when it is absent.
func (in *AttachPolicyInput) GetTargetId() string {
	if in.TargetId == nil {
		return ""
	}
	return *in.TargetId
}

// AttachPolicyOutput is what AttachPolicy answers.
type AttachPolicyOutput struct {
}

// CancelHandshakeInput is what CancelHandshake takes.
type CancelHandshakeInput struct {
	HandshakeId *string `json:"HandshakeId,omitzero"`
}

// GetHandshakeId returns HandshakeId, or "" when it is absent.
func (in *CancelHandshakeInput) GetHandshakeId() string {
	if in.HandshakeId == nil {
		return ""
	}
	return *in.HandshakeId
}

// CancelHandshakeOutput is what CancelHandshake answers.
type CancelHandshakeOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// Child is a structure of the API.
type Child struct {
	Id   *string `json:"Id,omitzero"`
	Type *string `json:"Type,omitzero"` // one of ChildType*
}

// CloseAccountInput is what CloseAccount takes.
type CloseAccountInput struct {
	AccountId *string `json:"AccountId,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *CloseAccountInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// CloseAccountOutput is what CloseAccount answers.
type CloseAccountOutput struct {
}

// CreateAccountInput is what CreateAccount takes.
type CreateAccountInput struct {
	Email                  *string `json:"Email,omitzero"`
	AccountName            *string `json:"AccountName,omitzero"`
	RoleName               *string `json:"RoleName,omitzero"`
	IamUserAccessToBilling *string `json:"IamUserAccessToBilling,omitzero"` // one of IAMUserAccessToBilling*
	Tags                   []Tag   `json:"Tags,omitzero"`
}

// CreateAccountOutput is what CreateAccount answers.
type CreateAccountOutput struct {
	CreateAccountStatus *CreateAccountStatus `json:"CreateAccountStatus,omitzero"`
}

// CreateAccountStatus is a structure of the API.
type CreateAccountStatus struct {
	Id                 *string     `json:"Id,omitzero"`
	AccountName        *string     `json:"AccountName,omitzero"`
	State              *string     `json:"State,omitzero"` // one of CreateAccountState*
	RequestedTimestamp *shape.Time `json:"RequestedTimestamp,omitzero"`
	CompletedTimestamp *shape.Time `json:"CompletedTimestamp,omitzero"`
	AccountId          *string     `json:"AccountId,omitzero"`
	GovCloudAccountId  *string     `json:"GovCloudAccountId,omitzero"`
	FailureReason      *string     `json:"FailureReason,omitzero"` // one of CreateAccountFailureReason*
}

// CreateGovCloudAccountInput is what CreateGovCloudAccount takes.
type CreateGovCloudAccountInput struct {
	Email                  *string `json:"Email,omitzero"`
	AccountName            *string `json:"AccountName,omitzero"`
	RoleName               *string `json:"RoleName,omitzero"`
	IamUserAccessToBilling *string `json:"IamUserAccessToBilling,omitzero"` // one of IAMUserAccessToBilling*
	Tags                   []Tag   `json:"Tags,omitzero"`
}

// CreateGovCloudAccountOutput is what CreateGovCloudAccount answers.
type CreateGovCloudAccountOutput struct {
	CreateAccountStatus *CreateAccountStatus `json:"CreateAccountStatus,omitzero"`
}

// CreateOrganizationInput is what CreateOrganization takes.
type CreateOrganizationInput struct {
	FeatureSet *string `json:"FeatureSet,omitzero"` // one of OrganizationFeatureSet*
}

// CreateOrganizationOutput is what CreateOrganization answers.
type CreateOrganizationOutput struct {
	Organization *Organization `json:"Organization,omitzero"`
}

// CreateOrganizationalUnitInput is what CreateOrganizationalUnit takes.
type CreateOrganizationalUnitInput struct {
	ParentId *string `json:"ParentId,omitzero"`
	Name     *string `json:"Name,omitzero"`
	Tags     []Tag   `json:"Tags,omitzero"`
}

// GetParentId returns ParentId, or "" when it is absent.
func (in *CreateOrganizationalUnitInput) GetParentId() string {
	if in.ParentId == nil {
		return ""
	}
	return *in.ParentId
}

// CreateOrganizationalUnitOutput is what CreateOrganizationalUnit answers.
type CreateOrganizationalUnitOutput struct {
	OrganizationalUnit *OrganizationalUnit `json:"OrganizationalUnit,omitzero"`
}

// CreatePolicyInput is what CreatePolicy takes.
type CreatePolicyInput struct {
	Content     *string `json:"Content,omitzero"`
	Description *string `json:"Description,omitzero"`
	Name        *string `json:"Name,omitzero"`
	Type        *string `json:"Type,omitzero"` // one of PolicyType*
	Tags        []Tag   `json:"Tags,omitzero"`
}

// CreatePolicyOutput is what CreatePolicy answers.
type CreatePolicyOutput struct {
	Policy *Policy `json:"Policy,omitzero"`
}

// DeclineHandshakeInput is what DeclineHandshake takes.
type DeclineHandshakeInput struct {
	HandshakeId *string `json:"HandshakeId,omitzero"`
}

// GetHandshakeId returns HandshakeId, or "" when it is absent.
func (in *DeclineHandshakeInput) GetHandshakeId() string {
	if in.HandshakeId == nil {
		return ""
	}
	return *in.HandshakeId
}

// DeclineHandshakeOutput is what DeclineHandshake answers.
type DeclineHandshakeOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// DelegatedAdministrator is a structure of the API.
type DelegatedAdministrator struct {
	Id                    *string     `json:"Id,omitzero"`
	Arn                   *string     `json:"Arn,omitzero"`
	Email                 *string     `json:"Email,omitzero"`
	Name                  *string     `json:"Name,omitzero"`
	Status                *string     `json:"Status,omitzero"`       // one of AccountStatus*
	State                 *string     `json:"State,omitzero"`        // one of AccountState*
	JoinedMethod          *string     `json:"JoinedMethod,omitzero"` // one of AccountJoinedMethod*
	JoinedTimestamp       *shape.Time `json:"JoinedTimestamp,omitzero"`
	DelegationEnabledDate *shape.Time `json:"DelegationEnabledDate,omitzero"`
}

// DelegatedService is a structure of the API.
type DelegatedService struct {
	ServicePrincipal      *string     `json:"ServicePrincipal,omitzero"`
	DelegationEnabledDate *shape.Time `json:"DelegationEnabledDate,omitzero"`
}

// DeleteOrganizationInput is what DeleteOrganization takes.
type DeleteOrganizationInput struct {
}

// DeleteOrganizationOutput is what DeleteOrganization answers.
type DeleteOrganizationOutput struct {
}

// DeleteOrganizationalUnitInput is what DeleteOrganizationalUnit takes.
type DeleteOrganizationalUnitInput struct {
	OrganizationalUnitId *string `json:"OrganizationalUnitId,omitzero"`
}

// GetOrganizationalUnitId returns OrganizationalUnitId, or "" when it is absent.
func (in *DeleteOrganizationalUnitInput) GetOrganizationalUnitId() string {
	if in.OrganizationalUnitId == nil {
		return ""
	}
	return *in.OrganizationalUnitId
}

// DeleteOrganizationalUnitOutput is what DeleteOrganizationalUnit answers.
type DeleteOrganizationalUnitOutput struct {
}

// DeletePolicyInput is what DeletePolicy takes.
type DeletePolicyInput struct {
	PolicyId *string `json:"PolicyId,omitzero"`
}

// GetPolicyId returns PolicyId, or "" when it is absent.
func (in *DeletePolicyInput) GetPolicyId() string {
	if in.PolicyId == nil {
		return ""
	}
	return *in.PolicyId
}

// DeletePolicyOutput is what DeletePolicy answers.
type DeletePolicyOutput struct {
}

// DeleteResourcePolicyInput is what DeleteResourcePolicy takes.
type DeleteResourcePolicyInput struct {
}

// DeleteResourcePolicyOutput is what DeleteResourcePolicy answers.
type DeleteResourcePolicyOutput struct {
}

// DeregisterDelegatedAdministratorInput is what DeregisterDelegatedAdministrator takes.
type DeregisterDelegatedAdministratorInput struct {
	AccountId        *string `json:"AccountId,omitzero"`
	ServicePrincipal *string `json:"ServicePrincipal,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *DeregisterDelegatedAdministratorInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// DeregisterDelegatedAdministratorOutput is what DeregisterDelegatedAdministrator answers.
type DeregisterDelegatedAdministratorOutput struct {
}

// DescribeAccountInput is what DescribeAccount takes.
type DescribeAccountInput struct {
	AccountId *string `json:"AccountId,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *DescribeAccountInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// DescribeAccountOutput is what DescribeAccount answers.
type DescribeAccountOutput struct {
	Account *Account `json:"Account,omitzero"`
}

// DescribeCreateAccountStatusInput is what DescribeCreateAccountStatus takes.
type DescribeCreateAccountStatusInput struct {
	CreateAccountRequestId *string `json:"CreateAccountRequestId,omitzero"`
}

// DescribeCreateAccountStatusOutput is what DescribeCreateAccountStatus answers.
type DescribeCreateAccountStatusOutput struct {
	CreateAccountStatus *CreateAccountStatus `json:"CreateAccountStatus,omitzero"`
}

// DescribeEffectivePolicyInput is what DescribeEffectivePolicy takes.
type DescribeEffectivePolicyInput struct {
	PolicyType *string `json:"PolicyType,omitzero"` // one of EffectivePolicyType*
	TargetId   *string `json:"TargetId,omitzero"`
}

// GetTargetId returns TargetId, or "" when it is absent.
func (in *DescribeEffectivePolicyInput) GetTargetId() string {
	if in.TargetId == nil {
		return ""
	}
	return *in.TargetId
}

// DescribeEffectivePolicyOutput is what DescribeEffectivePolicy answers.
type DescribeEffectivePolicyOutput struct {
	EffectivePolicy *EffectivePolicy `json:"EffectivePolicy,omitzero"`
}

// DescribeHandshakeInput is what DescribeHandshake takes.
type DescribeHandshakeInput struct {
	HandshakeId *string `json:"HandshakeId,omitzero"`
}

// GetHandshakeId returns HandshakeId, or "" when it is absent.
func (in *DescribeHandshakeInput) GetHandshakeId() string {
	if in.HandshakeId == nil {
		return ""
	}
	return *in.HandshakeId
}

// DescribeHandshakeOutput is what DescribeHandshake answers.
type DescribeHandshakeOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// DescribeOrganizationInput is what DescribeOrganization takes.
type DescribeOrganizationInput struct {
}

// DescribeOrganizationOutput is what DescribeOrganization answers.
type DescribeOrganizationOutput struct {
	Organization *Organization `json:"Organization,omitzero"`
}

// DescribeOrganizationalUnitInput is what DescribeOrganizationalUnit takes.
type DescribeOrganizationalUnitInput struct {
	OrganizationalUnitId *string `json:"OrganizationalUnitId,omitzero"`
}

// GetOrganizationalUnitId returns OrganizationalUnitId, or "" when it is absent.
func (in *DescribeOrganizationalUnitInput) GetOrganizationalUnitId() string {
	if in.OrganizationalUnitId == nil {
		return ""
	}
	return *in.OrganizationalUnitId
}

// DescribeOrganizationalUnitOutput is what DescribeOrganizationalUnit answers.
type DescribeOrganizationalUnitOutput struct {
	OrganizationalUnit *OrganizationalUnit `json:"OrganizationalUnit,omitzero"`
}

// DescribePolicyInput is what DescribePolicy takes.
type DescribePolicyInput struct {
	PolicyId *string `json:"PolicyId,omitzero"`
}

// GetPolicyId returns PolicyId, or "" when it is absent.
func (in *DescribePolicyInput) GetPolicyId() string {
	if in.PolicyId == nil {
		return ""
	}
	return *in.PolicyId
}

// DescribePolicyOutput is what DescribePolicy answers.
type DescribePolicyOutput struct {
	Policy *Policy `json:"Policy,omitzero"`
}

// DescribeResourcePolicyInput is what DescribeResourcePolicy takes.
type DescribeResourcePolicyInput struct {
}

// DescribeResourcePolicyOutput is what DescribeResourcePolicy answers.
type DescribeResourcePolicyOutput struct {
	ResourcePolicy *ResourcePolicy `json:"ResourcePolicy,omitzero"`
}

// DescribeResponsibilityTransferInput is what DescribeResponsibilityTransfer takes.
type DescribeResponsibilityTransferInput struct {
	Id *string `json:"Id,omitzero"`
}

// DescribeResponsibilityTransferOutput is what DescribeResponsibilityTransfer answers.
type DescribeResponsibilityTransferOutput struct {
	ResponsibilityTransfer *ResponsibilityTransfer `json:"ResponsibilityTransfer,omitzero"`
}

// DetachPolicyInput is what DetachPolicy takes.
type DetachPolicyInput struct {
	PolicyId *string `json:"PolicyId,omitzero"`
	TargetId *string `json:"TargetId,omitzero"`
}

// GetPolicyId returns PolicyId, or "" when it is absent.
func (in *DetachPolicyInput) GetPolicyId() string {
	if in.PolicyId == nil {
		return ""
	}
	return *in.PolicyId
}

// GetTargetId returns TargetId, or "" when it is absent.
func (in *DetachPolicyInput) GetTargetId() string {
	if in.TargetId == nil {
		return ""
	}
	return *in.TargetId
}

// DetachPolicyOutput is what DetachPolicy answers.
type DetachPolicyOutput struct {
}

// DisableAWSServiceAccessInput is what DisableAWSServiceAccess takes.
type DisableAWSServiceAccessInput struct {
	ServicePrincipal *string `json:"ServicePrincipal,omitzero"`
}

// DisableAWSServiceAccessOutput is what DisableAWSServiceAccess answers.
type DisableAWSServiceAccessOutput struct {
}

// DisablePolicyTypeInput is what DisablePolicyType takes.
type DisablePolicyTypeInput struct {
	RootId     *string `json:"RootId,omitzero"`
	PolicyType *string `json:"PolicyType,omitzero"` // one of PolicyType*
}

// GetRootId returns RootId, or "" when it is absent.
func (in *DisablePolicyTypeInput) GetRootId() string {
	if in.RootId == nil {
		return ""
	}
	return *in.RootId
}

// DisablePolicyTypeOutput is what DisablePolicyType answers.
type DisablePolicyTypeOutput struct {
	Root *Root `json:"Root,omitzero"`
}

// EffectivePolicy is a structure of the API.
type EffectivePolicy struct {
	PolicyContent        *string     `json:"PolicyContent,omitzero"`
	LastUpdatedTimestamp *shape.Time `json:"LastUpdatedTimestamp,omitzero"`
	TargetId             *string     `json:"TargetId,omitzero"`
	PolicyType           *string     `json:"PolicyType,omitzero"` // one of EffectivePolicyType*
}

// EffectivePolicyValidationError is a structure of the API.
type EffectivePolicyValidationError struct {
	ErrorCode            *string  `json:"ErrorCode,omitzero"`
	ErrorMessage         *string  `json:"ErrorMessage,omitzero"`
	PathToError          *string  `json:"PathToError,omitzero"`
	ContributingPolicies []string `json:"ContributingPolicies,omitzero"`
}

// EnableAWSServiceAccessInput is what EnableAWSServiceAccess takes.
type EnableAWSServiceAccessInput struct {
	ServicePrincipal *string `json:"ServicePrincipal,omitzero"`
}

// EnableAWSServiceAccessOutput is what EnableAWSServiceAccess answers.
type EnableAWSServiceAccessOutput struct {
}

// EnableAllFeaturesInput is what EnableAllFeatures takes.
type EnableAllFeaturesInput struct {
}

// EnableAllFeaturesOutput is what EnableAllFeatures answers.
type EnableAllFeaturesOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// EnablePolicyTypeInput is what EnablePolicyType takes.
type EnablePolicyTypeInput struct {
	RootId     *string `json:"RootId,omitzero"`
	PolicyType *string `json:"PolicyType,omitzero"` // one of PolicyType*
}

// GetRootId returns RootId, or "" when it is absent.
func (in *EnablePolicyTypeInput) GetRootId() string {
	if in.RootId == nil {
		return ""
	}
	return *in.RootId
}

// EnablePolicyTypeOutput is what EnablePolicyType answers.
type EnablePolicyTypeOutput struct {
	Root *Root `json:"Root,omitzero"`
}

// EnabledServicePrincipal is a structure of the API.
type EnabledServicePrincipal struct {
	ServicePrincipal *string     `json:"ServicePrincipal,omitzero"`
	DateEnabled      *shape.Time `json:"DateEnabled,omitzero"`
}

// Handshake is a structure of the API.
type Handshake struct {
	Id                  *string             `json:"Id,omitzero"`
	Arn                 *string             `json:"Arn,omitzero"`
	Parties             []HandshakeParty    `json:"Parties,omitzero"`
	State               *string             `json:"State,omitzero"` // one of HandshakeState*
	RequestedTimestamp  *shape.Time         `json:"RequestedTimestamp,omitzero"`
	ExpirationTimestamp *shape.Time         `json:"ExpirationTimestamp,omitzero"`
	Action              *string             `json:"Action,omitzero"` // one of ActionType*
	Resources           []HandshakeResource `json:"Resources,omitzero"`
}

// HandshakeFilter is a structure of the API.
type HandshakeFilter struct {
	ActionType        *string `json:"ActionType,omitzero"` // one of ActionType*
	ParentHandshakeId *string `json:"ParentHandshakeId,omitzero"`
}

// HandshakeParty is a structure of the API.
type HandshakeParty struct {
	Id   *string `json:"Id,omitzero"`
	Type *string `json:"Type,omitzero"` // one of HandshakePartyType*
}

// HandshakeResource is a structure of the API.
type HandshakeResource struct {
	Value     *string             `json:"Value,omitzero"`
	Type      *string             `json:"Type,omitzero"` // one of HandshakeResourceType*
	Resources []HandshakeResource `json:"Resources,omitzero"`
}

// InviteAccountToOrganizationInput is what InviteAccountToOrganization takes.
type InviteAccountToOrganizationInput struct {
	Target *HandshakeParty `json:"Target,omitzero"`
	Notes  *string         `json:"Notes,omitzero"`
	Tags   []Tag           `json:"Tags,omitzero"`
}

// InviteAccountToOrganizationOutput is what InviteAccountToOrganization answers.
type InviteAccountToOrganizationOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// InviteOrganizationToTransferResponsibilityInput is what InviteOrganizationToTransferResponsibility takes.
type InviteOrganizationToTransferResponsibilityInput struct {
	Type           *string         `json:"Type,omitzero"` // one of ResponsibilityTransferType*
	Target         *HandshakeParty `json:"Target,omitzero"`
	Notes          *string         `json:"Notes,omitzero"`
	StartTimestamp *shape.Time     `json:"StartTimestamp,omitzero"`
	SourceName     *string         `json:"SourceName,omitzero"`
	Tags           []Tag           `json:"Tags,omitzero"`
}

// InviteOrganizationToTransferResponsibilityOutput is what InviteOrganizationToTransferResponsibility answers.
type InviteOrganizationToTransferResponsibilityOutput struct {
	Handshake *Handshake `json:"Handshake,omitzero"`
}

// LeaveOrganizationInput is what LeaveOrganization takes.
type LeaveOrganizationInput struct {
}

// LeaveOrganizationOutput is what LeaveOrganization answers.
type LeaveOrganizationOutput struct {
}

// ListAWSServiceAccessForOrganizationInput is what ListAWSServiceAccessForOrganization takes.
type ListAWSServiceAccessForOrganizationInput struct {
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListAWSServiceAccessForOrganizationOutput is what ListAWSServiceAccessForOrganization answers.
type ListAWSServiceAccessForOrganizationOutput struct {
	EnabledServicePrincipals []EnabledServicePrincipal `json:"EnabledServicePrincipals,omitzero"`
	NextToken                *string                   `json:"NextToken,omitzero"`
}

// ListAccountsForParentInput is what ListAccountsForParent takes.
type ListAccountsForParentInput struct {
	ParentId   *string `json:"ParentId,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetParentId returns ParentId, or "" when it is absent.
func (in *ListAccountsForParentInput) GetParentId() string {
	if in.ParentId == nil {
		return ""
	}
	return *in.ParentId
}

// ListAccountsForParentOutput is what ListAccountsForParent answers.
type ListAccountsForParentOutput struct {
	Accounts  []Account `json:"Accounts,omitzero"`
	NextToken *string   `json:"NextToken,omitzero"`
}

// ListAccountsInput is what ListAccounts takes.
type ListAccountsInput struct {
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListAccountsOutput is what ListAccounts answers.
type ListAccountsOutput struct {
	Accounts  []Account `json:"Accounts,omitzero"`
	NextToken *string   `json:"NextToken,omitzero"`
}

// ListAccountsWithInvalidEffectivePolicyInput is what ListAccountsWithInvalidEffectivePolicy takes.
type ListAccountsWithInvalidEffectivePolicyInput struct {
	PolicyType *string `json:"PolicyType,omitzero"` // one of EffectivePolicyType*
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListAccountsWithInvalidEffectivePolicyOutput is what ListAccountsWithInvalidEffectivePolicy answers.
type ListAccountsWithInvalidEffectivePolicyOutput struct {
	Accounts   []Account `json:"Accounts,omitzero"`
	PolicyType *string   `json:"PolicyType,omitzero"` // one of EffectivePolicyType*
	NextToken  *string   `json:"NextToken,omitzero"`
}

// ListChildrenInput is what ListChildren takes.
type ListChildrenInput struct {
	ParentId   *string `json:"ParentId,omitzero"`
	ChildType  *string `json:"ChildType,omitzero"` // one of ChildType*
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetParentId returns ParentId, or "" when it is absent.
func (in *ListChildrenInput) GetParentId() string {
	if in.ParentId == nil {
		return ""
	}
	return *in.ParentId
}

// ListChildrenOutput is what ListChildren answers.
type ListChildrenOutput struct {
	Children  []Child `json:"Children,omitzero"`
	NextToken *string `json:"NextToken,omitzero"`
}

// ListCreateAccountStatusInput is what ListCreateAccountStatus takes.
type ListCreateAccountStatusInput struct {
	States     []string `json:"States,omitzero"`
	NextToken  *string  `json:"NextToken,omitzero"`
	MaxResults *int32   `json:"MaxResults,omitzero"`
}

// ListCreateAccountStatusOutput is what ListCreateAccountStatus answers.
type ListCreateAccountStatusOutput struct {
	CreateAccountStatuses []CreateAccountStatus `json:"CreateAccountStatuses,omitzero"`
	NextToken             *string               `json:"NextToken,omitzero"`
}

// ListDelegatedAdministratorsInput is what ListDelegatedAdministrators takes.
type ListDelegatedAdministratorsInput struct {
	ServicePrincipal *string `json:"ServicePrincipal,omitzero"`
	NextToken        *string `json:"NextToken,omitzero"`
	MaxResults       *int32  `json:"MaxResults,omitzero"`
}

// ListDelegatedAdministratorsOutput is what ListDelegatedAdministrators answers.
type ListDelegatedAdministratorsOutput struct {
	DelegatedAdministrators []DelegatedAdministrator `json:"DelegatedAdministrators,omitzero"`
	NextToken               *string                  `json:"NextToken,omitzero"`
}

// ListDelegatedServicesForAccountInput is what ListDelegatedServicesForAccount takes.
type ListDelegatedServicesForAccountInput struct {
	AccountId  *string `json:"AccountId,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *ListDelegatedServicesForAccountInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// ListDelegatedServicesForAccountOutput is what ListDelegatedServicesForAccount answers.
type ListDelegatedServicesForAccountOutput struct {
	DelegatedServices []DelegatedService `json:"DelegatedServices,omitzero"`
	NextToken         *string            `json:"NextToken,omitzero"`
}

// ListEffectivePolicyValidationErrorsInput is what ListEffectivePolicyValidationErrors takes.
type ListEffectivePolicyValidationErrorsInput struct {
	AccountId  *string `json:"AccountId,omitzero"`
	PolicyType *string `json:"PolicyType,omitzero"` // one of EffectivePolicyType*
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *ListEffectivePolicyValidationErrorsInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// ListEffectivePolicyValidationErrorsOutput is what ListEffectivePolicyValidationErrors answers.
type ListEffectivePolicyValidationErrorsOutput struct {
	AccountId                       *string                          `json:"AccountId,omitzero"`
	PolicyType                      *string                          `json:"PolicyType,omitzero"` // one of EffectivePolicyType*
	Path                            *string                          `json:"Path,omitzero"`
	EvaluationTimestamp             *shape.Time                      `json:"EvaluationTimestamp,omitzero"`
	NextToken                       *string                          `json:"NextToken,omitzero"`
	EffectivePolicyValidationErrors []EffectivePolicyValidationError `json:"EffectivePolicyValidationErrors,omitzero"`
}

// ListHandshakesForAccountInput is what ListHandshakesForAccount takes.
type ListHandshakesForAccountInput struct {
	Filter     *HandshakeFilter `json:"Filter,omitzero"`
	NextToken  *string          `json:"NextToken,omitzero"`
	MaxResults *int32           `json:"MaxResults,omitzero"`
}

// ListHandshakesForAccountOutput is what ListHandshakesForAccount answers.
type ListHandshakesForAccountOutput struct {
	Handshakes []Handshake `json:"Handshakes,omitzero"`
	NextToken  *string     `json:"NextToken,omitzero"`
}

// ListHandshakesForOrganizationInput is what ListHandshakesForOrganization takes.
type ListHandshakesForOrganizationInput struct {
	Filter     *HandshakeFilter `json:"Filter,omitzero"`
	NextToken  *string          `json:"NextToken,omitzero"`
	MaxResults *int32           `json:"MaxResults,omitzero"`
}

// ListHandshakesForOrganizationOutput is what ListHandshakesForOrganization answers.
type ListHandshakesForOrganizationOutput struct {
	Handshakes []Handshake `json:"Handshakes,omitzero"`
	NextToken  *string     `json:"NextToken,omitzero"`
}

// ListInboundResponsibilityTransfersInput is what ListInboundResponsibilityTransfers takes.
type ListInboundResponsibilityTransfersInput struct {
	Type       *string `json:"Type,omitzero"` // one of ResponsibilityTransferType*
	Id         *string `json:"Id,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListInboundResponsibilityTransfersOutput is what ListInboundResponsibilityTransfers answers.
type ListInboundResponsibilityTransfersOutput struct {
	ResponsibilityTransfers []ResponsibilityTransfer `json:"ResponsibilityTransfers,omitzero"`
	NextToken               *string                  `json:"NextToken,omitzero"`
}

// ListOrganizationalUnitsForParentInput is what ListOrganizationalUnitsForParent takes.
type ListOrganizationalUnitsForParentInput struct {
	ParentId   *string `json:"ParentId,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetParentId returns ParentId, or "" when it is absent.
func (in *ListOrganizationalUnitsForParentInput) GetParentId() string {
	if in.ParentId == nil {
		return ""
	}
	return *in.ParentId
}

// ListOrganizationalUnitsForParentOutput is what ListOrganizationalUnitsForParent answers.
type ListOrganizationalUnitsForParentOutput struct {
	OrganizationalUnits []OrganizationalUnit `json:"OrganizationalUnits,omitzero"`
	NextToken           *string              `json:"NextToken,omitzero"`
}

// ListOutboundResponsibilityTransfersInput is what ListOutboundResponsibilityTransfers takes.
type ListOutboundResponsibilityTransfersInput struct {
	Type       *string `json:"Type,omitzero"` // one of ResponsibilityTransferType*
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListOutboundResponsibilityTransfersOutput is what ListOutboundResponsibilityTransfers answers.
type ListOutboundResponsibilityTransfersOutput struct {
	ResponsibilityTransfers []ResponsibilityTransfer `json:"ResponsibilityTransfers,omitzero"`
	NextToken               *string                  `json:"NextToken,omitzero"`
}

// ListParentsInput is what ListParents takes.
type ListParentsInput struct {
	ChildId    *string `json:"ChildId,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListParentsOutput is what ListParents answers.
type ListParentsOutput struct {
	Parents   []Parent `json:"Parents,omitzero"`
	NextToken *string  `json:"NextToken,omitzero"`
}

// ListPoliciesForTargetInput is what ListPoliciesForTarget takes.
type ListPoliciesForTargetInput struct {
	TargetId   *string `json:"TargetId,omitzero"`
	Filter     *string `json:"Filter,omitzero"` // one of PolicyType*
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetTargetId returns TargetId, or "" when it is absent.
func (in *ListPoliciesForTargetInput) GetTargetId() string {
	if in.TargetId == nil {
		return ""
	}
	return *in.TargetId
}

// ListPoliciesForTargetOutput is what ListPoliciesForTarget answers.
type ListPoliciesForTargetOutput struct {
	Policies  []PolicySummary `json:"Policies,omitzero"`
	NextToken *string         `json:"NextToken,omitzero"`
}

// ListPoliciesInput is what ListPolicies takes.
type ListPoliciesInput struct {
	Filter     *string `json:"Filter,omitzero"` // one of PolicyType*
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListPoliciesOutput is what ListPolicies answers.
type ListPoliciesOutput struct {
	Policies  []PolicySummary `json:"Policies,omitzero"`
	NextToken *string         `json:"NextToken,omitzero"`
}

// ListRootsInput is what ListRoots takes.
type ListRootsInput struct {
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// ListRootsOutput is what ListRoots answers.
type ListRootsOutput struct {
	Roots     []Root  `json:"Roots,omitzero"`
	NextToken *string `json:"NextToken,omitzero"`
}

// ListTagsForResourceInput is what ListTagsForResource takes.
type ListTagsForResourceInput struct {
	ResourceId *string `json:"ResourceId,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
}

// GetResourceId returns ResourceId, or "" when it is absent.
func (in *ListTagsForResourceInput) GetResourceId() string {
	if in.ResourceId == nil {
		return ""
	}
	return *in.ResourceId
}

// ListTagsForResourceOutput is what ListTagsForResource answers.
type ListTagsForResourceOutput struct {
	Tags      []Tag   `json:"Tags,omitzero"`
	NextToken *string `json:"NextToken,omitzero"`
}

// ListTargetsForPolicyInput is what ListTargetsForPolicy takes.
type ListTargetsForPolicyInput struct {
	PolicyId   *string `json:"PolicyId,omitzero"`
	NextToken  *string `json:"NextToken,omitzero"`
	MaxResults *int32  `json:"MaxResults,omitzero"`
}

// GetPolicyId returns PolicyId, or "" when it is absent.
func (in *ListTargetsForPolicyInput) GetPolicyId() string {
	if in.PolicyId == nil {
		return ""
	}
	return *in.PolicyId
}

// ListTargetsForPolicyOutput is what ListTargetsForPolicy answers.
type ListTargetsForPolicyOutput struct {
	Targets   []PolicyTargetSummary `json:"Targets,omitzero"`
	NextToken *string               `json:"NextToken,omitzero"`
}

// MoveAccountInput is what MoveAccount takes.
type MoveAccountInput struct {
	AccountId           *string `json:"AccountId,omitzero"`
	SourceParentId      *string `json:"SourceParentId,omitzero"`
	DestinationParentId *string `json:"DestinationParentId,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *MoveAccountInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// MoveAccountOutput is what MoveAccount answers.
type MoveAccountOutput struct {
}

// Organization is a structure of the API.
type Organization struct {
	Id                   *string             `json:"Id,omitzero"`
	Arn                  *string             `json:"Arn,omitzero"`
	FeatureSet           *string             `json:"FeatureSet,omitzero"` // one of OrganizationFeatureSet*
	MasterAccountArn     *string             `json:"MasterAccountArn,omitzero"`
	MasterAccountId      *string             `json:"MasterAccountId,omitzero"`
	MasterAccountEmail   *string             `json:"MasterAccountEmail,omitzero"`
	AvailablePolicyTypes []PolicyTypeSummary `json:"AvailablePolicyTypes,omitzero"`
}

// OrganizationalUnit is a structure of the API.
type OrganizationalUnit struct {
	Id   *string `json:"Id,omitzero"`
	Arn  *string `json:"Arn,omitzero"`
	Name *string `json:"Name,omitzero"`
	Path *string `json:"Path,omitzero"`
}

// Parent is a structure of the API.
type Parent struct {
	Id   *string `json:"Id,omitzero"`
	Type *string `json:"Type,omitzero"` // one of ParentType*
}

// Policy is a structure of the API.
type Policy struct {
	PolicySummary *PolicySummary `json:"PolicySummary,omitzero"`
	Content       *string        `json:"Content,omitzero"`
}

// PolicySummary is a structure of the API.
type PolicySummary struct {
	Id          *string `json:"Id,omitzero"`
	Arn         *string `json:"Arn,omitzero"`
	Name        *string `json:"Name,omitzero"`
	Description *string `json:"Description,omitzero"`
	Type        *string `json:"Type,omitzero"` // one of PolicyType*
	AwsManaged  *bool   `json:"AwsManaged,omitzero"`
}

// PolicyTargetSummary is a structure of the API.
type PolicyTargetSummary struct {
	TargetId *string `json:"TargetId,omitzero"`
	Arn      *string `json:"Arn,omitzero"`
	Name     *string `json:"Name,omitzero"`
	Type     *string `json:"Type,omitzero"` // one of TargetType*
}

// PolicyTypeSummary is a structure of the API.
type PolicyTypeSummary struct {
	Type   *string `json:"Type,omitzero"`   // one of PolicyType*
	Status *string `json:"Status,omitzero"` // one of PolicyTypeStatus*
}

// PutResourcePolicyInput is what PutResourcePolicy takes.
type PutResourcePolicyInput struct {
	Content *string `json:"Content,omitzero"`
	Tags    []Tag   `json:"Tags,omitzero"`
}

// PutResourcePolicyOutput is what PutResourcePolicy answers.
type PutResourcePolicyOutput struct {
	ResourcePolicy *ResourcePolicy `json:"ResourcePolicy,omitzero"`
}

// RegisterDelegatedAdministratorInput is what RegisterDelegatedAdministrator takes.
type RegisterDelegatedAdministratorInput struct {
	AccountId        *string `json:"AccountId,omitzero"`
	ServicePrincipal *string `json:"ServicePrincipal,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *RegisterDelegatedAdministratorInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// RegisterDelegatedAdministratorOutput is what RegisterDelegatedAdministrator answers.
type RegisterDelegatedAdministratorOutput struct {
}

// RemoveAccountFromOrganizationInput is what RemoveAccountFromOrganization takes.
type RemoveAccountFromOrganizationInput struct {
	AccountId *string `json:"AccountId,omitzero"`
}

// GetAccountId returns AccountId, or "" when it is absent.
func (in *RemoveAccountFromOrganizationInput) GetAccountId() string {
	if in.AccountId == nil {
		return ""
	}
	return *in.AccountId
}

// RemoveAccountFromOrganizationOutput is what RemoveAccountFromOrganization answers.
type RemoveAccountFromOrganizationOutput struct {
}

// ResourcePolicy is a structure of the API.
type ResourcePolicy struct {
	ResourcePolicySummary *ResourcePolicySummary `json:"ResourcePolicySummary,omitzero"`
	Content               *string                `json:"Content,omitzero"`
}

// ResourcePolicySummary is a structure of the API.
type ResourcePolicySummary struct {
	Id  *string `json:"Id,omitzero"`
	Arn *string `json:"Arn,omitzero"`
}

// ResponsibilityTransfer is a structure of the API.
type ResponsibilityTransfer struct {
	Arn               *string              `json:"Arn,omitzero"`
	Name              *string              `json:"Name,omitzero"`
	Id                *string              `json:"Id,omitzero"`
	Type              *string              `json:"Type,omitzero"`   // one of ResponsibilityTransferType*
	Status            *string              `json:"Status,omitzero"` // one of ResponsibilityTransferStatus*
	Source            *TransferParticipant `json:"Source,omitzero"`
	Target            *TransferParticipant `json:"Target,omitzero"`
	StartTimestamp    *shape.Time          `json:"StartTimestamp,omitzero"`
	EndTimestamp      *shape.Time          `json:"EndTimestamp,omitzero"`
	ActiveHandshakeId *string              `json:"ActiveHandshakeId,omitzero"`
}

// Root is a structure of the API.
type Root struct {
	Id          *string             `json:"Id,omitzero"`
	Arn         *string             `json:"Arn,omitzero"`
	Name        *string             `json:"Name,omitzero"`
	PolicyTypes []PolicyTypeSummary `json:"PolicyTypes,omitzero"`
}

// Tag is a structure of the API.
type Tag struct {
	Key   *string `json:"Key,omitzero"`
	Value *string `json:"Value,omitzero"`
}

// TagResourceInput is what TagResource takes.
type TagResourceInput struct {
	ResourceId *string `json:"ResourceId,omitzero"`
	Tags       []Tag   `json:"Tags,omitzero"`
}

// GetResourceId returns ResourceId, or "" when it is absent.
func (in *TagResourceInput) GetResourceId() string {
	if in.ResourceId == nil {
		return ""
	}
	return *in.ResourceId
}

// TagResourceOutput is what TagResource answers.
type TagResourceOutput struct {
}

// TerminateResponsibilityTransferInput is what TerminateResponsibilityTransfer takes.
type TerminateResponsibilityTransferInput struct {
	Id           *string     `json:"Id,omitzero"`
	EndTimestamp *shape.Time `json:"EndTimestamp,omitzero"`
}

// TerminateResponsibilityTransferOutput is what TerminateResponsibilityTransfer answers.
type TerminateResponsibilityTransferOutput struct {
	ResponsibilityTransfer *ResponsibilityTransfer `json:"ResponsibilityTransfer,omitzero"`
}

// TransferParticipant is a structure of the API.
type TransferParticipant struct {
	ManagementAccountId    *string `json:"ManagementAccountId,omitzero"`
	ManagementAccountEmail *string `json:"ManagementAccountEmail,omitzero"`
}

// UntagResourceInput is what UntagResource takes.
type UntagResourceInput struct {
	ResourceId *string  `json:"ResourceId,omitzero"`
	TagKeys    []string `json:"TagKeys,omitzero"`
}

// GetResourceId returns ResourceId, or "" when it is absent.
func (in *UntagResourceInput) GetResourceId() string {
	if in.ResourceId == nil {
		return ""
	}
	return *in.ResourceId
}

// UntagResourceOutput is what UntagResource answers.
type UntagResourceOutput struct {
}

// UpdateOrganizationalUnitInput is what UpdateOrganizationalUnit takes.
type UpdateOrganizationalUnitInput struct {
	OrganizationalUnitId *string `json:"OrganizationalUnitId,omitzero"`
	Name                 *string `json:"Name,omitzero"`
}

// GetOrganizationalUnitId returns OrganizationalUnitId, or "" when it is absent.
func (in *UpdateOrganizationalUnitInput) GetOrganizationalUnitId() string {
	if in.OrganizationalUnitId == nil {
		return ""
	}
	return *in.OrganizationalUnitId
}

// UpdateOrganizationalUnitOutput is what UpdateOrganizationalUnit answers.
type UpdateOrganizationalUnitOutput struct {
	OrganizationalUnit *OrganizationalUnit `json:"OrganizationalUnit,omitzero"`
}

// UpdatePolicyInput is what UpdatePolicy takes.
type UpdatePolicyInput struct {
	PolicyId    *string `json:"PolicyId,omitzero"`
	Name        *string `json:"Name,omitzero"`
	Description *string `json:"Description,omitzero"`
	Content     *string `json:"Content,omitzero"`
}

// GetPolicyId returns PolicyId, or "" when it is absent.
func (in *UpdatePolicyInput) GetPolicyId() string {
	if in.PolicyId == nil {
		return ""
	}
	return *in.PolicyId
}

// UpdatePolicyOutput is what UpdatePolicy answers.
type UpdatePolicyOutput struct {
	Policy *Policy `json:"Policy,omitzero"`
}

// UpdateResponsibilityTransferInput is what UpdateResponsibilityTransfer takes.
type UpdateResponsibilityTransferInput struct {
	Id   *string `json:"Id,omitzero"`
	Name *string `json:"Name,omitzero"`
}

// UpdateResponsibilityTransferOutput is what UpdateResponsibilityTransfer answers.
type UpdateResponsibilityTransferOutput struct {
	ResponsibilityTransfer *ResponsibilityTransfer `json:"ResponsibilityTransfer,omitzero"`
}

// Values of AccountJoinedMethod.
const (
	AccountJoinedMethodInvited = "INVITED"
	AccountJoinedMethodCreated = "CREATED"
)

// Values of AccountState.
const (
	AccountStatePendingActivation = "PENDING_ACTIVATION"
	AccountStateActive            = "ACTIVE"
	AccountStateSuspended         = "SUSPENDED"
	AccountStatePendingClosure    = "PENDING_CLOSURE"
	AccountStateClosed            = "CLOSED"
)

// Values of AccountStatus.
const (
	AccountStatusActive         = "ACTIVE"
	AccountStatusSuspended      = "SUSPENDED"
	AccountStatusPendingClosure = "PENDING_CLOSURE"
)

// Values of ActionType.
const (
	ActionTypeInvite                            = "INVITE"
	ActionTypeEnableAllFeatures                 = "ENABLE_ALL_FEATURES"
	ActionTypeApproveAllFeatures                = "APPROVE_ALL_FEATURES"
	ActionTypeAddOrganizationsServiceLinkedRole = "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
	ActionTypeTransferResponsibility            = "TRANSFER_RESPONSIBILITY"
)

// Values of ChildType.
const (
	ChildTypeAccount            = "ACCOUNT"
	ChildTypeOrganizationalUnit = "ORGANIZATIONAL_UNIT"
)

// Values of CreateAccountFailureReason.
const (
	CreateAccountFailureReasonAccountLimitExceeded                             = "ACCOUNT_LIMIT_EXCEEDED"
	CreateAccountFailureReasonEmailAlreadyExists                               = "EMAIL_ALREADY_EXISTS"
	CreateAccountFailureReasonInvalidAddress                                   = "INVALID_ADDRESS"
	CreateAccountFailureReasonInvalidEmail                                     = "INVALID_EMAIL"
	CreateAccountFailureReasonConcurrentAccountModification                    = "CONCURRENT_ACCOUNT_MODIFICATION"
	CreateAccountFailureReasonInternalFailure                                  = "INTERNAL_FAILURE"
	CreateAccountFailureReasonGovcloudAccountAlreadyExists                     = "GOVCLOUD_ACCOUNT_ALREADY_EXISTS"
	CreateAccountFailureReasonMissingBusinessValidation                        = "MISSING_BUSINESS_VALIDATION"
	CreateAccountFailureReasonFailedBusinessValidation                         = "FAILED_BUSINESS_VALIDATION"
	CreateAccountFailureReasonPendingBusinessValidation                        = "PENDING_BUSINESS_VALIDATION"
	CreateAccountFailureReasonInvalidIdentityForBusinessValidation             = "INVALID_IDENTITY_FOR_BUSINESS_VALIDATION"
	CreateAccountFailureReasonUnknownBusinessValidation                        = "UNKNOWN_BUSINESS_VALIDATION"
	CreateAccountFailureReasonMissingPaymentInstrument                         = "MISSING_PAYMENT_INSTRUMENT"
	CreateAccountFailureReasonInvalidPaymentInstrument                         = "INVALID_PAYMENT_INSTRUMENT"
	CreateAccountFailureReasonUpdateExistingResourcePolicyWithTagsNotSupported = "UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED"
)

// Values of CreateAccountState.
const (
	CreateAccountStateInProgress = "IN_PROGRESS"
	CreateAccountStateSucceeded  = "SUCCEEDED"
	CreateAccountStateFailed     = "FAILED"
)

// Values of EffectivePolicyType.
const (
	EffectivePolicyTypeTagPolicy                     = "TAG_POLICY"
	EffectivePolicyTypeBackupPolicy                  = "BACKUP_POLICY"
	EffectivePolicyTypeAiservicesOptOutPolicy        = "AISERVICES_OPT_OUT_POLICY"
	EffectivePolicyTypeChatbotPolicy                 = "CHATBOT_POLICY"
	EffectivePolicyTypeDeclarativePolicyEc2          = "DECLARATIVE_POLICY_EC2"
	EffectivePolicyTypeSecurityhubPolicy             = "SECURITYHUB_POLICY"
	EffectivePolicyTypeInspectorPolicy               = "INSPECTOR_POLICY"
	EffectivePolicyTypeUpgradeRolloutPolicy          = "UPGRADE_ROLLOUT_POLICY"
	EffectivePolicyTypeBedrockPolicy                 = "BEDROCK_POLICY"
	EffectivePolicyTypeS3Policy                      = "S3_POLICY"
	EffectivePolicyTypeNetworkSecurityDirectorPolicy = "NETWORK_SECURITY_DIRECTOR_POLICY"
)

// Values of HandshakePartyType.
const (
	HandshakePartyTypeAccount      = "ACCOUNT"
	HandshakePartyTypeOrganization = "ORGANIZATION"
	HandshakePartyTypeEmail        = "EMAIL"
)

// Values of HandshakeResourceType.
const (
	HandshakeResourceTypeAccount                = "ACCOUNT"
	HandshakeResourceTypeOrganization           = "ORGANIZATION"
	HandshakeResourceTypeOrganizationFeatureSet = "ORGANIZATION_FEATURE_SET"
	HandshakeResourceTypeEmail                  = "EMAIL"
	HandshakeResourceTypeMasterEmail            = "MASTER_EMAIL"
	HandshakeResourceTypeMasterName             = "MASTER_NAME"
	HandshakeResourceTypeNotes                  = "NOTES"
	HandshakeResourceTypeParentHandshake        = "PARENT_HANDSHAKE"
	HandshakeResourceTypeResponsibilityTransfer = "RESPONSIBILITY_TRANSFER"
	HandshakeResourceTypeTransferStartTimestamp = "TRANSFER_START_TIMESTAMP"
	HandshakeResourceTypeTransferType           = "TRANSFER_TYPE"
	HandshakeResourceTypeManagementAccount      = "MANAGEMENT_ACCOUNT"
	HandshakeResourceTypeManagementEmail        = "MANAGEMENT_EMAIL"
	HandshakeResourceTypeManagementName         = "MANAGEMENT_NAME"
)

// Values of HandshakeState.
const (
	HandshakeStateRequested = "REQUESTED"
	HandshakeStateOpen      = "OPEN"
	HandshakeStateCanceled  = "CANCELED"
	HandshakeStateAccepted  = "ACCEPTED"
	HandshakeStateDeclined  = "DECLINED"
	HandshakeStateExpired   = "EXPIRED"
)

// Values of IAMUserAccessToBilling.
const (
	IAMUserAccessToBillingAllow = "ALLOW"
	IAMUserAccessToBillingDeny  = "DENY"
)

// Values of OrganizationFeatureSet.
const (
	OrganizationFeatureSetAll                 = "ALL"
	OrganizationFeatureSetConsolidatedBilling = "CONSOLIDATED_BILLING"
)

// Values of ParentType.
const (
	ParentTypeRoot               = "ROOT"
	ParentTypeOrganizationalUnit = "ORGANIZATIONAL_UNIT"
)

// Values of PolicyType.
const (
	PolicyTypeServiceControlPolicy          = "SERVICE_CONTROL_POLICY"
	PolicyTypeResourceControlPolicy         = "RESOURCE_CONTROL_POLICY"
	PolicyTypeTagPolicy                     = "TAG_POLICY"
	PolicyTypeBackupPolicy                  = "BACKUP_POLICY"
	PolicyTypeAiservicesOptOutPolicy        = "AISERVICES_OPT_OUT_POLICY"
	PolicyTypeChatbotPolicy                 = "CHATBOT_POLICY"
	PolicyTypeDeclarativePolicyEc2          = "DECLARATIVE_POLICY_EC2"
	PolicyTypeSecurityhubPolicy             = "SECURITYHUB_POLICY"
	PolicyTypeInspectorPolicy               = "INSPECTOR_POLICY"
	PolicyTypeUpgradeRolloutPolicy          = "UPGRADE_ROLLOUT_POLICY"
	PolicyTypeBedrockPolicy                 = "BEDROCK_POLICY"
	PolicyTypeS3Policy                      = "S3_POLICY"
	PolicyTypeNetworkSecurityDirectorPolicy = "NETWORK_SECURITY_DIRECTOR_POLICY"
)

// Values of PolicyTypeStatus.
const (
	PolicyTypeStatusEnabled        = "ENABLED"
	PolicyTypeStatusPendingEnable  = "PENDING_ENABLE"
	PolicyTypeStatusPendingDisable = "PENDING_DISABLE"
)

// Values of ResponsibilityTransferStatus.
const (
	ResponsibilityTransferStatusRequested = "REQUESTED"
	ResponsibilityTransferStatusDeclined  = "DECLINED"
	ResponsibilityTransferStatusCanceled  = "CANCELED"
	ResponsibilityTransferStatusExpired   = "EXPIRED"
	ResponsibilityTransferStatusAccepted  = "ACCEPTED"
	ResponsibilityTransferStatusWithdrawn = "WITHDRAWN"
)

// Values of ResponsibilityTransferType.
const (
	ResponsibilityTransferTypeBilling = "BILLING"
)

// Values of TargetType.
const (
	TargetTypeAccount            = "ACCOUNT"
	TargetTypeOrganizationalUnit = "ORGANIZATIONAL_UNIT"
	TargetTypeRoot               = "ROOT"
)
