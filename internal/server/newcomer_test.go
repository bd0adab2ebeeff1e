package server

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"
)

// A connection that was dialled and never used does not hold up the end of a
// server.
func TestDrainDoesNotWaitForNewcomers(t *testing.T) {
	s, err := New(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()

	unused, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	r, err := http.Get(s.URL() + "/readyz") // by now the other connection is accepted
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	stop()
	begin := time.Now()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("the server took %s to stop", took)
	}
}
