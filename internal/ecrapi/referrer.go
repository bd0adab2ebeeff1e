package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// defaultReferrers is how many referrers a list has when maxResults does not
// say.
const defaultReferrers = 20

func (s *service) listImageReferrers(ctx context.Context, c *awsapi.Call, in *ecr.ListImageReferrersInput) (*ecr.ListImageReferrersOutput, error) {
	subject, err := ocispec.ParseDigest(value(in.SubjectId.ImageDigest))
	if err != nil {
		return nil, awsapi.Errorf(ecr.CodeValidation, "The subject's image digest should satisfy the regex '%s'", digestPattern)
	}
	filter := value(in.Filter)
	p := Page(in.NextToken, in.MaxResults)
	if in.MaxResults == nil {
		p.Limit = defaultReferrers
	}
	out := &ecr.ListImageReferrersOutput{Referrers: []ecr.ImageReferrer{}}
	if value(filter.ArtifactStatus) == ecr.ArtifactStatusFilterActivating {
		_, err := s.Registry.Repository(ctx, repo(c, in))
		return out, err
	}
	imgs, next, err := s.Registry.Referrers(ctx, repo(c, in), subject,
		registry.ReferrerFilter{ArtifactTypes: filter.ArtifactTypes, Storage: storage(filter.ArtifactStatus)}, p)
	if err != nil {
		return nil, err
	}
	for _, img := range imgs {
		out.Referrers = append(out.Referrers, ecr.ImageReferrer{
			Digest:         new(img.Digest.String()),
			MediaType:      new(img.MediaType),
			ArtifactType:   optional(img.ArtifactType),
			Size:           new(img.Size),
			Annotations:    img.Annotations,
			ArtifactStatus: new(imageStatus(img)),
		})
	}
	out.NextToken = optional(next)
	return out, nil
}
