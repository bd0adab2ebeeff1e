// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package organizations

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Error codes that the model declares.
const (
	CodeAWSOrganizationsNotInUse                = "AWSOrganizationsNotInUseException"
	CodeAccessDenied                            = "AccessDeniedException"
	CodeAccessDeniedForDependency               = "AccessDeniedForDependencyException"
	CodeAccountAlreadyClosed                    = "AccountAlreadyClosedException"
	CodeAccountAlreadyRegistered                = "AccountAlreadyRegisteredException"
	CodeAccountNotFound                         = "AccountNotFoundException"
	CodeAccountNotRegistered                    = "AccountNotRegisteredException"
	CodeAccountOwnerNotVerified                 = "AccountOwnerNotVerifiedException"
	CodeAlreadyInOrganization                   = "AlreadyInOrganizationException"
	CodeChildNotFound                           = "ChildNotFoundException"
	CodeConcurrentModification                  = "ConcurrentModificationException"
	CodeConflict                                = "ConflictException"
	CodeConstraintViolation                     = "ConstraintViolationException"
	CodeCreateAccountStatusNotFound             = "CreateAccountStatusNotFoundException"
	CodeDestinationParentNotFound               = "DestinationParentNotFoundException"
	CodeDuplicateAccount                        = "DuplicateAccountException"
	CodeDuplicateHandshake                      = "DuplicateHandshakeException"
	CodeDuplicateOrganizationalUnit             = "DuplicateOrganizationalUnitException"
	CodeDuplicatePolicyAttachment               = "DuplicatePolicyAttachmentException"
	CodeDuplicatePolicy                         = "DuplicatePolicyException"
	CodeEffectivePolicyNotFound                 = "EffectivePolicyNotFoundException"
	CodeFinalizingOrganization                  = "FinalizingOrganizationException"
	CodeHandshakeAlreadyInState                 = "HandshakeAlreadyInStateException"
	CodeHandshakeConstraintViolation            = "HandshakeConstraintViolationException"
	CodeHandshakeNotFound                       = "HandshakeNotFoundException"
	CodeInvalidHandshakeTransition              = "InvalidHandshakeTransitionException"
	CodeInvalidInput                            = "InvalidInputException"
	CodeInvalidResponsibilityTransferTransition = "InvalidResponsibilityTransferTransitionException"
	CodeMalformedPolicyDocument                 = "MalformedPolicyDocumentException"
	CodeMasterCannotLeaveOrganization           = "MasterCannotLeaveOrganizationException"
	CodeOrganizationNotEmpty                    = "OrganizationNotEmptyException"
	CodeOrganizationalUnitNotEmpty              = "OrganizationalUnitNotEmptyException"
	CodeOrganizationalUnitNotFound              = "OrganizationalUnitNotFoundException"
	CodeParentNotFound                          = "ParentNotFoundException"
	CodePolicyChangesInProgress                 = "PolicyChangesInProgressException"
	CodePolicyInUse                             = "PolicyInUseException"
	CodePolicyNotAttached                       = "PolicyNotAttachedException"
	CodePolicyNotFound                          = "PolicyNotFoundException"
	CodePolicyTypeAlreadyEnabled                = "PolicyTypeAlreadyEnabledException"
	CodePolicyTypeNotAvailableForOrganization   = "PolicyTypeNotAvailableForOrganizationException"
	CodePolicyTypeNotEnabled                    = "PolicyTypeNotEnabledException"
	CodeResourcePolicyNotFound                  = "ResourcePolicyNotFoundException"
	CodeResponsibilityTransferAlreadyInStatus   = "ResponsibilityTransferAlreadyInStatusException"
	CodeResponsibilityTransferNotFound          = "ResponsibilityTransferNotFoundException"
	CodeRootNotFound                            = "RootNotFoundException"
	CodeService                                 = "ServiceException"
	CodeSourceParentNotFound                    = "SourceParentNotFoundException"
	CodeTargetNotFound                          = "TargetNotFoundException"
	CodeTooManyRequests                         = "TooManyRequestsException"
	CodeUnsupportedAPIEndpoint                  = "UnsupportedAPIEndpointException"
)

var errorCodes = []shape.Error{
	{Code: CodeAWSOrganizationsNotInUse, Status: 400},
	{Code: CodeAccessDenied, Status: 400},
	{Code: CodeAccessDeniedForDependency, Status: 400},
	{Code: CodeAccountAlreadyClosed, Status: 400},
	{Code: CodeAccountAlreadyRegistered, Status: 400},
	{Code: CodeAccountNotFound, Status: 400},
	{Code: CodeAccountNotRegistered, Status: 400},
	{Code: CodeAccountOwnerNotVerified, Status: 400},
	{Code: CodeAlreadyInOrganization, Status: 400},
	{Code: CodeChildNotFound, Status: 400},
	{Code: CodeConcurrentModification, Status: 400},
	{Code: CodeConflict, Status: 400},
	{Code: CodeConstraintViolation, Status: 400},
	{Code: CodeCreateAccountStatusNotFound, Status: 400},
	{Code: CodeDestinationParentNotFound, Status: 400},
	{Code: CodeDuplicateAccount, Status: 400},
	{Code: CodeDuplicateHandshake, Status: 400},
	{Code: CodeDuplicateOrganizationalUnit, Status: 400},
	{Code: CodeDuplicatePolicyAttachment, Status: 400},
	{Code: CodeDuplicatePolicy, Status: 400},
	{Code: CodeEffectivePolicyNotFound, Status: 400},
	{Code: CodeFinalizingOrganization, Status: 400},
	{Code: CodeHandshakeAlreadyInState, Status: 400},
	{Code: CodeHandshakeConstraintViolation, Status: 400},
	{Code: CodeHandshakeNotFound, Status: 400},
	{Code: CodeInvalidHandshakeTransition, Status: 400},
	{Code: CodeInvalidInput, Status: 400},
	{Code: CodeInvalidResponsibilityTransferTransition, Status: 400},
	{Code: CodeMalformedPolicyDocument, Status: 400},
	{Code: CodeMasterCannotLeaveOrganization, Status: 400},
	{Code: CodeOrganizationNotEmpty, Status: 400},
	{Code: CodeOrganizationalUnitNotEmpty, Status: 400},
	{Code: CodeOrganizationalUnitNotFound, Status: 400},
	{Code: CodeParentNotFound, Status: 400},
	{Code: CodePolicyChangesInProgress, Status: 400},
	{Code: CodePolicyInUse, Status: 400},
	{Code: CodePolicyNotAttached, Status: 400},
	{Code: CodePolicyNotFound, Status: 400},
	{Code: CodePolicyTypeAlreadyEnabled, Status: 400},
	{Code: CodePolicyTypeNotAvailableForOrganization, Status: 400},
	{Code: CodePolicyTypeNotEnabled, Status: 400},
	{Code: CodeResourcePolicyNotFound, Status: 400},
	{Code: CodeResponsibilityTransferAlreadyInStatus, Status: 400},
	{Code: CodeResponsibilityTransferNotFound, Status: 400},
	{Code: CodeRootNotFound, Status: 400},
	{Code: CodeService, Status: 500, Fault: true},
	{Code: CodeSourceParentNotFound, Status: 400},
	{Code: CodeTargetNotFound, Status: 400},
	{Code: CodeTooManyRequests, Status: 400},
	{Code: CodeUnsupportedAPIEndpoint, Status: 400},
}
