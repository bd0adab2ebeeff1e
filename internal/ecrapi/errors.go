package ecrapi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// WireError turns an error of the engine into the one that ECR answers.
// Any other error is returned as it is.
func WireError(err error) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	if wire := registryError(e); wire != nil {
		return wire
	}
	return err
}

// registryError returns the code and the sentence of ECR for an error of the
// engine, or nil for a kind it does not know. Sentences are those ECR was seen
// to answer, where any was.
func registryError(e *registry.Error) *awsapi.Error {
	in := fmt.Sprintf("the repository with name '%s' in registry with id '%s'", e.Repo.Name, e.Repo.Account)
	inThe := fmt.Sprintf("the repository with name '%s' in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	switch e.Kind {
	case registry.ErrRepositoryNotFound:
		return awsapi.Errorf(ecr.CodeRepositoryNotFound, "The repository with name '%s' does not exist in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrRepositoryExists:
		return awsapi.Errorf(ecr.CodeRepositoryAlreadyExists, "The repository with name '%s' already exists in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrRepositoryNotEmpty:
		return awsapi.Errorf(ecr.CodeRepositoryNotEmpty, "The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", e.Repo.Name, e.Repo.Account)
	case registry.ErrPolicyNotFound:
		return awsapi.Errorf(ecr.CodeRepositoryPolicyNotFound, "Repository policy does not exist for %s", inThe)
	case registry.ErrRegistryPolicyNotFound:
		return awsapi.Errorf(ecr.CodeRegistryPolicyNotFound, "Registry policy does not exist in the registry with id '%s'", e.Repo.Account)
	case registry.ErrInvalidSetting:
		return awsapi.InvalidParameter("name", "There is no such account setting")
	case registry.ErrInvalidSettingValue:
		return awsapi.InvalidParameter("value", reason(e, "Invalid value"))
	case registry.ErrTooManyResourceTags:
		return awsapi.Errorf(ecr.CodeTooManyTags, "The number of tags exceeds the maximum allowed number of tags per resource which is '%d'", registry.MaxResourceTags)

	case registry.ErrInvalidName:
		return patternError("repositoryName", ocispec.RepositoryNamePattern)
	case registry.ErrInvalidTag:
		return patternError("imageTag", ocispec.APITagPattern)
	case registry.ErrInvalidDigest:
		return patternError("imageDigest", digestPattern)
	case registry.ErrInvalidMutability:
		return awsapi.InvalidParameter("imageTagMutabilityExclusionFilters", reason(e, "Invalid filters"))
	case registry.ErrInvalidCatalogData:
		return awsapi.InvalidParameter("catalogData", reason(e, "Invalid catalog data"))
	case registry.ErrInvalidToken:
		return awsapi.InvalidParameter("nextToken", "Invalid pagination token")
	case registry.ErrInvalidManifest:
		if errors.Is(e.Err, ocispec.ErrSyntax) {
			return awsapi.InvalidParameter("imageManifest", "Invalid JSON syntax")
		}
		return awsapi.InvalidParameter("imageManifest", reason(e, "Invalid manifest"))
	case registry.ErrManifestTooLarge:
		return awsapi.InvalidParameter("imageManifest", "Member must have length less than or equal to 4194304")

	case registry.ErrImageNotFound, registry.ErrTagDigestMismatch:
		return awsapi.Errorf(ecr.CodeImageNotFound, "The image with imageId {imageDigest:'%s', imageTag:'%s'} does not exist within %s",
			orNull(e.Ref.Digest.String()), orNull(e.Ref.Tag), inThe)
	case registry.ErrImageExists:
		return awsapi.Errorf(ecr.CodeImageAlreadyExists, "Image with digest '%s' and tag '%s' already exists in %s", e.Ref.Digest, orNull(e.Ref.Tag), in)
	case registry.ErrImageReferenced:
		return awsapi.Errorf(ecr.CodeInvalidParameter, "%s", referencedReason(e))
	case registry.ErrImageDigestMismatch:
		return awsapi.Errorf(ecr.CodeImageDigestDoesNotMatch, "The image digest '%s' does not match the digest %s of the image manifest", e.Ref.Digest, digestList(e.Digests))
	case registry.ErrTagImmutable:
		return awsapi.Errorf(ecr.CodeImageTagAlreadyExists, "The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", e.Ref.Tag, e.Repo.Name)
	case registry.ErrTooManyTags:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "Adding tag '%s' to an image in %s exceeds the maximum allowed number of tags per image which is '%d'", e.Ref.Tag, in, e.Limit)
	case registry.ErrLayersNotFound:
		return awsapi.Errorf(ecr.CodeLayersNotFound, "Layers with digests '%s' required for pushing image into %s do not exist", digestList(e.Digests), inThe)
	case registry.ErrReferencedImagesNotFound:
		return awsapi.Errorf(ecr.CodeReferencedImagesNotFound, "Images with digests '%s' required for pushing image into %s do not exist", digestList(e.Digests), inThe)

	case registry.ErrLayerNotFound:
		return awsapi.Errorf(ecr.CodeLayersNotFound, "The layer with digest '%s' does not exist in %s", e.Ref.Digest, inThe)
	case registry.ErrLayerExists:
		return awsapi.Errorf(ecr.CodeLayerAlreadyExists, "Layer with digest '%s' already exists in %s", e.Ref.Digest, in)
	case registry.ErrLayerDigestMismatch:
		return awsapi.Errorf(ecr.CodeInvalidLayer, "The layer digest '%s' does not match the digest of the uploaded bytes", e.Ref.Digest)
	case registry.ErrUploadNotFound:
		return awsapi.Errorf(ecr.CodeUploadNotFound, "Upload with id '%s' does not exist in %s", e.Upload, in)
	case registry.ErrUploadOffset:
		var offset *blob.OffsetError
		if errors.As(e.Err, &offset) {
			return layerPartError(e, "First byte of the layer part is %d instead of %d", offset.Off, e.Have)
		}
		return layerPartError(e, "First byte of the layer part is not %d", e.Have)
	case registry.ErrUploadBusy:
		return awsapi.Errorf("ThrottlingException", "Upload with id '%s' in %s is in use by another request", e.Upload, in)
	case registry.ErrLayerPartSize:
		return awsapi.Errorf(ecr.CodeInvalidLayerPart, "The size of the layer part does not match its first and last byte")
	case registry.ErrEmptyUpload:
		return awsapi.Errorf(ecr.CodeEmptyUpload, "Upload with id '%s' in %s does not contain any layer parts", e.Upload, in)
	case registry.ErrTooManyRepositories:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "The maximum allowed number of repositories in the registry with id '%s' is '%d'", e.Repo.Account, e.Limit)
	case registry.ErrTooManyImages:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "The maximum allowed number of images in %s is '%d'", in, e.Limit)
	case registry.ErrTooManyLayerParts:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "The maximum allowed number of parts of the upload with id '%s' in %s is '%d'", e.Upload, in, e.Limit)

	case registry.ErrImageArchived:
		return awsapi.Errorf(ecr.CodeImageArchived, "The image with imageId {imageDigest:'%s', imageTag:'%s'} is archived within %s",
			orNull(e.Ref.Digest.String()), orNull(e.Ref.Tag), inThe)
	case registry.ErrLayerArchived:
		return awsapi.Errorf(ecr.CodeLayerInaccessible, "The layer with digest '%s' is referenced by no image in %s that is not archived", e.Ref.Digest, inThe)
	case registry.ErrStorageClass:
		return awsapi.Errorf(ecr.CodeImageStorageClassUpdateNotSupported, "The storage class of the image with imageId {imageDigest:'%s', imageTag:'%s'} within %s cannot be updated: %s",
			orNull(e.Ref.Digest.String()), orNull(e.Ref.Tag), inThe, reason(e, "the update is not supported"))

	case registry.ErrInvalidLifecycle:
		return awsapi.InvalidParameter("LifecyclePolicyText", reason(e, "Lifecycle policy validation failure"))
	case registry.ErrLifecycleNotFound:
		return awsapi.Errorf(ecr.CodeLifecyclePolicyNotFound, "Lifecycle policy does not exist for %s", inThe)
	case registry.ErrPreviewNotFound:
		return awsapi.Errorf(ecr.CodeLifecyclePolicyPreviewNotFound, "Lifecycle policy preview does not exist for %s", inThe)
	case registry.ErrPreviewInProgress:
		return awsapi.Errorf(ecr.CodeLifecyclePolicyPreviewInProgress, "Lifecycle policy preview is in progress for %s", inThe)
	case registry.ErrLifecycleSetting:
		return awsapi.Errorf(ecr.CodeInvalidParameter, "Invalid lifecycle setting: %s", reason(e, "not valid"))

	case registry.ErrExclusionExists:
		return awsapi.Errorf(ecr.CodeExclusionAlreadyExists, "The pull time update exclusion for the principal '%s' already exists in the registry with id '%s'", e.Name, e.Repo.Account)
	case registry.ErrExclusionNotFound:
		return awsapi.Errorf(ecr.CodeExclusionNotFound, "The pull time update exclusion for the principal '%s' does not exist in the registry with id '%s'", e.Name, e.Repo.Account)
	case registry.ErrTooManyExclusions:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "The maximum allowed number of pull time update exclusions in the registry with id '%s' is '%d'", e.Repo.Account, e.Limit)
	case registry.ErrSigningNotConfigured:
		return awsapi.Errorf(ecr.CodeSigningConfigurationNotFound, "Signing configuration does not exist in the registry with id '%s'", e.Repo.Account)
	case registry.ErrInvalidSigning:
		return awsapi.Errorf(ecr.CodeValidation, "Invalid signing configuration: %s", reason(e, "not valid"))
	case registry.ErrInvalidScanning:
		return awsapi.Errorf(ecr.CodeValidation, "Invalid scanning configuration: %s", reason(e, "not valid"))
	case registry.ErrScanDisabled:
		return awsapi.Errorf(ecr.CodeValidation, "This feature is disabled")
	case registry.ErrNoScanner:
		return awsapi.Errorf(ecr.CodeValidation, "This server has no scanner: it is started without one (pratique serve --scanner)")
	case registry.ErrNotScannable:
		return awsapi.Errorf(ecr.CodeUnsupportedImageType, "The image with imageId {imageDigest:'%s', imageTag:'%s'} within %s is of a type that cannot be scanned",
			orNull(e.Ref.Digest.String()), orNull(e.Ref.Tag), inThe)
	case registry.ErrScanLimit:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "The scan quota per image has been exceeded. Wait and try again.")
	case registry.ErrScanNotFound:
		return awsapi.Errorf(ecr.CodeScanNotFound, "Image scan does not exist for the image with '{imageDigest:'%s', imageTag:'%s'}' in %s",
			orNull(e.Ref.Digest.String()), orNull(e.Ref.Tag), inThe)
	case registry.ErrScanReport:
		return awsapi.InvalidParameter("report", reason(e, "Invalid report"))
	case registry.ErrLayerPartTooSmall:
		return awsapi.Errorf(ecr.CodeLayerPartTooSmall, "Every part of the layer but the last must have at least %d bytes", registry.MinPartSize)

	case registry.ErrReplicationToSource:
		return awsapi.InvalidParameter("replicationConfiguration", "Replication destination cannot be the same as the source registry")
	case registry.ErrTooManyDestinations:
		return awsapi.Errorf(ecr.CodeValidation, "The replication configuration exceeds the maximum allowed number of unique destinations which is '%d'", registry.MaxReplicationDestinations)
	case registry.ErrTemplateExists:
		return awsapi.Errorf(ecr.CodeTemplateAlreadyExists, "The repository creation template with prefix '%s' already exists in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrTemplateNotFound:
		return awsapi.Errorf(ecr.CodeTemplateNotFound, "The repository creation template with prefix '%s' does not exist in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrTemplateRole:
		return awsapi.Errorf(ecr.CodeValidation, "The repository with name '%s' cannot be created in the registry with id '%s': %s", e.Repo.Name, e.Repo.Account, reason(e, "its template cannot be used"))
	case registry.ErrPullThroughExists:
		return awsapi.Errorf(ecr.CodePullThroughCacheRuleAlreadyExists, "The pull through cache rule with prefix '%s' already exists in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrPullThroughNotFound:
		return awsapi.Errorf(ecr.CodePullThroughCacheRuleNotFound, "The pull through cache rule with prefix '%s' does not exist in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrTooManyPullThrough:
		return awsapi.Errorf(ecr.CodeLimitExceeded, "The registry with id '%s' has the maximum allowed number of pull through cache rules which is '%d'", e.Repo.Account, registry.MaxPullThroughRules)
	case registry.ErrInvalidPullThrough:
		return awsapi.Errorf(ecr.CodeValidation, "%s", reason(e, "The pull through cache rule is invalid"))
	case registry.ErrUpstreamUnsupported:
		return awsapi.Errorf(ecr.CodeUnsupportedUpstreamRegistry, "The upstream registry URL %s is invalid. Specify a valid upstream registry URL and try again", reason(e, "null"))
	case registry.ErrUpstreamSecret:
		return awsapi.Errorf(ecr.CodeUnsupportedUpstreamRegistry, "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN and try again")
	case registry.ErrSecretNotFound:
		return awsapi.Errorf(ecr.CodeSecretNotFound, "The secret of the pull through cache rule does not exist: %s", reason(e, "unknown"))
	case registry.ErrSecretInaccessible:
		return awsapi.Errorf(ecr.CodeUnableToAccessSecret, "The secret of the pull through cache rule cannot be accessed: %s", reason(e, "unknown"))
	}
	return nil
}

// patternError is the error of a value that does not match a pattern. That
// the last quote is missing is ECR's doing.
func patternError(member, pattern string) *awsapi.Error {
	return awsapi.InvalidParameter(member, "must satisfy regular expression '"+pattern)
}

// layerPartError tells, besides the sentence, from where the upload goes on.
func layerPartError(e *registry.Error, format string, args ...any) *awsapi.Error {
	wire := awsapi.Errorf(ecr.CodeInvalidLayerPart, format, args...)
	wire.Fields = map[string]any{
		"registryId":            e.Repo.Account,
		"repositoryName":        e.Repo.Name,
		"uploadId":              e.Upload,
		"lastValidByteReceived": e.Have - 1,
	}
	return wire
}

// referencedReason is what ECR says of an image that an index needs.
func referencedReason(e *registry.Error) string {
	return fmt.Sprintf("Requested image referenced by manifest list: %s", digestList(e.Digests))
}

// reason is what the engine says is wrong with a value, or otherwise.
func reason(e *registry.Error, otherwise string) string {
	if e.Err == nil {
		return otherwise
	}
	return e.Err.Error()
}

// digestList formats digests as "[sha256:…, sha256:…]".
func digestList(ds []digest.Digest) string {
	ss := make([]string, len(ds))
	for i, d := range ds {
		ss[i] = d.String()
	}
	return "[" + strings.Join(ss, ", ") + "]"
}

// orNull is how ECR prints an optional string.
func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}
