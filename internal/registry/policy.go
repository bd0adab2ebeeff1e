package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Policy is a resource policy of a repository or of a registry.
type Policy struct {
	// Text is the document as it was set. Who sets it validates it.
	Text string
	// Principals are the unique ids of the entities that Text names, by the
	// principal as written, as they were when it was set. The same ARN may
	// mean somebody else by now, whom the policy does not mean.
	Principals map[string]string
}

// ids is the stored form of Policy.Principals.
func (p *Policy) ids() (string, error) {
	if len(p.Principals) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(p.Principals)
	return string(b), err
}

// scanPolicy reads a policy and its principals, which are null where there is
// no policy.
func scanPolicy(s meta.Scanner) (*Policy, error) {
	var text, ids sql.NullString
	if err := s.Scan(&text, &ids); err != nil || !text.Valid {
		return nil, err
	}
	p := &Policy{Text: text.String}
	if ids.String == "{}" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(ids.String), &p.Principals); err != nil {
		return nil, fmt.Errorf("stored principals: %w", err)
	}
	return p, nil
}

// policy reads a repository's policy.
func policy(tx *meta.Tx, repo Repo) (*Policy, error) {
	p, err := scanPolicy(tx.QueryRow(`SELECT policy, policy_principals FROM repository WHERE account = $1 AND region = $2 AND name = $3`,
		repo.Account, repo.Region, repo.Name))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, &Error{Kind: ErrRepositoryNotFound, Repo: repo}
	case err == nil && p == nil:
		return nil, &Error{Kind: ErrPolicyNotFound, Repo: repo}
	}
	return p, err
}

// Policy returns the repository policy as it was set.
// Errors: ErrRepositoryNotFound, ErrPolicyNotFound.
func (r *Registry) Policy(ctx context.Context, repo Repo) (p *Policy, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		p, err = policy(tx, repo)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get repository policy: %w", err)
	}
	return p, nil
}

// SetPolicy stores the repository policy. Errors: ErrRepositoryNotFound.
func (r *Registry) SetPolicy(ctx context.Context, repo Repo, p Policy) error {
	ids, err := p.ids()
	if err == nil {
		_, err = r.update(ctx, repo, `UPDATE repository SET policy = $1, policy_principals = $2
			WHERE account = $3 AND region = $4 AND name = $5`, p.Text, ids)
	}
	if err != nil {
		return fmt.Errorf("set repository policy: %w", err)
	}
	return nil
}

// DeletePolicy removes the repository policy and returns what it was.
// Errors: ErrRepositoryNotFound, ErrPolicyNotFound.
func (r *Registry) DeletePolicy(ctx context.Context, repo Repo) (p *Policy, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if p, err = policy(tx, repo); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE repository SET policy = NULL, policy_principals = NULL WHERE account = $1 AND region = $2 AND name = $3`,
			repo.Account, repo.Region, repo.Name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete repository policy: %w", err)
	}
	return p, nil
}

// registryPolicy reads a registry's policy.
func registryPolicy(tx *meta.Tx, account, region string) (*Policy, error) {
	p, err := scanPolicy(tx.QueryRow(`SELECT policy, policy_principals FROM registry_policy WHERE account = $1 AND region = $2`, account, region))
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: ErrRegistryPolicyNotFound, Repo: Repo{Account: account, Region: region}}
	}
	return p, err
}

// RegistryPolicy returns a registry's policy as it was set.
// Errors: ErrRegistryPolicyNotFound.
func (r *Registry) RegistryPolicy(ctx context.Context, account, region string) (p *Policy, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		p, err = registryPolicy(tx, account, region)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get registry policy: %w", err)
	}
	return p, nil
}

// SetRegistryPolicy stores a registry's policy. Which actions it may be about
// is up to the registry's PolicyScope, and for the caller to see to.
func (r *Registry) SetRegistryPolicy(ctx context.Context, account, region string, p Policy) error {
	ids, err := p.ids()
	if err == nil {
		err = r.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`INSERT INTO registry_policy (account, region, policy, policy_principals) VALUES ($1, $2, $3, $4)
				ON CONFLICT (account, region) DO UPDATE SET policy = excluded.policy, policy_principals = excluded.policy_principals`,
				account, region, p.Text, ids)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("set registry policy: %w", err)
	}
	return nil
}

// DeleteRegistryPolicy removes a registry's policy and returns what it was.
// Errors: ErrRegistryPolicyNotFound.
func (r *Registry) DeleteRegistryPolicy(ctx context.Context, account, region string) (p *Policy, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if p, err = registryPolicy(tx, account, region); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM registry_policy WHERE account = $1 AND region = $2`, account, region)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete registry policy: %w", err)
	}
	return p, nil
}

// Access is what authorisation needs to know about a repository.
type Access struct {
	Exists         bool
	Policy         *Policy           // of the repository, or nil
	RegistryPolicy *Policy           // of the registry, or nil; enforced as far as PolicyScope goes
	PolicyScope    string            // "" without a policy of the registry
	Tags           map[string]string // resource tags
}

// Access returns what authorisation needs to know about a repository at the
// time of the call. It must not be changed. That the repository does not exist
// is not an error; an empty name asks for the registry's policy alone.
func (r *Registry) Access(ctx context.Context, repo Repo) (*Access, error) {
	a, err := r.access.Get(ctx, repo, func(tx *meta.Tx) (a *Access, err error) {
		a = &Access{}
		a.RegistryPolicy, err = registryPolicy(tx, repo.Account, repo.Region)
		if err == nil {
			a.PolicyScope, err = setting(tx, repo.Account, repo.Region, PolicyScope)
		}
		if err != nil && !errors.Is(err, ErrRegistryPolicyNotFound) {
			return nil, err
		}
		a.Policy, err = policy(tx, repo)
		switch {
		case errors.Is(err, ErrRepositoryNotFound):
			return a, nil
		case err != nil && !errors.Is(err, ErrPolicyNotFound):
			return nil, err
		}
		a.Exists = true
		a.Tags, err = resourceTags(tx, repo)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read policies of %s: %w", repo.ARN(), err)
	}
	return a, nil
}
