// Package pratiqueapi serves what AWS has no operation for: the explanation of a denial to the accounts it is about, the
// webhooks that are told what happens in a registry, scans of images that were made elsewhere, what a lifecycle policy
// does and why, to be prevented and undone, and the build service.
package pratiqueapi

import (
	"context"
	"errors"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/decision"
	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/registry"
)

// Config is what the operations need.
type Config struct {
	Decisions *decision.Store
	Events    *event.Webhooks
	Registry  *registry.Registry
	Builds    BuildConfig
}

type service struct {
	decisions *decision.Store
	events    *event.Webhooks
	registry  *registry.Registry
	builds    BuildConfig
}

// Operations returns the rows of the service.
func Operations(c Config) []awsapi.Operation {
	s := &service{decisions: c.Decisions, events: c.Events, registry: c.Registry, builds: c.Builds}
	return awsapi.Complete(pratique.Service,
		awsapi.Op(pratique.CancelBuild, onBuild, s.cancelBuild),
		awsapi.Op(pratique.DeleteEventDestination, awsapi.Any, s.deleteEventDestination),
		awsapi.Op(pratique.DescribeBuild, onBuild, s.describeBuild),
		awsapi.Op(pratique.DescribeDecision, awsapi.Any, s.describeDecision),
		awsapi.Op(pratique.DescribeEventDestinations, awsapi.Any, s.describeEventDestinations),
		awsapi.Op(pratique.DescribeLifecyclePreview, onRepository, s.describeLifecyclePreview),
		awsapi.Op(pratique.FinishBuild, onBuild, s.finishBuild),
		awsapi.Op(pratique.GetBuildLogs, onBuild, s.getBuildLogs),
		awsapi.Op(pratique.GetLifecycleSettings, onRepository, s.getLifecycleSettings),
		awsapi.Op(pratique.HeartbeatBuild, onBuild, s.heartbeatBuild),
		awsapi.Op(pratique.ImportImageScanFindings, onRepository, s.importImageScanFindings),
		awsapi.Op(pratique.LeaseBuild, awsapi.Any, s.leaseBuild),
		awsapi.Op(pratique.ListBuilds, awsapi.Any, s.listBuilds),
		awsapi.Op(pratique.ListExpiredImages, onRepository, s.listExpiredImages),
		awsapi.Op(pratique.PutBuildLogs, onBuild, s.putBuildLogs),
		awsapi.Op(pratique.PutEventDestination, awsapi.Any, s.putEventDestination),
		awsapi.Op(pratique.PutLifecycleSettings, onRepository, s.putLifecycleSettings),
		awsapi.Op(pratique.RestoreExpiredImages, onRepository, s.restoreExpiredImages),
		awsapi.Op(pratique.RunLifecyclePolicy, onRepository, s.runLifecyclePolicy),
		awsapi.Op(pratique.StartBuild, awsapi.Any, s.startBuild),
		awsapi.Op(pratique.TestEventDestination, awsapi.Any, s.testEventDestination),
	)
}

// repositoryNamer is an input that names one repository.
type repositoryNamer interface{ GetRepositoryName() string }

// repo returns the repository that in names in the registry addressed.
func repo(c *awsapi.Call, in repositoryNamer) registry.Repo {
	return registry.Repo{Account: c.Account, Region: c.Region, Name: in.GetRepositoryName()}
}

// onRepository is for operations on the one repository that their input names.
func onRepository[In repositoryNamer](c *awsapi.Call, in In) []awsapi.Resource {
	return []awsapi.Resource{{ARN: repo(c, in).ARN(), Account: c.Account}}
}

// describeDecision answers the same for an id that is unknown and for one that is not the caller's account's to see.
func (s *service) describeDecision(ctx context.Context, c *awsapi.Call, in *pratique.DescribeDecisionInput) (*pratique.DescribeDecisionOutput, error) {
	notFound := awsapi.Errorf(pratique.CodeDecisionNotFound,
		"The decision with the id '%s' does not exist, is kept no longer, or is not about account %s", *in.DecisionId, c.Identity.Account())
	event, err := s.decisions.Find(ctx, *in.DecisionId)
	if errors.Is(err, decision.ErrNotFound) {
		return nil, notFound
	}
	if err != nil {
		return nil, err
	}
	d, err := Describe(&event, c.Identity.Account())
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, notFound
	}
	return &pratique.DescribeDecisionOutput{Decision: d}, nil
}
