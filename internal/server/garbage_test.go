package server

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

// TestGarbageMetrics reads the numbers of a registry that has freed one layer
// and has another waiting.
func TestGarbageMetrics(t *testing.T) {
	blobs, err := blob.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	now := time.Unix(2_000_000_000, 0)
	r := registry.New(registry.Config{DB: metatest.Open(t, metatest.SQLite(t)), Blobs: blobs, SmallLayer: -1, Now: func() time.Time { return now }})
	repo := registry.Repo{Account: "111111111111", Region: "us-east-1", Name: "app"}
	if _, err := r.CreateRepository(t.Context(), repo, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"first", "the second"} {
		id, err := r.StartUpload(t.Context(), repo)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.AppendUpload(t.Context(), repo, id, 0, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		if _, err := r.CompleteUpload(t.Context(), repo, id, digest.FromString(content)); err != nil {
			t.Fatal(err)
		}
		now = now.Add(registry.DefaultGarbageGrace + time.Second)
		if _, err := r.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	reg := prometheus.NewRegistry()
	reg.MustRegister(newGarbageCollector(r, slog.New(slog.DiscardHandler)))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			got[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	want := map[string]float64{
		"pratique_garbage_last_collection_timestamp_seconds": float64(now.Unix()),
		"pratique_garbage_unneeded layer":                    0,
		"pratique_garbage_unneeded blob":                     1,
		"pratique_garbage_unneeded file":                     0,
		"pratique_garbage_unneeded_bytes blob":               10,
		"pratique_garbage_unneeded_bytes file":               0,
		"pratique_garbage_freed_blobs_total":                 1,
		"pratique_garbage_freed_bytes_total":                 5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}
