// Package need is how a test says that it cannot do without something that the
// machine may lack: a program, a database, being root. It skips where that is
// missing, and fails where PRATIQUE_TEST_TOOLS is "required", as in CI, where
// nothing may be left out. No test skips in another way.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// Tools needs programs to be installed.
func Tools(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			Missing(t, program+" is not installed")
		}
	}
}

// Postgres needs a PostgreSQL server on which tests may make schemas, and
// returns its URL: the value of PRATIQUE_TEST_POSTGRES.
func Postgres(t testing.TB) (url string) {
	t.Helper()
	url = os.Getenv("PRATIQUE_TEST_POSTGRES")
	if url == "" {
		Missing(t, "PRATIQUE_TEST_POSTGRES is not set")
	}
	return url
}

// Missing ends a test that has found what it needs missing; what is a sentence
// without its full stop.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("PRATIQUE_TEST_TOOLS") == "required" {
		t.Fatalf("PRATIQUE_TEST_TOOLS=required: %s", what)
	}
	t.Skip(what)
}
