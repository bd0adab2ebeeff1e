package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/policy"
)

// conflict is the exit status of a change that met someone else's.
const conflict = 4

func (a *app) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Read and change a repository's policy, and see who gains and who loses",
		Long: `Policy reads, replaces or removes the policy of a repository. Before a change it
shows the difference, what is wrong with the new policy, and who gains and who
loses access by it, judged by both sides' policies.

The exit status is 0 when it is done or nothing is to be done, 1 for errors and
for policies that would be refused, 3 when there is no policy to read, and 4 when
the policy was changed by someone else meanwhile; then nothing was written.`,
	}
	cmd.AddCommand(a.policyGet(), a.policyChange(false), a.policyChange(true))
	return cmd
}

func (a *app) policyGet() *cobra.Command {
	var flags awsFlags
	cmd := &cobra.Command{
		Use:   "get <repository>",
		Short: "Print the policy of a repository",
		Long: `Get prints the policy of a repository as it is stored. The exit status is 3 if
there is none.`,
		Example: "  pratique policy get 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image > policy.json",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), true)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		img, err := parseRepository(args[0])
		if err != nil {
			return err
		}
		_, owns, err := a.sides(cmd.Context(), &flags, "", img.Registry)
		if err != nil {
			return err
		}
		if owns.cfg == nil {
			return fmt.Errorf("%s: give credentials of the repository's owner with --owner-profile", owns.missing)
		}
		text, err := grant.ReadPolicy(cmd.Context(), ecr.NewFromConfig(*owns.cfg), grantRepository(img, ""))
		if err != nil {
			return err
		}
		switch {
		case *out == outputJSON:
			err = a.printJSON(struct {
				FormatVersion int    `json:"formatVersion"`
				Repository    string `json:"repository"`
				Policy        string `json:"policy"`
			}{access.FormatVersion, img.URI(img.Repository), text})
		case text == "":
			fmt.Fprintf(a.stderr, "%s has no policy.\n", img.URI(img.Repository))
		default:
			a.printf("%s\n", strings.TrimSuffix(text, "\n"))
		}
		if err == nil && text == "" {
			err = &exitError{notAllowed}
		}
		return err
	}
	return cmd
}

// parseRepository reads the URI of a repository; a tag or digest is left out.
func parseRepository(uri string) (endpoint.Image, error) {
	img, err := parseImage(uri)
	img.Tag, img.Digest = "", ""
	return img, err
}

func grantRepository(img endpoint.Image, text string) grant.Repository {
	return grant.Repository{Account: img.Account, Region: img.Region, Name: img.Repository, Policy: text}
}

// recordFlags say where it is recorded who used a repository.
type recordFlags struct {
	data string
	days int
}

func (f *recordFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.data, "data", "", "directory of a server's data, to read from its audit log who used the repository")
	flags.IntVar(&f.days, "days", 30, "how many days of the audit log count")
}

// used reads who used a repository in the last days, by the ARN of the user or
// of the role.
func (f *recordFlags) used(repository string, now time.Time) (map[string]access.Use, error) {
	if f.data == "" {
		return nil, nil
	}
	since := now.AddDate(0, 0, -f.days)
	used := map[string]access.Use{}
	err := audit.Scan(filepath.Join(f.data, server.AuditFile), func(e audit.Event) bool {
		if e.Time.Before(since) || e.Caller.ARN == "" {
			return true
		}
		for _, d := range e.Decisions {
			if d.Resource != repository {
				continue
			}
			use := used[durable(e, d)]
			switch {
			case d.Effect != policy.Allow.String():
				use.Denials++
			case d.Action == "ecr:BatchGetImage" && e.Status < 300 && e.Time.After(use.LastPull):
				use.LastPull = e.Time
			default:
				continue
			}
			used[durable(e, d)] = use
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	return used, nil
}

// durable names who made a request by what lasts: the role rather than its
// session. The role's path is in the trace alone.
func durable(e audit.Event, d audit.Decision) string {
	var trace struct{ Principal policy.Principal }
	if json.Unmarshal(d.Trace, &trace) == nil && trace.Principal.Kind == policy.AssumedRole {
		return trace.Principal.IssuerARN
	}
	return e.Caller.ARN
}

// surroundings is what a question about many principals needs.
type surroundings struct {
	repository *access.Repository
	candidates []*access.Candidate
	notes      []string
	accounts   access.Accounts
	options    access.Options
}

// survey reads the repository, and everyone in the accounts that there are
// credentials for.
func (a *app) survey(ctx context.Context, img endpoint.Image, pulls, owns side, record *recordFlags, keys []string, after *policy.Policy) (*surroundings, error) {
	s := &surroundings{repository: access.NewRepository(img)}
	if owns.cfg == nil {
		return nil, fmt.Errorf("%s: give credentials of the repository's owner with --owner-profile", owns.missing)
	}
	if err := s.repository.Load(ctx, ecr.NewFromConfig(*owns.cfg)); err != nil {
		return nil, err
	}
	switch r := s.repository; {
	case r.Gone:
		return nil, fmt.Errorf("repository %s does not exist", img.URI(img.Repository))
	case r.Unknown != "":
		return nil, errors.New(r.Unknown)
	}
	accounts := access.Accounts{owns.account: iam.NewFromConfig(*owns.cfg)}
	s.accounts = accounts
	if pulls.cfg != nil {
		accounts[pulls.account] = iam.NewFromConfig(*pulls.cfg)
	}
	used, err := record.used(s.repository.ARN(), a.now())
	if err != nil {
		return nil, err
	}
	var policies []*policy.Policy
	for _, src := range s.repository.Policies {
		policies = append(policies, src.Policy)
	}
	s.candidates, s.notes, err = access.Gather(ctx, accounts, append(policies, after), used)
	if err != nil {
		return nil, err
	}
	s.notes = append(s.notes, fmt.Sprintf("every role and user of %s was considered; of other accounts only who is named", accountList(slices.Sorted(maps.Keys(accounts)))))
	if record.data == "" {
		s.notes = append(s.notes, "who pulled lately is not known: AWS records no principals; for a Pratique server give its data with --data")
	} else {
		s.notes = append(s.notes, fmt.Sprintf("who pulled in the last %d days is from the audit log in %s", record.days, record.data))
	}
	for _, u := range s.repository.Unread {
		s.notes = append(s.notes, "not read: "+u)
	}
	s.options.Now = a.now()
	s.options.Context, err = contextKeys(keys)
	return s, err
}

func accountList(ids []string) string {
	word := "account "
	if len(ids) > 1 {
		word = "accounts "
	}
	return word + strings.Join(ids, " and ")
}

// policyChange is set or delete.
type policyChange struct {
	app    *app
	remove bool
	aws    awsFlags
	record recordFlags
	keys   []string
	dryRun bool
	output *output
}

// policyResult is what was or would be done. See docs/explain-json.md.
type policyResult struct {
	FormatVersion int              `json:"formatVersion"`
	Repository    string           `json:"repository"`
	Changed       bool             `json:"changed"`
	Applied       bool             `json:"applied"`
	Diff          string           `json:"diff,omitempty"`
	Findings      []policy.Finding `json:"findings"`
	Impact        *access.Impact   `json:"impact,omitempty"`
}

func (a *app) policyChange(remove bool) *cobra.Command {
	c := &policyChange{app: a, remove: remove}
	cmd := &cobra.Command{
		Use:   "set <repository> <policy.json>",
		Short: "Replace the policy of a repository, having shown what that changes",
		Long: `Set shows how the new policy differs from the present one, what is wrong with it,
and who gains and who loses access. Then it sets the policy, unless --dry-run is
given or AWS would refuse it. "-" reads standard input.

Everyone in the accounts of the two profiles is considered, and everyone whom the
policies name. A gain that depends on policies that were not read is marked so.
The exit status is 4 if the policy was changed by someone else meanwhile.`,
		Example: `  pratique policy set 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image policy.json --dry-run
  pratique policy set 222222222222.dkr.ecr.us-east-1.localhost:5000/app policy.json --owner-profile images --profile data-plane --data /var/lib/pratique`,
		Args: cobra.ExactArgs(2),
	}
	if remove {
		cmd.Use, cmd.Args = "delete <repository>", cobra.ExactArgs(1)
		cmd.Short = "Remove the policy of a repository, having shown who loses access"
		cmd.Long = `Delete shows who loses access, and gains where the policy denied, and removes the
policy, unless --dry-run is given. The exit status is 4 if the policy was changed
by someone else meanwhile.`
		cmd.Example = "  pratique policy delete 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image --dry-run"
	}
	f := cmd.Flags()
	c.aws.register(f, true)
	c.record.register(f)
	f.StringArrayVar(&c.keys, "context", nil, "condition key of requests, such as aws:SourceIp=192.0.2.7; may be repeated")
	f.BoolVar(&c.dryRun, "dry-run", false, "show what would change, and change nothing")
	c.output = outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text := ""
		if !remove {
			data, err := a.readFile(args[1])
			if err != nil {
				return err
			}
			text = string(data)
		}
		return c.run(cmd.Context(), args[0], text)
	}
	return cmd
}

func (c *policyChange) run(ctx context.Context, uri, text string) error {
	img, err := parseRepository(uri)
	if err != nil {
		return err
	}
	result := &policyResult{FormatVersion: access.FormatVersion, Repository: img.URI(img.Repository), Findings: []policy.Finding{}}
	var after *policy.Policy
	if !c.remove {
		findings, err := lintPolicy([]byte(text), policy.Repository)
		if err != nil {
			return err
		}
		result.Findings = append(result.Findings, findings...)
		if after, err = policy.Parse([]byte(text)); err != nil {
			return c.refuse(result) // the finding says why
		}
	}
	pulls, owns, err := c.app.sides(ctx, &c.aws, "", img.Registry)
	if err != nil {
		return err
	}
	s, err := c.app.survey(ctx, img, pulls, owns, &c.record, c.keys, after)
	if err != nil {
		return err
	}
	if after != nil {
		missing, err := access.MissingPrincipals(ctx, s.accounts, after, policy.Repository)
		if err != nil {
			return err
		}
		result.Findings = append(result.Findings, missing...)
		slices.SortStableFunc(result.Findings, byPosition)
	}
	before := ""
	if own := s.repository.OwnPolicy(); own != nil {
		before = own.Text()
	}
	plan := &grant.Plan{Repository: grantRepository(img, before), After: text, Changed: true}
	if result.Diff, err = plan.Diff(); err != nil {
		return err
	}
	plan.Changed = result.Diff != ""
	result.Changed = plan.Changed
	if result.Impact, err = access.Compare(s.repository, after, s.candidates, s.options); err != nil {
		return err
	}
	result.Impact.Notes = append(result.Impact.Notes, s.notes...)
	if failed(result.Findings) {
		return c.refuse(result)
	}
	c.show(result)
	if plan.Changed && !c.dryRun {
		err := grant.Apply(ctx, ecr.NewFromConfig(*owns.cfg), plan)
		if errors.Is(err, grant.ErrConflict) {
			fmt.Fprintf(c.app.stderr, "pratique: %v: nothing was written; look at it again\n", err)
			return &exitError{conflict}
		}
		if err != nil {
			return err
		}
		result.Applied = true
	}
	if *c.output == outputJSON {
		return c.app.printJSON(result)
	}
	switch p := c.app.paint; {
	case !result.Changed:
		c.app.printf("%s: the policy is this one already.\n", p.green("Nothing to do"))
	case result.Applied:
		c.app.printf("%s to %s.\n", p.green("Applied"), result.Repository)
	default:
		c.app.printf("%s: nothing was changed.\n", p.yellow("Dry run"))
	}
	return nil
}

// failed reports whether AWS would refuse the policy.
func failed(findings []policy.Finding) bool {
	return slices.ContainsFunc(findings, func(f policy.Finding) bool { return f.Severity == policy.SeverityError })
}

// refuse ends a change that would be refused.
func (c *policyChange) refuse(r *policyResult) error {
	if *c.output == outputJSON {
		if err := c.app.printJSON(r); err != nil {
			return err
		}
		return &exitError{1}
	}
	c.show(r)
	c.app.printf("%s: the policy would be refused.\n", c.app.paint.red("Not applied"))
	return &exitError{1}
}

func (c *policyChange) show(r *policyResult) {
	if *c.output != outputText {
		return
	}
	a, p := c.app, c.app.paint
	a.printf("%s\n", p.bold(r.Repository))
	if r.Diff != "" {
		a.printf("\n")
		writeDiff(a.stdout, p, r.Diff)
	}
	if len(r.Findings) > 0 {
		a.printf("\n")
		a.printFindings("policy", policy.Repository, r.Findings)
	}
	if r.Impact != nil {
		a.printf("\n")
		a.printImpact(r.Impact)
	}
	a.printf("\n")
}

func (a *app) printImpact(i *access.Impact) {
	p := a.paint
	if len(i.Gains)+len(i.Losses) == 0 {
		a.printf("Nobody gains or loses access, of %d principals that were considered.\n", i.Considered)
	}
	for _, list := range []struct {
		title   string
		changes []access.Change
	}{{p.green("Gains"), i.Gains}, {p.red("Loses"), i.Losses}} {
		for _, c := range list.changes {
			a.printf("%s  %s  %s%s\n", list.title, whoText(c.Principal, c.Kind), p.bold(whatText(c)), p.yellow(doubt(c.Certain)))
			if c.LastPull != nil {
				a.printf("       %s\n", p.yellow("last pulled "+c.LastPull.UTC().Format("2006-01-02 15:04 MST")))
			}
		}
	}
	for _, n := range i.Notes {
		a.printf("%s\n", p.dim("Note: "+n))
	}
}

// whoText names a candidate for a person.
func whoText(name string, kind access.CandidateKind) string {
	switch kind {
	case access.AccountCandidate:
		return "account " + name + " (" + arn.Root(name) + ")"
	case access.AnyoneCandidate:
		return "every other AWS account"
	}
	return name
}

func doubt(certain bool) string {
	if certain {
		return ""
	}
	return " (if its own side allows it, which was not read)"
}

// whatText is the action sets and how many actions more.
func whatText(c access.Change) string {
	if len(c.Sets) == 0 {
		return strings.Join(c.Actions, ", ")
	}
	return strings.Join(c.Sets, ", ") + " (" + plural(len(c.Actions), "action") + ")"
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
