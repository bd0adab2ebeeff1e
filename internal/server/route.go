package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/decision"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ociapi"
	"github.com/pratique-dev/pratique/internal/pratiqueapi"
	"github.com/pratique-dev/pratique/internal/stsapi"
)

// ServeHTTP implements http.Handler for the one port.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/healthz":
		plain(w, http.StatusOK, "ok")
	case "/readyz":
		s.ready(w, r)
	case "/metrics":
		s.metrics.serve(w, r)
	default:
		s.record(w, proxies(s.cfg.TrustedProxies).client(r))
	}
}

// ready answers 200 while the server wants requests and can serve them.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		plain(w, http.StatusServiceUnavailable, "draining")
		return
	}
	if err := s.db.Ping(r.Context()); err != nil {
		s.cfg.Log.Error("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // the client may have gone; nobody else cares
}

// record runs a request of a protocol and writes down what happened: one
// audit event, one log line, the counters.
func (s *Server) record(w http.ResponseWriter, r *http.Request) {
	event := &audit.Event{
		Time:      s.cfg.Now(),
		RequestID: uuid.NewString(),
		SourceIP:  authn.SourceIP(r),
		UserAgent: r.UserAgent(),
		Method:    r.Method,
		Host:      r.Host,
	}
	place := s.limits.Place(r.Context(), event.SourceIP)
	defer place.Leave()
	out := &recorder{ResponseWriter: w}
	in := &counter{ReadCloser: r.Body, slow: slowBody{place: place, w: w, within: requestBodyTime}}
	r.Body = in
	r = r.WithContext(meta.Once(audit.NewContext(place, event)))
	out.Header().Set("X-Amzn-Requestid", event.RequestID)
	defer func() {
		cause := recover()
		if cause != nil {
			event.ErrorCode, event.Status = "InternalFailure", http.StatusInternalServerError
			if out.status == 0 {
				out.WriteHeader(http.StatusInternalServerError)
			}
			if cause != http.ErrAbortHandler { //nolint:errorlint // a sentinel that is compared, as net/http does
				s.cfg.Log.Error("panic", "request_id", event.RequestID, "cause", cause, "stack", string(debug.Stack()))
			}
		} else {
			event.Status = out.status
		}
		event.BytesIn, event.BytesOut = in.bytes, out.bytes
		event.Duration = s.cfg.Now().Sub(event.Time)
		s.finish(r, event)
		if cause != nil {
			panic(http.ErrAbortHandler) // net/http closes the connection, whose state is unknown
		}
	}()
	s.route(out, r)
}

func (s *Server) finish(r *http.Request, event *audit.Event) {
	s.metrics.observe(event)
	if decision.Denied(event) && !s.denials.Record(event) {
		s.metrics.unexplained.Inc()
	}
	if err := s.audit.Write(event); err != nil {
		s.cfg.Log.Error("audit event lost", "request_id", event.RequestID, "error", err)
	}
	s.logAccess(r.Context(), event)
}

// logAccess writes the log line of a request: as [slog.Logger.LogAttrs] does,
// which looks for its caller first. That takes longer than the line.
func (s *Server) logAccess(ctx context.Context, event *audit.Event) {
	log := s.cfg.Log.Handler()
	if !log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	event.LogTo(&line)
	_ = log.Handle(ctx, line) // a log has nowhere to complain
}

// route finds the protocol of a request.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/v2" || strings.HasPrefix(path, "/v2/"):
		s.serveRegistry(w, r)
	case path == ociapi.TokenPath || path+"/" == ociapi.TokenPath:
		s.oci.ServeToken(w, r, s.publicAt(r.Host).Host())
	case strings.HasPrefix(path, ociapi.LogoPath):
		s.oci.ServeLogo(w, r)
	case strings.HasPrefix(path, ociapi.LayerPath):
		s.oci.ServeLayer(w, r)
	case strings.HasPrefix(path, stsapi.IssuerPath):
		s.issuers.ServeHTTP(w, r)
	case strings.HasPrefix(path, pratiqueapi.BuildContextPath):
		s.contexts.ServeHTTP(w, r)
	case path == "/", strings.HasPrefix(path, pratiqueapi.BuildPath):
		s.api.ServeHTTP(w, r)
	default:
		plain(w, http.StatusNotFound, "404 page not found")
	}
}

// serveRegistry answers a request to the registry, or the public ones, that it is for.
func (s *Server) serveRegistry(w http.ResponseWriter, r *http.Request) {
	if err := admit.FromContext(r.Context()).Enter(admit.Request); err != nil {
		s.oci.ServeError(w, r, err)
		return
	}
	if host, ok := s.public(r); ok {
		s.oci.ServePublic(w, r, host)
		return
	}
	reg, err := s.resolve(r)
	if err != nil {
		s.oci.ServeError(w, r, fmt.Errorf("resolve registry: %w", err))
		return
	}
	s.oci.ServeRegistry(w, r, ociapi.Target{Account: reg.Account, Region: reg.Region, Host: reg.Host()})
}
