package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
)

// MaxReplicationDestinations is how many registries a registry may replicate
// to, in all of its rules.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
const MaxReplicationDestinations = 25

// replication is the kind of configuration that Replication is.
const replication configurationKind = "replication"

// Replication says where a registry's images go. The zero value is nowhere.
type Replication struct {
	Rules []ReplicationRule `json:"rules"`
}

// ReplicationRule sends the repositories whose names begin with one of
// Prefixes, or all if it has none, to Destinations.
type ReplicationRule struct {
	Destinations []Destination `json:"destinations"`
	Prefixes     []string      `json:"prefixes,omitempty"`
}

// Destination is a registry that images are replicated to.
type Destination struct {
	Account string `json:"account"` // 12 digits
	Region  string `json:"region"`
}

// Destinations returns where the images of a repository go, each registry
// once, in the order of the rules.
func (p *Replication) Destinations(repository string) []Destination {
	var ds []Destination
	for _, rule := range p.Rules {
		if len(rule.Prefixes) > 0 && !slices.ContainsFunc(rule.Prefixes, func(prefix string) bool { return strings.HasPrefix(repository, prefix) }) {
			continue
		}
		for _, d := range rule.Destinations {
			if !slices.Contains(ds, d) {
				ds = append(ds, d)
			}
		}
	}
	return ds
}

// Validate reports what SetReplication has against the configuration of a
// registry. Errors: ErrReplicationToSource, ErrTooManyDestinations.
func (p *Replication) Validate(account, region string) error {
	all := map[Destination]bool{}
	for _, rule := range p.Rules {
		for _, d := range rule.Destinations {
			if d == (Destination{Account: account, Region: region}) {
				return &Error{Kind: ErrReplicationToSource, Repo: Repo{Account: account, Region: region}}
			}
			all[d] = true
		}
	}
	if len(all) > MaxReplicationDestinations {
		return &Error{Kind: ErrTooManyDestinations, Repo: Repo{Account: account, Region: region}}
	}
	return nil
}

// SetReplication replaces a registry's replication configuration.
// Errors: ErrReplicationToSource, ErrTooManyDestinations.
func (r *Registry) SetReplication(ctx context.Context, account, region string, p Replication) error {
	err := p.Validate(account, region)
	if err == nil {
		err = r.db.Write(ctx, func(tx *meta.Tx) error { return putConfiguration(tx, account, region, replication, p) })
	}
	if err != nil {
		return fmt.Errorf("set replication: %w", err)
	}
	return nil
}

// Replication returns a registry's replication configuration, which has no
// rules until it is set.
func (r *Registry) Replication(ctx context.Context, account, region string) (p *Replication, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		p = new(Replication)
		_, err := configuration(tx, account, region, replication, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get replication: %w", err)
	}
	return p, nil
}

// ReplicationStatus is how far an image got to a registry.
type ReplicationStatus string

// The values are those of ECR's ReplicationStatus.
const (
	ReplicationInProgress ReplicationStatus = "IN_PROGRESS"
	ReplicationComplete   ReplicationStatus = "COMPLETE"
	ReplicationFailed     ReplicationStatus = "FAILED"
)

// Replica is an image in a registry that it is replicated to.
type Replica struct {
	Destination
	Status  ReplicationStatus
	Failure string // of one that failed: a code such as DESTINATION_REGISTRY_ACCESS_DENIED
	Updated time.Time
}

// Replicas returns how far an image got to the registries that it is
// replicated to, in the order of region and account. An image that no rule was
// about when it was pushed has none.
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch.
func (r *Registry) Replicas(ctx context.Context, repo Repo, ref Ref) (replicas []Replica, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		d, err := resolve(tx, repo, ref)
		if err == nil {
			_, err = imageByDigest(tx, repo, d)
		}
		if err = notFound(tx, repo, ref, err); err != nil {
			return err
		}
		replicas, err = meta.All(tx, scanReplica, `SELECT to_account, to_region, status, failure, updated_at FROM image_replication
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ORDER BY to_region, to_account`,
			repo.Account, repo.Region, repo.Name, d.String())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("describe replication: %w", err)
	}
	return replicas, nil
}

func scanReplica(s meta.Scanner) (p Replica, err error) {
	var updated int64
	err = s.Scan(&p.Account, &p.Region, &p.Status, &p.Failure, &updated)
	p.Updated = fromMicros(updated)
	return p, err
}

// set stores how far an image got to a registry.
func (p Replica) set(tx *meta.Tx, img *Image) error {
	_, err := tx.Exec(`INSERT INTO image_replication (account, region, repository, digest, to_account, to_region, status, failure, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account, region, repository, digest, to_account, to_region) DO UPDATE SET
			status = excluded.status, failure = excluded.failure, updated_at = excluded.updated_at`,
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String(), p.Account, p.Region, string(p.Status), p.Failure, micros(p.Updated))
	return err
}

// ReplicateJob is the kind of the jobs that replicate images; their payload is
// a ReplicationTask.
const ReplicateJob = "replication.copy"

// ReplicationTask is an image that was pushed, and a registry for it to go to.
type ReplicationTask struct {
	Repo   Repo
	Digest digest.Digest
	Tags   []string // that were pushed
	To     Destination
}

// Target is the repository that the image goes to.
func (t *ReplicationTask) Target() Repo {
	return Repo{Account: t.To.Account, Region: t.To.Region, Name: t.Repo.Name}
}

// enqueueReplication has an image that was pushed go where the registry's
// rules say. tags are those that came with it.
func enqueueReplication(tx *meta.Tx, img *Image, tags []string, now time.Time) error {
	var p Replication
	if _, err := configuration(tx, img.Repo.Account, img.Repo.Region, replication, &p); err != nil {
		return err
	}
	for _, to := range p.Destinations(img.Repo.Name) {
		if err := (Replica{Destination: to, Status: ReplicationInProgress, Updated: now}).set(tx, img); err != nil {
			return err
		}
		task := ReplicationTask{Repo: img.Repo, Digest: img.Digest, Tags: tags, To: to}
		if err := job.Enqueue(tx, job.New{Kind: ReplicateJob, Payload: task}); err != nil {
			return err
		}
	}
	return nil
}

// replicateRestored has an image that came out of the archive go where the
// rules say, with its tags.
func replicateRestored(tx *meta.Tx, img *Image, now time.Time) error {
	tags, err := meta.All(tx, meta.ScanString, `SELECT tag FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ORDER BY tag`,
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String())
	if err != nil {
		return err
	}
	return enqueueReplication(tx, img, tags, now)
}

// Replicate copies an image to a repository of the same name, which must
// exist, with those of its tags that have not moved on since and that may be
// moved there; images that an index names come first. All nodes store equal
// bytes once, so that nothing but rows is copied, and all in one transaction.
//
// Errors: ErrImageNotFound when the image is gone, ErrRepositoryNotFound for
// the target; those of PutImage.
func (r *Registry) Replicate(ctx context.Context, t ReplicationTask) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		tags, err := meta.All(tx, meta.ScanString, `SELECT tag FROM image_tag WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 ORDER BY tag`,
			t.Repo.Account, t.Repo.Region, t.Repo.Name, t.Digest.String())
		if err != nil {
			return err
		}
		tags = slices.DeleteFunc(tags, func(tag string) bool { return !slices.Contains(t.Tags, tag) })
		now := r.now()
		img, err := r.replicate(tx, t.Repo, t.Target(), t.Digest, tags)
		if err != nil {
			return err
		}
		source := &Image{Repo: t.Repo, Digest: t.Digest}
		if err := (Replica{Destination: t.To, Status: ReplicationComplete, Updated: now}).set(tx, source); err != nil {
			return err
		}
		return emitReplication(tx, t, img, true, now)
	})
	if err != nil {
		return fmt.Errorf("replicate %s of %s: %w", t.Digest, t.Repo.ARN(), err)
	}
	return nil
}

// replicate copies an image and what it names, unless that is there.
func (r *Registry) replicate(tx *meta.Tx, from, to Repo, d digest.Digest, tags []string) (*Image, error) {
	var n NewImage
	err := tx.QueryRow(`SELECT manifest, media_type FROM image WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
		from.Account, from.Region, from.Name, d.String()).Scan(&n.Manifest, &n.MediaType)
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: ErrImageNotFound, Repo: from, Ref: Ref{Digest: d}}
	}
	if err != nil {
		return nil, err
	}
	n.Digest, n.Tags = d, tags
	p, err := r.newPush(to, n)
	if err != nil {
		return nil, err
	}
	p.replica = true
	children := digests(p.manifest.Manifests)
	have, err := in(tx, to, `SELECT digest FROM image WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (%s) ORDER BY digest`, children)
	if err != nil {
		return nil, err
	}
	for _, child := range children {
		if have[child] {
			continue
		}
		if _, err := r.replicate(tx, from, to, child, nil); err != nil {
			return nil, err
		}
	}
	if err := requireRepository(tx, to); err != nil {
		return nil, err
	}
	blobs := digests(p.manifest.Blobs())
	found, err := layers(tx, from, blobs)
	if err != nil {
		return nil, err
	}
	for _, b := range blobs {
		if l := found[b]; l != nil {
			if err := link(tx, to, b, l.MediaType, micros(p.now)); err != nil {
				return nil, err
			}
		}
	}
	if err := p.write(tx); err != nil {
		return nil, err
	}
	return p.image, nil
}

// FailReplication records that an image does not get to a registry. code is a
// word such as DESTINATION_REGISTRY_ACCESS_DENIED.
func (r *Registry) FailReplication(ctx context.Context, t ReplicationTask, code string) error {
	now := r.now()
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		// The row is gone if the image is.
		n, err := tx.Exec(`UPDATE image_replication SET status = $1, failure = $2, updated_at = $3
			WHERE account = $4 AND region = $5 AND repository = $6 AND digest = $7 AND to_account = $8 AND to_region = $9`,
			string(ReplicationFailed), code, micros(now), t.Repo.Account, t.Repo.Region, t.Repo.Name, t.Digest.String(), t.To.Account, t.To.Region)
		if err != nil || n == 0 {
			return err
		}
		return emitReplication(tx, t, &Image{Repo: t.Target(), Digest: t.Digest}, false, now)
	})
	if err != nil {
		return fmt.Errorf("record a replication that failed: %w", err)
	}
	return nil
}

// emitReplication tells the registry that an image came to. Of an image that
// did not come it tells only an account that sent it to itself: another has
// nothing to do with it.
func emitReplication(tx *meta.Tx, t ReplicationTask, img *Image, succeeded bool, now time.Time) error {
	if !succeeded && t.To.Account != t.Repo.Account {
		return nil
	}
	tag := ""
	if len(t.Tags) > 0 {
		tag = t.Tags[0]
	}
	return event.Emit(tx, event.ReplicationAction(img.event(tag), t.Repo.Account, t.Repo.Region, succeeded, now))
}
