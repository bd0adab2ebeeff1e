package servertest_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/server"
)

var digestA = "sha256:" + strings.Repeat("a", 64)

// manifestOf is an image manifest whose config and only layer have a digest.
func manifestOf(digest string) string {
	return `{"schemaVersion":2,"mediaType":"` + manifestType + `",` +
		`"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"` + digest + `"},` +
		`"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":2,"digest":"` + digest + `"}]}`
}

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	indexType    = "application/vnd.oci.image.index.v1+json"
	noUpload     = "00000000-0000-4000-8000-000000000000"
)

// everyRoute is a request for every row of the registry's table, to a
// repository that exists and one that does not.
func everyRoute() (routes [][2]string) {
	routes = [][2]string{{"GET", "/v2/"}, {"GET", "/v2"}, {"HEAD", "/v2/"}, {"GET", "/v2/_catalog"}, {"GET", "/v2/nonsense"}, {"PUT", "/v2/"}}
	for _, name := range []string{"team/app", "team/none"} {
		for _, r := range [][2]string{
			{"GET", "/manifests/v1"}, {"HEAD", "/manifests/v1"}, {"PUT", "/manifests/v2"}, {"DELETE", "/manifests/v1"},
			{"GET", "/manifests/" + digestA}, {"HEAD", "/manifests/" + digestA}, {"PUT", "/manifests/" + digestA}, {"DELETE", "/manifests/" + digestA},
			{"GET", "/blobs/" + digestA}, {"HEAD", "/blobs/" + digestA}, {"DELETE", "/blobs/" + digestA},
			{"POST", "/blobs/uploads/"}, {"POST", "/blobs/uploads/?digest=" + digestA}, {"POST", "/blobs/uploads/?mount=" + digestA + "&from=team/other"},
			{"GET", "/blobs/uploads/" + noUpload}, {"PATCH", "/blobs/uploads/" + noUpload}, {"PUT", "/blobs/uploads/" + noUpload + "?digest=" + digestA},
			{"DELETE", "/blobs/uploads/" + noUpload}, {"GET", "/tags/list"}, {"GET", "/referrers/" + digestA}, {"GET", "/nonsense/v1"},
		} {
			routes = append(routes, [2]string{r[0], "/v2/" + name + r[1]})
		}
	}
	return routes
}

// Whoever does not say who they are, or says it wrongly, learns nothing from
// any route but how to say it.
func TestRegistryNeedsCredentials(t *testing.T) { onEachDatabase(t, testRegistryNeedsCredentials) }

func testRegistryNeedsCredentials(t *testing.T, database func(*server.Config)) {
	w := newWorld(t, database)
	w.repository("team/app")
	img := w.push("team/app:v1", 100, 1)
	node := w.node()
	token, session := w.token(w.root), w.token(node)
	layer, _ := layerOf(t, img)
	layerURL := *must(w.ecr(w.root).GetDownloadUrlForLayer(t.Context(), &ecr.GetDownloadUrlForLayerInput{
		RepositoryName: aws.String("team/app"), LayerDigest: aws.String(layer.String()),
	}))(t).DownloadUrl
	elsewhere := newWorld(t)

	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	before := w.visible()
	for name, authorization := range map[string]string{
		"nothing":                           "",
		"no base64":                         "Basic %%%",
		"no colon":                          "Basic " + base64.StdEncoding.EncodeToString([]byte("AWS")),
		"nothing in it":                     "Basic",
		"bytes":                             "Basic " + base64.StdEncoding.EncodeToString([]byte("\x00\xff:\x00\xff")),
		"bearer":                            "Bearer " + token,
		"a signature":                       "AWS4-HMAC-SHA256 Credential=x",
		"no password":                       basic("AWS", ""),
		"garbage":                           basic("AWS", "garbage"),
		"garbage, as long as a token":       basic("AWS", strings.Repeat("A", len(token))),
		"token with its first byte changed": basic("AWS", flip(token, 0)),
		"token with its key's id changed":   basic("AWS", flip(token, 3)),
		"token changed in the middle":       basic("AWS", flip(token, len(token)/2)),
		"session's token changed":           basic("AWS", flip(session, len(session)/2)),
		"token with a blank":                basic("AWS", token+" "),
		"token with a newline":              basic("AWS", token+"\n"),
		"token cut short":                   basic("AWS", token[:len(token)-8]),
		"token, twice":                      basic("AWS", token+token),
		"token of another server":           basic("AWS", elsewhere.token(elsewhere.root)),
		"token for another user":            basic("aws", token),
		"layer URL for a token":             basic("AWS", layerURL[strings.LastIndex(layerURL, "/")+1:]),
		"session token for a token":         basic("AWS", node.SessionToken),
		"key with a wrong secret":           basic(w.root.AccessKeyID, flip(w.root.SecretAccessKey, 39)),
		"key without a secret":              basic(w.root.AccessKeyID, ""),
		"key of a session":                  basic(node.AccessKeyID, node.SecretAccessKey),
		"unknown key":                       basic("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			challenge := fmt.Sprintf(`Basic realm="http://%s/",service="ecr.amazonaws.com"`, w.Registry(owner).Host())
			for _, route := range everyRoute() {
				r := w.request(route[0], owner, route[1], "")
				if authorization != "" {
					r.Header.Set("Authorization", authorization)
				}
				a := w.do(r)
				want := "Not Authorized\n"
				if route[0] == "HEAD" {
					want = ""
				}
				if a.status != 401 || a.body != want || a.header.Get("Www-Authenticate") != challenge ||
					a.header.Get("Content-Type") != "text/plain; charset=utf-8" || a.header.Get("Docker-Distribution-Api-Version") != "registry/2.0" {
					t.Errorf("%s: %d %q %v", route, a.status, a.body, a.header)
				}
			}
		})
	}
	if diff := cmp.Diff(before, w.visible()); diff != "" {
		t.Errorf("it left something (-before +after):\n%s", diff)
	}
}

// An expired token is told from a wrong one, on every route.
func TestExpiredRegistryToken(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	token := w.token(w.root)
	w.clock.advance(12*time.Hour - time.Minute)
	if a := w.get("/v2/", token); a.status != 200 {
		t.Errorf("before it expires: %d", a.status)
	}
	w.clock.advance(2 * time.Minute)
	for _, route := range everyRoute() {
		r := w.request(route[0], owner, route[1], "")
		r.SetBasicAuth("AWS", token)
		a := w.do(r)
		if a.status != 403 {
			t.Errorf("%s: %d %s", route, a.status, a.body)
		}
		if route[0] == "HEAD" {
			continue
		}
		code, message := ociError(t, a)
		if code != "DENIED" || message != "Your authorization token has expired. Reauthenticate and try again." {
			t.Errorf("%s: %s: %s", route, code, message)
		}
	}
}

// Requests to the registry that are wrong in every way we could think of,
// from somebody who may do everything.
func TestBadRegistryRequests(t *testing.T) { onEachDatabase(t, testBadRegistryRequests) }

func testBadRegistryRequests(t *testing.T, database func(*server.Config)) {
	w := newWorld(t, database)
	w.repository("team/app")
	w.repository("team/fixed")
	w.push("team/fixed:v1", 100, 1)
	must(w.ecr(w.root).PutImageTagMutability(t.Context(), &ecr.PutImageTagMutabilityInput{
		RepositoryName: aws.String("team/fixed"), ImageTagMutability: "IMMUTABLE",
	}))(t)
	img := w.push("team/app:v1", 100, 1)
	layer, content := layerOf(t, img)
	digestV1 := must(img.Digest())(t).String()
	token := w.token(w.root)

	// start begins an upload with some bytes and returns its path.
	start := func(bytes string) string {
		r := w.request("POST", owner, "/v2/team/app/blobs/uploads/", "")
		r.SetBasicAuth("AWS", token)
		path := w.do(r).header.Get("Location")
		r = w.request("PATCH", owner, path, bytes)
		r.SetBasicAuth("AWS", token)
		if a := w.do(r); a.status != 202 {
			t.Fatalf("PATCH: %d %s", a.status, a.body)
		}
		return path
	}
	const (
		app   = "/v2/team/app"
		tag   = "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '"
		named = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '"
	)
	long := strings.Repeat("a", 300)
	manifest := []string{"Content-Type", manifestType}
	child := `{"schemaVersion":2,"mediaType":"` + indexType + `","manifests":[{"mediaType":"` + manifestType + `","size":2,"digest":"` + digestA + `"}]}`

	for _, tt := range []struct {
		name         string
		method, path string
		header       []string // names and values
		body         string
		status       int
		code         string
		message      string // what the error has to say; it may say more
	}{
		// Names.
		{"capitals", "GET", "/v2/Team/app/tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"a dot", "GET", "/v2/./app/tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"two slashes", "GET", "/v2/team//app/tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"an ending", "GET", "/v2/team-/tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"long", "GET", "/v2/" + long + "/tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"very long", "GET", "/v2/" + strings.Repeat("a/", 15_000) + "a/tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"a name for a push", "POST", "/v2/team/../blobs/uploads/", nil, "", 405, "UNSUPPORTED", named},
		{"no name", "GET", "/v2//tags/list", nil, "", 405, "UNSUPPORTED", named},
		{"missing", "GET", "/v2/team/none/tags/list", nil, "", 404, "NAME_UNKNOWN", "The repository with name 'team/none' does not exist in the registry with id '222222222222'"},
		{"push to nowhere", "POST", "/v2/team/none/blobs/uploads/", nil, "", 404, "NAME_UNKNOWN", "The repository with name 'team/none' does not exist in the registry with id '222222222222'"},
		{"manifest to nowhere", "PUT", "/v2/team/none/manifests/v1", manifest, manifestOf(digestA), 404, "NAME_UNKNOWN", "The repository with name 'team/none' does not exist in the registry with id '222222222222'"},

		// Tags.
		{"pull a tag with a blank", "GET", app + "/manifests/v%201", nil, "", 404, "MANIFEST_UNKNOWN", "Requested image not found"},
		{"push a tag with a blank", "PUT", app + "/manifests/v%201", manifest, manifestOf(digestA), 405, "UNSUPPORTED", tag},
		{"push a tag with a dash first", "PUT", app + "/manifests/-v1", manifest, manifestOf(digestA), 405, "UNSUPPORTED", tag},
		{"push a long tag", "PUT", app + "/manifests/" + long, manifest, manifestOf(digestA), 405, "UNSUPPORTED", tag},
		{"push no tag", "PUT", app + "/manifests/", manifest, manifestOf(digestA), 405, "UNSUPPORTED", tag},
		{"a tag that is not there", "GET", app + "/manifests/v2", nil, "", 404, "MANIFEST_UNKNOWN", "Requested image not found"},
		{"delete one that is not there", "DELETE", app + "/manifests/v2", nil, "", 404, "MANIFEST_UNKNOWN", "Requested image not found"},
		{"extra tag", "PUT", app + "/manifests/" + digestV1 + "?tag=a%20b", manifest, manifestOf(digestA), 405, "UNSUPPORTED", tag},
		{"an immutable tag", "PUT", "/v2/team/fixed/manifests/v1", []string{"Content-Type", indexType}, `{"schemaVersion":2,"mediaType":"` + indexType + `","manifests":[]}`, 400, "TAG_INVALID",
			"The image tag 'v1' already exists in the 'team/fixed' repository and cannot be overwritten because the tag is immutable."},

		// Digests.
		{"short", "GET", app + "/manifests/sha256:abc", nil, "", 400, "DIGEST_INVALID", ""},
		{"capital", "GET", app + "/blobs/sha256:" + strings.Repeat("A", 64), nil, "", 400, "DIGEST_INVALID", ""},
		{"another algorithm", "GET", app + "/blobs/md5:" + strings.Repeat("a", 32), nil, "", 400, "DIGEST_INVALID", ""},
		{"a tag for a blob", "GET", app + "/blobs/v1", nil, "", 400, "DIGEST_INVALID", ""},
		{"a path for a blob", "GET", app + "/blobs/sha256:..%2f..%2fkey", nil, "", 404, "UNSUPPORTED", ""},
		{"no subject", "GET", app + "/referrers/v1", nil, "", 400, "DIGEST_INVALID", ""},
		{"absent manifest", "GET", app + "/manifests/" + digestA, nil, "", 404, "MANIFEST_UNKNOWN", "Requested image not found"},
		{"absent blob", "GET", app + "/blobs/" + digestA, nil, "", 404, "BLOB_UNKNOWN", ""},
		{"another repository's blob", "GET", "/v2/team/fixed/blobs/" + layer.String(), nil, "", 404, "BLOB_UNKNOWN", ""},
		{"a manifest for a blob", "GET", app + "/blobs/" + digestV1, nil, "", 404, "BLOB_UNKNOWN", ""},
		{"delete a layer in use", "DELETE", app + "/blobs/" + layer.String(), nil, "", 405, "UNSUPPORTED", ""},

		// Manifests.
		{"not JSON", "PUT", app + "/manifests/half", manifest, "{", 400, "MANIFEST_INVALID", "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"},
		{"nothing", "PUT", app + "/manifests/half", manifest, "", 400, "MANIFEST_INVALID", "ImageManifest"},
		{"null", "PUT", app + "/manifests/half", manifest, "null", 400, "MANIFEST_INVALID", "ImageManifest"},
		{"empty", "PUT", app + "/manifests/half", manifest, "{}", 400, "MANIFEST_INVALID", "ImageManifest"},
		{"more than one", "PUT", app + "/manifests/half", manifest, manifestOf(digestA) + "{}", 400, "MANIFEST_INVALID", "ImageManifest"},
		{"another media type", "PUT", app + "/manifests/half", []string{"Content-Type", indexType}, manifestOf(digestA), 400, "MANIFEST_INVALID", "media type"},
		{"unknown media type", "PUT", app + "/manifests/half", []string{"Content-Type", "text/html"}, strings.ReplaceAll(manifestOf(digestA), manifestType, "text/html"), 400, "MANIFEST_INVALID", "media type"},
		{"schema 1", "PUT", app + "/manifests/half", []string{"Content-Type", "application/vnd.docker.distribution.manifest.v1+json"}, `{"schemaVersion":1,"fsLayers":[]}`, 400, "MANIFEST_INVALID", "schema 1"},
		{"a digest that climbs", "PUT", app + "/manifests/half", manifest, manifestOf("sha256:../../../../key"), 400, "MANIFEST_INVALID", "digest"},
		{"a media type of two lines", "PUT", app + "/manifests/half", manifest, strings.Replace(manifestOf(layer.String()), "image.config", `\r\nX-Evil: yes`, 1), 400, "MANIFEST_INVALID", "config.mediaType"},
		{"layers missing", "PUT", app + "/manifests/half", manifest, manifestOf(digestA), 404, "MANIFEST_BLOB_UNKNOWN", "Layers with digests '[" + digestA + "]' required for pushing image into repository with name 'team/app' in the registry with id '222222222222' do not exist"},
		{"another repository's layer", "PUT", "/v2/team/fixed/manifests/half", manifest, manifestOf(layer.String()), 404, "MANIFEST_BLOB_UNKNOWN", layer.String()},
		{"child missing", "PUT", app + "/manifests/half", []string{"Content-Type", indexType}, child, 404, "MANIFEST_BLOB_UNKNOWN", "Images with digests '[" + digestA + "]' required for pushing image into repository with name 'team/app' in the registry with id '222222222222' do not exist"},
		{"another digest", "PUT", app + "/manifests/" + digestA, manifest, manifestOf(layer.String()), 400, "DIGEST_INVALID", digestA},
		{"oversize", "PUT", app + "/manifests/half", manifest, manifestOf(layer.String()) + strings.Repeat(" ", ocispec.MaxManifestSize), 413, "SIZE_INVALID", "4194304"},

		// Uploads.
		{"no such upload", "PATCH", app + "/blobs/uploads/" + noUpload, nil, "x", 404, "BLOB_UPLOAD_UNKNOWN", noUpload},
		{"an upload that climbs", "PATCH", app + "/blobs/uploads/..", nil, "x", 404, "BLOB_UPLOAD_UNKNOWN", ""},
		{"another repository's upload", "PATCH", strings.Replace(start("x"), "team/app", "team/fixed", 1), nil, "x", 404, "BLOB_UPLOAD_UNKNOWN", ""},
		{"finish another repository's upload", "PUT", strings.Replace(start("x"), "team/app", "team/fixed", 1) + "?digest=" + digest.FromString("x").String(), nil, "", 404, "BLOB_UPLOAD_UNKNOWN", ""},
		{"bad digest", "PUT", start("some bytes") + "?digest=" + digestA, nil, "", 400, "DIGEST_INVALID", digestA},
		{"bad digest, body and all", "PUT", start("some") + "?digest=" + digestA, nil, " bytes", 400, "DIGEST_INVALID", digestA},
		{"digest of what was there before the body", "PUT", start("some") + "?digest=" + digest.FromString("some").String(), nil, " bytes", 400, "DIGEST_INVALID", ""},
		{"no digest", "PUT", start("some bytes"), nil, "", 400, "DIGEST_INVALID", ""},
		{"half a digest", "PUT", start("some bytes") + "?digest=sha256:", nil, "", 400, "DIGEST_INVALID", ""},
		{"bad digest at once", "POST", app + "/blobs/uploads/?digest=" + digestA, nil, "some bytes", 400, "DIGEST_INVALID", digestA},
		{"mount nothing", "POST", app + "/blobs/uploads/?mount=&from=team/fixed", nil, "", 400, "DIGEST_INVALID", ""},
		{"unknown algorithm", "POST", app + "/blobs/uploads/?digest-algorithm=md5", nil, "", 400, "DIGEST_INVALID", ""},
		{"from the middle", "PATCH", start("some"), []string{"Content-Range", "9-9"}, "x", 416, "BLOB_UPLOAD_INVALID", "First byte of the layer part is 9 instead of 4"},
		{"from the beginning", "PATCH", start("some"), []string{"Content-Range", "0-0"}, "x", 416, "BLOB_UPLOAD_INVALID", "First byte of the layer part is 0 instead of 4"},
		{"more than announced", "PATCH", start("some"), []string{"Content-Range", "4-4"}, "xyz", 400, "SIZE_INVALID", ""},
		{"less than announced", "PATCH", start("some"), []string{"Content-Range", "4-9"}, "xyz", 400, "SIZE_INVALID", ""},
		{"backwards", "PATCH", start("some"), []string{"Content-Range", "9-4"}, "xyz", 400, "BLOB_UPLOAD_INVALID", ""},
		{"no range", "PATCH", start("some"), []string{"Content-Range", "all"}, "xyz", 400, "BLOB_UPLOAD_INVALID", ""},
		{"a huge range", "PATCH", start("some"), []string{"Content-Range", "0-9223372036854775807"}, "xyz", 400, "BLOB_UPLOAD_INVALID", "first-last"},

		// Ranges of layers.
		{"range after the end", "GET", app + "/blobs/" + layer.String(), []string{"Range", fmt.Sprintf("bytes=%d-", len(content))}, "", 416, "SIZE_INVALID", ""},
		{"range backwards", "GET", app + "/blobs/" + layer.String(), []string{"Range", "bytes=5-4"}, "", 416, "SIZE_INVALID", ""},
		{"range of nothing", "GET", app + "/blobs/" + layer.String(), []string{"Range", "bytes=-0"}, "", 416, "SIZE_INVALID", ""},

		// Lists.
		{"a page that is too long", "GET", app + "/tags/list?n=1001", nil, "", 405, "UNSUPPORTED", "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'"},
		{"a page of less than nothing", "GET", app + "/tags/list?n=-1", nil, "", 405, "UNSUPPORTED", "maxResults"},
		{"a page of words", "GET", "/v2/_catalog?n=all", nil, "", 405, "UNSUPPORTED", "maxResults"},
		{"a page from nowhere", "GET", app + "/referrers/" + digestA + "?last=bm90aGluZw", nil, "", 405, "UNSUPPORTED", "nextToken"},
		{"a page from no text", "GET", app + "/tags/list?last=%00", nil, "", 405, "UNSUPPORTED", "query"},
		{"a query that is none", "GET", app + "/tags/list?n=%zz", nil, "", 405, "UNSUPPORTED", "query"},

		// Methods and paths.
		{"POST a manifest", "POST", app + "/manifests/v1", nil, "{}", 405, "UNSUPPORTED", "POST"},
		{"PUT a blob", "PUT", app + "/blobs/" + digestA, nil, "x", 405, "UNSUPPORTED", "PUT"},
		{"GET the uploads", "GET", app + "/blobs/uploads/", nil, "", 405, "UNSUPPORTED", "GET"},
		{"POST an upload", "POST", app + "/blobs/uploads/" + noUpload, nil, "", 405, "UNSUPPORTED", "POST"},
		{"DELETE the tags", "DELETE", app + "/tags/list", nil, "", 405, "UNSUPPORTED", "DELETE"},
		{"an own method", "EVIL", app + "/tags/list", nil, "", 405, "UNSUPPORTED", "EVIL"},
		{"OPTIONS", "OPTIONS", "/v2/", nil, "", 405, "UNSUPPORTED", "OPTIONS"},
		{"TRACE", "TRACE", app + "/manifests/v1", nil, "", 405, "UNSUPPORTED", "TRACE"},
		{"nothing that is", "GET", "/v2/nonsense", nil, "", 404, "UNSUPPORTED", ""},
		{"nothing below a repository", "GET", app + "/nonsense", nil, "", 404, "UNSUPPORTED", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := w.in(t)
			before := w.visible()
			r := w.request(tt.method, owner, tt.path, tt.body)
			r.SetBasicAuth("AWS", token)
			for i := 0; i < len(tt.header); i += 2 {
				r.Header.Set(tt.header[i], tt.header[i+1])
			}
			a := w.do(r)
			if a.status != tt.status {
				t.Errorf("status %d, want %d", a.status, tt.status)
			}
			code, message := ociError(t, a)
			if code != tt.code || !strings.Contains(message, tt.message) {
				t.Errorf("%s: %q, want %s: %q", code, message, tt.code, tt.message)
			}
			if a.status == 405 && strings.Contains(message, "method") && a.header.Get("Allow") == "" && tt.path != "/v2/" {
				t.Error("it does not say which methods there are")
			}
			if diff := cmp.Diff(before, w.visible()); diff != "" {
				t.Errorf("it left something (-before +after):\n%s", diff)
			}
		})
	}
}

// An upload that was finished with the wrong digest can be finished with the
// right one; nothing is visible until then, nor after it was cancelled.
func TestFinishAfterBadDigest(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	token := w.token(w.root)
	send := func(method, path, body string) answer {
		r := w.request(method, owner, path, body)
		r.SetBasicAuth("AWS", token)
		return w.do(r)
	}
	want := digest.FromString("some bytes").String()
	path := send("POST", "/v2/team/app/blobs/uploads/", "").header.Get("Location")
	if a := send("PUT", path+"?digest="+digestA, "some bytes"); a.status != 400 {
		t.Fatalf("wrong digest: %d %s", a.status, a.body)
	}
	for _, d := range []string{want, digestA} {
		if a := send("HEAD", "/v2/team/app/blobs/"+d, ""); a.status != 404 {
			t.Errorf("%s: %d", d, a.status)
		}
	}
	if a := send("GET", path, ""); a.status != 204 || a.header.Get("Range") != "0-9" {
		t.Errorf("the upload: %d %v", a.status, a.header)
	}
	if a := send("PUT", path+"?digest="+want, ""); a.status != 201 {
		t.Errorf("right digest: %d %s", a.status, a.body)
	}
	if a := send("GET", "/v2/team/app/blobs/"+want, ""); a.status != 200 || a.body != "some bytes" {
		t.Errorf("the blob: %d %q", a.status, a.body)
	}
	if a := send("PATCH", path, "more"); a.status != 404 {
		t.Errorf("after it was finished: %d", a.status)
	}

	path = send("POST", "/v2/team/app/blobs/uploads/", "").header.Get("Location")
	send("PATCH", path, "other bytes")
	if a := send("DELETE", path, ""); a.status != 204 {
		t.Errorf("cancel: %d", a.status)
	}
	if a := send("PUT", path+"?digest="+digest.FromString("other bytes").String(), ""); a.status != 404 {
		t.Errorf("finish after cancel: %d", a.status)
	}
	left := must(os.ReadDir(filepath.Join(w.dir, "blobs", "uploads")))(t)
	if len(left) != 0 {
		t.Errorf("uploads left: %v", left)
	}
}

// Paths that try to get out of where they belong, as bytes on the wire: a
// client would clean them. Nothing of the server's own files ever comes back.
func TestPathTricks(t *testing.T) { onEachDatabase(t, testPathTricks) }

func testPathTricks(t *testing.T, database func(*server.Config)) {
	w := newWorld(t, database)
	w.repository("team/app")
	w.push("team/app:v1", 100, 1)
	token := w.token(w.root)
	key := must(os.ReadFile(filepath.Join(w.dir, "key")))(t)
	long := strings.Repeat("a", 9_000)

	for _, tt := range []struct {
		target string
		status int
		code   string // "" for an answer that is not of the registry
	}{
		{"/v2/team/app/manifests/v1", 200, ""}, // the way in
		{"/v2/team/app/../app/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/../v2/team/app/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/%2e%2e/%2e%2e/key", 404, "UNSUPPORTED"},
		{"/v2/team/app/%2e%2e/app/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/team%2fapp/manifests/v1", 404, "UNSUPPORTED"},
		{"/v2/team%2Fapp/tags/list", 404, "UNSUPPORTED"},
		{"/v2/team/app/manifests/..%2fv1", 404, "UNSUPPORTED"},
		{"/v2/team/app/manifests/%2e%2e", 404, "MANIFEST_UNKNOWN"},
		{"/v2/team/app/manifests/..", 404, "MANIFEST_UNKNOWN"},
		{"/v2/team/app/manifests/v1%00", 404, "MANIFEST_UNKNOWN"},
		{"/v2/team/app/manifests/v1%0d%0aX-Evil:%20yes", 400, "DIGEST_INVALID"},
		{"/v2/team/app/manifests/v1;x=y", 404, "MANIFEST_UNKNOWN"},
		{"/v2/team/app/manifests/v1/", 404, "UNSUPPORTED"},
		{"/v2/team/app//manifests/v1", 405, "UNSUPPORTED"},
		{"/v2//team/app/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/team\\app/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/team/app%00/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/team/app%ff/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/team/app/blobs/sha256:../../../key", 404, "UNSUPPORTED"},
		{"/v2/team/app/blobs/..%5c..%5ckey", 400, "DIGEST_INVALID"},
		{"/v2/team/app/blobs/uploads/../../key", 404, "UNSUPPORTED"},
		{"/v2/team/app/blobs/uploads/%2e%2e", 404, "BLOB_UPLOAD_UNKNOWN"},
		{"/v2/" + long + "/manifests/v1", 405, "UNSUPPORTED"},
		{"/v2/team/app/manifests/" + long, 404, "MANIFEST_UNKNOWN"},
		{"/v2/team/app/tags/list?last=" + long, 200, ""},
		{"/v2/team/app/tags/list?last=%00%ff", 405, "UNSUPPORTED"},
		{"/%76%32/team/app/manifests/v1", 404, "UNSUPPORTED"},
		{"//v2/team/app/manifests/v1", 404, ""},
		{"/v2x/team/app/manifests/v1", 404, ""},
		{"/V2/team/app/manifests/v1", 404, ""},
		{"/layers/", 403, "DENIED"},
		{"/layers/../key", 403, "DENIED"},
		{"/layers/" + long, 403, "DENIED"},
		{"/key", 404, ""},
		{"/../key", 404, ""},
		{"/audit.jsonl", 404, ""},
		{"/" + strings.Repeat("a", 100_000), 431, ""},
		{"/v2/%zz", 400, ""},
		{"/v2/team/app manifests/v1", 400, ""},
		{"*", 404, ""},
		{"http://evil.example/v2/team/app/manifests/v1", 200, ""}, // a host we do not know is the default account, which is this one
	} {
		t.Run(fmt.Sprintf("%.60s", tt.target), func(t *testing.T) {
			w := w.in(t)
			a := w.raw("GET " + tt.target + " HTTP/1.1\r\nHost: " + w.Registry(owner).Host() + "\r\nConnection: close\r\n" +
				"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("AWS:"+token)) + "\r\n\r\n")
			if a.status != tt.status {
				t.Errorf("status %d, want %d: %.200s", a.status, tt.status, a.body)
			}
			if tt.code != "" {
				if code, message := ociError(t, a); code != tt.code {
					t.Errorf("%s: %s, want %s", code, message, tt.code)
				}
			}
			if strings.Contains(a.body, string(key)) {
				t.Error("it gave the key file away")
			}
			if a.header.Get("X-Evil") != "" {
				t.Error("it let a header in")
			}
		})
	}
}

// The namespace that a mirror is asked for is confirmed if it is one of ours,
// and never repeated otherwise, to nobody.
func TestNamespace(t *testing.T) {
	w := newWorld(t)
	port := w.Registry(owner).Port
	for _, tt := range []struct {
		ns   string
		ours bool
	}{
		{"222222222222.dkr.ecr.us-east-1.localhost:" + port, true},
		{"222222222222.dkr.ecr.eu-west-1.amazonaws.com", true},
		{"222222222222.DKR.ecr-fips.us-east-1.amazonaws.com", true},
		{"222222222222.dkr-ecr.us-east-1.on.aws", true},
		{"docker.io", false},
		{"222222222222.dkr.ecr.us-east-1.evil.example", false},
		{"222222222222.dkr.ecr.us-east-1.localhost%00", false},
		{"222222222222.dkr.ecr.us-east-1.localhost:%00", false},
		{"222222222222.dkr.ecr.us-east-1.localhost:%22%20evil", false},
		{"a%0d%0aX-Evil:%20yes", false},
		{"%00", false},
	} {
		a := w.download("GET", "http://"+w.Registry(owner).Host()+"/v2/?ns="+tt.ns)
		if a.status != 401 {
			t.Errorf("%s: %d", tt.ns, a.status)
		}
		if got := a.header.Get("Oci-Namespace"); (got == tt.ns) != tt.ours || !tt.ours && got != "" {
			t.Errorf("%s: answered for %q", tt.ns, got)
		}
		if !tt.ours && a.header.Get("Www-Authenticate") != `Basic realm="http://`+w.Registry(owner).Host()+`/",service="ecr.amazonaws.com"` {
			t.Errorf("%s: challenge %s", tt.ns, a.header.Get("Www-Authenticate"))
		}
	}
}

// What is wrong with a body is found out when its length was not announced, too.
func TestBadBodiesWithoutLength(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	token := w.token(w.root)
	send := func(method, path, body string, header ...string) answer {
		r := w.request(method, owner, path, body)
		r.ContentLength = -1
		r.SetBasicAuth("AWS", token)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return w.do(r)
	}
	upload := func() string { return send("POST", "/v2/team/app/blobs/uploads/", "").header.Get("Location") }
	for _, tt := range []struct {
		name   string
		answer answer
		status int
		code   string
	}{
		{"oversize manifest", send("PUT", "/v2/team/app/manifests/half", manifestOf(digestA)+strings.Repeat(" ", ocispec.MaxManifestSize), "Content-Type", manifestType), 413, "SIZE_INVALID"},
		{"more than announced", send("PATCH", upload(), "xyz", "Content-Range", "0-1"), 400, "SIZE_INVALID"},
		{"less than announced", send("PATCH", upload(), "xyz", "Content-Range", "0-9"), 400, "SIZE_INVALID"},
		{"a huge range", send("PATCH", upload(), "xyz", "Content-Range", "0-9223372036854775807"), 400, "BLOB_UPLOAD_INVALID"},
		{"bad digest", send("PUT", upload()+"?digest="+digestA, "xyz"), 400, "DIGEST_INVALID"},
		{"bad digest at once", send("POST", "/v2/team/app/blobs/uploads/?digest="+digestA, "xyz"), 400, "DIGEST_INVALID"},
	} {
		if tt.answer.status != tt.status {
			t.Errorf("%s: %d %v %s", tt.name, tt.answer.status, tt.answer.header, tt.answer.body)
			continue
		}
		if code, message := ociError(t, tt.answer); code != tt.code {
			t.Errorf("%s: %s: %s", tt.name, code, message)
		}
	}
}
