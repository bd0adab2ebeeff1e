package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/pratiqueapi"
	"github.com/pratique-dev/pratique/internal/seal"
)

// BuildsDir is the directory in the data directory, or the folder in S3, that has the files of builds until they have ended.
const BuildsDir = "builds"

// openBuilds opens the build service. who is only called once it is known.
func (s *Server) openBuilds(ctx context.Context, box *seal.Box, who **authn.Authenticator, jobs *job.Config) error {
	var err error
	if s.buildFiles, err = s.openBlobs(ctx, BuildsDir, BuildsDir); err != nil {
		return err
	}
	metrics := newBuildMetrics(s.metrics.registry)
	s.builds = build.New(build.Config{
		DB: s.db, Box: box, Contexts: s.buildFiles, Limits: s.cfg.Builds, Stopping: s.stopping, Now: s.cfg.Now, Log: s.cfg.Log, Observe: metrics.observe,
		Token: func(ctx context.Context, delegation []byte, id string, attempt int64, expires time.Time) (seal.Secret, error) {
			token, err := (*who).BuildToken(ctx, delegation, id, attempt, expires)
			if errors.Is(err, authn.ErrInvalidCredentials) {
				return "", &build.Error{Kind: build.ErrGone, ID: id}
			}
			return token, err
		},
	})
	s.metrics.registry.MustRegister(&buildCollector{engine: s.builds, log: s.cfg.Log})
	jobs.Handlers[build.SweepJob] = s.builds.Sweep
	jobs.Every = append(jobs.Every, job.Every(build.SweepJob, build.SweepEvery))
	return nil
}

// buildConfig is what the operations of the build service need.
func (s *Server) buildConfig(box *seal.Box, who *authn.Authenticator) pratiqueapi.BuildConfig {
	s.contexts = pratiqueapi.NewBuildContexts(s.builds, box, s.cfg.Now, s.cfg.Log)
	return pratiqueapi.BuildConfig{Engine: s.builds, Contexts: s.contexts, Delegate: who.Delegate, Domains: s.cfg.Domains}
}

// buildMetrics are what this node saw of builds that ended.
type buildMetrics struct {
	waited, ran *prometheus.HistogramVec
}

func newBuildMetrics(reg *prometheus.Registry) *buildMetrics {
	buckets := []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600}
	m := &buildMetrics{
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pratique_build_wait_seconds", Help: "Time that builds waited for the builder that had them last, by how they ended.", Buckets: buckets,
		}, []string{"state"}),
		ran: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pratique_build_duration_seconds", Help: "Time that the last builder had builds, by how they ended.", Buckets: buckets,
		}, []string{"state"}),
	}
	reg.MustRegister(m.waited, m.ran)
	return m
}

func (m *buildMetrics) observe(end build.State, waited, ran time.Duration) {
	m.waited.WithLabelValues(string(end)).Observe(waited.Seconds())
	m.ran.WithLabelValues(string(end)).Observe(ran.Seconds())
}

// buildCollector counts the builds and builders in the database when it is scraped: those of all nodes and accounts.
type buildCollector struct {
	engine *build.Engine
	log    *slog.Logger
}

var (
	buildsDesc  = prometheus.NewDesc("pratique_builds", "Builds that have not ended, by state.", []string{"state"}, nil)
	workersDesc = prometheus.NewDesc("pratique_builders", "Builders that asked for a build within two minutes.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *buildCollector) Describe(ch chan<- *prometheus.Desc) { ch <- buildsDesc; ch <- workersDesc }

// Collect implements prometheus.Collector. When the database does not answer, the other metrics are scraped still.
func (c *buildCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), jobCountTimeout)
	defer cancel()
	counts, err := c.engine.Counts(ctx)
	workers, werr := c.engine.Workers(ctx)
	if err := errors.Join(err, werr); err != nil {
		c.log.Error("builds not counted", "error", err)
		return
	}
	for _, n := range counts {
		ch <- prometheus.MustNewConstMetric(buildsDesc, prometheus.GaugeValue, float64(n.N), string(n.State))
	}
	ch <- prometheus.MustNewConstMetric(workersDesc, prometheus.GaugeValue, float64(workers))
}
