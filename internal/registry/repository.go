package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// Mutability says whether pushing may move a tag that exists.
type Mutability string

// The values are those of ECR's imageTagMutability.
const (
	Mutable                Mutability = "MUTABLE"
	Immutable              Mutability = "IMMUTABLE"
	MutableWithExclusion   Mutability = "MUTABLE_WITH_EXCLUSION"   // tags that match a filter are immutable
	ImmutableWithExclusion Mutability = "IMMUTABLE_WITH_EXCLUSION" // tags that match a filter are mutable
)

// maxTagExclusions is how many filters a repository may have.
const maxTagExclusions = 5

var tagExclusion = regexp.MustCompile(`^[0-9a-zA-Z._*-]{1,128}$`)

// validate reports what is wrong with a mutability and its filters.
func (m Mutability) validate(exclusions []string) error {
	switch m {
	case Mutable, Immutable:
		if len(exclusions) > 0 {
			return fmt.Errorf("%s takes no exclusion filters", m)
		}
	case MutableWithExclusion, ImmutableWithExclusion:
		if len(exclusions) == 0 || len(exclusions) > maxTagExclusions {
			return fmt.Errorf("%s takes 1 to %d exclusion filters", m, maxTagExclusions)
		}
	default:
		return fmt.Errorf("unknown tag mutability %q", string(m))
	}
	for _, f := range exclusions {
		if !tagExclusion.MatchString(f) || strings.Count(f, "*") > 2 {
			return fmt.Errorf("exclusion filter %q must match %s and have at most two wildcards", f, tagExclusion)
		}
	}
	return nil
}

// immutable reports whether the settings forbid to move the tag.
func (m Mutability) immutable(exclusions []string, tag string) bool {
	matches := slices.ContainsFunc(exclusions, func(f string) bool { return matchFilter(f, tag) })
	switch m {
	case Immutable:
		return true
	case ImmutableWithExclusion:
		return !matches
	case MutableWithExclusion:
		return matches
	}
	return false
}

// matchFilter reports whether the whole of s matches a filter, in which '*'
// stands for any run of characters.
func matchFilter(filter, s string) bool {
	first, rest, wild := strings.Cut(filter, "*")
	if !wild {
		return s == filter
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	for _, p := range parts[:len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

// Encryption says how a repository's content is said to be encrypted at rest.
// It is recorded and reported, and never changes.
type Encryption struct {
	Type   string // "AES256", "KMS" or "KMS_DSSE"
	KMSKey string // key ARN; empty for AES256
}

// defaultEncryption is the Encryption.Type of repositories that are created
// without one.
const defaultEncryption = "AES256"

// Settings are what a repository is created with. The zero value is a mutable
// repository encrypted with AES256.
type Settings struct {
	TagMutability Mutability
	// TagExclusions are the filters of a *WithExclusion mutability: literal
	// text and '*', which matches any run of characters. 1 to 5 of them with
	// such a mutability, none otherwise.
	TagExclusions []string
	ScanOnPush    bool
	Encryption    Encryption
	Tags          map[string]string // resource tags
}

// Repository is a repository as it is stored.
type Repository struct {
	Repo
	CreatedAt     time.Time
	TagMutability Mutability
	TagExclusions []string
	ScanOnPush    bool
	Encryption    Encryption
}

// CreateRepository creates a repository.
// Errors: ErrRepositoryExists, ErrInvalidName, ErrInvalidMutability,
// ErrTooManyResourceTags, ErrTooManyRepositories.
func (r *Registry) CreateRepository(ctx context.Context, repo Repo, s Settings) (*Repository, error) {
	if !ocispec.ValidRepositoryName(repo.Name) {
		return nil, &Error{Kind: ErrInvalidName, Repo: repo}
	}
	if err := s.complete(repo); err != nil {
		return nil, err
	}
	created := fromMicros(micros(r.now()))
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := insertRepository(tx, repo, s, micros(created)); err != nil {
			return err
		}
		return r.checkRepositories(tx, repo)
	})
	if err != nil {
		return nil, fmt.Errorf("create repository: %w", err)
	}
	return &Repository{
		Repo: repo, CreatedAt: created, TagMutability: s.TagMutability, TagExclusions: s.TagExclusions,
		ScanOnPush: s.ScanOnPush, Encryption: s.Encryption,
	}, nil
}

// complete fills in defaults and reports what is wrong with the settings of a
// repository, or of a template.
func (s *Settings) complete(repo Repo) error {
	if s.TagMutability == "" {
		s.TagMutability = Mutable
	}
	if err := s.TagMutability.validate(s.TagExclusions); err != nil {
		return &Error{Kind: ErrInvalidMutability, Repo: repo, Err: err}
	}
	if s.Encryption.Type == "" {
		s.Encryption.Type = defaultEncryption
	}
	if len(s.Tags) > MaxResourceTags {
		return &Error{Kind: ErrTooManyResourceTags, Repo: repo}
	}
	return nil
}

// insertRepository stores a new repository with complete settings.
func insertRepository(tx *meta.Tx, repo Repo, s Settings, created int64) error {
	exclusions, err := json.Marshal(s.TagExclusions)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`INSERT INTO repository (account, region, name, created_at, tag_mutability, tag_exclusions, scan_on_push, encryption, kms_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		repo.Account, repo.Region, repo.Name, created, string(s.TagMutability), string(exclusions), s.ScanOnPush, s.Encryption.Type, s.Encryption.KMSKey)
	if err != nil {
		return err
	}
	if n == 0 {
		return &Error{Kind: ErrRepositoryExists, Repo: repo}
	}
	return putResourceTags(tx, repo, s.Tags)
}

const repositoryColumns = `account, region, name, created_at, tag_mutability, tag_exclusions, scan_on_push, encryption, kms_key`

func scanRepository(s meta.Scanner) (*Repository, error) {
	var r Repository
	var created int64
	var exclusions string
	err := s.Scan(&r.Account, &r.Region, &r.Name, &created, &r.TagMutability, &exclusions, &r.ScanOnPush, &r.Encryption.Type, &r.Encryption.KMSKey)
	if err != nil {
		return nil, err
	}
	r.CreatedAt = fromMicros(created)
	if err := json.Unmarshal([]byte(exclusions), &r.TagExclusions); err != nil {
		return nil, fmt.Errorf("tag exclusions of %s: %w", r.ARN(), err)
	}
	return &r, nil
}

// repository reads a repository's row.
func repository(tx *meta.Tx, repo Repo) (*Repository, error) {
	row := tx.QueryRow(`SELECT `+repositoryColumns+` FROM repository WHERE account = $1 AND region = $2 AND name = $3`, repo.Account, repo.Region, repo.Name)
	found, err := scanRepository(row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &Error{Kind: ErrRepositoryNotFound, Repo: repo}
	}
	return found, err
}

// requireRepository fails when the repository does not exist.
func requireRepository(tx *meta.Tx, repo Repo) error {
	ok, err := exists(tx, `SELECT 1 FROM repository WHERE account = $1 AND region = $2 AND name = $3`, repo.Account, repo.Region, repo.Name)
	if err == nil && !ok {
		err = &Error{Kind: ErrRepositoryNotFound, Repo: repo}
	}
	return err
}

// referred returns ErrRepositoryNotFound for the error of a write that failed
// because the rows it made refer to a repository that does not exist, and other
// errors as they are. Who makes such rows need not look for it before.
func (r *Registry) referred(ctx context.Context, repo Repo, err error) error {
	if !meta.IsForeignKey(err) {
		return err
	}
	missing := r.db.Read(ctx, func(tx *meta.Tx) error { return requireRepository(tx, repo) })
	if missing != nil {
		return missing
	}
	return err
}

// Repository returns a repository. Errors: ErrRepositoryNotFound.
func (r *Registry) Repository(ctx context.Context, repo Repo) (found *Repository, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		found, err = repository(tx, repo)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("describe repository: %w", err)
	}
	return found, nil
}

// Repositories lists the repositories of a registry in the order of their
// names, and the token of the next page, which is "" after the last.
// Errors: ErrInvalidToken.
func (r *Registry) Repositories(ctx context.Context, account, region string, p Page) (repos []*Repository, next string, err error) {
	const kind = "repositories"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		repos, err = meta.All(tx, scanRepository, `SELECT `+repositoryColumns+` FROM repository
			WHERE account = $1 AND region = $2 AND name > $3 ORDER BY name LIMIT $4`, account, region, after[0], p.limit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list repositories: %w", err)
	}
	repos, more := cut(p, repos)
	if more {
		next = token(kind, repos[len(repos)-1].Name)
	}
	return repos, next, nil
}

// RepositoryNames lists up to limit names of repositories that sort after
// after, and whether there are more.
func (r *Registry) RepositoryNames(ctx context.Context, account, region, after string, limit int) (names []string, more bool, err error) {
	p := Page{Limit: limit}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		names, err = meta.All(tx, meta.ScanString, `SELECT name FROM repository WHERE account = $1 AND region = $2 AND name > $3 ORDER BY name LIMIT $4`,
			account, region, after, p.limit())
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list repositories: %w", err)
	}
	names, more = cut(p, names)
	return names, more, nil
}

// DeleteRepository deletes a repository and returns what it was. With force it
// deletes the images in it as well.
// Errors: ErrRepositoryNotFound, ErrRepositoryNotEmpty.
func (r *Registry) DeleteRepository(ctx context.Context, repo Repo, force bool) (deleted *Repository, err error) {
	var uploads []string
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if deleted, err = repository(tx, repo); err != nil {
			return err
		}
		if !force {
			ok, err := exists(tx, `SELECT 1 FROM image WHERE account = $1 AND region = $2 AND repository = $3 LIMIT 1`, repo.Account, repo.Region, repo.Name)
			if err != nil {
				return err
			}
			if ok {
				return &Error{Kind: ErrRepositoryNotEmpty, Repo: repo}
			}
		}
		uploads, err = meta.All(tx, meta.ScanString, `SELECT id FROM upload WHERE account = $1 AND region = $2 AND repository = $3 ORDER BY id`,
			repo.Account, repo.Region, repo.Name)
		if err != nil {
			return err
		}
		layers, err := meta.All(tx, meta.ScanString, `SELECT digest FROM layer WHERE account = $1 AND region = $2 AND repository = $3 ORDER BY digest`,
			repo.Account, repo.Region, repo.Name)
		if err != nil {
			return err
		}
		for _, table := range []string{
			"image_tag", "image_reference", "image", "layer", "upload", "repository_tag", "repository_catalog",
			"lifecycle_policy", "lifecycle_setting", "lifecycle_preview_part", "lifecycle_preview", "lifecycle_hold", "expired_image_layer", "expired_image",
		} {
			_, err := tx.Exec(`DELETE FROM `+table+` WHERE account = $1 AND region = $2 AND repository = $3`, repo.Account, repo.Region, repo.Name)
			if err != nil {
				return err
			}
		}
		if err := condemn(tx, layers, micros(r.now())); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM repository WHERE account = $1 AND region = $2 AND name = $3`, repo.Account, repo.Region, repo.Name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete repository: %w", err)
	}
	for _, id := range uploads {
		// The repository is gone whatever becomes of these bytes.
		if err := r.abort(ctx, id); err != nil {
			r.log.WarnContext(ctx, "bytes of an upload to a deleted repository remain", "upload", id, "error", err)
		}
	}
	return deleted, nil
}

// SetTagMutability replaces the mutability and its filters.
// Errors: ErrRepositoryNotFound, ErrInvalidMutability.
func (r *Registry) SetTagMutability(ctx context.Context, repo Repo, m Mutability, exclusions []string) (*Repository, error) {
	if err := m.validate(exclusions); err != nil {
		return nil, &Error{Kind: ErrInvalidMutability, Repo: repo, Err: err}
	}
	text, err := json.Marshal(exclusions)
	if err != nil {
		return nil, fmt.Errorf("set tag mutability: %w", err)
	}
	changed, err := r.update(ctx, repo, `UPDATE repository SET tag_mutability = $1, tag_exclusions = $2
		WHERE account = $3 AND region = $4 AND name = $5`, string(m), string(text))
	if err != nil {
		return nil, fmt.Errorf("set tag mutability: %w", err)
	}
	return changed, nil
}

// SetScanOnPush replaces the scan-on-push flag. Errors: ErrRepositoryNotFound.
func (r *Registry) SetScanOnPush(ctx context.Context, repo Repo, on bool) (*Repository, error) {
	changed, err := r.update(ctx, repo, `UPDATE repository SET scan_on_push = $1 WHERE account = $2 AND region = $3 AND name = $4`, on)
	if err != nil {
		return nil, fmt.Errorf("set scan on push: %w", err)
	}
	return changed, nil
}

// update runs a statement whose last three parameters are the repository and
// returns what the repository is then.
func (r *Registry) update(ctx context.Context, repo Repo, query string, args ...any) (changed *Repository, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if _, err := tx.Exec(query, append(slices.Clip(args), repo.Account, repo.Region, repo.Name)...); err != nil {
			return err
		}
		changed, err = repository(tx, repo)
		return err
	})
	return changed, err
}

func resourceTags(tx *meta.Tx, repo Repo) (map[string]string, error) {
	type tag struct{ key, value string }
	rows, err := meta.All(tx, func(s meta.Scanner) (t tag, err error) { err = s.Scan(&t.key, &t.value); return t, err },
		`SELECT key, value FROM repository_tag WHERE account = $1 AND region = $2 AND repository = $3 ORDER BY key`, repo.Account, repo.Region, repo.Name)
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(rows))
	for _, t := range rows {
		tags[t.key] = t.value
	}
	return tags, nil
}

func putResourceTags(tx *meta.Tx, repo Repo, tags map[string]string) error {
	for k, v := range tags {
		_, err := tx.Exec(`INSERT INTO repository_tag (account, region, repository, key, value) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, region, repository, key) DO UPDATE SET value = excluded.value`, repo.Account, repo.Region, repo.Name, k, v)
		if err != nil {
			return err
		}
	}
	return nil
}

// ResourceTags returns the repository's resource tags.
// Errors: ErrRepositoryNotFound.
func (r *Registry) ResourceTags(ctx context.Context, repo Repo) (tags map[string]string, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		tags, err = resourceTags(tx, repo)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list resource tags: %w", err)
	}
	return tags, nil
}

// SetResourceTags adds tags and overwrites those of the same keys.
// Errors: ErrRepositoryNotFound, ErrTooManyResourceTags.
func (r *Registry) SetResourceTags(ctx context.Context, repo Repo, tags map[string]string) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		if err := putResourceTags(tx, repo, tags); err != nil {
			return err
		}
		var n int
		err := tx.QueryRow(`SELECT count(*) FROM repository_tag WHERE account = $1 AND region = $2 AND repository = $3`,
			repo.Account, repo.Region, repo.Name).Scan(&n)
		if err == nil && n > MaxResourceTags {
			err = &Error{Kind: ErrTooManyResourceTags, Repo: repo}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("tag repository: %w", err)
	}
	return nil
}

// RemoveResourceTags removes tags; keys that are not there are ignored.
// Errors: ErrRepositoryNotFound.
func (r *Registry) RemoveResourceTags(ctx context.Context, repo Repo, keys []string) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		for _, k := range keys {
			_, err := tx.Exec(`DELETE FROM repository_tag WHERE account = $1 AND region = $2 AND repository = $3 AND key = $4`,
				repo.Account, repo.Region, repo.Name, k)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("untag repository: %w", err)
	}
	return nil
}
