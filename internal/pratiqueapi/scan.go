package pratiqueapi

import (
	"context"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/scan"
)

func (s *service) importImageScanFindings(ctx context.Context, c *awsapi.Call, in *pratique.ImportImageScanFindingsInput) (*pratique.ImportImageScanFindingsOutput, error) {
	var format string
	if in.Format != nil {
		format = *in.Format
	}
	report, err := scan.Parse(format, []byte(*in.Report))
	if err != nil {
		return nil, awsapi.InvalidParameter("report", err.Error())
	}
	var ref registry.Ref
	if in.ImageId.ImageTag != nil {
		ref.Tag = *in.ImageId.ImageTag
	}
	if in.ImageId.ImageDigest != nil {
		ref.Digest = digest.Digest(*in.ImageId.ImageDigest)
	}
	if ref == (registry.Ref{}) {
		return nil, awsapi.InvalidParameter("imageId", "Both tag and digest cannot be null")
	}
	kept, err := s.registry.ImportScan(ctx, repo(c, in), ref, report)
	if err != nil {
		return nil, registryError(err)
	}
	out := &pratique.ImportImageScanFindingsOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName,
		ImageId:         &pratique.ImageIdentifier{ImageDigest: new(kept.Image.Digest.String()), ImageTag: in.ImageId.ImageTag},
		ImageScanStatus: &pratique.ImageScanStatus{Status: new(string(kept.Status)), Description: text(kept.Description)},

		FindingSeverityCounts: map[string]int32{},
	}
	for severity, n := range kept.Counts {
		out.FindingSeverityCounts[string(severity)] = int32(n) //nolint:gosec // at most registry.MaxFindings
	}
	return out, nil
}
