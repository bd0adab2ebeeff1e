package grant

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/pratique-dev/pratique/internal/arn"
)

// Limit is the largest repository policy that ECR stores, in characters.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
const Limit = 10240

// Repository is a private repository and its policy as it is now.
type Repository struct {
	// Account owns the repository.
	Account string
	// Region is the registry's region.
	Region string
	// Name is the repository's name.
	Name string
	// Policy is the repository policy's text; empty means there is none.
	Policy string
}

// ARN names the repository.
func (r Repository) ARN() string { return arn.Repository(r.Account, r.Region, r.Name) }

// Plan is a change of one repository policy, not yet made.
type Plan struct {
	// Repository is where, with the policy the plan was made for.
	Repository Repository `json:"-"`
	// After is the new policy; empty means the policy is deleted.
	After string `json:"after"`
	// Changed tells whether there is anything to do.
	Changed bool `json:"changed"`
	// Sid is the statement that the grant is or was.
	Sid string `json:"sid,omitempty"`
	// Summary is one line: what changes, or why nothing does.
	Summary string `json:"summary"`
	// Size is the length of the policy after the change in its shortest form,
	// in characters, of which ECR stores Limit.
	Size int `json:"size"`
	// Limit is the constant of that name.
	Limit int `json:"limit"`
	// Notes are what the reader should also know.
	Notes []string `json:"notes,omitempty"`
}

// TooLongError reports a policy that would not fit.
type TooLongError struct {
	// Size is the shortest form of the new policy, in characters.
	Size int
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the repository policy would have %d characters, compact and with the grants merged, and ECR stores %d: "+
		"remove statements that nobody uses, or let one role pull for several data planes", e.Size, Limit)
}

// RefusedError reports a grant that could not work because of a rule of the
// platform.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// An Edit plans one change of a repository's policy: the methods Plan and
// PlanRevoke of a grant are such.
type Edit func(Repository) (*Plan, error)

// Sequence is an edit that makes several, each on the result of those before.
func Sequence(edits ...Edit) Edit {
	return func(r Repository) (*Plan, error) {
		all := &Plan{Repository: r, After: r.Policy}
		var done, idle []string
		for _, edit := range edits {
			now := r
			now.Policy = all.After
			p, err := edit(now)
			if err != nil {
				return nil, err
			}
			all.Size, all.Limit, all.Sid = p.Size, p.Limit, cmp.Or(p.Sid, all.Sid)
			for _, n := range p.Notes {
				if !slices.Contains(all.Notes, n) {
					all.Notes = append(all.Notes, n)
				}
			}
			if !p.Changed {
				if p.Summary != "" {
					idle = append(idle, p.Summary)
				}
				continue
			}
			done = append(done, p.Summary)
			all.Changed, all.After = true, p.After
		}
		if len(done) == 0 {
			slices.Sort(idle)
			done = slices.Compact(idle)
		}
		all.Summary = strings.Join(done, "; ")
		return all, nil
	}
}

// Plan says how the repository's policy must change for the grant to hold. It
// is idempotent: where the grant already holds, nothing changes. Errors:
// *[RefusedError], *[TooLongError].
func (g *Grant) Plan(r Repository) (*Plan, error) {
	if rule := g.Profile.SameRegion; rule != nil && g.Params[rule.Parameter] != r.Region {
		return nil, &RefusedError{fmt.Sprintf("repository %s is in %s, the cluster in %s: %s", r.Name, r.Region, g.Params[rule.Parameter], rule.Reason)}
	}
	doc, err := openPolicy(r.Policy)
	if err != nil {
		return nil, err
	}
	p := &Plan{Repository: r, After: r.Policy, Notes: slices.Clone(g.Profile.Notes)}
	if g.Account == r.Account {
		p.Summary = "nothing to do: " + g.Profile.SameAccount
		return p, p.measure(r.Policy)
	}
	p.Notes = append(p.Notes, g.uselessActions(doc)...)
	var done, idle []string
	for i := range g.Rights {
		sid, what, err := g.Rights[i].allow(doc)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			p.Sid = sid
		}
		if what == "" {
			idle = append(idle, sid)
		} else {
			done = append(done, what)
		}
	}
	if len(done) == 0 {
		p.Summary = fmt.Sprintf("nothing to do: statement %s already allows it", strings.Join(idle, ", "))
		return p, p.measure(r.Policy)
	}
	p.Summary = strings.Join(done, "; ")
	return p.finish(doc, g.Profile.sids)
}

// allow edits the policy so that it has the right. It returns the statement
// and what was done to it, empty for nothing.
func (r *Right) allow(doc *document) (sid, what string, err error) {
	for i, raw := range doc.statements {
		s, ok := readStatement(raw)
		if !ok || !r.owns(s) {
			continue
		}
		missing := subtract(r.Actions, s.Action)
		switch {
		case containsAll(s.Principal.AWS, r.Principals) && (len(missing) == 0 || slices.Contains(s.Action, "ecr:*")):
			return s.Sid, "", nil
		case len(subtract(s.live(), r.Principals)) > 0 && !sameSet(s.Action, r.Actions):
			continue // others would gain from a change of the actions
		}
		s.Action = append(s.Action, missing...)
		s.Principal.AWS = append(s.live(), subtract(r.Principals, s.Principal.AWS)...)
		doc.statements[i], err = json.Marshal(s)
		return s.Sid, "complete statement " + s.Sid, err
	}
	if sid, what, err = r.heal(doc); what != "" || err != nil {
		return sid, what, err
	}
	if sid, err = r.freeSid(doc); err != nil {
		return "", "", err
	}
	raw, err := json.Marshal(statement{Sid: sid, Effect: "Allow", Principal: principalBlock{r.Principals}, Action: r.Actions})
	if err != nil {
		return "", "", err
	}
	doc.statements = append(doc.statements, raw)
	return sid, fmt.Sprintf("add statement %s: %s may %s", sid, strings.Join(r.Principals, ", "), r.May), nil
}

// heal gives the place of deleted principals in a grant's statement to the
// principals of the right. A role that was deleted and created anew is another
// principal to AWS: the policy keeps the unique id of the old one, which
// nobody can have again.
func (r *Right) heal(doc *document) (sid, what string, err error) {
	for i, raw := range doc.statements {
		s, ok := readStatement(raw)
		gone := s.gone()
		if !ok || !s.plain() || !r.mayBe(s.Sid) || len(gone) == 0 || len(s.live()) > 0 && !sameSet(s.Action, r.Actions) {
			continue
		}
		s.Principal.AWS = append(s.live(), r.Principals...)
		if !sameSet(s.Action, r.Actions) {
			s.Action = r.Actions // no more than that, whatever the old one had
		}
		if doc.statements[i], err = json.Marshal(s); err != nil {
			return "", "", err
		}
		return s.Sid, fmt.Sprintf("heal statement %s: %s, what is left of a deleted principal, gives way to %s", s.Sid, strings.Join(gone, ", "), strings.Join(r.Principals, ", ")), nil
	}
	return "", "", nil
}

// PlanRevoke says how the repository's policy must change for the grant to be
// gone. Principals that other grants listed in the same statement stay; what
// is left of deleted ones goes.
func (g *Grant) PlanRevoke(r Repository) (*Plan, error) {
	p := &Plan{Repository: r, After: r.Policy}
	doc, err := openPolicy(r.Policy)
	if err != nil {
		return nil, err
	}
	var done []string
	for i := range g.Rights {
		right := &g.Rights[i]
		taken, err := right.revoke(doc)
		if err != nil {
			return nil, err
		}
		for _, t := range taken {
			p.Sid = t.sid
			done = append(done, t.String())
		}
	}
	elsewhere := map[string]bool{}
	for i := range g.Rights {
		for _, raw := range doc.statements {
			if s, _ := readStatement(raw); s.Effect == "Allow" && len(intersect(s.Principal.AWS, g.Rights[i].Principals)) > 0 {
				elsewhere[s.Sid] = true
			}
		}
	}
	for _, sid := range slices.Sorted(maps.Keys(elsewhere)) {
		p.Notes = append(p.Notes, fmt.Sprintf("statement %q also names the principal; it is not this grant's and stays", sid))
	}
	return p.takeAway(doc, done, "nothing to do: the repository policy has no such grant")
}

// takeAway completes a plan that removed something, or nothing.
func (p *Plan) takeAway(doc *document, done []string, nothing string) (*Plan, error) {
	if len(done) == 0 {
		p.Summary = nothing
		return p, p.measure(p.Repository.Policy)
	}
	p.Summary = strings.Join(done, "; ")
	if len(doc.statements) > 0 {
		return p.finish(doc, nil)
	}
	p.After, p.Changed = "", true
	return p, p.measure("")
}

// removal is what was taken out of one statement.
type removal struct {
	sid        string
	principals []string
}

func (r removal) String() string {
	return fmt.Sprintf("take %s out of statement %s", strings.Join(r.principals, ", "), r.sid)
}

// revoke takes the right out of a policy. Ids of deleted principals go from
// the statements that it is taken out of, and from those of its own id; where
// there are none such, from those that it may have shared.
func (r *Right) revoke(doc *document) ([]removal, error) {
	own := func(s statement) bool { return r.owns(s) || slices.Contains(r.Sids()[1:], s.Sid) && len(s.gone()) > 0 }
	taken, err := doc.take(func(s statement) []string {
		if !own(s) {
			return nil
		}
		return append(intersect(s.Principal.AWS, r.Principals), s.gone()...)
	})
	if err != nil || len(taken) > 0 {
		return taken, err
	}
	return doc.take(func(s statement) []string {
		if !sharedSid(r.Sid, s.Sid) || !sameSet(s.Action, r.Actions) {
			return nil
		}
		return s.gone()
	})
}

// Prune says how the repository's policy must change for it to have no grants
// but those that are declared: it takes away what statements of grants, known
// by their ids, allow to other principals. Statements with conditions or
// without the id of a profile are not of grants.
func (ps Profiles) Prune(r Repository, declared []*Grant) (*Plan, error) {
	p := &Plan{Repository: r, After: r.Policy}
	doc, err := openPolicy(r.Policy)
	if err != nil {
		return nil, err
	}
	keep := map[string][]string{} // by root
	for _, g := range declared {
		for _, right := range g.Rights {
			keep[right.Sid] = append(keep[right.Sid], right.Principals...)
		}
	}
	var done []string
	for _, root := range ps.Sids() {
		taken, err := doc.take(func(s statement) []string {
			if !s.byGrant(root) {
				return nil
			}
			return subtract(s.Principal.AWS, keep[root])
		})
		if err != nil {
			return nil, err
		}
		for _, t := range taken {
			p.Sid = t.sid
			done = append(done, t.String()+", which no grant declares")
		}
	}
	return p.takeAway(doc, done, "nothing to do: every grant is declared")
}

func openPolicy(text string) (*document, error) {
	if strings.TrimSpace(text) == "" {
		return newDocument(), nil
	}
	doc, err := parseDocument(text)
	if err != nil {
		return nil, fmt.Errorf("read the present repository policy: %w", err)
	}
	return doc, nil
}

// owns tells whether a statement is this right's, perhaps together with others.
func (r *Right) owns(s statement) bool {
	return s.plain() && r.mayBe(s.Sid) && len(intersect(s.Principal.AWS, r.Principals)) > 0
}

func (r *Right) freeSid(doc *document) (string, error) {
	taken := doc.sids()
	for _, sid := range r.Sids() {
		if !taken[sid] {
			return sid, nil
		}
	}
	return "", fmt.Errorf("the statement ids %s are all used for something else in the repository policy", strings.Join(r.Sids(), ", "))
}

// uselessActions explains actions that were pasted from the platform's guide
// and do nothing.
func (g *Grant) uselessActions(doc *document) []string {
	var notes []string
	for _, raw := range doc.statements {
		s, ok := readStatement(raw)
		if !ok {
			continue
		}
		for _, a := range s.Action {
			if why, bad := g.Profile.Useless[a]; bad {
				notes = append(notes, fmt.Sprintf("statement %q: %s", s.Sid, why))
			}
		}
	}
	return notes
}

// finish completes a plan with the edited policy. Where it would be too long,
// the grants with one of these statement ids are merged.
func (p *Plan) finish(doc *document, sids []string) (*Plan, error) {
	if err := p.measureDocument(doc); err != nil {
		return nil, err
	}
	if p.Size > Limit {
		notes, err := doc.merge(sids)
		if err != nil {
			return nil, err
		}
		p.Notes = append(p.Notes, notes...)
		if err := p.measureDocument(doc); err != nil {
			return nil, err
		}
	}
	if p.Size > Limit {
		return nil, &TooLongError{Size: p.Size}
	}
	text, err := doc.text(Limit)
	if err != nil {
		return nil, err
	}
	p.After, p.Changed = text, true
	return p, nil
}

func (p *Plan) measureDocument(doc *document) error {
	text, err := doc.text(0)
	if err != nil {
		return err
	}
	return p.measure(text)
}

// measure notes how much of the limit a policy takes.
func (p *Plan) measure(policy string) error {
	p.Size, p.Limit = 0, Limit
	if strings.TrimSpace(policy) == "" {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(policy)); err != nil {
		return fmt.Errorf("read the present repository policy: %w", err)
	}
	p.Size = utf8.RuneCount(b.Bytes())
	return nil
}

// Diff shows the change as a unified difference of the two policies in
// canonical form; it is empty when nothing changes.
func (p *Plan) Diff() (string, error) {
	if !p.Changed {
		return "", nil
	}
	before, err := canonical(p.Repository.Policy)
	if err != nil {
		return "", err
	}
	after, err := canonical(p.After)
	if err != nil {
		return "", err
	}
	text := diff.Diff("repository policy (now)", []byte(before), "repository policy (planned)", []byte(after))
	_, text = cutLine(text) // "diff old new", which says nothing more
	return string(text), nil
}

func cutLine(b []byte) (line, rest []byte) {
	for i, c := range b {
		if c == '\n' {
			return b[:i], b[i+1:]
		}
	}
	return b, nil
}

func subtract(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func intersect(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

func containsAll(a, b []string) bool { return len(subtract(b, a)) == 0 }

// sameSet compares without regard to order and repetition.
func sameSet(a, b []string) bool { return containsAll(a, b) && containsAll(b, a) }
