package org

import "strconv"

// Kind says what went wrong. Each kind is itself an error, so that
//
//	errors.Is(err, org.ErrNotInUse)
//
// holds for every *Error of that kind. Fronts give them words.
type Kind int

// The kinds. The zero Kind is never used.
const (
	_ Kind = iota

	// ErrNotInUse: the account is in no organization.
	ErrNotInUse
	// ErrNotManagement: the account is a member of its organization, which its management account alone manages.
	ErrNotManagement
	// ErrAlreadyInOrganization: the account, to found an organization, is in one.
	ErrAlreadyInOrganization
	// ErrOrganizationNotEmpty: the organization to be deleted has member accounts.
	ErrOrganizationNotEmpty
	// ErrManagementCannotLeave: the account to be removed is the management account.
	ErrManagementCannotLeave

	// ErrNoSuchAccount: the organization has no such account.
	ErrNoSuchAccount
	// ErrNoSuchRoot: the organization has no such root.
	ErrNoSuchRoot
	// ErrNoSuchUnit: the organization has no such unit.
	ErrNoSuchUnit
	// ErrNoSuchParent: the organization has no such root or unit.
	ErrNoSuchParent
	// ErrNoSuchSource: the account to be moved is not in the root or unit it is said to be in.
	ErrNoSuchSource
	// ErrNoSuchDestination: the organization has no root or unit to move the account to.
	ErrNoSuchDestination
	// ErrNoSuchChild: the organization has no such unit or account.
	ErrNoSuchChild
	// ErrNoSuchTarget: the organization has no such root, unit, account or, for tags, policy.
	ErrNoSuchTarget
	// ErrNoSuchPolicy: the organization has no such policy.
	ErrNoSuchPolicy
	// ErrNoSuchRequest: the organization has no such request to create an account.
	ErrNoSuchRequest
	// ErrNoSuchHandshake: the account neither sent nor got such an invitation.
	ErrNoSuchHandshake

	// ErrDuplicateUnit: the parent has a unit of that name.
	ErrDuplicateUnit
	// ErrUnitNotEmpty: the unit to be deleted has accounts or units.
	ErrUnitNotEmpty
	// ErrSamePlace: the account to be moved is there already.
	ErrSamePlace

	// ErrDuplicatePolicy: there is a policy of that type and name.
	ErrDuplicatePolicy
	// ErrMalformedPolicy: AWS would refuse the document; Detail is its sentence.
	ErrMalformedPolicy
	// ErrPolicyInUse: the policy to be deleted is attached.
	ErrPolicyInUse
	// ErrImmutablePolicy: the policy belongs to AWS.
	ErrImmutablePolicy
	// ErrNotDetachable: RCPFullAWSAccess stays attached.
	ErrNotDetachable
	// ErrDuplicateAttachment: the policy is attached to the target.
	ErrDuplicateAttachment
	// ErrNotAttached: the policy is not attached to the target.
	ErrNotAttached
	// ErrTypeEnabled: the type of policy is enabled.
	ErrTypeEnabled
	// ErrTypeNotEnabled: the type of policy is not enabled.
	ErrTypeNotEnabled
	// ErrTypeNotAvailable: the organization, or this server, does not have policies of the type.
	ErrTypeNotAvailable

	// ErrLastPolicy: it is the last policy of its type on the target.
	ErrLastPolicy
	// ErrTooManyPolicies: the target has as many policies of the type as it may.
	ErrTooManyPolicies
	// ErrPolicySize: the document is too long.
	ErrPolicySize
	// ErrUnitDepth: the units would be nested too deeply.
	ErrUnitDepth
	// ErrTooManyTags: the resource would have too many tags.
	ErrTooManyTags
	// ErrDuplicateTag: two tags have the same key.
	ErrDuplicateTag

	// ErrDuplicateHandshake: the account has an open invitation to the organization.
	ErrDuplicateHandshake
	// ErrInOrganization: the account invited, or accepting, is in an organization.
	ErrInOrganization
	// ErrHandshakeState: the invitation is no longer open; Name is its state.
	ErrHandshakeState
	// ErrHandshakeDone: the invitation is in the state asked for already.
	ErrHandshakeDone

	// ErrNoSuchService: the service does not work with organizations.
	ErrNoSuchService
	// ErrServiceNotEnabled: the service may not work with the organization.
	ErrServiceNotEnabled
	// ErrHasDelegates: the service to be disabled has delegated administrators.
	ErrHasDelegates
	// ErrManagementDelegate: the management account needs no delegation.
	ErrManagementDelegate
	// ErrAlreadyDelegate: the account administers the service.
	ErrAlreadyDelegate
	// ErrNotDelegate: the account does not administer the service, or none.
	ErrNotDelegate
	// ErrIsDelegate: the account to be removed administers a service.
	ErrIsDelegate
	// ErrNotAdministrator: the account neither manages its organization nor administers IAM of it.
	ErrNotAdministrator

	kindEnd
)

var kindText = [...]string{
	ErrNotInUse:              "account is not in an organization",
	ErrNotManagement:         "account does not manage its organization",
	ErrAlreadyInOrganization: "account is in an organization",
	ErrOrganizationNotEmpty:  "organization has member accounts",
	ErrManagementCannotLeave: "the management account cannot leave",
	ErrNoSuchAccount:         "no such account",
	ErrNoSuchRoot:            "no such root",
	ErrNoSuchUnit:            "no such organizational unit",
	ErrNoSuchParent:          "no such parent",
	ErrNoSuchSource:          "no such source parent",
	ErrNoSuchDestination:     "no such destination parent",
	ErrNoSuchChild:           "no such child",
	ErrNoSuchTarget:          "no such target",
	ErrNoSuchPolicy:          "no such policy",
	ErrNoSuchRequest:         "no such request",
	ErrNoSuchHandshake:       "no such handshake",
	ErrDuplicateUnit:         "organizational unit already exists",
	ErrUnitNotEmpty:          "organizational unit is not empty",
	ErrSamePlace:             "account is in the destination",
	ErrDuplicatePolicy:       "policy already exists",
	ErrMalformedPolicy:       "malformed policy document",
	ErrPolicyInUse:           "policy is attached",
	ErrImmutablePolicy:       "policy belongs to AWS",
	ErrNotDetachable:         "policy cannot be detached",
	ErrDuplicateAttachment:   "policy is attached to the target",
	ErrNotAttached:           "policy is not attached to the target",
	ErrTypeEnabled:           "policy type is enabled",
	ErrTypeNotEnabled:        "policy type is not enabled",
	ErrTypeNotAvailable:      "policy type is not available",
	ErrLastPolicy:            "last policy of its type on the target",
	ErrTooManyPolicies:       "too many policies on the target",
	ErrPolicySize:            "policy document too large",
	ErrUnitDepth:             "organizational units nested too deeply",
	ErrTooManyTags:           "too many tags",
	ErrDuplicateTag:          "duplicate tag key",
	ErrDuplicateHandshake:    "account is invited",
	ErrInOrganization:        "invited account is in an organization",
	ErrHandshakeState:        "handshake is not open",
	ErrHandshakeDone:         "handshake is in that state",
	ErrNoSuchService:         "no such service",
	ErrServiceNotEnabled:     "service is not enabled",
	ErrHasDelegates:          "service has delegated administrators",
	ErrManagementDelegate:    "account is the management account",
	ErrAlreadyDelegate:       "account is a delegated administrator",
	ErrNotDelegate:           "account is not a delegated administrator",
	ErrIsDelegate:            "account to be removed is a delegated administrator",
	ErrNotAdministrator:      "account neither manages the organization nor administers IAM",
}

// Error makes a Kind an error.
func (k Kind) Error() string {
	if k <= 0 || int(k) >= len(kindText) {
		return "org: kind " + strconv.Itoa(int(k))
	}
	return kindText[k]
}

// Kinds returns every kind, for tables that must cover them all.
func Kinds() []Kind {
	all := make([]Kind, 0, kindEnd-1)
	for k := Kind(1); k < kindEnd; k++ {
		all = append(all, k)
	}
	return all
}

// Error is an error of the engine about one thing.
type Error struct {
	Kind   Kind
	Name   string // what it is about: an id, a name or a type
	Detail string // more, for kinds that say so
}

// Error returns the kind and the name.
func (e *Error) Error() string {
	s := e.Kind.Error()
	if e.Name != "" {
		s += ": " + e.Name
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap makes errors.Is see the Kind.
func (e *Error) Unwrap() error { return e.Kind }
