package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// User is an IAM user.
type User struct {
	Account  string
	Path     string // begins and ends with a slash
	Name     string
	ID       string // AIDA...
	Boundary string // ARN of the permissions boundary, or empty
	Tags     []Tag  // sorted by key
	Created  time.Time
	// PasswordUsed is when the user signed in with its password last; zero when never.
	PasswordUsed time.Time
}

// ARN returns arn:aws:iam::<account>:user<path><name>.
func (u *User) ARN() string { return arn.IAM(u.Account, "user", u.Path, u.Name) }

// NewUser describes a user to create.
type NewUser struct {
	Name     string
	Path     string // empty is "/"
	Boundary string // ARN of a managed policy, or empty
	Tags     []Tag
}

const userColumns = `account, path, name, id, boundary, tags, created_at, password_used_at`

func scanUser(s meta.Scanner) (*User, error) {
	var u User
	var tagText string
	var created, used int64
	if err := s.Scan(&u.Account, &u.Path, &u.Name, &u.ID, &u.Boundary, &tagText, &created, &used); err != nil {
		return nil, err
	}
	u.Created = fromMicros(created)
	if used != 0 {
		u.PasswordUsed = fromMicros(used)
	}
	return &u, (*tags)(&u.Tags).scan(tagText)
}

func userByName(tx *meta.Tx, account, name string) (*User, error) {
	return one(EntityUser, name, scanUser,
		tx.QueryRow(`SELECT `+userColumns+` FROM iam_user WHERE account = $1 AND name_key = $2`, account, foldName(name)))
}

func userByID(tx *meta.Tx, account, id string) (*User, error) {
	return one(EntityUser, id, scanUser,
		tx.QueryRow(`SELECT `+userColumns+` FROM iam_user WHERE id = $1 AND account = $2`, id, account))
}

// CreateUser creates a user. Errors: ErrInvalidValue, ErrAlreadyExists, ErrNotAttachable for the boundary, ErrDuplicateTag,
// ErrQuota, and ErrNoSuchEntity for the account.
func (m *IAM) CreateUser(ctx context.Context, account string, in NewUser) (*User, error) {
	if err := checkName("userName", in.Name, maxUserName); err != nil {
		return nil, err
	}
	path, err := checkPath(in.Path)
	if err != nil {
		return nil, err
	}
	ts, err := checkTags(in.Tags)
	if err != nil {
		return nil, err
	}
	u := &User{
		Account: account, Path: path, Name: in.Name, ID: newID(prefixUser), Boundary: in.Boundary, Tags: ts,
		Created: m.timestamp(),
	}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := mayCreate(tx, account, "iam_user", Entity{EntityUser, u.Name}, "UsersPerAccount", maxUsers); err != nil {
			return err
		}
		if err := checkBoundary(tx, account, u.Boundary); err != nil {
			return err
		}
		tagText, err := ts.text()
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO iam_user (account, name_key, name, path, id, boundary, tags, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			u.Account, foldName(u.Name), u.Name, u.Path, u.ID, u.Boundary, tagText, u.Created.UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

// User returns a user by name. Errors: ErrNoSuchEntity.
func (m *IAM) User(ctx context.Context, account, name string) (u *User, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		u, err = userByName(tx, account, name)
		return err
	})
	return u, err
}

// UserByID returns a user by unique id. Errors: ErrNoSuchEntity.
func (m *IAM) UserByID(ctx context.Context, account, id string) (u *User, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		u, err = userByID(tx, account, id)
		return err
	})
	return u, err
}

// Users returns the users whose path begins with pathPrefix, by name ignoring case, and the cursor of the next page.
func (m *IAM) Users(ctx context.Context, account, pathPrefix string, page Page) (us []*User, next string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		us, err = meta.All(tx, scanUser, `
			SELECT `+userColumns+` FROM iam_user
			WHERE account = $1 AND name_key > $2 AND substr(path, 1, $3) = $4
			ORDER BY name_key LIMIT $5`,
			account, page.After, len(pathPrefix), pathPrefix, page.sqlLimit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list users: %w", err)
	}
	us, next = cutPage(page, us, func(u *User) string { return foldName(u.Name) })
	return us, next, nil
}

// UpdateUser renames a user or moves it to another path; empty strings leave things as they are. Policies, keys and
// memberships go along. Errors: ErrNoSuchEntity, ErrAlreadyExists, ErrInvalidValue.
func (m *IAM) UpdateUser(ctx context.Context, account, name, newName, newPath string) error {
	return m.rename(ctx, account, Entity{EntityUser, name}, "iam_user", newName, newPath, maxUserName)
}

// DeleteUser deletes a user that owns nothing any more. Errors: ErrNoSuchEntity; ErrLoginProfile while it has
// a password, ErrReferenced while it has access keys or is in groups, ErrPoliciesAttached, ErrInlinePolicies.
func (m *IAM) DeleteUser(ctx context.Context, account, name string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		u, err := userByName(tx, account, name)
		if err != nil {
			return err
		}
		var passwords int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM iam_login_profile WHERE user_id = $1`, u.ID).Scan(&passwords); err != nil {
			return err
		}
		if passwords > 0 {
			return &Error{Kind: ErrLoginProfile, Entity: EntityUser, Name: u.Name}
		}
		if err := mayDelete(tx, Entity{EntityUser, u.Name}, u.ID,
			`SELECT COUNT(*) FROM iam_access_key WHERE owner_id = $1`,
			`SELECT COUNT(*) FROM iam_group_member WHERE user_id = $1`); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM iam_user WHERE id = $1`, u.ID)
		return err
	})
}
