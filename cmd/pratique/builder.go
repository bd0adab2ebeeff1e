package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/imagebuild"
)

// buildServer runs the builds of a server's build service.
type buildServer struct {
	app *app
	log *slog.Logger

	aws         awsFlags
	name        string
	regions     []string
	roles       []string
	concurrency int
	cacheDir    string
	cacheSize   int64 // bytes
	workDir     string
	download    int64 // bytes that a build may download
	allowExec   string
	networks    []netip.Prefix
	address     string // of registries, if it is not that of the API
	uv          string
	defaultBase string
	drain       time.Duration

	endpoint *url.URL
	sources  []*buildSource

	mu      sync.Mutex
	running map[string]int // builds by account
}

// buildSource is an account and region whose builds are taken.
type buildSource struct {
	cfg    aws.Config
	region string
	role   string
}

func (s *buildSource) String() string { return strings.TrimSpace(s.region + " " + s.role) }

// Sizes of flags are in whole gibibytes.
const gibibyte = 1 << 30

func (a *app) builder() *cobra.Command {
	s := &buildServer{app: a, running: map[string]int{}}
	var networks []string
	var cacheGiB, downloadGiB int64
	var logFormat string
	cmd := &cobra.Command{
		Use:   "builder",
		Short: "Run the builds that a server's build service has queued",
		Long: `Builder asks a Pratique server for builds of ImageSpecs, runs them, and pushes the
images with the rights of whoever asked for each: it has none of its own in any
registry. What the build says goes to the server, where "pratique build --remote"
and "pratique builds logs" show it.

It takes the builds of the account whose credentials it has, or with --assume-role
those of the accounts of the roles. They need pratique:LeaseBuild, HeartbeatBuild,
PutBuildLogs and FinishBuild. Whoever has pratique:LeaseBuild is trusted with the
rights in registries of all who start builds in the account, while those run.

Nothing that a specification names is executed, unless --allow-exec lets BuildKit or
buildah run the commands of users. Those see what the machine's network offers.

When it is told to stop it takes no more builds, goes on for --drain-timeout with
those that run, and then gives them back to the queue.

docs/operations/build-service.md has the rest.`,
		Example: `  pratique builder --endpoint-url https://registry.example.com
  pratique builder --assume-role arn:aws:iam::111111111111:role/builder --assume-role arn:aws:iam::222222222222:role/builder
  pratique builder --allow-exec buildah --concurrency 1`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	s.aws.register(f, false)
	f.StringVar(&s.name, "name", "", "name of this builder, as the server shows it (default the host's)")
	f.StringSliceVar(&s.regions, "region", nil, "region whose builds to take; may be repeated (default that of the AWS configuration)")
	f.StringArrayVar(&s.roles, "assume-role", nil, "ARN of a role to assume, whose account's builds to take; may be repeated")
	f.IntVar(&s.concurrency, "concurrency", 2, "builds to run at a time")
	f.StringVar(&s.cacheDir, "cache-dir", "", "directory of what is kept between builds, apart for each account (default $XDG_CACHE_HOME/pratique/builder)")
	f.Int64Var(&cacheGiB, "cache-size", 20, "GiB that the cache of an account may have between builds")
	f.StringVar(&s.workDir, "work-dir", "", "directory for the files of builds while they run (default the system's for temporary files)")
	f.Int64Var(&downloadGiB, "max-download", 16, "GiB that a build may download")
	f.StringVar(&s.allowExec, "allow-exec", "", "run the commands of specifications with buildkit or buildah (default nothing is run)")
	f.StringSliceVar(&networks, "network", nil, "network in CIDR notation that is not public and that builds may connect to; may be repeated")
	f.StringVar(&s.address, "registry-address", "", "address, host:port, at which the server's registries are reached (default that of --endpoint-url)")
	f.StringVar(&s.uv, "uv", "", "uv program to resolve packages with (default the one in PATH)")
	f.StringVar(&s.defaultBase, "default-base", "", "base image of specifications without one (default "+imagebuild.DefaultBase+")")
	f.DurationVar(&s.drain, "drain-timeout", 30*time.Second, "how long builds may go on once the builder is told to stop")
	f.StringVar(&logFormat, "log-format", "text", "log lines on standard error as text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch logFormat {
		case "text":
			s.log = slog.New(slog.NewTextHandler(a.stderr, nil))
		case "json":
			s.log = slog.New(slog.NewJSONHandler(a.stderr, nil))
		default:
			return fmt.Errorf("--log-format %q is neither text nor json", logFormat)
		}
		for _, n := range networks {
			p, err := netip.ParsePrefix(n)
			if err != nil {
				return fmt.Errorf("--network: %w", err)
			}
			s.networks = append(s.networks, p)
		}
		s.cacheSize, s.download = cacheGiB*gibibyte, downloadGiB*gibibyte
		if err := s.prepare(cmd.Context()); err != nil {
			return err
		}
		return s.run(cmd.Context())
	}
	return cmd
}

var builderName = regexp.MustCompile(`[^0-9A-Za-z._-]+`)

// prepare checks the flags and finds what they leave out.
func (s *buildServer) prepare(ctx context.Context) error {
	switch {
	case s.concurrency < 1:
		return fmt.Errorf("--concurrency %d is less than one", s.concurrency)
	case s.cacheSize < 0 || s.download <= 0:
		return errors.New("--cache-size and --max-download are sizes in GiB")
	}
	switch s.allowExec {
	case "", imagebuild.WayBuildKit, imagebuild.WayBuildah:
	default:
		return fmt.Errorf("--allow-exec %q is neither buildkit nor buildah", s.allowExec)
	}
	if s.name == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("find the host's name: %w; give one with --name", err)
		}
		s.name = host
	}
	s.name = builderName.ReplaceAllString(s.name, "-")
	s.name = s.name[:min(len(s.name), 64)]
	if s.cacheDir == "" {
		dir := s.app.getenv("XDG_CACHE_HOME")
		if dir == "" {
			var err error
			if dir, err = os.UserCacheDir(); err != nil {
				return fmt.Errorf("find a directory for the cache: %w; give one with --cache-dir", err)
			}
		}
		s.cacheDir = filepath.Join(dir, "pratique", "builder")
	}
	return s.connect(ctx)
}

// connect finds out whose builds to take.
func (s *buildServer) connect(ctx context.Context) error {
	if len(s.regions) == 0 {
		s.regions = []string{""}
	}
	if len(s.roles) == 0 {
		s.roles = []string{""}
	}
	for _, region := range s.regions {
		cfg, err := s.app.loadConfig(ctx, &s.aws, s.aws.profile, region)
		if err != nil {
			return err
		}
		if s.endpoint, err = url.Parse(aws.ToString(cfg.BaseEndpoint)); err != nil || s.endpoint.Host == "" {
			return fmt.Errorf("%w: name a Pratique server with --endpoint-url or AWS_ENDPOINT_URL", access.ErrNotPratique)
		}
		for _, role := range s.roles {
			source := &buildSource{cfg: cfg, region: cfg.Region, role: role}
			if role != "" {
				source.cfg = assume(cfg, role, "")
			}
			s.sources = append(s.sources, source)
		}
	}
	return nil
}

// Waiting of a builder.
const (
	leaseWait  = 20 // seconds that the server lets a builder wait for a build
	firstPause = time.Second
	maxPause   = time.Minute
)

// errDrained ends builds that take longer than the builder may.
var errDrained = errors.New("the builder stops")

// run takes builds until ctx is done, and then lets those that run end.
func (s *buildServer) run(ctx context.Context) error {
	s.log.Info("builder started", "name", s.name, "endpoint", s.endpoint.Redacted(), "concurrency", s.concurrency, "exec", cmp.Or(s.allowExec, "none"))
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	slots := make(chan struct{}, s.concurrency)
	var builds sync.WaitGroup
	for next := 0; ; {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		source, lease := s.next(ctx, &next)
		if lease == nil { // told to stop
			break
		}
		if ctx.Err() != nil {
			s.work(source, lease).finish(pratique.FinishBuildInput{Outcome: aws.String("RELEASED")})
			break
		}
		builds.Go(func() {
			defer func() { <-slots }()
			s.do(working, source, lease)
		})
	}
	done := make(chan struct{})
	go func() { builds.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(s.drain):
		stop(errDrained)
		<-done
	}
	s.log.Info("builder stopped")
	return nil
}

// next waits for a build of any source, and returns none when ctx is done.
func (s *buildServer) next(ctx context.Context, turn *int) (*buildSource, *pratique.BuildLease) {
	wait := max(1, int32(leaseWait/len(s.sources))) //nolint:gosec // small
	pause := firstPause
	for ctx.Err() == nil {
		source := s.sources[*turn%len(s.sources)]
		*turn++
		lease, err := s.lease(ctx, source, wait)
		switch {
		case lease != nil:
			return source, lease
		case ctx.Err() != nil:
		case err != nil:
			s.log.Error("no build can be had", "source", source.String(), "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			pause = min(2*pause, maxPause)
		default:
			pause = firstPause
		}
	}
	return nil, nil
}

// lease asks for a build of a source, and returns none when there is none.
func (s *buildServer) lease(ctx context.Context, source *buildSource, wait int32) (*pratique.BuildLease, error) {
	out, err := access.Call(ctx, source.cfg, pratique.LeaseBuild, &pratique.LeaseBuildInput{
		Worker: &s.name, Execution: aws.Bool(s.allowExec != ""), WaitSeconds: &wait,
	}, s.app.now())
	if err != nil {
		return nil, err
	}
	return out.Lease, nil
}

func (s *buildServer) work(source *buildSource, lease *pratique.BuildLease) *buildWork {
	return &buildWork{buildServer: s, source: source, lease: lease, log: s.log.With("build", *lease.BuildId, "image", *lease.Image, "caller", *lease.Caller)}
}

// do runs a build, whatever it does.
func (s *buildServer) do(ctx context.Context, source *buildSource, lease *pratique.BuildLease) {
	w := s.work(source, lease)
	defer func() {
		if cause := recover(); cause != nil { // of one build; the others are nobody's fault
			w.log.Error("panic", "cause", cause, "stack", string(debug.Stack()))
			w.finish(pratique.FinishBuildInput{Outcome: aws.String("FAILED"), Reason: aws.String("the builder failed in a way that it should not have; its log says more")})
		}
	}()
	w.run(ctx)
}
