package ociapi_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/ociapi"
	"github.com/pratique-dev/pratique/internal/registry"
)

func TestChallenge(t *testing.T) {
	w := newWorld(t)
	basic := func(user, password string) map[string]string {
		return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}
	}
	for name, header := range map[string]map[string]string{
		"nothing":        nil,
		"bearer":         {"Authorization": "Bearer x"},
		"garbage":        {"Authorization": "Basic %%%"},
		"unknown key":    basic("AKIAIOSFODNN7EXAMPLE", "x"),
		"wrong secret":   basic(w.root.ID, "x"),
		"garbage token":  basic("AWS", "x"),
		"empty password": basic("AWS", ""),
	} {
		// Also what does not exist and what cannot be parsed says no more.
		for _, path := range []string{"/v2/", "/v2/team/app/manifests/latest", "/v2/missing/tags/list", "/v2/team/app/blobs/x", "/v2/NOT/A/NAME/tags/list", "/v2/x"} {
			t.Run(name+path, func(t *testing.T) {
				r := w.do(request{method: "GET", path: path, anonymous: true, header: header}).want(t, http.StatusUnauthorized, "")
				r.wantHeader(t, "Www-Authenticate", `Basic realm="http://`+host+`/",service="ecr.amazonaws.com"`)
				r.wantHeader(t, "Docker-Distribution-Api-Version", "registry/2.0")
				r.wantHeader(t, "Content-Type", "text/plain; charset=utf-8")
				if r.body != "Not Authorized\n" {
					t.Errorf("body %q", r.body)
				}
			})
		}
	}
}

func TestPing(t *testing.T) {
	w := newWorld(t)
	nobody := w.user("nobody", []string{"s3:*"}, "*")
	r := w.do(request{method: "GET", path: "/v2/", as: nobody}).want(t, http.StatusOK, "")
	r.wantHeader(t, "Docker-Distribution-Api-Version", "registry/2.0")
	if e := w.lastEvent(1); e.Service != "oci" || e.Operation != "Ping" || e.Account != account || e.Region != region || !strings.HasSuffix(e.Caller.ARN, ":user/nobody") || e.Caller.Kind != "IAMUser" {
		t.Errorf("event %+v", e)
	}
}

func TestToken(t *testing.T) {
	w := newWorld(t)
	user := w.user("puller", []string{"ecr:*"}, "*")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user.ID, user.Secret.Reveal())
	id, err := w.who.Basic(req)
	if err != nil {
		t.Fatal(err)
	}
	token, expires, err := w.who.RegistryToken(id)
	if err != nil {
		t.Fatal(err)
	}
	get := func() *response {
		auth := base64.StdEncoding.EncodeToString([]byte("AWS:" + token))
		return w.do(request{method: "GET", path: "/v2/team/app/tags/list", anonymous: true, header: map[string]string{"Authorization": "Basic " + auth}})
	}
	get().want(t, http.StatusOK, "")

	// What the policies say now decides, not what they said when it was made.
	entity := iam.Entity{Kind: iam.EntityUser, Name: "puller"}
	if err := w.iam.DeleteInlinePolicy(t.Context(), account, entity, "inline"); err != nil {
		t.Fatal(err)
	}
	get().want(t, http.StatusForbidden, "DENIED")

	w.sleep(expires.Sub(w.clock()))
	r := get().want(t, http.StatusForbidden, "DENIED")
	if m := r.errors(t).Errors[0].Message; m != "Your authorization token has expired. Reauthenticate and try again." {
		t.Errorf("message %q", m)
	}
}

// TestActions makes every kind of request and looks at what was asked of the
// policies: the map of registry calls to IAM actions.
func TestActions(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "x")
	w.put(app, "latest", img).want(t, http.StatusCreated, "")
	layer := img.Layers[0].Digest
	small := digest.FromString("small")
	loc := func() string { return w.upload(app) }
	octets := map[string]string{"Content-Type": img.MediaType}
	tests := []struct {
		request
		operation string
		actions   []string // on the repository, unless they say where
		status    int
	}{
		{request{method: "GET", path: "/v2/"}, "Ping", nil, 200},
		{request{method: "GET", path: "/v2/team/app/manifests/latest"}, "GetManifest", []string{"BatchGetImage"}, 200},
		{request{method: "HEAD", path: "/v2/team/app/manifests/latest"}, "HeadManifest", []string{"BatchGetImage"}, 200},
		{request{method: "PUT", path: "/v2/team/app/manifests/latest", body: img.text(), header: octets}, "PutManifest", []string{"PutImage"}, 201},
		{request{method: "GET", path: "/v2/team/app/blobs/" + layer.String()}, "GetBlob", []string{"GetDownloadUrlForLayer"}, 200},
		{request{method: "HEAD", path: "/v2/team/app/blobs/" + layer.String()}, "HeadBlob", []string{"BatchCheckLayerAvailability"}, 200},
		{request{method: "POST", path: "/v2/team/app/blobs/uploads/"}, "StartUpload", []string{"InitiateLayerUpload"}, 202},
		{request{method: "POST", path: "/v2/team/app/blobs/uploads/?digest=" + small.String(), body: "small"}, "PutBlob", []string{"InitiateLayerUpload", "CompleteLayerUpload", "UploadLayerPart"}, 201},
		{request{method: "POST", path: "/v2/team/other/blobs/uploads/?mount=" + layer.String() + "&from=team/app"}, "MountBlob", []string{"InitiateLayerUpload team/other", "GetDownloadUrlForLayer"}, 201},
		{request{method: "PATCH", path: loc(), body: "x"}, "AppendUpload", []string{"UploadLayerPart"}, 202},
		{request{method: "GET", path: loc()}, "GetUpload", []string{"UploadLayerPart"}, 204},
		{request{method: "DELETE", path: loc()}, "CancelUpload", []string{"UploadLayerPart"}, 204},
		{request{method: "PUT", path: loc() + "?digest=" + small.String(), body: "small"}, "FinishUpload", []string{"CompleteLayerUpload", "UploadLayerPart"}, 201},
		{request{method: "PUT", path: loc() + "?digest=" + digest.FromString("").String()}, "FinishUpload", []string{"CompleteLayerUpload"}, 201},
		{request{method: "GET", path: "/v2/team/app/tags/list"}, "ListTags", []string{"ListImages"}, 200},
		{request{method: "GET", path: "/v2/team/app/referrers/" + layer.String()}, "ListReferrers", []string{"BatchGetImage"}, 200},
		{request{method: "GET", path: "/v2/_catalog"}, "ListRepositories", []string{"DescribeRepositories *"}, 200},
		{request{method: "DELETE", path: "/v2/team/app/blobs/" + small.String()}, "DeleteBlob", []string{"BatchDeleteImage"}, 202},
		{request{method: "DELETE", path: "/v2/team/app/manifests/latest"}, "DeleteManifest", []string{"BatchDeleteImage"}, 202},
	}
	nobody := w.user("nobody", []string{"ecr:GetAuthorizationToken"}, "*")
	n := len(w.events)
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, " ", tt.operation), func(t *testing.T) {
			if len(tt.actions) > 0 {
				denied := tt.request
				denied.as = nobody
				r := w.do(denied).want(t, http.StatusForbidden, "")
				r.wantHeader(t, "X-Pratique-Decision-Id", "request-id")
				action, name, _ := strings.Cut(tt.actions[0], " ")
				sentence := fmt.Sprintf("User: arn:aws:iam::%s:user/nobody is not authorized to perform: ecr:%s on resource: arn:aws:ecr:%s:%s:repository/%s because no identity-based policy allows the ecr:%s action",
					account, action, region, account, orApp(name), action)
				if tt.method == http.MethodHead {
					if r.body != "" {
						t.Errorf("body of HEAD: %q", r.body)
					}
				} else if e := r.errors(t).Errors[0]; e.Code != "DENIED" || e.Message != sentence || e.Detail["decisionId"] != "request-id" {
					t.Errorf("error %+v, want %q", e, sentence)
				}
				n++
				if e := w.lastEvent(n); e.ErrorCode != "DENIED" || e.ErrorMessage != sentence || len(e.Decisions) != 1 {
					t.Errorf("event %+v", e)
				}
			}
			w.do(tt.request).want(t, tt.status, "")
			n++
			e := w.lastEvent(n)
			var want, got []string
			for _, a := range tt.actions {
				action, name, _ := strings.Cut(a, " ")
				want = append(want, "ecr:"+action+" arn:aws:ecr:"+region+":"+account+":repository/"+orApp(name))
			}
			for _, d := range e.Decisions {
				got = append(got, d.Action+" "+d.Resource)
			}
			if d := cmp.Diff(want, got); d != "" || e.Operation != tt.operation || e.ErrorCode != "" {
				t.Errorf("operation %s, error %q (-want +got)\n%s", e.Operation, e.ErrorCode, d)
			}
		})
	}
}

func orApp(name string) string {
	if name == "" {
		return app.Name
	}
	return name
}

// TestEveryActionIsNeeded takes one action at a time from a user who has all.
func TestEveryActionIsNeeded(t *testing.T) {
	w := newWorld(t)
	d := digest.FromString("small")
	whole := []string{"ecr:InitiateLayerUpload", "ecr:CompleteLayerUpload", "ecr:UploadLayerPart"}
	for i := range whole {
		user := w.user(fmt.Sprint("without-", i), slices.Delete(slices.Clone(whole), i, i+1), "*")
		w.do(request{method: "POST", path: "/v2/team/app/blobs/uploads/?digest=" + d.String(), body: "small", as: user}).want(t, http.StatusForbidden, "DENIED")
	}
	noParts := w.user("no-parts", []string{"ecr:CompleteLayerUpload"}, "*")
	w.do(request{method: "PUT", path: w.upload(app) + "?digest=" + d.String(), body: "small", chunked: true, as: noParts}).want(t, http.StatusForbidden, "DENIED")
	w.do(request{method: "HEAD", path: "/v2/team/app/blobs/" + d.String()}).want(t, http.StatusNotFound, "")
}

// TestDenialComesFirst makes sure that who may not ask is not told whether
// there is anything.
func TestDenialComesFirst(t *testing.T) {
	w := newWorld(t)
	nobody := w.user("nobody", []string{"s3:*"}, "*")
	for _, path := range []string{"/v2/team/app/tags/list", "/v2/team/missing/tags/list"} {
		r := w.do(request{method: "GET", path: path, as: nobody}).want(t, http.StatusForbidden, "DENIED")
		name := strings.TrimSuffix(strings.TrimPrefix(path, "/v2/"), "/tags/list")
		if want := "because no identity-based policy allows the ecr:ListImages action"; !strings.Contains(r.body, name+" "+want) {
			t.Errorf("%s: %s", path, r.body)
		}
	}
}

// TestIsolation makes sure that a repository shows nothing of another.
func TestIsolation(t *testing.T) {
	w := newWorld(t)
	img := w.image(app, "secret")
	w.put(app, "v1", img).want(t, http.StatusCreated, "")
	for _, path := range []string{"/blobs/" + img.Layers[0].Digest.String(), "/manifests/" + img.digest().String(), "/manifests/v1"} {
		w.do(request{method: "GET", path: "/v2/team/app" + path}).want(t, http.StatusOK, "")
		w.do(request{method: "GET", path: "/v2/team/other" + path}).want(t, http.StatusNotFound, "")
		w.do(request{method: "DELETE", path: "/v2/team/other" + path}).want(t, http.StatusNotFound, "")
	}
	w.put(other, "v1", img).want(t, http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN")
	upload := w.upload(app)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		w.do(request{method: method, path: strings.Replace(upload, "team/app", "team/other", 1)}).want(t, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")
	}
}

func TestMount(t *testing.T) {
	w := newWorld(t)
	d := w.pushBlob(app, "shared")
	mount := func(as *iam.Key, query string) *response {
		return w.do(request{method: "POST", path: "/v2/team/other/blobs/uploads/?" + query, as: as})
	}
	// Whatever the reason, the answer is the same upload.
	writer := w.user("writer", []string{"ecr:InitiateLayerUpload"}, "*")
	for _, tt := range []struct {
		as    *iam.Key
		query string
	}{
		{nil, "mount=" + digest.FromString("nothing").String() + "&from=team/app"},
		{nil, "mount=" + d.String() + "&from=missing"},
		{nil, "mount=" + d.String() + "&from=../team/app"},
		{nil, "mount=" + d.String()},
		{writer, "mount=" + d.String() + "&from=team/app"},
	} {
		r := mount(tt.as, tt.query).want(t, http.StatusAccepted, "")
		if !strings.HasPrefix(r.Header.Get("Location"), "/v2/team/other/blobs/uploads/") {
			t.Errorf("%s: Location %q", tt.query, r.Header.Get("Location"))
		}
		w.do(request{method: "HEAD", path: "/v2/team/other/blobs/" + d.String()}).want(t, http.StatusNotFound, "")
	}
	r := mount(nil, "mount="+d.String()+"&from=team/app").want(t, http.StatusCreated, "")
	r.wantHeader(t, "Location", "/v2/team/other/blobs/"+d.String())
	r.wantHeader(t, "Docker-Content-Digest", d.String())
	if r := w.do(request{method: "GET", path: r.Header.Get("Location")}).want(t, http.StatusOK, ""); r.body != "shared" {
		t.Errorf("body %q", r.body)
	}
}

func TestLayerURL(t *testing.T) {
	w := newWorld(t)
	d := w.pushBlob(app, "0123456789")
	path := w.layers.Path(app, d)
	get := func(path string, header map[string]string) *response {
		return w.do(request{method: "GET", path: path, anonymous: true, header: header})
	}
	if !strings.HasPrefix(path, ociapi.LayerPath) {
		t.Fatalf("path %q", path)
	}
	if r := get(path, nil).want(t, http.StatusOK, ""); r.body != "0123456789" {
		t.Errorf("body %q", r.body)
	}
	if r := get(path, map[string]string{"Range": "bytes=2-4"}).want(t, http.StatusPartialContent, ""); r.body != "234" {
		t.Errorf("body %q", r.body)
	}
	w.do(request{method: "HEAD", path: path, anonymous: true}).want(t, http.StatusOK, "").wantHeader(t, "Content-Length", "10")
	w.do(request{method: "PUT", path: path, anonymous: true}).want(t, http.StatusMethodNotAllowed, "UNSUPPORTED")
	for _, bad := range []string{ociapi.LayerPath, ociapi.LayerPath + "x", path + "x", path[:len(path)-1], path + "/.."} {
		get(bad, nil).want(t, http.StatusForbidden, "DENIED")
	}
	// It is for this layer in this repository, as long as it is there.
	get(w.layers.Path(other, d), nil).want(t, http.StatusNotFound, "BLOB_UNKNOWN")
	w.sleep(ociapi.LayerLifetime - time.Second)
	get(path, nil).want(t, http.StatusOK, "")
	w.sleep(time.Second)
	get(path, nil).want(t, http.StatusForbidden, "DENIED")
	path = w.layers.Path(app, d)
	if _, err := w.registry.DeleteRepository(t.Context(), app, true); err != nil {
		t.Fatal(err)
	}
	get(path, nil).want(t, http.StatusNotFound, "NAME_UNKNOWN")
}

// TestNamespace makes sure that a client that names the registry by ns keeps
// doing so.
func TestNamespace(t *testing.T) {
	w := newWorld(t)
	q := "ns=" + host
	r := w.do(request{method: "POST", path: "/v2/team/app/blobs/uploads/?" + q}).want(t, http.StatusAccepted, "")
	r.wantHeader(t, "Oci-Namespace", host)
	if l := r.Header.Get("Location"); !strings.HasSuffix(l, "?"+q) {
		t.Errorf("Location %q", l)
	}
	for _, tag := range []string{"a", "b"} {
		w.put(app, tag, w.image(app, tag)).want(t, http.StatusCreated, "")
	}
	r = w.do(request{method: "GET", path: "/v2/team/app/tags/list?n=1&" + q}).want(t, http.StatusOK, "")
	r.wantHeader(t, "Link", `</v2/team/app/tags/list?last=a&n=1&ns=`+host+`>; rel="next"`)
}

func TestMissingRepository(t *testing.T) {
	w := newWorld(t)
	d := digest.FromString("x").String()
	for _, q := range []request{
		{method: "GET", path: "/manifests/latest"},
		{method: "GET", path: "/manifests/" + d},
		{method: "DELETE", path: "/manifests/latest"},
		{method: "DELETE", path: "/manifests/" + d},
		{method: "PUT", path: "/manifests/latest", body: manifest{MediaType: "application/vnd.oci.image.index.v1+json"}.text()},
		{method: "GET", path: "/blobs/" + d},
		{method: "DELETE", path: "/blobs/" + d},
		{method: "POST", path: "/blobs/uploads/"},
		{method: "POST", path: "/blobs/uploads/?digest=" + d, body: "x"},
		{method: "POST", path: "/blobs/uploads/?mount=" + d + "&from=team/app"},
		{method: "GET", path: "/blobs/uploads/" + uuid},
		{method: "PATCH", path: "/blobs/uploads/" + uuid},
		{method: "PUT", path: "/blobs/uploads/" + uuid + "?digest=" + d},
		{method: "DELETE", path: "/blobs/uploads/" + uuid},
		{method: "GET", path: "/tags/list"},
		{method: "GET", path: "/tags/list?n=0"},
		{method: "GET", path: "/referrers/" + d},
	} {
		q.path = "/v2/team/missing" + q.path
		r := w.do(q).want(t, http.StatusNotFound, "NAME_UNKNOWN")
		want := "The repository with name 'team/missing' does not exist in the registry with id '" + account + "'"
		if m := r.errors(t).Errors[0].Message; m != want {
			t.Errorf("%s %s: message %q", q.method, q.path, m)
		}
	}
}

// TestEveryKindHasAnAnswer makes sure that no error of the engine that can
// come from here ends as an internal error.
func TestEveryKindHasAnAnswer(t *testing.T) {
	elsewhere := []registry.Kind{ // only operations that are not here have these
		registry.ErrRepositoryExists, registry.ErrRepositoryNotEmpty, registry.ErrPolicyNotFound, registry.ErrRegistryPolicyNotFound,
		registry.ErrInvalidSetting, registry.ErrInvalidSettingValue, registry.ErrTooManyResourceTags, registry.ErrInvalidMutability,
		registry.ErrImageExists, registry.ErrLayerExists, registry.ErrEmptyUpload, registry.ErrLayerPartTooSmall, registry.ErrLayerPartSize,
		registry.ErrStorageClass, registry.ErrTooManyLayerParts, registry.ErrExclusionExists, registry.ErrExclusionNotFound,
		registry.ErrTooManyExclusions, registry.ErrSigningNotConfigured, registry.ErrInvalidSigning, registry.ErrInvalidCatalogData,
		registry.ErrReplicationToSource, registry.ErrTooManyDestinations, registry.ErrTemplateExists, registry.ErrTemplateNotFound,
		registry.ErrPullThroughExists, registry.ErrPullThroughNotFound, registry.ErrTooManyPullThrough, registry.ErrInvalidPullThrough,
		registry.ErrUpstreamUnsupported, registry.ErrUpstreamSecret, registry.ErrSecretNotFound, registry.ErrSecretInaccessible,
		registry.ErrInvalidLifecycle, registry.ErrLifecycleNotFound, registry.ErrPreviewNotFound, registry.ErrPreviewInProgress,
		registry.ErrLifecycleSetting, registry.ErrInvalidScanning, registry.ErrScanDisabled, registry.ErrNotScannable,
		registry.ErrNoScanner, registry.ErrScanLimit, registry.ErrScanNotFound, registry.ErrScanReport,
	}
	for _, k := range registry.Kinds() {
		e := ociapi.WireError(fmt.Errorf("wrapped: %w", &registry.Error{Kind: k}), "id")
		if known := e != nil; known == slices.Contains(elsewhere, k) {
			t.Errorf("%q: answer %v", k, e)
		}
		if e != nil && (e.Status < 400 || e.Status > 499 || e.Code == "" || e.Message == "") {
			t.Errorf("%q: answer %+v", k, e)
		}
	}
	if e := ociapi.WireError(http.ErrBodyNotAllowed, "id"); e != nil {
		t.Errorf("an unknown error is answered: %v", e)
	}
}
