// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package iam

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// AcceptDelegationRequestInput is what AcceptDelegationRequest takes.
type AcceptDelegationRequestInput struct {
	DelegationRequestId *string `json:"DelegationRequestId,omitzero"`
}

// AcceptDelegationRequestOutput is what AcceptDelegationRequest answers.
type AcceptDelegationRequestOutput struct {
}

// AccessDetail is a structure of the API.
type AccessDetail struct {
	ServiceName                *string     `json:"ServiceName,omitzero"`
	ServiceNamespace           *string     `json:"ServiceNamespace,omitzero"`
	Region                     *string     `json:"Region,omitzero"`
	EntityPath                 *string     `json:"EntityPath,omitzero"`
	LastAuthenticatedTime      *shape.Time `json:"LastAuthenticatedTime,omitzero"`
	TotalAuthenticatedEntities *int32      `json:"TotalAuthenticatedEntities,omitzero"`
}

// AccessKey is a structure of the API.
type AccessKey struct {
	UserName        *string     `json:"UserName,omitzero"`
	AccessKeyId     *string     `json:"AccessKeyId,omitzero"`
	Status          *string     `json:"Status,omitzero"` // one of StatusType*
	SecretAccessKey *string     `json:"SecretAccessKey,omitzero"`
	CreateDate      *shape.Time `json:"CreateDate,omitzero"`
}

// AccessKeyLastUsed is a structure of the API.
type AccessKeyLastUsed struct {
	LastUsedDate *shape.Time `json:"LastUsedDate,omitzero"`
	ServiceName  *string     `json:"ServiceName,omitzero"`
	Region       *string     `json:"Region,omitzero"`
}

// AccessKeyMetadata is a structure of the API.
type AccessKeyMetadata struct {
	UserName    *string     `json:"UserName,omitzero"`
	AccessKeyId *string     `json:"AccessKeyId,omitzero"`
	Status      *string     `json:"Status,omitzero"` // one of StatusType*
	CreateDate  *shape.Time `json:"CreateDate,omitzero"`
}

// AddClientIDToOpenIDConnectProviderInput is what AddClientIDToOpenIDConnectProvider takes.
type AddClientIDToOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
	ClientID                 *string `json:"ClientID,omitzero"`
}

// AddClientIDToOpenIDConnectProviderOutput is what AddClientIDToOpenIDConnectProvider answers.
type AddClientIDToOpenIDConnectProviderOutput struct {
}

// AddRoleToInstanceProfileInput is what AddRoleToInstanceProfile takes.
type AddRoleToInstanceProfileInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
	RoleName            *string `json:"RoleName,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *AddRoleToInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *AddRoleToInstanceProfileInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// AddRoleToInstanceProfileOutput is what AddRoleToInstanceProfile answers.
type AddRoleToInstanceProfileOutput struct {
}

// AddUserToGroupInput is what AddUserToGroup takes.
type AddUserToGroupInput struct {
	GroupName *string `json:"GroupName,omitzero"`
	UserName  *string `json:"UserName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *AddUserToGroupInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// GetUserName returns UserName, or "" when it is absent.
func (in *AddUserToGroupInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// AddUserToGroupOutput is what AddUserToGroup answers.
type AddUserToGroupOutput struct {
}

// AssociateDelegationRequestInput is what AssociateDelegationRequest takes.
type AssociateDelegationRequestInput struct {
	DelegationRequestId *string `json:"DelegationRequestId,omitzero"`
}

// AssociateDelegationRequestOutput is what AssociateDelegationRequest answers.
type AssociateDelegationRequestOutput struct {
}

// AttachGroupPolicyInput is what AttachGroupPolicy takes.
type AttachGroupPolicyInput struct {
	GroupName *string `json:"GroupName,omitzero"`
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *AttachGroupPolicyInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *AttachGroupPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// AttachGroupPolicyOutput is what AttachGroupPolicy answers.
type AttachGroupPolicyOutput struct {
}

// AttachRolePolicyInput is what AttachRolePolicy takes.
type AttachRolePolicyInput struct {
	RoleName  *string `json:"RoleName,omitzero"`
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *AttachRolePolicyInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *AttachRolePolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// AttachRolePolicyOutput is what AttachRolePolicy answers.
type AttachRolePolicyOutput struct {
}

// AttachUserPolicyInput is what AttachUserPolicy takes.
type AttachUserPolicyInput struct {
	UserName  *string `json:"UserName,omitzero"`
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *AttachUserPolicyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *AttachUserPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// AttachUserPolicyOutput is what AttachUserPolicy answers.
type AttachUserPolicyOutput struct {
}

// AttachedPermissionsBoundary is a structure of the API.
type AttachedPermissionsBoundary struct {
	PermissionsBoundaryType *string `json:"PermissionsBoundaryType,omitzero"` // one of PermissionsBoundaryAttachmentType*
	PermissionsBoundaryArn  *string `json:"PermissionsBoundaryArn,omitzero"`
}

// AttachedPolicy is a structure of the API.
type AttachedPolicy struct {
	PolicyName *string `json:"PolicyName,omitzero"`
	PolicyArn  *string `json:"PolicyArn,omitzero"`
}

// ChangePasswordInput is what ChangePassword takes.
type ChangePasswordInput struct {
	OldPassword *string `json:"OldPassword,omitzero"`
	NewPassword *string `json:"NewPassword,omitzero"`
}

// ChangePasswordOutput is what ChangePassword answers.
type ChangePasswordOutput struct {
}

// ContextEntry is a structure of the API.
type ContextEntry struct {
	ContextKeyName   *string  `json:"ContextKeyName,omitzero"`
	ContextKeyValues []string `json:"ContextKeyValues,omitzero"`
	ContextKeyType   *string  `json:"ContextKeyType,omitzero"` // one of ContextKeyTypeEnum*
}

// CreateAccessKeyInput is what CreateAccessKey takes.
type CreateAccessKeyInput struct {
	UserName *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *CreateAccessKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// CreateAccessKeyOutput is what CreateAccessKey answers.
type CreateAccessKeyOutput struct {
	AccessKey *AccessKey `json:"AccessKey,omitzero"`
}

// CreateAccountAliasInput is what CreateAccountAlias takes.
type CreateAccountAliasInput struct {
	AccountAlias *string `json:"AccountAlias,omitzero"`
}

// CreateAccountAliasOutput is what CreateAccountAlias answers.
type CreateAccountAliasOutput struct {
}

// CreateDelegationRequestInput is what CreateDelegationRequest takes.
type CreateDelegationRequestInput struct {
	OwnerAccountId      *string               `json:"OwnerAccountId,omitzero"`
	Description         *string               `json:"Description,omitzero"`
	Permissions         *DelegationPermission `json:"Permissions,omitzero"`
	RequestMessage      *string               `json:"RequestMessage,omitzero"`
	RequestorWorkflowId *string               `json:"RequestorWorkflowId,omitzero"`
	RedirectUrl         *string               `json:"RedirectUrl,omitzero"`
	NotificationChannel *string               `json:"NotificationChannel,omitzero"`
	SessionDuration     *int32                `json:"SessionDuration,omitzero"`
	OnlySendByOwner     *bool                 `json:"OnlySendByOwner,omitzero"`
}

// CreateDelegationRequestOutput is what CreateDelegationRequest answers.
type CreateDelegationRequestOutput struct {
	ConsoleDeepLink     *string `json:"ConsoleDeepLink,omitzero"`
	DelegationRequestId *string `json:"DelegationRequestId,omitzero"`
}

// CreateGroupInput is what CreateGroup takes.
type CreateGroupInput struct {
	Path      *string `json:"Path,omitzero"`
	GroupName *string `json:"GroupName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *CreateGroupInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// CreateGroupOutput is what CreateGroup answers.
type CreateGroupOutput struct {
	Group *Group `json:"Group,omitzero"`
}

// CreateInstanceProfileInput is what CreateInstanceProfile takes.
type CreateInstanceProfileInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
	Path                *string `json:"Path,omitzero"`
	Tags                []Tag   `json:"Tags,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *CreateInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// CreateInstanceProfileOutput is what CreateInstanceProfile answers.
type CreateInstanceProfileOutput struct {
	InstanceProfile *InstanceProfile `json:"InstanceProfile,omitzero"`
}

// CreateLoginProfileInput is what CreateLoginProfile takes.
type CreateLoginProfileInput struct {
	UserName              *string `json:"UserName,omitzero"`
	Password              *string `json:"Password,omitzero"`
	PasswordResetRequired *bool   `json:"PasswordResetRequired,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *CreateLoginProfileInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// CreateLoginProfileOutput is what CreateLoginProfile answers.
type CreateLoginProfileOutput struct {
	LoginProfile *LoginProfile `json:"LoginProfile,omitzero"`
}

// CreateOpenIDConnectProviderInput is what CreateOpenIDConnectProvider takes.
type CreateOpenIDConnectProviderInput struct {
	Url            *string  `json:"Url,omitzero"`
	ClientIDList   []string `json:"ClientIDList,omitzero"`
	ThumbprintList []string `json:"ThumbprintList,omitzero"`
	Tags           []Tag    `json:"Tags,omitzero"`
}

// CreateOpenIDConnectProviderOutput is what CreateOpenIDConnectProvider answers.
type CreateOpenIDConnectProviderOutput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
	Tags                     []Tag   `json:"Tags,omitzero"`
}

// CreatePolicyInput is what CreatePolicy takes.
type CreatePolicyInput struct {
	PolicyName     *string `json:"PolicyName,omitzero"`
	Path           *string `json:"Path,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
	Description    *string `json:"Description,omitzero"`
	Tags           []Tag   `json:"Tags,omitzero"`
}

// CreatePolicyOutput is what CreatePolicy answers.
type CreatePolicyOutput struct {
	Policy *Policy `json:"Policy,omitzero"`
}

// CreatePolicyVersionInput is what CreatePolicyVersion takes.
type CreatePolicyVersionInput struct {
	PolicyArn      *string `json:"PolicyArn,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
	SetAsDefault   *bool   `json:"SetAsDefault,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *CreatePolicyVersionInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// CreatePolicyVersionOutput is what CreatePolicyVersion answers.
type CreatePolicyVersionOutput struct {
	PolicyVersion *PolicyVersion `json:"PolicyVersion,omitzero"`
}

// CreateRoleInput is what CreateRole takes.
type CreateRoleInput struct {
	Path                     *string `json:"Path,omitzero"`
	RoleName                 *string `json:"RoleName,omitzero"`
	AssumeRolePolicyDocument *string `json:"AssumeRolePolicyDocument,omitzero"`
	Description              *string `json:"Description,omitzero"`
	MaxSessionDuration       *int32  `json:"MaxSessionDuration,omitzero"`
	PermissionsBoundary      *string `json:"PermissionsBoundary,omitzero"`
	Tags                     []Tag   `json:"Tags,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *CreateRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// CreateRoleOutput is what CreateRole answers.
type CreateRoleOutput struct {
	Role *Role `json:"Role,omitzero"`
}

// CreateSAMLProviderInput is what CreateSAMLProvider takes.
type CreateSAMLProviderInput struct {
	SAMLMetadataDocument    *string `json:"SAMLMetadataDocument,omitzero"`
	Name                    *string `json:"Name,omitzero"`
	Tags                    []Tag   `json:"Tags,omitzero"`
	AssertionEncryptionMode *string `json:"AssertionEncryptionMode,omitzero"` // one of AssertionEncryptionModeType*
	AddPrivateKey           *string `json:"AddPrivateKey,omitzero"`
}

// CreateSAMLProviderOutput is what CreateSAMLProvider answers.
type CreateSAMLProviderOutput struct {
	SAMLProviderArn *string `json:"SAMLProviderArn,omitzero"`
	Tags            []Tag   `json:"Tags,omitzero"`
}

// CreateServiceLinkedRoleInput is what CreateServiceLinkedRole takes.
type CreateServiceLinkedRoleInput struct {
	AWSServiceName *string `json:"AWSServiceName,omitzero"`
	Description    *string `json:"Description,omitzero"`
	CustomSuffix   *string `json:"CustomSuffix,omitzero"`
}

// CreateServiceLinkedRoleOutput is what CreateServiceLinkedRole answers.
type CreateServiceLinkedRoleOutput struct {
	Role *Role `json:"Role,omitzero"`
}

// CreateServiceSpecificCredentialInput is what CreateServiceSpecificCredential takes.
type CreateServiceSpecificCredentialInput struct {
	UserName          *string `json:"UserName,omitzero"`
	ServiceName       *string `json:"ServiceName,omitzero"`
	CredentialAgeDays *int32  `json:"CredentialAgeDays,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *CreateServiceSpecificCredentialInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// CreateServiceSpecificCredentialOutput is what CreateServiceSpecificCredential answers.
type CreateServiceSpecificCredentialOutput struct {
	ServiceSpecificCredential *ServiceSpecificCredential `json:"ServiceSpecificCredential,omitzero"`
}

// CreateUserInput is what CreateUser takes.
type CreateUserInput struct {
	Path                *string `json:"Path,omitzero"`
	UserName            *string `json:"UserName,omitzero"`
	PermissionsBoundary *string `json:"PermissionsBoundary,omitzero"`
	Tags                []Tag   `json:"Tags,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *CreateUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// CreateUserOutput is what CreateUser answers.
type CreateUserOutput struct {
	User *User `json:"User,omitzero"`
}

// CreateVirtualMFADeviceInput is what CreateVirtualMFADevice takes.
type CreateVirtualMFADeviceInput struct {
	Path                 *string `json:"Path,omitzero"`
	VirtualMFADeviceName *string `json:"VirtualMFADeviceName,omitzero"`
	Tags                 []Tag   `json:"Tags,omitzero"`
}

// CreateVirtualMFADeviceOutput is what CreateVirtualMFADevice answers.
type CreateVirtualMFADeviceOutput struct {
	VirtualMFADevice *VirtualMFADevice `json:"VirtualMFADevice,omitzero"`
}

// DeactivateMFADeviceInput is what DeactivateMFADevice takes.
type DeactivateMFADeviceInput struct {
	UserName     *string `json:"UserName,omitzero"`
	SerialNumber *string `json:"SerialNumber,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeactivateMFADeviceInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeactivateMFADeviceOutput is what DeactivateMFADevice answers.
type DeactivateMFADeviceOutput struct {
}

// DelegationPermission is a structure of the API.
type DelegationPermission struct {
	PolicyTemplateArn *string           `json:"PolicyTemplateArn,omitzero"`
	Parameters        []PolicyParameter `json:"Parameters,omitzero"`
}

// DelegationRequest is a structure of the API.
type DelegationRequest struct {
	DelegationRequestId           *string               `json:"DelegationRequestId,omitzero"`
	OwnerAccountId                *string               `json:"OwnerAccountId,omitzero"`
	Description                   *string               `json:"Description,omitzero"`
	RequestMessage                *string               `json:"RequestMessage,omitzero"`
	Permissions                   *DelegationPermission `json:"Permissions,omitzero"`
	PermissionPolicy              *string               `json:"PermissionPolicy,omitzero"`
	RolePermissionRestrictionArns []string              `json:"RolePermissionRestrictionArns,omitzero"`
	OwnerId                       *string               `json:"OwnerId,omitzero"`
	ApproverId                    *string               `json:"ApproverId,omitzero"`
	State                         *string               `json:"State,omitzero"` // one of StateType*
	ExpirationTime                *shape.Time           `json:"ExpirationTime,omitzero"`
	RequestorId                   *string               `json:"RequestorId,omitzero"`
	RequestorName                 *string               `json:"RequestorName,omitzero"`
	CreateDate                    *shape.Time           `json:"CreateDate,omitzero"`
	SessionDuration               *int32                `json:"SessionDuration,omitzero"`
	RedirectUrl                   *string               `json:"RedirectUrl,omitzero"`
	Notes                         *string               `json:"Notes,omitzero"`
	RejectionReason               *string               `json:"RejectionReason,omitzero"`
	OnlySendByOwner               *bool                 `json:"OnlySendByOwner,omitzero"`
	UpdatedTime                   *shape.Time           `json:"UpdatedTime,omitzero"`
}

// DeleteAccessKeyInput is what DeleteAccessKey takes.
type DeleteAccessKeyInput struct {
	UserName    *string `json:"UserName,omitzero"`
	AccessKeyId *string `json:"AccessKeyId,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteAccessKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteAccessKeyOutput is what DeleteAccessKey answers.
type DeleteAccessKeyOutput struct {
}

// DeleteAccountAliasInput is what DeleteAccountAlias takes.
type DeleteAccountAliasInput struct {
	AccountAlias *string `json:"AccountAlias,omitzero"`
}

// DeleteAccountAliasOutput is what DeleteAccountAlias answers.
type DeleteAccountAliasOutput struct {
}

// DeleteAccountPasswordPolicyInput is what DeleteAccountPasswordPolicy takes.
type DeleteAccountPasswordPolicyInput struct {
}

// DeleteAccountPasswordPolicyOutput is what DeleteAccountPasswordPolicy answers.
type DeleteAccountPasswordPolicyOutput struct {
}

// DeleteGroupInput is what DeleteGroup takes.
type DeleteGroupInput struct {
	GroupName *string `json:"GroupName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *DeleteGroupInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// DeleteGroupOutput is what DeleteGroup answers.
type DeleteGroupOutput struct {
}

// DeleteGroupPolicyInput is what DeleteGroupPolicy takes.
type DeleteGroupPolicyInput struct {
	GroupName  *string `json:"GroupName,omitzero"`
	PolicyName *string `json:"PolicyName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *DeleteGroupPolicyInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// DeleteGroupPolicyOutput is what DeleteGroupPolicy answers.
type DeleteGroupPolicyOutput struct {
}

// DeleteInstanceProfileInput is what DeleteInstanceProfile takes.
type DeleteInstanceProfileInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *DeleteInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// DeleteInstanceProfileOutput is what DeleteInstanceProfile answers.
type DeleteInstanceProfileOutput struct {
}

// DeleteLoginProfileInput is what DeleteLoginProfile takes.
type DeleteLoginProfileInput struct {
	UserName *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteLoginProfileInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteLoginProfileOutput is what DeleteLoginProfile answers.
type DeleteLoginProfileOutput struct {
}

// DeleteOpenIDConnectProviderInput is what DeleteOpenIDConnectProvider takes.
type DeleteOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
}

// DeleteOpenIDConnectProviderOutput is what DeleteOpenIDConnectProvider answers.
type DeleteOpenIDConnectProviderOutput struct {
}

// DeletePolicyInput is what DeletePolicy takes.
type DeletePolicyInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *DeletePolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// DeletePolicyOutput is what DeletePolicy answers.
type DeletePolicyOutput struct {
}

// DeletePolicyVersionInput is what DeletePolicyVersion takes.
type DeletePolicyVersionInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
	VersionId *string `json:"VersionId,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *DeletePolicyVersionInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// DeletePolicyVersionOutput is what DeletePolicyVersion answers.
type DeletePolicyVersionOutput struct {
}

// DeleteRoleInput is what DeleteRole takes.
type DeleteRoleInput struct {
	RoleName *string `json:"RoleName,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *DeleteRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// DeleteRoleOutput is what DeleteRole answers.
type DeleteRoleOutput struct {
}

// DeleteRolePermissionsBoundaryInput is what DeleteRolePermissionsBoundary takes.
type DeleteRolePermissionsBoundaryInput struct {
	RoleName *string `json:"RoleName,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *DeleteRolePermissionsBoundaryInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// DeleteRolePermissionsBoundaryOutput is what DeleteRolePermissionsBoundary answers.
type DeleteRolePermissionsBoundaryOutput struct {
}

// DeleteRolePolicyInput is what DeleteRolePolicy takes.
type DeleteRolePolicyInput struct {
	RoleName   *string `json:"RoleName,omitzero"`
	PolicyName *string `json:"PolicyName,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *DeleteRolePolicyInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// DeleteRolePolicyOutput is what DeleteRolePolicy answers.
type DeleteRolePolicyOutput struct {
}

// DeleteSAMLProviderInput is what DeleteSAMLProvider takes.
type DeleteSAMLProviderInput struct {
	SAMLProviderArn *string `json:"SAMLProviderArn,omitzero"`
}

// DeleteSAMLProviderOutput is what DeleteSAMLProvider answers.
type DeleteSAMLProviderOutput struct {
}

// DeleteSSHPublicKeyInput is what DeleteSSHPublicKey takes.
type DeleteSSHPublicKeyInput struct {
	UserName       *string `json:"UserName,omitzero"`
	SSHPublicKeyId *string `json:"SSHPublicKeyId,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteSSHPublicKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteSSHPublicKeyOutput is what DeleteSSHPublicKey answers.
type DeleteSSHPublicKeyOutput struct {
}

// DeleteServerCertificateInput is what DeleteServerCertificate takes.
type DeleteServerCertificateInput struct {
	ServerCertificateName *string `json:"ServerCertificateName,omitzero"`
}

// DeleteServerCertificateOutput is what DeleteServerCertificate answers.
type DeleteServerCertificateOutput struct {
}

// DeleteServiceLinkedRoleInput is what DeleteServiceLinkedRole takes.
type DeleteServiceLinkedRoleInput struct {
	RoleName *string `json:"RoleName,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *DeleteServiceLinkedRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// DeleteServiceLinkedRoleOutput is what DeleteServiceLinkedRole answers.
type DeleteServiceLinkedRoleOutput struct {
	DeletionTaskId *string `json:"DeletionTaskId,omitzero"`
}

// DeleteServiceSpecificCredentialInput is what DeleteServiceSpecificCredential takes.
type DeleteServiceSpecificCredentialInput struct {
	UserName                    *string `json:"UserName,omitzero"`
	ServiceSpecificCredentialId *string `json:"ServiceSpecificCredentialId,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteServiceSpecificCredentialInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteServiceSpecificCredentialOutput is what DeleteServiceSpecificCredential answers.
type DeleteServiceSpecificCredentialOutput struct {
}

// DeleteSigningCertificateInput is what DeleteSigningCertificate takes.
type DeleteSigningCertificateInput struct {
	UserName      *string `json:"UserName,omitzero"`
	CertificateId *string `json:"CertificateId,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteSigningCertificateInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteSigningCertificateOutput is what DeleteSigningCertificate answers.
type DeleteSigningCertificateOutput struct {
}

// DeleteUserInput is what DeleteUser takes.
type DeleteUserInput struct {
	UserName *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteUserOutput is what DeleteUser answers.
type DeleteUserOutput struct {
}

// DeleteUserPermissionsBoundaryInput is what DeleteUserPermissionsBoundary takes.
type DeleteUserPermissionsBoundaryInput struct {
	UserName *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteUserPermissionsBoundaryInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteUserPermissionsBoundaryOutput is what DeleteUserPermissionsBoundary answers.
type DeleteUserPermissionsBoundaryOutput struct {
}

// DeleteUserPolicyInput is what DeleteUserPolicy takes.
type DeleteUserPolicyInput struct {
	UserName   *string `json:"UserName,omitzero"`
	PolicyName *string `json:"PolicyName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DeleteUserPolicyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// DeleteUserPolicyOutput is what DeleteUserPolicy answers.
type DeleteUserPolicyOutput struct {
}

// DeleteVirtualMFADeviceInput is what DeleteVirtualMFADevice takes.
type DeleteVirtualMFADeviceInput struct {
	SerialNumber *string `json:"SerialNumber,omitzero"`
}

// DeleteVirtualMFADeviceOutput is what DeleteVirtualMFADevice answers.
type DeleteVirtualMFADeviceOutput struct {
}

// DeletionTaskFailureReasonType is a structure of the API.
type DeletionTaskFailureReasonType struct {
	Reason        *string         `json:"Reason,omitzero"`
	RoleUsageList []RoleUsageType `json:"RoleUsageList,omitzero"`
}

// DetachGroupPolicyInput is what DetachGroupPolicy takes.
type DetachGroupPolicyInput struct {
	GroupName *string `json:"GroupName,omitzero"`
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *DetachGroupPolicyInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *DetachGroupPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// DetachGroupPolicyOutput is what DetachGroupPolicy answers.
type DetachGroupPolicyOutput struct {
}

// DetachRolePolicyInput is what DetachRolePolicy takes.
type DetachRolePolicyInput struct {
	RoleName  *string `json:"RoleName,omitzero"`
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *DetachRolePolicyInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *DetachRolePolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// DetachRolePolicyOutput is what DetachRolePolicy answers.
type DetachRolePolicyOutput struct {
}

// DetachUserPolicyInput is what DetachUserPolicy takes.
type DetachUserPolicyInput struct {
	UserName  *string `json:"UserName,omitzero"`
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *DetachUserPolicyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *DetachUserPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// DetachUserPolicyOutput is what DetachUserPolicy answers.
type DetachUserPolicyOutput struct {
}

// DisableOrganizationsRootCredentialsManagementInput is what DisableOrganizationsRootCredentialsManagement takes.
type DisableOrganizationsRootCredentialsManagementInput struct {
}

// DisableOrganizationsRootCredentialsManagementOutput is what DisableOrganizationsRootCredentialsManagement answers.
type DisableOrganizationsRootCredentialsManagementOutput struct {
	OrganizationId  *string  `json:"OrganizationId,omitzero"`
	EnabledFeatures []string `json:"EnabledFeatures,omitzero"`
}

// DisableOrganizationsRootSessionsInput is what DisableOrganizationsRootSessions takes.
type DisableOrganizationsRootSessionsInput struct {
}

// DisableOrganizationsRootSessionsOutput is what DisableOrganizationsRootSessions answers.
type DisableOrganizationsRootSessionsOutput struct {
	OrganizationId  *string  `json:"OrganizationId,omitzero"`
	EnabledFeatures []string `json:"EnabledFeatures,omitzero"`
}

// DisableOutboundWebIdentityFederationInput is what DisableOutboundWebIdentityFederation takes.
type DisableOutboundWebIdentityFederationInput struct {
}

// DisableOutboundWebIdentityFederationOutput is what DisableOutboundWebIdentityFederation answers.
type DisableOutboundWebIdentityFederationOutput struct {
}

// EnableMFADeviceInput is what EnableMFADevice takes.
type EnableMFADeviceInput struct {
	UserName            *string `json:"UserName,omitzero"`
	SerialNumber        *string `json:"SerialNumber,omitzero"`
	AuthenticationCode1 *string `json:"AuthenticationCode1,omitzero"`
	AuthenticationCode2 *string `json:"AuthenticationCode2,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *EnableMFADeviceInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// EnableMFADeviceOutput is what EnableMFADevice answers.
type EnableMFADeviceOutput struct {
}

// EnableOrganizationsRootCredentialsManagementInput is what EnableOrganizationsRootCredentialsManagement takes.
type EnableOrganizationsRootCredentialsManagementInput struct {
}

// EnableOrganizationsRootCredentialsManagementOutput is what EnableOrganizationsRootCredentialsManagement answers.
type EnableOrganizationsRootCredentialsManagementOutput struct {
	OrganizationId  *string  `json:"OrganizationId,omitzero"`
	EnabledFeatures []string `json:"EnabledFeatures,omitzero"`
}

// EnableOrganizationsRootSessionsInput is what EnableOrganizationsRootSessions takes.
type EnableOrganizationsRootSessionsInput struct {
}

// EnableOrganizationsRootSessionsOutput is what EnableOrganizationsRootSessions answers.
type EnableOrganizationsRootSessionsOutput struct {
	OrganizationId  *string  `json:"OrganizationId,omitzero"`
	EnabledFeatures []string `json:"EnabledFeatures,omitzero"`
}

// EnableOutboundWebIdentityFederationInput is what EnableOutboundWebIdentityFederation takes.
type EnableOutboundWebIdentityFederationInput struct {
}

// EnableOutboundWebIdentityFederationOutput is what EnableOutboundWebIdentityFederation answers.
type EnableOutboundWebIdentityFederationOutput struct {
	IssuerIdentifier *string `json:"IssuerIdentifier,omitzero"`
}

// EntityDetails is a structure of the API.
type EntityDetails struct {
	EntityInfo        *EntityInfo `json:"EntityInfo,omitzero"`
	LastAuthenticated *shape.Time `json:"LastAuthenticated,omitzero"`
}

// EntityInfo is a structure of the API.
type EntityInfo struct {
	Arn  *string `json:"Arn,omitzero"`
	Name *string `json:"Name,omitzero"`
	Type *string `json:"Type,omitzero"` // one of PolicyOwnerEntityType*
	Id   *string `json:"Id,omitzero"`
	Path *string `json:"Path,omitzero"`
}

// ErrorDetails is a structure of the API.
type ErrorDetails struct {
	Message *string `json:"Message,omitzero"`
	Code    *string `json:"Code,omitzero"`
}

// EvaluationResult is a structure of the API.
type EvaluationResult struct {
	EvalActionName                    *string                            `json:"EvalActionName,omitzero"`
	EvalResourceName                  *string                            `json:"EvalResourceName,omitzero"`
	EvalDecision                      *string                            `json:"EvalDecision,omitzero"` // one of PolicyEvaluationDecisionType*
	MatchedStatements                 []Statement                        `json:"MatchedStatements,omitzero"`
	MissingContextValues              []string                           `json:"MissingContextValues,omitzero"`
	OrganizationsDecisionDetail       *OrganizationsDecisionDetail       `json:"OrganizationsDecisionDetail,omitzero"`
	PermissionsBoundaryDecisionDetail *PermissionsBoundaryDecisionDetail `json:"PermissionsBoundaryDecisionDetail,omitzero"`
	EvalDecisionDetails               map[string]string                  `json:"EvalDecisionDetails,omitzero"`
	ResourceSpecificResults           []ResourceSpecificResult           `json:"ResourceSpecificResults,omitzero"`
}

// GenerateCredentialReportInput is what GenerateCredentialReport takes.
type GenerateCredentialReportInput struct {
}

// GenerateCredentialReportOutput is what GenerateCredentialReport answers.
type GenerateCredentialReportOutput struct {
	State       *string `json:"State,omitzero"` // one of ReportStateType*
	Description *string `json:"Description,omitzero"`
}

// GenerateOrganizationsAccessReportInput is what GenerateOrganizationsAccessReport takes.
type GenerateOrganizationsAccessReportInput struct {
	EntityPath            *string `json:"EntityPath,omitzero"`
	OrganizationsPolicyId *string `json:"OrganizationsPolicyId,omitzero"`
}

// GenerateOrganizationsAccessReportOutput is what GenerateOrganizationsAccessReport answers.
type GenerateOrganizationsAccessReportOutput struct {
	JobId *string `json:"JobId,omitzero"`
}

// GenerateServiceLastAccessedDetailsInput is what GenerateServiceLastAccessedDetails takes.
type GenerateServiceLastAccessedDetailsInput struct {
	Arn         *string `json:"Arn,omitzero"`
	Granularity *string `json:"Granularity,omitzero"` // one of AccessAdvisorUsageGranularityType*
}

// GenerateServiceLastAccessedDetailsOutput is what GenerateServiceLastAccessedDetails answers.
type GenerateServiceLastAccessedDetailsOutput struct {
	JobId *string `json:"JobId,omitzero"`
}

// GetAccessKeyLastUsedInput is what GetAccessKeyLastUsed takes.
type GetAccessKeyLastUsedInput struct {
	AccessKeyId *string `json:"AccessKeyId,omitzero"`
}

// GetAccessKeyLastUsedOutput is what GetAccessKeyLastUsed answers.
type GetAccessKeyLastUsedOutput struct {
	UserName          *string            `json:"UserName,omitzero"`
	AccessKeyLastUsed *AccessKeyLastUsed `json:"AccessKeyLastUsed,omitzero"`
}

// GetAccountAuthorizationDetailsInput is what GetAccountAuthorizationDetails takes.
type GetAccountAuthorizationDetailsInput struct {
	Filter   []string `json:"Filter,omitzero"`
	MaxItems *int32   `json:"MaxItems,omitzero"`
	Marker   *string  `json:"Marker,omitzero"`
}

// GetAccountAuthorizationDetailsOutput is what GetAccountAuthorizationDetails answers.
type GetAccountAuthorizationDetailsOutput struct {
	UserDetailList  []UserDetail          `json:"UserDetailList,omitzero"`
	GroupDetailList []GroupDetail         `json:"GroupDetailList,omitzero"`
	RoleDetailList  []RoleDetail          `json:"RoleDetailList,omitzero"`
	Policies        []ManagedPolicyDetail `json:"Policies,omitzero"`
	IsTruncated     *bool                 `json:"IsTruncated,omitzero"`
	Marker          *string               `json:"Marker,omitzero"`
}

// GetAccountPasswordPolicyInput is what GetAccountPasswordPolicy takes.
type GetAccountPasswordPolicyInput struct {
}

// GetAccountPasswordPolicyOutput is what GetAccountPasswordPolicy answers.
type GetAccountPasswordPolicyOutput struct {
	PasswordPolicy *PasswordPolicy `json:"PasswordPolicy,omitzero"`
}

// GetAccountSummaryInput is what GetAccountSummary takes.
type GetAccountSummaryInput struct {
}

// GetAccountSummaryOutput is what GetAccountSummary answers.
type GetAccountSummaryOutput struct {
	SummaryMap map[string]int32 `json:"SummaryMap,omitzero"`
}

// GetContextKeysForCustomPolicyInput is what GetContextKeysForCustomPolicy takes.
type GetContextKeysForCustomPolicyInput struct {
	PolicyInputList []string `json:"PolicyInputList,omitzero"`
}

// GetContextKeysForCustomPolicyOutput is what GetContextKeysForCustomPolicy answers.
type GetContextKeysForCustomPolicyOutput struct {
	ContextKeyNames []string `json:"ContextKeyNames,omitzero"`
}

// GetContextKeysForPrincipalPolicyInput is what GetContextKeysForPrincipalPolicy takes.
type GetContextKeysForPrincipalPolicyInput struct {
	PolicySourceArn *string  `json:"PolicySourceArn,omitzero"`
	PolicyInputList []string `json:"PolicyInputList,omitzero"`
}

// GetContextKeysForPrincipalPolicyOutput is what GetContextKeysForPrincipalPolicy answers.
type GetContextKeysForPrincipalPolicyOutput struct {
	ContextKeyNames []string `json:"ContextKeyNames,omitzero"`
}

// GetCredentialReportInput is what GetCredentialReport takes.
type GetCredentialReportInput struct {
}

// GetCredentialReportOutput is what GetCredentialReport answers.
type GetCredentialReportOutput struct {
	Content       []byte      `json:"Content,omitzero"`
	ReportFormat  *string     `json:"ReportFormat,omitzero"` // one of ReportFormatType*
	GeneratedTime *shape.Time `json:"GeneratedTime,omitzero"`
}

// GetDelegationRequestInput is what GetDelegationRequest takes.
type GetDelegationRequestInput struct {
	DelegationRequestId       *string `json:"DelegationRequestId,omitzero"`
	DelegationPermissionCheck *bool   `json:"DelegationPermissionCheck,omitzero"`
}

// GetDelegationRequestOutput is what GetDelegationRequest answers.
type GetDelegationRequestOutput struct {
	DelegationRequest     *DelegationRequest `json:"DelegationRequest,omitzero"`
	PermissionCheckStatus *string            `json:"PermissionCheckStatus,omitzero"` // one of PermissionCheckStatusType*
	PermissionCheckResult *string            `json:"PermissionCheckResult,omitzero"` // one of PermissionCheckResultType*
}

// GetGroupInput is what GetGroup takes.
type GetGroupInput struct {
	GroupName *string `json:"GroupName,omitzero"`
	Marker    *string `json:"Marker,omitzero"`
	MaxItems  *int32  `json:"MaxItems,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *GetGroupInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// GetGroupOutput is what GetGroup answers.
type GetGroupOutput struct {
	Group       *Group  `json:"Group,omitzero"`
	Users       []User  `json:"Users,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// GetGroupPolicyInput is what GetGroupPolicy takes.
type GetGroupPolicyInput struct {
	GroupName  *string `json:"GroupName,omitzero"`
	PolicyName *string `json:"PolicyName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *GetGroupPolicyInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// GetGroupPolicyOutput is what GetGroupPolicy answers.
type GetGroupPolicyOutput struct {
	GroupName      *string `json:"GroupName,omitzero"`
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// GetHumanReadableSummaryInput is what GetHumanReadableSummary takes.
type GetHumanReadableSummaryInput struct {
	EntityArn *string `json:"EntityArn,omitzero"`
	Locale    *string `json:"Locale,omitzero"`
}

// GetHumanReadableSummaryOutput is what GetHumanReadableSummary answers.
type GetHumanReadableSummaryOutput struct {
	SummaryContent *string `json:"SummaryContent,omitzero"`
	Locale         *string `json:"Locale,omitzero"`
	SummaryState   *string `json:"SummaryState,omitzero"` // one of SummaryStateType*
}

// GetInstanceProfileInput is what GetInstanceProfile takes.
type GetInstanceProfileInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *GetInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// GetInstanceProfileOutput is what GetInstanceProfile answers.
type GetInstanceProfileOutput struct {
	InstanceProfile *InstanceProfile `json:"InstanceProfile,omitzero"`
}

// GetLoginProfileInput is what GetLoginProfile takes.
type GetLoginProfileInput struct {
	UserName *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *GetLoginProfileInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetLoginProfileOutput is what GetLoginProfile answers.
type GetLoginProfileOutput struct {
	LoginProfile *LoginProfile `json:"LoginProfile,omitzero"`
}

// GetMFADeviceInput is what GetMFADevice takes.
type GetMFADeviceInput struct {
	SerialNumber *string `json:"SerialNumber,omitzero"`
	UserName     *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *GetMFADeviceInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetMFADeviceOutput is what GetMFADevice answers.
type GetMFADeviceOutput struct {
	UserName       *string           `json:"UserName,omitzero"`
	SerialNumber   *string           `json:"SerialNumber,omitzero"`
	EnableDate     *shape.Time       `json:"EnableDate,omitzero"`
	Certifications map[string]string `json:"Certifications,omitzero"`
}

// GetOpenIDConnectProviderInput is what GetOpenIDConnectProvider takes.
type GetOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
}

// GetOpenIDConnectProviderOutput is what GetOpenIDConnectProvider answers.
type GetOpenIDConnectProviderOutput struct {
	Url            *string     `json:"Url,omitzero"`
	ClientIDList   []string    `json:"ClientIDList,omitzero"`
	ThumbprintList []string    `json:"ThumbprintList,omitzero"`
	CreateDate     *shape.Time `json:"CreateDate,omitzero"`
	Tags           []Tag       `json:"Tags,omitzero"`
}

// GetOrganizationsAccessReportInput is what GetOrganizationsAccessReport takes.
type GetOrganizationsAccessReportInput struct {
	JobId    *string `json:"JobId,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	SortKey  *string `json:"SortKey,omitzero"` // one of SortKeyType*
}

// GetOrganizationsAccessReportOutput is what GetOrganizationsAccessReport answers.
type GetOrganizationsAccessReportOutput struct {
	JobStatus                   *string        `json:"JobStatus,omitzero"` // one of JobStatusType*
	JobCreationDate             *shape.Time    `json:"JobCreationDate,omitzero"`
	JobCompletionDate           *shape.Time    `json:"JobCompletionDate,omitzero"`
	NumberOfServicesAccessible  *int32         `json:"NumberOfServicesAccessible,omitzero"`
	NumberOfServicesNotAccessed *int32         `json:"NumberOfServicesNotAccessed,omitzero"`
	AccessDetails               []AccessDetail `json:"AccessDetails,omitzero"`
	IsTruncated                 *bool          `json:"IsTruncated,omitzero"`
	Marker                      *string        `json:"Marker,omitzero"`
	ErrorDetails                *ErrorDetails  `json:"ErrorDetails,omitzero"`
}

// GetOutboundWebIdentityFederationInfoInput is what GetOutboundWebIdentityFederationInfo takes.
type GetOutboundWebIdentityFederationInfoInput struct {
}

// GetOutboundWebIdentityFederationInfoOutput is what GetOutboundWebIdentityFederationInfo answers.
type GetOutboundWebIdentityFederationInfoOutput struct {
	IssuerIdentifier  *string `json:"IssuerIdentifier,omitzero"`
	JwtVendingEnabled *bool   `json:"JwtVendingEnabled,omitzero"`
}

// GetPolicyInput is what GetPolicy takes.
type GetPolicyInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *GetPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// GetPolicyOutput is what GetPolicy answers.
type GetPolicyOutput struct {
	Policy *Policy `json:"Policy,omitzero"`
}

// GetPolicyVersionInput is what GetPolicyVersion takes.
type GetPolicyVersionInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
	VersionId *string `json:"VersionId,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *GetPolicyVersionInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// GetPolicyVersionOutput is what GetPolicyVersion answers.
type GetPolicyVersionOutput struct {
	PolicyVersion *PolicyVersion `json:"PolicyVersion,omitzero"`
}

// GetRoleInput is what GetRole takes.
type GetRoleInput struct {
	RoleName *string `json:"RoleName,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *GetRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// GetRoleOutput is what GetRole answers.
type GetRoleOutput struct {
	Role *Role `json:"Role,omitzero"`
}

// GetRolePolicyInput is what GetRolePolicy takes.
type GetRolePolicyInput struct {
	RoleName   *string `json:"RoleName,omitzero"`
	PolicyName *string `json:"PolicyName,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *GetRolePolicyInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// GetRolePolicyOutput is what GetRolePolicy answers.
type GetRolePolicyOutput struct {
	RoleName       *string `json:"RoleName,omitzero"`
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// GetSAMLProviderInput is what GetSAMLProvider takes.
type GetSAMLProviderInput struct {
	SAMLProviderArn *string `json:"SAMLProviderArn,omitzero"`
}

// GetSAMLProviderOutput is what GetSAMLProvider answers.
type GetSAMLProviderOutput struct {
	SAMLProviderUUID        *string          `json:"SAMLProviderUUID,omitzero"`
	SAMLMetadataDocument    *string          `json:"SAMLMetadataDocument,omitzero"`
	CreateDate              *shape.Time      `json:"CreateDate,omitzero"`
	ValidUntil              *shape.Time      `json:"ValidUntil,omitzero"`
	Tags                    []Tag            `json:"Tags,omitzero"`
	AssertionEncryptionMode *string          `json:"AssertionEncryptionMode,omitzero"` // one of AssertionEncryptionModeType*
	PrivateKeyList          []SAMLPrivateKey `json:"PrivateKeyList,omitzero"`
}

// GetSSHPublicKeyInput is what GetSSHPublicKey takes.
type GetSSHPublicKeyInput struct {
	UserName       *string `json:"UserName,omitzero"`
	SSHPublicKeyId *string `json:"SSHPublicKeyId,omitzero"`
	Encoding       *string `json:"Encoding,omitzero"` // one of EncodingType*
}

// GetUserName returns UserName, or "" when it is absent.
func (in *GetSSHPublicKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetSSHPublicKeyOutput is what GetSSHPublicKey answers.
type GetSSHPublicKeyOutput struct {
	SSHPublicKey *SSHPublicKey `json:"SSHPublicKey,omitzero"`
}

// GetServerCertificateInput is what GetServerCertificate takes.
type GetServerCertificateInput struct {
	ServerCertificateName *string `json:"ServerCertificateName,omitzero"`
}

// GetServerCertificateOutput is what GetServerCertificate answers.
type GetServerCertificateOutput struct {
	ServerCertificate *ServerCertificate `json:"ServerCertificate,omitzero"`
}

// GetServiceLastAccessedDetailsInput is what GetServiceLastAccessedDetails takes.
type GetServiceLastAccessedDetailsInput struct {
	JobId    *string `json:"JobId,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
}

// GetServiceLastAccessedDetailsOutput is what GetServiceLastAccessedDetails answers.
type GetServiceLastAccessedDetailsOutput struct {
	JobStatus            *string               `json:"JobStatus,omitzero"` // one of JobStatusType*
	JobType              *string               `json:"JobType,omitzero"`   // one of AccessAdvisorUsageGranularityType*
	JobCreationDate      *shape.Time           `json:"JobCreationDate,omitzero"`
	ServicesLastAccessed []ServiceLastAccessed `json:"ServicesLastAccessed,omitzero"`
	JobCompletionDate    *shape.Time           `json:"JobCompletionDate,omitzero"`
	IsTruncated          *bool                 `json:"IsTruncated,omitzero"`
	Marker               *string               `json:"Marker,omitzero"`
	Error                *ErrorDetails         `json:"Error,omitzero"`
}

// GetServiceLastAccessedDetailsWithEntitiesInput is what GetServiceLastAccessedDetailsWithEntities takes.
type GetServiceLastAccessedDetailsWithEntitiesInput struct {
	JobId            *string `json:"JobId,omitzero"`
	ServiceNamespace *string `json:"ServiceNamespace,omitzero"`
	MaxItems         *int32  `json:"MaxItems,omitzero"`
	Marker           *string `json:"Marker,omitzero"`
}

// GetServiceLastAccessedDetailsWithEntitiesOutput is what GetServiceLastAccessedDetailsWithEntities answers.
type GetServiceLastAccessedDetailsWithEntitiesOutput struct {
	JobStatus         *string         `json:"JobStatus,omitzero"` // one of JobStatusType*
	JobCreationDate   *shape.Time     `json:"JobCreationDate,omitzero"`
	JobCompletionDate *shape.Time     `json:"JobCompletionDate,omitzero"`
	EntityDetailsList []EntityDetails `json:"EntityDetailsList,omitzero"`
	IsTruncated       *bool           `json:"IsTruncated,omitzero"`
	Marker            *string         `json:"Marker,omitzero"`
	Error             *ErrorDetails   `json:"Error,omitzero"`
}

// GetServiceLinkedRoleDeletionStatusInput is what GetServiceLinkedRoleDeletionStatus takes.
type GetServiceLinkedRoleDeletionStatusInput struct {
	DeletionTaskId *string `json:"DeletionTaskId,omitzero"`
}

// GetServiceLinkedRoleDeletionStatusOutput is what GetServiceLinkedRoleDeletionStatus answers.
type GetServiceLinkedRoleDeletionStatusOutput struct {
	Status *string                        `json:"Status,omitzero"` // one of DeletionTaskStatusType*
	Reason *DeletionTaskFailureReasonType `json:"Reason,omitzero"`
}

// GetUserInput is what GetUser takes.
type GetUserInput struct {
	UserName *string `json:"UserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *GetUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetUserOutput is what GetUser answers.
type GetUserOutput struct {
	User *User `json:"User,omitzero"`
}

// GetUserPolicyInput is what GetUserPolicy takes.
type GetUserPolicyInput struct {
	UserName   *string `json:"UserName,omitzero"`
	PolicyName *string `json:"PolicyName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *GetUserPolicyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// GetUserPolicyOutput is what GetUserPolicy answers.
type GetUserPolicyOutput struct {
	UserName       *string `json:"UserName,omitzero"`
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// Group is a structure of the API.
type Group struct {
	Path       *string     `json:"Path,omitzero"`
	GroupName  *string     `json:"GroupName,omitzero"`
	GroupId    *string     `json:"GroupId,omitzero"`
	Arn        *string     `json:"Arn,omitzero"`
	CreateDate *shape.Time `json:"CreateDate,omitzero"`
}

// GroupDetail is a structure of the API.
type GroupDetail struct {
	Path                    *string          `json:"Path,omitzero"`
	GroupName               *string          `json:"GroupName,omitzero"`
	GroupId                 *string          `json:"GroupId,omitzero"`
	Arn                     *string          `json:"Arn,omitzero"`
	CreateDate              *shape.Time      `json:"CreateDate,omitzero"`
	GroupPolicyList         []PolicyDetail   `json:"GroupPolicyList,omitzero"`
	AttachedManagedPolicies []AttachedPolicy `json:"AttachedManagedPolicies,omitzero"`
}

// InstanceProfile is a structure of the API.
type InstanceProfile struct {
	Path                *string     `json:"Path,omitzero"`
	InstanceProfileName *string     `json:"InstanceProfileName,omitzero"`
	InstanceProfileId   *string     `json:"InstanceProfileId,omitzero"`
	Arn                 *string     `json:"Arn,omitzero"`
	CreateDate          *shape.Time `json:"CreateDate,omitzero"`
	Roles               []Role      `json:"Roles,omitzero"`
	Tags                []Tag       `json:"Tags,omitzero"`
}

// ListAccessKeysInput is what ListAccessKeys takes.
type ListAccessKeysInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListAccessKeysInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListAccessKeysOutput is what ListAccessKeys answers.
type ListAccessKeysOutput struct {
	AccessKeyMetadata []AccessKeyMetadata `json:"AccessKeyMetadata,omitzero"`
	IsTruncated       *bool               `json:"IsTruncated,omitzero"`
	Marker            *string             `json:"Marker,omitzero"`
}

// ListAccountAliasesInput is what ListAccountAliases takes.
type ListAccountAliasesInput struct {
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// ListAccountAliasesOutput is what ListAccountAliases answers.
type ListAccountAliasesOutput struct {
	AccountAliases []string `json:"AccountAliases,omitzero"`
	IsTruncated    *bool    `json:"IsTruncated,omitzero"`
	Marker         *string  `json:"Marker,omitzero"`
}

// ListAttachedGroupPoliciesInput is what ListAttachedGroupPolicies takes.
type ListAttachedGroupPoliciesInput struct {
	GroupName  *string `json:"GroupName,omitzero"`
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *ListAttachedGroupPoliciesInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// ListAttachedGroupPoliciesOutput is what ListAttachedGroupPolicies answers.
type ListAttachedGroupPoliciesOutput struct {
	AttachedPolicies []AttachedPolicy `json:"AttachedPolicies,omitzero"`
	IsTruncated      *bool            `json:"IsTruncated,omitzero"`
	Marker           *string          `json:"Marker,omitzero"`
}

// ListAttachedRolePoliciesInput is what ListAttachedRolePolicies takes.
type ListAttachedRolePoliciesInput struct {
	RoleName   *string `json:"RoleName,omitzero"`
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *ListAttachedRolePoliciesInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// ListAttachedRolePoliciesOutput is what ListAttachedRolePolicies answers.
type ListAttachedRolePoliciesOutput struct {
	AttachedPolicies []AttachedPolicy `json:"AttachedPolicies,omitzero"`
	IsTruncated      *bool            `json:"IsTruncated,omitzero"`
	Marker           *string          `json:"Marker,omitzero"`
}

// ListAttachedUserPoliciesInput is what ListAttachedUserPolicies takes.
type ListAttachedUserPoliciesInput struct {
	UserName   *string `json:"UserName,omitzero"`
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListAttachedUserPoliciesInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListAttachedUserPoliciesOutput is what ListAttachedUserPolicies answers.
type ListAttachedUserPoliciesOutput struct {
	AttachedPolicies []AttachedPolicy `json:"AttachedPolicies,omitzero"`
	IsTruncated      *bool            `json:"IsTruncated,omitzero"`
	Marker           *string          `json:"Marker,omitzero"`
}

// ListDelegationRequestsInput is what ListDelegationRequests takes.
type ListDelegationRequestsInput struct {
	OwnerId  *string `json:"OwnerId,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// ListDelegationRequestsOutput is what ListDelegationRequests answers.
type ListDelegationRequestsOutput struct {
	DelegationRequests []DelegationRequest `json:"DelegationRequests,omitzero"`
	Marker             *string             `json:"Marker,omitzero"`
	IsTruncated        *bool               `json:"isTruncated,omitzero"`
}

// ListEntitiesForPolicyInput is what ListEntitiesForPolicy takes.
type ListEntitiesForPolicyInput struct {
	PolicyArn         *string `json:"PolicyArn,omitzero"`
	EntityFilter      *string `json:"EntityFilter,omitzero"` // one of EntityType*
	PathPrefix        *string `json:"PathPrefix,omitzero"`
	PolicyUsageFilter *string `json:"PolicyUsageFilter,omitzero"` // one of PolicyUsageType*
	Marker            *string `json:"Marker,omitzero"`
	MaxItems          *int32  `json:"MaxItems,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *ListEntitiesForPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// ListEntitiesForPolicyOutput is what ListEntitiesForPolicy answers.
type ListEntitiesForPolicyOutput struct {
	PolicyGroups []PolicyGroup `json:"PolicyGroups,omitzero"`
	PolicyUsers  []PolicyUser  `json:"PolicyUsers,omitzero"`
	PolicyRoles  []PolicyRole  `json:"PolicyRoles,omitzero"`
	IsTruncated  *bool         `json:"IsTruncated,omitzero"`
	Marker       *string       `json:"Marker,omitzero"`
}

// ListGroupPoliciesInput is what ListGroupPolicies takes.
type ListGroupPoliciesInput struct {
	GroupName *string `json:"GroupName,omitzero"`
	Marker    *string `json:"Marker,omitzero"`
	MaxItems  *int32  `json:"MaxItems,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *ListGroupPoliciesInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// ListGroupPoliciesOutput is what ListGroupPolicies answers.
type ListGroupPoliciesOutput struct {
	PolicyNames []string `json:"PolicyNames,omitzero"`
	IsTruncated *bool    `json:"IsTruncated,omitzero"`
	Marker      *string  `json:"Marker,omitzero"`
}

// ListGroupsForUserInput is what ListGroupsForUser takes.
type ListGroupsForUserInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListGroupsForUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListGroupsForUserOutput is what ListGroupsForUser answers.
type ListGroupsForUserOutput struct {
	Groups      []Group `json:"Groups,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListGroupsInput is what ListGroups takes.
type ListGroupsInput struct {
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// ListGroupsOutput is what ListGroups answers.
type ListGroupsOutput struct {
	Groups      []Group `json:"Groups,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListInstanceProfileTagsInput is what ListInstanceProfileTags takes.
type ListInstanceProfileTagsInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
	Marker              *string `json:"Marker,omitzero"`
	MaxItems            *int32  `json:"MaxItems,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *ListInstanceProfileTagsInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// ListInstanceProfileTagsOutput is what ListInstanceProfileTags answers.
type ListInstanceProfileTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListInstanceProfilesForRoleInput is what ListInstanceProfilesForRole takes.
type ListInstanceProfilesForRoleInput struct {
	RoleName *string `json:"RoleName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *ListInstanceProfilesForRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// ListInstanceProfilesForRoleOutput is what ListInstanceProfilesForRole answers.
type ListInstanceProfilesForRoleOutput struct {
	InstanceProfiles []InstanceProfile `json:"InstanceProfiles,omitzero"`
	IsTruncated      *bool             `json:"IsTruncated,omitzero"`
	Marker           *string           `json:"Marker,omitzero"`
}

// ListInstanceProfilesInput is what ListInstanceProfiles takes.
type ListInstanceProfilesInput struct {
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// ListInstanceProfilesOutput is what ListInstanceProfiles answers.
type ListInstanceProfilesOutput struct {
	InstanceProfiles []InstanceProfile `json:"InstanceProfiles,omitzero"`
	IsTruncated      *bool             `json:"IsTruncated,omitzero"`
	Marker           *string           `json:"Marker,omitzero"`
}

// ListMFADeviceTagsInput is what ListMFADeviceTags takes.
type ListMFADeviceTagsInput struct {
	SerialNumber *string `json:"SerialNumber,omitzero"`
	Marker       *string `json:"Marker,omitzero"`
	MaxItems     *int32  `json:"MaxItems,omitzero"`
}

// ListMFADeviceTagsOutput is what ListMFADeviceTags answers.
type ListMFADeviceTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListMFADevicesInput is what ListMFADevices takes.
type ListMFADevicesInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListMFADevicesInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListMFADevicesOutput is what ListMFADevices answers.
type ListMFADevicesOutput struct {
	MFADevices  []MFADevice `json:"MFADevices,omitzero"`
	IsTruncated *bool       `json:"IsTruncated,omitzero"`
	Marker      *string     `json:"Marker,omitzero"`
}

// ListOpenIDConnectProviderTagsInput is what ListOpenIDConnectProviderTags takes.
type ListOpenIDConnectProviderTagsInput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
	Marker                   *string `json:"Marker,omitzero"`
	MaxItems                 *int32  `json:"MaxItems,omitzero"`
}

// ListOpenIDConnectProviderTagsOutput is what ListOpenIDConnectProviderTags answers.
type ListOpenIDConnectProviderTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListOpenIDConnectProvidersInput is what ListOpenIDConnectProviders takes.
type ListOpenIDConnectProvidersInput struct {
}

// ListOpenIDConnectProvidersOutput is what ListOpenIDConnectProviders answers.
type ListOpenIDConnectProvidersOutput struct {
	OpenIDConnectProviderList []OpenIDConnectProviderListEntry `json:"OpenIDConnectProviderList,omitzero"`
}

// ListOrganizationsFeaturesInput is what ListOrganizationsFeatures takes.
type ListOrganizationsFeaturesInput struct {
}

// ListOrganizationsFeaturesOutput is what ListOrganizationsFeatures answers.
type ListOrganizationsFeaturesOutput struct {
	OrganizationId  *string  `json:"OrganizationId,omitzero"`
	EnabledFeatures []string `json:"EnabledFeatures,omitzero"`
}

// ListPoliciesGrantingServiceAccessEntry is a structure of the API.
type ListPoliciesGrantingServiceAccessEntry struct {
	ServiceNamespace *string                       `json:"ServiceNamespace,omitzero"`
	Policies         []PolicyGrantingServiceAccess `json:"Policies,omitzero"`
}

// ListPoliciesGrantingServiceAccessInput is what ListPoliciesGrantingServiceAccess takes.
type ListPoliciesGrantingServiceAccessInput struct {
	Marker            *string  `json:"Marker,omitzero"`
	Arn               *string  `json:"Arn,omitzero"`
	ServiceNamespaces []string `json:"ServiceNamespaces,omitzero"`
}

// ListPoliciesGrantingServiceAccessOutput is what ListPoliciesGrantingServiceAccess answers.
type ListPoliciesGrantingServiceAccessOutput struct {
	PoliciesGrantingServiceAccess []ListPoliciesGrantingServiceAccessEntry `json:"PoliciesGrantingServiceAccess,omitzero"`
	IsTruncated                   *bool                                    `json:"IsTruncated,omitzero"`
	Marker                        *string                                  `json:"Marker,omitzero"`
}

// ListPoliciesInput is what ListPolicies takes.
type ListPoliciesInput struct {
	Scope             *string `json:"Scope,omitzero"` // one of PolicyScopeType*
	OnlyAttached      *bool   `json:"OnlyAttached,omitzero"`
	PathPrefix        *string `json:"PathPrefix,omitzero"`
	PolicyUsageFilter *string `json:"PolicyUsageFilter,omitzero"` // one of PolicyUsageType*
	Marker            *string `json:"Marker,omitzero"`
	MaxItems          *int32  `json:"MaxItems,omitzero"`
}

// ListPoliciesOutput is what ListPolicies answers.
type ListPoliciesOutput struct {
	Policies    []Policy `json:"Policies,omitzero"`
	IsTruncated *bool    `json:"IsTruncated,omitzero"`
	Marker      *string  `json:"Marker,omitzero"`
}

// ListPolicyTagsInput is what ListPolicyTags takes.
type ListPolicyTagsInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
	Marker    *string `json:"Marker,omitzero"`
	MaxItems  *int32  `json:"MaxItems,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *ListPolicyTagsInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// ListPolicyTagsOutput is what ListPolicyTags answers.
type ListPolicyTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListPolicyVersionsInput is what ListPolicyVersions takes.
type ListPolicyVersionsInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
	Marker    *string `json:"Marker,omitzero"`
	MaxItems  *int32  `json:"MaxItems,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *ListPolicyVersionsInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// ListPolicyVersionsOutput is what ListPolicyVersions answers.
type ListPolicyVersionsOutput struct {
	Versions    []PolicyVersion `json:"Versions,omitzero"`
	IsTruncated *bool           `json:"IsTruncated,omitzero"`
	Marker      *string         `json:"Marker,omitzero"`
}

// ListRolePoliciesInput is what ListRolePolicies takes.
type ListRolePoliciesInput struct {
	RoleName *string `json:"RoleName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *ListRolePoliciesInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// ListRolePoliciesOutput is what ListRolePolicies answers.
type ListRolePoliciesOutput struct {
	PolicyNames []string `json:"PolicyNames,omitzero"`
	IsTruncated *bool    `json:"IsTruncated,omitzero"`
	Marker      *string  `json:"Marker,omitzero"`
}

// ListRoleTagsInput is what ListRoleTags takes.
type ListRoleTagsInput struct {
	RoleName *string `json:"RoleName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *ListRoleTagsInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// ListRoleTagsOutput is what ListRoleTags answers.
type ListRoleTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListRolesInput is what ListRoles takes.
type ListRolesInput struct {
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// ListRolesOutput is what ListRoles answers.
type ListRolesOutput struct {
	Roles       []Role  `json:"Roles,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListSAMLProviderTagsInput is what ListSAMLProviderTags takes.
type ListSAMLProviderTagsInput struct {
	SAMLProviderArn *string `json:"SAMLProviderArn,omitzero"`
	Marker          *string `json:"Marker,omitzero"`
	MaxItems        *int32  `json:"MaxItems,omitzero"`
}

// ListSAMLProviderTagsOutput is what ListSAMLProviderTags answers.
type ListSAMLProviderTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListSAMLProvidersInput is what ListSAMLProviders takes.
type ListSAMLProvidersInput struct {
}

// ListSAMLProvidersOutput is what ListSAMLProviders answers.
type ListSAMLProvidersOutput struct {
	SAMLProviderList []SAMLProviderListEntry `json:"SAMLProviderList,omitzero"`
}

// ListSSHPublicKeysInput is what ListSSHPublicKeys takes.
type ListSSHPublicKeysInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListSSHPublicKeysInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListSSHPublicKeysOutput is what ListSSHPublicKeys answers.
type ListSSHPublicKeysOutput struct {
	SSHPublicKeys []SSHPublicKeyMetadata `json:"SSHPublicKeys,omitzero"`
	IsTruncated   *bool                  `json:"IsTruncated,omitzero"`
	Marker        *string                `json:"Marker,omitzero"`
}

// ListServerCertificateTagsInput is what ListServerCertificateTags takes.
type ListServerCertificateTagsInput struct {
	ServerCertificateName *string `json:"ServerCertificateName,omitzero"`
	Marker                *string `json:"Marker,omitzero"`
	MaxItems              *int32  `json:"MaxItems,omitzero"`
}

// ListServerCertificateTagsOutput is what ListServerCertificateTags answers.
type ListServerCertificateTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListServerCertificatesInput is what ListServerCertificates takes.
type ListServerCertificatesInput struct {
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// ListServerCertificatesOutput is what ListServerCertificates answers.
type ListServerCertificatesOutput struct {
	ServerCertificateMetadataList []ServerCertificateMetadata `json:"ServerCertificateMetadataList,omitzero"`
	IsTruncated                   *bool                       `json:"IsTruncated,omitzero"`
	Marker                        *string                     `json:"Marker,omitzero"`
}

// ListServiceSpecificCredentialsInput is what ListServiceSpecificCredentials takes.
type ListServiceSpecificCredentialsInput struct {
	UserName    *string `json:"UserName,omitzero"`
	ServiceName *string `json:"ServiceName,omitzero"`
	AllUsers    *bool   `json:"AllUsers,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
	MaxItems    *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListServiceSpecificCredentialsInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListServiceSpecificCredentialsOutput is what ListServiceSpecificCredentials answers.
type ListServiceSpecificCredentialsOutput struct {
	ServiceSpecificCredentials []ServiceSpecificCredentialMetadata `json:"ServiceSpecificCredentials,omitzero"`
	Marker                     *string                             `json:"Marker,omitzero"`
	IsTruncated                *bool                               `json:"IsTruncated,omitzero"`
}

// ListSigningCertificatesInput is what ListSigningCertificates takes.
type ListSigningCertificatesInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListSigningCertificatesInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListSigningCertificatesOutput is what ListSigningCertificates answers.
type ListSigningCertificatesOutput struct {
	Certificates []SigningCertificate `json:"Certificates,omitzero"`
	IsTruncated  *bool                `json:"IsTruncated,omitzero"`
	Marker       *string              `json:"Marker,omitzero"`
}

// ListUserPoliciesInput is what ListUserPolicies takes.
type ListUserPoliciesInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListUserPoliciesInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListUserPoliciesOutput is what ListUserPolicies answers.
type ListUserPoliciesOutput struct {
	PolicyNames []string `json:"PolicyNames,omitzero"`
	IsTruncated *bool    `json:"IsTruncated,omitzero"`
	Marker      *string  `json:"Marker,omitzero"`
}

// ListUserTagsInput is what ListUserTags takes.
type ListUserTagsInput struct {
	UserName *string `json:"UserName,omitzero"`
	Marker   *string `json:"Marker,omitzero"`
	MaxItems *int32  `json:"MaxItems,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ListUserTagsInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ListUserTagsOutput is what ListUserTags answers.
type ListUserTagsOutput struct {
	Tags        []Tag   `json:"Tags,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListUsersInput is what ListUsers takes.
type ListUsersInput struct {
	PathPrefix *string `json:"PathPrefix,omitzero"`
	Marker     *string `json:"Marker,omitzero"`
	MaxItems   *int32  `json:"MaxItems,omitzero"`
}

// ListUsersOutput is what ListUsers answers.
type ListUsersOutput struct {
	Users       []User  `json:"Users,omitzero"`
	IsTruncated *bool   `json:"IsTruncated,omitzero"`
	Marker      *string `json:"Marker,omitzero"`
}

// ListVirtualMFADevicesInput is what ListVirtualMFADevices takes.
type ListVirtualMFADevicesInput struct {
	AssignmentStatus *string `json:"AssignmentStatus,omitzero"` // one of AssignmentStatusType*
	Marker           *string `json:"Marker,omitzero"`
	MaxItems         *int32  `json:"MaxItems,omitzero"`
}

// ListVirtualMFADevicesOutput is what ListVirtualMFADevices answers.
type ListVirtualMFADevicesOutput struct {
	VirtualMFADevices []VirtualMFADevice `json:"VirtualMFADevices,omitzero"`
	IsTruncated       *bool              `json:"IsTruncated,omitzero"`
	Marker            *string            `json:"Marker,omitzero"`
}

// LoginProfile is a structure of the API.
type LoginProfile struct {
	UserName              *string     `json:"UserName,omitzero"`
	CreateDate            *shape.Time `json:"CreateDate,omitzero"`
	PasswordResetRequired *bool       `json:"PasswordResetRequired,omitzero"`
}

// MFADevice is a structure of the API.
type MFADevice struct {
	UserName     *string     `json:"UserName,omitzero"`
	SerialNumber *string     `json:"SerialNumber,omitzero"`
	EnableDate   *shape.Time `json:"EnableDate,omitzero"`
}

// ManagedPolicyDetail is a structure of the API.
type ManagedPolicyDetail struct {
	PolicyName                    *string         `json:"PolicyName,omitzero"`
	PolicyId                      *string         `json:"PolicyId,omitzero"`
	Arn                           *string         `json:"Arn,omitzero"`
	Path                          *string         `json:"Path,omitzero"`
	DefaultVersionId              *string         `json:"DefaultVersionId,omitzero"`
	AttachmentCount               *int32          `json:"AttachmentCount,omitzero"`
	PermissionsBoundaryUsageCount *int32          `json:"PermissionsBoundaryUsageCount,omitzero"`
	IsAttachable                  *bool           `json:"IsAttachable,omitzero"`
	Description                   *string         `json:"Description,omitzero"`
	CreateDate                    *shape.Time     `json:"CreateDate,omitzero"`
	UpdateDate                    *shape.Time     `json:"UpdateDate,omitzero"`
	PolicyVersionList             []PolicyVersion `json:"PolicyVersionList,omitzero"`
}

// OpenIDConnectProviderListEntry is a structure of the API.
type OpenIDConnectProviderListEntry struct {
	Arn *string `json:"Arn,omitzero"`
}

// OrganizationsDecisionDetail is a structure of the API.
type OrganizationsDecisionDetail struct {
	AllowedByOrganizations *bool `json:"AllowedByOrganizations,omitzero"`
}

// PasswordPolicy is a structure of the API.
type PasswordPolicy struct {
	MinimumPasswordLength      *int32 `json:"MinimumPasswordLength,omitzero"`
	RequireSymbols             *bool  `json:"RequireSymbols,omitzero"`
	RequireNumbers             *bool  `json:"RequireNumbers,omitzero"`
	RequireUppercaseCharacters *bool  `json:"RequireUppercaseCharacters,omitzero"`
	RequireLowercaseCharacters *bool  `json:"RequireLowercaseCharacters,omitzero"`
	AllowUsersToChangePassword *bool  `json:"AllowUsersToChangePassword,omitzero"`
	ExpirePasswords            *bool  `json:"ExpirePasswords,omitzero"`
	MaxPasswordAge             *int32 `json:"MaxPasswordAge,omitzero"`
	PasswordReusePrevention    *int32 `json:"PasswordReusePrevention,omitzero"`
	HardExpiry                 *bool  `json:"HardExpiry,omitzero"`
}

// PermissionsBoundaryDecisionDetail is a structure of the API.
type PermissionsBoundaryDecisionDetail struct {
	AllowedByPermissionsBoundary *bool `json:"AllowedByPermissionsBoundary,omitzero"`
}

// Policy is a structure of the API.
type Policy struct {
	PolicyName                    *string     `json:"PolicyName,omitzero"`
	PolicyId                      *string     `json:"PolicyId,omitzero"`
	Arn                           *string     `json:"Arn,omitzero"`
	Path                          *string     `json:"Path,omitzero"`
	DefaultVersionId              *string     `json:"DefaultVersionId,omitzero"`
	AttachmentCount               *int32      `json:"AttachmentCount,omitzero"`
	PermissionsBoundaryUsageCount *int32      `json:"PermissionsBoundaryUsageCount,omitzero"`
	IsAttachable                  *bool       `json:"IsAttachable,omitzero"`
	Description                   *string     `json:"Description,omitzero"`
	CreateDate                    *shape.Time `json:"CreateDate,omitzero"`
	UpdateDate                    *shape.Time `json:"UpdateDate,omitzero"`
	Tags                          []Tag       `json:"Tags,omitzero"`
}

// PolicyDetail is a structure of the API.
type PolicyDetail struct {
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// PolicyGrantingServiceAccess is a structure of the API.
type PolicyGrantingServiceAccess struct {
	PolicyName *string `json:"PolicyName,omitzero"`
	PolicyType *string `json:"PolicyType,omitzero"` // one of PolicyType*
	PolicyArn  *string `json:"PolicyArn,omitzero"`
	EntityType *string `json:"EntityType,omitzero"` // one of PolicyOwnerEntityType*
	EntityName *string `json:"EntityName,omitzero"`
}

// PolicyGroup is a structure of the API.
type PolicyGroup struct {
	GroupName *string `json:"GroupName,omitzero"`
	GroupId   *string `json:"GroupId,omitzero"`
}

// PolicyParameter is a structure of the API.
type PolicyParameter struct {
	Name   *string  `json:"Name,omitzero"`
	Values []string `json:"Values,omitzero"`
	Type   *string  `json:"Type,omitzero"` // one of PolicyParameterTypeEnum*
}

// PolicyRole is a structure of the API.
type PolicyRole struct {
	RoleName *string `json:"RoleName,omitzero"`
	RoleId   *string `json:"RoleId,omitzero"`
}

// PolicyUser is a structure of the API.
type PolicyUser struct {
	UserName *string `json:"UserName,omitzero"`
	UserId   *string `json:"UserId,omitzero"`
}

// PolicyVersion is a structure of the API.
type PolicyVersion struct {
	Document         *string     `json:"Document,omitzero"`
	VersionId        *string     `json:"VersionId,omitzero"`
	IsDefaultVersion *bool       `json:"IsDefaultVersion,omitzero"`
	CreateDate       *shape.Time `json:"CreateDate,omitzero"`
}

// Position is a structure of the API.
type Position struct {
	Line   *int32 `json:"Line,omitzero"`
	Column *int32 `json:"Column,omitzero"`
}

// PutGroupPolicyInput is what PutGroupPolicy takes.
type PutGroupPolicyInput struct {
	GroupName      *string `json:"GroupName,omitzero"`
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *PutGroupPolicyInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// PutGroupPolicyOutput is what PutGroupPolicy answers.
type PutGroupPolicyOutput struct {
}

// PutRolePermissionsBoundaryInput is what PutRolePermissionsBoundary takes.
type PutRolePermissionsBoundaryInput struct {
	RoleName            *string `json:"RoleName,omitzero"`
	PermissionsBoundary *string `json:"PermissionsBoundary,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *PutRolePermissionsBoundaryInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// PutRolePermissionsBoundaryOutput is what PutRolePermissionsBoundary answers.
type PutRolePermissionsBoundaryOutput struct {
}

// PutRolePolicyInput is what PutRolePolicy takes.
type PutRolePolicyInput struct {
	RoleName       *string `json:"RoleName,omitzero"`
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *PutRolePolicyInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// PutRolePolicyOutput is what PutRolePolicy answers.
type PutRolePolicyOutput struct {
}

// PutUserPermissionsBoundaryInput is what PutUserPermissionsBoundary takes.
type PutUserPermissionsBoundaryInput struct {
	UserName            *string `json:"UserName,omitzero"`
	PermissionsBoundary *string `json:"PermissionsBoundary,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *PutUserPermissionsBoundaryInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// PutUserPermissionsBoundaryOutput is what PutUserPermissionsBoundary answers.
type PutUserPermissionsBoundaryOutput struct {
}

// PutUserPolicyInput is what PutUserPolicy takes.
type PutUserPolicyInput struct {
	UserName       *string `json:"UserName,omitzero"`
	PolicyName     *string `json:"PolicyName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *PutUserPolicyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// PutUserPolicyOutput is what PutUserPolicy answers.
type PutUserPolicyOutput struct {
}

// RejectDelegationRequestInput is what RejectDelegationRequest takes.
type RejectDelegationRequestInput struct {
	DelegationRequestId *string `json:"DelegationRequestId,omitzero"`
	Notes               *string `json:"Notes,omitzero"`
}

// RejectDelegationRequestOutput is what RejectDelegationRequest answers.
type RejectDelegationRequestOutput struct {
}

// RemoveClientIDFromOpenIDConnectProviderInput is what RemoveClientIDFromOpenIDConnectProvider takes.
type RemoveClientIDFromOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
	ClientID                 *string `json:"ClientID,omitzero"`
}

// RemoveClientIDFromOpenIDConnectProviderOutput is what RemoveClientIDFromOpenIDConnectProvider answers.
type RemoveClientIDFromOpenIDConnectProviderOutput struct {
}

// RemoveRoleFromInstanceProfileInput is what RemoveRoleFromInstanceProfile takes.
type RemoveRoleFromInstanceProfileInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
	RoleName            *string `json:"RoleName,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *RemoveRoleFromInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *RemoveRoleFromInstanceProfileInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// RemoveRoleFromInstanceProfileOutput is what RemoveRoleFromInstanceProfile answers.
type RemoveRoleFromInstanceProfileOutput struct {
}

// RemoveUserFromGroupInput is what RemoveUserFromGroup takes.
type RemoveUserFromGroupInput struct {
	GroupName *string `json:"GroupName,omitzero"`
	UserName  *string `json:"UserName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *RemoveUserFromGroupInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// GetUserName returns UserName, or "" when it is absent.
func (in *RemoveUserFromGroupInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// RemoveUserFromGroupOutput is what RemoveUserFromGroup answers.
type RemoveUserFromGroupOutput struct {
}

// ResetServiceSpecificCredentialInput is what ResetServiceSpecificCredential takes.
type ResetServiceSpecificCredentialInput struct {
	UserName                    *string `json:"UserName,omitzero"`
	ServiceSpecificCredentialId *string `json:"ServiceSpecificCredentialId,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ResetServiceSpecificCredentialInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ResetServiceSpecificCredentialOutput is what ResetServiceSpecificCredential answers.
type ResetServiceSpecificCredentialOutput struct {
	ServiceSpecificCredential *ServiceSpecificCredential `json:"ServiceSpecificCredential,omitzero"`
}

// ResourceSpecificResult is a structure of the API.
type ResourceSpecificResult struct {
	EvalResourceName                  *string                            `json:"EvalResourceName,omitzero"`
	EvalResourceDecision              *string                            `json:"EvalResourceDecision,omitzero"` // one of PolicyEvaluationDecisionType*
	MatchedStatements                 []Statement                        `json:"MatchedStatements,omitzero"`
	MissingContextValues              []string                           `json:"MissingContextValues,omitzero"`
	EvalDecisionDetails               map[string]string                  `json:"EvalDecisionDetails,omitzero"`
	PermissionsBoundaryDecisionDetail *PermissionsBoundaryDecisionDetail `json:"PermissionsBoundaryDecisionDetail,omitzero"`
}

// ResyncMFADeviceInput is what ResyncMFADevice takes.
type ResyncMFADeviceInput struct {
	UserName            *string `json:"UserName,omitzero"`
	SerialNumber        *string `json:"SerialNumber,omitzero"`
	AuthenticationCode1 *string `json:"AuthenticationCode1,omitzero"`
	AuthenticationCode2 *string `json:"AuthenticationCode2,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *ResyncMFADeviceInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// ResyncMFADeviceOutput is what ResyncMFADevice answers.
type ResyncMFADeviceOutput struct {
}

// Role is a structure of the API.
type Role struct {
	Path                     *string                      `json:"Path,omitzero"`
	RoleName                 *string                      `json:"RoleName,omitzero"`
	RoleId                   *string                      `json:"RoleId,omitzero"`
	Arn                      *string                      `json:"Arn,omitzero"`
	CreateDate               *shape.Time                  `json:"CreateDate,omitzero"`
	AssumeRolePolicyDocument *string                      `json:"AssumeRolePolicyDocument,omitzero"`
	Description              *string                      `json:"Description,omitzero"`
	MaxSessionDuration       *int32                       `json:"MaxSessionDuration,omitzero"`
	PermissionsBoundary      *AttachedPermissionsBoundary `json:"PermissionsBoundary,omitzero"`
	Tags                     []Tag                        `json:"Tags,omitzero"`
	RoleLastUsed             *RoleLastUsed                `json:"RoleLastUsed,omitzero"`
}

// RoleDetail is a structure of the API.
type RoleDetail struct {
	Path                     *string                      `json:"Path,omitzero"`
	RoleName                 *string                      `json:"RoleName,omitzero"`
	RoleId                   *string                      `json:"RoleId,omitzero"`
	Arn                      *string                      `json:"Arn,omitzero"`
	CreateDate               *shape.Time                  `json:"CreateDate,omitzero"`
	AssumeRolePolicyDocument *string                      `json:"AssumeRolePolicyDocument,omitzero"`
	InstanceProfileList      []InstanceProfile            `json:"InstanceProfileList,omitzero"`
	RolePolicyList           []PolicyDetail               `json:"RolePolicyList,omitzero"`
	AttachedManagedPolicies  []AttachedPolicy             `json:"AttachedManagedPolicies,omitzero"`
	PermissionsBoundary      *AttachedPermissionsBoundary `json:"PermissionsBoundary,omitzero"`
	Tags                     []Tag                        `json:"Tags,omitzero"`
	RoleLastUsed             *RoleLastUsed                `json:"RoleLastUsed,omitzero"`
}

// RoleLastUsed is a structure of the API.
type RoleLastUsed struct {
	LastUsedDate *shape.Time `json:"LastUsedDate,omitzero"`
	Region       *string     `json:"Region,omitzero"`
}

// RoleUsageType is a structure of the API.
type RoleUsageType struct {
	Region    *string  `json:"Region,omitzero"`
	Resources []string `json:"Resources,omitzero"`
}

// SAMLPrivateKey is a structure of the API.
type SAMLPrivateKey struct {
	KeyId     *string     `json:"KeyId,omitzero"`
	Timestamp *shape.Time `json:"Timestamp,omitzero"`
}

// SAMLProviderListEntry is a structure of the API.
type SAMLProviderListEntry struct {
	Arn        *string     `json:"Arn,omitzero"`
	ValidUntil *shape.Time `json:"ValidUntil,omitzero"`
	CreateDate *shape.Time `json:"CreateDate,omitzero"`
}

// SSHPublicKey is a structure of the API.
type SSHPublicKey struct {
	UserName         *string     `json:"UserName,omitzero"`
	SSHPublicKeyId   *string     `json:"SSHPublicKeyId,omitzero"`
	Fingerprint      *string     `json:"Fingerprint,omitzero"`
	SSHPublicKeyBody *string     `json:"SSHPublicKeyBody,omitzero"`
	Status           *string     `json:"Status,omitzero"` // one of StatusType*
	UploadDate       *shape.Time `json:"UploadDate,omitzero"`
}

// SSHPublicKeyMetadata is a structure of the API.
type SSHPublicKeyMetadata struct {
	UserName       *string     `json:"UserName,omitzero"`
	SSHPublicKeyId *string     `json:"SSHPublicKeyId,omitzero"`
	Status         *string     `json:"Status,omitzero"` // one of StatusType*
	UploadDate     *shape.Time `json:"UploadDate,omitzero"`
}

// SendDelegationTokenInput is what SendDelegationToken takes.
type SendDelegationTokenInput struct {
	DelegationRequestId *string `json:"DelegationRequestId,omitzero"`
}

// SendDelegationTokenOutput is what SendDelegationToken answers.
type SendDelegationTokenOutput struct {
}

// ServerCertificate is a structure of the API.
type ServerCertificate struct {
	ServerCertificateMetadata *ServerCertificateMetadata `json:"ServerCertificateMetadata,omitzero"`
	CertificateBody           *string                    `json:"CertificateBody,omitzero"`
	CertificateChain          *string                    `json:"CertificateChain,omitzero"`
	Tags                      []Tag                      `json:"Tags,omitzero"`
}

// ServerCertificateMetadata is a structure of the API.
type ServerCertificateMetadata struct {
	Path                  *string     `json:"Path,omitzero"`
	ServerCertificateName *string     `json:"ServerCertificateName,omitzero"`
	ServerCertificateId   *string     `json:"ServerCertificateId,omitzero"`
	Arn                   *string     `json:"Arn,omitzero"`
	UploadDate            *shape.Time `json:"UploadDate,omitzero"`
	Expiration            *shape.Time `json:"Expiration,omitzero"`
}

// ServiceLastAccessed is a structure of the API.
type ServiceLastAccessed struct {
	ServiceName                *string                     `json:"ServiceName,omitzero"`
	LastAuthenticated          *shape.Time                 `json:"LastAuthenticated,omitzero"`
	ServiceNamespace           *string                     `json:"ServiceNamespace,omitzero"`
	LastAuthenticatedEntity    *string                     `json:"LastAuthenticatedEntity,omitzero"`
	LastAuthenticatedRegion    *string                     `json:"LastAuthenticatedRegion,omitzero"`
	TotalAuthenticatedEntities *int32                      `json:"TotalAuthenticatedEntities,omitzero"`
	TrackedActionsLastAccessed []TrackedActionLastAccessed `json:"TrackedActionsLastAccessed,omitzero"`
}

// ServiceSpecificCredential is a structure of the API.
type ServiceSpecificCredential struct {
	CreateDate                  *shape.Time `json:"CreateDate,omitzero"`
	ExpirationDate              *shape.Time `json:"ExpirationDate,omitzero"`
	ServiceName                 *string     `json:"ServiceName,omitzero"`
	ServiceUserName             *string     `json:"ServiceUserName,omitzero"`
	ServicePassword             *string     `json:"ServicePassword,omitzero"`
	ServiceCredentialAlias      *string     `json:"ServiceCredentialAlias,omitzero"`
	ServiceCredentialSecret     *string     `json:"ServiceCredentialSecret,omitzero"`
	ServiceSpecificCredentialId *string     `json:"ServiceSpecificCredentialId,omitzero"`
	UserName                    *string     `json:"UserName,omitzero"`
	Status                      *string     `json:"Status,omitzero"` // one of StatusType*
}

// ServiceSpecificCredentialMetadata is a structure of the API.
type ServiceSpecificCredentialMetadata struct {
	UserName                    *string     `json:"UserName,omitzero"`
	Status                      *string     `json:"Status,omitzero"` // one of StatusType*
	ServiceUserName             *string     `json:"ServiceUserName,omitzero"`
	ServiceCredentialAlias      *string     `json:"ServiceCredentialAlias,omitzero"`
	CreateDate                  *shape.Time `json:"CreateDate,omitzero"`
	ExpirationDate              *shape.Time `json:"ExpirationDate,omitzero"`
	ServiceSpecificCredentialId *string     `json:"ServiceSpecificCredentialId,omitzero"`
	ServiceName                 *string     `json:"ServiceName,omitzero"`
}

// SetDefaultPolicyVersionInput is what SetDefaultPolicyVersion takes.
type SetDefaultPolicyVersionInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
	VersionId *string `json:"VersionId,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *SetDefaultPolicyVersionInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// SetDefaultPolicyVersionOutput is what SetDefaultPolicyVersion answers.
type SetDefaultPolicyVersionOutput struct {
}

// SetSecurityTokenServicePreferencesInput is what SetSecurityTokenServicePreferences takes.
type SetSecurityTokenServicePreferencesInput struct {
	GlobalEndpointTokenVersion *string `json:"GlobalEndpointTokenVersion,omitzero"` // one of GlobalEndpointTokenVersion*
}

// SetSecurityTokenServicePreferencesOutput is what SetSecurityTokenServicePreferences answers.
type SetSecurityTokenServicePreferencesOutput struct {
}

// SigningCertificate is a structure of the API.
type SigningCertificate struct {
	UserName        *string     `json:"UserName,omitzero"`
	CertificateId   *string     `json:"CertificateId,omitzero"`
	CertificateBody *string     `json:"CertificateBody,omitzero"`
	Status          *string     `json:"Status,omitzero"` // one of StatusType*
	UploadDate      *shape.Time `json:"UploadDate,omitzero"`
}

// SimulateCustomPolicyInput is what SimulateCustomPolicy takes.
type SimulateCustomPolicyInput struct {
	PolicyInputList                    []string       `json:"PolicyInputList,omitzero"`
	PermissionsBoundaryPolicyInputList []string       `json:"PermissionsBoundaryPolicyInputList,omitzero"`
	ActionNames                        []string       `json:"ActionNames,omitzero"`
	ResourceArns                       []string       `json:"ResourceArns,omitzero"`
	ResourcePolicy                     *string        `json:"ResourcePolicy,omitzero"`
	ResourceOwner                      *string        `json:"ResourceOwner,omitzero"`
	CallerArn                          *string        `json:"CallerArn,omitzero"`
	ContextEntries                     []ContextEntry `json:"ContextEntries,omitzero"`
	ResourceHandlingOption             *string        `json:"ResourceHandlingOption,omitzero"`
	MaxItems                           *int32         `json:"MaxItems,omitzero"`
	Marker                             *string        `json:"Marker,omitzero"`
}

// SimulateCustomPolicyOutput is what SimulateCustomPolicy answers.
type SimulateCustomPolicyOutput struct {
	EvaluationResults []EvaluationResult `json:"EvaluationResults,omitzero"`
	IsTruncated       *bool              `json:"IsTruncated,omitzero"`
	Marker            *string            `json:"Marker,omitzero"`
}

// SimulatePrincipalPolicyInput is what SimulatePrincipalPolicy takes.
type SimulatePrincipalPolicyInput struct {
	PolicySourceArn                    *string        `json:"PolicySourceArn,omitzero"`
	PolicyInputList                    []string       `json:"PolicyInputList,omitzero"`
	PermissionsBoundaryPolicyInputList []string       `json:"PermissionsBoundaryPolicyInputList,omitzero"`
	ActionNames                        []string       `json:"ActionNames,omitzero"`
	ResourceArns                       []string       `json:"ResourceArns,omitzero"`
	ResourcePolicy                     *string        `json:"ResourcePolicy,omitzero"`
	ResourceOwner                      *string        `json:"ResourceOwner,omitzero"`
	CallerArn                          *string        `json:"CallerArn,omitzero"`
	ContextEntries                     []ContextEntry `json:"ContextEntries,omitzero"`
	ResourceHandlingOption             *string        `json:"ResourceHandlingOption,omitzero"`
	MaxItems                           *int32         `json:"MaxItems,omitzero"`
	Marker                             *string        `json:"Marker,omitzero"`
}

// SimulatePrincipalPolicyOutput is what SimulatePrincipalPolicy answers.
type SimulatePrincipalPolicyOutput struct {
	EvaluationResults []EvaluationResult `json:"EvaluationResults,omitzero"`
	IsTruncated       *bool              `json:"IsTruncated,omitzero"`
	Marker            *string            `json:"Marker,omitzero"`
}

// Statement is a structure of the API.
type Statement struct {
	SourcePolicyId   *string   `json:"SourcePolicyId,omitzero"`
	SourcePolicyType *string   `json:"SourcePolicyType,omitzero"` // one of PolicySourceType*
	StartPosition    *Position `json:"StartPosition,omitzero"`
	EndPosition      *Position `json:"EndPosition,omitzero"`
}

// Tag is a structure of the API.
type Tag struct {
	Key   *string `json:"Key,omitzero"`
	Value *string `json:"Value,omitzero"`
}

// TagInstanceProfileInput is what TagInstanceProfile takes.
type TagInstanceProfileInput struct {
	InstanceProfileName *string `json:"InstanceProfileName,omitzero"`
	Tags                []Tag   `json:"Tags,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *TagInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// TagInstanceProfileOutput is what TagInstanceProfile answers.
type TagInstanceProfileOutput struct {
}

// TagMFADeviceInput is what TagMFADevice takes.
type TagMFADeviceInput struct {
	SerialNumber *string `json:"SerialNumber,omitzero"`
	Tags         []Tag   `json:"Tags,omitzero"`
}

// TagMFADeviceOutput is what TagMFADevice answers.
type TagMFADeviceOutput struct {
}

// TagOpenIDConnectProviderInput is what TagOpenIDConnectProvider takes.
type TagOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn *string `json:"OpenIDConnectProviderArn,omitzero"`
	Tags                     []Tag   `json:"Tags,omitzero"`
}

// TagOpenIDConnectProviderOutput is what TagOpenIDConnectProvider answers.
type TagOpenIDConnectProviderOutput struct {
}

// TagPolicyInput is what TagPolicy takes.
type TagPolicyInput struct {
	PolicyArn *string `json:"PolicyArn,omitzero"`
	Tags      []Tag   `json:"Tags,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *TagPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// TagPolicyOutput is what TagPolicy answers.
type TagPolicyOutput struct {
}

// TagRoleInput is what TagRole takes.
type TagRoleInput struct {
	RoleName *string `json:"RoleName,omitzero"`
	Tags     []Tag   `json:"Tags,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *TagRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// TagRoleOutput is what TagRole answers.
type TagRoleOutput struct {
}

// TagSAMLProviderInput is what TagSAMLProvider takes.
type TagSAMLProviderInput struct {
	SAMLProviderArn *string `json:"SAMLProviderArn,omitzero"`
	Tags            []Tag   `json:"Tags,omitzero"`
}

// TagSAMLProviderOutput is what TagSAMLProvider answers.
type TagSAMLProviderOutput struct {
}

// TagServerCertificateInput is what TagServerCertificate takes.
type TagServerCertificateInput struct {
	ServerCertificateName *string `json:"ServerCertificateName,omitzero"`
	Tags                  []Tag   `json:"Tags,omitzero"`
}

// TagServerCertificateOutput is what TagServerCertificate answers.
type TagServerCertificateOutput struct {
}

// TagUserInput is what TagUser takes.
type TagUserInput struct {
	UserName *string `json:"UserName,omitzero"`
	Tags     []Tag   `json:"Tags,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *TagUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// TagUserOutput is what TagUser answers.
type TagUserOutput struct {
}

// TrackedActionLastAccessed is a structure of the API.
type TrackedActionLastAccessed struct {
	ActionName         *string     `json:"ActionName,omitzero"`
	LastAccessedEntity *string     `json:"LastAccessedEntity,omitzero"`
	LastAccessedTime   *shape.Time `json:"LastAccessedTime,omitzero"`
	LastAccessedRegion *string     `json:"LastAccessedRegion,omitzero"`
}

// UntagInstanceProfileInput is what UntagInstanceProfile takes.
type UntagInstanceProfileInput struct {
	InstanceProfileName *string  `json:"InstanceProfileName,omitzero"`
	TagKeys             []string `json:"TagKeys,omitzero"`
}

// GetInstanceProfileName returns InstanceProfileName, or "" when it is absent.
func (in *UntagInstanceProfileInput) GetInstanceProfileName() string {
	if in.InstanceProfileName == nil {
		return ""
	}
	return *in.InstanceProfileName
}

// UntagInstanceProfileOutput is what UntagInstanceProfile answers.
type UntagInstanceProfileOutput struct {
}

// UntagMFADeviceInput is what UntagMFADevice takes.
type UntagMFADeviceInput struct {
	SerialNumber *string  `json:"SerialNumber,omitzero"`
	TagKeys      []string `json:"TagKeys,omitzero"`
}

// UntagMFADeviceOutput is what UntagMFADevice answers.
type UntagMFADeviceOutput struct {
}

// UntagOpenIDConnectProviderInput is what UntagOpenIDConnectProvider takes.
type UntagOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn *string  `json:"OpenIDConnectProviderArn,omitzero"`
	TagKeys                  []string `json:"TagKeys,omitzero"`
}

// UntagOpenIDConnectProviderOutput is what UntagOpenIDConnectProvider answers.
type UntagOpenIDConnectProviderOutput struct {
}

// UntagPolicyInput is what UntagPolicy takes.
type UntagPolicyInput struct {
	PolicyArn *string  `json:"PolicyArn,omitzero"`
	TagKeys   []string `json:"TagKeys,omitzero"`
}

// GetPolicyArn returns PolicyArn, or "" when it is absent.
func (in *UntagPolicyInput) GetPolicyArn() string {
	if in.PolicyArn == nil {
		return ""
	}
	return *in.PolicyArn
}

// UntagPolicyOutput is what UntagPolicy answers.
type UntagPolicyOutput struct {
}

// UntagRoleInput is what UntagRole takes.
type UntagRoleInput struct {
	RoleName *string  `json:"RoleName,omitzero"`
	TagKeys  []string `json:"TagKeys,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *UntagRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// UntagRoleOutput is what UntagRole answers.
type UntagRoleOutput struct {
}

// UntagSAMLProviderInput is what UntagSAMLProvider takes.
type UntagSAMLProviderInput struct {
	SAMLProviderArn *string  `json:"SAMLProviderArn,omitzero"`
	TagKeys         []string `json:"TagKeys,omitzero"`
}

// UntagSAMLProviderOutput is what UntagSAMLProvider answers.
type UntagSAMLProviderOutput struct {
}

// UntagServerCertificateInput is what UntagServerCertificate takes.
type UntagServerCertificateInput struct {
	ServerCertificateName *string  `json:"ServerCertificateName,omitzero"`
	TagKeys               []string `json:"TagKeys,omitzero"`
}

// UntagServerCertificateOutput is what UntagServerCertificate answers.
type UntagServerCertificateOutput struct {
}

// UntagUserInput is what UntagUser takes.
type UntagUserInput struct {
	UserName *string  `json:"UserName,omitzero"`
	TagKeys  []string `json:"TagKeys,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UntagUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UntagUserOutput is what UntagUser answers.
type UntagUserOutput struct {
}

// UpdateAccessKeyInput is what UpdateAccessKey takes.
type UpdateAccessKeyInput struct {
	UserName    *string `json:"UserName,omitzero"`
	AccessKeyId *string `json:"AccessKeyId,omitzero"`
	Status      *string `json:"Status,omitzero"` // one of StatusType*
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UpdateAccessKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UpdateAccessKeyOutput is what UpdateAccessKey answers.
type UpdateAccessKeyOutput struct {
}

// UpdateAccountPasswordPolicyInput is what UpdateAccountPasswordPolicy takes.
type UpdateAccountPasswordPolicyInput struct {
	MinimumPasswordLength      *int32 `json:"MinimumPasswordLength,omitzero"`
	RequireSymbols             *bool  `json:"RequireSymbols,omitzero"`
	RequireNumbers             *bool  `json:"RequireNumbers,omitzero"`
	RequireUppercaseCharacters *bool  `json:"RequireUppercaseCharacters,omitzero"`
	RequireLowercaseCharacters *bool  `json:"RequireLowercaseCharacters,omitzero"`
	AllowUsersToChangePassword *bool  `json:"AllowUsersToChangePassword,omitzero"`
	MaxPasswordAge             *int32 `json:"MaxPasswordAge,omitzero"`
	PasswordReusePrevention    *int32 `json:"PasswordReusePrevention,omitzero"`
	HardExpiry                 *bool  `json:"HardExpiry,omitzero"`
}

// UpdateAccountPasswordPolicyOutput is what UpdateAccountPasswordPolicy answers.
type UpdateAccountPasswordPolicyOutput struct {
}

// UpdateAssumeRolePolicyInput is what UpdateAssumeRolePolicy takes.
type UpdateAssumeRolePolicyInput struct {
	RoleName       *string `json:"RoleName,omitzero"`
	PolicyDocument *string `json:"PolicyDocument,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *UpdateAssumeRolePolicyInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// UpdateAssumeRolePolicyOutput is what UpdateAssumeRolePolicy answers.
type UpdateAssumeRolePolicyOutput struct {
}

// UpdateDelegationRequestInput is what UpdateDelegationRequest takes.
type UpdateDelegationRequestInput struct {
	DelegationRequestId *string `json:"DelegationRequestId,omitzero"`
	Notes               *string `json:"Notes,omitzero"`
}

// UpdateDelegationRequestOutput is what UpdateDelegationRequest answers.
type UpdateDelegationRequestOutput struct {
}

// UpdateGroupInput is what UpdateGroup takes.
type UpdateGroupInput struct {
	GroupName    *string `json:"GroupName,omitzero"`
	NewPath      *string `json:"NewPath,omitzero"`
	NewGroupName *string `json:"NewGroupName,omitzero"`
}

// GetGroupName returns GroupName, or "" when it is absent.
func (in *UpdateGroupInput) GetGroupName() string {
	if in.GroupName == nil {
		return ""
	}
	return *in.GroupName
}

// UpdateGroupOutput is what UpdateGroup answers.
type UpdateGroupOutput struct {
}

// UpdateLoginProfileInput is what UpdateLoginProfile takes.
type UpdateLoginProfileInput struct {
	UserName              *string `json:"UserName,omitzero"`
	Password              *string `json:"Password,omitzero"`
	PasswordResetRequired *bool   `json:"PasswordResetRequired,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UpdateLoginProfileInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UpdateLoginProfileOutput is what UpdateLoginProfile answers.
type UpdateLoginProfileOutput struct {
}

// UpdateOpenIDConnectProviderThumbprintInput is what UpdateOpenIDConnectProviderThumbprint takes.
type UpdateOpenIDConnectProviderThumbprintInput struct {
	OpenIDConnectProviderArn *string  `json:"OpenIDConnectProviderArn,omitzero"`
	ThumbprintList           []string `json:"ThumbprintList,omitzero"`
}

// UpdateOpenIDConnectProviderThumbprintOutput is what UpdateOpenIDConnectProviderThumbprint answers.
type UpdateOpenIDConnectProviderThumbprintOutput struct {
}

// UpdateRoleDescriptionInput is what UpdateRoleDescription takes.
type UpdateRoleDescriptionInput struct {
	RoleName    *string `json:"RoleName,omitzero"`
	Description *string `json:"Description,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *UpdateRoleDescriptionInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// UpdateRoleDescriptionOutput is what UpdateRoleDescription answers.
type UpdateRoleDescriptionOutput struct {
	Role *Role `json:"Role,omitzero"`
}

// UpdateRoleInput is what UpdateRole takes.
type UpdateRoleInput struct {
	RoleName           *string `json:"RoleName,omitzero"`
	Description        *string `json:"Description,omitzero"`
	MaxSessionDuration *int32  `json:"MaxSessionDuration,omitzero"`
}

// GetRoleName returns RoleName, or "" when it is absent.
func (in *UpdateRoleInput) GetRoleName() string {
	if in.RoleName == nil {
		return ""
	}
	return *in.RoleName
}

// UpdateRoleOutput is what UpdateRole answers.
type UpdateRoleOutput struct {
}

// UpdateSAMLProviderInput is what UpdateSAMLProvider takes.
type UpdateSAMLProviderInput struct {
	SAMLMetadataDocument    *string `json:"SAMLMetadataDocument,omitzero"`
	SAMLProviderArn         *string `json:"SAMLProviderArn,omitzero"`
	AssertionEncryptionMode *string `json:"AssertionEncryptionMode,omitzero"` // one of AssertionEncryptionModeType*
	AddPrivateKey           *string `json:"AddPrivateKey,omitzero"`
	RemovePrivateKey        *string `json:"RemovePrivateKey,omitzero"`
}

// UpdateSAMLProviderOutput is what UpdateSAMLProvider answers.
type UpdateSAMLProviderOutput struct {
	SAMLProviderArn *string `json:"SAMLProviderArn,omitzero"`
}

// UpdateSSHPublicKeyInput is what UpdateSSHPublicKey takes.
type UpdateSSHPublicKeyInput struct {
	UserName       *string `json:"UserName,omitzero"`
	SSHPublicKeyId *string `json:"SSHPublicKeyId,omitzero"`
	Status         *string `json:"Status,omitzero"` // one of StatusType*
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UpdateSSHPublicKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UpdateSSHPublicKeyOutput is what UpdateSSHPublicKey answers.
type UpdateSSHPublicKeyOutput struct {
}

// UpdateServerCertificateInput is what UpdateServerCertificate takes.
type UpdateServerCertificateInput struct {
	ServerCertificateName    *string `json:"ServerCertificateName,omitzero"`
	NewPath                  *string `json:"NewPath,omitzero"`
	NewServerCertificateName *string `json:"NewServerCertificateName,omitzero"`
}

// UpdateServerCertificateOutput is what UpdateServerCertificate answers.
type UpdateServerCertificateOutput struct {
}

// UpdateServiceSpecificCredentialInput is what UpdateServiceSpecificCredential takes.
type UpdateServiceSpecificCredentialInput struct {
	UserName                    *string `json:"UserName,omitzero"`
	ServiceSpecificCredentialId *string `json:"ServiceSpecificCredentialId,omitzero"`
	Status                      *string `json:"Status,omitzero"` // one of StatusType*
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UpdateServiceSpecificCredentialInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UpdateServiceSpecificCredentialOutput is what UpdateServiceSpecificCredential answers.
type UpdateServiceSpecificCredentialOutput struct {
}

// UpdateSigningCertificateInput is what UpdateSigningCertificate takes.
type UpdateSigningCertificateInput struct {
	UserName      *string `json:"UserName,omitzero"`
	CertificateId *string `json:"CertificateId,omitzero"`
	Status        *string `json:"Status,omitzero"` // one of StatusType*
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UpdateSigningCertificateInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UpdateSigningCertificateOutput is what UpdateSigningCertificate answers.
type UpdateSigningCertificateOutput struct {
}

// UpdateUserInput is what UpdateUser takes.
type UpdateUserInput struct {
	UserName    *string `json:"UserName,omitzero"`
	NewPath     *string `json:"NewPath,omitzero"`
	NewUserName *string `json:"NewUserName,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UpdateUserInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UpdateUserOutput is what UpdateUser answers.
type UpdateUserOutput struct {
}

// UploadSSHPublicKeyInput is what UploadSSHPublicKey takes.
type UploadSSHPublicKeyInput struct {
	UserName         *string `json:"UserName,omitzero"`
	SSHPublicKeyBody *string `json:"SSHPublicKeyBody,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UploadSSHPublicKeyInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UploadSSHPublicKeyOutput is what UploadSSHPublicKey answers.
type UploadSSHPublicKeyOutput struct {
	SSHPublicKey *SSHPublicKey `json:"SSHPublicKey,omitzero"`
}

// UploadServerCertificateInput is what UploadServerCertificate takes.
type UploadServerCertificateInput struct {
	Path                  *string `json:"Path,omitzero"`
	ServerCertificateName *string `json:"ServerCertificateName,omitzero"`
	CertificateBody       *string `json:"CertificateBody,omitzero"`
	PrivateKey            *string `json:"PrivateKey,omitzero"`
	CertificateChain      *string `json:"CertificateChain,omitzero"`
	Tags                  []Tag   `json:"Tags,omitzero"`
}

// UploadServerCertificateOutput is what UploadServerCertificate answers.
type UploadServerCertificateOutput struct {
	ServerCertificateMetadata *ServerCertificateMetadata `json:"ServerCertificateMetadata,omitzero"`
	Tags                      []Tag                      `json:"Tags,omitzero"`
}

// UploadSigningCertificateInput is what UploadSigningCertificate takes.
type UploadSigningCertificateInput struct {
	UserName        *string `json:"UserName,omitzero"`
	CertificateBody *string `json:"CertificateBody,omitzero"`
}

// GetUserName returns UserName, or "" when it is absent.
func (in *UploadSigningCertificateInput) GetUserName() string {
	if in.UserName == nil {
		return ""
	}
	return *in.UserName
}

// UploadSigningCertificateOutput is what UploadSigningCertificate answers.
type UploadSigningCertificateOutput struct {
	Certificate *SigningCertificate `json:"Certificate,omitzero"`
}

// User is a structure of the API.
type User struct {
	Path                *string                      `json:"Path,omitzero"`
	UserName            *string                      `json:"UserName,omitzero"`
	UserId              *string                      `json:"UserId,omitzero"`
	Arn                 *string                      `json:"Arn,omitzero"`
	CreateDate          *shape.Time                  `json:"CreateDate,omitzero"`
	PasswordLastUsed    *shape.Time                  `json:"PasswordLastUsed,omitzero"`
	PermissionsBoundary *AttachedPermissionsBoundary `json:"PermissionsBoundary,omitzero"`
	Tags                []Tag                        `json:"Tags,omitzero"`
}

// UserDetail is a structure of the API.
type UserDetail struct {
	Path                    *string                      `json:"Path,omitzero"`
	UserName                *string                      `json:"UserName,omitzero"`
	UserId                  *string                      `json:"UserId,omitzero"`
	Arn                     *string                      `json:"Arn,omitzero"`
	CreateDate              *shape.Time                  `json:"CreateDate,omitzero"`
	UserPolicyList          []PolicyDetail               `json:"UserPolicyList,omitzero"`
	GroupList               []string                     `json:"GroupList,omitzero"`
	AttachedManagedPolicies []AttachedPolicy             `json:"AttachedManagedPolicies,omitzero"`
	PermissionsBoundary     *AttachedPermissionsBoundary `json:"PermissionsBoundary,omitzero"`
	Tags                    []Tag                        `json:"Tags,omitzero"`
}

// VirtualMFADevice is a structure of the API.
type VirtualMFADevice struct {
	SerialNumber     *string     `json:"SerialNumber,omitzero"`
	Base32StringSeed []byte      `json:"Base32StringSeed,omitzero"`
	QRCodePNG        []byte      `json:"QRCodePNG,omitzero"`
	User             *User       `json:"User,omitzero"`
	EnableDate       *shape.Time `json:"EnableDate,omitzero"`
	Tags             []Tag       `json:"Tags,omitzero"`
}

// Values of AccessAdvisorUsageGranularityType.
const (
	AccessAdvisorUsageGranularityTypeServiceLevel = "SERVICE_LEVEL"
	AccessAdvisorUsageGranularityTypeActionLevel  = "ACTION_LEVEL"
)

// Values of ContextKeyTypeEnum.
const (
	ContextKeyTypeEnumString      = "string"
	ContextKeyTypeEnumStringList  = "stringList"
	ContextKeyTypeEnumNumeric     = "numeric"
	ContextKeyTypeEnumNumericList = "numericList"
	ContextKeyTypeEnumBoolean     = "boolean"
	ContextKeyTypeEnumBooleanList = "booleanList"
	ContextKeyTypeEnumIp          = "ip"
	ContextKeyTypeEnumIpList      = "ipList"
	ContextKeyTypeEnumBinary      = "binary"
	ContextKeyTypeEnumBinaryList  = "binaryList"
	ContextKeyTypeEnumDate        = "date"
	ContextKeyTypeEnumDateList    = "dateList"
)

// Values of DeletionTaskStatusType.
const (
	DeletionTaskStatusTypeSucceeded  = "SUCCEEDED"
	DeletionTaskStatusTypeInProgress = "IN_PROGRESS"
	DeletionTaskStatusTypeFailed     = "FAILED"
	DeletionTaskStatusTypeNotStarted = "NOT_STARTED"
)

// Values of EntityType.
const (
	EntityTypeUser               = "User"
	EntityTypeRole               = "Role"
	EntityTypeGroup              = "Group"
	EntityTypeLocalManagedPolicy = "LocalManagedPolicy"
	EntityTypeAWSManagedPolicy   = "AWSManagedPolicy"
)

// Values of FeatureType.
const (
	FeatureTypeRootCredentialsManagement = "RootCredentialsManagement"
	FeatureTypeRootSessions              = "RootSessions"
)

// Values of PermissionsBoundaryAttachmentType.
const (
	PermissionsBoundaryAttachmentTypePermissionsBoundaryPolicy = "PermissionsBoundaryPolicy"
)

// Values of PolicyEvaluationDecisionType.
const (
	PolicyEvaluationDecisionTypeAllowed      = "allowed"
	PolicyEvaluationDecisionTypeExplicitDeny = "explicitDeny"
	PolicyEvaluationDecisionTypeImplicitDeny = "implicitDeny"
)

// Values of PolicyParameterTypeEnum.
const (
	PolicyParameterTypeEnumString     = "string"
	PolicyParameterTypeEnumStringList = "stringList"
)

// Values of PolicySourceType.
const (
	PolicySourceTypeUser        = "user"
	PolicySourceTypeGroup       = "group"
	PolicySourceTypeRole        = "role"
	PolicySourceTypeAwsManaged  = "aws-managed"
	PolicySourceTypeUserManaged = "user-managed"
	PolicySourceTypeResource    = "resource"
	PolicySourceTypeNone        = "none"
)

// Values of PolicyUsageType.
const (
	PolicyUsageTypePermissionsPolicy   = "PermissionsPolicy"
	PolicyUsageTypePermissionsBoundary = "PermissionsBoundary"
)

// Values of ReportFormatType.
const (
	ReportFormatTypeTextCsv = "text/csv"
)

// Values of ReportStateType.
const (
	ReportStateTypeStarted    = "STARTED"
	ReportStateTypeInprogress = "INPROGRESS"
	ReportStateTypeComplete   = "COMPLETE"
)

// Values of AssertionEncryptionModeType.
const (
	AssertionEncryptionModeTypeRequired = "Required"
	AssertionEncryptionModeTypeAllowed  = "Allowed"
)

// Values of AssignmentStatusType.
const (
	AssignmentStatusTypeAssigned   = "Assigned"
	AssignmentStatusTypeUnassigned = "Unassigned"
	AssignmentStatusTypeAny        = "Any"
)

// Values of EncodingType.
const (
	EncodingTypeSsh = "SSH"
	EncodingTypePem = "PEM"
)

// Values of GlobalEndpointTokenVersion.
const (
	GlobalEndpointTokenVersionV1Token = "v1Token"
	GlobalEndpointTokenVersionV2Token = "v2Token"
)

// Values of JobStatusType.
const (
	JobStatusTypeInProgress = "IN_PROGRESS"
	JobStatusTypeCompleted  = "COMPLETED"
	JobStatusTypeFailed     = "FAILED"
)

// Values of PermissionCheckResultType.
const (
	PermissionCheckResultTypeAllowed = "ALLOWED"
	PermissionCheckResultTypeDenied  = "DENIED"
	PermissionCheckResultTypeUnsure  = "UNSURE"
)

// Values of PermissionCheckStatusType.
const (
	PermissionCheckStatusTypeComplete   = "COMPLETE"
	PermissionCheckStatusTypeInProgress = "IN_PROGRESS"
	PermissionCheckStatusTypeFailed     = "FAILED"
)

// Values of PolicyOwnerEntityType.
const (
	PolicyOwnerEntityTypeUser  = "USER"
	PolicyOwnerEntityTypeRole  = "ROLE"
	PolicyOwnerEntityTypeGroup = "GROUP"
)

// Values of PolicyScopeType.
const (
	PolicyScopeTypeAll   = "All"
	PolicyScopeTypeAws   = "AWS"
	PolicyScopeTypeLocal = "Local"
)

// Values of PolicyType.
const (
	PolicyTypeInline  = "INLINE"
	PolicyTypeManaged = "MANAGED"
)

// Values of SortKeyType.
const (
	SortKeyTypeServiceNamespaceAscending       = "SERVICE_NAMESPACE_ASCENDING"
	SortKeyTypeServiceNamespaceDescending      = "SERVICE_NAMESPACE_DESCENDING"
	SortKeyTypeLastAuthenticatedTimeAscending  = "LAST_AUTHENTICATED_TIME_ASCENDING"
	SortKeyTypeLastAuthenticatedTimeDescending = "LAST_AUTHENTICATED_TIME_DESCENDING"
)

// Values of StateType.
const (
	StateTypeUnassigned      = "UNASSIGNED"
	StateTypeAssigned        = "ASSIGNED"
	StateTypePendingApproval = "PENDING_APPROVAL"
	StateTypeFinalized       = "FINALIZED"
	StateTypeAccepted        = "ACCEPTED"
	StateTypeRejected        = "REJECTED"
	StateTypeExpired         = "EXPIRED"
)

// Values of StatusType.
const (
	StatusTypeActive   = "Active"
	StatusTypeInactive = "Inactive"
	StatusTypeExpired  = "Expired"
)

// Values of SummaryKeyType.
const (
	SummaryKeyTypeUsers                             = "Users"
	SummaryKeyTypeUsersQuota                        = "UsersQuota"
	SummaryKeyTypeGroups                            = "Groups"
	SummaryKeyTypeGroupsQuota                       = "GroupsQuota"
	SummaryKeyTypeServerCertificates                = "ServerCertificates"
	SummaryKeyTypeServerCertificatesQuota           = "ServerCertificatesQuota"
	SummaryKeyTypeUserPolicySizeQuota               = "UserPolicySizeQuota"
	SummaryKeyTypeGroupPolicySizeQuota              = "GroupPolicySizeQuota"
	SummaryKeyTypeGroupsPerUserQuota                = "GroupsPerUserQuota"
	SummaryKeyTypeSigningCertificatesPerUserQuota   = "SigningCertificatesPerUserQuota"
	SummaryKeyTypeAccessKeysPerUserQuota            = "AccessKeysPerUserQuota"
	SummaryKeyTypeMFADevices                        = "MFADevices"
	SummaryKeyTypeMFADevicesInUse                   = "MFADevicesInUse"
	SummaryKeyTypeAccountMFAEnabled                 = "AccountMFAEnabled"
	SummaryKeyTypeAccountAccessKeysPresent          = "AccountAccessKeysPresent"
	SummaryKeyTypeAccountPasswordPresent            = "AccountPasswordPresent"
	SummaryKeyTypeAccountSigningCertificatesPresent = "AccountSigningCertificatesPresent"
	SummaryKeyTypeAttachedPoliciesPerGroupQuota     = "AttachedPoliciesPerGroupQuota"
	SummaryKeyTypeAttachedPoliciesPerRoleQuota      = "AttachedPoliciesPerRoleQuota"
	SummaryKeyTypeAttachedPoliciesPerUserQuota      = "AttachedPoliciesPerUserQuota"
	SummaryKeyTypePolicies                          = "Policies"
	SummaryKeyTypePoliciesQuota                     = "PoliciesQuota"
	SummaryKeyTypePolicySizeQuota                   = "PolicySizeQuota"
	SummaryKeyTypePolicyVersionsInUse               = "PolicyVersionsInUse"
	SummaryKeyTypePolicyVersionsInUseQuota          = "PolicyVersionsInUseQuota"
	SummaryKeyTypeVersionsPerPolicyQuota            = "VersionsPerPolicyQuota"
	SummaryKeyTypeGlobalEndpointTokenVersion        = "GlobalEndpointTokenVersion"
	SummaryKeyTypeAssumeRolePolicySizeQuota         = "AssumeRolePolicySizeQuota"
	SummaryKeyTypeInstanceProfiles                  = "InstanceProfiles"
	SummaryKeyTypeInstanceProfilesQuota             = "InstanceProfilesQuota"
	SummaryKeyTypeProviders                         = "Providers"
	SummaryKeyTypeRolePolicySizeQuota               = "RolePolicySizeQuota"
	SummaryKeyTypeRoles                             = "Roles"
	SummaryKeyTypeRolesQuota                        = "RolesQuota"
)

// Values of SummaryStateType.
const (
	SummaryStateTypeAvailable    = "AVAILABLE"
	SummaryStateTypeNotAvailable = "NOT_AVAILABLE"
	SummaryStateTypeNotSupported = "NOT_SUPPORTED"
	SummaryStateTypeFailed       = "FAILED"
)
