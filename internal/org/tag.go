package org

import (
	"context"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Tag is a key and a value on a root, unit, account or policy.
type Tag struct{ Key, Value string }

// maxTags is how many tags a resource may have.
const maxTags = 50

func scanTag(s meta.Scanner) (t Tag, err error) {
	err = s.Scan(&t.Key, &t.Value)
	return t, err
}

func tagsOf(tx *meta.Tx, id string) ([]Tag, error) {
	return meta.All(tx, scanTag, `SELECT key, value FROM org_tag WHERE resource = $1 ORDER BY key`, id)
}

// checkTags refuses tags that nothing can have. Keys compare ignoring case, as condition keys do.
func checkTags(tags []Tag) error {
	for i, t := range tags {
		if slices.ContainsFunc(tags[:i], func(u Tag) bool { return strings.EqualFold(t.Key, u.Key) }) {
			return &Error{Kind: ErrDuplicateTag, Name: t.Key}
		}
	}
	if len(tags) > maxTags {
		return &Error{Kind: ErrTooManyTags}
	}
	return nil
}

// addTags sets tags.
func addTags(tx *meta.Tx, o *Organization, id string, tags []Tag) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	have, err := tagsOf(tx, id)
	if err != nil {
		return err
	}
	total := len(have)
	for _, t := range tags {
		for _, h := range have {
			if strings.EqualFold(t.Key, h.Key) {
				if _, err := tx.Exec(`DELETE FROM org_tag WHERE resource = $1 AND key = $2`, id, h.Key); err != nil {
					return err
				}
				total--
			}
		}
		if _, err := tx.Exec(`INSERT INTO org_tag (resource, key, value, organization) VALUES ($1, $2, $3, $4)`, id, t.Key, t.Value, o.ID); err != nil {
			return err
		}
		total++
	}
	if total > maxTags {
		return &Error{Kind: ErrTooManyTags, Name: id}
	}
	return nil
}

// taggable refuses what does not exist or cannot have tags.
func taggable(tx *meta.Tx, o *Organization, id string) error {
	var err error
	if strings.HasPrefix(id, "p-") {
		_, err = customerPolicy(tx, o, id)
	} else {
		_, err = targetByID(tx, o, id)
	}
	return retarget(err)
}

// TagResource sets tags on a root, unit, account or policy. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchTarget,
// ErrTooManyTags, ErrDuplicateTag.
func (g *Org) TagResource(ctx context.Context, management, id string, tags []Tag) error {
	return g.manage(ctx, management, "tag resource", func(tx *meta.Tx, o *Organization) error {
		if err := taggable(tx, o, id); err != nil {
			return err
		}
		return addTags(tx, o, id, tags)
	})
}

// UntagResource removes tags, if they are there. Errors: ErrNotInUse, ErrNotManagement, ErrNoSuchTarget.
func (g *Org) UntagResource(ctx context.Context, management, id string, keys []string) error {
	return g.manage(ctx, management, "untag resource", func(tx *meta.Tx, o *Organization) error {
		if err := taggable(tx, o, id); err != nil {
			return err
		}
		for _, k := range keys {
			if _, err := tx.Exec(`DELETE FROM org_tag WHERE resource = $1 AND key = $2`, id, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tags returns the tags of a root, unit, account or policy, by key. Errors: ErrNotInUse, ErrNotManagement,
// ErrNoSuchTarget.
func (g *Org) Tags(ctx context.Context, management, id string) (tags []Tag, err error) {
	err = g.view(ctx, management, "list tags", func(tx *meta.Tx, o *Organization) error {
		if err := taggable(tx, o, id); err != nil {
			return err
		}
		tags, err = tagsOf(tx, id)
		return err
	})
	return tags, err
}

// Located is what decisions about a thing in an organization need to know of it.
type Located struct {
	ARN  string
	Tags []Tag
	Type PolicyType // of a policy, if it exists
}

// Locate returns the ARN and the tags of a root, unit, account, policy or organization in the organization of an account,
// and of a handshake that the account sent or got. What does not exist in the organization has the ARN it would have, so
// that a caller may be told no before being told that there is nothing. It is nil for other handshakes, and when the account
// is in no organization.
func (g *Org) Locate(ctx context.Context, account, id string) (at *Located, err error) {
	err = g.db.Read(ctx, func(tx *meta.Tx) error {
		if strings.HasPrefix(id, "h-") {
			h, err := handshakeByID(tx, id)
			if err == nil && h.isBetween(account) {
				at = &Located{ARN: h.ARN}
			}
			return ignore(err, ErrNoSuchHandshake)
		}
		o, err := organizationOf(tx, account)
		if err != nil {
			return ignore(err, ErrNotInUse)
		}
		at = &Located{}
		switch {
		case id == o.ID:
			at.ARN = o.ARN()
		case arn.IsAccountID(id):
			at.ARN = o.AccountARN(id)
		case strings.HasPrefix(id, "p-"):
			p, err := policyByID(tx, o, id)
			if err != nil {
				at.ARN = o.policyARN(SCP, id)
				return ignore(err, ErrNoSuchPolicy)
			}
			at.ARN, at.Type = p.ARN, p.Type
		case strings.HasPrefix(id, "r-"):
			at.ARN = o.arn("root/" + o.ID + "/" + id)
		default:
			at.ARN = o.unitARN(id)
		}
		if err := taggable(tx, o, id); err != nil {
			return ignore(err, ErrNoSuchTarget)
		}
		at.Tags, err = tagsOf(tx, id)
		return err
	})
	return at, err
}
