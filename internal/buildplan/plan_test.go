package buildplan

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/imagespec"
)

// TestReasons: each field that needs something to run is named with its value,
// and none that does not.
func TestReasons(t *testing.T) {
	dir := files(t)
	write := func(name, text string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, test := range []struct {
		about string
		spec  imagespec.Spec
		facts Facts
		want  []string // field and value
	}{
		{about: "nothing"},
		{about: "what layers do", spec: imagespec.Spec{Packages: []string{"numpy", "x @ https://example.com/x-1-py3-none-any.whl#sha256=aa"}, Requirements: "image-requirements.txt",
			Env: dict("A", "b"), Copy: []string{"d"}, Entrypoint: []string{"x"}, PipIndex: "https://index.example.com/simple", PipExtraArgs: "--pre", Platform: "linux/amd64,linux/arm64"}},
		{about: "apt", spec: imagespec.Spec{AptPackages: []string{"git", "vim"}}, want: []string{"apt_packages=git, vim"}},
		{about: "commands", spec: imagespec.Spec{Commands: []string{"make\ninstall", "ls"}}, want: []string{"commands=make … (and 1 more)"}},
		{about: "empty lists", spec: imagespec.Spec{AptPackages: []string{}, Commands: []string{}, CondaPackages: []string{}}},
		{about: "conda", spec: imagespec.Spec{CondaPackages: []string{"a"}, CondaChannels: []string{"b"}}, want: []string{"conda_packages=a", "conda_channels=b"}},
		{about: "cuda", spec: imagespec.Spec{CUDA: "12.1", CuDNN: "8"}, want: []string{"cuda=12.1", "cudnn=8"}},
		{about: "source only", spec: imagespec.Spec{Packages: []string{"a"}}, facts: Facts{SourceOnly: []SourceDistribution{{Name: "a", Version: "1"}, {Name: "b"}}}, want: []string{"packages=a==1", "packages=b"}},
		{about: "source only of a lock", spec: imagespec.Spec{Requirements: "uv.lock"}, facts: Facts{SourceOnly: []SourceDistribution{{Name: "a", Version: "1"}}}, want: []string{"requirements=a==1"}},
		{about: "secrets", spec: imagespec.Spec{PipSecretMounts: []imagespec.SecretMount{{Source: "netrc", Target: "/root/.netrc"}}}, want: []string{"pip_secret_mounts=/root/.netrc"}},
		{about: "source code", spec: imagespec.Spec{Packages: []string{
			"git+https://git.example.com/a.git", "b@git+ssh://git@git.example.com/b.git@v1", "c @ https://example.com/c-1.tar.gz ; python_version > '3'",
			"-e git+https://git.example.com/d.git#egg=d", "--editable=./e", "./f", "g @ file:///opt/g", "https://example.com/h.zip", "hg+http://example.com/i",
			"numpy", "--pre", "./wheels/j-1-py3-none-any.whl", "https://example.com/k-1-py3-none-any.whl", "l @ file:///opt/l-1-py3-none-any.whl", "m[x,y]>=1",
		}}, want: []string{
			"packages=git+https://git.example.com/a.git", "packages=b@git+ssh://git@git.example.com/b.git@v1", "packages=c @ https://example.com/c-1.tar.gz ; python_version > '3'",
			"packages=-e git+https://git.example.com/d.git#egg=d", "packages=--editable=./e", "packages=./f", "packages=g @ file:///opt/g", "packages=https://example.com/h.zip", "packages=hg+http://example.com/i",
		}},
		{about: "source code in a file", spec: imagespec.Spec{Requirements: write("vcs.txt", "-r "+write("deep.txt", "a\nb @ git+https://example.com/b\n")+"\n")}, want: []string{"requirements=b @ git+https://example.com/b"}},
		{about: "no Python", facts: Facts{Base: bare()}, want: []string{"base_image=debian:bookworm-slim"}},
		{about: "another Python", spec: imagespec.Spec{PythonVersion: "3.12"}, facts: Facts{Base: bare()}, want: []string{"python_version=3.12"}},
		{about: "python_exec from apt", spec: imagespec.Spec{PythonExec: "/usr/bin/python3", AptPackages: []string{"python3"}}, facts: Facts{Base: bare()}, want: []string{"apt_packages=python3", "python_exec=/usr/bin/python3"}},
		{about: "base not read", facts: Facts{Base: Base{Image: "x"}}},
	} {
		t.Run(test.about, func(t *testing.T) {
			test.facts.Remote = true
			if test.facts.Base.Image == "" {
				test.facts.Base = debian()
			}
			p, err := New(test.spec.In(dir), test.facts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range p.Reasons {
				got = append(got, r.Field+"="+r.Value)
				if r.Why == "" {
					t.Errorf("%v has no reason", r)
				}
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("reasons (-want +got):\n%s", d)
			}
			if want := map[bool]Path{true: Layers, false: Dockerfile}[len(test.want) == 0]; p.Path != want {
				t.Errorf("path %s", p.Path)
			}
		})
	}
}

func TestPlans(t *testing.T) {
	apt := imagespec.Spec{AptPackages: []string{"git"}}
	buildah := Executor{Name: "buildah"}

	p, err := New(&apt, Facts{Base: debian()})
	if !errors.Is(err, ErrNoExecutor) || p == nil || p.Executor != nil {
		t.Fatalf("%v, %v", p, err)
	}
	for _, want := range []string{"apt_packages: git: ", "install buildah", "BUILDKIT_HOST", "--remote"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q has no %q", err, want)
		}
	}
	if !strings.HasPrefix(p.Text(), "path: dockerfile, which nothing here can run\n") {
		t.Error(p.Text())
	}
	if p, err = New(&apt, Facts{Base: debian(), Executors: []Executor{buildah, {Name: "docker"}}}); err != nil || p.Executor == nil || *p.Executor != buildah {
		t.Errorf("%v, %v", p, err)
	}
	if p, err = New(&apt, Facts{Base: debian(), Remote: true}); err != nil || p.Executor != nil || !strings.HasPrefix(p.Text(), "path: dockerfile, run by the build service\n") {
		t.Errorf("%v, %v", p, err)
	}
	if _, err = New(&apt, Facts{Base: debian(), Insist: Layers}); err == nil || !strings.Contains(err.Error(), "apt_packages: git") {
		t.Errorf("error %v", err)
	}
	if p, err = New(&imagespec.Spec{}, Facts{Base: debian(), Insist: Dockerfile, Executors: []Executor{buildah}}); err != nil || p.Path != Dockerfile {
		t.Errorf("%v, %v", p, err)
	}
	if _, err = New(&imagespec.Spec{}, Facts{Base: debian(), Insist: Dockerfile}); err != ErrNoExecutor { //nolint:errorlint // nothing else is in it
		t.Errorf("error %v", err)
	}
	var field *imagespec.Error
	if _, err = New(&imagespec.Spec{PythonExec: "/opt/python"}, Facts{Base: bare()}); !errors.As(err, &field) || field.Field != "python_exec" {
		t.Errorf("error %v", err)
	}
	if _, err = New(&imagespec.Spec{Requirements: "absent.txt"}, Facts{Base: debian()}); !errors.As(err, &field) || field.Field != "requirements" {
		t.Errorf("error %v", err)
	}
}

// TestRefused: what cannot be built is refused by name of the field, before
// anything runs.
func TestRefused(t *testing.T) {
	dir := files(t)
	for name, text := range map[string]string{"loop.txt": "-r loop.txt\n", "half.txt": "a \\", "control.txt": "a\x01b\n", "absent.txt": "-r nowhere.txt\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		field, want string
		spec        imagespec.Spec
		base        func(*Base)
	}{
		{field: "apt_packages", want: `"git;touch"`, spec: imagespec.Spec{AptPackages: []string{"git;touch /pwned"}}},
		{field: "apt_packages", want: `"--allow-downgrades"`, spec: imagespec.Spec{AptPackages: []string{"git", "--allow-downgrades"}}},
		{field: "apt_packages", want: `"$(id)"`, spec: imagespec.Spec{AptPackages: []string{"$(id)"}}},
		{field: "apt_packages", want: `"/etc/passwd"`, spec: imagespec.Spec{AptPackages: []string{"/etc/passwd"}}},
		{field: "apt_packages", want: "line break", spec: imagespec.Spec{AptPackages: []string{"git\\\nRUN id"}}},
		{field: "env", spec: imagespec.Spec{Env: dict("A B", "x")}},
		{field: "env", spec: imagespec.Spec{Env: dict("A\nRUN", "x")}},
		{field: "env", spec: imagespec.Spec{Env: dict("A$B", "x")}},
		{field: "env", spec: imagespec.Spec{Env: dict("A", "x\x00")}},
		{field: "env", spec: imagespec.Spec{Env: dict("A", "\xff")}},
		{field: "entrypoint", spec: imagespec.Spec{Entrypoint: []string{"a\x00"}}},
		{field: "commands", spec: imagespec.Spec{Commands: []string{"a\xff"}}},
		{field: "packages", want: "line break", spec: imagespec.Spec{Packages: []string{"a\n--index-url https://example.com"}}},
		{field: "packages", want: "copy", spec: imagespec.Spec{Packages: []string{"./here"}}},
		{field: "packages", want: "backslash", spec: imagespec.Spec{Packages: []string{`a\`}}},
		{field: "requirements", want: "name each other", spec: imagespec.Spec{Requirements: "loop.txt"}},
		{field: "requirements", want: "middle of a line", spec: imagespec.Spec{Requirements: "half.txt"}},
		{field: "requirements", want: "control.txt:1", spec: imagespec.Spec{Requirements: "control.txt"}},
		{field: "requirements", want: "nowhere.txt", spec: imagespec.Spec{Requirements: "absent.txt"}},
		{field: "requirements", want: "regular file", spec: imagespec.Spec{Requirements: "d"}},
		{field: "requirements", want: "resolved", spec: imagespec.Spec{Requirements: "uv.lock"}},
		{field: "pip_index", spec: imagespec.Spec{Packages: []string{"a"}, PipIndex: "https://example.com\n-r /etc/passwd"}},
		{field: "pip_extra_index_url", spec: imagespec.Spec{Packages: []string{"a"}, PipExtraIndexURL: []string{"https://example.com --pre"}}},
		{field: "pip_extra_args", want: "not closed", spec: imagespec.Spec{Packages: []string{"a"}, PipExtraArgs: "'a"}},
		{field: "pip_extra_args", want: "no value", spec: imagespec.Spec{Packages: []string{"a"}, PipExtraArgs: "--index-url"}},
		{field: "pip_extra_args", want: `"--proxy=http://***@proxy.example.com" has a password`, spec: imagespec.Spec{Packages: []string{"a"}, PipExtraArgs: "--proxy=http://u:p@proxy.example.com"}},
		{field: "pip_secret_mounts", spec: imagespec.Spec{Packages: []string{"a"}, PipSecretMounts: []imagespec.SecretMount{{Source: "x", Target: "/a,from=x"}}}},
		{field: "pip_secret_mounts", spec: imagespec.Spec{Packages: []string{"a"}, PipSecretMounts: []imagespec.SecretMount{{Source: "x", Target: "/a b"}}}},
		{field: "builder_config", spec: imagespec.Spec{BuilderConfig: imagespec.Dict{{Key: "uv_image", Value: "x\nRUN touch /pwned"}}}},
		{field: "builder_config", spec: imagespec.Spec{BuilderConfig: imagespec.Dict{{Key: "uv_image", Value: true}}}},
		{field: "python_exec", spec: imagespec.Spec{PythonExec: "/usr/bin/py thon"}, base: func(b *Base) { b.Python = "" }},
		{field: "base_image", spec: imagespec.Spec{}, base: func(b *Base) { b.Python = "/usr/bin/python3;id" }},
		{field: "base_image", spec: imagespec.Spec{}, base: func(b *Base) { b.User = "a b" }},
		{field: "base_image", spec: imagespec.Spec{}, base: func(b *Base) { b.Image = "a AS b" }},
		{field: "python_version", spec: imagespec.Spec{}, base: func(b *Base) { b.Python, b.Version = "", "" }},
		{field: "cuda", spec: imagespec.Spec{CUDA: "12; id"}},
		{field: "conda_packages", spec: imagespec.Spec{CondaPackages: []string{"a\nb"}}},
	} {
		base := debian()
		if test.base != nil {
			test.base(&base)
		}
		_, err := NewRecipe(test.spec.In(dir), Options{Base: base})
		var field *imagespec.Error
		if !errors.As(err, &field) || field.Field != test.field || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, %q: error %v", test.field, test.want, err)
		}
	}
	if _, err := NewRecipe(&imagespec.Spec{}, Options{Base: Base{Image: "x"}}); err == nil {
		t.Error("a Dockerfile for a base that was not read")
	}
}

func TestEnvironment(t *testing.T) {
	base := Base{Read: true, Python: "/opt/py/bin/python3", Scripts: "/opt/py/bin", Env: []string{"PATH=/usr/bin:/bin", "LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/x", "_F_IMG_ID=old", "KEEP=1"}}
	spec := &imagespec.Spec{Env: dict("KEEP", "2$KEEP", "NEW", "${NEW}x$NEWER", "PATH", "$PATH:/last", "PYTHONPATH", "/src:$PYTHONPATH", "_F_IMG_ID", "mine")}
	want := []string{
		"PATH=/opt/py/bin:/usr/bin:/bin:/last:/usr/local/nvidia/bin:/usr/local/cuda/bin", "LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/x",
		"KEEP=21", "PYTHONPATH=/src:/root", "NEW=x$NEWER", "_F_IMG_ID=" + spec.ID(),
	}
	if d := cmp.Diff(want, Environment(spec, base)); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
	if base.Env[2] != "_F_IMG_ID=old" {
		t.Error("the base's environment changed")
	}
}

func TestUser(t *testing.T) {
	for user, want := range map[string]string{"": "flytekit", "root": "flytekit", "0": "flytekit", "0:0": "flytekit", "root:root": "flytekit", "ray": "ray", "1000:100": "1000:100", "flytekit": "flytekit"} {
		if got := User(Base{User: user}); got != want {
			t.Errorf("%q: %q; want %q", user, got, want)
		}
	}
}

func TestSplitWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                         nil,
		"  a\tb\nc ":               {"a", "b", "c"},
		`'a b' "c d" e\ f`:         {"a b", "c d", "e f"},
		`--x="$(id)"'$HOME'` + "`": {"--x=$(id)$HOME`"},
		`"" ''`:                    {"", ""},
		`"\"\\\$\x"`:               {`"\$\x`},
		`'\'`:                      {`\`},
		"é\u00a0ü":                 {"é\u00a0ü"},
	} {
		got, err := splitWords(in)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`'`, `"`, `a\`, `"\"`} {
		if got, err := splitWords(in); err == nil {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// TestWrite: the directory has what the recipe says, whatever the umask and the
// modes of the sources are, and nothing beside it.
func TestWrite(t *testing.T) {
	dir := files(t)
	r, err := NewRecipe((&imagespec.Spec{Copy: []string{"d"}, Packages: []string{"six"}}).In(dir), Options{Base: debian()})
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := r.Write(out); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = filepath.WalkDir(out, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(out, path)
		got[rel] = info.Mode().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"Dockerfile": "-rw-r--r--", "fe2547fe2604/requirements.txt": "-rw-r--r--", "files/d/a.txt": "-rw-r--r--", "files/d/sub/b.txt": "-rw-r--r--", "files/d/run me.sh": "-rwxr-xr-x"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if err := os.Remove(filepath.Join(dir, "d", "a.txt")); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(t.TempDir()); err == nil {
		t.Error("a file that is gone was written")
	}
	r.Context = []ContextFile{{Name: "../x"}}
	if err := r.Write(t.TempDir()); err == nil {
		t.Error("a file was written outside the directory")
	}
}

func TestRuns(t *testing.T) {
	dir := files(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, platform, libc string
		want                 bool
	}{
		{filepath.Join(dir, "uv-amd64"), "linux/amd64", "musl", true},
		{filepath.Join(dir, "uv-amd64"), "linux/arm64", "", false},
		{filepath.Join(dir, "uv-arm64"), "linux/arm64", "glibc", true},
		{filepath.Join(dir, "netrc"), "linux/amd64", "", false},
		{self, "linux/s390x", "", true}, // nobody knows better
	} {
		if got := runs(test.path, test.platform, test.libc); got != test.want {
			t.Errorf("%s on %s with %s: %t", filepath.Base(test.path), test.platform, test.libc, got)
		}
	}
}
