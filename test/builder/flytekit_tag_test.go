package builder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// tagCase is a specification for both, flytekit and this project.
type tagCase struct {
	Dir    string `json:"dir"`
	Format string `json:"format"` // "python" or "yaml"
	Source string `json:"source"`
}

// told is what flytekit says of one.
type told struct{ ID, Tag, Image, Error string }

// askFlytekit runs flytekit on all cases.
func askFlytekit(t *testing.T, cases []tagCase) []map[string]told {
	t.Helper()
	python := sdkPython(t, "flytekit")
	in, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join(blackbox.Top(t), "test", "builder", "testdata", "flytekit_tag.py"))
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "FLYTE_SDK_LOGGING_LEVEL=50")
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var answers []map[string]told
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(answers) != len(cases) {
		t.Fatalf("%d answers to %d cases", len(answers), len(cases))
	}
	return answers
}

// compareTags reads each case as this project does and compares what it says
// with flytekit. It returns how many tags were the same.
func compareTags(t *testing.T, cases []tagCase) int {
	t.Helper()
	same := 0
	for i, answer := range askFlytekit(t, cases) {
		c := cases[i]
		named, err := imagespec.Read(imagespec.Format(c.Format), "case", []byte(c.Source))
		if err != nil {
			t.Errorf("%s\n%v; flytekit says %+v", c.Source, err, answer)
			continue
		}
		for _, n := range named {
			name := n.Name
			if c.Format == "yaml" {
				name = ""
			}
			want, ok := answer[name]
			if !ok || n.Err != nil {
				t.Errorf("%s\n%s: error %v; flytekit says %+v", c.Source, name, n.Err, answer)
				continue
			}
			image, err := n.Spec.In(c.Dir).ImageName(imagespec.Compat{})
			if (err != nil) != (want.Error != "") {
				t.Errorf("%s\n%s: error %v; flytekit says %+v", c.Source, name, err, want)
				continue
			}
			if err == nil && (image != want.Image || n.Spec.ID() != want.ID) {
				p, _ := n.Spec.Explain(imagespec.Compat{})
				t.Errorf("%s\n%s: image %s, id %s\nflytekit %s, id %s\nhash of %s", c.Source, name, image, n.Spec.ID(), want.Image, want.ID, p.Text)
				continue
			}
			same++
		}
	}
	return same
}

// TestFlytekitTag: flytekit computes the same tags and ids for some hundred
// random specifications.
func TestFlytekitTag(t *testing.T) {
	dir := t.TempDir()
	g := &tagGenerator{rand.New(rand.NewPCG(7, 7))}
	writeTree(t, dir, map[string]string{
		"req.txt": "\n pandas==2.2.2\r\n\v", "empty.txt": "", "d/a.txt": "a", "d/sub/b.txt": "b", "d/sub/B": "B", "e/x/1": "1", "e/y/2": "2", "e/z/w/3": "3",
	})
	if err := os.Symlink("nowhere", filepath.Join(dir, "d", "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../e", filepath.Join(dir, "d", "link")); err != nil {
		t.Fatal(err)
	}
	var cases []tagCase
	for range 400 {
		cases = append(cases, tagCase{dir, "python", g.module()})
	}
	for range 200 {
		cases = append(cases, tagCase{dir, "yaml", g.yaml()})
	}
	if same := compareTags(t, cases); same < 600 {
		t.Errorf("only %d specifications have a tag", same)
	}
}

// TestFlytekitYAML: the types of YAML's scalars are those that flytekit reads.
func TestFlytekitYAML(t *testing.T) {
	dir := t.TempDir()
	var cases []tagCase
	for _, scalar := range []string{
		"3.10", "3.1", "3", "011", "08", "0o17", "0x1F", "0b101", "1_000", "1_0.5", "190:20:30", "1:30", "190:20:30.15", "1e5", "1.5e5", "1.5e+5", "1.e-5", ".5",
		"-.5", "+.5", "5.", "-0", "+5", "- 5", ".inf", "-.Inf", ".NaN", "1e400", "1.0e+400", "on", "Off", "YES", "no", "y", "n", "oN", "true", "False", "~",
		"null", "Null", "nULL", "''", "'yes'", "\"3.10\"", "\"a\\tb\\u00e9\\x41\"", "'it''s'", "2001-12-14", "2001-12-14t21:59:43.10-05:00",
		"2001-12-14 21:59:43.10 -5", "2001-12-15 2:59:43.10", "2001-12-14T21:59:43Z", "2001-12-14 21:59:43.1234567", "2001-12-14 21:59:43+05:30",
		"2001-12-14 21:59:00", "2001-1-1", "01-01-2001", "a b  c", "a#b", "a: b", "é\u200b😀", "!!str 3.10", "!!str yes", "!!int '3'", "!!float 3", "!!bool 'on'",
		"0_", "1__0", "0.0", "-0.0", "1e-7", "0.0001", "0.00001", "123456789012345678", "1234567890.0e+7", "1.0e+15", "1.0e+16", "9007199254740993.0",
		"123456789012345678901234567890", "|\n    x\n    y\n", "|-\n    x\n    y\n", "|+\n    x\n\n", ">\n    x\n    y\n\n    z\n", "a\n    b", "'a\n    b'",
		"\"a\n    b\\\n    c\"", "=", "<<", "@a", "10:20:99", "2001-02-30", "0", "00", "0.", "._", "1_", "12e03", "0b", "0x",
	} {
		cases = append(cases, tagCase{dir, "yaml", "name: n\nbuilder_options:\n  k: " + scalar + "\n"})
	}
	for _, text := range []string{
		"builder_options: {a: 1, b: [1, 2.0, x, {y: no}], 3: 4, on: off, 1.5: ~, ? q : r}",
		"builder_options: {}", "packages: []", "env: {A: 1, B: 2.50, C: on}", "python_version: 3.10", "cuda: 12.1\ncudnn: 8",
		"env: &e {A: '1', B: '2'}\nbuilder_options:\n  z: 1\n  <<: *e\n  A: '3'", "env: &e {A: '1'}\nbuilder_options: {<<: [{A: x, C: y}, {A: z, D: w}], q: *e}",
		"packages:\n- a\n- 'b'\n- \"c\"", "commands:\n- |\n  echo hi\n  echo there\n- >-\n  a\n  b", "name: MIXED-Case", "registry: Ghcr.io/Org\nname: x",
		"entrypoint: []", "packages: null\nname: x", "requirements: ''", "python_version: ''", "env:\n  A: ''\n  ? B\n  : 1",
		"packages: [a\n  b, 'c']", "tag_format: 'x-{spec_hash:.7}-{{y}}'", "tag_format: '{spec_hash!s:>30}'", "tag_format: '{spec_hash:*^30s}'", "tag_format: ''",
		"tag_format: '{other}'", "tag_format: '{'", "tag_format: plain",
	} {
		cases = append(cases, tagCase{dir, "yaml", text + "\n"})
	}
	compareYAML(t, cases)
}

// compareYAML is compareTags where both may refuse a text.
func compareYAML(t *testing.T, cases []tagCase) {
	t.Helper()
	for i, answer := range askFlytekit(t, cases) {
		c, want := cases[i], answer[""]
		var got told
		named, err := imagespec.Read(imagespec.YAML, "case", []byte(c.Source))
		if err == nil {
			got.ID = named[0].Spec.ID()
			got.Image, err = named[0].Spec.In(c.Dir).ImageName(imagespec.Compat{})
		}
		if (err != nil) != (want.Error != "") {
			t.Errorf("%s\nerror %v; flytekit says %+v", c.Source, err, want)
		} else if err == nil && (got.ID != want.ID || got.Image != want.Image) {
			p, _ := named[0].Spec.Explain(imagespec.Compat{})
			t.Errorf("%s\n%+v; flytekit says %+v\nhash of %s", c.Source, got, want, p.Text)
		}
	}
}

// TestFlytekitFiles: source roots and copies give the same tags with what git
// and .dockerignore leave out, for relative and absolute source roots.
func TestFlytekitFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var cases []tagCase
	for i := range 40 {
		dir := t.TempDir()
		files := map[string]string{}
		for n := range 20 {
			name := pick(r, "", "a/", "b/", "a/b/", "src/", "src/a/", "src/a/b/", "src/A/", "src/__pycache__/", "src/.cache/", "src/a-b/", ".git2/") +
				pick(r, "x", "y.py", "z.pyc", "Q", "é", ".hidden", "log.txt", "a b", "x.cache")
			files[name] = fmt.Sprint(n, i)
		}
		for _, at := range []string{"", "src/"} {
			files[at+"keep.txt"] = "keep"
			if r.IntN(2) == 0 {
				var lines []string
				for range r.IntN(5) {
					lines = append(lines, pick(r, "x", "*.py", "a", "a/b", "**/x", "!y.py", "src", "# no", "", "a/*", "?", "[ab]/", "[!x]", "/a", "A", "**", "*/*", "a/../x",
						" x ", "!", ".", "*.{py,txt}", "l?g.txt", "[a-z].py", "**/*.txt", "src/a", "[^q]", "x.cache"))
				}
				files[at+".dockerignore"] = strings.Join(lines, "\n") + "\n"
			}
			if r.IntN(2) == 0 {
				files[at+".gitignore"] = pick(r, "x\n", "*.py\n!y.py\n", "a/\n", "log.txt\né\n", "/a/b\n*.pyc\n")
			}
		}
		writeTree(t, dir, files)
		if i%2 == 0 {
			blackbox.Run(t, nil, "git", "init", "-q", dir)
		}
		if err := os.Symlink("keep.txt", filepath.Join(dir, "src", "linked")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("..", filepath.Join(dir, "src", "up")); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		b.WriteString("from flytekit import ImageSpec\nfrom flytekit.constants import CopyFileDetection\n")
		for n, root := range []string{".", "src", "src/", "./src", dir, dir + "/src", dir + "/src/"} {
			fmt.Fprintf(&b, "s%d = ImageSpec(source_root=%q, source_copy_mode=CopyFileDetection.ALL)\n", n, root)
		}
		fmt.Fprintf(&b, "c = ImageSpec(copy=['src', 'keep.txt', './src/keep.txt', 'src/'])\n")
		cases = append(cases, tagCase{dir, "python", b.String()})
	}
	if same := compareTags(t, cases); same != 8*len(cases) {
		t.Errorf("%d tags are the same; want %d", same, 8*len(cases))
	}
}

func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// tagGenerator writes random specifications.
type tagGenerator struct{ *rand.Rand }

// texts are what is written into the fields.
var texts = []string{
	"pandas", "numpy>=1.26", "it's", `say "hi"`, `both ' and "`, "tab\tnewline\nend", `back\slash`, "é", "\u00a0\u200b\u2028", "😀", "\x01\x7f\x1b", "", " ",
	"$(rm -rf /)", "`id`", "${HOME}", "; ls", "{spec_hash}", "%s", "\r\n", "a" + strings.Repeat("b", 90), "\u0378", "\U000e0001", "ﷺ", "\u0085", "\u00ad", "İ",
}

func (g *tagGenerator) text() string { return pick(g.Rand, texts...) }

// python writes a text as Python source in one of its many forms.
func (g *tagGenerator) python(s string) string {
	if len(s) > 3 && s[0] < 0x80 && s[1] < 0x80 && s[2] < 0x80 && g.IntN(5) == 0 {
		return "(" + g.literal(s[:2]) + "\n   " + g.literal(s[2:]) + ")"
	}
	return g.literal(s)
}

func (g *tagGenerator) literal(s string) string {
	switch form := g.IntN(4); {
	case form == 0 && !strings.ContainsAny(s, "\\'\r\n") && s != "":
		return "r'" + s + "'"
	case form == 1 && !strings.ContainsAny(s, "\\\r") && !strings.Contains(s, `"`):
		return `"""` + s + `"""`
	case form == 2:
		var b strings.Builder
		for _, r := range s {
			switch {
			case r < 0x100:
				fmt.Fprintf(&b, `\x%02x`, r)
			case r < 0x10000:
				fmt.Fprintf(&b, `\u%04X`, r)
			default:
				fmt.Fprintf(&b, `\U%08x`, r)
			}
		}
		return "u'" + b.String() + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\x00", `\0`).Replace(s) + `"`
}

func (g *tagGenerator) list() string {
	var parts []string
	for range g.IntN(4) {
		parts = append(parts, g.python(g.text()))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (g *tagGenerator) value(depth int) string {
	switch n := g.IntN(12); {
	case n < 3 || depth > 3:
		return g.python(g.text())
	case n == 3:
		return pick(g.Rand, "True", "False", "None")
	case n == 4:
		return pick(g.Rand, "0", "-0", "1_000", "0xFF", "0o17", "0b11", "-12345678901234567890123", "00")
	case n == 5:
		return pick(g.Rand, "1.5", "3.0", "1e16", "1e15", "1e-5", "1e-4", ".5", "5.", "-0.0", "1e400", "1_0.2_5", "0.1", "1.7976931348623157e308", "5e-324", "123456789.123456789")
	case n == 6:
		return "(" + g.value(depth+1) + ",)"
	case n == 7:
		return "()"
	case n == 8:
		return "[" + g.value(depth+1) + ", " + g.value(depth+1) + "]"
	case n == 9:
		return "(" + g.value(depth+1) + ", " + g.value(depth+1) + ")"
	}
	return g.dict(depth + 1)
}

func (g *tagGenerator) dict(depth int) string {
	var parts []string
	for range g.IntN(4) {
		parts = append(parts, pick(g.Rand, "'a'", "'z'", `"it's"`, "2", "'x y'", "None", "2.5")+": "+g.value(depth))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// arguments writes some fields.
func (g *tagGenerator) arguments(bases []string) string {
	var args []string
	add := func(name, value string) {
		if g.IntN(4) == 0 {
			args = append(args, name+"="+value)
		}
	}
	add("name", pick(g.Rand, "'x'", "'My-Image'", "'a.b_c'"))
	add("python_version", pick(g.Rand, "'3.11'", "3.11", "3.10", "3", "None"))
	add("builder", "'default'")
	add("env", pick(g.Rand, g.dict(0), "{}", "None"))
	add("registry", pick(g.Rand, "'ghcr.io/Org'", "'localhost:5000'", "'123456789012.dkr.ecr.us-east-1.amazonaws.com'", "''", "'reg.example.com:5000/a/b'"))
	add("packages", g.list())
	add("conda_packages", g.list())
	add("conda_channels", g.list())
	add("requirements", pick(g.Rand, "'req.txt'", "'empty.txt'", "''", "'./req.txt'"))
	add("apt_packages", g.list())
	add("cuda", pick(g.Rand, "'12.1'", "12.1", "12"))
	add("cudnn", "'8'")
	if len(bases) > 0 {
		add("base_image", pick(g.Rand, bases...))
	}
	add("platform", pick(g.Rand, "'linux/arm64'", "'linux/amd64,linux/arm64'"))
	add("pip_index", g.python(g.text()))
	add("pip_extra_index_url", g.list())
	add("pip_secret_mounts", "[('a', '/b')]")
	add("pip_extra_args", g.python(g.text()))
	add("registry_config", "'r.json'")
	add("entrypoint", g.list())
	add("commands", g.list())
	add("tag_format", pick(g.Rand, "'{spec_hash}-dev'", "'v{{1}}-{spec_hash:.9}'", "''", "None"))
	add("source_copy_mode", "CopyFileDetection.NO_COPY")
	add("copy", pick(g.Rand, "['d']", "['req.txt', 'd/sub']", "['e']", "[]", "['.']", "['./d/', 'e/z']"))
	add("python_exec", "'/usr/bin/python3'")
	add("runtime_packages", g.list())
	add("builder_options", g.dict(0))
	add("builder_config", g.dict(0))
	g.Shuffle(len(args), func(i, j int) { args[i], args[j] = args[j], args[i] })
	return strings.Join(args, pick(g.Rand, ", ", ",\n    ", " ,  # a comment )\n"))
}

// module writes Python source with some specifications that depend on one
// another.
func (g *tagGenerator) module() string {
	var b strings.Builder
	b.WriteString("from flytekit import ImageSpec as Image\nimport flytekit\nfrom flytekit.constants import CopyFileDetection\nTEXT = 'constant'\nLIST = ['a', 'b']\n")
	var bases []string
	for i := range 1 + g.IntN(3) {
		name := fmt.Sprintf("image_%d", i)
		fmt.Fprintf(&b, "%s = %s(%s)", name, pick(g.Rand, "Image", "flytekit.ImageSpec"), g.arguments(append(bases, "'debian:12'", "TEXT")))
		for range g.IntN(3) {
			switch g.IntN(5) {
			case 0:
				fmt.Fprintf(&b, ".with_packages(%s)", pick(g.Rand, g.list(), g.python(g.text()), "LIST", "packages=['q']"))
			case 1:
				fmt.Fprintf(&b, ".with_commands(%s)", g.list())
			case 2:
				fmt.Fprintf(&b, ".with_apt_packages(%s)", g.list())
			case 3:
				fmt.Fprintf(&b, ".with_builder_options(%s)", g.dict(0))
			case 4:
				fmt.Fprintf(&b, ".with_copy(%s)", pick(g.Rand, "'d'", "['e']"))
			}
		}
		b.WriteString("\n")
		bases = append(bases, name)
	}
	return b.String()
}

// yaml writes a specification as YAML.
func (g *tagGenerator) yaml() string {
	quoted := func() string {
		// JSON is YAML, but for characters that are to be escaped in YAML.
		s, _ := json.Marshal(strings.NewReplacer("\x7f", "", "\u0085", "").Replace(g.text()))
		return string(s)
	}
	list := func() string {
		var parts []string
		for range g.IntN(4) {
			parts = append(parts, quoted())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	scalar := func() string {
		return pick(g.Rand, quoted(), "3.10", "yes", "'no'", "012", "1_0", "2024-01-02", "~", "plain text", "1:20", ".5")
	}
	b := strings.Builder{}
	b.WriteString("name: Name\n")
	for _, line := range []string{
		"python_version: " + pick(g.Rand, "3.11", "'3.11'", "3"), "registry: ghcr.io/X", "packages: " + list(), "commands: " + list(), "requirements: req.txt",
		"env:\n  A: " + scalar() + "\n  B: " + scalar(), "builder_options: {a: " + quoted() + ", b: [" + quoted() + ", 1.0]}", "copy:\n- d\n- e", "cuda: 11.8",
		"base_image: debian:12", "platform: linux/arm64", "pip_index: " + quoted(), "apt_packages:\n  - git\n  - vim", "entrypoint: []", "tag_format: 'a-{spec_hash}'",
	} {
		if g.IntN(3) == 0 {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
