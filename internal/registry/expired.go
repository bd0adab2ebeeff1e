package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/meta"
)

// ExpiredImage is an image that a lifecycle policy expired and that can be
// restored.
type ExpiredImage struct {
	Digest       digest.Digest
	MediaType    string
	ArtifactType string
	Subject      digest.Digest
	Tags         []string // that it had, in byte order
	Size         int64    // bytes, as Image.Size
	PushedAt     time.Time
	PulledAt     time.Time // zero if never
	ExpiredAt    time.Time
	PurgeAt      time.Time // when it will be gone for good
	Rule         int       // priority of the rule
	Reason       string    // for people

	children []string
}

// keepExpired copies an image to where it can be restored from.
func keepExpired(tx *meta.Tx, img *Image, facts *lifecycle.Image, v *lifecycle.Verdict, now time.Time, undoDays int) error {
	tags, err := json.Marshal(facts.Tags)
	if err != nil {
		return err
	}
	children, err := json.Marshal(facts.Children)
	if err != nil {
		return err
	}
	if err := forgetExpired(tx, img.Repo, []string{img.Digest.String()}); err != nil { // it may have expired before
		return err
	}
	_, err = tx.Exec(`INSERT INTO expired_image (account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations,
			size, pushed_at, pulled_at, archived, archived_at, activated_at, tags, children, rule, reason, expired_at, purge_at, manifest_size, manifest)
		SELECT i.account, i.region, i.repository, i.digest, i.media_type, i.artifact_type, i.config_media_type, i.subject, i.annotations,
			i.size, i.pushed_at, i.pulled_at, COALESCE(s.archived, FALSE), COALESCE(s.archived_at, 0), COALESCE(s.activated_at, 0),
			CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), i.manifest_size, i.manifest
		FROM `+imageTables+` WHERE i.account = $7 AND i.region = $8 AND i.repository = $9 AND i.digest = $10`,
		string(tags), string(children), v.Rule, v.Reason(now), micros(now), micros(now.AddDate(0, 0, undoDays)),
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String())
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO expired_image_layer (account, region, repository, digest, layer)
		SELECT account, region, repository, digest, target FROM image_reference
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND kind = 'layer'`,
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String())
	return err
}

// forgetExpired removes expired images for good.
func forgetExpired(tx *meta.Tx, repo Repo, ds []string) error {
	args := []any{repo.Account, repo.Region, repo.Name}
	for _, d := range ds {
		args = append(args, d)
	}
	for _, table := range []string{"expired_image_layer", "expired_image"} {
		_, err := tx.Exec(`DELETE FROM `+table+` WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (`+list(4, len(ds))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// purgeExpired forgets the images whose time to be restored is over. The
// collection of garbage then finds the layers that only they had.
func (r *Registry) purgeExpired(ctx context.Context, now time.Time) error {
	type expired struct {
		repo   Repo
		digest string
	}
	for {
		var found []expired
		err := r.db.Write(ctx, func(tx *meta.Tx) (err error) {
			found, err = meta.All(tx, func(s meta.Scanner) (e expired, err error) {
				err = s.Scan(&e.repo.Account, &e.repo.Region, &e.repo.Name, &e.digest)
				return e, err
			}, `SELECT account, region, repository, digest FROM expired_image WHERE purge_at <= $1 ORDER BY purge_at, account, region, repository, digest LIMIT $2`,
				micros(now), lifecycleBatch)
			for _, e := range found {
				if err == nil {
					err = forgetExpired(tx, e.repo, []string{e.digest})
				}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("purge expired images: %w", err)
		}
		if len(found) < lifecycleBatch {
			return nil
		}
	}
}

const expiredColumns = `digest, media_type, artifact_type, subject, tags, children, size, pushed_at, pulled_at, expired_at, purge_at, rule, reason`

func scanExpired(s meta.Scanner) (*ExpiredImage, error) {
	var e ExpiredImage
	var pushed, pulled, expired, purge int64
	var tags, children []byte
	err := s.Scan(&e.Digest, &e.MediaType, &e.ArtifactType, &e.Subject, &tags, &children, &e.Size, &pushed, &pulled, &expired, &purge, &e.Rule, &e.Reason)
	if err != nil {
		return nil, err
	}
	e.PushedAt, e.PulledAt, e.ExpiredAt, e.PurgeAt = fromMicros(pushed), fromMicros(pulled), fromMicros(expired), fromMicros(purge)
	if err := errors.Join(json.Unmarshal(tags, &e.Tags), json.Unmarshal(children, &e.children)); err != nil {
		return nil, fmt.Errorf("expired image %s: %w", e.Digest, err)
	}
	return &e, nil
}

// ExpiredImages lists the images that can be restored, in the order of their
// digests, and the token of the next page.
// Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) ExpiredImages(ctx context.Context, repo Repo, p Page) (images []*ExpiredImage, next string, err error) {
	const kind = "expired"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		images, err = meta.All(tx, scanExpired, `SELECT `+expiredColumns+` FROM expired_image
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest > $4 AND purge_at > $5 ORDER BY digest LIMIT $6`,
			repo.Account, repo.Region, repo.Name, after[0], micros(r.now()), p.limit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list expired images: %w", err)
	}
	images, more := cut(p, images)
	if more {
		next = token(kind, images[len(images)-1].Digest.String())
	}
	return images, next, nil
}

// Restoration is the result of restoring one image.
type Restoration struct {
	Digest digest.Digest
	Tags   []string // that it has again
	Taken  []string // that it had and that point to other images now
	// Err says why it was not restored: *Error of ErrImageNotFound, that it is
	// not among the expired images; ErrLayersNotFound, ErrReferencedImagesNotFound,
	// that somebody deleted what it needs.
	Err error
}

// RestoreExpired makes expired images what they were, each on its own, and with
// an index also those expired images that it names, and with a subject those
// that are about it. Tags that other images have by now are not taken from
// them. The lifecycle policy leaves what is restored alone for as many days as
// it could have been restored, one at least.
// Errors: ErrRepositoryNotFound; those of single images are in the result,
// which also has what was restored beside them.
func (r *Registry) RestoreExpired(ctx context.Context, repo Repo, ds []digest.Digest) (results []Restoration, err error) {
	now := r.now()
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		results = nil
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		settings, err := lifecycleSettings(tx, repo)
		if err != nil {
			return err
		}
		s := restoration{tx: tx, repo: repo, now: now, held: now.AddDate(0, 0, max(settings.UndoDays, 1)), done: map[digest.Digest]bool{}}
		for _, d := range ds {
			if err := s.restore(d); err != nil {
				return err
			}
		}
		results = s.results
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("restore expired images: %w", err)
	}
	return results, nil
}

// restoration is one call of RestoreExpired.
type restoration struct {
	tx      *meta.Tx
	repo    Repo
	now     time.Time
	held    time.Time
	done    map[digest.Digest]bool
	results []Restoration
}

// key names an image in statements.
func (s *restoration) key(d digest.Digest) []any {
	return []any{s.repo.Account, s.repo.Region, s.repo.Name, d.String()}
}

// restore restores an image with all that belongs to it. Why it cannot be is
// among the results; an error is about the database.
func (s *restoration) restore(d digest.Digest) error {
	if s.done[d] {
		return nil
	}
	set, err := s.collect(d, nil)
	if e := (*Error)(nil); errors.As(err, &e) {
		s.results = append(s.results, Restoration{Digest: d, Err: e})
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range set {
		if err := s.put(e); err != nil {
			return err
		}
		if err := s.referrers(e.Digest); err != nil {
			return err
		}
	}
	return nil
}

// collect adds an expired image to set, after those that it names.
func (s *restoration) collect(d digest.Digest, set []*ExpiredImage) ([]*ExpiredImage, error) {
	if slices.ContainsFunc(set, func(e *ExpiredImage) bool { return e.Digest == d }) {
		return set, nil
	}
	e, err := scanExpired(s.tx.QueryRow(`SELECT `+expiredColumns+` FROM expired_image
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND purge_at > $5`, append(s.key(d), micros(s.now))...))
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: ErrImageNotFound, Repo: s.repo, Ref: Ref{Digest: d}}
	}
	if err != nil {
		return nil, err
	}
	missing, err := meta.All(s.tx, scanDigest, `SELECT e.layer FROM expired_image_layer e
		WHERE e.account = $1 AND e.region = $2 AND e.repository = $3 AND e.digest = $4
			AND NOT EXISTS (SELECT 1 FROM layer l WHERE l.account = e.account AND l.region = e.region AND l.repository = e.repository AND l.digest = e.layer)
		ORDER BY e.layer`, s.key(d)...)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, &Error{Kind: ErrLayersNotFound, Repo: s.repo, Ref: Ref{Digest: d}, Digests: missing}
	}
	there, err := in(s.tx, s.repo, `SELECT digest FROM image WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (%s) ORDER BY digest`, e.children)
	if err != nil {
		return nil, err
	}
	for _, c := range e.children {
		if there[c] {
			continue
		}
		set, err = s.collect(digest.Digest(c), set)
		if errors.Is(err, ErrImageNotFound) {
			err = &Error{Kind: ErrReferencedImagesNotFound, Repo: s.repo, Ref: Ref{Digest: d}, Digests: []digest.Digest{digest.Digest(c)}}
		}
		if err != nil {
			return nil, err
		}
	}
	return append(set, e), nil
}

// referrers restores the expired images that are about d, as far as they can
// be.
func (s *restoration) referrers(d digest.Digest) error {
	found, err := meta.All(s.tx, scanDigest, `SELECT digest FROM expired_image
		WHERE account = $1 AND region = $2 AND repository = $3 AND subject = $4 AND purge_at > $5 ORDER BY digest`, append(s.key(d), micros(s.now))...)
	if err != nil {
		return err
	}
	for _, f := range found {
		if err := s.restore(f); err != nil {
			return err
		}
	}
	return nil
}

// put makes an expired image an image again, whose layers and children are
// there. If it was pushed again meanwhile it gets its tags only.
func (s *restoration) put(e *ExpiredImage) error {
	s.done[e.Digest] = true
	n, err := s.tx.Exec(`INSERT INTO image (account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations,
			size, pushed_at, pulled_at, manifest_size, manifest)
		SELECT account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations,
			size, pushed_at, pulled_at, manifest_size, manifest
		FROM expired_image WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ON CONFLICT DO NOTHING`, s.key(e.Digest)...)
	if err != nil {
		return err
	}
	if n > 0 {
		if err := s.putRows(e); err != nil {
			return err
		}
	}
	result := Restoration{Digest: e.Digest}
	for _, tag := range e.Tags {
		n, err := s.tx.Exec(`INSERT INTO image_tag (account, region, repository, digest, tag, tagged_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			append(s.key(e.Digest), tag, micros(s.now))...)
		if err != nil {
			return err
		}
		if n > 0 {
			result.Tags = append(result.Tags, tag)
		} else {
			result.Taken = append(result.Taken, tag)
		}
	}
	_, err = s.tx.Exec(`INSERT INTO lifecycle_hold (account, region, repository, digest, held_until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, region, repository, digest) DO UPDATE SET held_until = excluded.held_until`, append(s.key(e.Digest), micros(s.held))...)
	if err != nil {
		return err
	}
	if err := forgetExpired(s.tx, s.repo, []string{e.Digest.String()}); err != nil {
		return err
	}
	s.results = append(s.results, result)
	img := &Image{Repo: s.repo, Digest: e.Digest, MediaType: e.MediaType, ArtifactType: e.ArtifactType, Subject: e.Subject}
	return emitAction(s.tx, event.Push, img, result.Tags, s.now)
}

// putRows restores what other tables have of an image.
func (s *restoration) putRows(e *ExpiredImage) error {
	layers, err := meta.All(s.tx, scanDigest, `SELECT layer FROM expired_image_layer
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ORDER BY layer`, s.key(e.Digest)...)
	if err != nil {
		return err
	}
	refer := func(kind, target string) error {
		_, err := s.tx.Exec(`INSERT INTO image_reference (account, region, repository, digest, kind, target) VALUES ($1, $2, $3, $4, $5, $6)`,
			append(s.key(e.Digest), kind, target)...)
		return err
	}
	for _, l := range layers {
		if err := refer("layer", l.String()); err != nil {
			return err
		}
	}
	for _, c := range e.children {
		if err := refer("image", c); err != nil {
			return err
		}
	}
	if err := use(s.tx, s.repo, layers); err != nil {
		return err
	}
	_, err = s.tx.Exec(`INSERT INTO image_storage (account, region, repository, digest, archived, archived_at, activated_at)
		SELECT account, region, repository, digest, archived, archived_at, activated_at FROM expired_image
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND (archived_at > 0 OR activated_at > 0)`, s.key(e.Digest)...)
	return err
}

// purgeHolds forgets that images were restored long ago.
func (r *Registry) purgeHolds(ctx context.Context, now time.Time) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`DELETE FROM lifecycle_hold WHERE held_until <= $1`, micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("purge holds of restored images: %w", err)
	}
	return nil
}
