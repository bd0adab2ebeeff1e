package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pratique-dev/pratique/internal/doctor"
)

// TestMain lets the tests run this program as a command of its own, and lets
// the demo put a copy of itself into an image that then runs as pratique.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pratique": main})
}

// runner runs command lines in process.
type runner struct {
	t     *testing.T
	env   map[string]string
	files awsFiles
	stdin string
	// machine changes what doctor sees, if set.
	machine func(*doctor.Machine)
}

type result struct {
	code           int
	stdout, stderr string
}

func (r runner) run(args ...string) result {
	r.t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		stdin: strings.NewReader(r.stdin), stdout: &stdout, stderr: &stderr,
		now: time.Now, getenv: func(k string) string { return r.env[k] }, awsFiles: r.files, machine: r.machine,
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Minute)
	defer cancel()
	code := a.run(ctx, args)
	return result{code, stdout.String(), stderr.String()}
}

// ok runs a command line that must succeed.
func (r runner) ok(args ...string) string {
	r.t.Helper()
	got := r.run(args...)
	if got.code != 0 {
		r.t.Fatalf("pratique %s: status %d\n%s%s", strings.Join(args, " "), got.code, got.stdout, got.stderr)
	}
	return got.stdout
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in:\n%s", p, text)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
