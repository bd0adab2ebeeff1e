package replicate_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/replicate"
	"github.com/pratique-dev/pratique/internal/seal"
)

const (
	sender   = "222222222222"
	receiver = "111111111111"
)

var (
	app   = registry.Repo{Account: sender, Region: "us-east-1", Name: "team/app"}
	there = registry.Repo{Account: receiver, Region: "us-east-1", Name: "team/app"}
)

// world is two accounts, of which one replicates to the other.
type world struct {
	*registry.Registry
	t    *testing.T
	jobs *replicate.Replicator
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		dir := t.TempDir()
		blobs, err := blob.OpenDir(filepath.Join(dir, "blobs"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = blobs.Close() })
		box, err := seal.OpenKeyFile(filepath.Join(dir, "key"))
		if err != nil {
			t.Fatal(err)
		}
		users := iam.New(iam.Config{DB: db, Box: box, Now: time.Now})
		for _, id := range []string{sender, receiver} {
			if _, err := users.CreateAccount(t.Context(), id, "test"); err != nil {
				t.Fatal(err)
			}
		}
		w := &world{t: t, Registry: registry.New(registry.Config{DB: db, Blobs: blobs, Quotas: registry.Quotas{ImagesPerRepository: 2}})}
		w.jobs = replicate.New(w.Registry, authz.New(authz.Config{
			IAM: users, Org: org.New(org.Config{DB: db, Now: time.Now}), Registry: w.Registry, Now: time.Now,
		}))
		if _, err := w.CreateRepository(t.Context(), app, registry.Settings{}); err != nil {
			t.Fatal(err)
		}
		err = w.SetReplication(t.Context(), sender, app.Region, registry.Replication{Rules: []registry.ReplicationRule{
			{Destinations: []registry.Destination{{Account: receiver, Region: there.Region}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		f(t, w)
	})
}

// allow lets the sender's root do actions in the receiver's registry.
func (w *world) allow(actions string) {
	w.t.Helper()
	err := w.SetRegistryPolicy(w.t.Context(), receiver, there.Region, registry.Policy{Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Principal":{"AWS":"arn:aws:iam::` + sender + `:root"},"Action":` + actions + `,"Resource":"arn:aws:ecr:us-east-1:` + receiver + `:repository/*"}]}`})
	if err != nil {
		w.t.Fatal(err)
	}
}

// push stores an empty index in a repository and returns the task of its replication.
func (w *world) push(repo registry.Repo, word string) registry.ReplicationTask {
	w.t.Helper()
	img, err := w.PutImage(w.t.Context(), repo, registry.NewImage{
		Manifest: []byte(`{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageIndex + `","manifests":[],"annotations":{"word":"` + word + `"}}`), Tags: []string{word},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return registry.ReplicationTask{Repo: repo, Digest: img.Digest, Tags: []string{word}, To: registry.Destination{Account: receiver, Region: there.Region}}
}

// end runs a task that must not fail.
func (w *world) end(task registry.ReplicationTask) {
	w.t.Helper()
	payload, err := json.Marshal(task)
	if err == nil {
		err = w.jobs.Run(w.t.Context(), payload)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// run does a task and returns its status and failure code.
func (w *world) run(task registry.ReplicationTask) string {
	w.t.Helper()
	w.end(task)
	replicas, err := w.Replicas(w.t.Context(), task.Repo, registry.Ref{Digest: task.Digest})
	if err != nil || len(replicas) != 1 {
		w.t.Fatalf("replicas %+v, %v", replicas, err)
	}
	return string(replicas[0].Status) + " " + replicas[0].Failure
}

func TestRun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		want := func(task registry.ReplicationTask, want string) {
			t.Helper()
			if diff := cmp.Diff(want, w.run(task)); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		}
		first := w.push(app, "first")
		want(first, "FAILED "+replicate.AccessDenied)
		w.allow(`"ecr:ReplicateImage"`)
		want(first, "FAILED "+replicate.AccessDenied)

		w.allow(`["ecr:ReplicateImage","ecr:CreateRepository"]`)
		_, err := w.CreateTemplate(ctx, registry.Template{
			Account: receiver, Region: there.Region, Prefix: "team", AppliedFor: []registry.Cause{registry.OnReplication},
			Settings: registry.Settings{Tags: map[string]string{"a": "b"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		want(first, "FAILED "+replicate.NotCreated)
		if _, err := w.DeleteTemplate(ctx, receiver, there.Region, "team"); err != nil {
			t.Fatal(err)
		}
		lost := w.push(app, "lost")
		if _, err := w.DeleteImages(ctx, app, []registry.Ref{{Digest: lost.Digest}}); err != nil {
			t.Fatal(err)
		}
		w.end(lost)
		if _, err := w.Repository(ctx, there); !errors.Is(err, registry.ErrRepositoryNotFound) {
			t.Errorf("a repository for an image that is gone: %v", err)
		}
		want(first, "COMPLETE ")

		// The receiver's repository has room for one more.
		w.push(there, "theirs")
		second := w.push(app, "second")
		want(second, "FAILED "+replicate.ImageRejected)

		// An image that is gone is no reason to try again.
		gone := second
		if _, err := w.DeleteImages(ctx, app, []registry.Ref{{Digest: gone.Digest}}); err != nil {
			t.Fatal(err)
		}
		w.end(gone)

		// A task of which nothing came is not in progress for ever.
		third := w.push(app, "third")
		payload, err := json.Marshal(third)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.jobs.GiveUp(ctx, payload), w.jobs.GiveUp(ctx, []byte("["))); err != nil {
			t.Error(err)
		}
		replicas, err := w.Replicas(ctx, app, registry.Ref{Digest: third.Digest})
		if err != nil || len(replicas) != 1 || replicas[0].Status != registry.ReplicationFailed || replicas[0].Failure != replicate.GivenUp {
			t.Errorf("replicas %+v, %v", replicas, err)
		}
		if err := w.jobs.Run(ctx, []byte("[")); err == nil {
			t.Error("a payload that is none was taken")
		}
	})
}
