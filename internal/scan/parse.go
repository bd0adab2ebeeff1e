package scan

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/registry"
)

// Parse reads a report that one of Programs wrote as JSON; format is its name, or "" to tell by the report. A report
// that names more than one digest of an image names all of them as subjects.
func Parse(format string, data []byte) (*Report, error) {
	if format == "" {
		var err error
		if format, err = detect(data); err != nil {
			return nil, err
		}
	}
	a, ok := adapterOf(format)
	if !ok {
		return nil, fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(Programs(), ", "))
	}
	p, err := a.parse(data)
	if err != nil {
		return nil, fmt.Errorf("read a report of %s: %w", format, err)
	}
	return p.report, nil
}

// detect tells by the members of a report who wrote it.
func detect(data []byte) (string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return "", fmt.Errorf("read the report: %w", err)
	}
	for _, known := range []struct{ member, format string }{{"SchemaVersion", Trivy}, {"matches", Grype}, {"results", OSVScanner}} {
		if _, ok := members[known.member]; ok {
			return known.format, nil
		}
	}
	return "", fmt.Errorf("the report is not of a known format: want the JSON of one of %s", strings.Join(Programs(), ", "))
}

// parsed is what a report says.
type parsed struct {
	report  *Report
	nothing bool // the scanner found nothing that it could look at
}

// date is a time that is left out where it is not one.
type date struct{ time.Time }

func (d *date) UnmarshalJSON(b []byte) error {
	var t time.Time
	if err := t.UnmarshalJSON(b); err == nil && t.Year() > 1970 {
		d.Time = t.UTC()
	}
	return nil
}

// severity reads the words that databases have for how grave a vulnerability is.
func severity(word string) registry.Severity {
	switch strings.ToUpper(word) {
	case "CRITICAL":
		return registry.SeverityCritical
	case "HIGH", "IMPORTANT":
		return registry.SeverityHigh
	case "MEDIUM", "MODERATE":
		return registry.SeverityMedium
	case "LOW":
		return registry.SeverityLow
	case "NEGLIGIBLE", "UNIMPORTANT", "NONE":
		return registry.SeverityInformational
	}
	return registry.SeverityUndefined
}

// scoreSeverity is the qualitative rating of a CVSS base score.
// https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale
func scoreSeverity(score float64) registry.Severity {
	switch {
	case score >= 9:
		return registry.SeverityCritical
	case score >= 7:
		return registry.SeverityHigh
	case score >= 4:
		return registry.SeverityMedium
	case score > 0:
		return registry.SeverityLow
	}
	return registry.SeverityInformational
}

// vectorVersion is the version of a CVSS vector, which names it from version 3 on.
func vectorVersion(vector string) string {
	if rest, ok := strings.CutPrefix(vector, "CVSS:"); ok {
		version, _, _ := strings.Cut(rest, "/")
		return version
	}
	return "2.0"
}

// firstScore is the base score of the first vector that has one.
func firstScore(all []registry.CVSS) float64 {
	for _, c := range all {
		if c.Score > 0 {
			return c.Score
		}
	}
	return 0
}

// subjects returns those of the names of an image that are or end in a digest.
func subjects(names ...string) []digest.Digest {
	var ds []digest.Digest
	for _, n := range names {
		d := digest.Digest(n[strings.LastIndexByte(n, '@')+1:])
		if d.Validate() == nil && !slices.Contains(ds, d) {
			ds = append(ds, d)
		}
	}
	return ds
}

// names chooses the name of a vulnerability among its identifiers, a CVE where there is one, and returns the others.
func names(ids ...string) (name string, aliases []string) {
	var distinct []string
	for _, id := range ids {
		if id != "" && !slices.Contains(distinct, id) {
			distinct = append(distinct, id)
		}
	}
	if len(distinct) == 0 {
		return "", nil
	}
	first := max(0, slices.IndexFunc(distinct, func(id string) bool { return strings.HasPrefix(id, "CVE-") }))
	name = distinct[first]
	for _, id := range distinct {
		if id != name {
			aliases = append(aliases, id)
		}
	}
	return name, aliases
}

// scannerName is a program and its version, if it says.
func scannerName(name, version string) string { return strings.TrimSpace(name + " " + version) }

// trivyReport is what is read of the JSON of "trivy image --format json".
// https://trivy.dev/latest/docs/configuration/reporting/#json
type trivyReport struct {
	SchemaVersion int
	Trivy         struct{ Version string }
	Metadata      struct {
		OS          *struct{ Family string }
		ImageID     string
		RepoDigests []string
	}
	Results []struct {
		Class           string
		Type            string
		Target          string
		Vulnerabilities []trivyVulnerability
	}
}

type trivyVulnerability struct {
	VulnerabilityID, PkgName, PkgPath, InstalledVersion, FixedVersion string

	Layer            struct{ Digest string }
	SeveritySource   string
	PrimaryURL       string
	DataSource       *struct{ ID string }
	Title            string
	Description      string
	Severity         string
	References       []string
	PublishedDate    date
	LastModifiedDate date
	CVSS             map[string]struct {
		V2Vector, V3Vector, V40Vector string
		V2Score, V3Score, V40Score    float64
	}
}

func parseTrivy(data []byte) (*parsed, error) {
	var in trivyReport
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	if in.SchemaVersion != 2 {
		return nil, fmt.Errorf("SchemaVersion is %d, want 2", in.SchemaVersion)
	}
	report := &Report{
		Scanner:  scannerName(Trivy, in.Trivy.Version),
		Subjects: subjects(append([]string{in.Metadata.ImageID}, in.Metadata.RepoDigests...)...),
	}
	for _, result := range in.Results {
		for i := range result.Vulnerabilities {
			f := result.Vulnerabilities[i].finding()
			f.Package.Manager = result.Type
			if f.Package.Path == "" && result.Class == "lang-pkgs" {
				f.Package.Path = result.Target // of other classes it is the image's name
			}
			report.Findings = append(report.Findings, f)
		}
	}
	return &parsed{report, in.Metadata.OS == nil && len(in.Results) == 0}, nil
}

func (v *trivyVulnerability) finding() registry.Finding {
	f := registry.Finding{
		Name: v.VulnerabilityID, Severity: severity(v.Severity), Title: v.Title, Description: v.Description, URI: v.PrimaryURL,
		References: v.References, Source: v.SeveritySource, PublishedAt: v.PublishedDate.Time, UpdatedAt: v.LastModifiedDate.Time,
		Package: registry.Package{
			Name: v.PkgName, Version: v.InstalledVersion, FixedIn: v.FixedVersion, Path: v.PkgPath, Layer: digest.Digest(v.Layer.Digest),
		},
	}
	if v.DataSource != nil && v.DataSource.ID != "" {
		f.Source = v.DataSource.ID
	}
	// Who gave the severity comes first, and then the National Vulnerability Database.
	order := func(source string) int { return slices.Index([]string{"nvd", v.SeveritySource}, source) }
	sources := slices.SortedFunc(maps.Keys(v.CVSS), func(a, b string) int { return cmp.Or(order(b)-order(a), strings.Compare(a, b)) })
	for _, source := range sources {
		c := v.CVSS[source]
		for _, x := range []struct {
			vector string
			score  float64
		}{{c.V3Vector, c.V3Score}, {c.V40Vector, c.V40Score}, {c.V2Vector, c.V2Score}} {
			if x.vector != "" {
				f.CVSS = append(f.CVSS, registry.CVSS{Version: vectorVersion(x.vector), Vector: x.vector, Score: x.score, Source: source})
			}
		}
	}
	f.Score = firstScore(f.CVSS)
	return f
}

// grypeReport is what is read of the JSON of "grype -o json".
// https://oss.anchore.com/docs/guides/vulnerability/json/
type grypeReport struct {
	Matches *[]struct {
		Vulnerability struct {
			grypeVulnerability
			Fix struct {
				Versions []string
				State    string
			}
		}
		RelatedVulnerabilities []grypeVulnerability
		Artifact               struct {
			Name, Version, Type string
			Locations           []struct{ Path, LayerID string }
		}
	}
	Source *struct {
		Type   string
		Target json.RawMessage // an object for an image, a string for a directory
	}
	Descriptor struct {
		Version string
		DB      struct {
			Built  date
			Status struct{ Built date }
		}
	}
}

type grypeVulnerability struct {
	ID, DataSource, Namespace, Severity, Description string

	URLs []string
	CVSS []struct {
		Source, Version, Vector string
		Metrics                 struct{ BaseScore float64 }
	}
}

func (v *grypeVulnerability) cvss() []registry.CVSS {
	var all []registry.CVSS
	for _, c := range v.CVSS {
		all = append(all, registry.CVSS{Version: c.Version, Vector: c.Vector, Score: c.Metrics.BaseScore, Source: c.Source})
	}
	return all
}

func parseGrype(data []byte) (*parsed, error) {
	var in grypeReport
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	if in.Matches == nil {
		return nil, errors.New("matches are missing")
	}
	report := &Report{Scanner: scannerName(Grype, in.Descriptor.Version), SourceUpdatedAt: in.Descriptor.DB.Status.Built.Time}
	if report.SourceUpdatedAt.IsZero() {
		report.SourceUpdatedAt = in.Descriptor.DB.Built.Time // until release 0.88
	}
	if in.Source != nil && in.Source.Type == "image" {
		var target struct {
			ImageID, ManifestDigest string
			RepoDigests             []string
		}
		if err := json.Unmarshal(in.Source.Target, &target); err != nil {
			return nil, fmt.Errorf("source: %w", err)
		}
		report.Subjects = subjects(append([]string{target.ImageID, target.ManifestDigest}, target.RepoDigests...)...)
	}
	for i := range *in.Matches {
		m := &(*in.Matches)[i]
		v := &m.Vulnerability
		ids := []string{v.ID}
		f := registry.Finding{
			Severity: severity(v.Severity), Description: v.Description, URI: v.DataSource, References: v.URLs, Source: v.Namespace, CVSS: v.cvss(),
			Package: registry.Package{
				Name: m.Artifact.Name, Version: m.Artifact.Version, FixedIn: strings.Join(v.Fix.Versions, ", "), Manager: m.Artifact.Type,
			},
		}
		for j := range m.RelatedVulnerabilities {
			related := &m.RelatedVulnerabilities[j]
			ids = append(ids, related.ID)
			if f.Description == "" {
				f.Description = related.Description
			}
			if len(f.CVSS) == 0 {
				f.CVSS = related.cvss()
			}
		}
		f.Name, f.Aliases = names(ids...)
		f.Score = firstScore(f.CVSS)
		if len(m.Artifact.Locations) > 0 {
			f.Package.Path, f.Package.Layer = m.Artifact.Locations[0].Path, digest.Digest(m.Artifact.Locations[0].LayerID)
		}
		report.Findings = append(report.Findings, f)
	}
	return &parsed{report: report}, nil
}

// osvReport is what is read of the JSON of "osv-scanner scan image --format json".
// https://google.github.io/osv-scanner/output/ and https://ossf.github.io/osv-schema/
type osvReport struct {
	Results *[]struct {
		Source struct{ Path string }

		Packages []struct {
			Package struct {
				Name, Version, Ecosystem string
			}
			Vulnerabilities []osvVulnerability
			Groups          []osvGroup
		}
	}
}

// osvGroup names entries that are about one vulnerability.
type osvGroup struct {
	IDs         []string
	Aliases     []string
	MaxSeverity string `json:"max_severity"`
}

type osvVulnerability struct {
	ID, Summary, Details string

	Aliases    []string
	Upstream   []string
	References []struct{ URL string }
	Severity   []struct{ Type, Score string }
	Affected   []struct {
		Package struct{ Name, Ecosystem string }
		Ranges  []struct{ Events []struct{ Fixed string } }
	}
	Published        date
	Modified         date
	DatabaseSpecific struct{ Severity any } `json:"database_specific"`
}

func parseOSV(data []byte) (*parsed, error) {
	var in osvReport
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	if in.Results == nil {
		return nil, errors.New("results are missing")
	}
	report := &Report{Scanner: OSVScanner}
	for _, result := range *in.Results {
		for _, p := range result.Packages {
			pkg := registry.Package{Name: p.Package.Name, Version: p.Package.Version, Manager: p.Package.Ecosystem, Path: result.Source.Path}
			groups := p.Groups
			if len(groups) == 0 {
				for _, v := range p.Vulnerabilities {
					groups = append(groups, osvGroup{IDs: []string{v.ID}})
				}
			}
			for _, g := range groups {
				var entries []osvVulnerability
				for _, v := range p.Vulnerabilities {
					if slices.Contains(g.IDs, v.ID) {
						entries = append(entries, v)
					}
				}
				if len(entries) > 0 {
					report.Findings = append(report.Findings, g.finding(entries, pkg))
				}
			}
		}
	}
	return &parsed{report: report}, nil
}

// finding makes one finding of the entries of a group.
func (g *osvGroup) finding(entries []osvVulnerability, pkg registry.Package) registry.Finding {
	first := &entries[0]
	f := registry.Finding{
		Severity: registry.SeverityUndefined, Title: first.Summary, URI: "https://osv.dev/" + first.ID, Source: "osv", Package: pkg,
		PublishedAt: first.Published.Time, UpdatedAt: first.Modified.Time,
	}
	ids, fixes := slices.Clone(g.IDs), []string(nil)
	for i := range entries {
		v := &entries[i]
		ids = append(append(ids, v.Aliases...), v.Upstream...)
		if f.Description == "" {
			f.Description = v.Details
		}
		if word, ok := v.DatabaseSpecific.Severity.(string); ok && f.Severity == registry.SeverityUndefined {
			f.Severity = severity(word)
		}
		for _, r := range v.References {
			f.References = append(f.References, r.URL)
		}
		for _, s := range v.Severity {
			vector := registry.CVSS{Version: vectorVersion(s.Score), Vector: s.Score, Source: "osv"}
			if !strings.HasPrefix(s.Type, "CVSS_V") {
				if f.Severity == registry.SeverityUndefined {
					f.Severity = severity(s.Score) // a distribution's own word
				}
			} else if !slices.Contains(f.CVSS, vector) {
				f.CVSS = append(f.CVSS, vector)
			}
		}
		fixes = append(fixes, v.fixes(pkg)...)
	}
	f.Name, f.Aliases = names(append(ids, g.Aliases...)...)
	slices.Sort(fixes)
	f.Package.FixedIn = strings.Join(slices.Compact(fixes), ", ")
	if score, err := strconv.ParseFloat(g.MaxSeverity, 64); err == nil && score >= 0 && score <= 10 {
		f.Score, f.Severity = score, scoreSeverity(score)
		if len(f.CVSS) == 1 { // the score of which of several it is, nobody says
			f.CVSS[0].Score = score
		}
	}
	return f
}

// fixes returns the versions of a package in which a vulnerability is fixed.
func (v *osvVulnerability) fixes(pkg registry.Package) []string {
	var fixes []string
	for _, a := range v.Affected {
		if a.Package.Name != pkg.Name || a.Package.Ecosystem != pkg.Manager {
			continue
		}
		for _, r := range a.Ranges {
			for _, e := range r.Events {
				if e.Fixed != "" {
					fixes = append(fixes, e.Fixed)
				}
			}
		}
	}
	return fixes
}
