package deploy

import (
	"cmp"
	"crypto/tls"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// secrets are those that a pod can mount: by name, the contents of keys.
type secrets map[string]map[string]string

// pod is a pod of the chart as a process on this machine. Its volumes are folders
// below root, with the owners and modes that kubelet gives them.
type pod struct {
	spec   corev1.PodSpec
	root   string
	binary string
}

// newPod makes the volumes. Those that the pod does not share are new.
func newPod(t *testing.T, spec corev1.PodSpec, from secrets) *pod {
	t.Helper()
	blackbox.NeedRoot(t)
	p := &pod{spec: spec, root: folder(t)}
	p.binary = installed(t, p.root)
	volumes := map[string]corev1.Volume{}
	for _, v := range spec.Volumes {
		volumes[v.Name] = v
	}
	for _, m := range spec.Containers[0].VolumeMounts {
		dir := filepath.Join(p.root, m.MountPath)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if source := volumes[m.Name].Secret; source != nil {
			mountSecret(t, dir, source, from[source.SecretName], int(*spec.SecurityContext.FSGroup))
		} else {
			own(t, dir, int(*spec.SecurityContext.FSGroup), 0o775|os.ModeSetgid)
		}
	}
	return p
}

// mountSecret writes a secret as kubelet does for a pod with a group of its own:
// the files are root's, and the group may read them whatever mode is asked for.
// Their names lead to a folder that is replaced when the secret changes.
func mountSecret(t *testing.T, dir string, source *corev1.SecretVolumeSource, keys map[string]string, group int) {
	t.Helper()
	if keys == nil {
		t.Fatalf("there is no secret %s", source.SecretName)
	}
	files := map[string]string{} // by path
	for key := range keys {
		files[key] = key
	}
	if len(source.Items) > 0 {
		clear(files)
		for _, item := range source.Items {
			files[item.Path] = item.Key
		}
	}
	data := filepath.Join(dir, "..2026_11_01")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, key := range files {
		content, ok := keys[key]
		if !ok {
			t.Fatalf("the secret %s has no key %s", source.SecretName, key)
		}
		blackbox.WriteFile(t, filepath.Join(data, path), content)
		own(t, filepath.Join(data, path), group, os.FileMode(*source.DefaultMode)|0o440)
		if err := os.Symlink(filepath.Join("..data", path), filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Base(data), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
}

// inside is text in which the paths of volumes are those on this machine.
func (p *pod) inside(text string) string {
	var paths []string
	for _, m := range p.spec.Containers[0].VolumeMounts {
		paths = append(paths, m.MountPath, filepath.Join(p.root, m.MountPath))
	}
	return strings.NewReplacer(paths...).Replace(text)
}

// env is the environment of the container.
func (p *pod) env() []string {
	var env []string
	for _, v := range p.spec.Containers[0].Env {
		env = append(env, v.Name+"="+p.inside(v.Value))
	}
	return env
}

// command is the container's, whose flags are changed as a function says, which
// is given the name of each and its value.
func (p *pod) command(t *testing.T, change func(flag, value string) string) *exec.Cmd {
	t.Helper()
	var args []string
	for _, arg := range p.spec.Containers[0].Args {
		flag, value, ok := strings.Cut(arg, "=")
		if ok {
			value = p.inside(value)
			if change != nil {
				value = change(flag, value)
			}
			arg = flag + "=" + value
		}
		args = append(args, arg)
	}
	return asNobody(t, p.env(), p.binary, args...)
}

// start starts the container, which must get ready as the chart asks it to.
func (p *pod) start(t *testing.T, change func(flag, value string) string) *blackbox.Server {
	t.Helper()
	s := blackbox.StartCommand(t, p.command(t, change), shared(t))
	c := p.spec.Containers[0]
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}} // as kubelet probes
	for _, probe := range []*corev1.Probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		resp, err := client.Get(strings.ToLower(string(probe.HTTPGet.Scheme)) + "://" + s.Addr + probe.HTTPGet.Path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", probe.HTTPGet.Path, resp.Status)
		}
	}
	return s
}

// accountCommand is what the notes of a release say to run in a pod.
func (p *pod) accountCommand(t *testing.T, notes string, change func(string) string) *exec.Cmd {
	t.Helper()
	command := regexp.MustCompile(`(?m)^ +pratique (account create .*)$`).FindStringSubmatch(notes)
	if command == nil {
		t.Fatalf("the notes say nothing of accounts:\n%s", notes)
	}
	line := p.inside(command[1])
	if change != nil {
		line = change(line)
	}
	var args []string
	for _, word := range strings.Fields(line) {
		args = append(args, strings.Trim(word, "'"))
	}
	return asNobody(t, p.env(), p.binary, args...)
}

// keyFile is one as the values of the chart say how to make it.
func keyFile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(chartDir(t), "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	recipe := regexp.MustCompile(`(?m)^# +(printf 'key .*) >key$`).FindSubmatch(text)
	if recipe == nil {
		t.Fatal("values.yaml does not say how to make a key file")
	}
	return string(blackbox.Run(t, nil, "sh", "-c", string(recipe[1])))
}

// hosts are the names that the chart would have an ingress lead to the pods, and
// which the certificate is for.
func hosts(t *testing.T, args ...string) []string {
	t.Helper()
	ingress := get[networkingv1.Ingress](t, render(t, append(args, "--set=ingress.enabled=true")...), "pratique")
	return ingress.Spec.TLS[0].Hosts
}

// TestEmbedded runs the pod of the embedded chart, stops it, and runs it again on
// the same volume.
func TestEmbedded(t *testing.T) {
	example := []string{values(t, "embedded"), "--set=drainDelaySeconds=0"}
	certPEM, keyPEM := certificate(t, hosts(t, example...)...)
	p := newPod(t, render(t, example...).template(t).Spec, secrets{"registry-tls": {"tls.crt": string(certPEM), "tls.key": string(keyPEM)}})
	node := p.start(t, nil)
	site := newSite("https", "registry.example.com", node.Addr)
	site.trust(t, certPEM)
	site.login(t, createAccount(t, p.accountCommand(t, notes(t, example...), nil)))
	img := site.push(t, "v1")
	site.pull(t, "v1", img)
	if err := node.Stop(); err != nil {
		t.Error(err)
	}
	site.addrs.set(p.start(t, nil).Addr)
	site.pull(t, "v1", img)
}

// TestScaleOut runs two pods of the scale-out chart on one database and one
// bucket: what one takes the other has, certificates are renewed while they run,
// and one that is told to stop says so before it does.
func TestScaleOut(t *testing.T) {
	example := []string{values(t, "scale-out"), "--set=drainDelaySeconds=2,metrics.enabled=true,blobs.secretName=pratique-s3"}
	r := render(t, example...)
	certPEM, keyPEM := certificate(t, hosts(t, example...)...)
	socketDir, s3 := database(t, "a-password"), blackbox.StartS3(t)
	from := secrets{
		"registry-tls": {"tls.crt": string(certPEM), "tls.key": string(keyPEM)},
		"pratique-key": {"key": keyFile(t)},
		"pratique-db":  {"pgpass": "*:*:pratique:pratique:a-password\n", "ca.crt": string(certPEM)},
		"pratique-s3":  {"credentials": "[default]\naws_access_key_id = " + blackbox.S3AccessKeyID + "\naws_secret_access_key = " + blackbox.S3SecretAccessKey + "\n"},
	}
	metrics := freeAddr(t)
	change := func(flag, value string) string {
		switch flag {
		case "--db":
			return onSocket(t, value, socketDir)
		case "--blobs":
			return s3.URL()
		case "--metrics-listen": // each pod has a port 9090 of its own
			return cmp.Or(metrics, freeAddr(t))
		}
		return value
	}
	pods := []*pod{newPod(t, r.template(t).Spec, from), newPod(t, r.template(t).Spec, from)}
	nodes := []*blackbox.Server{pods[0].start(t, change)}
	scraped := metrics
	metrics = ""
	nodes = append(nodes, pods[1].start(t, change))

	site := newSite("https", "registry.example.com", nodes[0].Addr, nodes[1].Addr)
	site.trust(t, certPEM)
	db := regexp.MustCompile(`'--db=([^']*)'`)
	site.login(t, createAccount(t, pods[0].accountCommand(t, notes(t, example...), func(line string) string {
		return db.ReplaceAllString(line, "'--db="+onSocket(t, db.FindStringSubmatch(line)[1], socketDir)+"'")
	})))
	img := site.push(t, "v1")
	for range 4 {
		site.pull(t, "v1", img)
	}
	if status, text := site.get(t, "http://"+scraped+"/metrics"); status != http.StatusOK || !strings.Contains(text, "pratique_requests_total") {
		t.Errorf("metrics: %d", status)
	}

	// The secret of the certificate changes.
	renewed, renewedKey := certificate(t, hosts(t, example...)...)
	for _, p := range pods {
		dir := filepath.Join(p.root, "etc/pratique/tls")
		data := filepath.Join(dir, "..2026_11_02")
		for name, content := range map[string][]byte{"tls.crt": renewed, "tls.key": renewedKey} {
			blackbox.WriteFile(t, filepath.Join(data, name), string(content))
			own(t, filepath.Join(data, name), nobody, 0o440)
		}
		if err := os.Symlink(filepath.Base(data), filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	site.trust(t, renewed)
	for changed := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if site.tryPull(t, "v1", img) == nil { // which asks both nodes
			break
		}
		if time.Since(changed) > 30*time.Second {
			t.Fatalf("the old certificate is served after %v", time.Since(changed))
		}
	}

	stopped := make(chan error, 1)
	go func() { stopped <- nodes[0].Stop() }()
	draining := false
	for deadline := time.Now().Add(time.Minute); !draining && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, nodes[0].URL+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		probe := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
		resp, err := probe.RoundTrip(req)
		if err != nil {
			break
		}
		resp.Body.Close()
		draining = resp.StatusCode == http.StatusServiceUnavailable
	}
	if !draining {
		t.Error("it stopped without having said that it is not ready")
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	site.addrs.set(nodes[1].Addr)
	site.pull(t, "v1", img)
}
