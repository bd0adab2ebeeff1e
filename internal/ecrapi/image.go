package ecrapi

import (
	"context"
	"errors"
	"regexp"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// digestPattern is what ECR's model and messages say of a digest.
const digestPattern = `[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+`

var digestShape = regexp.MustCompile(`^[a-zA-Z0-9\-_+.]+:[a-fA-F0-9]+$`)

func (s *service) putImage(ctx context.Context, c *awsapi.Call, in *ecr.PutImageInput) (*ecr.PutImageOutput, error) {
	n, err := NewImage(in.ImageManifest, in.ImageManifestMediaType, in.ImageTag, in.ImageDigest)
	if err != nil {
		return nil, err
	}
	img, err := s.Registry.PutImage(ctx, repo(c, in), n)
	if err != nil {
		return nil, err
	}
	img.Manifest = n.Manifest
	return &ecr.PutImageOutput{Image: image(img, registry.Ref{Digest: img.Digest, Tag: value(in.ImageTag)})}, nil
}

// NewImage reads the members of PutImage.
func NewImage(manifest, mediaType, tag, manifestDigest *string) (registry.NewImage, error) {
	n := registry.NewImage{
		Manifest:       []byte(value(manifest)),
		MediaType:      value(mediaType),
		RejectExisting: true,
	}
	if tag != nil {
		n.Tags = []string{*tag}
	}
	if manifestDigest != nil {
		d, err := ocispec.ParseDigest(*manifestDigest)
		if err != nil {
			return n, patternError("imageDigest", digestPattern)
		}
		n.Digest = d
	}
	return n, nil
}

// batchGetImage answers the manifests as they were pushed, whatever
// acceptedMediaTypes says.
func (s *service) batchGetImage(ctx context.Context, c *awsapi.Call, in *ecr.BatchGetImageInput) (*ecr.BatchGetImageOutput, error) {
	r := repo(c, in)
	if _, err := s.Registry.Repository(ctx, r); err != nil {
		return nil, err
	}
	out := &ecr.BatchGetImageOutput{Images: []ecr.Image{}, Failures: []ecr.ImageFailure{}}
	for _, id := range in.ImageIds {
		ref, failure := ImageRef(id)
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		img, err := s.Registry.Image(ctx, r, ref)
		if failure := ImageFailure(id, err); failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		if err != nil {
			return nil, err
		}
		s.Registry.RecordPull(img, c.Identity.UserOrRole())
		out.Images = append(out.Images, *image(img, registry.Ref{Digest: img.Digest, Tag: ref.Tag}))
	}
	return out, nil
}

func (s *service) batchDeleteImage(ctx context.Context, c *awsapi.Call, in *ecr.BatchDeleteImageInput) (*ecr.BatchDeleteImageOutput, error) {
	out := &ecr.BatchDeleteImageOutput{ImageIds: []ecr.ImageIdentifier{}, Failures: []ecr.ImageFailure{}}
	var refs []registry.Ref
	for _, id := range in.ImageIds {
		ref, failure := ImageRef(id)
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		refs = append(refs, ref)
	}
	deletions, err := s.Registry.DeleteImages(ctx, repo(c, in), refs)
	if err != nil {
		return nil, err
	}
	for _, d := range deletions {
		if failure := ImageFailure(imageID(d.Ref), d.Err); failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		if d.Err != nil {
			return nil, d.Err
		}
		for _, ref := range d.Removed {
			out.ImageIds = append(out.ImageIds, imageID(ref))
		}
	}
	return out, nil
}

func (s *service) listImages(ctx context.Context, c *awsapi.Call, in *ecr.ListImagesInput) (*ecr.ListImagesOutput, error) {
	out := &ecr.ListImagesOutput{ImageIds: []ecr.ImageIdentifier{}}
	filter := value(in.Filter)
	if value(filter.ImageStatus) == ecr.ImageStatusFilterActivating {
		_, err := s.Registry.Repository(ctx, repo(c, in))
		return out, err
	}
	f := registry.ImageFilter{Tags: tagStatus(filter.TagStatus), Storage: storage(filter.ImageStatus)}
	refs, next, err := s.Registry.ImageRefs(ctx, repo(c, in), f, Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		out.ImageIds = append(out.ImageIds, imageID(ref))
	}
	out.NextToken = optional(next)
	return out, nil
}

func (s *service) describeImages(ctx context.Context, c *awsapi.Call, in *ecr.DescribeImagesInput) (*ecr.DescribeImagesOutput, error) {
	out := &ecr.DescribeImagesOutput{ImageDetails: []ecr.ImageDetail{}}
	if len(in.ImageIds) > 0 {
		return out, s.describeImageIDs(ctx, c, in, out)
	}
	filter := value(in.Filter)
	if value(filter.ImageStatus) == ecr.ImageStatusFilterActivating {
		_, err := s.Registry.Repository(ctx, repo(c, in))
		return out, err
	}
	f := registry.ImageFilter{Tags: tagStatus(filter.TagStatus), Storage: storage(filter.ImageStatus)}
	imgs, next, err := s.Registry.Images(ctx, repo(c, in), f, Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	for _, img := range imgs {
		out.ImageDetails = append(out.ImageDetails, imageDetail(img))
	}
	out.NextToken = optional(next)
	return out, nil
}

// describeImageIDs describes the images that in lists, each once.
func (s *service) describeImageIDs(ctx context.Context, c *awsapi.Call, in *ecr.DescribeImagesInput, out *ecr.DescribeImagesOutput) error {
	if err := NoPaging("imageIds", in.NextToken, in.MaxResults); err != nil {
		return err
	}
	var refs []registry.Ref
	for _, id := range in.ImageIds {
		ref, err := oneImage(id)
		if err != nil {
			return err
		}
		refs = append(refs, ref)
	}
	imgs, err := s.Registry.Describe(ctx, repo(c, in), refs)
	if err != nil {
		return err
	}
	seen := map[digest.Digest]bool{}
	for _, img := range imgs {
		if !seen[img.Digest] {
			seen[img.Digest] = true
			out.ImageDetails = append(out.ImageDetails, imageDetail(img))
		}
	}
	return nil
}

// oneImage reads the image identifier of an operation on one image.
func oneImage(id ecr.ImageIdentifier) (registry.Ref, error) {
	ref, failure := ImageRef(id)
	if failure != nil {
		return registry.Ref{}, awsapi.Errorf(ecr.CodeInvalidParameter, "%s", *failure.FailureReason)
	}
	return ref, nil
}

func tagStatus(s *string) registry.TagStatus {
	switch value(s) {
	case ecr.TagStatusTagged:
		return registry.Tagged
	case ecr.TagStatusUntagged:
		return registry.Untagged
	}
	return registry.TagAny
}

// ImageRef reads an image identifier, or says what is wrong with it.
func ImageRef(id ecr.ImageIdentifier) (registry.Ref, *ecr.ImageFailure) {
	d, tag := value(id.ImageDigest), value(id.ImageTag)
	switch {
	case d == "" && tag == "":
		return registry.Ref{}, failure(id, ecr.ImageFailureCodeMissingDigestAndTag, "Invalid request parameters: both tag and digest cannot be null")
	case d != "" && !digestShape.MatchString(d):
		return registry.Ref{}, failure(id, ecr.ImageFailureCodeInvalidImageDigest, "Invalid request parameters: image digest should satisfy the regex '"+digestPattern+"'")
	case tag != "" && !ocispec.ValidAPITag(tag):
		return registry.Ref{}, failure(id, ecr.ImageFailureCodeInvalidImageTag, "Invalid request parameters: image tag should satisfy the regex '"+ocispec.APITagPattern+"'")
	}
	return registry.Ref{Digest: digest.Digest(d), Tag: tag}, nil
}

// ImageFailure returns the failure of one image that err stands for, or nil if
// err is none or concerns all.
func ImageFailure(id ecr.ImageIdentifier, err error) *ecr.ImageFailure {
	var e *registry.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Kind {
	case registry.ErrImageNotFound, registry.ErrInvalidDigest:
		return failure(id, ecr.ImageFailureCodeImageNotFound, "Requested image not found")
	case registry.ErrImageArchived:
		return failure(id, ecr.ImageFailureCodeImageInaccessible, "Requested image is archived")
	case registry.ErrTagDigestMismatch:
		return failure(id, ecr.ImageFailureCodeImageTagDoesNotMatchDigest, "Requested image tag does not match the requested image digest")
	case registry.ErrImageReferenced:
		return failure(id, ecr.ImageFailureCodeImageReferencedByManifestList, referencedReason(e))
	}
	return nil
}

func failure(id ecr.ImageIdentifier, code, reason string) *ecr.ImageFailure {
	return &ecr.ImageFailure{ImageId: &id, FailureCode: &code, FailureReason: &reason}
}

func imageID(ref registry.Ref) ecr.ImageIdentifier {
	return ecr.ImageIdentifier{ImageDigest: optional(ref.Digest.String()), ImageTag: optional(ref.Tag)}
}

// image is an image with its manifest as the API shows it.
func image(img *registry.Image, ref registry.Ref) *ecr.Image {
	return &ecr.Image{
		RegistryId:             new(img.Repo.Account),
		RepositoryName:         new(img.Repo.Name),
		ImageId:                new(imageID(ref)),
		ImageManifest:          new(string(img.Manifest)),
		ImageManifestMediaType: new(img.MediaType),
	}
}

func imageDetail(img *registry.Image) ecr.ImageDetail {
	d := ecr.ImageDetail{
		RegistryId:             new(img.Repo.Account),
		RepositoryName:         new(img.Repo.Name),
		ImageDigest:            new(img.Digest.String()),
		ImageTags:              img.Tags,
		ImageSizeInBytes:       new(img.Size),
		ImagePushedAt:          shape.At(img.PushedAt),
		ImageManifestMediaType: new(img.MediaType),
		ArtifactMediaType:      optional(img.ArtifactType),
		SubjectManifestDigest:  optional(img.Subject.String()),
		ImageStatus:            new(imageStatus(img)),
	}
	if !img.ArchivedAt.IsZero() {
		d.LastArchivedAt = shape.At(img.ArchivedAt)
	}
	if !img.ActivatedAt.IsZero() {
		d.LastActivatedAt = shape.At(img.ActivatedAt)
	}
	if !img.PulledAt.IsZero() {
		d.LastRecordedPullTime = shape.At(img.PulledAt)
	}
	d.ImageScanStatus, d.ImageScanFindingsSummary = scanSummary(img.Scan)
	return d
}
