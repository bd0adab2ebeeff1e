package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// The audits look through everything, a part in each collection, and mark what
// should be marked and is not, because it is from before there were marks, or
// was left by a program that was interrupted.

// auditLayers marks layers that no image names.
func (c *collector) auditLayers(ctx context.Context) error {
	err := c.audit(ctx, "layer_cursor", func(ctx context.Context, cursor string) (string, error) {
		var after [4]string
		if cursor != "" {
			if err := json.Unmarshal([]byte(cursor), &after); err != nil {
				return "", err
			}
		}
		type row struct {
			key      [4]string
			unmarked bool
		}
		var rows []row
		err := c.db.Read(ctx, func(tx *meta.Tx) (err error) {
			rows, err = meta.All(tx, func(s meta.Scanner) (l row, err error) {
				err = s.Scan(&l.key[0], &l.key[1], &l.key[2], &l.key[3], &l.unmarked)
				return l, err
			}, `SELECT account, region, repository, digest, unused_since IS NULL AND NOT `+named+` FROM layer
				WHERE (account, region, repository, digest) > ($1, $2, $3, $4) ORDER BY account, region, repository, digest LIMIT $5`,
				after[0], after[1], after[2], after[3], auditBatch)
			return err
		})
		if err != nil || len(rows) == 0 {
			return "", err
		}
		last := rows[len(rows)-1].key
		rows = slices.DeleteFunc(rows, func(l row) bool { return !l.unmarked })
		for part := range slices.Chunk(rows, garbageBatch) {
			err := c.db.Write(ctx, func(tx *meta.Tx) error {
				for _, l := range part {
					_, err := tx.Exec(`UPDATE layer SET unused_since = $1 WHERE account = $2 AND region = $3 AND repository = $4 AND digest = $5
						AND unused_since IS NULL AND NOT `+named, micros(c.now), l.key[0], l.key[1], l.key[2], l.key[3])
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return "", err
			}
		}
		text, err := json.Marshal(last)
		return string(text), err
	})
	if err != nil {
		return fmt.Errorf("look through layers: %w", err)
	}
	return nil
}

// auditBlobs marks blobs that no repository has.
func (c *collector) auditBlobs(ctx context.Context) error {
	err := c.audit(ctx, "blob_cursor", func(ctx context.Context, cursor string) (string, error) {
		type row struct {
			digest   digest.Digest
			unmarked bool
		}
		var rows []row
		err := c.db.Read(ctx, func(tx *meta.Tx) (err error) {
			rows, err = meta.All(tx, func(s meta.Scanner) (b row, err error) {
				err = s.Scan(&b.digest, &b.unmarked)
				return b, err
			}, `SELECT digest, condemned_at IS NULL AND NOT EXISTS (SELECT 1 FROM layer l WHERE l.digest = blob.digest) FROM blob
				WHERE digest > $1 ORDER BY digest LIMIT $2`, cursor, auditBatch)
			return err
		})
		if err != nil || len(rows) == 0 {
			return "", err
		}
		var unmarked []digest.Digest
		for _, b := range rows {
			if b.unmarked {
				unmarked = append(unmarked, b.digest)
			}
		}
		for part := range slices.Chunk(unmarked, garbageBatch) {
			if err := c.db.Write(ctx, func(tx *meta.Tx) error { return condemn(tx, part, micros(c.now)) }); err != nil {
				return "", err
			}
		}
		return rows[len(rows)-1].digest.String(), nil
	})
	if err != nil {
		return fmt.Errorf("look through blobs: %w", err)
	}
	return nil
}

// auditFiles makes garbage of bytes that no row knows. As long as the upload
// that they came by has a row they may still become a blob; without it they
// never can. They stay for a grace even so, for the day when the server is
// started with the wrong database.
func (c *collector) auditFiles(ctx context.Context) error {
	err := c.audit(ctx, "file_cursor", func(ctx context.Context, cursor string) (string, error) {
		var after blob.Name
		if cursor != "" {
			if err := json.Unmarshal([]byte(cursor), &after); err != nil {
				return "", err
			}
		}
		var files []blob.Info
		for f, err := range c.blobs.List(ctx, after) {
			if err != nil {
				return "", err
			}
			if files = append(files, f); len(files) == auditBatch {
				break
			}
		}
		if len(files) == 0 {
			return "", nil
		}
		last := files[len(files)-1].Name
		for part := range slices.Chunk(files, garbageBatch) {
			if err := c.findStrays(ctx, part); err != nil {
				return "", err
			}
		}
		text, err := json.Marshal(last)
		return string(text), err
	})
	if err != nil {
		return fmt.Errorf("look through files: %w", err)
	}
	return nil
}

// findStrays makes garbage of those of files that no row knows.
func (c *collector) findStrays(ctx context.Context, files []blob.Info) error {
	known := func(tx *meta.Tx, f blob.Info) (bool, error) {
		return exists(tx, `SELECT 1 FROM blob WHERE digest = $1 AND upload = $2 UNION ALL SELECT 1 FROM upload WHERE id = $2
			UNION ALL SELECT 1 FROM garbage WHERE digest = $1 AND upload = $2 LIMIT 1`, f.Name.Digest.String(), f.Name.Upload)
	}
	var strays []blob.Info
	err := c.db.Read(ctx, func(tx *meta.Tx) error {
		strays = nil
		for _, f := range files {
			ok, err := known(tx, f)
			if err != nil {
				return err
			}
			if !ok {
				strays = append(strays, f)
			}
		}
		return nil
	})
	if err != nil || len(strays) == 0 {
		return err
	}
	return c.db.Write(ctx, func(tx *meta.Tx) error {
		for _, f := range strays {
			_, err := tx.Exec(`INSERT INTO garbage (digest, upload, size, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
				f.Name.Digest.String(), f.Name.Upload, f.Size, micros(c.now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// uploadKnown is the condition that a blob or an upload has the bytes that are
// stored under an upload's id, which is a SQL expression.
func uploadKnown(id string) string {
	return `(EXISTS (SELECT 1 FROM blob b WHERE b.upload = ` + id + ` AND b.content IS NULL) OR EXISTS (SELECT 1 FROM upload u WHERE u.id = ` + id + `))`
}

// auditStrays makes garbage of bytes that the blob store has, that are not even a
// blob there, and that no row knows: they are of an upload that the database
// has forgotten, because it is an older one. They can never become a blob, and
// stay for a grace, for the reasons that auditFiles has.
func (c *collector) auditStrays(ctx context.Context) error {
	store, ok := c.blobs.(blob.Sweeper)
	if !ok {
		return nil
	}
	err := c.audit(ctx, "stray_cursor", func(ctx context.Context, cursor string) (string, error) {
		strays, next, err := store.Strays(ctx, cursor, auditBatch, c.knownUploads)
		if err != nil {
			return "", err
		}
		for part := range slices.Chunk(strays, garbageBatch) {
			err := c.db.Write(ctx, func(tx *meta.Tx) error {
				for _, s := range part {
					_, err := tx.Exec(`INSERT INTO garbage (digest, upload, size, since) VALUES ('', $1, $2, $3) ON CONFLICT DO NOTHING`, s.Upload, s.Size, micros(c.now))
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return "", err
			}
		}
		return next, nil
	})
	if err != nil {
		return fmt.Errorf("look through stored bytes: %w", err)
	}
	return nil
}

// knownUploads is a blob.KnownUploads: of those it knows blobs, uploads and garbage.
func (c *collector) knownUploads(ctx context.Context, ids []string) (map[string]bool, error) {
	known := make(map[string]bool, len(ids))
	for part := range slices.Chunk(ids, garbageBatch) { // so that it reads few pages at a time, and conflicts with few
		err := c.db.Read(ctx, func(tx *meta.Tx) error {
			for _, id := range part {
				ok, err := exists(tx, `SELECT 1 WHERE `+uploadKnown("$1")+` OR EXISTS (SELECT 1 FROM garbage g WHERE g.upload = $1)`, id)
				if err != nil {
					return err
				}
				known[id] = ok
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// audit calls look, which looks at what follows a cursor and returns the next
// one, until it has looked at as much as a collection should, or has come to
// the end, where it returns "".
func (c *collector) audit(ctx context.Context, column string, look func(ctx context.Context, cursor string) (string, error)) error {
	var cursor string
	err := c.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT ` + column + ` FROM collection WHERE id = 1`).Scan(&cursor)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	began := cursor
	for range auditRows / auditBatch {
		if cursor, err = look(ctx, cursor); err != nil {
			return err
		}
		c.progress(ctx)
		if cursor == "" {
			break
		}
	}
	if cursor == began {
		return nil
	}
	return c.db.Write(ctx, func(tx *meta.Tx) error {
		if err := startCollection(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE collection SET `+column+` = $1 WHERE id = 1`, cursor)
		return err
	})
}
