package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/meta"
)

// MaxPullThroughRules is how many rules a registry may have.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
const MaxPullThroughRules = 50

// PullThroughRule says from which upstream registry the repositories are
// filled whose names begin with a prefix.
type PullThroughRule struct {
	Account, Region string

	// Prefix is what the names of the repositories begin with, before a slash,
	// or RootPrefix for every name that no other rule is for. A slash at its
	// end is kept, and means nothing.
	Prefix string

	Upstream       string // one of ECR's names of upstream registries, such as "docker-hub"
	UpstreamURL    string // the host: "registry-1.docker.io"
	UpstreamPrefix string // what stands for Prefix upstream; RootPrefix and "" are nothing

	CredentialARN string // of the secret with the credentials, or ""
	RoleARN       string // of the role that reads another registry of ECR, or ""

	CreatedAt, UpdatedAt time.Time
}

// upstream is a registry that rules may be about.
type upstream struct {
	name   string
	secret bool // it takes credentials, and does not answer without
}

// The upstream registry that is Amazon ECR itself.
const upstreamECR = "ecr"

// upstreamOf returns the upstream registry at a host, if ECR supports it.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
func upstreamOf(host string) (upstream, bool) {
	switch host {
	case "public.ecr.aws":
		return upstream{"ecr-public", false}, true
	case "registry.k8s.io":
		return upstream{"k8s", false}, true
	case "quay.io":
		return upstream{"quay", false}, true
	case "registry-1.docker.io":
		return upstream{"docker-hub", true}, true
	case "ghcr.io":
		return upstream{"github-container-registry", true}, true
	case "registry.gitlab.com":
		return upstream{"gitlab-container-registry", true}, true
	case "cgr.dev":
		return upstream{"chainguard", true}, true
	}
	if name, ok := strings.CutSuffix(host, ".azurecr.io"); ok && name != "" && !strings.ContainsAny(name, "./:@") {
		return upstream{"azure-container-registry", true}, true
	}
	if r, ok := upstreamRegistry(host); ok && r.Host() == host {
		return upstream{upstreamECR, false}, true
	}
	return upstream{}, false
}

// upstreamRegistry reads the host of a registry of Amazon ECR.
func upstreamRegistry(host string) (endpoint.Registry, bool) {
	r, ok := endpoint.ParseRegistry(host)
	return r, ok && r.Domain == "amazonaws.com" && r.Port == ""
}

// Validate fills in the name of the upstream registry and reports what CreatePullThroughRule has against
// a rule whatever other rules there are.
func (p *PullThroughRule) Validate() error {
	fail := func(k Kind, format string, args ...any) error {
		return &Error{Kind: k, Repo: p.named(), Err: fmt.Errorf(format, args...)}
	}
	up, ok := upstreamOf(p.UpstreamURL)
	if !ok || p.Upstream != "" && p.Upstream != up.name {
		return fail(ErrUpstreamUnsupported, "%s", p.UpstreamURL)
	}
	p.Upstream = up.name
	if p.Prefix == RootPrefix && p.UpstreamPrefix != "" && p.UpstreamPrefix != RootPrefix {
		return fail(ErrInvalidPullThrough, "upstreamRepositoryPrefix can't be set when ecrRepositoryPrefix is ROOT")
	}
	if up.name == upstreamECR {
		return p.checkRole(fail)
	}
	if p.RoleARN != "" {
		return fail(ErrInvalidPullThrough, "customRoleArn can be set for upstream registries of Amazon ECR only")
	}
	return p.checkSecret(up, fail)
}

// checkRole checks the role of a rule whose upstream is Amazon ECR.
func (p *PullThroughRule) checkRole(fail func(k Kind, format string, args ...any) error) error {
	from, _ := upstreamRegistry(p.UpstreamURL)
	role, err := arn.Parse(p.RoleARN)
	switch {
	case p.CredentialARN != "":
		return fail(ErrInvalidPullThrough, "credentialArn can't be set for an upstream registry of Amazon ECR")
	case from.Account == p.Account && from.Region == p.Region:
		return fail(ErrInvalidPullThrough, "upstreamRegistryUrl can't be the registry itself")
	case p.RoleARN == "" && from.Account != p.Account:
		return fail(ErrInvalidPullThrough, "customRoleArn is required for an upstream registry of another account")
	case p.RoleARN != "" && (err != nil || role.Service != "iam" || role.Type() != "role" || role.Path() == "" || role.Account != p.Account):
		return fail(ErrInvalidPullThrough, "customRoleArn must be the ARN of a role of the account of the registry")
	}
	return nil
}

// checkSecret checks the credentials of a rule. Whether there is such a secret
// is not known here.
func (p *PullThroughRule) checkSecret(up upstream, fail func(k Kind, format string, args ...any) error) error {
	secret, err := arn.Parse(p.CredentialARN)
	switch {
	case p.CredentialARN == "" && up.secret:
		return fail(ErrUpstreamSecret, "%s requires a secret", up.name)
	case p.CredentialARN == "":
		return nil
	case !up.secret:
		return fail(ErrInvalidPullThrough, "credentialArn can't be set for %s", up.name)
	case err != nil || secret.Account != p.Account:
		return fail(ErrSecretInaccessible, "%s is not a secret of the account %s", p.CredentialARN, p.Account)
	case secret.Region != p.Region:
		return fail(ErrSecretNotFound, "%s is not a secret of the region %s", p.CredentialARN, p.Region)
	}
	return nil
}

// named is the rule in errors.
func (p *PullThroughRule) named() Repo {
	return Repo{Account: p.Account, Region: p.Region, Name: p.Prefix}
}

const pullThroughColumns = `account, region, written, upstream, upstream_url, upstream_prefix, credential, role, created_at, updated_at`

func scanPullThrough(s meta.Scanner) (*PullThroughRule, error) {
	var p PullThroughRule
	var created, updated int64
	err := s.Scan(&p.Account, &p.Region, &p.Prefix, &p.Upstream, &p.UpstreamURL, &p.UpstreamPrefix, &p.CredentialARN, &p.RoleARN, &created, &updated)
	p.CreatedAt, p.UpdatedAt = fromMicros(created), fromMicros(updated)
	return &p, err
}

func pullThrough(tx *meta.Tx, account, region, prefix string) (*PullThroughRule, error) {
	p, err := scanPullThrough(tx.QueryRow(`SELECT `+pullThroughColumns+` FROM pull_through_rule WHERE account = $1 AND region = $2 AND prefix = $3`,
		account, region, prefixKey(prefix)))
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: ErrPullThroughNotFound, Repo: Repo{Account: account, Region: region, Name: prefix}}
	}
	return p, err
}

// CreatePullThroughRule stores a new rule, whose Prefix the caller has
// validated. Upstream may be empty: it is what the URL says.
// Errors: ErrPullThroughExists, ErrTooManyPullThrough, ErrInvalidPullThrough,
// ErrUpstreamUnsupported, ErrUpstreamSecret, ErrSecretNotFound,
// ErrSecretInaccessible.
func (r *Registry) CreatePullThroughRule(ctx context.Context, p PullThroughRule) (*PullThroughRule, error) {
	p.CreatedAt = fromMicros(micros(r.now()))
	p.UpdatedAt = p.CreatedAt
	err := p.Validate()
	if err == nil {
		err = r.db.Write(ctx, p.insert)
	}
	if err != nil {
		return nil, fmt.Errorf("create pull-through rule: %w", err)
	}
	return &p, nil
}

func (p *PullThroughRule) insert(tx *meta.Tx) error {
	n, err := tx.Exec(`INSERT INTO pull_through_rule (prefix, `+pullThroughColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		prefixKey(p.Prefix), p.Account, p.Region, p.Prefix, p.Upstream, p.UpstreamURL, p.UpstreamPrefix, p.CredentialARN, p.RoleARN,
		micros(p.CreatedAt), micros(p.UpdatedAt))
	if err != nil {
		return err
	}
	if n == 0 {
		return &Error{Kind: ErrPullThroughExists, Repo: p.named()}
	}
	var rules int
	err = tx.QueryRow(`SELECT count(*) FROM pull_through_rule WHERE account = $1 AND region = $2`, p.Account, p.Region).Scan(&rules)
	if err == nil && rules > MaxPullThroughRules {
		err = &Error{Kind: ErrTooManyPullThrough, Repo: p.named()}
	}
	return err
}

// UpdatePullThroughRule replaces the secret and the role of a rule, each
// unless it is nil.
// Errors: ErrPullThroughNotFound, ErrInvalidPullThrough, ErrUpstreamSecret,
// ErrSecretNotFound, ErrSecretInaccessible.
func (r *Registry) UpdatePullThroughRule(ctx context.Context, account, region, prefix string, credentialARN, roleARN *string) (p *PullThroughRule, err error) {
	now := r.now()
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if p, err = pullThrough(tx, account, region, prefix); err != nil {
			return err
		}
		if credentialARN != nil {
			p.CredentialARN = *credentialARN
		}
		if roleARN != nil {
			p.RoleARN = *roleARN
		}
		if err := p.Validate(); err != nil {
			return err
		}
		p.UpdatedAt = fromMicros(micros(now))
		_, err := tx.Exec(`UPDATE pull_through_rule SET credential = $1, role = $2, updated_at = $3 WHERE account = $4 AND region = $5 AND prefix = $6`,
			p.CredentialARN, p.RoleARN, micros(p.UpdatedAt), account, region, prefixKey(prefix))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update pull-through rule: %w", err)
	}
	return p, nil
}

// DeletePullThroughRule removes a rule and returns what it was. What it
// brought stays. Errors: ErrPullThroughNotFound.
func (r *Registry) DeletePullThroughRule(ctx context.Context, account, region, prefix string) (p *PullThroughRule, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if p, err = pullThrough(tx, account, region, prefix); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM pull_through_rule WHERE account = $1 AND region = $2 AND prefix = $3`, account, region, prefixKey(prefix))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete pull-through rule: %w", err)
	}
	return p, nil
}

// PullThroughRule returns the rule of a prefix. Errors: ErrPullThroughNotFound.
func (r *Registry) PullThroughRule(ctx context.Context, account, region, prefix string) (p *PullThroughRule, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		p, err = pullThrough(tx, account, region, prefix)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("describe pull-through rule: %w", err)
	}
	return p, nil
}

// PullThroughRules lists the rules of a registry in the order of their
// prefixes, and the token of the next page, which is "" after the last.
// Errors: ErrInvalidToken.
func (r *Registry) PullThroughRules(ctx context.Context, account, region string, p Page) (rules []*PullThroughRule, next string, err error) {
	const kind = "pull-through"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		rules, err = meta.All(tx, scanPullThrough, `SELECT `+pullThroughColumns+` FROM pull_through_rule
			WHERE account = $1 AND region = $2 AND prefix > $3 ORDER BY prefix LIMIT $4`, account, region, after[0], p.limit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list pull-through rules: %w", err)
	}
	rules, more := cut(p, rules)
	if more {
		next = token(kind, prefixKey(rules[len(rules)-1].Prefix))
	}
	return rules, next, nil
}
