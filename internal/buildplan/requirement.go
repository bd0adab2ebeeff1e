package buildplan

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// maxRequirements bounds a requirements file, and maxNesting how deep files may
// name others.
const (
	maxRequirements = 4 << 20
	maxNesting      = 10
)

// lockFiles are the base names of requirements files that are not pip's format.
// They are resolved before a Dockerfile is written.
var lockFiles = map[string]bool{"uv.lock": true, "poetry.lock": true, "pdm.lock": true, "Pipfile.lock": true}

// requirementsKind says what a requirements file is.
type requirementsKind int

const (
	noRequirements requirementsKind = iota
	pipFormat
	projectFile // pyproject.toml
	pylockFile  // pylock.toml, pylock.NAME.toml
	lockFile    // of one of the tools that have their own
)

func kindOf(requirements string) requirementsKind {
	base := filepath.Base(requirements)
	switch {
	case requirements == "":
		return noRequirements
	case base == "pyproject.toml":
		return projectFile
	case strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml"):
		return pylockFile
	case lockFiles[base]:
		return lockFile
	}
	return pipFormat
}

// inDir is a path of the specification on this machine.
func inDir(spec *imagespec.Spec, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(spec.Dir, name)
}

// A requirementLine is a line of the packages to install, without comments and
// with continuations joined.
type requirementLine struct {
	text string
	at   string // "packages[2]", "requirements.txt:7"
	// field is flytekit's name of the field that it comes from.
	field string
}

// requirementLines are all lines that ask for packages: those of the field
// packages, and of the requirements file and those that it names with -r.
// Constraints, named with -c, are returned apart.
func requirementLines(spec *imagespec.Spec) (lines, constraints []requirementLine, err error) {
	for i, p := range spec.Packages {
		if text := strings.TrimSpace(p); text != "" {
			lines = append(lines, requirementLine{text: text, at: fmt.Sprintf("packages[%d]", i), field: "packages"})
		}
	}
	if kindOf(spec.Requirements) != pipFormat {
		return lines, nil, nil
	}
	r := requirementsReader{spec: spec}
	if err := r.read(inDir(spec, spec.Requirements), spec.Requirements, 0, false); err != nil {
		return nil, nil, err
	}
	return append(lines, r.lines...), r.constraints, nil
}

// requirementsReader reads requirements files that name each other.
type requirementsReader struct {
	spec               *imagespec.Spec
	lines, constraints []requirementLine
}

// read reads the file at path, which is called name.
func (r *requirementsReader) read(path, name string, depth int, constraint bool) error {
	data, err := readLimited(path)
	if err != nil {
		return fieldError(r.spec, "requirements", "%v", err)
	}
	if depth > maxNesting {
		return fieldError(r.spec, "requirements", "%s: more than %d files name each other", name, maxNesting)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var joined string
	for i, line := range strings.Split(string(data), "\n") {
		line = joined + strings.TrimSuffix(line, "\r")
		joined = ""
		if rest, more := strings.CutSuffix(line, `\`); more && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			joined = rest
			continue
		}
		text := strings.TrimSpace(withoutComment(line))
		if text == "" {
			continue
		}
		at := fmt.Sprintf("%s:%d", name, i+1)
		if other, c, ok := nested(text); ok && !strings.Contains(other, "://") {
			if err := r.read(beside(path, other), beside(name, other), depth+1, constraint || c); err != nil {
				return err
			}
			continue
		}
		l := requirementLine{text: text, at: at, field: "requirements"}
		if constraint {
			r.constraints = append(r.constraints, l)
		} else {
			r.lines = append(r.lines, l)
		}
	}
	if joined != "" {
		return fieldError(r.spec, "requirements", "%s ends in the middle of a line", name)
	}
	return nil
}

// beside is the path of a file that another one names.
func beside(name, other string) string {
	if filepath.IsAbs(other) {
		return other
	}
	return filepath.Join(filepath.Dir(name), other)
}

// nested is the file that a line of a requirements file names.
func nested(line string) (file string, constraint, ok bool) {
	for _, o := range []struct {
		option     string
		constraint bool
	}{{"--requirement", false}, {"--constraint", true}, {"-r", false}, {"-c", true}} {
		rest, has := strings.CutPrefix(line, o.option)
		if !has || strings.HasPrefix(o.option, "--") && rest != "" && !strings.ContainsAny(rest[:1], "= \t") {
			continue
		}
		rest = strings.TrimSpace(strings.TrimPrefix(rest, "="))
		return strings.Trim(rest, `"'`), o.constraint, rest != ""
	}
	return "", false, false
}

// withoutComment cuts a comment, which # begins at the start or after a space.
func withoutComment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

func readLimited(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxRequirements {
		return nil, fmt.Errorf("%s is not a regular file of at most %d bytes", path, maxRequirements)
	}
	return os.ReadFile(path)
}

// source is what a requirement line names that has to be built or copied.
type source int

const (
	fromIndex     source = iota // or a wheel by its address
	fromVCS                     // a repository
	fromArchive                 // a source archive by its address
	fromEditable                // an editable installation by its address
	fromDirectory               // of this machine
	fromLocalFile               // a wheel or archive of this machine
)

// sourceOf says where a requirement line has its package from.
func sourceOf(line string) source {
	target := line
	editable := false
	for _, option := range []string{"--editable", "-e"} {
		if rest, ok := strings.CutPrefix(line, option); ok {
			editable, target = true, strings.TrimLeft(rest, "= \t")
			break
		}
	}
	if strings.HasPrefix(target, "-") {
		return fromIndex // another option
	}
	target, _, _ = strings.Cut(target, " --") // such as --hash
	if name, address, ok := strings.Cut(target, "@"); ok && !strings.ContainsAny(name, ":/+") {
		target = address
	}
	target, _, _ = strings.Cut(strings.TrimSpace(target), " ;")
	address, _, _ := strings.Cut(target, "#")
	address, _, _ = strings.Cut(address, "?")
	switch scheme, _, ok := strings.Cut(address, ":"); {
	case ok && isVCS(scheme) || strings.HasPrefix(address, "git@"):
		return fromVCS
	case ok && scheme == "file":
		return localSource(address)
	case ok && (scheme == "http" || scheme == "https"):
		switch {
		case editable:
			return fromEditable
		case strings.HasSuffix(strings.ToLower(address), ".whl"):
			return fromIndex
		}
		return fromArchive
	case editable:
		return fromDirectory
	case strings.HasPrefix(address, ".") || strings.HasPrefix(address, "/") || strings.HasPrefix(address, "~") || isArchive(address):
		return localSource(address)
	}
	return fromIndex
}

func isVCS(scheme string) bool {
	vcs, _, _ := strings.Cut(scheme, "+")
	switch vcs {
	case "git", "hg", "svn", "bzr":
		return true
	}
	return false
}

func isArchive(name string) bool {
	for _, suffix := range []string{".whl", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip"} {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}

func localSource(address string) source {
	if isArchive(address) {
		return fromLocalFile
	}
	return fromDirectory
}
