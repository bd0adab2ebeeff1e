package baseimage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
)

// item is a file of a test's layer. The first letter of the mode, as ls prints
// it, is its kind: "-" a file, "d" a directory, "l" a symbolic and "h" a hard
// link, "p" a pipe.
type item struct {
	kind     byte
	name     string
	text     string // content or target
	mode     int64
	uid, gid int
}

func dir(name string) item             { return item{kind: 'd', name: name, mode: 0o755} }
func reg(name, text string) item       { return item{kind: '-', name: name, text: text, mode: 0o644} }
func link(name, target string) item    { return item{kind: 'l', name: name, text: target, mode: 0o777} }
func hard(name, target string) item    { return item{kind: 'h', name: name, text: target, mode: 0o644} }
func pipe(name string) item            { return item{kind: 'p', name: name, mode: 0o644} }
func (i item) owned(uid, gid int) item { i.uid, i.gid = uid, gid; return i }
func (i item) perm(mode int64) item    { i.mode = mode; return i }

// packed is the tar file of the items.
func packed(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range items {
		h := &tar.Header{Name: i.name, Mode: i.mode, Uid: i.uid, Gid: i.gid}
		switch i.kind {
		case 'd':
			h.Typeflag = tar.TypeDir
		case '-':
			h.Typeflag, h.Size = tar.TypeReg, int64(len(i.text))
		case 'l':
			h.Typeflag, h.Linkname = tar.TypeSymlink, i.text
		case 'h':
			h.Typeflag, h.Linkname = tar.TypeLink, i.text
		case 'p':
			h.Typeflag = tar.TypeFifo
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if i.kind == '-' {
			if _, err := io.WriteString(w, i.text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(t testing.TB, data []byte) []byte {
	t.Helper()
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.EncodeAll(data, nil)
}

// blob is a layer as a registry has it: bytes, a type, and in the image's
// configuration a digest of what they unpack to.
type blob struct {
	v1.Layer
	diffID v1.Hash
	opened *atomic.Int32
}

func (b blob) DiffID() (v1.Hash, error) { return b.diffID, nil }

func (b blob) Compressed() (io.ReadCloser, error) {
	if b.opened != nil {
		b.opened.Add(1)
	}
	return b.Layer.Compressed()
}

func (b blob) Uncompressed() (io.ReadCloser, error) {
	return nil, errors.New("the package unpacks itself")
}

// newBlob is a layer of the type with the bytes, which unpack to plain.
func newBlob(t testing.TB, media types.MediaType, data, plain []byte) blob {
	t.Helper()
	diffID, _, err := v1.SHA256(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	return blob{Layer: static.NewLayer(data, media), diffID: diffID}
}

// layerOf is a gzip layer with the items.
func layerOf(t testing.TB, items ...item) blob {
	t.Helper()
	plain := packed(t, items...)
	return newBlob(t, types.DockerLayer, gzipped(t, plain), plain)
}

// imageOf is an image for linux/amd64 unless config says otherwise.
func imageOf(t testing.TB, config v1.Config, layers ...v1.Layer) v1.Image {
	t.Helper()
	return imageFor(t, "amd64", config, layers...)
}

func imageFor(t testing.TB, arch string, config v1.Config, layers ...v1.Layer) v1.Image {
	t.Helper()
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: arch, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		media, err := l.MediaType()
		if err != nil {
			t.Fatal(err)
		}
		if img, err = mutate.Append(img, mutate.Addendum{Layer: l, MediaType: media}); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// counted is the image, counting how often a layer is opened.
func counted(opened *atomic.Int32, layers ...blob) []v1.Layer {
	var all []v1.Layer
	for _, l := range layers {
		l.opened = opened
		all = append(all, l)
	}
	return all
}

const (
	glibcLoader = "/lib64/ld-linux-x86-64.so.2"
	muslLoader  = "/lib/ld-musl-x86_64.so.1"
)

// python is the program of a version for amd64 and glibc.
func pythonProgram(version string) string {
	return imagebuildtest.Program(elf.EM_X86_64, glibcLoader, "some text", "3.45.1.not", version)
}

func glibcText(version string) string {
	return "\x7fELF…\x00GNU C Library (Debian GLIBC " + version + "-9+deb12u10) stable release version " + version + ".\nCopyright"
}

// stdlib is the standard library below root.
func stdlib(root, minor, site string) []item {
	return []item{reg(root+"/python"+minor+"/os.py", "# os"), reg(root+"/python"+minor+"/site.py", "# site\n"+site), dir(root + "/python" + minor + "/lib-dynload")}
}

const (
	debianSite = `sitepackages.append(os.path.join(prefix, "lib", "python3", "dist-packages"))`
	redhatSite = `if ENABLE_USER_SITE and 'RPM_BUILD_ROOT' not in os.environ:`
)

// wheelDir is an installed distribution of one module in a directory.
func wheelDir(site, name, version string, more ...string) []item {
	info := site + "/" + name + "-" + version + ".dist-info"
	record := []string{name + "/__init__.py,sha256=x,0", name + "-" + version + ".dist-info/METADATA,,", name + "-" + version + ".dist-info/RECORD,,"}
	return []item{
		reg(info+"/METADATA", "Metadata-Version: 2.1\nName: "+name+"\nVersion: "+version+"\nLicense: MIT\n\nName: in the description\n"),
		reg(info+"/RECORD", strings.Join(append(record, more...), "\n")+"\n"),
		reg(site+"/"+name+"/__init__.py", ""),
	}
}

// flat puts lists of items together.
func flat(lists ...any) []item {
	var all []item
	for _, l := range lists {
		switch l := l.(type) {
		case item:
			all = append(all, l)
		case []item:
			all = append(all, l...)
		}
	}
	return all
}
