package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/lifecycle/lifecycletest"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/registry"
)

// TestLifecycleModel applies random policies to random repositories in a
// database and compares what is left with the naive reading of the rules. Then
// it undoes what happened.
func TestLifecycleModel(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		now := time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC)
		m := model{t: t, db: db, now: now, registry: registry.New(registry.Config{DB: db, Now: func() time.Time { return now }, PullTimePrecision: time.Microsecond})}
		rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same repositories each time
		repositories := modelRepositories
		if strings.HasSuffix(t.Name(), "/postgres") {
			repositories /= 5 // the rules are the same; this is about the statements
		}
		for n := 0; n < repositories; n += modelBatch {
			m.batch(rng, n)
		}
		t.Logf("%d repositories, %d images: %d expired, %d archived", repositories, m.images, m.expired, m.archived)
		if m.expired < repositories/3 || m.archived < repositories/5 {
			t.Errorf("the random repositories are too quiet: %d images expired and %d archived", m.expired, m.archived)
		}
	})
}

// Each repository costs two transactions that are synced to disk, and each undo
// three more.
const (
	modelRepositories = 10_000 / modelShare
	modelBatch        = 100
	modelUndo         = 4 // one in so many is undone
)

type model struct {
	t        *testing.T
	db       *meta.DB
	now      time.Time
	registry *registry.Registry

	images, expired, archived int
}

func (m *model) write(f func(tx *meta.Tx) error) {
	m.t.Helper()
	if err := m.db.Write(m.t.Context(), f); err != nil {
		m.t.Fatal(err)
	}
}

// batch seeds some repositories in one transaction and checks each.
func (m *model) batch(rng *rand.Rand, first int) {
	repos := make([]lifecycletest.Repository, modelBatch)
	for i := range repos {
		repos[i] = lifecycletest.Random(rng, m.now)
	}
	m.write(func(tx *meta.Tx) error {
		for i := range repos {
			if err := seed(tx, modelRepo(first+i), &repos[i], m.now); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range repos {
		m.check(modelRepo(first+i), &repos[i], i%modelUndo == 0)
	}
}

func modelRepo(n int) registry.Repo {
	return registry.Repo{Account: "111111111111", Region: "us-east-1", Name: fmt.Sprintf("random/%05d", n)}
}

const modelLayer = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// seed writes a random repository as it would be after its images were pushed,
// pulled, archived and restored.
func seed(tx *meta.Tx, repo registry.Repo, r *lifecycletest.Repository, now time.Time) error {
	var failed error
	exec := func(query string, args ...any) {
		if failed == nil {
			_, failed = tx.Exec(query, args...)
		}
	}
	key := []any{repo.Account, repo.Region, repo.Name}
	with := func(more ...any) []any { return slices.Concat(key, more) }
	micros := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.UnixMicro()
	}
	exec(`INSERT INTO repository (account, region, name, created_at, tag_mutability, tag_exclusions, scan_on_push, encryption, kms_key)
		VALUES ($1, $2, $3, 1, 'MUTABLE', 'null', FALSE, 'AES256', '')`, key...)
	exec(`INSERT INTO lifecycle_policy (account, region, repository, policy, evaluated_at, due_at) VALUES ($1, $2, $3, $4, 0, 0)`, with(r.Policy)...)
	if r.ProtectPulled > 0 {
		exec(`INSERT INTO lifecycle_setting (account, region, repository, protect_pulled_days, undo_days) VALUES ($1, $2, $3, $4, 7)`,
			with(int64(r.ProtectPulled/(24*time.Hour)))...)
	}
	exec(`INSERT INTO blob (digest, size, used_at) VALUES ($1, 1, 1) ON CONFLICT DO NOTHING`, modelLayer)
	exec(`INSERT INTO layer (account, region, repository, digest, media_type, created_at) VALUES ($1, $2, $3, $4, 'layer', 1)`, with(modelLayer)...)
	for i := range r.Images {
		img := &r.Images[i]
		exec(`INSERT INTO image (account, region, repository, digest, media_type, artifact_type, config_media_type, subject, annotations, size,
				pushed_at, pulled_at, manifest_size, manifest) VALUES ($1, $2, $3, $4, 'manifest', 'artifact', 'config', $5, '{"a":"b"}', 7, $6, $7, 64, $8)`,
			with(img.Digest, img.Subject, micros(img.PushedAt), micros(img.PulledAt), []byte("\x00 "+img.Digest+" \xff"))...)
		exec(`INSERT INTO image_reference (account, region, repository, digest, kind, target) VALUES ($1, $2, $3, $4, 'layer', $5)`, with(img.Digest, modelLayer)...)
		for _, c := range img.Children {
			exec(`INSERT INTO image_reference (account, region, repository, digest, kind, target) VALUES ($1, $2, $3, $4, 'image', $5)`, with(img.Digest, c)...)
		}
		for _, tag := range img.Tags {
			exec(`INSERT INTO image_tag (account, region, repository, tag, digest, tagged_at) VALUES ($1, $2, $3, $4, $5, 1)`, with(tag, img.Digest)...)
		}
		if !img.ArchivedAt.IsZero() || !img.ActivatedAt.IsZero() {
			exec(`INSERT INTO image_storage (account, region, repository, digest, archived, archived_at, activated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				with(img.Digest, img.Archived, micros(img.ArchivedAt), micros(img.ActivatedAt))...)
		}
		if !img.HeldUntil.IsZero() {
			exec(`INSERT INTO lifecycle_hold (account, region, repository, digest, held_until) VALUES ($1, $2, $3, $4, $5)`, with(img.Digest, micros(img.HeldUntil))...)
		}
	}
	return failed
}

// state is everything that a repository has of its images, by digest: the
// manifest and what else the row has, tags, references; and the storage class.
type state struct {
	rows    map[string][]string
	storage map[string]string
}

func (m *model) state(ctx context.Context, repo registry.Repo) state {
	m.t.Helper()
	s := state{rows: map[string][]string{}, storage: map[string]string{}}
	err := m.db.Read(ctx, func(tx *meta.Tx) error {
		scan := func(sc meta.Scanner) (row [2]string, err error) { return row, sc.Scan(&row[0], &row[1]) }
		for _, query := range []string{
			`SELECT digest, media_type || artifact_type || config_media_type || subject || annotations || CAST(size AS TEXT) || ' ' ||
				CAST(pushed_at AS TEXT) || ' ' || CAST(pulled_at AS TEXT) || ' ' || CAST(manifest_size AS TEXT) FROM image`,
			`SELECT digest, tag FROM image_tag`,
			`SELECT digest, kind || ' ' || target FROM image_reference`,
		} {
			rows, err := meta.All(tx, scan, query+` WHERE account = $1 AND region = $2 AND repository = $3 ORDER BY 1, 2`, repo.Account, repo.Region, repo.Name)
			if err != nil {
				return err
			}
			for _, r := range rows {
				s.rows[r[0]] = append(s.rows[r[0]], r[1])
			}
		}
		rows, err := meta.All(tx, func(sc meta.Scanner) (row [2]string, err error) {
			var manifest []byte
			err = sc.Scan(&row[0], &manifest)
			row[1] = fmt.Sprintf("%q", manifest)
			return row, err
		}, `SELECT digest, manifest FROM image WHERE account = $1 AND region = $2 AND repository = $3 ORDER BY digest`, repo.Account, repo.Region, repo.Name)
		for _, r := range rows {
			s.rows[r[0]] = append(s.rows[r[0]], r[1])
		}
		if err != nil {
			return err
		}
		rows, err = meta.All(tx, func(sc meta.Scanner) (row [2]string, err error) {
			var archived bool
			var at, back int64
			err = sc.Scan(&row[0], &archived, &at, &back)
			row[1] = fmt.Sprint(archived, at, back)
			return row, err
		}, `SELECT digest, archived, archived_at, activated_at FROM image_storage WHERE account = $1 AND region = $2 AND repository = $3 ORDER BY digest`,
			repo.Account, repo.Region, repo.Name)
		for _, r := range rows {
			s.storage[r[0]] = r[1]
		}
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

// check applies the policy of a repository and compares what is left.
func (m *model) check(repo registry.Repo, r *lifecycletest.Repository, undo bool) {
	m.t.Helper()
	ctx := m.t.Context()
	describe := func() string {
		b, _ := json.Marshal(r.Images)
		return fmt.Sprintf("%s\nprotected for %v\npolicy: %s\nimages: %s", repo.Name, r.ProtectPulled, r.Policy, b)
	}
	before := m.state(ctx, repo)
	run, err := m.registry.RunLifecycle(ctx, repo)
	if err != nil {
		m.t.Fatalf("%v\n%s", err, describe())
	}
	after := m.state(ctx, repo)
	m.images, m.expired, m.archived = m.images+len(r.Images), m.expired+run.Expired, m.archived+run.Archived

	protected := r.ProtectPulled
	if protected > 0 {
		protected += time.Microsecond // the precision of recorded pulls
	}
	want := state{rows: map[string][]string{}, storage: map[string]string{}}
	var gone []digest.Digest
	for i := range r.Images {
		img := &r.Images[i]
		fate, err := lifecycletest.Naive(r.Policy, r.Images, i, m.now, protected)
		if err != nil {
			m.t.Fatal(err)
		}
		if lifecycle.Action(fate) == lifecycle.Expire {
			gone = append(gone, digest.Digest(img.Digest))
			continue
		}
		want.rows[img.Digest] = before.rows[img.Digest]
		if s, ok := before.storage[img.Digest]; ok {
			want.storage[img.Digest] = s
		}
		if lifecycle.Action(fate) == lifecycle.Transition {
			back := int64(0)
			if !img.ActivatedAt.IsZero() {
				back = img.ActivatedAt.UnixMicro()
			}
			want.storage[img.Digest] = fmt.Sprint(true, m.now.UnixMicro(), back)
		}
		for _, c := range img.Children {
			if before.rows[c] != nil && after.rows[c] == nil {
				m.t.Fatalf("the index %s stays and has lost %s\n%s", img.Digest, c, describe())
			}
		}
	}
	if d := cmp.Diff(want, after, cmp.AllowUnexported(state{})); d != "" {
		m.t.Fatalf("after the run (-naive +database):\n%s\n%s", d, describe())
	}
	if undo {
		m.undo(repo, before, gone, describe)
	}
}

// undo restores what expired and runs the policy once more, which must leave it
// alone.
func (m *model) undo(repo registry.Repo, before state, gone []digest.Digest, describe func() string) {
	m.t.Helper()
	ctx := m.t.Context()
	expired, _, err := m.registry.ExpiredImages(ctx, repo, registry.Page{})
	if err != nil {
		m.t.Fatal(err)
	}
	var listed []digest.Digest
	for _, e := range expired {
		listed = append(listed, e.Digest)
		if !e.ExpiredAt.Equal(m.now) || !e.PurgeAt.Equal(m.now.AddDate(0, 0, 7)) || e.Reason == "" {
			m.t.Fatalf("expired image %+v", e)
		}
	}
	slices.Sort(gone)
	if !slices.Equal(gone, listed) {
		m.t.Fatalf("expired images %v, want %v\n%s", listed, gone, describe())
	}
	if len(gone) == 0 {
		return
	}
	results, err := m.registry.RestoreExpired(ctx, repo, gone)
	if err != nil {
		m.t.Fatal(err)
	}
	if len(results) != len(gone) || slices.ContainsFunc(results, func(r registry.Restoration) bool { return r.Err != nil || len(r.Taken) > 0 }) {
		m.t.Fatalf("restored %+v of %v\n%s", results, gone, describe())
	}
	restored := m.state(ctx, repo)
	if d := cmp.Diff(before.rows, restored.rows); d != "" {
		m.t.Fatalf("after the undo (-before +after):\n%s\n%s", d, describe())
	}
	for _, d := range gone {
		if before.storage[d.String()] != restored.storage[d.String()] {
			m.t.Fatalf("storage class of %s: %q, was %q", d, restored.storage[d.String()], before.storage[d.String()])
		}
	}
	run, err := m.registry.RunLifecycle(ctx, repo)
	if err != nil {
		m.t.Fatal(err)
	}
	again := m.state(ctx, repo)
	for _, d := range gone {
		if again.rows[d.String()] == nil {
			m.t.Fatalf("%s expired again: %+v\n%s", d, run, describe())
		}
	}
}
