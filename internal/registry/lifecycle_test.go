package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

const day = 24 * time.Hour

// lifecycleFixture is a fixture whose registry collects garbage after an hour.
type lifecycleFixture struct {
	*fixture
	db *meta.DB
}

func eachLifecycle(t *testing.T, f func(t *testing.T, f *lifecycleFixture)) {
	t.Helper()
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobs, err := blob.OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c := &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
		r := registry.New(registry.Config{DB: db, Blobs: blobs, Now: c.Now, GarbageGrace: time.Hour})
		fix := &lifecycleFixture{db: db, fixture: &fixture{t: t, clock: c, Registry: r}}
		for _, repo := range []registry.Repo{app, other} {
			if _, err := fix.CreateRepository(t.Context(), repo, registry.Settings{}); err != nil {
				t.Fatal(err)
			}
		}
		f(t, fix)
	})
}

// expireAfter is a policy that expires every image after some days.
func expireAfter(days int) string {
	return fmt.Sprintf(`{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":%d},"action":{"type":"expire"}}]}`, days)
}

const archiveIdle = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":5},"action":{"type":"transition","targetStorageClass":"archive"}}]}`

func (f *lifecycleFixture) policy(text string) {
	f.t.Helper()
	ok[string](f.t)(f.PutLifecyclePolicy(f.t.Context(), app, text))
}

func (f *lifecycleFixture) run() registry.LifecycleRun {
	f.t.Helper()
	return ok[registry.LifecycleRun](f.t)(f.RunLifecycle(f.t.Context(), app))
}

// there lists the images of app by their tags or, untagged, digests.
func (f *lifecycleFixture) there() map[string]bool {
	f.t.Helper()
	refs, _, err := f.ImageRefs(f.t.Context(), app, registry.ImageFilter{Storage: registry.StorageAny}, registry.Page{})
	if err != nil {
		f.t.Fatal(err)
	}
	names := map[string]bool{}
	for _, r := range refs {
		if r.Tag != "" {
			names[r.Tag] = true
		} else {
			names[r.Digest.String()] = true
		}
	}
	return names
}

func (f *lifecycleFixture) has(want ...string) {
	f.t.Helper()
	names := map[string]bool{}
	for _, n := range want {
		names[n] = true
	}
	if d := cmp.Diff(names, f.there()); d != "" {
		f.t.Errorf("images (-want +got)\n%s", d)
	}
}

func (f *lifecycleFixture) expired() map[digest.Digest]*registry.ExpiredImage {
	f.t.Helper()
	images, _, err := f.ExpiredImages(f.t.Context(), app, registry.Page{})
	if err != nil {
		f.t.Fatal(err)
	}
	byDigest := map[digest.Digest]*registry.ExpiredImage{}
	for _, e := range images {
		byDigest[e.Digest] = e
	}
	return byDigest
}

// jobs counts the jobs of a kind that wait.
func (f *lifecycleFixture) jobs(kind string) int64 {
	f.t.Helper()
	for _, c := range ok[[]job.Count](f.t)(job.Counts(f.t.Context(), f.db)) {
		if c.Kind == kind && c.State == job.Waiting {
			return c.N
		}
	}
	return 0
}

func TestLifecyclePolicy(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		_, err := f.LifecyclePolicy(ctx, app)
		is(t, err, registry.ErrLifecycleNotFound)
		_, err = f.DeleteLifecyclePolicy(ctx, app)
		is(t, err, registry.ErrLifecycleNotFound)
		_, err = f.RunLifecycle(ctx, app)
		is(t, err, registry.ErrLifecycleNotFound)
		_, err = f.RequestLifecycleRun(ctx, app)
		is(t, err, registry.ErrLifecycleNotFound)

		_, err = f.PutLifecyclePolicy(ctx, app, `{"rules":[]}`)
		if e := is(t, err, registry.ErrInvalidLifecycle); !strings.Contains(e.Err.Error(), "array is too short") {
			t.Errorf("reason %v", e.Err)
		}
		text := ok[string](t)(f.PutLifecyclePolicy(ctx, app, strings.ReplaceAll(expireAfter(5), ",", " ,\n ")))
		if text != expireAfter(5) {
			t.Errorf("stored %s", text)
		}
		want := &registry.LifecyclePolicy{Text: expireAfter(5)}
		if d := cmp.Diff(want, ok[*registry.LifecyclePolicy](t)(f.LifecyclePolicy(ctx, app))); d != "" {
			t.Errorf("LifecyclePolicy (-want +got)\n%s", d)
		}
		f.run()
		want.EvaluatedAt = f.clock.Now()
		if d := cmp.Diff(want, ok[*registry.LifecyclePolicy](t)(f.LifecyclePolicy(ctx, app))); d != "" {
			t.Errorf("LifecyclePolicy after a run (-want +got)\n%s", d)
		}
		f.policy(expireAfter(6)) // was never applied
		want = &registry.LifecyclePolicy{Text: expireAfter(6)}
		if d := cmp.Diff(want, ok[*registry.LifecyclePolicy](t)(f.DeleteLifecyclePolicy(ctx, app))); d != "" {
			t.Errorf("DeleteLifecyclePolicy (-want +got)\n%s", d)
		}

		gone := registry.Repo{Account: app.Account, Region: app.Region, Name: "gone"}
		for _, err := range []error{
			func() error { _, err := f.PutLifecyclePolicy(ctx, gone, expireAfter(5)); return err }(),
			func() error { _, err := f.LifecyclePolicy(ctx, gone); return err }(),
			func() error { _, err := f.DeleteLifecyclePolicy(ctx, gone); return err }(),
			func() error { _, err := f.LifecycleSettings(ctx, gone); return err }(),
			func() error { _, err := f.SetLifecycleSettings(ctx, gone, nil, nil); return err }(),
			func() error { _, err := f.StartLifecyclePreview(ctx, gone, expireAfter(5)); return err }(),
			func() error { _, err := f.LifecyclePreview(ctx, gone, registry.PreviewQuery{}); return err }(),
			func() error { _, err := f.RunLifecycle(ctx, gone); return err }(),
			func() error { _, err := f.RequestLifecycleRun(ctx, gone); return err }(),
			func() error { _, _, err := f.ExpiredImages(ctx, gone, registry.Page{}); return err }(),
			func() error { _, err := f.RestoreExpired(ctx, gone, nil); return err }(),
		} {
			is(t, err, registry.ErrRepositoryNotFound)
		}
	})
}

func TestLifecycleSettings(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		check := func(got registry.LifecycleSettings, protect, undo int) {
			t.Helper()
			if want := (registry.LifecycleSettings{ProtectPulledDays: protect, UndoDays: undo}); got != want {
				t.Errorf("settings %+v, want %+v", got, want)
			}
		}
		settings := ok[registry.LifecycleSettings](t)
		check(settings(f.LifecycleSettings(ctx, app)), 0, 7)
		check(settings(f.SetLifecycleSettings(ctx, app, new(30), nil)), 30, 7)
		check(settings(f.SetLifecycleSettings(ctx, app, nil, new(0))), 30, 0)
		check(settings(f.LifecycleSettings(ctx, app)), 30, 0)
		check(settings(f.LifecycleSettings(ctx, other)), 0, 7)
		for _, days := range []int{-1, registry.MaxLifecycleDays + 1} {
			_, err := f.SetLifecycleSettings(ctx, app, &days, nil)
			is(t, err, registry.ErrLifecycleSetting)
		}
	})
}

// TestLifecycleSchedule: a policy is applied a little after it was put, and
// daily from then on.
func TestLifecycleSchedule(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		sweep := func() int64 {
			t.Helper()
			if err := f.SweepLifecycle(ctx); err != nil {
				t.Fatal(err)
			}
			return f.jobs("lifecycle.run")
		}
		handlers, _ := f.LifecycleJobs()
		work := func() {
			t.Helper()
			payload := fmt.Sprintf(`{"account":%q,"region":%q,"repository":%q}`, app.Account, app.Region, app.Name)
			if err := handlers["lifecycle.run"](ctx, []byte(payload)); err != nil {
				t.Fatal(err)
			}
			err := f.db.Write(ctx, func(tx *meta.Tx) error { _, err := tx.Exec(`DELETE FROM job`); return err })
			if err != nil {
				t.Fatal(err)
			}
		}
		f.policy(expireAfter(5))
		f.clock.add(9 * time.Minute)
		if n := sweep(); n != 0 {
			t.Errorf("%d runs 9 minutes after the policy was put", n)
		}
		f.clock.add(time.Minute)
		sweep()
		if n := sweep(); n != 1 {
			t.Errorf("%d runs when the policy is due, looked for twice", n)
		}
		work()
		f.clock.add(22 * time.Hour)
		if n := sweep(); n != 0 {
			t.Errorf("%d runs 22 hours later", n)
		}
		f.clock.add(time.Hour)
		if n := sweep(); n != 1 {
			t.Errorf("%d runs a day later", n)
		}
		work()
		ok[time.Time](t)(f.RequestLifecycleRun(ctx, app))
		if n := f.jobs("lifecycle.run"); n != 1 {
			t.Errorf("%d runs when one was asked for", n)
		}
		ok[*registry.LifecyclePolicy](t)(f.DeleteLifecyclePolicy(ctx, app))
		work() // finds nothing to do, which is not an error
	})
}

// TestLifecycleMeanwhile changes images after the policy was evaluated and
// before it is applied.
func TestLifecycleMeanwhile(t *testing.T) {
	for _, tc := range []struct {
		name   string
		policy string
		change func(ctx context.Context, f *lifecycleFixture) error
		stays  bool
	}{
		{name: "nothing", change: func(context.Context, *lifecycleFixture) error { return nil }},
		{name: "pulled", stays: true, change: func(ctx context.Context, f *lifecycleFixture) error {
			img, err := f.Image(ctx, app, registry.Ref{Tag: "old"})
			if err != nil {
				return err
			}
			f.RecordPull(img, "")
			return f.FlushPulls(ctx)
		}},
		{name: "tagged", stays: true, change: func(_ context.Context, f *lifecycleFixture) error {
			f.put(app, imageDoc("config old", "layer old"), "release")
			return nil
		}},
		{name: "untagged", stays: true, change: func(ctx context.Context, f *lifecycleFixture) error {
			return f.DeleteTag(ctx, app, "old")
		}},
		{name: "tag moved", stays: true, change: func(_ context.Context, f *lifecycleFixture) error {
			f.image(app, "other", "old")
			return nil
		}},
		{name: "named by an index", stays: true, change: func(ctx context.Context, f *lifecycleFixture) error {
			img, err := f.Image(ctx, app, registry.Ref{Tag: "old"})
			if err != nil {
				return err
			}
			f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(img)}}, "index")
			return nil
		}},
		{name: "archived", stays: true, change: func(_ context.Context, f *lifecycleFixture) error {
			f.set(registry.Ref{Tag: "old"}, registry.StorageArchive)
			return nil
		}},
		{name: "deleted", change: func(ctx context.Context, f *lifecycleFixture) error {
			_, err := f.DeleteImages(ctx, app, []registry.Ref{{Tag: "old"}})
			return err
		}},
		{name: "pulled before it is archived", policy: archiveIdle, stays: true, change: func(ctx context.Context, f *lifecycleFixture) error {
			img, err := f.Image(ctx, app, registry.Ref{Tag: "old"})
			if err != nil {
				return err
			}
			f.RecordPull(img, "")
			return f.FlushPulls(ctx)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
				ctx := t.Context()
				old := f.image(app, "old", "old")
				f.push(app, "{}")
				sig := imageDoc("{}", "{}")
				sig.Subject = new(child(old))
				f.put(app, sig, "sig")
				f.clock.add(6 * day)
				if tc.policy == "" {
					tc.policy = expireAfter(5)
				}
				f.policy(tc.policy)
				run, err := f.RunLifecycleBetween(ctx, app, func() {
					if err := tc.change(ctx, f); err != nil {
						t.Fatal(err)
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				images, err := f.Describe(ctx, app, []registry.Ref{{Digest: old.Digest}})
				there := err == nil && (tc.name == "archived" || !images[0].Archived)
				_, err = f.Describe(ctx, app, []registry.Ref{{Tag: "sig"}})
				if follows := err == nil; there != tc.stays || follows != tc.stays && tc.name != "deleted" {
					t.Errorf("image there: %v, its referrer: %v; want %v\nrun %+v", there, follows, tc.stays, run)
				}
				if tc.stays && (run.Expired != 0 || run.Archived != 0 || run.Skipped != 2) {
					t.Errorf("run %+v", run)
				}
			})
		})
	}
}

// TestLifecycleStale changes what the evaluation was made from.
func TestLifecycleStale(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		f.image(app, "old", "old")
		f.clock.add(6 * day)
		f.policy(expireAfter(5))
		_, err := f.RunLifecycleBetween(ctx, app, func() { f.policy(expireAfter(50)) })
		if !errors.Is(err, registry.ErrStalePolicy) {
			t.Errorf("error %v after another policy was put", err)
		}
		f.policy(expireAfter(5))
		_, err = f.RunLifecycleBetween(ctx, app, func() {
			ok[registry.LifecycleSettings](t)(f.SetLifecycleSettings(ctx, app, new(1), nil))
		})
		if !errors.Is(err, registry.ErrStalePolicy) {
			t.Errorf("error %v after the settings were changed", err)
		}
		_, err = f.RunLifecycleBetween(ctx, app, func() { ok[*registry.LifecyclePolicy](t)(f.DeleteLifecyclePolicy(ctx, app)) })
		is(t, err, registry.ErrLifecycleNotFound)
		f.has("old")
	})
}

// TestLifecycleProtection: pulls that are known to this node only count too.
func TestLifecycleProtection(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		f.image(app, "a", "a")
		f.image(app, "b", "b")
		ok[registry.LifecycleSettings](t)(f.SetLifecycleSettings(ctx, app, new(3), nil))
		f.policy(expireAfter(5))
		f.clock.add(6 * day)
		f.RecordPull(ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "a"})), "")
		f.run()
		f.has("a")
		f.clock.add(3 * day)
		f.run()
		f.has("a") // the pull may have been up to a quarter of an hour later than recorded
		f.clock.add(16 * time.Minute)
		f.run()
		f.has()
	})
}

// TestLifecycleUndo expires an index with its children and a signature, and
// restores it by the digest of the index.
func TestLifecycleUndo(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		arm, amd := f.image(app, "arm"), f.image(app, "amd", "amd")
		index := f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(arm), child(amd)}}, "v1", "latest")
		f.push(app, "{}")
		sig := imageDoc("{}", "{}")
		sig.Subject = new(child(index))
		signature := f.put(app, sig)
		f.clock.add(6 * day)
		f.policy(expireAfter(5))
		f.run()
		f.has(arm.Digest.String(), "amd")
		f.run() // the index is gone
		f.has()
		expired := f.expired()
		if len(expired) != 4 || expired[index.Digest].Reason != "6 days old, of which rule 1 allows 5 days" || expired[index.Digest].Rule != 1 ||
			expired[signature.Digest].Reason != "goes with its subject "+index.Digest.String() {
			t.Errorf("expired images %+v", expired)
		}
		if d := cmp.Diff([]string{"latest", "v1"}, expired[index.Digest].Tags); d != "" {
			t.Errorf("tags (-want +got)\n%s", d)
		}

		// Neither a client nor the collection of garbage takes the layers.
		if ok[bool](t)(f.DeleteLayer(ctx, app, digest.FromString("layer arm"))) {
			t.Error("a layer of an expired image was deleted")
		}
		for range 4 {
			f.clock.add(2 * time.Hour)
			ok[registry.Collection](t)(f.Collect(ctx))
		}

		// "latest" is another image by now.
		f.image(app, "new", "latest")
		results := ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, []digest.Digest{index.Digest, signature.Digest, "sha256:no"}))
		want := map[digest.Digest]registry.Restoration{
			arm.Digest:       {Digest: arm.Digest},
			amd.Digest:       {Digest: amd.Digest, Tags: []string{"amd"}},
			index.Digest:     {Digest: index.Digest, Tags: []string{"v1"}, Taken: []string{"latest"}},
			signature.Digest: {Digest: signature.Digest},
			"sha256:no":      {Digest: "sha256:no"},
		}
		for _, r := range results {
			if r.Digest == "sha256:no" {
				is(t, r.Err, registry.ErrImageNotFound)
				r.Err = nil
			}
			if d := cmp.Diff(want[r.Digest], r); d != "" {
				t.Errorf("restoration (-want +got)\n%s", d)
			}
			delete(want, r.Digest)
		}
		if len(want) > 0 {
			t.Errorf("not restored: %v", want)
		}
		f.has(arm.Digest.String(), "amd", "v1", "latest", signature.Digest.String())
		if got := f.get(app, digest.FromString("layer arm")); got != "layer arm" {
			t.Errorf("layer %q", got)
		}
		img := ok[*registry.Image](t)(f.Image(ctx, app, registry.Ref{Tag: "v1"}))
		if digest.FromBytes(img.Manifest) != index.Digest || !img.PushedAt.Equal(index.PushedAt) {
			t.Errorf("restored image %+v", img)
		}
		referrers, _, err := f.Referrers(ctx, app, index.Digest, registry.ReferrerFilter{}, registry.Page{})
		if err != nil || len(referrers) != 1 || referrers[0].Digest != signature.Digest {
			t.Errorf("referrers %+v, error %v", referrers, err)
		}
		if left := f.expired(); len(left) != 0 {
			t.Errorf("still expired: %v", left)
		}
		for range 4 {
			f.clock.add(2 * time.Hour)
			ok[registry.Collection](t)(f.Collect(ctx))
		}
		if got := f.get(app, digest.FromString("layer amd")); got != "layer amd" {
			t.Errorf("layer %q after collections", got)
		}

		// The policy leaves it alone for a while, and then does not.
		f.clock.add(6 * day)
		f.run()
		f.has(arm.Digest.String(), "amd", "v1", signature.Digest.String())
		f.clock.add(day)
		if err := f.SweepLifecycle(ctx); err != nil {
			t.Fatal(err)
		}
		f.run()
		f.run()
		f.has()
	})
}

// get reads a layer.
func (f *fixture) get(repo registry.Repo, d digest.Digest) string {
	f.t.Helper()
	rc, err := f.OpenLayer(f.t.Context(), repo, d, 0, -1)
	if err != nil {
		f.t.Fatal(err)
	}
	defer rc.Close()
	return string(ok[[]byte](f.t)(io.ReadAll(rc)))
}

// TestLifecyclePurge: once its time is over an image is gone for good, and so
// are its bytes a while later.
func TestLifecyclePurge(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		collect := func() (files int64) {
			t.Helper()
			for range 4 {
				f.clock.add(2 * time.Hour)
				files += ok[registry.Collection](t)(f.Collect(ctx)).Files
			}
			return files
		}
		old := f.image(app, "old", "old")
		f.clock.add(6 * day)
		f.policy(expireAfter(5))
		f.run()
		f.clock.add(7*day - 8*time.Hour - time.Microsecond)
		if n := collect(); n != 0 {
			t.Errorf("%d blobs of an image that can be restored were collected", n)
		}
		if len(f.expired()) != 1 {
			t.Error("the image cannot be restored a microsecond before its time is over")
		}
		f.clock.add(time.Microsecond)
		if len(f.expired()) != 0 {
			t.Error("the image can be restored when its time is over")
		}
		results := ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, []digest.Digest{old.Digest}))
		is(t, results[0].Err, registry.ErrImageNotFound)
		if err := f.SweepLifecycle(ctx); err != nil {
			t.Fatal(err)
		}
		if n := collect(); n != 2 {
			t.Errorf("%d blobs of an image that is gone were collected, want 2", n)
		}

		// Without an undo window nothing is kept.
		ok[registry.LifecycleSettings](t)(f.SetLifecycleSettings(ctx, app, nil, new(0)))
		f.image(app, "next", "next")
		f.clock.add(6 * day)
		if run := f.run(); run.Expired != 1 || len(f.expired()) != 0 {
			t.Errorf("run %+v, expired images %v", run, f.expired())
		}
		if n := collect(); n != 2 {
			t.Errorf("%d blobs of an image that expired for good were collected, want 2", n)
		}
	})
}

// TestLifecycleRestoreRefused: what somebody deleted meanwhile does not come
// back, nor does what needs it.
func TestLifecycleRestoreRefused(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		one := f.image(app, "one", "one")
		index := f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(one)}}, "index")
		f.clock.add(6 * day)
		f.policy(expireAfter(5))
		f.run()
		f.has("one")
		if d := ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{{Tag: "one"}})); d[0].Err != nil {
			t.Fatal(d[0].Err)
		}
		results := ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, []digest.Digest{index.Digest}))
		if e := is(t, results[0].Err, registry.ErrReferencedImagesNotFound); e.Digests[0] != one.Digest {
			t.Errorf("missing %v", e.Digests)
		}

		// It comes back when the child does. A push of the index itself makes the
		// expired one needless but for its tags.
		f.image(app, "one", "one")
		f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(one)}}, "again")
		results = ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, []digest.Digest{index.Digest}))
		if d := cmp.Diff([]registry.Restoration{{Digest: index.Digest, Tags: []string{"index"}}}, results); d != "" {
			t.Errorf("restoration (-want +got)\n%s", d)
		}
		f.has("one", "index", "again")

		deleted := ok[*registry.Repository](t)(f.DeleteRepository(ctx, app, true))
		if deleted.Name != app.Name {
			t.Errorf("deleted %+v", deleted)
		}
	})
}

// TestDeleteRepositoryWithLifecycle: everything about it goes, and what expired
// does not keep it from being empty.
func TestDeleteRepositoryWithLifecycle(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		f.image(app, "old", "old")
		f.clock.add(6 * day)
		f.policy(expireAfter(5))
		ok[registry.LifecycleSettings](t)(f.SetLifecycleSettings(ctx, app, new(1), nil))
		ok[string](t)(f.StartLifecyclePreview(ctx, app, ""))
		if err := f.MakeLifecyclePreview(ctx, app); err != nil {
			t.Fatal(err)
		}
		f.run()
		ok[*registry.Repository](t)(f.DeleteRepository(ctx, app, false))
		ok[*registry.Repository](t)(f.CreateRepository(ctx, app, registry.Settings{}))
		_, err := f.LifecyclePolicy(ctx, app)
		is(t, err, registry.ErrLifecycleNotFound)
		_, err = f.LifecyclePreview(ctx, app, registry.PreviewQuery{})
		is(t, err, registry.ErrPreviewNotFound)
		if s := ok[registry.LifecycleSettings](t)(f.LifecycleSettings(ctx, app)); s.ProtectPulledDays != 0 || len(f.expired()) != 0 {
			t.Errorf("settings %+v and %d expired images of the repository before", s, len(f.expired()))
		}
	})
}

// TestLifecycleEvents: what happens is told as if somebody had done it.
func TestLifecycleEvents(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		old := f.image(app, "old", "a", "b")
		f.image(app, "untagged")
		f.clock.add(6 * day)
		err := f.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`INSERT INTO event_destination (account, region, name, url, detail_types, repository_prefix, secret, created_at, updated_at)
				VALUES ($1, $2, 'hook', 'https://example.com', '[]', '', $3, 1, 1)`, app.Account, app.Region, []byte{1})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			what string
			do   func()
			want int64 // events so far
		}{
			{"archive two images", func() { f.policy(archiveIdle); f.run() }, 2},
			{"nothing more", func() { f.run() }, 2},
			{"make them active", func() {
				f.set(registry.Ref{Tag: "a"}, registry.StorageStandard)
			}, 3},
			{"expire one", func() { f.clock.add(6 * day); f.policy(expireAfter(5)); f.run() }, 5},
			{"restore it", func() {
				ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, []digest.Digest{old.Digest}))
			}, 7},
		} {
			step.do()
			if n := f.jobs("event.deliver"); n != step.want {
				t.Errorf("%s: %d events, want %d", step.what, n, step.want)
			}
		}
	})
}

func TestLifecyclePreview(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		query := func(q registry.PreviewQuery) *registry.LifecyclePreview {
			t.Helper()
			return ok[*registry.LifecyclePreview](t)(f.LifecyclePreview(ctx, app, q))
		}
		_, err := f.LifecyclePreview(ctx, app, registry.PreviewQuery{})
		is(t, err, registry.ErrPreviewNotFound)
		_, err = f.StartLifecyclePreview(ctx, app, "")
		is(t, err, registry.ErrLifecycleNotFound)
		_, err = f.StartLifecyclePreview(ctx, app, "{}")
		is(t, err, registry.ErrInvalidLifecycle)

		a, b, c := f.image(app, "a", "a1", "a2"), f.image(app, "b"), f.image(app, "c", "c")
		f.clock.add(6 * day)
		d := f.image(app, "d", "d")
		raw := strings.ReplaceAll(expireAfter(5), ",", ", ")
		if text := ok[string](t)(f.StartLifecyclePreview(ctx, app, raw)); text != raw {
			t.Errorf("text %s", text)
		}
		_, err = f.StartLifecyclePreview(ctx, app, raw)
		is(t, err, registry.ErrPreviewInProgress)
		if p := query(registry.PreviewQuery{}); p.Status != registry.PreviewInProgress || p.Text != raw || len(p.Results) > 0 {
			t.Errorf("preview in progress %+v", p)
		}
		if n := f.jobs("lifecycle.preview"); n != 1 {
			t.Errorf("%d jobs", n)
		}
		for range 2 { // it may be tried again
			if err := f.MakeLifecyclePreview(ctx, app); err != nil {
				t.Fatal(err)
			}
		}
		p := query(registry.PreviewQuery{Kept: true})
		if p.Status != registry.PreviewComplete || p.Images != 4 || p.Expiring != 3 || p.Transitioning != 0 || len(p.Results) != 4 {
			t.Fatalf("preview %+v", p)
		}
		kept := p.Results[3]
		want := registry.LifecycleResult{
			Digest: d.Digest, Cause: lifecycle.InAge, Rule: 1, Reason: "0 days old, of which rule 1 allows 5 days", Tags: []string{"d"}, Pushed: d.PushedAt.UnixMicro(),
		}
		if diff := cmp.Diff(want, kept); diff != "" {
			t.Errorf("result of an image that is kept (-want +got)\n%s", diff)
		}

		// Pages, with and without filters.
		for _, tc := range []struct {
			name string
			q    registry.PreviewQuery
			want []digest.Digest
		}{
			{"affected", registry.PreviewQuery{}, []digest.Digest{a.Digest, b.Digest, c.Digest}},
			{"all", registry.PreviewQuery{Kept: true}, []digest.Digest{a.Digest, b.Digest, c.Digest, d.Digest}},
			{"tagged", registry.PreviewQuery{Tags: registry.Tagged}, []digest.Digest{a.Digest, c.Digest}},
			{"untagged", registry.PreviewQuery{Tags: registry.Untagged}, []digest.Digest{b.Digest}},
			{"tag", registry.PreviewQuery{Refs: []registry.Ref{{Tag: "a2"}}}, []digest.Digest{a.Digest}},
			{"one image by two names", registry.PreviewQuery{Refs: []registry.Ref{{Tag: "a2"}, {Digest: a.Digest}, {Digest: c.Digest}}}, []digest.Digest{a.Digest, c.Digest}},
			{"names of nothing", registry.PreviewQuery{Refs: []registry.Ref{{Tag: "no"}, {Digest: "sha256:no"}, {Tag: "a1", Digest: b.Digest}, {Tag: "d"}}}, nil},
			{"untagged by name", registry.PreviewQuery{Refs: []registry.Ref{{Tag: "a1"}, {Digest: b.Digest}}, Tags: registry.Untagged}, []digest.Digest{b.Digest}},
		} {
			for _, limit := range []int{1, 2, 3, 4, 100} {
				tc.q.Page = registry.Page{Limit: limit}
				got := map[digest.Digest]int{}
				for {
					p := query(tc.q)
					for _, r := range p.Results {
						got[r.Digest]++
					}
					if len(tc.q.Refs) == 0 && len(p.Results) > limit {
						t.Errorf("%s: %d results on a page of %d", tc.name, len(p.Results), limit)
					}
					if tc.q.Page.Token = p.Next; p.Next == "" {
						break
					}
				}
				want := map[digest.Digest]int{}
				for _, d := range tc.want {
					want[d] = 1
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s in pages of %d (-want +got)\n%s", tc.name, limit, diff)
				}
			}
		}
		page := query(registry.PreviewQuery{Page: registry.Page{Limit: 1}})

		// Another one takes its place, of the repository's own policy.
		f.policy(archiveIdle)
		if text := ok[string](t)(f.StartLifecyclePreview(ctx, app, "")); text != archiveIdle {
			t.Errorf("text %s", text)
		}
		if err := f.MakeLifecyclePreview(ctx, app); err != nil {
			t.Fatal(err)
		}
		if p := query(registry.PreviewQuery{}); p.Expiring != 0 || p.Transitioning != 3 || p.Results[0].Action != lifecycle.Transition {
			t.Errorf("preview %+v", p)
		}
		_, err = f.LifecyclePreview(ctx, app, registry.PreviewQuery{Page: registry.Page{Token: page.Next}})
		is(t, err, registry.ErrInvalidToken)

		// A day later the results are gone.
		f.clock.add(day)
		if p := query(registry.PreviewQuery{}); p.Status != registry.PreviewExpired || len(p.Results) > 0 {
			t.Errorf("preview a day later %+v", p)
		}
		if err := f.SweepLifecycle(ctx); err != nil {
			t.Fatal(err)
		}
		if n := f.rows("lifecycle_preview_part"); n != 0 {
			t.Errorf("%d results remain", n)
		}
		ok[string](t)(f.StartLifecyclePreview(ctx, app, ""))
		f.clock.add(day) // and nobody made it
		ok[string](t)(f.StartLifecyclePreview(ctx, app, ""))
		f.has("a1", "a2", b.Digest.String(), "c", "d")
	})
}

// rows counts the rows of a table.
func (f *lifecycleFixture) rows(table string) (n int) {
	f.t.Helper()
	err := f.db.Read(f.t.Context(), func(tx *meta.Tx) error { return tx.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n) })
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// TestLifecycleManyImages needs more than one transaction for everything, and
// has a family of images that is larger than one.
func TestLifecycleManyImages(t *testing.T) {
	eachLifecycle(t, func(t *testing.T, f *lifecycleFixture) {
		ctx := t.Context()
		f.push(app, "{}")
		subject := f.put(app, imageDoc("{}", "{}"), "subject")
		for i := range 250 {
			d := imageDoc("{}", "{}")
			d.Annotations = map[string]string{"n": fmt.Sprint(i)}
			if i%2 == 0 {
				d.Subject = new(child(subject))
			}
			f.put(app, d)
		}
		f.clock.add(6 * day)
		f.policy(expireAfter(5))
		if run := f.run(); run.Expired != 251 || run.Images != 251 || run.Skipped != 0 {
			t.Errorf("run %+v", run)
		}
		f.has()
		var all []digest.Digest
		for p := (registry.Page{Limit: 60}); ; {
			images, next, err := f.ExpiredImages(ctx, app, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range images {
				all = append(all, e.Digest)
			}
			if p.Token = next; next == "" {
				break
			}
		}
		if len(all) != 251 {
			t.Errorf("%d expired images", len(all))
		}
		if n := len(ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, []digest.Digest{subject.Digest}))); n != 126 {
			t.Errorf("%d images restored with the subject", n)
		}
		ok[[]registry.Restoration](t)(f.RestoreExpired(ctx, app, all))
		if n := len(f.there()); n != 251 {
			t.Errorf("%d images restored", n)
		}
		f.clock.add(8 * day)
		if err := f.SweepLifecycle(ctx); err != nil {
			t.Fatal(err)
		}
		f.run()
		f.clock.add(8 * day)
		if err := f.SweepLifecycle(ctx); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"expired_image", "expired_image_layer", "lifecycle_hold", "image"} {
			if n := f.rows(table); n != 0 {
				t.Errorf("%d rows of %s remain", n, table)
			}
		}
	})
}
