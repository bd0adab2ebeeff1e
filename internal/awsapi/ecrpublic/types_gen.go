// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package ecrpublic

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// AuthorizationData is a structure of the API.
type AuthorizationData struct {
	AuthorizationToken *string     `json:"authorizationToken,omitzero"`
	ExpiresAt          *shape.Time `json:"expiresAt,omitzero"`
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

// CreateRepositoryInput is what CreateRepository takes.
type CreateRepositoryInput struct {
	RepositoryName *string                     `json:"repositoryName,omitzero"`
	CatalogData    *RepositoryCatalogDataInput `json:"catalogData,omitzero"`
	Tags           []Tag                       `json:"tags,omitzero"`
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
	Repository  *Repository            `json:"repository,omitzero"`
	CatalogData *RepositoryCatalogData `json:"catalogData,omitzero"`
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

// DescribeImageTagsInput is what DescribeImageTags takes.
type DescribeImageTagsInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
	NextToken      *string `json:"nextToken,omitzero"`
	MaxResults     *int32  `json:"maxResults,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *DescribeImageTagsInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *DescribeImageTagsInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// DescribeImageTagsOutput is what DescribeImageTags answers.
type DescribeImageTagsOutput struct {
	ImageTagDetails []ImageTagDetail `json:"imageTagDetails,omitzero"`
	NextToken       *string          `json:"nextToken,omitzero"`
}

// DescribeImagesInput is what DescribeImages takes.
type DescribeImagesInput struct {
	RegistryId     *string           `json:"registryId,omitzero"`
	RepositoryName *string           `json:"repositoryName,omitzero"`
	ImageIds       []ImageIdentifier `json:"imageIds,omitzero"`
	NextToken      *string           `json:"nextToken,omitzero"`
	MaxResults     *int32            `json:"maxResults,omitzero"`
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

// DescribeRegistriesInput is what DescribeRegistries takes.
type DescribeRegistriesInput struct {
	NextToken  *string `json:"nextToken,omitzero"`
	MaxResults *int32  `json:"maxResults,omitzero"`
}

// DescribeRegistriesOutput is what DescribeRegistries answers.
type DescribeRegistriesOutput struct {
	Registries []Registry `json:"registries,omitzero"`
	NextToken  *string    `json:"nextToken,omitzero"`
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

// GetAuthorizationTokenInput is what GetAuthorizationToken takes.
type GetAuthorizationTokenInput struct {
}

// GetAuthorizationTokenOutput is what GetAuthorizationToken answers.
type GetAuthorizationTokenOutput struct {
	AuthorizationData *AuthorizationData `json:"authorizationData,omitzero"`
}

// GetRegistryCatalogDataInput is what GetRegistryCatalogData takes.
type GetRegistryCatalogDataInput struct {
}

// GetRegistryCatalogDataOutput is what GetRegistryCatalogData answers.
type GetRegistryCatalogDataOutput struct {
	RegistryCatalogData *RegistryCatalogData `json:"registryCatalogData,omitzero"`
}

// GetRepositoryCatalogDataInput is what GetRepositoryCatalogData takes.
type GetRepositoryCatalogDataInput struct {
	RegistryId     *string `json:"registryId,omitzero"`
	RepositoryName *string `json:"repositoryName,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *GetRepositoryCatalogDataInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *GetRepositoryCatalogDataInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// GetRepositoryCatalogDataOutput is what GetRepositoryCatalogData answers.
type GetRepositoryCatalogDataOutput struct {
	CatalogData *RepositoryCatalogData `json:"catalogData,omitzero"`
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
	RegistryId             *string     `json:"registryId,omitzero"`
	RepositoryName         *string     `json:"repositoryName,omitzero"`
	ImageDigest            *string     `json:"imageDigest,omitzero"`
	ImageTags              []string    `json:"imageTags,omitzero"`
	ImageSizeInBytes       *int64      `json:"imageSizeInBytes,omitzero"`
	ImagePushedAt          *shape.Time `json:"imagePushedAt,omitzero"`
	ImageManifestMediaType *string     `json:"imageManifestMediaType,omitzero"`
	ArtifactMediaType      *string     `json:"artifactMediaType,omitzero"`
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

// ImageTagDetail is a structure of the API.
type ImageTagDetail struct {
	ImageTag    *string                `json:"imageTag,omitzero"`
	CreatedAt   *shape.Time            `json:"createdAt,omitzero"`
	ImageDetail *ReferencedImageDetail `json:"imageDetail,omitzero"`
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

// PutRegistryCatalogDataInput is what PutRegistryCatalogData takes.
type PutRegistryCatalogDataInput struct {
	DisplayName *string `json:"displayName,omitzero"`
}

// PutRegistryCatalogDataOutput is what PutRegistryCatalogData answers.
type PutRegistryCatalogDataOutput struct {
	RegistryCatalogData *RegistryCatalogData `json:"registryCatalogData,omitzero"`
}

// PutRepositoryCatalogDataInput is what PutRepositoryCatalogData takes.
type PutRepositoryCatalogDataInput struct {
	RegistryId     *string                     `json:"registryId,omitzero"`
	RepositoryName *string                     `json:"repositoryName,omitzero"`
	CatalogData    *RepositoryCatalogDataInput `json:"catalogData,omitzero"`
}

// GetRegistryId returns RegistryId, or "" when it is absent.
func (in *PutRepositoryCatalogDataInput) GetRegistryId() string {
	if in.RegistryId == nil {
		return ""
	}
	return *in.RegistryId
}

// GetRepositoryName returns RepositoryName, or "" when it is absent.
func (in *PutRepositoryCatalogDataInput) GetRepositoryName() string {
	if in.RepositoryName == nil {
		return ""
	}
	return *in.RepositoryName
}

// PutRepositoryCatalogDataOutput is what PutRepositoryCatalogData answers.
type PutRepositoryCatalogDataOutput struct {
	CatalogData *RepositoryCatalogData `json:"catalogData,omitzero"`
}

// ReferencedImageDetail is a structure of the API.
type ReferencedImageDetail struct {
	ImageDigest            *string     `json:"imageDigest,omitzero"`
	ImageSizeInBytes       *int64      `json:"imageSizeInBytes,omitzero"`
	ImagePushedAt          *shape.Time `json:"imagePushedAt,omitzero"`
	ImageManifestMediaType *string     `json:"imageManifestMediaType,omitzero"`
	ArtifactMediaType      *string     `json:"artifactMediaType,omitzero"`
}

// Registry is a structure of the API.
type Registry struct {
	RegistryId  *string         `json:"registryId,omitzero"`
	RegistryArn *string         `json:"registryArn,omitzero"`
	RegistryUri *string         `json:"registryUri,omitzero"`
	Verified    *bool           `json:"verified,omitzero"`
	Aliases     []RegistryAlias `json:"aliases,omitzero"`
}

// RegistryAlias is a structure of the API.
type RegistryAlias struct {
	Name                 *string `json:"name,omitzero"`
	Status               *string `json:"status,omitzero"` // one of RegistryAliasStatus*
	PrimaryRegistryAlias *bool   `json:"primaryRegistryAlias,omitzero"`
	DefaultRegistryAlias *bool   `json:"defaultRegistryAlias,omitzero"`
}

// RegistryCatalogData is a structure of the API.
type RegistryCatalogData struct {
	DisplayName *string `json:"displayName,omitzero"`
}

// Repository is a structure of the API.
type Repository struct {
	RepositoryArn  *string     `json:"repositoryArn,omitzero"`
	RegistryId     *string     `json:"registryId,omitzero"`
	RepositoryName *string     `json:"repositoryName,omitzero"`
	RepositoryUri  *string     `json:"repositoryUri,omitzero"`
	CreatedAt      *shape.Time `json:"createdAt,omitzero"`
}

// RepositoryCatalogData is a structure of the API.
type RepositoryCatalogData struct {
	Description          *string  `json:"description,omitzero"`
	Architectures        []string `json:"architectures,omitzero"`
	OperatingSystems     []string `json:"operatingSystems,omitzero"`
	LogoUrl              *string  `json:"logoUrl,omitzero"`
	AboutText            *string  `json:"aboutText,omitzero"`
	UsageText            *string  `json:"usageText,omitzero"`
	MarketplaceCertified *bool    `json:"marketplaceCertified,omitzero"`
}

// RepositoryCatalogDataInput is a structure of the API.
type RepositoryCatalogDataInput struct {
	Description      *string  `json:"description,omitzero"`
	Architectures    []string `json:"architectures,omitzero"`
	OperatingSystems []string `json:"operatingSystems,omitzero"`
	LogoImageBlob    []byte   `json:"logoImageBlob,omitzero"`
	AboutText        *string  `json:"aboutText,omitzero"`
	UsageText        *string  `json:"usageText,omitzero"`
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

// Values of ImageFailureCode.
const (
	ImageFailureCodeInvalidImageDigest            = "InvalidImageDigest"
	ImageFailureCodeInvalidImageTag               = "InvalidImageTag"
	ImageFailureCodeImageTagDoesNotMatchDigest    = "ImageTagDoesNotMatchDigest"
	ImageFailureCodeImageNotFound                 = "ImageNotFound"
	ImageFailureCodeMissingDigestAndTag           = "MissingDigestAndTag"
	ImageFailureCodeImageReferencedByManifestList = "ImageReferencedByManifestList"
	ImageFailureCodeKmsError                      = "KmsError"
)

// Values of LayerAvailability.
const (
	LayerAvailabilityAvailable   = "AVAILABLE"
	LayerAvailabilityUnavailable = "UNAVAILABLE"
)

// Values of LayerFailureCode.
const (
	LayerFailureCodeInvalidLayerDigest = "InvalidLayerDigest"
	LayerFailureCodeMissingLayerDigest = "MissingLayerDigest"
)

// Values of RegistryAliasStatus.
const (
	RegistryAliasStatusActive   = "ACTIVE"
	RegistryAliasStatusPending  = "PENDING"
	RegistryAliasStatusRejected = "REJECTED"
)
