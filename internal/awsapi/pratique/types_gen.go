// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package pratique

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Authorization is a structure of the API.
type Authorization struct {
	Action          *string    `json:"action,omitzero"`
	Resource        *string    `json:"resource,omitzero"`
	ResourceAccount *string    `json:"resourceAccount,omitzero"`
	Effect          *string    `json:"effect,omitzero"`
	Reason          *string    `json:"reason,omitzero"`
	Message         *string    `json:"message,omitzero"`
	Trace           *string    `json:"trace,omitzero"`
	Withheld        []Withheld `json:"withheld,omitzero"`
}

// Caller is a structure of the API.
type Caller struct {
	Type        *string `json:"type,omitzero"`
	Arn         *string `json:"arn,omitzero"`
	AccountId   *string `json:"accountId,omitzero"`
	PrincipalId *string `json:"principalId,omitzero"`
	AccessKeyId *string `json:"accessKeyId,omitzero"`
}

// Decision is a structure of the API.
type Decision struct {
	DecisionId     *string         `json:"decisionId,omitzero"`
	Time           *shape.Time     `json:"time,omitzero"`
	Service        *string         `json:"service,omitzero"`
	Operation      *string         `json:"operation,omitzero"`
	RegistryId     *string         `json:"registryId,omitzero"`
	Region         *string         `json:"region,omitzero"`
	Caller         *Caller         `json:"caller,omitzero"`
	SourceIp       *string         `json:"sourceIp,omitzero"`
	UserAgent      *string         `json:"userAgent,omitzero"`
	Status         *int32          `json:"status,omitzero"`
	ErrorCode      *string         `json:"errorCode,omitzero"`
	Authorizations []Authorization `json:"authorizations,omitzero"`
}

// DescribeDecisionInput is what DescribeDecision takes.
type DescribeDecisionInput struct {
	DecisionId *string `json:"decisionId,omitzero"`
}

// DescribeDecisionOutput is what DescribeDecision answers.
type DescribeDecisionOutput struct {
	Decision *Decision `json:"decision,omitzero"`
}

// Withheld is a structure of the API.
type Withheld struct {
	Side      *string `json:"side,omitzero"` // one of WithheldSide*
	AccountId *string `json:"accountId,omitzero"`
}

// Values of WithheldSide.
const (
	WithheldSideCaller       = "caller"
	WithheldSideResource     = "resource"
	WithheldSideOrganization = "organization"
)
