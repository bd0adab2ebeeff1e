package builder

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealWheels builds an image of a real base and real wheels of the package
// index, runs it, and has pip judge it. An image of the same specification that
// a Dockerfile makes, which pip or uv installs into, has the same packages.
func TestRealWheels(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t).with(withBuildah(t, w).env...)
	d.write(t, "image.json", fmt.Sprintf(`{"name": "science", "registry": %q, "base_image": %q,
		"packages": ["numpy", "pandas", "pydantic", "requests"], "env": {"GREETING": "hello"}}`, w.host(), w.Base))

	made := d.build(t, "image.json", "--no-flytekit")
	if made.Path != "layers" {
		t.Errorf("built by %s, want layers", made.Path)
	}
	const program = `
import importlib, importlib.metadata as metadata, json, os
assert os.environ["GREETING"] == "hello" and os.environ["_F_IMG_ID"] and os.getcwd() == "/root"
versions = {}
for name in "numpy", "pandas", "pydantic", "requests":
    module = importlib.import_module(name)
    assert module.__version__ == metadata.version(name), name
    versions[name] = module.__version__
import numpy, pandas, pydantic
frame = pandas.DataFrame({"x": numpy.arange(5)})
assert int((frame.x @ frame.x)) == 30
assert pydantic.TypeAdapter(list[int]).validate_python(["1"]) == [1]
print(json.dumps(versions))
`
	var versions map[string]string
	if err := json.Unmarshal([]byte(runImage(t, d, made.Image, "python3", "-c", program)), &versions); err != nil {
		t.Fatal(err)
	}
	t.Logf("the image has %v", versions)
	if out := runImage(t, d, made.Image, "python3", "-m", "pip", "check"); !strings.Contains(out, "No broken requirements found.") {
		t.Errorf("pip check: %s", out)
	}
	// A console script with the interpreter that it belongs to.
	if out := runImage(t, d, made.Image, "f2py", "-v"); strings.TrimSpace(out) != versions["numpy"] {
		t.Errorf("f2py -v says %q, want numpy's version %s", out, versions["numpy"])
	}

	executed := d.build(t, "image.json", "--no-flytekit", "--builder", "buildah", "--tag", w.host()+"/executed:v1")
	if executed.Path != "dockerfile" {
		t.Errorf("built by %s, want dockerfile", executed.Path)
	}
	if diff := cmp.Diff(pipList(t, d, executed.Image), pipList(t, d, made.Image)); diff != "" {
		t.Errorf("pip list (-dockerfile +layers):\n%s", diff)
	}
}

// pipList are the distributions in an image, by pip's count.
func pipList(t testing.TB, d *desk, image string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(runImage(t, d, image, "python3", "-m", "pip", "list", "--format", "freeze")) {
		all = append(all, strings.TrimSpace(line))
	}
	return all
}
