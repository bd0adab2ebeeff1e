package iam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Entity names a thing within an account: Kind is one of the Entity constants. The Name of a managed policy and of an OpenID
// Connect provider is its ARN.
type Entity struct{ Kind, Name string }

// found is what entities that hold policies have in common.
type found struct {
	id       string
	name     string // as stored
	path     string
	boundary string
}

// find looks up a user, a group or a role.
func (e Entity) find(tx *meta.Tx, account string) (found, error) {
	var f found
	var err error
	key := foldName(e.Name)
	switch e.Kind {
	case EntityUser:
		err = tx.QueryRow(`SELECT id, name, path, boundary FROM iam_user WHERE account = $1 AND name_key = $2`, account, key).
			Scan(&f.id, &f.name, &f.path, &f.boundary)
	case EntityRole:
		err = tx.QueryRow(`SELECT id, name, path, boundary FROM iam_role WHERE account = $1 AND name_key = $2`, account, key).
			Scan(&f.id, &f.name, &f.path, &f.boundary)
	case EntityGroup:
		err = tx.QueryRow(`SELECT id, name, path FROM iam_group WHERE account = $1 AND name_key = $2`, account, key).
			Scan(&f.id, &f.name, &f.path)
	default:
		return f, fmt.Errorf("a %s holds no policies", e.Kind)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch(e.Kind, e.Name)
	}
	if err != nil {
		return f, fmt.Errorf("read %s: %w", e.Kind, err)
	}
	return f, nil
}

// findModifiable is find for an entity that is to be changed. Service-linked roles are not.
func (e Entity) findModifiable(tx *meta.Tx, account string) (found, error) {
	f, err := e.find(tx, account)
	if err == nil && protected(f.path) {
		err = &Error{Kind: ErrUnmodifiable, Entity: e.Kind, Name: f.name}
	}
	return f, err
}

// Located is where an entity is and what decisions about it need.
type Located struct {
	ARN      string
	Tags     []Tag
	Boundary string // ARN of its permissions boundary, or empty
}

// Locate finds an entity of the account. For one that does not exist it returns the ARN it would have at path "/", so
// that a caller may be told no before being told that there is nothing.
func (m *IAM) Locate(ctx context.Context, account string, e Entity) (Located, error) {
	var at Located
	err := m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		at, err = e.locate(tx, account)
		return err
	})
	if err != nil {
		return Located{}, fmt.Errorf("locate %s %s: %w", e.Kind, e.Name, err)
	}
	return at, nil
}

func (e Entity) locate(tx *meta.Tx, account string) (Located, error) {
	var at Located
	var err error
	var kind string
	switch e.Kind {
	case EntityUser:
		kind = "user"
		var u *User
		if u, err = userByName(tx, account, e.Name); err == nil {
			return Located{u.ARN(), u.Tags, u.Boundary}, nil
		}
	case EntityRole:
		kind = "role"
		var r *storedRole
		if r, err = roleByName(tx, account, e.Name); err == nil {
			return Located{r.ARN(), r.Tags, r.Boundary}, nil
		}
	case EntityGroup:
		kind = "group"
		var g *Group
		if g, err = groupByName(tx, account, e.Name); err == nil {
			return Located{ARN: g.ARN()}, nil
		}
	case EntityInstanceProfile:
		kind = "instance-profile"
		var p *InstanceProfile
		if p, err = profileByName(tx, account, e.Name); err == nil {
			return Located{ARN: p.ARN(), Tags: p.Tags}, nil
		}
	case EntityPolicy, EntityOIDCProvider:
		at.ARN = e.Name
		at.Tags, err = e.tags(tx, account)
		if errors.Is(err, ErrNoSuchEntity) || errors.Is(err, ErrUnparsableARN) {
			return at, nil
		}
		return at, err
	default:
		return at, fmt.Errorf("a %s has no ARN", e.Kind)
	}
	if !errors.Is(err, ErrNoSuchEntity) {
		return at, err
	}
	return Located{ARN: arn.IAM(account, kind, "/", e.Name)}, nil
}

func accountExists(tx *meta.Tx, account string) error {
	var one int
	err := tx.QueryRow(`SELECT 1 FROM iam_account WHERE id = $1`, account).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return noSuch(EntityAccount, account)
	}
	return err
}

// mayCreate checks that the account exists, that the name is free, and that the quota allows one more.
func mayCreate(tx *meta.Tx, account, table string, e Entity, quota string, limit int) error {
	if err := accountExists(tx, account); err != nil {
		return err
	}
	var taken, count int
	err := tx.QueryRow(`SELECT COUNT(*) FROM `+table+` WHERE account = $1 AND name_key = $2`, account, foldName(e.Name)).Scan(&taken)
	if err != nil {
		return err
	}
	if taken > 0 {
		return &Error{Kind: ErrAlreadyExists, Entity: e.Kind, Name: e.Name}
	}
	if err := tx.QueryRow(`SELECT COUNT(*) FROM `+table+` WHERE account = $1`, account).Scan(&count); err != nil {
		return err
	}
	if count >= limit {
		return &Error{Kind: ErrQuota, Name: quota, Limit: limit}
	}
	return nil
}

// mayDelete checks that a user, group or role has no policies, and that none of the counts of references, queries of its
// id, is above zero.
func mayDelete(tx *meta.Tx, e Entity, id string, references ...string) error {
	check := func(query string, kind Kind) error {
		var n int
		if err := tx.QueryRow(query, id).Scan(&n); err != nil {
			return fmt.Errorf("delete %s: %w", e.Kind, err)
		}
		if n > 0 {
			return &Error{Kind: kind, Entity: e.Kind, Name: e.Name}
		}
		return nil
	}
	if err := check(`SELECT COUNT(*) FROM iam_attachment WHERE entity_id = $1`, ErrPoliciesAttached); err != nil {
		return err
	}
	if err := check(`SELECT COUNT(*) FROM iam_inline_policy WHERE entity_id = $1`, ErrInlinePolicies); err != nil {
		return err
	}
	for _, q := range references {
		if err := check(q, ErrReferenced); err != nil {
			return err
		}
	}
	return nil
}

// rename gives a user or a group another name or path.
func (m *IAM) rename(ctx context.Context, account string, e Entity, table, newName, newPath string, maxLen int) error {
	if newName != "" {
		member := map[string]string{EntityUser: "newUserName", EntityGroup: "newGroupName"}[e.Kind]
		if err := checkName(member, newName, maxLen); err != nil {
			return err
		}
	}
	if newPath != "" {
		if _, err := checkPath(newPath); err != nil {
			return err
		}
	}
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		f, err := e.find(tx, account)
		if err != nil {
			return err
		}
		if newName != "" {
			f.name = newName
		}
		if newPath != "" {
			f.path = newPath
		}
		_, err = tx.Exec(`UPDATE `+table+` SET name = $1, name_key = $2, path = $3 WHERE id = $4`, f.name, foldName(f.name), f.path, f.id)
		if meta.IsUnique(err) {
			return &Error{Kind: ErrAlreadyExists, Entity: e.Kind, Name: newName}
		}
		if err != nil {
			return fmt.Errorf("rename %s: %w", e.Kind, err)
		}
		return nil
	})
}

// table is where entities with a name and tags are.
func (e Entity) table() string {
	switch e.Kind {
	case EntityUser:
		return "iam_user"
	case EntityRole:
		return "iam_role"
	case EntityInstanceProfile:
		return "iam_instance_profile"
	}
	return ""
}

func (e Entity) tags(tx *meta.Tx, account string) (tags, error) {
	if e.Kind == EntityPolicy {
		p, err := managedByARN(tx, account, e.Name)
		if err != nil {
			return nil, err
		}
		return p.Tags, nil
	}
	if e.Kind == EntityOIDCProvider {
		p, err := providerByARN(tx, account, e.Name)
		if err != nil {
			return nil, err
		}
		return p.Tags, nil
	}
	if e.table() == "" {
		return nil, fmt.Errorf("a %s carries no tags", e.Kind)
	}
	var text string
	err := tx.QueryRow(`SELECT tags FROM `+e.table()+` WHERE account = $1 AND name_key = $2`, account, foldName(e.Name)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSuch(e.Kind, e.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	var ts tags
	return ts, ts.scan(text)
}

// Tags returns the tags of a user, role, managed policy, instance profile or OpenID Connect provider, sorted by key. Errors: ErrNoSuchEntity.
func (m *IAM) Tags(ctx context.Context, account string, e Entity) (ts []Tag, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		t, err := e.tags(tx, account)
		ts = t
		return err
	})
	return ts, err
}

// SetTags adds tags or changes their values. Keys compare ignoring case. Errors: ErrNoSuchEntity, ErrDuplicateTag,
// ErrInvalidValue, ErrQuota, ErrUnmodifiable for policies of AWS.
func (m *IAM) SetTags(ctx context.Context, account string, e Entity, set []Tag) error {
	add, err := checkTags(set)
	if err != nil {
		return err
	}
	return m.changeTags(ctx, account, e, func(ts tags) (tags, error) { return ts.merge(add) })
}

// RemoveTags removes tags; keys the entity does not carry are not an error. Errors: ErrNoSuchEntity, ErrUnmodifiable.
func (m *IAM) RemoveTags(ctx context.Context, account string, e Entity, keys []string) error {
	return m.changeTags(ctx, account, e, func(ts tags) (tags, error) { return ts.without(keys), nil })
}

func (m *IAM) changeTags(ctx context.Context, account string, e Entity, change func(tags) (tags, error)) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		old, err := e.tags(tx, account)
		if err != nil {
			return err
		}
		if e.Kind == EntityPolicy && isAWSManaged(e.Name) {
			return &Error{Kind: ErrUnmodifiable, Entity: e.Kind, Name: e.Name}
		}
		ts, err := change(old)
		if err != nil {
			return err
		}
		text, err := ts.text()
		if err != nil {
			return err
		}
		switch e.Kind {
		case EntityPolicy:
			_, err = tx.Exec(`UPDATE iam_policy SET tags = $1 WHERE account = $2 AND arn = $3`, text, account, e.Name)
		case EntityOIDCProvider:
			_, issuer, _ := strings.Cut(e.Name, "/")
			_, err = tx.Exec(`UPDATE iam_oidc_provider SET tags = $1 WHERE account = $2 AND url = $3`, text, account, issuer)
		default:
			_, err = tx.Exec(`UPDATE `+e.table()+` SET tags = $1 WHERE account = $2 AND name_key = $3`, text, account, foldName(e.Name))
		}
		if err != nil {
			return fmt.Errorf("write tags: %w", err)
		}
		return nil
	})
}

// SetBoundary makes a managed policy the permissions boundary of a user or role, or takes the boundary away when policyARN
// is empty. Errors: ErrNoSuchEntity, ErrNotAttachable, ErrInvalidARN, ErrUnparsableARN, ErrUnmodifiable.
func (m *IAM) SetBoundary(ctx context.Context, account string, e Entity, policyARN string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		f, err := e.findModifiable(tx, account)
		if err != nil {
			return err
		}
		if err := checkBoundary(tx, account, policyARN); err != nil {
			return err
		}
		switch {
		case policyARN == "" && f.boundary == "":
			return noSuch(EntityBoundary, e.Name)
		case e.Kind == EntityUser:
			_, err = tx.Exec(`UPDATE iam_user SET boundary = $1 WHERE id = $2`, policyARN, f.id)
		case e.Kind == EntityRole:
			_, err = tx.Exec(`UPDATE iam_role SET boundary = $1 WHERE id = $2`, policyARN, f.id)
		default:
			return fmt.Errorf("a %s has no permissions boundary", e.Kind)
		}
		if err != nil {
			return fmt.Errorf("set permissions boundary: %w", err)
		}
		return nil
	})
}

func checkBoundary(tx *meta.Tx, account, policyARN string) error {
	if policyARN == "" {
		return nil
	}
	return attachable(tx, account, policyARN)
}

// attachable checks that the account may attach the managed policy: one of its own or of AWS.
func attachable(tx *meta.Tx, account, policyARN string) error {
	a, err := arn.Parse(policyARN)
	if err != nil {
		return &Error{Kind: ErrUnparsableARN, Entity: EntityPolicy, Name: policyARN}
	}
	if a.Service != "iam" || a.Type() != "policy" {
		return &Error{Kind: ErrInvalidARN, Entity: EntityPolicy, Name: policyARN}
	}
	if a.Account != account && a.Account != "aws" {
		return &Error{Kind: ErrNotAttachable, Entity: EntityPolicy, Name: policyARN}
	}
	if strings.HasPrefix(policyARN, servicePolicies) {
		return &Error{Kind: ErrServicePolicy, Entity: EntityPolicy, Name: policyARN}
	}
	_, _, err = managedDocument(tx, policyARN)
	if errors.Is(err, ErrNoSuchEntity) || IsRootTask(policyARN) {
		return &Error{Kind: ErrNotAttachable, Entity: EntityPolicy, Name: policyARN}
	}
	return err
}
