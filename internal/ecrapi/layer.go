package ecrapi

import (
	"context"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// batchCheckLayerAvailability answers layers that are not there as
// UNAVAILABLE, not as failures: Amazon's own resolver for containerd pushes
// only what is reported so.
func (s *service) batchCheckLayerAvailability(ctx context.Context, c *awsapi.Call, in *ecr.BatchCheckLayerAvailabilityInput) (*ecr.BatchCheckLayerAvailabilityOutput, error) {
	out := &ecr.BatchCheckLayerAvailabilityOutput{Layers: []ecr.Layer{}, Failures: []ecr.LayerFailure{}}
	var ds []digest.Digest
	for _, text := range in.LayerDigests {
		d, err := ocispec.ParseDigest(text)
		if err != nil {
			out.Failures = append(out.Failures, LayerFailure(text))
			continue
		}
		if !slices.Contains(ds, d) {
			ds = append(ds, d)
		}
	}
	have, err := s.Registry.Layers(ctx, repo(c, in), ds)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		layer := ecr.Layer{LayerDigest: new(d.String()), LayerAvailability: new(ecr.LayerAvailabilityUnavailable)}
		if l := have[d]; l != nil {
			layer.LayerAvailability = new(ecr.LayerAvailabilityAvailable)
			if l.Archived {
				layer.LayerAvailability = new(ecr.LayerAvailabilityArchived)
			}
			layer.LayerSize = new(l.Size)
			layer.MediaType = optional(l.MediaType)
		}
		out.Layers = append(out.Layers, layer)
	}
	return out, nil
}

// LayerFailure is the failure of a digest that is none.
func LayerFailure(text string) ecr.LayerFailure {
	f := ecr.LayerFailure{
		LayerDigest:   &text,
		FailureCode:   new(ecr.LayerFailureCodeInvalidLayerDigest),
		FailureReason: new("Invalid request parameters: layer digest should satisfy the regex '" + digestPattern + "'"),
	}
	if text == "" {
		f.FailureCode = new(ecr.LayerFailureCodeMissingLayerDigest)
		f.FailureReason = new("Invalid request parameters: layer digest cannot be empty")
	}
	return f
}

func (s *service) getDownloadURLForLayer(ctx context.Context, c *awsapi.Call, in *ecr.GetDownloadUrlForLayerInput) (*ecr.GetDownloadUrlForLayerOutput, error) {
	r := repo(c, in)
	layer, err := s.Registry.Layer(ctx, r, digest.Digest(value(in.LayerDigest)))
	if err != nil {
		return nil, err
	}
	if !layer.InUse {
		return nil, awsapi.Errorf(ecr.CodeLayerInaccessible,
			"The layer with digest '%s' is not referenced by any image in the repository with name '%s' in the registry with id '%s'", layer.Digest, r.Name, r.Account)
	}
	return &ecr.GetDownloadUrlForLayerOutput{
		DownloadUrl: new(s.DownloadURL(s.URI(c, r.Account, r.Region), r, layer.Digest)),
		LayerDigest: new(layer.Digest.String()),
	}, nil
}

func (s *service) initiateLayerUpload(ctx context.Context, c *awsapi.Call, in *ecr.InitiateLayerUploadInput) (*ecr.InitiateLayerUploadOutput, error) {
	id, err := s.Registry.StartUpload(ctx, repo(c, in))
	if err != nil {
		return nil, err
	}
	return &ecr.InitiateLayerUploadOutput{UploadId: &id, PartSize: new(int64(registry.PartSize))}, nil
}

func (s *service) uploadLayerPart(ctx context.Context, c *awsapi.Call, in *ecr.UploadLayerPartInput) (*ecr.UploadLayerPartOutput, error) {
	r := repo(c, in)
	last, err := s.Registry.UploadPart(ctx, r, value(in.UploadId), value(in.PartFirstByte), value(in.PartLastByte), in.LayerPartBlob)
	if err != nil {
		return nil, err
	}
	return &ecr.UploadLayerPartOutput{
		RegistryId:       &r.Account,
		RepositoryName:   &r.Name,
		UploadId:         in.UploadId,
		LastByteReceived: &last,
	}, nil
}

func (s *service) completeLayerUpload(ctx context.Context, c *awsapi.Call, in *ecr.CompleteLayerUploadInput) (*ecr.CompleteLayerUploadOutput, error) {
	d, err := LayerDigest(in.LayerDigests)
	if err != nil {
		return nil, err
	}
	r := repo(c, in)
	layer, err := s.Registry.CompleteParts(ctx, r, value(in.UploadId), d)
	if err != nil {
		return nil, err
	}
	return &ecr.CompleteLayerUploadOutput{
		RegistryId:     &r.Account,
		RepositoryName: &r.Name,
		UploadId:       in.UploadId,
		LayerDigest:    new(layer.Digest.String()),
	}, nil
}

// LayerDigest reads the digest that CompleteLayerUpload is to check.
func LayerDigest(digests []string) (digest.Digest, error) {
	if len(digests) != 1 {
		return "", awsapi.InvalidParameter("layerDigests", "Member must have exactly one digest")
	}
	d, err := ocispec.ParseDigest(digests[0])
	if err != nil {
		return "", patternError("layerDigests", digestPattern)
	}
	return d, nil
}
