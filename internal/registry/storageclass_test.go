package registry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// set moves an image of app to a storage class.
func (f *fixture) set(ref registry.Ref, class registry.StorageClass) *registry.Image {
	f.t.Helper()
	return ok[*registry.Image](f.t)(f.SetStorageClass(f.t.Context(), app, ref, class))
}

// digests lists the images of app.
func (f *fixture) digests(s registry.Storage) map[digest.Digest]bool {
	f.t.Helper()
	images, _, err := f.Images(f.t.Context(), app, registry.ImageFilter{Storage: s}, registry.Page{})
	if err != nil {
		f.t.Fatal(err)
	}
	refs, _, err := f.ImageRefs(f.t.Context(), app, registry.ImageFilter{Storage: s}, registry.Page{})
	if err != nil {
		f.t.Fatal(err)
	}
	found, listed := map[digest.Digest]bool{}, map[digest.Digest]bool{}
	for _, i := range images {
		found[i.Digest] = true
	}
	for _, r := range refs {
		listed[r.Digest] = true
	}
	if d := cmp.Diff(found, listed); d != "" {
		f.t.Errorf("Images and ImageRefs differ (-images +refs)\n%s", d)
	}
	return found
}

func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.push(app, "config a")
		f.push(app, "config b")
		f.push(app, "shared")
		own := f.push(app, "own")
		one := imageDoc("config a", "shared")
		one.Layers = append(one.Layers, desc{layerType, own, 3})
		a, b := f.put(app, one, "a"), f.put(app, imageDoc("config b", "shared"), "b")
		byTag := registry.Ref{Tag: "a"}
		layer := func(content string) (archived bool) {
			d := digest.FromString(content)
			have := ok[map[digest.Digest]*registry.Layer](t)(f.Layers(ctx, app, []digest.Digest{d}))[d]
			if _, err := f.Layer(ctx, app, d); errors.Is(err, registry.ErrLayerArchived) != have.Archived || err != nil && !have.Archived {
				t.Errorf("layer %q, archived %v: %v", content, have.Archived, err)
			}
			if !have.InUse {
				t.Errorf("layer %q is not in use", content)
			}
			return have.Archived
		}

		f.clock.add(time.Hour)
		archivedAt := f.clock.Now()
		got := f.set(byTag, registry.StorageArchive)
		if !got.Archived || !got.ArchivedAt.Equal(archivedAt) || !got.ActivatedAt.IsZero() || got.Digest != a.Digest {
			t.Errorf("archived: %+v", got)
		}
		_, err := f.SetStorageClass(ctx, app, byTag, registry.StorageArchive)
		is(t, err, registry.ErrStorageClass)
		for _, ref := range []registry.Ref{byTag, {Digest: a.Digest}} {
			_, err = f.Image(ctx, app, ref)
			is(t, err, registry.ErrImageArchived)
		}
		described := ok[[]*registry.Image](t)(f.Describe(ctx, app, []registry.Ref{byTag}))[0]
		if !described.Archived || cmp.Diff(described.Tags, []string{"a"}) != "" {
			t.Errorf("described: %+v", described)
		}
		for content, want := range map[string]bool{"config a": true, "own": true, "shared": false, "config b": false} {
			if layer(content) != want {
				t.Errorf("layer %q: archived is not %v", content, want)
			}
		}
		if _, err := f.Mount(ctx, other, own, app.Name); !errors.Is(err, registry.ErrLayerNotFound) {
			t.Errorf("mount an archived layer: %v", err)
		}
		if deleted, err := f.DeleteLayer(ctx, app, own); deleted || err != nil {
			t.Errorf("delete an archived layer: %v, %v", deleted, err)
		}
		for s, want := range map[registry.Storage][]digest.Digest{
			registry.StorageActive: {b.Digest}, registry.StorageArchived: {a.Digest}, registry.StorageAny: {a.Digest, b.Digest},
		} {
			set := map[digest.Digest]bool{}
			for _, d := range want {
				set[d] = true
			}
			if d := cmp.Diff(set, f.digests(s)); d != "" {
				t.Errorf("storage %v (-want +got)\n%s", s, d)
			}
		}

		// Restored, it is as it was.
		f.clock.add(time.Hour)
		got = f.set(byTag, registry.StorageStandard)
		if got.Archived || !got.ArchivedAt.Equal(archivedAt) || !got.ActivatedAt.Equal(f.clock.Now()) || !got.PushedAt.Equal(a.PushedAt) {
			t.Errorf("restored: %+v", got)
		}
		_, err = f.SetStorageClass(ctx, app, byTag, registry.StorageStandard)
		is(t, err, registry.ErrStorageClass)
		ok[*registry.Image](t)(f.Image(ctx, app, byTag))
		if layer("own") {
			t.Error("the layer is archived still")
		}

		// Pushing again restores, too, under a new tag or an old one, which is
		// what Amazon ECR's own PutImage would else refuse.
		for _, reject := range []bool{false, true} {
			f.set(byTag, registry.StorageArchive)
			img := ok[*registry.Image](t)(f.PutImage(ctx, app, registry.NewImage{Manifest: one.bytes(), Tags: []string{"a"}, RejectExisting: reject}))
			if img.Archived || img.ActivatedAt.IsZero() {
				t.Errorf("pushed again: %+v", img)
			}
			ok[*registry.Image](t)(f.Image(ctx, app, byTag))
		}
		// Deleted and pushed, it was never archived.
		f.set(byTag, registry.StorageArchive)
		ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{byTag}))
		if img := f.put(app, one, "a"); img.Archived || !img.ArchivedAt.IsZero() {
			t.Errorf("pushed anew: %+v", img)
		}
		_, err = f.SetStorageClass(ctx, app, registry.Ref{Tag: "none"}, registry.StorageArchive)
		is(t, err, registry.ErrImageNotFound)
		_, err = f.SetStorageClass(ctx, app, registry.Ref{Tag: "a", Digest: b.Digest}, registry.StorageArchive)
		is(t, err, registry.ErrTagDigestMismatch)
		_, err = f.SetStorageClass(ctx, registry.Repo{Account: app.Account, Region: app.Region, Name: "none"}, byTag, registry.StorageArchive)
		is(t, err, registry.ErrRepositoryNotFound)
		f.set(byTag, registry.StorageArchive)
		if _, err := f.DeleteRepository(ctx, app, true); err != nil {
			t.Errorf("delete a repository with an archived image: %v", err)
		}
	})
}

// What an active index names is active.
func TestArchiveIndex(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		child1, child2 := f.image(app, "one"), f.image(app, "two")
		indexDoc := doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(child1), child(child2)}}
		index := f.put(app, indexDoc, "index")
		outerDoc := doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(index), child(child1)}}
		outer := f.put(app, outerDoc, "outer")
		for _, img := range []*registry.Image{child1, index} {
			_, err := f.SetStorageClass(ctx, app, registry.Ref{Digest: img.Digest}, registry.StorageArchive)
			is(t, err, registry.ErrStorageClass)
		}
		for _, img := range []*registry.Image{outer, index, child1, child2} {
			f.set(registry.Ref{Digest: img.Digest}, registry.StorageArchive)
		}
		_, err := f.PutImage(ctx, app, registry.NewImage{Manifest: indexDoc.bytes()})
		is(t, err, registry.ErrReferencedImagesNotFound)
		_, err = f.PutImage(ctx, app, registry.NewImage{Manifest: doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(child2)}}.bytes()})
		is(t, err, registry.ErrReferencedImagesNotFound)

		f.set(registry.Ref{Digest: child2.Digest}, registry.StorageStandard)
		f.set(registry.Ref{Tag: "outer"}, registry.StorageStandard)
		if archived := f.digests(registry.StorageArchived); len(archived) > 0 {
			t.Errorf("archived still: %v", archived)
		}
	})
}

func TestReferrersByStorage(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		subject := f.image(app, "subject")
		d := imageDoc("config subject", "layer subject")
		d.ArtifactType, d.Subject = "t/sbom", &desc{ocispec.MediaTypeImageManifest, subject.Digest, 1}
		sbom := f.put(app, d)
		f.set(registry.Ref{Digest: sbom.Digest}, registry.StorageArchive)
		for s, want := range map[registry.Storage]int{registry.StorageActive: 0, registry.StorageArchived: 1, registry.StorageAny: 1} {
			got, _, err := f.Referrers(t.Context(), app, subject.Digest, registry.ReferrerFilter{ArtifactTypes: []string{"t/sbom"}, Storage: s}, registry.Page{})
			if err != nil || len(got) != want {
				t.Errorf("storage %v: %v, %v", s, got, err)
			}
		}
	})
}
