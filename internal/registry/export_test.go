package registry

import (
	"context"

	"github.com/pratique-dev/pratique/internal/meta"
)

// CollectLate begins what a collection does with one kind of garbage: it reads
// what is due and returns a function that goes on from there, which a test
// calls when other things have happened, and how much it was.
func (r *Registry) CollectLate(ctx context.Context, k GarbageKind) (goOn func() error, n int, err error) {
	c := r.collector()
	due, do := dueLayers, c.unlinkBatch
	switch k {
	case GarbageBlob:
		due, do = dueBlobs, c.forgetBatch
	case GarbageFile:
		due, do = dueFiles, c.removeBatch
	}
	var batch []marked
	err = r.db.Read(ctx, func(tx *meta.Tx) (err error) {
		batch, err = due(tx, c.due, marked{}, garbageBatch)
		return err
	})
	return func() error { return do(ctx, batch) }, len(batch), err
}

// CollectSteps is the number of steps of a collection.
const CollectSteps = 6

// CollectFirst does the first n steps of a collection and no more, as if the
// program had ended there.
func (r *Registry) CollectFirst(ctx context.Context, n int) error {
	for _, step := range r.collector().steps()[:n] {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// RunLifecycleBetween is RunLifecycle with something that happens between the
// evaluation of the policy and its application.
func (r *Registry) RunLifecycleBetween(ctx context.Context, repo Repo, between func()) (done LifecycleRun, err error) {
	e, err := r.evaluateLifecycle(ctx, repo, nil)
	if err != nil {
		return done, err
	}
	between()
	err = r.applyLifecycle(ctx, e, &done)
	return done, err
}

// ErrStalePolicy is what the application of an evaluation that is out of date
// answers.
var ErrStalePolicy = errStalePolicy

// MakeLifecyclePreview does the job of a preview that was started.
func (r *Registry) MakeLifecyclePreview(ctx context.Context, repo Repo) error {
	return r.runLifecyclePreview(ctx, repo)
}
