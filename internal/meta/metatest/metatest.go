// Package metatest runs a test on every database that Pratique supports.
package metatest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/need"
)

// Each runs f as a subtest on a fresh SQLite database, and as one that needs
// PostgreSQL on a fresh schema.
func Each(t *testing.T, f func(t *testing.T, db *meta.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, Open(t, SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { f(t, Open(t, Postgres(t))) })
}

// Open opens the database at url and closes it with the test.
func Open(t testing.TB, url string) *meta.DB {
	t.Helper()
	db, err := meta.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// SQLite returns the URL of a SQLite database that goes with the test.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "meta.db")
}

// Postgres makes an empty schema on the server of [need.Postgres], which goes
// with the test, and returns a URL that selects it.
func Postgres(t testing.TB) string {
	t.Helper()
	server, ctx := need.Postgres(t), context.Background()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("PRATIQUE_TEST_POSTGRES: %v", err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(ctx, `CREATE SCHEMA `+schema); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		_, err := admin.ExecContext(ctx, `DROP SCHEMA `+schema+` CASCADE`)
		if err != nil {
			t.Errorf("drop schema: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
