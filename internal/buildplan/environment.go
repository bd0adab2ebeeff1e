package buildplan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

const (
	// condaPrefix is where micromamba puts the environment of an image, the
	// place that flytekit's default builder gives it.
	condaPrefix = "/opt/micromamba/envs/runtime"
	// imageID is the variable by which flytekit's is_container knows an image.
	imageID = "_F_IMG_ID"
	// flytekitUser is the user that flytekit's images run as.
	flytekitUser = "flytekit"
)

// driver are the directories of a GPU's driver where a node mounts it, which
// flytekit's default builder adds.
var driver = []struct {
	name string
	dirs []string
	last bool // after what is there
}{
	{name: "PATH", dirs: []string{"/usr/local/nvidia/bin", "/usr/local/cuda/bin"}, last: true},
	{name: "LD_LIBRARY_PATH", dirs: []string{"/usr/local/nvidia/lib64"}},
}

// Environment is the environment of the image that a specification describes,
// on either path, "NAME=value": the base's, PYTHONPATH, the specification's, the
// directories of a GPU's driver, and last _F_IMG_ID. A variable stands where the
// base has it.
//
// Values are taken as they are, but for a variable that names itself, as in
// PATH=/opt/x/bin:$PATH, which stands for its value so far.
func Environment(spec *imagespec.Spec, base Base) []string {
	env := environment(slices.Clone(base.Env))
	if scripts := scriptsDir(spec, base); scripts != "" {
		env.join("PATH", []string{scripts}, false)
	}
	if usesConda(spec, base) && cudaPackages(spec) != nil {
		env.join("LD_LIBRARY_PATH", []string{condaPrefix + "/lib"}, false)
	}
	if dir := spec.WorkDir(); dir != "" {
		env.set("PYTHONPATH", dir)
	}
	for _, kv := range spec.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		env.set(name, expandSelf(name, value, env.get(name)))
	}
	for _, d := range driver {
		env.join(d.name, d.dirs, d.last)
	}
	env.remove(imageID)
	env.set(imageID, spec.ID())
	return env
}

// WorkDir is the directory that the image works in.
func WorkDir(spec *imagespec.Spec, base Base) string {
	return cmp.Or(spec.WorkDir(), base.WorkDir, "/")
}

// User is the user that the image runs as: the base's, or flytekit's where that
// is root.
func User(base Base) string {
	switch name, _, _ := strings.Cut(base.User, ":"); name {
	case "", "root", "0":
		return flytekitUser
	}
	return base.User
}

// scriptsDir is the directory of console scripts that PATH has to begin with.
func scriptsDir(spec *imagespec.Spec, base Base) string {
	switch {
	case usesConda(spec, base):
		return condaPrefix + "/bin"
	case base.Scripts != "":
		return base.Scripts
	case path.IsAbs(spec.PythonExec):
		return path.Dir(spec.PythonExec)
	}
	return ""
}

// expandSelf replaces $name and ${name} in a value.
func expandSelf(name, value, old string) string {
	value = strings.ReplaceAll(value, "${"+name+"}", old)
	var out strings.Builder
	for {
		before, after, found := strings.Cut(value, "$"+name)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if after != "" && isNameByte(after[0]) { // of a longer name
			out.WriteString("$" + name)
		} else {
			out.WriteString(old)
		}
		value = after
	}
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// environment is a list of NAME=value with each name once.
type environment []string

func (e environment) index(name string) int {
	return slices.IndexFunc(e, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
}

func (e environment) get(name string) string {
	i := e.index(name)
	if i < 0 {
		return ""
	}
	return e[i][len(name)+1:]
}

func (e *environment) set(name, value string) {
	if i := e.index(name); i >= 0 {
		(*e)[i] = name + "=" + value
		return
	}
	*e = append(*e, name+"="+value)
}

func (e *environment) remove(name string) {
	if i := e.index(name); i >= 0 {
		*e = slices.Delete(*e, i, i+1)
	}
}

// join adds directories that a list such as PATH does not have.
func (e *environment) join(name string, dirs []string, last bool) {
	var have []string
	if old := e.get(name); old != "" {
		have = strings.Split(old, ":")
	}
	var missing []string
	for _, d := range dirs {
		if !slices.Contains(have, d) {
			missing = append(missing, d)
		}
	}
	if len(missing) == 0 {
		return
	}
	if last {
		have = append(have, missing...)
	} else {
		have = append(missing, have...)
	}
	e.set(name, strings.Join(have, ":"))
}
