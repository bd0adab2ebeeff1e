package registry_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

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
