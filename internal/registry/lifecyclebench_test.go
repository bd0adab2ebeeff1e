package registry_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
)

// previewLimit is how long a preview of 100,000 images may take.
const previewLimit = 5 * time.Second

// BenchmarkLifecyclePreview previews a policy of several rules in a repository
// of 100,000 images, a tenth of them indexes of two others, and reads the first
// page of what it would do.
func BenchmarkLifecyclePreview(b *testing.B) {
	const n = 100_000
	const policy = `{"rules":[
		{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["v1.*0","*5*"],"countType":"imageCountMoreThan","countNumber":100},"action":{"type":"expire"}},
		{"rulePriority":2,"selection":{"tagStatus":"tagged","tagPrefixList":["v1.9"],"countType":"sinceImagePulled","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}},
		{"rulePriority":3,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}},
		{"rulePriority":4,"selection":{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}},
		{"rulePriority":9,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":50000},"action":{"type":"expire"}}]}`
	fill := func(tx *meta.Tx) error {
		if err := fillImages(tx, n); err != nil {
			return err
		}
		name := func(i int) string { return digest.FromString(fmt.Sprint(i)).String() }
		return insert(tx, `image_reference (account, region, repository, digest, kind, target)`, n, func(i int) []any {
			image, kind, target := name(i), "layer", name(n+i)
			if i%5 < 2 {
				image, kind, target = name(i-i%5), "image", name(i+2)
			}
			return []any{app.Account, app.Region, app.Name, image, kind, target}
		})
	}
	benchmark(b, fill, func(b *testing.B, r *registry.Registry) {
		for b.Loop() {
			if _, err := r.StartLifecyclePreview(b.Context(), app, policy); err != nil {
				b.Fatal(err)
			}
			if err := r.MakeLifecyclePreview(b.Context(), app); err != nil {
				b.Fatal(err)
			}
			p, err := r.LifecyclePreview(b.Context(), app, registry.PreviewQuery{Page: registry.Page{Limit: 100}})
			if err != nil {
				b.Fatal(err)
			}
			if p.Images != n || p.Expiring < 10_000 || len(p.Results) != 100 {
				b.Fatalf("preview of %d images, %d of them expiring, page of %d", p.Images, p.Expiring, len(p.Results))
			}
		}
		if took := b.Elapsed() / time.Duration(b.N); took > previewLimit {
			b.Errorf("a preview takes %v, want %v at most", took, previewLimit)
		}
	})
}
