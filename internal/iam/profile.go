package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// InstanceProfile carries a role to machines. Pratique has no machines; profiles exist for the tools that make roles for
// them.
type InstanceProfile struct {
	Account string
	Path    string
	Name    string
	ID      string // AIPA...
	Role    *Role  // nil when there is none
	Tags    []Tag  // sorted by key
	Created time.Time

	roleID string
}

// ARN returns arn:aws:iam::<account>:instance-profile<path><name>.
func (p *InstanceProfile) ARN() string { return arn.IAM(p.Account, "instance-profile", p.Path, p.Name) }

const profileColumns = `account, path, name, id, role_id, tags, created_at`

func scanProfile(s meta.Scanner) (*InstanceProfile, error) {
	var p InstanceProfile
	var tagText string
	var created int64
	if err := s.Scan(&p.Account, &p.Path, &p.Name, &p.ID, &p.roleID, &tagText, &created); err != nil {
		return nil, err
	}
	p.Created = fromMicros(created)
	return &p, (*tags)(&p.Tags).scan(tagText)
}

func profileByName(tx *meta.Tx, account, name string) (*InstanceProfile, error) {
	return one(EntityInstanceProfile, name, scanProfile,
		tx.QueryRow(`SELECT `+profileColumns+` FROM iam_instance_profile WHERE account = $1 AND name_key = $2`, account, foldName(name)))
}

// fillRoles reads the roles of profiles.
func fillRoles(tx *meta.Tx, ps ...*InstanceProfile) error {
	for _, p := range ps {
		if p.roleID == "" {
			continue
		}
		stored, err := roleByID(tx, p.Account, p.roleID)
		if err != nil {
			return err
		}
		if p.Role, err = stored.resolve(tx); err != nil {
			return err
		}
	}
	return nil
}

// CreateInstanceProfile creates an instance profile without a role. Errors: ErrInvalidValue, ErrAlreadyExists,
// ErrDuplicateTag, ErrQuota.
func (m *IAM) CreateInstanceProfile(ctx context.Context, account, name, path string, set []Tag) (*InstanceProfile, error) {
	if err := checkName("instanceProfileName", name, maxOtherName); err != nil {
		return nil, err
	}
	path, err := checkPath(path)
	if err != nil {
		return nil, err
	}
	ts, err := checkTags(set)
	if err != nil {
		return nil, err
	}
	p := &InstanceProfile{Account: account, Path: path, Name: name, ID: newID(prefixInstanceProfile), Tags: ts, Created: m.timestamp()}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		e := Entity{EntityInstanceProfile, name}
		if err := mayCreate(tx, account, "iam_instance_profile", e, "InstanceProfilesPerAccount", maxInstanceProfiles); err != nil {
			return err
		}
		text, err := ts.text()
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO iam_instance_profile (account, name_key, name, path, id, tags, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			p.Account, foldName(p.Name), p.Name, p.Path, p.ID, text, p.Created.UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create instance profile: %w", err)
	}
	return p, nil
}

// InstanceProfile returns an instance profile by name. Errors: ErrNoSuchEntity.
func (m *IAM) InstanceProfile(ctx context.Context, account, name string) (p *InstanceProfile, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if p, err = profileByName(tx, account, name); err != nil {
			return err
		}
		return fillRoles(tx, p)
	})
	return p, err
}

// InstanceProfiles returns the profiles whose path begins with pathPrefix, by name, and the cursor of the next page.
func (m *IAM) InstanceProfiles(ctx context.Context, account, pathPrefix string, page Page) (ps []*InstanceProfile, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		ps, err = meta.All(tx, scanProfile, `
			SELECT `+profileColumns+` FROM iam_instance_profile
			WHERE account = $1 AND name_key > $2 AND substr(path, 1, $3) = $4
			ORDER BY name_key LIMIT $5`,
			account, page.After, len(pathPrefix), pathPrefix, page.sqlLimit())
		if err != nil {
			return err
		}
		return fillRoles(tx, ps...)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list instance profiles: %w", err)
	}
	ps, next = cutPage(page, ps, profileKey)
	return ps, next, nil
}

func profileKey(p *InstanceProfile) string { return foldName(p.Name) }

// InstanceProfilesOfRole returns the profiles that hold a role, by name, and the cursor of the next page. Errors:
// ErrNoSuchEntity.
func (m *IAM) InstanceProfilesOfRole(ctx context.Context, account, role string, page Page) (ps []*InstanceProfile, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		r, err := roleByName(tx, account, role)
		if err != nil {
			return err
		}
		ps, err = meta.All(tx, scanProfile, `
			SELECT `+profileColumns+` FROM iam_instance_profile WHERE role_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3`,
			r.ID, page.After, page.sqlLimit())
		if err != nil {
			return err
		}
		return fillRoles(tx, ps...)
	})
	if err != nil {
		return nil, "", err
	}
	ps, next = cutPage(page, ps, profileKey)
	return ps, next, nil
}

// SetInstanceProfileRole puts a role into an empty profile. Errors: ErrNoSuchEntity, ErrQuota when it holds one.
func (m *IAM) SetInstanceProfileRole(ctx context.Context, account, profile, role string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := profileByName(tx, account, profile)
		if err != nil {
			return err
		}
		r, err := roleByName(tx, account, role)
		if err != nil {
			return err
		}
		if p.roleID != "" {
			return &Error{Kind: ErrQuota, Name: "InstanceSessionsPerInstanceProfile", Limit: 1}
		}
		_, err = tx.Exec(`UPDATE iam_instance_profile SET role_id = $1 WHERE id = $2`, r.ID, p.ID)
		return err
	})
}

// ClearInstanceProfileRole takes a role out of a profile. Errors: ErrNoSuchEntity, for the role too when it is not in it.
func (m *IAM) ClearInstanceProfileRole(ctx context.Context, account, profile, role string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := profileByName(tx, account, profile)
		if err != nil {
			return err
		}
		r, err := roleByName(tx, account, role)
		if err != nil {
			return err
		}
		if p.roleID != r.ID {
			return noSuch(EntityRole, role)
		}
		_, err = tx.Exec(`UPDATE iam_instance_profile SET role_id = '' WHERE id = $1`, p.ID)
		return err
	})
}

// DeleteInstanceProfile deletes a profile that holds no role. Errors: ErrNoSuchEntity, ErrInInstanceProfile.
func (m *IAM) DeleteInstanceProfile(ctx context.Context, account, name string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := profileByName(tx, account, name)
		if err != nil {
			return err
		}
		if p.roleID != "" {
			return &Error{Kind: ErrInInstanceProfile, Entity: EntityInstanceProfile, Name: name}
		}
		_, err = tx.Exec(`DELETE FROM iam_instance_profile WHERE id = $1`, p.ID)
		return err
	})
}
