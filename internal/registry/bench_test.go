package registry_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// benchmark runs f with a registry on each database, which fill has filled.
func benchmark(b *testing.B, fill func(*meta.Tx) error, f func(*testing.B, *registry.Registry)) {
	b.Helper()
	run := func(url func(testing.TB) string) func(*testing.B) {
		return func(b *testing.B) {
			db := metatest.Open(b, url(b))
			blobs, err := blob.OpenDir(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { blobs.Close() })
			if err := db.Write(b.Context(), fill); err != nil {
				b.Fatal(err)
			}
			f(b, registry.New(registry.Config{DB: db, Blobs: blobs, Quotas: registry.Quotas{ImagesPerRepository: 1_000_000}}))
		}
	}
	b.Run("sqlite", run(metatest.SQLite))
	b.Run("postgres", run(metatest.Postgres))
}

// insert fills a table with n rows, some to a statement.
func insert(tx *meta.Tx, table string, n int, row func(i int) []any) error {
	const rows = 10
	for from := 0; from < n; from += rows {
		var values []string
		var args []any
		for i := from; i < min(from+rows, n); i++ {
			var list []string
			for _, v := range row(i) {
				args = append(args, v)
				list = append(list, fmt.Sprint("$", len(args)))
			}
			values = append(values, "("+strings.Join(list, ", ")+")")
		}
		if _, err := tx.Exec(`INSERT INTO `+table+` VALUES `+strings.Join(values, ", "), args...); err != nil {
			return err
		}
	}
	// PostgreSQL learns by itself how many rows there are, but not at once.
	// SQLite has no such table, and plans without knowing.
	if _, err := tx.Exec(`SELECT 1 FROM pg_class LIMIT 1`); err != nil {
		return nil
	}
	_, err := tx.Exec(`ANALYZE ` + table[:strings.Index(table, " ")])
	return err
}

const repositoryFields = `repository (account, region, name, created_at, tag_mutability, tag_exclusions, scan_on_push, encryption, kms_key)`

func fillRepositories(tx *meta.Tx, n int) error {
	return insert(tx, repositoryFields, n, func(i int) []any {
		return []any{app.Account, app.Region, fmt.Sprintf("team-%d/app-%d", i%100, i), int64(1), "MUTABLE", "[]", false, "AES256", ""}
	})
}

// fillImages makes n images in app: of ten, nine have a tag and one is archived.
func fillImages(tx *meta.Tx, n int) error {
	const config = "application/vnd.oci.image.config.v1+json"
	digestOf := func(i int) string { return digest.FromString(fmt.Sprint(i)).String() }
	manifest := []byte(strings.Repeat("m", 2000))
	if err := insert(tx, repositoryFields, 1, func(int) []any {
		return []any{app.Account, app.Region, app.Name, int64(1), "MUTABLE", "[]", false, "AES256", ""}
	}); err != nil {
		return err
	}
	if err := insert(tx, `image (account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations,
			size, pushed_at, pulled_at, manifest_size, manifest)`, n, func(i int) []any {
		return []any{app.Account, app.Region, app.Name, digestOf(i), ocispec.MediaTypeImageManifest, config, config, "", "{}",
			int64(i), int64(i), int64(0), int64(len(manifest)), manifest}
	}); err != nil {
		return err
	}
	if err := insert(tx, `image_tag (account, region, repository, tag, digest, tagged_at)`, n*9/10, func(i int) []any {
		return []any{app.Account, app.Region, app.Name, fmt.Sprint("v1.", i), digestOf(i), int64(i)}
	}); err != nil {
		return err
	}
	return insert(tx, `image_storage (account, region, repository, digest, archived, archived_at, activated_at)`, n/10, func(i int) []any {
		return []any{app.Account, app.Region, app.Name, digestOf(i * 10), true, int64(i), int64(0)}
	})
}

// pages measures the first, the middle and the last page of a list, which
// must cost the same. list answers how many entries a page has, and the token
// of the next one.
func pages(b *testing.B, list func(registry.Page) (int, string, error)) {
	b.Helper()
	const limit = 100
	n, _, err := list(registry.Page{})
	if err != nil {
		b.Fatal(err)
	}
	for name, skip := range map[string]int{"first": 0, "middle": n / 2, "last": n - limit} {
		p := registry.Page{Limit: limit}
		if skip > 0 {
			if _, p.Token, err = list(registry.Page{Limit: skip}); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got, _, err := list(p); err != nil || got != limit {
					b.Fatalf("a page of %d, %v", got, err)
				}
			}
		})
	}
}

// BenchmarkDescribeRepositories pages through 10,000 repositories.
func BenchmarkDescribeRepositories(b *testing.B) {
	benchmark(b, func(tx *meta.Tx) error { return fillRepositories(tx, 10_000) }, func(b *testing.B, r *registry.Registry) {
		pages(b, func(p registry.Page) (int, string, error) {
			repos, next, err := r.Repositories(b.Context(), app.Account, app.Region, p)
			return len(repos), next, err
		})
	})
}

// BenchmarkDescribeImages pages through 100,000 images, with each filter.
func BenchmarkDescribeImages(b *testing.B) {
	benchmark(b, func(tx *meta.Tx) error { return fillImages(tx, 100_000) }, func(b *testing.B, r *registry.Registry) {
		for name, f := range map[string]registry.ImageFilter{
			"active": {}, "any": {Storage: registry.StorageAny}, "archived": {Storage: registry.StorageArchived},
			"tagged": {Tags: registry.Tagged}, "untagged": {Tags: registry.Untagged},
		} {
			b.Run(name, func(b *testing.B) {
				pages(b, func(p registry.Page) (int, string, error) {
					images, next, err := r.Images(b.Context(), app, f, p)
					return len(images), next, err
				})
			})
		}
	})
}

// BenchmarkListImages pages through 100,000 images.
func BenchmarkListImages(b *testing.B) {
	benchmark(b, func(tx *meta.Tx) error { return fillImages(tx, 100_000) }, func(b *testing.B, r *registry.Registry) {
		pages(b, func(p registry.Page) (int, string, error) {
			refs, next, err := r.ImageRefs(b.Context(), app, registry.ImageFilter{}, p)
			return len(refs), next, err
		})
	})
}

// BenchmarkPutImage pushes to a repository of few images and to one of many,
// which must cost the same: quotas are not counted for each push.
func BenchmarkPutImage(b *testing.B) {
	for _, n := range []int{10, 100_000} {
		b.Run(fmt.Sprint("images=", n), func(b *testing.B) {
			benchmark(b, func(tx *meta.Tx) error { return fillImages(tx, n) }, func(b *testing.B, r *registry.Registry) {
				i := 0
				for b.Loop() {
					d := doc{MediaType: ocispec.MediaTypeImageIndex, Annotations: map[string]string{"n": fmt.Sprint(i)}}
					if _, err := r.PutImage(b.Context(), app, registry.NewImage{Manifest: d.bytes(), Tags: []string{"latest"}}); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		})
	}
}

// BenchmarkPush pushes what a push consists of, to many goroutines at once:
// small layers in one request and in two, mounts, images and tags.
func BenchmarkPush(b *testing.B) {
	fill := func(tx *meta.Tx) error { return fillRepositories(tx, 2000) }
	repoOf := func(i int64) registry.Repo {
		i %= 2000
		return registry.Repo{Account: app.Account, Region: app.Region, Name: fmt.Sprintf("team-%d/app-%d", i%100, i)}
	}
	from := registry.Repo{Account: app.Account, Region: app.Region, Name: "team-0/app-0"}
	put := func(ctx context.Context, r *registry.Registry, repo registry.Repo, content string) (digest.Digest, error) {
		d := digest.FromString(content)
		_, err := r.PutLayer(ctx, repo, strings.NewReader(content), d)
		return d, err
	}
	kilobyte := strings.Repeat("x", 1000)
	for _, c := range []struct {
		name    string
		prepare func(ctx context.Context, r *registry.Registry) error
		push    func(ctx context.Context, r *registry.Registry, n int64) error
	}{
		{"POST", nil, func(ctx context.Context, r *registry.Registry, n int64) error {
			_, err := put(ctx, r, from, fmt.Sprint(kilobyte, n))
			return err
		}},
		{"POST and PUT", nil, func(ctx context.Context, r *registry.Registry, n int64) error {
			content := fmt.Sprint(kilobyte, n)
			id, err := r.StartUpload(ctx, from)
			if err == nil {
				_, err = r.FinishUpload(ctx, from, id, -1, strings.NewReader(content), digest.FromString(content))
			}
			return err
		}},
		{"mount", func(ctx context.Context, r *registry.Registry) error {
			for i := range 100 {
				if _, err := put(ctx, r, from, fmt.Sprint("layer ", i)); err != nil {
					return err
				}
			}
			return nil
		}, func(ctx context.Context, r *registry.Registry, n int64) error {
			_, err := r.Mount(ctx, repoOf(n), digest.FromString(fmt.Sprint("layer ", n/2000%100)), from.Name)
			return err
		}},
		{"image", func(ctx context.Context, r *registry.Registry) error {
			_, err := put(ctx, r, from, "layer")
			return err
		}, func(ctx context.Context, r *registry.Registry, n int64) error {
			d := imageDoc("layer", "layer")
			d.Annotations = map[string]string{"n": fmt.Sprint(n)}
			_, err := r.PutImage(ctx, from, registry.NewImage{Manifest: d.bytes(), Tags: []string{fmt.Sprint("v", n)}})
			return err
		}},
		{"tag", func(ctx context.Context, r *registry.Registry) error {
			_, err := put(ctx, r, from, "layer")
			return err
		}, func(ctx context.Context, r *registry.Registry, n int64) error {
			d := imageDoc("layer", "layer")
			d.Annotations = map[string]string{"n": fmt.Sprint(n / 1000)}
			_, err := r.PutImage(ctx, from, registry.NewImage{Manifest: d.bytes(), Tags: []string{fmt.Sprint("v", n)}})
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmark(b, fill, func(b *testing.B, r *registry.Registry) {
				if c.prepare != nil {
					if err := c.prepare(b.Context(), r); err != nil {
						b.Fatal(err)
					}
				}
				var n atomic.Int64
				b.SetParallelism(8)
				b.ReportAllocs()
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := c.push(meta.Once(b.Context()), r, n.Add(1)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		})
	}
}
