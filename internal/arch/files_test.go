package arch

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
)

func TestPackageComments(t *testing.T) {
	own, _ := list(t)
	for _, p := range own {
		starts := []string{"Package " + p.Name}
		if p.Name == "main" {
			base := filepath.Base(p.Dir)
			starts = []string{"Command " + base, strings.ToUpper(base[:1]) + base[1:]}
		}
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.path())
		} else if !slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(p.Doc, s+" ") }) {
			t.Errorf("the comment of %s does not begin with %q: %q", p.path(), starts[0], p.Doc)
		}
	}
}

// private matches what is true on one machine only and so belongs in no file:
// a developer's folders and the hosts that packages come from, which are the
// reader's own choice. It is written so that it does not match itself.
var private = regexp.MustCompile(`/Users/[A-Za-z]|/home/[a-z]+/(src|go|dev|work|code|projects)\b|/go/pkg[/]mod|` +
	`\b(proxy|sum)\.golang[.]org|\bpypi[.]org|pythonhosted[.]org|registry\.npmjs[.]org|(deb|security)\.debian[.]org|goproxy[.](io|cn)`)

func TestFilesAreFreeOfOneMachine(t *testing.T) {
	top, files := tracked(t)
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(top, name))
		if os.IsNotExist(err) {
			continue // removed and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(data, 0) >= 0 {
			continue // binary
		}
		for n, line := range bytes.Split(data, []byte("\n")) {
			if m := private.Find(line); m != nil {
				t.Errorf("%s:%d names %q", name, n+1, m)
			}
			if bytes.Contains(line, []byte(top+"/")) {
				t.Errorf("%s:%d names the folder of this checkout", name, n+1)
			}
		}
	}
}

func TestPrivate(t *testing.T) {
	for text, want := range map[string]bool{
		"see /Users" + "/ann/x":                 true,
		"in /home" + "/ann/src/pratique":        true,
		"cache /root/go" + "/pkg/mod/x":         true,
		"GOPROXY=https://proxy" + ".golang.org": true,
		"pull-through of registry-1.docker.io":  false,
		"/home/ray/anaconda3":                   false,
		"cp x $HOME/.docker/config.json":        false,
	} {
		if got := private.MatchString(text); got != want {
			t.Errorf("private(%q) = %t", text, got)
		}
	}
}

// skips lists the files that may call Skip of a test, and why; all others say
// with package need what is missing, so that CI leaves nothing out.
var skips = map[string]string{
	"internal/need/need.go":            "it decides whether to skip or to fail",
	"test/terraform/terraform_test.go": "the provider comes from a mirror of the tester's, if there is one",
}

// skip matches what skips a test, or reads for itself whether to; it is written
// so that it does not match itself.
var skip = regexp.MustCompile(`[.]Skip(f|Now)?\(|Getenv\("PRATIQUE_TEST_(TOOLS|POSTGRES)"\)`)

func TestSkips(t *testing.T) {
	top, files := tracked(t)
	left := maps.Clone(skips)
	for _, name := range files {
		if filepath.Ext(name) != ".go" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(top, name))
		if os.IsNotExist(err) {
			continue // removed and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		m := skip.Find(data)
		if m == nil {
			continue
		}
		if skips[name] == "" {
			t.Errorf("%s has %s: let package need decide", name, m)
		}
		delete(left, name)
	}
	for name := range left {
		t.Errorf("%s skips nothing", name)
	}
}

// tracked returns the top of the checkout and the files that git knows. It
// needs git and a checkout, which a released archive is not.
func tracked(t *testing.T) (top string, files []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		need.Missing(t, "not a git checkout: "+err.Error())
	}
	top = strings.TrimSpace(string(out))
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-z")
	cmd.Dir = top
	out, err = cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	return top, strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}
