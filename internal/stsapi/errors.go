package stsapi

import (
	"errors"
	"net/http"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
)

// wire translates errors of the engine to those of STS, with the sentences AWS has been seen to answer. Others, those of
// kinds that no operation here can cause among them, pass: the dispatcher answers them as internal failures.
func wire(err error) error {
	var e *iam.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case iam.ErrMalformedPolicy:
		return awsapi.Errorf(sts.CodeMalformedPolicyDocument, "%s", e.Detail)
	case iam.ErrNotAttachable, iam.ErrServicePolicy:
		return awsapi.Errorf(sts.CodeMalformedPolicyDocument, "Policy %s does not exist or is not attachable.", e.Name)
	case iam.ErrInvalidARN, iam.ErrUnparsableARN:
		return validation("%s is invalid", e.Name)
	case iam.ErrInvalidValue:
		return validation("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", e.Name, e.Entity, e.Detail)
	case iam.ErrPackedPolicySize:
		return awsapi.Errorf(sts.CodePackedPolicyTooLarge, "Packed policy consumes %d%% of allotted space, please use smaller policy.", e.Limit)
	case iam.ErrDurationRole:
		return validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case iam.ErrDurationChained:
		return validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	case iam.ErrDuplicateTag:
		return parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	case iam.ErrQuota:
		return parameter("A session has at most 50 tags, inherited ones included.")
	case iam.ErrTransitiveMissing:
		return parameter("The specified transitive tag key must be included in the requested tags.")
	case iam.ErrTransitiveConflict:
		return parameter("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
	case iam.ErrSourceIdentityChanged:
		return denied("The source identity of a session cannot be changed.")
	case iam.ErrFeatureDisabled:
		return awsapi.Errorf(sts.CodeOutboundWebIdentityFederationDisabled, "The outbound web identity federation feature is not enabled for this account.")
	case iam.ErrDurationEscalates:
		return awsapi.Errorf(sts.CodeSessionDurationEscalation, "The requested token duration would extend the session beyond its original expiration time.")
	case iam.ErrTokenSize:
		return awsapi.Errorf(sts.CodeJWTPayloadSizeExceeded, "The requested token payload size exceeds the maximum allowed size.")
	}
	return err
}

func validation(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}

func parameter(message string) error {
	return &awsapi.Error{Code: "InvalidParameterValue", Message: message}
}

func denied(message string) error {
	return &awsapi.Error{Code: "AccessDenied", Message: message, Status: http.StatusForbidden}
}

// mfa refuses a code of a device: there are none.
func mfa(serial, code *string) error {
	if serial == nil && code == nil {
		return nil
	}
	return denied("MultiFactorAuthentication failed, unable to validate MFA code.  " +
		"Please verify your MFA serial number is valid and associated with this user.")
}
