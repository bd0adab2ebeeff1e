package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The command line of pg_dump, which every user of the machine can read, has no
// password, wherever the URL had it.
func TestDumpPostgresPassword(t *testing.T) {
	bin := t.TempDir()
	program := `#!/bin/sh
for a; do case $a in --file=*) file=${a#--file=} ;; esac; done
printf '%s\n' "password $PGPASSWORD" "$@" >"$file"
`
	if err := os.WriteFile(filepath.Join(bin, "pg_dump"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	for url, want := range map[string]string{
		"postgres://u:secret@db:5433/p?sslmode=disable":             "postgres://u@db:5433/p?sslmode=disable",
		"postgres://u@db/p?password=secret&sslmode=disable":         "postgres://u@db/p?sslmode=disable",
		"postgres:///p?host=%2Frun%2Fpg&password=secret&user=u":     "postgres:///p?host=%2Frun%2Fpg&user=u",
		"postgres://u:other@db/p?password=secret&connect_timeout=3": "postgres://u@db/p?connect_timeout=3", // as pgx has it
	} {
		file := filepath.Join(t.TempDir(), "dump")
		if err := dumpPostgres(t.Context(), url, file); err != nil {
			t.Fatal(err)
		}
		said, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		password, args, _ := strings.Cut(string(said), "\n")
		if password != "password secret" || strings.Contains(args, "secret") || strings.Contains(args, "other") || !strings.Contains(args, "--dbname="+want+"\n") {
			t.Errorf("%s: pg_dump has %q, and the arguments\n%s", url, password, args)
		}
	}
	file := filepath.Join(t.TempDir(), "dump")
	if err := dumpPostgres(t.Context(), "postgres://u@db/p?sslpassword=secret", file); err == nil || strings.Contains(err.Error(), "=secret") {
		t.Errorf("sslpassword: %v", err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("it left a file: %v", err)
	}
}
