package buildplan

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// urlOptions are the options of pip and uv whose value is an address that may
// have credentials in it, by the name that a requirements file gives them.
var urlOptions = map[string]string{
	"--index-url": "--index-url", "-i": "--index-url", "--default-index": "--index-url",
	"--extra-index-url": "--extra-index-url", "--index": "--extra-index-url",
	"--find-links": "--find-links", "-f": "--find-links",
}

// indexSecret is the id of the secret that has the package indexes, where their
// addresses have credentials.
const indexSecret = "pratique-index"

// packages writes the installation of Python packages: by uv from a lock or a
// requirements file, or by pip where there is no uv. What the user wrote is in
// files, or an argument of its own.
func (w *writer) packages() error {
	mounts, args, err := w.inputs()
	if err != nil || args == nil {
		return err
	}
	secrets, err := w.secretMounts()
	if err != nil {
		return err
	}
	mounts = append(mounts, secrets...)
	if w.uv == "" {
		install := []string{w.python, "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir"}
		if !w.conda {
			// An option since pip 23.0.1, and a variable that older ones ignore.
			install = append([]string{"/usr/bin/env", "PIP_BREAK_SYSTEM_PACKAGES=1"}, install...)
		}
		w.installer(mounts, append(install, args...)...)
		return nil
	}
	install := []string{tools + "/uv", "pip", "install", "--python", w.python, "--break-system-packages", "--compile-bytecode", "--link-mode", "copy"}
	mounts = append([]string{w.uv}, mounts...)
	if w.o.Executor.CacheMounts {
		mounts = append(mounts, "--mount=type=cache,id=pratique-uv,target="+tools+"/cache")
		install = append(install, "--cache-dir", tools+"/cache")
	} else {
		install = append(install, "--no-cache")
	}
	w.installer(mounts, append(install, args...)...)
	return nil
}

// inputs are the files that say what to install, and the arguments that name
// them; no arguments if there is nothing to install.
func (w *writer) inputs() (mounts, args []string, err error) {
	spec := w.spec
	indexes, extra, err := w.indexes()
	if err != nil {
		return nil, nil, err
	}
	lines, constraints, err := requirementLines(spec)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range w.o.Extra {
		lines = append(lines, requirementLine{text: e, at: e, field: "packages"})
	}
	for _, l := range append(lines[:len(lines):len(lines)], constraints...) {
		if err := checkRequirement(spec, l); err != nil {
			return nil, nil, err
		}
	}
	kind := kindOf(spec.Requirements)
	file := func(name, option string, data []byte) {
		name = w.recipe.addData(name, data)
		mounts = append(mounts, bind("", name, name))
		args = append(args, option, tools+"/"+name)
	}
	switch {
	case w.lock != "":
		mounts = append(mounts, w.lock)
		args = append(args, "--requirement", w.locked)
		if hasSecret(indexes) {
			// It names all files, but not who may have them, and uv takes no
			// requirements beside it.
			w.recipe.Secrets = append(w.recipe.Secrets, Secret{ID: indexSecret, Data: uvConfig(indexes)})
			mounts = append(mounts, secretMount(indexSecret, tools+"/uv.toml"))
			args = append(args, "--config-file", tools+"/uv.toml")
		}
		return mounts, append(args, extra...), nil
	case kind == lockFile:
		return nil, nil, fieldError(spec, "requirements", "%s has to be resolved before a Dockerfile can install it", spec.Requirements)
	default:
		if kind == projectFile || kind == pylockFile {
			if w.uv == "" {
				return nil, nil, fieldError(spec, "requirements", "installing %s needs uv", spec.Requirements)
			}
			data, err := readLimited(inDir(spec, spec.Requirements))
			if err != nil {
				return nil, nil, fieldError(spec, "requirements", "%v", err)
			}
			name := "pylock.toml"
			if kind == projectFile {
				name = "pyproject.toml"
			}
			file(name, "--requirement", data)
		}
		if len(lines) > 0 {
			file("requirements.txt", "--requirement", fileOf(lines))
		}
		if len(constraints) > 0 {
			file("constraints.txt", "--constraint", fileOf(constraints))
		}
	}
	if args == nil {
		return nil, nil, nil
	}
	if len(indexes) > 0 {
		data := []byte(strings.Join(indexes, "\n") + "\n")
		if hasSecret(indexes) {
			w.recipe.Secrets = append(w.recipe.Secrets, Secret{ID: indexSecret, Data: data})
			mounts = append(mounts, secretMount(indexSecret, tools+"/indexes.txt"))
			args = append(args, "--requirement", tools+"/indexes.txt")
		} else {
			file("indexes.txt", "--requirement", data)
		}
	}
	return mounts, append(args, extra...), nil
}

// indexes are the lines of a requirements file that name package indexes, and
// the other arguments of pip_extra_args.
func (w *writer) indexes() (lines, extra []string, err error) {
	add := func(field, option, address string) error {
		if err := checkLine(address); err != nil || address == "" || strings.ContainsAny(address, " \t") {
			return fieldError(w.spec, field, "%q is not the address of a package index", address)
		}
		lines = append(lines, option+" "+address)
		return nil
	}
	if a := w.spec.PipIndex; a != "" {
		if err := add("pip_index", "--index-url", a); err != nil {
			return nil, nil, err
		}
	}
	for _, a := range w.spec.PipExtraIndexURL {
		if err := add("pip_extra_index_url", "--extra-index-url", a); err != nil {
			return nil, nil, err
		}
	}
	const field = "pip_extra_args"
	words, err := splitWords(w.spec.PipExtraArgs)
	if err == nil {
		err = checkLine(strings.Join(words, " "))
	}
	if err != nil {
		return nil, nil, fieldError(w.spec, field, "%v", err)
	}
	for i := 0; i < len(words); i++ {
		option, value, has := strings.Cut(words[i], "=")
		inFile, ok := urlOptions[option]
		switch {
		case !ok && strings.Contains(words[i], "://") && redact(words[i]) != words[i]:
			return nil, nil, fieldError(w.spec, field, "%q has a password, which the image's history would show: use pip_secret_mounts", redact(words[i]))
		case !ok:
			extra = append(extra, words[i])
			continue
		case !has && i+1 == len(words):
			return nil, nil, fieldError(w.spec, field, "%s has no value", option)
		case !has:
			i++
			value = words[i]
		}
		if err := add(field, inFile, value); err != nil {
			return nil, nil, err
		}
	}
	return lines, extra, nil
}

// secretMounts are the flags for the files of pip_secret_mounts.
func (w *writer) secretMounts() ([]string, error) {
	var mounts []string
	for i, m := range w.spec.PipSecretMounts {
		if !mountTarget.MatchString(m.Target) {
			return nil, fieldError(w.spec, "pip_secret_mounts", "%q is not an absolute path that a file can be mounted at", m.Target)
		}
		id := fmt.Sprintf("pip-%d", i)
		w.recipe.Secrets = append(w.recipe.Secrets, Secret{ID: id, Source: inDir(w.spec, m.Source)})
		mounts = append(mounts, secretMount(id, m.Target))
	}
	return mounts, nil
}

// secretMount is the flag of RUN that shows a secret, without which it fails.
func secretMount(id, target string) string {
	return "--mount=type=secret,id=" + id + ",target=" + target + ",required=true"
}

// uvConfig writes the lines of a requirements file that name indexes as a
// configuration of uv.
func uvConfig(indexes []string) []byte {
	var b strings.Builder
	for _, l := range indexes {
		option, address, _ := strings.Cut(l, " ")
		fmt.Fprintf(&b, "[[index]]\nurl = %s\n", jsonString(address)) // which is a string of TOML
		switch option {
		case "--index-url":
			b.WriteString("default = true\n")
		case "--find-links":
			b.WriteString("format = \"flat\"\n")
		}
	}
	return []byte(b.String())
}

// checkRequirement refuses a line that cannot be installed inside a build.
func checkRequirement(spec *imagespec.Spec, l requirementLine) error {
	if err := checkLine(l.text); err != nil {
		return fieldError(spec, l.field, "%s %v", l.at, err)
	}
	if strings.HasSuffix(l.text, `\`) {
		return fieldError(spec, l.field, "%s ends with a backslash", l.at)
	}
	switch sourceOf(l.text) {
	case fromDirectory, fromLocalFile:
		return fieldError(spec, l.field, "%s: %s is of this machine, where a Dockerfile's packages cannot be from: put it into copy and install it with commands", l.at, l.text)
	}
	return nil
}

func fileOf(lines []requirementLine) []byte {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text + "\n")
	}
	return []byte(b.String())
}

func hasSecret(lines []string) bool {
	for _, l := range lines {
		if redact(l) != l {
			return true
		}
	}
	return false
}
