package iam

import (
	"context"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
)

// rewrapBatch is how many secrets are read, and written, at a time.
const rewrapBatch = 100

// sealedColumn is a column of sealed secrets.
type sealedColumn struct {
	kind, table, column string
	purpose             func(id string) string
}

// sealedColumns are all that this engine seals at rest.
func sealedColumns() []sealedColumn {
	return []sealedColumn{
		{"the secret of access key", "iam_access_key", "secret", purposeKey},
		{"signing key", "iam_signing_key", "private", purposeSigningKey},
	}
}

// storedSecret is a sealed secret in the database.
type storedSecret struct {
	id     string // of the row
	sealed []byte
}

func scanSecret(s meta.Scanner) (v storedSecret, err error) {
	err = s.Scan(&v.id, &v.sealed)
	return v, err
}

// after returns the next batch of stored secrets, by id.
func (c *sealedColumn) after(ctx context.Context, db *meta.DB, id string) (batch []storedSecret, err error) {
	err = db.Read(ctx, func(tx *meta.Tx) (err error) {
		batch, err = meta.All(tx, scanSecret, `SELECT id, `+c.column+` FROM `+c.table+` WHERE id > $1 ORDER BY id LIMIT $2`, id, rewrapBatch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read stored secrets: %w", err)
	}
	return batch, nil
}

// SealedWith counts the stored secrets by the key they are sealed with.
func (m *IAM) SealedWith(ctx context.Context) (map[string]int, error) {
	count := map[string]int{}
	for _, c := range sealedColumns() {
		for after := ""; ; {
			batch, err := c.after(ctx, m.db, after)
			if err != nil {
				return count, err
			}
			if len(batch) == 0 {
				break
			}
			for _, s := range batch {
				count[seal.KeyOf(s.sealed)]++
			}
			after = batch[len(batch)-1].id
		}
	}
	return count, nil
}

// Rewrap seals the stored secrets with the key that seals now, in small transactions, while others use them, and returns
// how many it has changed. It may be broken off at any time, and begun again. A secret that cannot be opened stays as it is
// and is part of the error.
func (m *IAM) Rewrap(ctx context.Context) (changed int, err error) {
	var failed []error
	for _, c := range sealedColumns() {
		for after := ""; ; {
			last, n, bad, err := m.rewrap(ctx, &c, after)
			changed += n
			if failed = append(failed, bad...); err != nil {
				return changed, err
			}
			if last == "" {
				break
			}
			after = last
		}
	}
	if n := len(failed); n > maxReported {
		failed = append(failed[:maxReported], fmt.Errorf("and %d others", n-maxReported))
	}
	return changed, errors.Join(failed...)
}

// maxReported is how many secrets that cannot be opened an error names.
const maxReported = 5

// rewrap does one batch and returns the id of its last secret, or "" when there is none left, and what could not be opened.
func (m *IAM) rewrap(ctx context.Context, c *sealedColumn, after string) (last string, changed int, failed []error, err error) {
	batch, err := c.after(ctx, m.db, after)
	if err != nil || len(batch) == 0 {
		return "", 0, nil, err
	}
	now := m.box.Keys()[0].ID
	type change struct {
		storedSecret
		anew []byte
	}
	var changes []change
	for _, s := range batch {
		if seal.KeyOf(s.sealed) == now {
			continue
		}
		plain, err := m.box.Open(c.purpose(s.id), s.sealed)
		if err != nil {
			failed = append(failed, fmt.Errorf("open %s %s, sealed with key %s: %w", c.kind, s.id, seal.KeyOf(s.sealed), err))
			continue
		}
		changes = append(changes, change{s, m.box.Seal(c.purpose(s.id), plain)})
	}
	if len(changes) > 0 {
		err = m.db.Write(ctx, func(tx *meta.Tx) error {
			changed = 0
			for _, v := range changes {
				n, err := tx.Exec(`UPDATE `+c.table+` SET `+c.column+` = $1 WHERE id = $2 AND `+c.column+` = $3`, v.anew, v.id, v.sealed)
				if err != nil {
					return err
				}
				changed += int(n)
			}
			return nil
		})
		if err != nil {
			return "", 0, failed, fmt.Errorf("write sealed secrets: %w", err)
		}
	}
	return batch[len(batch)-1].id, changed, failed, nil
}
