package servertest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/opencontainers/go-digest"
)

// layerURL asks for the URL of a layer of a repository of owner.
func (w *world) layerURL(repository string, layer v1.Hash) string {
	w.t.Helper()
	return *must(w.ecr(w.root).GetDownloadUrlForLayer(w.t.Context(), &ecr.GetDownloadUrlForLayerInput{
		RepositoryName: &repository, LayerDigest: aws.String(layer.String()),
	}))(w.t).DownloadUrl
}

// download asks for a URL without credentials.
func (w *world) download(method, url string, header ...string) answer {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), method, url, nil))(w.t)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.do(r)
}

// The URL of a layer downloads that layer, for everybody who has it, for an hour.
func TestLayerURL(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	w.repository("team/other")
	img := w.push("team/app:v1", 10_000, 2)
	layer, content := layerOf(t, img)
	url := w.layerURL("team/app", layer)

	a := w.download("GET", url)
	if a.status != 200 || a.body != string(content) || digest.FromString(a.body).String() != layer.String() {
		t.Fatalf("GET: %d, %d bytes, want %d", a.status, len(a.body), len(content))
	}
	if a := w.download("HEAD", url); a.status != 200 || a.body != "" || a.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("HEAD: %d %v", a.status, a.header)
	}

	n := len(content)
	for header, want := range map[string]struct {
		status   int
		from, to int
	}{
		"bytes=0-0":        {206, 0, 1},
		"bytes=100-199":    {206, 100, 200},
		"bytes=9000-":      {206, 9000, n},
		"bytes=-5":         {206, n - 5, n},
		"bytes=9000-99999": {206, 9000, n},
		"bytes=-99999":     {206, 0, n},
		"bytes=0-1,4-5":    {200, 0, n}, // several ranges: all of it
		"lines=1-2":        {200, 0, n}, // not a range that we know
		"bytes=99999-":     {416, 0, 0},
	} {
		a := w.download("GET", url, "Range", header)
		if a.status != want.status {
			t.Errorf("%s: %d", header, a.status)
		}
		if a.status != 416 && a.body != string(content[want.from:want.to]) {
			t.Errorf("%s: got %d bytes, want [%d:%d]", header, len(a.body), want.from, want.to)
		}
	}

	// It is good for nothing else.
	for _, method := range []string{"PUT", "POST", "DELETE", "PATCH"} {
		if a := w.download(method, url); a.status != 405 {
			t.Errorf("%s: %d", method, a.status)
		}
	}
	slash := strings.LastIndex(url, "/") + 1
	for name, altered := range map[string]string{
		"first character":     flip(url, slash),
		"in the middle":       flip(url, (slash+len(url))/2),
		"last character":      flip(url, len(url)-1),
		"shorter":             url[:len(url)-4],
		"longer":              url + "AAAA",
		"padded":              url + "=",
		"below":               url + "/x",
		"a newline":           url + "%0A",
		"a token for a URL":   url[:slash] + w.token(w.root),
		"a digest for a URL":  url[:slash] + layer.String(),
		"nothing":             url[:slash],
		"made by another key": url[:slash] + otherServersURL(t),
	} {
		a := w.download("GET", altered)
		if a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
			continue
		}
		if code, message := ociError(t, a); code != "DENIED" || message != "Access denied: the URL is not valid" {
			t.Errorf("%s: %s: %s", name, code, message)
		}
	}
	// A query, as a client may add for its own use, does not change what it is.
	if a := w.download("GET", url+"?digest="+digestA+"&account=111111111111"); a.status != 200 || a.body != string(content) {
		t.Errorf("with a query: %d", a.status)
	}

	w.clock.advance(time.Hour - time.Minute)
	if a := w.download("GET", url); a.status != 200 {
		t.Errorf("before it expires: %d", a.status)
	}
	w.clock.advance(2 * time.Minute)
	a = w.download("GET", url)
	if code, message := ociError(t, a); a.status != 403 || code != "DENIED" || message != "Access denied: the URL has expired" {
		t.Errorf("after: %d %s: %s", a.status, code, message)
	}
}

// otherServersURL returns the sealed part of a layer's URL on another server.
func otherServersURL(t *testing.T) string {
	w := newWorld(t)
	w.repository("team/app")
	layer, _ := layerOf(t, w.push("team/app:v1", 100, 1))
	url := w.layerURL("team/app", layer)
	return url[strings.LastIndex(url, "/")+1:]
}

// Layers that a repository does not have, or that no image of it names, have
// no URL; and a URL ends with its layer.
func TestNoLayerURL(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	w.repository("team/other")
	layer, _ := layerOf(t, w.push("team/app:v1", 100, 1))
	ask := func(repository, digest string) error {
		_, err := w.ecr(w.root).GetDownloadUrlForLayer(t.Context(), &ecr.GetDownloadUrlForLayerInput{RepositoryName: &repository, LayerDigest: &digest})
		return err
	}
	var missing *types.LayersNotFoundException
	if err := ask("team/other", layer.String()); !errors.As(err, &missing) {
		t.Errorf("another repository's layer: %v", err)
	}
	if err := ask("team/app", digestA); !errors.As(err, &missing) {
		t.Errorf("no layer: %v", err)
	}
	r := w.request("POST", owner, "/v2/team/app/blobs/uploads/?digest="+digest.FromString("x").String(), "x")
	r.SetBasicAuth("AWS", w.token(w.root))
	if a := w.do(r); a.status != 201 {
		t.Fatalf("push: %d", a.status)
	}
	var inaccessible *types.LayerInaccessibleException
	if err := ask("team/app", digest.FromString("x").String()); !errors.As(err, &inaccessible) {
		t.Errorf("a layer of no image: %v", err)
	}

	url := w.layerURL("team/app", layer)
	must(w.ecr(w.root).DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: aws.String("team/app"), Force: true}))(t)
	if a := w.download("GET", url); a.status != 404 {
		t.Errorf("after its repository: %d %s", a.status, a.body)
	}
}

// The client that the URL is for follows it by itself.
func TestLayerURLKeepsHost(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	layer, content := layerOf(t, w.push("team/app:v1", 100, 1))
	url := w.layerURL("team/app", layer)
	if want := "http://" + w.Registry(owner).Host() + "/layers/"; !strings.HasPrefix(url, want) {
		t.Errorf("%s, want it to begin with %s", url, want)
	}
	res := must(w.HTTP().Get(url))(t)
	defer res.Body.Close()
	if got := must(io.ReadAll(res.Body))(t); string(got) != string(content) {
		t.Errorf("got %d bytes", len(got))
	}
}
