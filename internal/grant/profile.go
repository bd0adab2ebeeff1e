package grant

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/pratique-dev/pratique/internal/arn"
)

//go:embed profiles/*.yaml
var builtin embed.FS

// Profile is what is known of one platform that pulls images: who its nodes
// are, what they need on a repository, and the platform's own rules.
type Profile struct {
	// Name is the platform's name on the command line.
	Name string `yaml:"name"`
	// Aliases are other names of the same platform.
	Aliases []string `yaml:"aliases"`
	// Title is a short description.
	Title string `yaml:"title"`
	// Sid is the statement id of a grant; see [Grant.Sids].
	Sid string `yaml:"sid"`
	// Docs is the platform's page about ECR.
	Docs string `yaml:"docs"`
	// Parameters are what has to be known of one data plane.
	Parameters []Parameter `yaml:"parameters"`
	// Principals are templates of the principal, "role/name-{parameter}" for a
	// role of the data plane's account or "{parameter}" for a parameter that is
	// a principal. The first whose parameters are all given is used.
	Principals []string `yaml:"principals"`
	// Actions are allowed on the repository.
	Actions []string `yaml:"actions"`
	// ManagedPolicy is the AWS managed policy that the principal needs on its
	// own side.
	ManagedPolicy string `yaml:"managedPolicy"`
	// SameAccount tells why a repository in the data plane's own account needs
	// no grant.
	SameAccount string `yaml:"sameAccount"`
	// SameRegion, if set, demands that the repository be in the region that a
	// parameter names.
	SameRegion *RegionRule `yaml:"sameRegion"`
	// Useless maps actions that the platform's guide lists in repository
	// policies, but that do nothing there, to an explanation.
	Useless map[string]string `yaml:"useless"`
	// Notes are shown with every plan.
	Notes []string `yaml:"notes"`
}

// RegionRule binds the repository's region to a parameter.
type RegionRule struct {
	// Parameter holds the region.
	Parameter string `yaml:"parameter"`
	// Reason explains a refusal.
	Reason string `yaml:"reason"`
}

// Parameter is a fact about one data plane.
type Parameter struct {
	// Name is the flag's name.
	Name string `yaml:"name"`
	// Kind is text, role (a name or an ARN), principal (an account id or an
	// ARN) or region.
	Kind ParameterKind `yaml:"kind"`
	// Required parameters must be given unless the principals are given.
	Required bool `yaml:"required"`
	// Pattern is a regular expression that the whole value must match.
	Pattern string `yaml:"pattern"`
	// Example is a plausible value.
	Example string `yaml:"example"`
	// Description is one line of help.
	Description string `yaml:"description"`
}

// ParameterKind says how a parameter's value is read.
type ParameterKind string

// The kinds of parameter.
const (
	Text      ParameterKind = "text"
	Role      ParameterKind = "role"
	Principal ParameterKind = "principal"
	Region    ParameterKind = "region"
)

// Profiles are platform profiles, sorted by name.
type Profiles []*Profile

// Builtin returns the profiles that come with the program.
func Builtin() (Profiles, error) {
	return Load(builtin, "profiles")
}

// Load reads every *.yaml file of a directory as a profile. Unknown fields,
// unusable templates and names used twice are errors.
func Load(files fs.FS, dir string) (Profiles, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var all Profiles
	taken := map[string]string{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		p, err := parseProfile(data)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", name, err)
		}
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			if other, ok := taken[n]; ok {
				return nil, fmt.Errorf("profile %s: the name %q is already used by %s", name, n, other)
			}
			taken[n] = name
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *Profile) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Named returns the profile with a name or alias.
func (ps Profiles) Named(name string) (*Profile, error) {
	var names []string
	for _, p := range ps {
		if p.Name == name || slices.Contains(p.Aliases, name) {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return nil, fmt.Errorf("no platform named %q; known are %s", name, strings.Join(names, ", "))
}

// Recognize finds the platform whose role-name template fits an IAM role's
// name, and the parameters that the name reveals. A nil profile means none
// fits.
func (ps Profiles) Recognize(roleName string) (*Profile, map[string]string) {
	for _, p := range ps {
		for _, t := range p.Principals {
			name, ok := strings.CutPrefix(t, "role/")
			if !ok {
				continue
			}
			if params := p.match(name, roleName); params != nil {
				return p, params
			}
		}
	}
	return nil, nil
}

func (p *Profile) match(template, name string) map[string]string {
	var expr strings.Builder
	var params []string
	rest := template
	for _, m := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		expr.WriteString(regexp.QuoteMeta(template[len(template)-len(rest) : m[0]]))
		param, err := p.parameter(template[m[2]:m[3]])
		if err != nil || param.Pattern == "" {
			return nil
		}
		expr.WriteString("(" + param.Pattern + ")")
		params = append(params, param.Name)
		rest = template[m[1]:]
	}
	expr.WriteString(regexp.QuoteMeta(rest))
	re, err := regexp.Compile("^" + expr.String() + "$")
	if err != nil {
		return nil
	}
	found := re.FindStringSubmatch(name)
	if found == nil {
		return nil
	}
	out := make(map[string]string, len(params))
	for i, n := range params {
		out[n] = found[i+1]
	}
	return out
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z-]*)\}`)

func parseProfile(data []byte) (*Profile, error) {
	var p Profile
	if err := yaml.UnmarshalWithOptions(data, &p, yaml.Strict()); err != nil {
		return nil, err
	}
	switch {
	case p.Name == "":
		return nil, errors.New("name is missing")
	case p.Sid == "":
		return nil, errors.New("sid is missing")
	case len(p.Principals) == 0:
		return nil, errors.New("principals are missing")
	case len(p.Actions) == 0:
		return nil, errors.New("actions are missing")
	}
	for _, param := range p.Parameters {
		switch param.Kind {
		case Text, Role, Principal, Region:
		default:
			return nil, fmt.Errorf("parameter %s: kind %q is not text, role, principal or region", param.Name, param.Kind)
		}
		if _, err := regexp.Compile(param.Pattern); err != nil {
			return nil, fmt.Errorf("parameter %s: %w", param.Name, err)
		}
	}
	for _, t := range p.Principals {
		names := placeholder.FindAllStringSubmatch(t, -1)
		for _, m := range names {
			if _, err := p.parameter(m[1]); err != nil {
				return nil, fmt.Errorf("principal %q: %w", t, err)
			}
		}
		if !strings.HasPrefix(t, "role/") && !strings.HasPrefix(t, "user/") && (len(names) != 1 || names[0][0] != t) {
			return nil, fmt.Errorf("principal %q is neither role/…, user/… nor one {parameter}", t)
		}
	}
	if p.SameRegion != nil {
		if _, err := p.parameter(p.SameRegion.Parameter); err != nil {
			return nil, fmt.Errorf("sameRegion: %w", err)
		}
	}
	return &p, nil
}

func (p *Profile) parameter(name string) (*Parameter, error) {
	for i := range p.Parameters {
		if p.Parameters[i].Name == name {
			return &p.Parameters[i], nil
		}
	}
	return nil, fmt.Errorf("no parameter named %q", name)
}

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

// Grant is what one data plane needs: its principals and the actions to allow.
type Grant struct {
	// Profile is the platform.
	Profile *Profile
	// Account owns the principals.
	Account string
	// Principals are ARNs.
	Principals []string
	// Params are the profile's parameters.
	Params map[string]string
}

// Grant fills the profile's templates.
func (p *Profile) Grant(in Input) (*Grant, error) {
	if in.Partition == "" {
		in.Partition = arn.Partition
	}
	for name := range in.Params {
		if _, err := p.parameter(name); err != nil {
			return nil, fmt.Errorf("platform %s: %w", p.Name, err)
		}
	}
	for _, param := range p.Parameters {
		v := in.Params[param.Name]
		ruled := p.SameRegion != nil && p.SameRegion.Parameter == param.Name
		if v == "" && param.Required && (len(in.Principals) == 0 || ruled) {
			return nil, fmt.Errorf("platform %s needs --%s (%s), for example --%s %s", p.Name, param.Name, param.Description, param.Name, param.Example)
		}
		if v != "" && param.Pattern != "" && !regexp.MustCompile("^(?:"+param.Pattern+")$").MatchString(v) {
			return nil, fmt.Errorf("--%s %q is not of the form %s", param.Name, v, param.Pattern)
		}
	}
	g := &Grant{Profile: p, Params: maps.Clone(in.Params)}
	if len(in.Principals) > 0 {
		for _, v := range in.Principals {
			a, err := principalARN(v, in.Partition)
			if err != nil {
				return nil, err
			}
			g.Principals = append(g.Principals, a)
		}
	} else {
		a, err := p.principal(in)
		if err != nil {
			return nil, err
		}
		g.Principals = []string{a}
	}
	for _, v := range g.Principals {
		a, err := arn.Parse(v)
		if err != nil {
			return nil, err
		}
		if g.Account != "" && g.Account != a.Account {
			return nil, fmt.Errorf("the principals are of two accounts, %s and %s; make one grant for each", g.Account, a.Account)
		}
		g.Account = a.Account
	}
	return g, nil
}

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
		switch {
		case kind == Principal:
			return principalARN(filled, in.Partition)
		case strings.HasPrefix(filled, "arn:"):
			return principalARN(filled, in.Partition)
		case kind == Role:
			filled = "role/" + filled
		}
		if !arn.IsAccountID(in.Account) {
			return "", fmt.Errorf("which AWS account is %s in? Give --account with its 12 digits", filled)
		}
		return principalARN("arn:"+in.Partition+":iam::"+in.Account+":"+filled, in.Partition)
	}
	var flags []string
	for _, param := range p.Parameters {
		flags = append(flags, "--"+param.Name)
	}
	return "", fmt.Errorf("platform %s needs one of %s to know its principal", p.Name, strings.Join(flags, ", "))
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
