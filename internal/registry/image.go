package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// Ref names an image within a repository: by tag, by digest, or by both, which
// must then agree.
type Ref struct {
	Tag    string
	Digest digest.Digest
}

// String returns "tag", "digest", or "tag@digest".
func (r Ref) String() string {
	if r.Tag != "" && r.Digest != "" {
		return r.Tag + "@" + r.Digest.String()
	}
	return r.Tag + r.Digest.String()
}

// Image is a manifest in a repository: a single image, an index or an
// artifact.
type Image struct {
	Repo            Repo
	Digest          digest.Digest
	MediaType       string // of the manifest
	ArtifactType    string // artifactType of the manifest, or the config's media type when it has none
	Subject         digest.Digest
	Annotations     map[string]string // only from PutImage and Referrers
	Tags            []string          // in byte order; not from Image and Referrers
	Size            int64             // bytes of config and layers; of an index, those of its largest child
	PushedAt        time.Time         // when it was first pushed
	PulledAt        time.Time         // last recorded pull; zero if never
	Archived        bool              // in the archive storage class: it cannot be read
	ArchivedAt      time.Time         // when it was last archived; zero if never
	ActivatedAt     time.Time         // when it was last restored from the archive; zero if never
	ManifestSize    int64             // bytes
	Manifest        []byte            // only from Image
	ConfigMediaType string            // empty for an index
	Scan            *Scan             // only from Describe and Images: the last basic scan, if any and if that is how the registry is scanned
}

// inRepo are the parameters of a statement about a repository and ds.
func inRepo(repo Repo, ds []digest.Digest) []any {
	args := []any{repo.Account, repo.Region, repo.Name}
	for _, d := range ds {
		args = append(args, d.String())
	}
	return args
}

// digests returns the distinct digests of ds in order.
func digests(ds []ocispec.Descriptor) []digest.Digest {
	out := make([]digest.Digest, 0, len(ds))
	for _, d := range ds {
		out = append(out, d.Digest)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// imageColumns are what scanImage reads from imageTables. The annotations and
// the manifest are not among the columns: each may be megabytes.
const (
	imageColumns = `i.digest, i.media_type, i.artifact_type, i.config_media_type, i.subject, i.size, i.pushed_at, i.pulled_at, i.manifest_size,
		COALESCE(s.archived, FALSE), COALESCE(s.archived_at, 0), COALESCE(s.activated_at, 0)`
	imageTables = `image i LEFT JOIN image_storage s ON s.account = i.account AND s.region = i.region AND s.repository = i.repository AND s.digest = i.digest`
)

func scanImage(repo Repo, more ...any) func(meta.Scanner) (*Image, error) {
	return func(s meta.Scanner) (*Image, error) {
		i := Image{Repo: repo}
		var pushed, pulled, archived, activated int64
		dest := []any{
			&i.Digest, &i.MediaType, &i.ArtifactType, &i.ConfigMediaType, &i.Subject, &i.Size, &pushed, &pulled, &i.ManifestSize,
			&i.Archived, &archived, &activated,
		}
		if err := s.Scan(append(dest, more...)...); err != nil {
			return nil, err
		}
		i.PushedAt, i.PulledAt = fromMicros(pushed), fromMicros(pulled)
		i.ArchivedAt, i.ActivatedAt = fromMicros(archived), fromMicros(activated)
		return &i, nil
	}
}

// imageByDigest reads an image without its manifest; sql.ErrNoRows if there is
// none.
func imageByDigest(tx *meta.Tx, repo Repo, d digest.Digest) (*Image, error) {
	return scanImage(repo)(tx.QueryRow(`SELECT `+imageColumns+` FROM `+imageTables+` WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.digest = $4`,
		repo.Account, repo.Region, repo.Name, d.String()))
}

// resolve returns the digest that a Ref names. It does not look whether there
// is an image of a digest.
func resolve(tx *meta.Tx, repo Repo, ref Ref) (digest.Digest, error) {
	if ref.Tag == "" {
		return ref.Digest, nil
	}
	var d digest.Digest
	err := tx.QueryRow(`SELECT digest FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND tag = $4`,
		repo.Account, repo.Region, repo.Name, ref.Tag).Scan(&d)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", &Error{Kind: ErrImageNotFound, Repo: repo, Ref: ref}
	case err != nil:
		return "", err
	case ref.Digest != "" && ref.Digest != d:
		return "", &Error{Kind: ErrTagDigestMismatch, Repo: repo, Ref: ref}
	}
	return d, nil
}

// imageKey says which image.
type imageKey struct {
	repo Repo
	ref  Ref
}

// Image returns an image with its manifest, but without all its tags. It must
// not be changed.
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch,
// ErrImageArchived.
func (r *Registry) Image(ctx context.Context, repo Repo, ref Ref) (*Image, error) {
	img, err := r.images.Get(ctx, imageKey{repo, ref}, func(tx *meta.Tx) (img *Image, err error) {
		d, err := resolve(tx, repo, ref)
		if err == nil {
			var manifest []byte
			img, err = scanImage(repo, &manifest)(tx.QueryRow(`SELECT `+imageColumns+`, i.manifest FROM `+imageTables+`
				WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.digest = $4`, repo.Account, repo.Region, repo.Name, d.String()))
			if err == nil && img.Archived {
				return nil, &Error{Kind: ErrImageArchived, Repo: repo, Ref: ref}
			}
			if err == nil {
				img.Manifest = manifest
			}
		}
		return img, notFound(tx, repo, ref, err)
	})
	if err != nil {
		return nil, fmt.Errorf("get image: %w", err)
	}
	return img, nil
}

// notFound makes the error of an image that is missing tell whether it is the
// repository that is missing.
func notFound(tx *meta.Tx, repo Repo, ref Ref, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: ErrImageNotFound, Repo: repo, Ref: ref}
	}
	if errors.Is(err, ErrImageNotFound) {
		if rerr := requireRepository(tx, repo); rerr != nil {
			return rerr
		}
	}
	return err
}

// Describe returns the images that refs name, with their tags and without
// their manifests, in the order of refs.
// Errors: ErrRepositoryNotFound; ErrImageNotFound and ErrTagDigestMismatch of
// the first ref that names no image.
func (r *Registry) Describe(ctx context.Context, repo Repo, refs []Ref) (images []*Image, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		for _, ref := range refs {
			var img *Image
			d, err := resolve(tx, repo, ref)
			if err == nil {
				img, err = imageByDigest(tx, repo, d)
			}
			if err = notFound(tx, repo, ref, err); err != nil {
				return err
			}
			images = append(images, img)
		}
		return addDetails(tx, repo, images)
	})
	if err != nil {
		return nil, fmt.Errorf("describe images: %w", err)
	}
	return images, nil
}

// addDetails fills in the tags and the scans of images.
func addDetails(tx *meta.Tx, repo Repo, images []*Image) error {
	if err := addTags(tx, repo, images); err != nil {
		return err
	}
	return addScans(tx, repo, images)
}

// byDigest orders images by their digests. One that is there twice may be two
// values.
func byDigest(images []*Image) map[digest.Digest][]*Image {
	m := make(map[digest.Digest][]*Image, len(images))
	for _, i := range images {
		m[i.Digest] = append(m[i.Digest], i)
	}
	return m
}

// detailList is how many digests one statement about many takes: the more
// parameters a statement has, the more each of them costs.
const detailList = 100

// addTags fills in the tags of images.
func addTags(tx *meta.Tx, repo Repo, images []*Image) error {
	found := byDigest(images)
	for part := range slices.Chunk(slices.Sorted(maps.Keys(found)), detailList) {
		refs, err := meta.All(tx, scanRef, `SELECT digest, tag FROM image_tag
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (`+list(4, len(part))+`) ORDER BY digest, tag`, inRepo(repo, part)...)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			for _, i := range found[ref.Digest] {
				i.Tags = append(i.Tags, ref.Tag)
			}
		}
	}
	return nil
}

func scanRef(s meta.Scanner) (r Ref, err error) {
	err = s.Scan(&r.Digest, &r.Tag)
	return r, err
}
