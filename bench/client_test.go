package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The client reads what net/http makes of an answer, several on one connection.
func TestClient(t *testing.T) {
	pages := map[string]string{"": "</list?last=a>; rel=\"next\"", "a": "<http://other/list?last=b>; rel=\"next\"", "b": ""}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunked":
			for range 3 {
				_, _ = fmt.Fprint(w, strings.Repeat("c", 1000))
				w.(http.Flusher).Flush()
			}
		case "/sized":
			_, _ = fmt.Fprint(w, "sized")
		case "/list":
			if next := pages[r.URL.Query().Get("last")]; next != "" {
				w.Header().Set("Link", next)
			}
			_, _ = fmt.Fprint(w, "page.")
		default:
			http.Error(w, "no such thing", http.StatusNotFound)
		}
	}))
	defer s.Close()
	c := newClient(&target{addr: s.Listener.Addr().String()})
	defer c.close()
	for range 2 {
		for path, size := range map[string]int64{"/chunked": 3000, "/sized": 5} {
			a, err := c.want(http.StatusOK, http.MethodGet, path, "", nil)
			if err != nil || a.size != size {
				t.Errorf("%s: %d bytes, %v; want %d", path, a.size, err, size)
			}
		}
		if requests, bytes, err := c.list("/list"); requests != 1 || bytes != 15 || err != nil {
			t.Errorf("list: %d requests, %d bytes, %v; want 1 of 15", requests, bytes, err)
		}
	}
	if _, err := c.want(http.StatusOK, http.MethodGet, "/other", "", nil); err == nil || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("a 404 gives %v", err)
	}
	s.Close()
	if _, err := c.want(http.StatusOK, http.MethodGet, "/sized", "", nil); err == nil {
		t.Error("no error from a server that is gone")
	}
}
