package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Layer is a blob that is visible in a repository: a layer, a config, or
// anything else that a manifest may name.
type Layer struct {
	Repo      Repo
	Digest    digest.Digest
	Size      int64  // bytes
	MediaType string // what the first manifest that names it says; "" before
	InUse     bool   // whether an image of the repository names it
	Archived  bool   // whether all images that name it are archived, of which there is one at least

	upload      string // the upload whose bytes the blob store has
	small       bool   // the database has the bytes
	condemned   bool   // see the column of blob
	unusedSince int64  // see the column; 0 is null
}

// stored is the name of the layer's bytes in the blob store.
func (l *Layer) stored() blob.Name { return blob.Name{Digest: l.Digest, Upload: l.upload} }

// layers reads those of ds that the repository has.
func layers(tx *meta.Tx, repo Repo, ds []digest.Digest) (map[digest.Digest]*Layer, error) {
	found := make(map[digest.Digest]*Layer, len(ds))
	for part := range slices.Chunk(ds, maxList) {
		args := []any{repo.Account, repo.Region, repo.Name}
		for _, d := range part {
			args = append(args, d.String())
		}
		ls, err := meta.All(tx, func(s meta.Scanner) (*Layer, error) {
			l := Layer{Repo: repo}
			var active bool
			err := s.Scan(&l.Digest, &l.MediaType, &l.Size, &l.upload, &l.small, &l.condemned, &l.unusedSince, &l.InUse, &active)
			l.Archived = l.InUse && !active
			return &l, err
		}, `SELECT l.digest, l.media_type, b.size, b.upload, length(b.content) IS NOT NULL, b.condemned_at IS NOT NULL, COALESCE(l.unused_since, 0), EXISTS (SELECT 1 FROM image_reference f
				WHERE f.account = l.account AND f.region = l.region AND f.repository = l.repository AND f.kind = 'layer' AND f.target = l.digest),
			EXISTS (SELECT 1 FROM image_reference f WHERE f.account = l.account AND f.region = l.region AND f.repository = l.repository
				AND f.kind = 'layer' AND f.target = l.digest AND NOT `+isArchived("f")+`)
			FROM layer l JOIN blob b ON b.digest = l.digest
			WHERE l.account = $1 AND l.region = $2 AND l.repository = $3 AND l.digest IN (`+list(4, len(part))+`)
				AND (b.set_aside IS NULL OR b.set_aside <> b.upload) ORDER BY l.digest`, args...)
		if err != nil {
			return nil, err
		}
		for _, l := range ls {
			found[l.Digest] = l
		}
	}
	return found, nil
}

// layer reads one layer of a repository.
func layer(tx *meta.Tx, repo Repo, d digest.Digest) (*Layer, error) {
	found, err := layers(tx, repo, []digest.Digest{d})
	if err != nil {
		return nil, err
	}
	if l := found[d]; l != nil {
		return l, nil
	}
	if err := requireRepository(tx, repo); err != nil {
		return nil, err
	}
	return nil, &Error{Kind: ErrLayerNotFound, Repo: repo, Ref: Ref{Digest: d}}
}

// layerKey says which layer.
type layerKey struct {
	repo   Repo
	digest digest.Digest
}

// Layer returns a layer of a repository. It stays there for the better part of
// Config.GarbageGrace at least, whether an image names it or not, unless
// somebody deletes it: a client that need not upload it has time to push the
// manifest.
// Errors: ErrRepositoryNotFound, ErrLayerNotFound, ErrLayerArchived.
// It must not be changed.
func (r *Registry) Layer(ctx context.Context, repo Repo, d digest.Digest) (*Layer, error) {
	l, err := r.layers.Get(ctx, layerKey{repo, d}, func(tx *meta.Tx) (*Layer, error) { return layer(tx, repo, d) })
	if now := r.now(); err == nil && r.aged(l, now) {
		err = r.db.Write(ctx, func(tx *meta.Tx) error {
			if err := renew(tx, []*Layer{l}, now); err != nil {
				return err
			}
			l, err = layer(tx, repo, d)
			return err
		})
	}
	if err == nil && l.Archived {
		err = &Error{Kind: ErrLayerArchived, Repo: repo, Ref: Ref{Digest: d}}
	}
	if err != nil {
		return nil, fmt.Errorf("get layer: %w", err)
	}
	return l, nil
}

// Layers returns those of ds that the repository has, keyed by digest. They
// stay there as Layer says.
// Errors: ErrRepositoryNotFound.
func (r *Registry) Layers(ctx context.Context, repo Repo, ds []digest.Digest) (found map[digest.Digest]*Layer, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		found, err = layers(tx, repo, ds)
		return err
	})
	now := r.now()
	aged := slices.DeleteFunc(slices.Collect(maps.Values(found)), func(l *Layer) bool { return !r.aged(l, now) })
	if err == nil && len(aged) > 0 {
		err = r.db.Write(ctx, func(tx *meta.Tx) error {
			if err := renew(tx, aged, now); err != nil {
				return err
			}
			found, err = layers(tx, repo, ds)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("get layers: %w", err)
	}
	return found, nil
}

// OpenLayer returns n bytes of a layer from off; n < 0 is to the end. The
// caller closes it.
// Errors: ErrRepositoryNotFound, ErrLayerNotFound, ErrLayerArchived.
func (r *Registry) OpenLayer(ctx context.Context, repo Repo, d digest.Digest, off, n int64) (io.ReadCloser, error) {
	l, err := r.Layer(ctx, repo, d)
	if err != nil {
		return nil, err
	}
	return r.Open(ctx, l, off, n)
}

// Open returns n bytes of a layer that Layer returned, from off; n < 0 is to
// the end. The caller closes it. Errors: ErrRepositoryNotFound,
// ErrLayerNotFound, when it was deleted since, which may pass unnoticed.
func (r *Registry) Open(ctx context.Context, l *Layer, off, n int64) (io.ReadCloser, error) {
	rc, err := r.open(ctx, l, off, n)
	if errors.Is(err, fs.ErrNotExist) {
		// Perhaps it was collected since, and perhaps it came back under another name.
		again, lerr := r.Layer(ctx, l.Repo, l.Digest)
		if lerr != nil {
			return nil, fmt.Errorf("open layer: %w", lerr)
		}
		if again.upload != l.upload {
			rc, err = r.open(ctx, again, off, n)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open layer: %w", err) // also when it is missing: the row promised it
	}
	return rc, nil
}

func (r *Registry) open(ctx context.Context, l *Layer, off, n int64) (io.ReadCloser, error) {
	if !l.small {
		return r.blobs.Open(ctx, l.stored(), off, n)
	}
	content, err := r.smallContent(ctx, l.stored())
	if err != nil {
		return nil, err
	}
	return section(content, off, n)
}

// redirectLifetime is how long a URL that a client was redirected to can be
// read from: it need only begin by then.
const redirectLifetime = 10 * time.Minute

// Redirect returns the URL at which a client can read a layer that Layer
// returned by itself, as content of the media type; "" means that it cannot.
func (r *Registry) Redirect(ctx context.Context, l *Layer, mediaType string) (string, error) {
	if r.redirects == nil || l.small {
		return "", nil
	}
	url, err := r.redirects.PresignGet(ctx, l.stored(), mediaType, redirectLifetime)
	if err != nil {
		return "", fmt.Errorf("redirect to layer: %w", err)
	}
	return url, nil
}

// Mount makes a layer of from visible in repo, and returns what from knows of
// it; from is the name of a repository of the same registry. That repo has the
// layer already is not an error. Errors: ErrRepositoryNotFound for repo;
// ErrLayerNotFound when from has no such layer, or an archived one, or does not
// exist, or the registry's BlobMounting is off.
func (r *Registry) Mount(ctx context.Context, repo Repo, d digest.Digest, from string) (l *Layer, err error) {
	source := Repo{Account: repo.Account, Region: repo.Region, Name: from}
	now := micros(r.now())
	e, err := r.effectsOf(ctx, repo)
	if err != nil {
		return nil, fmt.Errorf("mount layer: %w", err)
	}
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		found, err := layers(tx, source, []digest.Digest{d})
		if err != nil {
			return err
		}
		have := found[d]
		if have == nil || have.Archived || !e.mounting {
			if err := requireRepository(tx, repo); err != nil {
				return err
			}
			return &Error{Kind: ErrLayerNotFound, Repo: source, Ref: Ref{Digest: d}}
		}
		l = &Layer{Repo: repo, Digest: d, Size: have.Size, MediaType: have.MediaType}
		if have.condemned {
			return link(tx, repo, d, have.MediaType, now)
		}
		return linkNew(tx, repo, d, have.MediaType, now)
	})
	err = r.referred(ctx, repo, err)
	if err != nil {
		return nil, fmt.Errorf("mount layer: %w", err)
	}
	return l, nil
}

// DeleteLayer makes a layer that no image of the repository names invisible
// there. It reports false, and changes nothing, when an image names it, or one
// that expired and can be restored.
// Errors: ErrRepositoryNotFound, ErrLayerNotFound.
func (r *Registry) DeleteLayer(ctx context.Context, repo Repo, d digest.Digest) (deleted bool, err error) {
	now := micros(r.now())
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		l, err := layer(tx, repo, d)
		if deleted = err == nil && !l.InUse; !deleted {
			return err
		}
		n, err := tx.Exec(`DELETE FROM layer WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND NOT `+namedByExpired,
			repo.Account, repo.Region, repo.Name, d.String())
		if deleted = n > 0; !deleted {
			return err
		}
		return condemn(tx, []digest.Digest{d}, now)
	})
	if err != nil {
		return false, fmt.Errorf("delete layer: %w", err)
	}
	return deleted, nil
}

// link makes a blob that has a row visible in the repository.
func link(tx *meta.Tx, repo Repo, d digest.Digest, mediaType string, now int64) error {
	if _, err := tx.Exec(`UPDATE blob SET condemned_at = NULL WHERE digest = $1 AND condemned_at IS NOT NULL`, d.String()); err != nil {
		return err
	}
	return linkNew(tx, repo, d, mediaType, now)
}

// linkNew is link for a blob that nobody has condemned.
func linkNew(tx *meta.Tx, repo Repo, d digest.Digest, mediaType string, now int64) error {
	_, err := tx.Exec(`INSERT INTO layer (account, region, repository, digest, media_type, created_at, unused_since) VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (account, region, repository, digest) DO UPDATE SET unused_since = excluded.unused_since WHERE layer.unused_since IS NOT NULL`,
		repo.Account, repo.Region, repo.Name, d.String(), mediaType, now)
	return err
}
