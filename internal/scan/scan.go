// Package scan looks for known vulnerabilities in images with a scanner that is installed beside the server.
//
// A scanner is a program, [Program], which is given a copy of the image and nothing else of the server; [Worker] runs it
// for the scans that the registry enqueues. Reports that were made elsewhere are read by [Parse]. Every finding is one
// that a scanner reported: nothing here knows of any vulnerability.
package scan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// Report is what a scanner says of an image.
type Report = registry.ScanReport

// Image is an image to scan: a manifest that is no index.
type Image struct {
	Digest    digest.Digest
	MediaType string
	Bytes     []byte // of the manifest
	Manifest  *ocispec.Manifest

	// Open returns the bytes of the config or of a layer. The caller closes it.
	Open func(ctx context.Context, d digest.Digest) (io.ReadCloser, error)
}

// Scanner looks for known vulnerabilities in an image.
//
// Errors: *[Error] when it cannot tell; that of ctx when it was cancelled.
type Scanner interface {
	Scan(ctx context.Context, img *Image) (*Report, error)
}

// Error is why an image was not scanned.
type Error struct {
	// Reason is a sentence for the owner of the image. It tells nothing of the server.
	Reason string
	// Unsupported says that it is the image that cannot be scanned, now or later.
	Unsupported bool
	// Err is for the operator of the server; may be nil.
	Err error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + " " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// WorkerConfig is what a Worker needs.
type WorkerConfig struct {
	Registry *registry.Registry
	Scanner  Scanner
	Log      *slog.Logger // receives why scans fail; nil is slog.Default()
}

// Worker does the scans that the registry enqueues, one at a time.
type Worker struct {
	registry *registry.Registry
	scanner  Scanner
	log      *slog.Logger
	busy     chan struct{} // holds an element while a scan runs
}

// NewWorker returns a Worker.
func NewWorker(c WorkerConfig) *Worker {
	w := &Worker{registry: c.Registry, scanner: c.Scanner, log: c.Log, busy: make(chan struct{}, 1)}
	if w.log == nil {
		w.log = slog.Default()
	}
	return w
}

// Scan handles jobs of the kind registry.ScanJob. A scan that fails is recorded as such and not tried again: whoever
// wants it starts another. Only a scan that the node could not finish is.
func (w *Worker) Scan(ctx context.Context, payload json.RawMessage) error {
	var task registry.ScanTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return fmt.Errorf("read the scan task: %w", err)
	}
	select {
	case w.busy <- struct{}{}:
		defer func() { <-w.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if wanted, err := w.registry.ScanWanted(ctx, task); err != nil || !wanted {
		return err
	}
	report, err := w.scan(ctx, task)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	result := registry.ScanResult{Status: registry.ScanComplete, Report: report}
	var failed *Error
	switch {
	case errors.As(err, &failed) && failed.Unsupported:
		result = registry.ScanResult{Status: registry.ScanUnsupportedImage, Description: "UnsupportedImageError: " + failed.Reason}
	case errors.As(err, &failed):
		w.log.WarnContext(ctx, "image not scanned", "repository", task.Repo().ARN(), "digest", task.Digest, "error", err)
		result = registry.ScanResult{Status: registry.ScanFailed, Description: failed.Reason}
	case err != nil:
		return err
	}
	return w.registry.FinishScan(ctx, task, result)
}

// GiveUp records that a scan failed: its job is dead.
func (w *Worker) GiveUp(ctx context.Context, payload json.RawMessage) error {
	var task registry.ScanTask
	if json.Unmarshal(payload, &task) != nil {
		return nil // nobody can tell what it was
	}
	return w.registry.FinishScan(ctx, task, registry.ScanResult{
		Status: registry.ScanFailed, Description: "The server could not finish the scan, and will not try again by itself.",
	})
}

// Rescan handles the periodic work of scanning again what is scanned continuously.
func (w *Worker) Rescan(ctx context.Context, _ json.RawMessage) error { return w.registry.Rescan(ctx) }

func (w *Worker) scan(ctx context.Context, task registry.ScanTask) (*Report, error) {
	img, err := w.registry.Image(ctx, task.Repo(), registry.Ref{Digest: task.Digest})
	switch {
	case errors.Is(err, registry.ErrImageArchived):
		return nil, &Error{Reason: "The image was archived before it was scanned."}
	case errors.Is(err, registry.ErrImageNotFound), errors.Is(err, registry.ErrRepositoryNotFound):
		return nil, &Error{Reason: "The image was deleted before it was scanned."}
	case err != nil:
		return nil, err
	}
	m, err := ocispec.ParseManifest(img.Manifest, img.MediaType)
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", task.Digest, err)
	}
	return w.scanner.Scan(ctx, &Image{
		Digest: img.Digest, MediaType: img.MediaType, Bytes: img.Manifest, Manifest: m,
		Open: func(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
			return w.registry.OpenLayer(ctx, task.Repo(), d, 0, -1)
		},
	})
}
