package pylock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readLines reads a requirements file of a folder.
func readLines(c *collector, dir, name string) error { return c.file(filepath.Join(dir, name), false) }

func TestRequirementsFile(t *testing.T) {
	dir := write(t, "requirements.txt", "\ufeff# a comment\r\n"+
		"numpy==1.26.4 \\\n"+
		"    --hash=sha256:"+sumA+" \\\n"+
		"    --hash sha256:"+strings.ToUpper(sumB)+"   # why\n"+
		"pandas >= 2, <3 ; python_version >= '3.9'\n"+
		"requests[socks]\n"+
		"-r more/other.txt\n"+
		"--requirement=more/other2.txt\n"+
		"-c constraints.txt\n"+
		"-i https://user:pw@index.example.com/simple --extra-index-url 'https://other.example.com/simple'\n"+
		"--find-links more\n"+
		"--find-links=https://links.example.com/page.html\n"+
		"--trusted-host index.example.com\n"+
		"--pre --prefer-binary --only-binary=:all:\n"+
		"${FLASK}==${FLASK_VERSION}\n"+
		"wheel-by-url @ https://host.example.com/wheel_by_url-1.0-py3-none-any.whl#sha256="+sumA+"\n"+
		"https://host.example.com/bare-2.0-py3-none-any.whl ; os_name == 'posix'\n"+
		"./more/there-3.0-py3-none-any.whl\n"+
		"git+https://u:p@git.example.com/r.git@main#egg=From_Git ; sys_platform == 'win32'\n"+
		"six # c\n"+
		"idna\\\n"+
		"# ends it\n"+
		"==3.0\n",
		"more/other.txt", "attrs\n-r ../deep.txt\n", "more/other2.txt", "", "deep.txt", "cffi\n", "constraints.txt", "attrs<24\n--hash-free==1\n")
	if err := os.WriteFile(filepath.Join(dir, "constraints.txt"), []byte("attrs<24\ncffi==1.16.0 --hash=sha256:"+sumA+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := &collector{getenv: func(name string) (string, bool) {
		v, ok := map[string]string{"FLASK": "flask", "FLASK_VERSION": "3.0.0"}[name]
		return v, ok
	}}
	err := readLines(c, dir, "requirements.txt")
	if err == nil || !strings.Contains(err.Error(), `requirements.txt:23: requirement "==3.0"`) {
		t.Fatalf("the last line: %v", err)
	}
	show := func(lines []line) (s []string) {
		for _, l := range lines {
			s = append(s, strings.ReplaceAll(strings.TrimSpace(l.from+" "+l.String()+" "+strings.Join(l.hashes, " ")), dir, "DIR"))
		}
		return s
	}
	want := []string{
		"requirements.txt:2 numpy==1.26.4 sha256:" + sumA + " sha256:" + sumB,
		"requirements.txt:5 pandas>=2,<3; python_version >= \"3.9\"",
		"requirements.txt:6 requests[socks]",
		"other.txt:1 attrs",
		"deep.txt:1 cffi",
		"requirements.txt:15 flask==3.0.0",
		"requirements.txt:16 wheel-by-url @ https://host.example.com/wheel_by_url-1.0-py3-none-any.whl#sha256=" + sumA,
		"requirements.txt:17 bare @ https://host.example.com/bare-2.0-py3-none-any.whl ; os_name == \"posix\"",
		"requirements.txt:18 there @ file://DIR/more/there-3.0-py3-none-any.whl",
		"requirements.txt:20 six",
		"requirements.txt:21 idna",
	}
	if diff := cmp.Diff(want, show(c.lines)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"constraints.txt:1 attrs<24", "constraints.txt:2 cffi==1.16.0 sha256:" + sumA}, show(c.constraints)); diff != "" {
		t.Errorf("constraints (-want +got):\n%s", diff)
	}
	x := c.indexes
	if x.primary != "https://user:pw@index.example.com/simple" || fmt.Sprint(x.extra) != "[https://other.example.com/simple]" ||
		fmt.Sprint(x.links) != "["+filepath.Join(dir, "more")+" https://links.example.com/page.html]" || x.none {
		t.Errorf("indexes: %+v", x)
	}
	if got := strings.Join(c.uv, " "); got != "--allow-insecure-host=index.example.com --prerelease=allow" {
		t.Errorf("options for uv: %s", got)
	}
	if len(c.source) != 1 || c.source[0].err.Name != "from-git" || strings.Contains(c.source[0].err.Error(), "u:p") || c.source[0].marker.Evaluate(bookworm.Environment()) {
		t.Errorf("source code: %+v", c.source)
	}
}

func TestRequirementsRefused(t *testing.T) {
	dir := write(t, "loop.txt", "-r loop.txt\n", "nested.txt", "\n\n-r bad.txt\n", "bad.txt", "a==1\nb=1\n")
	for text, want := range map[string]string{
		"-e .":                            "installs source code in place",
		"-e git+https://u:secret@h/r.git": "installs source code in place",
		"--editable=.":                    "installs source code in place",
		"-r missing.txt":                  "no such file",
		"-r https://h.example/r.txt":      "not a local file",
		"-r loop.txt":                     "more than 20 deep",
		"-r nested.txt":                   "x.txt:1: nested.txt:3: bad.txt:2: ",
		"-c":                              "lacks its value",
		"--target=/tmp":                   "option --target has no place",
		"--install-option=x":              "option --install-option has no place",
		"--config-settings x=y":           "option --config-settings has no place",
		"--pre=yes":                       "takes no value",
		"--index-url https://h/x extra":   "is not an option",
		"--find-links 'a":                 "not closed",
		"a==1 --global-option=x":          "option --global-option may not follow",
		"a==1 --hash=md5:0123":            "is not a hash",
		"a==1 --hash=sha256:xyz":          "is not a hash",
		"a==1 --hash":                     "is not a hash",
		"a=1":                             "not a version specifier",
		"a @ https://u:secret@h/b-1-py3-none-any.whl": "is not a wheel of a",
		"https://u:secret@h.example/notawheel.whl":    "wheel file name",
		"--extra-index-url https://u:${MISSING}@h/":   "environment variable MISSING is not set",
		"a; python_version = '3'":                     "marker",
		".":                                           "built from source",
		"./src[extra]":                                "built from source",
		"git+ssh://git@h.example/r.git":               "built from source",
		"a @ git+https://u:secret@h.example/r.git":    "a has to be built from source",
		"https://h.example/a-1.0.tar.gz":              "built from source",
		"a-1.0.tar.gz":                                "built from source",
		"--no-binary=numpy":                           "numpy has to be built from source",
	} {
		if err := os.WriteFile(filepath.Join(dir, "x.txt"), []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		c := &collector{getenv: func(string) (string, bool) { return "", false }}
		err := readLines(c, dir, "x.txt")
		if err == nil && len(c.source) == 1 {
			err = c.source[0].err
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	c := &collector{}
	if err := c.line("a[x]==1", dir, "c.txt:1", true); err == nil {
		t.Error("a constraint has extras")
	}
	if err := readLines(c, dir, "."); err == nil {
		t.Error("a folder is read as requirements")
	}
}

// What others hand in must not read files, variables or configuration of the
// machine that works on it.
func TestRequirementsOfOthers(t *testing.T) {
	secret := write(t, "secret.txt", "password\n", "secret-1.0-py3-none-any.whl", "x", "pylock.toml", "lock-version = '1.0'")
	root := write(t, "r.txt", "a==1\n", "sub/r.txt", "-r ../r.txt\n")
	for _, link := range []string{"link.txt", "pylock.toml"} {
		target := map[string]string{"link.txt": "secret.txt"}[link]
		if target == "" {
			target = link
		}
		if err := os.Symlink(filepath.Join(secret, target), filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	r := newResolver(t, "TOKEN=password")
	r.Root = root
	for name, in := range map[string]Input{
		"upward":        {Packages: []string{"-r ../" + filepath.Base(secret) + "/secret.txt"}},
		"absolute":      {Packages: []string{"-c " + secret + "/secret.txt"}},
		"the file":      {Requirements: filepath.Join(secret, "secret.txt")},
		"a link":        {Requirements: "link.txt"},
		"a linked lock": {Requirements: "pylock.toml"},
		"a wheel":       {Packages: []string{secret + "/secret-1.0-py3-none-any.whl"}},
		"a file URL":    {Packages: []string{"secret @ file://" + secret + "/secret-1.0-py3-none-any.whl"}},
		"links":         {ExtraArgs: "--find-links " + secret},
		"two links":     {ExtraArgs: "--find-links 'x\n-r " + secret + "/secret.txt'"},
		"not there":     {ExtraArgs: "-r /nonexistent"},
		"an index":      {IndexURL: "file://" + secret},
		"variable":      {Packages: []string{"--index-url https://${TOKEN}@h.example/"}},
	} {
		in.Dir = root
		_, err := r.Resolve(t.Context(), in, bookworm)
		want := "outside of the folder"
		switch name {
		case "variable":
			want = "TOKEN is not set"
		case "two links":
			want = "more than one line"
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "password") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := r.read(Input{Requirements: "sub/r.txt", Dir: root}, bookworm); err != nil {
		t.Errorf("within the folder: %v", err)
	}
	if _, err := r.Fetch(t.Context(), Distribution{Filename: "secret-1.0-py3-none-any.whl", SHA256: sumOf([]byte("x")), Path: filepath.Join(secret, "secret-1.0-py3-none-any.whl")}); err == nil {
		t.Error("a wheel outside of the folder is fetched")
	}
}

func TestSplitWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            nil,
		"  ":                          nil,
		"a  b\tc\nd":                  {"a", "b", "c", "d"},
		`a 'b c' "d e" f\ g`:          {"a", "b c", "d e", "f g"},
		`"" ''`:                       {"", ""},
		`a"b"'c'd`:                    {"abcd"},
		`"a\"b\\c\d" 'e\f'`:           {`a"b\c\d`, `e\f`},
		"$(rm) `x` ; | & > * $HOME #": {"$(rm)", "`x`", ";", "|", "&", ">", "*", "$HOME", "#"},
	} {
		got, err := splitWords(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
	for _, bad := range []string{`'a`, `"a`, `a\`, `"a\`} {
		if words, err := splitWords(bad); err == nil {
			t.Errorf("%q: %q", bad, words)
		}
	}
}

func TestExtraArgs(t *testing.T) {
	c := &collector{}
	words, err := splitWords("--pre --index-strategy unsafe-best-match --exclude-newer=2024-01-01 --no-deps -U -q --timeout 30 --require-hashes --no-index")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.applyOptions(words, ".", "x"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"--prerelease=allow", "--index-strategy=unsafe-best-match", "--exclude-newer=2024-01-01"}, c.uv); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !c.noDeps || !c.hashes || !c.indexes.none || c.strategy != "unsafe-best-match" {
		t.Errorf("%+v", c.request)
	}
	for _, bad := range []string{
		"--output-file=/etc/passwd", "-o x", "--target x", "--prefix x", "--root x", "--python /tmp/evil", "-p /tmp/evil", "--cache-dir /", "--config-file x", "--directory x", "--project x",
		"--no-build-isolation", "--config-setting x", "-C x", "--build-constraints x", "--keyring-provider subprocess", "--overrides x", "--log x", "--proxy x", "--cert x", "numpy", "--unknown", "-", "--",
	} {
		words, err := splitWords(bad)
		if err != nil {
			t.Fatal(err)
		}
		var source *SourceOnlyError
		if err := (&collector{}).applyOptions(words, ".", "x"); err == nil || errors.As(err, &source) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzRequirementsFile(f *testing.F) {
	f.Add("a==1 --hash=sha256:" + sumA + "\n-r x\n-i https://h/ \\\n b @ https://h/b-1-py3-none-any.whl#egg=x # c\n./d.whl")
	f.Add("${A}\n--pre -f 'x y'\n-e .")
	f.Fuzz(func(t *testing.T, text string) {
		c := &collector{getenv: func(string) (string, bool) { return "v", true }, root: "/nonexistent"}
		for _, l := range joinLines(text) {
			if err := c.line(l.text, "/nonexistent", "x", false); err != nil {
				continue
			}
		}
		for _, l := range c.lines {
			if l.Name == "" || strings.ContainsAny(l.String(), "\r\n") {
				t.Fatalf("%q gives the line %q", text, l.String())
			}
		}
		for _, o := range c.uv {
			if !strings.HasPrefix(o, "--") {
				t.Fatalf("%q gives uv the argument %q", text, o)
			}
		}
	})
}
