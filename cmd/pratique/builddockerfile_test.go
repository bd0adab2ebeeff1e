package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeBuildah keeps what it is called with beside itself, and prints secrets.
const fakeBuildah = `#!/bin/sh
dir=$(dirname "$0")
case "$1" in --version) echo "buildah version 1.28.2"; exit;; esac
printf '%s\n' "$@" > "$dir/argv-$1"
cat "$REGISTRY_AUTH_FILE" > "$dir/auth"
while [ $# -gt 0 ]; do
	case "$1" in
	--secret) echo "secret: $(cat "${2#*src=}")"; cat "${2#*src=}" >> "$dir/secrets";;
	--iidfile) echo sha256:2222 > "$2";;
	--digestfile) echo sha256:1111111111111111111111111111111111111111111111111111111111111111 > "$2";;
	esac
	shift
done
[ ! -e "$dir/fail" ] || { echo "no such stage"; exit 1; }
`

func TestBuildDockerfile(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	for _, d := range []string{"bin", "docker", "app"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(bin, "buildah"), fakeBuildah)
	if err := os.Chmod(filepath.Join(bin, "buildah"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "docker", "config.json"), `{"auths":{"base.example.com":{"auth":"dTpiYXNlLXBhc3N3b3Jk"},"other.example.com":{"auth":"dTpvdGhlcg=="}}}`)
	write(t, filepath.Join(dir, "app", "Dockerfile"), "ARG BASE=base.example.com/python:3\nFROM $BASE AS first\nFROM first\n")
	write(t, filepath.Join(dir, "token"), "file-secret\n")
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	t.Setenv("DOCKER_CONFIG", filepath.Join(dir, "docker"))
	t.Setenv("BUILDKIT_HOST", "")
	t.Setenv("TMPDIR", t.TempDir())
	r := runner{t: t, env: map[string]string{"TOKEN": "env-secret", "FROM_ENV": "x y", "XDG_CACHE_HOME": dir}}
	read := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(bin, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}

	const image = "registry.example.com/team/app:v1"
	args := []string{"build", "--dockerfile", filepath.Join(dir, "app", "Dockerfile"), "--tag", image, "--builder", "buildah"}
	got := r.run(append(args, "--build-arg", "A=1=2", "--build-arg", "FROM_ENV", "--secret", "id=one,src="+filepath.Join(dir, "token"), "--secret", "id=two,env=TOKEN",
		"--target", "first", "--platform", "linux/amd64", "--no-cache", "--network", "none", "--progress", "plain", "--output", "json")...)
	if got.code != 0 {
		t.Fatalf("status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	var built dockerfileBuilt
	if err := json.Unmarshal([]byte(got.stdout), &built); err != nil {
		t.Fatalf("%v: %s", err, got.stdout)
	}
	const digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	want := dockerfileBuilt{Image: image, Reference: "registry.example.com/team/app@" + digest, Digest: digest, Platforms: []string{"linux/amd64"}, Executor: "buildah"}
	if d := cmp.Diff(want, built); d != "" {
		t.Errorf("built (-want +got):\n%s", d)
	}
	argv := strings.Split(strings.TrimSpace(read("argv-build")), "\n")
	for i, a := range argv {
		if strings.Contains(a, ",src=") {
			argv[i], _, _ = strings.Cut(a, ",src=")
		}
		if strings.HasSuffix(a, "/image") {
			argv[i] = "FILE"
		}
	}
	if d := cmp.Diff([]string{"build", "--file", filepath.Join(dir, "app", "Dockerfile"), "--build-arg", "A=1=2", "--build-arg", "FROM_ENV=x y", "--target", "first", "--network", "none",
		"--no-cache", "--secret", "id=one", "--secret", "id=two", "--platform", "linux/amd64", "--iidfile", "FILE", filepath.Join(dir, "app")}, argv); d != "" {
		t.Errorf("arguments (-want +got):\n%s", d)
	}
	if s := read("secrets"); s != "file-secret\nenv-secret" {
		t.Errorf("secrets %q", s)
	}
	if a := read("auth"); a != `{"auths":{"base.example.com":{"auth":"dTpiYXNlLXBhc3N3b3Jk"}}}` {
		t.Errorf("credentials %s", a)
	}
	for _, secret := range []string{"file-secret", "env-secret"} {
		if strings.Contains(got.stderr, secret) {
			t.Errorf("%s is shown: %s", secret, got.stderr)
		}
	}

	write(t, filepath.Join(bin, "fail"), "")
	got = r.run(args...)
	if got.code != 1 || !strings.Contains(got.stderr, "build "+image+": buildah build: exit status 1\n  no such stage") {
		t.Errorf("status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	for want, more := range map[string][]string{
		"--tag":                                  {"--tag", "v1"},
		"did you mean us-east-1?":                {"--tag", "222222222222.dkr.ecr.us-eas-1.amazonaws.com/app:v1"},
		"one directory":                          {dir, "--context", dir},
		"is not a directory":                     {filepath.Join(dir, "token")},
		"--plan":                                 {"--plan"},
		"--builder layers":                       {"--builder", "layers"},
		"the environment has no ABSENT":          {"--secret", "id=x,env=ABSENT"},
		`"id=x" is not id=ID with src=FILE`:      {"--secret", "id=x"},
		`"file-secret" is not id, src or env`:    {"--secret", "id=x,file-secret"},
		`--network "bridge" is not host or none`: {"--network", "bridge"},
		`--build-arg "=x" names no argument`:     {"--build-arg", "=x"},
	} {
		if got := r.run(append(args, more...)...); got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%q: status %d, %s%s; want %q", more, got.code, got.stdout, got.stderr, want)
		}
	}
	if got := r.run("build"); got.code != 1 || !strings.Contains(got.stderr, "--dockerfile") {
		t.Errorf("status %d, %s", got.code, got.stderr)
	}
}
