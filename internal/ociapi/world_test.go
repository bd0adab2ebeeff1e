package ociapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/ociapi"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/seal"
)

const (
	account = "111111111111"
	region  = "us-east-1"
	host    = account + ".dkr.ecr." + region + ".amazonaws.com"
)

var (
	app   = registry.Repo{Account: account, Region: region, Name: "team/app"}
	other = registry.Repo{Account: account, Region: region, Name: "team/other"}
)

// world is a registry endpoint with its engines, an account and the
// repositories app and other. In TestTwoNodes each request goes to another of
// two nodes.
type world struct {
	t        *testing.T
	url      string
	iam      *iam.IAM
	registry *registry.Registry
	who      *authn.Authenticator
	layers   *ociapi.LayerURLs
	root     *iam.Key

	mu     sync.Mutex
	now    time.Time
	events []*audit.Event
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	box, err := seal.OpenKeyFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w.layers = ociapi.NewLayerURLs(box, w.clock)
	var nodes []*ociapi.API
	for _, c := range openNodes(t, dir) {
		c.Now, c.Log = w.clock, log
		w.iam = iam.New(iam.Config{DB: c.DB, Box: box, Now: w.clock})
		w.registry = registry.New(c)
		w.who = authn.New(authn.Config{IAM: w.iam, Box: box, Now: w.clock})
		nodes = append(nodes, ociapi.New(ociapi.Config{
			Registry: w.registry, Authenticator: w.who, Authorizer: authz.New(authz.Config{IAM: w.iam, Org: org.New(org.Config{DB: c.DB, Now: w.clock}), Registry: w.registry, Now: w.clock}),
			Layers: w.layers, Now: w.clock, Log: log,
		}))
	}
	var next atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		api := nodes[next.Add(1)%int64(len(nodes))]
		event := &audit.Event{RequestID: "request-id"}
		r = r.WithContext(audit.NewContext(r.Context(), event))
		if strings.HasPrefix(r.URL.Path, ociapi.LayerPath) {
			api.ServeLayer(rw, r)
		} else {
			api.ServeRegistry(rw, r, ociapi.Target{Account: account, Region: region, Host: host})
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, event)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL

	ctx := t.Context()
	if _, err := w.iam.CreateAccount(ctx, account, "test"); err != nil {
		t.Fatal(err)
	}
	if w.root, err = w.iam.CreateAccessKey(ctx, account, ""); err != nil {
		t.Fatal(err)
	}
	for _, r := range []registry.Repo{app, other} {
		if _, err := w.registry.CreateRepository(ctx, r, registry.Settings{}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) sleep(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// lastEvent waits for the event of the last response, which is written after
// the client has it.
func (w *world) lastEvent(n int) *audit.Event {
	w.t.Helper()
	for range 1000 {
		w.mu.Lock()
		if len(w.events) >= n {
			defer w.mu.Unlock()
			return w.events[len(w.events)-1]
		}
		w.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	w.t.Fatalf("no event %d", n)
	return nil
}

// user makes a user with an inline policy that allows the actions on the
// resource, and returns its access key.
func (w *world) user(name string, actions []string, resource string) *iam.Key {
	w.t.Helper()
	ctx := w.t.Context()
	if _, err := w.iam.CreateUser(ctx, account, iam.NewUser{Name: name}); err != nil {
		w.t.Fatal(err)
	}
	doc, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{"Effect": "Allow", "Action": actions, "Resource": resource}})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.iam.PutInlinePolicy(ctx, account, iam.Entity{Kind: iam.EntityUser, Name: name}, "inline", string(doc)); err != nil {
		w.t.Fatal(err)
	}
	key, err := w.iam.CreateAccessKey(ctx, account, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

// request is a request to make.
type request struct {
	method, path string
	body         string
	chunked      bool              // send the body without its length
	header       map[string]string // more headers
	as           *iam.Key          // nil is the account's root user
	anonymous    bool
}

// response is an answer that was read.
type response struct {
	*http.Response
	body string
}

func (w *world) do(q request) *response {
	w.t.Helper()
	var body io.Reader
	switch {
	case q.chunked:
		body = io.MultiReader(strings.NewReader(q.body)) // of no length that net/http knows
	case q.body != "":
		body = strings.NewReader(q.body)
	}
	url := q.path
	if strings.HasPrefix(url, "/") {
		url = w.url + url
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(w.t.Context()), q.method, url, body)
	if err != nil {
		w.t.Fatal(err)
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	if !q.anonymous {
		key := q.as
		if key == nil {
			key = w.root
		}
		r.SetBasicAuth(key.ID, key.Secret.Reveal())
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return &response{resp, string(b)}
}

// own is the registry's own answer, where another's was what it redirected to.
func (r *response) own() *response {
	if from := r.Request.Response; from != nil {
		return &response{from, ""}
	}
	return r
}

// want fails the test unless the response has the status, and an error of the
// code unless that is empty.
func (r *response) want(t *testing.T, status int, code string) *response {
	t.Helper()
	what := r.Request.Method + " " + r.Request.URL.RequestURI()
	if r.StatusCode != status {
		t.Fatalf("%s: status %d, want %d: %s", what, r.StatusCode, status, r.body)
	}
	if code == "" {
		return r
	}
	if got := r.errorCode(t); got != code {
		t.Errorf("%s: code %q, want %q: %s", what, got, code, r.body)
	}
	return r
}

type errorBody struct {
	Errors []struct {
		Code, Message string
		Detail        map[string]string
	}
}

func (r *response) errors(t *testing.T) errorBody {
	t.Helper()
	var e errorBody
	d := json.NewDecoder(strings.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil || len(e.Errors) != 1 || e.Errors[0].Message == "" {
		t.Fatalf("%s %s: not the error document of the specification: %v: %q", r.Request.Method, r.Request.URL, err, r.body)
	}
	return e
}

func (r *response) errorCode(t *testing.T) string { t.Helper(); return r.errors(t).Errors[0].Code }

// wantHeader fails the test unless the response has the header.
func (r *response) wantHeader(t *testing.T, name, value string) {
	t.Helper()
	if got := r.Header.Get(name); got != value {
		t.Errorf("%s %s: %s: %q, want %q", r.Request.Method, r.Request.URL.RequestURI(), name, got, value)
	}
}

// upload begins an upload and returns its location.
func (w *world) upload(repo registry.Repo) string {
	w.t.Helper()
	r := w.do(request{method: "POST", path: "/v2/" + repo.Name + "/blobs/uploads/"}).want(w.t, http.StatusAccepted, "")
	return r.Header.Get("Location")
}

// pushBlob uploads a blob in one PUT.
func (w *world) pushBlob(repo registry.Repo, content string) digest.Digest {
	w.t.Helper()
	d := digest.FromString(content)
	w.do(request{method: "PUT", path: w.upload(repo) + "?digest=" + d.String(), body: content}).want(w.t, http.StatusCreated, "")
	return d
}

type desc struct {
	MediaType    string            `json:"mediaType"`
	Digest       digest.Digest     `json:"digest"`
	Size         int               `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType,omitempty"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Config        *desc             `json:"config,omitempty"`
	Layers        []desc            `json:"layers,omitempty"`
	Manifests     []desc            `json:"manifests,omitempty"`
	Subject       *desc             `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

const (
	configType = "application/vnd.oci.image.config.v1+json"
	layerType  = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// image uploads a config and a layer made of the word, and returns a manifest
// of them.
func (w *world) image(repo registry.Repo, word string) manifest {
	w.t.Helper()
	return manifest{
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    &desc{MediaType: configType, Digest: w.pushBlob(repo, "config "+word), Size: len("config " + word)},
		Layers:    []desc{{MediaType: layerType, Digest: w.pushBlob(repo, "layer "+word), Size: len("layer " + word)}},
	}
}

func (m manifest) text() string {
	m.SchemaVersion = 2
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, b, "", "   "); err != nil {
		panic(err)
	}
	return pretty.String() + "\n"
}

func (m manifest) digest() digest.Digest { return digest.FromString(m.text()) }

func (m manifest) desc() desc {
	return desc{MediaType: m.MediaType, Digest: m.digest(), Size: len(m.text())}
}

// put pushes a manifest to a reference.
func (w *world) put(repo registry.Repo, ref string, m manifest) *response {
	w.t.Helper()
	return w.do(request{method: "PUT", path: "/v2/" + repo.Name + "/manifests/" + ref, body: m.text(), header: map[string]string{"Content-Type": m.MediaType}})
}
