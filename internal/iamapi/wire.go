package iamapi

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
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

// document encodes a policy as IAM's answers carry it: percent-encoded as in RFC 3986, blanks as %20.
func document(text string) *string {
	return new(strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
}

// each returns f of every item; the result is never nil, so that it is an empty list on the wire and not an absent one.
func each[T, U any](items []T, f func(T) U) []U {
	out := make([]U, len(items))
	for i, it := range items {
		out[i] = f(it)
	}
	return out
}

// defaultItems is how many items a page holds unless the request says so.
const defaultItems = 100

// page decodes what a list request says about its page.
func page(marker *string, items *int32) (iam.Page, error) {
	p := iam.Page{Limit: defaultItems}
	if items != nil {
		p.Limit = int(*items)
	}
	if marker != nil {
		after, err := base64.RawURLEncoding.DecodeString(*marker)
		if err != nil || !utf8.Valid(after) || bytes.ContainsRune(after, 0) { // not one of ours, and nothing to look for
			return p, validation("Invalid Marker.")
		}
		p.After = string(after)
	}
	return p, nil
}

// more encodes a cursor as IsTruncated and Marker.
func more(next string) (truncated *bool, marker *string) {
	if next == "" {
		return new(false), nil
	}
	return new(true), new(base64.RawURLEncoding.EncodeToString([]byte(next)))
}

// cut takes a page out of a complete list that is sorted by key.
func cut[T any](p iam.Page, items []T, key func(T) string) (part []T, next string) {
	for len(items) > 0 && key(items[0]) <= p.After {
		items = items[1:]
	}
	if len(items) <= p.Limit {
		return items, ""
	}
	return items[:p.Limit], key(items[p.Limit-1])
}

func fromTags(ts []api.Tag) []iam.Tag {
	return each(ts, func(t api.Tag) iam.Tag { return iam.Tag{Key: value(t.Key), Value: value(t.Value)} })
}

// toTags returns tags for the wire, and none at all when there are none.
func toTags(ts []iam.Tag) []api.Tag {
	if len(ts) == 0 {
		return nil
	}
	return each(ts, func(t iam.Tag) api.Tag { return api.Tag{Key: &t.Key, Value: &t.Value} })
}

func toBoundary(policyARN string) *api.AttachedPermissionsBoundary {
	if policyARN == "" {
		return nil
	}
	return &api.AttachedPermissionsBoundary{
		PermissionsBoundaryType: new(api.PermissionsBoundaryAttachmentTypePermissionsBoundaryPolicy),
		PermissionsBoundaryArn:  &policyARN,
	}
}
