package pylock

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigured(t *testing.T) {
	home := write(t,
		".config/uv/uv.toml", "index-url = 'https://uv-home/simple'\nextra-index-url = ['https://uv-home-extra/simple']\n",
		".config/pip/pip.conf", "# c\n[global]\nindex_url: https://pip-home/simple\nextra-index-url =\n    https://pip-extra-1/simple\n    https://pip-extra-2/simple\nfind-links = wheels\n[list]\nindex-url = https://no/\n",
		".pip/pip.conf", "[install]\nindex-url = https://pip-old/simple\nno-index = true\n")
	project := write(t,
		"uv.toml", "[[index]]\nname = 'private-one'\nurl = 'https://named/simple'\n[[index]]\nname = 'd'\nurl = 'https://default/simple'\ndefault = true\n[[index]]\nname = 'e'\nurl = 'https://explicit/simple'\nexplicit = true\n[pip]\nfind-links = ['links']\n",
		"poetry/pyproject.toml", "[tool.uv]\nindex-url = 'https://tool/simple'\n[tool.uv.pip]\nno-index = true\n",
		"broken/uv.toml", "x =", "brokenpip/pip.conf", "[global]\nindex-url\n")
	const noFile = "PIP_CONFIG_FILE=/dev/null"
	for name, c := range map[string]struct {
		env  []string
		dir  string
		uv   indexes
		pip  indexes
		fail string
	}{
		"nothing": {env: []string{noFile}, dir: t.TempDir()},
		"variables of uv": {env: []string{noFile, "UV_DEFAULT_INDEX=https://a/", "UV_INDEX_URL=https://b/", "UV_INDEX=n=https://c/ https://d/", "UV_EXTRA_INDEX_URL=https://e/", "UV_FIND_LINKS=/l1,l2", "UV_NO_INDEX=true",
			"UV_INDEX_N_USERNAME=user", "UV_INDEX_N_PASSWORD=secret"}, dir: "/project",
			uv: indexes{primary: "https://a/", extra: []string{"https://user:secret@c/", "https://d/", "https://e/"}, links: []string{"/l1", "/project/l2"}, none: true}},
		"variables of pip": {env: []string{noFile, "PIP_INDEX_URL=https://a/", "PIP_EXTRA_INDEX_URL=https://b/ https://c/", "PIP_FIND_LINKS=/l1 l2", "PIP_NO_INDEX=1"}, dir: "/project",
			pip: indexes{primary: "https://a/", extra: []string{"https://b/", "https://c/"}, links: []string{"/l1", "/project/l2"}, none: true}},
		"files at home": {env: []string{"HOME=" + home, "PIP_CONFIG_FILE="}, dir: t.TempDir(),
			uv:  indexes{primary: "https://uv-home/simple", extra: []string{"https://uv-home-extra/simple"}},
			pip: indexes{primary: "https://pip-home/simple", extra: []string{"https://pip-extra-1/simple", "https://pip-extra-2/simple"}, links: []string{filepath.Join(home, ".config/pip/wheels")}, none: true}},
		"variables over files": {env: []string{"HOME=" + home, "PIP_CONFIG_FILE=", "UV_INDEX_URL=https://a/", "PIP_INDEX_URL=https://b/", "PIP_EXTRA_INDEX_URL=https://c/", "UV_NO_CONFIG=1"}, dir: t.TempDir(),
			uv:  indexes{primary: "https://a/"},
			pip: indexes{primary: "https://b/", extra: []string{"https://c/"}, links: []string{filepath.Join(home, ".config/pip/wheels")}, none: true}},
		"project": {env: []string{noFile, "UV_INDEX_PRIVATE_ONE_USERNAME=token"}, dir: filepath.Join(project, "sub"),
			uv: indexes{primary: "https://default/simple", extra: []string{"https://token:@named/simple"}, links: []string{filepath.Join(project, "links")}}},
		"pyproject": {env: []string{noFile}, dir: filepath.Join(project, "poetry"),
			uv: indexes{primary: "https://tool/simple", extra: []string{"https://named/simple"}, links: []string{filepath.Join(project, "links")}, none: true}},
		"file that is named": {env: []string{noFile, "UV_CONFIG_FILE=" + filepath.Join(home, ".config/uv/uv.toml")}, dir: project,
			uv: indexes{primary: "https://uv-home/simple", extra: []string{"https://uv-home-extra/simple"}}},
		"broken":     {env: []string{noFile}, dir: filepath.Join(project, "broken"), fail: "configuration of uv"},
		"broken pip": {env: []string{"PIP_CONFIG_FILE=" + filepath.Join(project, "brokenpip/pip.conf")}, dir: t.TempDir(), fail: "configuration of pip"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newResolver(t, c.env...)
			a, err := r.configured(c.dir)
			if c.fail != "" {
				if err == nil || !strings.Contains(err.Error(), c.fail) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fmt.Sprintf("%+v\n%+v", c.uv, c.pip), fmt.Sprintf("%+v\n%+v", a.uv, a.pip)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Where uv has no index, that of pip counts: for pinned packages and for uv.
func TestConfiguredIndexIsAsked(t *testing.T) {
	x := newIndex(t)
	x.add(t, wheelA)
	x.login = "user:secret"
	for name, env := range map[string]string{
		"uv":  "UV_DEFAULT_INDEX=" + x.simple(),
		"pip": "PIP_INDEX_URL=" + x.simple(),
	} {
		r := newResolver(t, env)
		l, err := r.Resolve(t.Context(), Input{Packages: []string{"a==1.0"}}, bookworm)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ds, err := l.Select(bookworm)
		if err != nil {
			t.Fatal(err)
		}
		r.Cache = t.TempDir() // fetching has to log in as well
		if _, err := r.FetchAll(t.Context(), ds); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A lock names the host, the configuration has the login.
	dir := write(t, "pylock.toml", "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\nversion = '1.0'\nwheels = [{url = '"+x.URL+"/files/"+wheelA+"', hashes = {sha256 = '"+sumOf(x.files[wheelA].data)+"'}}]\n")
	r := newResolver(t, "UV_DEFAULT_INDEX="+x.simple())
	l, err := r.Resolve(t.Context(), Input{Requirements: filepath.Join(dir, "pylock.toml")}, bookworm)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := l.Select(bookworm)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.FetchAll(t.Context(), ds); err != nil {
		t.Error(err)
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"get https://user:pw@h/x?y failed":          "get https://***@h/x?*** failed",
		"https://h/a?token=s3cret#egg=x":            "https://h/a?***#egg=x",
		`get "https://h/?a=1&b=2": no`:              `get "https://h/?***": no`,
		"what? https://h/ why?":                     "what? https://h/ why?",
		"https://token@h and http://a:b@c":          "https://***@h and http://***@c",
		"git+ssh://git@h/r":                         "git+ssh://***@h/r",
		"https://h/a@b":                             "https://h/a@b",
		"https://u:p@ss@h/":                         "https://***@h/",
		"name @ https://h/x":                        "name @ https://h/x",
		"error (http://u:p@127.0.0.1:1/simple/) ok": "error (http://***@127.0.0.1:1/simple/) ok",
	} {
		if got := Redact(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
