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

// Build is a structure of the API.
type Build struct {
	BuildId       *string     `json:"buildId,omitzero"`
	Image         *string     `json:"image,omitzero"`
	State         *string     `json:"state,omitzero"` // one of BuildState*
	StateReason   *string     `json:"stateReason,omitzero"`
	Caller        *string     `json:"caller,omitzero"`
	CreatedAt     *shape.Time `json:"createdAt,omitzero"`
	StartedAt     *shape.Time `json:"startedAt,omitzero"`
	FinishedAt    *shape.Time `json:"finishedAt,omitzero"`
	Deadline      *shape.Time `json:"deadline,omitzero"`
	ImageDigest   *string     `json:"imageDigest,omitzero"`
	Attempts      *int32      `json:"attempts,omitzero"`
	Worker        *string     `json:"worker,omitzero"`
	ContextDigest *string     `json:"contextDigest,omitzero"`
	ContextSize   *int64      `json:"contextSize,omitzero"`
}

// BuildLease is a structure of the API.
type BuildLease struct {
	BuildId          *string     `json:"buildId,omitzero"`
	LeaseId          *string     `json:"leaseId,omitzero"`
	ExpiresAt        *shape.Time `json:"expiresAt,omitzero"`
	HeartbeatSeconds *int32      `json:"heartbeatSeconds,omitzero"`
	Deadline         *shape.Time `json:"deadline,omitzero"`
	Attempt          *int32      `json:"attempt,omitzero"`
	Caller           *string     `json:"caller,omitzero"`
	Image            *string     `json:"image,omitzero"`
	Spec             *string     `json:"spec,omitzero"`
	Options          *string     `json:"options,omitzero"`
	ContextPath      *string     `json:"contextPath,omitzero"`
	ContextDigest    *string     `json:"contextDigest,omitzero"`
	ContextSize      *int64      `json:"contextSize,omitzero"`
	Username         *string     `json:"username,omitzero"`
	Password         *string     `json:"password,omitzero"`
	Domains          []string    `json:"domains,omitzero"`
}

// BuildLogEvent is a structure of the API.
type BuildLogEvent struct {
	Sequence  *int64      `json:"sequence,omitzero"`
	Timestamp *shape.Time `json:"timestamp,omitzero"`
	Message   *string     `json:"message,omitzero"`
}

// Caller is a structure of the API.
type Caller struct {
	Type        *string `json:"type,omitzero"`
	Arn         *string `json:"arn,omitzero"`
	AccountId   *string `json:"accountId,omitzero"`
	PrincipalId *string `json:"principalId,omitzero"`
	AccessKeyId *string `json:"accessKeyId,omitzero"`
}

// CancelBuildInput is what CancelBuild takes.
type CancelBuildInput struct {
	BuildId *string `json:"buildId,omitzero"`
}

// GetBuildId returns BuildId, or "" when it is absent.
func (in *CancelBuildInput) GetBuildId() string {
	if in.BuildId == nil {
		return ""
	}
	return *in.BuildId
}

// CancelBuildOutput is what CancelBuild answers.
type CancelBuildOutput struct {
	Build *Build `json:"build,omitzero"`
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

// DescribeBuildInput is what DescribeBuild takes.
type DescribeBuildInput struct {
	BuildId *string `json:"buildId,omitzero"`
}

// GetBuildId returns BuildId, or "" when it is absent.
func (in *DescribeBuildInput) GetBuildId() string {
	if in.BuildId == nil {
		return ""
	}
	return *in.BuildId
}

// DescribeBuildOutput is what DescribeBuild answers.
type DescribeBuildOutput struct {
	Build *Build `json:"build,omitzero"`
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

// DescribeLifecyclePreviewInput is what DescribeLifecyclePreview takes.
type DescribeLifecyclePreviewInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	IncludeKept    *bool   `json:"includeKept,omitzero"`
	NextToken      *string `json:"nextToken,omitzero"`
	MaxResults     *int32  `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeLifecyclePreviewInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DescribeLifecyclePreviewInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DescribeLifecyclePreviewOutput is what DescribeLifecyclePreview answers.
type DescribeLifecyclePreviewOutput struct {
	RegistryId              *string            `json:"registryId,omitzero"`
	RepositoryName          *string            `json:"repositoryName,omitzero"`
	LifecyclePolicyText     *string            `json:"lifecyclePolicyText,omitzero"`
	Status                  *string            `json:"status,omitzero"` // one of LifecyclePreviewStatus*
	StartedAt               *shape.Time        `json:"startedAt,omitzero"`
	ImageCount              *int32             `json:"imageCount,omitzero"`
	ExpiringImageCount      *int32             `json:"expiringImageCount,omitzero"`
	TransitioningImageCount *int32             `json:"transitioningImageCount,omitzero"`
	Verdicts                []LifecycleVerdict `json:"verdicts,omitzero"`
	NextToken               *string            `json:"nextToken,omitzero"`
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

// ExpiredImage is a structure of the API.
type ExpiredImage struct {
	ImageDigest            *string     `json:"imageDigest,omitzero"`
	ImageTags              []string    `json:"imageTags,omitzero"`
	ImageManifestMediaType *string     `json:"imageManifestMediaType,omitzero"`
	ArtifactMediaType      *string     `json:"artifactMediaType,omitzero"`
	SubjectManifestDigest  *string     `json:"subjectManifestDigest,omitzero"`
	ImageSizeInBytes       *int64      `json:"imageSizeInBytes,omitzero"`
	ImagePushedAt          *shape.Time `json:"imagePushedAt,omitzero"`
	LastRecordedPullTime   *shape.Time `json:"lastRecordedPullTime,omitzero"`
	ExpiredAt              *shape.Time `json:"expiredAt,omitzero"`
	PurgeAt                *shape.Time `json:"purgeAt,omitzero"`
	RulePriority           *int32      `json:"rulePriority,omitzero"`
	Reason                 *string     `json:"reason,omitzero"`
}

// FinishBuildInput is what FinishBuild takes.
type FinishBuildInput struct {
	BuildId     *string `json:"buildId,omitzero"`
	LeaseId     *string `json:"leaseId,omitzero"`
	Outcome     *string `json:"outcome,omitzero"` // one of BuildOutcome*
	ImageDigest *string `json:"imageDigest,omitzero"`
	Reason      *string `json:"reason,omitzero"`
}

// GetBuildId returns BuildId, or "" when it is absent.
func (in *FinishBuildInput) GetBuildId() string {
	if in.BuildId == nil {
		return ""
	}
	return *in.BuildId
}

// FinishBuildOutput is what FinishBuild answers.
type FinishBuildOutput struct {
	Build *Build `json:"build,omitzero"`
}

// GetBuildLogsInput is what GetBuildLogs takes.
type GetBuildLogsInput struct {
	BuildId     *string `json:"buildId,omitzero"`
	After       *int64  `json:"after,omitzero"`
	WaitSeconds *int32  `json:"waitSeconds,omitzero"`
	MaxResults  *int32  `json:"maxResults,omitzero"`
}

// GetBuildId returns BuildId, or "" when it is absent.
func (in *GetBuildLogsInput) GetBuildId() string {
	if in.BuildId == nil {
		return ""
	}
	return *in.BuildId
}

// GetBuildLogsOutput is what GetBuildLogs answers.
type GetBuildLogsOutput struct {
	Events   []BuildLogEvent `json:"events,omitzero"`
	After    *int64          `json:"after,omitzero"`
	Complete *bool           `json:"complete,omitzero"`
	Build    *Build          `json:"build,omitzero"`
}

// GetLifecycleSettingsInput is what GetLifecycleSettings takes.
type GetLifecycleSettingsInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *GetLifecycleSettingsInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *GetLifecycleSettingsInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetLifecycleSettingsOutput is what GetLifecycleSettings answers.
type GetLifecycleSettingsOutput struct {
	RegistryId              *string `json:"registryId,omitzero"`
	RepositoryName          *string `json:"repositoryName,omitzero"`
	ProtectPulledWithinDays *int32  `json:"protectPulledWithinDays,omitzero"`
	UndoDays                *int32  `json:"undoDays,omitzero"`
}

// HeartbeatBuildInput is what HeartbeatBuild takes.
type HeartbeatBuildInput struct {
	BuildId *string `json:"buildId,omitzero"`
	LeaseId *string `json:"leaseId,omitzero"`
}

// GetBuildId returns BuildId, or "" when it is absent.
func (in *HeartbeatBuildInput) GetBuildId() string {
	if in.BuildId == nil {
		return ""
	}
	return *in.BuildId
}

// HeartbeatBuildOutput is what HeartbeatBuild answers.
type HeartbeatBuildOutput struct {
	ExpiresAt *shape.Time `json:"expiresAt,omitzero"`
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

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *ImportImageScanFindingsInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *ImportImageScanFindingsInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// ImportImageScanFindingsOutput is what ImportImageScanFindings answers.
type ImportImageScanFindingsOutput struct {
	RegistryId            *string          `json:"registryId,omitzero"`
	RepositoryName        *string          `json:"repositoryName,omitzero"`
	ImageId               *ImageIdentifier `json:"imageId,omitzero"`
	ImageScanStatus       *ImageScanStatus `json:"imageScanStatus,omitzero"`
	FindingSeverityCounts map[string]int32 `json:"findingSeverityCounts,omitzero"`
}

// LeaseBuildInput is what LeaseBuild takes.
type LeaseBuildInput struct {
	Worker      *string `json:"worker,omitzero"`
	Execution   *bool   `json:"execution,omitzero"`
	WaitSeconds *int32  `json:"waitSeconds,omitzero"`
}

// LeaseBuildOutput is what LeaseBuild answers.
type LeaseBuildOutput struct {
	Lease *BuildLease `json:"lease,omitzero"`
}

// LifecycleVerdict is a structure of the API.
type LifecycleVerdict struct {
	ImageDigest   *string     `json:"imageDigest,omitzero"`
	ImageTags     []string    `json:"imageTags,omitzero"`
	ImagePushedAt *shape.Time `json:"imagePushedAt,omitzero"`
	StorageClass  *string     `json:"storageClass,omitzero"`
	Action        *string     `json:"action,omitzero"` // one of LifecycleAction*
	RulePriority  *int32      `json:"rulePriority,omitzero"`
	Cause         *string     `json:"cause,omitzero"`
	Reason        *string     `json:"reason,omitzero"`
}

// ListBuildsInput is what ListBuilds takes.
type ListBuildsInput struct {
	State      *string `json:"state,omitzero"` // one of BuildState*
	NextToken  *string `json:"nextToken,omitzero"`
	MaxResults *int32  `json:"maxResults,omitzero"`
}

// ListBuildsOutput is what ListBuilds answers.
type ListBuildsOutput struct {
	Builds    []Build `json:"builds,omitzero"`
	NextToken *string `json:"nextToken,omitzero"`
}

// ListExpiredImagesInput is what ListExpiredImages takes.
type ListExpiredImagesInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	NextToken      *string `json:"nextToken,omitzero"`
	MaxResults     *int32  `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *ListExpiredImagesInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *ListExpiredImagesInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// ListExpiredImagesOutput is what ListExpiredImages answers.
type ListExpiredImagesOutput struct {
	RegistryId     *string        `json:"registryId,omitzero"`
	RepositoryName *string        `json:"repositoryName,omitzero"`
	ExpiredImages  []ExpiredImage `json:"expiredImages,omitzero"`
	NextToken      *string        `json:"nextToken,omitzero"`
}

// PutBuildLogsInput is what PutBuildLogs takes.
type PutBuildLogsInput struct {
	BuildId  *string  `json:"buildId,omitzero"`
	LeaseId  *string  `json:"leaseId,omitzero"`
	Sequence *int64   `json:"sequence,omitzero"`
	Messages []string `json:"messages,omitzero"`
}

// GetBuildId returns BuildId, or "" when it is absent.
func (in *PutBuildLogsInput) GetBuildId() string {
	if in.BuildId == nil {
		return ""
	}
	return *in.BuildId
}

// PutBuildLogsOutput is what PutBuildLogs answers.
type PutBuildLogsOutput struct {
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

// PutLifecycleSettingsInput is what PutLifecycleSettings takes.
type PutLifecycleSettingsInput struct {
	RegistryId              *string `json:"registryId,omitzero"`
	RepositoryName          *string `json:"repositoryName,omitzero"`
	ProtectPulledWithinDays *int32  `json:"protectPulledWithinDays,omitzero"`
	UndoDays                *int32  `json:"undoDays,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *PutLifecycleSettingsInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *PutLifecycleSettingsInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// PutLifecycleSettingsOutput is what PutLifecycleSettings answers.
type PutLifecycleSettingsOutput struct {
	RegistryId              *string `json:"registryId,omitzero"`
	RepositoryName          *string `json:"repositoryName,omitzero"`
	ProtectPulledWithinDays *int32  `json:"protectPulledWithinDays,omitzero"`
	UndoDays                *int32  `json:"undoDays,omitzero"`
}

// RestoreExpiredImagesInput is what RestoreExpiredImages takes.
type RestoreExpiredImagesInput struct {
	RegistryId     *string  `json:"registryId,omitzero"`
	RepositoryName *string  `json:"repositoryName,omitzero"`
	ImageDigests   []string `json:"imageDigests,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *RestoreExpiredImagesInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *RestoreExpiredImagesInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// RestoreExpiredImagesOutput is what RestoreExpiredImages answers.
type RestoreExpiredImagesOutput struct {
	RegistryId     *string          `json:"registryId,omitzero"`
	RepositoryName *string          `json:"repositoryName,omitzero"`
	RestoredImages []RestoredImage  `json:"restoredImages,omitzero"`
	Failures       []RestoreFailure `json:"failures,omitzero"`
}

// RestoreFailure is a structure of the API.
type RestoreFailure struct {
	ImageDigest   *string `json:"imageDigest,omitzero"`
	FailureCode   *string `json:"failureCode,omitzero"` // one of RestoreFailureCode*
	FailureReason *string `json:"failureReason,omitzero"`
}

// RestoredImage is a structure of the API.
type RestoredImage struct {
	ImageDigest *string  `json:"imageDigest,omitzero"`
	ImageTags   []string `json:"imageTags,omitzero"`
	TakenTags   []string `json:"takenTags,omitzero"`
}

// RunLifecyclePolicyInput is what RunLifecyclePolicy takes.
type RunLifecyclePolicyInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *RunLifecyclePolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *RunLifecyclePolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// RunLifecyclePolicyOutput is what RunLifecyclePolicy answers.
type RunLifecyclePolicyOutput struct {
	RegistryId     *string     `json:"registryId,omitzero"`
	RepositoryName *string     `json:"repositoryName,omitzero"`
	RequestedAt    *shape.Time `json:"requestedAt,omitzero"`
}

// StartBuildInput is what StartBuild takes.
type StartBuildInput struct {
	Image         *string `json:"image,omitzero"`
	Spec          *string `json:"spec,omitzero"`
	Options       *string `json:"options,omitzero"`
	ContextDigest *string `json:"contextDigest,omitzero"`
	ContextSize   *int64  `json:"contextSize,omitzero"`
}

// StartBuildOutput is what StartBuild answers.
type StartBuildOutput struct {
	Build      *Build  `json:"build,omitzero"`
	UploadPath *string `json:"uploadPath,omitzero"`
	Joined     *bool   `json:"joined,omitzero"`
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

// Values of BuildOutcome.
const (
	BuildOutcomeSucceeded = "SUCCEEDED"
	BuildOutcomeFailed    = "FAILED"
	BuildOutcomeReleased  = "RELEASED"
	BuildOutcomeDeclined  = "DECLINED"
)

// Values of BuildState.
const (
	BuildStateUploading = "UPLOADING"
	BuildStateQueued    = "QUEUED"
	BuildStateLeased    = "LEASED"
	BuildStateRunning   = "RUNNING"
	BuildStateSucceeded = "SUCCEEDED"
	BuildStateFailed    = "FAILED"
	BuildStateCanceled  = "CANCELED"
)

// Values of EventDetailType.
const (
	EventDetailTypeEcrImageAction            = "ECR Image Action"
	EventDetailTypeEcrImageScan              = "ECR Image Scan"
	EventDetailTypeEcrPullThroughCacheAction = "ECR Pull Through Cache Action"
	EventDetailTypeEcrReferrerAction         = "ECR Referrer Action"
	EventDetailTypeEcrReplicationAction      = "ECR Replication Action"
	EventDetailTypeEcrScanResourceChange     = "ECR Scan Resource Change"
)

// Values of LifecycleAction.
const (
	LifecycleActionKeep       = "KEEP"
	LifecycleActionExpire     = "EXPIRE"
	LifecycleActionTransition = "TRANSITION"
)

// Values of LifecyclePreviewStatus.
const (
	LifecyclePreviewStatusInProgress = "IN_PROGRESS"
	LifecyclePreviewStatusComplete   = "COMPLETE"
	LifecyclePreviewStatusExpired    = "EXPIRED"
)

// Values of RestoreFailureCode.
const (
	RestoreFailureCodeImageNotFound            = "ImageNotFound"
	RestoreFailureCodeLayersNotFound           = "LayersNotFound"
	RestoreFailureCodeReferencedImagesNotFound = "ReferencedImagesNotFound"
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
