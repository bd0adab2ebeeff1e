package pratiqueapi

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/registry"
)

// page reads the members by which an input asks for a part of a list.
func page(nextToken *string, maxResults *int32) registry.Page {
	p := registry.Page{Limit: 100}
	if nextToken != nil {
		p.Token = *nextToken
	}
	if maxResults != nil {
		p.Limit = int(*maxResults)
	}
	return p
}

// at is a time that is absent when it is zero.
func at(t time.Time) *shape.Time {
	if t.IsZero() {
		return nil
	}
	return shape.At(t)
}

// count is a number of images, or days, of one repository.
func count(n int) *int32 { return new(int32(n)) } //nolint:gosec // far below the limit

func (s *service) getLifecycleSettings(ctx context.Context, c *awsapi.Call, in *pratique.GetLifecycleSettingsInput) (*pratique.GetLifecycleSettingsOutput, error) {
	settings, err := s.registry.LifecycleSettings(ctx, repo(c, in))
	if err != nil {
		return nil, registryError(err)
	}
	return &pratique.GetLifecycleSettingsOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName,
		ProtectPulledWithinDays: count(settings.ProtectPulledDays), UndoDays: count(settings.UndoDays),
	}, nil
}

func (s *service) putLifecycleSettings(ctx context.Context, c *awsapi.Call, in *pratique.PutLifecycleSettingsInput) (*pratique.PutLifecycleSettingsOutput, error) {
	days := func(n *int32) *int {
		if n == nil {
			return nil
		}
		return new(int(*n))
	}
	settings, err := s.registry.SetLifecycleSettings(ctx, repo(c, in), days(in.ProtectPulledWithinDays), days(in.UndoDays))
	if err != nil {
		return nil, registryError(err)
	}
	return &pratique.PutLifecycleSettingsOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName,
		ProtectPulledWithinDays: count(settings.ProtectPulledDays), UndoDays: count(settings.UndoDays),
	}, nil
}

func (s *service) runLifecyclePolicy(ctx context.Context, c *awsapi.Call, in *pratique.RunLifecyclePolicyInput) (*pratique.RunLifecyclePolicyOutput, error) {
	requested, err := s.registry.RequestLifecycleRun(ctx, repo(c, in))
	if err != nil {
		return nil, registryError(err)
	}
	return &pratique.RunLifecyclePolicyOutput{RegistryId: &c.Account, RepositoryName: in.RepositoryName, RequestedAt: shape.At(requested)}, nil
}

func (s *service) describeLifecyclePreview(ctx context.Context, c *awsapi.Call, in *pratique.DescribeLifecyclePreviewInput) (*pratique.DescribeLifecyclePreviewOutput, error) {
	p, err := s.registry.LifecyclePreview(ctx, repo(c, in), registry.PreviewQuery{
		Kept: in.IncludeKept != nil && *in.IncludeKept, Page: page(in.NextToken, in.MaxResults),
	})
	if err != nil {
		return nil, registryError(err)
	}
	out := &pratique.DescribeLifecyclePreviewOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName, LifecyclePolicyText: &p.Text, Status: new(string(p.Status)), StartedAt: shape.At(p.StartedAt),
		ImageCount: count(p.Images), ExpiringImageCount: count(p.Expiring), TransitioningImageCount: count(p.Transitioning),
		Verdicts: []pratique.LifecycleVerdict{}, NextToken: text(p.Next),
	}
	for i := range p.Results {
		out.Verdicts = append(out.Verdicts, verdict(&p.Results[i]))
	}
	return out, nil
}

func verdict(l *registry.LifecycleResult) pratique.LifecycleVerdict {
	v := pratique.LifecycleVerdict{
		ImageDigest: new(l.Digest.String()), ImageTags: l.Tags, ImagePushedAt: shape.At(l.PushedAt()), StorageClass: new(string(registry.StorageStandard)),
		Action: new(pratique.LifecycleActionKeep), Cause: new(string(l.Cause)), Reason: &l.Reason,
	}
	if l.Archived {
		v.StorageClass = new(string(registry.StorageArchive))
	}
	if l.Rule != 0 {
		v.RulePriority = count(l.Rule)
	}
	switch l.Action {
	case lifecycle.Expire:
		v.Action = new(pratique.LifecycleActionExpire)
	case lifecycle.Transition:
		v.Action = new(pratique.LifecycleActionTransition)
	}
	return v
}

func (s *service) listExpiredImages(ctx context.Context, c *awsapi.Call, in *pratique.ListExpiredImagesInput) (*pratique.ListExpiredImagesOutput, error) {
	images, next, err := s.registry.ExpiredImages(ctx, repo(c, in), page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, registryError(err)
	}
	out := &pratique.ListExpiredImagesOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName, ExpiredImages: []pratique.ExpiredImage{}, NextToken: text(next),
	}
	for _, e := range images {
		out.ExpiredImages = append(out.ExpiredImages, pratique.ExpiredImage{
			ImageDigest: new(e.Digest.String()), ImageTags: e.Tags, ImageManifestMediaType: text(e.MediaType), ArtifactMediaType: text(e.ArtifactType),
			SubjectManifestDigest: text(e.Subject.String()), ImageSizeInBytes: &e.Size, ImagePushedAt: shape.At(e.PushedAt), LastRecordedPullTime: at(e.PulledAt),
			ExpiredAt: shape.At(e.ExpiredAt), PurgeAt: shape.At(e.PurgeAt), RulePriority: count(e.Rule), Reason: &e.Reason,
		})
	}
	return out, nil
}

func (s *service) restoreExpiredImages(ctx context.Context, c *awsapi.Call, in *pratique.RestoreExpiredImagesInput) (*pratique.RestoreExpiredImagesOutput, error) {
	var ds []digest.Digest
	for _, d := range in.ImageDigests {
		ds = append(ds, digest.Digest(d))
	}
	results, err := s.registry.RestoreExpired(ctx, repo(c, in), ds)
	if err != nil {
		return nil, registryError(err)
	}
	out := &pratique.RestoreExpiredImagesOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName, RestoredImages: []pratique.RestoredImage{}, Failures: []pratique.RestoreFailure{},
	}
	for _, r := range results {
		if r.Err == nil {
			out.RestoredImages = append(out.RestoredImages, pratique.RestoredImage{ImageDigest: new(r.Digest.String()), ImageTags: r.Tags, TakenTags: r.Taken})
			continue
		}
		failure, err := restoreFailure(r)
		if err != nil {
			return nil, err
		}
		out.Failures = append(out.Failures, failure)
	}
	return out, nil
}

// restoreFailure is why one image was not restored.
func restoreFailure(r registry.Restoration) (pratique.RestoreFailure, error) {
	f := pratique.RestoreFailure{ImageDigest: new(r.Digest.String())}
	var e *registry.Error
	if !errors.As(r.Err, &e) {
		return f, r.Err
	}
	switch e.Kind {
	case registry.ErrImageNotFound:
		f.FailureCode, f.FailureReason = new(pratique.RestoreFailureCodeImageNotFound), new("There is no such expired image, or its time to be restored is over")
	case registry.ErrLayersNotFound:
		f.FailureCode, f.FailureReason = new(pratique.RestoreFailureCodeLayersNotFound), new(fmt.Sprintf("Layers %v of the image were deleted", e.Digests))
	case registry.ErrReferencedImagesNotFound:
		f.FailureCode = new(pratique.RestoreFailureCodeReferencedImagesNotFound)
		f.FailureReason = new(fmt.Sprintf("Images %v that the index names do not exist any more", e.Digests))
	default:
		return f, r.Err
	}
	return f, nil
}
