package baseimage

import (
	"debug/elf"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/internal/python"
	"github.com/pratique-dev/pratique/internal/wheel"
)

// debianSystem is what Debian's images have besides Python.
func debianSystem() []item {
	return []item{
		link("lib", "usr/lib"), link("bin", "usr/bin"), link("lib64", "usr/lib64"),
		reg("usr/lib/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n"),
		link("etc/os-release", "../usr/lib/os-release"),
		reg("usr/lib/x86_64-linux-gnu/libc.so.6", glibcText("2.36")),
		reg("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nflytekit:x:1000:1000::/home/flytekit:/bin/sh\n"),
		reg("etc/group", "root:x:0:\nstaff:x:50:\n"),
		dir("usr/local/lib").owned(0, 50).perm(0o2775),
		link("usr/local/man", "share/man"), dir("usr/local/share/man"),
	}
}

// world is a kind of image and what there is to find out about it.
type world struct {
	name    string
	arch    string
	config  v1.Config
	items   []item
	want    Interpreter // Layout without Dirs
	target  python.Target
	options Options
}

func env(vars ...string) v1.Config { return v1.Config{Env: vars} }

const usualPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func glibc(version, libc string) python.Target {
	return python.Target{Version: version, Implementation: "cpython", Arch: "amd64", Libc: "glibc", LibcVersion: libc}
}

// plain is the layout of an unchanged Python with one library directory.
func plain(prefix, minor string) wheel.Layout {
	site := prefix + "/lib/python" + minor + "/site-packages"
	return wheel.Layout{
		Interpreter: prefix + "/bin/python" + minor, Purelib: site, Platlib: site, Scripts: prefix + "/bin",
		Headers: prefix + "/include/python" + minor, Data: prefix,
	}
}

func venvLayout(prefix, minor string) wheel.Layout {
	l := plain(prefix, minor)
	l.Interpreter, l.Headers = prefix+"/bin/python", prefix+"/include/site/python"+minor
	return l
}

func owned(l wheel.Layout, uid, gid int) wheel.Layout { l.UID, l.GID = uid, gid; return l }

func worlds() []world {
	library := flat(debianSystem(), stdlib("usr/local/lib", "3.11", ""),
		reg("usr/local/bin/python3.11", imagebuildtest.Program(elf.EM_X86_64, glibcLoader)), link("usr/local/bin/python3", "python3.11"), link("usr/local/bin/python", "python3"),
		reg("usr/local/lib/libpython3.11.so.1.0", "x\x003.11.9\x00y"), dir("usr/local/lib/python3.11/site-packages"))
	debian := flat(debianSystem(), stdlib("usr/lib", "3.11", debianSite), reg("usr/bin/python3.11", pythonProgram("3.11.2")), link("usr/bin/python3", "python3.11"),
		dir("usr/lib/python3/dist-packages"))
	flask := "home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.11.9\n"
	return []world{
		{
			name: "docker-library", config: env(usualPath, "PYTHON_VERSION=3.11.9"), items: library,
			want: Interpreter{Version: "3.11.9", Path: "/usr/local/bin/python3.11", Prefix: "/usr/local", Base: "/usr/local", Layout: plain("/usr/local", "3.11"),
				SysPath: []string{"/usr/local/lib/python3.11", "/usr/local/lib/python3.11/lib-dynload", "/usr/local/lib/python3.11/site-packages"}},
			target: glibc("3.11.9", "2.36"),
		},
		{
			name: "version from the environment", config: env(usualPath, "PYTHON_VERSION=3.12.4"),
			items: flat(debianSystem(), stdlib("usr/local/lib", "3.12", ""), reg("usr/local/bin/python3.12", imagebuildtest.Program(elf.EM_X86_64, glibcLoader))),
			want: Interpreter{Version: "3.12.4", Path: "/usr/local/bin/python3.12", Prefix: "/usr/local", Base: "/usr/local", Layout: owned(plain("/usr/local", "3.12"), 0, 0),
				SysPath: []string{"/usr/local/lib/python3.12", "/usr/local/lib/python3.12/lib-dynload", "/usr/local/lib/python3.12/site-packages"}},
			target: glibc("3.12.4", "2.36"),
		},
		{
			name: "debian", config: env(usualPath), items: debian,
			want: Interpreter{Version: "3.11.2", Path: "/usr/bin/python3.11", Prefix: "/usr", Base: "/usr",
				Layout: wheel.Layout{Interpreter: "/usr/bin/python3.11", Purelib: "/usr/local/lib/python3.11/dist-packages", Platlib: "/usr/local/lib/python3.11/dist-packages",
					Scripts: "/usr/local/bin", Headers: "/usr/include/python3.11", Data: "/usr/local", GID: 50},
				SysPath: []string{"/usr/lib/python3.11", "/usr/lib/python3.11/lib-dynload", "/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages"}},
			target: glibc("3.11.2", "2.36"),
		},
		{
			name: "debian beside docker-library", config: env(usualPath), items: flat(library, debian), options: Options{PythonExec: "/bin/python3"},
			want: Interpreter{Version: "3.11.2", Path: "/usr/bin/python3.11", Prefix: "/usr", Base: "/usr",
				Layout: wheel.Layout{Interpreter: "/usr/bin/python3.11", Purelib: "/usr/local/lib/python3.11/dist-packages", Platlib: "/usr/local/lib/python3.11/dist-packages",
					Scripts: "/usr/local/bin", Headers: "/usr/include/python3.11", Data: "/usr/local"},
				SysPath: []string{"/usr/lib/python3.11", "/usr/lib/python3.11/lib-dynload", "/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages"}},
			target: glibc("3.11.2", "2.36"),
		},
		{
			name: "virtual environment on PATH", config: env("PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV=/opt/venv"),
			items: flat(library, reg("opt/venv/pyvenv.cfg", flask), link("opt/venv/bin/python", "/usr/local/bin/python3.11"), link("opt/venv/bin/python3", "python"),
				dir("opt/venv/lib/python3.11/site-packages").owned(1000, 1000), link("opt/venv/lib64", "lib")),
			want: Interpreter{Version: "3.11.9", Path: "/opt/venv/bin/python3", Prefix: "/opt/venv", Base: "/usr/local",
				Layout:  owned(withInterpreter(venvLayout("/opt/venv", "3.11"), "/opt/venv/bin/python3"), 1000, 1000),
				SysPath: []string{"/usr/local/lib/python3.11", "/usr/local/lib/python3.11/lib-dynload", "/opt/venv/lib/python3.11/site-packages"}},
			target: glibc("3.11.9", "2.36"),
		},
		{
			name: "virtual environment that sees the system", config: env("PATH=/root/.venv/bin:/usr/bin"),
			items: flat(debian, reg("root/.venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n"), link("root/.venv/bin/python", "/usr/bin/python3"),
				dir("root/.venv/lib/python3.11/site-packages"), dir("usr/local/lib/python3.11/dist-packages")),
			want: Interpreter{Version: "3.11.2", Path: "/root/.venv/bin/python", Prefix: "/root/.venv", Base: "/usr", Layout: venvLayout("/root/.venv", "3.11"),
				SysPath: []string{"/usr/lib/python3.11", "/usr/lib/python3.11/lib-dynload", "/root/.venv/lib/python3.11/site-packages",
					"/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages"}},
			target: glibc("3.11.2", "2.36"),
		},
		{
			name: "flytekit's default builder", config: env("PATH=/opt/micromamba/envs/runtime/bin:/usr/bin", "UV_PYTHON=/opt/micromamba/envs/runtime/bin/python"),
			items: flat(debian, stdlib("opt/micromamba/envs/runtime/lib", "3.12", ""), reg("opt/micromamba/envs/runtime/bin/python3.12", pythonProgram("3.12.7")),
				link("opt/micromamba/envs/runtime/bin/python", "python3.12"), dir("opt/micromamba/envs/runtime/lib/python3.12/site-packages").owned(1000, 1000)),
			want: Interpreter{Version: "3.12.7", Path: "/opt/micromamba/envs/runtime/bin/python3.12", Prefix: "/opt/micromamba/envs/runtime", Base: "/opt/micromamba/envs/runtime",
				Layout: owned(plain("/opt/micromamba/envs/runtime", "3.12"), 1000, 1000),
				SysPath: []string{"/opt/micromamba/envs/runtime/lib/python3.12", "/opt/micromamba/envs/runtime/lib/python3.12/lib-dynload",
					"/opt/micromamba/envs/runtime/lib/python3.12/site-packages"}},
			target: glibc("3.12.7", "2.36"),
		},
		{
			name: "conda in a home directory", config: v1.Config{Env: []string{"PATH=/home/ray/anaconda3/bin:/usr/bin"}, User: "ray"},
			items: flat(debianSystem(), reg("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nray:x:1000:100::/home/ray:/bin/bash\n"), stdlib("home/ray/anaconda3/lib", "3.10", ""),
				reg("home/ray/anaconda3/bin/python3.10", imagebuildtest.Program(elf.EM_X86_64, glibcLoader)), link("home/ray/anaconda3/bin/python", "python3.10"),
				reg("home/ray/anaconda3/conda-meta/python-3.10.15-h4a871b0_2_cpython.json", "{}"),
				dir("home/ray/anaconda3/lib/python3.10/site-packages").owned(1000, 100), dir("home/ray/.local/lib/python3.10/site-packages").owned(1000, 100)),
			want: Interpreter{Version: "3.10.15", Path: "/home/ray/anaconda3/bin/python3.10", Prefix: "/home/ray/anaconda3", Base: "/home/ray/anaconda3",
				Layout: owned(plain("/home/ray/anaconda3", "3.10"), 1000, 100),
				SysPath: []string{"/home/ray/anaconda3/lib/python3.10", "/home/ray/anaconda3/lib/python3.10/lib-dynload",
					"/home/ray/.local/lib/python3.10/site-packages", "/home/ray/anaconda3/lib/python3.10/site-packages"}},
			target: glibc("3.10.15", "2.36"),
		},
		{
			name: "alpine", config: env(usualPath),
			items: flat(stdlib("usr/lib", "3.11", ""), reg("usr/bin/python3.11", imagebuildtest.Program(elf.EM_X86_64, muslLoader)), link("usr/bin/python3", "python3.11"),
				reg("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\n"), reg("lib/ld-musl-x86_64.so.1", "\x001.2.4\x00"), link("lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"),
				reg("lib/apk/db/installed", "C:Q1\nP:musl\nV:1.2.4-r1\n\nP:python3\nV:3.11.6-r0\n\nP:zlib\nV:1\n"), dir("usr/lib/python3.11/site-packages")),
			want: Interpreter{Version: "3.11.6", Path: "/usr/bin/python3.11", Prefix: "/usr", Base: "/usr", Layout: plain("/usr", "3.11"),
				SysPath: []string{"/usr/lib/python3.11", "/usr/lib/python3.11/lib-dynload", "/usr/lib/python3.11/site-packages"}},
			target: python.Target{Version: "3.11.6", Implementation: "cpython", Arch: "amd64", Libc: "musl", LibcVersion: "1.2"},
		},
		{
			name: "red hat", config: env(usualPath),
			items: flat(link("lib", "usr/lib"), link("lib64", "usr/lib64"), link("bin", "usr/bin"), stdlib("usr/lib64", "3.9", redhatSite), reg("usr/bin/python3.9", pythonProgram("3.9.18")),
				link("usr/bin/python3", "python3.9"), dir("usr/lib/python3.9/site-packages"), dir("usr/lib64/python3.9/site-packages"),
				reg("etc/os-release", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n"), reg("usr/lib64/libc.so.6", "stripped of its text")),
			want: Interpreter{Version: "3.9.18", Path: "/usr/bin/python3.9", Prefix: "/usr", Base: "/usr",
				Layout: wheel.Layout{Interpreter: "/usr/bin/python3.9", Purelib: "/usr/local/lib/python3.9/site-packages", Platlib: "/usr/local/lib64/python3.9/site-packages",
					Scripts: "/usr/local/bin", Headers: "/usr/include/python3.9", Data: "/usr/local"},
				SysPath: []string{"/usr/lib64/python3.9", "/usr/lib64/python3.9/lib-dynload", "/usr/local/lib64/python3.9/site-packages", "/usr/local/lib/python3.9/site-packages",
					"/usr/lib64/python3.9/site-packages", "/usr/lib/python3.9/site-packages"}},
			target: glibc("3.9.18", "2.34"),
		},
		{
			name: "arm64, an older libc by the name of its file", arch: "arm64", config: env(usualPath),
			items: flat(stdlib("usr/local/lib", "3.9", ""), reg("usr/local/bin/python3.9", imagebuildtest.Program(elf.EM_AARCH64, "/lib/ld-linux-aarch64.so.1", "3.9.2")),
				reg("lib/aarch64-linux-gnu/libc-2.31.so", ""), link("lib/aarch64-linux-gnu/libc.so.6", "libc-2.31.so")),
			want: Interpreter{Version: "3.9.2", Path: "/usr/local/bin/python3.9", Prefix: "/usr/local", Base: "/usr/local", Layout: plain("/usr/local", "3.9"),
				SysPath: []string{"/usr/local/lib/python3.9", "/usr/local/lib/python3.9/lib-dynload", "/usr/local/lib/python3.9/site-packages"}},
			target: python.Target{Version: "3.9.2", Implementation: "cpython", Arch: "arm64", Libc: "glibc", LibcVersion: "2.31"},
		},
		{
			name: "a program without a version in its name", config: env("PATH=/opt/py/bin:/usr/bin"),
			items: flat(debian, stdlib("opt/py/lib", "3.10", ""), stdlib("opt/py/lib", "3.12", ""), reg("opt/py/bin/python3", pythonProgram("3.12.4")), link("opt/py/bin/python3.12", "python3")),
			want: Interpreter{Version: "3.12.4", Path: "/opt/py/bin/python3.12", Prefix: "/opt/py", Base: "/opt/py", Layout: plain("/opt/py", "3.12"),
				SysPath: []string{"/opt/py/lib/python3.12", "/opt/py/lib/python3.12/lib-dynload", "/opt/py/lib/python3.12/site-packages"}},
			target: glibc("3.12.4", "2.36"),
		},
		{
			name: "a version that is not the first", config: env(usualPath), items: flat(library, debian, stdlib("opt/python/lib", "3.13", ""), reg("opt/python/bin/python3.13", pythonProgram("3.13.1"))),
			options: Options{PythonVersion: "3.13"},
			want: Interpreter{Version: "3.13.1", Path: "/opt/python/bin/python3.13", Prefix: "/opt/python", Base: "/opt/python", Layout: plain("/opt/python", "3.13"),
				SysPath: []string{"/opt/python/lib/python3.13", "/opt/python/lib/python3.13/lib-dynload", "/opt/python/lib/python3.13/site-packages"}},
			target: glibc("3.13.1", "2.36"),
		},
	}
}

func withInterpreter(l wheel.Layout, file string) wheel.Layout { l.Interpreter = file; return l }

func TestInterpreter(t *testing.T) {
	for _, w := range worlds() {
		t.Run(w.name, func(t *testing.T) {
			arch := w.arch
			if arch == "" {
				arch = "amd64"
			}
			// Two layers, so that nothing depends on all being in one.
			half := len(w.items) / 2
			b, err := Read(t.Context(), imageFor(t, arch, w.config, layerOf(t, w.items[:half]...), layerOf(t, w.items[half:]...)), w.options)
			if err != nil {
				t.Fatal(err)
			}
			got := b.Python
			got.Layout.Dirs = nil
			if diff := cmp.Diff(w.want, got); diff != "" {
				t.Errorf("interpreter (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(w.target, b.Target); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInterpreterRefused(t *testing.T) {
	debian := flat(debianSystem(), stdlib("usr/lib", "3.11", debianSite), reg("usr/bin/python3.11", pythonProgram("3.11.2")), link("usr/bin/python3", "python3.11"))
	for name, test := range map[string]struct {
		items   []item
		options Options
		want    string
	}{
		"none":            {debianSystem(), Options{}, "the base image has no Python that can be used"},
		"another version": {debian, Options{PythonVersion: "3.12"}, "the base image has no Python 3.12; it has /usr/bin/python3.11 (3.11.2)"},
		"another patch":   {debian, Options{PythonVersion: "3.11.7"}, "the base image has no Python 3.11.7; it has /usr/bin/python3.11 (3.11.2)"},
		"exec missing": {debian, Options{PythonExec: "/opt/venv/bin/python"},
			"the base image has no Python at /opt/venv/bin/python; it has /usr/bin/python3.11 (3.11.2)"},
		"exec of another version": {debian, Options{PythonExec: "python3", PythonVersion: "3.9"},
			"python3 of the base image is not Python 3.9; it has /usr/bin/python3.11 (3.11.2)"},
		"exec outside of the image": {debian, Options{PythonExec: "/../../usr/bin/python3", PythonVersion: "3.9"},
			"/../../usr/bin/python3 of the base image is not Python 3.9; it has /usr/bin/python3.11 (3.11.2)"},
		"another architecture": {flat(debianSystem(), stdlib("usr/lib", "3.11", debianSite), reg("usr/bin/python3.11", imagebuildtest.Program(elf.EM_AARCH64, "/lib/ld-linux-aarch64.so.1"))), Options{},
			"the base image has no Python that can be used; it has /usr/bin/python3.11, but it is built for arm64, in an image for amd64"},
		"pypy": {flat(debianSystem(), reg("opt/pypy/bin/pypy3.10", pythonProgram("3.10.13")), link("usr/local/bin/python3", "/opt/pypy/bin/pypy3.10")), Options{},
			"the base image has no Python that can be used; it has /usr/local/bin/python3, but it is PyPy"},
		"a script": {flat(debianSystem(), reg("usr/bin/python3", "#!/bin/sh\nexec pyenv exec python3\n")), Options{PythonExec: "/usr/bin/python3"},
			"/usr/bin/python3 of the base image cannot be used: it is a script; it has /usr/bin/python3, but it is a script"},
		"no library": {flat(debianSystem(), reg("usr/bin/python3", pythonProgram("3.11.2"))), Options{},
			"the base image has no Python that can be used; it has /usr/bin/python3, but it has no standard library"},
		"a loop of links": {flat(debianSystem(), link("usr/bin/python3", "python"), link("usr/bin/python", "python3")), Options{},
			"the base image has no Python that can be used"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(t.Context(), imageOf(t, env(usualPath), layerOf(t, test.items...)), test.options)
			if err == nil || err.Error() != test.want {
				t.Fatalf("error %v, want %s", err, test.want)
			}
			var none *NoPythonError
			var other *VersionError
			if !errors.As(err, &none) && !errors.As(err, &other) {
				t.Errorf("error of the type %T", err)
			}
		})
	}
}

func TestLibcUnknown(t *testing.T) {
	_, err := Read(t.Context(), imageOf(t, env(usualPath), layerOf(t, flat(stdlib("usr/lib", "3.11", ""), reg("usr/bin/python3.11", pythonProgram("3.11.2")))...)), Options{})
	if err == nil || !strings.Contains(err.Error(), "C library of the base image is not known") {
		t.Errorf("error %v", err)
	}
}

func TestGlibcOfReleases(t *testing.T) {
	for text, want := range map[string]string{
		"ID=debian\nVERSION_ID=\"12\"":                                    "2.36",
		"ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"":                 "2.35",
		"ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"":            "2.34",
		"ID=\"amzn\"\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=\"2\"":   "2.26",
		"ID='rocky'\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.10\"": "2.28",
		"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"22\"":      "",
		"": "",
	} {
		if got := parseOSRelease(text).glibc(); got != want {
			t.Errorf("glibc of %q is %q, want %q", text, got, want)
		}
	}
}

func TestOSRelease(t *testing.T) {
	got := parseOSRelease("# comment\nID=rhel\nNAME=\"Red \\\"Hat\\\"\"\nPRETTY_NAME='Red Hat 9'\nID_LIKE=\"fedora  x\"\nBROKEN\nVERSION_ID=\"a\\\"b\"\n")
	want := OSRelease{ID: "rhel", IDLike: []string{"fedora", "x"}, VersionID: `a"b`, Name: "Red Hat 9"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
