package grant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
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
	// Summary is one sentence: what changes, or why nothing does.
	Summary string `json:"summary"`
	// Notes are what the reader should also know.
	Notes []string `json:"notes,omitempty"`
}

// TooLongError reports a policy that would not fit.
type TooLongError struct {
	// Size is the shortest form of the new policy, in characters.
	Size int
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the repository policy would have %d characters, ECR stores %d: "+
		"remove statements that nobody uses, or let one role pull for several data planes", e.Size, Limit)
}

// RefusedError reports a grant that could not work because of a rule of the
// platform.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Sids are the statement ids that the grant may have, in order of preference:
// the one that the platform's guide uses, and, if that belongs to another
// grant, one that names the principal.
func (g *Grant) Sids() []string {
	first, err := arn.Parse(g.Principals[0])
	if err != nil {
		return []string{g.Profile.Sid}
	}
	var who strings.Builder
	for _, word := range strings.Fields(notSidRune.ReplaceAllString(first.Name(), " ")) {
		r, n := utf8.DecodeRuneInString(word)
		who.WriteRune(unicode.ToUpper(r))
		who.WriteString(word[n:])
	}
	return []string{g.Profile.Sid, g.Profile.Sid + who.String(), g.Profile.Sid + who.String() + g.Account}
}

// Plan says how the repository's policy must change for the grant to hold. It
// is idempotent: where the grant already holds, nothing changes.
func (g *Grant) Plan(r Repository) (*Plan, error) {
	if rule := g.Profile.SameRegion; rule != nil && g.Params[rule.Parameter] != r.Region {
		return nil, &RefusedError{fmt.Sprintf("repository %s is in %s, the cluster in %s: %s", r.Name, r.Region, g.Params[rule.Parameter], rule.Reason)}
	}
	p := &Plan{Repository: r, After: r.Policy, Notes: slices.Clone(g.Profile.Notes)}
	if g.Account == r.Account {
		p.Summary = "nothing to do: " + g.Profile.SameAccount
		return p, nil
	}
	doc, err := openPolicy(r.Policy)
	if err != nil {
		return nil, err
	}
	p.Notes = append(p.Notes, g.uselessActions(doc)...)

	taken := map[string]bool{}
	for i, raw := range doc.statements {
		s, ok := readStatement(raw)
		taken[s.Sid] = true
		if !ok || !g.owns(s) || s.other {
			continue
		}
		missing := subtract(g.Profile.Actions, s.Action)
		switch {
		case containsAll(s.Principal.AWS, g.Principals) && (len(missing) == 0 || slices.Contains(s.Action, "ecr:*")):
			p.Sid = s.Sid
			p.Summary = fmt.Sprintf("nothing to do: statement %s already allows it", s.Sid)
			return p, nil
		case len(subtract(s.Principal.AWS, g.Principals)) > 0:
			continue // more than this grant's principals would gain from a change
		}
		p.Sid = s.Sid
		s.Action = append(s.Action, missing...)
		s.Principal.AWS = append(s.Principal.AWS, subtract(g.Principals, s.Principal.AWS)...)
		if doc.statements[i], err = json.Marshal(s); err != nil {
			return nil, err
		}
		p.Summary = fmt.Sprintf("complete statement %s", s.Sid)
		return p.finish(doc)
	}

	sid, err := g.freeSid(taken)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(statement{Sid: sid, Effect: "Allow", Principal: principalBlock{g.Principals}, Action: g.Profile.Actions})
	if err != nil {
		return nil, err
	}
	doc.statements = append(doc.statements, raw)
	p.Sid = sid
	p.Summary = fmt.Sprintf("add statement %s: %s may pull", sid, strings.Join(g.Principals, ", "))
	return p.finish(doc)
}

// PlanRevoke says how the repository's policy must change for the grant to be
// gone. Principals that other grants listed in the same statement stay.
func (g *Grant) PlanRevoke(r Repository) (*Plan, error) {
	p := &Plan{Repository: r, After: r.Policy}
	doc, err := openPolicy(r.Policy)
	if err != nil {
		return nil, err
	}
	var kept []json.RawMessage
	var elsewhere []string
	for _, raw := range doc.statements {
		s, ok := readStatement(raw)
		if !ok || s.other || !g.owns(s) {
			if s.Effect == "Allow" && len(intersect(s.Principal.AWS, g.Principals)) > 0 {
				elsewhere = append(elsewhere, s.Sid)
			}
			kept = append(kept, raw)
			continue
		}
		p.Changed, p.Sid = true, s.Sid
		rest := subtract(s.Principal.AWS, g.Principals)
		if len(rest) == 0 {
			continue
		}
		if raw, err = replacePrincipals(raw, rest); err != nil {
			return nil, err
		}
		kept = append(kept, raw)
	}
	for _, sid := range elsewhere {
		p.Notes = append(p.Notes, fmt.Sprintf("statement %q also names the principal; it is not this grant's and stays", sid))
	}
	if !p.Changed {
		p.Summary = "nothing to do: the repository policy has no such grant"
		return p, nil
	}
	p.Summary = fmt.Sprintf("take %s out of statement %s", strings.Join(g.Principals, ", "), p.Sid)
	doc.statements = kept
	if len(kept) == 0 {
		p.After = ""
		return p, nil
	}
	return p.finish(doc)
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

// owns tells whether a statement is this grant's, perhaps together with others.
func (g *Grant) owns(s statement) bool {
	return s.Effect == "Allow" && slices.Contains(g.Sids(), s.Sid) && len(intersect(s.Principal.AWS, g.Principals)) > 0
}

func (g *Grant) freeSid(taken map[string]bool) (string, error) {
	sids := g.Sids()
	for _, sid := range sids {
		if !taken[sid] {
			return sid, nil
		}
	}
	return "", fmt.Errorf("the statement ids %s are all used for something else in the repository policy", strings.Join(sids, ", "))
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

// finish completes a plan with the edited policy.
func (p *Plan) finish(doc *document) (*Plan, error) {
	text, err := doc.text(Limit)
	if err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(text); n > Limit {
		return nil, &TooLongError{Size: n}
	}
	p.After, p.Changed = text, true
	return p, nil
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

// replacePrincipals rewrites one element of a statement and keeps the others
// with their order and text.
func replacePrincipals(raw json.RawMessage, principals []string) (json.RawMessage, error) {
	members, err := parseMembers(string(raw))
	if err != nil {
		return nil, err
	}
	for i, m := range members {
		if m.name == "Principal" {
			if members[i].value, err = json.Marshal(principalBlock{principals}); err != nil {
				return nil, err
			}
		}
	}
	return object(members)
}

func subtract(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func intersect(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

func containsAll(a, b []string) bool { return len(subtract(b, a)) == 0 }
