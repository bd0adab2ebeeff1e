package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/meta"
)

// StorageClass is where Amazon ECR keeps an image. Here the bytes stay where
// they are; an archived image cannot be read, and that is all.
type StorageClass string

// The values are those of ECR's targetStorageClass.
const (
	StorageStandard StorageClass = "STANDARD"
	StorageArchive  StorageClass = "ARCHIVE"
)

// SetStorageClass archives an image or restores it, at once, and returns it
// without its manifest.
//
// What an index names that is not archived cannot be archived. Restoring an
// index restores the images that it names.
//
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch;
// ErrStorageClass when the image has the class already, or may not have it.
func (r *Registry) SetStorageClass(ctx context.Context, repo Repo, ref Ref, class StorageClass) (img *Image, err error) {
	now := r.now()
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		d, err := resolve(tx, repo, ref)
		if err == nil {
			img, err = imageByDigest(tx, repo, d)
		}
		if err = notFound(tx, repo, ref, err); err != nil {
			return err
		}
		unsupported := func(why string) error {
			return &Error{Kind: ErrStorageClass, Repo: repo, Ref: ref, Err: errors.New(why)}
		}
		switch {
		case img.Archived == (class == StorageArchive):
			return unsupported("it is in that storage class already")
		case class == StorageStandard:
			err = activate(tx, img, now)
		default:
			var parents []digest.Digest
			if parents, err = activeParents(tx, repo, d); err == nil && len(parents) > 0 {
				return unsupported("it is referenced by the manifest list " + parents[0].String())
			}
			if err == nil {
				err = archiveImage(tx, img, now)
			}
		}
		if err != nil {
			return err
		}
		img, err = imageByDigest(tx, repo, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update storage class: %w", err)
	}
	return img, nil
}

// activeParents returns the indexes outside the archive that name an image.
func activeParents(tx *meta.Tx, repo Repo, d digest.Digest) ([]digest.Digest, error) {
	return meta.All(tx, scanDigest, `SELECT f.digest FROM image_reference f
		WHERE f.account = $1 AND f.region = $2 AND f.repository = $3 AND f.kind = 'image' AND f.target = $4 AND NOT `+isArchived("f")+` ORDER BY f.digest`,
		repo.Account, repo.Region, repo.Name, d.String())
}

// isArchived is the condition that the image in a row of a table that names
// images by digest is in the archive. It is one look into an index for each
// row; EXISTS would let PostgreSQL read all of the archive first.
func isArchived(alias string) string {
	return `COALESCE((SELECT a.archived FROM image_storage a WHERE a.account = ` + alias + `.account AND a.region = ` + alias + `.region
		AND a.repository = ` + alias + `.repository AND a.digest = ` + alias + `.digest), FALSE)`
}

func scanDigest(s meta.Scanner) (d digest.Digest, err error) {
	err = s.Scan(&d)
	return d, err
}

// archiveImage moves an image that is active, and that no active index names, to
// the archive.
func archiveImage(tx *meta.Tx, img *Image, now time.Time) error {
	img.Archived, img.ArchivedAt = true, now
	if err := putStorage(tx, img); err != nil {
		return err
	}
	return emitStorageClass(tx, img, StorageArchive, now)
}

// activate makes an archived image active again, with the images that it names.
func activate(tx *meta.Tx, img *Image, now time.Time) error {
	for pending := []*Image{img}; len(pending) > 0; pending = pending[1:] {
		i := pending[0]
		if !i.Archived {
			continue // it was named twice
		}
		i.Archived, i.ActivatedAt = false, now
		if err := putStorage(tx, i); err != nil {
			return err
		}
		if err := emitStorageClass(tx, i, StorageStandard, now); err != nil {
			return err
		}
		if err := replicateRestored(tx, i, now); err != nil {
			return err
		}
		children, err := meta.All(tx, scanDigest, `SELECT f.target FROM image_reference f JOIN image_storage s
				ON s.account = f.account AND s.region = f.region AND s.repository = f.repository AND s.digest = f.target
			WHERE f.account = $1 AND f.region = $2 AND f.repository = $3 AND f.digest = $4 AND f.kind = 'image' AND s.archived ORDER BY f.target`,
			i.Repo.Account, i.Repo.Region, i.Repo.Name, i.Digest.String())
		if err != nil {
			return err
		}
		for _, d := range children {
			if slices.ContainsFunc(pending, func(p *Image) bool { return p.Digest == d }) {
				continue
			}
			child, err := imageByDigest(tx, i.Repo, d)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			pending = append(pending, child)
		}
	}
	return nil
}

// putStorage writes in which storage class an image is, and since when.
func putStorage(tx *meta.Tx, img *Image) error {
	_, err := tx.Exec(`INSERT INTO image_storage (account, region, repository, digest, archived, archived_at, activated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (account, region, repository, digest) DO UPDATE
		SET archived = excluded.archived, archived_at = excluded.archived_at, activated_at = excluded.activated_at`,
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String(), img.Archived, micros(img.ArchivedAt), micros(img.ActivatedAt))
	return err
}

func emitStorageClass(tx *meta.Tx, img *Image, class StorageClass, now time.Time) error {
	return event.Emit(tx, event.StorageClass(img.event(""), string(class), img.ActivatedAt, now))
}
