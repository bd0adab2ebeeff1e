package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
)

// jobCollector counts the jobs in the database when it is scraped: all nodes' jobs, whichever node is asked.
type jobCollector struct {
	db   *meta.DB
	log  *slog.Logger
	jobs *prometheus.Desc
}

func newJobCollector(db *meta.DB, log *slog.Logger) *jobCollector {
	return &jobCollector{db: db, log: log, jobs: prometheus.NewDesc("pratique_jobs",
		"Jobs in the database by kind and state: waiting, running, or dead, which is given up.", []string{"kind", "state"}, nil)}
}

// jobCountTimeout bounds what a scrape waits for the database.
const jobCountTimeout = 5 * time.Second

// Describe implements prometheus.Collector.
func (c *jobCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.jobs }

// Collect implements prometheus.Collector. When the database does not answer, the other metrics are scraped still.
func (c *jobCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), jobCountTimeout)
	defer cancel()
	counts, err := job.Counts(ctx, c.db)
	if err != nil {
		c.log.Error("jobs not counted", "error", err)
		return
	}
	for _, n := range counts {
		ch <- prometheus.MustNewConstMetric(c.jobs, prometheus.GaugeValue, float64(n.N), n.Kind, string(n.State))
	}
}
