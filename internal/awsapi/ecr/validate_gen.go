// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package ecr

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"BatchCheckLayerAvailabilityInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "LayerDigests", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Max: new(int64(1000))}}},
	},
	"BatchDeleteImageInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageIds", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100))}},
	},
	"BatchGetImageInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageIds", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100))}},
		{Field: "AcceptedMediaTypes", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
	},
	"BatchGetRepositoryScanningConfigurationInput": {
		{Field: "RepositoryNames", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(25)), Elem: &shape.Rule{Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}}},
	},
	"CompleteLayerUploadInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "UploadId", Rule: shape.Rule{Required: true, Pattern: patternUploadId}},
		{Field: "LayerDigests", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Pattern: patternLayerDigest}}},
	},
	"CreatePullThroughCacheRuleInput": {
		{Field: "EcrRepositoryPrefix", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(30)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
		{Field: "UpstreamRegistryUrl", Rule: shape.Rule{Required: true}},
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "UpstreamRegistry", Rule: shape.Rule{Enum: []string{UpstreamRegistryEcr, UpstreamRegistryEcrPublic, UpstreamRegistryQuay, UpstreamRegistryK8s, UpstreamRegistryDockerHub, UpstreamRegistryGithubContainerRegistry, UpstreamRegistryAzureContainerRegistry, UpstreamRegistryGitlabContainerRegistry, UpstreamRegistryChainguard}}},
		{Field: "CredentialArn", Rule: shape.Rule{Min: new(int64(50)), Max: new(int64(612)), Pattern: patternCredentialArn}},
		{Field: "CustomRoleArn", Rule: shape.Rule{Max: new(int64(2048))}},
		{Field: "UpstreamRepositoryPrefix", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(30)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
	},
	"CreateRepositoryCreationTemplateInput": {
		{Field: "Prefix", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(256)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(256))}},
		{Field: "ImageTagMutability", Rule: shape.Rule{Enum: []string{ImageTagMutabilityMutable, ImageTagMutabilityImmutable, ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityMutableWithExclusion}}},
		{Field: "ImageTagMutabilityExclusionFilters", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(5))}},
		{Field: "RepositoryPolicy", Rule: shape.Rule{Max: new(int64(10240))}},
		{Field: "LifecyclePolicy", Rule: shape.Rule{Max: new(int64(30720))}},
		{Field: "AppliedFor", Rule: shape.Rule{Required: true, Elem: &shape.Rule{Enum: []string{RCTAppliedForReplication, RCTAppliedForPullThroughCache, RCTAppliedForCreateOnPush}}}},
		{Field: "CustomRoleArn", Rule: shape.Rule{Max: new(int64(2048))}},
	},
	"CreateRepositoryInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageTagMutability", Rule: shape.Rule{Enum: []string{ImageTagMutabilityMutable, ImageTagMutabilityImmutable, ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityMutableWithExclusion}}},
		{Field: "ImageTagMutabilityExclusionFilters", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(5))}},
	},
	"DeleteLifecyclePolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
	},
	"DeletePullThroughCacheRuleInput": {
		{Field: "EcrRepositoryPrefix", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(30)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
	},
	"DeleteRepositoryCreationTemplateInput": {
		{Field: "Prefix", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(256)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
	},
	"DeleteRepositoryInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
	},
	"DeleteRepositoryPolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
	},
	"DeregisterPullTimeUpdateExclusionInput": {
		{Field: "PrincipalArn", Rule: shape.Rule{Required: true, Max: new(int64(200)), Pattern: patternPrincipalArn}},
	},
	"DescribeImageReplicationStatusInput": {
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageId", Rule: shape.Rule{Required: true}},
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
	},
	"DescribeImageScanFindingsInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageId", Rule: shape.Rule{Required: true}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribeImageSigningStatusInput": {
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageId", Rule: shape.Rule{Required: true}},
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
	},
	"DescribeImagesFilter": {
		{Field: "TagStatus", Rule: shape.Rule{Enum: []string{TagStatusTagged, TagStatusUntagged, TagStatusAny}}},
		{Field: "ImageStatus", Rule: shape.Rule{Enum: []string{ImageStatusFilterActive, ImageStatusFilterArchived, ImageStatusFilterActivating, ImageStatusFilterAny}}},
	},
	"DescribeImagesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageIds", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribePullThroughCacheRulesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "EcrRepositoryPrefixes", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Min: new(int64(2)), Max: new(int64(30)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribeRepositoriesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryNames", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribeRepositoryCreationTemplatesInput": {
		{Field: "Prefixes", Rule: shape.Rule{Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(256)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"EncryptionConfiguration": {
		{Field: "EncryptionType", Rule: shape.Rule{Required: true, Enum: []string{EncryptionTypeAes256, EncryptionTypeKms, EncryptionTypeKmsDsse}}},
		{Field: "KmsKey", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(2048))}},
	},
	"EncryptionConfigurationForRepositoryCreationTemplate": {
		{Field: "EncryptionType", Rule: shape.Rule{Required: true, Enum: []string{EncryptionTypeAes256, EncryptionTypeKms, EncryptionTypeKmsDsse}}},
		{Field: "KmsKey", Rule: shape.Rule{Max: new(int64(2048)), Pattern: patternKmsKeyForRepositoryCreationTemplate}},
	},
	"GetAccountSettingInput": {
		{Field: "Name", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64))}},
	},
	"GetAuthorizationTokenInput": {
		{Field: "RegistryIds", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(10)), Elem: &shape.Rule{Pattern: patternRegistryId}}},
	},
	"GetDownloadUrlForLayerInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "LayerDigest", Rule: shape.Rule{Required: true, Pattern: patternLayerDigest}},
	},
	"GetLifecyclePolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
	},
	"GetLifecyclePolicyPreviewInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageIds", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
	},
	"GetRepositoryPolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
	},
	"ImageIdentifier": {
		{Field: "ImageTag", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(300))}},
	},
	"ImageTagMutabilityExclusionFilter": {
		{Field: "FilterType", Rule: shape.Rule{Required: true, Enum: []string{ImageTagMutabilityExclusionFilterTypeWildcard}}},
		{Field: "Filter", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(128)), Pattern: patternImageTagMutabilityExclusionFilterValue}},
	},
	"InitiateLayerUploadInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
	},
	"LifecyclePolicyPreviewFilter": {
		{Field: "TagStatus", Rule: shape.Rule{Enum: []string{TagStatusTagged, TagStatusUntagged, TagStatusAny}}},
	},
	"ListImageReferrersFilter": {
		{Field: "ArtifactTypes", Rule: shape.Rule{Max: new(int64(5)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(255))}}},
		{Field: "ArtifactStatus", Rule: shape.Rule{Enum: []string{ArtifactStatusFilterActive, ArtifactStatusFilterArchived, ArtifactStatusFilterActivating, ArtifactStatusFilterAny}}},
	},
	"ListImageReferrersInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "SubjectId", Rule: shape.Rule{Required: true}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(50))}},
	},
	"ListImagesFilter": {
		{Field: "TagStatus", Rule: shape.Rule{Enum: []string{TagStatusTagged, TagStatusUntagged, TagStatusAny}}},
		{Field: "ImageStatus", Rule: shape.Rule{Enum: []string{ImageStatusFilterActive, ImageStatusFilterArchived, ImageStatusFilterActivating, ImageStatusFilterAny}}},
	},
	"ListImagesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListPullTimeUpdateExclusionsInput": {
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListTagsForResourceInput": {
		{Field: "ResourceArn", Rule: shape.Rule{Required: true}},
	},
	"PutAccountSettingInput": {
		{Field: "Name", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64))}},
		{Field: "Value", Rule: shape.Rule{Required: true}},
	},
	"PutImageInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageManifest", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(4194304))}},
		{Field: "ImageTag", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(300))}},
	},
	"PutImageScanningConfigurationInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageScanningConfiguration", Rule: shape.Rule{Required: true}},
	},
	"PutImageTagMutabilityInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageTagMutability", Rule: shape.Rule{Required: true, Enum: []string{ImageTagMutabilityMutable, ImageTagMutabilityImmutable, ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityMutableWithExclusion}}},
		{Field: "ImageTagMutabilityExclusionFilters", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(5))}},
	},
	"PutLifecyclePolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "LifecyclePolicyText", Rule: shape.Rule{Required: true, Min: new(int64(100)), Max: new(int64(30720))}},
	},
	"PutRegistryPolicyInput": {
		{Field: "PolicyText", Rule: shape.Rule{Required: true, Max: new(int64(10240))}},
	},
	"PutRegistryScanningConfigurationInput": {
		{Field: "ScanType", Rule: shape.Rule{Enum: []string{ScanTypeBasic, ScanTypeEnhanced}}},
		{Field: "Rules", Rule: shape.Rule{Max: new(int64(2))}},
	},
	"PutReplicationConfigurationInput": {
		{Field: "ReplicationConfiguration", Rule: shape.Rule{Required: true}},
	},
	"PutSigningConfigurationInput": {
		{Field: "SigningConfiguration", Rule: shape.Rule{Required: true}},
	},
	"RegisterPullTimeUpdateExclusionInput": {
		{Field: "PrincipalArn", Rule: shape.Rule{Required: true, Max: new(int64(200)), Pattern: patternPrincipalArn}},
	},
	"RegistryScanningRule": {
		{Field: "ScanFrequency", Rule: shape.Rule{Required: true, Enum: []string{ScanFrequencyScanOnPush, ScanFrequencyContinuousScan, ScanFrequencyManual}}},
		{Field: "RepositoryFilters", Rule: shape.Rule{Required: true, Max: new(int64(100))}},
	},
	"ReplicationConfiguration": {
		{Field: "Rules", Rule: shape.Rule{Required: true, Max: new(int64(10))}},
	},
	"ReplicationDestination": {
		{Field: "Region", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(25)), Pattern: patternRegion}},
		{Field: "RegistryId", Rule: shape.Rule{Required: true, Pattern: patternRegistryId}},
	},
	"ReplicationRule": {
		{Field: "Destinations", Rule: shape.Rule{Required: true, Max: new(int64(100))}},
		{Field: "RepositoryFilters", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
	},
	"RepositoryFilter": {
		{Field: "Filter", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryFilterValue}},
		{Field: "FilterType", Rule: shape.Rule{Required: true, Enum: []string{RepositoryFilterTypePrefixMatch}}},
	},
	"ScanningRepositoryFilter": {
		{Field: "Filter", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(255)), Pattern: patternScanningRepositoryFilterValue}},
		{Field: "FilterType", Rule: shape.Rule{Required: true, Enum: []string{ScanningRepositoryFilterTypeWildcard}}},
	},
	"SetRepositoryPolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "PolicyText", Rule: shape.Rule{Required: true, Max: new(int64(10240))}},
	},
	"SigningConfiguration": {
		{Field: "Rules", Rule: shape.Rule{Required: true, Max: new(int64(10))}},
	},
	"SigningRepositoryFilter": {
		{Field: "Filter", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(256)), Pattern: patternSigningRepositoryFilterValue}},
		{Field: "FilterType", Rule: shape.Rule{Required: true, Enum: []string{SigningRepositoryFilterTypeWildcardMatch}}},
	},
	"SigningRule": {
		{Field: "SigningProfileArn", Rule: shape.Rule{Required: true, Max: new(int64(200)), Pattern: patternSigningProfileArn}},
		{Field: "RepositoryFilters", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
	},
	"StartImageScanInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageId", Rule: shape.Rule{Required: true}},
	},
	"StartLifecyclePolicyPreviewInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "LifecyclePolicyText", Rule: shape.Rule{Min: new(int64(100)), Max: new(int64(30720))}},
	},
	"SubjectIdentifier": {
		{Field: "ImageDigest", Rule: shape.Rule{Required: true}},
	},
	"Tag": {
		{Field: "Key", Rule: shape.Rule{Required: true}},
		{Field: "Value", Rule: shape.Rule{Required: true}},
	},
	"TagResourceInput": {
		{Field: "ResourceArn", Rule: shape.Rule{Required: true}},
		{Field: "Tags", Rule: shape.Rule{Required: true}},
	},
	"UntagResourceInput": {
		{Field: "ResourceArn", Rule: shape.Rule{Required: true}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true}},
	},
	"UpdateImageStorageClassInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "ImageId", Rule: shape.Rule{Required: true}},
		{Field: "TargetStorageClass", Rule: shape.Rule{Required: true, Enum: []string{TargetStorageClassStandard, TargetStorageClassArchive}}},
	},
	"UpdatePullThroughCacheRuleInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "EcrRepositoryPrefix", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(30)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
		{Field: "CredentialArn", Rule: shape.Rule{Min: new(int64(50)), Max: new(int64(612)), Pattern: patternCredentialArn}},
		{Field: "CustomRoleArn", Rule: shape.Rule{Max: new(int64(2048))}},
	},
	"UpdateRepositoryCreationTemplateInput": {
		{Field: "Prefix", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(256)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
		{Field: "Description", Rule: shape.Rule{Max: new(int64(256))}},
		{Field: "ImageTagMutability", Rule: shape.Rule{Enum: []string{ImageTagMutabilityMutable, ImageTagMutabilityImmutable, ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityMutableWithExclusion}}},
		{Field: "ImageTagMutabilityExclusionFilters", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(5))}},
		{Field: "RepositoryPolicy", Rule: shape.Rule{Max: new(int64(10240))}},
		{Field: "LifecyclePolicy", Rule: shape.Rule{Max: new(int64(30720))}},
		{Field: "AppliedFor", Rule: shape.Rule{Elem: &shape.Rule{Enum: []string{RCTAppliedForReplication, RCTAppliedForPullThroughCache, RCTAppliedForCreateOnPush}}}},
		{Field: "CustomRoleArn", Rule: shape.Rule{Max: new(int64(2048))}},
	},
	"UploadLayerPartInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256)), Pattern: patternRepositoryName}},
		{Field: "UploadId", Rule: shape.Rule{Required: true, Pattern: patternUploadId}},
		{Field: "PartFirstByte", Rule: shape.Rule{Required: true, Min: new(int64(0))}},
		{Field: "PartLastByte", Rule: shape.Rule{Required: true, Min: new(int64(0))}},
		{Field: "LayerPartBlob", Rule: shape.Rule{Required: true, Max: new(int64(20971520))}},
	},
	"ValidatePullThroughCacheRuleInput": {
		{Field: "EcrRepositoryPrefix", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(30)), Pattern: patternPullThroughCacheRuleRepositoryPrefix}},
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
	},
}

var (
	patternRegistryId = &shape.Pattern{
		Source: `[0-9]{12}`,
		Go:     `\A(?:[0-9]{12})\z`,
	}
	patternRepositoryName = &shape.Pattern{
		Source: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`,
		Go:     `\A(?:[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)\z`,
	}
	patternUploadId = &shape.Pattern{
		Source: `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`,
		Go:     `\A(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})\z`,
	}
	patternLayerDigest = &shape.Pattern{
		Source: `[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+`,
		Go:     `\A(?:[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+)\z`,
	}
	patternPullThroughCacheRuleRepositoryPrefix = &shape.Pattern{
		Source: `^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$`,
		Go:     `\A(?:^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$)\z`,
	}
	patternCredentialArn = &shape.Pattern{
		Source: `^arn:aws(-\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\-pullthroughcache\/[a-zA-Z0-9\/_+=.@-]+$`,
		Go:     `\A(?:^arn:aws(-\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\-pullthroughcache\/[a-zA-Z0-9\/_+=.@-]+$)\z`,
	}
	patternPrincipalArn = &shape.Pattern{
		Source: `^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\w+=,.@-]+(/[\w+=,.@-]+)*$`,
		Go:     `\A(?:^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\w+=,.@-]+(/[\w+=,.@-]+)*$)\z`,
	}
	patternKmsKeyForRepositoryCreationTemplate = &shape.Pattern{
		Source: `^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+`,
		Go:     `\A(?:^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+)\z`,
	}
	patternImageTagMutabilityExclusionFilterValue = &shape.Pattern{
		Source: `^[0-9a-zA-Z._*-]{1,128}$`,
		Go:     `\A(?:^[0-9a-zA-Z._*-]{1,128}$)\z`,
	}
	patternRegion = &shape.Pattern{
		Source: `[0-9a-z-]{2,25}`,
		Go:     `\A(?:[0-9a-z-]{2,25})\z`,
	}
	patternRepositoryFilterValue = &shape.Pattern{
		Source: `^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$`,
		Go:     `\A(?:^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$)\z`,
	}
	patternScanningRepositoryFilterValue = &shape.Pattern{
		Source: `^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$`,
		Go:     `\A(?:^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$)\z`,
	}
	patternSigningRepositoryFilterValue = &shape.Pattern{
		Source: `^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$`,
		Go:     `\A(?:^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$)\z`,
	}
	patternSigningProfileArn = &shape.Pattern{
		Source: `^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\/signing-profiles\/[a-zA-Z0-9_]{2,}$`,
		Go:     `\A(?:^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\/signing-profiles\/[a-zA-Z0-9_]{2,}$)\z`,
	}
)
