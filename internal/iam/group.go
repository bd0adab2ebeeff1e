package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Group is a set of users that shares policies.
type Group struct {
	Account string
	Path    string
	Name    string
	ID      string // AGPA...
	Created time.Time
}

// ARN returns arn:aws:iam::<account>:group<path><name>.
func (g *Group) ARN() string { return arn.IAM(g.Account, "group", g.Path, g.Name) }

const groupColumns = `account, path, name, id, created_at`

func scanGroup(s meta.Scanner) (*Group, error) {
	var g Group
	var created int64
	if err := s.Scan(&g.Account, &g.Path, &g.Name, &g.ID, &created); err != nil {
		return nil, err
	}
	g.Created = fromMicros(created)
	return &g, nil
}

func groupByName(tx *meta.Tx, account, name string) (*Group, error) {
	return one(EntityGroup, name, scanGroup,
		tx.QueryRow(`SELECT `+groupColumns+` FROM iam_group WHERE account = $1 AND name_key = $2`, account, foldName(name)))
}

// CreateGroup creates a group; an empty path is "/". Errors: ErrInvalidValue, ErrAlreadyExists, ErrQuota.
func (m *IAM) CreateGroup(ctx context.Context, account, name, path string) (*Group, error) {
	if err := checkName("groupName", name, maxOtherName); err != nil {
		return nil, err
	}
	path, err := checkPath(path)
	if err != nil {
		return nil, err
	}
	g := &Group{Account: account, Path: path, Name: name, ID: newID(prefixGroup), Created: m.timestamp()}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := mayCreate(tx, account, "iam_group", Entity{EntityGroup, name}, "GroupsPerAccount", maxGroups); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO iam_group (account, name_key, name, path, id, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			g.Account, foldName(g.Name), g.Name, g.Path, g.ID, g.Created.UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create group: %w", err)
	}
	return g, nil
}

// Group returns a group and its members by name, and the cursor of their next page. Errors: ErrNoSuchEntity.
func (m *IAM) Group(ctx context.Context, account, name string, page Page) (g *Group, us []*User, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if g, err = groupByName(tx, account, name); err != nil {
			return err
		}
		us, err = meta.All(tx, scanUser, `
			SELECT `+userColumns+` FROM iam_user
			WHERE id IN (SELECT user_id FROM iam_group_member WHERE group_id = $1) AND name_key > $2
			ORDER BY name_key LIMIT $3`, g.ID, page.After, page.sqlLimit())
		return err
	})
	if err != nil {
		return nil, nil, "", err
	}
	us, next = cutPage(page, us, func(u *User) string { return foldName(u.Name) })
	return g, us, next, nil
}

// Groups returns the groups whose path begins with pathPrefix, by name, and the cursor of the next page.
func (m *IAM) Groups(ctx context.Context, account, pathPrefix string, page Page) (gs []*Group, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		gs, err = meta.All(tx, scanGroup, `
			SELECT `+groupColumns+` FROM iam_group
			WHERE account = $1 AND name_key > $2 AND substr(path, 1, $3) = $4
			ORDER BY name_key LIMIT $5`,
			account, page.After, len(pathPrefix), pathPrefix, page.sqlLimit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list groups: %w", err)
	}
	gs, next = cutPage(page, gs, groupKey)
	return gs, next, nil
}

func groupKey(g *Group) string { return foldName(g.Name) }

// GroupsOfUser returns the groups a user is in, by name, and the cursor of the next page. Errors: ErrNoSuchEntity.
func (m *IAM) GroupsOfUser(ctx context.Context, account, user string, page Page) (gs []*Group, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		u, err := userByName(tx, account, user)
		if err != nil {
			return err
		}
		gs, err = groupsOf(tx, u.ID, page)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	gs, next = cutPage(page, gs, groupKey)
	return gs, next, nil
}

// groupsOf returns the groups of the user with the unique id, by name: one more than the page holds, if there is one.
func groupsOf(tx *meta.Tx, user string, page Page) ([]*Group, error) {
	return meta.All(tx, scanGroup, `
		SELECT `+groupColumns+` FROM iam_group
		WHERE id IN (SELECT group_id FROM iam_group_member WHERE user_id = $1) AND name_key > $2
		ORDER BY name_key LIMIT $3`, user, page.After, page.sqlLimit())
}

// UpdateGroup renames a group or moves it to another path; empty strings leave things as they are. Errors: as UpdateUser.
func (m *IAM) UpdateGroup(ctx context.Context, account, name, newName, newPath string) error {
	return m.rename(ctx, account, Entity{EntityGroup, name}, "iam_group", newName, newPath, maxOtherName)
}

// DeleteGroup deletes a group without members and policies. Errors: ErrNoSuchEntity, ErrReferenced, ErrPoliciesAttached,
// ErrInlinePolicies.
func (m *IAM) DeleteGroup(ctx context.Context, account, name string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		g, err := groupByName(tx, account, name)
		if err != nil {
			return err
		}
		if err := mayDelete(tx, Entity{EntityGroup, g.Name}, g.ID,
			`SELECT COUNT(*) FROM iam_group_member WHERE group_id = $1`); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM iam_group WHERE id = $1`, g.ID)
		return err
	})
}

// AddUserToGroup puts a user into a group; twice is once. Errors: ErrNoSuchEntity, ErrQuota.
func (m *IAM) AddUserToGroup(ctx context.Context, account, group, user string) error {
	return m.withMember(ctx, account, group, user, func(tx *meta.Tx, g *Group, u *User) error {
		var others int
		err := tx.QueryRow(`SELECT COUNT(*) FROM iam_group_member WHERE user_id = $1 AND group_id <> $2`, u.ID, g.ID).Scan(&others)
		if err != nil {
			return err
		}
		if others >= maxGroupsPerUser {
			return &Error{Kind: ErrQuota, Name: "GroupsPerUser", Limit: maxGroupsPerUser}
		}
		_, err = tx.Exec(`INSERT INTO iam_group_member (group_id, user_id) VALUES ($1, $2) ON CONFLICT (group_id, user_id) DO NOTHING`, g.ID, u.ID)
		return err
	})
}

// RemoveUserFromGroup takes a user out of a group. Errors: ErrNoSuchEntity, for the user too when it is not a member.
func (m *IAM) RemoveUserFromGroup(ctx context.Context, account, group, user string) error {
	return m.withMember(ctx, account, group, user, func(tx *meta.Tx, g *Group, u *User) error {
		n, err := tx.Exec(`DELETE FROM iam_group_member WHERE group_id = $1 AND user_id = $2`, g.ID, u.ID)
		if err == nil && n == 0 {
			return noSuch(EntityUser, user)
		}
		return err
	})
}

func (m *IAM) withMember(ctx context.Context, account, group, user string, do func(*meta.Tx, *Group, *User) error) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		g, err := groupByName(tx, account, group)
		if err != nil {
			return err
		}
		u, err := userByName(tx, account, user)
		if err != nil {
			return err
		}
		return do(tx, g, u)
	})
}
