package catalog

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/policy"
)

// Lint finds what [policy.Policy.Validate] cannot know: action names that no service has, and statements
// that cannot do what they say because of how an action is authorised. ECR refuses repository and
// registry policies with unknown actions, so there they are errors; everything else is a remark.
func Lint(p *policy.Policy, k policy.Kind) []policy.Finding {
	var found []policy.Finding
	for i := range p.Statements {
		st := &p.Statements[i]
		found = append(found, deletedPrincipals(st)...)
		if st.Action == nil {
			continue
		}
		found = append(found, unknownActions(st, k)...)
		if !st.Action.Not && !st.Deny() {
			found = append(found, idleResources(st)...)
			found = append(found, idleInRepository(st, k)...)
			found = append(found, halfPull(st)...)
			found = append(found, tagsBeforeCreation(st)...)
		}
	}
	return found
}

func remark(at policy.Pos, severity policy.Severity, code, format string, args ...any) policy.Finding {
	return policy.Finding{Severity: severity, Code: code, Message: fmt.Sprintf(format, args...), Line: at.Line, Column: at.Column}
}

func unknownActions(st *policy.Statement, k policy.Kind) []policy.Finding {
	var found []policy.Finding
	for _, a := range st.Action.Values {
		vendor, _, ok := strings.Cut(a.Text, ":")
		if !ok || Known(a.Text) || matchesAny(vendor, a.Text) {
			continue
		}
		suggestion := Suggest(a.Text)
		if find(vendor) == nil && suggestion == "" {
			continue // a service we know nothing about
		}
		message := fmt.Sprintf("there is no action %s", a.Text)
		if suggestion != "" {
			message += fmt.Sprintf("; did you mean %s?", suggestion)
		}
		if k == policy.Repository || k == policy.Registry {
			e := policy.SyntaxError{Line: a.Pos.Line, Column: a.Pos.Column, Offset: a.Pos.Offset, Msg: message}
			found = append(found, e.Finding(k))
			continue
		}
		found = append(found, remark(a.Pos, policy.SeverityWarning, "INVALID_ACTION", "%s", message))
	}
	return found
}

// matchesAny reports whether a pattern matches some action of a service.
func matchesAny(vendor, pattern string) bool {
	s := find(vendor)
	if s == nil || !strings.ContainsAny(pattern, "*?") {
		return false
	}
	for i := range s.rows {
		if policy.MatchAction(pattern, s.name+":"+s.rows[i].name) {
			return true
		}
	}
	return false
}

// idleResources finds actions that are evaluated against "*" in statements that name other resources.
func idleResources(st *policy.Statement) []policy.Finding {
	if st.Resource == nil || st.Resource.Not {
		return nil
	}
	for _, r := range st.Resource.Values {
		if strings.Trim(r.Text, "*") == "" {
			return nil
		}
	}
	var found []policy.Finding
	for _, v := range st.Action.Values {
		if a, ok := Lookup(v.Text); ok && !a.Resource {
			found = append(found, remark(v.Pos, policy.SeverityWarning, "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
				"%s cannot be limited to a resource: this statement never allows it without Resource \"*\"", a))
		}
	}
	return found
}

// idleInRepository finds actions in a repository's policy that are never asked of a repository, such as
// ecr:GetAuthorizationToken, which the guides of some platforms list there.
func idleInRepository(st *policy.Statement, k policy.Kind) []policy.Finding {
	if k != policy.Repository {
		return nil
	}
	var found []policy.Finding
	for _, v := range st.Action.Values {
		if a, ok := Lookup(v.Text); ok && !a.Resource {
			found = append(found, remark(v.Pos, policy.SeverityWarning, "NO_EFFECT_IN_REPOSITORY_POLICY",
				"%s has no effect in a repository policy: it belongs in a policy of the principal, with Resource \"*\"", a))
		}
	}
	return found
}

// deletedPrincipals finds unique ids where names were: what AWS shows of a principal that was deleted. One of the
// same name that was created since is another principal.
func deletedPrincipals(st *policy.Statement) []policy.Finding {
	if st.Principal == nil {
		return nil
	}
	var found []policy.Finding
	for _, g := range st.Principal.Groups {
		for _, v := range g.Values {
			if strings.HasPrefix(v.Text, "AIDA") || strings.HasPrefix(v.Text, "AROA") {
				found = append(found, remark(v.Pos, policy.SeverityWarning, "DELETED_PRINCIPAL",
					"%s is what is left of a principal that was deleted; one of the same name created since is not meant", v.Text))
			}
		}
	}
	return found
}

// halfPull finds statements that allow one half of pulling an image.
func halfPull(st *policy.Statement) []policy.Finding {
	const manifests, layers = "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"
	for _, half := range [][2]string{{manifests, layers}, {layers, manifests}} {
		if allows(st, half[0]) && !allows(st, half[1]) {
			return []policy.Finding{remark(st.Action.Pos, policy.SeveritySuggestion, "INCOMPLETE_PULL",
				"pulling an image takes %s as well as %s", half[1], half[0])}
		}
	}
	return nil
}

// tagsBeforeCreation finds conditions on tags of a repository that does not exist yet.
func tagsBeforeCreation(st *policy.Statement) []policy.Finding {
	const create = "ecr:CreateRepository"
	if !allows(st, create) {
		return nil
	}
	for i := range st.Conditions {
		key := st.Conditions[i].Key
		lower := strings.ToLower(key.Text)
		if strings.HasPrefix(lower, "ecr:resourcetag/") || strings.HasPrefix(lower, "aws:resourcetag/") {
			return []policy.Finding{remark(key.Pos, policy.SeverityWarning, "IRRELEVANT_CONDITION_KEY_IN_POLICY",
				"a repository has no tags when %s is authorised; aws:RequestTag holds those it will get", create)}
		}
	}
	return nil
}

func allows(st *policy.Statement, action string) bool {
	for _, v := range st.Action.Values {
		if policy.MatchAction(v.Text, action) {
			return true
		}
	}
	return false
}
