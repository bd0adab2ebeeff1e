package imagespec

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// FuzzPython looks for sources that make reading fail in another way than with
// an Error, or give a specification that is not the same on the wire.
func FuzzPython(f *testing.F) {
	for _, src := range []string{
		"", "x = ImageSpec(name='a', packages=['b'], env={'a': 1.5})", "from flytekit import ImageSpec as I\nK='a'\nx = I(K).with_packages(['q'])",
		"x = ImageSpec(f'{a:{b}}')", "def f(a, *b):\n  for c in d: pass\n  return lambda e: ImageSpec(base_image=ImageSpec())", "x: int = (1,); y = [*z]\nimport a.b as c, d",
		"match x:\n case [a]: pass", `'''a''' "\x41\u00e9\N{a}" rb'x' 0x1f 1_0.5e-3 ... := ** -> @`, "class A(B): x = ImageSpec(CopyFileDetection.ALL)", "with a as (b, c), d: pass",
		"try: pass\nexcept* E as e: pass", "x = ImageSpec.from_env()\ny=x.name", "{a: b for c in d}", "global x; del y", "a = b = c; a += 1; (x := 2)",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) { check(t, Python, src) })
}

// FuzzYAML does the same with YAML.
func FuzzYAML(f *testing.F) {
	for _, src := range []string{
		"", "name: a\npackages: [b, 'c']\nenv: {A: 1, B: yes, C: 1.5, D: 2024-01-02}", "- name: a\n- base_image: {name: b}\n---\nname: c", "env: &e\n  A: 0x1f\nbuilder_options:\n  <<: *e",
		"env: {a: !!str 3, b: 190:20:30.5, c: 2001-12-14t21:59:43.10-05:00, d: ~, ? e : .inf, 012: 0b11}", "commands:\n- |\n  a\n- >-\n  b\n", "a: *b", "<<: {name: a}", "!!map {}", "? a\n: b",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) { check(t, YAML, src) })
}

// FuzzJSON does the same with JSON, the wire form among it.
func FuzzJSON(f *testing.F) {
	for _, src := range []string{
		"", `{"name": "a", "env": {"a": {"$tuple": [1, {"$float": "nan"}]}, "b": {"$dict": [[1, 2]]}, "c": {"$object": ["a", "b"]}}}`, `[{"base_image": {"name": "a"}}, {}]`,
		`{"python_version": 3.10, "pip_secret_mounts": [["a", "b"]], "source_copy_mode": "ALL"}`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) { check(t, JSON, src) })
}

func check(t *testing.T, format Format, src string) {
	if len(src) > 4096 {
		return // the time of YAML's parser is quadratic
	}
	named, err := Read(format, "x", []byte(src))
	lines := 1 + strings.Count(src, "\n") + strings.Count(src, "\r")
	fail := func(err error) {
		var e *Error
		if !errors.As(err, &e) || e.Line < 0 || e.Line > lines+1 || e.Column < 0 {
			t.Fatalf("%T: %v", err, err)
		}
	}
	if err != nil {
		fail(err)
		return
	}
	for _, n := range named {
		if n.Err != nil {
			fail(n.Err)
			continue
		}
		data, err := json.Marshal(n.Spec)
		if err != nil {
			t.Fatal(err)
		}
		var got Spec
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if got.ID() != n.Spec.ID() {
			t.Fatalf("%s is not the same when it is read: %s", data, repr(n.Spec.dict(Compat{}, 0)))
		}
		_ = n.Spec.Validate() // any outcome but a panic
	}
}
