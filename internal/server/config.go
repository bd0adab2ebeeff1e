package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/registry"
)

// Config is everything a server can be told. Only DataDir is needed; the zero
// value of every other field means the default its comment names.
type Config struct {
	// DataDir holds what is not elsewhere: the key file, blobs, the SQLite
	// database, the audit log. It is created with mode 0700. Each node has its
	// own.
	DataDir string
	// KeyFile is the file with the keys that seal secrets and tokens, the same
	// on all nodes. Default: <DataDir>/key.
	KeyFile string
	// Blobs is where layers are, an S3 bucket as blob.S3Config.URL has it.
	// Default: files in <DataDir>/blobs.
	Blobs string
	// ProxyLayers sends layers that are in S3 through the node. Default: clients
	// are redirected there.
	ProxyLayers bool
	// LayerCache is a directory for copies of layers that are in S3 and sent
	// through the node, of LayerCacheSize bytes at most. Default: none, and
	// 10 GiB if there is one.
	LayerCache     string
	LayerCacheSize int64
	// Database is the metadata database, "sqlite:<path>" or "postgres://…".
	// Default: sqlite:<DataDir>/meta.db.
	Database string
	// Listen is the TCP address to listen on. Default: 127.0.0.1:5000.
	Listen string
	// Domains under which registries are named,
	// <account>.dkr.ecr.<region>.<domain>; the first is used in answers to
	// clients that reached the server by another name. Default: localhost,
	// amazonaws.com, on.aws.
	Domains []string
	// DefaultAccount and DefaultRegion are what a bare host name such as
	// 127.0.0.1:5000 stands for. Defaults: the account with the lowest id,
	// us-east-1.
	DefaultAccount, DefaultRegion string
	// TLSCert and TLSKey are PEM files; both or neither.
	TLSCert, TLSKey string
	// TLSSelfSigned serves a certificate from a private CA that is made in
	// DataDir/tls on first use and whose certificate clients must trust.
	TLSSelfSigned bool
	// InsecureHTTP allows plain HTTP on an address that is not loopback.
	InsecureHTTP bool
	// MetricsListen is a TCP address for scrapes of the metrics from other
	// machines, in plain HTTP. Who reaches it learns the names of every
	// account's repositories. Default: none; /metrics answers loopback only.
	MetricsListen string
	// DrainDelay is how long the server goes on taking requests once it is
	// told to stop, while /readyz answers 503: time for a load balancer to
	// look away before connections are refused. Default: none.
	DrainDelay time.Duration
	// DrainTimeout is how long requests in flight may take once the server
	// is told to stop. Default: 30 s.
	DrainTimeout time.Duration
	// KeepDecisions is how long denials can be explained by their id; the
	// audit log keeps them longer. Default: 30 days.
	KeepDecisions time.Duration
	// Quotas are how much a registry and its repositories may hold. Default:
	// those of Amazon ECR.
	Quotas registry.Quotas
	// PublicPullRate is how many manifests one address may get from public
	// repositories per second without credentials, and PublicPullBurst how
	// many at once, from each node. Somebody with credentials may get ten
	// times as many. Default: 1 and 20.
	PublicPullRate  float64
	PublicPullBurst int
	// MaxRequests is how many requests the node works on at a time, short ones
	// such as manifests and API calls; MaxUploads is how many layers it receives,
	// and MaxDownloads how many it sends. One client, which is an account, may have
	// half of them while nobody else is there. There are as many again for
	// addresses whose accounts are not known, or not yet. Default: 16 for each
	// processor, 64 at least and 128 on PostgreSQL; 128; 4096.
	MaxRequests, MaxUploads, MaxDownloads int
	// MaxConnections is how many connections there may be, half of them from one
	// address. Half as many requests may wait. Default: 16384.
	MaxConnections int
	// MaxWait is how long a request may wait until it is worked on. Default: 20 s.
	MaxWait time.Duration
	// GarbageGrace is how long layers stay in their repositories when no image
	// needs them, and bytes when no repository does. It must be longer than any
	// push takes, and than the age of any backup of the database that may be
	// restored; the same on all nodes; and an hour at least. Default: 24 h.
	GarbageGrace time.Duration
	// GarbageInterval is the time between collections of garbage. Default: 1 h.
	GarbageInterval time.Duration
	// OIDCCAFile is a PEM file of authorities whose certificates identity
	// providers may have, besides those that the system trusts.
	OIDCCAFile string
	// OIDCResolve says where identity providers are whose host names DNS
	// does not know, or not rightly: an address, host and port, for each
	// name. Only these may be on the machine itself.
	OIDCResolve map[string]string
	// IssuerURL is the address under which others reach the server to verify
	// the tokens that it makes for them, such as https://pratique.example.com.
	// Default: the one by which an account's issuer is enabled.
	IssuerURL string
	// Scanner is the program that looks for known vulnerabilities in images,
	// one of scan.Programs. Default: images are not scanned.
	Scanner string
	// ScannerPath is where that program is. Default: in PATH, under its name.
	ScannerPath string
	// ScanTimeout is how long a scan may take. Default: 15 minutes.
	ScanTimeout time.Duration
	// Builds bound what the build service may take. Default: those of
	// build.Limits.
	Builds build.Limits
	// EventNetworks are where events may be sent besides public addresses:
	// an organization's own networks, or 127.0.0.0/8.
	EventNetworks []netip.Prefix
	// TrustedProxies are the networks of balancers and proxies in front of the
	// server. Who sends a request through them, and whether with TLS, is what
	// their headers X-Forwarded-For and X-Forwarded-Proto say; from others these
	// say nothing. Default: none.
	TrustedProxies []netip.Prefix
	// EventHTTP allows event destinations with http URLs.
	EventHTTP bool
	// EventCAFile is a PEM file of authorities whose certificates event
	// destinations may have, besides those that the system trusts.
	EventCAFile string
	// Log receives one line per request and what goes wrong. Default: none.
	Log *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// authenticatedPulls is how many times more somebody with credentials may pull
// from public repositories, as on Amazon ECR Public.
const authenticatedPulls = 10

// DefaultDatabase is the URL of the metadata database in a data directory.
func DefaultDatabase(dataDir string) string { return "sqlite:" + filepath.Join(dataDir, "meta.db") }

// withDefaults fills in the defaults and checks the rest.
func (c Config) withDefaults() (Config, error) {
	if c.DataDir == "" {
		return c, errors.New("config: the data directory is not set")
	}
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return c, fmt.Errorf("config: data directory: %w", err)
	}
	c.DataDir = dir
	if c.Database == "" {
		c.Database = DefaultDatabase(c.DataDir)
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.DataDir, KeyFile)
	}
	if c.Blobs != "" && !strings.HasPrefix(c.Blobs, "s3://") {
		return c, errors.New("config: blobs can be in a bucket, s3://<bucket>/<prefix>, or by default in files")
	}
	if c.LayerCacheSize < 0 || c.LayerCacheSize > 0 && c.LayerCache == "" {
		return c, errors.New("config: the size of the layer cache must be positive, and needs its directory")
	}
	if c.LayerCache != "" && (c.Blobs == "" || !c.ProxyLayers) {
		return c, errors.New("config: a layer cache is for layers that are in a bucket and sent through the node (--blobs and --layer-redirects=false)")
	}
	if c.LayerCacheSize == 0 {
		c.LayerCacheSize = 10 << 30
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:5000"
	}
	if len(c.Domains) == 0 {
		c.Domains = []string{"localhost", "amazonaws.com", "on.aws"}
	}
	for i, d := range c.Domains {
		if d = strings.ToLower(strings.Trim(d, ".")); d == "" || strings.ContainsAny(d, "/: ") {
			return c, fmt.Errorf("config: %q is not a domain", c.Domains[i])
		}
		c.Domains[i] = d
	}
	if c.DefaultRegion == "" {
		c.DefaultRegion = "us-east-1"
	}
	if !endpoint.IsRegion(c.DefaultRegion) {
		return c, fmt.Errorf("config: %q is not the name of a region", c.DefaultRegion)
	}
	if c.DefaultAccount != "" && !arn.IsAccountID(c.DefaultAccount) {
		return c, fmt.Errorf("config: default account %q is not a 12-digit id", c.DefaultAccount)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return c, errors.New("config: a TLS certificate needs its key and a key its certificate")
	}
	if c.TLSCert != "" && c.TLSSelfSigned {
		return c, errors.New("config: choose either TLS certificate files or a self-signed certificate")
	}
	if !c.tls() && !c.InsecureHTTP && !isLoopback(c.Listen) {
		return c, fmt.Errorf("config: refusing plain HTTP on %s: credentials would cross the network in the clear; set up TLS, listen on 127.0.0.1, or allow it explicitly (--insecure-http)", c.Listen)
	}
	for host, to := range c.OIDCResolve {
		if _, port, err := net.SplitHostPort(to); err != nil || port == "" || host != strings.ToLower(host) || strings.ContainsAny(host, "/: ") {
			return c, fmt.Errorf("config: identity providers at %q cannot be at %q: want a host name in lower case and an address with a port", host, to)
		}
	}
	if c.IssuerURL = strings.TrimRight(c.IssuerURL, "/"); c.IssuerURL != "" {
		if u, err := url.Parse(c.IssuerURL); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return c, fmt.Errorf("config: the issuer URL %q is not an https URL without query", c.IssuerURL)
		}
	}
	for _, p := range c.TrustedProxies {
		if p.Bits() <= 0 {
			return c, fmt.Errorf("config: proxies at %s cannot be trusted: everybody is there, and could claim any address", p)
		}
	}
	if c.Scanner == "" && c.ScannerPath != "" {
		return c, errors.New("config: a scanner's path says nothing without the scanner's name")
	}
	if c.ScanTimeout < 0 {
		return c, errors.New("config: scans cannot take a negative time")
	}
	if err := c.Builds.Validate(); err != nil {
		return c, fmt.Errorf("config: %w", err)
	}
	if c.PublicPullRate < 0 || c.PublicPullBurst < 0 {
		return c, errors.New("config: pulls from public repositories cannot be limited to a negative rate")
	}
	if c.PublicPullRate == 0 {
		c.PublicPullRate = 1
	}
	if c.PublicPullBurst == 0 {
		c.PublicPullBurst = 20
	}
	for _, l := range []struct {
		value     *int
		otherwise int
	}{{&c.MaxRequests, c.defaultRequests()}, {&c.MaxUploads, defaultUploads}, {&c.MaxDownloads, defaultDownloads}, {&c.MaxConnections, defaultConnections}} {
		if *l.value == 0 {
			*l.value = l.otherwise
		}
		if *l.value < 2 {
			return c, errors.New("config: limits of requests, transfers and connections must be 2 at least: one client may have half")
		}
	}
	if c.MaxWait == 0 {
		c.MaxWait = defaultWait
	}
	if c.MaxWait < 0 {
		return c, errors.New("config: requests cannot wait for a negative time")
	}
	if c.KeepDecisions < 0 {
		return c, errors.New("config: decisions cannot be kept for a negative time")
	}
	if c.GarbageGrace == 0 {
		c.GarbageGrace = registry.DefaultGarbageGrace
	}
	if c.GarbageGrace < time.Hour {
		return c, errors.New("config: what seems to be garbage must stay for an hour at least: pushes in progress need it")
	}
	if c.GarbageInterval == 0 {
		c.GarbageInterval = time.Hour
	}
	if c.GarbageInterval < time.Minute {
		return c, errors.New("config: garbage cannot be collected more often than once a minute")
	}
	if c.DrainTimeout == 0 {
		c.DrainTimeout = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

func (c Config) tls() bool { return c.TLSCert != "" || c.TLSSelfSigned }

// isLoopback reports whether a listen address reaches this machine alone.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
