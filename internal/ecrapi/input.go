package ecrapi

import (
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/registry"
)

// defaultPage is how many entries a list has when maxResults does not say.
const defaultPage = 100

// Page reads the members by which an input asks for a part of a list.
func Page(nextToken *string, maxResults *int32) registry.Page {
	p := registry.Page{Limit: defaultPage, Token: value(nextToken)}
	if maxResults != nil {
		p.Limit = int(*maxResults)
	}
	return p
}

// NoPaging refuses paging for an input that lists what it wants in member.
func NoPaging(member string, nextToken *string, maxResults *int32) error {
	switch {
	case nextToken != nil:
		return awsapi.InvalidParameter("nextToken", "Member can't be set together with "+member)
	case maxResults != nil:
		return awsapi.InvalidParameter("maxResults", "Member can't be set together with "+member)
	}
	return nil
}

// value returns what p points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// optional returns nil for the empty string, so that the member is absent.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
