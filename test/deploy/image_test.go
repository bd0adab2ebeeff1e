package deploy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// goCommand stands for Go in the image that the Dockerfile builds in: what it
// would compile is there already.
const goCommand = `#!/bin/sh
set -eu
[ "$CGO_ENABLED $1" = '0 build' ]
[ -e .git ] && [ -e go.mod ] && [ ! -e .cache ]
for package; do :; done
[ -d "$package" ]
while [ "$1" != -o ]; do shift; done
mkdir -p "${2%/*}"
cp /static/pratique "$2"
`

// TestDockerfile builds the image with buildah, from a base with no compiler in
// it, and runs the server in what it contains and nothing else.
func TestDockerfile(t *testing.T) {
	need.Tools(t, "buildah")
	blackbox.NeedRoot(t)
	dir := folder(t)

	// A binary with the race detector is not static.
	static := filepath.Join(dir, "static")
	build := blackbox.Command(t, os.Environ(), "go", "build", "-o", static, "./cmd/pratique")
	build.Dir, build.Env = blackbox.Top(t), append(build.Env, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	binary, err := os.ReadFile(static)
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(dir, "golang.tar")
	writeImage(t, base, "localhost/golang:1.26", map[string]string{
		"usr/local/go/bin/go":               goCommand,
		"static/pratique":                   string(binary),
		"etc/ssl/certs/ca-certificates.crt": "the authorities\n",
	})

	buildah := func(command string, args ...string) {
		t.Helper()
		blackbox.Run(t, nil, "buildah", append([]string{"--root", filepath.Join(dir, "storage"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs", command}, args...)...)
	}
	buildah("pull", "-q", "docker-archive:"+base)
	buildah("bud", "-q", "--isolation", "chroot", "--pull-never", "-f", filepath.Join(deployDir(t), "Dockerfile"), "-t", "pratique", blackbox.Top(t))
	archive := filepath.Join(dir, "image.tar")
	buildah("push", "-q", "localhost/pratique", "docker-archive:"+archive)
	img, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c := config.Config; c.User != "65532:65532" || c.WorkingDir != "/var/lib/pratique" || !slices.Equal(c.Entrypoint, []string{"/usr/local/bin/pratique"}) {
		t.Errorf("runs %q as %q in %s", c.Entrypoint, c.User, c.WorkingDir)
	}

	root := filepath.Join(dir, "root")
	files := extract(t, img, root)
	if diff := cmp.Diff([]string{"etc/ssl/certs/ca-certificates.crt", "usr/local/bin/pratique"}, files); diff != "" {
		t.Errorf("files of the image (-want +got):\n%s", diff)
	}
	data := config.Config.WorkingDir
	cmd := exec.Command(config.Config.Entrypoint[0], "serve", "--data", data)
	cmd.Dir, cmd.Env = data, config.Config.Env
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{nobody}}}
	addr := filepath.Join(dir, "addr") // a path that means the same inside
	err = errors.Join(os.MkdirAll(filepath.Join(root, addr), 0o755), os.Symlink(filepath.Join(root, addr), addr))
	if err != nil {
		t.Fatal(err)
	}
	own(t, filepath.Join(root, addr), nobody, 0o775)
	if err := blackbox.StartCommand(t, cmd, addr).Stop(); err != nil {
		t.Error(err)
	}
}

// writeImage writes an archive of an image that is Debian with more files, which
// may be run.
func writeImage(t *testing.T, file, ref string, files map[string]string) {
	t.Helper()
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	for path, text := range files {
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: path, Size: int64(len(text)), Mode: 0o755})
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil }, tarball.WithCompressionLevel(gzip.BestSpeed))
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(blackbox.Debian(t), layer)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.Config.Env = []string{"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin"}
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(ref)
	if err == nil {
		err = tarball.WriteToFile(file, tag, img)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// extract unpacks an image, with the owners of its files, and returns their paths
// in order.
func extract(t *testing.T, img v1.Image, root string) (files []string) {
	t.Helper()
	flat := mutate.Extract(img)
	defer flat.Close()
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(flat); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else {
			files = append(files, strings.TrimPrefix(h.Name, "/"))
			text, rerr := io.ReadAll(r)
			blackbox.WriteFile(t, path, string(text))
			err = errors.Join(rerr, os.Chmod(path, h.FileInfo().Mode()))
		}
		if err = errors.Join(err, os.Chown(path, h.Uid, h.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(files)
	return files
}
