// Code generated from models/ by awsapi/gen; DO NOT EDIT.

// Package ecr holds the operations and shapes of Amazon Elastic Container Registry, API version 2015-09-21.
package ecr

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Service describes Amazon Elastic Container Registry.
var Service = &shape.Service{
	Name:         "ecr",
	Title:        "Amazon Elastic Container Registry",
	SigningName:  "ecr",
	Version:      "2015-09-21",
	Protocol:     shape.JSON11,
	TargetPrefix: "AmazonEC2ContainerRegistry_V20150921",
	Operations: []shape.Operation{
		{Name: "BatchCheckLayerAvailability", Errors: []string{CodeRepositoryNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "BatchDeleteImage", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound}},
		{Name: "BatchGetImage", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeLimitExceeded, CodeUnableToGetUpstreamImage}},
		{Name: "BatchGetRepositoryScanningConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeValidation}},
		{Name: "CompleteLayerUpload", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUploadNotFound, CodeInvalidLayer, CodeLayerPartTooSmall, CodeLayerAlreadyExists, CodeEmptyUpload, CodeKms}},
		{Name: "CreatePullThroughCacheRule", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodePullThroughCacheRuleAlreadyExists, CodeUnsupportedUpstreamRegistry, CodeLimitExceeded, CodeUnableToAccessSecret, CodeSecretNotFound, CodeUnableToDecryptSecretValue}},
		{Name: "CreateRepository", Errors: []string{CodeServer, CodeInvalidParameter, CodeInvalidTagParameter, CodeTooManyTags, CodeRepositoryAlreadyExists, CodeLimitExceeded, CodeKms}},
		{Name: "CreateRepositoryCreationTemplate", Errors: []string{CodeServer, CodeValidation, CodeInvalidParameter, CodeLimitExceeded, CodeTemplateAlreadyExists}},
		{Name: "DeleteLifecyclePolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeLifecyclePolicyNotFound, CodeValidation}},
		{Name: "DeletePullThroughCacheRule", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodePullThroughCacheRuleNotFound}},
		{Name: "DeleteRegistryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRegistryPolicyNotFound, CodeValidation}},
		{Name: "DeleteRepository", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRepositoryNotEmpty, CodeKms}},
		{Name: "DeleteRepositoryCreationTemplate", Errors: []string{CodeServer, CodeValidation, CodeInvalidParameter, CodeTemplateNotFound}},
		{Name: "DeleteRepositoryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRepositoryPolicyNotFound}},
		{Name: "DeleteSigningConfiguration", Errors: []string{CodeServer, CodeValidation, CodeSigningConfigurationNotFound}},
		{Name: "DeregisterPullTimeUpdateExclusion", Errors: []string{CodeInvalidParameter, CodeExclusionNotFound, CodeLimitExceeded, CodeValidation, CodeServer}},
		{Name: "DescribeImageReplicationStatus", Errors: []string{CodeServer, CodeInvalidParameter, CodeImageNotFound, CodeRepositoryNotFound, CodeValidation}},
		{Name: "DescribeImageScanFindings", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeImageNotFound, CodeScanNotFound, CodeValidation}},
		{Name: "DescribeImageSigningStatus", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodeImageNotFound, CodeRepositoryNotFound}},
		{Name: "DescribeImages", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeImageNotFound}},
		{Name: "DescribePullThroughCacheRules", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodePullThroughCacheRuleNotFound}},
		{Name: "DescribeRegistry", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation}},
		{Name: "DescribeRepositories", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound}},
		{Name: "DescribeRepositoryCreationTemplates", Errors: []string{CodeServer, CodeValidation, CodeInvalidParameter}},
		{Name: "GetAccountSetting", Errors: []string{CodeServer, CodeValidation, CodeInvalidParameter}},
		{Name: "GetAuthorizationToken", Errors: []string{CodeServer, CodeInvalidParameter}},
		{Name: "GetDownloadUrlForLayer", Errors: []string{CodeServer, CodeInvalidParameter, CodeLayersNotFound, CodeLayerInaccessible, CodeRepositoryNotFound, CodeUnableToGetUpstreamLayer}},
		{Name: "GetLifecyclePolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeLifecyclePolicyNotFound, CodeValidation}},
		{Name: "GetLifecyclePolicyPreview", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeLifecyclePolicyPreviewNotFound, CodeValidation}},
		{Name: "GetRegistryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRegistryPolicyNotFound, CodeValidation}},
		{Name: "GetRegistryScanningConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation}},
		{Name: "GetRepositoryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRepositoryPolicyNotFound}},
		{Name: "GetSigningConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodeSigningConfigurationNotFound}},
		{Name: "InitiateLayerUpload", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeKms}},
		{Name: "ListImageReferrers", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeValidation, CodeUnableToListUpstreamImageReferrers}},
		{Name: "ListImages", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound}},
		{Name: "ListPullTimeUpdateExclusions", Errors: []string{CodeInvalidParameter, CodeValidation, CodeLimitExceeded, CodeServer}},
		{Name: "ListTagsForResource", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "PutAccountSetting", Errors: []string{CodeServer, CodeValidation, CodeInvalidParameter, CodeLimitExceeded}},
		{Name: "PutImage", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeImageAlreadyExists, CodeLayersNotFound, CodeReferencedImagesNotFound, CodeLimitExceeded, CodeImageTagAlreadyExists, CodeImageDigestDoesNotMatch, CodeKms}},
		{Name: "PutImageScanningConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeValidation}},
		{Name: "PutImageTagMutability", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound}},
		{Name: "PutLifecyclePolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeValidation}},
		{Name: "PutRegistryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation}},
		{Name: "PutRegistryScanningConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodeBlockedByOrganizationPolicy}},
		{Name: "PutReplicationConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation}},
		{Name: "PutSigningConfiguration", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation}},
		{Name: "RegisterPullTimeUpdateExclusion", Errors: []string{CodeInvalidParameter, CodeExclusionAlreadyExists, CodeLimitExceeded, CodeValidation, CodeServer}},
		{Name: "SetRepositoryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound}},
		{Name: "StartImageScan", Errors: []string{CodeServer, CodeInvalidParameter, CodeUnsupportedImageType, CodeLimitExceeded, CodeRepositoryNotFound, CodeImageNotFound, CodeValidation, CodeImageArchived}},
		{Name: "StartLifecyclePolicyPreview", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeLifecyclePolicyNotFound, CodeLifecyclePolicyPreviewInProgress, CodeValidation}},
		{Name: "TagResource", Errors: []string{CodeInvalidParameter, CodeInvalidTagParameter, CodeTooManyTags, CodeRepositoryNotFound, CodeServer}},
		{Name: "UntagResource", Errors: []string{CodeInvalidParameter, CodeInvalidTagParameter, CodeTooManyTags, CodeRepositoryNotFound, CodeServer}},
		{Name: "UpdateImageStorageClass", Errors: []string{CodeInvalidParameter, CodeImageNotFound, CodeImageStorageClassUpdateNotSupported, CodeRepositoryNotFound, CodeServer, CodeValidation}},
		{Name: "UpdatePullThroughCacheRule", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodeUnableToAccessSecret, CodePullThroughCacheRuleNotFound, CodeSecretNotFound, CodeUnableToDecryptSecretValue}},
		{Name: "UpdateRepositoryCreationTemplate", Errors: []string{CodeServer, CodeValidation, CodeInvalidParameter, CodeTemplateNotFound}},
		{Name: "UploadLayerPart", Errors: []string{CodeServer, CodeInvalidParameter, CodeInvalidLayerPart, CodeRepositoryNotFound, CodeUploadNotFound, CodeLimitExceeded, CodeKms}},
		{Name: "ValidatePullThroughCacheRule", Errors: []string{CodeServer, CodeInvalidParameter, CodeValidation, CodePullThroughCacheRuleNotFound}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	BatchCheckLayerAvailability             = shape.Shape[BatchCheckLayerAvailabilityInput, BatchCheckLayerAvailabilityOutput]{Service: Service, Name: "BatchCheckLayerAvailability"}
	BatchDeleteImage                        = shape.Shape[BatchDeleteImageInput, BatchDeleteImageOutput]{Service: Service, Name: "BatchDeleteImage"}
	BatchGetImage                           = shape.Shape[BatchGetImageInput, BatchGetImageOutput]{Service: Service, Name: "BatchGetImage"}
	BatchGetRepositoryScanningConfiguration = shape.Shape[BatchGetRepositoryScanningConfigurationInput, BatchGetRepositoryScanningConfigurationOutput]{Service: Service, Name: "BatchGetRepositoryScanningConfiguration"}
	CompleteLayerUpload                     = shape.Shape[CompleteLayerUploadInput, CompleteLayerUploadOutput]{Service: Service, Name: "CompleteLayerUpload"}
	CreatePullThroughCacheRule              = shape.Shape[CreatePullThroughCacheRuleInput, CreatePullThroughCacheRuleOutput]{Service: Service, Name: "CreatePullThroughCacheRule"}
	CreateRepository                        = shape.Shape[CreateRepositoryInput, CreateRepositoryOutput]{Service: Service, Name: "CreateRepository"}
	CreateRepositoryCreationTemplate        = shape.Shape[CreateRepositoryCreationTemplateInput, CreateRepositoryCreationTemplateOutput]{Service: Service, Name: "CreateRepositoryCreationTemplate"}
	DeleteLifecyclePolicy                   = shape.Shape[DeleteLifecyclePolicyInput, DeleteLifecyclePolicyOutput]{Service: Service, Name: "DeleteLifecyclePolicy"}
	DeletePullThroughCacheRule              = shape.Shape[DeletePullThroughCacheRuleInput, DeletePullThroughCacheRuleOutput]{Service: Service, Name: "DeletePullThroughCacheRule"}
	DeleteRegistryPolicy                    = shape.Shape[DeleteRegistryPolicyInput, DeleteRegistryPolicyOutput]{Service: Service, Name: "DeleteRegistryPolicy"}
	DeleteRepository                        = shape.Shape[DeleteRepositoryInput, DeleteRepositoryOutput]{Service: Service, Name: "DeleteRepository"}
	DeleteRepositoryCreationTemplate        = shape.Shape[DeleteRepositoryCreationTemplateInput, DeleteRepositoryCreationTemplateOutput]{Service: Service, Name: "DeleteRepositoryCreationTemplate"}
	DeleteRepositoryPolicy                  = shape.Shape[DeleteRepositoryPolicyInput, DeleteRepositoryPolicyOutput]{Service: Service, Name: "DeleteRepositoryPolicy"}
	DeleteSigningConfiguration              = shape.Shape[DeleteSigningConfigurationInput, DeleteSigningConfigurationOutput]{Service: Service, Name: "DeleteSigningConfiguration"}
	DeregisterPullTimeUpdateExclusion       = shape.Shape[DeregisterPullTimeUpdateExclusionInput, DeregisterPullTimeUpdateExclusionOutput]{Service: Service, Name: "DeregisterPullTimeUpdateExclusion"}
	DescribeImageReplicationStatus          = shape.Shape[DescribeImageReplicationStatusInput, DescribeImageReplicationStatusOutput]{Service: Service, Name: "DescribeImageReplicationStatus"}
	DescribeImageScanFindings               = shape.Shape[DescribeImageScanFindingsInput, DescribeImageScanFindingsOutput]{Service: Service, Name: "DescribeImageScanFindings"}
	DescribeImageSigningStatus              = shape.Shape[DescribeImageSigningStatusInput, DescribeImageSigningStatusOutput]{Service: Service, Name: "DescribeImageSigningStatus"}
	DescribeImages                          = shape.Shape[DescribeImagesInput, DescribeImagesOutput]{Service: Service, Name: "DescribeImages"}
	DescribePullThroughCacheRules           = shape.Shape[DescribePullThroughCacheRulesInput, DescribePullThroughCacheRulesOutput]{Service: Service, Name: "DescribePullThroughCacheRules"}
	DescribeRegistry                        = shape.Shape[DescribeRegistryInput, DescribeRegistryOutput]{Service: Service, Name: "DescribeRegistry"}
	DescribeRepositories                    = shape.Shape[DescribeRepositoriesInput, DescribeRepositoriesOutput]{Service: Service, Name: "DescribeRepositories"}
	DescribeRepositoryCreationTemplates     = shape.Shape[DescribeRepositoryCreationTemplatesInput, DescribeRepositoryCreationTemplatesOutput]{Service: Service, Name: "DescribeRepositoryCreationTemplates"}
	GetAccountSetting                       = shape.Shape[GetAccountSettingInput, GetAccountSettingOutput]{Service: Service, Name: "GetAccountSetting"}
	GetAuthorizationToken                   = shape.Shape[GetAuthorizationTokenInput, GetAuthorizationTokenOutput]{Service: Service, Name: "GetAuthorizationToken"}
	GetDownloadUrlForLayer                  = shape.Shape[GetDownloadUrlForLayerInput, GetDownloadUrlForLayerOutput]{Service: Service, Name: "GetDownloadUrlForLayer"}
	GetLifecyclePolicy                      = shape.Shape[GetLifecyclePolicyInput, GetLifecyclePolicyOutput]{Service: Service, Name: "GetLifecyclePolicy"}
	GetLifecyclePolicyPreview               = shape.Shape[GetLifecyclePolicyPreviewInput, GetLifecyclePolicyPreviewOutput]{Service: Service, Name: "GetLifecyclePolicyPreview"}
	GetRegistryPolicy                       = shape.Shape[GetRegistryPolicyInput, GetRegistryPolicyOutput]{Service: Service, Name: "GetRegistryPolicy"}
	GetRegistryScanningConfiguration        = shape.Shape[GetRegistryScanningConfigurationInput, GetRegistryScanningConfigurationOutput]{Service: Service, Name: "GetRegistryScanningConfiguration"}
	GetRepositoryPolicy                     = shape.Shape[GetRepositoryPolicyInput, GetRepositoryPolicyOutput]{Service: Service, Name: "GetRepositoryPolicy"}
	GetSigningConfiguration                 = shape.Shape[GetSigningConfigurationInput, GetSigningConfigurationOutput]{Service: Service, Name: "GetSigningConfiguration"}
	InitiateLayerUpload                     = shape.Shape[InitiateLayerUploadInput, InitiateLayerUploadOutput]{Service: Service, Name: "InitiateLayerUpload"}
	ListImageReferrers                      = shape.Shape[ListImageReferrersInput, ListImageReferrersOutput]{Service: Service, Name: "ListImageReferrers"}
	ListImages                              = shape.Shape[ListImagesInput, ListImagesOutput]{Service: Service, Name: "ListImages"}
	ListPullTimeUpdateExclusions            = shape.Shape[ListPullTimeUpdateExclusionsInput, ListPullTimeUpdateExclusionsOutput]{Service: Service, Name: "ListPullTimeUpdateExclusions"}
	ListTagsForResource                     = shape.Shape[ListTagsForResourceInput, ListTagsForResourceOutput]{Service: Service, Name: "ListTagsForResource"}
	PutAccountSetting                       = shape.Shape[PutAccountSettingInput, PutAccountSettingOutput]{Service: Service, Name: "PutAccountSetting"}
	PutImage                                = shape.Shape[PutImageInput, PutImageOutput]{Service: Service, Name: "PutImage"}
	PutImageScanningConfiguration           = shape.Shape[PutImageScanningConfigurationInput, PutImageScanningConfigurationOutput]{Service: Service, Name: "PutImageScanningConfiguration"}
	PutImageTagMutability                   = shape.Shape[PutImageTagMutabilityInput, PutImageTagMutabilityOutput]{Service: Service, Name: "PutImageTagMutability"}
	PutLifecyclePolicy                      = shape.Shape[PutLifecyclePolicyInput, PutLifecyclePolicyOutput]{Service: Service, Name: "PutLifecyclePolicy"}
	PutRegistryPolicy                       = shape.Shape[PutRegistryPolicyInput, PutRegistryPolicyOutput]{Service: Service, Name: "PutRegistryPolicy"}
	PutRegistryScanningConfiguration        = shape.Shape[PutRegistryScanningConfigurationInput, PutRegistryScanningConfigurationOutput]{Service: Service, Name: "PutRegistryScanningConfiguration"}
	PutReplicationConfiguration             = shape.Shape[PutReplicationConfigurationInput, PutReplicationConfigurationOutput]{Service: Service, Name: "PutReplicationConfiguration"}
	PutSigningConfiguration                 = shape.Shape[PutSigningConfigurationInput, PutSigningConfigurationOutput]{Service: Service, Name: "PutSigningConfiguration"}
	RegisterPullTimeUpdateExclusion         = shape.Shape[RegisterPullTimeUpdateExclusionInput, RegisterPullTimeUpdateExclusionOutput]{Service: Service, Name: "RegisterPullTimeUpdateExclusion"}
	SetRepositoryPolicy                     = shape.Shape[SetRepositoryPolicyInput, SetRepositoryPolicyOutput]{Service: Service, Name: "SetRepositoryPolicy"}
	StartImageScan                          = shape.Shape[StartImageScanInput, StartImageScanOutput]{Service: Service, Name: "StartImageScan"}
	StartLifecyclePolicyPreview             = shape.Shape[StartLifecyclePolicyPreviewInput, StartLifecyclePolicyPreviewOutput]{Service: Service, Name: "StartLifecyclePolicyPreview"}
	TagResource                             = shape.Shape[TagResourceInput, TagResourceOutput]{Service: Service, Name: "TagResource"}
	UntagResource                           = shape.Shape[UntagResourceInput, UntagResourceOutput]{Service: Service, Name: "UntagResource"}
	UpdateImageStorageClass                 = shape.Shape[UpdateImageStorageClassInput, UpdateImageStorageClassOutput]{Service: Service, Name: "UpdateImageStorageClass"}
	UpdatePullThroughCacheRule              = shape.Shape[UpdatePullThroughCacheRuleInput, UpdatePullThroughCacheRuleOutput]{Service: Service, Name: "UpdatePullThroughCacheRule"}
	UpdateRepositoryCreationTemplate        = shape.Shape[UpdateRepositoryCreationTemplateInput, UpdateRepositoryCreationTemplateOutput]{Service: Service, Name: "UpdateRepositoryCreationTemplate"}
	UploadLayerPart                         = shape.Shape[UploadLayerPartInput, UploadLayerPartOutput]{Service: Service, Name: "UploadLayerPart"}
	ValidatePullThroughCacheRule            = shape.Shape[ValidatePullThroughCacheRuleInput, ValidatePullThroughCacheRuleOutput]{Service: Service, Name: "ValidatePullThroughCacheRule"}
)
