package baseimage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// minimal is an image that Read finds all in that it needs.
func minimal() []item {
	return flat(debianSystem(), stdlib("usr/lib", "3.11", debianSite), reg("usr/bin/python3.11", pythonProgram("3.11.2")), link("usr/bin/python3", "python3.11"))
}

func TestReadCompressions(t *testing.T) {
	plain := packed(t, minimal()...)
	zipped := gzipped(t, plain)
	for name, l := range map[string]blob{
		"docker gzip":               newBlob(t, types.DockerLayer, zipped, plain),
		"oci gzip":                  newBlob(t, types.OCILayer, zipped, plain),
		"oci zstd":                  newBlob(t, types.OCILayerZStd, zstandard(t, plain), plain),
		"zstd after an empty frame": newBlob(t, types.OCILayerZStd, append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"), zstandard(t, plain)...), plain),
		"oci uncompressed":          newBlob(t, types.OCIUncompressedLayer, plain, plain),
		"docker uncompressed":       newBlob(t, types.DockerUncompressedLayer, plain, plain),
		"another than the type":     newBlob(t, types.OCILayer, zstandard(t, plain), plain),
		"gzip of several members":   newBlob(t, types.OCILayer, append(gzipped(t, plain[:1000]), gzipped(t, plain[1000:])...), plain),
		"zeros at the end":          newBlob(t, types.OCILayer, gzipped(t, append(plain, make([]byte, 1<<20)...)), append(plain, make([]byte, 1<<20)...)),
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Read(t.Context(), imageOf(t, env(usualPath), l), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if b.Python.Version != "3.11.2" || b.OSRelease.VersionID != "12" {
				t.Errorf("%+v", b)
			}
		})
	}
}

func TestReadRefused(t *testing.T) {
	plain := packed(t, minimal()...)
	good := layerOf(t, minimal()...)
	deep := strings.Repeat("d/", 3000) + "x"
	long := strings.Repeat("n", 256)
	manyFiles := make([]item, 200)
	for i := range manyFiles {
		manyFiles[i] = reg(fmt.Sprint("f", i), "")
	}
	wrongDiffID := layerOf(t, reg("other", ""))
	wrongDiffID.diffID.Hex = strings.Repeat("0", 64)
	small := DefaultLimits
	small.Entries, small.Bytes, small.Text = 100, 1<<20, 1000
	for name, test := range map[string]struct {
		layer  v1.Layer
		limits Limits
		want   string
	}{
		"encrypted":        {newBlob(t, "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", []byte("x"), plain), Limits{}, "it is encrypted"},
		"not a layer":      {newBlob(t, "application/json", []byte("{}"), plain), Limits{}, `it is of the type "application/json", which is not that of a layer`},
		"xz":               {newBlob(t, types.OCILayer, []byte("\xfd7zXZ\x00…"), plain), Limits{}, "compressed with xz"},
		"not a tar file":   {newBlob(t, types.OCILayer, bytes.Repeat([]byte("x"), 2000), plain), Limits{}, "read the tar file: "},
		"cut gzip":         {newBlob(t, types.OCILayer, gzipped(t, plain)[:200], plain), Limits{}, "unexpected EOF"},
		"cut tar":          {newBlob(t, types.OCILayer, gzipped(t, plain[:len(plain)/2+100]), plain), Limits{}, "unexpected EOF"},
		"damaged gzip":     {newBlob(t, types.OCILayer, damaged(gzipped(t, plain)), plain), Limits{}, ""},
		"another diff ID":  {wrongDiffID, Limits{}, "the image's configuration says sha256:0000"},
		"another digest":   {lying{layerOf(t, reg("lying", ""))}, Limits{}, "its content is sha256:"},
		"dots":             {layerOf(t, reg("a/../../etc/passwd", "")), Limits{}, `"a/../../etc/passwd": a path with ".."`},
		"dots in a link":   {layerOf(t, hard("a", "../b")), Limits{}, `"a": hard link to "../b": a path with ".."`},
		"a long path":      {layerOf(t, reg(deep, "")), Limits{}, "a path of more than 4096 bytes"},
		"a long name":      {layerOf(t, reg(long, "")), Limits{}, "a name of more than 255 bytes"},
		"below a file":     {layerOf(t, reg("a", ""), reg("a/b", "")), Limits{}, `"/a" is not a directory`},
		"a loop":           {layerOf(t, link("a", "b"), link("b", "a"), reg("a/x", "")), Limits{}, "too many symbolic links"},
		"paths by links":   {layerOf(t, growing()...), Limits{}, "a path of more than 4096 bytes"},
		"link to nothing":  {layerOf(t, link("a", "")), Limits{}, "a symbolic link to 0 bytes of path"},
		"link to a dir":    {layerOf(t, dir("a"), hard("b", "a")), Limits{}, "which is not a file"},
		"empty whiteout":   {layerOf(t, reg("a/.wh.", "")), Limits{}, "a whiteout of nothing"},
		"whiteout of dots": {layerOf(t, reg("a/.wh...", "")), Limits{}, "a whiteout of nothing"},
		"root is a file":   {layerOf(t, reg("./.", "")), Limits{}, "the root is not a directory"},
		"owner":            {layerOf(t, reg("a", "").owned(-1, 0)), Limits{}, "owner -1:0"},
		"many entries":     {layerOf(t, manyFiles...), small, "more than 100 entries"},
		"much text":        {layerOf(t, reg("etc/passwd", strings.Repeat("x", 2000))), small, "more than 1000 bytes of names and metadata"},
		"large":            {layerOf(t, reg("a", strings.Repeat("x", 2<<20))), small, "more than 1048576 bytes"},
		"large after the end": {newBlob(t, types.OCILayer, gzipped(t, append(packed(t), make([]byte, 4<<20)...)), append(packed(t), make([]byte, 4<<20)...)), small,
			"more than 1048576 bytes"},
		"large passwd": {layerOf(t, reg("etc/passwd", strings.Repeat("x", 2<<20))), Limits{}, `"etc/passwd": read it: more than 1048576 bytes`},
		"large RECORD": {layerOf(t, reg("x.dist-info/RECORD", strings.Repeat("x", 33<<20))), Limits{}, `"x.dist-info/RECORD": read it: more than 33554432 bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			_, err := Read(t.Context(), imageOf(t, env(usualPath), good, test.layer), Options{Cache: cache, Limits: test.limits})
			var layer *LayerError
			if !errors.As(err, &layer) || layer.Number != 2 && test.limits == (Limits{}) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q of layer 2", err, test.want)
			}
			if want := fmt.Sprintf("layer %d of the base image (sha256:", layer.Number); !strings.HasPrefix(err.Error(), want) {
				t.Errorf("error %v", err)
			}
			left, err := filepath.Glob(filepath.Join(cache, "baseimage", "*"+layer.Digest.Hex+"*"))
			if err != nil || len(left) > 0 {
				t.Errorf("%v is left, %v", left, err)
			}
			if temporary, _ := filepath.Glob(filepath.Join(cache, "baseimage", ".*")); len(temporary) > 0 {
				t.Errorf("%v is left", temporary)
			}
		})
	}
}

func damaged(data []byte) []byte { data[len(data)/2] ^= 0x55; return data }

// lying is a layer that sends other bytes than its digest says.
type lying struct{ blob }

func (l lying) Compressed() (io.ReadCloser, error) {
	r, err := l.blob.Compressed()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	unzip, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	zip, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if _, err := io.Copy(zip, unzip); err != nil {
		return nil, err
	}
	return io.NopCloser(&b), zip.Close()
}

// growing makes long paths with short names.
func growing() []item {
	long := strings.TrimSuffix(strings.Repeat("dddddddddd/", 200), "/")
	return []item{dir(long), link("a", long), link("a/b", "c/"+long), reg("a/b/x", "")}
}

func TestReadImageRefused(t *testing.T) {
	good := layerOf(t, minimal()...)
	windows := imageOf(t, env(), good)
	config, err := windows.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*v1.ConfigFile)
		want   string
	}{
		"windows":          {func(c *v1.ConfigFile) { c.OS = "windows" }, "the base image is for windows; only linux can be built on"},
		"fewer diff IDs":   {func(c *v1.ConfigFile) { c.RootFS.DiffIDs = nil }, "the base image has 1 layers and its configuration names 0"},
		"unknown user":     {func(c *v1.ConfigFile) { c.Config.User = "nobody-here" }, `the base image runs as "nobody-here": user "nobody-here" is not in the image's /etc/passwd`},
		"unknown arch":     {func(c *v1.ConfigFile) { c.Architecture = "vax" }, "the base image has no Python that can be used; it has /usr/bin/python3, but it is built for amd64, in an image for vax"},
		"no arch is fine":  {func(c *v1.ConfigFile) { c.Architecture = "" }, ""},
		"a number as user": {func(c *v1.ConfigFile) { c.Config.User = "4711:4711" }, ""},
	} {
		changed := config.DeepCopy()
		test.change(changed)
		_, err := Read(t.Context(), configured{windows, changed}, Options{})
		if err == nil && test.want != "" || err != nil && err.Error() != test.want {
			t.Errorf("%s: error %v, want %s", name, err, test.want)
		}
	}
}

// configured is an image with another configuration.
type configured struct {
	v1.Image
	config *v1.ConfigFile
}

func (c configured) ConfigFile() (*v1.ConfigFile, error) { return c.config, nil }

func TestReadAgainOpensNothing(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "made", "when absent")
	var opened atomic.Int32
	layers := counted(&opened, layerOf(t, minimal()...), layerOf(t, wheelDir("usr/local/lib/python3.11/dist-packages", "numpy", "1.0")...), layerOf(t))
	img := imageOf(t, env(usualPath), layers...)
	first, err := Read(t.Context(), img, Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	if opened.Load() != 3 {
		t.Errorf("%d layers were opened at first, want 3", opened.Load())
	}
	opened.Store(0)
	second, err := Read(t.Context(), img, Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	if opened.Load() != 0 {
		t.Errorf("%d layers were opened again", opened.Load())
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreUnexported(Base{}, Installed{})); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}

	// What is damaged or of another version is read anew.
	files, err := filepath.Glob(filepath.Join(cache, "baseimage", "*.index"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		switch i {
		case 0:
			data[len(data)-10] ^= 1
		case 1:
			data = data[:len(data)/2]
		case 2:
			data[7]++
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	third, err := Read(t.Context(), img, Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, third, cmpopts.IgnoreUnexported(Base{}, Installed{})); diff != "" {
		t.Errorf("(-first +third):\n%s", diff)
	}
	if opened.Load() != 3 {
		t.Errorf("%d damaged indexes were made anew, want 3", opened.Load())
	}
}

func TestReadConcurrently(t *testing.T) {
	cache := t.TempDir()
	img := imageOf(t, env(usualPath), layerOf(t, minimal()...), layerOf(t, reg("a", "")), layerOf(t, reg("a", "")), layerOf(t, reg("b", "")), layerOf(t, reg("c", "")))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			b, err := Read(context.Background(), img, Options{Cache: cache})
			if err != nil || b.Python.Version != "3.11.2" {
				t.Errorf("%+v, %v", b, err)
			}
		})
	}
	wait.Wait()
	if left, _ := filepath.Glob(filepath.Join(cache, "baseimage", ".*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestReadInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cache := t.TempDir()
	var hanging v1.Layer = waiting{layerOf(t, minimal()...), cancel}
	_, err := Read(ctx, imageOf(t, env(usualPath), layerOf(t, minimal()...), hanging), Options{Cache: cache})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(cache, "baseimage", "*"))
	if len(files) > 1 {
		t.Errorf("%v is left", files)
	}
}

// waiting is a layer whose bytes never come. Reading it interrupts the reader.
type waiting struct {
	blob
	cancel func()
}

func (w waiting) Digest() (v1.Hash, error) {
	return v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("a", 64)}, nil
}

func (w waiting) Compressed() (io.ReadCloser, error) {
	r, _ := io.Pipe()
	return r, nil
}

func (w waiting) MediaType() (types.MediaType, error) {
	defer w.cancel()
	return types.OCILayer, nil
}

func TestReadUnwritableCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Read(t.Context(), imageOf(t, env(usualPath), layerOf(t, minimal()...)), Options{Cache: file})
	if err == nil || !strings.Contains(err.Error(), "keep its index: ") {
		t.Errorf("error %v", err)
	}
}

func TestScanUnknownType(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "x", Typeflag: 'M'}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := scanTar(&b, DefaultLimits); err == nil || err.Error() != `"x": an entry of the unknown type 'M'` {
		t.Errorf("error %v", err)
	}
}
