// Package server assembles Pratique: it opens the stores, wires engines and
// protocols, listens on one port and routes each request by path and host.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/decision"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/ecrpublicapi"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/iamapi"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ociapi"
	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/orgapi"
	"github.com/pratique-dev/pratique/internal/pratiqueapi"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/replicate"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/internal/stsapi"
	"github.com/pratique-dev/pratique/policy"
)

// Server is one node. It holds no state that another node would need.
type Server struct {
	cfg      Config
	db       *meta.DB
	iam      *iam.IAM
	registry *registry.Registry
	blobs    blobStore
	cache    *blob.Cache // of blobs; may be nil
	api      *awsapi.Dispatcher
	oci      *ociapi.API
	issuers  *stsapi.Issuers
	builds   *build.Engine
	contexts *pratiqueapi.BuildContexts
	denials  *decision.Store
	jobs     *job.Runner
	audit    *audit.Log
	metrics  *metrics
	limits   *admit.Limiter

	listener net.Listener
	port     string
	http     *http.Server
	ca       *privateCA    // nil unless self-signed
	scrapes  *scrapeServer // nil unless the metrics have an address of their own
	draining atomic.Bool
	stopping chan struct{} // closed once no more requests are taken

	buildFiles blobStore
}

// New opens the stores, brings the schema up to date and listens. ctx bounds
// the start only. The caller runs Serve, which closes what New opened.
func New(ctx context.Context, cfg Config) (_ *Server, err error) {
	cfg, err = cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, metrics: newMetrics(), limits: admit.New(cfg.limits()), stopping: make(chan struct{})}
	s.metrics.registry.MustRegister(&limitCollector{s.limits})
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	if err := s.listen(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// open opens stores and engines and builds the protocol fronts on them.
func (s *Server) open(ctx context.Context) error {
	dir := s.cfg.DataDir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create data directory: %w", err)
	}
	box, err := seal.OpenKeyFile(s.cfg.KeyFile)
	if err != nil {
		return err
	}
	if s.db, err = meta.Open(ctx, s.cfg.Database); err != nil {
		return err
	}
	s.metrics.registry.MustRegister(newJobCollector(s.db, s.cfg.Log))
	if err := s.openLayers(ctx); err != nil {
		return err
	}
	if s.audit, err = audit.OpenLog(filepath.Join(dir, AuditFile)); err != nil {
		return err
	}
	if s.cfg.TLSSelfSigned {
		if s.ca, err = openPrivateCA(dir, s.cfg.Domains, s.cfg.Now); err != nil {
			return err
		}
	}
	s.iam = iam.New(iam.Config{DB: s.db, Box: box, Now: s.cfg.Now})
	s.registry = registry.New(registry.Config{DB: s.db, Blobs: s.layers(), Redirects: s.redirects(), Now: s.cfg.Now, Quotas: s.cfg.Quotas, Scans: s.cfg.Scanner != "", GarbageGrace: s.cfg.GarbageGrace, Log: s.cfg.Log})
	s.metrics.registry.MustRegister(newGarbageCollector(s.registry, s.cfg.Log))
	s.denials = decision.New(decision.Config{DB: s.db, Now: s.cfg.Now, Log: s.cfg.Log, Keep: s.cfg.KeepDecisions})
	webhooks, err := s.openWebhooks(box)
	if err != nil {
		return err
	}
	jobs := job.Config{
		DB: s.db, Now: s.cfg.Now, Log: s.cfg.Log,
		Handlers: map[string]job.Handler{
			event.DeliverJob: webhooks.Deliver,
		},
		Dead:  map[string]job.Handler{},
		Every: []job.Periodic{},
	}
	s.addGarbage(&jobs)
	s.addLifecycle(&jobs)
	if err := s.addScanner(&jobs); err != nil {
		return err
	}
	var who *authn.Authenticator
	if err := s.openBuilds(ctx, box, &who, &jobs); err != nil {
		return err
	}
	organizations := org.New(org.Config{DB: s.db, Now: s.cfg.Now})
	who = authn.New(authn.Config{IAM: s.iam, Box: box, Now: s.cfg.Now, Build: s.builds.Active})
	may := authz.New(authz.Config{IAM: s.iam, Org: organizations, Registry: s.registry, Now: s.cfg.Now})
	replicator := replicate.New(s.registry, may)
	jobs.Handlers[registry.ReplicateJob], jobs.Dead[registry.ReplicateJob] = replicator.Run, replicator.GiveUp
	s.jobs = job.NewRunner(jobs)

	environment := func(r *http.Request) policy.Context { return authn.Environment(r, s.cfg.Now()) }
	s.issuers = stsapi.NewIssuers(s.iam, s.cfg.Log)
	layers := ociapi.NewLayerURLs(box, s.cfg.Now)
	messages := stsapi.NewMessages(box, s.cfg.Now)
	authorities, err := s.cfg.oidcCAs()
	if err != nil {
		return err
	}

	s.oci = ociapi.New(ociapi.Config{
		Registry: s.registry, Authenticator: who, Authorizer: may, Layers: layers, Now: s.cfg.Now, Log: s.cfg.Log,
		AnonymousPulls:     ociapi.Rate{PerSecond: s.cfg.PublicPullRate, Burst: s.cfg.PublicPullBurst},
		AuthenticatedPulls: ociapi.Rate{PerSecond: authenticatedPulls * s.cfg.PublicPullRate, Burst: authenticatedPulls * s.cfg.PublicPullBurst},
	})
	s.api = awsapi.New(awsapi.Config{
		Operations: operations(ecrapi.Config{
			Registry: s.registry, IAM: s.iam, URI: s.uri, Token: who.RegistryToken, Environment: environment,
			DownloadURL: func(base *url.URL, repo registry.Repo, d digest.Digest) string {
				return base.JoinPath(layers.Path(repo, d)).String()
			},
		}, ecrpublicapi.Config{
			Registry: s.registry, IAM: s.iam, URL: s.publicURL, LogoPath: ociapi.RepositoryLogo, Token: who.PublicToken, Environment: environment,
		}, iamapi.Config{IAM: s.iam, Org: organizations, IssuerURL: s.issuerURL}, pratiqueapi.Config{
			Decisions: s.denials, Events: webhooks, Registry: s.registry, Builds: s.buildConfig(box, who),
		}, stsapi.Config{
			IAM: s.iam, Org: organizations, Messages: messages, Log: s.cfg.Log,
			Tokens: oidc.New(oidc.Config{CAs: authorities, Resolve: s.cfg.OIDCResolve, Now: s.cfg.Now}),
		}),
		Authenticate:  who.SigV4,
		Authorize:     may.Authorize,
		Environment:   environment,
		EncodeDenial:  messages.Encode,
		ValidRegion:   endpoint.IsRegion,
		DefaultRegion: s.cfg.DefaultRegion,
		Log:           s.cfg.Log,
	})
	return nil
}

// operations is the table of everything the AWS APIs do here.
func operations(c ecrapi.Config, public ecrpublicapi.Config, m iamapi.Config, p pratiqueapi.Config, s stsapi.Config) []awsapi.Operation {
	return slices.Concat(
		ecrapi.Operations(c),
		ecrpublicapi.Operations(public),
		iamapi.Operations(m),
		orgapi.Operations(orgapi.Config{Org: m.Org, IAM: m.IAM}),
		pratiqueapi.Operations(p),
		stsapi.Operations(s),
	)
}

// Names of files in the data directory.
const (
	KeyFile   = "key"
	AuditFile = "audit.jsonl"
)

func (s *Server) listen(ctx context.Context) (err error) {
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	_, s.port, err = net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return err
	}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	(&connections{limits: s.limits, proxies: s.cfg.TrustedProxies}).watch(s.http)
	new(newcomers).watch(s.http)
	s.http.RegisterOnShutdown(func() { close(s.stopping) })
	switch {
	case s.ca != nil:
		s.http.TLSConfig = &tls.Config{GetCertificate: s.ca.certificate, MinVersion: tls.VersionTLS12}
	case s.cfg.TLSCert != "":
		files, err := openCertFiles(s.cfg.TLSCert, s.cfg.TLSKey, s.cfg.Now, s.cfg.Log)
		if err != nil {
			return err
		}
		s.http.TLSConfig = &tls.Config{GetCertificate: files.certificate, MinVersion: tls.VersionTLS12}
	}
	return s.listenScrapes(ctx, s.cfg.MetricsListen)
}

// Serve answers requests until ctx is done, then lets those in flight finish,
// for as long as the configuration says, and closes everything.
func (s *Server) Serve(ctx context.Context) error {
	var background sync.WaitGroup
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	background.Go(func() { s.registry.Run(working) })
	background.Go(func() { s.denials.Run(working) })
	background.Go(func() { s.jobs.Run(working) })

	failed := make(chan error, 2)
	if s.scrapes != nil {
		go func() { failed <- s.scrapes.serve() }()
	}
	go func() {
		if s.http.TLSConfig != nil {
			failed <- s.http.ServeTLS(s.listener, "", "")
		} else {
			failed <- s.http.Serve(s.listener)
		}
	}()
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		s.draining.Store(true)
		time.Sleep(s.cfg.DrainDelay)
		grace, cancel := context.WithTimeout(working, s.cfg.DrainTimeout)
		if err = s.http.Shutdown(grace); err != nil {
			err = errors.Join(fmt.Errorf("drain: %w", err), s.http.Close())
		}
		cancel()
	}
	stop()
	background.Wait()
	return errors.Join(err, s.close())
}

// close closes what is open. It is safe on a server that New did not finish.
func (s *Server) close() error {
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.scrapes != nil {
		errs = append(errs, s.scrapes.close())
	}
	if s.audit != nil {
		errs = append(errs, s.audit.Close())
	}
	if s.cache != nil {
		errs = append(errs, s.cache.Close())
	}
	if s.blobs != nil {
		errs = append(errs, s.blobs.Close())
	}
	if s.buildFiles != nil {
		errs = append(errs, s.buildFiles.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// Addr is the address the server listens on, host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is where the server answers, without a trailing slash.
func (s *Server) URL() string {
	if s.cfg.tls() {
		return "https://" + s.Addr()
	}
	return "http://" + s.Addr()
}

// IAM is the server's IAM engine, for administration in process.
func (s *Server) IAM() *iam.IAM { return s.iam }

// CAFile is the file with the certificate that clients of a self-signed
// server must trust, or "".
func (s *Server) CAFile() string {
	if s.ca == nil {
		return ""
	}
	return filepath.Join(s.cfg.DataDir, CAFile)
}
