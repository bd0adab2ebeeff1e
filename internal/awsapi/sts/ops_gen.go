// Code generated from models/ by awsapi/gen; DO NOT EDIT.

// Package sts holds the operations and shapes of AWS Security Token Service, API version 2011-06-15.
package sts

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Service describes AWS Security Token Service.
var Service = &shape.Service{
	Name:         "sts",
	Title:        "AWS Security Token Service",
	SigningName:  "sts",
	Version:      "2011-06-15",
	Protocol:     shape.Query,
	XMLNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
	Operations: []shape.Operation{
		{Name: "AssumeRole", Errors: []string{CodeMalformedPolicyDocument, CodePackedPolicyTooLarge, CodeRegionDisabled, CodeExpiredToken}},
		{Name: "AssumeRoleWithSAML", NoAuth: true, Errors: []string{CodeMalformedPolicyDocument, CodePackedPolicyTooLarge, CodeIDPRejectedClaim, CodeInvalidIdentityToken, CodeExpiredToken, CodeRegionDisabled}},
		{Name: "AssumeRoleWithWebIdentity", NoAuth: true, Errors: []string{CodeMalformedPolicyDocument, CodePackedPolicyTooLarge, CodeIDPRejectedClaim, CodeIDPCommunicationError, CodeInvalidIdentityToken, CodeExpiredToken, CodeRegionDisabled}},
		{Name: "AssumeRoot", Errors: []string{CodeRegionDisabled, CodeExpiredToken}},
		{Name: "DecodeAuthorizationMessage", Errors: []string{CodeInvalidAuthorizationMessage}},
		{Name: "GetAccessKeyInfo"},
		{Name: "GetCallerIdentity"},
		{Name: "GetDelegatedAccessToken", Errors: []string{CodeExpiredTradeInToken, CodeRegionDisabled, CodePackedPolicyTooLarge}},
		{Name: "GetFederationToken", Errors: []string{CodeMalformedPolicyDocument, CodePackedPolicyTooLarge, CodeRegionDisabled}},
		{Name: "GetSessionToken", Errors: []string{CodeRegionDisabled}},
		{Name: "GetWebIdentityToken", Errors: []string{CodeSessionDurationEscalation, CodeOutboundWebIdentityFederationDisabled, CodeJWTPayloadSizeExceeded}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	AssumeRole                 = shape.Shape[AssumeRoleInput, AssumeRoleOutput]{Service: Service, Name: "AssumeRole"}
	AssumeRoleWithSAML         = shape.Shape[AssumeRoleWithSAMLInput, AssumeRoleWithSAMLOutput]{Service: Service, Name: "AssumeRoleWithSAML"}
	AssumeRoleWithWebIdentity  = shape.Shape[AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput]{Service: Service, Name: "AssumeRoleWithWebIdentity"}
	AssumeRoot                 = shape.Shape[AssumeRootInput, AssumeRootOutput]{Service: Service, Name: "AssumeRoot"}
	DecodeAuthorizationMessage = shape.Shape[DecodeAuthorizationMessageInput, DecodeAuthorizationMessageOutput]{Service: Service, Name: "DecodeAuthorizationMessage"}
	GetAccessKeyInfo           = shape.Shape[GetAccessKeyInfoInput, GetAccessKeyInfoOutput]{Service: Service, Name: "GetAccessKeyInfo"}
	GetCallerIdentity          = shape.Shape[GetCallerIdentityInput, GetCallerIdentityOutput]{Service: Service, Name: "GetCallerIdentity"}
	GetDelegatedAccessToken    = shape.Shape[GetDelegatedAccessTokenInput, GetDelegatedAccessTokenOutput]{Service: Service, Name: "GetDelegatedAccessToken"}
	GetFederationToken         = shape.Shape[GetFederationTokenInput, GetFederationTokenOutput]{Service: Service, Name: "GetFederationToken"}
	GetSessionToken            = shape.Shape[GetSessionTokenInput, GetSessionTokenOutput]{Service: Service, Name: "GetSessionToken"}
	GetWebIdentityToken        = shape.Shape[GetWebIdentityTokenInput, GetWebIdentityTokenOutput]{Service: Service, Name: "GetWebIdentityToken"}
)
