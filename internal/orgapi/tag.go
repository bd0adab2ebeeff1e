package orgapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
)

func (s *service) tagResource(ctx context.Context, c *awsapi.Call, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	return nil, s.org.TagResource(ctx, c.Account, in.GetResourceId(), fromTags(in.Tags))
}

func (s *service) untagResource(ctx context.Context, c *awsapi.Call, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	return nil, s.org.UntagResource(ctx, c.Account, in.GetResourceId(), in.TagKeys)
}

// listTags answers with all tags at once: there are at most 50.
func (s *service) listTags(ctx context.Context, c *awsapi.Call, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	ts, err := s.org.Tags(ctx, c.Account, in.GetResourceId())
	if err != nil {
		return nil, err
	}
	return &api.ListTagsForResourceOutput{
		Tags: each(ts, func(t org.Tag) api.Tag { return api.Tag{Key: &t.Key, Value: &t.Value} }),
	}, nil
}
