package imagebuild

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
)

func answer(w http.ResponseWriter, status int, body string) bool {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
	return true
}

// Whether an image exists has two answers. Everything else is an error that
// says what it is.
func TestExists(t *testing.T) {
	w := newWorld(t)
	w.base()
	for name, tt := range map[string]struct {
		image  string
		status int // of manifests, if not zero
		body   string
		want   Existence
		reason Reason
		text   string
	}{
		"there":             {image: "bases/python:3.11", want: Present},
		"no tag":            {image: "bases/python:3.12", want: Absent},
		"no repository":     {image: "no/such:tag", want: Absent},
		"no tag, ECR":       {image: "a:b", status: 404, body: `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"Requested image not found"}]}`, want: Absent},
		"no repository ECR": {image: "a:b", status: 404, body: `{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name 'a' does not exist"}]}`, want: Absent},
		"forbidden": {image: "a:b", status: 403, body: `{"errors":[{"code":"DENIED","message":"User: x is not authorized","detail":{"decisionId":"d-1"}}]}`,
			reason: Forbidden, text: `forbidden: denied: User: x is not authorized; "pratique explain d-1"`},
		"unauthorized":  {image: "a:b", status: 401, body: `{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}`, reason: Unauthenticated, text: "pratique login"},
		"throttled":     {image: "a:b", status: 429, body: `{"errors":[{"code":"TOOMANYREQUESTS","message":"slow"}]}`, reason: Throttled, text: "try again later"},
		"broken":        {image: "a:b", status: 500, body: "oops", reason: Failed, text: "status 500"},
		"unavailable":   {image: "a:b", status: 503, body: `{"errors":[{"code":"UNAVAILABLE","message":"down"}]}`, reason: Failed, text: "down"},
		"web page":      {image: "a:b", status: 404, body: "<html>nothing here</html>", reason: NotARegistry, text: "not a registry"},
		"other web":     {image: "a:b", status: 200, body: "<html>hello</html>", reason: NotARegistry},
		"bad request":   {image: "a:b", status: 400, body: `{"errors":[{"code":"NAME_INVALID","message":"bad name"}]}`, reason: Refused, text: "bad name"},
		"connection":    {image: "a:b", status: -1, reason: Unreachable, text: "pratique doctor"},
		"no registry":   {image: "only-a-name:tag", text: "names no registry"},
		"not reference": {image: "HOST/UPPER:b", text: "UPPER"},
	} {
		t.Run(name, func(t *testing.T) {
			w.breaks(func(rw http.ResponseWriter, r *http.Request) bool {
				if tt.status == 0 || !strings.Contains(r.URL.Path, "/manifests/") {
					return false
				}
				if tt.status < 0 {
					panic(http.ErrAbortHandler)
				}
				if r.Method == http.MethodHead {
					rw.WriteHeader(tt.status)
					return true
				}
				return answer(rw, tt.status, tt.body)
			})
			defer w.breaks(nil)
			image := w.host + "/" + tt.image
			if name == "no registry" {
				image = tt.image
			}
			got, digest, err := w.b.Exists(t.Context(), strings.Replace(image, "HOST/", "", 1))
			if got != tt.want {
				t.Errorf("%q, want %q (%v)", got, tt.want, err)
			}
			if (err == nil) != (tt.want != "") || tt.want == Present && digest == (v1.Hash{}) {
				t.Errorf("digest %s, error %v", digest, err)
			}
			if tt.reason != "" && !isReason(err, tt.reason) {
				t.Errorf("error %v, want one that is %s", err, tt.reason)
			}
			if err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %q, want %q in it", err, tt.text)
			}
		})
	}
}

// A registry that answers slowly or not at all for a while is asked again.
func TestRetry(t *testing.T) {
	w := newWorld(t)
	w.base()
	var mu sync.Mutex
	failures := map[string]int{}
	w.breaks(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/app/") {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		if failures[r.Method]++; failures[r.Method] > 1 {
			return false
		}
		if len(failures)%2 == 0 {
			return answer(rw, http.StatusTooManyRequests, `{"errors":[{"code":"TOOMANYREQUESTS","message":"slow"}]}`)
		}
		panic(http.ErrAbortHandler)
	})
	r := w.build(plain(w))
	if w.pull(r.Image) == nil || r.Uploaded == 0 {
		t.Errorf("result %+v", r)
	}
}

// plain is a specification without packages.
func plain(w *world) *imagespec.Spec {
	spec := w.spec("{name: app, registry: REGISTRY, base_image: BASE, env: {A: b}, copy: [f]}")
	if err := os.WriteFile(filepath.Join(spec.Dir, "f"), []byte("text"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return spec
}

// Wherever a registry fails for good, the error says where, and the tag is not
// set.
func TestPushFails(t *testing.T) {
	for name, tt := range map[string]struct {
		at     func(r *http.Request) bool
		status int
		body   string
		header string // Docker-Content-Digest of an answer of 201
		want   string
		reason Reason
	}{
		"look for a blob":  {at: method("HEAD", "/blobs/"), status: 500, want: "push the configuration to", reason: Failed},
		"begin an upload":  {at: method("POST", "/uploads/"), status: 503, want: "push the configuration to", reason: Failed},
		"no repository":    {at: method("POST", "/uploads/"), status: 404, body: `{"errors":[{"code":"NAME_UNKNOWN","message":"The repository does not exist"}]}`, want: "The repository does not exist", reason: NoRepository},
		"may not":          {at: method("POST", "/uploads/"), status: 403, body: `{"errors":[{"code":"DENIED","message":"User: x is not authorized to perform: ecr:InitiateLayerUpload"}]}`, want: "ecr:InitiateLayerUpload", reason: Forbidden},
		"send":             {at: method("PATCH", "/uploads/"), status: 500, want: "server error", reason: Failed},
		"cut":              {at: method("PATCH", "/uploads/"), status: -1, want: "unreachable", reason: Unreachable},
		"finish":           {at: method("PUT", "/uploads/"), status: 400, body: `{"errors":[{"code":"DIGEST_INVALID","message":"the digest is another"}]}`, want: "the digest is another", reason: Refused},
		"finish as other":  {at: method("PUT", "/uploads/"), status: 201, header: "sha256:" + strings.Repeat("0", 64), want: "in place of it", reason: NotARegistry},
		"manifest":         {at: method("PUT", "/manifests/sha256"), status: 500, want: "push the manifest to", reason: Failed},
		"manifest invalid": {at: method("PUT", "/manifests/sha256"), status: 400, body: `{"errors":[{"code":"MANIFEST_INVALID","message":"no"}]}`, want: "push the manifest to", reason: Refused},
		"manifest other":   {at: method("PUT", "/manifests/sha256"), status: 201, header: "sha256:" + strings.Repeat("0", 64), want: "in place of", reason: NotARegistry},
		"immutable tag": {at: func(r *http.Request) bool { return r.Method == "PUT" && tagged(r) }, status: 400,
			body: `{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}`, want: "the tag is immutable", reason: Refused},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.base()
			spec := plain(w)
			w.breaks(func(rw http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "/app/") || !tt.at(r) {
					return false
				}
				if tt.status < 0 {
					panic(http.ErrAbortHandler)
				}
				if tt.header != "" {
					rw.Header().Set("Docker-Content-Digest", tt.header)
				}
				_, _ = io.Copy(io.Discard, r.Body)
				return answer(rw, tt.status, tt.body)
			})
			_, err := w.try(spec)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !isReason(err, tt.reason) {
				t.Errorf("error %v; want %q and %s", err, tt.want, tt.reason)
			}
			image, err := Options{}.Reference(spec)
			if err != nil {
				t.Fatal(err)
			}
			w.absent(image)
			left, err := filepath.Glob(filepath.Join(os.TempDir(), "pratique-build-*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			if r := w.build(spec); r.Existed {
				t.Error("the next build takes it for done")
			}
		})
	}
}

func method(m, part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == m && strings.Contains(r.URL.Path, part) }
}

func tagged(r *http.Request) bool {
	_, ref, ok := strings.Cut(r.URL.Path, "/manifests/")
	return ok && !strings.HasPrefix(ref, "sha256")
}

// A build that is cancelled while it pushes leaves no tag, and says so at once.
func TestCancel(t *testing.T) {
	w := newWorld(t)
	w.base()
	spec := plain(w)
	ctx, cancel := context.WithCancel(t.Context())
	w.breaks(func(_ http.ResponseWriter, r *http.Request) bool {
		if method("PATCH", "/app/")(r) {
			cancel()
			panic(http.ErrAbortHandler)
		}
		return false
	})
	_, err := w.b.Build(ctx, spec, Options{Push: true})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	image, err := Options{}.Reference(spec)
	if err != nil {
		t.Fatal(err)
	}
	w.absent(image)
}

// A base in another registry is copied through; one of the same is mounted, or
// uploaded where the registry does not mount.
func TestWhereLayersComeFrom(t *testing.T) {
	for name, tt := range map[string]struct {
		other, refuse bool
		want          Outcome
	}{
		"mounted":   {want: Mounted},
		"copied":    {other: true, want: Uploaded},
		"no mounts": {refuse: true, want: Uploaded},
	} {
		t.Run(name, func(t *testing.T) {
			w, origin := newWorld(t), (*world)(nil)
			origin = w
			if tt.other {
				origin = newWorld(t)
			}
			base := origin.base()
			if tt.refuse {
				w.breaks(func(rw http.ResponseWriter, r *http.Request) bool {
					return r.URL.Query().Has("mount") && answer(rw, http.StatusForbidden, `{"errors":[{"code":"DENIED","message":"no mounts"}]}`)
				})
			}
			spec := plain(w)
			spec.BaseImage = base
			origin.requests("")
			r := w.build(spec)
			if tt.other {
				if read := origin.requests("GET /v2/bases/python/blobs/"); len(read) != 2 {
					t.Errorf("the base's blobs were read with %q; want the configuration and one layer, once", read)
				}
				if left, err := filepath.Glob(filepath.Join(w.b.Cache, "spool", "*")); err != nil || len(left) > 0 {
					t.Errorf("left in the cache: %q, %v", left, err)
				}
			}
			found := false
			for _, l := range r.Layers {
				if l.Title == "layer 1 of the base image" {
					found = true
					if l.Outcome != tt.want {
						t.Errorf("the base's layer was %s, want it %s", l.Outcome, tt.want)
					}
				}
			}
			if !found {
				t.Errorf("layers %+v", r.Layers)
			}
			files(t, w.pull(r.Image))
		})
	}
}

// A layer that was pushed to one repository is mounted into the next.
func TestMountFromEarlierPush(t *testing.T) {
	w := newWorld(t)
	w.base()
	first := plain(w)
	w.build(first)
	second := plain(w)
	second.Name = "app2"
	for _, l := range w.build(second).Layers {
		if l.Title == "1 files of copy" && l.Outcome != Mounted {
			t.Errorf("the layer was %s", l.Outcome)
		}
	}
}

// The repository is created if that is asked for, and only if it is missing.
func TestCreateRepository(t *testing.T) {
	w := newWorld(t)
	w.base()
	created := 0
	w.breaks(func(rw http.ResponseWriter, r *http.Request) bool {
		return created == 0 && strings.Contains(r.URL.Path, "/app/") && r.Method != http.MethodHead &&
			answer(rw, http.StatusNotFound, `{"errors":[{"code":"NAME_UNKNOWN","message":"The repository does not exist"}]}`)
	})
	r := w.build(plain(w), func(o *Options) {
		o.CreateRepository = func(_ context.Context, repo name.Repository) error {
			if repo.RepositoryStr() != "app" {
				return fmt.Errorf("create %s", repo)
			}
			created++
			return nil
		}
	})
	if created != 1 || r.Uploaded == 0 {
		t.Errorf("created %d times: %+v", created, r)
	}
}

// Base images that are none are refused with the name of the field.
func TestBadBase(t *testing.T) {
	for name, tt := range map[string]struct {
		push func(ref name.Reference) error
		want string
	}{
		"missing":  {want: "there is no image"},
		"platform": {push: func(ref name.Reference) error { return remote.Write(ref, imagebuildtest.Base(t, "arm64")) }, want: "is for linux/arm64 alone and not for linux/amd64"},
		"index": {push: func(ref name.Reference) error {
			return remote.WriteIndex(ref, imagebuildtest.Index(t, imagebuildtest.Base(t, "arm64")))
		}, want: "has no platform linux/amd64; it has linux/arm64"},
		"no python": {push: func(ref name.Reference) error {
			return remote.Write(ref, imagebuildtest.Image(t, "amd64", v1.Config{}, imagebuildtest.Layer(t, imagebuildtest.File{Name: "etc/passwd", Data: "root:x:0:0:root:/root:/bin/sh\n"})))
		}, want: "it has no Python"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.push != nil {
				if err := tt.push(w.ref("bases/python:3.11")); err != nil {
					t.Fatal(err)
				}
			}
			_, err := w.try(plain(w))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "base_image") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// Without the referrers API, attachments are found by the tag that stands in.
func TestReferrers(t *testing.T) {
	for _, supported := range []bool{true, false} {
		w := newWorld(t, registry.WithReferrersSupport(supported))
		w.base()
		r := w.build(plain(w))
		digest, err := name.NewDigest(r.Reference)
		if err != nil {
			t.Fatal(err)
		}
		idx, err := remote.Referrers(digest)
		if err != nil {
			t.Fatal(err)
		}
		list, err := idx.IndexManifest()
		if err != nil {
			t.Fatal(err)
		}
		types := map[string]bool{}
		for _, m := range list.Manifests {
			got, err := remote.Get(digest.Context().Digest(m.Digest.String()))
			if err != nil {
				t.Fatal(err)
			}
			var artifact struct {
				ArtifactType string
				Subject      struct{ Digest string }
			}
			if err := json.Unmarshal(got.Manifest, &artifact); err != nil {
				t.Fatal(err)
			}
			if artifact.Subject.Digest != r.Digest {
				t.Errorf("%s is about %s", artifact.ArtifactType, artifact.Subject.Digest)
			}
			types[artifact.ArtifactType] = true
		}
		if !types[SPDXType] || !types[ProvenanceType] || len(types) != 2 {
			t.Errorf("referrers API %t: attached are %v", supported, types)
		}
	}
}
