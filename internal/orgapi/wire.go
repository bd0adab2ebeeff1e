package orgapi

import (
	"context"
	"encoding/base64"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
)

// value returns what a member holds, or "" when it is absent.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// each returns f of every item; the result is never nil, so that it is an empty list on the wire and not an absent one.
func each[T, U any](items []T, f func(T) U) []U {
	out := make([]U, len(items))
	for i, it := range items {
		out[i] = f(it)
	}
	return out
}

// maxResults is how many items a page holds unless the request asks for fewer.
const maxResults = 20

// page decodes what a list request says about its page.
func page(token *string, results *int32) (org.Page, error) {
	p := org.Page{Limit: maxResults}
	if results != nil {
		p.Limit = int(*results)
	}
	if token != nil {
		after, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return p, invalid("INVALID_NEXT_TOKEN", "You provided an invalid pagination token.")
		}
		p.After = string(after)
	}
	return p, nil
}

// more encodes a cursor as NextToken.
func more(next string) *string {
	if next == "" {
		return nil
	}
	return new(base64.RawURLEncoding.EncodeToString([]byte(next)))
}

func fromTags(ts []api.Tag) []org.Tag {
	return each(ts, func(t api.Tag) org.Tag { return org.Tag{Key: value(t.Key), Value: value(t.Value)} })
}

// mayTag checks that the caller may also set the tags that an operation creates something with.
func mayTag(ctx context.Context, c *awsapi.Call, ts []api.Tag) error {
	if len(ts) == 0 {
		return nil
	}
	r := awsapi.Resource{ARN: "*", Account: c.Account, Context: map[string][]string{}}
	tagKeys(r.Context, ts)
	return c.Authorize(ctx, "organizations:TagResource", r)
}
