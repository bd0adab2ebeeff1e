package ecrapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
)

// tags makes tags of keys and values in turn.
func tags(keysAndValues ...string) []types.Tag {
	var out []types.Tag
	for i := 0; i < len(keysAndValues); i += 2 {
		out = append(out, types.Tag{Key: &keysAndValues[i], Value: &keysAndValues[i+1]})
	}
	return out
}

func TestResourceTags(t *testing.T) {
	c := start(t).client(owner)
	const arn = "arn:aws:ecr:us-east-1:222222222222:repository/app"
	if _, err := c.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), Tags: tags("env", "dev", "team", "a")}); err != nil {
		t.Fatal(err)
	}
	wantTags := func(want ...string) {
		t.Helper()
		out, err := c.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: aws.String(arn)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tags(want...), out.Tags, shapes); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
	}
	wantTags("env", "dev", "team", "a")
	if _, err := c.TagResource(t.Context(), &ecr.TagResourceInput{ResourceArn: aws.String(arn), Tags: tags("env", "prod", "empty", "")}); err != nil {
		t.Fatal(err)
	}
	wantTags("empty", "", "env", "prod", "team", "a")
	if _, err := c.UntagResource(t.Context(), &ecr.UntagResourceInput{ResourceArn: aws.String(arn), TagKeys: []string{"env", "unknown"}}); err != nil {
		t.Fatal(err)
	}
	wantTags("empty", "", "team", "a")

	var many []string
	for i := range 49 {
		many = append(many, fmt.Sprint("k", i), "v")
	}
	for _, v := range []struct {
		arn           string
		tags          []types.Tag
		code, message string
	}{
		{arn, tags(many...), "TooManyTagsException", "The number of tags exceeds the maximum allowed number of tags per resource which is '50'"},
		{arn, tags("AWS:x", "y"), "InvalidTagParameterException", "The tag key 'AWS:x' begins with 'aws:', which is reserved"},
		{arn, tags("", "y"), "InvalidTagParameterException", "A tag key must have 1 to 128 characters"},
		{arn, tags(strings.Repeat("k", 129), "y"), "InvalidTagParameterException", "A tag key must have 1 to 128 characters"},
		{arn, tags("k", strings.Repeat("v", 257)), "InvalidTagParameterException", "The value of the tag with key 'k' has more than 256 characters"},
		{arn, tags("k", "1", "k", "2"), "InvalidTagParameterException", "The tag key 'k' is given more than once"},
		{arn + "2", tags("k", "v"), "RepositoryNotFoundException", "The repository with name 'app2' does not exist in the registry with id '222222222222'"},
		{"app", tags("k", "v"), "InvalidParameterException", "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},
		{"arn:aws:iam::222222222222:user/x", tags("k", "v"), "InvalidParameterException", "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},
		{"arn:aws:ecr:us-east-1:222222222222:repository/*", tags("k", "v"), "InvalidParameterException", "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},
		{"arn:aws:ecr:us-east-1:222222222222:repository/", tags("k", "v"), "InvalidParameterException", "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},
	} {
		_, err := c.TagResource(t.Context(), &ecr.TagResourceInput{ResourceArn: &v.arn, Tags: v.tags})
		wantError(t, err, v.code, v.message)
	}
	wantTags("empty", "", "team", "a")

	for _, bad := range []string{"app", "arn:aws:ecr:us-east-1:222222222222:app"} {
		_, err := c.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: &bad})
		wantError(t, err, "InvalidParameterException", "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'")
		_, err = c.UntagResource(t.Context(), &ecr.UntagResourceInput{ResourceArn: &bad, TagKeys: []string{"k"}})
		wantError(t, err, "InvalidParameterException", "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'")
	}
}

// TestTagsOfAnotherAccount checks that the ARN says whose repository it is,
// whatever account the caller is of.
func TestTagsOfAnotherAccount(t *testing.T) {
	s := start(t)
	createRepository(t, s.client(owner), "app")
	bob := s.user(other, "bob", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`)
	_, err := bob.TagResource(t.Context(), &ecr.TagResourceInput{ResourceArn: aws.String("arn:aws:ecr:us-east-1:222222222222:repository/app"), Tags: tags("k", "v")})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::111111111111:user/bob is not authorized to perform: ecr:TagResource on resource: "+
		"arn:aws:ecr:us-east-1:222222222222:repository/app because no resource-based policy allows the ecr:TagResource action")
}
