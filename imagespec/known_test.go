package imagespec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKnown: what flytekit tells beside the fields is in the wire form, makes
// the tag and the files, and is believed for the identifier.
func TestKnown(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"pkg/__init__.py": "", "pkg/a.py": "x = 1\n", "main.py": "import pkg.a\n", "other.py": "unused\n"} {
		file := filepath.Join(dir, "src", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wire := `{"$id":"given","$loaded_modules":["pkg/__init__.py","main.py","pkg/a.py","main.py"],"name":"n","source_root":"src","source_copy_mode":"LOADED_MODULES"}`
	s := &Spec{Dir: dir}
	if err := json.Unmarshal([]byte(wire), s); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(s); err != nil || string(got) != wire {
		t.Errorf("the wire form is %s, error %v", got, err)
	}
	if got := s.ID(); got != "given" {
		t.Errorf("ID is %q", got)
	}
	p, err := s.Explain(Compat{})
	if err != nil {
		t.Fatal(err)
	}
	// The module that is run is loaded under two names: md5(main.py twice, then the package's).
	const want = `{'name': 'n', 'source_root': '03f886c6c4656fe79e9f10d84df62920', 'platform': 'linux/amd64', 'source_copy_mode': <CopyFileDetection.LOADED_MODULES: 1>}`
	if p.Text != want {
		t.Errorf("preimage is\n%s\nwant\n%s", p.Text, want)
	}
	files, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, f := range files {
		targets = append(targets, f.Target)
	}
	if diff := cmp.Diff([]string{"/root/main.py", "/root/pkg", "/root/pkg/__init__.py", "/root/pkg/a.py"}, targets); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}

	for bad, want := range map[string]string{
		`{"$loaded_modules":["../x.py"]}`:   "$loaded_modules has '../x.py', which is not a path below the source root",
		`{"$loaded_modules":["/etc/x.py"]}`: "$loaded_modules has '/etc/x.py'",
		`{"$loaded_modules":"x.py"}`:        "$loaded_modules is not a list",
		`{"$id":3}`:                         "$id is not a text",
		`{"$other":3}`:                      `no field "$other"`,
	} {
		if err := json.Unmarshal([]byte(bad), &Spec{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", bad, err, want)
		}
	}
	if _, err := Read(YAML, "x.yaml", []byte("$id: x\n")); err == nil {
		t.Error("YAML has what only the wire form may")
	}
}
