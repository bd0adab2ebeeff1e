package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The programs that are known. The names are also those of their reports.
const (
	Trivy      = "trivy"
	Grype      = "grype"
	OSVScanner = "osv-scanner"
)

// Programs returns the names of the programs that are known.
func Programs() []string { return []string{Trivy, Grype, OSVScanner} }

// Defaults and bounds of a Program.
const (
	DefaultTimeout  = 15 * time.Minute
	DefaultMaxImage = 10 << 30 // bytes

	maxReport   = 64 << 20 // bytes of a report
	maxComplain = 4 << 10  // bytes kept of what a program writes to standard error
	waitDelay   = 5 * time.Second
)

// ProgramConfig says which scanner is installed and what it may use.
type ProgramConfig struct {
	// Name is one of Programs.
	Name string
	// Path is the program, or "" for the one in PATH that has its name.
	Path string
	// Dir is a directory of its own: its home, where it keeps its database, and copies of images while it reads them.
	// It is created for its owner alone.
	Dir string
	// Environ is the environment of the server, of which the program sees little: see environment.
	Environ []string
	// Timeout is how long a scan may take; 0 is DefaultTimeout.
	Timeout time.Duration
	// MaxImage is the size in bytes of the largest image that is scanned; 0 is DefaultMaxImage.
	MaxImage int64
}

// Program is a scanner that is installed as a program. It is safe for concurrent use.
type Program struct {
	name     string
	path     string
	home     string
	scratch  string
	environ  []string
	timeout  time.Duration
	maxImage int64
	adapter  adapter
}

// adapter is what is special about a program.
type adapter struct {
	// write puts the image below dir as the program reads it, and returns where.
	write func(ctx context.Context, dir string, img *Image) (target string, err error)
	// args is the command line for what write returned.
	args func(target string, timeout time.Duration) []string
	// environ is the program's own part of its environment.
	environ []string
	// prefixes are those of environment variables by which an operator configures the program.
	prefixes []string
	// exit reports whether a status of the program other than 0 comes with a report, and whether it says that there
	// is nothing in the image that could be scanned.
	exit func(status int) (report, nothing bool)
	// parse reads the report.
	parse func(data []byte) (*parsed, error)
}

func adapterOf(name string) (adapter, bool) {
	failure := func(int) (bool, bool) { return false, false }
	switch name {
	case Trivy: // https://trivy.dev/latest/docs/references/configuration/cli/trivy_image/
		return adapter{
			write: writeLayout,
			args: func(target string, timeout time.Duration) []string {
				return []string{"image", "--input", target, "--format", "json", "--list-all-pkgs", "--scanners", "vuln",
					"--no-progress", "--quiet", "--timeout", timeout.String()}
			},
			prefixes: []string{"TRIVY_"},
			exit:     failure,
			parse:    parseTrivy,
		}, true
	case Grype: // https://oss.anchore.com/docs/reference/grype/cli/
		return adapter{
			write: writeLayout,
			args: func(target string, _ time.Duration) []string {
				return []string{"oci-dir:" + target, "-o", "json", "-q"}
			},
			environ:  []string{"GRYPE_CHECK_FOR_APP_UPDATE=false"},
			prefixes: []string{"GRYPE_", "SYFT_"},
			exit:     failure,
			parse:    parseGrype,
		}, true
	case OSVScanner: // https://google.github.io/osv-scanner/usage/scan-image, and /output#return-codes
		return adapter{
			write: writeArchive,
			args: func(target string, _ time.Duration) []string {
				return []string{"scan", "image", "--archive", target, "--format", "json"}
			},
			prefixes: []string{"OSV_SCANNER_"},
			exit: func(status int) (report, nothing bool) {
				const vulnerable, noPackages = 1, 128
				return status == vulnerable, status == noPackages
			},
			parse: parseOSV,
		}, true
	}
	return adapter{}, false
}

// NewProgram returns a scanner. It fails when the program is not installed.
func NewProgram(c ProgramConfig) (*Program, error) {
	a, ok := adapterOf(c.Name)
	if !ok {
		return nil, fmt.Errorf("unknown scanner %q: want one of %s", c.Name, strings.Join(Programs(), ", "))
	}
	p := &Program{
		name: c.Name, path: c.Path, home: filepath.Join(c.Dir, "home"), scratch: filepath.Join(c.Dir, "scratch"),
		environ: c.Environ, timeout: c.Timeout, maxImage: c.MaxImage, adapter: a,
	}
	if p.path == "" {
		p.path = c.Name
	}
	path, err := exec.LookPath(p.path)
	if err != nil {
		return nil, fmt.Errorf("find scanner %s: %w", c.Name, err)
	}
	if p.path, err = filepath.Abs(path); err != nil { // it runs in another directory
		return nil, fmt.Errorf("find scanner %s: %w", c.Name, err)
	}
	if p.timeout == 0 {
		p.timeout = DefaultTimeout
	}
	if p.maxImage == 0 {
		p.maxImage = DefaultMaxImage
	}
	for _, dir := range []string{p.home, p.scratch} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("create the scanner's directory: %w", err)
		}
	}
	return p, nil
}

// Scan runs the program on a copy of the image. The program cannot outlive it, nor can what it starts: its process
// group is killed.
func (p *Program) Scan(ctx context.Context, img *Image) (*Report, error) {
	if err := p.accepts(img); err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeoutCause(ctx, p.timeout, errTimeout)
	defer cancel()
	report, err := p.scan(bounded, img)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && errors.Is(context.Cause(bounded), errTimeout):
		return nil, &Error{Reason: "The scan took too long.", Err: fmt.Errorf("%s was stopped after %v", p.name, p.timeout)}
	}
	if failed := (*Error)(nil); err != nil && !errors.As(err, &failed) {
		err = &Error{Reason: "The image could not be given to the scanner.", Err: err}
	}
	return report, err
}

var (
	errTimeout = errors.New("the scan took too long")
	errVerbose = fmt.Errorf("the report is larger than %d bytes", maxReport)
)

// accepts reports, as an error, whether the image has anything that a scanner reads, in reasonable size.
func (p *Program) accepts(img *Image) error {
	size, files := int64(len(img.Bytes)), false
	for _, d := range img.Manifest.Blobs() {
		size += d.Size
	}
	for _, l := range img.Manifest.Layers {
		if l.Foreign() {
			return &Error{Unsupported: true, Reason: "The image has layers that are not in the registry."}
		}
		files = files || strings.Contains(l.MediaType, "tar")
	}
	switch {
	case !files:
		return &Error{Unsupported: true, Reason: "The image has no layers of files."}
	case size > p.maxImage:
		return &Error{Unsupported: true, Reason: fmt.Sprintf("The image is larger than the %d bytes that are scanned.", p.maxImage)}
	}
	return nil
}

func (p *Program) scan(ctx context.Context, img *Image) (_ *Report, err error) {
	if err := p.sweep(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(p.scratch, "scan-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the scan: %w", err)
	}
	defer func() {
		if rerr := os.RemoveAll(dir); rerr != nil && err == nil {
			err = fmt.Errorf("remove the copy of the image: %w", rerr)
		}
	}()
	target, err := p.adapter.write(ctx, dir, img)
	if err != nil {
		return nil, fmt.Errorf("copy the image for the scanner: %w", err)
	}
	out, err := p.run(ctx, dir, target)
	if err != nil {
		return nil, err
	}
	result, err := p.adapter.parse(out)
	if err != nil {
		return nil, &Error{Reason: "The scanner's report could not be read.", Err: err}
	}
	if result.nothing {
		return nil, errNothing()
	}
	return result.report, nil
}

func errNothing() error {
	return &Error{Unsupported: true, Reason: "The scanner found neither an operating system nor a package that it knows."}
}

// run runs the program and returns its report.
func (p *Program) run(ctx context.Context, dir, target string) ([]byte, error) {
	temp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory for the scanner: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, p.path, p.adapter.args(target, p.timeout)...) //nolint:gosec // the operator names the program
	cmd.Dir, cmd.Env, cmd.WaitDelay = temp, p.environment(temp), waitDelay
	var report bytes.Buffer
	var complaint tail
	cmd.Stdout = &limited{buffer: &report, left: maxReport, exceeded: func() { cancel(errVerbose) }}
	cmd.Stderr = &complaint
	ownGroup(cmd)
	err := cmd.Run()
	killGroup(cmd)
	if errors.Is(context.Cause(ctx), errVerbose) {
		return nil, &Error{Reason: "The scanner's report is too large.", Err: errVerbose}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		hasReport, nothing := p.adapter.exit(exit.ExitCode())
		switch {
		case nothing:
			return nil, errNothing()
		case hasReport:
			return report.Bytes(), nil
		}
		return nil, &Error{Reason: "The scanner failed.", Err: fmt.Errorf("%s: %w: %s", p.name, err, complaint.String())}
	}
	if err != nil {
		return nil, &Error{Reason: "The scanner could not be run.", Err: fmt.Errorf("run %s: %w", p.name, err)}
	}
	return report.Bytes(), nil
}

// environment is what the program sees of the server's environment: where programs and certificates are, which proxy
// to use, and the variables that begin with the program's own name. None of the server's credentials is among them.
func (p *Program) environment(temp string) []string {
	pass := []string{"PATH", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SYSTEMROOT"}
	env := []string{"HOME=" + p.home, "XDG_CACHE_HOME=" + filepath.Join(p.home, ".cache"), "TMPDIR=" + temp}
	env = append(env, p.adapter.environ...)
	for _, v := range p.environ {
		name, _, _ := strings.Cut(v, "=")
		own := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if slices.Contains(pass, name) || slices.ContainsFunc(p.adapter.prefixes, own) {
			env = append(env, v)
		}
	}
	return env
}

// sweep removes what a server that was killed left behind.
func (p *Program) sweep() error {
	entries, err := os.ReadDir(p.scratch)
	if err != nil {
		return fmt.Errorf("look for old copies of images: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // its scan ended
		}
		if err != nil {
			return fmt.Errorf("look for old copies of images: %w", err)
		}
		if time.Since(info.ModTime()) > 2*p.timeout {
			if err := os.RemoveAll(filepath.Join(p.scratch, e.Name())); err != nil {
				return fmt.Errorf("remove an old copy of an image: %w", err)
			}
		}
	}
	return nil
}

// limited takes so many bytes and no more.
type limited struct {
	buffer   *bytes.Buffer
	left     int
	exceeded func()
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		l.exceeded()
		return 0, errVerbose
	}
	l.left -= len(b)
	return l.buffer.Write(b)
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b[max(0, len(b)-maxComplain):]...)
	t.b = t.b[max(0, len(t.b)-maxComplain):]
	return len(b), nil
}

func (t *tail) String() string { return strings.TrimSpace(strings.ToValidUTF8(string(t.b), "\uFFFD")) }
