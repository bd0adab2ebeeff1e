package imagespec

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadYAML(t *testing.T) {
	for src, want := range map[string]*Spec{
		"name: A\npackages:\n- pandas\n- 'numpy'\nenv: {A: 1, 'B': yes}\n": {
			Name: "A", Packages: []string{"pandas", "numpy"}, Env: Dict{{"A", Int("1")}, {"B", true}},
		},
		"base_image: {name: b, apt_packages: [git]}":                                         {Base: &Spec{Name: "b", AptPackages: []string{"git"}}},
		"base_image: debian:12\nsource_copy_mode: NO_COPY\nentrypoint: []":                   {BaseImage: "debian:12", SourceCopyMode: CopyNone, Entrypoint: []string{}},
		"pip_secret_mounts: [[a, /b]]":                                                       {PipSecretMounts: []SecretMount{{"a", "/b"}}},
		"python_version: 3.10\ncuda: 12\ncudnn: '8'":                                         {PythonVersion: "3.1", CUDA: "12", CuDNN: "8"},
		"env: &e {A: x}\nbuilder_options: {z: 1, <<: [*e, {A: y, B: w}], B: v}":              {Env: Dict{{"A", "x"}}, BuilderOptions: Dict{{"A", "x"}, {"B", "v"}, {"z", Int("1")}}},
		"commands:\n- |\n  a\n  b\n- >-\n  c\n  d\n- e\n  f\n":                               {Commands: []string{"a\nb\n", "c d", "e f"}},
		"builder_config: {? k : v, 1: a, 2024-01-02: b, true: c, ~: d, 1.5: e}":              {BuilderConfig: Dict{{"k", "v"}, {Int("1"), "a"}, {Object{"datetime.date(2024, 1, 2)", "2024-01-02"}, "b"}, {true, "c"}, {nil, "d"}, {1.5, "e"}}},
		"builder_config: {a: !!str 3, b: !!float 3, c: !!seq [], d: !!map {}, e: !!null ''}": {BuilderConfig: Dict{{"a", "3"}, {"b", 3.0}, {"c", List{}}, {"d", Dict{}}, {"e", nil}}},
		"# nothing\nregistry: ~\nname: x\nenv:\n":                                            {Name: "x"},
	} {
		if d := cmp.Diff(want, readOne(t, YAML, src), same); d != "" {
			t.Errorf("%s\n(-want +got):\n%s", src, d)
		}
	}
}

func TestReadJSON(t *testing.T) {
	for src, want := range map[string]*Spec{
		`{"name": "A", "packages": ["pandas"], "env": {"B": 1, "A": true}, "python_version": 3.11}`: {
			Name: "A", Packages: []string{"pandas"}, Env: Dict{{"B", Int("1")}, {"A", true}}, PythonVersion: "3.11",
		},
		`{"builder_config": {"a": 1e5, "b": -0, "c": 12345678901234567890, "d": [null, {}], "e": "é\u00e9"}}`: {
			BuilderConfig: Dict{{"a", 1e5}, {"b", Int("0")}, {"c", Int("12345678901234567890")}, {"d", List{nil, Dict{}}}, {"e", "éé"}},
		},
		`{"base_image": {"name": "b"}, "source_copy_mode": "ALL", "pip_secret_mounts": [["a", "/b"]]}`: {
			Base: &Spec{Name: "b"}, SourceCopyMode: CopyAll, PipSecretMounts: []SecretMount{{"a", "/b"}},
		},
	} {
		if d := cmp.Diff(want, readOne(t, JSON, src), same); d != "" {
			t.Errorf("%s\n(-want +got):\n%s", src, d)
		}
	}
}

// TestWire: the wire form loses nothing that counts for tags.
func TestWire(t *testing.T) {
	for _, s := range []*Spec{
		{},
		{Name: "x", Env: Dict{}, Packages: []string{}, Entrypoint: []string{}},
		{
			Base:            &Spec{Name: "b", BaseImage: "debian:12", SourceCopyMode: CopyAll, SourceRoot: "."},
			PipSecretMounts: []SecretMount{{"a", "/b"}}, RuntimePackages: []string{"r"}, Builder: "envd", Commands: []string{"<a&b>\u2028\x00\"\\"},
		},
		{BuilderConfig: Dict{
			{"t", Tuple{Int("1"), Tuple{}, List{}}}, {"f", 3.0}, {"g", 1e300}, {"n", math.NaN()}, {"i", math.Inf(1)}, {"j", math.Inf(-1)}, {"big", Int("123456789012345678901")},
			{"o", Object{"datetime.date(2024, 1, 2)", "2024-01-02"}}, {"d", Dict{{Int("1"), "a"}, {nil, true}, {1.5, Dict{{"$tuple", List{}}}}, {Object{"r", "s"}, "t"}}}, {"e", Dict{}},
		}},
		readOne(t, YAML, "python_version: 3.11\ncuda: 12\nrequirements: ''\nplatform: ''"),
		readOne(t, Python, "x = ImageSpec('y', base_image=ImageSpec(python_version=3, pip_index=''), builder_options={'a': (1, 2.0)})"),
	} {
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		got := &Spec{Dir: "d", Confined: true}
		if err := json.Unmarshal(data, got); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if got.Dir != "d" || !got.Confined || got.Base != nil && (got.Base.Dir != "d" || !got.Base.Confined) {
			t.Errorf("%s: directory %q, confined %t", data, got.Dir, got.Confined)
		}
		if got.ID() != s.ID() {
			t.Errorf("%s: id %s; want %s", data, got.ID(), s.ID())
		}
		again, err := json.Marshal(got)
		if err != nil || string(again) != string(data) {
			t.Errorf("%s, error %v; want %s", again, err, data)
		}
		for b := got; b != nil; b = b.Base {
			b.Dir, b.Confined = "", false
		}
		if d := cmp.Diff(s, got, same); d != "" {
			t.Errorf("%s (-want +got):\n%s", data, d)
		}
	}
	for _, s := range []*Spec{
		{SourceCopyMode: 7}, {BuilderConfig: Dict{{"a", struct{}{}}}}, {BuilderConfig: Dict{{"a", Int("x")}}}, {Base: deep(maxBases + 2)}, {BuilderConfig: Dict{{"a", nest(maxValueDepth + 2)}}},
	} {
		if data, err := json.Marshal(s); err == nil {
			t.Errorf("%s is written", data)
		}
	}
}

// deep is a specification with that many bases.
func deep(n int) *Spec {
	s := &Spec{}
	for range n {
		s = &Spec{Base: s}
	}
	return s
}

func nest(n int) Value {
	var v Value = List{}
	for range n {
		v = List{v}
	}
	return v
}

// TestExact: the Python value is forgotten with the Go value that it is of.
func TestExact(t *testing.T) {
	s := readOne(t, YAML, "python_version: 3.11")
	number := s.ID()
	s.PythonVersion = "3.12"
	if want := (&Spec{PythonVersion: "3.12"}).ID(); s.ID() != want || s.ID() == number {
		t.Errorf("id %s; want %s", s.ID(), want)
	}
	if s = readOne(t, YAML, "python_version: '3.11'"); s.ID() == number {
		t.Error("the text 3.11 is the number")
	}
	if s.Platform = "linux/arm64"; s.ID() == (&Spec{PythonVersion: "3.11"}).ID() {
		t.Error("the platform is not hashed")
	}
}

func TestReadErrors(t *testing.T) {
	for _, tt := range []struct {
		format    Format
		src, want string
	}{
		{YAML, "", "x: it has no ImageSpec"},
		{YAML, "# only\n---\n", "x: it has no ImageSpec"},
		{YAML, "[]", "x: it has no ImageSpec"},
		{YAML, "3", "x:1:1: an ImageSpec is a mapping, not the number 3"},
		{YAML, "- name: a\n- b", "x:2:3: an ImageSpec is a mapping, not a text"},
		{YAML, "name: a: b", "x:1:7: mapping value is not allowed"},
		{YAML, "name: a\nname: b", `x:2:1: mapping key "name" already defined`},
		{YAML, "namee: a", `x:1:8: an ImageSpec has no field "namee"; did you mean name?`},
		{YAML, "Packages: [a]", `an ImageSpec has no field "Packages"; did you mean packages?`},
		{YAML, "apt-packages: [a]", "did you mean apt_packages?"},
		{YAML, "3: a", "x:1:4: an ImageSpec has no field 3"},
		{YAML, "name: 3", "x:1:7: ImageSpec field name: it must be a text, not the number 3"},
		{YAML, "name: ''", "x:1:7: ImageSpec field name: it is empty"},
		{YAML, "name:", "ImageSpec field name: it is empty"},
		{YAML, "registry: yes", "it must be a text, not the truth value True"},
		{YAML, "python_version: 2024-01-02", "it must be a text, not 2024-01-02"},
		{YAML, "packages: a", "x:1:11: ImageSpec field packages: it must be a list of texts, not a text"},
		{YAML, "packages: [a, 3.0]", "item 2 is the number 3.0"},
		{YAML, "packages: [~]", "item 1 is None"},
		{YAML, "env: [a]", "it must be a mapping, not a list"},
		{YAML, "env: {[a]: b}", "x:1:10: found an invalid key for this map"},
		{YAML, "commands: &a [x]\nenv:\n  *a : b", "x:3:3: a key is a list"},
		{YAML, "base_image: [a]", "ImageSpec field base_image: it must be a text, not a list"},
		{YAML, "base_image: {namee: a}", "x:1:21: an ImageSpec has no field"},
		{YAML, "base_image: {packages: a}", "x:1:24: ImageSpec field packages"},
		{YAML, "source_copy_mode: 3", "it must be one of ALL, LOADED_MODULES, NO_COPY, not the number 3"},
		{YAML, "env: {a: *b}", `x:1:10: there is no anchor "b" before this`},
		{YAML, "env: {<<: a}", "what is merged is not a mapping"},
		{YAML, "env: {a: =}", "x:1:10: = means something else in YAML"},
		{YAML, "env: {a: 2024-13-01}", "2024-13-01 is not a day"},
		{YAML, "env: {a: 2024-01-01 25:00:00}", "is not a time"},
		{YAML, "env: {a: '2024-01-01 23:00:00 +25'}\nbuilder_options: {a: 2024-01-01 23:00:00 +25}", "is in no time zone"},
		{YAML, "env: {a: !!int x}", "x:1:15: it is not a !!int"},
		{YAML, "env: {a: !!int [1]}", "unexpected scalar value type"},
		{YAML, "env: {a: !!map [1]}", "map"},
		{YAML, "env: {a: !!binary b}", "the tag !!binary is not one of a specification"},
		{YAML, "env: {a: !!timestamp 2024-13-01}", "is not a day"},
		{YAML, "env: {a: " + strings.Repeat("1", 5000) + "}", "more than 4300 digits"},
		{YAML, "name: a\x01", "x:1:8: the character U+0001 has to be written as an escape"},
		{YAML, "a\n\u2028", "x:2:1: the character U+2028"},
		{YAML, "env: " + strings.Repeat("[", 2000), "x:1:1: it is nested too deep"},
		{YAML, strings.Repeat("- ", 2000), "it is nested too deep"},
		{YAML, "env: {a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}", "it is nested too deep"},
		{YAML, bases(maxBases+5, "base_image: {", "}"), "it is nested too deep"},
		{YAML, laughs(), "it has too many values"},
		{YAML, "name: \xff", "x: it is not UTF-8"},
		{YAML, strings.Repeat("#", MaxYAML+1), "x: it has 65537 bytes; at most 65536 are read of an ImageSpec in yaml"},
		{JSON, "", "x:1:1: it ends too early"},
		{JSON, `{"name": "a"`, "it ends too early"},
		{JSON, `{"name": "a"} 3`, "there is more after the value"},
		{JSON, "{\n  \"name\": a}", "x:2:11: invalid character 'a'"},
		{JSON, `{"name": "a", "name": "b"}`, `the name "name" is there twice`},
		{JSON, `{"namee": "a"}`, `x:1:11: an ImageSpec has no field "namee"`},
		{JSON, `{"packages":` + "\n" + `[1]}`, "x:2:1: ImageSpec field packages: it must be a list of texts; item 1 is the number 1"},
		{JSON, `3`, "an ImageSpec is a mapping, not the number 3"},
		{JSON, `[]`, "x: it has no ImageSpec"},
		{JSON, `{"env": ` + strings.Repeat("[", 200) + `}`, "it is nested too deep"},
		{JSON, `{"env": {"a": ` + strings.Repeat("1", 5000) + `}}`, "more than 4300 digits"},
		{JSON, `{"env": [` + strings.Repeat("1,", maxValues+1) + `1]}`, "it has too many values"},
		{JSON, `{"env": {"a": {"$tuple": 3}}}`, `"$tuple" does not have what belongs to it`},
		{JSON, `{"env": {"a": {"$float": "x"}}}`, `"$float" does not have`},
		{JSON, `{"env": {"a": {"$object": ["a"]}}}`, `"$object" does not have`},
		{JSON, `{"env": {"a": {"$dict": [1]}}}`, `"$dict" does not have`},
		{JSON, `{"env": {"a": {"$dict": [[[], 1]]}}}`, `"$dict" does not have`},
		{JSON, `{"env": {"a": [{"$what": []}]}}`, `"$what" does not have`},
		{"toml", "", `x: there is no format "toml"`},
	} {
		_, err := Read(tt.format, "x", []byte(tt.src))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %.80s\nerror %v\nwant %s", tt.format, tt.src, err, tt.want)
		}
	}
	var s Spec
	for _, data := range []string{`{"name": 3}`, `[]`} {
		if err := s.UnmarshalJSON([]byte(data)); err == nil {
			t.Errorf("%s is read", data)
		}
	}
	if err := s.UnmarshalJSON([]byte(`{`)); err == nil {
		t.Error("half an object is read")
	}
}

// bases nests a text.
func bases(n int, open, shut string) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }

// laughs are aliases that stand for more values than there are.
func laughs() string {
	var b strings.Builder
	b.WriteString("env:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		n := string(rune('0' + i))
		b.WriteString("  a" + string(rune('1'+i)) + ": &a" + string(rune('1'+i)) + " [" + strings.TrimSuffix(strings.Repeat("*a"+n+", ", 10), ", ") + "]\n")
	}
	return b.String()
}

func TestOpen(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		"one.yaml": "name: one", "one.YML": "name: one", "one.json": `{"name": "one"}`, "one.py": "one = ImageSpec('one')", "two.yaml": "- name: one\n- name: two\n---\nname: three",
		"two.py": "one = ImageSpec('one')\ntwo = ImageSpec(f(x))\n@f(ImageSpec('three'))\ndef g(): pass", "same.yaml": "- name: a\n- name: a", "bad.py": "one = ImageSpec(f(x))",
		"a:b/one.yaml": "name: one", "none.py": "", "x.txt": "", "nested.yaml": "base_image: {name: b}",
	})
	for ref, want := range map[string]string{
		"one.yaml": "one", "one.YML": "one", "one.json": "one", "one.py": "one", "one.py:one": "one", "one.yaml:one": "one", "two.yaml:three": "three", "two.py:one": "one",
		"two.py:3": "three", "a:b/one.yaml": "one", "nested.yaml": "flytekit",
		"two.yaml":      "it has several ImageSpecs: choose one with DIR/two.yaml:name, of one, two, three",
		"two.py:four":   "DIR/two.py: it has no ImageSpec four; there is one, two, 3",
		"two.py:two":    "DIR/two.py:2:17: ImageSpec field name: not a literal: f(...)",
		"bad.py":        "not a literal: f(...)",
		"same.yaml:a":   "it has 2 ImageSpecs a",
		"none.py":       "it has no ImageSpec",
		"absent.py":     "no such file",
		"absent.py:one": "no such file",
		"x.txt":         "a specification is a file .yaml, .yml, .json or .py, or file:name",
		"x.txt:one":     "a specification is a file",
	} {
		s, err := Open(filepath.Join(dir, ref))
		if err != nil {
			if msg := strings.ReplaceAll(err.Error(), dir, "DIR"); !strings.Contains(msg, want) {
				t.Errorf("%s: error %s; want %s", ref, msg, want)
			}
			continue
		}
		if s.repositoryName() != want || s.Dir != filepath.Dir(filepath.Join(dir, ref)) || s.Base != nil && s.Base.Dir != s.Dir {
			t.Errorf("%s: %+v", ref, s)
		}
	}
	if _, err := Open(dir + "/.py"); err == nil {
		t.Error("a directory is open")
	}
	if err := os.Mkdir(filepath.Join(dir, "d.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "d.py")); err == nil || !strings.Contains(err.Error(), "d.py") {
		t.Errorf("error %v for a directory", err)
	}
}

func TestPosition(t *testing.T) {
	for format, src := range map[Format]string{
		YAML:   "# first\nregistry: ghcr.io/o\n\npackages:\n  - a\n",
		JSON:   "\n{\"registry\": \"ghcr.io/o\",\n\n  \"packages\":  [\"a\"]}",
		Python: "\nx = ImageSpec(registry='ghcr.io/o',\n  packages=['a'])",
	} {
		want := map[Format][3]Position{
			YAML: {{2, 1}, {2, 11}, {5, 3}}, JSON: {{2, 1}, {2, 14}, {4, 16}}, Python: {{2, 5}, {2, 24}, {3, 12}},
		}[format]
		s := readOne(t, format, src)
		for i, field := range []string{"", "registry", "packages"} {
			if p, ok := s.Position(field); !ok || p != want[i] {
				t.Errorf("%s: %q is at %v; want %v", format, field, p, want[i])
			}
		}
		if p, ok := s.Position("env"); ok {
			t.Errorf("%s: env is at %v", format, p)
		}
	}
}

// TestTime: texts that make careless readers slow are read in time. Each of
// them takes a second or two at most; what is quadratic takes many minutes.
func TestTime(t *testing.T) {
	fill := func(begin, middle, end string) string {
		return begin + strings.Repeat(middle, (MaxSize-len(begin)-len(end))/len(middle)) + end
	}
	for _, src := range []string{
		fill("", "ImageSpec()\n", ""), fill("x=ImageSpec()", ".with_packages('a')", ""), fill("(", "lambda ", ")"), fill("(", "for ", ")"), fill("", "ImageSpec.from_env.", ""),
		fill("", "lambda ", ""), fill("", "f'{\"", ""), fill("L=['a']\n", "x=ImageSpec(packages=L)\n", ""), fill("L=['a']\n", "ImageSpec(packages=L)\n", ""),
		fill("x=ImageSpec(env={", "1:2,", "})"), fill("", "else:", ""), fill("", "a.packages.b\n", ""), fill("", "def f(a):pass\n", ""), fill("ImageSpec(", "name='a',", ")"),
		fill("", "a=", ""), fill("", "with a as b, ", ""), fill("", "from x import *\n", "") + "\n", fill("x=ImageSpec(name=", "'a' ", ")"), fill("x=", "(", "")[:1000],
	} {
		begin := time.Now()
		_, _ = Read(Python, "x", []byte(src)) // whether it is one does not matter
		if d := time.Since(begin); d > time.Minute {
			t.Errorf("%.30s… takes %v", src, d)
		}
	}
	for _, src := range []string{"[", "a: ", "! ", "&a ", "- a\n", "? ", "a: 1\n", "'", "- |\n  a\n", "[a,"} {
		begin := time.Now()
		_, _ = Read(YAML, "x", []byte(strings.Repeat(src, MaxYAML/len(src))))
		if d := time.Since(begin); d > time.Minute {
			t.Errorf("YAML %s… takes %v", src, d)
		}
	}
}
