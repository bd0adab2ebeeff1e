package pylock

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/python"
)

// fakeUV is a program that answers like uv of some version, and then does what
// the script says, with $dir to write to.
func fakeUV(t *testing.T, version, script string) (path, dir string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "uv")
	text := "#!/bin/sh\ndir='" + dir + "'\nif [ \"$1\" = --version ]; then echo '" + version + "'; exit 0; fi\n" + script
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path, dir
}

// answer is a script that records how it was called and prints a lock.
const answer = `
for last; do :; done
printf '%s\n' "$@" >>"$dir/args"; env >"$dir/env"; pwd >"$dir/pwd"
cat "$last" >"$dir/input"
for a; do case $a in --constraints=*) cat "${a#--constraints=}" >"$dir/constraints";; esac; done
cat <<LOCK
lock-version = "1.0"
created-by = "uv"
[[packages]]
name = "a"
version = "1.0"
wheels = [{ url = "https://index.example.com/a-1.0-py3-none-any.whl", hashes = { sha256 = "` + sumA + `" } }]
[[packages]]
name = "b"
version = "2.0"
sdist = { url = "https://index.example.com/b-2.0.tar.gz", hashes = { sha256 = "` + sumA + `" } }
wheels = [
  { url = "https://index.example.com/b-2.0-cp311-cp311-manylinux_2_17_aarch64.whl", hashes = { sha256 = "` + sumA + `" } },
  { url = "https://index.example.com/b-2.0-py3-none-any.whl", hashes = { sha256 = "` + sumB + `" } },
]
LOCK
`

func contents(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestUVIsCalled(t *testing.T) {
	path, dir := fakeUV(t, "uv 0.9.5 (abc 2025-01-01)", answer)
	t.Setenv("AMBIENT_SECRET", "hunter2")
	t.Setenv("TMPDIR", t.TempDir())
	project := write(t, "r.txt", "a>=1\nc; os_name == 'nt'\n-c c.txt\n--find-links links\n", "c.txt", "z<5\n", "links/x", "")
	in := Input{
		Requirements: "r.txt", Packages: []string{"b[x]"}, Dir: project, IndexURL: "https://user:secret@index.example.com/simple", ExtraIndexURLs: []string{"https://e.example/simple"},
		ExtraArgs: "--pre --exclude-newer='2024-01-01; rm -rf /' --no-deps --find-links '" + filepath.Join(project, "none") + "'",
	}
	r := newResolver(t, "UV_EXTRA_INDEX_URL=https://f.example/simple", "UV_INDEX_URL=https://g.example/simple", "AMBIENT_SECRET=hunter2", "PATH="+os.Getenv("PATH"))
	r.UV = path
	l, err := r.Resolve(t.Context(), in, bookworm)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 1.0*", "b 2.0*"}, chosen(t, l, bookworm)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if l.Tool.Pratique.Resolver != "uv 0.9.5" || l.Packages[1].Sdist != nil || l.Packages[1].Wheels[0].Hashes["sha256"] != sumB {
		t.Errorf("the lock: %+v", l)
	}
	args := contents(t, dir, "args")
	for _, want := range []string{
		"--format=pylock.toml\n", "--python-platform=x86_64-manylinux_2_36\n", "--python-version=3.11.2\n", "--only-binary=:all:\n", "--no-python-downloads\n",
		"--prerelease=allow\n", "--exclude-newer=2024-01-01; rm -rf /\n", "--no-deps\n",
	} {
		if strings.Count(args, want) != 1 {
			t.Errorf("uv is called without %q:\n%s", want, args)
		}
	}
	if strings.Contains(args, "secret") || strings.Contains(args, "https://") || strings.Contains(args, "--no-config") {
		t.Errorf("uv is called with\n%s", args)
	}
	env := contents(t, dir, "env")
	for want, times := range map[string]int{
		"UV_DEFAULT_INDEX=https://user:secret@index.example.com/simple\n": 1, "UV_EXTRA_INDEX_URL=https://e.example/simple https://f.example/simple\n": 1, "UV_INDEX_URL": 0, "AMBIENT_SECRET=hunter2\n": 1,
	} {
		if strings.Count(env, want) != times {
			t.Errorf("the environment has %q not %d times:\n%s", want, times, env)
		}
	}
	if got := contents(t, dir, "input"); got != "--find-links "+filepath.Join(project, "links")+"\na>=1\nb[x]\n" {
		t.Errorf("uv reads\n%s", got)
	}
	if got := contents(t, dir, "constraints"); got != "z<5\n" {
		t.Errorf("uv reads as constraints\n%s", got)
	}
	if got := strings.TrimSpace(contents(t, dir, "pwd")); got != project {
		t.Errorf("uv runs in %s", got)
	}

	// For others, nothing of the machine and nothing beside the input counts.
	r.Root = project
	in.ExtraArgs = "--no-deps"
	if _, err := r.Resolve(t.Context(), in, bookworm); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(contents(t, dir, "pwd")); got == project || !strings.Contains(contents(t, dir, "args"), "--no-config") {
		t.Errorf("confined, uv runs in %s", got)
	}
	if env := contents(t, dir, "env"); strings.Contains(env, "hunter2") || !strings.Contains(env, "UV_DEFAULT_INDEX=") {
		t.Errorf("confined, the environment is\n%s", env)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "pratique-resolve-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %s, %v", left, err)
	}
}

func TestUVHashes(t *testing.T) {
	path, _ := fakeUV(t, "uv 0.10.0", answer)
	for name, c := range map[string]struct {
		packages []string
		want     string
	}{
		"right":   {[]string{"a>=1 --hash=sha256:" + sumA, "b --hash=sha256:" + sumA + " --hash=sha256:" + sumB}, ""},
		"wrong":   {[]string{"a>=1 --hash=sha256:" + sumB, "b --hash=sha256:" + sumB}, "a-1.0-py3-none-any.whl has none of the hashes that are written"},
		"missing": {[]string{"a>=1 --hash=sha256:" + sumA}, "b has no --hash"},
	} {
		r := newResolver(t)
		r.UV = path
		_, err := r.Resolve(t.Context(), Input{Packages: c.packages}, bookworm)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUVUnusable(t *testing.T) {
	old, _ := fakeUV(t, "uv 0.6.17", answer)
	other, _ := fakeUV(t, "something else", answer)
	broken, _ := fakeUV(t, "uv 0.9.5", "exit 0")
	arm := bookworm
	arm.Arch = "s390x"
	ancient := bookworm
	ancient.LibcVersion = "2.12"
	for name, c := range map[string]struct {
		uv     string
		target python.Target
		want   string
		noUV   bool
	}{
		"missing":      {"/nonexistent/uv", bookworm, "pip install uv", true},
		"too old":      {old, bookworm, "0.7 is the oldest", true},
		"another":      {other, bookworm, "does not say its version", true},
		"no answer":    {broken, bookworm, "lock-version", false},
		"architecture": {broken, arm, "uv cannot resolve for linux/s390x", false},
		"glibc":        {broken, ancient, "older than 2.17", false},
	} {
		r := newResolver(t)
		r.UV = c.uv
		_, err := r.Resolve(t.Context(), Input{Packages: []string{"a"}}, c.target)
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrNoUV) != c.noUV {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUVPlatform(t *testing.T) {
	for want, target := range map[string]python.Target{
		"x86_64-manylinux_2_36":      bookworm,
		"aarch64-manylinux_2_31":     {Arch: "arm64", Libc: "glibc", LibcVersion: "2.31"},
		"x86_64-manylinux_2_28":      {Arch: "amd64", Libc: "glibc", LibcVersion: "2.30"},
		"x86_64-manylinux_2_40":      {Arch: "amd64", Libc: "glibc", LibcVersion: "2.41.1"},
		"aarch64-manylinux_2_17":     {Arch: "arm64", Libc: "glibc", LibcVersion: "2.17"},
		"aarch64-unknown-linux-musl": {Arch: "arm64", Libc: "musl", LibcVersion: "1.2"},
	} {
		if got, err := uvPlatform(target); got != want || err != nil {
			t.Errorf("%+v: %s, %v, want %s", target, got, err, want)
		}
	}
}

// What uv says where wheels are missing; texts of several versions.
func TestUVExplains(t *testing.T) {
	for name, c := range map[string]struct {
		output string
		want   string // the error's text, or its beginning
		source string // names of *SourceOnlyError
	}{
		"source only, 0.13": {"error: No solution found when resolving dependencies\n  cause: Because antlr4-runtime==4.9.3 has no usable wheels and you require antlr4-runtime==4.9.3, we can conclude that your requirements are unsatisfiable.\n\n" +
			"hint: Wheels are required for `antlr4-runtime` because building from source is disabled for all packages (i.e., with `--no-build`)", "antlr4-runtime 4.9.3 has to be built from source", "antlr4-runtime"},
		"source only, 0.7": {"  × No solution found when resolving dependencies:\n  ╰─▶ Because antlr4-runtime==4.9.* has no usable wheels\n\n      hint: Wheels are required for `antlr4-runtime` because building\n      from source is disabled for all packages (i.e., with `--no-build`)",
			"antlr4-runtime has to be built from source", "antlr4-runtime"},
		"direct": {"  × Failed to download and build `six @\n  │ https://h.example/six.tar.gz`\n  ╰─▶ Building source distributions for `six` is disabled", "six has to be built from source", "six"},
		"no wheel": {"hint: You require CPython 3.11 (`cp311`), but we only found wheels\n  for `tensor-flow` (v2.3.0) with the following Python ABI tags: `cp35m`,\n `cp36m`\n" +
			"cause: Because tensor-flow==2.3.0 has no wheels with a matching Python ABI tag (e.g., `cp311`) and you require", "tensor-flow 2.3.0 has no wheel for Python 3.11.2 on linux/amd64 with glibc 2.36: there is 2.3.0 for cp35m, 2.3.0 for cp36m", ""},
		"no platform": {"And because pywin32>=303 has no wheels with a matching platform tag (e.g., `manylinux_2_36_x86_64`) and you require pywin32,\nhint: Wheels are available for `pywin32` (v312) on the following platforms: `win32`, `win_arm64`",
			"pywin32 >=303 has no wheel for Python 3.11.2", ""},
		"conflict":  {"error: No solution\n cause: Because https://user:secret@h.example/simple says so", "uv could not resolve the packages: error: No solution\n cause: Because https://***@h.example/simple says so", ""},
		"no Python": {"error: No interpreter found for Python 3.11 in virtual environments, managed installations, or search path", "uv is not usable: it needs a Python on this machine", ""},
	} {
		err := (&compilation{target: bookworm}).explain(c.output)
		var source *SourceOnlyError
		if !strings.HasPrefix(err.Error(), c.want) || errors.As(err, &source) != (c.source != "") || source != nil && source.Name != c.source {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// realUV is the uv that scripts/tools installs, or another one.
func realUV(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("PRATIQUE_UV"), "../../.cache/venv/bin/uv", "../../.cache/venv-flytekit/bin/uv", "uv"} {
		if path, err := exec.LookPath(name); err == nil {
			if path, err = filepath.Abs(path); err == nil {
				return path
			}
		}
	}
	need.Missing(t, "uv is not there; scripts/tools installs it")
	return ""
}

// uv itself, with an index on this machine.
func TestRealUV(t *testing.T) {
	uv := realUV(t)
	x := newIndex(t)
	x.login = "user:secret"
	x.add(t, "app-1.0-py3-none-any.whl", "lib<2")
	x.add(t, "app-2.0-py3-none-any.whl", "lib", "marked; platform_machine == 'aarch64'", "Requires-Python: >=3.9")
	x.add(t, "lib-1.0-py3-none-any.whl")
	x.add(t, "lib-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
	x.add(t, "lib-2.0-cp311-cp311-manylinux_2_28_aarch64.whl")
	x.add(t, "lib-3.0-cp311-cp311-manylinux_2_39_x86_64.whl") // too new for bookworm
	x.add(t, "marked-1.0-py3-none-any.whl")
	x.add(t, "windows-1.0-cp311-cp311-win_amd64.whl")
	x.add(t, "shell-1.0-py3-none-any.whl")
	x.add(t, "shell-2.0-py3-none-any.whl", "code")
	for _, name := range []string{"code-1.0.tar.gz", "lib-3.0.tar.gz"} {
		x.files[name] = testFile{data: []byte("no archive: whoever unpacks it has started to build")}
	}
	arm := bookworm
	arm.Arch = "arm64"

	uvCache := t.TempDir() // what it knows of the interpreter, above all
	resolver := func(t *testing.T) *Resolver {
		r := newResolver(t, "PATH="+os.Getenv("PATH"), "UV_CACHE_DIR="+uvCache)
		r.UV = uv
		return r
	}
	for name, c := range map[string]struct {
		in     Input
		target python.Target
		want   []string
	}{
		"amd64":      {Input{Packages: []string{"app"}}, bookworm, []string{"app 2.0*", "lib 2.0"}},
		"arm64":      {Input{Packages: []string{"app"}}, arm, []string{"app 2.0*", "lib 2.0", "marked 1.0"}},
		"old":        {Input{Packages: []string{"app<2"}}, bookworm, []string{"app 1.0*", "lib 1.0"}},
		"constraint": {Input{Packages: []string{"app"}, Requirements: "r.txt", Dir: write(t, "r.txt", "-c c.txt\n", "c.txt", "lib<2\n")}, bookworm, []string{"app 2.0*", "lib 1.0"}},
		"project":    {Input{Requirements: "pyproject.toml", Dir: write(t, "pyproject.toml", "[project]\nname = 'p'\nversion = '1'\ndependencies = ['app']\n[tool.uv.sources]\nlib = {index = 'none'}\n")}, bookworm, []string{"app 2.0*", "lib 2.0"}},
		"URL":        {Input{Packages: []string{"lib @ " + strings.Replace(x.URL, "://", "://user:secret@", 1) + "/files/lib-1.0-py3-none-any.whl", "app"}}, bookworm, []string{"app 2.0*", "lib 1.0*"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := resolver(t)
			c.in.IndexURL = x.simple()
			l, err := r.Resolve(t.Context(), c.in, c.target)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, chosen(t, l, c.target)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			ds, err := l.Select(c.target)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.FetchAll(t.Context(), ds); err != nil {
				t.Error(err)
			}
			first, err := l.Bytes()
			if err != nil || strings.Contains(string(first), "secret") {
				t.Errorf("%v\n%s", err, first)
			}
			if l, err = resolver(t).Resolve(t.Context(), c.in, c.target); err != nil {
				t.Fatal(err)
			}
			if second, err := l.Bytes(); err != nil || string(first) != string(second) {
				t.Errorf("the second time it differs (%v):\n%s", err, cmp.Diff(string(first), string(second)))
			}
		})
	}

	for name, c := range map[string]struct {
		packages []string
		want     string
		is       func(error) bool
	}{
		"source only":     {[]string{"code"}, "code", asSource},
		"source, pinned":  {[]string{"code==1.0", "app"}, "code 1.0", asSource},
		"fell back":       {[]string{"shell"}, "code", asSource}, // shell 1.0 would do, silently
		"accepted as old": {[]string{"shell<2", "code; os_name == 'nt'"}, "", nil},
		"other platform":  {[]string{"windows"}, "windows", func(err error) bool { var e *NoWheelError; return errors.As(err, &e) }},
		"conflict":        {[]string{"app<2", "lib>=2"}, "app", func(err error) bool { var e *ResolveError; return errors.As(err, &e) }},
		"unknown":         {[]string{"nothing-like-it"}, "nothing-like-it", func(err error) bool { var e *ResolveError; return errors.As(err, &e) }},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := resolver(t).Resolve(t.Context(), Input{Packages: c.packages, IndexURL: x.simple()}, bookworm)
			if c.is == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !c.is(err) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%T: %v", err, err)
			}
		})
	}
}

func asSource(err error) bool {
	var e *SourceOnlyError
	return errors.As(err, &e)
}
