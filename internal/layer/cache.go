package layer

import (
	"context"
	"errors"
	"time"
)

// A Cache keeps layers in a directory. Processes may share it; a crash leaves
// at worst a temporary file, which [Cache.Prune] removes.
type Cache struct {
	// Dir is made when it is needed.
	Dir string
	// Now is the clock for what was used when; nil is time.Now.
	Now func() time.Time
}

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
	return nil, errors.New("not written yet")
}

// Prune removes layers, least recently used first, until at most max bytes
// are left. Layers that were used within the last hour stay in any case.
func (c *Cache) Prune(ctx context.Context, max int64) error {
	return errors.New("not written yet")
}

// An EntryError refuses an entry that has no place in a layer.
type EntryError struct {
	Name   string
	Reason string
}

func (e *EntryError) Error() string { return "entry " + e.Name + ": " + e.Reason }
