package iam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// AttachPolicy attaches a managed policy to a user, group or role; attaching twice is once. Errors: ErrNoSuchEntity,
// ErrNotAttachable, ErrInvalidARN, ErrQuota, ErrUnmodifiable for service-linked roles.
func (m *IAM) AttachPolicy(ctx context.Context, account string, e Entity, policyARN string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		f, err := e.findModifiable(tx, account)
		if err != nil {
			return err
		}
		if err := attachable(tx, account, policyARN); err != nil {
			return err
		}
		var others int
		err = tx.QueryRow(`SELECT COUNT(*) FROM iam_attachment WHERE entity_id = $1 AND policy_arn <> $2`, f.id, policyARN).Scan(&others)
		if err != nil {
			return err
		}
		if others >= maxAttached {
			quota := map[string]string{EntityUser: "PoliciesPerUser", EntityGroup: "PoliciesPerGroup", EntityRole: "PoliciesPerRole"}[e.Kind]
			return &Error{Kind: ErrQuota, Name: quota, Limit: maxAttached}
		}
		_, err = tx.Exec(`
			INSERT INTO iam_attachment (entity_id, policy_arn, account) VALUES ($1, $2, $3)
			ON CONFLICT (entity_id, policy_arn) DO NOTHING`, f.id, policyARN, account)
		if err != nil {
			return fmt.Errorf("attach policy: %w", err)
		}
		return nil
	})
}

// DetachPolicy takes a managed policy off a user, group or role. Errors: ErrNoSuchEntity for the entity, or for the policy
// when it is not attached; ErrUnmodifiable for service-linked roles.
func (m *IAM) DetachPolicy(ctx context.Context, account string, e Entity, policyARN string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		f, err := e.findModifiable(tx, account)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`DELETE FROM iam_attachment WHERE entity_id = $1 AND policy_arn = $2`, f.id, policyARN)
		if err != nil {
			return fmt.Errorf("detach policy: %w", err)
		}
		if n == 0 {
			return noSuch(EntityPolicy, policyARN)
		}
		return nil
	})
}

// AttachedPolicies returns the ARNs of the managed policies attached to a user, group or role whose path begins with
// pathPrefix, sorted, and the cursor of the next page. Errors: ErrNoSuchEntity.
func (m *IAM) AttachedPolicies(ctx context.Context, account string, e Entity, pathPrefix string, page Page) (arns []string, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		f, err := e.find(tx, account)
		if err != nil {
			return err
		}
		all, err := meta.All(tx, meta.ScanString,
			`SELECT policy_arn FROM iam_attachment WHERE entity_id = $1 AND policy_arn > $2 ORDER BY policy_arn`, f.id, page.After)
		arns = nil
		for _, a := range all {
			if _, path, _ := strings.Cut(a, ":policy"); strings.HasPrefix(path, pathPrefix) {
				arns = append(arns, a)
			}
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	arns, next = cutPage(page, arns, func(a string) string { return a })
	return arns, next, nil
}

// Holder is an entity that a managed policy is attached to, or the boundary of.
type Holder struct {
	Kind string // EntityUser, EntityGroup or EntityRole
	Name string
	ID   string
}

// PolicyHolders returns who in the account uses a managed policy: attached when boundary is false, as a boundary when it is
// true. Groups come first, then roles, then users, each by name. Errors: ErrNoSuchEntity.
func (m *IAM) PolicyHolders(ctx context.Context, account, policyARN, pathPrefix string, boundary bool) (hs []Holder, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		if _, err := managedByARN(tx, account, policyARN); err != nil {
			return err
		}
		hs = nil
		for _, t := range []struct{ kind, table string }{{EntityGroup, "iam_group"}, {EntityRole, "iam_role"}, {EntityUser, "iam_user"}} {
			query := `
				SELECT e.name, e.id FROM ` + t.table + ` e JOIN iam_attachment a ON a.entity_id = e.id
				WHERE a.policy_arn = $1 AND a.account = $2 AND substr(e.path, 1, $3) = $4 ORDER BY e.name_key`
			if boundary {
				if t.kind == EntityGroup {
					continue
				}
				query = `SELECT name, id FROM ` + t.table + `
					WHERE boundary = $1 AND account = $2 AND substr(path, 1, $3) = $4 ORDER BY name_key`
			}
			some, err := meta.All(tx, func(s meta.Scanner) (h Holder, err error) {
				h.Kind = t.kind
				err = s.Scan(&h.Name, &h.ID)
				return h, err
			}, query, policyARN, account, len(pathPrefix), pathPrefix)
			if err != nil {
				return err
			}
			hs = append(hs, some...)
		}
		return nil
	})
	return hs, err
}

// inlineKind is what errors call an inline policy of the entity.
func (e Entity) inlineKind() string {
	switch e.Kind {
	case EntityGroup:
		return EntityGroupPolicy
	case EntityRole:
		return EntityRolePolicy
	}
	return EntityUserPolicy
}

// PutInlinePolicy writes an inline policy of a user, group or role. The text is kept as given. Errors: ErrNoSuchEntity,
// ErrInvalidValue, ErrMalformedPolicy, ErrInlineSize, ErrUnmodifiable for service-linked roles.
func (m *IAM) PutInlinePolicy(ctx context.Context, account string, e Entity, name, document string) error {
	if err := checkName("policyName", name, maxOtherName); err != nil {
		return err
	}
	if err := checkDocument(document, policy.Identity); err != nil {
		return err
	}
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		f, err := e.findModifiable(tx, account)
		if err != nil {
			return err
		}
		others, err := meta.All(tx, meta.ScanString,
			`SELECT document FROM iam_inline_policy WHERE entity_id = $1 AND name <> $2 ORDER BY name`, f.id, name)
		if err != nil {
			return err
		}
		size := sizeWithoutSpace(document)
		for _, d := range others {
			size += sizeWithoutSpace(d)
		}
		limit := map[string]int{EntityUser: maxUserInline, EntityGroup: maxGroupInline, EntityRole: maxRoleInline}[e.Kind]
		if size > limit {
			return &Error{Kind: ErrInlineSize, Entity: e.Kind, Name: f.name, Limit: limit}
		}
		_, err = tx.Exec(`
			INSERT INTO iam_inline_policy (entity_id, name, document) VALUES ($1, $2, $3)
			ON CONFLICT (entity_id, name) DO UPDATE SET document = excluded.document`, f.id, name, document)
		if err != nil {
			return fmt.Errorf("put inline policy: %w", err)
		}
		return nil
	})
}

// InlinePolicy returns the text of an inline policy. Errors: ErrNoSuchEntity.
func (m *IAM) InlinePolicy(ctx context.Context, account string, e Entity, name string) (document string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		f, err := e.find(tx, account)
		if err != nil {
			return err
		}
		err = tx.QueryRow(`SELECT document FROM iam_inline_policy WHERE entity_id = $1 AND name = $2`, f.id, name).Scan(&document)
		if errors.Is(err, sql.ErrNoRows) {
			return noSuch(e.inlineKind(), name)
		}
		return err
	})
	return document, err
}

// DeleteInlinePolicy deletes an inline policy. Errors: ErrNoSuchEntity, ErrUnmodifiable for service-linked roles.
func (m *IAM) DeleteInlinePolicy(ctx context.Context, account string, e Entity, name string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		f, err := e.findModifiable(tx, account)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`DELETE FROM iam_inline_policy WHERE entity_id = $1 AND name = $2`, f.id, name)
		if err != nil {
			return fmt.Errorf("delete inline policy: %w", err)
		}
		if n == 0 {
			return noSuch(e.inlineKind(), name)
		}
		return nil
	})
}

// InlinePolicies returns the names of a user's, group's or role's inline policies, sorted, and the cursor of the next
// page. Errors: ErrNoSuchEntity.
func (m *IAM) InlinePolicies(ctx context.Context, account string, e Entity, page Page) (names []string, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		f, err := e.find(tx, account)
		if err != nil {
			return err
		}
		names, err = meta.All(tx, meta.ScanString,
			`SELECT name FROM iam_inline_policy WHERE entity_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
			f.id, page.After, page.sqlLimit())
		return err
	})
	if err != nil {
		return nil, "", err
	}
	names, next = cutPage(page, names, func(n string) string { return n })
	return names, next, nil
}
