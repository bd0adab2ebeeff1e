package imagespec

import (
	"errors"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy/catalog"
)

var (
	// registryForm is flytekit's: localhost with a port, or a host, and the
	// beginning of a repository's name.
	registryForm = regexp.MustCompile(`^(localhost:[0-9]{1,5}|[a-z0-9._-]+(:[0-9]{1,5})?)(/[\pL\pN_.-]+)*$`)
	// pathPart and tagForm are those of the OCI distribution specification.
	pathPart     = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$`)
	tagForm      = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
	versionForm  = regexp.MustCompile(`^3(\.[0-9]+){0,2}$`)
	platformForm = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?$`)
)

// constructible reports what flytekit's constructor refuses.
func (s *Spec) constructible() error {
	r := strings.ToLower(s.Registry)
	if r == "" || registryForm.MatchString(r) {
		return nil
	}
	hint := "it is a host such as ghcr.io/team or localhost:30000, and the beginning of a repository's name"
	if i := strings.Index(r, "://"); i >= 0 {
		hint = "a registry has no scheme: leave " + r[:i+3] + " out"
	} else if strings.HasSuffix(r, "/") {
		hint = "leave the slash at its end out"
	}
	return s.fault("registry", nil, "%q is not a registry: %s", s.Registry, hint)
}

// Validate reports everything that is wrong with the specification, by the
// rules of flytekit, of its default builder and of registries, as *[Error]
// joined. It reads no files.
func (s *Spec) Validate() error {
	v := &validation{spec: s}
	v.where()
	v.python()
	v.lists()
	v.files()
	if s.Base != nil && s.BaseImage != "" {
		v.fail("base_image", "it is a specification and the name of an image")
	}
	errs := v.errs
	depth := 0
	for b := s.Base; b != nil; b = b.Base {
		if depth++; depth > maxBases {
			errs = append(errs, s.fault("base_image", nil, "more than %d specifications are based on one another", maxBases))
			break
		}
		one := &validation{spec: b}
		one.where()
		one.python()
		one.lists()
		one.files()
		errs = append(errs, one.errs...)
	}
	return errors.Join(errs...)
}

type validation struct {
	spec *Spec
	errs []error
}

func (v *validation) fail(field, format string, args ...any) {
	v.errs = append(v.errs, v.spec.fault(field, nil, format, args...))
}

// where checks what the image is called and what it is for.
func (v *validation) where() {
	s := v.spec
	if err := s.constructible(); err != nil {
		v.errs = append(v.errs, err)
	} else {
		host, rest, _ := strings.Cut(strings.ToLower(s.Registry), "/")
		v.region("registry", host)
		for part := range strings.SplitSeq(rest, "/") {
			if rest != "" && !pathPart.MatchString(part) {
				v.fail("registry", "%q cannot be part of a repository's name", part)
			}
		}
	}
	for part := range strings.SplitSeq(s.repositoryName(), "/") {
		if !pathPart.MatchString(part) {
			v.fail("name", "%q cannot be the name of a repository", s.Name)
			break
		}
	}
	host, _, _ := strings.Cut(s.BaseImage, "/")
	v.region("base_image", host)
	if s.BaseImage != "" && (strings.ContainsAny(s.BaseImage, " \t\r\n\x00") || strings.HasPrefix(s.BaseImage, "-")) {
		v.fail("base_image", "%q is not the name of an image", s.BaseImage)
	}
	if s.TagFormat != "" {
		tag, err := formatTag(s.TagFormat, hashText(""))
		if err != nil {
			v.fail("tag_format", "%v", err)
		} else if !tagForm.MatchString(tag) {
			v.fail("tag_format", "%q gives %q, which cannot be a tag", s.TagFormat, tag)
		}
	}
	for _, p := range s.Platforms() {
		if !platformForm.MatchString(p) {
			v.fail("platform", "%q is not of the form linux/amd64", p)
		}
	}
	if s.Platform != "" && len(s.Platforms()) == 0 {
		v.fail("platform", "%q names no platform", s.Platform)
	}
}

// region looks for a registry of ECR in a region that there is not.
func (v *validation) region(field, host string) {
	r, ok := endpoint.ParseRegistry(host)
	if !ok || !endpoint.OfAWS(r.Domain) {
		return
	}
	if near := catalog.SuggestRegion(r.Region); near != "" {
		v.fail(field, "AWS has no region %s; did you mean %s?", r.Region, near)
	}
}

// python checks what concerns the interpreter.
func (v *validation) python() {
	s := v.spec
	if s.PythonVersion != "" && !versionForm.MatchString(s.PythonVersion) {
		v.fail("python_version", "%q is not a version of Python 3 such as 3.12", s.PythonVersion)
	}
	if f, ok := s.exact["python_version"].(float64); ok && f < 3.2 && str(f) == s.PythonVersion {
		v.fail("python_version", "it is the number %s, which is what 3.10 is without quotes: write \"3.10\" if that is meant", str(f))
	}
	if s.PythonExec != "" && len(s.CondaPackages) > 0 {
		v.fail("conda_packages", "conda cannot be used together with python_exec")
	}
	if s.PythonExec != "" && len(s.CondaChannels) > 0 {
		v.fail("conda_channels", "conda cannot be used together with python_exec")
	}
	if s.PythonExec != "" && !strings.HasPrefix(s.PythonExec, "/") {
		v.fail("python_exec", "%q is not an absolute path in the base image", s.PythonExec)
	}
}

// lists checks lists and environment. What their texts contain is not looked
// at further than that they can be written where they go.
func (v *validation) lists() {
	s := v.spec
	for _, f := range fields {
		switch {
		case f.list != nil:
			for i, text := range *f.list(s) {
				if text == "" && f.name != "entrypoint" && f.name != "commands" {
					v.fail(f.name, "item %d is empty", i+1)
				}
				v.text(f.name, text)
			}
		case f.text != nil:
			v.text(f.name, *f.text(s))
			if strings.ContainsAny(*f.text(s), "\r\n") {
				v.fail(f.name, "it has a line break")
			}
		}
	}
	for _, f := range []string{"packages", "conda_packages", "conda_channels", "apt_packages", "pip_extra_index_url", "runtime_packages", "copy"} {
		field, _ := fieldNamed(f)
		for i, text := range *field.list(s) {
			if strings.ContainsAny(text, "\r\n") {
				v.fail(f, "item %d has a line break", i+1)
			}
		}
	}
	for _, e := range s.Env {
		name, ok := e.Key.(string)
		switch {
		case !ok:
			v.fail("env", "the name %s is not a text: quote it", repr(e.Key))
			continue
		case name == "" || strings.ContainsAny(name, "=\x00\r\n \t"):
			v.fail("env", "%q is not the name of a variable", name)
		}
		switch value := e.Value.(type) {
		case List, Tuple, Dict:
			v.fail("env", "the value of %s is %s, not a text", name, kindOf(value))
		case string:
			v.text("env", value)
		}
	}
	for _, m := range s.PipSecretMounts {
		if m.Source == "" || !strings.HasPrefix(m.Target, "/") {
			v.fail("pip_secret_mounts", "(%q, %q) is not a file and an absolute path in the image", m.Source, m.Target)
		}
	}
}

func (v *validation) text(field, text string) {
	if strings.ContainsRune(text, 0) {
		v.fail(field, "it has a NUL character")
	}
}

// files checks what is copied, and where to.
func (v *validation) files() {
	s := v.spec
	v.workDir()
	for _, entry := range s.Copy {
		if err := checkCopy(entry); err != nil {
			v.fail("copy", "%v", err)
		}
	}
	if s.copiesSource() && s.SourceRoot == "" {
		v.fail("source_root", "it must be set when source_copy_mode is %s", s.copyMode())
	}
}
