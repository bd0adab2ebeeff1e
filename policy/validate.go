package policy

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// Validate checks the document as a policy of kind k. Errors come first, and the first is the one AWS
// reports; lesser findings follow in the order of the document. Whether the principals exist is for the
// caller to check.
func (p *Policy) Validate(k Kind) []Finding {
	v := &validator{policy: p, kind: k}
	v.version()
	v.sids()
	for i := range p.Statements {
		v.statement(&p.Statements[i])
	}
	v.resources()
	slices.SortStableFunc(v.found, func(a, b ranked) int {
		aErr, bErr := a.Severity == SeverityError, b.Severity == SeverityError
		switch {
		case aErr && bErr:
			return cmp.Compare(a.stage, b.stage)
		case aErr:
			return -1
		case bErr:
			return 1
		default:
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		}
	})
	if len(v.found) == 0 {
		return nil
	}
	findings := make([]Finding, len(v.found))
	for i, f := range v.found {
		findings[i] = f.Finding
	}
	return findings
}

type ranked struct {
	Finding
	stage stage
}

type validator struct {
	policy *Policy
	kind   Kind
	found  []ranked
}

// refuse reports an error: the words IAM has for it, and ours.
func (v *validator) refuse(s stage, at Pos, words, format string, args ...any) {
	code, message := refusal(v.kind, words)
	v.found = append(v.found, ranked{stage: s, Finding: Finding{
		Code: code, Message: message, Detail: fmt.Sprintf(format, args...), Line: at.Line, Column: at.Column,
	}})
}

// remark reports a lesser finding.
func (v *validator) remark(s Severity, code string, at Pos, format string, args ...any) {
	v.found = append(v.found, ranked{Finding: Finding{
		Severity: s, Code: code, Message: fmt.Sprintf(format, args...), Line: at.Line, Column: at.Column,
	}})
}

// iamDocument reports whether IAM or STS stores the document, which are stricter about some things.
func (k Kind) iamDocument() bool {
	return k == Identity || k == Boundary || k == Session || k == Trust
}

// ownPrincipal reports whether policies of the kind say whom they are about.
func (k Kind) ownPrincipal() bool { return k == Repository || k == Registry || k == Trust || k == RCP }

func (v *validator) version() {
	at := v.policy.Version.Pos
	if !v.policy.Version.Present() {
		at = Pos{Line: 1, Column: 1}
	}
	switch {
	case v.policy.Version.Text == version2012:
	case v.kind == Identity || v.kind == Boundary || v.kind == RCP:
		v.refuse(stageVersion, at, oldVersion, "Version must be %q", version2012)
	case !v.policy.Version.Present():
		v.remark(SeverityWarning, "MISSING_VERSION", at, "without Version the document follows the rules of %s, which has no policy variables", version2008)
	}
}

func (v *validator) sids() {
	seen := make(map[string]bool)
	for i := range v.policy.Statements {
		sid := v.policy.Statements[i].Sid
		switch {
		case !sid.Present():
			continue
		case sid.Text == "":
			v.remark(SeveritySuggestion, "EMPTY_SID_VALUE", sid.Pos, "leave out the empty Sid")
			continue
		case v.kind.iamDocument() && strings.ContainsFunc(sid.Text, func(r rune) bool { return !alphanumeric(r) }):
			v.refuse(stageSid, sid.Pos, malformedSid, "Sid %q may hold letters and digits only", sid.Text)
		}
		if seen[sid.Text] {
			if v.kind == Repository || v.kind == Registry {
				v.remark(SeverityWarning, "UNIQUE_SIDS_RECOMMENDED", sid.Pos, "another statement has the Sid %q", sid.Text)
			} else {
				v.refuse(stageSid, sid.Pos, duplicateSid, "another statement has the Sid %q", sid.Text)
			}
		}
		seen[sid.Text] = true
	}
}

func alphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func (v *validator) statement(st *Statement) {
	if e := st.Effect; e.Text != "Allow" && e.Text != "Deny" {
		v.refuse(stageLegacy, e.Pos, legacyParsing, "Effect must be written %q or %q", "Allow", "Deny")
	}
	v.principal(st)
	v.actions(st)
	if st.Resource == nil || len(st.Resource.Values) == 0 {
		if v.kind != Trust && v.kind != Repository {
			v.refuse(stageNoResources, st.Pos, noResources, "the statement names no resources")
		}
	}
	for i := range st.Conditions {
		v.condition(st, i)
	}
	if v.kind == RCP {
		if !st.Deny() {
			v.refuse(stageLegacy, st.Effect.Pos, "", "a resource control policy can only deny")
		}
		if st.Action != nil && st.Action.Not {
			v.refuse(stageAction, st.Action.Pos, "", "a resource control policy must not have NotAction")
		}
	}
}

func (v *validator) actions(st *Statement) {
	if st.Action == nil || len(st.Action.Values) == 0 {
		v.refuse(stageNoActions, st.Pos, noActions, "the statement names no actions")
		return
	}
	if v.kind == Trust && st.Action.Not {
		v.refuse(stageAction, st.Action.Pos, notAssumeRole, "a trust policy must not have NotAction")
	}
	for _, a := range st.Action.Values {
		if strings.Contains(a.Text, "${") {
			v.remark(SeverityWarning, "VARIABLE_UNSUPPORTED_IN_ELEMENT", a.Pos, "policy variables have no meaning in actions")
		}
		words := actionFault(a.Text)
		switch {
		case words != "":
			v.refuse(stageAction, a.Pos, words, "action %q must be \"*\" or \"service:Action\"", a.Text)
		case v.kind == Trust && !trustAction(a.Text):
			v.refuse(stageAction, a.Pos, notAssumeRole, "a trust policy cannot be about %s", a.Text)
		case v.kind == RCP && a.Text == "*":
			v.refuse(stageAction, a.Pos, "", "a resource control policy must name a service")
		}
	}
}

// actionFault returns IAM's words for a malformed action, "" when it is well formed.
func actionFault(action string) string {
	if action == "*" {
		return ""
	}
	vendor, name, ok := strings.Cut(action, ":")
	switch {
	case !ok:
		return noVendor
	case strings.Contains(name, ":"):
		return manyColons
	case strings.ContainsAny(vendor, "*?"):
		return wildcardVendor
	case vendor == "" || strings.ContainsFunc(vendor, func(r rune) bool { return !alphanumeric(r) && r != '-' && r != '.' }):
		return fmt.Sprintf("Vendor %s is not valid", vendor)
	}
	return ""
}

func trustAction(action string) bool {
	for _, a := range [...]string{"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML",
		"sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"} {
		if strings.EqualFold(a, action) {
			return true
		}
	}
	return false
}

func (v *validator) principal(st *Statement) {
	pr := st.Principal
	if !v.kind.ownPrincipal() {
		if pr != nil {
			v.refuse(stagePrincipal, pr.Pos, hasPrincipal, "%s must not name principals", v.kind.article())
		}
		return
	}
	if pr == nil || pr.empty() {
		v.refuse(stagePrincipal, st.Pos, noPrincipals, "the statement names no principals")
		return
	}
	if v.kind == RCP {
		if pr.Not || !pr.star("") {
			v.refuse(stagePrincipal, pr.Pos, "", "the Principal of a resource control policy must be \"*\"")
		}
		return
	}
	if pr.Not {
		if v.kind == Trust {
			v.remark(SeverityWarning, "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", pr.Pos, "a trust policy should name who may assume the role, not who may not")
		}
		if !st.Deny() {
			v.remark(SeveritySecurityWarning, "ALLOW_WITH_NOTPRINCIPAL", pr.Pos, "Allow with NotPrincipal allows everyone else, anonymous callers included")
		}
	}
	if v.kind == Repository && !st.Deny() && len(st.Conditions) == 0 && (pr.star("") || pr.star("AWS")) {
		v.remark(SeveritySecurityWarning, "ALLOW_TO_EVERYONE", pr.Pos, "this allows every AWS account; a condition on aws:PrincipalOrgID would limit it to an organization")
	}
	for _, g := range pr.Groups {
		for _, entry := range g.Values {
			if !v.validPrincipal(g.Type.Text, entry.Text) {
				words := starPrincipal
				if g.Type.Present() || entry.Text != "*" {
					words = fmt.Sprintf("Invalid principal in policy: %q:%q", strings.ToUpper(g.Type.Text), entry.Text)
				}
				v.refuse(stagePrincipal, entry.Pos, words, "%q is not a principal", entry.Text)
			}
		}
	}
}

// empty reports whether the element names nobody at all.
func (p *Principals) empty() bool {
	return !slices.ContainsFunc(p.Groups, func(g PrincipalGroup) bool { return len(g.Values) > 0 })
}

// star reports whether the element is "*" under a type.
func (p *Principals) star(typ string) bool {
	for _, g := range p.Groups {
		if g.Type.Text == typ && slices.ContainsFunc(g.Values, func(v Value) bool { return v.Text == "*" }) {
			return true
		}
	}
	return false
}

func (v *validator) validPrincipal(typ, text string) bool {
	switch typ {
	case "":
		return text == "*" && v.kind != Trust
	case "AWS":
		return text == "*" || validAWSPrincipal(text)
	case "Service":
		return hostName(text)
	case "Federated":
		arn, n := splitARN(text)
		return hostName(text) || n == len(arn) && arn[2] == "iam" && isAccount(arn[4]) &&
			(strings.HasPrefix(arn[5], "oidc-provider/") || strings.HasPrefix(arn[5], "saml-provider/"))
	default: // CanonicalUser is for S3
		return false
	}
}

// validAWSPrincipal reports whether text is an account, a user, a role, or a session, by ARN or by unique id.
func validAWSPrincipal(text string) bool {
	if strings.HasPrefix(text, "AIDA") || strings.HasPrefix(text, "AROA") {
		return len(text) >= 16 && !strings.ContainsFunc(text, func(r rune) bool { return !alphanumeric(r) })
	}
	if _, ok := accountPrincipal(text); ok {
		return true
	}
	arn, n := splitARN(text)
	if n < len(arn) || arn[0] != "arn" || arn[3] != "" || !isAccount(arn[4]) || strings.ContainsAny(text, "*?") {
		return false
	}
	typ, name, _ := strings.Cut(arn[5], "/")
	switch arn[2] {
	case "iam":
		return (typ == "user" || typ == "role") && name != ""
	case "sts":
		role, session, _ := strings.Cut(name, "/")
		return typ == "federated-user" && name != "" || typ == "assumed-role" && role != "" && session != ""
	}
	return false
}

func hostName(s string) bool {
	return strings.Contains(s, ".") && !strings.ContainsFunc(s, func(r rune) bool {
		return !alphanumeric(r) && r != '.' && r != '-'
	})
}

// article is the name of the kind with an article.
func (k Kind) article() string {
	if k == Identity {
		return "an " + k.String()
	}
	return "a " + k.String()
}

// resources checks the Resource elements of all statements. Of several bad resources IAM reports the
// lexically smallest of the last statement that has one, NotResource elements counting as later.
func (v *validator) resources() {
	type bad struct {
		Value
		not       bool
		statement int
		words     string
	}
	var all []bad
	for i := range v.policy.Statements {
		e := v.policy.Statements[i].Resource
		if e == nil {
			continue
		}
		switch v.kind {
		case Trust:
			v.refuse(stageNoResources, e.Pos, hasResource, "the resource of a trust policy is the role")
			continue
		case Repository:
			v.remark(SeverityWarning, "RESOURCE_NOT_NEEDED", e.Pos, "the resource of a repository policy is the repository; ECR has refused documents that name it")
		}
		for _, r := range e.Values {
			v.resourceVariables(r)
			words, legacy := resourceFault(r.Text)
			switch {
			case words == "" || v.kind == Repository || v.kind == Registry:
			case legacy:
				v.refuse(stageLegacy, r.Pos, words, "resource %q is not an ARN", r.Text)
			default:
				all = append(all, bad{r, e.Not, i, words})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b bad) int {
		if a.not != b.not {
			if a.not {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.statement, a.statement), cmp.Compare(a.Text, b.Text))
	})
	for _, b := range all {
		v.refuse(stageResource, b.Pos, b.words, "resource %q is not an ARN that IAM accepts", b.Text)
	}
}

// resourceFault returns IAM's words for a malformed resource, "" when it is well formed. legacy tells
// that they belong to an earlier stage.
func resourceFault(r string) (words string, legacy bool) {
	if r == "*" {
		return "", false
	}
	arn, n := splitARN(r)
	if n == 1 {
		return fmt.Sprintf(`Resource %s must be in ARN format or "*".`, r), false
	}
	if n > 2 && arn[2] == "" || n < len(arn) && strings.Contains(r, "::") {
		return legacyParsing, true
	}
	if !partition(arn[1]) {
		shown := arn
		for i := n; i < len(shown); i++ {
			shown[i] = "*"
		}
		return fmt.Sprintf(`Partition "%s" is not valid for resource "arn:%s".`, arn[1], strings.Join(shown[1:], ":")), false
	}
	if n == 2 || strings.ContainsAny(arn[2], "*?") {
		return unqualified, false
	}
	switch arn[2] {
	case "iam":
		if arn[3] != "" {
			return fmt.Sprintf("IAM resource %s cannot contain region information.", r), false
		}
		if n == len(arn) && !iamPath(arn[5]) {
			return iamPaths, false
		}
	case "s3":
		if arn[3] != "" && !strings.HasPrefix(arn[5], "accesspoint/") {
			return fmt.Sprintf("Resource %s can not contain region information.", r), false
		}
	}
	return "", false
}

func partition(p string) bool {
	switch p {
	case "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f":
		return true
	}
	return strings.ContainsAny(p, "*?")
}

// iamPath reports whether an ARN of IAM may end so. AWS's own policies name root users, which its sentence leaves out.
func iamPath(p string) bool {
	if p == "*" || p == "root" {
		return true
	}
	for _, prefix := range [...]string{"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/",
		"server-certificate/", "policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

// resourceVariables checks the policy variables of a resource.
func (v *validator) resourceVariables(r Value) {
	before, _, found := strings.Cut(r.Text, "${")
	if found && v.policy.variables() && strings.Count(before, ":") < len(arnParts{})-1 {
		v.remark(SeverityWarning, "VARIABLE_UNSUPPORTED_IN_ELEMENT", r.Pos, "policy variables have no meaning before the fifth colon of a resource")
	}
	v.variables(r)
}

// variables checks the syntax of the policy variables in a value.
func (v *validator) variables(val Value) {
	rest := val.Text
	for {
		_, _, after, found, fault := cutVariable(rest)
		switch {
		case !found:
			return
		case !v.policy.variables():
			v.remark(SeverityWarning, "VARIABLE_UNSUPPORTED_IN_VERSION", val.Pos, "policy variables need Version %q; this is plain text", version2012)
			return
		case fault != "":
			v.remark(SeverityWarning, string(fault), val.Pos, "the policy variable in %q is malformed, so the value matches nothing", val.Text)
			return
		}
		rest = after
	}
}

func (v *validator) condition(st *Statement, index int) {
	c := &st.Conditions[index]
	op := c.Operator.comparison
	for i := range st.Conditions[:index] {
		if o := &st.Conditions[i]; o.folded == c.folded && o.Operator.Name.Text == c.Operator.Name.Text {
			v.remark(SeverityWarning, "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", c.Key.Pos, "%s repeats %s: keys compare without case", c.Key.Text, o.Key.Text)
		}
	}
	switch {
	case op == null && c.Operator.quantifier != noQuantifier:
		v.remark(SeveritySuggestion, "NULL_WITH_QUALIFIER", c.Operator.Name.Pos, "a set operator has no meaning with Null")
	case op != null && c.Operator.quantifier == noQuantifier && multiValued(c.folded):
		v.remark(SeverityWarning, "MISSING_QUALIFIER", c.Key.Pos, "%s has several values: the operator needs ForAnyValue or ForAllValues", c.Key.Text)
	case c.Operator.quantifier == forAllValues && !st.Deny() && singleValued(c.folded):
		v.remark(SeveritySecurityWarning, "FORALLVALUES_WITH_SINGLE_VALUED_KEY", c.Key.Pos, "ForAllValues also matches requests without %s", c.Key.Text)
	}
	if len(c.Values) == 0 {
		v.remark(SeveritySuggestion, "EMPTY_ARRAY_CONDITION", c.Key.Pos, "the condition has no values")
	}
	for _, val := range c.Values {
		v.operand(op, val)
	}
}

// operand checks a condition value against its operator.
func (v *validator) operand(op comparison, val Value) {
	if op.variables() {
		v.variables(val)
	}
	ok := true
	switch {
	case op.numeric():
		_, ok = parseDecimal(val.Text)
	case op.date():
		_, ok = parseInstant(val.Text)
	case op == ipAddress:
		_, ok = parseNetwork(val.Text)
	case op == binaryEquals:
		if _, err := base64.StdEncoding.DecodeString(val.Text); err != nil {
			v.refuse(stageSyntax, val.Pos, syntaxErrors, "%q is not base64", val.Text)
		}
	case op == boolean || op == null:
		if _, isBool := parseBool(val.Text); !isBool && !strings.Contains(val.Text, "${") {
			v.remark(SeverityWarning, "TYPE_MISMATCH_BOOLEAN", val.Pos, "%q is not a boolean, so it matches nothing", val.Text)
		}
	case op == arnLike:
		if _, n := splitARN(val.Text); n < len(arnParts{}) && !stars(val.Text) && !strings.Contains(val.Text, "${") {
			v.remark(SeverityWarning, "TYPE_MISMATCH", val.Pos, "%q is not an ARN, so it matches nothing", val.Text)
		}
	case op == stringEquals || op == stringEqualsFold:
		if strings.ContainsAny(strings.NewReplacer("${*}", "", "${?}", "").Replace(val.Text), "*?") {
			v.remark(SeverityWarning, "WILDCARD_WITHOUT_LIKE_OPERATOR", val.Pos, "%q is compared literally; wildcards need StringLike", val.Text)
		}
	}
	if !ok {
		v.refuse(stageLegacy, val.Pos, legacyParsing, "%q is not what the operator compares", val.Text)
	}
}

// multiValued reports whether a global or STS key may have several values.
func multiValued(key string) bool {
	switch key {
	case "aws:tagkeys", "aws:calledvia", "aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths",
		"aws:principalservicenameslist", "sts:transitivetagkeys":
		return true
	}
	return false
}

// singleValued reports whether a key is known to have one value.
func singleValued(key string) bool {
	return strings.HasPrefix(key, "aws:") && !multiValued(key)
}
