package grant

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/arn"
)

// Input describes one data plane.
type Input struct {
	// Account is the data plane's AWS account; needed for principals that are
	// given by role name.
	Account string
	// Partition is "aws" if empty.
	Partition string
	// Params are the profile's parameters by name.
	Params map[string]string
	// Principals are ARNs that replace the profile's principal.
	Principals []string
}

// Grant is what one data plane needs of a repository.
type Grant struct {
	// Profile is the platform.
	Profile *Profile
	// Account owns the principals.
	Account string
	// Principals are the ARNs of those that pull.
	Principals []string
	// Params are the profile's parameters.
	Params map[string]string
	// Rights are what the repository policy is to allow: the pull of
	// Principals, and those of the profile's extras that were asked for.
	Rights []Right
}

// Right is one statement's worth of access for principals of one account.
type Right struct {
	// Sid begins the statement's id; see [Right.Sids].
	Sid string
	// May says what it is the right to do: "pull".
	May string
	// Principals are ARNs.
	Principals []string
	// Actions are allowed on the repository.
	Actions []string
	// ManagedPolicy is the AWS managed policy that the principals need on
	// their own side.
	ManagedPolicy string
}

// Grant fills the profile's templates.
func (p *Profile) Grant(in Input) (*Grant, error) {
	if in.Partition == "" {
		in.Partition = arn.Partition
	}
	if err := p.checkParams(in); err != nil {
		return nil, err
	}
	g := &Grant{Profile: p, Params: maps.Clone(in.Params)}
	if len(in.Principals) > 0 {
		for _, v := range in.Principals {
			a, err := principalARN(v, in.Partition)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(g.Principals, a) {
				g.Principals = append(g.Principals, a)
			}
		}
	} else {
		a, err := p.principal(in)
		if err != nil {
			return nil, err
		}
		g.Principals = []string{a}
	}
	g.Rights = []Right{{p.Sid, "pull", g.Principals, p.Actions, p.ManagedPolicy}}
	if err := g.addExtras(in); err != nil {
		return nil, err
	}
	for _, r := range g.Rights {
		for _, v := range r.Principals {
			a, err := arn.Parse(v)
			if err != nil {
				return nil, err
			}
			if g.Account != "" && g.Account != a.Account {
				return nil, fmt.Errorf("the principals are of two accounts, %s and %s; make one grant for each", g.Account, a.Account)
			}
			g.Account = a.Account
		}
	}
	return g, nil
}

// checkParams refuses parameters that the profile does not have, that do not
// fit their pattern, or that are missing.
func (p *Profile) checkParams(in Input) error {
	for _, name := range slices.Sorted(maps.Keys(in.Params)) {
		if _, err := p.parameter(name); err != nil {
			return fmt.Errorf("platform %s: %w", p.Name, err)
		}
	}
	for _, param := range p.Parameters {
		v := in.Params[param.Name]
		ruled := p.SameRegion != nil && p.SameRegion.Parameter == param.Name
		if v == "" && param.Required && (len(in.Principals) == 0 || ruled) {
			return fmt.Errorf("platform %s needs --%s (%s), for example --%s %s", p.Name, param.Name, param.Description, param.Name, param.Example)
		}
		if v != "" && param.Pattern != "" && !regexp.MustCompile("^(?:"+param.Pattern+")$").MatchString(v) {
			return fmt.Errorf("--%s %q is not of the form %s", param.Name, v, param.Pattern)
		}
	}
	return nil
}

// addExtras adds the rights whose parameters are given.
func (g *Grant) addExtras(in Input) error {
	for _, e := range g.Profile.Extras {
		v := in.Params[e.Parameter]
		if v == "" {
			continue
		}
		param, err := g.Profile.parameter(e.Parameter)
		if err != nil {
			return err
		}
		if in.Account == "" { // that of the nodes
			if a, err := arn.Parse(g.Principals[0]); err == nil {
				in.Account = a.Account
			}
		}
		principal, err := fill(v, param.Kind, in)
		if err != nil {
			return err
		}
		if e.Sid == g.Profile.Sid && slices.Contains(g.Rights[0].Principals, principal) {
			continue
		}
		g.Rights = append(g.Rights, Right{e.Sid, e.May, []string{principal}, e.Actions, e.ManagedPolicy})
	}
	return nil
}

// principal is the first of the profile's principals whose parameters are all
// given.
func (p *Profile) principal(in Input) (string, error) {
	for _, t := range p.Principals {
		complete := true
		for _, m := range placeholder.FindAllStringSubmatch(t, -1) {
			complete = complete && in.Params[m[1]] != ""
		}
		if !complete {
			continue
		}
		filled := placeholder.ReplaceAllStringFunc(t, func(s string) string { return in.Params[s[1:len(s)-1]] })
		kind := Text
		if m := placeholder.FindStringSubmatch(t); m != nil && m[0] == t {
			param, err := p.parameter(m[1])
			if err != nil {
				return "", err
			}
			kind = param.Kind
		}
		return fill(filled, kind, in)
	}
	var flags []string
	for _, name := range p.naming() {
		flags = append(flags, "--"+name)
	}
	return "", fmt.Errorf("platform %s needs one of %s to know its principal", p.Name, strings.Join(flags, ", "))
}

// naming are the parameters that the profile's principal can be made of.
func (p *Profile) naming() []string {
	var names []string
	for _, param := range p.Parameters {
		if slices.ContainsFunc(p.Principals, func(t string) bool { return strings.Contains(t, "{"+param.Name+"}") }) {
			names = append(names, param.Name)
		}
	}
	return names
}

// fill makes an ARN of a principal's filled template or of a parameter.
func fill(filled string, kind ParameterKind, in Input) (string, error) {
	switch {
	case kind == Principal, strings.HasPrefix(filled, "arn:"):
		return principalARN(filled, in.Partition)
	case kind == Role:
		filled = "role/" + filled
	}
	if !arn.IsAccountID(in.Account) {
		return "", fmt.Errorf("which AWS account is %s in? Give --account with its 12 digits", filled)
	}
	return principalARN("arn:"+in.Partition+":iam::"+in.Account+":"+filled, in.Partition)
}

var (
	iamEntity  = regexp.MustCompile(`^(?:root|(?:role|user)/(?:[\x21-\x7e]*/)?[A-Za-z0-9+=,.@_-]{1,64})$`)
	assumed    = regexp.MustCompile(`^assumed-role/([A-Za-z0-9+=,.@_-]{1,64})/[A-Za-z0-9+=,.@_-]{2,64}$`)
	notSidRune = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

// principalARN reads an account id or the ARN of a root, user, role or role
// session; a session stands for its role, because sessions come and go.
func principalARN(s, partition string) (string, error) {
	if arn.IsAccountID(s) {
		return "arn:" + partition + ":iam::" + s + ":root", nil
	}
	a, err := arn.Parse(s)
	if err != nil {
		return "", fmt.Errorf("principal %q is neither an account id nor an ARN", s)
	}
	if !arn.IsAccountID(a.Account) {
		return "", fmt.Errorf("principal %q has no account", s)
	}
	if a.Service == "sts" {
		if m := assumed.FindStringSubmatch(a.Resource); m != nil {
			return "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + m[1], nil
		}
	}
	if a.Service != "iam" || !iamEntity.MatchString(a.Resource) {
		return "", fmt.Errorf("principal %q is not a root, user or role", s)
	}
	return s, nil
}

// shared ends the statement id of grants that were merged into one statement.
const shared = "Shared"

// Sids are the statement ids that a grant of the right may have, in order of
// preference: the one that the platform's guide uses and, where that belongs
// to something else, ones that name the principal. Statements that were merged
// have the first, or one that [Right.shares].
func (r *Right) Sids() []string { return append([]string{r.Sid}, ownSids(r.Sid, r.Principals[0])...) }

// ownSids are the statement ids that name one principal.
func ownSids(sid, principal string) []string {
	a, err := arn.Parse(principal)
	if err != nil {
		return nil
	}
	var who strings.Builder
	for _, word := range strings.Fields(notSidRune.ReplaceAllString(a.Name(), " ")) {
		r, n := utf8.DecodeRuneInString(word)
		who.WriteRune(unicode.ToUpper(r))
		who.WriteString(word[n:])
	}
	return []string{sid + who.String(), sid + who.String() + a.Account}
}

// sharedSid reports whether a statement id may be that of several grants:
// "AllowPull", "AllowPullShared", "AllowPullShared2".
func sharedSid(root, sid string) bool {
	rest, ok := strings.CutPrefix(sid, root)
	if !ok {
		return false
	}
	if rest == "" {
		return true
	}
	rest, ok = strings.CutPrefix(rest, shared)
	return ok && strings.Trim(rest, "0123456789") == ""
}

// mayBe reports whether a statement id is one that the right may have.
func (r *Right) mayBe(sid string) bool {
	return sharedSid(r.Sid, sid) || slices.Contains(r.Sids(), sid)
}

// byGrant reports whether a statement was made by a grant: its id is that of a
// profile, shared or for a principal that it names.
func (s *statement) byGrant(root string) bool {
	if !s.plain() {
		return false
	}
	return sharedSid(root, s.Sid) || slices.ContainsFunc(s.Principal.AWS, func(p string) bool { return slices.Contains(ownSids(root, p), s.Sid) })
}
