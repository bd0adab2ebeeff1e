package registry_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/registry"
)

// newTemplate returns a template of app's registry that is applied on pushes.
func newTemplate(prefix string) registry.Template {
	return registry.Template{Account: app.Account, Region: app.Region, Prefix: prefix, AppliedFor: []registry.Cause{registry.OnPush}}
}

func TestTemplate(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		n := newTemplate("team/")
		n.Description = "for teams"
		n.AppliedFor = []registry.Cause{registry.OnPush, registry.OnReplication}
		n.Settings = registry.Settings{
			TagMutability: registry.ImmutableWithExclusion, TagExclusions: []string{"latest"},
			Encryption: registry.Encryption{Type: "KMS", KMSKey: "arn:aws:kms:us-east-1:111111111111:key/k"},
			Tags:       map[string]string{"cost": "team"},
		}
		n.Policy = &registry.Policy{Text: `{"a":1}`, Principals: map[string]string{"arn": "AIDA"}}
		n.Lifecycle, n.Role = `{"rules":[]}`, "arn:aws:iam::111111111111:role/ecr"

		want := n
		want.CreatedAt, want.UpdatedAt = f.clock.Now(), f.clock.Now()
		got := ok[*registry.Template](t)(f.CreateTemplate(ctx, n))
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("created (-want +got):\n%s", diff)
		}
		_, err := f.CreateTemplate(ctx, newTemplate("team")) // a slash makes no difference
		if e := is(t, err, registry.ErrTemplateExists); e.Repo.Name != "team" {
			t.Errorf("error about %q", e.Repo.Name)
		}

		f.clock.add(time.Minute)
		description, none := "for all", ""
		got = ok[*registry.Template](t)(f.UpdateTemplate(ctx, app.Account, app.Region, "team", registry.TemplateChange{
			Description: &description, Policy: &registry.Policy{}, Role: &none,
		}))
		want.Description, want.Policy, want.Role, want.UpdatedAt = "for all", nil, "", f.clock.Now()
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("updated (-want +got):\n%s", diff)
		}
		mutable := registry.Mutable
		got = ok[*registry.Template](t)(f.UpdateTemplate(ctx, app.Account, app.Region, "team", registry.TemplateChange{
			TagMutability: &mutable, Tags: map[string]string{}, AppliedFor: []registry.Cause{registry.OnPullThrough},
			Encryption: &registry.Encryption{Type: "AES256"}, Lifecycle: &none,
		}))
		want.Settings = registry.Settings{TagMutability: registry.Mutable, Encryption: registry.Encryption{Type: "AES256"}, Tags: map[string]string{}}
		want.AppliedFor, want.Lifecycle = []registry.Cause{registry.OnPullThrough}, ""
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("updated again (-want +got):\n%s", diff)
		}
		read := ok[*registry.Template](t)(f.Template(ctx, app.Account, app.Region, "team/"))
		if diff := cmp.Diff(&want, read); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}

		immutable := registry.ImmutableWithExclusion
		_, err = f.UpdateTemplate(ctx, app.Account, app.Region, "team", registry.TemplateChange{TagMutability: &immutable})
		is(t, err, registry.ErrInvalidMutability)
		_, err = f.UpdateTemplate(ctx, app.Account, "eu-west-1", "team", registry.TemplateChange{})
		is(t, err, registry.ErrTemplateNotFound)

		gone := ok[*registry.Template](t)(f.DeleteTemplate(ctx, app.Account, app.Region, "team"))
		if diff := cmp.Diff(&want, gone); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
		_, err = f.DeleteTemplate(ctx, app.Account, app.Region, "team")
		is(t, err, registry.ErrTemplateNotFound)
		_, err = f.Template(ctx, app.Account, app.Region, "team")
		is(t, err, registry.ErrTemplateNotFound)
	})
}

func TestTemplatesPages(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for _, prefix := range []string{"b/", "a", registry.RootPrefix, "c"} {
			ok[*registry.Template](t)(f.CreateTemplate(ctx, newTemplate(prefix)))
		}
		var got []string
		for p := (registry.Page{Limit: 1}); ; {
			ts, next, err := f.Templates(ctx, app.Account, app.Region, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, t := range ts {
				got = append(got, t.Prefix)
			}
			if p.Token = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff([]string{registry.RootPrefix, "a", "b/", "c"}, got); diff != "" {
			t.Errorf("prefixes (-want +got):\n%s", diff)
		}
		_, _, err := f.Templates(ctx, app.Account, app.Region, registry.Page{Token: "x"})
		is(t, err, registry.ErrInvalidToken)
	})
}

func TestTemplateFor(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for _, prefix := range []string{"team/", "team/sub", "lib"} {
			ok[*registry.Template](t)(f.CreateTemplate(ctx, newTemplate(prefix)))
		}
		mirror := newTemplate("team/sub/deep")
		mirror.AppliedFor = []registry.Cause{registry.OnPullThrough}
		ok[*registry.Template](t)(f.CreateTemplate(ctx, mirror))
		find := func(name string, cause registry.Cause) string {
			t.Helper()
			repo := app
			repo.Name = name
			found := ok[*registry.Template](t)(f.TemplateFor(ctx, repo, cause))
			if found == nil {
				return "none"
			}
			return found.Prefix
		}
		for _, c := range []struct {
			name  string
			cause registry.Cause
			want  string
		}{
			{"team/new", registry.OnPush, "team/"},
			{"team/sub/new", registry.OnPush, "team/sub"},
			{"team/subway/new", registry.OnPush, "team/"},
			{"team/sub/deep/new", registry.OnPush, "team/sub"}, // deeper is for another cause
			{"team/sub/deep/new", registry.OnPullThrough, "team/sub/deep"},
			{"team/sub/deep/new", registry.OnReplication, "none"},
			{"team", registry.OnPush, "none"}, // the prefix itself is not below it
			{"lib", registry.OnPush, "none"},
			{"library/x", registry.OnPush, "none"},
			{app.Name, registry.OnPush, "none"}, // exists
		} {
			if got := find(c.name, c.cause); got != c.want {
				t.Errorf("%s for %s: template %s, want %s", c.name, c.cause, got, c.want)
			}
		}
		ok[*registry.Template](t)(f.CreateTemplate(ctx, newTemplate(registry.RootPrefix)))
		for name, want := range map[string]string{"team": registry.RootPrefix, "library/x": registry.RootPrefix, "team/new": "team/", "lib/x": "lib"} {
			if got := find(name, registry.OnPush); got != want {
				t.Errorf("%s: template %s, want %s", name, got, want)
			}
		}
		elsewhere := registry.Repo{Account: app.Account, Region: "eu-west-1", Name: "team/new"}
		if found := ok[*registry.Template](t)(f.TemplateFor(ctx, elsewhere, registry.OnPush)); found != nil {
			t.Errorf("another region has the template %+v", found)
		}
	})
}

func TestCreateFromTemplate(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		n := newTemplate("new")
		n.Settings = registry.Settings{TagMutability: registry.Immutable, Tags: map[string]string{"k": "v"}}
		n.Policy = &registry.Policy{Text: `{"a":1}`, Principals: map[string]string{"arn": "AIDA"}}
		n.Lifecycle = `{"rules":[]}`
		made := ok[*registry.Template](t)(f.CreateTemplate(ctx, n))

		repo := registry.Repo{Account: app.Account, Region: app.Region, Name: "new/app"}
		var group sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			group.Go(func() { errs[i] = f.CreateFromTemplate(ctx, repo, made) })
		}
		group.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		got := ok[*registry.Repository](t)(f.Repository(ctx, repo))
		if got.TagMutability != registry.Immutable || got.Encryption.Type != "AES256" {
			t.Errorf("repository %+v", got)
		}
		if diff := cmp.Diff(n.Policy, ok[*registry.Policy](t)(f.Policy(ctx, repo))); diff != "" {
			t.Errorf("policy (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(n.Tags, ok[map[string]string](t)(f.ResourceTags(ctx, repo))); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}

		// The template changes nothing about a repository that is there.
		if err := f.CreateFromTemplate(ctx, app, made); err != nil {
			t.Fatal(err)
		}
		if r := ok[*registry.Repository](t)(f.Repository(ctx, app)); r.TagMutability != registry.Mutable {
			t.Errorf("%s became %s", app.Name, r.TagMutability)
		}
		// Without a template there are defaults.
		repo.Name = "plain"
		if err := f.CreateFromTemplate(ctx, repo, nil); err != nil {
			t.Fatal(err)
		}
		if r := ok[*registry.Repository](t)(f.Repository(ctx, repo)); r.TagMutability != registry.Mutable || r.Encryption.Type != "AES256" {
			t.Errorf("repository %+v", r)
		}
		_, err := f.Policy(ctx, repo)
		is(t, err, registry.ErrPolicyNotFound)
	})
}

func TestTemplateNeedsRole(t *testing.T) {
	for _, c := range []struct {
		s    registry.Settings
		want bool
	}{
		{registry.Settings{Encryption: registry.Encryption{Type: "AES256"}}, false},
		{registry.Settings{Encryption: registry.Encryption{Type: "KMS"}}, true},
		{registry.Settings{Encryption: registry.Encryption{Type: "AES256"}, Tags: map[string]string{"a": "b"}}, true},
	} {
		if got := (&registry.Template{Settings: c.s}).NeedsRole(); got != c.want {
			t.Errorf("%+v: %v, want %v", c.s, got, c.want)
		}
	}
}
