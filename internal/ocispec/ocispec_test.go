package ocispec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
)

func TestValidRepositoryName(t *testing.T) {
	for name, want := range map[string]bool{
		"ab": true, "a0": true, "team/app": true, "a.b": true, "a_b": true, "a__b": true, "a-b": true, "a---b": true,
		"0a": true, "a/b/c/d": true, strings.Repeat("a", 256): true, "v2/blobs/uploads": true,
		"": false, "a": false, "A": false, "team/App": false, "a..b": false, "a___b": false, "-a": false, "a-": false,
		"/a": false, "a/": false, "a//b": false, "a._b": false, "a b": false, "a\n": false, "ab\n": false, "../x": false,
		"a/../b": false, "ä": false, strings.Repeat("a", 257): false, "a:b": false, "a%2fb": false,
	} {
		if got := ocispec.ValidRepositoryName(name); got != want {
			t.Errorf("ValidRepositoryName(%q) = %v, want %v", name, got, want)
		}
	}
}

// FuzzValidRepositoryName compares with the rule as Amazon ECR states it.
func FuzzValidRepositoryName(f *testing.F) {
	for _, s := range []string{"ab", "a", "a/b", "a__b", "a___b", "a_b", "a--b", "a..b", "a._b", "a/", "/a", "a//b", "a-/b", "a-", "A/b", "a/b\n", "a_.b", strings.Repeat("a", 256), strings.Repeat("a", 257)} {
		f.Add(s)
	}
	pattern := regexp.MustCompile(`^` + ocispec.RepositoryNamePattern + `$`)
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := ocispec.ValidRepositoryName(s), len(s) >= 2 && len(s) <= 256 && pattern.MatchString(s); got != want {
			t.Errorf("%q: %t, want %t", s, got, want)
		}
	})
}

// FuzzParseDigest compares with what the digest says of itself.
func FuzzParseDigest(f *testing.F) {
	for _, s := range []string{string(digest.FromString("")), string(digest.SHA512.FromString("")), "sha256:", "sha256:" + strings.Repeat("A", 64), "sha256:" + strings.Repeat("a", 65), "sha384:aa", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := digest.Digest(s)
		want := d.Validate() == nil && ocispec.SupportedAlgorithm(d.Algorithm())
		if got, err := ocispec.ParseDigest(s); (err == nil) != want || err == nil && got != d {
			t.Errorf("%q: %q, %v; want it taken: %t", s, got, err, want)
		}
	})
}

func TestValidTag(t *testing.T) {
	for tag, want := range map[string]struct{ oci, api bool }{
		"latest": {true, true}, "v1.2-3_x": {true, true}, "_a": {true, true}, "A": {true, true},
		strings.Repeat("a", 128): {true, true},
		strings.Repeat("a", 129): {false, true},
		strings.Repeat("a", 300): {false, true},
		strings.Repeat("a", 301): {false, false},
		".a":                     {false, true}, "-a": {false, true},
		"": {false, false}, "a b": {false, false}, "a/b": {false, false}, "a:b": {false, false}, "a\n": {false, false}, "é": {false, false},
	} {
		if got := ocispec.ValidTag(tag); got != want.oci {
			t.Errorf("ValidTag(%q) = %v, want %v", tag, got, want.oci)
		}
		if got := ocispec.ValidAPITag(tag); got != want.api {
			t.Errorf("ValidAPITag(%q) = %v, want %v", tag, got, want.api)
		}
	}
}

func TestParseDigest(t *testing.T) {
	good := []string{digest.SHA256.FromString("x").String(), digest.SHA512.FromString("x").String()}
	for _, s := range good {
		if d, err := ocispec.ParseDigest(s); err != nil || d.String() != s {
			t.Errorf("ParseDigest(%q) = %q, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"", "sha256", "sha256:", "sha256:abc", "sha256:totallywrong", strings.ToUpper(good[0]), "sha256:" + strings.ToUpper(good[0][7:]),
		digest.SHA384.FromString("x").String(), "md5:d41d8cd98f00b204e9800998ecf8427e", good[0] + "0", good[0] + "\n", " " + good[0],
		"sha512:" + good[0][7:], "sha256:../../../../etc/passwd",
	} {
		if d, err := ocispec.ParseDigest(s); err == nil || d != "" {
			t.Errorf("ParseDigest(%q) = %q, %v, want an error", s, d, err)
		}
	}
}

const (
	sumA = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" // "a"
	sumB = "sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d" // "b"
)

func TestParseManifest(t *testing.T) {
	a := ocispec.Descriptor{MediaType: "t/a", Digest: sumA, Size: 1}
	b := ocispec.Descriptor{MediaType: "t/b", Digest: sumB, Size: 2}
	descA := `{"mediaType":"t/a","digest":"` + sumA + `","size":1,"data":"YQ=="}`
	descB := `{"mediaType":"t/b","digest":"` + sumB + `","size":2,"urls":["https://example.com"]}`
	tests := []struct {
		name, announced, doc string
		want                 *ocispec.Manifest
		artifactType         string
		size                 int64
	}{
		{
			name: "docker", announced: ocispec.MediaTypeDockerManifest,
			doc:          `{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeDockerManifest + `","config":` + descA + `,"layers":[` + descB + `,` + descA + `]}`,
			want:         &ocispec.Manifest{MediaType: ocispec.MediaTypeDockerManifest, Config: &a, Layers: []ocispec.Descriptor{b, a}},
			artifactType: "t/a", size: 4,
		},
		{
			name: "OCI image without a media type of its own", announced: ocispec.MediaTypeImageManifest,
			doc:          `{"schemaVersion":2,"config":` + descA + `,"layers":[` + descB + `],"unknown":{"x":[1]}}`,
			want:         &ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: &a, Layers: []ocispec.Descriptor{b}},
			artifactType: "t/a", size: 3,
		},
		{
			name:         "OCI image without layers, media type not announced",
			doc:          `{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageManifest + `","config":` + descA + `,"layers":null}`,
			want:         &ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: &a, Layers: []ocispec.Descriptor{}},
			artifactType: "t/a", size: 1,
		},
		{
			name: "artifact", announced: ocispec.MediaTypeImageManifest,
			doc: `{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageManifest + `","artifactType":"t/sbom","config":` + descA + `,"layers":[],` +
				`"subject":` + descB + `,"annotations":{"k":"v"}}`,
			want: &ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, ArtifactType: "t/sbom", Config: &a, Layers: []ocispec.Descriptor{},
				Subject: &b, Annotations: map[string]string{"k": "v"}},
			artifactType: "t/sbom", size: 1,
		},
		{
			name: "index", announced: ocispec.MediaTypeImageIndex,
			doc:  `{"schemaVersion":2,"manifests":[` + descA + `],"annotations":null,"subject":null}`,
			want: &ocispec.Manifest{MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{a}},
		},
		{
			name: "manifest list", announced: ocispec.MediaTypeDockerList,
			doc:  `{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeDockerList + `","manifests":[]}`,
			want: &ocispec.Manifest{MediaType: ocispec.MediaTypeDockerList, Manifests: []ocispec.Descriptor{}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ocispec.ParseManifest([]byte(tt.doc), tt.announced)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, m); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if got := m.EffectiveArtifactType(); got != tt.artifactType {
				t.Errorf("EffectiveArtifactType() = %q, want %q", got, tt.artifactType)
			}
			if got := m.Size(); got != tt.size {
				t.Errorf("Size() = %d, want %d", got, tt.size)
			}
		})
	}
}

func TestBlobsLeavesOutForeignLayers(t *testing.T) {
	desc := func(mt string) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1,"urls":["https://example.com/x"]}`, mt, sumB)
	}
	doc := `{"schemaVersion":2,"config":{"mediaType":"t/a","digest":"` + sumA + `","size":1},"layers":[` + strings.Join([]string{
		desc("application/vnd.oci.image.layer.v1.tar+gzip"),
		desc("application/vnd.oci.image.layer.nondistributable.v1.tar"),
		desc("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"),
		desc("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
	}, ",") + `]}`
	m, err := ocispec.ParseManifest([]byte(doc), ocispec.MediaTypeImageManifest)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range m.Blobs() {
		got = append(got, d.MediaType)
	}
	if d := cmp.Diff([]string{"t/a", "application/vnd.oci.image.layer.v1.tar+gzip"}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestParseManifestRefuses(t *testing.T) {
	const oci, index = ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageIndex
	config := `"config":{"mediaType":"t/a","digest":"` + sumA + `","size":1}`
	tests := []struct {
		name, announced, doc, field string
		is                          error
	}{
		{"nothing", oci, ``, "", ocispec.ErrSyntax},
		{"cut off", oci, `{"schemaVersion":2,`, "", ocispec.ErrSyntax},
		{"two documents", oci, `{} {}`, "", ocispec.ErrSyntax},
		{"not an object", oci, `[]`, "", nil},
		{"null", oci, `null`, "", nil},
		{"schema 1", "application/vnd.docker.distribution.manifest.v1+prettyjws", `{"schemaVersion":1}`, "", ocispec.ErrSchema1},
		{"schema 1 announced as 2", ocispec.MediaTypeDockerManifest, `{"schemaVersion":1,"name":"x"}`, "", ocispec.ErrSchema1},
		{"no version", oci, `{` + config + `}`, "schemaVersion", nil},
		{"no media type", "", `{"schemaVersion":2,` + config + `}`, "mediaType", ocispec.ErrMediaType},
		{"unknown media type", "text/plain", `{"schemaVersion":2,` + config + `}`, "mediaType", ocispec.ErrMediaType},
		{"announced as something else", oci, `{"schemaVersion":2,"mediaType":"` + index + `","manifests":[]}`, "mediaType", ocispec.ErrMediaType},
		{"field twice", oci, `{"schemaVersion":2,` + config + `,` + config + `}`, "", nil},
		{"field in the wrong case", oci, `{"schemaVersion":2,"Config":{}}`, "config", nil},
		{"no config", oci, `{"schemaVersion":2,"layers":[]}`, "config", nil},
		{"config of the wrong type", oci, `{"schemaVersion":2,"config":7}`, "config", nil},
		{"image and index", oci, `{"schemaVersion":2,` + config + `,"manifests":[]}`, "manifests", nil},
		{"index and image", index, `{"schemaVersion":2,"manifests":[],"layers":[]}`, "layers", nil},
		{"index with config", index, `{"schemaVersion":2,"manifests":[],` + config + `}`, "config", nil},
		{"layers of the wrong type", oci, `{"schemaVersion":2,` + config + `,"layers":{}}`, "layers", nil},
		{"bad digest", oci, `{"schemaVersion":2,` + config + `,"layers":[{"mediaType":"x","digest":"sha256:x","size":1}]}`, "layers[0].digest", digest.ErrDigestInvalidLength},
		{"negative size", oci, `{"schemaVersion":2,` + config + `,"layers":[{"mediaType":"x","digest":"` + sumA + `","size":-1}]}`, "layers[0].size", nil},
		{"huge size", oci, `{"schemaVersion":2,` + config + `,"layers":[{"mediaType":"x","digest":"` + sumA + `","size":9223372036854775807}]}`, "layers[0].size", nil},
		{"no size", index, `{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"` + sumA + `"}]}`, "manifests[0].size", nil},
		{"no media type in descriptor", index, `{"schemaVersion":2,"manifests":[{"digest":"` + sumA + `","size":1}]}`, "manifests[0].mediaType", nil},
		{"data of something else", index, `{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"` + sumA + `","size":1,"data":"Yg=="}]}`, "manifests[0].data", nil},
		{"bad subject", index, `{"schemaVersion":2,"manifests":[],"subject":{}}`, "subject.mediaType", nil},
		{"annotation that is no string", index, `{"schemaVersion":2,"manifests":[],"annotations":{"a":1}}`, "annotations", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ocispec.ParseManifest([]byte(tt.doc), tt.announced)
			var e *ocispec.ManifestError
			if !errors.As(err, &e) {
				t.Fatalf("ParseManifest = %+v, %v, want a *ManifestError", m, err)
			}
			if e.Field != tt.field {
				t.Errorf("field %q (%v), want %q", e.Field, err, tt.field)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v is not %v", err, tt.is)
			}
		})
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"config":{"mediaType":"t","digest":"`+sumA+`","size":1,"data":"YQ=="},"layers":[]}`), ocispec.MediaTypeImageManifest)
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"mediaType":"t","digest":"`+sumA+`","size":1}],"subject":null}`), ocispec.MediaTypeImageIndex)
	f.Add([]byte(`{"schemaVersion":1}`), "")
	f.Fuzz(func(t *testing.T, doc []byte, announced string) {
		m, err := ocispec.ParseManifest(doc, announced)
		if (m == nil) == (err == nil) {
			t.Fatalf("ParseManifest = %v, %v", m, err)
		}
		if err != nil {
			if e := (*ocispec.ManifestError)(nil); !errors.As(err, &e) {
				t.Fatalf("error %T", err)
			}
			return
		}
		if !json.Valid(doc) {
			t.Error("accepted what is not JSON")
		}
		if m.Size() < 0 {
			t.Error("negative size")
		}
		if m.IsIndex() == (m.Config != nil) {
			t.Error("an index has no config, and an image has one")
		}
		for _, d := range append(m.Blobs(), m.Manifests...) {
			if d.Digest.Validate() != nil || d.Size < 0 || d.MediaType == "" {
				t.Errorf("accepted descriptor %+v", d)
			}
		}
	})
}
