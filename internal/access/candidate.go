package access

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/policy"
)

// CandidateKind is what a [Candidate] stands for.
type CandidateKind string

// The kinds of candidate.
const (
	RoleCandidate    CandidateKind = "role" // any session of it
	SessionCandidate CandidateKind = "session"
	UserCandidate    CandidateKind = "user"
	AccountCandidate CandidateKind = "account" // every principal that the account's own policies allow
	ServiceCandidate CandidateKind = "service"
	AnyoneCandidate  CandidateKind = "anyone" // every account that no policy names
)

// Candidate is someone who may have access to a repository.
type Candidate struct {
	*Puller
	Kind CandidateKind
	// Use is what is known of it from a record of requests, if there is one.
	Use Use
}

// Use is what a principal did with a repository of late.
type Use struct {
	LastPull time.Time // zero: none is known
	Denials  int
}

// String names the candidate: an ARN, an account id, a service, or "*".
func (c *Candidate) String() string {
	switch c.Kind {
	case AccountCandidate:
		return c.Principal.Account
	case AnyoneCandidate:
		return "*"
	case RoleCandidate:
		return c.Principal.IssuerARN
	default:
		return c.Principal.ARN
	}
}

// certain reports whether both sides of the candidate's access are known: not
// where other policies than those that were read have a say.
func (c *Candidate) certain() bool {
	return c.Unknown == "" && c.Kind != AccountCandidate && c.Kind != AnyoneCandidate
}

// Accounts are clients of IAM with credentials, by account.
type Accounts map[string]*iam.Client

// workers bounds how many principals are read at a time; IAM allows few
// requests a second.
const workers = 4

// Gather finds everyone whose access to a repository may depend on these
// policies of it: every user and role of the accounts, every principal that
// the policies name, and those that a record of requests shows to use it, by
// their ARNs. Notes say what could not be read and who is not considered.
func Gather(ctx context.Context, accounts Accounts, policies []*policy.Policy, used map[string]Use) (found []*Candidate, notes []string, err error) {
	g := gathering{byName: map[string]*Candidate{}}
	read := map[string]*account{}
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		read[id] = newAccount(accounts[id])
		if err := g.list(ctx, id, read[id]); err != nil {
			return nil, nil, err
		}
	}
	for _, p := range policies {
		if p != nil {
			g.named(p)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if c := g.add(name); c != nil {
			c.Use.LastPull = latest(c.Use.LastPull, used[name].LastPull)
			c.Use.Denials += used[name].Denials
		}
	}
	if g.everyone {
		g.stranger(policies)
	}
	if err := g.load(ctx, read); err != nil {
		return nil, nil, err
	}
	for _, c := range g.byName {
		if c.Gone {
			g.note("%s does not exist", c)
			continue
		}
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b *Candidate) int {
		return cmp.Or(cmp.Compare(a.Principal.Account, b.Principal.Account), cmp.Compare(a.String(), b.String()))
	})
	slices.Sort(g.notes)
	return found, slices.Compact(g.notes), nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

type gathering struct {
	byName   map[string]*Candidate
	everyone bool
	notes    []string
}

func (g *gathering) note(format string, args ...any) {
	g.notes = append(g.notes, fmt.Sprintf(format, args...))
}

// list adds the users and roles of an account.
func (g *gathering) list(ctx context.Context, id string, api *account) error {
	for pages := iam.NewListRolesPaginator(api, &iam.ListRolesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return g.unlisted("roles", id, err)
		}
		for _, r := range page.Roles {
			g.add(aws.ToString(r.Arn))
		}
	}
	for pages := iam.NewListUsersPaginator(api, &iam.ListUsersInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return g.unlisted("users", id, err)
		}
		for _, u := range page.Users {
			g.add(aws.ToString(u.Arn))
		}
	}
	return nil
}

// unlisted notes what the API refuses to tell; other errors pass.
func (g *gathering) unlisted(what, id string, err error) error {
	code, refused := refusal(err)
	if !refused {
		return fmt.Errorf("list the %s of account %s: %w", what, id, err)
	}
	g.note("the %s of account %s could not be listed (%s)", what, id, code)
	return nil
}

// named adds the principals that a policy names, in Principal and NotPrincipal
// elements and in conditions.
func (g *gathering) named(p *policy.Policy) {
	for i := range p.Statements {
		st := &p.Statements[i]
		if st.Principal != nil {
			g.everyone = g.everyone || st.Principal.Not
			for _, group := range st.Principal.Groups {
				for _, v := range group.Values {
					g.principal(group.Type.Text, v.Text)
				}
			}
		}
		for j := range st.Conditions {
			switch c := &st.Conditions[j]; strings.ToLower(c.Key.Text) {
			case "aws:principalarn", "aws:principalaccount":
				for _, v := range c.Values {
					if !strings.ContainsAny(v.Text, "*?$") {
						g.add(v.Text)
					}
				}
			}
		}
	}
}

func (g *gathering) principal(kind, name string) {
	switch {
	case name == "*":
		g.everyone = true
	case kind == "Service":
		g.byName[name] = &Candidate{Kind: ServiceCandidate, Puller: &Puller{Principal: policy.Principal{Kind: policy.Service, ARN: name}}}
	case IsUniqueID(name):
		g.note("%s is what is left of a principal that was deleted, and nobody's", name)
	default:
		if g.add(name) == nil {
			g.note("%s is not considered: it is not a role, a role session, a user or an account", name)
		}
	}
}

// add adds a principal by its ARN or account id, once. It returns nil for what
// is neither.
func (g *gathering) add(name string) *Candidate {
	p, err := NewPuller(name)
	if err != nil {
		return nil
	}
	c := &Candidate{Puller: p}
	a, _ := arn.Parse(name) // fails for account ids, which have no service
	switch {
	case p.Principal.Kind == policy.Root:
		c.Kind = AccountCandidate
	case p.Principal.Kind == policy.User:
		c.Kind = UserCandidate
	case a.Service == "sts":
		c.Kind = SessionCandidate
	default:
		c.Kind = RoleCandidate
	}
	if have := g.byName[c.String()]; have != nil {
		return have
	}
	g.byName[c.String()] = c
	return c
}

// stranger adds a principal of an account that no policy mentions.
func (g *gathering) stranger(policies []*policy.Policy) {
	for id := 999_999_999_999; ; id-- {
		name := fmt.Sprint(id)
		mentioned := func(p *policy.Policy) bool { return p != nil && strings.Contains(p.Text(), name) }
		if slices.ContainsFunc(policies, mentioned) || g.byName[name] != nil {
			continue
		}
		p, err := NewPuller(name)
		if err != nil { // twelve digits are an account id
			return
		}
		g.byName["*"] = &Candidate{Puller: p, Kind: AnyoneCandidate}
		return
	}
}

// load reads the policies of the candidates whose account is known.
func (g *gathering) load(ctx context.Context, read map[string]*account) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan *Candidate)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for c := range queue {
				if err := c.load(ctx, read[c.Principal.Account]); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(g.byName)) {
		c := g.byName[name]
		if read[c.Principal.Account] != nil && c.Name != "" && ctx.Err() == nil {
			queue <- c
		}
	}
	close(queue)
	running.Wait()
	return context.Cause(ctx)
}
