// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package sts

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Error codes that the model declares.
const (
	CodeExpiredToken                          = "ExpiredTokenException"
	CodeExpiredTradeInToken                   = "ExpiredTradeInTokenException"
	CodeIDPCommunicationError                 = "IDPCommunicationError"
	CodeIDPRejectedClaim                      = "IDPRejectedClaim"
	CodeInvalidAuthorizationMessage           = "InvalidAuthorizationMessageException"
	CodeInvalidIdentityToken                  = "InvalidIdentityToken"
	CodeJWTPayloadSizeExceeded                = "JWTPayloadSizeExceededException"
	CodeMalformedPolicyDocument               = "MalformedPolicyDocument"
	CodeOutboundWebIdentityFederationDisabled = "OutboundWebIdentityFederationDisabledException"
	CodePackedPolicyTooLarge                  = "PackedPolicyTooLarge"
	CodeRegionDisabled                        = "RegionDisabledException"
	CodeSessionDurationEscalation             = "SessionDurationEscalationException"
)

var errorCodes = []shape.Error{
	{Code: CodeExpiredToken, Status: 400},
	{Code: CodeExpiredTradeInToken, Status: 400},
	{Code: CodeIDPCommunicationError, Status: 400},
	{Code: CodeIDPRejectedClaim, Status: 403},
	{Code: CodeInvalidAuthorizationMessage, Status: 400},
	{Code: CodeInvalidIdentityToken, Status: 400},
	{Code: CodeJWTPayloadSizeExceeded, Status: 400},
	{Code: CodeMalformedPolicyDocument, Status: 400},
	{Code: CodeOutboundWebIdentityFederationDisabled, Status: 403},
	{Code: CodePackedPolicyTooLarge, Status: 400},
	{Code: CodeRegionDisabled, Status: 403},
	{Code: CodeSessionDurationEscalation, Status: 403},
}
