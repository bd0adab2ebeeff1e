package buildplan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/imagespec"
)

// tools is the directory where steps see what they need and the image does not
// keep.
const tools = "/run/pratique"

// micromambaImage is where micromamba is taken from unless builder_config says
// otherwise: the image that flytekit's default builder takes it from.
const micromambaImage = "docker.io/mambaorg/micromamba:2.0.3-debian12-slim"

// NewRecipe writes the Dockerfile that builds a specification. Nothing that a
// user wrote can end an instruction or reach a shell but the field commands,
// which are shell. Errors about values are [imagespec.Error].
//
// The order is that of flytekit's default builder: apt packages, user, conda,
// environment, Python packages, entrypoint, copied files, commands as root, and
// the variable _F_IMG_ID last. Unlike it, packages are installed for the base
// image's own Python where there is one, which is where layers would put them.
func NewRecipe(spec *imagespec.Spec, o Options) (*Recipe, error) {
	if !o.Base.Read {
		return nil, fmt.Errorf("the base image %s has to be read before a Dockerfile can be written for it", o.Base.Image)
	}
	w := &writer{spec: spec, o: o, recipe: &Recipe{}, conda: usesConda(spec, o.Base), python: interpreter(spec, o.Base), user: User(o.Base), workDir: WorkDir(spec, o.Base)}
	for _, step := range []func() error{w.check, w.stages, w.begin, w.apt, w.account, w.condaEnvironment, w.environment, w.packages, w.files, w.commands, w.end} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	w.recipe.Text = w.text.String()
	slices.SortFunc(w.recipe.Context, func(a, b ContextFile) int { return cmp.Compare(a.Name, b.Name) })
	return w.recipe, nil
}

// writer writes one Dockerfile.
type writer struct {
	spec   *imagespec.Spec
	o      Options
	recipe *Recipe
	text   bytes.Buffer

	conda   bool
	python  string // interpreter to install for
	user    string // that the image runs as
	workDir string // that it works in
	ca      string // certificates in the context, if there are any
	uv      string // flag of RUN that mounts uv; empty: there is none
	lock    string // flag of RUN that mounts a lock; empty: there is none
	locked  string // where it is seen then
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

// run writes a RUN instruction in JSON form.
func (w *writer) run(mounts []string, args ...string) {
	w.text.WriteString("RUN ")
	for _, m := range mounts {
		w.text.WriteString(m + " \\\n    ")
	}
	w.line("%s", execForm(args...))
}

// bind is the flag of RUN that shows a file of the context, or of a stage, as
// tools/as.
func bind(stage, file, as string) string {
	if stage != "" {
		return "--mount=type=bind,from=" + stage + ",source=" + file + ",target=" + tools + "/" + as
	}
	return "--mount=type=bind,source=" + file + ",target=" + tools + "/" + as
}

// check refuses values that cannot be built, before anything is written.
func (w *writer) check() error {
	spec := w.spec
	if err := spec.Validate(); err != nil {
		return err
	}
	for _, kv := range spec.Environ() {
		key, value, _ := strings.Cut(kv, "=")
		if !variable.MatchString(key) {
			return fieldError(spec, "env", "%q is not the name of a variable", key)
		}
		if err := checkText(value); err != nil {
			return fieldError(spec, "env", "the value of %s %v", key, err)
		}
	}
	for field, values := range map[string][]string{"entrypoint": spec.Entrypoint, "commands": spec.Commands} {
		for i, v := range values {
			if err := checkText(v); err != nil {
				return fieldError(spec, field, "%s[%d] %v", field, i, err)
			}
		}
	}
	for field, version := range map[string]string{"cuda": spec.CUDA, "cudnn": spec.CuDNN} {
		if version != "" && !release.MatchString(version) {
			return fieldError(spec, field, "%q is not a version", version)
		}
	}
	if !mountTarget.MatchString(w.python) {
		field := "base_image"
		if w.python == spec.PythonExec {
			field = "python_exec"
		}
		return fieldError(spec, field, "%q is not the path of an interpreter", w.python)
	}
	if w.workDir != "/" && !mountTarget.MatchString(w.workDir) {
		return fieldError(spec, "base_image", "it works in %q, which is not the path of a directory", w.workDir)
	}
	return nil
}

// reference checks the reference of an image, which then has no characters that
// mean something in a Dockerfile.
func (w *writer) reference(field, ref string) (string, error) {
	if _, err := name.ParseReference(ref); err != nil {
		return "", fieldError(w.spec, field, "%q is not the reference of an image: %v", ref, err)
	}
	w.recipe.Images = append(w.recipe.Images, ref)
	return ref, nil
}

// option is a text of builder_config.
func (w *writer) option(key string) (string, error) {
	v, ok := w.spec.BuilderConfig.Get(key)
	if !ok || v == nil {
		return "", nil
	}
	s, ok := v.(string)
	if !ok {
		return "", fieldError(w.spec, "builder_config", "%s is not a text", key)
	}
	return s, nil
}

// stages writes the stages that only lend files, and decides where uv and a lock
// come from.
func (w *writer) stages() error {
	w.line("# Made by pratique from an ImageSpec. Only the field commands is shell.")
	platforms := w.spec.Platforms()
	lend := map[string]bool{} // files that differ by platform
	lock := covers(w.o.Lock, platforms)
	uvImage, err := w.option("uv_image")
	if err != nil {
		return err
	}
	switch {
	case uvImage != "":
		if uvImage, err = w.reference("builder_config", uvImage); err != nil {
			return err
		}
		w.line("FROM %s AS uv", uvImage)
		w.uv = bind("uv", "/uv", "uv")
	case covers(w.o.UV, platforms) && !slices.ContainsFunc(platforms, func(p string) bool { return !runs(w.o.UV[p], p, w.o.Base.Libc) }):
		lend[contextUV] = true
		for _, p := range platforms {
			w.recipe.Context = append(w.recipe.Context, ContextFile{Name: lent(contextUV, p), Source: w.o.UV[p], Mode: 0o755})
		}
	}
	const lockName = "pylock.toml"
	if lock {
		if w.uv == "" && !lend[contextUV] {
			return fmt.Errorf("installing a lock file needs uv for %s", strings.Join(platforms, ", "))
		}
		if len(platforms) == 1 {
			file := w.recipe.addData(lockName, w.o.Lock[platforms[0]])
			w.lock, w.locked = bind("", file, file), tools+"/"+file
		} else {
			lend[lockName] = true
			var all [][]byte
			for _, p := range platforms {
				w.recipe.Context = append(w.recipe.Context, ContextFile{Name: lent(lockName, p), Data: w.o.Lock[p], Mode: 0o644})
				all = append(all, w.o.Lock[p])
			}
			file := digest(all...) + "/" + lockName
			w.lock, w.locked = bind("lend", "/"+lockName, file), tools+"/"+file
		}
	}
	switch {
	case len(lend) == 0:
		return nil
	case len(platforms) == 1:
		w.uv = bind("", lent(contextUV, platforms[0]), "uv")
		return nil
	}
	for _, p := range platforms {
		w.line("FROM scratch AS %s", lent("lend", p))
		for _, file := range []string{contextUV, lockName} {
			if lend[file] {
				w.line("COPY %s /%s", lent(file, p), file)
			}
		}
	}
	w.line("FROM lend-linux-${TARGETARCH} AS lend")
	if lend[contextUV] {
		w.uv = bind("lend", "/uv", "uv")
	}
	return nil
}

// lent is the name in the context, or of a stage, of what a platform has of its
// own.
func lent(what, platform string) string { return what + "-" + strings.ReplaceAll(platform, "/", "-") }

func covers[T any](byPlatform map[string]T, platforms []string) bool {
	return !slices.ContainsFunc(platforms, func(p string) bool { _, ok := byPlatform[p]; return !ok })
}

func (w *writer) begin() error {
	base, err := w.reference("base_image", w.o.Base.Image)
	if err != nil {
		return err
	}
	if w.conda {
		image, err := w.option("micromamba_image")
		if err != nil {
			return err
		}
		if image, err = w.reference("builder_config", cmp.Or(image, micromambaImage)); err != nil {
			return err
		}
		w.line("FROM %s AS micromamba", image)
	}
	w.line("FROM %s", base)
	w.line("USER root")
	w.line("WORKDIR /")
	if w.o.CABundle != "" {
		data, err := os.ReadFile(w.o.CABundle)
		if err != nil {
			return fmt.Errorf("read the certificates to trust: %w", err)
		}
		w.ca = w.recipe.addData("ca.pem", data)
	}
	return nil
}

func (w *writer) apt() error {
	var names []string
	for i, entry := range w.spec.AptPackages {
		for _, n := range strings.Fields(entry) {
			if !aptPackage.MatchString(n) {
				return fieldError(w.spec, "apt_packages", "apt_packages[%d]: %q is not the name of a Debian package; what is more than that belongs into commands", i, n)
			}
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return nil
	}
	script := []string{"apt-get update", "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends " + strings.Join(names, " ")}
	mount := ""
	if w.o.Executor.CacheMounts {
		mount = "--mount=type=cache,id=pratique-apt,target=/var/cache/apt,sharing=locked \\\n    "
	} else {
		script = append(script, "apt-get clean")
	}
	if len(w.spec.Commands) == 0 { // which may use apt-get themselves
		script = append(script, "rm -rf /var/lib/apt/lists/*")
	}
	w.line("RUN %s%s", mount, strings.Join(script, " && \\\n    "))
	return nil
}

// account makes the user that the image runs as, and gives it the directory
// that tasks work in.
func (w *writer) account() error {
	if !account.MatchString(w.user) {
		return fieldError(w.spec, "base_image", "it runs as %q, which is not the name of a user", w.user)
	}
	if w.user != flytekitUser {
		w.line("RUN chown -R %s /root", w.user)
		return nil
	}
	if w.o.Base.User == flytekitUser {
		return nil // flytekit's own image, where that was done
	}
	make := ""
	if !slices.Contains(w.o.Base.Users, flytekitUser) {
		make = "{ id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \\\n    "
	}
	w.line("RUN %schown -R flytekit /root /home", make)
	return nil
}

// condaDependencies are what micromamba installs: Python, and what the fields
// name.
func condaDependencies(spec *imagespec.Spec, base Base) []string {
	python := "python"
	if v := cmp.Or(spec.PythonVersion, minor(base.Version)); v != "" {
		python += "=" + v
	}
	return slices.Concat([]string{python, "pip"}, cudaPackages(spec), spec.CondaPackages)
}

func (w *writer) condaEnvironment() error {
	if !w.conda {
		return nil
	}
	dependencies := condaDependencies(w.spec, w.o.Base)
	if dependencies[0] == "python" {
		return fieldError(w.spec, "python_version", "the base image %s has no Python, so the version to install has to be said", w.o.Base.Image)
	}
	channels := append([]string{"conda-forge"}, w.spec.CondaChannels...)
	for _, s := range slices.Concat(channels, dependencies) {
		if err := checkLine(s); err != nil {
			return fieldError(w.spec, "conda_packages", "%q %v", s, err)
		}
	}
	// JSON is YAML.
	file, err := json.MarshalIndent(struct {
		Name         string   `json:"name"`
		Channels     []string `json:"channels"`
		Dependencies []string `json:"dependencies"`
	}{"runtime", channels, dependencies}, "", "  ")
	if err != nil {
		return err
	}
	// Small bases have no certificates, which micromamba needs.
	const bundle = "/etc/ssl/certs/ca-certificates.crt"
	w.line("RUN %s \\\n    test -e %s || { mkdir -p /etc/ssl/certs && cp %s/ca.crt %[2]s; }", bind("micromamba", bundle, "ca.crt"), bundle, tools)
	name := w.recipe.addData("conda.yaml", append(file, '\n'))
	mounts := []string{bind("micromamba", "/usr/bin/micromamba", "micromamba"), bind("", name, name)}
	if w.o.Executor.CacheMounts {
		mounts = append(mounts, "--mount=type=cache,id=pratique-conda,target=/opt/micromamba/pkgs,sharing=locked")
	}
	args := []string{tools + "/micromamba", "create", "--yes", "--root-prefix", "/opt/micromamba", "--name", "runtime", "--file", tools + "/" + name}
	w.installer(mounts, args...)
	w.line("RUN chown -R %s /opt/micromamba/envs", w.user)
	return nil
}

// installer writes a RUN that fetches something, with the certificates to trust.
func (w *writer) installer(mounts []string, args ...string) {
	if w.ca != "" {
		at := tools + "/" + w.ca
		mounts = append(mounts, bind("", w.ca, w.ca))
		args = append([]string{"/usr/bin/env", "SSL_CERT_FILE=" + at, "REQUESTS_CA_BUNDLE=" + at, "PIP_CERT=" + at}, args...)
	}
	w.run(mounts, args...)
}

// environment writes the variables that differ from the base image's, but for
// _F_IMG_ID.
func (w *writer) environment() error {
	before := environment(w.o.Base.Env)
	for _, kv := range Environment(w.spec, w.o.Base) {
		key, value, _ := strings.Cut(kv, "=")
		if key == imageID || slices.Contains(before, kv) {
			continue
		}
		if hasControl(value) {
			arg := fmt.Sprintf("PRATIQUE_ENV_%d", len(w.recipe.Args))
			w.recipe.Args = append(w.recipe.Args, Arg{Name: arg, Value: value})
			w.line("ARG %s", arg)
			w.line(`ENV %s="${%s}"`, key, arg)
			continue
		}
		w.line("ENV %s=%s", key, quoteValue(value))
	}
	return nil
}

// files writes the entrypoint and what is copied.
func (w *writer) files() error {
	if w.spec.Entrypoint != nil {
		w.line("ENTRYPOINT %s", execForm(w.spec.Entrypoint...))
	}
	before := len(w.recipe.Context)
	if err := w.recipe.addFiles(w.spec); err != nil {
		return err
	}
	if len(w.recipe.Context) > before {
		w.line("COPY --chown=%s %s/ %s/", w.user, contextFiles, strings.TrimSuffix(w.workDir, "/"))
	}
	return nil
}

// commands writes one RUN in JSON form, so that they reach the shell as they
// are: nothing in them ends the instruction, begins a heredoc or is a flag.
func (w *writer) commands() error {
	if len(w.spec.Commands) == 0 {
		return nil
	}
	script := strings.Join(w.spec.Commands, " && ")
	var mounts []string
	if w.uv != "" {
		mounts = append(mounts, w.uv)
		script = fmt.Sprintf("PATH=$PATH:%s UV_PYTHON=%s UV_BREAK_SYSTEM_PACKAGES=1; export PATH UV_PYTHON UV_BREAK_SYSTEM_PACKAGES\n", tools, w.python) + script
	}
	w.run(mounts, "/bin/sh", "-c", script)
	return nil
}

func (w *writer) end() error {
	if w.o.Executor.LeavesMounts && bytes.Contains(w.text.Bytes(), []byte("target="+tools)) {
		w.run(nil, "/bin/rm", "-r", "-f", tools)
	}
	w.line("WORKDIR %s", w.workDir)
	w.line("USER %s", w.user)
	w.line("ENV %s=%s", imageID, quoteValue(w.spec.ID())) // last, so that it costs no cached step
	return nil
}
