package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (s *service) updateImageStorageClass(ctx context.Context, c *awsapi.Call, in *ecr.UpdateImageStorageClassInput) (*ecr.UpdateImageStorageClassOutput, error) {
	ref, err := oneImage(*in.ImageId)
	if err != nil {
		return nil, err
	}
	img, err := s.Registry.SetStorageClass(ctx, repo(c, in), ref, registry.StorageClass(value(in.TargetStorageClass)))
	if err != nil {
		return nil, err
	}
	return &ecr.UpdateImageStorageClassOutput{
		RegistryId:     new(img.Repo.Account),
		RepositoryName: new(img.Repo.Name),
		ImageId:        new(imageID(registry.Ref{Digest: img.Digest, Tag: ref.Tag})),
		ImageStatus:    new(imageStatus(img)),
	}, nil
}

// imageStatus is where an image is, as the API says it.
func imageStatus(img *registry.Image) string {
	if img.Archived {
		return ecr.ImageStatusArchived
	}
	return ecr.ImageStatusActive
}

// storage reads a filter of image or artifact statuses, whose values are the
// same. ACTIVATING has to be looked at before: no image ever is.
func storage(status *string) registry.Storage {
	switch value(status) {
	case ecr.ImageStatusFilterArchived:
		return registry.StorageArchived
	case ecr.ImageStatusFilterAny:
		return registry.StorageAny
	}
	return registry.StorageActive
}
