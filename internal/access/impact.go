package access

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/policy/catalog"
)

// Impact is who gains and who loses when the policy of a repository changes.
// Its JSON form has stable names.
type Impact struct {
	Gains  []Change `json:"gains"`
	Losses []Change `json:"losses"`
	// Considered is how many principals were compared.
	Considered int `json:"considered"`
	// Notes are what the comparison could not see.
	Notes []string `json:"notes,omitempty"`
}

// Change is what one principal gains or loses.
type Change struct {
	Principal string        `json:"principal"` // ARN, account id, service, or "*" for every other account
	Kind      CandidateKind `json:"kind"`
	Account   string        `json:"account,omitempty"`
	// Sets are the names of action sets that become possible or impossible:
	// pull, push, admin.
	Sets []string `json:"sets"`
	// Actions are all actions that do.
	Actions []string `json:"actions"`
	// Certain is false where other policies, which were not read, have a say:
	// then it is what they can allow at most.
	Certain bool `json:"certain"`
	// LastPull is when the principal last pulled from the repository, if a
	// record tells.
	LastPull *time.Time `json:"lastPull,omitempty"`
}

// actionSet is a name for actions that do something together.
type actionSet struct {
	name    string
	actions []string
	any     bool // one of them is enough
}

// actionSets are what Change.Sets names. Pulling and pushing also take
// ecr:GetAuthorizationToken, which no repository policy can give or take.
var actionSets = []actionSet{
	{name: "pull", actions: []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}},
	{name: "push", actions: []string{
		"ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
	}},
	{name: "admin", any: true, actions: []string{
		"ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:DeleteRepository", "ecr:BatchDeleteImage",
		"ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy", "ecr:PutImageTagMutability",
	}},
}

func (s *actionSet) possible(allowed map[string]bool) bool {
	for _, a := range s.actions {
		if allowed[a] == s.any {
			return s.any
		}
	}
	return !s.any
}

// repositoryActions are all actions on a repository.
func repositoryActions() []string {
	var all []string
	for _, a := range catalog.Actions("ecr") {
		if a.Resource {
			all = append(all, a.String())
		}
	}
	return all
}

// Compare tells what changes for each candidate when the repository's policy
// becomes another one, nil for none. What the candidates' own policies say is
// taken as it is; where it is unknown, as allowing everything.
func Compare(r *Repository, after *policy.Policy, candidates []*Candidate, o Options) (*Impact, error) {
	impact := &Impact{Gains: []Change{}, Losses: []Change{}, Considered: len(candidates)}
	allow, err := policy.Parse([]byte(allowEverything))
	if err != nil {
		return nil, err
	}
	j := judge{allow: allow, actions: repositoryActions(), options: o}
	then := r.withPolicy(after)
	for _, c := range candidates {
		before, after := j.allowed(c, r), j.allowed(c, then)
		if g := c.change(before, after); g != nil {
			impact.Gains = append(impact.Gains, *g)
		}
		if l := c.change(after, before); l != nil {
			impact.Losses = append(impact.Losses, *l)
		}
	}
	for _, list := range [][]Change{impact.Gains, impact.Losses} {
		slices.SortStableFunc(list, func(a, b Change) int { return cmp.Compare(len(b.Sets), len(a.Sets)) })
	}
	impact.Notes = unknownKeys(r, then, o)
	return impact, nil
}

const allowEverything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// judge decides many actions for many principals.
type judge struct {
	allow   *policy.Policy
	actions []string
	options Options
}

func (j *judge) allowed(c *Candidate, r *Repository) map[string]bool {
	req := policy.Request{
		Principal: c.Principal, Resource: r.ARN(), ResourceAccount: r.Image.Account, Context: requestContext(c.Puller, r, j.options),
	}
	set := policy.Set{Identity: c.Identity, Boundary: c.Boundary}
	if c.Unknown != "" {
		set.Identity = []policy.Source{{Type: "unknown", Policy: j.allow}}
	}
	allowed := map[string]bool{}
	for _, action := range j.actions {
		req.Action, set.Resource = action, r.deciding(action)
		if d := policy.Decide(&req, &set); d.Allowed() {
			allowed[action] = true
		}
	}
	return allowed
}

// change is what is in one set of actions and not in another, nil for nothing.
func (c *Candidate) change(without, with map[string]bool) *Change {
	ch := &Change{Principal: c.String(), Kind: c.Kind, Account: c.Principal.Account, Certain: c.certain(), Sets: []string{}}
	if c.Kind == AnyoneCandidate {
		ch.Account = ""
	}
	for a := range with {
		if !without[a] {
			ch.Actions = append(ch.Actions, a)
		}
	}
	if len(ch.Actions) == 0 {
		return nil
	}
	slices.Sort(ch.Actions)
	for i := range actionSets {
		if s := &actionSets[i]; s.possible(with) && !s.possible(without) {
			ch.Sets = append(ch.Sets, s.name)
		}
	}
	if at := c.Use.LastPull; !at.IsZero() {
		ch.LastPull = &at
	}
	return ch
}

// withPolicy is the repository with another policy of its own.
func (r *Repository) withPolicy(p *policy.Policy) *Repository {
	other := *r
	other.Policies = slices.DeleteFunc(slices.Clone(r.Policies), func(s policy.Source) bool { return s.Type == repositoryPolicy })
	if p != nil {
		other.Policies = append([]policy.Source{{Type: repositoryPolicy, Name: r.Image.Repository, ARN: r.ARN(), Policy: p}}, other.Policies...)
	}
	return &other
}

// OwnPolicy is the repository's own policy, nil if it has none.
func (r *Repository) OwnPolicy() *policy.Policy {
	for _, s := range r.Policies {
		if s.Type == repositoryPolicy {
			return s.Policy
		}
	}
	return nil
}

// unknownKeys notes the condition keys that the policies ask for and that
// only a real request has.
func unknownKeys(before, after *Repository, o Options) []string {
	known := requestContext(&Puller{Principal: policy.Principal{Kind: policy.AssumedRole, ID: "id"}}, before, o)
	known.Set("aws:username", "")
	var notes []string
	for _, s := range slices.Concat(before.Policies, after.Policies) {
		for i := range s.Policy.Statements {
			for _, c := range s.Policy.Statements[i].Conditions {
				key := strings.ToLower(c.Key.Text)
				if known.Get(key) != nil || strings.Contains(key, "tag/") {
					continue
				}
				notes = append(notes, "a statement asks for "+c.Key.Text+", which is taken to be absent: give it with --context "+c.Key.Text+"=VALUE")
			}
		}
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

// Access is what one principal can do with a repository now. Its JSON form
// has stable names.
type Access struct {
	Principal string        `json:"principal"`
	Kind      CandidateKind `json:"kind"`
	Account   string        `json:"account,omitempty"`
	// Verdict is whether the principal can pull, as docker does: with a token.
	Verdict Verdict `json:"verdict"`
	// Certain is false where other policies, which were not read, have a say.
	Certain bool `json:"certain"`
	// Why is one line about the first step that is denied, or about the last.
	Why string `json:"why"`
	// LastPull and Denials are from a record of requests, if there is one.
	LastPull *time.Time `json:"lastPull,omitempty"`
	Denials  int        `json:"denials,omitempty"`
}

// WhoCanPull tells of each candidate whether it can pull from the repository.
// Services are left out: they do not pull by themselves.
func WhoCanPull(r *Repository, candidates []*Candidate, o Options) ([]Access, error) {
	all := []Access{}
	for _, c := range candidates {
		if c.Kind == ServiceCandidate {
			continue
		}
		report, err := Simulate(c.Puller, r, o)
		if err != nil {
			return nil, err
		}
		a := Access{
			Principal: c.String(), Kind: c.Kind, Account: c.Principal.Account, Verdict: report.Verdict,
			Certain: c.certain() || report.Verdict == Denied, Why: report.why(), Denials: c.Use.Denials,
		}
		if a.Verdict == Unknown && r.Unknown == "" {
			a.Verdict = Allowed // by the owner; Certain tells that the other side is not known
		}
		if c.Kind == AnyoneCandidate {
			a.Account = ""
		}
		if at := c.Use.LastPull; !at.IsZero() {
			a.LastPull = &at
		}
		all = append(all, a)
	}
	return all, nil
}

// why is the reason of the side that decided: the first that denies, else the
// last that allows.
func (r *Report) why() string {
	why := ""
	for _, s := range r.Steps {
		if s.Optional {
			continue
		}
		for _, side := range s.Sides {
			if side.Verdict == Denied && s.Verdict == Denied {
				return side.Why
			}
			if side.Verdict == Allowed {
				why = side.Why
			}
		}
	}
	return why
}
