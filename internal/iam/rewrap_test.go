package iam_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

// Whatever happens on the way, every secret can be used all the time, by servers that run since before the rotation and by
// those that start after it.
func TestRewrap(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		file := filepath.Join(t.TempDir(), "key")
		open := func() *iam.IAM {
			t.Helper()
			return iam.New(iam.Config{DB: db, Box: must[*seal.Box](t)(seal.OpenKeyFile(file)), Now: time.Now})
		}
		running := open()
		must[*iam.Account](t)(running.CreateAccount(ctx, account, ""))
		secrets := map[string]string{}
		const users = 130 // of two keys each: more than one batch
		for n := range users {
			name := fmt.Sprint("u", n)
			must[*iam.User](t)(running.CreateUser(ctx, account, iam.NewUser{Name: name}))
			for range 2 {
				k := must[*iam.Key](t)(running.CreateAccessKey(ctx, account, name))
				secrets[k.ID] = k.Secret.Reveal()
			}
		}
		must[*iam.Issuer](t)(running.EnableIssuer(ctx, account, func(id string) string { return "https://example.com/" + id }))
		const stored = 2*users + 2 // the issuer has two keys
		check := func(when string, engines ...*iam.IAM) {
			t.Helper()
			for _, m := range engines {
				for _, algorithm := range []string{oidc.RS256, oidc.ES384} {
					in := iam.IdentityToken{Account: account, Subject: "x", Audience: []string{"y"}, Algorithm: algorithm, Duration: time.Minute}
					if _, _, err := m.NewIdentityToken(ctx, in); err != nil {
						t.Fatalf("%s: sign with %s: %v", when, algorithm, err)
					}
				}
			}
			for id, secret := range secrets {
				for _, m := range engines {
					if k, err := m.AccessKey(ctx, id); err != nil || k.Secret.Reveal() != secret {
						t.Fatalf("%s: key %s: %v", when, id, err)
					}
				}
			}
		}
		old := must[map[string]int](t)(running.SealedWith(ctx))
		session := must[*iam.Credentials](t)(running.NewUserSession(iam.Ref{Kind: policy.Root, Account: account, ID: account}, 0))

		id := must[string](t)(seal.Rotate(file, time.Now()))
		check("rotated", running, open())
		if n := must[int](t)(open().RewrapOne(ctx)); n != 100 {
			t.Errorf("%d secrets in a batch", n)
		}
		count := must[map[string]int](t)(running.SealedWith(ctx))
		if count[id] != 100 || len(count) != 2 {
			t.Errorf("sealed with %v", count)
		}
		check("broken off", running, open())

		// Others go on while the rest is done: keys come and go.
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				name := fmt.Sprint("v", n)
				if _, err := running.CreateUser(ctx, account, iam.NewUser{Name: name}); err != nil {
					t.Error(err)
				}
				k, err := running.CreateAccessKey(ctx, account, name)
				if err != nil {
					t.Error(err)
				} else if err := running.DeleteAccessKey(ctx, account, name, k.ID); err != nil {
					t.Error(err)
				}
			}
		})
		if n := must[int](t)(open().Rewrap(ctx)); n != stored-100 {
			t.Errorf("%d secrets changed", n)
		}
		close(stop)
		wg.Wait()
		check("done", running, open())
		if diff := cmp.Diff(map[string]int{id: stored}, must[map[string]int](t)(running.SealedWith(ctx))); diff != "" {
			t.Error(diff)
		}
		if n := must[int](t)(running.Rewrap(ctx)); n != 0 {
			t.Errorf("%d secrets changed again", n)
		}
		if _, err := running.OpenSession(session.Token.Reveal()); err != nil {
			t.Errorf("a session from before: %v", err)
		}

		// The old key is not needed any more, but for tokens.
		for key := range old {
			ok(t, seal.Remove(file, key))
		}
		check("removed", open())
		_, err := open().OpenSession(session.Token.Reveal())
		wants(t, err, iam.ErrInvalidToken)
	})
}

// A secret whose key is gone stays as it is, and keeps no other from being changed.
func TestRewrapLostKey(t *testing.T) {
	db := metatest.Open(t, metatest.SQLite(t))
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "key")
	open := func() *iam.IAM {
		return iam.New(iam.Config{DB: db, Box: must[*seal.Box](t)(seal.OpenKeyFile(file)), Now: time.Now})
	}
	must[*iam.Account](t)(open().CreateAccount(ctx, account, ""))
	lost := must[*iam.Key](t)(open().CreateAccessKey(ctx, account, ""))
	ok(t, os.Remove(file))
	kept := must[*iam.Key](t)(open().CreateAccessKey(ctx, account, ""))
	must[string](t)(seal.Rotate(file, time.Now()))
	n, err := open().Rewrap(ctx)
	if n != 1 || err == nil || !strings.Contains(err.Error(), lost.ID) || strings.Contains(err.Error(), kept.ID) {
		t.Errorf("%d changed, error %v", n, err)
	}
	if k, err := open().AccessKey(ctx, kept.ID); err != nil || k.Secret != kept.Secret {
		t.Errorf("kept key: %v", err)
	}
	if n, err := open().Rewrap(ctx); n != 0 || err == nil {
		t.Errorf("the second time: %d changed, error %v", n, err)
	}
}

// Rewrap knows of everything that may be sealed at rest: a new column of bytes has to be thought about here.
func TestEverySealedColumnIsRewrapped(t *testing.T) {
	known := map[string]string{"secret": "sealed, rewrapped here and by event.Webhooks", "private": "sealed, rewrapped", "manifest": "not sealed", "logo": "not sealed",
		"sum": "not sealed", "content": "not sealed", "request": "sealed, and of use for 12 hours, when the key opens tokens yet"}
	files := must[[]string](t)(filepath.Glob("../meta/schema/*.sql"))
	column := regexp.MustCompile(`(?m)^(?: *|ALTER TABLE [a-z_]+ ADD COLUMN )([a-z_]+) +BYTEA`)
	found := 0
	for _, name := range files {
		for _, m := range column.FindAllStringSubmatch(string(must[[]byte](t)(os.ReadFile(name))), -1) {
			found++
			if known[m[1]] == "" {
				t.Errorf("%s: is the column %s sealed? Then Rewrap has to know it", filepath.Base(name), m[1])
			}
		}
	}
	if found < 2 {
		t.Errorf("%d columns of bytes in %v", found, files)
	}
}
