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

// storedSecret is a sealed secret in the database.
type storedSecret struct {
	id     string // of the access key
	sealed []byte
}

func scanSecret(s meta.Scanner) (v storedSecret, err error) {
	return v, s.Scan(&v.id, &v.sealed)
}

// secretsAfter returns the next batch of stored secrets, by id. Secrets of access keys are all that is sealed at rest.
func (m *IAM) secretsAfter(ctx context.Context, id string) (batch []storedSecret, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		batch, err = meta.All(tx, scanSecret, `SELECT id, secret FROM iam_access_key WHERE id > $1 ORDER BY id LIMIT $2`, id, rewrapBatch)
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
	for after := ""; ; {
		batch, err := m.secretsAfter(ctx, after)
		if err != nil || len(batch) == 0 {
			return count, err
		}
		for _, s := range batch {
			count[seal.KeyOf(s.sealed)]++
		}
		after = batch[len(batch)-1].id
	}
}

// Rewrap seals the stored secrets with the key that seals now, in small transactions, while others use them, and returns
// how many it has changed. It may be broken off at any time, and begun again. A secret that cannot be opened stays as it is
// and is part of the error.
func (m *IAM) Rewrap(ctx context.Context) (changed int, err error) {
	var failed []error
	for after := ""; ; {
		last, n, bad, err := m.rewrap(ctx, after)
		changed += n
		if failed = append(failed, bad...); err != nil {
			return changed, err
		}
		if last == "" {
			break
		}
		after = last
	}
	if n := len(failed); n > maxReported {
		failed = append(failed[:maxReported], fmt.Errorf("and %d others", n-maxReported))
	}
	return changed, errors.Join(failed...)
}

// maxReported is how many secrets that cannot be opened an error names.
const maxReported = 5

// rewrap does one batch and returns the id of its last secret, or "" when there is none left, and what could not be opened.
func (m *IAM) rewrap(ctx context.Context, after string) (last string, changed int, failed []error, err error) {
	batch, err := m.secretsAfter(ctx, after)
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
		plain, err := m.box.Open(purposeKey(s.id), s.sealed)
		if err != nil {
			failed = append(failed, fmt.Errorf("open the secret of access key %s, sealed with key %s: %w", s.id, seal.KeyOf(s.sealed), err))
			continue
		}
		changes = append(changes, change{s, m.box.Seal(purposeKey(s.id), plain)})
	}
	if len(changes) > 0 {
		err = m.db.Write(ctx, func(tx *meta.Tx) error {
			changed = 0
			for _, c := range changes {
				n, err := tx.Exec(`UPDATE iam_access_key SET secret = $1 WHERE id = $2 AND secret = $3`, c.anew, c.id, c.sealed)
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
