package build

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// In S3 there may be files of which an older database knows nothing: those go, and not the ones of builds, of uploads, or new ones.
func TestStrays(t *testing.T) {
	server := blackbox.StartS3(t)
	server.Setenv(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx, folder := t.Context(), filepath.Base(t.Name())
		open := func(db *meta.DB) *blob.S3 {
			s, err := blob.OpenS3(ctx, blob.S3Config{URL: server.URL(), Folder: folder, DB: db})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		store, newer := open(db), open(metatest.Open(t, metatest.SQLite(t)))
		e := New(Config{DB: db, Contexts: store, Log: slog.New(slog.DiscardHandler)})
		data := func(upload string) string { return filepath.Join(server.Dir, folder, "data", upload) }
		put := func(s *blob.S3, content string) string {
			b := blobtest.Put(t, s, digest.SHA256, []byte(content))
			at := time.Now().Add(-2 * orphanGrace)
			if err := os.Chtimes(data(b.Upload), at, at); err != nil {
				t.Fatal(err)
			}
			return b.Upload
		}
		stray, young, used := put(newer, "stray"), put(newer, "young"), put(newer, "used")
		if err := os.Chtimes(data(young), time.Now(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(server.Dir, folder, "blobs")); err != nil { // their markers
			t.Fatal(err)
		}
		err := db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`INSERT INTO build (id, account, region, principal, caller, same, image, request, context_digest, context_size, context_upload,
					execution, state, reason, image_digest, created_at, queued_at, started_at, finished_at, deadline, attempts, losses, lease, lease_until, worker,
					log_last, log_size, log_batch)
				VALUES ('b', '', '', '', '', '', '', $1, '', 0, $2, FALSE, 'QUEUED', '', '', 0, 0, 0, 0, 0, 0, 0, '', 0, '', 0, 0, 0)`, []byte{}, used)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.removeOrphans(ctx); err != nil {
			t.Fatal(err)
		}
		for upload, want := range map[string]bool{stray: false, young: true, used: true} {
			if _, err := os.Stat(data(upload)); want != (err == nil) {
				t.Errorf("%s: %v; want it there: %t", upload, err, want)
			}
		}
	})
}
