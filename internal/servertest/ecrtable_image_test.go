package servertest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

const (
	noImage       = "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository with name 'team/app' in the registry with id '@ACCOUNT'"
	noTagOrDigest = "Invalid request parameters: both tag and digest cannot be null"
	pageTooLarge  = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'"
	badToken      = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid pagination token'"
)

// absent is the digest of nothing that anybody pushes here.
var absent = digest.FromString("absent").String()

// withImages is the step that pushes images to app, each with a tag.
func withImages(tags ...string) func(*tableWorld) {
	return func(w *tableWorld) {
		w.t.Helper()
		w.repository()
		for _, tag := range tags {
			w.image(app, tag)
		}
	}
}

// withArchived is the step that pushes v1 to app, and old to its archive.
func withArchived(w *tableWorld) {
	w.t.Helper()
	withImages("v1")(w)
	w.archive(app, "old")
}

// failuresAre returns a check of a batch operation: its failures' codes and
// reasons, and how many images it has.
func failuresAre(images int, failures ...string) func(*testing.T, *tableWorld, any) {
	return func(t *testing.T, _ *tableWorld, out any) {
		t.Helper()
		var got []string
		list := func(fs []types.ImageFailure) {
			for _, f := range fs {
				got = append(got, string(f.FailureCode)+": "+*f.FailureReason)
			}
		}
		n := 0
		switch out := out.(type) {
		case *ecr.BatchGetImageOutput:
			n = len(out.Images)
			list(out.Failures)
		case *ecr.BatchDeleteImageOutput:
			n = len(out.ImageIds)
			list(out.Failures)
		}
		if d := cmp.Diff(failures, got); d != "" || n != images {
			t.Errorf("%d images, want %d; failures (-want +got)\n%s", n, images, d)
		}
	}
}

// tagsOf returns the tags of image identifiers, "-" for one without, in order.
func tagsOf(ids []types.ImageIdentifier) (tags []string) {
	for _, id := range ids {
		tag := "-"
		if id.ImageTag != nil {
			tag = *id.ImageTag
		}
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags
}

// listed returns a check of the tags that ListImages answered.
func listed(want ...string) func(*testing.T, *tableWorld, any) {
	return func(t *testing.T, _ *tableWorld, out any) {
		t.Helper()
		if d := cmp.Diff(want, tagsOf(out.(*ecr.ListImagesOutput).ImageIds)); d != "" {
			t.Errorf("images (-want +got)\n%s", d)
		}
	}
}

// described returns a check of the tags, joined for each image, that
// DescribeImages answered.
func described(want ...string) func(*testing.T, *tableWorld, any) {
	return func(t *testing.T, w *tableWorld, out any) {
		t.Helper()
		var got []string
		for _, d := range out.(*ecr.DescribeImagesOutput).ImageDetails {
			if *d.RegistryId != w.account || *d.RepositoryName != app || d.ImageDigest == nil || *d.ImageSizeInBytes == 0 || d.ImagePushedAt == nil || *d.ImageManifestMediaType == "" {
				t.Errorf("image: %+v", d)
			}
			got = append(got, strings.Join(d.ImageTags, ",")+" "+string(d.ImageStatus))
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("images (-want +got)\n%s", d)
		}
	}
}

// imageRows are the rows of the operations on images.
func imageRows() []tableRow {
	return slices.Concat(putImageRows(), batchImageRows(), listImageRows(), referrerRows(), storageClassRows())
}

func putImageRows() []tableRow {
	// putting returns the input for the image of some content, changed.
	putting := func(content string, change func(*tableWorld, *ecr.PutImageInput)) func(*tableWorld) any {
		return func(w *tableWorld) any {
			in := &ecr.PutImageInput{RepositoryName: new(app), ImageTag: new("v1"), ImageManifest: new(w.imageManifest(app, content).String())}
			if change != nil {
				change(w, in)
			}
			return in
		}
	}
	manifestIs := func(text string) func(*tableWorld) any {
		return func(*tableWorld) any { return &ecr.PutImageInput{RepositoryName: new(app), ImageManifest: &text} }
	}
	immutable := func(w *tableWorld) {
		withImages("v1")(w)
		must(w.ecr.PutImageTagMutability(w.t.Context(), &ecr.PutImageTagMutabilityInput{RepositoryName: new(app), ImageTagMutability: types.ImageTagMutabilityImmutable}))(w.t)
	}
	return []tableRow{
		{
			op: "PutImage", name: "with a tag", call: sendTo(putting("one", nil), withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				img := out.(*ecr.PutImageOutput).Image
				if *img.RegistryId != w.account || *img.RepositoryName != app || *img.ImageId.ImageTag != "v1" ||
					*img.ImageId.ImageDigest != digest.FromString(*img.ImageManifest).String() || *img.ImageManifestMediaType != ociManifest {
					t.Errorf("image: %+v", img)
				}
			},
		},
		{op: "PutImage", name: "without a tag, with its digest", call: sendTo(putting("one", func(_ *tableWorld, in *ecr.PutImageInput) {
			in.ImageTag, in.ImageDigest = nil, new(digest.FromString(*in.ImageManifest).String())
		}), withRepository)},
		{op: "PutImage", name: "media type beside the manifest", call: sendTo(putting("one", func(w *tableWorld, in *ecr.PutImageInput) {
			m := w.imageManifest(app, "one")
			in.ImageManifest, in.ImageManifestMediaType = new(strings.Replace(m.String(), `"mediaType":"`+ociManifest+`",`, "", 1)), new(ociManifest)
		}), withRepository)},
		{op: "PutImage", name: "another tag of an image", call: sendTo(putting("v1", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageTag = new("v2") }), withImages("v1"))},
		{op: "PutImage", name: "moves a tag", call: sendTo(putting("other", nil), withImages("v1")),
			check: func(t *testing.T, w *tableWorld, _ any) {
				listed("-", "v1")(t, w, must(w.ecr.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: new(app)}))(t))
			}},
		{op: "PutImage", name: "restores an archived image", call: sendTo(putting("old", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageTag = new("old") }), withArchived),
			check: func(t *testing.T, w *tableWorld, _ any) {
				got := must(w.ecr.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{byTag("old")}}))(t).ImageDetails[0]
				if got.ImageStatus != types.ImageStatusActive || got.LastActivatedAt == nil || got.LastArchivedAt == nil {
					t.Errorf("image: %+v", got)
				}
			}},
		{op: "PutImage", name: "the same again", call: sendTo(putting("v1", nil), withImages("v1")), code: "ImageAlreadyExistsException"},
		{op: "PutImage", name: "untagged, the same again", call: sendTo(putting("v1", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageTag = nil }), withImages("v1")), code: "ImageAlreadyExistsException"},
		{op: "PutImage", name: "immutable tag", call: sendTo(putting("other", nil), immutable), code: "ImageTagAlreadyExistsException",
			message: "The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten because the tag is immutable."},
		{op: "PutImage", name: "immutable tag, the same again", call: sendTo(putting("v1", nil), immutable), code: "ImageTagAlreadyExistsException",
			message: "The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten because the tag is immutable."},
		{op: "PutImage", name: "another digest", call: sendTo(putting("one", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageDigest = &absent }), withRepository), code: "ImageDigestDoesNotMatchException"},
		{op: "PutImage", name: "no repository", call: send(&ecr.PutImageInput{RepositoryName: new(app), ImageManifest: new(manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{}}.String())}),
			code: "RepositoryNotFoundException", message: noRepository},
		{op: "PutImage", name: "layers are missing", call: sendTo(putting("one", func(w *tableWorld, in *ecr.PutImageInput) {
			m := w.imageManifest(app, "one")
			m.Layers[0].Digest = absent
			in.ImageManifest = new(m.String())
		}), withRepository), code: "LayersNotFoundException",
			message: "Layers with digests '[" + absent + "]' required for pushing image into the repository with name 'team/app' in the registry with id '@ACCOUNT' do not exist"},
		{op: "PutImage", name: "images of an index are missing", call: sendTo(manifestIs(manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{{MediaType: ociManifest, Digest: absent, Size: 1}}}.String()), withRepository),
			code:    "ReferencedImagesNotFoundException",
			message: "Images with digests '[" + absent + "]' required for pushing image into the repository with name 'team/app' in the registry with id '@ACCOUNT' do not exist"},
		{op: "PutImage", name: "images of an index are archived", call: sendTo(func(w *tableWorld) any {
			old := w.archive(app, "old")
			return &ecr.PutImageInput{RepositoryName: new(app), ImageManifest: new(manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{{MediaType: ociManifest, Digest: old, Size: 1}}}.String())}
		}, withRepository), code: "ReferencedImagesNotFoundException"},
		{op: "PutImage", name: "not JSON", call: sendTo(manifestIs("{"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"},
		{op: "PutImage", name: "no manifest", call: sendTo(manifestIs("{}"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'manifest: schemaVersion: must be 2'"},
		{op: "PutImage", name: "empty manifest", call: sendTo(manifestIs(""), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{op: "PutImage", name: "schema 1", call: sendTo(manifestIs(`{"schemaVersion":1,"name":"x"}`), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'manifest: docker image manifest schema 1 is not supported: push schema 2 or an OCI image manifest'"},
		{op: "PutImage", name: "bad tag", call: sendTo(putting("one", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageTag = new("a b") }), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_.]+'"},
		{op: "PutImage", name: "bad digest", call: sendTo(putting("one", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageDigest = new("sha256:x") }), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"},
		{op: "PutImage", name: "quota of tags", call: sendTo(putting("v1", func(_ *tableWorld, in *ecr.PutImageInput) { in.ImageTag = new("more") }), func(w *tableWorld) {
			withImages("v1")(w)
			m := w.imageManifest(app, "v1")
			for i := range tableQuotas.TagsPerImage - 1 {
				w.put(app, fmt.Sprint("tag-", i), m)
			}
		}), code: "LimitExceededException",
			message: "Adding tag 'more' to an image in the repository with name 'team/app' in registry with id '@ACCOUNT' exceeds the maximum allowed number of tags per image which is '20'"},
		{op: "PutImage", name: "quota of images", call: sendTo(putting("more", nil), func(w *tableWorld) {
			w.repository()
			for i := range tableQuotas.ImagesPerRepository {
				w.put(app, "", manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{}, Annotations: map[string]string{"n": fmt.Sprint(i)}})
			}
		}), code: "LimitExceededException",
			message: "The maximum allowed number of images in the repository with name 'team/app' in registry with id '@ACCOUNT' is '25'"},
		{op: "PutImage", name: "stranger", call: asStranger(putting("one", func(w *tableWorld, in *ecr.PutImageInput) { in.RegistryId = &w.account }), withRepository), code: "AccessDeniedException"},
	}
}

func batchImageRows() []tableRow {
	get := func(ids ...types.ImageIdentifier) *ecr.BatchGetImageInput {
		return &ecr.BatchGetImageInput{RepositoryName: new(app), ImageIds: ids}
	}
	remove := func(ids ...types.ImageIdentifier) *ecr.BatchDeleteImageInput {
		return &ecr.BatchDeleteImageInput{RepositoryName: new(app), ImageIds: ids}
	}
	many := slices.Repeat([]types.ImageIdentifier{byTag("v1")}, 101)
	const (
		notFound   = "ImageNotFound: Requested image not found"
		missing    = "MissingDigestAndTag: " + noTagOrDigest
		badDigest  = "InvalidImageDigest: Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
		badTag     = "InvalidImageTag: Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'"
		mismatched = "ImageTagDoesNotMatchDigest: Requested image tag does not match the requested image digest"
	)
	otherDigest := types.ImageIdentifier{ImageTag: new("v1"), ImageDigest: &absent}
	return []tableRow{
		{
			op: "BatchGetImage", name: "by tag and by digest",
			call: sendTo(func(w *tableWorld) any { return get(byTag("v1"), byDigest(w.image(app, "v2"))) }, withImages("v1")),
			check: func(t *testing.T, w *tableWorld, out any) {
				failuresAre(2)(t, w, out)
				for i, img := range out.(*ecr.BatchGetImageOutput).Images {
					if *img.RegistryId != w.account || *img.RepositoryName != app || digest.FromString(*img.ImageManifest).String() != *img.ImageId.ImageDigest ||
						*img.ImageManifestMediaType != ociManifest || (img.ImageId.ImageTag != nil) != (i == 0) {
						t.Errorf("image: %+v", img)
					}
				}
			},
		},
		{op: "BatchGetImage", name: "accepts other media types", call: send(&ecr.BatchGetImageInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{byTag("v1")},
			AcceptedMediaTypes: []string{"application/vnd.docker.distribution.manifest.v2+json"}}, withImages("v1")), check: failuresAre(1)},
		{op: "BatchGetImage", name: "index", call: sendTo(func(w *tableWorld) any {
			w.index(app, "all", w.image(app, "v1"))
			return get(byTag("all"))
		}, withRepository), check: failuresAre(1)},
		{op: "BatchGetImage", name: "failures", call: send(get(byTag("none"), byDigest(absent), types.ImageIdentifier{}, byDigest("x"), byTag("a b"), otherDigest, byTag("v1")), withImages("v1")),
			check: failuresAre(1, notFound, notFound, missing, badDigest, badTag, mismatched)},
		{op: "BatchGetImage", name: "archived", call: send(get(byTag("old"), byTag("v1")), withArchived), check: failuresAre(1, "ImageInaccessible: Requested image is archived")},
		{
			op: "BatchGetImage", name: "pulls are recorded, but for excluded roles",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				withImages("v1", "v2")(w)
				const pull = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:BatchGetImage","Resource":"*"}}`
				must(w.ecr.RegisterPullTimeUpdateExclusion(ctx, &ecr.RegisterPullTimeUpdateExclusionInput{PrincipalArn: new(w.arn("role/scanner"))}))(w.t)
				if _, err := w.client(w.role("scanner", pull)).BatchGetImage(ctx, get(byTag("v1"))); err != nil {
					return nil, err
				}
				return w.client(w.user("deployer", pull)).BatchGetImage(ctx, get(byTag("v2")))
			},
			check: func(t *testing.T, w *tableWorld, _ any) {
				for range 100 { // they are written every few seconds
					got := must(w.ecr.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{byTag("v1"), byTag("v2")}}))(t).ImageDetails
					if got[0].LastRecordedPullTime != nil {
						t.Fatal("a pull by an excluded role was recorded")
					}
					if got[1].LastRecordedPullTime != nil {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
				t.Error("a pull was not recorded")
			},
		},
		{op: "BatchGetImage", name: "no repository", call: send(get(byTag("v1"))), code: "RepositoryNotFoundException", message: noRepository},
		{op: "BatchGetImage", name: "101 images", call: send(get(many...), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'"},
		{op: "BatchGetImage", name: "no images", call: send(&ecr.BatchGetImageInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{}}, withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{op: "BatchGetImage", name: "no media types", call: send(&ecr.BatchGetImageInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{byTag("v1")}, AcceptedMediaTypes: []string{}}, withImages("v1")), code: "InvalidParameterException",
			message: "Invalid parameter at 'acceptedMediaTypes' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{op: "BatchGetImage", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := get(byTag("v1"))
			in.RegistryId = &w.account
			return in
		}, withImages("v1")), code: "AccessDeniedException"},

		{op: "BatchDeleteImage", name: "the last tag", call: send(remove(byTag("v1")), withImages("v1")), check: func(t *testing.T, w *tableWorld, out any) {
			failuresAre(1)(t, w, out)
			listed()(t, w, must(w.ecr.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: new(app)}))(t))
		}},
		{op: "BatchDeleteImage", name: "one of two tags", call: send(remove(byTag("v1")), withImages("v1"), func(w *tableWorld) { w.put(app, "v2", w.imageManifest(app, "v1")) }),
			check: func(t *testing.T, w *tableWorld, out any) {
				failuresAre(1)(t, w, out)
				listed("v2")(t, w, must(w.ecr.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: new(app)}))(t))
			}},
		{op: "BatchDeleteImage", name: "by digest, with all tags", call: sendTo(func(w *tableWorld) any {
			return remove(byDigest(w.put(app, "v2", w.imageManifest(app, "v1"))))
		}, withImages("v1")), check: failuresAre(2)},
		{op: "BatchDeleteImage", name: "an archived image", call: send(remove(byTag("old")), withArchived), check: failuresAre(1)},
		{op: "BatchDeleteImage", name: "failures", call: send(remove(byTag("none"), byDigest(absent), types.ImageIdentifier{}, byDigest("x"), byTag("a b"), otherDigest), withImages("v1")),
			check: failuresAre(0, missing, badDigest, badTag, notFound, notFound, mismatched)},
		{
			op: "BatchDeleteImage", name: "referenced by an index",
			call: sendTo(func(w *tableWorld) any {
				w.index(app, "all", w.image(app, "v1"))
				return remove(byTag("v1"))
			}, withRepository),
			check: func(t *testing.T, _ *tableWorld, out any) {
				f := out.(*ecr.BatchDeleteImageOutput).Failures
				if len(f) != 1 || f[0].FailureCode != types.ImageFailureCodeImageReferencedByManifestList || !strings.HasPrefix(*f[0].FailureReason, "Requested image referenced by manifest list: [sha256:") {
					t.Errorf("failures: %+v", f)
				}
			},
		},
		{op: "BatchDeleteImage", name: "no repository", call: send(remove(byTag("v1"))), code: "RepositoryNotFoundException", message: noRepository},
		{op: "BatchDeleteImage", name: "101 images", call: send(remove(many...), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'"},
		{op: "BatchDeleteImage", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := remove(byTag("v1"))
			in.RegistryId = &w.account
			return in
		}, withImages("v1")), code: "AccessDeniedException"},
	}
}

func listImageRows() []tableRow {
	list := func(change func(*ecr.ListImagesInput)) *ecr.ListImagesInput {
		in := &ecr.ListImagesInput{RepositoryName: new(app)}
		if change != nil {
			change(in)
		}
		return in
	}
	listStatus := func(tags types.TagStatus, status types.ImageStatusFilter) *ecr.ListImagesInput {
		return list(func(in *ecr.ListImagesInput) {
			in.Filter = &types.ListImagesFilter{TagStatus: tags, ImageStatus: status}
		})
	}
	describe := func(change func(*ecr.DescribeImagesInput)) *ecr.DescribeImagesInput {
		in := &ecr.DescribeImagesInput{RepositoryName: new(app)}
		if change != nil {
			change(in)
		}
		return in
	}
	describeStatus := func(tags types.TagStatus, status types.ImageStatusFilter) *ecr.DescribeImagesInput {
		return describe(func(in *ecr.DescribeImagesInput) {
			in.Filter = &types.DescribeImagesFilter{TagStatus: tags, ImageStatus: status}
		})
	}
	describeIDs := func(ids ...types.ImageIdentifier) *ecr.DescribeImagesInput {
		return describe(func(in *ecr.DescribeImagesInput) { in.ImageIds = ids })
	}
	// withAll has an image with two tags, one without, and an archived one of each kind.
	withAll := func(w *tableWorld) {
		withImages("v1", "")(w)
		w.put(app, "v2", w.imageManifest(app, "v1"))
		w.archive(app, "old")
		d := w.put(app, "", w.imageManifest(app, "old and untagged"))
		w.storageClass(app, d, types.TargetStorageClassArchive)
	}
	return []tableRow{
		{op: "ListImages", name: "active ones by default", call: send(list(nil), withAll), check: listed("-", "v1", "v2")},
		{op: "ListImages", name: "any", call: send(listStatus(types.TagStatusAny, types.ImageStatusFilterAny), withAll), check: listed("-", "-", "old", "v1", "v2")},
		{op: "ListImages", name: "archived", call: send(listStatus("", types.ImageStatusFilterArchived), withAll), check: listed("-", "old")},
		{op: "ListImages", name: "archived and tagged", call: send(listStatus(types.TagStatusTagged, types.ImageStatusFilterArchived), withAll), check: listed("old")},
		{op: "ListImages", name: "activating", call: send(listStatus("", types.ImageStatusFilterActivating), withAll), check: listed()},
		{op: "ListImages", name: "tagged", call: send(listStatus(types.TagStatusTagged, types.ImageStatusFilterActive), withAll), check: listed("v1", "v2")},
		{op: "ListImages", name: "untagged", call: send(listStatus(types.TagStatusUntagged, ""), withAll), check: listed("-")},
		{
			op: "ListImages", name: "pages",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				withAll(w)
				all := new(ecr.ListImagesOutput)
				pages := ecr.NewListImagesPaginator(w.ecr, list(func(in *ecr.ListImagesInput) {
					in.MaxResults, in.Filter = new(int32(2)), &types.ListImagesFilter{ImageStatus: types.ImageStatusFilterAny}
				}))
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err != nil {
						return nil, err
					}
					if len(page.ImageIds) > 2 {
						w.t.Errorf("a page of %d", len(page.ImageIds))
					}
					all.ImageIds = append(all.ImageIds, page.ImageIds...)
				}
				return all, nil
			},
			check: listed("-", "-", "old", "v1", "v2"),
		},
		{
			op: "ListImages", name: "index and artifact",
			call: sendTo(func(w *tableWorld) any {
				image := w.image(app, "v1")
				w.index(app, "all", image)
				w.artifact(app, "application/spdx+json", image)
				return list(nil)
			}, withRepository),
			check: listed("-", "all", "v1"),
		},
		{op: "ListImages", name: "no repository", call: send(list(nil)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "ListImages", name: "no repository to be activated", call: send(listStatus("", types.ImageStatusFilterActivating)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "ListImages", name: "unknown status of tags", call: send(listStatus("SOME", ""), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'filter.tagStatus' failed to satisfy constraint: 'Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]'"},
		{op: "ListImages", name: "unknown status of images", call: send(listStatus("", "LOST"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'filter.imageStatus' failed to satisfy constraint: 'Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]'"},
		{op: "ListImages", name: "too large pages", call: send(list(func(in *ecr.ListImagesInput) { in.MaxResults = new(int32(1001)) }), withRepository), code: "InvalidParameterException", message: pageTooLarge},
		{op: "ListImages", name: "invented token", call: send(list(func(in *ecr.ListImagesInput) { in.NextToken = new("x") }), withRepository), code: "InvalidParameterException", message: badToken},
		{op: "ListImages", name: "token of another list", call: sendTo(func(w *tableWorld) any {
			page := must(w.ecr.DescribeImages(w.t.Context(), describe(func(in *ecr.DescribeImagesInput) { in.MaxResults = new(int32(1)) })))(w.t)
			return list(func(in *ecr.ListImagesInput) { in.NextToken = page.NextToken })
		}, withImages("v1", "v2")), code: "InvalidParameterException", message: badToken},
		{op: "ListImages", name: "stranger", call: asStranger(func(w *tableWorld) any { return list(func(in *ecr.ListImagesInput) { in.RegistryId = &w.account }) }, withRepository), code: "AccessDeniedException"},

		{op: "DescribeImages", name: "active ones by default", call: send(describe(nil), withAll), check: described(" ACTIVE", "v1,v2 ACTIVE")},
		{op: "DescribeImages", name: "any", call: send(describeStatus("", types.ImageStatusFilterAny), withAll), check: described(" ACTIVE", " ARCHIVED", "old ARCHIVED", "v1,v2 ACTIVE")},
		{op: "DescribeImages", name: "archived", call: send(describeStatus("", types.ImageStatusFilterArchived), withAll), check: described(" ARCHIVED", "old ARCHIVED")},
		{op: "DescribeImages", name: "archived and untagged", call: send(describeStatus(types.TagStatusUntagged, types.ImageStatusFilterArchived), withAll), check: described(" ARCHIVED")},
		{op: "DescribeImages", name: "activating", call: send(describeStatus("", types.ImageStatusFilterActivating), withAll), check: described()},
		{op: "DescribeImages", name: "tagged", call: send(describeStatus(types.TagStatusTagged, ""), withAll), check: described("v1,v2 ACTIVE")},
		{op: "DescribeImages", name: "untagged", call: send(describeStatus(types.TagStatusUntagged, types.ImageStatusFilterActive), withAll), check: described(" ACTIVE")},
		{op: "DescribeImages", name: "by id, archived too, each once", call: send(describeIDs(byTag("old"), byTag("v1"), byTag("v2")), withAll), check: described("old ARCHIVED", "v1,v2 ACTIVE")},
		{
			op: "DescribeImages", name: "pages",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				withAll(w)
				all := new(ecr.DescribeImagesOutput)
				pages := ecr.NewDescribeImagesPaginator(w.ecr, describe(func(in *ecr.DescribeImagesInput) {
					in.MaxResults, in.Filter = new(int32(1)), &types.DescribeImagesFilter{ImageStatus: types.ImageStatusFilterAny}
				}))
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err != nil {
						return nil, err
					}
					all.ImageDetails = append(all.ImageDetails, page.ImageDetails...)
				}
				return all, nil
			},
			check: described(" ACTIVE", " ARCHIVED", "old ARCHIVED", "v1,v2 ACTIVE"),
		},
		{
			op: "DescribeImages", name: "referrer", call: sendTo(func(w *tableWorld) any {
				return describeIDs(byDigest(w.artifact(app, "application/spdx+json", w.image(app, "v1"))))
			}, withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				d := out.(*ecr.DescribeImagesOutput).ImageDetails[0]
				subject := must(w.ecr.DescribeImages(t.Context(), describeIDs(byTag("v1"))))(t).ImageDetails[0].ImageDigest
				if *d.ArtifactMediaType != "application/spdx+json" || *d.SubjectManifestDigest != *subject || d.ImageTags != nil || d.LastRecordedPullTime != nil || d.LastArchivedAt != nil {
					t.Errorf("image: %+v", d)
				}
			},
		},
		{op: "DescribeImages", name: "no image", call: send(describeIDs(byTag("v1")), withRepository), code: "ImageNotFoundException", message: noImage},
		{op: "DescribeImages", name: "tag of another image", call: send(describeIDs(types.ImageIdentifier{ImageTag: new("v1"), ImageDigest: &absent}), withImages("v1")), code: "ImageNotFoundException"},
		{op: "DescribeImages", name: "no repository", call: send(describe(nil)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "DescribeImages", name: "no repository, by id", call: send(describeIDs(byTag("v1"))), code: "RepositoryNotFoundException", message: noRepository},
		{op: "DescribeImages", name: "neither tag nor digest", call: send(describeIDs(types.ImageIdentifier{}), withRepository), code: "InvalidParameterException", message: noTagOrDigest},
		{op: "DescribeImages", name: "bad digest", call: send(describeIDs(byDigest("v1")), withRepository), code: "InvalidParameterException",
			message: "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"},
		{op: "DescribeImages", name: "ids and pages", call: send(describe(func(in *ecr.DescribeImagesInput) {
			in.ImageIds, in.MaxResults = []types.ImageIdentifier{byTag("v1")}, new(int32(1))
		}), withImages("v1")), code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member can't be set together with imageIds'"},
		{op: "DescribeImages", name: "ids and a token", call: send(describe(func(in *ecr.DescribeImagesInput) {
			in.ImageIds, in.NextToken = []types.ImageIdentifier{byTag("v1")}, new("x")
		}), withImages("v1")), code: "InvalidParameterException",
			message: "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Member can't be set together with imageIds'"},
		{op: "DescribeImages", name: "too large pages", call: send(describe(func(in *ecr.DescribeImagesInput) { in.MaxResults = new(int32(1001)) }), withRepository), code: "InvalidParameterException", message: pageTooLarge},
		{op: "DescribeImages", name: "invented token", call: send(describe(func(in *ecr.DescribeImagesInput) { in.NextToken = new("x") }), withRepository), code: "InvalidParameterException", message: badToken},
		{op: "DescribeImages", name: "unknown status", call: send(describeStatus("", "LOST"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'filter.imageStatus' failed to satisfy constraint: 'Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]'"},
		{op: "DescribeImages", name: "stranger", call: asStranger(func(w *tableWorld) any {
			return describe(func(in *ecr.DescribeImagesInput) { in.RegistryId = &w.account })
		}, withRepository), code: "AccessDeniedException"},
	}
}

func referrerRows() []tableRow {
	// referring returns the input that asks for the referrers of v1.
	referring := func(change func(*ecr.ListImageReferrersInput)) func(*tableWorld) any {
		return func(w *tableWorld) any {
			v1 := must(w.ecr.DescribeImages(w.t.Context(), &ecr.DescribeImagesInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{byTag("v1")}}))(w.t).ImageDetails[0]
			in := &ecr.ListImageReferrersInput{RepositoryName: new(app), SubjectId: &types.SubjectIdentifier{ImageDigest: v1.ImageDigest}}
			if change != nil {
				change(in)
			}
			return in
		}
	}
	filtered := func(status types.ArtifactStatusFilter, artifacts ...string) func(*ecr.ListImageReferrersInput) {
		return func(in *ecr.ListImageReferrersInput) {
			in.Filter = &types.ListImageReferrersFilter{ArtifactStatus: status, ArtifactTypes: artifacts}
		}
	}
	const sbom, signature = "application/spdx+json", "application/vnd.cncf.notary.signature"
	withReferrers := func(w *tableWorld) {
		withImages("v1")(w)
		v1 := *must(w.ecr.ListImages(w.t.Context(), &ecr.ListImagesInput{RepositoryName: new(app)}))(w.t).ImageIds[0].ImageDigest
		w.artifact(app, sbom, v1)
		w.storageClass(app, w.artifact(app, signature, v1), types.TargetStorageClassArchive)
	}
	withMany := func(w *tableWorld) {
		withImages("v1")(w)
		v1 := *must(w.ecr.ListImages(w.t.Context(), &ecr.ListImagesInput{RepositoryName: new(app)}))(w.t).ImageIds[0].ImageDigest
		for i := range 21 {
			m := manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{}, Subject: &descriptor{MediaType: ociManifest, Digest: v1, Size: 1}, ArtifactType: fmt.Sprint("t/", i)}
			w.put(app, "", m)
		}
	}
	are := func(want ...string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, _ *tableWorld, out any) {
			t.Helper()
			var got []string
			for _, r := range out.(*ecr.ListImageReferrersOutput).Referrers {
				if r.Digest == nil || *r.MediaType != ociManifest || *r.Size == 0 || r.Annotations["made.by"] != "table" {
					t.Errorf("referrer: %+v", r)
				}
				got = append(got, *r.ArtifactType+" "+string(r.ArtifactStatus))
			}
			slices.Sort(got)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("referrers (-want +got)\n%s", d)
			}
		}
	}
	of := func(d string) *ecr.ListImageReferrersInput {
		return &ecr.ListImageReferrersInput{RepositoryName: new(app), SubjectId: &types.SubjectIdentifier{ImageDigest: &d}}
	}
	return []tableRow{
		{op: "ListImageReferrers", name: "active ones by default", call: sendTo(referring(nil), withReferrers), check: are(sbom + " ACTIVE")},
		{op: "ListImageReferrers", name: "any", call: sendTo(referring(filtered(types.ArtifactStatusFilterAny)), withReferrers), check: are(sbom+" ACTIVE", signature+" ARCHIVED")},
		{op: "ListImageReferrers", name: "archived", call: sendTo(referring(filtered(types.ArtifactStatusFilterArchived)), withReferrers), check: are(signature + " ARCHIVED")},
		{op: "ListImageReferrers", name: "activating", call: sendTo(referring(filtered(types.ArtifactStatusFilterActivating)), withReferrers), check: are()},
		{op: "ListImageReferrers", name: "by type", call: sendTo(referring(filtered(types.ArtifactStatusFilterAny, signature, "t/none")), withReferrers), check: are(signature + " ARCHIVED")},
		{op: "ListImageReferrers", name: "of nothing", call: send(of(absent), withRepository), check: are()},
		{
			op: "ListImageReferrers", name: "pages of 20",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				withMany(w)
				var sizes []int
				for in := referring(nil)(w).(*ecr.ListImageReferrersInput); ; {
					page, err := w.ecr.ListImageReferrers(ctx, in)
					if err != nil {
						return nil, err
					}
					sizes = append(sizes, len(page.Referrers))
					if in.NextToken = page.NextToken; in.NextToken == nil {
						return sizes, nil
					}
				}
			},
			check: func(t *testing.T, _ *tableWorld, out any) {
				if d := cmp.Diff([]int{20, 1}, out); d != "" {
					t.Errorf("pages (-want +got)\n%s", d)
				}
			},
		},
		{op: "ListImageReferrers", name: "a page of 50", call: sendTo(referring(func(in *ecr.ListImageReferrersInput) { in.MaxResults = new(int32(50)) }), withMany),
			check: func(t *testing.T, _ *tableWorld, out any) {
				if got := out.(*ecr.ListImageReferrersOutput); len(got.Referrers) != 21 || got.NextToken != nil {
					t.Errorf("%d referrers", len(got.Referrers))
				}
			}},
		{op: "ListImageReferrers", name: "no repository", call: send(of(absent)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "ListImageReferrers", name: "no repository to be activated", call: sendTo(func(*tableWorld) any {
			in := of(absent)
			filtered(types.ArtifactStatusFilterActivating)(in)
			return in
		}), code: "RepositoryNotFoundException", message: noRepository},
		{op: "ListImageReferrers", name: "of a tag", call: send(of("v1"), withRepository), code: "ValidationException",
			message: "The subject's image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"},
		{op: "ListImageReferrers", name: "of an unknown kind of digest", call: send(of("md5:d41d8cd98f00b204e9800998ecf8427e"), withRepository), code: "ValidationException",
			message: "The subject's image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"},
		{op: "ListImageReferrers", name: "too large pages", call: sendTo(referring(func(in *ecr.ListImageReferrersInput) { in.MaxResults = new(int32(51)) }), withReferrers), code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 50'"},
		{op: "ListImageReferrers", name: "six types", call: sendTo(referring(filtered("", "a", "b", "c", "d", "e", "f")), withReferrers), code: "InvalidParameterException",
			message: "Invalid parameter at 'filter.artifactTypes' failed to satisfy constraint: 'Member must have length less than or equal to 5'"},
		{op: "ListImageReferrers", name: "unknown status", call: sendTo(referring(filtered("LOST")), withReferrers), code: "InvalidParameterException",
			message: "Invalid parameter at 'filter.artifactStatus' failed to satisfy constraint: 'Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]'"},
		{op: "ListImageReferrers", name: "invented token", call: sendTo(referring(func(in *ecr.ListImageReferrersInput) { in.NextToken = new("x") }), withReferrers), code: "InvalidParameterException", message: badToken},
		{op: "ListImageReferrers", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := of(absent)
			in.RegistryId = &w.account
			return in
		}, withRepository), code: "AccessDeniedException",
			message: "User: arn:aws:iam::" + user + ":root is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:@ACCOUNT:repository/team/app because no resource-based policy allows the ecr:BatchGetImage action"},
	}
}

func storageClassRows() []tableRow {
	update := func(id types.ImageIdentifier, class types.TargetStorageClass) *ecr.UpdateImageStorageClassInput {
		return &ecr.UpdateImageStorageClassInput{RepositoryName: new(app), ImageId: &id, TargetStorageClass: class}
	}
	const archive, standard = types.TargetStorageClassArchive, types.TargetStorageClassStandard
	is := func(status types.ImageStatus, archived, activated bool) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, w *tableWorld, out any) {
			t.Helper()
			got := out.(*ecr.UpdateImageStorageClassOutput)
			if *got.RegistryId != w.account || *got.RepositoryName != app || got.ImageId.ImageDigest == nil || got.ImageStatus != status {
				t.Errorf("answer: %+v", got)
			}
			d := must(w.ecr.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new(app), ImageIds: []types.ImageIdentifier{*got.ImageId}}))(t).ImageDetails[0]
			if d.ImageStatus != status || (d.LastArchivedAt != nil) != archived || (d.LastActivatedAt != nil) != activated {
				t.Errorf("image: %+v", d)
			}
		}
	}
	withIndex := func(w *tableWorld) {
		w.repository()
		w.index(app, "all", w.image(app, "v1"))
	}
	return []tableRow{
		{op: "UpdateImageStorageClass", name: "archive", call: send(update(byTag("v1"), archive), withImages("v1")), check: is(types.ImageStatusArchived, true, false)},
		{op: "UpdateImageStorageClass", name: "restore", call: send(update(byTag("old"), standard), withArchived), check: is(types.ImageStatusActive, true, true)},
		{op: "UpdateImageStorageClass", name: "an index", call: send(update(byTag("all"), archive), withIndex), check: is(types.ImageStatusArchived, true, false)},
		{op: "UpdateImageStorageClass", name: "what an archived index references", call: send(update(byTag("v1"), archive), withIndex, func(w *tableWorld) {
			must(w.ecr.UpdateImageStorageClass(w.t.Context(), update(byTag("all"), archive)))(w.t)
		}), check: is(types.ImageStatusArchived, true, false)},
		{op: "UpdateImageStorageClass", name: "an index is restored with its images", call: send(update(byTag("all"), standard), withIndex, func(w *tableWorld) {
			must(w.ecr.UpdateImageStorageClass(w.t.Context(), update(byTag("all"), archive)))(w.t)
			must(w.ecr.UpdateImageStorageClass(w.t.Context(), update(byTag("v1"), archive)))(w.t)
		}), check: func(t *testing.T, w *tableWorld, out any) {
			is(types.ImageStatusActive, true, true)(t, w, out)
			listed("all", "v1")(t, w, must(w.ecr.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: new(app)}))(t))
		}},
		{
			op: "UpdateImageStorageClass", name: "an archived image cannot be pulled", call: send(update(byTag("v1"), archive), withImages("v1")),
			check: func(t *testing.T, w *tableWorld, out any) {
				d := *out.(*ecr.UpdateImageStorageClassOutput).ImageId.ImageDigest
				for _, path := range []string{"/manifests/v1", "/manifests/" + d} {
					a := w.get("/v2/" + app + path)
					if code, message := ociError(t, a); a.status != 404 || code != "MANIFEST_UNKNOWN" || message != "Requested image not found" {
						t.Errorf("%s: %d %s", path, a.status, a.body)
					}
				}
				config := digest.FromString(`{"config of":"v1"}`).String()
				if a := w.get("/v2/" + app + "/blobs/" + config); a.status != 404 {
					t.Errorf("its config: %d %s", a.status, a.body)
				}
				w.storageClass(app, d, standard)
				for _, path := range []string{"/manifests/v1", "/blobs/" + config} {
					if a := w.get("/v2/" + app + path); a.status != 200 {
						t.Errorf("%s, restored: %d %s", path, a.status, a.body)
					}
				}
			},
		},
		{op: "UpdateImageStorageClass", name: "archived already", call: send(update(byTag("old"), archive), withArchived), code: "ImageStorageClassUpdateNotSupportedException",
			message: "The storage class of the image with imageId {imageDigest:'null', imageTag:'old'} within the repository with name 'team/app' in the registry with id '@ACCOUNT' cannot be updated: it is in that storage class already"},
		{op: "UpdateImageStorageClass", name: "active already", call: send(update(byTag("v1"), standard), withArchived), code: "ImageStorageClassUpdateNotSupportedException",
			message: "The storage class of the image with imageId {imageDigest:'null', imageTag:'v1'} within the repository with name 'team/app' in the registry with id '@ACCOUNT' cannot be updated: it is in that storage class already"},
		{op: "UpdateImageStorageClass", name: "referenced by an index", call: send(update(byTag("v1"), archive), withIndex), code: "ImageStorageClassUpdateNotSupportedException"},
		{op: "UpdateImageStorageClass", name: "no image", call: send(update(byTag("v1"), archive), withRepository), code: "ImageNotFoundException", message: noImage},
		{op: "UpdateImageStorageClass", name: "tag of another image", call: send(update(types.ImageIdentifier{ImageTag: new("v1"), ImageDigest: &absent}, archive), withImages("v1")), code: "ImageNotFoundException"},
		{op: "UpdateImageStorageClass", name: "no repository", call: send(update(byTag("v1"), archive)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "UpdateImageStorageClass", name: "neither tag nor digest", call: send(update(types.ImageIdentifier{}, archive), withRepository), code: "InvalidParameterException", message: noTagOrDigest},
		{op: "UpdateImageStorageClass", name: "unknown class", call: send(update(byTag("v1"), "GLACIER"), withImages("v1")), code: "InvalidParameterException",
			message: "Invalid parameter at 'targetStorageClass' failed to satisfy constraint: 'Member must satisfy enum value set: [STANDARD, ARCHIVE]'"},
		{op: "UpdateImageStorageClass", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := update(byTag("v1"), archive)
			in.RegistryId = &w.account
			return in
		}, withImages("v1")), code: "AccessDeniedException"},
	}
}
