package ociapi_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ociapi"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

const (
	sum256 = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
	uuid   = "0b6f9c3e-5a0f-4f0e-9f5e-0123456789ab"
)

var sum512 = digest.SHA512.FromString("a").String()

func TestParse(t *testing.T) {
	long := strings.Repeat("a", 128)
	tests := []struct {
		method, url string
		want        ociapi.Request
	}{
		{"GET", "/v2/", ociapi.Request{Kind: ociapi.Ping}},
		{"GET", "/v2", ociapi.Request{Kind: ociapi.Ping}},
		{"HEAD", "/v2/", ociapi.Request{Kind: ociapi.Ping}},
		{"GET", "/v2/?ns=docker.io", ociapi.Request{Kind: ociapi.Ping, Namespace: "docker.io"}},
		{"GET", "/v2/a1/manifests/latest", ociapi.Request{Kind: ociapi.ManifestGet, Repository: "a1", Tag: "latest"}},
		{"GET", "/v2/a1/manifests/" + long, ociapi.Request{Kind: ociapi.ManifestGet, Repository: "a1", Tag: long}},
		{"HEAD", "/v2/a/b/c/manifests/" + sum256, ociapi.Request{Kind: ociapi.ManifestHead, Repository: "a/b/c", Digest: digest.Digest(sum256)}},
		{"HEAD", "/v2/a/b/manifests/sha256%3A" + sum256[7:], ociapi.Request{Kind: ociapi.ManifestHead, Repository: "a/b", Digest: digest.Digest(sum256)}},
		{"PUT", "/v2/a/b/manifests/v1?tag=x", ociapi.Request{Kind: ociapi.ManifestPut, Repository: "a/b", Tag: "v1"}},
		{"PUT", "/v2/a/b/manifests/" + sum512 + "?tag=x&tag=y", ociapi.Request{Kind: ociapi.ManifestPut, Repository: "a/b", Digest: digest.Digest(sum512), Tags: []string{"x", "y"}}},
		{"DELETE", "/v2/a/b/manifests/v1", ociapi.Request{Kind: ociapi.ManifestDelete, Repository: "a/b", Tag: "v1"}},
		{"GET", "/v2/a/b/blobs/" + sum256, ociapi.Request{Kind: ociapi.BlobGet, Repository: "a/b", Digest: digest.Digest(sum256)}},
		{"HEAD", "/v2/a/b/blobs/" + sum512, ociapi.Request{Kind: ociapi.BlobHead, Repository: "a/b", Digest: digest.Digest(sum512)}},
		{"DELETE", "/v2/a/b/blobs/" + sum256, ociapi.Request{Kind: ociapi.BlobDelete, Repository: "a/b", Digest: digest.Digest(sum256)}},
		{"POST", "/v2/a/b/blobs/uploads/", ociapi.Request{Kind: ociapi.UploadStart, Repository: "a/b"}},
		{"POST", "/v2/a/b/blobs/uploads", ociapi.Request{Kind: ociapi.UploadStart, Repository: "a/b"}},
		{"POST", "/v2/a/b/blobs/uploads/?digest-algorithm=sha512", ociapi.Request{Kind: ociapi.UploadStart, Repository: "a/b"}},
		{"POST", "/v2/a/b/blobs/uploads/?digest=" + sum256, ociapi.Request{Kind: ociapi.UploadWhole, Repository: "a/b", Digest: digest.Digest(sum256)}},
		{"POST", "/v2/a/b/blobs/uploads/?mount=" + sum256 + "&from=c/d", ociapi.Request{Kind: ociapi.UploadMount, Repository: "a/b", Digest: digest.Digest(sum256), From: "c/d"}},
		{"POST", "/v2/a/b/blobs/uploads/?mount=" + sum256, ociapi.Request{Kind: ociapi.UploadMount, Repository: "a/b", Digest: digest.Digest(sum256)}},
		{"GET", "/v2/a/b/blobs/uploads/" + uuid, ociapi.Request{Kind: ociapi.UploadStatus, Repository: "a/b", Upload: uuid}},
		{"PATCH", "/v2/a/b/blobs/uploads/" + uuid, ociapi.Request{Kind: ociapi.UploadAppend, Repository: "a/b", Upload: uuid}},
		{"PUT", "/v2/a/b/blobs/uploads/" + uuid + "?digest=" + sum256, ociapi.Request{Kind: ociapi.UploadFinish, Repository: "a/b", Upload: uuid, Digest: digest.Digest(sum256)}},
		{"DELETE", "/v2/a/b/blobs/uploads/" + uuid, ociapi.Request{Kind: ociapi.UploadCancel, Repository: "a/b", Upload: uuid}},
		{"GET", "/v2/a/b/tags/list", ociapi.Request{Kind: ociapi.TagList, Repository: "a/b"}},
		{"GET", "/v2/a/b/tags/list?n=0&last=v1", ociapi.Request{Kind: ociapi.TagList, Repository: "a/b", N: 1, Last: "v1"}},
		{"GET", "/v2/a/b/referrers/" + sum256 + "?artifactType=a/b&artifactType=", ociapi.Request{Kind: ociapi.Referrers, Repository: "a/b", Digest: digest.Digest(sum256), ArtifactTypes: []string{"a/b"}}},
		{"GET", "/v2/_catalog?n=1000", ociapi.Request{Kind: ociapi.Catalog, N: 1001}},
		// A name may contain the words of the API.
		{"GET", "/v2/manifests/blobs/uploads/tags/list", ociapi.Request{Kind: ociapi.TagList, Repository: "manifests/blobs/uploads"}},
		{"GET", "/v2/blobs/uploads/manifests/list", ociapi.Request{Kind: ociapi.ManifestGet, Repository: "blobs/uploads", Tag: "list"}},
		{"GET", "/v2/tags/list/blobs/" + sum256, ociapi.Request{Kind: ociapi.BlobGet, Repository: "tags/list", Digest: digest.Digest(sum256)}},
		{"POST", "/v2/blobs/uploads/blobs/uploads/", ociapi.Request{Kind: ociapi.UploadStart, Repository: "blobs/uploads"}},
		{"GET", "/v2/v2/manifests/v2", ociapi.Request{Kind: ociapi.ManifestGet, Repository: "v2", Tag: "v2"}},
	}
	for _, tt := range tests {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ociapi.Parse(tt.method, u)
		if err != nil {
			t.Errorf("%s %s: %v", tt.method, tt.url, err)
			continue
		}
		tt.want.N-- // so that the table need not say -1 in every row
		if d := cmp.Diff(&tt.want, got); d != "" {
			t.Errorf("%s %s (-want +got)\n%s", tt.method, tt.url, d)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const (
		endpoint = "404 UNSUPPORTED"
		method   = "405 UNSUPPORTED"
		bad      = "405 UNSUPPORTED" // what ECR answers for a parameter that is not valid
		badSum   = "400 DIGEST_INVALID"
		manifest = "404 MANIFEST_UNKNOWN"
		upload   = "404 BLOB_UPLOAD_UNKNOWN"
	)
	tests := []struct{ method, url, want string }{
		{"GET", "/v3/", endpoint},
		{"GET", "/v2x", endpoint},
		{"GET", "/v2//", endpoint},
		{"GET", "/v2/x", endpoint},
		{"GET", "/v2/_catalog/", endpoint},
		{"GET", "/v2/manifests/latest", endpoint},
		{"GET", "/v2/a1/manifest/latest", endpoint},
		{"GET", "/v2/a1/tags", endpoint},
		{"GET", "/v2/a1/tags/lists", endpoint},
		{"GET", "/v2/manifests", endpoint},
		{"POST", "/v2/uploads", endpoint},
		{"GET", "/v2/a1/manifests/latest/", endpoint},
		{"GET", "/v2/a1%2Fmanifests/latest", endpoint},
		{"GET", "/v2/a1%2Fb/manifests/latest", endpoint},
		{"GET", "/v2/a1/manifests/..%2f..%2fx", endpoint},
		{"GET", "/v2/../v2/a1/manifests/x", bad},
		{"GET", "/v2/a1/../b1/manifests/x", bad},
		{"GET", "/v2/a1/%2e%2e/b1/manifests/x", bad},
		{"GET", "/v2/./a1/manifests/x", bad},
		{"GET", "/v2//a1/manifests/x", bad},
		{"GET", "/v2/a1//manifests/x", bad},
		{"GET", "/v2/a/manifests/x", bad}, // one letter is too short
		{"GET", "/v2/A1/manifests/x", bad},
		{"GET", "/v2/a1%00/manifests/x", bad},
		{"GET", "/v2/a1%0a/manifests/x", bad},
		{"GET", "/v2/" + strings.Repeat("a", 257) + "/manifests/x", bad},
		{"GET", "/v2/a1/manifests/%2e%2e", manifest},
		{"GET", "/v2/a1/manifests/.INVALID", manifest},
		{"HEAD", "/v2/a1/manifests/" + strings.Repeat("a", 129), manifest},
		{"DELETE", "/v2/a1/manifests/-", manifest},
		{"GET", "/v2/a1/manifests/", manifest},
		{"PUT", "/v2/a1/manifests/.x", bad},
		{"PUT", "/v2/a1/manifests/" + sum256 + "?tag=ok&tag=not%20ok", bad},
		{"GET", "/v2/a1/manifests/sha256:totallywrong", badSum},
		{"GET", "/v2/a1/manifests/md5:d41d8cd98f00b204e9800998ecf8427e", badSum},
		{"GET", "/v2/a1/blobs/latest", badSum},
		{"GET", "/v2/a1/blobs/" + strings.ToUpper(sum256), badSum},
		{"GET", "/v2/a1/blobs/sha256:..", badSum},
		{"GET", "/v2/a1/referrers/latest", badSum},
		{"POST", "/v2/a1/blobs/uploads/?digest=x", badSum},
		{"POST", "/v2/a1/blobs/uploads/?mount=x&from=a1", badSum},
		{"POST", "/v2/a1/blobs/uploads/?digest-algorithm=sha384", badSum},
		{"PUT", "/v2/a1/blobs/uploads/" + uuid, badSum},
		{"PUT", "/v2/a1/blobs/uploads/" + uuid + "?digest=sha256:x", badSum},
		{"GET", "/v2/a1/blobs/uploads/x", upload},
		{"PATCH", "/v2/a1/blobs/uploads/" + strings.ToUpper(uuid), upload},
		{"PATCH", "/v2/a1/blobs/uploads/..", upload},
		{"GET", "/v2/a1/tags/list?n=-1", bad},
		{"GET", "/v2/a1/tags/list?n=1001", bad},
		{"GET", "/v2/a1/tags/list?n=x", bad},
		{"GET", "/v2/a1/tags/list?n=", bad},
		{"GET", "/v2/_catalog?n=1001", bad},
		{"GET", "/v2/a1/tags/list?%zz", bad},
		{"GET", "/v2/a1/referrers/" + sum256 + "?artifactType=1&artifactType=2&artifactType=3&artifactType=4&artifactType=5&artifactType=6", bad},
		{"POST", "/v2/", method},
		{"POST", "/v2/a1/manifests/x", method},
		{"PUT", "/v2/a1/blobs/" + sum256, method},
		{"GET", "/v2/a1/blobs/uploads/", method},
		{"POST", "/v2/a1/tags/list", method},
		{"BREW", "/v2/a1/referrers/" + sum256, method},
	}
	for _, tt := range tests {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ociapi.Parse(tt.method, u)
		var e *ociapi.Error
		if !errors.As(err, &e) {
			t.Errorf("%s %s: %+v, %v, want %s", tt.method, tt.url, got, err, tt.want)
			continue
		}
		if got := fmt.Sprint(e.Status, " ", e.Code); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.url, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"/v2/", "/v2/_catalog?n=5&last=x", "/v2/a/b/manifests/latest", "/v2/a/b/blobs/" + sum256, "/v2/a/b/blobs/uploads/?mount=" + sum256 + "&from=c/d",
		"/v2/a/b/blobs/uploads/" + uuid + "?digest=" + sum256, "/v2/a/b/tags/list?n=1", "/v2/a/b/referrers/" + sum256 + "?artifactType=x", "/v2/a%2fb/manifests/..",
	} {
		f.Add("GET", s)
		f.Add("POST", s)
		f.Add("PUT", s)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		q, err := ociapi.Parse(method, u)
		if (q == nil) == (err == nil) {
			t.Fatalf("Parse = %v, %v", q, err)
		}
		if err != nil {
			if e := (*ociapi.Error)(nil); !errors.As(err, &e) || e.Status < 400 || e.Status > 499 || e.Code == "" || e.Message == "" {
				t.Fatalf("error %+v", err)
			}
			return
		}
		if (q.Repository == "") != (q.Kind == ociapi.Ping || q.Kind == ociapi.Catalog) {
			t.Errorf("kind %d with repository %q", q.Kind, q.Repository)
		}
		if q.Repository != "" && !ocispec.ValidRepositoryName(q.Repository) {
			t.Errorf("repository %q", q.Repository)
		}
		for _, tag := range append(q.Tags, q.Tag) {
			if tag != "" && !ocispec.ValidTag(tag) {
				t.Errorf("tag %q", tag)
			}
		}
		if _, err := ocispec.ParseDigest(q.Digest.String()); q.Digest != "" && err != nil {
			t.Error(err)
		}
	})
}
