package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
)

func testBusy(t *testing.T, a, b blob.Store) {
	id := create(t, a)
	pr, pw := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := a.Append(context.WithoutCancel(t.Context()), id, 0, pr)
		done <- err
	}()
	if _, err := pw.Write([]byte("hel")); err != nil { // now the append runs
		t.Fatal(err)
	}
	for i, s := range []blob.Store{a, b} {
		r := strings.NewReader("x")
		_, err := s.Append(t.Context(), id, 0, r)
		wantErr(t, fmt.Sprint("append ", i), err, blob.ErrBusy)
		if r.Len() != 1 {
			t.Error("a refused append read its reader")
		}
		_, err = s.Commit(t.Context(), id, digest.FromString("hel"))
		wantErr(t, fmt.Sprint("commit ", i), err, blob.ErrBusy)
		_, err = s.Finish(t.Context(), id, 0, r, digest.FromString("hel"))
		wantErr(t, fmt.Sprint("finish ", i), err, blob.ErrBusy)
		wantErr(t, fmt.Sprint("abort ", i), s.Abort(t.Context(), id), blob.ErrBusy)
		if _, err := s.Size(t.Context(), id); err != nil {
			t.Errorf("size: %v", err)
		}
	}
	pw.Write([]byte("lo"))
	pw.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	commit(t, b, id, digest.FromString("hello"), 5)
}

// testConcurrentAppends lets writers race for each next part of one upload.
func testConcurrentAppends(t *testing.T, a, b blob.Store) {
	const parts, size = 20, 10_000
	content := Content(4, parts*size)
	id := create(t, a)
	var wg sync.WaitGroup
	for w := range 6 {
		s := []blob.Store{a, b}[w%2]
		wg.Go(func() {
			for {
				off, err := s.Size(t.Context(), id)
				if err != nil {
					t.Error(err)
					return
				}
				if off == int64(len(content)) {
					return
				}
				_, err = s.Append(t.Context(), id, off, bytes.NewReader(content[off:off+size]))
				var oe *blob.OffsetError
				if err != nil && !errors.Is(err, blob.ErrBusy) && !errors.As(err, &oe) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	d := digest.FromBytes(content)
	commit(t, b, id, d, len(content))
	wantContent(t, a, blob.Name{Digest: d, Upload: id}, content)
}

// testConcurrentCommits commits the same content from many uploads at once,
// and one upload more than once.
func testConcurrentCommits(t *testing.T, a, b blob.Store) {
	content := Content(5, 50_000)
	d := digest.FromBytes(content)
	var wg sync.WaitGroup
	var uploads []string
	for range 8 {
		id := create(t, a)
		appendTo(t, a, id, 0, content)
		won := make(chan bool, 2)
		for _, s := range []blob.Store{a, b} {
			wg.Go(func() {
				n, err := s.Commit(t.Context(), id, d)
				switch {
				case err == nil && n == int64(len(content)):
					won <- true
				case errors.Is(err, blob.ErrBusy), errors.Is(err, fs.ErrNotExist):
					won <- false
				default:
					t.Errorf("commit: %d, %v", n, err)
					won <- false
				}
			})
		}
		uploads = append(uploads, id)
		wg.Go(func() {
			if first, second := <-won, <-won; first == second {
				t.Errorf("commits of one upload: %v, %v; want one to succeed", first, second)
			}
		})
	}
	wg.Wait()
	for _, id := range uploads {
		wantContent(t, b, blob.Name{Digest: d, Upload: id}, content)
	}
}
