package buildexec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
)

// Secrets of the tests, which must not be where they do not belong.
const (
	user     = "AWS"
	password = "registry-password-0123456789"
	encoded  = "QVdTOnJlZ2lzdHJ5LXBhc3N3b3JkLTAxMjM0NTY3ODk=" // of both
	token    = "index-token-abcdef"
)

const (
	host   = "222222222222.dkr.ecr.us-east-1.example.com"
	other  = "333333333333.dkr.ecr.us-east-1.example.com"
	digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
)

// tool is a script in place of a program. It keeps what it was called with in
// $RECORD, and prints what programs should not print.
const tool = `#!/bin/sh
n=$(ls "$RECORD" | grep -c '^argv')
printf '%s\n' "$0" "$@" > "$RECORD/argv$n"
env > "$RECORD/env$n"
[ -z "$DOCKER_CONFIG" ] || { cp "$DOCKER_CONFIG/config.json" "$RECORD/config$n"; ls "$DOCKER_CONFIG" > "$RECORD/ls$n"; stat -c %a "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json" > "$RECORD/mode$n"; }
[ -z "$REGISTRY_AUTH_FILE" ] || { cp "$REGISTRY_AUTH_FILE" "$RECORD/config$n"; stat -c %a "$(dirname "$REGISTRY_AUTH_FILE")" "$REGISTRY_AUTH_FILE" > "$RECORD/mode$n"; }
[ -z "$CONTAINERS_REGISTRIES_CONF" ] || cp "$CONTAINERS_REGISTRIES_CONF" "$RECORD/registries$n"
case "$*" in
*--version*|*"buildx version"*) echo "tool version 1.28.2"; exit;;
"version --format"*) echo 20.10; exit $(cat "$RECORD/daemon" 2>/dev/null || echo 0);;
esac
echo "step one: ` + password + ` ` + encoded + `"
echo "fetching https://someone:else@example.com/x" >&2
while [ $# -gt 0 ]; do
	case "$1" in
	--secret) cat "${2##*src=}"; echo;;
	--iidfile) echo sha256:` + "2222222222222222222222222222222222222222222222222222222222222222" + ` > "$2";;
	--digestfile) echo "${DIGEST:-` + digest + `}" > "$2";;
	--metadata-file) echo '{"containerimage.digest":"` + digest + `"}' > "$2";;
	esac
	shift
done
case "$MODE" in
fail) i=0; while [ $i -lt 50 ]; do echo "line $i"; i=$((i+1)); done; echo "the end: ` + password + `" >&2; exit 7;;
hang) sleep 1000 & echo $! > "$RECORD/child"; echo hanging; wait;;
stubborn) trap '' TERM; sleep 1000 & echo $! > "$RECORD/child"; echo hanging; wait; wait;;
esac
`

// fakes puts scripts in place of programs, the only ones in PATH but for those
// that the scripts use, and returns the directory of their records.
func fakes(t *testing.T, programs ...string) string {
	t.Helper()
	dir, record := t.TempDir(), t.TempDir()
	for _, p := range programs {
		if err := os.WriteFile(filepath.Join(dir, p), []byte(tool), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	if len(programs) == 0 {
		t.Setenv("PATH", dir)
	}
	t.Setenv("RECORD", record)
	t.Setenv("MODE", "")
	t.Setenv("DIGEST", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	for _, name := range []string{"BUILDKIT_HOST", "DOCKER_CONFIG", "DOCKER_HOST", "BUILDX_BUILDER", "XDG_RUNTIME_DIR", "BUILDAH_LAYERS", "CONTAINERS_REGISTRIES_CONF", "REGISTRY_AUTH_FILE"} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	return record
}

// read is a record; empty if there is none.
func read(t *testing.T, record, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(record, name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

// calls are the arguments of each call, without those that only ask for a
// version.
func calls(t *testing.T, record string) [][]string {
	t.Helper()
	var all [][]string
	for i := 0; ; i++ {
		text := read(t, record, "argv"+string(rune('0'+i)))
		if text == "" {
			return all
		}
		args := strings.Split(strings.TrimSpace(text), "\n")
		args[0] = filepath.Base(args[0])
		all = append(all, args)
	}
}

// keychain has a login for each host.
type keychain map[string]authn.AuthConfig

func (k keychain) Resolve(r authn.Resource) (authn.Authenticator, error) {
	if c, ok := k[r.RegistryStr()]; ok {
		return authn.FromConfig(c), nil
	}
	return authn.Anonymous, nil
}

// empty checks that nothing is left in the directory for temporary files.
func empty(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%s is left", e.Name())
	}
}
