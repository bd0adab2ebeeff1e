package servertest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/server"
)

// large is more than the sockets between client and server hold.
const large = 32 << 20

// slowDownload begins to download a layer, which stays in flight until the
// rest of the response's body is read. It returns what is to come.
func (w *world) slowDownload() (res *http.Response, content []byte) {
	w.t.Helper()
	w.repository("team/app")
	layer, content := layerOf(w.t, w.push("team/app:v1", large, 1))
	res = must(w.HTTP().Get(w.layerURL("team/app", layer)))(w.t)
	w.t.Cleanup(func() { res.Body.Close() })
	return res, content
}

// A server that is told to stop first says that it is not ready, then takes no
// more connections, and finishes what it has begun.
func TestDrain(t *testing.T) {
	w := newWorld(t, func(c *server.Config) { c.DrainDelay = time.Second })
	res, content := w.slowDownload()
	readiness := func() answer { return w.download("GET", w.URL()+"/readyz") }
	if a := readiness(); a.status != 200 || a.body != "ready\n" {
		t.Errorf("ready before: %d %q", a.status, a.body)
	}

	stopped := make(chan struct{})
	go func() {
		w.Stop()
		close(stopped)
	}()
	a := readiness()
	for a.status == 200 { // until the server has noticed
		a = readiness()
	}
	if a.status != 503 || a.body != "draining\n" {
		t.Errorf("ready: %d %q", a.status, a.body)
	}
	if a := w.download("GET", w.URL()+"/v2/"); a.status != 401 {
		t.Errorf("it does not take requests any more: %d", a.status)
	}
	w.waitClosed()
	select {
	case <-stopped:
		t.Error("it stopped without finishing the download")
	case <-time.After(50 * time.Millisecond):
	}
	if got := must(io.ReadAll(res.Body))(t); string(got) != string(content) {
		t.Errorf("got %d bytes, want %d", len(got), len(content))
	}
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Fatal("it did not stop after the download")
	}
}

// waitClosed returns when the server does not listen any more.
func (w *world) waitClosed() {
	w.t.Helper()
	for range 1000 {
		c, err := net.Dial("tcp", w.Addr())
		if err != nil {
			return
		}
		c.Close()
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatal("the server still listens")
}

// A client that does not read cannot keep a server from stopping for ever.
func TestDrainEnds(t *testing.T) {
	w := newWorld(t)
	dir := w.dir
	res, _ := w.slowDownload()
	path := res.Request.URL.Path
	res.Body.Close()
	w.Stop()

	s := must(server.New(t.Context(), server.Config{DataDir: dir, Listen: "127.0.0.1:0", DrainTimeout: 50 * time.Millisecond}))(t)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	conn := must(net.Dial("tcp", s.Addr()))(t)
	defer conn.Close()
	must(io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"))(t)
	must(conn.Read(make([]byte, 1)))(t)
	stop()
	select {
	case err := <-served:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("serve: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it did not stop")
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		a := w.download("GET", w.URL()+path)
		if a.status != 200 || a.body != want || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %q %v", path, a.status, a.body, a.header)
		}
	}
}

// Metrics count what was asked, for collectors on this machine alone.
func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	w.push("team/app:v1", 100, 1)
	token := w.token(w.root)
	for range 3 {
		w.get("/v2/team/app/manifests/v1", token)
	}
	node := w.node()
	w.get("/v2/team/app/manifests/v1", w.token(node))
	w.get("/v2/team/invented/manifests/v1", token)
	w.get("/v2/team/invented/manifests/v1", "garbage")

	a := w.download("GET", w.URL()+"/metrics")
	for _, want := range []string{
		`pratique_requests_total{operation="GetManifest",service="oci",status="200"} 3`,
		`pratique_requests_total{operation="GetManifest",service="oci",status="403"} 1`,
		`pratique_requests_total{operation="CreateRepository",service="ecr",status="200"} 1`,
		`pratique_denials_total{account="222222222222",action="ecr:BatchGetImage",region="us-east-1"} 1`,
		`pratique_request_duration_seconds_count{operation="GetManifest",service="oci"} `,
		`pratique_repository_bytes_total{account="222222222222",direction="out",region="us-east-1",repository="team/app"} `,
	} {
		if !strings.Contains(a.body, "\n"+want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(a.body, "invented") {
		t.Error("a name that a caller invented is a label")
	}

	for _, header := range []string{"X-Forwarded-For", "Forwarded"} {
		if a := w.download("GET", w.URL()+"/metrics", header, "127.0.0.1"); a.status != 404 || strings.Contains(a.body, "pratique_") {
			t.Errorf("%s: %d", header, a.status)
		}
	}
}
