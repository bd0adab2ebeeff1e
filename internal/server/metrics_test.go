package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/audit"
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

// Bytes are counted for their repository, by however many at once and from the first on.
func TestMetricsMoved(t *testing.T) {
	const repositories, requests = 50, 20
	m := newMetrics()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range repositories * requests {
				m.observe(&audit.Event{Service: "oci", Operation: "GetBlob", Status: 200, BytesIn: 1, BytesOut: int64(i % repositories), Decisions: []audit.Decision{
					{Resource: fmt.Sprintf("arn:aws:ecr:us-east-1:222222222222:repository/team/app%d", i%repositories)},
				}})
			}
		})
	}
	wg.Wait()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "pratique_repository_bytes_total" {
			continue
		}
		for _, c := range f.GetMetric() {
			var labels []string
			for _, l := range c.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			got[strings.Join(labels, " ")] = c.GetCounter().GetValue()
		}
	}
	want := map[string]float64{}
	for i := range repositories {
		for direction, bytes := range map[string]int{"in": 1, "out": i} {
			want[fmt.Sprintf("222222222222 %s us-east-1 team/app%d", direction, i)] = float64(8 * requests * bytes)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("account, direction, region, repository and bytes (-want +got):\n%s", diff)
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
