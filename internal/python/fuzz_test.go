package python

import (
	"strings"
	"testing"
)

// What can be read is written in a form that reads as the same.

func FuzzRequirement(f *testing.F) {
	for _, s := range []string{"name[a,b]>=1.0,<2; python_version < '3'", "n @ https://e.example/n.whl ; extra == 'x'", "n (==1.*)", "n===x"} {
		f.Add(s)
	}
	env := Target{Version: "3.11", Arch: "amd64"}.Environment("x")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRequirement(s)
		if err != nil {
			return
		}
		again, err := ParseRequirement(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q is written as %q, which reads as %q, %v", s, r, again, err)
		}
		if again.Marker.Evaluate(env) != r.Marker.Evaluate(env) {
			t.Fatalf("the markers of %q and %q differ", s, r)
		}
	})
}

func FuzzMarker(f *testing.F) {
	for _, s := range []string{"python_version < '3' and (os_name == 'x' or 'a' in extras)", `extra != "A_b"`, "((('x' not in sys.platform)))", strings.Repeat("(", 200)} {
		f.Add(s)
	}
	env := Target{Version: "3.11", Arch: "arm64"}.Environment("x", "y")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMarker(s)
		if err != nil {
			return
		}
		again, err := ParseMarker(m.String())
		if err != nil || again.String() != m.String() || again.Evaluate(env) != m.Evaluate(env) {
			t.Fatalf("%q is written as %q, which reads as %q, %v", s, m, again, err)
		}
	})
}

func FuzzWheelName(f *testing.F) {
	for _, s := range []string{"a-1.0-py3-none-any.whl", "a_b-1!2.0rc1+x.y-12c-py2.py3-none-manylinux_2_17_x86_64.any.whl"} {
		f.Add(s)
	}
	r := Target{Version: "3.11", Arch: "amd64", Libc: "glibc", LibcVersion: "2.36"}.Ranking()
	f.Fuzz(func(t *testing.T, s string) {
		w, err := ParseWheelName(s)
		if err != nil {
			return
		}
		if w.Name != NormalizeName(w.Name) || !ValidName(w.Name) || w.Version.IsZero() || len(w.Tags()) == 0 {
			t.Fatalf("%q reads as %+v", s, w)
		}
		if r.Compare(w, w) != 0 {
			t.Fatalf("%q is not as good as itself", s)
		}
	})
}

func FuzzVersion(f *testing.F) {
	for _, s := range []string{"1!2.0rc1.post2.dev3+x.1", "1.0-1", "v01.0", "1.0+CPU"} {
		f.Add(s, "1.0")
	}
	f.Fuzz(func(t *testing.T, s, u string) {
		v, err := ParseVersion(s)
		if err != nil {
			return
		}
		again, err := ParseVersion(v.String())
		if err != nil || again.Compare(v) != 0 || again.String() != v.String() {
			t.Fatalf("%q is written as %q, which reads as %q, %v", s, v, again, err)
		}
		if w, err := ParseVersion(u); err == nil && v.Compare(w) != -w.Compare(v) {
			t.Fatalf("%q and %q are in no order", s, u)
		}
	})
}
