package org

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// PolicyType is a type of policy of an organization, as the API calls it.
type PolicyType string

// The types that decide about access. AWS has others, which do not.
const (
	SCP PolicyType = "SERVICE_CONTROL_POLICY"
	RCP PolicyType = "RESOURCE_CONTROL_POLICY"
)

func (t PolicyType) kind() policy.Kind {
	if t == RCP {
		return policy.RCP
	}
	return policy.SCP
}

// Limits of policies, from the quotas page of the AWS Organizations User Guide.
const (
	maxPolicySize = 5120 // characters
	maxAttached   = 5    // policies of one type on one target
)

// Policy is a service or resource control policy.
type Policy struct {
	ID          string // p-…
	ARN         string
	Name        string
	Description string
	Type        PolicyType
	Content     string // as given
	AWSManaged  bool
}

// Ids of the policies of AWS.
const (
	FullAccess    = "p-FullAWSAccess"
	FullAccessRCP = "p-RCPFullAWSAccess"
)

// awsPolicies returns the policies that every organization has.
func awsPolicies() []*Policy {
	return []*Policy{
		{
			ID: FullAccess, ARN: awsPolicyARN(SCP, FullAccess), Name: "FullAWSAccess", Type: SCP, AWSManaged: true,
			Description: "Allows access to every operation",
			Content: `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}`,
		},
		{
			ID: FullAccessRCP, ARN: awsPolicyARN(RCP, FullAccessRCP), Name: "RCPFullAWSAccess", Type: RCP, AWSManaged: true,
			Description: "Allows access to every resource",
			Content: `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "*",
      "Resource": "*"
    }
  ]
}`,
		},
	}
}

func awsPolicyARN(t PolicyType, id string) string {
	return arn.ARN{
		Partition: arn.Partition, Service: "organizations", Account: "aws",
		Resource: "policy/" + strings.ToLower(string(t)) + "/" + id,
	}.String()
}

// awsPolicy returns the policy of AWS with that id, or nil.
func awsPolicy(id string) *Policy {
	for _, p := range awsPolicies() {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// fullAccess is the id of the policy of AWS that allows everything.
func fullAccess(t PolicyType) string {
	if t == RCP {
		return FullAccessRCP
	}
	return FullAccess
}

const policyColumns = `p.id, p.name, p.description, p.type, p.content`

func (o *Organization) scanPolicy(s meta.Scanner) (*Policy, error) {
	var p Policy
	if err := s.Scan(&p.ID, &p.Name, &p.Description, &p.Type, &p.Content); err != nil {
		return nil, err
	}
	p.ARN = o.policyARN(p.Type, p.ID)
	return &p, nil
}

func policyByID(tx *meta.Tx, o *Organization, id string) (*Policy, error) {
	if p := awsPolicy(id); p != nil {
		return p, nil
	}
	return one(ErrNoSuchPolicy, id, o.scanPolicy,
		tx.QueryRow(`SELECT `+policyColumns+` FROM org_policy p WHERE p.id = $1 AND p.organization = $2`, id, o.ID))
}

// checkContent refuses a document that is no policy of the type.
func checkContent(t PolicyType, content string) error {
	if utf8.RuneCountInString(content) > maxPolicySize {
		return &Error{Kind: ErrPolicySize}
	}
	var found []policy.Finding
	p, err := policy.Parse([]byte(content))
	if syntax := new(policy.SyntaxError); errors.As(err, &syntax) {
		found = []policy.Finding{syntax.Finding(t.kind())}
	} else if err == nil {
		found = p.Validate(t.kind())
	}
	for _, f := range found {
		if f.Severity == policy.SeverityError {
			return &Error{Kind: ErrMalformedPolicy, Detail: f.Message}
		}
	}
	return err
}

// NewPolicy describes a policy to create.
type NewPolicy struct {
	Name, Description, Content string
	Type                       PolicyType
	Tags                       []Tag
}

// CreatePolicy makes a policy, which takes effect where it is attached. Errors: ErrNotInUse, ErrNotManagement,
// ErrTypeNotAvailable, ErrPolicySize, ErrMalformedPolicy, ErrDuplicatePolicy, ErrTooManyTags, ErrDuplicateTag.
func (g *Org) CreatePolicy(ctx context.Context, management string, in NewPolicy) (*Policy, error) {
	p := &Policy{ID: "p-" + randomID(8), Name: in.Name, Description: in.Description, Type: in.Type, Content: in.Content}
	err := g.manage(ctx, management, "create policy", func(tx *meta.Tx, o *Organization) error {
		if err := o.available(p.Type); err != nil {
			return err
		}
		if err := checkContent(p.Type, p.Content); err != nil {
			return err
		}
		if slices.ContainsFunc(awsPolicies(), func(a *Policy) bool { return a.Type == p.Type && a.Name == p.Name }) {
			return &Error{Kind: ErrDuplicatePolicy, Name: p.Name}
		}
		p.ARN = o.policyARN(p.Type, p.ID)
		_, err := tx.Exec(`INSERT INTO org_policy (id, organization, type, name, description, content, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			p.ID, o.ID, string(p.Type), p.Name, p.Description, p.Content, g.now().UnixMicro())
		if meta.IsUnique(err) {
			return &Error{Kind: ErrDuplicatePolicy, Name: p.Name}
		}
		if err != nil {
			return err
		}
		return addTags(tx, o, p.ID, in.Tags)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// available refuses types that the organization cannot have.
func (o *Organization) available(t PolicyType) error {
	if t != SCP && t != RCP || o.FeatureSet != AllFeatures {
		return &Error{Kind: ErrTypeNotAvailable, Name: string(t)}
	}
	return nil
}

// Policy returns a policy of the organization or of AWS. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchPolicy.
func (g *Org) Policy(ctx context.Context, management, id string) (p *Policy, err error) {
	err = g.view(ctx, management, "read policy", func(tx *meta.Tx, o *Organization) error {
		p, err = policyByID(tx, o, id)
		return err
	})
	return p, err
}

// PolicyChange says what UpdatePolicy changes; nil leaves things as they are.
type PolicyChange struct{ Name, Description, Content *string }

// UpdatePolicy changes a policy, at once wherever it is attached. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchPolicy,
// ErrImmutablePolicy, ErrPolicySize, ErrMalformedPolicy, ErrDuplicatePolicy.
func (g *Org) UpdatePolicy(ctx context.Context, management, id string, c PolicyChange) (p *Policy, err error) {
	err = g.manage(ctx, management, "update policy", func(tx *meta.Tx, o *Organization) error {
		if p, err = customerPolicy(tx, o, id); err != nil {
			return err
		}
		if c.Content != nil {
			if err := checkContent(p.Type, *c.Content); err != nil {
				return err
			}
			p.Content = *c.Content
		}
		if c.Name != nil {
			p.Name = *c.Name
		}
		if c.Description != nil {
			p.Description = *c.Description
		}
		_, err = tx.Exec(`UPDATE org_policy SET name = $1, description = $2, content = $3 WHERE id = $4`, p.Name, p.Description, p.Content, p.ID)
		if meta.IsUnique(err) {
			return &Error{Kind: ErrDuplicatePolicy, Name: p.Name}
		}
		return err
	})
	return p, err
}

// customerPolicy is policyByID for a policy that is to be changed.
func customerPolicy(tx *meta.Tx, o *Organization, id string) (*Policy, error) {
	p, err := policyByID(tx, o, id)
	if err == nil && p.AWSManaged {
		return nil, &Error{Kind: ErrImmutablePolicy, Name: id}
	}
	return p, err
}

// DeletePolicy deletes a policy that is attached nowhere. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchPolicy,
// ErrImmutablePolicy, ErrPolicyInUse.
func (g *Org) DeletePolicy(ctx context.Context, management, id string) error {
	return g.manage(ctx, management, "delete policy", func(tx *meta.Tx, o *Organization) error {
		if _, err := customerPolicy(tx, o, id); err != nil {
			return err
		}
		if n, err := count(tx, `SELECT COUNT(*) FROM org_attachment WHERE organization = $1 AND policy = $2`, o.ID, id); err != nil {
			return err
		} else if n > 0 {
			return &Error{Kind: ErrPolicyInUse, Name: id}
		}
		if err := forget(tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM org_policy WHERE id = $1`, id)
		return err
	})
}

// Policies returns the policies of a type, those of AWS included, by id, and the cursor of the next page. Errors:
// ErrNotInUse, ErrNotManagement.
func (g *Org) Policies(ctx context.Context, management string, t PolicyType, page Page) (ps []*Policy, next string, err error) {
	err = g.view(ctx, management, "list policies", func(tx *meta.Tx, o *Organization) error {
		ps, err = meta.All(tx, o.scanPolicy,
			`SELECT `+policyColumns+` FROM org_policy p WHERE p.organization = $1 AND p.type = $2 AND p.id > $3 ORDER BY p.id LIMIT $4`,
			o.ID, string(t), page.After, page.sqlLimit())
		if o.FeatureSet != AllFeatures {
			return err
		}
		for _, p := range awsPolicies() {
			if p.Type == t && p.ID > page.After {
				ps = append(ps, p)
			}
		}
		return err
	})
	slices.SortFunc(ps, func(a, b *Policy) int { return strings.Compare(a.ID, b.ID) })
	ps, next = cut(page, ps, func(p *Policy) string { return p.ID })
	return ps, next, err
}

// EnableType enables a type of policy in the root, with FullAWSAccess attached everywhere. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchRoot, ErrTypeNotAvailable, ErrTypeEnabled.
func (g *Org) EnableType(ctx context.Context, management, root string, t PolicyType) (o *Organization, err error) {
	return g.switchType(ctx, management, root, t, true)
}

// DisableType disables a type of policy and detaches all policies of the type from everything. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchRoot, ErrTypeNotEnabled.
func (g *Org) DisableType(ctx context.Context, management, root string, t PolicyType) (o *Organization, err error) {
	return g.switchType(ctx, management, root, t, false)
}

func (g *Org) switchType(ctx context.Context, management, root string, t PolicyType, on bool) (o *Organization, err error) {
	err = g.manage(ctx, management, "switch policy type", func(tx *meta.Tx, found *Organization) error {
		o = found
		switch {
		case root != o.Root:
			return &Error{Kind: ErrNoSuchRoot, Name: root}
		case on && o.enabled(t):
			return &Error{Kind: ErrTypeEnabled, Name: string(t)}
		case !on && !o.enabled(t):
			return &Error{Kind: ErrTypeNotEnabled, Name: string(t)}
		case on:
			if err := o.available(t); err != nil {
				return err
			}
		}
		if t == SCP {
			o.SCP = on
		} else {
			o.RCP = on
		}
		if _, err := tx.Exec(`UPDATE org_organization SET scp = $1, rcp = $2 WHERE id = $3`, o.SCP, o.RCP, o.ID); err != nil {
			return err
		}
		if !on {
			_, err := tx.Exec(`DELETE FROM org_attachment WHERE organization = $1 AND type = $2`, o.ID, string(t))
			return err
		}
		ids, err := meta.All(tx, meta.ScanString, `
			SELECT root FROM org_organization WHERE id = $1
			UNION ALL SELECT id FROM org_unit WHERE organization = $1
			UNION ALL SELECT account FROM org_account WHERE organization = $1`, o.ID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := attach(tx, o, id, fullAccess(t), t); err != nil {
				return err
			}
		}
		return nil
	})
	return o, err
}

// attachDefaults attaches FullAWSAccess of each enabled type to what is new in the organization.
func attachDefaults(tx *meta.Tx, o *Organization, target string) error {
	for _, t := range o.PolicyTypes() {
		if err := attach(tx, o, target, fullAccess(t), t); err != nil {
			return err
		}
	}
	return nil
}

func attach(tx *meta.Tx, o *Organization, target, id string, t PolicyType) error {
	_, err := tx.Exec(`INSERT INTO org_attachment (target, policy, organization, type) VALUES ($1, $2, $3, $4)`, target, id, o.ID, string(t))
	if meta.IsUnique(err) {
		return &Error{Kind: ErrDuplicateAttachment, Name: id}
	}
	return err
}

// Attach attaches a policy to a root, unit or account. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchPolicy,
// ErrNoSuchTarget, ErrTypeNotEnabled, ErrDuplicateAttachment, ErrTooManyPolicies.
func (g *Org) Attach(ctx context.Context, management, id, target string) error {
	return g.manage(ctx, management, "attach policy", func(tx *meta.Tx, o *Organization) error {
		p, err := policyFor(tx, o, id, target)
		if err != nil {
			return err
		}
		if err := attach(tx, o, target, id, p.Type); err != nil {
			return err
		}
		switch n, err := attached(tx, target, p.Type); {
		case err != nil:
			return err
		case n > maxAttached:
			return &Error{Kind: ErrTooManyPolicies, Name: target}
		}
		return nil
	})
}

// Detach takes a policy off a root, unit or account. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchPolicy,
// ErrNoSuchTarget, ErrNotAttached, ErrNotDetachable for RCPFullAWSAccess, ErrLastPolicy.
func (g *Org) Detach(ctx context.Context, management, id, target string) error {
	return g.manage(ctx, management, "detach policy", func(tx *meta.Tx, o *Organization) error {
		p, err := policyFor(tx, o, id, target)
		if errors.Is(err, ErrTypeNotEnabled) {
			return &Error{Kind: ErrNotAttached, Name: id}
		}
		if err != nil {
			return err
		}
		switch n, err := tx.Exec(`DELETE FROM org_attachment WHERE target = $1 AND policy = $2`, target, id); {
		case err != nil:
			return err
		case n == 0:
			return &Error{Kind: ErrNotAttached, Name: id}
		case id == FullAccessRCP:
			return &Error{Kind: ErrNotDetachable, Name: id}
		}
		switch n, err := attached(tx, target, p.Type); {
		case err != nil:
			return err
		case n == 0:
			return &Error{Kind: ErrLastPolicy, Name: target}
		}
		return nil
	})
}

// policyFor returns a policy of an enabled type that is to be attached to or detached from the target.
func policyFor(tx *meta.Tx, o *Organization, id, target string) (*Policy, error) {
	p, err := policyByID(tx, o, id)
	if err != nil {
		return nil, err
	}
	if _, err := targetByID(tx, o, target); err != nil {
		return nil, err
	}
	if !o.enabled(p.Type) {
		return nil, &Error{Kind: ErrTypeNotEnabled, Name: string(p.Type)}
	}
	return p, nil
}

func attached(tx *meta.Tx, target string, t PolicyType) (int, error) {
	return count(tx, `SELECT COUNT(*) FROM org_attachment WHERE target = $1 AND type = $2`, target, string(t))
}

// Types of a Target.
const (
	TargetRoot    = "ROOT"
	TargetUnit    = "ORGANIZATIONAL_UNIT"
	TargetAccount = "ACCOUNT"
)

// Target is what policies are attached to.
type Target struct {
	ID   string
	ARN  string
	Name string // empty for accounts, whose names package iam knows
	Type string // TargetRoot, TargetUnit or TargetAccount
}

// RootName is the name of every root.
const RootName = "Root"

func targetByID(tx *meta.Tx, o *Organization, id string) (*Target, error) {
	switch {
	case id == o.Root:
		return &Target{ID: id, ARN: o.RootARN(), Name: RootName, Type: TargetRoot}, nil
	case arn.IsAccountID(id):
		if _, err := memberByID(tx, o, id); err != nil {
			return nil, retarget(err)
		}
		return &Target{ID: id, ARN: o.AccountARN(id), Type: TargetAccount}, nil
	}
	u, err := unitByID(tx, o, id)
	if err != nil {
		return nil, retarget(err)
	}
	return &Target{ID: id, ARN: u.ARN, Name: u.Name, Type: TargetUnit}, nil
}

// retarget makes what does not exist a target that does not.
func retarget(err error) error {
	if e := new(Error); errors.As(err, &e) {
		return &Error{Kind: ErrNoSuchTarget, Name: e.Name}
	}
	return err
}

// TargetsOf returns what a policy is attached to, by id, and the cursor of the next page. Errors: ErrNotInUse,
// ErrNotManagement, ErrNoSuchPolicy.
func (g *Org) TargetsOf(ctx context.Context, management, id string, page Page) (ts []*Target, next string, err error) {
	err = g.view(ctx, management, "list targets", func(tx *meta.Tx, o *Organization) error {
		if _, err := policyByID(tx, o, id); err != nil {
			return err
		}
		ids, err := meta.All(tx, meta.ScanString,
			`SELECT target FROM org_attachment WHERE organization = $1 AND policy = $2 AND target > $3 ORDER BY target LIMIT $4`,
			o.ID, id, page.After, page.sqlLimit())
		if err != nil {
			return err
		}
		ids, next = cut(page, ids, func(s string) string { return s })
		ts = make([]*Target, len(ids))
		for i, id := range ids {
			if ts[i], err = targetByID(tx, o, id); err != nil {
				return fmt.Errorf("target %s: %w", id, err)
			}
		}
		return nil
	})
	return ts, next, err
}

// PoliciesOf returns the policies of a type that are attached to a target itself, by id, and the cursor of the next page.
// Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchTarget.
func (g *Org) PoliciesOf(ctx context.Context, management, target string, t PolicyType, page Page) (ps []*Policy, next string, err error) {
	err = g.view(ctx, management, "list policies of target", func(tx *meta.Tx, o *Organization) error {
		if _, err := targetByID(tx, o, target); err != nil {
			return err
		}
		ids, err := meta.All(tx, meta.ScanString,
			`SELECT policy FROM org_attachment WHERE target = $1 AND type = $2 AND policy > $3 ORDER BY policy LIMIT $4`,
			target, string(t), page.After, page.sqlLimit())
		if err != nil {
			return err
		}
		ids, next = cut(page, ids, func(s string) string { return s })
		ps = make([]*Policy, len(ids))
		for i, id := range ids {
			if ps[i], err = policyByID(tx, o, id); err != nil {
				return err
			}
		}
		return nil
	})
	return ps, next, err
}
