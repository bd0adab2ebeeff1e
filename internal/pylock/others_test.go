package pylock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/python"
)

// lockText is a lock of testdata: uv.lock as uv writes it, with a fork, extras, a
// group and packages for other platforms, or poetry.lock as Poetry 2 does. AAA in
// it stands for a hash.
func lockText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "AAA", sumA)
}

const uvProject = "[project]\nname = 'Demo'\nversion = '0.1'\ndependencies = ['requests[socks]', 'numpy<3,>=1.26', \"colorama; sys_platform=='win32'\"]\n"

func TestUVLock(t *testing.T) {
	lock := lockText(t, "uv.lock")
	for name, files := range map[string][]string{
		"with pyproject": {"uv.lock", lock, "pyproject.toml", uvProject},
		"alone":          {"uv.lock", lock},
	} {
		dir := write(t, files...)
		l, err := newResolver(t).Resolve(t.Context(), Input{Requirements: "uv.lock", Dir: dir}, bookworm)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"idna 3.7", "numpy 2.0.0*", "pysocks 1.7.1", "requests 2.32.0*"}, chosen(t, l, bookworm)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		ds, err := l.Select(bookworm)
		if err != nil {
			t.Fatal(err)
		}
		if ds[0].Path != filepath.Join(dir, "wheels/idna-3.7-py3-none-any.whl") || ds[2].Path != filepath.Join(dir, "dist/PySocks-1.7.1-py3-none-any.whl") ||
			ds[3].DirectURL != "https://host.example.com/requests-2.32.0-py3-none-any.whl" || ds[1].Size != 1 {
			t.Errorf("%s: %+v", name, ds)
		}
		if text, err := l.Bytes(); err != nil || strings.Contains(string(text), "secret") {
			t.Errorf("%v\n%s", err, text)
		}
	}
	old := bookworm
	old.Version = "3.10"
	l, err := newResolver(t).Resolve(t.Context(), Input{Requirements: filepath.Join(write(t, "uv.lock", lock), "uv.lock")}, old)
	if err != nil || l.Packages[1].Version != "1.26.4" {
		t.Errorf("for 3.10: %v, %v", l, err)
	}
}

func TestUVLockErrors(t *testing.T) {
	lock := lockText(t, "uv.lock")
	change := func(old, new string) []string {
		if !strings.Contains(lock, old) {
			t.Fatalf("the lock has no %q", old)
		}
		return []string{"uv.lock", strings.Replace(lock, old, new, 1)}
	}
	old := bookworm
	old.Version = "3.9"
	for name, c := range map[string]struct {
		files  []string
		target python.Target
		want   string
	}{
		"new dependency":     {[]string{"uv.lock", lock, "pyproject.toml", strings.Replace(uvProject, "'requests", "'attrs', 'requests", 1)}, bookworm, "not up to date with pyproject.toml (attrs is not locked)"},
		"changed dependency": {[]string{"uv.lock", lock, "pyproject.toml", strings.Replace(uvProject, "numpy<3", "numpy<4", 1)}, bookworm, "numpy<4,>=1.26 is not locked"},
		"less dependencies":  {[]string{"uv.lock", lock, "pyproject.toml", strings.Replace(uvProject, "'requests[socks]', ", "", 1)}, bookworm, "requests[socks] is locked and not required any more"},
		"other version":      {change("version = 1\n", "version = 2\n"), bookworm, "only 1 is known"},
		"old Python":         {[]string{"uv.lock", lock}, old, "requires Python >=3.10"},
		"no project":         {change(`source = { virtual = "." }`, `source = { registry = "x" }`), bookworm, "which of its packages is the project"},
		"source":             {change(`{ name = "idna" }`, `{ name = "flask" }`), bookworm, "flask 3.0.0 has to be built from source: there is https://git.example.com/flask"},
		"nothing to install": {change(`{ name = "idna" }`, `{ name = "pytest" }`), bookworm, "pytest 8.0 has no wheel"},
		"missing":            {change(`{ name = "idna" }`, `{ name = "gone" }`), bookworm, "dependency gone  is there 0 times"},
		"ambiguous":          {change(`{ name = "idna" }`, `{ name = "numpy" }`), bookworm, "is there 2 times"},
		"no hash":            {change(`, hash = "sha256:`+sumA+`", size = 1, upload-time`, `, upload-time`), bookworm, "none of the hashes that can be trusted"},
		"no TOML":            {[]string{"uv.lock", "x"}, bookworm, "uv.lock: line 1"},
	} {
		_, err := newResolver(t).Resolve(t.Context(), Input{Requirements: "uv.lock", Dir: write(t, c.files...)}, c.target)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const poetryProject = `
[tool.poetry.dependencies]
python = "^3.8"
app = {version = "^1.0", extras = ["fast"]}
private = {version = "*", source = "private"}
extra = {version = "1.0", optional = true}
old = [{version = "1", python = "<3.8"}, {version = "2", markers = "sys_platform == 'win32'"}]
`

func TestPoetryLock(t *testing.T) {
	x, private := newIndex(t), newIndex(t)
	text := lockText(t, "poetry.lock")
	for name, key := range map[string]string{"app-1.0-py3-none-any.whl": "APP", "lib-2.0-py3-none-any.whl": "LIB"} {
		text = strings.ReplaceAll(text, ":"+key+`"`, ":"+x.add(t, name)+`"`)
	}
	x.files["app-1.0.tar.gz"] = testFile{data: []byte("x")}
	x.add(t, "private-1.0-1-py3-none-any.whl") // not the one of the private index
	text = strings.ReplaceAll(text, ":PRIVATE\"", ":"+private.add(t, "private-1.0-py3-none-any.whl")+`"`)
	text = strings.ReplaceAll(text, "PRIVATE_INDEX", private.URL+"/simple")

	without := strings.ReplaceAll(text, "lock-version = \"2.1\"", "lock-version = \"2.0\"")
	without = strings.ReplaceAll(without, "groups = [\"main\"]\n", "")
	old := strings.ReplaceAll(without, "lock-version = \"2.0\"", "lock-version = \"1.1\"")
	for _, f := range []string{"app", "private"} { // their files once stood at the end
		i := strings.Index(old, "files = [{file = \""+f)
		if i < 0 {
			i = strings.Index(old, "files = [\n    {file = \""+f)
		}
		end := i + strings.Index(old[i:], "]\n") + 2
		files := old[i:end]
		old = old[:i] + old[end:]
		if !strings.Contains(old, "[metadata.files]") {
			old += "[metadata.files]\n"
		}
		old += strings.Replace(files, "files", f, 1)
	}

	resolve := func(t *testing.T, lock, project string) (*Lock, error) {
		files := []string{"poetry.lock", lock}
		if project != "" {
			files = append(files, "pyproject.toml", project)
		}
		return newResolver(t, "PIP_INDEX_URL="+x.simple()).Resolve(t.Context(), Input{Requirements: "poetry.lock", Dir: write(t, files...)}, bookworm)
	}
	for name, c := range map[string]struct {
		lock, project string
		want          []string
	}{
		"2.1 alone":     {text, "", []string{"app 1.0", "lib 2.0", "private 1.0"}},
		"2.1":           {text, poetryProject, []string{"app 1.0*", "lib 2.0", "private 1.0*"}},
		"2.1, standard": {text, "[project]\nname = 'p'\ndependencies = ['app>=1', \"old; os_name == 'nt'\"]\n[tool.poetry.dependencies]\napp = {source = 'x'}", []string{"app 1.0*", "lib 2.0", "private 1.0"}},
		"2.0":           {without, poetryProject, []string{"app 1.0*", "lib 2.0", "private 1.0*"}},
		"1.1":           {old, poetryProject, []string{"app 1.0*", "lib 2.0", "private 1.0*"}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := resolve(t, c.lock, c.project)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, chosen(t, l, bookworm)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if l.Packages[2].Index != private.URL+"/simple" {
				t.Errorf("private is from %s", l.Packages[2].Index)
			}
		})
	}

	for name, c := range map[string]struct{ lock, project, want string }{
		"not locked":    {text, "[project]\nname = 'p'\ndependencies = ['attrs']", "asks for another attrs: run poetry lock"},
		"newer wanted":  {text, "[tool.poetry.dependencies]\napp = '^1.1'", "asks for another app: run poetry lock"},
		"missing":       {without, "[tool.poetry.dependencies]\nattrs = '*'", "attrs is not in it"},
		"no project":    {without, "", "pyproject.toml belongs beside it"},
		"future":        {strings.Replace(text, `"2.1"`, `"3.0"`, 1), "", "only 1 and 2 are known"},
		"old Python":    {strings.Replace(text, ">=3.8,<4.0", ">=3.12", 1), "", "requires Python >=3.12"},
		"hash differs":  {strings.Replace(text, "app-1.0-py3-none-any.whl\", hash = \"sha256:", "app-1.0-py3-none-any.whl\", hash = \"sha256:f", 1), "", "is not a hash"},
		"other hash":    {strings.ReplaceAll(text, sumOf(x.files["lib-2.0-py3-none-any.whl"].data), sumB), "", "no file of lib ==2.0 has the hash"},
		"git":           {strings.Replace(text, `type = "legacy"`, `type = "git"`, 1), "", "private 1.0 has to be built from source"},
		"package's":     {strings.Replace(text, `python-versions = "^3.9"`, `python-versions = "~3.9"`, 1), "", "app 1.0 requires Python ~3.9"},
		"broken marker": {strings.Replace(text, `markers = "extra`, `markers = "extras`, 1), "", "extra: marker"},
	} {
		_, err := resolve(t, c.lock, c.project)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPoetryRange(t *testing.T) {
	for text, c := range map[string]struct{ in, out string }{
		"":               {"1 0.0.1 5!1", ""},
		"*":              {"1 0.0.1", ""},
		"^1.2.3":         {"1.2.3 1.9", "1.2.2 2.0"},
		"^1":             {"1.0 1.9", "0.9 2"},
		"^0.2.3":         {"0.2.3 0.2.9", "0.3 0.2.2"},
		"^0.0.3":         {"0.0.3", "0.0.4 0.0.2"},
		"^0.0":           {"0.0.5", "0.1"},
		"^0":             {"0.9", "1.0"},
		"~1.2.3":         {"1.2.3 1.2.9", "1.3 1.2.2"},
		"~1.2":           {"1.2 1.2.9", "1.3"},
		"~1":             {"1.0 1.9", "2.0"},
		"1.2":            {"1.2 1.2.0", "1.2.1"},
		"=1.2":           {"1.2", "1.3"},
		"1.2.*":          {"1.2.9", "1.3"},
		">=1.2,<2":       {"1.2", "2.0"},
		">= 1.2 , < 2.0": {"1.9", "2.0"},
		">=1 <2":         {"1.5", "2"},
		"^1 || ^3":       {"1.5 3.1", "2.0 4"},
		"<2|>=3":         {"1 3", "2.5"},
		"!=1.5,>1":       {"1.6", "1.5 1"},
		"~=1.2":          {"1.9", "2"},
		"^1.0.0-beta":    {"1.0 1.0b1", "2"},
		">=2.7, !=3.0.*": {"2.7 3.1", "3.0.5"},
		"==1.0 ; a":      {"", "error"},
		"^x":             {"", "error"},
		">=":             {"", "error"},
		"(>=1)":          {"", "error"},
		"latest":         {"", "error"},
	} {
		r, err := parsePoetryRange(text)
		if (err != nil) != (c.out == "error") {
			t.Errorf("%q: %v, %v", text, r, err)
			continue
		}
		if err != nil {
			continue
		}
		for _, v := range strings.Fields(c.in) {
			if p, err := python.ParseVersion(v); err != nil || !r.contains(p) {
				t.Errorf("%q does not contain %s (%v)", text, v, err)
			}
		}
		for _, v := range strings.Fields(c.out) {
			if p, err := python.ParseVersion(v); err != nil || r.contains(p) {
				t.Errorf("%q contains %s (%v)", text, v, err)
			}
		}
	}
}

func TestPyproject(t *testing.T) {
	x := newIndex(t)
	x.add(t, "a-1.0-py3-none-any.whl")
	x.add(t, "b-2.0-py3-none-any.whl")
	resolve := func(text string) (*Lock, error) {
		return newResolver(t, "PIP_INDEX_URL="+x.simple()).Resolve(t.Context(), Input{Requirements: "pyproject.toml", Packages: []string{"b==2.0"}, Dir: write(t, "pyproject.toml", text)}, bookworm)
	}
	l, err := resolve("[project]\nname = 'p'\nversion = '1'\nrequires-python = '>=3.9'\ndependencies = ['A==1.0', \"c==1; os_name == 'nt'\", \"git-only; os_name == 'nt'\"]\n[project.optional-dependencies]\nx = ['d']\n" +
		"[tool.uv.sources]\ngit-only = {git = 'https://h.example/r.git'}\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 1.0*", "b 2.0*"}, chosen(t, l, bookworm)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, want := range map[string]string{
		"[tool.poetry.dependencies]\na = '1'":                                                                     "name its poetry.lock",
		"[build-system]\nrequires = []":                                                                           "no table [project]",
		"[project]\nname = 'p'\ndynamic = ['dependencies']":                                                       "leaves its dependencies to its build",
		"[project]\nname = 'p'\ndependencies = ['a b']":                                                           "pyproject.toml: dependencies[0]",
		"[project]\nname = 'p'\nrequires-python = '>=3.12'":                                                       "requires Python >=3.12",
		"[project]\nname = 'p'\ndependencies = ['a @ git+https://h/r.git']":                                       "a has to be built from source",
		"[project]\nname = 'p'\ndependencies = ['a']\n[tool.uv.sources]\nA = {path = '../a', editable = true}":    "a has to be built from source: there is path ../a",
		"[project]\nname = 'p'\ndependencies = ['a']\n[tool.uv.sources]\na = [{index = 'x'}, {workspace = true}]": "a has to be built from source: there is workspace true",
		"[project]\nname = 'p'\ndependencies = ['a==1.0']\n[tool.uv.sources]\na = {index = 'x'}":                  ErrNoUV.Error(),
		"[project": "line 1",
		"[project]\nname = 'p'\ndependencies = 'a'": "line 3",
	} {
		_, err := resolve(text)
		var source *SourceOnlyError
		if err == nil || !strings.Contains(err.Error(), want) || errors.As(err, &source) != strings.Contains(want, "built from source") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
