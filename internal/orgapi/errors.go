package orgapi

import (
	"errors"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
)

// wire translates errors of the engine to those of Organizations, with the sentences AWS has been seen to answer where they
// are known and those of its API reference elsewhere. Others pass: the dispatcher answers them as internal failures.
func wire(err error) error {
	var e *org.Error
	if !errors.As(err, &e) {
		return err
	}
	if w := translate(e); w != nil {
		return w
	}
	return err
}

func translate(e *org.Error) *awsapi.Error {
	switch e.Kind {
	case org.ErrNotInUse:
		return say(api.CodeAWSOrganizationsNotInUse, "Your account is not a member of an organization.")
	case org.ErrNotManagement, org.ErrNotAdministrator:
		return say(api.CodeAccessDenied, "You don't have permissions to access this resource.")
	case org.ErrAlreadyInOrganization:
		return say(api.CodeAlreadyInOrganization, "The AWS account is already a member of an organization.")
	case org.ErrOrganizationNotEmpty:
		return say(api.CodeOrganizationNotEmpty, "To delete an organization you must first remove all member accounts (except the master).")
	case org.ErrManagementCannotLeave:
		return say(api.CodeMasterCannotLeaveOrganization, "You can't remove a management account from an organization. If you want the "+
			"management account to become a member account in another organization, you must first delete the current organization.")

	case org.ErrNoSuchAccount:
		return say(api.CodeAccountNotFound, "You specified an account that doesn't exist.")
	case org.ErrNoSuchRoot:
		return say(api.CodeRootNotFound, "You specified a root that doesn't exist.")
	case org.ErrNoSuchUnit:
		return say(api.CodeOrganizationalUnitNotFound, "You specified an organizational unit that doesn't exist.")
	case org.ErrNoSuchParent:
		return say(api.CodeParentNotFound, "You specified parent that doesn't exist.") // the missing article is AWS's
	case org.ErrNoSuchSource:
		return say(api.CodeSourceParentNotFound, "You specified a source parent that doesn't exist.")
	case org.ErrNoSuchDestination:
		return say(api.CodeDestinationParentNotFound, "You specified a destination parent that doesn't exist.")
	case org.ErrNoSuchChild:
		return say(api.CodeChildNotFound, "You specified a child that doesn't exist.")
	case org.ErrNoSuchTarget:
		return say(api.CodeTargetNotFound, "You specified a target that doesn't exist.")
	case org.ErrNoSuchPolicy:
		return say(api.CodePolicyNotFound, "You specified a policy that doesn't exist.")
	case org.ErrNoSuchRequest:
		return say(api.CodeCreateAccountStatusNotFound, "You specified a create account request that doesn't exist.")
	case org.ErrNoSuchHandshake:
		return say(api.CodeHandshakeNotFound, "You specified a handshake that doesn't exist.")

	case org.ErrDuplicateUnit:
		return say(api.CodeDuplicateOrganizationalUnit, "An OU with the same name already exists.")
	case org.ErrUnitNotEmpty:
		return say(api.CodeOrganizationalUnitNotEmpty, "The specified OU is not empty. Move all accounts to another root or to other OUs, "+
			"remove all child OUs, and try the operation again.")
	case org.ErrSamePlace:
		return say(api.CodeDuplicateAccount, "The account is already present in the specified destination.")

	case org.ErrDuplicatePolicy:
		return say(api.CodeDuplicatePolicy, "A policy with the same name already exists.")
	case org.ErrMalformedPolicy:
		return say(api.CodeMalformedPolicyDocument, e.Detail)
	case org.ErrPolicyInUse:
		return say(api.CodePolicyInUse, "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "+
			"before performing this operation.")
	case org.ErrImmutablePolicy:
		return invalid("IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified.")
	case org.ErrNotDetachable:
		return invalid("NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy.")
	case org.ErrDuplicateAttachment:
		return say(api.CodeDuplicatePolicyAttachment, "The selected policy is already attached to the specified target.")
	case org.ErrNotAttached:
		return say(api.CodePolicyNotAttached, "The policy isn't attached to the specified target in the specified root.")
	case org.ErrTypeEnabled:
		return say(api.CodePolicyTypeAlreadyEnabled, "The specified policy type is already enabled.")
	case org.ErrTypeNotEnabled:
		return say(api.CodePolicyTypeNotEnabled, "This operation can be performed only for enabled policy types.")
	case org.ErrTypeNotAvailable:
		return say(api.CodePolicyTypeNotAvailableForOrganization, "The policy type is not available for this organization.")

	case org.ErrLastPolicy:
		return constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
			"You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
	case org.ErrTooManyPolicies:
		return constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
			"You have attached the maximum number of policies to the specified target.")
	case org.ErrPolicySize:
		return constraint("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.")
	case org.ErrUnitDepth:
		return constraint("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the OU depth limit.")
	case org.ErrTooManyTags:
		return constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.")
	case org.ErrDuplicateTag:
		return invalid("DUPLICATE_TAG_KEY", "Tag keys must be unique among the tags attached to the same entity.")

	case org.ErrDuplicateHandshake:
		return say(api.CodeDuplicateHandshake, "A handshake with the same action and target already exists.")
	case org.ErrInOrganization:
		return reason(api.CodeHandshakeConstraintViolation, "ALREADY_IN_AN_ORGANIZATION",
			"The handshake request is invalid because the invited account is already a member of an organization.")
	case org.ErrHandshakeState:
		return say(api.CodeInvalidHandshakeTransition, "You can't perform the operation on the handshake in its current state: "+e.Name+".")
	case org.ErrHandshakeDone:
		return say(api.CodeHandshakeAlreadyInState, "The specified handshake is already in the requested state.")

	case org.ErrNoSuchService:
		return invalid("UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.")
	case org.ErrServiceNotEnabled:
		return constraint("SERVICE_ACCESS_NOT_ENABLED", "You must enable trusted access for the service before you can register a delegated administrator for it.")
	case org.ErrHasDelegates:
		return constraint("DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
			"You must deregister all delegated administrators of the service before you can disable its access.")
	case org.ErrManagementDelegate:
		return constraint("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
			"You cannot register master account/yourself as delegated administrator for your organization.")
	case org.ErrAlreadyDelegate:
		return say(api.CodeAccountAlreadyRegistered, "The provided account is already a delegated administrator for your organization.")
	case org.ErrNotDelegate:
		return say(api.CodeAccountNotRegistered, "The provided account is not a registered delegated administrator for your organization.")
	case org.ErrIsDelegate:
		return constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
			"You must deregister the account as a delegated administrator before you can remove it from the organization.")
	}
	return nil
}

func say(code, message string) *awsapi.Error { return &awsapi.Error{Code: code, Message: message} }

// reason is an error that has a Reason beside its sentence.
func reason(code, why, message string) *awsapi.Error {
	return &awsapi.Error{Code: code, Message: message, Fields: map[string]any{"Reason": why}}
}

func constraint(why, message string) *awsapi.Error {
	return reason(api.CodeConstraintViolation, why, message)
}

func invalid(why, message string) *awsapi.Error { return reason(api.CodeInvalidInput, why, message) }
