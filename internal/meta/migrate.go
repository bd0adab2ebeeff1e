package meta

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// migration is one numbered schema file.
type migration struct {
	name, text, checksum string
}

// migrations returns the schema files in the order of their numbers.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "schema/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var ms []migration
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		ms = append(ms, migration{path.Base(n), string(b), hex.EncodeToString(sum[:])})
	}
	return ms, nil
}

// migrate applies the schema files that the database has not seen. They only
// go forward, each in its own transaction, under a lock that lets one process
// at a time do it. A file that changed after it was applied is an error.
func (db *DB) migrate(ctx context.Context) error {
	ms, err := migrations(schemaFiles)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	err = db.Write(ctx, func(tx *Tx) error {
		if err := db.lockMigrations(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)`)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, m := range ms {
		if err := db.Write(ctx, func(tx *Tx) error { return db.apply(tx, m) }); err != nil {
			return fmt.Errorf("migrate: %s: %w", m.name, err)
		}
	}
	return nil
}

func (db *DB) apply(tx *Tx, m migration) error {
	if err := db.lockMigrations(tx); err != nil {
		return err
	}
	var have string
	err := tx.QueryRow(`SELECT checksum FROM schema_migration WHERE name = $1`, m.name).Scan(&have)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	switch {
	case err != nil:
		return err
	case have == m.checksum:
		return nil
	case have != "":
		return fmt.Errorf("was applied with checksum %.12s, this program has %.12s: schema files never change once released", have, m.checksum)
	}
	for _, stmt := range statements(m.text) {
		if _, err := tx.Exec(stmt); err != nil {
			return fmt.Errorf("%w in: %s", err, stmt)
		}
	}
	_, err = tx.Exec(`INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)`, m.name, m.checksum)
	return err
}

// statements splits a schema file at semicolons that end a line and drops
// comment lines; schema files hold no string with either.
func statements(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			lines = append(lines, line)
		}
	}
	var out []string
	for s := range strings.SplitSeq(strings.Join(lines, ""), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
