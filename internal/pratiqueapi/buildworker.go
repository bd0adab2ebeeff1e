package pratiqueapi

import (
	"context"
	"slices"
	"time"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/seal"
)

// What workers call. Whoever may lease builds gets the rights that their callers have in registries, one build at a time.

func (s *service) leaseBuild(ctx context.Context, c *awsapi.Call, in *pratique.LeaseBuildInput) (*pratique.LeaseBuildOutput, error) {
	w := build.Worker{Account: c.Account, Region: c.Region, Name: *in.Worker, Execution: value(in.Execution)}
	if err := poll(ctx, in.WaitSeconds); err != nil {
		return nil, err
	}
	l, err := s.builds.Engine.Lease(ctx, w, seconds(in.WaitSeconds))
	if err != nil {
		return nil, buildError(c, err)
	}
	if l == nil {
		return &pratique.LeaseBuildOutput{}, nil
	}
	b := &l.Build
	out := &pratique.BuildLease{
		BuildId: &b.ID, LeaseId: new(l.ID.Reveal()), ExpiresAt: shape.At(l.Expires), HeartbeatSeconds: new(int32(build.Heartbeat / time.Second)),
		Deadline: shape.At(b.Deadline), Attempt: new(int32(b.Attempts)), Caller: &b.Caller, Image: &b.Image, Spec: &l.Spec, Options: text(l.Options), //nolint:gosec // a few
		Username: new("AWS"), Password: new(l.Token.Reveal()), Domains: s.tokenDomains(b.Image),
	}
	if b.ContextDigest != "" {
		out.ContextPath, out.ContextDigest, out.ContextSize = new(s.builds.Contexts.downloadPath(b)), &b.ContextDigest, &b.ContextSize
	}
	return &pratique.LeaseBuildOutput{Lease: out}, nil
}

// tokenDomains returns the domains of the registries that a worker may show the token of a build to. Names that are AWS's
// mean this server only where the caller says so.
func (s *service) tokenDomains(ref string) []string {
	image, _ := endpoint.ParseImage(ref)
	return slices.DeleteFunc(slices.Clone(s.builds.Domains), func(d string) bool { return endpoint.OfAWS(d) && d != image.Domain })
}

func (s *service) heartbeatBuild(ctx context.Context, c *awsapi.Call, in *pratique.HeartbeatBuildInput) (*pratique.HeartbeatBuildOutput, error) {
	expires, err := s.builds.Engine.Heartbeat(ctx, c.Account, c.Region, *in.BuildId, seal.Secret(*in.LeaseId))
	if err != nil {
		return nil, buildError(c, err)
	}
	return &pratique.HeartbeatBuildOutput{ExpiresAt: shape.At(expires)}, nil
}

func (s *service) putBuildLogs(ctx context.Context, c *awsapi.Call, in *pratique.PutBuildLogsInput) (*pratique.PutBuildLogsOutput, error) {
	err := s.builds.Engine.Append(ctx, c.Account, c.Region, *in.BuildId, seal.Secret(*in.LeaseId), *in.Sequence, in.Messages)
	if err != nil {
		return nil, buildError(c, err)
	}
	return &pratique.PutBuildLogsOutput{}, nil
}

func (s *service) finishBuild(ctx context.Context, c *awsapi.Call, in *pratique.FinishBuildInput) (*pratique.FinishBuildOutput, error) {
	b, err := s.builds.Engine.Finish(ctx, c.Account, c.Region, *in.BuildId, seal.Secret(*in.LeaseId), build.Finish{
		Outcome: build.State(*in.Outcome), ImageDigest: value(in.ImageDigest), Reason: value(in.Reason),
	})
	if err != nil {
		return nil, buildError(c, err)
	}
	return &pratique.FinishBuildOutput{Build: buildOut(b)}, nil
}
