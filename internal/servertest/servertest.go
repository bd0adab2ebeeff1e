// Package servertest starts a whole Pratique in a test and hands out what
// clients need to speak to it.
package servertest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/server"
)

// Region is the region that clients made here use.
const Region = "us-east-1"

// Server is a running server that stops with its test.
type Server struct {
	*server.Server
	tb        testing.TB
	transport *http.Transport // of all clients
	stop      func()
}

// Start starts a server on loopback, on SQLite and files in a directory of
// the test. Options may change the configuration.
func Start(tb testing.TB, options ...func(*server.Config)) *Server {
	tb.Helper()
	cfg := server.Config{
		DataDir: tb.TempDir(),
		Listen:  "127.0.0.1:0",
		Log:     slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, o := range options {
		o(&cfg)
	}
	s, err := server.New(tb.Context(), cfg)
	if err != nil {
		tb.Fatalf("start server: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	running := &Server{Server: s, tb: tb, transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Addr())
		},
		MaxIdleConnsPerHost: 16,
	}}
	running.stop = sync.OnceFunc(func() {
		running.transport.CloseIdleConnections() // net/http waits long for one that was opened to spare
		stop()
		if err := <-done; err != nil {
			tb.Errorf("serve: %v", err)
		}
	})
	tb.Cleanup(running.Stop)
	return running
}

// Stop stops the server before its test ends, as SIGTERM does, and returns
// when it has let the requests in flight finish. Any goroutine may call it.
func (s *Server) Stop() { s.stop() }

// Account creates an account and returns the credentials of its root user.
func (s *Server) Account(id string) aws.Credentials {
	s.tb.Helper()
	ctx := s.tb.Context()
	if _, err := s.IAM().CreateAccount(ctx, id, "test "+id); err != nil {
		s.tb.Fatal(err)
	}
	key, err := s.IAM().CreateAccessKey(ctx, id, "")
	if err != nil {
		s.tb.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret.Reveal(), AccountID: id}
}

// AWS returns the configuration of an AWS SDK client with these credentials.
func (s *Server) AWS(c aws.Credentials) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(s.URL()),
		HTTPClient:   s.HTTP(),
		Credentials:  credentials.StaticCredentialsProvider{Value: c},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// Registry names a registry of this server.
func (s *Server) Registry(account string) endpoint.Registry {
	u, err := url.Parse(s.URL())
	if err != nil {
		s.tb.Fatal(err)
	}
	return endpoint.Registry{Account: account, Region: Region, Domain: "localhost", Port: u.Port()}
}

// HTTP returns a client that reaches this server under every host name, as if
// DNS led there.
func (s *Server) HTTP() *http.Client { return &http.Client{Transport: s.transport} }
