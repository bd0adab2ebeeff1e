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
	Digest   digest.Digest    `json:"-"`
	Action   lifecycle.Action `json:"action,omitempty"`
	Rule     int              `json:"rule,omitempty"` // priority; 0 if no rule selects the image
	Cause    lifecycle.Cause  `json:"cause"`
	Reason   string           `json:"reason"` // for people
	Tags     []string         `json:"tags,omitempty"`
	Pushed   int64            `json:"pushed"` // microseconds
	Archived bool             `json:"archived,omitempty"`
}

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

// Rows of a preview that one statement writes, and that one transaction does.
const (
	previewRows  = 1000
	previewBatch = 10 * previewRows
)

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
	all := make([]int, len(e.images))
	for i := range all {
		all[i] = i
		switch e.verdicts[i].Action {
		case lifecycle.Expire:
			p.Expiring++
		case lifecycle.Transition:
			p.Transitioning++
		}
	}
	for part := range slices.Chunk(all, previewBatch) {
		err := r.db.Write(ctx, func(tx *meta.Tx) error { return e.putResults(tx, p.id, part) })
		if err != nil {
			return fmt.Errorf("preview lifecycle policy: %w", err)
		}
	}
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
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

// putResults writes the verdicts on some images.
func (e *lifecycleEvaluation) putResults(tx *meta.Tx, id string, which []int) error {
	for part := range slices.Chunk(which, previewRows) {
		args := []any{e.repo.Account, e.repo.Region, e.repo.Name, id}
		rows := make([]byte, 0, 40*len(part))
		for _, i := range part {
			img, v := &e.images[i], &e.verdicts[i]
			verdict, err := json.Marshal(LifecycleResult{
				Action: v.Action, Rule: v.Rule, Cause: v.Cause, Reason: v.Reason(e.now), Tags: img.Tags, Pushed: micros(img.PushedAt), Archived: img.Archived,
			})
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				rows = append(rows, ", "...)
			}
			rows = fmt.Appendf(rows, "($1, $2, $3, $4, %s)", list(len(args)+1, 4))
			args = append(args, v.Action == lifecycle.Keep, img.Digest, len(img.Tags) > 0, string(verdict))
		}
		_, err := tx.Exec(`INSERT INTO lifecycle_preview_image (account, region, repository, preview, kept, digest, tagged, verdict) VALUES `+string(rows), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// removeResults removes the results of previews of a repository.
func (r *Registry) removeResults(ctx context.Context, repo Repo) error {
	for {
		var n int64
		err := r.db.Write(ctx, func(tx *meta.Tx) (err error) {
			n, err = tx.Exec(`DELETE FROM lifecycle_preview_image WHERE account = $1 AND region = $2 AND repository = $3 AND (preview, kept, digest) IN (
				SELECT preview, kept, digest FROM lifecycle_preview_image WHERE account = $1 AND region = $2 AND repository = $3
				ORDER BY preview, kept, digest LIMIT $4)`, repo.Account, repo.Region, repo.Name, previewBatch)
			return err
		})
		if err != nil {
			return fmt.Errorf("remove results of previews: %w", err)
		}
		if n < previewBatch {
			return nil
		}
	}
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
	Refs []Ref // these only; not with a Page
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

func scanResult(s meta.Scanner) (l LifecycleResult, err error) {
	var verdict []byte
	if err := s.Scan(&l.Digest, &verdict); err != nil {
		return l, err
	}
	return l, json.Unmarshal(verdict, &l)
}

// condition is what restricts the rows to those asked for, after the keys.
func (q *PreviewQuery) condition() string {
	where := map[TagStatus]string{TagAny: ``, Tagged: ` AND tagged`, Untagged: ` AND NOT tagged`}[q.Tags]
	if !q.Kept {
		where += ` AND NOT kept`
	}
	return where
}

func (p *preview) page(tx *meta.Tx, repo Repo, q PreviewQuery) error {
	const kind = "preview"
	after, err := q.Page.key(kind, 3)
	if err != nil {
		return err
	}
	kept, digest := after[1] == "true", after[2]
	if after[0] != "" && after[0] != p.id {
		return &Error{Kind: ErrInvalidToken, Repo: repo} // of an earlier preview
	}
	p.Results, err = meta.All(tx, scanResult, `SELECT digest, verdict FROM lifecycle_preview_image
		WHERE account = $1 AND region = $2 AND repository = $3 AND preview = $4 AND (kept, digest) > ($5, $6)`+q.condition()+`
		ORDER BY kept, digest LIMIT $7`, repo.Account, repo.Region, repo.Name, p.id, kept, digest, q.Page.limit())
	if err != nil {
		return err
	}
	var more bool
	if p.Results, more = cut(q.Page, p.Results); more {
		last := p.Results[len(p.Results)-1]
		p.Next = token(kind, p.id, strconv.FormatBool(last.Action == lifecycle.Keep), last.Digest.String())
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
		found, err := meta.All(tx, scanResult, `SELECT digest, verdict FROM lifecycle_preview_image
			WHERE account = $1 AND region = $2 AND repository = $3 AND preview = $4 AND kept IN (FALSE, TRUE) AND digest = $5`+q.condition()+` ORDER BY kept`,
			repo.Account, repo.Region, repo.Name, p.id, d.String())
		if err != nil {
			return err
		}
		for _, l := range found {
			if (ref.Tag == "" || slices.Contains(l.Tags, ref.Tag)) && !slices.ContainsFunc(p.Results, func(have LifecycleResult) bool { return have.Digest == d }) {
				p.Results = append(p.Results, l)
			}
		}
	}
	return nil
}
