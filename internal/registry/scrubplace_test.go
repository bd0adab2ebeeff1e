package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/registry"
)

// elsewhere is the registry of the same database with the blobs of another place,
// where there are none.
func (n *nodes) elsewhere() *registry.Registry {
	n.t.Helper()
	dir := ok[*blob.Dir](n.t)(blob.OpenDir(n.t.TempDir()))
	n.t.Cleanup(func() { dir.Close() })
	return registry.New(registry.Config{DB: n.db, Blobs: dir, Now: n.clock.Now})
}

// aside is how many blobs are set aside.
func (n *nodes) aside() int {
	n.t.Helper()
	found, _ := n.scrub(registry.ScrubOptions{Restart: true})
	count := 0
	for _, d := range found {
		if d.SetAside {
			count++
		}
	}
	return count
}

// TestScrubElsewhere scrubs another place than the one where the blobs are, which
// sets nothing aside: from the start, where a scrub of the right place was
// interrupted, and when a small layer is damaged.
func TestScrubElsewhere(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		var contents []string
		for i := range 2 * 3 {
			contents = append(contents, fmt.Sprintf("%0*d", smallLimit*2, i))
			n.a.push(app, contents[i])
		}
		wrong := func(o registry.ScrubOptions) {
			t.Helper()
			place := (*registry.PlaceError)(nil)
			o.SetAside = true
			o.Found = func(d registry.Damage) {
				if d.SetAside {
					t.Errorf("set aside %+v", d)
				}
			}
			if _, err := n.elsewhere().Scrub(t.Context(), o); !errors.As(err, &place) || place.Looked != len(contents) {
				t.Errorf("scrub of another place: %v, %+v", err, place)
			}
			for _, c := range contents {
				n.wantRead(app, c)
			}
		}
		wrong(registry.ScrubOptions{})
		if found, status := n.scrub(registry.ScrubOptions{SetAside: true}); len(found) != 0 || status.Blobs != int64(len(contents)) || status.Damaged != 0 {
			t.Errorf("scrub of the right place after that: %v, %+v", found, status)
		}

		// One of the right place is interrupted at its fourth blob, and continued in another.
		ctx, cancel := context.WithCancel(t.Context())
		opened := 0
		right := registry.New(registry.Config{DB: n.db, Now: n.clock.Now, Blobs: opens{n.store(), func(blob.Name) error {
			if opened++; opened > 3 {
				cancel()
			}
			return ctx.Err()
		}}})
		if s, err := right.Scrub(ctx, registry.ScrubOptions{SetAside: true}); !errors.Is(err, context.Canceled) || s.Blobs != 3 {
			t.Fatal(s, err)
		}
		wrong(registry.ScrubOptions{})
		if found, status := n.scrub(registry.ScrubOptions{SetAside: true}); len(found) != 0 || status.Blobs != int64(len(contents)) || status.Damaged != 0 {
			t.Errorf("scrub that was continued in the right place: %v, %+v", found, status)
		}

		n.a.push(app, "small")
		small := digest.FromString("small")
		n.exec(`UPDATE blob SET content = $1 WHERE digest = $2`, []byte("smelt"), small.String())
		wrong(registry.ScrubOptions{})
		if got := n.place(small); got != "database" {
			t.Errorf("a small layer is in %s after a scrub of another place", got)
		}
	})
}

// TestScrubAllMissing has all blobs set aside that are lost, but only when it is
// said that they are; blobs that are known to be damaged do not count as there.
func TestScrubAllMissing(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		contents := []string{"one", "two", "three"}
		for _, c := range contents {
			n.a.push(app, c)
		}
		if err := os.WriteFile(n.file("one"), []byte("eno"), 0o600); err != nil {
			t.Fatal(err)
		}
		if found, _ := n.scrub(registry.ScrubOptions{SetAside: true}); len(found) != 1 {
			t.Fatal(found)
		}
		for _, c := range contents[1:] {
			if err := os.Remove(n.file(c)); err != nil {
				t.Fatal(err)
			}
		}
		place := (*registry.PlaceError)(nil)
		r := registry.New(registry.Config{DB: n.db, Blobs: n.store(), Now: n.clock.Now})
		if _, err := r.Scrub(t.Context(), registry.ScrubOptions{SetAside: true, Found: func(registry.Damage) {}}); !errors.As(err, &place) || place.Looked != 2 {
			t.Errorf("scrub with all missing: %v", err)
		}
		if got := n.aside(); got != 1 {
			t.Errorf("%d blobs are set aside, want the one that was before", got)
		}
		if found, _ := n.scrub(registry.ScrubOptions{SetAside: true, AllMissing: true, Restart: true}); len(found) != 3 {
			t.Errorf("found %v", found)
		}
		for _, c := range contents {
			_, err := n.a.Layer(t.Context(), app, digest.FromString(c))
			is(t, err, registry.ErrLayerNotFound)
			n.b.push(app, c)
			n.wantRead(app, c)
		}
		if left, err := filepath.Glob(filepath.Join(n.dir, "quarantine", "*")); err != nil || len(left) != 1 {
			t.Errorf("quarantine: %v, %v", left, err)
		}
	})
}
