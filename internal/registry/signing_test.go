package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/registry"
)

func TestSigning(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		profile := func(name string) string { return "arn:aws:signer:us-east-1:111111111111:/signing-profiles/" + name }
		put := func(rules ...registry.SigningRule) {
			t.Helper()
			f.clock.add(time.Minute)
			if err := f.SetSigningConfiguration(ctx, app.Account, app.Region, rules); err != nil {
				t.Fatal(err)
			}
		}
		profiles := func(tag string) (names []string) {
			t.Helper()
			img, signings, err := f.Signings(ctx, app, registry.Ref{Tag: tag})
			if err != nil {
				t.Fatal(err)
			}
			if len(img.Digest) == 0 {
				t.Error("no image")
			}
			for _, s := range signings {
				if s.Failure == "" {
					t.Errorf("%s is said to have signed", s.Profile)
				}
				names = append(names, s.Profile)
			}
			return names
		}
		_, err := f.SigningConfiguration(ctx, app.Account, app.Region)
		is(t, err, registry.ErrSigningNotConfigured)
		_, err = f.DeleteSigningConfiguration(ctx, app.Account, app.Region)
		is(t, err, registry.ErrSigningNotConfigured)
		f.image(app, "before", "before")

		all := registry.SigningRule{Profile: profile("zz")}
		team := registry.SigningRule{Profile: profile("aa"), Repositories: []string{"none", "team/*"}}
		put(all, team, registry.SigningRule{Profile: profile("bb"), Repositories: []string{"app"}})
		f.clock.add(time.Minute)
		f.image(app, "after", "after")
		if got := profiles("before"); got != nil {
			t.Errorf("pushed before there were rules: %v", got)
		}
		if d := cmp.Diff([]string{team.Profile, all.Profile}, profiles("after")); d != "" {
			t.Errorf("profiles (-want +got)\n%s", d)
		}

		// A rule that stays goes on; one that comes is for what comes after it.
		put(team, registry.SigningRule{Profile: profile("cc")})
		if d := cmp.Diff([]string{team.Profile}, profiles("after")); d != "" {
			t.Errorf("profiles (-want +got)\n%s", d)
		}
		put()
		rules, err := f.SigningConfiguration(ctx, app.Account, app.Region)
		if err != nil || len(rules) != 0 {
			t.Errorf("rules %v, %v", rules, err)
		}
		put(all)
		if rules, err := f.DeleteSigningConfiguration(ctx, app.Account, app.Region); err != nil || cmp.Diff(rules, []registry.SigningRule{all}) != "" {
			t.Errorf("deleted %v, %v", rules, err)
		}
		_, _, err = f.Signings(ctx, app, registry.Ref{Tag: "none"})
		is(t, err, registry.ErrImageNotFound)
		err = f.SetSigningConfiguration(ctx, app.Account, "eu-west-1", []registry.SigningRule{all})
		is(t, err, registry.ErrInvalidSigning)
	})
}
