package baseimage

import (
	"fmt"
	"io"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// large is an image with 100,000 files: 300 packages of 250 files, and others.
func large(t testing.TB) v1.Image {
	t.Helper()
	items := flat(library())
	for p := range 300 {
		name := fmt.Sprintf("package%03d", p)
		var record []string
		for f := range 250 {
			file := fmt.Sprintf("%s/part%d/module_%d.py", name, f%10, f)
			items = append(items, reg(site+"/"+file, ""))
			record = append(record, file+",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0")
		}
		items = append(items, wheelDir(site, name, "1.0", record...)...)
	}
	layers := []v1.Layer{layerOf(t, items...)}
	for l := range 5 {
		var more []item
		for f := range 5000 {
			more = append(more, reg(fmt.Sprintf("usr/share/layer%d/dir%d/file%d", l, f%100, f), ""))
		}
		layers = append(layers, layerOf(t, more...))
	}
	return imageOf(t, env(usualPath), layers...)
}

// TestReadAgainIsQuick holds reading a known base to its purpose: that a
// build without changes takes no time. It allows for a busy machine.
func TestReadAgainIsQuick(t *testing.T) {
	img, opts := large(t), Options{Cache: t.TempDir()}
	if _, err := Read(t.Context(), img, opts); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 10 {
		start := time.Now()
		b, err := Read(t.Context(), img, opts)
		if err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
		if len(b.Installed) != 300 {
			t.Fatalf("%d distributions", len(b.Installed))
		}
	}
	t.Logf("%s", best)
	if best > 250*time.Millisecond {
		t.Errorf("it takes %s", best)
	}
}

func BenchmarkReadAgain(b *testing.B) {
	img, opts := large(b), Options{Cache: b.TempDir()}
	if _, err := Read(b.Context(), img, opts); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(b.Context(), img, opts); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadFirst reads a base that is not known, from memory.
func BenchmarkReadFirst(b *testing.B) {
	img := large(b)
	layers, err := img.Layers()
	if err != nil {
		b.Fatal(err)
	}
	var size int64
	for _, l := range layers {
		r, err := l.Compressed()
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			b.Fatal(err)
		}
		size += n
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(b.Context(), img, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
