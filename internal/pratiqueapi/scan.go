package pratiqueapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/scan"
)

func scannedRepository(c *awsapi.Call, in *pratique.ImportImageScanFindingsInput) registry.Repo {
	return registry.Repo{Account: c.Account, Region: c.Region, Name: *in.RepositoryName}
}

func onScannedRepository(c *awsapi.Call, in *pratique.ImportImageScanFindingsInput) []awsapi.Resource {
	return []awsapi.Resource{{ARN: scannedRepository(c, in).ARN(), Account: c.Account}}
}

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
	kept, err := s.registry.ImportScan(ctx, scannedRepository(c, in), ref, report)
	if err != nil {
		return nil, scanError(err)
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

// scanError is the error of an import. Codes and sentences are those of the ECR API, where it has any.
func scanError(err error) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	in := fmt.Sprintf("the repository with name '%s' in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	switch e.Kind {
	case registry.ErrRepositoryNotFound:
		return awsapi.Errorf(pratique.CodeRepositoryNotFound, "The repository with name '%s' does not exist in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrImageNotFound, registry.ErrTagDigestMismatch:
		return awsapi.Errorf(pratique.CodeImageNotFound, "The image '%s' does not exist within %s", e.Ref, in)
	case registry.ErrImageArchived:
		return awsapi.Errorf(pratique.CodeImageArchived, "The image '%s' is archived within %s", e.Ref, in)
	case registry.ErrNotScannable:
		return awsapi.Errorf(pratique.CodeUnsupportedImageType, "The image '%s' within %s is of a type that cannot be scanned: name an image for one platform", e.Ref, in)
	case registry.ErrScanReport:
		return awsapi.InvalidParameter("report", e.Err.Error())
	}
	return err
}
