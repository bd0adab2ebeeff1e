package registry

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// RootPrefix is the prefix of the template, or the rule, for repositories for
// which there is no other.
const RootPrefix = "ROOT"

// Cause is why a repository comes to be without anybody asking for it.
type Cause string

// The values are those of ECR's appliedFor.
const (
	OnPush        Cause = "CREATE_ON_PUSH"
	OnReplication Cause = "REPLICATION"
	OnPullThrough Cause = "PULL_THROUGH_CACHE"
)

// Template is what repositories are like that come to be by themselves, as
// ECR's repository creation templates describe it. It has no effect on
// CreateRepository, nor on repositories that are there.
type Template struct {
	Account, Region string

	// Prefix is what the names of the repositories begin with, before a slash,
	// or RootPrefix for every name that no other template is for. A slash at
	// its end is kept, and means nothing.
	Prefix      string
	Description string
	AppliedFor  []Cause

	// Settings are what the repositories are created with; ScanOnPush is not
	// for a template to say.
	Settings

	Policy    *Policy // of the repositories, or nil
	Lifecycle string  // their lifecycle policy, or ""

	// Role is the ARN of the role that creates the repositories, or "". It is
	// needed for NeedsRole.
	Role string

	CreatedAt, UpdatedAt time.Time
}

// NeedsRole reports whether repositories can be created only by the role of
// the template: when they get resource tags or a KMS key.
func (t *Template) NeedsRole() bool {
	return len(t.Tags) > 0 || t.Encryption.Type != defaultEncryption
}

// TemplateChange is what UpdateTemplate changes: what is not nil.
type TemplateChange struct {
	Description   *string
	AppliedFor    []Cause
	TagMutability *Mutability // with it, TagExclusions are replaced even by none
	TagExclusions []string
	Encryption    *Encryption
	Tags          map[string]string
	Policy        *Policy // one without Text removes it
	Lifecycle     *string // "" removes it
	Role          *string // "" removes it
}

// Apply changes a template.
func (c *TemplateChange) Apply(t *Template) {
	set := func(to, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&t.Description, c.Description)
	set(&t.Lifecycle, c.Lifecycle)
	set(&t.Role, c.Role)
	if c.AppliedFor != nil {
		t.AppliedFor = c.AppliedFor
	}
	if c.TagMutability != nil {
		t.TagMutability, t.TagExclusions = *c.TagMutability, nil
	}
	if c.TagExclusions != nil {
		t.TagExclusions = c.TagExclusions
	}
	if c.Encryption != nil {
		t.Encryption = *c.Encryption
	}
	if c.Tags != nil {
		t.Tags = c.Tags
	}
	if c.Policy != nil {
		t.Policy = c.Policy
	}
}

// complete fills in defaults and reports what is wrong with a template.
func (t *Template) complete() error {
	if t.Policy != nil && t.Policy.Text == "" {
		t.Policy = nil
	}
	return t.Settings.complete(t.named())
}

// named is the template in errors.
func (t *Template) named() Repo {
	return Repo{Account: t.Account, Region: t.Region, Name: t.Prefix}
}

// prefixKey is what a prefix is stored and found by.
func prefixKey(prefix string) string { return strings.TrimSuffix(prefix, "/") }

// prefixKeys returns the keys of all prefixes of a repository's name.
func prefixKeys(name string) []any {
	keys := []any{RootPrefix}
	for i, c := range name {
		if c == '/' {
			keys = append(keys, name[:i])
		}
	}
	return keys
}

const templateColumns = `account, region, written, description, applied_for, tag_mutability, tag_exclusions,
	encryption, kms_key, tags, lifecycle, role, created_at, updated_at, policy, policy_principals`

func scanTemplate(s meta.Scanner) (*Template, error) {
	var t Template
	var applied, exclusions, tags string
	var created, updated int64
	var err error
	t.Policy, err = scanPolicy(prefixed{s, []any{
		&t.Account, &t.Region, &t.Prefix, &t.Description, &applied, &t.TagMutability, &exclusions,
		&t.Encryption.Type, &t.Encryption.KMSKey, &tags, &t.Lifecycle, &t.Role, &created, &updated,
	}})
	if err != nil {
		return nil, err
	}
	t.CreatedAt, t.UpdatedAt = fromMicros(created), fromMicros(updated)
	err = cmp.Or(json.Unmarshal([]byte(applied), &t.AppliedFor), json.Unmarshal([]byte(exclusions), &t.TagExclusions), json.Unmarshal([]byte(tags), &t.Tags))
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", t.Prefix, err)
	}
	return &t, nil
}

// prefixed scans rows that have other columns before those of interest.
type prefixed struct {
	meta.Scanner
	before []any
}

func (p prefixed) Scan(dest ...any) error {
	return p.Scanner.Scan(slices.Concat(p.before, dest)...)
}

// template reads a template.
func template(tx *meta.Tx, account, region, prefix string) (*Template, error) {
	t, err := scanTemplate(tx.QueryRow(`SELECT `+templateColumns+` FROM repository_template WHERE account = $1 AND region = $2 AND prefix = $3`,
		account, region, prefixKey(prefix)))
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: ErrTemplateNotFound, Repo: Repo{Account: account, Region: region, Name: prefix}}
	}
	return t, err
}

// write stores a template, and reports false when there is one that may not be
// replaced.
func (t *Template) write(tx *meta.Tx, replace bool) (bool, error) {
	var texts [3]string
	for i, v := range []any{t.AppliedFor, t.TagExclusions, t.Tags} {
		b, err := json.Marshal(v)
		if err != nil {
			return false, err
		}
		texts[i] = string(b)
	}
	var policy, ids sql.NullString
	if t.Policy != nil {
		text, err := t.Policy.ids()
		if err != nil {
			return false, err
		}
		policy, ids = sql.NullString{String: t.Policy.Text, Valid: true}, sql.NullString{String: text, Valid: true}
	}
	conflict := `DO NOTHING`
	if replace {
		conflict = `(account, region, prefix) DO UPDATE SET description = excluded.description, applied_for = excluded.applied_for,
			tag_mutability = excluded.tag_mutability, tag_exclusions = excluded.tag_exclusions, encryption = excluded.encryption,
			kms_key = excluded.kms_key, tags = excluded.tags, lifecycle = excluded.lifecycle, role = excluded.role,
			updated_at = excluded.updated_at, policy = excluded.policy, policy_principals = excluded.policy_principals`
	}
	n, err := tx.Exec(`INSERT INTO repository_template (prefix, `+templateColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT `+conflict,
		prefixKey(t.Prefix), t.Account, t.Region, t.Prefix, t.Description, texts[0], string(t.TagMutability), texts[1],
		t.Encryption.Type, t.Encryption.KMSKey, texts[2], t.Lifecycle, t.Role, micros(t.CreatedAt), micros(t.UpdatedAt), policy, ids)
	return n > 0, err
}

// CreateTemplate stores a new template, whose prefix, policy, lifecycle policy
// and role the caller has validated.
// Errors: ErrTemplateExists, ErrInvalidMutability, ErrTooManyResourceTags.
func (r *Registry) CreateTemplate(ctx context.Context, t Template) (*Template, error) {
	t.CreatedAt = fromMicros(micros(r.now()))
	t.UpdatedAt = t.CreatedAt
	err := t.complete()
	if err == nil {
		err = r.db.Write(ctx, func(tx *meta.Tx) error {
			written, err := t.write(tx, false)
			if err == nil && !written {
				err = &Error{Kind: ErrTemplateExists, Repo: t.named()}
			}
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("create template: %w", err)
	}
	return &t, nil
}

// UpdateTemplate changes a template.
// Errors: ErrTemplateNotFound, ErrInvalidMutability, ErrTooManyResourceTags.
func (r *Registry) UpdateTemplate(ctx context.Context, account, region, prefix string, c TemplateChange) (t *Template, err error) {
	now := r.now()
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if t, err = template(tx, account, region, prefix); err != nil {
			return err
		}
		c.Apply(t)
		t.UpdatedAt = fromMicros(micros(now))
		if err := t.complete(); err != nil {
			return err
		}
		_, err = t.write(tx, true)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update template: %w", err)
	}
	return t, nil
}

// DeleteTemplate removes a template and returns what it was.
// Errors: ErrTemplateNotFound.
func (r *Registry) DeleteTemplate(ctx context.Context, account, region, prefix string) (t *Template, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if t, err = template(tx, account, region, prefix); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM repository_template WHERE account = $1 AND region = $2 AND prefix = $3`, account, region, prefixKey(prefix))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete template: %w", err)
	}
	return t, nil
}

// Template returns the template of a prefix. Errors: ErrTemplateNotFound.
func (r *Registry) Template(ctx context.Context, account, region, prefix string) (t *Template, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		t, err = template(tx, account, region, prefix)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("describe template: %w", err)
	}
	return t, nil
}

// Templates lists the templates of a registry in the order of their prefixes,
// and the token of the next page, which is "" after the last.
// Errors: ErrInvalidToken.
func (r *Registry) Templates(ctx context.Context, account, region string, p Page) (ts []*Template, next string, err error) {
	const kind = "templates"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		ts, err = meta.All(tx, scanTemplate, `SELECT `+templateColumns+` FROM repository_template
			WHERE account = $1 AND region = $2 AND prefix > $3 ORDER BY prefix LIMIT $4`, account, region, after[0], p.limit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list templates: %w", err)
	}
	ts, more := cut(p, ts)
	if more {
		next = token(kind, prefixKey(ts[len(ts)-1].Prefix))
	}
	return ts, next, nil
}

// TemplateFor returns the template that a repository would be created from for
// a cause, or nil when none is for it, or when there is such a repository. Of
// the templates applied for the cause it is that with the longest prefix.
func (r *Registry) TemplateFor(ctx context.Context, repo Repo, cause Cause) (best *Template, err error) {
	a, err := r.Access(ctx, repo) // which who asks for the caller's sake needs anyway
	if err == nil && !a.Exists {
		err = r.db.Read(ctx, func(tx *meta.Tx) error {
			best, err = templateFor(tx, repo, cause)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("find template: %w", err)
	}
	return best, nil
}

func templateFor(tx *meta.Tx, repo Repo, cause Cause) (best *Template, err error) {
	keys := prefixKeys(repo.Name)
	ts, err := meta.All(tx, scanTemplate, `SELECT `+templateColumns+` FROM repository_template
		WHERE account = $1 AND region = $2 AND prefix IN (`+list(3, len(keys))+`) ORDER BY prefix`, append([]any{repo.Account, repo.Region}, keys...)...)
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if slices.Contains(t.AppliedFor, cause) && (best == nil || t.reach() > best.reach()) {
			best = t
		}
	}
	return best, nil
}

// reach orders the templates that fit a name: the longer the prefix, the
// better it fits.
func (t *Template) reach() int {
	if t.Prefix == RootPrefix {
		return 0
	}
	return len(prefixKey(t.Prefix))
}

// CreateFromTemplate creates a repository as a template that TemplateFor
// returned has it, in one transaction; a nil template makes a repository with
// the defaults. That the repository exists already is not an error.
// Errors: those of CreateRepository but ErrRepositoryExists.
func (r *Registry) CreateFromTemplate(ctx context.Context, repo Repo, t *Template) error {
	now := micros(r.now())
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := createFromTemplate(tx, repo, t, now); err != nil {
			return err
		}
		return r.checkRepositories(tx, repo)
	})
	if err != nil && !errors.Is(err, ErrRepositoryExists) {
		return fmt.Errorf("create repository from a template: %w", err)
	}
	return nil
}

func createFromTemplate(tx *meta.Tx, repo Repo, t *Template, now int64) error {
	if t == nil {
		t = new(Template)
	}
	if err := t.Settings.complete(repo); err != nil {
		return err
	}
	if err := insertRepository(tx, repo, t.Settings, now); err != nil {
		return err
	}
	if t.Policy != nil {
		ids, err := t.Policy.ids()
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE repository SET policy = $1, policy_principals = $2 WHERE account = $3 AND region = $4 AND name = $5`,
			t.Policy.Text, ids, repo.Account, repo.Region, repo.Name)
		if err != nil {
			return err
		}
	}
	if t.Lifecycle == "" {
		return nil
	}
	return putLifecyclePolicy(tx, repo, t.Lifecycle, now)
}
