package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/meta"
)

// LifecyclePolicy is the lifecycle policy of a repository.
type LifecyclePolicy struct {
	Text        string    // compact JSON
	EvaluatedAt time.Time // when it was last applied; zero if never
}

// LifecycleSettings are what the owner of a repository sets beside its
// lifecycle policy. Amazon ECR has nothing like them.
type LifecycleSettings struct {
	// ProtectPulledDays is for how many days a pull keeps an image from being
	// expired or archived by the policy; 0 is not at all.
	ProtectPulledDays int
	// UndoDays is for how many days an image that expired can be restored; 0
	// is not at all.
	UndoDays int
}

// maxLifecycleDays bounds LifecycleSettings.
const maxLifecycleDays = 3650

var defaultLifecycleSettings = LifecycleSettings{ProtectPulledDays: 0, UndoDays: 7}

// The kinds of jobs of lifecycle policies; see LifecycleJobs.
const (
	lifecycleSweepJob   = "lifecycle.sweep"
	lifecycleRunJob     = "lifecycle.run"
	lifecyclePreviewJob = "lifecycle.preview"
)

// lifecycleDelay is how long after it was put a policy is first applied, so
// that a slip can be corrected. ECR takes up to a day.
const lifecycleDelay = 10 * time.Minute

// repositoryJob is the payload of jobs about one repository.
type repositoryJob struct {
	Account    string `json:"account"`
	Region     string `json:"region"`
	Repository string `json:"repository"`
}

func (r Repo) job(kind string, at time.Time) job.New {
	return job.New{
		Kind: kind, Key: r.Account + "/" + r.Region + "/" + r.Name, At: at,
		Payload: repositoryJob{Account: r.Account, Region: r.Region, Repository: r.Name},
	}
}

func readRepositoryJob(payload json.RawMessage) (Repo, error) {
	var p repositoryJob
	if err := json.Unmarshal(payload, &p); err != nil {
		return Repo{}, job.Permanent(fmt.Errorf("read the payload of a job: %w", err))
	}
	return Repo{Account: p.Account, Region: p.Region, Name: p.Repository}, nil
}

// parseLifecycle reads a lifecycle policy; its error is ErrInvalidLifecycle.
func parseLifecycle(repo Repo, text string) (*lifecycle.Policy, error) {
	p, err := lifecycle.Parse([]byte(text))
	if err != nil {
		return nil, &Error{Kind: ErrInvalidLifecycle, Repo: repo, Err: err}
	}
	return p, nil
}

// putLifecyclePolicy stores a valid lifecycle policy of a repository that
// exists, which will be applied soon after.
func putLifecyclePolicy(tx *meta.Tx, repo Repo, p *lifecycle.Policy, now time.Time) error {
	_, err := tx.Exec(`INSERT INTO lifecycle_policy (account, region, repository, policy, evaluated_at) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (account, region, repository) DO UPDATE SET policy = excluded.policy, evaluated_at = 0`,
		repo.Account, repo.Region, repo.Name, p.String())
	if err != nil {
		return err
	}
	return job.Enqueue(tx, repo.job(lifecycleRunJob, now.Add(lifecycleDelay)))
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
// its text as it is kept, compact.
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
		return putLifecyclePolicy(tx, repo, p, r.now())
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
