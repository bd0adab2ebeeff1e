package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/policy"
)

// Lint finds what [policy.Policy.Validate] cannot know: action names that no service has, and statements
// that cannot do what they say because of how an action is authorised. All are remarks: a policy with
// them is stored, and allows what the rest of it does.
func Lint(p *policy.Policy, k policy.Kind) []policy.Finding {
	var found []policy.Finding
	for i := range p.Statements {
		st := &p.Statements[i]
		found = append(found, deletedPrincipals(st)...)
		found = append(found, unknownRegions(st)...)
		if st.Action == nil {
			continue
		}
		found = append(found, unknownActions(st)...)
		if !st.Action.Not && !st.Deny() {
			found = append(found, idleResources(st)...)
			found = append(found, idleInRepository(st, k)...)
			found = append(found, halfPull(p, st, k)...)
			found = append(found, tagsBeforeCreation(st)...)
		}
	}
	return found
}

func remark(at policy.Pos, severity policy.Severity, code, format string, args ...any) policy.Finding {
	return policy.Finding{Severity: severity, Code: code, Message: fmt.Sprintf(format, args...), Line: at.Line, Column: at.Column}
}

func unknownActions(st *policy.Statement) []policy.Finding {
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

// halfPull finds statements that allow a part of pulling an image, unless another one gives the rest to the same
// principals. The availability of layers is asked for by some clients only, and AWS itself leaves it out of the policy
// AmazonEC2ContainerRegistryPullOnly, so it is missed in repository policies alone.
func halfPull(p *policy.Policy, st *policy.Statement, k policy.Kind) []policy.Finding {
	const manifests, layers, availability = "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"
	for _, half := range [][2]string{{manifests, layers}, {layers, manifests}} {
		if allows(st, half[0]) && !allowsSame(p, st, half[1]) {
			return []policy.Finding{remark(st.Action.Pos, policy.SeveritySuggestion, "INCOMPLETE_PULL",
				"pulling an image takes %s as well as %s", half[1], half[0])}
		}
	}
	if k == policy.Repository && allows(st, manifests) && !allowsSame(p, st, availability) {
		return []policy.Finding{remark(st.Action.Pos, policy.SeveritySuggestion, "INCOMPLETE_PULL",
			"some clients ask for %s as well when they pull an image", availability)}
	}
	return nil
}

// allowsSame reports whether a statement, or one for the same principals, allows an action.
func allowsSame(p *policy.Policy, st *policy.Statement, action string) bool {
	for i := range p.Statements {
		o := &p.Statements[i]
		if o == st || o.Action != nil && !o.Action.Not && !o.Deny() && slices.Equal(principals(o), principals(st)) {
			if allows(o, action) {
				return true
			}
		}
	}
	return false
}

// principals lists whom a statement names, sorted; none for statements of identity policies.
func principals(st *policy.Statement) []string {
	if st.Principal == nil {
		return nil
	}
	all := []string{}
	for _, g := range st.Principal.Groups {
		for _, v := range g.Values {
			all = append(all, g.Type.Text+" "+v.Text)
		}
	}
	slices.Sort(all)
	return all
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

// unknownRegions finds regions that AWS does not have: in the ARNs of resources and conditions, and where conditions are
// about the region itself. The statement then matches nothing, or denies nothing.
func unknownRegions(st *policy.Statement) []policy.Finding {
	var found []policy.Finding
	check := func(region string, at policy.Pos) {
		if region == "" || strings.ContainsAny(region, "*?$") || KnownRegion(region) {
			return
		}
		message := "AWS has no region " + region
		if near := SuggestRegion(region); near != "" {
			message += fmt.Sprintf("; did you mean %s?", near)
		}
		found = append(found, remark(at, policy.SeverityWarning, "INVALID_ARN_REGION", "%s", message))
	}
	inARN := func(v policy.Value) {
		if parts := strings.SplitN(v.Text, ":", 6); len(parts) == 6 && parts[0] == "arn" {
			check(parts[3], v.Pos)
		}
	}
	if st.Resource != nil {
		for _, v := range st.Resource.Values {
			inARN(v)
		}
	}
	for i := range st.Conditions {
		for _, v := range st.Conditions[i].Values {
			if strings.EqualFold(st.Conditions[i].Key.Text, "aws:RequestedRegion") {
				check(v.Text, v.Pos)
			} else {
				inARN(v)
			}
		}
	}
	return found
}
