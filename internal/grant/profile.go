package grant

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/pratique-dev/pratique/policy/catalog"
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
	// Extras are further rights that a data plane may be given, each asked for
	// by a parameter.
	Extras []Extra `yaml:"extras"`
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

	sids []string // of all profiles that were loaded together
}

// Extra is a right of another principal of the data plane, such as the role
// that builds its images.
type Extra struct {
	// Parameter is the parameter, of kind role or principal, that names who is
	// given the right.
	Parameter string `yaml:"parameter"`
	// Sid is the statement id, of its own unless the actions are those of the
	// profile.
	Sid string `yaml:"sid"`
	// May says what it is the right to do: "push".
	May string `yaml:"may"`
	// Actions are allowed on the repository.
	Actions []string `yaml:"actions"`
	// ManagedPolicy is the AWS managed policy that the principal needs on its
	// own side.
	ManagedPolicy string `yaml:"managedPolicy"`
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
	return Profiles(nil).Add(files, dir)
}

// Add returns the profiles together with those of a directory, which are read
// as by [Load] and may not have the names of others.
func (ps Profiles) Add(files fs.FS, dir string) (Profiles, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	taken := map[string]string{}
	all := make(Profiles, 0, len(ps)+len(names))
	add := func(p *Profile, from string) error {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			if other, ok := taken[n]; ok {
				return fmt.Errorf("profile %s: the name %q is already used by %s", from, n, other)
			}
			taken[n] = from
		}
		all = append(all, p)
		return nil
	}
	for _, p := range ps {
		own := *p // its sids change
		if err := add(&own, "the profile "+p.Name); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		p, err := parseProfile(data)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", name, err)
		}
		if err := add(p, name); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b *Profile) int { return strings.Compare(a.Name, b.Name) })
	sids := all.Sids()
	for _, p := range all {
		p.sids = sids
	}
	return all, nil
}

// Sids are the statement ids of all profiles, which begin those of every
// grant; see [Right.Sids].
func (ps Profiles) Sids() []string {
	var sids []string
	for _, p := range ps {
		sids = append(sids, p.Sid)
		for _, e := range p.Extras {
			sids = append(sids, e.Sid)
		}
	}
	slices.Sort(sids)
	return slices.Compact(sids)
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

var (
	placeholder = regexp.MustCompile(`\{([a-z][a-z-]*)\}`)
	sidText     = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

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
	case !sidText.MatchString(p.Sid):
		return nil, fmt.Errorf("sid %q is not letters and digits", p.Sid)
	case len(p.Principals) == 0:
		return nil, errors.New("principals are missing")
	}
	if err := checkActions(p.Actions); err != nil {
		return nil, err
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
	for i, e := range p.Extras {
		if err := p.checkExtra(e); err != nil {
			return nil, fmt.Errorf("extra %d: %w", i+1, err)
		}
	}
	return &p, nil
}

// checkActions refuses lists that make no useful statement.
func checkActions(actions []string) error {
	if len(actions) == 0 {
		return errors.New("actions are missing")
	}
	for _, a := range actions {
		if !strings.HasPrefix(a, "ecr:") || !catalog.Known(a) && !strings.ContainsAny(a, "*?") {
			return fmt.Errorf("%q is not an action of ECR", a)
		}
	}
	return nil
}

func (p *Profile) checkExtra(e Extra) error {
	param, err := p.parameter(e.Parameter)
	switch {
	case err != nil:
		return err
	case param.Kind != Role && param.Kind != Principal:
		return fmt.Errorf("parameter %s is neither a role nor a principal", param.Name)
	case !sidText.MatchString(e.Sid):
		return fmt.Errorf("sid %q is not letters and digits", e.Sid)
	case e.May == "":
		return errors.New("may is missing")
	case e.Sid == p.Sid && !sameSet(e.Actions, p.Actions):
		return fmt.Errorf("sid %q is the profile's own, and the actions are others", e.Sid)
	}
	return checkActions(e.Actions)
}

func (p *Profile) parameter(name string) (*Parameter, error) {
	for i := range p.Parameters {
		if p.Parameters[i].Name == name {
			return &p.Parameters[i], nil
		}
	}
	return nil, fmt.Errorf("no parameter named %q", name)
}
