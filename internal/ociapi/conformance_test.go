package ociapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// The tests of this file cover what the OCI distribution specification 1.1
// asks of a registry, endpoint by endpoint, and ECR's own words where it has
// some.

var algorithms = []digest.Algorithm{digest.SHA256, digest.SHA512}

// TestPushBlob uploads blobs in every way that clients do.
func TestPushBlob(t *testing.T) {
	w := newWorld(t)
	ways := map[string]func(t *testing.T, content string, d digest.Digest) *response{
		"single POST": func(t *testing.T, content string, d digest.Digest) *response {
			return w.do(request{method: "POST", path: "/v2/team/app/blobs/uploads/?digest=" + d.String(), body: content})
		},
		"POST and PUT": func(t *testing.T, content string, d digest.Digest) *response { // containerd, buildkit, oras
			return w.do(request{method: "PUT", path: w.upload(app) + "?digest=" + d.String(), body: content})
		},
		"POST and chunked PUT": func(t *testing.T, content string, d digest.Digest) *response {
			return w.do(request{method: "PUT", path: w.upload(app) + "?digest=" + d.String(), body: content, chunked: true})
		},
		"one PATCH": func(t *testing.T, content string, d digest.Digest) *response { // crane
			r := w.do(request{method: "PATCH", path: w.upload(app), body: content}).want(t, http.StatusAccepted, "")
			r.wantHeader(t, "Range", fmt.Sprintf("0-%d", max(len(content)-1, 0)))
			return w.do(request{method: "PUT", path: r.Header.Get("Location") + "?digest=" + d.String()})
		},
		"streamed PATCH": func(t *testing.T, content string, d digest.Digest) *response { // docker, podman
			r := w.do(request{method: "PATCH", path: w.upload(app), body: content, chunked: true}).want(t, http.StatusAccepted, "")
			r.wantHeader(t, "Range", fmt.Sprintf("0-%d", max(len(content)-1, 0)))
			if r.Header.Get("Docker-Upload-Uuid") == "" {
				t.Error("no Docker-Upload-UUID")
			}
			return w.do(request{method: "PUT", path: r.Header.Get("Location") + "?digest=" + d.String()})
		},
		"chunks": func(t *testing.T, content string, d digest.Digest) *response { // regctl
			loc := w.upload(app)
			for off := 0; off < len(content); off += 5 {
				end := min(off+5, len(content))
				r := w.do(request{method: "PATCH", path: loc, body: content[off:end], header: map[string]string{"Content-Range": fmt.Sprintf("%d-%d", off, end-1)}})
				r.want(t, http.StatusAccepted, "").wantHeader(t, "Range", fmt.Sprintf("0-%d", end-1))
				loc = r.Header.Get("Location")
			}
			return w.do(request{method: "PUT", path: loc + "?digest=" + d.String()})
		},
		"chunks, the last in the PUT": func(t *testing.T, content string, d digest.Digest) *response {
			half := len(content) / 2
			loc := w.upload(app)
			r := w.do(request{method: "PATCH", path: loc, body: content[:half], header: map[string]string{"Content-Range": fmt.Sprintf("0-%d", half-1)}}).want(t, http.StatusAccepted, "")
			return w.do(request{
				method: "PUT", path: r.Header.Get("Location") + "?digest=" + d.String(), body: content[half:],
				header: map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/%d", half, len(content)-1, len(content))},
			})
		},
	}
	for name, push := range ways {
		for _, algorithm := range algorithms {
			for _, content := range []string{"", "{}", "content of " + name} {
				if content == "" && name == "chunks, the last in the PUT" {
					continue // a range of no bytes cannot be said
				}
				t.Run(fmt.Sprintf("%s/%s/%d", name, algorithm, len(content)), func(t *testing.T) {
					d := algorithm.FromString(content)
					r := push(t, content, d).want(t, http.StatusCreated, "")
					r.wantHeader(t, "Location", "/v2/team/app/blobs/"+d.String())
					r.wantHeader(t, "Docker-Content-Digest", d.String())
					got := w.do(request{method: "GET", path: r.Header.Get("Location")}).want(t, http.StatusOK, "")
					if got.body != content {
						t.Errorf("body %q", got.body)
					}
					got.wantHeader(t, "Content-Length", fmt.Sprint(len(content)))
					got.own().wantHeader(t, "Docker-Content-Digest", d.String())
					if redirected := got.own() != got; redirected != way(withRedirects) {
						t.Errorf("redirected: %t", redirected)
					}
					head := w.do(request{method: "HEAD", path: r.Header.Get("Location")}).want(t, http.StatusOK, "")
					head.wantHeader(t, "Content-Length", fmt.Sprint(len(content)))
					head.wantHeader(t, "Content-Type", "application/octet-stream")

					// The same again is not an error.
					push(t, content, d).want(t, http.StatusCreated, "")

					// Other bytes than the digest says are.
					push(t, content, algorithm.FromString("something else")).want(t, http.StatusBadRequest, "DIGEST_INVALID")

					w.do(request{method: "DELETE", path: "/v2/team/app/blobs/" + d.String()}).want(t, http.StatusAccepted, "")
					w.do(request{method: "DELETE", path: "/v2/team/app/blobs/" + d.String()}).want(t, http.StatusNotFound, "BLOB_UNKNOWN")
				})
			}
		}
	}
}

func TestUpload(t *testing.T) {
	w := newWorld(t)
	r := w.do(request{method: "POST", path: "/v2/team/app/blobs/uploads/?digest-algorithm=sha512"}).want(t, http.StatusAccepted, "")
	loc := r.Header.Get("Location")
	if !regexp.MustCompile(`^/v2/team/app/blobs/uploads/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`).MatchString(loc) {
		t.Errorf("Location %q", loc)
	}
	r.wantHeader(t, "Range", "0-0")
	r.wantHeader(t, "Docker-Upload-Uuid", loc[len(loc)-36:])

	chunk := func(method, loc, contentRange, body string) *response {
		return w.do(request{method: method, path: loc, body: body, header: map[string]string{"Content-Range": contentRange}})
	}
	outOfOrder := func(r *response, have string, message string) {
		t.Helper()
		r.want(t, http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID")
		r.wantHeader(t, "Range", have)
		r.wantHeader(t, "Location", loc)
		if m := r.errors(t).Errors[0].Message; m != message {
			t.Errorf("message %q, want %q", m, message)
		}
		status := w.do(request{method: "GET", path: loc}).want(t, http.StatusNoContent, "")
		status.wantHeader(t, "Range", have)
		status.wantHeader(t, "Location", loc)
	}
	outOfOrder(chunk("PATCH", loc, "5-9", "fghij"), "0-0", "First byte of the layer part is 5 instead of 0")
	chunk("PATCH", loc, "0-4", "abcde").want(t, http.StatusAccepted, "").wantHeader(t, "Range", "0-4")
	outOfOrder(chunk("PATCH", loc, "0-4", "abcde"), "0-4", "First byte of the layer part is 0 instead of 5")
	outOfOrder(chunk("PATCH", loc, "7-9", "hij"), "0-4", "First byte of the layer part is 7 instead of 5")
	d := digest.SHA512.FromString("abcdefghij")
	outOfOrder(chunk("PUT", loc+"?digest="+d.String(), "0-4", "abcde"), "0-4", "First byte of the layer part is 0 instead of 5")
	for _, bad := range []string{"x", "5", "5-", "-9", "9-5", "+5-9", "5-9-9", "0x5-9", "5-99999999999999999999"} {
		chunk("PATCH", loc, bad, "fghij").want(t, http.StatusBadRequest, "BLOB_UPLOAD_INVALID")
	}
	chunk("PATCH", loc, "5-8", "fghij").want(t, http.StatusBadRequest, "SIZE_INVALID")
	w.do(request{method: "PATCH", path: loc, body: "fghij", chunked: true, header: map[string]string{"Content-Range": "5-9"}}).want(t, http.StatusAccepted, "").wantHeader(t, "Range", "0-9")

	w.do(request{method: "PUT", path: loc}).want(t, http.StatusBadRequest, "DIGEST_INVALID")
	w.do(request{method: "PUT", path: loc + "?digest=sha256:x"}).want(t, http.StatusBadRequest, "DIGEST_INVALID")
	// A wrong digest does not cost the bytes.
	w.do(request{method: "PUT", path: loc + "?digest=" + digest.FromString("x").String()}).want(t, http.StatusBadRequest, "DIGEST_INVALID")
	w.do(request{method: "PUT", path: loc + "?digest=" + d.String()}).want(t, http.StatusCreated, "")
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		w.do(request{method: method, path: loc}).want(t, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")
	}

	loc = w.upload(app)
	w.do(request{method: "PATCH", path: loc, body: "x"}).want(t, http.StatusAccepted, "")
	w.do(request{method: "DELETE", path: loc}).want(t, http.StatusNoContent, "")
	w.do(request{method: "DELETE", path: loc}).want(t, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")
	w.do(request{method: "PUT", path: loc + "?digest=" + digest.FromString("x").String()}).want(t, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")

	// Streamed bytes that are more or fewer than announced.
	for _, contentRange := range []string{"0-3", "0-9"} {
		loc = w.upload(app)
		r := w.do(request{method: "PATCH", path: loc, body: "abcdef", chunked: true, header: map[string]string{"Content-Range": contentRange}})
		r.want(t, http.StatusBadRequest, "SIZE_INVALID")
	}
}

func TestBlobRanges(t *testing.T) {
	w := newWorld(t)
	const content = "0123456789"
	path := "/v2/team/app/blobs/" + w.pushBlob(app, content).String()
	tag := `"` + digest.FromString(content).String() + `"`
	for _, tt := range []struct {
		ranges, ifRange string
		status          int
		body, answer    string
	}{
		{"", "", 200, content, ""},
		{"bytes=0-", "", 206, content, "bytes 0-9/10"},
		{"bytes=2-4", "", 206, "234", "bytes 2-4/10"},
		{"bytes=9-9", "", 206, "9", "bytes 9-9/10"},
		{"bytes=5-", "", 206, "56789", "bytes 5-9/10"},
		{"bytes=-3", "", 206, "789", "bytes 7-9/10"},
		{"bytes=-30", "", 206, content, "bytes 0-9/10"},
		{"bytes=8-99", "", 206, "89", "bytes 8-9/10"},
		{"bytes=2-4", tag, 206, "234", "bytes 2-4/10"},
		{"bytes=2-4", `"other"`, 200, content, ""},
		{"bytes=2-4,6-7", "", 200, content, ""},
		{"lines=1-2", "", 200, content, ""},
		{"bytes=x-y", "", 200, content, ""},
		{"bytes=5", "", 200, content, ""},
		{"bytes=10-", "", 416, "", "bytes */10"},
		{"bytes=99-100", "", 416, "", "bytes */10"},
		{"bytes=5-2", "", 416, "", "bytes */10"},
		{"bytes=-0", "", 416, "", "bytes */10"},
	} {
		header := map[string]string{}
		if tt.ranges != "" {
			header["Range"] = tt.ranges
		}
		if tt.ifRange != "" {
			header["If-Range"] = tt.ifRange
		}
		r := w.do(request{method: "GET", path: path, header: header})
		if r.own() != r && tt.ifRange == `"other"` {
			continue // a bucket has entity tags of its own, and not all know If-Range
		}
		r.want(t, tt.status, "").wantHeader(t, "Content-Range", tt.answer)
		if tt.status != http.StatusRequestedRangeNotSatisfiable && r.body != tt.body {
			t.Errorf("Range %q: body %q, want %q", tt.ranges, r.body, tt.body)
		}
		head := w.do(request{method: "HEAD", path: path, header: header}).want(t, tt.status, "")
		head.wantHeader(t, "Content-Length", r.Header.Get("Content-Length"))
	}
	for match, status := range map[string]int{tag: 304, "W/" + tag: 304, "*": 304, `"x", ` + tag: 304, `"x"`: 200} {
		r := w.do(request{method: "GET", path: path, header: map[string]string{"If-None-Match": match}}).want(t, status, "")
		r.own().wantHeader(t, "Etag", tag)
	}
	w.do(request{method: "GET", path: "/v2/team/app/blobs/" + digest.FromString("none").String()}).want(t, http.StatusNotFound, "BLOB_UNKNOWN")
}

func TestManifests(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "x")
	img.Annotations = map[string]string{"k": "v"}
	for _, algorithm := range algorithms {
		d := algorithm.FromString(img.text())
		r := w.put(app, d.String(), img).want(t, http.StatusCreated, "")
		r.wantHeader(t, "Location", "/v2/team/app/manifests/"+d.String())
		r.wantHeader(t, "Docker-Content-Digest", d.String())
	}
	d := img.digest()
	for range 2 { // the same again is not an error
		w.put(app, "v1", img).want(t, http.StatusCreated, "").wantHeader(t, "Docker-Content-Digest", d.String())
	}
	for _, ref := range []string{"v1", d.String(), digest.SHA512.FromString(img.text()).String()} {
		want := d.String()
		if ref != "v1" {
			want = ref
		}
		for _, method := range []string{"GET", "HEAD"} {
			for _, accept := range []string{"", img.MediaType, "application/json", "*/*"} {
				r := w.do(request{method: method, path: "/v2/team/app/manifests/" + ref, header: map[string]string{"Accept": accept}}).want(t, http.StatusOK, "")
				r.wantHeader(t, "Docker-Content-Digest", want)
				r.wantHeader(t, "Content-Type", img.MediaType)
				r.wantHeader(t, "Content-Length", fmt.Sprint(len(img.text())))
				if method == "GET" && r.body != img.text() {
					t.Errorf("body is not what was pushed: %q", r.body)
				}
			}
		}
		w.do(request{method: "GET", path: "/v2/team/app/manifests/" + ref, header: map[string]string{"If-None-Match": `"` + want + `"`}}).want(t, http.StatusNotModified, "")
	}
	// A layer has the media type that the manifest gives it, if a browser will not run it.
	w.do(request{method: "HEAD", path: "/v2/team/app/blobs/" + img.Layers[0].Digest.String()}).wantHeader(t, "Content-Type", layerType)
	page := w.image(app, "page")
	page.Layers[0].MediaType = "text/html"
	w.put(app, "page", page).want(t, http.StatusCreated, "")
	r := w.do(request{method: "GET", path: "/v2/team/app/blobs/" + page.Layers[0].Digest.String()}).want(t, http.StatusOK, "")
	r.wantHeader(t, "Content-Type", "application/octet-stream")
	r.own().wantHeader(t, "X-Content-Type-Options", "nosniff")

	for _, ref := range []string{"none", ".INVALID_MANIFEST_NAME", digest.FromString("none").String()} {
		r := w.do(request{method: "GET", path: "/v2/team/app/manifests/" + ref}).want(t, http.StatusNotFound, "MANIFEST_UNKNOWN")
		if m := r.errors(t).Errors[0].Message; m != "Requested image not found" {
			t.Errorf("message %q", m)
		}
		if r := w.do(request{method: "HEAD", path: "/v2/team/app/manifests/" + ref}).want(t, http.StatusNotFound, ""); r.body != "" {
			t.Errorf("HEAD %s: body %q", ref, r.body)
		}
	}
}

// TestKindsOfManifest pushes one of each kind that clients make.
func TestKindsOfManifest(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "x")
	docker := img
	docker.MediaType = ocispec.MediaTypeDockerManifest
	noLayers := img
	noLayers.Layers = nil
	foreign := img
	foreign.Layers = append(slices.Clone(img.Layers), desc{MediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Digest: digest.FromString("elsewhere"), Size: 9})
	artifact := manifest{
		MediaType: ocispec.MediaTypeImageManifest, ArtifactType: "application/vnd.example.thing",
		Config: &desc{MediaType: "application/vnd.oci.empty.v1+json", Digest: w.pushBlob(app, "{}"), Size: 2},
		Layers: []desc{{MediaType: "application/vnd.oci.empty.v1+json", Digest: digest.FromString("{}"), Size: 2}},
	}
	index := manifest{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{img.desc(), docker.desc()}}
	list := manifest{MediaType: ocispec.MediaTypeDockerList, Manifests: []desc{docker.desc()}}
	nested := manifest{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{index.desc(), artifact.desc()}}
	empty := manifest{MediaType: ocispec.MediaTypeImageIndex, Annotations: map[string]string{"empty": "yes"}}
	for i, m := range []manifest{img, docker, noLayers, foreign, artifact, index, list, nested, empty} {
		tag := fmt.Sprint("m", i)
		w.put(app, tag, m).want(t, http.StatusCreated, "")
		r := w.do(request{method: "GET", path: "/v2/team/app/manifests/" + tag}).want(t, http.StatusOK, "")
		r.wantHeader(t, "Content-Type", m.MediaType)
		if r.body != m.text() {
			t.Errorf("%d: body %q", i, r.body)
		}
	}
	// Parameters of Content-Type do not count.
	w.do(request{method: "PUT", path: "/v2/team/app/manifests/p", body: img.text(), header: map[string]string{"Content-Type": img.MediaType + "; charset=utf-8"}}).want(t, http.StatusCreated, "")
	// Nearly as large as allowed.
	large := img
	large.Annotations = map[string]string{"large": strings.Repeat("x", ocispec.MaxManifestSize-2000)}
	w.put(app, "large", large).want(t, http.StatusCreated, "")
}

func TestBadManifests(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "x")
	w.put(app, "v1", img).want(t, http.StatusCreated, "")
	if _, err := w.registry.CreateRepository(t.Context(), registry.Repo{Account: account, Region: region, Name: "frozen"}, registry.Settings{TagMutability: registry.Immutable}); err != nil {
		t.Fatal(err)
	}
	frozen := registry.Repo{Account: account, Region: region, Name: "frozen"}
	w.put(frozen, "v1", w.image(frozen, "x")).want(t, http.StatusCreated, "")

	none := digest.FromString("none")
	noLayer := img
	noLayer.Layers = []desc{{MediaType: layerType, Digest: none, Size: 4}}
	noChild := manifest{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{{MediaType: ocispec.MediaTypeImageManifest, Digest: none, Size: 4}}}
	const inRepo = "required for pushing image into repository with name 'team/app' in the registry with id '" + account + "' do not exist"
	parameter := func(text string) string {
		return "Invalid parameter at 'ImageManifest' failed to satisfy constraint: '" + text + "'"
	}
	oci := ocispec.MediaTypeImageManifest
	tests := []struct {
		name, path, body, mediaType string
		status                      int
		code, message               string // message: "" is any
	}{
		{"layer missing", "team/app/manifests/x", noLayer.text(), oci, 404, "MANIFEST_BLOB_UNKNOWN", "Layers with digests '[" + none.String() + "]' " + inRepo},
		{"child missing", "team/app/manifests/x", noChild.text(), noChild.MediaType, 404, "MANIFEST_BLOB_UNKNOWN", "Images with digests '[" + none.String() + "]' " + inRepo},
		{"not JSON", "team/app/manifests/x", "{", oci, 400, "MANIFEST_INVALID", parameter("Invalid JSON syntax")},
		{"nothing", "team/app/manifests/x", "", oci, 400, "MANIFEST_INVALID", parameter("Invalid JSON syntax")},
		{"another media type", "team/app/manifests/x", img.text(), ocispec.MediaTypeImageIndex, 400, "MANIFEST_INVALID", ""},
		{"schema 1", "team/app/manifests/x", `{"schemaVersion":1}`, "application/vnd.docker.distribution.manifest.v1+prettyjws", 400, "MANIFEST_INVALID", ""},
		{"bad digest in it", "team/app/manifests/x", strings.Replace(img.text(), "sha256:", "sha256:z", 1), oci, 400, "MANIFEST_INVALID", ""},
		{"another digest", "team/app/manifests/" + none.String(), img.text(), oci, 400, "DIGEST_INVALID", "The digest '" + none.String() + "' does not match that of the content, '" + img.digest().String() + "'"},
		{"bad digest", "team/app/manifests/sha256:x", img.text(), oci, 400, "DIGEST_INVALID", ""},
		{"bad tag", "team/app/manifests/.x", img.text(), oci, 405, "UNSUPPORTED", "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_.]+'"},
		{"too large", "team/app/manifests/x", strings.Repeat(" ", ocispec.MaxManifestSize+1), oci, 413, "SIZE_INVALID", ""},
		{"immutable tag", "frozen/manifests/v1", img.text(), oci, 400, "TAG_INVALID", "The image tag 'v1' already exists in the 'frozen' repository and cannot be overwritten because the tag is immutable."},
		{"bad repository", "Frozen/manifests/v1", img.text(), oci, 405, "UNSUPPORTED", "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '" + ocispec.RepositoryNamePattern + "'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, chunked := range []bool{false, true} {
				r := w.do(request{method: "PUT", path: "/v2/" + tt.path, body: tt.body, chunked: chunked, header: map[string]string{"Content-Type": tt.mediaType}})
				r.want(t, tt.status, tt.code)
				if m := r.errors(t).Errors[0].Message; tt.message != "" && m != tt.message {
					t.Errorf("message %q, want %q", m, tt.message)
				}
			}
		})
	}
	w.do(request{method: "GET", path: "/v2/team/app/manifests/x"}).want(t, http.StatusNotFound, "MANIFEST_UNKNOWN")
}

func TestTagParameters(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "x")
	d := digest.SHA512.FromString(img.text())
	r := w.put(app, d.String()+"?tag=1.2.3&tag=1.2&tag=1", img).want(t, http.StatusCreated, "")
	if diff := cmp.Diff([]string{"1.2.3", "1.2", "1"}, r.Header.Values("Oci-Tag")); diff != "" {
		t.Errorf("OCI-Tag (-want +got)\n%s", diff)
	}
	for _, tag := range []string{"1.2.3", "1.2", "1"} {
		w.do(request{method: "HEAD", path: "/v2/team/app/manifests/" + tag}).want(t, http.StatusOK, "").wantHeader(t, "Docker-Content-Digest", d.String())
	}
}

// walk follows Link headers and returns the bodies of all pages.
func (w *world) walk(path string) []string {
	w.t.Helper()
	var bodies []string
	for path != "" {
		r := w.do(request{method: "GET", path: path}).want(w.t, http.StatusOK, "")
		bodies = append(bodies, r.body)
		path = ""
		if link := r.Header.Get("Link"); link != "" {
			next, ok := strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			if !ok {
				w.t.Fatalf("Link %q", link)
			}
			path = next
		}
		if len(bodies) > 100 {
			w.t.Fatal("pages without end")
		}
	}
	return bodies
}

func TestTagList(t *testing.T) {
	w := newWorld(t)
	list := func(query string) (tags [][]string) {
		t.Helper()
		for _, body := range w.walk("/v2/team/app/tags/list" + query) {
			var page struct {
				Name string
				Tags []string
			}
			if err := json.Unmarshal([]byte(body), &page); err != nil || page.Name != app.Name || page.Tags == nil {
				t.Fatalf("page %q: %v", body, err)
			}
			tags = append(tags, page.Tags)
		}
		return tags
	}
	if d := cmp.Diff([][]string{{}}, list("")); d != "" {
		t.Errorf("no tags (-want +got)\n%s", d)
	}
	img := w.image(app, "x")
	for _, tag := range []string{"b", "a", "_", "B", "1.10", "1.9"} {
		w.put(app, tag, img).want(t, http.StatusCreated, "")
	}
	for query, want := range map[string][][]string{
		"":              {{"1.10", "1.9", "B", "_", "a", "b"}},
		"?n=0":          {{}},
		"?n=6":          {{"1.10", "1.9", "B", "_", "a", "b"}},
		"?n=1000":       {{"1.10", "1.9", "B", "_", "a", "b"}},
		"?n=4":          {{"1.10", "1.9", "B", "_"}, {"a", "b"}},
		"?n=2&last=1.9": {{"B", "_"}, {"a", "b"}},
		"?last=B":       {{"_", "a", "b"}},
		"?last=A":       {{"B", "_", "a", "b"}},
		"?last=b":       {{}},
	} {
		if d := cmp.Diff(want, list(query)); d != "" {
			t.Errorf("%q (-want +got)\n%s", query, d)
		}
	}
	// Without n a page has a hundred.
	tags := ""
	for i := range 150 {
		tags += fmt.Sprintf("&tag=t%03d", i)
	}
	w.put(app, img.digest().String()+"?"+tags[1:], img).want(t, http.StatusCreated, "")
	if pages := list(""); len(pages) != 2 || len(pages[0]) != 100 || len(pages[1]) != 56 {
		t.Errorf("%d pages", len(pages))
	}
	r := w.do(request{method: "GET", path: "/v2/team/app/tags/list?n=1001"}).want(t, http.StatusMethodNotAllowed, "UNSUPPORTED")
	if m := r.errors(t).Errors[0].Message; m != "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'" {
		t.Errorf("message %q", m)
	}
}

func TestCatalog(t *testing.T) {
	w := newWorld(t)
	elsewhere := registry.Repo{Account: "222222222222", Region: region, Name: "not-this"}
	if _, err := w.registry.CreateRepository(t.Context(), elsewhere, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"":               {`{"repositories":["team/app","team/other"]}`},
		"?n=1":           {`{"repositories":["team/app"]}`, `{"repositories":["team/other"]}`},
		"?n=0":           {`{"repositories":[]}`},
		"?last=team/app": {`{"repositories":["team/other"]}`},
	} {
		got := w.walk("/v2/_catalog" + query)
		for i := range got {
			got[i] = strings.TrimSpace(got[i])
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got)\n%s", query, d)
		}
	}
}

func TestReferrers(t *testing.T) {
	w := newWorld(t)
	subject := w.image(app, "subject")
	refer := func(artifactType, note string) desc {
		t.Helper()
		m := w.image(app, "referrer")
		s := subject.desc()
		m.Subject, m.ArtifactType, m.Annotations = &s, artifactType, map[string]string{"note": note}
		w.put(app, m.digest().String(), m).want(t, http.StatusCreated, "").wantHeader(t, "Oci-Subject", s.Digest.String())
		d := m.desc()
		d.Annotations, d.ArtifactType = m.Annotations, artifactType
		if artifactType == "" {
			d.ArtifactType = configType
		}
		return d
	}
	// The subject may come later.
	all := []desc{refer("application/vnd.a", "1"), refer("application/vnd.a", "2"), refer("application/vnd.b+json", "3"), refer("", "4")}
	s := subject.desc()
	index := manifest{MediaType: ocispec.MediaTypeImageIndex, Subject: &s}
	w.put(app, "index", index).want(t, http.StatusCreated, "").wantHeader(t, "Oci-Subject", s.Digest.String())
	all = append(all, index.desc())
	w.put(app, "subject", subject).want(t, http.StatusCreated, "").wantHeader(t, "Oci-Subject", "")

	list := func(d digest.Digest, query string) []desc {
		t.Helper()
		var all []desc
		for _, body := range w.walk("/v2/team/app/referrers/" + d.String() + query) {
			var index manifest
			if err := json.Unmarshal([]byte(body), &index); err != nil || index.SchemaVersion != 2 || index.MediaType != ocispec.MediaTypeImageIndex || !strings.Contains(body, `"manifests":[`) {
				t.Fatalf("index %q: %v", body, err)
			}
			all = append(all, index.Manifests...)
		}
		return all
	}
	sorted := func(ds ...desc) []desc {
		slices.SortFunc(ds, func(a, b desc) int { return strings.Compare(a.Digest.String(), b.Digest.String()) })
		return ds
	}
	for query, want := range map[string][]desc{
		"":                                       sorted(slices.Clone(all)...),
		"?artifactType=application/vnd.a":        sorted(all[0], all[1]),
		"?artifactType=application/vnd.b%2Bjson": {all[2]},
		"?artifactType=application/vnd.a&artifactType=application/vnd.oci.image.config.v1%2Bjson": sorted(all[0], all[1], all[3]),
		"?artifactType=none/such": nil,
	} {
		if d := cmp.Diff(want, list(s.Digest, query)); d != "" {
			t.Errorf("%q (-want +got)\n%s", query, d)
		}
		filters := ""
		if query != "" {
			filters = "artifactType"
		}
		r := w.do(request{method: "GET", path: "/v2/team/app/referrers/" + s.Digest.String() + query})
		r.wantHeader(t, "Oci-Filters-Applied", filters)
		r.wantHeader(t, "Content-Type", ocispec.MediaTypeImageIndex)
	}
	if got := list(digest.FromString("none"), ""); got != nil {
		t.Errorf("referrers of nothing: %v", got)
	}
	w.do(request{method: "GET", path: "/v2/team/app/referrers/v1"}).want(t, http.StatusBadRequest, "DIGEST_INVALID")
	w.do(request{method: "GET", path: "/v2/team/app/referrers/" + s.Digest.String() + "?last=x"}).want(t, http.StatusMethodNotAllowed, "UNSUPPORTED")

	// More than a page has.
	for i := range 120 {
		refer("application/vnd.many", fmt.Sprint("many ", i))
	}
	if got := list(s.Digest, "?artifactType=application/vnd.many"); len(got) != 120 {
		t.Errorf("%d referrers over all pages, want 120", len(got))
	}
	w.do(request{method: "DELETE", path: "/v2/team/app/manifests/" + all[2].Digest.String()}).want(t, http.StatusAccepted, "")
	if got := list(s.Digest, "?artifactType=application/vnd.b%2Bjson"); got != nil {
		t.Errorf("deleted, and still there: %v", got)
	}
}

func TestDelete(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "x")
	for _, tag := range []string{"a", "b", "c"} {
		w.put(app, tag, img).want(t, http.StatusCreated, "")
	}
	index := manifest{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{img.desc()}}
	w.put(app, "index", index).want(t, http.StatusCreated, "")
	path := func(ref string) string { return "/v2/team/app/manifests/" + ref }

	w.do(request{method: "DELETE", path: path("a")}).want(t, http.StatusAccepted, "")
	w.do(request{method: "DELETE", path: path("a")}).want(t, http.StatusNotFound, "MANIFEST_UNKNOWN")
	w.do(request{method: "GET", path: path("a")}).want(t, http.StatusNotFound, "MANIFEST_UNKNOWN")
	w.do(request{method: "GET", path: path("b")}).want(t, http.StatusOK, "")

	// A child stays as long as an index names it.
	r := w.do(request{method: "DELETE", path: path(img.digest().String())}).want(t, http.StatusMethodNotAllowed, "UNSUPPORTED")
	if m := r.errors(t).Errors[0].Message; m != "Requested image referenced by manifest list: ["+index.digest().String()+"]" {
		t.Errorf("message %q", m)
	}
	w.do(request{method: "DELETE", path: path("index")}).want(t, http.StatusAccepted, "") // the tag only
	w.do(request{method: "GET", path: path(index.digest().String())}).want(t, http.StatusOK, "")
	w.do(request{method: "DELETE", path: path(index.digest().String())}).want(t, http.StatusAccepted, "")

	layer := "/v2/team/app/blobs/" + img.Layers[0].Digest.String()
	w.do(request{method: "DELETE", path: layer}).want(t, http.StatusMethodNotAllowed, "UNSUPPORTED")
	w.do(request{method: "DELETE", path: path(img.digest().String())}).want(t, http.StatusAccepted, "")
	for _, ref := range []string{"b", "c", img.digest().String()} {
		w.do(request{method: "GET", path: path(ref)}).want(t, http.StatusNotFound, "MANIFEST_UNKNOWN")
	}
	if body := w.do(request{method: "GET", path: "/v2/team/app/tags/list"}).body; body != `{"name":"team/app","tags":[]}`+"\n" {
		t.Errorf("tags %s", body)
	}
	w.do(request{method: "DELETE", path: path(img.digest().String())}).want(t, http.StatusNotFound, "MANIFEST_UNKNOWN")
	w.do(request{method: "DELETE", path: layer}).want(t, http.StatusAccepted, "")
	w.do(request{method: "GET", path: layer}).want(t, http.StatusNotFound, "BLOB_UNKNOWN")
}

// TestPullTime makes sure that GET counts as a pull and HEAD does not.
func TestPullTime(t *testing.T) {
	w := newWorld(t)
	w.put(app, "v1", w.image(app, "x")).want(t, http.StatusCreated, "")
	pulled := func() bool {
		t.Helper()
		if err := w.registry.FlushPulls(t.Context()); err != nil {
			t.Fatal(err)
		}
		images, err := w.registry.Describe(t.Context(), app, []registry.Ref{{Tag: "v1"}})
		if err != nil {
			t.Fatal(err)
		}
		return !images[0].PulledAt.IsZero()
	}
	w.do(request{method: "HEAD", path: "/v2/team/app/manifests/v1"}).want(t, http.StatusOK, "")
	if pulled() {
		t.Error("HEAD counts as a pull")
	}
	w.do(request{method: "GET", path: "/v2/team/app/manifests/v1"}).want(t, http.StatusOK, "")
	if !pulled() {
		t.Error("GET does not count as a pull")
	}
}

// TestConcurrentPushes pushes images that share layers and a tag from many
// clients at once, each by another way of uploading.
func TestConcurrentPushes(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	const clients, rounds = 6, 4
	for c := range clients {
		wg.Go(func() {
			for i := range rounds {
				push := func(content string) desc {
					d := digest.FromString(content)
					r := w.do(request{method: "POST", path: "/v2/team/app/blobs/uploads/"})
					loc := r.Header.Get("Location")
					if c%2 == 0 {
						r = w.do(request{method: "PATCH", path: loc, body: content, chunked: true})
						r = w.do(request{method: "PUT", path: r.Header.Get("Location") + "?digest=" + d.String()})
					} else {
						r = w.do(request{method: "PUT", path: loc + "?digest=" + d.String(), body: content})
					}
					if r.StatusCode != http.StatusCreated {
						t.Errorf("push blob: %d %s", r.StatusCode, r.body)
					}
					return desc{MediaType: layerType, Digest: d, Size: len(content)}
				}
				config := push(fmt.Sprint("config ", i))
				m := manifest{MediaType: ocispec.MediaTypeImageManifest, Config: &config, Layers: []desc{push("base"), push(fmt.Sprint("layer ", i))}}
				for _, tag := range []string{"latest", fmt.Sprintf("c%d-%d", c, i)} {
					if r := w.put(app, tag, m); r.StatusCode != http.StatusCreated {
						t.Errorf("push %s: %d %s", tag, r.StatusCode, r.body)
					}
				}
				r := w.do(request{method: "GET", path: "/v2/team/app/manifests/latest"})
				if r.StatusCode != http.StatusOK || digest.FromString(r.body).String() != r.Header.Get("Docker-Content-Digest") {
					t.Errorf("pull: %d %s", r.StatusCode, r.body)
				}
			}
		})
	}
	wg.Wait()
	tags, _, err := w.registry.Tags(t.Context(), app, "", 0)
	if err != nil || len(tags) != clients*rounds+1 {
		t.Errorf("%d tags, %v, want %d", len(tags), err, clients*rounds+1)
	}
}

// TestConcurrentAppends has two requests write to one upload: whatever they
// are answered, no byte is lost or written twice.
func TestConcurrentAppends(t *testing.T) {
	w := newWorld(t)
	loc := w.upload(app)
	var wg sync.WaitGroup
	var mu sync.Mutex
	accepted := 0
	for range 8 {
		wg.Go(func() {
			r := w.do(request{method: "PATCH", path: loc, body: "xxxxx", header: map[string]string{"Content-Range": "0-4"}})
			mu.Lock()
			defer mu.Unlock()
			switch r.StatusCode {
			case http.StatusAccepted:
				accepted++
			case http.StatusRequestedRangeNotSatisfiable, http.StatusConflict:
			default:
				t.Errorf("status %d: %s", r.StatusCode, r.body)
			}
		})
	}
	wg.Wait()
	if accepted != 1 {
		t.Errorf("%d of the requests were accepted, want 1", accepted)
	}
	w.do(request{method: "PUT", path: loc + "?digest=" + digest.FromString("xxxxx").String()}).want(t, http.StatusCreated, "")
}
