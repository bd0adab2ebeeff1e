package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// SweepJob is the kind of the periodic work that [Engine.Sweep] does, and SweepEvery how often it is to be done.
const (
	SweepJob   = "build.sweep"
	SweepEvery = time.Minute
)

// Sweep does what time does to builds: it takes them from workers that fell silent, ends those that took too long, forgets
// those that ended long ago, and removes files that no build needs. It is a job.Handler.
func (e *Engine) Sweep(ctx context.Context, _ json.RawMessage) error {
	var ended []*Build
	err := e.db.Write(ctx, func(tx *meta.Tx) (err error) {
		ended, err = e.expire(tx, e.timestamp(), nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("expire builds: %w", err)
	}
	e.tell(ended)
	return errors.Join(e.removeContexts(ctx), e.removeOrphans(ctx), e.forget(ctx))
}

// expire deals with the builds whose worker fell silent or whose time is over, those of a worker's account and region if
// there is one, and returns those that have ended.
func (e *Engine) expire(tx *meta.Tx, now time.Time, of *Worker) (ended []*Build, err error) {
	account, region := "", ""
	if of != nil {
		account, region = of.Account, of.Region
	}
	late, err := meta.All(tx, scanBuild, `SELECT `+columns+` FROM build WHERE state IN ('UPLOADING', 'QUEUED', 'LEASED', 'RUNNING')
		AND ($1 = '' OR account = $1 AND region = $2) AND (deadline <= $3 OR lease <> '' AND lease_until <= $3) ORDER BY queued_at, id LIMIT $4`,
		account, region, micros(now), sweepBatch)
	if err != nil {
		return nil, err
	}
	for _, b := range late {
		if reason := e.overdue(b, now); reason != "" {
			if err := e.line(tx, b, "Given up: "+reason); err != nil {
				return nil, err
			}
			if err := e.end(tx, b, Failed, reason); err != nil {
				return nil, err
			}
			ended = append(ended, b)
			continue
		}
		if err := e.line(tx, b, fmt.Sprintf("Builder %s has not been heard of for %v: another one begins again.", b.Worker, LeaseTime)); err != nil {
			return nil, err
		}
		if err := e.requeue(tx, b); err != nil {
			return nil, err
		}
	}
	return ended, nil
}

// overdue returns why a late build is given up, "" if only its worker is. It counts the loss of the worker.
func (e *Engine) overdue(b *Build, now time.Time) string {
	over := !now.Before(b.Deadline)
	switch b.State {
	case Uploading:
		return fmt.Sprintf("its files did not come within %v", uploadTime)
	case Queued:
		return "no builder took it in time"
	}
	if over {
		return fmt.Sprintf("it took longer than the %v that a build may take", e.limits.Timeout)
	}
	if b.losses++; b.losses >= MaxAttempts {
		return fmt.Sprintf("%d builders fell silent over it", b.losses)
	}
	return ""
}

// removeContexts removes the files of builds that have ended.
func (e *Engine) removeContexts(ctx context.Context) error {
	var done []*Build
	err := e.db.Read(ctx, func(tx *meta.Tx) (err error) {
		done, err = meta.All(tx, scanBuild, `SELECT `+columns+` FROM build WHERE context_upload <> '' AND state IN ('SUCCEEDED', 'FAILED', 'CANCELED')
			ORDER BY id LIMIT $1`, sweepBatch)
		return err
	})
	if err != nil {
		return fmt.Errorf("find files of builds: %w", err)
	}
	for _, b := range done {
		err := e.contexts.Remove(ctx, blob.Name{Digest: digest.Digest(b.ContextDigest), Upload: b.upload})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove files of build %s: %w", b.ID, err)
		}
		err = e.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`UPDATE build SET context_upload = '' WHERE id = $1`, b.ID)
			return err
		})
		if err != nil {
			return fmt.Errorf("remove files of build %s: %w", b.ID, err)
		}
	}
	return nil
}

// removeOrphans removes stored files that no build names, such as those of a node that was killed over an upload.
func (e *Engine) removeOrphans(ctx context.Context) error {
	before := time.Now().Add(-orphanGrace) // by the clock that files have their times from
	for info, err := range e.contexts.List(ctx, blob.Name{}) {
		if err != nil {
			return fmt.Errorf("list files of builds: %w", err)
		}
		if info.ModTime.After(before) {
			continue
		}
		var n int
		err = e.db.Read(ctx, func(tx *meta.Tx) error {
			return tx.QueryRow(`SELECT count(*) FROM build WHERE context_digest = $1 AND context_upload = $2`, info.Name.Digest.String(), info.Name.Upload).Scan(&n)
		})
		if err != nil {
			return fmt.Errorf("look for the build of files: %w", err)
		}
		if n > 0 {
			continue
		}
		if err := e.contexts.Remove(ctx, info.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove files that no build has: %w", err)
		}
	}
	if err := e.removeStrays(ctx, before); err != nil {
		return fmt.Errorf("remove files that no build has: %w", err)
	}
	if x, ok := e.contexts.(interface {
		ExpireUploads(ctx context.Context, before time.Time) (int, error)
	}); ok {
		if _, err := x.ExpireUploads(ctx, before); err != nil {
			return fmt.Errorf("abort uploads of files of builds: %w", err)
		}
	}
	return nil
}

// removeStrays removes stored files that are not even a blob, and that no upload or build has: those of a newer database.
func (e *Engine) removeStrays(ctx context.Context, before time.Time) error {
	store, ok := e.contexts.(blob.Sweeper)
	if !ok {
		return nil
	}
	named := func(ctx context.Context, uploads []string) (map[string]bool, error) {
		known := map[string]bool{}
		err := e.db.Read(ctx, func(tx *meta.Tx) error {
			// Builds have files for as long as they have not ended, so they are few.
			all, err := meta.All(tx, meta.ScanString, `SELECT context_upload FROM build WHERE context_upload BETWEEN $1 AND $2 ORDER BY context_upload`,
				uploads[0], uploads[len(uploads)-1])
			for _, upload := range all {
				known[upload] = true
			}
			return err
		})
		return known, err
	}
	for after := ""; ; {
		strays, next, err := store.Strays(ctx, after, sweepBatch, named)
		if err != nil {
			return err
		}
		for _, s := range strays {
			if s.ModTime.After(before) {
				continue
			}
			if err := store.RemoveStray(ctx, s.Upload); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}

// forget removes the builds that ended long ago, with their logs, and workers that are gone.
func (e *Engine) forget(ctx context.Context) error {
	err := e.db.Write(ctx, func(tx *meta.Tx) error {
		old, err := meta.All(tx, meta.ScanString, `SELECT id FROM build WHERE state IN ('SUCCEEDED', 'FAILED', 'CANCELED') AND finished_at <= $1
			AND context_upload = '' ORDER BY id LIMIT $2`, e.ago(e.limits.Keep), sweepBatch)
		if err != nil {
			return err
		}
		for _, id := range old {
			if _, err := tx.Exec(`DELETE FROM build_log WHERE build = $1`, id); err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM build WHERE id = $1`, id); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`DELETE FROM build_worker WHERE seen_at <= $1`, e.ago(e.limits.Keep))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget builds: %w", err)
	}
	return nil
}
