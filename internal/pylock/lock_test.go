package pylock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"github.com/pratique-dev/pratique/internal/python"
)

const (
	sumA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	sumB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// exampleLock has what a lock can have.
const exampleLock = `
lock-version = "1.0"
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
requires-python = ">=3.9"
extras = ["dev"]
dependency-groups = ["docs", "main"]
default-groups = ["main"]
created-by = "something"
unknown = 1

[[packages]]
name = "Num_Py"
version = "1.26.4"
requires-python = ">=3.9"
index = "https://user:secret@index.example.com/simple"
dependencies = [{ name = "six" }]
attestation-identities = []
wheels = [
  { url = "https://index.example.com/f/num_py-1.26.4-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", hashes = { sha256 = "` + sumA + `" } },
  { name = "num_py-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", url = "https://user:secret@index.example.com/f/1", upload-time = 2024-02-05T23:56:30Z, size = 18251123, hashes = { sha256 = "` + "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB" + `", md5 = "` + "0123456789abcdef0123456789abcdef" + `" } },
  { url = "https://index.example.com/f/num_py-1.26.4-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl", hashes = { sha256 = "` + sumA + `" } },
  { url = "https://index.example.com/f/num_py-1.26.4-pp39-pypy39_pp73-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", hashes = { sha256 = "` + sumA + `" } },
]

[packages.sdist]
url = "https://index.example.com/f/num_py-1.26.4.tar.gz"
hashes = { sha256 = "` + sumA + `" }

[[packages]]
name = "local"
version = "1.0"
wheels = [{ path = "wheels/local-1.0-py3-none-any.whl", hashes = { sha256 = "` + sumB + `" } }]

[[packages]]
name = "direct"
archive = { url = "https://user:secret@host.example.com/direct-2.0-py3-none-any.whl", hashes = { sha256 = "` + sumB + `" } }

[[packages]]
name = "windows-only"
version = "1.0"
marker = "sys_platform == 'win32'"
vcs = { type = "git", url = "https://user:secret@git.example.com/r.git", commit-id = "abc" }

[[packages]]
name = "docs-only"
version = "1.0"
marker = "'docs' in dependency_groups or 'dev' in extras"
directory = { path = "docs" }

[tool.other]
x = 1
`

func TestLock(t *testing.T) {
	l, err := Read([]byte(exampleLock), "/project")
	if err != nil {
		t.Fatal(err)
	}
	l.Tool.Pratique = Made{Requested: []string{"num-py"}, Resolver: "uv 0.9.1"}
	got, err := l.Select(bookworm)
	if err != nil {
		t.Fatal(err)
	}
	want := []Distribution{
		{Name: "direct", Version: "2.0", Filename: "direct-2.0-py3-none-any.whl", URL: "https://host.example.com/direct-2.0-py3-none-any.whl", DirectURL: "https://host.example.com/direct-2.0-py3-none-any.whl", SHA256: sumB},
		{Name: "local", Version: "1.0", Filename: "local-1.0-py3-none-any.whl", Path: "/project/wheels/local-1.0-py3-none-any.whl", SHA256: sumB},
		{Name: "num-py", Version: "1.26.4", Filename: "num_py-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", URL: "https://index.example.com/f/1", SHA256: sumB, Size: 18251123, Requested: true},
	}
	for i := range got {
		if got[i].Path == "" {
			if password, _ := got[i].Login.Password(); password != "secret" {
				t.Errorf("%s lost its login", got[i].Name)
			}
		}
		got[i].Login = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	text, err := l.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret") {
		t.Errorf("the lock is written with credentials:\n%s", text)
	}
	again, err := Read(text, "/project")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	second, err := again.Bytes()
	if err != nil || string(second) != string(text) {
		t.Errorf("written again it differs (%v):\n%s", err, cmp.Diff(string(text), string(second)))
	}
	var std struct {
		Created  string `toml:"created-by"`
		Packages []struct {
			Name   string
			Wheels []struct{ URL string }
		}
	}
	if err := toml.Unmarshal(text, &std); err != nil {
		t.Fatal(err)
	}
	if len(std.Packages) != 5 || std.Packages[0].Name != "direct" || std.Packages[3].Name != "num-py" || len(std.Packages[3].Wheels) != 4 || std.Created != "something" {
		t.Errorf("written:\n%s", text)
	}
	if again.Tool.Pratique.Resolver != "uv 0.9.1" {
		t.Errorf("the resolver is lost: %+v", again.Tool)
	}
}

func TestLockSelectErrors(t *testing.T) {
	pkg := func(body string) string {
		return "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\nversion = '1.0'\n" + body
	}
	const hashes = ", hashes = {sha256 = '" + sumA + "'}}"
	for name, c := range map[string]struct {
		lock string
		want string // part of the error
	}{
		"source only":         {pkg("sdist = {url = 'https://h.example/a-1.0.tar.gz'" + hashes), "a 1.0 has to be built from source: there is a-1.0.tar.gz"},
		"source for target":   {pkg("sdist = {url = 'https://h.example/a-1.0.tar.gz'" + hashes + "\nwheels = [{url = 'https://h.example/a-1.0-cp39-cp39-win32.whl'" + hashes + "]"), "a 1.0 has to be built from source: there is a-1.0-cp39-cp39-win32.whl, a-1.0.tar.gz"},
		"no wheel":            {pkg("wheels = [{url = 'https://h.example/a-1.0-cp39-cp39-win32.whl'" + hashes + "]"), "a 1.0 has no wheel for Python 3.11.2 on linux/amd64 with glibc 2.36: there is a-1.0-cp39-cp39-win32.whl"},
		"nothing":             {pkg(""), "a 1.0 has no wheel"},
		"vcs":                 {pkg("vcs = {type = 'git', url = 'https://u:p@h.example/r.git'}"), "built from source: there is https://***@h.example/r.git"},
		"directory":           {pkg("directory = {path = 'src'}"), "built from source: there is src"},
		"archive":             {pkg("archive = {url = 'https://h.example/a-1.0.zip'" + hashes), "built from source"},
		"other package":       {pkg("wheels = [{url = 'https://h.example/b-1.0-py3-none-any.whl'" + hashes + "]"), "b-1.0-py3-none-any.whl is listed as a file of a"},
		"other version":       {pkg("wheels = [{url = 'https://h.example/a-2.0-py3-none-any.whl'" + hashes + "]"), "is listed as a file of a 1.0"},
		"no sha256":           {pkg("wheels = [{url = 'https://h.example/a-1.0-py3-none-any.whl', hashes = {md5 = '0123456789abcdef0123456789abcdef'}}]"), "has no sha256"},
		"package's Python":    {pkg("requires-python = '<3.10'\nwheels = [{url = 'https://h.example/a-1.0-py3-none-any.whl'" + hashes + "]"), "requires Python <3.10, and this is 3.11.2"},
		"lock's Python":       {"requires-python = '>=3.12'\n" + pkg(""), "requires Python >=3.12"},
		"other environments":  {"environments = [\"sys_platform == 'win32'\"]\n" + pkg(""), "other environments"},
		"marker is nonsense":  {pkg("marker = 'x'"), "marker"},
		"twice":               {pkg("wheels = [{url = 'https://h.example/a-1.0-py3-none-any.whl'" + hashes + "]\n[[packages]]\nname = 'A'\nversion = '2.0'\n"), "as 1.0 and as 2.0"},
		"requires-python bad": {pkg("requires-python = '3'"), "requires-python"},
	} {
		l, err := Read([]byte(c.lock), "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := l.Select(bookworm); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}

	l, err := Read([]byte(pkg("")+"[[packages]]\nname = 'b'\nsdist = {url = 'https://h.example/b-1.0.tar.gz'"+hashes), "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Select(bookworm)
	var source *SourceOnlyError
	var missing *NoWheelError
	if !errors.As(err, &source) || source.Name != "b" || !errors.As(err, &missing) || missing.Name != "a" || missing.Version != "1.0" || missing.Target != bookworm {
		t.Errorf("both errors: %v", err)
	}
	if _, err := l.Select(python.Target{Version: "2.7"}); err == nil {
		t.Error("a target that does not exist has wheels")
	}
}

func TestLockRefused(t *testing.T) {
	head := "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\n"
	for text, want := range map[string]string{
		"":                                   "lock-version",
		"lock-version = '2.0'":               "only 1 is known",
		"lock-version = 1":                   "line 1",
		"x =":                                "line 1, column",
		head + "version = '1'":               `"" is not a name`,
		head + "name = '../x'":               "is not a name",
		head + "name = 'a'\nversion = 'new'": "is not a version",
		head + "name = 'a'\nwheels = [{}]":   "neither url nor path",
		head + "name = 'a'\nwheels = [{url = 'https://u:p@h.example/'}]":                                                    "has no name",
		head + "name = 'a'\nwheels = [{url = 'https://h.example/a-1-py3-none-any.whl', hashes = {sha256 = 'x'}}]":           "not hexadecimal",
		head + "name = 'a'\nwheels = [{url = 'https://h.example/a-1-py3-none-any.whl', size = -1, hashes = {}}]":            "negative",
		head + "name = 'a'\nwheels = [{name = '..', url = 'https://h.example/a-1-py3-none-any.whl', hashes = {}}]":          "has no name",
		head + "name = 'a'\nwheels = [{name = 'a-1-py3-none-any.whl', url = 'https://u:p@h.example:x/', hashes = {}}]":      "not a URL",
		head + "name = 'a'\narchive = {url = 'https://h.example/a', hashes = {sha256 = '" + strings.Repeat("g", 64) + "'}}": "not hexadecimal",
	} {
		if _, err := Read([]byte(text), ""); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "pylock.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a lock that is not there: %v", err)
	}
	if _, err := ReadFile(t.TempDir()); err == nil {
		t.Error("a folder is read as a lock")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(exampleLock)
	f.Add("lock-version = '1.0'\n[[packages]]\nname = 'a'\nwheels = [{path = 'a-1-py3-none-any.whl', hashes = {sha256 = '" + sumA + "'}}]")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Read([]byte(text), "")
		if err != nil {
			return
		}
		first, err := l.Bytes()
		if err != nil {
			t.Fatalf("%q cannot be written: %v", text, err)
		}
		again, err := Read(first, "")
		if err != nil {
			t.Fatalf("%q is written as\n%s\nwhich cannot be read: %v", text, first, err)
		}
		ds, err := l.Select(bookworm)
		other, otherErr := again.Select(bookworm)
		if (err == nil) != (otherErr == nil) || len(ds) != len(other) {
			t.Fatalf("%q selects %v, %v; read again %v, %v", text, ds, err, other, otherErr)
		}
	})
}
