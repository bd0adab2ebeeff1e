package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/policy"
)

// interrupted is the exit status of a rollout that was broken off.
const interrupted = 130

// rollout changes the policies of repositories, many if need be, so that grants
// hold or are gone. It is idempotent, and so is resumed by doing it again.
type rollout struct {
	app      *app
	profiles grant.Profiles
	rolloutOptions

	targets []*target
	byImage map[endpoint.Image]*target
	pullers []*puller
	found   map[sidesKey]*sidesFound
	mu      sync.Mutex // of logins
	logins  map[loginKey]*login
	result  rolloutResult
}

// rolloutOptions are what all commands that change policies let be chosen.
type rolloutOptions struct {
	revoke   bool // instead of granting
	declared bool // by a file, which may be checked for drift
	prune    bool // what is not declared
	dryRun   bool
	verify   verification
	emit     emitFormat
	parallel int
	output   *output
}

func (o *rolloutOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.parallel, "parallel", grant.Parallel, "how many repositories to work on at a time")
	f.Var(&o.verify, "verify", "proof to give: simulate, pull (also read a manifest and a layer's first byte as the principal), auto (pull if its credentials can be had) or none")
	f.Var(&o.emit, "emit", "print what would be changed as terraform, cloudformation or awscli, and change nothing")
	o.output = outputFlag(cmd)
}

// verification is the --verify flag.
type verification string

const (
	verifyAuto     verification = ""
	verifySimulate verification = "simulate"
	verifyPull     verification = "pull"
	verifyNone     verification = "none"
)

func (v *verification) String() string { return cmp.Or(string(*v), "auto") }
func (v *verification) Type() string   { return "how" }

func (v *verification) Set(s string) error {
	switch s {
	case "auto":
		*v = verifyAuto
	case "simulate", "pull", "none":
		*v = verification(s)
	default:
		return errors.New("must be auto, simulate, pull or none")
	}
	return nil
}

// emitFormat is the --emit flag.
type emitFormat grant.Format

func (e *emitFormat) String() string { return string(*e) }
func (e *emitFormat) Type() string   { return "format" }

func (e *emitFormat) Set(s string) error {
	if !slices.Contains(grant.Formats(), grant.Format(s)) {
		return errors.New("must be terraform, cloudformation or awscli")
	}
	*e = emitFormat(s)
	return nil
}

// target is one repository and what is to hold of it.
type target struct {
	image endpoint.Image
	owner side
	asks  []request

	// A replica of a repository in another region.
	of   *endpoint.Image
	from side
	copy bool // the images that are there already

	result *repositoryResult
}

// request is one grant on one repository.
type request struct {
	grant   *grant.Grant
	pullers []*puller
}

// puller is a principal of a grant, with what its own account says of it.
type puller struct {
	*access.Puller
	right grant.Right
	arn   string
	side  side

	find  sync.Once // of the following
	creds *aws.Config
	why   string // there are none
}

func newRollout(a *app, o rolloutOptions) (*rollout, error) {
	profiles, err := a.profiles()
	if err != nil {
		return nil, err
	}
	if o.emit != "" && *o.output == outputJSON {
		return nil, errors.New("--emit prints text of its own: it does not go with --output json")
	}
	return &rollout{
		app: a, profiles: profiles, rolloutOptions: o,
		byImage: map[endpoint.Image]*target{}, found: map[sidesKey]*sidesFound{}, logins: map[loginKey]*login{},
	}, nil
}

// patience is how often a call is tried that AWS throttles, as it may with many
// repositories.
const patience = 8

type sidesKey struct {
	flags    awsFlags
	account  string
	registry endpoint.Registry
}

type sidesFound struct{ pulls, owns side }

// sides is app.sides, asked once.
func (r *rollout) sides(ctx context.Context, f awsFlags, account string, reg endpoint.Registry) (pulls, owns side, err error) {
	key := sidesKey{f, account, reg}
	if s := r.found[key]; s != nil {
		return s.pulls, s.owns, nil
	}
	if pulls, owns, err = r.app.sides(ctx, &f, account, reg); err != nil {
		return pulls, owns, err
	}
	for _, cfg := range []*aws.Config{pulls.cfg, owns.cfg} {
		if cfg != nil {
			cfg.RetryMaxAttempts = patience
		}
	}
	r.found[key] = &sidesFound{pulls, owns}
	return pulls, owns, nil
}

// selection says which repositories are meant.
type selection struct {
	images   []endpoint.Image
	registry endpoint.Registry // to select from, if any
	by       *grant.Selection
}

// repositories lists those that are meant.
func (r *rollout) repositories(ctx context.Context, f awsFlags, s selection) ([]endpoint.Image, error) {
	images := slices.Clone(s.images)
	if s.by == nil {
		return images, nil
	}
	_, owns, err := r.sides(ctx, f, "", s.registry)
	if err != nil {
		return nil, err
	}
	if owns.cfg == nil {
		return nil, noOwner(owns)
	}
	names, err := grant.Select(ctx, ecr.NewFromConfig(*owns.cfg), s.registry.Account, *s.by, r.parallel)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		images = append(images, endpoint.Image{Registry: s.registry, Repository: name})
	}
	return images, nil
}

func noOwner(owns side) error {
	return fmt.Errorf("%s: give credentials of the repository's owner with --owner-profile", owns.missing)
}

// add adds a grant on repositories.
func (r *rollout) add(ctx context.Context, f awsFlags, g *grant.Grant, s selection, replicate *replication) error {
	images, err := r.repositories(ctx, f, s)
	if err != nil {
		return err
	}
	here, err := r.toRegion(ctx, f, g, images, s, replicate)
	if err != nil {
		return err
	}
	for _, t := range here {
		pulls, owns, err := r.sides(ctx, f, g.Account, t.image.Registry)
		if err != nil {
			return err
		}
		t.owner = owns
		a := request{grant: g}
		for _, right := range g.Rights {
			for _, principal := range right.Principals {
				p, err := r.puller(right, principal, pulls)
				if err != nil {
					return err
				}
				a.pullers = append(a.pullers, p)
			}
		}
		r.target(t).asks = append(r.target(t).asks, a)
	}
	return nil
}

// target returns the rollout's target of that repository, which is t if there
// was none.
func (r *rollout) target(t *target) *target {
	if there := r.byImage[t.image]; there != nil {
		return there
	}
	r.byImage[t.image] = t
	r.targets = append(r.targets, t)
	return t
}

// puller returns the principal as the holder of a right, once.
func (r *rollout) puller(right grant.Right, principal string, pulls side) (*puller, error) {
	for _, p := range r.pullers {
		if p.arn == principal && p.right.Sid == right.Sid && p.side.source == pulls.source && p.side.cfg == pulls.cfg {
			return p, nil
		}
	}
	who, err := access.NewPuller(principal)
	if err != nil {
		return nil, err
	}
	p := &puller{Puller: who, right: right, arn: principal, side: pulls}
	r.pullers = append(r.pullers, p)
	return p, nil
}

// load reads what the principal's own account says of it.
func (p *puller) load(ctx context.Context) error {
	who, err := access.NewPuller(p.arn)
	if err != nil {
		return err
	}
	switch {
	case who.Principal.Kind == policy.Root: // has no policies
	case p.side.cfg == nil:
		who.Unknown = p.side.missing
	default:
		if err := who.Load(ctx, iam.NewFromConfig(*p.side.cfg)); err != nil {
			return err
		}
	}
	p.Puller = who
	return nil
}

// actions are what is simulated of the right: those of a pull, or its own.
func (p *puller) actions() []string {
	switch {
	case p.right.May == "pull":
		return nil
	case slices.Contains(p.right.Actions, "ecr:PutImage"):
		return append([]string{"ecr:GetAuthorizationToken"}, p.right.Actions...)
	}
	return p.right.Actions
}

// simulate takes the principal through the policies of both sides.
func (r *rollout) simulate(p *puller, repository *access.Repository) (*access.Report, error) {
	return access.Simulate(p.Puller, repository, access.Options{
		Now: r.app.now(), Actions: p.actions(), GrantCommand: grantCommand(r.profiles, p.Puller, repository.Image),
	})
}

// run does everything and prints what came of it.
func (r *rollout) run(ctx context.Context) error {
	err := r.work(ctx)
	if err != nil && ctx.Err() != nil {
		fmt.Fprintf(r.app.stderr, "pratique: interrupted before any repository was begun\n")
		return &exitError{interrupted}
	}
	if err != nil {
		return err
	}
	if r.emit != "" {
		return r.printEmission()
	}
	return r.report()
}

// work does it.
func (r *rollout) work(ctx context.Context) error {
	for _, t := range r.targets {
		t.result = &repositoryResult{Repository: t.image.URI(t.image.Repository), Status: statusRemaining}
		r.result.Repositories = append(r.result.Repositories, t.result)
	}
	for _, p := range r.pullers {
		if err := p.load(ctx); err != nil {
			return err
		}
	}
	if !r.revoke {
		if err := r.attach(ctx); err != nil {
			return err
		}
	}
	bar := r.app.progress(len(r.targets))
	grant.Each(ctx, r.parallel, len(r.targets), func(ctx context.Context, i int) {
		t := r.targets[i]
		r.do(ctx, t)
		bar.step(t.result)
	})
	bar.end()
	r.result.count(r)
	r.result.Interrupted = ctx.Err() != nil
	return nil
}

// changes tells whether anything may be changed.
func (r *rollout) changes() bool { return !r.dryRun && r.emit == "" }

// do brings one repository to where it should be.
func (r *rollout) do(ctx context.Context, t *target) {
	res := t.result
	err := r.replica(ctx, t)
	if err == nil {
		err = r.change(ctx, t)
	}
	switch {
	case err != nil:
		res.fail(err)
		return
	case !res.Plan.Changed && (res.Replica == nil || !res.Replica.changed()):
		res.Status = statusUnchanged
	case r.changes():
		res.Status, res.Applied = statusChanged, res.Plan.Changed
	default:
		res.Status = statusPlanned
	}
	if !r.changes() || r.verify == verifyNone {
		return
	}
	if err := r.prove(ctx, t); err != nil {
		res.fail(err)
	}
}

// change plans the repository's policy and applies the plan.
func (r *rollout) change(ctx context.Context, t *target) error {
	res := t.result
	repo := grantRepository(t.image, "")
	edit := r.edit(t)
	var err error
	switch {
	case t.owner.cfg != nil:
		res.Plan, err = r.changePolicy(ctx, t, repo, edit)
	case !r.revoke && !slices.ContainsFunc(t.asks, func(a request) bool { return a.grant.Account != t.image.Account }):
		res.Plan, err = edit(repo) // needs nothing of the owner
	default:
		err = noOwner(t.owner)
	}
	if res.Plan != nil {
		var derr error
		res.Diff, derr = res.Plan.Diff()
		err = errors.Join(err, derr)
	}
	return err
}

func (r *rollout) changePolicy(ctx context.Context, t *target, repo grant.Repository, edit grant.Edit) (*grant.Plan, error) {
	if !r.changes() && t.result.Replica != nil && t.result.Replica.Created {
		return edit(repo) // will be created
	}
	return grant.Change(ctx, ecr.NewFromConfig(*t.owner.cfg), repo, edit, !r.changes())
}

// edit is everything that is asked for a repository.
func (r *rollout) edit(t *target) grant.Edit {
	var edits []grant.Edit
	var declared []*grant.Grant
	for _, a := range t.asks {
		declared = append(declared, a.grant)
		if r.revoke {
			edits = append(edits, a.grant.PlanRevoke)
		} else {
			edits = append(edits, a.grant.Plan)
		}
	}
	if r.declared {
		edits = append(edits, func(repo grant.Repository) (*grant.Plan, error) {
			p, err := r.profiles.Prune(repo, declared)
			switch {
			case err != nil:
				return nil, err
			case !p.Changed && len(t.asks) > 0:
				p.Summary = ""
			case p.Changed && !r.prune:
				p.Notes = []string{"the file does not declare all grants; --prune would " + p.Summary}
				p.Changed, p.After, p.Summary = false, repo.Policy, ""
			}
			return p, nil
		})
	}
	return grant.Sequence(edits...)
}

// attach gives roles and users the managed policy of their right where their
// own side denies what is needed and nothing but an allow is missing.
func (r *rollout) attach(ctx context.Context) error {
	for _, p := range r.pullers {
		lacks, err := r.lacks(p)
		if err != nil {
			return err
		}
		if !lacks {
			continue
		}
		a := &attachment{Principal: p.arn, Policy: "arn:aws:iam::aws:policy/" + p.right.ManagedPolicy, puller: p}
		r.result.Attach = append(r.result.Attach, a)
		if !r.changes() || ctx.Err() != nil {
			continue
		}
		if err := p.attach(ctx, a.Policy); err != nil {
			a.Error, a.err = err.Error(), err
			continue
		}
		a.Attached = true
		if err := p.load(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lacks reports whether a managed policy would help on the principal's side.
// What is not known is emitted, and not attached.
func (r *rollout) lacks(p *puller) (bool, error) {
	if p.right.ManagedPolicy == "" || p.Gone || p.Principal.Kind == policy.Root {
		return false, nil
	}
	if p.side.cfg == nil {
		return r.emit != "", nil
	}
	for _, t := range r.targets {
		if !t.asksFor(p) {
			continue
		}
		report, err := r.simulate(p, access.NewRepository(t.image)) // of which nothing is known
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(report.Fixes, func(f access.Fix) bool { return f.Type == policy.ReasonIdentity && f.Command != "" }) {
			return true, nil
		}
	}
	return false, nil
}

func (t *target) asksFor(p *puller) bool {
	return slices.ContainsFunc(t.asks, func(a request) bool { return slices.Contains(a.pullers, p) })
}

func (p *puller) attach(ctx context.Context, policyARN string) (err error) {
	api := iam.NewFromConfig(*p.side.cfg)
	if p.Principal.Kind == policy.User {
		_, err = api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String(p.Name), PolicyArn: &policyARN})
	} else {
		_, err = api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(p.Name), PolicyArn: &policyARN})
	}
	if err != nil {
		return fmt.Errorf("attach %s to %s: %w", policyARN, p.arn, err)
	}
	return nil
}
