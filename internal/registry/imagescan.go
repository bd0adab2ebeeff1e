package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// ScanStatus is what became of a scan.
type ScanStatus string

// The values are those of ECR's ScanStatus.
const (
	ScanInProgress         ScanStatus = "IN_PROGRESS"
	ScanComplete           ScanStatus = "COMPLETE"
	ScanFailed             ScanStatus = "FAILED"
	ScanUnsupportedImage   ScanStatus = "UNSUPPORTED_IMAGE"
	ScanActive             ScanStatus = "ACTIVE"                   // scanned continuously
	ScanPending            ScanStatus = "PENDING"                  // to be scanned continuously, not scanned yet
	ScanEligibilityExpired ScanStatus = "SCAN_ELIGIBILITY_EXPIRED" // too old for enhanced scanning
	ScanFindingsGone       ScanStatus = "FINDINGS_UNAVAILABLE"     // enhanced scanning leaves the repository out by now
	ScanImageArchived      ScanStatus = "IMAGE_ARCHIVED"
)

const (
	// scanQuota is the time in which an image is scanned once, by push or on demand.
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html
	scanQuota = 24 * time.Hour
	// rescanInterval is how often continuous scanning looks at an image again.
	rescanInterval = 24 * time.Hour
	// enhancedEligibility is how long after the last push or pull of an image
	// enhanced scanning cares for it: what Amazon Inspector starts with.
	// https://docs.aws.amazon.com/inspector/latest/user/scanning-ecr.html
	enhancedEligibility = 14 * 24 * time.Hour
)

// ScanJob is the kind of the jobs that scan an image. Their payload is a ScanTask.
const ScanJob = "registry.scan"

// ScanTask is a scan that is to be done.
type ScanTask struct {
	Account string        `json:"account"`
	Region  string        `json:"region"`
	Name    string        `json:"repository"`
	Digest  digest.Digest `json:"digest"`
	Type    ScanType      `json:"type"`
	Run     string        `json:"run"`
}

// Repo returns the repository of the image.
func (t ScanTask) Repo() Repo { return Repo{t.Account, t.Region, t.Name} }

// Scan is the latest scan of an image and a summary of what scans of its type
// found.
type Scan struct {
	Repo        Repo
	Image       *Image
	Type        ScanType
	Status      ScanStatus
	Description string // for people
	RequestedAt time.Time

	// These are of the last scan that succeeded, whatever became of the latest.
	CompletedAt     time.Time // zero if none did
	SourceUpdatedAt time.Time // age of what the scanner knew; zero if unknown
	Source          string    // the scanner, as it names itself
	Imported        bool      // the findings were made elsewhere
	Counts          map[Severity]int

	run string
}

const scanColumns = `type, status, description, run, requested_at, completed_at, source_at, source, imported, counts`

func scanScan(s meta.Scanner, more ...any) (*Scan, error) {
	var c Scan
	var requested, completed, source int64
	var counts string
	dest := []any{&c.Type, &c.Status, &c.Description, &c.run, &requested, &completed, &source, &c.Source, &c.Imported, &counts}
	if err := s.Scan(append(dest, more...)...); err != nil {
		return nil, err
	}
	c.RequestedAt, c.CompletedAt, c.SourceUpdatedAt = fromMicros(requested), fromMicros(completed), fromMicros(source)
	if err := json.Unmarshal([]byte(counts), &c.Counts); err != nil {
		return nil, fmt.Errorf("counts of findings: %w", err)
	}
	return &c, nil
}

// imageScan reads the scan of a type of an image, nil if there is none.
func imageScan(tx *meta.Tx, img *Image, t ScanType) (*Scan, error) {
	c, err := scanScan(tx.QueryRow(`SELECT `+scanColumns+` FROM image_scan
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND type = $5`,
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String(), string(t)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c.Repo, c.Image = img.Repo, img
	return c, nil
}

// put writes the scan's row.
func (c *Scan) put(tx *meta.Tx) error {
	if c.Counts == nil {
		c.Counts = map[Severity]int{}
	}
	counts, err := json.Marshal(c.Counts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO image_scan (account, region, repository, digest, `+scanColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (account, region, repository, digest, type) DO UPDATE SET status = excluded.status, description = excluded.description,
			run = excluded.run, requested_at = excluded.requested_at, completed_at = excluded.completed_at, source_at = excluded.source_at,
			source = excluded.source, imported = excluded.imported, counts = excluded.counts`,
		c.Repo.Account, c.Repo.Region, c.Repo.Name, c.Image.Digest.String(), string(c.Type), string(c.Status), c.Description,
		c.run, micros(c.RequestedAt), micros(c.CompletedAt), micros(c.SourceUpdatedAt), c.Source, c.Imported, string(counts))
	return err
}

// scannable reports whether an image is one that runs as a container: not an
// index, nor an artifact of another kind.
func scannable(img *Image) bool {
	return ocispec.IsImageConfig(img.ConfigMediaType) && img.ArtifactType == img.ConfigMediaType
}

// beginScan records that an image is to be scanned and enqueues the job.
func (r *Registry) beginScan(tx *meta.Tx, img *Image, t ScanType, last *Scan) (*Scan, error) {
	c := last
	if c == nil {
		c = &Scan{Repo: img.Repo, Image: img, Type: t}
	}
	c.Status, c.Description, c.run, c.RequestedAt = ScanInProgress, "", rand.Text(), fromMicros(micros(r.now()))
	if err := c.put(tx); err != nil {
		return nil, err
	}
	return c, job.Enqueue(tx, job.New{
		Kind:    ScanJob,
		Key:     img.Repo.ARN() + "@" + img.Digest.String() + " " + string(t),
		Payload: ScanTask{Account: img.Repo.Account, Region: img.Repo.Region, Name: img.Repo.Name, Digest: img.Digest, Type: t, Run: c.run},
	})
}

// scanPushed begins the scan of an image that is new in a repository, if it is
// to be scanned when pushed.
func (r *Registry) scanPushed(tx *meta.Tx, repo *Repository, img *Image) error {
	if !r.scans || !scannable(img) {
		return nil
	}
	c, err := scanningConfiguration(tx, repo.Account, repo.Region)
	if err != nil || !c.of(repo).whenPushed() {
		return err
	}
	_, err = r.beginScan(tx, img, c.Type, nil)
	return err
}

// scanTarget reads the image that a Ref names, for scanning.
func scanTarget(tx *meta.Tx, repo Repo, ref Ref) (*Image, error) {
	var img *Image
	d, err := resolve(tx, repo, ref)
	if err == nil {
		img, err = imageByDigest(tx, repo, d)
	}
	return img, notFound(tx, repo, ref, err)
}

// StartScan begins a basic scan of an image and returns it.
//
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch;
// ErrScanDisabled with enhanced scanning; ErrImageArchived; ErrNotScannable for
// an index or an artifact; ErrNoScanner; ErrScanLimit when the image was scanned
// in the last 24 hours, unless that scan failed.
func (r *Registry) StartScan(ctx context.Context, repo Repo, ref Ref) (c *Scan, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		img, err := scanTarget(tx, repo, ref)
		if err != nil {
			return err
		}
		fail := func(k Kind) error { return &Error{Kind: k, Repo: repo, Ref: Ref{Tag: ref.Tag, Digest: img.Digest}} }
		configured, err := scanningConfiguration(tx, repo.Account, repo.Region)
		if err != nil {
			return err
		}
		last, err := imageScan(tx, img, BasicScan)
		switch {
		case err != nil:
			return err
		case configured.Type == EnhancedScan:
			return fail(ErrScanDisabled)
		case img.Archived:
			return fail(ErrImageArchived)
		case !scannable(img):
			return fail(ErrNotScannable)
		case !r.scans:
			return fail(ErrNoScanner)
		case last != nil && last.Status != ScanFailed && r.now().Sub(last.RequestedAt) < scanQuota:
			return fail(ErrScanLimit)
		}
		c, err = r.beginScan(tx, img, BasicScan, last)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("start image scan: %w", err)
	}
	return c, nil
}

// ScanResult is how a scan ended.
type ScanResult struct {
	Status      ScanStatus // ScanComplete, ScanFailed or ScanUnsupportedImage
	Description string     // for people: why it failed
	Report      *ScanReport
}

// ScanWanted reports whether the scan is still to be done: whether the image is
// there and no other scan or import took this one's place.
func (r *Registry) ScanWanted(ctx context.Context, t ScanTask) (wanted bool, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		wanted, err = exists(tx, `SELECT 1 FROM image_scan
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND type = $5 AND run = $6`,
			t.Account, t.Region, t.Name, t.Digest.String(), string(t.Type), t.Run)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for the scan: %w", err)
	}
	return wanted, nil
}

// FinishScan records how a scan ended. The result of a scan that is no longer
// wanted is dropped. Findings of an earlier scan stay unless this one succeeded.
func (r *Registry) FinishScan(ctx context.Context, t ScanTask, result ScanResult) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		img, err := imageByDigest(tx, t.Repo(), t.Digest)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		c, err := imageScan(tx, img, t.Type)
		if err != nil || c == nil || c.run != t.Run {
			return err
		}
		c.run, c.Status, c.Description = "", result.Status, clean(result.Description, maxFindingWord)
		if result.Status == ScanComplete {
			return r.keepReport(tx, c, result.Report, false)
		}
		if err := c.put(tx); err != nil {
			return err
		}
		return r.scanEnded(tx, c)
	})
	if err != nil {
		return fmt.Errorf("finish image scan: %w", err)
	}
	return nil
}

// ImportScan keeps a report that was made elsewhere as the scan of an image, of
// the type that the registry is configured for. It takes the place of a scan
// that is in progress, and does not count as one when a scan is started.
//
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch;
// ErrNotScannable for an index or an artifact; ErrImageArchived;
// ErrScanReport, with a reason, when the report names what it is about and that
// is not the image, or has more than MaxFindings findings.
func (r *Registry) ImportScan(ctx context.Context, repo Repo, ref Ref, report *ScanReport) (c *Scan, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		img, err := scanTarget(tx, repo, ref)
		if err != nil {
			return err
		}
		fail := func(k Kind, reason error) error {
			return &Error{Kind: k, Repo: repo, Ref: Ref{Tag: ref.Tag, Digest: img.Digest}, Err: reason}
		}
		switch {
		case !scannable(img):
			return fail(ErrNotScannable, nil)
		case img.Archived:
			return fail(ErrImageArchived, nil)
		}
		about, err := isAbout(tx, img, report.Subjects)
		switch {
		case err != nil:
			return err
		case !about:
			return fail(ErrScanReport, fmt.Errorf("the report is about another image: %s", digestWords(report.Subjects)))
		case len(report.Findings) > MaxFindings:
			return fail(ErrScanReport, fmt.Errorf("the report has more than %d findings", MaxFindings))
		}
		configured, err := scanningConfiguration(tx, repo.Account, repo.Region)
		if err != nil {
			return err
		}
		if c, err = imageScan(tx, img, configured.Type); err != nil {
			return err
		}
		if c == nil {
			c = &Scan{Repo: repo, Image: img, Type: configured.Type}
		}
		c.run, c.Status = "", ScanComplete
		c.Description = "The findings were imported from a report of " + clean(report.Scanner, maxFindingWord) + "."
		return r.keepReport(tx, c, report, true)
	})
	if err != nil {
		return nil, fmt.Errorf("import image scan: %w", err)
	}
	return c, nil
}

// isAbout reports whether a report that names subjects may be about an image:
// whether it names the manifest or the config, or names nothing.
func isAbout(tx *meta.Tx, img *Image, subjects []digest.Digest) (bool, error) {
	if len(subjects) == 0 || slices.Contains(subjects, img.Digest) {
		return true, nil
	}
	var manifest []byte
	err := tx.QueryRow(`SELECT manifest FROM image WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4`,
		img.Repo.Account, img.Repo.Region, img.Repo.Name, img.Digest.String()).Scan(&manifest)
	if err != nil {
		return false, err
	}
	m, err := ocispec.ParseManifest(manifest, img.MediaType)
	if err != nil {
		return false, err
	}
	return m.Config != nil && slices.Contains(subjects, m.Config.Digest), nil
}

func digestWords(ds []digest.Digest) string {
	var words string
	for i, d := range ds[:min(len(ds), maxFindingLists)] {
		if i > 0 {
			words += ", "
		}
		words += clean(d.String(), maxFindingWord)
	}
	return words
}

// findingsPerInsert keeps statements below maxList parameters.
const findingsPerInsert = 40

// keepReport makes a report the findings of a scan that ended.
func (r *Registry) keepReport(tx *meta.Tx, c *Scan, report *ScanReport, imported bool) error {
	findings := normalize(report.Findings[:min(len(report.Findings), MaxFindings)])
	c.CompletedAt, c.SourceUpdatedAt = fromMicros(micros(r.now())), report.SourceUpdatedAt
	c.Source, c.Imported, c.Counts = clean(report.Scanner, maxFindingWord), imported, count(findings)
	if err := c.put(tx); err != nil {
		return err
	}
	key := []any{c.Repo.Account, c.Repo.Region, c.Repo.Name, c.Image.Digest.String(), string(c.Type)}
	seen, err := firstSeen(tx, key)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`DELETE FROM image_scan_finding WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND type = $5`, key...)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(findings, findingsPerInsert) {
		args, values := slices.Clone(key), ""
		for i := range part {
			f := &part[i]
			document, err := json.Marshal(f)
			if err != nil {
				return err
			}
			first, ok := seen[f.ID()]
			if !ok {
				first = micros(c.CompletedAt)
			}
			if i > 0 {
				values += ", "
			}
			values += `($1, $2, $3, $4, $5, ` + list(len(args)+1, 5) + `)`
			args = append(args, f.Severity.rank(), f.Name, f.ID(), first, string(document))
		}
		_, err := tx.Exec(`INSERT INTO image_scan_finding (account, region, repository, digest, type, rank, name, id, first_seen, document)
			VALUES `+values, args...)
		if err != nil {
			return err
		}
	}
	return r.scanEnded(tx, c)
}

// firstSeen returns when the findings that a scan has were first seen, by id.
func firstSeen(tx *meta.Tx, key []any) (map[string]int64, error) {
	type seen struct {
		id string
		at int64
	}
	rows, err := meta.All(tx, func(s meta.Scanner) (v seen, err error) { return v, s.Scan(&v.id, &v.at) },
		`SELECT id, first_seen FROM image_scan_finding
		WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND type = $5 ORDER BY id`, key...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int64, len(rows))
	for _, v := range rows {
		at[v.id] = v.at
	}
	return at, nil
}

// scanEnded tells those who listen.
func (r *Registry) scanEnded(tx *meta.Tx, c *Scan) error {
	if err := addTags(tx, c.Repo, []*Image{c.Image}); err != nil {
		return err
	}
	var counts map[string]int64
	if c.Status == ScanComplete {
		counts = map[string]int64{}
		for s, n := range c.Counts {
			counts[string(s)] = int64(n)
		}
	}
	i := event.Image{Account: c.Repo.Account, Region: c.Repo.Region, Repository: c.Repo.Name, Digest: c.Image.Digest.String()}
	return event.Emit(tx, event.ImageScan(i, c.Image.Tags, string(c.Status), counts, r.now()))
}

// ScanFindings returns the scan of an image, of the type that its registry is
// configured for, and a page of what it found: the gravest first, then in the
// order of names.
//
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch,
// ErrInvalidToken; ErrScanNotFound when the image was never scanned.
func (r *Registry) ScanFindings(ctx context.Context, repo Repo, ref Ref, p Page) (c *Scan, findings []Finding, next string, err error) {
	const kind = "findings"
	after, err := p.key(kind, 3)
	if err != nil {
		return nil, nil, "", err
	}
	rank := -1
	if p.Token != "" {
		if rank, err = strconv.Atoi(after[0]); err != nil {
			return nil, nil, "", &Error{Kind: ErrInvalidToken}
		}
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		img, err := scanTarget(tx, repo, ref)
		if err != nil {
			return err
		}
		if c, err = r.currentScan(tx, img); err != nil {
			return err
		}
		if c == nil {
			return &Error{Kind: ErrScanNotFound, Repo: repo, Ref: ref}
		}
		if err := addTags(tx, repo, []*Image{img}); err != nil || len(c.Counts) == 0 {
			return err
		}
		findings, err = meta.All(tx, scanFinding, `SELECT first_seen, document FROM image_scan_finding
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest = $4 AND type = $5 AND (rank, name, id) > ($6, $7, $8)
			ORDER BY rank, name, id LIMIT $9`,
			repo.Account, repo.Region, repo.Name, img.Digest.String(), string(c.Type), rank, after[1], after[2], p.limit())
		return err
	})
	if err != nil {
		return nil, nil, "", fmt.Errorf("describe image scan findings: %w", err)
	}
	findings, more := cut(p, findings)
	if more {
		last := &findings[len(findings)-1]
		next = token(kind, strconv.Itoa(last.Severity.rank()), last.Name, last.ID())
	}
	return c, findings, next, nil
}

func scanFinding(s meta.Scanner) (f Finding, err error) {
	var seen int64
	var document string
	if err := s.Scan(&seen, &document); err != nil {
		return f, err
	}
	if err := json.Unmarshal([]byte(document), &f); err != nil {
		return f, fmt.Errorf("read a finding: %w", err)
	}
	f.FirstSeen = fromMicros(seen)
	return f, nil
}

// currentScan reads an image's scan of the type that its registry is configured
// for, as it is to be shown now, nil if there is none.
func (r *Registry) currentScan(tx *meta.Tx, img *Image) (*Scan, error) {
	configured, err := scanningConfiguration(tx, img.Repo.Account, img.Repo.Region)
	if err != nil {
		return nil, err
	}
	c, err := imageScan(tx, img, configured.Type)
	if err != nil || c == nil {
		return nil, err
	}
	c.describe()
	if c.Type == BasicScan || img.Archived || c.Imported && c.Status == ScanComplete {
		return c, nil
	}
	repo, err := repository(tx, img.Repo)
	if err != nil {
		return nil, err
	}
	c.enhance(configured.of(repo).Frequency, r.now())
	return c, nil
}

// addScans fills in the basic scans of images. ECR tells nothing of enhanced
// scans there.
func addScans(tx *meta.Tx, repo Repo, images []*Image) error {
	configured, err := scanningConfiguration(tx, repo.Account, repo.Region)
	if err != nil || configured.Type != BasicScan {
		return err
	}
	found := byDigest(images)
	for part := range slices.Chunk(slices.Sorted(maps.Keys(found)), detailList) {
		scans := map[digest.Digest]*Scan{}
		_, err = meta.All(tx, func(s meta.Scanner) (d digest.Digest, err error) {
			c, err := scanScan(s, &d)
			scans[d] = c
			return d, err
		}, `SELECT `+scanColumns+`, digest FROM image_scan
			WHERE account = $1 AND region = $2 AND repository = $3 AND digest IN (`+list(4, len(part))+`) AND type = `+list(4+len(part), 1)+` ORDER BY digest`,
			append(inRepo(repo, part), string(BasicScan))...)
		if err != nil {
			return err
		}
		for d, c := range scans {
			for _, i := range found[d] {
				own := *c
				own.Repo, own.Image = repo, i
				own.describe()
				i.Scan = &own
			}
		}
	}
	return nil
}

// describe says of a scan what ECR says.
func (c *Scan) describe() {
	switch {
	case c.Image.Archived:
		c.Status, c.Description = ScanImageArchived, "The image is archived."
		c.CompletedAt, c.Counts = time.Time{}, nil
	case c.Status == ScanComplete && c.Description == "":
		c.Description = "The scan was completed successfully."
	case c.Status == ScanInProgress:
		c.Description = "The scan is in progress."
	}
}

// enhance turns what is stored of an enhanced scan into what it is by now.
func (c *Scan) enhance(f ScanFrequency, now time.Time) {
	used := c.Image.PushedAt
	if c.Image.PulledAt.After(used) {
		used = c.Image.PulledAt
	}
	switch {
	case f == scanNever:
		c.Status, c.Description = ScanFindingsGone, "The repository is not scanned any more."
		c.CompletedAt, c.Counts = time.Time{}, nil
	case now.Sub(used) > enhancedEligibility:
		c.Status, c.Description = ScanEligibilityExpired, "The image is too old to be scanned: it was neither pushed nor pulled for a while."
		c.CompletedAt, c.Counts = time.Time{}, nil
	case c.Status == ScanInProgress && c.CompletedAt.IsZero():
		c.Status, c.Description = ScanPending, "The scan is in progress."
	case f == ScanContinuously && (c.Status == ScanComplete || c.Status == ScanInProgress):
		c.Status, c.Description = ScanActive, "Continuous scan is selected for image."
	}
}
