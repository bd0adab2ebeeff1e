// Package ecrapi implements the operations of the Amazon ECR API on the registry engine.
//
// Every operation translates its input, calls one method of the engine, and
// translates what came back; [Operations] is the list of them. Who may call
// what is checked by the dispatcher of package awsapi from the same list.
package ecrapi

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// Config is what the operations need. All fields are required.
type Config struct {
	Registry *registry.Registry

	// IAM knows the principals that policies name.
	IAM *iam.IAM

	// URI returns scheme and host, with its port if any, under which the
	// caller reaches a registry's OCI endpoint: repositoryUri is made of the
	// host, proxyEndpoint of both.
	URI func(c *awsapi.Call, account, region string) *url.URL

	// Token returns a password for the OCI endpoint that stands for the
	// identity, without a colon, and when it expires.
	// See (*authn.Authenticator).RegistryToken.
	Token func(id *authn.Identity) (password string, expires time.Time, err error)

	// Environment returns the condition keys that a request fills by itself,
	// the same as the dispatcher's.
	Environment func(*http.Request) policy.Context

	// DownloadURL returns a URL of the server at base, which is what URI
	// returns, from which anyone may read a layer for a while.
	DownloadURL func(base *url.URL, repo registry.Repo, d digest.Digest) string
}

// service is the receiver of the operations.
type service struct{ Config }

// Operations returns a row for every operation of the model.
func Operations(cfg Config) []awsapi.Operation {
	s := &service{cfg}
	return awsapi.Complete(ecr.Service,
		op(ecr.CreateRepository, onNewRepository, s.createRepository),
		op(ecr.DescribeRepositories, onRepositories, s.describeRepositories),
		op(ecr.DeleteRepository, onRepository, s.deleteRepository),
		op(ecr.PutImageTagMutability, onRepository, s.putImageTagMutability),

		op(ecr.SetRepositoryPolicy, onRepository, s.setRepositoryPolicy),
		op(ecr.GetRepositoryPolicy, onRepository, s.getRepositoryPolicy),
		op(ecr.DeleteRepositoryPolicy, onRepository, s.deleteRepositoryPolicy),

		op(ecr.PutRegistryPolicy, onOwnAccount, s.putRegistryPolicy),
		op(ecr.GetRegistryPolicy, onOwnAccount, s.getRegistryPolicy),
		op(ecr.DeleteRegistryPolicy, onOwnAccount, s.deleteRegistryPolicy),
		op(ecr.DescribeRegistry, onOwnAccount, s.describeRegistry),
		op(ecr.PutAccountSetting, onPutSetting, s.putAccountSetting),
		op(ecr.GetAccountSetting, onGetSetting, s.getAccountSetting),

		op(ecr.PutLifecyclePolicy, onRepository, s.putLifecyclePolicy),
		op(ecr.GetLifecyclePolicy, onRepository, s.getLifecyclePolicy),
		op(ecr.DeleteLifecyclePolicy, onRepository, s.deleteLifecyclePolicy),
		op(ecr.StartLifecyclePolicyPreview, onRepository, s.startLifecyclePolicyPreview),
		op(ecr.GetLifecyclePolicyPreview, onRepository, s.getLifecyclePolicyPreview),

		op(ecr.PutReplicationConfiguration, onOwnAccount, s.putReplicationConfiguration),
		op(ecr.DescribeImageReplicationStatus, onRepository, s.describeImageReplicationStatus),

		op(ecr.CreatePullThroughCacheRule, awsapi.Any, s.createPullThroughCacheRule),
		op(ecr.UpdatePullThroughCacheRule, awsapi.Any, s.updatePullThroughCacheRule),
		op(ecr.DeletePullThroughCacheRule, awsapi.Any, s.deletePullThroughCacheRule),
		op(ecr.DescribePullThroughCacheRules, awsapi.Any, s.describePullThroughCacheRules),
		op(ecr.ValidatePullThroughCacheRule, awsapi.Any, s.validatePullThroughCacheRule),

		op(ecr.CreateRepositoryCreationTemplate, onOwnAccount, s.createRepositoryCreationTemplate),
		op(ecr.UpdateRepositoryCreationTemplate, onOwnAccount, s.updateRepositoryCreationTemplate),
		op(ecr.DeleteRepositoryCreationTemplate, onOwnAccount, s.deleteRepositoryCreationTemplate),
		op(ecr.DescribeRepositoryCreationTemplates, onOwnAccount, s.describeRepositoryCreationTemplates),

		op(ecr.TagResource, onTagged, s.tagResource),
		op(ecr.UntagResource, onUntagged, s.untagResource),
		op(ecr.ListTagsForResource, onTags, s.listTagsForResource),

		op(ecr.PutImage, onRepository, s.putImage),
		op(ecr.BatchGetImage, onRepository, s.batchGetImage),
		op(ecr.BatchDeleteImage, onRepository, s.batchDeleteImage),
		op(ecr.ListImages, onRepository, s.listImages),
		op(ecr.DescribeImages, onRepository, s.describeImages),

		op(ecr.PutImageScanningConfiguration, onRepository, s.putImageScanningConfiguration),
		op(ecr.PutRegistryScanningConfiguration, onOwnAccount, s.putRegistryScanningConfiguration),
		op(ecr.GetRegistryScanningConfiguration, onOwnAccount, s.getRegistryScanningConfiguration),
		op(ecr.BatchGetRepositoryScanningConfiguration, onScanned, s.batchGetRepositoryScanningConfiguration),
		op(ecr.StartImageScan, onRepository, s.startImageScan),
		op(ecr.DescribeImageScanFindings, onRepository, s.describeImageScanFindings),

		op(ecr.BatchCheckLayerAvailability, onRepository, s.batchCheckLayerAvailability),
		op(ecr.GetDownloadUrlForLayer, onRepository, s.getDownloadURLForLayer),
		op(ecr.InitiateLayerUpload, onRepository, s.initiateLayerUpload),
		op(ecr.UploadLayerPart, onRepository, s.uploadLayerPart),
		op(ecr.CompleteLayerUpload, onRepository, s.completeLayerUpload),

		op(ecr.GetAuthorizationToken, onOwnAccount, s.getAuthorizationToken),

		op(ecr.ListImageReferrers, onRepository, s.listImageReferrers, awsapi.WithAction("ecr:BatchGetImage")),
		op(ecr.UpdateImageStorageClass, onRepository, s.updateImageStorageClass),
		op(ecr.DescribeImageSigningStatus, onRepository, s.describeImageSigningStatus),

		op(ecr.PutSigningConfiguration, onOwnAccount, s.putSigningConfiguration),
		op(ecr.GetSigningConfiguration, onOwnAccount, s.getSigningConfiguration),
		op(ecr.DeleteSigningConfiguration, onOwnAccount, s.deleteSigningConfiguration),

		op(ecr.RegisterPullTimeUpdateExclusion, onOwnAccount, s.registerPullTimeUpdateExclusion),
		op(ecr.DeregisterPullTimeUpdateExclusion, onOwnAccount, s.deregisterPullTimeUpdateExclusion),
		op(ecr.ListPullTimeUpdateExclusions, onOwnAccount, s.listPullTimeUpdateExclusions),
	)
}

// op is awsapi.Op with the engine's errors turned into those of the API.
func op[In, Out any](sh shape.Shape[In, Out], on func(*awsapi.Call, *In) []awsapi.Resource,
	do func(context.Context, *awsapi.Call, *In) (*Out, error), opts ...awsapi.Option,
) awsapi.Operation {
	return awsapi.Op(sh, on, func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		out, err := do(ctx, c, in)
		if err != nil {
			return nil, WireError(err)
		}
		return out, nil
	}, opts...)
}

// repositoryNamer is an input that names one repository.
type repositoryNamer interface{ GetRepositoryName() string }

// repo returns the repository that in names in the registry addressed.
func repo(c *awsapi.Call, in repositoryNamer) registry.Repo {
	return registry.Repo{Account: c.Account, Region: c.Region, Name: in.GetRepositoryName()}
}

func resource(r registry.Repo) awsapi.Resource {
	return awsapi.Resource{ARN: r.ARN(), Account: r.Account}
}

// onRepository is for operations on the one repository that their input names.
func onRepository[In repositoryNamer](c *awsapi.Call, in In) []awsapi.Resource {
	return []awsapi.Resource{resource(repo(c, in))}
}

// onRepositories is for DescribeRepositories: each repository named, or all.
func onRepositories(c *awsapi.Call, in *ecr.DescribeRepositoriesInput) []awsapi.Resource {
	names := in.RepositoryNames
	if len(names) == 0 {
		names = []string{"*"}
	}
	var rs []awsapi.Resource
	for _, name := range names {
		rs = append(rs, awsapi.Resource{ARN: arn.Repository(c.Account, c.Region, name), Account: c.Account})
	}
	return rs
}

// onOwnAccount is for operations that AWS scopes to no resource and checks in
// the caller's own account alone.
func onOwnAccount[In any](c *awsapi.Call, _ *In) []awsapi.Resource {
	return []awsapi.Resource{{ARN: "*", Account: c.Identity.Account()}}
}
