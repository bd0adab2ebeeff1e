// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package ecr

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Error codes that the model declares.
const (
	CodeBlockedByOrganizationPolicy         = "BlockedByOrganizationPolicyException"
	CodeEmptyUpload                         = "EmptyUploadException"
	CodeExclusionAlreadyExists              = "ExclusionAlreadyExistsException"
	CodeExclusionNotFound                   = "ExclusionNotFoundException"
	CodeImageAlreadyExists                  = "ImageAlreadyExistsException"
	CodeImageArchived                       = "ImageArchivedException"
	CodeImageDigestDoesNotMatch             = "ImageDigestDoesNotMatchException"
	CodeImageNotFound                       = "ImageNotFoundException"
	CodeImageStorageClassUpdateNotSupported = "ImageStorageClassUpdateNotSupportedException"
	CodeImageTagAlreadyExists               = "ImageTagAlreadyExistsException"
	CodeInvalidLayer                        = "InvalidLayerException"
	CodeInvalidLayerPart                    = "InvalidLayerPartException"
	CodeInvalidParameter                    = "InvalidParameterException"
	CodeInvalidTagParameter                 = "InvalidTagParameterException"
	CodeKms                                 = "KmsException"
	CodeLayerAlreadyExists                  = "LayerAlreadyExistsException"
	CodeLayerInaccessible                   = "LayerInaccessibleException"
	CodeLayerPartTooSmall                   = "LayerPartTooSmallException"
	CodeLayersNotFound                      = "LayersNotFoundException"
	CodeLifecyclePolicyNotFound             = "LifecyclePolicyNotFoundException"
	CodeLifecyclePolicyPreviewInProgress    = "LifecyclePolicyPreviewInProgressException"
	CodeLifecyclePolicyPreviewNotFound      = "LifecyclePolicyPreviewNotFoundException"
	CodeLimitExceeded                       = "LimitExceededException"
	CodePullThroughCacheRuleAlreadyExists   = "PullThroughCacheRuleAlreadyExistsException"
	CodePullThroughCacheRuleNotFound        = "PullThroughCacheRuleNotFoundException"
	CodeReferencedImagesNotFound            = "ReferencedImagesNotFoundException"
	CodeRegistryPolicyNotFound              = "RegistryPolicyNotFoundException"
	CodeRepositoryAlreadyExists             = "RepositoryAlreadyExistsException"
	CodeRepositoryNotEmpty                  = "RepositoryNotEmptyException"
	CodeRepositoryNotFound                  = "RepositoryNotFoundException"
	CodeRepositoryPolicyNotFound            = "RepositoryPolicyNotFoundException"
	CodeScanNotFound                        = "ScanNotFoundException"
	CodeSecretNotFound                      = "SecretNotFoundException"
	CodeServer                              = "ServerException"
	CodeSigningConfigurationNotFound        = "SigningConfigurationNotFoundException"
	CodeTemplateAlreadyExists               = "TemplateAlreadyExistsException"
	CodeTemplateNotFound                    = "TemplateNotFoundException"
	CodeTooManyTags                         = "TooManyTagsException"
	CodeUnableToAccessSecret                = "UnableToAccessSecretException"
	CodeUnableToDecryptSecretValue          = "UnableToDecryptSecretValueException"
	CodeUnableToGetUpstreamImage            = "UnableToGetUpstreamImageException"
	CodeUnableToGetUpstreamLayer            = "UnableToGetUpstreamLayerException"
	CodeUnableToListUpstreamImageReferrers  = "UnableToListUpstreamImageReferrersException"
	CodeUnsupportedImageType                = "UnsupportedImageTypeException"
	CodeUnsupportedUpstreamRegistry         = "UnsupportedUpstreamRegistryException"
	CodeUploadNotFound                      = "UploadNotFoundException"
	CodeValidation                          = "ValidationException"
)

var errorCodes = []shape.Error{
	{Code: CodeBlockedByOrganizationPolicy, Status: 400},
	{Code: CodeEmptyUpload, Status: 400},
	{Code: CodeExclusionAlreadyExists, Status: 400},
	{Code: CodeExclusionNotFound, Status: 400},
	{Code: CodeImageAlreadyExists, Status: 400},
	{Code: CodeImageArchived, Status: 400},
	{Code: CodeImageDigestDoesNotMatch, Status: 400},
	{Code: CodeImageNotFound, Status: 400},
	{Code: CodeImageStorageClassUpdateNotSupported, Status: 400},
	{Code: CodeImageTagAlreadyExists, Status: 400},
	{Code: CodeInvalidLayer, Status: 400},
	{Code: CodeInvalidLayerPart, Status: 400},
	{Code: CodeInvalidParameter, Status: 400},
	{Code: CodeInvalidTagParameter, Status: 400},
	{Code: CodeKms, Status: 400},
	{Code: CodeLayerAlreadyExists, Status: 400},
	{Code: CodeLayerInaccessible, Status: 400},
	{Code: CodeLayerPartTooSmall, Status: 400},
	{Code: CodeLayersNotFound, Status: 400},
	{Code: CodeLifecyclePolicyNotFound, Status: 400},
	{Code: CodeLifecyclePolicyPreviewInProgress, Status: 400},
	{Code: CodeLifecyclePolicyPreviewNotFound, Status: 400},
	{Code: CodeLimitExceeded, Status: 400},
	{Code: CodePullThroughCacheRuleAlreadyExists, Status: 400},
	{Code: CodePullThroughCacheRuleNotFound, Status: 400},
	{Code: CodeReferencedImagesNotFound, Status: 400},
	{Code: CodeRegistryPolicyNotFound, Status: 400},
	{Code: CodeRepositoryAlreadyExists, Status: 400},
	{Code: CodeRepositoryNotEmpty, Status: 400},
	{Code: CodeRepositoryNotFound, Status: 400},
	{Code: CodeRepositoryPolicyNotFound, Status: 400},
	{Code: CodeScanNotFound, Status: 400},
	{Code: CodeSecretNotFound, Status: 400},
	{Code: CodeServer, Status: 500, Fault: true},
	{Code: CodeSigningConfigurationNotFound, Status: 400},
	{Code: CodeTemplateAlreadyExists, Status: 400},
	{Code: CodeTemplateNotFound, Status: 400},
	{Code: CodeTooManyTags, Status: 400},
	{Code: CodeUnableToAccessSecret, Status: 400},
	{Code: CodeUnableToDecryptSecretValue, Status: 400},
	{Code: CodeUnableToGetUpstreamImage, Status: 400},
	{Code: CodeUnableToGetUpstreamLayer, Status: 400},
	{Code: CodeUnableToListUpstreamImageReferrers, Status: 400},
	{Code: CodeUnsupportedImageType, Status: 400},
	{Code: CodeUnsupportedUpstreamRegistry, Status: 400},
	{Code: CodeUploadNotFound, Status: 400},
	{Code: CodeValidation, Status: 400},
}
