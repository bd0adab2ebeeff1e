package buildexec

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// request is one that uses everything.
func request(t *testing.T) Request {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "with space")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	netrc := filepath.Join(t.TempDir(), "a,b")
	if err := os.WriteFile(netrc, []byte("machine index.example.com login u password "+token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Request{
		Context: dir, Tags: []string{host + "/team/app:v1"}, Platforms: []string{"linux/amd64"},
		Args:   []buildplan.Arg{{Name: "LINES", Value: "a\n$b 'c'"}},
		Labels: []buildplan.Arg{{Name: "com.example.x", Value: "1,2"}},
		Secrets: []buildplan.Secret{
			{ID: "index", Data: []byte("--index-url https://u:" + token + "@index.example.com/simple\n")}, {ID: "netrc", Source: netrc},
		},
		Keychain: keychain{
			host:              {Username: user, Password: password},
			other:             {Username: user, Password: password},
			"index.docker.io": {IdentityToken: token},
			"elsewhere":       {Username: "not", Password: "asked-for"},
		},
		Images: []string{other + "/base@" + digest, "python:3.11", "quay.example.com/public:1"},
	}
}

func executors() map[string]struct {
	programs []string
	open     Executor
} {
	return map[string]struct {
		programs []string
		open     Executor
	}{
		"buildctl": {[]string{"buildctl"}, &buildctl{program: "buildctl", about: buildplan.Executor{Name: "buildctl", Where: "tcp://buildkit.example.com:1234"}}},
		"buildah":  {[]string{"buildah"}, &buildah{getenv: os.Getenv}},
	}
}

// TestSecrets: what a program is called with has no secrets, the files that it
// reads have, nobody else can read them, what it prints is passed on without
// them, and nothing is left.
func TestSecrets(t *testing.T) {
	for label, e := range executors() {
		t.Run(label, func(t *testing.T) {
			record := fakes(t, e.programs...)
			r := request(t)
			var shown []string
			result, err := e.open.Build(t.Context(), r, func(line string) { shown = append(shown, line) })
			if err != nil {
				t.Fatal(err)
			}
			if result.Digest != digest {
				t.Errorf("digest %q", result.Digest)
			}
			empty(t)
			secrets := []string{password, encoded, token}
			for i, args := range calls(t, record) {
				for what, text := range map[string]string{"arguments": strings.Join(args, "\n"), "environment": read(t, record, "env"+strconv.Itoa(i))} {
					for _, s := range secrets {
						if strings.Contains(text, s) {
							t.Errorf("%s of call %d have %s:\n%s", what, i, s, text)
						}
					}
				}
				if mode := read(t, record, "mode"+strconv.Itoa(i)); mode != "700\n600\n" {
					t.Errorf("modes of the directory and file of credentials: %q", mode)
				}
			}
			all := strings.Join(shown, "\n")
			for _, s := range append(secrets, "someone:else") {
				if strings.Contains(all, s) {
					t.Errorf("%s is shown:\n%s", s, all)
				}
			}
			for _, want := range []string{"step one: *** ***", "fetching https://***@example.com/x", "***"} {
				if !slices.Contains(shown, want) {
					t.Errorf("%q is not shown:\n%s", want, all)
				}
			}
			var config struct {
				Auths map[string]entry
			}
			if err := json.Unmarshal([]byte(read(t, record, "config0")), &config); err != nil {
				t.Fatal(err)
			}
			hub := "https://index.docker.io/v1/"
			if label == "buildah" {
				hub = "docker.io"
			}
			want := map[string]entry{host: {Auth: encoded}, other: {Auth: encoded}, hub: {IdentityToken: token}}
			if d := cmp.Diff(want, config.Auths); d != "" {
				t.Errorf("credentials (-want +got):\n%s", d)
			}
		})
	}
}

func TestBuildctlArguments(t *testing.T) {
	record := fakes(t, "buildctl")
	r := request(t)
	r.Tags = append(r.Tags, host+"/team/app:v2")
	r.Platforms, r.Target, r.Network, r.NoCache = []string{"linux/amd64", "linux/arm64"}, "last", "host", true
	if _, err := executors()["buildctl"].open.Build(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	got := calls(t, record)
	want := []string{
		"buildctl", "build", "--progress", "plain", "--frontend", "dockerfile.v0",
		"--local", "context=" + r.Context, "--local", "dockerfile=" + r.Context, "--opt", "filename=Dockerfile", "--opt", "image-resolve-mode=pull",
		"--metadata-file", "TMP/metadata.json", "--output", `type=image,push=true,"name=` + r.Tags[0] + "," + r.Tags[1] + `"`,
		"--opt", "platform=linux/amd64,linux/arm64", "--opt", "target=last", "--opt", "build-arg:LINES=a", "$b 'c'", "--opt", "label:com.example.x=1,2",
		"--opt", "force-network-mode=host", "--allow", "network.host", "--no-cache",
		"--secret", "id=index,src=TMP/secret-index", "--secret", "id=netrc,src=TMP/secret-netrc",
	}
	if d := cmp.Diff([][]string{want}, anonymous(got)); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	if env := read(t, record, "env0"); !strings.Contains(env, "BUILDKIT_HOST=tcp://buildkit.example.com:1234\n") {
		t.Errorf("environment:\n%s", env)
	}
}

func TestBuildahArguments(t *testing.T) {
	record := fakes(t, "buildah")
	r := request(t)
	r.Args, r.Labels, r.Secrets = nil, nil, nil
	r.Tags = []string{"111111111111.dkr.ecr.us-east-1.localhost:5000/team/app:v1", host + "/app:v2"}
	if _, err := executors()["buildah"].open.Build(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	const image = "2222222222222222222222222222222222222222222222222222222222222222"
	want := [][]string{
		{"buildah", "build", "--file", r.Context + "/Dockerfile", "--platform", "linux/amd64", "--iidfile", "TMP/image", r.Context},
		{"buildah", "push", "--digestfile", "TMP/digest", image, "docker://" + r.Tags[0]},
		{"buildah", "push", "--digestfile", "TMP/digest", image, "docker://" + r.Tags[1]},
		{"buildah", "rmi", image},
	}
	if d := cmp.Diff(want, anonymous(calls(t, record))); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	registries := read(t, record, "registries0")
	if !strings.HasSuffix(registries, "\n[[registry]]\nlocation = \"111111111111.dkr.ecr.us-east-1.localhost:5000\"\ninsecure = true\n") || strings.Contains(registries, host) {
		t.Errorf("registries:\n%s", registries)
	}
}

func TestBuildahIndex(t *testing.T) {
	record := fakes(t, "buildah")
	r := request(t)
	r.Args, r.Labels, r.Secrets, r.Platforms = nil, nil, nil, []string{"linux/amd64", "linux/arm64"}
	host, made := madeImage(t)
	r.Tags = []string{host + "/team/app:v1"}
	t.Setenv("DIGEST", made)
	result, err := executors()["buildah"].open.Build(t.Context(), r, nil)
	if err != nil || result.Digest != made {
		t.Fatalf("%v, %v; want %s", result, err, made)
	}
	got := anonymous(calls(t, record))
	list := got[0][7]
	want := [][]string{
		{"buildah", "build", "--file", r.Context + "/Dockerfile", "--platform", "linux/amd64,linux/arm64", "--manifest", list, r.Context},
		{"buildah", "manifest", "push", "--all", "--tls-verify=false", "--digestfile", "TMP/digest", list, "docker://" + r.Tags[0]},
		{"buildah", "manifest", "rm", list},
	}
	if d := cmp.Diff(want, got); d != "" || !strings.HasPrefix(list, "localhost/pratique-build-") {
		t.Errorf("calls (-want +got):\n%s", d)
	}

	// That it says so is not enough.
	t.Setenv("DIGEST", digest)
	_, err = executors()["buildah"].open.Build(t.Context(), r, nil)
	var failed *Error
	if !errors.As(err, &failed) || !strings.HasPrefix(err.Error(), "buildah manifest push: the registry does not have the image\n  step one: ***") {
		t.Errorf("error %v", err)
	}
}

// madeImage is a registry that has the image team/app:v1.
func madeImage(t *testing.T) (host, digest string) {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	img, err := random.Image(10, 1)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(host + "/team/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
	hash, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return host, hash.String()
}

// anonymous replaces the private directory of a build.
func anonymous(calls [][]string) [][]string {
	for _, args := range calls {
		for i, a := range args {
			if at := strings.Index(a, "/pratique-build-"); at >= 0 && strings.Contains(a, os.Getenv("TMPDIR")) {
				start := strings.Index(a, os.Getenv("TMPDIR"))
				end := strings.Index(a[at+1:], "/") + at + 1
				args[i] = a[:start] + "TMP" + a[end:]
			}
		}
	}
	return calls
}

// TestDocker: docker's configuration stays what it is but for the credentials,
// and its own word on the digest is not believed if the registry knows better.
func TestDocker(t *testing.T) {
	record := fakes(t, "docker")
	address, want := madeImage(t)
	r := request(t)
	r.Tags = []string{address + "/team/app:v1"}
	r.Keychain = keychain{address: {Username: user, Password: password}}
	own := filepath.Join(os.Getenv("HOME"), ".docker")
	if err := os.MkdirAll(filepath.Join(own, "contexts"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "config.json"), []byte(`{"auths":{"x":{"auth":"eA=="}},"credsStore":"desktop","credHelpers":{"y":"z"},"currentContext":"remote"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := Find(t.Context(), Options{Name: Docker})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	result, err := found[0].Build(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.Digest != want {
		t.Errorf("digest %s, the registry says %s", result.Digest, want)
	}
	empty(t)
	got := anonymous(calls(t, record))
	arguments := []string{
		"docker", "buildx", "build", "--progress", "plain", "--push", "--pull", "--file", r.Context + "/Dockerfile", "--metadata-file", "TMP/metadata.json",
		"--tag", r.Tags[0], "--platform", "linux/amd64", "--build-arg", "LINES=a", "$b 'c'", "--label", "com.example.x=1,2",
		"--secret", "id=index,src=TMP/secret-index", "--secret", "id=netrc,src=TMP/secret-netrc", r.Context,
	}
	if d := cmp.Diff(arguments, got[len(got)-1]); d != "" {
		t.Errorf("arguments (-want +got):\n%s", d)
	}
	last := strconv.Itoa(len(got) - 1)
	config := `{"auths":{"` + address + `":{"auth":"` + encoded + `"}},"currentContext":"remote"}`
	if d := cmp.Diff(config, read(t, record, "config"+last)); d != "" {
		t.Errorf("configuration (-want +got):\n%s", d)
	}
	if ls := read(t, record, "ls"+last); ls != "config.json\ncontexts\n" {
		t.Errorf("directory of the configuration: %q", ls)
	}
	if _, err := os.Stat(filepath.Join(own, "contexts")); err != nil {
		t.Errorf("the user's own configuration: %v", err)
	}
}

func TestFailure(t *testing.T) {
	for label, e := range executors() {
		t.Run(label, func(t *testing.T) {
			record := fakes(t, e.programs...)
			t.Setenv("MODE", "fail")
			_, err := e.open.Build(t.Context(), request(t), nil)
			var failed *Error
			if !errors.As(err, &failed) {
				t.Fatalf("error %v", err)
			}
			if n := len(failed.Tail); n != tailLines || failed.Tail[n-1] != "the end: ***" || failed.Tail[n-2] != "line 49" {
				t.Errorf("tail %q", failed.Tail)
			}
			if s := err.Error(); strings.Contains(s, password) || !strings.HasPrefix(s, label+" build: exit status 7\n  line") {
				t.Errorf("error %q", s)
			}
			if n := len(calls(t, record)); n > 2 {
				t.Errorf("%d calls", n)
			}
			empty(t)
		})
	}
}

// TestCancel: a cancelled build ends with everything that it started, also what
// does not end when asked, and leaves no file.
func TestCancel(t *testing.T) {
	for _, mode := range []string{"hang", "stubborn"} {
		for label, e := range executors() {
			t.Run(mode+"/"+label, func(t *testing.T) {
				record := fakes(t, e.programs...)
				t.Setenv("MODE", mode)
				r := request(t)
				r.grace = 200 * time.Millisecond
				ctx, cancel := context.WithCancelCause(t.Context())
				why := errors.New("the user went home")
				start := time.Now()
				_, err := e.open.Build(ctx, r, func(line string) {
					if line == "hanging" {
						cancel(why)
					}
				})
				if !errors.Is(err, why) {
					t.Errorf("error %v", err)
				}
				if took := time.Since(start); took > 20*time.Second {
					t.Errorf("it took %v", took)
				}
				empty(t)
				child, err := strconv.Atoi(strings.TrimSpace(read(t, record, "child")))
				if err != nil {
					t.Fatal(err)
				}
				for deadline := time.Now().Add(10 * time.Second); running(child); time.Sleep(10 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatal("a program that the build started still runs")
					}
				}
			})
		}
	}
}

// running tells whether a process runs; one that has ended and whose parent did
// not ask for its status does not.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func TestRegistryOfKeychain(t *testing.T) {
	fakes(t, "buildah")
	r := request(t)
	r.Keychain = refusing{}
	_, err := executors()["buildah"].open.Build(t.Context(), r, nil)
	if err == nil || !strings.Contains(err.Error(), "get credentials for "+host) {
		t.Errorf("error %v", err)
	}
	empty(t)
}

type refusing struct{}

func (refusing) Resolve(authn.Resource) (authn.Authenticator, error) {
	return nil, errors.New("the helper failed")
}

func TestRequests(t *testing.T) {
	fakes(t, "buildah")
	for want, change := range map[string]func(*Request){
		"no reference to push":       func(r *Request) { r.Tags = nil },
		"not a reference with a tag": func(r *Request) { r.Tags = []string{host + "/x@" + digest} },
		"is not the id of a secret":  func(r *Request) { r.Secrets[0].ID = "../x" },
		"read secret netrc":          func(r *Request) { r.Secrets[1].Source = "/nowhere" },
		`image "UPPER"`:              func(r *Request) { r.Images = []string{"UPPER"} },
		context.Canceled.Error():     nil,
	} {
		r := request(t)
		ctx, cancel := context.WithCancel(t.Context())
		if change != nil {
			change(&r)
		} else {
			cancel()
		}
		if _, err := executors()["buildah"].open.Build(ctx, r, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q", err, want)
		}
		cancel()
		empty(t)
	}
}

func TestFind(t *testing.T) {
	names := func(found []Executor) []string {
		var all []string
		for _, e := range found {
			all = append(all, e.Describe().String())
		}
		return all
	}
	for _, test := range []struct {
		about    string
		programs []string
		env      map[string]string
		name     string
		want     []string
		err      string
	}{
		{about: "nothing"},
		{about: "all", programs: []string{"buildctl", "docker", "buildah", "buildkitd", "buildctl-daemonless.sh"}, want: []string{"docker buildx", "buildah", "buildctl-daemonless.sh"}},
		{about: "BUILDKIT_HOST", programs: []string{"buildctl", "docker", "buildah", "buildkitd", "buildctl-daemonless.sh"}, env: map[string]string{"BUILDKIT_HOST": "tcp://b:1"},
			want: []string{"buildctl at tcp://b:1", "docker buildx", "buildah"}},
		{about: "builder", programs: []string{"docker"}, env: map[string]string{"BUILDX_BUILDER": "big"}, want: []string{"docker buildx at big"}},
		{about: "one", programs: []string{"docker", "buildah"}, name: Buildah, want: []string{"buildah"}},
		{about: "one that is not there", programs: []string{"docker"}, name: Buildah, err: "buildah does not work here: exec: \"buildah\""},
		{about: "no BUILDKIT_HOST", programs: []string{"buildctl"}, name: BuildKit, err: "BUILDKIT_HOST is not set"},
		{about: "unknown", name: "kaniko", err: `"kaniko" is not buildctl, docker or buildah`},
	} {
		t.Run(test.about, func(t *testing.T) {
			record := fakes(t, test.programs...)
			// Programs of this machine are not to be found.
			bin := strings.SplitN(os.Getenv("PATH"), ":", 2)[0]
			for _, p := range []string{"sh", "ls", "grep", "env", "cp", "stat", "dirname", "cat"} {
				if err := os.Symlink("/bin/"+p, filepath.Join(bin, p)); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", bin)
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			found, err := Find(t.Context(), Options{Name: test.name})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, names(found)); d != "" {
				t.Errorf("executors (-want +got):\n%s", d)
			}
			if slices.Contains(test.programs, "docker") && test.env == nil && test.name == "" {
				if err := os.WriteFile(filepath.Join(record, "daemon"), []byte("1"), 0o600); err != nil {
					t.Fatal(err)
				}
				if found, err = Find(t.Context(), Options{}); err != nil || slices.Contains(names(found), "docker buildx") {
					t.Errorf("without docker's daemon: %v, %v", names(found), err)
				}
			}
		})
	}
}

func TestAdvice(t *testing.T) {
	e := &Error{Program: "buildah build", Tail: []string{"exec container process `/bin/sh`: Exec format error"}, Err: errors.New("exit status 1")}
	if !strings.HasSuffix(e.Error(), "\nprograms of another platform do not run here: install qemu-user-static, or set BUILDKIT_HOST to a BuildKit that has the platform") {
		t.Error(e)
	}
	if e.Tail = []string{"x"}; e.Advice() != "" {
		t.Error(e.Advice())
	}
}

func TestRedact(t *testing.T) {
	var r redactor
	r.add(secretWords([]byte("[global]\nindex-url = https://user:pass-word@example.com/x\ntoken=\"abc123\"\n"))...)
	r.add(secretWords([]byte("machine a login bob password hun ter\nmachine b password hunter2"))...)
	r.addLogin("AWS", "s3cr3t")
	for in, want := range map[string]string{
		"x pass-word y":                    "x *** y",
		"abc123":                           "***",
		"hunter2":                          "***",
		"Basic QVdTOnMzY3IzdA==":           "Basic ***",
		"GET https://t@example.com/x ok":   "GET https://***@example.com/x ok",
		"https://example.com/@scope/p ok":  "https://example.com/@scope/p ok",
		"the machine has a password field": "the machine has a password field",
	} {
		if got := r.apply(in); got != want {
			t.Errorf("%q: %q; want %q", in, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	var got []string
	l := &lines{tell: func(s string) { got = append(got, s) }}
	for _, s := range []string{"a", "b\nc\r\n\n", "d \rprogress\r", strings.Repeat("x", 2*maxLine), "\nlast"} {
		if n, err := l.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	l.flush()
	if d := cmp.Diff([]string{"ab", "c", "d", "progress", strings.Repeat("x", maxLine), "last"}, got); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}
