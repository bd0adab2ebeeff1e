package ecrpublicapi

import (
	"context"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (s *service) putImage(ctx context.Context, c *awsapi.Call, in *ecrpublic.PutImageInput) (*ecrpublic.PutImageOutput, error) {
	n, err := ecrapi.NewImage(in.ImageManifest, in.ImageManifestMediaType, in.ImageTag, in.ImageDigest)
	if err != nil {
		return nil, err
	}
	img, err := s.Registry.PutImage(ctx, repo(c, in), n)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.PutImageOutput{Image: &ecrpublic.Image{
		RegistryId:             new(img.Repo.Account),
		RepositoryName:         new(img.Repo.Name),
		ImageId:                new(imageID(registry.Ref{Digest: img.Digest, Tag: value(in.ImageTag)})),
		ImageManifest:          in.ImageManifest,
		ImageManifestMediaType: new(img.MediaType),
	}}, nil
}

func (s *service) batchDeleteImage(ctx context.Context, c *awsapi.Call, in *ecrpublic.BatchDeleteImageInput) (*ecrpublic.BatchDeleteImageOutput, error) {
	out := &ecrpublic.BatchDeleteImageOutput{ImageIds: []ecrpublic.ImageIdentifier{}, Failures: []ecrpublic.ImageFailure{}}
	var refs []registry.Ref
	for _, id := range in.ImageIds {
		ref, failure := ecrapi.ImageRef(ecr.ImageIdentifier(id))
		if failure != nil {
			out.Failures = append(out.Failures, publicFailure(failure))
			continue
		}
		refs = append(refs, ref)
	}
	deletions, err := s.Registry.DeleteImages(ctx, repo(c, in), refs)
	if err != nil {
		return nil, err
	}
	for _, d := range deletions {
		if failure := ecrapi.ImageFailure(ecr.ImageIdentifier(imageID(d.Ref)), d.Err); failure != nil {
			out.Failures = append(out.Failures, publicFailure(failure))
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

// publicFailure is a failure in the words of this API.
func publicFailure(f *ecr.ImageFailure) ecrpublic.ImageFailure {
	return ecrpublic.ImageFailure{ImageId: (*ecrpublic.ImageIdentifier)(f.ImageId), FailureCode: f.FailureCode, FailureReason: f.FailureReason}
}

func (s *service) describeImages(ctx context.Context, c *awsapi.Call, in *ecrpublic.DescribeImagesInput) (*ecrpublic.DescribeImagesOutput, error) {
	out := &ecrpublic.DescribeImagesOutput{ImageDetails: []ecrpublic.ImageDetail{}}
	if len(in.ImageIds) > 0 {
		return out, s.describeImageIDs(ctx, c, in, out)
	}
	imgs, next, err := s.Registry.Images(ctx, repo(c, in), registry.ImageFilter{}, ecrapi.Page(in.NextToken, in.MaxResults))
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
func (s *service) describeImageIDs(ctx context.Context, c *awsapi.Call, in *ecrpublic.DescribeImagesInput, out *ecrpublic.DescribeImagesOutput) error {
	if err := ecrapi.NoPaging("imageIds", in.NextToken, in.MaxResults); err != nil {
		return err
	}
	var refs []registry.Ref
	for _, id := range in.ImageIds {
		ref, failure := ecrapi.ImageRef(ecr.ImageIdentifier(id))
		if failure != nil {
			return awsapi.Errorf(ecrpublic.CodeInvalidParameter, "%s", value(failure.FailureReason))
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

func (s *service) describeImageTags(ctx context.Context, c *awsapi.Call, in *ecrpublic.DescribeImageTagsInput) (*ecrpublic.DescribeImageTagsOutput, error) {
	tagged, next, err := s.Registry.TaggedImages(ctx, repo(c, in), ecrapi.Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ecrpublic.DescribeImageTagsOutput{ImageTagDetails: []ecrpublic.ImageTagDetail{}, NextToken: optional(next)}
	for _, t := range tagged {
		out.ImageTagDetails = append(out.ImageTagDetails, ecrpublic.ImageTagDetail{
			ImageTag:  new(t.Tag),
			CreatedAt: shape.At(t.TaggedAt),
			ImageDetail: &ecrpublic.ReferencedImageDetail{
				ImageDigest:            new(t.Image.Digest.String()),
				ImageSizeInBytes:       new(t.Image.Size),
				ImagePushedAt:          shape.At(t.Image.PushedAt),
				ImageManifestMediaType: new(t.Image.MediaType),
				ArtifactMediaType:      optional(t.Image.ArtifactType),
			},
		})
	}
	return out, nil
}

func imageID(ref registry.Ref) ecrpublic.ImageIdentifier {
	return ecrpublic.ImageIdentifier{ImageDigest: optional(ref.Digest.String()), ImageTag: optional(ref.Tag)}
}

func imageDetail(img *registry.Image) ecrpublic.ImageDetail {
	return ecrpublic.ImageDetail{
		RegistryId:             new(img.Repo.Account),
		RepositoryName:         new(img.Repo.Name),
		ImageDigest:            new(img.Digest.String()),
		ImageTags:              img.Tags,
		ImageSizeInBytes:       new(img.Size),
		ImagePushedAt:          shape.At(img.PushedAt),
		ImageManifestMediaType: new(img.MediaType),
		ArtifactMediaType:      optional(img.ArtifactType),
	}
}
