package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/pflag"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/internal/preflight"
)

// dataPlaneHelp describes the value of --as.
const dataPlaneHelp = `A data plane is a platform with what "pratique grant" needs to know of it,

  union:org=acme,account=111111111111
  anyscale:cloud-id=cld_abc123,account=111111111111,region=us-west-2
  release:release-id=111111111111,cluster-region=eu-west-2
  kubernetes:role=eks-node-group,account=111111111111

or the ARN of a role, role session or user, or an account id. "region" is where its
nodes are, "principal" an ARN that replaces the platform's own.`

// dataPlane is what --as names.
type dataPlane struct {
	preflight.DataPlane
	// grant is the command line that grants it a pull, without the repository;
	// empty for principals.
	grant string
}

// parseDataPlane reads a value of --as. The region is for those that have none
// of their own.
func parseDataPlane(profiles grant.Profiles, as, region string) (*dataPlane, error) {
	d := &dataPlane{DataPlane: preflight.DataPlane{Name: as, Region: region}}
	platform, rest, found := strings.Cut(as, ":")
	if !found || platform == "arn" {
		p, err := access.NewPuller(as)
		if err != nil {
			return nil, fmt.Errorf("--as %q is neither the ARN of a role, role session or user, nor an account id, nor of the form platform:parameter=value,…", as)
		}
		d.Principals = []string{principalName(p, as)}
		return d, nil
	}
	profile, err := profiles.Named(platform)
	if err != nil {
		return nil, fmt.Errorf("--as %s: %w", as, err)
	}
	in := grant.Input{Params: map[string]string{}}
	words := []string{"pratique grant", profile.Name}
	for _, pair := range strings.Split(rest, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return nil, fmt.Errorf("--as %s: %q is not of the form parameter=value", as, pair)
		}
		switch name {
		case "account":
			in.Account = value
		case "principal":
			in.Principals = append(in.Principals, value)
		case "region":
			d.Region = value
			continue
		default:
			in.Params[name] = value
		}
		words = append(words, "--"+name, value)
	}
	g, err := profile.Grant(in)
	if err != nil {
		return nil, fmt.Errorf("--as %s: %w; here it is written as in %s:parameter=value,account=111111111111", as, err, platform)
	}
	d.Principals, d.grant = g.Principals, strings.Join(words, " ")
	if rule := profile.SameRegion; rule != nil {
		d.Region, d.SameRegion = g.Params[rule.Parameter], rule.Reason
	}
	if d.Region != "" && !endpoint.IsRegion(d.Region) {
		return nil, fmt.Errorf("--as %s: %q is not the name of a region", as, d.Region)
	}
	return d, nil
}

// principalName is how a principal is named in output: what was given, but
// for an account id, which stands for its root user.
func principalName(p *access.Puller, as string) string {
	if strings.HasPrefix(as, "arn:") {
		return as
	}
	return p.Principal.ARN
}

// grantCommand is the command line that grants the data plane a pull.
func (d *dataPlane) grantCommand(profiles grant.Profiles) func(*access.Puller, endpoint.Image) string {
	return func(p *access.Puller, img endpoint.Image) string {
		if d.grant == "" {
			return grantCommand(profiles, p, img)
		}
		return d.grant + " --repository " + img.URI(img.Repository)
	}
}

// poolFlags say with whose credentials to read several accounts.
type poolFlags struct {
	aws  awsFlags
	more []string
}

func (f *poolFlags) register(flags *pflag.FlagSet) {
	f.aws.register(flags, true)
	flags.StringArrayVar(&f.more, "with-profile", nil, "a further profile, used for the account that its credentials are of; may be repeated")
}

// pool finds the credentials of each account among the profiles that were
// named. It is safe for concurrent use.
type pool struct {
	app     *app
	flags   *awsFlags
	sources []grant.Source
	owner   grant.Source // used for every owner that no source is of, if named
	named   bool

	mu    sync.Mutex
	known map[poolKey]*poolEntry
}

type poolKey struct {
	source grant.Source
	reg    endpoint.Registry
}

type poolEntry struct {
	once sync.Once
	side side
	err  error
}

func (a *app) newPool(f *poolFlags) *pool {
	p := &pool{app: a, flags: &f.aws, sources: []grant.Source{f.aws.puller()}, known: map[poolKey]*poolEntry{}}
	if p.owner, p.named = f.aws.owner(); p.named {
		p.sources = append(p.sources, p.owner)
	}
	for _, profile := range f.more {
		p.sources = append(p.sources, grant.Source{Profile: profile})
	}
	return p
}

// identify asks once who a source is.
func (p *pool) identify(ctx context.Context, from grant.Source, reg endpoint.Registry) (side, error) {
	p.mu.Lock()
	key := poolKey{from, reg}
	e := p.known[key]
	if e == nil {
		e = new(poolEntry)
		p.known[key] = e
	}
	p.mu.Unlock()
	e.once.Do(func() { e.side, e.err = p.app.identify(ctx, p.flags, from, reg) })
	if e.err == nil && e.side.cfg == nil && from != (grant.Source{}) {
		return side{}, errors.New(e.side.missing) // it was asked for by name
	}
	return e.side, e.err
}

// of finds credentials of an account.
func (p *pool) of(ctx context.Context, account string, reg endpoint.Registry) (*aws.Config, string, error) {
	missing := "no credentials for account " + account
	for _, from := range p.sources {
		s, err := p.identify(ctx, from, reg)
		if err != nil {
			return nil, "", err
		}
		if s.cfg != nil && s.account == account {
			return s.cfg, "", nil
		}
		if s.cfg == nil && len(p.sources) == 1 {
			missing += ": " + s.missing
		}
	}
	return nil, missing, nil
}

// Puller implements [preflight.Credentials].
func (p *pool) Puller(ctx context.Context, account string, reg endpoint.Registry) (*aws.Config, string, error) {
	return p.of(ctx, account, reg)
}

// Owner implements [preflight.Credentials].
func (p *pool) Owner(ctx context.Context, reg endpoint.Registry) (*aws.Config, string, error) {
	cfg, missing, err := p.of(ctx, reg.Account, reg)
	if cfg != nil || err != nil || !p.named {
		return cfg, missing, err
	}
	s, err := p.identify(ctx, p.owner, reg)
	return s.cfg, s.missing, err
}

// preflightMark is the sign of a status in tables.
func preflightMark(p paint, s preflight.Status) string {
	switch s {
	case preflight.OK:
		return p.green("✓")
	case preflight.Fail:
		return p.red("✗")
	case preflight.Warning:
		return p.yellow("!")
	case preflight.Skipped:
		return p.dim("·")
	}
	return p.yellow("?")
}

// statusError is the exit of a command that came to this status: 0, 1 for what
// could not be checked, 3 for what would fail.
func statusError(s preflight.Status, strict bool) error {
	switch {
	case s == preflight.Fail, s == preflight.Warning && strict:
		return &exitError{notAllowed}
	case s == preflight.Unknown:
		return &exitError{1}
	}
	return nil
}

// repositoryFlag comes before a repository in commands that grant.
const repositoryFlag = " --repository "

// fixGroup are fixes that one command makes.
type fixGroup struct {
	access.Fix
	repositories []string
}

// fixGroups are the fixes of several findings, each once.
func fixGroups(fixes []access.Fix) []*fixGroup {
	var out []*fixGroup
	for _, f := range fixes {
		command, repository, grants := strings.Cut(f.Command, repositoryFlag)
		if grants {
			f.Command, f.What, f.Statement = command, "", ""
		}
		i := slices.IndexFunc(out, func(g *fixGroup) bool { return g.Fix == f })
		if i < 0 {
			i = len(out)
			out = append(out, &fixGroup{Fix: f})
		}
		if grants && !slices.Contains(out[i].repositories, repository) {
			out[i].repositories = append(out[i].repositories, repository)
		}
	}
	return out
}

// maxRepositories is how many repositories a command is shown with.
const maxRepositories = 10

// printFixes shows what would change denials.
func (a *app) printFixes(fixes []access.Fix, by string) {
	for _, f := range fixGroups(fixes) {
		a.printf("%s%s in account %s", by, a.paint.bold("Fix"), f.Account)
		if f.What != "" {
			a.printf(": %s", f.What)
		}
		a.printf("\n")
		shown := f.repositories[:min(len(f.repositories), maxRepositories)]
		for _, r := range shown {
			f.Command += repositoryFlag + r
		}
		switch {
		case f.Command != "":
			a.printf("%s  %s\n", by, a.paint.cyan("$ "+f.Command))
		case f.Statement != "":
			a.printf("%s", indent(f.Statement, by+"  "))
		}
		if more := len(f.repositories) - len(shown); more > 0 {
			a.printf("%s  %s\n", by, a.paint.dim(fmt.Sprintf("and %d more repositories", more)))
		}
	}
}
