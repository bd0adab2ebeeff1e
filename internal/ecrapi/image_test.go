package ecrapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
	ociConfig   = "application/vnd.oci.image.config.v1+json"
	ociLayer    = "application/vnd.oci.image.layer.v1.tar"
)

// manifest uploads the blobs of an image that depends on seed alone, and
// returns its manifest and digest.
func manifest(t *testing.T, c *ecr.Client, repo, seed string) (text, d string) {
	t.Helper()
	describe := func(mediaType, content string) map[string]any {
		d := digest.FromString(content).String()
		out, err := c.BatchCheckLayerAvailability(t.Context(), &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: &repo, LayerDigests: []string{d}})
		if err != nil {
			t.Fatal(err)
		}
		if out.Layers[0].LayerAvailability != types.LayerAvailabilityAvailable {
			layer(t, c, repo, []byte(content))
		}
		return map[string]any{"mediaType": mediaType, "digest": d, "size": len(content)}
	}
	b, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": ociManifest,
		"config": describe(ociConfig, "config "+seed),
		"layers": []any{describe(ociLayer, "layer "+seed)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(b), digest.FromBytes(b).String()
}

// image pushes the image of manifest under a tag, or under none if it is "",
// and returns its digest.
func image(t *testing.T, c *ecr.Client, repo, tag, seed string) string {
	t.Helper()
	text, d := manifest(t, c, repo, seed)
	in := &ecr.PutImageInput{RepositoryName: &repo, ImageManifest: &text}
	if tag != "" {
		in.ImageTag = &tag
	}
	if _, err := c.PutImage(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return d
}

func id(d, tag string) types.ImageIdentifier {
	var i types.ImageIdentifier
	if d != "" {
		i.ImageDigest = &d
	}
	if tag != "" {
		i.ImageTag = &tag
	}
	return i
}

func TestPutImage(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	app := aws.String("app")
	text, d := manifest(t, c, "app", "one")
	out, err := c.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: app, ImageManifest: &text, ImageTag: aws.String("v1"), ImageDigest: &d})
	if err != nil {
		t.Fatal(err)
	}
	want := &types.Image{
		RegistryId: aws.String(owner), RepositoryName: app, ImageId: new(id(d, "v1")),
		ImageManifest: &text, ImageManifestMediaType: aws.String(ociManifest),
	}
	if diff := cmp.Diff(want, out.Image, shapes); diff != "" {
		t.Errorf("image (-want +got):\n%s", diff)
	}

	absent := digest.FromString("absent").String()
	const in = "the repository with name 'app' in registry with id '222222222222'"
	const inThe = "the repository with name 'app' in the registry with id '222222222222'"
	noLayer := strings.Replace(text, digest.FromString("layer one").String(), absent, 1)
	noType := strings.Replace(text, `"mediaType":"`+ociManifest+`",`, "", 1)
	index := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[{"mediaType":%q,"digest":%q,"size":9}]}`, ociIndex, ociManifest, absent)
	for _, v := range []struct {
		name          string
		in            ecr.PutImageInput
		code, message string
	}{
		{"same tag", ecr.PutImageInput{ImageManifest: &text, ImageTag: aws.String("v1")}, "ImageAlreadyExistsException",
			"Image with digest '" + d + "' and tag 'v1' already exists in " + in},
		{"no tag", ecr.PutImageInput{ImageManifest: &text}, "ImageAlreadyExistsException",
			"Image with digest '" + d + "' and tag 'null' already exists in " + in},
		{"not JSON", ecr.PutImageInput{ImageManifest: aws.String("{")}, "InvalidParameterException",
			"Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"},
		{"no media type", ecr.PutImageInput{ImageManifest: &noType}, "InvalidParameterException",
			"Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'manifest: mediaType: media type is missing'"},
		{"bad tag", ecr.PutImageInput{ImageManifest: &text, ImageTag: aws.String("a b")}, "InvalidParameterException",
			"Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_.]+'"},
		{"bad digest", ecr.PutImageInput{ImageManifest: &text, ImageDigest: aws.String("sha256:00")}, "InvalidParameterException",
			"Invalid parameter at 'imageDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"},
		{"other digest", ecr.PutImageInput{ImageManifest: &text, ImageDigest: &absent}, "ImageDigestDoesNotMatchException",
			"The image digest '" + absent + "' does not match the digest [" + d + "] of the image manifest"},
		{"layer missing", ecr.PutImageInput{ImageManifest: &noLayer}, "LayersNotFoundException",
			"Layers with digests '[" + absent + "]' required for pushing image into " + inThe + " do not exist"},
		{"child missing", ecr.PutImageInput{ImageManifest: &index}, "ReferencedImagesNotFoundException",
			"Images with digests '[" + absent + "]' required for pushing image into " + inThe + " do not exist"},
		{"no manifest", ecr.PutImageInput{ImageManifest: aws.String("")}, "InvalidParameterException",
			"Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{"too large", ecr.PutImageInput{ImageManifest: aws.String(strings.Repeat(" ", 4<<20+1))}, "InvalidParameterException",
			"Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Member must have length less than or equal to 4194304'"},
		{"no repository", ecr.PutImageInput{RepositoryName: aws.String("missing"), ImageManifest: &text}, "RepositoryNotFoundException",
			"The repository with name 'missing' does not exist in the registry with id '222222222222'"},
	} {
		t.Run(v.name, func(t *testing.T) {
			if v.in.RepositoryName == nil {
				v.in.RepositoryName = app
			}
			_, err := c.PutImage(t.Context(), &v.in)
			wantError(t, err, v.code, v.message)
		})
	}

	// The announced media type stands in for one that the manifest lacks.
	out, err = c.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: app, ImageManifest: &noType, ImageManifestMediaType: aws.String(ociManifest)})
	if err != nil || *out.Image.ImageManifestMediaType != ociManifest || out.Image.ImageId.ImageTag != nil {
		t.Errorf("put without a media type: %v, %v", out, err)
	}
}

func TestBatchGetImage(t *testing.T) {
	s := start(t)
	c := s.client(owner)
	createRepository(t, c, "app")
	app := aws.String("app")
	one, two := image(t, c, "app", "v1", "one"), image(t, c, "app", "v2", "two")
	text, _ := manifest(t, c, "app", "one")
	absent := digest.FromString("absent").String()

	out, err := c.BatchGetImage(t.Context(), &ecr.BatchGetImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{
		id("", "v1"), id(one, ""), id(two, "v2"), id("", "nope"), id(absent, ""), id(one, "v2"), id("", ""), id("x", ""), id("", "a b"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []types.ImageIdentifier
	for _, img := range out.Images {
		got = append(got, *img.ImageId)
	}
	if diff := cmp.Diff([]types.ImageIdentifier{id(one, "v1"), id(one, ""), id(two, "v2")}, got, shapes); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	if *out.Images[0].ImageManifest != text || *out.Images[0].ImageManifestMediaType != ociManifest {
		t.Errorf("manifest %q of type %q", *out.Images[0].ImageManifest, *out.Images[0].ImageManifestMediaType)
	}
	fail := func(i types.ImageIdentifier, code types.ImageFailureCode, reason string) types.ImageFailure {
		return types.ImageFailure{ImageId: &i, FailureCode: code, FailureReason: &reason}
	}
	failures := []types.ImageFailure{
		fail(id("", "nope"), types.ImageFailureCodeImageNotFound, "Requested image not found"),
		fail(id(absent, ""), types.ImageFailureCodeImageNotFound, "Requested image not found"),
		fail(id(one, "v2"), types.ImageFailureCodeImageTagDoesNotMatchDigest, "Requested image tag does not match the requested image digest"),
		fail(id("", ""), types.ImageFailureCodeMissingDigestAndTag, "Invalid request parameters: both tag and digest cannot be null"),
		fail(id("x", ""), types.ImageFailureCodeInvalidImageDigest, "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"),
		fail(id("", "a b"), types.ImageFailureCodeInvalidImageTag, "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'"),
	}
	if diff := cmp.Diff(failures, out.Failures, shapes); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}

	_, err = c.BatchGetImage(t.Context(), &ecr.BatchGetImageInput{RepositoryName: aws.String("missing"), ImageIds: []types.ImageIdentifier{id("", "")}})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'missing' does not exist in the registry with id '222222222222'")

	// A pull is recorded.
	if err := s.registry.FlushPulls(t.Context()); err != nil {
		t.Fatal(err)
	}
	described, err := c.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{id(one, "")}})
	if err != nil {
		t.Fatal(err)
	}
	if p := described.ImageDetails[0].LastRecordedPullTime; p == nil || time.Since(*p) > time.Minute {
		t.Errorf("last recorded pull: %v", p)
	}
}

func TestBatchDeleteImage(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	app := aws.String("app")
	one := image(t, c, "app", "v1", "one")
	image(t, c, "app", "latest", "one")
	two := image(t, c, "app", "v2", "two")
	untagged := image(t, c, "app", "", "three")
	child := image(t, c, "app", "child", "four")
	index := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[{"mediaType":%q,"digest":%q,"size":9}]}`, ociIndex, ociManifest, child)
	indexDigest := digest.FromString(index).String()
	if _, err := c.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: app, ImageManifest: &index, ImageTag: aws.String("multi")}); err != nil {
		t.Fatal(err)
	}

	remove := func(ids ...types.ImageIdentifier) *ecr.BatchDeleteImageOutput {
		t.Helper()
		out, err := c.BatchDeleteImage(t.Context(), &ecr.BatchDeleteImageInput{RepositoryName: app, ImageIds: ids})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	wantRemoved := func(out *ecr.BatchDeleteImageOutput, want ...types.ImageIdentifier) {
		t.Helper()
		if diff := cmp.Diff(append([]types.ImageIdentifier{}, want...), out.ImageIds, shapes); diff != "" {
			t.Errorf("removed (-want +got):\n%s", diff)
		}
	}
	wantFailed := func(out *ecr.BatchDeleteImageOutput, want ...string) {
		t.Helper()
		got := []string{}
		for _, f := range out.Failures {
			got = append(got, string(f.FailureCode)+": "+*f.FailureReason)
		}
		if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
			t.Errorf("failures (-want +got):\n%s", diff)
		}
	}

	out := remove(id("", "nope"), id(one, "v2"), id("", ""))
	wantRemoved(out)
	wantFailed(out,
		"MissingDigestAndTag: Invalid request parameters: both tag and digest cannot be null",
		"ImageNotFound: Requested image not found",
		"ImageTagDoesNotMatchDigest: Requested image tag does not match the requested image digest")

	// The last tag of an image takes the image along; another tag does not.
	out = remove(id("", "v2"))
	wantRemoved(out, id(two, "v2"))
	wantFailed(out)
	out = remove(id("", "latest"))
	wantRemoved(out, id(one, "latest"))
	image(t, c, "app", "again", "one")
	out = remove(id(one, ""))
	wantRemoved(out, id(one, "again"), id(one, "v1"))
	out = remove(id(untagged, ""))
	wantRemoved(out, id(untagged, ""))

	referenced := "ImageReferencedByManifestList: Requested image referenced by manifest list: [" + indexDigest + "]"
	out = remove(id("", "child"), id(child, ""))
	wantRemoved(out)
	wantFailed(out, referenced, referenced)
	out = remove(id("", "multi"), id("", "child"))
	wantRemoved(out, id(indexDigest, "multi"), id(child, "child"))
	wantFailed(out)

	left, err := c.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: app})
	if err != nil || len(left.ImageIds) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	_, err = c.BatchDeleteImage(t.Context(), &ecr.BatchDeleteImageInput{RepositoryName: aws.String("missing"), ImageIds: []types.ImageIdentifier{id("", "x")}})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'missing' does not exist in the registry with id '222222222222'")
}

func TestListAndDescribeImages(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	app := aws.String("app")
	one := image(t, c, "app", "v1", "one")
	image(t, c, "app", "latest", "one")
	untagged := image(t, c, "app", "", "two")

	tagged := []types.ImageIdentifier{id(one, "latest"), id(one, "v1")}
	bare := []types.ImageIdentifier{id(untagged, "")}
	compare := func(a, b types.ImageIdentifier) int {
		return strings.Compare(*a.ImageDigest+" "+aws.ToString(a.ImageTag), *b.ImageDigest+" "+aws.ToString(b.ImageTag))
	}
	all := append(slices.Clone(tagged), bare...)
	slices.SortFunc(all, compare)
	for _, v := range []struct {
		filter *types.ListImagesFilter
		want   []types.ImageIdentifier
	}{
		{nil, all},
		{&types.ListImagesFilter{TagStatus: types.TagStatusAny}, all},
		{&types.ListImagesFilter{TagStatus: types.TagStatusTagged}, tagged},
		{&types.ListImagesFilter{TagStatus: types.TagStatusUntagged}, bare},
		{&types.ListImagesFilter{ImageStatus: types.ImageStatusFilterActive}, all},
		{&types.ListImagesFilter{ImageStatus: types.ImageStatusFilterArchived}, []types.ImageIdentifier{}},
	} {
		var got []types.ImageIdentifier
		p := ecr.NewListImagesPaginator(c, &ecr.ListImagesInput{RepositoryName: app, Filter: v.filter, MaxResults: aws.Int32(1)})
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, out.ImageIds...)
		}
		slices.SortFunc(got, compare)
		if diff := cmp.Diff(v.want, append([]types.ImageIdentifier{}, got...), shapes); diff != "" {
			t.Errorf("filter %v (-want +got):\n%s", v.filter, diff)
		}
	}

	size := int64(len("config one") + len("layer one"))
	detail := types.ImageDetail{
		RegistryId: aws.String(owner), RepositoryName: app, ImageDigest: &one, ImageTags: []string{"latest", "v1"},
		ImageSizeInBytes: &size, ImagePushedAt: &time.Time{}, ImageManifestMediaType: aws.String(ociManifest),
		ArtifactMediaType: aws.String(ociConfig), ImageStatus: types.ImageStatusActive,
	}
	bareDetail := detail
	bareDetail.ImageDigest, bareDetail.ImageTags = &untagged, nil
	for _, v := range []struct {
		in   ecr.DescribeImagesInput
		want []types.ImageDetail
	}{
		{ecr.DescribeImagesInput{ImageIds: []types.ImageIdentifier{id("", "v1"), id("", "latest"), id(one, "")}}, []types.ImageDetail{detail}},
		{ecr.DescribeImagesInput{Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged}}, []types.ImageDetail{detail}},
		{ecr.DescribeImagesInput{Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusUntagged}}, []types.ImageDetail{bareDetail}},
		{ecr.DescribeImagesInput{Filter: &types.DescribeImagesFilter{ImageStatus: types.ImageStatusFilterArchived}}, []types.ImageDetail{}},
	} {
		v.in.RepositoryName = app
		out, err := c.DescribeImages(t.Context(), &v.in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v.want, out.ImageDetails, shapes); diff != "" {
			t.Errorf("details (-want +got):\n%s", diff)
		}
	}

	missing := func(d, tag string) string {
		return "The image with imageId {imageDigest:'" + d + "', imageTag:'" + tag + "'} does not exist within the repository with name 'app' in the registry with id '222222222222'"
	}
	for _, v := range []struct {
		in            ecr.DescribeImagesInput
		code, message string
	}{
		{ecr.DescribeImagesInput{ImageIds: []types.ImageIdentifier{id("", "v1"), id("", "nope")}}, "ImageNotFoundException", missing("null", "nope")},
		{ecr.DescribeImagesInput{ImageIds: []types.ImageIdentifier{id(untagged, "v1")}}, "ImageNotFoundException", missing(untagged, "v1")},
		{ecr.DescribeImagesInput{ImageIds: []types.ImageIdentifier{id("", "")}}, "InvalidParameterException", "Invalid request parameters: both tag and digest cannot be null"},
		{ecr.DescribeImagesInput{ImageIds: []types.ImageIdentifier{id("", "v1")}, NextToken: aws.String("x")}, "InvalidParameterException",
			"Invalid parameter at 'nextToken' failed to satisfy constraint: 'Member can't be set together with imageIds'"},
		{ecr.DescribeImagesInput{RepositoryName: aws.String("missing"), Filter: &types.DescribeImagesFilter{ImageStatus: types.ImageStatusFilterArchived}}, "RepositoryNotFoundException",
			"The repository with name 'missing' does not exist in the registry with id '222222222222'"},
	} {
		if v.in.RepositoryName == nil {
			v.in.RepositoryName = app
		}
		_, err := c.DescribeImages(t.Context(), &v.in)
		wantError(t, err, v.code, v.message)
	}
}
