package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

// GarbageStatus is what there is to collect and what was collected.
type GarbageStatus struct {
	Last       Collection // zero if there was none
	TotalFiles int64      // of all collections
	TotalBytes int64

	UnusedLayers   int64 // layers of repositories that no image may need
	CondemnedBlobs int64 // blobs that perhaps no repository has
	CondemnedBytes int64
	WaitingFiles   int64 // bytes to be removed that nothing needs
	WaitingBytes   int64
}

// GarbageStatus returns what there is to collect and what was collected.
func (r *Registry) GarbageStatus(ctx context.Context) (s GarbageStatus, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		var started, finished, grace int64
		l := &s.Last
		err := tx.QueryRow(`SELECT started_at, finished_at, grace, error, layers, blobs, files, bytes, total_files, total_bytes FROM collection WHERE id = 1`).
			Scan(&started, &finished, &grace, &l.Error, &l.Layers, &l.Blobs, &l.Files, &l.Bytes, &s.TotalFiles, &s.TotalBytes)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		l.Started, l.Finished, l.Grace = fromMicros(started), fromMicros(finished), time.Duration(grace)*time.Microsecond
		return tx.QueryRow(`SELECT (SELECT count(*) FROM layer WHERE unused_since IS NOT NULL),
			(SELECT count(*) FROM blob WHERE condemned_at IS NOT NULL),
			(SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blob WHERE condemned_at IS NOT NULL),
			(SELECT count(*) FROM garbage),
			(SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM garbage)`).
			Scan(&s.UnusedLayers, &s.CondemnedBlobs, &s.CondemnedBytes, &s.WaitingFiles, &s.WaitingBytes)
	})
	if err != nil {
		return GarbageStatus{}, fmt.Errorf("get the status of the garbage: %w", err)
	}
	return s, nil
}

// GarbageKind says what a piece of garbage is, and so what becomes of it.
type GarbageKind string

// The kinds of garbage.
const (
	GarbageLayer GarbageKind = "layer" // in a repository, from which it is taken; frees nothing yet
	GarbageBlob  GarbageKind = "blob"  // that no repository has: it is forgotten, and its bytes go
	GarbageFile  GarbageKind = "file"  // bytes that only have to be removed
)

// Garbage is something that nothing needs.
type Garbage struct {
	Kind   GarbageKind
	Repo   Repo // of a layer
	Digest digest.Digest
	Upload string    // of bytes of which no digest is known
	Size   int64     // bytes
	Since  time.Time // when that was found, or last renewed
}

// Garbage yields what a collection that is due for what is from before a time
// would remove, as far as it is marked: layers, then blobs, then files, each
// from the longest unneeded on. An error is yielded once, last.
func (r *Registry) Garbage(ctx context.Context, before time.Time) iter.Seq2[Garbage, error] {
	return func(yield func(Garbage, error) bool) {
		for _, list := range []struct {
			kind GarbageKind
			due  dueFunc
		}{
			{GarbageLayer, dueLayers}, {GarbageBlob, dueBlobs}, {GarbageFile, dueFiles},
		} {
			for after, more := (marked{}), true; more; {
				var page []marked
				err := r.db.Read(ctx, func(tx *meta.Tx) (err error) {
					page, err = list.due(tx, micros(before), after, auditBatch)
					return err
				})
				if err != nil {
					yield(Garbage{}, fmt.Errorf("list garbage: %w", err))
					return
				}
				for _, m := range page {
					after = m
					g := Garbage{Kind: list.kind, Repo: m.repo, Digest: m.digest, Size: m.size, Since: fromMicros(m.since)}
					if m.digest == "" {
						g.Upload = m.upload
					}
					if !m.needed && !yield(g, nil) {
						return
					}
				}
				more = len(page) == auditBatch
			}
		}
	}
}
