package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// eventServer starts a server that may send events to this machine, and returns a runner with credentials of an account,
// and the directory of its data.
func eventServer(t *testing.T) (r runner, endpoint, data string) {
	t.Helper()
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s := servertest.Start(t, func(c *server.Config) {
		data, c.EventHTTP, c.EventNetworks = c.DataDir, true, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	root := s.Account("222222222222")
	dir := t.TempDir()
	r = runner{t: t, files: awsFiles{filepath.Join(dir, "config"), filepath.Join(dir, "credentials")}}
	write(t, r.files.config, "[default]\nregion = eu-central-1\n")
	write(t, r.files.credentials, "[default]\naws_access_key_id = "+root.AccessKeyID+"\naws_secret_access_key = "+root.SecretAccessKey+"\n")
	return r, s.URL(), data
}

func TestEventCommands(t *testing.T) {
	r, endpoint, _ := eventServer(t)
	var status atomic.Int32
	status.Store(200)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	defer hook.Close()
	at := []string{"--endpoint-url", endpoint}
	json := append(at, "--output", "json")

	var added eventDestination
	decode(t, r.ok(append(json, "events", "add", "ci", "--url", hook.URL, "--type", "ECR Image Action", "--type", "ECR Image Scan", "--repository-prefix", "team/")...), &added)
	if !strings.HasPrefix(added.Secret, "whsec_") || time.Since(added.CreatedAt) > time.Minute {
		t.Errorf("added: %+v", added)
	}
	want := eventDestination{
		Name: "ci", URL: hook.URL, DetailTypes: []string{"ECR Image Action", "ECR Image Scan"}, RepositoryPrefix: "team/",
		CreatedAt: added.CreatedAt, UpdatedAt: added.UpdatedAt,
	}
	var listed []eventDestination
	decode(t, r.ok(append(json, "events", "list")...), &listed)
	if diff := cmp.Diff([]eventDestination{want}, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	contains(t, r.ok(append(at, "events", "list")...), "ci", hook.URL, "ECR Image Action, ECR Image Scan of repositories team/*")
	contains(t, r.ok(append(at, "events", "list", "--region", "us-east-1")...), "Events in us-east-1 are sent nowhere.")

	contains(t, r.ok(append(at, "events", "test", "ci")...), "ci took the event: it answered 200.")
	status.Store(503)
	if got := r.run(append(at, "events", "test", "ci")...); got.code != 1 || !strings.Contains(got.stdout, "answered 503") || got.stderr != "" {
		t.Errorf("test of a failing destination: %+v", got)
	}
	var tested eventTest
	got := r.run(append(json, "events", "test", "ci")...)
	decode(t, got.stdout, &tested)
	if got.code != 1 || tested.Delivered || tested.Status != 503 || tested.Reason == "" {
		t.Errorf("test of a failing destination: %d %+v", got.code, tested)
	}

	again := r.ok(append(at, "events", "add", "ci", "--url", hook.URL)...)
	contains(t, again, "ci in eu-central-1 is sent all events, at "+hook.URL)
	if strings.Contains(again, "whsec_") {
		t.Errorf("a secret that is kept is shown: %s", again)
	}
	contains(t, r.ok(append(at, "events", "add", "ci", "--url", hook.URL, "--new-secret")...), "Secret, shown this once: whsec_")
	r.stdin = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
	if got := r.ok(append(at, "events", "add", "ci", "--url", hook.URL, "--secret-file", "-")...); strings.Contains(got, "whsec_") {
		t.Errorf("a secret that is given is shown: %s", got)
	}

	contains(t, r.ok(append(at, "events", "remove", "ci")...), "ci in eu-central-1 is sent no more events.")
	for args, want := range map[string]string{
		"events remove ci":                                 "EventDestinationNotFoundException",
		"events test ci":                                   "EventDestinationNotFoundException",
		"events add ci":                                    "--url",
		"events add ci --url ftp://example.com":            "not an https URL",
		"events add ci --url https://x --type push":        "detailTypes",
		"events add ci --url https://x --secret-file none": "read the secret",
		"events add ci --url https://10.0.0.1":             "not a public address",
	} {
		if got := r.run(append(at, strings.Fields(args)...)...); got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: status %d, %s", args, got.code, got.stderr)
		}
	}
}

func TestEventsNeedPratique(t *testing.T) {
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"UnknownOperationException"}`))
	}))
	defer aws.Close()
	r, _, _ := eventServer(t)
	for name, args := range map[string][]string{"no endpoint": nil, "another API": {"--endpoint-url", aws.URL}} {
		if got := r.run(append(args, "events", "list")...); got.code != 1 || !strings.Contains(got.stderr, "--endpoint-url") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The secrets of destinations go along when keys are rotated, and keep a key from being removed.
func TestKeysOfEventDestinations(t *testing.T) {
	r, endpoint, data := eventServer(t)
	r.ok("events", "add", "ci", "--url", "https://example.com", "--endpoint-url", endpoint)
	now := time.Now()
	if infos, got := keysAt(t, now, "list", "--data", data); got.code != 0 || len(infos) != 1 || infos[0].Secrets != 2 {
		t.Fatalf("before: %+v, %s", infos, got.stderr)
	}
	if infos, got := keysAt(t, now.Add(time.Minute), "rotate", "--data", data); got.code != 0 || len(infos) != 2 || infos[0].Secrets != 2 || infos[1].Secrets != 0 {
		t.Errorf("rotated: %+v, %s", infos, got.stderr)
	}
}
