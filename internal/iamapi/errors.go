package iamapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
)

// wire translates errors of the engine to those of IAM, with the sentences AWS has been seen to answer. Others, those of
// kinds that only STS can cause among them, pass: the dispatcher answers them as internal failures.
func wire(err error) error {
	var e *iam.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case iam.ErrNoSuchEntity:
		return awsapi.Errorf(api.CodeNoSuchEntity, "%s", missing(e))
	case iam.ErrNotAttachable:
		return awsapi.Errorf(api.CodeNoSuchEntity, "Policy %s does not exist or is not attachable.", e.Name)
	case iam.ErrServicePolicy:
		return awsapi.Errorf(api.CodePolicyNotAttachable, "Cannot attach a Service Role Policy to a Customer Role.")
	case iam.ErrAlreadyExists:
		return awsapi.Errorf(api.CodeEntityAlreadyExists, "%s", taken(e))
	case iam.ErrPoliciesAttached:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete entity, must detach all policies first.")
	case iam.ErrInlinePolicies:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete entity, must delete policies first.")
	case iam.ErrInInstanceProfile:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete entity, must remove roles from instance profile first.")
	case iam.ErrReferenced:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete entity, must remove referenced objects first.")
	case iam.ErrPolicyAttached:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete a policy attached to entities.")
	case iam.ErrPolicyVersions:
		return awsapi.Errorf(api.CodeDeleteConflict, "This policy has more than one version. Before you delete a policy, you must delete the "+
			"policy's versions. The default version is deleted with the policy.")
	case iam.ErrDefaultVersion:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete the default version of a policy.")
	case iam.ErrQuota:
		return awsapi.Errorf(api.CodeLimitExceeded, "Cannot exceed quota for %s: %d", e.Name, e.Limit)
	case iam.ErrVersionQuota:
		return awsapi.Errorf(api.CodeLimitExceeded, "A managed policy can have up to %d versions. Before you create a new version, you must "+
			"delete an existing version.", e.Limit)
	case iam.ErrInlineSize:
		return awsapi.Errorf(api.CodeLimitExceeded, "Maximum policy size of %d bytes exceeded for %s %s", e.Limit, e.Entity, e.Name)
	case iam.ErrMalformedPolicy:
		return awsapi.Errorf(api.CodeMalformedPolicyDocument, "%s", e.Detail)
	case iam.ErrInvalidValue:
		return validation("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", e.Name, e.Entity, e.Detail)
	case iam.ErrInvalidARN:
		return awsapi.Errorf(api.CodeInvalidInput, "ARN %s is not valid.", e.Name)
	case iam.ErrUnparsableARN:
		return validation("Invalid ARN:  Could not be parsed!")
	case iam.ErrDuplicateTag:
		return awsapi.Errorf(api.CodeInvalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	case iam.ErrInvalidInput:
		return invalidInput("%s", e.Detail)
	case iam.ErrLoginProfile:
		return awsapi.Errorf(api.CodeDeleteConflict, "Cannot delete entity, must delete login profile first.")
	case iam.ErrPasswordPolicy:
		return awsapi.Errorf(api.CodePasswordPolicyViolation, "%s", e.Detail)
	case iam.ErrWrongPassword:
		return &awsapi.Error{Code: "AccessDenied", Message: "The old password was incorrect.", Status: http.StatusForbidden}
	case iam.ErrPasswordExpired:
		return &awsapi.Error{Code: "AccessDenied", Message: "The password has expired. An administrator has to set a new one.", Status: http.StatusForbidden}
	case iam.ErrConcurrentChange:
		return awsapi.Errorf(api.CodeEntityTemporarilyUnmodifiable, "The %s of %s is being changed by another request.", e.Entity, e.Name)
	case iam.ErrFeatureEnabled:
		return awsapi.Errorf(api.CodeFeatureEnabled, "The request failed because outbound identity federation is already enabled for your AWS account.")
	case iam.ErrFeatureDisabled:
		return awsapi.Errorf(api.CodeFeatureDisabled, "The request failed because outbound identity federation is disabled for your AWS account.")
	case iam.ErrNoReport:
		return awsapi.Errorf(api.CodeCredentialReportNotPresent, "No report exists. Generate one first.")
	case iam.ErrReportExpired:
		return awsapi.Errorf(api.CodeCredentialReportExpired, "The credential report has expired. Generate a new one.")
	case iam.ErrUnmodifiable:
		if e.Entity == iam.EntityRole {
			return awsapi.Errorf(api.CodeUnmodifiableEntity, "Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", e.Name)
		}
		return awsapi.Errorf(api.CodeUnmodifiableEntity, "Cannot modify %s: it belongs to AWS.", e.Name)
	}
	return err
}

// missing is the sentence for what does not exist.
func missing(e *iam.Error) string {
	switch e.Entity {
	case iam.EntityPolicy:
		return fmt.Sprintf("Policy %s was not found.", e.Name)
	case iam.EntityPolicyVersion:
		return fmt.Sprintf("Policy %s version %s does not exist or is not attachable.", e.Detail, e.Name)
	case iam.EntityInstanceProfile:
		return fmt.Sprintf("Instance Profile %s cannot be found.", e.Name)
	case iam.EntityAccessKey:
		return fmt.Sprintf("The Access Key with id %s cannot be found.", e.Name)
	case iam.EntityLoginProfile:
		return fmt.Sprintf("Login Profile for User %s cannot be found.", e.Name)
	case iam.EntityPasswordPolicy:
		return fmt.Sprintf("The Password Policy with domain name %s cannot be found.", e.Name)
	case iam.EntityOIDCProvider:
		return fmt.Sprintf("OpenIDConnect Provider not found for arn %s", e.Name)
	case iam.EntityBoundary:
		return fmt.Sprintf("%s has no permissions boundary.", e.Name)
	}
	return fmt.Sprintf("The %s with name %s cannot be found.", e.Entity, e.Name)
}

// taken is the sentence for a name that is not free.
func taken(e *iam.Error) string {
	switch e.Entity {
	case iam.EntityUser:
		return fmt.Sprintf("User with name %s already exists.", e.Name)
	case iam.EntityGroup:
		return fmt.Sprintf("Group with name %s already exists.", e.Name)
	case iam.EntityRole:
		return fmt.Sprintf("Role with name %s already exists.", e.Name)
	case iam.EntityPolicy:
		return fmt.Sprintf("A policy called %s already exists. Duplicate names are not allowed.", e.Name)
	case iam.EntityInstanceProfile:
		return fmt.Sprintf("Instance Profile %s already exists.", e.Name)
	case iam.EntityLoginProfile:
		return fmt.Sprintf("Login Profile for user %s already exists.", e.Name)
	case iam.EntityOIDCProvider:
		return fmt.Sprintf("Provider with url %s already exists.", e.Name)
	}
	return fmt.Sprintf("The %s %s already exists.", e.Entity, e.Name)
}

func validation(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}
