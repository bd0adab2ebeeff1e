// Package blackbox runs the built pratique binary as its users do: a process
// with a data directory, a port and a log, and stock clients beside it.
package blackbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
)

// What Main hands to the test process it starts, and a user may set to test a
// binary built elsewhere.
const (
	envBinary = "PRATIQUE_TEST_BINARY" // path of the binary under test
	envNames  = "PRATIQUE_TEST_NAMES"  // "yes" when Names resolve to loopback, else why they do not
)

// publicHost is the name of the public registries, without its port.
const publicHost = "public.localhost"

// Names are the registry hosts that resolve to 127.0.0.1 for a test and for
// all it starts, where Main could arrange it.
func Names() []string {
	var names []string
	for _, domain := range []string{"localhost", "amazonaws.com"} {
		for _, account := range []string{Plane, Owner} {
			for _, region := range []string{Region, Elsewhere} {
				names = append(names, account+".dkr.ecr."+region+"."+domain)
			}
		}
	}
	return append(names, publicHost)
}

// Main is the TestMain of a package of black-box tests. It builds the binary,
// with the race detector if the tests have it, and runs the tests in mount and
// process namespaces of their own: the machine's host file stays as it is, and
// no daemon outlives a test that broke off.
func Main(m *testing.M) {
	if os.Getenv(envNames) != "" {
		os.Exit(m.Run())
	}
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "blackbox:", err)
		code = 1
	}
	os.Exit(code)
}

func run() (code int, err error) {
	dir, err := os.MkdirTemp("", "pratique-test-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)

	binary := os.Getenv(envBinary)
	if binary == "" {
		binary = filepath.Join(dir, "pratique")
		if err := build(binary); err != nil {
			return 0, err
		}
	}
	hosts := filepath.Join(dir, "hosts")
	line := "127.0.0.1 localhost " + strings.Join(Names(), " ") + "\n"
	if err := os.WriteFile(hosts, []byte(line), 0o644); err != nil {
		return 0, err
	}

	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	// The shell stays: as the first process of its namespace it reaps.
	const enter = `mount --bind "$1" /etc/hosts && shift && { "$@"; exit $?; }`
	args := []string{"--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"}
	if os.Getuid() != 0 {
		args = append(args, "--user", "--map-root-user")
	}
	names := "yes"
	if out, err := exec.Command("unshare", slices.Concat(args, []string{"sh", "-c", enter, "sh", hosts, "true"})...).CombinedOutput(); err != nil {
		names = fmt.Sprintf("registry names do not resolve: cannot unshare: %v %s", err, out)
	}
	command := slices.Concat([]string{self}, os.Args[1:])
	if names == "yes" {
		command = slices.Concat([]string{"unshare"}, args, []string{"sh", "-c", enter, "sh", hosts}, command)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), envBinary+"="+binary, envNames+"="+names)
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

func build(binary string) error {
	args := []string{"build", "-o", binary}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				args = append(args, "-race")
			}
		}
	}
	out, err := exec.Command("go", append(args, "github.com/pratique-dev/pratique/cmd/pratique")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build cmd/pratique: %w\n%s", err, out)
	}
	return nil
}

// NeedNames needs Names to resolve.
func NeedNames(t testing.TB) {
	t.Helper()
	if names := os.Getenv(envNames); names != "yes" {
		need.Missing(t, names)
	}
}

// NeedRoot needs the test to be root of the machine, as daemons that mount are;
// Main makes everyone root of a user namespace, which does not do for them.
func NeedRoot(t testing.TB) {
	t.Helper()
	const all = "4294967295" // the number of users that the first namespace maps
	if m, err := os.ReadFile("/proc/self/uid_map"); os.Getuid() != 0 || err != nil || !strings.Contains(string(m), all) {
		need.Missing(t, "not root")
	}
}
