package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

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

// PutImage stores a manifest and points tags at it, all or nothing, and returns
// the image without its tags. The layers and children that it names must be in
// the repository, but for foreign layers and the subject. An image that is in
// the archive is restored; what an index names must not be there.
//
// Errors: ErrRepositoryNotFound, ErrInvalidManifest, ErrManifestTooLarge,
// ErrInvalidTag, ErrInvalidDigest, ErrImageDigestMismatch, ErrImageExists,
// ErrTagImmutable, ErrTooManyTags, ErrTooManyImages, ErrLayersNotFound,
// ErrReferencedImagesNotFound.
func (r *Registry) PutImage(ctx context.Context, repo Repo, n NewImage) (*Image, error) {
	p, err := r.newPush(repo, n)
	if err == nil {
		p.effects, err = r.effectsOf(ctx, repo)
	}
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

	effects effects // what there is to do besides; nothing for a replica

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
	if pushed && p.effects.events {
		if err := emitAction(tx, event.Push, p.image, add, p.now); err != nil {
			return err
		}
	}
	if pushed && p.effects.replication {
		return enqueueReplication(tx, p.image, add, p.now)
	}
	return nil
}

// effects are what pushes to a registry may lead to.
type effects struct {
	events      bool // there are destinations for events
	replication bool // there are rules of replication
	mounting    bool // BlobMounting is on
}

// effectsOf returns what a push may lead to, so that it need not look for each
// of them itself.
func (r *Registry) effectsOf(ctx context.Context, repo Repo) (effects, error) {
	return r.effects.Get(ctx, Repo{Account: repo.Account, Region: repo.Region}, func(tx *meta.Tx) (e effects, err error) {
		if e.events, err = event.Wanted(tx, repo.Account, repo.Region); err != nil {
			return e, err
		}
		var p Replication
		if _, err := configuration(tx, repo.Account, repo.Region, replication, &p); err != nil {
			return e, err
		}
		e.replication = len(p.Rules) > 0
		mounting, err := setting(tx, repo.Account, repo.Region, BlobMounting)
		e.mounting = mounting != disabled
		return e, err
	})
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
	free, err := p.rooms.take(tx, roomKey{repo: p.repo}, 1, p.quotas.ImagesPerRepository, `SELECT count(*) FROM image WHERE account = $1 AND region = $2 AND repository = $3`,
		p.repo.Account, p.repo.Region, p.repo.Name)
	if err != nil {
		return err
	}
	if free < 1 {
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
	return p.use(tx)
}

// use takes the marks of the layers that the image names, and gives those a
// media type that have none.
func (p *push) use(tx *meta.Tx) error {
	for _, b := range p.manifest.Blobs() {
		_, err := tx.Exec(`UPDATE layer SET unused_since = NULL, media_type = CASE WHEN media_type = '' THEN $1 ELSE media_type END
			WHERE account = $2 AND region = $3 AND repository = $4 AND digest = $5 AND (unused_since IS NOT NULL OR media_type = '')`,
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
	for part := range slices.Chunk(ds, maxList) {
		args := []any{p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String(), kind}
		var rows strings.Builder
		for i, d := range part {
			if i > 0 {
				rows.WriteString(", ")
			}
			args = append(args, d.String())
			rows.WriteString("($1, $2, $3, $4, $5, $" + strconv.Itoa(len(args)) + ")")
		}
		_, err := tx.Exec(`INSERT INTO image_reference (account, region, repository, digest, kind, target) VALUES `+rows.String(), args...)
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
	limit := p.quotas.TagsPerImage
	free, err := p.rooms.take(tx, roomKey{p.repo, p.digest}, len(tags), limit,
		`SELECT count(*) FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
		p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String())
	if err != nil {
		return err
	}
	if free < len(tags) {
		return &Error{Kind: ErrTooManyTags, Repo: p.repo, Ref: Ref{Tag: tags[max(free, 0)], Digest: p.digest}, Limit: int64(limit)}
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
