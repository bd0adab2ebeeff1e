package buildexec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// Names of executors.
const (
	BuildKit = "buildctl"
	Docker   = "docker"
	Buildah  = "buildah"
)

// Options say which executors to look for.
type Options struct {
	// Name is the only one wanted: [BuildKit], [Docker] or [Buildah]; empty:
	// any.
	Name string
	// Getenv is os.Getenv if nil.
	Getenv func(string) string
}

// Find returns the executors that work here, preferred first: buildctl where
// BUILDKIT_HOST names a daemon, docker buildx, buildctl where a daemon listens
// at the usual place, buildah, and buildctl with a daemon of its own. To find
// none is no error, but if Options name one, the error says why it does not
// work.
func Find(ctx context.Context, o Options) ([]Executor, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	f := finder{ctx: ctx, getenv: o.Getenv}
	var found []Executor
	var missing []error
	for _, look := range []struct {
		name string
		find func() (Executor, error)
	}{{BuildKit, f.configured}, {Docker, f.docker}, {BuildKit, f.local}, {Buildah, f.buildah}, {BuildKit, f.daemonless}} {
		if o.Name != "" && o.Name != look.name {
			continue
		}
		e, err := look.find()
		if err != nil {
			missing = append(missing, err)
			continue
		}
		found = append(found, e)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if o.Name == "" || len(found) > 0 {
		return found, nil
	}
	if len(missing) == 0 {
		return nil, fmt.Errorf("%q is not %s, %s or %s", o.Name, BuildKit, Docker, Buildah)
	}
	return nil, fmt.Errorf("%s does not work here: %w", o.Name, errors.Join(missing...))
}

// finder looks for programs.
type finder struct {
	ctx    context.Context
	getenv func(string) string
}

// patience bounds how long a program may take to say what it is.
const patience = 15 * time.Second

// ask runs a program and returns what it prints.
func (f finder) ask(args ...string) (string, error) {
	ctx, stop := context.WithTimeout(f.ctx, patience)
	defer stop()
	out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output() //nolint:gosec // the programs named here
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(exit.Stderr)))
		}
		return "", fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

var versionNumber = regexp.MustCompile(`\d+\.\d+(\.\d+)?`)

// configured is buildctl with the daemon of BUILDKIT_HOST. It is not asked
// whether it is there: who names one does not want another to be taken.
func (f finder) configured() (Executor, error) {
	host := f.getenv("BUILDKIT_HOST")
	if host == "" {
		return nil, errors.New("BUILDKIT_HOST is not set")
	}
	return f.buildctl("buildctl", host)
}

// local is buildctl with the daemon of this machine or user.
func (f finder) local() (Executor, error) {
	if f.getenv("BUILDKIT_HOST") != "" {
		return nil, errors.New("BUILDKIT_HOST is set")
	}
	var tried []string
	for _, dir := range []string{f.getenv("XDG_RUNTIME_DIR"), "/run"} {
		if dir == "" {
			continue
		}
		socket := filepath.Join(dir, "buildkit", "buildkitd.sock")
		if info, err := os.Stat(socket); err == nil && info.Mode().Type() == os.ModeSocket {
			return f.buildctl("buildctl", "unix://"+socket)
		}
		tried = append(tried, socket)
	}
	return nil, fmt.Errorf("no buildkitd listens at %s", strings.Join(tried, " or "))
}

// daemonless is buildctl with a daemon for one build.
func (f finder) daemonless() (Executor, error) {
	if f.getenv("BUILDKIT_HOST") != "" {
		return nil, errors.New("BUILDKIT_HOST is set")
	}
	if _, err := exec.LookPath("buildkitd"); err != nil {
		return nil, err
	}
	return f.buildctl("buildctl-daemonless.sh", "")
}

func (f finder) buildctl(program, address string) (Executor, error) {
	for _, p := range []string{"buildctl", program} {
		if _, err := exec.LookPath(p); err != nil {
			return nil, err
		}
	}
	version, err := f.ask("buildctl", "--version")
	if err != nil {
		return nil, err
	}
	return &buildctl{program: program, about: buildplan.Executor{
		Name: program, Where: address, Version: versionNumber.FindString(version), CacheMounts: true,
	}}, nil
}

// docker is docker buildx with a daemon that answers, or a builder of the
// user's choice.
func (f finder) docker() (Executor, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return nil, err
	}
	version, err := f.ask("docker", "buildx", "version")
	if err != nil {
		return nil, fmt.Errorf("docker has no buildx: %w", err)
	}
	where := f.getenv("DOCKER_HOST")
	if builder := f.getenv("BUILDX_BUILDER"); builder != "" {
		where = builder
	} else if _, err := f.ask("docker", "version", "--format", "{{.Server.Version}}"); err != nil {
		return nil, fmt.Errorf("docker's daemon does not answer: %w", err)
	}
	return &docker{getenv: f.getenv, about: buildplan.Executor{
		Name: "docker buildx", Where: where, Version: versionNumber.FindString(version), CacheMounts: true,
	}}, nil
}

// buildah needs nothing but itself.
func (f finder) buildah() (Executor, error) {
	if runtime.GOOS != "linux" {
		return nil, errors.New("buildah runs on Linux only")
	}
	if _, err := exec.LookPath("buildah"); err != nil {
		return nil, err
	}
	out, err := f.ask("buildah", "--version")
	if err != nil {
		return nil, err
	}
	version := versionNumber.FindString(out)
	// Mounts of context files, stages, caches and secrets are all there since 1.24.
	if !atLeast(version, 1, 24) {
		return nil, fmt.Errorf("buildah %s is too old: 1.24 is needed", version)
	}
	return &buildah{getenv: f.getenv, about: buildplan.Executor{Name: Buildah, Version: version, CacheMounts: true, LeavesMounts: true}}, nil
}

// atLeast compares the first two numbers of a version.
func atLeast(version string, major, minor int) bool {
	a, rest, _ := strings.Cut(version, ".")
	b, _, _ := strings.Cut(rest, ".")
	x, err1 := strconv.Atoi(a)
	y, err2 := strconv.Atoi(b)
	return err1 == nil && err2 == nil && (x > major || x == major && y >= minor)
}
