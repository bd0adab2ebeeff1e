package builder

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

func TestMain(m *testing.M) { blackbox.Main(m) }

// basePackages make the base image that most tests build on: Debian's Python,
// and a pip to ask what is installed.
var basePackages = []string{"python3", "python3-pip"}

// world is a server with two accounts whose repositories come into being with
// the first push, and the base image in one of the owner's.
type world struct {
	*blackbox.Server
	plane, owner blackbox.Credentials
	// Base is the reference of the base image.
	Base string
}

func newWorld(t testing.TB, serve ...string) *world {
	t.Helper()
	blackbox.NeedNames(t)
	need.Tools(t, "aws", "uv")
	base := blackbox.Debian(t, basePackages...)
	data := filepath.Join(t.TempDir(), "data")
	w := &world{
		plane:  blackbox.CreateAccount(t, data, blackbox.Plane, "plane"),
		owner:  blackbox.CreateAccount(t, data, blackbox.Owner, "owner"),
		Server: blackbox.Start(t, data, serve...),
	}
	w.AWS(t, w.owner, nil, "ecr", "create-repository-creation-template", "--prefix", "ROOT", "--applied-for", "CREATE_ON_PUSH")
	w.Base = w.host() + "/bases/debian-python:bookworm"
	w.push(t, w.Base, base)
	return w
}

// host is the owner's registry, which all images of these tests go to.
func (w *world) host() string { return w.Registry(blackbox.Owner) }

// push stores an image with the owner's credentials.
func (w *world) push(t testing.TB, image string, img v1.Image) {
	t.Helper()
	if err := remote.Write(w.ref(t, image), img, w.login(t)); err != nil {
		t.Fatalf("push %s: %v", image, err)
	}
}

// image reads an image of the registry with the owner's credentials.
func (w *world) image(t testing.TB, image string) v1.Image {
	t.Helper()
	return w.imageAs(t, w.owner, image)
}

// imageAs reads an image of a registry with somebody's credentials.
func (w *world) imageAs(t testing.TB, c blackbox.Credentials, image string) v1.Image {
	t.Helper()
	img, err := remote.Image(w.ref(t, image), remote.WithAuth(&authn.Basic{Username: "AWS", Password: w.Password(t, c)}))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func (w *world) ref(t testing.TB, image string) name.Reference {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func (w *world) login(t testing.TB) remote.Option {
	t.Helper()
	return remote.WithAuth(&authn.Basic{Username: "AWS", Password: w.Password(t, w.owner)})
}

// desk is where a user sits: a home with a login to the owner's registry, a
// folder of sources, and the way to the package index that the machine has.
type desk struct {
	dir string // the sources, which programs run in
	env []string
	// runroot is where podman keeps its sockets, which it remembers.
	runroot string
}

// newDesk is a desk that is logged in with the owner's credentials.
func (w *world) newDesk(t testing.TB) *desk { return w.newDeskAt(t, w.host()) }

// newDeskAt is newDesk for the owner's registry under another host as well.
func (w *world) newDeskAt(t testing.TB, host string) *desk {
	t.Helper()
	hosts := []string{w.host()}
	if host != w.host() {
		hosts = append(hosts, host)
	}
	return w.newDeskOf(t, w.owner, hosts...)
}

// newDeskOf is a desk that is logged in to hosts with somebody's credentials.
func (w *world) newDeskOf(t testing.TB, c blackbox.Credentials, hosts ...string) *desk {
	t.Helper()
	home := t.TempDir()
	d := &desk{dir: filepath.Join(home, "src"), runroot: blackbox.SocketDir(t), env: append(indexEnv(),
		"HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"), "DOCKER_CONFIG="+filepath.Join(home, ".docker"),
		"REGISTRY_AUTH_FILE="+filepath.Join(home, ".docker", "config.json"), "TMPDIR="+filepath.Join(home, "tmp"))}
	t.Cleanup(func() { // what podman mounts and leaves when it fails
		exec.Command("umount", "-l", d.home("podman", "overlay")).Run()
	})
	for _, dir := range []string{d.dir, filepath.Join(home, "tmp")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	login := &desk{dir: d.dir, env: append(w.Env(c), d.env...)}
	for _, host := range hosts {
		login.run(t, binary(), "login", host)
	}
	return d
}

// with is the desk with more in its environment.
func (d *desk) with(env ...string) *desk {
	return &desk{d.dir, append(d.env[:len(d.env):len(d.env)], env...), d.runroot}
}

// home is the desk's home, and its below that.
func (d *desk) home(elem ...string) string {
	return filepath.Join(append([]string{filepath.Dir(d.dir)}, elem...)...)
}

// write writes a file among the sources.
func (d *desk) write(t testing.TB, name, content string) {
	t.Helper()
	blackbox.WriteFile(t, filepath.Join(d.dir, name), content)
}

func (d *desk) command(t testing.TB, command ...string) *exec.Cmd {
	t.Helper()
	cmd := blackbox.Command(t, d.env, command[0], command[1:]...)
	cmd.Dir = d.dir
	return cmd
}

// try runs a program among the sources and returns its standard output, all it
// said, and its exit status.
func (d *desk) try(t testing.TB, command ...string) (stdout, said string, code int) {
	t.Helper()
	cmd := d.command(t, command...)
	var out strings.Builder
	var all transcript
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, &all), &all
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, context.Canceled) {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, all.String())
	}
	return out.String(), all.String(), cmd.ProcessState.ExitCode()
}

// run runs a program, which must succeed, and returns its standard output.
func (d *desk) run(t testing.TB, command ...string) string {
	t.Helper()
	stdout, said, code := d.try(t, command...)
	if code != 0 {
		t.Fatalf("%s: exit status %d\n%s", strings.Join(command, " "), code, said)
	}
	return stdout
}

// built is what pratique build says of an image.
type built struct {
	Image, Reference, Digest, Tag, Path string
	Existed                             bool
	UploadedBytes                       int64
	Layers                              []struct {
		Digest, Title, Outcome string
		Size, UploadedBytes    int64
	}
}

// uploaded are the titles of the layers whose bytes were sent.
func (b *built) uploaded() []string {
	var titles []string
	for _, l := range b.Layers {
		if l.UploadedBytes > 0 {
			titles = append(titles, l.Title)
		}
	}
	return titles
}

// build runs pratique build, which must succeed.
func (d *desk) build(t testing.TB, args ...string) *built {
	t.Helper()
	return decodeBuilt(t, d.run(t, append([]string{binary(), "build", "--output", "json"}, args...)...))
}

func decodeBuilt(t testing.TB, stdout string) *built {
	t.Helper()
	b := new(built)
	if err := json.Unmarshal([]byte(stdout), b); err != nil {
		t.Fatalf("pratique build printed %q: %v", stdout, err)
	}
	return b
}

// refused runs pratique build, which must fail, and returns all that it said.
func (d *desk) refused(t testing.TB, args ...string) string {
	t.Helper()
	_, said, code := d.try(t, append([]string{binary(), "build"}, args...)...)
	if code == 0 {
		t.Fatalf("pratique build %s went well:\n%s", strings.Join(args, " "), said)
	}
	return said
}

// transcript is what a program says on both of its outputs, which are read at
// the same time.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *transcript) String() string { return w.text.String() }

// binary is the pratique under test.
func binary() string { return os.Getenv("PRATIQUE_TEST_BINARY") }

// indexVariable matches what tells programs where the machine's package index
// is and whom to trust for it.
var indexVariable = regexp.MustCompile(`^(PIP_|UV_|SSL_CERT_|REQUESTS_CA_BUNDLE=|(?i:(https?|no)_proxy)=)`)

func indexEnv() []string {
	var env []string
	for _, v := range os.Environ() {
		if indexVariable.MatchString(v) {
			env = append(env, v)
		}
	}
	return env
}
