// Package doctor examines, where a pull fails, everything that the pull needs,
// from the image's name to the space on the disk, and names the one cause.
//
// It speaks public protocols only, so it examines Amazon ECR as well as
// Pratique. It reads; it changes nothing. No secret appears in what it reports.
package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

// Limits of time, by default.
const (
	DefaultTimeout      = 25 * time.Second
	DefaultCheckTimeout = 5 * time.Second
)

// ErrPublic is returned by [Run] for images of ECR Public, which everybody may
// pull: nothing of what it examines applies.
var ErrPublic = errors.New("the image is of a public registry, which asks for no permission")

// AWS returns the AWS configuration for the APIs that belong to a registry.
// Without an account in it, only the configuration's own region counts.
type AWS func(ctx context.Context, registry endpoint.Registry) (aws.Config, error)

// Config says what to examine, and where.
type Config struct {
	// Image is the reference as it was given to the client whose pull fails.
	Image string
	// Platform is what the image should run on, such as "linux/amd64".
	// Default: Linux on this machine's architecture.
	Platform string
	// Machine is what the doctor sees of the machine that it runs on.
	Machine Machine
	// Puller gives the AWS credentials of who pulls.
	Puller AWS
	// Owner gives those of the account that owns the repository; nil if there
	// are none. They are used to read its policies.
	Owner AWS
	// GrantCommand is the command line that grants a pull, if there is one.
	GrantCommand func(*access.Puller, endpoint.Image) string
	// Timeout bounds the whole, CheckTimeout each check. The defaults are the
	// constants of these names.
	Timeout, CheckTimeout time.Duration
}

// Machine is what the doctor sees of a machine. [ThisMachine] is the one that
// the program runs on.
type Machine struct {
	// Architecture is as Go names it.
	Architecture string
	Getenv       func(string) string
	Now          func() time.Time
	// Resolve returns the addresses of a host.
	Resolve func(ctx context.Context, host string) ([]string, error)
	// Dial connects to an IP address and port.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the certificate authorities that the system trusts; nil leaves
	// it to the standard library to find them.
	Roots *x509.CertPool
	// Files is the root of the file system.
	Files fs.FS
	// DockerConfig is docker's configuration file.
	DockerConfig string
	// Space returns how many bytes are left for a directory. Errors:
	// errors.ErrUnsupported where that cannot be told.
	Space func(dir string) (uint64, error)
}

// ThisMachine is the machine that the program runs on, with docker's
// configuration in the file named.
func ThisMachine(dockerConfig string) Machine {
	return Machine{
		Architecture: runtime.GOARCH,
		Getenv:       os.Getenv,
		Now:          time.Now,
		Resolve:      net.DefaultResolver.LookupHost,
		Dial:         new(net.Dialer).DialContext,
		Files:        os.DirFS("/"),
		DockerConfig: dockerConfig,
		Space:        space,
	}
}

// Run examines the pull of an image. A pull that fails is in the report; the
// error says why nothing could be examined.
//
// Errors: [ErrPublic] and those of cancellation.
func Run(ctx context.Context, c Config) (*Report, error) {
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.CheckTimeout == 0 {
		c.CheckTimeout = DefaultCheckTimeout
	}
	if c.Platform == "" {
		c.Platform = "linux/" + c.Machine.Architecture
	}
	if os, arch, ok := strings.Cut(c.Platform, "/"); !ok || os == "" || arch == "" {
		return nil, fmt.Errorf("platform %q is not of the form os/architecture[/variant]", c.Platform)
	}
	host, _, _ := strings.Cut(c.Image, "/")
	if _, ok := endpoint.ParsePublic(host); ok && strings.Contains(c.Image, "/") {
		return nil, ErrPublic
	}
	begun := time.Now()
	x := &examination{
		Config: c,
		report: &Report{FormatVersion: FormatVersion, Image: c.Image, Platform: c.Platform},
	}
	bounded, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	x.run(bounded)
	if x.client != nil {
		x.client.CloseIdleConnections()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	x.report.redact(&x.secrets)
	x.report.conclude()
	x.report.ElapsedMillis = time.Since(begun).Milliseconds()
	return x.report, nil
}

// examination is the state of one run. Each check leaves in it what later ones
// need.
type examination struct {
	Config
	report  *Report
	secrets secrets

	ref        reference
	proxies    proxies
	base       string // URL of the registry; empty while it has not answered
	open       bool   // it asks for no credentials
	client     *http.Client
	roots      *x509.CertPool // the system's, or with the authority that a client trusts for this host
	docker     *login         // what docker would use
	session    *session       // the AWS credentials
	fresh      *login         // a token that was made with them
	using      *login         // the one of both that the registry takes
	dockerFile []string       // hosts that docker's configuration names
	pulled     pulled         // what the registry said to the steps of a pull
	sim        *simulation    // what the policies say of it; nil if nobody is known to pull
}

// login are credentials for the registry.
type login struct {
	user, password string
	from           string // for a person
}

func (x *examination) run(ctx context.Context) {
	if !x.checkReference() {
		return
	}
	if x.checkNetwork(ctx) {
		x.checkEndpoint(ctx)
	}
	x.checkDockerCredentials(ctx)
	x.checkAWSCredentials(ctx)
	x.checkLogin(ctx)
	x.pull(ctx)
	x.simulate(ctx)
	x.checkRepository(ctx)
	x.checkPolicies(ctx)
	x.checkManifest(ctx)
	x.checkPlatform()
	x.checkLayer()
	x.checkDisk()
}

// within bounds one check.
func (x *examination) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, x.CheckTimeout)
}

// add writes a line of the report.
func (x *examination) add(c Check) { x.report.Checks = append(x.report.Checks, c) }

func (x *examination) pass(id ID, format string, args ...any) {
	x.add(Check{ID: id, Status: Passed, Found: fmt.Sprintf(format, args...)})
}

func (x *examination) skip(id ID, format string, args ...any) {
	x.add(Check{ID: id, Status: Skipped, Found: fmt.Sprintf(format, args...)})
}

// fail writes that a check failed; do are the things to do next.
func (x *examination) fail(id ID, code Code, found string, do ...string) {
	x.add(Check{ID: id, Status: Failed, Code: code, Found: found, Do: do})
}

func (x *examination) warn(id ID, code Code, found string, do ...string) {
	x.add(Check{ID: id, Status: Warning, Code: code, Found: found, Do: do})
}
