package grant

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

// File declares who may pull what: an access.yaml. docs/access.md describes it.
type File struct {
	// Version is 1.
	Version int `yaml:"version"`
	// Credentials are those of grants that name none.
	Credentials Credentials `yaml:"credentials"`
	// Registries are hosts of registries of which the file declares every
	// grant: pruning looks at all their repositories.
	Registries []string `yaml:"registries"`
	// Grants are the declarations.
	Grants []*Declaration `yaml:"grants"`
}

// Credentials say where those of the two sides come from.
type Credentials struct {
	// Puller is the data plane's account.
	Puller Source `yaml:"puller"`
	// Owner is the repositories' account.
	Owner Source `yaml:"owner"`
}

// Source is where credentials come from. The zero Source is the environment's.
type Source struct {
	// Profile of the AWS configuration.
	Profile string `yaml:"profile"`
	// AssumeRole is the ARN of a role to assume with them.
	AssumeRole string `yaml:"assumeRole"`
	// ExternalID is told when the role is assumed.
	ExternalID string `yaml:"externalId"`
}

// Declaration is one grant of a file, on many repositories.
type Declaration struct {
	// Platform is a profile's name or alias.
	Platform string `yaml:"platform"`
	// Account is the data plane's.
	Account scalar `yaml:"account"`
	// Parameters are the profile's.
	Parameters map[string]scalar `yaml:"parameters"`
	// Principals are ARNs that replace the profile's principal.
	Principals []scalar `yaml:"principals"`
	// Repositories are URIs, or names where there is a Registry.
	Repositories []string `yaml:"repositories"`
	// Registry is the host of the registry that Prefix and Tags select from.
	Registry string `yaml:"registry"`
	// Prefix begins the names of the repositories that are meant; empty ones
	// mean all of the registry.
	Prefix *string `yaml:"prefix"`
	// Tags are resource tags of the repositories that are meant.
	Tags map[string]scalar `yaml:"tags"`
	// Replicate sets up replication where the platform pulls in one region
	// only.
	Replicate bool `yaml:"replicate"`
	// Credentials of this grant, where they differ from the file's.
	Credentials Credentials `yaml:"credentials"`

	// Grant is what the declaration says.
	Grant *Grant `yaml:"-"`
	// Line is where it stands.
	Line int `yaml:"-"`
}

// scalar is a YAML scalar as it is written: an account id is no number.
type scalar string

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (s *scalar) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(ast.ScalarNode); !ok || node.Type() == ast.NullType {
		return &FileError{Line: node.GetToken().Position.Line, Column: node.GetToken().Position.Column, Msg: "want a text"}
	}
	*s = scalar(node.GetToken().Value)
	return nil
}

// FileError is a fault in a file, with its place.
type FileError struct {
	Name         string
	Line, Column int
	Msg          string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Msg)
}

// ParseFile reads a declaration. Every fault is reported, as a [FileError]
// each; unknown members are faults.
func ParseFile(name string, data []byte, profiles Profiles) (*File, error) {
	f := new(File)
	if err := yaml.UnmarshalWithOptions(data, f, yaml.Strict()); err != nil {
		return nil, placed(name, err)
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, placed(name, err)
	}
	c := &check{name: name, tree: tree}
	if f.Version != 1 {
		c.fault("$.version", "version is 1")
	}
	for i, r := range f.Registries {
		if _, ok := endpoint.ParseRegistry(r); !ok {
			c.fault(fmt.Sprintf("$.registries[%d]", i), "%q is not the host of a registry: want <account>.dkr.ecr.<region>.<domain>", r)
		}
	}
	if len(f.Grants) == 0 {
		c.fault("$.grants", "there are no grants")
	}
	for i, d := range f.Grants {
		at := fmt.Sprintf("$.grants[%d]", i)
		if d == nil {
			c.fault(at, "the grant is empty")
			continue
		}
		d.Line, _ = c.position(at)
		d.Credentials.Puller.inherit(f.Credentials.Puller)
		d.Credentials.Owner.inherit(f.Credentials.Owner)
		c.declaration(at, d, profiles)
	}
	if len(c.faults) > 0 {
		return nil, errors.Join(c.faults...)
	}
	return f, nil
}

func (s *Source) inherit(from Source) {
	if *s == (Source{}) {
		*s = from
	}
}

func placed(name string, err error) error {
	var own *FileError
	if errors.As(err, &own) {
		own.Name = name
		return own
	}
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		p := at.GetToken().Position
		return &FileError{name, p.Line, p.Column, at.GetMessage()}
	}
	return fmt.Errorf("%s: %w", name, err)
}

// check collects the faults of a file.
type check struct {
	name   string
	tree   *ast.File
	faults []error
}

// position finds a node by its path, or else the closest one above it.
func (c *check) position(path string) (line, column int) {
	for path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if n, err := p.FilterFile(c.tree); err == nil && n != nil {
				if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
					n = m.Values[0].Key
				}
				at := n.GetToken().Position
				return at.Line, at.Column
			}
		}
		path = path[:max(1, strings.LastIndexAny(path, ".["))]
	}
	return 1, 1
}

func (c *check) fault(path, format string, args ...any) {
	line, column := c.position(path)
	c.faults = append(c.faults, &FileError{c.name, line, column, fmt.Sprintf(format, args...)})
}

func (c *check) declaration(at string, d *Declaration, profiles Profiles) {
	registry, isHost := endpoint.ParseRegistry(d.Registry)
	switch {
	case d.Registry != "" && !isHost:
		c.fault(at+".registry", "%q is not the host of a registry: want <account>.dkr.ecr.<region>.<domain>", d.Registry)
	case d.Registry == "" && (d.Prefix != nil || len(d.Tags) > 0):
		c.fault(at, "prefix and tags select from a registry: give its host as registry")
	case len(d.Repositories) == 0 && d.Prefix == nil && len(d.Tags) == 0:
		c.fault(at, "which repositories? Give repositories, prefix or tags")
	}
	for i, r := range d.Repositories {
		if _, ok := ParseRepository(registry, r); !ok {
			c.fault(fmt.Sprintf("%s.repositories[%d]", at, i), "%q is not the URI of a repository: want <account>.dkr.ecr.<region>.<domain>/<name>", r)
		}
	}
	for _, s := range []Source{d.Credentials.Puller, d.Credentials.Owner} {
		if s.AssumeRole == "" && s.ExternalID != "" {
			c.fault(at+".credentials", "externalId is for assumeRole")
		}
	}
	p, err := profiles.Named(d.Platform)
	if err != nil {
		c.fault(at+".platform", "%v", err)
		return
	}
	if d.Account != "" && !arn.IsAccountID(string(d.Account)) {
		c.fault(at+".account", "account %q is not of 12 digits", d.Account)
		return
	}
	in := Input{Account: string(d.Account), Params: map[string]string{}}
	for _, k := range slices.Sorted(maps.Keys(d.Parameters)) {
		if _, err := p.parameter(k); err != nil {
			c.fault(at+".parameters.'"+k+"'", "platform %s has %v", p.Name, err)
			return
		}
		in.Params[k] = string(d.Parameters[k])
	}
	for _, v := range d.Principals {
		in.Principals = append(in.Principals, string(v))
	}
	if d.Grant, err = p.Grant(in); err != nil {
		c.fault(at, "%v", err)
	}
	if d.Replicate && p.SameRegion == nil {
		c.fault(at+".replicate", "platform %s pulls from any region, so nothing need be replicated", p.Name)
	}
}

// ParseRepository reads the URI of a repository, or its name where there is a
// registry. A tag or digest is refused.
func ParseRepository(registry endpoint.Registry, s string) (endpoint.Image, bool) {
	if img, ok := endpoint.ParseImage(s); ok {
		return img, img.Tag == "" && img.Digest == ""
	}
	if registry == (endpoint.Registry{}) || s == "" || strings.ContainsAny(s, ":@") {
		return endpoint.Image{}, false
	}
	return endpoint.Image{Registry: registry, Repository: s}, true
}

// Images are the repositories that are named.
func (d *Declaration) Images() []endpoint.Image {
	registry, _ := endpoint.ParseRegistry(d.Registry)
	var all []endpoint.Image
	for _, r := range d.Repositories {
		if img, ok := ParseRepository(registry, r); ok {
			all = append(all, img)
		}
	}
	return all
}

// Selection are the repositories that are selected from a registry; ok is
// false if none are.
func (d *Declaration) Selection() (registry endpoint.Registry, s Selection, ok bool) {
	if d.Prefix == nil && len(d.Tags) == 0 {
		return registry, s, false
	}
	registry, ok = endpoint.ParseRegistry(d.Registry)
	if d.Prefix != nil {
		s.Prefix = *d.Prefix
	}
	if len(d.Tags) > 0 {
		s.Tags = make(map[string]string, len(d.Tags))
		for k, v := range d.Tags {
			s.Tags[k] = string(v)
		}
	}
	return registry, s, ok
}
