// Package ecrpublicapi implements the operations of the Amazon ECR Public API
// on the registry engine.
//
// A public repository is a repository like any other, in a registry that has
// no region. What the two APIs have in common, such as the sentences of errors,
// is in package ecrapi. Who may call what is checked by the dispatcher of
// package awsapi from the list that [Operations] returns; that everybody may
// pull is up to the registry endpoint.
package ecrpublicapi

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// Region is the one region that has the API.
// https://docs.aws.amazon.com/AmazonECR/latest/public/public-registries.html
const Region = "us-east-1"

// Config is what the operations need. All fields are required.
type Config struct {
	Registry *registry.Registry

	// IAM knows the principals that policies name.
	IAM *iam.IAM

	// URL returns scheme and host, with its port if any, under which the
	// caller reaches the public registries.
	URL func(c *awsapi.Call) *url.URL

	// LogoPath returns the path of a repository's logo at URL.
	LogoPath func(alias, repository string) string

	// Token returns a password for the public registries that stands for the
	// identity, without a colon, and when it expires.
	// See (*authn.Authenticator).PublicToken.
	Token func(id *authn.Identity) (password string, expires time.Time, err error)

	// Environment returns the condition keys that a request fills by itself,
	// the same as the dispatcher's.
	Environment func(*http.Request) policy.Context
}

// service is the receiver of the operations.
type service struct{ Config }

// Operations returns a row for every operation of the model.
func Operations(cfg Config) []awsapi.Operation {
	s := &service{cfg}
	return awsapi.Complete(ecrpublic.Service,
		op(s, ecrpublic.CreateRepository, onNewRepository, s.createRepository),
		op(s, ecrpublic.DescribeRepositories, onRepositories, s.describeRepositories),
		op(s, ecrpublic.DeleteRepository, onRepository, s.deleteRepository),
		op(s, ecrpublic.PutRepositoryCatalogData, onRepository, s.putRepositoryCatalogData),
		op(s, ecrpublic.GetRepositoryCatalogData, onRepository, s.getRepositoryCatalogData),

		op(s, ecrpublic.DescribeRegistries, onRegistry, s.describeRegistries),
		op(s, ecrpublic.PutRegistryCatalogData, onRegistry, s.putRegistryCatalogData),
		op(s, ecrpublic.GetRegistryCatalogData, onRegistry, s.getRegistryCatalogData),
		op(s, ecrpublic.GetAuthorizationToken, onNothing, s.getAuthorizationToken),

		op(s, ecrpublic.SetRepositoryPolicy, onRepository, s.setRepositoryPolicy),
		op(s, ecrpublic.GetRepositoryPolicy, onRepository, s.getRepositoryPolicy),
		op(s, ecrpublic.DeleteRepositoryPolicy, onRepository, s.deleteRepositoryPolicy),

		op(s, ecrpublic.TagResource, onTagged, s.tagResource),
		op(s, ecrpublic.UntagResource, onUntagged, s.untagResource),
		op(s, ecrpublic.ListTagsForResource, onTags, s.listTagsForResource),

		op(s, ecrpublic.PutImage, onRepository, s.putImage),
		op(s, ecrpublic.BatchDeleteImage, onRepository, s.batchDeleteImage),
		op(s, ecrpublic.DescribeImages, onRepository, s.describeImages),
		op(s, ecrpublic.DescribeImageTags, onRepository, s.describeImageTags),

		op(s, ecrpublic.BatchCheckLayerAvailability, onRepository, s.batchCheckLayerAvailability),
		op(s, ecrpublic.InitiateLayerUpload, onRepository, s.initiateLayerUpload),
		op(s, ecrpublic.UploadLayerPart, onRepository, s.uploadLayerPart),
		op(s, ecrpublic.CompleteLayerUpload, onRepository, s.completeLayerUpload),
	)
}

// op is awsapi.Op for the one region that has the API, with the alias that a
// registry may be addressed by resolved and the engine's errors turned into
// those of the API.
func op[In, Out any](s *service, sh shape.Shape[In, Out], on func(*awsapi.Call, *In) []awsapi.Resource,
	do func(context.Context, *awsapi.Call, *In) (*Out, error),
) awsapi.Operation {
	return awsapi.Op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		if s.address(c.Request.Context(), c) != nil {
			// It is refused below. Until then it stands for nothing in particular.
			return onNothing(c, in)
		}
		return on(c, in)
	}, func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		if c.Region != Region {
			return nil, awsapi.Errorf(ecrpublic.CodeUnsupportedCommand, "%s command is only supported in %s.", sh.Name, Region)
		}
		if err := s.address(ctx, c); err != nil {
			return nil, err
		}
		out, err := do(ctx, c, in)
		if err != nil {
			return nil, ecrapi.WireError(err)
		}
		return out, nil
	})
}

// address makes the account addressed out of an alias, which the operations on
// layers take in place of it.
func (s *service) address(ctx context.Context, c *awsapi.Call) error {
	if arn.IsAccountID(c.Account) {
		return nil
	}
	account, err := s.Registry.PublicAccount(ctx, c.Account)
	switch {
	case err != nil:
		return err
	case account == "":
		return awsapi.Errorf(ecrpublic.CodeRegistryNotFound, "The registry with id '%s' does not exist", c.Account)
	}
	c.Account, c.Event.Account = account, account
	return nil
}

// repositoryNamer is an input that names one repository.
type repositoryNamer interface{ GetRepositoryName() string }

// repo returns the repository that in names in the registry addressed.
func repo(c *awsapi.Call, in repositoryNamer) registry.Repo {
	return registry.Repo{Account: c.Account, Region: registry.Public, Name: in.GetRepositoryName()}
}

func resource(r registry.Repo) awsapi.Resource {
	return awsapi.Resource{ARN: r.ARN(), Account: r.Account}
}

// onRepository is for operations on the one repository that their input names.
func onRepository[In repositoryNamer](c *awsapi.Call, in In) []awsapi.Resource {
	return []awsapi.Resource{resource(repo(c, in))}
}

// onRegistry is for operations on the caller's own registry.
func onRegistry[In any](c *awsapi.Call, _ *In) []awsapi.Resource {
	return []awsapi.Resource{{ARN: arn.PublicRegistry(c.Account), Account: c.Account}}
}

// onNothing is for operations that AWS scopes to no resource and checks in the
// caller's own account alone.
func onNothing[In any](c *awsapi.Call, _ *In) []awsapi.Resource {
	return []awsapi.Resource{{ARN: "*", Account: c.Identity.Account()}}
}
