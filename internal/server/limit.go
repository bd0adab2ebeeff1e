package server

import (
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pratique-dev/pratique/internal/admit"
)

// Limits of a node unless it is told others: a client alone may have half of
// each. docs/design/0010-limits.md says where they are from.
const (
	defaultUploads     = 128
	defaultDownloads   = 4096
	defaultConnections = 16384
	defaultWait        = 20 * time.Second

	// uploadsPerBody is how many uploads there may be for each API request with a
	// large body, which takes so much more memory.
	uploadsPerBody = 8
	// connectionsPerWaiting is how many connections there may be for each request
	// that waits.
	connectionsPerWaiting = 2
)

// defaultRequests is how many short requests there may be: more than the
// processors can do, since some wait, for a database elsewhere all the more, and
// no more than keeps those who come next from waiting for the processors.
func (c Config) defaultRequests() int {
	least := 64
	if !strings.HasPrefix(c.Database, "sqlite:") {
		least = 128
	}
	return max(least, 16*runtime.GOMAXPROCS(0))
}

// limits are those of the configuration.
func (c Config) limits() admit.Limits {
	return admit.Limits{
		Requests: c.MaxRequests, Bodies: max(c.MaxUploads/uploadsPerBody, 2), Uploads: c.MaxUploads, Downloads: c.MaxDownloads,
		Connections: c.MaxConnections, Waiting: max(c.MaxConnections/connectionsPerWaiting, 2), Patience: c.MaxWait,
	}
}

// connections are the open connections.
type connections struct {
	limits  *admit.Limiter
	proxies proxies // who has connections of many clients
	mu      sync.Mutex
	left    map[net.Conn]func()
}

// watch makes a server close connections at once that are too many.
func (c *connections) watch(s *http.Server) {
	c.left = map[net.Conn]func(){}
	s.ConnState = c.note
}

func (c *connections) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		left := c.limits.Connect(c.client(conn))
		if left == nil {
			_ = conn.Close() // nothing was said on it
			return
		}
		c.mu.Lock()
		c.left[conn] = left
		c.mu.Unlock()
	case http.StateClosed, http.StateHijacked:
		c.mu.Lock()
		left := c.left[conn]
		delete(c.left, conn)
		c.mu.Unlock()
		if left != nil {
			left()
		}
	}
}

// client is whose connection it is: each one of a proxy counts as that of
// another client.
func (c *connections) client(conn net.Conn) string {
	remote := conn.RemoteAddr().String()
	host, _, err := net.SplitHostPort(remote)
	if err != nil || c.proxies.connected(conn) {
		return remote
	}
	return host
}

// Bodies come within these times, lest who sends one slowly keeps its place.
const (
	requestBodyTime = 30 * time.Second // up to some megabytes
	largeBodyTime   = 5 * time.Minute
)

// slowBody bounds how long the body of a request may take to come, if it is one
// that others wait for: layers may take as long as they like.
type slowBody struct {
	place  *admit.Place
	w      http.ResponseWriter
	within time.Duration // how long it may take if it is not large: requestBodyTime
	begun  bool
}

// before is called before each read.
func (s *slowBody) before() {
	if s.begun {
		return
	}
	s.begun = true
	within := s.within
	switch s.place.Class() {
	case admit.Body:
		within = largeBodyTime
	case admit.Upload:
		return
	}
	_ = http.NewResponseController(s.w).SetReadDeadline(time.Now().Add(within)) // then it has none, as in tests
}

// after is called when a body has come: the connection waits for the client's
// next request from then on.
func (s *slowBody) after() {
	if s.begun && s.place.Class() != admit.Upload {
		_ = http.NewResponseController(s.w).SetReadDeadline(time.Time{})
	}
}

// limitCollector collects the numbers of places for Prometheus.
type limitCollector struct{ limits *admit.Limiter }

var (
	placesDesc   = prometheus.NewDesc("pratique_places", "Requests that may be worked on at a time, by class, and by whether their client is known.", []string{"class", "client"}, nil)
	takenDesc    = prometheus.NewDesc("pratique_requests_in_flight", "Requests that are worked on.", []string{"class", "client"}, nil)
	waitingDesc  = prometheus.NewDesc("pratique_requests_waiting", "Requests that wait for others.", []string{"class", "client"}, nil)
	refusedDesc  = prometheus.NewDesc("pratique_requests_refused_total", "Requests that were answered to come later, because too many waited, or for too long.", []string{"class", "client"}, nil)
	openDesc     = prometheus.NewDesc("pratique_connections", "Connections of clients.", nil, nil)
	shutOutsDesc = prometheus.NewDesc("pratique_connections_refused_total", "Connections that were closed because there were too many.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *limitCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{placesDesc, takenDesc, waitingDesc, refusedDesc, openDesc, shutOutsDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *limitCollector) Collect(ch chan<- prometheus.Metric) {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	for _, s := range c.limits.Stats() {
		class, client := s.Class.String(), "unknown"
		if s.Known {
			client = "known"
		}
		ch <- prometheus.MustNewConstMetric(placesDesc, gauge, float64(s.Places), class, client)
		ch <- prometheus.MustNewConstMetric(takenDesc, gauge, float64(s.Taken), class, client)
		ch <- prometheus.MustNewConstMetric(waitingDesc, gauge, float64(s.Waiting), class, client)
		ch <- prometheus.MustNewConstMetric(refusedDesc, counter, float64(s.Refused), class, client)
	}
	s := c.limits.Connections()
	ch <- prometheus.MustNewConstMetric(openDesc, gauge, float64(s.Taken))
	ch <- prometheus.MustNewConstMetric(shutOutsDesc, counter, float64(s.Refused))
}
