package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// AddPullTimeExclusion makes a registry record no pull times for a principal,
// the ARN of a user or a role of any account, from the next pull on. A role
// stands for all its sessions. It returns since when that holds.
// Errors: ErrExclusionExists, ErrTooManyExclusions.
func (r *Registry) AddPullTimeExclusion(ctx context.Context, account, region, principal string) (time.Time, error) {
	created := fromMicros(micros(r.now()))
	fail := func(k Kind) error {
		return &Error{Kind: k, Repo: Repo{Account: account, Region: region}, Name: principal, Limit: int64(r.quotas.PullTimeExclusions)}
	}
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`INSERT INTO pull_time_exclusion (account, region, principal, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			account, region, principal, micros(created))
		if err != nil {
			return err
		}
		if n == 0 {
			return fail(ErrExclusionExists)
		}
		var total int
		err = tx.QueryRow(`SELECT count(*) FROM pull_time_exclusion WHERE account = $1 AND region = $2`, account, region).Scan(&total)
		if err == nil && total > r.quotas.PullTimeExclusions {
			err = fail(ErrTooManyExclusions)
		}
		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("register pull time exclusion: %w", err)
	}
	return created, nil
}

// RemovePullTimeExclusion makes a registry record pull times for a principal
// again. Errors: ErrExclusionNotFound.
func (r *Registry) RemovePullTimeExclusion(ctx context.Context, account, region, principal string) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`DELETE FROM pull_time_exclusion WHERE account = $1 AND region = $2 AND principal = $3`, account, region, principal)
		if err == nil && n == 0 {
			err = &Error{Kind: ErrExclusionNotFound, Repo: Repo{Account: account, Region: region}, Name: principal}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("deregister pull time exclusion: %w", err)
	}
	return nil
}

// PullTimeExclusions lists the principals that are excluded, in byte order, and
// the token of the next page. Errors: ErrInvalidToken.
func (r *Registry) PullTimeExclusions(ctx context.Context, account, region string, p Page) (principals []string, next string, err error) {
	const kind = "exclusions"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		principals, err = meta.All(tx, meta.ScanString, `SELECT principal FROM pull_time_exclusion
			WHERE account = $1 AND region = $2 AND principal > $3 ORDER BY principal LIMIT $4`, account, region, after[0], p.limit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list pull time exclusions: %w", err)
	}
	principals, more := cut(p, principals)
	if more {
		next = token(kind, principals[len(principals)-1])
	}
	return principals, next, nil
}

// excluded reports whether pulls by a principal are not to be recorded.
func excluded(tx *meta.Tx, p pull) (bool, error) {
	if p.principal == "" {
		return false, nil
	}
	return exists(tx, `SELECT 1 FROM pull_time_exclusion WHERE account = $1 AND region = $2 AND principal = $3`, p.repo.Account, p.repo.Region, p.principal)
}
