package imagespec

import (
	"errors"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		spec  *Spec
		want  string // empty if it is valid
		field string
	}{
		{&Spec{}, "", ""},
		{&Spec{Name: "My-Image", Registry: "Ghcr.io/Org/a_b", PythonVersion: "3.12.1", Platform: "linux/amd64, linux/arm/v7", TagFormat: "v1-{spec_hash}"}, "", ""},
		{&Spec{Registry: "localhost:30000"}, "", ""},
		{&Spec{Registry: "reg.example.com:5000/team"}, "", ""},
		{&Spec{Registry: "123456789012.dkr.ecr.us-east-1.amazonaws.com", BaseImage: "debian:12"}, "", ""},
		{&Spec{Registry: "123456789012.dkr.ecr.moon-1.localhost:5000"}, "", ""},
		{&Spec{Env: Dict{{"A", "$(rm -rf /)"}, {"B", Int("1")}, {"C", nil}}, Commands: []string{"a && b; `c`\nd", ""}, Entrypoint: []string{""}}, "", ""},
		{&Spec{Packages: []string{"a; rm -rf /", "$(b)"}, AptPackages: []string{"`git`"}}, "", ""},
		{&Spec{PythonExec: "/usr/bin/python3", CondaPackages: []string{}}, "", ""},
		{&Spec{PipSecretMounts: []SecretMount{{"a", "/b"}}, Copy: []string{"a", "./b/c"}, SourceRoot: ".", SourceCopyMode: CopyAll}, "", ""},

		{&Spec{Registry: "https://ghcr.io/o"}, `"https://ghcr.io/o" is not a registry: a registry has no scheme: leave https:// out`, "registry"},
		{&Spec{Registry: "ghcr.io/o/"}, "leave the slash at its end out", "registry"},
		{&Spec{Registry: "ghcr.io/a b"}, "it is a host such as ghcr.io/team", "registry"},
		{&Spec{Registry: "localhost:123456"}, "is not a registry", "registry"},
		{&Spec{Registry: "ghcr.io/-a"}, `"-a" cannot be part of a repository's name`, "registry"},
		{&Spec{Registry: "123456789012.dkr.ecr.us-eas-1.amazonaws.com/team"}, "AWS has no region us-eas-1; did you mean us-east-1?", "registry"},
		{&Spec{BaseImage: "123456789012.dkr.ecr.eu-wst-1.amazonaws.com/base:v1"}, "AWS has no region eu-wst-1; did you mean eu-west-1?", "base_image"},
		{&Spec{BaseImage: "a b"}, `"a b" is not the name of an image`, "base_image"},
		{&Spec{BaseImage: "--privileged"}, "is not the name of an image", "base_image"},
		{&Spec{BaseImage: "a\nRUN b"}, "is not the name of an image", "base_image"},
		{&Spec{BaseImage: "a", Base: &Spec{}}, "it is a specification and the name of an image", "base_image"},
		{&Spec{Name: "a/../b"}, `"a/../b" cannot be the name of a repository`, "name"},
		{&Spec{Name: "é"}, "cannot be the name of a repository", "name"},
		{&Spec{TagFormat: "{hash}"}, "is not {spec_hash}", "tag_format"},
		{&Spec{TagFormat: "a b"}, `"a b" gives "a b", which cannot be a tag`, "tag_format"},
		{&Spec{TagFormat: "{spec_hash:200}"}, "which cannot be a tag", "tag_format"},
		{&Spec{Platform: "amd64"}, `"amd64" is not of the form linux/amd64`, "platform"},
		{&Spec{Platform: ","}, "names no platform", "platform"},
		{&Spec{PythonVersion: "three"}, `"three" is not a version of Python 3`, "python_version"},
		{&Spec{PythonVersion: "2.7"}, "is not a version of Python 3", "python_version"},
		{readOne(t, YAML, "python_version: 3.10"), `write "3.10" if that is meant`, "python_version"},
		{&Spec{PythonExec: "/p", CondaPackages: []string{"a"}}, "conda cannot be used together with python_exec", "conda_packages"},
		{&Spec{PythonExec: "/p", CondaChannels: []string{"a"}}, "conda cannot be used together with python_exec", "conda_channels"},
		{&Spec{PythonExec: "python"}, "is not an absolute path", "python_exec"},
		{&Spec{Packages: []string{"a", ""}}, "item 2 is empty", "packages"},
		{&Spec{AptPackages: []string{"a\nb"}}, "item 1 has a line break", "apt_packages"},
		{&Spec{Commands: []string{"a\x00"}}, "it has a NUL character", "commands"},
		{&Spec{PipIndex: "a\nb"}, "it has a line break", "pip_index"},
		{&Spec{Requirements: "a\x00"}, "it has a NUL character", "requirements"},
		{&Spec{Env: Dict{{Int("1"), "a"}}}, "the name 1 is not a text: quote it", "env"},
		{&Spec{Env: Dict{{"A=B", "a"}}}, `"A=B" is not the name of a variable`, "env"},
		{&Spec{Env: Dict{{"", "a"}}}, "is not the name of a variable", "env"},
		{&Spec{Env: Dict{{"A", List{}}}}, "the value of A is a list, not a text", "env"},
		{&Spec{Env: Dict{{"A", "a\x00"}}}, "it has a NUL character", "env"},
		{&Spec{PipSecretMounts: []SecretMount{{"a", "b"}}}, `("a", "b") is not a file and an absolute path`, "pip_secret_mounts"},
		{&Spec{Copy: []string{"../a"}}, "../a has .. in it", "copy"},
		{&Spec{Copy: []string{"/a"}}, "/a is absolute", "copy"},
		{&Spec{SourceCopyMode: CopyAll}, "it must be set when source_copy_mode is ALL", "source_root"},
		{&Spec{Base: &Spec{PythonExec: "p"}}, "is not an absolute path", "python_exec"},
		{deep(maxBases + 2), "more than 100 specifications are based on one another", "base_image"},
	} {
		err := tt.spec.Validate()
		var e *Error
		switch {
		case tt.want == "":
			if err != nil {
				t.Errorf("%+v: %v", tt.spec, err)
			}
		case !errors.As(err, &e) || e.Field != tt.field || !strings.Contains(e.Msg, tt.want):
			t.Errorf("%+v\nerror %v\nwant %s: %s", tt.spec, err, tt.field, tt.want)
		}
	}
}

// TestValidateAll: everything that is wrong is said at once.
func TestValidateAll(t *testing.T) {
	s := readOne(t, YAML, "name: é\nregistry: https://x\nenv: {A: [1]}\nbase_image:\n  name: ö\n")
	err := s.Validate()
	want := strings.Join([]string{
		`x:2:11: ImageSpec field registry: "https://x" is not a registry: a registry has no scheme: leave https:// out`,
		`x:1:7: ImageSpec field name: "é" cannot be the name of a repository`,
		`x:3:6: ImageSpec field env: the value of A is a list, not a text`,
		`x:5:9: ImageSpec field name: "ö" cannot be the name of a repository`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}
