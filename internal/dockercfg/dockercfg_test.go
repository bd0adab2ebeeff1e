package dockercfg

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const host = "222222222222.dkr.ecr.us-east-1.localhost:5000"

func TestStoreInFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docker", "config.json")
	for range 2 {
		where, err := Store(t.Context(), path, host, "AWS", "secret")
		if err != nil || where != path {
			t.Fatalf("Store: %q, %v", where, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v; want 0600", info.Mode())
	}
	var got struct {
		Auths map[string]struct{ Auth string }
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if a := got.Auths[host].Auth; a != "QVdTOnNlY3JldA==" { // AWS:secret
		t.Errorf("auth %q", a)
	}
}

func TestStoreKeepsTheRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(`{"experimental":"enabled","auths":{"other":{"auth":"eA=="}},"credHelpers":{"third":"x"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Store(t.Context(), path, host, "AWS", "secret"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"experimental": "enabled",
		"auths":        map[string]any{"other": map[string]any{"auth": "eA=="}, host: map[string]any{"auth": "QVdTOnNlY3JldA=="}},
		"credHelpers":  map[string]any{"third": "x"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("configuration (-want +got):\n%s", d)
	}
}

func TestStoreWithHelper(t *testing.T) {
	dir := t.TempDir()
	record := filepath.Join(dir, "record")
	script := "#!/bin/sh\necho \"$1\" > " + record + "\ncat >> " + record + "\n"
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-test"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, config := range []string{`{"credsStore":"test"}`, `{"credsStore":"absent","credHelpers":{"` + host + `":"test"}}`} {
		path := filepath.Join(dir, "config.json")
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		where, err := Store(t.Context(), path, host, "AWS", "secret")
		if err != nil || where != "docker-credential-test" {
			t.Fatalf("Store: %q, %v", where, err)
		}
		got, err := os.ReadFile(record)
		if err != nil {
			t.Fatal(err)
		}
		if want := "store\n" + `{"ServerURL":"` + host + `","Username":"AWS","Secret":"secret"}`; string(got) != want {
			t.Errorf("helper was told %q; want %q", got, want)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != config {
			t.Errorf("configuration became %s, %v; want it untouched", data, err)
		}
	}
}

func TestStoreErrors(t *testing.T) {
	for config, want := range map[string]string{
		`{`:                       "read docker's configuration",
		`{"auths":[]}`:            "auths",
		`{"credHelpers":"x"}`:     "credHelpers",
		`{"credsStore":"absent"}`: "docker-credential-absent",
	} {
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Store(t.Context(), path, host, "AWS", "secret")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v; want %q", config, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error gives the password away: %v", config, err)
		}
	}
}
