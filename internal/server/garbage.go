package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/registry"
)

// CollectJob is the kind of the jobs that collect garbage: a periodic one, and
// those that ask for a collection now.
const CollectJob = "registry.collect"

const expireUploadsJob = "registry.expire-uploads"

// Uploads that nobody continued for a day are dropped, looked for hourly.
const (
	uploadLifetime = 24 * time.Hour
	uploadSweep    = time.Hour
)

// addGarbage adds the jobs that free what nothing needs.
func (s *Server) addGarbage(c *job.Config) {
	c.Handlers[CollectJob] = s.collectGarbage
	c.Handlers[expireUploadsJob] = s.expireUploads
	c.Every = append(c.Every, job.Every(CollectJob, s.cfg.GarbageInterval), job.Every(expireUploadsJob, uploadSweep))
}

func (s *Server) collectGarbage(ctx context.Context, _ json.RawMessage) error {
	c, err := s.registry.Collect(ctx)
	if c.Layers+c.Blobs+c.Files > 0 {
		s.cfg.Log.InfoContext(ctx, "garbage collected", "layers", c.Layers, "blobs", c.Blobs, "files", c.Files, "bytes", c.Bytes, "took", c.Finished.Sub(c.Started))
	}
	return err
}

func (s *Server) expireUploads(ctx context.Context, _ json.RawMessage) error {
	// What interrupted calls left, once the registry has forgotten it. Files have the time of the operating system.
	_, err := s.blobs.ExpireUploads(ctx, time.Now().Add(-uploadLifetime-uploadSweep))
	return errors.Join(s.registry.ExpireUploads(ctx, s.cfg.Now().Add(-uploadLifetime)), err)
}

// garbageCollector collects the numbers of garbage for Prometheus. They are the database's, so every node has the same.
type garbageCollector struct {
	registry *registry.Registry
	log      *slog.Logger
	last     *prometheus.Desc
	unneeded *prometheus.Desc
	waiting  *prometheus.Desc
	files    *prometheus.Desc
	bytes    *prometheus.Desc

	mu     sync.Mutex
	read   time.Time
	status registry.GarbageStatus
}

func newGarbageCollector(r *registry.Registry, log *slog.Logger) *garbageCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("pratique_garbage_"+name, help, labels, nil)
	}
	return &garbageCollector{
		registry: r, log: log,
		last:     desc("last_collection_timestamp_seconds", "When the last collection of garbage ended."),
		unneeded: desc("unneeded", "What nothing seems to need and a collection will look at: layers of repositories, blobs of no repository, files to be removed.", "kind"),
		waiting:  desc("unneeded_bytes", "The bytes of unneeded blobs and files.", "kind"),
		files:    desc("freed_blobs_total", "Blobs whose bytes were removed."),
		bytes:    desc("freed_bytes_total", "Bytes that were removed."),
	}
}

// garbageStatusAge is how old the numbers of a scrape may be: what waits is counted row by row.
const garbageStatusAge = time.Minute

// Describe implements prometheus.Collector.
func (c *garbageCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.last, c.unneeded, c.waiting, c.files, c.bytes} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. When the database does not answer, the other metrics are scraped still.
func (c *garbageCollector) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.read) > garbageStatusAge {
		ctx, cancel := context.WithTimeout(context.Background(), jobCountTimeout)
		defer cancel()
		status, err := c.registry.GarbageStatus(ctx)
		if err != nil {
			c.log.Error("garbage not counted", "error", err)
			return
		}
		c.status, c.read = status, time.Now()
	}
	s := &c.status
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if !s.Last.Finished.IsZero() {
		gauge(c.last, float64(s.Last.Finished.UnixMicro())/1e6)
	}
	gauge(c.unneeded, float64(s.UnusedLayers), string(registry.GarbageLayer))
	gauge(c.unneeded, float64(s.CondemnedBlobs), string(registry.GarbageBlob))
	gauge(c.unneeded, float64(s.WaitingFiles), string(registry.GarbageFile))
	gauge(c.waiting, float64(s.CondemnedBytes), string(registry.GarbageBlob))
	gauge(c.waiting, float64(s.WaitingBytes), string(registry.GarbageFile))
	ch <- prometheus.MustNewConstMetric(c.files, prometheus.CounterValue, float64(s.TotalFiles))
	ch <- prometheus.MustNewConstMetric(c.bytes, prometheus.CounterValue, float64(s.TotalBytes))
}
