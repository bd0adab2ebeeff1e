package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
)

func (a *app) grant() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "grant",
		Short: "Let a platform's nodes pull from a repository, and prove that they can",
		Long: `Grant plans the change of the repository's policy, shows the difference, applies
it with the owner's credentials, attaches what the puller's role lacks with the
puller's, and verifies by simulating a whole pull.

A grant is one statement with a Sid of its own: running it again changes
nothing, and other people's statements are never touched. Where a policy would
be longer than ECR stores, grants of the same actions become one statement.

Platforms are described by files. Your own are read from the pratique/profiles
directory of $XDG_CONFIG_HOME (by default ~/.config), or from --profiles.

The exit status is 0 if everybody can pull now, 1 for errors, 3 if somebody
cannot, and 130 if it was interrupted; the same command then goes on. All of it
is described in docs/access.md.`,
		Example: `  pratique grant union --org acme --account 111111111111 --repository 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image
  pratique grant kubernetes --role eks-nodes --account 111111111111 --registry 222222222222.dkr.ecr.us-east-1.amazonaws.com --prefix team/ --dry-run`,
	}
	a.addPlatforms(cmd, false)
	return cmd
}

func (a *app) revoke() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke",
		Short: "Take a grant back",
		Long: `Revoke takes the grant's statement out of the repository's policy with the
owner's credentials. It bites at once, also on tokens that were issued before.
What the puller's own role carries is left as it is. Of a role that was deleted,
what is left in the grant's statement goes as well.`,
		Example: "  pratique revoke union --org acme --account 111111111111 --repository 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image",
	}
	a.addPlatforms(cmd, true)
	return cmd
}

// addPlatforms adds one subcommand for each platform.
func (a *app) addPlatforms(parent *cobra.Command, revoke bool) {
	a.profilesFlag(parent)
	profiles, err := a.profiles()
	if err != nil {
		parent.DisableFlagParsing = true // the platforms, whose flags they are, are not known
		parent.RunE = func(*cobra.Command, []string) error { return err }
		parent.Args = cobra.ArbitraryArgs
		outputFlag(parent)
		return
	}
	for _, p := range profiles {
		parent.AddCommand(a.platform(p, revoke))
	}
}

// profilesFlag adds --profiles, which [app.profiles] has read already: the
// profiles decide which commands there are.
func (a *app) profilesFlag(cmd *cobra.Command) {
	cmd.PersistentFlags().String("profiles", "", "directory of profiles of further platforms (default $XDG_CONFIG_HOME/pratique/profiles)")
}

// findProfiles returns the value of --profiles in a command line.
func findProfiles(args []string) string {
	for i, arg := range args {
		if v, ok := strings.CutPrefix(arg, "--profiles="); ok {
			return v
		}
		if arg == "--profiles" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// profiles are the platforms that come with the program and the user's own.
func (a *app) profiles() (grant.Profiles, error) {
	all, err := grant.Builtin()
	if err != nil {
		return nil, err
	}
	dir := a.profilesDir
	if dir == "" {
		config := a.getenv("XDG_CONFIG_HOME")
		if home := a.getenv("HOME"); config == "" && home != "" {
			config = filepath.Join(home, ".config")
		}
		if config == "" {
			return all, nil
		}
		dir = filepath.Join(config, "pratique", "profiles")
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return all, nil
		}
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("read profiles: %w", err)
	}
	if all, err = all.Add(os.DirFS(dir), "."); err != nil {
		return nil, fmt.Errorf("read profiles of %s: %w", dir, err)
	}
	return all, nil
}

// granting is one run of grant or revoke.
type granting struct {
	app          *app
	profile      *grant.Profile
	aws          awsFlags
	repositories []string
	registry     string
	prefix       string
	tags         []string
	account      string
	principals   []string
	params       map[string]*string
	replicate    bool
	copy         bool
	options      rolloutOptions
}

func (a *app) platform(p *grant.Profile, revoke bool) *cobra.Command {
	g := &granting{app: a, profile: p, params: map[string]*string{}, options: rolloutOptions{revoke: revoke}}
	to := "Let " + p.Title + " pull"
	if revoke {
		to = "Take the grant back from " + p.Title
	}
	cmd := &cobra.Command{
		Use: p.Name, Aliases: p.Aliases, Args: cobra.NoArgs,
		Short: to, Long: platformHelp(p, to), Example: platformExample(p, revoke),
	}
	f := cmd.Flags()
	g.aws.register(f, true)
	for _, param := range p.Parameters {
		g.params[param.Name] = f.String(param.Name, "", fmt.Sprintf("%s, for example %s", param.Description, param.Example))
	}
	f.StringArrayVarP(&g.repositories, "repository", "r", nil, "URI of a repository, or its name with --registry; may be repeated")
	f.StringVar(&g.registry, "registry", "", "host of the registry that --prefix and --tag select from: <account>.dkr.ecr.<region>.<domain>")
	f.StringVar(&g.prefix, "prefix", "", "all repositories whose names begin so")
	f.StringArrayVar(&g.tags, "tag", nil, "all repositories with this resource tag, key=value; may be repeated, then all must be there")
	f.StringVar(&g.account, "account", "", "account of the principal (default the one of --profile)")
	f.StringArrayVar(&g.principals, "principal", nil, "ARN to use instead of the platform's principal; may be repeated")
	f.BoolVar(&g.options.dryRun, "dry-run", false, "show what would change, and change nothing")
	if p.SameRegion != nil {
		f.BoolVar(&g.replicate, "replicate", false, "of repositories in other regions than --"+p.SameRegion.Parameter+", replicate to it and grant on the replica")
		f.BoolVar(&g.copy, "copy", true, "with --replicate, copy the tags that were pushed before: replication does not")
	}
	g.options.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return g.run(cmd.Context(), cmd.Flags().Changed("prefix"))
	}
	return cmd
}

func platformHelp(p *grant.Profile, to string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\nPrincipal:\n", to)
	for _, t := range p.Principals {
		fmt.Fprintf(&b, "  %s\n", t)
	}
	fmt.Fprintf(&b, "\nAllowed on the repository:\n  %s\n", strings.Join(p.Actions, "\n  "))
	if p.ManagedPolicy != "" {
		fmt.Fprintf(&b, "\nNeeded on the principal's side:\n  %s\n", p.ManagedPolicy)
	}
	for _, e := range p.Extras {
		fmt.Fprintf(&b, "\nWith --%s, that role may %s:\n  %s\n", e.Parameter, e.May, strings.Join(e.Actions, "\n  "))
	}
	if p.SameRegion != nil {
		fmt.Fprintf(&b, "\nRule: %s.\n", p.SameRegion.Reason)
	}
	if p.SameAccount != "" {
		fmt.Fprintf(&b, "\nSame account: %s.\n", p.SameAccount)
	}
	if p.Docs != "" {
		fmt.Fprintf(&b, "\nThe platform's documentation: %s\n", p.Docs)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func platformExample(p *grant.Profile, revoke bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  pratique %s %s", either(revoke, "revoke", "grant"), p.Name)
	ownAccount := true
	for _, param := range p.Parameters {
		if param.Required || !slices.ContainsFunc(p.Parameters, func(q grant.Parameter) bool { return q.Required }) {
			fmt.Fprintf(&b, " --%s %s", param.Name, param.Example)
			ownAccount = ownAccount && param.Kind != grant.Principal
			if !param.Required {
				break
			}
		}
	}
	if ownAccount {
		b.WriteString(" --account 111111111111")
	}
	b.WriteString(" \\\n      --repository 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image --owner-profile images")
	return b.String()
}

func (g *granting) run(ctx context.Context, prefix bool) error {
	s, reg, err := g.selection(prefix)
	if err != nil {
		return err
	}
	r, err := newRollout(g.app, g.options)
	if err != nil {
		return err
	}
	what, err := g.grant(ctx, r, reg)
	if err != nil {
		return err
	}
	var how *replication
	if g.replicate {
		how = &replication{copy: g.copy}
	}
	if err := r.add(ctx, g.aws, what, s, how); err != nil {
		return err
	}
	return r.run(ctx)
}

// grant is what the flags say of the data plane. Its account is that of the
// puller's profile unless it is given.
func (g *granting) grant(ctx context.Context, r *rollout, reg endpoint.Registry) (*grant.Grant, error) {
	in := grant.Input{Account: g.account, Principals: g.principals, Params: map[string]string{}}
	for name, v := range g.params {
		if *v != "" {
			in.Params[name] = *v
		}
	}
	if in.Account == "" {
		pulls, _, err := r.sides(ctx, g.aws, "", reg)
		if err != nil {
			return nil, err
		}
		in.Account = pulls.account
	}
	// The profile of the rollout knows of all others.
	profile, err := r.profiles.Named(g.profile.Name)
	if err != nil {
		return nil, err
	}
	return profile.Grant(in)
}

// selection reads which repositories are meant, and of which registry the
// first is.
func (g *granting) selection(prefix bool) (s selection, reg endpoint.Registry, err error) {
	if g.registry != "" {
		var ok bool
		if s.registry, ok = endpoint.ParseRegistry(strings.TrimPrefix(g.registry, "https://")); !ok {
			return s, reg, fmt.Errorf("--registry %q is not the host of a registry: want <account>.dkr.ecr.<region>.<domain>", g.registry)
		}
	}
	selecting := prefix || len(g.tags) > 0
	switch {
	case selecting && g.registry == "":
		return s, reg, errors.New("--prefix and --tag select from a registry: give its host with --registry")
	case !selecting && len(g.repositories) == 0:
		return s, reg, errors.New("which repositories? Give --repository, or --registry with --prefix or --tag")
	}
	for _, text := range g.repositories {
		img, ok := grant.ParseRepository(s.registry, strings.TrimPrefix(text, "https://"))
		if !ok {
			if img, err = parseRepository(text); err != nil {
				return s, reg, err
			}
		}
		if err := knownRegion(img.Registry, text); err != nil {
			return s, reg, err
		}
		s.images = append(s.images, img)
	}
	if selecting {
		s.by = &grant.Selection{Prefix: g.prefix, Tags: map[string]string{}}
		for _, t := range g.tags {
			k, v, ok := strings.Cut(t, "=")
			if !ok || k == "" {
				return s, reg, fmt.Errorf("--tag %q is not of the form key=value", t)
			}
			s.by.Tags[k] = v
		}
	}
	if len(s.images) > 0 {
		return s, s.images[0].Registry, nil
	}
	return s, s.registry, knownRegion(s.registry, g.registry)
}
