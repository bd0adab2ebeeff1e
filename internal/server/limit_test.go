package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/need"
)

// taken is how many requests have a place.
func taken(s *Server) (n int) {
	for _, stat := range s.limits.Stats() {
		n += stat.Taken
	}
	return n
}

// A request that ends in a panic gives its place back, and so does one that its
// client has given up.
func TestPlacesComeBack(t *testing.T) {
	s, err := New(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", MaxRequests: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	t.Run("panic", func(t *testing.T) {
		oci := s.oci
		defer func() { s.oci = oci }()
		s.oci = nil
		for range 5 {
			func() {
				defer func() {
					if cause := recover(); cause != http.ErrAbortHandler { //nolint:errorlint // what net/http compares
						t.Errorf("the handler ended with %v", cause)
					}
				}()
				s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v2/", nil))
				t.Error("there was no panic")
			}()
			if n := taken(s); n != 0 {
				t.Fatalf("%d places are taken", n)
			}
		}
	})
	t.Run("gone while it waits", func(t *testing.T) {
		first := s.limits.Place(t.Context(), "192.0.2.1")
		if err := first.Enter(admit.Request); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v2/", nil).WithContext(ctx)) // of 192.0.2.1 too
		}()
		for s.limits.Stats()[0].Waiting == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
		<-done
		first.Leave()
		if n, w := taken(s), s.limits.Stats()[0].Waiting; n != 0 || w != 0 {
			t.Errorf("%d places are taken, %d requests wait", n, w)
		}
	})
}

// Probes and numbers are answered however busy the node is.
func TestHealthDoesNotWait(t *testing.T) {
	s, err := New(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", MaxRequests: 2, MaxWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	place := s.limits.Place(t.Context(), "127.0.0.1")
	if err := place.Enter(admit.Request); err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = "127.0.0.1:4711"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	if w := get("/v2/"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"TOOMANYREQUESTS"`) {
		t.Errorf("a request when there is no place: %d %v %s", w.Code, w.Header(), w.Body)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if w := get(path); w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	numbers := get("/metrics").Body.String()
	for _, want := range []string{
		`pratique_places{class="request",client="unknown"} 2`,
		`pratique_requests_in_flight{class="request",client="unknown"} 1`,
		`pratique_requests_in_flight{class="request",client="known"} 0`,
		`pratique_requests_waiting{class="request",client="unknown"} 0`,
		`pratique_requests_refused_total{class="request",client="unknown"} 1`,
		`pratique_requests_refused_total{class="download",client="known"} 0`,
		`pratique_connections 0`,
	} {
		if !strings.Contains(numbers, want+"\n") {
			t.Errorf("/metrics has no %s", want)
		}
	}
}

// One address has half of the connections; those of others are open to them.
func TestConnectionsAreShared(t *testing.T) {
	s, err := New(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", MaxConnections: 4})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	// served reports whether a new connection from an address is served.
	served := func(from string) (net.Conn, bool) {
		t.Helper()
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := d.DialContext(t.Context(), "tcp", s.Addr())
		if err != nil {
			need.Missing(t, "loopback has one address: "+err.Error())
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return c, false
		}
		_, err = http.ReadResponse(bufio.NewReader(c), nil)
		return c, err == nil
	}
	first, ok := served("127.0.0.1")
	if _, second := served("127.0.0.1"); !ok || !second {
		t.Fatal("half of the connections are not served")
	}
	if _, third := served("127.0.0.1"); third {
		t.Error("one address has more than half of the connections")
	}
	if _, other := served("127.0.0.2"); !other {
		t.Error("another address has none")
	}
	first.Close()
	for begun := time.Now(); s.limits.Connections().Taken == 3; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("a connection that was closed counts still")
		}
	}
	if _, again := served("127.0.0.1"); !again {
		t.Error("there is no connection in place of one that was closed")
	}
}

// A small body that does not come is not waited for, and one that has come
// leaves no deadline behind.
func TestSlowBody(t *testing.T) {
	limiter := admit.New(admit.Limits{Requests: 8, Bodies: 8, Uploads: 8, Downloads: 8, Connections: 8, Waiting: 8, Patience: time.Second})
	const within = 50 * time.Millisecond
	result := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place := limiter.Place(r.Context(), "192.0.2.1")
		defer place.Leave()
		class := admit.Request
		if r.URL.Path == "/upload" {
			class = admit.Upload
		}
		if err := place.Enter(class); err != nil {
			t.Error(err)
		}
		_, err := io.Copy(io.Discard, &counter{ReadCloser: r.Body, slow: slowBody{place: place, w: w, within: within}})
		if err == nil {
			time.Sleep(2 * within)
			err = r.Context().Err()
		}
		result <- err
	}))
	t.Cleanup(server.Close)
	send := func(path string, body io.Reader) error {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if resp, err := http.DefaultClient.Do(r); err == nil {
				resp.Body.Close()
			}
		}()
		return <-result
	}
	if err := send("/", strings.NewReader("at once")); err != nil {
		t.Errorf("a body that comes at once: %v", err)
	}
	never, writer := io.Pipe()
	if err := send("/", never); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a body that never comes: %v", err)
	}
	writer.Close()
	slow, writer := io.Pipe()
	go func() {
		for range 4 {
			time.Sleep(within)
			_, _ = io.WriteString(writer, "x")
		}
		writer.Close()
	}()
	if err := send("/upload", slow); err != nil {
		t.Errorf("a layer that comes slowly: %v", err)
	}
}
