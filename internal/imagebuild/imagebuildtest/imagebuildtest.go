// Package imagebuildtest makes what builds of images begin from, without a
// network: base images that look as if Python were in them, wheels, and an index
// that serves them.
package imagebuildtest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// File is a file of a base image. A name that ends in a slash is a directory.
type File struct {
	Name string
	Link string // target of a symbolic link, if it is one
	Data string
	Mode int64 // 0644, or 0755 for a directory, if zero
	UID  int
}

// Base is an image with a Python 3.11 below /usr/local, laid out as those of
// docker-library are, for an architecture. The files are added in a second layer.
func Base(tb testing.TB, arch string, files ...File) v1.Image {
	tb.Helper()
	machine, loader, libc := elf.EM_X86_64, "/lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/libc.so.6"
	if arch == "arm64" {
		machine, loader, libc = elf.EM_AARCH64, "/lib/ld-linux-aarch64.so.1", "lib/aarch64-linux-gnu/libc.so.6"
	}
	const lib = "usr/local/lib/python3.11/"
	layers := []v1.Layer{Layer(tb,
		File{Name: "etc/os-release", Data: "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"},
		File{Name: "etc/passwd", Data: "root:x:0:0:root:/root:/bin/bash\nflytekit:x:1000:1000::/home/flytekit:/bin/sh\n"},
		File{Name: "etc/group", Data: "root:x:0:\nflytekit:x:1000:\n"},
		File{Name: libc, Data: "\x7fELF\x00GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\nCopyright"},
		File{Name: strings.TrimPrefix(loader, "/"), Data: "loader", Mode: 0o755},
		File{Name: "root/", Mode: 0o755, UID: 1000},
		File{Name: "usr/local/bin/python3.11", Data: Program(machine, loader, "3.11.9"), Mode: 0o755},
		File{Name: "usr/local/bin/python3", Link: "python3.11"},
		File{Name: lib + "os.py", Data: "# os"}, File{Name: lib + "site.py", Data: "# site"}, File{Name: lib + "lib-dynload/"},
		File{Name: lib + "site-packages/"},
	)}
	if len(files) > 0 {
		layers = append(layers, Layer(tb, files...))
	}
	return Image(tb, arch, v1.Config{
		Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin", "PYTHON_VERSION=3.11.9"}, User: "flytekit", WorkingDir: "/", Cmd: []string{"python3"},
	}, layers...)
}

// Image is an image for linux with the layers.
func Image(tb testing.TB, arch string, config v1.Config, layers ...v1.Layer) v1.Image {
	tb.Helper()
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: arch, Config: config})
	if err != nil {
		tb.Fatal(err)
	}
	if img, err = mutate.AppendLayers(img, layers...); err != nil {
		tb.Fatal(err)
	}
	return img
}

// Index is an image index of images for several platforms.
func Index(tb testing.TB, images ...v1.Image) v1.ImageIndex {
	tb.Helper()
	var idx v1.ImageIndex = empty.Index
	for _, img := range images {
		config, err := img.ConfigFile()
		if err != nil {
			tb.Fatal(err)
		}
		idx = mutate.AppendManifests(idx, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: config.Platform()}})
	}
	return idx
}

// Program is as much of a program as is looked at: its header, what loads it, and
// strings of its own.
func Program(machine elf.Machine, loader string, strings ...string) string {
	le := binary.LittleEndian
	head := make([]byte, 64+56)
	copy(head, elf.ELFMAG)
	head[elf.EI_CLASS], head[elf.EI_DATA], head[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	le.PutUint16(head[16:], uint16(elf.ET_DYN))
	le.PutUint16(head[18:], uint16(machine))
	le.PutUint64(head[32:], 64) // program headers
	le.PutUint16(head[54:], 56)
	le.PutUint16(head[56:], 1)
	le.PutUint32(head[64:], uint32(elf.PT_INTERP))
	le.PutUint64(head[64+8:], uint64(len(head)))
	le.PutUint64(head[64+32:], uint64(len(loader)+1))
	text := string(head) + loader + "\x00"
	for _, s := range strings {
		text += "\x00" + s + "\x00"
	}
	return text
}

// Layer is a gzip layer with the files.
func Layer(tb testing.TB, files ...File) v1.Layer {
	tb.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Mode: f.Mode, Uid: f.UID, Gid: f.UID, Typeflag: tar.TypeReg, Size: int64(len(f.Data))}
		switch {
		case f.Link != "":
			h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.Link, 0o777
		case strings.HasSuffix(f.Name, "/"):
			h.Typeflag = tar.TypeDir
		}
		if h.Mode == 0 {
			h.Mode = 0o644
			if h.Typeflag == tar.TypeDir {
				h.Mode = 0o755
			}
		}
		if err := w.WriteHeader(h); err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write([]byte(f.Data)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	l, err := tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// Wheel is a wheel of a module of pure Python, or with tags of its own such as
// "cp311-cp311-manylinux_2_17_x86_64". Data is what is in the module.
func Wheel(tb testing.TB, name, version, tags, data string) (file string, content []byte) {
	tb.Helper()
	pure := "true"
	if tags == "" {
		tags = "py3-none-any"
	} else {
		pure = "false"
	}
	info := name + "-" + version + ".dist-info/"
	files := []File{
		{Name: name + "/__init__.py", Data: data},
		{Name: info + "METADATA", Data: "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n"},
		{Name: info + "WHEEL", Data: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: " + pure + "\nTag: " + tags + "\n"},
		{Name: info + "entry_points.txt", Data: "[console_scripts]\nrun-" + name + " = " + name + ":main\n"},
	}
	var record strings.Builder
	for _, f := range files {
		sum := sha256.Sum256([]byte(f.Data))
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.Data))
	}
	files = append(files, File{Name: info + "RECORD", Data: record.String() + info + "RECORD,,\n"})
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, CreatorVersion: 3 << 8, ExternalAttrs: 0o100644 << 16}
		w, err := z.CreateHeader(h)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write([]byte(f.Data)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return name + "-" + version + "-" + tags + ".whl", b.Bytes()
}

// PackageIndex is an index that serves files over loopback, and stops with its
// test.
type PackageIndex struct {
	*httptest.Server

	mu    sync.Mutex
	files map[string]published
	asked int
}

type published struct {
	data   []byte
	sha256 string
}

// NewPackageIndex starts an index.
func NewPackageIndex(tb testing.TB) *PackageIndex {
	tb.Helper()
	x := &PackageIndex{files: map[string]published{}}
	x.Server = httptest.NewServer(x)
	tb.Cleanup(x.Close)
	return x
}

// Simple is the URL of the index.
func (x *PackageIndex) Simple() string { return x.URL + "/simple/" }

// Add publishes a file; Wheel's results are its arguments.
func (x *PackageIndex) Add(file string, data []byte) {
	x.AddAs(file, data, fmt.Sprintf("%x", sha256.Sum256(data)))
}

// AddAs publishes a file with a digest that need not be its own.
func (x *PackageIndex) AddAs(file string, data []byte, sha256 string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.files[file] = published{data, sha256}
}

// Asked is how many requests were made.
func (x *PackageIndex) Asked() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.asked
}

// ServeHTTP serves a project's page, as the simple repository API has it, and
// files.
func (x *PackageIndex) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.asked++
	if name, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
		file, ok := x.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(file.data)
		return
	}
	project := strings.Trim(strings.TrimPrefix(r.URL.Path, "/simple"), "/")
	var links []string
	for name, file := range x.files {
		first, _, _ := strings.Cut(name, "-")
		if strings.ReplaceAll(strings.ToLower(first), "_", "-") == project {
			links = append(links, fmt.Sprintf(`<a href="/files/%[1]s#sha256=%[2]s">%[1]s</a>`, html.EscapeString(name), file.sha256))
		}
	}
	if len(links) == 0 {
		http.NotFound(w, r)
		return
	}
	slices.Sort(links)
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, "<!DOCTYPE html><html><body>%s</body></html>", strings.Join(links, "\n"))
}
