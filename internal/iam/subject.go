package iam

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// Ref names a principal by what never changes about it.
type Ref struct {
	Kind    policy.PrincipalKind // Root, User, AssumedRole or FederatedUser
	Account string
	ID      string // AIDA..., AROA..., or the account id for its root user; of a federated user, that of who made the session
}

// Subject is a principal as it is now, with the policies that say what it may do.
type Subject struct {
	Principal policy.Principal
	Identity  []policy.Source   // its own, attached and inline, and its groups'
	Boundary  []policy.Source   // none, or one
	Tags      map[string]string // of the user or the role
	UserName  string            // empty unless it is a user
	RoleName  string            // empty unless it is a role session
}

// subjectKey is what a Subject depends on, besides the database.
type subjectKey struct {
	ref         Ref
	sessionName string
}

// Subject returns a principal and its policies as they are at the time of the call. It must not be changed. sessionName
// is that of a role session or federated user, and empty for others. Errors: ErrNoSuchEntity when the principal is no
// more, also when there is a new one of the same name.
func (m *IAM) Subject(ctx context.Context, ref Ref, sessionName string) (*Subject, error) {
	s, err := m.subjects.Get(ctx, subjectKey{ref, sessionName}, func(tx *meta.Tx) (s *Subject, err error) {
		switch ref.Kind {
		case policy.Root:
			s, err = m.rootSubject(tx, ref)
		case policy.User:
			s, err = m.userSubject(tx, ref)
		case policy.AssumedRole:
			s, err = m.roleSubject(tx, ref, sessionName)
		case policy.FederatedUser:
			s, err = m.federatedSubject(tx, ref, sessionName)
		default:
			err = fmt.Errorf("principal of kind %v", ref.Kind)
		}
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("subject %s: %w", ref.ID, err)
	}
	return s, nil
}

func (m *IAM) rootSubject(tx *meta.Tx, ref Ref) (*Subject, error) {
	if err := accountExists(tx, ref.Account); err != nil {
		return nil, err
	}
	return &Subject{Principal: policy.Principal{Kind: policy.Root, Account: ref.Account, ARN: arn.Root(ref.Account), ID: ref.Account}}, nil
}

func (m *IAM) userSubject(tx *meta.Tx, ref Ref) (*Subject, error) {
	u, err := userByID(tx, ref.Account, ref.ID)
	if err != nil {
		return nil, err
	}
	s := &Subject{
		Principal: policy.Principal{Kind: policy.User, Account: u.Account, ARN: u.ARN(), ID: u.ID},
		Tags:      tagMap(u.Tags),
		UserName:  u.Name,
	}
	return s, m.gather(tx, s, u.ID, u.Boundary)
}

func (m *IAM) roleSubject(tx *meta.Tx, ref Ref, sessionName string) (*Subject, error) {
	r, err := roleByID(tx, ref.Account, ref.ID)
	if err != nil {
		return nil, err
	}
	s := &Subject{
		Principal: policy.Principal{
			Kind: policy.AssumedRole, Account: r.Account, ARN: arn.AssumedRole(r.Account, r.Name, sessionName),
			IssuerARN: r.ARN(), ID: r.ID + ":" + sessionName,
		},
		Tags:     tagMap(r.Tags),
		RoleName: r.Name,
	}
	return s, m.gather(tx, s, r.ID, r.Boundary)
}

// heldInline is an inline policy and the unique id of who holds it.
type heldInline struct{ holder, name, document string }

// inlineOf returns the inline policies of an entity and of the groups it is in.
func inlineOf(tx *meta.Tx, id string) ([]heldInline, error) {
	held, err := meta.All(tx, func(s meta.Scanner) (v heldInline, err error) {
		err = s.Scan(&v.holder, &v.name, &v.document)
		return v, err
	}, `
		SELECT entity_id, name, document FROM iam_inline_policy
		WHERE entity_id = $1 OR entity_id IN (SELECT group_id FROM iam_group_member WHERE user_id = $1)
		ORDER BY entity_id, name`, id)
	if err != nil {
		return nil, fmt.Errorf("read inline policies: %w", err)
	}
	return held, nil
}

// gather fills in the policies of an entity and of the groups it is in.
func (m *IAM) gather(tx *meta.Tx, s *Subject, id, boundary string) error {
	inline, err := inlineOf(tx, id)
	if err != nil {
		return err
	}
	for _, v := range inline {
		p, err := m.cache.Parse(v.document, nil)
		if err != nil {
			return fmt.Errorf("inline policy %s: %w", v.name, err)
		}
		s.Identity = append(s.Identity, policy.Source{Type: "inline", Name: v.name, Policy: p})
	}
	arns, err := meta.All(tx, meta.ScanString, `
		SELECT DISTINCT policy_arn FROM iam_attachment
		WHERE entity_id = $1 OR entity_id IN (SELECT group_id FROM iam_group_member WHERE user_id = $1)
		ORDER BY policy_arn`, id)
	if err != nil {
		return fmt.Errorf("read attached policies: %w", err)
	}
	for _, a := range arns {
		src, err := m.managedSource(tx, a)
		if err != nil {
			return err
		}
		s.Identity = append(s.Identity, src)
	}
	if boundary != "" {
		src, err := m.managedSource(tx, boundary)
		if err != nil {
			return fmt.Errorf("permissions boundary: %w", err)
		}
		s.Boundary = []policy.Source{src}
	}
	return nil
}

// Holdings are the policies of a user, a group or a role.
type Holdings struct {
	// Subject is the user, or a session of the role without a name; a group has no principal. The policies of a user's
	// groups are among its own.
	Subject
	// Holders has, for each policy of Subject.Identity, who holds it inline; nobody for managed policies.
	Holders []Entity
}

// Holdings gathers the policies of a user, a group or a role. Errors: ErrNoSuchEntity.
func (m *IAM) Holdings(ctx context.Context, account string, e Entity) (*Holdings, error) {
	var h *Holdings
	err := m.db.Read(ctx, func(tx *meta.Tx) error {
		f, err := e.find(tx, account)
		if err != nil {
			return err
		}
		h = &Holdings{}
		holders := map[string]Entity{f.id: {e.Kind, f.name}}
		switch e.Kind {
		case EntityUser:
			h.Principal = policy.Principal{Kind: policy.User, Account: account, ARN: arn.IAM(account, "user", f.path, f.name), ID: f.id}
			h.UserName = f.name
			groups, err := groupsOf(tx, f.id, Page{})
			if err != nil {
				return err
			}
			for _, g := range groups {
				holders[g.ID] = Entity{EntityGroup, g.Name}
			}
		case EntityRole:
			h.Principal = policy.Principal{Kind: policy.AssumedRole, Account: account, IssuerARN: arn.IAM(account, "role", f.path, f.name), ID: f.id}
			h.RoleName = f.name
		}
		if err := m.gather(tx, &h.Subject, f.id, f.boundary); err != nil {
			return err
		}
		inline, err := inlineOf(tx, f.id)
		if err != nil {
			return err
		}
		h.Holders = make([]Entity, len(h.Identity)) // gather puts inline policies first
		for i, v := range inline {
			h.Holders[i] = holders[v.holder]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("policies of %s %s: %w", e.Kind, e.Name, err)
	}
	return h, nil
}

// managedSource returns the default version of a managed policy.
func (m *IAM) managedSource(tx *meta.Tx, policyARN string) (policy.Source, error) {
	doc, name, err := managedDocument(tx, policyARN)
	if err != nil {
		return policy.Source{}, err
	}
	p, err := m.cache.Parse(doc, nil)
	if err != nil {
		return policy.Source{}, fmt.Errorf("managed policy %s: %w", policyARN, err)
	}
	return policy.Source{Type: "managed", Name: name, ARN: policyARN, Policy: p}, nil
}

// TagMap checks tags that are passed with a request and returns their values by key. Errors: ErrDuplicateTag, ErrQuota,
// ErrInvalidValue.
func TagMap(ts []Tag) (map[string]string, error) {
	checked, err := checkTags(ts)
	if err != nil {
		return nil, err
	}
	return tagMap(checked), nil
}

func tagMap(ts []Tag) map[string]string {
	out := make(map[string]string, len(ts))
	for _, t := range ts {
		out[t.Key] = t.Value
	}
	return out
}

// MergeTags returns base with over on top. Keys compare ignoring case, and the spelling of over wins: this is how session
// tags override those of their role.
func MergeTags(base, over map[string]string) map[string]string {
	out := make(map[string]string, len(base)+len(over))
	maps.Copy(out, base)
	for k, v := range over {
		for b := range base {
			if strings.EqualFold(b, k) {
				delete(out, b)
			}
		}
		out[k] = v
	}
	return out
}
