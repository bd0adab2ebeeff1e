package imagespec

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// field is a field of flytekit's ImageSpec. Exactly one of text, list and
// dict is set, or none for those that are of a type of their own.
type field struct {
	name  string
	since Compat // the first version that has it; zero for all that are supported
	text  func(*Spec) *string
	list  func(*Spec) *[]string
	dict  func(*Spec) *Dict
	// number says that YAML makes a number of its usual values, which flytekit
	// hashes as a number.
	number bool
}

// fields are all fields in the order in which flytekit declares them, which is
// the order of the hash.
var fields = []field{
	{name: "name", text: func(s *Spec) *string { return &s.Name }},
	{name: "python_version", text: func(s *Spec) *string { return &s.PythonVersion }, number: true},
	{name: "builder", text: func(s *Spec) *string { return &s.Builder }},
	{name: "source_root", text: func(s *Spec) *string { return &s.SourceRoot }},
	{name: "env", dict: func(s *Spec) *Dict { return &s.Env }},
	{name: "registry", text: func(s *Spec) *string { return &s.Registry }},
	{name: "packages", list: func(s *Spec) *[]string { return &s.Packages }},
	{name: "conda_packages", list: func(s *Spec) *[]string { return &s.CondaPackages }},
	{name: "conda_channels", list: func(s *Spec) *[]string { return &s.CondaChannels }},
	{name: "requirements", text: func(s *Spec) *string { return &s.Requirements }},
	{name: "apt_packages", list: func(s *Spec) *[]string { return &s.AptPackages }},
	{name: "cuda", text: func(s *Spec) *string { return &s.CUDA }, number: true},
	{name: "cudnn", text: func(s *Spec) *string { return &s.CuDNN }, number: true},
	{name: "base_image", text: func(s *Spec) *string { return &s.BaseImage }},
	{name: "platform", text: func(s *Spec) *string { return &s.Platform }},
	{name: "pip_index", text: func(s *Spec) *string { return &s.PipIndex }},
	{name: "pip_extra_index_url", list: func(s *Spec) *[]string { return &s.PipExtraIndexURL }},
	{name: "pip_secret_mounts", since: v1_15_0},
	{name: "pip_extra_args", since: v1_15_0, text: func(s *Spec) *string { return &s.PipExtraArgs }},
	{name: "registry_config", text: func(s *Spec) *string { return &s.RegistryConfig }},
	{name: "entrypoint", list: func(s *Spec) *[]string { return &s.Entrypoint }},
	{name: "commands", list: func(s *Spec) *[]string { return &s.Commands }},
	{name: "tag_format", text: func(s *Spec) *string { return &s.TagFormat }},
	{name: "source_copy_mode"},
	{name: "copy", list: func(s *Spec) *[]string { return &s.Copy }},
	{name: "python_exec", since: v1_15_0, text: func(s *Spec) *string { return &s.PythonExec }},
	{name: "runtime_packages", since: v1_15_4, list: func(s *Spec) *[]string { return &s.RuntimePackages }},
	{name: "builder_options", since: v1_15_4, dict: func(s *Spec) *Dict { return &s.BuilderOptions }},
	{name: "builder_config", since: v1_16_0, dict: func(s *Spec) *Dict { return &s.BuilderConfig }},
}

// Fields are flytekit's names of all fields, in the order of the hash.
func Fields() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func fieldNamed(name string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

// value is the field's Python value as it is written; nil is None. A nested
// specification is its own value, of type *Spec.
func (f field) value(s *Spec) Value {
	switch {
	case f.name == "base_image" && s.Base != nil:
		return s.Base
	case f.name == "source_copy_mode":
		if s.SourceCopyMode == CopyUnset {
			return nil
		}
		return s.SourceCopyMode
	case f.name == "pip_secret_mounts":
		if s.PipSecretMounts == nil {
			return nil
		}
		l := List{}
		for _, m := range s.PipSecretMounts {
			l = append(l, List{m.Source, m.Target})
		}
		return l
	case f.text != nil:
		text := *f.text(s)
		if v, ok := s.exact[f.name]; ok && str(v) == text {
			return v
		}
		if text == "" {
			return nil
		}
		return text
	case f.list != nil:
		list := *f.list(s)
		if list == nil {
			return nil
		}
		l := List{}
		for _, e := range list {
			l = append(l, e)
		}
		return l
	}
	if d := *f.dict(s); d != nil {
		return d
	}
	return nil
}

// set gives the field a value. None takes the value away. The error is for
// what flytekit would not take, or could not work with.
func (f field) set(s *Spec, v Value) error {
	delete(s.exact, f.name)
	switch {
	case f.name == "source_copy_mode":
		return s.setCopyMode(v)
	case f.name == "pip_secret_mounts":
		return s.setMounts(v)
	case f.name == "base_image":
		if base, ok := v.(*Spec); ok {
			s.Base, s.BaseImage = base, ""
			return nil
		}
		s.Base = nil
		return f.setText(s, v)
	case f.text != nil:
		return f.setText(s, v)
	case f.list != nil:
		return f.setList(s, v)
	}
	switch v := v.(type) {
	case nil:
		*f.dict(s) = nil
	case Dict:
		*f.dict(s) = v
	default:
		return fmt.Errorf("it must be a mapping, not %s", kindOf(v))
	}
	return nil
}

func (f field) setText(s *Spec, v Value) error {
	to := f.text(s)
	*to = ""
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			s.keep(f.name, v)
		}
		*to = v
		return nil
	case Int, float64:
		if f.number {
			s.keep(f.name, v)
			*to = str(v)
			return nil
		}
	}
	return fmt.Errorf("it must be a text, not %s", kindOf(v))
}

func (f field) setList(s *Spec, v Value) error {
	to := f.list(s)
	*to = nil
	l, ok := v.(List)
	if v == nil {
		return nil
	}
	if !ok {
		return fmt.Errorf("it must be a list of texts, not %s", kindOf(v))
	}
	texts := []string{}
	for i, e := range l {
		t, ok := e.(string)
		if !ok {
			return fmt.Errorf("it must be a list of texts; item %d is %s", i+1, kindOf(e))
		}
		texts = append(texts, t)
	}
	*to = texts
	return nil
}

func (s *Spec) keep(name string, v Value) {
	if s.exact == nil {
		s.exact = map[string]Value{}
	}
	s.exact[name] = v
}

func (s *Spec) setCopyMode(v Value) error {
	s.SourceCopyMode = CopyUnset
	switch v := v.(type) {
	case nil:
		return nil
	case CopyMode:
		s.SourceCopyMode = v
		return nil
	case string:
		var err error
		s.SourceCopyMode, err = parseCopyMode(v)
		return err
	}
	return fmt.Errorf("it must be one of %s, not %s", copyModeNames(), kindOf(v))
}

func (s *Spec) setMounts(v Value) error {
	s.PipSecretMounts = nil
	if v == nil {
		return nil
	}
	l, ok := v.(List)
	if !ok {
		return fmt.Errorf("it must be a list of pairs of texts, not %s", kindOf(v))
	}
	mounts := []SecretMount{}
	for i, e := range l {
		pair, isTuple := e.(Tuple)
		if list, ok := e.(List); ok { // what YAML and JSON have for a tuple
			pair, isTuple = Tuple(list), true
		}
		if !isTuple || len(pair) != 2 {
			return fmt.Errorf("it must be a list of pairs of texts; item %d is not a pair", i+1)
		}
		source, ok1 := pair[0].(string)
		target, ok2 := pair[1].(string)
		if !ok1 || !ok2 {
			return fmt.Errorf("it must be a list of pairs of texts; item %d has something else", i+1)
		}
		mounts = append(mounts, SecretMount{source, target})
	}
	s.PipSecretMounts = mounts
	return nil
}

// completed is a field's value after flytekit's constructor has changed it.
func (s *Spec) completed(f field, c Compat) Value {
	v := f.value(s)
	switch f.name {
	case "name":
		return s.repositoryName()
	case "registry":
		if t, ok := v.(string); ok {
			return strings.ToLower(t)
		}
	case "builder":
		if v == nil && !c.before(1, 15, 1) {
			return "default"
		}
	case "platform":
		if v == nil {
			return s.defaultPlatform(c, runtime.GOARCH)
		}
	case "source_copy_mode":
		if mode := s.copyMode(); mode != CopyUnset {
			return mode
		}
	}
	return v
}

func (s *Spec) repositoryName() string {
	if s.Name == "" {
		return "flytekit"
	}
	return strings.ToLower(s.Name)
}

// copyMode is the mode with what flytekit makes of None.
func (s *Spec) copyMode() CopyMode {
	root, _ := fieldNamed("source_root")
	if s.SourceCopyMode == CopyUnset && root.value(s) != nil {
		return CopyLoadedModules
	}
	return s.SourceCopyMode
}

func (s *Spec) defaultPlatform(c Compat, arch string) string {
	if arch == "arm64" && !c.before(1, 16, 4) && strings.HasPrefix(strings.ToLower(s.Registry), "localhost:") {
		return "linux/arm64"
	}
	return "linux/amd64"
}

// Platforms are the platforms to build for: Platform's or, if that is empty,
// linux/amd64; linux/arm64 on a machine of that kind for a registry on
// localhost.
func (s *Spec) Platforms() []string {
	list := s.Platform
	if list == "" {
		list = s.defaultPlatform(Compat{}, runtime.GOARCH)
	}
	var out []string
	for p := range strings.SplitSeq(list, ",") {
		if p = strings.TrimSpace(p); p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// Environ are the environment variables as "NAME=value", in their order, with
// values as Python prints them.
func (s *Spec) Environ() []string {
	var out []string
	for _, e := range s.Env {
		out = append(out, str(e.Key)+"="+str(e.Value))
	}
	return out
}

// Repository is the reference without the tag, [registry/]name.
func (s *Spec) Repository() string {
	if s.Registry == "" {
		return s.repositoryName()
	}
	return strings.ToLower(s.Registry) + "/" + s.repositoryName()
}
