package registry_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/registry"
)

// scrub checks everything and returns what is damaged, by digest.
func (n *nodes) scrub(o registry.ScrubOptions) (map[digest.Digest]registry.Damage, registry.ScrubStatus) {
	n.t.Helper()
	found := map[digest.Digest]registry.Damage{}
	o.Found = func(d registry.Damage) { found[d.Digest] = d }
	r := registry.New(registry.Config{DB: n.db, Blobs: n.store(), Now: n.clock.Now})
	return found, ok[registry.ScrubStatus](n.t)(r.Scrub(n.t.Context(), o))
}

// file returns the path of the one file with the content.
func (n *nodes) file(content string) string {
	n.t.Helper()
	d := digest.FromString(content)
	found, err := filepath.Glob(filepath.Join(n.dir, "blobs", "*", "*", d.Encoded()+"*"))
	if err != nil || len(found) != 1 {
		n.t.Fatalf("files of %q: %v, %v", content, found, err)
	}
	return found[0]
}

// TestScrub damages stored bytes in every way, and has them found, set aside,
// and replaced by the next push.
func TestScrub(t *testing.T) {
	const sound, flipped, cut, gone, small, smallCut = "sound", "flipped", "cut", "gone", "small", "small and cut"
	contents := []string{sound, flipped, cut, gone}
	for i, c := range contents {
		contents[i] = strings.Repeat(c, smallLimit)
	}
	flippedFile, cutFile, goneFile := contents[1], contents[2], contents[3]
	contents = append(contents, small, smallCut)
	eachSmall(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		for _, c := range contents {
			n.a.push(app, c)
		}
		n.a.push(other, flippedFile)
		image := n.a.put(app, imageDoc(small, flippedFile), "v1")
		if found, status := n.scrub(registry.ScrubOptions{}); len(found) != 0 || status.Blobs != int64(len(contents)) {
			t.Fatalf("found %v, %+v", found, status)
		}

		bytes := []byte(flippedFile)
		bytes[100] ^= 4
		if err := os.WriteFile(n.file(flippedFile), bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(n.file(cutFile), 17); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(n.file(goneFile)); err != nil {
			t.Fatal(err)
		}
		n.exec(`UPDATE blob SET content = $1 WHERE digest = $2`, []byte("smelt"), digest.FromString(small).String())
		n.exec(`UPDATE blob SET content = $1 WHERE digest = $2`, []byte("cut"), digest.FromString(smallCut).String())

		needs := []registry.DamageNeed{{Repo: app}}
		want := map[digest.Digest]registry.Damage{}
		for _, d := range []registry.Damage{
			{Digest: digest.FromString(flippedFile), Fault: registry.FaultContent, Have: int64(len(bytes)), Got: digest.FromBytes(bytes), Needs: []registry.DamageNeed{
				{Repo: app, Images: []digest.Digest{image.Digest}}, {Repo: other},
			}},
			{Digest: digest.FromString(cutFile), Fault: registry.FaultSize, Have: 17, Got: digest.FromString(cutFile[:17]), Needs: needs},
			{Digest: digest.FromString(goneFile), Fault: registry.FaultMissing, Needs: needs},
			{Digest: digest.FromString(small), Fault: registry.FaultContent, Have: 5, Got: digest.FromString("smelt"), Database: true, Needs: []registry.DamageNeed{
				{Repo: app, Images: []digest.Digest{image.Digest}},
			}},
			{Digest: digest.FromString(smallCut), Fault: registry.FaultSize, Have: 3, Got: digest.FromString("cut"), Database: true, Needs: needs},
		} {
			want[d.Digest] = d
		}
		same := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(registry.Damage{}, "Size")}
		found, status := n.scrub(registry.ScrubOptions{})
		if diff := cmp.Diff(want, found, same); diff != "" {
			t.Errorf("damage (-want +got):\n%s", diff)
		}
		if status.Damaged != int64(len(want)) {
			t.Errorf("%+v, want %d damaged", status, len(want))
		}
		if _, err := n.a.Layer(ctx, app, digest.FromString(flippedFile)); err != nil {
			t.Errorf("a scrub that sets nothing aside changed something: %v", err)
		}

		found, _ = n.scrub(registry.ScrubOptions{SetAside: true})
		for d, w := range want {
			w.SetAside = true
			want[d] = w
		}
		if diff := cmp.Diff(want, found, same); diff != "" {
			t.Errorf("damage set aside (-want +got):\n%s", diff)
		}
		aside, err := filepath.Glob(filepath.Join(n.dir, "quarantine", "*"))
		if err != nil || len(aside) != 4 { // all but the one that was gone
			t.Errorf("set aside: %v, %v", aside, err)
		}
		for d := range want {
			_, err := n.b.Layer(ctx, app, d)
			is(t, err, registry.ErrLayerNotFound) // so that a client pushes it
		}
		if found, _ := n.scrub(registry.ScrubOptions{SetAside: true}); len(found) != len(want) {
			t.Errorf("found %v the third time, want all that is set aside", found)
		}

		for _, f := range aside { // somebody puts a good copy back
			if strings.Contains(f, digest.FromString(flippedFile).Encoded()) {
				to := filepath.Join(n.dir, "blobs", "sha256", digest.FromString(flippedFile).Encoded()[:2], strings.TrimPrefix(filepath.Base(f), "sha256-"))
				if err := os.WriteFile(to, []byte(flippedFile), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if found, _ := n.scrub(registry.ScrubOptions{}); len(found) != len(want)-1 {
			t.Errorf("found %v with one put back", found)
		}
		n.wantRead(app, flippedFile)

		for _, c := range contents {
			n.b.push(app, c)
			n.wantRead(app, c)
		}
		n.wantRead(other, flippedFile)
		if found, _ := n.scrub(registry.ScrubOptions{SetAside: true}); len(found) != 0 {
			t.Errorf("found %v after all was pushed again", found)
		}
		n.clock.add(grace + 1)
		n.a.collect()
		if again, err := filepath.Glob(filepath.Join(n.dir, "quarantine", "*")); err != nil || len(again) != len(aside) {
			t.Errorf("set aside after a collection: %v, %v", again, err)
		}
	})
}

// opens is a blob store that a test hears of when it opens a blob.
type opens struct {
	*blob.Dir
	open func(blob.Name) error
}

func (o opens) Open(ctx context.Context, b blob.Name, off, n int64) (io.ReadCloser, error) {
	if err := o.open(b); err != nil {
		return nil, err
	}
	return o.Dir.Open(ctx, b, off, n)
}

// TestScrubResumes interrupts a scrub, whose next one goes on from there.
func TestScrubResumes(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		for _, c := range []string{"a", "b", "c", "d"} {
			n.a.push(app, c)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var opened []digest.Digest
		store := opens{n.store(), func(b blob.Name) error {
			if len(opened) == 2 {
				cancel()
			}
			if ctx.Err() == nil {
				opened = append(opened, b.Digest)
			}
			return ctx.Err()
		}}
		o := registry.ScrubOptions{Found: func(d registry.Damage) { t.Errorf("damage %+v", d) }}
		r := registry.New(registry.Config{DB: n.db, Blobs: store, Now: n.clock.Now})
		if _, err := r.Scrub(ctx, o); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		store.open = func(b blob.Name) error { opened = append(opened, b.Digest); return nil }
		r = registry.New(registry.Config{DB: n.db, Blobs: store, Now: n.clock.Now})
		if status := ok[registry.ScrubStatus](t)(r.Scrub(t.Context(), o)); status.Blobs != 4 || status.Bytes != 4 {
			t.Errorf("status %+v", status)
		}
		if len(opened) != 4 {
			t.Errorf("opened %v, want each once", opened)
		}
		o.Restart = true
		if status := ok[registry.ScrubStatus](t)(r.Scrub(t.Context(), o)); status.Blobs != 4 || len(opened) != 8 {
			t.Errorf("status %+v, opened %v", status, opened)
		}
	})
}

// TestScrubMeanwhile lets a blob be replaced and another one be forgotten
// between the reading of their rows and of their bytes: that is no damage.
func TestScrubMeanwhile(t *testing.T) {
	eachNodes(t, func(t *testing.T, n *nodes) {
		ctx := t.Context()
		n.a.push(app, "replaced")
		n.a.push(app, "forgotten")
		once := false
		store := opens{n.store(), func(blob.Name) error {
			if !once {
				once = true
				for _, c := range []string{"replaced", "forgotten"} {
					if err := os.Remove(n.file(c)); err != nil {
						t.Error(err)
					}
				}
				n.b.push(app, "replaced")
				n.exec(`DELETE FROM layer WHERE digest = $1`, digest.FromString("forgotten").String())
				n.exec(`DELETE FROM blob WHERE digest = $1`, digest.FromString("forgotten").String())
			}
			return nil
		}}
		r := registry.New(registry.Config{DB: n.db, Blobs: store, Now: n.clock.Now})
		o := registry.ScrubOptions{SetAside: true, Found: func(d registry.Damage) { t.Errorf("damage %+v", d) }}
		ok[registry.ScrubStatus](t)(r.Scrub(ctx, o))
		n.wantRead(app, "replaced")
	})
}
