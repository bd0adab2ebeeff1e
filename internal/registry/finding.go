package registry

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/opencontainers/go-digest"
)

// Severity is how grave a finding is.
type Severity string

// The values are those of ECR's FindingSeverity.
const (
	SeverityCritical      Severity = "CRITICAL"
	SeverityHigh          Severity = "HIGH"
	SeverityMedium        Severity = "MEDIUM"
	SeverityLow           Severity = "LOW"
	SeverityInformational Severity = "INFORMATIONAL"
	SeverityUndefined     Severity = "UNDEFINED" // the source does not say
)

// Severities returns every severity, the gravest first.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityHigh, SeverityMedium, SeverityLow, SeverityInformational, SeverityUndefined}
}

// rank is 0 for the gravest severity. A severity there is not is undefined.
func (s Severity) rank() int {
	if i := slices.Index(Severities(), s); i >= 0 {
		return i
	}
	return len(Severities()) - 1
}

// Finding is a known vulnerability of a package in an image.
type Finding struct {
	Name        string    `json:"name"` // of the vulnerability: "CVE-2024-3094"
	Severity    Severity  `json:"severity"`
	Title       string    `json:"title,omitzero"`
	Description string    `json:"description,omitzero"`
	URI         string    `json:"uri,omitzero"`        // where to read about it
	References  []string  `json:"references,omitzero"` // URLs
	Aliases     []string  `json:"aliases,omitzero"`    // other names of the vulnerability
	Source      string    `json:"source,omitzero"`     // who published it: "debian"
	Score       float64   `json:"score,omitzero"`      // CVSS base score, 0 if unknown
	CVSS        []CVSS    `json:"cvss,omitzero"`
	Package     Package   `json:"package"`
	PublishedAt time.Time `json:"publishedAt,omitzero"`
	UpdatedAt   time.Time `json:"updatedAt,omitzero"` // by who published it

	FirstSeen time.Time `json:"-"` // by a scan of the image
}

// Package is what a finding is about.
type Package struct {
	Name    string        `json:"name,omitzero"`
	Version string        `json:"version,omitzero"`
	FixedIn string        `json:"fixedIn,omitzero"` // versions without the vulnerability, for people; empty if there is none
	Manager string        `json:"manager,omitzero"` // kind of package: "deb", "npm"
	Arch    string        `json:"arch,omitzero"`
	Path    string        `json:"path,omitzero"`  // of the file in the image that says it is there
	Layer   digest.Digest `json:"layer,omitzero"` // where it was found, as the scanner names it
}

// CVSS is a vulnerability's vector in a version of the Common Vulnerability
// Scoring System.
type CVSS struct {
	Version string  `json:"version,omitzero"` // "3.1"
	Vector  string  `json:"vector,omitzero"`
	Score   float64 `json:"score,omitzero"` // base score, 0 if unknown
	Source  string  `json:"source,omitzero"`
}

// ScanReport is what a scanner says of an image.
type ScanReport struct {
	Scanner         string    // name and, if known, version: "trivy 0.58.1"
	SourceUpdatedAt time.Time // age of what the scanner knows; zero if it does not say
	// Subjects are digests of what was scanned, manifest or config, as far as
	// the report names them.
	Subjects []digest.Digest
	Findings []Finding
}

// Limits of what is kept of a report. A scanner reads content that anyone may
// have made, and its report is treated alike.
const (
	// MaxFindings is how many findings an image may have.
	MaxFindings     = 50_000
	maxFindingText  = 4096 // bytes of a description
	maxFindingWord  = 1024 // bytes of a name, version, path or URL
	maxFindingLists = 32   // references, aliases, CVSS vectors
)

// normalize returns the findings of a report in their order, each vulnerability
// of a package once, without what databases and terminals do not take.
func normalize(findings []Finding) []Finding {
	out := make([]Finding, 0, len(findings))
	for _, f := range findings {
		f.Name = clean(f.Name, maxFindingWord)
		if f.Name == "" {
			continue
		}
		f.Severity = Severities()[f.Severity.rank()]
		f.Title = clean(f.Title, maxFindingWord)
		f.Description = clean(f.Description, maxFindingText)
		f.URI, f.Source = clean(f.URI, maxFindingWord), clean(f.Source, maxFindingWord)
		f.References, f.Aliases = cleanAll(f.References), cleanAll(f.Aliases)
		f.CVSS = slices.Clone(f.CVSS[:min(len(f.CVSS), maxFindingLists)])
		for i := range f.CVSS {
			c := &f.CVSS[i]
			c.Version, c.Vector, c.Source = clean(c.Version, maxFindingWord), clean(c.Vector, maxFindingWord), clean(c.Source, maxFindingWord)
		}
		p := &f.Package
		for _, s := range []*string{&p.Name, &p.Version, &p.FixedIn, &p.Manager, &p.Arch, &p.Path} {
			*s = clean(*s, maxFindingWord)
		}
		p.Layer = digest.Digest(clean(p.Layer.String(), maxFindingWord))
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID(), b.ID()))
	})
	return slices.CompactFunc(out, func(a, b Finding) bool { return a.Name == b.Name && a.ID() == b.ID() })
}

// ID tells the findings of an image apart. It is the same for the same
// vulnerability of the same package in a later scan.
func (f *Finding) ID() string {
	p := &f.Package
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Name, p.Name, p.Version, p.Manager, p.Arch, p.Path}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// clean shortens s to at most n bytes and removes control characters, but for
// line breaks and tabs.
func clean(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func cleanAll(list []string) []string {
	var out []string
	for _, s := range list[:min(len(list), maxFindingLists)] {
		if s = clean(s, maxFindingWord); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// count counts findings by severity.
func count(findings []Finding) map[Severity]int {
	counts := map[Severity]int{}
	for i := range findings {
		counts[findings[i].Severity]++
	}
	return counts
}
