package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
)

// drift is the exit status of a plan that has something to do.
const drift = 2

// applying is one run of apply or plan.
type applying struct {
	app     *app
	aws     awsFlags
	options rolloutOptions
}

func (a *app) apply() *cobra.Command {
	var plan bool
	r := &applying{app: a}
	cmd := &cobra.Command{
		Use:   "apply <access.yaml>",
		Short: "Make the grants that a file declares, many if need be",
		Long: `Apply reads which data planes may pull from which repositories and makes it so:
what grant does, for every grant of the file. Running it again changes nothing.
Grants that the file does not declare are shown, and with --prune taken back:
those on its repositories, and on all of the registries that it lists.
docs/access.md describes the file.

The exit status is 0 if all is as declared, 1 for errors, 3 if somebody cannot
pull nevertheless, and 130 if it was interrupted; the same command then goes on.
With --plan it is that of plan.`,
		Example: `  pratique apply access.yaml
  pratique apply access.yaml --plan
  pratique apply access.yaml --prune --output json
  pratique apply access.yaml --emit terraform > access.tf`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&plan, "plan", false, "show what would change, and change nothing")
	r.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r.options.dryRun = plan
		return r.run(cmd.Context(), args[0])
	}
	return cmd
}

func (a *app) plan() *cobra.Command {
	r := &applying{app: a}
	cmd := &cobra.Command{
		Use:   "plan <access.yaml>",
		Short: "Tell whether the grants that a file declares are there",
		Long: `Plan shows what apply would change, and changes nothing. The exit status is 0 if
all is as declared, 2 if there is something to do, and 1 for errors.`,
		Example: `  pratique plan access.yaml
  pratique plan access.yaml --prune --output json`,
		Args: cobra.ExactArgs(1),
	}
	r.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r.options.dryRun = true
		return r.run(cmd.Context(), args[0])
	}
	return cmd
}

func (r *applying) register(cmd *cobra.Command) {
	r.app.profilesFlag(cmd)
	r.aws.register(cmd.Flags(), true)
	cmd.Flags().BoolVar(&r.options.prune, "prune", false, "take back grants that the file does not declare")
	r.options.register(cmd)
}

func (r *applying) run(ctx context.Context, name string) error {
	text, err := r.app.readFile(name)
	if err != nil {
		return err
	}
	r.options.declared = true
	run, err := newRollout(r.app, r.options)
	if err != nil {
		return err
	}
	file, err := grant.ParseFile(name, text, run.profiles)
	if err != nil {
		return err
	}
	for _, d := range file.Grants {
		if err := r.add(ctx, run, d); err != nil {
			return fmt.Errorf("%s:%d: %w", name, d.Line, err)
		}
	}
	if r.options.prune {
		for _, host := range file.Registries {
			if err := r.addRegistry(ctx, run, file, host); err != nil {
				return err
			}
		}
	}
	return run.run(ctx)
}

// flags are those of the command line, with the credentials of a file, which
// come first.
func (r *applying) flags(c grant.Credentials) awsFlags {
	f := r.aws
	if c.Puller != (grant.Source{}) {
		f.profile, f.role, f.externalID = c.Puller.Profile, c.Puller.AssumeRole, c.Puller.ExternalID
	}
	if c.Owner != (grant.Source{}) {
		f.ownerProfile, f.ownerRole, f.ownerExternalID = cmp.Or(c.Owner.Profile, f.ownerProfile), c.Owner.AssumeRole, c.Owner.ExternalID
	}
	return f
}

func (r *applying) add(ctx context.Context, run *rollout, d *grant.Declaration) error {
	s := selection{images: d.Images()}
	if registry, by, ok := d.Selection(); ok {
		s.registry, s.by = registry, &by
	}
	for _, img := range s.images {
		if err := knownRegion(img.Registry, img.URI(img.Repository)); err != nil {
			return err
		}
	}
	var how *replication
	if d.Replicate {
		how = &replication{copy: true}
	}
	return run.add(ctx, r.flags(d.Credentials), d.Grant, s, how)
}

// addRegistry adds all repositories of a registry, to be pruned.
func (r *applying) addRegistry(ctx context.Context, run *rollout, file *grant.File, host string) error {
	registry, _ := endpoint.ParseRegistry(host)
	_, owns, err := run.sides(ctx, r.flags(file.Credentials), "", registry)
	if err != nil {
		return err
	}
	if owns.cfg == nil {
		return noOwner(owns)
	}
	names, err := grant.Select(ctx, ecr.NewFromConfig(*owns.cfg), registry.Account, grant.Selection{}, run.parallel)
	if err != nil {
		return err
	}
	for _, name := range names {
		run.target(&target{image: endpoint.Image{Registry: registry, Repository: name}, owner: owns})
	}
	return nil
}
