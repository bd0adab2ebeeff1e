// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package ecr

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Attribute is a structure of the API.
type Attribute struct {
	Key   *string `json:"key,omitzero"`
	Value *string `json:"value,omitzero"`
}

// AuthorizationData is a structure of the API.
type AuthorizationData struct {
	AuthorizationToken *string     `json:"authorizationToken,omitzero"`
	ExpiresAt          *shape.Time `json:"expiresAt,omitzero"`
	ProxyEndpoint      *string     `json:"proxyEndpoint,omitzero"`
}

// AwsEcrContainerImageDetails is a structure of the API.
type AwsEcrContainerImageDetails struct {
	Architecture   *string     `json:"architecture,omitzero"`
	Author         *string     `json:"author,omitzero"`
	ImageHash      *string     `json:"imageHash,omitzero"`
	ImageTags      []string    `json:"imageTags,omitzero"`
	Platform       *string     `json:"platform,omitzero"`
	PushedAt       *shape.Time `json:"pushedAt,omitzero"`
	LastInUseAt    *shape.Time `json:"lastInUseAt,omitzero"`
	InUseCount     *int64      `json:"inUseCount,omitzero"`
	Registry       *string     `json:"registry,omitzero"`
	RepositoryName *string     `json:"repositoryName,omitzero"`
}

// BatchCheckLayerAvailabilityInput is what BatchCheckLayerAvailability takes.
type BatchCheckLayerAvailabilityInput struct {
	RegistryId     *string  `json:"registryId,omitzero"`
	RepositoryName *string  `json:"repositoryName,omitzero"`
	LayerDigests   []string `json:"layerDigests,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *BatchCheckLayerAvailabilityInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *BatchCheckLayerAvailabilityInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// BatchCheckLayerAvailabilityOutput is what BatchCheckLayerAvailability answers.
type BatchCheckLayerAvailabilityOutput struct {
	Layers   []Layer        `json:"layers,omitzero"`
	Failures []LayerFailure `json:"failures,omitzero"`
}

// BatchDeleteImageInput is what BatchDeleteImage takes.
type BatchDeleteImageInput struct {
	RegistryId     *string           `json:"registryId,omitzero"`
	RepositoryName *string           `json:"repositoryName,omitzero"`
	ImageIds       []ImageIdentifier `json:"imageIds,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *BatchDeleteImageInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *BatchDeleteImageInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// BatchDeleteImageOutput is what BatchDeleteImage answers.
type BatchDeleteImageOutput struct {
	ImageIds []ImageIdentifier `json:"imageIds,omitzero"`
	Failures []ImageFailure    `json:"failures,omitzero"`
}

// BatchGetImageInput is what BatchGetImage takes.
type BatchGetImageInput struct {
	RegistryId         *string           `json:"registryId,omitzero"`
	RepositoryName     *string           `json:"repositoryName,omitzero"`
	ImageIds           []ImageIdentifier `json:"imageIds,omitzero"`
	AcceptedMediaTypes []string          `json:"acceptedMediaTypes,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *BatchGetImageInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *BatchGetImageInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// BatchGetImageOutput is what BatchGetImage answers.
type BatchGetImageOutput struct {
	Images   []Image        `json:"images,omitzero"`
	Failures []ImageFailure `json:"failures,omitzero"`
}

// BatchGetRepositoryScanningConfigurationInput is what BatchGetRepositoryScanningConfiguration takes.
type BatchGetRepositoryScanningConfigurationInput struct {
	RepositoryNames []string `json:"repositoryNames,omitzero"`
}

// BatchGetRepositoryScanningConfigurationOutput is what BatchGetRepositoryScanningConfiguration answers.
type BatchGetRepositoryScanningConfigurationOutput struct {
	ScanningConfigurations []RepositoryScanningConfiguration        `json:"scanningConfigurations,omitzero"`
	Failures               []RepositoryScanningConfigurationFailure `json:"failures,omitzero"`
}

// CompleteLayerUploadInput is what CompleteLayerUpload takes.
type CompleteLayerUploadInput struct {
	RegistryId     *string  `json:"registryId,omitzero"`
	RepositoryName *string  `json:"repositoryName,omitzero"`
	UploadId       *string  `json:"uploadId,omitzero"`
	LayerDigests   []string `json:"layerDigests,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *CompleteLayerUploadInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *CompleteLayerUploadInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// CompleteLayerUploadOutput is what CompleteLayerUpload answers.
type CompleteLayerUploadOutput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	UploadId       *string `json:"uploadId,omitzero"`
	LayerDigest    *string `json:"layerDigest,omitzero"`
}

// CreatePullThroughCacheRuleInput is what CreatePullThroughCacheRule takes.
type CreatePullThroughCacheRuleInput struct {
	EcrRepositoryPrefix      *string `json:"ecrRepositoryPrefix,omitzero"`
	UpstreamRegistryUrl      *string `json:"upstreamRegistryUrl,omitzero"`
	RegistryId               *string `json:"registryId,omitzero"`
	UpstreamRegistry         *string `json:"upstreamRegistry,omitzero"` // one of UpstreamRegistry*
	CredentialArn            *string `json:"credentialArn,omitzero"`
	CustomRoleArn            *string `json:"customRoleArn,omitzero"`
	UpstreamRepositoryPrefix *string `json:"upstreamRepositoryPrefix,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *CreatePullThroughCacheRuleInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// CreatePullThroughCacheRuleOutput is what CreatePullThroughCacheRule answers.
type CreatePullThroughCacheRuleOutput struct {
	EcrRepositoryPrefix      *string     `json:"ecrRepositoryPrefix,omitzero"`
	UpstreamRegistryUrl      *string     `json:"upstreamRegistryUrl,omitzero"`
	CreatedAt                *shape.Time `json:"createdAt,omitzero"`
	RegistryId               *string     `json:"registryId,omitzero"`
	UpstreamRegistry         *string     `json:"upstreamRegistry,omitzero"` // one of UpstreamRegistry*
	CredentialArn            *string     `json:"credentialArn,omitzero"`
	CustomRoleArn            *string     `json:"customRoleArn,omitzero"`
	UpstreamRepositoryPrefix *string     `json:"upstreamRepositoryPrefix,omitzero"`
}

// CreateRepositoryCreationTemplateInput is what CreateRepositoryCreationTemplate takes.
type CreateRepositoryCreationTemplateInput struct {
	Prefix                             *string                                               `json:"prefix,omitzero"`
	Description                        *string                                               `json:"description,omitzero"`
	EncryptionConfiguration            *EncryptionConfigurationForRepositoryCreationTemplate `json:"encryptionConfiguration,omitzero"`
	ResourceTags                       []Tag                                                 `json:"resourceTags,omitzero"`
	ImageTagMutability                 *string                                               `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter                   `json:"imageTagMutabilityExclusionFilters,omitzero"`
	RepositoryPolicy                   *string                                               `json:"repositoryPolicy,omitzero"`
	LifecyclePolicy                    *string                                               `json:"lifecyclePolicy,omitzero"`
	AppliedFor                         []string                                              `json:"appliedFor,omitzero"`
	CustomRoleArn                      *string                                               `json:"customRoleArn,omitzero"`
}

// CreateRepositoryCreationTemplateOutput is what CreateRepositoryCreationTemplate answers.
type CreateRepositoryCreationTemplateOutput struct {
	RegistryId                 *string                     `json:"registryId,omitzero"`
	RepositoryCreationTemplate *RepositoryCreationTemplate `json:"repositoryCreationTemplate,omitzero"`
}

// CreateRepositoryInput is what CreateRepository takes.
type CreateRepositoryInput struct {
	RegistryId                         *string                             `json:"registryId,omitzero"`
	RepositoryName                     *string                             `json:"repositoryName,omitzero"`
	Tags                               []Tag                               `json:"tags,omitzero"`
	ImageTagMutability                 *string                             `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter `json:"imageTagMutabilityExclusionFilters,omitzero"`
	ImageScanningConfiguration         *ImageScanningConfiguration         `json:"imageScanningConfiguration,omitzero"`
	EncryptionConfiguration            *EncryptionConfiguration            `json:"encryptionConfiguration,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *CreateRepositoryInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *CreateRepositoryInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// CreateRepositoryOutput is what CreateRepository answers.
type CreateRepositoryOutput struct {
	Repository *Repository `json:"repository,omitzero"`
}

// CvssScore is a structure of the API.
type CvssScore struct {
	BaseScore     *float64 `json:"baseScore,omitzero"`
	ScoringVector *string  `json:"scoringVector,omitzero"`
	Source        *string  `json:"source,omitzero"`
	Version       *string  `json:"version,omitzero"`
}

// CvssScoreAdjustment is a structure of the API.
type CvssScoreAdjustment struct {
	Metric *string `json:"metric,omitzero"`
	Reason *string `json:"reason,omitzero"`
}

// CvssScoreDetails is a structure of the API.
type CvssScoreDetails struct {
	Adjustments   []CvssScoreAdjustment `json:"adjustments,omitzero"`
	Score         *float64              `json:"score,omitzero"`
	ScoreSource   *string               `json:"scoreSource,omitzero"`
	ScoringVector *string               `json:"scoringVector,omitzero"`
	Version       *string               `json:"version,omitzero"`
}

// DeleteLifecyclePolicyInput is what DeleteLifecyclePolicy takes.
type DeleteLifecyclePolicyInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DeleteLifecyclePolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DeleteLifecyclePolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DeleteLifecyclePolicyOutput is what DeleteLifecyclePolicy answers.
type DeleteLifecyclePolicyOutput struct {
	RegistryId          *string     `json:"registryId,omitzero"`
	RepositoryName      *string     `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string     `json:"lifecyclePolicyText,omitzero"`
	LastEvaluatedAt     *shape.Time `json:"lastEvaluatedAt,omitzero"`
}

// DeletePullThroughCacheRuleInput is what DeletePullThroughCacheRule takes.
type DeletePullThroughCacheRuleInput struct {
	EcrRepositoryPrefix *string `json:"ecrRepositoryPrefix,omitzero"`
	RegistryId          *string `json:"registryId,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DeletePullThroughCacheRuleInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// DeletePullThroughCacheRuleOutput is what DeletePullThroughCacheRule answers.
type DeletePullThroughCacheRuleOutput struct {
	EcrRepositoryPrefix      *string     `json:"ecrRepositoryPrefix,omitzero"`
	UpstreamRegistryUrl      *string     `json:"upstreamRegistryUrl,omitzero"`
	CreatedAt                *shape.Time `json:"createdAt,omitzero"`
	RegistryId               *string     `json:"registryId,omitzero"`
	CredentialArn            *string     `json:"credentialArn,omitzero"`
	CustomRoleArn            *string     `json:"customRoleArn,omitzero"`
	UpstreamRepositoryPrefix *string     `json:"upstreamRepositoryPrefix,omitzero"`
}

// DeleteRegistryPolicyInput is what DeleteRegistryPolicy takes.
type DeleteRegistryPolicyInput struct {
}

// DeleteRegistryPolicyOutput is what DeleteRegistryPolicy answers.
type DeleteRegistryPolicyOutput struct {
	RegistryId *string `json:"registryId,omitzero"`
	PolicyText *string `json:"policyText,omitzero"`
}

// DeleteRepositoryCreationTemplateInput is what DeleteRepositoryCreationTemplate takes.
type DeleteRepositoryCreationTemplateInput struct {
	Prefix *string `json:"prefix,omitzero"`
}

// DeleteRepositoryCreationTemplateOutput is what DeleteRepositoryCreationTemplate answers.
type DeleteRepositoryCreationTemplateOutput struct {
	RegistryId                 *string                     `json:"registryId,omitzero"`
	RepositoryCreationTemplate *RepositoryCreationTemplate `json:"repositoryCreationTemplate,omitzero"`
}

// DeleteRepositoryInput is what DeleteRepository takes.
type DeleteRepositoryInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	Force          *bool   `json:"force,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DeleteRepositoryInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DeleteRepositoryInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DeleteRepositoryOutput is what DeleteRepository answers.
type DeleteRepositoryOutput struct {
	Repository *Repository `json:"repository,omitzero"`
}

// DeleteRepositoryPolicyInput is what DeleteRepositoryPolicy takes.
type DeleteRepositoryPolicyInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DeleteRepositoryPolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DeleteRepositoryPolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DeleteRepositoryPolicyOutput is what DeleteRepositoryPolicy answers.
type DeleteRepositoryPolicyOutput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	PolicyText     *string `json:"policyText,omitzero"`
}

// DeleteSigningConfigurationInput is what DeleteSigningConfiguration takes.
type DeleteSigningConfigurationInput struct {
}

// DeleteSigningConfigurationOutput is what DeleteSigningConfiguration answers.
type DeleteSigningConfigurationOutput struct {
	RegistryId           *string               `json:"registryId,omitzero"`
	SigningConfiguration *SigningConfiguration `json:"signingConfiguration,omitzero"`
}

// DeregisterPullTimeUpdateExclusionInput is what DeregisterPullTimeUpdateExclusion takes.
type DeregisterPullTimeUpdateExclusionInput struct {
	PrincipalArn *string `json:"principalArn,omitzero"`
}

// DeregisterPullTimeUpdateExclusionOutput is what DeregisterPullTimeUpdateExclusion answers.
type DeregisterPullTimeUpdateExclusionOutput struct {
	PrincipalArn *string `json:"principalArn,omitzero"`
}

// DescribeImageReplicationStatusInput is what DescribeImageReplicationStatus takes.
type DescribeImageReplicationStatusInput struct {
	RepositoryName *string          `json:"repositoryName,omitzero"`
	ImageId        *ImageIdentifier `json:"imageId,omitzero"`
	RegistryId     *string          `json:"registryId,omitzero"`
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DescribeImageReplicationStatusInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeImageReplicationStatusInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// DescribeImageReplicationStatusOutput is what DescribeImageReplicationStatus answers.
type DescribeImageReplicationStatusOutput struct {
	RepositoryName      *string                  `json:"repositoryName,omitzero"`
	ImageId             *ImageIdentifier         `json:"imageId,omitzero"`
	ReplicationStatuses []ImageReplicationStatus `json:"replicationStatuses,omitzero"`
}

// DescribeImageScanFindingsInput is what DescribeImageScanFindings takes.
type DescribeImageScanFindingsInput struct {
	RegistryId     *string          `json:"registryId,omitzero"`
	RepositoryName *string          `json:"repositoryName,omitzero"`
	ImageId        *ImageIdentifier `json:"imageId,omitzero"`
	NextToken      *string          `json:"nextToken,omitzero"`
	MaxResults     *int32           `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeImageScanFindingsInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DescribeImageScanFindingsInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DescribeImageScanFindingsOutput is what DescribeImageScanFindings answers.
type DescribeImageScanFindingsOutput struct {
	RegistryId        *string            `json:"registryId,omitzero"`
	RepositoryName    *string            `json:"repositoryName,omitzero"`
	ImageId           *ImageIdentifier   `json:"imageId,omitzero"`
	ImageScanStatus   *ImageScanStatus   `json:"imageScanStatus,omitzero"`
	ImageScanFindings *ImageScanFindings `json:"imageScanFindings,omitzero"`
	NextToken         *string            `json:"nextToken,omitzero"`
}

// DescribeImageSigningStatusInput is what DescribeImageSigningStatus takes.
type DescribeImageSigningStatusInput struct {
	RepositoryName *string          `json:"repositoryName,omitzero"`
	ImageId        *ImageIdentifier `json:"imageId,omitzero"`
	RegistryId     *string          `json:"registryId,omitzero"`
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DescribeImageSigningStatusInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeImageSigningStatusInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// DescribeImageSigningStatusOutput is what DescribeImageSigningStatus answers.
type DescribeImageSigningStatusOutput struct {
	RepositoryName  *string              `json:"repositoryName,omitzero"`
	ImageId         *ImageIdentifier     `json:"imageId,omitzero"`
	RegistryId      *string              `json:"registryId,omitzero"`
	SigningStatuses []ImageSigningStatus `json:"signingStatuses,omitzero"`
}

// DescribeImagesFilter is a structure of the API.
type DescribeImagesFilter struct {
	TagStatus   *string `json:"tagStatus,omitzero"`   // one of TagStatus*
	ImageStatus *string `json:"imageStatus,omitzero"` // one of ImageStatusFilter*
}

// DescribeImagesInput is what DescribeImages takes.
type DescribeImagesInput struct {
	RegistryId     *string               `json:"registryId,omitzero"`
	RepositoryName *string               `json:"repositoryName,omitzero"`
	ImageIds       []ImageIdentifier     `json:"imageIds,omitzero"`
	NextToken      *string               `json:"nextToken,omitzero"`
	MaxResults     *int32                `json:"maxResults,omitzero"`
	Filter         *DescribeImagesFilter `json:"filter,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeImagesInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DescribeImagesInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DescribeImagesOutput is what DescribeImages answers.
type DescribeImagesOutput struct {
	ImageDetails []ImageDetail `json:"imageDetails,omitzero"`
	NextToken    *string       `json:"nextToken,omitzero"`
}

// DescribePullThroughCacheRulesInput is what DescribePullThroughCacheRules takes.
type DescribePullThroughCacheRulesInput struct {
	RegistryId            *string  `json:"registryId,omitzero"`
	EcrRepositoryPrefixes []string `json:"ecrRepositoryPrefixes,omitzero"`
	NextToken             *string  `json:"nextToken,omitzero"`
	MaxResults            *int32   `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribePullThroughCacheRulesInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// DescribePullThroughCacheRulesOutput is what DescribePullThroughCacheRules answers.
type DescribePullThroughCacheRulesOutput struct {
	PullThroughCacheRules []PullThroughCacheRule `json:"pullThroughCacheRules,omitzero"`
	NextToken             *string                `json:"nextToken,omitzero"`
}

// DescribeRegistryInput is what DescribeRegistry takes.
type DescribeRegistryInput struct {
}

// DescribeRegistryOutput is what DescribeRegistry answers.
type DescribeRegistryOutput struct {
	RegistryId               *string                   `json:"registryId,omitzero"`
	ReplicationConfiguration *ReplicationConfiguration `json:"replicationConfiguration,omitzero"`
}

// DescribeRepositoriesInput is what DescribeRepositories takes.
type DescribeRepositoriesInput struct {
	RegistryId      *string  `json:"registryId,omitzero"`
	RepositoryNames []string `json:"repositoryNames,omitzero"`
	NextToken       *string  `json:"nextToken,omitzero"`
	MaxResults      *int32   `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeRepositoriesInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// DescribeRepositoriesOutput is what DescribeRepositories answers.
type DescribeRepositoriesOutput struct {
	Repositories []Repository `json:"repositories,omitzero"`
	NextToken    *string      `json:"nextToken,omitzero"`
}

// DescribeRepositoryCreationTemplatesInput is what DescribeRepositoryCreationTemplates takes.
type DescribeRepositoryCreationTemplatesInput struct {
	Prefixes   []string `json:"prefixes,omitzero"`
	NextToken  *string  `json:"nextToken,omitzero"`
	MaxResults *int32   `json:"maxResults,omitzero"`
}

// DescribeRepositoryCreationTemplatesOutput is what DescribeRepositoryCreationTemplates answers.
type DescribeRepositoryCreationTemplatesOutput struct {
	RegistryId                  *string                      `json:"registryId,omitzero"`
	RepositoryCreationTemplates []RepositoryCreationTemplate `json:"repositoryCreationTemplates,omitzero"`
	NextToken                   *string                      `json:"nextToken,omitzero"`
}

// EncryptionConfiguration is a structure of the API.
type EncryptionConfiguration struct {
	EncryptionType *string `json:"encryptionType,omitzero"` // one of EncryptionType*
	KmsKey         *string `json:"kmsKey,omitzero"`
}

// EncryptionConfigurationForRepositoryCreationTemplate is a structure of the API.
type EncryptionConfigurationForRepositoryCreationTemplate struct {
	EncryptionType *string `json:"encryptionType,omitzero"` // one of EncryptionType*
	KmsKey         *string `json:"kmsKey,omitzero"`
}

// EnhancedImageScanFinding is a structure of the API.
type EnhancedImageScanFinding struct {
	AwsAccountId                *string                      `json:"awsAccountId,omitzero"`
	Description                 *string                      `json:"description,omitzero"`
	FindingArn                  *string                      `json:"findingArn,omitzero"`
	FirstObservedAt             *shape.Time                  `json:"firstObservedAt,omitzero"`
	LastObservedAt              *shape.Time                  `json:"lastObservedAt,omitzero"`
	PackageVulnerabilityDetails *PackageVulnerabilityDetails `json:"packageVulnerabilityDetails,omitzero"`
	Remediation                 *Remediation                 `json:"remediation,omitzero"`
	Resources                   []Resource                   `json:"resources,omitzero"`
	Score                       *float64                     `json:"score,omitzero"`
	ScoreDetails                *ScoreDetails                `json:"scoreDetails,omitzero"`
	Severity                    *string                      `json:"severity,omitzero"`
	Status                      *string                      `json:"status,omitzero"`
	Title                       *string                      `json:"title,omitzero"`
	Type                        *string                      `json:"type,omitzero"`
	UpdatedAt                   *shape.Time                  `json:"updatedAt,omitzero"`
	FixAvailable                *string                      `json:"fixAvailable,omitzero"`
	ExploitAvailable            *string                      `json:"exploitAvailable,omitzero"`
}

// GetAccountSettingInput is what GetAccountSetting takes.
type GetAccountSettingInput struct {
	Name *string `json:"name,omitzero"`
}

// GetAccountSettingOutput is what GetAccountSetting answers.
type GetAccountSettingOutput struct {
	Name  *string `json:"name,omitzero"`
	Value *string `json:"value,omitzero"`
}

// GetAuthorizationTokenInput is what GetAuthorizationToken takes.
type GetAuthorizationTokenInput struct {
	RegistryIds []string `json:"registryIds,omitzero"`
}

// GetAuthorizationTokenOutput is what GetAuthorizationToken answers.
type GetAuthorizationTokenOutput struct {
	AuthorizationData []AuthorizationData `json:"authorizationData,omitzero"`
}

// GetDownloadUrlForLayerInput is what GetDownloadUrlForLayer takes.
type GetDownloadUrlForLayerInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	LayerDigest    *string `json:"layerDigest,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *GetDownloadUrlForLayerInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *GetDownloadUrlForLayerInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetDownloadUrlForLayerOutput is what GetDownloadUrlForLayer answers.
type GetDownloadUrlForLayerOutput struct {
	DownloadUrl *string `json:"downloadUrl,omitzero"`
	LayerDigest *string `json:"layerDigest,omitzero"`
}

// GetLifecyclePolicyInput is what GetLifecyclePolicy takes.
type GetLifecyclePolicyInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *GetLifecyclePolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *GetLifecyclePolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetLifecyclePolicyOutput is what GetLifecyclePolicy answers.
type GetLifecyclePolicyOutput struct {
	RegistryId          *string     `json:"registryId,omitzero"`
	RepositoryName      *string     `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string     `json:"lifecyclePolicyText,omitzero"`
	LastEvaluatedAt     *shape.Time `json:"lastEvaluatedAt,omitzero"`
}

// GetLifecyclePolicyPreviewInput is what GetLifecyclePolicyPreview takes.
type GetLifecyclePolicyPreviewInput struct {
	RegistryId     *string                       `json:"registryId,omitzero"`
	RepositoryName *string                       `json:"repositoryName,omitzero"`
	ImageIds       []ImageIdentifier             `json:"imageIds,omitzero"`
	NextToken      *string                       `json:"nextToken,omitzero"`
	MaxResults     *int32                        `json:"maxResults,omitzero"`
	Filter         *LifecyclePolicyPreviewFilter `json:"filter,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *GetLifecyclePolicyPreviewInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *GetLifecyclePolicyPreviewInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetLifecyclePolicyPreviewOutput is what GetLifecyclePolicyPreview answers.
type GetLifecyclePolicyPreviewOutput struct {
	RegistryId          *string                        `json:"registryId,omitzero"`
	RepositoryName      *string                        `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string                        `json:"lifecyclePolicyText,omitzero"`
	Status              *string                        `json:"status,omitzero"` // one of LifecyclePolicyPreviewStatus*
	NextToken           *string                        `json:"nextToken,omitzero"`
	PreviewResults      []LifecyclePolicyPreviewResult `json:"previewResults,omitzero"`
	Summary             *LifecyclePolicyPreviewSummary `json:"summary,omitzero"`
}

// GetRegistryPolicyInput is what GetRegistryPolicy takes.
type GetRegistryPolicyInput struct {
}

// GetRegistryPolicyOutput is what GetRegistryPolicy answers.
type GetRegistryPolicyOutput struct {
	RegistryId *string `json:"registryId,omitzero"`
	PolicyText *string `json:"policyText,omitzero"`
}

// GetRegistryScanningConfigurationInput is what GetRegistryScanningConfiguration takes.
type GetRegistryScanningConfigurationInput struct {
}

// GetRegistryScanningConfigurationOutput is what GetRegistryScanningConfiguration answers.
type GetRegistryScanningConfigurationOutput struct {
	RegistryId            *string                        `json:"registryId,omitzero"`
	ScanningConfiguration *RegistryScanningConfiguration `json:"scanningConfiguration,omitzero"`
}

// GetRepositoryPolicyInput is what GetRepositoryPolicy takes.
type GetRepositoryPolicyInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *GetRepositoryPolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *GetRepositoryPolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetRepositoryPolicyOutput is what GetRepositoryPolicy answers.
type GetRepositoryPolicyOutput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	PolicyText     *string `json:"policyText,omitzero"`
}

// GetSigningConfigurationInput is what GetSigningConfiguration takes.
type GetSigningConfigurationInput struct {
}

// GetSigningConfigurationOutput is what GetSigningConfiguration answers.
type GetSigningConfigurationOutput struct {
	RegistryId           *string               `json:"registryId,omitzero"`
	SigningConfiguration *SigningConfiguration `json:"signingConfiguration,omitzero"`
}

// Image is a structure of the API.
type Image struct {
	RegistryId             *string          `json:"registryId,omitzero"`
	RepositoryName         *string          `json:"repositoryName,omitzero"`
	ImageId                *ImageIdentifier `json:"imageId,omitzero"`
	ImageManifest          *string          `json:"imageManifest,omitzero"`
	ImageManifestMediaType *string          `json:"imageManifestMediaType,omitzero"`
}

// ImageDetail is a structure of the API.
type ImageDetail struct {
	RegistryId               *string                   `json:"registryId,omitzero"`
	RepositoryName           *string                   `json:"repositoryName,omitzero"`
	ImageDigest              *string                   `json:"imageDigest,omitzero"`
	ImageTags                []string                  `json:"imageTags,omitzero"`
	ImageSizeInBytes         *int64                    `json:"imageSizeInBytes,omitzero"`
	ImagePushedAt            *shape.Time               `json:"imagePushedAt,omitzero"`
	ImageScanStatus          *ImageScanStatus          `json:"imageScanStatus,omitzero"`
	ImageScanFindingsSummary *ImageScanFindingsSummary `json:"imageScanFindingsSummary,omitzero"`
	ImageManifestMediaType   *string                   `json:"imageManifestMediaType,omitzero"`
	ArtifactMediaType        *string                   `json:"artifactMediaType,omitzero"`
	LastRecordedPullTime     *shape.Time               `json:"lastRecordedPullTime,omitzero"`
	SubjectManifestDigest    *string                   `json:"subjectManifestDigest,omitzero"`
	ImageStatus              *string                   `json:"imageStatus,omitzero"` // one of ImageStatus*
	LastArchivedAt           *shape.Time               `json:"lastArchivedAt,omitzero"`
	LastActivatedAt          *shape.Time               `json:"lastActivatedAt,omitzero"`
}

// ImageFailure is a structure of the API.
type ImageFailure struct {
	ImageId       *ImageIdentifier `json:"imageId,omitzero"`
	FailureCode   *string          `json:"failureCode,omitzero"` // one of ImageFailureCode*
	FailureReason *string          `json:"failureReason,omitzero"`
}

// ImageIdentifier is a structure of the API.
type ImageIdentifier struct {
	ImageDigest *string `json:"imageDigest,omitzero"`
	ImageTag    *string `json:"imageTag,omitzero"`
}

// ImageReferrer is a structure of the API.
type ImageReferrer struct {
	Digest         *string           `json:"digest,omitzero"`
	MediaType      *string           `json:"mediaType,omitzero"`
	ArtifactType   *string           `json:"artifactType,omitzero"`
	Size           *int64            `json:"size,omitzero"`
	Annotations    map[string]string `json:"annotations,omitzero"`
	ArtifactStatus *string           `json:"artifactStatus,omitzero"` // one of ArtifactStatus*
}

// ImageReplicationStatus is a structure of the API.
type ImageReplicationStatus struct {
	Region      *string `json:"region,omitzero"`
	RegistryId  *string `json:"registryId,omitzero"`
	Status      *string `json:"status,omitzero"` // one of ReplicationStatus*
	FailureCode *string `json:"failureCode,omitzero"`
}

// ImageScanFinding is a structure of the API.
type ImageScanFinding struct {
	Name        *string     `json:"name,omitzero"`
	Description *string     `json:"description,omitzero"`
	Uri         *string     `json:"uri,omitzero"`
	Severity    *string     `json:"severity,omitzero"` // one of FindingSeverity*
	Attributes  []Attribute `json:"attributes,omitzero"`
}

// ImageScanFindings is a structure of the API.
type ImageScanFindings struct {
	ImageScanCompletedAt         *shape.Time                `json:"imageScanCompletedAt,omitzero"`
	VulnerabilitySourceUpdatedAt *shape.Time                `json:"vulnerabilitySourceUpdatedAt,omitzero"`
	FindingSeverityCounts        map[string]int32           `json:"findingSeverityCounts,omitzero"`
	Findings                     []ImageScanFinding         `json:"findings,omitzero"`
	EnhancedFindings             []EnhancedImageScanFinding `json:"enhancedFindings,omitzero"`
}

// ImageScanFindingsSummary is a structure of the API.
type ImageScanFindingsSummary struct {
	ImageScanCompletedAt         *shape.Time      `json:"imageScanCompletedAt,omitzero"`
	VulnerabilitySourceUpdatedAt *shape.Time      `json:"vulnerabilitySourceUpdatedAt,omitzero"`
	FindingSeverityCounts        map[string]int32 `json:"findingSeverityCounts,omitzero"`
}

// ImageScanStatus is a structure of the API.
type ImageScanStatus struct {
	Status      *string `json:"status,omitzero"` // one of ScanStatus*
	Description *string `json:"description,omitzero"`
}

// ImageScanningConfiguration is a structure of the API.
type ImageScanningConfiguration struct {
	ScanOnPush *bool `json:"scanOnPush,omitzero"`
}

// ImageSigningStatus is a structure of the API.
type ImageSigningStatus struct {
	SigningProfileArn *string `json:"signingProfileArn,omitzero"`
	FailureCode       *string `json:"failureCode,omitzero"`
	FailureReason     *string `json:"failureReason,omitzero"`
	Status            *string `json:"status,omitzero"` // one of SigningStatus*
}

// ImageTagMutabilityExclusionFilter is a structure of the API.
type ImageTagMutabilityExclusionFilter struct {
	FilterType *string `json:"filterType,omitzero"` // one of ImageTagMutabilityExclusionFilterType*
	Filter     *string `json:"filter,omitzero"`
}

// InitiateLayerUploadInput is what InitiateLayerUpload takes.
type InitiateLayerUploadInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *InitiateLayerUploadInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *InitiateLayerUploadInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// InitiateLayerUploadOutput is what InitiateLayerUpload answers.
type InitiateLayerUploadOutput struct {
	UploadId *string `json:"uploadId,omitzero"`
	PartSize *int64  `json:"partSize,omitzero"`
}

// Layer is a structure of the API.
type Layer struct {
	LayerDigest       *string `json:"layerDigest,omitzero"`
	LayerAvailability *string `json:"layerAvailability,omitzero"` // one of LayerAvailability*
	LayerSize         *int64  `json:"layerSize,omitzero"`
	MediaType         *string `json:"mediaType,omitzero"`
}

// LayerFailure is a structure of the API.
type LayerFailure struct {
	LayerDigest   *string `json:"layerDigest,omitzero"`
	FailureCode   *string `json:"failureCode,omitzero"` // one of LayerFailureCode*
	FailureReason *string `json:"failureReason,omitzero"`
}

// LifecyclePolicyPreviewFilter is a structure of the API.
type LifecyclePolicyPreviewFilter struct {
	TagStatus *string `json:"tagStatus,omitzero"` // one of TagStatus*
}

// LifecyclePolicyPreviewResult is a structure of the API.
type LifecyclePolicyPreviewResult struct {
	ImageTags           []string                   `json:"imageTags,omitzero"`
	ImageDigest         *string                    `json:"imageDigest,omitzero"`
	ImagePushedAt       *shape.Time                `json:"imagePushedAt,omitzero"`
	Action              *LifecyclePolicyRuleAction `json:"action,omitzero"`
	AppliedRulePriority *int32                     `json:"appliedRulePriority,omitzero"`
	StorageClass        *string                    `json:"storageClass,omitzero"` // one of LifecyclePolicyStorageClass*
}

// LifecyclePolicyPreviewSummary is a structure of the API.
type LifecyclePolicyPreviewSummary struct {
	ExpiringImageTotalCount       *int32                         `json:"expiringImageTotalCount,omitzero"`
	TransitioningImageTotalCounts []TransitioningImageTotalCount `json:"transitioningImageTotalCounts,omitzero"`
}

// LifecyclePolicyRuleAction is a structure of the API.
type LifecyclePolicyRuleAction struct {
	Type               *string `json:"type,omitzero"`               // one of ImageActionType*
	TargetStorageClass *string `json:"targetStorageClass,omitzero"` // one of LifecyclePolicyTargetStorageClass*
}

// ListImageReferrersFilter is a structure of the API.
type ListImageReferrersFilter struct {
	ArtifactTypes  []string `json:"artifactTypes,omitzero"`
	ArtifactStatus *string  `json:"artifactStatus,omitzero"` // one of ArtifactStatusFilter*
}

// ListImageReferrersInput is what ListImageReferrers takes.
type ListImageReferrersInput struct {
	RegistryId     *string                   `json:"registryId,omitzero"`
	RepositoryName *string                   `json:"repositoryName,omitzero"`
	SubjectId      *SubjectIdentifier        `json:"subjectId,omitzero"`
	Filter         *ListImageReferrersFilter `json:"filter,omitzero"`
	NextToken      *string                   `json:"nextToken,omitzero"`
	MaxResults     *int32                    `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *ListImageReferrersInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *ListImageReferrersInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// ListImageReferrersOutput is what ListImageReferrers answers.
type ListImageReferrersOutput struct {
	Referrers []ImageReferrer `json:"referrers,omitzero"`
	NextToken *string         `json:"nextToken,omitzero"`
}

// ListImagesFilter is a structure of the API.
type ListImagesFilter struct {
	TagStatus   *string `json:"tagStatus,omitzero"`   // one of TagStatus*
	ImageStatus *string `json:"imageStatus,omitzero"` // one of ImageStatusFilter*
}

// ListImagesInput is what ListImages takes.
type ListImagesInput struct {
	RegistryId     *string           `json:"registryId,omitzero"`
	RepositoryName *string           `json:"repositoryName,omitzero"`
	NextToken      *string           `json:"nextToken,omitzero"`
	MaxResults     *int32            `json:"maxResults,omitzero"`
	Filter         *ListImagesFilter `json:"filter,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *ListImagesInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *ListImagesInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// ListImagesOutput is what ListImages answers.
type ListImagesOutput struct {
	ImageIds  []ImageIdentifier `json:"imageIds,omitzero"`
	NextToken *string           `json:"nextToken,omitzero"`
}

// ListPullTimeUpdateExclusionsInput is what ListPullTimeUpdateExclusions takes.
type ListPullTimeUpdateExclusionsInput struct {
	MaxResults *int32  `json:"maxResults,omitzero"`
	NextToken  *string `json:"nextToken,omitzero"`
}

// ListPullTimeUpdateExclusionsOutput is what ListPullTimeUpdateExclusions answers.
type ListPullTimeUpdateExclusionsOutput struct {
	PullTimeUpdateExclusions []string `json:"pullTimeUpdateExclusions,omitzero"`
	NextToken                *string  `json:"nextToken,omitzero"`
}

// ListTagsForResourceInput is what ListTagsForResource takes.
type ListTagsForResourceInput struct {
	ResourceArn *string `json:"resourceArn,omitzero"`
}

// GetResourceArn returns ResourceArn, or "" when it is absent.
func (in *ListTagsForResourceInput) GetResourceArn() string {
	if in.ResourceArn == nil {
		return ""
	}
	return *in.ResourceArn
}

// ListTagsForResourceOutput is what ListTagsForResource answers.
type ListTagsForResourceOutput struct {
	Tags []Tag `json:"tags,omitzero"`
}

// PackageVulnerabilityDetails is a structure of the API.
type PackageVulnerabilityDetails struct {
	Cvss                   []CvssScore         `json:"cvss,omitzero"`
	ReferenceUrls          []string            `json:"referenceUrls,omitzero"`
	RelatedVulnerabilities []string            `json:"relatedVulnerabilities,omitzero"`
	Source                 *string             `json:"source,omitzero"`
	SourceUrl              *string             `json:"sourceUrl,omitzero"`
	VendorCreatedAt        *shape.Time         `json:"vendorCreatedAt,omitzero"`
	VendorSeverity         *string             `json:"vendorSeverity,omitzero"`
	VendorUpdatedAt        *shape.Time         `json:"vendorUpdatedAt,omitzero"`
	VulnerabilityId        *string             `json:"vulnerabilityId,omitzero"`
	VulnerablePackages     []VulnerablePackage `json:"vulnerablePackages,omitzero"`
}

// PullThroughCacheRule is a structure of the API.
type PullThroughCacheRule struct {
	EcrRepositoryPrefix      *string     `json:"ecrRepositoryPrefix,omitzero"`
	UpstreamRegistryUrl      *string     `json:"upstreamRegistryUrl,omitzero"`
	CreatedAt                *shape.Time `json:"createdAt,omitzero"`
	RegistryId               *string     `json:"registryId,omitzero"`
	CredentialArn            *string     `json:"credentialArn,omitzero"`
	CustomRoleArn            *string     `json:"customRoleArn,omitzero"`
	UpstreamRepositoryPrefix *string     `json:"upstreamRepositoryPrefix,omitzero"`
	UpstreamRegistry         *string     `json:"upstreamRegistry,omitzero"` // one of UpstreamRegistry*
	UpdatedAt                *shape.Time `json:"updatedAt,omitzero"`
}

// PutAccountSettingInput is what PutAccountSetting takes.
type PutAccountSettingInput struct {
	Name  *string `json:"name,omitzero"`
	Value *string `json:"value,omitzero"`
}

// PutAccountSettingOutput is what PutAccountSetting answers.
type PutAccountSettingOutput struct {
	Name  *string `json:"name,omitzero"`
	Value *string `json:"value,omitzero"`
}

// PutImageInput is what PutImage takes.
type PutImageInput struct {
	RegistryId             *string `json:"registryId,omitzero"`
	RepositoryName         *string `json:"repositoryName,omitzero"`
	ImageManifest          *string `json:"imageManifest,omitzero"`
	ImageManifestMediaType *string `json:"imageManifestMediaType,omitzero"`
	ImageTag               *string `json:"imageTag,omitzero"`
	ImageDigest            *string `json:"imageDigest,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *PutImageInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *PutImageInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// PutImageOutput is what PutImage answers.
type PutImageOutput struct {
	Image *Image `json:"image,omitzero"`
}

// PutImageScanningConfigurationInput is what PutImageScanningConfiguration takes.
type PutImageScanningConfigurationInput struct {
	RegistryId                 *string                     `json:"registryId,omitzero"`
	RepositoryName             *string                     `json:"repositoryName,omitzero"`
	ImageScanningConfiguration *ImageScanningConfiguration `json:"imageScanningConfiguration,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *PutImageScanningConfigurationInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *PutImageScanningConfigurationInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// PutImageScanningConfigurationOutput is what PutImageScanningConfiguration answers.
type PutImageScanningConfigurationOutput struct {
	RegistryId                 *string                     `json:"registryId,omitzero"`
	RepositoryName             *string                     `json:"repositoryName,omitzero"`
	ImageScanningConfiguration *ImageScanningConfiguration `json:"imageScanningConfiguration,omitzero"`
}

// PutImageTagMutabilityInput is what PutImageTagMutability takes.
type PutImageTagMutabilityInput struct {
	RegistryId                         *string                             `json:"registryId,omitzero"`
	RepositoryName                     *string                             `json:"repositoryName,omitzero"`
	ImageTagMutability                 *string                             `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter `json:"imageTagMutabilityExclusionFilters,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *PutImageTagMutabilityInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *PutImageTagMutabilityInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// PutImageTagMutabilityOutput is what PutImageTagMutability answers.
type PutImageTagMutabilityOutput struct {
	RegistryId                         *string                             `json:"registryId,omitzero"`
	RepositoryName                     *string                             `json:"repositoryName,omitzero"`
	ImageTagMutability                 *string                             `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter `json:"imageTagMutabilityExclusionFilters,omitzero"`
}

// PutLifecyclePolicyInput is what PutLifecyclePolicy takes.
type PutLifecyclePolicyInput struct {
	RegistryId          *string `json:"registryId,omitzero"`
	RepositoryName      *string `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string `json:"lifecyclePolicyText,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *PutLifecyclePolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *PutLifecyclePolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// PutLifecyclePolicyOutput is what PutLifecyclePolicy answers.
type PutLifecyclePolicyOutput struct {
	RegistryId          *string `json:"registryId,omitzero"`
	RepositoryName      *string `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string `json:"lifecyclePolicyText,omitzero"`
}

// PutRegistryPolicyInput is what PutRegistryPolicy takes.
type PutRegistryPolicyInput struct {
	PolicyText *string `json:"policyText,omitzero"`
}

// PutRegistryPolicyOutput is what PutRegistryPolicy answers.
type PutRegistryPolicyOutput struct {
	RegistryId *string `json:"registryId,omitzero"`
	PolicyText *string `json:"policyText,omitzero"`
}

// PutRegistryScanningConfigurationInput is what PutRegistryScanningConfiguration takes.
type PutRegistryScanningConfigurationInput struct {
	ScanType *string                `json:"scanType,omitzero"` // one of ScanType*
	Rules    []RegistryScanningRule `json:"rules,omitzero"`
}

// PutRegistryScanningConfigurationOutput is what PutRegistryScanningConfiguration answers.
type PutRegistryScanningConfigurationOutput struct {
	RegistryScanningConfiguration *RegistryScanningConfiguration `json:"registryScanningConfiguration,omitzero"`
}

// PutReplicationConfigurationInput is what PutReplicationConfiguration takes.
type PutReplicationConfigurationInput struct {
	ReplicationConfiguration *ReplicationConfiguration `json:"replicationConfiguration,omitzero"`
}

// PutReplicationConfigurationOutput is what PutReplicationConfiguration answers.
type PutReplicationConfigurationOutput struct {
	ReplicationConfiguration *ReplicationConfiguration `json:"replicationConfiguration,omitzero"`
}

// PutSigningConfigurationInput is what PutSigningConfiguration takes.
type PutSigningConfigurationInput struct {
	SigningConfiguration *SigningConfiguration `json:"signingConfiguration,omitzero"`
}

// PutSigningConfigurationOutput is what PutSigningConfiguration answers.
type PutSigningConfigurationOutput struct {
	SigningConfiguration *SigningConfiguration `json:"signingConfiguration,omitzero"`
}

// Recommendation is a structure of the API.
type Recommendation struct {
	Url  *string `json:"url,omitzero"`
	Text *string `json:"text,omitzero"`
}

// RegisterPullTimeUpdateExclusionInput is what RegisterPullTimeUpdateExclusion takes.
type RegisterPullTimeUpdateExclusionInput struct {
	PrincipalArn *string `json:"principalArn,omitzero"`
}

// RegisterPullTimeUpdateExclusionOutput is what RegisterPullTimeUpdateExclusion answers.
type RegisterPullTimeUpdateExclusionOutput struct {
	PrincipalArn *string     `json:"principalArn,omitzero"`
	CreatedAt    *shape.Time `json:"createdAt,omitzero"`
}

// RegistryScanningConfiguration is a structure of the API.
type RegistryScanningConfiguration struct {
	ScanType *string                `json:"scanType,omitzero"` // one of ScanType*
	Rules    []RegistryScanningRule `json:"rules,omitzero"`
}

// RegistryScanningRule is a structure of the API.
type RegistryScanningRule struct {
	ScanFrequency     *string                    `json:"scanFrequency,omitzero"` // one of ScanFrequency*
	RepositoryFilters []ScanningRepositoryFilter `json:"repositoryFilters,omitzero"`
}

// Remediation is a structure of the API.
type Remediation struct {
	Recommendation *Recommendation `json:"recommendation,omitzero"`
}

// ReplicationConfiguration is a structure of the API.
type ReplicationConfiguration struct {
	Rules []ReplicationRule `json:"rules,omitzero"`
}

// ReplicationDestination is a structure of the API.
type ReplicationDestination struct {
	Region     *string `json:"region,omitzero"`
	RegistryId *string `json:"registryId,omitzero"`
}

// ReplicationRule is a structure of the API.
type ReplicationRule struct {
	Destinations      []ReplicationDestination `json:"destinations,omitzero"`
	RepositoryFilters []RepositoryFilter       `json:"repositoryFilters,omitzero"`
}

// Repository is a structure of the API.
type Repository struct {
	RepositoryArn                      *string                             `json:"repositoryArn,omitzero"`
	RegistryId                         *string                             `json:"registryId,omitzero"`
	RepositoryName                     *string                             `json:"repositoryName,omitzero"`
	RepositoryUri                      *string                             `json:"repositoryUri,omitzero"`
	CreatedAt                          *shape.Time                         `json:"createdAt,omitzero"`
	ImageTagMutability                 *string                             `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter `json:"imageTagMutabilityExclusionFilters,omitzero"`
	ImageScanningConfiguration         *ImageScanningConfiguration         `json:"imageScanningConfiguration,omitzero"`
	EncryptionConfiguration            *EncryptionConfiguration            `json:"encryptionConfiguration,omitzero"`
}

// RepositoryCreationTemplate is a structure of the API.
type RepositoryCreationTemplate struct {
	Prefix                             *string                                               `json:"prefix,omitzero"`
	Description                        *string                                               `json:"description,omitzero"`
	EncryptionConfiguration            *EncryptionConfigurationForRepositoryCreationTemplate `json:"encryptionConfiguration,omitzero"`
	ResourceTags                       []Tag                                                 `json:"resourceTags,omitzero"`
	ImageTagMutability                 *string                                               `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter                   `json:"imageTagMutabilityExclusionFilters,omitzero"`
	RepositoryPolicy                   *string                                               `json:"repositoryPolicy,omitzero"`
	LifecyclePolicy                    *string                                               `json:"lifecyclePolicy,omitzero"`
	AppliedFor                         []string                                              `json:"appliedFor,omitzero"`
	CustomRoleArn                      *string                                               `json:"customRoleArn,omitzero"`
	CreatedAt                          *shape.Time                                           `json:"createdAt,omitzero"`
	UpdatedAt                          *shape.Time                                           `json:"updatedAt,omitzero"`
}

// RepositoryFilter is a structure of the API.
type RepositoryFilter struct {
	Filter     *string `json:"filter,omitzero"`
	FilterType *string `json:"filterType,omitzero"` // one of RepositoryFilterType*
}

// RepositoryScanningConfiguration is a structure of the API.
type RepositoryScanningConfiguration struct {
	RepositoryArn      *string                    `json:"repositoryArn,omitzero"`
	RepositoryName     *string                    `json:"repositoryName,omitzero"`
	ScanOnPush         *bool                      `json:"scanOnPush,omitzero"`
	ScanFrequency      *string                    `json:"scanFrequency,omitzero"` // one of ScanFrequency*
	AppliedScanFilters []ScanningRepositoryFilter `json:"appliedScanFilters,omitzero"`
}

// RepositoryScanningConfigurationFailure is a structure of the API.
type RepositoryScanningConfigurationFailure struct {
	RepositoryName *string `json:"repositoryName,omitzero"`
	FailureCode    *string `json:"failureCode,omitzero"` // one of ScanningConfigurationFailureCode*
	FailureReason  *string `json:"failureReason,omitzero"`
}

// Resource is a structure of the API.
type Resource struct {
	Details *ResourceDetails  `json:"details,omitzero"`
	Id      *string           `json:"id,omitzero"`
	Tags    map[string]string `json:"tags,omitzero"`
	Type    *string           `json:"type,omitzero"`
}

// ResourceDetails is a structure of the API.
type ResourceDetails struct {
	AwsEcrContainerImage *AwsEcrContainerImageDetails `json:"awsEcrContainerImage,omitzero"`
}

// ScanningRepositoryFilter is a structure of the API.
type ScanningRepositoryFilter struct {
	Filter     *string `json:"filter,omitzero"`
	FilterType *string `json:"filterType,omitzero"` // one of ScanningRepositoryFilterType*
}

// ScoreDetails is a structure of the API.
type ScoreDetails struct {
	Cvss *CvssScoreDetails `json:"cvss,omitzero"`
}

// SetRepositoryPolicyInput is what SetRepositoryPolicy takes.
type SetRepositoryPolicyInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	PolicyText     *string `json:"policyText,omitzero"`
	Force          *bool   `json:"force,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *SetRepositoryPolicyInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *SetRepositoryPolicyInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// SetRepositoryPolicyOutput is what SetRepositoryPolicy answers.
type SetRepositoryPolicyOutput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	PolicyText     *string `json:"policyText,omitzero"`
}

// SigningConfiguration is a structure of the API.
type SigningConfiguration struct {
	Rules []SigningRule `json:"rules,omitzero"`
}

// SigningRepositoryFilter is a structure of the API.
type SigningRepositoryFilter struct {
	Filter     *string `json:"filter,omitzero"`
	FilterType *string `json:"filterType,omitzero"` // one of SigningRepositoryFilterType*
}

// SigningRule is a structure of the API.
type SigningRule struct {
	SigningProfileArn *string                   `json:"signingProfileArn,omitzero"`
	RepositoryFilters []SigningRepositoryFilter `json:"repositoryFilters,omitzero"`
}

// StartImageScanInput is what StartImageScan takes.
type StartImageScanInput struct {
	RegistryId     *string          `json:"registryId,omitzero"`
	RepositoryName *string          `json:"repositoryName,omitzero"`
	ImageId        *ImageIdentifier `json:"imageId,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *StartImageScanInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *StartImageScanInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// StartImageScanOutput is what StartImageScan answers.
type StartImageScanOutput struct {
	RegistryId      *string          `json:"registryId,omitzero"`
	RepositoryName  *string          `json:"repositoryName,omitzero"`
	ImageId         *ImageIdentifier `json:"imageId,omitzero"`
	ImageScanStatus *ImageScanStatus `json:"imageScanStatus,omitzero"`
}

// StartLifecyclePolicyPreviewInput is what StartLifecyclePolicyPreview takes.
type StartLifecyclePolicyPreviewInput struct {
	RegistryId          *string `json:"registryId,omitzero"`
	RepositoryName      *string `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string `json:"lifecyclePolicyText,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *StartLifecyclePolicyPreviewInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *StartLifecyclePolicyPreviewInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// StartLifecyclePolicyPreviewOutput is what StartLifecyclePolicyPreview answers.
type StartLifecyclePolicyPreviewOutput struct {
	RegistryId          *string `json:"registryId,omitzero"`
	RepositoryName      *string `json:"repositoryName,omitzero"`
	LifecyclePolicyText *string `json:"lifecyclePolicyText,omitzero"`
	Status              *string `json:"status,omitzero"` // one of LifecyclePolicyPreviewStatus*
}

// SubjectIdentifier is a structure of the API.
type SubjectIdentifier struct {
	ImageDigest *string `json:"imageDigest,omitzero"`
}

// Tag is a structure of the API.
type Tag struct {
	Key   *string `json:"Key,omitzero"`
	Value *string `json:"Value,omitzero"`
}

// TagResourceInput is what TagResource takes.
type TagResourceInput struct {
	ResourceArn *string `json:"resourceArn,omitzero"`
	Tags        []Tag   `json:"tags,omitzero"`
}

// GetResourceArn returns ResourceArn, or "" when it is absent.
func (in *TagResourceInput) GetResourceArn() string {
	if in.ResourceArn == nil {
		return ""
	}
	return *in.ResourceArn
}

// TagResourceOutput is what TagResource answers.
type TagResourceOutput struct {
}

// TransitioningImageTotalCount is a structure of the API.
type TransitioningImageTotalCount struct {
	TargetStorageClass *string `json:"targetStorageClass,omitzero"` // one of LifecyclePolicyTargetStorageClass*
	ImageTotalCount    *int32  `json:"imageTotalCount,omitzero"`
}

// UntagResourceInput is what UntagResource takes.
type UntagResourceInput struct {
	ResourceArn *string  `json:"resourceArn,omitzero"`
	TagKeys     []string `json:"tagKeys,omitzero"`
}

// GetResourceArn returns ResourceArn, or "" when it is absent.
func (in *UntagResourceInput) GetResourceArn() string {
	if in.ResourceArn == nil {
		return ""
	}
	return *in.ResourceArn
}

// UntagResourceOutput is what UntagResource answers.
type UntagResourceOutput struct {
}

// UpdateImageStorageClassInput is what UpdateImageStorageClass takes.
type UpdateImageStorageClassInput struct {
	RegistryId         *string          `json:"registryId,omitzero"`
	RepositoryName     *string          `json:"repositoryName,omitzero"`
	ImageId            *ImageIdentifier `json:"imageId,omitzero"`
	TargetStorageClass *string          `json:"targetStorageClass,omitzero"` // one of TargetStorageClass*
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *UpdateImageStorageClassInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *UpdateImageStorageClassInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// UpdateImageStorageClassOutput is what UpdateImageStorageClass answers.
type UpdateImageStorageClassOutput struct {
	RegistryId     *string          `json:"registryId,omitzero"`
	RepositoryName *string          `json:"repositoryName,omitzero"`
	ImageId        *ImageIdentifier `json:"imageId,omitzero"`
	ImageStatus    *string          `json:"imageStatus,omitzero"` // one of ImageStatus*
}

// UpdatePullThroughCacheRuleInput is what UpdatePullThroughCacheRule takes.
type UpdatePullThroughCacheRuleInput struct {
	RegistryId          *string `json:"registryId,omitzero"`
	EcrRepositoryPrefix *string `json:"ecrRepositoryPrefix,omitzero"`
	CredentialArn       *string `json:"credentialArn,omitzero"`
	CustomRoleArn       *string `json:"customRoleArn,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *UpdatePullThroughCacheRuleInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// UpdatePullThroughCacheRuleOutput is what UpdatePullThroughCacheRule answers.
type UpdatePullThroughCacheRuleOutput struct {
	EcrRepositoryPrefix      *string     `json:"ecrRepositoryPrefix,omitzero"`
	RegistryId               *string     `json:"registryId,omitzero"`
	UpdatedAt                *shape.Time `json:"updatedAt,omitzero"`
	CredentialArn            *string     `json:"credentialArn,omitzero"`
	CustomRoleArn            *string     `json:"customRoleArn,omitzero"`
	UpstreamRepositoryPrefix *string     `json:"upstreamRepositoryPrefix,omitzero"`
}

// UpdateRepositoryCreationTemplateInput is what UpdateRepositoryCreationTemplate takes.
type UpdateRepositoryCreationTemplateInput struct {
	Prefix                             *string                                               `json:"prefix,omitzero"`
	Description                        *string                                               `json:"description,omitzero"`
	EncryptionConfiguration            *EncryptionConfigurationForRepositoryCreationTemplate `json:"encryptionConfiguration,omitzero"`
	ResourceTags                       []Tag                                                 `json:"resourceTags,omitzero"`
	ImageTagMutability                 *string                                               `json:"imageTagMutability,omitzero"` // one of ImageTagMutability*
	ImageTagMutabilityExclusionFilters []ImageTagMutabilityExclusionFilter                   `json:"imageTagMutabilityExclusionFilters,omitzero"`
	RepositoryPolicy                   *string                                               `json:"repositoryPolicy,omitzero"`
	LifecyclePolicy                    *string                                               `json:"lifecyclePolicy,omitzero"`
	AppliedFor                         []string                                              `json:"appliedFor,omitzero"`
	CustomRoleArn                      *string                                               `json:"customRoleArn,omitzero"`
}

// UpdateRepositoryCreationTemplateOutput is what UpdateRepositoryCreationTemplate answers.
type UpdateRepositoryCreationTemplateOutput struct {
	RegistryId                 *string                     `json:"registryId,omitzero"`
	RepositoryCreationTemplate *RepositoryCreationTemplate `json:"repositoryCreationTemplate,omitzero"`
}

// UploadLayerPartInput is what UploadLayerPart takes.
type UploadLayerPartInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	UploadId       *string `json:"uploadId,omitzero"`
	PartFirstByte  *int64  `json:"partFirstByte,omitzero"`
	PartLastByte   *int64  `json:"partLastByte,omitzero"`
	LayerPartBlob  []byte  `json:"layerPartBlob,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *UploadLayerPartInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *UploadLayerPartInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// UploadLayerPartOutput is what UploadLayerPart answers.
type UploadLayerPartOutput struct {
	RegistryId       *string `json:"registryId,omitzero"`
	RepositoryName   *string `json:"repositoryName,omitzero"`
	UploadId         *string `json:"uploadId,omitzero"`
	LastByteReceived *int64  `json:"lastByteReceived,omitzero"`
}

// ValidatePullThroughCacheRuleInput is what ValidatePullThroughCacheRule takes.
type ValidatePullThroughCacheRuleInput struct {
	EcrRepositoryPrefix *string `json:"ecrRepositoryPrefix,omitzero"`
	RegistryId          *string `json:"registryId,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *ValidatePullThroughCacheRuleInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// ValidatePullThroughCacheRuleOutput is what ValidatePullThroughCacheRule answers.
type ValidatePullThroughCacheRuleOutput struct {
	EcrRepositoryPrefix      *string `json:"ecrRepositoryPrefix,omitzero"`
	RegistryId               *string `json:"registryId,omitzero"`
	UpstreamRegistryUrl      *string `json:"upstreamRegistryUrl,omitzero"`
	CredentialArn            *string `json:"credentialArn,omitzero"`
	CustomRoleArn            *string `json:"customRoleArn,omitzero"`
	UpstreamRepositoryPrefix *string `json:"upstreamRepositoryPrefix,omitzero"`
	IsValid                  *bool   `json:"isValid,omitzero"`
	Failure                  *string `json:"failure,omitzero"`
}

// VulnerablePackage is a structure of the API.
type VulnerablePackage struct {
	Arch            *string `json:"arch,omitzero"`
	Epoch           *int32  `json:"epoch,omitzero"`
	FilePath        *string `json:"filePath,omitzero"`
	Name            *string `json:"name,omitzero"`
	PackageManager  *string `json:"packageManager,omitzero"`
	Release         *string `json:"release,omitzero"`
	SourceLayerHash *string `json:"sourceLayerHash,omitzero"`
	Version         *string `json:"version,omitzero"`
	FixedInVersion  *string `json:"fixedInVersion,omitzero"`
}

// Values of ArtifactStatus.
const (
	ArtifactStatusActive     = "ACTIVE"
	ArtifactStatusArchived   = "ARCHIVED"
	ArtifactStatusActivating = "ACTIVATING"
)

// Values of ArtifactStatusFilter.
const (
	ArtifactStatusFilterActive     = "ACTIVE"
	ArtifactStatusFilterArchived   = "ARCHIVED"
	ArtifactStatusFilterActivating = "ACTIVATING"
	ArtifactStatusFilterAny        = "ANY"
)

// Values of EncryptionType.
const (
	EncryptionTypeAes256  = "AES256"
	EncryptionTypeKms     = "KMS"
	EncryptionTypeKmsDsse = "KMS_DSSE"
)

// Values of FindingSeverity.
const (
	FindingSeverityInformational = "INFORMATIONAL"
	FindingSeverityLow           = "LOW"
	FindingSeverityMedium        = "MEDIUM"
	FindingSeverityHigh          = "HIGH"
	FindingSeverityCritical      = "CRITICAL"
	FindingSeverityUndefined     = "UNDEFINED"
)

// Values of ImageActionType.
const (
	ImageActionTypeExpire     = "EXPIRE"
	ImageActionTypeTransition = "TRANSITION"
)

// Values of ImageFailureCode.
const (
	ImageFailureCodeInvalidImageDigest            = "InvalidImageDigest"
	ImageFailureCodeInvalidImageTag               = "InvalidImageTag"
	ImageFailureCodeImageTagDoesNotMatchDigest    = "ImageTagDoesNotMatchDigest"
	ImageFailureCodeImageNotFound                 = "ImageNotFound"
	ImageFailureCodeMissingDigestAndTag           = "MissingDigestAndTag"
	ImageFailureCodeImageReferencedByManifestList = "ImageReferencedByManifestList"
	ImageFailureCodeKmsError                      = "KmsError"
	ImageFailureCodeUpstreamAccessDenied          = "UpstreamAccessDenied"
	ImageFailureCodeUpstreamTooManyRequests       = "UpstreamTooManyRequests"
	ImageFailureCodeUpstreamUnavailable           = "UpstreamUnavailable"
	ImageFailureCodeImageInaccessible             = "ImageInaccessible"
)

// Values of ImageStatus.
const (
	ImageStatusActive     = "ACTIVE"
	ImageStatusArchived   = "ARCHIVED"
	ImageStatusActivating = "ACTIVATING"
)

// Values of ImageStatusFilter.
const (
	ImageStatusFilterActive     = "ACTIVE"
	ImageStatusFilterArchived   = "ARCHIVED"
	ImageStatusFilterActivating = "ACTIVATING"
	ImageStatusFilterAny        = "ANY"
)

// Values of ImageTagMutability.
const (
	ImageTagMutabilityMutable                = "MUTABLE"
	ImageTagMutabilityImmutable              = "IMMUTABLE"
	ImageTagMutabilityImmutableWithExclusion = "IMMUTABLE_WITH_EXCLUSION"
	ImageTagMutabilityMutableWithExclusion   = "MUTABLE_WITH_EXCLUSION"
)

// Values of ImageTagMutabilityExclusionFilterType.
const (
	ImageTagMutabilityExclusionFilterTypeWildcard = "WILDCARD"
)

// Values of LayerAvailability.
const (
	LayerAvailabilityAvailable   = "AVAILABLE"
	LayerAvailabilityUnavailable = "UNAVAILABLE"
	LayerAvailabilityArchived    = "ARCHIVED"
)

// Values of LayerFailureCode.
const (
	LayerFailureCodeInvalidLayerDigest = "InvalidLayerDigest"
	LayerFailureCodeMissingLayerDigest = "MissingLayerDigest"
)

// Values of LifecyclePolicyPreviewStatus.
const (
	LifecyclePolicyPreviewStatusInProgress = "IN_PROGRESS"
	LifecyclePolicyPreviewStatusComplete   = "COMPLETE"
	LifecyclePolicyPreviewStatusExpired    = "EXPIRED"
	LifecyclePolicyPreviewStatusFailed     = "FAILED"
)

// Values of LifecyclePolicyStorageClass.
const (
	LifecyclePolicyStorageClassArchive  = "ARCHIVE"
	LifecyclePolicyStorageClassStandard = "STANDARD"
)

// Values of LifecyclePolicyTargetStorageClass.
const (
	LifecyclePolicyTargetStorageClassArchive = "ARCHIVE"
)

// Values of RCTAppliedFor.
const (
	RCTAppliedForReplication      = "REPLICATION"
	RCTAppliedForPullThroughCache = "PULL_THROUGH_CACHE"
	RCTAppliedForCreateOnPush     = "CREATE_ON_PUSH"
)

// Values of ReplicationStatus.
const (
	ReplicationStatusInProgress = "IN_PROGRESS"
	ReplicationStatusComplete   = "COMPLETE"
	ReplicationStatusFailed     = "FAILED"
)

// Values of RepositoryFilterType.
const (
	RepositoryFilterTypePrefixMatch = "PREFIX_MATCH"
)

// Values of ScanFrequency.
const (
	ScanFrequencyScanOnPush     = "SCAN_ON_PUSH"
	ScanFrequencyContinuousScan = "CONTINUOUS_SCAN"
	ScanFrequencyManual         = "MANUAL"
)

// Values of ScanStatus.
const (
	ScanStatusInProgress             = "IN_PROGRESS"
	ScanStatusComplete               = "COMPLETE"
	ScanStatusFailed                 = "FAILED"
	ScanStatusUnsupportedImage       = "UNSUPPORTED_IMAGE"
	ScanStatusActive                 = "ACTIVE"
	ScanStatusPending                = "PENDING"
	ScanStatusScanEligibilityExpired = "SCAN_ELIGIBILITY_EXPIRED"
	ScanStatusFindingsUnavailable    = "FINDINGS_UNAVAILABLE"
	ScanStatusLimitExceeded          = "LIMIT_EXCEEDED"
	ScanStatusImageArchived          = "IMAGE_ARCHIVED"
)

// Values of ScanType.
const (
	ScanTypeBasic    = "BASIC"
	ScanTypeEnhanced = "ENHANCED"
)

// Values of ScanningConfigurationFailureCode.
const (
	ScanningConfigurationFailureCodeRepositoryNotFound = "REPOSITORY_NOT_FOUND"
)

// Values of ScanningRepositoryFilterType.
const (
	ScanningRepositoryFilterTypeWildcard = "WILDCARD"
)

// Values of SigningRepositoryFilterType.
const (
	SigningRepositoryFilterTypeWildcardMatch = "WILDCARD_MATCH"
)

// Values of SigningStatus.
const (
	SigningStatusInProgress = "IN_PROGRESS"
	SigningStatusComplete   = "COMPLETE"
	SigningStatusFailed     = "FAILED"
)

// Values of TagStatus.
const (
	TagStatusTagged   = "TAGGED"
	TagStatusUntagged = "UNTAGGED"
	TagStatusAny      = "ANY"
)

// Values of TargetStorageClass.
const (
	TargetStorageClassStandard = "STANDARD"
	TargetStorageClassArchive  = "ARCHIVE"
)

// Values of UpstreamRegistry.
const (
	UpstreamRegistryEcr                     = "ecr"
	UpstreamRegistryEcrPublic               = "ecr-public"
	UpstreamRegistryQuay                    = "quay"
	UpstreamRegistryK8s                     = "k8s"
	UpstreamRegistryDockerHub               = "docker-hub"
	UpstreamRegistryGithubContainerRegistry = "github-container-registry"
	UpstreamRegistryAzureContainerRegistry  = "azure-container-registry"
	UpstreamRegistryGitlabContainerRegistry = "gitlab-container-registry"
	UpstreamRegistryChainguard              = "chainguard"
)
