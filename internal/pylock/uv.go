package pylock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/python"
)

// uv is the program that resolves.
type uv struct {
	r       *Resolver
	path    string
	version string // "0.9.1"
}

var uvVersion = regexp.MustCompile(`^uv (\d+)\.(\d+)(?:\.[0-9A-Za-z.+-]+)?`)

// findUV finds uv and checks its version. The error wraps ErrNoUV.
func (r *Resolver) findUV(ctx context.Context) (*uv, error) {
	const get = "install it (pip install uv, or the package of the system), or say where it is in PRATIQUE_UV"
	name := r.UV
	if name == "" {
		name, _ = r.lookup("PRATIQUE_UV")
	}
	if name == "" {
		name = "uv"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no %s: %s", ErrNoUV, name, get)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s --version: %w", ErrNoUV, path, err)
	}
	m := uvVersion.FindStringSubmatch(string(out))
	if m == nil {
		return nil, fmt.Errorf("%w: %s does not say its version but %.80q", ErrNoUV, path, out)
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	if major == 0 && minor < 7 {
		return nil, fmt.Errorf("%w: %s is version %s.%s, and 0.7 is the oldest that will do: %s", ErrNoUV, path, m[1], m[2], get)
	}
	return &uv{r: r, path: path, version: strings.TrimPrefix(m[0], "uv ")}, nil
}

// ResolveError is what uv says about an input that it cannot resolve.
type ResolveError struct {
	Output string // without credentials
}

func (e *ResolveError) Error() string { return "uv could not resolve the packages: " + e.Output }

// resolve lets uv resolve a request in dir, whose configuration uv reads.
func (u *uv) resolve(ctx context.Context, dir string, q *request, a ambient, t python.Target) (*Lock, error) {
	platform, err := uvPlatform(t)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "pratique-resolve-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	work := dir
	if u.r.Root != "" { // what lies beside the input, such as a virtual environment, is not looked at
		work = filepath.Join(temp, "work")
		if err := os.Mkdir(work, 0o700); err != nil {
			return nil, err
		}
	}
	c := &compilation{uv: u, temp: temp, work: work, q: q, a: a, target: t, platform: platform}
	l, err := c.resolve(ctx)
	if err != nil {
		return nil, err
	}
	l.Tool.Pratique = Made{Requested: c.requested(), Resolver: "uv " + u.version}
	return l, nil
}

// uvLevels are the versions of glibc that uv has a platform for.
var uvLevels = []int{40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 28, 17}

// uvPlatform is the platform to resolve for: where uv does not have the
// target's own, the next older one, whose wheels the target takes too.
func uvPlatform(t python.Target) (string, error) {
	machine := t.Machine()
	if machine != "x86_64" && machine != "aarch64" {
		return "", fmt.Errorf("uv cannot resolve for linux/%s: pin the version of every package, or bring a lock", t.Arch)
	}
	if t.Libc == "musl" {
		return machine + "-unknown-linux-musl", nil
	}
	_, minor, _ := strings.Cut(t.LibcVersion, ".")
	minor, _, _ = strings.Cut(minor, ".")
	n, _ := strconv.Atoi(minor)
	for _, level := range uvLevels {
		if n >= level {
			return fmt.Sprintf("%s-manylinux_2_%d", machine, level), nil
		}
	}
	return "", fmt.Errorf("uv cannot resolve for glibc %s, which is older than 2.17: pin the version of every package, or bring a lock", t.LibcVersion)
}

// compilation is the runs of uv for one request.
type compilation struct {
	uv         *uv
	temp, work string
	q          *request
	a          ambient
	target     python.Target
	platform   string
}

// run resolves lines under constraints.
func (c *compilation) run(ctx context.Context, name string, lines, constraints []line, noDeps bool) (*Lock, error) {
	dir := filepath.Join(c.temp, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	args := []string{
		"pip", "compile", "--format=pylock.toml", "--no-header", "--color=never", "--quiet",
		"--python-platform=" + c.platform, "--python-version=" + strings.TrimSuffix(c.target.Version, "+"),
		"--only-binary=:all:", "--no-python-downloads",
	}
	// uv asks an interpreter for the ways of this machine only. Without being
	// told which, it starts one after the other to find the target's version.
	if _, ok := c.uv.r.lookup("UV_PYTHON"); !ok {
		if interpreter, err := exec.LookPath("python3"); err == nil {
			args = append(args, "--python="+interpreter)
		}
	}
	args = append(args, c.q.uv...)
	if noDeps {
		args = append(args, "--no-deps")
	}
	if c.q.indexes.none {
		args = append(args, "--no-index")
	}
	if c.uv.r.Offline {
		args = append(args, "--offline")
	}
	if c.uv.r.Root != "" {
		args = append(args, "--no-config")
	}
	file := func(name string, data []byte) (string, error) {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return "", err
		}
		return at, os.WriteFile(at, data, 0o600)
	}
	if text := c.text(constraints, ""); len(text) > 0 {
		at, err := file("constraints.txt", text)
		if err != nil {
			return nil, err
		}
		args = append(args, "--constraints="+at)
	}
	at, err := file("requirements.in", c.text(lines, c.links()))
	if err != nil {
		return nil, err
	}
	args = append(args, at)
	if c.q.project != nil {
		if at, err = file("project/pyproject.toml", c.q.project); err != nil {
			return nil, err
		}
		args = append(args, at)
	}

	cmd := exec.CommandContext(ctx, c.uv.path, args...)
	cmd.Dir = c.work
	cmd.Env = c.env()
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			return nil, fmt.Errorf("run uv: %w", err)
		}
		return nil, c.explain(stderr.String())
	}
	return Read(stdout.Bytes(), c.work)
}

// text is a requirements file of the lines that apply.
func (c *compilation) text(lines []line, options string) []byte {
	env := c.target.Environment()
	var b strings.Builder
	b.WriteString(options)
	for _, l := range lines {
		if l.Marker.Evaluate(env) {
			l.Marker = python.Marker{}
			b.WriteString(l.String() + "\n")
		}
	}
	return []byte(b.String())
}

// links are the folders and pages of files, as options of a requirements file.
func (c *compilation) links() string {
	var b strings.Builder
	for _, l := range c.q.indexes.links {
		if !strings.Contains(l, "://") {
			if _, err := os.Stat(l); err != nil {
				continue
			}
		}
		b.WriteString("--find-links " + l + "\n")
	}
	return b.String()
}

// env is uv's environment. Index URLs go there rather than among the
// arguments, which every user of a machine can see.
func (c *compilation) env() []string {
	set := map[string]string{"NO_COLOR": "1"}
	// What is looked up may not be what the process itself has.
	names := slices.Concat(uvNeeded, []string{"UV_CACHE_DIR", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"})
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	for _, name := range names {
		if value, ok := c.uv.r.lookup(name); ok && (c.uv.r.Root == "" || uvNeeds(name)) {
			set[name] = value
		}
	}
	if c.q.indexes.primary != "" {
		set["UV_DEFAULT_INDEX"] = c.q.indexes.primary
		delete(set, "UV_INDEX_URL")
	}
	extra := slices.Clone(c.q.indexes.extra)
	for _, l := range c.q.lines {
		if l.index != "" && !slices.Contains(extra, l.index) {
			extra = append(extra, l.index)
		}
	}
	if len(extra) > 0 {
		set["UV_EXTRA_INDEX_URL"] = strings.TrimSpace(strings.Join(extra, " ") + " " + set["UV_EXTRA_INDEX_URL"])
	}
	env := make([]string, 0, len(set))
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}

// uvNeeded are variables of the environment that uv works with, besides its own.
var uvNeeded = []string{
	"PATH", "HOME", "TMPDIR", "NETRC", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
}

// uvNeeds reports whether a variable of the environment is uv's business.
func uvNeeds(name string) bool {
	return slices.Contains(uvNeeded, name) || strings.HasPrefix(name, "UV_") || strings.HasPrefix(name, "SSL_") || strings.HasPrefix(name, "XDG_")
}

// requested are the names of what the request asks for.
func (c *compilation) requested() []string {
	env := c.target.Environment()
	var names []string
	for _, l := range c.q.lines {
		if l.Marker.Evaluate(env) {
			names = append(names, l.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// resolve resolves, and finds out whether uv fell back on an old version of
// something that was asked for because a newer one needs a package that exists
// as source only. It would do so silently, as it is told to take wheels only;
// who builds packages would get the newer one.
func (c *compilation) resolve(ctx context.Context) (*Lock, error) {
	pinned := !slices.ContainsFunc(c.q.lines, func(l line) bool {
		_, pinned := l.Specifiers.Pinned()
		return !pinned && l.URL == ""
	})
	if c.q.noDeps || pinned {
		return c.run(ctx, "all", c.q.lines, c.q.constraints, c.q.noDeps)
	}
	var newest *Lock
	var newestErr error
	var wg sync.WaitGroup
	wg.Go(func() { newest, newestErr = c.run(ctx, "newest", c.q.lines, c.q.constraints, true) })
	l, err := c.run(ctx, "all", c.q.lines, c.q.constraints, false)
	wg.Wait()
	if err != nil {
		return nil, err
	}
	if newestErr != nil {
		return l, ignoreResolution(newestErr)
	}
	var raised []line
	for _, p := range newest.Packages {
		i := slices.IndexFunc(l.Packages, func(q Package) bool { return q.Name == p.Name })
		if i < 0 || newer(l.Packages[i].Version, p.Version) <= 0 {
			continue
		}
		specs, err := python.ParseSpecifiers("==" + p.Version)
		if err != nil {
			return nil, err
		}
		raised = append(raised, line{Requirement: python.Requirement{Name: p.Name, Specifiers: specs}})
	}
	if len(raised) == 0 {
		return l, nil
	}
	_, err = c.run(ctx, "raised", c.q.lines, slices.Concat(c.q.constraints, raised), false)
	var source *SourceOnlyError
	if errors.As(err, &source) {
		return nil, err
	}
	return l, ignoreResolution(err)
}

// ignoreResolution lets pass that a resolution that only compares failed.
func ignoreResolution(err error) error {
	var failed *ResolveError
	var noWheel *NoWheelError
	var source *SourceOnlyError
	if errors.As(err, &failed) || errors.As(err, &noWheel) || errors.As(err, &source) {
		return nil
	}
	return err
}

// newer is positive where b is a newer version than a.
func newer(a, b string) int {
	va, errA := python.ParseVersion(a)
	vb, errB := python.ParseVersion(b)
	if errA != nil || errB != nil {
		return 0
	}
	return vb.Compare(va)
}
