package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
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

	kinds series[requestKind, requestSeries]
	moved series[string, *moved] // by the repository's ARN

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
	}
	m.unexplained = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "pratique_decisions_dropped_total", Help: "Denials that came too fast to be kept for DescribeDecision; the audit log has them.",
	})
	reg.MustRegister(m.requests, m.duration, m.denials, &movedCollector{&m.moved}, m.unexplained,
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
			bytes := m.moved.of(d.Resource, func() *moved { return new(moved) })
			bytes.in.Add(e.BytesIn)
			bytes.out.Add(e.BytesOut)
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

// moved is how many bytes of a repository came and went.
type moved struct{ in, out atomic.Int64 }

// movedCollector collects them for Prometheus. There may be many repositories, and
// each would have ten times as much memory in counters that keep their labels.
type movedCollector struct{ of *series[string, *moved] }

var movedDesc = prometheus.NewDesc("pratique_repository_bytes_total", "Bytes received and sent, by repository.", []string{"account", "region", "repository", "direction"}, nil)

// Describe implements prometheus.Collector.
func (c *movedCollector) Describe(ch chan<- *prometheus.Desc) { ch <- movedDesc }

// Collect implements prometheus.Collector.
func (c *movedCollector) Collect(ch chan<- prometheus.Metric) {
	for name, bytes := range c.of.all() {
		r, err := arn.Parse(name)
		if err != nil {
			continue // it was parsed before it was counted
		}
		send := func(n *atomic.Int64, direction string) {
			ch <- prometheus.MustNewConstMetric(movedDesc, prometheus.CounterValue, float64(n.Load()), r.Account, r.Region, r.Path(), direction)
		}
		send(&bytes.in, "in")
		send(&bytes.out, "out")
	}
}

// series keeps counters at hand by what is counted. There are as many as are
// exported. It is safe for concurrent use.
type series[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

// of returns the counters of a key, which find finds or makes the first time.
func (s *series[K, V]) of(key K, find func() V) V {
	s.mu.RLock()
	v, ok := s.m[key]
	s.mu.RUnlock()
	if ok {
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.m[key]; ok {
		return v
	}
	if s.m == nil {
		s.m = map[K]V{}
	}
	v = find()
	s.m[key] = v
	return v
}

// all returns the counters that there are.
func (s *series[K, V]) all() map[K]V {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.m)
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
