package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/policy"
)

func (a *app) grant() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "grant",
		Short: "Let a platform's nodes pull from a repository, and prove that they can",
		Long: `Grant plans the change of the repository's policy, shows the difference, applies
it with the owner's credentials, attaches what the puller's role lacks with the
puller's, and verifies by simulating a whole pull.

A grant is one statement with a Sid of its own: running it again changes
nothing, and other people's statements are never touched.`,
		Example: "  pratique grant union --org acme --account 111111111111 --repository 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image",
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
What the puller's own role carries is left as it is.`,
		Example: "  pratique revoke union --org acme --account 111111111111 --repository 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image",
	}
	a.addPlatforms(cmd, true)
	return cmd
}

// addPlatforms adds one subcommand for each platform.
func (a *app) addPlatforms(parent *cobra.Command, revoke bool) {
	profiles, err := grant.Builtin()
	if err != nil {
		parent.RunE = func(*cobra.Command, []string) error { return err }
		return
	}
	for _, p := range profiles {
		parent.AddCommand(a.platform(p, revoke))
	}
}

// granting is one run of grant or revoke.
type granting struct {
	app          *app
	profile      *grant.Profile
	revoke       bool
	aws          awsFlags
	repositories []string
	account      string
	principals   []string
	params       map[string]*string
	dryRun       bool
	output       *output
}

// grantResult is what was done to one repository.
type grantResult struct {
	Repository string           `json:"repository"`
	Plan       *grant.Plan      `json:"plan"`
	Diff       string           `json:"diff,omitempty"`
	Attach     []attachment     `json:"attach,omitempty"`
	Applied    bool             `json:"applied"`
	Pulls      []*access.Report `json:"pulls"`
}

// attachment is a managed policy that a principal lacks.
type attachment struct {
	Principal string `json:"principal"`
	Policy    string `json:"policy"`
}

func (a *app) platform(p *grant.Profile, revoke bool) *cobra.Command {
	g := &granting{app: a, profile: p, revoke: revoke, params: map[string]*string{}}
	verb, to := "grant", "Let "+p.Title+" pull"
	if revoke {
		verb, to = "revoke", "Take the grant back from "+p.Title
	}
	var long, example strings.Builder
	fmt.Fprintf(&long, "%s.\n\nPrincipal:\n", to)
	for _, t := range p.Principals {
		fmt.Fprintf(&long, "  %s\n", t)
	}
	fmt.Fprintf(&long, "\nAllowed on the repository:\n  %s\n\nNeeded on the principal's side:\n  %s\n", strings.Join(p.Actions, "\n  "), p.ManagedPolicy)
	if p.SameRegion != nil {
		fmt.Fprintf(&long, "\nRule: %s.\n", p.SameRegion.Reason)
	}
	fmt.Fprintf(&long, "\nSame account: %s.\n\nThe platform's documentation: %s\n", p.SameAccount, p.Docs)
	fmt.Fprintf(&example, "  pratique %s %s", verb, p.Name)
	ownAccount := true
	for _, param := range p.Parameters {
		if param.Required || !slices.ContainsFunc(p.Parameters, func(q grant.Parameter) bool { return q.Required }) {
			fmt.Fprintf(&example, " --%s %s", param.Name, param.Example)
			ownAccount = ownAccount && param.Kind != grant.Principal
			if !param.Required {
				break
			}
		}
	}
	if ownAccount {
		example.WriteString(" --account 111111111111")
	}
	example.WriteString(" \\\n      --repository 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image --owner-profile images")

	cmd := &cobra.Command{
		Use: p.Name, Aliases: p.Aliases, Args: cobra.NoArgs,
		Short: to, Long: strings.TrimSuffix(long.String(), "\n"), Example: example.String(),
	}
	f := cmd.Flags()
	g.aws.register(f, true)
	for _, param := range p.Parameters {
		g.params[param.Name] = f.String(param.Name, "", fmt.Sprintf("%s, for example %s", param.Description, param.Example))
	}
	f.StringArrayVarP(&g.repositories, "repository", "r", nil, "URI of a repository; may be repeated")
	f.StringVar(&g.account, "account", "", "account of the principal (default the one of --profile)")
	f.StringArrayVar(&g.principals, "principal", nil, "ARN to use instead of the platform's principal; may be repeated")
	f.BoolVar(&g.dryRun, "dry-run", false, "show what would change, and change nothing")
	g.output = outputFlag(cmd)
	if err := cmd.MarkFlagRequired("repository"); err != nil {
		cmd.RunE = func(*cobra.Command, []string) error { return err }
		return cmd
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return g.run(cmd.Context()) }
	return cmd
}

func (g *granting) run(ctx context.Context) error {
	var results []*grantResult
	for _, uri := range g.repositories {
		result, err := g.one(ctx, uri)
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	if *g.output == outputJSON {
		if err := g.app.printJSON(results); err != nil {
			return err
		}
	}
	if g.revoke || g.dryRun {
		return nil
	}
	for _, r := range results {
		for _, p := range r.Pulls {
			if p.Verdict == access.Denied {
				return &exitError{notAllowed}
			}
		}
	}
	return nil
}

// one grants or revokes on one repository.
func (g *granting) one(ctx context.Context, uri string) (*grantResult, error) {
	img, err := parseImage(uri)
	if err != nil {
		return nil, err
	}
	img.Tag, img.Digest = "", ""
	pulls, owns, err := g.app.sides(ctx, &g.aws, g.account, img.Registry)
	if err != nil {
		return nil, err
	}
	in := grant.Input{Account: g.account, Principals: g.principals, Params: map[string]string{}}
	if in.Account == "" {
		in.Account = pulls.account
	}
	for name, v := range g.params {
		if *v != "" {
			in.Params[name] = *v
		}
	}
	what, err := g.profile.Grant(in)
	if err != nil {
		return nil, err
	}
	if pulls.account != what.Account {
		if pulls, owns, err = g.app.sides(ctx, &g.aws, what.Account, img.Registry); err != nil {
			return nil, err
		}
	}
	result := &grantResult{Repository: img.URI(img.Repository)}
	if err := g.change(ctx, what, img, owns, result); err != nil {
		return nil, err
	}
	if !g.revoke {
		if err := g.attach(ctx, what, pulls, img, owns, result); err != nil {
			return nil, err
		}
	}
	if g.dryRun {
		return result, nil
	}
	return result, g.verify(ctx, what, pulls, img, owns, result)
}

// change plans the repository's policy, shows the difference and applies it. A
// change by someone else in between is met with a new plan.
func (g *granting) change(ctx context.Context, what *grant.Grant, img endpoint.Image, owns side, result *grantResult) error {
	repo := grant.Repository{Account: img.Account, Region: img.Region, Name: img.Repository}
	plan := what.Plan
	if g.revoke {
		plan = what.PlanRevoke
	}
	if owns.cfg == nil {
		if !g.revoke && what.Account == img.Account {
			p, err := plan(repo) // needs nothing of the owner
			if err != nil {
				return err
			}
			result.Plan = p
			g.show(result)
			return nil
		}
		return fmt.Errorf("%s: give credentials of the repository's owner with --owner-profile", owns.missing)
	}
	api := ecr.NewFromConfig(*owns.cfg)
	for attempt := 1; ; attempt++ {
		var err error
		if repo.Policy, err = grant.ReadPolicy(ctx, api, repo); err != nil {
			return err
		}
		if result.Plan, err = plan(repo); err != nil {
			return err
		}
		if result.Diff, err = result.Plan.Diff(); err != nil {
			return err
		}
		g.show(result)
		if g.dryRun {
			return nil
		}
		err = grant.Apply(ctx, api, result.Plan)
		if errors.Is(err, grant.ErrConflict) && attempt < 3 {
			g.say("%s; planning anew\n", err)
			continue
		}
		if err != nil {
			return err
		}
		result.Applied = result.Plan.Changed
		if result.Applied {
			g.say("Applied to the policy of %s.\n", img.Repository)
		}
		return nil
	}
}

// say prints for a person only.
func (g *granting) say(format string, args ...any) {
	if *g.output == outputText {
		g.app.printf(format, args...)
	}
}

func (g *granting) show(r *grantResult) {
	if *g.output != outputText {
		return
	}
	p := g.app.paint
	g.say("%s\n%s\n", p.bold(r.Repository), r.Plan.Summary)
	for _, n := range r.Plan.Notes {
		g.say("%s\n", p.yellow("Note: "+n))
	}
	if r.Diff != "" {
		g.say("\n")
		writeDiff(g.app.stdout, p, r.Diff)
		g.say("\n")
	}
}

// attach gives roles and users the platform's managed policy where their own
// side denies what is needed and nothing but an allow is missing.
func (g *granting) attach(ctx context.Context, what *grant.Grant, pulls side, img endpoint.Image, owns side, result *grantResult) error {
	if pulls.cfg == nil {
		return nil
	}
	for _, principal := range what.Principals {
		puller, err := access.NewPuller(principal)
		if err != nil {
			return err
		}
		report, err := g.app.simulate(ctx, puller, pulls, img, owns, access.Options{})
		if err != nil {
			return err
		}
		lacks := slices.ContainsFunc(report.Fixes, func(f access.Fix) bool { return f.Type == policy.ReasonIdentity && f.Command != "" })
		if !lacks || puller.Gone {
			continue
		}
		policyARN := "arn:aws:iam::aws:policy/" + g.profile.ManagedPolicy
		result.Attach = append(result.Attach, attachment{principal, policyARN})
		g.say("%s lacks read access to ECR: attach %s\n", puller.Name, g.profile.ManagedPolicy)
		if g.dryRun {
			continue
		}
		api := iam.NewFromConfig(*pulls.cfg)
		if puller.Principal.Kind == policy.User {
			_, err = api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String(puller.Name), PolicyArn: &policyARN})
		} else {
			_, err = api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(puller.Name), PolicyArn: &policyARN})
		}
		if err != nil {
			return fmt.Errorf("attach %s to %s: %w", g.profile.ManagedPolicy, principal, err)
		}
		g.say("Attached.\n")
	}
	return nil
}

// verify reads both sides anew and simulates the pull of every principal.
func (g *granting) verify(ctx context.Context, what *grant.Grant, pulls side, img endpoint.Image, owns side, result *grantResult) error {
	p := g.app.paint
	for _, principal := range what.Principals {
		puller, err := access.NewPuller(principal)
		if err != nil {
			return err
		}
		report, err := g.app.simulate(ctx, puller, pulls, img, owns, access.Options{})
		if err != nil {
			return err
		}
		result.Pulls = append(result.Pulls, report)
		if *g.output != outputText {
			continue
		}
		switch {
		case report.Verdict == access.Denied && g.revoke:
			g.say("%s: %s can no longer pull.\n", p.green("Verified"), principal)
		case report.Verdict == access.Allowed && !g.revoke:
			g.say("%s by simulating the pull of %s:\n", p.green("Verified"), principal)
			for _, s := range report.Steps {
				g.say("  %s %s\n", verdictMark(p, s.Verdict), s.Action)
			}
		default:
			g.say("\n")
			writeReport(g.app.stdout, p, report)
		}
	}
	return nil
}
