package registry_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/registry"
)

// TestBackupGarbage backs up what a copy of the database may name that was made
// before: content that has moved to the database since, and what is garbage.
func TestBackupGarbage(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		files := &fixture{t: t, clock: n.clock, Registry: registry.New(registry.Config{DB: n.db, Blobs: n.store(), Now: n.clock.Now, SmallLayer: -1})}
		files.push(app, "moved")
		files.push(app, "forgotten")
		if deleted, err := n.a.DeleteLayer(ctx, app, digest.FromString("forgotten")); err != nil || !deleted {
			t.Fatal(deleted, err)
		}
		n.b.push(app, "moved")
		n.clock.add(grace + time.Second)
		hooked := registry.New(registry.Config{DB: n.db, Blobs: &hooks{Store: n.store(), remove: func(blob.Name) error { return errors.New("not now") }}, Now: n.clock.Now, GarbageGrace: grace})
		if _, err := hooked.Collect(ctx); err == nil { // which forgets the blob, and then cannot remove one of the two
			t.Error("the bytes were removed")
		}
		names := n.names()
		for _, garbage := range []bool{false, true} {
			to := ok[*blob.Dir](t)(blob.OpenDir(t.TempDir()))
			defer to.Close()
			var named [2][]digest.Digest // layers and garbage
			note := func(d digest.Digest, isGarbage bool) error {
				i := map[bool]int{true: 1}[isGarbage]
				named[i] = append(named[i], d)
				return nil
			}
			c, err := n.a.Backup(ctx, to, registry.CopyOptions{Garbage: garbage, Named: note, Found: func(d registry.Damage) { t.Errorf("damage %+v", d) }})
			if want := map[bool]int64{true: int64(len(names))}[garbage]; c.Copied != want || err != nil || len(names) == 0 {
				t.Errorf("garbage %t: %+v, %v; want %d copied", garbage, c, err, want)
			}
			var has []digest.Digest
			for b, err := range to.List(ctx, blob.Name{}) {
				has = append(has, b.Name.Digest)
				if err != nil {
					t.Error(err)
				}
			}
			if len(named[0]) != 0 || !slices.Equal(named[1], has) { // both are in ascending order
				t.Errorf("garbage %t: named %v, and the backup has %v", garbage, named, has)
			}
		}
	})
}

// TestNamed compares what a backup names with what there is, which for a damaged
// blob is not in it, and nothing else is.
func TestNamed(t *testing.T) {
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		want := map[digest.Digest]bool{}
		for i := range 230 { // several pages
			content := fmt.Sprintf("%0*d", smallLimit*2, i)
			n.a.push(app, content)
			n.a.push(app, fmt.Sprint("small ", i))
			want[digest.FromString(content)] = true
		}
		if err := os.Remove(n.file(fmt.Sprintf("%0*d", smallLimit*2, 7))); err != nil {
			t.Fatal(err)
		}
		to := ok[*blob.Dir](t)(blob.OpenDir(t.TempDir()))
		defer to.Close()
		var named, again []digest.Digest
		c, err := n.a.Backup(ctx, to, registry.CopyOptions{Found: func(registry.Damage) {}, Named: func(d digest.Digest, garbage bool) error {
			named = append(named, d)
			return nil
		}})
		if err != nil || c.Damaged != 1 || c.Copied != 229 {
			t.Errorf("%+v, %v", c, err)
		}
		if err := n.b.Named(ctx, func(d digest.Digest) error { again = append(again, d); return nil }); err != nil {
			t.Error(err)
		}
		if !slices.Equal(named, again) || !slices.Equal(named, slices.Sorted(maps.Keys(want))) {
			t.Errorf("the backup named %d, and then there are %d, want %d", len(named), len(again), len(want))
		}
	})
}

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
