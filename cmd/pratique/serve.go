package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pratique-dev/pratique/internal/server"
)

// defaultData is the data directory of serve and of the commands that
// administer it.
const defaultData = "pratique-data"

// storeFlags say where a server keeps its state.
type storeFlags struct{ data, db, key string }

func (f *storeFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.data, "data", defaultData, "directory of the server's data")
	flags.StringVar(&f.db, "db", "", "metadata database, sqlite:<path> or postgres://… (default a SQLite file in the data directory)")
	flags.StringVar(&f.key, "key-file", "", "file of the keys that seal secrets and tokens, the same on all nodes (default key in the data directory)")
}

// keyFile is where the key file is.
func (f *storeFlags) keyFile() string {
	if f.key != "" {
		return f.key
	}
	return filepath.Join(f.data, server.KeyFile)
}

// gcPercent is how much the heap may grow between collections. What lives is a
// few megabytes, so that the usual 100 means to collect all the time; 400 costs
// a third more memory under load, and gains nothing that can be measured.
const gcPercent = 200

func (a *app) serve() *cobra.Command {
	var cfg server.Config
	var store storeFlags
	var addrFile, tls, logFormat string
	var redirect bool
	var eventNetworks, trustedProxies []string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Serve runs the registry, its APIs and its metrics on one port until it is
interrupted; requests in flight are then finished. State is kept in the data
directory, which is created if need be.

Host names choose the registry: <account>.dkr.ecr.<region>.<domain>, below any
of the domains; another host name means the default account and region. Plain
HTTP is served on loopback addresses only, unless --insecure-http is given.`,
		Example: `  pratique init && pratique serve
  pratique serve --listen :443 --domain registry.example.com --tls-cert cert.pem --tls-key key.pem
  pratique serve --listen :5000 --tls self-signed
  pratique serve --db postgres://pratique@db/pratique --blobs s3://layers/registry?region=eu-west-2`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	store.register(f)
	f.StringVar(&cfg.Blobs, "blobs", "", "where layers are kept: s3://bucket/prefix?region=…&endpoint=…&public-endpoint=…&path-style=true (default files in the data directory)")
	f.BoolVar(&redirect, "layer-redirects", true, "let clients read layers that are in S3 from there; otherwise the node passes them on")
	f.StringVar(&cfg.LayerCache, "layer-cache", "", "directory for copies of layers that are in S3 and passed on (default none)")
	f.Int64Var(&cfg.LayerCacheSize, "layer-cache-size", 0, "how many bytes of it to use (default 10 GiB)")
	f.StringVar(&cfg.Listen, "listen", "127.0.0.1:5000", "address to listen on; port 0 picks a free one")
	f.StringVar(&addrFile, "addr-file", "", "write the address that is listened on to this file")
	f.StringSliceVar(&cfg.Domains, "domain", nil, "domain of registry host names; may be repeated, the first is used in answers (default localhost, amazonaws.com, on.aws)")
	f.StringVar(&cfg.DefaultAccount, "default-account", "", "account that other host names mean (default the one with the lowest id)")
	f.StringVar(&cfg.DefaultRegion, "default-region", "", "region that other host names mean (default us-east-1)")
	f.StringVar(&cfg.TLSCert, "tls-cert", "", "PEM file of the TLS certificate and its chain")
	f.StringVar(&cfg.TLSKey, "tls-key", "", "PEM file of the TLS certificate's key")
	f.StringVar(&tls, "tls", "", `"self-signed" serves certificates of a private CA that is kept in the data directory`)
	f.DurationVar(&cfg.DrainDelay, "drain-delay", 0, "how long to go on serving, not ready, once told to stop: a load balancer's time to notice")
	f.StringVar(&cfg.MetricsListen, "metrics-listen", "", "another address that serves /metrics, in plain HTTP to all who reach it (default none; on the address of the API for this machine only)")
	f.BoolVar(&cfg.InsecureHTTP, "insecure-http", false, "serve plain HTTP on addresses other than loopback")
	f.DurationVar(&cfg.KeepDecisions, "keep-decisions", 0, "how long a denial can be explained by its id (default 720h); the audit log keeps it longer")
	f.Func("quota", "change a quota, as name=number, such as images-per-repository=20000; may be repeated (default those of Amazon ECR)", cfg.Quotas.Set)
	f.Float64Var(&cfg.PublicPullRate, "public-pull-rate", 0, "manifests per second that an address may get from public repositories without credentials (default 1); with credentials ten times as many")
	f.IntVar(&cfg.PublicPullBurst, "public-pull-burst", 0, "how many of them at once (default 20)")
	f.IntVar(&cfg.MaxRequests, "max-requests", 0, "how many short requests the node works on at a time, half of them of one account at most (default 16 for each processor, 64 at least, 128 with PostgreSQL)")
	f.IntVar(&cfg.MaxUploads, "max-uploads", 0, "how many layers it receives at a time (default 128)")
	f.IntVar(&cfg.MaxDownloads, "max-downloads", 0, "how many layers it sends at a time (default 4096)")
	f.IntVar(&cfg.MaxConnections, "max-connections", 0, "how many connections it has, half of them from one address at most (default 16384)")
	f.DurationVar(&cfg.MaxWait, "max-wait", 0, "how long a request waits for others before it is told to come later (default 20s)")
	f.DurationVar(&cfg.GarbageGrace, "gc-grace", 0, "how long layers stay that no image needs, and bytes that no repository has (default 24h); the same on all nodes")
	f.DurationVar(&cfg.GarbageInterval, "gc-interval", 0, "time between collections of such garbage (default 1h)")
	f.StringVar(&cfg.OIDCCAFile, "oidc-ca", "", "PEM file of authorities that certificates of OpenID Connect issuers may be from, besides the system's")
	f.StringToStringVar(&cfg.OIDCResolve, "oidc-resolve", nil, "where an OpenID Connect issuer is that DNS does not know, as host=address:port; may be repeated")
	f.StringVar(&cfg.IssuerURL, "issuer-url", "", "https URL under which others reach the server to verify the identity tokens that it makes (default the one by which an account enables them)")
	f.StringVar(&cfg.Scanner, "scanner", "", "program that looks for known vulnerabilities in images: trivy, grype or osv-scanner (default none)")
	f.StringVar(&cfg.ScannerPath, "scanner-path", "", "where the scanner is (default in PATH, under its name)")
	f.DurationVar(&cfg.ScanTimeout, "scan-timeout", 0, "how long a scan may take (default 15m)")
	f.Func("build-limit", "change a limit of the build service, as name=value, such as timeout=2h or running=50; may be repeated", cfg.Builds.Set)
	f.StringSliceVar(&eventNetworks, "event-network", nil, "network in CIDR notation that is not public and that events may be sent to; may be repeated (default public addresses only)")
	f.StringSliceVar(&trustedProxies, "trusted-proxy", nil, "network in CIDR notation of balancers whose X-Forwarded-For and X-Forwarded-Proto say who a client is, for aws:SourceIp, aws:SecureTransport and limits; may be repeated (default none)")
	f.BoolVar(&cfg.EventHTTP, "event-http", false, "let events be sent to http URLs")
	f.StringVar(&cfg.EventCAFile, "event-ca", "", "PEM file of authorities that certificates of event destinations may be from, besides the system's")
	f.StringVar(&logFormat, "log-format", "text", "log lines on standard error as text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		if a.getenv("GOGC") == "" && a.getenv("GOMEMLIMIT") == "" {
			debug.SetGCPercent(gcPercent)
		}
		switch tls {
		case "":
		case "self-signed":
			cfg.TLSSelfSigned = true
		default:
			return fmt.Errorf("--tls %q: only self-signed is known; use --tls-cert and --tls-key for a certificate", tls)
		}
		if logFormat != "text" && logFormat != "json" {
			return fmt.Errorf("--log-format %q is neither text nor json", logFormat)
		}
		log := newServerLog(a.stderr, logFormat == "json")
		defer func() { _ = log.flush() }() // there is nowhere else to complain
		cfg.Log = slog.New(log)
		var err error
		if cfg.EventNetworks, err = parseNetworks("--event-network", eventNetworks); err != nil {
			return err
		}
		if cfg.TrustedProxies, err = parseNetworks("--trusted-proxy", trustedProxies); err != nil {
			return err
		}
		cfg.DataDir, cfg.Database, cfg.KeyFile, cfg.Now = store.data, store.db, store.keyFile(), a.now
		cfg.ProxyLayers = !redirect
		s, err := server.New(ctx, cfg)
		if err != nil {
			return err
		}
		if addrFile != "" {
			if err := writeAddr(addrFile, s.Addr()); err != nil {
				return err
			}
		}
		accounts, err := s.IAM().Accounts(ctx)
		if err != nil {
			return err
		}
		a.printf("Pratique listens on %s, with its data in %s.\n", s.URL(), store.data)
		if ca := s.CAFile(); ca != "" {
			a.printf("Clients must trust the certificate in %s.\n", ca)
		}
		if len(accounts) == 0 {
			a.printf("There is no account yet: \"pratique init --data %s\" makes one.\n", store.data)
		}
		return s.Serve(ctx)
	}
	return cmd
}

// parseNetworks reads the values of a flag.
func parseNetworks(flag string, values []string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, v := range values {
		p, err := netip.ParsePrefix(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: want CIDR notation, such as 10.0.0.0/8 or 10.1.2.3/32", flag, err)
		}
		networks = append(networks, p.Masked())
	}
	return networks, nil
}

// writeAddr writes the file in one step, so that who waits for it never reads
// half of it.
func writeAddr(name, addr string) error {
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".new")
	if err := os.WriteFile(temp, []byte(addr+"\n"), 0o644); err != nil { //nolint:gosec // an address is no secret
		return fmt.Errorf("write the address file: %w", err)
	}
	if err := os.Rename(temp, name); err != nil {
		return fmt.Errorf("write the address file: %w", err)
	}
	return nil
}
