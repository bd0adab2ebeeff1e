package ociapi

import (
	"errors"

	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/registry"
)

// create makes the repository that a push is to, if there is none, a template
// is for it, and the caller may create it. Otherwise the request goes on to
// be answered as any other to a repository that does not exist: who may not
// create repositories does not learn of templates. Two pushes at once make it
// once.
func (c *call) create() error {
	ctx := c.r.Context()
	template, err := c.registry.TemplateFor(ctx, c.repo(), registry.OnPush)
	if err != nil || template == nil {
		return err
	}
	err = c.authorize("ecr:CreateRepository", c.Repository)
	if denied := (*authz.Denied)(nil); errors.As(err, &denied) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.creator.Create(ctx, c.repo(), template)
}
