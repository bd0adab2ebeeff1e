package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Collecting garbage; docs/design/0006-garbage-collection.md says why it is
// done like this.
//
// A layer that no image of its repository needs is marked with the time, which
// uploads, mounts and checks of the layer renew. When the mark is a grace old
// the layer goes from the repository, and a blob that no repository has any
// more is marked in turn. When that mark is a grace old the blob's row becomes
// a row of garbage, and then the bytes go, and then that row. Marks only say
// where to look: whatever goes is first looked at again, in the transaction in
// which it goes.

// DefaultGarbageGrace is how long what nothing needs stays when nothing else
// is configured.
const DefaultGarbageGrace = 24 * time.Hour

const (
	// renewals is how many times in a grace a layer's mark is renewed at most,
	// so that a check does not always cost a write.
	renewals = 10

	// garbageBatch is how many rows a transaction changes. It holds SQLite's
	// only writer for a few milliseconds; and on PostgreSQL it reads fewer
	// pages of a table than make it conflict with all writers of that table
	// (half of max_pred_locks_per_transaction).
	garbageBatch = 25

	auditBatch = 1000   // rows per look of an audit
	auditRows  = 50_000 // rows of each table, and files, that a collection looks at anyway

	progressInterval = 10 * time.Second // between lines in the log
)

// aged reports whether a layer was marked so long ago that whoever is told of
// it needs it to be marked anew.
func (r *Registry) aged(l *Layer, now time.Time) bool {
	return l.unusedSince != 0 && l.unusedSince < micros(now.Add(-r.grace/renewals))
}

// renew marks layers anew that are marked. They may be gone.
func renew(tx *meta.Tx, layers []*Layer, now time.Time) error {
	for _, l := range layers {
		_, err := tx.Exec(`UPDATE layer SET unused_since = $1
			WHERE account = $2 AND region = $3 AND repository = $4 AND digest = $5 AND unused_since < $1`,
			micros(now), l.Repo.Account, l.Repo.Region, l.Repo.Name, l.Digest.String())
		if err != nil {
			return err
		}
	}
	return nil
}

// use takes the marks of layers that an image names again.
func use(tx *meta.Tx, repo Repo, ds []digest.Digest) error {
	for part := range slices.Chunk(ds, maxList) {
		args := []any{repo.Account, repo.Region, repo.Name}
		for _, d := range part {
			args = append(args, d.String())
		}
		_, err := tx.Exec(`UPDATE layer SET unused_since = NULL
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (`+list(4, len(part))+`) AND unused_since IS NOT NULL`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// disuse marks the layers that only this image of the repository names. Its
// references are still there, and go in the same transaction.
func disuse(tx *meta.Tx, repo Repo, image digest.Digest, now int64) error {
	_, err := tx.Exec(`UPDATE layer SET unused_since = $1 WHERE account = $2 AND region = $3 AND repository = $4
		AND digest IN (SELECT target FROM image_reference
			WHERE account = $2 AND region = $3 AND repository = $4 AND digest = $5 AND kind = 'layer')
		AND NOT EXISTS (SELECT 1 FROM image_reference f
			WHERE f.account = $2 AND f.region = $3 AND f.repository = $4 AND f.kind = 'layer' AND f.target = layer.digest AND f.digest <> $5)`,
		now, repo.Account, repo.Region, repo.Name, image.String())
	return err
}

// condemn marks those of ds that no repository has any more.
func condemn[S ~string](tx *meta.Tx, ds []S, now int64) error {
	for part := range slices.Chunk(ds, maxList) {
		args := []any{now}
		for _, d := range part {
			args = append(args, string(d))
		}
		_, err := tx.Exec(`UPDATE blob SET condemned_at = $1 WHERE digest IN (`+list(2, len(part))+`)
			AND NOT EXISTS (SELECT 1 FROM layer l WHERE l.digest = blob.digest)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Collection is what a collection of garbage did.
type Collection struct {
	Started, Finished time.Time
	Grace             time.Duration // Config.GarbageGrace
	Layers            int64         // layers that went from their repositories
	Blobs             int64         // blobs that were forgotten
	Files             int64         // blobs whose bytes went
	Bytes             int64         // how many those were
	Error             string        // why it did not do all it should have
}

// Collect removes what nothing has needed for Config.GarbageGrace, and looks
// through a part of everything for what nobody marked, so that all is looked
// at in turn. It disturbs nobody, may run on several nodes at the same time,
// and may be interrupted anywhere: the next one goes on. When it fails it has
// done what it could. It logs its progress.
func (r *Registry) Collect(ctx context.Context) (Collection, error) {
	c := r.collector()
	var errs []error
	for _, step := range c.steps() {
		if err := step(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	c.done.Finished = r.now()
	err := errors.Join(errs...)
	if err != nil {
		c.done.Error = err.Error()
	}
	if rerr := c.record(context.WithoutCancel(ctx)); rerr != nil {
		err = errors.Join(err, rerr)
	}
	if err != nil {
		return c.done, fmt.Errorf("collect garbage: %w", err)
	}
	return c.done, nil
}

// collector is one call of Collect.
type collector struct {
	*Registry
	now   time.Time
	due   int64 // what is marked with an earlier time may go
	spoke time.Time
	done  Collection
}

func (r *Registry) collector() *collector {
	now := r.now()
	return &collector{Registry: r, now: now, due: micros(now.Add(-r.grace)), spoke: now, done: Collection{Started: now, Grace: r.grace}}
}

// steps are what a collection does. Each is of use without those before it.
func (c *collector) steps() []func(context.Context) error {
	return []func(context.Context) error{c.auditLayers, c.auditBlobs, c.auditFiles, c.auditStrays, c.unlinkLayers, c.forgetBlobs, c.removeFiles}
}

// progress logs how far the collection is, now and then.
func (c *collector) progress(ctx context.Context) {
	if now := c.Registry.now(); now.Sub(c.spoke) >= progressInterval {
		c.spoke = now
		c.log.InfoContext(ctx, "collecting garbage", "layers", c.done.Layers, "blobs", c.done.Blobs, "files", c.done.Files, "bytes", c.done.Bytes)
	}
}

// marked is a row with its mark.
type marked struct {
	since  int64
	repo   Repo // of a layer
	digest digest.Digest
	upload string // of garbage, whose digest is "" if that is all that is known
	size   int64
	needed bool // when it was read
}

// dueLayers returns layers with marks from before a time, in the order of
// their marks from after one on. dueBlobs and dueFiles do the same.
func dueLayers(tx *meta.Tx, before int64, a marked, limit int) ([]marked, error) {
	return meta.All(tx, func(s meta.Scanner) (m marked, err error) {
		err = s.Scan(&m.since, &m.repo.Account, &m.repo.Region, &m.repo.Name, &m.digest, &m.size, &m.needed)
		return m, err
	}, `SELECT unused_since, account, region, repository, digest, (SELECT size FROM blob b WHERE b.digest = layer.digest), `+named+` OR `+namedByExpired+`
		FROM layer WHERE unused_since < $1 AND (unused_since, account, region, repository, digest) > ($2, $3, $4, $5, $6)
		ORDER BY unused_since, account, region, repository, digest LIMIT $7`,
		before, a.since, a.repo.Account, a.repo.Region, a.repo.Name, a.digest.String(), limit)
}

func dueBlobs(tx *meta.Tx, before int64, a marked, limit int) ([]marked, error) {
	return meta.All(tx, func(s meta.Scanner) (m marked, err error) {
		err = s.Scan(&m.since, &m.digest, &m.size, &m.needed)
		return m, err
	}, `SELECT condemned_at, digest, size, EXISTS (SELECT 1 FROM layer l WHERE l.digest = blob.digest) FROM blob
		WHERE condemned_at < $1 AND (condemned_at, digest) > ($2, $3) ORDER BY condemned_at, digest LIMIT $4`,
		before, a.since, a.digest.String(), limit)
}

func dueFiles(tx *meta.Tx, before int64, a marked, limit int) ([]marked, error) {
	return meta.All(tx, func(s meta.Scanner) (m marked, err error) {
		err = s.Scan(&m.since, &m.digest, &m.upload, &m.size, &m.needed)
		return m, err
	}, `SELECT since, digest, upload, size, CASE WHEN digest = '' THEN `+uploadKnown("garbage.upload")+`
			ELSE EXISTS (SELECT 1 FROM blob b WHERE b.digest = garbage.digest AND b.upload = garbage.upload) END FROM garbage
		WHERE since < $1 AND (since, digest, upload) > ($2, $3, $4) ORDER BY since, digest, upload LIMIT $5`,
		before, a.since, a.digest.String(), a.upload, limit)
}

// What an image names: of the row called layer.
const (
	named = `EXISTS (SELECT 1 FROM image_reference f WHERE f.account = layer.account AND f.region = layer.region
		AND f.repository = layer.repository AND f.kind = 'layer' AND f.target = layer.digest)`
	namedByExpired = `EXISTS (SELECT 1 FROM expired_image_layer e WHERE e.account = layer.account AND e.region = layer.region
		AND e.repository = layer.repository AND e.layer = layer.digest)`
)

// dueFunc is dueLayers, dueBlobs or dueFiles.
type dueFunc func(tx *meta.Tx, before int64, after marked, limit int) ([]marked, error)

// batches reads what is due, a batch at a time, and hands it to do. A batch is
// read outside of the transaction that changes it, which then is short and
// conflicts with nobody who marks something else.
func (c *collector) batches(ctx context.Context, due dueFunc, do func(ctx context.Context, batch []marked) error) error {
	var errs []error
	for after := (marked{}); ; {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		var batch []marked
		err := c.db.Read(ctx, func(tx *meta.Tx) (err error) {
			batch, err = due(tx, c.due, after, garbageBatch)
			return err
		})
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		if len(batch) > 0 {
			if err := do(ctx, batch); err != nil {
				errs = append(errs, err)
				if errors.Is(err, blob.ErrUnavailable) { // as it will be for the next
					return errors.Join(errs...)
				}
			}
			after = batch[len(batch)-1]
			c.progress(ctx)
		}
		if len(batch) < garbageBatch || len(errs) >= maxGarbageErrors {
			return errors.Join(errs...)
		}
	}
}

// maxGarbageErrors is how many batches may fail before a step is given up.
const maxGarbageErrors = 10

// unlinkLayers takes layers from their repositories.
func (c *collector) unlinkLayers(ctx context.Context) error {
	if err := c.batches(ctx, dueLayers, c.unlinkBatch); err != nil {
		return fmt.Errorf("unlink layers: %w", err)
	}
	return nil
}

func (c *collector) unlinkBatch(ctx context.Context, batch []marked) error {
	var gone []digest.Digest
	err := c.db.Write(ctx, func(tx *meta.Tx) error {
		gone = nil
		for _, m := range batch {
			ok, err := c.unlink(tx, m)
			if err != nil {
				return err
			}
			if ok {
				gone = append(gone, m.digest)
			}
		}
		return condemn(tx, gone, micros(c.now))
	})
	if err == nil {
		c.done.Layers += int64(len(gone))
	}
	return err
}

// unlink takes a layer from its repository if it is still marked as it was
// and nothing needs it. One that is needed after all loses the mark, or gets a
// new one when it is an expired image that needs it.
func (c *collector) unlink(tx *meta.Tx, m marked) (bool, error) {
	key := []any{m.repo.Account, m.repo.Region, m.repo.Name, m.digest.String(), m.since}
	n, err := tx.Exec(`DELETE FROM layer WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND unused_since = $5
		AND NOT `+named+` AND NOT `+namedByExpired, key...)
	if err != nil || n > 0 {
		return n > 0, err
	}
	_, err = tx.Exec(`UPDATE layer SET unused_since = CASE WHEN `+named+` THEN NULL ELSE CAST($6 AS BIGINT) END
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND unused_since = $5`, append(key, micros(c.now))...)
	return false, err
}

// forgetBlobs turns blobs that no repository has into garbage.
func (c *collector) forgetBlobs(ctx context.Context) error {
	if err := c.batches(ctx, dueBlobs, c.forgetBatch); err != nil {
		return fmt.Errorf("forget blobs: %w", err)
	}
	return nil
}

func (c *collector) forgetBatch(ctx context.Context, batch []marked) error {
	var gone, files, bytes int64
	err := c.db.Write(ctx, func(tx *meta.Tx) error {
		gone, files, bytes = 0, 0, 0
		if held, err := c.held(tx); err != nil || held {
			return err
		}
		for _, m := range batch {
			ok, small, err := forget(tx, m)
			if err != nil {
				return err
			}
			if ok {
				gone++
			}
			if small {
				files, bytes = files+1, bytes+m.size
			}
		}
		return nil
	})
	if err == nil {
		c.done.Blobs, c.done.Files, c.done.Bytes = c.done.Blobs+gone, c.done.Files+files, c.done.Bytes+bytes
	}
	return err
}

// forget turns a blob into garbage if it is still marked as it was and no
// repository has it; if one has, the mark goes. The bytes of a small one are
// gone with it.
func forget(tx *meta.Tx, m marked) (gone, small bool, err error) {
	var upload string
	var size int64
	err = tx.QueryRow(`DELETE FROM blob WHERE digest = $1 AND condemned_at = $2
		AND NOT EXISTS (SELECT 1 FROM layer l WHERE l.digest = blob.digest) RETURNING upload, size, content IS NOT NULL`,
		m.digest.String(), m.since).Scan(&upload, &size, &small)
	if errors.Is(err, sql.ErrNoRows) {
		_, err := tx.Exec(`UPDATE blob SET condemned_at = NULL WHERE digest = $1 AND condemned_at = $2`, m.digest.String(), m.since)
		return false, false, err
	}
	if err != nil || small {
		return err == nil, small, err
	}
	_, err = tx.Exec(`INSERT INTO garbage (digest, upload, size, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		m.digest.String(), upload, size, m.since)
	return err == nil, false, err
}

// removeFiles removes the bytes of garbage. Their names never come back, so
// neither an upload of the same content nor another collection can be hurt,
// however late this is.
func (c *collector) removeFiles(ctx context.Context) error {
	if err := c.batches(ctx, dueFiles, c.removeBatch); err != nil {
		return fmt.Errorf("remove bytes: %w", err)
	}
	return nil
}

func (c *collector) removeBatch(ctx context.Context, batch []marked) error {
	var held bool // a hold that was there before the garbage was is seen now
	err := c.db.Read(ctx, func(tx *meta.Tx) (err error) {
		held, err = c.held(tx)
		return err
	})
	if err != nil || held {
		return err
	}
	var removed []marked
	var errs []error
	for _, m := range batch {
		if m.needed {
			continue // cannot be, as a name is not given twice; but if it is, this is not the place to find out
		}
		err := c.removeBytes(ctx, m)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			removed = append(removed, m)
		} else {
			errs = append(errs, err)
		}
		if errors.Is(err, blob.ErrUnavailable) {
			break
		}
	}
	var files, bytes int64
	err = c.db.Write(ctx, func(tx *meta.Tx) error {
		files, bytes = 0, 0
		for _, m := range removed {
			n, err := tx.Exec(`DELETE FROM garbage WHERE digest = $1 AND upload = $2`, m.digest.String(), m.upload)
			if err != nil {
				return err
			}
			files, bytes = files+n, bytes+n*m.size
		}
		return nil
	})
	if err == nil {
		c.done.Files, c.done.Bytes = c.done.Files+files, c.done.Bytes+bytes
	}
	return errors.Join(append(errs, err)...)
}

// removeBytes removes the bytes of garbage.
func (c *collector) removeBytes(ctx context.Context, m marked) error {
	if m.digest != "" {
		return c.blobs.Remove(ctx, blob.Name{Digest: m.digest, Upload: m.upload})
	}
	if s, ok := c.blobs.(blob.Sweeper); ok {
		return s.RemoveStray(ctx, m.upload)
	}
	return nil // another store had them
}

// startCollection makes the one row of its table.
func startCollection(tx *meta.Tx) error {
	_, err := tx.Exec(`INSERT INTO collection (id, started_at, finished_at, grace, error, layers, blobs, files, bytes, total_files, total_bytes,
			layer_cursor, blob_cursor, file_cursor)
		VALUES (1, 0, 0, 0, '', 0, 0, 0, 0, 0, 0, '', '', '') ON CONFLICT DO NOTHING`)
	return err
}

// record writes down what the collection did.
func (c *collector) record(ctx context.Context) error {
	d := &c.done
	err := c.db.Write(ctx, func(tx *meta.Tx) error {
		if err := startCollection(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE collection SET started_at = $1, finished_at = $2, grace = $3, error = $4, layers = $5, blobs = $6, files = $7, bytes = $8,
				total_files = total_files + $7, total_bytes = total_bytes + $8 WHERE id = 1`,
			micros(d.Started), micros(d.Finished), d.Grace.Microseconds(), d.Error, d.Layers, d.Blobs, d.Files, d.Bytes)
		return err
	})
	if err != nil {
		return fmt.Errorf("record the collection: %w", err)
	}
	return nil
}
