// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package sts

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// AssumeRoleInput is what AssumeRole takes.
type AssumeRoleInput struct {
	RoleArn           *string                `json:"RoleArn,omitzero"`
	RoleSessionName   *string                `json:"RoleSessionName,omitzero"`
	PolicyArns        []PolicyDescriptorType `json:"PolicyArns,omitzero"`
	Policy            *string                `json:"Policy,omitzero"`
	DurationSeconds   *int32                 `json:"DurationSeconds,omitzero"`
	Tags              []Tag                  `json:"Tags,omitzero"`
	TransitiveTagKeys []string               `json:"TransitiveTagKeys,omitzero"`
	ExternalId        *string                `json:"ExternalId,omitzero"`
	SerialNumber      *string                `json:"SerialNumber,omitzero"`
	TokenCode         *string                `json:"TokenCode,omitzero"`
	SourceIdentity    *string                `json:"SourceIdentity,omitzero"`
	ProvidedContexts  []ProvidedContext      `json:"ProvidedContexts,omitzero"`
}

// GetRoleArn returns RoleArn, or "" when it is absent.
func (in *AssumeRoleInput) GetRoleArn() string {
	if in.RoleArn == nil {
		return ""
	}
	return *in.RoleArn
}

// AssumeRoleOutput is what AssumeRole answers.
type AssumeRoleOutput struct {
	Credentials      *Credentials     `json:"Credentials,omitzero"`
	AssumedRoleUser  *AssumedRoleUser `json:"AssumedRoleUser,omitzero"`
	PackedPolicySize *int32           `json:"PackedPolicySize,omitzero"`
	SourceIdentity   *string          `json:"SourceIdentity,omitzero"`
}

// AssumeRoleWithSAMLInput is what AssumeRoleWithSAML takes.
type AssumeRoleWithSAMLInput struct {
	RoleArn         *string                `json:"RoleArn,omitzero"`
	PrincipalArn    *string                `json:"PrincipalArn,omitzero"`
	SAMLAssertion   *string                `json:"SAMLAssertion,omitzero"`
	PolicyArns      []PolicyDescriptorType `json:"PolicyArns,omitzero"`
	Policy          *string                `json:"Policy,omitzero"`
	DurationSeconds *int32                 `json:"DurationSeconds,omitzero"`
}

// GetRoleArn returns RoleArn, or "" when it is absent.
func (in *AssumeRoleWithSAMLInput) GetRoleArn() string {
	if in.RoleArn == nil {
		return ""
	}
	return *in.RoleArn
}

// AssumeRoleWithSAMLOutput is what AssumeRoleWithSAML answers.
type AssumeRoleWithSAMLOutput struct {
	Credentials      *Credentials     `json:"Credentials,omitzero"`
	AssumedRoleUser  *AssumedRoleUser `json:"AssumedRoleUser,omitzero"`
	PackedPolicySize *int32           `json:"PackedPolicySize,omitzero"`
	Subject          *string          `json:"Subject,omitzero"`
	SubjectType      *string          `json:"SubjectType,omitzero"`
	Issuer           *string          `json:"Issuer,omitzero"`
	Audience         *string          `json:"Audience,omitzero"`
	NameQualifier    *string          `json:"NameQualifier,omitzero"`
	SourceIdentity   *string          `json:"SourceIdentity,omitzero"`
}

// AssumeRoleWithWebIdentityInput is what AssumeRoleWithWebIdentity takes.
type AssumeRoleWithWebIdentityInput struct {
	RoleArn          *string                `json:"RoleArn,omitzero"`
	RoleSessionName  *string                `json:"RoleSessionName,omitzero"`
	WebIdentityToken *string                `json:"WebIdentityToken,omitzero"`
	ProviderId       *string                `json:"ProviderId,omitzero"`
	PolicyArns       []PolicyDescriptorType `json:"PolicyArns,omitzero"`
	Policy           *string                `json:"Policy,omitzero"`
	DurationSeconds  *int32                 `json:"DurationSeconds,omitzero"`
}

// GetRoleArn returns RoleArn, or "" when it is absent.
func (in *AssumeRoleWithWebIdentityInput) GetRoleArn() string {
	if in.RoleArn == nil {
		return ""
	}
	return *in.RoleArn
}

// AssumeRoleWithWebIdentityOutput is what AssumeRoleWithWebIdentity answers.
type AssumeRoleWithWebIdentityOutput struct {
	Credentials                 *Credentials     `json:"Credentials,omitzero"`
	SubjectFromWebIdentityToken *string          `json:"SubjectFromWebIdentityToken,omitzero"`
	AssumedRoleUser             *AssumedRoleUser `json:"AssumedRoleUser,omitzero"`
	PackedPolicySize            *int32           `json:"PackedPolicySize,omitzero"`
	Provider                    *string          `json:"Provider,omitzero"`
	Audience                    *string          `json:"Audience,omitzero"`
	SourceIdentity              *string          `json:"SourceIdentity,omitzero"`
}

// AssumeRootInput is what AssumeRoot takes.
type AssumeRootInput struct {
	TargetPrincipal *string               `json:"TargetPrincipal,omitzero"`
	TaskPolicyArn   *PolicyDescriptorType `json:"TaskPolicyArn,omitzero"`
	DurationSeconds *int32                `json:"DurationSeconds,omitzero"`
}

// AssumeRootOutput is what AssumeRoot answers.
type AssumeRootOutput struct {
	Credentials    *Credentials `json:"Credentials,omitzero"`
	SourceIdentity *string      `json:"SourceIdentity,omitzero"`
}

// AssumedRoleUser is a structure of the API.
type AssumedRoleUser struct {
	AssumedRoleId *string `json:"AssumedRoleId,omitzero"`
	Arn           *string `json:"Arn,omitzero"`
}

// Credentials is a structure of the API.
type Credentials struct {
	AccessKeyId     *string     `json:"AccessKeyId,omitzero"`
	SecretAccessKey *string     `json:"SecretAccessKey,omitzero"`
	SessionToken    *string     `json:"SessionToken,omitzero"`
	Expiration      *shape.Time `json:"Expiration,omitzero"`
}

// DecodeAuthorizationMessageInput is what DecodeAuthorizationMessage takes.
type DecodeAuthorizationMessageInput struct {
	EncodedMessage *string `json:"EncodedMessage,omitzero"`
}

// DecodeAuthorizationMessageOutput is what DecodeAuthorizationMessage answers.
type DecodeAuthorizationMessageOutput struct {
	DecodedMessage *string `json:"DecodedMessage,omitzero"`
}

// FederatedUser is a structure of the API.
type FederatedUser struct {
	FederatedUserId *string `json:"FederatedUserId,omitzero"`
	Arn             *string `json:"Arn,omitzero"`
}

// GetAccessKeyInfoInput is what GetAccessKeyInfo takes.
type GetAccessKeyInfoInput struct {
	AccessKeyId *string `json:"AccessKeyId,omitzero"`
}

// GetAccessKeyInfoOutput is what GetAccessKeyInfo answers.
type GetAccessKeyInfoOutput struct {
	Account *string `json:"Account,omitzero"`
}

// GetCallerIdentityInput is what GetCallerIdentity takes.
type GetCallerIdentityInput struct {
}

// GetCallerIdentityOutput is what GetCallerIdentity answers.
type GetCallerIdentityOutput struct {
	UserId  *string `json:"UserId,omitzero"`
	Account *string `json:"Account,omitzero"`
	Arn     *string `json:"Arn,omitzero"`
}

// GetDelegatedAccessTokenInput is what GetDelegatedAccessToken takes.
type GetDelegatedAccessTokenInput struct {
	TradeInToken *string `json:"TradeInToken,omitzero"`
}

// GetDelegatedAccessTokenOutput is what GetDelegatedAccessToken answers.
type GetDelegatedAccessTokenOutput struct {
	Credentials      *Credentials `json:"Credentials,omitzero"`
	PackedPolicySize *int32       `json:"PackedPolicySize,omitzero"`
	AssumedPrincipal *string      `json:"AssumedPrincipal,omitzero"`
}

// GetFederationTokenInput is what GetFederationToken takes.
type GetFederationTokenInput struct {
	Name            *string                `json:"Name,omitzero"`
	Policy          *string                `json:"Policy,omitzero"`
	PolicyArns      []PolicyDescriptorType `json:"PolicyArns,omitzero"`
	DurationSeconds *int32                 `json:"DurationSeconds,omitzero"`
	Tags            []Tag                  `json:"Tags,omitzero"`
}

// GetFederationTokenOutput is what GetFederationToken answers.
type GetFederationTokenOutput struct {
	Credentials      *Credentials   `json:"Credentials,omitzero"`
	FederatedUser    *FederatedUser `json:"FederatedUser,omitzero"`
	PackedPolicySize *int32         `json:"PackedPolicySize,omitzero"`
}

// GetSessionTokenInput is what GetSessionToken takes.
type GetSessionTokenInput struct {
	DurationSeconds *int32  `json:"DurationSeconds,omitzero"`
	SerialNumber    *string `json:"SerialNumber,omitzero"`
	TokenCode       *string `json:"TokenCode,omitzero"`
}

// GetSessionTokenOutput is what GetSessionToken answers.
type GetSessionTokenOutput struct {
	Credentials *Credentials `json:"Credentials,omitzero"`
}

// GetWebIdentityTokenInput is what GetWebIdentityToken takes.
type GetWebIdentityTokenInput struct {
	Audience         []string `json:"Audience,omitzero"`
	DurationSeconds  *int32   `json:"DurationSeconds,omitzero"`
	SigningAlgorithm *string  `json:"SigningAlgorithm,omitzero"`
	Tags             []Tag    `json:"Tags,omitzero"`
}

// GetWebIdentityTokenOutput is what GetWebIdentityToken answers.
type GetWebIdentityTokenOutput struct {
	WebIdentityToken *string     `json:"WebIdentityToken,omitzero"`
	Expiration       *shape.Time `json:"Expiration,omitzero"`
}

// PolicyDescriptorType is a structure of the API.
type PolicyDescriptorType struct {
	Arn *string `json:"arn,omitzero"`
}

// ProvidedContext is a structure of the API.
type ProvidedContext struct {
	ProviderArn      *string `json:"ProviderArn,omitzero"`
	ContextAssertion *string `json:"ContextAssertion,omitzero"`
}

// Tag is a structure of the API.
type Tag struct {
	Key   *string `json:"Key,omitzero"`
	Value *string `json:"Value,omitzero"`
}
