package buildplan

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// reasons are what a specification needs a running program for, in the order in
// which flytekit declares the fields.
func reasons(spec *imagespec.Spec, facts Facts) ([]Reason, error) {
	var all []Reason
	add := func(field, value, why string) { all = append(all, Reason{Field: field, Value: value, Why: why}) }

	fromLines, err := requirementReasons(spec)
	if err != nil {
		return nil, err
	}
	withoutPython := facts.Base.Read && facts.Base.Python == ""
	if withoutPython && spec.PythonExec == "" && spec.PythonVersion != "" {
		add("python_version", spec.PythonVersion, fmt.Sprintf("the base image %s has no such Python, so micromamba has to install it", facts.Base.Image))
	}
	field := "packages"
	if spec.Requirements != "" {
		field = "requirements"
	}
	for _, r := range fromLines {
		if r.Field == "packages" {
			all = append(all, r)
		}
	}
	if field == "packages" {
		all = append(all, sourceReasons(field, facts.SourceOnly)...)
	}
	if len(spec.CondaPackages) > 0 {
		add("conda_packages", quoteAll(spec.CondaPackages), "micromamba has to install them")
	}
	if len(spec.CondaChannels) > 0 {
		add("conda_channels", quoteAll(spec.CondaChannels), "micromamba has to install Python from them")
	}
	for _, r := range fromLines {
		if r.Field == "requirements" {
			all = append(all, r)
		}
	}
	if field == "requirements" {
		all = append(all, sourceReasons(field, facts.SourceOnly)...)
	}
	if len(spec.AptPackages) > 0 {
		add("apt_packages", quoteAll(spec.AptPackages), "apt-get has to run, and the scripts of the packages")
	}
	if spec.CUDA != "" {
		add("cuda", spec.CUDA, "micromamba has to install it")
	}
	if spec.CuDNN != "" {
		add("cudnn", spec.CuDNN, "micromamba has to install it")
	}
	if withoutPython && spec.PythonExec == "" && spec.PythonVersion == "" {
		add("base_image", facts.Base.Image, "it has no Python, so micromamba has to install one")
	}
	if n := len(spec.PipSecretMounts); n > 0 {
		var targets []string
		for _, m := range spec.PipSecretMounts {
			targets = append(targets, m.Target)
		}
		add("pip_secret_mounts", quoteAll(targets), "these files are for an installer that runs in the image")
	}
	if n := len(spec.Commands); n > 0 {
		add("commands", firstLine(spec.Commands[0], n), "a shell has to run them")
	}
	if withoutPython && spec.PythonExec != "" {
		if len(spec.AptPackages) == 0 {
			return nil, fieldError(spec, "python_exec", "the base image %s has no %s", facts.Base.Image, spec.PythonExec)
		}
		add("python_exec", spec.PythonExec, "the base image does not have it; apt_packages have to bring it")
	}
	return all, nil
}

func firstLine(command string, n int) string {
	const most = 60
	line, rest, _ := strings.Cut(strings.TrimSpace(command), "\n")
	if runes := []rune(line); len(runes) > most {
		line, rest = string(runes[:most]), "…"
	}
	if rest != "" {
		line += " …"
	}
	if n > 1 {
		line += fmt.Sprintf(" (and %d more)", n-1)
	}
	return line
}

func sourceReasons(field string, found []SourceDistribution) []Reason {
	var all []Reason
	for _, s := range found {
		value := s.Name
		if s.Version != "" {
			value += "==" + s.Version
		}
		why := "there is no wheel of it, so its build has to run"
		if s.Platform != "" {
			why = fmt.Sprintf("there is no wheel of it for %s, so its build has to run", s.Platform)
		}
		all = append(all, Reason{Field: field, Value: value, Why: why})
	}
	return all
}

// requirementReasons are the requirements that name source code.
func requirementReasons(spec *imagespec.Spec) ([]Reason, error) {
	lines, _, err := requirementLines(spec)
	if err != nil {
		return nil, err
	}
	var all []Reason
	for _, l := range lines {
		var why string
		switch sourceOf(l.text) {
		case fromVCS:
			why = "it is a repository, whose build has to run"
		case fromArchive:
			why = "it is source code, whose build has to run"
		case fromEditable:
			why = "it is an editable installation, whose build has to run"
		case fromDirectory:
			why = "it is a directory, whose build has to run"
		default:
			continue
		}
		all = append(all, Reason{Field: l.field, Value: redact(l.text), Why: why})
	}
	return all, nil
}

// usesConda tells whether micromamba makes the environment that packages are
// installed in, which is instead of the base image's Python.
func usesConda(spec *imagespec.Spec, base Base) bool {
	return len(spec.CondaPackages) > 0 || len(spec.CondaChannels) > 0 || spec.CUDA != "" || spec.CuDNN != "" ||
		base.Python == "" && spec.PythonExec == ""
}

// cudaPackages are the conda packages that cuda and cudnn ask for.
func cudaPackages(spec *imagespec.Spec) []string {
	var all []string
	if v := spec.CUDA; v != "" {
		major, _, _ := strings.Cut(v, ".")
		if len(major) == 2 && major < "12" || len(major) < 2 {
			all = append(all, "cudatoolkit="+v) // what it was called before CUDA 12
		} else {
			all = append(all, "cuda-version="+v, "cuda-toolkit")
		}
	}
	if v := spec.CuDNN; v != "" {
		all = append(all, "cudnn="+v)
	}
	return all
}

// interpreter is the Python that packages are installed for.
func interpreter(spec *imagespec.Spec, base Base) string {
	switch {
	case usesConda(spec, base):
		return condaPrefix + "/bin/python"
	case base.Python != "":
		return base.Python
	}
	return spec.PythonExec
}

// minor is the first two numbers of a version.
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// steps are the parts of the work, in their order.
func steps(spec *imagespec.Spec, base Base, way Path) ([]Step, error) {
	var all []Step
	add := func(what, format string, args ...any) {
		all = append(all, Step{What: what, Detail: fmt.Sprintf(format, args...)})
	}
	files, err := spec.Files()
	if err != nil {
		return nil, err
	}
	add("base", "%s", cmp.Or(base.Image, spec.BaseImage, "the default"))
	if len(spec.AptPackages) > 0 {
		add("apt", "%s", quoteAll(spec.AptPackages))
	}
	python := "the base image's Python"
	switch {
	case usesConda(spec, base) && way == Dockerfile:
		python = condaPrefix
		add("conda", "%s", quoteAll(condaDependencies(spec, base)))
	case base.Python != "":
		python = fmt.Sprintf("%s (%s)", base.Python, base.Version)
	case spec.PythonExec != "":
		python = spec.PythonExec
	}
	var from []string
	if n := len(spec.Packages); n > 0 {
		from = append(from, redact(quoteAll(spec.Packages)))
	}
	if spec.Requirements != "" {
		from = append(from, path.Clean(spec.Requirements))
	}
	if len(from) > 0 {
		add("packages", "%s, for %s", strings.Join(from, "; "), python)
	}
	if n := len(spec.Env); n > 0 {
		add("env", "%s", plural(n, "variable"))
	}
	if spec.Entrypoint != nil {
		add("entrypoint", "%s", execForm(spec.Entrypoint...))
	}
	if n := len(files); n > 0 {
		var size int64
		for _, f := range files {
			size += f.Size
		}
		add("copy", "%s of %s to %s", plural(n, "file"), plural(int(size), "byte"), WorkDir(spec, base))
	}
	if n := len(spec.Commands); n > 0 {
		add("commands", "%s", firstLine(spec.Commands[0], n))
	}
	return all, nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
