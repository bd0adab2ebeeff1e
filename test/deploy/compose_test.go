package deploy

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// composition is the compose file, and the folders on this machine that stand
// for its named volumes.
type composition struct {
	*types.Project
	root string
}

// compose reads the file as Docker Compose does, which validates it.
func compose(t *testing.T) *composition {
	t.Helper()
	file := filepath.Join(deployDir(t), "compose.yaml")
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: deployDir(t), ConfigFiles: []types.ConfigFile{{Filename: file}}, Environment: types.Mapping{},
	}, func(o *loader.Options) { o.Profiles = []string{"*"} })
	if err != nil {
		t.Fatal(err)
	}
	return &composition{project, folder(t)}
}

// service is a service of the file.
func (c *composition) service(t *testing.T, name string) types.ServiceConfig {
	t.Helper()
	s, err := c.GetService(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// inside is text in which the paths of a service's volumes are those on this
// machine.
func (c *composition) inside(s types.ServiceConfig, text string) string {
	var paths []string
	for _, v := range s.Volumes {
		source := v.Source
		if v.Type == types.VolumeTypeVolume {
			source = filepath.Join(c.root, source)
		}
		paths = append(paths, v.Target, source)
	}
	return strings.NewReplacer(paths...).Replace(text)
}

// command is that of a node's service, or of the tool's with more arguments, as
// the image's user and with the file's environment. Addresses of other services
// are replaced.
func (c *composition) command(t *testing.T, binary, name string, addresses *strings.Replacer, more ...string) *exec.Cmd {
	t.Helper()
	s := c.service(t, name)
	var args []string
	for _, arg := range slices.Concat(s.Entrypoint, s.Command, more) {
		args = append(args, addresses.Replace(c.inside(s, arg)))
	}
	if len(s.Entrypoint) > 0 { // "pratique"
		args = args[1:]
	}
	var env []string
	for k, v := range s.Environment {
		env = append(env, k+"="+c.inside(s, *v))
	}
	return asNobody(t, env, binary, args...)
}

// TestComposeFile asks of the file what Docker does not.
func TestComposeFile(t *testing.T) {
	c := compose(t)
	for name, s := range c.Services {
		for k, v := range s.Environment {
			if strings.Contains(k, "PASSWORD") && !strings.HasSuffix(k, "_FILE") || strings.Contains(k, "SECRET") || strings.HasPrefix(k, "AWS_ACCESS") {
				t.Errorf("%s has a secret in its environment: %s=%s", name, k, *v)
			}
		}
		for _, p := range s.Ports {
			if p.HostIP != "127.0.0.1" {
				t.Errorf("%s is open to others: %v", name, p)
			}
		}
		for on, d := range s.DependsOn {
			if d.Condition == types.ServiceConditionHealthy && c.service(t, on).HealthCheck == nil {
				t.Errorf("%s waits until %s is healthy, which nobody looks at", name, on)
			}
		}
	}
	a, b := c.service(t, "node1"), c.service(t, "node2")
	if diff := cmp.Diff(a.Command, b.Command); diff != "" {
		t.Errorf("the nodes have other flags (-node1 +node2):\n%s", diff)
	}
	if len(a.CapDrop) != 1 || a.CapDrop[0] != "ALL" || !a.ReadOnly {
		t.Errorf("the nodes may do more than they need: %v", a.CapDrop)
	}

	// The nodes drain for longer than the balancer needs to see it, and are
	// killed no sooner than they have drained.
	balancer, err := os.ReadFile(filepath.Join(deployDir(t), "compose", "haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	look := regexp.MustCompile(`inter (\d+)s fall (\d+)`).FindSubmatch(balancer)
	if look == nil {
		t.Fatal("the balancer does not look at the nodes")
	}
	every, _ := strconv.Atoi(string(look[1]))
	times, _ := strconv.Atoi(string(look[2]))
	drain, err := time.ParseDuration(c.flag(t, "node1", "--drain-delay"))
	if err != nil || drain <= time.Duration(every*times)*time.Second || time.Duration(*a.StopGracePeriod) <= drain+30*time.Second {
		t.Errorf("seen not to be ready after %d times %d s, a node drains for %v and 30 s, and is killed after %v", times, every, drain, a.StopGracePeriod)
	}
}

// TestCompose runs what the compose file does: the script that makes the secrets,
// the store, two nodes, and the balancer in front of them, one of which then goes.
func TestCompose(t *testing.T) {
	need.Tools(t, "haproxy", "versitygw")
	blackbox.NeedRoot(t)
	c := compose(t)
	binary := installed(t, c.root)
	for name := range c.Volumes {
		if err := os.Mkdir(filepath.Join(c.root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, node := range []string{"node1", "node2"} { // whose image has these folders
		for _, v := range c.service(t, node).Volumes {
			if !v.ReadOnly {
				own(t, filepath.Join(c.root, v.Source), nobody, 0o775)
			}
		}
	}
	read := func(volume, file string) string {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(c.root, volume, file))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(content))
	}

	// The secrets are made once.
	c.makeSecrets(t)
	key := read("node-secrets", "key")
	c.makeSecrets(t)
	if read("node-secrets", "key") != key {
		t.Error("there is another key file after the second start")
	}
	socketDir := database(t, read("postgres-secrets", "password"))
	// On a socket the host of a line of pgpass is "localhost".
	pgpass := strings.Replace(read("node-secrets", "pgpass"), "postgres:5432:", "localhost:5432:", 1) + "\n"
	if err := os.WriteFile(filepath.Join(c.root, "node-secrets", "pgpass"), []byte(pgpass), 0o600); err != nil {
		t.Fatal(err)
	}

	// The store.
	store := freeAddr(t)
	s := c.service(t, "s3")
	command := slices.Concat(s.Entrypoint, s.Command)
	last := strings.NewReplacer(":7070", store).Replace(c.inside(s, command[len(command)-1]))
	blackbox.Daemon(t, []string{"PATH=" + os.Getenv("PATH")}, answers("http://"+store+"/health"), append(command[:len(command)-1:len(command)-1], last)...)

	// The nodes.
	addresses := strings.NewReplacer(c.service(t, "balancer").Networks["default"].Ipv4Address, "127.0.0.1", "http://s3:7070", "http://"+store,
		c.flag(t, "node1", "--db"), onSocket(t, c.flag(t, "node1", "--db"), socketDir))
	nodes := map[string]*blackbox.Server{}
	for _, name := range []string{"node1", "node2"} {
		nodes[name] = blackbox.StartCommand(t, c.command(t, binary, name, addresses), shared(t))
	}

	// The balancer.
	config, err := os.ReadFile(c.inside(c.service(t, "balancer"), "/usr/local/etc/haproxy/haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	front := freeAddr(t)
	local := strings.NewReplacer("node1:5000", nodes["node1"].Addr, "node2:5000", nodes["node2"].Addr, "bind :5000", "bind "+front).Replace(string(config))
	file := filepath.Join(c.root, "haproxy.cfg")
	blackbox.WriteFile(t, file, local)
	blackbox.Run(t, nil, "haproxy", "-c", "-f", file)
	blackbox.Daemon(t, nil, answers("http://"+front+"/readyz"), "haproxy", "-db", "-f", file)

	domain := "localhost" + front[strings.LastIndexByte(front, ':'):]
	site := newSite("http", domain, front)
	admin := createAccount(t, c.command(t, binary, "account", addresses, blackbox.Owner, "--name", "images", "--data", filepath.Join(c.root, "node1")))
	site.login(t, admin)
	img := site.push(t, "v1")
	site.pull(t, "v1", img)

	// The nodes know whose requests the balancer brings, and not from the client.
	claims, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+front+"/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	claims.Header.Set("X-Forwarded-For", "192.0.2.9")
	elsewhere := &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).DialContext}
	defer elsewhere.CloseIdleConnections()
	resp, err := elsewhere.RoundTrip(claims)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	log := read("node1", "audit.jsonl") + read("node2", "audit.jsonl")
	if !strings.Contains(log, `"sourceIPAddress":"127.0.0.2"`) || strings.Contains(log, "192.0.2.9") {
		t.Errorf("the nodes do not know that a request was from 127.0.0.2:\n%s", log)
	}

	// One drains and goes: nobody notices.
	stopped := make(chan error, 1)
	go func() { stopped <- nodes["node1"].Stop() }()
	pulls, gone := 0, false
	for after := 0; after < 5; pulls++ {
		select {
		case err := <-stopped:
			if gone = true; err != nil {
				t.Error(err)
			}
		default:
		}
		if gone {
			after++
		}
		site.pull(t, "v1", img)
	}
	t.Logf("%d pulls", pulls)
	site.push(t, "v2")
	for _, name := range []string{"node1", "node2"} {
		if !strings.Contains(read(name, "audit.jsonl"), site.host) {
			t.Errorf("%s was asked for nothing of %s", name, site.host)
		}
	}
}

// makeSecrets runs the script that makes the secrets, with the volumes under the
// names that its service gives them.
func (c *composition) makeSecrets(t *testing.T) {
	t.Helper()
	s, dir := c.service(t, "secrets"), t.TempDir()
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeVolume {
			continue
		}
		if err := os.Symlink(filepath.Join(c.root, v.Source), filepath.Join(dir, filepath.Base(v.Target))); err != nil {
			t.Fatal(err)
		}
	}
	blackbox.Run(t, nil, "sh", c.inside(s, s.Entrypoint[1]), dir)
}

// flag is the value of a flag of a service.
func (c *composition) flag(t *testing.T, name, flag string) string {
	t.Helper()
	for _, arg := range c.service(t, name).Command {
		if value, ok := strings.CutPrefix(arg, flag+"="); ok {
			return value
		}
	}
	t.Fatalf("%s has no %s", name, flag)
	return ""
}

// answers reports as an error that a URL is not answered with 200.
func answers(url string) func() error {
	return func() error {
		resp, err := http.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	}
}
