package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
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

// NewImage is what PutImage stores.
type NewImage struct {
	Manifest  []byte
	MediaType string        // "" is what the manifest says
	Tags      []string      // tags to point at it, may be empty
	Digest    digest.Digest // what the manifest must have, in any known algorithm; "" is its SHA-256

	// RejectExisting makes PutImage answer ErrImageExists when the image is
	// there and has all the tags already, as ECR's own PutImage does. Without
	// it the same push twice succeeds.
	RejectExisting bool
}

// PutImage stores a manifest and points tags at it, all or nothing. The layers
// and children that it names must be in the repository, but for foreign layers
// and the subject. An image that is in the archive is restored; what an index
// names must not be there.
//
// Errors: ErrRepositoryNotFound, ErrInvalidManifest, ErrManifestTooLarge,
// ErrInvalidTag, ErrInvalidDigest, ErrImageDigestMismatch, ErrImageExists,
// ErrTagImmutable, ErrTooManyTags, ErrTooManyImages, ErrLayersNotFound,
// ErrReferencedImagesNotFound.
func (r *Registry) PutImage(ctx context.Context, repo Repo, n NewImage) (*Image, error) {
	p, err := r.newPush(repo, n)
	if err != nil {
		return nil, fmt.Errorf("put image: %w", err)
	}
	if err := r.db.Write(ctx, p.write); err != nil {
		return nil, fmt.Errorf("put image: %w", err)
	}
	return p.image, nil
}

// push is one call of PutImage.
type push struct {
	repo     Repo
	new      NewImage
	manifest *ocispec.Manifest
	digest   digest.Digest
	now      time.Time
	quotas   Quotas
	rooms    *rooms
	scan     func(*meta.Tx, *Repository, *Image) error // for an image that is new

	// replica: the image comes from another registry. It goes no further, does
	// without a tag that it may not move, and leaves the archive alone.
	replica bool

	image *Image // the result
}

// newPush checks what can be checked without the database.
func (r *Registry) newPush(repo Repo, n NewImage) (*push, error) {
	if len(n.Manifest) > ocispec.MaxManifestSize {
		return nil, &Error{Kind: ErrManifestTooLarge, Repo: repo}
	}
	for _, t := range n.Tags {
		if !ocispec.ValidAPITag(t) {
			return nil, &Error{Kind: ErrInvalidTag, Repo: repo, Ref: Ref{Tag: t}}
		}
	}
	algorithm := digest.SHA256
	if n.Digest != "" {
		if _, err := ocispec.ParseDigest(n.Digest.String()); err != nil {
			return nil, &Error{Kind: ErrInvalidDigest, Repo: repo, Ref: Ref{Digest: n.Digest}, Err: err}
		}
		algorithm = n.Digest.Algorithm()
	}
	d := algorithm.FromBytes(n.Manifest)
	if n.Digest != "" && n.Digest != d {
		return nil, &Error{Kind: ErrImageDigestMismatch, Repo: repo, Ref: Ref{Digest: n.Digest}, Digests: []digest.Digest{d}}
	}
	m, err := ocispec.ParseManifest(n.Manifest, n.MediaType)
	if err != nil {
		return nil, &Error{Kind: ErrInvalidManifest, Repo: repo, Err: err}
	}
	return &push{
		repo: repo, new: n, manifest: m, digest: d,
		now: r.now(), quotas: r.quotas, rooms: r.rooms, scan: r.scanPushed,
	}, nil
}

func (p *push) fail(k Kind, tag string) error {
	return &Error{Kind: k, Repo: p.repo, Ref: Ref{Tag: tag, Digest: p.digest}}
}

func (p *push) write(tx *meta.Tx) error {
	repository, err := repository(tx, p.repo)
	if err != nil {
		return err
	}
	add, err := p.newTags(tx, repository)
	if err != nil {
		return err
	}
	pushed := len(add) > 0
	p.image, err = imageByDigest(tx, p.repo, p.digest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		pushed = true
		if err := p.insert(tx); err != nil {
			return err
		}
		if err := p.scan(tx, repository, p.image); err != nil {
			return err
		}
	case err != nil:
		return err
	case p.image.Archived && !p.replica:
		if err := p.reactivate(tx); err != nil {
			return err
		}
	case p.new.RejectExisting && len(add) == 0:
		var tag string
		if len(p.new.Tags) > 0 {
			tag = p.new.Tags[0]
		}
		return p.fail(ErrImageExists, tag)
	}
	if err := p.tag(tx, add); err != nil {
		return err
	}
	if pushed && !p.replica {
		if err := emitAction(tx, event.Push, p.image, add, p.now); err != nil {
			return err
		}
		if err := enqueueReplication(tx, p.image, add, p.now); err != nil {
			return err
		}
	}
	p.image.Tags, err = meta.All(tx, meta.ScanString, `SELECT tag FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ORDER BY tag`,
		p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String())
	return err
}

// newTags returns the tags that do not point at the image yet.
func (p *push) newTags(tx *meta.Tx, repository *Repository) ([]string, error) {
	var add []string
	for _, tag := range p.new.Tags {
		var current string
		err := tx.QueryRow(`SELECT digest FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND tag = $4`,
			p.repo.Account, p.repo.Region, p.repo.Name, tag).Scan(&current)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, err
		// ECR refuses to push to an immutable tag even what it points at already.
		case repository.TagMutability.immutable(repository.TagExclusions, tag):
			if p.replica {
				continue
			}
			return nil, p.fail(ErrTagImmutable, tag)
		case current == p.digest.String():
			continue
		}
		if !slices.Contains(add, tag) {
			add = append(add, tag)
		}
	}
	return add, nil
}

// reactivate restores an image that is in the archive. That of an index is
// refused as if it were new when an image that it names is not active.
func (p *push) reactivate(tx *meta.Tx) error {
	if err := p.requireImages(tx, digests(p.manifest.Manifests)); err != nil {
		return err
	}
	return activate(tx, p.image, p.now)
}

// requireImages fails when an image is not there, or not active.
func (p *push) requireImages(tx *meta.Tx, ds []digest.Digest) error {
	return p.require(tx, ErrReferencedImagesNotFound, `SELECT i.digest FROM image i
		WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.digest IN (%s) AND NOT `+isArchived("i")+` ORDER BY i.digest`, ds)
}

// insert stores a manifest that is new in the repository.
func (p *push) insert(tx *meta.Tx) error {
	room, err := p.rooms.take(tx, p.repo, p.quotas.ImagesPerRepository, `SELECT count(*) FROM image WHERE account = $1 AND region = $2 AND repository = $3`,
		p.repo.Account, p.repo.Region, p.repo.Name)
	if err != nil {
		return err
	}
	if !room {
		return &Error{Kind: ErrTooManyImages, Repo: p.repo, Limit: int64(p.quotas.ImagesPerRepository)}
	}
	m := p.manifest
	layers, children := digests(m.Blobs()), digests(m.Manifests)
	size := m.Size()
	if err := p.require(tx, ErrLayersNotFound, `SELECT digest FROM layer
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (%s) ORDER BY digest`, layers); err != nil {
		return err
	}
	if err := p.requireImages(tx, children); err != nil {
		return err
	}
	for part := range slices.Chunk(children, maxList) {
		var largest int64
		err := tx.QueryRow(`SELECT max(size) FROM image WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (`+list(4, len(part))+`)`,
			inRepo(p.repo, part)...).Scan(&largest)
		if err != nil {
			return err
		}
		size = max(size, largest)
	}
	p.image = &Image{
		Repo: p.repo, Digest: p.digest, MediaType: m.MediaType, ArtifactType: m.EffectiveArtifactType(), Annotations: m.Annotations,
		Size: size, PushedAt: fromMicros(micros(p.now)), ManifestSize: int64(len(p.new.Manifest)),
	}
	if m.Config != nil {
		p.image.ConfigMediaType = m.Config.MediaType
	}
	if m.Subject != nil {
		p.image.Subject = m.Subject.Digest
	}
	annotations, err := json.Marshal(m.Annotations)
	if err != nil {
		return err
	}
	// There is no such row. DO NOTHING makes PostgreSQL report one that another
	// transaction just made as a conflict to retry, not as a duplicate key.
	_, err = tx.Exec(`INSERT INTO image (account, region, repository, digest, media_type, artifact_type, config_media_type,
			subject, annotations, size, pushed_at, pulled_at, manifest_size, manifest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13) ON CONFLICT DO NOTHING`,
		p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String(), p.image.MediaType, p.image.ArtifactType, p.image.ConfigMediaType,
		p.image.Subject.String(), string(annotations), p.image.Size, micros(p.now), p.image.ManifestSize, p.new.Manifest)
	if err != nil {
		return err
	}
	if err := p.refer(tx, "layer", layers); err != nil {
		return err
	}
	if err := p.refer(tx, "image", children); err != nil {
		return err
	}
	if err := use(tx, p.repo, layers); err != nil {
		return err
	}
	for _, b := range m.Blobs() {
		_, err := tx.Exec(`UPDATE layer SET media_type = $1 WHERE account = $2 AND region = $3 AND repository = $4 AND digest = $5 AND media_type = ''`,
			b.MediaType, p.repo.Account, p.repo.Region, p.repo.Name, b.Digest.String())
		if err != nil {
			return err
		}
	}
	return nil
}

// require fails with kind when the query does not find all of ds.
func (p *push) require(tx *meta.Tx, kind Kind, query string, ds []digest.Digest) error {
	found, err := in(tx, p.repo, query, ds)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(ds), func(d digest.Digest) bool { return found[d] })
	if len(missing) > 0 {
		return &Error{Kind: kind, Repo: p.repo, Digests: missing}
	}
	return nil
}

// refer records that the image names ds.
func (p *push) refer(tx *meta.Tx, kind string, ds []digest.Digest) error {
	for _, d := range ds {
		_, err := tx.Exec(`INSERT INTO image_reference (account, region, repository, digest, kind, target) VALUES ($1, $2, $3, $4, $5, $6)`,
			p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String(), kind, d.String())
		if err != nil {
			return err
		}
	}
	return nil
}

// tag points tags at the image.
func (p *push) tag(tx *meta.Tx, tags []string) error {
	if len(tags) == 0 {
		return nil
	}
	var n int
	err := tx.QueryRow(`SELECT count(*) FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
		p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String()).Scan(&n)
	if err != nil {
		return err
	}
	if limit := p.quotas.TagsPerImage; n+len(tags) > limit {
		return &Error{
			Kind: ErrTooManyTags, Repo: p.repo, Ref: Ref{Tag: tags[min(max(limit-n, 0), len(tags)-1)], Digest: p.digest}, Limit: int64(limit),
		}
	}
	for _, tag := range tags {
		_, err := tx.Exec(`INSERT INTO image_tag (account, region, repository, tag, digest, tagged_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (account, region, repository, tag) DO UPDATE SET digest = excluded.digest, tagged_at = excluded.tagged_at`,
			p.repo.Account, p.repo.Region, p.repo.Name, tag, p.digest.String(), micros(p.now))
		if err != nil {
			return err
		}
	}
	return nil
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

// Image returns an image with its manifest, but without all its tags.
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch,
// ErrImageArchived.
func (r *Registry) Image(ctx context.Context, repo Repo, ref Ref) (img *Image, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		d, err := resolve(tx, repo, ref)
		if err == nil {
			var manifest []byte
			img, err = scanImage(repo, &manifest)(tx.QueryRow(`SELECT `+imageColumns+`, i.manifest FROM `+imageTables+`
				WHERE i.account = $1 AND i.region = $2 AND i.repository = $3 AND i.digest = $4`, repo.Account, repo.Region, repo.Name, d.String()))
			if err == nil && img.Archived {
				return &Error{Kind: ErrImageArchived, Repo: repo, Ref: ref}
			}
			if err == nil {
				img.Manifest = manifest
			}
		}
		return notFound(tx, repo, ref, err)
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
// there are more. Errors: ErrRepositoryNotFound.
func (r *Registry) Tags(ctx context.Context, repo Repo, after string, limit int) (tags []string, more bool, err error) {
	p := Page{Limit: limit}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		tags, err = meta.All(tx, meta.ScanString, `SELECT tag FROM image_tag
			WHERE account = $1 AND region = $2 AND repository = $3 AND tag > $4 ORDER BY tag LIMIT $5`,
			repo.Account, repo.Region, repo.Name, after, p.limit())
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list tags: %w", err)
	}
	tags, more = cut(p, tags)
	return tags, more, nil
}

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

// Deletion is the result of deleting one Ref.
type Deletion struct {
	Ref     Ref   // as it was asked for
	Removed []Ref // every (digest, tag) pair that is gone; one without a tag for an untagged image
	Err     error // *Error: ErrImageNotFound, ErrTagDigestMismatch, ErrImageReferenced, or nil
}

// DeleteImages deletes images as ECR's BatchDeleteImage does, each ref on its
// own: by digest, the image with all its tags; by tag, the tag, and with an
// image's last tag the image. An image that an index names stays.
// Errors: ErrRepositoryNotFound; those of single refs are in the result.
func (r *Registry) DeleteImages(ctx context.Context, repo Repo, refs []Ref) (results []Deletion, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		results = nil
		now := micros(r.now()) // as late as can be: what the images named stays for a while from now on
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		for _, ref := range refs {
			d := Deletion{Ref: ref}
			removed, err := deleteRef(tx, repo, ref, now)
			if e := (*Error)(nil); errors.As(err, &e) {
				d.Err = e
			} else if err != nil {
				return err
			}
			d.Removed = removed
			results = append(results, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delete images: %w", err)
	}
	return results, nil
}

// deleteRef deletes a tag or an image and returns what is gone. It changes
// nothing when it answers an *Error.
func deleteRef(tx *meta.Tx, repo Repo, ref Ref, now int64) ([]Ref, error) {
	d, err := resolve(tx, repo, ref)
	if err != nil {
		return nil, err
	}
	img, err := imageByDigest(tx, repo, d)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &Error{Kind: ErrImageNotFound, Repo: repo, Ref: ref}
	}
	if err != nil {
		return nil, err
	}
	tags, err := meta.All(tx, scanRef, `SELECT digest, tag FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ORDER BY tag`,
		repo.Account, repo.Region, repo.Name, d.String())
	if err != nil {
		return nil, err
	}
	if ref.Tag != "" && len(tags) > 1 {
		_, err := tx.Exec(`DELETE FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND tag = $4`,
			repo.Account, repo.Region, repo.Name, ref.Tag)
		if err != nil {
			return nil, err
		}
		return []Ref{{Tag: ref.Tag, Digest: d}}, emitAction(tx, event.Delete, img, []string{ref.Tag}, fromMicros(now))
	}
	parents, err := meta.All(tx, meta.ScanString, `SELECT digest FROM image_reference
		WHERE account = $1 AND region = $2 AND repository = $3 AND kind = 'image' AND target = $4 ORDER BY digest`,
		repo.Account, repo.Region, repo.Name, d.String())
	if err != nil {
		return nil, err
	}
	if len(parents) > 0 {
		e := &Error{Kind: ErrImageReferenced, Repo: repo, Ref: ref}
		for _, p := range parents {
			e.Digests = append(e.Digests, digest.Digest(p))
		}
		return nil, e
	}
	if err := removeImage(tx, repo, d, now); err != nil {
		return nil, err
	}
	var names []string
	for _, t := range tags {
		names = append(names, t.Tag)
	}
	if len(tags) == 0 {
		tags = []Ref{{Digest: d}}
	}
	return tags, emitAction(tx, event.Delete, img, names, fromMicros(now))
}

// removeImage deletes an image that no index names, with its tags.
func removeImage(tx *meta.Tx, repo Repo, d digest.Digest, now int64) error {
	if err := disuse(tx, repo, d, now); err != nil {
		return err
	}
	for _, table := range []string{"image_tag", "image_reference", "image"} {
		_, err := tx.Exec(`DELETE FROM `+table+` WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
			repo.Account, repo.Region, repo.Name, d.String())
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteTag removes a tag and leaves the image, which may be untagged then, as
// the OCI distribution specification has it.
// Errors: ErrRepositoryNotFound, ErrImageNotFound.
func (r *Registry) DeleteTag(ctx context.Context, repo Repo, tag string) error {
	at := r.now()
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		d, err := resolve(tx, repo, Ref{Tag: tag})
		if err != nil {
			return err
		}
		img, err := imageByDigest(tx, repo, d)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND tag = $4`,
			repo.Account, repo.Region, repo.Name, tag)
		if err != nil {
			return err
		}
		return emitAction(tx, event.Delete, img, []string{tag}, at)
	})
	if err != nil {
		return fmt.Errorf("delete tag: %w", err)
	}
	return nil
}
