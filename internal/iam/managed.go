package iam

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// ManagedPolicy is a policy with an ARN of its own, made by an account or by AWS.
type ManagedPolicy struct {
	Account         string // "aws" for those of AWS
	Path            string
	Name            string
	ID              string // ANPA...
	Description     string
	DefaultVersion  string // "v1"
	Tags            []Tag
	Created         time.Time
	Updated         time.Time // when a version was made or chosen last
	AttachmentCount int       // users, groups and roles of the account that asks
	BoundaryCount   int       // users and roles of the account that asks
}

// ARN returns arn:aws:iam::<account>:policy<path><name>.
func (p *ManagedPolicy) ARN() string { return arn.IAM(p.Account, "policy", p.Path, p.Name) }

// PolicyVersion is one text of a managed policy.
type PolicyVersion struct {
	ID        string // "v1"
	Document  string // as given; empty in lists
	IsDefault bool
	Created   time.Time
}

// awsPolicy is a policy of AWS.
type awsPolicy struct {
	ManagedPolicy
	document string
}

//go:embed awsmanaged.json
var awsManagedJSON []byte

// awsManaged returns the policies of AWS by ARN. The documents are AWS's, word for word; see the AWS managed policy
// reference. Times of day that are not known are midnight. The unique ids are not AWS's, but as constant.
var awsManaged = sync.OnceValue(func() map[string]*awsPolicy {
	var list []struct {
		Name, Path, Version string
		Description         string
		Created, Updated    time.Time
		Document            json.RawMessage
	}
	if err := json.Unmarshal(awsManagedJSON, &list); err != nil {
		panic("iam: embedded awsmanaged.json: " + err.Error())
	}
	all := make(map[string]*awsPolicy, len(list))
	for _, e := range list {
		p := &awsPolicy{
			ManagedPolicy: ManagedPolicy{
				Account: "aws", Path: e.Path, Name: e.Name, Description: e.Description, DefaultVersion: e.Version,
				Created: e.Created, Updated: e.Updated,
			},
			document: string(e.Document),
		}
		sum := sha256.Sum256([]byte(p.ARN()))
		p.ID = prefixPolicy + base32.StdEncoding.EncodeToString(sum[:])[:17]
		all[p.ARN()] = p
	}
	return all
})

func isAWSManaged(policyARN string) bool {
	return strings.HasPrefix(policyARN, "arn:aws:iam::aws:policy/")
}

// servicePolicies is what the ARNs of policies begin with that AWS keeps for service-linked roles.
const servicePolicies = "arn:aws:iam::aws:policy/aws-service-role/"

// managedDocument returns the text of a managed policy's default version, and its name.
func managedDocument(tx *meta.Tx, policyARN string) (document, name string, err error) {
	if isAWSManaged(policyARN) {
		p, ok := awsManaged()[policyARN]
		if !ok {
			return "", "", noSuch(EntityPolicy, policyARN)
		}
		return p.document, p.Name, nil
	}
	err = tx.QueryRow(`
		SELECT v.document, p.name FROM iam_policy p JOIN iam_policy_version v ON v.policy_id = p.id AND v.version = p.default_version
		WHERE p.arn = $1`, policyARN).Scan(&document, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", noSuch(EntityPolicy, policyARN)
	}
	if err != nil {
		return "", "", fmt.Errorf("read policy %s: %w", policyARN, err)
	}
	return document, name, nil
}

const policyColumns = `account, path, name, id, description, default_version, tags, created_at, updated_at,
	(SELECT COUNT(*) FROM iam_attachment a WHERE a.policy_arn = arn),
	(SELECT COUNT(*) FROM iam_user u WHERE u.boundary = arn) + (SELECT COUNT(*) FROM iam_role r WHERE r.boundary = arn)`

func scanPolicy(s meta.Scanner) (*ManagedPolicy, error) {
	var p ManagedPolicy
	var version, created, updated int64
	var tagText string
	err := s.Scan(&p.Account, &p.Path, &p.Name, &p.ID, &p.Description, &version, &tagText, &created, &updated,
		&p.AttachmentCount, &p.BoundaryCount)
	if err != nil {
		return nil, err
	}
	p.DefaultVersion = versionID(version)
	p.Created, p.Updated = fromMicros(created), fromMicros(updated)
	return &p, (*tags)(&p.Tags).scan(tagText)
}

func versionID(n int64) string { return "v" + strconv.FormatInt(n, 10) }

func parseVersionID(s string) (int64, bool) {
	digits, ok := strings.CutPrefix(s, "v")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && err == nil && n > 0 && versionID(n) == s
}

// managedByARN returns a managed policy as the account sees it: one of its own, or one of AWS.
func managedByARN(tx *meta.Tx, account, policyARN string) (*ManagedPolicy, error) {
	if isAWSManaged(policyARN) {
		p, ok := awsManaged()[policyARN]
		if !ok {
			return nil, noSuch(EntityPolicy, policyARN)
		}
		out := p.ManagedPolicy
		return &out, countUses(tx, account, &out)
	}
	if _, err := arn.Parse(policyARN); err != nil {
		return nil, &Error{Kind: ErrUnparsableARN, Entity: EntityPolicy, Name: policyARN}
	}
	return one(EntityPolicy, policyARN, scanPolicy,
		tx.QueryRow(`SELECT `+policyColumns+` FROM iam_policy WHERE arn = $1 AND account = $2`, policyARN, account))
}

// countUses fills in how often the account uses a policy of AWS.
func countUses(tx *meta.Tx, account string, p *ManagedPolicy) error {
	a := p.ARN()
	return tx.QueryRow(`
		SELECT (SELECT COUNT(*) FROM iam_attachment WHERE policy_arn = $1 AND account = $2),
			(SELECT COUNT(*) FROM iam_user WHERE boundary = $1 AND account = $2) +
			(SELECT COUNT(*) FROM iam_role WHERE boundary = $1 AND account = $2)`, a, account).
		Scan(&p.AttachmentCount, &p.BoundaryCount)
}

// modifiable returns a policy that its account may change.
func modifiable(tx *meta.Tx, account, policyARN string) (*ManagedPolicy, error) {
	p, err := managedByARN(tx, account, policyARN)
	if err == nil && p.Account != account {
		return nil, &Error{Kind: ErrUnmodifiable, Entity: EntityPolicy, Name: policyARN}
	}
	return p, err
}

// NewPolicy describes a managed policy to create.
type NewPolicy struct {
	Name, Path, Description string
	Document                string
	Tags                    []Tag
}

// CreatePolicy creates a managed policy whose version v1 is the document. Errors: ErrInvalidValue, ErrMalformedPolicy,
// ErrAlreadyExists, ErrQuota, ErrDuplicateTag.
func (m *IAM) CreatePolicy(ctx context.Context, account string, in NewPolicy) (*ManagedPolicy, error) {
	if err := checkName("policyName", in.Name, maxOtherName); err != nil {
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
	if err := checkManagedDocument(in.Document); err != nil {
		return nil, err
	}
	now := m.timestamp()
	p := &ManagedPolicy{
		Account: account, Path: path, Name: in.Name, ID: newID(prefixPolicy), Description: in.Description,
		DefaultVersion: "v1", Tags: ts, Created: now, Updated: now,
	}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := mayCreate(tx, account, "iam_policy", Entity{EntityPolicy, p.Name}, "PoliciesPerAccount", maxPolicies); err != nil {
			return err
		}
		tagText, err := ts.text()
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO iam_policy (account, name_key, name, path, id, arn, description, default_version, last_version, tags, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, $8, $9, $9)`,
			account, foldName(p.Name), p.Name, p.Path, p.ID, p.ARN(), p.Description, tagText, now.UnixMicro())
		if err != nil {
			return err
		}
		return insertVersion(tx, p.ID, 1, in.Document, now)
	})
	if err != nil {
		return nil, fmt.Errorf("create policy: %w", err)
	}
	return p, nil
}

func insertVersion(tx *meta.Tx, id string, version int64, document string, now time.Time) error {
	_, err := tx.Exec(`INSERT INTO iam_policy_version (policy_id, version, document, created_at) VALUES ($1, $2, $3, $4)`,
		id, version, document, now.UnixMicro())
	return err
}

func checkManagedDocument(document string) error {
	if sizeWithoutSpace(document) > maxManagedPolicy {
		return &Error{Kind: ErrQuota, Name: "PolicySize", Limit: maxManagedPolicy}
	}
	return checkDocument(document, policy.Identity)
}

// checkDocument refuses what AWS refuses to store, in AWS's words.
func checkDocument(document string, kind policy.Kind) error {
	p, err := policy.Parse([]byte(document))
	if err != nil {
		sentence := "Syntax errors in policy."
		if kind == policy.Trust {
			sentence = "This policy contains invalid Json"
		}
		return &Error{Kind: ErrMalformedPolicy, Entity: EntityPolicy, Detail: sentence}
	}
	for _, f := range p.Validate(kind) {
		if f.Severity == policy.SeverityError {
			return &Error{Kind: ErrMalformedPolicy, Entity: EntityPolicy, Detail: f.Message}
		}
	}
	return nil
}

// ManagedPolicy returns a managed policy of the account or of AWS. Errors: ErrNoSuchEntity, also for policies of other
// accounts.
func (m *IAM) ManagedPolicy(ctx context.Context, account, policyARN string) (p *ManagedPolicy, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		p, err = managedByARN(tx, account, policyARN)
		return err
	})
	return p, err
}

// PolicyFilter chooses managed policies to list.
type PolicyFilter struct {
	Local, AWS   bool // whose
	PathPrefix   string
	OnlyAttached bool // attached to, or the boundary of, an entity of the account
	Boundaries   bool // only those that are boundaries
	Permissions  bool // only those that are attached
}

// ManagedPolicies returns managed policies by ARN, and the cursor of the next page.
func (m *IAM) ManagedPolicies(ctx context.Context, account string, f PolicyFilter, page Page) (ps []*ManagedPolicy, next string, err error) {
	var all []*ManagedPolicy
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		all = nil
		if f.Local {
			local, err := meta.All(tx, scanPolicy, `
				SELECT `+policyColumns+` FROM iam_policy
				WHERE account = $1 AND arn > $2 AND substr(path, 1, $3) = $4 ORDER BY arn`,
				account, page.After, len(f.PathPrefix), f.PathPrefix)
			if err != nil {
				return err
			}
			all = local
		}
		if f.AWS {
			for a, p := range awsManaged() {
				if a <= page.After || !strings.HasPrefix(p.Path, f.PathPrefix) {
					continue
				}
				out := p.ManagedPolicy
				if err := countUses(tx, account, &out); err != nil {
					return err
				}
				all = append(all, &out)
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list policies: %w", err)
	}
	all = slices.DeleteFunc(all, func(p *ManagedPolicy) bool {
		return f.OnlyAttached && p.AttachmentCount+p.BoundaryCount == 0 ||
			f.Boundaries && p.BoundaryCount == 0 || f.Permissions && p.AttachmentCount == 0
	})
	slices.SortFunc(all, func(a, b *ManagedPolicy) int { return cmp.Compare(a.ARN(), b.ARN()) })
	ps, next = cutPage(page, all, (*ManagedPolicy).ARN)
	return ps, next, nil
}

// DeletePolicy deletes a managed policy that is not in use and has no version but the default. Errors: ErrNoSuchEntity,
// ErrPolicyAttached, ErrPolicyVersions, ErrUnmodifiable.
func (m *IAM) DeletePolicy(ctx context.Context, account, policyARN string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := modifiable(tx, account, policyARN)
		if err != nil {
			return err
		}
		if p.AttachmentCount+p.BoundaryCount > 0 {
			return &Error{Kind: ErrPolicyAttached, Entity: EntityPolicy, Name: policyARN}
		}
		var versions int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM iam_policy_version WHERE policy_id = $1`, p.ID).Scan(&versions); err != nil {
			return err
		}
		if versions > 1 {
			return &Error{Kind: ErrPolicyVersions, Entity: EntityPolicy, Name: policyARN}
		}
		if _, err := tx.Exec(`DELETE FROM iam_policy_version WHERE policy_id = $1`, p.ID); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM iam_policy WHERE id = $1`, p.ID)
		return err
	})
}

// CreatePolicyVersion adds a version; ids are never used again. Errors: ErrNoSuchEntity, ErrMalformedPolicy,
// ErrVersionQuota, ErrUnmodifiable.
func (m *IAM) CreatePolicyVersion(ctx context.Context, account, policyARN, document string, makeDefault bool) (*PolicyVersion, error) {
	if err := checkManagedDocument(document); err != nil {
		return nil, err
	}
	var v *PolicyVersion
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := modifiable(tx, account, policyARN)
		if err != nil {
			return err
		}
		var count int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM iam_policy_version WHERE policy_id = $1`, p.ID).Scan(&count); err != nil {
			return err
		}
		if count >= maxVersions {
			return &Error{Kind: ErrVersionQuota, Entity: EntityPolicy, Name: policyARN, Limit: maxVersions}
		}
		var n int64
		if err := tx.QueryRow(`UPDATE iam_policy SET last_version = last_version + 1 WHERE id = $1 RETURNING last_version`, p.ID).Scan(&n); err != nil {
			return err
		}
		v = &PolicyVersion{ID: versionID(n), Document: document, IsDefault: makeDefault, Created: m.timestamp()}
		if err := insertVersion(tx, p.ID, n, document, v.Created); err != nil {
			return err
		}
		if makeDefault {
			return setDefaultVersion(tx, p.ID, n, v.Created)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("create policy version: %w", err)
	}
	return v, nil
}

func setDefaultVersion(tx *meta.Tx, id string, version int64, now time.Time) error {
	_, err := tx.Exec(`UPDATE iam_policy SET default_version = $1, updated_at = $2 WHERE id = $3`, version, now.UnixMicro(), id)
	return err
}

// PolicyVersion returns one version with its document. Errors: ErrNoSuchEntity.
func (m *IAM) PolicyVersion(ctx context.Context, account, policyARN, version string) (v *PolicyVersion, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		p, err := managedByARN(tx, account, policyARN)
		if err != nil {
			return err
		}
		if p.Account == "aws" {
			if version != p.DefaultVersion {
				return noSuchVersion(policyARN, version)
			}
			v = &PolicyVersion{ID: version, Document: awsManaged()[policyARN].document, IsDefault: true, Created: p.Updated}
			return nil
		}
		n, ok := parseVersionID(version)
		if !ok {
			return noSuchVersion(policyARN, version)
		}
		v, err = versionScanner(p.DefaultVersion)(
			tx.QueryRow(`SELECT version, document, created_at FROM iam_policy_version WHERE policy_id = $1 AND version = $2`, p.ID, n))
		if errors.Is(err, sql.ErrNoRows) {
			return noSuchVersion(policyARN, version)
		}
		return err
	})
	return v, err
}

func noSuchVersion(policyARN, version string) error {
	return &Error{Kind: ErrNoSuchEntity, Entity: EntityPolicyVersion, Name: version, Detail: policyARN}
}

func versionScanner(defaultVersion string) func(meta.Scanner) (*PolicyVersion, error) {
	return func(s meta.Scanner) (*PolicyVersion, error) {
		var v PolicyVersion
		var n, created int64
		if err := s.Scan(&n, &v.Document, &created); err != nil {
			return nil, err
		}
		v.ID, v.Created = versionID(n), fromMicros(created)
		v.IsDefault = v.ID == defaultVersion
		return &v, nil
	}
}

// PolicyVersions returns the versions of a managed policy, newest first, without documents. Errors: ErrNoSuchEntity.
func (m *IAM) PolicyVersions(ctx context.Context, account, policyARN string) (vs []*PolicyVersion, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		p, err := managedByARN(tx, account, policyARN)
		if err != nil {
			return err
		}
		if p.Account == "aws" {
			vs = []*PolicyVersion{{ID: p.DefaultVersion, IsDefault: true, Created: p.Updated}}
			return nil
		}
		vs, err = meta.All(tx, versionScanner(p.DefaultVersion),
			`SELECT version, '', created_at FROM iam_policy_version WHERE policy_id = $1 ORDER BY version DESC`, p.ID)
		return err
	})
	return vs, err
}

// SetDefaultPolicyVersion makes a version the one in force, at once. Errors: ErrNoSuchEntity, ErrUnmodifiable.
func (m *IAM) SetDefaultPolicyVersion(ctx context.Context, account, policyARN, version string) error {
	return m.withVersion(ctx, account, policyARN, version, func(tx *meta.Tx, p *ManagedPolicy, n int64) error {
		return setDefaultVersion(tx, p.ID, n, m.timestamp())
	})
}

// DeletePolicyVersion deletes a version that is not the default. Errors: ErrNoSuchEntity, ErrDefaultVersion,
// ErrUnmodifiable.
func (m *IAM) DeletePolicyVersion(ctx context.Context, account, policyARN, version string) error {
	return m.withVersion(ctx, account, policyARN, version, func(tx *meta.Tx, p *ManagedPolicy, n int64) error {
		if p.DefaultVersion == version {
			return &Error{Kind: ErrDefaultVersion, Entity: EntityPolicyVersion, Name: version}
		}
		_, err := tx.Exec(`DELETE FROM iam_policy_version WHERE policy_id = $1 AND version = $2`, p.ID, n)
		return err
	})
}

func (m *IAM) withVersion(ctx context.Context, account, policyARN, version string, do func(*meta.Tx, *ManagedPolicy, int64) error) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := modifiable(tx, account, policyARN)
		if err != nil {
			return err
		}
		n, ok := parseVersionID(version)
		if !ok {
			return noSuchVersion(policyARN, version)
		}
		var count int
		err = tx.QueryRow(`SELECT COUNT(*) FROM iam_policy_version WHERE policy_id = $1 AND version = $2`, p.ID, n).Scan(&count)
		if err != nil {
			return err
		}
		if count == 0 {
			return noSuchVersion(policyARN, version)
		}
		return do(tx, p, n)
	})
}
