package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

const layerType = "application/vnd.oci.image.layer.v1.tar+gzip"

var (
	app   = registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "team/app"}
	other = registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "team/other"}
)

// fixture is a registry with the repositories app and other.
type fixture struct {
	*registry.Registry
	t     *testing.T
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func each(t *testing.T, f func(t *testing.T, f *fixture)) {
	t.Helper()
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobs, err := blob.OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c := &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
		fix := &fixture{t: t, clock: c, Registry: registry.New(registry.Config{DB: db, Blobs: blobs, Now: c.Now})}
		for _, repo := range []registry.Repo{app, other} {
			if _, err := fix.CreateRepository(t.Context(), repo, registry.Settings{}); err != nil {
				t.Fatal(err)
			}
		}
		f(t, fix)
	})
}

// is fails the test unless err is of the kind.
func is(t *testing.T, err error, want registry.Kind) *registry.Error {
	t.Helper()
	var e *registry.Error
	if !errors.Is(err, want) || !errors.As(err, &e) {
		t.Fatalf("error %v, want %q", err, want)
	}
	return e
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// push uploads a blob to a repository.
func (f *fixture) push(repo registry.Repo, content string) digest.Digest {
	f.t.Helper()
	d := digest.FromString(content)
	id := ok[string](f.t)(f.StartUpload(f.t.Context(), repo))
	ok[int64](f.t)(f.AppendUpload(f.t.Context(), repo, id, 0, strings.NewReader(content)))
	l := ok[*registry.Layer](f.t)(f.CompleteUpload(f.t.Context(), repo, id, d))
	if l.Digest != d || l.Size != int64(len(content)) {
		f.t.Fatalf("layer %+v", l)
	}
	return d
}

type desc struct {
	MediaType string        `json:"mediaType"`
	Digest    digest.Digest `json:"digest"`
	Size      int           `json:"size"`
}

type doc struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType,omitempty"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Config        *desc             `json:"config,omitempty"`
	Layers        []desc            `json:"layers,omitempty"`
	Manifests     []desc            `json:"manifests,omitempty"`
	Subject       *desc             `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

func (d doc) bytes() []byte {
	d.SchemaVersion = 2
	b, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return b
}

// imageDoc returns a manifest whose config and layer hold the words.
func imageDoc(config, layer string) doc {
	return doc{
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    &desc{"application/vnd.oci.image.config.v1+json", digest.FromString(config), len(config)},
		Layers:    []desc{{layerType, digest.FromString(layer), len(layer)}},
	}
}

// image pushes an image with its blobs.
func (f *fixture) image(repo registry.Repo, word string, tags ...string) *registry.Image {
	f.t.Helper()
	f.push(repo, "config "+word)
	f.push(repo, "layer "+word)
	return f.put(repo, imageDoc("config "+word, "layer "+word), tags...)
}

func (f *fixture) put(repo registry.Repo, d doc, tags ...string) *registry.Image {
	f.t.Helper()
	return ok[*registry.Image](f.t)(f.PutImage(f.t.Context(), repo, registry.NewImage{Manifest: d.bytes(), Tags: tags}))
}

func child(i *registry.Image) desc { return desc{i.MediaType, i.Digest, int(i.ManifestSize)} }

func TestRepositories(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		repo := registry.Repo{Account: "222222222222", Region: "eu-west-1", Name: "a/b"}
		s := registry.Settings{
			TagMutability: registry.ImmutableWithExclusion, TagExclusions: []string{"dev-*"}, ScanOnPush: true,
			Encryption: registry.Encryption{Type: "KMS", KMSKey: "arn:aws:kms:eu-west-1:222222222222:key/x"}, Tags: map[string]string{"team": "a"},
		}
		want := &registry.Repository{Repo: repo, CreatedAt: f.clock.Now(), TagMutability: s.TagMutability, TagExclusions: s.TagExclusions, ScanOnPush: true, Encryption: s.Encryption}
		got := ok[*registry.Repository](t)(f.CreateRepository(ctx, repo, s))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("CreateRepository (-want +got)\n%s", d)
		}
		if d := cmp.Diff(want, ok[*registry.Repository](t)(f.Repository(ctx, repo))); d != "" {
			t.Errorf("Repository (-want +got)\n%s", d)
		}
		_, err := f.CreateRepository(ctx, repo, registry.Settings{})
		is(t, err, registry.ErrRepositoryExists)
		_, err = f.CreateRepository(ctx, registry.Repo{Account: "1", Region: "r", Name: "Bad"}, registry.Settings{})
		is(t, err, registry.ErrInvalidName)

		// The same name in another region or account is another repository.
		elsewhere := repo
		elsewhere.Region = "us-east-1"
		_, err = f.Repository(ctx, elsewhere)
		is(t, err, registry.ErrRepositoryNotFound)

		want.TagMutability, want.TagExclusions = registry.Mutable, nil
		if d := cmp.Diff(want, ok[*registry.Repository](t)(f.SetTagMutability(ctx, repo, registry.Mutable, nil))); d != "" {
			t.Errorf("SetTagMutability (-want +got)\n%s", d)
		}
		want.ScanOnPush = false
		if d := cmp.Diff(want, ok[*registry.Repository](t)(f.SetScanOnPush(ctx, repo, false))); d != "" {
			t.Errorf("SetScanOnPush (-want +got)\n%s", d)
		}
		if d := cmp.Diff(want, ok[*registry.Repository](t)(f.DeleteRepository(ctx, repo, false))); d != "" {
			t.Errorf("DeleteRepository (-want +got)\n%s", d)
		}
		for _, err := range []error{
			func() error { _, err := f.Repository(ctx, repo); return err }(),
			func() error { _, err := f.DeleteRepository(ctx, repo, true); return err }(),
			func() error { _, err := f.SetScanOnPush(ctx, repo, true); return err }(),
			func() error { _, err := f.ResourceTags(ctx, repo); return err }(),
			f.SetResourceTags(ctx, repo, map[string]string{"a": "b"}),
			f.RemoveResourceTags(ctx, repo, []string{"a"}),
			f.SetPolicy(ctx, repo, registry.Policy{Text: "{}"}),
			func() error { _, err := f.Policy(ctx, repo); return err }(),
			func() error { _, err := f.DeletePolicy(ctx, repo); return err }(),
			func() error { _, err := f.StartUpload(ctx, repo); return err }(),
			func() error { _, err := f.UploadSize(ctx, repo, "x"); return err }(),
			func() error { _, err := f.Layer(ctx, repo, digest.FromString("x")); return err }(),
			func() error { _, err := f.Layers(ctx, repo, nil); return err }(),
			func() error { _, err := f.DeleteLayer(ctx, repo, digest.FromString("x")); return err }(),
			func() error { _, err := f.Mount(ctx, repo, digest.FromString("x"), app.Name); return err }(),
			func() error { _, err := f.Image(ctx, repo, registry.Ref{Tag: "x"}); return err }(),
			func() error { _, err := f.Describe(ctx, repo, []registry.Ref{{Tag: "x"}}); return err }(),
			func() error { _, err := f.DeleteImages(ctx, repo, nil); return err }(),
			func() error { _, _, err := f.Images(ctx, repo, registry.ImageFilter{}, registry.Page{}); return err }(),
			func() error { _, _, err := f.ImageRefs(ctx, repo, registry.ImageFilter{}, registry.Page{}); return err }(),
			func() error { _, _, err := f.Tags(ctx, repo, "", 0); return err }(),
			func() error {
				_, _, err := f.Referrers(ctx, repo, digest.FromString("x"), registry.ReferrerFilter{}, registry.Page{})
				return err
			}(),
			f.DeleteTag(ctx, repo, "x"),
		} {
			is(t, err, registry.ErrRepositoryNotFound)
		}
	})
}

func TestMutabilitySettings(t *testing.T) {
	six := []string{"a", "b", "c", "d", "e", "f"}
	each(t, func(t *testing.T, f *fixture) {
		for _, tt := range []struct {
			m     registry.Mutability
			globs []string
			good  bool
		}{
			{registry.Mutable, nil, true},
			{registry.Mutable, []string{"a"}, false},
			{registry.Immutable, []string{"a"}, false},
			{registry.ImmutableWithExclusion, nil, false},
			{registry.ImmutableWithExclusion, six[:5], true},
			{registry.ImmutableWithExclusion, six, false},
			{registry.MutableWithExclusion, []string{"*a*"}, true},
			{registry.MutableWithExclusion, []string{"*a*b*"}, false},
			{registry.MutableWithExclusion, []string{"a b"}, false},
			{registry.MutableWithExclusion, []string{""}, false},
			{"SOMETIMES", nil, false},
		} {
			_, err := f.SetTagMutability(t.Context(), app, tt.m, tt.globs)
			if tt.good && err != nil {
				t.Errorf("%s %q: %v", tt.m, tt.globs, err)
			}
			if !tt.good {
				is(t, err, registry.ErrInvalidMutability)
			}
		}
	})
}

func TestListRepositories(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		names := []string{"a-b", "a.b", "a/b", "a0", "a_b", "ab", "z9"} // in byte order
		for _, n := range slices.Backward(names) {
			ok[*registry.Repository](t)(f.CreateRepository(ctx, registry.Repo{Account: "3", Region: "r", Name: n}, registry.Settings{}))
		}
		var got []string
		p := registry.Page{Limit: 3}
		for pages := 1; ; pages++ {
			repos, next, err := f.Repositories(ctx, "3", "r", p)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range repos {
				got = append(got, r.Name)
			}
			if next == "" {
				if pages != 3 {
					t.Errorf("%d pages, want 3", pages)
				}
				break
			}
			p.Token = next
		}
		if d := cmp.Diff(names, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		_, _, err := f.Repositories(ctx, "3", "r", registry.Page{Token: "nonsense!"})
		is(t, err, registry.ErrInvalidToken)
		_, _, err = f.Images(ctx, app, registry.ImageFilter{}, p)
		is(t, err, registry.ErrInvalidToken) // a token of another list

		rest, more, err := f.RepositoryNames(ctx, "3", "r", "a0", 2)
		if d := cmp.Diff([]string{"a_b", "ab"}, rest); d != "" || !more || err != nil {
			t.Errorf("RepositoryNames: more %v, error %v (-want +got)\n%s", more, err, d)
		}
	})
}

func TestPoliciesAndResourceTags(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		_, err := f.Policy(ctx, app)
		is(t, err, registry.ErrPolicyNotFound)
		_, err = f.DeletePolicy(ctx, app)
		is(t, err, registry.ErrPolicyNotFound)
		_, err = f.RegistryPolicy(ctx, app.Account, app.Region)
		is(t, err, registry.ErrRegistryPolicyNotFound)
		_, err = f.DeleteRegistryPolicy(ctx, app.Account, app.Region)
		is(t, err, registry.ErrRegistryPolicyNotFound)

		set := registry.Policy{Text: "{ \"Version\" : \"2012-10-17\" }\n", Principals: map[string]string{"arn:aws:iam::111111111111:user/é": "AIDA1"}}
		of := registry.Policy{Text: "new", Principals: map[string]string{"a": "AROA1", "b": "AROA1:x"}}
		for _, p := range []registry.Policy{{Text: "old", Principals: map[string]string{"a": "AROA0"}}, set} {
			if err := f.SetPolicy(ctx, app, p); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range []registry.Policy{{Text: "old"}, of} {
			if err := f.SetRegistryPolicy(ctx, app.Account, app.Region, p); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(&set, ok[*registry.Policy](t)(f.Policy(ctx, app))); d != "" {
			t.Errorf("Policy (-want +got)\n%s", d)
		}
		if d := cmp.Diff(&of, ok[*registry.Policy](t)(f.RegistryPolicy(ctx, app.Account, app.Region))); d != "" {
			t.Errorf("RegistryPolicy (-want +got)\n%s", d)
		}
		if err := f.SetResourceTags(ctx, app, map[string]string{"a": "1", "b": "2", "c": ""}); err != nil {
			t.Fatal(err)
		}
		if err := f.SetResourceTags(ctx, app, map[string]string{"a": "3"}); err != nil {
			t.Fatal(err)
		}
		if err := f.RemoveResourceTags(ctx, app, []string{"b", "nothing"}); err != nil {
			t.Fatal(err)
		}
		tags := map[string]string{"a": "3", "c": ""}
		if d := cmp.Diff(tags, ok[map[string]string](t)(f.ResourceTags(ctx, app))); d != "" {
			t.Errorf("ResourceTags (-want +got)\n%s", d)
		}
		want := &registry.Access{Exists: true, Policy: &set, RegistryPolicy: &of, PolicyScope: "V2", Tags: tags}
		if d := cmp.Diff(want, ok[*registry.Access](t)(f.Access(ctx, app))); d != "" {
			t.Errorf("Access (-want +got)\n%s", d)
		}
		missing := registry.Repo{Account: app.Account, Region: app.Region, Name: "missing"}
		if d := cmp.Diff(&registry.Access{RegistryPolicy: &of, PolicyScope: "V2"}, ok[*registry.Access](t)(f.Access(ctx, missing))); d != "" {
			t.Errorf("Access to a missing repository (-want +got)\n%s", d)
		}
		many := map[string]string{}
		for i := range registry.MaxResourceTags - 1 {
			many[fmt.Sprint("k", i)] = "v"
		}
		is(t, f.SetResourceTags(ctx, app, many), registry.ErrTooManyResourceTags)
		if d := cmp.Diff(tags, ok[map[string]string](t)(f.ResourceTags(ctx, app))); d != "" {
			t.Errorf("tags changed by a call that failed (-want +got)\n%s", d)
		}
		if d := cmp.Diff(&set, ok[*registry.Policy](t)(f.DeletePolicy(ctx, app))); d != "" {
			t.Errorf("DeletePolicy (-want +got)\n%s", d)
		}
		if d := cmp.Diff(&of, ok[*registry.Policy](t)(f.DeleteRegistryPolicy(ctx, app.Account, app.Region))); d != "" {
			t.Errorf("DeleteRegistryPolicy (-want +got)\n%s", d)
		}
		if d := cmp.Diff(&registry.Access{Exists: true, Tags: tags}, ok[*registry.Access](t)(f.Access(ctx, app))); d != "" {
			t.Errorf("Access without policies (-want +got)\n%s", d)
		}
		if err := f.SetPolicy(ctx, app, registry.Policy{Text: "nobody"}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&registry.Policy{Text: "nobody"}, ok[*registry.Policy](t)(f.Policy(ctx, app))); d != "" {
			t.Errorf("Policy that names nobody (-want +got)\n%s", d)
		}
	})
}

func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		get := func(region, name, want string) {
			t.Helper()
			if got := ok[string](t)(f.Setting(ctx, app.Account, region, name)); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		get(app.Region, registry.BasicScanType, "AWS_NATIVE")
		get(app.Region, registry.BlobMounting, "ENABLED")
		get(app.Region, registry.PolicyScope, registry.PolicyScopeV2)
		for _, v := range []string{"V1", "V2", "V1"} {
			if err := f.SetSetting(ctx, app.Account, app.Region, registry.PolicyScope, v); err != nil {
				t.Fatal(err)
			}
			get(app.Region, registry.PolicyScope, v)
		}
		get("eu-west-1", registry.PolicyScope, registry.PolicyScopeV2)
		if err := f.SetRegistryPolicy(ctx, app.Account, app.Region, registry.Policy{Text: "p"}); err != nil {
			t.Fatal(err)
		}
		if a := ok[*registry.Access](t)(f.Access(ctx, app)); a.PolicyScope != registry.PolicyScopeV1 {
			t.Errorf("Access says the scope is %q", a.PolicyScope)
		}
		is(t, f.SetSetting(ctx, app.Account, app.Region, registry.PolicyScope, "V3"), registry.ErrInvalidSettingValue)
		is(t, f.SetSetting(ctx, app.Account, app.Region, "COLOUR", "RED"), registry.ErrInvalidSetting)
		_, err := f.Setting(ctx, app.Account, app.Region, "COLOUR")
		is(t, err, registry.ErrInvalidSetting)
	})
}

func TestInPolicyScope(t *testing.T) {
	for action, v1 := range map[string]bool{
		"ecr:CreateRepository": true, "ECR:createrepository": true, "ecr:ReplicateImage": true, "ecr:BatchImportUpstreamImage": true,
		"ecr:BatchGetImage": false, "ecr:*": false, "": false,
	} {
		if got := registry.InPolicyScope(registry.PolicyScopeV1, action); got != v1 {
			t.Errorf("%s in V1: %t", action, got)
		}
		if !registry.InPolicyScope(registry.PolicyScopeV2, action) {
			t.Errorf("%s is not in V2", action)
		}
	}
}

func TestUploads(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		id := ok[string](t)(f.StartUpload(ctx, app))
		if n := ok[int64](t)(f.AppendUpload(ctx, app, id, -1, strings.NewReader("hello "))); n != 6 {
			t.Errorf("size %d, want 6", n)
		}
		_, err := f.AppendUpload(ctx, app, id, 5, strings.NewReader("x"))
		if e := is(t, err, registry.ErrUploadOffset); e.Have != 6 {
			t.Errorf("Have = %d, want 6", e.Have)
		}
		// An upload belongs to its repository.
		_, err = f.AppendUpload(ctx, other, id, 6, strings.NewReader("x"))
		is(t, err, registry.ErrUploadNotFound)
		_, err = f.CompleteUpload(ctx, other, id, digest.FromString("hello "))
		is(t, err, registry.ErrUploadNotFound)
		is(t, f.CancelUpload(ctx, other, id), registry.ErrUploadNotFound)

		f.clock.add(time.Hour) // now it also notes its use
		if n := ok[int64](t)(f.AppendUpload(ctx, app, id, 6, strings.NewReader("world"))); n != 11 {
			t.Errorf("size %d, want 11", n)
		}
		if n := ok[int64](t)(f.UploadSize(ctx, app, id)); n != 11 {
			t.Errorf("UploadSize = %d, want 11", n)
		}
		_, err = f.CompleteUpload(ctx, app, id, "sha256:nonsense")
		is(t, err, registry.ErrInvalidDigest)
		d := digest.FromString("hello world")
		_, err = f.CompleteUpload(ctx, app, id, digest.FromString("hello"))
		if e := is(t, err, registry.ErrLayerDigestMismatch); e.Ref.Digest != digest.FromString("hello") || !slices.Equal(e.Digests, []digest.Digest{d}) {
			t.Errorf("mismatch %+v", e)
		}
		ok[*registry.Layer](t)(f.CompleteUpload(ctx, app, id, d))
		_, err = f.UploadSize(ctx, app, id)
		is(t, err, registry.ErrUploadNotFound)

		r := ok[io.ReadCloser](t)(f.OpenLayer(ctx, app, d, 6, 3))
		defer r.Close()
		if b := ok[[]byte](t)(io.ReadAll(r)); string(b) != "wor" {
			t.Errorf("read %q, want wor", b)
		}
		// The same bytes are not visible in another repository.
		_, err = f.OpenLayer(ctx, other, d, 0, -1)
		is(t, err, registry.ErrLayerNotFound)

		id = ok[string](t)(f.StartUpload(ctx, app))
		if err := f.CancelUpload(ctx, app, id); err != nil {
			t.Fatal(err)
		}
		is(t, f.CancelUpload(ctx, app, id), registry.ErrUploadNotFound)

		// Nothing at all is a blob too, and SHA-512 is good.
		id = ok[string](t)(f.StartUpload(ctx, app))
		l := ok[*registry.Layer](t)(f.CompleteUpload(ctx, app, id, digest.SHA512.FromString("")))
		want := &registry.Layer{Repo: app, Digest: digest.SHA512.FromString("")}
		if d := cmp.Diff(want, l, cmpopts.IgnoreUnexported(registry.Layer{})); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	})
}

func TestExpireUploads(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		var old []string
		for range 3 {
			old = append(old, ok[string](t)(f.StartUpload(ctx, app)))
		}
		f.clock.add(time.Hour)
		used := old[2]
		ok[int64](t)(f.AppendUpload(ctx, app, used, 0, strings.NewReader("x")))
		fresh := ok[string](t)(f.StartUpload(ctx, app))
		if err := f.ExpireUploads(ctx, f.clock.Now()); err != nil {
			t.Fatal(err)
		}
		for _, id := range old[:2] {
			_, err := f.UploadSize(ctx, app, id)
			is(t, err, registry.ErrUploadNotFound)
		}
		for _, id := range []string{used, fresh} {
			ok[int64](t)(f.UploadSize(ctx, app, id))
		}
	})
}

func TestParts(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		id := ok[string](t)(f.StartUpload(ctx, app))
		_, err := f.CompleteParts(ctx, app, id, digest.FromString(""))
		is(t, err, registry.ErrEmptyUpload)
		part := bytes.Repeat([]byte("x"), registry.MinPartSize)
		n := int64(len(part))
		for _, bad := range [][2]int64{{0, n}, {0, n - 2}, {-1, n - 2}} {
			_, err := f.UploadPart(ctx, app, id, bad[0], bad[1], part)
			is(t, err, registry.ErrLayerPartSize)
		}
		if last := ok[int64](t)(f.UploadPart(ctx, app, id, 0, n-1, part)); last != n-1 {
			t.Errorf("last byte %d, want %d", last, n-1)
		}
		_, err = f.UploadPart(ctx, app, id, 0, n-1, part)
		if e := is(t, err, registry.ErrUploadOffset); e.Have != n {
			t.Errorf("Have = %d, want %d", e.Have, n)
		}
		ok[int64](t)(f.UploadPart(ctx, app, id, n, n, []byte("y")))
		d := digest.FromBytes(append(bytes.Clone(part), 'y'))
		ok[*registry.Layer](t)(f.CompleteParts(ctx, app, id, d))

		// A short part that is not the last is told at the end only.
		id = ok[string](t)(f.StartUpload(ctx, app))
		ok[int64](t)(f.UploadPart(ctx, app, id, 0, 0, []byte("a")))
		ok[int64](t)(f.UploadPart(ctx, app, id, 1, 1, []byte("b")))
		_, err = f.CompleteParts(ctx, app, id, digest.FromString("ab"))
		is(t, err, registry.ErrLayerPartTooSmall)

		id = ok[string](t)(f.StartUpload(ctx, app))
		ok[int64](t)(f.UploadPart(ctx, app, id, 0, n-1, part))
		ok[int64](t)(f.UploadPart(ctx, app, id, n, n, []byte("y")))
		_, err = f.CompleteParts(ctx, app, id, d)
		is(t, err, registry.ErrLayerExists)
		_, err = f.UploadSize(ctx, app, id)
		is(t, err, registry.ErrUploadNotFound)
	})
}

func TestMount(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.push(app, "bytes")
		foreign := registry.Repo{Account: "222222222222", Region: app.Region, Name: "mine"}
		ok[*registry.Repository](t)(f.CreateRepository(ctx, foreign, registry.Settings{}))

		_, err := f.Mount(ctx, foreign, d, app.Name) // the name is one of foreign's own registry
		is(t, err, registry.ErrLayerNotFound)
		_, err = f.Mount(ctx, other, digest.FromString("nothing"), app.Name)
		is(t, err, registry.ErrLayerNotFound)
		_, err = f.Mount(ctx, other, d, "missing")
		is(t, err, registry.ErrLayerNotFound)
		_, err = f.Mount(ctx, registry.Repo{Account: app.Account, Region: app.Region, Name: "missing"}, d, app.Name)
		is(t, err, registry.ErrRepositoryNotFound)
		for _, v := range []string{"DISABLED", "ENABLED"} {
			if err := f.SetSetting(ctx, app.Account, app.Region, registry.BlobMounting, v); err != nil {
				t.Fatal(err)
			}
			if v == "DISABLED" {
				_, err = f.Mount(ctx, other, d, app.Name)
				is(t, err, registry.ErrLayerNotFound)
			}
		}
		for range 2 {
			l := ok[*registry.Layer](t)(f.Mount(ctx, other, d, app.Name))
			if diff := cmp.Diff(&registry.Layer{Repo: other, Digest: d, Size: 5}, l, cmpopts.IgnoreUnexported(registry.Layer{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		}
		// A mounted layer is independent of its source.
		ok[*registry.Repository](t)(f.DeleteRepository(ctx, app, true))
		r := ok[io.ReadCloser](t)(f.OpenLayer(ctx, other, d, 0, -1))
		defer r.Close()
		if b := ok[[]byte](t)(io.ReadAll(r)); string(b) != "bytes" {
			t.Errorf("read %q", b)
		}
	})
}

func TestDeleteLayer(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		img := f.image(app, "x")
		d := digest.FromString("layer x")
		f.push(other, "layer x")
		if ok[bool](t)(f.DeleteLayer(ctx, app, d)) {
			t.Error("deleted a layer that an image names")
		}
		ok[*registry.Layer](t)(f.Layer(ctx, app, d))
		ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{{Digest: img.Digest}}))
		if !ok[bool](t)(f.DeleteLayer(ctx, app, d)) {
			t.Error("did not delete a layer that no image names")
		}
		_, err := f.DeleteLayer(ctx, app, d)
		is(t, err, registry.ErrLayerNotFound)
		_, err = f.Layer(ctx, app, d)
		is(t, err, registry.ErrLayerNotFound)
		ok[*registry.Layer](t)(f.Layer(ctx, other, d))
	})
}

func TestPutImage(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := imageDoc("config", "layer")
		d.Annotations = map[string]string{"k": "v"}
		put := func(n registry.NewImage) error {
			if n.Manifest == nil {
				n.Manifest = d.bytes()
			}
			_, err := f.PutImage(ctx, app, n)
			return err
		}
		f.push(other, "config") // what another repository has does not count
		f.push(other, "layer")
		f.push(app, "config")
		e := is(t, put(registry.NewImage{Tags: []string{"v1"}}), registry.ErrLayersNotFound)
		if !slices.Equal(e.Digests, []digest.Digest{digest.FromString("layer")}) {
			t.Errorf("missing %v", e.Digests)
		}
		f.push(app, "layer")
		is(t, put(registry.NewImage{Tags: []string{"not a tag"}}), registry.ErrInvalidTag)
		is(t, put(registry.NewImage{Digest: "sha256:x"}), registry.ErrInvalidDigest)
		e = is(t, put(registry.NewImage{Digest: digest.FromString("x")}), registry.ErrImageDigestMismatch)
		if !slices.Equal(e.Digests, []digest.Digest{digest.FromBytes(d.bytes())}) {
			t.Errorf("mismatch %v", e.Digests)
		}
		is(t, put(registry.NewImage{Manifest: []byte("{")}), registry.ErrInvalidManifest)
		is(t, put(registry.NewImage{MediaType: ocispec.MediaTypeImageIndex}), registry.ErrInvalidManifest)
		is(t, put(registry.NewImage{Manifest: make([]byte, ocispec.MaxManifestSize+1)}), registry.ErrManifestTooLarge)
		_, err := f.Image(ctx, app, registry.Ref{Tag: "v1"})
		is(t, err, registry.ErrImageNotFound) // no attempt left a trace

		pushed := f.clock.Now()
		img := f.put(app, d, "v1", "v1.0")
		want := &registry.Image{
			Repo: app, Digest: digest.FromBytes(d.bytes()), MediaType: ocispec.MediaTypeImageManifest, ArtifactType: d.Config.MediaType,
			ConfigMediaType: d.Config.MediaType, Annotations: d.Annotations, Size: 11, PushedAt: pushed,
			ManifestSize: int64(len(d.bytes())),
		}
		if diff := cmp.Diff(want, img); diff != "" {
			t.Errorf("PutImage (-want +got)\n%s", diff)
		}
		want.Annotations, want.Tags = nil, []string{"v1", "v1.0"}
		if diff := cmp.Diff([]*registry.Image{want, want}, ok[[]*registry.Image](t)(f.Describe(ctx, app, []registry.Ref{{Tag: "v1.0"}, {Digest: img.Digest}}))); diff != "" {
			t.Errorf("Describe (-want +got)\n%s", diff)
		}
		got := ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"}))
		want.Tags, want.Manifest = nil, d.bytes()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Image (-want +got)\n%s", diff)
		}

		// Layers know the media type that the manifest gave them, and that they are in use.
		l := ok[*registry.Layer](t)(f.Layer(ctx, app, digest.FromString("layer")))
		if !l.InUse || l.MediaType != layerType {
			t.Errorf("layer %+v", l)
		}

		// The same again.
		f.clock.add(time.Hour)
		again := f.put(app, d, "v1")
		if !again.PushedAt.Equal(pushed) {
			t.Errorf("pushed at %v, want %v still", again.PushedAt, pushed)
		}
		e = is(t, put(registry.NewImage{Tags: []string{"v1"}, RejectExisting: true}), registry.ErrImageExists)
		if e.Ref.Tag != "v1" || e.Ref.Digest != img.Digest {
			t.Errorf("exists %+v", e.Ref)
		}
		is(t, put(registry.NewImage{RejectExisting: true}), registry.ErrImageExists)
		if err := put(registry.NewImage{Tags: []string{"v2"}, RejectExisting: true}); err != nil {
			t.Errorf("a new tag on an old image: %v", err)
		}

		// A tag moves; what it pointed at stays.
		second := f.image(app, "second", "v1")
		if got := ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"})); got.Digest != second.Digest {
			t.Errorf("v1 is %s, want %s", got.Digest, second.Digest)
		}
		_, err = f.Image(ctx, app, registry.Ref{Tag: "v1", Digest: img.Digest})
		is(t, err, registry.ErrTagDigestMismatch)
		ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Digest: img.Digest}))

		// The digest may be of another algorithm, and is then the image's name.
		d512 := digest.SHA512.FromBytes(d.bytes())
		if err := put(registry.NewImage{Digest: d512, Tags: []string{"long"}}); err != nil {
			t.Fatal(err)
		}
		if got := ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "long"})); got.Digest != d512 {
			t.Errorf("digest %s, want %s", got.Digest, d512)
		}
	})
}

func TestForeignLayersNeedNotExist(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.push(app, "config")
		d := imageDoc("config", "not here")
		d.Layers[0].MediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
		f.put(app, d)
	})
}

func TestTagMutability(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		tests := []struct {
			m         registry.Mutability
			filters   []string
			immutable map[string]bool
		}{
			{registry.Mutable, nil, map[string]bool{"v1": false}},
			{registry.Immutable, nil, map[string]bool{"v1": true, "dev-1": true}},
			{registry.ImmutableWithExclusion, []string{"dev-*", "latest"}, map[string]bool{"v1": true, "dev-1": false, "dev-": false, "latest": false, "latest2": true, "xdev-1": true}},
			{registry.MutableWithExclusion, []string{"v*-rel*"}, map[string]bool{"v1": false, "v1-rel": true, "v-release": true, "xv1-rel": false}},
			{registry.MutableWithExclusion, []string{"a*a"}, map[string]bool{"a": false, "aa": true, "aba": true, "abab": false}},
		}
		one, two := imageDoc("one", "one"), imageDoc("two", "two")
		for _, tt := range tests {
			t.Run(fmt.Sprint(tt.m, tt.filters), func(t *testing.T) {
				repo := registry.Repo{Account: "4", Region: "r", Name: "repo"}
				ok[*registry.Repository](t)(f.CreateRepository(ctx, repo, registry.Settings{TagMutability: tt.m, TagExclusions: tt.filters}))
				defer func() { ok[*registry.Repository](t)(f.DeleteRepository(ctx, repo, true)) }()
				f.push(repo, "one")
				f.push(repo, "two")
				f.put(repo, two)
				for tag, immutable := range tt.immutable {
					f.put(repo, one, tag)
					// Not even the same again, nor through an image that exists.
					for _, d := range []doc{one, two} {
						_, err := f.PutImage(ctx, repo, registry.NewImage{Manifest: d.bytes(), Tags: []string{tag}})
						if immutable {
							if e := is(t, err, registry.ErrTagImmutable); e.Ref.Tag != tag {
								t.Errorf("tag %q, want %q", e.Ref.Tag, tag)
							}
						} else if err != nil {
							t.Errorf("tag %q: %v", tag, err)
						}
					}
					// Deleted, it can be pushed again.
					if err := f.DeleteTag(ctx, repo, tag); err != nil {
						t.Fatal(err)
					}
					f.put(repo, two, tag)
				}
			})
		}
	})
}

func TestTagLimit(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		const maxTags = 1000 // Amazon ECR's quota
		f.push(app, "c")
		d := imageDoc("c", "c")
		var tags []string
		for i := range maxTags {
			tags = append(tags, fmt.Sprintf("t%04d", i))
		}
		f.put(app, d, tags[:999]...)
		_, err := f.PutImage(t.Context(), app, registry.NewImage{Manifest: d.bytes(), Tags: []string{"t0999", "t0000", "more"}})
		if e := is(t, err, registry.ErrTooManyTags); e.Ref.Tag != "more" || e.Limit != maxTags {
			t.Errorf("tag %q of %d, want more of %d", e.Ref.Tag, e.Limit, maxTags)
		}
		f.put(app, d, "t0999")
		f.put(app, d, "t0000")
		if img := ok[[]*registry.Image](t)(f.Describe(t.Context(), app, []registry.Ref{{Tag: "t0000"}})); len(img[0].Tags) != maxTags {
			t.Errorf("%d tags", len(img[0].Tags))
		}
	})
}

func TestIndexesAndDeletion(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		one := f.image(app, "one", "one", "uno")
		two := f.image(app, "two-larger")
		elsewhere := f.image(other, "elsewhere")
		index := doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(one), child(two), child(elsewhere)}}
		_, err := f.PutImage(ctx, app, registry.NewImage{Manifest: index.bytes()})
		if e := is(t, err, registry.ErrReferencedImagesNotFound); !slices.Equal(e.Digests, []digest.Digest{elsewhere.Digest}) {
			t.Errorf("missing %v", e.Digests)
		}
		index.Manifests = append(index.Manifests[:2], child(one)) // twice the same is fine
		top := f.put(app, index, "multi")
		if top.Size != two.Size || top.ArtifactType != "" || top.ConfigMediaType != "" {
			t.Errorf("index %+v", top)
		}
		nested := f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(top)}}, "nested")

		deleteOne := func(ref registry.Ref) registry.Deletion {
			t.Helper()
			ds := ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{ref}))
			if len(ds) != 1 || ds[0].Ref != ref {
				t.Fatalf("deletions %+v", ds)
			}
			return ds[0]
		}
		wantRemoved := func(d registry.Deletion, want ...registry.Ref) {
			t.Helper()
			if d.Err != nil {
				t.Fatal(d.Err)
			}
			if diff := cmp.Diff(want, d.Removed); diff != "" {
				t.Errorf("removed (-want +got)\n%s", diff)
			}
		}
		// Children are protected, by digest and by their last tag.
		if e := is(t, deleteOne(registry.Ref{Digest: one.Digest}).Err, registry.ErrImageReferenced); !slices.Equal(e.Digests, []digest.Digest{top.Digest}) {
			t.Errorf("referenced by %v", e.Digests)
		}
		wantRemoved(deleteOne(registry.Ref{Tag: "uno"}), registry.Ref{Tag: "uno", Digest: one.Digest})
		is(t, deleteOne(registry.Ref{Tag: "one"}).Err, registry.ErrImageReferenced)
		ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "one"}))
		is(t, deleteOne(registry.Ref{Digest: top.Digest}).Err, registry.ErrImageReferenced)

		is(t, deleteOne(registry.Ref{Tag: "none"}).Err, registry.ErrImageNotFound)
		is(t, deleteOne(registry.Ref{Digest: digest.FromString("none")}).Err, registry.ErrImageNotFound)
		is(t, deleteOne(registry.Ref{Tag: "one", Digest: two.Digest}).Err, registry.ErrTagDigestMismatch)

		// From the top, the last tag takes the image along.
		wantRemoved(deleteOne(registry.Ref{Tag: "nested", Digest: nested.Digest}), registry.Ref{Tag: "nested", Digest: nested.Digest})
		_, err = f.Image(ctx, app, registry.Ref{Digest: nested.Digest})
		is(t, err, registry.ErrImageNotFound)
		f.put(app, index, "multi2")
		wantRemoved(deleteOne(registry.Ref{Digest: top.Digest}), registry.Ref{Tag: "multi", Digest: top.Digest}, registry.Ref{Tag: "multi2", Digest: top.Digest})
		wantRemoved(deleteOne(registry.Ref{Digest: two.Digest}), registry.Ref{Digest: two.Digest})

		// The OCI way of deleting a tag leaves the image.
		if err := f.DeleteTag(ctx, app, "one"); err != nil {
			t.Fatal(err)
		}
		is(t, f.DeleteTag(ctx, app, "one"), registry.ErrImageNotFound)
		ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Digest: one.Digest}))

		_, err = f.DeleteRepository(ctx, app, false)
		is(t, err, registry.ErrRepositoryNotEmpty)
		ok[string](t)(f.StartUpload(ctx, app))
		ok[*registry.Repository](t)(f.DeleteRepository(ctx, app, true))
		// A repository of the same name sees nothing of the old one.
		ok[*registry.Repository](t)(f.CreateRepository(ctx, app, registry.Settings{}))
		_, err = f.Layer(ctx, app, digest.FromString("layer one"))
		is(t, err, registry.ErrLayerNotFound)
	})
}

func TestListImages(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		var want []registry.Ref
		tags := [][]string{{"B", "_x", "a", "b"}, {}, {"c"}, {}, {"Z", "z"}}
		for i, ts := range tags {
			img := f.image(app, fmt.Sprint("image ", i), ts...)
			for _, tag := range ts {
				want = append(want, registry.Ref{Digest: img.Digest, Tag: tag})
			}
			if len(ts) == 0 {
				want = append(want, registry.Ref{Digest: img.Digest})
			}
		}
		f.image(other, "not this", "other")
		slices.SortFunc(want, func(a, b registry.Ref) int {
			return strings.Compare(a.Digest.String()+a.Tag, b.Digest.String()+b.Tag)
		})
		filter := func(s registry.TagStatus) (refs []registry.Ref) {
			for _, r := range want {
				if s == registry.TagAny || (s == registry.Tagged) == (r.Tag != "") {
					refs = append(refs, r)
				}
			}
			return refs
		}
		for _, status := range []registry.TagStatus{registry.TagAny, registry.Tagged, registry.Untagged} {
			for _, limit := range []int{0, 1, 2, 3, 100} {
				var refs, fromImages []registry.Ref
				for p := (registry.Page{Limit: limit}); ; {
					page, next, err := f.ImageRefs(ctx, app, registry.ImageFilter{Tags: status}, p)
					if err != nil {
						t.Fatal(err)
					}
					if refs = append(refs, page...); next == "" {
						break
					}
					p.Token = next
				}
				for p := (registry.Page{Limit: limit}); ; {
					page, next, err := f.Images(ctx, app, registry.ImageFilter{Tags: status}, p)
					if err != nil {
						t.Fatal(err)
					}
					for _, i := range page {
						for _, tag := range i.Tags {
							fromImages = append(fromImages, registry.Ref{Digest: i.Digest, Tag: tag})
						}
						if len(i.Tags) == 0 {
							fromImages = append(fromImages, registry.Ref{Digest: i.Digest})
						}
					}
					if next == "" {
						break
					}
					p.Token = next
				}
				if d := cmp.Diff(filter(status), refs); d != "" {
					t.Errorf("ImageRefs(%v) by %d (-want +got)\n%s", status, limit, d)
				}
				if d := cmp.Diff(filter(status), fromImages); d != "" {
					t.Errorf("Images(%v) by %d (-want +got)\n%s", status, limit, d)
				}
			}
		}
		all := []string{"B", "Z", "_x", "a", "b", "c", "z"}
		for i := range all {
			after := ""
			if i > 0 {
				after = all[i-1]
			}
			got, more, err := f.Tags(ctx, app, after, 2)
			if d := cmp.Diff(all[i:min(i+2, len(all))], got); d != "" || err != nil || more != (i+2 < len(all)) {
				t.Errorf("Tags after %q: more %v, error %v (-want +got)\n%s", after, more, err, d)
			}
		}
	})
}

func TestReferrers(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		subject := digest.FromString("pushed later, or never")
		f.push(app, "{}")
		refer := func(artifactType, note string) *registry.Image {
			d := imageDoc("{}", "{}")
			d.ArtifactType, d.Annotations = artifactType, map[string]string{"note": note}
			d.Subject = &desc{ocispec.MediaTypeImageManifest, subject, 1}
			img := f.put(app, d)
			img.Tags = nil
			return img
		}
		sbom1, sbom2, sig, plain := refer("t/sbom", "1"), refer("t/sbom", "2"), refer("t/sig", "3"), refer("", "4")
		index := doc{MediaType: ocispec.MediaTypeImageIndex, Subject: &desc{ocispec.MediaTypeImageManifest, subject, 1}}
		idx := f.put(app, index)
		idx.Tags = nil
		if plain.ArtifactType != "application/vnd.oci.image.config.v1+json" || sig.Subject != subject {
			t.Errorf("referrers %+v %+v", plain, sig)
		}
		byDigest := func(is ...*registry.Image) []*registry.Image {
			slices.SortFunc(is, func(a, b *registry.Image) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
			return is
		}
		for _, tt := range []struct {
			types []string
			want  []*registry.Image
		}{
			{nil, byDigest(sbom1, sbom2, sig, plain, idx)},
			{[]string{"t/sbom"}, byDigest(sbom1, sbom2)},
			{[]string{"t/sbom", "t/sig"}, byDigest(sbom1, sbom2, sig)},
			{[]string{"t/none"}, nil},
		} {
			var got []*registry.Image
			for p := (registry.Page{Limit: 2}); ; {
				page, next, err := f.Referrers(ctx, app, subject, registry.ReferrerFilter{ArtifactTypes: tt.types}, p)
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, page...); next == "" {
					break
				}
				p.Token = next
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("%v (-want +got)\n%s", tt.types, d)
			}
		}
		// Large annotations end a page early.
		for i := range 3 {
			d := imageDoc("{}", "{}")
			d.Subject = &desc{ocispec.MediaTypeImageManifest, digest.FromString("large"), 1}
			d.Annotations = map[string]string{"large": strings.Repeat(fmt.Sprint(i), ocispec.MaxManifestSize-1000)}
			f.put(app, d)
		}
		var pages []int
		for p := (registry.Page{Limit: 100}); ; {
			page, next, err := f.Referrers(ctx, app, digest.FromString("large"), registry.ReferrerFilter{}, p)
			if err != nil {
				t.Fatal(err)
			}
			if pages = append(pages, len(page)); next == "" {
				break
			}
			p.Token = next
		}
		if !slices.Equal(pages, []int{2, 1}) {
			t.Errorf("pages of %v", pages)
		}
		none, _, err := f.Referrers(ctx, other, subject, registry.ReferrerFilter{}, registry.Page{})
		if err != nil || len(none) != 0 {
			t.Errorf("referrers in another repository: %v, %v", none, err)
		}
	})
}

func TestPullTime(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.image(app, "x", "v1")
		pull := func() time.Time {
			t.Helper()
			img := ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"}))
			before := img.PulledAt
			f.RecordPull(img, "")
			if err := f.FlushPulls(ctx); err != nil {
				t.Fatal(err)
			}
			return before
		}
		if at := pull(); !at.IsZero() {
			t.Errorf("pulled at %v before the first pull", at)
		}
		first := f.clock.Now()
		f.clock.add(time.Minute)
		if at := pull(); !at.Equal(first) {
			t.Errorf("pulled at %v, want %v", at, first)
		}
		f.clock.add(time.Hour)
		if at := pull(); !at.Equal(first) {
			t.Errorf("pulled at %v, want %v: a pull a minute later is not worth a write", at, first)
		}
		if at := pull(); !at.Equal(f.clock.Now()) {
			t.Errorf("pulled at %v, want %v", at, f.clock.Now())
		}
		// Run writes what is left when it ends.
		f.clock.add(time.Hour)
		f.RecordPull(ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"})), "")
		run, stop := context.WithCancel(ctx)
		stop()
		f.Run(run)
		if at := pull(); !at.Equal(f.clock.Now()) {
			t.Errorf("pulled at %v, want %v", at, f.clock.Now())
		}
	})
}

// TestConcurrency pushes the same and different things from many sides at once.
func TestConcurrency(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		const pushers, rounds = 8, 5
		ctx := t.Context()
		var wg sync.WaitGroup
		for p := range pushers {
			wg.Go(func() {
				for i := range rounds {
					word := fmt.Sprint(i)
					for _, content := range []string{"config " + word, "layer " + word} {
						id, err := f.StartUpload(ctx, app)
						if err == nil {
							_, err = f.AppendUpload(ctx, app, id, 0, strings.NewReader(content))
						}
						if err == nil {
							_, err = f.CompleteUpload(ctx, app, id, digest.FromString(content))
						}
						if err != nil {
							t.Errorf("push blob: %v", err)
							return
						}
					}
					d := imageDoc("config "+word, "layer "+word)
					_, err := f.PutImage(ctx, app, registry.NewImage{Manifest: d.bytes(), Tags: []string{"latest", fmt.Sprintf("p%d-%d", p, i)}})
					if err != nil {
						t.Errorf("put image: %v", err)
						return
					}
					if _, err := f.Image(ctx, app, registry.Ref{Tag: "latest"}); err != nil {
						t.Errorf("pull latest: %v", err)
					}
				}
			})
		}
		wg.Wait()
		images, _, err := f.Images(ctx, app, registry.ImageFilter{}, registry.Page{})
		if err != nil || len(images) != rounds {
			t.Fatalf("%d images, %v, want %d", len(images), err, rounds)
		}
		tags, _, err := f.Tags(ctx, app, "", 0)
		if err != nil || len(tags) != pushers*rounds+1 {
			t.Errorf("%d tags, %v, want %d", len(tags), err, pushers*rounds+1)
		}
	})
}

// TestDeleteWhilePushing makes sure that no index is left without a child.
func TestDeleteWhilePushing(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for i := range 20 {
			img := f.image(app, fmt.Sprint(i))
			index := doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(img)}}
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := f.PutImage(ctx, app, registry.NewImage{Manifest: index.bytes()})
				if err != nil && !errors.Is(err, registry.ErrReferencedImagesNotFound) {
					t.Errorf("put index: %v", err)
				}
			})
			wg.Go(func() {
				if _, err := f.DeleteImages(ctx, app, []registry.Ref{{Digest: img.Digest}}); err != nil {
					t.Errorf("delete: %v", err)
				}
			})
			wg.Wait()
			_, childErr := f.Image(ctx, app, registry.Ref{Digest: img.Digest})
			_, indexErr := f.Image(ctx, app, registry.Ref{Digest: digest.FromBytes(index.bytes())})
			if (childErr == nil) != (indexErr == nil) {
				t.Fatalf("child: %v, index: %v", childErr, indexErr)
			}
		}
	})
}

func TestEveryKindHasAText(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range registry.Kinds() {
		if k.Error() == "" || seen[k.Error()] {
			t.Errorf("kind %d: text %q is empty or not its own", k, k.Error())
		}
		seen[k.Error()] = true
		if e := (&registry.Error{Kind: k}); !errors.Is(e, k) || errors.Is(e, k+1) {
			t.Errorf("kind %d: errors.Is", k)
		}
	}
}
