package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/meta"
)

// PreviewStatus is how far a preview of a lifecycle policy is.
type PreviewStatus string

// The values are those of ECR's status.
const (
	PreviewInProgress PreviewStatus = "IN_PROGRESS"
	PreviewComplete   PreviewStatus = "COMPLETE"
	PreviewExpired    PreviewStatus = "EXPIRED" // its results are not kept any more
)

// previewLifetime is how long the results of a preview are kept, and how long
// one may be in progress before another may be started instead.
const previewLifetime = 24 * time.Hour

// LifecyclePreview is what a lifecycle policy would do, and a page of what it
// would do to which image.
type LifecyclePreview struct {
	Text          string // of the policy, as it was given
	Status        PreviewStatus
	StartedAt     time.Time
	Images        int // images that were evaluated
	Expiring      int // images that would expire
	Transitioning int // images that would go to the archive
	Results       []LifecycleResult
	Next          string // token of the next page
}

// LifecycleResult is what a lifecycle policy would do to an image.
type LifecycleResult struct {
	Digest   digest.Digest    `json:"digest"`
	Action   lifecycle.Action `json:"action,omitempty"`
	Rule     int              `json:"rule,omitempty"` // priority; 0 if no rule selects the image
	Cause    lifecycle.Cause  `json:"cause"`
	Reason   string           `json:"reason"` // for people
	Tags     []string         `json:"tags,omitempty"`
	Pushed   int64            `json:"pushed"` // microseconds
	Archived bool             `json:"archived,omitempty"`
}

// kept reports whether nothing would be done to the image.
func (l *LifecycleResult) kept() bool { return l.Action == lifecycle.Keep }

// PushedAt is when the image was pushed.
func (l *LifecycleResult) PushedAt() time.Time { return fromMicros(l.Pushed) }

// StartLifecyclePreview begins a preview of a lifecycle policy, that of the
// repository if text is empty, and returns the text. Its results replace those
// of the one before.
// Errors: ErrRepositoryNotFound, ErrInvalidLifecycle, ErrLifecycleNotFound,
// ErrPreviewInProgress.
func (r *Registry) StartLifecyclePreview(ctx context.Context, repo Repo, text string) (string, error) {
	if text != "" {
		if _, err := parseLifecycle(repo, text); err != nil {
			return "", fmt.Errorf("start lifecycle policy preview: %w", err)
		}
	}
	now := r.now()
	started := text
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		if text == "" {
			p, err := lifecyclePolicy(tx, repo)
			if err != nil {
				return err
			}
			started = p.Text
		}
		n, err := tx.Exec(`INSERT INTO lifecycle_preview (account, region, repository, id, policy, status, started_at, finished_at, images, expiring, transitioning)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0) ON CONFLICT (account, region, repository) DO UPDATE
			SET id = excluded.id, policy = excluded.policy, status = excluded.status, started_at = excluded.started_at,
				finished_at = 0, images = 0, expiring = 0, transitioning = 0
			WHERE lifecycle_preview.status <> $6 OR lifecycle_preview.started_at <= $8`,
			repo.Account, repo.Region, repo.Name, rand.Text(), started, string(PreviewInProgress), micros(now), micros(now.Add(-previewLifetime)))
		if err != nil {
			return err
		}
		if n == 0 {
			return &Error{Kind: ErrPreviewInProgress, Repo: repo}
		}
		return job.Enqueue(tx, repo.job(lifecyclePreviewJob, now))
	})
	if err != nil {
		return "", fmt.Errorf("start lifecycle policy preview: %w", err)
	}
	return started, nil
}

// preview is the row of a preview.
type preview struct {
	LifecyclePreview
	id string
}

// lifecyclePreview reads the preview of a repository. One whose time is over
// has expired, whether it was finished or not.
func lifecyclePreview(tx *meta.Tx, repo Repo, now time.Time) (*preview, error) {
	var p preview
	var started int64
	err := tx.QueryRow(`SELECT id, policy, status, started_at, images, expiring, transitioning FROM lifecycle_preview
		WHERE account = $1 AND region = $2 AND repository = $3`, repo.Account, repo.Region, repo.Name).
		Scan(&p.id, &p.Text, &p.Status, &started, &p.Images, &p.Expiring, &p.Transitioning)
	if errors.Is(err, sql.ErrNoRows) {
		if err := requireRepository(tx, repo); err != nil {
			return nil, err
		}
		return nil, &Error{Kind: ErrPreviewNotFound, Repo: repo}
	}
	p.StartedAt = fromMicros(started)
	if !now.Before(p.StartedAt.Add(previewLifetime)) {
		p.Status = PreviewExpired
	}
	return &p, err
}

// previewPart is how many results one row has. Rows with one result each would
// be a hundred thousand rows to write for a large repository.
const previewPart = 100

// runLifecyclePreview makes the preview that was started in a repository.
func (r *Registry) runLifecyclePreview(ctx context.Context, repo Repo) error {
	var p *preview
	err := r.db.Read(ctx, func(tx *meta.Tx) (err error) {
		p, err = lifecyclePreview(tx, repo, r.now())
		return err
	})
	if errors.Is(err, ErrPreviewNotFound) || err == nil && p.Status != PreviewInProgress {
		return nil
	}
	if err == nil {
		err = r.removeResults(ctx, repo) // of the former one, or of this, tried before
	}
	if err != nil {
		return fmt.Errorf("preview lifecycle policy: %w", err)
	}
	e, err := r.evaluateLifecycle(ctx, repo, &p.Text)
	if err != nil {
		return fmt.Errorf("preview lifecycle policy: %w", err)
	}
	var results, kept []LifecycleResult // both in the order of digests
	for i := range e.images {
		l := e.result(i)
		switch l.Action {
		case lifecycle.Keep:
			kept = append(kept, l)
			continue
		case lifecycle.Expire:
			p.Expiring++
		case lifecycle.Transition:
			p.Transitioning++
		}
		results = append(results, l)
	}
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := errors.Join(putResults(tx, repo, p.id, false, results), putResults(tx, repo, p.id, true, kept)); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE lifecycle_preview SET status = $1, finished_at = $2, images = $3, expiring = $4, transitioning = $5 WHERE id = $6
				AND account = $7 AND region = $8 AND repository = $9`,
			string(PreviewComplete), micros(r.now()), len(e.images), p.Expiring, p.Transitioning, p.id, repo.Account, repo.Region, repo.Name)
		return err
	})
	if err != nil {
		return fmt.Errorf("preview lifecycle policy: %w", err)
	}
	return nil
}

// result is what a preview says of an image.
func (e *lifecycleEvaluation) result(i int) LifecycleResult {
	img, v := &e.images[i], &e.verdicts[i]
	return LifecycleResult{
		Digest: digest.Digest(img.Digest), Action: v.Action, Rule: v.Rule, Cause: v.Cause, Reason: v.Reason(e.now),
		Tags: img.Tags, Pushed: micros(img.PushedAt), Archived: img.Archived,
	}
}

// putResults writes results of a preview, which are in the order of digests.
func putResults(tx *meta.Tx, repo Repo, id string, kept bool, results []LifecycleResult) error {
	for part := range slices.Chunk(results, previewPart) {
		text, err := json.Marshal(part)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO lifecycle_preview_part (account, region, repository, preview, kept, last, results) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			repo.Account, repo.Region, repo.Name, id, kept, part[len(part)-1].Digest.String(), string(text))
		if err != nil {
			return err
		}
	}
	return nil
}

// removeResults removes the results of previews of a repository.
func (r *Registry) removeResults(ctx context.Context, repo Repo) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`DELETE FROM lifecycle_preview_part WHERE account = $1 AND region = $2 AND repository = $3`, repo.Account, repo.Region, repo.Name)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove results of previews: %w", err)
	}
	return nil
}

// purgePreviews removes the results of previews whose time is over.
func (r *Registry) purgePreviews(ctx context.Context, now time.Time) error {
	for {
		var over []Repo
		err := r.db.Write(ctx, func(tx *meta.Tx) (err error) {
			over, err = meta.All(tx, func(s meta.Scanner) (repo Repo, err error) {
				err = s.Scan(&repo.Account, &repo.Region, &repo.Name)
				return repo, err
			}, `SELECT account, region, repository FROM lifecycle_preview WHERE started_at <= $1 AND status <> $2
				ORDER BY started_at, account, region, repository LIMIT $3`, micros(now.Add(-previewLifetime)), string(PreviewExpired), lifecycleBatch)
			for _, repo := range over {
				if err == nil {
					_, err = tx.Exec(`UPDATE lifecycle_preview SET status = $1 WHERE account = $2 AND region = $3 AND repository = $4`,
						string(PreviewExpired), repo.Account, repo.Region, repo.Name)
				}
			}
			return err
		})
		for _, repo := range over {
			if err == nil {
				err = r.removeResults(ctx, repo)
			}
		}
		if err != nil {
			return fmt.Errorf("purge lifecycle policy previews: %w", err)
		}
		if len(over) < lifecycleBatch {
			return nil
		}
	}
}

// PreviewQuery says which results of a preview to answer.
type PreviewQuery struct {
	Kept bool  // also images that nothing would be done to, after the others
	Refs []Ref // these only; not with Kept and a Page
	Tags TagStatus
	Page Page
}

// LifecyclePreview returns the preview of a repository and a page of its
// results, in the order of the digests, which there are once it is complete.
// Errors: ErrRepositoryNotFound, ErrPreviewNotFound, ErrInvalidToken.
func (r *Registry) LifecyclePreview(ctx context.Context, repo Repo, q PreviewQuery) (p *LifecyclePreview, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		row, err := lifecyclePreview(tx, repo, r.now())
		if err != nil {
			return err
		}
		p = &row.LifecyclePreview
		if row.Status != PreviewComplete {
			return nil
		}
		if len(q.Refs) > 0 {
			return row.named(tx, repo, q)
		}
		return row.page(tx, repo, q)
	})
	if err != nil {
		return nil, fmt.Errorf("get lifecycle policy preview: %w", err)
	}
	return p, nil
}

// wants reports whether a result is among those asked for.
func (q *PreviewQuery) wants(l *LifecycleResult) bool {
	return q.Tags == TagAny || (q.Tags == Tagged) == (len(l.Tags) > 0)
}

// part reads the next part of a preview after one that was of the same kept and
// ended with last; sql.ErrNoRows when there is none.
func (p *preview) part(tx *meta.Tx, repo Repo, all, kept bool, last string) (results []LifecycleResult, err error) {
	where := ` AND NOT kept`
	if all {
		where = ``
	}
	var text []byte
	err = tx.QueryRow(`SELECT results FROM lifecycle_preview_part
		WHERE account = $1 AND region = $2 AND repository = $3 AND preview = $4 AND (kept, last) > ($5, $6)`+where+` ORDER BY kept, last LIMIT 1`,
		repo.Account, repo.Region, repo.Name, p.id, kept, last).Scan(&text)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &results); err != nil {
		return nil, fmt.Errorf("results of a preview: %w", err)
	}
	return results, nil
}

func (p *preview) page(tx *meta.Tx, repo Repo, q PreviewQuery) error {
	const kind = "preview"
	key, err := q.Page.key(kind, 3)
	if err != nil {
		return err
	}
	if key[0] != "" && key[0] != p.id {
		return &Error{Kind: ErrInvalidToken, Repo: repo} // of an earlier preview
	}
	for kept, last := key[1] == "true", key[2]; int64(len(p.Results)) < q.Page.limit(); {
		part, err := p.part(tx, repo, q.Kept, kept, last)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return err
		}
		for i := range part {
			if seen := part[i].kept() == kept && part[i].Digest.String() <= last; !seen && q.wants(&part[i]) {
				p.Results = append(p.Results, part[i])
			}
		}
		kept, last = part[len(part)-1].kept(), part[len(part)-1].Digest.String()
	}
	var more bool
	if p.Results, more = cut(q.Page, p.Results); more {
		l := p.Results[len(p.Results)-1]
		p.Next = token(kind, p.id, strconv.FormatBool(l.kept()), l.Digest.String())
	}
	return nil
}

// named reads the results of images by name. A tag names the image that had it
// when the preview was made, if it has it still.
func (p *preview) named(tx *meta.Tx, repo Repo, q PreviewQuery) error {
	for _, ref := range q.Refs {
		d, err := resolve(tx, repo, ref)
		if e := (*Error)(nil); errors.As(err, &e) {
			continue
		}
		if err != nil {
			return err
		}
		var text []byte
		err = tx.QueryRow(`SELECT results FROM lifecycle_preview_part
			WHERE account = $1 AND region = $2 AND repository = $3 AND preview = $4 AND NOT kept AND last >= $5 ORDER BY kept, last LIMIT 1`,
			repo.Account, repo.Region, repo.Name, p.id, d.String()).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		var part []LifecycleResult
		if err := json.Unmarshal(text, &part); err != nil {
			return fmt.Errorf("results of a preview: %w", err)
		}
		i := slices.IndexFunc(part, func(l LifecycleResult) bool {
			return l.Digest == d && (ref.Tag == "" || slices.Contains(l.Tags, ref.Tag))
		})
		known := slices.ContainsFunc(p.Results, func(l LifecycleResult) bool { return l.Digest == d })
		if i >= 0 && !known && q.wants(&part[i]) {
			p.Results = append(p.Results, part[i])
		}
	}
	return nil
}
