package builder

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/wheel"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestEveryoneUnpacksLayers has each client read layers of a wheel, one with
// files in gzip members of their own and one of zstd. Those that run images
// compare what they unpack with its digest.
func TestEveryoneUnpacksLayers(t *testing.T) {
	w := newWorld(t)
	file, content := newWheel(t, "demo", "1.0", wheelFile{name: "demo/a.so", content: noise("a", 300_000)},
		wheelFile{name: "demo/b.py", content: []byte("b = 1\n")}, wheelFile{name: "demo/c.so", content: make([]byte, 200_000)})
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	layout := wheel.Layout{
		Interpreter: "/usr/bin/python3", Purelib: "/usr/lib/python3/dist-packages", Platlib: "/usr/lib/python3/dist-packages",
		Scripts: "/usr/bin", Headers: "/usr/include/python3.11", Data: "/usr",
	}
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.ConfigFile(img, &v1.ConfigFile{OS: "linux", Architecture: runtime.GOARCH, Config: v1.Config{Cmd: []string{"none"}}})
	if err != nil {
		t.Fatal(err)
	}
	images := map[string]string{}
	for _, compression := range []layer.Compression{layer.Gzip, layer.Zstd} {
		layers, err := wheel.Layers(t.Context(), &layer.Cache{Dir: t.TempDir()}, []wheel.Install{{Path: path}}, layout,
			wheel.Options{Layer: layer.Options{Compression: compression}})
		if err != nil {
			t.Fatal(err)
		}
		with, err := mutate.AppendLayers(img, layers[0])
		if err != nil {
			t.Fatal(err)
		}
		ref := w.host() + "/unpack:" + compression.String()
		w.push(t, ref, with)
		d, err := with.Digest()
		if err != nil {
			t.Fatal(err)
		}
		images[ref] = d.String()
	}
	for _, c := range blackbox.Clients() {
		t.Run(c.Name, func(t *testing.T) {
			tool := c.Open(t)
			if err := tool.Login(t, w.host(), w.Password(t, w.owner)); err != nil {
				t.Fatal(err)
			}
			for ref, want := range images {
				if c.Name == "docker" && strings.HasSuffix(ref, ":zstd") {
					continue // it reads zstd since version 23, which not every distribution has
				}
				if got, err := tool.Pull(t, ref); err != nil || got != want {
					t.Errorf("pull %s: %s, %v, want %s", ref, got, err, want)
				}
			}
		})
	}
}
