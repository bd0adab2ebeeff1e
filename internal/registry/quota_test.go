package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

func TestQuotas(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobs, err := blob.OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c := &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
		quotas := registry.Quotas{RepositoriesPerRegistry: 2, ImagesPerRepository: 25, TagsPerImage: 3, PartsPerLayer: 2, PullTimeExclusions: 2}
		f := &fixture{t: t, clock: c, Registry: registry.New(registry.Config{DB: db, Blobs: blobs, Now: c.Now, Quotas: quotas})}
		ctx := t.Context()
		for _, repo := range []registry.Repo{app, other} {
			ok[*registry.Repository](t)(f.CreateRepository(ctx, repo, registry.Settings{}))
		}
		third := registry.Repo{Account: app.Account, Region: app.Region, Name: "third"}
		_, err = f.CreateRepository(ctx, third, registry.Settings{})
		if e := is(t, err, registry.ErrTooManyRepositories); e.Limit != 2 {
			t.Errorf("limit %d", e.Limit)
		}
		_, err = f.CreateRepository(ctx, other, registry.Settings{})
		is(t, err, registry.ErrRepositoryExists)
		elsewhere := third
		elsewhere.Region = "eu-west-1"
		ok[*registry.Repository](t)(f.CreateRepository(ctx, elsewhere, registry.Settings{}))

		// Images: exactly as many as may be, counted seldom or not.
		for i := range 25 {
			f.image(app, fmt.Sprint(i), fmt.Sprint("t", i))
		}
		push := func(word string, tags ...string) error {
			f.push(app, "config "+word)
			f.push(app, "layer "+word)
			_, err := f.PutImage(ctx, app, registry.NewImage{Manifest: imageDoc("config "+word, "layer "+word).bytes(), Tags: tags})
			return err
		}
		if e := is(t, push("more"), registry.ErrTooManyImages); e.Limit != 25 {
			t.Errorf("limit %d", e.Limit)
		}
		if err := push("0", "again"); err != nil {
			t.Errorf("a tag more: %v", err)
		}
		ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{{Tag: "t7"}}))
		if err := push("more"); err != nil {
			t.Errorf("in place of a deleted image: %v", err)
		}
		if e := is(t, push("0", "x", "y"), registry.ErrTooManyTags); e.Limit != 3 || e.Ref.Tag != "y" {
			t.Errorf("limit %d, tag %s", e.Limit, e.Ref.Tag)
		}

		id := ok[string](t)(f.StartUpload(ctx, app))
		for i := range 2 {
			ok[int64](t)(f.UploadPart(ctx, app, id, int64(i), int64(i), []byte{0}))
		}
		_, err = f.UploadPart(ctx, app, id, 2, 2, []byte{0})
		if e := is(t, err, registry.ErrTooManyLayerParts); e.Limit != 2 || e.Upload != id {
			t.Errorf("limit %d, upload %s", e.Limit, e.Upload)
		}
	})
}

func TestSetQuota(t *testing.T) {
	var q registry.Quotas
	for _, text := range []string{"images-per-repository=5", "tags-per-image=7"} {
		if err := q.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if want := (registry.Quotas{ImagesPerRepository: 5, TagsPerImage: 7}); q != want {
		t.Errorf("quotas %+v, want %+v", q, want)
	}
	for text, want := range map[string]string{
		"":                        "there is no quota",
		"images":                  "images-per-repository",
		"tags-per-image":          "not a positive number",
		"tags-per-image=0":        "not a positive number",
		"images-per-repository=x": "not a positive number",
	} {
		if err := q.Set(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
