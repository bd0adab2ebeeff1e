package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/policy"
)

// rolloutResult is what was or would be done. See docs/access.md.
type rolloutResult struct {
	FormatVersion int                 `json:"formatVersion"`
	Repositories  []*repositoryResult `json:"repositories"`
	Attach        []*attachment       `json:"attach,omitempty"`
	Replication   []replicationRule   `json:"replication,omitempty"`
	Counts        map[status]int      `json:"counts"`
	Interrupted   bool                `json:"interrupted"`
}

// status is what became of a repository.
type status string

const (
	statusChanged   status = "changed"
	statusUnchanged status = "unchanged"
	statusPlanned   status = "planned" // would be changed
	statusFailed    status = "failed"
	statusRemaining status = "remaining" // not begun
)

// repositoryResult is what was done to one repository.
type repositoryResult struct {
	Repository string         `json:"repository"`
	Status     status         `json:"status"`
	Plan       *grant.Plan    `json:"plan,omitempty"`
	Diff       string         `json:"diff,omitempty"`
	Applied    bool           `json:"applied"`
	Replica    *replicaResult `json:"replica,omitempty"`
	Pulls      []*proof       `json:"pulls,omitempty"`
	Error      string         `json:"error,omitempty"`

	err error
}

func (r *repositoryResult) fail(err error) { r.Status, r.err, r.Error = statusFailed, err, err.Error() }

// attachment is a managed policy that a principal lacks.
type attachment struct {
	Principal string `json:"principal"`
	Policy    string `json:"policy"`
	Attached  bool   `json:"attached"`
	Error     string `json:"error,omitempty"`

	puller *puller
	err    error
}

func (r *rolloutResult) count(run *rollout) {
	r.FormatVersion = access.FormatVersion
	r.Counts = map[status]int{}
	for _, t := range run.targets {
		r.Counts[t.result.Status]++
	}
}

// report prints the result and decides on the exit status.
func (r *rollout) report() error {
	var err error
	if *r.output == outputJSON {
		err = r.app.printJSON(r.result)
	} else {
		r.print()
	}
	return cmp.Or(err, r.outcome())
}

// outcome is the exit status: interrupted, failed, not allowed, changes to be
// made, or none of these.
func (r *rollout) outcome() error {
	var errs []error
	for _, res := range r.result.Repositories {
		if res.err != nil {
			errs = append(errs, r.explained(res))
		}
	}
	for _, a := range r.result.Attach {
		errs = append(errs, a.err)
	}
	if r.result.Interrupted {
		for _, err := range errs {
			if err != nil {
				fmt.Fprintf(r.app.stderr, "pratique: %v\n", err)
			}
		}
		fmt.Fprintf(r.app.stderr, "pratique: interrupted: %s\n", r.remaining())
		return &exitError{interrupted}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if r.dryRun && r.declared {
		if r.result.Counts[statusPlanned] > 0 || len(r.result.Attach) > 0 {
			return &exitError{drift}
		}
		return nil
	}
	if r.revoke || !r.changes() {
		return nil
	}
	for _, res := range r.result.Repositories {
		if slices.ContainsFunc(res.Pulls, func(p *proof) bool { return !p.ok() }) {
			return &exitError{notAllowed}
		}
	}
	return nil
}

// explained is the error of a repository, with what can be done about it.
func (r *rollout) explained(res *repositoryResult) error {
	err := res.err
	var refused *grant.RefusedError
	if errors.As(err, &refused) {
		err = fmt.Errorf("%w: --replicate does both", err)
	}
	if len(r.targets) > 1 {
		err = fmt.Errorf("%s: %w", res.Repository, err)
	}
	return err
}

// remaining says how far a rollout came that was broken off.
func (r *rollout) remaining() string {
	var left []string
	for _, res := range r.result.Repositories {
		if res.Status == statusRemaining {
			left = append(left, res.Repository)
		}
	}
	if len(left) == 0 {
		return "but everything was done already"
	}
	failed := ""
	if n := r.result.Counts[statusFailed]; n > 0 {
		failed = fmt.Sprintf(", %d failed", n)
	}
	return fmt.Sprintf("%d of %s done%s; %d remain: %s; the same command goes on with them",
		len(r.targets)-len(left)-r.result.Counts[statusFailed], repositories(len(r.targets)), failed, len(left), someOf(left))
}

// someOf lists some names.
func someOf(all []string) string {
	const some = 5
	if len(all) <= some {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:some], ", "), len(all)-some)
}

// print tells a person. Repositories of which the same is to be said are told
// of together.
func (r *rollout) print() {
	p := r.app.paint
	for _, rule := range r.result.Replication {
		if len(rule.Filters) > 0 {
			r.app.printf("%s to %s: %s, and whatever else has a name that begins so\n", p.bold("Replicate from "+rule.Registry), rule.Region, someOf(rule.Filters))
		}
	}
	type group struct {
		names []string
		first *repositoryResult
	}
	var groups []*group
	byText := map[string]*group{}
	for _, res := range r.result.Repositories {
		if res.Status == statusRemaining {
			continue
		}
		key := res.text()
		if byText[key] == nil {
			byText[key] = &group{first: res}
			groups = append(groups, byText[key])
		}
		byText[key].names = append(byText[key].names, res.Repository)
	}
	for _, g := range groups {
		r.printOne(someOf(g.names), g.first)
	}
	for _, a := range r.result.Attach {
		r.app.printf("%s lacks what it needs of ECR on its own side: attach %s\n", a.puller.Name, a.Policy[strings.LastIndexByte(a.Policy, '/')+1:])
		if a.Attached {
			r.app.printf("Attached.\n")
		}
	}
	r.printProofs()
	if len(r.targets) > 1 {
		r.app.printf("%s\n", r.counts())
	}
}

// text is what is said of a repository but for its name.
func (r *repositoryResult) text() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Status, r.Applied, r.Error, r.Diff)
	if r.Plan != nil {
		fmt.Fprintln(&b, r.Plan.Summary, r.Plan.Notes, r.Plan.Size)
	}
	if r.Replica != nil {
		fmt.Fprintln(&b, r.Replica.Created, r.Replica.Copied)
	}
	return b.String()
}

func (r *rollout) printOne(name string, res *repositoryResult) {
	a, p := r.app, r.app.paint
	a.printf("%s\n", p.bold(name))
	if c := res.Replica; c != nil {
		if c.Created {
			a.printf("%s\n", either(r.changes(), "created, as a replica", "create it, as a replica"))
		}
		if n := len(c.Copied); n > 0 {
			a.printf("%s%s that %s pushed before the rule: %s\n", either(r.changes(), "copied ", "copy "), plural(n, "tag"), either(n == 1, "was", "were"), someOf(c.Copied))
		}
	}
	if res.err != nil && len(r.targets) > 1 { // of one it is the error of the command
		a.printf("%s: %v\n", p.red("Failed"), res.err)
	}
	if res.Plan == nil {
		return
	}
	a.printf("%s\n", res.Plan.Summary)
	for _, n := range res.Plan.Notes {
		a.printf("%s\n", p.yellow("Note: "+n))
	}
	if res.Diff != "" {
		a.printf("\n")
		writeDiff(a.stdout, p, res.Diff)
		a.printf("\n")
	}
	if res.Plan.Changed && res.Plan.Size > 0 {
		full := fmt.Sprintf("The policy then has %d of the %d characters that ECR stores.", res.Plan.Size, res.Plan.Limit)
		if res.Plan.Size > res.Plan.Limit*9/10 {
			full = p.yellow(full)
		}
		a.printf("%s\n", full)
	}
	if res.Applied {
		a.printf("Applied.\n")
	}
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// counts is one line.
func (r *rollout) counts() string {
	var parts []string
	for _, s := range []struct {
		status status
		text   string
	}{{statusChanged, "changed"}, {statusPlanned, "to be changed"}, {statusUnchanged, "as wanted"}, {statusFailed, "failed"}, {statusRemaining, "not begun"}} {
		if n := r.result.Counts[s.status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.text))
		}
	}
	return fmt.Sprintf("%d repositories: %s.", len(r.targets), strings.Join(parts, ", "))
}

// printProofs tells how access was verified: each failure, and how often the
// rest went well.
func (r *rollout) printProofs() {
	p := r.app.paint
	type fine struct {
		principal, may, notPulled string
		pulled                    bool
		count                     int
		first                     *proof
	}
	var all []*fine
	for _, res := range r.result.Repositories {
		for _, one := range res.Pulls {
			switch {
			case r.revoke && one.Verdict == access.Denied, !r.revoke && one.Verdict == access.Allowed && one.Failed == "":
				at := slices.IndexFunc(all, func(f *fine) bool {
					return f.principal == one.Principal && f.may == one.May && f.pulled == (one.Pulled != nil) && f.notPulled == one.NotPulled
				})
				if at < 0 {
					all = append(all, &fine{one.Principal, one.May, one.NotPulled, one.Pulled != nil, 0, one})
					at = len(all) - 1
				}
				all[at].count++
			default:
				r.app.printf("\n")
				writeReport(r.app.stdout, p, one.Report)
				if one.Failed != "" {
					r.app.printf("%s: %s\n", p.red("But it failed"), one.Failed)
				}
			}
		}
	}
	for _, f := range all {
		of := ""
		if len(r.targets) > 1 {
			of = fmt.Sprintf(" of %s", repositories(f.count))
		}
		if r.revoke {
			r.app.printf("%s: %s can no longer %s%s.\n", p.green("Verified"), whose(f.principal), f.may, of)
			continue
		}
		what := fmt.Sprintf("the pull of %s%s", whose(f.principal), strings.Replace(of, " of ", " from ", 1))
		if f.may != "pull" {
			what = fmt.Sprintf("that %s may %s%s", whose(f.principal), f.may, strings.Replace(of, " of ", " in ", 1))
		}
		r.app.printf("%s by simulating %s:\n", p.green("Verified"), what)
		for _, s := range f.first.Steps {
			without := ""
			if s.Optional && s.Verdict != access.Allowed {
				without = p.dim(" (a pull works without it)")
			}
			r.app.printf("  %s %s%s\n", verdictMark(p, s.Verdict), s.Action, without)
		}
		switch {
		case f.pulled && f.count == 1:
			r.app.printf("%s by pulling %s: its manifest %s%s.\n", p.green("Verified"), f.first.Pulled.Image, f.first.Pulled.Digest, either(f.first.Pulled.Layer == "", "", ", and the first byte of a layer"))
		case f.pulled:
			r.app.printf("%s by pulling an image of each: its manifest and the first byte of a layer.\n", p.green("Verified"))
		case f.notPulled != "":
			r.app.printf("%s\n", p.dim("Nothing was really pulled: "+f.notPulled+"."))
		}
	}
}

// whose is the role of a session that stands for any, or else the principal.
func whose(principal string) string {
	if who, err := access.NewPuller(principal); err == nil && who.Principal.Kind == policy.AssumedRole && strings.HasSuffix(principal, "/any-session") {
		return who.GrantARN()
	}
	return principal
}

// emission is what the plans come to.
func (r *rollout) emission() *grant.Emission {
	e := new(grant.Emission)
	for _, t := range r.targets {
		plan := t.result.Plan
		if !plan.Changed && (plan.Sid == "" || !grant.Format(r.emit).Declares()) {
			continue
		}
		e.Policies = append(e.Policies, grant.PolicyChange{
			Where: where(t.owner, t.image.Account, t.image.Region), Repository: t.image.Repository, Policy: plan.After, Summary: plan.Summary,
		})
	}
	for _, a := range r.result.Attach {
		one := grant.Attachment{Principal: a.Principal, PolicyARN: a.Policy, Actions: a.puller.right.Actions}
		for _, t := range r.targets {
			if t.asksFor(a.puller) {
				one.Repositories = append(one.Repositories, grantRepository(t.image, "").ARN())
				one.Where = where(a.puller.side, a.puller.Principal.Account, t.image.Region)
			}
		}
		e.Attachments = append(e.Attachments, one)
	}
	return e
}

func where(s side, account, region string) grant.Where {
	w := grant.Where{Account: account, Region: region, Profile: s.source.Profile, Role: s.source.AssumeRole, ExternalID: s.source.ExternalID}
	if s.cfg != nil {
		w.Endpoint = aws.ToString(s.cfg.BaseEndpoint)
	}
	return w
}

// printEmission prints what would be done in the language that was asked for.
// What a person should know goes to standard error.
func (r *rollout) printEmission() error {
	if err := r.outcome(); err != nil {
		return err
	}
	said := map[string]bool{}
	for _, res := range r.result.Repositories {
		for _, n := range res.Plan.Notes {
			if !said[n] {
				said[n] = true
				fmt.Fprintf(r.app.stderr, "pratique: note: %s\n", n)
			}
		}
	}
	text, err := r.emission().Emit(grant.Format(r.emit))
	if err != nil {
		return fmt.Errorf("write it as %s: %w", r.emit, err)
	}
	r.app.printf("%s", text)
	return nil
}

// progress tells on standard error how far a rollout is: in one line that
// changes on a terminal, else in a line for each tenth.
type progress struct {
	app      *app
	terminal bool

	mu                  sync.Mutex
	done, failed, total int
}

func (a *app) progress(total int) *progress {
	p := &progress{app: a, total: total}
	if f, ok := a.stderr.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&fs.ModeCharDevice != 0 && a.getenv("TERM") != "dumb"
	}
	return p
}

// quiet is how many repositories need no progress.
const quiet = 8

func (p *progress) step(r *repositoryResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if r.Status == statusFailed {
		p.failed++
	}
	if p.total <= quiet {
		return
	}
	failed := ""
	if p.failed > 0 {
		failed = fmt.Sprintf(", %d failed", p.failed)
	}
	switch {
	case p.terminal:
		fmt.Fprintf(p.app.stderr, "\r\x1b[K%d of %d repositories%s", p.done, p.total, failed)
	case p.done*10/p.total > (p.done-1)*10/p.total:
		fmt.Fprintf(p.app.stderr, "pratique: %d of %d repositories%s\n", p.done, p.total, failed)
	}
}

// end clears the line.
func (p *progress) end() {
	if p.terminal && p.total > quiet {
		fmt.Fprint(p.app.stderr, "\r\x1b[K")
	}
}

func repositories(n int) string {
	if n == 1 {
		return "1 repository"
	}
	return fmt.Sprintf("%d repositories", n)
}
