package python

import (
	"slices"
	"strings"
	"testing"
)

func TestTargetValidate(t *testing.T) {
	ok := Target{Version: "3.11.7", Implementation: "cpython", Arch: "amd64", Libc: "glibc", LibcVersion: "2.36"}
	for name, c := range map[string]struct {
		change func(*Target)
		want   string // part of the error, "" for none
	}{
		"as it is":             {func(*Target) {}, ""},
		"no patch":             {func(t *Target) { t.Version = "3.9" }, ""},
		"candidate":            {func(t *Target) { t.Version = "3.13.0rc2" }, ""},
		"development build":    {func(t *Target) { t.Version = "3.14.0a1+" }, ""},
		"no implementation":    {func(t *Target) { t.Implementation = "" }, ""},
		"pure wheels only":     {func(t *Target) { t.Libc, t.LibcVersion = "", "" }, ""},
		"Python 2":             {func(t *Target) { t.Version = "2.7" }, "3.N"},
		"no version":           {func(t *Target) { t.Version = "" }, "3.N"},
		"leading zero":         {func(t *Target) { t.Version = "3.09" }, "3.N"},
		"newline":              {func(t *Target) { t.Version = "3.11\n" }, "3.N"},
		"another interpreter":  {func(t *Target) { t.Implementation = "pypy" }, "cpython"},
		"uname's word":         {func(t *Target) { t.Arch = "x86_64" }, "architecture"},
		"another C library":    {func(t *Target) { t.Libc = "uclibc" }, "neither"},
		"no libc version":      {func(t *Target) { t.LibcVersion = "" }, "glibc version"},
		"option as a version":  {func(t *Target) { t.LibcVersion = "--help" }, "glibc version"},
		"huge version of libc": {func(t *Target) { t.LibcVersion = "2.99999" }, "glibc version"},
	} {
		target := ok
		c.change(&target)
		err := target.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if got := len(target.Tags()) > 0; got != (err == nil) {
			t.Errorf("%s: it has tags: %t", name, got)
		}
	}
}

func TestRanking(t *testing.T) {
	r := Target{Version: "3.11", Arch: "amd64", Libc: "glibc", LibcVersion: "2.28"}.Ranking()
	ordered := []string{ // the best first
		"n-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
		"n-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"n-1.0-cp311-abi3-manylinux2014_x86_64.whl",
		"n-1.0-cp38-abi3-manylinux_2_28_x86_64.whl",
		"n-1.0-py3-none-manylinux_2_28_x86_64.whl",
		"n-1.0-py311-none-any.whl",
		"n-1.0-10-py3-none-any.whl", // the higher build
		"n-1.0-9z-py3-none-any.whl",
		"n-1.0-9-py2.py3-none-any.whl",
		"n-1.0-py3-none-any.whl",
	}
	var names []WheelName
	for _, o := range ordered {
		names = append(names, mustWheel(t, o))
	}
	for i := range names {
		if _, ok := r.Position(names[i]); !ok {
			t.Errorf("%s is not accepted", ordered[i])
		}
		for j := range names {
			if got := r.Compare(names[i], names[j]); i < j && got >= 0 || i > j && got <= 0 || i == j && got != 0 {
				t.Errorf("Compare(%s, %s) = %d", ordered[i], ordered[j], got)
			}
		}
	}
	for _, refused := range []string{
		"n-1.0-cp311-cp311-manylinux_2_31_x86_64.whl", "n-1.0-cp311-cp311-manylinux_2_17_aarch64.whl", "n-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "n-1.0-cp312-abi3-manylinux_2_17_x86_64.whl",
		"n-1.0-cp311-cp311-musllinux_1_1_x86_64.whl", "n-1.0-py2-none-any.whl", "n-1.0-cp311-cp311-win_amd64.whl", "n-1.0-cp310-cp310-manylinux_2_17_x86_64.whl", "n-1.0-cp311-cp311t-manylinux_2_17_x86_64.whl",
	} {
		if p, ok := r.Position(mustWheel(t, refused)); ok {
			t.Errorf("%s is accepted at %d", refused, p)
		}
	}
}

func mustWheel(t *testing.T, name string) WheelName {
	t.Helper()
	w, err := ParseWheelName(name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestPinned(t *testing.T) {
	for specs, want := range map[string]string{
		"==1.0": "1.0", "==01.0": "1.0", "===1.0": "1.0", "==1.0+cpu": "1.0+cpu", // pinned
		"": "", ">=1.0": "", "==1.*": "", "==1.0,!=2": "", "~=1.0": "", "===foo": "", // not
	} {
		s, err := ParseSpecifiers(specs)
		if err != nil {
			t.Fatal(err)
		}
		v, ok := s.Pinned()
		if got := v.String(); got != want || ok != (want != "") {
			t.Errorf("%q is pinned to %q, %t", specs, got, ok)
		}
	}
}

func TestMarkerWithSeveralExtras(t *testing.T) {
	target := Target{Version: "3.11", Arch: "amd64"}
	for marker, want := range map[string][]bool{ // without extras, with a, with a and B_c
		"extra == 'a'":                    {false, true, true},
		"extra == 'b-c'":                  {false, false, true},
		"extra == 'a' and extra == 'b-c'": {false, false, false}, // one at a time
		"extra != 'a'":                    {true, false, true},
		"os_name == 'posix'":              {true, true, true},
	} {
		m, err := ParseMarker(marker)
		if err != nil {
			t.Fatal(err)
		}
		got := []bool{m.Evaluate(target.Environment()), m.Evaluate(target.Environment("a")), m.Evaluate(target.Environment("a", "B_c"))}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", marker, got, want)
		}
	}
}

// Some markers can be parsed by others and mean nothing, or have to be refused
// because they could not be judged.
func TestMarkerRefused(t *testing.T) {
	for marker, want := range map[string]string{
		"os_name == sys_platform":  "both variables",
		"'a' == 'a'":               "both texts",
		"extras == 'a'":            "is a set",
		"'a' == extras":            "is a set",
		"dependency_groups in 'a'": "is a set",
		strings.Repeat("(", 1e5) + strings.Repeat(")", 1e5): "nested",
		"os_name == 'a' or (os_name == 'b'":                 "not closed",
	} {
		if _, err := ParseMarker(marker); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 500 {
			t.Errorf("%.50s: %.300v", marker, err)
		}
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("1", 1<<20)
	if _, err := ParseVersion(long); err == nil || len(err.Error()) > 200 {
		t.Errorf("a version of a megabyte: %.200v", err)
	}
	if _, err := ParseWheelName("a-" + long + "-py3-none-any.whl"); err == nil || len(err.Error()) > 200 {
		t.Errorf("a wheel name of a megabyte: %.200v", err)
	}
	if _, err := ParseRequirement("a==" + long); err == nil || len(err.Error()) > 200 {
		t.Errorf("a requirement of a megabyte: %.200v", err)
	}
}
