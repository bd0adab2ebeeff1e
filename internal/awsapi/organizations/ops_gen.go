// Code generated from models/ by awsapi/gen; DO NOT EDIT.

// Package organizations holds the operations and shapes of AWS Organizations, API version 2016-11-28.
package organizations

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Service describes AWS Organizations.
var Service = &shape.Service{
	Name:         "organizations",
	Title:        "AWS Organizations",
	SigningName:  "organizations",
	Version:      "2016-11-28",
	Protocol:     shape.JSON11,
	TargetPrefix: "AWSOrganizationsV20161128",
	Global:       true,
	Operations: []shape.Operation{
		{Name: "AcceptHandshake", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeHandshakeConstraintViolation, CodeHandshakeNotFound, CodeInvalidHandshakeTransition, CodeHandshakeAlreadyInState, CodeInvalidInput, CodeConcurrentModification, CodeService, CodeTooManyRequests, CodeAccessDeniedForDependency, CodeConstraintViolation, CodeMasterCannotLeaveOrganization}},
		{Name: "AttachPolicy", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeDuplicatePolicyAttachment, CodeInvalidInput, CodePolicyNotFound, CodePolicyTypeNotEnabled, CodeService, CodeTargetNotFound, CodeTooManyRequests, CodeUnsupportedAPIEndpoint, CodePolicyChangesInProgress}},
		{Name: "CancelHandshake", Errors: []string{CodeAccessDenied, CodeConcurrentModification, CodeHandshakeNotFound, CodeInvalidHandshakeTransition, CodeHandshakeAlreadyInState, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "CloseAccount", NoResult: true, Errors: []string{CodeAccessDenied, CodeAccountAlreadyClosed, CodeAccountNotFound, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConflict, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "CreateAccount", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeFinalizingOrganization, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "CreateGovCloudAccount", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeFinalizingOrganization, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "CreateOrganization", Errors: []string{CodeAccessDenied, CodeAlreadyInOrganization, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeAccessDeniedForDependency}},
		{Name: "CreateOrganizationalUnit", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeDuplicateOrganizationalUnit, CodeInvalidInput, CodeParentNotFound, CodeService, CodeTooManyRequests}},
		{Name: "CreatePolicy", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeDuplicatePolicy, CodeInvalidInput, CodeMalformedPolicyDocument, CodePolicyTypeNotAvailableForOrganization, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "DeclineHandshake", Errors: []string{CodeAccessDenied, CodeConcurrentModification, CodeHandshakeNotFound, CodeInvalidHandshakeTransition, CodeHandshakeAlreadyInState, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "DeleteOrganization", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeOrganizationNotEmpty, CodeService, CodeTooManyRequests}},
		{Name: "DeleteOrganizationalUnit", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeInvalidInput, CodeOrganizationalUnitNotEmpty, CodeOrganizationalUnitNotFound, CodeService, CodeTooManyRequests}},
		{Name: "DeletePolicy", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeInvalidInput, CodePolicyInUse, CodePolicyNotFound, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "DeleteResourcePolicy", NoResult: true, Errors: []string{CodeAccessDenied, CodeService, CodeUnsupportedAPIEndpoint, CodeTooManyRequests, CodeConcurrentModification, CodeConstraintViolation, CodeAWSOrganizationsNotInUse, CodeResourcePolicyNotFound}},
		{Name: "DeregisterDelegatedAdministrator", NoResult: true, Errors: []string{CodeAccessDenied, CodeAccountNotFound, CodeAccountNotRegistered, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeTooManyRequests, CodeService, CodeUnsupportedAPIEndpoint}},
		{Name: "DescribeAccount", Errors: []string{CodeAccessDenied, CodeAccountNotFound, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "DescribeCreateAccountStatus", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeCreateAccountStatusNotFound, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "DescribeEffectivePolicy", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeService, CodeTooManyRequests, CodeTargetNotFound, CodeEffectivePolicyNotFound, CodeInvalidInput, CodeUnsupportedAPIEndpoint}},
		{Name: "DescribeHandshake", Errors: []string{CodeAccessDenied, CodeConcurrentModification, CodeHandshakeNotFound, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "DescribeOrganization", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeService, CodeTooManyRequests}},
		{Name: "DescribeOrganizationalUnit", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeOrganizationalUnitNotFound, CodeService, CodeTooManyRequests}},
		{Name: "DescribePolicy", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodePolicyNotFound, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "DescribeResourcePolicy", Errors: []string{CodeAccessDenied, CodeService, CodeUnsupportedAPIEndpoint, CodeTooManyRequests, CodeAWSOrganizationsNotInUse, CodeResourcePolicyNotFound, CodeConstraintViolation}},
		{Name: "DescribeResponsibilityTransfer", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeResponsibilityTransferNotFound, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "DetachPolicy", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodePolicyNotAttached, CodePolicyNotFound, CodeService, CodeTargetNotFound, CodeTooManyRequests, CodeUnsupportedAPIEndpoint, CodePolicyChangesInProgress}},
		{Name: "DisableAWSServiceAccess", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "DisablePolicyType", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodePolicyTypeNotEnabled, CodeRootNotFound, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint, CodePolicyChangesInProgress}},
		{Name: "EnableAWSServiceAccess", NoResult: true, Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "EnableAllFeatures", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeHandshakeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "EnablePolicyType", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodePolicyTypeAlreadyEnabled, CodeRootNotFound, CodeService, CodeTooManyRequests, CodePolicyTypeNotAvailableForOrganization, CodeUnsupportedAPIEndpoint, CodePolicyChangesInProgress}},
		{Name: "InviteAccountToOrganization", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeAccountOwnerNotVerified, CodeConcurrentModification, CodeHandshakeConstraintViolation, CodeDuplicateHandshake, CodeConstraintViolation, CodeInvalidInput, CodeFinalizingOrganization, CodeService, CodeTooManyRequests}},
		{Name: "InviteOrganizationToTransferResponsibility", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeDuplicateHandshake, CodeHandshakeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "LeaveOrganization", NoResult: true, Errors: []string{CodeAccessDenied, CodeAccountNotFound, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeMasterCannotLeaveOrganization, CodeService, CodeTooManyRequests}},
		{Name: "ListAWSServiceAccessForOrganization", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "ListAccounts", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "ListAccountsForParent", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeParentNotFound, CodeService, CodeTooManyRequests}},
		{Name: "ListAccountsWithInvalidEffectivePolicy", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeEffectivePolicyNotFound, CodeService, CodeTooManyRequests, CodeInvalidInput, CodeUnsupportedAPIEndpoint}},
		{Name: "ListChildren", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeParentNotFound, CodeService, CodeTooManyRequests}},
		{Name: "ListCreateAccountStatus", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "ListDelegatedAdministrators", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeInvalidInput, CodeTooManyRequests, CodeService, CodeUnsupportedAPIEndpoint}},
		{Name: "ListDelegatedServicesForAccount", Errors: []string{CodeAccessDenied, CodeAccountNotFound, CodeAccountNotRegistered, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeInvalidInput, CodeTooManyRequests, CodeService, CodeUnsupportedAPIEndpoint}},
		{Name: "ListEffectivePolicyValidationErrors", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeEffectivePolicyNotFound, CodeService, CodeTooManyRequests, CodeAccountNotFound, CodeInvalidInput, CodeUnsupportedAPIEndpoint}},
		{Name: "ListHandshakesForAccount", Errors: []string{CodeAccessDenied, CodeConcurrentModification, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "ListHandshakesForOrganization", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "ListInboundResponsibilityTransfers", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeResponsibilityTransferNotFound, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "ListOrganizationalUnitsForParent", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeParentNotFound, CodeService, CodeTooManyRequests}},
		{Name: "ListOutboundResponsibilityTransfers", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "ListParents", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeChildNotFound, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "ListPolicies", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "ListPoliciesForTarget", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeService, CodeTargetNotFound, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "ListRoots", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "ListTagsForResource", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeTargetNotFound, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "ListTargetsForPolicy", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeInvalidInput, CodePolicyNotFound, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
		{Name: "MoveAccount", NoResult: true, Errors: []string{CodeAccessDenied, CodeInvalidInput, CodeSourceParentNotFound, CodeDestinationParentNotFound, CodeDuplicateAccount, CodeAccountNotFound, CodeTooManyRequests, CodeConcurrentModification, CodeAWSOrganizationsNotInUse, CodeService}},
		{Name: "PutResourcePolicy", Errors: []string{CodeAccessDenied, CodeService, CodeUnsupportedAPIEndpoint, CodeTooManyRequests, CodeConcurrentModification, CodeInvalidInput, CodeConstraintViolation, CodeAWSOrganizationsNotInUse}},
		{Name: "RegisterDelegatedAdministrator", NoResult: true, Errors: []string{CodeAccessDenied, CodeAccountAlreadyRegistered, CodeAccountNotFound, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeTooManyRequests, CodeService, CodeUnsupportedAPIEndpoint}},
		{Name: "RemoveAccountFromOrganization", NoResult: true, Errors: []string{CodeAccessDenied, CodeAccountNotFound, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeMasterCannotLeaveOrganization, CodeService, CodeTooManyRequests}},
		{Name: "TagResource", NoResult: true, Errors: []string{CodeAccessDenied, CodeConcurrentModification, CodeAWSOrganizationsNotInUse, CodeTargetNotFound, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "TerminateResponsibilityTransfer", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeInvalidInput, CodeResponsibilityTransferNotFound, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint, CodeResponsibilityTransferAlreadyInStatus, CodeInvalidResponsibilityTransferTransition}},
		{Name: "UntagResource", NoResult: true, Errors: []string{CodeAccessDenied, CodeConcurrentModification, CodeAWSOrganizationsNotInUse, CodeTargetNotFound, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests}},
		{Name: "UpdateOrganizationalUnit", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeDuplicateOrganizationalUnit, CodeInvalidInput, CodeOrganizationalUnitNotFound, CodeService, CodeTooManyRequests}},
		{Name: "UpdatePolicy", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeConcurrentModification, CodeConstraintViolation, CodeDuplicatePolicy, CodeInvalidInput, CodeMalformedPolicyDocument, CodePolicyNotFound, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint, CodePolicyChangesInProgress}},
		{Name: "UpdateResponsibilityTransfer", Errors: []string{CodeAccessDenied, CodeAWSOrganizationsNotInUse, CodeResponsibilityTransferNotFound, CodeConstraintViolation, CodeInvalidInput, CodeService, CodeTooManyRequests, CodeUnsupportedAPIEndpoint}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	AcceptHandshake                            = shape.Shape[AcceptHandshakeInput, AcceptHandshakeOutput]{Service: Service, Name: "AcceptHandshake"}
	AttachPolicy                               = shape.Shape[AttachPolicyInput, AttachPolicyOutput]{Service: Service, Name: "AttachPolicy"}
	CancelHandshake                            = shape.Shape[CancelHandshakeInput, CancelHandshakeOutput]{Service: Service, Name: "CancelHandshake"}
	CloseAccount                               = shape.Shape[CloseAccountInput, CloseAccountOutput]{Service: Service, Name: "CloseAccount"}
	CreateAccount                              = shape.Shape[CreateAccountInput, CreateAccountOutput]{Service: Service, Name: "CreateAccount"}
	CreateGovCloudAccount                      = shape.Shape[CreateGovCloudAccountInput, CreateGovCloudAccountOutput]{Service: Service, Name: "CreateGovCloudAccount"}
	CreateOrganization                         = shape.Shape[CreateOrganizationInput, CreateOrganizationOutput]{Service: Service, Name: "CreateOrganization"}
	CreateOrganizationalUnit                   = shape.Shape[CreateOrganizationalUnitInput, CreateOrganizationalUnitOutput]{Service: Service, Name: "CreateOrganizationalUnit"}
	CreatePolicy                               = shape.Shape[CreatePolicyInput, CreatePolicyOutput]{Service: Service, Name: "CreatePolicy"}
	DeclineHandshake                           = shape.Shape[DeclineHandshakeInput, DeclineHandshakeOutput]{Service: Service, Name: "DeclineHandshake"}
	DeleteOrganization                         = shape.Shape[DeleteOrganizationInput, DeleteOrganizationOutput]{Service: Service, Name: "DeleteOrganization"}
	DeleteOrganizationalUnit                   = shape.Shape[DeleteOrganizationalUnitInput, DeleteOrganizationalUnitOutput]{Service: Service, Name: "DeleteOrganizationalUnit"}
	DeletePolicy                               = shape.Shape[DeletePolicyInput, DeletePolicyOutput]{Service: Service, Name: "DeletePolicy"}
	DeleteResourcePolicy                       = shape.Shape[DeleteResourcePolicyInput, DeleteResourcePolicyOutput]{Service: Service, Name: "DeleteResourcePolicy"}
	DeregisterDelegatedAdministrator           = shape.Shape[DeregisterDelegatedAdministratorInput, DeregisterDelegatedAdministratorOutput]{Service: Service, Name: "DeregisterDelegatedAdministrator"}
	DescribeAccount                            = shape.Shape[DescribeAccountInput, DescribeAccountOutput]{Service: Service, Name: "DescribeAccount"}
	DescribeCreateAccountStatus                = shape.Shape[DescribeCreateAccountStatusInput, DescribeCreateAccountStatusOutput]{Service: Service, Name: "DescribeCreateAccountStatus"}
	DescribeEffectivePolicy                    = shape.Shape[DescribeEffectivePolicyInput, DescribeEffectivePolicyOutput]{Service: Service, Name: "DescribeEffectivePolicy"}
	DescribeHandshake                          = shape.Shape[DescribeHandshakeInput, DescribeHandshakeOutput]{Service: Service, Name: "DescribeHandshake"}
	DescribeOrganization                       = shape.Shape[DescribeOrganizationInput, DescribeOrganizationOutput]{Service: Service, Name: "DescribeOrganization"}
	DescribeOrganizationalUnit                 = shape.Shape[DescribeOrganizationalUnitInput, DescribeOrganizationalUnitOutput]{Service: Service, Name: "DescribeOrganizationalUnit"}
	DescribePolicy                             = shape.Shape[DescribePolicyInput, DescribePolicyOutput]{Service: Service, Name: "DescribePolicy"}
	DescribeResourcePolicy                     = shape.Shape[DescribeResourcePolicyInput, DescribeResourcePolicyOutput]{Service: Service, Name: "DescribeResourcePolicy"}
	DescribeResponsibilityTransfer             = shape.Shape[DescribeResponsibilityTransferInput, DescribeResponsibilityTransferOutput]{Service: Service, Name: "DescribeResponsibilityTransfer"}
	DetachPolicy                               = shape.Shape[DetachPolicyInput, DetachPolicyOutput]{Service: Service, Name: "DetachPolicy"}
	DisableAWSServiceAccess                    = shape.Shape[DisableAWSServiceAccessInput, DisableAWSServiceAccessOutput]{Service: Service, Name: "DisableAWSServiceAccess"}
	DisablePolicyType                          = shape.Shape[DisablePolicyTypeInput, DisablePolicyTypeOutput]{Service: Service, Name: "DisablePolicyType"}
	EnableAWSServiceAccess                     = shape.Shape[EnableAWSServiceAccessInput, EnableAWSServiceAccessOutput]{Service: Service, Name: "EnableAWSServiceAccess"}
	EnableAllFeatures                          = shape.Shape[EnableAllFeaturesInput, EnableAllFeaturesOutput]{Service: Service, Name: "EnableAllFeatures"}
	EnablePolicyType                           = shape.Shape[EnablePolicyTypeInput, EnablePolicyTypeOutput]{Service: Service, Name: "EnablePolicyType"}
	InviteAccountToOrganization                = shape.Shape[InviteAccountToOrganizationInput, InviteAccountToOrganizationOutput]{Service: Service, Name: "InviteAccountToOrganization"}
	InviteOrganizationToTransferResponsibility = shape.Shape[InviteOrganizationToTransferResponsibilityInput, InviteOrganizationToTransferResponsibilityOutput]{Service: Service, Name: "InviteOrganizationToTransferResponsibility"}
	LeaveOrganization                          = shape.Shape[LeaveOrganizationInput, LeaveOrganizationOutput]{Service: Service, Name: "LeaveOrganization"}
	ListAWSServiceAccessForOrganization        = shape.Shape[ListAWSServiceAccessForOrganizationInput, ListAWSServiceAccessForOrganizationOutput]{Service: Service, Name: "ListAWSServiceAccessForOrganization"}
	ListAccounts                               = shape.Shape[ListAccountsInput, ListAccountsOutput]{Service: Service, Name: "ListAccounts"}
	ListAccountsForParent                      = shape.Shape[ListAccountsForParentInput, ListAccountsForParentOutput]{Service: Service, Name: "ListAccountsForParent"}
	ListAccountsWithInvalidEffectivePolicy     = shape.Shape[ListAccountsWithInvalidEffectivePolicyInput, ListAccountsWithInvalidEffectivePolicyOutput]{Service: Service, Name: "ListAccountsWithInvalidEffectivePolicy"}
	ListChildren                               = shape.Shape[ListChildrenInput, ListChildrenOutput]{Service: Service, Name: "ListChildren"}
	ListCreateAccountStatus                    = shape.Shape[ListCreateAccountStatusInput, ListCreateAccountStatusOutput]{Service: Service, Name: "ListCreateAccountStatus"}
	ListDelegatedAdministrators                = shape.Shape[ListDelegatedAdministratorsInput, ListDelegatedAdministratorsOutput]{Service: Service, Name: "ListDelegatedAdministrators"}
	ListDelegatedServicesForAccount            = shape.Shape[ListDelegatedServicesForAccountInput, ListDelegatedServicesForAccountOutput]{Service: Service, Name: "ListDelegatedServicesForAccount"}
	ListEffectivePolicyValidationErrors        = shape.Shape[ListEffectivePolicyValidationErrorsInput, ListEffectivePolicyValidationErrorsOutput]{Service: Service, Name: "ListEffectivePolicyValidationErrors"}
	ListHandshakesForAccount                   = shape.Shape[ListHandshakesForAccountInput, ListHandshakesForAccountOutput]{Service: Service, Name: "ListHandshakesForAccount"}
	ListHandshakesForOrganization              = shape.Shape[ListHandshakesForOrganizationInput, ListHandshakesForOrganizationOutput]{Service: Service, Name: "ListHandshakesForOrganization"}
	ListInboundResponsibilityTransfers         = shape.Shape[ListInboundResponsibilityTransfersInput, ListInboundResponsibilityTransfersOutput]{Service: Service, Name: "ListInboundResponsibilityTransfers"}
	ListOrganizationalUnitsForParent           = shape.Shape[ListOrganizationalUnitsForParentInput, ListOrganizationalUnitsForParentOutput]{Service: Service, Name: "ListOrganizationalUnitsForParent"}
	ListOutboundResponsibilityTransfers        = shape.Shape[ListOutboundResponsibilityTransfersInput, ListOutboundResponsibilityTransfersOutput]{Service: Service, Name: "ListOutboundResponsibilityTransfers"}
	ListParents                                = shape.Shape[ListParentsInput, ListParentsOutput]{Service: Service, Name: "ListParents"}
	ListPolicies                               = shape.Shape[ListPoliciesInput, ListPoliciesOutput]{Service: Service, Name: "ListPolicies"}
	ListPoliciesForTarget                      = shape.Shape[ListPoliciesForTargetInput, ListPoliciesForTargetOutput]{Service: Service, Name: "ListPoliciesForTarget"}
	ListRoots                                  = shape.Shape[ListRootsInput, ListRootsOutput]{Service: Service, Name: "ListRoots"}
	ListTagsForResource                        = shape.Shape[ListTagsForResourceInput, ListTagsForResourceOutput]{Service: Service, Name: "ListTagsForResource"}
	ListTargetsForPolicy                       = shape.Shape[ListTargetsForPolicyInput, ListTargetsForPolicyOutput]{Service: Service, Name: "ListTargetsForPolicy"}
	MoveAccount                                = shape.Shape[MoveAccountInput, MoveAccountOutput]{Service: Service, Name: "MoveAccount"}
	PutResourcePolicy                          = shape.Shape[PutResourcePolicyInput, PutResourcePolicyOutput]{Service: Service, Name: "PutResourcePolicy"}
	RegisterDelegatedAdministrator             = shape.Shape[RegisterDelegatedAdministratorInput, RegisterDelegatedAdministratorOutput]{Service: Service, Name: "RegisterDelegatedAdministrator"}
	RemoveAccountFromOrganization              = shape.Shape[RemoveAccountFromOrganizationInput, RemoveAccountFromOrganizationOutput]{Service: Service, Name: "RemoveAccountFromOrganization"}
	TagResource                                = shape.Shape[TagResourceInput, TagResourceOutput]{Service: Service, Name: "TagResource"}
	TerminateResponsibilityTransfer            = shape.Shape[TerminateResponsibilityTransferInput, TerminateResponsibilityTransferOutput]{Service: Service, Name: "TerminateResponsibilityTransfer"}
	UntagResource                              = shape.Shape[UntagResourceInput, UntagResourceOutput]{Service: Service, Name: "UntagResource"}
	UpdateOrganizationalUnit                   = shape.Shape[UpdateOrganizationalUnitInput, UpdateOrganizationalUnitOutput]{Service: Service, Name: "UpdateOrganizationalUnit"}
	UpdatePolicy                               = shape.Shape[UpdatePolicyInput, UpdatePolicyOutput]{Service: Service, Name: "UpdatePolicy"}
	UpdateResponsibilityTransfer               = shape.Shape[UpdateResponsibilityTransferInput, UpdateResponsibilityTransferOutput]{Service: Service, Name: "UpdateResponsibilityTransfer"}
)
