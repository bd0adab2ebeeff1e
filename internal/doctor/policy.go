package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy"
)

// simulation is what the policies that can be read say of the pull.
type simulation struct {
	puller     *access.Puller
	repository *access.Repository
	options    access.Options
	report     *access.Report
}

// simulate reads what it may of both sides and takes the pull through it.
func (x *examination) simulate(ctx context.Context) {
	if x.session == nil || x.session.arn == "" {
		return
	}
	puller, err := access.NewPuller(x.session.arn)
	if err != nil {
		return // a principal that is not simulated, such as a federated user
	}
	if puller.Principal.Kind != policy.Root {
		bounded, cancel := x.within(ctx)
		if err := puller.Load(bounded, iam.NewFromConfig(x.session.cfg)); err != nil {
			puller.Unknown = brief(bounded, err)
		}
		cancel()
	}
	s := &simulation{puller: puller, repository: x.loadRepository(ctx), options: access.Options{Now: x.Machine.Now()}}
	if x.GrantCommand != nil {
		s.options.GrantCommand = x.GrantCommand(puller, x.ref.image())
	}
	if s.report, err = access.Simulate(puller, s.repository, s.options); err == nil {
		x.sim = s
	}
}

// loadRepository reads the owner's side with the owner's credentials, if there
// are any and they work, else with those of who pulls.
func (x *examination) loadRepository(ctx context.Context) *access.Repository {
	load := func(cfg aws.Config) *access.Repository {
		ctx, cancel := x.within(ctx)
		defer cancel()
		r := access.NewRepository(x.ref.image())
		if err := r.Load(ctx, ecr.NewFromConfig(cfg)); err != nil {
			r.Unknown = brief(ctx, err)
		}
		return r
	}
	if cfg, ok := x.ownerConfig(ctx); ok {
		if r := load(cfg); r.Unknown == "" {
			return r
		}
	}
	return load(x.session.cfg)
}

func (x *examination) ownerConfig(ctx context.Context) (aws.Config, bool) {
	if x.Owner == nil {
		return aws.Config{}, false
	}
	cfg, err := x.Owner(ctx, *x.ref.registry)
	return cfg, err == nil
}

// checkRepository says whether the repository is there, as far as one who may
// not pull is told.
func (x *examination) checkRepository(ctx context.Context) {
	a := x.pulled.manifest
	code := ""
	if a != nil {
		code, _ = a.wrong()
	}
	switch {
	case a != nil && a.status < 300, code == "MANIFEST_UNKNOWN":
		x.pass(RepositoryExists, "repository %s exists", x.ref.repository)
	case code == "NAME_UNKNOWN", x.sim != nil && x.sim.repository.Gone:
		x.noRepository(ctx)
	case x.sim != nil && x.sim.repository.Unknown == "":
		x.pass(RepositoryExists, "repository %s exists", x.ref.repository)
	case x.deniedByOwner() && x.ownHasIt(ctx):
		x.fail(RepositoryExists, WrongAccount, fmt.Sprintf("account %s does not let this be seen, but account %s, which asks, has a repository %s with this image itself",
			x.ref.registry.Account, x.session.account, x.ref.repository), "pull "+x.elsewhere(x.session.account, x.ref.registry.Region)+", if that is what is meant")
	case a == nil:
		x.skip(RepositoryExists, "not asked for: %s", x.whyNot())
	default:
		x.skip(RepositoryExists, "the registry does not tell those whom it denies the pull")
	}
}

// deniedByOwner reports whether the pull is denied by the other account.
func (x *examination) deniedByOwner() bool {
	v := x.pulled.said[actionManifest]
	if v == nil || v.allowed || x.session == nil || x.ref.registry == nil || x.session.account == "" || x.session.account == x.ref.registry.Account {
		return false
	}
	d, _ := ParseDenial(v.message)
	return d.Type == "resource" && !d.Explicit
}

// elsewhere is the reference with another account or region.
func (x *examination) elsewhere(account, region string) string {
	image := x.ref.image()
	image.Account, image.Region = account, region
	return image.String()
}

// ownHasIt reports whether the puller's own account has the image.
func (x *examination) ownHasIt(ctx context.Context) bool {
	return x.has(ctx, x.session.account, x.ref.registry.Region)
}

// has reports whether an account has the image in a region, as far as the
// puller is told.
func (x *examination) has(ctx context.Context, account, region string) bool {
	ctx, cancel := x.within(ctx)
	defer cancel()
	registry := *x.ref.registry
	registry.Account, registry.Region = account, region
	cfg, err := x.Puller(ctx, registry)
	if err != nil {
		return false
	}
	cfg.Region = region
	var id types.ImageIdentifier
	if x.ref.digest != "" {
		id.ImageDigest = &x.ref.digest
	} else {
		id.ImageTag = &x.ref.tag
	}
	out, err := ecr.NewFromConfig(cfg).DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: &account, RepositoryName: &x.ref.repository, ImageIds: []types.ImageIdentifier{id},
	})
	return err == nil && len(out.ImageDetails) > 0
}

// noRepository writes that the repository does not exist, and where there is
// one of its name.
func (x *examination) noRepository(ctx context.Context) {
	r := x.ref.registry
	if r == nil {
		x.fail(RepositoryExists, NoRepository, fmt.Sprintf("there is no repository %s", x.ref.repository), "create it and push the image, or correct the reference")
		return
	}
	found := fmt.Sprintf("account %s has no repository %s in region %s", r.Account, x.ref.repository, r.Region)
	for _, region := range x.otherRegions(ctx) {
		if x.has(ctx, r.Account, region) {
			x.fail(RepositoryExists, WrongRegion, fmt.Sprintf("%s; it has the image in %s", found, region),
				"pull "+x.elsewhere(r.Account, region), fmt.Sprintf("or replicate it to %s", r.Region))
			return
		}
	}
	if x.session != nil && x.session.account != "" && x.session.account != r.Account && x.ownHasIt(ctx) {
		x.fail(RepositoryExists, WrongAccount, fmt.Sprintf("%s; account %s, which asks, has the image itself", found, x.session.account), "pull "+x.elsewhere(x.session.account, r.Region))
		return
	}
	x.fail(RepositoryExists, NoRepository, found, "create it and push the image, or correct account, region or name in the reference")
}

// maxRegions bounds in how many regions the repository is looked for.
const maxRegions = 4

// otherRegions are regions that this machine has to do with: of its AWS
// configuration and of docker's logins.
func (x *examination) otherRegions(ctx context.Context) []string {
	if x.session == nil {
		return nil
	}
	var regions []string
	add := func(region string) {
		if region != "" && region != x.ref.registry.Region && !slices.Contains(regions, region) {
			regions = append(regions, region)
		}
	}
	if cfg, err := x.Puller(ctx, endpoint.Registry{Domain: x.ref.registry.Domain, Port: x.ref.registry.Port}); err == nil {
		add(cfg.Region)
	}
	add(x.Machine.Getenv("AWS_REGION"))
	add(x.Machine.Getenv("AWS_DEFAULT_REGION"))
	for _, host := range x.dockerFile {
		if r, ok := endpoint.ParseRegistry(host); ok {
			add(r.Region)
		}
	}
	return regions[:min(len(regions), maxRegions)]
}

// checkPolicies has a line for each action of a pull: what the registry itself
// answers counts, else what the policies that could be read say.
func (x *examination) checkPolicies(ctx context.Context) {
	if x.ref.registry == nil && x.pulled.said == nil {
		x.skip(Policy, noAPI)
		return
	}
	for _, action := range []string{actionToken, actionManifest, actionHasLayer, actionLayer} {
		x.checkAction(ctx, action)
	}
	x.checkStale()
}

// actual is what was answered to a request that needs the action; nil if none
// was made, or it failed otherwise.
func (x *examination) actual(action string) *verdict {
	if action != actionToken {
		return x.pulled.said[action]
	}
	switch {
	case x.fresh != nil:
		return &verdict{allowed: true}
	case x.session == nil || x.session.tokenErr == nil:
		return nil
	}
	if _, denied := ParseDenial(x.session.tokenErr.Error()); !denied {
		return nil
	}
	var refused smithy.APIError
	if !errors.As(x.session.tokenErr, &refused) {
		return nil
	}
	return &verdict{message: refused.ErrorMessage(), decision: requestID(x.session.tokenErr)}
}

// requestID is that of the answer that an error comes from.
func requestID(err error) string {
	var answer interface{ ServiceRequestID() string }
	if errors.As(err, &answer) {
		return answer.ServiceRequestID()
	}
	return ""
}

func (x *examination) checkAction(ctx context.Context, action string) {
	c := Check{ID: Policy, Subject: action, Status: Passed}
	var step *access.Step
	if x.sim != nil {
		for i := range x.sim.report.Steps {
			if s := &x.sim.report.Steps[i]; s.Action == action {
				step = s
			}
		}
	}
	actual := x.actual(action)
	var denial Denial
	switch {
	case actual != nil && actual.allowed:
		c.Found = "allowed: the registry did it"
		if action == actionToken {
			c.Found = "allowed: the token was given"
		}
	case actual != nil:
		c.Found = actual.message
		if c.Found == "" && action == actionHasLayer {
			c.Found = x.whyNoLayer(ctx)
		}
		if c.Found == "" && step != nil && step.Verdict == access.Denied {
			c.Found = step.Message
		}
		denial, _ = ParseDenial(c.Found)
		c.Status, c.Code = Failed, denial.Code()
		c.Found = cmp.Or(c.Found, "denied, without a reason")
	case step == nil:
		c.Status, c.Found = Skipped, "not known: nothing was asked, and no policy could be read"
	case step.Verdict == access.Denied:
		denial, _ = ParseDenial(step.Message)
		c.Status, c.Code, c.Found = Failed, denial.Code(), step.Message
	case step.Verdict == access.Allowed:
		c.Found = "allowed by the policies that were read"
	default:
		c.Status, c.Found = Skipped, "not known: nothing that could be read denies it"
	}
	if step != nil && x.using != nil && denial.Principal != "" && denial.Principal != x.session.arn {
		c.Details = append(c.Details, fmt.Sprintf("the credentials from %s are of somebody else than the AWS credentials, %s", x.using.from, x.session.arn))
		step = nil // it is about them
	}
	if step != nil && (c.Status == Failed || actual == nil) {
		for _, side := range step.Sides {
			c.Details = append(c.Details, fmt.Sprintf("%s policy of account %s: %s", side.Type, side.Account, side.Why))
		}
	}
	if actual != nil {
		x.recorded(ctx, &c, actual.decision)
	}
	if c.Status == Failed {
		c.Do = x.remedy(denial, step)
		if action == actionHasLayer || action == actionToken && x.using != nil {
			c.Status = Warning // a pull works without it; the token, while docker's is good
		}
	}
	x.add(c)
}

// whyNoLayer asks the API whether layers are there, for the sentence that an
// answer to HEAD has no room for.
func (x *examination) whyNoLayer(ctx context.Context) string {
	if x.session == nil || x.using != x.fresh {
		return "" // docker's credentials may be somebody else's
	}
	ctx, cancel := x.within(ctx)
	defer cancel()
	_, err := ecr.NewFromConfig(x.session.cfg).BatchCheckLayerAvailability(ctx, &ecr.BatchCheckLayerAvailabilityInput{
		RegistryId: &x.ref.registry.Account, RepositoryName: &x.ref.repository, LayerDigests: []string{emptyDigest},
	})
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.ErrorMessage()
}

// remedy says what to change for a denial.
func (x *examination) remedy(d Denial, step *access.Step) []string {
	var do []string
	if x.sim != nil && step != nil && step.Verdict == access.Denied {
		for _, fix := range x.sim.report.Fixes {
			if fix.Type.String() != d.Type {
				continue
			}
			what := fmt.Sprintf("in account %s, %s", fix.Account, fix.What)
			if fix.Statement != "" {
				what += ":\n" + fix.Statement
			}
			do = append(do, what)
			if fix.Command != "" {
				do = append(do, fix.Command)
			}
		}
	}
	if len(do) > 0 {
		return do
	}
	whose := "the principal's"
	if d.Principal != "" {
		whose = d.Principal + "'s"
	}
	owner := "the owner's account"
	if x.ref.registry != nil {
		owner = "account " + x.ref.registry.Account
	}
	switch {
	case d.Explicit && d.PolicyARN != "":
		do = []string{fmt.Sprintf("remove or narrow the Deny statement of %s", d.PolicyARN)}
	case d.Explicit && d.Type == "scp", d.Explicit && d.Type == "rcp", d.Type == "scp":
		do = []string{"ask who administers the organization: its policy denies " + d.Action + ", and no other policy can outweigh that"}
	case d.Explicit && d.Type == "resource":
		do = []string{fmt.Sprintf("have %s remove or narrow the Deny statement of the repository's policy", owner)}
	case d.Explicit:
		do = []string{fmt.Sprintf("remove or narrow the Deny statement among %s %s policies", whose, d.Type)}
	case d.Type == "identity":
		do = []string{fmt.Sprintf("allow %s in %s policies; the managed policy %s holds every action of a pull", d.Action, whose, access.ReadOnlyPolicy)}
	case d.Type == "resource":
		do = []string{fmt.Sprintf("have %s allow %s for the caller in the repository's policy", owner, d.Action)}
		if x.sim != nil && x.sim.options.GrantCommand != "" {
			do = append(do, x.sim.options.GrantCommand)
		}
		do = append(do, "if the role was deleted and made anew, the policy means the old one: grant it again")
	case d.Type == "endpoint":
		do = []string{"allow it in the policy of the VPC endpoint for ECR"}
	case d.Type != "":
		do = []string{fmt.Sprintf("allow %s in %s %s policy too", d.Action, whose, d.Type)}
	default:
		do = []string{"give credentials of both sides, with --profile and --owner-profile, that may read the policies"}
	}
	return do
}

// recorded adds what a Pratique server knows of a denial.
func (x *examination) recorded(ctx context.Context, c *Check, id string) {
	if id == "" || x.session == nil {
		return
	}
	configs := []aws.Config{x.session.cfg}
	if cfg, ok := x.ownerConfig(ctx); ok {
		configs = append(configs, cfg)
	}
	ctx, cancel := x.within(ctx)
	defer cancel()
	for _, cfg := range configs {
		d, err := access.DescribeDecision(ctx, cfg, id, x.Machine.Now())
		if err != nil {
			continue // AWS keeps none, and those of others are not shown
		}
		c.DecisionID = id
		for _, a := range d.Authorizations {
			var trace policy.Trace
			if a.Trace == nil || json.Unmarshal([]byte(*a.Trace), &trace) != nil {
				continue
			}
			if trace.Statement != nil {
				c.Details = append(c.Details, "decided by "+access.Where(trace.Statement))
			}
		}
	}
	if c.DecisionID != "" {
		c.Details = append(c.Details, "pratique explain "+id+" tells all of it")
	}
}

// checkStale looks for principals of the repository's policy that were
// deleted. One is the cause if the policy would allow the pull were it the one
// who pulls.
func (x *examination) checkStale() {
	if x.sim == nil || x.sim.repository.Unknown != "" || x.sim.repository.Gone {
		x.skip(StalePrincipal, "the repository's policy could not be read")
		return
	}
	stale := x.sim.repository.Stale
	if len(stale) == 0 {
		x.pass(StalePrincipal, "the repository's policy names nobody who was deleted")
		return
	}
	denied := x.report.Find(Policy, actionManifest)
	if denied != nil && denied.Status == Failed && denied.Code == resourceMissing {
		for _, id := range stale {
			if x.wouldAllow(id) {
				x.fail(StalePrincipal, DeletedPrincipal,
					fmt.Sprintf("the repository's policy allows the pull to %s, a principal that was deleted; %s is another one, even if it has its name", id, x.sim.puller.GrantARN()),
					append([]string{fmt.Sprintf("in account %s, put %s in its place", x.ref.registry.Account, x.sim.puller.GrantARN())}, nonEmpty(x.sim.options.GrantCommand)...)...)
				return
			}
		}
	}
	x.warn(StalePrincipal, DeletedPrincipal, "the repository's policy names principals that were deleted: "+strings.Join(stale, ", "), "take them out of the policy")
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// wouldAllow reports whether the repository's policy would allow the pull if a
// deleted principal were the one who pulls.
func (x *examination) wouldAllow(stale string) bool {
	healed := *x.sim.repository
	healed.Policies = nil
	for _, source := range x.sim.repository.Policies {
		text := strings.ReplaceAll(source.Policy.Text(), `"`+stale+`"`, `"`+x.sim.puller.GrantARN()+`"`)
		p, err := policy.Parse([]byte(text))
		if err != nil {
			return false
		}
		source.Policy = p
		healed.Policies = append(healed.Policies, source)
	}
	report, err := access.Simulate(x.sim.puller, &healed, x.sim.options)
	if err != nil {
		return false
	}
	for _, step := range report.Steps {
		if step.Action != actionManifest {
			continue
		}
		for _, side := range step.Sides {
			if side.Type == policy.ReasonResource {
				return side.Verdict == access.Allowed
			}
		}
	}
	return false
}
