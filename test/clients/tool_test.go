package clients

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// A tool moves images as its users would have it do. It remembers the last
// login and keeps all it writes in a folder of the test.
type tool interface {
	login(t *testing.T, registry, password string) error
	push(t *testing.T, archive, ref string) error
	pull(t *testing.T, ref string) (digest string, err error)
}

// tools are the clients that every test of pushing and pulling runs with.
var tools = []struct {
	name string
	open func(t *testing.T) tool
	// sentence: it shows why it was refused. Those that do not asked with a
	// HEAD request, whose answer has no body.
	sentence bool
}{
	{"skopeo", newSkopeo, true},
	{"crane", newCrane, true},
	{"regctl", newRegctl, false},
	{"docker", newDocker, true},
	{"podman", newPodman, true},
	{"buildah", newBuildah, true},
	{"containerd", newContainerd, false},
}

// runner runs one program with a fixed environment.
type runner struct {
	dir string
	env []string
}

func newRunner(t *testing.T, env ...string) runner {
	t.Helper()
	dir := t.TempDir()
	return runner{dir, append([]string{"DOCKER_CONFIG=" + dir, "REGISTRY_AUTH_FILE=" + filepath.Join(dir, "auth.json"), "HOME=" + dir}, env...)}
}

func (r runner) try(t *testing.T, stdin string, command ...string) (string, error) {
	t.Helper()
	out, err := blackbox.Try(t, r.env, stdin, command[0], command[1:]...)
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

// fresh is a path in the folder that does not exist yet.
func (r runner) fresh(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(r.dir, "out")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "image")
}

type skopeo struct{ runner }

func newSkopeo(t *testing.T) tool {
	blackbox.Need(t, "skopeo")
	return skopeo{newRunner(t)}
}

func (s skopeo) login(t *testing.T, registry, password string) error {
	_, err := s.try(t, password, "skopeo", "login", "--tls-verify=false", "-u", "AWS", "--password-stdin", registry)
	return err
}

func (s skopeo) push(t *testing.T, archive, ref string) error {
	_, err := s.try(t, "", "skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "docker-archive:"+archive, "docker://"+ref)
	return err
}

func (s skopeo) pull(t *testing.T, ref string) (string, error) {
	dir := s.fresh(t)
	if _, err := s.try(t, "", "skopeo", "--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", "docker://"+ref, "dir:"+dir); err != nil {
		return "", err
	}
	return s.try(t, "", "skopeo", "manifest-digest", filepath.Join(dir, "manifest.json"))
}

type crane struct{ runner }

func newCrane(t *testing.T) tool {
	blackbox.Need(t, "crane")
	return crane{newRunner(t)}
}

func (c crane) login(t *testing.T, registry, password string) error {
	_, err := c.try(t, password, "crane", "auth", "login", registry, "-u", "AWS", "--password-stdin")
	return err
}

func (c crane) push(t *testing.T, archive, ref string) error {
	_, err := c.try(t, "", "crane", "push", archive, ref)
	return err
}

func (c crane) pull(t *testing.T, ref string) (string, error) {
	dir := c.fresh(t)
	if _, err := c.try(t, "", "crane", "pull", "--format", "oci", ref, dir); err != nil {
		return "", err
	}
	return layoutDigest(dir)
}

type regctl struct{ runner }

func newRegctl(t *testing.T) tool {
	blackbox.Need(t, "regctl")
	r := newRunner(t)
	r.env = append(r.env, "REGCTL_CONFIG="+filepath.Join(r.dir, "regctl.json"))
	return regctl{r}
}

func (r regctl) login(t *testing.T, registry, password string) error {
	// Chunks make it the one client that sends Content-Range.
	if _, err := r.try(t, "", "regctl", "registry", "set", "--skip-check", "--tls", "disabled", "--blob-chunk", "1048576", "--blob-max", "1048576", registry); err != nil {
		return err
	}
	_, err := r.try(t, password, "regctl", "registry", "login", "-u", "AWS", "--pass-stdin", registry)
	return err
}

func (r regctl) push(t *testing.T, archive, ref string) error {
	_, err := r.try(t, "", "regctl", "image", "import", ref, archive)
	return err
}

func (r regctl) pull(t *testing.T, ref string) (string, error) {
	dir := r.fresh(t)
	if _, err := r.try(t, "", "regctl", "image", "copy", ref, "ocidir://"+dir+":v1"); err != nil {
		return "", err
	}
	return layoutDigest(dir)
}

// daemon runs a program until the test ends and waits until ready says so.
func daemon(t *testing.T, env []string, ready func() error, command ...string) {
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

// socketDir is short, as the path of a socket must be.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

type docker struct{ runner }

func newDocker(t *testing.T) tool {
	blackbox.Need(t, "dockerd", "docker", "containerd", "runc")
	blackbox.NeedRoot(t)
	dir := socketDir(t)
	socket := "unix://" + dir + "/docker.sock"
	r := newRunner(t, "DOCKER_HOST="+socket)
	write(t, filepath.Join(dir, "daemon.json"), "{}")
	daemon(t, nil, func() error { _, err := r.try(t, "", "docker", "version"); return err },
		"dockerd", "--config-file", filepath.Join(dir, "daemon.json"), "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"), "-H", socket, "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")
	return docker{r}
}

func (d docker) login(t *testing.T, registry, password string) error {
	_, err := d.try(t, password, "docker", "login", "--username", "AWS", "--password-stdin", registry)
	return err
}

func (d docker) push(t *testing.T, archive, ref string) error {
	for _, args := range [][]string{{"load", "-i", archive}, {"tag", loaded, ref}, {"push", ref}, {"rmi", ref, loaded}} {
		if _, err := d.try(t, "", append([]string{"docker"}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

func (d docker) pull(t *testing.T, ref string) (string, error) {
	if _, err := d.try(t, "", "docker", "pull", ref); err != nil {
		return "", err
	}
	out, err := d.try(t, "", "docker", "image", "inspect", "--format", "{{index .RepoDigests 0}}", ref)
	if err != nil {
		return "", err
	}
	if _, err := d.try(t, "", "docker", "rmi", ref); err != nil {
		return "", err
	}
	_, digest, _ := strings.Cut(out, "@")
	return digest, nil
}

// libpod is podman and buildah, which share their storage and its flags.
type libpod struct {
	runner
	command []string
}

func newLibpod(t *testing.T, program string) libpod {
	blackbox.Need(t, program)
	blackbox.NeedRoot(t)
	r := newRunner(t)
	return libpod{r, []string{program, "--root", filepath.Join(r.dir, "root"), "--runroot", filepath.Join(r.dir, "run"), "--storage-driver", "vfs"}}
}

func (p libpod) do(t *testing.T, stdin string, args ...string) (string, error) {
	return p.try(t, stdin, append(p.command[:len(p.command):len(p.command)], args...)...)
}

func (p libpod) login(t *testing.T, registry, password string) error {
	_, err := p.do(t, password, "login", "--tls-verify=false", "-u", "AWS", "--password-stdin", registry)
	return err
}

type podman struct{ libpod }

func newPodman(t *testing.T) tool {
	p := newLibpod(t, "podman")
	p.command = append(p.command, "--cgroup-manager=cgroupfs", "--events-backend=file")
	return podman{p}
}

func (p podman) push(t *testing.T, archive, ref string) error {
	for _, args := range [][]string{{"load", "-q", "-i", archive}, {"push", "-q", "--tls-verify=false", loaded, ref}, {"rmi", loaded}} {
		if _, err := p.do(t, "", args...); err != nil {
			return err
		}
	}
	return nil
}

func (p podman) pull(t *testing.T, ref string) (string, error) {
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

func newBuildah(t *testing.T) tool { return buildah{newLibpod(t, "buildah")} }

func (b buildah) push(t *testing.T, archive, ref string) error {
	// What it is for: a build whose context is the archive.
	write(t, filepath.Join(b.dir, "Dockerfile"), "FROM scratch\nCOPY image.tar /\n")
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

func (b buildah) pull(t *testing.T, ref string) (string, error) {
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

// containerd is a daemon and ctr. ctr takes the password with each command.
type containerd struct {
	runner
	socket   string
	password *string
	flags    []string // of pull and push: how to reach the registry
}

func newContainerd(t *testing.T) tool { return startContainerd(t) }

func startContainerd(t *testing.T) containerd {
	t.Helper()
	blackbox.Need(t, "containerd", "ctr")
	blackbox.NeedRoot(t)
	dir := socketDir(t)
	c := containerd{newRunner(t), filepath.Join(dir, "sock"), new(string), []string{"--plain-http"}}
	config := filepath.Join(dir, "config.toml")
	write(t, config, fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = %q\n",
		filepath.Join(dir, "root"), filepath.Join(dir, "state"), c.socket))
	daemon(t, nil, func() error {
		conn, err := net.Dial("unix", c.socket)
		if err == nil {
			conn.Close()
		}
		return err
	}, "containerd", "-c", config)
	return c
}

func (c containerd) ctr(t *testing.T, args ...string) (string, error) {
	return c.try(t, "", append([]string{"ctr", "-a", c.socket}, args...)...)
}

func (c containerd) login(_ *testing.T, _, password string) error {
	*c.password = password
	return nil
}

func (c containerd) push(t *testing.T, archive, ref string) error {
	if _, err := c.ctr(t, "image", "import", "--no-unpack", archive); err != nil {
		return err
	}
	if _, err := c.ctr(t, append(append([]string{"image", "push", "-u", "AWS:" + *c.password}, c.flags...), ref, loaded)...); err != nil {
		return err
	}
	_, err := c.ctr(t, "image", "rm", "--sync", loaded)
	return err
}

func (c containerd) pull(t *testing.T, ref string) (string, error) {
	if _, err := c.ctr(t, append(append([]string{"image", "pull", "--snapshotter", "native", "-u", "AWS:" + *c.password}, c.flags...), ref)...); err != nil {
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
