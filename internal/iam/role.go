package iam

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// Role is an IAM role.
type Role struct {
	Account     string
	Path        string
	Name        string
	ID          string // AROA...
	Description string
	// MaxSession is the longest session of the role, 1 to 12 hours.
	MaxSession time.Duration
	// Trust is the trust policy as given, but that a principal which was deleted since shows as its unique id.
	Trust          string
	Boundary       string // ARN of the permissions boundary, or empty
	Tags           []Tag  // sorted by key
	Created        time.Time
	LastUsed       time.Time // when a session was made last; zero when never
	LastUsedRegion string
}

// ARN returns arn:aws:iam::<account>:role<path><name>.
func (r *Role) ARN() string { return arn.IAM(r.Account, "role", r.Path, r.Name) }

// NewRole describes a role to create.
type NewRole struct {
	Name, Path, Description string
	Trust                   string        // the trust policy
	MaxSession              time.Duration // zero is one hour
	Boundary                string        // ARN of a managed policy, or empty
	Tags                    []Tag
}

// storedRole is a role as the database has it.
type storedRole struct {
	Role
	trustPrincipals map[string]string
}

const roleColumns = `account, path, name, id, description, max_session, trust, trust_principals, boundary, tags, created_at, last_used_at, last_used_region`

func scanRole(s meta.Scanner) (*storedRole, error) {
	var r storedRole
	var maxSession, created, used int64
	var principals, tagText string
	err := s.Scan(&r.Account, &r.Path, &r.Name, &r.ID, &r.Description, &maxSession, &r.Trust, &principals, &r.Boundary, &tagText,
		&created, &used, &r.LastUsedRegion)
	if err != nil {
		return nil, err
	}
	r.MaxSession = time.Duration(maxSession) * time.Second
	r.Created = fromMicros(created)
	if used != 0 {
		r.LastUsed = fromMicros(used)
	}
	if principals != "{}" {
		if err := json.Unmarshal([]byte(principals), &r.trustPrincipals); err != nil {
			return nil, fmt.Errorf("stored trust principals: %w", err)
		}
	}
	return &r, (*tags)(&r.Tags).scan(tagText)
}

// resolve returns the role with its trust policy as it is to be read now.
func (r *storedRole) resolve(tx *meta.Tx) (*Role, error) {
	trust, err := currentPrincipals(tx, r.Trust, r.trustPrincipals)
	if err != nil {
		return nil, err
	}
	r.Trust = trust
	return &r.Role, nil
}

func roleByName(tx *meta.Tx, account, name string) (*storedRole, error) {
	return one(EntityRole, name, scanRole,
		tx.QueryRow(`SELECT `+roleColumns+` FROM iam_role WHERE account = $1 AND name_key = $2`, account, foldName(name)))
}

func roleByID(tx *meta.Tx, account, id string) (*storedRole, error) {
	return one(EntityRole, id, scanRole,
		tx.QueryRow(`SELECT `+roleColumns+` FROM iam_role WHERE id = $1 AND account = $2`, id, account))
}

// CreateRole creates a role. Errors: ErrInvalidValue, ErrInvalidInput for the path, ErrMalformedPolicy, ErrAlreadyExists, ErrNotAttachable for the
// boundary, ErrDuplicateTag, ErrQuota.
func (m *IAM) CreateRole(ctx context.Context, account string, in NewRole) (*Role, error) {
	if err := checkName("roleName", in.Name, maxRoleName); err != nil {
		return nil, err
	}
	path, err := checkPath(in.Path)
	if err != nil {
		return nil, err
	}
	if protected(path) {
		return nil, &Error{Kind: ErrInvalidInput, Entity: EntityRole, Name: in.Name, Detail: "The path " + serviceRolePath + " is reserved for service-linked roles."}
	}
	ts, err := checkTags(in.Tags)
	if err != nil {
		return nil, err
	}
	if in.MaxSession == 0 {
		in.MaxSession = defaultSessionSeconds * time.Second
	}
	if err := checkMaxSession(in.MaxSession); err != nil {
		return nil, err
	}
	if err := checkTrust(in.Trust); err != nil {
		return nil, err
	}
	r := &Role{
		Account: account, Path: path, Name: in.Name, ID: newID(prefixRole), Description: in.Description, MaxSession: in.MaxSession,
		Trust: in.Trust, Boundary: in.Boundary, Tags: ts, Created: m.timestamp(),
	}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := mayCreate(tx, account, "iam_role", Entity{EntityRole, r.Name}, "RolesPerAccount", maxRoles); err != nil {
			return err
		}
		if err := checkBoundary(tx, account, r.Boundary); err != nil {
			return err
		}
		principals, err := trustPrincipals(tx, r.Trust)
		if err != nil {
			return err
		}
		tagText, err := ts.text()
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO iam_role (account, name_key, name, path, id, description, max_session, trust, trust_principals, boundary, tags, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			r.Account, foldName(r.Name), r.Name, r.Path, r.ID, r.Description, int64(r.MaxSession/time.Second), r.Trust, principals,
			r.Boundary, tagText, r.Created.UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create role: %w", err)
	}
	return r, nil
}

func checkMaxSession(d time.Duration) error {
	if s := d / time.Second; s < defaultSessionSeconds || s > maxRoleSessionSeconds {
		return &Error{Kind: ErrInvalidValue, Entity: "maxSessionDuration", Name: fmt.Sprint(int64(s)),
			Detail: "Member must have value between 3600 and 43200"}
	}
	return nil
}

func checkTrust(document string) error {
	if sizeWithoutSpace(document) > maxTrustPolicy {
		return &Error{Kind: ErrQuota, Name: "ACLSizePerRole", Limit: maxTrustPolicy}
	}
	return checkDocument(document, policy.Trust)
}

// trustPrincipals returns the stored form of the principals of a trust policy that is to be written.
func trustPrincipals(tx *meta.Tx, document string) (string, error) {
	ids, missing, err := resolvePrincipals(tx, document)
	if err != nil {
		return "", err
	}
	if len(missing) > 0 {
		return "", &Error{Kind: ErrMalformedPolicy, Entity: EntityPolicy, Detail: `Invalid principal in policy: "AWS":"` + missing[0] + `"`}
	}
	b, err := json.Marshal(ids)
	return string(b), err
}

// Role returns a role by name. Errors: ErrNoSuchEntity.
func (m *IAM) Role(ctx context.Context, account, name string) (r *Role, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		stored, err := roleByName(tx, account, name)
		if err != nil {
			return err
		}
		r, err = stored.resolve(tx)
		return err
	})
	return r, err
}

// Roles returns the roles whose path begins with pathPrefix, by name, and the cursor of the next page.
func (m *IAM) Roles(ctx context.Context, account, pathPrefix string, page Page) (rs []*Role, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		stored, err := meta.All(tx, scanRole, `
			SELECT `+roleColumns+` FROM iam_role
			WHERE account = $1 AND name_key > $2 AND substr(path, 1, $3) = $4
			ORDER BY name_key LIMIT $5`,
			account, page.After, len(pathPrefix), pathPrefix, page.sqlLimit())
		if err != nil {
			return err
		}
		rs = make([]*Role, len(stored))
		for i, s := range stored {
			if rs[i], err = s.resolve(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list roles: %w", err)
	}
	rs, next = cutPage(page, rs, func(r *Role) string { return foldName(r.Name) })
	return rs, next, nil
}

// RoleChange says what UpdateRole changes; nil leaves things as they are.
type RoleChange struct {
	Description *string
	MaxSession  *time.Duration
}

// UpdateRole changes a role and returns it. Sessions that exist keep their end. Errors: ErrNoSuchEntity, ErrInvalidValue,
// ErrUnmodifiable but for the description of service-linked roles.
func (m *IAM) UpdateRole(ctx context.Context, account, name string, c RoleChange) (*Role, error) {
	if c.MaxSession != nil {
		if err := checkMaxSession(*c.MaxSession); err != nil {
			return nil, err
		}
	}
	var r *Role
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		stored, err := roleByName(tx, account, name)
		if err != nil {
			return err
		}
		if r, err = stored.resolve(tx); err != nil {
			return err
		}
		if c.Description != nil {
			r.Description = *c.Description
		}
		if c.MaxSession != nil {
			if protected(r.Path) {
				return &Error{Kind: ErrUnmodifiable, Entity: EntityRole, Name: r.Name}
			}
			r.MaxSession = *c.MaxSession
		}
		_, err = tx.Exec(`UPDATE iam_role SET description = $1, max_session = $2 WHERE id = $3`,
			r.Description, int64(r.MaxSession/time.Second), r.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update role: %w", err)
	}
	return r, nil
}

// SetTrust replaces a role's trust policy. Errors: ErrNoSuchEntity, ErrMalformedPolicy, ErrQuota for its size,
// ErrUnmodifiable for service-linked roles.
func (m *IAM) SetTrust(ctx context.Context, account, name, document string) error {
	if err := checkTrust(document); err != nil {
		return err
	}
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		r, err := roleByName(tx, account, name)
		if err != nil {
			return err
		}
		if protected(r.Path) {
			return &Error{Kind: ErrUnmodifiable, Entity: EntityRole, Name: r.Name}
		}
		principals, err := trustPrincipals(tx, document)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE iam_role SET trust = $1, trust_principals = $2 WHERE id = $3`, document, principals, r.ID)
		return err
	})
}

// DeleteRole deletes a role without policies that is in no instance profile. Its sessions end with it. Errors:
// ErrNoSuchEntity, ErrInInstanceProfile, ErrPoliciesAttached, ErrInlinePolicies, ErrUnmodifiable for service-linked roles.
func (m *IAM) DeleteRole(ctx context.Context, account, name string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		r, err := roleByName(tx, account, name)
		if err != nil {
			return err
		}
		if protected(r.Path) {
			return &Error{Kind: ErrUnmodifiable, Entity: EntityRole, Name: r.Name}
		}
		var profiles int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM iam_instance_profile WHERE role_id = $1`, r.ID).Scan(&profiles); err != nil {
			return err
		}
		if profiles > 0 {
			return &Error{Kind: ErrInInstanceProfile, Entity: EntityRole, Name: r.Name}
		}
		if err := mayDelete(tx, Entity{EntityRole, r.Name}, r.ID); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM iam_role WHERE id = $1`, r.ID)
		return err
	})
}

// TrustPolicy returns the role with the given ARN and its trust policy, ready to be evaluated. The ARN must be exactly
// the role's, path and case included. Errors: ErrNoSuchEntity.
func (m *IAM) TrustPolicy(ctx context.Context, roleARN string) (*policy.Source, *Role, error) {
	a, err := arn.Parse(roleARN)
	if err != nil || a.Partition != arn.Partition || a.Service != "iam" || a.Region != "" || a.Type() != "role" {
		return nil, nil, noSuch(EntityRole, roleARN)
	}
	role, err := m.Role(ctx, a.Account, a.Name())
	if err != nil {
		return nil, nil, err
	}
	if role.ARN() != roleARN {
		return nil, nil, noSuch(EntityRole, roleARN)
	}
	p, err := m.cache.Parse(role.Trust, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("trust policy of %s: %w", roleARN, err)
	}
	return &policy.Source{Type: "trust policy", Name: role.Name, Policy: p}, role, nil
}
