package server

import (
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
