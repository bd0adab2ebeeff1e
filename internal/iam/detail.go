package iam

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Details is a part of all there is in an account. Its documents are as given.
type Details struct {
	Users    []UserDetails
	Groups   []GroupDetails
	Roles    []RoleDetails
	Policies []PolicyDetails
}

// Document is an inline policy.
type Document struct{ Name, Text string }

// UserDetails is a user with what it has.
type UserDetails struct {
	User
	Inline   []Document
	Attached []string // ARNs
	Groups   []string // names
}

// GroupDetails is a group with what it has.
type GroupDetails struct {
	Group
	Inline   []Document
	Attached []string // ARNs
}

// RoleDetails is a role with what it has.
type RoleDetails struct {
	Role
	Inline   []Document
	Attached []string // ARNs
	Profiles []*InstanceProfile
}

// PolicyDetails is a managed policy with its versions, newest first.
type PolicyDetails struct {
	ManagedPolicy
	Versions []PolicyVersion
}

// Parts of an account for Details.
const (
	PartUsers       = "1"
	PartGroups      = "2"
	PartRoles       = "3"
	PartPolicies    = "4" // of the account
	PartAWSPolicies = "5" // those of AWS's that the account uses
)

// Details returns a page of what is in the account, of the given parts in their order, each by name, and the cursor of the
// next page. It reads all of it in one transaction.
func (m *IAM) Details(ctx context.Context, account string, parts []string, page Page) (*Details, string, error) {
	limit := page.Limit
	if limit <= 0 {
		limit = 1 << 30
	}
	var d *Details
	var next string
	err := m.db.Read(ctx, func(tx *meta.Tx) error {
		d, next = &Details{}, ""
		room, last := limit, ""
		first, after, _ := strings.Cut(page.After, " ")
		for _, part := range []string{PartUsers, PartGroups, PartRoles, PartPolicies, PartAWSPolicies} {
			if !slices.Contains(parts, part) || part < first {
				continue
			}
			from := ""
			if part == first {
				from = after
			}
			keys, err := d.add(tx, account, part, Page{After: from, Limit: room})
			if err != nil {
				return err
			}
			if len(keys) > room {
				next = last
				if room > 0 {
					next = part + " " + keys[room-1]
				}
				return nil
			}
			room -= len(keys)
			if len(keys) > 0 {
				last = part + " " + keys[len(keys)-1]
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("account details: %w", err)
	}
	return d, next, nil
}

// add adds a page of a part. It returns the keys of what is on the page, and one more if there is more.
func (d *Details) add(tx *meta.Tx, account, part string, page Page) ([]string, error) {
	switch part {
	case PartUsers:
		return d.addUsers(tx, account, page)
	case PartGroups:
		return d.addGroups(tx, account, page)
	case PartRoles:
		return d.addRoles(tx, account, page)
	default:
		return d.addPolicies(tx, account, part == PartAWSPolicies, page)
	}
}

// detailRows is how many rows to read: unlike in a Page, no room is no room.
func detailRows(page Page) int64 { return int64(page.Limit) + 1 }

func (d *Details) addUsers(tx *meta.Tx, account string, page Page) ([]string, error) {
	us, err := meta.All(tx, scanUser, `SELECT `+userColumns+` FROM iam_user WHERE account = $1 AND name_key > $2 ORDER BY name_key LIMIT $3`,
		account, page.After, detailRows(page))
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(us))
	for i, u := range us {
		keys[i] = foldName(u.Name)
		if i == page.Limit {
			break
		}
		ud := UserDetails{User: *u}
		if ud.Inline, ud.Attached, err = policiesOf(tx, u.ID); err != nil {
			return nil, err
		}
		groups, err := groupsOf(tx, u.ID, Page{})
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			ud.Groups = append(ud.Groups, g.Name)
		}
		d.Users = append(d.Users, ud)
	}
	return keys, nil
}

func (d *Details) addGroups(tx *meta.Tx, account string, page Page) ([]string, error) {
	gs, err := meta.All(tx, scanGroup, `SELECT `+groupColumns+` FROM iam_group WHERE account = $1 AND name_key > $2 ORDER BY name_key LIMIT $3`,
		account, page.After, detailRows(page))
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(gs))
	for i, g := range gs {
		keys[i] = foldName(g.Name)
		if i == page.Limit {
			break
		}
		gd := GroupDetails{Group: *g}
		if gd.Inline, gd.Attached, err = policiesOf(tx, g.ID); err != nil {
			return nil, err
		}
		d.Groups = append(d.Groups, gd)
	}
	return keys, nil
}

func (d *Details) addRoles(tx *meta.Tx, account string, page Page) ([]string, error) {
	rs, err := meta.All(tx, scanRole, `SELECT `+roleColumns+` FROM iam_role WHERE account = $1 AND name_key > $2 ORDER BY name_key LIMIT $3`,
		account, page.After, detailRows(page))
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(rs))
	for i, stored := range rs {
		keys[i] = foldName(stored.Name)
		if i == page.Limit {
			break
		}
		r, err := stored.resolve(tx)
		if err != nil {
			return nil, err
		}
		rd := RoleDetails{Role: *r}
		if rd.Inline, rd.Attached, err = policiesOf(tx, r.ID); err != nil {
			return nil, err
		}
		rd.Profiles, err = meta.All(tx, scanProfile, `SELECT `+profileColumns+` FROM iam_instance_profile WHERE role_id = $1 ORDER BY name_key`, r.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range rd.Profiles {
			p.Role = r
		}
		d.Roles = append(d.Roles, rd)
	}
	return keys, nil
}

func (d *Details) addPolicies(tx *meta.Tx, account string, ofAWS bool, page Page) ([]string, error) {
	var ps []*ManagedPolicy
	var err error
	if ofAWS {
		ps, err = awsPoliciesInUse(tx, account, page.After)
	} else {
		ps, err = meta.All(tx, scanPolicy, `SELECT `+policyColumns+` FROM iam_policy WHERE account = $1 AND arn > $2 ORDER BY arn LIMIT $3`,
			account, page.After, detailRows(page))
	}
	if err != nil {
		return nil, err
	}
	keys := make([]string, 0, len(ps))
	for i, p := range ps {
		keys = append(keys, p.ARN())
		if i == page.Limit {
			break
		}
		pd := PolicyDetails{ManagedPolicy: *p}
		if ofAWS {
			pd.Versions = []PolicyVersion{{ID: p.DefaultVersion, Document: awsManaged()[p.ARN()].document, IsDefault: true, Created: p.Updated}}
		} else {
			versions, err := meta.All(tx, versionScanner(p.DefaultVersion),
				`SELECT version, document, created_at FROM iam_policy_version WHERE policy_id = $1 ORDER BY version DESC`, p.ID)
			if err != nil {
				return nil, err
			}
			for _, v := range versions {
				pd.Versions = append(pd.Versions, *v)
			}
		}
		d.Policies = append(d.Policies, pd)
	}
	return keys, nil
}

// awsPoliciesInUse returns the policies of AWS that the account has attached or made boundaries, by ARN.
func awsPoliciesInUse(tx *meta.Tx, account, after string) ([]*ManagedPolicy, error) {
	arns, err := meta.All(tx, meta.ScanString, `
		SELECT policy_arn FROM iam_attachment WHERE account = $1 AND policy_arn > $2
		UNION SELECT boundary FROM iam_user WHERE account = $1 AND boundary > $2
		UNION SELECT boundary FROM iam_role WHERE account = $1 AND boundary > $2
		ORDER BY 1`, account, after)
	if err != nil {
		return nil, err
	}
	var ps []*ManagedPolicy
	for _, a := range arns {
		if !isAWSManaged(a) {
			continue
		}
		p, err := managedByARN(tx, account, a)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// policiesOf returns the inline policies of an entity and the ARNs of those attached to it.
func policiesOf(tx *meta.Tx, id string) ([]Document, []string, error) {
	inline, err := meta.All(tx, func(s meta.Scanner) (d Document, err error) {
		err = s.Scan(&d.Name, &d.Text)
		return d, err
	}, `SELECT name, document FROM iam_inline_policy WHERE entity_id = $1 ORDER BY name`, id)
	if err != nil {
		return nil, nil, err
	}
	arns, err := meta.All(tx, meta.ScanString, `SELECT policy_arn FROM iam_attachment WHERE entity_id = $1 ORDER BY policy_arn`, id)
	return inline, arns, err
}
