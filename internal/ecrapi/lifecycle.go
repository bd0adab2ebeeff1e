package ecrapi

import (
	"context"
	"time"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (s *service) putLifecyclePolicy(ctx context.Context, c *awsapi.Call, in *ecr.PutLifecyclePolicyInput) (*ecr.PutLifecyclePolicyOutput, error) {
	r := repo(c, in)
	text, err := s.Registry.PutLifecyclePolicy(ctx, r, value(in.LifecyclePolicyText))
	if err != nil {
		return nil, err
	}
	return &ecr.PutLifecyclePolicyOutput{RegistryId: &r.Account, RepositoryName: &r.Name, LifecyclePolicyText: &text}, nil
}

func (s *service) getLifecyclePolicy(ctx context.Context, c *awsapi.Call, in *ecr.GetLifecyclePolicyInput) (*ecr.GetLifecyclePolicyOutput, error) {
	r := repo(c, in)
	p, err := s.Registry.LifecyclePolicy(ctx, r)
	if err != nil {
		return nil, err
	}
	return &ecr.GetLifecyclePolicyOutput{
		RegistryId: &r.Account, RepositoryName: &r.Name, LifecyclePolicyText: &p.Text, LastEvaluatedAt: evaluatedAt(p),
	}, nil
}

func (s *service) deleteLifecyclePolicy(ctx context.Context, c *awsapi.Call, in *ecr.DeleteLifecyclePolicyInput) (*ecr.DeleteLifecyclePolicyOutput, error) {
	r := repo(c, in)
	p, err := s.Registry.DeleteLifecyclePolicy(ctx, r)
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteLifecyclePolicyOutput{
		RegistryId: &r.Account, RepositoryName: &r.Name, LifecyclePolicyText: &p.Text, LastEvaluatedAt: evaluatedAt(p),
	}, nil
}

// evaluatedAt is the epoch until a policy was first applied, as ECR has it.
func evaluatedAt(p *registry.LifecyclePolicy) *shape.Time {
	if p.EvaluatedAt.IsZero() {
		return shape.At(time.Unix(0, 0))
	}
	return shape.At(p.EvaluatedAt)
}

func (s *service) startLifecyclePolicyPreview(ctx context.Context, c *awsapi.Call, in *ecr.StartLifecyclePolicyPreviewInput) (*ecr.StartLifecyclePolicyPreviewOutput, error) {
	r := repo(c, in)
	text, err := s.Registry.StartLifecyclePreview(ctx, r, value(in.LifecyclePolicyText))
	if err != nil {
		return nil, err
	}
	return &ecr.StartLifecyclePolicyPreviewOutput{
		RegistryId: &r.Account, RepositoryName: &r.Name, LifecyclePolicyText: &text, Status: new(ecr.LifecyclePolicyPreviewStatusInProgress),
	}, nil
}

func (s *service) getLifecyclePolicyPreview(ctx context.Context, c *awsapi.Call, in *ecr.GetLifecyclePolicyPreviewInput) (*ecr.GetLifecyclePolicyPreviewOutput, error) {
	q := registry.PreviewQuery{Tags: tagStatus(value(in.Filter).TagStatus), Page: Page(in.NextToken, in.MaxResults)}
	if len(in.ImageIds) > 0 {
		if err := NoPaging("imageIds", in.NextToken, in.MaxResults); err != nil {
			return nil, err
		}
	}
	for _, id := range in.ImageIds {
		ref, err := oneImage(id)
		if err != nil {
			return nil, err
		}
		q.Refs = append(q.Refs, ref)
	}
	r := repo(c, in)
	p, err := s.Registry.LifecyclePreview(ctx, r, q)
	if err != nil {
		return nil, err
	}
	out := &ecr.GetLifecyclePolicyPreviewOutput{
		RegistryId: &r.Account, RepositoryName: &r.Name, LifecyclePolicyText: &p.Text, Status: new(string(p.Status)),
		NextToken: optional(p.Next), PreviewResults: []ecr.LifecyclePolicyPreviewResult{},
	}
	if p.Status == registry.PreviewComplete {
		out.Summary = previewSummary(p)
	}
	for i := range p.Results {
		out.PreviewResults = append(out.PreviewResults, previewResult(&p.Results[i]))
	}
	return out, nil
}

func previewSummary(p *registry.LifecyclePreview) *ecr.LifecyclePolicyPreviewSummary {
	s := &ecr.LifecyclePolicyPreviewSummary{ExpiringImageTotalCount: new(int32(p.Expiring))} //nolint:gosec // images of one repository
	if p.Transitioning > 0 {
		s.TransitioningImageTotalCounts = []ecr.TransitioningImageTotalCount{{
			TargetStorageClass: new(ecr.LifecyclePolicyTargetStorageClassArchive), ImageTotalCount: new(int32(p.Transitioning)), //nolint:gosec // as above
		}}
	}
	return s
}

func previewResult(l *registry.LifecycleResult) ecr.LifecyclePolicyPreviewResult {
	out := ecr.LifecyclePolicyPreviewResult{
		ImageTags:           l.Tags,
		ImageDigest:         new(l.Digest.String()),
		ImagePushedAt:       shape.At(l.PushedAt()),
		Action:              &ecr.LifecyclePolicyRuleAction{Type: new(ecr.ImageActionTypeExpire)},
		AppliedRulePriority: new(int32(l.Rule)), //nolint:gosec // parsed as such
		StorageClass:        new(ecr.LifecyclePolicyStorageClassStandard),
	}
	if l.Action == lifecycle.Transition {
		out.Action = &ecr.LifecyclePolicyRuleAction{
			Type: new(ecr.ImageActionTypeTransition), TargetStorageClass: new(ecr.LifecyclePolicyTargetStorageClassArchive),
		}
	}
	if l.Archived {
		out.StorageClass = new(ecr.LifecyclePolicyStorageClassArchive)
	}
	return out
}
