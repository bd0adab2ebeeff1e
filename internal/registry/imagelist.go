package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// TagStatus filters images.
type TagStatus int

// The values of ECR's tagStatus filter.
const (
	TagAny TagStatus = iota
	Tagged
	Untagged
)

// Storage filters images by the storage class they are in.
type Storage int

// The values of ECR's imageStatus and artifactStatus filters, but for
// ACTIVATING, which no image ever is: restoring takes no time.
const (
	StorageActive   Storage = iota // in the standard class, ECR's default
	StorageArchived                // in the archive
	StorageAny
)

// condition returns what imageTables have to satisfy, from a digest on that is
// a parameter.
func (s Storage) condition(from string) string {
	return map[Storage]string{StorageActive: ` AND NOT ` + isArchived("i"), StorageArchived: ` AND s.archived AND s.digest >= ` + from, StorageAny: ``}[s]
}

// ImageFilter says which images a list has. Its zero value is ECR's default.
type ImageFilter struct {
	Tags    TagStatus
	Storage Storage
}

// Images lists images without their manifests in the order of their digests,
// and the token of the next page. Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) Images(ctx context.Context, repo Repo, f ImageFilter, p Page) (images []*Image, next string, err error) {
	const kind = "images"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	// One look into an index for each image, as in isArchived.
	const tagged = `COALESCE((SELECT TRUE FROM image_tag t
		WHERE t.account = i.account AND t.region = i.region AND t.repository = i.repository AND t.digest = i.digest ORDER BY t.tag LIMIT 1), FALSE)`
	where := map[TagStatus]string{TagAny: ``, Tagged: ` AND ` + tagged, Untagged: ` AND NOT ` + tagged}[f.Tags] + f.Storage.condition("$4")
	more := false
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		images, err = meta.All(tx, scanImage(repo), `SELECT `+imageColumns+` FROM `+imageTables+`
			WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.digest > $4`+where+` ORDER BY i.digest `+p.limitText(),
			repo.Account, repo.Region, repo.Name, after[0])
		if err != nil {
			return err
		}
		images, more = cut(p, images)
		return addDetails(tx, repo, images)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list images: %w", err)
	}
	if more {
		next = token(kind, images[len(images)-1].Digest.String())
	}
	return images, next, nil
}

// ImageRefs lists one Ref for every tag, with the digest it points to, and one
// without a tag for every untagged image, in the order of digests and tags.
// Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) ImageRefs(ctx context.Context, repo Repo, f ImageFilter, p Page) (refs []Ref, next string, err error) {
	const kind = "refs"
	after, err := p.key(kind, 2)
	if err != nil {
		return nil, "", err
	}
	where := map[TagStatus]string{TagAny: ``, Tagged: ` AND t.tag IS NOT NULL`, Untagged: ` AND t.tag IS NULL`}[f.Tags] + f.Storage.condition("$4")
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		refs, err = meta.All(tx, scanRef, `SELECT i.digest, COALESCE(t.tag, '') FROM `+imageTables+`
			LEFT JOIN image_tag t ON t.account = i.account AND t.region = i.region AND t.repository = i.repository AND t.digest = i.digest
			WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.digest >= $4
				AND (i.digest, COALESCE(t.tag, '')) > ($4, $5)`+where+`
			ORDER BY i.digest, COALESCE(t.tag, '') `+p.limitText(),
			repo.Account, repo.Region, repo.Name, after[0], after[1])
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list images: %w", err)
	}
	refs, more := cut(p, refs)
	if more {
		last := refs[len(refs)-1]
		next = token(kind, last.Digest.String(), last.Tag)
	}
	return refs, next, nil
}

// Tags lists up to limit tags that sort after after in byte order, and whether
// there are more. They must not be changed. Errors: ErrRepositoryNotFound.
func (r *Registry) Tags(ctx context.Context, repo Repo, after string, limit int) (tags []string, more bool, err error) {
	p := Page{Limit: limit}
	tags, err = r.tags.Get(ctx, tagsKey{repo, after, p.limit()}, func(tx *meta.Tx) ([]string, error) {
		if err := requireRepository(tx, repo); err != nil {
			return nil, err
		}
		return meta.All(tx, meta.ScanString, `SELECT tag FROM image_tag
			WHERE account = $1 AND region = $2 AND repository = $3 AND tag > $4 ORDER BY tag LIMIT $5`,
			repo.Account, repo.Region, repo.Name, after, p.limit())
	})
	if err != nil {
		return nil, false, fmt.Errorf("list tags: %w", err)
	}
	tags, more = cut(p, tags)
	return tags, more, nil
}

// tagsKey says which page of the tags of a repository.
type tagsKey struct {
	repo  Repo
	after string
	limit int64
}

// maxTagsKept is how many tags a page has at most that is remembered.
const maxTagsKept = 1001

// maxReferrersPage is how many bytes of annotations a page of referrers may
// have before it ends, whatever its limit.
const maxReferrersPage = ocispec.MaxManifestSize

// ReferrerFilter says which referrers a list has. Its zero value is all that
// are not archived.
type ReferrerFilter struct {
	ArtifactTypes []string // empty is all
	Storage       Storage
}

// Referrers lists the images whose subject is the one named, without their
// manifests and tags, in the order of their digests. A page may be shorter than its limit
// and not the last. That there is no such subject is not an error.
// Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) Referrers(ctx context.Context, repo Repo, subject digest.Digest, f ReferrerFilter, p Page) (images []*Image, next string, err error) {
	const kind = "referrers"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	args := []any{repo.Account, repo.Region, repo.Name, subject.String(), after[0]}
	where := f.Storage.condition("$5")
	if len(f.ArtifactTypes) > 0 {
		where += ` AND i.artifact_type IN (` + list(len(args)+1, len(f.ArtifactTypes)) + `)`
		for _, a := range f.ArtifactTypes {
			args = append(args, a)
		}
	}
	more := false
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		images, more, err = referrers(tx, repo, p, `SELECT `+imageColumns+`, i.annotations FROM `+imageTables+`
			WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.subject = $4 AND i.digest > $5`+where+`
			ORDER BY i.digest `+p.limitText(), args...)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list referrers: %w", err)
	}
	if more {
		next = token(kind, images[len(images)-1].Digest.String())
	}
	return images, next, nil
}

// referrers reads images with their annotations until the page is full.
func referrers(tx *meta.Tx, repo Repo, p Page, query string, args ...any) (images []*Image, more bool, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	size := 0
	for rows.Next() {
		if size > maxReferrersPage || p.Limit > 0 && len(images) == p.Limit {
			return images, true, nil
		}
		var annotations []byte
		img, err := scanImage(repo, &annotations)(rows)
		if err != nil {
			return nil, false, err
		}
		if err := json.Unmarshal(annotations, &img.Annotations); err != nil {
			return nil, false, fmt.Errorf("annotations of %s: %w", img.Digest, err)
		}
		images, size = append(images, img), size+len(annotations)
	}
	return images, false, rows.Err()
}
