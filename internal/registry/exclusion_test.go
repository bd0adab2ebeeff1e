package registry_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/registry"
)

const scanner, deployer = "arn:aws:iam::111111111111:role/scanner", "arn:aws:iam::222222222222:user/deployer"

func TestPullTimeExclusions(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.image(app, "x", "v1")
		pulled := func(principal string) time.Time {
			t.Helper()
			f.clock.add(time.Hour)
			f.RecordPull(ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"})), principal)
			if err := f.FlushPulls(ctx); err != nil {
				t.Fatal(err)
			}
			return ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"})).PulledAt
		}
		if at := ok[time.Time](t)(f.AddPullTimeExclusion(ctx, app.Account, app.Region, scanner)); !at.Equal(f.clock.Now()) {
			t.Errorf("created at %v", at)
		}
		_, err := f.AddPullTimeExclusion(ctx, app.Account, app.Region, scanner)
		if e := is(t, err, registry.ErrExclusionExists); e.Name != scanner {
			t.Errorf("principal %q", e.Name)
		}
		if at := pulled(scanner); !at.IsZero() {
			t.Errorf("pulled by the excluded at %v", at)
		}
		for _, principal := range []string{deployer, ""} {
			if at := pulled(principal); !at.Equal(f.clock.Now()) {
				t.Errorf("pulled by %q at %v, want %v", principal, at, f.clock.Now())
			}
		}
		// Both at once: the one that counts is recorded.
		f.clock.add(time.Hour)
		img := ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"}))
		f.RecordPull(img, deployer)
		if at := pulled(scanner); !at.Equal(f.clock.Now().Add(-time.Hour)) {
			t.Errorf("pulled at %v, want %v", at, f.clock.Now().Add(-time.Hour))
		}
		// It is about this registry alone.
		if err := f.RemovePullTimeExclusion(ctx, app.Account, "eu-west-1", scanner); is(t, err, registry.ErrExclusionNotFound).Name != scanner {
			t.Error(err)
		}
		if err := f.RemovePullTimeExclusion(ctx, app.Account, app.Region, scanner); err != nil {
			t.Error(err)
		}
		if at := pulled(scanner); !at.Equal(f.clock.Now()) {
			t.Errorf("pulled at %v, want %v", at, f.clock.Now())
		}
	})
}

func TestListPullTimeExclusions(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		var want []string
		for i := range 100 {
			principal := fmt.Sprintf("arn:aws:iam::111111111111:role/r%02d", i)
			want = append(want, principal)
			ok[time.Time](t)(f.AddPullTimeExclusion(ctx, app.Account, app.Region, principal))
		}
		_, err := f.AddPullTimeExclusion(ctx, app.Account, app.Region, scanner)
		if e := is(t, err, registry.ErrTooManyExclusions); e.Limit != 100 {
			t.Errorf("limit %d", e.Limit)
		}
		var got []string
		for p := (registry.Page{Limit: 33}); ; {
			page, next, err := f.PullTimeExclusions(ctx, app.Account, app.Region, p)
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, page...); next == "" {
				break
			}
			p.Token = next
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("exclusions (-want +got)\n%s", d)
		}
		_, _, err = f.PullTimeExclusions(ctx, app.Account, app.Region, registry.Page{Token: "x"})
		is(t, err, registry.ErrInvalidToken)
	})
}
