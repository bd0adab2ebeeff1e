package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
)

// The password of a build goes to the server alone, and nothing else to networks that are not public.
func TestBuildNetwork(t *testing.T) {
	var asked atomic.Int64
	got := make(chan *http.Request, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		got <- r
		_, _ = io.WriteString(rw, strings.Repeat("x", 100))
	}))
	defer srv.Close()
	n := &buildNetwork{scheme: "http", address: srv.Listener.Addr().String(), domains: []string{"example.com"}, username: "AWS", password: "secret", limit: 150}
	n.left.Store(n.limit)
	dialer := new(net.Dialer)
	n.server = newBuildTransport(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, n.address)
	}, nil)
	guarded := buildWork{buildServer: &buildServer{endpoint: mustURL(t, srv.URL)}, lease: &pratique.BuildLease{}}
	n.public = guarded.network().public
	defer n.close()

	for host, own := range map[string]bool{
		"222222222222.dkr.ecr.us-east-1.example.com":   true,
		"222222222222.dkr.ecr.us-east-1.example.org":   false,
		"222222222222.dkr.ecr.us-east-1.amazonaws.com": false,
		"example.com": false,
		"x.222222222222.dkr.ecr.us-east-1.example.com": false,
	} {
		reg, err := name.NewRegistry(host)
		if err != nil {
			t.Fatal(err)
		}
		auth, err := n.Resolve(reg)
		if err != nil || (auth != authn.Anonymous) != own {
			t.Errorf("%s: %v, %v", host, auth, err)
		}
	}
	client := &http.Client{Transport: n}
	get := func(url string) error {
		resp, err := client.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.ReadAll(resp.Body)
		return err
	}
	if err := get("https://222222222222.dkr.ecr.us-east-1.example.com/v2/"); err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.Host != "222222222222.dkr.ecr.us-east-1.example.com" {
		t.Errorf("host %s", r.Host)
	}
	for _, private := range []string{srv.URL, "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/"} {
		if err := get(private); err == nil || !strings.Contains(err.Error(), "not a public address") {
			t.Errorf("%s: %v", private, err)
		}
	}
	if err := get("https://222222222222.dkr.ecr.us-east-1.example.com/v2/"); err == nil || !strings.Contains(err.Error(), "more than the 150 bytes") {
		t.Errorf("beyond the limit: %v", err)
	}
	if asked.Load() != 2 {
		t.Errorf("%d requests came through", asked.Load())
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The cache of an account loses what was changed longest ago.
func TestShrink(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"old", "middle", "new"} {
		write(t, filepath.Join(dir, name), "0123456789")
		at := time.Now().Add(time.Duration(i-3) * time.Hour)
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(shrink(dir, 20), shrink(filepath.Join(dir, "none"), 0)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || entries[0].Name() != "middle" {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// Lines are sent in order and once, whatever becomes of the requests.
func TestBuildLog(t *testing.T) {
	var mu sync.Mutex
	heard := map[int64][]string{}
	fail := 2
	l := newBuildLog(func(_ context.Context, batch int64, lines []string) error {
		mu.Lock()
		defer mu.Unlock()
		if _, known := heard[batch]; !known {
			heard[batch] = slices.Clone(lines)
		}
		if fail--; fail >= 0 {
			return io.ErrUnexpectedEOF // the answer is lost
		}
		return nil
	})
	done := make(chan struct{})
	go func() { defer close(done); l.run(t.Context(), func(error) { t.Error("lost") }) }()
	var want []string
	for i := range 1000 {
		want = append(want, fmt.Sprint("line ", i))
		l.add(want[i])
	}
	l.close()
	l.add("too late")
	<-done
	var got []string
	for batch := int64(1); batch <= int64(len(heard)); batch++ {
		got = append(got, heard[batch]...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d lines of %d were heard", len(got), len(want))
	}
}
