package ecrpublicapi

import (
	"context"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// batchCheckLayerAvailability answers layers that are not there as
// UNAVAILABLE, not as failures, as the private API does.
func (s *service) batchCheckLayerAvailability(ctx context.Context, c *awsapi.Call, in *ecrpublic.BatchCheckLayerAvailabilityInput) (*ecrpublic.BatchCheckLayerAvailabilityOutput, error) {
	out := &ecrpublic.BatchCheckLayerAvailabilityOutput{Layers: []ecrpublic.Layer{}, Failures: []ecrpublic.LayerFailure{}}
	var ds []digest.Digest
	for _, text := range in.LayerDigests {
		d, err := ocispec.ParseDigest(text)
		if err != nil {
			out.Failures = append(out.Failures, ecrpublic.LayerFailure(ecrapi.LayerFailure(text)))
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
		layer := ecrpublic.Layer{LayerDigest: new(d.String()), LayerAvailability: new(ecrpublic.LayerAvailabilityUnavailable)}
		if l := have[d]; l != nil {
			layer.LayerAvailability = new(ecrpublic.LayerAvailabilityAvailable)
			layer.LayerSize = new(l.Size)
			layer.MediaType = optional(l.MediaType)
		}
		out.Layers = append(out.Layers, layer)
	}
	return out, nil
}

func (s *service) initiateLayerUpload(ctx context.Context, c *awsapi.Call, in *ecrpublic.InitiateLayerUploadInput) (*ecrpublic.InitiateLayerUploadOutput, error) {
	id, err := s.Registry.StartUpload(ctx, repo(c, in))
	if err != nil {
		return nil, err
	}
	return &ecrpublic.InitiateLayerUploadOutput{UploadId: &id, PartSize: new(int64(registry.PartSize))}, nil
}

func (s *service) uploadLayerPart(ctx context.Context, c *awsapi.Call, in *ecrpublic.UploadLayerPartInput) (*ecrpublic.UploadLayerPartOutput, error) {
	r := repo(c, in)
	last, err := s.Registry.UploadPart(ctx, r, value(in.UploadId), value(in.PartFirstByte), value(in.PartLastByte), in.LayerPartBlob)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.UploadLayerPartOutput{
		RegistryId:       &r.Account,
		RepositoryName:   &r.Name,
		UploadId:         in.UploadId,
		LastByteReceived: &last,
	}, nil
}

func (s *service) completeLayerUpload(ctx context.Context, c *awsapi.Call, in *ecrpublic.CompleteLayerUploadInput) (*ecrpublic.CompleteLayerUploadOutput, error) {
	d, err := ecrapi.LayerDigest(in.LayerDigests)
	if err != nil {
		return nil, err
	}
	r := repo(c, in)
	layer, err := s.Registry.CompleteParts(ctx, r, value(in.UploadId), d)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.CompleteLayerUploadOutput{
		RegistryId:     &r.Account,
		RepositoryName: &r.Name,
		UploadId:       in.UploadId,
		LayerDigest:    new(layer.Digest.String()),
	}, nil
}
