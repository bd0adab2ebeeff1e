package registry_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// scanFixture is a registry with a scanner that the test plays.
type scanFixture struct {
	*fixture
	db *meta.DB
}

func eachScanner(t *testing.T, f func(t *testing.T, f *scanFixture)) {
	t.Helper()
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobs := ok[*blob.Dir](t)(blob.OpenDir(t.TempDir()))
		c := &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
		fix := &scanFixture{
			fixture: &fixture{t: t, clock: c, Registry: registry.New(registry.Config{DB: db, Blobs: blobs, Now: c.Now, Scans: true})}, db: db,
		}
		for _, repo := range []registry.Repo{app, other} {
			ok[*registry.Repository](t)(fix.CreateRepository(t.Context(), repo, registry.Settings{}))
		}
		f(t, fix)
	})
}

// tasks takes the scans that are enqueued.
func (f *scanFixture) tasks() (tasks []registry.ScanTask) {
	f.t.Helper()
	err := f.db.Write(f.t.Context(), func(tx *meta.Tx) error {
		tasks = nil
		payloads, err := meta.All(tx, meta.ScanString, `SELECT payload FROM job WHERE kind = $1 ORDER BY key`, registry.ScanJob)
		if err != nil {
			return err
		}
		for _, p := range payloads {
			var task registry.ScanTask
			if err := json.Unmarshal([]byte(p), &task); err != nil {
				return err
			}
			tasks = append(tasks, task)
		}
		_, err = tx.Exec(`DELETE FROM job WHERE kind = $1`, registry.ScanJob)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return tasks
}

// task takes the one scan that is enqueued.
func (f *scanFixture) task() registry.ScanTask {
	f.t.Helper()
	tasks := f.tasks()
	if len(tasks) != 1 {
		f.t.Fatalf("scans enqueued: %+v, want one", tasks)
	}
	return tasks[0]
}

func (f *scanFixture) finish(task registry.ScanTask, result registry.ScanResult) {
	f.t.Helper()
	if err := f.FinishScan(f.t.Context(), task, result); err != nil {
		f.t.Fatal(err)
	}
}

func (f *scanFixture) configure(c registry.ScanningConfiguration) {
	f.t.Helper()
	if err := f.SetScanningConfiguration(f.t.Context(), app.Account, app.Region, c); err != nil {
		f.t.Fatal(err)
	}
}

// scan returns the whole scan of an image.
func (f *scanFixture) scan(i *registry.Image) (*registry.Scan, []registry.Finding) {
	f.t.Helper()
	c, findings, next, err := f.ScanFindings(f.t.Context(), i.Repo, registry.Ref{Digest: i.Digest}, registry.Page{})
	if err != nil || next != "" {
		f.t.Fatalf("error %v, next page %q", err, next)
	}
	return c, findings
}

func continuously(t registry.ScanType, frequency registry.ScanFrequency, filters ...string) registry.ScanningConfiguration {
	return registry.ScanningConfiguration{Type: t, Rules: []registry.ScanningRule{{Frequency: frequency, Filters: filters}}}
}

func report(findings ...registry.Finding) *registry.ScanReport {
	return &registry.ScanReport{Scanner: "test 1.0", SourceUpdatedAt: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Findings: findings}
}

func finding(name string, s registry.Severity, pkg string) registry.Finding {
	return registry.Finding{Name: name, Severity: s, Package: registry.Package{Name: pkg, Version: "1"}}
}

func TestScanningConfiguration(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		got := ok[registry.ScanningConfiguration](t)(f.ScanningConfiguration(ctx, app.Account, app.Region))
		if diff := cmp.Diff(registry.ScanningConfiguration{Type: registry.BasicScan, Rules: []registry.ScanningRule{}}, got); diff != "" {
			t.Errorf("by default (-want +got):\n%s", diff)
		}
		want := registry.ScanningConfiguration{Type: registry.EnhancedScan, Rules: []registry.ScanningRule{
			{Frequency: registry.ScanContinuously, Filters: []string{"prod*"}}, {Frequency: registry.ScanWhenPushed, Filters: []string{}},
		}}
		if err := f.SetScanningConfiguration(ctx, app.Account, app.Region, want); err != nil {
			t.Fatal(err)
		}
		got = ok[registry.ScanningConfiguration](t)(f.ScanningConfiguration(ctx, app.Account, app.Region))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("as set (-want +got):\n%s", diff)
		}
		if got := ok[registry.ScanningConfiguration](t)(f.ScanningConfiguration(ctx, app.Account, "eu-west-1")); got.Type != registry.BasicScan {
			t.Errorf("another region has %+v", got)
		}
		many := make([]string, 101)
		for _, c := range []registry.ScanningConfiguration{
			{},
			{Type: "CLAIR"},
			continuously(registry.BasicScan, registry.ScanContinuously, "*"),
			continuously(registry.EnhancedScan, registry.ScanWhenAsked, "*"),
			continuously(registry.BasicScan, "WEEKLY", "*"),
			continuously(registry.BasicScan, registry.ScanWhenPushed, many...),
			{Type: registry.EnhancedScan, Rules: make([]registry.ScanningRule, 3)},
		} {
			is(t, f.SetScanningConfiguration(ctx, app.Account, app.Region, c), registry.ErrInvalidScanning)
		}
	})
}

func TestRepositoryScanning(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		ok[*registry.Repository](t)(f.CreateRepository(ctx, registry.Repo{Account: app.Account, Region: app.Region, Name: "old/prod"}, registry.Settings{ScanOnPush: true}))
		type means map[string]string
		for _, c := range []struct {
			name   string
			config registry.ScanningConfiguration
			want   means
		}{
			{"basic without rules heeds the repository", registry.ScanningConfiguration{Type: registry.BasicScan},
				means{"team/app": "MANUAL []", "team/other": "MANUAL []", "old/prod": "SCAN_ON_PUSH []"}},
			{"with rules, the repository's own setting is nothing", continuously(registry.BasicScan, registry.ScanWhenPushed, "team/a*", "app"),
				means{"team/app": "SCAN_ON_PUSH [team/a* app]", "team/other": "MANUAL []", "old/prod": "MANUAL []"}},
			{"a filter without a wildcard is contained", continuously(registry.BasicScan, registry.ScanWhenPushed, "o"),
				means{"team/app": "MANUAL []", "team/other": "SCAN_ON_PUSH [o]", "old/prod": "SCAN_ON_PUSH [o]"}},
			{"one with a wildcard is the whole name", continuously(registry.BasicScan, registry.ScanWhenPushed, "prod*", "*app"),
				means{"team/app": "SCAN_ON_PUSH [*app]", "team/other": "MANUAL []", "old/prod": "MANUAL []"}},
			{"enhanced leaves out what no rule names", continuously(registry.EnhancedScan, registry.ScanContinuously, "prod"),
				means{"team/app": " []", "team/other": " []", "old/prod": "CONTINUOUS_SCAN [prod]"}},
			{"continuous wins", registry.ScanningConfiguration{Type: registry.EnhancedScan, Rules: []registry.ScanningRule{
				{Frequency: registry.ScanContinuously, Filters: []string{"app"}}, {Frequency: registry.ScanWhenPushed, Filters: []string{"*"}},
			}}, means{"team/app": "CONTINUOUS_SCAN [app]", "team/other": "SCAN_ON_PUSH [*]", "old/prod": "SCAN_ON_PUSH [*]"}},
		} {
			if err := f.SetScanningConfiguration(ctx, app.Account, app.Region, c.config); err != nil {
				t.Fatal(err)
			}
			found, missing, err := f.RepositoryScanning(ctx, app.Account, app.Region, []string{"team/app", "none", "team/other", "old/prod"})
			if err != nil || !slices.Equal(missing, []string{"none"}) {
				t.Fatalf("missing %v, error %v", missing, err)
			}
			got := means{}
			for _, s := range found {
				got[s.Name] = fmt.Sprintf("%s %v", s.Frequency, s.Filters)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
	})
}

func TestStartScan(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		img := f.image(app, "one", "v1")
		ref := registry.Ref{Tag: "v1"}
		_, _, _, err := f.ScanFindings(ctx, app, ref, registry.Page{})
		is(t, err, registry.ErrScanNotFound)

		started := ok[*registry.Scan](t)(f.StartScan(ctx, app, ref))
		if started.Status != registry.ScanInProgress || started.Image.Digest != img.Digest {
			t.Errorf("started %+v", started)
		}
		task := f.task()
		if task.Repo() != app || task.Digest != img.Digest || task.Type != registry.BasicScan {
			t.Errorf("task %+v", task)
		}
		if c, findings := f.scan(img); c.Status != registry.ScanInProgress || findings != nil || !c.CompletedAt.IsZero() {
			t.Errorf("in progress: %+v %+v", c, findings)
		}
		_, err = f.StartScan(ctx, app, ref)
		is(t, err, registry.ErrScanLimit)

		f.clock.add(time.Minute)
		done := f.clock.Now()
		f.finish(task, registry.ScanResult{Status: registry.ScanComplete, Report: report(
			finding("CVE-2", registry.SeverityLow, "b"), finding("CVE-9", registry.SeverityCritical, "a"),
			finding("CVE-1", registry.SeverityLow, "b"), finding("CVE-1", registry.SeverityLow, "a"), finding("CVE-1", registry.SeverityLow, "a"),
			finding("CVE-3", "WORSE", "c"),
		)})
		c, findings := f.scan(img)
		var names []string
		for _, f := range findings {
			names = append(names, fmt.Sprintf("%s %s %s", f.Severity, f.Name, f.Package.Name))
		}
		slices.Sort(names[1:3]) // packages of the same vulnerability come in any order, but always in the same
		if diff := cmp.Diff([]string{"CRITICAL CVE-9 a", "LOW CVE-1 a", "LOW CVE-1 b", "LOW CVE-2 b", "UNDEFINED CVE-3 c"}, names); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		want := &registry.Scan{
			Repo: app, Type: registry.BasicScan, Status: registry.ScanComplete, Description: "The scan was completed successfully.",
			RequestedAt: done.Add(-time.Minute), CompletedAt: done, SourceUpdatedAt: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Source: "test 1.0",
			Counts: map[registry.Severity]int{registry.SeverityCritical: 1, registry.SeverityLow: 3, registry.SeverityUndefined: 1},
		}
		if diff := cmp.Diff(want, c, cmpopts.IgnoreFields(registry.Scan{}, "Image"), cmpopts.IgnoreUnexported(registry.Scan{})); diff != "" {
			t.Errorf("scan (-want +got):\n%s", diff)
		}
		described := ok[[]*registry.Image](t)(f.Describe(ctx, app, []registry.Ref{ref}))
		if c := described[0].Scan; c == nil || c.Status != registry.ScanComplete || c.Counts[registry.SeverityLow] != 3 {
			t.Errorf("described with the scan %+v", c)
		}
		f.image(app, "two")
		listed, _, err := f.Images(ctx, app, registry.ImageFilter{}, registry.Page{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range listed {
			if (i.Scan != nil) != (i.Digest == img.Digest) {
				t.Errorf("%s listed with the scan %+v", i.Digest, i.Scan)
			}
		}

		_, err = f.StartScan(ctx, app, ref)
		is(t, err, registry.ErrScanLimit)
		f.clock.add(24 * time.Hour)
		ok[*registry.Scan](t)(f.StartScan(ctx, app, ref))
		if c, findings := f.scan(img); c.Status != registry.ScanInProgress || len(findings) != 5 {
			t.Errorf("scanned again: %+v with %d findings", c, len(findings))
		}
		again := f.task()
		f.finish(task, registry.ScanResult{Status: registry.ScanFailed}) // late
		if c, _ := f.scan(img); c.Status != registry.ScanInProgress {
			t.Errorf("a scan that is over changed the next one: %+v", c)
		}
		f.finish(again, registry.ScanResult{Status: registry.ScanFailed, Description: "The scanner failed."})
		if c, findings := f.scan(img); c.Status != registry.ScanFailed || c.Description != "The scanner failed." || len(findings) != 5 || !c.CompletedAt.Equal(done) {
			t.Errorf("failed: %+v with %d findings", c, len(findings))
		}
		ok[*registry.Scan](t)(f.StartScan(ctx, app, ref)) // a scan that failed is none
		f.finish(f.task(), registry.ScanResult{Status: registry.ScanComplete, Report: report(finding("CVE-1", registry.SeverityHigh, "a"), finding("CVE-7", registry.SeverityHigh, "a"))})
		_, findings = f.scan(img)
		if len(findings) != 2 || !findings[0].FirstSeen.Equal(done) || findings[1].FirstSeen.Equal(done) {
			t.Errorf("first seen: %+v", findings)
		}
		ok[[]registry.Deletion](t)(f.DeleteImages(ctx, app, []registry.Ref{{Digest: img.Digest}}))
		f.finish(again, registry.ScanResult{Status: registry.ScanFailed})
		_, _, _, err = f.ScanFindings(ctx, app, ref, registry.Page{})
		is(t, err, registry.ErrImageNotFound)
		ok[*registry.Repository](t)(f.DeleteRepository(ctx, app, true))
	})
}

func TestStartScanRefuses(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		img := f.image(app, "one", "v1")
		index := f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(img)}}, "all")
		f.push(app, "sbom")
		f.push(app, "{}")
		d := imageDoc("{}", "sbom")
		d.Config.MediaType = "application/vnd.example.sbom"
		artifact := f.put(app, d, "sbom")
		start := func(repo registry.Repo, ref registry.Ref) error {
			_, err := f.StartScan(ctx, repo, ref)
			return err
		}
		is(t, start(registry.Repo{Account: app.Account, Region: app.Region, Name: "none"}, registry.Ref{Tag: "v1"}), registry.ErrRepositoryNotFound)
		is(t, start(app, registry.Ref{Tag: "v2"}), registry.ErrImageNotFound)
		is(t, start(app, registry.Ref{Digest: index.Digest}), registry.ErrNotScannable)
		is(t, start(app, registry.Ref{Digest: artifact.Digest}), registry.ErrNotScannable)
		f.configure(continuously(registry.EnhancedScan, registry.ScanContinuously, "nothing"))
		is(t, start(app, registry.Ref{Tag: "v1"}), registry.ErrScanDisabled)
		f.configure(registry.ScanningConfiguration{Type: registry.BasicScan})
		alone := f.image(other, "alone", "v1")
		ok[*registry.Image](t)(f.SetStorageClass(ctx, other, registry.Ref{Tag: "v1"}, registry.StorageArchive))
		is(t, start(other, registry.Ref{Digest: alone.Digest}), registry.ErrImageArchived)
		if tasks := f.tasks(); tasks != nil {
			t.Errorf("enqueued %+v", tasks)
		}
	})
	each(t, func(t *testing.T, f *fixture) {
		f.image(app, "one", "v1")
		_, err := f.StartScan(t.Context(), app, registry.Ref{Tag: "v1"})
		is(t, err, registry.ErrNoScanner)
	})
}

func TestScanOnPush(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		f.image(app, "zero")
		if tasks := f.tasks(); tasks != nil {
			t.Fatalf("scanned without being told: %+v", tasks)
		}
		ok[*registry.Repository](t)(f.SetScanOnPush(ctx, app, true))
		img := f.image(app, "one", "v1")
		if task := f.task(); task.Digest != img.Digest || task.Type != registry.BasicScan {
			t.Errorf("task %+v", task)
		}
		_, err := f.StartScan(ctx, app, registry.Ref{Tag: "v1"})
		is(t, err, registry.ErrScanLimit)
		f.image(app, "one", "v2") // another tag of what is there
		f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(img)}}, "all")
		f.image(other, "one")
		if tasks := f.tasks(); tasks != nil {
			t.Errorf("scanned again, an index, or elsewhere: %+v", tasks)
		}
		f.configure(continuously(registry.BasicScan, registry.ScanWhenPushed, "other"))
		f.image(app, "two")
		two := f.image(other, "two")
		if task := f.task(); task.Digest != two.Digest || task.Repo() != other {
			t.Errorf("task %+v", task)
		}
		f.configure(continuously(registry.EnhancedScan, registry.ScanWhenPushed, "app"))
		f.image(app, "three")
		if task := f.task(); task.Type != registry.EnhancedScan || task.Repo() != app {
			t.Errorf("task %+v", task)
		}
	})
	each(t, func(t *testing.T, f *fixture) {
		ok[*registry.Repository](t)(f.SetScanOnPush(t.Context(), app, true))
		img := f.image(app, "one")
		_, _, _, err := f.ScanFindings(t.Context(), app, registry.Ref{Digest: img.Digest}, registry.Page{})
		is(t, err, registry.ErrScanNotFound)
	})
}

func TestEnhancedScans(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		basic := f.image(app, "basic", "basic")
		ok[*registry.Scan](t)(f.StartScan(ctx, app, registry.Ref{Tag: "basic"}))
		f.finish(f.task(), registry.ScanResult{Status: registry.ScanComplete, Report: report(finding("CVE-1", registry.SeverityLow, "a"))})

		f.configure(continuously(registry.EnhancedScan, registry.ScanContinuously, "*"))
		_, _, _, err := f.ScanFindings(ctx, app, registry.Ref{Tag: "basic"}, registry.Page{})
		is(t, err, registry.ErrScanNotFound) // until it is scanned anew
		if i := ok[[]*registry.Image](t)(f.Describe(ctx, app, []registry.Ref{{Tag: "basic"}}))[0]; i.Scan != nil {
			t.Errorf("described with a basic scan: %+v", i.Scan)
		}
		if err := f.Rescan(ctx); err != nil {
			t.Fatal(err)
		}
		task := f.task()
		if c, findings := f.scan(basic); c.Status != registry.ScanPending || findings != nil {
			t.Errorf("pending: %+v %+v", c, findings)
		}
		f.finish(task, registry.ScanResult{Status: registry.ScanComplete, Report: report(finding("CVE-2", registry.SeverityLow, "a"))})
		if c, findings := f.scan(basic); c.Status != registry.ScanActive || c.Description != "Continuous scan is selected for image." || len(findings) != 1 || findings[0].Name != "CVE-2" {
			t.Errorf("active: %+v %+v", c, findings)
		}
		if err := f.Rescan(ctx); err != nil || f.tasks() != nil {
			t.Errorf("scanned again at once, or error %v", err)
		}
		f.clock.add(25 * time.Hour)
		if err := f.Rescan(ctx); err != nil {
			t.Fatal(err)
		}
		f.task()
		if c, findings := f.scan(basic); c.Status != registry.ScanActive || len(findings) != 1 {
			t.Errorf("while it is scanned again: %+v %+v", c, findings)
		}

		f.configure(continuously(registry.EnhancedScan, registry.ScanContinuously, "other"))
		if c, findings := f.scan(basic); c.Status != registry.ScanFindingsGone || findings != nil {
			t.Errorf("left out: %+v %+v", c, findings)
		}
		f.configure(registry.ScanningConfiguration{Type: registry.BasicScan})
		if c, findings := f.scan(basic); c.Status != registry.ScanComplete || len(findings) != 1 || findings[0].Name != "CVE-1" {
			t.Errorf("basic again: %+v %+v", c, findings)
		}
		f.configure(continuously(registry.EnhancedScan, registry.ScanContinuously, "*"))
		f.clock.add(15 * 24 * time.Hour)
		if c, findings := f.scan(basic); c.Status != registry.ScanEligibilityExpired || findings != nil {
			t.Errorf("old: %+v %+v", c, findings)
		}
		if err := f.Rescan(ctx); err != nil || f.tasks() != nil {
			t.Errorf("scanned although too old, or error %v", err)
		}
		ok[*registry.Image](t)(f.SetStorageClass(ctx, app, registry.Ref{Tag: "basic"}, registry.StorageArchive))
		if c, findings := f.scan(basic); c.Status != registry.ScanImageArchived || findings != nil {
			t.Errorf("archived: %+v %+v", c, findings)
		}
	})
}

func TestImportScan(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		img := f.image(app, "one", "v1")
		ref := registry.Ref{Tag: "v1"}
		ok[*registry.Scan](t)(f.StartScan(ctx, app, ref))
		task := f.task()
		about := func(ds ...digest.Digest) *registry.ScanReport {
			r := report(finding("CVE-1", registry.SeverityHigh, "a"))
			r.Subjects = ds
			return r
		}
		elsewhere := digest.FromString("another image")
		_, err := f.ImportScan(ctx, app, ref, about(elsewhere))
		if e := is(t, err, registry.ErrScanReport); !strings.Contains(e.Err.Error(), elsewhere.String()) {
			t.Errorf("reason %v", e.Err)
		}
		_, err = f.ImportScan(ctx, app, ref, &registry.ScanReport{Findings: make([]registry.Finding, registry.MaxFindings+1)})
		is(t, err, registry.ErrScanReport)
		_, err = f.ImportScan(ctx, app, registry.Ref{Tag: "v2"}, about())
		is(t, err, registry.ErrImageNotFound)
		if wanted := ok[bool](t)(f.ScanWanted(ctx, task)); !wanted {
			t.Error("an import that was refused took the place of the scan")
		}
		config := digest.FromString("config one")
		for _, r := range []*registry.ScanReport{about(), about(img.Digest), about(elsewhere, config)} {
			c := ok[*registry.Scan](t)(f.ImportScan(ctx, app, ref, r))
			if c.Status != registry.ScanComplete || !c.Imported || c.Description != "The findings were imported from a report of test 1.0." {
				t.Errorf("imported %+v", c)
			}
		}
		if wanted := ok[bool](t)(f.ScanWanted(ctx, task)); wanted {
			t.Error("the scan is still wanted after an import")
		}
		f.finish(task, registry.ScanResult{Status: registry.ScanFailed})
		if c, findings := f.scan(img); c.Status != registry.ScanComplete || len(findings) != 1 {
			t.Errorf("after the scan that was replaced: %+v %+v", c, findings)
		}
		index := f.put(app, doc{MediaType: ocispec.MediaTypeImageIndex, Manifests: []desc{child(img)}}, "all")
		_, err = f.ImportScan(ctx, app, registry.Ref{Digest: index.Digest}, about())
		is(t, err, registry.ErrNotScannable)

		f.configure(registry.ScanningConfiguration{Type: registry.EnhancedScan})
		ok[*registry.Scan](t)(f.ImportScan(ctx, app, ref, about()))
		if c, findings := f.scan(img); c.Type != registry.EnhancedScan || c.Status != registry.ScanComplete || len(findings) != 1 {
			t.Errorf("imported where nothing is scanned: %+v %+v", c, findings)
		}
	})
}

func TestScanFindingsPages(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		f.image(app, "one", "v1")
		ref := registry.Ref{Tag: "v1"}
		var all []registry.Finding
		for i, s := range registry.Severities() {
			for n := range 45 {
				all = append(all, finding(fmt.Sprintf("CVE-%d", n), s, fmt.Sprintf("p%d", i)))
			}
		}
		ok[*registry.Scan](t)(f.ImportScan(ctx, app, ref, report(all...)))
		_, want, _, err := f.ScanFindings(ctx, app, ref, registry.Page{})
		if err != nil || len(want) != len(all) {
			t.Fatalf("%d findings, error %v", len(want), err)
		}
		ranks := registry.Severities()
		if !slices.IsSortedFunc(want, func(a, b registry.Finding) int {
			if d := slices.Index(ranks, a.Severity) - slices.Index(ranks, b.Severity); d != 0 {
				return d
			}
			return strings.Compare(a.Name, b.Name)
		}) {
			t.Error("findings are not in the order of severity and name")
		}
		var got []registry.Finding
		p := registry.Page{Limit: 7}
		for {
			c, part, next, err := f.ScanFindings(ctx, app, ref, p)
			if err != nil {
				t.Fatal(err)
			}
			if c.Counts[registry.SeverityLow] != 45 {
				t.Fatalf("counts of a page: %v", c.Counts)
			}
			got = append(got, part...)
			if p.Token = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages (-want +got):\n%s", diff)
		}
		for _, token := range []string{"x", "ZmluZGluZ3MAeABiAGM"} { // "findings", "x", "b", "c"
			_, _, _, err := f.ScanFindings(ctx, app, ref, registry.Page{Token: token})
			is(t, err, registry.ErrInvalidToken)
		}
	})
}

// TestFindingsAreCleaned is about what a report may hold that no database, terminal or client wants.
func TestFindingsAreCleaned(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		img := f.image(app, "one", "v1")
		long := strings.Repeat("é", 5000)
		ok[*registry.Scan](t)(f.ImportScan(t.Context(), app, registry.Ref{Tag: "v1"}, report(
			registry.Finding{Name: "", Severity: registry.SeverityHigh},
			registry.Finding{Name: "CVE-\x00\x1b[31m1\xff", Description: long, Title: "two\nlines", URI: "https://example.com/\x07", References: make([]string, 100),
				CVSS: make([]registry.CVSS, 100), Package: registry.Package{Name: long, Version: "1\x00", Layer: digest.Digest(long)}},
		)))
		_, findings := f.scan(img)
		if len(findings) != 1 {
			t.Fatalf("findings %+v", findings)
		}
		got := findings[0]
		if got.Name != "CVE-[31m1" || got.Severity != registry.SeverityUndefined || got.URI != "https://example.com/" || got.Title != "two\nlines" || got.Package.Version != "1" {
			t.Errorf("finding %+v", got)
		}
		if len(got.Description) > 4096 || len(got.Package.Name) > 1024 || len(got.Package.Layer) > 1024 || len(got.CVSS) > 32 || !strings.HasPrefix(long, got.Description) {
			t.Errorf("lengths %d %d %d %d", len(got.Description), len(got.Package.Name), len(got.Package.Layer), len(got.CVSS))
		}
	})
}

func TestScanEvents(t *testing.T) {
	eachScanner(t, func(t *testing.T, f *scanFixture) {
		ctx := t.Context()
		err := f.db.Write(ctx, func(tx *meta.Tx) error {
			_, err := tx.Exec(`INSERT INTO event_destination (account, region, name, url, detail_types, repository_prefix, secret, created_at, updated_at)
				VALUES ($1, $2, 'd', 'https://example.com', '["ECR Image Scan"]', '', $3, 0, 0)`, app.Account, app.Region, []byte("s"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		img := f.image(app, "one", "v1", "v2")
		ok[*registry.Scan](t)(f.StartScan(ctx, app, registry.Ref{Tag: "v1"}))
		f.finish(f.task(), registry.ScanResult{Status: registry.ScanComplete, Report: report(finding("CVE-1", registry.SeverityHigh, "a"))})
		var payloads []string
		err = f.db.Read(ctx, func(tx *meta.Tx) (err error) {
			payloads, err = meta.All(tx, meta.ScanString, `SELECT payload FROM job WHERE kind = $1 ORDER BY id`, event.DeliverJob)
			return err
		})
		if err != nil || len(payloads) != 1 {
			t.Fatalf("deliveries %v, error %v", payloads, err)
		}
		var delivery struct{ Body []byte }
		var sent struct {
			DetailType string `json:"detail-type"`
			Resources  []string
			Detail     map[string]any
		}
		if err := json.Unmarshal([]byte(payloads[0]), &delivery); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(delivery.Body, &sent); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"scan-status": "COMPLETE", "repository-name": app.Name, "image-digest": img.Digest.String(),
			"image-tags": []any{"v1", "v2"}, "finding-severity-counts": map[string]any{"HIGH": 1.0},
		}
		if diff := cmp.Diff(want, sent.Detail); diff != "" || sent.DetailType != "ECR Image Scan" || !slices.Equal(sent.Resources, []string{app.ARN()}) {
			t.Errorf("sent %+v (-want +got):\n%s", sent, diff)
		}
	})
}
