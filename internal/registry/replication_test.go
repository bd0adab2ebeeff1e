package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

func TestReplication(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		if p := ok[*registry.Replication](t)(f.Replication(ctx, app.Account, app.Region)); len(p.Rules) != 0 {
			t.Errorf("rules before any were set: %+v", p.Rules)
		}
		there := registry.Destination{Account: app.Account, Region: "eu-west-1"}
		them := registry.Destination{Account: "222222222222", Region: app.Region}
		p := registry.Replication{Rules: []registry.ReplicationRule{
			{Destinations: []registry.Destination{there}, Prefixes: []string{"team/", "lib"}},
			{Destinations: []registry.Destination{them, there}},
		}}
		if err := f.SetReplication(ctx, app.Account, app.Region, p); err != nil {
			t.Fatal(err)
		}
		got := ok[*registry.Replication](t)(f.Replication(ctx, app.Account, app.Region))
		if diff := cmp.Diff(&p, got); diff != "" {
			t.Errorf("replication (-want +got):\n%s", diff)
		}
		for name, want := range map[string][]registry.Destination{"team/app": {there, them}, "library": {there, them}, "other": {them, there}} {
			if diff := cmp.Diff(want, got.Destinations(name)); diff != "" {
				t.Errorf("destinations of %s (-want +got):\n%s", name, diff)
			}
		}
		self := registry.Replication{Rules: []registry.ReplicationRule{{Destinations: []registry.Destination{{Account: app.Account, Region: app.Region}}}}}
		is(t, f.SetReplication(ctx, app.Account, app.Region, self), registry.ErrReplicationToSource)
		var many registry.Replication
		for i := range registry.MaxReplicationDestinations + 1 {
			d := registry.Destination{Account: fmt.Sprintf("2%011d", i), Region: app.Region}
			many.Rules = append(many.Rules, registry.ReplicationRule{Destinations: []registry.Destination{d, them, d}})
		}
		is(t, f.SetReplication(ctx, app.Account, app.Region, many), registry.ErrTooManyDestinations)
		many.Rules = many.Rules[:registry.MaxReplicationDestinations-1]
		if err := f.SetReplication(ctx, app.Account, app.Region, many); err != nil {
			t.Errorf("%d destinations: %v", registry.MaxReplicationDestinations, err)
		}
		if err := f.SetReplication(ctx, app.Account, app.Region, registry.Replication{}); err != nil {
			t.Fatal(err)
		}
		if p := ok[*registry.Replication](t)(f.Replication(ctx, app.Account, app.Region)); len(p.Rules) != 0 {
			t.Errorf("rules after all were removed: %+v", p.Rules)
		}
	})
}

func TestReplicasErrors(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		_, err := f.Replicas(t.Context(), app, registry.Ref{Tag: "v1"})
		is(t, err, registry.ErrImageNotFound)
		missing := app
		missing.Name = "missing"
		_, err = f.Replicas(t.Context(), missing, registry.Ref{Tag: "v1"})
		is(t, err, registry.ErrRepositoryNotFound)
	})
}

// statuses returns how far an image of app got: "eu-west-1 COMPLETE".
func (f *fixture) statuses(ref registry.Ref) []string {
	f.t.Helper()
	var got []string
	for _, r := range ok[[]registry.Replica](f.t)(f.Replicas(f.t.Context(), app, ref)) {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Region, r.Status, r.Failure)))
	}
	return got
}

func TestReplicate(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		there := registry.Destination{Account: app.Account, Region: "eu-west-1"}
		target := registry.Repo{Account: there.Account, Region: there.Region, Name: app.Name}
		if err := f.SetReplication(ctx, app.Account, app.Region, registry.Replication{Rules: []registry.ReplicationRule{{Destinations: []registry.Destination{there}}}}); err != nil {
			t.Fatal(err)
		}
		is := func(err error, want registry.Kind) { t.Helper(); is(t, err, want) }
		a, b := f.image(app, "a", "one", "both"), f.image(app, "b")
		index := f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(a), child(b)}}, "all")
		task := registry.ReplicationTask{Repo: app, Digest: index.Digest, Tags: []string{"all"}, To: there}
		if diff := cmp.Diff([]string{"eu-west-1 IN_PROGRESS"}, f.statuses(registry.Ref{Digest: index.Digest})); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}

		is(f.Replicate(ctx, task), registry.ErrRepositoryNotFound)
		if err := f.FailReplication(ctx, task, "NO_REPOSITORY"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"eu-west-1 FAILED NO_REPOSITORY"}, f.statuses(registry.Ref{Tag: "all"})); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}

		ok[*registry.Repository](t)(f.CreateRepository(ctx, target, registry.Settings{TagMutability: registry.ImmutableWithExclusion, TagExclusions: []string{"b*"}}))
		for range 2 { // once more does no harm
			if err := f.Replicate(ctx, task); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"eu-west-1 COMPLETE"}, f.statuses(registry.Ref{Tag: "all"})); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
		got := ok[*registry.Image](t)(f.Image(ctx, target, registry.Ref{Tag: "all"}))
		if got.Digest != index.Digest || got.Size != index.Size {
			t.Errorf("replica %+v", got)
		}
		for _, img := range []*registry.Image{a, b} {
			if copied := ok[*registry.Image](t)(f.Image(ctx, target, registry.Ref{Digest: img.Digest})); copied.MediaType != img.MediaType {
				t.Errorf("replica of a child %+v", copied)
			}
		}
		layer := digest.FromString("layer b")
		if l := ok[*registry.Layer](t)(f.Layer(ctx, target, layer)); !l.InUse || l.MediaType != layerType {
			t.Errorf("layer %+v", l)
		}
		// Replicas go nowhere.
		if replicas := ok[[]registry.Replica](t)(f.Replicas(ctx, target, registry.Ref{Tag: "all"})); len(replicas) != 0 {
			t.Errorf("replicas of a replica: %+v", replicas)
		}

		// Only tags that were pushed, that are on the image still, and that may move there.
		task = registry.ReplicationTask{Repo: app, Digest: a.Digest, Tags: []string{"one", "both"}, To: there}
		f.put(app, imageDoc("config b", "layer b"), "both")
		if err := f.Replicate(ctx, task); err != nil {
			t.Fatal(err)
		}
		task = registry.ReplicationTask{Repo: app, Digest: b.Digest, Tags: []string{"one", "both"}, To: there}
		f.put(app, imageDoc("config b", "layer b"), "one")
		if err := f.Replicate(ctx, task); err != nil {
			t.Fatal(err)
		}
		for tag, want := range map[string]digest.Digest{"one": a.Digest, "both": b.Digest} {
			if img := ok[*registry.Image](t)(f.Image(ctx, target, registry.Ref{Tag: tag})); img.Digest != want {
				t.Errorf("tag %s is on %s, want %s", tag, img.Digest, want)
			}
		}

		// What is deleted meanwhile is not replicated, and fails nothing.
		gone := f.image(app, "gone", "gone")
		ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{{Digest: gone.Digest}}))
		task = registry.ReplicationTask{Repo: app, Digest: gone.Digest, Tags: []string{"gone"}, To: there}
		is(f.Replicate(ctx, task), registry.ErrImageNotFound)
		if err := f.FailReplication(ctx, task, "X"); err != nil {
			t.Error(err)
		}
		// A repository with replication states can be deleted.
		ok[*registry.Repository](t)(f.DeleteRepository(ctx, app, true))
	})
}

func TestReplicateRestored(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.image(app, "a", "one")
		ok[*registry.Image](t)(f.SetStorageClass(ctx, app, registry.Ref{Tag: "one"}, registry.StorageArchive))
		there := registry.Destination{Account: app.Account, Region: "eu-west-1"}
		if err := f.SetReplication(ctx, app.Account, app.Region, registry.Replication{Rules: []registry.ReplicationRule{{Destinations: []registry.Destination{there}}}}); err != nil {
			t.Fatal(err)
		}
		if got := f.statuses(registry.Ref{Tag: "one"}); len(got) != 0 {
			t.Errorf("status of an image from before: %q", got)
		}
		ok[*registry.Image](t)(f.SetStorageClass(ctx, app, registry.Ref{Tag: "one"}, registry.StorageStandard))
		if diff := cmp.Diff([]string{"eu-west-1 IN_PROGRESS"}, f.statuses(registry.Ref{Tag: "one"})); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
	})
}
