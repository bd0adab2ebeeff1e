package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	buildAccount = "222222222222"
	buildRoot    = "root"
	buildDev     = "dev"     // starts builds, and may push
	buildBuilder = "builder" // runs builds, and may do nothing else
	buildOther   = "other"   // of another account
)

// buildWorld is a server with a build service, an index of packages, and those who use them.
type buildWorld struct {
	t      *testing.T
	server *servertest.Server
	skew   atomic.Int64 // nanoseconds that the server's clock is ahead
	host   string
	base   string
	index  *imagebuildtest.PackageIndex
	gate   *gate // before the index
	dir    string
	runner runner
	root   aws.Credentials
}

func newBuildWorld(t *testing.T) *buildWorld {
	t.Helper()
	w := &buildWorld{t: t, dir: t.TempDir()}
	w.server = servertest.Start(t, func(c *server.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(w.skew.Load())) }
	})
	w.host = w.server.Registry(buildAccount).Host()
	w.root = w.server.Account(buildAccount)
	credentials := map[string]aws.Credentials{buildRoot: w.root, buildOther: w.server.Account("111111111111")}
	credentials[buildDev] = w.user(buildDev, `"ecr:*","pratique:StartBuild","pratique:ListBuilds","pratique:GetBuildLogs","pratique:CancelBuild"`)
	credentials[buildBuilder] = w.user(buildBuilder, `"pratique:LeaseBuild","pratique:HeartbeatBuild","pratique:PutBuildLogs","pratique:FinishBuild"`)
	w.runner = runner{t: t, env: map[string]string{}, files: awsFiles{filepath.Join(w.dir, "config"), filepath.Join(w.dir, "credentials")}}
	var config, secrets strings.Builder
	for profile, c := range credentials {
		fmt.Fprintf(&config, "[profile %s]\nregion = us-east-1\nendpoint_url = %s\n", profile, w.server.URL())
		fmt.Fprintf(&secrets, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, c.AccessKeyID, c.SecretAccessKey)
	}
	write(t, w.runner.files.config, config.String())
	write(t, w.runner.files.credentials, secrets.String())

	w.index = imagebuildtest.NewPackageIndex(t)
	w.index.Add(imagebuildtest.Wheel(t, "alpha", "1.0", "", "value = 1"))
	w.gate = newGate(w.index)
	t.Cleanup(w.gate.Close)
	w.createRepositories("base", "team/app")
	w.base = w.host + "/base:v1"
	w.push(w.base, imagebuildtest.Base(t, runtime.GOARCH))
	return w
}

// user makes a user who may do actions to everything.
func (w *buildWorld) user(user, actions string) aws.Credentials {
	w.t.Helper()
	ctx, engine := w.t.Context(), w.server.IAM()
	if _, err := engine.CreateUser(ctx, buildAccount, iam.NewUser{Name: user}); err != nil {
		w.t.Fatal(err)
	}
	w.allow(user, actions)
	key, err := engine.CreateAccessKey(ctx, buildAccount, user)
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret.Reveal()}
}

// allow replaces what a user may do.
func (w *buildWorld) allow(user, actions string) {
	w.t.Helper()
	document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}}`
	if err := w.server.IAM().PutInlinePolicy(w.t.Context(), buildAccount, iam.Entity{Kind: iam.EntityUser, Name: user}, "may", document); err != nil {
		w.t.Fatal(err)
	}
}

// createRepositories makes repositories as root.
func (w *buildWorld) createRepositories(names ...string) {
	w.t.Helper()
	client := ecr.NewFromConfig(w.server.AWS(w.root))
	for _, n := range names {
		if _, err := client.CreateRepository(w.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &n}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// gate is a proxy of the index that lets requests wait.
type gate struct {
	*httptest.Server
	mu      sync.Mutex
	shut    chan struct{} // closed when it opens; nil: open
	waiting chan struct{}
}

func newGate(h http.Handler) *gate {
	g := &gate{waiting: make(chan struct{}, 100)}
	g.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		shut := g.shut
		g.mu.Unlock()
		if shut != nil {
			g.waiting <- struct{}{}
			select {
			case <-shut:
			case <-r.Context().Done():
				return
			}
		}
		h.ServeHTTP(rw, r)
	}))
	return g
}

// close lets requests wait until open is called.
func (g *gate) close() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	shut := make(chan struct{})
	g.shut = shut
	return sync.OnceFunc(func() {
		g.mu.Lock()
		g.shut = nil
		g.mu.Unlock()
		close(shut)
	})
}

func (w *buildWorld) ok(profile string, args ...string) string {
	w.t.Helper()
	return w.runner.ok(append(args, "--profile", profile)...)
}

func (w *buildWorld) auth() authn.Authenticator {
	return &authn.Basic{Username: "AWS", Password: strings.TrimSpace(w.ok(buildRoot, "login", w.host, "--print-password"))}
}

// spec writes the files of a specification for a repository, and returns its name.
func (w *buildWorld) spec(dir, more string) string {
	w.t.Helper()
	dir = filepath.Join(w.dir, dir)
	if err := os.MkdirAll(filepath.Join(dir, "src"), 0o700); err != nil {
		w.t.Fatal(err)
	}
	write(w.t, filepath.Join(dir, "requirements.txt"), "-r more.txt\n")
	write(w.t, filepath.Join(dir, "more.txt"), "alpha==1.0\n")
	write(w.t, filepath.Join(dir, "src", "main.py"), "import alpha\n")
	file := filepath.Join(dir, "image.yaml")
	write(w.t, file, fmt.Sprintf("name: team/app\nregistry: %s\nbase_image: %s\nrequirements: requirements.txt\npip_index: %s/simple/\ncopy: [src]\nplatform: linux/%s\n%s",
		w.host, w.base, w.gate.URL, runtime.GOARCH, more))
	return file
}

// safeBuffer is a buffer that is written and read at the same time.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// background is a command that runs beside the test.
type background struct {
	stdout, stderr safeBuffer
	stop           context.CancelFunc
	done           chan struct{}
	code           int
}

// begin runs a command line in process, until it ends or is told to stop as by a signal.
func (w *buildWorld) begin(args ...string) *background {
	w.t.Helper()
	b := &background{done: make(chan struct{})}
	a := &app{
		stdin: strings.NewReader(""), stdout: &b.stdout, stderr: &b.stderr, now: time.Now,
		getenv: func(string) string { return "" }, awsFiles: w.runner.files,
	}
	var ctx context.Context
	ctx, b.stop = context.WithCancel(context.Background())
	go func() { defer close(b.done); b.code = a.run(ctx, args) }()
	w.t.Cleanup(func() { b.stop(); <-b.done })
	return b
}

func (b *background) wait(t *testing.T) {
	t.Helper()
	select {
	case <-b.done:
	case <-time.After(2 * time.Minute):
		t.Fatalf("the command goes on:\n%s%s", b.stdout.String(), b.stderr.String())
	}
}

func (w *buildWorld) builderArgs(more ...string) []string {
	return append([]string{
		"builder", "--profile", buildBuilder, "--network", "127.0.0.0/8", "--cache-dir", filepath.Join(w.dir, "cache"), "--work-dir", w.t.TempDir(), "--drain-timeout", "0",
	}, more...)
}

// builder starts a builder that stops with the test.
func (w *buildWorld) builder(more ...string) *background {
	w.t.Helper()
	return w.begin(w.builderArgs(more...)...)
}

// remote starts a build of a specification with the build service.
func (w *buildWorld) remote(spec string, more ...string) *background {
	w.t.Helper()
	return w.begin(append([]string{"build", spec, "--remote", "--profile", buildDev, "--no-flytekit", "--output", "json"}, more...)...)
}

func (w *buildWorld) list() (all []buildInfo) {
	w.t.Helper()
	decode(w.t, w.ok(buildDev, "builds", "list", "--output", "json"), &all)
	return all
}

// held waits until a build waits for the index, and returns it.
func (w *buildWorld) held() buildInfo {
	w.t.Helper()
	select {
	case <-w.gate.waiting:
	case <-time.After(time.Minute):
		w.t.Fatalf("no build asks the index: %+v", w.list())
	}
	return w.list()[0]
}

// push pushes an image as root.
func (w *buildWorld) push(ref string, img v1.Image) {
	w.t.Helper()
	r, err := name.ParseReference(ref)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := remote.Write(r, img, remote.WithAuth(w.auth()), remote.WithTransport(w.server.HTTP().Transport)); err != nil {
		w.t.Fatal(err)
	}
}
