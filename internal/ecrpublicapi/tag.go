package ecrpublicapi

import (
	"cmp"
	"context"
	"slices"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// taggable returns the repository that a resource ARN names. The account is
// that of the ARN.
func taggable(resourceARN *string) (registry.Repo, error) {
	a, err := arn.Parse(value(resourceARN))
	if err != nil || a.Partition != arn.Partition || a.Service != "ecr-public" || a.Type() != "repository" ||
		!arn.IsAccountID(a.Account) || a.Region != "" || !ocispec.ValidRepositoryName(a.Path()) {
		return registry.Repo{}, awsapi.InvalidParameter("resourceArn", "Invalid ARN")
	}
	return registry.Repo{Account: a.Account, Region: registry.Public, Name: a.Path()}, nil
}

// onARN is for operations on the repository that an ARN names. What is not
// such an ARN is refused by the operation; until then it stands for nothing in
// particular.
func onARN(c *awsapi.Call, resourceARN *string, keys policy.Context) []awsapi.Resource {
	r, err := taggable(resourceARN)
	if err != nil {
		return []awsapi.Resource{{ARN: "*", Account: c.Account, Context: keys}}
	}
	return []awsapi.Resource{{ARN: r.ARN(), Account: r.Account, Context: keys}}
}

func onTagged(c *awsapi.Call, in *ecrpublic.TagResourceInput) []awsapi.Resource {
	return onARN(c, in.ResourceArn, ecrapi.TagContext(privateTags(in.Tags)))
}

func onUntagged(c *awsapi.Call, in *ecrpublic.UntagResourceInput) []awsapi.Resource {
	keys := policy.Context{}
	if len(in.TagKeys) > 0 {
		keys.Set("aws:TagKeys", in.TagKeys...)
	}
	return onARN(c, in.ResourceArn, keys)
}

func onTags(c *awsapi.Call, in *ecrpublic.ListTagsForResourceInput) []awsapi.Resource {
	return onARN(c, in.ResourceArn, nil)
}

// privateTags are tags in the words of the other API, whose rules they follow.
func privateTags(tags []ecrpublic.Tag) []ecr.Tag {
	out := make([]ecr.Tag, len(tags))
	for i, t := range tags {
		out[i] = ecr.Tag(t)
	}
	return out
}

func (s *service) tagResource(ctx context.Context, _ *awsapi.Call, in *ecrpublic.TagResourceInput) (*ecrpublic.TagResourceOutput, error) {
	r, err := taggable(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := ecrapi.ResourceTags(privateTags(in.Tags))
	if err != nil {
		return nil, err
	}
	return nil, s.Registry.SetResourceTags(ctx, r, tags)
}

func (s *service) untagResource(ctx context.Context, _ *awsapi.Call, in *ecrpublic.UntagResourceInput) (*ecrpublic.UntagResourceOutput, error) {
	r, err := taggable(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return nil, s.Registry.RemoveResourceTags(ctx, r, in.TagKeys)
}

func (s *service) listTagsForResource(ctx context.Context, _ *awsapi.Call, in *ecrpublic.ListTagsForResourceInput) (*ecrpublic.ListTagsForResourceOutput, error) {
	r, err := taggable(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.Registry.ResourceTags(ctx, r)
	if err != nil {
		return nil, err
	}
	out := &ecrpublic.ListTagsForResourceOutput{Tags: []ecrpublic.Tag{}}
	for k, v := range tags {
		out.Tags = append(out.Tags, ecrpublic.Tag{Key: new(k), Value: new(v)})
	}
	slices.SortFunc(out.Tags, func(a, b ecrpublic.Tag) int { return cmp.Compare(*a.Key, *b.Key) })
	return out, nil
}
