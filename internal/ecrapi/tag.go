package ecrapi

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// Limits of resource tags, in characters.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
const (
	maxTagKey   = 128
	maxTagValue = 256
)

// taggable returns the repository that a resource ARN names. Account and
// region are those of the ARN.
func taggable(resourceARN *string) (registry.Repo, error) {
	a, err := arn.Parse(value(resourceARN))
	if err != nil || a.Partition != arn.Partition || a.Service != "ecr" || a.Type() != "repository" ||
		!arn.IsAccountID(a.Account) || !endpoint.IsRegion(a.Region) || !ocispec.ValidRepositoryName(a.Path()) {
		return registry.Repo{}, awsapi.InvalidParameter("resourceArn", "Invalid ARN")
	}
	return registry.Repo{Account: a.Account, Region: a.Region, Name: a.Path()}, nil
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

func onTagged(c *awsapi.Call, in *ecr.TagResourceInput) []awsapi.Resource {
	return onARN(c, in.ResourceArn, TagContext(in.Tags))
}

func onUntagged(c *awsapi.Call, in *ecr.UntagResourceInput) []awsapi.Resource {
	keys := policy.Context{}
	if len(in.TagKeys) > 0 {
		keys.Set("aws:TagKeys", in.TagKeys...)
	}
	return onARN(c, in.ResourceArn, keys)
}

func onTags(c *awsapi.Call, in *ecr.ListTagsForResourceInput) []awsapi.Resource {
	return onARN(c, in.ResourceArn, nil)
}

// TagContext returns the condition keys of tags in a request.
func TagContext(tags []ecr.Tag) policy.Context {
	keys := policy.Context{}
	var names []string
	for _, t := range tags {
		keys.Set("aws:RequestTag/"+value(t.Key), value(t.Value))
		names = append(names, value(t.Key))
	}
	if len(names) > 0 {
		keys.Set("aws:TagKeys", names...)
	}
	return keys
}

// ResourceTags reads the tags of a request.
func ResourceTags(tags []ecr.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		key, val := value(t.Key), value(t.Value)
		_, twice := out[key]
		switch {
		case key == "" || utf8.RuneCountInString(key) > maxTagKey:
			return nil, awsapi.Errorf(ecr.CodeInvalidTagParameter, "A tag key must have 1 to %d characters", maxTagKey)
		case utf8.RuneCountInString(val) > maxTagValue:
			return nil, awsapi.Errorf(ecr.CodeInvalidTagParameter, "The value of the tag with key '%s' has more than %d characters", key, maxTagValue)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, awsapi.Errorf(ecr.CodeInvalidTagParameter, "The tag key '%s' begins with 'aws:', which is reserved", key)
		case twice:
			return nil, awsapi.Errorf(ecr.CodeInvalidTagParameter, "The tag key '%s' is given more than once", key)
		}
		out[key] = val
	}
	return out, nil
}

func (s *service) tagResource(ctx context.Context, _ *awsapi.Call, in *ecr.TagResourceInput) (*ecr.TagResourceOutput, error) {
	r, err := taggable(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := ResourceTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return nil, s.Registry.SetResourceTags(ctx, r, tags)
}

func (s *service) untagResource(ctx context.Context, _ *awsapi.Call, in *ecr.UntagResourceInput) (*ecr.UntagResourceOutput, error) {
	r, err := taggable(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return nil, s.Registry.RemoveResourceTags(ctx, r, in.TagKeys)
}

func (s *service) listTagsForResource(ctx context.Context, _ *awsapi.Call, in *ecr.ListTagsForResourceInput) (*ecr.ListTagsForResourceOutput, error) {
	r, err := taggable(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.Registry.ResourceTags(ctx, r)
	if err != nil {
		return nil, err
	}
	out := &ecr.ListTagsForResourceOutput{Tags: []ecr.Tag{}}
	for k, v := range tags {
		out.Tags = append(out.Tags, ecr.Tag{Key: new(k), Value: new(v)})
	}
	slices.SortFunc(out.Tags, func(a, b ecr.Tag) int { return cmp.Compare(*a.Key, *b.Key) })
	return out, nil
}
