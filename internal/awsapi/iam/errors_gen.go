// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package iam

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Error codes that the model declares.
const (
	CodeAccountNotManagementOrDelegatedAdministrator = "AccountNotManagementOrDelegatedAdministratorException"
	CodeCallerIsNotManagementAccount                 = "CallerIsNotManagementAccountException"
	CodeConcurrentModification                       = "ConcurrentModification"
	CodeCredentialReportExpired                      = "ReportExpired"
	CodeCredentialReportNotPresent                   = "ReportNotPresent"
	CodeCredentialReportNotReady                     = "ReportInProgress"
	CodeDeleteConflict                               = "DeleteConflict"
	CodeDuplicateCertificate                         = "DuplicateCertificate"
	CodeDuplicateSSHPublicKey                        = "DuplicateSSHPublicKey"
	CodeEntityAlreadyExists                          = "EntityAlreadyExists"
	CodeEntityTemporarilyUnmodifiable                = "EntityTemporarilyUnmodifiable"
	CodeFeatureDisabled                              = "FeatureDisabled"
	CodeFeatureEnabled                               = "FeatureEnabled"
	CodeInvalidAuthenticationCode                    = "InvalidAuthenticationCode"
	CodeInvalidCertificate                           = "InvalidCertificate"
	CodeInvalidInput                                 = "InvalidInput"
	CodeInvalidPublicKey                             = "InvalidPublicKey"
	CodeInvalidUserType                              = "InvalidUserType"
	CodeKeyPairMismatch                              = "KeyPairMismatch"
	CodeLimitExceeded                                = "LimitExceeded"
	CodeMalformedCertificate                         = "MalformedCertificate"
	CodeMalformedPolicyDocument                      = "MalformedPolicyDocument"
	CodeNoSuchEntity                                 = "NoSuchEntity"
	CodeOpenIdIdpCommunicationError                  = "OpenIdIdpCommunicationError"
	CodeOrganizationNotFound                         = "OrganizationNotFoundException"
	CodeOrganizationNotInAllFeaturesMode             = "OrganizationNotInAllFeaturesModeException"
	CodePasswordPolicyViolation                      = "PasswordPolicyViolation"
	CodePolicyEvaluation                             = "PolicyEvaluation"
	CodePolicyNotAttachable                          = "PolicyNotAttachable"
	CodeReportGenerationLimitExceeded                = "ReportGenerationLimitExceeded"
	CodeServiceAccessNotEnabled                      = "ServiceAccessNotEnabledException"
	CodeServiceFailure                               = "ServiceFailure"
	CodeServiceNotSupported                          = "NotSupportedService"
	CodeUnmodifiableEntity                           = "UnmodifiableEntity"
	CodeUnrecognizedPublicKeyEncoding                = "UnrecognizedPublicKeyEncoding"
)

var errorCodes = []shape.Error{
	{Code: CodeAccountNotManagementOrDelegatedAdministrator, Status: 400},
	{Code: CodeCallerIsNotManagementAccount, Status: 400},
	{Code: CodeConcurrentModification, Status: 409},
	{Code: CodeCredentialReportExpired, Status: 410},
	{Code: CodeCredentialReportNotPresent, Status: 410},
	{Code: CodeCredentialReportNotReady, Status: 404},
	{Code: CodeDeleteConflict, Status: 409},
	{Code: CodeDuplicateCertificate, Status: 409},
	{Code: CodeDuplicateSSHPublicKey, Status: 400},
	{Code: CodeEntityAlreadyExists, Status: 409},
	{Code: CodeEntityTemporarilyUnmodifiable, Status: 409},
	{Code: CodeFeatureDisabled, Status: 404},
	{Code: CodeFeatureEnabled, Status: 409},
	{Code: CodeInvalidAuthenticationCode, Status: 403},
	{Code: CodeInvalidCertificate, Status: 400},
	{Code: CodeInvalidInput, Status: 400},
	{Code: CodeInvalidPublicKey, Status: 400},
	{Code: CodeInvalidUserType, Status: 400},
	{Code: CodeKeyPairMismatch, Status: 400},
	{Code: CodeLimitExceeded, Status: 409},
	{Code: CodeMalformedCertificate, Status: 400},
	{Code: CodeMalformedPolicyDocument, Status: 400},
	{Code: CodeNoSuchEntity, Status: 404},
	{Code: CodeOpenIdIdpCommunicationError, Status: 400},
	{Code: CodeOrganizationNotFound, Status: 400},
	{Code: CodeOrganizationNotInAllFeaturesMode, Status: 400},
	{Code: CodePasswordPolicyViolation, Status: 400},
	{Code: CodePolicyEvaluation, Status: 500, Fault: true},
	{Code: CodePolicyNotAttachable, Status: 400},
	{Code: CodeReportGenerationLimitExceeded, Status: 409},
	{Code: CodeServiceAccessNotEnabled, Status: 400},
	{Code: CodeServiceFailure, Status: 500, Fault: true},
	{Code: CodeServiceNotSupported, Status: 404},
	{Code: CodeUnmodifiableEntity, Status: 400},
	{Code: CodeUnrecognizedPublicKeyEncoding, Status: 400},
}
