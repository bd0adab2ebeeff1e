package scan

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

// scannerFunc is a scanner that the test plays.
type scannerFunc func(context.Context, *Image) (*Report, error)

func (f scannerFunc) Scan(ctx context.Context, img *Image) (*Report, error) { return f(ctx, img) }

func TestWorker(t *testing.T) { metatest.Each(t, testWorker) }

func testWorker(t *testing.T, db *meta.DB) {
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	blobs, err := blob.OpenDir(t.TempDir())
	check(err)
	r := registry.New(registry.Config{DB: db, Blobs: blobs, Scans: true})
	repo := registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "app"}
	_, err = r.CreateRepository(ctx, repo, registry.Settings{})
	check(err)
	push := func(content string) v1.Descriptor {
		t.Helper()
		id, err := r.StartUpload(ctx, repo)
		check(err)
		_, err = r.AppendUpload(ctx, repo, id, 0, strings.NewReader(content))
		check(err)
		d := digest.FromString(content)
		_, err = r.CompleteUpload(ctx, repo, id, d)
		check(err)
		return v1.Descriptor{Digest: d, Size: int64(len(content))}
	}
	start := func(tag string) json.RawMessage {
		t.Helper()
		config, layer := push("config"), push("layer of "+tag)
		config.MediaType, layer.MediaType = v1.MediaTypeImageConfig, layerType
		m := v1.Manifest{MediaType: v1.MediaTypeImageManifest, Config: config, Layers: []v1.Descriptor{layer}}
		m.SchemaVersion = 2
		text, err := json.Marshal(m)
		check(err)
		_, err = r.PutImage(ctx, repo, registry.NewImage{Manifest: text, Tags: []string{tag}})
		check(err)
		_, err = r.StartScan(ctx, repo, registry.Ref{Tag: tag})
		check(err)
		var payload string
		check(db.Write(ctx, func(tx *meta.Tx) error {
			if err := tx.QueryRow(`SELECT payload FROM job WHERE kind = $1`, registry.ScanJob).Scan(&payload); err != nil {
				return err
			}
			_, err := tx.Exec(`DELETE FROM job WHERE kind = $1`, registry.ScanJob)
			return err
		}))
		return json.RawMessage(payload)
	}
	var log strings.Builder
	scan := func(ctx context.Context, payload json.RawMessage, f scannerFunc) error {
		w := NewWorker(WorkerConfig{Registry: r, Scanner: f, Log: slog.New(slog.NewTextHandler(&log, nil))})
		return w.Scan(ctx, payload)
	}
	status := func(tag string) string {
		t.Helper()
		c, _, _, err := r.ScanFindings(ctx, repo, registry.Ref{Tag: tag}, registry.Page{})
		check(err)
		return string(c.Status) + " " + c.Description
	}

	read := func(ctx context.Context, img *Image) (*Report, error) {
		rc, err := img.Open(ctx, img.Manifest.Layers[0].Digest)
		if err != nil {
			return nil, err
		}
		defer rc.Close()
		b, err := io.ReadAll(rc)
		return &Report{Scanner: string(b), Findings: []registry.Finding{{Name: "CVE-1"}}}, err
	}
	done := start("good")
	check(scan(ctx, done, read))
	if c, findings, _, err := r.ScanFindings(ctx, repo, registry.Ref{Tag: "good"}, registry.Page{}); err != nil || len(findings) != 1 || c.Source != "layer of good" {
		t.Errorf("scan %+v, findings %+v, error %v", c, findings, err)
	}
	check(scan(ctx, done, func(context.Context, *Image) (*Report, error) {
		t.Error("a scan that is done was done again")
		return nil, &Error{}
	}))

	check(scan(ctx, start("unsupported"), func(context.Context, *Image) (*Report, error) {
		return nil, &Error{Unsupported: true, Reason: "It is odd."}
	}))
	if got := status("unsupported"); got != "UNSUPPORTED_IMAGE UnsupportedImageError: It is odd." {
		t.Error(got)
	}
	check(scan(ctx, start("failing"), func(context.Context, *Image) (*Report, error) {
		return nil, &Error{Reason: "The scanner failed.", Err: errors.New("its database is gone")}
	}))
	if got := status("failing"); got != "FAILED The scanner failed." || !strings.Contains(log.String(), "its database is gone") {
		t.Errorf("%s, log %s", got, log.String())
	}

	dead := NewWorker(WorkerConfig{Registry: r})
	check(dead.GiveUp(ctx, start("dead")))
	check(dead.GiveUp(ctx, json.RawMessage("[")))
	if got := status("dead"); !strings.HasPrefix(got, "FAILED The server could not finish") {
		t.Error(got)
	}

	interrupted, cancel := context.WithCancel(ctx)
	payload := start("interrupted")
	err = scan(interrupted, payload, func(ctx context.Context, _ *Image) (*Report, error) {
		cancel()
		return nil, &Error{Reason: "killed"}
	})
	if !errors.Is(err, context.Canceled) || status("interrupted") != "IN_PROGRESS The scan is in progress." {
		t.Errorf("interrupted: error %v, %s", err, status("interrupted"))
	}
	check(scan(ctx, payload, read)) // by another node

	gone := start("gone")
	_, err = r.DeleteImages(ctx, repo, []registry.Ref{{Tag: "gone"}})
	check(err)
	check(scan(ctx, gone, func(context.Context, *Image) (*Report, error) {
		t.Error("an image that is gone was scanned")
		return nil, &Error{}
	}))
	archived := start("archived")
	_, err = r.SetStorageClass(ctx, repo, registry.Ref{Tag: "archived"}, registry.StorageArchive)
	check(err)
	check(scan(ctx, archived, read))
	if got := status("archived"); got != "IMAGE_ARCHIVED The image is archived." {
		t.Error(got)
	}
	if err := scan(ctx, json.RawMessage(`[]`), read); err == nil {
		t.Error("a task that is none was done")
	}
}
