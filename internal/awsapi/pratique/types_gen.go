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

// DeleteEventDestinationInput is what DeleteEventDestination takes.
type DeleteEventDestinationInput struct {
	DestinationName *string `json:"destinationName,omitzero"`
}

// DeleteEventDestinationOutput is what DeleteEventDestination answers.
type DeleteEventDestinationOutput struct {
	Destination *EventDestination `json:"destination,omitzero"`
}

// DescribeDecisionInput is what DescribeDecision takes.
type DescribeDecisionInput struct {
	DecisionId *string `json:"decisionId,omitzero"`
}

// DescribeDecisionOutput is what DescribeDecision answers.
type DescribeDecisionOutput struct {
	Decision *Decision `json:"decision,omitzero"`
}

// DescribeEventDestinationsInput is what DescribeEventDestinations takes.
type DescribeEventDestinationsInput struct {
	DestinationNames []string `json:"destinationNames,omitzero"`
}

// DescribeEventDestinationsOutput is what DescribeEventDestinations answers.
type DescribeEventDestinationsOutput struct {
	Destinations []EventDestination `json:"destinations,omitzero"`
}

// EventDestination is a structure of the API.
type EventDestination struct {
	DestinationName  *string     `json:"destinationName,omitzero"`
	Url              *string     `json:"url,omitzero"`
	DetailTypes      []string    `json:"detailTypes,omitzero"`
	RepositoryPrefix *string     `json:"repositoryPrefix,omitzero"`
	CreatedAt        *shape.Time `json:"createdAt,omitzero"`
	UpdatedAt        *shape.Time `json:"updatedAt,omitzero"`
}

// ImageIdentifier is a structure of the API.
type ImageIdentifier struct {
	ImageDigest *string `json:"imageDigest,omitzero"`
	ImageTag    *string `json:"imageTag,omitzero"`
}

// ImageScanStatus is a structure of the API.
type ImageScanStatus struct {
	Status      *string `json:"status,omitzero"`
	Description *string `json:"description,omitzero"`
}

// ImportImageScanFindingsInput is what ImportImageScanFindings takes.
type ImportImageScanFindingsInput struct {
	RegistryId     *string          `json:"registryId,omitzero"`
	RepositoryName *string          `json:"repositoryName,omitzero"`
	ImageId        *ImageIdentifier `json:"imageId,omitzero"`
	Format         *string          `json:"format,omitzero"` // one of ScanReportFormat*
	Report         *string          `json:"report,omitzero"`
}

// ImportImageScanFindingsOutput is what ImportImageScanFindings answers.
type ImportImageScanFindingsOutput struct {
	RegistryId            *string          `json:"registryId,omitzero"`
	RepositoryName        *string          `json:"repositoryName,omitzero"`
	ImageId               *ImageIdentifier `json:"imageId,omitzero"`
	ImageScanStatus       *ImageScanStatus `json:"imageScanStatus,omitzero"`
	FindingSeverityCounts map[string]int32 `json:"findingSeverityCounts,omitzero"`
}

// PutEventDestinationInput is what PutEventDestination takes.
type PutEventDestinationInput struct {
	DestinationName  *string  `json:"destinationName,omitzero"`
	Url              *string  `json:"url,omitzero"`
	DetailTypes      []string `json:"detailTypes,omitzero"`
	RepositoryPrefix *string  `json:"repositoryPrefix,omitzero"`
	Secret           *string  `json:"secret,omitzero"`
	NewSecret        *bool    `json:"newSecret,omitzero"`
}

// PutEventDestinationOutput is what PutEventDestination answers.
type PutEventDestinationOutput struct {
	Destination *EventDestination `json:"destination,omitzero"`
	Secret      *string           `json:"secret,omitzero"`
}

// TestEventDestinationInput is what TestEventDestination takes.
type TestEventDestinationInput struct {
	DestinationName *string `json:"destinationName,omitzero"`
}

// TestEventDestinationOutput is what TestEventDestination answers.
type TestEventDestinationOutput struct {
	Delivered *bool   `json:"delivered,omitzero"`
	Status    *int32  `json:"status,omitzero"`
	Reason    *string `json:"reason,omitzero"`
}

// Withheld is a structure of the API.
type Withheld struct {
	Side      *string `json:"side,omitzero"` // one of WithheldSide*
	AccountId *string `json:"accountId,omitzero"`
}

// Values of EventDetailType.
const (
	EventDetailTypeEcrImageAction            = "ECR Image Action"
	EventDetailTypeEcrImageScan              = "ECR Image Scan"
	EventDetailTypeEcrPullThroughCacheAction = "ECR Pull Through Cache Action"
	EventDetailTypeEcrReferrerAction         = "ECR Referrer Action"
	EventDetailTypeEcrReplicationAction      = "ECR Replication Action"
	EventDetailTypeEcrScanResourceChange     = "ECR Scan Resource Change"
)

// Values of ScanReportFormat.
const (
	ScanReportFormatTrivy      = "trivy"
	ScanReportFormatGrype      = "grype"
	ScanReportFormatOsvScanner = "osv-scanner"
)

// Values of WithheldSide.
const (
	WithheldSideCaller       = "caller"
	WithheldSideResource     = "resource"
	WithheldSideOrganization = "organization"
)
