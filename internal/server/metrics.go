package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
)

// metrics are what Prometheus scrapes. Nothing is registered globally.
type metrics struct {
	registry *prometheus.Registry
	handler  http.Handler
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	denials  *prometheus.CounterVec
	bytes    *prometheus.CounterVec

	kinds series[requestKind, requestSeries]
	moved series[string, byteSeries] // by the repository's ARN

	unexplained prometheus.Counter
}

func newMetrics() *metrics {
	reg := prometheus.NewRegistry()
	m := &metrics{
		registry: reg,
		handler:  promhttp.HandlerFor(reg, promhttp.HandlerOpts{}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pratique_requests_total", Help: "Requests by service, operation and HTTP status.",
		}, []string{"service", "operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pratique_request_duration_seconds", Help: "Time from the first byte of a request to the last of its response.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 120},
		}, []string{"service", "operation"}),
		denials: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pratique_denials_total", Help: "Authorisation decisions that were a denial, by the account and region that were asked.",
		}, []string{"account", "region", "action"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pratique_repository_bytes_total", Help: "Bytes received and sent, by repository.",
		}, []string{"account", "region", "repository", "direction"}),
	}
	m.unexplained = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "pratique_decisions_dropped_total", Help: "Denials that came too fast to be kept for DescribeDecision; the audit log has them.",
	})
	reg.MustRegister(m.requests, m.duration, m.denials, m.bytes, m.unexplained,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts a finished request. A repository becomes a label only where
// something was done to it: names that callers invent would fill the memory.
func (m *metrics) observe(e *audit.Event) {
	op := e.Operation
	if op == "" {
		op = "unknown"
	}
	kind := m.kinds.of(requestKind{e.Service, op, e.Status}, func() requestSeries {
		return requestSeries{m.requests.WithLabelValues(e.Service, op, strconv.Itoa(e.Status)), m.duration.WithLabelValues(e.Service, op)}
	})
	kind.count.Inc()
	kind.duration.Observe(e.Duration.Seconds())
	for _, d := range e.Decisions {
		r, err := arn.Parse(d.Resource)
		if err != nil || r.Service != "ecr" || r.Type() != "repository" {
			continue
		}
		if d.Message != "" {
			m.denials.WithLabelValues(r.Account, r.Region, d.Action).Inc()
			continue
		}
		if e.Service == "oci" && e.Status < 300 {
			moved := m.moved.of(d.Resource, func() byteSeries {
				of := m.bytes.MustCurryWith(prometheus.Labels{"account": r.Account, "region": r.Region, "repository": r.Path()})
				return byteSeries{of.WithLabelValues("in"), of.WithLabelValues("out")}
			})
			moved.in.Add(float64(e.BytesIn))
			moved.out.Add(float64(e.BytesOut))
			return // one request moves its bytes once, for the first repository it names
		}
	}
}

// requestKind is what requests are counted by, and requestSeries where.
type (
	requestKind struct {
		service, operation string
		status             int
	}
	requestSeries struct {
		count    prometheus.Counter
		duration prometheus.Observer
	}
)

// byteSeries is where the bytes of a repository are counted.
type byteSeries struct{ in, out prometheus.Counter }

// series keeps counters at hand that were found by their labels once. There are
// as many as are exported. It is safe for concurrent use.
type series[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

// of returns the counters of a key, which find finds.
func (s *series[K, V]) of(key K, find func() V) V {
	s.mu.RLock()
	v, ok := s.m[key]
	s.mu.RUnlock()
	if ok {
		return v
	}
	v = find()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[K]V{}
	}
	s.m[key] = v
	return v
}

// scrapeServer serves the metrics on an address of their own, to all who reach
// it.
type scrapeServer struct {
	listener net.Listener
	http     http.Server
}

// listenScrapes listens for scrapes, unless addr is "".
func (s *Server) listenScrapes(ctx context.Context, addr string) (err error) {
	if addr == "" {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.handler)
	scrapes := &scrapeServer{http: http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn)}}
	if scrapes.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", addr); err != nil {
		return fmt.Errorf("listen for scrapes of the metrics: %w", err)
	}
	s.scrapes = scrapes
	return nil
}

// serve answers until close is called.
func (s *scrapeServer) serve() error { return s.http.Serve(s.listener) }

func (s *scrapeServer) close() error {
	err := s.http.Close()
	if lerr := s.listener.Close(); !errors.Is(lerr, net.ErrClosed) {
		err = errors.Join(err, lerr)
	}
	return err
}

// serve answers the scrape of a local collector. The numbers name every
// account's repositories, so nobody else may read them: neither another
// machine nor what a proxy on this one forwards.
func (m *metrics) serve(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != "" {
		http.NotFound(w, r)
		return
	}
	m.handler.ServeHTTP(w, r)
}
