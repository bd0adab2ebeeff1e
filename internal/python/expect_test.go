package python

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tests of this file compare with what Python's packaging library answers:
// testdata/expect.py asks it and writes testdata/expect.json.

// expected is one input with the library's answer; null is "refused".
type expected[T any] struct {
	input  string
	answer *T
}

func (e *expected[T]) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&e.input, &e.answer})
}

type environmentOf struct{ Python, Machine, Extra string }

type expectations struct {
	Versions []expected[struct {
		Normal, Public string
		Pre            bool
	}]
	Ordered      [][2]string
	Specifiers   []expected[string]
	Against      []string
	Names        [][3]any
	Requirements []expected[struct {
		Name, URL          string
		Extras, Specifiers []string
		Marker             bool
	}]
	Environments []environmentOf
	Markers      []expected[[]bool]
	LockSets     [][2][]string
	LockMarkers  []expected[[]bool]
	Wheels       []expected[struct {
		Name, Version, Build string
		Tags                 []string
	}]
	Targets []struct {
		of   [4]string
		tags []string
	}
}

func expectation(t *testing.T) expectations {
	t.Helper()
	data, err := os.ReadFile("testdata/expect.json")
	if err != nil {
		t.Fatal(err)
	}
	var raw struct {
		expectations
		Targets []json.RawMessage
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	e := raw.expectations
	for _, r := range raw.Targets {
		var of [4]string
		var tags []string
		if err := json.Unmarshal(r, &[]any{&of, &tags}); err != nil {
			t.Fatal(err)
		}
		e.Targets = append(e.Targets, struct {
			of   [4]string
			tags []string
		}{of, tags})
	}
	return e
}

func TestVersions(t *testing.T) {
	e := expectation(t)
	for _, x := range e.Versions {
		v, err := ParseVersion(x.input)
		if (err == nil) != (x.answer != nil) {
			t.Errorf("ParseVersion(%q) = %v, %v", x.input, v, err)
			continue
		}
		if err == nil && (v.String() != x.answer.Normal || v.Public() != x.answer.Public || v.Prerelease() != x.answer.Pre) {
			t.Errorf("%q is %s, public %s, pre-release %t; want %+v", x.input, v, v.Public(), v.Prerelease(), *x.answer)
		}
	}
	for i := 1; i < len(e.Ordered); i++ {
		a, b := mustVersion(t, e.Ordered[i-1][0]), mustVersion(t, e.Ordered[i][0])
		if a.Compare(b) > 0 || b.Compare(a) < 0 {
			t.Errorf("%s is not before %s", a, b)
		}
	}
}

func TestSpecifiers(t *testing.T) {
	e := expectation(t)
	for _, x := range e.Specifiers {
		s, err := ParseSpecifiers(x.input)
		if (err == nil) != (x.answer != nil) {
			t.Errorf("ParseSpecifiers(%q) = %v, %v", x.input, s, err)
			continue
		}
		if err != nil {
			continue
		}
		for i, text := range e.Against {
			if got, want := s.Contains(mustVersion(t, text)), (*x.answer)[i] == '1'; got != want {
				t.Errorf("%q contains %s: %t, want %t", x.input, text, got, want)
			}
		}
		if again, err := ParseSpecifiers(s.String()); err != nil || again.String() != s.String() {
			t.Errorf("%q is written as %q, which reads as %v, %v", x.input, s, again, err)
		}
	}
}

func mustVersion(t *testing.T, s string) Version {
	t.Helper()
	v, err := ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNames(t *testing.T) {
	for _, x := range expectation(t).Names {
		name, valid := x[0].(string), x[2].(bool)
		if ValidName(name) != valid {
			t.Errorf("ValidName(%q) = %t", name, !valid)
		}
		if got := NormalizeName(name); valid && got != x[1] {
			t.Errorf("NormalizeName(%q) = %q, want %q", name, got, x[1])
		}
	}
}

func TestRequirements(t *testing.T) {
	for _, x := range expectation(t).Requirements {
		r, err := ParseRequirement(x.input)
		if (err == nil) != (x.answer != nil) {
			t.Errorf("ParseRequirement(%q) = %v, %v", x.input, r, err)
			continue
		}
		if err != nil {
			continue
		}
		got := *x.answer
		got.Name, got.URL, got.Marker = r.Name, r.URL, !r.Marker.IsZero()
		got.Extras, got.Specifiers = slices.Sorted(slices.Values(r.Extras)), []string{}
		for _, s := range r.Specifiers {
			got.Specifiers = append(got.Specifiers, s.String())
		}
		slices.Sort(got.Specifiers)
		if got.Extras == nil {
			got.Extras = []string{}
		}
		if diff := cmp.Diff(*x.answer, got); diff != "" {
			t.Errorf("ParseRequirement(%q) (-want +got):\n%s", x.input, diff)
		}
		if again, err := ParseRequirement(r.String()); err != nil || again.String() != r.String() {
			t.Errorf("%q is written as %q, which reads as %v, %v", x.input, r, again, err)
		}
	}
}

func TestMarkers(t *testing.T) {
	e := expectation(t)
	arch := map[string]string{"x86_64": "amd64", "aarch64": "arm64"}
	for _, x := range e.Markers {
		m, err := ParseMarker(x.input)
		if (err == nil) != (x.answer != nil) {
			t.Errorf("ParseMarker(%q) = %v, %v", x.input, m, err)
			continue
		}
		if err != nil {
			continue
		}
		again, err := ParseMarker(m.String())
		if err != nil {
			t.Errorf("%q is written as %q: %v", x.input, m, err)
		}
		for i, env := range e.Environments {
			target := Target{Version: env.Python, Arch: arch[env.Machine], Libc: "glibc", LibcVersion: "2.36"}
			in := target.Environment(env.Extra)
			if got := m.Evaluate(in); got != (*x.answer)[i] {
				t.Errorf("%q in %+v is %t", x.input, env, got)
			}
			if again.Evaluate(in) != m.Evaluate(in) {
				t.Errorf("%q and %q differ in %+v", x.input, m, env)
			}
		}
	}
	for _, x := range e.LockMarkers {
		m, err := ParseMarker(x.input)
		if err != nil {
			t.Error(err)
			continue
		}
		for i, sets := range e.LockSets {
			env := Target{Version: e.Environments[0].Python, Arch: "amd64"}.Environment(sets[0]...)
			env.Groups = sets[1]
			if got := m.Evaluate(env); got != (*x.answer)[i] {
				t.Errorf("%q with %v is %t", x.input, sets, got)
			}
		}
	}
}

func TestWheelNames(t *testing.T) {
	for _, x := range expectation(t).Wheels {
		w, err := ParseWheelName(x.input)
		if (err == nil) != (x.answer != nil) {
			t.Errorf("ParseWheelName(%q) = %v, %v", x.input, w, err)
			continue
		}
		if err != nil {
			continue
		}
		got := *x.answer
		got.Name, got.Version, got.Build = w.Name, w.Version.String(), w.Build.Number+w.Build.Suffix
		got.Tags = slices.Sorted(slices.Values(w.Tags()))
		if diff := cmp.Diff(*x.answer, got); diff != "" {
			t.Errorf("ParseWheelName(%q) (-want +got):\n%s", x.input, diff)
		}
	}
}

func TestTags(t *testing.T) {
	for _, x := range expectation(t).Targets {
		target := Target{Version: x.of[0], Arch: x.of[1], Libc: x.of[2], LibcVersion: x.of[3]}
		if diff := cmp.Diff(x.tags, target.Tags()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", strings.Join(x.of[:], " "), diff)
		}
	}
}
