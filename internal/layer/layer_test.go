package layer

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/klauspost/compress/flate"

	"github.com/pratique-dev/pratique/internal/need"
)

// text is n bytes that are like a program: neither random nor trivial.
func text(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	words := make([]string, 500)
	for i := range words {
		words[i] = fmt.Sprintf("%x ", r.Uint32()>>r.UintN(28))
	}
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.Bytes()[:n]
}

func file(name string, mode fs.FileMode, content []byte) Entry {
	return Entry{Name: name, Mode: mode, Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

// packed is a file that is stored compressed, by a compressor of its own.
func packed(t testing.TB, name string, content []byte) Entry {
	t.Helper()
	var stream bytes.Buffer
	w, err := flate.NewWriter(&stream, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(content)
	w.Close()
	e := file(name, 0o644, content)
	e.OpenDeflated = func(raw io.Writer) (io.ReadCloser, error) {
		return flate.NewReader(io.TeeReader(bytes.NewReader(stream.Bytes()), raw)), nil
	}
	return e
}

// sample has everything that a layer can have.
func sample() []Entry {
	return []Entry{
		{Name: "opt", Type: Dir, Mode: 0o755},
		{Name: "opt/shared", Type: Dir, Mode: fs.ModeSetgid | fs.ModeSticky | 0o775, GID: 50},
		file("opt/shared/run.sh", 0o700, []byte("#!/bin/sh\n")),
		file("opt/shared/secret", 0o600, text(100_000)),
		file("opt/shared/empty", 0, nil),
		file("opt/shared-with-others", 0o666, text(5)),
		{Name: "opt/link", Type: Symlink, Link: "shared/run.sh", UID: 1000, GID: 1000},
		file("opt/"+strings.Repeat("long/", 60)+"ünï", 0o644, []byte("x")),
		Whiteout("opt/old.py"),
		Whiteout("opt/older"),
	}
}

func give(entries ...Entry) func(context.Context) ([]Entry, error) {
	return func(context.Context) ([]Entry, error) { return entries, nil }
}

func build(t testing.TB, opts Options, entries ...Entry) *Layer {
	t.Helper()
	c := &Cache{Dir: t.TempDir()}
	l, err := c.Build(t.Context(), "key", opts, give(entries...))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// list reads a layer back, a line for each entry.
func list(t testing.TB, l *Layer) []string {
	t.Helper()
	r, err := l.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var lines []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if h.Uname != "" || h.Gname != "" || !h.AccessTime.IsZero() || !h.ChangeTime.IsZero() {
			t.Errorf("%s: names of owners or times: %+v", h.Name, h)
		}
		name := h.Name
		if len(name) > 60 {
			name = name[:10] + "…" + name[len(name)-10:]
		}
		pax := ""
		if len(h.PAXRecords) > 0 {
			pax = " PAX"
		}
		lines = append(lines, fmt.Sprintf("%c %04o %d:%d %d %d %s %s%s", h.Typeflag, h.Mode, h.Uid, h.Gid, len(content), h.ModTime.Unix(), name, h.Linkname, pax))
	}
}

func TestEntries(t *testing.T) {
	want := []string{
		"5 0755 0:0 0 0 opt/ ",
		"0 0644 0:0 0 0 opt/.wh.old.py ",
		"0 0644 0:0 0 0 opt/.wh.older ",
		"2 0777 1000:1000 0 0 opt/link shared/run.sh",
		"0 0644 0:0 1 0 opt/long/l…long/ünï  PAX",
		"5 3775 0:50 0 0 opt/shared/ ",
		"0 0644 0:0 5 0 opt/shared-with-others ",
		"0 0644 0:0 0 0 opt/shared/empty ",
		"0 0755 0:0 10 0 opt/shared/run.sh ",
		"0 0644 0:0 100000 0 opt/shared/secret ",
	}
	for _, compression := range []Compression{Gzip, Zstd} {
		if diff := cmp.Diff(want, list(t, build(t, Options{Compression: compression}, sample()...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", compression, diff)
		}
	}
	dated := list(t, build(t, Options{Time: time.Unix(1700000000, 999)}, file("a", 0, nil)))
	if diff := cmp.Diff([]string{"0 0644 0:0 0 1700000000 a "}, dated); diff != "" {
		t.Error(diff)
	}
}

// go-containerregistry checks digests, sizes and media types its own way.
func TestIsLayer(t *testing.T) {
	for compression, mediaType := range map[Compression]types.MediaType{Gzip: types.OCILayer, Zstd: types.OCILayerZStd} {
		l := build(t, Options{Compression: compression}, append(sample(), packed(t, "packed", text(300_000)))...)
		if got, _ := l.MediaType(); got != mediaType {
			t.Errorf("%s: media type %s", compression, got)
		}
		if compression == Gzip { // the validator knows no other
			if err := validate.Layer(l); err != nil {
				t.Error(err)
			}
		}
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil || n != l.UncompressedSize() {
			t.Errorf("%s: %d bytes of %d: %v", compression, n, l.UncompressedSize(), err)
		}
		if parsed, err := ParseCompression(compression.String()); parsed != compression || err != nil {
			t.Errorf("ParseCompression(%s) = %v, %v", compression, parsed, err)
		}
	}
}

// The digests of layers are in registries: what changes one changes format.
func TestBytesAreForever(t *testing.T) {
	for _, test := range []struct {
		compression    Compression
		digest, diffID string
	}{
		{Gzip, goldenGzip, goldenDiffID},
		{Zstd, goldenZstd, goldenDiffID},
	} {
		l := build(t, Options{Compression: test.compression}, append(sample(), packed(t, "packed", text(300_000)))...)
		if l.digest.Hex != test.digest || l.diffID.Hex != test.diffID {
			t.Errorf("%s: digest %s, diff id %s", test.compression, l.digest.Hex, l.diffID.Hex)
		}
	}
}

const (
	goldenDiffID = "d471b5fc1448106327b37ff7d37ee1a4deb60f261c94655a65a06194fbe299f1"
	goldenGzip   = "9d202ec29e034e2cad100d195173d3022000e374ea00499687a8f27594a6edeb"
	goldenZstd   = "49dee98a70bb91241225e420994c173b04b11b01fbbcd29de111086789271ead"
)

// A stream that is taken over changes how the layer is stored, never what is
// in it, and every gzip reads it.
func TestTakeOver(t *testing.T) {
	var plain, taken []Entry
	for i, n := range []int{1, takeOver - 1, takeOver, takeOver + 1, 3 << 20} {
		name := fmt.Sprintf("f%d", i)
		plain = append(plain, file(name, 0o644, text(n)))
		taken = append(taken, packed(t, name, text(n)))
	}
	a, b := build(t, Options{}, plain...), build(t, Options{}, taken...)
	if a.diffID != b.diffID || a.digest == b.digest {
		t.Errorf("diff ids %s and %s, digests %s and %s", a.diffID, b.diffID, a.digest, b.digest)
	}
	if err := validate.Layer(b); err != nil { // compress/gzip of Go
		t.Error(err)
	}
	if z := build(t, Options{Compression: Zstd}, taken...); z.diffID != a.diffID {
		t.Error("zstd has another diff id")
	}
	need.Tools(t, "gzip")
	cmd := exec.CommandContext(t.Context(), "gzip", "-t")
	f, err := os.Open(b.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd.Stdin = f
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("gzip -t: %v: %s", err, out)
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		entries []Entry
		want    string
	}{
		"none":           {[]Entry{{Name: ""}}, "no name"},
		"dot":            {[]Entry{{Name: ".", Type: Dir}}, "no name"},
		"absolute":       {[]Entry{{Name: "/etc/passwd"}}, "absolute"},
		"up":             {[]Entry{{Name: "a/../../b"}}, "leads out"},
		"up at once":     {[]Entry{{Name: ".."}}, "leads out"},
		"unclean":        {[]Entry{{Name: "a//b"}}, "not clean"},
		"slash":          {[]Entry{{Name: "a/", Type: Dir}}, "not clean"},
		"nul":            {[]Entry{{Name: "a\x00b"}}, "NUL"},
		"bytes":          {[]Entry{{Name: "a\xff"}}, "UTF-8"},
		"long part":      {[]Entry{{Name: strings.Repeat("x", 256)}}, "too long"},
		"long":           {[]Entry{{Name: strings.Repeat("xxxxxxx/", 600) + "x"}}, "too long"},
		"long whiteout":  {[]Entry{Whiteout(strings.Repeat("x", 252))}, "too long"},
		"whiteout":       {[]Entry{{Name: "a/.wh.b"}}, "remove"},
		"opaque":         {[]Entry{{Name: "a/.wh..wh..opq"}}, "remove"},
		"twice":          {[]Entry{{Name: "a"}, {Name: "a"}}, "twice"},
		"gone and there": {[]Entry{{Name: "a"}, Whiteout("a")}, "twice"},
		"below link":     {[]Entry{{Name: "a", Type: Symlink, Link: "/etc"}, {Name: "a/b/c"}}, "symbolic link"},
		"below file":     {[]Entry{{Name: "a/b"}, {Name: "a"}}, "below a file"},
		"below removed":  {[]Entry{{Name: "a/b"}, Whiteout("a")}, "removes"},
		"empty link":     {[]Entry{{Name: "a", Type: Symlink}}, "target"},
		"no content":     {[]Entry{{Name: "a", Size: 1}}, "content"},
		"negative":       {[]Entry{{Name: "a", Size: -1}}, "content"},
		"owner":          {[]Entry{{Name: "a", UID: -1}}, "owner"},
		"type":           {[]Entry{{Name: "a", Type: 77}}, "type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Cache{Dir: t.TempDir()}
			_, err := c.Build(t.Context(), "key", Options{}, give(test.entries...))
			var e *EntryError
			if !errors.As(err, &e) || !strings.Contains(e.Reason, test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
			empty(t, c)
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	content := text(20 << 20)
	for name, test := range map[string]struct {
		compression Compression
		entry       Entry
	}{
		"gzip":  {Gzip, file("f", 0, content)},
		"zstd":  {Zstd, file("f", 0, content)},
		"taken": {Gzip, packed(b, "f", content)},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			c := &Cache{Dir: b.TempDir()}
			for i := 0; b.Loop(); i++ {
				if _, err := c.Build(b.Context(), fmt.Sprint(i), Options{Compression: test.compression}, give(test.entry)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
