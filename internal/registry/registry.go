// Package registry is the engine of repositories, images, layers and uploads.
//
// It is written on a meta.DB for what is known and a blob.Store for bytes, and
// does not know who is asking: authorisation happened before. A layer or an
// image is visible in a repository through a row of that repository and in no
// other way, so that storing equal bytes once tells no tenant anything about
// another. Bytes go to the blob store first; what makes them visible is then
// one short transaction, durable before the call returns.
package registry

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Quotas and sizes of Amazon ECR that nobody adjusts; Quotas has the others.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
const (
	MaxResourceTags = 50       // resource tags of one repository
	PartSize        = 10 << 20 // bytes: what InitiateLayerUpload recommends
	MinPartSize     = 5 << 20  // bytes: least size of every part but the last
	MaxPartSize     = 20 << 20 // bytes: most that UploadLayerPart takes
)

// Repo names a repository. A registry is an (Account, Region) pair.
type Repo struct {
	Account string // 12 digits
	Region  string // "us-east-1", or Public
	Name    string // "team/app"
}

// Public stands for the region of an account's public registry, which has
// none. No region is called so, nor can one be: an underscore is in no host
// name and in no signature's scope, so that no private endpoint leads there.
const Public = "_public"

// ARN returns the repository's Amazon Resource Name.
func (r Repo) ARN() string {
	if r.Region == Public {
		return arn.PublicRepository(r.Account, r.Name)
	}
	return arn.Repository(r.Account, r.Region, r.Name)
}

// Config is what a Registry needs.
type Config struct {
	DB    *meta.DB
	Blobs blob.Store

	// Redirects is Blobs if clients are to read layers from it by themselves;
	// nil is never.
	Redirects blob.Presigner

	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// Quotas are how much there may be; the zero value is Amazon ECR's.
	Quotas Quotas

	// PullTimePrecision is how stale an image's last recorded pull time may
	// grow before a pull is written down again; 0 is 15 minutes. ECR promises
	// no better than 24 hours.
	PullTimePrecision time.Duration

	// Scans says that there is a scanner, so that scan tasks are done. Without
	// it none is begun.
	Scans bool

	// GarbageGrace is how long what nothing needs any more stays: a layer in
	// its repository, and once no repository has it, its bytes. 0 is 24 hours.
	// All nodes must have the same.
	GarbageGrace time.Duration

	// SmallLayer is how many bytes a layer has at most that is kept in the
	// database and not in Blobs; 0 is 32 KiB, and less is none. Nodes may
	// differ, and it may change.
	SmallLayer int

	// Log receives what goes wrong in Run; nil is slog.Default().
	Log *slog.Logger
}

// Registry holds every repository of every account and region of a server. It
// is safe for concurrent use.
type Registry struct {
	db        *meta.DB
	blobs     blob.Store
	redirects blob.Presigner
	now       func() time.Time
	precision time.Duration
	quotas    Quotas
	rooms     *rooms
	access    *meta.Memo[Repo, *Access]
	effects   *meta.Memo[Repo, effects] // of registries: Repo.Name is empty
	images    *meta.Memo[imageKey, *Image]
	layers    *meta.Memo[layerKey, *Layer]
	tags      *meta.Memo[tagsKey, []string]
	contents  contents
	small     int // bytes of a small layer at most
	grace     time.Duration
	scans     bool
	log       *slog.Logger

	mu    sync.Mutex
	pulls map[pull]time.Time // pulls that are not written yet
}

// New returns a Registry. Pull times are written by Run.
func New(c Config) *Registry {
	r := &Registry{
		db:        c.DB,
		blobs:     c.Blobs,
		redirects: c.Redirects,
		now:       c.Now,
		precision: c.PullTimePrecision,
		quotas:    c.Quotas.withDefaults(),
		access:    meta.NewMemo[Repo, *Access](c.DB, 10_000),
		effects:   meta.NewMemo[Repo, effects](c.DB, 10_000),
		images:    meta.NewShortMemo[imageKey](c.DB, 1000, func(i *Image) bool { return len(i.Manifest) <= 16<<10 }),
		layers:    meta.NewShortMemo[layerKey, *Layer](c.DB, 10_000, nil),
		tags:      meta.NewShortMemo[tagsKey](c.DB, 100, func(tags []string) bool { return len(tags) <= maxTagsKept }),
		contents:  contents{of: map[blob.Name][]byte{}},
		small:     c.SmallLayer,
		grace:     c.GarbageGrace,
		scans:     c.Scans,
		log:       c.Log,
		pulls:     map[pull]time.Time{},
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.precision == 0 {
		r.precision = 15 * time.Minute
	}
	if r.small == 0 {
		r.small = DefaultSmallLayer
	}
	if r.grace == 0 {
		r.grace = DefaultGarbageGrace
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	r.rooms = &rooms{now: r.now, left: map[roomKey]room{}}
	return r
}

// Page asks for a part of a list.
type Page struct {
	Limit int    // the most entries to answer; 0 or less is no limit
	Token string // the token that came with the previous page; "" is the start
}

// pull names an image that was pulled, and by whom.
type pull struct {
	repo      Repo
	digest    digest.Digest
	principal string
}

// RecordPull notes that an image was pulled by a principal, the ARN of a user
// or of a role, "" for any other: pulls by those that the registry excludes
// leave the pull time as it is. It only writes memory and never blocks on
// storage; Run reads what is excluded, and writes the database. img is what
// Image returned.
func (r *Registry) RecordPull(img *Image, principal string) {
	now := r.now()
	if now.Sub(img.PulledAt) < r.precision {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pulls) < maxPendingPulls { // an hour without the database must not eat the memory
		r.pulls[pull{img.Repo, img.Digest, principal}] = now
	}
}

const maxPendingPulls = 100_000

// FlushPulls writes the pull times that RecordPull noted. Those it could not
// write it keeps.
func (r *Registry) FlushPulls(ctx context.Context) error {
	r.mu.Lock()
	pulls := r.pulls
	r.pulls = map[pull]time.Time{}
	r.mu.Unlock()

	names := slices.Collect(maps.Keys(pulls))
	for part := range slices.Chunk(names, pullsPerWrite) {
		err := r.db.Write(ctx, func(tx *meta.Tx) error {
			for _, p := range part {
				if not, err := excluded(tx, p); err != nil {
					return err
				} else if not {
					continue
				}
				_, err := tx.Exec(`UPDATE image SET pulled_at = $1
					WHERE account = $2 AND region = $3 AND repository = $4 AND digest = $5 AND pulled_at < $1`,
					micros(pulls[p]), p.repo.Account, p.repo.Region, p.repo.Name, p.digest.String())
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			for p, at := range pulls {
				if at.After(r.pulls[p]) {
					r.pulls[p] = at
				}
			}
			return fmt.Errorf("write pull times: %w", err)
		}
		for _, p := range part {
			delete(pulls, p)
		}
	}
	return nil
}

const (
	pullsPerWrite    = 500
	pullsInterval    = 5 * time.Second
	pullsLastAttempt = 5 * time.Second
)

// Run writes pull times every few seconds until ctx is done, and once more
// then. It logs failures and keeps the pull times it could not write.
func (r *Registry) Run(ctx context.Context) {
	tick := time.NewTicker(pullsInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := r.FlushPulls(ctx); err != nil && ctx.Err() == nil {
				r.log.ErrorContext(ctx, "pull times not written", "error", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), pullsLastAttempt)
			defer cancel()
			if err := r.FlushPulls(last); err != nil {
				r.log.ErrorContext(last, "pull times lost", "error", err)
			}
			return
		}
	}
}
