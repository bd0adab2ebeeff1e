package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
