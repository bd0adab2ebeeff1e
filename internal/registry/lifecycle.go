package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/meta"
)

// LifecyclePolicy is the lifecycle policy of a repository.
type LifecyclePolicy struct {
	Text        string    // compact JSON
	EvaluatedAt time.Time // when it was last applied; zero if never
}

const (
	// lifecycleDelay is how long after it was put a policy is first applied,
	// so that a slip can be corrected. ECR takes up to a day.
	lifecycleDelay = 10 * time.Minute
	// lifecycleInterval is between one application and the next.
	lifecycleInterval = 23 * time.Hour
)

// parseLifecycle reads a lifecycle policy; its error is ErrInvalidLifecycle.
func parseLifecycle(repo Repo, text string) (*lifecycle.Policy, error) {
	p, err := lifecycle.Parse([]byte(text))
	if err != nil {
		return nil, &Error{Kind: ErrInvalidLifecycle, Repo: repo, Err: err}
	}
	return p, nil
}

// putLifecyclePolicy stores the compact text of a valid lifecycle policy of a
// repository that exists.
func putLifecyclePolicy(tx *meta.Tx, repo Repo, text string, now int64) error {
	_, err := tx.Exec(`INSERT INTO lifecycle_policy (account, region, repository, policy, evaluated_at, due_at) VALUES ($1, $2, $3, $4, 0, $5)
		ON CONFLICT (account, region, repository) DO UPDATE SET policy = excluded.policy, evaluated_at = 0, due_at = excluded.due_at`,
		repo.Account, repo.Region, repo.Name, text, now+lifecycleDelay.Microseconds())
	return err
}

// lifecyclePolicy reads a repository's lifecycle policy.
func lifecyclePolicy(tx *meta.Tx, repo Repo) (*LifecyclePolicy, error) {
	var p LifecyclePolicy
	var evaluated int64
	err := tx.QueryRow(`SELECT policy, evaluated_at FROM lifecycle_policy WHERE account = $1 AND region = $2 AND repository = $3`,
		repo.Account, repo.Region, repo.Name).Scan(&p.Text, &evaluated)
	if errors.Is(err, sql.ErrNoRows) {
		if err := requireRepository(tx, repo); err != nil {
			return nil, err
		}
		return nil, &Error{Kind: ErrLifecycleNotFound, Repo: repo}
	}
	p.EvaluatedAt = fromMicros(evaluated)
	return &p, err
}

// PutLifecyclePolicy stores the lifecycle policy of a repository and returns
// its text as it is kept, compact. It is applied some minutes later, and each
// day from then on; see RunLifecycle.
// Errors: ErrRepositoryNotFound, ErrInvalidLifecycle.
func (r *Registry) PutLifecyclePolicy(ctx context.Context, repo Repo, text string) (string, error) {
	p, err := parseLifecycle(repo, text)
	if err != nil {
		return "", fmt.Errorf("put lifecycle policy: %w", err)
	}
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		return putLifecyclePolicy(tx, repo, p.String(), micros(r.now()))
	})
	if err != nil {
		return "", fmt.Errorf("put lifecycle policy: %w", err)
	}
	return p.String(), nil
}

// LifecyclePolicy returns the lifecycle policy of a repository.
// Errors: ErrRepositoryNotFound, ErrLifecycleNotFound.
func (r *Registry) LifecyclePolicy(ctx context.Context, repo Repo) (p *LifecyclePolicy, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		p, err = lifecyclePolicy(tx, repo)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get lifecycle policy: %w", err)
	}
	return p, nil
}

// DeleteLifecyclePolicy removes the lifecycle policy of a repository and
// returns what it was. What it expired stays expired.
// Errors: ErrRepositoryNotFound, ErrLifecycleNotFound.
func (r *Registry) DeleteLifecyclePolicy(ctx context.Context, repo Repo) (p *LifecyclePolicy, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if p, err = lifecyclePolicy(tx, repo); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM lifecycle_policy WHERE account = $1 AND region = $2 AND repository = $3`, repo.Account, repo.Region, repo.Name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete lifecycle policy: %w", err)
	}
	return p, nil
}

// LifecycleSettings are what the owner of a repository sets beside its
// lifecycle policy. Amazon ECR has nothing like them.
type LifecycleSettings struct {
	// ProtectPulledDays is for how many days a pull keeps an image from being
	// expired or archived by the policy; 0 is not at all.
	ProtectPulledDays int
	// UndoDays is for how many days an image that expired can be restored; 0
	// is not at all. It is also for how long an image that was restored is
	// safe from the policy.
	UndoDays int
}

// MaxLifecycleDays bounds LifecycleSettings.
const MaxLifecycleDays = 3650

const defaultUndoDays = 7

func lifecycleSettings(tx *meta.Tx, repo Repo) (LifecycleSettings, error) {
	s := LifecycleSettings{UndoDays: defaultUndoDays}
	err := tx.QueryRow(`SELECT protect_pulled_days, undo_days FROM lifecycle_setting WHERE account = $1 AND region = $2 AND repository = $3`,
		repo.Account, repo.Region, repo.Name).Scan(&s.ProtectPulledDays, &s.UndoDays)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}

// LifecycleSettings returns the settings of a repository.
// Errors: ErrRepositoryNotFound.
func (r *Registry) LifecycleSettings(ctx context.Context, repo Repo) (s LifecycleSettings, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		s, err = lifecycleSettings(tx, repo)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("get lifecycle settings: %w", err)
	}
	return s, nil
}

// SetLifecycleSettings changes the settings of a repository and returns them;
// what is nil stays as it is. Images that expired before keep the time that
// they had to be restored in.
// Errors: ErrRepositoryNotFound, ErrLifecycleSetting.
func (r *Registry) SetLifecycleSettings(ctx context.Context, repo Repo, protectPulledDays, undoDays *int) (s LifecycleSettings, err error) {
	for _, days := range []*int{protectPulledDays, undoDays} {
		if days != nil && (*days < 0 || *days > MaxLifecycleDays) {
			return s, &Error{Kind: ErrLifecycleSetting, Repo: repo, Err: fmt.Errorf("%d days is not from 0 to %d", *days, MaxLifecycleDays)}
		}
	}
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		if s, err = lifecycleSettings(tx, repo); err != nil {
			return err
		}
		if protectPulledDays != nil {
			s.ProtectPulledDays = *protectPulledDays
		}
		if undoDays != nil {
			s.UndoDays = *undoDays
		}
		_, err := tx.Exec(`INSERT INTO lifecycle_setting (account, region, repository, protect_pulled_days, undo_days) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, region, repository) DO UPDATE SET protect_pulled_days = excluded.protect_pulled_days, undo_days = excluded.undo_days`,
			repo.Account, repo.Region, repo.Name, s.ProtectPulledDays, s.UndoDays)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("set lifecycle settings: %w", err)
	}
	return s, nil
}
