package pratiqueapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

// BuildPath is what the paths of the build service begin with.
const BuildPath = "/imagespec/"

// BuildConfig is what the operations of the build service need.
type BuildConfig struct {
	Engine   *build.Engine
	Contexts *BuildContexts
	// Delegate makes what lets the server act for a caller later. See (*authn.Authenticator).Delegate.
	Delegate func(*authn.Identity) (authn.Delegation, error)
	// Domains are those that this server's registries are named under.
	Domains []string
}

// Builds are those of the caller's account, in the region that is addressed. No operation takes another account: who works
// for several has a role in each.

// onBuild is for operations on the one build that their input names.
func onBuild[In interface{ GetBuildId() string }](c *awsapi.Call, in In) []awsapi.Resource {
	return []awsapi.Resource{{ARN: arn.Build(c.Account, c.Region, in.GetBuildId()), Account: c.Account}}
}

// pushActions are what a caller has to be allowed on the repository that a build is for. What happens with its rights later
// comes from the worker's address; this comes from its own.
var pushActions = []string{"ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"}

func (s *service) startBuild(ctx context.Context, c *awsapi.Call, in *pratique.StartBuildInput) (*pratique.StartBuildOutput, error) {
	image, err := s.buildImage(c, *in.Image)
	if err != nil {
		return nil, err
	}
	if err := c.Authorize(ctx, "ecr:GetAuthorizationToken", awsapi.Resource{ARN: "*", Account: c.Account}); err != nil {
		return nil, err
	}
	repository := awsapi.Resource{ARN: arn.Repository(image.Account, image.Region, image.Repository), Account: image.Account}
	for _, action := range pushActions {
		if err := c.Authorize(ctx, action, repository); err != nil {
			return nil, err
		}
	}
	delegation, err := s.builds.Delegate(c.Identity)
	if err != nil {
		return nil, err
	}
	principal, _, _ := strings.Cut(c.Identity.Subject.Principal.ID, ":") // without the name of the session
	r := build.Request{
		Account: c.Account, Region: c.Region, Principal: principal, Caller: c.Identity.ARN(), Same: delegation.Same, Delegation: delegation.Sealed,
		Image: *in.Image, Spec: *in.Spec, Options: value(in.Options), ContextDigest: value(in.ContextDigest), ContextSize: value(in.ContextSize),
	}
	b, joined, err := s.builds.Engine.Start(ctx, r)
	if err != nil {
		return nil, buildError(c, err)
	}
	out := &pratique.StartBuildOutput{Build: buildOut(b), Joined: &joined}
	if b.State == build.Uploading {
		out.UploadPath = new(s.builds.Contexts.uploadPath(b))
	}
	return out, nil
}

// buildImage reads the reference of an image to build.
func (s *service) buildImage(c *awsapi.Call, ref string) (endpoint.Image, error) {
	image, ok := endpoint.ParseImage(ref)
	if !ok || !slices.Contains(s.builds.Domains, image.Domain) || image.Digest != "" {
		return image, awsapi.InvalidParameter("image", fmt.Sprintf("Want an image in a registry of this server, <account>.dkr.ecr.%s.%s/<name>[:<tag>]", c.Region, s.builds.Domains[0]))
	}
	if image.Region != c.Region {
		return image, awsapi.InvalidParameter("image", fmt.Sprintf("The registry is in %s, and the request is for %s", image.Region, c.Region))
	}
	return image, nil
}

func (s *service) listBuilds(ctx context.Context, c *awsapi.Call, in *pratique.ListBuildsInput) (*pratique.ListBuildsOutput, error) {
	limit := 100
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	page, next, err := s.builds.Engine.List(ctx, c.Account, c.Region, build.State(value(in.State)), value(in.NextToken), limit)
	if err != nil {
		return nil, buildError(c, err)
	}
	out := &pratique.ListBuildsOutput{Builds: []pratique.Build{}, NextToken: text(next)}
	for _, b := range page {
		out.Builds = append(out.Builds, *buildOut(b))
	}
	return out, nil
}

func (s *service) describeBuild(ctx context.Context, c *awsapi.Call, in *pratique.DescribeBuildInput) (*pratique.DescribeBuildOutput, error) {
	b, err := s.builds.Engine.Describe(ctx, c.Account, c.Region, *in.BuildId)
	if err != nil {
		return nil, buildError(c, err)
	}
	return &pratique.DescribeBuildOutput{Build: buildOut(b)}, nil
}

func (s *service) cancelBuild(ctx context.Context, c *awsapi.Call, in *pratique.CancelBuildInput) (*pratique.CancelBuildOutput, error) {
	b, err := s.builds.Engine.Cancel(ctx, c.Account, c.Region, *in.BuildId, c.Identity.ARN())
	if err != nil {
		return nil, buildError(c, err)
	}
	return &pratique.CancelBuildOutput{Build: buildOut(b)}, nil
}

// poll takes another place for a request that waits for something to happen, so that it takes nobody's.
func poll(ctx context.Context, wait *int32) error {
	if seconds(wait) == 0 {
		return nil
	}
	return admit.FromContext(ctx).Enter(admit.Poll)
}

func (s *service) getBuildLogs(ctx context.Context, c *awsapi.Call, in *pratique.GetBuildLogsInput) (*pratique.GetBuildLogsOutput, error) {
	limit := 1000
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	after := value(in.After)
	if err := poll(ctx, in.WaitSeconds); err != nil {
		return nil, err
	}
	l, err := s.builds.Engine.Logs(ctx, c.Account, c.Region, *in.BuildId, after, limit, seconds(in.WaitSeconds))
	if err != nil {
		return nil, buildError(c, err)
	}
	out := &pratique.GetBuildLogsOutput{Events: []pratique.BuildLogEvent{}, Complete: &l.Complete, Build: buildOut(&l.Build)}
	for _, line := range l.Lines {
		out.Events = append(out.Events, pratique.BuildLogEvent{Sequence: &line.Seq, Timestamp: shape.At(line.At), Message: &line.Message})
		after = line.Seq
	}
	out.After = &after
	return out, nil
}

// value is what p points to, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func seconds(n *int32) time.Duration { return time.Duration(value(n)) * time.Second }

func buildOut(b *build.Build) *pratique.Build {
	out := &pratique.Build{
		BuildId: &b.ID, Image: &b.Image, State: new(string(b.State)), StateReason: text(b.Reason), Caller: &b.Caller, CreatedAt: shape.At(b.CreatedAt),
		StartedAt: at(b.StartedAt), FinishedAt: at(b.FinishedAt), Deadline: at(b.Deadline), ImageDigest: text(b.ImageDigest),
		Attempts: new(int32(b.Attempts)), Worker: text(b.Worker), ContextDigest: text(b.ContextDigest), //nolint:gosec // a few
	}
	if b.ContextDigest != "" {
		out.ContextSize = &b.ContextSize
	}
	return out
}

// buildError returns what is answered for an error of the engine.
func buildError(c *awsapi.Call, err error) error {
	var e *build.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case build.ErrNotFound:
		return awsapi.Errorf(pratique.CodeBuildNotFound, "The build '%s' does not exist in %s of account %s", e.ID, c.Region, c.Account)
	case build.ErrTooMany:
		return awsapi.Errorf(pratique.CodeTooManyBuilds, "The build cannot be queued: %s", e.Detail)
	case build.ErrLease:
		return awsapi.Errorf(pratique.CodeLeaseLost, "The build '%s' is not this worker's any more: %s", e.ID, e.Detail)
	case build.ErrInvalid, build.ErrContext:
		return awsapi.Errorf(pratique.CodeInvalidParameter, "The build is not valid: %s", e.Detail)
	case build.ErrInvalidToken:
		return awsapi.InvalidParameter("nextToken", "Invalid pagination token")
	}
	return fmt.Errorf("no answer for: %w", err)
}
