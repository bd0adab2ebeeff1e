// Package creation makes the repositories that a registry creates by itself, as the templates of the registry say.
package creation

import (
	"context"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// Service is the principal that Amazon ECR creates repositories as, and that
// the custom role of a template must trust.
const Service = "ecr.amazonaws.com"

// Creator creates repositories. It is safe for concurrent use.
type Creator struct {
	registry   *registry.Registry
	authorizer *authz.Authorizer
}

// New returns a Creator.
func New(r *registry.Registry, a *authz.Authorizer) *Creator { return &Creator{r, a} }

// Create creates a repository as a template has it, or with the defaults when
// t is nil. Whether who caused it may create the repository is for the caller
// to find out; Create sees to what the template itself needs: for resource
// tags or a KMS key a role, and of every role that the template names that it
// trusts Service and may do what creating the repository takes. Without a role
// the repository is created as by the service-linked role, which may.
//
// That the repository exists already is not an error.
// Errors: registry.ErrTemplateRole, and those of CreateFromTemplate.
func (c *Creator) Create(ctx context.Context, repo registry.Repo, t *registry.Template) error {
	if err := c.check(ctx, repo, t); err != nil {
		return fmt.Errorf("create repository from a template: %w", err)
	}
	return c.registry.CreateFromTemplate(ctx, repo, t)
}

// check reports why a template cannot be used.
func (c *Creator) check(ctx context.Context, repo registry.Repo, t *registry.Template) error {
	refused := func(format string, args ...any) error {
		return &registry.Error{Kind: registry.ErrTemplateRole, Repo: repo, Err: fmt.Errorf(format, args...)}
	}
	switch {
	case t == nil, t.Role == "" && !t.NeedsRole():
		return nil
	case t.Role == "":
		return refused("its template has resource tags or a KMS key, and no custom role")
	}
	var denied *authz.Denied
	role, err := c.authorizer.ServiceRole(ctx, Service, repo.Account, t.Role)
	switch {
	case errors.Is(err, iam.ErrNoSuchEntity):
		return refused("the custom role of its template does not exist")
	case errors.As(err, &denied):
		return refused("the custom role of its template does not trust %s", Service)
	case err != nil:
		return err
	}
	action, err := c.may(ctx, role, repo, t)
	if errors.As(err, &denied) {
		return refused("the custom role of its template is not allowed %s", action)
	}
	return err
}

// may checks that a role may create a repository as the template has it. action
// is the one that it may not do.
func (c *Creator) may(ctx context.Context, role *authn.Identity, repo registry.Repo, t *registry.Template) (action string, err error) {
	env := c.authorizer.ServiceEnvironment()
	env.Set("aws:RequestedRegion", repo.Region)
	on := authz.Resource{ARN: repo.ARN(), Account: repo.Account, Context: policy.Context{}}
	actions := []string{"ecr:CreateRepository"}
	if len(t.Tags) > 0 {
		actions = append(actions, "ecr:TagResource")
		var keys []string
		for k, v := range t.Tags {
			keys = append(keys, k)
			on.Context.Set("aws:RequestTag/"+k, v)
		}
		on.Context.Set("aws:TagKeys", keys...)
	}
	for _, action := range actions {
		if err := c.authorizer.Authorize(ctx, role, action, on, env); err != nil {
			return action, err
		}
	}
	return "", nil
}
