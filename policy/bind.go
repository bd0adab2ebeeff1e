package policy

import (
	"fmt"
	"slices"
)

// BindPrincipals returns a copy of the policy whose AWS principals are the entities that they named when
// the policy was written: ids has the unique id for each principal as written, AIDA... for a user,
// AROA... for a role and AROA...:session for a role session. A bound principal names the caller with
// that id and no other, so that a role deleted and created anew is not the role that the policy means.
// Principals that ids does not have keep their meaning, and so do text and positions.
//
// Callers whose id is not known get nothing from a bound user or role; where the policy is about to take
// something from them it names them by ARN.
//
// IAM does the same when a policy is stored: User Guide, "AWS JSON policy elements: Principal".
func (p *Policy) BindPrincipals(ids map[string]string) *Policy {
	bound := *p
	bound.Statements = slices.Clone(p.Statements)
	for i := range bound.Statements {
		st := &bound.Statements[i]
		if st.Principal == nil {
			continue
		}
		pr := *st.Principal
		pr.Groups = slices.Clone(pr.Groups)
		for j := range pr.Groups {
			pr.Groups[j].bind(ids)
		}
		st.Principal = &pr
	}
	bound.code = compile(&bound)
	return &bound
}

func (g *PrincipalGroup) bind(ids map[string]string) {
	if g.Type.Text != "AWS" {
		return
	}
	bound := make([]string, len(g.Values))
	for i, v := range g.Values {
		if bound[i] = g.id(i); ids[v.Text] != "" {
			bound[i] = ids[v.Text]
		}
	}
	g.ids = bound
}

// id returns the unique id that value i is bound to, or "".
func (g *PrincipalGroup) id(i int) string {
	if g.ids == nil {
		return ""
	}
	return g.ids[i]
}

// identified tells how a unique id names the caller.
func (p *Principal) identified(id string) grant {
	switch p.Kind {
	case User:
		if id == p.ID {
			return grantDirect
		}
	case AssumedRole:
		if id == p.ID {
			return grantDirect
		}
		if p.ofRole(id) {
			return grantRole
		}
	case FederatedUser:
		if id == p.IssuerID {
			return grantUser
		}
	}
	return grantNone
}

// unidentified reports whether it cannot be told if a unique id names the caller.
func (p *Principal) unidentified() bool {
	return p.ID == "" || p.Kind == FederatedUser && p.IssuerID == ""
}

// namesake explains a Principal element that would name the caller if ARNs were all there is to it.
func (p *Principal) namesake(pr *Principals) string {
	for i := range pr.Groups {
		g := &pr.Groups[i]
		for j, v := range g.Values {
			if id := g.id(j); id != "" && p.named(v.Text) != grantNone {
				return fmt.Sprintf("%s means %s here, which had that ARN when the policy was written; the caller is %s", v.Text, id, p.ID)
			}
		}
	}
	return ""
}
