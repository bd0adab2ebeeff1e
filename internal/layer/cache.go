package layer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// A Cache keeps layers in a directory. Processes may share it; a crash leaves
// at worst a temporary file, which [Cache.Prune] removes. The zero value with
// a Dir is ready; it must not be copied after its first use.
type Cache struct {
	// Dir is made when it is needed, for its owner alone: packages may be
	// private.
	Dir string
	// Now is the clock for what was used when; nil is time.Now.
	Now func() time.Time

	mu       sync.Mutex
	building map[string]chan struct{} // by id; closed when done
}

// The directory holds
//
//	keys/<id>              what is known of the layer with the key, as JSON
//	blobs/sha256/<hex>     layers; several keys may have the same
//	tmp/                   what is being written
//
// Everything is written to tmp and renamed. A key without its blob, or with
// one of the wrong size, counts as absent.

// Options are what a layer's bytes depend on besides its entries.
type Options struct {
	Compression Compression
	// Time is every entry's modification time, in whole seconds. The zero
	// Time stands for 1970, the start of Unix time.
	Time time.Time
}

// Build returns the layer that was made for the same key and options before,
// or else calls entries and makes it. The key must name everything that the
// entries depend on, content included; it may be of any length. Entries come
// in any order, and parents of what they name may be left out: then the
// runtime has to know them from below.
//
// Errors of entries, of opening or reading one of them, and [*EntryError]
// come wrapped and leave nothing behind.
func (c *Cache) Build(ctx context.Context, key string, opts Options, entries func(context.Context) ([]Entry, error)) (*Layer, error) {
	id := identify(key, opts)
	for {
		if l, ok := c.lookup(id, opts.Compression); ok {
			l.cached = true
			return l, nil
		}
		done, first := c.begin(id)
		if first {
			break
		}
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer c.end(id)
	list, err := entries(ctx)
	if err != nil {
		return nil, err
	}
	sorted, err := arrange(list)
	if err != nil {
		return nil, err
	}
	return c.make(ctx, id, opts, sorted)
}

// identify is the name of a key in the file system.
func identify(key string, opts Options) string {
	var seconds int64
	if !opts.Time.IsZero() {
		seconds = opts.Time.Unix()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%s", format, opts.Compression, seconds, key))
	return hex.EncodeToString(sum[:])
}

// begin tells whether the caller is the one to make the layer; if not, done
// is closed when another has tried.
func (c *Cache) begin(id string) (done <-chan struct{}, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done, ok := c.building[id]; ok {
		return done, false
	}
	if c.building == nil {
		c.building = map[string]chan struct{}{}
	}
	c.building[id] = make(chan struct{})
	return nil, true
}

func (c *Cache) end(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.building[id])
	delete(c.building, id)
}

func (c *Cache) keyPath(id string) string   { return filepath.Join(c.Dir, "keys", id) }
func (c *Cache) blobPath(hex string) string { return filepath.Join(c.Dir, "blobs", "sha256", hex) }

// lookup returns the layer with the key id if it is whole, as far as can be
// told without reading it, and notes that it was used.
func (c *Cache) lookup(id string, compression Compression) (*Layer, bool) {
	data, err := os.ReadFile(c.keyPath(id))
	if err != nil {
		return nil, false
	}
	var w written
	if json.Unmarshal(data, &w) != nil || w.Digest.Algorithm != "sha256" || w.DiffID.Algorithm != "sha256" {
		return nil, false
	}
	blob := c.blobPath(w.Digest.Hex)
	info, err := os.Lstat(blob)
	if err != nil || !info.Mode().IsRegular() || info.Size() != w.Size {
		return nil, false
	}
	now := c.now()
	// Best effort: a cache that is read-only is still good for reading.
	_ = os.Chtimes(blob, now, now)
	return c.layer(w, compression), true
}

func (c *Cache) layer(w written, compression Compression) *Layer {
	return &Layer{
		digest: w.Digest, diffID: w.DiffID, size: w.Size, uncompressedSize: w.UncompressedSize,
		compression: compression, path: c.blobPath(w.Digest.Hex),
	}
}

func (c *Cache) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// make writes the layer and makes it known under id.
func (c *Cache) make(ctx context.Context, id string, opts Options, entries []Entry) (_ *Layer, err error) {
	for _, dir := range []string{"keys", "blobs/sha256", "tmp"} {
		if err := os.MkdirAll(filepath.Join(c.Dir, filepath.FromSlash(dir)), 0o700); err != nil {
			return nil, fmt.Errorf("make cache of layers: %w", err)
		}
	}
	var w written
	temp, err := c.temp(func(f *os.File) error {
		w, err = write(ctx, f, opts, entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp) // gone by then, if all went well
	blob := c.blobPath(w.Digest.Hex)
	if err := replace(temp, blob); err != nil {
		return nil, fmt.Errorf("keep layer %s: %w", w.Digest, err)
	}
	now := c.now()
	if err := os.Chtimes(blob, now, now); err != nil {
		return nil, fmt.Errorf("keep layer %s: %w", w.Digest, err)
	}
	data, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	key, err := c.temp(func(f *os.File) error { _, err := f.Write(data); return err })
	if err != nil {
		return nil, err
	}
	defer os.Remove(key)
	if err := replace(key, c.keyPath(id)); err != nil {
		return nil, fmt.Errorf("keep layer %s: %w", w.Digest, err)
	}
	return c.layer(w, opts.Compression), nil
}

// temp writes a temporary file, of which nothing stays in case of an error.
func (c *Cache) temp(fill func(*os.File) error) (name string, err error) {
	f, err := os.CreateTemp(filepath.Join(c.Dir, "tmp"), "layer-*")
	if err != nil {
		return "", fmt.Errorf("write layer: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("write layer: %w", e)
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	return f.Name(), fill(f)
}

// replace renames from to to. Where the file system does not replace a file
// that another has open, that file is as good: names are made from content.
func replace(from, to string) error {
	err := os.Rename(from, to)
	if err == nil {
		return nil
	}
	a, errA := os.Stat(from)
	b, errB := os.Stat(to)
	if errA == nil && errB == nil && a.Size() == b.Size() {
		return nil
	}
	return err
}

// recent is how long a layer stays that is in nobody's way: builds that have
// looked it up may still read it.
const recent = time.Hour

// Prune removes layers, least recently used first, until at most max bytes
// are left, and what crashes left behind. Layers that were used within the
// last hour stay in any case.
func (c *Cache) Prune(ctx context.Context, max int64) error {
	now := c.now()
	if err := c.removeOld(ctx, "tmp", func(f os.FileInfo) bool { return now.Sub(f.ModTime()) > recent }); err != nil {
		return err
	}
	blobs, err := c.files("blobs/sha256")
	if err != nil {
		return err
	}
	var total int64
	for _, b := range blobs {
		total += b.Size()
	}
	slices.SortFunc(blobs, func(a, b os.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, b := range blobs {
		if total <= max || now.Sub(b.ModTime()) <= recent {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name := c.blobPath(b.Name())
		if again, err := os.Stat(name); err == nil && again.ModTime().After(b.ModTime()) {
			continue // used while we looked around
		}
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("prune cache of layers: %w", err)
		}
		total -= b.Size()
	}
	return c.removeOld(ctx, "keys", func(f os.FileInfo) bool {
		var w written
		data, err := os.ReadFile(c.keyPath(f.Name()))
		if err != nil || json.Unmarshal(data, &w) != nil {
			return true
		}
		_, err = os.Stat(c.blobPath(w.Digest.Hex))
		return errors.Is(err, fs.ErrNotExist)
	})
}

func (c *Cache) removeOld(ctx context.Context, dir string, old func(os.FileInfo) bool) error {
	files, err := c.files(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !old(f) {
			continue
		}
		if err := os.Remove(filepath.Join(c.Dir, dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("prune cache of layers: %w", err)
		}
	}
	return nil
}

// files are the regular files of a directory of the cache.
func (c *Cache) files(dir string) ([]os.FileInfo, error) {
	entries, err := os.ReadDir(filepath.Join(c.Dir, filepath.FromSlash(dir)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("prune cache of layers: %w", err)
	}
	var files []os.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("prune cache of layers: %w", err)
		}
		if info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	return files, nil
}
