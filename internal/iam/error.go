package iam

import (
	"fmt"
	"strconv"
)

// Kind says what went wrong. Each kind is itself an error, so that
//
//	errors.Is(err, iam.ErrNoSuchEntity)
//
// holds for every *Error of that kind.
type Kind int

// The kinds. The zero Kind is never used.
const (
	_ Kind = iota

	// ErrNoSuchEntity: the Entity called Name does not exist.
	ErrNoSuchEntity
	// ErrNotAttachable: the managed policy Name, to be attached or to be made a boundary, does not exist.
	ErrNotAttachable
	// ErrServicePolicy: the managed policy Name is for service-linked roles only.
	ErrServicePolicy
	// ErrAlreadyExists: an Entity called Name exists, ignoring case.
	ErrAlreadyExists
	// ErrPoliciesAttached: the entity to be deleted has managed policies attached.
	ErrPoliciesAttached
	// ErrInlinePolicies: the entity to be deleted has inline policies.
	ErrInlinePolicies
	// ErrInInstanceProfile: the role to be deleted is in an instance profile, or the profile to be deleted holds a role.
	ErrInInstanceProfile
	// ErrReferenced: the entity to be deleted has access keys, group memberships or members.
	ErrReferenced
	// ErrPolicyAttached: the managed policy to be deleted is attached or used as a boundary.
	ErrPolicyAttached
	// ErrPolicyVersions: the managed policy to be deleted has versions other than the default.
	ErrPolicyVersions
	// ErrDefaultVersion: the policy version to be deleted is the default one.
	ErrDefaultVersion
	// ErrQuota: the quota called Name, of Limit, is used up.
	ErrQuota
	// ErrVersionQuota: the managed policy has Limit versions already.
	ErrVersionQuota
	// ErrInlineSize: the inline policies of the Entity called Name would be longer than Limit characters in all.
	ErrInlineSize
	// ErrMalformedPolicy: AWS would refuse the policy document; Detail is its sentence.
	ErrMalformedPolicy
	// ErrInvalidValue: the member Entity has the value Name; Detail is the constraint it breaks.
	ErrInvalidValue
	// ErrInvalidARN: Name is not the ARN of a managed policy.
	ErrInvalidARN
	// ErrUnparsableARN: Name is not an ARN at all.
	ErrUnparsableARN
	// ErrDuplicateTag: two tags have the same key, ignoring case.
	ErrDuplicateTag
	// ErrUnmodifiable: the Entity called Name belongs to AWS.
	ErrUnmodifiable
	// ErrInvalidInput: AWS would refuse the request; Detail is its sentence.
	ErrInvalidInput
	// ErrLoginProfile: the user to be deleted has a password.
	ErrLoginProfile
	// ErrPasswordPolicy: the account's password policy does not allow the password; Detail says why.
	ErrPasswordPolicy
	// ErrWrongPassword: the password is not the user's.
	ErrWrongPassword
	// ErrPasswordExpired: the password is the user's, but too old to sign in with.
	ErrPasswordExpired
	// ErrConcurrentChange: somebody else changed the Entity called Name at the same time.
	ErrConcurrentChange
	// ErrNoReport: there is no credential report.
	ErrNoReport
	// ErrReportExpired: the credential report is too old.
	ErrReportExpired

	// ErrInvalidToken: the session token was not made here, or was changed.
	ErrInvalidToken
	// ErrExpiredToken: the session is over.
	ErrExpiredToken
	// ErrDurationRole: the session would be longer than the role allows.
	ErrDurationRole
	// ErrDurationChained: a session of a role assumed from a session would be longer than an hour.
	ErrDurationChained
	// ErrTransitiveMissing: a transitive tag key is not among the tags.
	ErrTransitiveMissing
	// ErrTransitiveConflict: a tag is inherited from the calling session and cannot be set anew.
	ErrTransitiveConflict
	// ErrSourceIdentityChanged: the calling session has another source identity.
	ErrSourceIdentityChanged
	// ErrPackedPolicySize: policies and tags of the session fill Limit percent of the space there is.
	ErrPackedPolicySize

	// ErrFeatureEnabled: outbound identity federation is enabled.
	ErrFeatureEnabled
	// ErrFeatureDisabled: outbound identity federation is not enabled.
	ErrFeatureDisabled
	// ErrDurationEscalates: the identity token would outlive the session that asks for it.
	ErrDurationEscalates
	// ErrTokenSize: the claims of the identity token would be longer than Limit bytes.
	ErrTokenSize

	kindEnd
)

var kindText = [...]string{
	ErrNoSuchEntity:          "no such entity",
	ErrNotAttachable:         "policy does not exist or is not attachable",
	ErrServicePolicy:         "policy is for service-linked roles",
	ErrAlreadyExists:         "already exists",
	ErrPoliciesAttached:      "managed policies are attached",
	ErrInlinePolicies:        "has inline policies",
	ErrInInstanceProfile:     "instance profile holds a role",
	ErrReferenced:            "is referenced",
	ErrPolicyAttached:        "policy is in use",
	ErrPolicyVersions:        "policy has more than one version",
	ErrDefaultVersion:        "is the default version",
	ErrQuota:                 "quota exceeded",
	ErrVersionQuota:          "too many policy versions",
	ErrInlineSize:            "inline policies too large",
	ErrMalformedPolicy:       "malformed policy document",
	ErrInvalidValue:          "invalid value",
	ErrInvalidARN:            "not the ARN of a policy",
	ErrUnparsableARN:         "not an ARN",
	ErrDuplicateTag:          "duplicate tag key",
	ErrUnmodifiable:          "cannot be modified",
	ErrInvalidInput:          "invalid input",
	ErrLoginProfile:          "has a login profile",
	ErrPasswordPolicy:        "password policy forbids the password",
	ErrWrongPassword:         "wrong password",
	ErrPasswordExpired:       "password has expired",
	ErrConcurrentChange:      "changed concurrently",
	ErrNoReport:              "no credential report",
	ErrReportExpired:         "credential report has expired",
	ErrInvalidToken:          "invalid session token",
	ErrExpiredToken:          "session token has expired",
	ErrDurationRole:          "longer than the role's maximum session",
	ErrDurationChained:       "longer than the limit for role chaining",
	ErrTransitiveMissing:     "transitive tag key without a tag",
	ErrTransitiveConflict:    "tag is inherited from the calling session",
	ErrSourceIdentityChanged: "source identity cannot change",
	ErrPackedPolicySize:      "session policies and tags too large",
	ErrFeatureEnabled:        "outbound identity federation is enabled",
	ErrFeatureDisabled:       "outbound identity federation is not enabled",
	ErrDurationEscalates:     "identity token would outlive the session",
	ErrTokenSize:             "identity token too large",
}

// Kinds returns every kind, for tables that must cover them all.
func Kinds() []Kind {
	all := make([]Kind, 0, kindEnd-1)
	for k := Kind(1); k < kindEnd; k++ {
		all = append(all, k)
	}
	return all
}

// Error makes a Kind an error.
func (k Kind) Error() string {
	if k <= 0 || k >= kindEnd {
		return "iam: kind " + strconv.Itoa(int(k))
	}
	return kindText[k]
}

// Entity names of Error.
const (
	EntityAccount         = "account"
	EntityUser            = "user"
	EntityGroup           = "group"
	EntityRole            = "role"
	EntityPolicy          = "policy"
	EntityPolicyVersion   = "policy version"
	EntityUserPolicy      = "user policy"
	EntityGroupPolicy     = "group policy"
	EntityRolePolicy      = "role policy"
	EntityAccessKey       = "access key"
	EntityInstanceProfile = "instance profile"
	EntityBoundary        = "permissions boundary"
	EntityAlias           = "account alias"
	EntityLoginProfile    = "login profile"
	EntityPasswordPolicy  = "password policy"
	EntityOIDCProvider    = "OpenID Connect provider"
	EntityDeletionTask    = "deletion task"
	EntityIssuer          = "issuer"
)

// Error is the error of an engine call that the caller can do something about. Everything else an engine call returns is
// the server's own trouble.
type Error struct {
	Kind   Kind
	Entity string // one of the Entity constants, or the member for ErrInvalidValue
	Name   string // what was asked for, as given
	Detail string
	Limit  int
}

// Error describes the error for logs; fronts have sentences of their own.
func (e *Error) Error() string {
	s := e.Kind.Error()
	if e.Name != "" || e.Entity != "" {
		s = fmt.Sprintf("%s %q: %s", e.Entity, e.Name, s)
	}
	if e.Limit != 0 {
		s += " (" + strconv.Itoa(e.Limit) + ")"
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap makes errors.Is see the Kind.
func (e *Error) Unwrap() error { return e.Kind }

func noSuch(entity, name string) error {
	return &Error{Kind: ErrNoSuchEntity, Entity: entity, Name: name}
}
