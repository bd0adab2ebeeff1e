package blackbox

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/pratique-dev/pratique/internal/need"
)

// A Tool moves images as its users would have it do. It remembers the last
// login and keeps all it writes in a folder of the test.
type Tool interface {
	// Login keeps the password of the user AWS for a registry.
	Login(t testing.TB, registry, password string) error
	// Push stores an archive of [NewArchive] under a reference.
	Push(t testing.TB, archive, ref string) error
	// Pull reads an image whole and returns the digest of its manifest.
	Pull(t testing.TB, ref string) (digest string, err error)
}

// Client is a kind of Tool.
type Client struct {
	// Name is the program's.
	Name string
	// Open starts what it needs, which may be missing, for as long as the test
	// runs.
	Open func(t testing.TB) Tool
	// Sentence: it shows why it was refused. Those that do not asked with a
	// HEAD request, whose answer has no body.
	Sentence bool
}

// Clients are those that every test of pushing and pulling runs with.
func Clients() []Client {
	return []Client{
		{"skopeo", newSkopeo, true},
		{"crane", newCrane, true},
		{"regctl", newRegctl, false},
		{"docker", newDocker, true},
		{"podman", newPodman, true},
		{"buildah", newBuildah, true},
		{"containerd", newContainerd, false},
	}
}

// ClientNamed is the one of [Clients] with a name.
func ClientNamed(t testing.TB, name string) Client {
	t.Helper()
	for _, c := range Clients() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no client is called %s", name)
	return Client{}
}

// Runner runs programs with a fixed environment and a folder of their own.
type Runner struct {
	dir string
	env []string
}

// NewRunner has the credentials of docker, podman and their like in its folder.
func NewRunner(t testing.TB, env ...string) Runner {
	t.Helper()
	dir := t.TempDir()
	WriteFile(t, filepath.Join(dir, "auth.json"), "{}") // podman and buildah want one, even to pull without a login
	return Runner{dir, append([]string{"DOCKER_CONFIG=" + dir, "REGISTRY_AUTH_FILE=" + filepath.Join(dir, "auth.json"), "HOME=" + dir}, env...)}
}

// Try is [Try] in the environment, and trims what was said.
func (r Runner) Try(t testing.TB, stdin string, command ...string) (string, error) {
	t.Helper()
	out, err := Try(t, r.env, stdin, command[0], command[1:]...)
	return strings.TrimSpace(string(out)), err
}

// layoutDigest is the digest of the one image in an OCI layout.
func layoutDigest(dir string) (string, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return "", err
	}
	m, err := index.IndexManifest()
	if err != nil {
		return "", err
	}
	if len(m.Manifests) != 1 {
		return "", fmt.Errorf("%d images in %s", len(m.Manifests), dir)
	}
	return m.Manifests[0].Digest.String(), nil
}

// Fresh is a path in the folder that does not exist yet.
func (r Runner) Fresh(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(r.dir, "out")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "image")
}

type skopeo struct{ Runner }

func newSkopeo(t testing.TB) Tool {
	need.Tools(t, "skopeo")
	return skopeo{NewRunner(t)}
}

func (s skopeo) Login(t testing.TB, registry, password string) error {
	_, err := s.Try(t, password, "skopeo", "login", "--tls-verify=false", "-u", "AWS", "--password-stdin", registry)
	return err
}

func (s skopeo) Push(t testing.TB, archive, ref string) error {
	_, err := s.Try(t, "", "skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "docker-archive:"+archive, "docker://"+ref)
	return err
}

func (s skopeo) Pull(t testing.TB, ref string) (string, error) {
	dir := s.Fresh(t)
	if _, err := s.Try(t, "", "skopeo", "--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", "docker://"+ref, "dir:"+dir); err != nil {
		return "", err
	}
	return s.Try(t, "", "skopeo", "manifest-digest", filepath.Join(dir, "manifest.json"))
}

type crane struct{ Runner }

func newCrane(t testing.TB) Tool {
	need.Tools(t, "crane")
	return crane{NewRunner(t)}
}

func (c crane) Login(t testing.TB, registry, password string) error {
	_, err := c.Try(t, password, "crane", "auth", "login", registry, "-u", "AWS", "--password-stdin")
	return err
}

func (c crane) Push(t testing.TB, archive, ref string) error {
	_, err := c.Try(t, "", "crane", "push", archive, ref)
	return err
}

func (c crane) Pull(t testing.TB, ref string) (string, error) {
	dir := c.Fresh(t)
	if _, err := c.Try(t, "", "crane", "pull", "--format", "oci", ref, dir); err != nil {
		return "", err
	}
	return layoutDigest(dir)
}

type regctl struct{ Runner }

func newRegctl(t testing.TB) Tool {
	need.Tools(t, "regctl")
	r := NewRunner(t)
	r.env = append(r.env, "REGCTL_CONFIG="+filepath.Join(r.dir, "regctl.json"))
	return regctl{r}
}

func (r regctl) Login(t testing.TB, registry, password string) error {
	// Chunks make it the one client that sends Content-Range.
	if _, err := r.Try(t, "", "regctl", "registry", "set", "--skip-check", "--tls", "disabled", "--blob-chunk", "1048576", "--blob-max", "1048576", registry); err != nil {
		return err
	}
	_, err := r.Try(t, password, "regctl", "registry", "login", "-u", "AWS", "--pass-stdin", registry)
	return err
}

func (r regctl) Push(t testing.TB, archive, ref string) error {
	_, err := r.Try(t, "", "regctl", "image", "import", ref, archive)
	return err
}

func (r regctl) Pull(t testing.TB, ref string) (string, error) {
	dir := r.Fresh(t)
	if _, err := r.Try(t, "", "regctl", "image", "copy", ref, "ocidir://"+dir+":v1"); err != nil {
		return "", err
	}
	return layoutDigest(dir)
}

// Daemon runs a program until the test ends and waits until ready says so.
func Daemon(t testing.TB, env []string, ready func() error, command ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
			<-done
		}
		log.Close()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("log of %s:\n%s", command[0], said[max(0, len(said)-4096):])
		}
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		err := ready()
		if err == nil {
			return
		}
		select {
		case <-done:
			done <- nil
			t.Fatalf("%s ended at once", command[0])
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not ready: %v", command[0], err)
		}
	}
}

// SocketDir is a short path, as the path of a socket must be and podman wants its
// run root to be.
func SocketDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

type docker struct{ Runner }

func newDocker(t testing.TB) Tool { return docker{NewRunner(t, "DOCKER_HOST="+StartDocker(t))} }

// StartDocker runs docker's daemon, with more in its environment, until the test
// ends, and returns its address. Its containers have the host's network or none.
func StartDocker(t testing.TB, env ...string) (host string) {
	need.Tools(t, "dockerd", "docker", "containerd", "runc")
	NeedRoot(t)
	dir := SocketDir(t)
	socket := "unix://" + dir + "/docker.sock"
	r := NewRunner(t, "DOCKER_HOST="+socket)
	WriteFile(t, filepath.Join(dir, "daemon.json"), "{}")
	Daemon(t, env, func() error { _, err := r.Try(t, "", "docker", "version"); return err },
		"dockerd", "--config-file", filepath.Join(dir, "daemon.json"), "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"), "-H", socket, "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")
	return socket
}

func (d docker) Login(t testing.TB, registry, password string) error {
	_, err := d.Try(t, password, "docker", "login", "--username", "AWS", "--password-stdin", registry)
	return err
}

func (d docker) Push(t testing.TB, archive, ref string) error {
	for _, args := range [][]string{{"load", "-i", archive}, {"tag", loaded, ref}, {"push", ref}, {"rmi", ref, loaded}} {
		if _, err := d.Try(t, "", append([]string{"docker"}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

func (d docker) Pull(t testing.TB, ref string) (string, error) {
	if _, err := d.Try(t, "", "docker", "pull", ref); err != nil {
		return "", err
	}
	out, err := d.Try(t, "", "docker", "image", "inspect", "--format", "{{index .RepoDigests 0}}", ref)
	if err != nil {
		return "", err
	}
	if _, err := d.Try(t, "", "docker", "rmi", ref); err != nil {
		return "", err
	}
	_, digest, _ := strings.Cut(out, "@")
	return digest, nil
}

// libpod is podman and buildah, which share their storage and its flags.
type libpod struct {
	Runner
	command []string
}

func newLibpod(t testing.TB, program string) libpod {
	need.Tools(t, program)
	NeedRoot(t)
	r := NewRunner(t)
	return libpod{r, []string{program, "--root", filepath.Join(r.dir, "root"), "--runroot", SocketDir(t), "--storage-driver", "vfs"}}
}

func (p libpod) do(t testing.TB, stdin string, args ...string) (string, error) {
	return p.Try(t, stdin, append(p.command[:len(p.command):len(p.command)], args...)...)
}

func (p libpod) Login(t testing.TB, registry, password string) error {
	_, err := p.do(t, password, "login", "--tls-verify=false", "-u", "AWS", "--password-stdin", registry)
	return err
}

type podman struct{ libpod }

func newPodman(t testing.TB) Tool {
	p := newLibpod(t, "podman")
	p.command = append(p.command, "--cgroup-manager=cgroupfs", "--events-backend=file")
	return podman{p}
}

func (p podman) Push(t testing.TB, archive, ref string) error {
	for _, args := range [][]string{{"load", "-q", "-i", archive}, {"push", "-q", "--tls-verify=false", loaded, ref}, {"rmi", loaded}} {
		if _, err := p.do(t, "", args...); err != nil {
			return err
		}
	}
	return nil
}

func (p podman) Pull(t testing.TB, ref string) (string, error) {
	if _, err := p.do(t, "", "pull", "-q", "--tls-verify=false", ref); err != nil {
		return "", err
	}
	digest, err := p.do(t, "", "image", "inspect", "--format", "{{.Digest}}", ref)
	if err != nil {
		return "", err
	}
	_, err = p.do(t, "", "rmi", ref)
	return digest, err
}

type buildah struct{ libpod }

func newBuildah(t testing.TB) Tool { return buildah{newLibpod(t, "buildah")} }

func (b buildah) Push(t testing.TB, archive, ref string) error {
	// What it is for: a build whose context is the archive.
	WriteFile(t, filepath.Join(b.dir, "Dockerfile"), "FROM scratch\nCOPY image.tar /\n")
	for _, args := range [][]string{
		{"bud", "-q", "--isolation", "chroot", "-f", filepath.Join(b.dir, "Dockerfile"), "-t", loaded, filepath.Dir(archive)},
		{"push", "-q", "--tls-verify=false", loaded, "docker://" + ref},
		{"rmi", loaded},
	} {
		if _, err := b.do(t, "", args...); err != nil {
			return err
		}
	}
	return nil
}

func (b buildah) Pull(t testing.TB, ref string) (string, error) {
	if _, err := b.do(t, "", "pull", "-q", "--tls-verify=false", ref); err != nil {
		return "", err
	}
	digest, err := b.do(t, "", "images", "--format", "{{.Digest}}", ref)
	if err != nil {
		return "", err
	}
	_, err = b.do(t, "", "rmi", ref)
	return digest, err
}

// Containerd is a daemon and ctr. ctr takes the password with each command.
type Containerd struct {
	Runner
	// Flags of pull and push: how to reach the registry.
	Flags []string

	socket   string
	password *string
}

func newContainerd(t testing.TB) Tool { return StartContainerd(t) }

// StartContainerd starts the daemon for as long as the test runs.
func StartContainerd(t testing.TB) Containerd {
	t.Helper()
	need.Tools(t, "containerd", "ctr")
	NeedRoot(t)
	dir := SocketDir(t)
	c := Containerd{NewRunner(t), []string{"--plain-http"}, filepath.Join(dir, "sock"), new(string)}
	config := filepath.Join(dir, "config.toml")
	WriteFile(t, config, fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = %q\n",
		filepath.Join(dir, "root"), filepath.Join(dir, "state"), c.socket))
	Daemon(t, nil, func() error {
		conn, err := net.Dial("unix", c.socket)
		if err == nil {
			conn.Close()
		}
		return err
	}, "containerd", "-c", config)
	return c
}

func (c Containerd) ctr(t testing.TB, args ...string) (string, error) {
	return c.Try(t, "", append([]string{"ctr", "-a", c.socket}, args...)...)
}

// Login keeps the password; containerd asks for it with every command.
func (c Containerd) Login(_ testing.TB, _, password string) error {
	*c.password = password
	return nil
}

// user is the flag for who is logged in, if anybody is.
func (c Containerd) user() []string {
	if *c.password == "" {
		return nil
	}
	return []string{"-u", "AWS:" + *c.password}
}

// Push imports the archive and pushes it.
func (c Containerd) Push(t testing.TB, archive, ref string) error {
	if _, err := c.ctr(t, "image", "import", "--no-unpack", archive); err != nil {
		return err
	}
	if _, err := c.ctr(t, slices.Concat([]string{"image", "push"}, c.user(), c.Flags, []string{ref, loaded})...); err != nil {
		return err
	}
	_, err := c.ctr(t, "image", "rm", "--sync", loaded)
	return err
}

// Pull pulls and unpacks the image, and removes it again.
func (c Containerd) Pull(t testing.TB, ref string) (string, error) {
	if _, err := c.ctr(t, slices.Concat([]string{"image", "pull", "--snapshotter", "native"}, c.user(), c.Flags, []string{ref})...); err != nil {
		return "", err
	}
	out, err := c.ctr(t, "image", "ls", "name=="+ref)
	if err != nil {
		return "", err
	}
	_, err = c.ctr(t, "image", "rm", "--sync", ref)
	for _, field := range strings.Fields(out) {
		if strings.HasPrefix(field, "sha256:") {
			return field, err
		}
	}
	return "", fmt.Errorf("ctr image ls: no digest in %q", out)
}

// NewImage returns an image that no registry has, with layers that take more
// than one chunk.
func NewImage(t testing.TB) v1.Image {
	t.Helper()
	img, err := random.Image(3<<20, 3)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", "amd64"
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

// loaded is the name of the image in an archive.
const loaded = "example.test/image:v1"

// NewArchive writes a new image as docker save would.
func NewArchive(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "image.tar")
	tag, err := name.NewTag(loaded)
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(file, tag, NewImage(t)); err != nil {
		t.Fatal(err)
	}
	return file
}

// WriteFile writes a file, and makes its folder.
func WriteFile(t testing.TB, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
