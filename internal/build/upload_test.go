package build

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
)

// archive makes a compressed tar archive.
func archive(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	a := tar.NewWriter(z)
	for _, h := range headers {
		content := []byte(nil)
		if h.Typeflag == tar.TypeReg || h.Typeflag == 0 {
			content = bytes.Repeat([]byte("x"), int(h.Size))
		}
		if err := a.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(a.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func withFiles(r Request, content []byte) Request {
	r.ContextDigest, r.ContextSize = digest.FromBytes(content).String(), int64(len(content))
	return r
}

func (w *world) stored() (n int) {
	w.Helper()
	for _, err := range w.files.List(w.Context(), blob.Name{}) {
		if err != nil {
			w.Fatal(err)
		}
		n++
	}
	return n
}

func TestUpload(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		ctx := w.Context()
		content := archive(t, tar.Header{Name: "requirements.txt", Size: 100, Mode: 0o644}, tar.Header{Name: "src/main.py", Size: 10, Mode: 0o644})
		b := w.start(withFiles(request("ann", "app"), content))
		w.state(b.ID, Uploading)
		w.none()
		w.is(w.Upload(ctx, b.ID, bytes.NewReader(content[:50])), ErrContext)
		w.is(w.Upload(ctx, b.ID, io.MultiReader(bytes.NewReader(content), strings.NewReader("more"))), ErrContext)
		altered := bytes.Clone(content)
		altered[20]++
		w.is(w.Upload(ctx, b.ID, bytes.NewReader(altered)), ErrContext)
		w.state(b.ID, Uploading)
		if n := w.stored(); n != 0 {
			t.Errorf("%d archives are stored of uploads that failed", n)
		}
		if err := w.node.Upload(ctx, b.ID, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		if err := w.Upload(ctx, b.ID, strings.NewReader("not read")); err != nil {
			t.Errorf("files that are there: %v", err)
		}
		l := w.leased(b)
		r, size, err := w.Open(ctx, b.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		if err != nil || !bytes.Equal(got, content) || size != int64(len(content)) {
			t.Errorf("read %d bytes, size %d, %v", len(got), size, err)
		}
		_, _, err = w.Open(ctx, b.ID, 2)
		w.is(err, ErrNotFound)
		if _, err := w.Finish(ctx, account, region, b.ID, l.ID, Finish{Outcome: Failed}); err != nil {
			t.Fatal(err)
		}
		_, _, err = w.Open(ctx, b.ID, 1)
		w.is(err, ErrNotFound)
		w.is(w.Upload(ctx, b.ID, bytes.NewReader(content)), ErrNotFound)
		w.sweep()
		if n := w.stored(); n != 0 {
			t.Errorf("%d archives are stored after the end", n)
		}
	})
}

// A build whose files are no archive to be unpacked fails, and they are not kept.
func TestUploadMalformed(t *testing.T) {
	each(t, Limits{}, func(w *world) {
		for i, content := range [][]byte{[]byte("no archive"), archive(t, tar.Header{Name: "../up", Size: 1})} {
			b := w.start(withFiles(request("ann", fmt.Sprint(i)), content))
			w.is(w.Upload(w.Context(), b.ID, bytes.NewReader(content)), ErrContext)
			if got := w.state(b.ID, Failed); !strings.Contains(got.Reason, "the files of the build cannot be used") {
				t.Errorf("reason %q", got.Reason)
			}
		}
		if n := w.stored(); n != 0 {
			t.Errorf("%d archives are stored", n)
		}
	})
}
