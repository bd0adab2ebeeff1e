package blackbox

import (
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/stream"

	"github.com/pratique-dev/pratique/internal/need"
)

// debianSuite is the release of Debian that [Debian] makes images of: Python
// 3.11 on glibc 2.36.
const debianSuite = "bookworm"

// debianFlags say how mmdebstrap makes the root file system: without what only
// readers need, and without device nodes, which a container has from its
// runtime.
var debianFlags = []string{
	"--variant=apt", "--skip=output/dev",
	"--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
	"--dpkgopt=path-exclude=/usr/share/locale/*", "--dpkgopt=path-exclude=/usr/share/info/*",
}

// Debian returns an image of one layer: a Debian with apt, made by mmdebstrap,
// that has the packages. It is made once per list of packages and kept in
// .cache/builder, which concurrent tests share; that takes about 20 seconds.
// It needs mmdebstrap, and root, to make one.
func Debian(t testing.TB, packages ...string) v1.Image {
	t.Helper()
	flags := debianFlags
	if len(packages) > 0 {
		flags = append(flags[:len(flags):len(flags)], "--include="+strings.Join(packages, ","))
	}
	key := sha256.Sum256([]byte(strings.Join(append(flags, debianSuite, runtime.GOARCH), "\x00")))
	cache := filepath.Join(Top(t), ".cache", "builder")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, fmt.Sprintf("debian-%x", key[:8]))

	lock, err := os.Create(dir + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		need.Tools(t, "mmdebstrap")
		NeedRoot(t)
		bootstrap(t, cache, dir, flags)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Manifests) != 1 {
		t.Fatalf("%d images in %s", len(manifest.Manifests), dir)
	}
	img, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// bootstrap makes the OCI layout dir, which appears whole or not at all.
func bootstrap(t testing.TB, cache, dir string, flags []string) {
	t.Helper()
	work, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(work)
	tarball := filepath.Join(work, "root.tar")
	// The same packages make the same image.
	Run(t, append(os.Environ(), "SOURCE_DATE_EPOCH=0"), "mmdebstrap", append(flags[:len(flags):len(flags)], debianSuite, tarball)...)
	root, err := os.Open(tarball)
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.ConfigFile(mutate.MediaType(empty.Image, "application/vnd.oci.image.manifest.v1+json"), &v1.ConfigFile{
		OS: "linux", Architecture: runtime.GOARCH,
		Config: v1.Config{
			Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
			Cmd: []string{"/bin/bash"},
		},
		RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		t.Fatal(err)
	}
	img = mutate.ConfigMediaType(img, "application/vnd.oci.image.config.v1+json")
	layer := stream.NewLayer(root, stream.WithCompressionLevel(gzip.BestSpeed), stream.WithMediaType("application/vnd.oci.image.layer.v1.tar+gzip"))
	if img, err = mutate.AppendLayers(img, layer); err != nil {
		t.Fatal(err)
	}
	path, err := layout.Write(filepath.Join(work, "image"), empty.Index)
	if err == nil {
		err = path.AppendImage(img)
	}
	if err == nil {
		err = os.Rename(filepath.Join(work, "image"), dir)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Top is the root of the checkout that the test is in.
func Top(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for top := dir; ; top = filepath.Dir(top) {
		if _, err := os.Stat(filepath.Join(top, "go.mod")); err == nil {
			return top
		} else if top == filepath.Dir(top) {
			t.Fatalf("no go.mod above %s", dir)
		}
	}
}
