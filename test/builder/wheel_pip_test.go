package builder

import (
	"archive/tar"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/wheel"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestWheelsLikePip installs wheels into a virtual environment twice, by pip
// and by unpacking the layers that are made of them, and compares. Differences
// that are meant are those that likePip leaves out.
func TestWheelsLikePip(t *testing.T) {
	v := newVenv(t)
	t.Run("made", func(t *testing.T) {
		dir := t.TempDir()
		file, content := newWheel(t, "demo_pkg", "1.0", demoFiles...)
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
			t.Fatal(err)
		}
		// pip names the directory of headers as the requirement is spelt, we as
		// the wheel is.
		v.compare(t, dir, "demo_pkg==1.0")
	})
	t.Run("real", func(t *testing.T) {
		// Between them: modules, libraries, executables, headers, data,
		// scripts that are programs, and commands.
		real := []string{"greenlet", "jupyterlab-widgets", "numpy", "requests", "ruff"}
		dir := t.TempDir()
		args := []string{"-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--dest", dir}
		v.recreate(t)
		if _, err := blackbox.Try(t, indexEnv(), "", v.python(), append(args, real...)...); err != nil {
			need.Missing(t, "no package index: "+err.Error())
		}
		v.compare(t, dir, real...)
	})
}

// demoFiles have something for each rule of installing.
var demoFiles = []wheelFile{
	{name: "demo_pkg/__init__.py", content: []byte("import sys\ndef main():\n    print('main', sys.argv[1:])\n    return 3\nclass App:\n    def run():\n        print('app')\n")},
	{name: "demo_pkg/tool.sh", content: []byte("#!/bin/sh\n"), mode: 0o100755},
	{name: "demo_pkg/größe.txt", content: []byte("ü")},
	{name: "demo_pkg-1.0.data/purelib/demo_pure.py", content: []byte("pure = 1\n")},
	{name: "demo_pkg-1.0.data/platlib/demo_plat.py", content: []byte("plat = 1\n")},
	{name: "demo_pkg-1.0.data/headers/demo.h", content: []byte("int demo;\n")},
	{name: "demo_pkg-1.0.data/data/etc/demo/demo.conf", content: []byte("a=1\n")},
	{name: "demo_pkg-1.0.data/scripts/demo-script", content: []byte("#!python\nimport demo_pkg\nprint('script', demo_pkg.__name__)\n"), mode: 0o100755},
	{name: "demo_pkg-1.0.data/scripts/demo-shell", content: []byte("#!/bin/sh\necho shell\n"), mode: 0o100755},
	{name: "demo_pkg-1.0.dist-info/entry_points.txt", content: []byte("[console_scripts]\ndemo-main = demo_pkg:main\ndemo-app = demo_pkg:App.run [extra]\n[gui_scripts]\ndemo-gui = demo_pkg:main\n")},
}

// venv is a virtual environment that is made anew in the same place, so that
// what names the place is the same.
type venv struct {
	dir    string
	layout wheel.Layout
}

func newVenv(t testing.TB) *venv {
	t.Helper()
	need.Tools(t, "python3")
	v := &venv{dir: filepath.Join(t.TempDir(), "venv")}
	v.recreate(t)
	var paths struct{ Purelib, Platlib, Scripts, Include, Data string }
	out := blackbox.Run(t, nil, v.python(), "-c", `import sys, sysconfig, json
paths = sysconfig.get_paths()
# pip's, which sysconfig does not know of environments
paths["include"] = f"{sys.prefix}/include/site/python{sys.version_info[0]}.{sys.version_info[1]}"
print(json.dumps(paths))`)
	if err := json.Unmarshal(out, &paths); err != nil {
		t.Fatal(err)
	}
	v.layout = wheel.Layout{
		Interpreter: v.python(), Purelib: paths.Purelib, Platlib: paths.Platlib,
		Scripts: paths.Scripts, Headers: paths.Include, Data: paths.Data,
	}
	return v
}

func (v *venv) python() string { return filepath.Join(v.dir, "bin", "python") }

func (v *venv) recreate(t testing.TB) {
	t.Helper()
	if err := os.RemoveAll(v.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := blackbox.Try(t, nil, "", "python3", "-m", "venv", v.dir); err != nil {
		need.Missing(t, "python3 makes no virtual environments: "+err.Error())
	}
}

func (v *venv) pip(t testing.TB, args ...string) string {
	t.Helper()
	env := []string{"PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_CONFIG_FILE=" + os.DevNull, "PYTHONDONTWRITEBYTECODE=1"}
	return string(blackbox.Run(t, env, v.python(), append([]string{"-m", "pip"}, args...)...))
}

// compare installs the requirements from the wheels in a directory.
func (v *venv) compare(t *testing.T, wheels string, requirements ...string) {
	t.Helper()
	v.recreate(t)
	bare := v.tree(t)
	v.pip(t, append([]string{"install", "-q", "--no-index", "--no-deps", "--no-compile", "--find-links", wheels}, requirements...)...)
	want := v.added(t, bare)
	wantList, wantRuns := v.pip(t, "list", "--format", "json"), v.runs(t)

	v.recreate(t)
	v.unpack(t, wheels)
	got := v.added(t, bare)
	if diff := cmp.Diff(likePip(t, want), likePip(t, got)); diff != "" {
		t.Errorf("installed files (-pip +layers):\n%s", diff)
	}
	if diff := cmp.Diff(wantList, v.pip(t, "list", "--format", "json")); diff != "" {
		t.Errorf("pip list (-pip +layers):\n%s", diff)
	}
	if diff := cmp.Diff(wantRuns, v.runs(t)); diff != "" {
		t.Errorf("what commands say (-pip +layers):\n%s", diff)
	}
	for _, installed := range metadata(t, v) {
		if installed.Installer == "pratique" && (!installed.Requested || len(installed.Missing) > 0) {
			t.Errorf("importlib.metadata: %+v", installed)
		}
	}
	// What pip takes for its own it removes without a rest.
	var names []string
	for _, r := range requirements {
		name, _, _ := strings.Cut(r, "=")
		names = append(names, name)
	}
	v.pip(t, append([]string{"uninstall", "-q", "-y"}, names...)...)
	if left := v.added(t, bare); len(left) > 0 {
		t.Errorf("left by pip uninstall: %v", left)
	}
}

// unpack makes layers of the wheels in a directory, and unpacks them.
func (v *venv) unpack(t testing.TB, wheels string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(wheels, "*.whl"))
	if err != nil {
		t.Fatal(err)
	}
	var installs []wheel.Install
	for _, f := range files {
		installs = append(installs, wheel.Install{Path: f, Requested: true})
	}
	layers, err := wheel.Layers(t.Context(), &layer.Cache{Dir: t.TempDir()}, installs, v.layout, wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		v.extract(t, l)
	}
}

func (v *venv) extract(t testing.TB, l wheel.Layer) {
	t.Helper()
	r, err := l.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join("/", h.Name)
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(name, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !strings.HasPrefix(name, v.dir+"/") || h.Typeflag != tar.TypeReg {
			t.Fatalf("%s is no file of the environment", name)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, h.FileInfo().Mode()); err != nil {
			t.Fatal(err)
		}
	}
}

// node is a file of the environment.
type node struct {
	content    string
	executable bool
}

// tree are the environment's files by path, without byte code.
func (v *venv) tree(t testing.TB) map[string]node {
	t.Helper()
	files := map[string]node{}
	err := filepath.WalkDir(v.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, ".pyc") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(v.dir, path)
		files[name] = node{string(content), info.Mode()&0o111 != 0}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// added are the files that a bare environment does not have.
func (v *venv) added(t testing.TB, bare map[string]node) map[string]node {
	t.Helper()
	files := v.tree(t)
	for name := range bare {
		delete(files, name)
	}
	return files
}

// likePip makes of installed files what can be compared: a line for each. Meant
// to be different are what INSTALLER says; the text of the scripts for
// commands, which runs compares instead; and how lines of RECORD end.
func likePip(t testing.TB, files map[string]node) []string {
	t.Helper()
	var lines []string
	for name, f := range files {
		switch {
		case strings.HasSuffix(name, ".dist-info/INSTALLER"):
			f.content = "INSTALLER"
		case isWrapper(f.content):
			f.content = "wrapper"
		case strings.HasSuffix(name, ".dist-info/RECORD"):
			f.content = comparableRecord(t, filepath.Dir(filepath.Dir(name)), f.content, files)
		}
		if len(f.content) > 2000 && !strings.HasSuffix(name, "RECORD") {
			f.content = hashOf([]byte(f.content))
		}
		lines = append(lines, fmt.Sprintf("%s executable=%t %s", name, f.executable, f.content))
	}
	slices.Sort(lines)
	return lines
}

func isWrapper(content string) bool {
	return strings.HasPrefix(content, "#!") && strings.Contains(content, "import sys") && strings.Contains(content, "sys.exit(")
}

// comparableRecord is RECORD in order, without hashes of what likePip leaves
// out. The hashes themselves must be right.
func comparableRecord(t testing.TB, lib, record string, files map[string]node) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(record)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range rows {
		f, ok := files[filepath.Join(lib, row[0])]
		if !ok {
			t.Errorf("RECORD lists %s, which is not there", row[0])
		}
		if strings.HasSuffix(row[0], "INSTALLER") || isWrapper(f.content) {
			row = row[:1]
		}
		lines = append(lines, strings.Join(row, ","))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// runs are the exit codes and outputs of the made wheel's commands, if it is
// installed.
func (v *venv) runs(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, name := range []string{"demo-main", "demo-app", "demo-gui", "demo-script", "demo-shell"} {
		program := filepath.Join(v.dir, "bin", name)
		if _, err := os.Stat(program); err != nil {
			continue
		}
		cmd := blackbox.Command(t, []string{"PYTHONDONTWRITEBYTECODE=1"}, program, "a b", "-x")
		out, _ := cmd.CombinedOutput()
		all = append(all, fmt.Sprintf("%s: %d: %s", name, cmd.ProcessState.ExitCode(), out))
	}
	return all
}

// distribution is what importlib.metadata knows.
type distribution struct {
	Name, Installer string
	Requested       bool
	Missing         []string // files that it lists and that are not there
}

func metadata(t testing.TB, v *venv) []distribution {
	t.Helper()
	var all []distribution
	out := blackbox.Run(t, nil, v.python(), "-B", "-c", `import importlib.metadata as m, json
print(json.dumps([{"Name": d.metadata["Name"], "Installer": d.read_text("INSTALLER").strip(),
  "Requested": d.read_text("REQUESTED") is not None,
  "Missing": [str(f) for f in d.files if not f.locate().exists() and not str(f).endswith(".pyc")]} for d in m.distributions()]))`)
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}
