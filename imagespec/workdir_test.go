package imagespec

import (
	"strings"
	"testing"
)

func TestWorkDir(t *testing.T) {
	for _, test := range []struct {
		options Dict
		want    string
		invalid string
	}{
		{options: nil, want: "/root"},
		{options: Dict{{"imagepull_secret_name", "s"}}, want: "/root"},
		{options: Dict{{"workdir", "/srv/app"}}, want: "/srv/app"},
		{options: Dict{{"workdir", "/"}}, want: "/"},
		{options: Dict{{"workdir", ""}}, want: ""},
		{options: Dict{{"workdir", "srv"}}, invalid: `builder_options: workdir "srv" is not an absolute path`},
		{options: Dict{{"workdir", "/srv/../etc"}}, invalid: `builder_options: workdir "/srv/../etc"`},
		{options: Dict{{"workdir", "/srv\nRUN evil"}}, invalid: `builder_options: workdir "/srv\nRUN evil"`},
		{options: Dict{{"workdir", Int("1")}}, invalid: `builder_options: workdir is the number 1, not a text`},
	} {
		s := &Spec{BuilderOptions: test.options}
		err := s.Validate()
		if test.invalid != "" {
			if err == nil || !strings.Contains(err.Error(), test.invalid) {
				t.Errorf("%v: %v, want %s", test.options, err, test.invalid)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", test.options, err)
		}
		if got := s.WorkDir(); got != test.want {
			t.Errorf("%v: works in %q, want %q", test.options, got, test.want)
		}
	}
}
