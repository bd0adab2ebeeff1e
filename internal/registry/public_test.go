package registry_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

var public = registry.Repo{Account: app.Account, Region: registry.Public, Name: app.Name}

func TestPublicIsNoRegion(t *testing.T) {
	if endpoint.IsRegion(registry.Public) {
		t.Errorf("%q is the name of a region, which signatures and hosts may have", registry.Public)
	}
	if got, want := public.ARN(), "arn:aws:ecr-public::111111111111:repository/team/app"; got != want {
		t.Errorf("ARN %s, want %s", got, want)
	}
}

// An account gets one alias, however many ask at once, and no two get the same.
func TestPublicRegistry(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		var mu sync.Mutex
		aliases := map[string][]string{} // by account
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				account := fmt.Sprintf("%012d", i%5)
				p, err := f.PublicRegistry(ctx, account)
				if err != nil || p.Account != account || p.DisplayName != "" {
					t.Errorf("registry %+v, error %v", p, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				aliases[account] = append(aliases[account], p.Alias)
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for account, as := range aliases {
			if as = slices.Compact(as); len(as) != 1 || seen[as[0]] || !regexp.MustCompile(`^([a-z][0-9]){4}$`).MatchString(as[0]) {
				t.Errorf("aliases of %s: %q", account, as)
			}
			seen[as[0]] = true
			if got := ok[string](t)(f.PublicAccount(ctx, as[0])); got != account {
				t.Errorf("%s is of %s, want %s", as[0], got, account)
			}
		}
		if got := ok[string](t)(f.PublicAccount(ctx, "z0z0z0z0")); got != "" {
			t.Errorf("an alias that nobody has is of %s", got)
		}

		if err := f.SetDisplayName(ctx, "222222222222", "Two"); err != nil {
			t.Fatal(err)
		}
		if p := ok[*registry.PublicRegistry](t)(f.PublicRegistry(ctx, "222222222222")); p.DisplayName != "Two" || p.Alias == "" {
			t.Errorf("registry %+v", p)
		}
	})
}

func TestCatalogData(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		_, err := f.CatalogData(ctx, public)
		is(t, err, registry.ErrRepositoryNotFound)
		is(t, f.SetCatalogData(ctx, public, registry.CatalogData{}), registry.ErrRepositoryNotFound)
		_, _, err = f.Logo(ctx, public)
		is(t, err, registry.ErrRepositoryNotFound)

		var logo bytes.Buffer
		if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		data := registry.CatalogData{Description: "d", Architectures: []string{"ARM"}, AboutText: "a", UsageText: "u", OperatingSystems: []string{}, Logo: logo.Bytes()}
		ok[*registry.Repository](t)(f.CreatePublicRepository(ctx, public, nil, &data))
		want := data
		want.Logo, want.LogoType = nil, "image/png"
		if diff := cmp.Diff(&want, ok[*registry.CatalogData](t)(f.CatalogData(ctx, public))); diff != "" {
			t.Errorf("catalog data (-want +got):\n%s", diff)
		}
		if got, mediaType, err := f.Logo(ctx, public); err != nil || mediaType != "image/png" || !bytes.Equal(got, logo.Bytes()) {
			t.Errorf("logo of %d bytes, %s, error %v", len(got), mediaType, err)
		}
		// The repository of the same name in another registry has none of it.
		if got := ok[*registry.CatalogData](t)(f.CatalogData(ctx, app)); got.Description != "" {
			t.Errorf("catalog data of the private repository: %+v", got)
		}

		for name, bad := range map[string][]byte{"no image": []byte("<svg/>"), "too large": make([]byte, registry.MaxLogo+1), "half": logo.Bytes()[:20]} {
			is(t, f.SetCatalogData(ctx, public, registry.CatalogData{Logo: bad}), registry.ErrInvalidCatalogData)
			repo := public
			repo.Name = "bad"
			_, err := f.CreatePublicRepository(ctx, repo, nil, &registry.CatalogData{Logo: bad})
			is(t, err, registry.ErrInvalidCatalogData)
			if _, err := f.Repository(ctx, repo); err == nil {
				t.Errorf("%s: there is a repository all the same", name)
			}
		}
		if err := f.SetCatalogData(ctx, public, registry.CatalogData{}); err != nil {
			t.Fatal(err)
		}
		if got, mediaType, err := f.Logo(ctx, public); err != nil || mediaType != "" || len(got) != 0 {
			t.Errorf("a logo that was removed: %d bytes, %s, error %v", len(got), mediaType, err)
		}
		ok[*registry.Repository](t)(f.DeleteRepository(ctx, public, false))
	})
}

func TestTaggedImages(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		_, _, err := f.TaggedImages(ctx, public, registry.Page{})
		is(t, err, registry.ErrRepositoryNotFound)
		first := f.image(app, "one", "b", "d")
		f.clock.add(time.Hour)
		second := f.image(app, "two", "a", "d")
		f.image(app, "untagged")

		var got []string
		page := registry.Page{Limit: 2}
		for {
			tagged, next, err := f.TaggedImages(ctx, app, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range tagged {
				got = append(got, fmt.Sprint(i.Tag, " ", i.Image.Digest == first.Digest, i.Image.Digest == second.Digest, " ", i.TaggedAt.Sub(i.Image.PushedAt)))
			}
			if page.Token = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff([]string{"a false true 0s", "b true false 0s", "d false true 0s"}, got); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
		_, _, err = f.TaggedImages(ctx, app, registry.Page{Token: "x"})
		is(t, err, registry.ErrInvalidToken)
	})
}

func TestPublicQuotas(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobs, err := blob.OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f := registry.New(registry.Config{DB: db, Blobs: blobs, Quotas: registry.Quotas{PublicRepositoriesPerRegistry: 1, PublicPartsPerLayer: 1}})
		ctx := t.Context()
		ok[*registry.Repository](t)(f.CreatePublicRepository(ctx, public, nil, nil))
		second := public
		second.Name = "second"
		_, err = f.CreatePublicRepository(ctx, second, nil, nil)
		if e := is(t, err, registry.ErrTooManyRepositories); e.Limit != 1 {
			t.Errorf("limit %d", e.Limit)
		}
		ok[*registry.Repository](t)(f.CreateRepository(ctx, app, registry.Settings{}))
		ok[*registry.Repository](t)(f.CreateRepository(ctx, other, registry.Settings{}))

		for _, repo := range []registry.Repo{app, public} {
			id := ok[string](t)(f.StartUpload(ctx, repo))
			ok[int64](t)(f.UploadPart(ctx, repo, id, 0, 0, []byte{0}))
			_, err := f.UploadPart(ctx, repo, id, 1, 1, []byte{0})
			if repo == app && err != nil {
				t.Errorf("a private repository: %v", err)
			}
			if repo == public {
				is(t, err, registry.ErrTooManyLayerParts)
			}
		}
	})
}
