package imagespec

import (
	"errors"
	"strings"
	"testing"
)

// TestCompat holds identifiers and tags that the versions of flytekit computed.
func TestCompat(t *testing.T) {
	type answer struct{ id, tag string }
	none := answer{}
	specs := []*Spec{
		{},
		{Builder: "envd", Packages: []string{"a"}},
		{Registry: "ghcr.io/o", Base: &Spec{Name: "b", Packages: []string{"x"}}},
		{PythonExec: "/usr/bin/python3"},
		{RuntimePackages: []string{"x"}},
		{BuilderOptions: Dict{{"a", Int("1")}}},
		{RegistryConfig: "x"},
	}
	plain := "fv8aVGdGU6GT1t5W98ZQPA"
	for version, want := range map[string][]answer{
		"1.13.6": {
			{plain, plain}, {"H9GVxLVoJr7TiblTkp8dbw", "H9GVxLVoJr7TiblTkp8dbw"}, {"GYJw4pBBkJVGhUxP66aVXA", "Va7XOiM_Gthym0W8fHSOzg"}, none, none, none,
			{"1doLYHCLymmOcc1dGF013A", plain},
		},
		"1.15.0": {
			{plain, plain}, {"H9GVxLVoJr7TiblTkp8dbw", "H9GVxLVoJr7TiblTkp8dbw"}, {"GYJw4pBBkJVGhUxP66aVXA", "Va7XOiM_Gthym0W8fHSOzg"},
			{"p_f0evEc14Dw5inU8gmPlw", "p_f0evEc14Dw5inU8gmPlw"}, none, none, {"1doLYHCLymmOcc1dGF013A", plain},
		},
		"1.15.2": {
			{"QzUL8DSHKoXUzKJb9m2L9Q", "QzUL8DSHKoXUzKJb9m2L9Q"}, {"H9GVxLVoJr7TiblTkp8dbw", "H9GVxLVoJr7TiblTkp8dbw"},
			{"xVlL1b_v85zOeRtYa5JGFg", "CgQCpblYw1xlvwfEBmIjOA"}, {"nzoO10MqZ1VjCROFHpZ1Bg", "nzoO10MqZ1VjCROFHpZ1Bg"}, none, none,
			{"nkKxKM2uJDzc8zVHfDvadQ", "QzUL8DSHKoXUzKJb9m2L9Q"},
		},
		"1.15.3": {
			{plain, plain}, {"_tvVNodBalEuFGOdNVtDOg", "_tvVNodBalEuFGOdNVtDOg"}, {"GYJw4pBBkJVGhUxP66aVXA", "Va7XOiM_Gthym0W8fHSOzg"},
			{"p_f0evEc14Dw5inU8gmPlw", "p_f0evEc14Dw5inU8gmPlw"}, none, none, {"1doLYHCLymmOcc1dGF013A", plain},
		},
		"v1.16.0": {
			{plain, plain}, {"_tvVNodBalEuFGOdNVtDOg", "_tvVNodBalEuFGOdNVtDOg"}, {"GYJw4pBBkJVGhUxP66aVXA", "Va7XOiM_Gthym0W8fHSOzg"},
			{"p_f0evEc14Dw5inU8gmPlw", "p_f0evEc14Dw5inU8gmPlw"}, {plain, plain}, {"QV4AH_xJY9K4z0PwtZtIog", "QV4AH_xJY9K4z0PwtZtIog"},
			{"1doLYHCLymmOcc1dGF013A", plain},
		},
	} {
		c, err := ParseCompat(version)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range specs {
			p, err := s.Explain(c)
			var e *Error
			if want[i] == none {
				if !errors.As(err, &e) || !strings.Contains(err.Error(), "flytekit "+c.String()+" has no such field") {
					t.Errorf("%s, %d: error %v", version, i, err)
				}
				continue
			}
			if err != nil || p.ID != want[i].id || p.Tag != want[i].tag {
				t.Errorf("%s, %d: id %s, tag %s, error %v; want %v", version, i, p.ID, p.Tag, err, want[i])
			}
		}
	}
}

func TestParseCompat(t *testing.T) {
	for version, want := range map[string]string{
		"": "latest", "latest": "latest", "1.13.6": "1.13.6", "v1.16.24": "1.16.24", "1.17.0": "1.17.0",
		"1.13.5": "1.13.6 is the first", "1.2.0": "first", "2.0.0": "not known", "1.16": "not a version", "a.b.c": "not a version", "1.-1.0": "not a version",
	} {
		c, err := ParseCompat(version)
		if got := c.String(); err == nil && got != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("ParseCompat(%q) = %s, %v; want %s", version, got, err, want)
		}
	}
}

// TestDefaultPlatform: only newer versions build for the machine's own
// processor, and only for a registry on it.
func TestDefaultPlatform(t *testing.T) {
	old, err := ParseCompat("1.16.3")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		registry, arch string
		compat         Compat
		want           string
	}{
		{"localhost:5000", "arm64", Compat{}, "linux/arm64"},
		{"Localhost:5000/x", "arm64", Compat{}, "linux/arm64"},
		{"localhost:5000", "arm64", old, "linux/amd64"},
		{"localhost:5000", "amd64", Compat{}, "linux/amd64"},
		{"ghcr.io/o", "arm64", Compat{}, "linux/amd64"},
		{"", "arm64", Compat{}, "linux/amd64"},
	} {
		s := &Spec{Registry: tt.registry}
		if got := s.defaultPlatform(tt.compat, tt.arch); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
	if got := (&Spec{Platform: "linux/arm64, linux/amd64,,linux/arm64"}).Platforms(); strings.Join(got, " ") != "linux/arm64 linux/amd64" {
		t.Errorf("platforms %q", got)
	}
}
