package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/buildplan"
	"github.com/pratique-dev/pratique/internal/imagebuild"
	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/pylock"
)

// buildWork is one build in the hands of a builder.
type buildWork struct {
	*buildServer
	source *buildSource
	lease  *pratique.BuildLease
	log    *slog.Logger
	lines  *buildLog
	dir    string // for its files
}

// Reasons for which a build is broken off.
var (
	errLeaseLost    = errors.New("the build is not this builder's any more")
	errBuildTimeout = errors.New("the build took longer than it may")
)

// Calls about a build that has ended get so long to be heard.
const lastCalls = 30 * time.Second

func (w *buildWork) run(ctx context.Context) {
	w.log.Info("build started", "attempt", *w.lease.Attempt)
	began := time.Now()
	dir, err := os.MkdirTemp(w.workDir, "pratique-build-")
	if err != nil {
		w.log.Error("no directory for the build", "error", err)
		w.finish(pratique.FinishBuildInput{Outcome: aws.String("FAILED"), Reason: aws.String("the builder has no room for the files of builds")})
		return
	}
	defer os.RemoveAll(dir)
	w.dir = dir
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// By the server's clock: this machine's may be another.
	ctx, stop := context.WithTimeoutCause(ctx, w.lease.Deadline.Sub(w.lease.ExpiresAt.Time)+build.LeaseTime, errBuildTimeout)
	defer stop()
	w.lines = newBuildLog(w.send)
	alive, dead := context.WithCancel(context.WithoutCancel(ctx))
	defer dead()
	go w.heartbeat(alive, cancel)
	sent := make(chan struct{})
	go func() { defer close(sent); w.lines.run(alive, cancel) }()

	result, err := w.build(ctx)
	if err != nil && context.Cause(ctx) != nil {
		err = context.Cause(ctx)
	}
	f := w.outcome(result, err)
	switch {
	case err == nil:
		w.lines.add("built " + result.Image)
	case errors.Is(err, errLeaseLost):
	default:
		for line := range strings.Lines("error: " + *f.Reason) {
			w.lines.add(strings.TrimRight(line, "\n"))
		}
	}
	w.lines.close()
	select {
	case <-sent:
	case <-time.After(lastCalls):
	}
	took := time.Since(began).Round(time.Millisecond)
	if errors.Is(err, errLeaseLost) {
		w.log.Info("build broken off", "reason", err.Error(), "took", took)
		return
	}
	w.finish(f)
	w.log.Info("build ended", "outcome", *f.Outcome, "took", took, "reason", aws.ToString(f.Reason))
}

// outcome is what the server is told of the end of a build.
func (w *buildWork) outcome(result *imagebuild.Result, err error) pratique.FinishBuildInput {
	out := pratique.FinishBuildInput{Outcome: aws.String("FAILED")}
	switch {
	case err == nil:
		out.Outcome, out.ImageDigest = aws.String("SUCCEEDED"), &result.Digest
		return out
	case errors.Is(err, errDrained):
		out.Outcome = aws.String("RELEASED")
	case errors.Is(err, buildplan.ErrNoExecutor) && w.allowExec == "":
		out.Outcome = aws.String("DECLINED")
		err = errors.New(strings.TrimSuffix(strings.TrimSuffix(err.Error(), buildplan.ErrNoExecutor.Error()), "; "))
	}
	reason := []rune(w.scrub(err.Error()))
	out.Reason = aws.String(string(reason[:min(len(reason), 4096)]))
	return out
}

// finish tells the server how the build ended, a few times if it has to.
func (w *buildWork) finish(in pratique.FinishBuildInput) {
	in.BuildId, in.LeaseId = w.lease.BuildId, w.lease.LeaseId
	ctx, cancel := context.WithTimeout(context.Background(), lastCalls)
	defer cancel()
	for pause := 500 * time.Millisecond; ; pause *= 2 {
		_, err := access.Call(ctx, w.source.cfg, pratique.FinishBuild, &in, w.app.now())
		var answer *access.APIError
		switch {
		case err == nil:
			return
		case leaseLost(err):
			w.log.Info("the build has ended already, or is another builder's", "reason", err.Error())
			return
		}
		if errors.As(err, &answer) && answer.Status < http.StatusInternalServerError || ctx.Err() != nil {
			w.log.Error("the end of a build is not heard of", "outcome", *in.Outcome, "error", err)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// heartbeat says that the builder is at work, and breaks the build off when it is not its own any more.
func (w *buildWork) heartbeat(ctx context.Context, lost context.CancelCauseFunc) {
	every := time.Duration(*w.lease.HeartbeatSeconds) * time.Second
	expires := time.Now().Add(build.LeaseTime)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		sent := time.Now()
		_, err := access.Call(ctx, w.source.cfg, pratique.HeartbeatBuild, &pratique.HeartbeatBuildInput{BuildId: w.lease.BuildId, LeaseId: w.lease.LeaseId}, w.app.now())
		switch {
		case err == nil:
			expires = sent.Add(build.LeaseTime)
		case leaseLost(err):
			lost(fmt.Errorf("%w: %w", errLeaseLost, err))
			return
		case time.Now().After(expires):
			lost(fmt.Errorf("%w: the server has not been heard of: %w", errLeaseLost, err))
			return
		}
	}
}

// leaseLost reports whether the server says that the build is not this builder's.
func leaseLost(err error) bool {
	var answer *access.APIError
	return errors.As(err, &answer) && answer.Code == pratique.CodeLeaseLost
}

// send sends lines of the log.
func (w *buildWork) send(ctx context.Context, batch int64, lines []string) error {
	in := &pratique.PutBuildLogsInput{BuildId: w.lease.BuildId, LeaseId: w.lease.LeaseId, Sequence: &batch}
	for _, line := range lines {
		in.Messages = append(in.Messages, w.scrub(line))
	}
	_, err := access.Call(ctx, w.source.cfg, pratique.PutBuildLogs, in, w.app.now())
	return err
}

// scrub takes what nobody is to read out of a text.
func (w *buildWork) scrub(text string) string {
	for _, secret := range []*string{w.lease.Password, w.lease.LeaseId} {
		if s := aws.ToString(secret); s != "" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return pylock.Redact(strings.ReplaceAll(text, w.dir+string(filepath.Separator), ""))
}

// remoteOptions are what "pratique build --remote" tells the builder besides the specification.
type remoteOptions struct {
	Compat      string   `json:"flytekitCompat,omitempty"`
	Platforms   []string `json:"platforms,omitempty"`
	Force       bool     `json:"force,omitempty"`
	DefaultBase string   `json:"defaultBase,omitempty"`
	Flytekit    string   `json:"flytekitVersion,omitempty"`
	NoFlytekit  bool     `json:"noFlytekit,omitempty"`
	Way         string   `json:"builder,omitempty"` // "layers" or nothing
	Compression string   `json:"compression,omitempty"`
	Layers      int      `json:"layers,omitempty"`
}

// build makes the image.
func (w *buildWork) build(ctx context.Context) (*imagebuild.Result, error) {
	o, err := w.options()
	if err != nil {
		return nil, err
	}
	net := w.network()
	defer net.close()
	if err := w.files(ctx); err != nil {
		return nil, err
	}
	spec, err := readRemoteSpec(*w.lease.Spec)
	if err != nil {
		return nil, err
	}
	for b := spec; b != nil; b = b.Base {
		if len(b.PipSecretMounts) > 0 {
			return nil, errors.New("ImageSpec field pip_secret_mounts: they are files of your machine, which a builder does not have")
		}
	}
	spec.In(w.dir).Confine()
	cache, done, err := w.cache()
	if err != nil {
		return nil, err
	}
	defer done()
	progress := &buildProgress{now: w.app.now}
	b := &imagebuild.Builder{
		Cache: cache, Keychain: net, Transport: net, Version: readVersion().Version,
		Resolver: &pylock.Resolver{
			UV: w.uv, Cache: filepath.Join(cache, "wheels"), HTTP: &http.Client{Transport: net}, Root: w.dir, Getenv: w.environment(cache),
		},
		FindExecutors: w.executors,
		UV:            w.uvPrograms(),
		Progress: func(e imagebuild.Event) {
			if line := progress.line(e); line != "" {
				w.lines.add(line)
			}
		},
	}
	return b.Build(ctx, spec, o)
}

// options reads what the lease says besides the specification.
func (w *buildWork) options() (o imagebuild.Options, err error) {
	var r remoteOptions
	if text := aws.ToString(w.lease.Options); text != "" {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&r); err != nil {
			return o, fmt.Errorf("read the options of the build: %w", err)
		}
	}
	o = imagebuild.Options{
		Image: *w.lease.Image, Push: true, Force: r.Force, Platforms: r.Platforms, AddFlytekit: !r.NoFlytekit, Way: imagebuild.WayAuto, Layers: r.Layers,
		DefaultBase: r.DefaultBase,
	}
	if o.DefaultBase == "" {
		o.DefaultBase = w.defaultBase
	}
	if r.Flytekit != "" {
		o.Flytekit = "flytekit==" + r.Flytekit
	}
	switch r.Way {
	case "", imagebuild.WayAuto:
	case imagebuild.WayLayers:
		o.Way = r.Way
	default:
		return o, fmt.Errorf("builder %q: how builds that execute something are run is the builder's to say", r.Way)
	}
	if o.Compat, err = imagespec.ParseCompat(r.Compat); err != nil {
		return o, err
	}
	if r.Compression != "" {
		o.Compression, err = layer.ParseCompression(r.Compression)
	}
	return o, err
}

// readRemoteSpec reads a specification as the build service has it: JSON, or YAML.
func readRemoteSpec(text string) (*imagespec.Spec, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		spec := new(imagespec.Spec)
		return spec, spec.UnmarshalJSON([]byte(text))
	}
	all, err := imagespec.Read(imagespec.YAML, "", []byte(text))
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("there are %d specifications, and one is wanted", len(all))
	}
	return all[0].Spec, all[0].Err
}

// files gets the files of the build and unpacks them.
func (w *buildWork) files(ctx context.Context) error {
	if aws.ToString(w.lease.ContextPath) == "" {
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(*w.source.cfg.BaseEndpoint, "/")+*w.lease.ContextPath, nil)
	if err != nil {
		return fmt.Errorf("get the files of the build: %w", err)
	}
	resp, err := w.source.cfg.HTTPClient.Do(r)
	if err != nil {
		return fmt.Errorf("get the files of the build: %w", withoutPath(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get the files of the build: the server answers %s", resp.Status)
	}
	sum := sha256.New()
	if err := build.UnpackContext(io.TeeReader(resp.Body, sum), w.dir, build.Limits{}); err != nil {
		return err
	}
	if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); got != *w.lease.ContextDigest {
		return fmt.Errorf("get the files of the build: they have digest %s, not %s", got, *w.lease.ContextDigest)
	}
	return nil
}

// cache is the cache directory of the account, which is made smaller before when nobody uses it. done says that the build
// does not use it any more.
func (w *buildWork) cache() (dir string, done func(), err error) {
	caller, err := arn.Parse(*w.lease.Caller)
	if err != nil || !arn.IsAccountID(caller.Account) {
		return "", nil, errors.New("the server does not say whose build it is")
	}
	dir = filepath.Join(w.cacheDir, caller.Account)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[caller.Account] == 0 {
		if err := shrink(dir, w.cacheSize); err != nil {
			return "", nil, fmt.Errorf("make the cache smaller: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "home"), 0o700); err != nil {
		return "", nil, fmt.Errorf("make the cache: %w", err)
	}
	w.running[caller.Account]++
	return dir, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.running[caller.Account]--
	}, nil
}

// shrink removes the files below a directory that were changed longest ago, until they have at most so many bytes.
func shrink(dir string, limit int64) error {
	type file struct {
		name string
		info fs.FileInfo
	}
	var files []file
	var size int64
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files, size = append(files, file{name, info}), size+info.Size()
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	slices.SortFunc(files, func(a, b file) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	for _, f := range files {
		if size <= limit {
			break
		}
		if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		size -= f.info.Size()
	}
	return nil
}

// environment is what the resolver sees of the builder's environment: the indexes that its operator has set, and a home
// of the account's own, so that neither configuration nor credentials nor caches of anybody else count.
func (w *buildWork) environment(cache string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		switch {
		case name == "HOME":
			return filepath.Join(cache, "home"), true
		case name == "NETRC", name == "UV_CACHE_DIR", strings.HasPrefix(name, "XDG_"):
			return "", false
		}
		return os.LookupEnv(name)
	}
}

// executors finds what may run commands here.
func (w *buildWork) executors(ctx context.Context, _ buildexec.Options) ([]buildexec.Executor, error) {
	switch w.allowExec {
	case imagebuild.WayBuildah:
		return buildexec.Find(ctx, buildexec.Options{Name: buildexec.Buildah})
	case imagebuild.WayBuildKit:
		found, err := buildexec.Find(ctx, buildexec.Options{})
		return slices.DeleteFunc(found, func(e buildexec.Executor) bool { return e.Describe().Name == buildexec.Buildah }), err
	}
	return nil, nil
}

// uvPrograms are the uv programs that Dockerfiles may use.
func (w *buildWork) uvPrograms() map[string]string {
	programs := map[string]string{}
	name := w.uv
	if name == "" {
		name = "uv"
	}
	if path, err := exec.LookPath(name); err == nil && runtime.GOOS == "linux" && w.allowExec != "" {
		programs["linux/"+runtime.GOARCH] = path
	}
	return programs
}

// withoutPath takes the URL out of an error of an HTTP client: its path is a credential.
func withoutPath(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
