package dockercfg

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if _, err := Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	const text = `{
		"auths": {"https://` + host + `/v1/": {"auth": "QVdTOnNlY3JldA=="}, "plain": {"username": "u", "password": "p:q"}, "bad": {"auth": "x"}, "empty": {}},
		"credHelpers": {"third": "x"}, "credsStore": "desktop"}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]Credentials{host: {"AWS", "secret"}, "plain": {"u", "p:q"}, "empty": {}, "none": {}} {
		got, ok, err := f.Login(host)
		if err != nil || got != want || ok != (want != Credentials{}) {
			t.Errorf("login for %s: %v, %t, %v", host, got, ok, err)
		}
	}
	if _, ok, err := f.Login("bad"); !ok || err == nil {
		t.Errorf("bad login: %t, %v", ok, err)
	}
	if f.Helper("third") != "x" || f.Helper("other") != "desktop" {
		t.Error("wrong helper")
	}
	if d := cmp.Diff([]string{host, "bad", "empty", "plain", "third"}, f.Hosts()); d != "" {
		t.Error(d)
	}
}

func TestHelper(t *testing.T) {
	dir := t.TempDir()
	script := `#!/bin/sh
read -r server
case "$1 $server" in
"get good") echo '{"ServerURL":"good","Username":"AWS","Secret":"s3cret"}' ;;
"get none") echo 'credentials not found in native keychain'; exit 1 ;;
"get odd") echo 's3cret' ;;
"list ") echo '{"https://one/v1/":"AWS","two":"AWS"}' ;;
*) echo 'no such account' >&2; exit 2 ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-test"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	if _, err := FindHelper("absent", dir); err == nil || !strings.Contains(err.Error(), "not in PATH") {
		t.Errorf("absent: %v", err)
	}
	if _, err := FindHelper("../test", dir); err == nil {
		t.Error("a path was taken for a helper")
	}
	p, err := FindHelper("test", "/nonexistent:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := p.Get(t.Context(), "good"); err != nil || c != (Credentials{"AWS", "s3cret"}) {
		t.Errorf("good: %v, %v", c, err)
	}
	if _, err := p.Get(t.Context(), "none"); !errors.Is(err, ErrNoCredentials) {
		t.Errorf("none: %v", err)
	}
	if _, err := p.Get(t.Context(), "odd"); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("odd: %v", err)
	}
	if _, err := p.Get(t.Context(), "bad"); err == nil || !strings.Contains(err.Error(), "no such account") {
		t.Errorf("bad: %v", err)
	}
	if hosts, err := p.Hosts(t.Context()); err != nil || !cmp.Equal(hosts, []string{"one", "two"}) {
		t.Errorf("hosts: %v, %v", hosts, err)
	}
}
