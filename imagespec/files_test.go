package imagespec

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/need"
)

// targets are the files as lines, "target mode field source".
func targets(t *testing.T, s *Spec) []string {
	t.Helper()
	files, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		source, err := filepath.Rel(s.Dir, f.Source)
		if err != nil || f.Source == "" {
			source = "-"
		}
		out = append(out, f.Target+" "+f.Mode.String()+" "+f.Field+" "+source)
	}
	return out
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}

func TestFilesCopy(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{"d/a.txt": "a", "d/sub/b.sh": "b", "x/y/z": "z", "e/f": "f", "one": "1", "d/.git/config": "c", "d/__pycache__/a.pyc": ""})
	if err := os.Mkdir(filepath.Join(dir, "d", "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "d/sub/b.sh"), 0o4700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "one"), 0o600); err != nil {
		t.Fatal(err)
	}
	link(t, "../e", filepath.Join(dir, "d", "dir"))
	link(t, "../one", filepath.Join(dir, "d", "file"))
	s := &Spec{Copy: []string{"./d/", "x/y/z", "one"}, Dir: dir}
	want := []string{
		"/root/d drwxr-xr-x copy d", "/root/d/.git drwxr-xr-x copy d/.git", "/root/d/.git/config -rw-r--r-- copy d/.git/config", "/root/d/__pycache__ drwxr-xr-x copy d/__pycache__",
		"/root/d/__pycache__/a.pyc -rw-r--r-- copy d/__pycache__/a.pyc", "/root/d/a.txt -rw-r--r-- copy d/a.txt", "/root/d/dir drwxr-xr-x copy d/dir",
		"/root/d/dir/f -rw-r--r-- copy d/dir/f", "/root/d/empty drwxr-xr-x copy d/empty", "/root/d/file -rw-r--r-- copy d/file", "/root/d/sub drwxr-xr-x copy d/sub",
		"/root/d/sub/b.sh -rwxr-xr-x copy d/sub/b.sh", "/root/one -rw-r--r-- copy one", "/root/x drwxr-xr-x copy -", "/root/x/y drwxr-xr-x copy -", "/root/x/y/z -rw-r--r-- copy x/y/z",
	}
	if d := cmp.Diff(want, targets(t, s)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := targets(t, &Spec{Copy: []string{"."}, Dir: filepath.Join(dir, "x")}); strings.Join(got, ",") != "/root/y drwxr-xr-x copy y,/root/y/z -rw-r--r-- copy y/z" {
		t.Errorf("%q", got)
	}
	// What a link to a directory leads to is in the image, but not in the tag.
	before, err := s.Tag(Compat{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"e/f": "g"})
	if after, err := s.Tag(Compat{}); err != nil || after != before {
		t.Errorf("tag %s, error %v; want %s", after, err, before)
	}
	write(t, dir, map[string]string{"one": "2"})
	if after, err := s.Tag(Compat{}); err != nil || after == before {
		t.Errorf("tag %s, error %v", after, err)
	}
}

// TestFilesSource: what ignores have to say is left out; Copy comes after.
func TestFilesSource(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		"src/main.py": "m", "src/a/b.py": "b", "src/a/b.pyc": "", "src/a/__pycache__/x": "", "src/.cache/y": "", "src/.git/z": "", "src/log": "", "src/secret": "s", "src/.gitignore": "log\n",
		"src/.dockerignore": "# secrets\nSECRET\n", "d/a.txt": "a",
	})
	need.Tools(t, "git")
	if out, err := exec.Command("git", "init", "-q", filepath.Join(dir, "src", "a")).CombinedOutput(); err != nil {
		t.Fatalf("git: %v, %s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(dir, "src", ".git")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "src", "a", ".git"), filepath.Join(dir, "src", ".git")); err != nil {
		t.Fatal(err)
	}
	link(t, "main.py", filepath.Join(dir, "src", "linked.py"))
	link(t, "a", filepath.Join(dir, "src", "linked"))
	link(t, "nowhere", filepath.Join(dir, "src", "dangling"))
	s := &Spec{SourceRoot: filepath.Join(dir, "src"), SourceCopyMode: CopyAll, Copy: []string{"d"}, Dir: dir}
	want := []string{
		"/root/.dockerignore -rw-r--r-- source_root src/.dockerignore", "/root/.gitignore -rw-r--r-- source_root src/.gitignore", "/root/a drwxr-xr-x source_root -",
		"/root/a/b.py -rw-r--r-- source_root src/a/b.py", "/root/d drwxr-xr-x copy d", "/root/d/a.txt -rw-r--r-- copy d/a.txt", "/root/linked.py -rw-r--r-- source_root src/linked.py",
		"/root/main.py -rw-r--r-- source_root src/main.py",
	}
	if d := cmp.Diff(want, targets(t, s)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	p, err := s.Explain(Compat{})
	if err != nil {
		t.Fatal(err)
	}
	root, _ := p.field("source_root")
	sum := md5.Sum([]byte("# secrets\nSECRET\n.dockerignorelog\n.gitignoreba" + "b.pymlinked.pymmain.py"))
	if root.Value != "'"+hex.EncodeToString(sum[:])+"'" || len(root.Files) != 5 {
		t.Errorf("source root %+v", root)
	}
	// A relative source root is compared with its own name before it, as
	// flytekit does, which makes most patterns miss.
	s.SourceRoot = "src"
	if got := strings.Join(targets(t, s), "\n"); !strings.Contains(got, "/root/secret ") || !strings.Contains(got, "/root/log ") || strings.Contains(got, "__pycache__") {
		t.Errorf("relative source root:\n%s", got)
	}
	// Confined, git is not asked.
	s.SourceRoot, s.Confined = ".", true
	s.Dir = filepath.Join(dir, "src")
	s.Copy = nil
	if got := strings.Join(targets(t, s), "\n"); !strings.Contains(got, "/root/log ") {
		t.Errorf("confined:\n%s", got)
	}
	s.SourceCopyMode = CopyNone
	if got := targets(t, s); got != nil {
		t.Errorf("NO_COPY: %q", got)
	}
	s.SourceCopyMode = CopyUnset
	if _, err := s.Files(); !errors.Is(err, ErrLoadedModules) {
		t.Errorf("error %v", err)
	}
}

func TestDockerignore(t *testing.T) {
	for _, tt := range []struct {
		patterns string
		ignored  []string
		kept     []string
	}{
		{"", nil, []string{"a", "a/b"}},
		{"a", []string{"a", "A", "a/b", "a/b/c"}, []string{"b/a", "ab"}},
		{"/a/", []string{"a", "a/b"}, []string{"b/a"}},
		{"*.py", []string{"a.py", ".py", "x.py/y"}, []string{"a/b.py", "a.pyc"}},
		{"**/*.py", []string{"a.py", "a/b/c.py"}, []string{"a.pyx"}},
		{"a/**", []string{"a/b", "a/b/c"}, []string{"a", "b/a/c"}},
		{"**", []string{"a", "a/b"}, []string{".dockerignore"}},
		{"a?c", []string{"abc"}, []string{"a/c", "ac"}},
		{"[a-c]x", []string{"ax", "cx"}, []string{"dx", "-x"}},
		{"[!a]x", []string{"bx", "/x"}, []string{"ax"}},
		{"[^a]x", []string{"^x", "ax"}, []string{"bx"}},
		{"[]a]x", []string{"]x", "ax"}, []string{"bx"}},
		{"[ab", []string{"[ab"}, []string{"a"}},
		{"a.b+(c)", []string{"a.b+(c)"}, []string{"axb+(c)"}},
		{"*\n!b", []string{"a"}, []string{"b", "b/c"}},
		{"!b\n*", []string{"a", "b"}, nil},
		{"# a\n\n  b  \r\n!\n.\n..\n", []string{"b"}, []string{"a", "# a"}},
		{"a/./b/../c", []string{"a/c"}, []string{"a/b"}},
		{"a/b", []string{"a/b", "a/b/c"}, []string{"a", "a/c"}},
		{`a\b`, []string{`a\b`}, []string{"ab"}},
	} {
		patterns, err := parseDockerignore(tt.patterns)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range tt.ignored {
			if !dockerIgnores(patterns, name) {
				t.Errorf("%q keeps %s", tt.patterns, name)
			}
		}
		for _, name := range tt.kept {
			if dockerIgnores(patterns, name) {
				t.Errorf("%q ignores %s", tt.patterns, name)
			}
		}
	}
	if _, err := parseDockerignore("[b-a]"); err == nil || !strings.Contains(err.Error(), `"[b-a]" of .dockerignore is not valid`) {
		t.Errorf("error %v", err)
	}
}

// TestFileErrors: what cannot be copied or hashed is named, with the field.
func TestFileErrors(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		"outside": "x", "in/a": "a", "in/f/a": "x", "in/bad/.dockerignore": "[b-a]", "in/req.txt": "q", "in/clash/a/b": "", "in/src/clash/a": "", "in/names/\xff": "x",
	})
	in := filepath.Join(dir, "in")
	link(t, "../outside", filepath.Join(in, "leading-out"))
	link(t, "..", filepath.Join(in, "up"))
	link(t, ".", filepath.Join(in, "f", "loop"))
	link(t, "nowhere", filepath.Join(in, "dangling"))
	for _, d := range []string{"copied", "fifos", "sockets", "out"} {
		if err := os.Mkdir(filepath.Join(in, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	link(t, "nowhere", filepath.Join(in, "copied", "dangling"))
	link(t, "../../outside", filepath.Join(in, "out", "link"))
	if err := syscall.Mkfifo(filepath.Join(in, "fifos", "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	short, err := os.MkdirTemp("", "s") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	listener, err := net.Listen("unix", filepath.Join(short, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := os.Rename(filepath.Join(short, "s"), filepath.Join(in, "sockets", "s")); err != nil {
		t.Fatal(err)
	}
	const both, onlyTag, onlyFiles = "both", "tag", "files"
	for _, tt := range []struct {
		spec  *Spec
		in    string
		want  string
		field string
	}{
		{&Spec{Copy: []string{"absent"}}, both, "there is no absent in " + in, "copy"},
		{&Spec{Copy: []string{""}}, both, "a path is empty", "copy"},
		{&Spec{Copy: []string{"/etc"}}, both, "/etc is absolute", "copy"},
		{&Spec{Copy: []string{"a/../b"}}, both, "a/../b has .. in it", "copy"},
		{&Spec{Copy: []string{"dangling"}}, both, "there is no dangling", "copy"},
		{&Spec{Copy: []string{"copied"}}, onlyFiles, "there is no copied/dangling", "copy"},
		{&Spec{Copy: []string{"f"}}, onlyFiles, "f/loop is nested too deep, or is a link to a directory that it is in", "copy"},
		{&Spec{Copy: []string{"fifos"}}, both, "fifos/fifo is neither a file nor a directory", "copy"},
		{&Spec{Copy: []string{"names"}}, onlyTag, `the name of the file "names/\xff" is not UTF-8`, "copy"},
		{&Spec{Copy: []string{"clash"}, SourceRoot: "src", SourceCopyMode: CopyAll}, onlyFiles, "/root/clash/a is copied as a file and as a directory", "copy"},
		{&Spec{Copy: []string{"leading-out"}, Confined: true}, both, "leading-out leads out of the directory of the specification", "copy"},
		{&Spec{Copy: []string{"out"}, Confined: true}, both, "out/link leads out of the directory of the specification", "copy"},
		{&Spec{Requirements: "absent"}, onlyTag, "there is no absent", "requirements"},
		{&Spec{Requirements: "f"}, onlyTag, "f is not a file", "requirements"},
		{&Spec{Requirements: "../outside", Confined: true}, onlyTag, "../outside is not below the directory", "requirements"},
		{&Spec{Requirements: filepath.Join(in, "req.txt"), Confined: true}, onlyTag, "is not below the directory", "requirements"},
		{&Spec{Requirements: "up/outside", Confined: true}, onlyTag, "up/outside leads out", "requirements"},
		{&Spec{SourceRoot: "absent", SourceCopyMode: CopyAll}, both, "there is no absent", "source_root"},
		{&Spec{SourceRoot: "a", SourceCopyMode: CopyAll}, both, "a is not a directory", "source_root"},
		{&Spec{SourceRoot: "fifos", SourceCopyMode: CopyAll}, both, "fifo is neither a file nor a directory", "source_root"},
		{&Spec{SourceRoot: "bad", SourceCopyMode: CopyAll}, both, `the pattern "[b-a]" of .dockerignore is not valid`, "source_root"},
		{&Spec{SourceRoot: "..", SourceCopyMode: CopyAll, Confined: true}, both, ".. is not below the directory", "source_root"},
		{&Spec{SourceRoot: "up", SourceCopyMode: CopyAll, Confined: true}, both, "up leads out", "source_root"},
		{&Spec{SourceCopyMode: CopyAll}, both, "it must be set when source_copy_mode is ALL", "source_root"},
		{&Spec{SourceRoot: "src"}, both, "LOADED_MODULES copies the Python modules that are loaded", "source_copy_mode"},
		{&Spec{Base: &Spec{Requirements: "absent"}}, onlyTag, "there is no absent", "requirements"},
		{&Spec{Registry: "https://x"}, onlyTag, "leave https:// out", "registry"},
		{&Spec{TagFormat: "{x}"}, onlyTag, "{x} in \"{x}\" is not {spec_hash}", "tag_format"},
		{deep(maxBases + 1), onlyTag, "more than 100 specifications are based on one another", "base_image"},
	} {
		s := tt.spec.In(in)
		_, tagErr := s.Tag(Compat{})
		_, filesErr := s.Files()
		for name, err := range map[string]error{onlyTag: tagErr, onlyFiles: filesErr} {
			if tt.in != both && tt.in != name {
				if err != nil {
					t.Errorf("%+v: %s: %v", tt.spec, name, err)
				}
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.Field != tt.field || !strings.Contains(e.Msg, tt.want) {
				t.Errorf("%+v\n%s: error %v\nwant %s: %s", tt.spec, name, err, tt.field, tt.want)
			}
		}
	}
	if files, err := (&Spec{Copy: []string{"sockets"}, Dir: in}).Files(); err != nil || len(files) != 1 {
		t.Errorf("a socket is copied: %+v, error %v", files, err)
	}
	if _, err := (&Spec{Copy: []string{"sockets"}, Dir: in}).Tag(Compat{}); err != nil {
		t.Error(err)
	}
	for want, s := range map[string]*Spec{
		"": {}, filepath.Join(in, "req.txt"): {Requirements: "req.txt"}, filepath.Join(dir, "outside"): {Requirements: "../outside"}, "/etc/passwd": {Requirements: "/etc/passwd"},
	} {
		s.Dir = in
		if got, err := s.RequirementsFile(); got != want || err != nil {
			t.Errorf("%q: %q, error %v", want, got, err)
		}
	}
	if _, err := (&Spec{Requirements: "../outside", Dir: in}).Confine().RequirementsFile(); err == nil {
		t.Error("a file outside is named")
	}
}
