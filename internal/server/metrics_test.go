package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The numbers name every account's repositories: nobody on another machine
// reads them.
func TestMetricsLoopbackOnly(t *testing.T) {
	m := newMetrics()
	for peer, want := range map[string]int{
		"127.0.0.1:4711": 200, "[::1]:4711": 200,
		"192.0.2.1:4711": 404, "[2001:db8::1]:4711": 404, "nonsense": 404, "": 404,
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = peer
		w := httptest.NewRecorder()
		m.serve(w, r)
		if w.Code != want || strings.Contains(w.Body.String(), "go_goroutines") != (want == 200) {
			t.Errorf("from %q: %d", peer, w.Code)
		}
	}
}

// An address of their own shows the metrics to whoever reaches it, and nothing
// else.
func TestMetricsListen(t *testing.T) {
	s, err := New(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", MetricsListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	for path, want := range map[string]int{"/metrics": 200, "/v2/": 404, "/": 404} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.scrapes.listener.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "192.0.2.1") // which the address of the API refuses
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want || strings.Contains(string(text), "pratique_garbage_freed_bytes_total") != (want == 200) {
			t.Errorf("%s: %s, %v", path, resp.Status, err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
	if conn, err := new(http.Client).Get("http://" + s.scrapes.listener.Addr().String() + "/metrics"); err == nil {
		conn.Body.Close()
		t.Error("it still listens")
	}
}
