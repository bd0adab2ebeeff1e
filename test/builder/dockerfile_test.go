package builder

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// executors are the programs that run Dockerfiles, and the way to a desk that
// has one of them and no other.
var executors = []struct {
	name, flag string
	open       func(testing.TB, *world) setting
}{
	{"buildah", "buildah", withBuildah},
	{"buildkit", "buildkit", withBuildKit},
	{"docker", "buildkit", withDocker},
}

// setting is where an executor works.
type setting struct {
	env  []string                    // that it is found by
	host func(account string) string // the registries, by names that it can reach
	// plugins is a directory of plugins for docker, if it needs any.
	plugins string
}

// withBuildah is buildah with a storage of its own.
func withBuildah(t testing.TB, w *world) setting {
	t.Helper()
	need.Tools(t, "buildah")
	blackbox.NeedRoot(t)
	dir := t.TempDir()
	conf := filepath.Join(dir, "storage.conf")
	blackbox.WriteFile(t, conf, fmt.Sprintf("[storage]\ndriver = %q\ngraphroot = %q\nrunroot = %q\n", storageDriver(t, dir), filepath.Join(dir, "containers"), blackbox.SocketDir(t)))
	return setting{[]string{"CONTAINERS_STORAGE_CONF=" + conf, "BUILDAH_ISOLATION=chroot"}, w.Registry, ""}
}

// withBuildKit is a BuildKit daemon that knows that the test's registries speak
// HTTP.
func withBuildKit(t testing.TB, w *world) setting {
	t.Helper()
	need.Tools(t, "buildkitd", "buildctl", "runc")
	blackbox.NeedRoot(t)
	dir := blackbox.SocketDir(t)
	config := ""
	for _, account := range []string{blackbox.Plane, blackbox.Owner} {
		config += fmt.Sprintf("[registry.%q]\nhttp = true\n", w.Registry(account))
	}
	blackbox.WriteFile(t, filepath.Join(dir, "buildkitd.toml"), config)
	address := "unix://" + filepath.Join(dir, "buildkitd.sock")
	env := []string{"BUILDKIT_HOST=" + address}
	blackbox.Daemon(t, env, func() error { _, err := blackbox.Try(t, env, "", "buildctl", "debug", "workers"); return err },
		"buildkitd", "--config", filepath.Join(dir, "buildkitd.toml"), "--root", filepath.Join(dir, "root"), "--addr", address,
		"--allow-insecure-entitlement", "network.host", "--containerd-worker=false", "--oci-worker-net=host", "--oci-worker-snapshotter=native")
	return setting{env, w.Registry, ""}
}

// withDocker is a docker daemon with its own builder. That takes no plain HTTP,
// so a proxy before the server speaks TLS.
func withDocker(t testing.TB, w *world) setting {
	t.Helper()
	need.Tools(t, "buildx")
	buildx, err := exec.LookPath("buildx")
	if err != nil {
		t.Fatal(err)
	}
	port, bundle := w.serveTLS(t)
	socket := blackbox.StartDocker(t, "SSL_CERT_FILE="+bundle)
	plugins := t.TempDir()
	if err := os.Symlink(buildx, filepath.Join(plugins, "docker-buildx")); err != nil {
		t.Fatal(err)
	}
	return setting{
		env:     []string{"DOCKER_HOST=" + socket, "SSL_CERT_FILE=" + bundle},
		host:    func(account string) string { return account + ".dkr.ecr." + blackbox.Region + ".amazonaws.com:" + port },
		plugins: plugins,
	}
}

// serveTLS speaks TLS before the server. It returns the port and a file of the
// certificates to trust.
func (w *world) serveTLS(t testing.TB) (port, bundle string) {
	t.Helper()
	target, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"*.dkr.ecr." + blackbox.Region + ".amazonaws.com"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}})
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	bundle = filepath.Join(t.TempDir(), "ca.pem")
	blackbox.WriteFile(t, bundle, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	_, port, _ = strings.Cut(s.Listener.Addr().String(), ":")
	return port, bundle
}

// deskWith is somebody's desk that has an executor.
func (w *world) deskWith(t testing.TB, c blackbox.Credentials, s setting) *desk {
	t.Helper()
	d := w.newDeskOf(t, c, s.host(blackbox.Plane), s.host(blackbox.Owner)).with(s.env...)
	if s.plugins != "" {
		if err := os.Symlink(s.plugins, d.home(".docker", "cli-plugins")); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// planeDesk is a desk of the plane account, logged in to both registries, and
// what must not be found in what it builds.
func (w *world) planeDesk(t testing.TB, s setting) (*desk, []string) {
	t.Helper()
	d := w.deskWith(t, w.plane, s)
	secrets := []string{w.plane.SecretAccessKey}
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	data, err := os.ReadFile(d.home(".docker", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	for _, e := range config.Auths {
		plain, err := base64.StdEncoding.DecodeString(e.Auth)
		if err != nil {
			t.Fatal(err)
		}
		_, password, _ := strings.Cut(string(plain), ":")
		secrets = append(secrets, e.Auth, password)
	}
	if len(secrets) != 5 {
		t.Fatalf("%d secrets to look for, want two logins", len(secrets))
	}
	return d, secrets
}

// TestPrivateFrom builds a plain Dockerfile that begins from another account's
// repository: refused, granted, and with nothing of the credentials in what
// comes out.
func TestPrivateFrom(t *testing.T) {
	for _, e := range executors {
		t.Run(e.name, func(t *testing.T) {
			w := newWorld(t)
			s := e.open(t, w)
			d, secrets := w.planeDesk(t, s)
			w.AWS(t, w.plane, nil, "ecr", "create-repository", "--repository-name", "apps/private-from")
			const token = "token-of-the-build-0123456789"
			secrets = append(secrets, token)
			d = d.with("BUILD_TOKEN=" + token)
			d.write(t, "app/Dockerfile", `ARG BASE
FROM ${BASE}
ARG GREETING
RUN --mount=type=secret,id=token test "$(cat /run/secrets/token)" = `+token[:6]+"\"\""+token[6:]+` && echo "the token is $(cat /run/secrets/token)" && echo "$GREETING" > /greeting
COPY hello.txt /
`)
			d.write(t, "app/hello.txt", "hello\n")
			image := s.host(blackbox.Plane) + "/apps/private-from:v1"
			base := s.host(blackbox.Owner) + strings.TrimPrefix(w.Base, w.host())
			build := []string{binary(), "build", "--dockerfile", "app/Dockerfile", "--tag", image, "--builder", e.flag, "--network", "host", "--build-arg", "BASE=" + base,
				"--build-arg", "GREETING=it's $HOME; \"fine\"", "--secret", "id=token,env=BUILD_TOKEN", "--progress", "plain", "--output", "json"}

			_, said, code := d.try(t, build...)
			if code == 0 || !strings.Contains(strings.ToLower(said), "denied") && !strings.Contains(said, "403") {
				t.Fatalf("before the grant: exit status %d\n%s", code, said)
			}
			w.AWS(t, w.owner, nil, "ecr", "set-repository-policy", "--repository-name", "bases/debian-python", "--policy-text", fmt.Sprintf(
				`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}`, blackbox.Plane))
			stdout, more, code := d.try(t, build...)
			if code != 0 {
				t.Fatalf("after the grant: exit status %d\n%s", code, more)
			}
			var result struct{ Image, Reference, Digest string }
			if err := json.Unmarshal([]byte(stdout), &result); err != nil {
				t.Fatalf("%v\n%s", err, stdout)
			}
			img := w.imageAs(t, w.plane, w.Registry(blackbox.Plane)+"/apps/private-from:v1")
			digest, err := img.Digest()
			if err != nil {
				t.Fatal(err)
			}
			if result.Digest != digest.String() || result.Reference != strings.TrimSuffix(image, ":v1")+"@"+result.Digest || result.Image != image {
				t.Errorf("result %+v, the registry has %s", result, digest)
			}
			if got := fileIn(t, img, "greeting"); got != "it's $HOME; \"fine\"\n" {
				t.Errorf("the greeting is %q", got)
			}
			search(t, img, said+more, secrets)
			nothingLeft(t, d)
		})
	}
}

// TestGeneratedDockerfile builds a specification of everything that a
// Dockerfile does, and looks into the image.
func TestGeneratedDockerfile(t *testing.T) {
	for _, e := range executors {
		t.Run(e.name, func(t *testing.T) {
			w := newWorld(t)
			s := e.open(t, w)
			d := w.deskWith(t, w.owner, s)
			x := imagebuildtest.NewPackageIndex(t)
			x.Add(newWheel(t, "good", "1.0", wheelFile{name: "good.py", content: []byte("x = 1\n")}))
			const password = "index-password-0123456789"
			d.write(t, "netrc", "machine index.example.com login user password "+password+"\n")
			const file = "a $(touch evil);`x` 'b\" ü.txt"
			d.write(t, "data/"+file, "content\n")
			env := map[string]string{
				"SPACES": "a  b ", "DOLLAR": "pa$$w0rd ${HOME} $(touch /evil)", "QUOTES": "\"'`touch /evil`", "BACKSLASH": `\n\`, "LINES": "a\nRUN touch /evil\n", "EMPTY": "", "PATH": "/opt/x:$PATH",
			}
			d.writeJSON(t, "image.json", map[string]any{
				"name": "everything", "registry": s.host(blackbox.Owner), "base_image": s.host(blackbox.Owner) + strings.TrimPrefix(w.Base, w.host()),
				"env": env, "copy": []string{"data"}, "entrypoint": []string{"/bin/sh", "-c", "echo \"$0\"; id -un"},
				"commands": []string{"test -s /root/data/*.txt", "echo 'it''s' \"$SPACES|$DOLLAR\" > /said\nid -un >> /said", "cat <<EOF >> /said\nRUN $((1+1))\nEOF\n"},
				"packages": []string{"good==1.0"}, "pip_index": strings.Replace(x.Simple(), "://", "://user:"+password+"@", 1), "pip_extra_args": "--no-deps",
				"pip_secret_mounts": []any{map[string]any{"$tuple": []string{"netrc", "/root/.netrc"}}},
			})
			stdout, said, code := d.try(t, binary(), "build", "--output", "json", "image.json", "--no-flytekit", "--builder", e.flag, "--network", "host", "--progress", "plain")
			if code != 0 {
				t.Fatalf("exit status %d\n%s", code, said)
			}
			b := decodeBuilt(t, stdout)
			img := w.image(t, w.host()+"/everything@"+b.Digest)
			config, err := img.ConfigFile()
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range env {
				if k == "PATH" {
					v = "/opt/x:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
				}
				if !slices.Contains(config.Config.Env, k+"="+v) {
					t.Errorf("%s=%q is not in the environment %q", k, v, config.Config.Env)
				}
			}
			if last := config.Config.Env[len(config.Config.Env)-1]; !strings.HasPrefix(last, "_F_IMG_ID=") {
				t.Errorf("the last variable is %s", last)
			}
			if d := cmp.Diff([]string{"/bin/sh", "-c", "echo \"$0\"; id -un"}, config.Config.Entrypoint); d != "" {
				t.Errorf("entrypoint (-want +got):\n%s", d)
			}
			if config.Config.WorkingDir != "/root" || config.Config.User != "flytekit" {
				t.Errorf("directory %s, user %s", config.Config.WorkingDir, config.Config.User)
			}
			if got, want := fileIn(t, img, "said"), "its a  b |pa$$w0rd ${HOME} $(touch /evil)\nroot\nRUN 2\n"; got != want {
				t.Errorf("the commands wrote %q; want %q", got, want)
			}
			if got := fileIn(t, img, "root/data/"+file); got != "content\n" {
				t.Errorf("the file is %q", got)
			}
			names := filesIn(t, img)
			for name := range names {
				if strings.Contains(name, "evil") && name != "root/data/"+file || strings.HasPrefix(name, "run/pratique") && (e.name != "docker" || !names[name]) || strings.HasSuffix(name, "/.netrc") {
					t.Errorf("the image has %s", name)
				}
			}
			if !slices.ContainsFunc(slices.Collect(maps.Keys(names)), func(n string) bool { return strings.HasSuffix(n, "dist-packages/good.py") }) {
				t.Error("the image has no good.py in a directory of Debian's Python")
			}
			search(t, img, said, []string{password, base64.StdEncoding.EncodeToString([]byte("user:" + password))})
			nothingLeft(t, d)
		})
	}
}

// TestSeveralPlatforms builds an index of images that run nothing.
func TestSeveralPlatforms(t *testing.T) {
	for _, e := range executors {
		if e.name == "docker" {
			continue // its own builder makes one platform at a time
		}
		t.Run(e.name, func(t *testing.T) {
			w := newWorld(t)
			s := e.open(t, w)
			d := w.deskWith(t, w.owner, s)
			d.write(t, "Dockerfile", "FROM scratch\nCOPY hello.txt /\nENTRYPOINT [\"/hello.txt\"]\n")
			d.write(t, "hello.txt", "hello\n")
			image := s.host(blackbox.Owner) + "/apps/several:v1"
			stdout := d.run(t, binary(), "build", "--dockerfile", "Dockerfile", "--tag", image, "--builder", e.flag, "--platform", "linux/amd64,linux/arm64", "--output", "json")
			var result struct{ Digest string }
			if err := json.Unmarshal([]byte(stdout), &result); err != nil {
				t.Fatalf("%v\n%s", err, stdout)
			}
			index, err := remote.Index(w.ref(t, image), w.login(t))
			if err != nil {
				t.Fatal(err)
			}
			digest, err := index.Digest()
			if err != nil {
				t.Fatal(err)
			}
			if result.Digest != digest.String() {
				t.Errorf("digest %s, the registry has %s", result.Digest, digest)
			}
			manifest, err := index.IndexManifest()
			if err != nil {
				t.Fatal(err)
			}
			var platforms []string
			for _, m := range manifest.Manifests {
				platforms = append(platforms, m.Platform.OS+"/"+m.Platform.Architecture)
			}
			slices.Sort(platforms)
			if d := cmp.Diff([]string{"linux/amd64", "linux/arm64"}, platforms); d != "" {
				t.Errorf("platforms (-want +got):\n%s", d)
			}
			nothingLeft(t, d)
		})
	}
}

// backend builds the wheel of an sdist with nothing but Python.
const backend = `import zipfile
def build_wheel(directory, config=None, metadata=None):
    name = "fromsource-1.0-py3-none-any.whl"
    with zipfile.ZipFile(directory + "/" + name, "w") as z:
        z.writestr("fromsource.py", "where = 'built in the image'\n")
        z.writestr("fromsource-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: fromsource\nVersion: 1.0\n")
        z.writestr("fromsource-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        z.writestr("fromsource-1.0.dist-info/RECORD", "")
    return name
`

// TestSourceAndApt: a package that is source only and a package of Debian make
// the planner choose a Dockerfile, with the reasons, and the image has both. It
// is built with uv, and with the base's pip where there is no uv to lend.
func TestSourceAndApt(t *testing.T) {
	w := newWorld(t)
	s := withBuildah(t, w)
	d := w.deskWith(t, w.owner, s)
	var sdist bytes.Buffer
	zip := gzip.NewWriter(&sdist)
	tw := tar.NewWriter(zip)
	for name, content := range map[string]string{
		"backend.py":     backend,
		"PKG-INFO":       "Metadata-Version: 2.1\nName: fromsource\nVersion: 1.0\n",
		"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
	} {
		if err := tw.WriteHeader(&tar.Header{Name: "fromsource-1.0/" + name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	x := imagebuildtest.NewPackageIndex(t)
	x.Add("fromsource-1.0.tar.gz", sdist.Bytes())
	spec := map[string]any{
		"name": "source", "registry": w.host(), "base_image": w.Base, "packages": []string{"fromsource==1.0"}, "pip_index": x.Simple(), "apt_packages": []string{"file"},
	}
	for _, way := range []struct {
		name string
		env  []string
	}{{"uv", nil}, {"pip", []string{"PRATIQUE_UV=" + d.home("uv")}}} {
		t.Run(way.name, func(t *testing.T) {
			d := d.with(way.env...)
			if way.env != nil { // a script, which is of no use in an image
				uv, err := exec.LookPath("uv")
				if err != nil {
					t.Fatal(err)
				}
				blackbox.WriteFile(t, d.home("uv"), "#!/bin/sh\nexec "+uv+" \"$@\"\n")
				if err := os.Chmod(d.home("uv"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			spec["name"] = "source-" + way.name
			d.writeJSON(t, "image.json", spec)
			plan := d.run(t, binary(), "build", "image.json", "--no-flytekit", "--plan")
			for _, want := range []string{"path: dockerfile, run by buildah", "apt_packages: file: ", "packages: fromsource==1.0: there is no wheel of it", "apt-get install --yes --no-install-recommends file"} {
				if !strings.Contains(plan, want) {
					t.Errorf("the plan has no %q:\n%s", want, plan)
				}
			}
			if strings.Contains(plan, tools+"/uv") != (way.env == nil) {
				t.Errorf("the plan installs with another program:\n%s", plan)
			}
			b := d.build(t, "image.json", "--no-flytekit", "--network", "host")
			if b.Path != "dockerfile" {
				t.Errorf("built by %s", b.Path)
			}
			if out := runImage(t, d, b.Reference, "sh", "-c", "python3 -c 'import fromsource; print(fromsource.where)' && file --brief /usr/bin/python3.11 && id -un"); !strings.HasPrefix(out, "built in the image\nELF ") || !strings.HasSuffix(out, "\nflytekit\n") {
				t.Errorf("the image says %q", out)
			}
		})
	}
}

// tools is the directory that steps of a Dockerfile see uv in.
const tools = "/run/pratique"

// search looks for secrets in an image, which may have them compressed, and in
// what was printed.
func search(t *testing.T, img v1.Image, said string, secrets []string) {
	t.Helper()
	config, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := img.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]byte{"what was printed": []byte(said), "the configuration, with its history,": config, "the manifest": manifest}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range layers[1:] { // the first is the base image
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		if places[fmt.Sprintf("layer %d", i+1)], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	for where, data := range places {
		for _, s := range secrets {
			if bytes.Contains(data, []byte(s)) {
				t.Errorf("%s has the secret %s", where, s)
			}
		}
	}
}

// fileIn is the content of a file of an image's upper layers.
func fileIn(t *testing.T, img v1.Image, name string) string {
	t.Helper()
	content := "(none)"
	walk(t, img, func(h *tar.Header, r io.Reader) {
		if h.Name == name {
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			content = string(data)
		}
	})
	return content
}

// filesIn are the names in an image's upper layers, and whether they are
// directories.
func filesIn(t *testing.T, img v1.Image) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	walk(t, img, func(h *tar.Header, _ io.Reader) { names[h.Name] = h.Typeflag == tar.TypeDir })
	return names
}

// walk reads the layers above the base image.
func walk(t *testing.T, img v1.Image, see func(*tar.Header, io.Reader)) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers[1:] {
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		for tr := tar.NewReader(r); ; {
			h, err := tr.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			h.Name = strings.Trim(strings.TrimPrefix(h.Name, "./"), "/")
			see(h, tr)
		}
		r.Close()
	}
}

// nothingLeft checks the folder of temporary files.
func nothingLeft(t *testing.T, d *desk) {
	t.Helper()
	entries, err := os.ReadDir(d.home("tmp"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "pratique-") {
			t.Errorf("%s is left", e.Name())
		}
	}
}
