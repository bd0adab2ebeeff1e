package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/meta"
)

// The kinds of jobs of lifecycle policies.
const (
	lifecycleSweepJob   = "lifecycle.sweep"   // finds what is due
	lifecycleRunJob     = "lifecycle.run"     // applies the policy of a repository
	lifecyclePreviewJob = "lifecycle.preview" // previews one
)

const (
	lifecycleSweep   = 5 * time.Minute // between looks for what is due
	lifecycleBatch   = 100             // images that one transaction expires or archives, and policies that one enqueues
	lifecycleRetries = 5               // evaluations of one run, when what they were made from changes
)

// LifecycleJobs returns the handlers of the jobs of lifecycle policies and what
// of them is periodic.
func (r *Registry) LifecycleJobs() (map[string]job.Handler, []job.Periodic) {
	return map[string]job.Handler{
		lifecycleSweepJob: func(ctx context.Context, _ json.RawMessage) error { return r.SweepLifecycle(ctx) },
		lifecycleRunJob: forRepository(func(ctx context.Context, repo Repo) error {
			_, err := r.RunLifecycle(ctx, repo)
			return err
		}),
		lifecyclePreviewJob: forRepository(r.runLifecyclePreview),
	}, []job.Periodic{job.Every(lifecycleSweepJob, lifecycleSweep)}
}

// repositoryJob is the payload of jobs about one repository.
type repositoryJob struct {
	Account    string `json:"account"`
	Region     string `json:"region"`
	Repository string `json:"repository"`
}

// job is a job about the repository, of which there is one at a time.
func (r Repo) job(kind string, at time.Time) job.New {
	return job.New{
		Kind: kind, Key: r.Account + "/" + r.Region + "/" + r.Name, At: at,
		Payload: repositoryJob{Account: r.Account, Region: r.Region, Repository: r.Name},
	}
}

// forRepository makes a handler of such jobs. That the repository, or its
// policy, is gone is not an error.
func forRepository(do func(context.Context, Repo) error) job.Handler {
	return func(ctx context.Context, payload json.RawMessage) error {
		var p repositoryJob
		if err := json.Unmarshal(payload, &p); err != nil {
			return job.Permanent(fmt.Errorf("read the payload: %w", err))
		}
		err := do(ctx, Repo{Account: p.Account, Region: p.Region, Name: p.Repository})
		if errors.Is(err, ErrRepositoryNotFound) || errors.Is(err, ErrLifecycleNotFound) {
			return nil
		}
		return err
	}
}

// RequestLifecycleRun makes a node apply a repository's lifecycle policy soon,
// and returns the time from which on LifecyclePolicy.EvaluatedAt says that it
// was done. Errors: ErrRepositoryNotFound, ErrLifecycleNotFound.
func (r *Registry) RequestLifecycleRun(ctx context.Context, repo Repo) (time.Time, error) {
	now := fromMicros(micros(r.now()))
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if _, err := lifecyclePolicy(tx, repo); err != nil {
			return err
		}
		return job.Enqueue(tx, repo.job(lifecycleRunJob, now))
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("request a run of the lifecycle policy: %w", err)
	}
	return now, nil
}

// SweepLifecycle makes nodes apply the policies that are due, and forgets what
// has been kept for its time: expired images, previews.
func (r *Registry) SweepLifecycle(ctx context.Context) error {
	now := r.now()
	return errors.Join(r.enqueueDue(ctx, now), r.purgeExpired(ctx, now), r.purgePreviews(ctx, now), r.purgeHolds(ctx, now))
}

func (r *Registry) enqueueDue(ctx context.Context, now time.Time) error {
	type due struct {
		at   int64
		repo Repo
	}
	for after := (due{}); ; {
		var found []due
		err := r.db.Write(ctx, func(tx *meta.Tx) (err error) {
			found, err = meta.All(tx, func(s meta.Scanner) (d due, err error) {
				err = s.Scan(&d.at, &d.repo.Account, &d.repo.Region, &d.repo.Name)
				return d, err
			}, `SELECT due_at, account, region, repository FROM lifecycle_policy
				WHERE due_at <= $1 AND (due_at, account, region, repository) > ($2, $3, $4, $5) ORDER BY due_at, account, region, repository LIMIT $6`,
				micros(now), after.at, after.repo.Account, after.repo.Region, after.repo.Name, lifecycleBatch)
			for _, d := range found {
				if err == nil {
					err = job.Enqueue(tx, d.repo.job(lifecycleRunJob, now))
				}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("enqueue runs of lifecycle policies: %w", err)
		}
		if len(found) < lifecycleBatch {
			return nil
		}
		after = found[len(found)-1]
	}
}

// LifecycleRun is what an application of a lifecycle policy did.
type LifecycleRun struct {
	EvaluatedAt time.Time
	Images      int // images that there were
	Expired     int
	Archived    int
	Skipped     int // images that changed after the evaluation and were left alone
}

// RunLifecycle applies a repository's lifecycle policy now. The evaluation sees
// one moment; what it found is then done in short transactions, each of which
// leaves alone what has changed since: an image that was pulled or tagged, or
// that an index names now.
// Errors: ErrRepositoryNotFound, ErrLifecycleNotFound.
func (r *Registry) RunLifecycle(ctx context.Context, repo Repo) (LifecycleRun, error) {
	if err := r.FlushPulls(ctx); err != nil {
		return LifecycleRun{}, fmt.Errorf("apply lifecycle policy: %w", err)
	}
	var total LifecycleRun
	for range lifecycleRetries {
		e, err := r.evaluateLifecycle(ctx, repo, nil)
		if err == nil {
			err = r.applyLifecycle(ctx, e, &total)
		}
		if errors.Is(err, errStalePolicy) {
			continue
		}
		if err != nil {
			return total, fmt.Errorf("apply lifecycle policy: %w", err)
		}
		return total, nil
	}
	return total, fmt.Errorf("apply lifecycle policy: %w", errStalePolicy)
}

// errStalePolicy is the error of a run whose policy or settings are not those
// of the repository any more.
var errStalePolicy = errors.New("the policy or its settings changed meanwhile")

// lifecycleEvaluation is what a policy means for a repository at a moment.
type lifecycleEvaluation struct {
	repo     Repo
	now      time.Time
	text     string // of the policy
	settings LifecycleSettings
	images   []lifecycle.Image
	verdicts []lifecycle.Verdict
}

// evaluateLifecycle evaluates a policy, that of the repository if text is nil.
func (r *Registry) evaluateLifecycle(ctx context.Context, repo Repo, text *string) (*lifecycleEvaluation, error) {
	e := &lifecycleEvaluation{repo: repo, now: r.now()}
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		if text != nil {
			e.text = *text
		} else {
			p, err := lifecyclePolicy(tx, repo)
			if err != nil {
				return err
			}
			e.text = p.Text
		}
		var err error
		if e.settings, err = lifecycleSettings(tx, repo); err != nil {
			return err
		}
		e.images, err = lifecycleImages(tx, repo, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	p, err := parseLifecycle(repo, e.text)
	if err != nil {
		return nil, err
	}
	o := lifecycle.Options{Now: e.now}
	if d := e.settings.ProtectPulledDays; d > 0 {
		o.ProtectPulled = time.Duration(d)*24*time.Hour + r.precision // the recorded pull may be as old as that
	}
	e.verdicts = lifecycle.Evaluate(p, e.images, o)
	return e, nil
}

// lifecycleImages reads what policies know of images, of those named or all,
// in the order of their digests.
func lifecycleImages(tx *meta.Tx, repo Repo, only []string) ([]lifecycle.Image, error) {
	args := []any{repo.Account, repo.Region, repo.Name}
	which := func(column string) string { return "" }
	if only != nil {
		for _, d := range only {
			args = append(args, d)
		}
		which = func(column string) string { return ` AND ` + column + ` IN (` + list(4, len(only)) + `)` }
	}
	images, err := meta.All(tx, func(s meta.Scanner) (i lifecycle.Image, err error) {
		var pushed, pulled, archived, activated, held int64
		err = s.Scan(&i.Digest, &i.Subject, &pushed, &pulled, &i.Archived, &archived, &activated, &held)
		i.PushedAt, i.PulledAt = fromMicros(pushed), fromMicros(pulled)
		i.ArchivedAt, i.ActivatedAt, i.HeldUntil = fromMicros(archived), fromMicros(activated), fromMicros(held)
		return i, err
	}, `SELECT i.digest, i.subject, i.pushed_at, i.pulled_at, COALESCE(s.archived, FALSE), COALESCE(s.archived_at, 0), COALESCE(s.activated_at, 0),
			COALESCE(h.held_until, 0)
		FROM `+imageTables+`
		LEFT JOIN lifecycle_hold h ON h.account = i.account AND h.region = i.region AND h.repository = i.repository AND h.digest = i.digest
		WHERE i.account = $1 AND i.region = $2 AND i.repository = $3`+which("i.digest")+` ORDER BY i.digest`, args...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(images))
	for i := range images {
		at[images[i].Digest] = i
	}
	scanPair := func(s meta.Scanner) (p [2]string, err error) { err = s.Scan(&p[0], &p[1]); return p, err }
	tags, err := meta.All(tx, scanPair, `SELECT digest, tag FROM image_tag
		WHERE account = $1 AND region = $2 AND repository = $3`+which("digest")+` ORDER BY digest, tag`, args...)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		img := &images[at[t[0]]]
		img.Tags = append(img.Tags, t[1])
	}
	children, err := meta.All(tx, scanPair, `SELECT digest, target FROM image_reference
		WHERE account = $1 AND region = $2 AND repository = $3 AND kind = 'image'`+which("digest")+` ORDER BY target, digest`, args...)
	if err != nil {
		return nil, err
	}
	for _, c := range children {
		img := &images[at[c[0]]]
		img.Children = append(img.Children, c[1])
	}
	return images, nil
}

// applyLifecycle does what an evaluation found.
func (r *Registry) applyLifecycle(ctx context.Context, e *lifecycleEvaluation, total *LifecycleRun) error {
	total.EvaluatedAt, total.Images = e.now, len(e.images)
	var batch [][]int
	n := 0
	flush := func() error {
		var done LifecycleRun
		err := r.db.Write(ctx, func(tx *meta.Tx) (err error) {
			done, err = e.apply(tx, batch)
			return err
		})
		if err == nil {
			total.Expired, total.Archived, total.Skipped = total.Expired+done.Expired, total.Archived+done.Archived, total.Skipped+done.Skipped
		}
		batch, n = nil, 0
		return err
	}
	for _, family := range e.families() {
		batch, n = append(batch, family), n+len(family)
		if n < lifecycleBatch {
			continue
		}
		if err := flush(); err != nil {
			return err
		}
	}
	if n > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	return r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := e.current(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE lifecycle_policy SET evaluated_at = $1, due_at = $2 WHERE account = $3 AND region = $4 AND repository = $5`,
			micros(e.now), micros(e.now.Add(lifecycleInterval)), e.repo.Account, e.repo.Region, e.repo.Name)
		return err
	})
}

// families returns the images that something happens to, each with those that
// follow it, subjects before what is about them. A family is treated in one
// transaction: what follows would otherwise be an orphan, and stay, if the run
// ended in between.
func (e *lifecycleEvaluation) families() [][]int {
	at := make(map[string]int, len(e.images))
	followers := map[string][]int{}
	for i := range e.images {
		at[e.images[i].Digest] = i
		if e.verdicts[i].Cause == lifecycle.BySubject {
			followers[e.images[i].Subject] = append(followers[e.images[i].Subject], i)
		}
	}
	var families [][]int
	for i := range e.images {
		if v := &e.verdicts[i]; v.Action == lifecycle.Keep || v.Cause == lifecycle.BySubject {
			continue
		}
		family := []int{i}
		for k := 0; k < len(family); k++ {
			family = append(family, followers[e.images[family[k]].Digest]...)
		}
		families = append(families, family)
	}
	return families
}

// current fails with errStalePolicy when the evaluation was made from another
// policy, or other settings, than there are.
func (e *lifecycleEvaluation) current(tx *meta.Tx) error {
	p, err := lifecyclePolicy(tx, e.repo)
	if err != nil {
		return err
	}
	s, err := lifecycleSettings(tx, e.repo)
	if err == nil && (p.Text != e.text || s != e.settings) {
		err = errStalePolicy
	}
	return err
}

// apply treats families of images, but for those that changed meanwhile and
// those that follow them.
func (e *lifecycleEvaluation) apply(tx *meta.Tx, families [][]int) (done LifecycleRun, err error) {
	if err := e.current(tx); err != nil {
		return done, err
	}
	same, err := e.unchanged(tx, slices.Concat(families...))
	if err != nil {
		return done, err
	}
	treated := map[string]bool{}
	for _, i := range slices.Concat(families...) {
		img, v := &e.images[i], &e.verdicts[i]
		if !same[img.Digest] || v.Cause == lifecycle.BySubject && !treated[img.Subject] {
			done.Skipped++
			continue
		}
		treated[img.Digest] = true
		stored, err := imageByDigest(tx, e.repo, digest.Digest(img.Digest))
		if err != nil {
			return done, err
		}
		stored.Tags = img.Tags
		if v.Action == lifecycle.Transition {
			done.Archived++
			err = archiveImage(tx, stored, e.now)
		} else {
			done.Expired++
			err = e.expire(tx, stored, i)
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// unchanged returns which images are as the evaluation found them and named by
// no index.
func (e *lifecycleEvaluation) unchanged(tx *meta.Tx, which []int) (map[string]bool, error) {
	var names []string
	before := map[string]*lifecycle.Image{}
	for _, i := range which {
		names = append(names, e.images[i].Digest)
		before[e.images[i].Digest] = &e.images[i]
	}
	same := map[string]bool{}
	for part := range slices.Chunk(names, maxList) {
		now, err := lifecycleImages(tx, e.repo, part)
		if err != nil {
			return nil, err
		}
		named, err := in(tx, e.repo, `SELECT DISTINCT target FROM image_reference
			WHERE account = $1 AND region = $2 AND repository = $3 AND kind = 'image' AND target IN (%s) ORDER BY target`, part)
		if err != nil {
			return nil, err
		}
		for i := range now {
			same[now[i].Digest] = !named[now[i].Digest] && sameImage(before[now[i].Digest], &now[i])
		}
	}
	return same, nil
}

// sameImage reports whether what can change of an image is the same.
func sameImage(a, b *lifecycle.Image) bool {
	return a.PushedAt.Equal(b.PushedAt) && a.PulledAt.Equal(b.PulledAt) && a.ArchivedAt.Equal(b.ArchivedAt) && a.ActivatedAt.Equal(b.ActivatedAt) &&
		a.Archived == b.Archived && a.HeldUntil.Equal(b.HeldUntil) && slices.Equal(a.Tags, b.Tags)
}

// expire deletes an image, and keeps it apart for as long as it can be
// restored.
func (e *lifecycleEvaluation) expire(tx *meta.Tx, img *Image, i int) error {
	if e.settings.UndoDays > 0 {
		if err := keepExpired(tx, img, &e.images[i], &e.verdicts[i], e.now, e.settings.UndoDays); err != nil {
			return err
		}
	}
	if err := removeImage(tx, e.repo, img.Digest, micros(e.now)); err != nil {
		return err
	}
	return emitAction(tx, event.Delete, img, img.Tags, e.now)
}
