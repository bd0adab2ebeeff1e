package registry_test

import (
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/registry"
)

// TestHold checks that a collection removes nothing that somebody holds:
// neither what nothing needs nor what has moved to the database since.
func TestHold(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		unneeded, moved := digest.FromString("unneeded"), digest.FromString("moved")
		files := &fixture{t: t, clock: n.clock, Registry: registry.New(registry.Config{DB: n.db, Blobs: n.store(), Now: n.clock.Now, SmallLayer: -1})}
		files.push(app, "unneeded")
		files.push(app, "moved")
		files.put(app, imageDoc("moved", "moved"), "v1")
		if deleted, err := n.a.DeleteLayer(ctx, app, unneeded); err != nil || !deleted {
			t.Fatal(deleted, err)
		}
		hold := func() {
			t.Helper()
			if err := n.b.Hold(ctx, "test", n.clock.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		hold()
		n.b.push(app, "moved") // is small for this node
		n.clock.add(grace + time.Second)
		hold()
		n.b.collect()
		if got := n.place(unneeded) + ", " + n.place(moved); got != "file, both" {
			t.Errorf("held content is in %s", got)
		}
		if err := n.b.Release(ctx, "test"); err != nil {
			t.Fatal(err)
		}
		n.b.collect()
		if got := n.place(unneeded) + ", " + n.place(moved); got != "nowhere, database" {
			t.Errorf("content that was held is in %s", got)
		}
	})
}
