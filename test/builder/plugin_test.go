package builder

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestPlugin runs the tests of the Python package, installed as its users have
// it, beside flytekit and beside flyte.
func TestPlugin(t *testing.T) {
	site := installPlugin(t)
	for _, sdk := range []struct{ name, tests string }{
		{"flytekit", "test_imagespec"},
		{"flyte", "test_image"},
	} {
		t.Run(sdk.name, func(t *testing.T) {
			python := sdkPython(t, sdk.name)
			cmd := blackbox.Command(t, []string{"PYTHONPATH=" + site, "PYTHONDONTWRITEBYTECODE=1"}, python, "-m", "unittest", sdk.tests)
			cmd.Dir = filepath.Join(blackbox.Top(t), "python", "test")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// installPlugin builds the Python package and installs it in a folder, which it
// returns: on PYTHONPATH it is as good as installed.
func installPlugin(t testing.TB) string {
	t.Helper()
	need.Tools(t, "uv")
	python := sdkPython(t, "flytekit") // has setuptools
	dir := t.TempDir()
	source, site := filepath.Join(dir, "source"), filepath.Join(dir, "site")
	// Building writes into the source.
	if err := os.CopyFS(source, os.DirFS(filepath.Join(blackbox.Top(t), "python"))); err != nil {
		t.Fatal(err)
	}
	blackbox.Run(t, nil, "uv", "build", "--offline", "--wheel", "--no-build-isolation", "--python", python, "--out-dir", dir, source)
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		t.Fatalf("uv built %v, error %v", wheels, err)
	}
	blackbox.Run(t, nil, "uv", "pip", "install", "--offline", "--no-deps", "--python", python, "--target", site, wheels[0])
	return site
}

// sdkPython is the interpreter that has flytekit or flyte, which scripts/tools
// installs.
func sdkPython(t testing.TB, sdk string) string {
	t.Helper()
	python := filepath.Join(blackbox.Top(t), ".cache", "venv-"+sdk, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		need.Missing(t, sdk+" is not installed: "+err.Error())
	}
	return python
}
