package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/meta"
)

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
