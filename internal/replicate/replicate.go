// Package replicate brings images that were pushed to the registries that replication configurations name.
//
// All registries are of one server, where equal bytes are stored once: an image is brought by copying rows.
package replicate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/creation"
	"github.com/pratique-dev/pratique/internal/registry"
)

// Codes that DescribeImageReplicationStatus answers for an image that does not
// get there. The first is ECR's; no other of ECR's is known.
const (
	AccessDenied  = "DESTINATION_REGISTRY_ACCESS_DENIED"
	NotCreated    = "DESTINATION_REPOSITORY_NOT_CREATED" // by its template, or for lack of room
	GivenUp       = "REPLICATION_GIVEN_UP"               // after a day of errors of the server
	ImageRejected = "DESTINATION_IMAGE_REJECTED"         // by a quota of the repository, or for an archived child of an index
)

// Replicator replicates images. It is safe for concurrent use.
type Replicator struct {
	registry   *registry.Registry
	authorizer *authz.Authorizer
	creator    *creation.Creator
}

// New returns a Replicator.
func New(r *registry.Registry, a *authz.Authorizer) *Replicator {
	return &Replicator{r, a, creation.New(r, a)}
}

// Run is the handler of the jobs registry.ReplicateJob. It replicates one image
// to one registry, and records how that ended; its error asks to be run again.
// An image that is gone meanwhile is not replicated.
func (p *Replicator) Run(ctx context.Context, payload json.RawMessage) error {
	var t registry.ReplicationTask
	if err := json.Unmarshal(payload, &t); err != nil {
		return fmt.Errorf("read a replication task: %w", err)
	}
	code, err := p.replicate(ctx, t)
	if err != nil || code == "" {
		return err
	}
	return p.registry.FailReplication(ctx, t, code)
}

// GiveUp records that a replication failed: its job is dead.
func (p *Replicator) GiveUp(ctx context.Context, payload json.RawMessage) error {
	var t registry.ReplicationTask
	if json.Unmarshal(payload, &t) != nil {
		return nil // nobody can tell what it was
	}
	return p.registry.FailReplication(ctx, t, GivenUp)
}

// replicate returns the code with which the replication fails, or an error when
// it is not known whether it does.
func (p *Replicator) replicate(ctx context.Context, t registry.ReplicationTask) (code string, err error) {
	_, err = p.registry.Replicas(ctx, t.Repo, registry.Ref{Digest: t.Digest})
	if errors.Is(err, registry.ErrImageNotFound) || errors.Is(err, registry.ErrRepositoryNotFound) {
		return "", nil // nor is a repository made for it
	}
	if err != nil {
		return "", err
	}
	var denied *authz.Denied
	err = p.prepare(ctx, t)
	switch {
	case errors.As(err, &denied):
		return AccessDenied, nil
	case errors.Is(err, registry.ErrTemplateRole), errors.Is(err, registry.ErrTooManyRepositories):
		return NotCreated, nil
	case err != nil:
		return "", err
	}
	err = p.registry.Replicate(ctx, t)
	switch {
	case errors.Is(err, registry.ErrImageNotFound):
		return "", nil
	case errors.Is(err, registry.ErrTooManyImages), errors.Is(err, registry.ErrTooManyTags), errors.Is(err, registry.ErrReferencedImagesNotFound):
		return ImageRejected, nil
	}
	return "", err
}

// prepare checks that the receiving registry takes the image, and makes the
// repository if it is not there.
func (p *Replicator) prepare(ctx context.Context, t registry.ReplicationTask) error {
	to := t.Target()
	if err := p.authorizer.AuthorizeReplication(ctx, t.Repo.Account, "ecr:ReplicateImage", to); err != nil {
		return err
	}
	_, err := p.registry.Repository(ctx, to)
	if !errors.Is(err, registry.ErrRepositoryNotFound) {
		return err
	}
	if err := p.authorizer.AuthorizeReplication(ctx, t.Repo.Account, "ecr:CreateRepository", to); err != nil {
		return err
	}
	template, err := p.registry.TemplateFor(ctx, to, registry.OnReplication)
	if err != nil {
		return err
	}
	return p.creator.Create(ctx, to, template)
}
