package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
)

func openCache(t testing.TB, store blob.Store, dir string, size int64) *blob.Cache {
	t.Helper()
	c, err := blob.OpenCache(store, dir, size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestCache(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) (a, b blob.Store) {
		dir := t.TempDir()
		return openCache(t, openDir(t, dir), t.TempDir(), 1<<20), openCache(t, openDir(t, dir), t.TempDir(), 1<<20)
	})
}

// counted is a store that counts what is opened, and may hold or spoil it.
type counted struct {
	blob.Store
	opens atomic.Int64
	read  func(io.ReadCloser) io.ReadCloser // nil is as it is
}

func (c *counted) Open(ctx context.Context, b blob.Name, off, n int64) (io.ReadCloser, error) {
	c.opens.Add(1)
	r, err := c.Store.Open(ctx, b, off, n)
	if err == nil && c.read != nil {
		r = c.read(r)
	}
	return r, err
}

type readCloser struct {
	io.Reader
	io.Closer
}

// TestCacheSingleFlight reads one blob five hundred times at once.
func TestCacheSingleFlight(t *testing.T) {
	content := blobtest.Content(1, 5<<20)
	store := &counted{Store: openDir(t, t.TempDir())}
	name := blobtest.Put(t, store, digest.SHA256, content)
	gate := make(chan struct{})
	store.read = func(r io.ReadCloser) io.ReadCloser {
		half := int64(len(content) / 2)
		return readCloser{io.MultiReader(io.LimitReader(r, half), readerFunc(func([]byte) (int, error) { <-gate; return 0, io.EOF }), r), r}
	}
	c := openCache(t, store, t.TempDir(), 1<<30)
	var begun, ended sync.WaitGroup
	for range 500 {
		begun.Add(1)
		ended.Go(func() {
			r, err := c.Open(t.Context(), name, 0, -1)
			if err != nil {
				t.Error(err)
				begun.Done()
				return
			}
			defer r.Close()
			first := make([]byte, 1000)
			_, err = io.ReadFull(r, first)
			begun.Done() // all have a part before the rest has come
			sum := digest.SHA256.Digester()
			sum.Hash().Write(first)
			if err == nil {
				_, err = io.Copy(sum.Hash(), r)
			}
			if err != nil || sum.Digest() != name.Digest {
				t.Errorf("read %s, %v", sum.Digest(), err)
			}
		})
	}
	begun.Wait()
	close(gate)
	ended.Wait()
	if n := store.opens.Load(); n != 1 {
		t.Errorf("the store was asked %d times", n)
	}
	// Parts come from the copy now, too.
	r, err := c.Open(t.Context(), name, 5, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content[5:15]) || store.opens.Load() != 1 {
		t.Errorf("read %d bytes, %v; the store was asked %d times", len(got), err, store.opens.Load())
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestCacheSpoilt lets nobody have all of a blob whose bytes are wrong, or
// break off.
func TestCacheSpoilt(t *testing.T) {
	broken := errors.New("broken")
	content := blobtest.Content(2, 1<<20)
	for what, spoil := range map[string]func(io.ReadCloser) io.ReadCloser{
		"wrong": func(r io.ReadCloser) io.ReadCloser {
			return readCloser{io.MultiReader(strings.NewReader("x"), io.NewSectionReader(bytes.NewReader(content), 1, 1<<20)), r}
		},
		"short": func(r io.ReadCloser) io.ReadCloser { return readCloser{io.LimitReader(r, 1000), r} },
		"error": func(r io.ReadCloser) io.ReadCloser {
			return readCloser{io.MultiReader(io.LimitReader(r, 1000), readerFunc(func([]byte) (int, error) { return 0, broken })), r}
		},
	} {
		t.Run(what, func(t *testing.T) {
			store := &counted{Store: openDir(t, t.TempDir())}
			name := blobtest.Put(t, store, digest.SHA256, content)
			if content[0] == 'x' {
				t.Fatal("not spoilt")
			}
			store.read = spoil
			dir := t.TempDir()
			c := openCache(t, store, dir, 1<<30)
			r, err := c.Open(t.Context(), name, 0, -1)
			if err == nil { // else it was over before
				if got, err := io.ReadAll(r); err == nil || len(got) == len(content) {
					t.Errorf("read %d bytes, %v", len(got), err)
				}
				r.Close()
			}
			store.read = nil
			r, err = c.Open(t.Context(), name, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
				t.Errorf("afterwards: %d bytes, %v", len(got), err)
			}
		})
	}
}

// TestCacheBounds keeps the directory within its size, over restarts, and what
// was used last.
func TestCacheBounds(t *testing.T) {
	store := &counted{Store: openDir(t, t.TempDir())}
	dir := t.TempDir()
	const size, limit = 100_000, 450_000
	var names []blob.Name
	for i := range 8 {
		names = append(names, blobtest.Put(t, store, digest.SHA256, blobtest.Content(uint64(i), size)))
	}
	large := blobtest.Put(t, store, digest.SHA256, blobtest.Content(9, limit))
	read := func(c *blob.Cache, b blob.Name) {
		t.Helper()
		r, err := c.Open(t.Context(), b, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := digest.FromReader(r); err != nil || got != b.Digest {
			t.Fatalf("read %s, %v", got, err)
		}
	}
	within := func() {
		t.Helper()
		var sum int64
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			fi, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			sum += fi.Size()
		}
		if sum > limit {
			t.Errorf("%d bytes in %d files", sum, len(entries))
		}
	}
	c, err := blob.OpenCache(store, dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range names {
		read(c, b)
		read(c, names[0])
	}
	read(c, large)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	within()
	if err := os.WriteFile(filepath.Join(dir, "sha256-x.part"), []byte("left"), 0o600); err != nil {
		t.Fatal(err)
	}
	c = openCache(t, store, dir, limit)
	before := store.opens.Load()
	read(c, names[0])
	read(c, names[7])
	if n := store.opens.Load(); n != before {
		t.Errorf("after a restart the store was asked %d times", n-before)
	}
	if _, err := os.Stat(filepath.Join(dir, "sha256-x.part")); err == nil {
		t.Error("what was not whole is there")
	}
	within()
}
