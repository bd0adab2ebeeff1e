// Package authz decides whether an identity may do something to a resource:
// it gathers the policies of both sides and asks package policy.
package authz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// Resource is what an action is done to.
type Resource struct {
	ARN     string         // or "*" for actions without resource-level support
	Account string         // the account that owns it
	Context policy.Context // condition keys that come with the request: aws:RequestTag/…, sts:ExternalId, …
}

// Denied is the error of a request that was authenticated and not allowed.
type Denied struct {
	Request  policy.Request
	Decision policy.Decision
	// Statement is the one that denied, and nil when it is that none allowed. It must not be changed.
	Statement *policy.Statement
}

// Error is the sentence AWS answers: principal, action, resource, reason.
func (d *Denied) Error() string { return d.Decision.Message(&d.Request) }

// Config is what an Authorizer needs. All fields are required.
type Config struct {
	IAM      *iam.IAM
	Org      *org.Org
	Registry *registry.Registry
	Now      func() time.Time
}

// Authorizer gathers policies and decides. It is safe for concurrent use.
type Authorizer struct {
	iam      *iam.IAM
	org      *org.Org
	registry *registry.Registry
	now      func() time.Time
	parsed   policy.Cache
	traces   traces
}

// New returns an Authorizer.
func New(c Config) *Authorizer {
	return &Authorizer{iam: c.IAM, org: c.Org, registry: c.Registry, now: c.Now}
}

// Authorize reports whether id may do action to res: nil, a *Denied, or
// another error when the policies could not be read, which callers must treat
// as a denial too. env holds the condition keys of the request itself (source
// address, transport, time; see authn.Environment).
//
// What policies say at the time of the call decides: nothing is remembered that
// was changed before it began. The decision is recorded in the audit event of ctx.
func (a *Authorizer) Authorize(ctx context.Context, id *authn.Identity, action string, res Resource, env policy.Context) error {
	req := policy.Request{
		Principal:       id.Subject.Principal,
		Action:          action,
		Resource:        res.ARN,
		ResourceAccount: res.Account,
		Context:         make(policy.Context, len(env)+len(id.Context)+len(res.Context)+ownKeys),
	}
	for _, keys := range []policy.Context{env, id.Context, res.Context} {
		maps.Copy(req.Context, keys)
	}
	req.Context.Set("aws:resourceaccount", res.Account)

	set := policy.Set{Identity: id.Subject.Identity, Boundary: id.Subject.Boundary, Session: id.Session}
	if err := a.addOrganization(ctx, &req, &set); err != nil {
		return fmt.Errorf("authorize %s on %s: %w", action, res.ARN, err)
	}
	if err := a.addResource(ctx, &req, &set); err != nil {
		return fmt.Errorf("authorize %s on %s: %w", action, res.ARN, err)
	}
	decision := policy.Decide(&req, &set)
	if decision.Allowed() && strings.EqualFold(action, "ecr:GetAuthorizationToken") {
		// A registry's policy can forbid it, but only the caller's own policies grant it.
		set.Resource = nil
		decision = policy.Decide(&req, &set)
	}
	if !decision.Allowed() {
		decision = policy.Evaluate(&req, &set) // the same, with all that is worth knowing about it
	}
	a.record(audit.FromContext(ctx), &req, decision)
	if !decision.Allowed() {
		return &Denied{Request: req, Decision: decision, Statement: statement(&set, decision.Statement)}
	}
	return nil
}

// ownKeys is how many condition keys Authorize itself fills, but for those of
// tags: to make room for them at once saves time.
const ownKeys = 5

// statement finds the statement that a decision names.
func statement(set *policy.Set, ref policy.StatementRef) *policy.Statement {
	if ref == (policy.StatementRef{}) {
		return nil
	}
	for _, sources := range slices.Concat([][]policy.Source{set.Identity, set.Boundary, set.Session, set.Resource}, set.SCP, set.RCP) {
		for _, s := range sources {
			if s.Type == ref.Type && s.Name == ref.Name && s.ARN == ref.ARN && s.Policy != nil && ref.Index < len(s.Policy.Statements) {
				return &s.Policy.Statements[ref.Index]
			}
		}
	}
	return nil
}

// addResource adds the resource side: its policies and the keys that its tags
// fill.
func (a *Authorizer) addResource(ctx context.Context, req *policy.Request, set *policy.Set) error {
	if req.Resource == "*" {
		if strings.HasPrefix(strings.ToLower(req.Action), "ecr:") {
			return a.addRegistry(ctx, req, set)
		}
		return nil
	}
	r, err := arn.Parse(req.Resource)
	if err != nil {
		return err
	}
	switch {
	case r.Service == "ecr" && r.Type() == "repository":
		return a.addRepository(ctx, registry.Repo{Account: r.Account, Region: r.Region, Name: r.Path()}, req, set)
	case r.Service == "ecr-public" && r.Type() == "repository":
		return a.addRepository(ctx, registry.Repo{Account: r.Account, Region: registry.Public, Name: r.Path()}, req, set)
	case r.Service == "iam" && r.Type() == "role" && strings.HasPrefix(strings.ToLower(req.Action), "sts:"):
		return a.addTrust(ctx, r, req, set)
	case r.Service == "iam" && r.Resource == "root" && strings.EqualFold(req.Action, "sts:AssumeRoot"):
		return a.addRootAccess(ctx, req, set)
	}
	return nil
}

// addRegistry adds the policy of the registry that an action without a
// resource is about.
func (a *Authorizer) addRegistry(ctx context.Context, req *policy.Request, set *policy.Set) error {
	region := req.Context.Get("aws:RequestedRegion")
	if len(region) != 1 {
		return errors.New("the request does not say which region's registry it is about")
	}
	return a.addRepository(ctx, registry.Repo{Account: req.ResourceAccount, Region: region[0]}, req, set)
}

// addRepository adds the policies of a repository and of its registry. A
// repository that is not there, or that is many ("*"), has the latter alone.
func (a *Authorizer) addRepository(ctx context.Context, repo registry.Repo, req *policy.Request, set *policy.Set) error {
	access, err := a.registry.Access(ctx, repo)
	if err != nil {
		return err
	}
	return a.addAccess(access, repo, req, set)
}

// addAccess adds what was read about a repository.
func (a *Authorizer) addAccess(access *registry.Access, repo registry.Repo, req *policy.Request, set *policy.Set) error {
	service, _, _ := strings.Cut(req.Action, ":")
	for k, v := range access.Tags {
		req.Context.Set("aws:ResourceTag/"+k, v)
		req.Context.Set(service+":ResourceTag/"+k, v)
	}
	if mends(req) {
		return nil
	}
	ofRegistry := access.RegistryPolicy
	if !registry.InPolicyScope(access.PolicyScope, req.Action) {
		ofRegistry = nil
	}
	for _, src := range []struct {
		typ, name string
		set       *registry.Policy
	}{
		{"repository policy", repo.Name, access.Policy},
		{"registry policy", repo.Account + "/" + repo.Region, ofRegistry},
	} {
		if src.set == nil {
			continue
		}
		p, err := a.parsed.Parse(src.set.Text, src.set.Principals)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", src.typ, src.name, err)
		}
		set.Resource = append(set.Resource, policy.Source{Type: src.typ, Name: src.name, Policy: p})
	}
	return nil
}

// mends reports whether the account's root user replaces a policy, which no
// such policy may keep it from: somebody has to be able to.
func mends(req *policy.Request) bool {
	return req.Principal.Kind == policy.Root && req.Principal.Account == req.ResourceAccount &&
		slices.ContainsFunc([]string{"ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:PutRegistryPolicy", "ecr:DeleteRegistryPolicy",
			"ecr-public:SetRepositoryPolicy", "ecr-public:DeleteRepositoryPolicy"},
			func(a string) bool { return strings.EqualFold(a, req.Action) })
}

func (a *Authorizer) addTrust(ctx context.Context, r arn.ARN, req *policy.Request, set *policy.Set) error {
	trust, role, err := a.iam.TrustPolicy(ctx, r.String())
	if errors.Is(err, iam.ErrNoSuchEntity) {
		return nil // a role that is not there trusts nobody, and is told from one that refuses by nobody
	}
	if err != nil {
		return err
	}
	for _, t := range role.Tags {
		req.Context.Set("aws:ResourceTag/"+t.Key, t.Value)
		req.Context.Set("iam:ResourceTag/"+t.Key, t.Value)
	}
	set.Resource = append(set.Resource, *trust)
	set.ResourceKind = policy.Trust // sts:TagSession and its like need it as much as sts:AssumeRole does
	return nil
}

// record adds the decision to the request's audit event: a denial with its
// whole trace, an allowed request with the statement that granted it.
func (a *Authorizer) record(e *audit.Event, req *policy.Request, d policy.Decision) {
	var trace json.RawMessage
	if d.Allowed() {
		trace = a.traces.of(granted{req.Principal, req.Action, req.Resource, req.ResourceAccount, d.Effect, d.Reason, d.Statement})
	} else {
		trace = encode(d.Trace)
	}
	rec := audit.Decision{
		Action:          req.Action,
		Resource:        req.Resource,
		ResourceAccount: req.ResourceAccount,
		Effect:          d.Effect.String(),
		Reason:          d.Reason.String(),
		Trace:           trace,
	}
	if !d.Allowed() {
		rec.Message = d.Message(req)
	}
	e.Decisions = append(e.Decisions, rec)
}
