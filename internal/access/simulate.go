package access

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/policy"
)

// Verdict is the outcome of a pull, of one of its steps or of one side.
type Verdict string

// The verdicts.
const (
	Allowed   Verdict = "allowed"
	Denied    Verdict = "denied"
	Missing   Verdict = "missing" // allowed, but the repository or the image does not exist
	Unknown   Verdict = "unknown" // a side that matters could not be read
	NotNeeded Verdict = "not needed"
)

// FormatVersion is the version of the JSON forms of [Report], [Impact] and what
// is made of them, which docs/explain-json.md describes. Members are added
// without a new one.
const FormatVersion = 1

// Report is a simulated pull. Its JSON form has stable names.
type Report struct {
	// FormatVersion is the constant of that name.
	FormatVersion int `json:"formatVersion"`
	// Principal pulls Image.
	Principal string `json:"principal"`
	Image     string `json:"image"`
	// Repository is the repository's ARN.
	Repository string `json:"repository"`
	// SameAccount means that one side's allow is enough.
	SameAccount bool    `json:"sameAccount"`
	Verdict     Verdict `json:"verdict"`
	// Problems are causes outside of policies, such as a missing repository.
	Problems []string `json:"problems,omitempty"`
	Steps    []Step   `json:"steps"`
	// Fixes change the outcome, one per side and cause.
	Fixes []Fix `json:"fixes,omitempty"`
	// Notes are what the simulation could not see and what is odd.
	Notes []string `json:"notes,omitempty"`
}

// Step is one authorization of a pull.
type Step struct {
	Action   string  `json:"action"`
	Resource string  `json:"resource"`
	Optional bool    `json:"optional,omitempty"` // a pull works without it
	Verdict  Verdict `json:"verdict"`
	// Message is the sentence that AWS answers with, for denied steps.
	Message string `json:"message,omitempty"`
	Sides   []Side `json:"sides"`
	// Trace is the full account of the decision.
	Trace *policy.Trace `json:"trace,omitempty"`
}

// Side is what one policy type says to one step.
type Side struct {
	Type    policy.Reason `json:"type"`
	Account string        `json:"account"`
	Verdict Verdict       `json:"verdict"`
	// Statement is the deciding statement, nil if none matches.
	Statement *policy.StatementRef `json:"statement,omitempty"`
	// Why is one line for a person.
	Why string `json:"why"`
}

// Fix is a change on one side.
type Fix struct {
	Type    policy.Reason `json:"type"`
	Account string        `json:"account"`
	// What is one sentence.
	What string `json:"what"`
	// Statement is the statement to add, as JSON text.
	Statement string `json:"statement,omitempty"`
	// Command does it.
	Command string `json:"command,omitempty"`
}

// Options adjust a simulation.
type Options struct {
	// Now is the time of the pull.
	Now time.Time
	// Context sets or replaces condition keys, such as aws:SourceIp.
	Context map[string][]string
	// GrantCommand is the command line that grants the pull on the owner's
	// side, if there is one.
	GrantCommand string
	// Trace includes the full account of every decision.
	Trace bool
	// Actions are simulated instead of a pull's, if there are any: those of a
	// push, for example.
	Actions []string
}

// authorization is one step.
type authorization struct {
	action   string
	registry bool // on "*", in the puller's own account
	optional bool
}

// The authorizations of a pull. The layers' availability is asked for by few
// clients when they pull, and AmazonEC2ContainerRegistryPullOnly leaves it out.
var pull = []authorization{
	{action: "ecr:GetAuthorizationToken", registry: true},
	{action: "ecr:BatchGetImage"},
	{action: "ecr:BatchCheckLayerAvailability", optional: true},
	{action: "ecr:GetDownloadUrlForLayer"},
}

// steps are the authorizations to simulate.
func (o Options) steps() []authorization {
	if len(o.Actions) == 0 {
		return pull
	}
	var steps []authorization
	for _, a := range o.Actions {
		steps = append(steps, authorization{action: a, registry: a == pull[0].action})
	}
	return steps
}

// ReadOnlyPolicy is the managed policy that holds every action of a pull.
const ReadOnlyPolicy = "AmazonEC2ContainerRegistryReadOnly"

// Simulate takes a pull through the policy engine, step by step.
func Simulate(p *Puller, r *Repository, o Options) (*Report, error) {
	allow, err := policy.Parse([]byte(allowEverything))
	if err != nil {
		return nil, err
	}
	allowAnyone, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}`))
	if err != nil {
		return nil, err
	}
	s := simulation{p: p, r: r, o: o, context: requestContext(p, r, o), allow: allow, allowAnyone: allowAnyone}
	report := &Report{
		FormatVersion: FormatVersion,
		Principal:     p.Principal.ARN, Image: r.Image.String(), Repository: r.ARN(),
		SameAccount: p.Principal.Account == r.Image.Account,
		Verdict:     Allowed,
		Problems:    s.problems(),
	}
	if r.Gone || r.ImageGone {
		report.Verdict = Missing
	}
	for _, step := range o.steps() {
		st, d := s.step(step.action, step.registry)
		st.Optional = step.optional
		report.Steps = append(report.Steps, st)
		if step.optional {
			continue
		}
		switch {
		case st.Verdict == Denied:
			report.Verdict = Denied
			s.blame(d)
		case st.Verdict == Unknown && report.Verdict != Denied:
			report.Verdict = Unknown
		}
	}
	report.Fixes = s.fixes()
	report.Notes = s.notes(report)
	return report, nil
}

type simulation struct {
	p                  *Puller
	r                  *Repository
	o                  Options
	context            policy.Context
	allow, allowAnyone *policy.Policy

	blamed  []policy.Layer // layers that must change, one per type and cause
	unknown []string       // condition keys that statements ask for and nobody told
}

func (s *simulation) step(action string, registry bool) (Step, policy.Decision) {
	req := &policy.Request{Principal: s.p.Principal, Action: action, Resource: s.r.ARN(), ResourceAccount: s.r.Image.Account, Context: s.context}
	set := &policy.Set{Identity: s.p.Identity, Boundary: s.p.Boundary, Resource: s.r.deciding(action)}
	identityKnown, resourceKnown := s.p.Unknown == "", s.r.Unknown == ""
	if registry {
		req.Resource, req.ResourceAccount, set.Resource, resourceKnown = "*", s.p.Principal.Account, s.ownRegistry(action), true
	}
	// An unknown side is taken to allow everything: what is denied even so is denied.
	if !identityKnown {
		set.Identity = []policy.Source{{Type: "unknown", Policy: s.allow}}
	}
	if !resourceKnown {
		set.Resource = []policy.Source{{Type: "unknown", Policy: s.allowAnyone}}
	}
	d := policy.Evaluate(req, set)
	if registry && d.Effect != policy.ExplicitDeny {
		// A registry's policy can forbid it, but only the puller's own policies grant it.
		set.Resource = nil
		d = policy.Evaluate(req, set)
	}
	st := Step{Action: action, Resource: req.Resource, Verdict: Allowed}
	switch {
	case !d.Allowed():
		st.Verdict, st.Message = Denied, d.Message(req)
	case !identityKnown || !resourceKnown:
		st.Verdict = Unknown
	}
	for _, l := range d.Trace.Layers {
		s.collectUnknownKeys(l)
		side := Side{Type: l.Type, Account: s.p.Principal.Account}
		switch l.Type {
		case policy.ReasonResource:
			if registry && l.Effect != policy.ExplicitDeny {
				continue
			}
			side.Account = s.r.Image.Account
			if !resourceKnown {
				side.Verdict, side.Why = Unknown, s.r.Unknown
			}
		case policy.ReasonIdentity:
			if !identityKnown {
				side.Verdict, side.Why = Unknown, s.p.Unknown
			}
		default:
			if len(l.Sources) == 0 {
				continue
			}
		}
		if side.Verdict == "" {
			s.describe(&side, l)
		}
		st.Sides = append(st.Sides, side)
	}
	// The puller's side first, the owner's last.
	slices.SortStableFunc(st.Sides, func(a, b Side) int {
		return cmp.Compare(btoi(a.Type == policy.ReasonResource), btoi(b.Type == policy.ReasonResource))
	})
	if s.o.Trace {
		st.Trace = &d.Trace
	}
	return st, d
}

// ownRegistry returns the policy of the puller's own registry, which is known
// if it is the one that it pulls from.
func (s *simulation) ownRegistry(action string) []policy.Source {
	if s.p.Principal.Account != s.r.Image.Account {
		return nil
	}
	return ofType(s.r.deciding(action), registryPolicy)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// describe says what a layer decided and by which line.
func (s *simulation) describe(side *Side, l policy.Layer) {
	switch l.Effect {
	case policy.Allow, policy.ExplicitDeny:
		side.Verdict = Allowed
		verb, effect := "allowed by", "Allow"
		if l.Effect == policy.ExplicitDeny {
			side.Verdict, verb, effect = Denied, "denied by", "Deny"
		}
		if side.Statement = matching(l, effect); side.Statement != nil {
			side.Why = verb + " " + Where(side.Statement)
		} else {
			side.Why = l.Note
		}
		return
	}
	side.Verdict = Denied
	if !l.Needed {
		side.Verdict = NotNeeded
	}
	switch {
	case len(l.Sources) > 0:
		side.Why = "no statement allows it" + closest(l)
	case l.Type == policy.ReasonResource && s.r.Gone:
		side.Why = "the repository does not exist"
	case l.Type == policy.ReasonResource:
		side.Why = "the repository has no policy"
	case s.p.Gone:
		side.Why = "the principal does not exist"
	default:
		side.Why = "the principal has no policy"
	}
}

// Where names a statement and its place, as in
//
//	statement 1 "AllowPull" at simple-example-image:4:5 (repository policy)
func Where(s *policy.StatementRef) string {
	sid, kind := "", s.Type
	if s.Sid != "" {
		sid = " " + strconv.Quote(s.Sid)
	}
	if !strings.HasSuffix(kind, "policy") {
		kind += " policy"
	}
	return fmt.Sprintf("statement %d%s at %s:%d:%d (%s)", s.Index+1, sid, s.Name, s.Line, s.Column, kind)
}

func matching(l policy.Layer, effect string) *policy.StatementRef {
	for _, src := range l.Sources {
		for _, st := range src.Statements {
			if st.Matched && st.Effect == effect {
				return &policy.StatementRef{Type: src.Type, Name: src.Name, ARN: src.ARN, Index: st.Index, Sid: st.Sid, Line: st.Line, Column: st.Column}
			}
		}
	}
	return nil
}

// closest tells of the Allow statement that came nearest to matching, judged
// by how far its elements went, if one went beyond the first: the principal
// in policies of resources, the action in those of principals.
func closest(l policy.Layer) string {
	rank := map[string]int{"Principal": 1, "NotPrincipal": 1, "Action": 2, "NotAction": 2, "Resource": 3, "NotResource": 3, "Condition": 4}
	best, text := 2, ""
	if l.Type == policy.ReasonResource {
		best = 1
	}
	for _, src := range l.Sources {
		for _, st := range src.Statements {
			m := st.Miss
			if m == nil || st.Effect != "Allow" || rank[m.Element] <= best {
				continue
			}
			best = rank[m.Element]
			what := m.Element
			if m.Key != "" {
				what += " on " + m.Key
			}
			ref := policy.StatementRef{Type: src.Type, Name: src.Name, Index: st.Index, Sid: st.Sid, Line: m.Line, Column: m.Column}
			text = fmt.Sprintf("; closest is %s: its %s does not match", Where(&ref), what)
			if len(m.Wanted) > 0 {
				text += " (wants " + strings.Join(m.Wanted, ", ") + ")"
			}
		}
	}
	return text
}

func (s *simulation) collectUnknownKeys(l policy.Layer) {
	for _, src := range l.Sources {
		for _, st := range src.Statements {
			if m := st.Miss; m != nil && m.Key != "" && len(m.Actual) == 0 && s.context.Get(m.Key) == nil && !slices.Contains(s.unknown, m.Key) {
				s.unknown = append(s.unknown, m.Key)
			}
		}
	}
}

// blame remembers which layers a denial is due to.
func (s *simulation) blame(d policy.Decision) {
	for _, l := range d.Trace.Layers {
		if l.Effect == policy.Allow || (l.Effect == policy.ImplicitDeny && !l.Needed) {
			continue
		}
		if l.Type == policy.ReasonResource && l.Effect == policy.ImplicitDeny && s.p.Principal.Account == s.r.Image.Account {
			continue // the puller's own policies are enough inside one account
		}
		same := func(o policy.Layer) bool {
			return o.Type == l.Type && o.Effect == l.Effect && (l.Effect == policy.ImplicitDeny || Where(matching(o, "Deny")) == Where(matching(l, "Deny")))
		}
		if !slices.ContainsFunc(s.blamed, same) {
			s.blamed = append(s.blamed, l)
		}
	}
}

func (s *simulation) problems() []string {
	var out []string
	if s.p.Gone {
		out = append(out, fmt.Sprintf("%s does not exist", s.p.GrantARN()))
	}
	switch {
	case s.r.Gone:
		out = append(out, fmt.Sprintf("repository %s does not exist in account %s, region %s", s.r.Image.Repository, s.r.Image.Account, s.r.Image.Region))
	case s.r.ImageGone:
		out = append(out, fmt.Sprintf("image %s does not exist", s.r.Image))
	}
	return out
}

func (s *simulation) fixes() []Fix {
	var fixes []Fix
	name := s.r.Image.Repository
	for _, l := range s.blamed {
		fix := Fix{Type: l.Type, Account: s.p.Principal.Account}
		if l.Type == policy.ReasonResource {
			fix.Account = s.r.Image.Account
		}
		switch {
		case l.Effect == policy.ExplicitDeny:
			fix.What = fmt.Sprintf("%s denies it, and no other statement can outweigh that: remove it or narrow it", Where(matching(l, "Deny")))
		case l.Type == policy.ReasonResource:
			fix.What = fmt.Sprintf("add this statement to the policy of repository %s", name)
			fix.Statement = statement(s.o.steps(), "AllowPull", s.p.GrantARN(), "")
			fix.Command = s.o.GrantCommand
		case l.Type == policy.ReasonBoundary:
			fix.What = "the permissions boundary must allow it too: add this statement to it"
			fix.Statement = statement(s.o.steps(), "", "", s.r.ARN())
		case s.p.Gone:
			fix.What = fmt.Sprintf("create %s, or pull as a principal that exists", s.p.GrantARN())
		default:
			kind := "role"
			if s.p.Principal.Kind == policy.User {
				kind = "user"
			}
			fix.What = fmt.Sprintf("attach the managed policy %s to %s %s", ReadOnlyPolicy, kind, s.p.Name)
			fix.Command = fmt.Sprintf("aws iam attach-%s-policy --%s-name %s --policy-arn arn:aws:iam::aws:policy/%s", kind, kind, s.p.Name, ReadOnlyPolicy)
		}
		fixes = append(fixes, fix)
	}
	return fixes
}

// statement allows the steps, for a repository policy if a principal is given,
// else for an identity policy or a boundary.
func statement(steps []authorization, sid, principal, resource string) string {
	var b strings.Builder
	b.WriteString("{\n")
	if sid != "" {
		fmt.Fprintf(&b, "  \"Sid\": %q,\n", sid)
	}
	b.WriteString("  \"Effect\": \"Allow\",\n")
	var actions []string
	for _, step := range steps {
		if !step.registry {
			actions = append(actions, strconv.Quote(step.action))
		}
	}
	if principal != "" {
		fmt.Fprintf(&b, "  \"Principal\": {\n    \"AWS\": %q\n  },\n", principal)
	}
	fmt.Fprintf(&b, "  \"Action\": [\n    %s\n  ]", strings.Join(actions, ",\n    "))
	if resource != "" {
		fmt.Fprintf(&b, ",\n  \"Resource\": %q", resource)
	}
	b.WriteString("\n}")
	return b.String()
}

func (s *simulation) notes(report *Report) []string {
	var notes []string
	if s.p.Unknown != "" {
		notes = append(notes, fmt.Sprintf("the puller's side is unknown (%s): give credentials of account %s that may read IAM with --profile", s.p.Unknown, s.p.Principal.Account))
	}
	if s.r.Unknown != "" {
		notes = append(notes, fmt.Sprintf("the owner's side is unknown (%s): give credentials of account %s that may read ECR with --owner-profile", s.r.Unknown, s.r.Image.Account))
	}
	for _, u := range s.r.Unread {
		notes = append(notes, "not read: "+u)
	}
	for _, id := range s.r.Stale {
		notes = append(notes, fmt.Sprintf("the repository policy names %s, a principal that was deleted; one of the same name created since is another principal: grant it anew", id))
	}
	for _, key := range s.unknown {
		notes = append(notes, fmt.Sprintf("a statement asks for %s, which is not known here: give it with --context %s=VALUE", key, key))
	}
	if report.Verdict == Allowed {
		notes = append(notes, "service control policies, resource control policies, session policies and VPC endpoint policies were not read and could still deny")
	}
	return notes
}

// requestContext holds the condition keys that a pull over HTTPS has.
func requestContext(p *Puller, r *Repository, o Options) policy.Context {
	c := policy.Context{}
	c.Set("aws:PrincipalArn", p.GrantARN())
	c.Set("aws:PrincipalAccount", p.Principal.Account)
	c.Set("aws:ResourceAccount", r.Image.Account)
	c.Set("aws:RequestedRegion", r.Image.Region)
	c.Set("aws:SecureTransport", "true")
	c.Set("aws:ViaAWSService", "false")
	c.Set("aws:CurrentTime", o.Now.UTC().Format(time.RFC3339))
	c.Set("aws:EpochTime", strconv.FormatInt(o.Now.Unix(), 10))
	if p.Principal.ID != "" {
		c.Set("aws:userid", p.Principal.ID)
	}
	switch p.Principal.Kind {
	case policy.Root:
		c.Set("aws:PrincipalType", "Account")
	case policy.User:
		c.Set("aws:PrincipalType", "User")
		c.Set("aws:username", p.Name)
	case policy.AssumedRole:
		c.Set("aws:PrincipalType", "AssumedRole")
		c.Set("aws:TokenIssueTime", o.Now.UTC().Format(time.RFC3339))
	}
	for k, v := range p.Tags {
		c.Set("aws:PrincipalTag/"+k, v)
	}
	for k, v := range r.Tags {
		c.Set("aws:ResourceTag/"+k, v)
		c.Set("ecr:ResourceTag/"+k, v)
	}
	for k, v := range o.Context {
		c.Set(k, v...)
	}
	return c
}
