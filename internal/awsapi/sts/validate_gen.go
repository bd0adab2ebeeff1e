// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package sts

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"AssumeRoleInput": {
		{Field: "RoleArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternArnType}},
		{Field: "RoleSessionName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(64)), Pattern: patternRoleSessionNameType}},
		{Field: "Policy", Rule: shape.Rule{Min: new(int64(1)), Pattern: patternUnrestrictedSessionPolicyDocumentType}},
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(900)), Max: new(int64(43200))}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
		{Field: "TransitiveTagKeys", Rule: shape.Rule{Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}}},
		{Field: "ExternalId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(1224)), Pattern: patternExternalIdType}},
		{Field: "SerialNumber", Rule: shape.Rule{Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "TokenCode", Rule: shape.Rule{Min: new(int64(6)), Max: new(int64(6)), Pattern: patternTokenCodeType}},
		{Field: "SourceIdentity", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(64)), Pattern: patternRoleSessionNameType}},
		{Field: "ProvidedContexts", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(5))}},
	},
	"AssumeRoleWithSAMLInput": {
		{Field: "RoleArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternArnType}},
		{Field: "PrincipalArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternArnType}},
		{Field: "SAMLAssertion", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(4)), Max: new(int64(100000))}},
		{Field: "Policy", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048)), Pattern: patternUnrestrictedSessionPolicyDocumentType}},
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(900)), Max: new(int64(43200))}},
	},
	"AssumeRoleWithWebIdentityInput": {
		{Field: "RoleArn", Rule: shape.Rule{Required: true, Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternArnType}},
		{Field: "RoleSessionName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(64)), Pattern: patternRoleSessionNameType}},
		{Field: "WebIdentityToken", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(4)), Max: new(int64(20000))}},
		{Field: "ProviderId", Rule: shape.Rule{Min: new(int64(4)), Max: new(int64(2048))}},
		{Field: "Policy", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048)), Pattern: patternUnrestrictedSessionPolicyDocumentType}},
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(900)), Max: new(int64(43200))}},
	},
	"AssumeRootInput": {
		{Field: "TargetPrincipal", Rule: shape.Rule{Required: true, Min: new(int64(12)), Max: new(int64(2048))}},
		{Field: "TaskPolicyArn", Rule: shape.Rule{Required: true}},
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(0)), Max: new(int64(900))}},
	},
	"DecodeAuthorizationMessageInput": {
		{Field: "EncodedMessage", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(10240))}},
	},
	"GetAccessKeyInfoInput": {
		{Field: "AccessKeyId", Rule: shape.Rule{Required: true, Min: new(int64(16)), Max: new(int64(128)), Pattern: patternAccessKeyIdType}},
	},
	"GetDelegatedAccessTokenInput": {
		{Field: "TradeInToken", Rule: shape.Rule{Required: true, Sensitive: true}},
	},
	"GetFederationTokenInput": {
		{Field: "Name", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(32)), Pattern: patternRoleSessionNameType}},
		{Field: "Policy", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048)), Pattern: patternUnrestrictedSessionPolicyDocumentType}},
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(900)), Max: new(int64(129600))}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"GetSessionTokenInput": {
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(900)), Max: new(int64(129600))}},
		{Field: "SerialNumber", Rule: shape.Rule{Min: new(int64(9)), Max: new(int64(256)), Pattern: patternSerialNumberType}},
		{Field: "TokenCode", Rule: shape.Rule{Min: new(int64(6)), Max: new(int64(6)), Pattern: patternTokenCodeType}},
	},
	"GetWebIdentityTokenInput": {
		{Field: "Audience", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(10)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}}},
		{Field: "DurationSeconds", Rule: shape.Rule{Min: new(int64(60)), Max: new(int64(3600))}},
		{Field: "SigningAlgorithm", Rule: shape.Rule{Required: true, Min: new(int64(5)), Max: new(int64(5))}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(50))}},
	},
	"PolicyDescriptorType": {
		{Field: "Arn", Rule: shape.Rule{Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternArnType}},
	},
	"ProvidedContext": {
		{Field: "ProviderArn", Rule: shape.Rule{Min: new(int64(20)), Max: new(int64(2048)), Pattern: patternArnType}},
		{Field: "ContextAssertion", Rule: shape.Rule{Min: new(int64(4)), Max: new(int64(2048))}},
	},
	"Tag": {
		{Field: "Key", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternTagKeyType}},
		{Field: "Value", Rule: shape.Rule{Required: true, Max: new(int64(256)), Pattern: patternTagValueType}},
	},
}

var (
	patternArnType = &shape.Pattern{
		Source: `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`,
		Go:     `\A(?:[\x{0009}\x{000A}\x{000D}\x{0020}-\x{007E}\x{0085}\x{00A0}-\x{D7FF}\x{E000}-\x{FFFD}\x{1000}0-\x{10FF}FF]+)\z`,
	}
	patternRoleSessionNameType = &shape.Pattern{
		Source: `[\w+=,.@-]*`,
		Go:     `\A(?:[\w+=,.@-]*)\z`,
	}
	patternUnrestrictedSessionPolicyDocumentType = &shape.Pattern{
		Source: `[\u0009\u000A\u000D\u0020-\u00FF]+`,
		Go:     `\A(?:[\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]+)\z`,
	}
	patternTagKeyType = &shape.Pattern{
		Source: `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		Go:     `\A(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]+)\z`,
	}
	patternExternalIdType = &shape.Pattern{
		Source: `[\w+=,.@:\/-]*`,
		Go:     `\A(?:[\w+=,.@:\/-]*)\z`,
	}
	patternSerialNumberType = &shape.Pattern{
		Source: `[\w+=/:,.@-]*`,
		Go:     `\A(?:[\w+=/:,.@-]*)\z`,
	}
	patternTokenCodeType = &shape.Pattern{
		Source: `[\d]*`,
		Go:     `\A(?:[\d]*)\z`,
	}
	patternAccessKeyIdType = &shape.Pattern{
		Source: `[\w]*`,
		Go:     `\A(?:[\w]*)\z`,
	}
	patternTagValueType = &shape.Pattern{
		Source: `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`,
		Go:     `\A(?:[\p{L}\p{Z}\p{N}_.:/=+\-@]*)\z`,
	}
)
